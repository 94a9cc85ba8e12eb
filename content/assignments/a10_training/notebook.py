# ---
# jupyter:
#   nncourse:
#     allow: [nnlib.data, nnlib.testing, nnlib.viz.style]
# ---

# %% [markdown]
r"""
# Assignment 10: Training

You cut data into parts, evaluate, stop at the right moment, and write the whole training loop.
In the end you train a network of your own that has to recognise digits it has never seen.

**You will be able to**

- split data without fooling yourself;
- evaluate a model in batches;
- add penalties to a loss;
- stop early, and put the best weights back;
- write the loop that everything in this course leads to, and use it.

**Time:** 4 hours. **Points:** 30, of which 24 are given by automatic checks and 6
for two written answers. **Before you start:** lecture 10.

**How to work.** Replace each `raise NotImplementedError(...)` by your own code. The cell
below each task checks it at once: it names what works, what does not, and gives hints.
Points are given for each named check, so half a solution is worth something. After you
hand in, further checks run on other inputs. Write each task so that it does not call
the functions of other tasks: then a slip in one costs you nothing in the next. Nothing may
change the arrays that it gets.
"""

# %% [markdown]
r"""
## Notation

| symbol | shape | in code | meaning |
|---|---|---|---|
| $X$, $y$ | $(N, D)$, $(N,)$ | `X`, `labels` | samples and their classes 0, 1, ... |
| $S$ | $(N, K)$ | | scores of $K$ classes; the largest one is the answer |
| $\ell_n$ | number | | cross-entropy of sample $n$, $-\ln \operatorname{softmax}(S_n)_{y_n}$ |
| $\theta$ | dictionary of arrays | `params` | parameters by name |
| $B$, $E$ | numbers | `size`, `epochs` | samples of a batch, passes over the data |
| $\eta$ | number | `eta` | learning rate |
| patience | number | `patience` | epochs to wait for a better validation loss |
"""

# %% nbgrader={"grade_id": "setup", "locked": true}
import numpy as np

from nnlib.data import digits
from nnlib.testing import Rubric, assert_close

X_DIGITS, Y_DIGITS = digits(flat=True)
mixed = np.random.default_rng(0).permutation(len(Y_DIGITS))
X_DIGITS, Y_DIGITS = X_DIGITS[mixed], Y_DIGITS[mixed]
X_TRAIN, Y_TRAIN = X_DIGITS[:900], Y_DIGITS[:900]
X_VALID, Y_VALID = X_DIGITS[900:1200], Y_DIGITS[900:1200]


# %% [markdown]
r"""
## Task 10.1: Split the data (3 points)

Before anything else, the samples are shuffled and cut into parts: for gradients, for choices, and
for the one number at the end. Write `split(n_samples, shares, rng)`. `shares` is a tuple such as
`(0.6, 0.2, 0.2)`, which sums to 1. Return a list of index arrays, one for each share. Each part
but the last has `round(share * n_samples)` samples, the last has the rest. Together they hold
every index from 0 to $N - 1$ exactly once, in random order: use `rng.permutation`.

**Example.** `split(10, (0.6, 0.2, 0.2), rng)` returns 6, 2 and 2 indices.
"""


# %% nbgrader={"grade_id": "split", "solution": true}
def split(n_samples, shares, rng):
    """Return index arrays of the parts of the data, shuffled."""
    ### BEGIN SOLUTION
    sizes = [round(share * n_samples) for share in shares[:-1]]
    return np.split(rng.permutation(n_samples), np.cumsum(sizes))
    ### END SOLUTION
    raise NotImplementedError("Task 10.1: return the list of index arrays")


# %% nbgrader={"grade_id": "test_split", "grade": true, "locked": true, "points": 3}
r = Rubric(points=3)
with r.check("three parts of ten samples", hint="Cut one random order at two places."):
    sizes = [len(p) for p in split(10, (0.6, 0.2, 0.2), np.random.default_rng(1))]
    assert sizes == [6, 2, 2], f"the sizes are {sizes}, expected [6, 2, 2]"
with r.check(
    "every sample in one part", hint="No sample in two parts, none forgotten."
):
    parts = split(12, (0.5, 0.25, 0.25), np.random.default_rng(2))
    seen = sorted(int(i) for part in parts for i in part)
    assert seen == list(range(12)), f"the parts hold {seen}"
