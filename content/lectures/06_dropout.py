# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
r"""
# 6. Dropout and weight penalties

A large network can learn anything, wrong labels included. This lecture makes it harder for
the network to learn by heart: by switching units off at random, and by a price on weights.

Time: about 60 minutes. You need: [backpropagation](03_backpropagation.ipynb), the expectation of
a random variable.
"""

# %% [markdown]
r"""
## You will be able to

- **explain** how random masks keep units from relying on each other;
- **compute** the average over all masks, and say when one scaled pass equals it;
- **place** the factor `keep` correctly, in training or in prediction;
- **derive** the backward pass of dropout;
- **compare** L1, L2 and the elastic net, and tell weight decay from an L2 penalty.
"""

# %%
from functools import partial

import numpy as np

from nnlib.activations import sigmoid
from nnlib.dropout import dropout, dropout_backward, dropout_expectation
from nnlib.layers import Parameter
from nnlib.optim import SGD, Adam, AdamW
from nnlib.regularizers import elastic_net, elastic_net_backward, l1, l2, l2_backward
from nnlib.testing import Rubric, assert_close, numerical_gradient
from nnlib.viz import dropout_training, masks, penalties, show

# %% [markdown]
r"""
## 6.1 A network that learns by heart

Somebody labelled 300 digits carelessly: about one label in five is wrong. We train two
hidden layers of 100 ReLU units on them and test on 539 digits whose labels are right.

| symbol | shape | in code | argument of | meaning |
|---|---|---|---|---|
| $h$ | $(N, D)$ | `x` | `nnlib.dropout.dropout` | outputs of a layer, before dropout |
| $z$ | $(N, D)$ | `mask` | - | 1 where a unit stays, 0 where it is dropped |
| $q$ | number | `keep` | `nnlib.dropout.dropout` | probability that a unit stays |
| $\partial J/\partial \tilde h$ | $(N, D)$ | `dout` | `nnlib.dropout.dropout_backward` | gradient that arrives from above |
| $W$ | any | `W` | `nnlib.regularizers.l2` | weights of a layer |
| $\lambda$ | number | `lam` | `nnlib.regularizers.l2` | strength of a penalty |
| $\beta$ | number | `beta` | `nnlib.regularizers.elastic_net` | share of L2 in the elastic net |
"""

# %% tags=["nbval-check-output"]
digits = dropout_training.noisy_digits()
model, history = dropout_training.digit_run(keep=1.0)
learned = model(digits.X).argmax(axis=1) == digits.labels
print(f"{digits.wrong.mean():.0%} of the {len(digits.labels)} labels are wrong")
print("wrong labels learned by heart:", learned[digits.wrong].mean() > 0.95)
print("right on more than 80% of the test digits:", history.val_accuracy[-1] > 0.8)

# %%
show(
    masks.accuracy_curves({"no dropout": history}),
    alt="Accuracy of the network by epoch. On the training data it climbs to 1. On the test "
    "data it peaks near 0.88 after a few epochs and then falls to about 0.73.",
)

# %% [markdown]
r"""
*What to see.* At first the network learns what digits have in common, and gets better on
both sets. Then only the exceptions are left to learn, and it learns them one by one: the
training accuracy reaches 1, the test accuracy falls. This is
**[overfitting](../site/glossary.md#overfitting)**.

## 6.2 Masks

**[Dropout](../site/glossary.md#dropout)** disturbs the learning by heart. In each forward
pass of training, every unit of a hidden layer stays with probability $q$ (in code `keep`)
and is set to zero otherwise. Each sample gets its own random
**[mask](../site/glossary.md#mask)** $z$:

$$\tilde h = h \odot z, \qquad z_i = 1 \text{ with probability } q, \text{ else } 0,
\text{ independently.}$$

Then we go on with $\tilde h$ instead of $h$. One line of NumPy draws the mask:
"""

# %% tags=["nbval-check-output"]
rng = np.random.default_rng(0)
h, keep = np.array([[1.0, 2.0, 3.0, 4.0]] * 3), 0.5
mask = rng.random(h.shape) < keep
print((h * mask).astype(int))
print(f"share kept of 100000 units: {np.mean(rng.random(100_000) < 0.8):.2f}")

