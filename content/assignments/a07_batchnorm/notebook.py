# ---
# jupyter:
#   nncourse:
#     allow: [nnlib.testing, nnlib.viz.style]
# ---

# %% [markdown]
r"""
# Assignment 7: Batch normalisation

You normalise a batch, keep running averages for prediction, go back through the
normalisation, and put it all into a layer that remembers.

**You will be able to**

- normalise each unit, or each channel of images, over the right axes;
- keep running averages, and say what prediction needs them for;
- derive and write the backward pass, and know what it takes out of a gradient;
- merge a trained normalisation into the layer before it;
- write a layer with state.

**Time:** 3 to 4 hours. **Points:** 29, of which 23 are given by automatic checks and 6
for two written answers. **Before you start:** lecture 7.

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
| $x$ | $(N, D)$ or $(N, C, H, W)$ | `x` | scores of a layer for a batch |
| $\mu_B, \sigma_B^2$ | $(D,)$ or $(C,)$ | `mean`, `var` | mean and variance of the batch, with $1/N$ |
| $\epsilon$ | number | `eps` | keeps the root away from 0 |
| $\hat x$ | as $x$ | `xhat` | normalised scores |
| $s$ | $(D,)$ | `std` | $\sqrt{\sigma_B^2 + \epsilon}$ |
| $\gamma, \beta$ | $(D,)$ or $(C,)$ | `gamma`, `beta` | learnt scale and shift, $y = \gamma \hat x + \beta$ |
| $\mu, \sigma^2$ | $(D,)$ | `mean`, `var` | running averages, in prediction |
| $m$ | number | `momentum` | share of the *old* average that is kept |
| $\partial J/\partial y$ | as $x$ | `dout` | gradient that arrives from above |
"""

# %% nbgrader={"grade_id": "setup", "locked": true}
import numpy as np

from nnlib.testing import Rubric, assert_close, numerical_gradient

# Four samples of two units.
X_TOY = np.array([[1.0, 10.0], [3.0, 10.0], [1.0, 14.0], [3.0, 14.0]])


# %% [markdown]
r"""
## Task 7.1: Normalise a batch (3 points)

For each unit, take mean and variance over the samples:

$$\mu_B = \frac1N \sum_n x_n, \qquad \sigma_B^2 = \frac1N \sum_n (x_n - \mu_B)^2, \qquad
\hat x_n = \frac{x_n - \mu_B}{\sqrt{\sigma_B^2 + \epsilon}}.$$

Write `normalise(x, eps=1e-5)` for $x$ of shape $(N, D)$. It returns three arrays:
$\hat x$ of shape $(N, D)$, and $\mu_B$ and $\sigma_B^2$ of shape $(D,)$.

**Example.** For `X_TOY` and `eps = 0` the means are `[2, 12]`, the variances `[1, 4]`, and
$\hat x$ is `[[-1, -1], [1, -1], [-1, 1], [1, 1]]`.
"""


# %% nbgrader={"grade_id": "normalise", "solution": true}
def normalise(x, eps=1e-5):
    """Return the normalised batch, its means and its variances."""
    ### BEGIN SOLUTION
    mean = np.mean(x, axis=0)
    var = np.mean((x - mean) ** 2, axis=0)
    return (x - mean) / np.sqrt(var + eps), mean, var
    ### END SOLUTION
    raise NotImplementedError("Task 7.1: return xhat, mean and var")


# %% nbgrader={"grade_id": "test_normalise", "grade": true, "locked": true, "points": 3}
r = Rubric(points=3)
with r.check(
    "means and variances", hint="One of each for each unit: over the samples."
):
    _, mean, var = normalise(X_TOY.copy(), eps=0.0)
    assert_close(mean, [2.0, 12.0], name="mean")
    assert_close(var, [1.0, 4.0], name="var")
with r.check("the normalised batch", hint="Subtract the mean, divide by the root."):
    xhat = normalise(X_TOY.copy(), eps=0.0)[0]
    assert_close(xhat, [[-1, -1], [1, -1], [-1, 1], [1, 1]], name="xhat", rtol=1e-6)
### BEGIN HIDDEN TESTS
with r.check(
    "more units than samples",
    hidden=True,
    hint="The variance divides by N, not by N - 1; each unit stands for itself.",
):
    x = np.random.default_rng(1).normal(2.0, 3.0, (3, 5))
    before = x.copy()
    xhat, mean, var = normalise(x)
    want_mean = sum(before[n] for n in range(3)) / 3
    want_var = sum((before[n] - want_mean) ** 2 for n in range(3)) / 3
    assert_close(mean, want_mean, name="mean", rtol=1e-5)
    assert_close(var, want_var, name="var", rtol=1e-5)
    want = (before - want_mean) / (want_var + 1e-5) ** 0.5
    assert_close(xhat, want, name="xhat", rtol=1e-4)
    assert_close(x, before, name="x after the call")
