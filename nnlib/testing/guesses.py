"""What a wrong array resembles: the usual slips with shapes, signs, factors, order."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Closeness:
    """The tolerance of one comparison."""

    rtol: float
    atol: float

    def entries(self, got: np.ndarray, want: np.ndarray) -> np.ndarray:
        """Say for each entry whether it is close (shapes are equal)."""
        with np.errstate(all="ignore"):
            return np.isclose(got, want, self.rtol, self.atol, equal_nan=True)

    def all(self, got: np.ndarray, want: np.ndarray) -> bool:
        """Say whether shapes are equal and all entries close."""
        return got.shape == want.shape and bool(self.entries(got, want).all())


def guess_shape(got: np.ndarray, want: np.ndarray, close: Closeness) -> str:
    """Guess why the shapes differ; an empty string if nothing fits."""
    if got.ndim == 2 and close.all(got.T, want):
        return "It looks transposed."
    if got.size == want.size and close.all(got.reshape(want.shape), want):
        return "The numbers are right, only the shape differs."
    for axis in range(got.ndim):
        for verb in ("sum", "mean"):
            reduced = getattr(got, verb)(axis=axis) if got.size else got
            if close.all(reduced, want):
                return f"Its {verb} over axis {axis} would be right."
    for axis in range(want.ndim if want.size else 0):
        for verb in ("sum", "mean"):
            if close.all(got, getattr(want, verb)(axis=axis)):
                return f"It is the {verb} over axis {axis} of the right result."
    if got.ndim == want.ndim + 1 and want.ndim and got.shape[:2] == want.shape[:1] * 2:
        n = want.shape[0]
        return (
            f"Arrays of shape ({n}, 1) and ({n},) broadcast to ({n}, {n}): "
            "give both the same shape."
        )
    return ""


def guess_values(
    got: np.ndarray,
    want: np.ndarray,
    close: Closeness,
    sizes: Mapping[str, int] | None = None,
) -> str:
    """Guess why entries of the same shape differ; an empty string if nothing fits."""
    if np.isnan(got).any() and not np.isnan(want).any():
        return f"NaN entries: {int(np.isnan(got).sum())}. Look for 0/0 or inf - inf."
    if got.ndim == 2 and close.all(got.T, want):
        return "It looks transposed."
    if close.all(-got, want):
        return "The sign is flipped."
    factor = _factor(got, want, close)
    if factor is not None:
        named = _named_factor(factor, want, sizes)
        # Two single numbers always differ by some factor; only a telling one counts.
        if want.size > 1 or named:
            return f"It differs by a factor {factor:.6g}{named}."
    if close.all(1 - got, want):
        return "It looks like 1 minus the right value."
    return _guess_order(got, want, close) if got.size > 1 else ""


def _guess_order(got: np.ndarray, want: np.ndarray, close: Closeness) -> str:
    offset = (got - want).flat[0]
    if np.isfinite(offset) and close.all(got - offset, want):
        return f"Every entry is off by {offset:.6g}."
    for axis in range(got.ndim if min(got.shape) > 1 and got.ndim > 1 else 0):
        # Such a term is a sum or a mean over that axis.
        if close.all(got - (got - want).take([0], axis), want):
            return (
                f"All entries along axis {axis} are off by the same amount: a term "
                "is missing or wrong that is equal for all of them."
            )
    if close.all(np.flip(got), want):
        return "It looks reversed."
    # Many equal entries are in "another order" of each other by accident.
    if len(np.unique(want)) > 2 and close.all(np.sort(got, None), np.sort(want, None)):
        return "The numbers are right, but in another order."
    return ""


def _factor(got: np.ndarray, want: np.ndarray, close: Closeness) -> float | None:
    """Return c if got = c * want with c real and neither 0 nor infinite."""
    if np.iscomplexobj(got) or np.iscomplexobj(want) or not np.isfinite(want).all():
        return None
    largest = int(abs(want).argmax()) if want.size else 0
    if want.size == 0 or want.flat[largest] == 0:
        return None
    factor = float(got.flat[largest] / want.flat[largest])
    if factor == 0 or not np.isfinite(factor):
        return None
    return factor if close.all(got / factor, want) else None


def _named_factor(
    factor: float, want: np.ndarray, sizes: Mapping[str, int] | None
) -> str:
    """Return " = N" or " = 1/N" if the factor is a known size, else nothing."""
    axes = {f"the length of axis {i}": n for i, n in enumerate(want.shape)}
    known = {**(sizes or {}), **axes, "2": 2}
    for name, size in known.items():
        if size > 1 and np.isclose(factor, size, rtol=1e-5):
            return "" if name == "2" and want.size > 1 else f" = {name}"
        if size > 1 and np.isclose(factor, 1 / size, rtol=1e-5):
            return f" = 1/{name}"
    return ""
