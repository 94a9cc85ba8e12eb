"""Lecture 3: computation graphs through which values and gradients flow step by step.

`graph_steps` draws any `Graph`; those of the lecture are in `graph_examples`.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from nnlib.viz.diagrams import INPUT_COLOR, UNIT_COLOR
from nnlib.viz.explore import Explorer, Slider
from nnlib.viz.graph_examples import CHAIN, NETWORK, NEURON, TWO_PATHS
from nnlib.viz.graph_model import (
    Graph,
    Node,
    Place,
    Progress,
    Trace,
    Weight,
    progress,
    run,
)
from nnlib.viz.style import GREY, PALETTE, new_figure, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORWARD, BACKWARD = PALETTE["blue"], PALETTE["vermillion"]
RADIUS = 0.42
SMALL = 12


@styled
def graph_steps(graph: Graph, step: int | None = None, **inputs: float) -> Figure:
    """``graph`` after ``step`` steps: forward through the nodes, then backward.

    By default after the last step. ``inputs`` replace numbers of ``graph.inputs``.
    """
    state = progress(graph, graph.last_step if step is None else step)
    trace = run(graph, **inputs)
    width, height = _extent(graph)
    figure, axes = new_figure(size=(0.9 * width, 0.9 * height))
    _prepare(axes, graph)
    _draw_edges(axes, graph, state, trace)
    for node in graph.nodes:
        _draw_node(axes, node, state, trace)
    for weight in graph.weights:
        _draw_weight(axes, graph, weight, state, trace)
    return figure


@styled
def network_paths(*names: str) -> Figure:
    """For each weight the paths along which it acts on the loss, one above another."""
    width, height = _extent(NETWORK)
    figure, panels = new_figure(
        len(names), 1, size=(0.75 * width, (0.75 * height + 0.3) * len(names))
    )
    weights = {weight.name: weight for weight in NETWORK.weights}
    for axes, name in zip(np.ravel(panels), names, strict=True):
        weight = weights[name]
        paths = NETWORK.paths(weight.to)
        edges = {edge for path in paths for edge in pairwise(path)}
        _draw_paths(axes, NETWORK, edges | {(weight.source, weight.to)}, name)
        axes.set_title(f"{weight.label}: paths to the loss: {len(paths)}")
    return figure


def _draw_paths(
    axes: Any, graph: Graph, bold: Collection[tuple[str, str]], name: str
) -> None:
    _prepare(axes, graph)
    places = _places(graph)
    for node in graph.nodes:
        for parent in node.parents:
            chosen = (parent, node.name) in bold
            _arrow(axes, (places[parent], places[node.name]), chosen, False)
        _draw_circle(axes, node, "black", 1.5)
    for weight in graph.weights:
        chosen = weight.name == name
        place = _weight_place(graph, weight)
        _edge_text(axes, place, weight.label, FORWARD if chosen else "black", chosen)


def _extent(graph: Graph) -> Place:
    """Width and height of the drawing: its circles and the texts around them."""
    right = max(node.place[0] for node in graph.nodes)
    top = max(node.place[1] for node in graph.nodes)
    return right + 2.1, top + 2.15


def _prepare(axes: Any, graph: Graph) -> None:
    width, height = _extent(graph)
    axes.set(xlim=(-0.9, width - 0.9), ylim=(-1.2, height - 1.2), aspect="equal")
    axes.axis("off")


def _places(graph: Graph) -> dict[str, Place]:
    return {node.name: node.place for node in graph.nodes}


def _between(start: Place, end: Place, share: float) -> Place:
    return (
        start[0] + share * (end[0] - start[0]),
        start[1] + share * (end[1] - start[1]),
    )


def _draw_edges(axes: Any, graph: Graph, state: Progress, trace: Trace) -> None:
    places = _places(graph)
    for node in graph.nodes:
        for parent in node.parents:
            start, end = places[parent], places[node.name]
            forward = state.direction == "forward" and state.current == node.name
            back = state.direction == "backward" and state.current == parent
            _arrow(axes, (end, start) if back else (start, end), forward, back)
            formula = graph.slopes.get((parent, node.name))
            if formula is not None:
                known = node.name in state.with_value and not formula.isdigit()
                number = f" = {trace.slope[parent, node.name]:.4g}" if known else ""
                _edge_text(axes, _between(start, end, 0.5), f"${formula}${number}")


def _arrow(axes: Any, ends: tuple[Place, Place], forward: bool, back: bool) -> None:
    from matplotlib.patches import FancyArrowPatch

    gap = (RADIUS + 0.06) / math.dist(*ends)
    # Not add_patch, here and below: it would measure every patch for axes limits.
    axes.add_artist(
        FancyArrowPatch(
            _between(*ends, gap),
            _between(*ends, 1 - gap),
            arrowstyle="-|>",
            mutation_scale=18,
            color=FORWARD if forward else BACKWARD if back else GREY,
            linewidth=3.2 if forward or back else 1.3,
            linestyle="--" if back else "-",
            shrinkA=0,
            shrinkB=0,
        )
    )


def _edge_text(
    axes: Any, place: Place, text: str, color: str = "black", large: bool = False
) -> None:
    axes.text(
        *place,
        text,
        ha="center",
        va="center",
        fontsize=20 if large else SMALL,
        color=color,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5},
    )


def _draw_circle(axes: Any, node: Node, edge: str, width: float) -> None:
    from matplotlib.patches import Circle

    color = INPUT_COLOR if node.rule is None else UNIT_COLOR
    axes.add_artist(
        Circle(
            node.place,
            RADIUS,
            facecolor=color,
            edgecolor=edge,
            linewidth=width,
            zorder=3,
        )
    )
    name = node.label.strip("$").partition(" = ")[0]
    axes.text(*node.place, f"${name}$", ha="center", va="center", zorder=4, fontsize=15)


def _draw_node(axes: Any, node: Node, state: Progress, trace: Trace) -> None:
    """Circle with its formula above, value and gradient below as far as known."""
    x, y = node.place
    color = FORWARD if state.direction == "forward" else BACKWARD
    current = node.name == state.current
    _draw_circle(axes, node, color if current else "black", 4 if current else 1.5)
    if " = " in node.label:
        axes.text(x, y + 0.55, node.label, ha="center", va="bottom")
    if node.name in state.with_value:
        _number(axes, x, y - 0.62, f"value {trace.data[node.name]:.4g}", FORWARD)
    if node.name in state.with_grad:
        _number(axes, x, y - 0.96, f"grad {trace.grad[node.name]:.4g}", BACKWARD)


def _number(axes: Any, x: float, y: float, text: str, color: str) -> None:
    axes.text(x, y, text, ha="center", va="center", color=color, fontsize=SMALL)


def _weight_place(graph: Graph, weight: Weight) -> Place:
    places = _places(graph)
    x, y = places[weight.to]
    if not weight.source:
        return x, y + 0.78
    return _between(places[weight.source], (x, y), weight.position)


def _draw_weight(
    axes: Any, graph: Graph, weight: Weight, state: Progress, trace: Trace
) -> None:
    """Name and value, and below them the gradient once its unit has been visited."""
    text = f"{weight.label} = {trace.data[weight.name]:.4g}"
    visited = weight.to in state.with_grad
    if visited:
        text += f"\ngrad {trace.grad[weight.name]:.3f}"
    color = BACKWARD if visited else "black"
    _edge_text(axes, _weight_place(graph, weight), text, color)


def describe_steps(graph: Graph, step: int | None = None, **inputs: float) -> str:
    """One sentence on the last of ``step`` steps, with its numbers."""
    step = graph.last_step if step is None else step
    state, trace = progress(graph, step), run(graph, **inputs)
    start = f"Computation graph, step {step} of {graph.last_step}"
    name = state.current
    if state.direction == "start":
        return f"{start}: only the inputs are known."
    if state.direction == "forward":
        return f"{start}, forward: {name} = {trace.data[name]:.4g}."
    if name == graph.output:
        return f"{start}, backward: d{name}/d{name} = 1, the start of the sweep."
    shares = [
        (trace.slope[name, child.name], trace.grad[child.name])
        for child in graph.children(name)
    ]
    products = " + ".join(f"({a:.4g})({b:.4g})" for a, b in shares)
    return (
        f"{start}, backward: d{graph.output}/d{name} = {products} = "
        f"{trace.grad[name]:.4g}, local derivative times gradient for each child."
    )


def chain(step: int | None = None, x: float = 1.0) -> Figure:
    """y = z^2 with z = 3x after some steps, the last by default."""
    return graph_steps(CHAIN, step, x=x)


def neuron(step: int | None = None) -> Figure:
    """One neuron and its squared error after some steps, the last by default."""
    return graph_steps(NEURON, step)


def two_paths(step: int | None = None, x: float = 2.0) -> Figure:
    """The two-path example after some steps, the last by default."""
    return graph_steps(TWO_PATHS, step, x=x)


def describe_two_paths(step: int, x: float) -> str:
    """One sentence on the two-path example."""
    return describe_steps(TWO_PATHS, step, x=x)


def explore_two_paths() -> Explorer:
    """Steps through the two-path example for any x."""
    steps = _step_slider(TWO_PATHS, 3)
    x = Slider("input x", 2.0, -2.0, 3.0, 0.1)
    return Explorer(two_paths, describe_two_paths, {"step": steps, "x": x})


def network(step: int | None = None, xi: float = 0.5) -> Figure:
    """The network with three hidden neurons after some steps, the last by default."""
    return graph_steps(NETWORK, step, xi=xi)


def describe_network(step: int, xi: float) -> str:
    """One sentence on the network with three hidden neurons."""
    return describe_steps(NETWORK, step, xi=xi)


def explore_network() -> Explorer:
    """Steps through the network with three hidden neurons for any xi."""
    steps = _step_slider(NETWORK, 5)
    xi = Slider("weight xi", 0.5, -3.0, 3.0, 0.1)
    return Explorer(network, describe_network, {"step": steps, "xi": xi})


def _step_slider(graph: Graph, start: int) -> Slider:
    return Slider("step", start, 0, graph.last_step, 1)
