"""Figures and explorer of lecture 4, first part: a window slides over a grid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from nnlib.conv import corr2d, output_shape, pad2d
from nnlib.data import digit_6x6
from nnlib.viz.explore import Choice, Explorer, Slider
from nnlib.viz.plane import Array
from nnlib.viz.style import GREY, PALETTE, new_figure, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

IntPair = int | tuple[int, int]

# Filters of the explorer. Each responds to brightness on its positive side.
FILTERS = {
    "vertical edges": np.array([[-1.0, 0.0, 1.0]] * 3),
    "horizontal edges": np.array([[-1.0] * 3, [0.0] * 3, [1.0] * 3]),
    "blur": np.full((3, 3), 1 / 9),
    "copy": np.array([[0.0] * 3, [0.0, 1.0, 0.0], [0.0] * 3]),
}
RING = "#C9DCEB"
LARGEST_PAD = 2
# Row and column of the first cell of the filter and of the output in the explorer.
FILTER_AT, OUTPUT_AT = (1.5, 10.0), (-1.5, 15.0)
ON_DARK, ON_BRIGHT = "#DDDDDD", "black"


def number(value: float) -> str:
    """A cell's number: two decimals at most, and no minus before a zero."""
    return f"{round(value, 2) + 0.0:g}"


def draw_grid(
    axes: Any,
    values: Array,
    *,
    limits: tuple[float, float] = (0.0, 1.0),
    cmap: str = "gray",
    fontsize: float = 12,
    hide_zeros: bool = False,
    at: tuple[float, float] = (0, 0),
) -> None:
    """A matrix as a grid of coloured cells with their numbers, row 0 on top.

    ``at`` is where the centre of the first cell lies: (row, column).
    """
    top, left = at[0] - 0.5, at[1] - 0.5
    bottom, right = top + values.shape[0], left + values.shape[1]
    frame = (left, right, bottom, top)
    image = axes.imshow(values, cmap=cmap, vmin=limits[0], vmax=limits[1], extent=frame)
    edges = {"color": GREY, "lw": 0.8}
    axes.hlines(np.arange(top, bottom + 1), left, right, **edges)
    axes.vlines(np.arange(left, right + 1), top, bottom, **edges)
    axes.axis("off")
    tones = image.to_rgba(values)[..., :3] @ np.array([0.30, 0.59, 0.11])
    for (i, j), value in np.ndenumerate(values):
        name = number(float(value))
        if not (hide_zeros and name == "0"):
            style = {"ha": "center", "va": "center", "fontsize": fontsize}
            style["color"] = ON_BRIGHT if tones[i, j] > 0.5 else ON_DARK
            axes.text(at[1] + j, at[0] + i, name, **style)


def outline(
    axes: Any, top: float, left: float, size: tuple[int, int], **look: Any
) -> None:
    """Frame around the cells from row ``top`` and column ``left`` on."""
    from matplotlib.patches import Rectangle

    style = {"edgecolor": PALETTE["vermillion"], "lw": 3.0, "fill": False, "zorder": 5}
    style["clip_on"] = False  # a frame at the edge of the axes keeps its full width
    axes.add_patch(
        Rectangle((left - 0.5, top - 0.5), size[1], size[0], **{**style, **look})
    )


@styled
def pixels_and_names(image: Array) -> Figure:
    """An image as numbers, and the same grid as named variables x_{row, column}."""
    figure, (left, right) = new_figure(1, 2, size=(9.0, 4.4))
    leave_margin(figure)
    draw_grid(left, image)
    left.set_title("grey values")
    draw_grid(right, np.ones_like(image))
    for text in list(right.texts):
        column, row = text.get_position()
        text.set_text(f"$x_{{{row + 1:.0f},{column + 1:.0f}}}$")
    right.set_title("36 input variables")
    return figure