# %%
widths, draw = [3, 4, 4, 2], np.random.default_rng(15)
everyone = [np.ones(width) for width in widths]
thinned = [[everyone[0], *(draw.random((2, 4)) < 0.5), everyone[3]] for _ in range(3)]
show(
    masks.thinned_networks(
        widths, [everyone, *thinned], ["all units", "mask 1", "mask 2", "mask 3"]
    ),
    alt="A network with two hidden layers of four units, four times: whole, and under "
    "three random masks. Dropped hidden units are crossed out and have no arrows; inputs "
    "and outputs stay.",
)

# %% [markdown]
r"""
*What to see.* Every sample of every batch meets another, thinner network. All of them
share their weights: an arrow that appears twice is the same number.

> **Think!** A layer has 100 units. Is it likely that two samples of a training of an hour get the same mask?

<details><summary>Answer</summary>

No. For $q = \tfrac12$ there are $2^{100} \approx 10^{30}$ masks, all equally likely. An
hour draws perhaps $10^8$.
</details>

## 6.3 Why it helps

Two explanations, and both are right:

- **No [co-adaptation](../site/glossary.md#co-adaptation).** A unit cannot count on a particular partner
  that corrects it, for the partner may be gone. So what a unit computes must be useful by
  itself, and important things are computed more than once.
- **An ensemble.** Training fits very many networks a
  little, and prediction averages them. An average errs less than its members do, as far as
  they err differently.

The first can be tested: take hidden units out of a *trained* network. Where every
unit has partners it relies on, that must hurt.
"""

# %% tags=["nbval-check-output"]
runs = {q: dropout_training.digit_run(keep=q) for q in (1.0, 0.8, 0.5)}
shares = np.arange(9) / 10
robust = {
    f"keep {q}": dropout_training.accuracy_without_units(net, shares)
    for q, (net, _) in runs.items()
}
for name, curve in robust.items():
    left = curve[4] / curve[0]
    print(
        f"{name}: 40% of the units gone, over 86% of the accuracy left: {left > 0.86}"
    )

# %%
show(
    masks.fragility(shares, robust),
    alt="Test accuracy by the share of hidden units removed after training. Without dropout "
    "it falls at once, from 0.73 to 0.44 with 40 % removed. Trained with keep 0.5 it starts "
    "at 0.90 and is still above 0.8 there.",
)

# %% [markdown]
r"""
*What to see.* The more dropout in training, the flatter the start of the curve: the
network has learnt to do without any of its units.

## 6.4 The average over all masks

In prediction we want no dice. What we want is the ensemble's answer, the expectation over
masks:

$$\hat y = \mathbb{E}_z\big[f(x, z)\big] = \sum_{z} p(z)\, f(x, z), \qquad
p(z) = q^{\text{ones}} (1-q)^{\text{zeros}}.$$

It is a finite sum over $2^n$ masks, though slides write it as an integral. For $n$ in the
hundreds nobody can compute it. For two inputs, a linear output and $q = \tfrac12$ we can:

$$\mathbb{E}[\hat y] = \tfrac14 (w_1 x_1 + w_2 x_2) + \tfrac14 w_1 x_1 + \tfrac14 w_2 x_2 +
\tfrac14 \cdot 0 = \tfrac12 (w_1 x_1 + w_2 x_2).$$

`dropout_expectation` takes that sum for any function. For a *linear* output the average
is the output for $q\,x$, whatever $q$ is, since an expectation may be moved inside:
"""

# %% tags=["nbval-check-output"]
x, w = np.array([2.0, -1.0, 3.0]), np.array([1.0, 2.0, 0.5])
for q in (0.5, 0.8):
    exact = dropout_expectation(lambda h: h[:, :2] @ w[:2], x[:2] + 1, q)
    print(f"linear, keep {q}: average {exact:.2f}, full {(x[:2] + 1) @ w[:2]:.2f}")
exact = dropout_expectation(lambda h: sigmoid(h @ w)[0], x, 0.5)
scaled = sigmoid(np.array([0.5 * x @ w]))[0][0]
print(f"sigmoid, keep 0.5: average {exact:.3f}, one scaled pass {scaled:.3f}")

