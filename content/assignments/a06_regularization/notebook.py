# ---
# jupyter:
#   nncourse:
#     allow: [nnlib.testing, nnlib.viz.style]
# ---

# %% [markdown]
r"""
# Assignment 6: Regularisation

You switch units off at random, find out what that does on average and on the way back, and
put a price on weights.

**You will be able to**

- write dropout in its two forms, and put the factor `keep` where it belongs;
- carry a gradient back through a layer with dropout;
- compute the average over all masks, and say when one scaled pass equals it;
- add L2, L1 and the elastic net to a cost, and take the step that shrinks weights.

**Time:** 3 hours. **Points:** 29, of which 23 are given by automatic checks and 6
for two written answers. **Before you start:** lecture 6.

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
| $h$ | $(N, D)$ | `h` | outputs of a layer, one row per sample, before dropout |
| $q$ | number | `keep` | probability that a unit stays, $0 < q \le 1$ |
| $z$ | $(N, D)$ | | random mask: 1 where a unit stays, 0 where it is dropped |
| $k$ | $(N, D)$ | `factor` | what $h$ is multiplied by: $\tilde h = h \odot k$ |
| $\tilde h$ | $(N, D)$ | | outputs after dropout |
| $\partial J / \partial S$ | $(N, M)$ | `dS` | gradient by the scores of the next layer, $S = \tilde h W$ |
| $\lambda$, $\beta$ | numbers | `lam`, `beta` | strength of a penalty, share of L2 in it |
| $\eta$ | number | `eta` | learning rate |
"""

# %% nbgrader={"grade_id": "setup", "locked": true}
from itertools import product

import numpy as np

from nnlib.testing import Rubric, assert_close

# Two samples of three units.
H_TOY = np.array([[1.0, -2.0, 3.0], [0.5, 4.0, -1.0]])


# %% [markdown]
r"""
## Task 6.1: A mask (2 points)

Write `draw_mask(shape, keep, rng)`. It returns an array of the given shape whose entries
are 1 with probability `keep` and 0 otherwise, each drawn by itself. Draw every random
number from the generator `rng`; `rng.random(shape)` gives numbers that are uniform
between 0 and 1.

**Example.** With `keep = 1` every entry is 1. With `keep = 0.8`, about 80 of 100 entries
are 1.
"""


# %% nbgrader={"grade_id": "draw_mask", "solution": true}
def draw_mask(shape, keep, rng):
    """Return an array of ones, each with probability keep, and zeros."""
    ### BEGIN SOLUTION
    return (rng.random(shape) < keep).astype(float)
    ### END SOLUTION
    raise NotImplementedError("Task 6.1: return the mask")


# %% nbgrader={"grade_id": "test_draw_mask", "grade": true, "locked": true, "points": 2}
r = Rubric(points=2)
with r.check("ones and zeros of the right shape", hint="Compare rng.random with keep."):
    mask = np.asarray(draw_mask((4, 7), 0.6, np.random.default_rng(1)), dtype=float)
    assert mask.shape == (4, 7), f"the mask has shape {mask.shape}, expected (4, 7)"
    assert set(np.unique(mask)) <= {0.0, 1.0}, "some entries are neither 0 nor 1"
with r.check("keep = 1 keeps all", hint="rng.random is always below 1."):
    mask = draw_mask((5, 3), 1.0, np.random.default_rng(2))
    assert_close(mask, np.ones((5, 3)), name="the mask")
### BEGIN HIDDEN TESTS
with r.check(
    "keep is the share of ones",
    weight=2,
    hidden=True,
    hint="keep is the probability to stay, not to go. Try keep = 0.9.",
):
    for keep, seed in ((0.9, 3), (0.25, 4)):
        mask = np.asarray(draw_mask((80, 50), keep, np.random.default_rng(seed)))
        share = float(np.mean(mask))
        assert abs(share - keep) < 0.035, f"{share:.0%} ones for keep = {keep}"
with r.check(
    "each entry by itself, from rng",
    hidden=True,
    hint="Samples and units must not share a draw; use no other generator.",
):
    rng = np.random.default_rng(5)
    mask, other, again = (
        np.asarray(draw_mask((12, 20), 0.5, generator), dtype=float)
        for generator in (rng, rng, np.random.default_rng(5))
    )
    assert len(np.unique(mask, axis=0)) == 12, "two samples have the same mask"
    assert len(np.unique(mask, axis=1).T) == 20, "two units always go together"
    assert np.any(mask != other), "two calls with one rng give the same mask"
    assert_close(again, mask, name="the mask from a generator with the same seed")
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
## Task 6.2: Inverted dropout (3 points)

