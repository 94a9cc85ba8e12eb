# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
r"""
# 3. Backpropagation

A network is wrong by so much: which of its thousand weights is to blame, and how much?
One sweep backwards through the computation answers for all of them at once. You will
derive it, build it, check every number of it, and train with it.

Time: about 60 minutes. You need: [neurons](01_neurons.ipynb),
[losses](02_softmax_losses.ipynb), the chain rule of calculus.
"""

# %% [markdown]
r"""
## You will be able to

- **apply** the chain rule on a computation graph, along one path and along several;
- **build** a class `Value` that differentiates whatever you compute with it;
- **derive** the deltas of a network in matrix form, and from them every gradient;
- **check** a backward pass, one intermediate result at a time;
- **explain** why it costs about three forward passes, whatever the number of weights.
"""

# %%
import numpy as np

from nnlib.activations import derivative, sigmoid, softmax
from nnlib.losses import half_sse, mse, one_hot, softmax_cross_entropy
from nnlib.neuron import perturb_weights
from nnlib.testing import Rubric, assert_close, numerical_gradient
from nnlib.viz import backprop, by_hand, graphs, show

# %% [markdown]
r"""
## 3.1 Which weight is to blame?

Give the digit classifier of lecture 2 a hidden layer of 16 tanh units. All its
parameters, one behind the other, form the
**[parameter vector](../site/glossary.md#parameter-vector)**
$\theta = [\mathrm{vec}(W^{(1)}), b^{(1)}, \mathrm{vec}(W^{(2)}), b^{(2)}]$, and training
looks for a $\theta$ with a small cost $J(\theta)$, the mean loss over the data. (Often a
penalty on large weights is added, lecture 10.)

How could the network learn without calculus? By **[weight perturbation](../site/glossary.md#weight-perturbation)**:
change one weight at random and keep the change if the cost falls. Or change all weights
at once, many times, and correlate each change with the rise of the cost that came with
it. Every trial costs a forward pass, and each weight needs several. Below, each method
gets a thousand on a hundred digits.

That is slow, and near the end of learning nearly every large change hurts. We want to
*know* the direction. Assume that the weights are continuous and $J$ is
differentiable. Then the **[gradient](../site/glossary.md#gradient)** $\partial J/\partial\theta$ exists. It points to the
steepest **increase**; some texts say decrease. To learn, we step **against** it. The last
line tries both directions for $J = w^2$ at $w = 1.4$, where the gradient is $2w$.
"""

# %% tags=["nbval-check-output"]
X_few, y_few, theta_0, cost = by_hand.few_digits()
for mode, scale in {"one": 1.0, "all": 0.01}.items():
    rng = np.random.default_rng(1)
    guess = perturb_weights(cost, theta_0, rng=rng, mode=mode, trials=998, scale=scale)
    print(f"{mode}: cost {cost(theta_0):.1f} at first, below 0.5: {guess.loss < 0.5}")
up, down = ((1.4 + eta * 2 * 1.4) ** 2 - 1.4**2 for eta in (0.1, -0.1))
print(f"w**2 changes by {up:+.3f} along the gradient, by {down:+.3f} against it")

# %%
show(
    backprop.slope_picture(),
    alt="A parabola J(w) with its tangent at w = 1.4. The arrow along plus the gradient "
    "leads up the curve, the arrow along minus the gradient down to the minimum.",
)

# %% [markdown]
r"""
*What to see.* The slope says which way is up, and how steep. Two forward passes give the
slope for one weight. We have 1210, real networks have millions.

## 3.2 One path: factors multiply

Take $z = 3x$ and $y = z^2$. A small change $dx$ makes $dz = 3\,dx$, and this makes
$dy = 2z\,dz$. Put together, $dy = 2z \cdot 3\,dx$, so

$$\frac{dy}{dx} = \frac{dy}{dz}\,\frac{dz}{dx} = 2z \cdot 3 = 18x .$$

This is the **[chain rule](../site/glossary.md#chain-rule)**. Draw each quantity as a node and each dependence as an arrow: a
**[computation graph](../site/glossary.md#computation-graph)**. An arrow carries its **[local derivative](../site/glossary.md#local-derivative)**, which needs to know nothing
about the rest of the graph. On a longer chain
$x \to z_1 \to \dots \to z_l \to y$ the factors simply continue:

$$\frac{dy}{dx} = \frac{dy}{dz_l}\,\frac{dz_l}{dz_{l-1}} \cdots \frac{dz_2}{dz_1}\,\frac{dz_1}{dx}.$$
"""

