"""Figures and explorer of lecture 1, first half: one neuron."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from nnlib.activations import (
    Activation,
    derivative,
    relu,
    sigmoid,
    step,
    tanh,
)
from nnlib.viz.explore import Explorer, Slider
from nnlib.viz.plane import Array, draw_classes, draw_line, draw_map, plane_grid
from nnlib.viz.quiz import Question, Quiz
from nnlib.viz.style import GREY, PALETTE, new_figure, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TOY_SQUARE = (-5.0, 5.0)

QUESTIONS = (
    Question(
        "A neuron has w = (3, 4) and b = -10. How far is its boundary from the origin?",
        ("10", "2", "2.5"),
        right=1,
        why="The distance is -b divided by the length of w, 10 / 5 = 2.",
    ),
    Question(
        "You make the slope of a sigmoid neuron ten times larger. What happens to the "
        "points where its output is 1/2?",
        ("They move towards the origin.", "They move away.", "They stay."),
        right=2,
        why="The output is 1/2 where the score is 0, whatever the slope.",
    ),
    Question(
        "A perceptron started from zero weights does not stop on your data. You halve "
        "the learning rate. What changes?",
        (
            "Weights and bias are halved, the decisions stay.",
            "It takes longer to stop.",
            "It stops.",
        ),
        right=0,
        why="All updates are multiples of the rate, and only signs decide.",
    ),
    Question(
        "A network has 4 inputs, 3 hidden units and 2 outputs, all with biases. How "
        "many numbers can be learned?",
        ("18", "23", "20"),
        right=1,
        why="4 * 3 + 3 biases, then 3 * 2 + 2 biases: 15 + 8 = 23.",
    ),
    Question(
        "You stack ten layers without activation functions. What can they compute?",
        ("Anything.", "XOR, but no more.", "What one linear layer can."),
        right=2,
        why="A product of matrices is one matrix.",
    ),
)


@styled
def activation_curves() -> Figure:
    """Step, sigmoid, tanh and ReLU, each with its derivative."""
    figure, axes = new_figure(1, 4, size=(12.0, 3.6))
    s = np.linspace(-4, 4, 401)
    gap = np.where(np.abs(s) < 1e-9, np.nan, 0.0)  # jumps are not joined by a line
    curves = [("step", step(s) + gap, gap)]
    smooth: dict[str, Activation] = {"sigmoid": sigmoid, "tanh": tanh, "ReLU": relu}
    for name, f in smooth.items():
        slope = derivative(f, s) + (gap if name == "ReLU" else 0.0)
        curves.append((name, f(s)[0], slope))
    for ax, (name, value, slope) in zip(axes, curves, strict=True):
        ax.plot(s, value, "-", color=PALETTE["blue"], marker="none", label="$f(s)$")
        ax.plot(
            s, slope, "--", color=PALETTE["vermillion"], marker="none", label="$f'(s)$"
        )
        ax.set(title=name, xlabel="$s$", ylim=(-1.2, 2.2), xticks=[-4, -2, 0, 2, 4])
    axes[0].plot(0, 1, "o", color=PALETTE["blue"])
    axes[0].plot(0, 0, "o", color=PALETTE["blue"], markerfacecolor="white")
    axes[0].legend(loc="upper left")
    return figure


@styled
def slope_family(slopes: Sequence[float] = (10.0, 1.0, 0.1)) -> Figure:
    """Sigmoids of several slopes: nearly a step, soft, nearly linear."""
    figure, ax = new_figure(size=(7.5, 3.6))
    s = np.linspace(-8, 8, 801)
    for a in slopes:
        ax.plot(s, sigmoid(s, slope=a)[0], label=f"$a = {a:g}$")
    ax.set(xlabel="$s$", ylabel=r"$\sigma(s)$", title="Sigmoid with slope $a$")
    ax.legend()
    return figure


@styled
def plane_geometry(w: Array, b: float) -> Figure:
    """The boundary of a neuron: a line for two inputs, a plane for three."""
    figure, axes = new_figure(1, 2, size=(10.5, 4.6))
    axes[1].remove()  # its place is taken by axes in space
    _draw_boundary_and_normal(axes[0], np.asarray(w, dtype=float), b)
    _draw_plane(figure.add_subplot(122, projection="3d"))
    return figure


def _draw_boundary_and_normal(axes: Any, w: Array, b: float) -> None:
    draw_line(axes, w, b, -3, 4, color="black", label="$w_1x_1 + w_2x_2 + b = 0$")
    foot = -b * w / (w @ w)
    arrow = {"arrowstyle": "-|>", "lw": 2.5, "color": PALETTE["vermillion"]}
    axes.annotate("", xy=foot + w, xytext=foot, arrowprops=arrow)
    axes.text(*(foot + w + 0.1), "$w$", color=PALETTE["vermillion"], fontsize=16)
    axes.plot([0, foot[0]], [0, foot[1]], ":", color=GREY, marker="none")
    axes.text(*(foot / 2 + [-1.9, 0.1]), r"$-b/\Vert w\Vert$", color=GREY)
    axes.plot(0, 0, "o", color="black")
    axes.text(2.4, 2.8, "$s > 0$")
    axes.text(-2.6, -1.5, "$s < 0$")
    axes.set(xlabel="$x_1$", ylabel="$x_2$", aspect="equal", title="Two inputs: a line")
    axes.legend(loc="lower left")


def _draw_plane(axes: Any) -> None:
    """A plane with its normal; the numbers only have to look well."""
    u, v = np.meshgrid([-1.0, 2.0], [-1.0, 2.0])
    axes.plot_surface(u, v, 1.5 - (u + v) / 2, alpha=0.45, color=PALETTE["sky"])
    axes.quiver(0.5, 0.5, 1.0, 0.5, 0.5, 1.0, color=PALETTE["vermillion"], lw=2.5)
    axes.text(1.05, 1.05, 2.15, "$w$", color=PALETTE["vermillion"], fontsize=16)
    axes.set(xlim=(-1, 2), ylim=(-1, 2), zlim=(-0.5, 2.5))
    axes.set(xticks=[-1, 1], yticks=[0, 2], zticks=[0, 1, 2])
    axes.set(xlabel="$x_1$", ylabel="$x_2$", title="Three inputs: a plane")
    axes.set_zlabel("$x_3$")
    axes.set_box_aspect((1, 1, 0.9), zoom=0.88)


@styled
def slope_maps(
    w: Array, b: float, slopes: Sequence[float] = (10.0, 1.0, 0.1)
) -> Figure:
    """Score and outputs of one neuron over the square, outputs on one colour scale."""
    figure, axes = new_figure(1, 1 + len(slopes), size=(13.0, 3.7))
    w, (low, high) = np.asarray(w, dtype=float), TOY_SQUARE
    score = plane_grid(low, high) @ w + b
    reach = float(np.abs(score).max())
    image = draw_map(axes[0], score, low, high, (-reach, reach))
    axes[0].set_title("score $s$")
    figure.colorbar(image, ax=axes[0], shrink=0.8)
    for ax, a in zip(axes[1:], slopes, strict=True):
        image = draw_map(ax, sigmoid(score, slope=a)[0], low, high)
        ax.set(title=f"output, $a = {a:g}$", ylabel="")
    figure.colorbar(image, ax=list(axes[1:]), shrink=0.8)
    for ax in axes:
        draw_line(ax, w, b, low, high, color="black", linestyle="--", lw=1.5)
    return figure


@styled
def neuron_map(
    w1: float = 1.0, w2: float = 1.0, b: float = -2.0, a: float = 1.0
) -> Figure:
    """Output of one sigmoid neuron over the square, and along its normal."""
    figure, (left, right) = new_figure(1, 2, size=(9.0, 4.0))
    w, (low, high) = np.array([w1, w2]), TOY_SQUARE
    draw_map(left, sigmoid(plane_grid(low, high) @ w + b, slope=a)[0], low, high)
    draw_line(left, w, b, low, high, color="black", linestyle="--")
    left.set(title="output: blue 0, orange 1", xticks=[-4, 0, 4], yticks=[-4, 0, 4])
    left.annotate(
        "",
        xy=(w1, w2),
        xytext=(0, 0),
        arrowprops={"arrowstyle": "-|>", "lw": 2.5, "color": PALETTE["black"]},
    )
    s = np.linspace(-12, 12, 241)
    right.plot(s, sigmoid(s, slope=a)[0], marker="none")
    right.axhline(0.5, color=GREY, linestyle=":", lw=1.5)
    right.set(xlabel="score $s$", title=r"output against $s$", ylim=(-0.05, 1.05))
    return figure


def describe_neuron_map(w1: float, w2: float, b: float, a: float) -> str:
    """What ``neuron_map`` shows, with the numbers of the present setting."""
    score = plane_grid(*TOY_SQUARE, 2) @ np.array([w1, w2]) + b
    output = sigmoid(score, slope=a)[0]
    if w1 == 0 and w2 == 0:
        where = "both weights are 0, so the output is the same everywhere"
    else:
        where = (
            f"boundary {w1:g} x1 + {w2:g} x2 + {b:g} = 0, at distance "
            f"{abs(b) / np.hypot(w1, w2):.2f} from the origin"
        ).replace("+ -", "- ")
    return (
        f"One sigmoid neuron with slope a = {a:.3g}: {where}; "
        f"output from {output.min():.3g} to {output.max():.3g} on the square."
    )


def explore_neuron() -> Explorer:
    """Sliders for the weights, the bias and the slope of one neuron."""
    return Explorer(
        neuron_map,
        describe_neuron_map,
        {
            "w1": Slider("weight w1", 1.0, -3.0, 3.0, 0.1),
            "w2": Slider("weight w2", 1.0, -3.0, 3.0, 0.1),
            "b": Slider("bias b", -2.0, -10.0, 10.0, 0.5),
            "a": Slider("slope a", 1.0, 0.1, 10.0, 0.1, logarithmic=True),
        },
    )


@styled
def perceptron_progress(
    X: Array,
    y: Array,
    lines: Sequence[tuple[Array, float]],
    mistakes: dict[str, Sequence[int]],
) -> Figure:
    """Boundaries after each epoch (last one solid), and mistakes in each epoch."""
    figure, (left, right) = new_figure(1, 2, size=(10.0, 4.2))
    low, high = float(X.min()) - 1, float(X.max()) + 1
    for i, (w, b) in enumerate(lines):
        last = i == len(lines) - 1
        look = {"color": "black" if last else GREY, "ls": "-" if last else ":"}
        draw_line(left, np.asarray(w, dtype=float), b, low, high, **look)
    draw_classes(left, X, y)
    left.set(xlabel="$x_1$", ylabel="$x_2$", title="Boundary after each epoch")
    left.legend(loc="upper left")
    for name, counts in mistakes.items():
        right.plot(np.arange(1, len(counts) + 1), counts, label=name)
    right.set(xlabel="epoch", ylabel="mistakes", title="Mistakes in each epoch")
    right.set_ylim(-0.3)
    for axis in (right.xaxis, right.yaxis):
        axis.get_major_locator().set_params(integer=True)
    right.legend()
    return figure


def quiz() -> Quiz:
    """The questions at the end of lecture 1."""
    return Quiz(QUESTIONS)
