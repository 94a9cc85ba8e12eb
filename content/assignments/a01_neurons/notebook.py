# ---
# jupyter:
#   nncourse:
#     allow: [nnlib.testing, nnlib.viz.style]
# ---

# %% [markdown]
r"""
# Assignment 1: Neurons

You build a formal neuron, teach it with the perceptron rule, meet a problem that no
single neuron can solve, and solve it with three of them.

**You will be able to**

- compute the output of a neuron for many samples at once;
- say what the slope of a sigmoid changes and what it leaves alone;
- find the line on which a neuron decides;
- train a perceptron, and recognise data on which it never comes to rest;
- choose the weights of a small network by hand;
- learn weights by trial and error, and say what that costs.

**Time:** 2 to 3 hours. **Points:** 29, of which 23 are given by automatic checks and 6
for two written answers. **Before you start:** lecture 1.

**How to work.** Replace each `raise NotImplementedError(...)` by your own code. The cell
below each task checks it at once: it names what works, what does not, and gives hints.
Points are given for each named check, so half a solution is worth something. After you
hand in, further checks run on other inputs. Write each function so that it does not call
the functions of other tasks: then a slip in one costs you nothing in the next.
"""

# %% [markdown]
r"""
## Notation

| symbol | shape | in code | meaning |
|---|---|---|---|
| $X$ | $(N, D)$ | `X` | $N$ samples, one per row, with $D$ inputs each |
| $\mathbf{w}$ | $(D,)$ | `w` | one weight per input |
| $b$ | number | `b` | bias; $-b$ is the threshold |
| $\mathbf{s}$ | $(N,)$ | `s` | weighted sums, $s_n = \sum_i x_{ni} w_i + b$ |
| $f$ | function | `f` | activation, applied to each sum |
| $\hat{\mathbf{y}}$ | $(N,)$ | `yhat` | outputs, $\hat y_n = f(s_n)$ |
| $\mathbf{y}$ | $(N,)$ | `y` | labels, 0 or 1 |
| $a$ | number | `slope` | slope of the sigmoid |
| $\eta$ | number | `eta` | learning rate |
"""

# %% nbgrader={"grade_id": "setup", "locked": true}
import numpy as np

from nnlib.testing import Rubric, assert_close

# The four possible inputs of a neuron with two binary inputs.
X_BINARY = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
Y_AND = np.array([0, 0, 0, 1])
Y_XOR = np.array([0, 1, 1, 0])

# The neuron of lecture 1, and the corners of the square it was drawn on.
W_TOY = np.array([1.0, 1.0])
B_TOY = -2.0
CORNERS = np.array([[-5.0, -5.0], [-5.0, 5.0], [5.0, -5.0], [5.0, 5.0]])


def bowl(w):
    """A cost with its minimum, 0, at w = 0; it falls most steeply along w[0]."""
    return float(4 * w[0] ** 2 + np.sum(w[1:] ** 2))


# %% [markdown]
r"""
## Task 1.1: A neuron (2 points)

A neuron adds up its weighted inputs and applies its activation to the sum:

$$s_n = \sum_{i=1}^{D} x_{ni} w_i + b, \qquad \hat y_n = f(s_n).$$

Write `neuron(X, w, b, f)`. `X` has shape $(N, D)$, `w` has shape $(D,)$, `b` is a number.
`f` takes an array of sums and returns an array of the same shape; call it once with all
sums. The result has shape $(N,)$, also if $N = 1$.

**Example.** With `W_TOY`, `B_TOY` and an activation that returns the sum itself,
`neuron(CORNERS, W_TOY, B_TOY, lambda s: s)` is `[-12. -2. -2. 8.]`. The first entry is
$-5 - 5 - 2$.
"""


# %% nbgrader={"grade_id": "neuron", "solution": true}
def neuron(X, w, b, f):
    """Return f(s) for the weighted sum s of each row of X, shape (N,)."""
    ### BEGIN SOLUTION
    return f(X @ w + b)
    ### END SOLUTION
    raise NotImplementedError("Task 1.1: return the output of the neuron")


# %% nbgrader={"grade_id": "test_neuron", "grade": true, "locked": true, "points": 2}
r = Rubric(points=2)
with r.check(
    "the corners of the square",
    hint="Multiply row by row with w, add up along the row, then add b once.",
):
    yhat = neuron(CORNERS.copy(), W_TOY.copy(), B_TOY, lambda s: s)
    assert_close(yhat, [-12.0, -2.0, -2.0, 8.0], name="the output")
