"""Right solutions of assignment 5 in other words: each must get full points."""

import math
from functools import reduce
from itertools import pairwise

import numpy as np


def uniform_start_from_random(n_in, n_out, r, rng):
    return (2 * rng.random((n_in, n_out)) - 1) * r, [0.0] * n_out


def uniform_start_entry_by_entry(n_in, n_out, r, rng):
    W = [[float(rng.uniform(-r, r)) for _ in range(n_out)] for _ in range(n_in)]
    return W, np.zeros(n_out)


def uniform_start_float32(n_in, n_out, r, rng):
    drawn = rng.random((n_in, n_out), dtype=np.float32)
    return np.float32(r) * (2 * drawn - 1), np.zeros(n_out, dtype=np.float32)


def score_variance_by_norm(H, sigma):
    return H.shape[1] * (sigma * np.linalg.norm(H)) ** 2 / H.size


def score_variance_samples_first(H, sigma):
    return sigma**2 * np.mean([row @ row for row in H])


def score_variance_plain(H, sigma):
    rows, inputs = H.shape
    total = 0.0
    for row in H:
        for h in row:
            total += h * h
    return inputs * sigma * sigma * total / (rows * inputs)


def score_variance_float32(H, sigma):
    squares = np.square(H, dtype=np.float32)
    return np.float32(H.shape[1] * sigma**2) * squares.mean()


def xavier_of_the_sum(n_in, n_out):
    return math.sqrt(2 / (n_in + n_out)), math.sqrt(6 / (n_in + n_out))


def xavier_r_from_sigma(n_in, n_out):
    sigma = np.mean([n_in, n_out]) ** -0.5
    return sigma, 3**0.5 * sigma


def xavier_list(n_in, n_out):
    return [(k / (0.5 * n_in + 0.5 * n_out)) ** 0.5 for k in (1, 3)]


def he_by_unpacking(shape):
    if len(shape) == 2:
        n_in, _ = shape
    else:
        _, channels, rows, columns = shape
        n_in = channels * rows * columns
    return math.sqrt(2.0 / n_in), math.sqrt(6.0 / n_in)


def he_of_one_unit(shape):
    of_one = shape[1:] if len(shape) > 2 else shape[:1]
    sigma = (2 / math.prod(of_one)) ** 0.5
    return sigma, sigma * 3**0.5


def he_by_size(shape):
    units = shape[1] if len(shape) == 2 else shape[0]
    n_in = np.empty(shape).size / units
    return np.sqrt(np.array([2.0, 6.0]) / n_in)


def second_moments_by_norm(X, weights, f):
    outputs = [X]
    for W in weights:
        outputs.append(f(outputs[-1] @ W))
    return np.array([np.linalg.norm(H) ** 2 / H.size for H in outputs])


def second_moments_recursive(X, weights, f):
    own = [float((X * X).sum() / X.size)]
    if not weights:
        return own
    return own + second_moments_recursive(f(X.dot(weights[0])), weights[1:], f)


def second_moments_folded(X, weights, f):
    def add(state, W):
        H, moments = state
        H = f(np.einsum("nd,dm->nm", H, W))
        return H, (*moments, np.mean(np.square(H)))

    return reduce(add, weights, (X, (np.mean(np.square(X)),)))[1]


def gradient_norms_by_index(delta, weights, scores, slope):
    norms = [0.0] * len(weights)
    norms[-1] = np.linalg.norm(delta)
    for layer in range(len(weights) - 1, 0, -1):
        delta = np.dot(delta, np.transpose(weights[layer])) * slope(scores[layer - 1])
        norms[layer - 1] = np.linalg.norm(delta)
    return norms


def gradient_norms_insert(delta, weights, scores, slope):
    deltas = [delta]
    for W, S in list(zip(weights[1:], scores[:-1], strict=True))[::-1]:
        deltas.insert(0, slope(S) * np.einsum("nk,jk->nj", deltas[0], W))
    return [math.sqrt((d * d).sum()) for d in deltas]


def gradient_norms_recursive(delta, weights, scores, slope):
    own = [float(np.sum(np.abs(delta) ** 2)) ** 0.5]
    if len(weights) == 1:
        return own
    before = (delta @ weights[-1].T) * slope(scores[-2])
    return gradient_norms_recursive(before, weights[:-1], scores[:-1], slope) + own


def count_units_by_table(W_in, b, W_out, tol=1e-9):
    table = np.hstack([np.transpose(W_in), np.reshape(b, (-1, 1)), W_out])
    apart = np.abs(table[:, None, :] - table[None, :, :]).max(axis=2)
    alike = apart <= tol
    return int(np.sum(~np.tril(alike, -1).any(axis=1)))


def count_units_in_three_parts(W_in, b, W_out, tol=1e-9):
    def same(i, j):
        return (
            abs(b[i] - b[j]) <= tol
            and np.all(np.abs(W_in[:, i] - W_in[:, j]) <= tol)
            and np.all(np.abs(W_out[i] - W_out[j]) <= tol)
        )

    count = 0
    for j in range(len(b)):
        count += not any(same(i, j) for i in range(j))
    return count


def count_units_removing(W_in, b, W_out, tol=1e-9):
    units = [(*W_in[:, j], b[j], *W_out[j]) for j in range(len(b))]
    count = 0
    while units:
        first = np.array(units[0])
        units = [u for u in units if np.max(np.abs(np.array(u) - first)) > tol]
        count += 1
    return count


def start_network_standard_normal(widths, activation, rng):
    weights = []
    for layer in range(len(widths) - 1):
        n_in, n_out = widths[layer], widths[layer + 1]
        if activation == "relu":
            scale = math.sqrt(2 / n_in)
        else:
            scale = math.sqrt(2 / (n_in + n_out)) * (
                4 if activation == "sigmoid" else 1
            )
        weights.append(scale * rng.standard_normal((n_in, n_out)))
    return weights


def start_network_entries(widths, activation, rng):
    def sigma(m, n):
        return {"tanh": 1, "sigmoid": 4, "relu": ((m + n) / m) ** 0.5}[activation] * (
            2 / (m + n)
        ) ** 0.5

    return [
        np.array([[rng.normal(0, sigma(m, n)) for _ in range(n)] for _ in range(m)])
        for m, n in pairwise(widths)
    ]


def start_network_float32(widths, activation, rng):
    weights = []
    for m, n in pairwise(widths):
        variance = 2 / m if activation == "relu" else 2 / (m + n)
        if activation == "sigmoid":
            variance *= 16
        drawn = rng.standard_normal((m, n), dtype=np.float32)
        weights.append(drawn * np.float32(variance**0.5))
    return tuple(weights)


ALTERNATIVES = {
    "uniform_start": [
        uniform_start_from_random,
        uniform_start_entry_by_entry,
        uniform_start_float32,
    ],
    "score_variance": [
        score_variance_by_norm,
        score_variance_samples_first,
        score_variance_plain,
        score_variance_float32,
    ],
    "xavier": [xavier_of_the_sum, xavier_r_from_sigma, xavier_list],
    "he": [he_by_unpacking, he_of_one_unit, he_by_size],
    "second_moments": [
        second_moments_by_norm,
        second_moments_recursive,
        second_moments_folded,
    ],
    "gradient_norms": [
        gradient_norms_by_index,
        gradient_norms_insert,
        gradient_norms_recursive,
    ],
    "count_units": [
        count_units_by_table,
        count_units_in_three_parts,
        count_units_removing,
    ],
    "start_network": [
        start_network_standard_normal,
        start_network_entries,
        start_network_float32,
    ],
}
