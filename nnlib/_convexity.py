"""Convex sets and functions, looked at through samples. Lecture 9.

A sample can refute convexity, never prove it: True means "no counterexample found".
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nnlib._checks import require_number

Array = NDArray[Any]


def is_convex_set(
    contains: Callable[[Array], Array], samples: ArrayLike, parts: int = 10
) -> bool:
    """Does every segment between two sampled members stay inside the set?

    X is convex if lam a + (1 - lam) b is in X for all a, b in X and lam in [0, 1].
    contains: points (n, d) -> n booleans. samples (N, d): those outside are left out.
    """
    points = _rows(samples)
    points = points[np.asarray(contains(points), dtype=bool)]
    if len(points) < 2:
        raise ValueError(
            f"is_convex_set expected two samples inside the set, got {len(points)}; "
            "draw more samples"
        )
    return all(
        bool(np.all(contains(_mixtures(points, lam)))) for lam in _weights(parts)
    )


def is_convex_function(
    f: Callable[[Array], Array],
    samples: ArrayLike,
    parts: int = 10,
    tol: float = 1e-9,
) -> bool:
    """Does every chord between two sampled points lie on or above the graph of f?

    lam f(x) + (1 - lam) f(x') >= f(lam x + (1 - lam) x'). f: points (n, d) -> (n,).
    tol allows for rounding, relative to the largest value met.
    """
    points = _rows(samples)
    values = np.asarray(f(points), dtype=float)
    slack = tol * max(1.0, float(np.max(np.abs(values))))
    for lam in _weights(parts):
        chord = (lam * values[:, None] + (1 - lam) * values[None, :]).reshape(-1)
        if np.any(f(_mixtures(points, lam)) > chord + slack):
            return False
    return True


def jensen_gap(
    f: Callable[[Array], Array], x: ArrayLike, alpha: ArrayLike | None = None
) -> float:
    """sum_i alpha_i f(x_i) - f(sum_i alpha_i x_i), never negative for a convex f.

    x (N, d), f: points (n, d) -> (n,); alpha (N,) >= 0 with sum 1, by default all 1/N.
    """
    points = _rows(x)
    n = len(points)
    weights = np.full(n, 1 / n) if alpha is None else np.asarray(alpha, dtype=float)
    proper = weights.shape == (n,) and bool(np.all(weights >= 0))
    if not (proper and math.isclose(float(np.sum(weights)), 1)):
        raise ValueError(
            f"jensen_gap expected alpha of shape ({n},), >= 0, with sum 1, got "
            f"{weights}; divide it by its sum"
        )
    mean = weights @ points
    return float(weights @ np.asarray(f(points)) - np.asarray(f(mean[None, :]))[0])


def project_ball(x: ArrayLike, radius: float = 1.0) -> Array:
    """Nearest point of the ball {x : ||x|| <= radius}, for points on the last axis."""
    require_number("radius in project_ball", radius, above=0)
    x = np.asarray(x, dtype=float)
    norm = np.linalg.norm(x, axis=-1, keepdims=True)
    return x * (radius / np.maximum(norm, radius))


def taylor_order(
    f: Callable[[Array], Any],
    gradient: Callable[[Array], Array],
    x: ArrayLike,
    rng: np.random.Generator,
) -> float:
    """Exponent k in ``|f(x + eps) - f(x) - eps . grad f(x)| ~ ||eps||^k``.

    A right gradient gives 2, a wrong one 1. Fitted in log-log scale over one random
    direction.
    """
    x = np.asarray(x, dtype=float)
    direction = rng.normal(size=x.shape)
    direction /= np.linalg.norm(direction)
    lengths = np.geomspace(1e-3, 1e-1, 9)
    slope = float(np.sum(direction * gradient(x)))
    errors = [abs(float(f(x + h * direction) - f(x)) - h * slope) for h in lengths]
    if max(errors) < 1e-13:
        return math.inf  # f is affine along the direction: no error at all
    return float(np.polyfit(np.log(lengths), np.log(errors), 1)[0])


def _rows(samples: ArrayLike) -> Array:
    points = np.asarray(samples, dtype=float)
    if points.ndim != 2 or len(points) == 0:
        raise ValueError(
            f"expected samples of shape (N, d) with N > 0, got {points.shape}; "
            "use samples[:, None] in one dimension"
        )
    return points


def _weights(parts: int) -> Array:
    return np.arange(1, parts) / parts


def _mixtures(points: Array, lam: float) -> Array:
    pairs = lam * points[:, None, :] + (1 - lam) * points[None, :, :]
    return pairs.reshape(-1, points.shape[1])