with r.check(
    "the activation is applied to the whole sum",
    hint="f comes last: the bias belongs inside, f(s) with s = ... + b.",
):
    yhat = neuron(CORNERS.copy(), W_TOY.copy(), B_TOY, lambda s: s**2)
    assert_close(yhat, [144.0, 4.0, 4.0, 64.0], name="the output for f(s) = s^2")
### BEGIN HIDDEN TESTS
with r.check(
    "three inputs with unequal weights",
    hidden=True,
    hint="Each input has its own weight, and b need not be -2.",
):
    X = np.array([[1.0, 2.0, -1.0], [0.5, 0.0, 4.0], [-3.0, 1.5, 2.0], [0.0, 1.0, 0.0]])
    X_before = X.copy()
    yhat = neuron(X, np.array([0.5, -2.0, 3.0]), 0.25, lambda s: s)
    assert_close(yhat, [-6.25, 12.5, 1.75, -1.75], name="the output for three inputs")
    assert_close(X, X_before, name="X after the call")
with r.check(
    "one sample gives one entry",
    hidden=True,
    hint="With N = 1 the result still has shape (1,).",
):
    yhat = neuron(np.array([[2.0, 1.0]]), np.array([3.0, -1.0]), 0.5, lambda s: 2 * s)
    assert_close(yhat, [11.0], name="the output for one sample")
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
## Task 1.2: The step (2 points)

The first formal neurons were either silent or active:

$$H(s) = \begin{cases} 1 & s \ge 0 \\ 0 & s < 0. \end{cases}$$

Note the convention of this course: $H(0) = 1$, a sum that just reaches the threshold
makes the neuron active.

Write `step(s)` for an array `s` of any shape. The result has the same shape and holds the
numbers 0 and 1. Do not change `s` itself.

**Example.** `step(np.array([-2.0, 0.0, 3.0]))` is `[0. 1. 1.]`.
"""


# %% nbgrader={"grade_id": "step", "solution": true}
def step(s):
    """Return 1 where s >= 0 and 0 elsewhere, in the shape of s."""
    ### BEGIN SOLUTION
    return np.where(s >= 0, 1.0, 0.0)
    ### END SOLUTION
    raise NotImplementedError("Task 1.2: return the step of each entry of s")


# %% nbgrader={"grade_id": "test_step", "grade": true, "locked": true, "points": 2}
r = Rubric(points=2)
with r.check(
    "silent below, active above",
    weight=2,
    hint="np.where chooses entry by entry; an if sees the array as a whole.",
):
    assert_close(step(np.array([-7.0, -1.0, 1.0, 12.0])), [0, 0, 1, 1], name="step(s)")
with r.check("a sum of zero is active", hint="The definition says s >= 0, not s > 0."):
    assert_close(step(np.array([-1.0, 0.0, 1.0])), [0, 1, 1], name="step(s)")
### BEGIN HIDDEN TESTS
with r.check(
    "the threshold is exactly zero",
    hidden=True,
    hint="Very small sums count by their sign as well.",
):
    s = np.array([-1e-9, 1e-9, -0.3, 0.3])
    assert_close(step(s), [0, 1, 0, 1], name="step of small sums")
with r.check(
    "any shape, and s is left alone",
    hidden=True,
    hint="Return a new array in the shape of s.",
):
    s = np.array([[-4.0, 2.0, 6.0], [5.0, -1.0, -3.0]])
    assert_close(step(s), [[0, 1, 1], [1, 0, 0]], name="step of a (2, 3) array")
    assert_close(s, [[-4, 2, 6], [5, -1, -3]], name="s after the call")
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
## Task 1.3: The sigmoid and its slope (3 points)

The sigmoid goes from 0 to 1 smoothly. Its slope $a$ says how fast:

$$\sigma(s; a) = \frac{1}{1 + e^{-a s}}.$$

For large $a$ it comes close to the step; for small $a$ it is almost a straight line near
$s = 0$. For every $a > 0$ it is $\tfrac12$ at $s = 0$.

Write `sigmoid(s, slope=1.0)` for an array `s` of any shape. Sums can be large: the result
must then be 0 or 1, never `nan`.

**Example.** For the four corners, $\mathbf{s} = (-12, -2, -2, 8)$, rounded to four
decimals:

| slope | $\sigma(\mathbf{s}; a)$ |
|---|---|
| 10 | `[0. 0. 0. 1.]` |
| 1 | `[0. 0.1192 0.1192 0.9997]` |
| 0.1 | `[0.2315 0.4502 0.4502 0.69]` |
"""