with r.check(
    "eps under the root",
    hidden=True,
    hint="A unit of variance 1/4 and eps = 3/4 has a root of exactly 1.",
):
    x = np.array([[2.0, 1.0], [3.0, 1.0]])
    xhat, _, var = normalise(x, eps=0.75)
    assert_close(xhat, [[-0.5, 0.0], [0.5, 0.0]], name="xhat", rtol=1e-5)
    assert_close(var, [0.25, 0.0], name="var, without eps", rtol=1e-5)
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
## Task 7.2: Running averages (3 points)

Prediction needs numbers that do not depend on the batch. While training, the layer keeps

$$\mu \leftarrow m\,\mu + (1-m)\,\mu_B, \qquad \sigma^2 \leftarrow m\,\sigma^2 +
(1-m)\,\sigma_B^2,$$

starting from $\mu = 0$ and $\sigma^2 = 1$ for each unit. Write
`running_averages(batches, momentum)`. `batches` is a list of arrays of shape $(N, D)$, whose
$N$ may differ; go through them in their order and return the final $\mu$ and $\sigma^2$,
both of shape $(D,)$.

**Example.** One batch `X_TOY` and `momentum = 0.9` give `[0.2, 1.2]` and `[1.0, 1.3]`.
"""


# %% nbgrader={"grade_id": "running_averages", "solution": true}
def running_averages(batches, momentum):
    """Return the running mean and variance after all batches."""
    ### BEGIN SOLUTION
    mean, var = np.zeros(batches[0].shape[1]), np.ones(batches[0].shape[1])
    for x in batches:
        mean = momentum * mean + (1 - momentum) * np.mean(x, axis=0)
        var = momentum * var + (1 - momentum) * np.var(x, axis=0)
    return mean, var
    ### END SOLUTION
    raise NotImplementedError("Task 7.2: return the running mean and variance")


# %% nbgrader={"grade_id": "test_running_averages", "grade": true, "locked": true, "points": 3}
r = Rubric(points=3)
with r.check(
    "one batch",
    hint="Nine tenths of the start, one tenth of the batch. Start at 0 and 1.",
):
    mean, var = running_averages([X_TOY.copy()], 0.9)
    assert_close(mean, [0.2, 1.2], name="the mean", rtol=1e-5)
    assert_close(var, [1.0, 1.3], name="the variance", rtol=1e-5)
with r.check(
    "two equal batches", hint="The second batch meets the average of the first."
):
    mean, var = running_averages([X_TOY.copy(), X_TOY.copy()], 0.5)
    assert_close(mean, [1.5, 9.0], name="the mean", rtol=1e-5)
    assert_close(var, [1.0, 3.25], name="the variance", rtol=1e-5)
### BEGIN HIDDEN TESTS
with r.check(
    "batches of different sizes, another momentum",
    weight=2,
    hidden=True,
    hint="momentum is the share of the old value. Each batch counts the same, whatever "
    "its size; its variance has 1/N.",
):
    draw = np.random.default_rng(2).normal
    batches = [draw(3.0, 2.0, (n, 3)) for n in (4, 2, 7)]
    copies = [x.copy() for x in batches]
    mean, var = running_averages(batches, 0.7)
    want_mean, want_var = 0.0, 0.7**3
    for x, share in zip(copies, (0.3 * 0.49, 0.3 * 0.7, 0.3), strict=True):
        centre = x.sum(axis=0) / len(x)
        want_mean = want_mean + share * centre
        want_var = want_var + share * ((x - centre) ** 2).sum(axis=0) / len(x)
    assert_close(mean, want_mean, name="the mean", rtol=1e-5)
    assert_close(var, want_var, name="the variance", rtol=1e-5)
    for x, before in zip(batches, copies, strict=True):
        assert_close(x, before, name="a batch after the call")
with r.check(
    "momentum 0 and 1",
    hidden=True,
    hint="Momentum 0 believes the last batch alone, momentum 1 never learns.",
):
    batches = [X_TOY + 5.0, X_TOY]
    mean, var = running_averages(batches, 0.0)
    assert_close(mean, [2.0, 12.0], name="the mean for 0", rtol=1e-5)
    assert_close(var, [1.0, 4.0], name="the variance for 0", rtol=1e-5)
    mean, var = running_averages(batches, 1.0)
    assert_close(mean, [0.0, 0.0], name="the mean for 1")
    assert_close(var, [1.0, 1.0], name="the variance for 1")
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
## Task 7.3: Prediction (2 points)

In prediction the running averages are constants:

$$y = \gamma\,\frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}} + \beta.$$

Write `predict(x, gamma, beta, mean, var, eps=1e-5)` for $x$ of shape $(N, D)$; $N$ may
be 1. The other arrays have shape $(D,)$.

**Example.** For `x = [[5, 1]]`, `gamma = [2, 1]`, `beta = [0, 3]`, `mean = [1, 1]`,
`var = [4, 9]` and `eps = 0` the result is `[[4, 3]]`.
"""


