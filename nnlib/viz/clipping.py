"""Figures, explorer and quiz of lecture 8: gradient clipping."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from nnlib.clip import clip_by_norm, clip_by_value
from nnlib.landscapes import cliff
from nnlib.viz.explore import Explorer, Slider
from nnlib.viz.plane import Array
from nnlib.viz.quiz import Question, Quiz
from nnlib.viz.style import GREY, LINE_STYLES, MARKERS, PALETTE, new_figure, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLORS = tuple(PALETTE.values())
REACH = 4.5  # of the axes of the explorer


def cosine(a: Array, b: Array) -> float:
    """Cosine of the angle between two vectors; 1 if one of them is 0."""
    size = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float(np.ravel(a) @ np.ravel(b)) / size if size > 0 else 1.0


@styled
def power_cost(n: int = 50) -> Figure:
    """Cost of a chain of n equal weights by w, and the size of its slope."""
    figure, (left, right) = new_figure(1, 2, size=(11.0, 3.9))
    w = np.linspace(0.7, 1.05, 400)
    cost = (w**n - 0.5) ** 2
    slope = 2 * (w**n - 0.5) * n * w ** (n - 1)
    left.plot(w, cost, "-", marker="none")
    left.set(title=f"$J(w) = (w^{{{n}}} - 0.5)^2$", xlabel="$w$", ylabel="cost")
    right.plot(w, np.abs(slope), "--", marker="none", color=PALETTE["vermillion"])
    right.set(title="size of its slope", xlabel="$w$", yscale="log", ylim=(1e-6, 1e4))
    return figure


@styled
def cliff_paths(paths: Mapping[str, Array]) -> Figure:
    """The cliff seen from above with one path a panel; the wall is at x1 = 1."""
    figure, panels = new_figure(1, len(paths), size=(5.8 * len(paths), 4.2))
    x1, x2 = np.meshgrid(np.linspace(-12, 2.5, 291), np.linspace(-1.5, 1.5, 61))
    heights = cliff(np.stack([x1, x2], axis=-1))
    for ax, (name, path) in zip(np.ravel(panels), paths.items(), strict=True):
        levels = np.linspace(-1, 7, 17)
        ax.contour(x1, x2, heights, levels, colors=GREY, linewidths=0.8)
        ax.axvspan(1.0, 2.5, color=PALETTE["orange"], alpha=0.35)
        ax.text(1.75, 1.15, "wall", ha="center")
        ax.plot(*path.T, "-o", color=PALETTE["blue"], markersize=5, lw=1.4)
        ax.plot(*path[0], "s", color="black", markersize=9)
        ax.set(title=name, xlabel="$x_1$", xlim=(-12, 2.5), ylim=(-1.5, 1.5))
        ax.grid(False)
    np.ravel(panels)[0].set_ylabel("$x_2$")
    return figure


@styled
def clipped_arrows(g1: float = 3.0, g2: float = 0.5, limit: float = 1.0) -> Figure:
    """A gradient of two entries, clipped by value and by norm."""
    from matplotlib.patches import Circle, Rectangle

    figure, panels = new_figure(1, 2, size=(10.0, 4.8))
    g = np.array([g1, g2])
    by_value = clip_by_value(g, -limit, limit)
    by_norm, _ = clip_by_norm(g, limit)
    box = Rectangle((-limit, -limit), 2 * limit, 2 * limit, fill=False, ls="--", lw=1.5)
    ball = Circle((0, 0), limit, fill=False, ls="--", lw=1.5)
    for ax, name, clipped, shape, color in [
        (panels[0], "by value", by_value, box, "vermillion"),
        (panels[1], "by norm", by_norm, ball, "blue"),
    ]:
        ax.add_patch(shape)
        for vector, shade, width in [(g, GREY, 2.0), (clipped, PALETTE[color], 4.0)]:
            ax.plot(
                [0, vector[0]], [0, vector[1]], "-", color=shade, lw=width, marker=""
            )
            ax.plot(*vector, marker="o", color=shade, markersize=9)
        ax.set(xlim=(-REACH, REACH), ylim=(-REACH, REACH), aspect="equal")
        ax.locator_params(nbins=5)  # each tick costs time
        ax.set(title=f"{name}: turned by {_degrees(g, clipped):.0f}°", xlabel="$g_1$")
    panels[0].set_ylabel("$g_2$")
    return figure


def _degrees(a: Array, b: Array) -> float:
    return float(np.degrees(np.arccos(np.clip(cosine(a, b), -1, 1))))


def describe_arrows(g1: float, g2: float, limit: float) -> str:
    """Both results in numbers."""
    g = np.array([g1, g2])
    by_value, (by_norm, norm) = clip_by_value(g, -limit, limit), clip_by_norm(g, limit)
    return (
        f"Gradient ({g1:.1f}, {g2:.1f}) of norm {norm:.2f}, limit {limit:.1f}: by "
        f"value ({by_value[0]:.2f}, {by_value[1]:.2f}), turned by "
        f"{_degrees(g, by_value):.0f} degrees; by norm ({by_norm[0]:.2f}, "
        f"{by_norm[1]:.2f}), not turned."
    )


def explore_clipping() -> Explorer:
    """Controls for the two entries of a gradient and the limit."""
    return Explorer(
        clipped_arrows,
        describe_arrows,
        {
            "g1": Slider("first entry g1", 3.0, -4.0, 4.0, 0.1),
            "g2": Slider("second entry g2", 0.5, -4.0, 4.0, 0.1),
            "limit": Slider("limit", 1.0, 0.2, 4.0, 0.1),
        },
    )


def random_cosines(dimension: int, draws: int = 1000) -> Array:
    """Cosines between random gradients of spread 5 and their clips to [-1, 1]."""
    rng = np.random.default_rng(8)
    gradients = 5 * rng.normal(size=(draws, dimension))
    return np.array([cosine(g, clip_by_value(g, -1.0, 1.0)) for g in gradients])


@styled
def cosine_histograms(dimensions: Sequence[int] = (2, 10, 100)) -> Figure:
    """How far clipping by value turns random gradients, by their number of entries."""
    figure, ax = new_figure(size=(8.0, 4.0))
    edges = np.linspace(0.0, 1.0, 101)
    for k, dimension in enumerate(dimensions):
        cosines = np.minimum(random_cosines(dimension), 1.0)  # rounding goes beyond
        counts, _ = np.histogram(cosines, edges)
        look = {"color": COLORS[k], "linestyle": LINE_STYLES[k], "lw": 2}
        ax.stairs(counts, edges, label=f"{dimension} entries", **look)
    ax.axvline(1.0, color="black", marker="", lw=3, label="clipping by norm")
    ax.set(xlabel="cosine of clipped and original gradient", ylabel="of 1000 draws")
    ax.set_xlim(0.55, 1.02)
    ax.legend(loc="upper left")
    return figure


@styled
def norms_and_losses(
    norms: Mapping[str, Array], losses: Mapping[str, Array], limit: float
) -> Figure:
    """Norm of the gradient before clipping and the loss, step by step."""
    figure, (left, right) = new_figure(1, 2, size=(12.0, 4.2))
    for ax, runs in (left, norms), (right, losses):
        for k, (name, values) in enumerate(runs.items()):
            look = {"color": COLORS[k], "linestyle": LINE_STYLES[k], "lw": 1.4}
            ax.plot(values, marker=MARKERS[k], label=name, **look)
        ax.set(xlabel="step", yscale="log")
    left.axhline(limit, color="black", linestyle=":", marker="", label="limit")
    left.set(title="norm of the gradient", ylim=(1e-2, 1e5))
    right.set(title="loss of the batch", ylim=(1e-2, 1e5))
    left.legend(loc="upper right")
    return figure


QUESTIONS = (
    Question(
        "The gradient (3, -4) is clipped by norm at 1. What is the result?",
        ("(1, -1)", "(0.6, -0.8)", "(0.75, -1)"),
        1,
        "Its norm is 5, so every entry is divided by 5.",
    ),
    Question(
        "Which kind of clipping can turn the gradient?",
        ("by value", "by norm", "both"),
        0,
        "Entries beyond the limit lose more than the others.",
    ),
    Question(
        "A model has gradients of norm 3 and 4 for two layers. The limit is 1. By what "
        "is each divided?",
        ("3 and 4", "5 and 5", "7 and 7"),
        1,
        "The global norm is the root of 9 + 16; dividing each by its own would turn "
        "the whole gradient.",
    ),
    Question(
        "The norm is clipped in every single step. What does that mean?",
        (
            "training is safe",
            "the limit is now part of the learning rate",
            "the gradients are wrong",
        ),
        1,
        "Each step has the same length, learning rate times limit: perhaps the limit "
        "is too low.",
    ),
    Question(
        "A gradient holds nan. What does clipping by norm do?",
        ("nothing useful: it must be found first", "sets it to 0", "sets it to 1"),
        0,
        "The norm is nan as well. nnlib refuses, so that the place can be found.",
    ),
)


def quiz() -> Quiz:
    """The questions at the end of lecture 8."""
    return Quiz(QUESTIONS)
