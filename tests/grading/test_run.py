"""`nncourse grade` on a real course: stock's scores, resume, regrade, one writer."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest


@pytest.fixture(scope="module")
def graded(
    new_course, grade, tmp_path_factory
) -> tuple[Path, subprocess.CompletedProcess]:
    course = new_course(tmp_path_factory.mktemp("run") / "course")
    return course, grade(course, "ps1", "--json", "out.json")


def test_the_gradebook_equals_that_of_stock_nbgrader(stock_course, graded, rows_of):
    course, done = graded
    assert done.returncode == 0, done.stderr
    assert rows_of(course) == rows_of(stock_course)
    names = {p.relative_to(course) for p in course.glob("autograded/*/*/*")}
    assert names == {
        p.relative_to(stock_course) for p in stock_course.glob("autograded/*/*/*")
    }


def test_the_table_and_the_file_tell_the_same(graded):
    course, done = graded
    content = json.loads((course / "out.json").read_text())
    assert content["version"] == 1
    outcomes = {o["student"]: o for o in content["outcomes"]}
    assert outcomes["hacker"]["score"] == 3 and outcomes["hacker"]["max_score"] == 9
    line = next(x for x in done.stdout.splitlines() if x.startswith("hacker"))
    assert "3/9" in line
    assert "2 graded, mean" in done.stdout and "0 could not be graded" in done.stdout


def test_a_second_run_does_nothing_again(graded, rows_of, grade):
    course, _ = graded
    with sqlite3.connect(course / "gradebook.db") as book:
        # As a TA leaves it after reading: graded by hand, nothing more to do.
        book.execute("update grade set manual_score = 1, needs_manual_grade = 0")
        book.execute("update comment set manual_comment = 'good'")
    before = rows_of(course)
    times = {p: p.stat().st_mtime_ns for p in course.rglob("*.ipynb")}
    done = grade(course, "ps1")
    assert "2 of them graded by an earlier run" in done.stdout
    assert rows_of(course) == before
    assert {p: p.stat().st_mtime_ns for p in course.rglob("*.ipynb")} == times


def results(course: Path) -> dict[str, int]:
    folder = course / ".nncourse"
    return {p.name: p.stat().st_mtime_ns for p in folder.rglob("*.z")}


def test_a_killed_run_goes_on_where_it_stopped(tmp_path, rows_of, grade, new_course):
    whole = new_course(tmp_path / "whole", copies=6)
    assert grade(whole, "ps1").returncode == 0
    course = new_course(tmp_path / "killed", copies=6)
    command = [sys.executable, "-m", "autograder.cli", "grade", "ps1", "--workers", "1"]
    run = subprocess.Popen(
        command, cwd=course, stdout=subprocess.DEVNULL, start_new_session=True
    )
    deadline = time.monotonic() + 120
    while len(results(course)) < 5 and time.monotonic() < deadline:
        time.sleep(0.02)
    os.killpg(run.pid, signal.SIGKILL)
    run.wait()
    finished = results(course)
    assert 5 <= len(finished) < len(results(whole))
    assert grade(course, "ps1").returncode == 0
    after = results(course)
    assert {name: after[name] for name in finished} == finished
    assert after.keys() == results(whole).keys()
    assert rows_of(course) == rows_of(whole)


def change_test(course: Path) -> None:
    """Make one test of problem1 accept everything and be worth more."""
    path = course / "source" / "ps1" / "problem1.ipynb"
    notebook = nbformat.read(path, 4)
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "correct_squares":
            cell.source = "assert callable(squares)"
            cell.metadata.nbgrader.points = 3
    nbformat.write(notebook, path)


def test_changed_tests_run_again_and_say_before_who_gains(
    tmp_path, rows_of, grade, new_course
):
    course = new_course(tmp_path / "course")
    assert grade(course, "ps1").returncode == 0
    known = results(course)
    change_test(course)
    before = rows_of(course)
    files = {p: p.read_bytes() for p in course.glob("autograded/*/*/*")}
    done = grade(course, "ps1", "--dry-run")
    assert done.returncode == 0, done.stderr
    assert "problem1: cell correct_squares is worth 3 instead of 1" in done.stdout
    assert "bitdiddle: +3 (problem1/correct_squares 0 -> 3)" in done.stdout
    assert "nothing was written" in done.stdout
    assert rows_of(course) == before
    assert {p: p.read_bytes() for p in course.glob("autograded/*/*/*")} == files
    # problem2 is not affected: its two results are the old ones.
    assert len(results(course)) == len(known) + 2
    assert grade(course, "ps1").returncode == 0
    scores = {row[:3]: row[3] for row in rows_of(course).scores}
    assert scores["bitdiddle", "problem1", "correct_squares"] == 3
    unchanged = {k: v for k, v in scores.items() if k[2] != "correct_squares"}
    old = {row[:3]: row[3] for row in before.scores if row[2] != "correct_squares"}
    assert unchanged == old


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["ps11"], "there is no assignment 'ps11' in this course; did you mean 'ps1'?"),
        (["ps1", "--students", "x*"], "no submissions: "),
        (["ps1", "--workers", "0"], "--workers 0: expected a number from 1 up"),
        (["ps1", "--from", "none.zip"], "--from none.zip: no such file or folder"),
        (["ps1", "--cluster", "tcp://127.0.0.1:9", "--force"], "no Dask scheduler"),
    ],
)
def test_bad_input_is_one_line_and_changes_nothing(
    graded, words, message, rows_of, grade
):
    course, _ = graded
    before = rows_of(course)
    done = grade(course, *words)
    assert done.returncode == 2
    assert done.stderr.startswith("nncourse: ") and message in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert rows_of(course) == before


def test_a_course_that_is_not_hardened(stock_course, grade):
    done = grade(stock_course, "ps1")
    assert done.returncode == 2
    assert "does not call harden" in done.stderr


def test_a_folder_that_is_no_course(tmp_path, grade):
    done = grade(tmp_path, "ps1")
    assert done.returncode == 2 and "is no nbgrader course" in done.stderr


def test_an_unreadable_folder_costs_only_its_student(
    stock_course, tmp_path, rows_of, grade, new_course
):
    course = new_course(tmp_path / "course")
    broken = course / "submitted" / "s900" / "ps1"
    broken.mkdir(parents=True)
    (broken / "problem1.ipynb").write_text("{")
    done = grade(course, "ps1")
    assert done.returncode == 0
    scores = rows_of(course).scores
    assert {r[3] for r in scores if r[0] == "s900" and r[3] is not None} == {0.0}
    assert [r for r in scores if r[0] != "s900"] == rows_of(stock_course).scores
