"""What a student's notebook still tells about the assignment as it was handed out.

The cells are listed in the notebook's metadata, and nbgrader left a checksum of each
text. So an edited text is noticed, but not known: only grading can put it back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nbformat import NotebookNode

from autograder.execution.release import Markers, ReleasedCell, ReleasedNotebook
from autograder.notebooks.handout import HandedOutCell

_UNKNOWN = "\0"
"""Stands for a text that nobody here knows; it equals none."""


@dataclass(frozen=True)
class _Found:
    """A cell of the assignment, and those of the student's that are it, or copies."""

    cell: HandedOutCell
    copies: list[NotebookNode]

    @property
    def answer(self) -> bool:
        return "solution" in self.cell.flags

    @property
    def original(self) -> NotebookNode | None:
        """The last copy with the text that was handed out."""
        for node in reversed(self.copies):
            if _checksum_in(node) == checksum(self.cell, node.source):
                return node
        return None

    @property
    def edited(self) -> bool:
        if self.answer or not self.copies or "locked" not in self.cell.flags:
            return False
        last = self.copies[-1]
        known = _checksum_in(last)
        return bool(known) and known != checksum(self.cell, last.source)

    @property
    def source(self) -> str:
        if self.answer:
            return self.original.source if self.original else _UNKNOWN
        return self.copies[-1].source if self.copies else ""


@dataclass(frozen=True)
class HandedOut:
    """The cells of an assignment, compared with a student's notebook."""

    cells: list[_Found]
    plain: list[NotebookNode]

    @classmethod
    def read(cls, lines: Any, submitted: NotebookNode) -> HandedOut | None:
        """Return what the list of cells says; None if there is no sound list."""
        if not isinstance(lines, list):
            return None
        try:
            cells = [HandedOutCell.from_line(str(line)) for line in lines]
        except ValueError:
            return None
        found = [_Found(cell, _copies(submitted, cell.name)) for cell in cells]
        plain = [cell for cell in submitted.cells if not _name(cell)]
        return cls(found, plain) if found else None

    @property
    def missing(self) -> list[str]:
        """The cells that are gone."""
        return [found.cell.name for found in self.cells if not found.copies]

    @property
    def edited(self) -> list[str]:
        """The locked cells whose text is no longer the one handed out."""
        return [found.cell.name for found in self.cells if found.edited]

    @property
    def unanswered(self) -> list[str]:
        """The written answers that nobody has touched."""
        return [
            found.cell.name
            for found in self.cells
            if found.answer and "grade" in found.cell.flags
            if found.original is not None and found.original is found.copies[-1]
        ]

    def release(self, allow: Sequence[str]) -> ReleasedNotebook:
        """Return the assignment in the form in which notebooks are mended."""
        return ReleasedNotebook(
            cells=tuple(_released(found) for found in self.cells),
            allow=tuple(allow),
            # Errors of these cells cost nothing anyway, so that the tag has no effect.
            plain_tags={
                cell.source: ("raises-exception",)
                for cell in self.plain
                if "raises-exception" in cell.metadata.get("tags", [])
            },
            markers=Markers(()),
        )


def checksum(cell: HandedOutCell, source: str) -> str:
    """Return nbgrader's checksum of a text in a cell, without its slow import."""
    grade, solution = "grade" in cell.flags, "solution" in cell.flags
    locked = not solution and (grade or "locked" in cell.flags)
    parts = [source, cell.cell_type, str(grade), str(solution), str(locked), cell.name]
    if grade:
        parts.append(str(float(cell.points or 0.0)))
    return hashlib.md5("".join(parts).encode(), usedforsecurity=False).hexdigest()


def _released(found: _Found) -> ReleasedCell:
    cell = found.cell
    return ReleasedCell(
        name=cell.name,
        cell_type=cell.cell_type,
        source=found.source,
        locked="locked" in cell.flags,
        checksum=None,
        grade="grade" in cell.flags,
        solution="solution" in cell.flags,
        task="task" in cell.flags,
        points=cell.points,
        tags=cell.tags,
    )


def _copies(submitted: NotebookNode, name: str) -> list[NotebookNode]:
    named = [cell for cell in submitted.cells if _name(cell) == name]
    # An editor that strips metadata leaves the cell's id, which is its name.
    return named or [c for c in submitted.cells if c.id == name and not _name(c)]


def _name(cell: NotebookNode) -> Any:
    return cell.metadata.get("nbgrader", {}).get("grade_id")


def _checksum_in(cell: NotebookNode) -> Any:
    return cell.metadata.get("nbgrader", {}).get("checksum")
