"""What becomes of a cell's outputs: harmless, of limited size, and scored as meant."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from nbformat import NotebookNode
from nbformat.v4.nbbase import new_output

from autograder.execution.cleaning import drop_all_but_pictures
from autograder.execution.markdown import MarkdownCleaner
from autograder.execution.sanitize import clean_html, clean_tex, svg_as_image
from autograder.execution.scores import points_from_text
from autograder.execution.testcell import RUBRIC_MIME

_PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")
_SIZES = ("width", "height")


@dataclass(frozen=True)
class OutputLimits:
    """How much of its output a cell keeps; sizes in bytes."""

    count: int = 200
    text: int = 100_000
    """Of one stream, one text or one HTML table."""
    picture: int = 4_000_000
    cell: int = 8_000_000
    notebook: int = 20_000_000


def tidy_outputs(
    cell: NotebookNode,
    limits: OutputLimits,
    markdown: MarkdownCleaner,
    *,
    trusted: bool,
) -> None:
    """Make a code cell's outputs harmless and limit their number and size.

    The results and errors of a trusted cell, a test, decide about points: they are
    shortened but never dropped.
    """
    kept: list[NotebookNode] = []
    dropped, used = 0, 0
    for output in cell.outputs:
        clean = _tidy(output, limits, markdown, trusted=trusted)
        size = _size(clean)
        decides = trusted and clean.output_type in ("error", "execute_result")
        fits = len(kept) < limits.count and used + size <= limits.cell
        if fits or decides:
            kept.append(clean)
            used += size
        else:
            dropped += 1
    if dropped:
        text = f"... {dropped} more outputs left out ...\n"
        kept.append(new_output("stream", name="stdout", text=text))
    cell.outputs = kept


def limit_notebook(notebook: NotebookNode, limits: OutputLimits) -> None:
    """Drop pictures, last ones first, until the notebook's outputs fit the limit."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    outputs = [output for cell in code for output in cell.outputs]
    excess = sum(map(_size, outputs)) - limits.notebook
    for output in reversed(outputs):
        if excess <= 0:
            return
        for mime in [m for m in output.get("data", {}) if m != "text/plain"]:
            if mime != RUBRIC_MIME:
                excess -= len(str(output.data.pop(mime)))
                output.data.setdefault("text/plain", f"[{mime} left out: too much]")


def settle_score(cell: NotebookNode, maximum: float) -> list[str]:
    """Leave a test cell's outputs so that nbgrader gives the points that are meant.

    Return remarks on what had to be corrected. Text on stderr becomes plain text,
    because nbgrader takes all points for it; one error or one number decides.
    """
    remarks = []
    results = [out for out in cell.outputs if out.output_type == "execute_result"]
    failed = any(out.output_type == "error" for out in cell.outputs)
    for output in cell.outputs:
        if output.output_type == "stream":
            output.name = "stdout"
        elif output.output_type != "execute_result":
            continue
        elif failed or output is not results[-1]:
            _no_result(output)
        else:
            text = output.data.get("text/plain") or ""
            points = points_from_text(text, maximum) if isinstance(text, str) else None
            if points is None:
                _no_result(output)
            elif points[1]:
                remarks.append(points[1])
                output.data["text/plain"] = repr(points[0])
    return remarks


def add_error(cell: NotebookNode, name: str, reason: str) -> None:
    """Add an error to a test cell, so that it gives no points and says why."""
    cell.outputs.append(
        new_output("error", ename=name, evalue=reason, traceback=[f"{name}: {reason}"])
    )


def tidy_markdown(cell: NotebookNode, markdown: MarkdownCleaner) -> bool:
    """Make a student's Markdown harmless; tell whether anything had to be changed."""
    drop_all_but_pictures(cell)
    cleaned = markdown.clean(cell.source, tuple(cell.get("attachments", {})))
    changed = bool(cleaned != cell.source)
    cell.source = cleaned
    return changed


def _no_result(output: NotebookNode) -> None:
    output.output_type = "display_data"
    output.pop("execution_count", None)


def _tidy(
    output: NotebookNode,
    limits: OutputLimits,
    markdown: MarkdownCleaner,
    *,
    trusted: bool,
) -> NotebookNode:
    if output.output_type == "stream":
        output.text = _shortened(output.text, limits.text)
    elif output.output_type == "error":
        output.evalue = _shortened(output.evalue, limits.text // 10)
        output.traceback = [
            _shortened(line, limits.text // 10) for line in output.traceback[:200]
        ]
    else:
        output.data = _tidy_data(output.data, limits, markdown, trusted=trusted)
        output.metadata = _tidy_metadata(output.get("metadata", {}))
    return output


def _tidy_data(
    data: dict[str, Any],
    limits: OutputLimits,
    markdown: MarkdownCleaner,
    *,
    trusted: bool,
) -> NotebookNode:
    kept: dict[str, Any] = {}
    left_out = []
    for mime, value in data.items():
        clean = _tidy_value(mime, value, limits, markdown, trusted=trusted)
        if clean is None:
            left_out.append(mime)
        else:
            kept.update(clean)
    if left_out and not kept:
        kept["text/plain"] = f"[left out: {', '.join(left_out)[:200]}]"
    return NotebookNode(kept)


def _tidy_value(
    mime: str,
    value: Any,
    limits: OutputLimits,
    markdown: MarkdownCleaner,
    *,
    trusted: bool,
) -> dict[str, Any] | None:
    """Return what is shown in the place of one representation; None: nothing."""
    if mime == RUBRIC_MIME:
        return {mime: value} if trusted else None
    if not isinstance(value, str):
        return None
    if mime == "text/plain":
        return {mime: _shortened(value, limits.text)}
    if mime in _PICTURES:
        sound = len(value) <= limits.picture and _BASE64.fullmatch(value)
        return {mime: value} if sound else None
    if mime == "image/svg+xml":
        # Shown as a picture: the drawing in the page itself could carry scripts.
        small = len(value) <= limits.picture
        return {"text/html": svg_as_image(value)} if small else None
    if len(value) > limits.text:
        return None
    if mime == "text/html":
        return {mime: clean_html(value)}
    if mime == "text/markdown":
        return {mime: markdown.clean(value)}
    if mime == "text/latex":
        return {mime: clean_tex(value)}
    return None


def _tidy_metadata(metadata: Any) -> NotebookNode:
    """Keep the sizes of pictures; everything else could only mislead a page."""
    kept: dict[str, Any] = {}
    for mime in _PICTURES:
        sizes = metadata.get(mime) if isinstance(metadata, dict) else None
        if isinstance(sizes, dict):
            kept[mime] = NotebookNode(
                {k: sizes[k] for k in _SIZES if type(sizes.get(k)) in (int, float)}
            )
    return NotebookNode(kept)


def _shortened(text: Any, limit: int) -> str:
    if not isinstance(text, str):
        return ""
    if len(text) <= limit:
        return text
    half = limit // 2
    left = len(text) - 2 * half
    return f"{text[:half]}\n... {left} characters left out ...\n{text[-half:]}"


def _size(output: NotebookNode) -> int:
    if output.output_type == "stream":
        return len(output.text)
    if output.output_type == "error":
        return len(output.evalue) + sum(map(len, output.traceback))
    return sum(len(str(value)) for value in output.data.values())
