"""Wrong solutions of assignment 3, as students write them.

Each names all the checks that it fails. Tests prove that it fails these and no other,
and that the probes tell it from a right solution and from the other mistakes.
"""

import math

import numpy as np

from autograder.feedback.misconceptions import Catalogue

MISCONCEPTIONS = Catalogue()
wrong, probes = MISCONCEPTIONS.wrong, MISCONCEPTIONS.probes


# Task 3.1 ---------------------------------------------------------------------------
@probes("two_paths")
def two_paths_inputs():
    return [(1.0,), (2.0,), (-0.5,)]


@wrong(
    "two_paths",
    "the derivative of x^3 is taken as 3 x",
    caught_by=["both contributions at other places"],
    hint="Differentiating lowers the power by one only: which power of x is left of a "
    "cube?",
)
def two_paths_slope_of_cube(x):
    z1, z2 = x**2, x**3
    return 2 * z1**3 + z2**2, 6 * z1**2 * 2 * x, 2 * z2 * 3 * x


@wrong(
    "two_paths",
    "the local derivatives use x in place of z",
    caught_by=["both contributions at other places"],
    hint="The derivative of y by z1 is evaluated at z1, not at x.",
)
def two_paths_outer_at_x(x):
    z1, z2 = x**2, x**3
    return 2 * z1**3 + z2**2, 6 * x**2 * 2 * x, 2 * x * 3 * x**2


@wrong(
    "two_paths",
    "only the outer derivatives",
    caught_by=["at x = 1", "both contributions at other places"],
    hint="How does z1 itself change with x? The chain rule has one more factor.",
)
def two_paths_without_inner(x):
    z1, z2 = x**2, x**3
    return 2 * z1**3 + z2**2, 6 * z1**2, 2 * z2


@wrong(
    "two_paths",
    "the factors of a path are added",
    caught_by=["at x = 1", "both contributions at other places"],
    hint="Along a path the slopes multiply; only different paths add.",
)
def two_paths_adds_factors(x):
    z1, z2 = x**2, x**3
    return 2 * z1**3 + z2**2, 6 * z1**2 + 2 * x, 2 * z2 + 3 * x**2


@wrong(
    "two_paths",
    "the two paths are exchanged",
    caught_by=["at x = 1", "both contributions at other places"],
    hint="First the contribution through z1, the square.",
)
def two_paths_exchanged(x):
    z1, z2 = x**2, x**3
    return 2 * z1**3 + z2**2, 2 * z2 * 3 * x**2, 6 * z1**2 * 2 * x


@wrong(
    "two_paths",
    "the numbers of the example",
    caught_by=["y at other places", "both contributions at other places"],
    hint="Where do you use x?",
)
def two_paths_constant(x):
    return 3.0, 12.0, 6.0


# Task 3.2 ---------------------------------------------------------------------------
@probes("node_gradients")
def node_gradients_inputs():
    return [
        ([(0, 1, 3.0), (1, 2, 10.0)], 3),
        ([(0, 1, 2.0), (0, 2, 3.0), (1, 3, 6.0), (2, 3, 2.0)], 4),
        ([(0, 2, 3.0), (2, 3, -2.0), (1, 2, 0.5), (0, 1, 4.0), (0, 1, 4.0)], 4),
        ([(0, 1, 4.0), (0, 2, 1.5), (2, 3, -2.0)], 4),
    ]


def collecting(order=lambda edges: sorted(edges, reverse=True), add=None):
    """Return node_gradients with another order of edges or another way to collect."""
    add = add or (lambda old, slope, grad: old + slope * grad)

    def node_gradients(edges, count):
        grads = np.zeros(count)
        grads[-1] = 1.0
        for source, target, slope in order(edges):
            grads[source] = add(grads[source], slope, grads[target])
        return grads

    return node_gradients


