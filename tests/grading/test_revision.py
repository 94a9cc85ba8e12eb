"""Tests changed after submissions exist: the gradebook follows, nothing is lost."""

import shutil
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook as NbgraderGradebook
from nbgrader.api import MissingEntry

from autograder.errors import CourseError
from autograder.grading.assignment import (
    check_name,
    find_revisions,
    load_package,
    record_revisions,
)
from autograder.grading.course import Course
from autograder.grading.gradebook import Gradebook


@pytest.fixture
def course(stock_course: Path, tmp_path: Path) -> Course:
    """A copy of the graded course that a test may change."""
    folder = tmp_path / "course"
    shutil.copytree(stock_course, folder)
    return Course.open(folder)


@pytest.fixture
def book(course: Course) -> Gradebook:
    return Gradebook(course.db_url)


def edit(course: Course, change) -> None:
    path = course.root / "source" / "ps1" / "problem1.ipynb"
    notebook = nbformat.read(path, 4)
    known = [cell for cell in notebook.cells if "nbgrader" in cell.metadata]
    change({cell.metadata.nbgrader.grade_id: cell for cell in known}, notebook)
    nbformat.write(notebook, path)


def reweigh_and_replace(cells, notebook):
    """One test is worth more, one is gone, one is new."""
    tests = [c for c in cells.values() if c.metadata.nbgrader.grade]
    code = [c for c in tests if c.cell_type == "code"]
    code[0].metadata.nbgrader.points = 5
    notebook.cells.remove(code[1])
    new = nbformat.v4.new_code_cell("assert squares(1) == [1]")
    new.metadata.nbgrader = {**code[1].metadata.nbgrader, "grade_id": "new_test"}
    notebook.cells.append(new)


def test_an_unchanged_assignment_has_no_revision(course, book):
    assert find_revisions(course, book, "ps1") == {}


def test_differences_are_told_before_anything_is_written(course, book):
    edit(course, reweigh_and_replace)
    revisions = find_revisions(course, book, "ps1")
    assert revisions["problem1"].lines() == [
        "problem1: cell new_test is new",
        "problem1: cell squares_invalid_input is gone",
        "problem1: cell correct_squares is worth 5 instead of 1",
    ]
    package = load_package(course, book, "ps1", revisions)
    cells = {c.name: c for c in package.notebooks["problem1"].cells}
    assert cells["correct_squares"].points == 5 and "new_test" in cells
    assert cells["new_test"].is_test and "squares_invalid_input" not in cells
    assert find_revisions(course, book, "ps1").keys() == {"problem1"}


def test_the_gradebook_follows_and_nbgrader_reads_it(course, book):
    edit(course, reweigh_and_replace)
    with NbgraderGradebook(course.db_url, course.course_id) as api:
        before = {d["student"]: d for d in api.submission_dicts("ps1")}
    record_revisions(book, "ps1", find_revisions(course, book, "ps1"))
    assert find_revisions(course, book, "ps1") == {}
    with NbgraderGradebook(course.db_url, course.course_id) as api:
        after = {d["student"]: d for d in api.submission_dicts("ps1")}
        for student, old in before.items():
            assert after[student]["max_score"] == old["max_score"] + 4
            new = api.find_grade("new_test", "problem1", "ps1", student)
            assert new.auto_score is None and new.needs_manual_grade
            with pytest.raises(MissingEntry):
                api.find_grade("squares_invalid_input", "problem1", "ps1", student)


def test_manual_grades_of_other_cells_stay(course, book):
    with NbgraderGradebook(course.db_url, course.course_id) as api:
        grade = api.find_grade("correct_squares", "problem1", "ps1", "bitdiddle")
        grade.manual_score = 0.5
        api.db.commit()
    edit(course, reweigh_and_replace)
    record_revisions(book, "ps1", find_revisions(course, book, "ps1"))
    with NbgraderGradebook(course.db_url, course.course_id) as api:
        grade = api.find_grade("correct_squares", "problem1", "ps1", "bitdiddle")
        assert (grade.manual_score, grade.max_score) == (0.5, 5)


def test_assignments_that_are_unknown_or_not_generated(course, book):
    (course.root / "source" / "ps2").mkdir()
    with pytest.raises(CourseError, match="nbgrader generate_assignment ps2"):
        check_name(course, book, "ps2")
    with pytest.raises(CourseError, match="did you mean 'ps1'"):
        check_name(course, book, "ps11")
    check_name(course, book, "ps1")


def test_autotests_are_left_to_nbgrader(course, book):
    new = nbformat.v4.new_code_cell("### AUTOTEST squares(3)")
    edit(course, lambda cells, notebook: notebook.cells.append(new))
    with pytest.raises(CourseError, match="AUTOTEST"):
        find_revisions(course, book, "ps1")
