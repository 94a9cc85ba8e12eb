# ---
# jupyter:
#   nncourse:
#     allow: [nnlib.testing, nnlib.viz.style]
# ---

# %% [markdown]
r"""
# Assignment 8: Clipping

You meet gradients that are far too long, shorten them in two ways, measure how much each
turns them, and train a network that would not survive without.

**You will be able to**

- say where huge gradients come from, and compute one;
- clip a list of gradients by value and by their common norm;
- measure how much clipping turns a gradient;
- put clipping in its place in a training loop, and deal with gradients that are `nan`;
- choose a limit from recorded norms.

**Time:** 2 to 3 hours. **Points:** 29, of which 23 are given by automatic checks and 6
for two written answers. **Before you start:** lecture 8.

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
| $g$ | list of arrays | `grads` | gradients of all parameters |
| $\lVert g \rVert$ | number | `norm` | norm of all of them, written one after the other |
| lo, hi | numbers | `lo`, `hi` | limits of each entry, lo $< 0 <$ hi |
| $v$ | number | `max_norm` | limit of the norm, $v > 0$ |
| $\theta$ | $(D,)$ | `theta` | where a descent is |
| $\eta$ | number | `eta` | learning rate |
| $w$, $n$, $t$ | numbers | `w`, `depth`, `target` | weight, number of layers and target of a chain |
"""

# %% nbgrader={"grade_id": "setup", "locked": true}
import numpy as np

from nnlib.testing import Rubric, assert_close

# Gradients of a layer with two inputs and two units, and of its biases.
GRADS_TOY = [np.array([[3.0, -0.5], [0.0, -8.0]]), np.array([1.0, -2.0])]


# %% [markdown]
r"""
## Task 8.1: Where they come from (3 points)

The simplest deep network is a chain of $n$ equal weights, $\hat y = w^n x$. With input
$x = 1$ and target $t$ its cost and gradient are

$$J(w) = \big(w^n - t\big)^2, \qquad J'(w) = 2\,\big(w^n - t\big)\; n\, w^{n-1}.$$

Write `chain_gradient(w, depth, target)`, which returns $J'(w)$, a number.

**Example.** `chain_gradient(1.0, 50, 0.5)` is 50. At `w = 0.9` it is about -0.28, at
`w = 1.1` more than a million: a fifth of a unit of `w` lies between nothing and a wall.
"""


# %% nbgrader={"grade_id": "chain_gradient", "solution": true}
def chain_gradient(w, depth, target):
    """Return the derivative of (w ** depth - target) ** 2 by w."""
    ### BEGIN SOLUTION
    return 2 * (w**depth - target) * depth * w ** (depth - 1)
    ### END SOLUTION
    raise NotImplementedError("Task 8.1: return the gradient of the chain")


# %% nbgrader={"grade_id": "test_chain_gradient", "grade": true, "locked": true, "points": 3}
r = Rubric(points=3)
with r.check("at w = 1", hint="Outer derivative 2 (w^n - t), times the inner one."):
    assert_close(chain_gradient(1.0, 50, 0.5), 50.0, name="the gradient")
with r.check("two layers", hint="w^2 has the derivative 2 w: here n is 2."):
    assert_close(chain_gradient(3.0, 2, 1.0), 96.0, name="the gradient")
### BEGIN HIDDEN TESTS
with r.check(
    "odd depth, negative weight",
    hidden=True,
    hint="The inner derivative is n times w to the power n - 1, with its sign.",
):
    assert_close(chain_gradient(-2.0, 3, 4.0), -288.0, name="the gradient")
with r.check(
    "small changes agree",
    hidden=True,
    hint="Compare with (J(w + h) - J(w - h)) / 2h.",
):
    for w, depth, target in ((0.9, 7, 0.2), (1.05, 20, 3.0), (0.5, 1, 2.0)):
        above, below = (((w + h) ** depth - target) ** 2 for h in (1e-6, -1e-6))
        got = chain_gradient(w, depth, target)
        want = (above - below) / 2e-6
        assert_close(got, want, name=f"the gradient at {w}", rtol=1e-5)
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
## Task 8.2: Clip by value (2 points)

Push every entry of every array into the range:

