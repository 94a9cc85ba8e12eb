# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
r"""
# 1. Neurons and multi-layer perceptrons

One artificial neuron can draw one straight line. Put a few of them behind each other
and the line bends into whatever shape the data ask for. This lecture shows both, in
numbers and in pictures.

Time: about 60 minutes. You need: dot products, derivatives, NumPy arrays. Symbols and
tools are explained in [Start here](00_start_here.ipynb).
"""

# %% [markdown]
r"""
## You will be able to

- **compute** the output of a neuron, and of a whole layer as one matrix product;
- **read** boundary, direction and distance off $w$ and $b$, and say what a slope changes;
- **run** the perceptron rule and predict whether it ever stops;
- **build** a network that computes XOR and say what each hidden unit sees;
- **judge** what width and depth buy, and what "universal approximator" does not promise.
"""

# %%
from functools import partial

import numpy as np

from nnlib import data, neuron
from nnlib.activations import relu, sigmoid, step, tanh
from nnlib.layers import Linear, Sequential, Sigmoid, Tanh
from nnlib.linear import linear
from nnlib.losses import binary_cross_entropy, mse
from nnlib.optim import Adam
from nnlib.testing import Rubric, assert_close
from nnlib.train import fit
from nnlib.viz import diagrams, hidden_layers, neurons, show

# %% [markdown]
r"""
## 1.1 A lamp with two switches

A lamp on a staircase has a switch at the bottom ($x_1$) and one at the top ($x_2$). It is
on ($y=1$) when exactly one of them is up: $y = (\text{NOT } x_1 \text{ AND } x_2)
\text{ OR } (x_1 \text{ AND NOT } x_2)$, "exclusive or", **XOR**. Let us try the simplest
rule first: add the switches with weights and compare the sum with a threshold. We do
not even choose the weights, we draw 10 000 sets of them.
"""

# %% tags=["nbval-check-output"]
rng = np.random.default_rng(1)
X, y = data.xor()
scores = X @ rng.normal(size=(2, 10_000)) + rng.normal(size=10_000)
right = (step(scores) == y.reshape(4, 1)).sum(axis=0)
print(f"best of 10000 neurons: {right.max()} of 4 points right")

# %% [markdown]
r"""
Not one of them gets all four points. Section 1.4 shows why none can, section 1.6
how three neurons together do it.

## 1.2 The formal neuron

A nerve cell collects signals at its dendrites and fires along its axon once they are
strong enough. McCulloch and Pitts (1943) kept only this skeleton. A
**[neuron](../site/glossary.md#neuron)** weighs its $D$ inputs, adds a
**[bias](../site/glossary.md#bias)** and applies an
**[activation](../site/glossary.md#activation-function)** $f$:

$$s = w^\top x + b = \sum_{i=1}^{D} w_i x_i + b, \qquad \hat{y} = f(s).$$

With the step $H(s) = 1$ if $s \ge 0$, else $0$, it fires exactly when $w^\top x \ge
-b$: the weighted input reaches the threshold $-b$.

| symbol | shape | in code | argument of | meaning |
|---|---|---|---|---|
| $X$ | $(N, D)$ | `x` | `nnlib.linear.linear` | one sample a row |
| $W$ | $(D, M)$ | `W` | `nnlib.linear.linear` | one neuron a column |
| $b$ | $(M,)$ | `b` | `nnlib.linear.linear` | biases |
| $s$ | $(N, M)$ | `s` | `nnlib.activations.sigmoid` | score (pre-activation) |
| $w$ | $(D,)$ | `w` | `nnlib.neuron.neuron` | weights of one neuron |
| $f$ | function | `f` | `nnlib.neuron.neuron` | activation |
| $a$ | number | `slope` | `nnlib.activations.sigmoid` | slope of the sigmoid |
| $\eta$ | number | `eta` | `nnlib.neuron.Perceptron` | learning rate |
"""

