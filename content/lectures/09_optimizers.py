# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
r"""
# 9. Optimizers

Backpropagation says which way is down. How far to go, and whether to trust one look, is
the optimizer's business. It decides how long training takes, and sometimes whether it
works.

Time: about 100 minutes, best in two sittings (9.1 to 9.5, 9.6 to 9.11). You need:
[backpropagation](03_backpropagation.ipynb), Taylor's formula, mean and variance.
"""

# %% [markdown]
r"""
## You will be able to

- **show** why a small step downhill helps, and when a step is too long;
- **tell** convex sets and functions from others, and minima from saddles;
- **compare** full-batch, single-sample and mini-batch descent by cost and noise;
- **write** momentum, Adagrad, RMSProp, Adadelta and Adam, and say what each remembers;
- **choose** an optimizer, a learning rate and a decay law, and defend the choice.
"""

# %%
from functools import partial

import numpy as np

from nnlib import landscapes, optim, schedules
from nnlib.landscapes import descend, narrow_bowl, narrow_bowl_gradient
from nnlib.testing import Rubric, assert_close
from nnlib.train import gradient_variance
from nnlib.viz import batches, deep_training, descent, memory, race, show

# %% [markdown]
r"""
## 9.1 A long valley

Whoever knows the optimizer can tune the training, so this lecture opens the box. All of
it happens on $f(\theta) = 0.1\,\theta_1^2 + 2\,\theta_2^2$, a valley twenty times
steeper across than along, from $(-5, -2)$. Figures call the axes $x_1, x_2$, but these
are *parameters*: the data are fixed.

| symbol | shape | in code | argument of | meaning |
|---|---|---|---|---|
| $\theta$ | any | `params` | `nnlib.optim.SGD` | parameters |
| $\eta$, $\eta_t$ | number | `lr` | `nnlib.optim.SGD` | learning rate, or a schedule of it |
| $g_t$ | as $\theta$ | `grad` | - | gradient at step $t = 1, 2, \dots$ |
| $\mu$ | number | `mu` | `nnlib.optim.Momentum` | share of the velocity that is kept |
| $\rho$ | number | `rho` | `nnlib.optim.RMSProp` | share of an average that is kept |
| $\beta_1, \beta_2$ | numbers | `beta1` | `nnlib.optim.Adam` | the same for Adam's two averages |
| $\epsilon$ | number | `eps` | `nnlib.optim.Adam` | keeps a quotient finite |
| $B$ | number | `batch_size` | `nnlib.train.gradient_variance` | samples in a mini-batch |
"""

# %% tags=["nbval-check-output"]
start = [-5.0, -2.0]
for eta in (0.4, 0.6):
    path = descend(narrow_bowl_gradient, start, partial(optim.SGD, lr=eta), steps=20)
    print(f"eta = {eta}: after 20 steps at ({path[-1, 0]:.3f}, {path[-1, 1]:.3f})")

# %%
plain = partial(descend, narrow_bowl_gradient, start)
show(
    descent.paths_on(
        narrow_bowl,
        {
            r"$\eta = 0.05$": plain(partial(optim.SGD, lr=0.05), 20),
            r"$\eta = 0.4$": plain(partial(optim.SGD, lr=0.4), 20),
            r"$\eta = 0.6$": plain(partial(optim.SGD, lr=0.6), 5),
        },
    ),
    alt="Three descents on the contour lines of a long valley. With a rate of 0.05 "
    "the path is still near -4 after 20 steps. With 0.4 it zigzags across the valley "
    "and creeps along it. With 0.6 it jumps across, farther with each step, and leaves "
    "the picture.",
)

# %% [markdown]
r"""
*What to see.* Each step multiplies $\theta_1$ by $1 - 0.2\eta$ and $\theta_2$ by $1 -
4\eta$. With $\eta = 0.4$ these are $0.92$ and $-0.6$: far too timid along the valley,
already jumping across. With 0.6 the second is $-1.4$. One rate must serve both
directions: everything from 9.6 on is about that.

## 9.2 Why descent descends

**One variable.** Taylor's formula with the step $\varepsilon = -\eta f'(\theta)$ gives

$$f(\theta - \eta f') = f(\theta) - \eta\, f'^2 + O(\eta^2 f'^2).$$

The middle term is negative unless $f' = 0$, and for small $\eta$ it outweighs the rest.
So a *small enough* step always helps. How small? On a parabola with curvature $f'' = L$
a step multiplies the distance to the minimum by $1 - \eta L$: it shrinks if $\eta <
2/L$, and $\eta = 1/L$ arrives at once. "Converges for a well-chosen $\eta$" means just
this.

**Many variables.** $f(\theta + \varepsilon) = f(\theta) + \varepsilon^\top \nabla
f(\theta) + O(\lVert \varepsilon \rVert^2)$, where the gradient $\nabla f = (\partial
f/\partial \theta_1, \dots, \partial f/\partial \theta_d)^\top$ points to the steepest
*increase*. So we walk against it:

$$\theta_t = \theta_{t-1} - \eta\, g_t, \qquad g_t = \nabla f(\theta_{t-1}), \qquad t = 1, 2, \dots$$

from a random start until $\lVert g_t \rVert$ is nearly 0. This is **[gradient
descent](../site/glossary.md#gradient-descent)**: compute the gradient, multiply by the
rate, subtract, repeat. For $f = \theta_1^2 + 2\theta_2^2$ from $(-5, -2)$, $g =
(2\theta_1, 4\theta_2) = (-10, -8)$, the next place is $(-5 + 10\eta, -2 + 8\eta)$ and
costs $33 - 164\eta + 228\eta^2$:
"""