$$g_i \leftarrow \min\big(\max(g_i,\, \text{lo}),\, \text{hi}\big).$$

Write `clip_values(grads, lo, hi)`. It returns a list of new arrays of the same shapes.

**Example.** `clip_values(GRADS_TOY, -1, 2)` is `[[2, -0.5], [0, -1]]` and `[1, -1]`.
"""


# %% nbgrader={"grade_id": "clip_values", "solution": true}
def clip_values(grads, lo, hi):
    """Return the gradients with every entry between lo and hi."""
    ### BEGIN SOLUTION
    return [np.minimum(np.maximum(g, lo), hi) for g in grads]
    ### END SOLUTION
    raise NotImplementedError("Task 8.2: return the list of clipped gradients")


# %% nbgrader={"grade_id": "test_clip_values", "grade": true, "locked": true, "points": 2}
r = Rubric(points=2)
with r.check("the example", hint="Too small becomes lo, too large becomes hi."):
    W, b = clip_values([g.copy() for g in GRADS_TOY], -1.0, 2.0)
    assert_close(W, [[2.0, -0.5], [0.0, -1.0]], name="the first array")
    assert_close(b, [1.0, -1.0], name="the second array")
with r.check("a wide range changes nothing", hint="Entries within the range stay."):
    got = clip_values([g.copy() for g in GRADS_TOY], -10.0, 10.0)
    assert len(got) == 2, f"the list has {len(got)} arrays, expected 2"
    for one, g in zip(got, GRADS_TOY, strict=True):
        assert_close(one, g, name="an array")
### BEGIN HIDDEN TESTS
with r.check(
    "unequal limits, other shapes",
    hidden=True,
    hint="lo need not be -hi; an infinite entry has its limit, too.",
):
    rng = np.random.default_rng(1)
    grads = [rng.normal(0, 3, (2, 3, 2)), np.array([np.inf, -np.inf, 0.25])]
    want = np.array([min(max(x, -0.5), 4.0) for x in grads[0].ravel()])
    one, two = clip_values(grads, -0.5, 4.0)
    assert_close(one, want.reshape(2, 3, 2), name="the first array", rtol=1e-5)
    assert_close(two, [4.0, -0.5, 0.25], name="the second array")
with r.check(
    "the old gradients stay as they are",
    hidden=True,
    hint="`g[g > hi] = hi` changes the caller's array.",
):
    grads = [g.copy() for g in GRADS_TOY]
    clip_values(grads, -0.1, 0.1)
    for g, before in zip(grads, GRADS_TOY, strict=True):
        assert_close(g, before, name="an array after the call")
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
## Task 8.3: The norm of all gradients (2 points)

A network has many gradients. The norm that counts is that of all entries of all arrays:

$$\lVert g \rVert = \sqrt{\sum_k \sum_i g_{k,i}^2}.$$

Write `global_norm(grads)`, which returns this number.

**Example.** For the arrays `[[3, 0], [0, 0]]` and `[4]` it is 5.
"""


# %% nbgrader={"grade_id": "global_norm", "solution": true}
def global_norm(grads):
    """Return the root of the sum of the squares of all entries."""
    ### BEGIN SOLUTION
    return np.sqrt(sum(np.sum(g**2) for g in grads))
    ### END SOLUTION
    raise NotImplementedError("Task 8.3: return the norm of all gradients")


# %% nbgrader={"grade_id": "test_global_norm", "grade": true, "locked": true, "points": 2}
r = Rubric(points=2)
with r.check("the example", hint="9 and 16 make 25."):
    got = global_norm([np.array([[3.0, 0.0], [0.0, 0.0]]), np.array([4.0])])
    assert_close(got, 5.0, name="the norm")
with r.check("one array", hint="A list of one array is a list, too."):
    assert_close(global_norm([np.array([2.0, -2.0, 1.0])]), 3.0, name="the norm")