# %%
pairs = masks.all_masks(2)
show(
    masks.thinned_networks(
        [2, 1],
        [[pair, np.ones(1)] for pair in pairs],
        [r"$w_1x_1 + w_2x_2$", "$w_1x_1$", "$w_2x_2$", "0"],
    ),
    alt="A neuron with two inputs under its four masks: both inputs there, only the first, "
    "only the second, none. Above each stands its output.",
)

# %% [markdown]
r"""
Behind a non-linear function the two differ: 0.623 is the average, 0.679 the output of one
scaled pass. One pass with scaled weights is an **approximation**, good enough in practice
and exact for linear outputs only. Try how good: eight units, all 256 masks.
"""

# %%
masks.explore_average()

# %%
show(
    masks.mask_average(keep=0.5, scale=1.5, output="sigmoid"),
    alt="The explorer with a sigmoid output. Left, outputs over all 256 masks spread from 0 "
    "to 1, with the exact average 0.58 and the scaled pass 0.61 as lines. Right, the average "
    "of random masks settles at the exact one after some hundred masks.",
)

# %% [markdown]
r"""
*What to see.* With *linear* the two lines coincide for every setting. With sigmoid they part as weights
grow. Averaging over random masks finds the exact value, but needs hundreds of passes.

### Exercise 6.1 (10 minutes)

Write `average_relu(h, w, keep)`: the exact average of $\max(0, \sum_i w_i h_i z_i)$ over
all masks of the few entries of `h`. `itertools.product([0, 1], repeat=n)` yields the masks.

<details><summary>Solution</summary>

```python
from itertools import product


def average_relu(h, w, keep):
    total = 0.0
    for z in product([0, 1], repeat=len(h)):
        ones = sum(z)
        probability = keep**ones * (1 - keep) ** (len(h) - ones)
        total += probability * max(0.0, float(np.sum(w * h * np.array(z))))
    return total
```

The probabilities of all masks sum to one.
</details>
"""


# %%
def average_relu(h, w, keep):
    raise NotImplementedError("Exercise 6.1: write average_relu")


# %%
r = Rubric(points=3)
with r.check("one unit", hint="The unit is there with probability keep."):
    assert_close(average_relu(np.array([2.0]), np.array([3.0]), 0.7), 4.2)
with r.check("a negative sum counts as 0", hint="Apply max to each mask's own sum."):
    assert_close(average_relu(np.array([1.0, 1.0]), np.array([1.0, -1.0]), 0.5), 0.25)
with r.check("keep is not 1/2", hint="p(z) has a factor keep for each 1 in z."):
    assert_close(average_relu(np.array([1.0, 2.0]), np.array([1.0, 1.0]), 0.9), 2.7)
_ = r.score()

# %% [markdown]
r"""
## 6.5 Where the factor goes

A unit that is there in a share $q$ of all cases contributes $q\,h$ on average. In
prediction all units are there, so the next layer would see too much. There are two remedies:

| | in training | in prediction |
|---|---|---|
| **[vanilla](../site/glossary.md#vanilla-dropout)** | $h \odot z$ | $q\, h$ |
| **[inverted](../site/glossary.md#inverted-dropout)** | $h \odot z / q$ | $h$ |

Both make training and prediction agree on average. Libraries use the inverted form:
prediction need not know that there was dropout.

It is often said that the outputs are multiplied "by the dropout rate". That is wrong. The
factor is the **[keep probability](../site/glossary.md#keep-probability)**; the rate is $1 - q$.
Examples with $q = \tfrac12$ hide the mistake. With $q = 0.8$:
"""

# %% tags=["nbval-check-output"]
rng, keep = np.random.default_rng(1), 0.8
x, w = np.array([2.0, -1.0, 3.0]), np.array([1.0, 2.0, 0.5])
many = np.tile(x, (200_000, 1))
for mode in ("vanilla", "inverted"):
    noisy, _ = dropout(many, keep, rng=rng, training=True, mode=mode)
    quiet, _ = dropout(x, keep, rng=None, training=False, mode=mode)
    print(f"{mode:8}: training {np.mean(noisy @ w):.2f}, prediction {quiet @ w:.2f}")
