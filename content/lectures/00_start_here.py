# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
r"""
# 0. Start here

Ten lectures, from one artificial neuron to a network that you train, regularise and
understand. Everything is computed by `nnlib`, a library of NumPy functions so small
that you can read all of it.

Time: about 15 minutes. You need: first-year calculus, matrices, and Python with NumPy.
"""

# %% [markdown]
r"""
## You will be able to

- **find** your way through lectures, exercises and assignments;
- **read** the notation of the course, which is also the notation of its code;
- **check** that this computer has what the lectures need.
"""

# %%
import sys
from importlib.util import find_spec

import numpy as np

from nnlib.activations import sigmoid, sigmoid_backward
from nnlib.linear import linear
from nnlib.testing import Rubric, assert_close, numerical_gradient
from nnlib.viz import neurons, show, style

style()

# %% [markdown]
r"""
## How to work with a lecture

A lecture is a notebook. Read a cell, guess what the code below it will print, then run
it with **Shift+Enter**. *Kernel > Restart Kernel and Run All Cells* runs everything, in
under half a minute. Nothing you change can break the course: fetch a fresh copy.

Each lecture has

- a question that the tools known so far cannot answer;
- small steps: a formula, the line of code that is this formula, a number to check both;
- figures, each followed by *What to see*, and explorers with sliders. Arrow keys move
  a slider too, and the same picture stands below as a plain figure;
- **Think!** questions and **exercises** with an instant check. They are not graded, and a
  folded answer waits below them: try first;
- common mistakes with the symptom you would see, a summary, a quiz, and reading.

Words that are new are links at their first use: they open the
[glossary](../site/glossary.md), which has all words of the course. Papers and books are
listed in the [references](../site/references.md).

An **assignment** follows each lecture. Its test cells show at once which named checks
pass; *Validate* runs the whole notebook as the grader will. Further checks run after
you hand in, so a function that only works for the example loses points. Feedback says
which idea failed and hints at the remedy.
"""

# %% [markdown]
r"""
## Map of the lectures

| no. | lecture | question it answers | assignment |
|---|---|---|---|
| 1 | [Neurons and multi-layer perceptrons](01_neurons.ipynb) | what can one neuron decide, what can a network? | `a01_neurons` |
| 2 | [Outputs: softmax and losses](02_softmax_losses.ipynb) | how wrong is an answer? | `a02_softmax` |
| 3 | [Backpropagation](03_backpropagation.ipynb) | which weight is to blame, and how much? | `a03_backprop` |
| 4 | [Convolutional networks](04_convolution.ipynb) | how do we use that an image is an image? | `a04_convolution` |
| 5 | [Initialisation](05_initialization.ipynb) | why do some deep networks never start to learn? | `a05_initialization` |
| 6 | [Dropout and weight penalties](06_dropout.ipynb) | how do noise and a price on weights help? | `a06_regularization` |
| 7 | [Batch normalisation](07_batch_norm.ipynb) | what if every layer kept its scale? | `a07_batchnorm` |
| 8 | [Gradient clipping](08_clipping.ipynb) | what if one step is far too long? | `a08_clipping` |
| 9 | [Optimizers](09_optimizers.ipynb) | how do we walk downhill well? | `a09_optimizers` |
| 10 | [Training and generalisation](10_training.ipynb) | when do we stop, and will it work on new data? | `a10_training` |

Each builds on those above it. Lectures 6, 7 and 8 can be read in any order.
"""