# %% tags=["nbval-check-output"]
z, numeric = 3 * 1.0, numerical_gradient(lambda x: (3 * x) ** 2, 1.0)
print(f"chain rule {2 * z * 3:.3f}, difference {numeric:.3f}")

# %%
show(
    graphs.chain(),
    alt="Nodes x = 1, z = 3, y = 9 in a row; below them the gradients 18, 6, 1.",
)

# %% [markdown]
r"""
*What to see.* Values are computed from left to right, gradients from right
to left, from $dy/dy = 1$: each is the one to its right times the number on the arrow.

## 3.3 Several paths: contributions add

Now $x$ acts on $y$ in two ways: $z_1 = x^2$, $z_2 = x^3$, $y = 2z_1^3 + z_2^2$. The
change of $y$ is the sum of what arrives through each, so in general, for
$y = f(z_1, \dots, z_l)$ with $z_i = g_i(x)$,

$$\frac{dy}{dx} = \sum_{i=1}^{l} \frac{\partial y}{\partial z_i}\,\frac{dz_i}{dx}.$$

By hand, $y = 2x^6 + x^6 = 3x^6$ and $dy/dx = 18x^5$. On a computer we write only local
derivatives. A common formula prints `dz2_dx = 3 * x`, and tests it at $x = 1$. Below the
numbers, move through the graph: each step visits one node.
"""

# %% tags=["nbval-check-output"]
for x in (1.0, 2.0):
    z1, z2 = x**2, x**3
    dy_dz1, dy_dz2, dz1_dx = 6 * z1**2, 2 * z2, 2 * x
    right, wrong = (dy_dz1 * dz1_dx + dy_dz2 * dz2_dx for dz2_dx in (3 * x**2, 3 * x))
    print(f"x = {x:.0f}: two paths {right:.0f}, with the misprint {wrong:.0f}")

# %%
graphs.explore_two_paths()

# %%
show(
    graphs.two_paths(),
    alt="The two-path graph at x = 2 after the last step: y = 192; gradients 96 and 16 "
    "at z1 and z2 meet at x, where 4 times 96 plus 12 times 16 makes 576.",
)

# %% [markdown]
r"""
*What to see.* At $x=1$ the wrong line also gives 18, for there $3x = 3x^2$. At $x = 2$ it
gives 480 instead of 576. (The printed program also never sets `x`: a formula that nobody
ran.) The forward sweep visits a node when all its inputs are known, the backward
sweep when the gradients of all its **children**, the nodes computed from it, are. So each arrow is used once in each
direction, however many paths there are. Try $x=1$ and find the shares 12 and 6.

> **Think!** Ten layers of two nodes each, every node joined to both of the next layer: how
> many paths lead from a node of the first layer to one of the last, how many arrows?

<details><summary>Answer</summary>

At each of the eight layers in between the path may choose between two nodes:
$2^8 = 256$ paths. There are only $9 \cdot 4 = 36$ arrows. Adding up paths one by one grows
exponentially with depth; the backward sweep shares their common parts.
</details>

## 3.4 A number that differentiates itself

All this is bookkeeping, and a class can do it. A `Value` holds a number, its gradient, and
pairs (parent, local derivative), where a **parent** is a value that it was computed from.
All values also go on a **tape**, in the order in which they are made: parents before
children.
"""

# %%
TAPE = []


class Value:
    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = float(data), 0.0, parents
        TAPE.append(self)

    def __add__(self, other):
        other = as_value(other)
        return Value(self.data + other.data, [(self, 1.0), (other, 1.0)])


def as_value(x):
    return x if isinstance(x, Value) else Value(x)


# %%
def times(self, other):
    other = as_value(other)
    return Value(self.data * other.data, [(self, other.data), (other, self.data)])


def logistic(self):
    out = 1 / (1 + np.exp(-self.data))
    return Value(out, [(self, out * (1 - out))])


