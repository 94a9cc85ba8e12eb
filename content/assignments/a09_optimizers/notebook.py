# ---
# jupyter:
#   nncourse:
#     allow: [nnlib.testing, nnlib.viz.style]
# ---

# %% [markdown]
r"""
# Assignment 9: Optimizers

You cut data into batches, let the learning rate fall, and build the optimizers that everybody
uses: as objects that remember.

**You will be able to**

- draw mini-batches, anew in every epoch;
- write a decay law, and hand it to an optimizer;
- write momentum, Adagrad, RMSProp, Adadelta and Adam as classes with state;
- say what each of them remembers, and why Adam corrects its averages;
- take a Newton step.

**Time:** 4 hours. **Points:** 29, of which 23 are given by automatic checks and 6
for two written answers. **Before you start:** lecture 9.

**How to work.** Replace each `raise NotImplementedError(...)` by your own code. The cell
below each task checks it at once: it names what works, what does not, and gives hints.
Points are given for each named check, so half a solution is worth something. After you
hand in, further checks run on other inputs. Write each task so that it does not call
the functions of other tasks: then a slip in one costs you nothing in the next. Nothing may
change the arrays that it gets.
"""

# %% [markdown]
r"""
## Notation

| symbol | shape | in code | meaning |
|---|---|---|---|
| $\theta$ | any | `theta` | parameters |
| $g$ | as $\theta$ | `g` | gradient of the cost at $\theta$ |
| $\eta$, $\eta_t$ | number | `eta` | learning rate, in step $t = 1, 2, \dots$ |
| $v$ | as $\theta$ | | velocity, or average of gradients |
| $s$ | as $\theta$ | | sum or average of squared gradients, entry by entry |
| $d$ | as $\theta$ | | average of squared steps |
| $\mu$, $\rho$, $\beta_1$, $\beta_2$ | numbers | `mu`, `rho`, `beta1`, `beta2` | how much is kept |
| $\epsilon$ | number | `eps` | keeps the division away from 0 |
| $N$, $B$ | numbers | `n_samples`, `size` | samples in all, samples of a batch |

**The optimizers.** Each is a class with the same two methods: `__init__` takes the settings,
and `step(theta, g)` takes the parameters and their gradient, updates what the object
remembers, and **returns the new parameters**. All operations go entry by entry. What is
remembered starts at 0, which works for any shape: `0.0 + g` has the shape of `g`. You choose
the names of what you keep.
"""

# %% nbgrader={"grade_id": "setup", "locked": true}
import numpy as np

from nnlib.testing import Rubric, assert_close

START = np.array([-5.0, -2.0])


def valley_gradient(theta):
    """Return the gradient of 0.1 theta_1^2 + 2 theta_2^2."""
    return np.array([0.2, 4.0]) * theta


# %% [markdown]
r"""
## Task 9.1: Mini-batches (3 points)

Write `batches(n_samples, size, epochs, rng)`. It returns a list of index arrays, in the order in
which they are used. In each epoch every sample occurs exactly once: draw a new order of the
indices $0, \dots, N-1$ with `rng.permutation(n_samples)` and cut it into batches of `size`. The
last batch of an epoch is smaller if `size` does not divide $N$.

**Example.** `batches(5, 2, 1, rng)` returns three arrays of 2, 2 and 1 indices, which are
together 0, 1, 2, 3, 4 in a random order. With `size = n_samples` there is one batch an epoch,
with `size = 1` there are $N$.
"""


# %% nbgrader={"grade_id": "batches", "solution": true}
def batches(n_samples, size, epochs, rng):
    """Return the index arrays of all mini-batches, epoch after epoch."""
    ### BEGIN SOLUTION
    made = []
    for _ in range(epochs):
        order = rng.permutation(n_samples)
        made += [order[i : i + size] for i in range(0, n_samples, size)]
    return made
    ### END SOLUTION
    raise NotImplementedError("Task 9.1: return the list of index arrays")


# %% nbgrader={"grade_id": "test_batches", "grade": true, "locked": true, "points": 3}
r = Rubric(points=3)
with r.check(
    "sizes of one epoch", hint="Cut the order every `size` places; keep the rest."
):
    sizes = [len(b) for b in batches(5, 2, 1, np.random.default_rng(1))]
    assert sizes == [2, 2, 1], f"the sizes are {sizes}, expected [2, 2, 1]"
with r.check("each sample once an epoch", hint="A permutation has every index once."):
    made = batches(6, 3, 2, np.random.default_rng(2))
    assert len(made) == 4, f"there are {len(made)} batches, expected 4"
    for epoch in (made[:2], made[2:]):
        seen = sorted(int(i) for b in epoch for i in b)
        assert seen == [0, 1, 2, 3, 4, 5], f"an epoch has the samples {seen}"
