"""Formulas as MathML, which every browser shows without a script or a network."""

from __future__ import annotations

from functools import lru_cache
from html import escape, unescape
from typing import Any, Literal
from xml.etree import ElementTree

from latex2mathml.converter import convert_to_element

MAX_LENGTH = 2000
_NAMESPACE = "http://www.w3.org/1998/Math/MathML"
# Addresses, classes and styles are not among them: a student writes formulas, too.
_ATTRIBUTES = {
    *("accent", "columnalign", "columnlines", "columnspacing", "display"),
    *("displaystyle", "fence", "form", "height", "linethickness", "lspace"),
    *("mathvariant", "maxsize", "minsize", "movablelimits", "rowlines", "rowspacing"),
    *("rspace", "scriptlevel", "separator", "stretchy", "width", "xmlns"),
}
_TAGS = {
    *("math", "menclose", "merror", "mfenced", "mfrac", "mi", "mmultiscripts", "mn"),
    *("mo", "mover", "mpadded", "mphantom", "mprescripts", "mroot", "mrow", "ms"),
    *("mspace", "msqrt", "mstyle", "msub", "msubsup", "msup", "mtable", "mtd"),
    *("mtext", "mtr", "munder", "munderover", "none"),
}


@lru_cache(maxsize=4096)
def mathml(tex: str, display: Literal["inline", "block"] = "inline") -> str:
    """Return a formula as MathML, or its TeX as code if that cannot be done.

    >>> mathml("x^2")  # doctest: +ELLIPSIS
    '<math xmlns="..." display="inline">...<msup><mi>x</mi><mn>2</mn></msup>...</math>'
    """
    try:
        if len(tex) > MAX_LENGTH:
            raise ValueError("a formula longer than a page")
        root = convert_to_element(tex, xmlns=_NAMESPACE, display=display)
        _make_harmless(root)
        return ElementTree.tostring(root, encoding="unicode")
    except Exception:  # what students write between dollar signs may be anything
        return f"<code>{escape(tex)}</code>"


def _make_harmless(root: Any) -> None:
    """Keep known tags and attributes; the converter writes characters as entities."""
    for element in root.iter():
        if element.tag not in _TAGS:
            raise ValueError(f"no tag of a formula: {element.tag}")
        for name in set(element.attrib) - _ATTRIBUTES:
            del element.attrib[name]
        element.text = unescape(element.text or "") or None
        element.tail = unescape(element.tail or "") or None