# %% tags=["nbval-check-output"]
f, grad = landscapes.bowls, landscapes.bowls_gradient
theta = np.array(start)
for eta in (-0.01, 0.01, 0.1, 41 / 114, 0.8):
    after = theta - eta * grad(theta)
    formula = 33 - 164 * eta + 228 * eta**2
    print(
        f"eta = {eta:5.2f}: {after.round(2)}, cost {f(after):6.2f}, formula {formula:.2f}"
    )

# %%
show(
    descent.parabola_runs((0.05, 0.3, 0.9, 1.05)),
    alt="Eight steps on the parabola x squared from -1 for four rates. 0.05 creeps down one "
    "side, 0.3 is at the bottom after three steps, 0.9 jumps from side to side and comes "
    "down, 1.05 climbs out.",
)

# %% [markdown]
r"""
*What to see.* The limit is $2/L = 1$. A low rate is slow and spends long on
[plateaus](../site/glossary.md#plateau); it does not keep us from missing a minimum. A
high one overshoots. In two runs side by side, the one that jumps across has the larger
rate.

### Exercise 9.1 (10 minutes)

Write `descend_to(gradient, theta, eta, tol)`: repeat steps until the norm of the
gradient is at most `tol`; return $\theta$ and the number of steps. Do not change the
given array.

<details><summary>Solution</summary>

```python
def descend_to(gradient, theta, eta, tol):
    steps, g = 0, gradient(theta)
    while np.linalg.norm(g) > tol:
        theta = theta - eta * g
        steps, g = steps + 1, gradient(theta)
    return theta, steps
```

Add a limit of steps where it matters: with too large a rate this loop ends in an overflow.
</details>
"""


# %%
def descend_to(gradient, theta, eta, tol):
    raise NotImplementedError("Exercise 9.1: write descend_to")


# %%
r = Rubric(points=3)
origin = np.array([-5.0, -2.0])
with r.check("it arrives", hint="Subtract eta times the gradient."):
    assert_close(descend_to(grad, origin, 0.2, 1e-8)[0], np.zeros(2), atol=1e-7)
with r.check("it counts", hint="One step halves x1: 2 x1 is 10, 5, 2.5, ..."):
    assert descend_to(lambda x: 2 * x, np.array([4.0]), 0.25, 1.0)[1] == 3
with r.check("the start stays", hint="theta = theta - ..., not theta -= ..."):
    descend_to(grad, origin, 0.2, 1e-3)
    assert origin[0] == -5.0, "the given array was changed"
_ = r.score()

# %% [markdown]
r"""
## 9.3 Shapes: convex, and what networks have

A set is **[convex](../site/glossary.md#convex-set)** if with $a$ and $b$ it contains
the segment $\lambda a + (1-\lambda) b$, $\lambda \in [0, 1]$. All of $\mathbb{R}^d$ is,
and so are balls $\{\theta : \lVert\theta\rVert \le r\}$. Intersections of convex sets
are convex; unions need not be: think of $[0,1] \cup [2,3]$. A function on a convex set
is **[convex](../site/glossary.md#convex-function)** if no chord runs below the graph:

$$\lambda f(\theta) + (1-\lambda) f(\theta') \;\ge\; f\big(\lambda\theta + (1-\lambda)\theta'\big).$$

**Jensen's inequality** extends this to many points: for $\alpha_i \ge 0$ with $\sum_i
\alpha_i = 1$,

$$\sum_i \alpha_i f(\theta_i) \ge f\Big(\sum_i \alpha_i \theta_i\Big), \qquad \text{or}\quad
\mathbb{E}\, f(\theta) \ge f(\mathbb{E}\,\theta).$$

Without the two conditions on $\alpha$ it is false: $\alpha = (1, 1)$, $f = \theta^2$,
both points 1 gives $2 \ge 4$.

> **Think!** Complete the proof by induction. Two points are the definition. For $k+1$
> points, put $\beta = 1 - \alpha_{k+1}$ and ...

<details><summary>Answer</summary>

... merge the first $k$ into one: $\bar\theta = \sum_{i \le k} \frac{\alpha_i}{\beta}\theta_i$, whose
weights sum to 1. Then $f(\beta\bar\theta + \alpha_{k+1}\theta_{k+1}) \le \beta f(\bar\theta) +
\alpha_{k+1} f(\theta_{k+1})$ by the definition, and $f(\bar\theta) \le \sum_{i\le k}
\frac{\alpha_i}{\beta} f(\theta_i)$ by the assumption for $k$ points. Insert. (If $\beta = 0$ there is nothing to show.)
</details>
"""

