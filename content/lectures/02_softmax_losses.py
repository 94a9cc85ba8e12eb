# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
r"""
# 2. Outputs, softmax, cross-entropy and other losses

A network ends in numbers. This lecture turns them into answers, probabilities for
classes or bounded values for regression, and into one more number that says how wrong
the answers are.

Time: about 60 minutes. You need: exponentials, logarithms, conditional probability, and
layers as in [lecture 1](01_neurons.ipynb).
"""

# %% [markdown]
r"""
## You will be able to

- **choose** output function and loss for a given kind of target;
- **compute** softmax and cross-entropy, also for scores like 1000;
- **derive** the regions in which each of three neurons wins;
- **tell** cross-entropy, entropy and Kullback-Leibler divergence apart;
- **explain** why we train on cross-entropy and not on the number of errors.
"""

# %%
import numpy as np

from nnlib import data
from nnlib.activations import scaled_sigmoid, sigmoid, softmax
from nnlib.linear import linear
from nnlib.losses import (
    cross_entropy,
    kl_divergence,
    mse,
    one_hot,
    softmax_cross_entropy,
    zero_one,
)
from nnlib.testing import Rubric, assert_close
from nnlib.viz import diagrams, loss_curves, outputs, show, three_classes

# %% [markdown]
r"""
## 2.1 Ten digits, one output?

The digits 0 to 9 are already numbers. Why not let one linear neuron put out the number
of the class? We give it the best weights that exist for the squared error, round its
output, and count how many unseen digits it gets right.
"""

# %% tags=["nbval-check-output"]
pixels, labels = data.digits(flat=True)
train, test = data.split(pixels, labels, (0.7, 0.3), rng=np.random.default_rng(2))
inputs = [np.column_stack([x, np.ones(len(x))]) for x, _ in (train, test)]
best = np.linalg.lstsq(inputs[0], train[1], rcond=1e-10)[0]
guess = np.clip(np.rint(inputs[1] @ best), 0, 9).astype(int)
one_output_error = zero_one(guess, test[1])
print(f"wrong on unseen digits: {one_output_error:.0%}")

# %% [markdown]
r"""
Numbers have an order, classes have none. The squared error says that a four is nearly a
five and far from a nine, and a picture between 3 and 9 gets the answer 6. So let the
network say how probable **each** class is: a vector whose component $k$ *equals*
$P(\text{class } k \mid x)$. "Proportional", as one sometimes reads, is not enough: the
components must add up to 1.

| symbol | shape | in code | argument of | meaning |
|---|---|---|---|---|
| $s$ | $(N, K)$ | `s` | `nnlib.activations.softmax` | scores, before the output function |
| $s$ | $(N, K)$ | `logits` | `nnlib.losses.softmax_cross_entropy` | the same, as the usual argument name |
| $p$ | $(N, K)$ | `p` | `nnlib.losses.cross_entropy` | probabilities, the $\hat{y}$ of a classifier |
| $y$ | $(N,)$ or $(N, K)$ | `y` | `nnlib.losses.cross_entropy` | true classes $0 \dots K-1$, or one distribution a row |
| $K$ | number | `classes` | `nnlib.losses.one_hot` | number of classes |
| $\hat{y}$ | $(N, K)$ | `prediction` | `nnlib.losses.mse` | output of a regression |
| $A$, $B$ | numbers | `low` | `nnlib.activations.scaled_sigmoid` | bounds; $B$ is `high` |

Formulas count classes from 1, code from 0.

## 2.2 Two classes, one output

For a yes-or-no question one number is enough. With $h$ the last hidden layer,

$$s = h^\top w + b, \qquad p = \sigma(s) = \frac{1}{1 + e^{-s}} = P(\text{class 1} \mid x),$$

and $1-p$ belongs to the other class. We call it class 0, so that the label $y \in
\{0, 1\}$ is also the target of $p$. (Texts that call the two "class 1" and "class 2"
mean $y=1$ and $y=0$.) The score $s$ of a probability is its **[logit](../site/glossary.md#logit)**.

Predict the more probable class: class 1 if $p \ge \tfrac12$, that is, if $s \ge 0$. The
threshold 0 belongs to the score, $\tfrac12$ to the probability. Some slides print "class
1 if the output is $\ge 0$", although their output is a sigmoid. Then everything is class 1.
"""