### BEGIN HIDDEN TESTS
with r.check(
    "a new order in every epoch, from rng",
    weight=2,
    hidden=True,
    hint="Draw again at the start of each epoch, and shuffle samples, not batches; two "
    "generators of one seed agree.",
):
    made, again, other = (
        [int(i) for b in batches(30, 7, 3, np.random.default_rng(seed)) for i in b]
        for seed in (3, 3, 4)
    )
    epochs = [tuple(made[i : i + 30]) for i in (0, 30, 60)]
    assert all(sorted(epoch) == list(range(30)) for epoch in epochs), (
        "samples are missing"
    )
    assert len(set(epochs)) == 3, "two epochs have the same order"
    assert tuple(range(30)) not in epochs, "an epoch goes in file order"
    neighbours = [k for k in (0, 7, 14, 21, 30) if np.ptp(made[k : k + 7]) < 7]
    assert not neighbours, "a batch holds samples that are neighbours in the file"
    assert made == again, "the same seed gives other batches"
    assert made != other, "another seed gives the same batches"
with r.check(
    "the whole set, and single samples",
    hidden=True,
    hint="size = N: one batch an epoch. size = 1: N batches.",
):
    sizes = [len(b) for b in batches(4, 4, 3, np.random.default_rng(5))]
    assert sizes == [4, 4, 4], f"the sizes are {sizes}"
    sizes = [len(b) for b in batches(3, 1, 2, np.random.default_rng(6))]
    assert sizes == [1] * 6, f"the sizes are {sizes}"
    sizes = [len(b) for b in batches(3, 10, 1, np.random.default_rng(7))]
    assert sizes == [3], f"the sizes are {sizes}"
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
## Task 9.2: Rates that fall (2 points)

| `law` | $\eta_t$ |
|---|---|
| `"constant"` | $\eta$ |
| `"power"` | $\eta\, t^{a}$ |
| `"inverse"` | $\eta / (1 + a t)$ |
| `"exponential"` | $\eta\, e^{-a t}$ |
| `"step"` | $\eta \cdot \left(\tfrac12\right)^{\lfloor t / a \rfloor}$ |

Write `rate(law, eta, t, a)`, which returns $\eta_t$, a number. Mind the floor brackets: the step
law halves the rate every $a$ steps, and does nothing between.

**Example.** At $t = 15$ with $\eta = 0.1$: `inverse` with $a = 0.1$ gives 0.04, `step` with
$a = 10$ gives 0.05.
"""


# %% nbgrader={"grade_id": "rate", "solution": true}
def rate(law, eta, t, a):
    """Return the learning rate of step t by a decay law."""
    ### BEGIN SOLUTION
    if law == "constant":
        return eta
    if law == "power":
        return eta * t**a
    if law == "inverse":
        return eta / (1 + a * t)
    if law == "exponential":
        return eta * np.exp(-a * t)
    return eta * 0.5 ** (t // a)
    ### END SOLUTION
    raise NotImplementedError("Task 9.2: return the rate of step t")


# %% nbgrader={"grade_id": "test_rate", "grade": true, "locked": true, "points": 2}
r = Rubric(points=2)
with r.check("constant and inverse", hint="Divide eta by 1 + a t."):
    assert_close(rate("constant", 0.3, 7, 0.5), 0.3, name="the rate")
    assert_close(rate("inverse", 0.1, 15, 0.1), 0.04, name="the rate")
with r.check("step", hint="floor(15 / 10) is 1: halved once."):
    got = [rate("step", 0.1, t, 10) for t in (9, 10, 15, 20)]
    assert_close(got, [0.1, 0.05, 0.05, 0.025], name="the rates")
### BEGIN HIDDEN TESTS
with r.check("power", hidden=True, hint="a is an exponent, and usually negative."):
    got = [rate("power", 0.2, t, -0.5) for t in (1, 4, 100)]
    assert_close(got, [0.2, 0.1, 0.02], name="the rates")
with r.check("exponential", hidden=True, hint="exp of minus a t."):
    got = [rate("exponential", 2.0, t, 0.1) for t in (1, 10)]
    assert_close(got, [1.809674836, 0.735758882], name="the rates", rtol=1e-5)
with r.check(
    "other numbers",
    hidden=True,
    hint="Every law starts from eta, and a is an argument.",
):
    got = [
        rate("inverse", 3.0, 4, 0.5),
        rate("step", 0.8, 7, 2),
        rate("power", 4.0, 2, -1),
    ]
    assert_close(got, [1.0, 0.1, 2.0], name="the rates")
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
## Task 9.3: Momentum (3 points)

$$v_t = \mu\, v_{t-1} + \eta_t\, g_t, \qquad \theta_t = \theta_{t-1} - v_t, \qquad v_0 = 0.$$

Write the class `Momentum(eta, mu=0.9)` with `step(theta, g)`. `eta` is a number, or a function of
$t$ that returns $\eta_t$; it is called with 1 in the first step, with 2 in the second
(`callable(eta)` tells which it is).

**Example.** `Momentum(0.5, mu=0.5)` from $\theta = 1$ with $g = 2$ twice: 0.0, then -1.5. The
velocity was 1, then 1.5.
"""


