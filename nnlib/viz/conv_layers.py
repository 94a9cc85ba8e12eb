"""Figures of lecture 4, second part: what is connected with what, and how often."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from nnlib.conv import avg_pool2d, avg_pool2d_backward, max_pool2d, max_pool2d_backward
from nnlib.layers import Conv2d, Flatten, Layer, Sequential, count_parameters
from nnlib.viz.convolution import draw_grid, leave_margin, outline
from nnlib.viz.plane import Array
from nnlib.viz.style import GREY, LINE_STYLES, MARKERS, PALETTE, new_figure, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SHEET = "#DCEBF5"
UNITS = "#FBE9DA"
GAP = 10  # columns from the pixels to the hidden units


@styled
def grid_connections(side: int = 6) -> Figure:
    """Two hidden units of a dense and of a convolutional layer, with what they see."""
    figure, panels = new_figure(1, 2, size=(11.5, 3.7))
    everything = [(i, j) for i in range(side) for j in range(side)]
    offsets = [(a, b) for a in (-1, 0, 1) for b in (-1, 0, 1)]
    looks = [
        {"color": PALETTE["vermillion"], "linestyle": "-"},
        {"color": PALETTE["blue"], "linestyle": "--"},
    ]
    for ax, dense in zip(panels, (True, False), strict=True):
        for left, color in [(0, SHEET), (GAP, UNITS)]:
            _sheet(ax, left, 0, (side, side), color)
        for (i, j), look in zip([(1, 1), (4, 3)], looks, strict=True):
            seen = everything if dense else [(i + a, j + b) for a, b in offsets]
            if not dense:
                outline(ax, i - 1, j - 1, (3, 3), edgecolor=look["color"], lw=2.0)
            for k, m in seen:
                line = {"lw": 0.9, "marker": "none", "alpha": 0.75, **look}
                ax.plot([m, GAP + j], [k, i], **line)
            outline(ax, i, GAP + j, (1, 1), edgecolor=look["color"], zorder=6)
        ax.set(xlim=(-0.8, GAP + side), ylim=(side, -1.6), aspect="equal")
        ax.text((side - 1) / 2, -1, "pixels", ha="center")
        ax.text(GAP + (side - 1) / 2, -1, "hidden units", ha="center")
        ax.axis("off")
    panels[0].set_title("dense: 2 x 36 different weights")
    panels[1].set_title("convolution: the same 9 weights twice")
    return figure


def _sheet(
    axes: Any, left: float, top: float, size: tuple[int, int], color: str
) -> None:
    """Empty grid whose first cell has its centre at (left, top)."""
    outline(
        axes, top, left, size, fill=True, fc=color, edgecolor=GREY, lw=1.2, zorder=2
    )
    rows, columns = size
    edges = {"color": GREY, "lw": 0.5, "zorder": 2}
    lines = np.arange(1, rows) + top - 0.5
    axes.hlines(lines, left - 0.5, left + columns - 0.5, **edges)
    lines = np.arange(1, columns) + left - 0.5
    axes.vlines(lines, top - 0.5, top + rows - 0.5, **edges)


def layer_weights(side: int) -> dict[str, int]:
    """Weights of a layer from side x side pixels to as many hidden units."""
    return {
        "dense": side**4,
        "equal under shifts": (2 * side - 1) ** 2,
        "and local": 9,
    }


@styled
def parameter_counts(side: int = 6) -> Figure:
    """Weights left by each idea, for one image size and for all of them."""
    figure, (left, right) = new_figure(1, 2, size=(11.0, 4.0))
    counts = layer_weights(side)
    colors = [PALETTE[name] for name in ("blue", "orange", "green")]
    places = np.arange(len(counts))
    left.bar(places, list(counts.values()), color=colors, edgecolor="black")
    for bar, hatch in zip(left.patches, ("", "//", ".."), strict=True):
        bar.set_hatch(hatch)
    for place, count in zip(places, counts.values(), strict=True):
        left.text(place, count * 1.15, f"{count}", ha="center")
    left.set(yscale="log", ylim=(1, 6000), ylabel="weights", xticks=places)
    left.set_xticklabels(["dense", "equal\nunder shifts", "and local"])
    left.set_title(f"{side} x {side} pixels")
    sides = np.array([4, 8, 16, 32, 64, 128, 256])
    for k, name in enumerate(counts):
        values = [layer_weights(n)[name] for n in sides.tolist()]
        right.plot(sides, values, linestyle=LINE_STYLES[k], marker=MARKERS[k])
        right.lines[-1].set(color=colors[k], label=name)
    right.set(xscale="log", yscale="log", xlabel="side of the image (pixels)")
    right.set(ylabel="weights", title="every size", xticks=[4, 16, 64, 256])
    right.set_xticklabels(["4", "16", "64", "256"])
    right.minorticks_off()
    right.legend()
    return figure


@styled
def weight_matrices(matrices: Mapping[str, Array]) -> Figure:
    """Layers as matrices, one row a pixel, zeros white, with what is free in them."""
    figure, axes = new_figure(1, len(matrices), size=(4.2 * len(matrices), 4.6))
    for ax, (name, matrix) in zip(np.atleast_1d(axes), matrices.items(), strict=True):
        weights = matrix[matrix != 0]
        visible = np.ma.masked_equal(matrix, 0.0)
        low, high = float(weights.min()), float(weights.max())
        ax.imshow(visible, cmap="viridis", vmin=low, vmax=high, interpolation="nearest")
        ax.grid(False)
        free = len(np.unique(weights.round(12)))
        ax.set_title(f"{name}\n{weights.size} not zero, {free} different")
        ax.set(xlabel="output", ylabel="pixel")
        ax.set(xticks=[0, matrix.shape[1] - 1], yticks=[0, matrix.shape[0] - 1])
    return figure


@styled
def channels_block(channels: int = 4, filters: int = 6) -> Figure:
    """One filter through all input channels, and the channel that it makes."""
    figure, ax = new_figure(size=(11.0, 4.4))
    for c in reversed(range(channels)):
        _sheet(ax, 0.8 * c, -0.8 * c, (6, 6), SHEET)
        look = {"fill": True, "fc": PALETTE["orange"], "lw": 1.2, "zorder": 2.5}
        outline(ax, 1 - 0.8 * c, 1 + 0.8 * c, (3, 3), edgecolor="black", **look)
        _sheet(ax, 11.5 + 0.8 * c, 1.5 - 0.8 * c, (3, 3), PALETTE["orange"])
    for f in reversed(range(filters)):
        color = PALETTE["orange"] if f == 0 else UNITS
        _sheet(ax, 19.5 + 0.8 * f, 1.5 - 0.8 * f, (3, 3), color)
    weights = 9 * channels
    notes = [
        (4, f"{channels} input channels\n6 x 6"),
        (13.7, f"one filter\n3 x 3 x {channels} = {weights} weights"),
        (22.5, f"{filters} filters give\n{filters} output channels"),
    ]
    for x, text in notes:
        ax.text(x, 7.2, text, ha="center", va="center")
    for x, sign in [(10.1, "×"), (17.7, "=")]:
        ax.text(x, 2.0, sign, ha="center", va="center", fontsize=26)
    ax.set(xlim=(-1, 27), ylim=(8.3, -3.6), aspect="equal")
    ax.axis("off")
    return figure


@styled
def pooling_example(x: Array, dout: Array) -> Figure:
    """One image under max and average pooling, and where a gradient goes back to."""
    image, cotangent = x[None, None], dout[None, None]
    largest, max_cache = max_pool2d(image, 2)
    mean, mean_cache = avg_pool2d(image, 2)
    by_max = max_pool2d_backward(cotangent, max_cache)[0, 0]
    by_mean = avg_pool2d_backward(cotangent, mean_cache)[0, 0]
    figure, axes = new_figure(1, 6, size=(13.0, 3.0))
    leave_margin(figure)
    reach = 1.6 * float(np.abs(x).max())
    forward = [("input", x), ("maximum", largest[0, 0]), ("average", mean[0, 0])]
    back = [("gradient\nof the output", dout), ("back through\nmaximum", by_max)]
    back.append(("back through\naverage", by_mean))
    for ax, (title, values) in zip(axes, [*forward, *back], strict=True):
        limits = (0.0, reach) if ax in axes[:3] else (-6.0, 6.0)
        cmap = "gray_r" if ax in axes[:3] else "RdBu_r"
        draw_grid(ax, values, limits=limits, cmap=cmap, fontsize=13)
        ax.set_title(title)
        ax.set(xlim=(-0.7, 3.7), ylim=(3.7, -0.7))
        if values.shape == x.shape:
            for i, j in np.ndindex(2, 2):
                outline(ax, 2 * i, 2 * j, (2, 2), lw=2.0)
    return figure


@styled
def network_blocks(model: Sequential, input_shape: tuple[int, ...]) -> Figure:
    """Block diagram of a network: shapes of its arrays, layers and their counts."""
    steps = _steps(model, input_shape)
    figure, ax = new_figure(size=(13.0, 4.2))
    left = 0.0
    for shape, label in steps:
        if label:
            middle, gap = left + 2.6, 6.2
            ax.text(middle, -2.4, label, ha="center", va="bottom", fontsize=11.5)
            arrow = {"arrowstyle": "-|>", "color": GREY, "lw": 1.5}
            ends = {"xy": (middle + 1.2, 2.5), "xytext": (middle - 1.2, 2.5)}
            ax.annotate("", arrowprops=arrow, **ends)
            left += gap
        width = _block(ax, left, shape)
        size = " x ".join(map(str, shape))
        ax.text(left + width / 2 - 0.5, 7.4, size, ha="center", fontsize=14)
        left += width
    ax.set(xlim=(-1, left), ylim=(8, -6.9), aspect="equal")
    ax.axis("off")
    total = f"{count_parameters(model.parameters()):,}"
    ax.set_title(f"{total} parameters")
    return figure


def _block(axes: Any, left: float, shape: tuple[int, ...]) -> float:
    """Sheets for channels, or a bar for a vector, longer for more; return its width."""
    if len(shape) == 3:
        channels, rows, columns = shape
        for c in reversed(range(channels)):
            top = 2.5 - rows / 2 - 0.35 * c
            _sheet(axes, left + 0.35 * c, top + 0.5, (rows, columns), SHEET)
        return columns + 0.35 * (channels - 1)
    height = 2 + int(np.log2(shape[0]))
    look = {"fill": True, "fc": UNITS, "edgecolor": GREY, "lw": 1.2}
    outline(axes, 3 - height / 2, left, (height, 1), **look)
    return 1.0


def _steps(
    model: Sequential, input_shape: tuple[int, ...]
) -> list[tuple[tuple[int, ...], str]]:
    """(shape, label) of the input and after each layer with parameters.

    Layers without parameters are named in the label of the layer they belong to.
    """
    x = np.zeros((1, *input_shape))
    steps: list[tuple[tuple[int, ...], list[str]]] = [(input_shape, [])]
    before: list[str] = []
    for layer in model.layers:
        x = layer.forward(x)
        count = count_parameters(layer.parameters())
        if count:
            label = [*before, *_words(layer), f"{count:,} parameters"]
            steps.append((x.shape[1:], label))
            before = []
        elif isinstance(layer, Flatten):
            before = ["Flatten"]
        else:
            steps[-1][1].append(type(layer).__name__)
    return [(shape, "\n".join(label)) for shape, label in steps]


def _words(layer: Layer) -> list[str]:
    if isinstance(layer, Conv2d):
        kh, kw = layer.W.value.shape[2:]
        return ["Conv2d", f"{kh} x {kw}, pad {layer.pad}", f"stride {layer.stride}"]
    return [type(layer).__name__]
