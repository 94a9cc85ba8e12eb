"""Compare the committed notebooks with their sources, without running anything.

Everything is compared except the outputs of checked cells, which nbval compares with a
new run.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.notebooks.build import load_all
from autograder.notebooks.outputs import reduce_outputs
from autograder.notebooks.render import dump, execution_counts, is_checked, render
from autograder.notebooks.source import ParsedSource, find_sources, select_sources


def check_course(root: Path, names: Iterable[str] = ()) -> list[str]:
    """Return one line for each difference; all notebooks, or the named ones."""
    wanted = list(names)
    lines: list[str] = []
    for parsed in load_all(select_sources(root, wanted)):
        lines += _check_notebook(parsed)
    if not wanted:
        lines += find_strays(root)
    return lines


def find_strays(root: Path) -> list[str]:
    """Return one line for each notebook in lectures/ or solutions/ without a source."""
    targets = {source.target for source in find_sources(root)}
    return [
        f"{path.relative_to(root).as_posix()}: has no source in content/: delete it"
        for room in ("lectures", "solutions")
        for path in sorted((root / room).rglob("*.ipynb"))
        if path not in targets and ".ipynb_checkpoints" not in path.parts
    ]


def _check_notebook(parsed: ParsedSource) -> list[str]:
    label, target = parsed.source.target_label, parsed.source.target
    try:
        text = target.read_bytes().decode()
        stored = nbformat.reads(text, as_version=nbformat.NO_CONVERT)
    except FileNotFoundError:
        return [f"{label}: missing, its source is {parsed.source.label}"]
    except (ValueError, nbformat.ValidationError) as error:
        return [f"{label}: not a notebook: {str(error).splitlines()[0]}"]
    expected = render(parsed)
    found = [f"{label}: {text}" for text in _compare(expected, stored)]
    if not found and dump(_with_outputs(expected, stored)) != text:
        found = [f"{label}: written in another form than the builder's"]
    return found


def _compare(expected: NotebookNode, stored: NotebookNode) -> Iterator[str]:
    """Yield the differences, cell by cell."""
    if dict(expected.metadata) != dict(stored.get("metadata", {})):
        yield "the notebook's metadata differs"
    cells = stored.get("cells", [])
    counts = execution_counts(expected)
    for index, (mine, other) in enumerate(zip(expected.cells, cells, strict=False)):
        parts = list(_differences(mine, other, counts.get(index)))
        if parts:
            yield f"cell {mine.id} (number {index + 1}): {', '.join(parts)} differs"
    if len(expected.cells) != len(cells):
        yield f"{len(cells)} cells, expected {len(expected.cells)}"


def _differences(mine: NotebookNode, other: Any, number: int | None) -> Iterator[str]:
    for part in ("cell_type", "id", "metadata", "source"):
        if mine.get(part) != other.get(part):
            yield part
    if number is None:
        return
    checked = is_checked(mine)
    if other.get("execution_count") != (number if checked else None):
        yield "execution_count"
    outputs = other.get("outputs", [])
    if bool(outputs) != checked:
        yield "presence of outputs"
    elif checked and reduce_outputs(outputs, number) != outputs:
        yield "form of the outputs"


def _with_outputs(expected: NotebookNode, stored: NotebookNode) -> NotebookNode:
    """Give the expected notebook the stored outputs, which nbval compares."""
    for index, number in execution_counts(expected).items():
        if is_checked(expected.cells[index]):
            expected.cells[index].execution_count = number
            expected.cells[index].outputs = stored.cells[index].outputs
    return expected