# %% nbgrader={"grade_id": "Momentum", "solution": true}
class Momentum:
    """Gradient descent with a velocity."""

    def __init__(self, eta, mu=0.9):
        ### BEGIN SOLUTION
        self.eta, self.mu = eta, mu
        self.v, self.t = 0.0, 0
        return
        ### END SOLUTION
        raise NotImplementedError("Task 9.3: keep the settings and a velocity")

    def step(self, theta, g):
        """Return the parameters after one step."""
        ### BEGIN SOLUTION
        self.t += 1
        eta = self.eta(self.t) if callable(self.eta) else self.eta
        self.v = self.mu * self.v + eta * g
        return theta - self.v
        ### END SOLUTION
        raise NotImplementedError("Task 9.3: return the new parameters")


# %% nbgrader={"grade_id": "test_Momentum", "grade": true, "locked": true, "points": 3}
r = Rubric(points=3)
with r.check(
    "the first step", hint="The velocity starts at 0: plain descent at first."
):
    got = Momentum(0.5, mu=0.5).step(np.array([1.0]), np.array([2.0]))
    assert_close(got, [0.0], name="theta")
with r.check("the second step", hint="Keep the velocity in the object, and add to it."):
    optimizer = Momentum(0.5, mu=0.5)
    theta = optimizer.step(np.array([1.0]), np.array([2.0]))
    got = optimizer.step(np.asarray(theta), np.array([2.0]))
    assert_close(got, [-1.5], name="theta")
### BEGIN HIDDEN TESTS
GRADIENTS = [np.array([[1.0, -2.0, 0.5]]) * k for k in (1.0, -0.5, 3.0)]


def positions(optimizer, start=2.0):
    """Return where an optimizer goes with the three gradients above."""
    theta, path = np.full((1, 3), start), []
    for g in GRADIENTS:
        theta = np.asarray(optimizer.step(theta, g.copy()), dtype=float)
        path.append(theta)
    return path


with r.check(
    "three steps with other settings",
    hidden=True,
    hint="The sign of the velocity: it is subtracted. mu is 0.9 if nothing is said.",
):
    for settings, mu in (({"mu": 0.7}, 0.7), ({}, 0.9)):
        got = positions(Momentum(0.1, **settings))[-1]
        speeds = [0.1, mu * 0.1 - 0.05, mu * (mu * 0.1 - 0.05) + 0.3]
        want = 2.0 - sum(speeds) * GRADIENTS[0]
        assert_close(got, want, name="theta", rtol=1e-5)
with r.check(
    "a rate that falls",
    hidden=True,
    hint="eta(1), eta(2), ... multiply the gradients before they are added up.",
):
    got = positions(Momentum(lambda t: 0.6 / t, mu=0.5))[-1]
    speeds = [0.6, 0.5 * 0.6 - 0.5 * 0.3, 0.5 * (0.5 * 0.6 - 0.5 * 0.3) + 3 * 0.2]
    assert_close(got, 2.0 - sum(speeds) * GRADIENTS[0], name="theta", rtol=1e-5)
with r.check(
    "two objects share nothing, and arrays are left alone",
    hidden=True,
    hint="What one optimizer remembers must not reach another. Do not write `theta -= v`.",
):
    one, two = Momentum(0.5), Momentum(0.5)
    theta, g = np.array([1.0, 2.0]), np.array([1.0, -1.0])
    one.step(theta, g)
    one.step(theta, g)
    assert_close(two.step(theta, g), [0.5, 2.5], name="the first step of the other")
    assert_close(theta, [1.0, 2.0], name="theta after the calls")
    assert_close(g, [1.0, -1.0], name="g after the calls")
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
## Task 9.4: Adagrad (2 points)

Divide each slope by the size of all slopes so far:

$$s_t = s_{t-1} + g_t^2, \qquad \theta_t = \theta_{t-1} - \frac{\eta}{\sqrt{s_t} + \epsilon}\,
g_t, \qquad s_0 = 0.$$

Write the class `Adagrad(eta, eps=1e-8)` with `step(theta, g)`. Here $\epsilon$ stands *outside* the
root.

