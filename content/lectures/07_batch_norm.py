# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
r"""
# 7. Batch normalisation

A good start sets the scale of every layer at step 1. Batch normalisation restores it at every
step. Then networks forgive bad starts and large learning rates.

Time: about 60 minutes. You need: [backpropagation](03_backpropagation.ipynb) and
[initialisation](05_initialization.ipynb).
"""

# %% [markdown]
r"""
## You will be able to

- **normalise** a batch of vectors or of images, with the right axes;
- **explain** why scale and shift are learnt, and why the bias before them is useless;
- **predict** with running averages, and translate PyTorch's momentum and variance;
- **derive** the backward pass in two ways;
- **recognise** when batches are too small.
"""

# %%
import numpy as np

from nnlib.layers import BatchNorm, Linear, Sequential, Tanh
from nnlib.norm import batch_norm, batch_norm_backward
from nnlib.testing import Rubric, assert_close, numerical_gradient
from nnlib.viz import batch_norm as figures
from nnlib.viz import deep_training, initialization, norm_training, show
from nnlib.viz.deep_signals import normal_start

# %% [markdown]
r"""
## 7.1 Starts that failed

Lecture 5 began with six hidden layers of 50 ReLU units that learnt the digits from one
start only. Here is the same experiment with more starts, and a second network that differs
in one thing: each layer normalises its scores.

| symbol | shape | in code | argument of | meaning |
|---|---|---|---|---|
| $x$ | $(N, D)$ or $(N, C, H, W)$ | `x` | `nnlib.norm.batch_norm` | scores of a layer for a batch |
| $\gamma$ | $(D,)$ or $(C,)$ | `gamma` | `nnlib.norm.batch_norm` | learnt scale |
| $\beta$ | $(D,)$ or $(C,)$ | `beta` | `nnlib.norm.batch_norm` | learnt shift |
| $\mu, \sigma^2$ | $(D,)$ or $(C,)$ | `running_mean` | `nnlib.norm.batch_norm` | running averages (and `running_var`) |
| $m$ | number | `momentum` | `nnlib.norm.batch_norm` | share of the old average that is kept |
| $\epsilon$ | number | `eps` | `nnlib.norm.batch_norm` | keeps the root away from 0 |
| $\partial J/\partial y$ | as $x$ | `dout` | `nnlib.norm.batch_norm_backward` | gradient that arrives from above |
"""

# %% tags=["nbval-check-output"]
for sigma in (0.01, 0.05, 0.2, 0.8):
    start = normal_start(sigma)
    plain = norm_training.deep_network(batch_norm=False, start=start)
    norm = norm_training.deep_network(batch_norm=True, start=start)
    plain, norm = deep_training.outcome(plain), deep_training.outcome(norm)
    print(f"sigma = {sigma:4}: plain {plain}, normalised {norm}")

# %% [markdown]
r"""
From 0.01 to 0.8, all starts will do: a factor of 80, where the plain network allows one value of the four. What happens inside?

## 7.2 Normalise a batch

For each unit, take mean and variance **over the samples of the mini-batch**, and use them:

$$\mu_B = \frac1N \sum_{n=1}^N x_n, \qquad \sigma_B^2 = \frac1N \sum_{n=1}^N (x_n -
\mu_B)^2, \qquad \hat x_n = \frac{x_n - \mu_B}{\sqrt{\sigma_B^2 + \epsilon}}, \qquad
y_n = \gamma\, \hat x_n + \beta.$$

All of this is done for each unit by itself: with $x$ of shape $(N, D)$, there are $D$ of everything else.
These are the **[batch statistics](../site/glossary.md#batch-statistics)**, and this is
**[batch normalisation](../site/glossary.md#batch-normalisation)**. Four samples, two units:
"""

# %% tags=["nbval-check-output"]
x = np.array([[1.0, 10.0], [3.0, 30.0], [5.0, 20.0], [7.0, 40.0]])
mu, var = x.mean(axis=0), x.var(axis=0)
xhat = (x - mu) / np.sqrt(var + 1e-5)
print("mean", mu, "variance", var)
print(xhat.round(3))
print(
    "now: mean",
    np.abs(xhat.mean(axis=0)).round(3),
    "variance",
    xhat.var(axis=0).round(3),
)