# %%
show(
    diagrams.neuron_diagram(),
    alt="A neuron: inputs x1, x2 and a constant 1 are multiplied by w1, w2 and b, "
    "added to the score s and passed through f to give the output. Below, the parts "
    "of a nerve cell: dendrites, synapses, cell body, threshold, axon.",
)

# %% [markdown]
r"""
*What to see.* The bias is the weight of an input that is always 1. The likeness to the
brain ends here: real neurons send pulses in time, and the drawing knows no time.

## 1.3 Activation functions

| name | $f(s)$ | $f'(s)$ |
|---|---|---|
| step | $H(s)$, with $H(0)=1$ | $0$ (none at $0$) |
| sigmoid with slope $a$ | $\sigma(s) = 1/(1+e^{-as})$ | $a\,\sigma(s)\,(1-\sigma(s))$ |
| tanh | $(e^{s}-e^{-s})/(e^{s}+e^{-s})$ | $1-\tanh^2(s)$ |
| ReLU | $\max(0, s)$ | $0$ for $s<0$, $1$ for $s>0$ |

They act on each component by itself. For the sigmoid, write $u = e^{-as}$; then
$\sigma = 1/(1+u)$, $u' = -a u$ and $\sigma' = a u/(1+u)^2 = a\,\sigma(1-\sigma)$.
Let us check that at $s=0.3$, $a=2$ against a small difference.
"""

# %% tags=["nbval-check-output"]
a, s, h = 2.0, np.array([0.3]), 1e-5
value, _ = sigmoid(s, slope=a)
formula = a * value * (1 - value)
difference = (sigmoid(s + h, slope=a)[0] - sigmoid(s - h, slope=a)[0]) / (2 * h)
print(f"formula {formula[0]:.3f}, difference {difference[0]:.3f}")

# %%
show(
    neurons.activation_curves(),
    alt="Step, sigmoid, tanh and ReLU with derivatives. The step is flat with a jump; "
    "the slope of the sigmoid peaks at 0.25, that of tanh at 1; ReLU has slope 0 "
    "left of zero and 1 right of it.",
)

# %%
show(
    neurons.slope_family(),
    alt="Three sigmoids over the score. For a = 10 it is nearly a step, for a = 1 the "
    "usual S, for a = 0.1 almost a straight line. All pass through 1/2 at score 0.",
)

# %% [markdown]
r"""
*What to see.* The step has derivative zero wherever it has one, so gradients cannot
train it. Sigmoid and tanh are steep near zero and
**[saturate](../site/glossary.md#saturation)** far out. ReLU keeps slope 1 on one side.

The second figure varies the slope. For $a \to \infty$ the sigmoid becomes the step, except
at $s=0$, where it stays $\tfrac12$. As long as $|as|$ is small it is nearly the line $\tfrac12 + \tfrac{a}{4}s$.

## 1.4 Geometry: what $w$ and $b$ mean

The boundary $w^\top x + b = 0$ is a line for two inputs, a plane for three, a
**[hyperplane](../site/glossary.md#hyperplane)** in general. For two points $p, q$ on it $w^\top(p-q)=0$: the vector $w$
stands at right angles to it and points to the side $s>0$. The closest boundary point to
the origin is $-b\,w/\lVert w\rVert^2$, so the signed distance is $-b/\lVert w\rVert$: $w$
turns the boundary and $b$ shifts it.

One line cannot separate XOR: if both $(0,1)$ and $(1,0)$ have $s \ge 0$, add the two
inequalities: $w_1 + w_2 + 2b \ge 0$. The left side is also the sum of the scores of
$(0,0)$ and $(1,1)$, which therefore cannot both be negative.

Now a neuron to play with: $w=(1,1)$, $b=-2$ on the square $[-5,5]^2$, once with a steep
($a=10$), a usual ($a=1$) and a flat ($a=0.1$) sigmoid.
"""

# %%
w, b = np.array([1.0, 1.0]), -2.0
show(
    neurons.plane_geometry(w, b),
    alt="Left: the line x1 + x2 = 2 with the vector w at right angles to it, and the "
    "distance of the line from the origin. Right: for three inputs the boundary is a "
    "plane, again with w as its normal.",
)

