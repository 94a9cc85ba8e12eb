"""Each assignment: no answers and no points in the release, all in the reference."""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbgrader.utils import determine_grade, is_grade

from autograder.notebooks.documents import readable_text
from autograder.notebooks.execute import execute_now
from autograder.notebooks.leaks import course_secrets, find_leaks
from autograder.notebooks.release import student_version, untouched_submission
from autograder.notebooks.render import dump, load, render
from autograder.notebooks.source import find_sources

ROOT = Path(__file__).resolve().parents[2]
SOURCES = find_sources(ROOT)
ASSIGNMENTS = {source.name: source for source in SOURCES if source.graded}
RUBRIC = "application/vnd.nncourse.rubric+json"


@pytest.fixture(scope="module")
def secrets():
    return course_secrets(ROOT)


def test_the_release_is_what_nbgrader_generates(course_copy):
    programs = str(Path(sys.executable).parent)
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", "generate_assignment", "a01_small"],
        cwd=course_copy,
        env={**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    made = course_copy / "course" / "release" / "a01_small" / "a01_small.ipynb"
    solution = course_copy / "solutions" / "a01_small" / "a01_small.ipynb"
    mine = student_version(nbformat.read(solution, as_version=4), course_copy)
    assert dump(mine) == dump(nbformat.read(made, as_version=nbformat.NO_CONVERT))
    assert "raise NotImplementedError()" in mine.cells[2].source
    assert "secret_input" not in dump(mine)
    blank = untouched_submission(nbformat.read(solution, as_version=4), course_copy)
    assert "secret_input" in blank.cells[3].source


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_the_release_earns_nothing(name, tmp_path):
    """Also the hidden checks, which grading puts back, must fail."""
    notebook = render(load(ASSIGNMENTS[name]))
    released = {cell.id: cell for cell in student_version(notebook, ROOT).cells}
    ran = execute_now(untouched_submission(notebook, ROOT), tmp_path, allow_errors=True)
    graded = [cell for cell in ran.cells if is_grade(cell)]
    assert graded
    for cell in graded:
        answer = cell if cell.cell_type == "code" else released[cell.id]
        assert determine_grade(answer)[0] == 0, f"{cell.id} gives points for nothing"
        for output in cell.get("outputs", []):
            for check in output.get("data", {}).get(RUBRIC, {}).get("checks", []):
                assert check["earned"] == 0, f"{cell.id}: {check['name']} passes"


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_the_release_holds_no_secret(name, secrets):
    release = student_version(render(load(ASSIGNMENTS[name])), ROOT)
    text = "\n".join(cell.source for cell in release.cells)
    assert find_leaks(secrets, {name: text}) == []
    assert "BEGIN SOLUTION" not in text
    assert "HIDDEN TESTS" not in text


def test_lectures_hold_no_secret(secrets):
    lectures = [source.target for source in SOURCES if not source.graded]
    texts = {
        path.name: readable_text(path.name, path.read_bytes()) for path in lectures
    }
    assert find_leaks(secrets, texts) == []


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_the_reference_gets_full_points(name):
    """Read from the stored scores: nbval proves that a new run gives the same."""
    notebook = nbformat.read(ASSIGNMENTS[name].target, as_version=4)
    tests = [c for c in notebook.cells if is_grade(c) and c.cell_type == "code"]
    tests = [cell for cell in tests if not cell.metadata.nbgrader.solution]
    assert tests
    for cell in tests:
        results = [o for o in cell.outputs if o.output_type == "execute_result"]
        assert len(results) == 1, f"{cell.id} shows no score"
        score, points = determine_grade(cell)
        assert score == points > 0, f"{cell.id}: the reference gets {score}"