# %% nbgrader={"grade_id": "predict", "solution": true}
def predict(x, gamma, beta, mean, var, eps=1e-5):
    """Return the scores normalised with running averages, scaled and shifted."""
    ### BEGIN SOLUTION
    return gamma * (x - mean) / np.sqrt(var + eps) + beta
    ### END SOLUTION
    raise NotImplementedError("Task 7.3: return the output in prediction")


# %% nbgrader={"grade_id": "test_predict", "grade": true, "locked": true, "points": 2}
def toy_prediction(x):
    """Return what predict makes of x with the numbers of the example."""
    one, zero = np.array([2.0, 1.0]), np.array([0.0, 3.0])
    mean, var = np.array([1.0, 1.0]), np.array([4.0, 9.0])
    return predict(np.array(x), one, zero, mean, var, eps=0.0)


r = Rubric(points=2)
with r.check(
    "one sample", hint="The averages take the place of the batch's own numbers."
):
    assert_close(toy_prediction([[5.0, 1.0]]), [[4.0, 3.0]], name="y", rtol=1e-5)
with r.check("two samples", hint="gamma multiplies, beta is added at the end."):
    got = toy_prediction([[1.0, 4.0], [-1.0, -2.0]])
    assert_close(got, [[0.0, 4.0], [-2.0, 2.0]], name="y", rtol=1e-5)


### BEGIN HIDDEN TESTS
def many_predictions(eps):
    """Return inputs of predict, and what is right."""
    rng = np.random.default_rng(3)
    x, gamma, beta, mean = (rng.normal(0, 2, s) for s in ((6, 3), (3,), (3,), (3,)))
    var = rng.uniform(0.1, 4.0, 3)
    want = [[gamma[d] * (row[d] - mean[d]) / (var[d] + eps) ** 0.5 + beta[d]
             for d in range(3)] for row in x]  # fmt: skip
    return (x, gamma, beta, mean, var), want


with r.check(
    "answers do not depend on the other samples",
    hidden=True,
    hint="No mean is taken here: all six answers come from the given averages.",
):
    arrays, want = many_predictions(1e-5)
    copies = [a.copy() for a in arrays]
    assert_close(predict(*arrays), want, name="y", rtol=1e-4)
    for now, before in zip(arrays, copies, strict=True):
        assert_close(now, before, name="an argument after the call")
with r.check("eps under the root", hidden=True, hint="Add eps to the variance first."):
    arrays, want = many_predictions(0.5)
    assert_close(predict(*arrays, eps=0.5), want, name="y", rtol=1e-5)
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
## Task 7.4: Backward (5 points)

While training, every sample also moves the mean and the variance of its batch. With
$\langle\cdot\rangle$ for the mean over the samples,

$$\frac{\partial J}{\partial x} = \frac{\gamma}{s}\Big(dy - \langle dy\rangle - \hat x\,
\langle dy\,\hat x\rangle\Big), \qquad \frac{\partial J}{\partial \gamma} = \sum_n dy_n\,
\hat x_n, \qquad \frac{\partial J}{\partial \beta} = \sum_n dy_n,$$

where $dy = \partial J/\partial y$. Write `backward(dout, xhat, std, gamma)`. `dout` and `xhat`
have shape $(N, D)$, `std` and `gamma` have shape $(D,)$. Return `dx`, `dgamma` and `dbeta`
in this order.

