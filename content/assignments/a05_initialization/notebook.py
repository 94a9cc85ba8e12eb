# ---
# jupyter:
#   nncourse:
#     allow: [nnlib.testing, nnlib.viz.style]
# ---

# %% [markdown]
r"""
# Assignment 5: Initialisation

You draw the first weights of a network, follow the signal forward and the gradient back
through many layers, and find out when the units of a layer can never become different.

**You will be able to**

- draw weights by the rules of Xavier and He, for dense layers and for filters;
- predict how much a layer enlarges its signal, and check it in a deep network;
- measure whether gradients vanish or explode;
- recognise a layer whose units are all the same.

**Time:** 3 hours. **Points:** 30, of which 24 are given by automatic checks and 6
for two written answers. **Before you start:** lecture 5.

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
| $n_{\text{in}}, n_{\text{out}}$ | numbers | `n_in`, `n_out` | inputs and units of a layer |
| $X$ | $(N, n^{(0)})$ | `X` | $N$ samples, one per row |
| $W^{(l)}$ | $(n^{(l-1)}, n^{(l)})$ | `weights[l - 1]` | weights of layer $l = 1, \dots, L$ |
| $S^{(l)}$ | $(N, n^{(l)})$ | `scores[l - 1]` | scores $H^{(l-1)} W^{(l)}$; all biases are 0 here |
| $H^{(l)}$ | $(N, n^{(l)})$ | `H` | outputs $f(S^{(l)})$; $H^{(0)} = X$ |
| $\Delta^{(l)}$ | $(N, n^{(l)})$ | `delta` | gradient $\partial J / \partial S^{(l)}$ |
| $\sigma$, $r$ | numbers | `sigma`, `r` | weights from $N(0, \sigma^2)$ or from $U(-r, r)$ |
"""

# %% nbgrader={"grade_id": "setup", "locked": true}
from itertools import pairwise

import numpy as np

from nnlib.testing import Rubric, assert_close

# Two samples with two inputs, and the weights of two layers of 3 and 2 units.
X_TOY = np.array([[1.0, -1.0], [2.0, 0.0]])
WEIGHTS_TOY = [
    np.array([[1.0, 0.0, -1.0], [0.0, 2.0, 1.0]]),
    np.array([[2.0, -1.0], [1.0, 1.0], [0.0, 3.0]]),
]


def relu(s):
    """Return s where it is positive, else 0."""
    return np.maximum(s, 0.0)


def relu_slope(s):
    """Return the slope of ReLU: 1 where s is positive, else 0."""
    return np.where(s > 0, 1.0, 0.0)


# %% [markdown]
r"""
## Task 5.1: Uniform weights (2 points)

Weights have to be random, biases need not. Write `uniform_start(n_in, n_out, r, rng)`. It
returns two arrays: weights of shape $(n_{\text{in}}, n_{\text{out}})$, drawn independently
from the uniform distribution $U(-r, r)$, and biases of shape $(n_{\text{out}},)$, all 0.

Draw every random number from the generator `rng`, with a method such as `rng.uniform` or
`rng.random`.

**Example.** `uniform_start(3, 2, 0.5, rng)` returns three rows of two weights between -0.5
and 0.5, and `[0. 0.]`.
"""


# %% nbgrader={"grade_id": "uniform_start", "solution": true}
def uniform_start(n_in, n_out, r, rng):
    """Return weights (n_in, n_out) from U(-r, r) and biases (n_out,) of 0."""
    ### BEGIN SOLUTION
    return rng.uniform(-r, r, (n_in, n_out)), np.zeros(n_out)
    ### END SOLUTION
    raise NotImplementedError("Task 5.1: return W and b")


# %% nbgrader={"grade_id": "test_uniform_start", "grade": true, "locked": true, "points": 2}
r = Rubric(points=2)
with r.check(
    "the shapes",
    hint="One row per input, one column and one bias per unit.",
):
    W, b = uniform_start(3, 2, 0.5, np.random.default_rng(1))
    assert np.shape(W) == (3, 2), f"W has shape {np.shape(W)}, expected (3, 2)"
    assert np.shape(b) == (2,), f"b has shape {np.shape(b)}, expected (2,)"
with r.check("the biases are 0", hint="Randomness in the weights is enough."):
    _, b = uniform_start(4, 6, 0.5, np.random.default_rng(2))
    assert_close(np.ravel(b), np.zeros(np.size(b)), name="b")
### BEGIN HIDDEN TESTS
with r.check(
    "from -r to r, evenly",
    weight=2,
    hidden=True,
    hint="rng.random() lies between 0 and 1: where must its ends go? Try r = 0.25.",
):
    W = uniform_start(50, 40, 0.25, np.random.default_rng(3))[0]
    W = np.array(W, dtype=float)
    assert np.max(np.abs(W)) < 0.2501, "some weights lie beyond r"
    assert np.min(W) < -0.24 and np.max(W) > 0.24, "some of the range is never used"
    share = np.mean(np.abs(W) < 0.125)
    assert abs(share - 0.5) < 0.07, f"{share:.0%} of the weights lie below r/2"