# %% tags=["nbval-check-output"]
points = np.random.default_rng(0).uniform(-2, 2, size=(60, 1))
for name, g in {
    "x^2": lambda x: x[:, 0] ** 2,
    "3x + 1": lambda x: 3 * x[:, 0] + 1,
    "two valleys": landscapes.double_well,
}.items():
    convex = landscapes.is_convex_function(g, points)
    gap = landscapes.jensen_gap(g, np.array([[-1.0], [1.0]]))
    print(f"{name:11}: convex {convex}, gap of Jensen for -1 and 1: {gap:.2f}")

# %%
show(
    descent.convex_or_not(),
    alt="A disc holds the segment between any two of its points; a boomerang does not. The "
    "chord of a parabola lies above the graph; a chord between two valleys runs below the "
    "hill in the middle.",
)
show(
    descent.jensen_gaps([0.0, 0.5, 1.0, 1.5, 2.0]),
    alt="Gap of Jensen's inequality for two points by their distance from the mean: growing "
    "for the square and the exponential function, zero for a straight line.",
)

# %% [markdown]
r"""
On a convex function, descent that converges has found a global minimum. Costs of
networks are not convex. Then a small gradient means a [stationary
point](../site/glossary.md#stationary-point) only:

- a **local minimum**, perhaps a poor one. Noise can push the walker out, which is one
  merit of noisy gradients;
- a **[saddle point](../site/glossary.md#saddle-point)**: gradient zero, yet neither a
  local minimum *nor a local maximum*.

Why study convex functions, then? Near a minimum, networks look like them, and an
algorithm that fails there fails everywhere.
"""

# %%
show(
    descent.stationary_points(),
    alt="Left, a function with two valleys. Plain descent from the right ends in the right "
    "one, which is higher; noisy descent crosses the hill. Right, the contour "
    "lines of a saddle with a cross at the middle.",
)

# %% [markdown]
r"""
## 9.4 Using the curvature

With second derivatives, $f(\theta + \varepsilon) \approx f + \varepsilon^\top\nabla f +
\tfrac12 \varepsilon^\top H \varepsilon$, with the
**[Hessian](../site/glossary.md#hessian)** $H = \nabla\nabla^\top f$. The best
$\varepsilon$ of this model is **Newton's** step $-H^{-1}\nabla f$: no learning rate,
and on $\theta^2/2$ or on our valley it arrives in one step. But $d$ parameters make
$d^2$ second derivatives, and "best" holds only where $H$ is positive definite. Near a
saddle Newton runs *to the saddle*. The cheap version keeps only the diagonal
(**preconditioning**), and with absolute values it runs away from there. Adaptive
methods (9.7) live on this idea.
"""

# %% tags=["nbval-check-output"]
for name, gradient, hessian, begin in [
    ("valley", narrow_bowl_gradient, landscapes.narrow_bowl_hessian, start),
    ("saddle", landscapes.saddle_gradient, landscapes.saddle_hessian, [1.0, 1.0]),
]:
    for rule in (optim.Newton, optim.DiagonalNewton):
        path = descend(gradient, begin, partial(rule, hessian=hessian), steps=1)
        print(f"{name}: {rule.__name__:14} goes to {(path[1] + 0.0).round(3)}")

# %% [markdown]
r"""
## 9.5 Many data: look at a part

The cost is a mean over $N$ samples, $f = \frac1N \sum_i f_i$, and so is its gradient.
One exact look costs $N$ backward passes, each as expensive as there are weights. Three
choices:

| name | gradient from | updates an epoch | character |
|---|---|---|---|
| full batch | all $N$ | 1 | exact, slow |
| single sample ([online](../site/glossary.md#online-learning), SGD in the narrow sense) | one random sample | $N$ | cheap; cost falls only on average |
| **[mini-batch](../site/glossary.md#mini-batch)** | $B$ random samples | $N/B$ | a better estimate, suits the hardware; the usual choice |

An **iteration** is one update; an **[epoch](../site/glossary.md#epoch)** is one pass
over all samples. MNIST with $N = 60000$ and $B = 100$ has 600 iterations an epoch; $N =
1000$ has 1, 1000 or, with $B = 50$, 20. If $B$ does not divide $N$, the last batch is
smaller or dropped: 22 samples in fives are 4 batches and 2 left over.

**Unbiased.** A sample drawn uniformly has $\mathbb{E}_i[\nabla f_i] = \frac1N\sum_i
\nabla f_i$: right on average, at $1/N$ of the price. (For the true risk it is unbiased
only while samples are fresh.)

**Redundant.** Large sets repeat themselves. The mean over one half (with its factor
$\frac{2}{N}$!) points almost where the full mean does, so two half steps are worth two
full ones, for the price of one.
"""

