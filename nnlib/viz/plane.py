"""Pieces of figures over a plane of two inputs: maps, points of two classes, lines."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnlib.data import square_grid
from nnlib.viz.style import CLASS_COLORS, CLASS_MARKERS, class_colormap

Array = NDArray[np.floating]


def plane_grid(low: float, high: float, points: int = 81) -> Array:
    """Points of a square, (points, points, 2): x1 along columns, x2 along rows."""
    return square_grid(low, high, points).reshape(points, points, 2)


def draw_map(
    axes: Any,
    values: Array,
    low: float,
    high: float,
    limits: tuple[float, float] = (0.0, 1.0),
) -> Any:
    """Heat map of ``values`` over the square from ``low`` to ``high``."""
    axes.grid(False)
    axes.set(xlabel="$x_1$", ylabel="$x_2$")
    return axes.imshow(
        values,
        origin="lower",
        extent=(low, high, low, high),
        cmap=class_colormap(),
        vmin=limits[0],
        vmax=limits[1],
        interpolation="bilinear",
    )


def draw_classes(axes: Any, X: Array, y: Array, size: float = 70.0) -> None:
    """Points of class 0 as blue circles, of class 1 as vermillion triangles."""
    for label in (0, 1):
        chosen = np.asarray(y).ravel() == label
        axes.scatter(
            X[chosen, 0],
            X[chosen, 1],
            s=size,
            color=CLASS_COLORS[label],
            marker=CLASS_MARKERS[label],
            edgecolor="black",
            linewidth=min(0.8, size / 60),
            zorder=3,
            label=f"class {label}",
        )


def draw_line(
    axes: Any, w: Array, b: float, low: float, high: float, **line: Any
) -> None:
    """The line ``w[0] x1 + w[1] x2 + b = 0`` over the square; ``line`` styles it."""
    axes.set(xlim=(low, high), ylim=(low, high))
    if not np.any(w):
        return  # no direction: the whole plane lies on one side
    foot = -b * w / (w @ w)
    along = np.array([-w[1], w[0]]) / np.linalg.norm(w)
    reach = 2 * (abs(low) + abs(high)) + float(np.linalg.norm(foot))
    ends = np.stack([foot - reach * along, foot + reach * along])
    axes.plot(ends[:, 0], ends[:, 1], **{"marker": "none", **line})
