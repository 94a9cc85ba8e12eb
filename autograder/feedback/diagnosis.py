"""Names the mistake behind a failed test, while the student's code is still alive.

The student's function is called on the probe inputs of the assignment's catalogue. If
it does the same there as a known wrong solution, and the same checks fail, the mistake
has a name and a hint. Everything else is left to the messages of the checks.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import cache, lru_cache
from typing import Any, Protocol

from autograder.feedback.misconceptions import Catalogue, Misconception, read_catalogue
from autograder.feedback.sameness import same

SCHEMA_VERSION = 1


class TestCell(Protocol):
    """What is asked of a planned cell."""

    @property
    def id(self) -> str:
        """The grade_id of the cell."""


class TestOutcome(Protocol):
    """What is asked of the outcome of a cell."""

    @property
    def rubric(self) -> Mapping[str, Any] | None:
        """The record of the cell's Rubric, if it has one."""


Diagnose = Callable[[TestCell, TestOutcome, Callable[[str], Any]], Any]


class Diagnostician:
    """The catalogue of an assignment, with the behaviour of its mistakes kept."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._behaviours = cache(self._compute_behaviours)

    def __call__(
        self, cell: TestCell, outcome: TestOutcome, lookup: Callable[[str], Any]
    ) -> dict[str, Any] | None:
        """Return the record of a recognised mistake, or None.

        Args:
            cell: the test cell that lost points; its grade_id is "test_" and the task.
            outcome: with the record of the Rubric.
            lookup: gives what the student bound to a name; NameError if nothing.
        """
        task = cell.id.removeprefix("test_")
        if outcome.rubric is None or task not in self.catalogue.tasks:
            return None
        try:
            solution = lookup(task)
        except NameError:
            return None
        checks = outcome.rubric["checks"]
        failed = [check["name"] for check in checks if not check["earned"]]
        found = self.name(task, solution, failed) if callable(solution) else None
        return None if found is None else _record(found)

    def name(
        self, task: str, solution: Callable[..., Any], failed: Collection[str]
    ) -> Misconception | None:
        """Return the one mistake that explains what a solution does and what it fails.

        Nothing is named when two fit: a wrong name costs more trust than none.
        """
        entries = [e for e in self.catalogue.of(task) if e.caught_by == set(failed)]
        if not entries:
            return None
        seen = self.catalogue.behaviour(task, solution)
        known = self._behaviours(task)
        found = [entry for entry in entries if seen and same(seen, known[entry.name])]
        return found[0] if len(found) == 1 else None

    def _compute_behaviours(self, task: str) -> dict[str, list[Any]]:
        return {
            entry.name: self.catalogue.behaviour(task, entry.solution)
            for entry in self.catalogue.of(task)
        }


@lru_cache(maxsize=4)
def diagnostician(text: str) -> Diagnostician:
    """Return the diagnostician of an assignment from the text of its catalogue."""
    return Diagnostician(read_catalogue(text))


def _record(found: Misconception) -> dict[str, Any]:
    return {
        "schema_version": SCHEMA_VERSION,
        "task": found.task,
        "name": found.name,
        "hint": found.hint,
        "checks": sorted(found.caught_by),
    }
