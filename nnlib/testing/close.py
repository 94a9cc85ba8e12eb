"""Compare two arrays and say what differs, where, and what the mistake looks like."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from nnlib.testing.guesses import Closeness, guess_shape, guess_values

# Relative and absolute tolerance by the bytes of the coarser float type of the two:
# loose enough for another order of summation, tight enough to see a wrong formula.
_TOLERANCES = {2: (1e-2, 1e-3), 4: (1e-4, 1e-5), 8: (1e-7, 1e-9)}


def assert_close(
    actual: object,
    expected: ArrayLike,
    *,
    name: str = "result",
    rtol: float | None = None,
    atol: float | None = None,
    sizes: Mapping[str, int] | None = None,
) -> None:
    """Raise an AssertionError that explains how `actual` differs from `expected`.

    An entry is right if ``|actual - expected| <= atol + rtol |expected|``. Shapes must
    be equal, nothing is broadcast; infinities and NaN must stand in the same places.

    Args:
        actual: a number, a list or an array, as the tested function returned it.
        expected: what is right.
        name: what the message calls the value, for example "dW".
        rtol: relative tolerance; 1e-7 by default, 1e-4 if one side is float32.
        atol: absolute tolerance; 1e-9 by default, 1e-5 if one side is float32.
        sizes: known sizes such as {"N": 32}; a factor between the two values that
            equals one of them is named after it.
    """
    want = _numbers(expected, f"the expected {name}", TypeError)
    got = _numbers(actual, name, AssertionError)
    default_rtol, default_atol = _tolerances(got, want)
    close = Closeness(
        default_rtol if rtol is None else rtol, default_atol if atol is None else atol
    )
    if got.shape != want.shape:
        problem = f"{name} has shape {got.shape}, expected {want.shape}"
        raise AssertionError(_sentence(problem, guess_shape(got, want, close)))
    wrong = ~close.entries(got, want)
    if wrong.any():
        problem = f"{name} {_differences(got, want, wrong)}"
        raise AssertionError(_sentence(problem, guess_values(got, want, close, sizes)))


def _numbers(value: Any, name: str, error: type[Exception]) -> np.ndarray:
    """Return the value as an array of floats or complex numbers, or refuse it."""
    if value is None:
        raise error(f"{name} is None, expected numbers: does the function return it?")
    try:
        array = np.asarray(value)
    except (TypeError, ValueError):
        array = np.empty(0, dtype=object)
    if array.dtype.kind not in "biufc":
        raise error(
            f"{name} is of type {type(value).__name__}, expected a number or an array "
            "of numbers"
        )
    return array if array.dtype.kind in "fc" else array.astype(np.float64)


def _tolerances(*arrays: np.ndarray) -> tuple[float, float]:
    """Return the default tolerances for the coarsest dtype among the arrays."""
    return _TOLERANCES[min(min(array.real.itemsize, 8) for array in arrays)]


def _sentence(problem: str, guess: str) -> str:
    return f"{problem}. {guess}" if guess else f"{problem}."


def _differences(got: np.ndarray, want: np.ndarray, wrong: np.ndarray) -> str:
    """Count the wrong entries and show the first and the worst."""
    if got.ndim == 0:
        return f"is {_number(got[()])}, expected {_number(want[()])}"
    # An entry that is NaN or infinite on one side only is worse than any finite one.
    with np.errstate(invalid="ignore"):
        gap = np.where(np.isfinite(got) & np.isfinite(want), abs(got - want), np.inf)
    gap[~wrong] = -1.0
    places = np.argwhere(wrong)
    first, worst = tuple(places[0]), np.unravel_index(int(gap.argmax()), gap.shape)
    text = (
        f"(shape {got.shape}, dtype {got.dtype}) has {len(places)} of {got.size} "
        f"entries wrong; first {_entry(got, want, first)}"
    )
    if worst != first:
        text += f"; worst {_entry(got, want, worst)}"
    return text


def _entry(got: np.ndarray, want: np.ndarray, place: tuple[Any, ...]) -> str:
    index = ", ".join(str(int(i)) for i in place)
    return f"[{index}] is {_number(got[place])}, expected {_number(want[place])}"


def _number(value: Any) -> str:
    return format(value, ".8g")
