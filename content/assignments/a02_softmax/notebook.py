# ---
# jupyter:
#   nncourse:
#     allow: [nnlib.testing, nnlib.viz.style]
# ---

# %% [markdown]
r"""
# Assignment 2: Softmax and cross-entropy

You turn scores into probabilities, measure how wrong they are, find the gradients by hand,
and train a classifier with them.

**You will be able to**

- compute softmax and cross-entropy so that no score, however large, breaks them;
- differentiate both, and say why the two together are so simple;
- compute the Kullback-Leibler divergence, and say why it is no distance;
- train logistic regression with any number of classes.

**Time:** 3 hours. **Points:** 28, of which 22 are given by automatic checks and 6
for two written answers. **Before you start:** lecture 2.

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
| $S$ | $(N, K)$ | `S` | scores (logits): one per sample and class |
| $P$ | $(N, K)$ | `P` | probabilities, $P_{nk} = P(\text{class } k \mid x_n)$ |
| $y_n$ | $(N,)$ | `labels` | class numbers from 0 to $K - 1$ |
| $Y$ | $(N, K)$ | | the same one-hot: $Y_{nk} = 1$ if $y_n = k$, else 0 |
| $J$ | number | | loss, the mean over the samples |
| $\eta$ | number | `eta` | learning rate |
"""

# %% nbgrader={"grade_id": "setup", "locked": true}
import numpy as np

from nnlib.testing import Rubric, assert_close

# Two samples, three classes. The second row knows nothing.
S_TOY = np.array([[1.0, 3.0, 2.0], [0.0, 0.0, 0.0]])
LABELS_TOY = np.array([1, 2])

# Three clouds of points on a plane, one for each class.
_rng = np.random.default_rng(2)
LABELS_CLOUDS = np.repeat([0, 1, 2], 30)
CENTRES = np.array([[-2.0, -1.0], [2.0, -1.0], [0.0, 2.0]])
X_CLOUDS = CENTRES[LABELS_CLOUDS] + _rng.normal(0.0, 0.8, (90, 2))


def squared_gradient(S, labels):
    """Gradient of the squared loss (1/2N) sum (S - Y)^2 by the scores S."""
    return (S - np.eye(S.shape[1])[labels]) / len(S)


# %% [markdown]
r"""
## Task 2.1: Softmax (3 points)

$$P_{nk} = \frac{e^{S_{nk}}}{\sum_{j=1}^{K} e^{S_{nj}}}.$$

Each row becomes a probability distribution. Written down like this, a score of 1000 gives
`nan`, since $e^{1000}$ is infinite for a computer. Remember what happens to $P$ if the same
number is subtracted from all scores of a row.

Write `softmax(S)` for `S` of shape $(N, K)$. It returns `P` of the same shape.

**Example.** `softmax(S_TOY)`, rounded to four decimals, is
`[[0.09 0.6652 0.2447] [0.3333 0.3333 0.3333]]`.
"""


# %% nbgrader={"grade_id": "softmax", "solution": true}
def softmax(S):
    """Return the softmax of each row of S, shape (N, K)."""
    ### BEGIN SOLUTION
    e = np.exp(S - S.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)
    ### END SOLUTION
    raise NotImplementedError("Task 2.1: return the softmax of each row")


# %% nbgrader={"grade_id": "test_softmax", "grade": true, "locked": true, "points": 3}
r = Rubric(points=3)
with r.check("one row of scores", hint="Exponentials, divided by their sum."):
    got = softmax(np.array([[1.0, 3.0, 2.0]]))
    assert_close(got, [[0.0900305732, 0.6652409558, 0.2447284711]], name="P")
with r.check(
    "each row by itself",
    hint="Each row must sum to 1: which axis is the sum over, and does its shape "
    "(N, 1) fit the division?",
):
    got = softmax(S_TOY.copy())
    want = [[0.0900305732, 0.6652409558, 0.2447284711], [1 / 3, 1 / 3, 1 / 3]]
    assert_close(got, want, name="P")
### BEGIN HIDDEN TESTS
with r.check(
    "large scores of either sign",
    weight=2,
    hidden=True,
    hint="Before the exponential, bring the largest score of each row to 0.",
):
    S = np.array([[1000.0, 999.0], [-1000.0, -1001.0], [5.0, 1e4]])
    want = [[0.7310585786, 0.2689414214], [0.7310585786, 0.2689414214], [0.0, 1.0]]
    assert_close(softmax(S), want, name="P for large scores")
