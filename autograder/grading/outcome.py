"""What came of one submission, as a TA wants to read it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from nbformat import NotebookNode
from nbgrader import utils

COULD_NOT_GRADE = "could not be graded"


@dataclass
class Outcome:
    """Scores and remarks on one student's submission."""

    student: str
    score: float = 0.0
    max_score: float = 0.0
    scores: dict[str, float | None] = field(default_factory=dict)
    """Automatic score by "notebook/cell"; None waits for a person."""
    reasons: list[str] = field(default_factory=list)
    repaired: list[str] = field(default_factory=list)
    timed_out: int = 0
    crashed: int = 0
    unsafe: bool = False
    failed: bool = False
    """Whether the grader itself could not do its work."""
    cached: bool = False
    seconds: float = 0.0

    @property
    def needs_manual(self) -> int:
        """How many cells wait for a person."""
        return sum(score is None for score in self.scores.values())

    def to_json(self) -> dict[str, Any]:
        """The outcome for `--json`."""
        return {**vars(self), "needs_manual": self.needs_manual}


def outcome_of(student: str, notebooks: Mapping[str, NotebookNode]) -> Outcome:
    """Read the outcome from the graded notebooks of one submission."""
    outcome = Outcome(student)
    for name, notebook in notebooks.items():
        report = notebook.metadata.get("nncourse", {}).get("report", {})
        outcome.repaired += report.get("repaired", [])
        outcome.unsafe |= bool(report.get("unsafe"))
        outcome.seconds += float(report.get("seconds", 0.0))
        if report.get("unreadable"):
            outcome.reasons.append(f"{name}.ipynb: {report['unreadable']}")
        _count_endings(outcome, notebook)
        for cell in notebook.cells:
            if utils.is_grade(cell):
                score, maximum = utils.determine_grade(cell)
                outcome.scores[f"{name}/{cell.metadata.nbgrader.grade_id}"] = score
                outcome.score += score or 0.0
                outcome.max_score += maximum
    if not outcome.reasons:
        outcome.reasons = _what_went_wrong(notebooks.values())
    return outcome


def _count_endings(outcome: Outcome, notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        status = cell.metadata.get("nncourse", {}).get("status", "")
        outcome.timed_out += status in ("timeout", "budget")
        outcome.crashed += status in ("died", "memory")


def _what_went_wrong(notebooks: Iterable[NotebookNode]) -> list[str]:
    """The failed checks by name, or the errors where a cell has no named checks."""
    failed = []
    for notebook in notebooks:
        for cell in notebook.cells:
            if not utils.is_grade(cell) or cell.cell_type != "code":
                continue
            if utils.is_solution(cell):
                continue
            name = cell.metadata.nbgrader.grade_id
            rubric = cell.metadata.get("nncourse", {}).get("rubric") or {}
            checks = [c for c in rubric.get("checks", []) if not c.get("earned")]
            errors = [o for o in cell.outputs if o.output_type == "error"]
            if checks:
                failed += [f"{name}: {check['name']}" for check in checks]
            elif errors:
                failed.append(f"{name}: {errors[0].ename}")
    return failed


def changed_scores(
    before: Mapping[str, float | None], after: Mapping[str, float | None]
) -> dict[str, tuple[float | None, float | None]]:
    """The cells whose automatic score differs, with both scores."""
    return {
        cell: (before.get(cell), after.get(cell))
        for cell in sorted({*before, *after})
        if before.get(cell) != after.get(cell)
    }