Libraries divide by `keep` while training, so that prediction need not know of dropout:

$$\tilde h = h \odot k, \qquad k = \begin{cases} z / q & \text{in training} \\ 1 &
\text{in prediction.} \end{cases}$$

Write `inverted(h, keep, rng, training)`. It returns two things: $\tilde h$, and the factor
$k$ as an array of the shape of `h` (the backward pass needs it). In prediction no
random number is drawn, and `rng` may be `None`.

**Example.** For `keep = 0.5` in training, each entry of `h` is doubled or becomes 0. For
`keep = 0.8` the entries that stay are multiplied by 1.25.
"""


# %% nbgrader={"grade_id": "inverted", "solution": true}
def inverted(h, keep, rng, training):
    """Return the outputs after inverted dropout, and the factor of each."""
    ### BEGIN SOLUTION
    if not training:
        return h, np.ones_like(h)
    factor = (rng.random(h.shape) < keep) / keep
    return h * factor, factor
    ### END SOLUTION
    raise NotImplementedError("Task 6.2: return the outputs and the factor")


# %% nbgrader={"grade_id": "test_inverted", "grade": true, "locked": true, "points": 3}
def check_training(function, keep, scale, seed):
    """Check outputs and factors of dropout in training, whichever units stay."""
    h = np.random.default_rng(seed).uniform(1.0, 2.0, (60, 40))
    before = h.copy()
    out, factor = function(h, keep, np.random.default_rng(seed + 1), True)
    out, factor = np.asarray(out, dtype=float), np.asarray(factor, dtype=float)
    assert_close(h, before, name="h after the call")
    stays = factor != 0
    assert_close(factor, np.where(stays, scale, 0.0), name="the factor", rtol=1e-5)
    assert_close(out, before * factor, name="the outputs", rtol=1e-5)
    share = float(np.mean(stays))
    assert abs(share - keep) < 0.05, f"{share:.0%} of the units stay, keep = {keep}"


r = Rubric(points=3)
with r.check(
    "half of the units",
    hint="What stays is divided by keep; what goes is 0. Return two arrays.",
):
    check_training(inverted, 0.5, 2.0, 10)
with r.check(
    "prediction leaves all as it is", hint="Look at training before you draw."
):
    out, factor = inverted(H_TOY.copy(), 0.5, None, False)
    assert_close(out, H_TOY, name="the outputs")
    assert_close(factor, np.ones((2, 3)), name="the factor")
### BEGIN HIDDEN TESTS
with r.check(
    "keep is not one half",
    weight=2,
    hidden=True,
    hint="Which probability stands below the line: to stay or to go? Try keep = 0.8.",
):
    check_training(inverted, 0.8, 1.25, 20)
    check_training(inverted, 0.25, 4.0, 30)
with r.check(
    "a mask for each sample, and for each call",
    hidden=True,
    hint="Draw a mask of the shape of h, anew in every call, from rng.",
):
    h, rng = np.ones((12, 20)), np.random.default_rng(40)
    one, two = (np.asarray(inverted(h, 0.5, rng, True)[0]) for _ in range(2))
    assert len(np.unique(one, axis=0)) == 12, "two samples have the same mask"
    assert np.any(one != two), "two calls drop the same units"
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
## Task 6.3: Vanilla dropout (3 points)

The first papers left training alone and paid in prediction:

$$\tilde h = h \odot k, \qquad k = \begin{cases} z & \text{in training} \\ q &
\text{in prediction.} \end{cases}$$

Write `vanilla(h, keep, rng, training)`, which returns $\tilde h$ and $k$ as before.

**Example.** In prediction with `keep = 0.75`, the row `[1, -2, 3]` becomes
`[0.75, -1.5, 2.25]`.
"""


# %% nbgrader={"grade_id": "vanilla", "solution": true}
def vanilla(h, keep, rng, training):
    """Return the outputs after vanilla dropout, and the factor of each."""
    ### BEGIN SOLUTION
    if training:
        factor = (rng.random(h.shape) < keep).astype(float)
    else:
        factor = np.full(h.shape, keep)
    return h * factor, factor
    ### END SOLUTION
    raise NotImplementedError("Task 6.3: return the outputs and the factor")