wrong(
    "node_gradients",
    "a later path overwrites an earlier one",
    caught_by=["two paths", "edges in any order", "double edges and dead ends"],
    hint="A node with two children collects from both: add to what is there.",
)(collecting(add=lambda old, slope, grad: slope * grad))

wrong(
    "node_gradients",
    "the edges are only read backwards, not sorted",
    caught_by=["edges in any order"],
    hint="The edges come in any order, so their last one need not lead to the output.",
)(collecting(order=lambda edges: edges[::-1]))

wrong(
    "node_gradients",
    "the edges are taken in the order given",
    caught_by=[
        "a chain",
        "two paths",
        "edges in any order",
        "double edges and dead ends",
    ],
    hint="A derivative travels from the output to the input: which edge is first?",
)(collecting(order=lambda edges: edges))

wrong(
    "node_gradients",
    "the slopes are added along a path",
    caught_by=[
        "a chain",
        "two paths",
        "edges in any order",
        "double edges and dead ends",
    ],
    hint="Along a path the slopes multiply.",
)(collecting(add=lambda old, slope, grad: old + slope + grad))

wrong(
    "node_gradients",
    "edges between the same nodes count once",
    caught_by=["double edges and dead ends"],
    hint="Two edges between the same nodes are two paths, even if they look alike.",
)(collecting(order=lambda edges: sorted(set(edges), reverse=True)))


@wrong(
    "node_gradients",
    "the derivative by the output itself is missing",
    caught_by=[
        "a chain",
        "two paths",
        "edges in any order",
        "double edges and dead ends",
    ],
    hint="Something must be 1 at the start, or all products stay 0.",
)
def node_gradients_without_seed(edges, count):
    grads = np.zeros(count)
    for source, target, slope in sorted(edges, reverse=True):
        grads[source] += slope * grads[target]
    return grads


@wrong(
    "node_gradients",
    "the derivative of each node by the first",
    caught_by=[
        "a chain",
        "two paths",
        "edges in any order",
        "double edges and dead ends",
    ],
    hint="You walk forward. The task asks how the last node depends on each.",
)
def node_gradients_forward(edges, count):
    grads = np.zeros(count)
    grads[0] = 1.0
    for source, target, slope in sorted(edges):
        grads[target] += slope * grads[source]
    return grads


# Task 3.3 ---------------------------------------------------------------------------
@probes("central_differences")
def central_differences_inputs():
    def product(x):
        return float(np.prod(x) + np.sum(x**3))

    return [
        (product, np.array([1.0, -2.0, 0.5]), 0.25),
        (product, np.array([[1.0, -2.0], [0.5, 3.0]])),
        (product, np.array([2.0])),
    ]


@wrong(
    "central_differences",
    "forward differences",
    caught_by=["a large step shows which formula it is"],
    hint="The formula looks in both directions.",
)
def central_differences_forward(f, x, h=1e-5):
    gradient = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        ahead = x.copy()
        ahead[place] += h
        gradient[place] = (f(ahead) - f(x)) / h
    return gradient


@wrong(
    "central_differences",
    "divided by h in place of 2h",
    caught_by=[
        "a bowl",
        "a large step shows which formula it is",
        "a matrix, with the default step",
        "one entry at a time, and x is left alone",
    ],
    hint="How far are the two points apart?",
)
def central_differences_half_width(f, x, h=1e-5):
    gradient = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        ahead, behind = x.copy(), x.copy()
        ahead[place] += h
        behind[place] -= h
        gradient[place] = (f(ahead) - f(behind)) / h
    return gradient


@wrong(
    "central_differences",
    "the two points are exchanged",
    caught_by=[
        "a bowl",
        "a large step shows which formula it is",
        "a matrix, with the default step",
        "one entry at a time, and x is left alone",
    ],
    hint="If f grows with x, the result must be positive.",
)
def central_differences_sign(f, x, h=1e-5):
    gradient = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        ahead, behind = x.copy(), x.copy()
        ahead[place] += h
        behind[place] -= h
        gradient[place] = (f(behind) - f(ahead)) / (2 * h)
    return gradient