with r.check(
    "more samples than classes, and S is left alone",
    hidden=True,
    hint="S has N rows and K columns, and N need not be K. Work on a copy.",
):
    S = np.random.default_rng(21).normal(0.0, 3.0, (5, 3))
    before = S.copy()
    want = np.array([np.exp(row) / np.sum(np.exp(row)) for row in before])
    assert_close(softmax(S), want, name="P of five samples")
    assert_close(S, before, name="S after the call")
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
## Task 2.2: Backwards through softmax (3 points)

If the loss changes by $G_{nk} = \partial J / \partial P_{nk}$, how does it change with the
scores? All probabilities of a row depend on all scores of that row:

$$\frac{\partial P_{nk}}{\partial S_{nj}} = P_{nk}\,(\delta_{kj} - P_{nj})
\quad\Rightarrow\quad
\frac{\partial J}{\partial S_{nj}} = P_{nj}\Big(G_{nj} - \sum_{k} G_{nk} P_{nk}\Big).$$

Write `softmax_backward(G, P)`. `P` is the *output* of softmax, so you need no exponential.
Both have shape $(N, K)$, and so has the result.

**Example.** With `P = [[0.5, 0.25, 0.25]]` and `G = [[1, 0, -1]]` the sum is
$0.5 - 0.25 = 0.25$ and the result is `[[0.375 -0.0625 -0.3125]]`.
"""


# %% nbgrader={"grade_id": "softmax_backward", "solution": true}
def softmax_backward(G, P):
    """Return dJ/dS from G = dJ/dP and the output P of softmax, shape (N, K)."""
    ### BEGIN SOLUTION
    return P * (G - (G * P).sum(axis=1, keepdims=True))
    ### END SOLUTION
    raise NotImplementedError("Task 2.2: return the gradient by the scores")


# %% nbgrader={"grade_id": "test_softmax_backward", "grade": true, "locked": true, "points": 3}
r = Rubric(points=3)
with r.check(
    "one row",
    hint="First the sum of G times P over the classes, a single number here.",
):
    P = np.array([[0.5, 0.25, 0.25]])
    got = softmax_backward(np.array([[1.0, 0.0, -1.0]]), P)
    assert_close(got, [[0.375, -0.0625, -0.3125]], name="dJ/dS")
with r.check(
    "each row by itself",
    hint="Every sample has its own sum over the classes.",
):
    P = np.array([[0.5, 0.25, 0.25], [0.125, 0.5, 0.375]])
    got = softmax_backward(np.array([[1.0, 0.0, -1.0], [2.0, 0.0, 4.0]]), P)
    want = [[0.375, -0.0625, -0.3125], [0.03125, -0.875, 0.84375]]
    assert_close(got, want, name="dJ/dS")
### BEGIN HIDDEN TESTS
with r.check(
    "against small changes of the scores, random G",
    weight=2,
    hidden=True,
    hint="With G = 1 everywhere the result is 0; other G show the whole formula.",
):
    rng = np.random.default_rng(22)
    S, G = rng.normal(0.0, 1.5, (4, 3)), rng.normal(0.0, 1.0, (4, 3))
    P = np.exp(S) / np.sum(np.exp(S), axis=1, keepdims=True)
    inputs = G.copy(), P.copy()
    want = np.zeros_like(S)
    for place in np.ndindex(S.shape):
        values = []
        for h in (1e-5, -1e-5):
            moved = S.copy()
            moved[place] += h
            e = np.exp(moved)
            values.append(np.sum(G * e / np.sum(e, axis=1, keepdims=True)))
        want[place] = (values[0] - values[1]) / 2e-5
    assert_close(softmax_backward(*inputs), want, name="dJ/dS", rtol=1e-4, atol=1e-6)
    assert_close(inputs[0], G, name="G after the call")
    assert_close(inputs[1], P, name="P after the call")
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
## Task 2.3: Cross-entropy from scores (3 points)

The loss of a sample is $-\log$ of the probability of its true class; $J$ is the mean over
the samples. Put the softmax in, and subtract the largest score $m_n = \max_k S_{nk}$ of the
row:

$$J = \frac1N \sum_{n=1}^{N} \Big( \log \sum_{k} e^{S_{nk} - m_n}
- (S_{n y_n} - m_n) \Big).$$

In this form the logarithm never meets a 0. Write `cross_entropy(S, labels)`. It returns
one number.

**Example.** `cross_entropy(S_TOY, LABELS_TOY)` is 0.7531, the mean of $-\log 0.6652$ and
$-\log\tfrac13$.
"""


