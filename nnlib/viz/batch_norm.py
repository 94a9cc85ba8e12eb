"""Figures, explorer and quiz of lecture 7: batch normalisation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from nnlib.norm import batch_norm
from nnlib.viz.diagrams import INPUT_COLOR, UNIT_COLOR, blank, draw_arrow, draw_node
from nnlib.viz.explore import Explorer, Slider
from nnlib.viz.plane import Array
from nnlib.viz.quiz import Question, Quiz
from nnlib.viz.style import GREY, LINE_STYLES, MARKERS, PALETTE, new_figure, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLORS = tuple(PALETTE.values())
# What the running averages of the explorer should find: mean and variance of the data.
TRUE_MEAN, TRUE_VAR, STEPS = 3.0, 4.0, 120


@styled
def before_and_after(x: Array, gamma: Array, beta: Array) -> Figure:
    """Histograms of each feature: as it comes, normalised, scaled and shifted."""
    features = x.shape[1]
    y, cache = batch_norm(
        x, gamma, beta, np.zeros(features), np.ones(features), training=True
    )
    figure, panels = new_figure(1, 3, size=(12.0, 3.7))
    stages = {"x": x, r"\hat{x}": cache.xhat, r"y = \gamma\hat{x} + \beta": y}
    for ax, (name, values) in zip(panels, stages.items(), strict=True):
        edges = np.linspace(values.min(), values.max(), 41)
        for k in range(features):
            counts, _ = np.histogram(values[:, k], edges)
            look = {"color": COLORS[k], "linestyle": LINE_STYLES[k], "lw": 2}
            ax.stairs(counts, edges, label=f"feature {k + 1}", **look)
        ax.set(title=f"${name}$", xlabel="value", yticks=[])
    panels[0].set_ylabel("number of samples")
    panels[2].legend()
    return figure


def running_averages(momentum: float, batch: int, steps: int = STEPS) -> Array:
    """Running mean and variance after each of `steps` batches, (steps + 1, 2)."""
    rng = np.random.default_rng(7)
    mean: Array = np.zeros(1)
    var: Array = np.ones(1)
    path = [(0.0, 1.0)]
    for _ in range(steps):
        x = rng.normal(TRUE_MEAN, TRUE_VAR**0.5, size=(batch, 1))
        _, cache = batch_norm(
            x, np.ones(1), np.zeros(1), mean, var, training=True, momentum=momentum
        )
        mean, var = cache.running_mean, cache.running_var
        path.append((float(mean[0]), float(var[0])))
    return np.array(path)


@styled
def averages_by_step(momentum: float = 0.9, batch: int = 16) -> Figure:
    """Running mean and variance by training step, with what they should find."""
    figure, panels = new_figure(1, 2, size=(11.0, 3.8))
    path = running_averages(momentum, batch)
    biased = TRUE_VAR * (batch - 1) / batch
    for k, (ax, name, truth) in enumerate(
        zip(panels, ["mean", "variance"], [TRUE_MEAN, TRUE_VAR], strict=True)
    ):
        ax.plot(path[:, k], "-", marker="none", color=PALETTE["blue"], label="running")
        look = {"color": PALETTE["vermillion"], "linestyle": "--", "marker": "none"}
        ax.axhline(truth, label="true", **look)
        ax.set(title=f"running {name}", xlabel="training step")
    panels[1].axhline(
        biased, color=GREY, linestyle=":", marker="none", label="mean of 1/N variance"
    )
    panels[1].set_ylim(0, 9)
    panels[0].set_ylim(-0.5, 5)
    panels[1].legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return figure


def describe_averages(momentum: float, batch: int) -> str:
    """Where the running averages stand at the end."""
    mean, var = running_averages(momentum, batch)[-1]
    return (
        f"momentum {momentum:.2f}, batches of {batch}: after {STEPS} steps the "
        f"running mean is {mean:.2f} (true {TRUE_MEAN:g}), the running variance "
        f"{var:.2f} (true {TRUE_VAR:g})."
    )


def explore_averages() -> Explorer:
    """Controls for momentum and batch size."""
    return Explorer(
        averages_by_step,
        describe_averages,
        {
            "momentum": Slider("momentum", 0.9, 0.0, 0.99, 0.01),
            "batch": Slider("batch size", 16, 2, 128, 1),
        },
    )


@styled
def channel_cubes(samples: int = 3, channels: int = 3) -> Figure:
    """What shares one mean: a column of a table (N, D), a channel of (N, C, H, W)."""
    figure, (left, right) = new_figure(1, 2, size=(11.0, 4.2))
    shades = (PALETTE["orange"], "white")
    blank(left, (-0.9, 4.4), (-0.6, 4.6))
    for row in range(4):
        for column in range(3):
            _cell(left, column + 0.4, 3 - row, 1.0, shades[column != 1])
    left.text(-0.1, 2.0, "samples", rotation=90, va="center", ha="right")
    left.text(1.9, -0.35, "features", ha="center")
    left.set_title("$(N, D)$: one mean a feature")
    width = 4.0 * samples
    blank(right, (-1.4, width + 0.4), (-1.1, channels * 1.2 + 2.0))
    for n in range(samples):
        for c in range(channels):
            shade = shades[c != channels - 1]
            _grid(right, 4.0 * n + 0.55 * c, 0.95 * c, shade)
        right.text(4.0 * n + 1.7, -0.75, f"image {n + 1}", ha="center")
    right.set_title("$(N, C, H, W)$: one mean a channel")
    return figure


def _cell(axes: Any, x: float, y: float, size: float, color: str) -> None:
    from matplotlib.patches import Rectangle

    axes.add_patch(Rectangle((x, y), size, size, facecolor=color, edgecolor="black"))


def _grid(axes: Any, x: float, y: float, color: str, pixels: int = 3) -> None:
    for i in range(pixels):
        for j in range(pixels):
            _cell(axes, x + 0.75 * i, y + 0.75 * j, 0.75, color)


@styled
def norm_graph() -> Figure:
    """The computation graph of a batch normalisation, x to y."""
    figure, axes = new_figure(size=(11.5, 3.6))
    blank(axes, (-0.6, 12.6), (-0.5, 3.6))
    places = {
        "x": (0.0, 2.6, "$x$"),
        "mu": (2.2, 0.6, r"$\mu$"),
        "c": (4.0, 2.6, "$c$"),
        "v": (6.0, 0.6, "$v$"),
        "s": (8.0, 0.6, "$s$"),
        "xhat": (10.0, 2.6, r"$\hat{x}$"),
        "y": (12.0, 2.6, "$y$"),
    }
    edges = [("x", "mu"), ("x", "c"), ("mu", "c"), ("c", "v"), ("v", "s")]
    edges += [("c", "xhat"), ("s", "xhat"), ("xhat", "y")]
    for start, end in edges:
        draw_arrow(axes, places[start][:2], places[end][:2], (28, 30), width=1.4)
    for name, (x, y, text) in places.items():
        color = INPUT_COLOR if name == "x" else UNIT_COLOR
        draw_node(axes, x, y, text, color, 0.45)
    notes = [
        (2.2, -0.25, "mean"),
        (4.0, 3.35, r"$x - \mu$"),
        (6.0, -0.25, "mean $c^2$"),
    ]
    notes += [(8.0, -0.25, r"$\sqrt{v + \epsilon}$"), (10.0, 3.35, "$c / s$")]
    for x, y, text in [*notes, (12.0, 3.35, r"$\gamma\hat{x} + \beta$")]:
        axes.text(x, y, text, ha="center", va="center", color=GREY, fontsize=12)
    return figure


@styled
def comparison(
    x: Sequence[float], curves: Mapping[str, Sequence[float]], label: str, title: str
) -> Figure:
    """Test accuracy over a quantity on a log axis, one line a network."""
    figure, ax = new_figure(size=(8.0, 4.2))
    for k, (name, values) in enumerate(curves.items()):
        look = {"color": COLORS[k], "linestyle": LINE_STYLES[k]}
        ax.plot(x, values, marker=MARKERS[k], label=name, **look)
    ax.set(xscale="log", xlabel=label, ylabel="test accuracy", ylim=(0, 1), title=title)
    ax.legend()
    return figure


QUESTIONS = (
    Question(
        "A batch (64, 3, 28, 28) is normalised. How many means are computed?",
        ("64", "3", "64 * 3"),
        1,
        "One a channel, each over 64 * 28 * 28 numbers.",
    ),
    Question(
        "With momentum 0.9 as in this course, how much does one batch count?",
        ("0.1", "0.9", "1"),
        0,
        "new = 0.9 old + 0.1 batch. In PyTorch the same thing is called momentum 0.1.",
    ),
    Question(
        "Which parameter has no effect when batch normalisation follows it?",
        ("the weights W", "the bias b", "both"),
        1,
        "Subtracting the mean removes any constant; beta takes over.",
    ),
    Question(
        "Why is dx not simply gamma / std times dout while training?",
        (
            "each sample also moved the mean and the variance of the batch",
            "gamma has a gradient, too",
            "eps is in the denominator",
        ),
        0,
        "The two further terms are the paths through the mean and the variance.",
    ),
    Question(
        "Memory allows batches of 2 samples only. What helps a dense network most?",
        (
            "a larger learning rate",
            "momentum 0.99 for the running averages",
            "means within each sample, as in layer normalisation",
        ),
        2,
        "Two samples tell next to nothing about mean and variance, and after "
        "normalisation over two, hardly any gradient passes. Slower averages only "
        "help prediction.",
    ),
)


def quiz() -> Quiz:
    """The questions at the end of lecture 7."""
    return Quiz(QUESTIONS)