Value.__mul__ = Value.__rmul__ = times
Value.__radd__, Value.sigmoid = Value.__add__, logistic
Value.__pow__ = lambda self, k: Value(self.data**k, [(self, k * self.data ** (k - 1))])
Value.__sub__ = lambda self, other: self + as_value(other) * -1.0

# %% [markdown]
r"""
Each operation is one value and one slope per parent, nothing else. Subtraction needs no
calculus of its own: it is made of the others.

> **Think!** What would you write for division, `exp`, `log` and `tanh`?

<details><summary>Answer</summary>

```python
def exponential(self):
    out = np.exp(self.data)
    return Value(out, [(self, out)])

def logarithm(self):
    return Value(np.log(self.data), [(self, 1 / self.data)])

def hyperbolic(self):
    out = np.tanh(self.data)
    return Value(out, [(self, 1 - out * out)])

def divide(self, other):
    return self * as_value(other) ** -1

def divide_into(self, other):
    return as_value(other) * self**-1

Value.exp, Value.log, Value.tanh = exponential, logarithm, hyperbolic
Value.__truediv__, Value.__rtruediv__ = divide, divide_into
```

With these the class has about sixty lines, and you can write any loss of lecture 2.
</details>

### Exercise 3.1 (10 minutes)

Write `my_backward(y)`. It sets `grad` of every node on `TAPE` to the derivative of
`y` by it: 1 for `y`; for any other the sum over its children, local derivative times the
child's gradient. What an earlier call has left in `grad` must not matter.

<details><summary>Solution</summary>

```python
def my_backward(y):
    for node in TAPE:
        node.grad = 0.0
    y.grad = 1.0
    for node in reversed(TAPE):
        for parent, slope in node.parents:
            parent.grad += slope * node.grad
```

Note the `+=`: with `=` the last path overwrites the others. The cell after the check
takes the same loop from `nnlib.viz.by_hand`, so that the rest runs in any case.
</details>
"""


# %%
def my_backward(y):
    raise NotImplementedError("Exercise 3.1: write my_backward")


# %%
r = Rubric(points=3)
x = Value(2.0)
with r.check("one path", hint="Set y.grad = 1, then go along the tape backwards."):
    my_backward((3 * x) ** 2)
    assert_close(x.grad, 36.0)
with r.check("two paths", weight=2, hint="Start from 0 and add what each child sends."):
    my_backward(2 * (x**2) ** 3 + (x**3) ** 2)
    assert_close(x.grad, 576.0)
_ = r.score()


# %% tags=["nbval-check-output"]
Value.backward = by_hand.sweep(TAPE)
x = Value(2.0)
y = 2 * (x**2) ** 3 + (x**3) ** 2
y.backward()
print(f"y = {y.data:.0f}, dy/dx = {x.grad:.0f}")

# %% [markdown]
r"""
Our tape grows with every operation; a library such as `nnlib.autodiff`, which draws the
graphs here, follows the parents back from `y` instead.

## 3.5 A network is a graph

**One neuron.** The weights are inputs of the graph like any other. With
$s = w^\top x + b$, $\hat{y} = \sigma(s)$ and loss $R$,

$$\frac{\partial R}{\partial w_i} = \frac{dR}{d\hat{y}}\,\frac{d\hat{y}}{ds}\,\frac{\partial s}{\partial w_i}
= \frac{dR}{d\hat{y}}\;\hat{y}(1-\hat{y})\;x_i, \qquad
\frac{\partial R}{\partial b} = \frac{dR}{d\hat{y}}\;\hat{y}(1-\hat{y}).$$

**Three hidden neurons.** With $f = \sigma$, a loss $R = (\hat{y} - 1)^2$ and weights
$\xi, \beta, \omega, \alpha$:

$$a_0 = f(\xi x_2), \quad a_1 = f(\beta_0 + \beta_1 x_1 + \beta_2 a_0), \quad
a_2 = f(\omega_0 + \omega_1 x_1 + \omega_2 a_0), \quad
\hat{y} = f(\alpha_0 + \alpha_1 a_1 + \alpha_2 a_2).$$
"""

# %%
show(
    graphs.neuron(),
    alt="A neuron as graph: dR/ds goes back to w1, w2, b times x1 = 3, x2 = 2, 1.",
)

