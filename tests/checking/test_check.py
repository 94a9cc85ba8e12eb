"""`nncourse check` on right and wrong work, beside what grading says of it."""

import contextlib
import copy
import io
import json

import nbformat
import pytest
from nbgrader.utils import compute_checksum

from autograder.checking.handed_out import checksum
from autograder.cli import main
from autograder.cli.sample_class import replaced
from autograder.execution.settings import Settings, execute
from autograder.feedback.misconceptions import load_catalogue
from autograder.feedback.transcript import transcript
from autograder.notebooks.handout import HandedOutCell

from .conftest import NAME, ROOT, check

# One mistake in some tasks, and an import that the assignment does not allow.
REFUSED = "def step(s):\n    from nnlib.activations import step\n    return step(s)"


@pytest.fixture(scope="module")
def mistaken(make_work):
    """Work with mistakes of the catalogue, and the names of the tasks."""
    work = make_work()
    catalogue = load_catalogue(ROOT / "content" / "assignments" / NAME)
    for task in ("neuron", "sigmoid", "fit_perceptron"):
        texts = (transcript(catalogue, mistake) for mistake in catalogue.of(task))
        text = next(text for text in texts if text)
        work.cell(task).source = replaced(work.cell(task).source, task, text)
    work.cell("step").source = REFUSED
    return work, {"neuron", "sigmoid", "fit_perceptron", "step"}


@pytest.fixture(scope="module")
def checked(mistaken, tmp_path_factory):
    """Exit code, printed text and results of checking the mistaken work."""
    folder = tmp_path_factory.mktemp("mistaken")
    path = mistaken[0].save(folder)
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        code, found = check(path, tmp_path_factory.mktemp("results"))
    return code, printed.getvalue(), found


def test_right_work_passes_and_nothing_is_written(work, tmp_path, capsys):
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "helper.py").write_text("ANSWER = 42\n")
    work.add("setup", "import helper\nassert helper.ANSWER == 42")
    path = work.save(folder)
    before = path.read_bytes()
    folder.chmod(0o555)
    code, found = check(path, tmp_path)
    folder.chmod(0o755)
    assert code == 0
    assert found["passed"] and not found["troubles"]
    assert not found["repairs"] and not found["remarks"] and not found["unanswered"]
    assert all(task["earned"] == task["points"] for task in found["tasks"])
    assert path.read_bytes() == before
    assert sorted(p.name for p in folder.iterdir()) == [path.name, "helper.py"]
    captured = capsys.readouterr()
    assert "All 17 visible checks pass" in captured.out
    assert "passed  the corners of the square" in captured.out
    assert captured.err == ""  # a progress line needs a terminal


def test_the_assignment_as_handed_out_fails(handed_out, tmp_path):
    nbformat.write(handed_out, tmp_path / f"{NAME}.ipynb")
    code, found = check(tmp_path / f"{NAME}.ipynb", tmp_path)
    assert code == 1
    assert all(task["earned"] == 0 for task in found["tasks"])
    assert found["unanswered"] == ["why_layers", "smaller_rate"]


def test_wrong_work_is_told_by_check(mistaken, checked):
    code, printed, found = checked
    assert code == 1
    failing = {task["name"] for task in found["tasks"] if not task["passed"]}
    assert failing == {f"test_{task}" for task in mistaken[1]}
    assert "Hint: " in printed
    assert "visible checks fail" in printed
    rows = [check for task in found["tasks"] for check in task["checks"]]
    assert all(check["message"] for check in rows if not check["passed"])
    for task in found["tasks"]:
        parts = sum(row["points"] for row in task["checks"])
        assert parts == pytest.approx(task["points"])


def said(row):
    """The message without the student's line, which not every road can name."""
    return row["message"].partition(" (at line")[0]


def test_grading_says_the_same_of_each_visible_check(mistaken, checked, solution):
    graded = copy.deepcopy(solution)
    for cell in graded.cells:
        if cell.metadata.get("nbgrader", {}).get("solution"):
            cell.source = mistaken[0].cell(cell.id).source
    outcomes = execute(graded, Settings(), {}).outcomes
    visible = {
        (graded.cells[index].id, row["name"]): (row["earned"] > 0, said(row))
        for index, outcome in outcomes.items()
        if outcome.rubric
        for row in outcome.rubric["checks"]
        if not row["hidden"]
    }
    at_home = {
        (task["name"], row["name"]): (row["passed"], said(row))
        for task in checked[2]["tasks"]
        for row in task["checks"]
    }
    assert len(visible) == 17
    assert at_home == visible


def test_several_notebooks_and_their_json(make_work, tmp_path):
    paths = []
    for name, answer in (("one", "raise ValueError('no')\n"), ("two", "")):
        work = make_work()
        work.cell("boundary").source = answer + work.cell("boundary").source
        (tmp_path / name).mkdir()
        paths.append(str(work.save(tmp_path / name)))
    file = tmp_path / "out.json"
    assert main(["check", *paths, "--json", str(file)]) == 1
    first, second = json.loads(file.read_text())["notebooks"]
    assert first["troubles"]["boundary"] == "ValueError: no"
    assert second["passed"]


def test_checksums_are_nbgraders(handed_out):
    seen = 0
    for cell in handed_out.cells:
        fields = cell.metadata.get("nbgrader")
        if fields:
            described = HandedOutCell.of(cell.cell_type, fields, ())
            assert checksum(described, cell.source) == compute_checksum(cell)
            assert HandedOutCell.from_line(described.as_line()) == described
            seen += 1
    assert seen == 19
