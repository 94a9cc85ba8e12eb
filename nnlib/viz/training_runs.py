"""Lecture 10: the trainings behind its figures, all of them seeded and short."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nnlib import data
from nnlib.activations import sigmoid
from nnlib.layers import BatchNorm, Dropout, Linear, ReLU, Sequential, Tanh, mlp
from nnlib.losses import binary_cross_entropy_with_logits
from nnlib.optim import SGD, Adam, Momentum
from nnlib.regularizers import l2
from nnlib.train import EarlyStopping, History, evaluate, fit
from nnlib.viz.dropout_training import network, noisy_digits

Array = NDArray[Any]
Samples = tuple[Array, Array]


class Scores(NamedTuple):
    """Loss and accuracy on the training data and on validation data."""

    loss: float
    accuracy: float
    val_loss: float
    val_accuracy: float


def moons_sets() -> tuple[Samples, Samples]:
    """60 points of two moons that overlap to learn from, and 400 for validation."""
    learn = data.moons(60, noise=0.3, rng=np.random.default_rng(3))
    return learn, data.moons(400, noise=0.3, rng=np.random.default_rng(4))


def moons_model(width: int) -> Sequential:
    """Two inputs, one hidden layer of tanh units, one score."""
    return mlp([2, width, 1], rng=np.random.default_rng(1), activation=Tanh)


def fit_moons(model: Sequential, epochs: int, **options: Any) -> History:
    """Full-batch Adam on the moons."""
    X, y = moons_sets()[0]
    run = {"batch_size": len(X), "shuffle": False, **options}
    loss = binary_cross_entropy_with_logits
    adam = Adam(model.parameters(), lr=0.05)
    return fit(model, adam, X, y[:, None], epochs=epochs, loss=loss, **run)


def moons_scores(model: Sequential) -> Scores:
    """How good a model of the moons is."""
    results = [
        evaluate(model, X, y[:, None], loss=binary_cross_entropy_with_logits)
        for X, y in moons_sets()
    ]
    (loss, accuracy), (val_loss, val_accuracy) = results
    return Scores(float(loss), float(accuracy), float(val_loss), float(val_accuracy))


def by_capacity(widths: Sequence[int]) -> dict[int, tuple[Sequential, Scores]]:
    """Models of the moons with more and more hidden units, and their scores."""
    models = {width: moons_model(width) for width in widths}
    for model in models.values():
        fit_moons(model, 400)
    return {width: (model, moons_scores(model)) for width, model in models.items()}


def probability_map(model: Sequential, points: Array) -> Array:
    """Probability of class 1 for points (..., 2)."""
    scores = model(points.reshape(-1, 2))
    return sigmoid(scores)[0].reshape(points.shape[:-1])


def careless_sets() -> tuple[Samples, Samples, Samples]:
    """300 digits with careless labels to learn from, validation and test digits."""
    digits = noisy_digits()
    X, labels = digits.test
    return (digits.X, digits.labels), (X[:270], labels[:270]), (X[270:], labels[270:])


def careless_run(
    lam: float = 0.0, stopping: EarlyStopping | None = None
) -> tuple[Sequential, History]:
    """Two hidden layers of 100 units on the careless digits, 60 epochs at most."""
    learn, validation, _ = careless_sets()
    model = network([64, 100, 100, 10], keep=1.0)
    momentum, rng = Momentum(model.parameters(), lr=0.03), np.random.default_rng(6)
    history = fit(
        model,
        momentum,
        *learn,
        epochs=60,
        rng=rng,
        validation=validation,
        early_stopping=stopping,
        regularizer=partial(l2, lam=lam) if lam else None,
    )
    return model, history


class Path(NamedTuple):
    """One point of a regularisation path."""

    loss: float
    val_loss: float
    norm: float


def penalty_path(lams: Sequence[float]) -> dict[float, Path]:
    """Train with each strength of an L2 penalty; losses without it, and the norm."""
    learn, validation, _ = careless_sets()
    path = {}
    for lam in lams:
        model, _ = careless_run(lam)
        weights = [p.value for p in model.parameters() if p.value.ndim == 2]
        norm = float(np.sqrt(sum(np.sum(W**2) for W in weights)))
        losses = [float(evaluate(model, *part)[0]) for part in (learn, validation)]
        path[lam] = Path(losses[0], losses[1], norm)
    return path


def digit_parts() -> tuple[Samples, Samples, Samples]:
    """Digits with the right labels: training, validation and test data."""
    rng = np.random.default_rng(10)
    learn, validation, test = data.split(
        *data.digits(flat=True), (0.6, 0.2, 0.2), rng=rng
    )
    return learn, validation, test


def by_samples(sizes: Sequence[int]) -> dict[int, Scores]:
    """Learn from more and more digits; about as many updates each time."""
    (X, labels), validation, _ = digit_parts()
    results = {}
    for n in sizes:
        model = mlp([64, 50, 10], rng=np.random.default_rng(1))
        adam, rng = Adam(model.parameters(), lr=0.003), np.random.default_rng(2)
        epochs = max(10, 6000 // n)
        fit(model, adam, X[:n], labels[:n], epochs=epochs, rng=rng)
        scores = (*evaluate(model, X[:n], labels[:n]), *evaluate(model, *validation))
        results[n] = Scores(*map(float, scores))
    return results


class Trial(NamedTuple):
    """One setting of a search and its validation accuracy."""

    lr: float
    width: int
    accuracy: float
    model: Sequential


def random_search(trials: int, seed: int = 10) -> list[Trial]:
    """Draw rate and width at random, train briefly, score on validation data."""
    rng = np.random.default_rng(seed)
    learn, validation, _ = digit_parts()
    results = []
    for _ in range(trials):
        lr, width = float(10 ** rng.uniform(-4, -1)), int(2 ** rng.integers(2, 8))
        model = mlp([64, width, 10], rng=np.random.default_rng(1))
        adam = Adam(model.parameters(), lr=lr)
        fit(model, adam, *learn, epochs=5, rng=np.random.default_rng(2))
        accuracy = float(evaluate(model, *validation)[1])
        results.append(Trial(lr, width, accuracy, model))
    return results


def capstone(rng: np.random.Generator) -> Sequential:
    """A network with everything on: He's start, batch normalisation and dropout."""
    layers = []
    for inputs, units in (64, 100), (100, 100):
        layers += [Linear(inputs, units, rng=rng), BatchNorm(units), ReLU()]
        layers += [Dropout(0.8, rng=rng)]
    return Sequential(*layers, Linear(100, 10, rng=rng))