### BEGIN HIDDEN TESTS
with r.check(
    "other shares, and sizes that are no whole numbers",
    hidden=True,
    hint="Round each size but the last; the last part takes what is left.",
):
    sizes = [len(p) for p in split(11, (0.7, 0.3), np.random.default_rng(3))]
    assert sizes == [8, 3], f"the sizes are {sizes}, expected [8, 3]"
    shares = (0.4, 0.3, 0.2, 0.1)
    parts = split(23, shares, np.random.default_rng(4))
    sizes = [len(p) for p in parts]
    assert sizes == [9, 7, 5, 2], f"the sizes are {sizes}, expected [9, 7, 5, 2]"
    assert sorted(int(i) for p in parts for i in p) == list(range(23)), (
        "samples are missing"
    )
with r.check(
    "shuffled, by rng",
    weight=2,
    hidden=True,
    hint="Sorted data, cut in their order, would put all of one class into one part.",
):
    one, again, other = (
        [int(i) for p in split(40, (0.5, 0.5), np.random.default_rng(seed)) for i in p]
        for seed in (5, 5, 6)
    )
    assert one == again, "the same seed gives another split"
    assert one != other, "another seed gives the same split"
    assert max(one[:20]) > 25 and min(one[20:]) < 15, "the parts follow the file order"
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
## Task 10.2: Evaluate (3 points)

Write `evaluate(model, X, labels, size)`. `model(x)` returns the scores of a batch, shape
$(n, K)$. Go through the samples in batches of `size` (the last may be smaller; large data
do not fit at once), and return two numbers: the mean cross-entropy over *all* samples, and the
accuracy, the share of samples whose largest score is that of their class. Scores may be as
large as 1000.

**Example.** For the scores `[[0, 0], [0, 0], [1000, 0]]` and the labels `[0, 1, 0]` the loss is
$\tfrac23 \ln 2 \approx 0.4621$, and the accuracy $\tfrac23$ (of equal scores the first counts).
"""


# %% nbgrader={"grade_id": "evaluate", "solution": true}
def evaluate(model, X, labels, size):
    """Return the mean cross-entropy and the accuracy of a model."""
    ### BEGIN SOLUTION
    loss = right = 0.0
    for start in range(0, len(X), size):
        y = labels[start : start + size]
        S = model(X[start : start + size])
        shifted = S - S.max(axis=1, keepdims=True)
        logs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        loss -= logs[np.arange(len(y)), y].sum()
        right += np.sum(S.argmax(axis=1) == y)
    return loss / len(X), right / len(X)
    ### END SOLUTION
    raise NotImplementedError("Task 10.2: return the loss and the accuracy")


# %% nbgrader={"grade_id": "test_evaluate", "grade": true, "locked": true, "points": 3}
r = Rubric(points=3)
SCORES = np.array([[0.0, 0.0], [0.0, 0.0], [1000.0, 0.0]])
with r.check(
    "the loss of the example", hint="-ln of the probability of the true class."
):
    loss, _ = evaluate(lambda x: x, SCORES, np.array([0, 1, 0]), 10)
    assert_close(loss, 2 / 3 * np.log(2), name="the loss", rtol=1e-5)
with r.check("the accuracy of the example", hint="Compare argmax with the labels."):
    _, accuracy = evaluate(lambda x: x, SCORES, np.array([0, 1, 0]), 10)
    assert_close(accuracy, 2 / 3, name="the accuracy", rtol=1e-5)


### BEGIN HIDDEN TESTS
def scored(seed=7):
    """Return samples that are scores themselves, labels, and what is right."""
    rng = np.random.default_rng(seed)
    S, y = rng.normal(0, 3, (11, 4)), rng.integers(4, size=11)
    p = np.exp(S) / np.exp(S).sum(axis=1, keepdims=True)
    loss = -sum(np.log(p[n, y[n]]) for n in range(11)) / 11
    return S, y, loss, sum(int(np.argmax(S[n])) == y[n] for n in range(11)) / 11


with r.check(
    "a smaller last batch counts as it should",
    weight=2,
    hidden=True,
    hint="Add up sums, and divide once at the end: means of batches weigh the last too much.",
):
    S, y, want_loss, want_accuracy = scored()
    before = S.copy()
    loss, accuracy = evaluate(lambda x: x, S, y, 4)
    assert_close(loss, want_loss, name="the loss", rtol=1e-5)
    assert_close(accuracy, want_accuracy, name="the accuracy", rtol=1e-5)
    assert_close(S, before, name="X after the call")
with r.check(
    "the model sees batches",
    hidden=True,
    hint="Call the model on at most `size` rows at a time.",
):
    S, y, want_loss, _ = scored(8)
    sizes = []

    def counting(x):
        sizes.append(len(x))
        return 2.0 * x

    evaluate(counting, S, y, 5)
    assert sizes == [5, 5, 1], f"the model got batches of {sizes}"
with r.check(
    "large scores",
    hidden=True,
    hint="exp(1000) is infinite: subtract the largest score of each row first.",
):
    loss, accuracy = evaluate(
        lambda x: x, np.array([[1000.0, 990.0]]), np.array([1]), 1
    )
    assert_close(loss, 10.0000454, name="the loss", rtol=1e-5)
    assert_close(accuracy, 0.0, name="the accuracy")
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
## Task 10.3: A price on weights (2 points)

$$J = \text{loss} + \lambda_1 \sum \lvert W \rvert + \lambda_2 \sum W^2,$$

where the sums run over all entries of all weight arrays. With $\lambda_1 = 0$ this is L2, with
$\lambda_2 = 0$ it is L1, else the elastic net. Write `penalised(loss, weights, lam1, lam2)`; `weights`
is a list of arrays.

**Example.** For the loss 2 and the weights `[[1, -2], [0.5, 0]]`: with `lam1 = 1`, `lam2 = 0` it
is 5.5, with `lam1 = 0`, `lam2 = 1` it is 7.25.
"""


