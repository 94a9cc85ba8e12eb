"""Figures of lecture 2, third part: losses, divergences and bounded outputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from nnlib.activations import scaled_sigmoid, sigmoid
from nnlib.losses import kl_divergence
from nnlib.viz.plane import Array
from nnlib.viz.quiz import Question, Quiz
from nnlib.viz.style import GREY, MARKERS, PALETTE, new_figure, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

QUESTIONS = (
    Question(
        "You add 5 to all scores of a sample. What happens to its probabilities?",
        ("The largest grows.", "Nothing.", "They come closer to each other."),
        right=1,
        why="Numerator and denominator both get the factor exp(5).",
    ),
    Question(
        "A softmax output gives (0.5, 0.3, 0.2). You raise the third score. What "
        "happens to the first probability?",
        ("It falls.", "It stays.", "That depends on the first score."),
        right=0,
        why="The denominator grows and the first numerator stays.",
    ),
    Question(
        "A network ends in a sigmoid and its code predicts class 1 where the output "
        "is at least 0. What do you see?",
        ("Balanced errors.", "Every sample is class 1.", "Every sample is class 0."),
        right=1,
        why="A sigmoid is never negative. The threshold 0 belongs to the score.",
    ),
    Question(
        "The true class gets probability 1/4. How large is the loss in base 2?",
        ("2", "1/4", "ln 4"),
        right=0,
        why="-log2(1/4) = 2; with the natural logarithm it would be ln 4 = 1.386.",
    ),
    Question(
        "An untrained network gives each of ten classes about the same probability. "
        "Which loss do you expect?",
        ("About 0.1", "About 1", "About 2.3"),
        right=2,
        why="-ln(1/10) = 2.303. A first loss far from it is a warning.",
    ),
)


@styled
def training_stages(stages: Sequence[float], true_class: int = 2) -> Figure:
    """Outputs of three stages of training beside their target, on the curve -ln p.

    ``stages`` are the probabilities of the true class of three; the other two classes
    share the rest evenly, since they do not count.
    """
    figure, axes = new_figure(1, len(stages) + 1, size=(12.5, 3.8))
    places = np.arange(1.0, 4.0)
    target = (places == true_class).astype(float)
    for i, (ax, p) in enumerate(zip(axes, stages, strict=False)):
        output = np.where(target == 1, p, (1 - p) / 2)
        _pair_of_bars(ax, places, target, output)
        ax.set(title=f"stage {i + 1}: loss {-np.log(p):.2f}", xlabel="class")
    axes[0].set_ylabel("probability")
    axes[0].legend(loc="upper left")
    curve = axes[-1]
    grid = np.linspace(0.02, 1, 200)
    curve.plot(grid, -np.log(grid), color=GREY, marker="none")
    for i, p in enumerate(stages):
        curve.plot(p, -np.log(p), MARKERS[i], color=PALETTE["vermillion"], ms=10)
        curve.annotate(f" {i + 1}", (p, -np.log(p)), (6, 6), textcoords="offset points")
    curve.set(xlabel="$p$ of the true class", ylabel=r"$-\ln\,p$", title="the loss")
    return figure


def _pair_of_bars(axes: Any, places: Array, target: Array, output: Array) -> None:
    common = {"width": 0.38, "edgecolor": "black"}
    axes.bar(places - 0.2, target, color="#CCCCCC", label="$y$", **common)
    axes.bar(
        places + 0.2,
        output,
        color=PALETTE["sky"],
        hatch="//",
        label=r"$\hat{y}$",
        **common,
    )
    axes.set(xticks=places, ylim=(0, 1.3), yticks=[0, 0.5, 1])


@styled
def binary_branches() -> Figure:
    """The two branches of the binary cross-entropy over the output p."""
    figure, ax = new_figure(size=(7.5, 4.0))
    p = np.linspace(0.005, 0.995, 199)
    look = {"marker": "none"}
    ax.plot(p, -np.log(p), "-", label=r"$y=1$: $-\ln\,p$", **look)
    ax.plot(p, -np.log(1 - p), "--", label=r"$y=0$: $-\ln(1-p)$", **look)
    ax.set(xlabel="output $p = P(\\mathrm{class}\\ 1)$", ylabel="loss", ylim=(0, 5))
    ax.legend(loc="upper center")
    return figure


@styled
def losses_by_score() -> Figure:
    """Losses of a sample of class 1 over its score s, and their slopes."""
    figure, (left, right) = new_figure(1, 2, size=(11.0, 4.2))
    s = np.linspace(-6, 6, 241)
    p = sigmoid(s)[0]
    jump = np.where(s == 0, np.nan, 0.0)  # the step is drawn without a riser
    curves = [
        ("0/1", "-", "black", (s < 0) + jump, jump),
        ("squared", "--", "blue", (p - 1) ** 2, 2 * (p - 1) * p * (1 - p)),
        ("cross-entropy", "-.", "vermillion", np.logaddexp(0, -s), p - 1),
    ]
    for name, dashes, color, value, slope in curves:
        look = {"color": PALETTE[color], "marker": "none", "label": name}
        left.plot(s, value, dashes, **look)
        right.plot(s, slope, dashes, **look)
    left.set(xlabel="score $s$", ylabel="loss", title="loss when $y=1$", ylim=(-0.1, 4))
    right.set(xlabel="score $s$", ylabel="slope", title="what training feels")
    right.set_ylim(-1.1, 0.15)
    left.legend(loc="upper right")
    return figure


@styled
def losses_by_probability() -> Figure:
    """0/1 loss and cross-entropy in both bases over the true class's probability."""
    figure, ax = new_figure(size=(8.0, 4.2))
    p = np.linspace(0.08, 1, 231)
    look = {"marker": "none"}
    ax.step([0.08, 0.5, 1], [1, 1, 0], color="black", label="0/1, two classes", **look)
    natural, binary = PALETTE["blue"], PALETTE["vermillion"]
    ax.plot(p, -np.log(p), "--", color=natural, label=r"$-\ln\,p$", **look)
    ax.plot(p, -np.log2(p), "-.", color=binary, label=r"$-\log_2 p$", **look)
    gap = np.linspace(np.exp(-1), 0.5, 40)
    ax.fill_between(gap, -np.log(gap), 1, color=PALETTE["sky"], alpha=0.5)
    arrow = {"arrowstyle": "->", "color": "black"}
    ax.annotate(
        r"wrong, yet $-\ln\,p < 1$",
        xy=(0.45, 0.9),
        xytext=(0.56, 1.6),
        arrowprops=arrow,
    )
    ax.plot(0.4, -np.log(0.4), "o", color=natural)
    ax.plot(0.4, -np.log2(0.4), "^", color=binary)
    ax.set(xlabel="probability $p$ of the true class", ylabel="loss", ylim=(-0.1, 3.2))
    ax.legend(loc="upper right")
    return figure


