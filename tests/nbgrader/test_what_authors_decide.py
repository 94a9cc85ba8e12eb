"""Tags and the list of allowed modules come from the instructor's notebook."""

import copy

import nbformat
import pytest

TWO_LINES = "from autograder.nbgrader import harden\nharden(c)\n"
TIMED = "timing = %timeit -o -q -n1 -r1 relu(2.0)\nassert timing.best < 5"
IMPORTS = """
import nnlib.data
try:
    import nnlib.testing
    refused = False
except ImportError:
    refused = True
"""


@pytest.fixture(scope="module")
def course(foreign, tmp_path_factory):
    course = foreign.copy(tmp_path_factory.mktemp("tags") / "course", TWO_LINES)
    path = course.root / "source" / "ps1" / "nn.ipynb"
    source = nbformat.read(path, as_version=4)
    source.metadata.nncourse = {"allow": ["nnlib.data"]}
    cells = {c.metadata.get("nbgrader", {}).get("grade_id"): c for c in source.cells}
    cells["test_part"].source = TIMED
    cells["test_part"].metadata.tags = ["nncourse-inside"]
    cells["test_relu"].source = "assert refused"
    cells["plot"].metadata.tags = ["skip-execution"]
    nbformat.write(source, path)
    course.run("generate_assignment", "ps1", "--force")

    nb = copy.deepcopy(course.released())
    nb.metadata.nncourse = {"allow": ["nnlib.data", "nnlib.testing"]}
    mine = {c.metadata.get("nbgrader", {}).get("grade_id"): c for c in nb.cells}
    mine["relu"].source = f"def relu(s):\n    return max(s, 0.0)\n{IMPORTS}"
    mine["plot"].source = "1 / 0"
    for cell in nb.cells:
        cell.metadata.pop("tags", None)
    course.submit("s001", nb)
    course.run("autograde", "ps1")
    return course


def cell(course, name):
    cells = course.graded("s001").cells
    return next(
        c for c in cells if c.metadata.get("nbgrader", {}).get("grade_id") == name
    )


def test_a_marked_test_runs_in_the_students_process_and_the_cell_says_so(course):
    assert course.points("s001")["test_part"] == 2.0
    assert cell(course, "test_part").metadata.nncourse.inside is True
    assert cell(course, "test_relu").metadata.nncourse.inside is False


def test_the_assignment_says_which_modules_are_allowed(course):
    assert course.points("s001")["test_relu"] == 3.0


def test_an_authors_skipped_cell_is_skipped(course):
    assert cell(course, "plot").outputs == []
