"""What the outputs of an executed cell say."""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode

RUBRIC_MIME = "application/vnd.nncourse.rubric+json"


def cell_name(cell: NotebookNode, index: int) -> str:
    """Return how messages call a cell: its grade id, else its place."""
    name = cell.metadata.get("nbgrader", {}).get("grade_id")
    return str(name) if name else f"cell {index + 1}"


def error_in(cell: NotebookNode) -> str:
    """Return the error that a cell ended with, '' if there is none."""
    for output in cell.outputs:
        if output.output_type == "error":
            return f"{output.ename}: {output.evalue}".strip(": ")
    return ""


def rubric_in(cell: NotebookNode) -> tuple[list[dict[str, Any]], str]:
    """Return the checks of a test cell's Rubric, if any, and its table as text."""
    for output in reversed(cell.outputs):
        data = output.get("data", {})
        if RUBRIC_MIME in data:
            return data[RUBRIC_MIME]["checks"], data.get("text/plain", "")
    return [], ""
