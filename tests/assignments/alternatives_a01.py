"""Right solutions of assignment 1 in other words: each must get full points."""

import math

import numpy as np


def neuron_by_loops(X, w, b, f):
    sums = []
    for row in X:
        total = b
        for value, weight in zip(row, w, strict=True):
            total += value * weight
        sums.append(total)
    return f(np.array(sums))


def neuron_einsum(X, w, b, f):
    return f(np.einsum("nd,d->n", X, w) + b)


def neuron_as_a_list(X, w, b, f):
    weights_and_bias = np.append(w, b)
    extended = np.column_stack([X, np.ones(len(X))])
    return list(f(extended.dot(weights_and_bias)))


def neuron_broadcast_float32(X, w, b, f):
    products = X.astype(np.float32) * w.astype(np.float32)
    return f(products.sum(axis=1) + np.float32(b))


def step_bool(s):
    return s >= 0


def step_heaviside(s):
    return np.heaviside(s, 1)


def step_by_loop(s):
    result = np.zeros(s.shape, dtype=int)
    for index, value in np.ndenumerate(s):
        if not value < 0:
            result[index] = 1
    return result


def step_copy_and_mask(values):
    out = values.copy()
    out[values >= 0] = 1
    out[values < 0] = 0
    return out


def sigmoid_textbook(s, slope=1.0):
    # Overflows to 1 / inf = 0 with a warning, which is right.
    return 1 / (1 + np.exp(-slope * s))


def sigmoid_split(s, slope=1.0):
    out = np.empty_like(s)
    positive = s >= 0
    out[positive] = 1 / (1 + np.exp(-slope * s[positive]))
    e = np.exp(slope * s[~positive])
    out[~positive] = e / (1 + e)
    return out


def sigmoid_logaddexp(s, slope=1.0):
    return np.exp(-np.logaddexp(0.0, -slope * s))


def sigmoid_by_loop(s, slope=1.0):
    def one(value):
        exponent = slope * value
        if exponent < -700:
            return 0.0
        return 1 / (1 + math.exp(-exponent))

    return np.vectorize(one)(s)


def sigmoid_float32(s, slope=1.0):
    s = np.asarray(s, dtype=np.float32)
    return np.float32(0.5) * (1 + np.tanh(np.float32(slope) * s / 2))


def classify_by_probability(X, w, b):
    with np.errstate(over="ignore"):
        probability = 1 / (1 + np.exp(-(X @ w + b)))
    return np.where(probability >= 0.5, 1, 0)


def classify_by_list(X, w, b):
    sums = [sum(x * v for x, v in zip(row, w, strict=True)) + b for row in X]
    return [1 if s >= 0 else 0 for s in sums]


def classify_bool(X, w, b):
    return np.dot(X, w) >= -b


def classify_float32(X, w, b):
    return np.heaviside((X * w).sum(1).astype(np.float32) + np.float32(b), 1)


def boundary_slope_and_offset(x1, w, b):
    slope, offset = -w[0] / w[1], -b / w[1]
    return slope * x1 + offset


def boundary_by_loop(x1, w, b):
    return [(-b - w[0] * x) / w[1] for x in x1]


def boundary_foot_and_direction(x1, w, b):
    foot = -b * w / (w @ w)  # the point of the line nearest to the origin
    along = np.array([-w[1], w[0]])
    t = (x1 - foot[0]) / along[0]
    return foot[1] + t * along[1]


def fit_perceptron_only_on_mistakes(X, y, eta=1.0, max_epochs=100):
    w = np.zeros(X.shape[1])
    b = 0
    history = []
    while len(history) < max_epochs:
        count = 0
        for n in range(X.shape[0]):
            prediction = np.dot(w, X[n]) + b >= 0
            if prediction and y[n] == 0:
                w -= eta * X[n]
                b -= eta
                count += 1
            elif not prediction and y[n] == 1:
                w += eta * X[n]
                b += eta
                count += 1
        history.append(count)
        if not count:
            return w, b, history
    return w, b, history


def fit_perceptron_extended(X, y, eta=1.0, max_epochs=100):
    inputs = np.hstack([X, np.ones((len(X), 1))])
    theta = np.zeros(inputs.shape[1])
    mistakes = np.zeros(0)
    for _ in range(max_epochs):
        errors = 0
        for row, label in zip(inputs, y, strict=True):
            difference = label - float(row @ theta >= 0)
            theta = theta + eta * difference * row
            errors += difference**2
        mistakes = np.append(mistakes, errors)
        if errors == 0:
            break
    return theta[:-1], theta[-1], mistakes


