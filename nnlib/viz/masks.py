"""Figures and quiz of lecture 6: masks, what their average is, and what they cost."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from nnlib.activations import relu, sigmoid
from nnlib.dropout import dropout_expectation
from nnlib.train import History
from nnlib.viz.diagrams import (
    INPUT_COLOR,
    UNIT_COLOR,
    blank,
    draw_arrow,
    draw_node,
    heights,
)
from nnlib.viz.explore import Choice, Explorer, Slider
from nnlib.viz.plane import Array
from nnlib.viz.quiz import Question, Quiz
from nnlib.viz.style import GREY, LINE_STYLES, MARKERS, PALETTE, new_figure, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLORS = tuple(PALETTE.values())
DROPPED = "#BBBBBB"
OUTPUTS: Mapping[str, Callable[[Array], Array]] = {
    "linear": lambda s: s,
    "sigmoid": lambda s: sigmoid(s)[0],
    "ReLU": lambda s: relu(s)[0],
}
# Eight units and their weights: enough masks for a histogram, few enough for all 256.
UNITS = np.array([1.0, -0.5, 2.0, 0.8, -1.2, 1.5, 0.4, -0.9])
WEIGHTS = np.array([0.9, 1.1, 0.5, -0.7, 0.6, 0.8, -1.0, 0.3])


@styled
def thinned_networks(
    widths: Sequence[int], masks: Sequence[Sequence[Array]], titles: Sequence[str]
) -> Figure:
    """One small network a panel; units whose mask is 0 are crossed out.

    ``masks`` holds for each panel one array of 0 and 1 for each layer of ``widths``.
    """
    figure, panels = new_figure(1, len(masks), size=(3.1 * len(masks), 3.3))
    for ax, layers, title in zip(np.ravel(panels), masks, titles, strict=True):
        _draw_thinned(ax, widths, layers)
        ax.set_title(title)
    return figure


def _draw_thinned(axes: Any, widths: Sequence[int], masks: Sequence[Array]) -> None:
    gap, half = 1.8, max(widths) / 2
    blank(axes, (-0.6, gap * (len(widths) - 1) + 0.6), (-half - 0.1, half + 0.1))
    for layer, width in enumerate(widths):
        for i, y in enumerate(heights(width)):
            alive, x = bool(masks[layer][i]), gap * layer
            color = INPUT_COLOR if layer == 0 else UNIT_COLOR
            draw_node(axes, x, y, "", color if alive else "white", 0.3)
            if not alive:
                for sign in (1, -1):
                    ends = ([x - 0.3, x + 0.3], [y - 0.3 * sign, y + 0.3 * sign])
                    axes.plot(*ends, "-", color=DROPPED, marker="none", zorder=4)
            before = heights(widths[layer - 1]) if layer else []
            for j, start in enumerate(before):
                if alive and masks[layer - 1][j]:
                    draw_arrow(axes, (x - gap, start), (x, y), (10, 11), width=0.9)


def all_masks(n: int) -> Array:
    """Every mask of n units, (2^n, n), the one that keeps all first."""
    return np.array(list(product([1, 0], repeat=n)))


def outputs_over_masks(keep: float, scale: float, output: str) -> tuple[Array, Array]:
    """Output of a unit for each of 256 masks of eight units, and their probabilities.

    The weights are ``scale`` times those of the lecture.
    """
    masks = all_masks(len(UNITS))
    ones = masks.sum(axis=1)
    probability = keep**ones * (1 - keep) ** (len(UNITS) - ones)
    return OUTPUTS[output]((masks * UNITS) @ (scale * WEIGHTS)), probability


def averages(keep: float, scale: float, output: str) -> tuple[float, float]:
    """The exact average over all masks, and the output for inputs times keep."""
    f, w = OUTPUTS[output], scale * WEIGHTS
    exact = dropout_expectation(lambda h: f(h @ w), UNITS, keep)
    return float(exact), float(f(np.array([keep * UNITS @ w]))[0])


@styled
def mask_average(
    keep: float = 0.5, scale: float = 1.5, output: str = "sigmoid"
) -> Figure:
    """Outputs over all masks, their average, its approximation and random masks."""
    figure, (left, right) = new_figure(1, 2, size=(11.0, 4.0))
    values, probability = outputs_over_masks(keep, scale, output)
    exact, scaled = averages(keep, scale, output)
    counts, edges = np.histogram(values, bins=40, weights=probability)
    left.stairs(counts, edges, fill=True, color=PALETTE["sky"])
    left.set(xlabel="output $f(w \\cdot (h \\odot z))$", ylabel="probability")
    left.set_title(f"all 256 masks, {output} output")
    rng = np.random.default_rng(6)
    drawn = values[rng.choice(len(values), 400, p=probability)]
    count = np.arange(1, len(drawn) + 1)
    right.plot(count, np.cumsum(drawn) / count, "-", marker="none", color=GREY)
    right.set(xlabel="random masks", title="average of random masks")
    for value, name, color, line in [
        (exact, "exact average", "blue", "-"),
        (scaled, "weights times keep", "vermillion", "--"),
    ]:
        look = {"color": PALETTE[color], "linestyle": line, "marker": "none"}
        left.axvline(value, **look)
        right.axhline(value, label=name, **look)
    right.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return figure


def describe_average(keep: float, scale: float, output: str) -> str:
    """The two averages in numbers."""
    exact, scaled = averages(keep, scale, output)
    return (
        f"{output} output, keep {keep:.2f}, weights times {scale:.1f}: the average "
        f"over all 256 masks is {exact:.4f}, one pass with scaled weights gives "
        f"{scaled:.4f}."
    )


def explore_average() -> Explorer:
    """Controls for the keep probability, the size of the weights and the output."""
    return Explorer(
        mask_average,
        describe_average,
        {
            "keep": Slider("keep probability", 0.5, 0.1, 1.0, 0.05),
            "scale": Slider("factor on weights", 1.5, 0.1, 4.0, 0.1),
            "output": Choice("output unit", "sigmoid", list(OUTPUTS)),
        },
    )


@styled
def accuracy_curves(runs: Mapping[str, History]) -> Figure:
    """Accuracy by epoch, on the training labels and on test data, one line a run."""
    figure, panels = new_figure(1, 2, size=(11.0, 4.2))
    names = ("accuracy", "val_accuracy")
    for ax, name, title in zip(panels, names, ["training", "test"], strict=True):
        for k, (label, history) in enumerate(runs.items()):
            look = {"color": COLORS[k], "linestyle": LINE_STYLES[k]}
            ax.plot(getattr(history, name), marker=MARKERS[k], label=label, **look)
        ax.set(title=f"{title} data", xlabel="epoch", ylim=(0.4, 1.02))
    panels[0].set_ylabel("accuracy")
    panels[1].legend(loc="lower right")
    return figure


@styled
def fragility(shares: Array, curves: Mapping[str, Array]) -> Figure:
    """Test accuracy when a share of the hidden units is removed after training."""
    figure, ax = new_figure(size=(7.5, 4.2))
    for k, (label, values) in enumerate(curves.items()):
        look = {"color": COLORS[k], "linestyle": LINE_STYLES[k]}
        ax.plot(shares, values, marker=MARKERS[k], label=label, **look)
    ax.set(xlabel="share of hidden units removed", ylabel="test accuracy", ylim=(0, 1))
    ax.legend()
    return figure


QUESTIONS = (
    Question(
        "A layer was trained with vanilla dropout that keeps a unit with probability "
        "0.8. What happens to its outputs in prediction?",
        ("multiplied by 0.2", "multiplied by 0.8", "divided by 0.8"),
        1,
        "In training the expected output is 0.8 times the full one, so prediction "
        "must use 0.8 times, too. Inverted dropout divides in training instead.",
    ),
    Question(
        "A layer has 20 units. Over how many masks does the exact average run?",
        ("20", "400", "about a million"),
        2,
        "Each unit is there or not: 2 to the power of 20, or 1 048 576.",
    ),
    Question(
        "For which output is one pass with scaled weights the exact average?",
        ("a linear one", "a sigmoid", "ReLU"),
        0,
        "An expectation can be moved inside a linear function only.",
    ),
    Question(
        "A unit was dropped in the forward pass. What is its gradient?",
        ("that of the undropped unit", "0", "divided by keep"),
        1,
        "The backward pass multiplies by the same factors as the forward pass.",
    ),
    Question(
        "Which of these two is the same as weight decay for plain gradient descent?",
        ("the penalty lam * sum |W|", "the penalty lam * sum W^2"),
        1,
        "Its gradient is 2 lam W, so a step first multiplies W by 1 - 2 eta lam.",
    ),
)


def quiz() -> Quiz:
    """The questions at the end of lecture 6."""
    return Quiz(QUESTIONS)