**Example.** For `xhat = [[-1], [1], [-1], [1]]`, `dout = [[1], [2], [3], [6]]`, `std = [2]`
and `gamma = [4]` the result is `dx = [[-2], [-4], [2], [4]]`, `dgamma = [4]` and
`dbeta = [12]`.
"""


# %% nbgrader={"grade_id": "backward", "solution": true}
def backward(dout, xhat, std, gamma):
    """Return the gradients by x, gamma and beta."""
    ### BEGIN SOLUTION
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * xhat, axis=0)
    n = len(dout)
    dx = gamma / std * (dout - dbeta / n - xhat * dgamma / n)
    return dx, dgamma, dbeta
    ### END SOLUTION
    raise NotImplementedError("Task 7.4: return dx, dgamma and dbeta")


# %% nbgrader={"grade_id": "test_backward", "grade": true, "locked": true, "points": 5}
def toy_backward():
    """Return what backward makes of the example."""
    xhat = np.array([[-1.0], [1.0], [-1.0], [1.0]])
    dout = np.array([[1.0], [2.0], [3.0], [6.0]])
    return backward(dout, xhat, np.array([2.0]), np.array([4.0]))


r = Rubric(points=5)
with r.check("gamma and beta", hint="Sums over the samples, one number for each unit."):
    _, dgamma, dbeta = toy_backward()
    assert_close(dgamma, [4.0], name="dgamma")
    assert_close(dbeta, [12.0], name="dbeta")
with r.check(
    "dx of the example",
    hint="Take the mean of dout away, then its part along xhat, then scale.",
):
    assert_close(toy_backward()[0], [[-2], [-4], [2], [4]], name="dx", rtol=1e-5)


### BEGIN HIDDEN TESTS
def layer(seed, shape=(7, 3)):
    """Return a layer's inputs, its output as a function of x, and its parts."""
    rng = np.random.default_rng(seed)
    x, dout = rng.normal(1.0, 2.0, shape), rng.normal(0.0, 1.0, shape)
    gamma = rng.uniform(0.5, 2.0, shape[1]) * np.array([1.0, -1.0, 1.0])[: shape[1]]

    def parts(x):
        std = np.sqrt(np.var(x, axis=0) + 1e-5)
        return (x - np.mean(x, axis=0)) / std, std

    return x, dout, gamma, parts


with r.check(
    "dx against small changes, with a random gradient from above",
    weight=2,
    hidden=True,
    hint="If dout were all ones, dx would be 0: where does your formula show that?",
):
    x, dout, gamma, parts = layer(4)
    want = numerical_gradient(lambda x: gamma * parts(x)[0], x, dout)
    got = backward(dout, *parts(x), gamma)[0]
    assert_close(got, want, name="dx", rtol=1e-4, atol=1e-6)
with r.check(
    "gamma and beta of several units",
    hidden=True,
    hint="dgamma is a sum of dout times xhat, not times x; neither is a mean.",
):
    x, dout, gamma, parts = layer(5)
    xhat, std = parts(x)
    copies = [a.copy() for a in (dout, xhat, std, gamma)]
    _, dgamma, dbeta = backward(dout, xhat, std, gamma)
    want = [sum(copies[0][n, d] * copies[1][n, d] for n in range(7)) for d in range(3)]
    assert_close(dgamma, want, name="dgamma", rtol=1e-5)
    assert_close(
        dbeta, [sum(copies[0][:, d]) for d in range(3)], name="dbeta", rtol=1e-5
    )
    for now, before in zip((dout, xhat, std, gamma), copies, strict=True):
        assert_close(now, before, name="an argument after the call")
with r.check(
    "shifting or scaling the batch changes nothing",
    hidden=True,
    hint="Each column of dx must have the mean 0 and no part along xhat.",
):
    x, dout, gamma, parts = layer(6, (9, 2))
    xhat, std = parts(x)
    dx = np.asarray(backward(dout, xhat, std, gamma)[0], dtype=float)
    assert np.shape(dx) == (9, 2), f"dx has shape {np.shape(dx)}, expected (9, 2)"
    assert np.max(np.abs(dx)) > 0.01, "dx is 0 everywhere"
    assert np.max(np.abs(dx.sum(axis=0))) < 1e-5, "a column of dx has a mean"
    assert np.max(np.abs((dx * xhat).sum(axis=0))) < 1e-3, "dx has a part along xhat"
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
## Task 7.5: Images (3 points)

All pixels of a channel are made by the same filter, so they share the statistics: one mean,
variance, $\gamma$ and $\beta$ for each *channel*. The mean runs over samples, rows and
columns.

Write `normalise_images(x, gamma, beta, eps=1e-5)` for $x$ of shape $(N, C, H, W)$, and
`gamma` and `beta` of shape $(C,)$. Return $y = \gamma \hat x + \beta$ of the shape of `x`.