with r.check(
    "each weight drawn by itself, from rng",
    hidden=True,
    hint="Give the shape of W to the method of rng; use no other generator.",
):
    rng = np.random.default_rng(4)
    W, V, again = (
        np.array(uniform_start(6, 5, 2.0, generator)[0], dtype=float)
        for generator in (rng, rng, np.random.default_rng(4))
    )
    assert len(np.unique(W)) == 30, "some weights are the same number"
    assert np.all(W != V), "two calls with one rng give the same weights"
    assert_close(again, W, name="W from a generator with the same seed")
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
## Task 5.2: How much a layer enlarges (2 points)

A score is a sum over the inputs of its unit. If the weights are independent, with mean 0
and standard deviation $\sigma$, then

$$\operatorname{Var}(s) = n_{\text{in}}\,\sigma^2\;\mathbb{E}[h^2].$$

What counts is the **second moment** $\mathbb{E}[h^2]$ of the inputs, not their variance.
Write `score_variance(H, sigma)`: the variance to expect behind inputs `H` of shape
$(N, n_{\text{in}})$, one number. Estimate $\mathbb{E}[h^2]$ by the mean over all entries
of `H`.

**Example.** For `H = [[1, 2, 0], [3, 0, 2]]` the second moment is 3, and
`score_variance(H, 0.5)` is 2.25.
"""


# %% nbgrader={"grade_id": "score_variance", "solution": true}
def score_variance(H, sigma):
    """Return the variance of scores behind the inputs H, a number."""
    ### BEGIN SOLUTION
    return H.shape[1] * sigma**2 * np.mean(H**2)
    ### END SOLUTION
    raise NotImplementedError("Task 5.2: return the variance of the scores")


# %% nbgrader={"grade_id": "test_score_variance", "grade": true, "locked": true, "points": 2}
r = Rubric(points=2)
with r.check(
    "the example",
    hint="Three factors: the number of inputs, a variance, and the mean of all squares.",
):
    H = np.array([[1.0, 2.0, 0.0], [3.0, 0.0, 2.0]])
    assert_close(score_variance(H, 0.5), 2.25, name="the variance", rtol=1e-5)
with r.check("weights of spread 1", hint="sigma drops out here: look at H."):
    H = np.array([[2.0, -2.0, 1.0, -1.0], [1.0, -1.0, 2.0, -2.0]])
    assert_close(score_variance(H, 1.0), 10.0, name="the variance", rtol=1e-5)
### BEGIN HIDDEN TESTS
with r.check(
    "outputs that are all 1/2",
    hidden=True,
    hint="Their variance is 0, but the scores behind them differ: square the outputs.",
):
    got = score_variance(np.full((3, 8), 0.5), 0.25)
    assert_close(got, 0.125, name="the variance", rtol=1e-5)
with r.check(
    "more samples than inputs, and H is left alone",
    hidden=True,
    hint="A score sums over the inputs of one sample; samples are only averaged.",
):
    H = np.random.default_rng(5).normal(1.0, 2.0, (9, 4))
    before = H.copy()
    want = 4 * 0.09 * sum(h * h for h in before.ravel()) / 36
    assert_close(score_variance(H, 0.3), want, name="the variance", rtol=1e-5)
    assert_close(H, before, name="H after the call")
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
## Task 5.3: Xavier (3 points)

Xavier's rule keeps a balance between the signal forward and the gradient back. With
$n_{\text{avg}} = \tfrac12 (n_{\text{in}} + n_{\text{out}})$:

$$\sigma = \sqrt{\frac{1}{n_{\text{avg}}}}, \qquad r = \sqrt{\frac{3}{n_{\text{avg}}}}.$$

$N(0, \sigma^2)$ and $U(-r, r)$ then have the same variance. Write `xavier(n_in, n_out)`,
which returns the two numbers `sigma` and `r`.

**Example.** `xavier(784, 100)` is `(0.04757, 0.08239)`, rounded to five decimals.
"""


# %% nbgrader={"grade_id": "xavier", "solution": true}
def xavier(n_in, n_out):
    """Return the standard deviation sigma and the bound r of Xavier's rule."""
    ### BEGIN SOLUTION
    n_avg = (n_in + n_out) / 2
    return np.sqrt(1 / n_avg), np.sqrt(3 / n_avg)
    ### END SOLUTION
    raise NotImplementedError("Task 5.3: return sigma and r")


# %% nbgrader={"grade_id": "test_xavier", "grade": true, "locked": true, "points": 3}
r = Rubric(points=3)
with r.check(
    "sigma for 784 inputs and 100 units",
    hint="n_avg is 442. sigma is the root of the variance.",
):
    assert_close(xavier(784, 100)[0], 0.0475651494, name="sigma", rtol=1e-5)
with r.check(
    "r for 784 inputs and 100 units",
    hint="U(-r, r) has the variance r^2 / 3.",
):
    assert_close(xavier(784, 100)[1], 0.0823852555, name="r", rtol=1e-5)
### BEGIN HIDDEN TESTS
with r.check(
    "sigma for more units than inputs",
    hidden=True,
    hint="Inputs and units count the same; their mean need not be a whole number.",
):
    assert_close(xavier(3, 12)[0], 0.3651483717, name="sigma", rtol=1e-5)
