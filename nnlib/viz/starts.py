"""Explorer of lecture 5: what a start does to outputs and gradients of every layer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from nnlib.init import gradient_stats
from nnlib.viz.deep_signals import ACTIVATIONS, STARTS, Signals, propagate
from nnlib.viz.explore import Choice, Explorer, Slider
from nnlib.viz.plane import Array
from nnlib.viz.ridges import draw_ridges
from nnlib.viz.style import PALETTE, new_figure, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDTH, SAMPLES = 50, 100
RANGES: Mapping[str, tuple[float, float]] = {
    "tanh": (-1.0, 1.0),
    "sigmoid": (0.0, 1.0),
    "ReLU": (0.0, 4.0),
}
DECADES = (-12.0, 9.0)
BINS = 56


def start_signals(activation: str, start: str, layers: int, factor: float) -> Signals:
    """Signals of equally wide layers whose weights are ``factor`` times the start."""

    def scaled(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
        return factor * STARTS[start](shape, rng)

    widths = [WIDTH] * (layers + 1)
    rng = np.random.default_rng(5)
    return propagate(ACTIVATIONS[activation], scaled, widths, rng, SAMPLES)


def rms(layers: list[Array]) -> Array:
    """Root of the mean square of each layer: the size of a typical entry."""
    return np.array(gradient_stats(layers)) / np.sqrt([np.size(a) for a in layers])


@styled
def start_histograms(
    activation: str = "tanh",
    start: str = "Xavier",
    layers: int = 8,
    factor: float = 1.0,
) -> Figure:
    """Outputs and gradients of every layer, and how large they typically are."""
    outputs, deltas = start_signals(activation, start, layers, factor)
    figure, (left, right) = new_figure(1, 2, size=(10.5, 5.0))
    hidden = outputs[1:]
    low, high = RANGES[activation]
    edges = np.linspace(low, high, BINS + 1)
    if activation == "ReLU":  # half of them are 0 and would dwarf the others
        draw_ridges(left, [h[h > 0] for h in hidden], edges, PALETTE["blue"])
        left.set_title("outputs $h$ (ReLU), zeros left out")
    else:
        draw_ridges(left, hidden, edges, PALETTE["blue"])
        left.set_title(f"outputs $h$ ({activation})")
    left.set(xlabel="output of a unit", xticks=[low, (low + high) / 2, high])
    _draw_sizes(right, hidden, deltas)
    return figure


def _draw_sizes(axes: Any, hidden: list[Array], deltas: list[Array]) -> None:
    """Histograms of the gradients on a log scale, and the rms of both by layer."""
    powers = [np.log10(np.abs(d[d != 0])) for d in deltas]
    decades = np.linspace(*DECADES, BINS + 1)
    draw_ridges(axes, powers, decades, PALETTE["vermillion"])
    for number, values in enumerate(powers, start=1):
        if not np.size(values):
            axes.text(-6, number - 0.1, "gradients are 0", ha="center", fontsize=12)
    numbers = np.arange(1, len(hidden) + 1)
    for sizes, look, color, name in [
        (rms(hidden), "o-", "blue", "rms of outputs"),
        (rms(deltas), "^--", "vermillion", "rms of gradients"),
    ]:
        logs = np.log10(np.where(sizes > 0, sizes, np.nan))
        axes.plot(logs, numbers, look, color=PALETTE[color], label=name, lw=1.5)
    axes.set(
        title=r"gradients $\partial J/\partial s$",
        ylabel="",
        yticks=[],
        xticks=[-10, -5, 0, 5],
    )
    axes.set(xlabel="power of ten")
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))


def describe_start(activation: str, start: str, layers: int, factor: float) -> str:
    """Sizes of outputs and gradients in the first and the last layer."""
    outputs, deltas = start_signals(activation, start, layers, factor)
    sizes = rms(outputs[1:])
    grads = rms(deltas)
    alike = np.allclose(outputs[1], outputs[1][:, :1])
    text = (
        f"{layers} {activation} layers, start {start}, times {factor:.2g}: typical "
        f"output {sizes[0]:.2g} in layer 1 and {sizes[-1]:.2g} in layer {layers}; "
        f"typical gradient {grads[-1]:.2g} in layer {layers} and {grads[0]:.2g} in "
        "layer 1."
    )
    return text + (" All units of a layer are equal." if alike else "")


def explore_starts() -> Explorer:
    """Controls for activation, start, number of layers and size of the weights."""
    return Explorer(
        start_histograms,
        describe_start,
        {
            "activation": Choice("activation", "tanh", list(ACTIVATIONS)),
            "start": Choice("start", "Xavier", list(STARTS)),
            "layers": Slider("layers", 8, 2, 12, 1),
            "factor": Slider("factor on weights", 1.0, 0.5, 2.0, 0.05),
        },
    )
