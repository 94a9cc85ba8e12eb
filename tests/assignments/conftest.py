"""What the tests of all assignments share: each assignment is read once."""

import functools
from pathlib import Path

import pytest

from autograder.feedback.misconceptions import Catalogue, load_catalogue
from autograder.feedback.proof import load_alternatives
from autograder.feedback.rehearsal import Rehearsal

ROOT = Path(__file__).parents[2]
ASSIGNMENTS = sorted((ROOT / "content" / "assignments").glob("a[0-9][0-9]_*"))


class Assignment:
    """One assignment with its catalogue of mistakes and its other right solutions."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.name = folder.name
        self.text = (folder / "notebook.py").read_text(encoding="utf-8")
        self.rehearsal = Rehearsal(folder)
        self.catalogue: Catalogue = load_catalogue(folder)
        self.alternatives = load_alternatives(ROOT, folder.name)


@functools.cache
def read_assignment(folder: Path) -> Assignment:
    return Assignment(folder)


def pytest_generate_tests(metafunc):
    """Give a test every assignment, every mistake or every alternative in turn."""
    names = metafunc.fixturenames
    if "mistake" in names:
        cases = [(a, m) for a in assignments() for m in a.catalogue]
        ids = [f"{a.name[:3]}-{m.task}-{m.name}" for a, m in cases]
        metafunc.parametrize("assignment, mistake", cases, ids=ids)
    elif "alternative" in names:
        cases = [
            (a, task, solution)
            for a in assignments()
            for task, solutions in a.alternatives.items()
            for solution in solutions
        ]
        ids = [f"{a.name[:3]}-{solution.__name__}" for a, _, solution in cases]
        metafunc.parametrize("assignment, task, alternative", cases, ids=ids)
    elif "assignment" in names:
        found = assignments()
        metafunc.parametrize("assignment", found, ids=[a.name for a in found])


def assignments() -> list[Assignment]:
    return [read_assignment(folder) for folder in ASSIGNMENTS]


@pytest.fixture
def read():
    """Return an assignment by its number, as read("a01")."""

    def by_number(number: str) -> Assignment:
        (folder,) = (f for f in ASSIGNMENTS if f.name.startswith(f"{number}_"))
        return read_assignment(folder)

    return by_number
