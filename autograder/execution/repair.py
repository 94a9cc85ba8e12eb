"""Mends a submitted notebook: the release's cells come back as they were released.

Nothing that a student wrote is thrown away, and nothing that a student changed in the
instructor's cells or in the metadata has an effect. Everything mended is listed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import nbbase

from autograder.execution.cleaning import cleaned, make_ids_unique, retyped
from autograder.execution.ordering import Piece, in_order, insert, restore_order
from autograder.execution.release import (
    INSIDE_TAG,
    SKIP_TAG,
    ReleasedCell,
    ReleasedNotebook,
)

TAGS_WITH_EFFECT = (SKIP_TAG, "raises-exception", INSIDE_TAG)
PYTHON = {"name": "python3", "display_name": "Python 3", "language": "python"}

_LOOK = "This cell was missing. The answer may be in one of the student's own cells."
_FLAGS = ("grade", "solution", "locked", "task")


@dataclass
class Repaired:
    """The mended notebook and a line for everything that had to be mended."""

    notebook: NotebookNode
    log: list[str] = field(default_factory=list)


def repair_notebook(submitted: NotebookNode, release: ReleasedNotebook) -> Repaired:
    """Return the submission with the release's cells, flags and points restored."""
    return _Repair(release).run(submitted)


def stand_in(release: ReleasedNotebook, reason: str) -> NotebookNode:
    """Return what is graded in the place of a submission that cannot be read."""
    note = nbbase.new_markdown_cell(
        f"**This notebook could not be graded: {reason}.** What follows is the "
        "notebook as it was handed out.",
        id="not-readable",
    )
    cells = [note, *(_as_released(cell) for cell in release.cells)]
    notebook = nbbase.new_notebook(cells=cells)
    notebook.metadata = _notebook_metadata(notebook, release, [])
    report_of(notebook)["unreadable"] = reason
    return notebook


def report_of(notebook: NotebookNode) -> NotebookNode:
    """Return the part of a graded notebook's metadata that tells how it was graded."""
    own = notebook.metadata.setdefault("nncourse", NotebookNode())
    report = own.setdefault("report", NotebookNode())
    for key in ("repaired", "events", "warnings"):
        report.setdefault(key, [])
    report.setdefault("unsafe", False)
    report.setdefault("seconds", 0.0)
    return report


def remarks_of(cell: NotebookNode) -> NotebookNode:
    """Return the part of a cell's metadata that is the grader's own."""
    return cell.metadata.setdefault("nncourse", NotebookNode())