# %% nbgrader={"grade_id": "test_vanilla", "grade": true, "locked": true, "points": 3}
def check_vanilla_training(keep, seed):
    """Check that units stay unchanged or go, in training."""
    h = np.random.default_rng(seed).uniform(1.0, 2.0, (60, 40))
    before = h.copy()
    out, factor = vanilla(h, keep, np.random.default_rng(seed + 1), True)
    out, factor = np.asarray(out, dtype=float), np.asarray(factor, dtype=float)
    assert_close(h, before, name="h after the call")
    assert set(np.unique(factor)) <= {0.0, 1.0}, "a factor is neither 0 nor 1"
    assert_close(out, before * factor, name="the outputs", rtol=1e-5)
    share = float(np.mean(factor))
    assert abs(share - keep) < 0.05, f"{share:.0%} of the units stay, keep = {keep}"


r = Rubric(points=3)
with r.check(
    "training drops and does not scale", hint="What stays is left alone here."
):
    check_vanilla_training(0.5, 50)
with r.check(
    "prediction with keep = 0.75", hint="All units are there: scale them down."
):
    out, factor = vanilla(H_TOY.copy(), 0.75, None, False)
    assert_close(out, [[0.75, -1.5, 2.25], [0.375, 3.0, -0.75]], name="the outputs")
    assert_close(factor, np.full((2, 3), 0.75), name="the factor")
### BEGIN HIDDEN TESTS
with r.check(
    "training with other shares",
    hidden=True,
    hint="keep is the probability to stay. Try 0.9.",
):
    check_vanilla_training(0.9, 60)
    check_vanilla_training(0.2, 70)
with r.check(
    "prediction agrees with training on average",
    hidden=True,
    hint="Average many trainings: what remains of h? Prediction must give the same.",
):
    h = np.array([[2.0, -1.0, 0.5, 4.0]])
    rng = np.random.default_rng(80)
    rows = np.repeat(h, 3000, axis=0)
    mean = np.mean(np.asarray(vanilla(rows, 0.3, rng, True)[0]), axis=0)
    out = np.asarray(vanilla(h, 0.3, None, False)[0], dtype=float)[0]
    assert np.all(np.abs(out - mean) < 0.1 * np.abs(h[0])), (
        f"prediction gives {out}, training on average {np.round(mean, 3)}"
    )
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
## Task 6.4: Backward through a layer with dropout (3 points)

Dropout stands between a layer's outputs and the next layer's weights:

$$\tilde h = h \odot k, \qquad S = \tilde h\, W.$$

Write `dropout_layer_backward(dS, h, factor, W)`. From $\partial J/\partial S$ of shape
$(N, M)$ it computes $\partial J/\partial h$ and $\partial J/\partial W$, and returns them
in this order. `factor` is $k$ of the forward pass; no random number is drawn here.