# %% nbgrader={"grade_id": "penalised", "solution": true}
def penalised(loss, weights, lam1, lam2):
    """Return the loss plus the price of all weights."""
    ### BEGIN SOLUTION
    for W in weights:
        loss = loss + lam1 * np.sum(np.abs(W)) + lam2 * np.sum(W**2)
    return loss
    ### END SOLUTION
    raise NotImplementedError("Task 10.3: return the loss with its penalties")


# %% nbgrader={"grade_id": "test_penalised", "grade": true, "locked": true, "points": 2}
r = Rubric(points=2)
with r.check("L1", hint="Absolute values: 1 + 2 + 0.5."):
    got = penalised(2.0, [np.array([[1.0, -2.0], [0.5, 0.0]])], 1.0, 0.0)
    assert_close(got, 5.5, name="the cost")
with r.check("L2", hint="Squares: 1 + 4 + 0.25, without a half and without a root."):
    got = penalised(2.0, [np.array([[1.0, -2.0], [0.5, 0.0]])], 0.0, 1.0)
    assert_close(got, 7.25, name="the cost")
### BEGIN HIDDEN TESTS
with r.check(
    "three layers, both penalties",
    weight=2,
    hidden=True,
    hint="All arrays pay, each penalty with its own strength; the loss stands once.",
):
    rng = np.random.default_rng(9)
    weights = [rng.normal(0, 1, shape) for shape in ((3, 4), (4,), (2, 1, 2, 2))]
    entries = [float(w) for W in weights for w in W.ravel()]
    want = 0.7 + sum(0.3 * abs(w) + 0.1 * w * w for w in entries)
    assert_close(penalised(0.7, weights, 0.3, 0.1), want, name="the cost", rtol=1e-5)
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
## Task 10.4: Stop early (4 points)

One rise of the validation loss is noise. So wait for `patience` epochs, and keep the best weights.
Write the class `EarlyStopping(patience)`:

- `update(loss, params)` is called once after each epoch, with the validation loss and the
  dictionary of parameters. It returns `True` if training should stop: if the last `patience`
  epochs all brought no loss *below* the best one. Else it returns `False`.
- `best_loss`, `best_epoch` (the first call is epoch 1) and `best_params` belong to the best epoch so
  far. Training may go on to change the arrays of `params` in place: keep copies.

