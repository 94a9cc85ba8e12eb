# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
r"""
# 8. Gradient clipping

One step that is far too long can undo a thousand good ones. Clipping shortens such
steps and leaves all others alone.

Time: about 50 minutes. You need: [backpropagation](03_backpropagation.ipynb) and
sections 5.1 and 5.2 of [initialisation](05_initialization.ipynb).
"""

# %% [markdown]
r"""
## You will be able to

- **explain** where very large gradients come from, and what one step with them does;
- **clip** gradients by value and by their global norm;
- **show** that one of the two keeps the direction, and that both descend;
- **read** a plot of gradient norms and choose a limit from it.
"""

# %%
import numpy as np

from nnlib.clip import clip_by_norm, clip_by_value, global_norm
from nnlib.landscapes import cliff, cliff_gradient, descend
from nnlib.optim import SGD
from nnlib.testing import Rubric, assert_close
from nnlib.viz import clipping, clipping_training, show

# %% [markdown]
r"""
## 8.1 A step off the cliff

What happens when a gradient is huge? Here is a cost with a gentle slope down to the
right, which ends at a steep wall: a **[cliff](../site/glossary.md#cliff)**, seen from
below. The best place is at its foot. We walk towards it with $\eta = \tfrac12$.

| symbol | shape | in code | argument of | meaning |
|---|---|---|---|---|
| $g$ | any, or a list | `grads` | `nnlib.clip.clip_by_norm` | gradients of all parameters |
| lo, hi | numbers | `lo` | `nnlib.clip.clip_by_value` | limits of each entry (and `hi`) |
| $v$ | number | `max_norm` | `nnlib.clip.clip_by_norm` | limit of the norm |
| $\eta$ | number | `lr` | `nnlib.optim.SGD` | learning rate |
| $\theta$ | any | `x` | `nnlib.landscapes.cliff_gradient` | where we are |
"""

# %% tags=["nbval-check-output"]
path = descend(cliff_gradient, [-1.0, 1.0], lambda p: SGD(p, lr=0.5), steps=10)
for t in (7, 8, 9):
    g = cliff_gradient(path[t])
    print(
        f"step {t}: x1 = {path[t, 0]:6.2f}, cost {cliff(path[t]):5.2f}, slope {g[0]:6.2f}"
    )

# %% [markdown]
r"""
For eight steps all goes well. Then one step ends a hair inside the wall, where the
slope is $+24.5$ instead of $-0.5$. The next step goes back *twelve* units, the way of
49 good steps. The gradient was correct. It is right about the direction, but it knows
nothing beyond an infinitesimal neighbourhood, and $\eta$ was chosen for slopes of one
half.

## 8.2 Where huge gradients come from

Lecture 5 found the reason: a gradient is a product with one factor a layer. Take the
simplest deep network, a chain of 50 equal weights, $\hat y = w^{50} x$, with $x = 1$
and target $\tfrac12$:

$$J(w) = \big(w^{50} - \tfrac12\big)^2, \qquad J'(w) = 100\,\big(w^{50} - \tfrac12\big)\, w^{49}.$$
"""

# %% tags=["nbval-check-output"]
for w in (0.8, 0.95, 1.05, 1.1):
    slope = 100 * (w**50 - 0.5) * w**49
    print(f"w = {w}: slope {slope:.1e}")

# %%
show(
    clipping.power_cost(50),
    alt="Left, the cost of a chain of 50 weights: flat up to w = 1, then a wall. Right, the "
    "size of its slope on a log axis, rising from 1e-6 at w = 0.7 to 1e4 at 1.05, with a dip "
    "to 0 at the minimum near 0.986.",
)

# %% [markdown]
r"""
*What to see.* Nearly flat, then a wall: ten orders of magnitude in the slope within a
third of a unit of $w$. It is the same product that makes gradients
[vanish](../site/glossary.md#vanishing-gradient) on one side and
[explode](../site/glossary.md#exploding-gradient) on the other. Networks that apply the
same weights over and over (recurrent ones) are full of such walls. A second source is
data: one broken sample, a hundred times too large, is enough.

Symptoms: the loss jumps up by orders of magnitude, and then recovers slowly or not at
all; in the end it is `inf` or `nan`. A smaller $\eta$ would avoid the jump, but it
would have to suit the *steepest* place, and every other step would be far too short.

## 8.3 Clip by value

The first idea: push every entry into a range.

$$g_i \leftarrow \min\big(\max(g_i,\, \text{lo}),\, \text{hi}\big)$$

This is **[clipping by value](../site/glossary.md#clip-by-value)**, usually with lo $=
-$hi. It changes the *direction*: entries beyond the limits lose more than others. But
it still goes downhill if lo $< 0 <$ hi. Then each clipped entry has the sign of the
original one, so in

$$g \cdot \text{clip}(g) = \sum_i g_i\, \text{clip}(g_i) > 0 \qquad (g \neq 0)$$

no term is negative, and minus the clipped gradient points downhill. (It "leads to a bad
neighbourhood", one can read. It need not.)
"""