with r.check(
    "r for more units than inputs",
    hidden=True,
    hint="Inputs and units count the same; their mean need not be a whole number.",
):
    assert_close(xavier(3, 12)[1], 0.6324555320, name="r", rtol=1e-5)
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
## Task 5.4: He (3 points)

ReLU throws away half of the second moment, so the variance of the weights must make up
for it:

$$\sigma = \sqrt{\frac{2}{n_{\text{in}}}}, \qquad r = \sqrt{\frac{6}{n_{\text{in}}}}.$$

$n_{\text{in}}$ is the number of inputs that *one unit* sees. Write `he(shape)`, which
returns `sigma` and `r`, for two kinds of `shape`:

- `(n_in, n_out)` of a dense layer;
- `(F, C, kh, kw)` of a convolution: $F$ filters, each of which sees a window of
  $k_h \times k_w$ pixels in all $C$ channels.

**Example.** `he((784, 100))` is `(0.05051, 0.08748)` and `he((16, 8, 3, 1))` is
`(0.28868, 0.5)`, rounded to five decimals.
"""


# %% nbgrader={"grade_id": "he", "solution": true}
def he(shape):
    """Return sigma and r of He's rule for a dense layer or for filters."""
    ### BEGIN SOLUTION
    n_in = shape[0] if len(shape) == 2 else np.prod(shape[1:])
    return np.sqrt(2 / n_in), np.sqrt(6 / n_in)
    ### END SOLUTION
    raise NotImplementedError("Task 5.4: return sigma and r")


# %% nbgrader={"grade_id": "test_he", "grade": true, "locked": true, "points": 3}
r = Rubric(points=3)
with r.check(
    "a dense layer",
    hint="Each unit sees 784 inputs. The r of a variance v is the root of 3 v.",
):
    sigma, bound = he((784, 100))
    assert_close(sigma, 0.0505076272, name="sigma", rtol=1e-5)
    assert_close(bound, 0.0874817765, name="r", rtol=1e-5)
with r.check(
    "filters",
    hint="How many numbers has one filter? The number of filters does not matter.",
):
    sigma, bound = he((16, 8, 3, 1))
    assert_close(sigma, 0.2886751346, name="sigma", rtol=1e-5)
    assert_close(bound, 0.5, name="r", rtol=1e-5)
### BEGIN HIDDEN TESTS
with r.check(
    "a dense layer with more units than inputs",
    hidden=True,
    hint="The rule keeps the signal on its way forward: which number of the shape says "
    "how many terms a score has?",
):
    sigma, bound = he((5, 40))
    assert_close(sigma, 0.6324555320, name="sigma", rtol=1e-5)
    assert_close(bound, 1.0954451150, name="r", rtol=1e-5)
with r.check(
    "filters that are wider than high",
    hidden=True,
    hint="Channels, rows and columns of the window all count.",
):
    sigma, bound = he((2, 3, 1, 4))
    assert_close(sigma, 0.4082482905, name="sigma", rtol=1e-5)
    assert_close(bound, 0.7071067812, name="r", rtol=1e-5)
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
## Task 5.5: The signal, layer by layer (3 points)

To see whether a start is good, send samples through the network and look at the second
moment of every layer's outputs:

$$H^{(0)} = X, \qquad H^{(l)} = f\big(H^{(l-1)} W^{(l)}\big), \qquad
m^{(l)} = \text{mean of the squares of all entries of } H^{(l)}.$$

Write `second_moments(X, weights, f)`. `weights` is the list of $W^{(1)}, \dots, W^{(L)}$,
`f` takes an array and returns one of the same shape. The result is the list of the $L + 1$
numbers $m^{(0)}, \dots, m^{(L)}$.

