# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
r"""
# 5. Initialisation, vanishing and exploding gradients

The numbers a network starts from decide whether it learns at all. This lecture shows
what goes wrong in deep networks, derives how large random weights must be, and tests
every claim on networks of up to ten layers.

Time: about 60 minutes. You need: [backpropagation](03_backpropagation.ipynb), mean and
variance of random variables.
"""

# %% [markdown]
r"""
## You will be able to

- **explain** why gradients vanish or explode, and recognise the symptoms;
- **tell** saturating from non-saturating activations;
- **show** why equal starting weights make all units of a layer the same;
- **derive** Xavier's and He's rules from two conditions on variances;
- **choose** an initialisation for a given activation and check it layer by layer.
"""

# %%
from functools import partial

import numpy as np

from nnlib import init
from nnlib.activations import derivative, relu, saturation_fraction, sigmoid, tanh
from nnlib.layers import ReLU, Sigmoid, Tanh
from nnlib.linear import linear, linear_backward
from nnlib.testing import Rubric, assert_close, numerical_gradient
from nnlib.viz import deep_training, diagrams, initialization, show, starts
from nnlib.viz.deep_signals import constant_start, normal_start, propagate

# %% [markdown]
r"""
## 5.1 One number decides

Six hidden layers of 50 ReLU units, the digits, eight epochs of gradient descent. Biases
start at 0, weights are drawn from a normal distribution of mean 0. Only its standard
deviation $\sigma$ differs between the three runs.

| symbol | shape | in code | argument of | meaning |
|---|---|---|---|---|
| $n^{(0)}, \dots, n^{(L)}$ | $L+1$ numbers | `widths` | `nnlib.viz.deep_signals.propagate` | inputs, then the units of layer $1 \dots L$ |
| $W^{(l)}$ | $(n^{(l-1)}, n^{(l)})$ | `W` | `nnlib.linear.linear` | weights of layer $l$ |
| $b^{(l)}$ | $(n^{(l)},)$ | `b` | `nnlib.linear.linear` | biases of layer $l$ |
| $S^{(l)}$ | $(N, n^{(l)})$ | `s` | `nnlib.activations.tanh` | scores $H^{(l-1)} W^{(l)} + b^{(l)}$ |
| $H^{(l)}$ | $(N, n^{(l)})$ | `outputs` | `nnlib.init.activation_stats` | outputs $f(S^{(l)})$; $H^{(0)} = X$ |
| $\Delta^{(l)}$ | $(N, n^{(l)})$ | `dout` | `nnlib.linear.linear_backward` | $\partial J/\partial S^{(l)}$ |
| fan-in, fan-out | 2 numbers | `shape` | `nnlib.init.fans` | $n^{(l-1)}$ and $n^{(l)}$ of a layer |
| $\sigma$ | number | `sigma` | `nnlib.init.normal` | standard deviation of $N(0, \sigma^2)$ |
| $r$ | number | `r` | `nnlib.init.uniform` | bound of $U(-r, r)$ |
"""

# %% tags=["nbval-check-output"]
for sigma in (0.05, 0.2, 0.8):
    model = deep_training.digit_network(ReLU, normal_start(sigma), layers=6)
    print(f"sigma = {sigma}: {deep_training.outcome(model)}")

# %%
show(
    diagrams.network_diagram((3, 4, 4, 2)),
    alt="A network of three weight layers with widths 3, 4, 4, 2. A unit of the second "
    "layer has four arrows coming in and two going out: fan-in 4 and fan-out 2.",
)

# %% [markdown]
r"""
So [initialisation](../site/glossary.md#initialisation) is necessary, and its effect is
large: progress, standstill or divergence. Why, and how could we have known that 0.2 is
right? We follow the signal forward and the gradient back.

*What to see.* In the diagram, all black arrows between two columns are one matrix $W^{(l)}$; the grey
ones are its biases. Units of layer 2 have fan-in 4 and fan-out 2.

## 5.2 A product of many factors

Lecture 3 found how a gradient passes from one layer to the layer before:

$$\Delta^{(l-1)} = \big(\Delta^{(l)}\, W^{(l)\top}\big) \odot f'(S^{(l-1)}).$$

One step, as code, against central differences:
"""