# %% nbgrader={"grade_id": "cross_entropy", "solution": true}
def cross_entropy(S, labels):
    """Return the mean of -log softmax(S) at the true classes, a number."""
    ### BEGIN SOLUTION
    shifted = S - S.max(axis=1, keepdims=True)
    log_sums = np.log(np.exp(shifted).sum(axis=1))
    return np.mean(log_sums - shifted[np.arange(len(S)), labels])
    ### END SOLUTION
    raise NotImplementedError("Task 2.3: return the mean cross-entropy")


# %% nbgrader={"grade_id": "test_cross_entropy", "grade": true, "locked": true, "points": 3}
r = Rubric(points=3)
with r.check(
    "one sample",
    hint="The natural logarithm of the true class's probability, with a minus.",
):
    got = cross_entropy(np.array([[1.0, 3.0, 2.0]]), np.array([1]))
    assert_close(got, 0.4076059644, name="J", rtol=1e-5)
with r.check("the mean of two samples", hint="Add up the losses, divide by N."):
    got = cross_entropy(S_TOY.copy(), LABELS_TOY.copy())
    assert_close(got, 0.7531091265, name="J", rtol=1e-5)
### BEGIN HIDDEN TESTS
with r.check(
    "other labels, four classes",
    weight=2,
    hidden=True,
    hint="Each row has its own label; pick one entry per row.",
):
    S = np.random.default_rng(23).normal(0.0, 2.0, (6, 4))
    before, labels = S.copy(), np.array([3, 0, 0, 2, 1, 3])
    rows = zip(before, labels, strict=True)
    want = [np.log(np.sum(np.exp(row))) - row[label] for row, label in rows]
    assert_close(cross_entropy(S, labels), np.mean(want), name="J", rtol=1e-5)
    assert_close(S, before, name="S after the call")
with r.check(
    "large scores",
    weight=2,
    hidden=True,
    hint="A probability below 1e-308 becomes 0 and its logarithm infinite: stay with "
    "the logarithm from the start, as in the formula.",
):
    S = np.array([[1000.0, 0.0, 0.0], [-1000.0, -1000.0, -2000.0]])
    got = cross_entropy(S, np.array([1, 0]))
    assert_close(got, (1000 + np.log(2)) / 2, name="J for large scores", rtol=1e-5)
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
## Task 2.4: Two classes, one score (3 points)

With two classes one score per sample is enough, $p = \sigma(s)$, and the loss is
$-y \log p - (1 - y) \log(1 - p)$. Put $\sigma$ in and simplify:

$$J = \frac1N \sum_{n=1}^{N} \Big( \max(s_n, 0) - s_n y_n + \log(1 + e^{-|s_n|}) \Big).$$

Write `binary_cross_entropy(s, y)` for `s` and `y` of shape $(N,)$. Labels are 0 or 1, but
may also lie between ("70 % sure"). It returns one number.

