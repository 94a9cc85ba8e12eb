"""The writer puts into the gradebook what nbgrader's own autograde would."""

import shutil
import sqlite3
from pathlib import Path

import nbformat
import pytest
from nbgrader.utils import parse_utc

from autograder.errors import CourseError
from autograder.grading.course import Course
from autograder.grading.gradebook import Gradebook


def save_all(course: Course, book: Gradebook) -> None:
    """Write every autograded notebook of the stock course through our writer."""
    for submission in course.submissions("ps1"):
        graded = course.folder("autograded", submission.student, "ps1")
        stamp = submission.folder / "timestamp.txt"
        book.save(
            submission.student,
            "ps1",
            {p.stem: nbformat.read(p, 4) for p in graded.glob("*.ipynb")},
            parse_utc(stamp.read_text().strip()) if stamp.exists() else None,
        )


@pytest.fixture
def fresh(stock_course: Path, tmp_path: Path) -> tuple[Course, Gradebook, Path]:
    database = tmp_path / "gradebook.db"
    shutil.copy(stock_course / "ungraded.db", database)
    return Course.open(stock_course), Gradebook(f"sqlite:///{database}"), database


def test_rows_equal_those_of_stock_nbgrader(stock_course, fresh, rows_of):
    course, book, database = fresh
    save_all(course, book)
    expected = rows_of(stock_course)
    assert len(expected.scores) == 18 and len(expected.submissions) == 2
    assert rows_of(database.parent) == expected


def test_manual_work_survives_a_second_write(fresh, rows_of):
    course, book, database = fresh
    save_all(course, book)
    with sqlite3.connect(database) as connection:
        connection.execute("update grade set manual_score = 1.5, extra_credit = 0.5")
        connection.execute("update comment set manual_comment = 'well argued'")
    save_all(course, book)
    rows = rows_of(database.parent)
    assert {row[4:] for row in rows.scores} == {(1.5, 0.5, 1)}
    assert {row[4] for row in rows.comments} == {"well argued"}


def test_a_missing_notebook_is_worth_zero(fresh, rows_of):
    _, book, database = fresh
    book.save("s001", "ps1", {}, None)
    rows = rows_of(database.parent)
    assert {row[3:] for row in rows.scores} == {(0.0, None, None, 0)}


def test_a_failed_write_leaves_nothing_behind(fresh, rows_of, monkeypatch):
    course, book, database = fresh
    monkeypatch.setattr(
        Gradebook, "_apply_late_penalty", lambda *_: (_ for _ in ()).throw(OSError)
    )
    with pytest.raises(OSError):
        save_all(course, book)
    assert rows_of(database.parent).submissions == []


def test_read_only_and_locked_gradebooks_say_what_to_do(fresh, rows_of, monkeypatch):
    course, _, database = fresh
    monkeypatch.setattr("autograder.grading.gradebook.LOCK_SECONDS", 0.2)
    impatient = Gradebook(f"sqlite:///{database}")
    holder = sqlite3.connect(database, isolation_level=None)
    holder.execute("begin immediate")
    with pytest.raises(CourseError, match="another program holds it open"):
        save_all(course, impatient)
    holder.execute("rollback")
    readonly = Gradebook(f"sqlite:///file:{database}?mode=ro&uri=true")
    with pytest.raises(CourseError, match="read-only"):
        save_all(course, readonly)
    assert rows_of(database.parent).submissions == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("update alembic_version set version_num = 'ffff'", "nbgrader db upgrade"),
        ("drop table alembic_version", "no gradebook of nbgrader"),
    ],
)
def test_other_schemas_are_refused(fresh, change, message):
    _, _, database = fresh
    with sqlite3.connect(database) as connection:
        connection.execute(change)
    with pytest.raises(CourseError, match=message):
        Gradebook(f"sqlite:///{database}")


def test_an_unknown_assignment_says_how_to_make_it(fresh):
    _, book, _ = fresh
    with pytest.raises(CourseError, match="nbgrader generate_assignment ps9"):
        book.save("s001", "ps9", {}, None)
