"""Lecture 4: the data and the short trainings behind its networks on images.

Everything is computed with 32 bits a number, which is faster than with 64, and seeded.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nnlib import conv, data
from nnlib.layers import Conv2d, Flatten, Linear, ReLU, Sequential
from nnlib.losses import mse
from nnlib.optim import Adam
from nnlib.train import evaluate, fit

Array = NDArray[Any]
Samples = tuple[Array, Array]


class FirstLook(NamedTuple):
    """A dense network, three versions of a test digit, and its accuracy on such."""

    dense: Sequential
    images: list[Array]
    accuracies: list[float]

    @property
    def titles(self) -> list[str]:
        """What each image is, and how often the network is right on its kind."""
        kinds = ("test digits", "moved by one pixel", "shuffled, trained again")
        pairs = zip(kinds, self.accuracies, strict=True)
        return [f"{kind}\n{accuracy:.0%} right" for kind, accuracy in pairs]


def digit_sets() -> tuple[Samples, Samples]:
    """Digits (N, 1, 8, 8) and labels: seven tenths to learn from, the rest to test."""
    scans = data.digits(dtype=np.float32)
    learn, test = data.split(*scans, (0.7, 0.3), rng=np.random.default_rng(4))
    return learn, test


def shifted(images: Array, columns: int) -> Array:
    """Images moved to the right by up to two columns; white comes in from the left."""
    moved = np.roll(conv.pad2d(images, 2), columns, axis=3)  # no ink wraps round
    return moved[:, :, 2:-2, 2:-2]


def train(
    model: Sequential, samples: Samples, epochs: int, rng: np.random.Generator
) -> Sequential:
    """Train a classifier with Adam; return it."""
    model.astype(np.float32)
    adam = Adam(model.parameters(), lr=0.01)
    fit(model, adam, *samples, epochs=epochs, rng=rng)
    return model


def dense_net(rng: np.random.Generator) -> Sequential:
    """64 pixels, 80 hidden units, 10 scores."""
    return Sequential(
        Flatten(), Linear(64, 80, rng=rng), ReLU(), Linear(80, 10, rng=rng)
    )


def flat_cnn(rng: np.random.Generator) -> Sequential:
    """Two convolutions, the second with stride 2, then two dense layers; 8 x 8 in."""
    return Sequential(
        *(Conv2d(1, 4, kernel=3, pad=1, rng=rng), ReLU()),
        *(Conv2d(4, 6, kernel=3, stride=2, pad=1, rng=rng), ReLU(), Flatten()),
        *(Linear(96, 50, rng=rng), ReLU(), Linear(50, 10, rng=rng)),
    )


def first_look(learn: Samples, test: Samples) -> FirstLook:
    """Dense networks on digits as they are, moved by one pixel, and shuffled.

    One network learns from the digits and is tested on the first two kinds; another
    learns from, and is tested on, digits whose pixels are all shuffled alike.
    """
    order = np.random.default_rng(0).permutation(64)

    def shuffled(x: Array) -> Array:
        return x.reshape(-1, 64)[:, order].reshape(x.shape)

    (x, y), (x_test, y_test) = learn, test
    rng = np.random.default_rng(0)
    dense = train(dense_net(rng), learn, 15, rng)
    other = train(dense_net(rng), (shuffled(x), y), 15, rng)
    trials = [
        (dense, x_test),
        (dense, shifted(x_test, 1)),
        (other, shuffled(x_test)),
    ]
    return FirstLook(
        dense,
        [images[0] for _, images in trials],
        [float(evaluate(model, images, y_test)[1]) for model, images in trials],
    )


def accuracy_when_moved(
    model: Sequential, test: Samples, shifts: Iterable[int]
) -> list[float]:
    """Accuracy on the test digits for each shift to the right."""
    images, labels = test
    return [float(evaluate(model, shifted(images, k), labels)[1]) for k in shifts]


def matrix_examples() -> dict[str, Array]:
    """Matrices of a dense layer and two convolutions of 6 x 6 images, titled."""
    nine = np.arange(1.0, 10.0).reshape(1, 1, 3, 3)
    return {
        "dense": np.random.default_rng(1).normal(size=(36, 36)),
        "convolution": conv.as_dense_matrix(nine, (6, 6), pad=1),
        "stride 2": conv.as_dense_matrix(nine, (6, 6), stride=2, pad=1),
    }


def noisy_digits(rng: np.random.Generator) -> tuple[Array, Array]:
    """500 synthetic digits of 16 x 16 pixels, clean and with strong noise."""
    clean, _ = data.synthetic_digits(500, size=16, rng=rng, noise=0.0)
    clean = clean.astype(np.float32)
    return clean, clean + 0.4 * rng.normal(size=clean.shape).astype(np.float32)


def learn_to_restore(
    model: Sequential, noisy: Array, clean: Array, rng: np.random.Generator
) -> None:
    """Train ``model`` to turn noisy images into clean ones, by the squared error."""
    model.astype(np.float32)
    adam = Adam(model.parameters(), lr=0.01)
    fit(model, adam, noisy, clean, epochs=12, batch_size=40, rng=rng, loss=mse)
