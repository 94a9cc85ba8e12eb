"""source_of finds the cell in which something was defined."""

import nbclient
import nbformat
import numpy as np
import pytest

from nnlib.testing import assert_close, source_of

STUDENT = """import numpy as np
def helper(x): return np.convolve(x, x)
def f(x): return helper(x)"""
CELLS = [
    STUDENT,
    "class Layer:\n    size = 3\n    def forward(self, x): return x",
    "class Empty:\n    pass",
    "from nnlib.testing import source_of\n"
    "import functools\n"
    "print('np.convolve' in source_of('f'), 'np.convolve' in source_of(f))\n"
    "print(source_of(Layer).startswith('class Layer'), 'np' in source_of('Layer'))\n"
    "print(source_of('Empty') == 'class Empty:\\n    pass')\n"
    "print(source_of(functools.wraps(f)(lambda x: f(x))) == source_of(f))",
    "def f(x): return x",
    "print('np.convolve' in source_of('f'))",
    "f = np.sin\nsource_of('f')",
]


@pytest.fixture(scope="module")
def executed():
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in CELLS])
    nbclient.NotebookClient(nb, timeout=60, allow_errors=True).execute()
    return nb.cells


def test_in_a_kernel_the_whole_cell_is_found(executed):
    assert [output.text for output in executed[3].outputs] == [
        "True True\nTrue False\nTrue\nTrue\n"
    ]


def test_the_latest_definition_counts(executed):
    assert executed[5].outputs[0].text == "False\n"


def test_a_name_bound_to_something_else_still_gives_its_last_definition(executed):
    # The student rebound f; what stands in the notebook is still worth a look.
    assert "def f(x): return x" in executed[6].outputs[0].data["text/plain"]


def test_something_from_a_file_gives_its_own_source_only():
    assert source_of(assert_close).startswith("def assert_close(")
    assert source_of("assert_close") == source_of(assert_close)


def test_a_grader_may_supply_the_text():
    class Remote:
        __source__ = "def f(x): return x"

        def __call__(self, x):
            return x

    assert source_of(Remote()) == "def f(x): return x"


def test_the_callers_namespace_may_find_names_on_demand():
    class Namespace(dict):
        def __missing__(self, name):
            if name == "student_function":
                return assert_close
            raise KeyError(name)

    namespace = Namespace(source_of=source_of, __builtins__=__builtins__)
    exec("text = source_of('student_function')", namespace)
    assert namespace["text"].startswith("def assert_close(")


def test_what_cannot_be_found_says_what_to_do():
    with pytest.raises(LookupError, match="nothing is not defined: run the cell"):
        source_of("nothing")
    with pytest.raises(LookupError, match="no source found for sin"):
        source_of(np.sin)
    with pytest.raises(LookupError, match="define it with def or class"):
        source_of(3)