**Example.** For `h = [[1, -2, 3], [0.5, 4, -1]]`, `factor = [[2, 0, 2], [0, 2, 2]]`,
`W = [[1, 0], [2, 1], [-1, 3]]` and `dS = [[1, 0], [0, 1]]` the gradient by `h` is
`[[2, 0, -2], [0, 2, 6]]`, and that by `W` is `[[2, 0], [0, 8], [6, -2]]`.
"""


# %% nbgrader={"grade_id": "dropout_layer_backward", "solution": true}
def dropout_layer_backward(dS, h, factor, W):
    """Return the gradients by h and by W of S = (h * factor) @ W."""
    ### BEGIN SOLUTION
    return (dS @ W.T) * factor, (h * factor).T @ dS
    ### END SOLUTION
    raise NotImplementedError("Task 6.4: return the gradients by h and by W")


# %% nbgrader={"grade_id": "test_dropout_layer_backward", "grade": true, "locked": true, "points": 3}
r = Rubric(points=3)
FACTOR_TOY = np.array([[2.0, 0.0, 2.0], [0.0, 2.0, 2.0]])
W_TOY = np.array([[1.0, 0.0], [2.0, 1.0], [-1.0, 3.0]])
with r.check(
    "the gradient by h",
    hint="A dropped unit gets no gradient; one that stays gets it times its factor.",
):
    dh, _ = dropout_layer_backward(
        np.eye(2), H_TOY.copy(), FACTOR_TOY.copy(), W_TOY.copy()
    )
    assert_close(dh, [[2, 0, -2], [0, 2, 6]], name="dh")
with r.check(
    "the gradient by W",
    hint="What does W meet in the forward pass: h, or what dropout made of it?",
):
    _, dW = dropout_layer_backward(
        np.eye(2), H_TOY.copy(), FACTOR_TOY.copy(), W_TOY.copy()
    )
    assert_close(dW, [[2, 0], [0, 8], [6, -2]], name="dW")


### BEGIN HIDDEN TESTS
def layer_case():
    """Return a case with more samples than units, and factors that are not 2."""
    rng = np.random.default_rng(90)
    h, W, dS = (rng.normal(0, 1, s) for s in ((7, 4), (4, 3), (7, 3)))
    return dS, h, np.where(rng.random((7, 4)) < 0.8, 1.25, 0.0), W


with r.check(
    "by h, with keep = 0.8 and a random gradient from above",
    hidden=True,
    hint="Follow one entry of h: which factors lie on its way to S?",
):
    dS, h, factor, W = layer_case()
    dh, _ = dropout_layer_backward(dS, h, factor, W)
    want = np.einsum("nm,dm,nd->nd", dS, W, factor)
    assert_close(dh, want, name="dh", rtol=1e-5)
with r.check(
    "by W, with keep = 0.8 and a random gradient from above",
    hidden=True,
    hint="Sum over the samples; each brings its own masked outputs.",
):
    dS, h, factor, W = layer_case()
    copies = [a.copy() for a in (dS, h, factor, W)]
    _, dW = dropout_layer_backward(dS, h, factor, W)
    want = sum(np.outer(h[n] * factor[n], dS[n]) for n in range(7))
    assert_close(dW, want, name="dW", rtol=1e-5)
    for name, now, then in zip(
        ("dS", "h", "factor", "W"), (dS, h, factor, W), copies, strict=True
    ):
        assert_close(now, then, name=f"{name} after the call")
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
## Task 6.5: The average over all masks (4 points)

In prediction we want the average over all masks, not the result of one:

$$\mathbb{E}_z\big[f(h \odot z)\big] = \sum_{z} p(z)\, f(h \odot z), \qquad
p(z) = q^{\text{ones}}\,(1 - q)^{\text{zeros}}.$$

The sum has $2^n$ terms for $n$ units, so it can be computed for few units only. Write
`average_output(f, h, keep)`. `h` has shape $(n,)$; `f` takes an array of this shape and
returns a number. Nothing is divided by `keep` here. `product([0, 1], repeat=n)` from
`itertools` yields all masks as tuples.

**Example.** For `f = np.sum`, `h = [1, -2, 3]` and `keep = 0.5` the average is 1.0, which is
also `f(0.5 * h)`. For the maximum in place of the sum it is 1.75.
"""


# %% nbgrader={"grade_id": "average_output", "solution": true}
def average_output(f, h, keep):
    """Return the exact average of f(h * z) over all masks z, a number."""
    ### BEGIN SOLUTION
    average = 0.0
    for mask in product([0, 1], repeat=len(h)):
        ones = sum(mask)
        probability = keep**ones * (1 - keep) ** (len(h) - ones)
        average += probability * f(h * np.array(mask))
    return average
    ### END SOLUTION
    raise NotImplementedError("Task 6.5: return the average over all masks")


# %% nbgrader={"grade_id": "test_average_output", "grade": true, "locked": true, "points": 4}
r = Rubric(points=4)
with r.check("a linear output", hint="Eight masks, each with its own probability."):
    got = average_output(np.sum, np.array([1.0, -2.0, 3.0]), 0.5)
    assert_close(got, 1.0, name="the average", rtol=1e-5)
with r.check(
    "the maximum",
    hint="f is asked for each masked h; do not average the inputs first.",
):
    got = average_output(np.max, np.array([1.0, -2.0, 3.0]), 0.5)
    assert_close(got, 1.75, name="the average", rtol=1e-5)
### BEGIN HIDDEN TESTS
with r.check(
    "keep is not one half",
    weight=2,
    hidden=True,
    hint="Masks with many ones are likely when keep is large: which exponent is which?",
):
    got = average_output(np.max, np.array([2.0, 5.0]), 0.8)
    assert_close(got, 0.8 * 5.0 + 0.2 * 0.8 * 2.0, name="the average", rtol=1e-5)
    got = average_output(lambda v: float(v[0] * v[1]), np.array([3.0, 4.0]), 0.3)
    assert_close(got, 0.09 * 12.0, name="the average", rtol=1e-5)
with r.check(
    "a sigmoid behind four units",
    weight=2,
    hidden=True,
    hint="The probabilities of all masks sum to 1. The empty mask counts, too.",
):

    def sigmoid_of_sum(v):
        return 1 / (1 + np.exp(-np.sum(v)))

    h = np.array([2.0, -1.0, 0.5, 1.5])
    before, want = h.copy(), 0.0
    for code in range(16):
        z = np.array([(code >> i) & 1 for i in range(4)])
        want += np.prod(np.where(z == 1, 0.7, 0.3)) * sigmoid_of_sum(before * z)
    got = average_output(sigmoid_of_sum, h, 0.7)
    assert_close(got, want, name="the average", rtol=1e-5)
    assert_close(h, before, name="h after the call")