@styled
def window_steps(x: Array, kernel: Array) -> Figure:
    """Every window of a small cross-correlation, with the sum it computes."""
    out = corr2d(x, kernel)
    figure, axes = new_figure(1, out.size + 2, size=(13.0, 2.9))
    leave_margin(figure)
    reach = float(np.abs(x).max())
    look: Any = {"limits": (0.0, 1.6 * reach), "cmap": "gray_r", "fontsize": 14}
    draw_grid(axes[0], kernel, **look)
    axes[0].set_title("filter", fontsize=12)
    for ax, (i, j) in zip(axes[1:-1], np.ndindex(out.shape), strict=True):
        draw_grid(ax, x, **look)
        outline(ax, i, j, kernel.shape)
        window = x[i : i + kernel.shape[0], j : j + kernel.shape[1]]
        pairs = zip(window.ravel().tolist(), kernel.ravel().tolist(), strict=True)
        terms = "+".join(f"{number(a)}·{number(b)}" for a, b in pairs)
        ax.set_title(f"{terms}\n= {number(float(out[i, j]))}", fontsize=12)
    draw_grid(axes[-1], out, **{**look, "limits": (0.0, 1.6 * float(out.max()))})
    axes[-1].set_title("output", fontsize=12)
    for ax, grid in [(axes[0], kernel), (axes[-1], out)]:
        centre_view(ax, grid.shape, len(x))  # cells as large as those of x
    return figure


@styled
def window_positions(
    x: Array, kernel: Array, cases: Mapping[str, tuple[IntPair, IntPair]]
) -> Figure:
    """Padded input with all window centres, above the output, for each case.

    ``cases`` maps a title to (stride, pad).
    """
    figure, axes = new_figure(2, len(cases), size=(3.6 * len(cases), 6.4))
    cells = max(len(pad2d(x, pad)) for _, pad in cases.values())
    for (title, (stride, pad)), (top, bottom) in zip(
        cases.items(), axes.T, strict=True
    ):
        padded, out = pad2d(x, pad), corr2d(x, kernel, stride, pad)
        look: Any = {"cmap": "gray_r", "fontsize": 14}
        draw_grid(top, padded, limits=(0.0, 1.6 * float(x.max())), **look)
        (sh, sw), (kh, kw) = _pair(stride), kernel.shape
        centres = [
            (j * sw + (kw - 1) / 2, i * sh + (kh - 1) / 2)
            for i, j in np.ndindex(out.shape)
        ]
        top.plot(*np.transpose(centres), "o", color=PALETTE["blue"], ms=9)
        outline(top, 0, 0, (kh, kw))
        outline(top, 0, sw, (kh, kw), linestyle="--", edgecolor=PALETTE["blue"])
        top.set_title(title)
        draw_grid(bottom, out, limits=(0.0, 1.6 * float(out.max())), **look)
        outline(bottom, 0, 0, (1, 1))
        outline(bottom, 0, 1, (1, 1), linestyle="--", edgecolor=PALETTE["blue"])
        for ax, grid in [(top, padded), (bottom, out)]:
            centre_view(ax, grid.shape, cells)
    return figure


def leave_margin(figure: Figure) -> None:
    """Keep titles of two lines off the upper edge of the figure."""
    engine: Any = figure.get_layout_engine()
    engine.set(rect=(0.0, 0.02, 1.0, 0.94))


def centre_view(axes: Any, shape: tuple[int, int], cells: float) -> None:
    """Show a square of ``cells`` cells with the grid of ``shape`` in its middle."""
    middle_row, middle_column = (shape[0] - 1) / 2, (shape[1] - 1) / 2
    half = cells / 2 + 0.1
    axes.set_xlim(middle_column - half, middle_column + half)
    axes.set_ylim(middle_row + half, middle_row - half)


def _pair(value: IntPair) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else value


@styled
def filter_responses(image: Array, filters: Mapping[str, Array]) -> Figure:
    """Filters above the maps they make of one image: one channel each."""
    figure, axes = new_figure(2, len(filters) + 1, size=(12.5, 5.0))
    draw_grid(axes[1, 0], image, fontsize=11, hide_zeros=True)
    axes[1, 0].set_title("image")
    axes[0, 0].axis("off")
    for (name, kernel), (top, bottom) in zip(
        filters.items(), axes[:, 1:].T, strict=True
    ):
        signed: Any = {"cmap": "RdBu_r", "fontsize": 11}
        reach = 1.3 * float(np.abs(kernel).max())
        draw_grid(top, kernel, limits=(-reach, reach), **signed)
        top.set_title(name)
        centre_view(top, kernel.shape, 4.6)
        reach = largest_response(kernel)
        out = corr2d(image, kernel, pad=1)
        draw_grid(bottom, out, limits=(-reach, reach), hide_zeros=True, **signed)
    return figure


