"""The scalar computation graph."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnlib.activations import relu, sigmoid
from nnlib.autodiff import Value
from nnlib.losses import softmax_cross_entropy, softmax_cross_entropy_backward
from nnlib.neuron import neuron, neuron_backward
from nnlib.testing import numerical_gradient

FUNCTIONS = {
    "sum": lambda a, b: a + b + 2 + a,
    "difference": lambda a, b: 3 - a - b * 2,
    "product": lambda a, b: a * b * 3 * a,
    "quotient": lambda a, b: a / b + 1 / a,
    "power": lambda a, b: a**3 + b**-2 + b**0.5 + a**0,
    "exp and log": lambda a, b: (a * b).exp() + (a + b).log(),
    "tanh": lambda a, b: (a - b).tanh() * a,
    "sigmoid": lambda a, b: (a * b).sigmoid() + (-b).sigmoid(),
    "relu": lambda a, b: (a - b).relu() + (b - a).relu() * b,
    "shared": lambda a, b: (a * b + a) * (a * b + a) + a * b,
}


class Plain(float):
    """A float with the same methods, so that one formula serves both."""

    def exp(self):
        return Plain(np.exp(self))

    def log(self):
        return Plain(np.log(self))

    def tanh(self):
        return Plain(np.tanh(self))

    def sigmoid(self):
        return Plain(sigmoid(float(self))[0])

    def relu(self):
        return Plain(max(self, 0.0))


for _name in ("add", "sub", "mul", "neg", "radd", "rsub", "rmul", "truediv"):
    _operator = getattr(float, f"__{_name}__")
    setattr(
        Plain,
        f"__{_name}__",
        lambda self, *other, _operator=_operator: Plain(_operator(self, *other)),
    )


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("at", [(0.7, 1.9), (2.5, 0.4)])
def test_gradients_agree_with_central_differences(name, at):
    f = FUNCTIONS[name]
    inputs = [Value(x) for x in at]
    out = f(*inputs)
    out.backward()
    assert np.isclose(out.data, f(*map(Plain, at)))
    expected = numerical_gradient(lambda x: f(*map(Plain, x)), np.array(at))
    np.testing.assert_allclose([v.grad for v in inputs], expected, rtol=1e-6)


def test_backward_twice_gives_the_same_gradients():
    a, b = Value(2.0), Value(3.0)
    out = a * b + a
    out.backward()
    first = a.grad, b.grad
    out.backward()
    assert (a.grad, b.grad) == first == (4.0, 2.0)


def test_gradients_belong_to_the_node_that_was_asked_last():
    a = Value(2.0)
    square, cube = a**2, a**3
    square.backward()
    cube.backward()
    assert a.grad == 12


def test_a_node_used_by_itself_adds_both_paths():
    a = Value(3.0)
    (a + a).backward()
    assert a.grad == 2
    (a * a).backward()
    assert a.grad == 6


def test_a_very_deep_graph_needs_no_recursion():
    out = start = Value(1.0)
    for _ in range(20000):
        out = out * 1.0001
    out.backward()
    assert np.isclose(start.grad, 1.0001**20000)
    assert out.depth() == 20000


def test_sharing_does_not_multiply_the_work():
    out = Value(1.0)
    for _ in range(100):
        out = out + out
    assert len(out.nodes()) == 101
    out.backward()
    assert out.data == 2.0**100


def test_the_order_puts_every_node_after_its_parents():
    a, b = Value(1.0), Value(2.0)
    out = (a * b + a).tanh() * b
    place = {id(node): i for i, node in enumerate(out.nodes())}
    for node in out.nodes():
        assert all(place[id(parent)] < place[id(node)] for parent, _ in node.parents)


def test_edges_carry_the_local_derivatives():
    a, b = Value(2.0), Value(5.0)
    product = a * b
    assert product.op == "*"
    assert [slope for _, slope in product.parents] == [5.0, 2.0]
    assert [parent for parent, _ in product.parents] == [a, b]


def test_depth_is_the_longest_path():
    x = Value(1.0)
    assert x.depth() == 0
    assert (x + (x * x).exp()).depth() == 3


def test_it_agrees_with_the_neuron():
    x, w, b = np.array([[0.7, -1.3]]), np.array([0.5, 0.8]), 0.1
    _, cache = neuron(x, w, b)
    dx, dw, db = neuron_backward(np.ones(1), cache)
    xs, ws, bias = [Value(v) for v in x[0]], [Value(v) for v in w], Value(b)
    (xs[0] * ws[0] + xs[1] * ws[1] + bias).sigmoid().backward()
    np.testing.assert_allclose([v.grad for v in xs], dx[0])
    np.testing.assert_allclose([v.grad for v in ws], dw)
    assert np.isclose(bias.grad, db)


def test_it_agrees_with_softmax_cross_entropy():
    s = np.array([[0.2, -1.0, 0.5]])
    loss, cache = softmax_cross_entropy(s, np.array([2]))
    scores = [Value(v) for v in s[0]]
    total = scores[0].exp() + scores[1].exp() + scores[2].exp()
    out = total.log() - scores[2]
    out.backward()
    assert np.isclose(out.data, loss)
    np.testing.assert_allclose(
        [v.grad for v in scores], softmax_cross_entropy_backward(1.0, cache)[0]
    )


@given(st.floats(-1e4, 1e4))
def test_sigmoid_and_relu_are_those_of_the_arrays(x):
    assert np.isclose(Value(x).sigmoid().data, sigmoid(x)[0])
    assert Value(x).relu().data == relu(x)[0]


def test_numpy_numbers_are_numbers():
    v = Value(np.float32(0.5))
    assert type(v.data) is float
    assert (v * np.float64(3)).data == 1.5
    assert repr(v) == "Value(0.5, grad=0)"


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: Value(np.ones(2)), TypeError, "one Value for each entry"),
        (lambda: Value("1"), TypeError, "expected one real number"),
        (lambda: Value(True), TypeError, "Value got bool"),
        (lambda: Value(1.0) + "1", TypeError, "Value got str"),
        (lambda: Value(2.0) ** Value(1.0), TypeError, "expected a plain number"),
        (lambda: Value(0.0).log(), ValueError, "expected a number above 0"),
    ],
)
def test_bad_input_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()