# %% tags=["nbval-check-output"]
rng = np.random.default_rng(1)
X, W1, W2 = (rng.normal(size=shape) for shape in [(2, 3), (3, 4), (4, 2)])
S1, _ = linear(X, W1, np.zeros(4))
delta2 = rng.normal(size=(2, 2))
delta1 = (delta2 @ W2.T) * derivative(tanh, S1)
numeric = numerical_gradient(lambda S: (delta2 * (np.tanh(S) @ W2)).sum(), S1)
print("first row:", delta1[0].round(3), "agrees:", np.allclose(delta1, numeric))

# %% [markdown]
r"""
Down to the first layer, $\Delta$ is multiplied $L-1$ times by a matrix $W^\top$ *and* by
slopes $f'$. If the factors are typically of magnitude below 1, the gradient shrinks
exponentially with depth: it **[vanishes](../site/glossary.md#vanishing-gradient)**. If
they are above 1, it grows exponentially: it
**[explodes](../site/glossary.md#exploding-gradient)**. It is the *gradient* that
shrinks, not the weights, and the slopes are only half of each factor.

The sigmoid ($\sigma$ with an argument) has slope $\sigma(s)(1-\sigma(s)) \le \tfrac14$,
tanh has $1-\tanh^2 s \le 1$. Away from 0 both are much smaller, as the first lines below
show. Ten sigmoids cost at least a factor of a million, unless large weights make up for it.

`propagate` applies the formula in every layer of a new network: it sends random inputs
forward and a random gradient back. Ten layers of 50 units, weights with $\sigma =
1/\sqrt{50}$, and three times as large for ReLU:
"""

# %% tags=["nbval-check-output"]
s = np.array([0.0, 1.0, 3.0])
print("slope of tanh   ", derivative(tanh, s).round(3))
print("slope of sigmoid", derivative(sigmoid, s).round(3))
print(f"0.25**5 = {0.25**5:.1e}, 0.25**10 = {0.25**10:.1e}")
widths, norms = 11 * [50], {}
small, large = normal_start(50**-0.5), normal_start(3 * 50**-0.5)
nets = [("sigmoid", sigmoid, small), ("tanh", tanh, small), ("ReLU", relu, large)]
for name, f, start in nets:
    _, deltas = propagate(f, start, widths, np.random.default_rng(0))
    norms[name] = init.gradient_stats(deltas)
    print(f"{name:7}: layer 10 {norms[name][-1]:.1e}, layer 1 {norms[name][0]:.1e}")

# %%
show(
    initialization.layer_lines(norms, r"norm of $\Delta^{(l)}$"),
    alt="Norm of the gradient in layers 1 to 10 on a log axis. From layer 10 towards "
    "layer 1, sigmoid falls from 0.1 to 2e-7 in a straight line, tanh stays above 0.1, "
    "and ReLU with large weights rises to nearly 500.",
)

# %% [markdown]
r"""
*What to see.* Straight lines on a logarithmic axis: every layer contributes about the
same factor. For the sigmoid it is 0.23, close to the bound $\tfrac14$ of its slope.

**Symptoms.** (These are not reasons, as a slide title has it; the reason is the
product.) *Exploding*: huge updates, an unstable loss, finally `nan`. *Vanishing*: the
loss stands still or stops early; layers near the output change, those near the input do
not. Ten layers of 20 units learn which inputs are positive; 300 steps of gradient descent,
only weights trained:
"""

# %% tags=["nbval-check-output"]
start = normal_start(20**-0.5)
changes = {f.__name__: deep_training.weight_changes(f, start) for f in (Sigmoid, Tanh)}
for name, change in changes.items():
    first, last = (round(np.log10(change[layer])) for layer in (0, -1))
    print(f"{name:7}: about 10^{first} in layer 1, 10^{last} in layer 10")

