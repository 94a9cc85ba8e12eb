"""Rprop, which only looks at signs, and Newton's method. Lecture 9."""

from collections.abc import Callable
from typing import Any

import numpy as np

from nnlib._checks import require_shape
from nnlib._optim_base import Array, Optimizer, Params, Rate
from nnlib._parameter import flatten_gradients, flatten_parameters, split_vector

Hessian = Callable[[Array], Any] | Array


class Rprop(Optimizer):
    """Every coordinate has its own step length d and moves by sign(g) d.

    While g keeps its sign, d <- grow d; where the sign changed, d <- shrink d and the
    coordinate waits for one step. d starts at lr and stays within [low, high]. Only for
    full batches: in mini-batches the sign of g is mostly noise. Lecture 9.
    PyTorch: the same.
    """

    def __init__(
        self,
        params: Params,
        lr: float = 0.01,
        grow: float = 1.2,
        shrink: float = 0.5,
        low: float = 1e-6,
        high: float = 50.0,
    ) -> None:
        if callable(lr):
            raise TypeError(
                "lr in Rprop is a schedule, expected a number; "
                "it is only the first step length, which then adapts by itself"
            )
        super().__init__(params, lr, d=lr, g=0.0)
        self.grow = self.number("grow", grow, above=1)
        self.shrink = self.number("shrink", shrink, above=0, below=1)
        self.low = self.number("low", low, above=0)
        self.high = self.number("high", high, above=self.low)

    def change(self, g: Array, eta: float, *slots: Array) -> Array:
        """Return sign(g) d, or 0 where g changed its sign."""
        d, previous = slots
        agreement = np.sign(previous) * np.sign(g)
        factor = np.where(agreement > 0, self.grow, 1.0)
        factor = np.where(agreement < 0, self.shrink, factor)
        d[...] = np.clip(d * factor, self.low, self.high)
        previous[...] = np.where(agreement < 0, 0, g)
        return np.sign(previous) * d


class Newton(Optimizer):
    """theta <- theta - lr H^-1 g: jump to the lowest point of the local parabola.

    hessian: a function of the vector theta (all parameters in a row) that returns the
    (d, d) matrix of second derivatives, or that matrix itself if it is constant.
    H must be positive definite: near a saddle Newton goes TO the saddle. damping adds
    that number to the diagonal. Only for small d. Lecture 9.
    """

    def __init__(
        self, params: Params, hessian: Hessian, lr: Rate = 1.0, damping: float = 0.0
    ) -> None:
        super().__init__(params, lr)
        self.hessian = hessian
        self.damping = self.number("damping", damping, at_least=0)

    def step(self) -> None:
        """Change all parameters together by lr H^-1 g."""
        eta = self.advance()
        for k, p in enumerate(self.params):
            self.checked_gradient(k, p)
        whole = eta * self.direction(flatten_gradients(self.params))
        parts = split_vector(whole, self.params)
        for p, part in zip(self.params, parts, strict=True):
            p.value = p.value - part.astype(p.value.dtype)

    def direction(self, g: Array) -> Array:
        """Return H^-1 g, by solving H x = g."""
        H = self.curvature()
        require_shape("hessian", H, (len(g), len(g)))
        try:
            return np.linalg.solve(H + self.damping * np.eye(len(g)), g)
        except np.linalg.LinAlgError:
            raise ValueError(
                f"hessian at step {self.state['t']} is singular, expected an "
                "invertible matrix; use damping > 0"
            ) from None

    def curvature(self) -> Array:
        """Return the Hessian at the present theta."""
        H = self.hessian
        if callable(H):
            H = H(flatten_parameters(self.params))
        H = np.asarray(H, dtype=float)
        if not np.all(np.isfinite(H)):
            raise ValueError(
                f"hessian at step {self.state['t']} holds nan or infinity, expected "
                "finite numbers; use a smaller lr, or start nearer to the minimum"
            )
        return H


class DiagonalNewton(Newton):
    """Newton without a matrix: ``theta <- theta - lr g / (|diag H| + damping)``.

    hessian gives the (d, d) matrix or only its diagonal (d,). The absolute value makes
    it run away from a saddle along directions of negative curvature. Lecture 9.
    """

    def direction(self, g: Array) -> Array:
        """Return ``g / (|diag H| + damping)``."""
        H = self.curvature()
        require_shape("hessian", H, g.shape if H.ndim == 1 else g.shape * 2)
        h = np.abs(np.diagonal(H) if H.ndim == 2 else H) + self.damping
        if np.any(h == 0):
            raise ValueError(
                f"diagonal of hessian is 0 at position {int(np.argmin(h))}, expected "
                "curvature everywhere; use damping > 0"
            )
        return g / h
