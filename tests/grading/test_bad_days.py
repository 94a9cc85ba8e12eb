"""What happens to a class's marks when machines, disks and people misbehave."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from autograder.errors import CourseError
from autograder.grading.files import pack

needs_root = pytest.mark.skipif(
    os.getuid() != 0, reason="only root can mount a small disk for the test"
)
GRADER = "autograder.grading.worker"


def until(condition, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.02)


def start(course: Path, *words: str) -> subprocess.Popen:
    """Start a run whose temporary files can be seen, as a shell starts it."""
    (course / "tmp").mkdir()
    return subprocess.Popen(
        [sys.executable, "-m", "autograder.cli", "grade", "ps1", *words],
        cwd=course,
        env={**os.environ, "TMPDIR": str(course / "tmp")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A background job may have been started with Ctrl-C ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def add_code(course: Path, student: str, source: str) -> None:
    """Put a cell at the start of a student's first notebook."""
    path = course / "submitted" / student / "ps1" / "problem1.ipynb"
    notebook = nbformat.read(path, 4)
    notebook.cells.insert(0, nbformat.v4.new_code_cell(source))
    nbformat.write(notebook, path)


@pytest.fixture
def sleeping(descendants):
    """Wait until a student's code sleeps in a run; return all processes below it."""

    def wait_for(run: subprocess.Popen) -> dict[int, str]:
        found: dict[int, str] = {}

        def is_there() -> bool:
            assert run.poll() is None, run.communicate()
            found.update(descendants(run.pid))
            return any("sleeping_student" in words for words in found.values())

        until(is_there)
        return found

    return wait_for


# The name shows in the list of processes.
SLEEP = """
import subprocess, sys
code = "sleeping_student = __import__('time').sleep(SECONDS)"
subprocess.run([sys.executable, "-c", code])
"""


def test_ctrl_c_ends_everything_at_once(new_course, tmp_path, sleeping, is_alive):
    course = new_course(tmp_path / "course")
    add_code(course, "bitdiddle", SLEEP.replace("SECONDS", "9"))
    run = start(course)
    below = sleeping(run)
    run.send_signal(signal.SIGINT)
    begun = time.monotonic()
    _, err = run.communicate(timeout=30)
    assert time.monotonic() - begun < 8
    # Python may end by the signal after all; to a shell the two are the same.
    assert run.returncode in (130, -signal.SIGINT)
    assert err == "nncourse: interrupted\n"
    until(lambda: not any(map(is_alive, below)), 5)
    assert not list((course / "tmp").iterdir())


def test_killed_runs_leave_no_process_behind(new_course, tmp_path, sleeping, is_alive):
    course = new_course(tmp_path / "course")
    add_code(course, "bitdiddle", SLEEP.replace("SECONDS", "9"))
    run = start(course)
    below = sleeping(run)
    run.kill()
    run.communicate()
    until(lambda: not any(map(is_alive, below)), 10)
    until(lambda: not list((course / "tmp").glob("nncourse-grader-*")), 10)


def test_a_grading_process_that_dies_is_replaced(
    new_course, tmp_path, sleeping, rows_of, stock_course
):
    course = new_course(tmp_path / "course")
    add_code(course, "bitdiddle", SLEEP.replace("SECONDS", "3"))
    run = start(course, "--workers", "1", "--students", "bit*", "--json", "out.json")
    (grader,) = (pid for pid, words in sleeping(run).items() if GRADER in words)
    os.kill(grader, signal.SIGKILL)
    out, err = run.communicate(timeout=120)
    assert (run.returncode, err) == (0, "")
    assert "1 graded" in out
    content = json.loads((course / "out.json").read_text())
    assert [o["student"] for o in content["outcomes"]] == ["bitdiddle"]
    stock = [row for row in rows_of(stock_course).scores if row[0] == "bitdiddle"]
    assert rows_of(course).scores == stock


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of half a megabyte, with a course's gradebook on it."""
    place = tmp_path / "disk"
    place.mkdir()
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=512k", "none", str(place)], check=True
    )
    yield place
    subprocess.run(["umount", str(place)], check=True)


def fill(disk: Path) -> Path:
    """Leave not a byte."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while file.write(b"x" * 4096):
                pass
        except OSError:
            return filler


@needs_root
def test_full_and_read_only_disks(
    new_course, tmp_path, small_disk, grade, rows_of, stock_course
):
    config = f"c.CourseDirectory.db_url = 'sqlite:///{small_disk}/gradebook.db'\n"
    results = f"c.Grade.results_directory = '{small_disk}/results'\n"
    course = new_course(tmp_path / "course", config + results)
    settings = course / "nbgrader_config.py"
    shutil.move(course / "gradebook.db", small_disk)
    nothing = rows_of(small_disk)
    filler = fill(small_disk)

    done = grade(course, "ps1")
    assert done.returncode == 2
    assert "a result can't be kept in" in done.stderr
    assert "No space left on device; make room" in done.stderr
    assert len(done.stderr.splitlines()) == 1 and rows_of(small_disk) == nothing

    settings.write_text(settings.read_text().replace(results, ""))
    done = grade(course, "ps1")
    assert done.returncode == 2
    assert "the gradebook refused a write" in done.stderr
    assert "the disk is full: make room" in done.stderr
    assert len(done.stderr.splitlines()) == 1 and rows_of(small_disk) == nothing

    filler.unlink()
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    done = grade(course, "ps1")
    assert done.returncode == 2 and "it is read-only" in done.stderr
    assert len(done.stderr.splitlines()) == 1 and rows_of(small_disk) == nothing

    subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)
    done = grade(course, "ps1")
    assert done.returncode == 0, done.stderr
    assert "graded by an earlier run" in done.stdout
    assert rows_of(small_disk) == rows_of(stock_course)


def test_bad_courses_are_told_in_one_line(new_course, tmp_path, grade, rows_of):
    course = new_course(tmp_path / "course")
    shutil.copytree(course / "submitted" / "hacker", course / "submitted" / "Hacker")
    before = rows_of(course)
    done = grade(course, "ps1")
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1
    assert "two folders for one student" in done.stderr and "keep one" in done.stderr
    assert rows_of(course) == before
    with sqlite3.connect(course / "gradebook.db") as book:
        book.execute("update alembic_version set version_num = 'fffff'")
    done = grade(course, "ps1")
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1
    assert "has schema fffff" in done.stderr and "nbgrader db upgrade" in done.stderr


@pytest.fixture
def unprivileged() -> Iterator[None]:
    """For root every file is readable: be somebody else for a while."""
    if os.getuid() != 0:
        yield
        return
    os.seteuid(65534)
    yield
    os.seteuid(0)


@pytest.mark.parametrize("closed", ["s001/data", "s001/data/x.csv"])
def test_unreadable_files_are_nobodys_zero(closed, unprivileged):
    # pytest's own folders are open to root alone.
    folder = Path("/tmp", f"nncourse-unreadable-{os.getpid()}")
    try:
        (folder / "s001" / "data").mkdir(parents=True)
        (folder / "s001" / "data" / "x.csv").write_text("1")
        (folder / closed).chmod(0)
        with pytest.raises(
            CourseError, match=rf"{closed} can't be read.*give yourself"
        ):
            pack(folder / "s001", [])
    finally:
        (folder / closed).chmod(0o700)
        shutil.rmtree(folder)