# %%
show(
    initialization.layer_lines(changes, "relative change of $W^{(l)}$"),
    alt="Relative change of the weights in layers 1 to 10, log axis. With sigmoids it "
    "is 0.2 in layer 10 and below 1e-4 in layers 1 to 4; with tanh it lies between 0.5 "
    "and 2 in every layer.",
)

# %% [markdown]
r"""
*What to see.* The first sigmoid layers keep their random weights: they do not shrink,
they just stay. Only the last layers learn.

## 5.3 Saturation

A function $f$ is **non-saturating** if $|f(s)| \to \infty$ for $s \to +\infty$ or for
$s \to -\infty$ (or both); otherwise it is
**[saturating](../site/glossary.md#saturating-function)**. Sigmoid, which squeezes its
input into $(0,1)$, and tanh, with values in $(-1,1)$, saturate. On their flat ends the
slope is nearly 0.
"""

# %%
show(
    initialization.saturation_curves(),
    alt="Tanh, sigmoid and ReLU with their slopes. Regions with slope below 0.05 are "
    "shaded: beyond 2.2 on both sides for tanh, beyond 2.9 for sigmoid, and the whole "
    "negative half for ReLU.",
)

# %% tags=["nbval-check-output"]
scores = np.random.default_rng(5).normal(size=100_000)
for spread in (1, 10):
    flat = [f"{saturation_fraction(f, spread * scores):.0%}" for f in (tanh, relu)]
    print(f"scores of spread {spread:2}: flat for tanh {flat[0]}, for ReLU {flat[1]}")

# %% [markdown]
r"""
*What to see.* ReLU is called non-saturating because of its right side only. On the left
it is perfectly flat: a unit whose score is negative for every sample gets no gradient
at all and is **[dead](../site/glossary.md#dead-unit)**. But the flat share of its
scores does not depend on their scale. For tanh it does, so weights can also be too
large.

> **Think!** Is leaky ReLU saturating? Is $\max(0, \tanh s)$?

<details><summary>Answer</summary>

Leaky ReLU is non-saturating, on both sides. The other one is saturating: it is bounded
by 0 and 1.
</details>

## 5.4 Equal weights stay equal

Why not start at zero? Consider any constant $W^{(1)} = c$, $W^{(2)} = c'$. All units of
a layer compute the same output and send it on through equal weights. So they receive
equal gradients, and after the update they are equal again. This
**[symmetry](../site/glossary.md#symmetry-breaking)** never breaks: a layer of 100 units
learns what one unit could. We train three weight layers, widths 2, 4, 4, 1, for 600
full-batch steps on 90 points of class 0 and 60 of class 1.
"""

# %% tags=["nbval-check-output"]
cases = {
    "zero, tanh": (Tanh, constant_start(0.0)),
    "zero, sigmoid": (Sigmoid, constant_start(0.0)),
    "constant, tanh": (Tanh, constant_start(0.3)),
    "random, tanh": (Tanh, init.xavier_normal),
}
runs = {name: deep_training.moons_run(*case) for name, case in cases.items()}
for name, (model, _) in runs.items():
    W = model.parameters()[0].value
    moves, alike = bool(W.any()), bool(np.ptp(W, axis=1).max() < 1e-9)
    good = deep_training.moons_accuracy(model) > 0.95
    print(f"{name:14}: W non-zero {moves}, units equal {alike}, learned {good}")
*others, output_bias = runs["zero, tanh"].model.parameters()
print(f"zero, tanh: output bias {output_bias.value[0]:.3f}, all else", end=" ")
print("moved" if any(p.value.any() for p in others) else "0")

# %%
show(
    initialization.symmetry(runs, *deep_training.uneven_moons()),
    alt="Four starts after 600 steps: decision maps above, paths of the four units' "
    "weights below. Zero start: one colour, no path to see. Constant: a "
    "straight boundary, one path for all four units. Random: a curved boundary that "
    "separates the moons, four paths.",
)