**Example.** The first step is $\eta$ in each entry, against the sign of the slope: from
$\theta = (1, 1)$ with $g = (100, -0.01)$ and $\eta = 0.5$ to $(0.5, 1.5)$.
"""


# %% nbgrader={"grade_id": "Adagrad", "solution": true}
class Adagrad:
    """Divides slopes by the root of the sum of their squares."""

    def __init__(self, eta, eps=1e-8):
        ### BEGIN SOLUTION
        self.eta, self.eps, self.s = eta, eps, 0.0
        return
        ### END SOLUTION
        raise NotImplementedError("Task 9.4: keep the settings and a sum of squares")

    def step(self, theta, g):
        """Return the parameters after one step."""
        ### BEGIN SOLUTION
        self.s = self.s + g**2
        return theta - self.eta / (np.sqrt(self.s) + self.eps) * g
        ### END SOLUTION
        raise NotImplementedError("Task 9.4: return the new parameters")


# %% nbgrader={"grade_id": "test_Adagrad", "grade": true, "locked": true, "points": 2}
r = Rubric(points=2)
with r.check("the first step", hint="g / |g| is a sign."):
    got = Adagrad(0.5).step(np.array([1.0, 1.0]), np.array([100.0, -0.01]))
    assert_close(got, [0.5, 1.5], name="theta", rtol=1e-5)
with r.check("the second step", hint="The sum goes on: 3^2 + 4^2 has the root 5."):
    optimizer = Adagrad(1.0)
    optimizer.step(np.array([0.0]), np.array([3.0]))
    got = optimizer.step(np.array([0.0]), np.array([4.0]))
    assert_close(got, [-0.8], name="theta", rtol=1e-5)
### BEGIN HIDDEN TESTS
with r.check(
    "eps outside the root",
    hidden=True,
    hint="First the root of the sum, then add eps.",
):
    got = Adagrad(1.0, eps=2.0).step(np.array([0.0, 0.0]), np.array([2.0, 0.5]))
    assert_close(got, [-0.5, -0.2], name="theta", rtol=1e-5)
with r.check(
    "three steps of two objects",
    hidden=True,
    hint="Squares are added entry by entry, never forgotten, in each object by itself.",
):
    path, steps = (
        [],
        [np.array([1.0, -2.0]), np.array([2.0, 1.0]), np.array([2.0, 2.0])],
    )
    one, two = Adagrad(0.3), Adagrad(0.3)
    theta = np.array([1.0, 1.0])
    for g in steps:
        path.append(np.asarray(one.step(theta, g)))
    want = [[0.7, 1.3], [1 - 0.6 / 5**0.5, 1 - 0.3 / 5**0.5], [1 - 0.2, 1 - 0.2]]
    assert_close(path, want, name="theta", rtol=1e-5)
    assert_close(two.step(theta, steps[0]), want[0], name="the other object", rtol=1e-5)
    assert_close(theta, [1.0, 1.0], name="theta after the calls")
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
## Task 9.5: RMSProp (3 points)

Adagrad never forgets. RMSProp averages, so that old slopes fade:

$$s_t = \rho\, s_{t-1} + (1-\rho)\, g_t^2, \qquad \theta_t = \theta_{t-1} -
\frac{\eta}{\sqrt{s_t + \epsilon}}\, g_t, \qquad s_0 = 0.$$

Write the class `RMSProp(eta, rho=0.9, eps=1e-8)` with `step(theta, g)`. Here $\epsilon$ stands
*inside* the root.

**Example.** With $\rho = 0.75$ and $\eta = 1$ the first step is $1/\sqrt{0.25} = 2$ against the
sign, whatever the slope.
"""


# %% nbgrader={"grade_id": "RMSProp", "solution": true}
class RMSProp:
    """Divides slopes by the root of the average of their squares."""

    def __init__(self, eta, rho=0.9, eps=1e-8):
        ### BEGIN SOLUTION
        self.eta, self.rho, self.eps, self.s = eta, rho, eps, 0.0
        return
        ### END SOLUTION
        raise NotImplementedError("Task 9.5: keep the settings and an average")

    def step(self, theta, g):
        """Return the parameters after one step."""
        ### BEGIN SOLUTION
        self.s = self.rho * self.s + (1 - self.rho) * g**2
        return theta - self.eta / np.sqrt(self.s + self.eps) * g
        ### END SOLUTION
        raise NotImplementedError("Task 9.5: return the new parameters")


# %% nbgrader={"grade_id": "test_RMSProp", "grade": true, "locked": true, "points": 3}
r = Rubric(points=3)
with r.check("the first step", hint="The new square counts with 1 - rho."):
    got = RMSProp(1.0, rho=0.75).step(np.array([0.0, 0.0]), np.array([3.0, -50.0]))
    assert_close(got, [-2.0, 2.0], name="theta", rtol=1e-5)
with r.check(
    "the second step", hint="0.75 of the old average, 0.25 of the new square."
):
    optimizer = RMSProp(1.0, rho=0.75)
    optimizer.step(np.array([0.0]), np.array([4.0]))
    got = optimizer.step(np.array([0.0]), np.array([2.0]))
    assert_close(got, [-1.0], name="theta", rtol=1e-5)
### BEGIN HIDDEN TESTS
with r.check(
    "eps inside the root",
    hidden=True,
    hint="Add eps to the average, then take the root.",
):
    got = RMSProp(1.0, rho=0.0, eps=5.0).step(np.array([0.0]), np.array([2.0]))
    assert_close(got, [-2 / 3], name="theta", rtol=1e-5)
with r.check(
    "old slopes fade",
    weight=2,
    hidden=True,
    hint="After a huge slope the rate recovers, since its square fades with rho.",
):
    optimizer, s = RMSProp(0.1), 0.0
    for g in (1000.0, *[1.0] * 12):
        got = optimizer.step(np.array([0.0]), np.array([g]))
        s = 0.9 * s + 0.1 * g * g
        assert_close(got, [-0.1 * g / s**0.5], name="theta", rtol=1e-4)