@wrong(
    "central_differences",
    "all entries move together",
    caught_by=[
        "a bowl",
        "a matrix, with the default step",
        "one entry at a time, and x is left alone",
    ],
    hint="x + h moves every entry; the formula moves one.",
)
def central_differences_together(f, x, h=1e-5):
    return np.full(x.shape, (f(x + h) - f(x - h)) / (2 * h))


@wrong(
    "central_differences",
    "only the first axis is visited",
    caught_by=["a matrix, with the default step"],
    hint="range(len(x)) visits the rows of a matrix; each entry needs its turn.",
)
def central_differences_rows(f, x, h=1e-5):
    gradient = np.zeros(x.shape)
    for i in range(len(x)):
        ahead, behind = x.copy(), x.copy()
        ahead[i] += h
        behind[i] -= h
        gradient[i] = (f(ahead) - f(behind)) / (2 * h)
    return gradient


@wrong(
    "central_differences",
    "a changed entry is not set back",
    caught_by=["one entry at a time, and x is left alone"],
    hint="After += h and -= 2h the entry is not where it was.",
)
def central_differences_not_restored(f, x, h=1e-5):
    gradient = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        x[place] += h
        ahead = f(x)
        x[place] -= 2 * h
        gradient[place] = (ahead - f(x)) / (2 * h)
    return gradient


@wrong(
    "central_differences",
    "the copy is another name for x",
    caught_by=[
        "a bowl",
        "a large step shows which formula it is",
        "a matrix, with the default step",
        "one entry at a time, and x is left alone",
    ],
    hint="ahead = x makes no copy: both names mean the same array.",
)
def central_differences_alias(f, x, h=1e-5):
    gradient = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        ahead = behind = x
        ahead[place] += h
        behind[place] -= h
        gradient[place] = (f(ahead) - f(behind)) / (2 * h)
    return gradient


# Task 3.4 ---------------------------------------------------------------------------
def sigmoid(s):
    return 0.5 * (1.0 + np.tanh(0.5 * s))