**Example.** With `patience = 2` and the losses 5, 4, 4.5, 4.2 the answers are `False`, `False`,
`False`, `True`; the best epoch is 2.
"""


# %% nbgrader={"grade_id": "EarlyStopping", "solution": true}
class EarlyStopping:
    """Waits for a better validation loss, and keeps the best parameters."""

    def __init__(self, patience):
        ### BEGIN SOLUTION
        self.patience, self.epoch = patience, 0
        self.best_loss, self.best_epoch, self.best_params = np.inf, 0, None
        return
        ### END SOLUTION
        raise NotImplementedError("Task 10.4: keep the patience, nothing is best yet")

    def update(self, loss, params):
        """Take in one epoch; return whether to stop."""
        ### BEGIN SOLUTION
        self.epoch += 1
        if loss < self.best_loss:
            self.best_loss, self.best_epoch = loss, self.epoch
            self.best_params = {name: value.copy() for name, value in params.items()}
        return self.epoch - self.best_epoch >= self.patience
        ### END SOLUTION
        raise NotImplementedError("Task 10.4: return whether to stop")


# %% nbgrader={"grade_id": "test_EarlyStopping", "grade": true, "locked": true, "points": 4}
def answers(patience, losses):
    """Return a stopper after these losses, and what it answered."""
    stopper = EarlyStopping(patience)
    given = [
        bool(stopper.update(loss, {"w": np.array([10.0 * k])}))
        for k, loss in enumerate(losses, start=1)
    ]
    return stopper, given


r = Rubric(points=4)
with r.check("when to stop", hint="Count the epochs since the best one."):
    _, given = answers(2, [5.0, 4.0, 4.5, 4.2])
    assert given == [False, False, False, True], f"the answers are {given}"
with r.check("what was best", hint="Loss, epoch and parameters of the lowest loss."):
    stopper, _ = answers(2, [5.0, 4.0, 4.5, 4.2])
    assert_close(stopper.best_loss, 4.0, name="best_loss")
    assert_close(stopper.best_epoch, 2, name="best_epoch")
    assert_close(stopper.best_params["w"], [20.0], name="the best w")
### BEGIN HIDDEN TESTS
with r.check(
    "waiting starts anew after progress",
    hidden=True,
    hint="A new best loss sets the count back. Only the last epochs count.",
):
    stopper, given = answers(3, [5.0, 6.0, 6.0, 4.0, 4.4, 4.3, 3.9, 5.0, 5.0, 5.0])
    assert given == [False] * 9 + [True], f"the answers are {given}"
    assert_close(stopper.best_epoch, 7, name="best_epoch")
    assert_close(stopper.best_params["w"], [70.0], name="the best w")
with r.check(
    "an equal loss is no progress",
    hidden=True,
    hint="`below` the best, not `at most`.",
):
    stopper, given = answers(1, [2.0, 2.0, 2.0])
    assert given == [False, True, True], f"the answers are {given}"
    assert_close(stopper.best_epoch, 1, name="best_epoch")
with r.check(
    "the best parameters survive what comes later",
    weight=2,
    hidden=True,
    hint="An array that is changed in place changes everywhere: copy it.",
):
    stopper, params = EarlyStopping(5), {"W": np.ones((2, 2)), "b": np.zeros(2)}
    for loss in (3.0, 2.0, 2.5, 2.7):
        params["W"] += 1.0
        params["b"] -= 1.0
        stopper.update(loss, params)
    assert_close(stopper.best_params["W"], np.full((2, 2), 3.0), name="the best W")
    assert_close(stopper.best_params["b"], [-2.0, -2.0], name="the best b")
    assert_close(params["W"], np.full((2, 2), 5.0), name="W after the calls")
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
## Task 10.5: One epoch (3 points)

Write `train_epoch(params, gradients, X, y, size, eta, rng)`: one pass over all samples in shuffled
mini-batches of `size`, the last of which may be smaller. For each batch, compute
`gradients(params, x, t)` for the samples `x` and targets `t` of the batch and the parameters *as
they are now*, and step against it: $\theta \leftarrow \theta - \eta\, g$. `params` and the
gradients are dictionaries with the same names. Return a new dictionary of new arrays.

**Example.** With one parameter `w` and gradients that are all `{"w": [1]}`, five samples in batches
of 2 and `eta = 0.1` take three steps: `w` falls by 0.3.
"""


# %% nbgrader={"grade_id": "train_epoch", "solution": true}
def train_epoch(params, gradients, X, y, size, eta, rng):
    """Return the parameters after one pass over the shuffled data."""
    ### BEGIN SOLUTION
    order = rng.permutation(len(X))
    for start in range(0, len(X), size):
        batch = order[start : start + size]
        grads = gradients(params, X[batch], y[batch])
        params = {name: params[name] - eta * grads[name] for name in params}
    return params
    ### END SOLUTION
    raise NotImplementedError("Task 10.5: return the new parameters")


