"""Lecture 9: what a part of the data says about the gradient of all of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from nnlib import data
from nnlib.init import he_normal
from nnlib.layers import ReLU, Sequential, mlp
from nnlib.optim import SGD
from nnlib.train import fit, sample_gradients
from nnlib.viz.descent import look
from nnlib.viz.plane import Array
from nnlib.viz.style import GREY, PALETTE, new_figure, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BATCH_COLORS = ("sky", "orange", "purple", "green")


def digit_gradients(samples: int = 400) -> Array:
    """Gradients of single digits for one fixed network, (N, d)."""
    X, labels = data.digits(flat=True)
    return sample_gradients(small_network(), X[:samples], labels[:samples])


def small_network(seed: int = 9) -> Sequential:
    """64 inputs, 20 ReLU units, 10 scores."""
    return mlp(
        [64, 20, 10], rng=np.random.default_rng(seed), activation=ReLU, init=he_normal
    )


def half_cosines(gradients: Array, sizes: Sequence[int]) -> list[float]:
    """Cosine of the mean gradient of n samples with that of their first half."""
    cosines = []
    for n in sizes:
        whole, half = gradients[:n].mean(axis=0), gradients[: n // 2].mean(axis=0)
        size = np.linalg.norm(whole) * np.linalg.norm(half)
        cosines.append(float(whole @ half / size))
    return cosines


def measured_variance(gradients: Array, size: int, draws: int = 300) -> float:
    """Variance of mini-batch gradients around the full one, all components together."""
    rng = np.random.default_rng(9)
    full = gradients.mean(axis=0)
    chosen = rng.integers(len(gradients), size=(draws, size))
    off = [np.sum((gradients[batch].mean(axis=0) - full) ** 2) for batch in chosen]
    return float(np.mean(off))


@styled
def redundancy(sizes: Sequence[int], cosines: Sequence[float]) -> Figure:
    """Cosine of half and full gradient by the number of samples."""
    figure, ax = new_figure(size=(7.5, 3.6))
    ax.plot(sizes, cosines, **look(0))
    ax.axhline(1, color=GREY, linestyle=":", marker="")
    ax.set(xscale="log", xlabel="number of samples", ylabel="cosine", ylim=(0, 1.05))
    ax.set_xticks(sizes, [str(size) for size in sizes])
    ax.set_xticks([], minor=True)
    ax.set_title("gradient of one half and of all")
    return figure


@styled
def variance_by_size(
    sizes: Sequence[int], measured: Sequence[float], theory: Sequence[float]
) -> Figure:
    """Variance of the mini-batch gradient on log axes, with sigma^2 / B."""
    figure, ax = new_figure(size=(7.5, 3.8))
    ax.plot(sizes, theory, label=r"$\sigma^2 / B$", **(look(1) | {"marker": ""}))
    ax.plot(sizes, measured, label="measured", **(look(0) | {"linestyle": ""}))
    ax.set(xscale="log", yscale="log", xlabel="batch size $B$", ylabel="variance")
    ax.legend()
    return figure


@styled
def batch_strips(orders: Sequence[Sequence[int]], size: int) -> Figure:
    """One row an epoch: the samples in the order of their use, cut in batches."""
    from matplotlib.patches import Rectangle

    n = len(orders[0])
    figure, ax = new_figure(size=(11.0, 0.9 * len(orders) + 0.6))
    for row, order in enumerate(orders):
        for place, sample in enumerate(order):
            color = PALETTE[BATCH_COLORS[place // size % len(BATCH_COLORS)]]
            y = len(orders) - 1 - row
            ax.add_patch(Rectangle((place, y), 0.95, 0.8, facecolor=color, alpha=0.55))
            ax.text(place + 0.47, y + 0.4, str(sample), ha="center", va="center")
        ax.text(-0.3, y + 0.4, f"epoch {row + 1}", ha="right", va="center")
    ax.set(xlim=(-3, n), ylim=(-0.1, len(orders)))
    ax.axis("off")
    return figure


class Progress(NamedTuple):
    """Loss after each epoch, and the updates made until then."""

    losses: list[float]
    updates: list[int]


def losses_by_batch(sizes: Sequence[int], epochs: int = 6) -> dict[int, Progress]:
    """Train the small network on the digits with different batch sizes, one rate."""
    X, labels = data.digits(flat=True)
    runs = {}
    for size in sizes:
        model, rng = small_network(), np.random.default_rng(9)
        sgd = SGD(model.parameters(), lr=0.05)
        history = fit(model, sgd, X, labels, epochs=epochs, batch_size=size, rng=rng)
        per_epoch = -(-len(X) // size)
        updates = [per_epoch * (e + 1) for e in range(epochs)]
        runs[size] = Progress(history.loss, updates)
    return runs


@styled
def loss_by_work(runs: Mapping[int, Progress]) -> Figure:
    """Loss by epochs (work) and by updates, one line a batch size."""
    figure, panels = new_figure(1, 2, size=(11.5, 3.9))
    for k, (size, run) in enumerate(runs.items()):
        epochs = np.arange(1, len(run.losses) + 1)
        panels[0].plot(epochs, run.losses, label=f"B = {size}", **look(k))
        panels[1].plot(run.updates, run.losses, **look(k))
    panels[0].set(xlabel="epochs", ylabel="training loss", title="by work")
    panels[1].set(xlabel="updates", xscale="log", title="by number of updates")
    panels[0].legend()
    return figure


def noisy_gradient(spread: float, seed: int = 9) -> Any:
    """Gradient of 0.1 x1^2 + 2 x2^2 with normal noise, as a single sample gives it."""
    from nnlib.landscapes import narrow_bowl_gradient

    rng = np.random.default_rng(seed)
    return lambda x: narrow_bowl_gradient(x) + spread * rng.normal(size=x.shape)