# %%
show(
    graphs.network_paths("beta1", "xi"),
    alt="The network twice. Above, bold arrows: beta1 reaches the loss along one path, "
    "through a1. Below: xi reaches it along two, from a0 through a1 and through a2.",
)

# %% [markdown]
r"""
*What to see.* In the neuron, $\partial R/\partial s$ is computed once, and all weights share
it: each multiplies it by its own input. In the network, $\beta_1$ acts through $a_1$ alone;
$\xi$ acts through $a_0$, and from there along two paths:

$$\frac{\partial R}{\partial \beta_1} = \frac{\partial a_1}{\partial \beta_1}\frac{\partial R}{\partial a_1},
\qquad
\frac{\partial R}{\partial \xi} = \frac{\partial a_0}{\partial \xi}
\left(\frac{\partial a_1}{\partial a_0}\frac{\partial R}{\partial a_1}
+ \frac{\partial a_2}{\partial a_0}\frac{\partial R}{\partial a_2}\right).$$

**[Forward pass](../site/glossary.md#forward-pass)**: from the inputs to the output, compute every unit and
*keep* the results, they are needed again. **[Backward pass](../site/glossary.md#backward-pass)**: start with
$\partial R/\partial\hat{y}$; for every unit, from the output to the inputs, get its
gradient from its children, then the gradients of its weights. This is
**[backpropagation](../site/glossary.md#backpropagation)**:

$$\frac{\partial R}{\partial a_0} = \sum_{j} \frac{\partial a_j}{\partial a_0}\,\frac{\partial R}{\partial a_j},
\qquad
\frac{\partial R}{\partial \xi} = \underbrace{x_2\,f'(\xi x_2)}_{\partial a_0/\partial \xi}\;\frac{\partial R}{\partial a_0}.$$

The factor $f'$ is sometimes forgotten in the second formula. Watch both passes. Then
`Value` says what $\xi$ gets, and after "not" what it would get without $f'$.
"""

# %%
graphs.explore_network()

# %%
show(
    graphs.network(),
    alt="The network after the last step: under each unit value and gradient, on the "
    "arrows the weights with their gradients, -0.034 for beta1 and 0.024 for xi.",
)

# %% tags=["nbval-check-output"]
(x1, x2), weights = (0.7, -1.3), (0.5, 0.1, -0.4, 0.8, -0.2, 0.6, -0.7, 0.3, 0.9, -1.1)
xi, b0, b1, b2, w0, w1, w2, c0, c1, c2 = map(Value, weights)
a0 = (xi * x2).sigmoid()
a1 = (b0 + b1 * x1 + b2 * a0).sigmoid()
a2 = (w0 + w1 * x1 + w2 * a0).sigmoid()
R = ((c0 + c1 * a1 + c2 * a2).sigmoid() - 1) ** 2
R.backward()
print(f"R {R.data:.3f}; beta1 {b1.grad:.3f}; xi {xi.grad:.3f}, not {x2 * a0.grad:.3f}")

