"""Lecture 7: the digits learnt with and without batch normalisation, all seeded."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nnlib.init import Initialiser, he_normal
from nnlib.layers import ReLU, Sequential, mlp
from nnlib.optim import SGD
from nnlib.train import evaluate, fit
from nnlib.viz.deep_training import digit_sets

NETWORKS = {"plain": False, "with batch normalisation": True}


def deep_network(*, batch_norm: bool, start: Initialiser = he_normal) -> Sequential:
    """64 inputs, six hidden layers of 50 ReLU units, 10 scores."""
    return mlp(
        [64] + 6 * [50] + [10],
        rng=np.random.default_rng(5),
        activation=ReLU,
        init=start,
        batch_norm=batch_norm,
    )


def accuracy_after(
    epochs: int, *, batch_norm: bool, lr: float, batch_size: int = 32
) -> float:
    """Test accuracy after a short training from He's start; 0 if it diverges."""
    model = deep_network(batch_norm=batch_norm)
    learn, test = digit_sets()
    sgd, rng = SGD(model.parameters(), lr=lr), np.random.default_rng(5)
    try:
        with np.errstate(all="ignore"):
            fit(model, sgd, *learn, epochs=epochs, batch_size=batch_size, rng=rng)
    except FloatingPointError:
        return 0.0
    return float(evaluate(model, *test)[1])


def accuracies_by_rate(rates: Sequence[float]) -> dict[str, list[float]]:
    """Test accuracy after four epochs for each learning rate, without and with."""
    return {
        name: [accuracy_after(4, batch_norm=norm, lr=rate) for rate in rates]
        for name, norm in NETWORKS.items()
    }


def accuracies_by_batch(sizes: Sequence[int]) -> dict[str, list[float]]:
    """Test accuracy after two epochs for each batch size, without and with."""
    return {
        name: [
            accuracy_after(2, batch_norm=norm, lr=0.05, batch_size=size)
            for size in sizes
        ]
        for name, norm in NETWORKS.items()
    }
