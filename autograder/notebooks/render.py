"""Make the notebook of a source, the same to the byte wherever it is made."""

from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.notebooks.fields import fill
from autograder.notebooks.handout import HandedOutCell
from autograder.notebooks.source import (
    ParsedSource,
    Source,
    SourceCell,
    SourceError,
    parse_source,
)
from autograder.notebooks.validate import CHECK_OUTPUT, validate
from nnlib import __version__

KERNELSPEC = {
    "display_name": "Python 3 (ipykernel)",
    "language": "python",
    "name": "python3",
}
# Without the version of Python, which differs between machines.
LANGUAGE = {
    "codemirror_mode": {"name": "ipython", "version": 3},
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "nbconvert_exporter": "python",
    "pygments_lexer": "ipython3",
}


def load(source: Source) -> ParsedSource:
    """Read a source and refuse it if anything is wrong with it."""
    parsed = parse_source(source)
    problems = validate(parsed)
    if problems:
        raise SourceError(problems)
    return parsed


def render(parsed: ParsedSource) -> NotebookNode:
    """Return the notebook of a source, without outputs."""
    metadata = {"kernelspec": KERNELSPEC, "language_info": LANGUAGE}
    if parsed.source.graded:
        metadata["nncourse"] = _handed_out(parsed)
    elif "nncourse" in parsed.metadata:
        metadata["nncourse"] = parsed.metadata["nncourse"]
    cells = [_render_cell(cell, i) for i, cell in enumerate(parsed.cells)]
    notebook = nbformat.from_dict(
        {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    )
    nbformat.validate(notebook)
    return notebook


def dump(notebook: NotebookNode) -> str:
    """Return the text of a notebook file."""
    return nbformat.writes(notebook, version=nbformat.NO_CONVERT) + "\n"


def is_checked(cell: NotebookNode) -> bool:
    """Tell whether the output of a cell is kept and compared by nbval."""
    return CHECK_OUTPUT in cell.metadata.get("tags", [])


def execution_counts(notebook: NotebookNode) -> dict[int, int]:
    """Return the number that each code cell has in a run from top to bottom."""
    code = [i for i, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    return {index: number for number, index in enumerate(code, start=1)}


def _handed_out(parsed: ParsedSource) -> dict[str, Any]:
    """Return what `nncourse check` compares a student's notebook with."""
    return {
        **parsed.metadata.get("nncourse", {}),
        "name": parsed.source.target.stem,
        "version": __version__,
        "cells": [_line(cell) for cell in parsed.cells if cell.nbgrader],
    }


def _line(cell: SourceCell) -> str:
    # A tag for nbval has no effect on how a notebook runs.
    tags = [t for t in cell.node.metadata.get("tags", []) if t != CHECK_OUTPUT]
    return HandedOutCell.of(cell.node.cell_type, cell.nbgrader, tags).as_line()


def _render_cell(cell: SourceCell, index: int) -> dict[str, Any]:
    metadata: dict[str, Any] = {}
    tags = list(cell.node.metadata.get("tags", []))
    if cell.is_test and CHECK_OUTPUT not in tags:
        # A Rubric that gives 2 of 5 does not raise: nbval must compare the score.
        tags.append(CHECK_OUTPUT)
    if tags:
        metadata["tags"] = tags
    if "jupyter" in cell.node.metadata:
        metadata["jupyter"] = cell.node.metadata["jupyter"]
    if cell.nbgrader:
        metadata["nbgrader"] = fill(cell.nbgrader)
    name = cell.nbgrader.get("grade_id") if cell.nbgrader else None
    made = {
        "cell_type": cell.node.cell_type,
        "id": name or f"c{index:03d}",
        "metadata": metadata,
        "source": cell.node.source,
    }
    if cell.node.cell_type == "code":
        made |= {"execution_count": None, "outputs": []}
    return made
