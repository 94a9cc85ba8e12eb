"""Lecture 8: digits with five broken images, learnt with and without clipping."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nnlib.clip import clip_by_norm, clip_by_value, global_norm
from nnlib.layers import ReLU
from nnlib.optim import SGD
from nnlib.train import evaluate, fit
from nnlib.viz.deep_signals import normal_start
from nnlib.viz.deep_training import digit_network, digit_sets

Array = NDArray[Any]
Gradients = Sequence[Array]


class Run(NamedTuple):
    """Norms before clipping and losses of all steps, and the test accuracy."""

    norms: Array
    losses: Array
    accuracy: float


def broken_digits() -> tuple[Array, Array]:
    """The digits to learn from; five of them are a hundred times too bright."""
    X, labels = digit_sets()[0]
    X = X.copy()
    X[np.random.default_rng(0).choice(len(X), 5, replace=False)] *= 100
    return X, labels


def train(clip: Callable[[Gradients], Any] | None, epochs: int = 6) -> Run:
    """Train three hidden layers on the broken digits, looking at every gradient."""
    norms: list[float] = []

    def watched(gradients: Gradients) -> Any:
        norms.append(global_norm(gradients))
        return clip(gradients) if clip else gradients

    model = digit_network(ReLU, normal_start(0.2), layers=3)
    sgd, rng = SGD(model.parameters(), lr=0.2), np.random.default_rng(5)
    history = fit(model, sgd, *broken_digits(), epochs=epochs, rng=rng, clip=watched)
    accuracy = evaluate(model, *digit_sets()[1])[1]
    return Run(np.array(norms), np.array(history.step_loss), float(accuracy))


def by_norm(limit: float) -> Callable[[Gradients], Gradients]:
    """Clip all gradients together to a norm of at most ``limit``."""
    return lambda gradients: clip_by_norm(gradients, limit)[0]


def by_value(limit: float) -> Callable[[Gradients], Gradients]:
    """Clip each entry of all gradients to the range from -limit to limit."""
    return lambda gradients: clip_by_value(gradients, -limit, limit)