# %% tags=["nbval-check-output"]
gradients = batches.digit_gradients(400)
sizes = [20, 50, 100, 200, 400]
cosines = batches.half_cosines(gradients, sizes)
print(
    "half and full point the same way:",
    [f"{n}: {c:.1f}" for n, c in zip(sizes, cosines, strict=True)],
)
for B in (1, 4, 16, 64):
    theory = gradient_variance(gradients, B, replace=True).sum()
    ratio = batches.measured_variance(gradients, B) / theory
    print(f"B = {B:2}: measured variance / (sigma^2 / B) = {ratio:.1f}")

# %%
show(
    batches.redundancy(sizes, cosines),
    alt="Cosine between the gradient of half of the digits and of all, by their number, log "
    "axis: about 0.9 for 20 samples and 0.98 for 400.",
)
show(
    batches.variance_by_size(
        [1, 4, 16, 64],
        [batches.measured_variance(gradients, B) for B in (1, 4, 16, 64)],
        [gradient_variance(gradients, B, replace=True).sum() for B in (1, 4, 16, 64)],
    ),
    alt="Variance of the mini-batch gradient by batch size on two log axes: measured points "
    "lie on the line sigma squared over B, from 20 down to 0.3.",
)

# %% [markdown]
r"""
**Noisy.** The price of few samples is variance:

$$\operatorname{Var}(\hat g) = \frac{\sigma^2}{B} \quad\text{with replacement}, \qquad
\frac{\sigma^2}{B}\cdot\frac{N-B}{N-1} \quad\text{without}.$$

*What to see.* Four times the work halves the noise (its standard deviation), no more. So
small batches pay at first, and large ones when the noise stops us.

**Shuffled.** In file order a batch may hold one class only, and updates may go round in
circles: for $f_1 = \theta$ and $f_2 = -\theta$, each pass returns to its start. So draw
a new order of the *samples* in every epoch, then cut. Shuffling ready-made batches
keeps their composition. Twenty samples, $B = 5$, two epochs:
"""

# %%
show(
    batches.batch_strips(
        [
            [7, 10, 3, 20, 16, 2, 1, 18, 19, 12, 6, 11, 17, 15, 5, 14, 4, 9, 13, 8],
            [19, 16, 18, 6, 9, 13, 1, 14, 20, 11, 3, 8, 7, 12, 4, 17, 5, 10, 2, 15],
        ],
        size=5,
    ),
    alt="Two rows of the numbers 1 to 20, in two random orders, each cut into four batches of "
    "five. No two batches hold the same samples.",
)

# %%
noise = batches.noisy_gradient(spread=2.0)
few = descend(noise, start, partial(optim.SGD, lr=0.1), 60)
show(
    descent.paths_on(
        narrow_bowl,
        {"full batch": plain(partial(optim.SGD, lr=0.1), 60), "noisy gradients": few},
    ),
    alt="Two descents with rate 0.1. With the full gradient the path is smooth. With noisy "
    "gradients it is jagged, goes the same way on average, and trembles around the valley's "
    "floor.",
)

# %% tags=["nbval-check-output"]
orders = {"fixed": [1, -1] * 6, "drawn": np.random.default_rng(2).choice([1, -1], 12)}
for name, slopes in orders.items():  # gradients of f1 = theta and f2 = -theta
    theta = -0.1 * np.cumsum(slopes)
    print(f"{name} order, theta after each epoch:", (theta[1::2] + 0.0).round(1))

# %% tags=["nbval-check-output"]
runs = batches.losses_by_batch((1, 20, 200, 1797))
for size, run in runs.items():
    print(f"B = {size:4}: {run.updates[0]:4} updates an epoch,", end=" ")
    print("loss below 1 after 6 epochs:", run.losses[-1] < 1)

# %%
show(
    batches.loss_by_work(runs),
    alt="Loss of a small network on digits for batch sizes 1, 20, 200 and all. By epochs, the "
    "smaller the batch the faster the fall. By number of updates, the larger the batch the "
    "fewer updates are needed for the same loss.",
)

