"""Takes out of students' HTML and images whatever could act on a reader.

Graded notebooks are shown to instructors (formgrader) and to students (feedback pages)
in pages that can do more than show: a script in an answer could set scores.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Collection, Iterator
from html.parser import HTMLParser
from typing import Any

import nh3

_ATTRIBUTES: dict[str, set[str]] = {
    "*": {"align", "style", "title", "lang", "dir"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start", "type"},
    "table": {"border"},
    "td": {"colspan", "rowspan", "valign"},
    "th": {"colspan", "rowspan", "valign", "scope"},
}
# Not among them: position, margin and the like, by which text could cover the page.
_STYLES = {
    "background-color",
    "border",
    "color",
    "font-size",
    "font-style",
    "width",
    "font-weight",
    "height",
    "padding",
    "text-align",
    "text-decoration",
    "vertical-align",
}
_PICTURE_URL = re.compile(r"data:image/(png|jpeg|gif|webp|svg\+xml);base64,[\w+/=\s]*")
# Commands of MathJax that make links, load code or change the page.
_TEX_COMMAND = re.compile(
    r"\\(href(?!\s*\{https?://)|class|cssId|style|require|mmlToken|unicode|data|Tip)"
    r"(?![A-Za-z])"
)


def clean_html(html: str) -> str:
    """Return the HTML with only the tags, attributes and addresses that are harmless.

    >>> clean_html('<b onclick="steal()">bold</b><script>steal()</script>')
    '<b>bold</b>'
    """
    return clean_tex(_clean(html, classes={"table": {"dataframe"}}))


def clean_tex(text: str) -> str:
    r"""Return the text without commands by which formulas could act on the page.

    >>> print(clean_tex(r"$\href{javascript:steal()}{\alpha}$"))
    $\text{javascript:steal()}{\alpha}$
    """
    return _TEX_COMMAND.sub(r"\\text", text)


def svg_as_image(svg: str) -> str:
    """Return HTML that shows a drawing as a picture, in which no script can run."""
    data = base64.b64encode(svg.encode("utf-8", "replace")).decode("ascii")
    return f'<img src="data:image/svg+xml;base64,{data}">'


def _keep(tag: str, attribute: str, value: str) -> str | None:
    if tag == "img" and attribute == "src" and value.startswith("data:"):
        return value if _PICTURE_URL.fullmatch(value) else None
    if tag == "a" and attribute == "href" and value.startswith("data:"):
        return None
    return value


def _clean(html: str, classes: dict[str, set[str]] | None) -> str:
    attributes = _ATTRIBUTES
    if classes is None:  # what the renderer itself writes: headings, highlighting
        attributes = {**_ATTRIBUTES, "*": _ATTRIBUTES["*"] | {"class", "id"}}
    return nh3.clean(
        html,
        clean_content_tags={"script", "style", "iframe", "object", "template", "title"},
        attributes=attributes,
        attribute_filter=_keep,
        allowed_classes=classes,
        filter_style_properties=_STYLES,
        url_schemes={"http", "https", "mailto", "data", "attachment"},
        link_rel=None,
    )


def renders_harmless(source: str, attachments: Collection[str]) -> bool:
    """Tell whether the page that nbconvert makes of Markdown needs no sanitizing."""
    # Imported late: it takes a third of a second, and few submissions need it.
    from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

    pictures = {name: {"image/png": ""} for name in attachments}
    renderer = IPythonRenderer(escape=False, attachments=pictures)
    try:
        html = MarkdownWithMath(renderer=renderer).render(source)
    except Exception:  # a text that stops the renderer would stop the page as well
        return False
    return list(_Tokens.of(html)) == list(_Tokens.of(_clean(html, classes=None)))


class _Tokens(HTMLParser):
    """The tags, the names of their attributes, the addresses and the text of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.seen: list[Any] = []

    @classmethod
    def of(cls, html: str) -> Iterator[Any]:
        parser = cls()
        parser.feed(html)
        parser.close()
        text = ""
        for token in parser.seen:
            if isinstance(token, str):
                text += token
                continue
            yield " ".join(text.split())
            yield token
            text = ""
        yield " ".join(text.split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("tbody", "p"):  # a browser adds these where they are left out
            attrs = attrs or [("", "")]
            if attrs == [("", "")]:
                return
        addresses = [value or "" for name, value in attrs if name in ("href", "src")]
        styles = [
            rule.split(":")[0].strip().lower()
            for name, value in attrs
            if name == "style"
            for rule in (value or "").split(";")
            if rule.strip()
        ]
        names = sorted(name for name, _ in attrs)
        self.seen.append((tag, names, addresses, sorted(styles)))

    def handle_data(self, data: str) -> None:
        self.seen.append(data)

    def handle_comment(self, data: str) -> None:
        self.seen.append(("comment", data))

    def handle_decl(self, decl: str) -> None:
        self.seen.append(("declaration", decl))

    def handle_pi(self, data: str) -> None:
        self.seen.append(("instruction", data))

    def unknown_decl(self, data: str) -> None:
        self.seen.append(("declaration", data))