**Example.** `second_moments(X_TOY, WEIGHTS_TOY, relu)` is `[1.5, 0.8333, 5.0]`, rounded to
four decimals. The outputs of the first layer are `[[1, 0, 0], [2, 0, 0]]`.
"""


# %% nbgrader={"grade_id": "second_moments", "solution": true}
def second_moments(X, weights, f):
    """Return the mean square of X and of the outputs of each layer, L + 1 numbers."""
    ### BEGIN SOLUTION
    H = X
    moments = [np.mean(H**2)]
    for W in weights:
        H = f(H @ W)
        moments.append(np.mean(H**2))
    return moments
    ### END SOLUTION
    raise NotImplementedError("Task 5.5: return the list of second moments")


# %% nbgrader={"grade_id": "test_second_moments", "grade": true, "locked": true, "points": 3}
r = Rubric(points=3)
with r.check(
    "the inputs come first",
    hint="The first number belongs to X itself, before any layer.",
):
    got = second_moments(X_TOY.copy(), [W.copy() for W in WEIGHTS_TOY], relu)
    assert len(got) == 3, f"the list has {len(got)} numbers, expected 3"
    assert_close(got[0], 1.5, name="the moment of X", rtol=1e-5)
with r.check(
    "two ReLU layers",
    weight=2,
    hint="The outputs of one layer are the inputs of the next. The mean runs over all "
    "entries, zeros included.",
):
    got = second_moments(X_TOY.copy(), [W.copy() for W in WEIGHTS_TOY], relu)
    assert_close(got, [1.5, 5 / 6, 5.0], name="the moments", rtol=1e-5)
### BEGIN HIDDEN TESTS
with r.check(
    "three layers of another activation",
    weight=2,
    hidden=True,
    hint="Use the f that you get, on the scores of every layer. Its outputs need not "
    "have mean 0.",
):
    rng = np.random.default_rng(6)
    X = rng.normal(0.5, 1.0, (7, 3))
    weights = [rng.normal(0.0, 0.5, shape) for shape in ((3, 5), (5, 4), (4, 2))]
    before = X.copy()
    one = 1 / (1 + np.exp(-before @ weights[0]))
    two = 1 / (1 + np.exp(-one @ weights[1]))
    three = 1 / (1 + np.exp(-two @ weights[2]))
    want = [np.sum(H**2) / np.size(H) for H in (before, one, two, three)]
    got = second_moments(X, weights, lambda s: 1 / (1 + np.exp(-s)))
    assert_close(got, want, name="the moments", rtol=1e-5)
    assert_close(X, before, name="X after the call")
with r.check(
    "no layer at all",
    hidden=True,
    hint="With an empty list of weights only the moment of X is left.",
):
    got = second_moments(np.array([[3.0, -1.0, 2.0]]), [], relu)
    assert_close(got, [14 / 3], name="the moments", rtol=1e-5)
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
## Task 5.6: The gradient, layer by layer (4 points)

On the way back, each layer multiplies by its weights and by slopes:

$$\Delta^{(l-1)} = \big(\Delta^{(l)}\, W^{(l)\top}\big) \odot f'\big(S^{(l-1)}\big),
\qquad l = L, \dots, 2.$$

Write `gradient_norms(delta, weights, scores, slope)`. `delta` is $\Delta^{(L)}$; `weights`
is the list $W^{(1)}, \dots, W^{(L)}$ and `scores` the list $S^{(1)}, \dots, S^{(L)}$;
`slope(s)` returns $f'(s)$ entry by entry. The result is the list of the norms of
$\Delta^{(1)}, \dots, \Delta^{(L)}$, **first layer first**. The norm is the root of the sum
of the squares of all entries.

**Example.** Let `delta = [[3, 4]]`, `weights = WEIGHTS_TOY`, let the scores of the first
layer be `[[1, -1, 2]]`, and let `slope` be `relu_slope`. Then
$\Delta^{(2)} W^{(2)\top}$ is `[[2, 7, 12]]`, the slopes are `[[1, 0, 1]]`, and the result
is `[12.1655, 5.0]`.
"""


# %% nbgrader={"grade_id": "gradient_norms", "solution": true}
def gradient_norms(delta, weights, scores, slope):
    """Return the norms of the gradients by the scores of layers 1 to L."""
    ### BEGIN SOLUTION
    norms = [np.sqrt(np.sum(delta**2))]
    for W, S in zip(weights[:0:-1], scores[-2::-1], strict=True):
        delta = (delta @ W.T) * slope(S)
        norms.append(np.sqrt(np.sum(delta**2)))
    return norms[::-1]
    ### END SOLUTION
    raise NotImplementedError("Task 5.6: return the list of norms")


# %% nbgrader={"grade_id": "test_gradient_norms", "grade": true, "locked": true, "points": 4}
r = Rubric(points=4)
with r.check(
    "the last layer",
    hint="Its gradient is the delta that you get; its norm is the last of the list.",
):
    scores = [np.array([[1.0, -1.0, 2.0]]), np.array([[0.5, -0.5]])]
    weights = [W.copy() for W in WEIGHTS_TOY]
    got = gradient_norms(np.array([[3.0, 4.0]]), weights, scores, relu_slope)
    assert len(got) == 2, f"the list has {len(got)} numbers, expected 2"
    assert_close(got[-1], 5.0, name="the norm of the last layer", rtol=1e-5)
with r.check(
    "one step back",
    hint="delta times the transposed weights, then the slope at the scores of the "
    "layer where you arrive.",
):
    scores = [np.array([[1.0, -1.0, 2.0]]), np.array([[0.5, -0.5]])]
    weights = [W.copy() for W in WEIGHTS_TOY]
    got = gradient_norms(np.array([[3.0, 4.0]]), weights, scores, relu_slope)
    assert_close(got[0], 12.1655250606, name="the norm of the first layer", rtol=1e-5)
### BEGIN HIDDEN TESTS
with r.check(
    "three layers, several samples",
    weight=2,
    hidden=True,
    hint="Every layer has its own weights and scores: write the shape under each factor.",
):
    rng = np.random.default_rng(7)
    weights = [rng.normal(0.0, 1.0, shape) for shape in ((2, 5), (5, 4), (4, 3))]
    scores = [rng.normal(0.0, 1.0, (6, n)) for n in (5, 4, 3)]
    delta = rng.normal(0.0, 1.0, (6, 3))
    before = delta.copy()
    two = np.einsum("nk,jk->nj", delta, weights[2]) * (1 - np.tanh(scores[1]) ** 2)
    one = np.einsum("nk,jk->nj", two, weights[1]) * (1 - np.tanh(scores[0]) ** 2)
    want = [sum(value**2 for value in d.ravel()) ** 0.5 for d in (one, two, delta)]
    got = gradient_norms(delta, weights, scores, lambda s: 1 - np.tanh(s) ** 2)
    assert_close(got, want, name="the norms", rtol=1e-5)
    assert_close(delta, before, name="delta after the call")
