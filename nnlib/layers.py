"""Layers: objects of a few lines around the functions, which hold the parameters.

A layer calls its function, keeps the cache, and in ``backward`` adds the gradients to
its parameters. ``model.train()`` and ``model.eval()`` switch dropout and batch norm.
What all layers share, `Sequential` and `Residual`: `_layer_base`; layers that learn
nothing (activations, pooling, dropout): `_layer_functions`. Lecture 3 for how they
work together, and each layer's own.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnlib._checks import IntPair, require_pair
from nnlib._layer_base import Layer, Residual, Sequential
from nnlib._layer_functions import (
    AvgPool2d,
    Dropout,
    Flatten,
    LeakyReLU,
    MaxPool2d,
    ReLU,
    ScaledSigmoid,
    Sigmoid,
    Softmax,
    Tanh,
)
from nnlib._parameter import (
    Parameter,
    count_parameters,
    flatten_gradients,
    flatten_parameters,
    unflatten_parameters,
)
from nnlib._summary import summary
from nnlib.conv import conv2d, conv2d_backward
from nnlib.init import he_normal
from nnlib.linear import linear, linear_backward
from nnlib.norm import batch_norm as normalise
from nnlib.norm import batch_norm_backward as normalise_backward

Array = NDArray[Any]
Init = Callable[..., Array]

__all__ = [
    "AvgPool2d",
    "BatchNorm",
    "Conv2d",
    "Dropout",
    "Flatten",
    "Layer",
    "LeakyReLU",
    "Linear",
    "MaxPool2d",
    "Parameter",
    "ReLU",
    "Residual",
    "ScaledSigmoid",
    "Sequential",
    "Sigmoid",
    "Softmax",
    "Tanh",
    "count_parameters",
    "flatten_gradients",
    "flatten_parameters",
    "mlp",
    "summary",
    "unflatten_parameters",
]


class Linear(Layer):
    """S = X W + b with W (inputs, outputs), b (outputs,) = 0. Lectures 1, 3.

    init(shape, rng) draws W, by default with He's rule, made for ReLU; for other rules
    see `nnlib.init`, for zeros pass ``lambda shape, rng: zeros(shape)``.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        *,
        rng: np.random.Generator,
        init: Init = he_normal,
    ) -> None:
        self.W = Parameter(init((inputs, outputs), rng))
        self.b = Parameter(np.zeros(outputs), decay=False)

    def compute(self, x: Array) -> tuple[Array, Any]:
        """Return S and the cache of `linear`."""
        return linear(x, self.W.value, self.b.value)

    def gradients(self, dout: Array, cache: Any) -> Array:
        """Return dX; add dW and db."""
        dx, dW, db = linear_backward(dout, cache)
        self.W.add_grad(dW)
        self.b.add_grad(db)
        return dx

    def backward_parameters(self, dout: Array) -> None:
        """Add dW and db only: a W without rows leaves no dX to compute."""
        cache = self.take_cache()
        self.gradients(dout, cache._replace(W=cache.W[:0]))

    def details(self) -> str:
        """Return the widths."""
        return ", ".join(map(str, self.W.value.shape))


class Conv2d(Layer):
    """Cross-correlation of images with learnt filters, plus b. Lecture 4.

    x (N, channels, H, W) gives (N, filters, H', W'); W (filters, channels, kh, kw).
    kernel, stride, pad: an int or a (rows, columns) pair.
    """

    def __init__(
        self,
        channels: int,
        filters: int,
        kernel: IntPair,
        *,
        rng: np.random.Generator,
        stride: IntPair = 1,
        pad: IntPair = 0,
        init: Init = he_normal,
    ) -> None:
        kh, kw = require_pair("kernel in Conv2d", kernel, at_least=1)
        self.W = Parameter(init((filters, channels, kh, kw), rng))
        self.b = Parameter(np.zeros(filters), decay=False)
        self.stride, self.pad = stride, pad

    def compute(self, x: Array) -> tuple[Array, Any]:
        """Return the maps and the cache of `conv2d`."""
        return conv2d(x, self.W.value, self.b.value, self.stride, self.pad)

    def gradients(self, dout: Array, cache: Any) -> Array:
        """Return dx; add dW and db."""
        dx, dW, db = conv2d_backward(dout, cache)
        self.W.add_grad(dW)
        self.b.add_grad(db)
        return dx

    def details(self) -> str:
        """Return channels, filters, kernel, stride and pad."""
        filters, channels, kh, kw = self.W.value.shape
        sizes = f"{channels}, {filters}, kernel={kh}x{kw}"
        return f"{sizes}, stride={self.stride}, pad={self.pad}"


class BatchNorm(Layer):
    """Normalise each feature or channel, then scale and shift. Lecture 7.

    features: D for (N, D), C for (N, C, H, W). momentum is the share of the OLD running
    average that is kept; PyTorch's is 1 - momentum, and its running variance unbiased.
    """

    buffers = ("running_mean", "running_var")

    def __init__(
        self, features: int, *, momentum: float = 0.9, eps: float = 1e-5
    ) -> None:
        self.gamma = Parameter(np.ones(features), decay=False)
        self.beta = Parameter(np.zeros(features), decay=False)
        self.running_mean: Array = np.zeros(features)
        self.running_var: Array = np.ones(features)
        self.momentum, self.eps = momentum, eps

    def compute(self, x: Array) -> tuple[Array, Any]:
        """Return the output and the cache; while training store the new averages."""
        out, cache = normalise(
            x,
            self.gamma.value,
            self.beta.value,
            self.running_mean,
            self.running_var,
            training=self.training,
            momentum=self.momentum,
            eps=self.eps,
        )
        self.running_mean, self.running_var = cache.running_mean, cache.running_var
        return out, cache

    def gradients(self, dout: Array, cache: Any) -> Array:
        """Return dx; add dgamma and dbeta."""
        dx, dgamma, dbeta = normalise_backward(dout, cache)
        self.gamma.add_grad(dgamma)
        self.beta.add_grad(dbeta)
        return dx

    def details(self) -> str:
        """Return the number of features."""
        return str(len(self.gamma.value))


def mlp(
    widths: Sequence[int],
    *,
    rng: np.random.Generator,
    activation: Callable[[], Layer] = ReLU,
    init: Init = he_normal,
    batch_norm: bool = False,
) -> Sequential:
    """Multi-layer perceptron: Linear, [BatchNorm,] activation, …, Linear. Lecture 1.

    widths = [D, hidden…, K]; the last layer is linear and gives scores (logits).
    """
    if len(widths) < 2:
        raise ValueError(
            f"mlp got widths {list(widths)}, expected at least input and output width"
        )
    layers: list[Layer] = []
    for inputs, outputs in pairwise(widths):
        layers.append(Linear(inputs, outputs, rng=rng, init=init))
        layers += [BatchNorm(outputs)] if batch_norm else []
        layers.append(activation())
    hidden_ends = 2 if batch_norm else 1
    return Sequential(*layers[:-hidden_ends])