# %% [markdown]
r"""
*What to see.*

- **Zero, tanh** (or ReLU): $H = 0$, so $\partial J/\partial W = H^\top \Delta = 0$, and
  $\Delta W^\top = 0$ goes back. "Every neuron learns the same" is too kind: nothing
  learns but the output bias, which ends at $\ln\frac{60}{90} = -0.405$, the log-odds of
  the classes.
- **Zero, sigmoid**: here $H = \tfrac12$, so weights do move, if slowly; the units stay
  equal.
- **Constant**: four units do the work of one, and the boundary is straight.
- **Random**: different units, a curved boundary. Randomness in $W$ suffices; biases may
  start at 0.

## 5.5 Random weights: how large?

Draw all weights of a layer independently, with mean 0, from $N(0, \sigma^2)$ or from
$U(-r, r)$. The latter has variance $\frac{1}{2r}\int_{-r}^{r} w^2\,dw = r^2/3$: the shape
hardly matters, the variance does. To choose it, we ask for two things:

1. outputs have mean zero, and the same variance in all layers;
2. gradients have the same variance in all layers.

**Forward.** A score is $s_j = \sum_i h_i w_{ij}$. The weights are independent of each
other and of $h$, so $\mathbb{E}[s_j] = 0$, and in $\mathbb{E}[s_j^2]$ all mixed terms
vanish:

$$\operatorname{Var}(s_j) = \sum_{i} \mathbb{E}[h_i^2]\,\mathbb{E}[w_{ij}^2]
= n_{\text{in}}\,\operatorname{Var}(w)\;\mathbb{E}[h^2].$$

What counts is the second moment $\mathbb{E}[h^2]$, not the variance of $h$. Check it with
inputs of mean 1 and variance 4, so that $\mathbb{E}[h^2] = 5$.

A popular choice is $U(-r, r)$ with $r = 1/\sqrt{n_{\text{in}}}$. Its variance is
$1/(3 n_{\text{in}})$, so every linear layer divides the variance by 3 and the spread by
$\sqrt3$. Tanh is nearly linear around 0 and does not help.
"""

# %% tags=["nbval-check-output"]
rng = np.random.default_rng(3)
h, W = rng.normal(1, 2, size=(2000, 300)), init.normal((300, 200), 0.1, rng)
s, cache = linear(h, W, np.zeros(200))
print(f"variance of s: formula {300 * 0.1**2 * 5:.1f}, measured {s.var():.1f}")
h = rng.normal(size=(1000, 400))
for layer in range(1, 5):
    h = h @ init.fan_in_uniform((400, 400), rng)
    print(f"layer {layer}: spread {h.std():.2f}, formula {3 ** (-layer / 2):.2f}")

# %% [markdown]
r"""
### Exercise 5.1 (10 minutes)

Write `spread(n, r, layers)`: the standard deviation of the outputs after that many
linear layers of `n` units with weights from $U(-r, r)$, for inputs of second moment 1.

<details><summary>Solution</summary>

Each layer multiplies the variance by $n r^2/3$:

```python
def spread(n, r, layers):
    return (n * r**2 / 3) ** (layers / 2)
```
</details>
"""


# %%
def spread(n, r, layers):
    raise NotImplementedError("Exercise 5.1: write spread")


# %%
r = Rubric(points=3)
with r.check("one layer", hint="The variance of U(-r, r) is r squared / 3."):
    assert_close(spread(300, 0.2, 1), 2.0)
with r.check("several layers", hint="Every layer multiplies the variance."):
    assert_close(spread(100, 0.1, 4), 1 / 9)
with r.check("which r keeps it?", hint="Solve n r squared / 3 = 1."):
    assert_close(spread(48, 0.25, 7), 1.0)
_ = r.score()