with r.check(
    "one unit, and keep = 1",
    hidden=True,
    hint="With keep = 1 only the mask of ones has a probability: 0**0 is 1 in Python.",
):
    got = average_output(lambda v: float(v[0] + 1), np.array([4.0]), 0.25)
    assert_close(got, 2.0, name="the average", rtol=1e-5)
    got = average_output(np.max, np.array([-1.0, -3.0, -2.0]), 1.0)
    assert_close(got, -1.0, name="the average", rtol=1e-5)
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
## Task 6.6: The L2 penalty (2 points)

The penalty is a price on the weights of *all* layers together:

$$R = \lambda \sum_{l} \sum_{k, m} \big(W^{(l)}_{km}\big)^2, \qquad
\frac{\partial R}{\partial W^{(l)}} = 2 \lambda\, W^{(l)}.$$

Write `l2_penalty(weights, lam)`. `weights` is a list of arrays of any shapes. Return the
number $R$ and the list of the gradients, one array for each of `weights`.

**Example.** For `weights = [[[1, -2]], [[3]]]` (as arrays) and `lam = 0.5`, the penalty is
7.0, and the gradients are `[[1, -2]]` and `[[3]]`.
"""


# %% nbgrader={"grade_id": "l2_penalty", "solution": true}
def l2_penalty(weights, lam):
    """Return lam times the sum of all squares, and its gradient by each array."""
    ### BEGIN SOLUTION
    penalty = lam * sum(np.sum(W**2) for W in weights)
    return penalty, [2 * lam * W for W in weights]
    ### END SOLUTION
    raise NotImplementedError("Task 6.6: return the penalty and the gradients")


# %% nbgrader={"grade_id": "test_l2_penalty", "grade": true, "locked": true, "points": 2}
r = Rubric(points=2)
with r.check(
    "the penalty of the example", hint="Squares of all weights of all layers."
):
    weights = [np.array([[1.0, -2.0]]), np.array([[3.0]])]
    assert_close(l2_penalty(weights, 0.5)[0], 7.0, name="the penalty")
with r.check(
    "the gradients of the example", hint="One array per layer, not their sum."
):
    weights = [np.array([[1.0, -2.0]]), np.array([[3.0]])]
    one, two = l2_penalty(weights, 0.5)[1]
    assert_close(one, [[1.0, -2.0]], name="the first gradient")
    assert_close(two, [[3.0]], name="the second gradient")


### BEGIN HIDDEN TESTS
def three_layers():
    """Return weights of a dense layer, of filters and of a single row."""
    rng = np.random.default_rng(100)
    return [rng.normal(0, 1, shape) for shape in ((3, 4), (2, 1, 3, 2), (5,))]


with r.check(
    "the penalty of three layers",
    hidden=True,
    hint="lam multiplies the sum once; nothing is averaged or halved.",
):
    weights = three_layers()
    want = 0.3 * sum(float(w) ** 2 for W in weights for w in W.ravel())
    assert_close(l2_penalty(weights, 0.3)[0], want, name="the penalty", rtol=1e-5)
with r.check(
    "the gradients of three layers",
    hidden=True,
    hint="The derivative of w^2 is 2 w: where is the 2? Weights are left alone.",
):
    weights = three_layers()
    copies = [W.copy() for W in weights]
    grads = l2_penalty(weights, 0.3)[1]
    for grad, W, before in zip(grads, weights, copies, strict=True):
        assert_close(grad, 0.6 * before, name="a gradient", rtol=1e-5)
        assert_close(W, before, name="a weight array after the call")
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
## Task 6.7: The elastic net (3 points)

L1 counts absolute values, the elastic net has both:

$$R = \lambda \sum \big(\beta\, W^2 + \lvert W \rvert\big), \qquad
\frac{\partial R}{\partial W} = \lambda \big(2 \beta\, W + \operatorname{sign}(W)\big),$$

with $\operatorname{sign}(0) = 0$. For $\beta = 0$ this is L1. Write
`elastic_net(W, beta, lam)` for one array of weights; return $R$ and the gradient.

**Example.** For `W = [[2, -1, 0]]`, `beta = 0.5` and `lam = 0.1` the penalty is 0.55 and
the gradient is `[[0.3, -0.2, 0]]`.
"""