# %% tags=["nbval-check-output"]
corners = np.array([[-5.0, -5.0], [-5.0, 5.0], [5.0, -5.0], [5.0, 5.0]])
points = np.vstack([corners, [0.5, 1.5]])  # the last one lies on the boundary
print("scores:", points @ w + b)
for slope in (10.0, 1.0, 0.1):
    output, _ = neuron.neuron(points, w, b, partial(sigmoid, slope=slope))
    print(f"a = {slope:4}:", " ".join(f"{value:.3f}" for value in output))

# %%
show(
    neurons.slope_maps(w, b),
    alt="Four maps over the square from -5 to 5: the score, then the output for slopes "
    "10, 1 and 0.1. The dashed boundary x1 + x2 = 2 is the same in all; the edge is "
    "sharp for 10, soft for 1, and for 0.1 the colours hardly change.",
)

# %% [markdown]
r"""
*What to see.* The slope moves no boundary: $\hat{y} = \tfrac12$ on the same line each
time. It says how fast the neuron becomes sure. On this square the output runs from
$8 \cdot 10^{-53}$ to 1 for $a=10$, from $6 \cdot 10^{-6}$ to 0.9997 for $a=1$, and only from
0.2315 to 0.6900 for $a=0.1$.

Read as the probability $P(1\mid x)$, the output names class 1 where it reaches
$\tfrac12$, that is class $H(w^\top x+b)$. Slides sometimes write $\mathrm{sign}(w^\top
x+b)$ instead: for labels 0 and 1 that is wrong, it gives $-1$, $0$ and $1$.

Move the sliders. Which of them turn the line, and which never move it? What do
$w=(2,2)$, $b=-4$ change?
"""

# %%
neurons.explore_neuron()

# %%
show(
    neurons.neuron_map(w1=2.0, w2=2.0, b=-4.0, a=1.0),
    alt="The explorer at w = (2, 2), b = -4, a = 1: the same boundary x1 + x2 = 2 as "
    "before, but a sharper edge, exactly as with w = (1, 1), b = -2 and slope 2.",
)

# %% [markdown]
r"""
### Exercise 1.1 (5 minutes)

Write `boundary_distance(w, b)`: the signed distance $-b/\lVert w\rVert$ of the boundary
from the origin, for `w` of shape `(D,)`. Then run the check.

<details><summary>Solution</summary>

```python
def boundary_distance(w, b):
    return -b / np.sqrt(w @ w)
```

The distance does not change when $w$ and $b$ are doubled, as it must be.
</details>
"""


# %%
def boundary_distance(w, b):
    raise NotImplementedError("Exercise 1.1: write boundary_distance")


# %%
r = Rubric(points=2)
with r.check("toy neuron", hint="The square of the length of w is w @ w."):
    assert_close(boundary_distance(np.array([1.0, 1.0]), -2.0), np.sqrt(2))
with r.check("three inputs", hint="Divide by the length, not by its square."):
    assert_close(boundary_distance(np.array([2.0, -1.0, 2.0]), 6.0), -2.0)
_ = r.score()

# %% [markdown]
r"""
## 1.5 The perceptron: a neuron that learns

So far we gave the weights and asked for outputs. **[Supervised
learning](../site/glossary.md#supervised-learning)** turns that round. Rosenblatt's
**[perceptron](../site/glossary.md#perceptron)** (1958) is a step neuron that goes
through the samples and, whenever it is wrong, moves its weights towards the right
answer:

$$w \leftarrow w + \eta\,(y - \hat{y})\,x, \qquad b \leftarrow b + \eta\,(y-\hat{y}).$$

If a line separates the classes, it stops after finitely many mistakes
(Novikoff, 1962). If none does, as for XOR, it never stops.
"""

