"""Are the tests of an assignment strong and fair? One line for each task.

The reference, the blank release, other right solutions, the catalogue of mistakes and
the mutants of the reference each say a part of the answer.
"""

import runpy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.errors import CourseError
from autograder.feedback.misconceptions import Catalogue
from autograder.feedback.mutation import NO_MUTANTS, Score
from autograder.feedback.rehearsal import Rehearsal

Alternatives = Mapping[str, list[Callable[..., Any]]]


@dataclass(frozen=True)
class TaskProof:
    """What the tests of one task make of right and wrong work."""

    task: str
    points: float
    reference: float
    blank: float
    alternatives: int
    refused: tuple[str, ...]
    mistakes: int
    missed: tuple[str, ...]
    mutants: Score
    faults: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Collect what is wrong, in words."""
        object.__setattr__(self, "faults", tuple(self._find_faults()))

    def _find_faults(self) -> Iterator[str]:
        if self.reference != self.points:
            yield f"the reference earns {self.reference:g} of {self.points:g} points"
        if self.blank:
            yield f"the blank release earns {self.blank:g} points"
        for name in self.refused:
            yield f"right, but loses points: {name}"
        for name in self.missed:
            yield f"other checks fail than those named in caught_by: {name}"
        for change in self.mutants.survivors:
            yield f"survives: {change}"
        for change in self.mutants.stale:
            yield f"listed as equivalent, but no survivor: {change}"


def prove(
    rehearsal: Rehearsal,
    catalogue: Catalogue,
    alternatives: Alternatives,
    mutants: Mapping[str, Score],
) -> list[TaskProof]:
    """Run everything but the mutants, and return one result for each task."""
    reference = rehearsal.run()
    blank = rehearsal.run(blank=True)
    return [
        TaskProof(
            task=task,
            points=reference[f"test_{task}"].points,
            reference=reference[f"test_{task}"].score,
            blank=blank[f"test_{task}"].score,
            alternatives=len(alternatives.get(task, [])),
            refused=tuple(_refused(rehearsal, task, alternatives)),
            mistakes=len(catalogue.of(task)),
            missed=tuple(_missed(rehearsal, task, catalogue)),
            mutants=mutants.get(task, NO_MUTANTS),
        )
        for task in rehearsal.tasks
    ]


def load_alternatives(root: Path, assignment: str) -> Alternatives:
    """Read the other right solutions of an assignment, which lie with the tests."""
    number = assignment.partition("_")[0]
    path = root / "tests" / "assignments" / f"alternatives_{number}.py"
    if not path.is_file():
        raise CourseError(f"{path} is missing: it shows that the tests are fair")
    found = runpy.run_path(str(path)).get("ALTERNATIVES")
    if not isinstance(found, dict):
        raise CourseError(f"{path} defines no dictionary ALTERNATIVES: task, solutions")
    return found


def _refused(
    rehearsal: Rehearsal, task: str, alternatives: Alternatives
) -> Iterator[str]:
    for solution in alternatives.get(task, []):
        failed = _failed(rehearsal, task, solution)
        if failed:
            yield f"{solution.__name__} ({', '.join(sorted(failed))})"


def _missed(rehearsal: Rehearsal, task: str, catalogue: Catalogue) -> Iterator[str]:
    for entry in catalogue.of(task):
        failed = _failed(rehearsal, task, entry.solution)
        if failed != entry.caught_by:
            yield f"{entry.name} ({', '.join(sorted(failed)) or 'none'})"


def _failed(rehearsal: Rehearsal, task: str, solution: Any) -> frozenset[str]:
    test = f"test_{task}"
    return rehearsal.run({task: solution}, only=[test])[test].failed
