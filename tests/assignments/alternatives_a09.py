"""Right solutions of assignment 9 in other words: each must get full points."""

import math

import numpy as np


def batches_shuffled(n_samples, size, epochs, rng):
    made, order = [], np.arange(n_samples)
    for _ in range(epochs):
        rng.shuffle(order)
        for start in range(0, n_samples, size):
            made.append(order[start : start + size].copy())
    return made


def batches_split(n_samples, size, epochs, rng):
    cuts = np.arange(size, n_samples, size)
    made = []
    for _ in range(epochs):
        made.extend(np.split(rng.permutation(n_samples), cuts))
    return made


def batches_lists(n_samples, size, epochs, rng):
    made = []
    for _ in range(epochs):
        waiting = [int(i) for i in rng.permutation(n_samples)]
        while waiting:
            made.append(waiting[:size])
            waiting = waiting[size:]
    return made


def batches_by_sorting(n_samples, size, epochs, rng):
    orders = [np.argsort(rng.random(n_samples)) for _ in range(epochs)]
    return [o[i : i + size] for o in orders for i in range(0, n_samples, size)]


def rate_table(law, eta, t, a):
    return {
        "constant": lambda: eta,
        "power": lambda: eta * math.pow(t, a),
        "inverse": lambda: eta / (1.0 + a * t),
        "exponential": lambda: eta * math.exp(-a * t),
        "step": lambda: eta * 2.0 ** -math.floor(t / a),
    }[law]()


def rate_by_factors(law, eta, t, a):
    factor = 1.0
    if law == "power":
        factor = np.exp(a * np.log(t))
    elif law == "inverse":
        factor = 1 / (a * t + 1)
    elif law == "exponential":
        factor = math.e ** (-a * t)
    elif law == "step":
        for k in range(1, t + 1):
            if k % a == 0:
                factor /= 2
    return factor * eta