# %%
show(
    diagrams.network_diagram((3, 4, 1)),
    alt="A network with three inputs, four hidden units and one output, which stands "
    "for the probability of class 1.",
)

# %% tags=["nbval-check-output"]
s = np.array([-3.0, -0.5, 0.2, 2.0])
p, _ = sigmoid(s)
print("probabilities", p.round(3))
for name, answer in {"p >= 1/2": p >= 0.5, "s >= 0": s >= 0, "p >= 0": p >= 0}.items():
    print(f"{name:8}: classes {answer.astype(int)}")

# %% [markdown]
r"""
## 2.3 Softmax

With $K$ classes the last layer has $K$ neurons and so $K$ scores. To become
probabilities they must be positive and add up to 1. Take $\exp$ for the first, divide
by the sum for the second. That is **[softmax](../site/glossary.md#softmax)**:

$$p_k = \frac{e^{s_k}}{\sum_{j=1}^{K} e^{s_j}}.$$
"""

# %% tags=["nbval-check-output"]
s = np.array([1.0, 3.0, 2.0])
e = np.exp(s)
p = e / e.sum()
print("exp   ", e.round(3), "sum", e.sum().round(3))
print("p     ", p.round(3), "sum", p.sum().round(3))
print("nnlib ", softmax(s)[0].round(3))
print("s2 + 1", softmax(s + np.array([0.0, 1.0, 0.0]))[0].round(3))
large = np.array([1000.0, 0.0])
with np.errstate(over="ignore", invalid="ignore"):
    print("large, as the formula stands:", np.exp(large) / np.exp(large).sum())
shifted = np.exp(large - large.max())
print("large, shifted by the maximum:", shifted / shifted.sum())

# %%
show(
    outputs.softmax_block(s),
    alt="Scores 1, 3 and 2 enter a softmax block. Exp makes them 2.72, 20.09 and 7.39; "
    "divided by their sum 30.19 they become 0.090, 0.665 and 0.245, drawn as bars.",
)

# %% [markdown]
r"""
*What to see.* Softmax keeps the order: a larger score gets a larger probability, so
$\arg\max_k p_k = \arg\max_k s_k$. And it is **not** element-wise, as the notation
$\hat{y}_k = f(s_k)$ suggests: raising $s_2$ alone by 1 took $p_1$ from 0.090 to
0.042.

Only differences of scores count. Adding a constant $c$ to all of them multiplies
numerator and denominator by $e^c$. For $K=2$, dividing by $e^{s_1}$ gives

$$p_1 = \frac{1}{1 + e^{-(s_1 - s_2)}} = \sigma(s_1 - s_2):$$

two classes with softmax are one sigmoid, and softmax is the extension of the logistic
function to $K$ classes. The same freedom rescues large scores, as in the last two lines
printed above: $e^{1000}$ is too large for a floating-point number, but with
$c = -\max_j s_j$ the largest exponent is 0.

### Exercise 2.1 (5 minutes)

Write `softmax_of_two(s)` for `s` of shape `(N, 2)`. Return the same `(N, 2)`
probabilities as softmax, but call `sigmoid` once and no `exp`.

<details><summary>Solution</summary>

```python
def softmax_of_two(s):
    first, _ = sigmoid(s[:, 0] - s[:, 1])
    return np.column_stack([first, 1 - first])
```
</details>
"""


# %%
def softmax_of_two(s):
    raise NotImplementedError("Exercise 2.1: write softmax_of_two")


# %%
r = Rubric(points=2)
pairs = np.array([[1.0, 3.0], [0.5, 0.5], [2.0, -1.0]])
with r.check("first column", hint="Only the difference s1 - s2 counts."):
    assert_close(softmax_of_two(pairs)[:, 0], softmax(pairs)[0][:, 0])