# %% [markdown]
r"""
*What to see.* The class and the drawing agree.

**What must be differentiable?** The sweep multiplies by $f'$ at each unit and starts
with the derivative of the loss. So both are needed, but *almost everywhere* is enough: at
the kink of the ReLU the slopes on the two sides are 0 and 1, and any value between
them, a **[subgradient](../site/glossary.md#subgradient)**, will do. The library takes 0. What will *not* do is a derivative that is
zero almost everywhere: with the step function, or the 0/1 loss, all gradients vanish.

## 3.6 Layers: all deltas at once

A `Value` for each number is clear but slow. Units of a layer share their formula, so
arrays can do the bookkeeping.

| symbol | shape | in code | argument of | meaning |
|---|---|---|---|---|
| $X$, $H$ | $(N, D)$ | `x` | `nnlib.linear.linear` | input of a layer, one sample a row |
| $W$ | $(D, M)$ | `W` | `nnlib.linear.linear` | weights |
| $S$ | $(N, K)$ | `logits` | `nnlib.losses.softmax_cross_entropy` | scores $HW + b$ |
| $y$ | $(N,)$ | `labels` | `nnlib.losses.softmax_cross_entropy` | true classes; one-hot: $Y$ |
| $\Delta$ | $(N, M)$ | `dout` | `nnlib.linear.linear_backward` | **delta**: $\partial J/\partial S$ |
| $\hat{Y}$ | $(N, K)$ | `prediction` | `nnlib.losses.half_sse` | output |
| $\theta$ | $(P,)$ | `theta` | `nnlib.neuron.perturb_weights` | all parameters; $L$ counts layers |

**Output layer.** First one sample of class $c$, softmax and cross-entropy
$\ell = -\ln \hat{y}_c$. The vector $\partial\ell/\partial\hat{y}$ has one non-zero entry,
$-1/\hat{y}_c$ at place $c$; it is $-y/\hat{y}$, entry by entry. For softmax,
$\partial\hat{y}_c/\partial s_k = \hat{y}_c(y_k - \hat{y}_k)$. The product is

$$\frac{\partial \ell}{\partial s} = \hat{y} - y = \delta, \qquad
\frac{\partial \ell}{\partial W} = x^\top \delta .$$

For $N$ samples $J$ is a **mean**, so its gradient is the mean of the gradients of single
samples. All we need is one sample's gradient, and a matrix product adds them up. (For a
random batch of $B$ samples write $B$ for $N$; what stands for one sample is the gradient of
*its* loss, an estimate of that of $J$.)

$$\Delta = \frac{\hat{Y} - Y}{N}, \qquad
\frac{\partial J}{\partial W} = H^\top \Delta, \qquad
\frac{\partial J}{\partial b} = \textstyle\sum_n \Delta_{n}.$$

The $1/N$ enters here and nowhere else.

Such a $\partial J/\partial S$ is called the **[delta](../site/glossary.md#delta)** of its layer.

**Hidden layer.** No data say what a hidden unit *should* put out. But how $J$ changes with
its activity we can compute: it feeds all units of the next layer, so add up over
them. The unit $i$ of sample $n$ gets $\sum_k \Delta_{nk} W_{ik}$, and the whole layer

$$\frac{\partial J}{\partial H} = \Delta\, W^\top, \qquad
\Delta^{(l)} = \Delta^{(l+1)}\, W^{(l+1)\top} \odot f'(S^{(l)}), \qquad
\frac{\partial J}{\partial W^{(l)}} = H^{(l-1)\top} \Delta^{(l)},$$

with $H^{(0)} = X$, and $f'(S) = H \odot (1-H)$ for the logistic function, where $S$ is the
score: $\sigma'(H)$ would be something else. First a picture, then one line of
code per formula:
"""

# %%
show(
    backprop.layer_stack(3),
    alt="Boxes from X to J. Solid arrows lead right through weights and activations, "
    "dashed ones back; under each S stand its delta and dW, input times delta.",
)

# %%
rng, (N, D, M, K) = np.random.default_rng(5), (7, 3, 5, 4)
X, labels = rng.normal(size=(N, D)), rng.integers(K, size=N)
W1, b1, W2, b2 = (rng.normal(size=shape) for shape in [(D, M), M, (M, K), K])

S1 = X @ W1 + b1
H, _ = sigmoid(S1)
S2 = H @ W2 + b2
delta2 = (softmax(S2)[0] - one_hot(labels, K)) / N
dW2, db2 = H.T @ delta2, delta2.sum(axis=0)
dH = delta2 @ W2.T
delta1 = dH * H * (1 - H)
dW1, db1 = X.T @ delta1, delta1.sum(axis=0)

# %% [markdown]
r"""
*What to see.* Each $\Delta$ is made from the one to its right, each $dW$ from what came
into the layer and the $\Delta$ that comes back.

Is it right? A **[gradient check](../site/glossary.md#gradient-check)** compares with central differences.
Do not only compare the last line: check **every intermediate by itself**,
each against a difference quotient of the remaining computation. Then a mistake has a
place.
"""


# %% tags=["nbval-check-output"]
def J(S2):
    return softmax_cross_entropy(S2, labels)[0]