**Example.** Two images of one channel, all zeros and all fours: their mean is 2 and their
variance 4. With `gamma = [3]`, `beta = [1]` and `eps = 0` the first becomes -2
everywhere, the second 4.
"""


# %% nbgrader={"grade_id": "normalise_images", "solution": true}
def normalise_images(x, gamma, beta, eps=1e-5):
    """Return the images, normalised channel by channel, scaled and shifted."""
    ### BEGIN SOLUTION
    mean = np.mean(x, axis=(0, 2, 3), keepdims=True)
    var = np.var(x, axis=(0, 2, 3), keepdims=True)
    xhat = (x - mean) / np.sqrt(var + eps)
    return gamma[:, None, None] * xhat + beta[:, None, None]
    ### END SOLUTION
    raise NotImplementedError("Task 7.5: return the normalised images")


# %% nbgrader={"grade_id": "test_normalise_images", "grade": true, "locked": true, "points": 3}
r = Rubric(points=3)
with r.check("two flat images", hint="One mean over both images, of all their pixels."):
    x = np.stack([np.zeros((1, 2, 3)), np.full((1, 2, 3), 4.0)])
    got = normalise_images(x, np.array([3.0]), np.array([1.0]), eps=0.0)
    want = np.stack([np.full((1, 2, 3), -2.0), np.full((1, 2, 3), 4.0)])
    assert_close(got, want, name="y", rtol=1e-5)
with r.check(
    "two channels",
    hint="Each channel has its own mean, variance, gamma and beta.",
):
    x = np.array([[[[1.0, 3.0]], [[10.0, 30.0]]]])
    got = normalise_images(x, np.array([1.0, 2.0]), np.array([0.0, 5.0]), eps=0.0)
    assert_close(got, [[[[-1.0, 1.0]], [[3.0, 7.0]]]], name="y", rtol=1e-5)
### BEGIN HIDDEN TESTS
with r.check(
    "every size is different",
    weight=2,
    hidden=True,
    hint="Over which three axes does the mean run? gamma belongs to the second axis.",
):
    rng = np.random.default_rng(7)
    x, gamma, beta = (
        rng.normal(3, 2, (5, 3, 4, 2)),
        rng.normal(0, 1, 3),
        rng.normal(0, 1, 3),
    )
    copies, want = [a.copy() for a in (x, gamma, beta)], np.empty((5, 3, 4, 2))
    for c in range(3):
        pixels = x[:, c].ravel()
        centre = sum(pixels) / 40
        spread = (sum((pixels - centre) ** 2) / 40 + 1e-5) ** 0.5
        want[:, c] = gamma[c] * (x[:, c] - centre) / spread + beta[c]
    assert_close(normalise_images(x, gamma, beta), want, name="y", rtol=1e-4)
    for now, before in zip((x, gamma, beta), copies, strict=True):
        assert_close(now, before, name="an argument after the call")
with r.check(
    "as many channels as columns, and eps",
    hidden=True,
    hint="gamma of shape (C,) would multiply the columns: give it two axes more.",
):
    x = np.array([[[[0.0, 1.0]], [[0.0, 1.0]]]])
    got = normalise_images(x, np.array([1.0, 10.0]), np.array([0.0, 100.0]), eps=0.75)
    assert_close(got, [[[[-0.5, 0.5]], [[95.0, 105.0]]]], name="y", rtol=1e-5)
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
## Task 7.6: Merge it into the layer before (3 points)

In prediction, the layer $S = XW + \mathbf{b}$ followed by batch normalisation is one linear layer:

$$y = \gamma\,\frac{XW + \mathbf{b} - \mu}{\sqrt{\sigma^2 + \epsilon}} + \beta = XW' +
\mathbf{b}'.$$

Write `merge(W, b, gamma, beta, mean, var, eps=1e-5)`. `W` has shape $(D, M)$, everything else
shape $(M,)$. Return $W'$ and $\mathbf{b}'$.

**Example.** For `W = [[1, 2]]`, `b = [3, 1]`, `gamma = [4, 1]`, `beta = [0, 5]`,
`mean = [1, 1]`, `var = [4, 1]` and `eps = 0` the result is `[[2, 2]]` and `[4, 5]`.
"""


# %% nbgrader={"grade_id": "merge", "solution": true}
def merge(W, b, gamma, beta, mean, var, eps=1e-5):
    """Return weights and bias of one layer that does the work of two."""
    ### BEGIN SOLUTION
    scale = gamma / np.sqrt(var + eps)
    return W * scale, (b - mean) * scale + beta
    ### END SOLUTION
    raise NotImplementedError("Task 7.6: return the merged weights and bias")


# %% nbgrader={"grade_id": "test_merge", "grade": true, "locked": true, "points": 3}
def toy_merge():
    """Return what merge makes of the example."""
    vectors = ([3.0, 1.0], [4.0, 1.0], [0.0, 5.0], [1.0, 1.0], [4.0, 1.0])
    return merge(np.array([[1.0, 2.0]]), *map(np.array, vectors), eps=0.0)


r = Rubric(points=3)
with r.check(
    "the weights", hint="Each column of W belongs to a unit and gets its scale."
):
    assert_close(toy_merge()[0], [[2.0, 2.0]], name="W'", rtol=1e-5)
with r.check("the bias", hint="b minus the mean is scaled; beta is added afterwards."):
    assert_close(toy_merge()[1], [4.0, 5.0], name="b'", rtol=1e-5)