with r.check("both columns", hint="The two probabilities of a row add up to 1."):
    assert_close(softmax_of_two(pairs + 1000), softmax(pairs)[0])
_ = r.score()

# %% [markdown]
r"""
How sure softmax is depends on the *size* of the scores. Divide them by a
**[temperature](../site/glossary.md#temperature)** $T$ first and see: which class is first never changes, how far it is
ahead does. What do you expect for $T \to 0$ and for $T \to \infty$?
"""

# %%
outputs.explore_temperature()

# %%
show(
    outputs.temperature_bars(s1=1.0, s2=3.0, s3=2.0, T=3.0),
    alt="Scores 1, 3, 2 at temperature 3: probabilities 0.230, 0.448, 0.321. The "
    "curves go from one sure class at T = 0.1 to nearly a third each at T = 10.",
)

# %% [markdown]
r"""
*What to see.* At $T \to 0$ the largest score takes everything, hence the name: a soft
version of the (arg)max. At $T \to \infty$ all classes become equal. A trained network
that is too sure of itself is often given a $T > 1$ afterwards: its probabilities become
more honest, and not one decision changes.

> **Think!** Why not divide each score by the sum of the scores, without $\exp$?

<details><summary>Answer</summary>

Scores may be negative or add up to 0, so the quotients need not be probabilities. And
the meaning of a score would depend on where zero is, while softmax uses differences.
</details>

## 2.4 Three classes on a plane

Three neurons on the square $[-5,5]^2$, followed by softmax. A set of slides
prints $b_3 = 10$:

$$s_1 = x_1 + x_2 - 2, \qquad s_2 = -x_2 + 1, \qquad s_3 = x_1 - \tfrac12 x_2 + b_3.$$
"""

# %% tags=["nbval-check-output"]
W = np.array([[1.0, 0.0, 1.0], [1.0, -1.0, -0.5]])
b = np.array([-2.0, 1.0, 10.0])
scores, _ = linear(np.zeros((1, 2)), W, b)
p, _ = softmax(scores)
print(f"at x = 0: scores {scores[0]}, class 3 has {100 * p[0, 2]:.2f} %")
cells = data.square_grid(-4.95, 4.95, 100)  # the centres of 100 x 100 cells
for b3 in (10.0, 1.0):
    classes = linear(cells, W, np.array([-2.0, 1.0, b3]))[0].argmax(axis=1)
    shares = 100 * np.bincount(classes, minlength=3) / len(cells)
    print(f"b3 = {b3:4}: classes 1, 2, 3 win on {shares} % of the square")

# %%
show(
    three_classes.class_regions(W, b, (10.0, 1.0)),
    alt="The most probable class on the square. With b3 = 10 the whole map is class 3. "
    "With b3 = 1 there are three regions that meet at (-1, 2): class 1 above, class 2 "
    "on the left and class 3 on the right.",
)

show(
    three_classes.three_class_maps(W, np.array([-2.0, 1.0, 1.0])),
    alt="Above, three scores: planes that rise in three directions. Below, three "
    "probabilities for b3 = 1: each is near 1 in its own region and near 0 in the "
    "others, with soft edges.",
)

# %% [markdown]
r"""
*What to see.* With $b_3=10$ the map has one colour. To prove it, look at the margins;
on the square both $x_1$ and $x_2$ lie between $-5$ and $5$:

$$s_3 - s_1 = 12 - \tfrac32 x_2 \ge 4.5, \qquad s_3 - s_2 = x_1 + \tfrac12 x_2 + 9 \ge 1.5.$$

Both are positive everywhere, so class 3 always wins. Perhaps a decimal point was lost:
with $b_3 = 1.0$ the margins $3 - \tfrac32 x_2$ and $x_1 + \tfrac12 x_2$ change sign and
all three classes appear. Boundaries between classes are straight lines, since
$s_j = s_k$ is a linear equation.

Now move the biases. From which $b_3$ on does class 3 own the whole square? When does it
vanish?
"""

