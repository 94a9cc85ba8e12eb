"""Assignment 1 as a student has it, with answers of the tests' choice."""

import copy
import json
from pathlib import Path

import nbformat
import pytest

from autograder.cli import main
from autograder.notebooks.release import student_version

ROOT = Path(__file__).parents[2]
NAME = "a01_neurons"
IMPORTS = "ModuleNotFoundError: {} is not available in this assignment; allowed: {}"


class Work:
    """The reference solution in a student's copy, to be changed and checked."""

    def __init__(self, notebook):
        self.notebook = notebook

    def cell(self, name):
        return next(cell for cell in self.notebook.cells if cell.id == name)

    def add(self, after, source):
        """Add a cell of the student's own after a named one."""
        place = self.notebook.cells.index(self.cell(after)) + 1
        self.notebook.cells.insert(place, nbformat.v4.new_code_cell(source))

    def remove(self, name):
        self.notebook.cells.remove(self.cell(name))

    def save(self, folder, name=NAME):
        path = folder / f"{name}.ipynb"
        nbformat.write(self.notebook, path)
        return path


@pytest.fixture(scope="session")
def solution():
    """The instructor's notebook, with the hidden tests."""
    return nbformat.read(ROOT / "solutions" / NAME / f"{NAME}.ipynb", as_version=4)


@pytest.fixture(scope="session")
def handed_out(solution):
    return student_version(solution, ROOT)


@pytest.fixture(scope="session")
def make_work(solution, handed_out):
    """A function that returns the solved assignment, a new copy each time."""
    answers = {cell.id: cell.source for cell in solution.cells}

    def make():
        notebook = copy.deepcopy(handed_out)
        for cell in notebook.cells:
            if cell.metadata.get("nbgrader", {}).get("solution"):
                cell.source = answers[cell.id]
        return Work(notebook)

    return make


@pytest.fixture
def work(make_work):
    return make_work()


def check(path, folder, *options):
    """Run `nncourse check` and return its exit code and its results."""
    file = folder / "results.json"
    code = main(["check", str(path), "--json", str(file), *options])
    (found,) = json.loads(file.read_text())["notebooks"]
    return code, found