# %%
rng = np.random.default_rng(0)
uneven = np.stack([rng.normal(4, 2.2, 2000), rng.gamma(2, 8, 2000)], axis=1)
show(
    figures.before_and_after(
        uneven, gamma=np.array([2.0, 0.5]), beta=np.array([0.0, 3.0])
    ),
    alt="Histograms of two features in three stages. As they come, one is narrow and one "
    "is wide with a tail to the right. Normalised, both have mean 0 and the same spread, and the tail is still there. "
    "Scaled and shifted, they are apart again.",
)

# %% [markdown]
r"""
*What to see.* Mean and spread become equal, the *shapes* stay: a skewed feature is still
skewed. Normalised does not mean normally distributed.

**Why $\gamma$ and $\beta$?** Without them, every unit would be forced to mean 0 and
variance 1, though another scale may be better: a sigmoid of scores around $\pm 1$ stays
between 0.27 and 0.73, in its nearly linear middle. So the network may choose, by [scale and
shift](../site/glossary.md#scale-and-shift), any mean $\beta$ and spread $|\gamma|$. It
could even undo the normalisation. The gain is that now *two parameters* set the scale of a
unit, not the interplay of all layers below.

**The bias before it is useless.** A constant added to all $x_n$ is subtracted with the
mean. $\beta$ takes its place.
"""

# %% tags=["nbval-check-output"]
zeros, ones = np.zeros(2), np.ones(2)
y, _ = batch_norm(x, np.sqrt(var + 1e-5), mu, zeros, ones, training=True)
print("gamma = spread, beta = mean gives x back:", np.allclose(y, x))
b = np.array([5.0, -70.0])
shifted, _ = batch_norm(x + b, ones, zeros, zeros, ones, training=True)
print("a bias changes nothing:", np.allclose(shifted, xhat))
doubled, _ = batch_norm(2 * x, ones, zeros, zeros, ones, training=True)
print(
    "doubled weights change nothing, but for eps:",
    np.allclose(doubled, xhat, atol=1e-5),
)

# %% [markdown]
r"""
> **Think!** The last line says that the scale of the weights before a batch
> normalisation does not matter. Why did a start with 0.01 learn in 7.1, then, and a plain one not?

<details><summary>Answer</summary>

In the plain network small weights make every layer's outputs smaller than those before, and the gradients too. Here
each layer is brought back to spread 1, whatever the weights. And the gradient by weights that are
$k$ times smaller is $k$ times larger.
</details>

### Exercise 7.1 (10 minutes)

Write `normalise(x, gamma, beta, eps)` for training, $x$ of shape $(N, D)$.

<details><summary>Solution</summary>

```python
def normalise(x, gamma, beta, eps=1e-5):
    centred = x - x.mean(axis=0)
    return gamma * centred / np.sqrt(x.var(axis=0) + eps) + beta
```

`var` divides by $N$, as wanted here.
</details>
"""


# %%
def normalise(x, gamma, beta, eps=1e-5):
    raise NotImplementedError("Exercise 7.1: write normalise")


# %%
r = Rubric(points=3)
probe = np.random.default_rng(1).normal(5, 3, size=(6, 4))
scale, shift = np.array([1.0, 2.0, 0.5, 3.0]), np.array([0.0, 1.0, -1.0, 2.0])
with r.check("mean of each unit", hint="Statistics run over the samples, axis 0."):
    assert_close(normalise(probe, scale, shift).mean(axis=0), shift, atol=1e-6)
with r.check("spread of each unit", hint="Divide by the root of the variance."):
    assert_close(normalise(probe, scale, shift).std(axis=0), scale, rtol=1e-4)
with r.check("eps is inside the root", hint="sqrt(variance + eps)."):
    expected = (probe - probe.mean(0)) / np.sqrt(probe.var(0) + 3.0)
    assert_close(normalise(probe, 1.0, 0.0, eps=3.0), expected)
_ = r.score()