# %%
three_classes.explore_three_classes()

# %%
show(
    three_classes.three_class_map(b1=-2.0, b2=1.0, b3=-2.0),
    alt="The explorer at b3 = -2: class 3 keeps a small triangle at the right edge, 4 "
    "hundredths of the square; class 1 is above it and class 2 on the left.",
)

# %% [markdown]
r"""
> **Think!** Find both values of $b_3$ by the margins.

<details><summary>Answer</summary>

$s_3 - s_1 = b_3 + 2 - \tfrac32 x_2$ is smallest at $x_2 = 5$: it needs $b_3 > 5.5$.
$s_3 - s_2 = b_3 - 1 + x_1 + \tfrac12 x_2$ is smallest at $(-5,-5)$: it needs
$b_3 > 8.5$. So class 3 owns the square for $b_3 > 8.5$. Its last refuge is the edge
$x_1 = 5$, where it wins for $-2(b_3+4) < x_2 < \tfrac23(b_3+2)$. This interval is empty
for $b_3 \le -3.5$.
</details>

## 2.5 What should a loss punish?

A **[loss](../site/glossary.md#loss)** $\ell$ compares one prediction with its target;
the **[cost](../site/glossary.md#cost)** $J$ is its mean over the samples. The honest
count of errors is the **0/1 loss**: 1 if the predicted class is wrong, else 0. But it
is flat: a small change of a weight changes no answer, so its gradient is zero almost
everywhere, and nothing tells us where to go.

The **squared error** $(p-y)^2$ has a slope. It is often put in the place of the 0/1
loss, even for a linear output that is compared with 0. Then the two disagree:
"""

# %% tags=["nbval-check-output"]
for output, label in [(0.2, 0), (3.0, 1)]:
    output, label = np.array([output]), np.array([label])
    squared, _ = mse(output, label.astype(float))
    error = zero_one(output, label, threshold=0.0)
    print(f"output {output[0]}, y = {label[0]}: squared {squared:.2f}, 0/1 {error:.0f}")

# %%
show(
    loss_curves.losses_by_score(),
    alt="Three losses of a sample of class 1 over its score, and their slopes. The 0/1 "
    "loss has slope 0. The squared error of a sigmoid becomes flat at 1 for very "
    "negative scores. Cross-entropy rises there in a straight line of slope -1.",
)

# %% [markdown]
r"""
The first output is wrong and costs next to nothing, the second is right and costs 4. The
output with the smallest expected squared error is $P(\text{class 1} \mid x)$. It is never
negative, and from $\tfrac12$ on class 1 is the better guess: that is the threshold. With a
sigmoid and that threshold the squared error is usable, but the figure shows its slope.

*What to see.* A loss should be near 0 where output and label agree and large where they
do not. At $s=-6$ the answer is badly wrong, yet the squared error barely has a slope
there: the sigmoid is saturated. The third curve keeps pulling with slope $-1$. We derive
it now.

## 2.6 Cross-entropy

Which weights explain the data best? Those under which the observed labels are most
probable: **[maximum likelihood](../site/glossary.md#maximum-likelihood)**. For
independent samples the likelihood is the product of $p^{(n)}_{y_n}$, the probability
that sample $n$ gave to its true class. Take minus the logarithm, so that the product
becomes a sum and maximising becomes minimising, and divide by $N$:

$$J = -\frac{1}{N} \sum_{n=1}^{N} \log p^{(n)}_{y_n}.$$

For two classes, $p_{y}$ is $p$ if $y=1$ and $1-p$ if $y=0$. In one line, the **binary
cross-entropy** is $-y \log p - (1-y)\log(1-p)$.

For $K$ classes write the label as a **[one-hot](../site/glossary.md#one-hot)** row: $y_k = 1$ for the true class, 0 for
the others. All terms but one vanish in

$$\ell = -\sum_{k=1}^{K} y_k \log p_k = -\log p_{\text{true class}},$$

the **[cross-entropy](../site/glossary.md#cross-entropy)** of two distributions, target and prediction. It is 0 exactly if the
true class gets probability 1. Below: the two branches for two classes, three stages of
training with true class 2, and a sample with the scores 1000 and 0.
"""

