"""Refuse a source with a mistake, before nbgrader or a student meets it."""

import ast
import difflib
import re
from collections.abc import Iterator, Sequence
from typing import Any

from autograder.notebooks import markers
from autograder.notebooks.fields import check_fields
from autograder.notebooks.markers import HIDDEN, MARK_SCHEME, SOLUTION, Region
from autograder.notebooks.rubrics import check_test_cell
from autograder.notebooks.source import ParsedSource, Problem, SourceCell

CHECK_OUTPUT = "nbval-check-output"
TAGS = frozenset(
    [
        CHECK_OUTPUT,
        "raises-exception",
        "nncourse-inside",
        "hide-cell",
        "hide-input",
        "hide-output",
        "remove-cell",
        "remove-input",
        "remove-output",
    ]
)
CELL_KEYS = ("nbgrader", "tags", "jupyter")
# What jupytext notes down about the layout of the script; none of it is kept.
LAYOUT_KEYS = ("cell_marker", "lines_to_next_cell", "lines_to_end_of_cell_marker")
NOTEBOOK_KEYS = ("nncourse", "kernelspec")
STUB = "# YOUR CODE HERE"


def validate(parsed: ParsedSource) -> list[Problem]:
    """Return every problem of a source, in the order of the lines."""
    problems = list(_check_notebook(parsed))
    ids: dict[str, int] = {}
    for cell in parsed.cells:
        problems += [parsed.problem(*fault) for fault in _check_cell(parsed, cell)]
        grade_id = cell.nbgrader.get("grade_id") if cell.nbgrader else None
        if isinstance(grade_id, str):
            if grade_id in ids:
                text = f"grade_id {grade_id!r} is used in line {ids[grade_id]} already"
                problems.append(parsed.problem(cell.line, f"{text}: choose another"))
            ids.setdefault(grade_id, cell.line)
    return sorted(problems, key=lambda problem: problem.line)


def _check_notebook(parsed: ParsedSource) -> Iterator[Problem]:
    for key in parsed.metadata:
        if key not in NOTEBOOK_KEYS:
            text = f"unknown header field {key!r}: expected {', '.join(NOTEBOOK_KEYS)}"
            yield parsed.problem(1, text)
    course = parsed.metadata.get("nncourse", {})
    if not isinstance(course, dict) or set(course) - {"allow"}:
        yield parsed.problem(1, "the header's nncourse block may hold `allow` only")
        return
    allow = course.get("allow", [])
    names = allow if isinstance(allow, list) else [allow]
    for name in names:
        if not isinstance(name, str) or not re.fullmatch(r"nnlib(\.\w+)+", name):
            text = f"nncourse.allow holds {name!r}: expected modules such as nnlib.data"
            yield parsed.problem(1, text)


def _check_cell(parsed: ParsedSource, cell: SourceCell) -> Iterator[tuple[int, str]]:
    """Yield the faults of one cell as (line in the file, text)."""
    for text in (*_check_metadata(cell), *_check_style(cell)):
        yield cell.line, text
    if cell.nbgrader:
        if parsed.source.graded:
            for text in check_fields(cell):
                yield cell.line, text
        else:
            yield cell.line, "lectures are not graded: drop the nbgrader metadata"
    code = cell.node.cell_type == "code"
    regions, faults = markers.scan(cell.lines, code=code)
    faults += _check_regions(cell, regions)
    if not faults and code:
        faults += _check_code(cell, regions)
    for index, text in faults:
        yield cell.text_line + index, text


def _check_metadata(cell: SourceCell) -> Iterator[str]:
    for key, value in cell.node.metadata.items():
        if key == "title":
            yield f"unexpected text on the cell line: {value!r}; drop it"
        elif key == "incorrectly_encoded_metadata":
            yield f"the cell line is not valid key=JSON: {value}"
        elif key not in CELL_KEYS + LAYOUT_KEYS:
            yield f"unknown cell field {key!r}: expected {', '.join(CELL_KEYS)}"
    tags = cell.node.metadata.get("tags", [])
    for tag in tags if isinstance(tags, list) else [tags]:
        if tag not in TAGS:
            near = difflib.get_close_matches(str(tag), TAGS, n=1)
            hint = f"did you mean {near[0]}?" if near else f"known: {sorted(TAGS)}"
            yield f"unknown tag {tag!r}: {hint}"
        elif tag == CHECK_OUTPUT and cell.node.cell_type != "code":
            yield f"the tag {tag} belongs to code cells: drop it"
        elif tag == "nncourse-inside" and not cell.is_test:
            yield f"the tag {tag} belongs to autograded test cells: drop it"