**Example.** For `s = [2, -1, 0]` and `y = [1, 0, 1]` the result is 0.3778.
"""


# %% nbgrader={"grade_id": "binary_cross_entropy", "solution": true}
def binary_cross_entropy(s, y):
    """Return the mean binary cross-entropy of the scores s, a number."""
    ### BEGIN SOLUTION
    return np.mean(np.maximum(s, 0) - s * y + np.log1p(np.exp(-np.abs(s))))
    ### END SOLUTION
    raise NotImplementedError("Task 2.4: return the mean binary cross-entropy")


# %% nbgrader={"grade_id": "test_binary_cross_entropy", "grade": true, "locked": true, "points": 3}
r = Rubric(points=3)
with r.check(
    "three samples",
    hint="A sure and right answer costs little; at s = 0 the loss is log 2.",
):
    got = binary_cross_entropy(np.array([2.0, -1.0, 0.0]), np.array([1.0, 0.0, 1.0]))
    assert_close(got, 0.3777789597, name="J", rtol=1e-5)
with r.check(
    "wrong answers",
    hint="Both kinds of mistake must cost: label 1 with s < 0, label 0 with s > 0.",
):
    got = binary_cross_entropy(np.array([3.0, -2.0]), np.array([0.0, 1.0]))
    assert_close(got, 2.5877576686, name="J", rtol=1e-5)
### BEGIN HIDDEN TESTS
with r.check(
    "labels between 0 and 1",
    hidden=True,
    hint="Both terms of the loss count then: no if on the label.",
):
    s, y = np.array([0.5, -1.5, 2.5, -0.2, 1.0]), np.array([0.7, 0.2, 0.5, 1.0, 0.9])
    p, before = 1 / (1 + np.exp(-s)), s.copy()
    want = np.mean(-y * np.log(p) - (1 - y) * np.log(1 - p))
    assert_close(binary_cross_entropy(s, y), want, name="J", rtol=1e-5)
    assert_close(s, before, name="s after the call")
with r.check(
    "large scores",
    weight=2,
    hidden=True,
    hint="The probability is exactly 0 or 1 then; use the formula in s.",
):
    s, y = np.array([1000.0, -1000.0, 1000.0, -800.0]), np.array([0.0, 0.0, 1.0, 1.0])
    assert_close(binary_cross_entropy(s, y), 450.0, name="J", rtol=1e-5)
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
## Task 2.5: The gradient of both together (3 points)

Softmax and cross-entropy have difficult derivatives, but their chain is the simplest
formula of the course:

$$\frac{\partial J}{\partial S} = \frac{P - Y}{N}, \qquad P = \operatorname{softmax}(S).$$

Write `cross_entropy_gradient(S, labels)`. It returns an array of shape $(N, K)$. Do not
forget the $\tfrac1N$: $J$ is a mean.

**Example.** `cross_entropy_gradient(S_TOY, LABELS_TOY)`, rounded to four decimals, is
`[[0.045 -0.1674 0.1224] [0.1667 0.1667 -0.3333]]`.
"""


# %% nbgrader={"grade_id": "cross_entropy_gradient", "solution": true}
def cross_entropy_gradient(S, labels):
    """Return dJ/dS of the mean cross-entropy, shape (N, K)."""
    ### BEGIN SOLUTION
    e = np.exp(S - S.max(axis=1, keepdims=True))
    dS = e / e.sum(axis=1, keepdims=True)
    dS[np.arange(len(S)), labels] -= 1
    return dS / len(S)
    ### END SOLUTION
    raise NotImplementedError("Task 2.5: return the gradient by the scores")


# %% nbgrader={"grade_id": "test_cross_entropy_gradient", "grade": true, "locked": true, "points": 3}
r = Rubric(points=3)
with r.check("one sample", hint="Probabilities minus the one-hot label."):
    got = cross_entropy_gradient(np.array([[1.0, 3.0, 2.0]]), np.array([1]))
    assert_close(got, [[0.0900305732, -0.3347590442, 0.2447284711]], name="dJ/dS")
with r.check(
    "two samples",
    hint="J is a mean over the samples: what does each of them count?",
):
    got = cross_entropy_gradient(S_TOY.copy(), LABELS_TOY.copy())
    want = [[0.0450152866, -0.1673795221, 0.1223642355], [1 / 6, 1 / 6, -1 / 3]]
    assert_close(got, want, name="dJ/dS")
### BEGIN HIDDEN TESTS
with r.check(
    "more samples than classes",
    weight=2,
    hidden=True,
    hint="Compare with small changes of S. N and K differ; S must not change.",
):
    S = np.random.default_rng(25).normal(0.0, 2.0, (5, 3))
    before, labels = S.copy(), np.array([2, 0, 1, 1, 2])
    e = np.exp(before)
    want = (e / np.sum(e, axis=1, keepdims=True) - np.eye(3)[labels]) / 5
    assert_close(cross_entropy_gradient(S, labels), want, name="dJ/dS")
    assert_close(S, before, name="S after the call")
with r.check(
    "large scores",
    hidden=True,
    hint="The softmax inside must not overflow.",
):
    S = np.array([[1000.0, 0.0], [-1000.0, -1000.0]])
    got = cross_entropy_gradient(S, np.array([1, 0]))
    assert_close(got, [[0.5, -0.5], [-0.25, 0.25]], name="dJ/dS for large scores")
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
## Task 2.6: Kullback-Leibler divergence (3 points)

How much does a prediction $\hat y$ differ from a target distribution $y$?

$$\mathrm{KL}(y \,\Vert\, \hat y) = \sum_{k} y_k \log \frac{y_k}{\hat y_k}.$$