# %% nbgrader={"grade_id": "sigmoid", "solution": true}
def sigmoid(s, slope=1.0):
    """Return 1 / (1 + exp(-slope * s)) for each entry of s."""
    ### BEGIN SOLUTION
    # tanh never overflows, and sigmoid(s) = (1 + tanh(s / 2)) / 2.
    return 0.5 * (1.0 + np.tanh(0.5 * slope * s))
    ### END SOLUTION
    raise NotImplementedError("Task 1.3: return the sigmoid of each entry of s")


# %% nbgrader={"grade_id": "test_sigmoid", "grade": true, "locked": true, "points": 3}
r = Rubric(points=3)
with r.check(
    "slope 1",
    hint="Look at the sign of the exponent; at s = 0 the result must be 1/2.",
):
    got = sigmoid(np.array([-2.0, 0.0, 8.0]))
    assert_close(got, [0.119202922, 0.5, 0.999664650], name="sigmoid(s)")
with r.check("slope 0.1", hint="The slope multiplies s inside the exponential."):
    got = sigmoid(np.array([-12.0, -2.0, -2.0, 8.0]), slope=0.1)
    want = [0.231475217, 0.450166003, 0.450166003, 0.689974481]
    assert_close(got, want, name="sigmoid(s, slope=0.1)")
### BEGIN HIDDEN TESTS
with r.check(
    "another slope, a table of sums",
    hidden=True,
    hint="Try a slope of 2.5 and an array with two axes.",
):
    s = np.array([[0.4, -0.4, 1.0], [-1.2, 0.0, 0.3]])
    want = [
        [0.731058579, 0.268941421, 0.924141820],
        [0.047425873, 0.5, 0.679178699],
    ]
    assert_close(sigmoid(s, slope=2.5), want, name="sigmoid of a (2, 3) array")
with r.check(
    "large sums",
    hidden=True,
    hint="exp(1000) is infinite, and inf / inf is nan: which form avoids it?",
):
    got = sigmoid(np.array([-1000.0, 1000.0, -400.0, 400.0]), slope=10.0)
    assert_close(got, [0.0, 1.0, 0.0, 1.0], name="sigmoid of large sums")
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
## Task 1.4: Classify (2 points)

Read $\hat y = \sigma(s; a)$ as the probability of class 1. A neuron then chooses class 1
if $\hat y \ge \tfrac12$. Since the sigmoid is $\tfrac12$ exactly at $s = 0$, whatever its
slope, the class depends on the sign of the weighted sum alone.

Write `classify(X, w, b)`: the class, 0 or 1, of each row of `X`; shape $(N,)$. A sample
exactly on the boundary belongs to class 1, as $H(0) = 1$.

**Example.** `classify(CORNERS, W_TOY, B_TOY)` is `[0 0 0 1]`.
"""


# %% nbgrader={"grade_id": "classify", "solution": true}
def classify(X, w, b):
    """Return the class (0 or 1) of each row of X, shape (N,)."""
    ### BEGIN SOLUTION
    return (X @ w + b >= 0).astype(int)
    ### END SOLUTION
    raise NotImplementedError("Task 1.4: return the class of each row")


# %% nbgrader={"grade_id": "test_classify", "grade": true, "locked": true, "points": 2}
r = Rubric(points=2)
with r.check(
    "the corners of the square",
    hint="The classes are 0 and 1; the threshold of 1/2 belongs to the sigmoid's output.",
):
    got = classify(CORNERS.copy(), W_TOY.copy(), B_TOY)
    assert_close(got, [0, 0, 0, 1], name="the classes")
with r.check(
    "a sample on the boundary is of class 1",
    hint="Where x1 + x2 = 2 the sum is 0, and H(0) = 1.",
):
    X = np.array([[2.0, 0.0], [0.0, 2.0], [3.0, -1.0]])
    got = classify(X, W_TOY.copy(), B_TOY)
    assert_close(got, [1, 1, 1], name="the classes on x1 + x2 = 2")
### BEGIN HIDDEN TESTS
with r.check(
    "other weights, three inputs",
    hidden=True,
    hint="Use w and b as they come.",
):
    X = np.array([[1.0, 1.0, 1.0], [-1.0, 0.5, 0.0], [0.0, 0.0, 0.0], [2.0, -1.0, 5.0]])
    got = classify(X, np.array([-1.0, 2.0, 0.5]), -1.25)
    assert_close(got, [1, 1, 0, 0], name="the classes for three inputs")
with r.check(
    "close to the boundary",
    hidden=True,
    hint="A sum of 0.2 is class 1, a sum of -0.2 is class 0.",
):
    X = np.array([[1.2, 1.0], [0.8, 1.0], [1.0, 1.4], [1.0, 0.6]])
    got = classify(X, W_TOY.copy(), B_TOY)
    assert_close(got, [1, 0, 1, 0], name="the classes close to the boundary")
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
## Task 1.5: The decision line (2 points)

With two inputs, the samples with $w_1 x_1 + w_2 x_2 + b = 0$ form a line; $\mathbf{w}$
stands at right angles to it. Solve the equation for $x_2$ and write
`boundary(x1, w, b)`: the heights of the line at the positions `x1`, an array of shape
$(n,)$. You may assume $w_2 \ne 0$.

**Example.** `boundary(np.array([-5.0, 0.0, 5.0]), W_TOY, B_TOY)` is `[ 7. 2. -3.]`.
"""


