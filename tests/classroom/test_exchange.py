"""A term in small, through nbgrader's exchange: two students, one of them late."""

import datetime as dt
import os
import re
import subprocess
import sys

import pytest
from nbgrader.api import Gradebook

ASSIGNMENT = "a01_neurons"
NOTEBOOK = f"{ASSIGNMENT}.ipynb"
COMMENT = "Part (b) needs a reason: why does one line not separate XOR?"
LATE_DAYS = """
c.LateDays.grace_minutes = 0.0
c.LateDays.percent_per_day = 20.0
"""
STUDENT = """
c = get_config()
c.CourseDirectory.course_id = "nncourse"
c.CourseDirectory.student_id = {student!r}
c.Exchange.root = {exchange!r}
c.Exchange.cache = {cache!r}
"""


class Student:
    """A student with a folder of their own."""

    def __init__(self, folder, name, classroom, run_in):
        self.name, self.folder = name, folder / name
        self.classroom, self.run_in = classroom, run_in
        self.notebook = self.folder / ASSIGNMENT / NOTEBOOK
        self.folder.mkdir()
        config = STUDENT.format(
            student=name,
            exchange=str(classroom.root / "course" / "exchange"),
            cache=str(self.folder / "cache"),
        )
        (self.folder / "nbgrader_config.py").write_text(config)

    def nbgrader(self, *words, **options):
        return self.run_in(self.folder, *words, **options)

    def submit(self):
        """Hand in; return the time that the exchange wrote down."""
        log = self.nbgrader("submit", ASSIGNMENT)
        return re.search(rf"Submitted as: nncourse {ASSIGNMENT} (.*) UTC", log).group(1)

    def pages(self):
        """The feedback pages that were fetched, the latest last."""
        folder = self.folder / ASSIGNMENT / "feedback"
        return sorted(folder.glob(f"*/{ASSIGNMENT}.html"))


@pytest.fixture(scope="module")
def students(classroom, run_in):
    """s001 and s002, who have fetched the released assignment."""
    with (classroom.root / "nbgrader_config.py").open("a") as config:
        config.write(LATE_DAYS)
    classroom.nbgrader("generate_assignment", ASSIGNMENT)
    classroom.nbgrader("release_assignment", ASSIGNMENT)
    folder = classroom.root.parent
    both = {n: Student(folder, n, classroom, run_in) for n in ("s001", "s002")}
    for student in both.values():
        assert f"nncourse {ASSIGNMENT}" in student.nbgrader("list")
        student.nbgrader("fetch_assignment", ASSIGNMENT)
    return both


@pytest.fixture(scope="module")
def submitted(classroom, students):
    """What was handed in: s002 twice and in time, s001 once and late."""
    right, wrong = students["s001"], students["s002"]
    times = {"s002, first": wrong.submit()}
    classroom.nbgrader("collect", ASSIGNMENT)
    classroom.work(wrong.notebook, mistake=True)
    times["s002"] = wrong.submit()
    due = dt.datetime.now(dt.UTC).strftime("%Y-%m-%d %H:%M:%S.%f UTC")
    classroom.nbgrader("db", "assignment", "add", ASSIGNMENT, f"--duedate={due}")
    classroom.work(right.notebook)
    times["s001"] = right.submit()
    classroom.log = classroom.nbgrader("collect", ASSIGNMENT, "--update")
    return times


def scores(classroom):
    """Points by student and cell, and what lateness costs."""
    with Gradebook(f"sqlite:///{classroom.root / 'course' / 'gradebook.db'}") as book:
        found = {}
        for submission in book.assignment_submissions(ASSIGNMENT):
            grades = submission.notebooks[0].grades
            found[submission.student.id] = {g.name: g.auto_score for g in grades}
            found[submission.student.id]["late"] = submission.late_submission_penalty
    return found


@pytest.fixture(scope="module")
def graded(classroom, submitted):
    """The points of `nncourse grade`."""
    done = subprocess.run(
        [sys.executable, "-m", "autograder.cli", "grade", ASSIGNMENT],
        cwd=classroom.root,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return scores(classroom)


@pytest.fixture(scope="module")
def formgrader(classroom, graded, chromium, free_port, answers):
    """Formgrader in the instructor's JupyterLab, and the page that it is in."""
    port = free_port()
    log = classroom.root.parent / "lab.log"
    command = ["lab", "--instructor", "--no-browser", f"--port={port}"]
    with log.open("w") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "autograder.cli", *command],
            cwd=classroom.root,
            env={**os.environ, "JUPYTER_TOKEN": "x" * 20, "HOME": str(log.parent)},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        answers(f"{address}/api", server, log)
        page = chromium.new_page(viewport={"width": 1400, "height": 1000})
        page.goto(f"{address}/lab?token={'x' * 20}&reset")
        page.click('.lm-MenuBar-item:has-text("Nbgrader")')
        page.click('li.lm-Menu-item[data-command="nbgrader:open-formgrader"]')
        yield page, page.frame_locator("iframe[src*=formgrader]")
    finally:
        server.terminate()
        server.wait(30)