def fit_perceptron_plain_python(X, y, eta=1.0, max_epochs=100):
    rows, labels = X.tolist(), y.tolist()
    w, b, mistakes = [0.0] * len(rows[0]), 0.0, []
    for _ in range(max_epochs):
        wrong = 0
        for row, label in zip(rows, labels, strict=True):
            s = b + sum(wi * xi for wi, xi in zip(w, row, strict=True))
            error = label - (s >= 0)
            if error:
                w = [wi + eta * error * xi for wi, xi in zip(w, row, strict=True)]
                b += eta * error
                wrong += 1
        mistakes.append(wrong)
        if wrong == 0:
            break
    return np.array(w), b, mistakes


def fit_perceptron_float32(X, y, eta=1.0, max_epochs=100):
    w, b, mistakes = np.zeros(X.shape[1], dtype=np.float32), np.float32(0), []
    for _ in range(max_epochs):
        wrong = 0
        for x, target in zip(X.astype(np.float32), y, strict=True):
            error = np.float32(target) - np.float32(x @ w + b >= 0)
            w, b = w + np.float32(eta) * error * x, b + np.float32(eta) * error
            wrong += abs(error)
        mistakes.append(wrong)
        if wrong == 0:
            break
    return w, b, mistakes


def xor_weights_one_but_not_the_other():
    W1 = np.array([[1, -1], [-1, 1]])
    return W1, np.array([-0.5, -0.5]), np.array([1, 1]), -0.5


def xor_weights_or_and_nand():
    W1 = np.array([[2.0, -2.0], [2.0, -2.0]])
    return W1, np.array([-1.0, 3.0]), np.array([1.0, 1.0]), -1.5


def xor_weights_lists_and_and_first():
    return [[10, 10], [10, 10]], [-15, -5], [-20, 10], np.float64(-5)


def xor_weights_neither_nor():
    W1 = np.array([[1.0, -1.0], [1.0, -1.0]])  # "both" and "none"
    return W1, np.array([-1.5, 0.5]), np.array([-1.0, -1.0]), 0.5


def perturb_undo(w, cost, rng, trials, scale=0.1):
    weights = np.array(w, dtype=float)
    current = cost(weights)
    history = [current]
    for _ in range(trials):
        i = rng.choice(len(weights))
        old = weights[i]
        weights[i] = old + scale * rng.standard_normal()
        new = cost(weights)
        if new < current:
            current = new
        else:
            weights[i] = old
        history.append(current)
    return weights, history


def perturb_one_hot(w, cost, rng, trials, scale=0.1):
    basis = np.eye(len(w))
    costs = np.empty(trials + 1)
    costs[0] = cost(w)
    for t in range(1, trials + 1):
        trial = w + rng.normal(scale=scale) * basis[rng.integers(0, len(w))]
        costs[t] = cost(trial)
        if costs[t] < costs[t - 1]:
            w = trial
        else:
            costs[t] = costs[t - 1]
    return w, costs


def perturb_draws_first(w, cost, rng, trials, scale=0.1):
    places = rng.integers(w.size, size=trials)
    changes = rng.normal(0, scale, size=trials)
    best, best_cost = w, cost(w)
    costs = [best_cost]
    for place, change in zip(places, changes, strict=True):
        candidate = np.array(best)
        candidate[place] += change
        value = cost(candidate)
        if best_cost > value:
            best, best_cost = candidate, value
        costs += [best_cost]
    return best, costs


def perturb_lists(w, cost, rng, trials, scale=0.1):
    current = [float(value) for value in w]
    costs = [cost(np.array(current))]
    for _ in range(trials):
        changed = list(current)
        changed[int(rng.random() * len(changed))] += float(rng.normal(0, scale))
        value = cost(np.array(changed))
        current = changed if value < costs[-1] else current
        costs.append(min(value, costs[-1]))
    return current, costs


ALTERNATIVES = {
    "neuron": [
        *(neuron_by_loops, neuron_einsum, neuron_as_a_list, neuron_broadcast_float32)
    ],
    "step": [step_bool, step_heaviside, step_by_loop, step_copy_and_mask],
    "sigmoid": [
        *(sigmoid_textbook, sigmoid_split, sigmoid_logaddexp, sigmoid_by_loop),
        sigmoid_float32,
    ],
    "classify": [
        *(classify_by_probability, classify_by_list, classify_bool, classify_float32)
    ],
    "boundary": [
        *(boundary_slope_and_offset, boundary_by_loop, boundary_foot_and_direction)
    ],
    "fit_perceptron": [
        *(fit_perceptron_only_on_mistakes, fit_perceptron_extended),
        *(fit_perceptron_plain_python, fit_perceptron_float32),
    ],
    "xor_weights": [
        *(xor_weights_one_but_not_the_other, xor_weights_or_and_nand),
        *(xor_weights_lists_and_and_first, xor_weights_neither_nor),
    ],
    "perturb": [perturb_undo, perturb_one_hot, perturb_draws_first, perturb_lists],
}