### BEGIN HIDDEN TESTS
def merge_case():
    """Return arguments of merge, inputs and the outputs of both layers."""
    rng = np.random.default_rng(8)
    W, X = rng.normal(0, 1, (4, 3)), rng.normal(0, 1, (6, 4))
    b, gamma, beta, mean = rng.normal(0, 2, (4, 3))
    var = rng.uniform(0.2, 3.0, 3)
    scores = np.einsum("nd,dm->nm", X, W) + b
    outputs = gamma * (scores - mean) / (var + 0.25) ** 0.5 + beta
    return (W, b, gamma, beta, mean, var), X, outputs


with r.check(
    "one layer gives what two gave",
    weight=2,
    hidden=True,
    hint="Insert your W' and b' for random inputs and compare with both layers.",
):
    arrays, X, outputs = merge_case()
    W, b = merge(*arrays, eps=0.25)
    assert np.shape(W) == (4, 3), f"W' has shape {np.shape(W)}, expected (4, 3)"
    assert_close(
        X @ np.asarray(W) + np.asarray(b), outputs, name="X W' + b'", rtol=1e-5
    )
with r.check(
    "as many inputs as units, and nothing is changed",
    hidden=True,
    hint="The scale goes to the columns, not to the rows. Make new arrays.",
):
    rng = np.random.default_rng(9)
    W, (b, gamma, beta, mean) = rng.normal(0, 1, (3, 3)), rng.normal(0, 1, (4, 3))
    arrays = (W, b, gamma, beta, mean, np.array([1.0, 4.0, 9.0]))
    copies = [a.copy() for a in arrays]
    got = merge(*arrays, eps=0.0)[0]
    want = [
        [copies[0][i, j] * copies[2][j] / (j + 1) for j in range(3)] for i in range(3)
    ]
    assert_close(got, want, name="W'", rtol=1e-5)
    for now, before in zip(arrays, copies, strict=True):
        assert_close(now, before, name="an argument after the call")
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
## Task 7.7: A layer that remembers (4 points)

Put it together in a class. A layer has state: what it learnt, and its averages.

- `BatchNorm(units, momentum=0.9, eps=1e-5)` makes a layer for inputs of shape
  $(N, \text{units})$, with attributes `gamma` (ones), `beta` (zeros), `mean` (zeros) and
  `var` (ones), each an array of shape `(units,)`.
- `layer.forward(x, training)` returns $y$. With `training=True` it normalises with the
  statistics of the batch, and moves `layer.mean` and `layer.var` as in task 7.2. With
  `training=False` it normalises with `layer.mean` and `layer.var`, and changes nothing.