# %% nbgrader={"grade_id": "elastic_net", "solution": true}
def elastic_net(W, beta, lam):
    """Return lam * sum(beta W^2 + |W|) and its gradient by W."""
    ### BEGIN SOLUTION
    penalty = lam * np.sum(beta * W**2 + np.abs(W))
    return penalty, lam * (2 * beta * W + np.sign(W))
    ### END SOLUTION
    raise NotImplementedError("Task 6.7: return the penalty and the gradient")


# %% nbgrader={"grade_id": "test_elastic_net", "grade": true, "locked": true, "points": 3}
r = Rubric(points=3)
with r.check("the penalty of the example", hint="beta belongs to the squares alone."):
    got = elastic_net(np.array([[2.0, -1.0, 0.0]]), 0.5, 0.1)[0]
    assert_close(got, 0.55, name="the penalty")
with r.check("the gradient of the example", hint="A weight of 0 is left alone."):
    got = elastic_net(np.array([[2.0, -1.0, 0.0]]), 0.5, 0.1)[1]
    assert_close(got, [[0.3, -0.2, 0.0]], name="the gradient")
### BEGIN HIDDEN TESTS
with r.check(
    "L1 alone",
    hidden=True,
    hint="With beta = 0 only absolute values are left: 5 and -5 do not cancel.",
):
    penalty, grad = elastic_net(np.array([5.0, -5.0, 0.25]), 0.0, 2.0)
    assert_close(penalty, 20.5, name="the penalty")
    assert_close(grad, [2.0, -2.0, 2.0], name="the gradient")
with r.check(
    "filters, and W is left alone",
    hidden=True,
    hint="Any shape; the gradient has that of W. Both terms carry lam.",
):
    W = np.random.default_rng(110).normal(0, 1, (2, 3, 2, 2))
    before = W.copy()
    penalty, grad = elastic_net(W, 1.5, 0.4)
    want = 0.4 * sum(1.5 * w * w + abs(w) for w in before.ravel())
    assert_close(penalty, want, name="the penalty", rtol=1e-5)
    want = 0.4 * (3.0 * before + np.where(before > 0, 1.0, -1.0))
    assert_close(grad, want, name="the gradient", rtol=1e-5)
    assert_close(W, before, name="W after the call")
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
## Task 6.8: A step with weight decay (3 points)

One step of gradient descent on $J + \lambda \sum W^2$ first shrinks the weights:

$$W \leftarrow (1 - 2 \eta \lambda)\, W - \eta\, g_W, \qquad
\mathbf{b} \leftarrow \mathbf{b} - \eta\, g_{\mathbf{b}}.$$

Biases carry no penalty. Write `decay_step(params, grads, eta, lam)`. `params` and `grads` are
dictionaries with the same names, such as `"W1"`, `"b1"`, `"W2"`. Names of weights begin with
`W`, names of biases with `b`. `grads` holds the gradients of $J$ alone. Return a new
dictionary of new arrays; the old ones stay as they are.

