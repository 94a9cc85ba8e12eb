# ---
# jupyter:
#   nncourse:
#     allow: [nnlib.testing, nnlib.viz.style]
# ---

# %% [markdown]
r"""
# Assignment 3: Backpropagation

You walk a computation graph backwards: first on paper-sized examples, then for a network
with two layers, and at last with numbers that differentiate themselves.

**You will be able to**

- apply the chain rule to a graph: multiply along a path, add up the paths;
- check any gradient by small changes, and say how far to trust the check;
- compute the forward and the backward pass of a two-layer network for a whole batch;
- write a small automatic differentiation, the idea behind every deep-learning library.

**Time:** 3 to 4 hours. **Points:** 29, of which 23 are given by automatic checks and 6
for two written answers. **Before you start:** lecture 3.

**How to work.** Replace each `raise NotImplementedError(...)` by your own code. The cell
below each task checks it at once: it names what works, what does not, and gives hints.
Points are given for each named check, so half a solution is worth something. After you
hand in, further checks run on other inputs. Write each function so that it does not call
the functions of other tasks: then a slip in one costs you nothing in the next. No function
may change the arrays that it gets.
"""

# %% [markdown]
r"""
## Notation

| symbol | shape | in code | meaning |
|---|---|---|---|
| $X$ | $(N, D)$ | `X` | $N$ samples, one per row |
| $W_1, \mathbf{b}_1$ | $(D, M)$, $(M,)$ | `W1`, `b1` | weights and bias of the hidden layer |
| $H$ | $(N, M)$ | `H` | outputs of the hidden layer, after its sigmoid |
| $W_2, \mathbf{b}_2$ | $(M, K)$, $(K,)$ | `W2`, `b2` | weights and bias of the output layer |
| $P$ | $(N, K)$ | `P` | probabilities, after the softmax |
| $Y$ | $(N, K)$ | `Y` | labels, one-hot |
| $J$ | number | | cross-entropy, the mean over the samples |
| $\partial J / \partial W_1$ | $(D, M)$ | `dW1` | a gradient has the shape of what it belongs to |
"""

# %% nbgrader={"grade_id": "setup", "locked": true}
import numpy as np

from nnlib.testing import Rubric, assert_close

# A network with two inputs, two hidden neurons and two classes, and three samples.
X_TOY = np.array([[1.0, 2.0], [0.0, -1.0], [3.0, 1.0]])
Y_TOY = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])
W1_TOY, B1_TOY = np.array([[0.5, -1.0], [0.25, 0.5]]), np.array([0.0, 0.5])
W2_TOY, B2_TOY = np.array([[1.0, -1.0], [2.0, 0.0]]), np.array([-1.0, 0.0])


def sigmoid(s):
    """Return 1 / (1 + exp(-s)) for each entry of s, without overflow."""
    return 0.5 * (1.0 + np.tanh(0.5 * s))


