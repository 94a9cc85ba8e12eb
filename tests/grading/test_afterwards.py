"""After `nncourse grade` nbgrader's own commands go on with the same gradebook."""

import csv
import json
import sqlite3

import pytest
from nbgrader.api import Gradebook

LATE = """
c.LateSubmissionPlugin.penalty_method = "zero"
"""


@pytest.fixture(scope="module")
def graded(new_course, grade, tmp_path_factory):
    """Graded twice; in between a TA gave extra credit, and one student was late."""
    course = new_course(tmp_path_factory.mktemp("after") / "course", LATE)
    assert grade(course, "ps1").returncode == 0
    with sqlite3.connect(course / "gradebook.db") as book:
        times = book.execute("select timestamp from submitted_assignment").fetchall()
        first, last = sorted(time for (time,) in times)
        assert first < last
        book.execute("update assignment set duedate = ?", (first,))
        book.execute("update grade set extra_credit = 0.5")
        book.execute("update grade set manual_score = 2 where auto_score is null")
    done = grade(course, "ps1", "--force", "--json", "out.json")
    assert done.returncode == 0, done.stderr
    return course


@pytest.fixture(scope="module")
def outcomes(graded):
    content = json.loads((graded / "out.json").read_text())
    return {outcome["student"]: outcome for outcome in content["outcomes"]}


def test_the_late_pay_and_extra_credit_stays(graded):
    with Gradebook(f"sqlite:///{graded / 'gradebook.db'}", "stock") as book:
        duedate = book.find_assignment("ps1").duedate
        late = 0
        for submission in book.find_assignment("ps1").submissions:
            for notebook in submission.notebooks:
                assert {g.extra_credit for g in notebook.grades} == {0.5}
                if submission.timestamp > duedate:
                    late += 1
                    assert notebook.late_submission_penalty == notebook.score > 0
                else:
                    assert notebook.late_submission_penalty is None
        assert late == 2


def test_the_exported_table_has_the_same_scores(
    graded, outcomes, run_nbgrader, rows_of
):
    run_nbgrader(graded, "export")
    with (graded / "grades.csv").open() as file:
        table = {row["student_id"]: row for row in csv.DictReader(file)}
    assert table.keys() == outcomes.keys()
    for student, outcome in outcomes.items():
        mine = [row for row in rows_of(graded).scores if row[0] == student]
        given = sum((manual or 0) + extra for *_, manual, extra, _ in mine)
        raw = float(table[student]["raw_score"])
        assert raw == pytest.approx(outcome["score"] + given)


def test_feedback_is_made_from_the_graded_notebooks(graded, outcomes, run_nbgrader):
    run_nbgrader(graded, "generate_feedback", "ps1")
    pages = {
        page.relative_to(graded).parts[1] for page in graded.glob("feedback/*/*/*")
    }
    assert pages == outcomes.keys()


def test_formgrader_finds_what_is_left_to_read(graded, outcomes):
    with Gradebook(f"sqlite:///{graded / 'gradebook.db'}", "stock") as book:
        listed = {d["student"]: d for d in book.submission_dicts("ps1")}
        for student, outcome in outcomes.items():
            # What has a manual score already is shown again after a regrade.
            assert listed[student]["needs_manual_grade"] == bool(
                outcome["needs_manual"]
            )
            for notebook in ("problem1", "problem2"):
                assert book.find_submission_notebook(notebook, "ps1", student)
