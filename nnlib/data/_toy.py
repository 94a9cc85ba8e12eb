"""Points in the plane, and the tent map."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nnlib._checks import require_number, require_rng

Array = NDArray[Any]


def xor() -> tuple[Array, Array]:
    """Return the four points of exclusive or, x (4, 2) and y (4,) = 0, 1, 1, 0.

    Lecture 1.
    """
    x = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    return x, np.array([0, 1, 1, 0])


def moons(
    n: int = 200, *, rng: np.random.Generator, noise: float = 0.1
) -> tuple[Array, Array]:
    """Return two interleaved half circles, x (n, 2) and y (n,) in {0, 1}.

    Lectures 1, 10.
    """
    y = _labels("moons", n, 2)
    angle = np.pi * require_rng("rng in moons", rng).uniform(size=n)
    upper = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    lower = np.stack([1 - np.cos(angle), 0.5 - np.sin(angle)], axis=1)
    return _noisy(np.where(y[:, None] == 0, upper, lower), noise, rng), y


def spirals(
    n: int = 300, classes: int = 3, *, rng: np.random.Generator, noise: float = 0.05
) -> tuple[Array, Array]:
    """Return spiral arms around the origin, x (n, 2) and y (n,) in 0..classes-1.

    Lecture 1.
    """
    y = _labels("spirals", n, classes)
    radius = require_rng("rng in spirals", rng).uniform(0.05, 1.0, size=n)
    angle = 2 * np.pi * y / classes + 4.0 * radius
    x = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return _noisy(x, noise, rng), y


def blobs(
    n: int = 300, classes: int = 3, *, rng: np.random.Generator, noise: float = 0.5
) -> tuple[Array, Array]:
    """Return round clouds on a circle of radius 2, x (n, 2) and y (n,).

    Lectures 1, 2.
    """
    y = _labels("blobs", n, classes)
    angle = 2 * np.pi * y / classes
    centres = 2 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return _noisy(centres, noise, require_rng("rng in blobs", rng)), y


def square_grid(low: float = -5.0, high: float = 5.0, points: int = 101) -> Array:
    """Return a regular grid over the square [low, high]^2 as rows (points^2, 2).

    Row i * points + j is (x1, x2) = (axis[j], axis[i]): reshape values to
    (points, points) for ``contourf`` or ``imshow(origin="lower")``. Lecture 1.
    """
    axis = np.linspace(low, high, points)
    x1, x2 = np.meshgrid(axis, axis)
    return np.stack([x1.ravel(), x2.ravel()], axis=1)


def tent_map(x: ArrayLike, depth: int = 1) -> Array:
    """Apply t(x) = 2 relu(x) - 4 relu(x - 1/2), on [0, 1], depth times. Lecture 1.

    Each layer of two ReLUs folds the interval in half: 2^depth linear pieces.
    """
    if depth < 0:
        raise ValueError(f"depth in tent_map is {depth}, expected 0 or more layers")
    out: Array = np.asarray(x, dtype=float)
    for _ in range(depth):
        out = 2 * np.maximum(out, 0) - 4 * np.maximum(out - 0.5, 0)
    return out


def _labels(name: str, n: int, classes: int) -> Array:
    if classes < 1 or n < classes:
        raise ValueError(
            f"{name} got n={n} and classes={classes}, expected n >= classes >= 1"
        )
    return np.arange(n) % classes


def _noisy(x: Array, noise: float, rng: np.random.Generator) -> Array:
    require_number("noise", noise, at_least=0)
    return x + noise * rng.normal(size=x.shape)
