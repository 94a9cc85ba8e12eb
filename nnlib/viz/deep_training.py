"""Lecture 5: short trainings of deep networks that differ only in their start.

Each function takes an initialiser, trains as the lecture says, and returns what the
lecture prints or draws. All of them are seeded.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nnlib import data
from nnlib.init import Initialiser, he_normal
from nnlib.layers import Layer, Linear, ReLU, Sequential, mlp
from nnlib.losses import binary_cross_entropy_with_logits, mse
from nnlib.optim import SGD, Optimizer
from nnlib.train import evaluate, fit

Array = NDArray[Any]
Activation = Callable[[], Layer]


class MoonsRun(NamedTuple):
    """A trained model, and W of its first layer before each step."""

    model: Sequential
    path: list[Array]


def digit_sets() -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    """Digits with their labels: seven tenths to learn from, the rest for the test."""
    rng = np.random.default_rng(5)
    learn, test = data.split(*data.digits(flat=True), (0.7, 0.3), rng=rng)
    return learn, test


def digit_network(
    activation: Activation, start: Initialiser, layers: int = 5, units: int = 50
) -> Sequential:
    """64 inputs, ``layers`` hidden layers of ``units``, and 10 scores."""
    widths = [64] + layers * [units] + [10]
    rng = np.random.default_rng(5)
    return mlp(widths, rng=rng, activation=activation, init=start)


def digit_losses(
    model: Sequential, *, epochs: int = 10, lr: float = 0.1
) -> list[float]:
    """Train on the digits; return the mean loss of each epoch."""
    rng, sgd = np.random.default_rng(5), SGD(model.parameters(), lr=lr)
    return fit(model, sgd, *digit_sets()[0], epochs=epochs, rng=rng).loss


def optimizer_losses(rule: Callable[..., Optimizer], epochs: int = 8) -> list[float]:
    """Mean loss of each epoch of five ReLU layers trained by this rule. Lecture 9."""
    model = digit_network(ReLU, he_normal)
    rng = np.random.default_rng(5)
    history = fit(
        model, rule(model.parameters()), *digit_sets()[0], epochs=epochs, rng=rng
    )
    return history.loss


def outcome(model: Sequential) -> str:
    """Train for eight epochs; say "learned", "learned nothing" or "diverged"."""
    try:
        with np.errstate(all="ignore"):
            digit_losses(model, epochs=8, lr=0.05)
    except FloatingPointError:
        return "diverged"
    return (
        "learned" if evaluate(model, *digit_sets()[1])[1] > 0.8 else "learned nothing"
    )


def outputs_of(model: Sequential, activation: type[Layer]) -> list[Array]:
    """What each layer of type ``activation`` puts out for the digits to learn from."""
    outputs, h = [], digit_sets()[0][0]
    for layer in model.layers:
        h = layer(h)
        if isinstance(layer, activation):
            outputs.append(h)
    return outputs


def weight_changes(activation: Activation, start: Initialiser) -> list[float]:
    """Relative change of W in each of ten layers of 20 units in 300 steps.

    Only weights are trained, to tell for each input whether it is positive.
    """
    rng = np.random.default_rng(5)
    X = rng.normal(size=(64, 20))
    target = (X > 0).astype(float)
    dense = [Linear(20, 20, rng=rng, init=start) for _ in range(10)]
    model = Sequential(*[layer for d in dense for layer in (d, activation())])
    before = [d.W.value.copy() for d in dense]
    sgd = SGD([d.W for d in dense], lr=0.25)
    fit(model, sgd, X, target, epochs=300, batch_size=64, shuffle=False, loss=mse)
    pairs = zip(dense, before, strict=True)
    return [float(np.linalg.norm(d.W.value - W) / np.linalg.norm(W)) for d, W in pairs]


def uneven_moons() -> tuple[Array, Array]:
    """Moons with 90 points of class 0 and 60 of class 1, targets in one column."""
    X, y = data.moons(200, rng=np.random.default_rng(5))
    parts = np.flatnonzero(y == 0)[:90], np.flatnonzero(y == 1)[:60]
    chosen = np.concatenate(parts)
    return X[chosen], y[chosen, None]


def moons_run(activation: Activation, start: Initialiser) -> MoonsRun:
    """600 full-batch steps of a network of widths 2, 4, 4, 1 on the uneven moons."""
    X, y = uneven_moons()
    rng = np.random.default_rng(5)
    model = mlp([2, 4, 4, 1], rng=rng, activation=activation, init=start)
    sgd, path = SGD(model.parameters(), lr=0.5), []
    for _ in range(600):
        path.append(model.parameters()[0].value.copy())
        fit(
            model,
            sgd,
            X,
            y,
            epochs=1,
            batch_size=len(X),
            shuffle=False,
            loss=binary_cross_entropy_with_logits,
        )
    return MoonsRun(model, path)


def moons_accuracy(model: Sequential) -> float:
    """Share of the uneven moons that are classified right."""
    X, y = uneven_moons()
    return float(evaluate(model, X, y, loss=binary_cross_entropy_with_logits)[1])