# %%
show(
    loss_curves.binary_branches(),
    alt="Two curves over the output p. For y = 1 the loss -ln p falls from infinity at "
    "p = 0 to 0 at p = 1; for y = 0 the curve is its mirror image. They cross at p = "
    "1/2, at height 0.693.",
)

# %% tags=["nbval-check-output"]
stages = np.array([[0.485, 0.03, 0.485], [0.16, 0.68, 0.16], [0.025, 0.95, 0.025]])
truth = one_hot([1, 1, 1], 3)  # class 2 has number 1 in code
print("one row a sample:", truth[0])
for p, y in zip(stages, truth, strict=True):
    print(f"p of class 2 = {p[1]:.2f}: loss {cross_entropy(p, y)[0]:.2f}")
print(f"perfect: {cross_entropy([0.0, 1.0, 0.0], [0.0, 1.0, 0.0])[0]:.2f}")
print(f"mean of the three: {cross_entropy(stages, [1, 1, 1])[0]:.3f}")
s = np.array([[1000.0, 0.0]])
print("scores 1000 and 0, p of the true class:", softmax(s)[0][0, 1])
print(f"loss from p, log cut off: {cross_entropy(softmax(s)[0], [1])[0]:.1f}")
print(f"loss from the scores    : {softmax_cross_entropy(s, [1])[0]:.1f}")

# %%
show(
    loss_curves.training_stages((0.03, 0.68, 0.95)),
    alt="Bars of the target (0, 1, 0) and of the output at three stages. The "
    "probability of class 2 grows from 0.03 over 0.68 to 0.95 while the loss falls "
    "from 3.51 over 0.39 to 0.05; on the right the three points on the curve -ln p.",
)

# %% [markdown]
r"""
*What to see.* Only the probability of the true class counts, and a confident error is
expensive: the curve has no upper end.

**From scores, not from probabilities.** Computed in two steps this breaks: if $p$ was
rounded to 0, $\log p$ is $-\infty$. Libraries then cut $\log p$ off somewhere, which
hides the true loss, 1000 in the last line above, and its gradient. Fusing both steps needs
no such trick:

$$-\log p_y = \log \sum_k e^{s_k} - s_y
= \max_k s_k + \log \sum_k e^{s_k - \max_j s_j} - s_y.$$

### Exercise 2.2 (10 minutes)

A loss of 1.386: is that much? The **perplexity** $e^{J}$ is easier to read: it is the
number of equally likely classes that would give the same loss. Write
`perplexity(p, labels)` in plain NumPy for `p` of shape `(N, K)` and class numbers
`labels` of shape `(N,)`.

<details><summary>Solution</summary>

```python
def perplexity(p, labels):
    of_true_class = p[np.arange(len(p)), labels]
    return np.exp(-np.log(of_true_class).mean())
```

The pair of indices picks one entry in each row.
</details>
"""


# %%
def perplexity(p, labels):
    raise NotImplementedError("Exercise 2.2: write perplexity")


# %%
r = Rubric(points=3)
with r.check("even chances", hint="Four equal classes have perplexity 4."):
    assert_close(perplexity(np.full((5, 4), 0.25), np.array([0, 1, 2, 3, 0])), 4.0)
with r.check("one sample", hint="Pick the probability of the true class."):
    assert_close(perplexity(np.array([[0.2, 0.8]]), np.array([1])), 1.25)
with r.check("mean", hint="Average the logarithms first, then take exp once."):
    two = np.array([[0.5, 0.3, 0.2], [0.5, 0.375, 0.125]])
    assert_close(perplexity(two, np.array([0, 2])), 4.0)
_ = r.score()