# %% nbgrader={"grade_id": "test_train_epoch", "grade": true, "locked": true, "points": 3}
def watch_epoch(n_samples, size, seed, slope=1.0):
    """Run an epoch; return the new parameters and the batches in their order."""
    X = np.arange(float(n_samples))[:, None]
    seen = []

    def gradients(params, x, t):
        seen.append((np.array(x)[:, 0], np.array(t), float(params["w"][0])))
        return {"w": np.array([slope])}

    start = {"w": np.array([2.0])}
    new = train_epoch(
        start, gradients, X, 10 * X[:, 0], size, 0.1, np.random.default_rng(seed)
    )
    return new, seen, start


r = Rubric(points=3)
with r.check("three steps", hint="5 samples in batches of 2: sizes 2, 2 and 1."):
    new, seen, _ = watch_epoch(5, 2, 1)
    assert_close(new["w"], [1.7], name="w", rtol=1e-5)
    sizes = [len(x) for x, _, _ in seen]
    assert sizes == [2, 2, 1], f"the batches have the sizes {sizes}"
with r.check("each sample once", hint="Shuffle the indices, then cut them."):
    _, seen, _ = watch_epoch(7, 3, 2)
    samples = sorted(int(v) for x, _, _ in seen for v in x)
    assert samples == list(range(7)), f"the epoch used the samples {samples}"
### BEGIN HIDDEN TESTS
with r.check(
    "samples keep their targets",
    hidden=True,
    hint="Shuffle both with the same order.",
):
    _, seen, _ = watch_epoch(20, 6, 3)
    for x, t, _ in seen:
        assert_close(t, 10 * x, name="the targets of a batch")
with r.check(
    "shuffled by rng, anew in each call",
    hidden=True,
    hint="Draw the order from the generator that you get.",
):
    orders = []
    for seed in (4, 4, 5):
        orders.append([int(v) for x, _, _ in watch_epoch(20, 6, seed)[1] for v in x])
    assert orders[0] == orders[1], "the same seed gives another order"
    assert orders[0] != orders[2], "another seed gives the same order"
    assert orders[0] != list(range(20)), "the samples come in file order"
with r.check(
    "every step starts where the last one ended",
    weight=2,
    hidden=True,
    hint="Give the newest parameters to `gradients`; leave the caller's as they are.",
):
    new, seen, start = watch_epoch(6, 2, 6, slope=-3.0)
    assert_close([w for _, _, w in seen], [2.0, 2.3, 2.6], name="the w's", rtol=1e-5)
    assert_close(new["w"], [2.9], name="the new w", rtol=1e-5)
    assert_close(start["w"], [2.0], name="the caller's w")
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
## Task 10.6: The whole loop (4 points)

Now all of it, for any model. Write
`fit(params, step, validate, epochs, patience)`:

- `step(params)` returns the parameters after one epoch of training;
- `validate(params)` returns the validation loss, a number.

Train for at most `epochs` epochs, and stop when `patience` epochs in a row brought no validation
loss below the best. Return two things: the parameters of the epoch with the *lowest* validation
loss (the first of equal ones), and the list of all validation losses, one for each epoch that ran.
The start counts as no epoch and is not validated. `step` may change its argument in place and
return it: keep copies of what is best.

