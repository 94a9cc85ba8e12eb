"""Lecture 6: small trainings with and without dropout, all of them seeded."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nnlib import data
from nnlib.layers import Dropout, Layer, Linear, ReLU, Sequential
from nnlib.optim import Momentum
from nnlib.train import History, evaluate, fit

Array = NDArray[Any]


class NoisyDigits(NamedTuple):
    """300 digits to learn from, a fifth of them with a wrong label, and test digits."""

    X: Array
    labels: Array
    wrong: Array
    test: tuple[Array, Array]


def noisy_digits() -> NoisyDigits:
    """Digits whose labels were written down carelessly; the test labels are right."""
    rng = np.random.default_rng(6)
    learn, test = data.split(*data.digits(flat=True), (0.7, 0.3), rng=rng)
    X, labels = learn[0][:300], learn[1][:300].copy()
    wrong = rng.random(len(labels)) < 0.2
    labels[wrong] = (labels[wrong] + rng.integers(1, 10, wrong.sum())) % 10
    return NoisyDigits(X, labels, wrong, test)


def network(widths: list[int], keep: float, seed: int = 6) -> Sequential:
    """ReLU network with dropout behind each hidden layer, none where keep is 1."""
    rng = np.random.default_rng(seed)
    layers: list[Layer] = [Linear(widths[0], widths[1], rng=rng)]
    for inputs, outputs in pairwise(widths[1:]):
        noise = [Dropout(keep, rng=rng)] if keep < 1 else []
        layers += [ReLU(), *noise, Linear(inputs, outputs, rng=rng)]
    return Sequential(*layers)


def digit_run(keep: float, **options: Any) -> tuple[Sequential, History]:
    """Train two hidden layers of 100 units on the noisy digits for 60 epochs.

    ``options`` go to `nnlib.train.fit`, such as a regularizer.
    """
    digits = noisy_digits()
    model = network([64, 100, 100, 10], keep)
    momentum, rng = Momentum(model.parameters(), lr=0.03), np.random.default_rng(6)
    run = {"epochs": 60, "rng": rng, "validation": digits.test, **options}
    return model, fit(model, momentum, digits.X, digits.labels, **run)


def accuracy_without_units(model: Sequential, shares: Array) -> Array:
    """Test accuracy when a share of the hidden units is taken out after training.

    What is left is scaled up, as in inverted dropout, so that only the loss of units
    counts; the mean of five draws.
    """
    test = noisy_digits().test
    linears = [layer for layer in model.layers if isinstance(layer, Linear)]
    rng, results = np.random.default_rng(6), []
    for share in shares:
        scores = []
        for _ in range(5):
            layers: list[Layer] = [linears[0]]
            for linear in linears[1:]:
                layers += [ReLU(), Dropout(1 - share, rng=rng), linear]
            thinned = Sequential(*layers).train()
            scores.append(np.mean(thinned(test[0]).argmax(axis=1) == test[1]))
        results.append(np.mean(scores))
    return np.array(results)


def clean_accuracy(model: Sequential) -> float:
    """Accuracy on the test digits."""
    return float(evaluate(model, *noisy_digits().test)[1])