# %% nbgrader={"grade_id": "boundary", "solution": true}
def boundary(x1, w, b):
    """Return x2 with w[0] * x1 + w[1] * x2 + b = 0 for each entry of x1."""
    ### BEGIN SOLUTION
    return -(w[0] * x1 + b) / w[1]
    ### END SOLUTION
    raise NotImplementedError("Task 1.5: return the height of the line at x1")


# %% nbgrader={"grade_id": "test_boundary", "grade": true, "locked": true, "points": 2}
r = Rubric(points=2)
with r.check(
    "the line of the toy neuron",
    weight=2,
    hint="Put your x2 into the equation: the sum must be 0.",
):
    got = boundary(np.array([-5.0, 0.0, 5.0]), W_TOY.copy(), B_TOY)
    assert_close(got, [7.0, 2.0, -3.0], name="x2")
### BEGIN HIDDEN TESTS
with r.check(
    "unequal weights",
    hidden=True,
    hint="Divide everything by w[1], the bias too; mind which weight is which.",
):
    got = boundary(np.array([-2.0, 0.0, 1.0, 4.0]), np.array([2.0, 0.5]), 3.0)
    assert_close(got, [2.0, -6.0, -10.0, -22.0], name="x2 for unequal weights")
with r.check(
    "a negative second weight",
    hidden=True,
    hint="Divide by w[1] as it is; its sign counts.",
):
    got = boundary(np.array([1.0, -3.0]), np.array([0.25, -1.0]), -0.75)
    assert_close(got, [-0.5, -1.5], name="x2 for a negative weight")
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
### Look at what you have built

The next cell draws your neuron on the square, for three slopes, with your decision line
on top. Before you run it: what will the slope change, and what not?
"""

# %%
from nnlib.viz import show, style

style()
grid = np.linspace(-5, 5, 101)
square = np.stack(np.meshgrid(grid, grid), axis=-1).reshape(-1, 2)
slopes = (10.0, 1.0, 0.1)
try:
    import matplotlib.pyplot as plt

    images = [
        neuron(square, W_TOY, B_TOY, lambda s, a=a: sigmoid(s, a)).reshape(101, 101)
        for a in slopes
    ]
    line = boundary(grid, W_TOY, B_TOY)
except (ImportError, NotImplementedError) as missing:
    print(f"The figure needs tasks 1.1, 1.3 and 1.5. What is missing: {missing}")
else:
    fig, axes = plt.subplots(1, 3, figsize=(10, 3.6), sharey=True)
    for ax, image, a in zip(axes, images, slopes, strict=True):
        mesh = ax.imshow(image, origin="lower", extent=[-5, 5, -5, 5], vmin=0, vmax=1)
        ax.plot(grid, line, "w--", marker="")
        ax.set(title=f"slope {a:g}", xlabel="$x_1$", xlim=(-5, 5), ylim=(-5, 5))
        ax.set(xticks=[-5, 0, 5], yticks=[-5, 0, 5])
    axes[0].set_ylabel("$x_2$")
    fig.colorbar(mesh, ax=axes, label="output of the neuron", ticks=[0, 0.5, 1])
    show(
        fig,
        alt="Three heat maps of the neuron's output on the square from -5 to 5, for "
        "slopes 10, 1 and 0.1. The output goes from 0 at the lower left to 1 at the "
        "upper right: with a sharp edge, softly, and hardly at all. The dashed "
        "decision line x1 + x2 = 2 is the same in all three.",
    )

# %% [markdown]
r"""
**What to see.** The slope changes how sure the neuron is, not where it decides: the dashed
line is the same in all three pictures.
"""

# %% [markdown]
r"""
## Task 1.6: The perceptron rule (5 points)

So far the weights were given. A perceptron learns them. Start with $\mathbf{w} = 0$ and
$b = 0$, then go through the samples in their order, again and again. For each sample $n$:

$$\hat y_n = H(\mathbf{x}_n \cdot \mathbf{w} + b), \qquad
\mathbf{w} \leftarrow \mathbf{w} + \eta\,(y_n - \hat y_n)\,\mathbf{x}_n, \qquad
b \leftarrow b + \eta\,(y_n - \hat y_n).$$