with r.check(
    "ten sigmoids in a row",
    hidden=True,
    hint="Each layer back costs a factor of 1/4 here, times its weight.",
):
    weights, scores = [np.array([[2.0]])] * 10, [np.zeros((1, 1))] * 10
    got = gradient_norms(
        np.array([[-8.0]]), weights, scores, lambda s: 0.25 + np.zeros(np.shape(s))
    )
    want = [8 * 0.5**steps for steps in range(9, -1, -1)]
    assert_close(got, want, name="the norms", rtol=1e-5)
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
## Task 5.7: How many units are there really? (3 points)

Unit $j$ of a hidden layer is described by its incoming weights (column $j$ of `W_in`), its
bias `b[j]`, and its outgoing weights (row $j$ of `W_out`). Two units with the same
description compute the same, get the same gradient, and stay the same for ever. A layer of
100 such units is as good as one unit.

Write `count_units(W_in, b, W_out, tol=1e-9)`. The shapes are $(n_{\text{in}}, n)$, $(n,)$
and $(n, n_{\text{out}})$. Two units are alike if *none* of their numbers differ by more
than `tol`. Return how many **different** units there are, a whole number from 1 to $n$.
(Units that are alike to a third one are alike to each other; you need not worry about
chains.)

**Example.** With `W_in = [[1, 1, 2], [0, 0, 3]]`, `b = [0.5, 0.5, 0]` and
`W_out = [[1], [1], [4]]`, the first two units are alike, and the result is 2.
"""


# %% nbgrader={"grade_id": "count_units", "solution": true}
def count_units(W_in, b, W_out, tol=1e-9):
    """Return the number of different units of a hidden layer."""
    ### BEGIN SOLUTION
    different = []
    for unit in np.column_stack([W_in.T, b, W_out]):
        if all(np.max(np.abs(unit - other)) > tol for other in different):
            different.append(unit)
    return len(different)
    ### END SOLUTION
    raise NotImplementedError("Task 5.7: return the number of different units")


# %% nbgrader={"grade_id": "test_count_units", "grade": true, "locked": true, "points": 3}
r = Rubric(points=3)
with r.check(
    "two of three units are alike",
    hint="Compare column with column of W_in, entry with entry of b, row with row of "
    "W_out. Count kinds of units, not pairs.",
):
    W_in = np.array([[1.0, 1.0, 2.0], [0.0, 0.0, 3.0]])
    W_out = np.array([[1.0], [1.0], [4.0]])
    got = count_units(W_in, np.array([0.5, 0.5, 0.0]), W_out)
    assert_close(got, 2, name="the number of units")
with r.check("a constant start", hint="All units are alike: one unit is left."):
    got = count_units(np.full((2, 4), 0.3), np.zeros(4), np.full((4, 3), 0.3))
    assert_close(got, 1, name="the number of units")
### BEGIN HIDDEN TESTS
# Kinds of units: each row has two incoming weights, a bias, and an outgoing weight.
KINDS = np.array([[1.0, 2.0, 0.5, 3.0], [2.0, 1.0, 0.5, 3.0], [-1.0, 0.0, 0.25, 1.0]])


def layer_of(*units):
    """Return W_in, b and W_out of a layer made of these units."""
    table = np.array(units)
    return table[:, :2].T.copy(), table[:, 2].copy(), table[:, 3:].copy()


with r.check(
    "units that are alike but not neighbours",
    hidden=True,
    hint="Compare each unit with all kinds you have found so far.",
):
    got = count_units(*layer_of(*KINDS[[0, 1, 0, 2, 1]]))
    assert_close(got, 3, name="the number of units")
with r.check(
    "units that differ in one number only",
    weight=2,
    hidden=True,
    hint="Incoming weights, bias and outgoing weights all belong to the description.",
):
    for place in range(4):
        units = KINDS[[0, 0, 0]]
        units[1, place] += 0.125
        got = count_units(*layer_of(*units))
        assert_close(got, 2, name="the number of units")
with r.check(
    "rounding does not count, and tol decides",
    hidden=True,
    hint="Numbers that differ by 1e-12 are equal for us. Where do you use tol?",
):
    near, far = KINDS[[0, 0]], KINDS[[0, 0]]
    near[1] += 1e-12
    far[1] += np.array([0.02, -0.02, 0.02, -0.02])
    got = [
        count_units(*layer_of(*near)),
        count_units(*layer_of(*far)),
        count_units(*layer_of(*far), tol=0.1),
    ]
    assert_close(got, [1, 2, 1], name="the numbers of units")
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
## Task 5.8: Start a network (4 points)

Put the rules together. Write `start_network(widths, activation, rng)`. `widths` is the list
$n^{(0)}, n^{(1)}, \dots, n^{(L)}$. Return the list of $W^{(1)}, \dots, W^{(L)}$, each
drawn from $N(0, \sigma^2)$ with

| `activation` | $\sigma^2$ | why |
|---|---|---|
| `"tanh"` | $1 / n_{\text{avg}}$ | slope 1 at 0 |
| `"sigmoid"` | $16 / n_{\text{avg}}$ | slope $\tfrac14$ at 0, so weights 4 times as large |
| `"relu"` | $2 / n_{\text{in}}$ | half of the second moment is lost |

$n_{\text{in}}$ and $n_{\text{avg}}$ are those of each layer. Draw all random numbers from
`rng`, for example with `rng.normal`. (Mind what it takes: the standard deviation.)

**Example.** `start_network([300, 100, 50], "relu", rng)` returns arrays of shapes
`(300, 100)` and `(100, 50)`, whose standard deviations are close to 0.0816 and 0.1414.
"""


