"""Cross-entropies and Kullback-Leibler divergence of probabilities.

The logarithms of the cross-entropies stop at the smallest positive number of the dtype,
so a probability of exactly 0 gives a large loss and not infinity.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from nnlib._checks import Array, require_labels, require_ndim, require_number
from nnlib.losses._pairs import require_batch, require_target, require_unit_interval
from nnlib.losses.labels import one_hot

_USE_LOGITS = "for scores use the loss that takes logits"


class ProbabilityCache(NamedTuple):
    """What a backward pass needs: the scale is 1 / (N log base)."""

    p: Array
    y: Array
    scale: float


def binary_cross_entropy(p: ArrayLike, y: ArrayLike) -> tuple[float, ProbabilityCache]:
    """Cross-entropy of P(class 1): -y log p - (1 - y) log(1 - p).

    p and y (0, 1 or between) have one shape, (N,) or (N, K); added over the outputs and
    averaged over the samples. PyTorch averages over the K outputs too. Lecture 2.
    """
    p = require_batch("p in binary_cross_entropy", p)
    require_unit_interval("p in binary_cross_entropy", p, _USE_LOGITS)
    y = require_target("y in binary_cross_entropy", y, p)
    require_unit_interval("y in binary_cross_entropy", y, "encode classes as 0 and 1")
    each = -y * np.log(_not_zero(p)) - (1 - y) * np.log(_not_zero(1 - p))
    return float(each.sum()) / len(p), ProbabilityCache(p, y, 1 / len(p))


def binary_cross_entropy_backward(dout: float, cache: ProbabilityCache) -> Array:
    """Gradient by p: dout/N * ((1 - y)/(1 - p) - y/p)."""
    p, y, scale = cache
    return (float(dout) * scale) * ((1 - y) / _not_zero(1 - p) - y / _not_zero(p))


def cross_entropy(
    p: ArrayLike, y: ArrayLike, base: float = np.e
) -> tuple[float, ProbabilityCache]:
    """Cross-entropy -sum_k y_k log p_k, averaged over the samples.

    p holds one distribution (K,) or a batch (N, K); y holds class numbers (N,), or
    target distributions of the shape of p. With ``base=2`` it bounds the 0/1 loss from
    above, with the natural logarithm it does not. PyTorch's function takes logits.
    Lecture 2.
    """
    p = require_batch("p in cross_entropy", p)
    require_ndim("p in cross_entropy", p, 1, 2, remedy="use (K,) or (N, K)")
    require_unit_interval("p in cross_entropy", p, _USE_LOGITS)
    base = require_number("base in cross_entropy", base, above=1)
    truth = np.asarray(y)
    if truth.shape == p.shape:
        target = _require_distributions("y in cross_entropy", truth, p)
    else:
        n, classes = np.atleast_2d(p).shape
        labels = np.atleast_1d(truth)
        require_labels("y in cross_entropy", labels, n, classes)
        target = one_hot(labels, classes, p.dtype).reshape(p.shape)
    scale = 1 / (_samples(p) * float(np.log(base)))
    loss = -scale * float((target * np.log(_not_zero(p))).sum())
    return loss + 0.0, ProbabilityCache(p, target, scale)  # + 0.0 turns -0.0 into 0.0


def cross_entropy_backward(dout: float, cache: ProbabilityCache) -> Array:
    """Gradient by p: -dout y / p / (N log base)."""
    p, y, scale = cache
    return -(float(dout) * scale) * (y / _not_zero(p))


def kl_divergence(
    target: ArrayLike, prediction: ArrayLike
) -> tuple[float, ProbabilityCache]:
    """KL(y || yhat) = sum_k y_k log(y_k / yhat_k), averaged over the samples.

    The one loss that takes the TARGET first, as the formula does; one distribution (K,)
    or a batch (N, K) each. It is not symmetric, it is infinite where the prediction is
    0 and the target is not, and it equals the cross-entropy minus the entropy of the
    target. PyTorch's ``kl_div`` takes log-probabilities, prediction first. Lecture 2.
    """
    q = require_batch("prediction in kl_divergence", prediction)
    require_ndim("prediction in kl_divergence", q, 1, 2, remedy="use (K,) or (N, K)")
    require_unit_interval("prediction in kl_divergence", q, "apply softmax first")
    y = _require_distributions("target in kl_divergence", np.asarray(target), q)
    with np.errstate(divide="ignore", invalid="ignore"):
        each = np.where(y > 0, y * (np.log(y) - np.log(q)), 0)
    scale = 1 / _samples(q)
    return scale * float(each.sum()), ProbabilityCache(q, y, scale)


def kl_divergence_backward(dout: float, cache: ProbabilityCache) -> Array:
    """Gradient by the prediction: -dout y / yhat / N."""
    q, y, scale = cache
    with np.errstate(divide="ignore", invalid="ignore"):
        return -(float(dout) * scale) * np.where(y > 0, y / q, 0)


def _not_zero(p: Array) -> Array:
    return np.maximum(p, np.finfo(p.dtype).tiny)


def _samples(p: Array) -> int:
    return len(p) if p.ndim == 2 else 1


def _require_distributions(name: str, y: ArrayLike, prediction: Array) -> Array:
    target = require_target(name, y, prediction)
    sums = target.sum(axis=-1)
    if target.min() < 0 or not np.allclose(sums, 1, atol=1e-3):
        worst = np.ravel(sums)[np.argmax(np.abs(np.ravel(sums) - 1))]
        raise ValueError(
            f"{name} has least entry {target.min():.4g} and a row sum of {worst:.4g}, "
            "expected distributions: entries of at least 0, rows that sum to 1; "
            "normalise the rows"
        )
    return target
