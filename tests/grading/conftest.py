"""A small course: nbgrader's demonstration notebooks, graded by stock nbgrader."""

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import nbgrader
import pytest

SCORES = """
    select s.student_id, n.name, c.name, g.auto_score, g.manual_score, g.extra_credit,
           g.needs_manual_grade
    from grade g join base_cell c on g.cell_id = c.id
    join submitted_notebook m on g.notebook_id = m.id
    join notebook n on m.notebook_id = n.id
    join submitted_assignment s on m.assignment_id = s.id order by 1, 2, 3
"""
COMMENTS = """
    select s.student_id, n.name, c.name, k.auto_comment, k.manual_comment
    from comment k join base_cell c on k.cell_id = c.id
    join submitted_notebook m on k.notebook_id = m.id
    join notebook n on m.notebook_id = n.id
    join submitted_assignment s on m.assignment_id = s.id order by 1, 2, 3
"""
SUBMISSIONS = "select student_id, timestamp from submitted_assignment order by 1"
GUIDE = Path(nbgrader.__file__).parent / "docs" / "source" / "user_guide"


def nbgrader_command(course: Path, *words: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "nbgrader", *words],
        cwd=course,
        check=True,
        capture_output=True,
        timeout=240,
    )


class Rows(NamedTuple):
    """What a gradebook says of all submissions."""

    scores: list[tuple]
    comments: list[tuple]
    submissions: list[tuple]


def read_rows(course: Path) -> Rows:
    with sqlite3.connect(course / "gradebook.db") as book:
        queries = (SCORES, COMMENTS, SUBMISSIONS)
        return Rows(*(book.execute(query).fetchall() for query in queries))


@pytest.fixture(scope="session")
def rows_of() -> Callable[[Path], Rows]:
    """Read the rows of the gradebook in a course directory."""
    return read_rows


@pytest.fixture(scope="session")
def run_nbgrader() -> Callable[..., None]:
    """Run one of nbgrader's own commands in a course directory."""
    return nbgrader_command


@pytest.fixture(scope="session")
def stock_course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """ps1 of nbgrader's guide with its two students, autograded by stock nbgrader."""
    course = tmp_path_factory.mktemp("stock")
    shutil.copytree(GUIDE / "source" / "ps1", course / "source" / "ps1")
    shutil.copytree(GUIDE / "submitted", course / "submitted")
    (course / "nbgrader_config.py").write_text(
        'c = get_config()\nc.CourseDirectory.course_id = "stock"\n'
    )
    nbgrader_command(course, "generate_assignment", "ps1")
    shutil.copy(course / "gradebook.db", course / "ungraded.db")
    nbgrader_command(course, "autograde", "ps1")
    return course