with r.check(
    "two objects share nothing, and arrays are left alone",
    hidden=True,
    hint="Start each object with an average of 0; make new arrays.",
):
    one, two = RMSProp(1.0, rho=0.75), RMSProp(1.0, rho=0.75)
    theta, g = np.array([1.0, 2.0]), np.array([1.0, -1.0])
    one.step(theta, g)
    one.step(theta, g)
    assert_close(two.step(theta, g), [-1.0, 4.0], name="the other object", rtol=1e-5)
    assert_close(theta, [1.0, 2.0], name="theta after the calls")
    assert_close(g, [1.0, -1.0], name="g after the calls")
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
## Task 9.6: Adadelta (3 points)

Adadelta measures slopes by past slopes and steps by past steps, and needs no $\eta$:

$$s_t = \rho\, s_{t-1} + (1-\rho)\, g_t^2, \qquad g_t' = \sqrt{\frac{d_{t-1} + \epsilon}{s_t +
\epsilon}}\; g_t, \qquad \theta_t = \theta_{t-1} - g_t',$$
$$d_t = \rho\, d_{t-1} + (1-\rho)\, g_t'^2, \qquad s_0 = d_0 = 0.$$

Write the class `Adadelta(rho=0.9, eps=1e-5)` with `step(theta, g)`. Mind the order: a step uses
the average of the steps *before* it.

**Example.** With $\rho = 0$ and $\epsilon = 3$ the first step for $g = 1$ is $\sqrt{3/4} \approx
0.8660$; the second is $\sqrt{3.75/4} \approx 0.9682$.
"""


# %% nbgrader={"grade_id": "Adadelta", "solution": true}
class Adadelta:
    """Scales slopes by the ratio of past steps to past slopes."""

    def __init__(self, rho=0.9, eps=1e-5):
        ### BEGIN SOLUTION
        self.rho, self.eps = rho, eps
        self.s, self.d = 0.0, 0.0
        return
        ### END SOLUTION
        raise NotImplementedError("Task 9.6: keep the settings and two averages")

    def step(self, theta, g):
        """Return the parameters after one step."""
        ### BEGIN SOLUTION
        self.s = self.rho * self.s + (1 - self.rho) * g**2
        move = np.sqrt((self.d + self.eps) / (self.s + self.eps)) * g
        self.d = self.rho * self.d + (1 - self.rho) * move**2
        return theta - move
        ### END SOLUTION
        raise NotImplementedError("Task 9.6: return the new parameters")


# %% nbgrader={"grade_id": "test_Adadelta", "grade": true, "locked": true, "points": 3}
r = Rubric(points=3)
with r.check("the first step", hint="No step was taken before: d is 0."):
    got = Adadelta(rho=0.0, eps=3.0).step(np.array([0.0]), np.array([1.0]))
    assert_close(got, [-(0.75**0.5)], name="theta", rtol=1e-5)
with r.check("the second step", hint="Now d is the square of the first step."):
    optimizer = Adadelta(rho=0.0, eps=3.0)
    optimizer.step(np.array([0.0]), np.array([1.0]))
    got = optimizer.step(np.array([0.0]), np.array([1.0]))
    assert_close(got, [-((3.75 / 4) ** 0.5)], name="theta", rtol=1e-5)
### BEGIN HIDDEN TESTS
with r.check(
    "five steps with the usual settings",
    weight=2,
    hidden=True,
    hint="Both averages keep rho of the old; the step itself, with its sign, is subtracted.",
):
    optimizer, s, d = Adadelta(), np.zeros(2), np.zeros(2)
    for g in ([1.0, -20.0], [2.0, 5.0], [-1.0, 0.1], [4.0, 4.0], [0.5, -3.0]):
        g = np.array(g)
        s = 0.9 * s + 0.1 * g * g
        move = ((d + 1e-5) / (s + 1e-5)) ** 0.5 * g
        d = 0.9 * d + 0.1 * move * move
        got = np.asarray(optimizer.step(np.zeros(2), g), dtype=float)
        assert_close(got, -move, name="theta", rtol=1e-4, atol=1e-8)
with r.check(
    "two objects share nothing, and arrays are left alone",
    hidden=True,
    hint="Each object has averages of its own; make new arrays.",
):
    one, two = Adadelta(rho=0.5, eps=0.5), Adadelta(rho=0.5, eps=0.5)
    theta, g = np.array([1.0, 2.0]), np.array([1.0, -1.0])
    one.step(theta, g)
    one.step(theta, g)
    want = [1 - 0.5**0.5, 2 + 0.5**0.5]
    assert_close(two.step(theta, g), want, name="the other object", rtol=1e-5)
    assert_close(theta, [1.0, 2.0], name="theta after the calls")
    assert_close(g, [1.0, -1.0], name="g after the calls")
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
## Task 9.7: Adam (4 points)

Averages of gradients and of squares, both corrected for their start at 0:

$$v_t = \beta_1 v_{t-1} + (1-\beta_1)\, g_t, \qquad s_t = \beta_2 s_{t-1} + (1-\beta_2)\, g_t^2,$$
$$\hat v_t = \frac{v_t}{1 - \beta_1^t}, \qquad \hat s_t = \frac{s_t}{1 - \beta_2^t}, \qquad
\theta_t = \theta_{t-1} - \eta\, \frac{\hat v_t}{\sqrt{\hat s_t} + \epsilon}.$$

Write the class `Adam(eta, beta1=0.9, beta2=0.999, eps=1e-8)` with `step(theta, g)`. The first
step has $t = 1$.

**Example.** From $\theta = 0$ with $\eta = 0.4$ and $g = 8$, then $g = -8$: -0.4, then -0.3789.
"""