**Example.** For `params = {"W1": [2, -4], "b1": [1]}`, all gradients 1, `eta = 0.1` and
`lam = 0.5` the result is `{"W1": [1.7, -3.7], "b1": [0.9]}`.
"""


# %% nbgrader={"grade_id": "decay_step", "solution": true}
def decay_step(params, grads, eta, lam):
    """Return the parameters after one step; only weights are penalised."""
    ### BEGIN SOLUTION
    new = {}
    for name, value in params.items():
        decay = 1 - 2 * eta * lam if name.startswith("W") else 1
        new[name] = decay * value - eta * grads[name]
    return new
    ### END SOLUTION
    raise NotImplementedError("Task 6.8: return the dictionary of new parameters")


# %% nbgrader={"grade_id": "test_decay_step", "grade": true, "locked": true, "points": 3}
r = Rubric(points=3)


def toy_step():
    """Return what decay_step makes of the example."""
    params = {"W1": np.array([2.0, -4.0]), "b1": np.array([1.0])}
    grads = {"W1": np.ones(2), "b1": np.ones(1)}
    return decay_step(params, grads, 0.1, 0.5)


with r.check(
    "weights", hint="Shrink by 1 - 2 eta lam, then walk against the gradient."
):
    assert_close(toy_step()["W1"], [1.7, -3.7], name="W1")
with r.check("biases", hint="A bias is not shrunk."):
    assert_close(toy_step()["b1"], [0.9], name="b1")


### BEGIN HIDDEN TESTS
def two_layers():
    """Return parameters and gradients of two layers."""
    rng = np.random.default_rng(120)
    shapes = {"W1": (3, 4), "b1": (4,), "W2": (4, 2), "b2": (2,)}
    draw = [{n: rng.normal(0, 1, s) for n, s in shapes.items()} for _ in range(2)]
    return draw[0], draw[1]


with r.check(
    "two layers, another rate and strength",
    weight=2,
    hidden=True,
    hint="eta multiplies both the gradient and the penalty; mind the factor 2.",
):
    params, grads = two_layers()
    want = {
        name: value - 0.25 * (grads[name] + (0.2 * value if name[0] == "W" else 0))
        for name, value in params.items()
    }
    got = decay_step(params, grads, 0.25, 0.1)
    assert set(got) == set(want), f"the names are {sorted(got)}"
    for name in want:
        assert_close(got[name], want[name], name=name, rtol=1e-5)
with r.check(
    "the old parameters stay as they are",
    hidden=True,
    hint="`W -= ...` changes the caller's array: make a new one.",
):
    params, grads = two_layers()
    copies = {name: value.copy() for name, value in params.items()}
    decay_step(params, grads, 0.25, 0.1)
    assert set(params) == set(copies), "names were added or taken away"
    for name, before in copies.items():
        assert_close(params[name], before, name=f"{name} after the call")
with r.check(
    "no penalty",
    hidden=True,
    hint="With lam = 0 this is plain gradient descent.",
):
    params, grads = two_layers()
    got = decay_step(params, grads, 0.5, 0.0)
    for name in params:
        want = params[name] - 0.5 * grads[name]
        assert_close(got[name], want, name=name, rtol=1e-5)
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
### Look at what you have built

Forty samples of thirty inputs, of which only the first five matter, and a linear model. The
left panel shows its weights after gradient descent on the mean squared error, with three
penalties. The right panel averages a sigmoid behind six units over more and more random
masks. Before you run the cell: which penalty finds the five, and which of the two
lines does the average approach?
"""

# %%
from nnlib.viz import show, style

style()
rng = np.random.default_rng(6)
truth = np.where(np.arange(30) < 5, [2.0, -2.0, 1.5, 1.0, -1.0] * 6, 0.0)
inputs = rng.normal(0, 1, (40, 30))
targets = inputs @ truth + rng.normal(0, 1, 40)
units = np.array([3.0, -2.0, 2.5, 1.0, -1.5, 2.0])


def sigmoid(v):
    return 1 / (1 + np.exp(-np.sum(v)))


def learn(penalty_gradient, steps=3000, eta=0.02):
    w = np.zeros(30)
    for _ in range(steps):
        error = inputs @ w - targets
        w = w - eta * (2 * inputs.T @ error / 40 + penalty_gradient(w))
    return w


try:
    import matplotlib.pyplot as plt

    learned = {
        "no penalty": learn(lambda w: 0.0),
        "L2": learn(lambda w: l2_penalty([w], 0.3)[1][0]),
        "L1": learn(lambda w: elastic_net(w, 0.0, 0.4)[1]),
    }
    exact = average_output(sigmoid, units, 0.5)
    rows, _ = vanilla(np.repeat(units[None], 2000, axis=0), 0.5, rng, True)
    scaled = sigmoid(vanilla(units[None], 0.5, None, False)[0])
except (ImportError, NotImplementedError) as missing:
    print(f"The figure needs tasks 6.3, 6.5, 6.6 and 6.7. What is missing: {missing}")
else:
    fig, (left, right) = plt.subplots(1, 2, figsize=(10, 3.6))
    left.plot(truth, "k_", markersize=12, linestyle="none", label="truth")
    for (name, w), marker in zip(learned.items(), "os^", strict=True):
        left.plot(w, marker=marker, linestyle="none", markersize=5, label=name)
    left.set(title="Learned weights", xlabel="input", ylabel="weight")
    left.legend(ncols=2)
    outputs = np.array([sigmoid(row) for row in rows])
    running = np.cumsum(outputs) / np.arange(1, len(outputs) + 1)
    right.semilogx(np.arange(1, 2001), running, marker="", label="random masks")
    right.axhline(exact, color="C1", linestyle="--", label="all 64 masks")
    right.axhline(scaled, color="C2", linestyle=":", label="one scaled pass")
    right.set(title="Average output", xlabel="masks", ylabel="mean of the sigmoid")
    right.legend()
    show(
        fig,
        alt="Left, thirty weights as learned without a penalty, with L2 and with L1, "
        "beside the true ones. Without a penalty the 25 useless weights scatter "
        "around 0; L2 draws all weights towards 0, the large ones too; L1 keeps the first "
        "five and holds nearly all others at 0. Right, the average of a sigmoid over "
        "random masks approaches the exact average over all masks, which lies below "
        "the output of one scaled pass.",
    )

