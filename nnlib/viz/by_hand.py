"""Lecture 3: what surrounds the code that is written by hand there.

Data and costs for `forward` and `gradients` of the lecture, the loops that call them,
and the gradients of the library to compare with. Parameters are pairs (W, b), one a
layer; in a parameter vector they stand one behind the other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nnlib import data
from nnlib.layers import (
    Sequential,
    Sigmoid,
    Tanh,
    count_parameters,
    flatten_gradients,
    mlp,
    unflatten_parameters,
)
from nnlib.losses import softmax_cross_entropy

Array = NDArray[Any]
Params = list[tuple[Array, Array]]
Forward = Callable[[Array, Params], tuple[list[Array], Array]]
Gradients = Callable[[Array, Array, Params], Params]
Train = Callable[..., tuple[Params, list[float]]]

DIGIT_WIDTHS = (64, 16, 10)


class FewDigits(NamedTuple):
    """A hundred digits, where a network for them starts, and its cost there."""

    X: Array
    labels: Array
    theta: Array
    cost: Callable[[Array], float]


def unpack(theta: Array) -> Params:
    """Cut the parameter vector of the digit network into (W, b) of each layer."""
    model = _digit_model()
    unflatten_parameters(theta, model.parameters())
    arrays = [p.value for p in model.parameters()]
    return list(zip(arrays[::2], arrays[1::2], strict=True))


def _digit_model() -> Sequential:
    return mlp(DIGIT_WIDTHS, activation=Tanh, rng=np.random.default_rng(0))


def few_digits(count: int = 100) -> FewDigits:
    """The first digits, and the mean cross-entropy of a tanh network as f(theta)."""
    X, labels = (part[:count] for part in data.digits(flat=True))
    model = _digit_model()
    size = count_parameters(model.parameters())
    theta = np.random.default_rng(0).normal(0, 0.1, size)

    def cost(theta: Array) -> float:
        unflatten_parameters(theta, model.parameters())
        return float(softmax_cross_entropy(model(X), labels)[0])

    return FewDigits(X, labels, theta, cost)


def split_digits() -> tuple[tuple[Array, Array], ...]:
    """All digits in two parts with their labels, for learning and for the test."""
    rng = np.random.default_rng(2)
    return data.split(*data.digits(flat=True), (0.7, 0.3), rng=rng)


def sweep(tape: list[Any]) -> Callable[[Any], None]:
    """The method ``backward`` of values that are recorded on ``tape``.

    Each node has ``grad`` and ``parents``, pairs (parent, local derivative).
    """

    def backward(y: Any) -> None:
        for node in tape:
            node.grad = 0.0
        y.grad = 1.0
        for node in reversed(tape):
            for parent, slope in node.parents:
                parent.grad += slope * node.grad

    return backward


def library_gradients(X: Array, target: Array, params: Params) -> Array:
    """Gradient of half the squared error by `nnlib`: sigmoid units, linear output.

    One vector, in the order of the parameter vector.
    """
    widths = [X.shape[1], *(len(b) for _, b in params)]
    model = mlp(widths, activation=Sigmoid, rng=np.random.default_rng(0))
    model.set_state([part for pair in params for part in pair])
    model.backward(model(X) - target)
    return flatten_gradients(model.parameters())


def descent(forward: Forward, gradients: Gradients) -> Train:
    """Make ``train(X, labels, params, updates, eta)`` of two functions of the lecture.

    It returns the last parameters and the cost before each update.
    """

    def train(
        X: Array, labels: Array, params: Params, updates: int, eta: float = 0.5
    ) -> tuple[Params, list[float]]:
        path = []
        for _ in range(updates):
            path.append(softmax_cross_entropy(forward(X, params)[1], labels)[0])
            grads = zip(params, gradients(X, labels, params), strict=True)
            params = [(W - eta * dW, b - eta * db) for (W, b), (dW, db) in grads]
        return params, path

    return train


def xor_costs(train: Train, starts: int = 6) -> dict[str, list[float]]:
    """Cost over 1000 updates of a 2-2-2 network on XOR, from several random starts."""
    X, y = data.xor()
    costs = {}
    for seed in range(starts):
        draw = np.random.default_rng(seed).normal
        params = [(draw(size=(2, 2)), np.zeros(2)) for _ in range(2)]
        costs[f"start {seed}"] = train(X, y.astype(int), params, 1000)[1]
    return costs