# %% [markdown]
r"""
## 7.3 Prediction: running averages

In prediction there may be one sample only, and its answer must not depend on what else is
in the batch. So we need fixed numbers. During training the layer keeps **[running
averages](../site/glossary.md#running-average)**, starting from $\mu = 0$, $\sigma^2 = 1$:

$$\mu \leftarrow m\,\mu + (1-m)\,\mu_B, \qquad \sigma^2 \leftarrow m\,\sigma^2 +
(1-m)\,\sigma_B^2,$$

and in prediction $\hat x = (x - \mu)/\sqrt{\sigma^2 + \epsilon}$ with these. They are neither
parameters (no gradient) nor intermediate results: they are *state*, and must be saved with the model.
One batch from above with $m = 0.9$:
"""

# %% tags=["nbval-check-output"]
_, cache = batch_norm(x, ones, zeros, zeros, ones, training=True, momentum=0.9)
print(
    "running mean", cache.running_mean.round(3), "variance", cache.running_var.round(3)
)
layer = BatchNorm(2)
for _ in range(200):
    layer(x)
one = layer.eval()(x[:1])
print(
    "one sample, predicted by itself", one.round(3), "in the batch", xhat[:1].round(3)
)

# %% [markdown]
r"""
Two conventions differ between libraries, and both are easy to get wrong:

| | this course | PyTorch |
|---|---|---|
| `momentum` | share of the *old* value, 0.9 | share of the *new* value, 0.1 |
| running variance | that of the batch, with $1/N$ | with $1/(N-1)$; the batch itself is normalised with $1/N$ |

For a batch of 4 the two variances differ by the factor $4/3$.

In prediction, batch normalisation is a fixed linear map of each unit. So it can be merged
into the layer before it, whose weights become $W\gamma/\sqrt{\sigma^2+\epsilon}$ and whose
bias takes the rest. A deployed network need not pay for it at all. In training it costs one
more pass over the scores, forward and back, which is little beside the matrix product.

How fast do averages
find the truth, and how quietly do they stay there? Data of mean 3 and variance 4:
"""

# %%
figures.explore_averages()

# %%
show(
    figures.averages_by_step(momentum=0.9, batch=16),
    alt="The explorer with momentum 0.9 and batches of 16. The running mean climbs from 0 "
    "to 3 within 40 steps and then trembles a little; the running variance climbs from 1 to "
    "about 4 and trembles more. A dotted line marks 15/16 of the true variance.",
)

# %% [markdown]
r"""
*What to see.* Momentum 0.99 is quiet and slow: after 120 steps the average still remembers its start. Momentum 0
believes the last batch alone. Small batches tremble, and their variance settles too low:
the mean of $\sigma_B^2$ is $\frac{N-1}{N}\sigma^2$, half the truth for $N=2$.

## 7.4 Images: per channel

In a convolution, one filter makes a whole map. All its pixels share the weights, so they
share the statistics: for $x$ of shape $(N, C, H, W)$ there is one mean, variance,
$\gamma$ and $\beta$ *per channel*, of shape $(1, C, 1, 1)$ for broadcasting. The mean
runs over $N$, $H$ *and* $W$. ("Along the channel axis", as one reads, suggests the opposite.)
"""

# %% tags=["nbval-check-output"]
images = np.random.default_rng(2).normal(size=(8, 3, 5, 4))
images = images * np.array([1.0, 3.0, 0.5])[:, None, None] + 2
mean = images.mean(axis=(0, 2, 3), keepdims=True)
spread = images.std(axis=(0, 2, 3), keepdims=True)
print("shape of the statistics:", mean.shape)
out, _ = batch_norm(
    images, np.ones(3), np.zeros(3), np.zeros(3), np.ones(3), training=True
)
print("as by hand:", np.allclose(out, (images - mean) / spread, atol=1e-4))
print("numbers in each mean:", images[:, 0].size)

# %%
show(
    figures.channel_cubes(),
    alt="Left, a table of four samples and three features, one column shaded: one mean a "
    "feature. Right, three images of three channels each, drawn as sheets one behind the "
    "other; the same sheet is shaded in all images: one mean a channel.",
)

# %% [markdown]
r"""
## 7.5 Backward, twice

**By the graph.** The formula is a graph of seven nodes, with $c = x - \mu$, $v = \frac1N
\sum c^2$, $s = \sqrt{v + \epsilon}$. We go through it from right to left. Where two arrows leave a
node, the gradients of both paths are added.
"""