**Example.** If the validation losses would be 3, 1, 2, 4, 0 and `patience` is 2, training ends
after the fourth epoch and returns the parameters of the second.
"""


# %% nbgrader={"grade_id": "fit", "solution": true}
def fit(params, step, validate, epochs, patience):
    """Return the best parameters and the validation losses of all epochs."""
    ### BEGIN SOLUTION
    losses, best, waited = [], None, 0
    for _ in range(epochs):
        params = step(params)
        losses.append(validate(params))
        if losses[-1] < min(losses[:-1], default=np.inf):
            best = {name: value.copy() for name, value in params.items()}
            waited = 0
        else:
            waited += 1
        if waited >= patience:
            break
    return best, losses
    ### END SOLUTION
    raise NotImplementedError("Task 10.6: return the best parameters and all losses")


# %% nbgrader={"grade_id": "test_fit", "grade": true, "locked": true, "points": 4}
def follow(losses, epochs, patience, in_place=False):
    """Run fit on a script of losses; return its result and the calls."""
    calls = []

    def step(params):
        calls.append("step")
        if in_place:
            params["w"] += 1.0
            return params
        return {"w": np.array(params["w"]) + 1.0}

    def validate(params):
        calls.append("validate")
        return losses[round(float(params["w"][0])) - 1]

    best, found = fit({"w": np.array([0.0])}, step, validate, epochs, patience)
    return best, list(found), calls


r = Rubric(points=4)
with r.check("all epochs", hint="Step, then validate, in every epoch."):
    best, found, calls = follow([3.0, 2.0, 1.0], 3, 5)
    assert_close(found, [3.0, 2.0, 1.0], name="the losses")
    assert calls == ["step", "validate"] * 3, f"the calls were {calls}"
    assert_close(best["w"], [3.0], name="the best w")
with r.check(
    "stop, and put the best back", hint="Two epochs without progress: enough."
):
    best, found, _ = follow([3.0, 1.0, 2.0, 4.0, 0.0], 5, 2)
    assert_close(found, [3.0, 1.0, 2.0, 4.0], name="the losses")
    assert_close(best["w"], [2.0], name="the best w")
### BEGIN HIDDEN TESTS
with r.check(
    "progress sets the waiting back",
    hidden=True,
    hint="Count epochs since the best one, not rises from epoch to epoch.",
):
    losses = [5.0, 6.0, 5.5, 4.0, 4.5, 4.2, 3.0, 3.5, 3.4, 3.2, 0.0]
    best, found, _ = follow(losses, 11, 3)
    assert_close(found, losses[:10], name="the losses")
    assert_close(best["w"], [7.0], name="the best w")
with r.check(
    "equal losses, and an end without patience",
    hidden=True,
    hint="The first of equal losses is the best. epochs is the most there can be.",
):
    best, found, _ = follow([2.0, 2.0, 2.0], 3, 9)
    assert_close(found, [2.0, 2.0, 2.0], name="the losses")
    assert_close(best["w"], [1.0], name="the best w")
    best, found, _ = follow([2.0, 2.0, 1.0], 3, 1)
    assert_close(found, [2.0, 2.0], name="the losses with patience 1")
with r.check(
    "a step that works in place",
    weight=2,
    hidden=True,
    hint="The arrays of the best epoch change later on: copy them when they are best.",
):
    best, found, _ = follow([3.0, 1.0, 2.0, 4.0, 5.0], 5, 2, in_place=True)
    assert_close(found, [3.0, 1.0, 2.0, 4.0], name="the losses")
    assert_close(best["w"], [2.0], name="the best w")
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
## Task 10.7: A network of your own (5 points)

Recognise digits. Write `train_network(X, labels, X_valid, labels_valid, rng)`. The images are rows of
64 pixels between 0 and 1, the labels are numbers from 0 to 9. Train a network with NumPy, in
any way you like: one or two layers, any activation, any optimizer; the validation data are there
for your choices. Return a *function* that takes images of shape $(n, 64)$ and returns their
classes, an array of shape $(n,)$.

**What counts** is the accuracy on images that neither you nor your function has seen:
at least **93 %** for all points. 900 images to learn from, 300 to validate; the function may
take up to 15 seconds (one hidden layer of 50 units, 50 epochs and a good rate need less than one).
Learn only from the arrays that are passed in: the hidden check numbers the classes in
another way. Draw random numbers from `rng`.
"""


# %% nbgrader={"grade_id": "train_network", "solution": true}
def train_network(X, labels, X_valid, labels_valid, rng):
    """Return a function that recognises digits."""
    ### BEGIN SOLUTION
    W1, b1 = rng.normal(0, (2 / 64) ** 0.5, (64, 50)), np.zeros(50)
    W2, b2 = rng.normal(0, (2 / 50) ** 0.5, (50, 10)), np.zeros(10)
    params, velocity = [W1, b1, W2, b2], [0.0] * 4
    best = (-1.0, params)

    def scores(images, params):
        W1, b1, W2, b2 = params
        return np.maximum(images @ W1 + b1, 0) @ W2 + b2

    for _ in range(40):
        order = rng.permutation(len(X))
        for start in range(0, len(X), 30):
            x, y = X[order[start : start + 30]], labels[order[start : start + 30]]
            H = np.maximum(x @ params[0] + params[1], 0)
            S = H @ params[2] + params[3]
            P = np.exp(S - S.max(axis=1, keepdims=True))
            P /= P.sum(axis=1, keepdims=True)
            P[np.arange(len(y)), y] -= 1
            dS = P / len(y)
            dH = (dS @ params[2].T) * (H > 0)
            grads = [x.T @ dH, dH.sum(axis=0), H.T @ dS, dS.sum(axis=0)]
            for k, g in enumerate(grads):
                velocity[k] = 0.9 * velocity[k] + 0.05 * g
            params = [p - v for p, v in zip(params, velocity, strict=True)]
        accuracy = np.mean(scores(X_valid, params).argmax(axis=1) == labels_valid)
        if accuracy > best[0]:
            best = (accuracy, params)
    return lambda images: scores(images, best[1]).argmax(axis=1)
    ### END SOLUTION
    raise NotImplementedError("Task 10.7: return a function that predicts classes")