# %% [markdown]
r"""
*What to see.* By work, small batches win here: more updates for the same number of
samples. By updates, large batches win: each step is better. In seconds, batches of 20
to 200 are much faster than single samples, since one matrix product replaces many.
Batch size also changes where training ends, and how well it generalises (lecture 10).

The complete algorithm, with separate names for all counters, is `nnlib.train.fit`: for
each of $E$ epochs shuffle; for $j = 1, \dots, \lceil N/B \rceil$ take batch $j$,
average its gradients by backpropagation, $t \leftarrow t+1$, update.

## 9.6 Momentum

Across the valley gradients alternate, along it they agree. So add them up:

$$v_t = \mu\, v_{t-1} + \eta_t\, g_t, \qquad \theta_t = \theta_{t-1} - v_t, \qquad v_0 = 0.$$

Expanded, $v_t = \eta_t g_t + \mu\, \eta_{t-1} g_{t-1} + \dots + \mu^{t-1}\eta_1 g_1$:
a weighted *sum* of past gradients. (Not an average: the weights add up to $1/(1-\mu)$,
ten for $\mu = 0.9$.) This is **[momentum](../site/glossary.md#momentum)**. With $\mu$
too small we are back at the zigzag, with $\mu$ too large the walker overshoots and
forgets slowly. **Nesterov** takes the gradient where the velocity is about to lead.
PyTorch keeps $\eta$ out of the sum, $v \leftarrow \mu v + g$, $\theta \leftarrow
\theta - \eta v$: the same for constant $\eta$, another algorithm once $\eta$ changes.
"""

# %% tags=["nbval-check-output"]
for eta, mu in ((0.4, 0.5), (0.6, 0.25), (0.6, 0.5)):
    end = plain(partial(optim.Momentum, lr=eta, mu=mu), 20)[-1]
    print(f"eta {eta}, mu {mu}: after 20 steps at ({end[0]:.3f}, {end[1]:.3f})")
v, rates, g = 0.0, [0.4, 0.3, 0.2], [1.0, -2.0, 4.0]
for eta, slope in zip(rates, g, strict=True):
    v = 0.5 * v + eta * slope
print("recursion", round(v, 3), "expanded", 0.2 * 4 + 0.5 * 0.3 * -2 + 0.25 * 0.4 * 1)
v = 0.0
for _ in range(20):
    v = 0.9 * v + 1.0
print(f"constant gradient 1, eta 1, mu 0.9: velocity {v:.2f}, limit 10")

# %%
settings = [(0.4, 0.5), (0.6, 0.25), (0.6, 0.5), (0.6, 0.9)]
swings = {
    rf"$\eta = {eta}$, $\mu = {mu}$": plain(partial(optim.Momentum, lr=eta, mu=mu), 20)
    for eta, mu in settings
}
show(
    descent.paths_on(narrow_bowl, swings, ylim=(-4.0, 4.0)),
    alt="Four descents with momentum. Rate 0.4 with 0.5 swings across once or twice and arrives "
    "nearly. With rate 0.6, with which plain descent diverges, momentum 0.25 zigzags, 0.5 "
    "arrives, 0.9 swings far past the minimum.",
)

# %%
show(
    memory.memory_weights((0.5, 0.9), (0.95, 0.9, 0.8, 0.7)),
    alt="Weights of the past 40 steps. Momentum's start at 1 and fall with mu to the power k. "
    "RMSProp's start at 1 - rho and fall with rho to the power k; the larger rho, the "
    "lower the start and the longer the memory.",
)

# %% [markdown]
r"""
## 9.7 A rate for each coordinate

The trouble in the valley is not the difference between $\theta_1$ and $\theta_2$, it is
that between their *slopes*. So divide each slope by its own usual size. All operations
go entry by entry.

| name | state | step |
|---|---|---|
| **Adagrad** | $s_t = s_{t-1} + g_t^2$ | $\theta_t = \theta_{t-1} - \frac{\eta}{\sqrt{s_t} + \epsilon}\, g_t$ |
| **RMSProp** | $s_t = \rho s_{t-1} + (1-\rho) g_t^2$ | $\theta_t = \theta_{t-1} - \frac{\eta}{\sqrt{s_t + \epsilon}}\, g_t$ |
| **Adadelta** | $s_t$ as RMSProp, and $d_t = \rho d_{t-1} + (1-\rho) g_t'^2$ | $\theta_t = \theta_{t-1} - g_t'$, $g_t' = \sqrt{\frac{d_{t-1} + \epsilon}{s_t + \epsilon}}\, g_t$ |

- Adagrad never forgets: where slopes were large, its rate falls for good, sometimes too
  early.
- RMSProp forgets: $s_t = (1-\rho)(g_t^2 + \rho g_{t-1}^2 + \rho^2 g_{t-2}^2 + \dots)$.
  Of all weights, the past 40 steps hold 87 % for $\rho = 0.95$ and 99.99 % for 0.8.
- Adadelta measures steps by past steps and has no $\eta$. But its first step is about
  $\sqrt{\epsilon/(1-\rho)}$, so $\epsilon$ is a rate in disguise.

Whether $\epsilon$ stands inside the root or outside matters for tiny slopes: with $g =
10^{-8}$ and $\epsilon = 10^{-6}$ the factors differ a thousandfold.
"""

