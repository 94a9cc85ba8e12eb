"""What a feedback page says, read from a graded notebook without hidden tests."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from nbformat import NotebookNode
from nbgrader import utils

from autograder.execution.plan import is_test

Kind = Literal["text", "code", "answer", "test"]
State = Literal["full", "part", "none", "waiting"]
WORDS: dict[State, str] = {
    "full": "full points",
    "part": "some points",
    "none": "no points",
    "waiting": "waits for a person",
}
_HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*\s*$", re.MULTILINE)
_POINTS = re.compile(r"\s*\([\d.]+ points?\)$")


@dataclass(frozen=True)
class Result:
    """The points of one graded cell, and why they are what they are."""

    anchor: str
    title: str
    score: float
    points: float
    waiting: bool
    checks: tuple[Mapping[str, Any], ...] = ()
    mistake: Mapping[str, str] | None = None

    @property
    def state(self) -> State:
        """How the result is to be read."""
        if self.waiting:
            return "waiting"
        if self.score >= self.points:
            return "full"
        return "part" if self.score > 0 else "none"

    @property
    def words(self) -> str:
        """The state for people; colour alone would not tell it to everybody."""
        return WORDS[self.state]

    @property
    def passed(self) -> int:
        """How many checks passed."""
        return sum(bool(check["passed"]) for check in self.checks)


@dataclass(frozen=True)
class Block:
    """One cell as the page shows it."""

    kind: Kind
    cell: NotebookNode
    heading: str
    result: Result | None = None
    comment: str = ""


@dataclass(frozen=True)
class Page:
    """One student's feedback on one notebook."""

    assignment: str
    notebook: str
    student: str
    score: float
    max_score: float
    late_penalty: float
    seconds: float
    unreadable: str = ""
    remarks: tuple[str, ...] = ()
    blocks: tuple[Block, ...] = field(default=(), repr=False)

    @property
    def results(self) -> list[Result]:
        """All graded cells in their order."""
        return [block.result for block in self.blocks if block.result is not None]

    @property
    def waiting(self) -> int:
        """How many answers a person has not graded yet."""
        return sum(result.waiting for result in self.results)


def read_page(
    notebook: NotebookNode, names: Mapping[str, Any], waiting: Collection[str]
) -> Page:
    """Read the page from a notebook that nbgrader has put the grades into.

    Args:
        notebook: with scores and comments in the metadata of its cells.
        names: what nbgrader says of it: assignment, student, score ...
        waiting: the grade_ids that a person has still to look at.
    """
    report = notebook.metadata.get("nncourse", {}).get("report", {})
    return Page(
        assignment=names["assignment"],
        notebook=names["notebook"],
        student=names["student"],
        score=float(names["score"]),
        max_score=float(names["max_score"]),
        late_penalty=float(names["late_penalty"]),
        seconds=float(report.get("seconds", 0.0)),
        unreadable=str(report.get("unreadable") or ""),
        remarks=tuple(report.get("repaired", ())),
        blocks=tuple(_blocks(notebook, waiting)),
    )


def _blocks(notebook: NotebookNode, waiting: Collection[str]) -> Iterator[Block]:
    heading = ""
    for cell in notebook.cells:
        told = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "markdown" and not told.get("solution"):
            found = _HEADING.findall(cell.source)
            heading = _POINTS.sub("", found[-1]) if found else heading
        yield Block(
            kind=_kind(cell),
            cell=cell,
            heading=heading,
            result=_result(cell, heading, waiting) if utils.is_grade(cell) else None,
            comment=str(told.get("comment") or ""),
        )


def _kind(cell: NotebookNode) -> Kind:
    if is_test(cell):
        return "test"
    if utils.is_solution(cell) or utils.is_task(cell):
        return "answer"
    return "code" if cell.cell_type == "code" else "text"


def _result(cell: NotebookNode, heading: str, waiting: Collection[str]) -> Result:
    told = cell.metadata.nbgrader
    record = cell.metadata.get("nncourse", {}).get("feedback") or {}
    return Result(
        anchor=f"result-{told.grade_id}",
        title=heading or told.grade_id,
        score=float(told.get("score") or 0.0),
        points=float(told.points),
        waiting=told.grade_id in waiting,
        checks=tuple(record.get("checks", ())),
        mistake=record.get("mistake"),
    )