@pytest.fixture(scope="module")
def commented(formgrader, screenshots):
    """The manual grade of s002, typed in formgrader: 1.5 points and a comment."""
    page, frame = formgrader
    frame.get_by_role("link", name="Manage Students").click()
    frame.locator('a[href$="/manage_students/s002"]').click()
    frame.get_by_role("link", name=ASSIGNMENT).click()
    frame.get_by_role("link", name=ASSIGNMENT).last.click()
    score, comment = frame.locator("#why_layers"), frame.locator("#why_layers-comment")
    for field, text in ((score, "1.5"), (comment, COMMENT)):
        with page.expect_response(
            lambda answer: answer.request.method == "PUT" and answer.ok
        ):
            field.fill(text)
            field.press("Tab")
    comment.scroll_into_view_if_needed()
    page.screenshot(path=screenshots / "formgrader_comment.png")


@pytest.fixture(scope="module")
def fed_back(classroom, students, commented):
    """Both students, who have fetched their feedback."""
    classroom.nbgrader("generate_feedback", ASSIGNMENT)
    classroom.nbgrader("release_feedback", ASSIGNMENT)
    for student in students.values():
        student.nbgrader("fetch_feedback", ASSIGNMENT)
    return students


def test_students_get_neither_solutions_nor_hidden_tests(students):
    for student in students.values():
        text = student.notebook.read_text(encoding="utf-8")
        assert "YOUR CODE HERE" in text
        assert "BEGIN SOLUTION" not in text and "HIDDEN TESTS" not in text


def test_validate_tells_a_right_solution_from_a_wrong_one(students, submitted):
    said = {
        name: student.nbgrader("validate", str(student.notebook), stdout=True)
        for name, student in students.items()
    }
    assert "Success! Your notebook passes all the tests." in said["s001"]
    assert "Success" not in said["s002"] and "sigmoid" in said["s002"]


def test_the_last_submission_is_collected(classroom, submitted):
    assert submitted["s002"] > submitted["s002, first"]
    assert f"Updating submission: s002 {ASSIGNMENT}" in classroom.log
    for student in ("s001", "s002"):
        folder = classroom.root / "course" / "submitted" / student / ASSIGNMENT
        assert (folder / "timestamp.txt").read_text() == f"{submitted[student]} UTC"
    assert "No newer submission" in classroom.nbgrader(
        "collect", ASSIGNMENT, "--update"
    )


def test_only_the_mistake_and_lateness_cost_points(graded):
    different = {
        name
        for name, points in graded["s001"].items()
        if points != graded["s002"][name]
    }
    assert different == {"test_sigmoid", "late"}
    assert 0 < graded["s002"]["test_sigmoid"] < graded["s001"]["test_sigmoid"]
    earned = sum(p or 0.0 for name, p in graded["s001"].items() if name != "late")
    assert graded["s001"]["late"] == pytest.approx(0.2 * earned)
    assert not graded["s002"]["late"]


def test_nbgraders_own_autograde_gives_the_same_points(classroom, graded):
    classroom.nbgrader("autograde", ASSIGNMENT, "--force", "--student=s002")
    assert scores(classroom) == graded


def test_formgrader_lists_the_class(formgrader, screenshots):
    page, frame = formgrader
    # Formgrader opens on the list of assignments: loading it anew swallows the click.
    frame.locator("td.num-submissions a").click()
    rows = frame.locator("#main-table tr")
    frame.locator("td.student-id", has_text="s002").wait_for()
    assert rows.count() == 2
    assert "needs manual grading" in rows.nth(0).inner_text()
    page.screenshot(path=screenshots / "formgrader_class.png")


def test_feedback_brings_points_comment_and_hints(fed_back, chromium, screenshots):
    (newest,) = fed_back["s002"].pages()
    page = chromium.new_page(viewport={"width": 1100, "height": 1000})
    page.goto(newest.as_uri())
    text = page.locator("body").inner_text()
    assert COMMENT in text and "1.5" in text
    assert "the slope is ignored" in text
    page.get_by_text(COMMENT).first.scroll_into_view_if_needed()
    page.screenshot(path=screenshots / "feedback_comment.png")
    page.close()


def test_feedback_of_another_student_stays_there(fed_back):
    (page,) = fed_back["s001"].pages()
    text = page.read_text(encoding="utf-8")
    assert COMMENT not in text and "s002" not in text