**Example.** For `layer = BatchNorm(2, eps=0.0)`, the call
`layer.forward(X_TOY, training=True)` returns `[[-1, -1], [1, -1], [-1, 1], [1, 1]]`; then
`layer.mean` is `[0.2, 1.2]`.
"""


# %% nbgrader={"grade_id": "BatchNorm", "solution": true}
class BatchNorm:
    """Batch normalisation of (N, units), with running averages."""

    def __init__(self, units, momentum=0.9, eps=1e-5):
        ### BEGIN SOLUTION
        self.momentum, self.eps = momentum, eps
        self.gamma, self.beta = np.ones(units), np.zeros(units)
        self.mean, self.var = np.zeros(units), np.ones(units)
        return
        ### END SOLUTION
        raise NotImplementedError("Task 7.7: set the attributes of the layer")

    def forward(self, x, training):
        """Return the normalised x; training moves the running averages."""
        ### BEGIN SOLUTION
        mean, var = self.mean, self.var
        if training:
            mean, var = np.mean(x, axis=0), np.var(x, axis=0)
            self.mean = self.momentum * self.mean + (1 - self.momentum) * mean
            self.var = self.momentum * self.var + (1 - self.momentum) * var
        return self.gamma * (x - mean) / np.sqrt(var + self.eps) + self.beta
        ### END SOLUTION
        raise NotImplementedError("Task 7.7: return the output of the layer")


# %% nbgrader={"grade_id": "test_BatchNorm", "grade": true, "locked": true, "points": 4}
r = Rubric(points=4)
with r.check("a new layer", hint="Four arrays, ones for gamma and var, zeros else."):
    layer = BatchNorm(3)
    for name, want in ("gamma", 1), ("beta", 0), ("mean", 0), ("var", 1):
        assert_close(getattr(layer, name), np.full(3, float(want)), name=name)
with r.check(
    "training normalises and remembers",
    hint="Use the batch for the output, and its statistics for the averages.",
):
    layer = BatchNorm(2, eps=0.0)
    got = layer.forward(X_TOY.copy(), training=True)
    assert_close(got, [[-1, -1], [1, -1], [-1, 1], [1, 1]], name="y", rtol=1e-5)
    assert_close(layer.mean, [0.2, 1.2], name="layer.mean", rtol=1e-5)
    assert_close(layer.var, [1.0, 1.3], name="layer.var", rtol=1e-5)


### BEGIN HIDDEN TESTS
def trained(momentum=0.75):
    """Return a layer after two batches, and its averages by hand."""
    layer = BatchNorm(2, momentum=momentum, eps=0.0)
    layer.forward(X_TOY.copy(), training=True)
    layer.forward(X_TOY[:2] * 2, training=True)
    return layer, np.array([1.375, 7.25]), np.array([1.75, 1.3125])


with r.check(
    "two batches, another momentum",
    hidden=True,
    hint="momentum is an argument, and the averages go on from where they are.",
):
    layer, mean, var = trained()
    assert_close(layer.mean, mean, name="layer.mean", rtol=1e-5)
    assert_close(layer.var, var, name="layer.var", rtol=1e-5)
with r.check(
    "prediction uses the averages and leaves them alone",
    hidden=True,
    hint="training=False: no statistics of the batch, no change of the layer.",
):
    layer, mean, var = trained()
    for _ in range(2):
        got = layer.forward(np.array([[4.0, 13.5]]), training=False)
        want = (np.array([[4.0, 13.5]]) - mean) / np.sqrt(var)
        assert_close(got, want, name="y", rtol=1e-5)
    assert_close(layer.mean, mean, name="layer.mean after prediction", rtol=1e-5)
    assert_close(layer.var, var, name="layer.var after prediction", rtol=1e-5)
with r.check(
    "gamma and beta count in both modes, and eps",
    hidden=True,
    hint="y = gamma xhat + beta, in training and in prediction.",
):
    layer = BatchNorm(2, eps=0.75)
    layer.gamma, layer.beta = np.array([2.0, -1.0]), np.array([0.5, 1.0])
    got = layer.forward(np.array([[0.0, 1.0], [1.0, 2.0]]), training=True)
    assert_close(got, [[-0.5, 1.5], [1.5, 0.5]], name="y in training", rtol=1e-5)
    layer = BatchNorm(2, eps=3.0)
    layer.gamma, layer.beta = np.array([2.0, -1.0]), np.array([0.5, 1.0])
    got = layer.forward(np.array([[1.0, 2.0]]), training=False)
    assert_close(got, [[1.5, 0.0]], name="y in prediction", rtol=1e-5)
with r.check(
    "two layers share nothing",
    hidden=True,
    hint="Make the arrays in __init__: what stands in the class belongs to all layers.",
):
    one, two = BatchNorm(2), BatchNorm(2)
    x = X_TOY.copy()
    one.forward(x, training=True)
    assert_close(two.mean, [0.0, 0.0], name="the mean of the other layer")
    assert_close(two.var, [1.0, 1.0], name="the variance of the other layer")
    assert_close(x, X_TOY, name="x after the call")
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
### Look at what you have built

Left, the spread of the outputs in eight tanh layers whose weights are too small, as they are
and with your normalisation in front of each tanh. Right, the running mean of your layer on
batches of 16 whose true mean is 3. Before you run the cell: what do you expect of
momentum 0?
"""

# %%
from nnlib.viz import show, style

style()
rng = np.random.default_rng(7)


def spreads(prepare):
    """Return the standard deviation of the outputs of eight layers."""
    h, found = rng.normal(0, 1, (200, 50)), []
    for _ in range(8):
        h = np.tanh(prepare(h @ rng.normal(0, 0.05, (50, 50))))
        found.append(np.std(h))
    return found


try:
    import matplotlib.pyplot as plt

    curves = {
        "plain": spreads(lambda s: s),
        "normalised": spreads(lambda s: normalise(s)[0]),
    }
    steps = {}
    for momentum in (0.0, 0.9, 0.99):
        layer = BatchNorm(1, momentum=momentum)
        means = []
        for _ in range(150):
            layer.forward(rng.normal(3, 2, (16, 1)), training=True)
            means.append(float(layer.mean[0]))
        steps[f"momentum {momentum:g}"] = means
except (ImportError, NotImplementedError) as missing:
    print(f"The figure needs tasks 7.1 and 7.7. What is missing: {missing}")
else:
    fig, (left, right) = plt.subplots(1, 2, figsize=(10, 3.6))
    for (name, values), marker in zip(curves.items(), "os", strict=True):
        left.semilogy(range(1, 9), values, marker=marker, label=name)
    left.set(title="Eight tanh layers", xlabel="layer", ylabel="spread of the outputs")
    left.legend()
    for name, means in steps.items():
        right.plot(range(1, 151), means, marker="", label=name)
    right.axhline(3, color="black", linewidth=1)
    right.set(title="Running mean, truth 3", xlabel="batch", ylabel="layer.mean")
    right.legend()
    show(
        fig,
        alt="Left, on a logarithmic axis, the spread of the outputs of eight tanh layers: "
        "plain, each layer shrinks it to about a third, down to below a thousandth; "
        "normalised, it stays near 0.6. Right, the running mean over 150 "
        "batches: with momentum 0 it jumps about the true mean 3, with 0.9 it arrives "
        "after some 30 batches and trembles a little, with 0.99 it is smooth and "
        "still below 3 at the end.",
    )