A term with $y_k = 0$ is 0, whatever $\hat y_k$ is. If some $\hat y_k = 0$ while
$y_k > 0$, the divergence is infinite. Write `kl_divergence(target, prediction)` for two
distributions of shape $(K,)$. It returns one number.

**Example.** `kl_divergence(np.array([0.9, 0.1]), np.array([0.8, 0.2]))` is 0.0367; with
the two exchanged it is 0.0444.
"""


# %% nbgrader={"grade_id": "kl_divergence", "solution": true}
def kl_divergence(target, prediction):
    """Return the sum of y log(y / yhat), a number; terms with y = 0 are 0."""
    ### BEGIN SOLUTION
    used = target > 0
    y, yhat = target[used], prediction[used]
    with np.errstate(divide="ignore"):
        return np.sum(y * (np.log(y) - np.log(yhat)))
    ### END SOLUTION
    raise NotImplementedError("Task 2.6: return the divergence")


# %% nbgrader={"grade_id": "test_kl_divergence", "grade": true, "locked": true, "points": 3}
r = Rubric(points=3)
with r.check(
    "two pairs of distributions",
    hint="The first argument is the target: it stands before the logarithm and on top.",
):
    one, other = np.array([0.9, 0.1]), np.array([0.8, 0.2])
    got = [kl_divergence(one, other), kl_divergence(other, one)]
    assert_close(got, [0.0366900140, 0.0444030076], name="KL", rtol=1e-5)
with r.check(
    "a target that is one-hot",
    hint="0 log 0 counts as 0: leave out the terms with y = 0.",
):
    got = kl_divergence(np.array([0.0, 1.0, 0.0]), np.array([0.1, 0.8, 0.1]))
    assert_close(got, 0.2231435513, name="KL", rtol=1e-5)
### BEGIN HIDDEN TESTS
with r.check(
    "four classes",
    hidden=True,
    hint="A sum over the classes, not a mean; natural logarithm.",
):
    y, yhat = np.array([0.4, 0.3, 0.2, 0.1]), np.array([0.25, 0.05, 0.1, 0.6])
    want = sum(a * np.log(a / b) for a, b in zip(y, yhat, strict=True))
    assert_close(kl_divergence(y, yhat), want, name="KL", rtol=1e-5)
with r.check(
    "a prediction with zeros",
    hidden=True,
    hint="Excluded by the prediction but possible in truth: infinite. Excluded by "
    "both: no contribution.",
):
    got = kl_divergence(np.array([0.5, 0.5]), np.array([0.0, 1.0]))
    assert_close(got, np.inf, name="KL")
    got = kl_divergence(np.array([0.5, 0.0, 0.5]), np.array([0.25, 0.0, 0.75]))
    assert_close(got, 0.1438410362, name="KL", rtol=1e-5)
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
## Task 2.7: Train a classifier (4 points)

A linear classifier computes $S = X W + \mathbf{b}$ with $W$ of shape $(D, K)$ and
$\mathbf{b}$ of shape $(K,)$. If $\Delta = \partial J / \partial S$, then

$$\frac{\partial J}{\partial W} = X^\top \Delta, \qquad
\frac{\partial J}{\partial \mathbf{b}} = \sum_{n} \Delta_n .$$

Write `fit_classifier(X, labels, K, gradient, eta, steps)`. `gradient(S, labels)` returns
$\Delta$; it contains the $\tfrac1N$ already. Start with zeros, and `steps` times:

1. compute the scores of all samples, and ask for $\Delta$ once;
2. subtract $\eta$ times the gradient from `W` and from `b`.

Return `W` and `b`. With `gradient=cross_entropy_gradient` this is logistic regression, but
the loop works for any loss: the visible check uses the squared loss `squared_gradient`
of the first cell.

**Example.** For `X = [[1, 2], [3, 0]]`, `labels = [0, 1]`, `K = 2`, the squared loss,
`eta=0.5` and one step, `W` is `[[0.25 0.75] [0.5 0. ]]` and `b` is `[0.25 0.25]`.
"""


# %% nbgrader={"grade_id": "fit_classifier", "solution": true}
def fit_classifier(X, labels, K, gradient, eta, steps):
    """Train a linear classifier by gradient descent; return W (D, K) and b (K,)."""
    ### BEGIN SOLUTION
    W, b = np.zeros((X.shape[1], K)), np.zeros(K)
    for _ in range(steps):
        delta = gradient(X @ W + b, labels)
        W = W - eta * X.T @ delta
        b = b - eta * delta.sum(axis=0)
    return W, b
    ### END SOLUTION
    raise NotImplementedError("Task 2.7: return W and b after training")


