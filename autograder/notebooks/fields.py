"""The nbgrader metadata of a cell: what authors may write, and what it is filled up to.

nbgrader's own validator speaks only when a release is made, and about the first mistake
only; some combinations that it accepts lose points or give answers away.
"""

import difflib
import math
import re
from collections.abc import Iterator
from typing import Any

from autograder.notebooks.source import SourceCell

SCHEMA_VERSION = 3
FLAGS = ("grade", "locked", "solution", "task")
FIELDS = (*FLAGS, "grade_id", "points", "schema_version")
LONGEST_ID = 64  # of a cell id in the notebook format, which the grade_id becomes


def check_fields(cell: SourceCell) -> Iterator[str]:
    """Yield what is wrong with the nbgrader metadata of a cell."""
    fields = cell.nbgrader
    if not isinstance(fields, dict):
        yield f"nbgrader={fields!r} must be an object in braces"
        return
    for name in fields:
        if name not in FIELDS:
            near = difflib.get_close_matches(name, FIELDS, n=1)
            hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(FIELDS)}"
            yield f"unknown nbgrader field {name!r}: {hint}"
    if fields.get("schema_version", SCHEMA_VERSION) != SCHEMA_VERSION:
        yield f"schema_version must be {SCHEMA_VERSION}: leave it out"
    for flag in FLAGS:
        if not isinstance(fields.get(flag, False), bool):
            yield f"{flag} must be true or false, got {fields[flag]!r}"
    if not any(cell.is_on(flag) for flag in FLAGS):
        yield f"nbgrader metadata without a flag: set one of {', '.join(FLAGS)}"
    yield from _check_id(fields)
    yield from _check_points(cell)
    yield from _check_combination(cell)


def fill(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the metadata as nbgrader stores it, absent flags as false."""
    full = {flag: fields.get(flag, False) for flag in FLAGS}
    return {**full, **fields, "schema_version": SCHEMA_VERSION}


def _check_id(fields: dict[str, Any]) -> Iterator[str]:
    grade_id = fields.get("grade_id")
    if grade_id is None:
        yield 'grade_id is missing: add "grade_id": "a_name"'
    elif not isinstance(grade_id, str) or not re.fullmatch(r"[\w-]+", grade_id, re.A):
        yield f"grade_id {grade_id!r} is not valid: letters, digits, - and _ only"
    elif len(grade_id) > LONGEST_ID:
        yield f"grade_id has {len(grade_id)} letters: at most {LONGEST_ID}"
    elif re.fullmatch(r"c\d{3}", grade_id):
        yield f"grade_id {grade_id!r} is kept for cells without a name: choose another"


def _check_points(cell: SourceCell) -> Iterator[str]:
    points = cell.nbgrader.get("points")
    graded = cell.is_on("grade") or cell.is_on("task")
    if not graded:
        if points is not None:
            yield 'points on a cell that is not graded: drop them or add "grade": true'
    elif points is None:
        yield 'points are missing on a graded cell: add "points": 1 or more'
    elif isinstance(points, bool) or not isinstance(points, int | float):
        yield f"points must be a number, got {points!r}"
    elif not 0 < points < math.inf:
        yield f"points must be positive, got {points}"


def _check_combination(cell: SourceCell) -> Iterator[str]:
    grade, locked, solution, task = (cell.is_on(flag) for flag in FLAGS)
    markdown = cell.node.cell_type == "markdown"
    if locked and solution:
        yield "locked and solution exclude each other: students must write there"
    if task and (grade or solution or not markdown):
        yield "a task cell is Markdown and neither grade nor solution"
    elif markdown and grade != solution:
        yield "a graded Markdown cell is both grade and solution: set both or neither"
    if cell.is_test and not locked:
        yield 'a test cell must be locked: add "locked": true'
