"""What is kept of the form of a student's cell: nothing that could have an effect."""

from __future__ import annotations

import re

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import nbbase

from autograder.execution.reading import SWITCHES

_IMAGE = re.compile(r"image/(png|jpeg|gif|webp)")
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")


def cleaned(cell: NotebookNode, tags: tuple[str, ...]) -> NotebookNode:
    """Return the cell with no metadata but what is known to be harmless."""
    kept = {
        key: cell.metadata[key]
        for key in SWITCHES
        if isinstance(cell.metadata.get(key), bool)
    }
    if tags:
        kept["tags"] = list(tags)
    cell.metadata = NotebookNode(kept)
    drop_all_but_pictures(cell)
    return cell


def drop_all_but_pictures(cell: NotebookNode) -> None:
    """Keep the pictures of a cell's attachments, and no attachment without one.

    nbconvert stops the whole page at an attachment that is there but holds nothing.
    """
    if "attachments" not in cell:
        return
    kept = {}
    for name, bundle in cell.attachments.items():
        pictures = {
            mime: data
            for mime, data in bundle.items()
            if _IMAGE.fullmatch(mime) and _BASE64.fullmatch(data)
        }
        if pictures:
            kept[str(name)] = pictures
    cell.attachments = nbformat.from_dict(kept)


def retyped(cell: NotebookNode, cell_type: str) -> NotebookNode:
    """Return a cell of another type with the same text."""
    make = nbbase.new_code_cell if cell_type == "code" else nbbase.new_markdown_cell
    new: NotebookNode = make(cell.source)  # type: ignore[no-untyped-call]
    new.id, new.metadata = cell.id, cell.metadata
    return new


def make_ids_unique(cells: list[NotebookNode]) -> None:
    """Give a new id to every cell whose id an earlier one has."""
    used: set[str] = set()
    for cell in cells:
        while cell.id in used:
            cell.id = f"{cell.id[:50]}-again"
            if cell.id in used:
                cell.id = f"cell-{len(used)}-again"
        used.add(cell.id)