# %% [markdown]
r"""
## 2.7 Cross-entropy is not quite KL

The **[Kullback-Leibler divergence](../site/glossary.md#kl-divergence)** $\mathrm{KL}(y
\,\Vert\, \hat{y}) = \sum_k y_k \log (y_k/\hat{y}_k)$ also measures how far a prediction
is from a target. Some texts say that it *is* the cross-entropy. Split the logarithm:

$$\mathrm{KL}(y \,\Vert\, \hat{y}) = -\sum_k y_k \log \hat{y}_k
- \Big(-\sum_k y_k \log y_k\Big) = \mathrm{CE} - H(y).$$

They differ by the **[entropy](../site/glossary.md#entropy)** $H(y)$ of the target. (The
step of lecture 1 has the same letter and nothing to do with it.) It is 0 for one-hot
targets, and only then are the two equal. In any case $H(y)$ does not depend on the weights, so both
have the same gradient.
"""

# %% tags=["nbval-check-output"]
y, yhat = np.array([0.9, 0.1]), np.array([0.8, 0.2])
hot, spread = np.array([0.0, 1.0, 0.0]), np.array([0.1, 0.8, 0.1])
for target, prediction in [(y, yhat), (hot, spread)]:
    ce, _ = cross_entropy(prediction, target)
    kl, _ = kl_divergence(target, prediction)
    entropy, _ = cross_entropy(target, target)
    other_way, _ = kl_divergence(prediction, target)
    print(f"CE {ce:.3f} = KL {kl:.3f} + H {entropy:.3f}; swapped KL {other_way:.3f}")

# %%
show(
    loss_curves.kl_both_ways(y, yhat),
    alt="Left: target (0.9, 0.1) beside the prediction (0.8, 0.2). Right: both "
    "divergences over the predicted probability of class 1. Both are 0 at 0.9 only; "
    "KL(y, yhat) goes to infinity at the left edge, KL(yhat, y) stays finite.",
)

# %% [markdown]
r"""
*What to see.* KL is not symmetric, so it is no distance. $\mathrm{KL}(y \Vert \hat{y})$
explodes where the prediction excludes what happens. The other order explodes where the
target is 0 and the prediction is not: for a one-hot target and a softmax, always. That
is why the target comes first, `kl_divergence(target, prediction)`, against the order of all
other losses.

## 2.8 A smooth stand-in for the error

We want few errors and minimise cross-entropy instead: a
**[surrogate](../site/glossary.md#surrogate-loss)** loss. It is fair if it bounds the 0/1 loss from above, for then a small surrogate forces few errors. If the
answer is wrong, another class has at least as much probability, so $p \le \tfrac12$ for
the true class and $-\log_2 p \ge 1$. The bound holds in **base 2**. With the natural
logarithm, an error may cost as little as $\ln 2 = 0.693$.

The base only scales the loss, so the choice changes no minimum. The second virtue of
cross-entropy: as log-sum-exp minus a linear term it is **convex** in the scores, hence
also in $(W, b)$ of a model whose scores are linear in them. There gradient descent meets
no bad local minimum. In the weights of a network with hidden layers it is not convex:
for $s = w_2 w_1 x$ with $x = 1$, $y = 1$, two good points have a bad one midway.
"""

# %% tags=["nbval-check-output"]
p, label = np.array([[0.4, 0.6]]), np.array([0])
natural, _ = cross_entropy(p, label)
in_bits, _ = cross_entropy(p, label, base=2)
print(f"0/1 {zero_one(p, label):.0f}, ln {natural:.3f}, log2 {in_bits:.3f}")
rng = np.random.default_rng(4)
x, y = rng.normal(size=(40, 2)), rng.integers(3, size=40)
excess = []
for _ in range(500):
    V, U = rng.normal(size=(2, 2, 3)) * 3
    J = [softmax_cross_entropy(x @ M, y)[0] for M in (V, U, (V + U) / 2)]
    excess.append(J[2] - (J[0] + J[1]) / 2)
print("linear model, midpoint never above the mean of the ends:", max(excess) <= 0)
for w1, w2 in [(2.0, 2.0), (0.0, 0.0), (-2.0, -2.0)]:
    print(f"w1 = {w1:4}, w2 = {w2:4}: loss {np.log1p(np.exp(-w1 * w2)):.3f}")

