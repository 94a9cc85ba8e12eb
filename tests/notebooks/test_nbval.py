"""nbval must be able to fail: something is checked, and an altered number is found."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.notebooks.check import check_course
from autograder.notebooks.source import find_sources

ROOT = Path(__file__).resolve().parents[2]
SOURCES = {source.name: source for source in find_sources(ROOT)}
CHECKED_IN_A_LECTURE = 8
OPTIONS = ["--nbval-lax", "--nbval-current-env", "-p", "no:cacheprovider", "-q"]
OPTIONS += ["-c", "/dev/null", "--rootdir", "."]


def run_nbval(root):
    """Run nbval on a small course as `make test` runs it on this one."""
    return subprocess.run(
        [sys.executable, "-m", "pytest", *OPTIONS, "lectures", "solutions"],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_an_altered_number_or_score_fails(built_course, course_copy):
    honest = run_nbval(built_course)
    assert honest.returncode == 0, honest.stdout
    assert "7 passed" in honest.stdout

    lecture = course_copy / "lectures" / "01_small.ipynb"
    lecture.write_text(lecture.read_text().replace("s = 3.000\\n", "s = 3.001\\n"))
    solution = course_copy / "solutions" / "a01_small" / "a01_small.ipynb"
    solution.write_text(solution.read_text().replace('"4.0"', '"3.0"'))
    altered = run_nbval(course_copy)
    assert altered.returncode == 1
    assert "2 failed, 5 passed" in altered.stdout


def test_the_course_has_lectures_and_assignments():
    assert {source.graded for source in SOURCES.values()} == {True, False}


def test_the_notebooks_are_what_their_sources_say():
    assert check_course(ROOT) == []


@pytest.mark.parametrize("name", SOURCES)
def test_nbval_has_something_to_check(name):
    source = SOURCES[name]
    cells = json.loads(source.target.read_text(encoding="utf-8"))["cells"]
    checked = [
        cell
        for cell in cells
        if "nbval-check-output" in cell["metadata"].get("tags", []) and cell["outputs"]
    ]
    full_lecture = not source.graded and not name.startswith("00")
    assert len(checked) >= (CHECKED_IN_A_LECTURE if full_lecture else 1)