def largest_response(kernel: ArrayLike) -> float:
    """The most a filter can answer to pixels between 0 and 1, of either sign."""
    kernel = np.asarray(kernel)
    return float(max(kernel.clip(min=0).sum(), -kernel.clip(max=0).sum()))


@styled
def sliding_window(
    filter_name: str = "vertical edges", stride: int = 1, pad: int = 0, window: int = 1
) -> Figure:
    """The 6 x 6 digit, a filter, and the output; one window and its cell are framed."""
    image, kernel = digit_6x6(), FILTERS[filter_name]
    out, (i, j), count, place = _at_window(filter_name, stride, pad, window)
    figure, ax = new_figure(size=(11.0, 5.0))  # one axes: three are slow to make
    outline(ax, -pad, -pad, (6 + 2 * pad,) * 2, fill=True, fc=RING, lw=0, zorder=0)
    draw_grid(ax, image, fontsize=11, hide_zeros=True)
    steps = np.array(list(np.ndindex(out.shape))) * stride - pad + 1
    ax.plot(steps[:, 1] - 0.32, steps[:, 0] - 0.32, ".", color=PALETTE["orange"])
    outline(ax, i * stride - pad, j * stride - pad, kernel.shape)
    signed: Any = {"cmap": "RdBu_r", "fontsize": 11}
    reach = 1.3 * float(np.abs(kernel).max())
    draw_grid(ax, kernel, limits=(-reach, reach), at=FILTER_AT, **signed)
    reach = largest_response(kernel)
    signed["limits"] = (-reach, reach)
    draw_grid(ax, out, hide_zeros=True, at=OUTPUT_AT, **signed)
    outline(ax, OUTPUT_AT[0] + i, OUTPUT_AT[1] + j, (1, 1))
    size = f"{out.shape[0]} x {out.shape[1]}"
    titles = [(2.5, "image and zeros"), (FILTER_AT[1] + 1, f"filter:\n{filter_name}")]
    titles.append((OUTPUT_AT[1] + 3.5, f"output {size}: window {place} of {count}"))
    for column, text in titles:
        ax.text(column, -2.8, text, ha="center", va="bottom", fontsize=14)
    ax.set(xlim=(-2.6, OUTPUT_AT[1] + 7.7), ylim=(7.6, -4.4))
    return figure


def _at_window(
    filter_name: str, stride: int, pad: int, window: int
) -> tuple[Array, tuple[int, int], int, int]:
    """Output, place of the window in it, number of windows, number of this one.

    Larger strides have fewer windows: numbers beyond the last one mean the last.
    """
    out = corr2d(digit_6x6(), FILTERS[filter_name], stride, pad)
    place = min(window, out.size)
    row, column = divmod(place - 1, out.shape[1])
    return out, (row, column), out.size, place


def describe_sliding_window(
    filter_name: str, stride: int, pad: int, window: int
) -> str:
    """What ``sliding_window`` shows, with the sizes and the sum in the window."""
    out, (i, j), count, place = _at_window(filter_name, stride, pad, window)
    rows, columns = output_shape((6, 6), (3, 3), stride, pad)
    return (
        f"A 3 x 3 filter ({filter_name}) on the 6 x 6 digit with stride {stride} and "
        f"padding {pad}: output {rows} x {columns}. Window {place} of {count} "
        f"gives {out[i, j]:.2f} in row {i + 1}, column {j + 1}."
    )


def explore_sliding_window() -> Explorer:
    """Choose a filter, stride and padding, and move the window step by step."""
    names: Sequence[str] = list(FILTERS)
    return Explorer(
        sliding_window,
        describe_sliding_window,
        {
            "filter_name": Choice("filter", names[0], names),
            "stride": Slider("stride", 1, 1, 3, 1, unit="pixels"),
            "pad": Slider("padding", 0, 0, LARGEST_PAD, 1, unit="rings"),
            "window": Slider("window", 1, 1, 64, 1),
        },
    )