# %%
show(
    loss_curves.losses_by_probability(),
    alt="Losses over the probability of the true class. The 0/1 loss drops from 1 to 0 "
    "at 1/2. The base-2 cross-entropy lies above it everywhere and touches it at 1/2 "
    "and 1; the natural one passes below it between 0.37 and 0.5.",
)

# %% [markdown]
r"""
## 2.9 Outputs that are numbers

For **regression** the last layer has no activation: $\hat{y} = s = h^\top w + b$, or $K$
such outputs for a target in $\mathbb{R}^K$. The loss is the **squared error**
$\lVert \hat{y} - y \rVert^2$, added over the outputs of a sample; its mean over the
samples is the **MSE**. (PyTorch's `MSELoss` also averages over the outputs and is $K$
times smaller.)

**Known bounds.** If targets lie between $A$ and $B$, stretch a sigmoid:
$\hat{y} = A + (B-A)\,\sigma(s)$. Between $-2$ and $5$ this is $7\,\sigma(s) - 2$.

A loss must *have* a best value. A well-known code example takes
`(prediction - labels).sum()`. Signed errors cancel, the sum has no lower bound, and its
gradient does not even contain the labels. Data: $y = 2x$; 100 steps of rate 0.1.
"""

# %% tags=["nbval-check-output"]
yhat = np.array([[1.0, 2.0], [0.0, 4.0]])
target = np.array([[0.0, 2.0], [3.0, 3.0]])
print("per sample", ((yhat - target) ** 2).sum(axis=1), "mse", mse(yhat, target)[0])
bounded, _ = scaled_sigmoid(np.array([-40.0, 0.0, 40.0]), low=-2.0, high=5.0)
print("s = -40, 0, 40:", bounded.round(3))
x = np.linspace(0.1, 1.0, 10)
w = 0.0
for _ in range(100):
    w -= 0.1 * x.sum()  # derivative of (w x - y).sum() by w
signed_sum, true_mse = (w * x - 2 * x).sum(), mse(w * x, 2 * x)[0]
print(f"w = {w:.0f}, signed sum {signed_sum:.1f}, mse {true_mse:.0f}")

# %%
show(
    loss_curves.regression_residuals(*loss_curves.noisy_line()),
    alt="Left: fourteen points and a fitted line; dotted residuals join them. Right: "
    "the parabola of the squared error with each residual on it; the largest, near 0.8, "
    "costs more than twice as much as the next.",
)

# %%
show(
    loss_curves.scaled_sigmoid_curve(-2.0, 5.0),
    alt="A sigmoid stretched between dashed lines at -2 and 5; at s = 0 it passes "
    "through the middle, 1.5.",
)

# %% [markdown]
r"""
*What to see.* Twice the residual costs four times as much, so a single outlier can
dominate the fit.

Output and loss belong together:

| target | output | loss |
|---|---|---|
| yes or no | sigmoid | binary cross-entropy |
| one of $K$ classes | softmax | cross-entropy |
| any of $K$ labels, several may be true | $K$ sigmoids | sum of binary cross-entropies |
| real numbers | linear | squared error |
| numbers between $A$ and $B$ | scaled sigmoid | squared error |

## 2.10 Put together: digits again

One layer $s = xW + b$ with ten columns, softmax, mean cross-entropy: **multi-class
[logistic regression](../site/glossary.md#logistic-regression)**, a network without hidden layer. It has 650 parameters. All start
at 0, which does no harm to a single layer (lecture 5 shows where it does). So every class gets $\tfrac1{10}$ and the first loss must be
$\ln 10 = 2.303$: check that first.
"""

# %% tags=["nbval-check-output"]
from nnlib.layers import Linear, Sequential
from nnlib.optim import SGD
from nnlib.train import evaluate, fit

