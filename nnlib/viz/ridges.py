"""Histograms of one quantity in all layers, one above the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

TALLEST = 0.85  # of the distance between two layers


def ridge_shape(values: Array, edges: Array) -> Array:
    """Heights of a histogram from 0 to 1; values beyond the edges join the end bins.

    Only the shape is comparable between layers: the highest bin always has height 1.
    """
    counts, _ = np.histogram(np.clip(values, edges[0], edges[-1]), edges)
    return counts / max(int(counts.max()), 1)


def draw_ridges(
    axes: Any, layers: Sequence[Array], edges: Array, color: str, *, filled: bool = True
) -> None:
    """Histogram of each layer, layer 1 at the top; a layer without values stays empty.

    Filled shapes and outlines can be laid over each other in one panel.
    """
    from matplotlib.collections import LineCollection, PolyCollection

    x = np.repeat(edges, 2)[1:-1]
    lines = []
    for number, values in enumerate(layers, start=1):
        if np.size(values):
            top = number - TALLEST * np.repeat(ridge_shape(values, edges), 2)
            lines.append(np.column_stack([x, top]))
    if filled:
        floors = [np.array([[x[-1], n], [x[0], n]]) for n in _numbers(layers)]
        shapes = [np.vstack(pair) for pair in zip(lines, floors, strict=True)]
        axes.add_collection(
            PolyCollection(shapes, facecolor=color, edgecolor=color, alpha=0.55)
        )
    else:
        axes.add_collection(LineCollection(lines, color=color, linewidth=1.8))
    axes.set(xlim=(edges[0], edges[-1]), ylim=(len(layers) + 0.15, -0.05))
    axes.set(yticks=range(1, len(layers) + 1), ylabel="layer")


def _numbers(layers: Sequence[Array]) -> list[int]:
    return [n for n, values in enumerate(layers, start=1) if np.size(values)]
