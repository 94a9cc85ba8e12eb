"""A sample class: submissions as real ones are, made from the reference by a recipe."""

from __future__ import annotations

import ast
import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from random import Random

import nbformat
from nbformat import NotebookNode

from autograder.feedback.misconceptions import Catalogue, Misconception
from autograder.feedback.transcript import transcript

MARKERS = ("### BEGIN SOLUTION", "### END SOLUTION")
ANSWER = "The line of one neuron cannot part the two classes; a hidden layer can."

Cells = dict[str, NotebookNode]
Recipe = Callable[["SampleClass", NotebookNode], "NotebookNode | bytes"]


class SampleClass:
    """Makes submissions of one assignment; the same seed makes the same class."""

    def __init__(
        self, instructor: Path, released: Path, catalogue: Catalogue, seed: int
    ) -> None:
        self.instructor = nbformat.read(instructor, as_version=4)
        self.released = released
        self.catalogue = catalogue
        self.rng = Random(seed)
        self.solutions = {
            cell.metadata.nbgrader.grade_id: _without_markers(cell.source)
            for cell in self.instructor.cells
            if cell.cell_type == "code" and _is_solution(cell)
        }

    def write(self, folder: Path, assignment: str, size: int) -> dict[str, str]:
        """Write submissions of students s001, s002, …; returns what each one is."""
        made = {}
        due = dt.datetime(2026, 10, 1, 12, 0)
        for number in range(size):
            student = f"s{number + 1:03d}"
            description, recipe = RECIPES[number % len(RECIPES)]
            notebook = nbformat.read(self.released, as_version=4)
            content = recipe(self, notebook)
            if isinstance(content, NotebookNode):
                # As a student's editor writes it: nbformat would mend it first.
                content = json.dumps(content, indent=1).encode()
            target = folder / student / assignment
            target.mkdir(parents=True)
            (target / f"{assignment}.ipynb").write_bytes(content)
            handed_in = due - dt.timedelta(minutes=self.rng.randrange(1, 5000))
            (target / "timestamp.txt").write_text(f"{handed_in} UTC\n")
            made[student] = description
        return made

    def fill(self, notebook: NotebookNode, *, leave_out: int = 0) -> Cells:
        """Put the reference's solutions in, but for the last few; returns the cells."""
        cells = {
            cell.metadata.nbgrader.grade_id: cell
            for cell in notebook.cells
            if cell.metadata.get("nbgrader")
        }
        names = list(self.solutions)
        for name in names[: len(names) - leave_out]:
            cells[name].source = self.solutions[name]
        for cell in cells.values():
            if cell.cell_type == "markdown" and _is_solution(cell):
                cell.source = ANSWER
        return cells

    def mistakes(self, count: int) -> dict[str, str]:
        """Some tasks, each with the text of a mistake of the catalogue."""
        written = {
            task: [text for m in self.catalogue.of(task) if (text := self._write(m))]
            for task in self.catalogue.tasks
            if self.cell_of(task) is not None
        }
        tasks = [task for task, texts in written.items() if texts]
        chosen = self.rng.sample(tasks, min(count, len(tasks)))
        return {task: self.rng.choice(written[task]) for task in chosen}

    def _write(self, mistake: Misconception) -> str | None:
        return transcript(self.catalogue, mistake)

    def cell_of(self, task: str) -> str | None:
        """The solution cell that defines a task."""
        for name, source in self.solutions.items():
            if task in _definitions(source):
                return name
        return None

    def with_mistakes(self, notebook: NotebookNode, count: int) -> NotebookNode:
        """A submission that is right but for some entries of the catalogue."""
        cells = self.fill(notebook)
        for task, text in self.mistakes(count).items():
            name = self.cell_of(task)
            assert name is not None
            cells[name].source = replaced(self.solutions[name], task, text)
        return notebook

    def with_body(self, notebook: NotebookNode, statement: str) -> NotebookNode:
        """A submission whose first function does something else instead."""
        cells = self.fill(notebook)
        name = next(iter(self.solutions))
        cells[name].source = _with_first_statement(self.solutions[name], statement)
        return notebook


