"""Markdown and source code as HTML."""

from __future__ import annotations

from collections.abc import Mapping

from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from autograder.feedback.page.formulas import mathml

_LOWEST = 6


class _Renderer(IPythonRenderer):
    """Writes formulas as MathML, and headings below the one of the page."""

    def heading(self, text: str, level: int, **attrs: object) -> str:
        level = min(level + 1, _LOWEST)
        return f"<h{level}>{text}</h{level}>\n"

    def inline_math(self, body: str) -> str:
        return mathml(body)

    def block_math(self, body: str) -> str:
        return mathml(body, "block")

    def latex_environment(self, name: str, body: str) -> str:
        return mathml(rf"\begin{{{name}}}{body}\end{{{name}}}", "block")

    def table(self, text: str) -> str:
        # A wide table scrolls by itself; a reader without a mouse must reach it.
        return (
            f'<div class="wide" tabindex="0"><table>\n{text}</table></div>\n'
            if text.strip()
            else ""
        )


def markdown(source: str, attachments: Mapping[str, Mapping[str, str]]) -> str:
    """Return the HTML of a text that was made harmless before."""
    pictures = {name: dict(data) for name, data in attachments.items()}
    renderer = _Renderer(escape=False, attachments=pictures)
    return str(MarkdownWithMath(renderer=renderer).render(source))


def python(source: str) -> str:
    """Return the HTML of highlighted Python."""
    formatter = HtmlFormatter(cssclass="code", wrapcode=True)
    return str(highlight(source, PythonLexer(), formatter))


def code_styles() -> str:
    """Return the style sheet of highlighted Python, for light and dark pages."""
    light = HtmlFormatter(style="a11y-high-contrast-light", cssclass="code")
    dark = HtmlFormatter(style="a11y-high-contrast-dark", cssclass="code")
    return (
        f"{light.get_style_defs('.code')}\n"
        f"@media screen and (prefers-color-scheme: dark) {{\n"
        f"{dark.get_style_defs('.code')}\n}}"
    )
