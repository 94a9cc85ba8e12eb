"""Figures and explorer of lecture 2, second part: three classes on the plane."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from nnlib.activations import softmax
from nnlib.viz.explore import Explorer, Slider
from nnlib.viz.outputs import CLASS_TONES, probability_bars
from nnlib.viz.plane import Array, plane_grid
from nnlib.viz.style import new_figure, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Three neurons of the course's toy, one a column; the third bias is the question.
TOY_W = np.array([[1.0, 0.0, 1.0], [1.0, -1.0, -0.5]])
TOY_B = (-2.0, 1.0, 1.0)
FRAME = {"origin": "lower", "extent": (-5.0, 5.0, -5.0, 5.0)}
# Shares of the square that have room for "class 1", or for "1" alone.
ROOM_FOR_NAME, ROOM_FOR_NUMBER = 0.08, 0.01


def cell_centres(cells: int = 100) -> Array:
    """Centres of cells x cells equal cells of the square [-5, 5]^2.

    Unlike points on a grid with its edges, they give areas without a bias.
    """
    reach = 5.0 - 5.0 / cells
    return plane_grid(-reach, reach, cells)


@styled
def three_class_maps(W: Array, b: Array) -> Figure:
    """Scores of three neurons over the square, and the probabilities they become."""
    figure, axes = new_figure(2, 3, size=(11.0, 6.8))
    scores = cell_centres() @ W + b
    reach = float(np.abs(scores).max())
    p = softmax(scores)[0]
    rows = [(scores, (-reach, reach), "RdBu_r", "$s_{}$"), (p, (0, 1), None, "P({})")]
    for row, (values, (low, high), colors, name) in zip(axes, rows, strict=True):
        for k, ax in enumerate(row):
            image = ax.imshow(values[..., k], vmin=low, vmax=high, cmap=colors, **FRAME)
            ax.set(title=name.format(k + 1), xticks=[-5, 0, 5], yticks=[-5, 0, 5])
            ax.grid(False)
        row[0].set_ylabel("$x_2$")
        figure.colorbar(image, ax=list(row), shrink=0.9)
    for ax in axes[1]:
        ax.set_xlabel("$x_1$")
    return figure


@styled
def class_regions(W: Array, b: Array, third_biases: Sequence[float]) -> Figure:
    """The more probable class on the square, one panel for each value of b3."""
    count = len(third_biases)
    figure, axes = new_figure(1, count, size=(4.4 * count, 4.4))
    for ax, b3 in zip(np.atleast_1d(axes), third_biases, strict=True):
        _draw_regions(ax, W, np.array([b[0], b[1], b3]))
        ax.set_title(f"$b_3 = {b3:g}$")
    return figure


def _draw_regions(axes: Any, W: Array, b: Array) -> Array:
    """Colour each point by its class, paler where p is lower; return the shares."""
    from matplotlib.colors import to_rgb

    grid = cell_centres()
    scores = grid @ W + b
    p = softmax(scores)[0]
    winner, confidence = p.argmax(axis=-1), p.max(axis=-1)[..., None]
    tones = np.array([to_rgb(tone) for tone in CLASS_TONES])[winner]
    # Never full colour: the black text must stay readable on it.
    axes.imshow(1 - (1 - tones) * 0.7 * (confidence - 0.25) / 0.75, **FRAME)
    shares = np.array([np.mean(winner == k) for k in range(3)])
    for k in range(3):
        if shares[k] >= ROOM_FOR_NUMBER:
            x, y = grid[winner == k].mean(axis=0)
            name = f"class {k + 1}" if shares[k] >= ROOM_FOR_NAME else f"{k + 1}"
            axes.text(x, y, name, ha="center", va="center", fontsize=14)
        # The edges of two classes are all edges: the third has no other neighbours.
        if k < 2 and 0 < shares[k] < 1:
            lead = scores[..., k] - np.delete(scores, k, axis=-1).max(axis=-1)
            axes.contour(grid[..., 0], grid[..., 1], lead, [0.0], colors="black")
    axes.set(xlabel="$x_1$", ylabel="$x_2$", xticks=[-5, 0, 5], yticks=[-5, 0, 5])
    axes.grid(False)
    return shares


@styled
def three_class_map(
    b1: float = TOY_B[0], b2: float = TOY_B[1], b3: float = TOY_B[2]
) -> Figure:
    """Regions of the three-class toy for any biases, and the area of each."""
    figure, (left, right) = new_figure(1, 2, size=(9.0, 4.2))
    shares = _draw_regions(left, TOY_W, np.array([b1, b2, b3]))
    left.set_title("most probable class")
    probability_bars(right, shares)
    right.set(ylabel="share of the square", title="area of each region")
    return figure


def describe_three_classes(b1: float, b2: float, b3: float) -> str:
    """What ``three_class_map`` shows, with the share of each class."""
    scores = cell_centres() @ TOY_W + np.array([b1, b2, b3])
    winner = scores.argmax(axis=-1)
    shares = ", ".join(f"{100 * np.mean(winner == k):.0f} %" for k in range(3))
    regions = len(np.unique(winner))
    return (
        f"Three neurons with biases {b1:g}, {b2:g}, {b3:g}: classes 1, 2 and 3 win on "
        f"{shares} of the square; {regions} of 3 classes occur."
    )


def explore_three_classes() -> Explorer:
    """Sliders for the three biases of the three-class toy."""
    return Explorer(
        three_class_map,
        describe_three_classes,
        {
            f"b{k + 1}": Slider(f"bias b{k + 1}", TOY_B[k], -12.0, 12.0, 0.5)
            for k in range(3)
        },
    )
