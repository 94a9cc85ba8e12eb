"""Figures and quiz of lecture 5: saturation, symmetry, and signals by layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from nnlib.activations import derivative, sigmoid
from nnlib.layers import Layer
from nnlib.viz.deep_signals import ACTIVATIONS
from nnlib.viz.plane import Array, draw_classes, draw_map, plane_grid
from nnlib.viz.quiz import Question, Quiz
from nnlib.viz.ridges import draw_ridges
from nnlib.viz.style import GREY, LINE_STYLES, MARKERS, PALETTE, new_figure, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FLAT = 0.05  # a slope below this counts as flat
COLORS = tuple(PALETTE.values())
BEFORE, AFTER = PALETTE["sky"], PALETTE["vermillion"]


@styled
def saturation_curves() -> Figure:
    """Sigmoid, tanh and ReLU with their slopes; where the slope is small, shaded."""
    figure, panels = new_figure(1, 3, size=(12.0, 3.9))
    s = np.linspace(-6, 6, 241)
    for ax, (name, f) in zip(panels, ACTIVATIONS.items(), strict=True):
        slope = derivative(f, s)
        ax.plot(s, f(s)[0], label="$f(s)$", marker="none")
        ax.plot(s, slope, label="slope $f'(s)$", marker="none")
        ax.fill_between(
            s, -1.2, 2.2, where=slope < FLAT, color=GREY, alpha=0.18, label="flat"
        )
        ax.set(title=name, xlabel="score $s$", xlim=(-6, 6), ylim=(-1.2, 2.2))
    panels[0].set_ylabel("value")
    panels[-1].legend(loc="center left", bbox_to_anchor=(1.02, 0.5))
    return figure


@styled
def layer_lines(
    curves: Mapping[str, Sequence[float]],
    quantity: str,
    *,
    first: int = 1,
    dotted: float | None = None,
) -> Figure:
    """A positive number of each layer on a logarithmic axis, one line a network.

    ``first`` is the number of the first layer, 0 if that is the input; ``dotted`` the
    height of a dotted line to compare with.
    """
    figure, ax = new_figure(size=(8.6, 4.2))
    for name, values in curves.items():
        ax.plot(np.arange(first, first + len(values)), values, label=name)
    if dotted is not None:
        ax.axhline(dotted, color=GREY, linestyle=":", marker="none", lw=1.5)
    last = max(first + len(values) for values in curves.values())
    ax.set(yscale="log", xlabel="layer $l$", ylabel=quantity)
    ax.set_xticks(range(first, last))
    ax.legend(loc="center left", bbox_to_anchor=(1.02, 0.5))
    return figure


@styled
def symmetry(
    runs: Mapping[str, tuple[Layer, Sequence[Array]]], X: Array, y: Array
) -> Figure:
    """Above what each model learnt, below the way of the first layer's weights.

    runs: title -> (model of two inputs and one logit, W of the first layer after each
    step). Markers of the units are nested, so that equal units remain visible.
    """
    figure, axes = new_figure(2, len(runs), size=(3.1 * len(runs), 6.0))
    low, high = float(X.min()) - 0.3, float(X.max()) + 0.3
    reach = 1.1 * max(float(np.abs(path).max()) for _, path in runs.values())
    for column, (title, (model, path)) in enumerate(runs.items()):
        above, below = axes[0, column], axes[1, column]
        grid = plane_grid(low, high, 61)
        score = model(grid.reshape(-1, 2)).reshape(grid.shape[:2])
        draw_map(above, sigmoid(score)[0], low, high)
        draw_classes(above, X, y, size=22)
        above.set_title(title)
        _draw_paths(below, np.asarray(path))
        below.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal")
        below.set(xlabel="weight from $x_1$")
        if column:
            above.set_ylabel("")
    axes[1, 0].set_ylabel("weight from $x_2$")
    return figure


def _draw_paths(axes: Any, path: Array) -> None:
    """One line a unit from its first to its last weights (steps, 2, units)."""
    units = path.shape[2]
    for k in range(units):
        look = {"color": COLORS[k], "linestyle": LINE_STYLES[k]}
        axes.plot(path[:, 0, k], path[:, 1, k], marker="none", **look)
        size = 15 - 10 * k / max(units - 1, 1)
        axes.plot(*path[-1, :, k], MARKERS[k], color=COLORS[k], markersize=size)
        axes.lines[-1].set(markeredgecolor="black", label=f"unit {k + 1}")


@styled
def layer_densities(
    runs: Mapping[str, tuple[Sequence[Array], Sequence[Array]]], model: str
) -> Figure:
    """Outputs of tanh layers, filled at the start and outlined after training.

    runs: title -> (outputs of each layer before, after); model is written on top.
    """
    figure, panels = new_figure(1, len(runs), size=(5.2 * len(runs) + 1.6, 5.6))
    edges = np.linspace(-1, 1, 81)
    for ax, (title, (before, after)) in zip(
        np.ravel(panels), runs.items(), strict=True
    ):
        draw_ridges(ax, before, edges, BEFORE)
        draw_ridges(ax, after, edges, AFTER, filled=False)
        ax.set(title=title, xlabel="output of a unit", xticks=[-1, -0.5, 0, 0.5, 1])
    handles = [ax.collections[0], ax.collections[1]]
    names = ["at the start", "after training"]
    ax.legend(handles, names, loc="upper left", bbox_to_anchor=(1.02, 1.0))
    figure.suptitle(model)
    return figure


@styled
def training_curves(
    losses: Mapping[str, Mapping[str, Sequence[float]]], chance: float
) -> Figure:
    """Loss by epoch: one panel an activation, one line a start.

    A dotted line marks ``chance``, the loss of an output that knows nothing. A start
    looks the same in all panels.
    """
    figure, panels = new_figure(1, len(losses), size=(12.6, 4.2))
    names = list(dict.fromkeys(name for runs in losses.values() for name in runs))
    handles = {}
    for ax, (activation, runs) in zip(np.ravel(panels), losses.items(), strict=True):
        for name, values in runs.items():
            k = names.index(name)
            look = {"color": COLORS[k], "linestyle": LINE_STYLES[k]}
            epochs = np.arange(1, len(values) + 1)
            (handles[name],) = ax.plot(epochs, values, marker=MARKERS[k], **look)
        ax.axhline(chance, color=GREY, linestyle=":", marker="none", lw=1.5)
        ax.set(title=activation, xlabel="epoch", ylim=(0, 1.15 * chance))
    np.ravel(panels)[0].set_ylabel("training loss")
    figure.legend([handles[n] for n in names], names, loc="outside right center")
    return figure


QUESTIONS = (
    Question(
        "A tanh network starts with all weights and biases 0. What moves in training?",
        (
            "nothing at all, whatever the data",
            "only the bias of the output layer",
            "all weights, but the units of a layer stay equal",
        ),
        1,
        "All outputs of hidden layers are 0, and so is everything sent back through W "
        "= 0. The output bias alone has a gradient; it learns how frequent each class "
        "is.",
    ),
    Question(
        "In ten sigmoid layers, what vanishes?",
        (
            "the weights of the first layers",
            "the outputs of the last layers",
            "the gradients of the first layers",
        ),
        2,
        "Each layer multiplies the gradient by the transposed weights and a slope of "
        "at most 1/4. The weights stay near where they started.",
    ),
    Question(
        "A layer has 400 inputs and 100 ReLU units. What is He's variance?",
        ("2/400", "2/100", "2/250"),
        0,
        "A score is a sum over the inputs of its unit: 2/fan_in.",
    ),
    Question(
        "Weights from U(-r, r) shall have variance 1/50. What is r?",
        ("1/50", "sqrt(1/50)", "sqrt(3/50)"),
        2,
        "The variance of U(-r, r) is r squared / 3.",
    ),
    Question(
        "The loss of a deep ReLU network is nan at the fifth step. What do you try?",
        (
            "larger initial weights",
            "He's initialisation, and a look at the norm of each layer's gradient",
            "more epochs",
        ),
        1,
        "nan after a few steps is the symptom of exploding signals; training longer "
        "cannot help.",
    ),
)


def quiz() -> Quiz:
    """The questions at the end of lecture 5."""
    return Quiz(QUESTIONS)