# %% nbgrader={"grade_id": "test_train_network", "grade": true, "locked": true, "points": 5}
def accuracy_of(labels_of, seed, images, truth):
    """Train with classes numbered by labels_of; return the accuracy on images."""
    predict = train_network(
        X_TRAIN,
        labels_of[Y_TRAIN],
        X_VALID,
        labels_of[Y_VALID],
        np.random.default_rng(seed),
    )
    answers = np.asarray(predict(images))
    assert answers.shape == truth.shape, (
        f"predict returned shape {answers.shape}, expected {truth.shape}: one class for "
        "each image"
    )
    return float(np.mean(answers == labels_of[truth]))


r = Rubric(points=5)
with r.check(
    "better than chance",
    hint="Is the loss falling? Chance is 10 %. Return the place of the largest score.",
):
    share = accuracy_of(np.arange(10), 1, X_VALID, Y_VALID)
    assert share > 0.5, f"{share:.0%} of the validation images are right"
with r.check(
    "at least 88 % on the validation images",
    hint="Train longer, try other rates, look at the curves of training and validation.",
):
    assert accuracy_of(np.arange(10), 2, X_VALID, Y_VALID) >= 0.88
### BEGIN HIDDEN TESTS
RENUMBERED = (3 * np.arange(10) + 1) % 10
measured = []


def accuracy_on_unseen():
    """Return the accuracy on unseen images; the network is trained once."""
    if not measured:
        measured.append(accuracy_of(RENUMBERED, 3, X_DIGITS[1200:], Y_DIGITS[1200:]))
    return measured[0]


with r.check(
    "at least 80 % on unseen images",
    hidden=True,
    hint="Does it learn from the arrays that are passed in?",
):
    assert accuracy_on_unseen() >= 0.80
with r.check(
    "at least 90 % on unseen images",
    hidden=True,
    hint="Training and validation accuracy: are both high? More epochs, or a better rate.",
):
    assert accuracy_on_unseen() >= 0.90
with r.check(
    "at least 93 % on unseen images",
    hidden=True,
    hint="The last points: a good rate, enough epochs, the best epoch by validation.",
):
    assert accuracy_on_unseen() >= 0.93
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
### Look at what you have built

Your network on images of the validation set: the ones that it gets wrong. And the training loop of
tasks 10.5 and 10.6 on a small problem, with the epoch at which it stops. Before you run the cell:
would *you* recognise every digit?
"""

# %%
from nnlib.viz import show, style

style()
rng = np.random.default_rng(10)
noisy = rng.normal(0, 1, (60, 20))
targets = noisy @ np.where(np.arange(20) < 3, 1.0, 0.0) + rng.normal(0, 1.5, 60)


def squared_gradients(params, x, t):
    return {"w": 2 * x.T @ (x @ params["w"] - t) / len(t)}


def loss_on(rows):
    return lambda params: np.mean((noisy[rows] @ params["w"] - targets[rows]) ** 2)


learn, held_out = slice(30), slice(30, 60)
try:
    import matplotlib.pyplot as plt

    predict = train_network(
        X_TRAIN, Y_TRAIN, X_VALID, Y_VALID, np.random.default_rng(1)
    )
    answers = np.asarray(predict(X_VALID))
    losses = {"training": []}

    def one_epoch(params):
        params = train_epoch(
            params, squared_gradients, noisy[learn], targets[learn], 5, 0.01, rng
        )
        losses["training"].append(loss_on(learn)(params))
        return params

    start = {"w": np.zeros(20)}
    _, losses["validation"] = fit(start, one_epoch, loss_on(held_out), 60, 8)
except (ImportError, NotImplementedError) as missing:
    print(f"The figure needs tasks 10.5, 10.6 and 10.7. What is missing: {missing}")
else:
    wrong = np.flatnonzero(answers != Y_VALID)
    print(f"{len(wrong)} of {len(Y_VALID)} validation images are wrong")
    fig, axes = plt.subplots(1, 6, figsize=(10, 3), width_ratios=[1, 1, 1, 1, 1, 4])
    for ax in axes[:5]:
        ax.axis("off")
    for ax, n in zip(axes[:5], wrong, strict=False):
        ax.imshow(X_VALID[n].reshape(8, 8), cmap="gray_r")
        ax.set_title(f"is {Y_VALID[n]},\nnot {answers[n]}", fontsize=11)
    for name, values in losses.items():
        axes[5].plot(range(1, len(values) + 1), values, markersize=4, label=name)
    best_epoch = int(np.argmin(losses["validation"])) + 1
    axes[5].axvline(best_epoch, color="black", linestyle=":", label="best epoch")
    axes[5].set(title="Stopped early", xlabel="epoch", ylabel="loss")
    axes[5].legend(fontsize=10)
    show(
        fig,
        alt="Five small images of digits that the network gets wrong, each with its true "
        "class and the answer; most of them are hard to read. Right, training and "
        "validation loss of a linear model over the epochs: the training loss goes on "
        "falling, the validation loss has its lowest point at the dotted line, and "
        "training ends a few epochs later.",
    )

# %% [markdown]
r"""
**What to see.** What is left are the cases that are doubtful for people, too. And the training loss
alone would never have said stop.
"""

# %% [markdown]
r"""
## Question 10.8: How large? (3 points)