for name, ours, rest, at in [
    ("delta2", delta2, J, S2),
    ("dW2", dW2, lambda W2: J(H @ W2 + b2), W2),
    ("db2", db2, lambda b2: J(H @ W2 + b2), b2),
    ("dH", dH, lambda H: J(H @ W2 + b2), H),
    ("delta1", delta1, lambda S1: J(sigmoid(S1)[0] @ W2 + b2), S1),
    ("dW1", dW1, lambda W1: J(sigmoid(X @ W1 + b1)[0] @ W2 + b2), W1),
    ("db1", db1, lambda b1: J(sigmoid(X @ W1 + b1)[0] @ W2 + b2), b1),
]:
    gap = abs(ours - numerical_gradient(rest, at)).max()
    print(f"{name:6} {ours.shape!s:7} right to 8 digits: {gap < 1e-8}")

# %% [markdown]
r"""
Three common misprints: a lost $1/N$, $\Delta^\top W$ for $\Delta W^\top$ (no such product:
shapes (4, 7) and (5, 4)), and $\sigma'(H)$ for $\sigma'(S)$. A check shows their symptoms.

**Squared error.** Before cross-entropy took over, two-layer networks minimised
$E = \sum_n \tfrac12 \lVert y_n - h_n W^{(2)} \rVert^2$ with $h_n = f(x_n W^{(1)})$.
Sometimes the square gets lost in print; without it $E$ has no minimum and falls to
$-\infty$ as the outputs grow. For this linear output $\partial E/\partial\hat{Y} = \hat{Y} - Y$
and $\partial E/\partial W^{(2)} = -H^\top(Y - \hat{Y})$.
For sigmoid outputs old texts give a rule per unit, in which `delta` is **minus** ours, so
that the update has a plus:

$$\delta_k = \hat{y}_k(1-\hat{y}_k)(y_k-\hat{y}_k), \quad
\delta_i = h_i(1-h_i)\sum_k W_{ik}\delta_k, \quad
W_{ik} \leftarrow W_{ik} + \eta\, h_i\, \delta_k .$$

The update takes the delta of the *receiving* unit and the output of the *sending* unit.
Compute all deltas before you change a weight. In one printed version a hidden output stands
where the network's output belongs. The next cell compares all these with the truth, and
`dW1` with the mean of the gradients of single samples.

**A witness.** Arrays may hold a `Value` in each entry, and then NumPy's `@` builds
the graph. So your class can testify for the library:
"""

# %% tags=["nbval-check-output"]
print(f"1/N forgotten: wrong by the factor {(H.T @ (N * delta2) / dW2).mean():.3f}")
print(f"sigma'(H): off by up to {abs(dH * derivative(sigmoid, H) - delta1).max():.3f}")
singles = [np.outer(X[n], N * delta1[n]) for n in range(N)]
print(f"mean of the samples' gradients: gap {abs(np.mean(singles, 0) - dW1).max():.3f}")
target, out = rng.uniform(size=(N, K)), sigmoid(S2)[0]
true = numerical_gradient(lambda W2: half_sse(sigmoid(H @ W2 + b2)[0], target)[0], W2)
for name, minus in {"output": out, "hidden": H[:, :K]}.items():
    delta = out * (1 - out) * (target - minus)
    print(f"y - {name}: gap {abs(H.T @ delta + true).max():.3f}")

# %% tags=["nbval-check-output"]
V1, c1, V2, c2 = map(np.vectorize(Value, otypes=[object]), (W1, b1, W2, b2))
hidden = np.vectorize(logistic)(X[:2] @ V1 + c1)
(0.5 * ((hidden @ V2 + c2 - target[:2]) ** 2).sum()).backward()
ours = [v.grad for values in (V1, c1, V2, c2) for v in values.flat]
theirs = by_hand.library_gradients(X[:2], target[:2], [(W1, b1), (W2, b2)])
print(len(ours), "gradients agree to 12 digits:", abs(ours - theirs).max() < 1e-12)

# %% [markdown]
r"""
**In PyTorch** a training step is

```python
optimizer.zero_grad()                    # PyTorch adds to old gradients
loss = cross_entropy(model(x), labels)   # forward pass
loss.backward()                          # backward pass
optimizer.step()
```

The first and the last line are easily left out. (The loss of a printed example,
`(prediction - labels).sum()`, has gradient 1 whatever the labels are.)

### Exercise 3.2 (10 minutes)

A tanh layer, a linear output, and the mean squared error: $H = \tanh(XW_1)$,
$\hat{Y} = HW_2$, $J = \frac1N\sum_n\lVert\hat{y}_n-y_n\rVert^2$. Return `delta2`, `dW2`,
`delta1` and `dW1`. Shapes: `X` (N, 3), `Y` (N, 4), `W1` (3, 5), `W2` (5, 4).

<details><summary>Solution</summary>

```python
def my_gradients(X, Y, W1, W2):
    H = np.tanh(X @ W1)
    delta2 = 2 * (H @ W2 - Y) / len(X)
    delta1 = delta2 @ W2.T * (1 - H**2)
    return delta2, H.T @ delta2, delta1, X.T @ delta1
```
</details>
"""