# %% nbgrader={"grade_id": "start_network", "solution": true}
def start_network(widths, activation, rng):
    """Return the first weights of every layer, as suits the activation."""
    ### BEGIN SOLUTION
    weights = []
    for n_in, n_out in pairwise(widths):
        n_avg = (n_in + n_out) / 2
        variance = {"tanh": 1 / n_avg, "sigmoid": 16 / n_avg, "relu": 2 / n_in}
        weights.append(rng.normal(0.0, np.sqrt(variance[activation]), (n_in, n_out)))
    return weights
    ### END SOLUTION
    raise NotImplementedError("Task 5.8: return the list of weights")


# %% nbgrader={"grade_id": "test_start_network", "grade": true, "locked": true, "points": 4}
def check_spreads(weights, sigmas):
    """Compare the spread of each layer's weights with the rule, as chance allows."""
    spreads = [np.sqrt(np.mean(np.square(W))) for W in weights]
    chance = np.array([5 / np.sqrt(2 * np.size(W)) for W in weights])
    assert np.all(np.abs(np.array(spreads) / np.array(sigmas) - 1) < chance), (
        f"the spreads are {np.round(spreads, 4)}, expected about {np.round(sigmas, 4)}"
    )


r = Rubric(points=4)
with r.check(
    "one array of weights per layer",
    hint="Three widths make two layers: from the first to the second, and on.",
):
    weights = start_network([4, 3, 2], "tanh", np.random.default_rng(8))
    shapes = [np.shape(W) for W in weights]
    assert shapes == [(4, 3), (3, 2)], f"the shapes are {shapes}"
with r.check(
    "ReLU: the spreads of the example",
    hint="rng.normal takes a standard deviation: the root of the variance.",
):
    weights = start_network([300, 100, 50], "relu", np.random.default_rng(9))
    check_spreads(weights, [np.sqrt(2 / 300), np.sqrt(2 / 100)])
### BEGIN HIDDEN TESTS
with r.check(
    "tanh: more units than inputs, and back",
    hidden=True,
    hint="n_avg is the mean of the inputs and the units of each layer; it need not be a "
    "whole number.",
):
    weights = start_network([20, 80, 40], "tanh", np.random.default_rng(10))
    check_spreads(weights, [np.sqrt(1 / 50), np.sqrt(1 / 60)])
    rng = np.random.default_rng(14)
    small = start_network([2, 1] * 200, "tanh", rng)
    check_spreads([np.concatenate([np.ravel(W) for W in small])], [np.sqrt(1 / 1.5)])
with r.check(
    "sigmoid: four times as large",
    hidden=True,
    hint="A variance 16 times as large is a spread 4 times as large.",
):
    weights = start_network([200, 300, 100], "sigmoid", np.random.default_rng(11))
    check_spreads(weights, [4 * np.sqrt(1 / 250), 4 * np.sqrt(1 / 200)])
with r.check(
    "a normal distribution around 0",
    hidden=True,
    hint="Of normally distributed weights, 68 % lie within sigma of 0, half of them on "
    "either side.",
):
    (W,) = start_network([60, 50], "relu", np.random.default_rng(12))
    W = np.array(W, dtype=float)
    share, positive = np.mean(np.abs(W) < np.sqrt(2 / 60)), np.mean(W > 0)
    assert abs(positive - 0.5) < 0.06, f"{positive:.0%} of the weights are positive"
    assert abs(share - 0.683) < 0.05, f"{share:.0%} of the weights lie within sigma"
with r.check(
    "all chance comes from rng, and no layer repeats another",
    hidden=True,
    hint="Draw anew for every layer, from the rng that you get.",
):
    rng = np.random.default_rng(13)
    first, second, again = (
        np.array(start_network([5, 5, 5], "tanh", generator), dtype=float)
        for generator in (rng, rng, np.random.default_rng(13))
    )
    assert np.all(first[0] != first[1]), "two layers have the same weights"
    assert np.all(first != second), "two calls with one rng give the same weights"
    assert_close(again, first, name="the weights from a generator with the same seed")
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
### Look at what you have built

