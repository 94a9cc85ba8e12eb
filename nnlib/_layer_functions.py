"""Layers that learn nothing: activations, pooling, flattening, dropout."""

from collections.abc import Callable
from functools import partial
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from nnlib import activations as act
from nnlib._checks import IntPair, require_choice, require_number, require_rng
from nnlib._layer_base import Layer
from nnlib.conv import (
    avg_pool2d,
    avg_pool2d_backward,
    max_pool2d,
    max_pool2d_backward,
)
from nnlib.dropout import dropout, dropout_backward

Array = NDArray[Any]


class Function(Layer):
    """A function and its backward pass, made a layer. options are shown by ``repr``."""

    def __init__(
        self,
        f: Callable[..., tuple[Array, Any]],
        f_backward: Callable[[Array, Any], Array],
        **options: Any,
    ) -> None:
        self.f, self.f_backward = partial(f, **options), f_backward
        self.options = options

    def compute(self, x: Array) -> tuple[Array, Any]:
        """Return what f returns."""
        return self.f(x)

    def gradients(self, dout: Array, cache: Any) -> Array:
        """Return what f_backward returns."""
        return self.f_backward(dout, cache)

    def details(self) -> str:
        """Return the options of f."""
        return ", ".join(f"{name}={value}" for name, value in self.options.items())


class ReLU(Function):
    """max(0, s). Lecture 1."""

    def __init__(self) -> None:
        super().__init__(act.relu, act.relu_backward)


class LeakyReLU(Function):
    """s where s > 0, else slope s. Lecture 1."""

    def __init__(self, slope: float = 0.01) -> None:
        super().__init__(act.leaky_relu, act.leaky_relu_backward, slope=slope)


class Sigmoid(Function):
    """1 / (1 + exp(-slope s)). Lecture 1."""

    def __init__(self, slope: float = 1.0) -> None:
        super().__init__(act.sigmoid, act.sigmoid_backward, slope=slope)


class ScaledSigmoid(Function):
    """low + (high - low) sigmoid(s), for targets between two bounds. Lecture 2."""

    def __init__(self, low: float, high: float) -> None:
        super().__init__(
            act.scaled_sigmoid, act.scaled_sigmoid_backward, low=low, high=high
        )


class Tanh(Function):
    """tanh(s). Lecture 1."""

    def __init__(self) -> None:
        super().__init__(act.tanh, act.tanh_backward)


class Softmax(Function):
    """Probabilities out of scores (N, K). Lecture 2.

    For training leave it out: `losses.softmax_cross_entropy` takes the scores.
    """

    def __init__(self) -> None:
        super().__init__(act.softmax, act.softmax_backward)


class MaxPool2d(Function):
    """Largest value of each window; stride: the kernel size by default. Lecture 4."""

    def __init__(
        self, kernel: IntPair = 2, stride: IntPair | None = None, pad: IntPair = 0
    ) -> None:
        stride = kernel if stride is None else stride
        sizes = {"kernel": kernel, "stride": stride, "pad": pad}
        super().__init__(max_pool2d, max_pool2d_backward, **sizes)


class AvgPool2d(Function):
    """Mean of each window; stride: the kernel size by default. Lecture 4."""

    def __init__(
        self, kernel: IntPair = 2, stride: IntPair | None = None, pad: IntPair = 0
    ) -> None:
        stride = kernel if stride is None else stride
        sizes = {"kernel": kernel, "stride": stride, "pad": pad}
        super().__init__(avg_pool2d, avg_pool2d_backward, **sizes)


class Flatten(Layer):
    """(N, C, H, W) to (N, C H W): from images to rows. Lecture 4."""

    def compute(self, x: Array) -> tuple[Array, Any]:
        """Return rows and the shape they came from."""
        return x.reshape(len(x), -1), x.shape

    def gradients(self, dout: Array, cache: Any) -> Array:
        """Return dout in the shape of x."""
        return dout.reshape(cache)


class Dropout(Layer):
    """While training, keep each entry with probability keep. Lecture 6.

    keep is PyTorch's 1 - p. mode: see `nnlib.dropout.dropout`.
    """

    def __init__(
        self,
        keep: float,
        *,
        rng: np.random.Generator,
        mode: Literal["inverted", "vanilla"] = "inverted",
    ) -> None:
        self.keep = require_number("keep in Dropout", keep, above=0, at_most=1)
        self.rng = require_rng("rng in Dropout", rng)
        require_choice("mode in Dropout", mode, ("inverted", "vanilla"))
        self.mode = mode

    def compute(self, x: Array) -> tuple[Array, Any]:
        """Return x with entries dropped, and the factors."""
        training, mode = self.training, self.mode
        return dropout(x, self.keep, rng=self.rng, training=training, mode=mode)

    def gradients(self, dout: Array, cache: Any) -> Array:
        """Return dout times the factors."""
        return dropout_backward(dout, cache)

    def details(self) -> str:
        """Return keep."""
        return f"keep={self.keep}"