def _check_style(cell: SourceCell) -> Iterator[str]:
    kind = cell.node.cell_type
    if kind == "raw":
        yield "raw cells are not used in this course: make it Markdown or code"
    opening = str(cell.node.metadata.get("cell_marker", "")).split(",")[0]
    if kind == "markdown" and opening != 'r"""':
        yield 'write the Markdown as a raw string between r""" and """'


def _check_regions(
    cell: SourceCell, regions: Sequence[Region]
) -> Iterator[tuple[int, str]]:
    """Regions must stand in cells of which nbgrader clears them."""
    homes = {
        SOLUTION: (cell.is_on("solution"), 'solution cell: add "solution": true'),
        HIDDEN: (cell.is_test, 'test cell: add "grade": true, "locked": true'),
        MARK_SCHEME: (cell.is_on("task"), 'task cell: add "task": true'),
    }
    for region in regions:
        at_home, remedy = homes[region.topic]
        if not at_home:
            yield region.first, f"{region.topic.lower()} outside a {remedy}"
    if cell.is_on("solution") and not any(r.topic == SOLUTION for r in regions):
        yield (
            0,
            "a solution cell without `### BEGIN SOLUTION` and `### END SOLUTION`: "
            "nbgrader would throw away the whole cell; mark what students write",
        )


def _check_code(
    cell: SourceCell, regions: Sequence[Region]
) -> Iterator[tuple[int, str]]:
    for index, line in enumerate(cell.lines):
        if "AUTOTEST" in line:
            yield index, "nbgrader would replace AUTOTEST by tests of its own: reword"
        if re.match(r"\s*#+\s*(NBVAL|PYTEST_VALIDATE)_", line):
            yield index, "nbval's comments are not used in this course: use cell tags"
    tree = _parse(cell.lines)
    if isinstance(tree, SyntaxError):
        yield max((tree.lineno or 1) - 1, 0), f"not valid Python: {tree.msg}"
        return
    stripped = _parse(released(cell.lines, regions))
    if isinstance(stripped, SyntaxError):
        text = f"the student's copy of this cell is not valid Python ({stripped.msg})"
        yield 0, f"{text}: move the markers"
    if CHECK_OUTPUT in cell.node.metadata.get("tags", []) and ends_silently(cell):
        yield (
            len(cell.lines) - 1,
            "nbval does not honour a `;` at the end of a checked cell: assign to `_`",
        )
    if cell.is_test:
        yield from check_test_cell(tree, regions, cell.nbgrader.get("points"))


def ends_silently(cell: SourceCell) -> bool:
    """Tell whether the cell ends with the `;` that hides its value in Jupyter."""
    return str(cell.node.source).rstrip().endswith(";")


def released(lines: Sequence[str], regions: Sequence[Region]) -> list[str]:
    """Return the lines of a code cell as nbgrader hands them to students."""
    kept: list[str] = []
    for index, line in enumerate(lines):
        region = next((r for r in regions if r.first <= index <= r.last), None)
        if region is None:
            kept.append(line)
        elif region.topic == SOLUTION and index == region.first:
            kept.append(line[: len(line) - len(line.lstrip())] + STUB)
    return kept


def _parse(lines: Sequence[str]) -> Any:
    """Return the syntax tree of a cell, IPython's magics allowed, or its error."""
    from IPython.core.inputtransformer2 import TransformerManager

    text = "\n".join(lines)
    try:
        return ast.parse(TransformerManager().transform_cell(text))
    except SyntaxError as error:
        return error