A right answer changes nothing. After a mistake, the very next sample already meets the
new weights. One pass through all samples is an **epoch**.

Write `fit_perceptron(X, y, eta=1.0, max_epochs=100)`. `y` holds the labels 0 and 1. It
returns three things:

- `w` of shape $(D,)$ and the number `b` after training;
- `mistakes`: a list with the number of wrong answers in each epoch.

Stop after the first epoch without a mistake (its 0 is the last entry of the list), or
after `max_epochs` epochs. `X` may hold integers; the weights are floats all the same.

**Example.** For the logical AND, `fit_perceptron(X_BINARY, Y_AND)` returns the mistakes
`[2, 3, 3, 2, 1, 0]`. In the very first step the sum is 0, so the untrained neuron says 1
and is wrong.
"""


# %% nbgrader={"grade_id": "fit_perceptron", "solution": true}
def fit_perceptron(X, y, eta=1.0, max_epochs=100):
    """Train by the perceptron rule; return w, b and the mistakes of each epoch."""
    ### BEGIN SOLUTION
    w, b = np.zeros(X.shape[1]), 0.0
    mistakes = []
    for _ in range(max_epochs):
        wrong = 0
        for x_n, y_n in zip(X, y, strict=True):
            yhat = 1 if x_n @ w + b >= 0 else 0
            w = w + eta * (y_n - yhat) * x_n
            b = b + eta * (y_n - yhat)
            wrong += int(yhat != y_n)
        mistakes.append(wrong)
        if wrong == 0:
            break
    return w, b, mistakes
    ### END SOLUTION
    raise NotImplementedError("Task 1.6: return w, b and the list of mistakes")


# %% nbgrader={"grade_id": "test_fit_perceptron", "grade": true, "locked": true, "points": 5}
r = Rubric(points=5)
with r.check(
    "AND: the mistakes of each epoch",
    weight=2,
    hint="Follow the first epoch on paper: predict, correct at once, go on. "
    "H(0) = 1 counts here.",
):
    _, _, mistakes = fit_perceptron(X_BINARY.copy(), Y_AND.copy())
    assert_close(mistakes, [2, 3, 3, 2, 1, 0], name="mistakes")
with r.check(
    "AND: every row is right at the end",
    hint="A mistake must move the sum towards the label: check the sign, and the bias.",
):
    w, b, _ = fit_perceptron(X_BINARY.copy(), Y_AND.copy())
    assert_close(np.asarray(X_BINARY @ w + b) >= 0, Y_AND, name="the classes")
with r.check(
    "XOR: stops at max_epochs",
    hint="No line separates XOR, so only max_epochs can end the loop.",
):
    _, _, mistakes = fit_perceptron(X_BINARY.copy(), Y_XOR.copy(), max_epochs=7)
    assert len(mistakes) == 7, f"{len(mistakes)} epochs were run, expected 7"
    assert min(mistakes) > 0, "an epoch without mistakes is impossible on XOR"
    _, _, mistakes = fit_perceptron(X_BINARY.copy(), Y_XOR.copy())
    assert len(mistakes) == 100, f"{len(mistakes)} epochs, expected 100 by default"
### BEGIN HIDDEN TESTS
# Quarters and integers: every sum is exact, so its sign depends on no rounding.
with r.check(
    "three inputs",
    weight=3,
    hidden=True,
    hint="Correct the weights after each sample, in the order of the rows.",
):
    X = np.array(
        [
            *([-0.75, 1.25, -0.5], [0.5, -0.25, 1.0], [-0.75, -1.75, -0.75]),
            *([0.5, 0.5, 2.0], [-1.0, -0.25, 2.0], [-1.75, 0.75, 2.0]),
        ]
    )
    y = np.array([0, 1, 1, 0, 1, 0])
    X_before = X.copy()
    w, b, mistakes = fit_perceptron(X, y)
    assert_close(mistakes, [3, 2, 2, 1, 3, 1, 1, 0], name="mistakes")
    assert_close(w, [0.75, -6.75, 0.5], name="w")
    assert_close(b, -1.0, name="b")
    assert_close(X, X_before, name="X after the call")
with r.check(
    "integer inputs and a small learning rate",
    weight=2,
    hidden=True,
    hint="eta scales every change, of w and of b. Keep w as floats even if X holds "
    "integers.",
):
    X = np.array([[-2, 3], [-1, 1], [0, 2], [-1, -4], [-2, 1]])
    y = np.array([0, 1, 0, 1, 1])
    w, b, mistakes = fit_perceptron(X, y, eta=0.25)
    assert_close(mistakes, [3, 3, 2, 1, 0], name="mistakes")
    assert_close(w, [-0.5, -0.75], name="w")
    assert_close(b, 0.75, name="b")
with r.check(
    "stops as soon as an epoch is free of mistakes",
    hidden=True,
    hint="The list ends with the first 0.",
):
    _, _, mistakes = fit_perceptron(np.array([[1.0], [2.0]]), np.array([1, 1]))
    assert_close(mistakes, [0], name="mistakes when there is nothing to learn")
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
## Task 1.7: XOR by hand (3 points)

One neuron cannot compute XOR. Three can: two hidden neurons look at the inputs, a third
one looks at them. All use the step:

$$H_{\text{hid}} = H(X W_1 + \mathbf{b}_1), \qquad
\hat{\mathbf{y}} = H(H_{\text{hid}} \mathbf{w}_2 + b_2).$$

Column $j$ of $W_1$ holds the weights of hidden neuron $j$. One way to think: XOR is "at
least one input is active, but not both".

Write `xor_weights()`, which returns `W1` of shape $(2, 2)$, `b1` of shape $(2,)$, `w2` of
shape $(2,)$ and the number `b2`. Many answers are right. Leave a **margin**: the answer
must stay right when each input is off by up to 0.1, so no sum may be exactly 0 on the four
binary inputs.
"""