# %% nbgrader={"grade_id": "Adam", "solution": true}
class Adam:
    """Corrected averages of gradients and of their squares."""

    def __init__(self, eta, beta1=0.9, beta2=0.999, eps=1e-8):
        ### BEGIN SOLUTION
        self.eta, self.beta1, self.beta2, self.eps = eta, beta1, beta2, eps
        self.v, self.s, self.t = 0.0, 0.0, 0
        return
        ### END SOLUTION
        raise NotImplementedError("Task 9.7: keep the settings, two averages and t")

    def step(self, theta, g):
        """Return the parameters after one step."""
        ### BEGIN SOLUTION
        self.t += 1
        self.v = self.beta1 * self.v + (1 - self.beta1) * g
        self.s = self.beta2 * self.s + (1 - self.beta2) * g**2
        vhat = self.v / (1 - self.beta1**self.t)
        shat = self.s / (1 - self.beta2**self.t)
        return theta - self.eta * vhat / (np.sqrt(shat) + self.eps)
        ### END SOLUTION
        raise NotImplementedError("Task 9.7: return the new parameters")


# %% nbgrader={"grade_id": "test_Adam", "grade": true, "locked": true, "points": 4}
r = Rubric(points=4)
with r.check(
    "the first step", hint="Corrected, the first step is eta times the sign of g."
):
    got = Adam(0.4).step(np.array([0.0, 0.0]), np.array([8.0, -0.001]))
    assert_close(got, [-0.4, 0.4], name="theta", rtol=1e-4)
with r.check("the second step", hint="Count the steps; both averages go on."):
    optimizer = Adam(0.4)
    theta = optimizer.step(np.array([0.0]), np.array([8.0]))
    got = optimizer.step(np.asarray(theta), np.array([-8.0]))
    assert_close(got, [-0.4 + 0.4 * 0.01 / 0.19], name="theta", rtol=1e-4)


### BEGIN HIDDEN TESTS
def adam_path(settings, slopes):
    """Return the steps of the right Adam from 0 for a list of slopes."""
    b1, b2, eps = settings
    v = s = 0.0
    moves = []
    for t, g in enumerate(slopes, start=1):
        v, s = b1 * v + (1 - b1) * g, b2 * s + (1 - b2) * g * g
        moves.append(-0.3 * (v / (1 - b1**t)) / ((s / (1 - b2**t)) ** 0.5 + eps))
    return moves


with r.check(
    "six steps with other settings",
    weight=2,
    hidden=True,
    hint="The correction uses beta to the power t, each average with its own beta.",
):
    for settings in ((0.5, 0.8, 1e-8), (0.9, 0.999, 1e-8)):
        slopes = [1.0, -2.0, 4.0, 0.5, 0.25, -1.0]
        optimizer = Adam(0.3, beta1=settings[0], beta2=settings[1])
        got = [float(np.asarray(optimizer.step(np.zeros(1), np.array([g])))[0])
               for g in slopes]  # fmt: skip
        assert_close(got, adam_path(settings, slopes), name="the steps", rtol=1e-4)
with r.check(
    "eps outside the root",
    hidden=True,
    hint="eps is added to the root of the corrected average.",
):
    got = Adam(0.3, eps=2.0).step(np.array([0.0]), np.array([2.0]))
    assert_close(got, [-0.15], name="theta", rtol=1e-4)
with r.check(
    "two objects share nothing, and arrays are left alone",
    hidden=True,
    hint="The other object is in its first step. Make new arrays.",
):
    one, two = Adam(0.4), Adam(0.4)
    theta, g = np.array([1.0, 2.0]), np.array([1.0, -1.0])
    for slope in (g, -g, 3 * g):
        one.step(theta, slope)
    assert_close(two.step(theta, g), [0.6, 2.4], name="the other object", rtol=1e-4)
    assert_close(theta, [1.0, 2.0], name="theta after the calls")
    assert_close(g, [1.0, -1.0], name="g after the calls")
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
## Task 9.8: Newton (3 points)

With the matrix of second derivatives $H$, Newton goes to the minimum of the quadratic model:

$$\theta_t = \theta_{t-1} - H(\theta_{t-1})^{-1}\, \nabla f(\theta_{t-1}).$$

Write `newton(gradient, hessian, theta, steps)`, which returns $\theta$ after so many steps.
`gradient(theta)` has shape $(D,)$, `hessian(theta)` has shape $(D, D)$. Solve a system of
equations, `np.linalg.solve(H, g)`; an inverse is not needed.

