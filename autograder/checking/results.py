"""What the test cells of an executed notebook say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from nbformat import NotebookNode

from autograder.checking.assignment import Assignment
from autograder.checking.outputs import cell_name, error_in, rubric_in
from autograder.execution.plan import is_test, points_of
from autograder.execution.scores import points_from_text


@dataclass(frozen=True)
class Check:
    """One named check of a test cell."""

    name: str
    passed: bool
    points: float
    message: str = ""
    hint: str = ""


@dataclass(frozen=True)
class Task:
    """One test cell: its points and checks, and what kept it from its end."""

    name: str
    points: float
    earned: float
    checks: list[Check] = field(default_factory=list)
    problem: str = ""

    @property
    def passed(self) -> bool:
        """Whether all that can be seen of the task is right."""
        return not self.problem and self.earned >= self.points


@dataclass(frozen=True)
class Result:
    """What came of checking one notebook."""

    assignment: Assignment
    tasks: list[Task]
    troubles: dict[str, str]
    """Cells other than tests that did not run to their end, and why."""
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether all visible checks pass."""
        return all(task.passed for task in self.tasks)

    def to_json(self) -> dict[str, Any]:
        """The result as JSON takes it."""
        return {
            "notebook": str(self.assignment.path),
            "passed": self.passed,
            "tasks": [{**asdict(task), "passed": task.passed} for task in self.tasks],
            "troubles": self.troubles,
            "repairs": self.assignment.repairs,
            "remarks": self.assignment.remarks,
            "unanswered": self.assignment.unanswered,
            "seconds": round(self.seconds, 3),
        }


def read_results(
    assignment: Assignment, stops: Mapping[str, str], seconds: float
) -> Result:
    """Return the result of an executed notebook.

    Args:
        assignment: with the outputs of its cells.
        stops: what kept cells from ending by themselves, by name.
        seconds: how long it took.
    """
    tasks, troubles = [], {}
    for index, cell in enumerate(assignment.notebook.cells):
        name = cell_name(cell, index)
        if is_test(cell):
            problem = assignment.unsound.get(name) or stops.get(name, "")
            tasks.append(_task(cell, name, problem))
        elif cell.cell_type == "code":
            problem = stops.get(name) or error_in(cell)
            if problem:
                troubles[name] = problem
    return Result(assignment, tasks, troubles, seconds)


def _task(cell: NotebookNode, name: str, problem: str) -> Task:
    points = points_of(cell) or 0.0
    problem = problem or error_in(cell)
    checks = _checks(cell, points)
    return Task(
        name, points, 0.0 if problem else _earned(cell, points), checks, problem
    )


def _checks(cell: NotebookNode, points: float) -> list[Check]:
    rows, _ = rubric_in(cell)
    total = sum(row["weight"] for row in rows) or 1.0
    return [
        Check(
            row["name"],
            row["earned"] > 0,
            points * row["weight"] / total,
            row["message"],
            row["hint"],
        )
        for row in rows
    ]


def _earned(cell: NotebookNode, points: float) -> float:
    """Return the points of a test cell that ran to its end, as grading reads them."""
    results = [out for out in cell.outputs if out.output_type == "execute_result"]
    text = results[-1].data.get("text/plain", "") if results else ""
    found = points_from_text(text, points)
    return points if found is None else found[0]