# %% [markdown]
r"""
## 5.6 Xavier

**Backward.** The gradient at an output is $\partial J/\partial h_i = \sum_j w_{ij}
\,\delta_j$, a sum over the $n_{\text{out}}$ units it feeds. If we treat $\delta$ as
independent of $W$, which is only an approximation, the same computation gives

$$\operatorname{Var}\Big(\frac{\partial J}{\partial h}\Big)
= n_{\text{out}}\,\operatorname{Var}(w)\,\operatorname{Var}(\delta).$$

Where $f(s) \approx s$, the forward condition is $n_{\text{in}} \operatorname{Var}(w) =
1$, the backward one $n_{\text{out}} \operatorname{Var}(w) = 1$. Both hold only if the
widths are equal. **[Xavier](../site/glossary.md#xavier-initialisation)** (Glorot's)
initialisation is the compromise

$$\operatorname{Var}(w) = \frac{1}{n_{\text{avg}}}, \qquad
n_{\text{avg}} = \frac{n_{\text{in}} + n_{\text{out}}}{2}; \qquad
\sigma^2 = \frac{1}{n_{\text{avg}}} \quad\text{or}\quad r = \sqrt{\frac{3}{n_{\text{avg}}}}.$$

The next cell checks the backward formula, then takes a layer from 784 pixels to 100 units.
After it come two starts on digits: five tanh layers of 100 units, and the output layer. We
look at the outputs of each tanh layer before training and after four epochs.
"""

# %% tags=["nbval-check-output"]
delta = rng.normal(size=s.shape)
dh, _, _ = linear_backward(delta, cache)
print(f"variance of dh: formula {200 * 0.1**2 * 1:.1f}, measured {dh.var():.1f}")
fan_in, fan_out = init.fans((784, 100))
variance = 2 / (fan_in + fan_out)
bound = np.sqrt(3 * variance)
W = init.xavier_uniform((784, 100), rng)
print(f"sigma^2 = {variance:.3e}, measured {W.var():.2e}")
print(f"r = {bound:.3e}, nothing beyond it: {np.abs(W).max() <= bound}")
print(f"variance forward x {fan_in * variance:.2f}, back x {fan_out * variance:.2f}")

# %% tags=["nbval-check-output"]
densities = {}
for name, start in ("U(±1/√n)", init.fan_in_uniform), ("Xavier", init.xavier_uniform):
    model = deep_training.digit_network(Tanh, start, units=100)
    before = deep_training.outputs_of(model, Tanh)
    deep_training.digit_losses(model, epochs=4, lr=0.05)
    densities[name] = before, deep_training.outputs_of(model, Tanh)
    spreads = [stats.std for stats in init.activation_stats(before)]
    print(f"{name:8}: spreads by layer {np.round(spreads, 2)}")

# %%
show(
    initialization.layer_densities(
        densities, "64 inputs → 5 layers of 100 tanh units → 10 scores"
    ),
    alt="Histograms of the outputs of five tanh layers. With U(±1/√n) they become "
    "narrower from layer to layer, down to a spike at 0. With Xavier they keep "
    "nearly the same width. After four epochs the deeper ones are wider.",
)

# %% [markdown]
r"""
For 784 and 100, $\sigma^2 = 0.002262$ or $r = 0.082385$. The wishes of the two passes are
far apart there, and neither is granted.

*What to see.* With $1/\sqrt{n}$ the densities shrink to a spike: different digits look
the same to layer 5. Xavier keeps them similar, though not equal, since tanh still
squeezes a little. And the outlines have moved: after training the weights are no longer
independent of the inputs, and no formula for the start holds any more.

## 5.7 He

ReLU is not the identity around 0. If $s$ is symmetric around 0, ReLU keeps half of its
second moment: $\mathbb{E}[h^2] = \tfrac12 \mathbb{E}[s^2]$. So from layer to layer

$$\mathbb{E}[h^2] \;\longmapsto\; \tfrac12\, n_{\text{in}} \operatorname{Var}(w)\;
\mathbb{E}[h^2], \qquad\text{hence}\qquad \operatorname{Var}(w) = \sigma^2 =
\frac{2}{n_{\text{in}}}, \quad r = \sqrt{3\sigma^2} = \sqrt{\frac{6}{n_{\text{in}}}}.$$

This is **[He's](../site/glossary.md#he-initialisation)** (Kaiming) initialisation. One
set of slides prints $\sigma^2 = 2/n^{(l)}$, with the units of layer $l$ itself. But a
score is a sum over its inputs: $n_{\text{in}} = n^{(l-1)}$. ($2/n_{\text{out}}$ is the
rule that keeps *gradients*. For equal widths they agree, so test with unequal ones.)
Widths 1024, 512, ..., 32:
"""