# %% tags=["nbval-check-output"]
for g in (np.array([3.0, -4.0]), np.array([3.0, 0.1])):
    clipped = clip_by_value(g, -1.0, 1.0)
    print(f"{g} -> {clipped}, cosine with g {clipping.cosine(g, clipped):.3f}")
draws = 5 * np.random.default_rng(0).normal(size=(1000, 6))
print("descends:", sum(g @ clip_by_value(g, -1.0, 1.0) > 0 for g in draws), "of 1000")

# %% [markdown]
r"""
### Exercise 8.1 (5 minutes)

Write `by_value(grads, lo, hi)` for a *list* of arrays of any shapes. Return a new list
and leave the old arrays as they are.

<details><summary>Solution</summary>

```python
def by_value(grads, lo, hi):
    return [np.minimum(np.maximum(g, lo), hi) for g in grads]
```

`np.clip(g, lo, hi)` does the same.
</details>
"""


# %%
def by_value(grads, lo, hi):
    raise NotImplementedError("Exercise 8.1: write by_value")


# %%
r = Rubric(points=3)
pair = [np.array([[3.0, -0.2], [-5.0, 0.7]]), np.array([0.4, 9.0])]
with r.check(
    "every entry is in the range", hint="First max with lo, then min with hi."
):
    out = by_value(pair, -1.0, 0.5)
    assert_close(out[0], np.array([[0.5, -0.2], [-1.0, 0.5]]))
with r.check("every array of the list", hint="Return one array for each."):
    assert_close(by_value(pair, -1.0, 0.5)[1], np.array([0.4, 0.5]))
with r.check("the old arrays stay", hint="Make new arrays; do not write into g."):
    by_value(pair, -1.0, 0.5)
    assert pair[1][1] == 9.0, "the argument was changed"
_ = r.score()

# %% [markdown]
r"""
## 8.4 Clip by norm

The second idea: if the gradient is too long, shorten it.

$$\text{if } \lVert g \rVert > v: \qquad g \leftarrow v\,\frac{g}{\lVert g \rVert}$$

**[Clipping by norm](../site/glossary.md#clip-by-norm)** keeps the direction. The limit
$v$ is a hyper-parameter. A step is never longer than $\eta v$, wherever we are.

A network has many gradients, one for each $W$ and $b$. The norm that counts is that of
*all* of them, written one after the other:

$$\lVert g \rVert = \sqrt{\textstyle\sum_k \lVert g_k \rVert^2}.$$

Clipping each array by its own norm would again turn the whole, in favour of layers
with small gradients.
"""

# %% tags=["nbval-check-output"]
clipped, norm = clip_by_norm(np.array([3.0, -4.0]), 1.0)
print("norm", norm, "clipped", clipped.round(3))
layers = [np.array([[3.0, 0.0], [0.0, 0.0]]), np.array([0.0, 4.0])]
together, norm = clip_by_norm(layers, 1.0)
print("global norm", norm, "afterwards", round(global_norm(together), 3))
apart = [clip_by_norm(g, 1.0)[0] for g in layers]
for name, parts in ("together", together), ("each by itself", apart):
    flat = [np.concatenate([g.ravel() for g in gs]) for gs in (layers, parts)]
    print(f"{name}: cosine {clipping.cosine(*flat):.2f}")

# %% [markdown]
r"""
Now move a gradient of two entries around. The dashed box and circle are all results
that clipping can have.
"""

# %%
clipping.explore_clipping()

# %%
show(
    clipping.clipped_arrows(g1=3.0, g2=0.5, limit=1.0),
    alt="The explorer with gradient (3, 0.5) and limit 1. By value it becomes (1, 0.5), "
    "the corner side of a dashed box, turned by 17 degrees. By norm it becomes "
    "(0.99, 0.16) on a dashed circle, not turned.",
)

# %% [markdown]
r"""
*What to see.* With one large and one small entry, clipping by value turns towards a
diagonal. Put both entries inside the box: nothing happens. Between box and circle, only
the norm is clipped.

How much does it turn, when there are more than two entries?
"""

# %% tags=["nbval-check-output"]
for entries in (2, 10, 100):
    cosines = clipping.random_cosines(entries)
    print(
        f"{entries:3} entries: mean cosine {cosines.mean():.2f}, all > 0: {cosines.min() > 0}"
    )