rng = np.random.default_rng(2)
start_at_zero = Linear(64, 10, rng=rng, init=lambda shape, rng: np.zeros(shape))
model = Sequential(start_at_zero)
print(f"loss before training: {evaluate(model, *train)[0]:.3f}")
sgd = SGD(model.parameters(), lr=0.5)
history = fit(model, sgd, *train, epochs=30, rng=rng, loss=softmax_cross_entropy)
test_loss, accuracy = evaluate(model, *test)
print("loss ten times smaller:", history.loss[-1] < 0.23)
print("wrong on unseen digits, less than 6 %:", 1 - accuracy < 0.06)
print(f"ten times better than one output: {10 * (1 - accuracy) < one_output_error}")

# %%
show(
    outputs.class_templates(model[0].W.value, 8),
    alt="The ten columns of W as 8 by 8 images. Red pixels speak for a class, blue "
    "ones against it: class 0 has a blue hole in a red ring.",
)

show(
    outputs.predicted_digits(*test, softmax(model(test[0]))[0], doubtful=4),
    alt="Five test digits above bars of their ten class probabilities. For the first "
    "four several classes share the probability; for the last one class has it all.",
)

# %% [markdown]
r"""
*What to see.* Each class has learned a template: where ink speaks for it, and where
against. The score is the dot product of image and template. How sure is the model? The
second figure has the four test digits on which it is least sure, and the one on which it is
most. The doubtful digits are doubtful to us too, and the output says so. That is what we
bought by asking for probabilities instead of a number. How `fit` found the
weights is the subject of the next lecture; its core is one line, the gradient $p - y$.

> **Think!** A model has the better accuracy but the worse cross-entropy of two. How can
> that be?

<details><summary>Answer</summary>

Accuracy only asks which class is first. Cross-entropy also asks how sure the model is:
a few errors made with great confidence, $p$ near 0 for the true class, cost more than
many narrow ones. Such a model is overconfident. </details>

## Common mistakes

| mistake | symptom |
|---|---|
| softmax, then a loss that takes logits | $p$ is squeezed twice: with ten classes the loss never falls below $\ln(e+9) - 1 = 1.46$ |
| softmax along the wrong axis | columns add up to 1, rows do not; a single sample gets all ones |
| threshold 0 on a probability | every sample is class 1 |
| $\log$ of a softmax | `inf`, then `nan`, after some epochs |
| targets $(N,1)$, outputs $(N,)$ | NumPy broadcasts to $(N,N)$: a loss that never gets small |
| sum in place of mean | the best learning rate changes with the batch size |

## Summary

- Sigmoid, softmax, linear or scaled sigmoid: the target decides, and the loss follows.
- Softmax depends on differences of scores only, keeps their order, and is computed after
  subtracting the maximum; its loss is computed from the scores.
- A class wins where its margins are positive; boundaries are straight lines.
- $\mathrm{CE} = \mathrm{KL} + H(y)$; KL is asymmetric and may be infinite.
- The 0/1 loss is flat. Cross-entropy is smooth, bounds it in base 2, and keeps pulling
  when the answer is badly wrong.

## Quiz
"""

# %%
loss_curves.quiz()

# %% [markdown]
r"""
## Assignment and reading

Now do the assignment of this lecture, **a02**. Next: backpropagation, which finds out
which weight is to blame.

- J. S. Bridle (1990), [doi:10.1007/978-3-642-76153-9_28](https://doi.org/10.1007/978-3-642-76153-9_28): softmax.
- S. Kullback, R. A. Leibler (1951), [doi:10.1214/aoms/1177729694](https://doi.org/10.1214/aoms/1177729694): the divergence.
- P. L. Bartlett, M. I. Jordan, J. D. McAuliffe (2006),
  [doi:10.1198/016214505000000907](https://doi.org/10.1198/016214505000000907): when a surrogate loss is safe.
- C. Guo et al. (2017), On calibration of modern neural networks, [arXiv:1706.04599](https://arxiv.org/abs/1706.04599): temperature.
- C. M. Bishop (2006), *Pattern Recognition and Machine Learning*, Springer, chapter 4.
- I. Goodfellow, Y. Bengio, A. Courville (2016), *Deep Learning*, MIT Press, section 6.2.
"""
