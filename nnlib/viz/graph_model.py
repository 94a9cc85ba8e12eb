"""Computation graphs as the lectures draw them: named nodes, computed one by one.

A drawn node may hold a whole formula, as sigmoid(w x + b). Every number comes from
`nnlib.autodiff`: the gradients from one backward pass over the whole graph, the local
derivative on an edge from a backward pass over the formula of one node.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from nnlib.autodiff import Value

Place = tuple[float, float]
Rule = Callable[[Mapping[str, Value]], Value]


@dataclass(frozen=True)
class Node:
    """A circle. Without a ``rule`` it is an input, and ``data`` needs no gradient."""

    name: str
    label: str
    place: Place
    rule: Rule | None = None
    parents: tuple[str, ...] = ()
    is_data: bool = False


@dataclass(frozen=True)
class Weight:
    """A parameter, written on the edge from ``source`` or, as bias, beside ``to``."""

    name: str
    label: str
    to: str
    source: str = ""
    position: float = 0.5  # of the label, from the source (0) to the target (1)


@dataclass(frozen=True)
class Graph:
    """Nodes in an order in which they can be computed; the last is the output.

    ``slopes`` holds formulas of local derivatives for the edges that shall show them.
    """

    nodes: tuple[Node, ...]
    inputs: Mapping[str, float]
    weights: tuple[Weight, ...] = ()
    slopes: Mapping[tuple[str, str], str] = field(default_factory=dict)

    @property
    def output(self) -> str:
        """Name of the node whose derivatives are taken."""
        return self.nodes[-1].name

    @property
    def computed(self) -> tuple[Node, ...]:
        """Nodes of the forward pass, in its order."""
        return tuple(node for node in self.nodes if node.rule is not None)

    @property
    def visited(self) -> tuple[Node, ...]:
        """Nodes of the backward pass, in its order."""
        return tuple(node for node in reversed(self.nodes) if not node.is_data)

    @property
    def last_step(self) -> int:
        """Number of steps: one for each node, forward and then backward."""
        return len(self.computed) + len(self.visited)

    def children(self, name: str) -> tuple[Node, ...]:
        """Nodes that are computed from this one."""
        return tuple(node for node in self.nodes if name in node.parents)

    def paths(self, name: str) -> list[tuple[str, ...]]:
        """Every path from a node to the output, as names of nodes."""
        if name == self.output:
            return [(name,)]
        onward = [
            path for child in self.children(name) for path in self.paths(child.name)
        ]
        return [(name, *path) for path in onward]


@dataclass(frozen=True)
class Trace:
    """All numbers of one run: values, gradients, local derivatives of the edges."""

    data: Mapping[str, float]
    grad: Mapping[str, float]
    slope: Mapping[tuple[str, str], float]


def run(graph: Graph, **changed: float) -> Trace:
    """Forward and backward pass of ``graph`` with some of its inputs changed."""
    unknown = sorted(set(changed) - set(graph.inputs))
    if unknown:
        names = ", ".join(graph.inputs)
        raise ValueError(f"the graph has no input {unknown[0]!r}; it has {names}")
    values = {name: Value(x) for name, x in {**graph.inputs, **changed}.items()}
    slope: dict[tuple[str, str], float] = {}
    for node in graph.computed:
        slope |= _local_slopes(node, values)
        values[node.name] = _rule(node)(values)
    values[graph.output].backward()
    data = {name: value.data for name, value in values.items()}
    return Trace(data, {name: value.grad for name, value in values.items()}, slope)


def _local_slopes(
    node: Node, values: Mapping[str, Value]
) -> dict[tuple[str, str], float]:
    """Derivatives of one node by its parents alone: fresh inputs cut the graph."""
    fresh = {name: Value(value.data) for name, value in values.items()}
    _rule(node)(fresh).backward()
    return {(parent, node.name): fresh[parent].grad for parent in node.parents}


def _rule(node: Node) -> Rule:
    if node.rule is None:
        raise ValueError(f"node {node.name!r} is an input, it has nothing to compute")
    return node.rule


@dataclass(frozen=True)
class Progress:
    """What is known after ``step`` steps, and which node was last."""

    with_value: frozenset[str]
    with_grad: frozenset[str]
    current: str
    direction: str


def progress(graph: Graph, step: int) -> Progress:
    """State of the two sweeps after ``step`` steps (0: only the inputs are known)."""
    if not 0 <= step <= graph.last_step:
        raise ValueError(f"step must be 0 to {graph.last_step}, got {step}")
    names = [node.name for node in graph.computed]
    forward = names[:step]
    back = [node.name for node in graph.visited][: max(0, step - len(names))]
    sweep = back or forward
    return Progress(
        frozenset([*graph.inputs, *forward]),
        frozenset(back),
        sweep[-1] if sweep else "",
        "backward" if back else "forward" if forward else "start",
    )
