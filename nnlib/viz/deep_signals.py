"""What goes forward and comes back through a deep network before any training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nnlib import init
from nnlib.activations import Activation, backward_of, relu, sigmoid, tanh
from nnlib.init import Initialiser
from nnlib.linear import linear, linear_backward

Array = NDArray[Any]

ACTIVATIONS: Mapping[str, Activation] = {"tanh": tanh, "sigmoid": sigmoid, "ReLU": relu}


def constant_start(value: float) -> Initialiser:
    """Initialiser ``f(shape, rng)`` that makes every weight equal to ``value``."""

    def fill(shape: init.Shape, rng: np.random.Generator) -> Array:
        return init.constant(shape, value)

    return fill


def normal_start(sigma: float) -> Initialiser:
    """Initialiser ``f(shape, rng)`` that draws from N(0, sigma^2) for every shape."""

    def draw(shape: init.Shape, rng: np.random.Generator) -> Array:
        return init.normal(shape, sigma, rng)

    return draw


STARTS: Mapping[str, Initialiser] = {
    "zero": constant_start(0.0),
    "constant 0.02": constant_start(0.02),
    "too small, N(0, 0.05²)": normal_start(0.05),
    "too large, N(0, 0.5²)": normal_start(0.5),
    "U(±1/√fan_in)": init.fan_in_uniform,
    "Xavier": init.xavier_normal,
    "He": init.he_normal,
}


class Signals(NamedTuple):
    """Outputs of all layers, the inputs first, and the gradients by their scores."""

    outputs: list[Array]
    deltas: list[Array]


def propagate(
    f: Activation,
    initialiser: Initialiser,
    widths: Sequence[int],
    rng: np.random.Generator,
    samples: int = 200,
) -> Signals:
    """Send normal inputs through new layers, and a random gradient back.

    widths = [inputs, units of layer 1, ..., units of layer L], each followed by f;
    initialiser(shape, rng) draws a weight matrix, biases are 0. The gradient by the
    last outputs is normal, divided by the number of samples as that of a mean loss is.
    """
    h: Array = rng.normal(size=(samples, widths[0]))
    outputs, caches = [h], []
    for shape in pairwise(widths):
        s, of_linear = linear(h, initialiser(shape, rng), np.zeros(shape[1]))
        h, of_f = f(s)
        outputs.append(h)
        caches.append((of_linear, of_f))
    dh: Array = rng.normal(size=h.shape) / samples
    deltas: list[Array] = []
    for of_linear, of_f in reversed(caches):
        ds = backward_of(f)(dh, of_f)
        deltas.insert(0, ds)
        dh, _, _ = linear_backward(ds, of_linear)
    return Signals(outputs, deltas)