# %% tags=["nbval-check-output"]
print(f"784 inputs: sigma^2 = {2 / 784:.3e}, r = {np.sqrt(6 / 784):.3e}")


def printed(shape, rng):  # the wrong one
    return init.normal(shape, np.sqrt(2 / shape[1]), rng)


halving = (1024, 512, 256, 128, 64, 32)
rules = {"He": init.he_normal, "2 / fan-out": printed, "Xavier": init.xavier_normal}
moments = {}
for name, start in rules.items():
    outputs, _ = propagate(relu, start, halving, np.random.default_rng(3), samples=500)
    moments[name] = [m.second_moment for m in init.activation_stats(outputs)]
    print(f"{name:11}: second moments {np.round(moments[name], 1)}")

# %%
show(
    initialization.layer_lines(
        moments, r"second moment $\mathbb{E}[h^2]$", first=0, dotted=1.0
    ),
    alt="Second moment of ReLU outputs by layer, log axis, widths halving from 1024 to "
    "32. He stays near 1, the rule with fan-out doubles with each layer to 22, "
    "Xavier falls to 0.09.",
)

# %% [markdown]
r"""
*What to see.* (For 784 inputs, $\sigma^2 = 0.002551$ or $r = 0.087482$.) Only He stays
near 1. The printed rule doubles the moment with every layer, Xavier loses a third with
every layer here, and a half where widths are equal.

### Exercise 5.2 (5 minutes)

Write `he_bound(shape)`: the $r$ for which $U(-r, r)$ has He's variance. `shape` is
`(D, M)` of a dense layer or `(F, C, kh, kw)` of a convolution. How many inputs does one
unit see?

<details><summary>Solution</summary>

A unit of a convolution sees $C\,k_h k_w$ inputs.

```python
def he_bound(shape):
    fan_in, _ = init.fans(shape)
    return np.sqrt(6 / fan_in)
```
</details>
"""


# %%
def he_bound(shape):
    raise NotImplementedError("Exercise 5.2: write he_bound")


# %%
r = Rubric(points=2)
with r.check("dense layer", hint="sqrt(3 sigma^2), with the inputs of a unit."):
    assert_close(he_bound((784, 100)), 0.0874818, rtol=1e-5)
with r.check("convolution", hint="Each unit sees all channels of its window."):
    assert_close(he_bound((16, 8, 3, 1)), 0.5)
_ = r.score()

# %% [markdown]
r"""
### Exercise 5.3 (10 minutes)

Leaky ReLU is $s$ for $s > 0$ and $as$ otherwise. Derive its rule and write
`leaky_sigma(fan_in, a)`, the standard deviation that keeps the second moment.

<details><summary>Solution</summary>

$\mathbb{E}[h^2] = \tfrac12(1 + a^2)\,\mathbb{E}[s^2]$, so the variance is
$2/((1+a^2)\,n_{\text{in}})$.

```python
def leaky_sigma(fan_in, a):
    return np.sqrt(2 / ((1 + a**2) * fan_in))
```
</details>
"""


# %%
def leaky_sigma(fan_in, a):
    raise NotImplementedError("Exercise 5.3: write leaky_sigma")


# %%
r = Rubric(points=3)
with r.check("a = 0 is ReLU", hint="With a = 0 it must be He's rule."):
    assert_close(leaky_sigma(50, 0.0), 0.2)