# %%
rules = {
    "Adagrad, eta 0.4": partial(optim.Adagrad, lr=0.4),
    "Adagrad, eta 2": partial(optim.Adagrad, lr=2.0),
    "RMSProp, eta 0.4": partial(optim.RMSProp, lr=0.4, rho=0.9),
    "Adadelta": partial(optim.Adadelta, rho=0.9, eps=1e-5),
}

# %% tags=["nbval-check-output"]
ends = {name: plain(rule, 20) for name, rule in rules.items()}
for name, path in ends.items():
    first = np.abs(path[1] - path[0])
    print(
        f"{name:16}: first step {first.round(3)}, after 20 at {(path[-1] + 0.0).round(3)}"
    )
print(
    "weights of 40 steps:",
    [f"{optim.ewma_weights(r, 40).sum():.3f}" for r in (0.95, 0.9, 0.8)],
)

# %%
show(
    descent.paths_on(narrow_bowl, {name: ends[name] for name in list(ends)[:3]}),
    alt="Three descents with a rate for each coordinate. Adagrad with rate 0.4 goes straight "
    "towards the minimum and slows down half way; with rate 2 it gets there; RMSProp gets "
    "there with 0.4.",
)

# %%
slopes = {name: narrow_bowl_gradient(path) for name, path in ends.items()}
show(
    memory.effective_rates(
        {
            "Adagrad": memory.adagrad_rates(slopes["Adagrad, eta 0.4"], 0.4),
            "RMSProp": memory.rmsprop_rates(slopes["RMSProp, eta 0.4"], 0.4),
        }
    ),
    alt="Rate of each coordinate by step, log axis. With Adagrad both only fall, the steep "
    "one being the lower. With RMSProp they rise again when slopes get small.",
)

# %% [markdown]
r"""
*What to see.* Of two Adagrad runs, the one that arrives has the larger rate. And the
first step of Adagrad is $\eta \operatorname{sign}(g)$, whatever the slopes are.

## 9.8 Adam, and its relatives

**Adam** joins momentum and RMSProp, both as averages:

$$v_t = \beta_1 v_{t-1} + (1-\beta_1) g_t, \qquad s_t = \beta_2 s_{t-1} + (1-\beta_2) g_t^2.$$

From $v_0 = 0$ we get $v_t = (1-\beta_1) \sum_{i=1}^t \beta_1^{t-i} g_i$. The weights
sum to $1 - \beta_1^t$, not to 1, so early averages are too small. Hence the **bias
correction**

$$\hat v_t = \frac{v_t}{1 - \beta_1^t}, \qquad \hat s_t = \frac{s_t}{1 - \beta_2^t}, \qquad
\theta_t = \theta_{t-1} - \eta\, \frac{\hat v_t}{\sqrt{\hat s_t} + \epsilon}.$$

Usual values are $\beta_1 = 0.9$, $\beta_2 = 0.999$, $\epsilon = 10^{-8}$. **AdamW**
adds weight decay that is not divided by $\sqrt{\hat s}$ (lecture 6). **Rprop** looks at
signs only: a step per weight that grows while the sign stays and shrinks when it
changes. It needs full batches: nine gradients of $+0.1$ and one of $-0.9$ sum to 0, yet
ten sign steps do not.
"""

# %% tags=["nbval-check-output"]
print("1 - 0.9^t for t = 1, 2, 10:", [f"{1 - 0.9**t:.3f}" for t in (1, 2, 10)])
slopes = [1.0, -2.0, 4.0]
v = 0.0
for slope in slopes:
    v = 0.9 * v + 0.1 * slope
print(f"v_3 = {v:.3f}, corrected {v / (1 - 0.9**3):.3f}")
for corrected in (True, False):
    v, s = 0.1 * 8, 0.001 * 8**2
    if corrected:
        v, s = v / 0.1, s / 0.001
    print(f"first step for g = 8, corrected {corrected}: {0.4 * v / np.sqrt(s):.2f}")

# %% tags=["nbval-check-output"]
path = plain(partial(optim.Adam, lr=0.4), 20)
print("Adam, eta 0.4: after 20 steps at ", path[-1].round(3))
for name, rule in {
    "AdamW, decay 0.1": partial(optim.AdamW, lr=0.4, weight_decay=0.1),
    "Rprop, first step 0.1": partial(optim.Rprop, lr=0.1),
}.items():
    print(f"{name}: after 20 steps at", (plain(rule, 20)[-1] + 0.0).round(3))

