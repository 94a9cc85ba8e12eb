"""Lecture 9: what optimizers remember, and how learning rates fall. With the quiz."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from nnlib.optim import ewma_weights
from nnlib.schedules import Schedule
from nnlib.viz.descent import look
from nnlib.viz.plane import Array
from nnlib.viz.quiz import Question, Quiz
from nnlib.viz.style import new_figure, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@styled
def memory_weights(mus: Sequence[float], rhos: Sequence[float]) -> Figure:
    """How much a gradient of k steps ago counts: momentum's sum, RMSProp's average."""
    figure, (left, right) = new_figure(1, 2, size=(12.0, 3.9))
    k = np.arange(40)
    for i, mu in enumerate(mus):
        left.plot(k, mu**k, label=rf"$\mu = {mu:g}$", **look(i))
    for i, rho in enumerate(rhos):
        right.plot(k, ewma_weights(rho, 40), label=rf"$\rho = {rho:g}$", **look(i))
    left.set(title=r"momentum: $\mu^k$", xlabel="steps ago", ylabel="weight")
    right.set(title=r"RMSProp: $(1-\rho)\rho^k$", xlabel="steps ago")
    for ax in (left, right):
        ax.legend()
    return figure


@styled
def bias_of_averages(betas: Sequence[float], steps: int = 100) -> Figure:
    """Sum of the weights of an average that starts at 0, by step."""
    figure, ax = new_figure(size=(7.5, 3.6))
    t = np.arange(1, steps + 1)
    for k, beta in enumerate(betas):
        ax.plot(t, 1 - beta**t, label=rf"$\beta = {beta:g}$", **look(k))
    ax.set(xlabel="step $t$", ylabel=r"$1 - \beta^t$", ylim=(0, 1.05))
    ax.legend()
    return figure


def adagrad_rates(slopes: Array, eta: float) -> Array:
    """eta / sqrt(s_t) of Adagrad for the gradients of all steps, (steps, d)."""
    return eta / np.sqrt(np.cumsum(slopes**2, axis=0))


def rmsprop_rates(
    slopes: Array, eta: float, rho: float = 0.9, eps: float = 1e-6
) -> Array:
    """eta / sqrt(s_t + eps) of RMSProp for the gradients of all steps, (steps, d)."""
    averages = []
    for t in range(1, len(slopes) + 1):
        weights = ewma_weights(rho, t)[:, None]
        averages.append((weights * slopes[t - 1 :: -1] ** 2).sum(axis=0))
    return eta / np.sqrt(np.array(averages) + eps)


@styled
def effective_rates(rates: Mapping[str, Array]) -> Figure:
    """Rate of each of two coordinates by step, one panel an optimizer, log axis."""
    figure, panels = new_figure(1, len(rates), size=(5.4 * len(rates), 3.7))
    for ax, (name, values) in zip(np.ravel(panels), rates.items(), strict=True):
        for k in range(values.shape[1]):
            ax.plot(values[:, k], label=f"$x_{k + 1}$", **look(k))
        ax.set(title=name, xlabel="step", yscale="log")
        ax.xaxis.get_major_locator().set_params(integer=True)
        ax.legend()
    np.ravel(panels)[0].set_ylabel("rate of the coordinate")
    return figure


@styled
def decay_laws(laws: Mapping[str, Schedule], steps: int = 60) -> Figure:
    """Learning rate by update, all laws in one figure."""
    figure, ax = new_figure(size=(9.0, 4.4))
    t = np.arange(1, steps + 1)
    for k, (name, law) in enumerate(laws.items()):
        ax.plot(t, [law(step) for step in t], label=name, **look(k))
    ax.set(xlabel="update $t$", ylabel=r"$\eta_t$")
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return figure


@styled
def loss_curves(losses: Mapping[str, Sequence[float]]) -> Figure:
    """Training loss by epoch on a log axis, one line an optimizer."""
    figure, ax = new_figure(size=(8.5, 4.2))
    for k, (name, values) in enumerate(losses.items()):
        ax.plot(np.arange(1, len(values) + 1), values, label=name, **look(k))
    ax.set(xlabel="epoch", ylabel="training loss", yscale="log")
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return figure


QUESTIONS = (
    Question(
        "On f = 2 x^2, from which learning rate on does gradient descent diverge?",
        ("0.25", "0.5", "1"),
        1,
        "The curvature is 4, and the limit is 2 divided by it.",
    ),
    Question(
        "60000 images in batches of 100: how many iterations has an epoch?",
        ("100", "600", "60000"),
        1,
        "One iteration a batch: 60000 / 100.",
    ),
    Question(
        "Batches grow from 10 to 40 samples. What happens to the standard deviation of "
        "the gradient estimate?",
        ("it halves", "it falls to a quarter", "nothing"),
        0,
        "The variance falls to a quarter, its root to a half.",
    ),
    Question(
        "A gradient stays the same for very long. How large does momentum's velocity "
        "get, with mu = 0.9?",
        ("eta g", "10 eta g", "infinite"),
        1,
        "1 + 0.9 + 0.81 + ... = 1 / (1 - 0.9).",
    ),
    Question(
        "How long is Adam's first step in each coordinate?",
        ("eta", "eta times the gradient", "it depends on beta1 and beta2"),
        0,
        "With the corrections v is g and s is g^2: the step is eta g / |g|.",
    ),
)


def quiz() -> Quiz:
    """The questions at the end of lecture 9."""
    return Quiz(QUESTIONS)
