"""What the course released: the truth that a submitted notebook is mended from.

The gradebook knows the text, the kind and the points of every cell with a grade id.
The source notebook adds what the gradebook does not keep: the order of the cells, their
tags and the modules that the assignment allows.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from traitlets.config import Config

DEFAULT_ALLOW = ("nnlib.data", "nnlib.testing", "nnlib.viz.style")
"""Modules that a notebook may import if it does not say."""

INSIDE_TAG = "nncourse-inside"
"""An author's tag: this test cell runs in the student's process."""

SCHEMA_VERSION = 3
"""Of nbgrader's metadata. nbgrader itself takes two seconds to import, and the workers
of a class need nothing else of it: where it is needed it is imported late."""

SKIP_TAG = "skip-execution"
"""An author's tag, as nbclient has it: this cell is not run at all."""


@dataclass(frozen=True)
class Markers:
    """Pairs of texts that begin and end what students must not see."""

    pairs: tuple[tuple[str, str], ...] = (("BEGIN HIDDEN TESTS", "END HIDDEN TESTS"),)

    @classmethod
    def of_release(cls, config: Config | None = None) -> Markers:
        """Return everything that nbgrader takes out of a cell at its release."""
        from nbgrader.preprocessors import ClearMarkScheme

        begin = _option(config, ClearMarkScheme, "begin_mark_scheme_delimeter")
        end = _option(config, ClearMarkScheme, "end_mark_scheme_delimeter")
        return cls((*cls.of_hidden_tests(config).pairs, (begin, end)))

    @classmethod
    def of_hidden_tests(cls, config: Config | None = None) -> Markers:
        """Return the markers of hidden tests as the course configures them."""
        from nbgrader.preprocessors import ClearHiddenTests

        begin = _option(config, ClearHiddenTests, "begin_test_delimeter")
        end = _option(config, ClearHiddenTests, "end_test_delimeter")
        return cls(((begin, end),))

    def split(self, source: str) -> tuple[list[str], list[str]]:
        """Return the visible and the hidden lines of a cell.

        A region without an end hides everything that follows: too much hidden is
        an accident, too little is a leak.
        """
        visible: list[str] = []
        hidden: list[str] = []
        end = ""
        for line in source.split("\n"):
            begun = [stop for start, stop in self.pairs if start in line]
            if not end and begun:
                end = begun[0]
            elif end and end in line:
                end = ""
            else:
                (hidden if end else visible).append(line)
        return visible, hidden

    def visible(self, source: str) -> str:
        """Return the text of a cell as the students got it."""
        return "\n".join(self.split(source)[0])


def _option(config: Config | None, owner: type, name: str) -> str:
    """Return an option of one of nbgrader's steps as the course configures it."""
    section = (config if config is not None else Config()).get(owner.__name__, {})
    return str(section.get(name, getattr(owner, name).default_value))


@dataclass(frozen=True)
class ReleasedCell:
    """One cell with a grade id, as the gradebook keeps it."""

    name: str
    cell_type: str
    source: str
    locked: bool
    checksum: str | None
    grade: bool = False
    solution: bool = False
    task: bool = False
    points: float | None = None
    tags: tuple[str, ...] = ()

    @property
    def is_test(self) -> bool:
        """Whether the autograder scores this cell."""
        return self.grade and not self.solution and self.cell_type == "code"

    def metadata(self) -> NotebookNode:
        """Return the complete nbgrader metadata of the cell."""
        data: dict[str, Any] = {
            "schema_version": SCHEMA_VERSION,
            "grade_id": self.name,
            "cell_type": self.cell_type,
            "grade": self.grade,
            "solution": self.solution,
            "task": self.task,
            "locked": self.locked,
        }
        if self.points is not None:
            data["points"] = self.points
        if self.checksum:
            data["checksum"] = self.checksum
        return NotebookNode(data)


@dataclass(frozen=True)
class ReleasedNotebook:
    """Everything known about one released notebook. It can be pickled."""

    cells: tuple[ReleasedCell, ...]
    kernelspec: Mapping[str, Any] = field(default_factory=dict)
    allow: tuple[str, ...] | None = None
    """Modules of nnlib that the assignment allows; None where it does not say."""
    plain_tags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Tags of the instructor's cells without a grade id, by their text."""
    markers: Markers = field(default_factory=Markers)

    def visible(self, cell: ReleasedCell) -> str:
        """Return the text of a cell as the students got it."""
        return self.markers.visible(cell.source)


def load_release(
    db_url: str,
    assignment: str,
    notebook: str,
    source: Path | None = None,
    config: Config | None = None,
) -> ReleasedNotebook:
    """Read a released notebook from the gradebook and, if there, its source file."""
    from nbgrader.api import Gradebook

    with Gradebook(db_url) as gradebook:
        record = gradebook.find_notebook(notebook, assignment)
        cells = _cells(record)
        kernelspec = json.loads(record.kernelspec) if record.kernelspec else {}
    extras = _SourceExtras.read(source) if source is not None else _SourceExtras()
    order = {name: place for place, name in enumerate(extras.tags)}
    cells.sort(key=lambda cell: order.get(cell.name, len(order)))
    return ReleasedNotebook(
        cells=tuple(
            ReleasedCell(**{**vars(cell), "tags": extras.tags.get(cell.name, ())})
            for cell in cells
        ),
        kernelspec=kernelspec,
        allow=extras.allow,
        plain_tags=extras.plain_tags,
        markers=Markers.of_release(config),
    )


def _cells(record: Any) -> list[ReleasedCell]:
    """Return the cells of a gradebook's notebook, in the gradebook's order."""
    grades = {cell.name: cell.max_score for cell in record.grade_cells}
    tasks = {cell.name: cell.max_score for cell in record.task_cells}
    solutions = {cell.name for cell in record.solution_cells}
    return [
        ReleasedCell(
            name=cell.name,
            cell_type=cell.cell_type,
            source=cell.source or "",
            locked=bool(cell.locked),
            checksum=cell.checksum,
            grade=cell.name in grades,
            solution=cell.name in solutions,
            task=cell.name in tasks,
            points=grades.get(cell.name, tasks.get(cell.name)),
        )
        for cell in record.source_cells
    ]


@dataclass
class _SourceExtras:
    """What only the source notebook knows."""

    allow: tuple[str, ...] | None = None
    tags: dict[str, tuple[str, ...]] = field(default_factory=dict)
    plain_tags: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> _SourceExtras:
        """Read the instructor's notebook; without the file there are no extras."""
        if not path.is_file():
            return cls()
        data = json.loads(path.read_text(encoding="utf-8"))
        extras = cls()
        allow = data.get("metadata", {}).get("nncourse", {}).get("allow")
        extras.allow = None if allow is None else tuple(map(str, allow))
        for cell in data.get("cells", []):
            tags = tuple(map(str, cell["metadata"].get("tags", [])))
            name = cell["metadata"].get("nbgrader", {}).get("grade_id")
            if name:
                extras.tags[name] = tags
            source = cell["source"]
            text = source if isinstance(source, str) else "".join(source)
            extras.plain_tags[text] = tags
        return extras