### BEGIN HIDDEN TESTS
with r.check(
    "three arrays of several entries",
    weight=2,
    hidden=True,
    hint="The norms of the arrays do not add up; their squares do.",
):
    rng = np.random.default_rng(2)
    grads = [rng.normal(0, 1, shape) for shape in ((3, 4), (4,), (2, 1, 2))]
    copies = [g.copy() for g in grads]
    want = sum(float(x) ** 2 for g in grads for x in g.ravel()) ** 0.5
    assert_close(global_norm(grads), want, name="the norm", rtol=1e-5)
    for g, before in zip(grads, copies, strict=True):
        assert_close(g, before, name="an array after the call")
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
## Task 8.4: Clip by norm (4 points)

If all gradients together are too long, shorten them by the same factor:

$$\text{if } \lVert g \rVert > v: \qquad g_k \leftarrow \frac{v}{\lVert g \rVert}\; g_k
\quad \text{for every array } k.$$

Write `clip_norm(grads, max_norm)`. It returns two things: the list of clipped gradients (new
arrays, or the old ones if nothing was clipped), and the norm *before* clipping. Gradients
that are all 0 stay as they are.

**Example.** For `[[3, 0]]` and `[4]` and `max_norm = 1` the result is `[[0.6, 0]]`, `[0.8]`
and the norm 5. With `max_norm = 10` nothing changes.
"""


# %% nbgrader={"grade_id": "clip_norm", "solution": true}
def clip_norm(grads, max_norm):
    """Return the gradients, together no longer than max_norm, and the norm before."""
    ### BEGIN SOLUTION
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    if norm <= max_norm:
        return list(grads), norm
    return [g * (max_norm / norm) for g in grads], norm
    ### END SOLUTION
    raise NotImplementedError("Task 8.4: return the clipped gradients and the norm")


# %% nbgrader={"grade_id": "test_clip_norm", "grade": true, "locked": true, "points": 4}
def toy_clip(max_norm):
    """Return what clip_norm makes of two gradients with the norm 5."""
    return clip_norm([np.array([[3.0, 0.0]]), np.array([4.0])], max_norm)


r = Rubric(points=4)
with r.check("too long", hint="Multiply every array by max_norm / norm."):
    (one, two), _ = toy_clip(1.0)
    assert_close(one, [[0.6, 0.0]], name="the first array")
    assert_close(two, [0.8], name="the second array")
with r.check(
    "the norm before", hint="Return the norm of what came, not of the result."
):
    assert_close(toy_clip(1.0)[1], 5.0, name="the norm")
with r.check("short enough", hint="Short gradients are not made longer."):
    (one, two), norm = toy_clip(10.0)
    assert_close(one, [[3.0, 0.0]], name="the first array")
    assert_close(two, [4.0], name="the second array")
    assert_close(norm, 5.0, name="the norm")
### BEGIN HIDDEN TESTS
with r.check(
    "one factor for all arrays",
    weight=2,
    hidden=True,
    hint="Clipping each array by its own norm would turn the whole.",
):
    rng = np.random.default_rng(3)
    grads = [rng.normal(0, s, shape) for s, shape in ((5.0, (3, 4)), (0.1, (4,)))]
    copies = [g.copy() for g in grads]
    norm = sum(float(x) ** 2 for g in grads for x in g.ravel()) ** 0.5
    got, before = clip_norm(grads, 2.5)
    assert_close(before, norm, name="the norm", rtol=1e-5)
    for one, g in zip(got, copies, strict=True):
        assert_close(one, g * 2.5 / norm, name="an array", rtol=1e-5)
    for g, then in zip(grads, copies, strict=True):
        assert_close(g, then, name="an array after the call")
with r.check(
    "all zeros",
    hidden=True,
    hint="0/0 is nan: divide only where something is clipped.",
):
    (one, two), norm = clip_norm([np.zeros((2, 2)), np.zeros(3)], 1.0)
    assert_close(one, np.zeros((2, 2)), name="the first array")
    assert_close(two, np.zeros(3), name="the second array")
    assert_close(norm, 0.0, name="the norm")
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
## Task 8.5: How much does it turn? (2 points)

Write all entries of two lists of gradients one after the other, $a$ and $b$. The cosine of
the angle between them is

$$\cos \angle(a, b) = \frac{a \cdot b}{\lVert a \rVert\, \lVert b \rVert}:$$

1 for the same direction, 0 for a right angle, negative if one goes up where the other goes
down. Write `cosine(one, other)` for two lists of arrays of equal shapes, none of them all 0.

**Example.** For `[[3, 0]], [4]` and `[[1, 0]], [0]` it is 0.6.
"""


