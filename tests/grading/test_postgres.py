"""The same writer on a real PostgreSQL server, started here on a socket."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook as NbgraderGradebook
from nbgrader.utils import parse_utc

from autograder.errors import CourseError
from autograder.grading.course import Course
from autograder.grading.gradebook import Gradebook

PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"))

pytestmark = pytest.mark.skipif(
    not PROGRAMS, reason="the Debian package postgresql is not installed"
)


def as_server(folder: Path, *command: str) -> None:
    """Run a program of the server; it refuses to be run by root."""
    prefix = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    subprocess.run(
        [*prefix, str(PROGRAMS[-1] / command[0]), *command[1:]],
        cwd=folder,
        check=True,
        stdout=subprocess.DEVNULL,
        timeout=60,
    )


@pytest.fixture(scope="module")
def db_url() -> Iterator[str]:
    # A socket's path may have about a hundred characters; pytest's folders are longer.
    folder = Path("/tmp", f"nncourse-postgres-{os.getpid()}")
    folder.mkdir(mode=0o755)
    data = folder / "data"
    try:
        if os.getuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        as_server(folder, "initdb", "-D", str(data), "-U", "ta", "--auth=trust")
        options = f"-k {folder} -c listen_addresses= -c fsync=off"
        as_server(folder, "pg_ctl", "-D", str(data), "-o", options, "-w", "start")
        as_server(folder, "createdb", "-h", str(folder), "-U", "ta", "gradebook")
        yield f"postgresql+psycopg://ta@/gradebook?host={folder}"
    finally:
        as_server(folder, "pg_ctl", "-D", str(data), "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def book(
    db_url: str,
    stock_course: Path,
    run_nbgrader: Callable[..., None],
    tmp_path_factory: pytest.TempPathFactory,
) -> Gradebook:
    """The assignment of the stock course, generated into the server's database."""
    course = tmp_path_factory.mktemp("server")
    shutil.copytree(stock_course / "source", course / "source")
    (course / "nbgrader_config.py").write_text(
        "c = get_config()\n"
        'c.CourseDirectory.course_id = "stock"\n'
        f"c.CourseDirectory.db_url = {db_url!r}\n"
    )
    run_nbgrader(course, "generate_assignment", "ps1")
    return Gradebook(db_url)


def test_scores_equal_those_in_sqlite(db_url, book, stock_course):
    course = Course.open(stock_course)
    for submission in course.submissions("ps1"):
        graded = course.folder("autograded", submission.student, "ps1")
        notebooks = {p.stem: nbformat.read(p, 4) for p in graded.glob("*.ipynb")}
        when = parse_utc((submission.folder / "timestamp.txt").read_text().strip())
        for _ in range(2):  # the second time everything is there already
            book.save(submission.student, "ps1", notebooks, when)
    stock = NbgraderGradebook(f"sqlite:///{stock_course / 'gradebook.db'}", "stock")
    with stock, NbgraderGradebook(db_url, "stock") as server:
        keys = ("student", "score", "max_score", "timestamp", "needs_manual_grade")
        for mine, theirs in zip(
            sorted(server.submission_dicts("ps1"), key=lambda d: d["student"]),
            sorted(stock.submission_dicts("ps1"), key=lambda d: d["student"]),
            strict=True,
        ):
            assert {k: mine[k] for k in keys} == {k: theirs[k] for k in keys}


def test_an_unreachable_server_is_one_sentence(db_url):
    nowhere = db_url.replace("/gradebook?", "/nothing?")
    with pytest.raises(CourseError, match=r"nothing.* does not exist.*db_url"):
        Gradebook(nowhere)


def test_a_class_is_graded_into_the_server(
    db_url, book, stock_course, new_course, grade, tmp_path
):
    """The whole command, on a student whom the gradebook does not know yet."""
    config = f"c.CourseDirectory.db_url = {db_url!r}\n"
    course = new_course(tmp_path / "course", config, copies=1)
    (course / "gradebook.db").unlink()
    done = grade(course, "ps1", "--students", "s001")
    assert done.returncode == 0, done.stderr
    assert not (course / "gradebook.db").exists()
    stock = NbgraderGradebook(f"sqlite:///{stock_course / 'gradebook.db'}", "stock")
    with stock, NbgraderGradebook(db_url, "stock") as server:
        for notebook in ("problem1", "problem2"):
            mine = server.find_submission_notebook(notebook, "ps1", "s001")
            theirs = stock.find_submission_notebook(notebook, "ps1", "bitdiddle")
            assert scores_of(mine) == scores_of(theirs) != {}


def scores_of(notebook) -> dict[str, tuple]:
    return {g.name: (g.auto_score, g.needs_manual_grade) for g in notebook.grades}