# %% tags=["nbval-check-output"]
rng = np.random.default_rng(3)
X_two = np.concatenate([rng.normal(-1, 0.7, (30, 2)), rng.normal(1, 0.7, (30, 2))])
y_two = np.repeat([0.0, 1.0], 30)
separable = neuron.Perceptron().fit(X_two, y_two)
lamp = neuron.Perceptron(max_epochs=10).fit(X, y)
print("separable:", separable.mistakes)
print("XOR      :", lamp.mistakes)
y_and = np.array([0.0, 0.0, 0.0, 1.0])
for eta in (1.0, 1 / 128):
    run = neuron.Perceptron(eta=eta).fit(X, y_and)
    print(f"eta = {eta:.3f}: on AND {run.mistakes}")


# %%
stages = [neuron.Perceptron(max_epochs=k).fit(X_two, y_two) for k in range(1, 8)]
lines = [(stage.w, stage.b) for stage in stages]
mistakes = {"separable": separable.mistakes, "XOR": lamp.mistakes}
show(
    neurons.perceptron_progress(X_two, y_two, lines, mistakes),
    alt="Left: two clouds of points and the perceptron's line after each epoch; the "
    "last one separates them. Right: mistakes in each epoch, falling to 0 for the "
    "separable data, stuck at 4 for XOR.",
)

# %% [markdown]
r"""
*What to see.* On XOR the weights run in a circle: those after epoch 3 equal those after
epoch 2, so every later epoch repeats the same four mistakes. A popular remedy, "take a
small learning rate $\eta$", does nothing here. From zero weights all updates are
multiples of $\eta$: it rescales $w$ and $b$ and changes no decision. Compare the
mistakes on AND above. What helps is a limit on the epochs, keeping the best weights so far
("pocket"), or averaging.

## 1.6 Layers

One neuron answers one yes-or-no question, along one line. Which digit is this?
"""

# %%
images, labels = data.digits()
show(
    hidden_layers.digit_samples(images[:10], labels[:10]),
    alt="Ten handwritten digits of 8 by 8 pixels, 0 to 9. Ten classes need ten outputs.",
)

# %% [markdown]
r"""
**Several outputs.** $K$ neurons that see the same input form a layer. Each has a column
$w_k$ of the matrix $W$, and with samples as rows all scores are one product:

$$S = XW + b, \qquad s_k = w_k^\top x + b_k, \qquad \hat{Y} = f(S).$$

Every input meets every output, hence **[dense](../site/glossary.md#dense-layer)** or
fully connected layer. Beware of books and slides, sometimes the same ones, that write
columns: their $Wx$ is our $xW$ with $W$ transposed. And "perceptron" means Rosenblatt's
step neuron with its rule; a layer of other neurons is better called a layer.

**Several layers.** A **[multi-layer
perceptron](../site/glossary.md#multi-layer-perceptron)** (MLP) feeds such a layer into
the next:

$$h = f(xW^{(1)} + b^{(1)}), \qquad \hat{y} = g(hW^{(2)} + b^{(2)}).$$

The middle layer is called **[hidden](../site/glossary.md#hidden-layer)**: no data say what it should put out. More layers
repeat the pattern, $h^{(l)} = f(h^{(l-1)}W^{(l)} + b^{(l)})$. For regression the last
layer has no activation: the network is then a chain of generalised linear regressions.
"""

# %%
show(
    diagrams.network_diagram((4, 3, 2)),
    alt="Network with four inputs, three hidden units and two outputs. Every unit is "
    "joined to every unit of the next layer; a node that is always 1 sits under the "
    "inputs and under the hidden units and carries the biases.",
)
show(
    diagrams.network_diagram((3, 4, 4, 1), box=True),
    alt="Network with three inputs, two hidden layers of four units and one output. "
    "A dashed box around the hidden part says y hat = f(x; theta): from outside, the "
    "network is one function with parameters theta.",
)