# %%
def my_gradients(X, Y, W1, W2):
    raise NotImplementedError("Exercise 3.2: write my_gradients")


# %%
r, S, Y = Rubric(points=4), X @ W1, one_hot(labels, K)
hint = "delta: back through W2, times 1 - H**2. dW: input transposed times delta."
numeric = {
    "delta2": numerical_gradient(lambda S2: mse(S2, Y)[0], np.tanh(S) @ W2),
    "dW2": numerical_gradient(lambda V: mse(np.tanh(S) @ V, Y)[0], W2),
    "delta1": numerical_gradient(lambda S: mse(np.tanh(S) @ W2, Y)[0], S),
    "dW1": numerical_gradient(lambda V: mse(np.tanh(X @ V) @ W2, Y)[0], W1),
}
for i, (name, expected) in enumerate(numeric.items()):
    with r.check(name, hint=hint):
        assert_close(my_gradients(X, Y, W1, W2)[i], expected, name=name, rtol=1e-6)
_ = r.score()

# %% [markdown]
r"""
## 3.7 What does it cost?

For any number of layers the whole gradient, `[(dW1, db1), ...]`, is one loop, here for tanh
with $f'(S) = 1 - H \odot H$.

Count multiplications. Forward, a layer needs one product, $XW$: here $64\cdot16 + 16\cdot10
= 1184$ a sample. Backward it needs two of the same size, $X^\top\Delta$ and
$\Delta W^\top$, the first layer only one: 1344. So **one exact gradient costs less than
three forward passes**. Differences need $2P$ for $P$ weights. The price is memory: all $H$ are kept until the backward pass has used them.

First the check, with two hidden layers. Then the race with equal budgets: 1000 forward
passes are 333 gradient steps. `train` calls your `forward` and `gradients`, subtracts, and
returns the last parameters and the cost before each update.
"""


# %%
def forward(X, params):
    H = [X]
    for W, b in params:
        S = H[-1] @ W + b
        H.append(np.tanh(S))
    return H[:-1], S


# %%
def gradients(X, labels, params):
    H, S = forward(X, params)
    delta = (softmax(S)[0] - one_hot(labels, S.shape[1])) / len(X)
    grads = [(H[-1].T @ delta, delta.sum(axis=0))]
    for (W, _), h, below in zip(params[:0:-1], H[:0:-1], H[-2::-1], strict=True):
        delta = delta @ W.T * (1 - h * h)
        grads.insert(0, (below.T @ delta, delta.sum(axis=0)))
    return grads


# %% tags=["nbval-check-output"]
deep = [(W1, b1), (rng.normal(size=(M, M)), b1), (W2, b2)]
numeric = numerical_gradient(lambda W: J(forward(X, [(W, b1), *deep[1:]])[1]), W1)
print("dW1, two hidden layers:", np.allclose(gradients(X, labels, deep)[0][0], numeric))
train = by_hand.descent(forward, gradients)
_, path = train(X_few, y_few, by_hand.unpack(theta_0), 333, eta=1.0)
print(f"cost after 333 updates, below 0.05: {path[-1] < 0.05}")

# %%
show(
    backprop.learning_race(
        cost, theta_0, path, gradients(X_few, y_few, by_hand.unpack(theta_0))
    ),
    alt="Three panels. Cost over forward passes: backprop far below random changes. "
    "Cosine of guessed and true gradient: below 0.8 after 1000 trials. Price: 2P or 3.",
)

