"""What the assignment does not allow is refused at home, by check and by Validate."""

import os
import re
import subprocess
import sys

import pytest

from .conftest import IMPORTS, ROOT, check

ALLOWED = "nnlib.testing, nnlib.viz.style"

# Answers that import when a test calls them.
ANSWERS = {
    "neuron": "def neuron(X, w, b, f):\n    import nnlib.neuron as n\n    return 0",
    "step": "import nnlib\n\ndef step(s):\n    return nnlib.activations.step(s)",
    "classify": "def classify(X, w, b):\n    from nnlib import losses\n    return 0",
    "sigmoid": "import importlib\n\ndef sigmoid(s, slope=1.0):\n"
    "    return importlib.import_module('nnlib.activations').sigmoid(s, slope)",
}
# Cells of the student's own, and the module that each must not get.
CELLS = {
    "import nnlib.losses": "nnlib.losses",
    "from nnlib import conv": "nnlib.conv",
    "import nnlib\nnnlib.optim": "nnlib.optim",
    "import importlib\nimportlib.import_module('nnlib.norm')": "nnlib.norm",
    "__import__('nnlib.layers')": "nnlib.layers",
    "import nnlib.viz\nnnlib.viz.neurons": "nnlib.viz.neurons",
    "import nnlib.data": "nnlib.data",
}
# A test may use the whole library and names of its own, also in later test cells.
WHOLE = """
import importlib

import nnlib
import nnlib.losses
from nnlib import conv
from nnlib.layers import Linear

assert nnlib.optim.SGD and importlib.import_module("nnlib.norm").batch_norm
mine = None


def helper():
    from nnlib import dropout

    return dropout


"""
USES_HELPER = "assert mine is None and helper().dropout\n\n"
# What the test above leaves to the student: nothing.
AFTER = """
assert mine == 1
for name in ("helper", "conv", "Linear"):
    assert name not in globals(), name
import sys

assert "nnlib.losses" not in sys.modules
from nnlib.testing import assert_close
from nnlib.viz import show, style
"""


@pytest.fixture(scope="module")
def path(make_work, tmp_path_factory):
    work = make_work()
    for task, source in ANSWERS.items():
        work.cell(task).source = source
    # Whoever wrote these tests changed locked cells; the checksums go with them.
    for name, more in (("test_boundary", WHOLE), ("test_xor_weights", USES_HELPER)):
        work.cell(name).source = more + work.cell(name).source
        del work.cell(name).metadata.nbgrader["checksum"]
    work.add("test_boundary", AFTER)
    work.add("setup", "mine = 1")
    for source in CELLS:
        # Most come after a test that imported the module; one before any test.
        work.add("setup" if "data" in source else "test_boundary", source)
    work.add("test_boundary", "import autograder")
    return work.save(tmp_path_factory.mktemp("imports"))


@pytest.fixture(scope="module")
def found(path, tmp_path_factory):
    code, found = check(path, tmp_path_factory.mktemp("results"))
    assert code == 1
    return found


@pytest.mark.parametrize("source", CELLS)
def test_a_cell_can_not_import_it(found, source):
    sentence = IMPORTS.format(CELLS[source], ALLOWED)
    assert sentence in found["troubles"].values()


def test_the_graders_code_does_not_exist(found):
    assert "ModuleNotFoundError: No module named 'autograder'" in (
        found["troubles"].values()
    )


def test_nothing_else_is_refused(found):
    """The cell after the test that used all of nnlib ran without an error."""
    assert len(found["troubles"]) == len(CELLS) + 1


@pytest.mark.parametrize("task", ANSWERS)
def test_an_answer_that_a_test_calls_can_not_import_it(found, task):
    (told,) = (t for t in found["tasks"] if t["name"] == f"test_{task}")
    module = {"neuron": "neuron", "classify": "losses"}.get(task, "activations")
    sentence = IMPORTS.format(f"nnlib.{module}", ALLOWED)
    assert all(check["message"].startswith(sentence) for check in told["checks"])


def test_test_cells_have_the_whole_library(found):
    passed = {task["name"] for task in found["tasks"] if task["passed"]}
    assert {"test_boundary", "test_xor_weights"} <= passed


@pytest.fixture(params=["installed", "hardened"])
def settings(request, tmp_path):
    """Where Jupyter's settings lie: those of the wheel, or those of a course."""
    if request.param == "installed":
        return ROOT / "jupyter-data" / "etc" / "jupyter"
    text = "c = get_config()\nfrom autograder.nbgrader import harden\nharden(c)\n"
    (tmp_path / "nbgrader_config.py").write_text(text)
    return tmp_path


def run(words, folder, settings):
    done = subprocess.run(
        [sys.executable, *map(str, words)],
        cwd=folder,
        env={**os.environ, "JUPYTER_CONFIG_PATH": str(settings)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_button_reads_the_settings(settings, tmp_path_factory):
    """As the handler of nbgrader's server extension does it at every press."""
    script = (
        "from nbgrader.server_extensions.validate_assignment.handlers import *\n"
        "config = ValidateAssignmentHandler.load_config(None)\n"
        "print(*(s.__name__ for s in Validator(config=config).preprocessors))"
    )
    printed = run(["-c", script], tmp_path_factory.mktemp("elsewhere"), settings)
    assert printed == "CheckCellMetadata ClearOutput GuardedExecute\n"


def test_validate_refuses_the_same(path, work, tmp_path):
    settings = ROOT / "jupyter-data" / "etc" / "jupyter"
    words = ["-m", "nbgrader", "validate", path, work.save(tmp_path)]
    # The Validator folds its lines where it likes.
    text = re.sub(r"\s+", " ", run(words, tmp_path, settings))
    assert "VALIDATION FAILED ON 4 CELL(S)!" in text
    for module in ("nnlib.neuron", "nnlib.activations", "nnlib.losses"):
        assert IMPORTS.format(module, ALLOWED) in text
    assert "Hint: Multiply row by row" in text
    assert f"ended with {IMPORTS.format('nnlib.data', ALLOWED)}" in text
    assert text.endswith("Success! Your notebook passes all the tests. ")
