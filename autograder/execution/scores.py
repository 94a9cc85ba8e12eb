"""What the last expression of a test cell says about its points.

nbgrader takes the text of the result for the points earned. It gives the full points
for text that is no plain number (``np.float64(0.0)``, ``False``), for negative numbers
and for NaN, and stops at numbers above the maximum. Here they count as they are meant.
"""

from __future__ import annotations

import math
import re
from fractions import Fraction

_NUMBER = r"[-+]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|[-+]?(?:nan|inf|infinity)"
# 1.5, np.float64(1.5), array(1.5), array([1.5]), Decimal('1.5'), tensor(1.5, dtype=...)
_WRAPPED = re.compile(
    rf"(?:(?:np|numpy|jnp|torch|decimal)\.)?(?:u?int\d*|float\d*|longdouble|array|tensor|"
    rf"Array|Decimal)\(\[*'?\s*({_NUMBER})\s*'?\]*(?:,\s*[\w ]+=.*)?\)",
    re.IGNORECASE,
)
_PLAIN = re.compile(_NUMBER, re.IGNORECASE)
_FRACTION = re.compile(r"Fraction\((-?\d{1,300}), (\d{1,300})\)")
_TRUTH = re.compile(r"(?:np\.|numpy\.)?(?:bool_?\()?(True|False)_?\)?")


def points_from_text(text: str, maximum: float) -> tuple[float, str] | None:
    """Return the points that a result stands for and a remark if it was corrected.

    None means that the result is no number at all; nbgrader's rule for that, full
    points, is the one that test cells with a closing message rely on.

    >>> points_from_text("np.float64(1.5)", 2.0)
    (1.5, 'np.float64(1.5) was read as 1.5')
    >>> points_from_text("False", 2.0)
    (0.0, 'False was read as 0')
    """
    text = text.strip()
    value = _value(text, maximum)
    if value is None:
        return None
    points = _within(value, maximum)
    if _PLAIN.fullmatch(text) and points == value:
        return points, ""
    return points, f"{text[:60]} was read as {points:g}"


def _value(text: str, maximum: float) -> float | None:
    truth = _TRUTH.fullmatch(text)
    if truth:
        return maximum if truth[1] == "True" else 0.0
    fraction = _FRACTION.fullmatch(text)
    if fraction and int(fraction[2]):
        return _as_float(Fraction(int(fraction[1]), int(fraction[2])))
    if _PLAIN.fullmatch(text):
        return _as_float(text)
    wrapped = _WRAPPED.fullmatch(text)
    return _as_float(wrapped[1]) if wrapped else None


def _as_float(number: str | Fraction) -> float:
    try:
        return float(number)
    except OverflowError:
        return math.inf


def _within(value: float, maximum: float) -> float:
    """Return the value as points: nothing for what cannot be meant as a credit."""
    if not math.isfinite(value) or value < 0:
        return 0.0
    return min(value, maximum)
