"""Decides from nbgrader's metadata where each cell of a mended notebook runs."""

from __future__ import annotations

from nbformat import NotebookNode

from autograder.execution.cells import Kind, PlannedCell
from autograder.execution.release import INSIDE_TAG, SKIP_TAG


def plan_cells(notebook: NotebookNode) -> list[PlannedCell]:
    """Return the code cells of a notebook with the place where each one runs.

    The metadata has to be trustworthy: `repair_notebook` sees to that.
    """
    return [
        PlannedCell(
            index=index,
            id=cell.metadata.get("nbgrader", {}).get("grade_id") or cell.id,
            kind=cell_kind(cell),
            source=cell.source,
            points=points_of(cell),
        )
        for index, cell in enumerate(notebook.cells)
        if cell.cell_type == "code"
    ]


def cell_kind(cell: NotebookNode) -> Kind:
    """Return where one code cell runs."""
    tags = cell.metadata.get("tags", [])
    put_back = cell.metadata.get("nncourse", {}).get("reinserted", False)
    if not cell.source.strip() or SKIP_TAG in tags:
        return "skip"
    if is_test(cell):
        return "inside" if INSIDE_TAG in tags else "test"
    if flag(cell, "locked") and not flag(cell, "solution"):
        return "shared"
    # An answer that the student deleted is shown, but it must not hide another one.
    return "skip" if put_back else "student"


def is_test(cell: NotebookNode) -> bool:
    """Tell whether the autograder scores this cell by what happens when it runs."""
    return bool(
        cell.cell_type == "code" and flag(cell, "grade") and not flag(cell, "solution")
    )


def points_of(cell: NotebookNode) -> float | None:
    """Return the most points that the cell can give, None if it gives none."""
    if not flag(cell, "grade"):
        return None
    return float(cell.metadata.nbgrader["points"])


def flag(cell: NotebookNode, name: str) -> bool:
    """Return one of nbgrader's flags of a cell: grade, solution, locked or task."""
    return bool(cell.metadata.get("nbgrader", {}).get(name, False))
