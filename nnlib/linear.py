"""The linear (affine, fully connected, dense) layer.

Lecture: 01_neurons; its gradient: 03_backpropagation.
"""

from typing import NamedTuple

from numpy.typing import ArrayLike

from nnlib._checks import (
    Array,
    require_cotangent,
    require_float,
    require_ndim,
    require_shape,
)


class LinearCache(NamedTuple):
    """What the backward pass needs."""

    x: Array
    W: Array


def linear(x: ArrayLike, W: ArrayLike, b: ArrayLike) -> tuple[Array, LinearCache]:
    """Scores of M neurons for N samples: S = X W + b.

    x (N, D), W (D, M), b (M,) give (N, M). Rows are samples and column m of W belongs
    to neuron m; PyTorch stores the transpose, weight = W.T of shape (M, D). Lecture 1.
    """
    x = require_float("x in linear", x)
    W = require_float("W in linear", W)
    b = require_float("b in linear", b)
    require_ndim("W in linear", W, 2, remedy="W has one row an input")
    inputs, outputs = W.shape
    remedy = "use x[None, :] for one sample" if x.ndim == 1 else ""
    require_shape("x in linear", x, ("N", inputs), remedy)
    require_shape("b in linear", b, (outputs,))
    return x @ W + b, LinearCache(x, W)


def linear_backward(dout: ArrayLike, cache: LinearCache) -> tuple[Array, Array, Array]:
    """Gradients dx = dS W^T, dW = X^T dS, db = column sums of dS.

    The mean over the batch is not taken here: its 1/N is part of dS already.
    """
    x, W = cache
    shape = (x.shape[0], W.shape[1])
    dout = require_cotangent("dout in linear_backward", dout, shape)
    return dout @ W.T, x.T @ dout, dout.sum(axis=0)