# %% [markdown]
r"""
Is the activation needed in between? Take it away:
$(xW^{(1)} + b^{(1)})W^{(2)} + b^{(2)} = x\,(W^{(1)}W^{(2)}) + \text{constant}$. Two linear
layers are one, and a non-linear last step alone still draws a straight line.

**XOR at last.** Exclusive or is "OR, but not both", so let one hidden unit compute OR,
$H(x_1 + x_2 - 0.5)$, the other NAND, $H(-x_1 - x_2 + 1.5)$, and the output AND,
$H(h_1 + h_2 - 1.5)$.
"""

# %% tags=["nbval-check-output"]
rng = np.random.default_rng(3)
x = rng.normal(size=(5, 4))
W1, b1, W2, b2 = (rng.normal(size=shape) for shape in [(4, 3), 3, (3, 2), 2])
two_layers, _ = linear(linear(x, W1, b1)[0], W2, b2)
one_layer, _ = linear(x, W1 @ W2, b1 @ W2 + b2)
gap = abs(two_layers - one_layer).max()
print(f"shape {two_layers.shape}, largest gap {gap:.3f}")

# %% tags=["nbval-check-output"]
W1, b1 = np.array([[1.0, -1.0], [1.0, -1.0]]), np.array([-0.5, 1.5])
W2, b2 = np.array([[1.0], [1.0]]), np.array([-1.5])
hidden = step(linear(X, W1, b1)[0])
output = step(linear(hidden, W2, b2)[0])
for inputs, h, result in zip(X, hidden, output, strict=True):
    print(f"x = {inputs}, h = {h}, lamp = {result[0]:.0f}")

# %%
show(
    hidden_layers.xor_maps(),
    alt="Four panels. The first hidden unit is on above the line x1 + x2 = 0.5, the "
    "second below x1 + x2 = 1.5. In hidden space (0,1) and (1,0) fall together and "
    "one line separates them from the rest. The output is on in the strip between.",
)

# %%
hidden_layers.explore_xor()

# %%
show(
    hidden_layers.xor_maps(b_or=-1.2, b_nand=1.5, a=10.0),
    alt="The explorer with the bias of the OR unit at -1.2: its line has moved beyond "
    "(0,1) and (1,0), so the first hidden unit is off there, and the output is off at "
    "all four points.",
)

# %% [markdown]
r"""
*What to see.* Each hidden unit draws one line, as every neuron does. Its output is a new
coordinate, and in these coordinates the classes **are** separable: a hidden layer
moves the problem to a space where the next layer finds it easy. With sigmoids instead
of steps the same holds; find how far the biases may go before a point is lost.

### Exercise 1.2 (10 minutes)

XOR can be built differently: with the hidden units OR and **AND**, and an output unit
that fires for "OR but not AND". Return `W1`, `b1`, `W2`, `b2` with the shapes used
above.

<details><summary>Solution</summary>

```python
def xor_with_and():
    W1, b1 = np.ones((2, 2)), np.array([-0.5, -1.5])
    W2, b2 = np.array([[1.0], [-1.0]]), np.array([-0.5])
    return W1, b1, W2, b2
```

AND has a negative weight: it inhibits.
</details>
"""


# %%
def xor_with_and():
    raise NotImplementedError("Exercise 1.2: write xor_with_and")


# %%
r = Rubric(points=3)
with r.check("hidden OR", hint="The first unit must fire for one switch or two."):
    V1, c1, _, _ = xor_with_and()
    assert_close(step(linear(X, V1, c1)[0])[:, 0], [0.0, 1.0, 1.0, 1.0])
with r.check("hidden AND", hint="The second unit must fire for both only."):
    V1, c1, _, _ = xor_with_and()
    assert_close(step(linear(X, V1, c1)[0])[:, 1], [0.0, 0.0, 0.0, 1.0])
with r.check("output", hint="AND must be able to outvote OR: a negative weight."):
    V1, c1, V2, c2 = xor_with_and()
    assert_close(step(linear(step(linear(X, V1, c1)[0]), V2, c2)[0]), y.reshape(4, 1))
_ = r.score()

