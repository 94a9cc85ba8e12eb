"""The computation graphs of lecture 3.

CHAIN has one path, TWO_PATHS two; NEURON is one neuron with its loss, NETWORK the
network of three hidden neurons with a weight on every edge.
"""

from __future__ import annotations

from collections.abc import Mapping

from nnlib.autodiff import Value
from nnlib.viz.graph_model import Graph, Node, Rule, Weight

CHAIN = Graph(
    nodes=(
        Node("x", "$x$", (0, 0)),
        Node("z", "$z = 3x$", (3.2, 0), lambda v: 3 * v["x"], ("x",)),
        Node("y", "$y = z^2$", (6.4, 0), lambda v: v["z"] ** 2, ("z",)),
    ),
    inputs={"x": 1.0},
    slopes={("x", "z"): "3", ("z", "y"): "2z"},
)
TWO_PATHS = Graph(
    nodes=(
        Node("x", "$x$", (0, 1.2)),
        Node("z1", "$z_1 = x^2$", (3.2, 2.4), lambda v: v["x"] ** 2, ("x",)),
        Node("z2", "$z_2 = x^3$", (3.2, 0), lambda v: v["x"] ** 3, ("x",)),
        Node(
            "y",
            "$y = 2z_1^3 + z_2^2$",
            (6.4, 1.2),
            lambda v: 2 * v["z1"] ** 3 + v["z2"] ** 2,
            ("z1", "z2"),
        ),
    ),
    inputs={"x": 2.0},
    slopes={
        ("x", "z1"): "2x",
        ("x", "z2"): "3x^2",
        ("z1", "y"): "6z_1^2",
        ("z2", "y"): "2z_2",
    },
)
NEURON = Graph(
    nodes=(
        Node("w1", "$w_1$", (0, 3.6)),
        Node("w2", "$w_2$", (0, 1.8)),
        Node("b", "$b$", (0, 0)),
        Node(
            "s",
            r"$s = w^\top x + b$",
            (3.0, 1.8),
            lambda v: v["w1"] * v["x1"] + v["w2"] * v["x2"] + v["b"],
            ("w1", "w2", "b"),
        ),
        Node(
            "y",
            r"$\hat{y} = \sigma(s)$",
            (6.3, 1.8),
            lambda v: v["s"].sigmoid(),
            ("s",),
        ),
        Node(
            "R",
            r"$R = (\hat{y} - 1)^2$",
            (9.7, 1.8),
            lambda v: (v["y"] - 1) ** 2,
            ("y",),
        ),
    ),
    inputs={"w1": 0.5, "w2": -0.25, "b": 0.5, "x1": 3.0, "x2": 2.0},
    slopes={
        ("w1", "s"): "x_1",
        ("w2", "s"): "x_2",
        ("b", "s"): "1",
        ("s", "y"): r"\hat{y}(1-\hat{y})",
        ("y", "R"): r"2(\hat{y}-1)",
    },
)


def _unit(bias: str, *pairs: tuple[str, str]) -> Rule:
    """Rule of a sigmoid unit: bias and (weight, input) pairs by name."""

    def rule(v: Mapping[str, Value]) -> Value:
        s = sum((v[weight] * v[source] for weight, source in pairs), Value(0.0))
        return (s + v[bias] if bias else s).sigmoid()

    return rule


NETWORK = Graph(
    nodes=(
        Node("x1", "$x_1$", (0, 3.0), is_data=True),
        Node("x2", "$x_2$", (0, 0), is_data=True),
        Node("a0", "$a_0$", (3.0, 0), _unit("", ("xi", "x2")), ("x2",)),
        Node(
            "a1",
            "$a_1$",
            (6.4, 3.0),
            _unit("beta0", ("beta1", "x1"), ("beta2", "a0")),
            ("x1", "a0"),
        ),
        Node(
            "a2",
            "$a_2$",
            (6.4, 0),
            _unit("omega0", ("omega1", "x1"), ("omega2", "a0")),
            ("x1", "a0"),
        ),
        Node(
            "y",
            r"$\hat{y}$",
            (9.6, 1.5),
            _unit("alpha0", ("alpha1", "a1"), ("alpha2", "a2")),
            ("a1", "a2"),
        ),
        Node("R", r"$R$", (12.0, 1.5), lambda v: (v["y"] - 1) ** 2, ("y",)),
    ),
    inputs={"x1": 0.7, "x2": -1.3, "xi": 0.5}
    | {"beta0": 0.1, "beta1": -0.4, "beta2": 0.8}
    | {"omega0": -0.2, "omega1": 0.6, "omega2": -0.7}
    | {"alpha0": 0.3, "alpha1": 0.9, "alpha2": -1.1},
    weights=(
        Weight("xi", r"$\xi$", "a0", "x2"),
        Weight("beta0", r"$\beta_0$", "a1"),
        Weight("beta1", r"$\beta_1$", "a1", "x1"),
        Weight("beta2", r"$\beta_2$", "a1", "a0", 0.6),
        Weight("omega0", r"$\omega_0$", "a2"),
        Weight("omega1", r"$\omega_1$", "a2", "x1", 0.3),
        Weight("omega2", r"$\omega_2$", "a2", "a0"),
        Weight("alpha0", r"$\alpha_0$", "y"),
        Weight("alpha1", r"$\alpha_1$", "y", "a1"),
        Weight("alpha2", r"$\alpha_2$", "y", "a2"),
    ),
)
