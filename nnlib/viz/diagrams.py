"""Node-link drawings: one neuron, and networks of any widths."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from nnlib.viz.style import GREY, PALETTE, new_figure, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

INPUT_COLOR = "#DCEBF5"
UNIT_COLOR = "#FBE9DA"
CONSTANT_COLOR = "#EEEEEE"


def draw_node(
    axes: Any, x: float, y: float, text: str, color: str, radius: float
) -> None:
    """Circle with a text in it."""
    from matplotlib.patches import Circle

    axes.add_patch(
        Circle((x, y), radius, facecolor=color, edgecolor="black", lw=1.5, zorder=3)
    )
    axes.text(x, y, text, ha="center", va="center", zorder=4)


def draw_arrow(
    axes: Any,
    start: tuple[float, float],
    end: tuple[float, float],
    shrink: tuple[float, float],
    color: str = GREY,
    width: float = 1.2,
) -> None:
    """Arrow between two nodes; ``shrink`` (points) keeps the ends off the circles."""
    axes.annotate(
        "",
        xy=end,
        xytext=start,
        arrowprops={
            "arrowstyle": "-|>",
            "color": color,
            "lw": width,
            "shrinkA": shrink[0],
            "shrinkB": shrink[1],
        },
        zorder=2,
    )


def blank(axes: Any, xlim: tuple[float, float], ylim: tuple[float, float]) -> None:
    """Axes without a frame whose circles are round."""
    axes.set(xlim=xlim, ylim=ylim, aspect="equal")
    axes.axis("off")


@styled
def neuron_diagram() -> Figure:
    """The formal neuron, with the parts of a nerve cell that it imitates."""
    figure, axes = new_figure(size=(9.0, 4.2))
    blank(axes, (-0.8, 9.6), (-0.75, 4.35))
    for y, name, weight in [(3.4, "$x_1$", "$w_1$"), (2.2, "$x_2$", "$w_2$")]:
        draw_node(axes, 0, y, name, INPUT_COLOR, 0.42)
        draw_arrow(axes, (0, y), (3.4, 2.2), (22, 31))
        axes.text(1.55, (y + 2.2) / 2 + 0.22, weight, color=PALETTE["vermillion"])
    draw_node(axes, 0, 1.0, "1", CONSTANT_COLOR, 0.42)
    draw_arrow(axes, (0, 1.0), (3.4, 2.2), (22, 31))
    axes.text(1.55, 1.28, "$b$", color=PALETTE["vermillion"])
    draw_node(axes, 3.4, 2.2, "sum", UNIT_COLOR, 0.6)
    draw_node(axes, 6.0, 2.2, "$f$", UNIT_COLOR, 0.6)
    draw_arrow(axes, (3.4, 2.2), (6.0, 2.2), (31, 31))
    axes.text(4.7, 2.45, "$s$", ha="center")
    draw_arrow(axes, (6.0, 2.2), (8.4, 2.2), (31, 0))
    axes.text(8.45, 2.2, r"$\hat{y} = f(s)$", va="center")
    axes.text(4.7, 3.85, r"$s = w_1 x_1 + w_2 x_2 + b$", ha="center")
    parts = [(0.0, "dendrites:\ninputs"), (1.75, "synapses:\nweights")]
    parts += [(3.4, "cell body:\nsum"), (6.0, "threshold:\nactivation")]
    for x, text in [*parts, (8.6, "axon:\noutput")]:
        axes.text(x, -0.35, text, ha="center", va="center", color=GREY, fontsize=12)
    return figure


def heights(count: int) -> list[float]:
    """Vertical places of the nodes of one layer, centred at zero, top first."""
    return [(count - 1) / 2 - i for i in range(count)]


@styled
def network_diagram(
    widths: Sequence[int], *, constants: bool = True, box: bool = False
) -> Figure:
    """Fully connected network with ``widths`` = inputs, hidden units…, outputs.

    ``constants`` draws the nodes that always emit 1, whose weights are the biases;
    ``box`` frames everything between the inputs and the outputs.
    """
    if len(widths) < 2 or min(widths) < 1:
        raise ValueError(
            f"widths must be two or more positive numbers, got {list(widths)}"
        )
    gap, last = 2.6, len(widths) - 1
    top = max(widths) / 2 + 0.55
    rows = [w + (2 * constants if i < last else 0) for i, w in enumerate(widths)]
    xlim, ylim = (-0.9, gap * last + 0.9), (-max(rows) / 2 - 0.1, top + 0.5)
    figure, axes = new_figure(
        size=(0.78 * (xlim[1] - xlim[0]), 0.68 * (ylim[1] - ylim[0]))
    )
    blank(axes, xlim, ylim)
    for layer, width in enumerate(widths):
        x = gap * layer
        name = "x" if layer == 0 else r"\hat{y}" if layer == last else "h"
        upper = f"^{{({layer})}}" if 0 < layer < last and last > 2 else ""
        for i, y in enumerate(heights(width), start=1):
            color = INPUT_COLOR if layer == 0 else UNIT_COLOR
            lower = f"_{i}" if width > 1 else ""
            draw_node(axes, x, y, f"${name}{upper}{lower}$", color, 0.36)
            for start in heights(widths[layer - 1]) if layer else []:
                draw_arrow(axes, (x - gap, start), (x, y), (16, 18), width=0.9)
        if constants and layer < last:
            low = heights(width)[-1] - 1
            draw_node(axes, x, low, "1", CONSTANT_COLOR, 0.3)
            for y in heights(widths[layer + 1]):
                draw_arrow(
                    axes, (x, low), (x + gap, y), (14, 18), color="#999999", width=0.7
                )
        title = "inputs" if layer == 0 else "outputs" if layer == last else "hidden"
        axes.text(x, top, title, ha="center", color=GREY)
    if box:
        _frame(axes, gap * last, ylim[0] + 0.05, top)
    return figure


def _frame(axes: Any, width: float, bottom: float, top: float) -> None:
    from matplotlib.patches import Rectangle

    axes.add_patch(
        Rectangle(
            (0.75, bottom),
            width - 1.5,
            top - bottom - 0.35,
            fill=False,
            linestyle="--",
            edgecolor=PALETTE["blue"],
            lw=2,
        )
    )
    axes.text(
        width / 2,
        bottom + 0.12,
        r"$\hat{y} = f(x;\, \theta)$",
        ha="center",
        va="bottom",
        color=PALETTE["blue"],
    )