# %% [markdown]
r"""
## 1.7 Width and depth

The **depth** of a network is the length of the longest path from its inputs to its
outputs, **width** the number of units in a layer. Two ReLUs fold the interval $[0, 1]$:
$t(x) = 2\,\mathrm{relu}(x) - 4\,\mathrm{relu}(x - \tfrac12)$. What do several such layers
do?
"""

# %% tags=["nbval-check-output"]
grid = np.arange(2**10 + 1) / 2**10
value, pieces = grid, []
for _ in range(5):
    value = 2 * relu(value)[0] - 4 * relu(value - 0.5)[0]
    rising = np.diff(value) > 0
    pieces.append(1 + int((rising[1:] != rising[:-1]).sum()))
print("linear pieces for 1 to 5 layers:", pieces)

# %%
show(
    hidden_layers.tent_maps(5),
    alt="The folding map applied one to five times: 2, 4, 8, 16 and 32 straight "
    "pieces, a zigzag twice as fine with each layer.",
)

# %% [markdown]
r"""
*What to see.* $L$ layers of two units give $2^L$ pieces; one hidden layer of $m$ ReLUs at
most $m+1$, so 31 units instead of 10 for the last panel. "Expressive power grows
exponentially with depth" is true of such functions. It is no law for every task.

**[Universal approximation](../site/glossary.md#universal-approximation).** One hidden layer with a continuous, non-polynomial activation
and *enough* units comes as close as you like to any *continuous* function on a *closed and
bounded* set (Cybenko, 1989; Leshno et al., 1993). Each word counts. With $f(s)=s^2$, 50 units
span only $1, x, x^2$; and $1/x$ on $(0,1]$, where it is unbounded, is out of reach.

After this check, networks with 2, 5 and 20 hidden units **learn** a curve. `fit` moves all
weights so that the squared error falls. How is the subject of lectures 3 and 9; here it is
a box that we open later.
"""

# %% tags=["nbval-check-output"]
rng = np.random.default_rng(5)
x = np.linspace(-1, 1, 40)
S = np.outer(x, rng.normal(size=50)) + rng.normal(size=50)
for name, H in {"square": S**2, "tanh": tanh(S)[0]}.items():
    features = np.column_stack([H, np.ones(40)])
    best = np.linalg.lstsq(features, x**3, rcond=1e-10)[0]
    print(f"{name:6}: largest error on x^3 {abs(features @ best - x**3).max():.3f}")

# %% tags=["nbval-check-output"]
x = np.linspace(-1, 1, 60).reshape(-1, 1)
curve = np.sin(3 * np.pi * x) * (1.2 - x) / 1.5
fits, errors = {}, {}
for width in (2, 5, 20):
    rng = np.random.default_rng(0)
    model = Sequential(Linear(1, width, rng=rng), Tanh(), Linear(width, 1, rng=rng))
    adam = Adam(model.parameters(), lr=0.03)
    fit(model, adam, x, curve, epochs=1000, batch_size=60, shuffle=False, loss=mse)
    fits[width] = model(x)
    errors[width] = float(np.mean((fits[width] - curve) ** 2))
print("each wider network fits better:", errors[2] > errors[5] > errors[20])

# %%
show(
    hidden_layers.width_fits(x, curve, fits, errors),
    alt="A wavy curve and three fits. Two hidden units catch its largest bend, five "
    "follow it roughly, twenty lie on the curve.",
)

# %% [markdown]
r"""
*What to see.* Each hidden unit contributes one smooth step, and a bend needs about
two. Where units run out, the fit gives up the small bends first.

> **Think!** How many hidden units are needed?

<details><summary>Answer</summary>

No formula tells. The number depends on the function, on the error you accept and
steeply on the number of inputs. The theorem says that some number suffices, nothing
about finding the weights. In practice: try several, and choose by the error on data
kept aside (lecture 10). </details>

## 1.8 Put together: moons

Two interleaved half-moons, one neuron against a network with eight hidden units.
"""