# %% nbgrader={"grade_id": "xor_weights", "solution": true}
def xor_weights():
    """Return W1, b1, w2, b2 of a 2-2-1 threshold network that computes XOR."""
    ### BEGIN SOLUTION
    # Hidden neuron 0 is OR, hidden neuron 1 is AND; the output is "OR and not AND".
    W1 = np.array([[1.0, 1.0], [1.0, 1.0]])
    b1 = np.array([-0.5, -1.5])
    w2 = np.array([1.0, -1.0])
    b2 = -0.5
    return W1, b1, w2, b2
    ### END SOLUTION
    raise NotImplementedError("Task 1.7: return W1, b1, w2, b2")


# %% nbgrader={"grade_id": "test_xor_weights", "grade": true, "locked": true, "points": 3}
def xor_network(X, W1, b1, w2, b2):
    """Return the output of the 2-2-1 threshold network for each row of X."""
    hidden = (X @ W1 + b1 >= 0).astype(float)
    return (hidden @ w2 + b2 >= 0).astype(float)


r = Rubric(points=3)
with r.check(
    "the shapes",
    hint="W1 is (2, 2), b1 and w2 are (2,), b2 is a single number.",
):
    shapes = [np.shape(value) for value in xor_weights()]
    assert shapes == [(2, 2), (2,), (2,), ()], f"the shapes are {shapes}"
with r.check(
    "the four inputs",
    weight=3,
    hint="Write down what each hidden neuron says for the four inputs, then look for "
    "a neuron that turns those answers into XOR. Columns of W1 are neurons.",
):
    W1, b1, w2, b2 = (np.asarray(value, dtype=float) for value in xor_weights())
    yhat = xor_network(X_BINARY, W1, b1, w2, b2)
    assert_close(yhat, Y_XOR, name="the output for 00, 01, 10, 11")
### BEGIN HIDDEN TESTS
with r.check(
    "a margin for inputs that are off by 0.1",
    weight=2,
    hidden=True,
    hint="Put each threshold halfway between the sums it must tell apart.",
):
    W1, b1, w2, b2 = (np.asarray(value, dtype=float) for value in xor_weights())
    for shift in ([0.1, 0.1], [-0.1, -0.1], [0.1, -0.1], [-0.1, 0.1]):
        yhat = xor_network(X_BINARY + np.array(shift), W1, b1, w2, b2)
        assert_close(yhat, Y_XOR, name=f"the output for inputs moved by {shift}")
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
## Task 1.8: Learning by trial and error (4 points)

A way to learn that needs no formula for the gradient: change one weight at random, and
keep the change if things got better.

Write `perturb(w, cost, rng, trials, scale=0.1)`. `cost(w)` returns a number for an array
of weights. First ask for the cost of `w` itself. Then, `trials` times:

1. choose one entry of the weights at random, each equally likely;
2. add a normally distributed change with mean 0 and standard deviation `scale` to it;
3. ask for the cost of the changed weights; if it is **lower** than the cost of the weights
   you have, keep the change, else take it back.

Draw all random numbers from the generator `rng`, with methods such as `rng.integers` and
`rng.normal`. Return the final weights and a list with the cost of the weights you have at
the start and after each trial: `trials + 1` numbers. Do not change the array `w` that was
passed in. Ask for the cost once per trial and once at the start, not more: on a real
network that is the expensive part.