The next cell follows signals and gradients through your starts. Before you run it: which
rule keeps the second moment of a ReLU network, and which gradients vanish?
"""

# %%
from nnlib.viz import show, style

style()
rng = np.random.default_rng(5)
narrowing, equal = [200, 160, 120, 90, 60, 40], 11 * [50]


def sigmoid_slope(s):
    return np.exp(-abs(s)) / (1 + np.exp(-abs(s))) ** 2


def follow_back(f, slope, weights):
    """Return the norms of a random gradient in each layer of a network."""
    H, scores = rng.normal(0, 1, (100, 50)), []
    for W in weights:
        scores.append(H @ W)
        H = f(scores[-1])
    return gradient_norms(rng.normal(0, 1, H.shape), weights, scores, slope)


def sigmoid(s):
    return 0.5 * (1 + np.tanh(s / 2))


try:
    import matplotlib.pyplot as plt

    pairs = list(pairwise(narrowing))
    starts = {
        "$U(\\pm 1/\\sqrt{n})$": [
            uniform_start(m, n, m**-0.5, rng)[0] for m, n in pairs
        ],
        "Xavier": start_network(narrowing, "tanh", rng),
        "He": start_network(narrowing, "relu", rng),
    }
    X = rng.normal(0, 1, (300, narrowing[0]))
    moments = {name: second_moments(X, start, relu) for name, start in starts.items()}
    norms = {
        "sigmoid, Xavier": follow_back(
            sigmoid, sigmoid_slope, start_network(equal, "tanh", rng)
        ),
        "sigmoid, 4 Xavier": follow_back(
            sigmoid, sigmoid_slope, start_network(equal, "sigmoid", rng)
        ),
        "ReLU, He": follow_back(relu, relu_slope, start_network(equal, "relu", rng)),
    }
except (ImportError, NotImplementedError) as missing:
    print(f"The figure needs tasks 5.1, 5.5, 5.6 and 5.8. What is missing: {missing}")
else:
    fig, axes = plt.subplots(1, 2, figsize=(9, 3.6))
    for ax, curves, first in zip(axes, (moments, norms), (0, 1), strict=True):
        for (name, values), marker in zip(curves.items(), "osv", strict=True):
            layers = range(first, first + len(values))
            ax.semilogy(layers, values, marker=marker, label=name)
        ax.set(xlabel="layer", xticks=range(first, first + len(values)))
        ax.legend()
    axes[0].set(title="Signal, ReLU", ylabel="second moment of the outputs")
    axes[1].set(title="Gradient", ylabel=r"norm of $\Delta^{(l)}$")
    show(
        fig,
        alt="Two plots with logarithmic axes. Left, the second moment of the outputs of "
        "five ReLU layers: it stays near 1 with He's rule, falls to a tenth with "
        "Xavier's, and to a ten-thousandth with the uniform start. Right, the norm of "
        "the gradient in layers 1 to 10: with sigmoids and Xavier's rule it shrinks "
        "from 70 in layer 10 to a ten-thousandth in layer 1, with four times larger "
        "weights to about 1, and with ReLU and He's rule it stays near 70.",
    )

# %% [markdown]
r"""
**What to see.** Straight lines: every layer has the same factor, and only a factor near 1
survives many layers.

The next cell trains one hidden layer of four tanh units to tell points inside a circle from
points outside, from three starts. Which layers will have four different units?
"""

# %%
points = np.random.default_rng(6).uniform(-2, 2, (200, 2))
inside = (np.sum(points**2, axis=1) < 2).astype(float)[:, None]


def train(W_in, b, W_out, eta=0.5, steps=2000):
    """Train by gradient descent on the cross-entropy; return weights and accuracy."""
    c = np.zeros(1)
    for _ in range(steps):
        H = np.tanh(points @ W_in + b)
        p = 0.5 * (1 + np.tanh(0.5 * (H @ W_out + c)))
        delta = (p - inside) / len(points)
        back = (delta @ W_out.T) * (1 - H**2)
        W_out, c = W_out - eta * H.T @ delta, c - eta * delta.sum(axis=0)
        W_in, b = W_in - eta * points.T @ back, b - eta * back.sum(axis=0)
    return W_in, b, W_out, np.mean((p > 0.5) == inside)


try:
    W_in, b = uniform_start(2, 4, 1.0, np.random.default_rng(7))
    W_out, _ = uniform_start(4, 1, 1.0, np.random.default_rng(8))
    layer_starts = {
        "zero": (np.zeros((2, 4)), np.zeros(4), np.zeros((4, 1))),
        "constant": (np.full((2, 4), 0.5), np.zeros(4), np.full((4, 1), 0.5)),
        "random": (W_in, b, W_out),
    }
    for name, start in layer_starts.items():
        *trained, accuracy = train(*start)
        units = count_units(*trained)
        print(f"{name:8}: different units {units}, right {accuracy:.0%}")
except NotImplementedError as todo:
    print(f"The table needs tasks 5.1 and 5.7. What is missing: {todo}")

# %% [markdown]
r"""
**What to see.** After 2000 steps the units of the first two layers are still the same, to
the last digit. Only different units can draw a closed curve together.
"""

# %% [markdown]
r"""
## Question 5.9: Where He's rule comes from (3 points)

(a) Let $s_j = \sum_i h_i w_{ij}$, where the weights are independent of each other and of
the $h_i$, with mean 0 and variance $\sigma^2$. Show that
$\operatorname{Var}(s_j) = n_{\text{in}}\,\sigma^2\,\mathbb{E}[h^2]$. Where do you use that
the mean is 0, where that the weights are independent?