# %%
show(
    memory.bias_of_averages((0.9, 0.999)),
    alt="Sum of the weights of an average that starts at 0, by step. For beta 0.9 it is near "
    "1 after 40 steps, for beta 0.999 it is only 0.1 after 100.",
)

# %% [markdown]
r"""
*What to see.* With $\beta_2 = 0.999$ the average of squares is far too small for
hundreds of steps. Without correction the first step is three times too long.

### Exercise 9.2 (15 minutes)

Write `adam_step(theta, g, state, eta)` with the usual constants. `state` is a
dictionary, empty at first, in which you keep $v$, $s$ and $t$. Return the new $\theta$.

<details><summary>Solution</summary>

```python
def adam_step(theta, g, state, eta):
    state["t"] = t = state.get("t", 0) + 1
    state["v"] = 0.9 * state.get("v", 0.0) + 0.1 * g
    state["s"] = 0.999 * state.get("s", 0.0) + 0.001 * g**2
    vhat, shat = state["v"] / (1 - 0.9**t), state["s"] / (1 - 0.999**t)
    return theta - eta * vhat / (np.sqrt(shat) + 1e-8)
```

The first step is $\eta \operatorname{sign}(g)$: a quick check of both corrections.
</details>
"""


# %%
def adam_step(theta, g, state, eta):
    raise NotImplementedError("Exercise 9.2: write adam_step")


# %%
def adam_path(steps):
    theta, state = np.array([-5.0, -2.0]), {}
    for _ in range(steps):
        theta = adam_step(theta, narrow_bowl_gradient(theta), state, 0.4)
    return theta


r = Rubric(points=4)
with r.check("the first step", hint="Correct both averages: eta times the sign of g."):
    assert_close(adam_path(1), np.array([-4.6, -1.6]), atol=1e-6)
with r.check("what is remembered", hint="Keep v, s and t in state.", weight=2):
    assert_close(adam_path(20), path[-1], atol=1e-6)
with r.check("nothing is shared", hint="A new state starts at t = 1."):
    assert_close(adam_path(1), np.array([-4.6, -1.6]), atol=1e-6)
_ = r.score()

# %% [markdown]
r"""
## 9.9 Rates that fall

Noise keeps a constant step from coming to rest. How to set $\eta$ is an open question; a
**[decay law](../site/glossary.md#learning-rate-schedule)** is one answer:

| law | $\eta_t$ | in code |
|---|---|---|
| power | $\eta\, t^{p}$, $p = -1$ or $-\tfrac12$, $t \ge 1$ | `power(eta, p)` |
| geometric | $\eta\, q^t$ | `geometric(eta, q)` |
| inverse (time-based) | $\eta/(1 + r t)$ | `inverse(eta, r)` |
| exponential | $\eta\, e^{-\lambda t}$ | `exponential(eta, lam)` |
| step | $\eta\, r^{\lfloor t/t_u \rfloor}$ | `step(eta, r, t_u)` |
| cosine, warm-up | half a cosine; a line up at the start | `cosine`, `warmup` |

The floor brackets of the step law are missing in some texts; then it is plain
exponential decay, and at $t = 15$ gives 0.035 instead of 0.05. Say what $t$ counts,
updates or epochs.
"""

# %% tags=["nbval-check-output"]
laws = {
    "power, p = -1/2": schedules.power(0.1, -0.5),
    "geometric, q = 0.95": schedules.geometric(0.1, 0.95),
    "inverse, r = 0.1": schedules.inverse(0.1, 0.1),
    "exponential, 0.1": schedules.exponential(0.1, 0.1),
    "step, half every 10": schedules.step(0.1, 0.5, 10),
    "cosine": schedules.cosine(0.1, 60),
    "warm-up, cosine": schedules.warmup(schedules.cosine(0.1, 60), 10),
}
for name, law in laws.items():
    print(f"{name:20}", [f"{float(law(t)):.3f}" for t in (1, 10, 15, 50)])

# %%
show(
    memory.decay_laws(laws),
    alt="Seven decay laws over 60 updates from 0.1. The power law falls fastest at first, the "
    "step law is a staircase, the cosine stays high and falls in the middle, and warm-up "
    "starts low.",
)

# %% [markdown]
r"""
## 9.10 The race

Two optimizers, four landscapes. Press the play button, or move the slider *step*.
"""

# %%
race.explore_race()

# %%
show(
    race.race("narrow bowl", "SGD", 0.4, "Momentum", 0.4, step=20),
    alt="The explorer after 20 steps in the narrow valley. SGD zigzags and is still one unit "
    "from the minimum; momentum swings wider and is closer. Beside it, the height of both by step.",
)

