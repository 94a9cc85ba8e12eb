"""Reverse-mode automatic differentiation of single numbers.

Every operation makes a node that remembers the numbers it came from and its local
derivative by each of them. `Value.backward` multiplies these along every path back to
the inputs and adds up the paths: the chain rule, once for each edge of the graph.

Lecture: 03_backpropagation.
"""

import math
from numbers import Real

Parents = tuple[tuple["Value", float], ...]


class Value:
    """A number in a computation graph.

    Attributes: `data` (the number), `grad` (the derivative of the node on which
    `backward` was called last, by this one), `op` (how it was made, "" for an input)
    and `parents`: pairs (node, local derivative by it).
    """

    __slots__ = ("data", "grad", "op", "parents")

    data: float
    grad: float
    op: str
    parents: Parents

    def __init__(self, data: float, op: str = "", parents: Parents = ()) -> None:
        if isinstance(data, bool) or not isinstance(data, Real):
            raise TypeError(
                f"Value got {type(data).__name__} {data!r}, expected one real number; "
                "make one Value for each entry of an array"
            )
        self.data = float(data)
        self.grad = 0.0
        self.op = op
        self.parents = parents

    def __repr__(self) -> str:
        return f"Value({self.data:.6g}, grad={self.grad:.6g})"

    def __add__(self, other: "Value | float") -> "Value":
        other = _as_value(other)
        return Value(self.data + other.data, "+", ((self, 1.0), (other, 1.0)))

    def __mul__(self, other: "Value | float") -> "Value":
        other = _as_value(other)
        product = self.data * other.data
        return Value(product, "*", ((self, other.data), (other, self.data)))

    def __pow__(self, exponent: float) -> "Value":
        if isinstance(exponent, Value):
            raise TypeError(
                "Value ** got a Value as exponent, expected a plain number; "
                "write (exponent * base.log()).exp()"
            )
        slope = exponent * self.data ** (exponent - 1) if exponent else 0.0
        return Value(self.data**exponent, f"**{exponent}", ((self, slope),))

    def __neg__(self) -> "Value":
        return self * -1.0

    def __sub__(self, other: "Value | float") -> "Value":
        return self + (-_as_value(other))

    def __truediv__(self, other: "Value | float") -> "Value":
        return self * _as_value(other) ** -1

    def __radd__(self, other: float) -> "Value":
        return self + other

    def __rmul__(self, other: float) -> "Value":
        return self * other

    def __rsub__(self, other: float) -> "Value":
        return _as_value(other) - self

    def __rtruediv__(self, other: float) -> "Value":
        return _as_value(other) / self

    def exp(self) -> "Value":
        """Exponential, its own derivative."""
        out = math.exp(self.data)
        return Value(out, "exp", ((self, out),))

    def log(self) -> "Value":
        """Natural logarithm, slope 1 / data."""
        if self.data <= 0:
            raise ValueError(
                f"log got {self.data:g}, expected a number above 0; "
                "check what the argument is computed from"
            )
        return Value(math.log(self.data), "log", ((self, 1 / self.data),))

    def tanh(self) -> "Value":
        """Hyperbolic tangent, slope 1 - tanh^2."""
        out = math.tanh(self.data)
        return Value(out, "tanh", ((self, 1 - out * out),))

    def sigmoid(self) -> "Value":
        """Logistic function, slope out (1 - out)."""
        out = 0.5 * (1 + math.tanh(self.data / 2))  # the same function, no overflow
        return Value(out, "sigmoid", ((self, out * (1 - out)),))

    def relu(self) -> "Value":
        """max(0, data), slope 1 above 0 and 0 elsewhere."""
        slope = float(self.data > 0)
        return Value(self.data * slope, "relu", ((self, slope),))

    def backward(self) -> None:
        """Set `grad` of this node and of every node that it was computed from.

        Old gradients are cleared first, so calling it twice changes nothing.
        """
        order = self.nodes()
        for node in order:
            node.grad = 0.0
        self.grad = 1.0
        for node in reversed(order):
            for parent, slope in node.parents:
                parent.grad += slope * node.grad

    def nodes(self) -> list["Value"]:
        """Every node of the graph, each after all the nodes it depends on."""
        order: list[Value] = []
        seen: set[int] = set()
        stack = [(self, False)]  # a list in place of recursion: graphs may be deep
        while stack:
            node, parents_done = stack.pop()
            if parents_done:
                order.append(node)
            elif id(node) not in seen:
                seen.add(id(node))
                stack.append((node, True))
                stack.extend((parent, False) for parent, _ in node.parents)
        return order

    def depth(self) -> int:
        """Depth of the graph: edges on the longest path from an input to here."""
        depths: dict[int, int] = {}
        for node in self.nodes():
            below = [depths[id(parent)] + 1 for parent, _ in node.parents]
            depths[id(node)] = max(below, default=0)
        return depths[id(self)]


def _as_value(x: "Value | float") -> Value:
    return x if isinstance(x, Value) else Value(x)