# %%
show(
    clipping.cosine_histograms((2, 10, 100)),
    alt="Histograms of the cosine between random gradients and their clips by value. With "
    "two entries most lie at 1, with ten around 0.87, with a hundred in a narrow peak at "
    "0.84. Clipping by norm is a line at 1.",
)

# %% [markdown]
r"""
*What to see.* Here most entries are beyond the limit, so what is left is close to the
*signs* of the gradient. That is not senseless, some optimizers use signs only (lecture
9). But it is another direction than the steepest one.

**By norm or by value?** By norm, as a rule: it changes the length of the step and
nothing else. By value is of use when single entries are known to be wrong, or infinite,
since a norm would then drown all the others.

> **Think!** "Clipping keeps the direction, so it finds the same minimum, only more
> slowly." What is wrong?

<details><summary>Answer</summary>

For mini-batches, clipped gradients are biased: batches with long gradients count less
than they should, so the average step is not along the gradient of the cost. And only
clipping by norm keeps the direction. Mostly that is harmless, as few steps are clipped.
</details>

### Exercise 8.2 (10 minutes)

Write `by_norm(grads, max_norm)` for a list of arrays: return the clipped list and the
global norm before. Beware of gradients that are all zero.

<details><summary>Solution</summary>

```python
def by_norm(grads, max_norm):
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    if norm <= max_norm:
        return list(grads), norm
    return [g * (max_norm / norm) for g in grads], norm
```

Where nothing is clipped nothing is divided, so zeros do no harm.
</details>
"""


# %%
def by_norm(grads, max_norm):
    raise NotImplementedError("Exercise 8.2: write by_norm")


# %%
r = Rubric(points=4)
pair = [np.array([[2.0, -4.0]]), np.array([4.0])]
with r.check("the norm before", hint="Sum all squares of all arrays, then the root."):
    assert_close(by_norm(pair, 3.0)[1], 6.0)
with r.check("one factor for all", hint="Divide by the global norm, times the limit."):
    assert_close(by_norm(pair, 3.0)[0][0], np.array([[1.0, -2.0]]))
    assert_close(by_norm(pair, 3.0)[0][1], np.array([2.0]))
with r.check("short gradients stay", hint="Never lengthen: only if norm > limit."):
    assert_close(by_norm(pair, 10.0)[0][1], np.array([4.0]))
with r.check("zeros stay zeros", hint="Do not divide by a norm of 0."):
    assert_close(by_norm([np.zeros(3)], 1.0)[0][0], np.zeros(3))
_ = r.score()

# %% [markdown]
r"""
## 8.5 The cliff again

The same start, the same $\eta$, thirty steps; the right-hand path clips to norm 1.
"""


# %% tags=["nbval-check-output"]
def clipped_gradient(x):
    return clip_by_norm(cliff_gradient(x), 1.0)[0]


paths = {}
for name, gradient in (
    ("no clipping", cliff_gradient),
    ("clipped to 1", clipped_gradient),
):
    paths[name] = descend(gradient, [-1.0, 1.0], lambda p: SGD(p, lr=0.5), steps=30)
    leftmost, end = paths[name][9:, 0].min(), cliff(paths[name][-1])
    print(f"{name:12}: farthest back {leftmost:6.2f}, cost at the end {end:.2f}")

# %%
show(
    clipping.cliff_paths(paths),
    alt="The cliff from above, the wall at the right. Without clipping the path reaches the "
    "foot of the wall and is thrown twelve units back to the left. With clipping it stays near "
    "the foot and bounces a little.",
)

# %% [markdown]
r"""
*What to see.* Clipped, the walker still hits the wall again and again, but each time it
loses half a unit. That is as far as clipping goes: it limits the damage. To come to
rest at the foot, the learning rate must fall with time (lecture 9).

> **Think!** What is the longest step that this walker can take, and why does it not
> depend on how steep the wall is?

<details><summary>Answer</summary>

$\eta v = \tfrac12$. The clipped gradient has norm at most $v = 1$ however long it was.
</details>

## 8.6 Put together: five broken images

In the digits, five images are a hundred times too bright. A network of three hidden
ReLU layers, $\eta = 0.2$, six epochs. For every step we write down the norm *before*
clipping:
"""

# %% tags=["nbval-check-output"]
runs = {
    "no clipping": clipping_training.train(None),
    "by norm, 1": clipping_training.train(clipping_training.by_norm(1.0)),
    "by value, 0.1": clipping_training.train(clipping_training.by_value(0.1)),
}
for name, run in runs.items():
    learned, calm = run.accuracy > 0.8, run.norms.max() < 100
    print(f"{name:13}: learned {learned}, norm always below 100 {calm}")