# %%
show(
    figures.norm_graph(),
    alt="Computation graph: x leads to its mean mu; x and mu lead to c = x - mu; c to its "
    "mean square v, then to the root s; c and s lead to xhat = c / s, then to y. Two arrows "
    "leave x, and two leave c.",
)

# %% tags=["nbval-check-output"]
rng = np.random.default_rng(3)
x, dout = rng.normal(2, 3, size=(5, 3)), rng.normal(size=(5, 3))
gamma, beta, N, eps = rng.normal(size=3), rng.normal(size=3), 5, 1e-5
c = x - x.mean(axis=0)
s = np.sqrt((c**2).mean(axis=0) + eps)
xhat = c / s
dxhat = dout * gamma  # y = gamma xhat + beta
ds = -(dxhat * c / s**2).sum(axis=0)  # xhat = c / s, to s ...
dv = ds / (2 * s)  # s = sqrt(v + eps)
dc = dxhat / s + 2 * c / N * dv  # ... and to c, which also leads to v
dmu = -dc.sum(axis=0)  # c = x - mu
by_graph = dc + dmu / N
print("first row by the graph:", by_graph[0].round(3))

# %% [markdown]
r"""
**In closed form.** Write the mean over the batch as $\langle\cdot\rangle$. Insert $ds$ into $dv$ and
$dv$ into $dc$:

$$dc = \frac{\gamma}{s}\Big(dy - \hat x\,\langle dy\,\hat x\rangle\Big).$$

Then $dx = dc - \langle dc\rangle$. Since $\langle\hat x\rangle = 0$, only $dy$ has a mean
to subtract:

$$\frac{\partial J}{\partial x_n} = \frac{\gamma}{s}\Big(dy_n - \langle dy\rangle - \hat
x_n\,\langle dy\,\hat x\rangle\Big), \qquad \frac{\partial J}{\partial \gamma} = \sum_n
dy_n\,\hat x_n, \qquad \frac{\partial J}{\partial \beta} = \sum_n dy_n.$$

So the gradient loses its mean and its component along $\hat x$: a change that merely shifts
or scales the whole batch has no effect, hence no gradient. Both must agree with central differences. The gradient from
above is random: with all ones, $dx$ would be exactly 0, and a wrong formula could pass.
"""

# %% tags=["nbval-check-output"]
closed = gamma / s * (dout - dout.mean(axis=0) - xhat * (dout * xhat).mean(axis=0))
run = (np.zeros(3), np.ones(3))


def cost(x):
    return np.sum(dout * batch_norm(x, gamma, beta, *run, training=True)[0])


numeric = numerical_gradient(cost, x)
_, cache = batch_norm(x, gamma, beta, *run, training=True)
dx, dgamma, dbeta = batch_norm_backward(dout, cache)
for name, other in ("graph", by_graph), ("closed", closed), ("nnlib", dx):
    print(f"{name:6} agrees with differences: {np.allclose(other, numeric, atol=1e-6)}")
ones_above = gamma / s * (1 - 1 - xhat * xhat.mean(axis=0))
print("with ones from above, dx is 0:", np.allclose(ones_above, 0, atol=1e-12))

# %% [markdown]
r"""
In prediction the averages are constants, so simply $dx = \frac{\gamma}{\sqrt{\sigma^2 + \epsilon}}\, dy$.

> **Think!** A batch has two samples. What is $\hat x$? What gradient gets through?

<details><summary>Answer</summary>

$\hat x = (1, -1)$ or $(-1, 1)$ in each unit, but for $\epsilon$: all that is left of the two samples is which is
larger. Then $dy - \langle dy\rangle$ is a multiple of $\hat x$, and removing the component
along $\hat x$ leaves nothing: $dx = 0$. Nothing below the layer can learn.
</details>

### Exercise 7.2 (10 minutes)

Write `channel_backward(dout, xhat, std, gamma)`: $dx$ in training for images. `dout` and
`xhat` are $(N, C, H, W)$, `std` and `gamma` are $(C,)$.

<details><summary>Solution</summary>

```python
def channel_backward(dout, xhat, std, gamma):
    def mean(a):
        return a.mean(axis=(0, 2, 3), keepdims=True)

    scale = (gamma / std)[:, None, None]
    return scale * (dout - mean(dout) - xhat * mean(dout * xhat))
```

Only the axes of the mean differ from the case $(N, D)$.
</details>
"""


