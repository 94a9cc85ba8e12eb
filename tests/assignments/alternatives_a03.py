"""Right solutions of assignment 3 in other words: each must get full points."""

import math

import numpy as np


def two_paths_products(x):
    z1 = x * x
    z2 = z1 * x
    return [2 * z1 * z1 * z1 + z2 * z2, 12 * z1 * z1 * x, 6 * z2 * z1]


def two_paths_polynomials(x):
    # Each path contributes the derivative of its own term.
    return 3 * x**6, 12 * x**5, 6 * x**5


def two_paths_as_array(x):
    z = np.array([x**2, x**3], dtype=np.float32)
    outer, inner = np.array([6 * z[0] ** 2, 2 * z[1]]), np.array([2 * x, 3 * x**2])
    return np.append(2 * z[0] ** 3 + z[1] ** 2, outer * inner)


def node_gradients_by_node(edges, count):
    grads = [0.0] * (count - 1) + [1.0]
    for node in range(count - 2, -1, -1):
        for source, target, slope in edges:
            if source == node:
                grads[node] += slope * grads[target]
    return grads


def node_gradients_recursive(edges, count):
    def derivative(node):
        if node == count - 1:
            return 1.0
        return sum(slope * derivative(t) for s, t, slope in edges if s == node)

    return np.array([derivative(node) for node in range(count)])


def node_gradients_by_target(edges, count):
    grads = np.zeros(count, dtype=np.float32)
    grads[count - 1] = 1
    for source, target, slope in sorted(edges, key=lambda edge: -edge[1]):
        grads[source] = grads[source] + grads[target] * slope
    return grads


def node_gradients_by_matrix(edges, count):
    # A path is a product of entries; all paths together are a geometric series.
    slopes = np.zeros((count, count))
    for source, target, slope in edges:
        slopes[source, target] += slope
    return np.linalg.inv(np.eye(count) - slopes)[:, -1]


def central_differences_flat(f, x, h=1e-5):
    flat = x.ravel()
    steps = h * np.eye(len(flat))
    ends = [
        (f((flat + e).reshape(x.shape)), f((flat - e).reshape(x.shape))) for e in steps
    ]
    return np.array([(ahead - behind) / (2 * h) for ahead, behind in ends]).reshape(
        x.shape
    )


def central_differences_restores(f, x, h=1e-5):
    x = np.array(x)
    out = np.empty_like(x)
    walk = np.nditer(x, flags=["multi_index"])
    for _ in walk:
        place = walk.multi_index
        kept = x[place]
        x[place] = kept + h
        ahead = f(x)
        x[place] = kept - h
        out[place] = (ahead - f(x)) / h / 2
        x[place] = kept
    return out


def central_differences_average(f, x, h=1e-5):
    middle = f(x)
    out = np.zeros_like(x)
    for place, value in np.ndenumerate(x):
        sides = []
        for step in (h, -h):
            moved = np.copy(x)
            moved[place] = value + step
            sides.append((f(moved) - middle) / step)
        out[place] = sum(sides) / 2
    return out


def two_layer_by_rows(X, W1, b1, W2, b2):
    H, P = [], []
    for x in X:
        h = [1 / (1 + math.exp(-(x @ W1[:, j] + b1[j]))) for j in range(len(b1))]
        e = np.exp(np.array(h) @ W2 + b2)
        H.append(h)
        P.append(e / e.sum())
    return H, P


def two_layer_einsum(X, W1, b1, W2, b2):
    H = 1 / (1 + np.exp(-np.einsum("nd,dm->nm", X, W1) - b1))
    S = np.einsum("nm,mk->nk", H, W2) + b2
    return [H, np.exp(S - np.logaddexp.reduce(S, axis=1)[:, None])]


def two_layer_float32(X, W1, b1, W2, b2):
    X, W1, b1, W2, b2 = (np.float32(a) for a in (X, W1, b1, W2, b2))
    H = np.tanh((X @ W1 + b1) / 2) / 2 + np.float32(0.5)
    e = np.exp(H @ W2 + b2)
    return H, e / e.sum(axis=1, keepdims=True)


def two_layer_backward_by_samples(X, H, P, Y, W2):
    dW1, db1 = np.zeros((X.shape[1], H.shape[1])), np.zeros(H.shape[1])
    dW2, db2 = np.zeros(W2.shape), np.zeros(W2.shape[1])
    for x, h, p, y in zip(X, H, P, Y, strict=True):
        d2 = p - y
        d1 = W2 @ d2 * (h - h**2)
        dW1 += np.outer(x, d1) / len(X)
        db1 += d1 / len(X)
        dW2 += np.outer(h, d2) / len(X)
        db2 += d2 / len(X)
    return dW1, db1, dW2, db2


def two_layer_backward_einsum(X, H, P, Y, W2):
    d2 = (P - Y) * (1 / X.shape[0])
    d1 = np.einsum("nk,mk,nm,nm->nm", d2, W2, H, 1 - H)
    ones = np.ones(len(X))
    return [np.einsum("nd,nm->dm", X, d1), ones @ d1, (d2.T @ H).T, ones @ d2]


