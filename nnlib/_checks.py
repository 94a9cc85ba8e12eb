"""Argument checks shared by the library: each error says got, expected, remedy.

`name` tells the reader which argument of which function is meant, as in
``"W in linear"``.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.floating]
IntPair = int | tuple[int, int]


def require_float(name: str, x: ArrayLike) -> Array:
    """Return `x` as an array; refuse every dtype that is not a float."""
    array = np.asarray(x)
    if array.dtype.kind != "f":  # np.issubdtype costs more than a small layer
        raise TypeError(
            f"{name} has dtype {array.dtype}, expected a float dtype; "
            "convert it with np.asarray(..., dtype=float)"
        )
    return array


def require_ndim(name: str, x: NDArray, *allowed: int, remedy: str = "") -> None:
    """Refuse an array whose number of axes is not one of `allowed`."""
    if x.ndim not in allowed:
        wanted = " or ".join(str(n) for n in allowed)
        raise ValueError(
            f"{name} has {x.ndim} axes (shape {x.shape}), expected {wanted}; "
            + (remedy or "reshape it")
        )


def require_shape(
    name: str, x: NDArray, expected: Sequence[int | str], remedy: str = ""
) -> None:
    """Refuse a shape other than `expected`, where a letter stands for any length.

    ``require_shape("x in linear", x, ("N", 64))`` accepts (1, 64) and (7, 64).
    """
    misfits = [
        want
        for have, want in zip(x.shape, expected, strict=False)
        if have != want and not isinstance(want, str)
    ]
    if misfits or x.ndim != len(expected):
        wanted = ", ".join(str(length) for length in expected)
        wanted += "," if len(expected) == 1 else ""
        raise ValueError(
            f"{name} has shape {x.shape}, expected ({wanted}); "
            + (remedy or _shape_remedy(x, expected))
        )


def _shape_remedy(x: NDArray, expected: Sequence[int | str]) -> str:
    if x.ndim + 1 == len(expected):
        return "add the missing axis with [None, ...] or [..., None]"
    if x.ndim == len(expected) + 1 and 1 in x.shape:
        return "drop the axis of length 1 with .squeeze() or .ravel()"
    if x.ndim == 2 and len(expected) == 2:
        return "check the order of the axes (rows are samples)"
    return "nothing is broadcast here, so reshape it or choose matching sizes"


def require_cotangent(name: str, dout: ArrayLike, shape: tuple[int, ...]) -> Array:
    """Return `dout` as a float array of the shape of the output it belongs to."""
    array = require_float(name, dout)
    if array.shape != shape:
        raise ValueError(
            f"{name} has shape {array.shape}, expected the shape {shape} of the "
            "output; pass the derivative of the cost by every entry of the output"
        )
    return array


def require_labels(name: str, labels: ArrayLike, n: int, classes: int) -> NDArray:
    """Return class labels as an integer array of shape (n,) within 0..classes-1."""
    array = np.asarray(labels)
    if array.dtype.kind not in "iu":
        raise TypeError(
            f"{name} has dtype {array.dtype}, expected integer class labels; "
            "convert it with .astype(int)"
        )
    require_shape(name, array, (n,), "give one class number for each sample")
    if array.size and (array.min() < 0 or array.max() >= classes):
        raise ValueError(
            f"{name} goes from {array.min()} to {array.max()}, expected class "
            f"numbers from 0 to {classes - 1}; count classes from 0"
        )
    return array


def require_number(
    name: str,
    value: Any,
    *,
    above: float | None = None,
    at_least: float | None = None,
    at_most: float | None = None,
) -> float:
    """Return `value` as a finite float within the bounds."""
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    if isinstance(value, bool) or not isinstance(value, int | float | np.number):
        raise TypeError(
            f"{name} is {type(value).__name__} {value!r}, expected a number; "
            "pass an int or a float"
        )
    bounds = [
        (above, value > above if above is not None else True, "above"),
        (at_least, value >= at_least if at_least is not None else True, "at least"),
        (at_most, value <= at_most if at_most is not None else True, "at most"),
    ]
    if not np.isfinite(value) or not all(ok for _, ok, _ in bounds):
        asked = [f"{word} {bound:g}" for bound, _, word in bounds if bound is not None]
        raise ValueError(
            f"{name} is {value}, expected a finite number "
            f"{' and '.join(asked)}".rstrip()
            + "; choose one in that range"
        )
    return float(value)


def require_int(name: str, value: Any, *, at_least: int) -> int:
    """Return a whole number of at least `at_least` as an int."""
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not whole or value < at_least:
        raise ValueError(
            f"{name} is {value!r}, expected an int of at least {at_least}; "
            "pass a whole number"
        )
    return int(value)


def require_pair(name: str, value: Any, *, at_least: int) -> tuple[int, int]:
    """Return an int or a (rows, columns) pair as a pair of ints."""
    pair = tuple(value) if isinstance(value, tuple | list) else (value, value)
    whole = all(isinstance(v, int | np.integer) and v is not True for v in pair)
    if len(pair) != 2 or not whole or min(pair) < at_least:
        raise ValueError(
            f"{name} is {value!r}, expected an int or a (rows, columns) pair of ints, "
            f"at least {at_least}; for one number on both axes pass that number"
        )
    return int(pair[0]), int(pair[1])


def require_choice(name: str, value: str, choices: Sequence[str]) -> str:
    """Return `value` if it is one of `choices`."""
    if value not in choices:
        raise ValueError(
            f"{name} is {value!r}, expected one of {', '.join(map(repr, choices))}; "
            "check the spelling"
        )
    return value


def require_rng(name: str, rng: Any) -> np.random.Generator:
    """Return `rng` if it is a NumPy generator: there is no hidden global one."""
    if not isinstance(rng, np.random.Generator):
        raise TypeError(
            f"{name} is {type(rng).__name__}, expected numpy.random.Generator; "
            "make one with np.random.default_rng(seed)"
        )
    return rng