def _perfect(made: SampleClass, notebook: NotebookNode) -> NotebookNode:
    made.fill(notebook)
    return notebook


def _one_mistake(made: SampleClass, notebook: NotebookNode) -> NotebookNode:
    return made.with_mistakes(notebook, 1)


def _three_mistakes(made: SampleClass, notebook: NotebookNode) -> NotebookNode:
    return made.with_mistakes(notebook, 3)


def _unfinished(made: SampleClass, notebook: NotebookNode) -> NotebookNode:
    made.fill(notebook, leave_out=len(made.solutions) // 2)
    return notebook


def _raises(made: SampleClass, notebook: NotebookNode) -> NotebookNode:
    return made.with_body(notebook, "return undefined_name")


def _endless(made: SampleClass, notebook: NotebookNode) -> NotebookNode:
    return made.with_body(notebook, "while True: pass")


def _ends_its_process(made: SampleClass, notebook: NotebookNode) -> NotebookNode:
    return made.with_body(notebook, "import os; os._exit(1)")


def _damaged(made: SampleClass, notebook: NotebookNode) -> NotebookNode:
    """A test cell deleted, another one edited, a third one copied."""
    made.fill(notebook)
    tests = [
        place
        for place, cell in enumerate(notebook.cells)
        if cell.metadata.get("nbgrader", {}).get("grade") and not _is_solution(cell)
    ]
    notebook.cells[tests[1]].source = "pass"
    notebook.cells.append(notebook.cells[tests[-1]])
    del notebook.cells[tests[0]]
    return notebook


def _noisy(made: SampleClass, notebook: NotebookNode) -> NotebookNode:
    cells = made.fill(notebook)
    name = next(iter(made.solutions))
    cells[name].source += '\nimport sys\nprint("checked by hand", file=sys.stderr)\n'
    return notebook


def _broken_file(made: SampleClass, notebook: NotebookNode) -> bytes:
    made.fill(notebook)
    text = json.dumps(notebook)
    return text[: len(text) // 2].encode()


RECIPES: list[tuple[str, Recipe]] = [
    ("right", _perfect),
    ("one mistake", _one_mistake),
    ("nothing done", lambda made, notebook: notebook),
    ("three mistakes", _three_mistakes),
    ("a function raises", _raises),
    ("an endless loop", _endless),
    ("a broken file", _broken_file),
    ("half finished", _unfinished),
    ("right, with noise on stderr", _noisy),
    ("one mistake", _one_mistake),
    ("cells deleted, edited, copied", _damaged),
    ("a function ends the process", _ends_its_process),
    ("right", _perfect),
    ("one mistake", _one_mistake),
    ("three mistakes", _three_mistakes),
    ("one mistake", _one_mistake),
]


def _is_solution(cell: NotebookNode) -> bool:
    return bool(cell.metadata.get("nbgrader", {}).get("solution"))


def _without_markers(source: str) -> str:
    kept = (line for line in source.split("\n") if line.strip() not in MARKERS)
    return "\n".join(kept)


def _definitions(source: str) -> dict[str, ast.FunctionDef | ast.ClassDef]:
    return {
        node.name: node
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
    }


def replaced(source: str, task: str, text: str) -> str:
    """The cell with other code in the place of a task's definition."""
    right = _definitions(source)[task]
    lines = source.split("\n")
    before, after = lines[: right.lineno - 1], lines[right.end_lineno :]
    return "\n".join([*before, text, *after])


def _with_first_statement(source: str, statement: str) -> str:
    """The cell with a statement at the start of its first function."""
    function = next(iter(_definitions(source).values()))
    lines = source.split("\n")
    body = function.body[0]
    has_docstring = ast.get_docstring(function) is not None
    place = (body.end_lineno or body.lineno) if has_docstring else body.lineno - 1
    indent = " " * body.col_offset
    return "\n".join([*lines[:place], indent + statement, *lines[place:]])