# %% nbgrader={"grade_id": "test_fit_classifier", "grade": true, "locked": true, "points": 4}
r = Rubric(points=4)
with r.check(
    "one step",
    hint="From zeros, W is minus eta times X^T Delta, b is minus eta times the sum of "
    "Delta over the samples.",
):
    X = np.array([[1.0, 2.0], [3.0, 0.0]])
    W, b = fit_classifier(X, np.array([0, 1]), 2, squared_gradient, 0.5, 1)
    assert_close(W, [[0.25, 0.75], [0.5, 0.0]], name="W")
    assert_close(b, [0.25, 0.25], name="b")
with r.check(
    "one question per step",
    hint="Call gradient once per step, with the scores of the weights you have.",
):
    asked = []

    def recorded(S, labels):
        asked.append(np.array(S))
        return squared_gradient(S, labels)

    fit_classifier(
        np.array([[1.0, 2.0], [3.0, 0.0]]), np.array([0, 1]), 2, recorded, 0.1, 3
    )
    assert len(asked) == 3, f"gradient was called {len(asked)} times, expected 3"
    assert np.shape(asked[0]) == (2, 2), f"S has shape {np.shape(asked[0])}"
    assert_close(asked[0], np.zeros((2, 2)), name="the first scores")
### BEGIN HIDDEN TESTS
with r.check(
    "several steps, three inputs, four classes",
    weight=2,
    hidden=True,
    hint="Compute both gradients before you change anything; b counts in the scores.",
):
    rng = np.random.default_rng(27)
    X, labels = rng.normal(0.0, 1.0, (5, 3)), np.array([3, 1, 0, 2, 1])
    before = X.copy()
    extended = np.column_stack([before, np.ones(5)])
    want = np.zeros((4, 4))
    for _ in range(4):
        want -= 0.3 * extended.T @ squared_gradient(extended @ want, labels)
    W, b = fit_classifier(X, labels, 4, squared_gradient, 0.3, 4)
    assert_close(W, want[:3], name="W")
    assert_close(b, want[3], name="b")
    assert_close(X, before, name="X after the call")
with r.check(
    "separates three clouds",
    hidden=True,
    hint="With the true gradient of the cross-entropy the loss must fall.",
):

    def delta_of(S, labels):
        e = np.exp(S - np.max(S, axis=1, keepdims=True))
        return (e / np.sum(e, axis=1, keepdims=True) - np.eye(3)[labels]) / len(S)

    W, b = fit_classifier(X_CLOUDS.copy(), LABELS_CLOUDS.copy(), 3, delta_of, 0.5, 40)
    S = X_CLOUDS @ np.asarray(W) + np.asarray(b)
    share = np.mean(np.argmax(S, axis=1) == LABELS_CLOUDS)
    assert share > 0.93, f"only {share:.0%} of the samples are right"
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
### Look at what you have built

The next cell trains your classifier on three clouds with your gradient and shows your
probabilities. Before you run it: what shape will the borders between the classes have?
"""

# %%
from nnlib.viz import show, style

style()
grid = np.linspace(-5, 5, 81)
square = np.stack(np.meshgrid(grid, grid), axis=-1).reshape(-1, 2)
try:
    import matplotlib.pyplot as plt

    W, b = fit_classifier(
        X_CLOUDS, LABELS_CLOUDS, 3, cross_entropy_gradient, eta=0.5, steps=200
    )
    P = softmax(square @ W + b).reshape(81, 81, 3)
except (ImportError, NotImplementedError) as missing:
    print(f"The figure needs tasks 2.1, 2.5 and 2.7. What is missing: {missing}")
else:
    fig, axes = plt.subplots(1, 3, figsize=(10, 3.6), sharey=True)
    for k, ax in enumerate(axes):
        mesh = ax.imshow(
            P[:, :, k], origin="lower", extent=[-5, 5, -5, 5], vmin=0, vmax=1
        )
        for cloud, marker in zip(X_CLOUDS.reshape(3, 30, 2), "osv", strict=True):
            ax.scatter(*cloud.T, marker=marker, s=14, c="w", edgecolors="k", lw=0.5)
        ax.set(title=f"probability of class {k}", xlabel="$x_1$")
        ax.set(xlim=(-5, 5), ylim=(-5, 5), xticks=[-5, 0, 5], yticks=[-5, 0, 5])
    axes[0].set_ylabel("$x_2$")
    fig.colorbar(mesh, ax=axes, label="probability", ticks=[0, 0.5, 1])
    show(
        fig,
        alt="Three heat maps of the probability of class 0, 1 and 2 on a square, with "
        "the samples as circles (class 0, lower left), squares (class 1, lower right) "
        "and triangles (class 2, top). Each probability is high around its own cloud "
        "and falls off across straight borders.",
    )

# %% [markdown]
r"""
**What to see.** The borders are straight lines: softmax keeps the order of the scores, and
where two linear scores are equal there is a line. Far from all samples the classifier is
just as sure as near them.
"""

# %% [markdown]
r"""
## Question 2.8: One class too many (3 points)

