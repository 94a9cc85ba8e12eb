"""Grades all attackers together, on both roads, with honest students among them."""

import shutil
import sqlite3
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from nbformat import NotebookNode

from autograder.feedback.hide_hidden import HideHiddenTests
from autograder.sandbox import Policy, Sandbox, probe

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))  # for the modules beside this file that are no tests

from attack_course import (  # noqa: E402
    VICTIM,
    Run,
    Secrets,
    hand_in,
    honest_work,
    make_course,
)
from attack_kit import FULL, Attack  # noqa: E402
from attack_list import (  # noqa: E402
    ATTACKS,
    LEARNERS,
    ROADS,
    attackers,
    graded_run,
    hand_in_attack,
)

HONEST_STUDENTS = ("aa_honest", "mm_honest", "zz_honest")


def pytest_generate_tests(metafunc):
    """Give a test both roads, and every attack on them by the student who makes it."""
    if {"run", "student"} <= set(metafunc.fixturenames):
        cases = [(road, student) for road in ROADS for student in attackers(road)]
        metafunc.parametrize("run, student", cases, indirect=["run"])
    elif "run" in metafunc.fixturenames:
        metafunc.parametrize("run", ROADS, indirect=True)


def pytest_collection_modifyitems(items):
    """Give the first test, which waits for both roads, the time that it needs."""
    for item in items:
        if Path(item.path).parent == HERE:
            item.add_marker(pytest.mark.timeout(1200))


@pytest.fixture(scope="session")
def sealed() -> Secrets:
    return Secrets.draw()


@pytest.fixture(scope="session")
def sandbox_holds() -> None:
    """Some attacks would harm this machine, so nothing runs without a sandbox."""
    available = probe()
    assert available.usable, f"{available.reason}; {available.remedy}"
    with Sandbox(Policy()) as sandbox, sandbox.open() as session:
        look = (
            "import os\n"
            "print(os.path.isdir('/run/kernel') and os.getuid() != 0 and len("
            "[n for n in os.listdir('/proc') if n.isdigit()]) <= 3"
            f" and not os.path.exists({str(HERE)!r}))"
        )
        result = session.run_cell(look, cell_id="look", timeout=10)
    assert result.outputs[0]["text"] == "True\n", result


@pytest.fixture(scope="session")
def class_folder(sandbox_holds, sealed, tmp_path_factory) -> Run:
    """The course with everybody's submissions, not graded yet."""
    root = tmp_path_factory.mktemp(sealed.texts["course"]) / "course"
    released = make_course(root, sealed)
    for student in HONEST_STUDENTS:
        hand_in(root, student, honest_work(released))
    folder = hand_in(root, VICTIM, honest_work(released, sealed.texts["other"]))
    (folder / "note.txt").write_text(sealed.texts["other"])
    for student in ATTACKS:
        hand_in_attack(root, student, released)
    return Run(root, sealed, root.parent / "temporary")


@pytest.fixture(scope="session")
def graded(class_folder, tmp_path_factory) -> dict[str, Run]:
    """The class as both roads grade it, side by side: they mostly wait."""
    mark = class_folder.secrets.texts["course"]
    folders = {road: tmp_path_factory.mktemp(f"{road}-{mark}") for road in ROADS}
    with ThreadPoolExecutor() as threads:
        running = {
            road: threads.submit(graded_run, class_folder, folder, road)
            for road, folder in folders.items()
        }
    return {road: future.result() for road, future in running.items()}


@pytest.fixture
def run(request, graded) -> Run:
    """The runs of both roads in turn."""
    return graded[request.param]


@pytest.fixture(scope="session")
def by_nbgrader(graded) -> Run:
    """The class as `nbgrader autograde` grades it."""
    return graded["nbgrader"]


@pytest.fixture(scope="session")
def by_nncourse(graded) -> Run:
    """The class as `nncourse grade` grades it."""
    return graded["nncourse"]


@pytest.fixture(scope="session")
def attacks() -> dict[str, Attack]:
    """All attacks by student."""
    return ATTACKS


@pytest.fixture
def attack(student) -> Attack:
    """What the student of a test tries."""
    return ATTACKS[student]


@pytest.fixture(scope="session")
def honest_students() -> tuple[str, ...]:
    """Everybody who hands in good work and means no harm."""
    return (*HONEST_STUDENTS, VICTIM)


@pytest.fixture(scope="session")
def full() -> dict[str, float]:
    """All points by test."""
    return FULL


@pytest.fixture(scope="session")
def page_attackers() -> list[str]:
    """Students whose notebooks are meant to act on their readers."""
    return [student for student in ATTACKS if student.startswith("pages-")]


@pytest.fixture(scope="session")
def shown_students(page_attackers) -> list[str]:
    """Students whose real feedback pages are made and looked at."""
    return ["aa_honest", *page_attackers, *LEARNERS]


@pytest.fixture(scope="session")
def feedback_of():
    """Return the notebook that a student's feedback page is made of."""
    step = HideHiddenTests()

    def feedback(run: Run, student: str) -> NotebookNode:
        resources = {"nbgrader": {"assignment": "ps1"}}
        return step.preprocess(run.graded(student), resources)[0]

    return feedback


@pytest.fixture(scope="session")
def source_cells():
    """Read what the gradebook knows of the assignment's cells and its students."""

    def read(root: Path) -> list[tuple]:
        with sqlite3.connect(root / "gradebook.db") as book:
            query = "select name, source, checksum, locked from source_cell order by 1"
            cells = book.execute(query).fetchall()
            query = "select name, max_score from grade_cells g, base_cell b"
            query += " where g.id = b.id order by 1"
            return cells + book.execute(query).fetchall()

    return read


@pytest.fixture(scope="session", autouse=True)
def tidy_up(tmp_path_factory):
    """Big files of the class are not kept after the tests."""
    yield
    for folder in tmp_path_factory.getbasetemp().glob("*/course/submitted"):
        shutil.rmtree(folder, ignore_errors=True)