with r.check("a = 1 is linear", hint="With a = 1 it must be 1/sqrt(fan_in)."):
    assert_close(leaky_sigma(25, 1.0), 0.2)
with r.check("between", hint="The negative half contributes a squared."):
    assert_close(leaky_sigma(40, 0.5), 0.2)
_ = r.score()

# %% [markdown]
r"""
## 5.8 All starts, live

Eight layers of 50 units, random inputs, a random gradient from above. On the left the
outputs of each layer; the last bars collect what lies beyond the axis. On the right the
gradients, on a log scale. Try *zero*, *constant*, *too small*, *too large*, then Xavier
and He, with each activation. For which factor does the gradient line stand upright?
"""

# %%
starts.explore_starts()

# %%
show(
    starts.start_histograms(activation="sigmoid", start="Xavier", layers=8, factor=1.0),
    alt="The explorer with eight sigmoid layers and Xavier's start. Outputs lie around "
    "0.5 in all layers. The gradients, on a log scale, move left by about "
    "0.6 powers of ten with each layer towards the first.",
)

# %% [markdown]
r"""
*What to see.* From layer 3 on the outputs come in clumps: a unit puts out nearly the
same for every sample. The gradients fade. So Xavier does *not* suit the sigmoid,
although it is often recommended for "tanh, logistic or sigmoid". (Logistic *is* the
sigmoid.) Its derivation assumes $f(0)=0$ and $f'(0)=1$. The sigmoid has $f(0) =
\tfrac12$ and $f'(0) = \tfrac14$. Multiplying the weights by a
**[gain](../site/glossary.md#gain)** of 4 makes up for the slope:
"""

# %% tags=["nbval-check-output"]
gain_4, xavier = partial(init.xavier_normal, gain=4.0), init.xavier_normal
nets = {"tanh": (tanh, xavier), "sigmoid": (sigmoid, xavier)}
for name, (f, start) in (nets | {"sigmoid, gain 4": (sigmoid, gain_4)}).items():
    outputs, deltas = propagate(f, start, widths, np.random.default_rng(0))
    norm, mean = init.gradient_stats(deltas), outputs[-1].mean()
    ratio = f"gradient, first / last layer {norm[0] / norm[-1]:.1e}"
    print(f"{name:15}: {ratio}, mean output {mean:.2f}")

# %% [markdown]
r"""
The last column shows that the wish for mean zero cannot come true for every $f$:
outputs of the sigmoid lie around $\tfrac12$, and those of ReLU are never negative.

> **Think!** Set tanh and *too large* in the explorer: outputs sit at $\pm1$, yet the
> gradients do not vanish. Why is it a bad start all the same?

<details><summary>Answer</summary>

Most units are saturated, so most of their slopes are tiny, while large weights inflate
the few that are not. The gradient has the right size on average but comes from a few
units, and it changes abruptly as they flip.
</details>

## 5.9 Which one when?

| activation | start | in code |
|---|---|---|
| tanh | Xavier | `init.xavier_normal` |
| sigmoid in hidden layers (better: do not) | Xavier, gain 4 | `init.xavier_normal(..., gain=4.0)` |
| ReLU, leaky ReLU and other variants | He | `init.he_normal` |
| biases | zero | `init.zeros` |

`init.for_activation(name)` knows this table. There is no universal choice, and a good
start does not "solve" vanishing gradients, as captions of such pictures claim: it sets the
scale at step 1. Other remedies keep it later: batch normalisation (lecture 7), clipping (lecture 8),
connections that skip layers.

## 5.10 Put together: digits, three activations, several starts

Five hidden layers of 50 units, ten epochs, the same rate for all.
"""