print(f"times the rate 0.2, which is wrong: {0.2 * x @ w:.2f} instead of 1.20")

# %% [markdown]
r"""
> **Think!** PyTorch writes `nn.Dropout(p=0.2)`. What is `keep`? Which form is it?

<details><summary>Answer</summary>

There `p` is the probability to *drop*, so `keep = 0.8`, and it is the inverted form. After
`model.eval()` it does nothing.
</details>

### Exercise 6.2 (10 minutes)

Write `inverted(h, keep, rng, training)` with inverted scaling. It must not change `h`.

<details><summary>Solution</summary>

```python
def inverted(h, keep, rng, training):
    if not training:
        return h
    return h * (rng.random(h.shape) < keep) / keep
```

Dividing by `keep` makes the expectation $q \cdot h/q = h$.
</details>
"""


# %%
def inverted(h, keep, rng, training):
    raise NotImplementedError("Exercise 6.2: write inverted")


# %%
ones = np.ones((400, 100))
r = Rubric(points=3)
with r.check("prediction leaves h alone", hint="Without training there is no mask."):
    assert_close(inverted(ones, 0.8, np.random.default_rng(1), False), ones)
with r.check(
    "the right share stays", hint="Keep a unit where a uniform number < keep."
):
    out = inverted(ones, 0.8, np.random.default_rng(1), True)
    assert abs(np.mean(out != 0) - 0.8) < 0.01, "not 80 % of the units stayed"
with r.check("the mean stays, too", hint="What stays is divided by keep."):
    out = inverted(ones, 0.25, np.random.default_rng(2), True)
    assert abs(np.mean(out) - 1) < 0.05, f"the mean is {np.mean(out):.2f}, not 1"
_ = r.score()

# %% [markdown]
r"""
## 6.6 Backward

For a fixed mask, $\tilde h_i = h_i z_i / q$: dropout multiplies each entry by a constant.
So the gradient is multiplied by the same constant,

$$\frac{\partial J}{\partial h} = \frac{\partial J}{\partial \tilde h} \odot \frac{z}{q},$$

and a dropped unit learns nothing from this sample. The mask must be that of the forward
pass, which therefore keeps it. A new mask in the backward pass would be a mistake
that no error message shows. Check it with a random gradient from above:
"""

# %% tags=["nbval-check-output"]
h, dout = np.random.default_rng(2).normal(size=(2, 4, 5))
_, factors = dropout(h, 0.6, rng=np.random.default_rng(3), training=True)


def cost(h):  # the same seed draws the same mask
    out, _ = dropout(h, 0.6, rng=np.random.default_rng(3), training=True)
    return np.sum(dout * out)


dh = dropout_backward(dout, factors)
print("agrees:", np.allclose(dh, numerical_gradient(cost, h), atol=1e-7))
print("zeros in dh where units were dropped:", np.array_equal(dh == 0, factors == 0))

# %% [markdown]
r"""
## 6.7 A price on weights

Another way to keep a network simple is to add a
**[penalty](../site/glossary.md#regularisation)** $R(W)$ on the weights of all layers to the
cost:

$$J(\theta) = \frac1N \sum_{n=1}^N \ell\big(\hat y_n, y_n\big) + \lambda\, R(W).$$

| name | $R(W)$ | gradient of $R$ | effect |
|---|---|---|---|
| [L2](../site/glossary.md#l2-penalty) | $\sum W_{kl}^2$ | $2W$ | all weights smaller |
| [L1](../site/glossary.md#l1-penalty) | $\sum \lvert W_{kl} \rvert$ | $\operatorname{sign}(W)$ | many weights exactly or nearly 0 |
| [elastic net](../site/glossary.md#elastic-net) | $\sum (\beta W_{kl}^2 + \lvert W_{kl} \rvert)$ | $2\beta W + \operatorname{sign}(W)$ | some of both |

Biases are left out by custom. A version of L1 *without* the bars is in print, $R = \sum
W_{kl}$. It would charge nothing for $(5, -5)$ and reward large negative weights. Dropout
is in some lists of penalties, too. It is none: no term is added to the cost.
"""