(b) Let the distribution of $s$ be symmetric around 0, and $h = \max(0, s)$. Show that
$\mathbb{E}[h^2] = \tfrac12 \mathbb{E}[s^2]$, and derive $\sigma^2 = 2/n_{\text{in}}$.

(c) A network has ten ReLU layers of equal width, and Xavier's rule. By what factor does the
second moment change from the inputs to the outputs of layer 10? What do you expect of its
gradients?
"""

# %% [markdown] nbgrader={"grade_id": "he_rule", "grade": true, "solution": true, "points": 3}
r"""
### BEGIN SOLUTION
**Answer.**

(a) $\mathbb{E}[s_j] = \sum_i \mathbb{E}[h_i]\,\mathbb{E}[w_{ij}] = 0$ (independent of $h$,
mean 0), so $\operatorname{Var}(s_j) = \mathbb{E}[s_j^2] = \sum_{i,k}
\mathbb{E}[h_i h_k]\,\mathbb{E}[w_{ij} w_{kj}]$. For $i \ne k$ the weights are independent,
so $\mathbb{E}[w_{ij} w_{kj}] = \mathbb{E}[w_{ij}]\,\mathbb{E}[w_{kj}] = 0$. The
$n_{\text{in}}$ terms with $i = k$ give $\mathbb{E}[h_i^2]\,\sigma^2$ each.

(b) By symmetry, positive and negative $s$ contribute the same to $\mathbb{E}[s^2]$; ReLU
keeps $s^2$ on the positive side and makes it 0 on the other. With (a), a layer multiplies
$\mathbb{E}[h^2]$ by $\tfrac12 n_{\text{in}} \sigma^2$, which is 1 for
$\sigma^2 = 2/n_{\text{in}}$.

(c) For equal widths $\sigma^2 = 1/n_{\text{in}}$: each layer halves the second moment, so
ten layers leave $2^{-10} \approx 0.001$. On the way back each layer multiplies the mean
square of the gradient by $n_{\text{out}} \sigma^2$ times the share $\tfrac12$ of active
units, a half again: the gradient shrinks by $2^{-10}$ in its square, about 0.03 in its norm.

**Marks.** 1 point for (a): mixed terms vanish, and both assumptions named at their place
(half for the result with one of them). 1 point for (b): the half by symmetry, then the
equation for $\sigma^2$ (half each). 1 point for (c): $2^{-10}$ (half), and gradients that
vanish, with a reason (half; the number is not asked for).
### END SOLUTION
"""

# %% [markdown]
r"""
## Question 5.10: A start that never starts (3 points)

A network has one hidden layer of tanh units and one output, a sigmoid with cross-entropy.
It is trained by gradient descent on all samples.

(a) All weights and biases start at 0. Which of them ever change, and which do not? Of 150
samples, 60 are of class 1: what does the network predict in the end?

(b) All weights start at 0.3 and all biases at 0. Show that after one step the units of the
hidden layer are still equal, and conclude that they are so after every step.

(c) All *weights* start at 0, but the biases of the hidden layer are drawn at random. Do the
units become different now? Say what happens in the first two steps.
"""

# %% [markdown] nbgrader={"grade_id": "symmetry", "grade": true, "solution": true, "points": 3}
r"""
### BEGIN SOLUTION
**Answer.**

(a) The hidden outputs are $\tanh 0 = 0$, so $\partial J/\partial W^{(2)} = H^\top \Delta =
0$; and $\Delta W^{(2)\top} = 0$, so $W^{(1)}$ and $\mathbf{b}^{(1)}$ get nothing either.
After a step all that is as before. Only the output bias moves, until $\sigma(b) = 60/150 =
0.4$ (so $b = \ln\tfrac{60}{90} \approx -0.405$): the same answer for every sample.

(b) All hidden units have the same incoming weights and bias, so column by column $H$ is the
same, and so are the rows of $H^\top \Delta$. The rows of $W^{(2)}$ are equal, so the
columns of $\Delta W^{(2)\top} \odot (1 - H^2)$ are, and with them the columns of
$\partial J/\partial W^{(1)}$ and the entries of $\partial J/\partial \mathbf{b}^{(1)}$.
Equal units with equal gradients are equal after the step, and the argument applies again.

(c) Yes. $h_j = \tanh b_j$ differs from unit to unit, so in the first step each row of
$W^{(2)}$ changes by another amount ($h_j \sum_n \delta_n$); $W^{(1)}$ does not move yet,
since $W^{(2)} = 0$. In the second step $W^{(2)}$ is no longer 0 and hands different
gradients back: $W^{(1)}$ and the hidden biases move, differently in each unit. (If
$\sum_n \delta_n = 0$, as for classes of equal size, $W^{(2)}$ stays 0 and nothing moves.)

**Marks.** 1 point for (a): only the output bias with the reason (half), and 0.4 for every
sample (half). 1 point for (b): equal outputs and equal gradients (half each). 1 point for
(c): yes, since the outputs differ (half), and the order of the two steps (half). The
special case in brackets is not asked for; an answer that finds it is as good.
### END SOLUTION
"""