# %% nbgrader={"grade_id": "cosine", "solution": true}
def cosine(one, other):
    """Return the cosine of the angle between two lists of gradients."""
    ### BEGIN SOLUTION
    a = np.concatenate([np.ravel(g) for g in one])
    b = np.concatenate([np.ravel(g) for g in other])
    return a @ b / np.sqrt((a @ a) * (b @ b))
    ### END SOLUTION
    raise NotImplementedError("Task 8.5: return the cosine")


# %% nbgrader={"grade_id": "test_cosine", "grade": true, "locked": true, "points": 2}
r = Rubric(points=2)
with r.check("the example", hint="3 from the product, 5 and 1 from the norms."):
    got = cosine(
        [np.array([[3.0, 0.0]]), np.array([4.0])],
        [np.array([[1.0, 0.0]]), np.array([0.0])],
    )
    assert_close(got, 0.6, name="the cosine")
with r.check("a longer copy", hint="Length does not count, only direction."):
    got = cosine(GRADS_TOY, [7.0 * g for g in GRADS_TOY])
    assert_close(got, 1.0, name="the cosine")
### BEGIN HIDDEN TESTS
with r.check(
    "two random lists",
    weight=2,
    hidden=True,
    hint="One angle for the whole: sum products and squares over all arrays first.",
):
    rng = np.random.default_rng(4)
    one, other = ([rng.normal(0, 1, s) for s in ((2, 3), (4,), (1,))] for _ in range(2))
    pairs = [(x, y) for a, b in zip(one, other, strict=True)
             for x, y in zip(a.ravel(), b.ravel(), strict=True)]  # fmt: skip
    dot = sum(x * y for x, y in pairs)
    squares = sum(x * x for x, _ in pairs) * sum(y * y for _, y in pairs)
    assert_close(cosine(one, other), dot / squares**0.5, name="the cosine", rtol=1e-5)
with r.check(
    "opposite directions", hidden=True, hint="Keep the sign: -1 is the other way."
):
    got = cosine(GRADS_TOY, [-0.5 * g for g in GRADS_TOY])
    assert_close(got, -1.0, name="the cosine")
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
## Task 8.6: A descent that may clip (3 points)

Write `descend(gradient, theta, eta, steps, max_norm=None)`: gradient descent from `theta` of
shape $(D,)$,

$$\theta_t = \theta_{t-1} - \eta\, g_t, \qquad g_t = \text{gradient}(\theta_{t-1}),$$

where $g_t$ is first clipped by its norm to `max_norm`, unless `max_norm` is `None`. Return
all positions as an array of shape `(steps + 1, D)`, the start first. `gradient` takes and
returns an array of shape $(D,)$.

