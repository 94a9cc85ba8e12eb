"""A small course: nbgrader's demonstration notebooks, graded by stock nbgrader."""

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from functools import partial
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
CONFIG = """
c = get_config()
c.CourseDirectory.course_id = "stock"
c.Execute.timeout = 10
from autograder.nbgrader import harden
harden(c)
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
    with closing(sqlite3.connect(course / "gradebook.db")) as book:
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


def grade_command(course: Path, *words: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "autograder.cli", "grade", *words]
    return subprocess.run(
        command, cwd=course, capture_output=True, text=True, timeout=240
    )


@pytest.fixture(scope="session")
def grade() -> Callable[..., subprocess.CompletedProcess]:
    """Run `nncourse grade` in a course directory."""
    return grade_command


@pytest.fixture(scope="session")
def new_course(stock_course: Path) -> Callable[..., Path]:
    """Make a hardened, ungraded course of the stock course's submissions."""
    return partial(copy_ungraded, stock_course)


def copy_ungraded(
    stock_course: Path, folder: Path, config: str = "", copies: int = 0
) -> Path:
    """The ungraded course, hardened; with some more copies of one submission."""
    folder.mkdir()
    shutil.copytree(stock_course / "source", folder / "source")
    shutil.copytree(stock_course / "submitted", folder / "submitted")
    shutil.copy(stock_course / "ungraded.db", folder / "gradebook.db")
    (folder / "nbgrader_config.py").write_text(CONFIG + config)
    for number in range(copies):
        copy = folder / "submitted" / f"s{number + 1:03d}" / "ps1"
        shutil.copytree(folder / "submitted" / "bitdiddle" / "ps1", copy)
        # Another file, so that nothing is known of it from another student.
        (copy / "notes.txt").write_text(f"copy {number}")
    return folder


class Process(NamedTuple):
    """One line of the list of processes."""

    parent: int
    state: str
    command: str


def read_process(pid: int) -> Process | None:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        command = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return None
    return Process(int(fields[1]), fields[0], command.replace("\0", " "))


@pytest.fixture(scope="session")
def is_alive() -> Callable[[int], bool]:
    """Tell whether a process runs; one that only waits to be counted does not."""

    def ask(pid: int) -> bool:
        process = read_process(pid)
        return process is not None and process.state not in "ZX"

    return ask


@pytest.fixture(scope="session")
def descendants() -> Callable[[int], dict[int, str]]:
    """The command lines of all processes below one."""

    def below(pid: int) -> dict[int, str]:
        every = {
            int(p.name): read_process(int(p.name)) for p in Path("/proc").glob("[0-9]*")
        }
        found: dict[int, str] = {}
        parents = [pid]
        while parents:
            parent = parents.pop()
            for own, process in every.items():
                if process is not None and process.parent == parent:
                    found[own] = process.command
                    parents.append(own)
        return found

    return below
