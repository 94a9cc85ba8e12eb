"""Wrong solutions of assignment 9, as students write them.

Each names all the checks that it fails. Tests prove that it fails these and no other,
and that the probes tell it from a right solution and from the other mistakes.
"""

import numpy as np

from autograder.feedback.misconceptions import Catalogue

MISCONCEPTIONS = Catalogue()
wrong, probes = MISCONCEPTIONS.wrong, MISCONCEPTIONS.probes


def rng(seed=0):
    return np.random.default_rng(seed)


SLOPES = [np.array([1.0, -20.0]), np.array([2.0, 5.0]), np.array([-4.0, 0.1])]


def walk(optimizer, slopes=SLOPES):
    """Return where an optimizer goes, and what became of the arrays it got."""
    theta, path, kept = np.array([1.0, 2.0]), [], []
    for g in slopes:
        mine, slope = theta.copy(), g.copy()
        theta = np.array(optimizer.step(mine, slope), dtype=float)
        path.append(theta)
        kept += [mine, slope]
    return path, kept


def apart(cls, *settings):
    """Return the first step of an object after another one has taken two."""
    one, two = cls(*settings), cls(*settings)
    walk(one, SLOPES[:2])
    return walk(two, SLOPES[:1])


# Task 9.1 ---------------------------------------------------------------------------
@probes("batches")
def batches_inputs():
    return [(7, 3, 2, rng(1)), (4, 4, 3, rng(2)), (3, 1, 2, rng(3)), (6, 2, 1, rng(4))]


@wrong(
    "batches",
    "the order is drawn once",
    caught_by=["a new order in every epoch, from rng"],
    hint="Every epoch deserves a shuffle of its own.",
)
def batches_one_order(n_samples, size, epochs, rng):
    order = rng.permutation(n_samples)
    return [order[i : i + size] for i in range(0, n_samples, size)] * epochs


@wrong(
    "batches",
    "file order",
    caught_by=["a new order in every epoch, from rng"],
    hint="In file order a batch may hold one class only.",
)
def batches_file_order(n_samples, size, epochs, rng):
    order = np.arange(n_samples)
    return [order[i : i + size] for i in range(0, n_samples, size)] * epochs


@wrong(
    "batches",
    "the rest is thrown away",
    caught_by=[
        "sizes of one epoch",
        "a new order in every epoch, from rng",
        "the whole set, and single samples",
    ],
    hint="Every sample counts once an epoch: the last batch may be smaller.",
)
def batches_without_rest(n_samples, size, epochs, rng):
    made = []
    for _ in range(epochs):
        order = rng.permutation(n_samples)
        full = n_samples // size * size
        made += [order[i : i + size] for i in range(0, full, size)]
    return made


@wrong(
    "batches",
    "samples are drawn with replacement",
    caught_by=["each sample once an epoch", "a new order in every epoch, from rng"],
    hint="Some samples come twice and others never: permute instead of drawing.",
)
def batches_with_replacement(n_samples, size, epochs, rng):
    made = []
    for _ in range(epochs):
        for start in range(0, n_samples, size):
            width = min(size, n_samples - start)
            made.append(rng.integers(0, n_samples, width))
    return made


@wrong(
    "batches",
    "the batches are shuffled, not the samples",
    caught_by=["a new order in every epoch, from rng"],
    hint="Then the same samples always meet: shuffle before you cut.",
)
def batches_shuffled_whole(n_samples, size, epochs, rng):
    cut = [np.arange(i, min(i + size, n_samples)) for i in range(0, n_samples, size)]
    return [cut[k] for _ in range(epochs) for k in rng.permutation(len(cut))]


@wrong(
    "batches",
    "only one epoch",
    caught_by=[
        "each sample once an epoch",
        "a new order in every epoch, from rng",
        "the whole set, and single samples",
    ],
    hint="What is `epochs` for?",
)
def batches_one_epoch(n_samples, size, epochs, rng):
    order = rng.permutation(n_samples)
    return [order[i : i + size] for i in range(0, n_samples, size)]