# %% [markdown]
r"""
*What to see.* Changing all weights at once is no shortcut: each weight's share drowns in
the noise of 1209 others, and averaging it out takes about as many trials as there are
weights.

> **Think!** A delta passes through $W^\top$ and $f'$ in every layer, and for the logistic
> function $f' \le \tfrac14$. What happens to it after ten such layers?

<details><summary>Answer</summary>

Unless the weights are large it shrinks by a factor in each layer, so the first layers
get a tiny gradient and hardly move. It is the *gradients* that vanish, not the weights.
Lecture 5 is about the remedy.
</details>

## 3.8 Put together: digits by hand

Forward pass and gradients are those of this notebook. What does descent promise? It moves
*all* weights in the direction in which the **training** error falls fastest, and the method
works on any graph without cycles. It ends where the gradient is small. That may be a
minimum that is only local, or a flat place, so one repeats from other random starts: the
second line does so for XOR with two hidden units.
"""

# %% tags=["nbval-check-output"]
learn, test = by_hand.split_digits()
params, digit_cost = train(*learn, by_hand.unpack(theta_0), 400, eta=1.0)
wrong = (forward(test[0], params)[1].argmax(axis=1) != test[1]).mean()
print(f"wrong on unseen digits, less than 5 %: {wrong < 0.05}")
xor = by_hand.xor_costs(train)
print("stuck on XOR:", [name for name, path in xor.items() if path[-1] > 0.3])

# %%
show(
    backprop.training_curves(
        {"Digits": {"400 updates": digit_cost}, "XOR, six starts": xor}
    ),
    alt="Left: the cost on digits falls from 2.3 to below 0.1. Right: six starts on "
    "XOR; three fall towards 0, the others stay at 0.35 for good.",
)

# %% [markdown]
r"""
*What to see.* The stuck networks answer two points right and give 1/2 to the other two:
$\tfrac12\ln 2 = 0.35$. Larger networks get stuck less often, and often the point that is
found is good enough.

## Common mistakes

| mistake | symptom |
|---|---|
| `=` in place of `+=` for a gradient | right on chains, wrong as soon as a node has two children |
| $1/N$ forgotten | `dW` is $N$ times too large: the best learning rate depends on the batch |
| $\sigma'(h)$ in place of $h(1-h)$ | the cost still falls; only a gradient check shows it |
| a factor $f'$ forgotten | the cost still falls, but the check fails from one layer downwards |
| weights changed before all deltas are known | small errors that grow with the learning rate |
| gradient check at a symmetric or special point | a wrong formula passes, as at $x = 1$ |

## Summary

- Along a path local derivatives multiply, over paths they add; a backward sweep visits
  each arrow once.
- A `Value` stores parents and local derivatives, and one loop over them is backpropagation.
- $\Delta^{(L)} = (\hat{Y}-Y)/N$, $\Delta^{(l)} = \Delta^{(l+1)}W^{(l+1)\top} \odot f'(S^{(l)})$,
  $dW^{(l)} = H^{(l-1)\top}\Delta^{(l)}$, and $db^{(l)}$ is the column sum of $\Delta^{(l)}$.
- Central differences at random points check each intermediate, and name the first wrong
  one.
- One gradient costs less than three forward passes; trying out weights costs as many as
  there are weights.

## Quiz
"""

# %%
backprop.quiz()

# %% [markdown]
r"""
## Assignment and reading

Now do the assignment of this lecture, **a03**: the same sweep in your own code. Next:
layers for images.

- D. E. Rumelhart, G. E. Hinton, R. J. Williams (1986), Learning representations by
  back-propagating errors, [doi:10.1038/323533a0](https://doi.org/10.1038/323533a0).
- A. Griewank, A. Walther (2008), *Evaluating Derivatives*, SIAM,
  [doi:10.1137/1.9780898717761](https://doi.org/10.1137/1.9780898717761): why a gradient
  costs a small multiple of the function.
- A. G. Baydin et al. (2018), Automatic differentiation in machine learning: a survey,
  [arXiv:1502.05767](https://arxiv.org/abs/1502.05767).
- I. Goodfellow, Y. Bengio, A. Courville (2016), *Deep Learning*, MIT Press, section 6.5.
- C. M. Bishop (2006), *Pattern Recognition and Machine Learning*, Springer, section 5.3;
  T. Hastie, R. Tibshirani, J. Friedman (2009), *The Elements of Statistical Learning*,
  Springer, chapter 11.
"""