# %%
show(
    clipping.norms_and_losses(
        {name: run.norms for name, run in runs.items()},
        {name: run.losses for name, run in runs.items()},
        limit=1.0,
    ),
    alt="Left, norm of the gradient by step, log axis. Without clipping it jumps from 1 to "
    "ten thousand near step 40 and then stays at 0.2. With clipping it stays between 0.1 and 10. Right, "
    "the loss: without clipping it jumps to 1e5 and then rests at 2.3; with clipping it "
    "falls below 0.1.",
)

# %% [markdown]
r"""
*What to see.* One bad batch, one huge step, and the network is dead: its ReLU units put
out zeros, the loss rests at $\ln 10 = 2.3$, and the small norms afterwards are not a
sign of success. With either kind of clipping the five images are hardly noticed.

**How to choose the limit.** Train for a while without clipping, or with a high limit,
and look at the norms. A limit somewhat above their usual size clips the exceptions
only. If *every* step is clipped, the limit is part of the learning rate, and you should
know that you do this. Go on to watch the norm in training: a rise is an early warning,
long before the loss shows it. `History.grad_norm` keeps it.

How often did our limit of 1 clip?
"""

# %% tags=["nbval-check-output"]
norms = runs["by norm, 1"].norms
print("the median of the norms lies between 1 and 3:", 1 < np.median(norms) < 3)
print("most steps were clipped at 1:", np.mean(norms > 1.0) > 0.8)
print("few would be clipped at 5:", np.mean(norms > 5.0) < 0.05)

# %% [markdown]
r"""
So 1 was rather low: nearly all steps had the same length, and 5 would have stopped the
five images just as well. Training succeeded, because $\eta$ was large enough for steps of
length $\eta v = 0.2$.

**Where it belongs.** Between `backward` and `step`: in `nnlib` with `fit(...,
clip=...)`, or by hand in your own loop. It does not mend `nan`: `clip_by_norm` refuses
it, so that its source can be found.

### Exercise 8.3 (10 minutes)

Write `suggest_limit(norms, share)`: the limit that would have clipped a given share of
the steps whose norms are listed, say 5 %. Hint: `np.quantile`.

<details><summary>Solution</summary>

```python
def suggest_limit(norms, share):
    return float(np.quantile(norms, 1 - share))
```

A share of 0.05 is above the 95 % quantile.
</details>
"""


# %%
def suggest_limit(norms, share):
    raise NotImplementedError("Exercise 8.3: write suggest_limit")


# %%
r = Rubric(points=2)
with r.check(
    "a quarter of five steps", hint="The limit lies above 1 - share of the norms."
):
    assert_close(suggest_limit([4.0, 1.0, 3.0, 5.0, 2.0], 0.25), 4.0)
with r.check("nobody is clipped", hint="share = 0 is the largest norm."):
    assert_close(suggest_limit([4.0, 1.0, 9.0], 0.0), 9.0)
_ = r.score()

# %% [markdown]
r"""
## Common mistakes

| mistake | symptom |
|---|---|
| clipping after `step` | no effect |
| clipping each array by its own norm | layers with small gradients are favoured |
| always dividing by the norm | short gradients become longer; training never comes to rest |
| clipping the weights | a model that cannot learn large weights |
| limit far too low | slow, although $\eta$ is large |
| looking at the loss only | the jump is seen when it is too late |
| clipping to hide `nan` | wrong results without an error |

## Summary

- Gradients are products with a factor a layer: some places are walls. One step from
  there goes far away.
- By value: every entry into [lo, hi]. By norm: the whole gradient down to length $v$,
  over all arrays together.
- By norm keeps the direction. By value turns it, but with lo $< 0 <$ hi it descends.
- Watch the norms, and set the limit somewhat above their usual size.

## Quiz
"""

# %%
clipping.quiz()

# %% [markdown]
r"""
## Assignment and reading

Now do the assignment of this lecture, **a08**. Next: [optimizers](09_optimizers.ipynb),
which choose the step with more care from the beginning.

- R. Pascanu, T. Mikolov, Y. Bengio (2013), On the difficulty of training recurrent
  neural networks, *ICML*, [arXiv:1211.5063](https://arxiv.org/abs/1211.5063): clipping
  by norm.
- J. Zhang, T. He, S. Sra, A. Jadbabaie (2020), Why gradient clipping accelerates
  training, [arXiv:1905.11881](https://arxiv.org/abs/1905.11881).
- S. Hochreiter, J. Schmidhuber (1997), Long short-term memory,
  [doi:10.1162/neco.1997.9.8.1735](https://doi.org/10.1162/neco.1997.9.8.1735): another
  way around the walls.
- I. Goodfellow, Y. Bengio, A. Courville (2016), *Deep Learning*, MIT Press, section
  10.11.1.
"""
