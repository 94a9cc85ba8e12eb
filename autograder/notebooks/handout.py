"""What an assignment says about itself, for the check that students run at home.

The notebook's metadata (``nncourse``) names the notebook, the version of the course and
each cell that grading would put back. Grading itself believes none of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

_FLAGS = ("grade", "solution", "task", "locked")
_TYPES = ("code", "markdown")


@dataclass(frozen=True)
class HandedOutCell:
    """One cell with a grade id, as it is handed out.

    As a line: ``test_relu code grade locked 2 #nncourse-inside``.
    """

    name: str
    cell_type: str
    flags: frozenset[str]
    points: float | None = None
    tags: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, cell_type: str, fields: Mapping[str, Any], tags: Iterable[str]
    ) -> HandedOutCell:
        """Describe a cell by its type, its nbgrader metadata and its tags."""
        flags = frozenset(flag for flag in _FLAGS if fields.get(flag))
        name, points = fields["grade_id"], fields.get("points")
        return cls(name, cell_type, flags, points, tuple(tags))

    @classmethod
    def from_line(cls, line: str) -> HandedOutCell:
        """Read a line; one that no version of the course wrote is a ValueError."""
        name, cell_type, *words = line.split()
        if cell_type not in _TYPES:
            raise ValueError(f"{cell_type!r} is not a type of cell")
        tags = tuple(word[1:] for word in words if word.startswith("#"))
        flags = frozenset(word for word in words if word in _FLAGS)
        numbers = [w for w in words if w not in flags and not w.startswith("#")]
        points = float(numbers[0]) if numbers else None
        return cls(name, cell_type, flags, points, tags)

    def as_line(self) -> str:
        """Return the line that `from_line` reads."""
        flags = [flag for flag in _FLAGS if flag in self.flags]
        points = [] if self.points is None else [str(self.points)]
        tags = [f"#{tag}" for tag in self.tags]
        return " ".join([self.name, self.cell_type, *flags, *points, *tags])