**Example.** For the gradient $g = 2\theta$, `theta = [3, 4]`, `eta = 0.5` and one step, plain
descent arrives at `[0, 0]`; with `max_norm = 1` it arrives at `[2.7, 3.6]`.
"""


# %% nbgrader={"grade_id": "descend", "solution": true}
def descend(gradient, theta, eta, steps, max_norm=None):
    """Return the positions of a gradient descent, clipped or not."""
    ### BEGIN SOLUTION
    path = [theta]
    for _ in range(steps):
        g = gradient(path[-1])
        norm = np.sqrt(np.sum(g**2))
        if max_norm is not None and norm > max_norm:
            g = g * (max_norm / norm)
        path.append(path[-1] - eta * g)
    return np.array(path)
    ### END SOLUTION
    raise NotImplementedError("Task 8.6: return all positions")


# %% nbgrader={"grade_id": "test_descend", "grade": true, "locked": true, "points": 3}
r = Rubric(points=3)
with r.check("one step without a limit", hint="Against the gradient, start included."):
    got = descend(lambda v: 2 * v, np.array([3.0, 4.0]), 0.5, 1)
    assert_close(got, [[3.0, 4.0], [0.0, 0.0]], name="the positions")
with r.check(
    "one step with a limit", hint="Clip the gradient first, then multiply by eta."
):
    got = descend(lambda v: 2 * v, np.array([3.0, 4.0]), 0.5, 1, max_norm=1.0)
    assert_close(got, [[3.0, 4.0], [2.7, 3.6]], name="the positions")


### BEGIN HIDDEN TESTS
def bent(v):
    """Return the gradient of v0^2 / 2 + 8 v1^2, in three dimensions one of 0."""
    return np.array([v[0], 16 * v[1], 0.0])


def walk(theta, eta, steps, limit):
    """Return the positions of the right descent, in plain loops."""
    path = [list(theta)]
    for _ in range(steps):
        g = list(bent(path[-1]))
        norm = sum(x * x for x in g) ** 0.5
        scale = 1.0 if limit is None or norm <= limit else limit / norm
        path.append([v - eta * scale * x for v, x in zip(path[-1], g, strict=True)])
    return path


with r.check(
    "six steps without a limit",
    hidden=True,
    hint="Ask for the gradient at each new place.",
):
    theta = np.array([2.0, -1.0, 5.0])
    got = descend(bent, theta, 0.1, 6)
    assert_close(
        got, walk([2.0, -1.0, 5.0], 0.1, 6, None), name="the positions", rtol=1e-5
    )
    assert_close(theta, [2.0, -1.0, 5.0], name="theta after the call")
with r.check(
    "six steps of which some are clipped",
    weight=2,
    hidden=True,
    hint="Long gradients are shortened as a whole, short ones are left alone.",
):
    got = descend(bent, np.array([2.0, -1.0, 5.0]), 0.1, 6, 4.0)
    assert_close(
        got, walk([2.0, -1.0, 5.0], 0.1, 6, 4.0), name="the positions", rtol=1e-5
    )
with r.check("no step at all", hidden=True, hint="Then the start is the whole path."):
    got = descend(bent, np.array([1.0, 2.0, 3.0]), 0.1, 0, 1.0)
    assert_close(got, [[1.0, 2.0, 3.0]], name="the positions")
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
## Task 8.7: Train with a limit (5 points)

Write `train(params, gradients, batches, eta, max_norm)`: one pass over the `batches`, a list.
`params` is a dictionary of arrays. `gradients(params, batch)` returns the gradients for a
batch, a dictionary with the same names. For each batch in turn:

1. compute the gradients for the parameters *as they are now*;
2. take the norm of all of them together, and write it down;
3. if the norm is `inf` or `nan`, the batch is broken: leave the parameters as they are;
4. else clip by this norm to `max_norm`, and take a step of gradient descent.

Return the new parameters (a new dictionary of new arrays; the given ones do not change) and
the list of the norms before clipping, one for each batch. `np.isfinite` tells `inf` and `nan`
from numbers.

**Example.** For `params = {"w": [1]}`, gradients that are the batch itself (`{"w": [batch]}`),
`batches = [2, 8, nan]`, `eta = 0.1` and `max_norm = 4` the parameter goes from 1 to 0.8 to 0.4
and stays there; the norms are `[2, 8, nan]`.
"""


# %% nbgrader={"grade_id": "train", "solution": true}
def train(params, gradients, batches, eta, max_norm):
    """Return the parameters after one pass with clipping, and all norms."""
    ### BEGIN SOLUTION
    params, norms = dict(params), []
    for batch in batches:
        grads = gradients(params, batch)
        norms.append(np.sqrt(sum(np.sum(g**2) for g in grads.values())))
        if not np.isfinite(norms[-1]):
            continue
        scale = max_norm / norms[-1] if norms[-1] > max_norm else 1.0
        params = {k: value - eta * scale * grads[k] for k, value in params.items()}
    return params, norms
    ### END SOLUTION
    raise NotImplementedError("Task 8.7: return the parameters and the norms")


# %% nbgrader={"grade_id": "test_train", "grade": true, "locked": true, "points": 5}
def toy_train(batches):
    """Return what train makes of batches that are gradients themselves."""
    return train(
        {"w": np.array([1.0])},
        lambda params, batch: {"w": np.array([batch])},
        batches,
        0.1,
        4.0,
    )


r = Rubric(points=5)
with r.check("a short and a long gradient", hint="8 is clipped to 4, 2 is left alone."):
    assert_close(toy_train([2.0])[0]["w"], [0.8], name="w after one batch")
    assert_close(toy_train([2.0, 8.0])[0]["w"], [0.4], name="w after two batches")