# %% [markdown]
r"""
**What to see.** L1 empties weights, L2 shrinks them. The average over masks is not the output
of the scaled pass as soon as the output is not linear.
"""

# %% [markdown]
r"""
## Question 6.9: What dropout does on average (3 points)

(a) Let $\tilde h_i = h_i z_i / q$ with inverted dropout, $z_i = 1$ with probability $q$.
Compute $\mathbb{E}[\tilde h_i]$ and $\operatorname{Var}(\tilde h_i)$. What happens to both
as $q$ becomes small?

(b) Let $\hat y = \sum_i w_i \tilde h_i$. Show that its average over all masks is the output
without dropout. Why does your argument not hold for $\hat y = \sigma(\sum_i w_i \tilde h_i)$?

(c) Someone writes dropout with the factor $1 - q$ in place of $q$ (vanilla form, in
prediction), tests it with $q = \tfrac12$ and finds nothing wrong. What is the mean of the
next layer's scores in prediction, compared with training, for $q = 0.8$?
"""

# %% [markdown] nbgrader={"grade_id": "averages", "grade": true, "solution": true, "points": 3}
r"""
### BEGIN SOLUTION
**Answer.**

(a) $\mathbb{E}[\tilde h_i] = q \cdot h_i/q + (1-q) \cdot 0 = h_i$. $\mathbb{E}[\tilde h_i^2] =
q\, h_i^2/q^2 = h_i^2/q$, so $\operatorname{Var}(\tilde h_i) = h_i^2/q - h_i^2 = h_i^2\,
\frac{1-q}{q}$. The mean stays; the variance grows without bound as $q \to 0$: fewer units
speak, and louder.

(b) The expectation of a sum is the sum of expectations, and constants come out:
$\mathbb{E}[\hat y] = \sum_i w_i\, \mathbb{E}[\tilde h_i] = \sum_i w_i h_i$. In general
$\mathbb{E}[\sigma(s)] \ne \sigma(\mathbb{E}[s])$: the expectation may be moved inside a linear
function only.

(c) In training the scores are $q$ times those of the whole layer on average, here 0.8. In
prediction they are multiplied by 0.2: a quarter of what the next layer was trained for. At
$q = \tfrac12$ both factors are the same, which hides the mistake.

**Marks.** 1 point for (a): mean and variance (half each; the limit is part of the variance).
1 point for (b): linearity used at its place (half), and why not for the sigmoid (half). 1
point for (c): the ratio 1 to 4 (half), and why $\tfrac12$ hides it (half).
### END SOLUTION
"""

# %% [markdown]
r"""
## Question 6.10: Reading the figure (3 points)

(a) In the left panel L1 sets most useless weights to (nearly) 0, L2 none. Explain this with the
gradients of the two penalties for a weight that is already small.

(b) L2 and L1 also change the five weights that matter. In which direction, and why is that a
price of the method? What would you do to choose $\lambda$?

(c) Why do two networks with equal training data, one trained with dropout and one without,
differ in how much they suffer when a single hidden unit is taken out afterwards?
"""

# %% [markdown] nbgrader={"grade_id": "reading", "grade": true, "solution": true, "points": 3}
r"""
### BEGIN SOLUTION
**Answer.**

(a) The pull of L2 is $2\lambda w$: it fades as the weight does, so the data's gradient, however
small, balances it before 0. The pull of L1 is $\lambda\,\operatorname{sign}(w)$, the same for
every size. A weight whose data gradient is below $\lambda$ is drawn to 0 and held there (with a
fixed step it jumps about 0 by $\eta\lambda$).

(b) Towards 0: the minimum of $J + R$ lies where the data still pull outwards. All weights are
too small on average, a bias that is accepted for less variance. $\lambda$ is chosen on
validation data, never on the training loss, which always prefers $\lambda = 0$, nor on the test
data.

(c) With dropout each unit was trained with ever changing partners, any of which could be
missing, so no unit relies on a particular other one, and what matters is computed
several times. Without it, units adapt to each other: one corrects what another does, and if one
is taken out the correction is left alone.

**Marks.** 1 point each. (a) both pulls compared for small weights (half for the formulas only).
(b) direction and price (half), validation data (half). (c) no reliance on particular partners
(half), redundancy or the corrected partner (half).
### END SOLUTION
"""