# %%
def channel_backward(dout, xhat, std, gamma):
    raise NotImplementedError("Exercise 7.2: write channel_backward")


# %%
r = Rubric(points=3)
rng = np.random.default_rng(4)
above, gains = rng.normal(size=images.shape), np.array([1.0, -2.0, 0.5])
_, kept = batch_norm(images, gains, np.zeros(3), np.zeros(3), np.ones(3), training=True)
expected, _, _ = batch_norm_backward(above, kept)
with r.check("the right shape", hint="dx has the shape of dout."):
    assert channel_backward(above, kept.xhat, kept.std, gains).shape == images.shape
with r.check("the right values", hint="Means run over N, H and W.", weight=2):
    assert_close(channel_backward(above, kept.xhat, kept.std, gains), expected)
_ = r.score()

# %% [markdown]
r"""
## 7.6 Where to put it

The usual place is between the linear layer and the activation. There the bias of the linear
layer is redundant, and at the start every ReLU unit is positive for some samples: none is
dead. After the activation is possible, too; then it is the next layer that gets inputs of a
fixed scale. Which is better is decided by trying. Not behind the output layer: the size of
scores is how sure the network is, and should be its own. Dropout, if any, comes after the
normalisations: else the variance in training is not that of prediction.

Here is what it does to outputs. Five tanh layers, too small a start, the digits (compare with 5.6):
"""

# %% tags=["nbval-check-output"]
rng, layers, small = np.random.default_rng(5), [], normal_start(0.05)
for width in 5 * [100]:
    inputs = 100 if layers else 64
    layers += [Linear(inputs, width, rng=rng, init=small), BatchNorm(width), Tanh()]
normed = Sequential(*layers, Linear(100, 10, rng=rng, init=small))
plain = deep_training.digit_network(Tanh, small, units=100)
spreads = {}
for name, model in ("plain", plain), ("normalised", normed):
    model.train()
    before = deep_training.outputs_of(model, Tanh)
    deep_training.digit_losses(model, epochs=4, lr=0.05)
    spreads[name] = before, deep_training.outputs_of(model, Tanh)
    print(f"{name:10}: spread by layer {np.array([h.std() for h in before]).round(2)}")

# %%
show(
    initialization.layer_densities(spreads, "64 inputs → 5 layers of 100 tanh units"),
    alt="Histograms of the outputs of five tanh layers that start too small. Plain, they "
    "shrink to a spike at 0 from layer to layer. Normalised, all five are equally wide, "
    "before training and after.",
)

# %% [markdown]
r"""
*What to see.* The normalised layers are equally wide before training *and after four epochs*. An
initialisation can promise only the first.

## 7.7 Larger steps, and batches that are too small

Which learning rates work? Six ReLU layers from He's start, four epochs each. And does the size
of the batch matter?
"""

# %% tags=["nbval-check-output"]
rates, sizes = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 10.0), (2, 4, 8, 32, 128)
by_rate = norm_training.accuracies_by_rate(rates)
by_size = norm_training.accuracies_by_batch(sizes)
for name, scores in by_rate.items():
    good = [rate for rate, score in zip(rates, scores, strict=True) if score > 0.65]
    print(f"{name:24}: rates from {good[0]} to {good[-1]} learn")
plain, norm = by_size.values()
print("batches of 2, plain learns:", plain[0] > 0.6, "- normalised:", norm[0] > 0.6)
try:
    normed.train()(deep_training.digit_sets()[0][0][:1])
except ValueError as error:
    print(error)

# %%
show(
    figures.comparison(rates, by_rate, "learning rate", "after four epochs"),
    alt="Test accuracy by learning rate, log axis. The plain network works from 0.01 to 0.1 "
    "and fails from 0.3 on. The normalised one reaches 0.93 at 0.1 and still learns at 1.",
)
show(
    figures.comparison(sizes, by_size, "batch size", "after two epochs"),
    alt="Test accuracy by batch size, log axis. The plain network is best with batches of 2 "
    "and 4. The normalised one fails with batches of 2, is better from 8 on, and as "
    "slow as the plain one with 128.",
)

