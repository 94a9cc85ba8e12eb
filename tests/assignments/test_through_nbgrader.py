"""Whole submissions through stock nbgrader and through `nncourse grade`.

Three students hand in every assignment: right work, the blank release, and work with
one mistake of the catalogue in each task. Both roads give each cell the same points.
"""

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from random import Random

import nbformat
import pytest

from autograder.cli.sample_class import SampleClass, replaced
from autograder.feedback.transcript import transcript

ROOT = Path(__file__).parents[2]
CONFIG = f"""
c = get_config()
c.CourseDirectory.course_id = "all"
c.CourseDirectory.source_directory = {str(ROOT / "solutions")!r}
c.ClearSolutions.code_stub = {{"python": "# YOUR CODE HERE"}}
c.Execute.timeout = 60
"""
HARDENED = f"""
from autograder.nbgrader import harden
harden(c)
c.SandboxedExecute.misconceptions = (
    {str(ROOT / "content/assignments")!r} + "/{{assignment_id}}/misconceptions.py"
)
"""
RIGHT, BLANK, MISTAKEN = "s001", "s002", "s003"
SCORES = """
    select s.student_id, c.name, g.auto_score, g.needs_manual_grade
    from grade g join base_cell c on g.cell_id = c.id
    join submitted_notebook m on g.notebook_id = m.id
    join notebook n on m.notebook_id = n.id
    join submitted_assignment s on m.assignment_id = s.id
    where n.name = ? order by 1, 2
"""


def call(course, module, *words):
    done = subprocess.run(
        [sys.executable, "-m", module, *words],
        cwd=course,
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


def scores(course, name):
    with closing(sqlite3.connect(course / "gradebook.db")) as book:
        return book.execute(SCORES, (name,)).fetchall()


@pytest.fixture(scope="module")
def roads(tmp_path_factory):
    """A function that hands in and grades one assignment on both roads."""
    courses = {}
    for road, more in (("stock", ""), ("ours", HARDENED)):
        courses[road] = tmp_path_factory.mktemp(road)
        (courses[road] / "nbgrader_config.py").write_text(CONFIG + more)

    def grade(assignment):
        name = assignment.name
        stock, ours = courses["stock"], courses["ours"]
        call(stock, "nbgrader", "generate_assignment", name)
        released = stock / "release" / name / f"{name}.ipynb"
        mistakes = hand_in(assignment, released, stock / "submitted")
        shutil.copy(stock / "gradebook.db", ours)
        shutil.copytree(stock / "submitted", ours / "submitted", dirs_exist_ok=True)
        call(stock, "nbgrader", "autograde", name)
        call(ours, "autograder.cli", "grade", name)
        return stock, ours, mistakes

    return grade


def hand_in(assignment, released, folder):
    """Write the three submissions; return the mistakes of the third, by task."""
    name = assignment.name
    instructor = ROOT / "solutions" / name / f"{name}.ipynb"
    made = SampleClass(instructor, released, assignment.catalogue, seed=0)
    chosen = {}
    for student in (RIGHT, BLANK, MISTAKEN):
        notebook = nbformat.read(released, as_version=4)
        if student != BLANK:
            cells = made.fill(notebook)
        if student == MISTAKEN:
            for task in assignment.catalogue.tasks:
                written = [
                    (mistake, text)
                    for mistake in assignment.catalogue.of(task)
                    if (text := transcript(assignment.catalogue, mistake))
                ]
                if written:
                    mistake, text = Random(task).choice(written)
                    cell = cells[made.cell_of(task)]
                    cell.source = replaced(cell.source, task, text)
                    chosen[task] = mistake
        target = folder / student / name
        target.mkdir(parents=True)
        nbformat.write(notebook, target / f"{name}.ipynb")
    return chosen


def test_both_roads_give_the_same_points(assignment, roads):
    stock, ours, mistakes = roads(assignment)
    rows = scores(ours, assignment.name)
    assert rows == scores(stock, assignment.name)
    automatic = {
        (student, cell): score
        for student, cell, score, _ in rows
        if cell in assignment.rehearsal.points
    }
    for cell, points in assignment.rehearsal.points.items():
        assert automatic[RIGHT, cell] == points
        assert automatic[BLANK, cell] == 0.0
        mistaken = cell.removeprefix("test_") in mistakes
        assert (automatic[MISTAKEN, cell] < points) == mistaken, cell
    manual = {cell for _, cell, _, waits in rows if waits}
    assert manual and not manual & assignment.rehearsal.points.keys()
    diagnoses = read_diagnoses(ours, assignment.name)
    named = {task: mistake.name for task, mistake in mistakes.items()}
    assert diagnoses == named, "what the sandbox shows of a mistake differs"
    check_feedback(ours, assignment, mistakes)


def read_diagnoses(course, name):
    path = course / "autograded" / MISTAKEN / name / f"{name}.ipynb"
    told = [
        cell.metadata.get("nncourse", {}).get("diagnosis")
        for cell in nbformat.read(path, as_version=4).cells
    ]
    return {diagnosis.task: diagnosis.name for diagnosis in told if diagnosis}


def check_feedback(course, assignment, mistakes):
    call(course, "autograder.cli", "feedback", assignment.name, "--students", MISTAKEN)
    path = course / "feedback" / MISTAKEN / assignment.name / f"{assignment.name}.html"
    page = path.read_text(encoding="utf-8")
    assert page.count('class="mistake"') == len(mistakes)
    assert "HIDDEN TESTS" not in page
    assert "BEGIN SOLUTION" not in page
