"""Small functions to walk on: what optimizers do well and badly, visible in a plot.

A point is the LAST axis of x, so x of shape (2,) is one point and a grid of points has
shape (rows, columns, 2). Every landscape f has ``f_gradient``, of the shape of x; the
quadratic ones and the double well have ``f_hessian`` at one point too. Lecture 9 (the
cliff: 8). Convexity helpers: ``nnlib._convexity``, reached from here as well.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nnlib._convexity import (
    is_convex_function,
    is_convex_set,
    jensen_gap,
    project_ball,
    taylor_order,
)
from nnlib._parameter import Parameter

Array = NDArray[Any]

__all__ = [
    "bowls",
    "bowls_gradient",
    "bowls_hessian",
    "cliff",
    "cliff_gradient",
    "descend",
    "double_well",
    "double_well_gradient",
    "double_well_hessian",
    "is_convex_function",
    "is_convex_set",
    "jensen_gap",
    "narrow_bowl",
    "narrow_bowl_gradient",
    "narrow_bowl_hessian",
    "project_ball",
    "risks",
    "saddle",
    "saddle_gradient",
    "saddle_hessian",
    "taylor_order",
]

ROUND = (1.0, 2.0)
NARROW = (0.1, 2.0)
TILT = 0.3
SLOPE, WALL, SHARPNESS, EDGE = 0.5, 50.0, 100.0, 1.0


def bowls(x: ArrayLike, a: ArrayLike = ROUND) -> Array:
    """Quadratic bowl f(x) = sum_i a_i x_i^2; by default x1^2 + 2 x2^2. Lecture 9."""
    x, a = _points(x, a)
    return np.sum(a * x**2, axis=-1)


def bowls_gradient(x: ArrayLike, a: ArrayLike = ROUND) -> Array:
    """Gradient (2 a_i x_i) of `bowls`, same shape as x."""
    x, a = _points(x, a)
    return 2 * a * x


def bowls_hessian(x: ArrayLike, a: ArrayLike = ROUND) -> Array:
    """Hessian diag(2 a) of `bowls`: the same at every point."""
    _, a = _points(x, a)
    return np.diag(2 * a)


def narrow_bowl(x: ArrayLike) -> Array:
    """f(x) = 0.1 x1^2 + 2 x2^2: gradient descent zigzags across it. Lecture 9."""
    return bowls(x, NARROW)


def narrow_bowl_gradient(x: ArrayLike) -> Array:
    """Gradient (0.2 x1, 4 x2) of `narrow_bowl`."""
    return bowls_gradient(x, NARROW)


def narrow_bowl_hessian(x: ArrayLike) -> Array:
    """Hessian diag(0.2, 4) of `narrow_bowl`."""
    return bowls_hessian(x, NARROW)


def saddle(x: ArrayLike) -> Array:
    """f(x) = x1^2 - x2^2: gradient 0 at the origin, yet no minimum. Lecture 9."""
    return bowls(x, (1.0, -1.0))


def saddle_gradient(x: ArrayLike) -> Array:
    """Gradient (2 x1, -2 x2) of `saddle`."""
    return bowls_gradient(x, (1.0, -1.0))


def saddle_hessian(x: ArrayLike) -> Array:
    """Hessian diag(2, -2) of `saddle`: one curvature of each sign."""
    return bowls_hessian(x, (1.0, -1.0))


def double_well(x: ArrayLike) -> Array:
    """f(x) = (x^2 - 1)^2 + 0.3 x: two minima, the left one is lower. Lecture 9.

    A function of one variable: x of shape (..., 1) gives (...).
    """
    x, _ = _points(x, (1.0,))
    return np.sum((x**2 - 1) ** 2 + TILT * x, axis=-1)


def double_well_gradient(x: ArrayLike) -> Array:
    """Derivative 4 x (x^2 - 1) + 0.3 of `double_well`, same shape as x."""
    x, _ = _points(x, (1.0,))
    return 4 * x * (x**2 - 1) + TILT


def double_well_hessian(x: ArrayLike) -> Array:
    """Second derivative 12 x^2 - 4 of `double_well` at one point, as a 1x1 matrix."""
    x, _ = _points(x, (1.0,))
    return np.reshape(12 * x**2 - 4, (1, 1))


def cliff(x: ArrayLike) -> Array:
    """A gentle slope down to the right that ends at a steep wall near x1 = 1.

    f(x) = -0.5 x1 + 0.5 softplus(100 (x1 - 1)) + x2^2 / 2. One step onto the wall,
    where the slope is almost 50, throws x1 far to the left; with clipping it stays.
    Lecture 8.
    """
    x, _ = _points(x, (1.0, 1.0))
    x1, x2 = x[..., 0], x[..., 1]
    softplus = np.logaddexp(0.0, SHARPNESS * (x1 - EDGE))
    return -SLOPE * x1 + WALL / SHARPNESS * softplus + x2**2 / 2


def cliff_gradient(x: ArrayLike) -> Array:
    """Gradient (-0.5 + 50 sigmoid(100 (x1 - 1)), x2) of `cliff`."""
    x, _ = _points(x, (1.0, 1.0))
    # sigmoid(s) = (1 + tanh(s / 2)) / 2 cannot overflow
    on_wall = (1 + np.tanh(SHARPNESS * (x[..., 0] - EDGE) / 2)) / 2
    return np.stack([-SLOPE + WALL * on_wall, x[..., 1]], axis=-1)


def risks(x: ArrayLike) -> tuple[Array, Array]:
    """True risk, and the rougher empirical risk of one finite sample, at each x.

    true = (x - 1)^2 / 2; empirical = true + 0.15 cos(6 x). The minimisers differ:
    to minimise the training error is not yet to learn. Lecture 10.
    """
    x = np.asarray(x, dtype=float)
    true = (x - 1) ** 2 / 2
    return true, true + 0.15 * np.cos(6 * x)


def descend(
    gradient: Callable[[Array], Array],
    start: ArrayLike,
    optimizer: Callable[[list[Parameter]], Any],
    steps: int = 20,
    tol: float = 0.0,
) -> Array:
    """Walk downhill and return the path, shape ``(steps taken + 1, *start.shape)``.

    ``descend(narrow_bowl_gradient, [-5, -2], lambda p: Momentum(p, lr=0.6, mu=0.5))``.
    Stops early where the norm of the gradient is at most tol. Lecture 9.
    """
    theta = Parameter(np.asarray(start, dtype=float))
    rule = optimizer([theta])
    path = [theta.value.copy()]
    for _ in range(steps):
        theta.grad = np.asarray(gradient(theta.value), dtype=float)
        if np.linalg.norm(theta.grad) <= tol:
            break
        rule.step()
        path.append(theta.value.copy())
    return np.array(path)


def _points(x: ArrayLike, a: ArrayLike) -> tuple[Array, Array]:
    x, a = np.asarray(x, dtype=float), np.asarray(a, dtype=float)
    if x.ndim == 0 or a.ndim != 1 or x.shape[-1] != len(a):
        raise ValueError(
            f"landscape expected points of {a.size} coordinates on the last axis, got "
            f"shape {x.shape}; use np.stack([x1, x2], axis=-1), or x[..., None] in 1-D"
        )
    return x, a
