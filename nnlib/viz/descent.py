"""Figures of lecture 9: walking downhill, and the shapes one walks on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from nnlib.landscapes import (
    descend,
    double_well,
    double_well_gradient,
    jensen_gap,
    saddle,
)
from nnlib.optim import SGD
from nnlib.viz.plane import Array
from nnlib.viz.style import GREY, LINE_STYLES, MARKERS, PALETTE, new_figure, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLORS = tuple(PALETTE.values())
Landscape = Callable[[Array], Array]


def look(k: int) -> dict[str, Any]:
    """Colour, line style and marker of the k-th curve."""
    return {"color": COLORS[k], "linestyle": LINE_STYLES[k], "marker": MARKERS[k]}


@styled
def parabola_runs(rates: Sequence[float], steps: int = 8) -> Figure:
    """Descent on x^2 from -1, one panel a rate: each step and what it costs."""
    figure, panels = new_figure(1, len(rates), size=(3.6 * len(rates), 3.6))
    x = np.linspace(-1.7, 1.7, 171)
    for ax, eta in zip(np.ravel(panels), rates, strict=True):
        path = descend(lambda x: 2 * x, [-1.0], partial(SGD, lr=eta), steps)
        ax.plot(x, x**2, "-", color=GREY, marker="", lw=1.2)
        ax.plot(path, path**2, "-o", color=PALETTE["blue"], lw=1.2, markersize=6)
        ax.plot(path[0], path[0] ** 2, "s", color="black", markersize=9)
        ax.set(title=rf"$\eta = {eta:g}$", xlabel="$x$", xlim=(-1.7, 1.7), ylim=(0, 3))
    np.ravel(panels)[0].set_ylabel("$f(x) = x^2$")
    return figure


@styled
def paths_on(
    landscape: Landscape,
    paths: Mapping[str, Array],
    *,
    xlim: tuple[float, float] = (-6.0, 2.0),
    ylim: tuple[float, float] = (-3.0, 3.0),
    levels: int = 14,
) -> Figure:
    """Contour lines of a landscape, and one path a panel with its start and end."""
    figure, panels = new_figure(1, len(paths), size=(4.3 * len(paths), 3.7))
    for k, (ax, (name, path)) in enumerate(
        zip(np.ravel(panels), paths.items(), strict=True)
    ):
        draw_contours(ax, landscape, xlim, ylim, levels)
        ax.plot(*path.T, "-o", color=COLORS[k], lw=1.5, markersize=5)
        ax.plot(*path[0], "s", color="black", markersize=9)
        ax.set(title=name)
    np.ravel(panels)[0].set_ylabel("$x_2$")
    return figure


def draw_contours(
    axes: Any,
    landscape: Landscape,
    xlim: tuple[float, float],
    ylim: tuple[float, float],
    levels: int = 14,
    points: int = 61,
) -> None:
    """Contour lines, closer together near the lowest point."""
    x1, x2 = np.meshgrid(np.linspace(*xlim, points), np.linspace(*ylim, points))
    heights = landscape(np.stack([x1, x2], axis=-1))
    low, high = float(heights.min()), float(heights.max())
    at = low + (high - low) * np.linspace(0.02, 1, levels) ** 2
    axes.contour(x1, x2, heights, at, colors=GREY, linewidths=0.7)
    axes.set(xlabel="$x_1$", xlim=xlim, ylim=ylim)
    axes.grid(False)


@styled
def convex_or_not() -> Figure:
    """Sets with a segment between two of their points, functions with a chord."""
    from matplotlib.patches import Circle, Polygon

    figure, panels = new_figure(1, 4, size=(13.0, 3.4))
    disc = Circle((0.5, 0.5), 0.42)
    boomerang = Polygon([(0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.65, 0.35), (0.1, 0.35)])
    cases = [(disc, "convex"), (boomerang, "not convex")]
    ends = [((0.2, 0.35), (0.75, 0.75)), ((0.15, 0.32), (0.87, 0.8))]
    for ax, (shape, title), (a, b) in zip(panels[:2], cases, ends, strict=True):
        shape.set(facecolor=PALETTE["sky"], alpha=0.5)
        ax.add_patch(shape)
        ax.plot(*zip(a, b, strict=True), "-o", color=PALETTE["vermillion"])
        ax.set(title=f"set, {title}", xticks=[], yticks=[], xlim=(0, 1), ylim=(0, 1))
        ax.set_aspect("equal")
    x = np.linspace(-1.8, 1.8, 145)
    functions: dict[str, Landscape] = {
        "convex": lambda x: x**2 / 2,
        "not convex": lambda x: double_well(x[:, None]),
    }
    for ax, (name, f) in zip(panels[2:], functions.items(), strict=True):
        ax.plot(x, f(x), "-", marker="")
        chord = np.array([-1.4, 1.2])
        ax.plot(chord, f(chord), "--o", color=PALETTE["vermillion"])
        ax.set(title=f"function, {name}", xlabel="$x$", yticks=[])
    return figure


@styled
def jensen_gaps(spreads: Sequence[float]) -> Figure:
    """Mean of f minus f of the mean for two points at +-spread, three functions."""
    figure, ax = new_figure(size=(7.5, 3.8))
    functions: dict[str, Callable[[Array], Array]] = {
        "$x^2$": lambda x: x[:, 0] ** 2,
        "$e^x$": lambda x: np.exp(x[:, 0]),
        "$3x + 1$": lambda x: 3 * x[:, 0] + 1,
    }
    for k, (name, f) in enumerate(functions.items()):
        gaps = [jensen_gap(f, np.array([[-s], [s]])) for s in spreads]
        ax.plot(spreads, gaps, label=name, **look(k))
    ax.set(xlabel="distance of two points from their mean", ylabel="gap of Jensen")
    ax.legend()
    return figure


@styled
def stationary_points() -> Figure:
    """Two wells, with a plain and a noisy walk; and a saddle from above."""
    figure, (left, right) = new_figure(1, 2, size=(11.5, 4.0))
    x = np.linspace(-1.8, 1.9, 149)
    left.plot(x, double_well(x[:, None]), "-", color=GREY, marker="")
    plain = descend(double_well_gradient, [1.7], lambda p: SGD(p, lr=0.02), 40)
    rng = np.random.default_rng(18)

    def noisy(x: Array) -> Array:
        return double_well_gradient(x) + 9 * rng.normal(size=x.shape)

    walk = descend(noisy, [1.7], lambda p: SGD(p, lr=0.06), 40)
    for k, (name, path) in enumerate({"plain": plain, "noisy": walk}.items()):
        left.plot(path, double_well(path), label=f"{name} gradients", lw=0.8, **look(k))
        left.plot(path[-1], double_well(path[-1:]), "*", color=COLORS[k], markersize=18)
    left.set(title="two valleys", xlabel="$x$", ylabel="$f$", ylim=(-2.2, 6))
    left.legend(loc="upper center")
    draw_contours(right, saddle, (-2, 2), (-2, 2), levels=18)
    right.plot(0, 0, "X", color=PALETTE["vermillion"], markersize=13)
    right.set(title="saddle $x_1^2 - x_2^2$", ylabel="$x_2$", aspect="equal")
    return figure