# %% [markdown]
r"""
*What to see.* Try Adam against SGD on the saddle from $\theta_2 = 0$: both walk onto it
and rest there; a start at 0.1 suffices to escape. On the cliff, find out who survives
the wall. There is no winner on all landscapes.

## 9.11 Put together: digits

The network of lecture 5, eight epochs, batches of 32, a sensible rate for each optimizer.
"""

# %% tags=["nbval-check-output"]
contest = {
    "SGD": partial(optim.SGD, lr=0.05),
    "Momentum": partial(optim.Momentum, lr=0.02, mu=0.9),
    "Nesterov": partial(optim.Nesterov, lr=0.02, mu=0.9),
    "Adagrad": partial(optim.Adagrad, lr=0.02),
    "RMSProp": partial(optim.RMSProp, lr=0.001),
    "Adam": partial(optim.Adam, lr=0.001),
    "SGD, decaying": partial(optim.SGD, lr=schedules.inverse(0.2, 0.01)),
}
losses = {name: deep_training.optimizer_losses(rule) for name, rule in contest.items()}
for name, loss in losses.items():
    print(f"{name:13}: loss below 0.5 after 8 epochs {loss[-1] < 0.5}")

# %%
show(
    memory.loss_curves(losses),
    alt="Training loss by epoch, log axis, seven optimizers. All fall from about 2 to between "
    "0.02 and 0.15. Plain SGD with a constant rate and RMSProp end highest, Nesterov and "
    "Adagrad lowest; the others lie between.",
)

# %% [markdown]
r"""
*What to see.* All of them learn, and the last shall be first with other rates: an
unfair choice makes any of them win. SGD with a rate that falls ends well below SGD with
a constant one. As a start: Adam with 0.001, or momentum 0.9 with a tuned and decaying
rate, which often generalises a little better. PyTorch has all of these in
`torch.optim`.

> **Think!** "Adam adapts the rate, so $\eta$ need not be tuned." True?

<details><summary>Answer</summary>

No. Adam sets the *relative* sizes of the coordinates' steps; each step is still about $\eta$ long. Too
large an $\eta$ makes it tremble, too small an $\eta$ makes it crawl.
</details>

## Common mistakes

| mistake | symptom |
|---|---|
| step along $+g$ | cost rises from the first step |
| $\eta > 2/L$ in the steepest direction | oscillation, growing |
| no shuffling | loss goes in circles; batches of one class |
| sum instead of mean over the batch | the right $\eta$ depends on $B$ |
| forgotten bias correction | first steps far too long |
| $t$ starts at 0 in Adam | division by zero |
| state shared by several parameters | shapes clash, or silently wrong steps |
| $\epsilon$ in another place than the reference | no difference, until gradients are tiny |

## Summary

- A small step against the gradient lowers the cost; on a parabola steps up to $2/L$ do.
- Convex costs have no false minima. Networks have saddles and several minima.
- Mini-batches: unbiased, variance $\sigma^2/B$, $N/B$ updates an epoch, reshuffled each
  time.
- Momentum sums gradients; Adagrad, RMSProp and Adadelta divide by their size; Adam does
  both, and corrects for its start at 0.
- Decay the rate, say what $t$ counts, and compare optimizers at *their* best rates.

## Quiz
"""

# %%
memory.quiz()

# %% [markdown]
r"""
## Assignment and reading

Now do the assignment of this lecture, **a09**. Next: [training and
generalisation](10_training.ipynb), for a low cost is not yet the aim.

- D. Kingma, J. Ba (2015), Adam: a method for stochastic optimization,
  [arXiv:1412.6980](https://arxiv.org/abs/1412.6980).
- J. Duchi, E. Hazan, Y. Singer (2011), Adaptive subgradient methods for online learning
  and stochastic optimization, *Journal of Machine Learning Research* 12: Adagrad.
- M. Zeiler (2012), Adadelta, [arXiv:1212.5701](https://arxiv.org/abs/1212.5701).
- M. Riedmiller, H. Braun (1993), A direct adaptive method for faster backpropagation
  learning: the RPROP algorithm,
  [doi:10.1109/ICNN.1993.298623](https://doi.org/10.1109/ICNN.1993.298623).
- B. Polyak (1964), Some methods of speeding up the convergence of iteration methods,
  [doi:10.1016/0041-5553(64)90137-5](https://doi.org/10.1016/0041-5553%2864%2990137-5):
  momentum.
- S. Boyd, L. Vandenberghe (2004), *Convex Optimization*, Cambridge University Press.
- I. Goodfellow, Y. Bengio, A. Courville (2016), *Deep Learning*, MIT Press, chapter 8.
"""