(a) A network with one hidden layer can approximate every continuous function on a bounded set. Why
does that not mean that one should always use one hidden layer, or as many units as possible?

(b) Training accuracy is 99 %, validation accuracy 81 %. Name three remedies, and say for each what it
does to both numbers. And what if training accuracy is 70 % and validation accuracy 69 %?

(c) A model is trained for 200 epochs. The test accuracy is measured after each epoch, and the
highest of the 200 values is reported. What is wrong, in which direction, and what should be done?
"""

# %% [markdown] nbgrader={"grade_id": "capacity", "grade": true, "solution": true, "points": 3}
r"""
### BEGIN SOLUTION
**Answer.**

(a) The theorem says that good weights *exist* for some width: not how many units are needed (it may
be exponentially many in the number of inputs), not that training finds them, and nothing about new
data. Several layers often need far fewer units for the same function. And more units fit noise,
too: the training loss falls, the error on new data may rise. There is no universal number: validate.

(b) Overfitting. Early stopping (training accuracy lower, validation higher), a weight penalty or
dropout (likewise), more data or augmentation (training a little lower, validation higher), a
smaller network. In the second case it underfits: a larger network, longer training, a better
rate, less regularisation; none of the remedies above.

(c) The test data have been used for a choice, so the number is too high: the largest of 200 noisy
values. Choose the epoch by validation data and look at the test data once, with that model.

**Marks.** 1 point each. (a) existence only (half), generalisation or depth (half). (b) three remedies
with both directions (half), the second case (half). (c) too high with the reason (half), validation
(half).
### END SOLUTION
"""

# %% [markdown]
r"""
## Question 10.9: What is wrong with my training? (3 points)

For each report give the most likely cause, and one experiment that would confirm it.

(a) The loss of a ten-class network stays at 2.303 from the first epoch on, in training and in
validation.

(b) The training loss falls to 0.01. The validation accuracy is 10 %, with ten classes of equal size.

(c) The training loss falls for 300 steps, jumps to 50, falls for some hundred steps, and jumps again.
"""

# %% [markdown] nbgrader={"grade_id": "symptoms", "grade": true, "solution": true, "points": 3}
r"""
### BEGIN SOLUTION
**Answer.**

(a) $\ln 10 = 2.303$: the network gives every class a tenth, for every sample. Nothing is learnt:
weights start at 0, all units are dead, the gradient does not reach the parameters, or the rate is
far too small. Look at the norms of the gradients of each layer in the first step (or start from other
weights; or multiply the rate by 100).

(b) It learns by heart what does not carry over: labels that do not belong to their samples
(samples and labels shuffled apart), in training or in validation. Print ten samples with their labels,
of both sets. (Evaluating in training mode, or with another preprocessing, would do it too: evaluate
the *training* data with the validation code.)

(c) Steps that are too long now and then: a rate too large, or single batches with huge gradients (a
broken sample). Record the norm of the gradient in each step and look at the batch of the jump;
clip, or use a smaller rate, and see whether the jumps vanish.

**Marks.** 1 point each: a likely cause (half), an experiment that decides (half).
### END SOLUTION
"""