**Example.** With `cost = lambda w: np.sum(w**2)` and `w = np.array([1.0, -2.0])` the list
begins with 5.0 and never rises.
"""


# %% nbgrader={"grade_id": "perturb", "solution": true}
def perturb(w, cost, rng, trials, scale=0.1):
    """Learn by random changes of one weight; return the weights and their costs."""
    ### BEGIN SOLUTION
    best = w.copy()
    costs = [cost(best)]
    for _ in range(trials):
        candidate = best.copy()
        candidate[rng.integers(len(w))] += rng.normal(0.0, scale)
        candidate_cost = cost(candidate)
        if candidate_cost < costs[-1]:
            best = candidate
            costs.append(candidate_cost)
        else:
            costs.append(costs[-1])
    return best, costs
    ### END SOLUTION
    raise NotImplementedError("Task 1.8: return the weights and the list of costs")


# %% nbgrader={"grade_id": "test_perturb", "grade": true, "locked": true, "points": 4}
class Counted:
    """A cost that counts how often it is asked, and keeps what it was asked for."""

    def __init__(self, cost):
        self.cost, self.asked = cost, []

    def __call__(self, w):
        self.asked.append(np.array(w, dtype=float))
        return self.cost(self.asked[-1])


r = Rubric(points=4)
with r.check(
    "the costs belong to the weights and never rise",
    weight=2,
    hint="The list holds the cost of the weights you have, not of those you tried. Did "
    "taking a change back really restore the old weight?",
):
    start = np.array([1.0, -2.0])
    w, costs = perturb(start.copy(), bowl, np.random.default_rng(1), 40)
    assert len(costs) == 41, f"the list has {len(costs)} costs, expected 41"
    assert_close(costs[0], bowl(start), name="the first cost")
    assert_close(costs[-1], bowl(np.asarray(w)), name="the last cost")
    assert max(np.diff(costs)) <= 0, "the cost rises somewhere"
with r.check(
    "one question per trial",
    hint="Remember the cost of the weights you have instead of asking for it again.",
):
    counted = Counted(bowl)
    perturb(np.array([1.0, -2.0]), lambda w: counted(w), np.random.default_rng(2), 25)
    assert len(counted.asked) == 26, f"asked {len(counted.asked)} times, expected 26"
with r.check(
    "one weight at a time",
    hint="Draw an index, then change that entry of a copy only.",
):
    counted = Counted(bowl)
    start = np.array([1.0, -2.0, 0.5])
    for seed in range(8):
        perturb(start.copy(), lambda w: counted(w), np.random.default_rng(seed), 1)
    changed = {int(np.sum(tried != start)) for tried in counted.asked} - {0}
    assert changed == {1}, f"entries changed by a first trial: {sorted(changed)}"
### BEGIN HIDDEN TESTS
with r.check(
    "every weight, in both directions, by the right amount",
    weight=2,
    hidden=True,
    hint="Each entry must have its turn; changes are up and down, with standard "
    "deviation scale.",
):
    # On a plateau nothing is ever lower, so each trial shows one fresh change.
    start = np.array([0.3, -1.0, 2.0, 0.7])
    counted = Counted(lambda w: 1.0)
    rng = np.random.default_rng(3)
    w, costs = perturb(start.copy(), lambda w: counted(w), rng, 120, scale=0.5)
    changes = np.array(counted.asked[1:]) - start
    chosen = np.count_nonzero(changes, axis=0)
    assert min(chosen) > 11 and max(chosen) < 50, (
        f"the four weights had {chosen} turns of 120"
    )
    sizes = changes[changes != 0]
    assert abs(np.mean(sizes > 0) - 0.5) < 0.19, "the changes lean to one side"
    assert 0.37 < np.std(sizes) < 0.63, (
        f"standard deviation {np.std(sizes):.2f}, not 0.5"
    )
    assert_close(w, start, name="the weights when no change helps")
with r.check(
    "all chance comes from rng",
    hidden=True,
    hint="Two generators with the same seed must give the same result, others another.",
):
    start = np.array([1.0, -2.0, 1.5])
    results = [
        perturb(start.copy(), bowl, np.random.default_rng(seed), 12, *scale)
        for seed, scale in ((5, ()), (5, (0.1,)), (6, ()))
    ]
    assert_close(results[0][1], results[1][1], name="the costs of a second run")
    assert results[0][1][-1] != results[2][1][-1], "another rng changes nothing"
with r.check(
    "learns",
    weight=2,
    hidden=True,
    hint="Compare with the cost of the weights you have now, not with the first one.",
):
    start = np.array([1.0, -2.0, 1.5])
    given = start.copy()
    w, costs = perturb(given, bowl, np.random.default_rng(4), 80, 0.4)
    assert costs[-1] < 2, f"the cost is {costs[-1]:.3f} after 80 trials"
    assert_close(costs[-1], bowl(np.asarray(w)), name="the last cost")
    assert_close(given, start, name="the array passed in, after the call")
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
## Question 1.9: Why several layers? (3 points)

(a) Let a network have two layers with weights $W_1, W_2$ and biases
$\mathbf{b}_1, \mathbf{b}_2$, and **no** activation function. Show that one layer computes
the same. Which weights and which bias has it?

(b) Conclude that such a network cannot compute XOR, however many hidden neurons it has.

(c) What does the step in the hidden neurons of task 1.7 do for the four inputs, so that a
single output neuron is then enough?
"""