# %% [markdown]
r"""
*What to see.* The range of good rates is about ten times wider. A step that is too long makes
the weights large. Their scale does not matter to the outputs, but the gradient by larger
weights is smaller, so the next steps are shorter: the error corrects itself.

The price is that the samples of a batch are mixed: the answer for one depends on which
others were drawn. That noise is harmless, even useful, in batches of 32. In
batches of 2 it drowns the signal, and with a single sample there is nothing to
normalise: `batch_norm` refuses, as the last printed line says. (Images are better off: a
channel has $H \cdot W$ numbers a sample.) If memory allows small batches only,
take layer or group normalisation, whose means run within one sample. They treat training and
prediction alike and need no running averages.

Why it works is still debated. "It reduces internal covariate shift" was the first
explanation; later experiments point to a smoother cost instead. That it works, you have
just measured.

## 7.8 Put together: the worst start

The start that "learned nothing" in 7.1, once more, now looking at gradients instead of outcomes.
"""

# %% tags=["nbval-check-output"]
(X, labels), test = deep_training.digit_sets()
for norm in (False, True):
    model = norm_training.deep_network(batch_norm=norm, start=normal_start(0.05))
    losses = deep_training.digit_losses(model, epochs=8, lr=0.05)
    halved = losses[-1] < losses[0] / 2
    right = np.mean(model(test[0]).argmax(axis=1) == test[1]) > 0.85
    print(f"normalised {norm}: loss halved {halved}, over 85% of test digits {right}")
    alone = np.concatenate([model(X[n : n + 1]) for n in range(5)])
    print("  answers do not depend on the batch:", np.allclose(alone, model(X[:5])))

# %% [markdown]
r"""
## Common mistakes

| mistake | symptom |
|---|---|
| prediction in training mode | answers change with the batch; one sample fails |
| means over the wrong axes of images | $H \cdot W$ statistics per channel; other image sizes fail |
| no running averages for the variance | training fine, prediction off by a scale |
| momentum taken over from PyTorch as it is | averages follow the last batch only |
| $\epsilon$ outside the root | wrong where the variance is small |
| gradient $\frac{\gamma}{s}\,dy$ in training | no error, slow learning; a check with ones does not notice |
| very small batches | noisy loss; prediction much worse than training |
| a last batch of one sample | an error at the end of the first epoch |
| running averages not saved | the loaded model predicts nonsense |

## Summary

- Each unit is centred and scaled with the statistics of the batch; $\gamma$ and $\beta$ are learnt and
  replace the bias. For images, statistics are per channel, over $N$, $H$ and $W$.
- Prediction uses running averages, which are state. Here momentum is the share of the old
  value and the variance has $1/N$.
- Backward, the gradient loses its mean and its part along $\hat x$.
- Starts and learning rates matter less; batches must not be tiny.

## Quiz
"""

# %%
figures.quiz()

# %% [markdown]
r"""
## Assignment and reading

Now do the assignment of this lecture, **a07**. Next: [gradient
clipping](08_clipping.ipynb), for steps that are too long all the same.

- S. Ioffe, C. Szegedy (2015), Batch normalization: accelerating deep network training by
  reducing internal covariate shift, [arXiv:1502.03167](https://arxiv.org/abs/1502.03167).
- S. Santurkar, D. Tsipras, A. Ilyas, A. Madry (2018), How does batch normalization help
  optimization?, [arXiv:1805.11604](https://arxiv.org/abs/1805.11604).
- J. Ba, J. Kiros, G. Hinton (2016), Layer normalization,
  [arXiv:1607.06450](https://arxiv.org/abs/1607.06450).
- Y. Wu, K. He (2018), Group normalization,
  [doi:10.1007/978-3-030-01261-8_1](https://doi.org/10.1007/978-3-030-01261-8_1).
- I. Goodfellow, Y. Bengio, A. Courville (2016), *Deep Learning*, MIT Press, section 8.7.1.
"""