**Example.** For $f = \theta_1^2 + 2 \theta_2^2$ the gradient is $(2\theta_1, 4\theta_2)$ and the
Hessian has 2 and 4 on its diagonal: from $(-5, -2)$ one step goes to $(0, 0)$.
"""


# %% nbgrader={"grade_id": "newton", "solution": true}
def newton(gradient, hessian, theta, steps):
    """Return the parameters after some Newton steps."""
    ### BEGIN SOLUTION
    for _ in range(steps):
        theta = theta - np.linalg.solve(hessian(theta), gradient(theta))
    return theta
    ### END SOLUTION
    raise NotImplementedError("Task 9.8: return the parameters")


# %% nbgrader={"grade_id": "test_newton", "grade": true, "locked": true, "points": 3}
r = Rubric(points=3)
with r.check(
    "a bowl in one step", hint="The system H x = g has the solution x; subtract it."
):
    got = newton(
        lambda v: np.array([2.0, 4.0]) * v,
        lambda v: np.diag([2.0, 4.0]),
        START.copy(),
        1,
    )
    assert_close(got, [0.0, 0.0], name="theta")
with r.check("no step", hint="Then nothing changes."):
    got = newton(lambda v: v, lambda v: np.eye(2), START.copy(), 0)
    assert_close(got, START, name="theta")
### BEGIN HIDDEN TESTS
with r.check(
    "a tilted bowl, not around 0",
    hidden=True,
    hint="The Hessian has entries off its diagonal, too.",
):
    H, centre = np.array([[3.0, 1.0], [1.0, 2.0]]), np.array([1.0, -4.0])
    theta = np.array([7.0, 7.0])
    got = newton(lambda v: H @ (v - centre), lambda v: H, theta, 1)
    assert_close(got, centre, name="theta", rtol=1e-5)
    assert_close(theta, [7.0, 7.0], name="theta after the call")
with r.check(
    "several steps where the curvature changes",
    weight=2,
    hidden=True,
    hint="Ask for gradient and Hessian at each new place.",
):
    # f = x^4 + y^2: each step takes away a third of x.
    got = newton(
        lambda v: np.array([4 * v[0] ** 3, 2 * v[1]]),
        lambda v: np.array([[12 * v[0] ** 2, 0.0], [0.0, 2.0]]),
        np.array([3.0, 5.0]),
        3,
    )
    assert_close(got, [3 * (2 / 3) ** 3, 0.0], name="theta", rtol=1e-5, atol=1e-9)
with r.check(
    "a saddle draws it in",
    hidden=True,
    hint="Newton looks for a place with gradient 0, whatever kind: no sign is changed.",
):
    got = newton(
        lambda v: np.array([2.0, -2.0]) * v,
        lambda v: np.diag([2.0, -2.0]),
        START.copy(),
        1,
    )
    assert_close(got, [0.0, 0.0], name="theta")
### END HIDDEN TESTS
r.score()

# %% [markdown]
r"""
### Look at what you have built

All of your optimizers in the valley $0.1\,\theta_1^2 + 2\,\theta_2^2$, forty steps from
$(-5, -2)$. Before you run the cell: which will zigzag, and which slows down half way?
"""

# %%
from nnlib.viz import show, style

style()


def walk(optimizer, steps=40):
    """Return the positions of an optimizer in the valley."""
    path = [START]
    for _ in range(steps):
        path.append(optimizer.step(path[-1], valley_gradient(path[-1])))
    return np.array(path)


try:
    import matplotlib.pyplot as plt

    paths = {
        "plain, 0.4": walk(Momentum(0.4, mu=0.0)),
        "momentum": walk(Momentum(0.4, mu=0.5)),
        "Adagrad": walk(Adagrad(0.4)),
        "RMSProp": walk(RMSProp(0.4)),
        "Adadelta": walk(Adadelta()),
        "Adam": walk(Adam(0.4)),
    }
except (ImportError, NotImplementedError) as missing:
    print(f"The figure needs tasks 9.3 to 9.7. What is missing: {missing}")
else:
    fig, (left, right) = plt.subplots(1, 2, figsize=(10, 3.8))
    x, y = np.meshgrid(np.linspace(-5.5, 1.5, 80), np.linspace(-2.6, 2.6, 80))
    left.contour(x, y, 0.1 * x**2 + 2 * y**2, levels=12, colors="0.8", linewidths=1)
    for name in ("plain, 0.4", "momentum", "Adam"):
        left.plot(*paths[name].T, markersize=4, label=name)
    left.set(title="Paths", xlabel=r"$\theta_1$", ylabel=r"$\theta_2$")
    left.legend(fontsize=10)
    for name, path in paths.items():
        cost = 0.1 * path[:, 0] ** 2 + 2 * path[:, 1] ** 2
        right.semilogy(cost + 1e-9, marker="", label=name)
    right.set(title="Cost", xlabel="step", ylabel="cost", ylim=(1e-6, 20), xlim=(0, 58))
    right.legend(fontsize=10, loc="center right")
    show(
        fig,
        alt="Left, three paths in a long valley from (-5, -2): plain descent zigzags across "
        "it, momentum swings less and goes faster along it, Adam goes down a slant and "
        "curves. Right, the cost of six optimizers over forty steps on a logarithmic axis: "
        "RMSProp and momentum leave the picture at a millionth after 22 and 32 steps; plain "
        "descent falls steadily to a few thousandths; Adam swings past the minimum and "
        "back; Adagrad flattens out; Adadelta has hardly begun.",
    )

# %% [markdown]
r"""
**What to see.** No optimizer is the best in all respects. What they remember decides: the
direction, the size of slopes, or both.
"""

# %% [markdown]
r"""
## Question 9.9: Down, and how far (3 points)