with r.check("the norms", hint="One for each batch, before clipping."):
    assert_close(toy_train([2.0, 8.0])[1], [2.0, 8.0], name="the norms")
with r.check("a broken batch", hint="Skip the step if the norm is not finite."):
    params, norms = toy_train([2.0, float("nan"), 8.0])
    assert_close(params["w"], [0.4], name="w")
    assert len(norms) == 3, f"there are {len(norms)} norms, expected 3"


### BEGIN HIDDEN TESTS
def linear_gradients(params, batch):
    """Return the gradients of the mean squared error of a linear model."""
    X, y = batch
    error = X @ params["w"] + params["b"] - y
    return {"w": 2 * X.T @ error / len(y), "b": np.array([2 * np.mean(error)])}


def linear_batches():
    """Return three batches, the second of them with huge inputs."""
    rng = np.random.default_rng(5)
    made = [(rng.normal(0, 1, (4, 2)), rng.normal(0, 1, 4)) for _ in range(3)]
    made[1] = (made[1][0] * 100, made[1][1])
    return made


def right_training(limit):
    """Return parameters and norms of the right training, step by step."""
    params = {"w": np.array([0.5, -1.0]), "b": np.array([0.25])}
    norms = []
    for batch in linear_batches():
        g = linear_gradients(params, batch)
        norms.append(float(np.sqrt(np.sum(g["w"] ** 2) + np.sum(g["b"] ** 2))))
        scale = min(1.0, limit / norms[-1])
        params = {k: params[k] - 0.05 * scale * g[k] for k in params}
    return params, norms


with r.check(
    "two parameters, gradients that depend on them",
    weight=2,
    hidden=True,
    hint="One norm for w and b together; each batch meets the newest parameters.",
):
    params = {"w": np.array([0.5, -1.0]), "b": np.array([0.25])}
    got, norms = train(params, linear_gradients, linear_batches(), 0.05, 3.0)
    want, want_norms = right_training(3.0)
    assert_close(got["w"], want["w"], name="w", rtol=1e-5)
    assert_close(got["b"], want["b"], name="b", rtol=1e-5)
    assert_close(norms, want_norms, name="the norms", rtol=1e-5)
with r.check(
    "the given parameters stay as they are",
    hidden=True,
    hint="`params[name] -= ...` changes what the caller has: make new arrays.",
):
    params = {"w": np.array([0.5, -1.0]), "b": np.array([0.25])}
    train(params, linear_gradients, linear_batches(), 0.05, 3.0)
    assert_close(params["w"], [0.5, -1.0], name="w after the call")
    assert_close(params["b"], [0.25], name="b after the call")
with r.check(
    "infinite gradients, and none that is too long",
    hidden=True,
    hint="inf is as broken as nan. With a high limit this is plain descent.",
):
    params, norms = toy_train([float("inf"), -1.0])
    assert_close(params["w"], [1.1], name="w")
    assert_close(norms, [np.inf, 1.0], name="the norms")
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
## Task 8.8: Choose the limit (2 points)

A limit should touch the exceptions only. Write `choose_limit(norms, share)`: the smallest of
the recorded `norms` such that at most the fraction `share` of them is *larger* than it.

