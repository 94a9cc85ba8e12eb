"""The outputs of a cell as HTML that needs no script.

What they hold was made harmless when they were graded, and again by `HideHiddenTests`.
"""

from __future__ import annotations

from html import escape

from nbconvert.filters.ansi import ansi2html
from nbformat import NotebookNode

from autograder.feedback.page.formulas import mathml
from autograder.feedback.page.text import markdown

_PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")


def output_html(output: NotebookNode) -> str:
    """Return one output in the richest form that a page without scripts can show."""
    if output.output_type == "stream":
        return _console(output.text)
    if output.output_type == "error":
        return _console("\n".join(output.traceback))
    data = output.data
    if "text/html" in data:
        return f'<div class="output">{data["text/html"]}</div>'
    if "text/markdown" in data:
        return f'<div class="output">{markdown(data["text/markdown"], {})}</div>'
    if "text/latex" in data:
        formula = mathml(data["text/latex"].strip().strip("$"), "block")
        return f'<div class="output">{formula}</div>'
    for mime in _PICTURES:
        if mime in data:
            alt = escape(data.get("text/plain", "a picture"))
            source = f"data:{mime};base64,{data[mime].strip()}"
            return f'<div class="output"><img src="{source}" alt="{alt}"></div>'
    return _console(data.get("text/plain", ""))


def _console(text: str) -> str:
    """Return what a program printed, with its colours."""
    if not text.strip():
        return ""
    html = str(ansi2html(text)) if "\x1b" in text else escape(text)
    return f'<pre class="output" tabindex="0">{html}</pre>'
