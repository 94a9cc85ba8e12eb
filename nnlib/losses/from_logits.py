"""Cross-entropies of logits: loss and output function fused, safe at any size."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nnlib._checks import Array, require_labels, require_ndim
from nnlib.activations import sigmoid
from nnlib.losses._pairs import require_batch, require_target, require_unit_interval


class SoftmaxCrossEntropyCache(NamedTuple):
    """What the backward pass needs."""

    p: Array
    labels: NDArray


def softmax_cross_entropy(
    logits: ArrayLike, labels: ArrayLike
) -> tuple[float, SoftmaxCrossEntropyCache]:
    """Mean over the batch of -log softmax(s)_c = log sum_k exp(s_k) - s_c, c the label.

    Logits (N, K), integer labels (N,) from 0 to K - 1. The largest score of a row is
    subtracted first, which changes nothing. As PyTorch's ``cross_entropy``. Lecture 2.
    """
    s = require_batch("logits in softmax_cross_entropy", logits)
    require_ndim("logits in softmax_cross_entropy", s, 2, remedy="use (N, K)")
    n, classes = s.shape
    truth = require_labels("labels in softmax_cross_entropy", labels, n, classes)
    shifted = s - s.max(axis=1, keepdims=True)
    e = np.exp(shifted)
    total = e.sum(axis=1)
    loss = float((np.log(total) - shifted[np.arange(n), truth]).sum()) / n
    return loss, SoftmaxCrossEntropyCache(e / total[:, None], truth)


def softmax_cross_entropy_backward(
    dout: float, cache: SoftmaxCrossEntropyCache
) -> Array:
    """Gradient by the logits: dout * (p - Y) / N with one-hot rows Y."""
    n = len(cache.p)
    ds = cache.p * (float(dout) / n)
    ds[np.arange(n), cache.labels] -= float(dout) / n
    return ds


class LogitsCache(NamedTuple):
    """What the backward pass of the binary cross-entropy needs."""

    s: Array
    y: Array


def binary_cross_entropy_with_logits(
    logits: ArrayLike, y: ArrayLike
) -> tuple[float, LogitsCache]:
    """Binary cross-entropy of sigmoid(s), straight from the logit s.

    ``max(s, 0) - s y + log(1 + exp(-abs(s)))``, added over the outputs and averaged
    over the samples. Logits and targets y (0, 1 or between) have one shape, (N,) or
    (N, K). PyTorch averages over the K outputs too. Lecture 2.
    """
    name = "in binary_cross_entropy_with_logits"
    s = require_batch(f"logits {name}", logits)
    y = require_target(f"y {name}", y, s)
    require_unit_interval(f"y {name}", y, "encode the two classes as 0 and 1")
    each = np.maximum(s, 0) - s * y + np.log1p(np.exp(-np.abs(s)))
    return float(each.sum()) / len(s), LogitsCache(s, y)


def binary_cross_entropy_with_logits_backward(dout: float, cache: LogitsCache) -> Array:
    """Gradient by the logits: dout * (sigmoid(s) - y) / N."""
    s, y = cache
    p, _ = sigmoid(s)
    return (p - y) * (float(dout) / len(s))