# %% [markdown]
r"""
**What to see.** The normalisation makes the scale of the weights harmless. The momentum trades
speed for quiet.
"""

# %% [markdown]
r"""
## Question 7.8: What gets through (3 points)

(a) Show from the formula of task 7.4 that every column of $\partial J/\partial x$ has the sum
0, and explain in words why it must.

(b) A batch has two samples. Compute $\hat x$ (take $\epsilon = 0$ and different values) and
show that $\partial J/\partial x = 0$. What does this mean for the layers below?

(c) The bias of the linear layer before a batch normalisation is useless. Prove it in one line,
and say what happens to its gradient.
"""

# %% [markdown] nbgrader={"grade_id": "gradient_lost", "grade": true, "solution": true, "points": 3}
r"""
### BEGIN SOLUTION
**Answer.**

(a) Sum over the samples: $\sum_n dy_n - N\langle dy\rangle - \sum_n \hat x_n\, \langle dy\,\hat
x\rangle = 0 - \langle dy\,\hat x\rangle \cdot 0$, since $\sum_n dy_n = N \langle dy\rangle$ and
$\sum_n \hat x_n = 0$. In words: moving all samples of a unit by the same amount moves the mean
with them and changes no output, so the gradient in this direction is 0.

(b) $\mu_B$ is the middle of the two, $\sigma_B$ half their distance, so $\hat x = (1, -1)$ or
$(-1, 1)$. With $dy = (a, b)$: $dy - \langle dy\rangle = \frac{a-b}{2}(1, -1)$, and
$\langle dy\,\hat x\rangle = \pm\frac{a-b}{2}$, so $\hat x \langle dy\,\hat x\rangle =
\frac{a-b}{2}(1, -1)$: the difference is 0. Nothing below the normalisation learns from such a
batch.

(c) $x + b - \langle x + b\rangle = x - \langle x\rangle$: a constant drops out with the mean. By
(a) the gradient by $b$, the sum of the column of $\partial J/\partial x$, is 0: it stays
where it started.

**Marks.** 1 point for (a): the sum (half) and the reason in words (half). 1 point for (b):
$\hat x$ (half), gradient 0 and its meaning (half). 1 point for (c): the proof (half), gradient 0
(half).
### END SOLUTION
"""

# %% [markdown]
r"""
## Question 7.9: A model that predicts badly (3 points)

A network with batch normalisation is trained in batches of 64 and reaches 95 % on its training
data, measured during training. In prediction it is right in 60 %, on the *same* data.

(a) Name two different mistakes in the code that could cause this, and for each an experiment of a
few lines that tells whether it is the one.

(b) A colleague proposes to leave the network in training mode for prediction. Under which
circumstances does that work, and what is wrong with it?

(c) Look at the right panel of the figure. Training runs for 60 batches in all. Which of the three
momenta would you take, and what would go wrong with each of the others?
"""

# %% [markdown] nbgrader={"grade_id": "diagnosis", "grade": true, "solution": true, "points": 3}
r"""
### BEGIN SOLUTION
**Answer.**

(a) For example: the running averages are not updated (print `layer.mean` before and after a
training step: it must change); the running variance is missing or the standard deviation is
stored in its place (compare `layer.var` with the variance of a large batch of scores); momentum with
the wrong meaning, 0.1 taken for the share of the old value, so that the averages are those of the last
batch (predict twice with a step between); averages not saved with the model (compare
before saving and after loading); prediction left in training mode on batches of another mix or
size (predict one sample alone and within a batch).

(b) It works if every batch in prediction is large and drawn like those of training. But the
answer for a sample then depends on the others in the batch, a single sample gives an
error or $\hat x = 0$, and batches sorted by class shift the answers.

(c) Momentum 0.9: after 60 batches it has forgotten its start ($0.9^{60} \approx 0.002$) and
averages about ten batches. With 0 the averages are those of the last batch, noisy. With 0.99 more
than half of the start is left ($0.99^{60} \approx 0.55$): the mean is far too small in
prediction.

**Marks.** 1 point for (a): two plausible causes (half), experiments that decide (half). 1 point
for (b): when it works (half), dependence on the batch or single samples (half). 1 point for
(c): 0.9 (half), both others with the reason (half).
### END SOLUTION
"""
