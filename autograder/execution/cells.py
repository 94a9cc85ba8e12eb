"""What is to be executed of a notebook, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["student", "shared", "test", "inside", "skip"]


@dataclass(frozen=True)
class PlannedCell:
    """One code cell and where it runs.

    ``student`` cells run in the sandbox, ``test`` cells in the trusted process,
    ``shared`` cells in both. ``inside`` is a test cell that its author marked to run
    in the sandbox. ``skip`` is not run at all.
    """

    index: int
    id: str
    kind: Kind
    source: str
    points: float | None = None


@dataclass
class CellOutcome:
    """A cell's outputs in notebook format and how its execution ended.

    ``status`` is ``ok``, ``error``, ``timeout``, ``died``, ``memory``, ``output`` or
    ``budget`` (the notebook's time was used up before the cell).
    """

    outputs: list[dict[str, Any]]
    status: str
    reason: str = ""
    seconds: float = 0.0
    rubric: dict[str, Any] | None = None
    diagnosis: Any = None


@dataclass
class NotebookResult:
    """The outcomes by cell index, and what an instructor should know about the run."""

    outcomes: dict[int, CellOutcome] = field(default_factory=dict)
    events: list[str] = field(default_factory=list)
    unsafe: bool = False
    seconds: float = 0.0