# %% [markdown] nbgrader={"grade_id": "why_layers", "grade": true, "solution": true, "points": 3}
r"""
### BEGIN SOLUTION
**Answer.**

(a) $(X W_1 + \mathbf{b}_1) W_2 + \mathbf{b}_2 = X (W_1 W_2) + (\mathbf{b}_1 W_2 +
\mathbf{b}_2)$. One layer with weights $W_1 W_2$ and bias $\mathbf{b}_1 W_2 + \mathbf{b}_2$
gives the same output for every input.

(b) By (a) the whole network is one neuron with a linear boundary. XOR is not separable by
a line: $(0,0)$ and $(1,1)$ must give a sum below 0, $(0,1)$ and $(1,0)$ a sum of at least
0. Adding the sums of each pair gives $w_1 + w_2 + 2b$ both times, which would have to be
below 0 and at least 0.

(c) The hidden neurons move the four inputs to new places: with OR and AND, 00 goes to
$(0, 0)$, 01 and 10 both to $(1, 0)$, and 11 to $(1, 1)$. In these new coordinates a line
separates $(1, 0)$ from the other two. The step makes the map non-linear; that is why (a)
does not apply.

**Marks.** 1 point for the product in (a) with the bias $\mathbf{b}_1 W_2 + \mathbf{b}_2$
(half if the bias is missing or $W_2 W_1$ is written although rows are samples). 1 point
for (b): a reason why one line does not separate XOR, by a calculation or a convincing
drawing; half for "XOR is not linearly separable" without a reason. 1 point for (c): the
new places of the four inputs, or that 01 and 10 fall together; half for only "it is
non-linear". Any right choice of hidden neurons counts.
### END SOLUTION
"""

# %% [markdown]
r"""
## Question 1.10: A smaller learning rate? (3 points)

A friend runs your perceptron on XOR, sees that it never stops, and says: "Just take
$\eta = 0.01$ instead of 1, then it will settle."

(a) The training starts with $\mathbf{w} = 0$ and $b = 0$. Compare a run with $\eta = 1$
and a run with another $\eta > 0$ on the same data. How do the weights of the two runs
relate after each step, and what follows for the predictions?

(b) Is your friend right? Say what happens on XOR for any $\eta > 0$.

(c) Name one change to the algorithm that gives a useful answer on data that no line
separates, and say in one sentence why.
"""

# %% [markdown] nbgrader={"grade_id": "smaller_rate", "grade": true, "solution": true, "points": 3}
r"""
### BEGIN SOLUTION
**Answer.**

(a) After each step the weights and the bias of the second run are $\eta$ times those of
the first. It holds at the start, where both are 0. If it holds before a step, the two sums
differ by the positive factor $\eta$ only, so both have the same sign, $\hat y$ is the same,
and both runs add the same change, once with the factor $\eta$. So every prediction and
every mistake is the same.

(b) No. XOR cannot be separated, so each epoch has at least one mistake, for every $\eta$;
by (a) $\eta$ changes nothing but the scale of the weights. With the four samples in fixed
order the weights even have the same values at the end of every epoch from the second on.

(c) For example: stop after a fixed number of epochs and keep the weights with the fewest
mistakes seen so far (pocket); or average the weights over all steps; or use a smooth
cost such as the cross-entropy with a sigmoid, which has a minimum although mistakes
remain; or add a hidden layer, which makes the classes separable.

**Marks.** 1 point for (a): weights scaled by $\eta$, therefore the same predictions (half
without a reason). 1 point for (b): no, with the reason that no epoch is without a mistake.
1 point for (c): one change with a reason; half without. "Shuffle the samples" or "more
epochs" alone earn nothing in (c).
### END SOLUTION
"""