def rate_match(law, eta, t, a):
    match law:
        case "constant":
            return eta
        case "power":
            return eta * float(t) ** a
        case "inverse":
            return eta * (1 + a * t) ** -1
        case "exponential":
            return eta / np.exp(a * t)
        case "step":
            return np.ldexp(eta, -int(t // a))


class MomentumHistory:
    """Keeps all gradients and rates, and sums them anew."""

    def __init__(self, eta, mu=0.9):
        self.rate = eta if callable(eta) else lambda t: eta
        self.mu, self.past = mu, []

    def step(self, theta, g):
        self.past.append(self.rate(len(self.past) + 1) * np.array(g))
        last = len(self.past) - 1
        return theta - sum(self.mu ** (last - i) * p for i, p in enumerate(self.past))


class MomentumInPlace:
    """Its velocity is an array that changes in place."""

    def __init__(self, eta, mu=0.9):
        self.settings = (eta, mu)
        self.velocity, self.steps = None, 0

    def step(self, theta, g):
        eta, mu = self.settings
        self.steps += 1
        if callable(eta):
            eta = eta(self.steps)
        if self.velocity is None:
            self.velocity = np.zeros_like(g)
        self.velocity *= mu
        self.velocity += eta * g
        return theta - self.velocity


class MomentumNegative:
    """Keeps the displacement, which has the other sign."""

    def __init__(self, eta, mu=0.9):
        self.eta, self.mu, self.move, self.t = eta, mu, 0, 0

    def step(self, theta, g):
        self.t = self.t + 1
        rate = self.eta(self.t) if hasattr(self.eta, "__call__") else self.eta  # noqa: B004
        self.move = self.mu * self.move - np.multiply(rate, g)
        return np.add(theta, self.move)


class AdagradList:
    """Keeps all squares."""

    def __init__(self, eta, eps=1e-8):
        self.eta, self.eps, self.squares = eta, eps, []

    def step(self, theta, g):
        self.squares.append(np.square(g))
        return theta - self.eta * g / (np.sqrt(np.sum(self.squares, axis=0)) + self.eps)


class AdagradHypot:
    """Keeps the root of the sum."""

    def __init__(self, eta, eps=1e-8):
        self.eta, self.eps, self.root = eta, eps, 0.0

    def step(self, theta, g):
        self.root = np.hypot(self.root, g)
        return theta - np.divide(self.eta * g, self.root + self.eps)


class AdagradEntries:
    """Goes entry by entry."""

    def __init__(self, eta, eps=1e-8):
        self.eta, self.eps, self.sums = eta, eps, None

    def step(self, theta, g):
        if self.sums is None:
            self.sums = [0.0] * g.size
        new = theta.copy()
        for i, slope in enumerate(g.ravel()):
            self.sums[i] += float(slope) ** 2
            new.flat[i] -= self.eta * slope / (math.sqrt(self.sums[i]) + self.eps)
        return new


class RMSPropTowards:
    """Moves the average a part of the way to the new square."""

    def __init__(self, eta, rho=0.9, eps=1e-8):
        self.eta, self.rho, self.eps, self.mean = eta, rho, eps, None

    def step(self, theta, g):
        if self.mean is None:
            self.mean = np.zeros(np.shape(g))
        self.mean += (1 - self.rho) * (g * g - self.mean)
        return theta - self.eta * g * (self.mean + self.eps) ** -0.5


class RMSPropWeights:
    """Keeps all slopes and weighs them anew."""

    def __init__(self, eta, rho=0.9, eps=1e-8):
        self.eta, self.rho, self.eps, self.slopes = eta, rho, eps, []

    def step(self, theta, g):
        self.slopes.insert(0, np.array(g))
        mean = sum(
            (1 - self.rho) * self.rho**k * slope**2
            for k, slope in enumerate(self.slopes)
        )
        return theta - self.eta * g / np.sqrt(mean + self.eps)


class RMSPropFloat32:
    """Works in float32."""

    def __init__(self, eta, rho=0.9, eps=1e-8):
        self.eta, self.rho = np.float32(eta), np.float32(rho)
        self.eps, self.s = np.float32(eps), np.float32(0)

    def step(self, theta, g):
        g = g.astype(np.float32)
        self.s = self.rho * self.s + (1 - self.rho) * g * g
        return theta.astype(np.float32) - self.eta * g / np.sqrt(self.s + self.eps)


class AdadeltaState:
    """Keeps its state in a dictionary."""

    def __init__(self, rho=0.9, eps=1e-5):
        self.rho, self.eps, self.state = rho, eps, {"slopes": 0.0, "steps": 0.0}

    def step(self, theta, g):
        keep, state = self.rho, self.state
        state["slopes"] = keep * state["slopes"] + (1 - keep) * np.square(g)
        above, below = (
            np.sqrt(state["steps"] + self.eps),
            np.sqrt(state["slopes"] + self.eps),
        )
        move = g * above / below
        state["steps"] = keep * state["steps"] + (1 - keep) * np.square(move)
        return theta - move


class AdadeltaArrays:
    """Makes its arrays in the first step, and changes them in place."""

    def __init__(self, rho=0.9, eps=1e-5):
        self.rho, self.eps, self.memory = rho, eps, None

    def step(self, theta, g):
        if self.memory is None:
            self.memory = np.zeros((2, *np.shape(g)))
        slopes, steps = self.memory
        slopes[...] = self.rho * slopes + (1 - self.rho) * g**2
        move = np.sqrt((steps + self.eps) / (slopes + self.eps)) * g
        steps[...] = self.rho * steps + (1 - self.rho) * move**2
        return theta - move


class AdadeltaAhead:
    """Prepares the next numerator at the end of each step."""

    def __init__(self, rho=0.9, eps=1e-5):
        self.keep, self.eps = rho, eps
        self.above, self.mean = eps, 0.0

    def step(self, theta, g):
        self.mean = self.keep * self.mean + g * g - self.keep * g * g
        move = (self.above / (self.mean + self.eps)) ** 0.5 * g
        new = (self.above - self.eps) * self.keep + move**2 * (1 - self.keep)
        self.above = new + self.eps
        return theta - move


class AdamPowers:
    """Keeps the powers of both betas."""

    def __init__(self, eta, beta1=0.9, beta2=0.999, eps=1e-8):
        self.eta, self.betas, self.eps = eta, np.array([beta1, beta2]), eps
        self.powers, self.averages = np.ones(2), [0.0, 0.0]

    def step(self, theta, g):
        self.powers = self.powers * self.betas
        for k, new in enumerate((g, g * g)):
            self.averages[k] = (
                self.betas[k] * self.averages[k] + (1 - self.betas[k]) * new
            )
        v, s = (a / (1 - p) for a, p in zip(self.averages, self.powers, strict=True))
        return theta - self.eta * v / (np.sqrt(s) + self.eps)


class AdamOneRate:
    """Puts both corrections into the rate, and eps in its place."""

    def __init__(self, eta, beta1=0.9, beta2=0.999, eps=1e-8):
        self.eta, self.beta1, self.beta2, self.eps = eta, beta1, beta2, eps
        self.count, self.first, self.second = 0, None, None

    def step(self, theta, g):
        if self.first is None:
            self.first, self.second = np.zeros_like(g), np.zeros_like(g)
        self.count += 1
        self.first += (1 - self.beta1) * (g - self.first)
        self.second += (1 - self.beta2) * (g**2 - self.second)
        root = math.sqrt(1 - self.beta2**self.count)
        rate = self.eta * root / (1 - self.beta1**self.count)
        return theta - rate * self.first / (np.sqrt(self.second) + self.eps * root)


class AdamHistory:
    """Keeps all gradients and weighs them anew."""

    def __init__(self, eta, beta1=0.9, beta2=0.999, eps=1e-8):
        self.eta, self.betas, self.eps, self.past = eta, (beta1, beta2), eps, []

    def step(self, theta, g):
        self.past.append(np.array(g, dtype=float))
        t = len(self.past)
        means = []
        for power, beta in zip((1, 2), self.betas, strict=True):
            weights = np.array([beta ** (t - 1 - i) for i in range(t)])
            values = np.stack(self.past) ** power
            means.append(np.tensordot(weights / weights.sum(), values, axes=1))
        return theta - self.eta * means[0] / (np.sqrt(means[1]) + self.eps)


def newton_inverse(gradient, hessian, theta, steps):
    theta = np.array(theta, dtype=float)
    for _ in range(steps):
        theta = theta - np.linalg.inv(hessian(theta)) @ gradient(theta)
    return theta


def newton_recursive(gradient, hessian, theta, steps):
    if steps < 1:
        return theta
    move = np.linalg.solve(hessian(theta), -gradient(theta))
    return newton_recursive(gradient, hessian, theta + move, steps - 1)


def newton_least_squares(gradient, hessian, theta, steps):
    path = [theta]
    while len(path) <= steps:
        solution = np.linalg.lstsq(hessian(path[-1]), gradient(path[-1]), rcond=None)
        path.append(path[-1] - solution[0])
    return path[-1]


ALTERNATIVES = {
    "batches": [batches_shuffled, batches_split, batches_lists, batches_by_sorting],
    "rate": [rate_table, rate_by_factors, rate_match],
    "Momentum": [MomentumHistory, MomentumInPlace, MomentumNegative],
    "Adagrad": [AdagradList, AdagradHypot, AdagradEntries],
    "RMSProp": [RMSPropTowards, RMSPropWeights, RMSPropFloat32],
    "Adadelta": [AdadeltaState, AdadeltaArrays, AdadeltaAhead],
    "Adam": [AdamPowers, AdamOneRate, AdamHistory],
    "newton": [newton_inverse, newton_recursive, newton_least_squares],
}
