"""Penalties on weights: their balls, and what they do to the weights of a network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from nnlib.regularizers import elastic_net, l1, l2
from nnlib.viz.plane import Array, plane_grid
from nnlib.viz.style import PALETTE, new_figure, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PENALTIES = {
    "L2": lambda W: l2(W)[0],
    "L1": lambda W: l1(W)[0],
    "elastic net, $\\beta = 0.5$": lambda W: elastic_net(W, 0.5)[0],
}


@styled
def penalty_balls() -> Figure:
    """Where each penalty of two weights is 0.5, 1 and 1.5."""
    figure, panels = new_figure(1, 3, size=(11.5, 3.9))
    points = plane_grid(-1.7, 1.7, 121)
    for ax, (name, penalty) in zip(panels, PENALTIES.items(), strict=True):
        values = np.apply_along_axis(penalty, 2, points)
        drawn = ax.contour(
            points[..., 0],
            points[..., 1],
            values,
            [0.5, 1.0, 1.5],
            colors=[PALETTE["sky"], PALETTE["blue"], "black"],
        )
        ax.clabel(drawn, fontsize=11)
        ax.set(title=name, xlabel="$w_1$", aspect="equal")
    panels[0].set_ylabel("$w_2$")
    return figure


@styled
def weight_histograms(weights: Mapping[str, Array], limit: float = 0.6) -> Figure:
    """Histogram of the weights of each model on a log scale, and the share near 0."""
    figure, panels = new_figure(1, len(weights), size=(4.0 * len(weights), 3.9))
    edges = np.linspace(-limit, limit, 62)
    for ax, (name, W) in zip(np.ravel(panels), weights.items(), strict=True):
        ax.hist(np.clip(W.ravel(), -limit, limit), bins=edges, color=PALETTE["blue"])
        zero = np.mean(np.abs(W) < 1e-3)
        ax.set(title=f"{name}: {zero:.0%} near 0", yscale="log")
        ax.set_xlabel(f"weight (last bars: beyond {limit:g})")
    np.ravel(panels)[0].set_ylabel("number of weights")
    return figure
