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


def validate(paths, folder, **more):
    """Run `nbgrader validate`; return the text, with line breaks as spaces."""
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", "validate", *map(str, paths)],
        cwd=folder,
        env={**os.environ, **more},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return re.sub(r"\s+", " ", done.stdout)


@pytest.mark.parametrize("road", ["installed", "harden"])
def test_validate_refuses_the_same(path, work, tmp_path, road):
    """With the settings that the wheel installs, and in a hardened course."""
    settings = {"JUPYTER_CONFIG_PATH": str(ROOT / "jupyter-data" / "etc" / "jupyter")}
    if road == "harden":
        settings = {"JUPYTER_CONFIG_PATH": str(tmp_path)}
        (tmp_path / "nbgrader_config.py").write_text(
            "c = get_config()\nfrom autograder.nbgrader import harden\nharden(c)\n"
        )
    text = validate([path, work.save(tmp_path)], tmp_path, **settings)
    assert text.endswith("Success! Your notebook passes all the tests. ")
    assert "VALIDATION FAILED ON 4 CELL(S)!" in text
    for module in ("nnlib.neuron", "nnlib.activations", "nnlib.losses"):
        assert IMPORTS.format(module, ALLOWED) in text
    assert "Hint: Multiply row by row" in text
    assert f"ended with {IMPORTS.format('nnlib.data', ALLOWED)}" in text