SYMPTOMS = (
    "rate too small",
    "rate too large",
    "underfitting",
    "overfitting",
    "labels shuffled",
    "nothing learned: start at 0",
)


def symptom(name: str) -> History:
    """A training with one thing wrong, for the table of symptoms."""
    (X, labels), validation, _ = digit_parts()
    width, lr, rows, epochs = 50, 0.1, slice(None), 20
    if name == "rate too small":
        lr = 0.001
    elif name == "rate too large":
        lr = 1.5
    elif name == "underfitting":
        width, epochs = 2, 60
    elif name == "overfitting":
        return careless_run()[1]
    elif name == "labels shuffled":
        labels = np.random.default_rng(0).permutation(labels)
        width, lr, rows, epochs = 200, 0.5, slice(100), 60
    elif name != SYMPTOMS[-1]:
        raise ValueError(f"no symptom is called {name!r}; there are {SYMPTOMS}")
    model = mlp([64, width, 10], rng=np.random.default_rng(1))
    if name == SYMPTOMS[-1]:
        for parameter in model.parameters():
            parameter.value[...] = 0
    sgd, rng = SGD(model.parameters(), lr=lr), np.random.default_rng(2)
    run = {"epochs": epochs, "rng": rng, "validation": validation}
    return fit(model, sgd, X[rows], labels[rows], **run)  # type: ignore[arg-type]