# %% tags=["nbval-check-output"]
plain = {"U(±1/√n)": init.fan_in_uniform, "Xavier": init.xavier_normal}
losses, he = {}, {"He": init.he_normal}
contest = [(Sigmoid, {"Xavier, gain 4": gain_4}), (Tanh, he), (ReLU, he)]
for activation, more in contest:
    models = {
        name: deep_training.digit_network(activation, start)
        for name, start in (plain | more).items()
    }
    results = {name: deep_training.digit_losses(m) for name, m in models.items()}
    done = [name for name, loss in results.items() if loss[-1] < np.log(10) / 2]
    losses[activation.__name__] = results
    print(f"{activation.__name__:7}: loss halved with {', '.join(done)}")

# %%
show(
    initialization.training_curves(losses, np.log(10)),
    alt="Training loss over ten epochs. Sigmoid: only Xavier with gain 4 leaves ln 10. "
    "Tanh: Xavier and He learn at once, U some epochs later. ReLU: U hardly moves, "
    "Xavier learns, He learns fastest.",
)

# %% [markdown]
r"""
*What to see.* The dotted line is $\ln 10$, the loss of ten equal probabilities. A plain
sigmoid network never leaves it: the symptom of vanishing gradients. Tanh copes best with
a bad start, for its slope at 0 is 1. For tanh, He's larger weights even win here: rules
give the scale, not the last factor of $\sqrt2$. And the puzzle of 5.1 is solved: for 50
inputs He asks for $\sigma = \sqrt{2/50} = 0.2$.

> **Think!** PyTorch's linear layers start from $U(\pm 1/\sqrt{n_{\text{in}}})$. Why do
> most networks built with them learn nevertheless?

<details><summary>Answer</summary>

Most have few layers in a row, or normalisation layers that restore the scale, or
connections that skip layers. And optimizers such as Adam divide by the size of the
gradient. A deep plain ReLU network is in trouble, as you have just seen.
</details>

## Common mistakes

| mistake | symptom |
|---|---|
| all weights zero | loss stops at the entropy of the classes; all weight gradients are 0 |
| all weights equal | units of a layer have the same output; a wide layer is as good as one unit |
| $\sigma^2 = 2/n_{\text{out}}$ | right for square layers; outputs grow where widths shrink |
| $r = \sigma$ for a uniform start | variance three times too small |
| $1/n_{\text{in}}$ with ReLU | second moment halves in each layer |
| looking at the loss only | a vanishing gradient looks like a finished training: print one norm a layer |

## Summary

- Gradients pass through a product of $W^\top$ and $f'$, layer after layer. Factors below
  1: they vanish, first layers stay put. Above 1: they explode, the loss becomes `nan`.
- Saturating functions are bounded on both sides; ReLU is flat on one side.
- Equal units stay equal. With zeros, tanh and ReLU networks move nothing but the output
  bias.
- $\operatorname{Var}(s) = n_{\text{in}} \operatorname{Var}(w)\, \mathbb{E}[h^2]$ forward,
  $n_{\text{out}}$ backward. Xavier takes the mean, He doubles for ReLU's lost half.
- Match start and activation, then look at spread and gradient norm of each layer.

## Quiz
"""

# %%
initialization.quiz()

# %% [markdown]
r"""
## Assignment and reading

Now do the assignment of this lecture, **a05**. Next: dropout, where noise of another
kind helps.

- X. Glorot, Y. Bengio (2010), Understanding the difficulty of training deep feedforward
  neural networks, *AISTATS*, PMLR 9: Xavier's rule.
- K. He, X. Zhang, S. Ren, J. Sun (2015), Delving deep into rectifiers,
  [doi:10.1109/ICCV.2015.123](https://doi.org/10.1109/ICCV.2015.123): He's rule.
- Y. Bengio, P. Simard, P. Frasconi (1994), Learning long-term dependencies with gradient
  descent is difficult, [doi:10.1109/72.279181](https://doi.org/10.1109/72.279181).
- Y. LeCun, L. Bottou, G. Orr, K.-R. Müller (1998), Efficient BackProp,
  [doi:10.1007/3-540-49430-8_2](https://doi.org/10.1007/3-540-49430-8_2).
- I. Goodfellow, Y. Bengio, A. Courville (2016), *Deep Learning*, MIT Press, section 8.4.
"""
