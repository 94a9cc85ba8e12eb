"""Lecture 3: what a gradient says, what it costs, and how networks learn from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from nnlib.neuron import perturb_weights
from nnlib.viz.quiz import Question, Quiz
from nnlib.viz.style import GREY, PALETTE, new_figure, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Array = NDArray[np.floating]
Mode = Literal["one", "all"]
FORWARD, BACKWARD = PALETTE["blue"], PALETTE["vermillion"]
PASSES_PER_STEP = 3  # a backward pass is two products a layer, a forward pass one
TRIALS = 98
SMALL_CHANGE = 0.01


@styled
def slope_picture(w: float = 1.4) -> Figure:
    """A cost over one weight, its tangent at ``w``, and the two directions to go."""
    figure, axes = new_figure(size=(7.0, 4.2))
    grid = np.linspace(-2.2, 2.2, 101)
    axes.plot(grid, grid**2, marker="none", label="cost $J$")
    around, height, slope = np.array([w - 0.6, w + 0.7]), w * w, 2 * w
    axes.plot(around, height + slope * (around - w), marker="none", label="tangent")
    axes.plot([w], [height], linestyle="none", marker="o", color="black")
    for sign, name, color in [(1, "+ gradient", GREY), (-1, "− gradient", BACKWARD)]:
        axes.annotate(
            "",
            xy=(w + 0.9 * sign, -0.45),
            xytext=(w, -0.45),
            arrowprops={"arrowstyle": "-|>", "color": color, "lw": 2.5},
        )
        axes.text(w + 0.48 * sign, -0.95, name, ha="center", color=color, fontsize=12)
    axes.set(xlabel="weight $w$", ylabel="cost $J$", xlim=(-2.2, 2.4), ylim=(-1.3, 5.2))
    axes.set_title("The gradient points uphill")
    axes.legend(loc="upper center")
    return figure


@styled
def layer_stack(layers: int = 3) -> Figure:
    """Layers as boxes: scores and activities go right, deltas come back."""
    figure, axes = new_figure(size=(12.5, 2.7))
    last = 2 * layers + 1
    axes.set(xlim=(-0.7, last + 0.7), ylim=(-1.45, 0.8))
    axes.axis("off")
    names = ["$X$"]
    for layer in range(1, layers + 1):
        out = rf"$H^{{({layer})}}$" if layer < layers else r"$\hat{Y}$"
        names += [rf"$S^{{({layer})}}$", out]
    for i, name in enumerate([*names, "$J$"]):
        _box(axes, i, name)
        if i < last:
            _stack_arrow(axes, i, 0.22, forward=True)
        if 0 < i < last:
            _stack_arrow(axes, i, -0.22, forward=False)
    for layer in range(1, layers + 1):
        score = 2 * layer - 1
        _label(axes, score - 0.5, 0.55, rf"$W^{{({layer})}}$", FORWARD)
        _label(axes, score, -0.72, rf"$\Delta^{{({layer})}}$", BACKWARD)
        before = rf"H^{{({layer - 1})\top}}" if layer > 1 else r"X^\top"
        text = rf"$dW^{{({layer})}} = {before} \Delta^{{({layer})}}$"
        _label(axes, score, -1.2, text, BACKWARD)
        if layer < layers:
            _label(axes, score + 0.5, 0.55, "$f$", FORWARD)
    _label(axes, last - 1.5, 0.55, "output", FORWARD)
    _label(axes, last - 0.5, 0.55, "loss", FORWARD)
    return figure


def _box(axes: Any, x: float, name: str) -> None:
    box = {"boxstyle": "round,pad=0.45", "facecolor": "#F4F4F4", "edgecolor": "black"}
    axes.text(x, 0, name, ha="center", va="center", fontsize=15, bbox=box, zorder=3)


def _stack_arrow(axes: Any, left: int, y: float, *, forward: bool) -> None:
    ends = ((left + 0.3, y), (left + 0.72, y))
    axes.annotate(
        "",
        xy=ends[1] if forward else ends[0],
        xytext=ends[0] if forward else ends[1],
        arrowprops={
            "arrowstyle": "-|>",
            "color": FORWARD if forward else BACKWARD,
            "linestyle": "-" if forward else "--",
            "lw": 2,
        },
    )


def _label(axes: Any, x: float, y: float, text: str, color: str) -> None:
    axes.text(x, y, text, ha="center", va="center", color=color, fontsize=14)


@styled
def learning_race(
    cost: Callable[[Array], float],
    theta: Array,
    path: Sequence[float],
    gradient: Sequence[Sequence[Array]],
) -> Figure:
    """What forward passes buy: guessing against backprop, from the weights ``theta``.

    ``path`` holds the cost before each step of gradient descent, ``gradient`` the exact
    one at ``theta``, layer by layer in the order of ``theta``.
    """
    figure, (race, angle, price) = new_figure(1, 3, size=(13.0, 4.2))
    passes = PASSES_PER_STEP * np.arange(len(path))
    race.plot(passes, path, label="backprop")
    modes: dict[str, Mode] = {"one weight": "one", "all weights": "all"}
    for label, mode in modes.items():
        race.plot(*_guessing(cost, theta, mode, int(passes[-1])), label=label)
    race.set(xlabel="forward passes", ylabel="cost $J$", yscale="log")
    race.set_title("Learning")
    race.legend()
    exact = np.concatenate([part.ravel() for layer in gradient for part in layer])
    trials = np.array([10, 30, 100, 300, 1000])
    angle.plot(trials, [_cosine(cost, theta, int(n), exact) for n in trials])
    angle.axhline(1, color=GREY, linestyle="--", lw=1.5)
    angle.set(xlabel="trials averaged", ylabel="cosine", xscale="log", ylim=(0, 1.08))
    angle.set_title("Guessed and true gradient")
    _draw_price(price)
    return figure


def _draw_price(axes: Any) -> None:
    """Forward passes for one gradient, over the number of parameters."""
    parameters = np.logspace(1, 8, 8)
    axes.loglog(parameters, 2 * parameters, label="differences: $2P$")
    flat = np.full(len(parameters), PASSES_PER_STEP)
    axes.loglog(parameters, flat, label=f"backprop: {PASSES_PER_STEP}")
    axes.set(xlabel="parameters $P$", ylabel="forward passes")
    axes.set_title("Price of one gradient")
    axes.legend(loc="upper left")


def _guessing(
    cost: Callable[[Array], float], theta: Array, mode: Mode, budget: int
) -> tuple[list[int], list[float]]:
    """Forward passes spent and cost reached by changing weights at random."""
    rng = np.random.default_rng(1)
    passes, costs = [0], [float(cost(theta))]
    scale = 1.0 if mode == "one" else SMALL_CHANGE
    while passes[-1] + TRIALS + 2 <= budget:
        result = perturb_weights(
            cost, theta, rng=rng, mode=mode, trials=TRIALS, scale=scale, eta=0.3
        )
        theta = result.theta
        passes.append(passes[-1] + result.forward_passes)
        costs.append(result.loss)
    return passes, costs


def _cosine(
    cost: Callable[[Array], float], theta: Array, trials: int, gradient: Array
) -> float:
    """Cosine of the angle between the guessed and the exact gradient."""
    rng = np.random.default_rng(2)
    guess = perturb_weights(
        cost, theta, rng=rng, mode="all", trials=trials, scale=SMALL_CHANGE
    ).gradient
    if guess is None:
        raise RuntimeError("perturb_weights gave no gradient in mode 'all'")
    lengths = np.linalg.norm(guess) * np.linalg.norm(gradient)
    return float(np.sum(guess * gradient) / lengths)


@styled
def training_curves(panels: Mapping[str, Mapping[str, Sequence[float]]]) -> Figure:
    """One panel a title, one curve a name: cost over updates, logarithmic heights."""
    figure, axes = new_figure(1, len(panels), size=(12.5, 4.2))
    for axis, (title, curves) in zip(np.ravel(axes), panels.items(), strict=True):
        for name, cost in curves.items():
            axis.plot(np.arange(len(cost)), cost, label=name)
        axis.set(xlabel="updates", ylabel="cost $J$", yscale="log")
        axis.set_title(title)
        axis.legend(ncols=2 if len(curves) > 4 else 1)
    return figure


QUESTIONS = (
    Question(
        "A number x feeds three children in the graph. Its gradient is ...",
        (
            "the largest of the three contributions",
            "the sum over the children of local derivative times their gradient",
            "the product of the gradients of the children",
        ),
        1,
        "Small changes through several paths add up; along one path factors multiply.",
    ),
    Question(
        "S = XW + b with X (32, 64) and W (64, 10). Which product is dW?",
        ("X @ dS", "dS @ X.T", "X.T @ dS"),
        2,
        "(64, 32) times (32, 10) is (64, 10), the shape of W; the sum over the 32 "
        "samples is in the product.",
    ),
    Question(
        "Your dW is exactly 32 times the numerical gradient, for a batch of 32. Why?",
        (
            "the learning rate is too large",
            "the 1/N of the mean loss is missing in the first delta",
            "W is transposed",
        ),
        1,
        "The mean enters once, where the loss is differentiated, and every later "
        "gradient inherits it.",
    ),
    Question(
        "Which test would have found dz2/dx = 3x for z2 = x^3?",
        ("comparing at x = 1", "comparing at x = 2", "comparing at x = 0"),
        1,
        "At 0 and at 1 the wrong and the right formula agree.",
    ),
    Question(
        "A network has a million weights. One exact gradient by backpropagation costs "
        "about as much as ...",
        ("3 forward passes", "1000 forward passes", "2 million forward passes"),
        0,
        "One sweep forward, and a sweep backward with two products a layer.",
    ),
)


def quiz() -> Quiz:
    """The questions at the end of the lecture."""
    return Quiz(QUESTIONS)