class _Repair:
    def __init__(self, release: ReleasedNotebook) -> None:
        self.release = release
        self.by_name = {cell.name: cell for cell in release.cells}
        self.rank = {cell.name: place for place, cell in enumerate(release.cells)}
        self.log: list[str] = []

    def run(self, submitted: NotebookNode) -> Repaired:
        owners = self._owners(submitted.cells)
        pieces = [
            self._restore(cell, owners.get(place))
            for place, cell in enumerate(submitted.cells)
        ]
        if not in_order(pieces, self.rank):
            self.log.append("locked cells had been moved; they are back in their order")
            pieces = restore_order(pieces, self.rank)
        self._add_missing(pieces)
        cells = [piece.cell for piece in pieces]
        make_ids_unique(cells)
        notebook = nbbase.new_notebook(cells=cells)
        kernel = submitted.metadata.get("kernelspec")
        if not isinstance(kernel, dict) or "name" not in kernel:
            self.log.append("the notebook named no kernel")
        notebook.metadata = _notebook_metadata(submitted, self.release, self.log)
        return Repaired(notebook, self.log)

    def _owners(self, cells: list[NotebookNode]) -> dict[int, ReleasedCell]:
        """Decide which submitted cell is which released one."""
        claims: dict[str, list[int]] = {}
        for place, cell in enumerate(cells):
            name = _claimed(cell)
            if name in self.by_name:
                claims.setdefault(name, []).append(place)
            elif name and any(_nbgrader(cell).get(flag) is True for flag in _FLAGS):
                self.log.append(f"cell '{_short(name)}' is not of this notebook: plain")
        found: set[int] = set()
        for name, released in self.by_name.items():
            lost = None if name in claims else self._lost(cells, released, found)
            if lost is not None:
                found.add(lost)
                self.log.append(f"cell '{name}' had lost its nbgrader metadata")
                claims[name] = [lost]
        owners = {}
        for name, places in claims.items():
            if len(places) > 1:
                self.log.append(f"cell '{name}' was there {len(places)} times")
            owners[self._chosen(cells, places, self.by_name[name])] = self.by_name[name]
        return owners

    def _chosen(
        self, cells: list[NotebookNode], places: list[int], released: ReleasedCell
    ) -> int:
        """Of several copies take the last one, but not an untouched one."""
        if released.solution:
            touched = [p for p in places if not self._as_handed_out(cells[p], released)]
            return (touched or places)[-1]
        return places[-1]

    def _lost(
        self, cells: list[NotebookNode], released: ReleasedCell, found: set[int]
    ) -> int | None:
        """Find a cell that an editor stripped of its metadata."""
        for place, cell in enumerate(cells):
            if _claimed(cell) or place in found:
                continue
            same_id = cell.id == released.name and cell.cell_type == released.cell_type
            if same_id or (released.locked and self._as_handed_out(cell, released)):
                return place
        return None

    def _as_handed_out(self, cell: NotebookNode, released: ReleasedCell) -> bool:
        source = _normal(cell.source)
        return source in (
            _normal(released.source),
            _normal(self.release.visible(released)),
        )

    def _restore(self, cell: NotebookNode, released: ReleasedCell | None) -> Piece:
        if released is None:
            tags = self.release.plain_tags.get(cell.source, ())
            cell = cleaned(cell, self._tags(cell, tags))
            if cell.source in self.release.plain_tags:
                remarks_of(cell)["released"] = True
            return Piece(cell)
        self._note_changes(cell, released)
        tags = self._tags(cell, released.tags)
        if cell.cell_type != released.cell_type:
            cell = retyped(cell, released.cell_type)
        edited = not self._as_handed_out(cell, released)
        cell = cleaned(cell, tags)
        if released.locked:
            if edited:
                self.log.append(f"locked cell '{released.name}' had been edited")
            cell.source = released.source
            remarks_of(cell)["released"] = True
        cell.metadata.nbgrader = released.metadata()
        return Piece(cell, released)

    def _note_changes(self, cell: NotebookNode, released: ReleasedCell) -> None:
        data, right = _nbgrader(cell), released.metadata()
        name = released.name
        if cell.cell_type != released.cell_type:
            self._note(f"cell '{name}'", "type", cell.cell_type, released.cell_type)
        if not data:
            return
        version = data.get("schema_version")
        if version != right.schema_version:
            self._note("metadata", "version", version, right.schema_version)
        for flag in _FLAGS:
            # What is scored or answered is locked or open by that alone.
            if flag == "locked" and (released.grade or released.solution):
                continue
            mine = data.get(flag, False)  # releases may leave out what is false
            if mine is not right[flag]:
                self._note(f"cell '{name}'", flag, mine, right[flag])
        if released.points is not None and data.get("points") != released.points:
            self._note(f"cell '{name}'", "points", data.get("points"), released.points)

    def _note(self, what: str, field_name: str, was: Any, now: Any) -> None:
        line = f"{what}: {field_name} was {_short(was)}, is {_short(now)} again"
        if line not in self.log:
            self.log.append(line)

    def _tags(self, cell: NotebookNode, right: tuple[str, ...]) -> tuple[str, ...]:
        tags = cell.metadata.get("tags")
        foreign = [
            tag
            for tag in TAGS_WITH_EFFECT
            if isinstance(tags, list) and tag in tags and tag not in right
        ]
        if foreign:
            name = _claimed(cell) or cell.id
            self.log.append(f"cell '{_short(name)}': removed tag {', '.join(foreign)}")
        return right

    def _add_missing(self, pieces: list[Piece]) -> None:
        present = {piece.released.name for piece in pieces if piece.released}
        own = {
            piece.cell.cell_type
            for piece in pieces
            if not piece.released and piece.cell.source not in self.release.plain_tags
        }
        for released in self.release.cells:
            # An answer that is gone may live on in another cell; the empty one must
            # not hide it. It is only missed where points are given for the cell.
            answer_only = released.solution and not released.grade
            if released.name in present or answer_only:
                continue
            self.log.append(f"cell '{released.name}' was missing")
            cell = _as_released(released)
            remarks_of(cell)["reinserted"] = True
            if released.solution and released.cell_type in own:
                # Unchanged text means "no response" and no points. Here there is text
                # in other cells that may be the response: somebody has to look.
                mark = "# " if released.cell_type == "code" else ""
                cell.source = f"{mark}{_LOOK}\n\n{cell.source}"
            insert(pieces, Piece(cell, released), self.rank)


def _as_released(released: ReleasedCell) -> NotebookNode:
    make = (
        nbbase.new_code_cell
        if released.cell_type == "code"
        else nbbase.new_markdown_cell
    )
    cell: NotebookNode = make(released.source)  # type: ignore[no-untyped-call]
    cell.metadata.nbgrader = released.metadata()
    remarks_of(cell)["released"] = True
    if released.tags:
        cell.metadata.tags = list(released.tags)
    cell.id = re.sub(r"[^A-Za-z0-9_-]", "-", released.name)[:64] or "cell"
    return cell


def _nbgrader(cell: NotebookNode) -> dict[str, Any]:
    data = cell.metadata.get("nbgrader")
    return data if isinstance(data, dict) else {}


def _claimed(cell: NotebookNode) -> str:
    name = _nbgrader(cell).get("grade_id")
    return name if isinstance(name, str) else ""


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _normal(source: str) -> str:
    return "\n".join(line.rstrip() for line in source.strip().splitlines())


def _notebook_metadata(
    submitted: NotebookNode, release: ReleasedNotebook, log: list[str]
) -> NotebookNode:
    kernel = dict(release.kernelspec) or submitted.metadata.get("kernelspec")
    sound = isinstance(kernel, dict) and all(
        isinstance(kernel.get(key), str) for key in ("name", "display_name")
    )
    holder = NotebookNode(
        metadata=nbformat.from_dict({"kernelspec": kernel if sound else dict(PYTHON)})
    )
    report_of(holder)["repaired"] = list(log)
    if release.allow is not None:
        holder.metadata.nncourse["allow"] = list(release.allow)
    return holder.metadata