def softmax(S):
    """Return the softmax of each row of S, without overflow."""
    e = np.exp(S - S.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


# %% [markdown]
r"""
## Task 3.1: Two paths (2 points)

Let $z_1 = x^2$, $z_2 = x^3$ and $y = 2 z_1^3 + z_2^2$. The input reaches $y$ on two paths,
and each path contributes a product of two local derivatives:

$$\frac{dy}{dx} = \frac{\partial y}{\partial z_1} \frac{dz_1}{dx}
+ \frac{\partial y}{\partial z_2} \frac{dz_2}{dx} .$$

Write `two_paths(x)` for a number `x`. It returns three numbers: $y$, the contribution
through $z_1$, and the contribution through $z_2$. Compute them as a machine would: from
$z_1$, $z_2$ and local derivatives.

**Example.** `two_paths(1.0)` is `(3.0, 12.0, 6.0)`; so $dy/dx = 18$ at $x = 1$.
"""


# %% nbgrader={"grade_id": "two_paths", "solution": true}
def two_paths(x):
    """Return y and the contributions to dy/dx through z1 and through z2."""
    ### BEGIN SOLUTION
    z1, z2 = x**2, x**3
    y = 2 * z1**3 + z2**2
    through_z1 = (6 * z1**2) * (2 * x)
    through_z2 = (2 * z2) * (3 * x**2)
    return y, through_z1, through_z2
    ### END SOLUTION
    raise NotImplementedError("Task 3.1: return y and the two contributions")


# %% nbgrader={"grade_id": "test_two_paths", "grade": true, "locked": true, "points": 2}
r = Rubric(points=2)
with r.check(
    "at x = 1",
    hint="Local derivatives: of y by z1, of z1 by x; then the same for z2.",
):
    assert_close(two_paths(1.0), [3.0, 12.0, 6.0], name="y and both contributions")
### BEGIN HIDDEN TESTS
with r.check(
    "y at other places",
    hidden=True,
    hint="Put your x into z1 and z2 first.",
):
    got = [two_paths(x)[0] for x in (2.0, -1.5, 0.5)]
    assert_close(got, [192.0, 34.171875, 0.046875], name="y")
with r.check(
    "both contributions at other places",
    weight=2,
    hidden=True,
    hint="At x = 1 all powers are equal. Check your local derivatives at x = 2: the "
    "sum is 576 there.",
):
    got = [two_paths(x)[1:] for x in (2.0, -1.5, 0.5)]
    want = [[384.0, 192.0], [-91.125, -45.5625], [0.375, 0.1875]]
    assert_close(got, want, name="the contributions")
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
## Task 3.2: Any graph (4 points)

Now a graph of any shape. Its nodes are numbered from 0 to `count - 1`, and each edge leads
from a smaller number to a larger one. An edge is a triple `(source, target, slope)`:
the local derivative of the target by the source. The last node is the output $y$. Then

$$\frac{\partial y}{\partial y} = 1, \qquad
\frac{\partial y}{\partial v} = \sum_{\text{edges } v \to c}
\text{slope} \cdot \frac{\partial y}{\partial c} :$$

a node collects from its children, and each child must be finished before.

Write `node_gradients(edges, count)`. It returns an array of shape `(count,)` with
$\partial y / \partial v$ for every node. The edges come in **any order**; there may be
several between the same two nodes, and nodes without a path to the output (derivative 0).

**Example.** The graph of task 3.1 at $x = 1$, with nodes $x, z_1, z_2, y$:
`node_gradients([(0, 1, 2.0), (0, 2, 3.0), (1, 3, 6.0), (2, 3, 2.0)], 4)` is
`[18. 6. 2. 1.]`.
"""


# %% nbgrader={"grade_id": "node_gradients", "solution": true}
def node_gradients(edges, count):
    """Return the derivative of the last node by each node, shape (count,)."""
    ### BEGIN SOLUTION
    grads = np.zeros(count)
    grads[-1] = 1.0
    for source, target, slope in sorted(edges, reverse=True):
        grads[source] += slope * grads[target]
    return grads
    ### END SOLUTION
    raise NotImplementedError("Task 3.2: return the derivative by each node")


# %% nbgrader={"grade_id": "test_node_gradients", "grade": true, "locked": true, "points": 4}
r = Rubric(points=4)
with r.check(
    "a chain",
    hint="Along one path the slopes multiply. The output's derivative by itself is 1.",
):
    got = node_gradients([(0, 1, 3.0), (1, 2, 10.0)], 3)
    assert_close(got, [30.0, 10.0, 1.0], name="the derivatives")
with r.check("two paths", hint="Contributions of several paths add up."):
    edges = [(0, 1, 2.0), (0, 2, 3.0), (1, 3, 6.0), (2, 3, 2.0)]
    got = node_gradients(edges, 4)
    assert_close(got, [18.0, 6.0, 2.0, 1.0], name="the derivatives")
### BEGIN HIDDEN TESTS
with r.check(
    "edges in any order",
    weight=2,
    hidden=True,
    hint="Before an edge passes a derivative on, all edges that leave its target must "
    "have delivered theirs. In which order do you go through them?",
):
    edges = [(1, 3, -2.0), (2, 4, 0.5), (0, 2, 3.0), (3, 4, 4.0), (0, 1, -1.5)]
    got = node_gradients([*edges, (1, 2, 5.0), (0, 4, 7.0)], 5)
    assert_close(got, [16.75, -5.5, 0.5, 4.0, 1.0], name="the derivatives")
    got = node_gradients([(2, 3, 2.0), (0, 1, 3.0), (1, 2, -1.0), (0, 3, 0.25)], 4)
    assert_close(got, [-5.75, -2.0, 2.0, 1.0], name="the derivatives")
with r.check(
    "double edges and dead ends",
    hidden=True,
    hint="In x * x the same two nodes are joined twice. A node that does not reach "
    "the output has derivative 0.",
):
    edges = [(0, 2, 3.0), (0, 2, 3.0), (1, 3, 2.0), (0, 1, 5.0), (2, 4, -2.0)]
    assert_close(node_gradients(edges, 5), [-12.0, 0.0, -2.0, 0.0, 1.0], name="dy/dv")
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
## Task 3.3: The numerical gradient (3 points)

Before you trust a gradient, compare it with small changes of each entry, one at a time,
in both directions:

$$\frac{\partial f}{\partial x_i} \approx
\frac{f(\mathbf{x} + h\,\mathbf{e}_i) - f(\mathbf{x} - h\,\mathbf{e}_i)}{2h} .$$

Write `central_differences(f, x, h=1e-5)`. `x` is an array of floats of **any shape**, `f`
takes such an array and returns a number. The result has the shape of `x`.

**Example.** For $f(x) = x_0^2 + x_1^2$ at $(1, -2)$ the result is `[2. -4.]`. For
$f(x) = x_0^3$ at 1 with `h=0.5` it is `[3.25]`: the error is exactly $h^2$.
"""


# %% nbgrader={"grade_id": "central_differences", "solution": true}
def central_differences(f, x, h=1e-5):
    """Return the gradient of f at x by central differences, in the shape of x."""
    ### BEGIN SOLUTION
    gradient = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        ahead, behind = x.copy(), x.copy()
        ahead[place] += h
        behind[place] -= h
        gradient[place] = (f(ahead) - f(behind)) / (2 * h)
    return gradient
    ### END SOLUTION
    raise NotImplementedError("Task 3.3: return the numerical gradient")


# %% nbgrader={"grade_id": "test_central_differences", "grade": true, "locked": true, "points": 3}
r = Rubric(points=3)
with r.check(
    "a bowl",
    hint="Change one entry, leave all others; divide by the whole width of the step.",
):
    got = central_differences(lambda x: float(np.sum(x**2)), np.array([1.0, -2.0]))
    assert_close(got, [2.0, -4.0], name="the gradient", rtol=1e-4)
with r.check(
    "a large step shows which formula it is",
    weight=2,
    hint="Forward differences give 4.75 here: go in both directions.",
):
    got = central_differences(lambda x: float(x[0] ** 3), np.array([1.0]), h=0.5)
    assert_close(got, [3.25], name="the gradient")
### BEGIN HIDDEN TESTS
with r.check(
    "a matrix, with the default step",
    hidden=True,
    hint="x may have any number of axes: np.ndindex(x.shape) visits every entry.",
):
    x = np.array([[0.5, -1.0, 2.0], [1.5, 0.25, -0.75]])
    got = central_differences(lambda x: float(np.sum(np.sin(x) * x[0, 2])), x.copy())
    want = 2 * np.cos(x)
    want[0, 2] += np.sum(np.sin(x))
    assert_close(got, want, name="the gradient", rtol=1e-4, atol=1e-4)
with r.check(
    "one entry at a time, and x is left alone",
    hidden=True,
    hint="Undo each change before the next one, or work on fresh copies.",
):
    x, asked = np.array([1.0, -2.0, 4.0]), []

    def recorded(x):
        asked.append(np.array(x))
        return float(x[0] * x[1] * x[2])

    got = central_differences(recorded, x, 0.25)
    assert_close(got, [-8.0, 4.0, -2.0], name="the gradient of a product")
    assert_close(x, [1.0, -2.0, 4.0], name="x after the call")
    moved = [np.sum(np.abs(place - x) > 0.01) for place in asked]
    assert max(moved) == 1, f"f was asked with {max(moved)} entries changed at once"
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
### Look at what you have built

How small should $h$ be? The next cell differentiates $e^x$ at $x = 1$ with your function,
for steps from $10^{-1}$ down to $10^{-12}$, and shows the relative error. You explain the
picture in question 3.8.
"""

# %%
from nnlib.viz import show, style

style()
steps = 10.0 ** np.arange(-1, -12.5, -0.5)
try:
    import matplotlib.pyplot as plt

    slopes = [
        central_differences(lambda x: float(np.exp(x[0])), np.array([1.0]), h)[0]
        for h in steps
    ]
except (ImportError, NotImplementedError) as missing:
    print(f"The figure needs task 3.3. What is missing: {missing}")
else:
    forward = (np.exp(1.0 + steps) - np.exp(1.0)) / steps
    fig, ax = plt.subplots(figsize=(6.5, 4))
    for values, style_of_line, label in (
        (np.array(slopes), "o-", "central differences (yours)"),
        (forward, "s--", "forward differences"),
    ):
        error = np.abs(values - np.e) / np.e
        ax.loglog(steps, np.maximum(error, 1e-13), style_of_line, ms=4, label=label)
    ax.set(xlabel="step $h$", ylabel="relative error of the derivative")
    ax.legend()
    show(
        fig,
        alt="Relative error against the step h on logarithmic axes. Both curves are "
        "V-shaped. From h = 0.1 downwards the error of central differences falls two "
        "decades per decade of h, to about 1e-11 near h = 1e-5, then rises again. "
        "Forward differences fall one decade per decade, to about 1e-8 near h = 1e-8, "
        "and rise from there along the same line.",
    )

# %% [markdown]
r"""
## Task 3.4: Two layers forward (3 points)

$$H = \sigma(X W_1 + \mathbf{b}_1), \qquad
P = \operatorname{softmax}(H W_2 + \mathbf{b}_2) .$$

Write `two_layer(X, W1, b1, W2, b2)`. It returns `H` and `P`; the backward pass will need
both. `sigmoid` and `softmax` are in the first cell.

**Example.** For the toy network `two_layer(X_TOY, W1_TOY, B1_TOY, W2_TOY, B2_TOY)`,
rounded to four decimals, gives

| | |
|---|---|
| `H` | `[[0.7311 0.6225] [0.4378 0.5 ] [0.852 0.1192]]` |
| `P` | `[[0.8465 0.1535] [0.7059 0.2941] [0.7196 0.2804]]` |
"""


# %% nbgrader={"grade_id": "two_layer", "solution": true}
def two_layer(X, W1, b1, W2, b2):
    """Return the hidden outputs H (N, M) and the probabilities P (N, K)."""
    ### BEGIN SOLUTION
    H = sigmoid(X @ W1 + b1)
    P = softmax(H @ W2 + b2)
    return H, P
    ### END SOLUTION
    raise NotImplementedError("Task 3.4: return H and P")


# %% nbgrader={"grade_id": "test_two_layer", "grade": true, "locked": true, "points": 3}
r = Rubric(points=3)
with r.check(
    "the hidden layer of the toy network",
    hint="Weighted sums plus bias, then the sigmoid.",
):
    toy = [a.copy() for a in (X_TOY, W1_TOY, B1_TOY, W2_TOY, B2_TOY)]
    want = sigmoid(np.array([[1.0, 0.5], [-0.25, 0.0], [1.75, -2.0]]))
    assert_close(two_layer(*toy)[0], want, name="H")
with r.check(
    "the output of the toy network",
    hint="The second layer sees H, not X, and has its own bias; softmax comes last.",
):
    toy = [a.copy() for a in (X_TOY, W1_TOY, B1_TOY, W2_TOY, B2_TOY)]
    got = two_layer(*toy)[1]
    want = [[0.8465, 0.1535], [0.7059, 0.2941], [0.7196, 0.2804]]
    assert_close(got, want, name="P", atol=1e-4)
### BEGIN HIDDEN TESTS
with r.check(
    "the hidden layer with unequal widths",
    hidden=True,
    hint="D, M, K and N are all different here, and b1 is not 0.",
):
    rng = np.random.default_rng(34)
    sizes = ((5, 3), (3, 4), (4,), (4, 2), (2,))
    X, W1, b1, W2, b2 = (rng.normal(0.0, 1.0, size) for size in sizes)
    want_H = 1 / (1 + np.exp(-(X @ W1 + b1)))
    assert_close(two_layer(X, W1, b1, W2, b2)[0], want_H, name="H")
with r.check(
    "the output with unequal widths",
    hidden=True,
    hint="Each row of P sums to 1.",
):
    e = np.exp(want_H @ W2 + b2)
    want_P = e / np.sum(e, axis=1, keepdims=True)
    assert_close(two_layer(X, W1, b1, W2, b2)[1], want_P, name="P")
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
## Task 3.5: Two layers backward (5 points)

From the output to the input, with $\odot$ for the product entry by entry:

$$\Delta_2 = \frac{P - Y}{N}, \qquad
\frac{\partial J}{\partial W_2} = H^\top \Delta_2, \qquad
\frac{\partial J}{\partial \mathbf{b}_2} = \sum_n (\Delta_2)_n ,$$

$$\Delta_1 = \Delta_2 W_2^\top \odot H \odot (1 - H), \qquad
\frac{\partial J}{\partial W_1} = X^\top \Delta_1, \qquad
\frac{\partial J}{\partial \mathbf{b}_1} = \sum_n (\Delta_1)_n .$$

Write `two_layer_backward(X, H, P, Y, W2)`. `H` and `P` come from the forward pass. It
returns `dW1, db1, dW2, db2`, each with the shape of its parameter.

**Example.** For the toy network, rounded to four decimals:

| | |
|---|---|
| `dW1` | `[[0.1614 0.127 ] [-0.0956 -0.1154]]` |
| `db1` | `[0.1562 0.144 ]` |
| `dW2` | `[[0.27 -0.27 ] [0.1144 -0.1144]]` |
| `db2` | `[0.424 -0.424]` |
"""


# %% nbgrader={"grade_id": "two_layer_backward", "solution": true}
def two_layer_backward(X, H, P, Y, W2):
    """Return dW1, db1, dW2, db2 of the mean cross-entropy."""
    ### BEGIN SOLUTION
    delta2 = (P - Y) / len(X)
    delta1 = delta2 @ W2.T * H * (1 - H)
    return X.T @ delta1, delta1.sum(axis=0), H.T @ delta2, delta2.sum(axis=0)
    ### END SOLUTION
    raise NotImplementedError("Task 3.5: return dW1, db1, dW2, db2")


# %% nbgrader={"grade_id": "test_two_layer_backward", "grade": true, "locked": true, "points": 5}
H_TOY = sigmoid(X_TOY @ W1_TOY + B1_TOY)
P_TOY = softmax(H_TOY @ W2_TOY + B2_TOY)

r = Rubric(points=5)
with r.check(
    "the output layer of the toy network",
    hint="P minus Y, divided by N; the sums run over the samples.",
):
    toy = [a.copy() for a in (X_TOY, H_TOY, P_TOY, Y_TOY, W2_TOY)]
    _, _, dW2, db2 = two_layer_backward(*toy)
    want = [[0.2699505412, -0.2699505412], [0.1143854476, -0.1143854476]]
    assert_close(dW2, want, name="dW2")
    assert_close(db2, [0.4239790348, -0.4239790348], name="db2")
with r.check(
    "the hidden layer of the toy network",
    hint="Send Delta_2 back through W2, transposed; then the slope of the sigmoid, "
    "H (1 - H).",
):
    toy = [a.copy() for a in (X_TOY, H_TOY, P_TOY, Y_TOY, W2_TOY)]
    dW1, db1, _, _ = two_layer_backward(*toy)
    want = [[0.1613903635, 0.1270433723], [-0.0955809583, -0.1153993094]]
    assert_close(dW1, want, name="dW1")
    assert_close(db1, [0.1562131161, 0.1439634682], name="db1")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(35)
sizes = ((6, 3), (3, 5), (5,), (5, 4), (4,))
X, W1, b1, W2, b2 = (rng.normal(0.0, 1.0, size) for size in sizes)
H = sigmoid(X @ W1 + b1)
P = softmax(H @ W2 + b2)
Y = np.eye(4)[[3, 0, 1, 1, 2, 3]]


def slope_by(parameter):
    """Return the gradient of J by one parameter, by small changes."""
    gradient = np.zeros(parameter.shape)
    for place in np.ndindex(parameter.shape):
        kept, values = parameter[place], []
        for h in (1e-5, -1e-5):
            parameter[place] = kept + h
            S = sigmoid(X @ W1 + b1) @ W2 + b2
            values.append(-np.sum(Y * np.log(softmax(S))) / 6)
        parameter[place] = kept
        gradient[place] = (values[0] - values[1]) / 2e-5
    return gradient


with r.check(
    "the output layer with unequal widths",
    weight=2,
    hidden=True,
    hint="Six samples, four classes: each gradient has the shape of its parameter.",
):
    want = slope_by(W2), slope_by(b2)
    inputs = [a.copy() for a in (X, H, P, Y, W2)]
    _, _, dW2, db2 = two_layer_backward(*inputs)
    assert_close(dW2, want[0], name="dW2", rtol=1e-4, atol=1e-6)
    assert_close(db2, want[1], name="db2", rtol=1e-4, atol=1e-6)
with r.check(
    "the hidden layer with unequal widths",
    weight=2,
    hidden=True,
    hint="Compare with the numerical gradient.",
):
    want = slope_by(W1), slope_by(b1)
    inputs = [a.copy() for a in (X, H, P, Y, W2)]
    dW1, db1, _, _ = two_layer_backward(*inputs)
    assert_close(dW1, want[0], name="dW1", rtol=1e-4, atol=1e-6)
    assert_close(db1, want[1], name="db1", rtol=1e-4, atol=1e-6)
with r.check(
    "the arrays are left alone",
    hidden=True,
    hint="P -= Y changes the caller's P: work on new arrays.",
):
    inputs = [a.copy() for a in (X, H, P, Y, W2)]
    grads = two_layer_backward(*inputs)
    assert len(grads) == 4, f"{len(grads)} gradients, expected 4"
    for after, before, name in zip(inputs, (X, H, P, Y, W2), "XHPYW", strict=True):
        assert_close(after, before, name=f"{name} after the call")
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
## Task 3.6: A number that differentiates itself (6 points)

A `Value` is a number that remembers how it was computed:

- `data` is the number, `grad` the derivative of the output by it (0 until somebody calls
  `backward`);
- `parents` holds a pair `(node, slope)` for each `Value` that it was computed from, with
  the local derivative as the slope.

The constructor is given. Complete the four methods:

1. `a + b` and `a * b`, where `b` is a `Value` or a plain number;
2. `a.tanh()`, with the derivative $1 - \tanh^2$;
3. `y.backward()` sets `grad` of `y` and of all nodes that `y` was computed from. A node may
   be used several times: finish it before it passes its gradient on. Calling `backward`
   again, on the same or on another node, starts afresh: old gradients do not add up.

**Example.** After `a, b = Value(2.0), Value(-3.0)`, `y = a * b + a` and `y.backward()`,
`y.data` is -4.0, `a.grad` is -2.0 and `b.grad` is 2.0.
"""


# %% nbgrader={"grade_id": "Value", "solution": true}
class Value:
    """A number that remembers how it was computed, and so can be differentiated."""

    def __init__(self, data, parents=()):
        self.data = float(data)
        self.grad = 0.0
        self.parents = parents  # pairs (node, local derivative)

    def __add__(self, other):
        """Return self + other as a new Value."""
        ### BEGIN SOLUTION
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data + other.data, ((self, 1.0), (other, 1.0)))
        ### END SOLUTION
        raise NotImplementedError("Task 3.6: return the sum as a Value")

    def __mul__(self, other):
        """Return self * other as a new Value."""
        ### BEGIN SOLUTION
        other = other if isinstance(other, Value) else Value(other)
        slopes = ((self, other.data), (other, self.data))
        return Value(self.data * other.data, slopes)
        ### END SOLUTION
        raise NotImplementedError("Task 3.6: return the product as a Value")

    def __radd__(self, other):  # 2 + value
        return self + other

    def __rmul__(self, other):  # 2 * value
        return self * other

    def tanh(self):
        """Return the hyperbolic tangent as a new Value."""
        ### BEGIN SOLUTION
        out = np.tanh(self.data)
        return Value(out, ((self, 1 - out**2),))
        ### END SOLUTION
        raise NotImplementedError("Task 3.6: return the tanh as a Value")

    def backward(self):
        """Set grad of this node and of all that it was computed from."""
        ### BEGIN SOLUTION
        order, seen = [], set()

        def visit(node):
            if id(node) not in seen:
                seen.add(id(node))
                for parent, _ in node.parents:
                    visit(parent)
                order.append(node)

        visit(self)
        for node in order:
            node.grad = 0.0
        self.grad = 1.0
        for node in reversed(order):
            for parent, slope in node.parents:
                parent.grad += slope * node.grad
        return
        ### END SOLUTION
        raise NotImplementedError("Task 3.6: set the gradients")


# %% nbgrader={"grade_id": "test_Value", "grade": true, "locked": true, "points": 6}
r = Rubric(points=6)
with r.check(
    "sums and products",
    hint="Return a new Value; its data is the sum or the product of the two data.",
):
    a, b = Value(2.0), Value(-3.0)
    assert_close((a * b + a).data, -4.0, name="the data of a * b + a")
with r.check(
    "gradients of a sum and a product",
    weight=2,
    hint="By the chain rule: the slope of a * b by a is the data of b. A node that is "
    "used twice adds up both contributions. The gradient of the output is 1.",
):
    a, b = Value(2.0), Value(-3.0)
    (a * b + a).backward()
    assert_close([a.grad, b.grad], [-2.0, 2.0], name="the gradients")
with r.check(
    "plain numbers on either side",
    hint="Turn a plain number into a Value first; isinstance tells them apart.",
):
    a = Value(2.0)
    assert_close((3.0 * a + 0.5).data, 6.5, name="3 a + 0.5")
    assert_close((1.0 + a * 4.0).data, 9.0, name="1 + 4 a")
with r.check("tanh", hint="The slope is 1 minus the square of the result."):
    a = Value(0.5)
    y = a.tanh()
    y.backward()
    assert_close([y.data, a.grad], [0.4621171573, 0.7864477330], name="tanh and slope")
### BEGIN HIDDEN TESTS
with r.check(
    "a node that is used several times",
    weight=2,
    hidden=True,
    hint="z must have collected from all places where it is used before it passes its "
    "gradient on to a and b: visit the nodes in reverse order of computation.",
):
    a, b = Value(1.5), Value(-2.0)
    z = a * b
    (z * z + z + a).backward()
    assert_close([a.grad, b.grad, z.grad], [11.0, -7.5, -5.0], name="the gradients")
    x = Value(2.0)
    z1, z2 = x * x, x * x * x
    cube = z1 * z1 * z1
    (cube + cube + z2 * z2).backward()
    assert_close(x.grad, 576.0, name="the slope of 3 x^6 at 2")
with r.check(
    "a second backward starts afresh",
    hidden=True,
    hint="Set the gradients of all nodes to 0 before you begin.",
):
    a, b = Value(3.0), Value(2.0)
    z = a * b
    y = z * a + z
    y.backward()
    y.backward()
    assert_close([a.grad, b.grad], [14.0, 12.0], name="after the second backward")
    z.backward()
    assert_close([a.grad, b.grad, z.grad], [2.0, 3.0, 1.0], name="after z.backward()")
with r.check(
    "a small network",
    weight=2,
    hidden=True,
    hint="Your Value must work in any formula of sums, products and tanh.",
):
    weights = [0.5, -1.0, 0.25, 2.0, 0.75, -0.5]

    def network(x, w, tanh):
        first = tanh(w[0] * x + w[1])
        second = tanh(w[2] * first + w[3] * x)
        return tanh(w[4] * second + w[5] * first)

    values = [Value(w) for w in weights]
    y = network(Value(1.5), values, lambda s: s.tanh())
    y.backward()
    want = []
    for i in range(6):
        ends = []
        for h in (1e-5, -1e-5):
            moved = [w + h * (j == i) for j, w in enumerate(weights)]
            ends.append(network(1.5, moved, np.tanh))
        want.append((ends[0] - ends[1]) / 2e-5)
    assert_close(y.data, network(1.5, weights, np.tanh), name="the output")
    got = [value.grad for value in values]
    assert_close(got, want, name="the gradients", rtol=1e-5, atol=1e-7)
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
## Question 3.7: Where the transpose comes from (3 points)

Let $S_2 = H W_2 + \mathbf{b}_2$ and let $\Delta_2 = \partial J / \partial S_2$ be known.

(a) Write $(S_2)_{nk}$ as a sum, and derive $\partial J / \partial (W_2)_{mk}$ from the
chain rule. Over what does the sum run, and why is the result $H^\top \Delta_2$?

(b) Derive $\partial J / \partial H_{nm}$ in the same way, and show that it is an entry of
$\Delta_2 W_2^\top$.

(c) A friend multiplies by $\sigma'(H)$ in place of $\sigma'(S_1)$, with
$S_1 = X W_1 + \mathbf{b}_1$. Why is that wrong although "it is the derivative of the
sigmoid", and which expression in $H$ is right?
"""

# %% [markdown] nbgrader={"grade_id": "transpose", "grade": true, "solution": true, "points": 3}
r"""
### BEGIN SOLUTION
**Answer.**

(a) $(S_2)_{nk} = \sum_m H_{nm} (W_2)_{mk} + (b_2)_k$. The weight $(W_2)_{mk}$ acts on the
score $k$ of every sample, so the contributions of the samples add up:
$\partial J / \partial (W_2)_{mk} = \sum_n (\Delta_2)_{nk} H_{nm} =
(H^\top \Delta_2)_{mk}$, since $(H^\top)_{mn} = H_{nm}$.

(b) $H_{nm}$ acts on all scores of sample $n$, so the sum runs over the classes:
$\partial J / \partial H_{nm} = \sum_k (\Delta_2)_{nk} (W_2)_{mk} =
(\Delta_2 W_2^\top)_{nm}$.

(c) The chain rule needs the derivative at the place where the function was evaluated,
$S_1$. Since $H = \sigma(S_1)$, $\sigma'(S_1) = \sigma(S_1)(1 - \sigma(S_1)) = H (1 - H)$.
$\sigma'(H)$ would apply the sigmoid once more, to its own output.

**Marks.** 1 point for (a): the sum over samples with a reason and the indices that make it
$H^\top \Delta_2$ (half if only shapes are matched). 1 point for (b), likewise with the sum
over classes. 1 point for (c): the place of evaluation (half) and $H(1-H)$ (half).
### END SOLUTION
"""

# %% [markdown]
r"""
## Question 3.8: How small should the step be? (3 points)

Look at the figure below task 3.3.

(a) Explain the right part of the figure (large $h$): why does the error of central
differences fall with slope 2 on these axes, that of forward differences with slope 1?

(b) Explain the left part (small $h$). Estimate from it which $h$ is best for central
differences if numbers have about 16 digits.

(c) A network has a million weights. Compare the cost of one numerical gradient with that of
one backward pass. What is the numerical gradient good for, then?
"""

# %% [markdown] nbgrader={"grade_id": "step_size", "grade": true, "solution": true, "points": 3}
r"""
### BEGIN SOLUTION
**Answer.**

(a) By Taylor's formula $f(x \pm h) = f \pm h f' + \tfrac{h^2}{2} f'' \pm \tfrac{h^3}{6}
f''' + \dots$ The forward difference keeps $\tfrac{h}{2} f''$, an error proportional to
$h$. In the central difference the even terms cancel; $\tfrac{h^2}{6} f'''$ is left,
proportional to $h^2$.

(b) Each value of $f$ is rounded to about $10^{-16}$ of its size. The difference carries
this error, and dividing by $2h$ makes $10^{-16}/h$ of it: the smaller $h$, the worse. Both
errors are alike for $h^2 \approx 10^{-16}/h$, so $h \approx 10^{-16/3}$, about $10^{-5}$,
with an error near $10^{-11}$.

(c) Two evaluations of the loss per weight: two million forward passes. A backward pass
costs about two forward passes, for all weights together. The numerical gradient is good
for checking: a small network or a few weights, once.

**Marks.** 1 point for (a): Taylor, and the even terms cancel (half for the orders without
a reason). 1 point for (b): rounding divided by $h$ (half) and an $h$ between $10^{-6}$ and
$10^{-4}$ with a reason (half). 1 point for (c): two evaluations per weight against a small
multiple of one (half), use as a check (half).
### END SOLUTION
"""