# %% tags=["nbval-check-output"]
W = np.array([[1.0, -2.0], [0.5, 0.0]])
print("L2, L1, elastic net with beta = 0.1:", end=" ")
print(l2(W)[0], l1(W)[0], round(elastic_net(W, 0.1)[0], 3))
print("for (5, -5): sum without bars", sum([5, -5]), "L1", l1(np.array([5.0, -5.0]))[0])

# %%
show(
    penalties.penalty_balls(),
    alt="Lines of equal penalty of two weights. L2: circles. L1: squares standing on a "
    "corner, with corners on the axes. Elastic net: rounded squares that keep the corners.",
)

# %% [markdown]
r"""
*What to see.* Along a line the price is equal. The corners of L1 lie where a weight is zero:
there it is cheap to be, so weights end there. L1 pulls with the same force however
small a weight is; L2's pull fades with it.

**Weight decay.** A step of gradient descent on $J + \lambda \sum W^2$ is

$$W \leftarrow W - \eta\,(g + 2\lambda W) = (1 - 2\eta\lambda)\,W - \eta\, g:$$

each step first shrinks the weights by a factor. This is
**[weight decay](../site/glossary.md#weight-decay)**, and here it is the same as L2. Note the
factor 2. For Adam, which divides each gradient by its usual size, it is not the same: the
penalty's gradient is divided as well, so that in the first step the weight $-10$ shrinks no
more than the weight 1. AdamW shrinks the weights apart from the gradient. One step each, $\eta = 0.01$, $\lambda = 0.1$:
"""

# %% tags=["nbval-check-output"]
start, g, lam, eta = np.array([1.0, -10.0]), np.array([0.5, -0.5]), 0.1, 0.01
penalty = l2_backward(1.0, l2(start, lam)[1])
steps = {
    "SGD, L2 penalty": (SGD, g + penalty, {}),
    "SGD, weight decay": (SGD, g, {"weight_decay": 2 * lam}),
    "Adam, L2 penalty": (Adam, g + penalty, {}),
    "AdamW": (AdamW, g, {"weight_decay": 2 * lam}),
}
for name, (optimizer, gradient, options) in steps.items():
    weights = Parameter(start.copy())
    weights.grad = gradient.copy()
    optimizer([weights], lr=eta, **options).step()
    print(f"{name:17}: {weights.value.round(3)}")

# %% [markdown]
r"""
### Exercise 6.3 (5 minutes)

Write `elastic_gradient(W, beta, lam)`, the gradient of $\lambda \sum (\beta W^2 + |W|)$.

<details><summary>Solution</summary>

```python
def elastic_gradient(W, beta, lam):
    return lam * (2 * beta * W + np.sign(W))
```

At $W = 0$ the absolute value has no slope; NumPy's sign is 0 there, which leaves a zero weight alone.
</details>
"""


# %%
def elastic_gradient(W, beta, lam):
    raise NotImplementedError("Exercise 6.3: write elastic_gradient")


# %%
r = Rubric(points=2)
W = np.array([[0.5, -1.5, 2.0]])
with r.check("without the square", hint="The slope of |w| is the sign of w."):
    assert_close(elastic_gradient(W, 0.0, 3.0), np.array([[3.0, -3.0, 3.0]]))
with r.check("both parts", hint="The square's slope is 2 w; lam multiplies the sum."):
    expected = elastic_net_backward(1.0, elastic_net(W, 0.3, 0.7)[1])
    assert_close(elastic_gradient(W, 0.3, 0.7), expected)
_ = r.score()

# %% [markdown]
r"""
## 6.8 Put together: the careless labels again

The same 300 digits, the same network and optimizer. What do dropout and penalties do with
labels that are wrong? (With dropout, training accuracy is measured under masks.)
"""

# %% tags=["nbval-check-output"]
results = {f"keep {q}": run for q, run in runs.items()}
for name, penalty in ("L2", partial(l2, lam=0.01)), ("L1", partial(l1, lam=0.003)):
    results[name] = dropout_training.digit_run(keep=1.0, regularizer=penalty)
base = dropout_training.clean_accuracy(runs[1.0][0])
for name, (net, _) in results.items():
    fits = net(digits.X).argmax(axis=1) == digits.labels
    kept = fits[digits.wrong].mean() < 0.5
    better = dropout_training.clean_accuracy(net) > base + 0.05
    print(f"{name:8}: most wrong labels not learned {kept}, test accuracy up {better}")

