"""Gradients of a model as vectors, and how much they vary from batch to batch.

Lecture 9.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nnlib._layer_base import Layer
from nnlib._parameter import flatten_gradients
from nnlib._training_step import Loss, with_backward
from nnlib.losses import softmax_cross_entropy

Array = NDArray[Any]


def batch_gradient(
    model: Layer, x: Array, y: Array, loss: Loss = softmax_cross_entropy
) -> Array:
    """Gradient of the mean loss over (x, y) as one vector. Lecture 9.

    It is also left in ``grad`` of the parameters.
    """
    f, f_backward = with_backward(loss)
    _, cache = f(model.forward(x), y)
    model.zero_grad()
    model.backward_parameters(f_backward(1.0, cache))
    return flatten_gradients(model.parameters())


def sample_gradients(
    model: Layer, x: Array, y: Array, loss: Loss = softmax_cross_entropy
) -> Array:
    """Gradient of every sample's own loss, (N, d). Their mean is the batch gradient."""
    rows = [
        batch_gradient(model, x[i : i + 1], y[i : i + 1], loss) for i in range(len(x))
    ]
    return np.array(rows)


def gradient_variance(
    gradients: ArrayLike, batch_size: int, *, replace: bool = False
) -> Array:
    """Variance of a mini-batch gradient around the full gradient, per component.

    From the gradients of all N samples, (N,) or (N, d): sigma^2 / B if samples are
    drawn with replacement; times (N - B) / (N - 1) without. Lecture 9.
    """
    g = np.asarray(gradients, dtype=float)
    n = len(g) if g.ndim else 0
    if n < 2 or batch_size < 1 or (batch_size > n and not replace):
        raise ValueError(
            f"gradient_variance got {n} samples and batch_size={batch_size}, expected "
            "at least 2 samples and 1 <= batch_size <= N; more needs replace=True"
        )
    variance = g.var(axis=0) / batch_size
    return variance if replace else variance * (n - batch_size) / (n - 1)