(a) Show that softmax does not change if the same number $c$ is added to all scores of a
row.

(b) Show that for $K = 2$ the probability of the first class is $\sigma(s_1 - s_2)$.

(c) Conclude: how many different classifiers are there with the same probabilities as a
given softmax classifier $(W, \mathbf{b})$? What could you do to have just one?
"""

# %% [markdown] nbgrader={"grade_id": "invariance", "grade": true, "solution": true, "points": 3}
r"""
### BEGIN SOLUTION
**Answer.**

(a) $e^{s_k + c} / \sum_j e^{s_j + c} = e^c e^{s_k} / (e^c \sum_j e^{s_j})$, and $e^c$
cancels.

(b) Divide numerator and denominator of $e^{s_1} / (e^{s_1} + e^{s_2})$ by $e^{s_1}$:
$1 / (1 + e^{-(s_1 - s_2)}) = \sigma(s_1 - s_2)$.

(c) Infinitely many: add the same vector $\mathbf{v}$ to all columns of $W$ and the same
number to all entries of $\mathbf{b}$; each row of scores changes by one constant
$\mathbf{x} \cdot \mathbf{v} + c$. To have one: fix the scores of one class to 0 (as the
sigmoid does for two classes), or add a weight penalty, which chooses the smallest.

**Marks.** 1 point for (a): $e^c$ cancels, shown and not only said. 1 point for (b); half
for a correct start with a wrong sign at the end. 1 point for (c): infinitely many with a
reason (half), and one way to fix it (half).
### END SOLUTION
"""

# %% [markdown]
r"""
## Question 2.9: A class that always wins (3 points)

Three classes on the square $[-5, 5]^2$ have the scores

$$s_1 = x_1 + x_2 - 2, \qquad s_2 = -x_2 + 1, \qquad
s_3 = x_1 - \tfrac12 x_2 + b_3 .$$

(a) Prove that for $b_3 = 10$ class 3 has the largest probability on the whole square.

(b) Does softmax then ever give class 3 a probability of exactly 1? Why does the
cross-entropy keep training such a network even if all predictions are right?

(c) Find a $b_3$ for which all three classes win somewhere on the square. Give one point for
each class.
"""

# %% [markdown] nbgrader={"grade_id": "always_wins", "grade": true, "solution": true, "points": 3}
r"""
### BEGIN SOLUTION
**Answer.**

(a) $s_3 - s_1 = 12 - \tfrac32 x_2 \ge 12 - 7.5 = 4.5 > 0$ and
$s_3 - s_2 = x_1 + \tfrac12 x_2 + 9 \ge -5 - 2.5 + 9 = 1.5 > 0$. Softmax keeps the order of
the scores.

(b) No: the other exponentials are positive, so $P_3 < 1$ (a computer may round to 1). The
loss $-\log P_3$ is therefore positive and falls further if the margin grows, so the
gradient $P - Y$ is not 0 although every prediction is right.

(c) For example $b_3 = 1$: at $(0, 5)$ the scores are $3, -4, -1.5$ (class 1); at
$(-5, -5)$ they are $-12, 6, -1.5$ (class 2); at $(5, 0)$ they are $3, 1, 6$ (class 3).

**Marks.** 1 point for (a): both differences with their smallest values on the square (half
for only trying the corners without saying why corners are enough). 1 point for (b): no,
and the loss still falls (half each). 1 point for (c): a $b_3$ with three points whose
scores are computed; half without points.
### END SOLUTION
"""