# %%
show(
    masks.accuracy_curves({name: run[1] for name, run in results.items()}),
    alt="Accuracy by epoch for five runs. Training: without dropout it reaches 1, with keep "
    "0.5 about 0.75. Test: without dropout it falls to 0.73, with keep 0.5 or L2 it stays "
    "near 0.89; keep 0.8 and L1 lie between.",
)

# %%
show(
    penalties.weight_histograms(
        {
            "no penalty": runs[1.0][0].layers[0].W.value,
            "L2": results["L2"][0].layers[0].W.value,
            "L1": results["L1"][0].layers[0].W.value,
        }
    ),
    alt="Weights of the first layer, logarithmic counts. Without penalty a broad bell, with "
    "L2 a narrower one, with L1 a needle at zero that holds four fifths of the weights, and "
    "a few large ones.",
)

# %% [markdown]
r"""
*What to see.* Whoever lowers the training accuracy here raises the test accuracy: the
labels that are not learnt are the wrong ones. L2 shrinks all weights, L1 empties most of
them. None of these numbers is a law: how much noise or penalty is best must be tried on
validation data (lecture 10). With clean labels and many data, dropout may only slow training down.

> **Think!** A network does not even fit its training data. Is dropout the remedy?

<details><summary>Answer</summary>

No. It underfits, and dropout makes fitting harder. Look at the training loss first: these
remedies are for networks that fit well and generalise badly.
</details>

## Common mistakes

| mistake | symptom |
|---|---|
| scaling by $1-q$ | right at $q = \tfrac12$ only; elsewhere predictions are far too small or too large |
| both scalings, or none | training loss fine, test loss bad |
| dropout left on in prediction | two predictions for the same input differ |
| a new mask in the backward pass | no error; learns slowly, and the gradient check fails |
| one mask for the whole batch | a noisier loss than necessary |
| gradient $\lambda W$ for $\lambda \sum W^2$ | half the penalty that you think you have |
| penalties on biases | outputs cannot reach the level of the data |

## Summary

- Dropout multiplies hidden outputs by random masks; units must be useful without fixed
  partners, and prediction stands for an ensemble.
- The average over $2^n$ masks equals one scaled pass for linear outputs; else
  the pass approximates it.
- The factor is the keep probability: times $q$ in prediction, or divided by $q$ in training.
- Backward, the gradient is multiplied by the factors of the forward pass.
- L2 shrinks weights, L1 empties them, the elastic net does some of both. Weight decay is
  L2 with factor $1 - 2\eta\lambda$ for plain gradient descent, and something else for Adam.

## Quiz
"""

# %%
masks.quiz()

# %% [markdown]
r"""
## Assignment and reading

Now do the assignment of this lecture, **a06**. Next: [batch
normalisation](07_batch_norm.ipynb), which keeps the scale of every layer while it learns.

- N. Srivastava, G. Hinton, A. Krizhevsky, I. Sutskever, R. Salakhutdinov (2014), Dropout: a
  simple way to prevent neural networks from overfitting, *Journal of Machine Learning
  Research* 15, 1929-1958.
- G. Hinton et al. (2012), Improving neural networks by preventing co-adaptation of feature
  detectors, [arXiv:1207.0580](https://arxiv.org/abs/1207.0580).
- R. Tibshirani (1996), Regression shrinkage and selection via the lasso,
  [doi:10.1111/j.2517-6161.1996.tb02080.x](https://doi.org/10.1111/j.2517-6161.1996.tb02080.x).
- H. Zou, T. Hastie (2005), Regularization and variable selection via the elastic net,
  [doi:10.1111/j.1467-9868.2005.00503.x](https://doi.org/10.1111/j.1467-9868.2005.00503.x).
- I. Loshchilov, F. Hutter (2019), Decoupled weight decay regularization,
  [arXiv:1711.05101](https://arxiv.org/abs/1711.05101).
- I. Goodfellow, Y. Bengio, A. Courville (2016), *Deep Learning*, MIT Press, chapter 7.
"""