(a) Show with a Taylor series that a small enough step of gradient descent makes
$f: \mathbb{R} \to \mathbb{R}$ smaller where $f' \ne 0$. For $f = \tfrac{L}{2}\theta^2$, find all
$\eta > 0$ for which descent converges, and those for which it jumps across the minimum.

(b) $f$ is convex: $f(\lambda x + (1-\lambda) y) \le \lambda f(x) + (1-\lambda) f(y)$ for
$0 \le \lambda \le 1$. Prove Jensen's inequality for $n$ points, $f(\sum_i \alpha_i x_i) \le \sum_i
\alpha_i f(x_i)$ with $\alpha_i \ge 0$ and $\sum_i \alpha_i = 1$.

(c) Is the intersection of two convex sets convex? Is the union? Prove or give a counterexample.
"""

# %% [markdown] nbgrader={"grade_id": "descent", "grade": true, "solution": true, "points": 3}
r"""
### BEGIN SOLUTION
**Answer.**

(a) $f(\theta - \eta f') = f(\theta) - \eta f'^2 + O(\eta^2 f'^2)$: for small $\eta$ the second term
outweighs the third. For $f = \frac L2 \theta^2$, $\theta_t = (1 - \eta L)\,\theta_{t-1}$. It
converges for $|1 - \eta L| < 1$, that is $0 < \eta < 2/L$; it jumps across for $1 - \eta L < 0$,
$\eta > 1/L$ (and arrives in one step for $\eta = 1/L$).

(b) By induction. For $n = 2$ it is the definition. For $n$, let $\alpha_n < 1$ (else nothing is to
show) and $y = \sum_{i<n} \frac{\alpha_i}{1-\alpha_n} x_i$, a convex combination of $n-1$ points.
Then $f(\sum_i \alpha_i x_i) = f((1-\alpha_n) y + \alpha_n x_n) \le (1-\alpha_n) f(y) + \alpha_n f(x_n)
\le \sum_{i<n} \alpha_i f(x_i) + \alpha_n f(x_n)$.

(c) Intersection: yes. Two points of it lie in both sets, so does the segment between them. Union:
no, for example $[0, 1] \cup [2, 3]$ without 1.5.

**Marks.** 1 point each. (a) Taylor with the reason (half), both intervals (half). (b) the
induction step; half if the weights are not normalised by $1 - \alpha_n$. (c) both answers with
proof and counterexample (half each).
### END SOLUTION
"""

# %% [markdown]
r"""
## Question 9.10: What they remember (3 points)

(a) Two runs of Adagrad in the same valley, with $\eta = 0.4$ and $\eta = 2$. One arrives, the other
slows down half way. Which is which, and why does the slow one not recover?

(b) Show that for a constant gradient $g$ the average $v_t$ of Adam is $(1 - \beta_1^t)\, g$. What
would the first step be without both corrections, for $\beta_1 = 0.9$ and $\beta_2 = 0.999$?

(c) PyTorch's momentum is $u_t = \mu u_{t-1} + g_t$, $\theta_t = \theta_{t-1} - \eta_t u_t$. Show that
it agrees with ours while $\eta_t$ is constant. What differs in the first step after $\eta$ has been
divided by ten?
"""

# %% [markdown] nbgrader={"grade_id": "memory", "grade": true, "solution": true, "points": 3}
r"""
### BEGIN SOLUTION
**Answer.**

(a) The one with $\eta = 2$ arrives. $s_t$ only grows, so the rate $\eta/\sqrt{s_t}$ only falls, and
what was large at the start is never forgotten: with $\eta = 0.4$ the rate is too small before
the walker is there, and stays so.

(b) By induction or as a geometric sum: $v_t = (1-\beta_1) \sum_{i=1}^t \beta_1^{t-i} g = (1-\beta_1)
\frac{1-\beta_1^t}{1-\beta_1}\, g = (1-\beta_1^t)\, g$. Without corrections $v_1 = 0.1\, g$ and $s_1 =
0.001\, g^2$: the step is $\eta \cdot 0.1/\sqrt{0.001} \approx 3.16\,\eta$ against the sign of $g$, three
times too long.

(c) With constant $\eta$, $v_t = \eta u_t$: true for $t = 0$, and $v_t = \mu \eta u_{t-1} + \eta g_t =
\eta u_t$. After $\eta$ falls to a tenth, PyTorch's whole step is ten times smaller at once, since
$\eta_t$ multiplies the sum. In ours the old velocity $\mu v_{t-1}$, made with the old rate, goes on
and fades with $\mu$.

**Marks.** 1 point each. (a) the larger one (half), $s$ only grows (half). (b) the sum (half), 3.16
(half; 3 will do). (c) the proof (half), the step after the change (half).
### END SOLUTION
"""
