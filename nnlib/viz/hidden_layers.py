"""Figures and explorer of lecture 1, second half: what hidden layers add."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from nnlib.activations import sigmoid
from nnlib.data import tent_map, xor
from nnlib.viz.explore import Explorer, Slider
from nnlib.viz.plane import Array, draw_classes, draw_line, draw_map, plane_grid
from nnlib.viz.style import GREY, LINE_STYLES, PALETTE, new_figure, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

XOR_X, XOR_Y = xor()
XOR_SQUARE = (-0.5, 1.5)
# Hidden units OR and NAND, output unit AND, as the lecture builds them.
XOR_W1 = np.array([[1.0, -1.0], [1.0, -1.0]])
XOR_W2 = np.array([1.0, 1.0])
# On a smooth output the steps' threshold between 1 and 2 stays at the middle, 1.5.
XOR_B2 = -1.5


def _xor_units(X: Array, b_or: float, b_nand: float, a: float) -> tuple[Array, Array]:
    """Hidden outputs (..., 2) and output (...) of the XOR network."""
    hidden = sigmoid(X @ XOR_W1 + np.array([b_or, b_nand]), slope=a)[0]
    return hidden, sigmoid(hidden @ XOR_W2 + XOR_B2, slope=a)[0]


@styled
def xor_failing_lines() -> Figure:
    """XOR with three lines; whichever line one draws, a point is on the wrong side."""
    figure, ax = new_figure(size=(5.6, 4.4))
    tries = [([1.0, 1.0], -0.5), ([-1.0, -1.0], 1.5), ([1.0, -1.0], -0.5)]
    for (w, b), look, color in zip(
        tries, LINE_STYLES, ["black", "purple", "green"], strict=False
    ):
        line: dict[str, Any] = {"linestyle": look, "color": PALETTE[color]}
        draw_line(ax, np.array(w), b, *XOR_SQUARE, **line)
    draw_classes(ax, XOR_X, XOR_Y, size=160)
    ax.set(xlabel="$x_1$", ylabel="$x_2$", title="XOR: each line misses a point")
    ax.set(xticks=[0, 1], yticks=[0, 1], aspect="equal")
    ax.legend(loc="center left", bbox_to_anchor=(1.02, 0.5))
    return figure


@styled
def xor_maps(b_or: float = -0.5, b_nand: float = 1.5, a: float = 10.0) -> Figure:
    """What each hidden unit of the XOR network sees, hidden space, and the output."""
    figure, (first, second, space, last) = new_figure(1, 4, size=(12.0, 3.7))
    hidden, output = _xor_units(plane_grid(*XOR_SQUARE, 61), b_or, b_nand, a)
    maps = [(first, hidden[..., 0], "$h_1$: $x_1$ OR $x_2$")]
    maps += [(second, hidden[..., 1], "$h_2$: NOT ($x_1$ AND $x_2$)")]
    maps += [(last, output, r"$\hat{y}$: $h_1$ AND $h_2$")]
    for ax, values, title in maps:
        draw_map(ax, values, *XOR_SQUARE)
        draw_classes(ax, XOR_X, XOR_Y, size=90)
        ax.set(title=title, xticks=[0, 1], yticks=[0, 1] if ax is first else [])
    second.set_ylabel("")
    last.set_ylabel("")
    for k, (ax, b) in enumerate([(first, b_or), (second, b_nand)]):
        draw_line(ax, XOR_W1[:, k], b, *XOR_SQUARE, color="black", linestyle="--")
    _draw_hidden_space(space, b_or, b_nand, a)
    return figure


def _draw_hidden_space(axes: Any, b_or: float, b_nand: float, a: float) -> None:
    """The four inputs as the output unit sees them, with its boundary."""
    points, _ = _xor_units(XOR_X, b_or, b_nand, a)
    draw_line(axes, XOR_W2, XOR_B2, -0.3, 1.3, color="black", linestyle="--")
    draw_classes(axes, points, XOR_Y, size=90)
    # Both units add x1 and x2, so (0,1) and (1,0) land on the same place. The names
    # stand on different sides of their points, which may come close to each other.
    names = {0: "(0,0)", 1: "(0,1), (1,0)", 3: "(1,1)"}
    shifts = {0: (0, -20), 1: (0, 9), 3: (-9, -5)}
    for i, name in names.items():
        axes.annotate(
            name,
            points[i],
            xytext=shifts[i],
            textcoords="offset points",
            fontsize=11,
            ha="right" if points[i, 0] > 0.5 else "left",
        )
    axes.set(title="hidden space", xlabel="$h_1$", ylabel="$h_2$")
    axes.set(xticks=[0, 1], yticks=[0, 1], aspect="equal")


def describe_xor_maps(b_or: float, b_nand: float, a: float) -> str:
    """What ``xor_maps`` shows, with the outputs at the four points."""
    _, output = _xor_units(XOR_X, b_or, b_nand, a)
    right = int(((output >= 0.5) == XOR_Y).sum())
    values = ", ".join(f"{value:.2f}" for value in output)
    return (
        f"XOR network, slope a = {a:.3g}, biases {b_or:g} (OR) and {b_nand:g} (NAND): "
        f"outputs {values} at (0,0), (0,1), (1,0), (1,1); {right} of 4 points right."
    )


def explore_xor() -> Explorer:
    """Sliders for the two hidden biases and the slope of the XOR network."""
    return Explorer(
        xor_maps,
        describe_xor_maps,
        {
            "b_or": Slider("bias of the OR unit", -0.5, -2.0, 0.5, 0.1),
            "b_nand": Slider("bias of the NAND unit", 1.5, -0.5, 3.0, 0.1),
            "a": Slider("slope a", 10.0, 1.0, 100.0, 0.1, logarithmic=True),
        },
    )


@styled
def tent_maps(depth: int = 5) -> Figure:
    """The tent map composed 1 to ``depth`` times, with its number of pieces."""
    figure, axes = new_figure(1, depth, size=(2.6 * depth, 3.0))
    x = np.arange(2**10 + 1) / 2**10  # every corner of up to ten folds is in it
    for layers, ax in enumerate(np.atleast_1d(axes), start=1):
        ax.plot(x, tent_map(x, layers), marker="none")
        name = "layer" if layers == 1 else "layers"
        ax.set(title=f"{layers} {name}:\n{2**layers} pieces", xlabel="$x$")
        ax.set(xticks=[0, 1], yticks=[0, 1], ylim=(-0.05, 1.1))
    return figure


@styled
def width_fits(
    x: Array, y: Array, fits: Mapping[int, Array], errors: Mapping[int, float]
) -> Figure:
    """A curve and its fits by networks of several widths, one panel a width."""
    figure, axes = new_figure(1, len(fits), size=(12.0, 3.6))
    for ax, (width, fit) in zip(np.atleast_1d(axes), fits.items(), strict=True):
        ax.plot(x, y, "-", color=GREY, marker="none", lw=4, alpha=0.5, label="target")
        ax.plot(
            x, fit, "--", color=PALETTE["vermillion"], marker="none", label="network"
        )
        ax.set(
            title=f"{width} hidden units\nmse {errors[width]:.3f}",
            xlabel="$x$",
            ylim=(min(y.min(), -1.2), max(y.max(), 1.2)),
        )
    np.atleast_1d(axes)[0].legend(loc="lower right")
    return figure


@styled
def decision_maps(
    X: Array, y: Array, models: Mapping[str, Callable[[Array], Array]]
) -> Figure:
    """Output of each model over the plane, its boundary, and the data."""
    figure, axes = new_figure(1, len(models), size=(4.6 * len(models) + 0.8, 4.2))
    low, high = float(X.min()) - 0.4, float(X.max()) + 0.4
    grid = plane_grid(low, high, 101)
    for ax, (name, model) in zip(np.atleast_1d(axes), models.items(), strict=True):
        values = np.asarray(model(grid.reshape(-1, 2))).reshape(grid.shape[:2])
        image = draw_map(ax, values, low, high)
        ax.contour(
            grid[..., 0],
            grid[..., 1],
            values,
            levels=[0.5],
            colors="black",
            linewidths=2,
        )
        draw_classes(ax, X, y, size=28)
        ax.set_title(name)
    figure.colorbar(image, ax=list(np.atleast_1d(axes)), label="output", shrink=0.85)
    return figure


@styled
def feature_maps(X: Array, y: Array, hidden: Callable[[Array], Array]) -> Figure:
    """Each hidden unit's output over the plane: the features a network learned."""
    low, high = float(X.min()) - 0.4, float(X.max()) + 0.4
    grid = plane_grid(low, high, 61)
    units = np.asarray(hidden(grid.reshape(-1, 2)))
    count = units.shape[1]
    columns = min(count, 4)
    rows = -(-count // columns)
    figure, axes = new_figure(rows, columns, size=(2.9 * columns, 2.7 * rows))
    reach = float(np.abs(units).max())
    for k, ax in enumerate(np.ravel(axes)):
        if k >= count:
            ax.remove()
            continue
        draw_map(ax, units[:, k].reshape(grid.shape[:2]), low, high, (-reach, reach))
        draw_classes(ax, X, y, size=8)
        ax.set(title=f"$h_{{{k + 1}}}$", xticks=[], yticks=[], xlabel="", ylabel="")
    return figure


@styled
def digit_samples(images: Array, labels: Sequence[int]) -> Figure:
    """A row of grey digit images with their labels."""
    figure, axes = new_figure(1, len(labels), size=(1.2 * len(labels), 1.7))
    for ax, image, label in zip(np.atleast_1d(axes), images, labels, strict=True):
        ax.imshow(np.squeeze(image), cmap="gray_r")
        ax.set_title(str(label))
        ax.axis("off")
    return figure
