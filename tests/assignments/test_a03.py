"""Assignment 3: the numbers that its text promises, its gradients, and its figure."""

import matplotlib
import numpy as np
import pytest

from nnlib.autodiff import Value as LibraryValue
from nnlib.testing import numerical_gradient

X_TOY = np.array([[1.0, 2.0], [0.0, -1.0], [3.0, 1.0]])
Y_TOY = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])
W1_TOY, B1_TOY = np.array([[0.5, -1.0], [0.25, 0.5]]), np.array([0.0, 0.5])
W2_TOY, B2_TOY = np.array([[1.0, -1.0], [2.0, 0.0]]), np.array([-1.0, 0.0])


@pytest.fixture
def a03(read):
    return read("a03")


@pytest.fixture
def reference(a03):
    return a03.rehearsal.reference()


def test_printed_numbers_of_the_graphs(reference):
    assert reference["two_paths"](1.0) == (3.0, 12.0, 6.0)
    edges = [(0, 1, 2.0), (0, 2, 3.0), (1, 3, 6.0), (2, 3, 2.0)]
    assert str(reference["node_gradients"](edges, 4)) == "[18.  6.  2.  1.]"
    central = reference["central_differences"]
    bowl = central(lambda x: x[0] ** 2 + x[1] ** 2, np.array([1.0, -2.0]))
    assert np.round(bowl, 6).tolist() == [2.0, -4.0]
    assert central(lambda x: x[0] ** 3, np.array([1.0]), h=0.5).tolist() == [3.25]
    Value = reference["Value"]
    a, b = Value(2.0), Value(-3.0)
    y = a * b + a
    y.backward()
    assert (y.data, a.grad, b.grad) == (-4.0, -2.0, 2.0)


def test_printed_numbers_of_the_network(reference):
    H, P = reference["two_layer"](X_TOY, W1_TOY, B1_TOY, W2_TOY, B2_TOY)
    text = "[[0.7311 0.6225] [0.4378 0.5 ] [0.852 0.1192]]"
    assert printed(H) == text
    assert printed(P) == "[[0.8465 0.1535] [0.7059 0.2941] [0.7196 0.2804]]"
    grads = reference["two_layer_backward"](X_TOY, H, P, Y_TOY, W2_TOY)
    assert [printed(g) for g in grads] == [
        "[[0.1614 0.127 ] [-0.0956 -0.1154]]",
        "[0.1562 0.144 ]",
        "[[0.27 -0.27 ] [0.1144 -0.1144]]",
        "[0.424 -0.424]",
    ]


def printed(array):
    """The array as the statement shows it: four decimals, single spaces."""
    text = " ".join(str(np.round(array, 4)).split()).replace("[ ", "[")
    return text


def test_two_paths_agree_with_small_changes(reference):
    for x in (2.0, -1.5, 0.5):
        y, *contributions = reference["two_paths"](x)
        assert y == pytest.approx(3 * x**6)
        slope = numerical_gradient(lambda x: 2 * (x**2) ** 3 + (x**3) ** 2, x)
        assert sum(contributions) == pytest.approx(float(slope), rel=1e-6)


def test_the_graph_agrees_with_the_library(reference):
    x = LibraryValue(2.0)
    z = x * x
    y = z * x + z
    y.backward()
    edges = [(2, 3, 1.0), (1, 2, 2.0), (0, 1, 2.0), (0, 1, 2.0), (1, 3, 1.0)]
    grads = reference["node_gradients"]([*edges, (0, 2, 4.0)], 4)
    assert grads[:2].tolist() == [x.grad, z.grad]


def test_the_backward_pass_agrees_with_pytorch(reference):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(2)
    sizes = ((7, 3), (3, 5), (5,), (5, 4), (4,))
    X, *parameters = (rng.normal(0, 1, size) for size in sizes)
    labels = rng.integers(4, size=7)
    tensors = [torch.tensor(p, requires_grad=True) for p in parameters]
    hidden = torch.sigmoid(torch.tensor(X) @ tensors[0] + tensors[1])
    scores = hidden @ tensors[2] + tensors[3]
    torch.nn.functional.cross_entropy(scores, torch.tensor(labels)).backward()
    H, P = reference["two_layer"](X, *parameters)
    Y = np.eye(4)[labels]
    grads = reference["two_layer_backward"](X, H, P, Y, parameters[2])
    for got, tensor in zip(grads, tensors, strict=True):
        np.testing.assert_allclose(got, tensor.grad.numpy(), atol=1e-12)


def test_value_agrees_with_the_library_on_random_graphs(reference):
    Value = reference["Value"]
    for seed in range(20):
        results = []
        for kind in (Value, LibraryValue):
            rng = np.random.default_rng(seed)
            nodes = [kind(x) for x in rng.normal(0, 1, 3)]
            for _ in range(15):
                one, other = (nodes[i] for i in rng.integers(len(nodes), size=2))
                made = (one + other, one * other, one.tanh(), 0.5 * one + 1.0)
                nodes.append(made[rng.integers(4)])
            nodes[-1].backward()
            results.append([(node.data, node.grad) for node in nodes])
        np.testing.assert_allclose(*results)


def test_the_figure_shows_the_students_own_result(a03, reference, monkeypatch, capsys):
    matplotlib.use("Agg")
    shown = []
    monkeypatch.setattr("nnlib.viz.show", lambda figure, alt: shown.append(figure))
    (source,) = a03.rehearsal.plain_cells

    def constant(f, x, h=1e-5):
        return np.array([2 * np.e])

    with matplotlib.rc_context():
        exec(source, {"np": np, **reference, "central_differences": constant})
    (figure,) = shown
    yours, forward = (line.get_ydata() for line in figure.axes[0].get_lines())
    np.testing.assert_allclose(yours, 1.0)
    assert forward.min() < 1e-7

    def unfinished(f, x, h=1e-5):
        raise NotImplementedError("Task 3.3: return the numerical gradient")

    with matplotlib.rc_context():
        exec(source, {"np": np, "central_differences": unfinished})
    assert len(shown) == 1 and "What is missing: Task 3.3" in capsys.readouterr().out


def test_answers_to_question_8(reference):
    def error(h):
        slope = reference["central_differences"](
            lambda x: float(np.exp(x[0])), np.array([1.0]), h
        )[0]
        return abs(slope - np.e) / np.e

    assert error(1e-2) / error(1e-3) == pytest.approx(100, rel=0.05)
    assert error(1e-5) < 1e-10 < 1e-7 < error(1e-11)
