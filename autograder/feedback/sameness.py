"""What a call does, and whether two calls did the same."""

import contextlib
import io
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.execution.remote.errors import nearest_builtin

# Far above the rounding of float64, and below any difference between two formulas.
RTOL, ATOL = 1e-6, 1e-9


@dataclass(frozen=True)
class Raised:
    """A call that ended with an exception, by the nearest built-in type.

    What a student's process raised arrives as one of these.
    """

    kind: str


def outcome(function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    """Call a function without noise; return its result and its changed arguments."""
    sink = io.StringIO()
    with (
        warnings.catch_warnings(),
        contextlib.redirect_stdout(sink),
        contextlib.redirect_stderr(sink),
    ):
        warnings.simplefilter("ignore")
        try:
            result = function(*arguments)
        except Exception as error:
            return Raised(nearest_builtin(error))
    # What a call does to its arguments is part of its behaviour.
    return result, [value for value in arguments if isinstance(value, np.ndarray)]


def same(one: Any, other: Any) -> bool:
    """Say whether two results agree: numbers up to rounding, containers by parts."""
    if isinstance(one, Raised) or isinstance(other, Raised):
        return bool(one == other)
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[k], other[k]) for k in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    first, second = _numbers(one), _numbers(other)
    if first is None or second is None:
        return type(one) is type(other) and bool(one == other)
    return first.shape == second.shape and bool(
        np.isclose(first, second, RTOL, ATOL, equal_nan=True).all()
    )


def _numbers(value: Any) -> np.ndarray | None:
    if value is None or isinstance(value, str | bytes):
        return None
    try:
        array = np.asarray(value)
    except (TypeError, ValueError):
        return None
    return array if array.dtype.kind in "biufc" else None