def softmax(S):
    e = np.exp(S - S.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


@probes("two_layer")
def two_layer_inputs():
    X = np.array([[1.0, -2.0], [0.5, 3.0]])
    W1, b1 = np.array([[0.5, -1.0], [2.0, 0.25]]), np.array([0.25, -0.5])
    W2, b2 = np.array([[1.0, -0.5], [-2.0, 1.5]]), np.array([1.0, -0.75])
    return [(X, W1, b1, W2, b2)]


@wrong(
    "two_layer",
    "no activation in the hidden layer",
    caught_by=[
        "the hidden layer of the toy network",
        "the output of the toy network",
        "the hidden layer with unequal widths",
        "the output with unequal widths",
    ],
    hint="Without the sigmoid both layers together are a single linear one.",
)
def two_layer_linear(X, W1, b1, W2, b2):
    H = X @ W1 + b1
    return H, softmax(H @ W2 + b2)


@wrong(
    "two_layer",
    "the hidden sums are returned before the sigmoid",
    caught_by=[
        "the hidden layer of the toy network",
        "the hidden layer with unequal widths",
    ],
    hint="H is what the hidden layer hands on, after its activation.",
)
def two_layer_returns_sums(X, W1, b1, W2, b2):
    sums = X @ W1 + b1
    return sums, softmax(sigmoid(sums) @ W2 + b2)


@wrong(
    "two_layer",
    "a sigmoid at the output",
    caught_by=["the output of the toy network", "the output with unequal widths"],
    hint="The probabilities of a sample must sum to 1.",
)
def two_layer_sigmoid_output(X, W1, b1, W2, b2):
    H = sigmoid(X @ W1 + b1)
    return H, sigmoid(H @ W2 + b2)


@wrong(
    "two_layer",
    "softmax in the hidden layer, too",
    caught_by=[
        "the hidden layer of the toy network",
        "the output of the toy network",
        "the hidden layer with unequal widths",
        "the output with unequal widths",
    ],
    hint="The hidden neurons do not exclude each other: which function do they use?",
)
def two_layer_softmax_hidden(X, W1, b1, W2, b2):
    H = softmax(X @ W1 + b1)
    return H, softmax(H @ W2 + b2)


@wrong(
    "two_layer",
    "no softmax at the output",
    caught_by=["the output of the toy network", "the output with unequal widths"],
    hint="The scores are not yet probabilities.",
)
def two_layer_scores(X, W1, b1, W2, b2):
    H = sigmoid(X @ W1 + b1)
    return H, H @ W2 + b2


@wrong(
    "two_layer",
    "the second bias is missing",
    caught_by=["the output of the toy network", "the output with unequal widths"],
    hint="Each layer has its own bias.",
)
def two_layer_without_b2(X, W1, b1, W2, b2):
    H = sigmoid(X @ W1 + b1)
    return H, softmax(H @ W2)


@wrong(
    "two_layer",
    "the first bias is missing",
    caught_by=[
        "the hidden layer of the toy network",
        "the output of the toy network",
        "the hidden layer with unequal widths",
        "the output with unequal widths",
    ],
    hint="What is b1 for?",
)
def two_layer_without_b1(X, W1, b1, W2, b2):
    H = sigmoid(X @ W1)
    return H, softmax(H @ W2 + b2)


# Task 3.5 ---------------------------------------------------------------------------
@probes("two_layer_backward")
def two_layer_backward_inputs():
    # As many hidden neurons as classes, so that a missing transpose stays silent.
    X = np.array([[1.0, -2.0], [0.5, 3.0], [-1.0, 0.25]])
    H = np.array([[0.2, 0.9], [0.6, 0.35], [0.7, 0.1]])
    P = np.array([[0.3, 0.7], [0.9, 0.1], [0.45, 0.55]])
    Y = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    return [(X, H, P, Y, np.array([[1.0, -0.5], [-2.0, 1.5]]))]


def backward(X, H, P, Y, W2, *, delta2=None, slope=None, send=None):
    """Return the right gradients, or those with another delta, slope or way back."""
    delta2 = (P - Y) / len(X) if delta2 is None else delta2
    back = delta2 @ W2.T if send is None else send(delta2)
    delta1 = back * (H * (1 - H) if slope is None else slope)
    return X.T @ delta1, delta1.sum(axis=0), H.T @ delta2, delta2.sum(axis=0)


@wrong(
    "two_layer_backward",
    "the 1/N is forgotten",
    caught_by=[
        "the output layer of the toy network",
        "the hidden layer of the toy network",
        "the output layer with unequal widths",
        "the hidden layer with unequal widths",
    ],
    hint="J is the mean over the samples.",
)
def two_layer_backward_without_n(X, H, P, Y, W2):
    return backward(X, H, P, Y, W2, delta2=P - Y)


@wrong(
    "two_layer_backward",
    "the sign is turned round",
    caught_by=[
        "the output layer of the toy network",
        "the hidden layer of the toy network",
        "the output layer with unequal widths",
        "the hidden layer with unequal widths",
    ],
    hint="P minus Y: the score of the true class has a negative gradient.",
)
def two_layer_backward_sign(X, H, P, Y, W2):
    return backward(X, H, P, Y, W2, delta2=(Y - P) / len(X))


@wrong(
    "two_layer_backward",
    "the slope of the sigmoid is missing",
    caught_by=[
        "the hidden layer of the toy network",
        "the hidden layer with unequal widths",
    ],
    hint="Between the two layers there is an activation: which factor does it give?",
)
def two_layer_backward_without_slope(X, H, P, Y, W2):
    return backward(X, H, P, Y, W2, slope=1.0)


@wrong(
    "two_layer_backward",
    "the sigmoid is applied to its own output",
    caught_by=[
        "the hidden layer of the toy network",
        "the hidden layer with unequal widths",
    ],
    hint="H is the sigmoid's value already; its slope is H (1 - H).",
)
def two_layer_backward_slope_at_h(X, H, P, Y, W2):
    return backward(X, H, P, Y, W2, slope=sigmoid(H) * (1 - sigmoid(H)))


@wrong(
    "two_layer_backward",
    "W2 is not transposed",
    caught_by=[
        "the hidden layer of the toy network",
        "the output layer with unequal widths",
        "the hidden layer with unequal widths",
        "the arrays are left alone",
    ],
    hint="Delta_2 has one column per class, the hidden layer one per neuron: which way "
    "round does W2 stand?",
)
def two_layer_backward_not_transposed(X, H, P, Y, W2):
    return backward(X, H, P, Y, W2, send=lambda delta2: delta2 @ W2)


@wrong(
    "two_layer_backward",
    "the bias gradients are means",
    caught_by=[
        "the output layer of the toy network",
        "the hidden layer of the toy network",
        "the output layer with unequal widths",
        "the hidden layer with unequal widths",
    ],
    hint="The 1/N is in Delta already; the formula sums over the samples.",
)
def two_layer_backward_bias_mean(X, H, P, Y, W2):
    dW1, db1, dW2, db2 = backward(X, H, P, Y, W2)
    return dW1, db1 / len(X), dW2, db2 / len(X)


@wrong(
    "two_layer_backward",
    "the slope of tanh in place of the sigmoid's",
    caught_by=[
        "the hidden layer of the toy network",
        "the hidden layer with unequal widths",
    ],
    hint="1 - H^2 belongs to tanh.",
)
def two_layer_backward_tanh(X, H, P, Y, W2):
    return backward(X, H, P, Y, W2, slope=1 - H**2)


@wrong(
    "two_layer_backward",
    "P is overwritten",
    caught_by=["the arrays are left alone"],
    hint="P -= Y changes the caller's array.",
)
def two_layer_backward_in_place(X, H, P, Y, W2):
    P -= Y
    P /= len(X)
    return backward(X, H, P, Y, W2, delta2=P)


@wrong(
    "two_layer_backward",
    "the gradients come in another order",
    caught_by=[
        "the output layer of the toy network",
        "the hidden layer of the toy network",
        "the output layer with unequal widths",
        "the hidden layer with unequal widths",
    ],
    hint="The task says dW1, db1, dW2, db2.",
)
def two_layer_backward_order(X, H, P, Y, W2):
    dW1, db1, dW2, db2 = backward(X, H, P, Y, W2)
    return dW2, db2, dW1, db1


# Task 3.6 ---------------------------------------------------------------------------
@probes("Value")
def value_uses():
    def a_sum_of_products(Value):
        a, b = Value(2.0), Value(-3.0)
        y = a * b + a
        y.backward()
        return y.data, a.grad, b.grad

    def numbers(Value):
        return (2.5 * Value(2.0) + 1.0).data

    def a_tanh(Value):
        a = Value(0.5)
        y = a.tanh()
        y.backward()
        return y.data, a.grad

    def a_shared_node(Value):
        a, b = Value(1.5), Value(-2.0)
        z = a * b
        y = z * z + z
        y.backward()
        return a.grad, b.grad, z.grad, y.grad

    def backward_twice(Value):
        a, b = Value(1.5), Value(-2.0)
        y = a * b
        y.backward()
        y.backward()
        return a.grad, b.grad

    return [a_sum_of_products, numbers, a_tanh, a_shared_node, backward_twice]


class RightValue:
    """A right solution; the wrong ones below change one method of it."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = float(data), 0.0, parents

    def other(self, x):
        return x if isinstance(x, RightValue) else type(self)(x)

    def __add__(self, other):
        other = self.other(other)
        return type(self)(self.data + other.data, ((self, 1.0), (other, 1.0)))

    def __mul__(self, other):
        other = self.other(other)
        slopes = ((self, other.data), (other, self.data))
        return type(self)(self.data * other.data, slopes)

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def tanh(self):
        out = math.tanh(self.data)
        return type(self)(out, ((self, 1 - out**2),))

    def nodes(self):
        order = []

        def visit(node):
            for parent, _ in node.parents:
                if parent not in order:
                    visit(parent)
            if node not in order:
                order.append(node)

        visit(self)
        return order

    def backward(self):
        for node in self.nodes():
            node.grad = 0.0
        self.grad = 1.0
        self.send()

    def send(self):
        for node in reversed(self.nodes()):
            for parent, slope in node.parents:
                parent.grad += slope * node.grad


@wrong(
    "Value",
    "a second contribution overwrites the first",
    caught_by=[
        "gradients of a sum and a product",
        "a node that is used several times",
        "a second backward starts afresh",
        "a small network",
    ],
    hint="A node that is used twice collects from both places: add.",
)
class ValueOverwrites(RightValue):
    def send(self):
        for node in reversed(self.nodes()):
            for parent, slope in node.parents:
                parent.grad = slope * node.grad


@wrong(
    "Value",
    "old gradients are kept",
    caught_by=["a second backward starts afresh"],
    hint="Each backward starts afresh: what must be 0 at the beginning?",
)
class ValueKeepsGradients(RightValue):
    def backward(self):
        self.grad = 1.0
        self.send()


@wrong(
    "Value",
    "the slopes of a product are exchanged",
    caught_by=[
        "gradients of a sum and a product",
        "a node that is used several times",
        "a second backward starts afresh",
        "a small network",
    ],
    hint="The derivative of a * b by a is not a.",
)
class ValueProductExchanged(RightValue):
    def __mul__(self, other):
        other = self.other(other)
        slopes = ((self, self.data), (other, other.data))
        return type(self)(self.data * other.data, slopes)


@wrong(
    "Value",
    "the slope of tanh uses the argument",
    caught_by=["tanh", "a small network"],
    hint="1 minus the square of the result, not of what went in.",
)
class ValueTanhOfArgument(RightValue):
    def tanh(self):
        return type(self)(math.tanh(self.data), ((self, 1 - self.data**2),))


@wrong(
    "Value",
    "a node passes its gradient on before it is complete",
    caught_by=[
        "a node that is used several times",
        "a second backward starts afresh",
        "a small network",
    ],
    hint="If a node hands on what it has at each visit, its first contribution travels "
    "twice. In which order are nodes complete?",
)
class ValueUnordered(RightValue):
    def send(self):
        for parent, slope in self.parents:
            parent.grad += slope * self.grad
            parent.send()


@wrong(
    "Value",
    "plain numbers are refused",
    caught_by=["plain numbers on either side"],
    hint="A float has no data; make a Value of it first.",
)
class ValueOnlyValues(RightValue):
    def other(self, x):
        return x if isinstance(x, RightValue) else x.data


@wrong(
    "Value",
    "the gradient of the output stays 0",
    caught_by=[
        "gradients of a sum and a product",
        "tanh",
        "a node that is used several times",
        "a second backward starts afresh",
        "a small network",
    ],
    hint="The derivative of the output by itself is not 0.",
)
class ValueWithoutSeed(RightValue):
    def backward(self):
        for node in self.nodes():
            node.grad = 0.0
        self.send()


@wrong(
    "Value",
    "a sum passes on the other summand",
    caught_by=[
        "gradients of a sum and a product",
        "a node that is used several times",
        "a second backward starts afresh",
        "a small network",
    ],
    hint="If a grows by a little, by how much does a + b grow?",
)
class ValueSumSlopes(RightValue):
    def __add__(self, other):
        other = self.other(other)
        slopes = ((self, other.data), (other, self.data))
        return type(self)(self.data + other.data, slopes)