def two_layer_backward_mean_at_the_end(X, H, P, Y, W2):
    X, H, P, Y, W2 = (np.float32(a) for a in (X, H, P, Y, W2))
    d2 = P - Y
    d1 = d2.dot(W2.T) * H * (1 - H)
    products = [X[:, :, None] * d1[:, None, :], d1, H[:, :, None] * d2[:, None, :], d2]
    return tuple(product.mean(axis=0) for product in products)


class ValueOfClosures:
    """Each node knows how to pass its gradient on."""

    def __init__(self, data, parents=()):
        self.data = float(data)
        self.grad = 0.0
        self.parents = set(parents)
        self._pass_on = lambda: None

    def _of(self, x):
        return x if isinstance(x, ValueOfClosures) else ValueOfClosures(x)

    def __add__(self, other):
        other = self._of(other)
        out = ValueOfClosures(self.data + other.data, (self, other))

        def pass_on():
            self.grad += out.grad
            other.grad += out.grad

        out._pass_on = pass_on
        return out

    def __mul__(self, other):
        other = self._of(other)
        out = ValueOfClosures(self.data * other.data, (self, other))

        def pass_on():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out._pass_on = pass_on
        return out

    __radd__ = __add__
    __rmul__ = __mul__

    def tanh(self):
        out = ValueOfClosures(math.tanh(self.data), (self,))

        def pass_on():
            self.grad += (1 - out.data**2) * out.grad

        out._pass_on = pass_on
        return out

    def backward(self):
        order, done = [], set()

        def visit(node):
            if node in done:
                return
            done.add(node)
            for parent in node.parents:
                visit(parent)
            order.insert(0, node)

        visit(self)
        for node in order:
            node.grad = 0.0
        self.grad = 1.0
        for node in order:
            node._pass_on()


class ValueByPaths:
    """Every path from the output is walked on its own."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents

    def __add__(self, other):
        if not hasattr(other, "data"):
            other = ValueByPaths(other)
        return ValueByPaths(self.data + other.data, [(self, 1), (other, 1)])

    def __mul__(self, other):
        if not hasattr(other, "data"):
            other = ValueByPaths(other)
        parents = [(self, other.data), (other, self.data)]
        return ValueByPaths(self.data * other.data, parents)

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def tanh(self):
        return ValueByPaths(np.tanh(self.data), [(self, 1 / math.cosh(self.data) ** 2)])

    def _clear(self):
        self.grad = 0.0
        for parent, _ in self.parents:
            parent._clear()

    def _receive(self, share):
        self.grad += share
        for parent, slope in self.parents:
            parent._receive(share * slope)

    def backward(self):
        self._clear()
        self._receive(1.0)


class ValueByCount:
    """Nodes are numbered when they are made, so the newest comes first."""

    made = 0

    def __init__(self, data, parents=()):
        self.data = np.float64(data)
        self.grad = 0
        self.parents = parents
        self.number = ValueByCount.made
        ValueByCount.made += 1

    def _combine(self, other, value, by_self, by_other):
        return ValueByCount(value, ((self, by_self), (other, by_other)))

    def __add__(self, other):
        other = other if isinstance(other, ValueByCount) else ValueByCount(other)
        return self._combine(other, self.data + other.data, 1.0, 1.0)

    def __mul__(self, other):
        other = other if isinstance(other, ValueByCount) else ValueByCount(other)
        return self._combine(other, self.data * other.data, other.data, self.data)

    def __radd__(self, other):
        return self.__add__(other)

    def __rmul__(self, other):
        return self.__mul__(other)

    def tanh(self):
        e = math.exp(2 * self.data)
        out = (e - 1) / (e + 1)
        return ValueByCount(out, ((self, (1 + out) * (1 - out)),))

    def backward(self):
        nodes, stack = {}, [self]
        while stack:
            node = stack.pop()
            nodes[node.number] = node
            node.grad = 0
            stack.extend(parent for parent, _ in node.parents)
        self.grad = 1
        for number in sorted(nodes, reverse=True):
            for parent, slope in nodes[number].parents:
                parent.grad = parent.grad + slope * nodes[number].grad


ALTERNATIVES = {
    "two_paths": [two_paths_products, two_paths_polynomials, two_paths_as_array],
    "node_gradients": [
        *(node_gradients_by_node, node_gradients_recursive),
        *(node_gradients_by_target, node_gradients_by_matrix),
    ],
    "central_differences": [
        *(central_differences_flat, central_differences_restores),
        central_differences_average,
    ],
    "two_layer": [two_layer_by_rows, two_layer_einsum, two_layer_float32],
    "two_layer_backward": [
        *(two_layer_backward_by_samples, two_layer_backward_einsum),
        two_layer_backward_mean_at_the_end,
    ],
    "Value": [ValueOfClosures, ValueByPaths, ValueByCount],
}
