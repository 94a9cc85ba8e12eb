"""Penalties on weights, added to the cost. Biases are left out by custom.

Lecture: 10_training.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from nnlib._checks import Array, require_float, require_number


class PenaltyCache(NamedTuple):
    """What the backward pass of a penalty needs."""

    W: Array
    lam: float


class ElasticCache(NamedTuple):
    """What the backward pass of the elastic net needs."""

    W: Array
    beta: float
    lam: float


def l2(W: ArrayLike, lam: float = 1.0) -> tuple[float, PenaltyCache]:
    """Penalty lam * sum W^2, pulling every weight towards 0 in proportion to itself.

    Under plain gradient descent this is weight decay by the factor 1 - 2 eta lam;
    the ``weight_decay`` of PyTorch is 2 lam. Lecture 10.
    """
    W, lam = _check("l2", W, lam)
    return lam * float((W * W).sum()), PenaltyCache(W, lam)


def l2_backward(dout: float, cache: PenaltyCache) -> Array:
    """Gradient by W: dout * 2 lam W."""
    return (2 * cache.lam * float(dout)) * cache.W


def l1(W: ArrayLike, lam: float = 1.0) -> tuple[float, PenaltyCache]:
    """Penalty lam * sum abs(W), which drives small weights to exactly 0. Lecture 10."""
    W, lam = _check("l1", W, lam)
    return lam * float(np.abs(W).sum()), PenaltyCache(W, lam)


def l1_backward(dout: float, cache: PenaltyCache) -> Array:
    """Gradient by W: dout * lam sign(W), where sign(0) = 0."""
    return (cache.lam * float(dout)) * np.sign(cache.W)


def elastic_net(
    W: ArrayLike, beta: float, lam: float = 1.0
) -> tuple[float, ElasticCache]:
    """Penalty lam * sum (beta W^2 + abs(W)): both of the above at once. Lecture 10."""
    W, lam = _check("elastic_net", W, lam)
    beta = require_number("beta in elastic_net", beta, at_least=0)
    value = lam * float((beta * W * W + np.abs(W)).sum())
    return value, ElasticCache(W, beta, lam)


def elastic_net_backward(dout: float, cache: ElasticCache) -> Array:
    """Gradient by W: dout * lam (2 beta W + sign(W))."""
    W, beta, lam = cache
    return (lam * float(dout)) * (2 * beta * W + np.sign(W))


def _check(function: str, W: ArrayLike, lam: float) -> tuple[Array, float]:
    weights = require_float(f"W in {function}", W)
    return weights, require_number(f"lam in {function}", lam, at_least=0)