**Example.** For `norms = [1, 5, 2, 100]`, `share = 0.25` gives 5 (one of four is larger), and
`share = 0` gives 100.
"""


# %% nbgrader={"grade_id": "choose_limit", "solution": true}
def choose_limit(norms, share):
    """Return the smallest norm that at most a share of all norms exceeds."""
    ### BEGIN SOLUTION
    norms = np.sort(norms)
    good = [v for v in norms if np.sum(norms > v) <= share * len(norms)]
    return good[0]
    ### END SOLUTION
    raise NotImplementedError("Task 8.8: return the limit")


# %% nbgrader={"grade_id": "test_choose_limit", "grade": true, "locked": true, "points": 2}
r = Rubric(points=2)
with r.check(
    "one of four may be larger", hint="Sort the norms: how many lie above each?"
):
    assert_close(choose_limit([1.0, 5.0, 2.0, 100.0], 0.25), 5.0, name="the limit")
with r.check("none may be larger", hint="Then only the largest will do."):
    assert_close(choose_limit([1.0, 5.0, 2.0, 100.0], 0.0), 100.0, name="the limit")
### BEGIN HIDDEN TESTS
with r.check(
    "shares that fall between two counts",
    hidden=True,
    hint="`At most`: 0.5 of five norms is 2.5, so two may be larger, not three.",
):
    norms = [3.0, 1.0, 4.0, 9.0, 5.0]
    got = [choose_limit(norms, share) for share in (0.1, 0.5, 0.9)]
    assert_close(got, [9.0, 4.0, 1.0], name="the limits")
with r.check(
    "equal norms, and all may be larger",
    hidden=True,
    hint="Equal is not larger. With share 1 the smallest norm will do.",
):
    norms = [2.0, 7.0, 2.0, 7.0, 7.0, 1.0]
    got = [choose_limit(norms, share) for share in (0.0, 0.4, 0.5, 1.0)]
    assert_close(got, [7.0, 7.0, 2.0, 1.0], name="the limits")
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
### Look at what you have built

Left, the chain of task 8.1 with 50 layers, from a start on the wall. Right, a network with one
hidden ReLU layer; every fortieth batch has inputs that are 200 times too large. Before you
run the cell: what will the loss of the network do without a limit?
"""

# %%
from nnlib.viz import show, style

style()
rng = np.random.default_rng(8)
hidden_start = {
    "W": rng.normal(0, 1, (2, 20)), "b": np.zeros(20), "v": rng.normal(0, 0.3, 20)
}  # fmt: skip


def draw_batch(step):
    X = rng.normal(0, 1, (32, 2))
    y = np.sin(2 * X[:, 0]) + X[:, 1]
    return (X * 200 if step % 40 == 39 else X, y)


def network_gradients(params, batch):
    X, y = batch
    S = X @ params["W"] + params["b"]
    H = np.maximum(S, 0)
    error = 2 * (H @ params["v"] - y) / len(y)
    back = np.outer(error, params["v"]) * (S > 0)
    return {"W": X.T @ back, "b": back.sum(axis=0), "v": H.T @ error}


def loss_on_good_data(params):
    with np.errstate(all="ignore"):
        H = np.maximum(test_X @ params["W"] + params["b"], 0)
        return np.mean((H @ params["v"] - test_y) ** 2)


all_batches = [draw_batch(step) for step in range(200)]
test_X, test_y = draw_batch(0)
try:
    import matplotlib.pyplot as plt

    paths = {}
    for name, limit in ("no limit", None), ("limit 2", 2.0):
        with np.errstate(all="ignore"):
            paths[name] = descend(
                lambda w: np.array([chain_gradient(w[0], 50, 0.5)]),
                np.array([1.1]),
                0.002,
                60,
                limit,
            )[:, 0]
    losses = {}
    for name, limit in ("no limit", 1e12), ("limit 5", 5.0):
        params, losses[name] = hidden_start, []
        for batch in all_batches:
            with np.errstate(all="ignore"):
                params, _ = train(params, network_gradients, [batch], 0.02, limit)
            losses[name].append(loss_on_good_data(params))
except (ImportError, NotImplementedError) as missing:
    print(f"The figure needs tasks 8.1, 8.6 and 8.7. What is missing: {missing}")
else:
    fig, (left, right) = plt.subplots(1, 2, figsize=(10, 3.6))
    for (name, path), marker in zip(paths.items(), "os", strict=True):
        left.plot(path, marker=marker, markersize=4, label=name)
    left.axhline(0.5 ** (1 / 50), color="black", linewidth=1, label="minimum")
    left.set(
        title="A chain of 50 weights", xlabel="step", ylabel="$w$", ylim=(0.9, 1.15)
    )
    left.legend(loc="lower right")
    for name, values in losses.items():
        right.semilogy(values, marker="", label=name)
    right.set(title="Broken batches", xlabel="batch", ylabel="loss on good data")
    right.set(ylim=(0.1, 30))
    right.legend(loc="upper left")
    show(
        fig,
        alt="Left, the weight of a chain of 50 layers over 60 steps. Without a limit the "
        "first step leaves the picture; with a limit of 2 the weight goes down from "
        "1.1 in small equal steps and comes to rest near the minimum at 0.986. Right, "
        "on a logarithmic axis, the loss of a network on good data: without a limit it "
        "leaps out of the picture at the first broken batch, and what comes back rests at "
        "1, where the network has learnt nothing; with a limit of 5 it goes on falling.",
    )