# %% tags=["nbval-check-output"]
X_moons, y_moons = data.moons(200, rng=np.random.default_rng(7), noise=0.12)
target = y_moons.reshape(-1, 1).astype(float)
rng = np.random.default_rng(0)
one = Sequential(Linear(2, 1, rng=rng), Sigmoid())
mlp = Sequential(Linear(2, 8, rng=rng), Tanh(), Linear(8, 1, rng=rng), Sigmoid())
models = {"one neuron": one, "8 hidden units": mlp}
for name, model in models.items():
    adam = Adam(model.parameters(), lr=0.05)
    fit(model, adam, X_moons, target, epochs=60, rng=rng, loss=binary_cross_entropy)
    correct = (neuron.predict_class(model(X_moons)[:, 0]) == y_moons).mean()
    print(f"{name}: more than 95 % right: {correct > 0.95}")

# %%
show(
    hidden_layers.decision_maps(X_moons, y_moons, models),
    alt="Two half-moons. One neuron cuts them with a straight line and loses the tips; "
    "the boundary of the network with eight hidden units winds between them.",
)
show(
    hidden_layers.feature_maps(X_moons, y_moons, Sequential(mlp[0], mlp[1])),
    alt="Eight maps, one for each hidden unit: every unit has found its own straight "
    "edge, some along the tips of the moons.",
)

# %% [markdown]
r"""
*What to see.* Each hidden unit is still one line, but nobody placed these lines: the
weights into a hidden unit are a **[learned feature](../site/glossary.md#learned-feature)**. In deep networks each layer
computes features of features, and step by step the representation becomes one in which
the task is easy.

> **Think!** Why not use one neuron with a clever non-linearity at the output?

<details><summary>Answer</summary>

Whatever $g$ is, $g(w^\top x + b)$ is constant along every line $w^\top x = $ constant.
Its boundaries are parallel straight lines. A curve needs hidden units that look in
different directions. </details>

## Common mistakes

| mistake | symptom |
|---|---|
| $W$ stored as (outputs, inputs) | shape error, or silence if the layer is square |
| bias forgotten | every boundary passes through the origin; $x=0$ always gives $f(0)$ |
| no activation between layers | a deep network that is never better than one neuron |
| step activation, trained by gradients | nothing moves: all gradients are zero |

## Summary

- A neuron computes $f(w^\top x + b)$, a layer $f(XW + b)$ with one neuron a column.
- $w$ is normal to the boundary, $-b/\lVert w\rVert$ its distance; the slope changes how
  sharp it is, not where.
- The perceptron rule stops if and only if a line separates the classes; from zero
  weights $\eta$ is irrelevant.
- Hidden units are lines whose outputs are new coordinates; XOR needs two of them.
- Width gives approximation on compact sets, depth can give exponentially many pieces;
  neither promises that training finds them.

## Quiz
"""

# %%
neurons.quiz()

# %% [markdown]
r"""
## Assignment and reading

Now do assignment **a01_neurons**: neuron, layer and perceptron in your own code. Next:
outputs and losses, which say how wrong an answer is.

- W. S. McCulloch, W. Pitts (1943), [doi:10.1007/BF02478259](https://doi.org/10.1007/BF02478259): the formal neuron.
- F. Rosenblatt (1958), [doi:10.1037/h0042519](https://doi.org/10.1037/h0042519): the perceptron.
- A. B. J. Novikoff (1962), On convergence proofs on perceptrons, *Symp. Math. Theory of
  Automata* 12, 615-622.
- G. Cybenko (1989), [doi:10.1007/BF02551274](https://doi.org/10.1007/BF02551274); M. Leshno
  et al. (1993), [doi:10.1016/S0893-6080(05)80131-5](https://doi.org/10.1016/S0893-6080%2805%2980131-5): universal approximation.
- M. Telgarsky (2016), Benefits of depth in neural networks, [arXiv:1602.04485](https://arxiv.org/abs/1602.04485).
- I. Goodfellow, Y. Bengio, A. Courville (2016), *Deep Learning*, MIT Press, chapter 6.
"""