@styled
def kl_both_ways(y: Array, prediction: Array) -> Figure:
    """Two distributions as bars, and both divergences for every two-point prediction.

    ``y`` and ``prediction`` are distributions over two classes.
    """
    figure, (left, right) = new_figure(1, 2, size=(11.0, 4.0))
    _pair_of_bars(left, np.array([1.0, 2.0]), np.asarray(y), np.asarray(prediction))
    left.set(xlabel="class", ylabel="probability", title="target and prediction")
    left.legend(loc="upper right")
    q = np.linspace(0.002, 0.998, 250)
    pairs = np.column_stack([q, 1 - q])
    forward = [kl_divergence(y, pair)[0] for pair in pairs]
    backward = [kl_divergence(pair, y)[0] for pair in pairs]
    look = {"marker": "none"}
    right.plot(q, forward, "-", label=r"$\mathrm{KL}(y\,\Vert\,\hat{y})$", **look)
    right.plot(q, backward, "--", label=r"$\mathrm{KL}(\hat{y}\,\Vert\,y)$", **look)
    right.axvline(y[0], color=GREY, linestyle=":", marker="none")
    right.set(xlabel=r"$\hat{y}_1$", ylabel="divergence", title="not symmetric")
    right.set_ylim(-0.1, 4)
    right.legend(loc="upper right")
    return figure


@styled
def scaled_sigmoid_curve(low: float, high: float) -> Figure:
    """A sigmoid stretched to an interval, with its bounds and its middle."""
    figure, ax = new_figure(size=(7.5, 3.8))
    s = np.linspace(-8, 8, 161)
    ax.plot(s, scaled_sigmoid(s, low, high)[0], marker="none")
    for bound in (low, high):
        ax.axhline(bound, color=GREY, linestyle="--", marker="none", lw=1.5)
    middle = (low + high) / 2
    ax.plot(0, middle, "o", color=PALETTE["vermillion"])
    ax.annotate(f"(0, {middle:g})", (0, middle), (10, -16), textcoords="offset points")
    ax.set(xlabel="score $s$", ylabel=r"output $\hat{y}$", yticks=[low, 0, high])
    return figure


def noisy_line() -> tuple[Array, Array, Array]:
    """Fourteen noisy points of a line, x and y, and the best line through them at x."""
    x = np.linspace(-1, 1, 14)
    y = 0.5 + 2 * x + np.random.default_rng(8).normal(0, 0.5, 14)
    return x, y, np.polyval(np.polyfit(x, y, 1), x)


@styled
def regression_residuals(x: Array, y: Array, prediction: Array) -> Figure:
    """A fit with its residuals, and the squared error that each of them costs."""
    figure, (left, right) = new_figure(1, 2, size=(10.5, 4.0))
    order, error = np.argsort(x), prediction - y
    line = {"color": PALETTE["blue"], "marker": "none"}
    left.plot(x[order], prediction[order], "-", label=r"$\hat{y}$", **line)
    left.vlines(x, y, prediction, color=PALETTE["vermillion"], linestyle=":")
    left.plot(x, y, "o", color="black", label="$y$")
    left.set(xlabel="$x$", title="residuals")
    left.xaxis.get_major_locator().set_params(nbins=5)
    left.legend(loc="upper left")
    reach = 1.15 * float(np.abs(error).max())
    grid = np.linspace(-reach, reach, 101)
    right.plot(grid, grid**2, "-", **line)
    right.plot(error, error**2, "^", color=PALETTE["vermillion"])
    right.set(xlabel=r"residual $\hat{y} - y$", ylabel="squared error")
    right.set_title("what each of them costs")
    return figure


def quiz() -> Quiz:
    """The questions at the end of lecture 2."""
    return Quiz(QUESTIONS)
