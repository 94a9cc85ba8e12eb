"""Figures and explorer of lecture 2, first part: softmax and classified digits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from nnlib.activations import softmax
from nnlib.viz.explore import Explorer, Slider
from nnlib.viz.plane import Array
from nnlib.viz.style import GREY, LINE_STYLES, MARKERS, PALETTE, new_figure, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CLASS_TONES = (PALETTE["blue"], PALETTE["vermillion"], PALETTE["green"])
HATCHES = ("", "//", "..")
TEMPERATURES = (0.1, 10.0)


@styled
def softmax_block(s: ArrayLike) -> Figure:
    """Three scores on their way through a softmax block, and the bars they become."""
    scores = np.asarray(s, dtype=float)
    e, p = np.exp(scores), softmax(scores)[0]
    figure, (block, bars) = new_figure(1, 2, size=(11.0, 3.8))
    block.set(xlim=(-0.8, 10.2), ylim=(-0.7, 3.6))
    block.axis("off")
    for x, width, text in [(1.1, 1.9, "exp"), (4.9, 2.3, "divide by\nthe sum")]:
        _box(block, x, width, text)
    for k, y in enumerate((2.5, 1.5, 0.5)):
        stops = [(0.0, f"$s_{k + 1}={scores[k]:g}$"), (3.95, f"{e[k]:.2f}")]
        stops.append((8.85, f"$p_{k + 1}={p[k]:.3f}$"))
        for x, text in stops:
            block.text(x, y, text, ha="center", va="center")
        for start, end in [(0.6, 1.1), (3.0, 3.4), (4.5, 4.9), (7.2, 7.6)]:
            arrow = {"arrowstyle": "-|>", "color": GREY, "lw": 1.5}
            block.annotate("", xy=(end, y), xytext=(start, y), arrowprops=arrow)
    block.text(3.95, -0.35, f"sum {e.sum():.2f}", ha="center", color=GREY)
    block.text(8.85, -0.35, "sum 1", ha="center", color=GREY)
    probability_bars(bars, p)
    return figure


def _box(axes: Any, x: float, width: float, text: str) -> None:
    from matplotlib.patches import FancyBboxPatch

    axes.add_patch(
        FancyBboxPatch(
            (x + 0.1, 0.1),
            width - 0.2,
            2.8,
            boxstyle="round,pad=0.1",
            facecolor="#DCEBF5",
            edgecolor="black",
        )
    )
    axes.text(x + width / 2, 1.5, text, ha="center", va="center")


def probability_bars(axes: Any, p: Array) -> None:
    """Bars of three probabilities, with their numbers, on the scale from 0 to 1."""
    places = np.arange(1, len(p) + 1)
    axes.bar(places, p, 0.6, color=CLASS_TONES, hatch=HATCHES, edgecolor="black")
    for x, value in zip(places, p, strict=True):
        axes.text(x, value + 0.03, f"{value:.3f}", ha="center")
    axes.set(xlabel="class $k$", ylabel="probability $p_k$", ylim=(0, 1.15))
    axes.set(xticks=places, yticks=[0, 0.5, 1])


@styled
def temperature_bars(
    s1: float = 1.0, s2: float = 3.0, s3: float = 2.0, T: float = 1.0
) -> Figure:
    """Softmax of three scores divided by a temperature, and of all temperatures."""
    scores = np.array([s1, s2, s3])
    figure, (bars, curves) = new_figure(1, 2, size=(9.5, 3.8))
    probability_bars(bars, softmax(scores / T)[0])
    bars.set_title(f"softmax of $s/T$ at $T={T:.2g}$")
    grid = np.geomspace(*TEMPERATURES, 61)
    p = softmax(scores / grid[:, None])[0]
    for k, color in enumerate(CLASS_TONES):
        curves.plot(
            grid, p[:, k], LINE_STYLES[k], marker=MARKERS[k], color=color, lw=2.2
        )
        curves.lines[-1].set(label=f"$s_{k + 1}={scores[k]:g}$", markevery=10)
    curves.axvline(T, color=GREY, linestyle=":", marker="none")
    curves.set(xscale="log", xlabel="temperature $T$", ylim=(-0.03, 1.15))
    curves.set(title="every temperature", yticks=[0, 0.5, 1])
    curves.set(xticks=[0.1, 1, 10], xticklabels=["0.1", "1", "10"])
    curves.minorticks_off()
    curves.legend(loc="upper right")
    return figure


def describe_temperature(s1: float, s2: float, s3: float, T: float) -> str:
    """What ``temperature_bars`` shows, with the three probabilities."""
    p = softmax(np.array([s1, s2, s3]) / T)[0]
    values = ", ".join(f"{value:.3f}" for value in p)
    return (
        f"Scores {s1:g}, {s2:g}, {s3:g} at temperature T = {T:.2g}: probabilities "
        f"{values}; the largest is {p.max():.3f}, even chances would be 0.333."
    )


def explore_temperature() -> Explorer:
    """Sliders for three scores and the temperature."""
    return Explorer(
        temperature_bars,
        describe_temperature,
        {
            "s1": Slider("score s1", 1.0, -5.0, 5.0, 0.5),
            "s2": Slider("score s2", 3.0, -5.0, 5.0, 0.5),
            "s3": Slider("score s3", 2.0, -5.0, 5.0, 0.5),
            "T": Slider("temperature T", 1.0, *TEMPERATURES, 0.1, logarithmic=True),
        },
    )


@styled
def class_templates(W: Array, side: int) -> Figure:
    """Columns of W as square images: what each class wants to see, and what not."""
    count = W.shape[1]
    figure, axes = new_figure(2, -(-count // 2), size=(10.5, 4.6))
    reach = float(np.abs(W).max())
    for k, ax in enumerate(np.ravel(axes)):
        ax.axis("off")
        if k < count:
            image = ax.imshow(
                W[:, k].reshape(side, side), cmap="RdBu_r", vmin=-reach, vmax=reach
            )
            ax.set_title(f"class {k}")
    figure.colorbar(image, ax=list(np.ravel(axes)), label="weight", shrink=0.9)
    return figure


@styled
def predicted_digits(X: Array, labels: Array, p: Array, doubtful: int = 4) -> Figure:
    """Digits above the bars of their class probabilities, the true class marked.

    X holds one square image a row. Of all rows the ``doubtful`` least sure are drawn,
    and last the surest.
    """
    by_doubt = np.argsort(p.max(axis=1))
    chosen = [*by_doubt[:doubtful], by_doubt[-1]]
    side = round(X.shape[1] ** 0.5)
    count = len(chosen)
    figure, axes = new_figure(2, count, size=(2.4 * count, 4.0))
    places = np.arange(p.shape[1])
    for sample, (top, bottom) in zip(chosen, axes.T, strict=True):
        label, row = int(labels[sample]), p[sample]
        top.imshow(X[sample].reshape(side, side), cmap="gray_r")
        top.set_title(f"true class {label}")
        top.axis("off")
        bottom.bar(places, row, color=PALETTE["sky"])
        bottom.bar(label, row[label], color=PALETTE["vermillion"], hatch="//")
        bottom.set(xticks=places, ylim=(0, 1), yticks=[0, 0.5, 1], xlabel="class")
        bottom.tick_params(axis="x", labelsize=9)
    axes[1, 0].set_ylabel("probability")
    return figure