# %% [markdown]
r"""
**What to see.** A limit costs nothing where gradients are short, and saves the training where
they are not.
"""

# %% [markdown]
r"""
## Question 8.9: Both go downhill (3 points)

(a) Let lo $< 0 <$ hi and $g \neq 0$. Show that a small step against the gradient clipped by value
makes the cost smaller. Where do you need the two signs?

(b) Give a gradient of two entries that clipping by value turns by more than 40 degrees, and
compute the angle. How does it turn if clipped by norm?

(c) Clipping gradients of mini-batches by norm is biased: the mean of the clipped gradients does
not point along the gradient of the whole cost. Show it with two batches in one dimension.
"""

# %% [markdown] nbgrader={"grade_id": "downhill", "grade": true, "solution": true, "points": 3}
r"""
### BEGIN SOLUTION
**Answer.**

(a) To first order the cost changes by $-\eta\, g \cdot \text{clip}(g) = -\eta \sum_i g_i\,
\text{clip}(g_i)$. Because lo $< 0 <$ hi, each clipped entry has the sign of the entry (0 stays
0), so every term $g_i\,\text{clip}(g_i)$ is at least 0, and positive for $g_i \ne 0$. With lo
$> 0$, a negative entry would become positive.

(b) $g = (100, 1)$ with limits $\pm 1$ becomes $(1, 1)$: $\cos = 101/(\sqrt{10001} \cdot \sqrt 2)
\approx 0.714$, 44.4 degrees. By norm it becomes $v\, g / \lVert g\rVert$: 0 degrees.

(c) Gradients $+10$ and $-4$, limit 1: the whole gradient is $+3$, the mean of the clipped ones
$\frac12(1 - 1) = 0$. With $+10$, $-4$ and $-4$ the mean of the clipped ones, $-\frac13$, even has
the wrong sign.

**Marks.** 1 point for (a): the inner product (half), the signs at their place (half). 1 point for
(b): an example with its angle (half), no turn by norm (half). 1 point for (c): numbers in which
the direction or the sign is lost.
### END SOLUTION
"""

# %% [markdown]
r"""
## Question 8.10: Reading norms (3 points)

(a) A colleague records the norms of 1000 steps. 990 lie between 0.5 and 2, ten between 50 and
$10^4$. Which limit do you propose, and what would happen with a limit of 0.1?

(b) After clipping was switched on, the norms *before* clipping fall to 0 within a few steps, and
the loss stands still at a high value. Is that success? Name a cause and how to look for it.

(c) Somebody puts the clipping between `step()` and the next `backward()`. Another clips each
layer's gradient by its own norm. What does each of them get?
"""

# %% [markdown] nbgrader={"grade_id": "norms", "grade": true, "solution": true, "points": 3}
r"""
### BEGIN SOLUTION
**Answer.**

(a) Somewhat above the usual size, 2 to 5: only the ten exceptions are clipped. With 0.1 every
step is clipped, and all have the same length $0.1\,\eta$: the limit has become a part of the
learning rate, training is slow, and near the minimum the steps do not become shorter before the
gradient is below 0.1.

(b) No. Gradients that are 0 everywhere with a high loss mean that nothing can learn any more,
for example since all ReLU units are dead after one step that was too long (or outputs are
saturated). Look at the outputs of the hidden layers, or at the share of units that are 0 for all
samples; the limit was too high, or one step came before it.

(c) The first clips gradients that have been used already: no effect at all. The second keeps
the direction within each layer but changes the ratio between layers, in favour of those with
small gradients; the step is not along the gradient, though it still goes downhill.

**Marks.** 1 point each. (a) a limit of this kind with the reason (half), equal lengths or a
smaller rate (half). (b) no (half), cause with a way to look (half). (c) no effect (half), other
direction (half).
### END SOLUTION
"""