# %% [markdown]
r"""
## Notation

Rows are samples: a data matrix $X$ has one row a sample, and a layer computes
$S = XW + b$. Many books write columns; then their $W$ is our $W^\top$. A gradient has
the shape and the name of its variable: `dW` is $\partial J/\partial W$.

| symbol | shape | in code | argument of | meaning |
|---|---|---|---|---|
| $X$ | $(N, D)$ | `x` | `nnlib.linear.linear` | $N$ samples with $D$ inputs |
| $W$ | $(D, M)$ | `W` | `nnlib.linear.linear` | weights, from inputs (rows) to units (columns) |
| $b$ | $(M,)$ | `b` | `nnlib.linear.linear` | biases |
| $s$ | $(N, M)$ | `s` | `nnlib.activations.sigmoid` | score, before the activation |
| $a$ | number | `slope` | `nnlib.activations.sigmoid` | slope of a sigmoid |
| $h^{(l)}$ | $(N, M_l)$ | `h` | - | output of hidden layer $l$ of $L$ |
| $f$, $\sigma$ | function | `f` | `nnlib.activations.derivative` | activation; $\sigma$ is the logistic function |
| $\hat{y}$ | $(N, K)$ | `prediction` | `nnlib.losses.mse` | what the model says |
| $y$ | $(N, K)$ | `target` | `nnlib.losses.mse` | what is right |
| $y$ as numbers | $(N,)$ | `labels` | `nnlib.losses.softmax_cross_entropy` | classes $0 \dots K-1$ |
| $\ell$, $J$ | numbers | `loss` | `nnlib.train.fit` | loss of a sample (`loss` computes it); cost, its mean over a batch |
| $\theta$ | list | `params` | `nnlib.optim.SGD` | all parameters |
| $\eta$ | number | `lr` | `nnlib.optim.SGD` | learning rate, or a schedule |
| $t$ | $1, 2, \dots$ | `t` | - | number of the update |
| $B$ | number | `batch_size` | `nnlib.train.fit` | samples in a mini-batch |
| $\mu$ | number | `mu` | `nnlib.optim.Momentum` | momentum |
| $\rho$ | number | `rho` | `nnlib.optim.RMSProp` | decay of a running average |
| $\beta_1, \beta_2$ | numbers | `beta1` | `nnlib.optim.Adam` | the two averages of Adam |
| $\epsilon$ | number | `eps` | `nnlib.optim.Adam` | small number against division by 0 |
| $\lambda$ | number | `lam` | `nnlib.regularizers.l2` | strength of a penalty |
| $\gamma, \beta$ | $(M,)$ | `gamma` | `nnlib.norm.batch_norm` | scale and shift, in batch normalisation only |
| $m$ | number | `momentum` | `nnlib.norm.batch_norm` | share of the **old** running average |
| keep | number | `keep` | `nnlib.dropout.dropout` | probability to **keep** a unit |
| lo, hi | numbers | `lo` | `nnlib.clip.clip_by_value` | limits of a gradient's entries |
| max norm | number | `max_norm` | `nnlib.clip.clip_by_norm` | limit of a gradient's length |
| images | $(N, C, H, W)$ | `x` | `nnlib.conv.conv2d` | $C$ channels of $H \times W$ pixels |
| filters | $(F, C, k_h, k_w)$ | `W` | `nnlib.conv.conv2d` | $F$ filters; the layer cross-correlates |
| pad, stride | numbers | `pad` | `nnlib.conv.conv2d` | rings of zeros on each side, step of the filter |

Products of equal shapes, entry by entry, are written $\odot$. Logarithms are natural,
and $H(0) = 1$ for the step.

Every differentiable function of the library comes as a pair,
`out, cache = f(x, ...)` and `dx, ... = f_backward(dout, cache)`. One row says it all:
"""

# %% tags=["nbval-check-output"]
x, W, b = np.array([[1.0, 2.0]]), np.array([[0.5], [-0.25]]), np.array([0.5])
s, linear_cache = linear(x, W, b)
yhat, cache = sigmoid(s)
ds = sigmoid_backward(np.ones_like(yhat), cache)
print(f"score {s[0, 0]:.3f}, output {yhat[0, 0]:.3f}, slope {ds[0, 0]:.3f}")

# %% [markdown]
r"""
## Check this computer

Three things: the packages, the numbers, the sliders.
"""

# %% tags=["nbval-check-output"]
needed = ["numpy", "matplotlib", "ipywidgets", "nnlib", "nbgrader"]
recent = sys.version_info >= (3, 11)
print("Python 3.11 or newer:", "yes" if recent else "NO, update it")
remedy = "missing: run pip install 'nncourse[lab]'"
if sys.platform == "emscripten":
    remedy = "not in this lab, which runs in your browser; the lectures do without"
for name in needed:
    print(f"{name:12}", "yes" if find_spec(name) else remedy)

# %%
r = Rubric(points=2)
with r.check("arithmetic", hint="NumPy itself is broken: install it again."):
    assert_close(yhat, [[1 / (1 + np.exp(-0.5))]])
with r.check("slope", hint="NumPy itself is broken: install it again."):
    assert_close(ds, numerical_gradient(lambda s: sigmoid(s)[0].sum(), s), rtol=1e-6)
_ = r.score()

# %% [markdown]
r"""
That was the table in which all checks of the course report. Last, an explorer: move a
slider with the mouse, or click it and use the arrow keys. If no slider appears, install
`ipywidgets` and restart JupyterLab; every lecture works without them too, with the
figure that follows.
"""

# %%
neurons.explore_neuron()

# %%
show(
    neurons.neuron_map(),
    alt="The first picture of the explorer as a plain figure: the output of one neuron "
    "over a square, and the same output as an S-shaped curve of its score.",
)

# %% [markdown]
r"""
## Summary

- Lectures explain and let you try, assignments are graded, and both check at once.
- Rows are samples, and the symbols of the lectures are the argument names of the code.
- All checks passed and the slider moves: go on with [lecture 1](01_neurons.ipynb).
"""