@wrong(
    "batches",
    "a generator of its own",
    caught_by=["a new order in every epoch, from rng"],
    hint="Draw from the rng that you get.",
)
def batches_own_generator(n_samples, size, epochs, rng):
    own, made = np.random.default_rng(0), []
    for _ in range(epochs):
        order = own.permutation(n_samples)
        made += [order[i : i + size] for i in range(0, n_samples, size)]
    return made


# Task 9.2 ---------------------------------------------------------------------------
@probes("rate")
def rate_inputs():
    return [
        ("constant", 0.3, 7, 0.5),
        ("power", 0.2, 4, -0.5),
        ("inverse", 0.1, 15, 0.1),
        ("exponential", 2.0, 3, 0.1),
        ("step", 0.1, 15, 10),
        ("step", 0.8, 20, 10),
        ("inverse", 3.0, 4, 0.5),
    ]


def rated(**changed):
    """Return the right function with some laws changed."""
    laws = {
        "constant": lambda eta, t, a: eta,
        "power": lambda eta, t, a: eta * t**a,
        "inverse": lambda eta, t, a: eta / (1 + a * t),
        "exponential": lambda eta, t, a: eta * np.exp(-a * t),
        "step": lambda eta, t, a: eta * 0.5 ** (t // a),
    } | changed

    def rate(law, eta, t, a):
        return laws[law](eta, t, a)

    return rate


wrong(
    "rate",
    "the step law without floor brackets",
    caught_by=["step", "other numbers"],
    hint="Between two halvings the rate stays: a staircase, not a slide.",
)(rated(step=lambda eta, t, a: eta * 0.5 ** (t / a)))

wrong(
    "rate",
    "the exponential law grows",
    caught_by=["exponential"],
    hint="A rate that falls: mind the sign of the exponent.",
)(rated(exponential=lambda eta, t, a: eta * np.exp(a * t)))

wrong(
    "rate",
    "the inverse law without its 1",
    caught_by=["constant and inverse", "other numbers"],
    hint="At t = 0 the rate is eta.",
)(rated(inverse=lambda eta, t, a: eta / (a * t)))

wrong(
    "rate",
    "the inverse law multiplies",
    caught_by=["constant and inverse", "other numbers"],
    hint="Divide by 1 + a t.",
)(rated(inverse=lambda eta, t, a: eta * (1 + a * t)))

wrong(
    "rate",
    "the power law is a to the power t",
    caught_by=["power", "other numbers"],
    hint="t is the base, a the exponent.",
)(rated(power=lambda eta, t, a: eta * abs(a) ** t))

wrong(
    "rate",
    "the step law starts one step late",
    caught_by=["step"],
    hint="At t = a the rate has been halved for the first time.",
)(rated(step=lambda eta, t, a: eta * 0.5 ** ((t - 1) // a)))


# Task 9.3 ---------------------------------------------------------------------------
@probes("Momentum")
def momentum_uses():
    def falling(t):
        return 0.6 / t

    return [
        lambda cls: walk(cls(0.1)),
        lambda cls: walk(cls(0.3, 0.7)),
        lambda cls: walk(cls(falling, 0.5)),
        lambda cls: apart(cls, 0.5),
    ]


class RightMomentum:
    """A right optimizer, for wrong ones to change one thing of."""

    def __init__(self, eta, mu=0.9):
        self.eta, self.mu = eta, mu
        self.v, self.t = 0.0, 0

    def rate(self):
        self.t += 1
        return self.eta(self.t) if callable(self.eta) else self.eta

    def step(self, theta, g):
        self.v = self.mu * self.v + self.rate() * g
        return theta - self.v


@wrong(
    "Momentum",
    "nothing is remembered",
    caught_by=[
        "the second step",
        "three steps with other settings",
        "a rate that falls",
    ],
    hint="Keep the velocity in self between two steps.",
)
class Forgetful(RightMomentum):
    def step(self, theta, g):
        return theta - self.rate() * g


@wrong(
    "Momentum",
    "the velocity is added",
    caught_by=[
        "the first step",
        "the second step",
        "three steps with other settings",
        "a rate that falls",
        "two objects share nothing, and arrays are left alone",
    ],
    hint="Walk against the gradient.",
)
class Uphill(RightMomentum):
    def step(self, theta, g):
        self.v = self.mu * self.v + self.rate() * g
        return theta + self.v


@wrong(
    "Momentum",
    "the old velocity is subtracted",
    caught_by=[
        "the second step",
        "three steps with other settings",
        "a rate that falls",
    ],
    hint="Past steps help: their part has the same sign as the new one.",
)
class WrongSign(RightMomentum):
    def step(self, theta, g):
        self.v = self.rate() * g - self.mu * self.v
        return theta - self.v


@wrong(
    "Momentum",
    "an average in place of a sum",
    caught_by=[
        "the first step",
        "the second step",
        "three steps with other settings",
        "a rate that falls",
        "two objects share nothing, and arrays are left alone",
    ],
    hint="The new gradient counts in full, not with 1 - mu.",
)
class Averaging(RightMomentum):
    def step(self, theta, g):
        self.v = self.mu * self.v + (1 - self.mu) * self.rate() * g
        return theta - self.v


@wrong(
    "Momentum",
    "the rate multiplies the whole sum",
    caught_by=["a rate that falls"],
    hint="That is PyTorch's form: here each gradient meets the rate of its own step.",
)
class RateOutside(RightMomentum):
    def step(self, theta, g):
        self.v = self.mu * self.v + g
        return theta - self.rate() * self.v


@wrong(
    "Momentum",
    "the steps are counted from 0",
    caught_by=["a rate that falls"],
    hint="The first step asks for eta(1).",
)
class FromZero(RightMomentum):
    def rate(self):
        eta = self.eta(max(self.t, 0.5)) if callable(self.eta) else self.eta
        self.t += 1
        return eta


@wrong(
    "Momentum",
    "the step before the velocity",
    caught_by=[
        "the first step",
        "the second step",
        "three steps with other settings",
        "a rate that falls",
        "two objects share nothing, and arrays are left alone",
    ],
    hint="First update the velocity, then take the step with it.",
)
class OldVelocity(RightMomentum):
    def step(self, theta, g):
        new = theta - self.v
        self.v = self.mu * self.v + self.rate() * g
        return new


@wrong(
    "Momentum",
    "the velocity belongs to the class",
    caught_by=["two objects share nothing, and arrays are left alone"],
    hint="Two optimizers must not push each other: keep the velocity in self.",
)
class SharedVelocity(RightMomentum):
    def __init__(self, eta, mu=0.9):
        self.eta, self.mu, self.t = eta, mu, 0
        type(self).shared = 0.0

    def step(self, theta, g):
        type(self).shared = self.mu * type(self).shared + self.rate() * g
        return theta - type(self).shared


@wrong(
    "Momentum",
    "the parameters are changed in place",
    caught_by=["two objects share nothing, and arrays are left alone"],
    hint="`theta -= v` changes the caller's array: return a new one.",
)
class InPlace(RightMomentum):
    def step(self, theta, g):
        self.v = self.mu * self.v + self.rate() * g
        theta -= self.v
        return theta


# Task 9.4 ---------------------------------------------------------------------------
@probes("Adagrad")
def adagrad_uses():
    return [
        lambda cls: walk(cls(0.3)),
        lambda cls: walk(cls(0.5, 2.0)),
        lambda cls: apart(cls, 0.5),
    ]


class RightAdagrad:
    """A right optimizer, for wrong ones to change one thing of."""

    def __init__(self, eta, eps=1e-8):
        self.eta, self.eps, self.s = eta, eps, 0.0

    def remember(self, g):
        self.s = self.s + g**2

    def divisor(self):
        return np.sqrt(self.s) + self.eps

    def step(self, theta, g):
        self.remember(g)
        return theta - self.eta / self.divisor() * g


@wrong(
    "Adagrad",
    "no root",
    caught_by=[
        "the first step",
        "the second step",
        "eps outside the root",
        "three steps of two objects",
    ],
    hint="A slope is divided by a size of slopes: the root of squares.",
)
class AdagradWithoutRoot(RightAdagrad):
    def divisor(self):
        return self.s + self.eps


@wrong(
    "Adagrad",
    "eps inside the root",
    caught_by=["the first step", "eps outside the root"],
    hint="In Adagrad eps stands beside the root.",
)
class AdagradEpsInside(RightAdagrad):
    def divisor(self):
        return np.sqrt(self.s + self.eps)


@wrong(
    "Adagrad",
    "only the last slope counts",
    caught_by=["the second step", "three steps of two objects"],
    hint="Add the new square to what is there.",
)
class AdagradLast(RightAdagrad):
    def remember(self, g):
        self.s = g**2


@wrong(
    "Adagrad",
    "one sum for all entries",
    caught_by=["the first step", "eps outside the root", "three steps of two objects"],
    hint="Each entry has a rate of its own: no sum over the entries.",
)
class AdagradOneSum(RightAdagrad):
    def remember(self, g):
        self.s = self.s + np.sum(g**2)


@wrong(
    "Adagrad",
    "absolute values in place of squares",
    caught_by=["the second step", "three steps of two objects"],
    hint="Squares are added, and the root comes at the end.",
)
class AdagradAbsolute(RightAdagrad):
    def remember(self, g):
        self.s = self.s + np.abs(g)

    def divisor(self):
        return self.s + self.eps


@wrong(
    "Adagrad",
    "the sum before the new slope",
    caught_by=[
        "the first step",
        "the second step",
        "eps outside the root",
        "three steps of two objects",
    ],
    hint="The new slope belongs to the sum that divides it.",
)
class AdagradLate(RightAdagrad):
    def step(self, theta, g):
        new = theta - self.eta / (np.sqrt(self.s) + self.eps) * g
        self.remember(g)
        return new


# Task 9.5 ---------------------------------------------------------------------------
@probes("RMSProp")
def rmsprop_uses():
    return [
        lambda cls: walk(cls(0.3)),
        lambda cls: walk(cls(0.5, 0.75)),
        lambda cls: walk(cls(0.5, 0.5, 3.0)),
        lambda cls: apart(cls, 0.5),
    ]


class RightRMSProp:
    """A right optimizer, for wrong ones to change one thing of."""

    def __init__(self, eta, rho=0.9, eps=1e-8):
        self.eta, self.rho, self.eps, self.s = eta, rho, eps, 0.0

    def remember(self, g):
        self.s = self.rho * self.s + (1 - self.rho) * g**2

    def divisor(self):
        return np.sqrt(self.s + self.eps)

    def step(self, theta, g):
        self.remember(g)
        return theta - self.eta / self.divisor() * g


@wrong(
    "RMSProp",
    "the shares are exchanged",
    caught_by=[
        "the first step",
        "the second step",
        "eps inside the root",
        "old slopes fade",
        "two objects share nothing, and arrays are left alone",
    ],
    hint="rho is what stays of the old average.",
)
class RMSPropExchanged(RightRMSProp):
    def remember(self, g):
        self.s = (1 - self.rho) * self.s + self.rho * g**2


@wrong(
    "RMSProp",
    "eps outside the root",
    caught_by=["eps inside the root"],
    hint="In RMSProp eps stands inside the root.",
)
class RMSPropEpsOutside(RightRMSProp):
    def divisor(self):
        return np.sqrt(self.s) + self.eps


@wrong(
    "RMSProp",
    "the squares are summed, as in Adagrad",
    caught_by=[
        "the first step",
        "the second step",
        "old slopes fade",
        "two objects share nothing, and arrays are left alone",
    ],
    hint="Old slopes must fade.",
)
class RMSPropSum(RightRMSProp):
    def remember(self, g):
        self.s = self.s + g**2


@wrong(
    "RMSProp",
    "the new square counts in full",
    caught_by=[
        "the first step",
        "the second step",
        "old slopes fade",
        "two objects share nothing, and arrays are left alone",
    ],
    hint="An average: the shares rho and 1 - rho sum to 1.",
)
class RMSPropFull(RightRMSProp):
    def remember(self, g):
        self.s = self.rho * self.s + g**2


@wrong(
    "RMSProp",
    "slopes are averaged, not their squares",
    caught_by=[
        "the first step",
        "the second step",
        "old slopes fade",
        "two objects share nothing, and arrays are left alone",
    ],
    hint="Slopes of opposite sign must not cancel: average the squares.",
)
class RMSPropSlopes(RightRMSProp):
    def remember(self, g):
        self.s = self.rho * self.s + (1 - self.rho) * g

    def divisor(self):
        return np.sqrt(self.s**2 + self.eps)


@wrong(
    "RMSProp",
    "no root",
    caught_by=[
        "the first step",
        "the second step",
        "eps inside the root",
        "old slopes fade",
        "two objects share nothing, and arrays are left alone",
    ],
    hint="The size of a slope is the root of its square.",
)
class RMSPropWithoutRoot(RightRMSProp):
    def divisor(self):
        return self.s + self.eps


@wrong(
    "RMSProp",
    "the average is corrected",
    caught_by=[
        "the first step",
        "the second step",
        "old slopes fade",
        "two objects share nothing, and arrays are left alone",
    ],
    hint="Bias correction belongs to Adam; here the average is used as it is.",
)
class RMSPropCorrected(RightRMSProp):
    t = 0

    def divisor(self):
        self.t += 1
        return np.sqrt(self.s / (1 - self.rho**self.t) + self.eps)


# Task 9.6 ---------------------------------------------------------------------------
@probes("Adadelta")
def adadelta_uses():
    return [
        lambda cls: walk(cls()),
        lambda cls: walk(cls(0.75, 0.5)),
        lambda cls: apart(cls, 0.5, 0.5),
    ]


class RightAdadelta:
    """A right optimizer, for wrong ones to change one thing of."""

    def __init__(self, rho=0.9, eps=1e-5):
        self.rho, self.eps = rho, eps
        self.s, self.d = 0.0, 0.0

    def average(self, old, new):
        return self.rho * old + (1 - self.rho) * new

    def move(self, g):
        return np.sqrt((self.d + self.eps) / (self.s + self.eps)) * g

    def step(self, theta, g):
        self.s = self.average(self.s, g**2)
        move = self.move(g)
        self.d = self.average(self.d, move**2)
        return theta - move


@wrong(
    "Adadelta",
    "the steps are not remembered",
    caught_by=["the second step", "five steps with the usual settings"],
    hint="d is an average of squared steps: update it after each step.",
)
class AdadeltaWithoutSteps(RightAdadelta):
    def step(self, theta, g):
        self.s = self.average(self.s, g**2)
        return theta - self.move(g)


@wrong(
    "Adadelta",
    "slopes in place of steps",
    caught_by=["the second step", "five steps with the usual settings"],
    hint="What is squared in d is the step g', not the slope g.",
)
class AdadeltaSlopes(RightAdadelta):
    def step(self, theta, g):
        self.s = self.average(self.s, g**2)
        move = self.move(g)
        self.d = self.average(self.d, g**2)
        return theta - move


@wrong(
    "Adadelta",
    "no root",
    caught_by=[
        "the first step",
        "the second step",
        "five steps with the usual settings",
        "two objects share nothing, and arrays are left alone",
    ],
    hint="The ratio of two averages of squares has a root.",
)
class AdadeltaWithoutRoot(RightAdadelta):
    def move(self, g):
        return (self.d + self.eps) / (self.s + self.eps) * g


@wrong(
    "Adadelta",
    "the ratio is turned round",
    caught_by=[
        "the first step",
        "the second step",
        "five steps with the usual settings",
        "two objects share nothing, and arrays are left alone",
    ],
    hint="Past steps stand above the line, past slopes below.",
)
class AdadeltaTurned(RightAdadelta):
    def move(self, g):
        return np.sqrt((self.s + self.eps) / (self.d + self.eps)) * g


@wrong(
    "Adadelta",
    "the old average of slopes",
    caught_by=[
        "the first step",
        "the second step",
        "five steps with the usual settings",
        "two objects share nothing, and arrays are left alone",
    ],
    hint="s knows the new slope before the step is taken.",
)
class AdadeltaOldSlopes(RightAdadelta):
    def step(self, theta, g):
        move = self.move(g)
        self.s = self.average(self.s, g**2)
        self.d = self.average(self.d, move**2)
        return theta - move


@wrong(
    "Adadelta",
    "the shares are exchanged",
    caught_by=[
        "the first step",
        "the second step",
        "five steps with the usual settings",
    ],
    hint="rho is what stays of the old average.",
)
class AdadeltaExchanged(RightAdadelta):
    def average(self, old, new):
        return (1 - self.rho) * old + self.rho * new


# Task 9.7 ---------------------------------------------------------------------------
@probes("Adam")
def adam_uses():
    return [
        lambda cls: walk(cls(0.3)),
        lambda cls: walk(cls(0.5, 0.5, 0.8)),
        lambda cls: walk(cls(0.5, 0.9, 0.99, 2.0)),
        lambda cls: apart(cls, 0.5),
    ]


class RightAdam:
    """A right optimizer, for wrong ones to change one thing of."""

    def __init__(self, eta, beta1=0.9, beta2=0.999, eps=1e-8):
        self.eta, self.beta1, self.beta2, self.eps = eta, beta1, beta2, eps
        self.v, self.s, self.t = 0.0, 0.0, 0

    def remember(self, g):
        self.t += 1
        self.v = self.beta1 * self.v + (1 - self.beta1) * g
        self.s = self.beta2 * self.s + (1 - self.beta2) * g**2

    def corrected(self):
        return self.v / (1 - self.beta1**self.t), self.s / (1 - self.beta2**self.t)

    def divisor(self, s):
        return np.sqrt(s) + self.eps

    def step(self, theta, g):
        self.remember(g)
        v, s = self.corrected()
        return theta - self.eta * v / self.divisor(s)


@wrong(
    "Adam",
    "no bias correction",
    caught_by=[
        "the first step",
        "the second step",
        "six steps with other settings",
        "eps outside the root",
        "two objects share nothing, and arrays are left alone",
    ],
    hint="Averages that start at 0 are too small at first.",
)
class AdamUncorrected(RightAdam):
    def corrected(self):
        return self.v, self.s


@wrong(
    "Adam",
    "only the gradients are corrected",
    caught_by=[
        "the first step",
        "the second step",
        "six steps with other settings",
        "eps outside the root",
        "two objects share nothing, and arrays are left alone",
    ],
    hint="Both averages start at 0.",
)
class AdamHalfCorrected(RightAdam):
    def corrected(self):
        return self.v / (1 - self.beta1**self.t), self.s


@wrong(
    "Adam",
    "the correction does not know the step",
    caught_by=["the second step", "six steps with other settings"],
    hint="The correction fades: beta to the power t.",
)
class AdamConstantCorrection(RightAdam):
    def corrected(self):
        return self.v / (1 - self.beta1), self.s / (1 - self.beta2)


@wrong(
    "Adam",
    "one beta for both corrections",
    caught_by=[
        "the first step",
        "the second step",
        "six steps with other settings",
        "eps outside the root",
        "two objects share nothing, and arrays are left alone",
    ],
    hint="Each average is corrected with its own beta.",
)
class AdamOneBeta(RightAdam):
    def corrected(self):
        correction = 1 - self.beta1**self.t
        return self.v / correction, self.s / correction


@wrong(
    "Adam",
    "the corrected averages are kept",
    caught_by=["the second step", "six steps with other settings"],
    hint="Go on with v and s; the corrected ones are for this step only.",
)
class AdamKeepsCorrected(RightAdam):
    def corrected(self):
        self.v, self.s = super().corrected()
        return self.v, self.s


@wrong(
    "Adam",
    "no root",
    caught_by=[
        "the first step",
        "the second step",
        "six steps with other settings",
        "eps outside the root",
    ],
    hint="Divide by the root of the average of squares.",
)
class AdamWithoutRoot(RightAdam):
    def divisor(self, s):
        return s + self.eps


@wrong(
    "Adam",
    "eps inside the root",
    caught_by=["the first step", "eps outside the root"],
    hint="In Adam eps stands beside the root.",
)
class AdamEpsInside(RightAdam):
    def divisor(self, s):
        return np.sqrt(s + self.eps)


@wrong(
    "Adam",
    "the betas are exchanged",
    caught_by=["the second step", "six steps with other settings"],
    hint="beta1 belongs to the gradients, beta2 to their squares.",
)
class AdamExchanged(RightAdam):
    def __init__(self, eta, beta1=0.9, beta2=0.999, eps=1e-8):
        super().__init__(eta, beta2, beta1, eps)


@wrong(
    "Adam",
    "the gradient in place of its average",
    caught_by=["the second step", "six steps with other settings"],
    hint="Without v it is RMSProp with a correction.",
)
class AdamWithoutVelocity(RightAdam):
    def step(self, theta, g):
        self.remember(g)
        return theta - self.eta * g / self.divisor(self.corrected()[1])


# Task 9.8 ---------------------------------------------------------------------------
def quartic(v):
    return np.array([4 * v[0] ** 3, 2 * v[1]])


def quartic_hessian(v):
    return np.array([[12 * v[0] ** 2, 0.0], [0.0, 2.0]])


def tilted(v):
    return np.array([[3.0, 1.0], [1.0, 2.0]]) @ (v - np.array([1.0, -4.0]))


def tilted_hessian(v):
    return np.array([[3.0, 1.0], [1.0, 2.0]])


def saddle(v):
    return np.array([2.0, -2.0]) * v


def saddle_hessian(v):
    return np.diag([2.0, -2.0])


@probes("newton")
def newton_inputs():
    return [
        (quartic, quartic_hessian, np.array([3.0, 5.0]), 2),
        (tilted, tilted_hessian, np.array([7.0, 6.0]), 1),
        (saddle, saddle_hessian, np.array([1.0, 2.0]), 1),
        (saddle, saddle_hessian, np.array([1.0, 2.0]), 0),
    ]


@wrong(
    "newton",
    "plain gradient descent",
    caught_by=[
        "a bowl in one step",
        "a tilted bowl, not around 0",
        "several steps where the curvature changes",
        "a saddle draws it in",
    ],
    hint="The curvature decides how long the step is.",
)
def newton_plain(gradient, hessian, theta, steps):
    for _ in range(steps):
        theta = theta - gradient(theta)
    return theta


@wrong(
    "newton",
    "only the diagonal of the Hessian",
    caught_by=["a tilted bowl, not around 0"],
    hint="That is preconditioning: cheap, but another step for a tilted bowl.",
)
def newton_diagonal(gradient, hessian, theta, steps):
    for _ in range(steps):
        theta = theta - gradient(theta) / np.diag(hessian(theta))
    return theta


@wrong(
    "newton",
    "multiplied by the Hessian",
    caught_by=[
        "a bowl in one step",
        "a tilted bowl, not around 0",
        "several steps where the curvature changes",
        "a saddle draws it in",
    ],
    hint="Strong curvature means a short step: solve, do not multiply.",
)
def newton_multiplied(gradient, hessian, theta, steps):
    for _ in range(steps):
        theta = theta - hessian(theta) @ gradient(theta)
    return theta


@wrong(
    "newton",
    "the step is added",
    caught_by=[
        "a bowl in one step",
        "a tilted bowl, not around 0",
        "several steps where the curvature changes",
        "a saddle draws it in",
    ],
    hint="theta minus the solution of H x = g.",
)
def newton_added(gradient, hessian, theta, steps):
    for _ in range(steps):
        theta = theta + np.linalg.solve(hessian(theta), gradient(theta))
    return theta


@wrong(
    "newton",
    "the Hessian of the start in every step",
    caught_by=["several steps where the curvature changes"],
    hint="The curvature changes on the way.",
)
def newton_first_hessian(gradient, hessian, theta, steps):
    H = hessian(theta)
    for _ in range(steps):
        theta = theta - np.linalg.solve(H, gradient(theta))
    return theta


@wrong(
    "newton",
    "only one step",
    caught_by=["several steps where the curvature changes"],
    hint="What is `steps` for?",
)
def newton_one_step(gradient, hessian, theta, steps):
    if steps == 0:
        return theta
    return theta - np.linalg.solve(hessian(theta), gradient(theta))


@wrong(
    "newton",
    "absolute curvatures",
    caught_by=["a saddle draws it in"],
    hint="That flees from saddles and is useful, but it is not Newton's step.",
)
def newton_absolute(gradient, hessian, theta, steps):
    for _ in range(steps):
        values, vectors = np.linalg.eigh(hessian(theta))
        theta = theta - vectors @ ((vectors.T @ gradient(theta)) / np.abs(values))
    return theta
