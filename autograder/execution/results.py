"""Writes what came of an execution into the notebook, and settles it for scoring."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.execution.cells import CellOutcome, NotebookResult
from autograder.execution.markdown import MarkdownCleaner
from autograder.execution.outputs import (
    OutputLimits,
    add_error,
    limit_notebook,
    settle_score,
    tidy_markdown,
    tidy_outputs,
)
from autograder.execution.plan import cell_kind, is_test, points_of
from autograder.execution.repair import remarks_of, report_of
from autograder.execution.testcell import RUBRIC_MIME

_PYTHON = {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"}

_ERRORS = {
    "timeout": "CellTimeoutError",
    "died": "DeadKernelError",
    "memory": "MemoryError",
    "output": "OutputLimitError",
    "budget": "NotebookTimeoutError",
}


def apply_result(notebook: NotebookNode, result: NotebookResult) -> None:
    """Write the outcomes of an execution into the cells and the report."""
    count = 0
    for index, outcome in sorted(result.outcomes.items()):
        cell = notebook.cells[index]
        kind = cell_kind(cell)
        if kind == "skip":
            continue
        count += 1
        cell.execution_count = count
        cell.outputs = [nbformat.from_dict(output) for output in outcome.outputs]
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = count
        remarks_of(cell)["status"] = outcome.status
        if outcome.status in _ERRORS:
            add_error(cell, _ERRORS[outcome.status], outcome.reason)
        if is_test(cell):
            _note_test(cell, outcome, inside=kind == "inside")
    report = report_of(notebook)
    report.events.extend(result.events)
    report["unsafe"] = result.unsafe
    report["seconds"] = round(result.seconds, 3)
    notebook.metadata["language_info"] = nbformat.from_dict(_PYTHON)


def settle_notebook(notebook: NotebookNode, limits: OutputLimits) -> list[str]:
    """Make all cells harmless and the tests' outputs what nbgrader scores as meant.

    Return, and keep in the report, what had to be corrected.
    """
    report = report_of(notebook)
    unreadable = report.get("unreadable")
    corrected: list[str] = []
    markdown = MarkdownCleaner()
    for cell in notebook.cells:
        foreign = cell.cell_type == "markdown" and not _told(cell).get("released")
        if foreign and tidy_markdown(cell, markdown):
            corrected.append(f"cell '{cell.id}': its Markdown was made harmless")
        if cell.cell_type != "code":
            continue
        test = is_test(cell)
        if test and unreadable:
            cell.outputs = []
            add_error(cell, "NotReadable", unreadable)
        elif test and _never_ran(cell):
            add_error(cell, "TestDidNotRun", "the cell was missing")
        tidy_outputs(cell, limits, markdown, trusted=test)
        if test:
            remarks = settle_score(cell, points_of(cell) or 0.0)
            name = cell.metadata.nbgrader.grade_id
            corrected += [f"test '{name}': {remark}" for remark in remarks]
    limit_notebook(notebook, limits)
    report.warnings.extend(corrected)
    return corrected


def _note_test(cell: NotebookNode, outcome: CellOutcome, *, inside: bool) -> None:
    remarks = remarks_of(cell)
    remarks["inside"] = inside
    if outcome.rubric is not None:
        remarks["rubric"] = nbformat.from_dict(outcome.rubric)
    if outcome.diagnosis is not None:
        remarks["diagnosis"] = nbformat.from_dict(outcome.diagnosis)
    if inside:
        # The student's process could have made up these tables.
        for output in cell.outputs:
            output.get("data", {}).pop(RUBRIC_MIME, None)


def _never_ran(cell: NotebookNode) -> bool:
    """Tell of a test that was put back if nothing was executed (--no-execute)."""
    told = _told(cell)
    return bool(told.get("reinserted")) and "status" not in told and not cell.outputs


def _told(cell: NotebookNode) -> Mapping[str, Any]:
    return cell.metadata.get("nncourse", {})
