"""Gradient clipping: keep one steep place from throwing the parameters far away.

Both functions take one array or a list of arrays (the gradients of all parameters),
return new arrays of the same kind, and change nothing themselves. Lecture 8.
"""

import math
from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from nnlib._checks import require_float, require_number

Array = NDArray[Any]
Grads = TypeVar("Grads", Array, Sequence[Array])


def clip_by_value(grads: Grads, lo: float, hi: float) -> Grads:
    """Push every entry into [lo, hi]: g_i <- min(max(g_i, lo), hi).

    The direction of the gradient may change. With lo < 0 < hi the result still has a
    positive inner product with the gradient, so minus the result still descends.
    Lecture 8. PyTorch: ``clip_grad_value_`` has lo = -hi and works in place.
    """
    # Python floats, as NumPy scalars of float64 would widen float32 gradients
    lo = require_number("lo in clip_by_value", lo)
    hi = require_number("hi in clip_by_value", hi, above=lo)
    if isinstance(grads, np.ndarray):
        return np.clip(_checked(grads, 0), lo, hi)
    return [np.clip(_checked(g, k), lo, hi) for k, g in enumerate(grads)]


def clip_by_norm(grads: Grads, max_norm: float) -> tuple[Grads, float]:
    """Shorten all gradients together so that their common 2-norm is at most max_norm.

    norm = sqrt(sum of all squared entries); if norm > max_norm: g <- g max_norm / norm.
    The direction in the space of all parameters stays. Returns (clipped, norm before).
    Lecture 8. PyTorch: ``clip_grad_norm_`` divides by norm + 1e-6, a tiny bit more.
    """
    max_norm = require_number("max_norm in clip_by_norm", max_norm, above=0)
    norm = global_norm([grads] if isinstance(grads, np.ndarray) else grads)
    if not math.isfinite(norm):
        raise ValueError(
            f"clip_by_norm expected finite gradients, their norm is {norm}; "
            "use a smaller learning rate, or clip_by_value for infinite entries"
        )
    scale = min(1.0, max_norm / norm) if norm > 0 else 1.0
    if isinstance(grads, np.ndarray):
        return grads * scale, norm
    return [g * scale for g in grads], norm


def global_norm(grads: Sequence[Array]) -> float:
    """Norm of all gradients written one after the other: sqrt(sum_k ||g_k||^2)."""
    flat = [_checked(g, k).ravel() for k, g in enumerate(grads)]
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        square = sum(float(np.vdot(g, g)) for g in flat)
    if 1e-30 < square < math.inf or math.isnan(square):
        return math.sqrt(square)
    # squares of very large or small numbers leave the range: measure by the largest
    largest = max((float(np.max(np.abs(g), initial=0.0)) for g in flat), default=0.0)
    if largest in (0.0, math.inf):
        return largest
    return largest * math.sqrt(sum(float(np.sum((g / largest) ** 2)) for g in flat))


def _checked(g: Array, k: int) -> Array:
    return require_float(f"gradient {k} to clip", g)
