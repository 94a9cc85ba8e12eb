"""Right solutions of assignment 8 in other words: each must get full points."""

import math
from itertools import chain

import numpy as np


def chain_by_products(w, depth, target):
    power = 1.0
    for _ in range(depth - 1):
        power *= w
    return 2 * depth * power * (power * w - target)


def chain_by_backpropagation(w, depth, target):
    outputs = [1.0]
    for _ in range(depth):
        outputs.append(outputs[-1] * w)
    back, gradient = 2 * (outputs[-1] - target), 0.0
    for h in reversed(outputs[:-1]):
        gradient += back * h
        back *= w
    return gradient


def chain_expanded(w, depth, target):
    return 2 * depth * np.power(w, 2 * depth - 1) - (
        2 * depth * target * np.power(w, depth - 1)
    )


def clip_values_numpy(grads, lo, hi):
    return [np.clip(g, lo, hi) for g in grads]


def clip_values_where(grads, lo, hi):
    return [np.where(g > hi, hi, np.where(g < lo, lo, g)) for g in grads]


def clip_values_entries(grads, lo, hi):
    clipped = []
    for g in grads:
        new = g.copy()
        for place, value in np.ndenumerate(g):
            new[place] = max(lo, min(hi, value))
        clipped.append(new)
    return tuple(clipped)


def global_norm_flat(grads):
    return np.linalg.norm(np.concatenate([g.ravel() for g in grads]))


def global_norm_of_norms(grads):
    return np.linalg.norm([np.linalg.norm(g) for g in grads])


def global_norm_python(grads):
    entries = chain.from_iterable(g.ravel().tolist() for g in grads)
    return math.sqrt(sum(x * x for x in entries))


def global_norm_float32(grads):
    small = [g.astype(np.float32) for g in grads]
    return np.sqrt(sum(np.vdot(g, g) for g in small))


def clip_norm_minimum(grads, max_norm):
    norm = math.sqrt(sum(float((g * g).sum()) for g in grads))
    scale = min(1.0, max_norm / norm) if norm else 1.0
    return [scale * g for g in grads], norm


def clip_norm_flat(grads, max_norm):
    flat = np.concatenate([np.ravel(g) for g in grads])
    norm = np.linalg.norm(flat)
    flat = flat * max_norm / max(norm, max_norm)
    clipped, start = [], 0
    for g in grads:
        clipped.append(flat[start : start + g.size].reshape(g.shape))
        start += g.size
    return clipped, norm


def clip_norm_copies(grads, max_norm):
    clipped = [g.copy() for g in grads]
    norm = np.linalg.norm([np.linalg.norm(g) for g in grads])
    if norm > max_norm:
        for g in clipped:
            g *= max_norm / norm
    return clipped, norm


def cosine_by_sums(one, other):
    pairs = list(zip(one, other, strict=True))
    dot = sum(np.vdot(a, b) for a, b in pairs)
    return (
        dot
        / math.sqrt(sum(np.vdot(a, a) for a in one))
        / math.sqrt(sum(np.vdot(b, b) for b in other))
    )


def cosine_of_directions(one, other):
    a = np.hstack([g.flatten() for g in one])
    b = np.hstack([g.flatten() for g in other])
    return np.dot(a / np.linalg.norm(a), b / np.linalg.norm(b))


def cosine_by_the_law(one, other):
    a = np.concatenate([g.reshape(-1) for g in one])
    b = np.concatenate([g.reshape(-1) for g in other])
    sides = [float(np.sum(v**2)) for v in (a, b, a - b)]
    return (sides[0] + sides[1] - sides[2]) / (2 * math.sqrt(sides[0] * sides[1]))


def descend_table(gradient, theta, eta, steps, max_norm=None):
    path = np.zeros((steps + 1, len(theta)))
    path[0] = theta
    for t in range(steps):
        g = np.asarray(gradient(path[t]))
        if max_norm is not None:
            g = g * min(1.0, max_norm / max(np.linalg.norm(g), 1e-300))
        path[t + 1] = path[t] - eta * g
    return path


def descend_infinite_limit(gradient, theta, eta, steps, max_norm=None):
    limit = math.inf if max_norm is None else max_norm
    theta = theta.copy()
    path = [theta.copy()]
    for _ in range(steps):
        g = gradient(theta.copy())
        norm = float(np.sqrt(g @ g))
        rate = eta if norm <= limit else eta * limit / norm
        theta = theta - rate * g
        path.append(theta.copy())
    return np.stack(path)


def descend_recursive(gradient, theta, eta, steps, max_norm=None):
    if steps == 0:
        return [list(theta)]
    g = gradient(theta)
    norm = np.linalg.norm(g)
    if max_norm is not None and norm > max_norm:
        g = g / norm * max_norm
    rest = descend_recursive(gradient, theta - eta * g, eta, steps - 1, max_norm)
    return [list(theta), *rest]


def train_copies(params, gradients, batches, eta, max_norm):
    params = {name: value.copy() for name, value in params.items()}
    norms = []
    for batch in batches:
        grads = gradients(params, batch)
        norm = float(np.linalg.norm([np.linalg.norm(g) for g in grads.values()]))
        norms.append(norm)
        if math.isfinite(norm):
            for name, g in grads.items():
                params[name] -= eta * min(1.0, max_norm / norm if norm else 1.0) * g
    return params, norms


def train_divide_by_the_larger(params, gradients, batches, eta, max_norm):
    norms = []
    for batch in batches:
        grads = gradients(params, batch)
        norm = np.sqrt(sum((g**2).sum() for g in grads.values()))
        norms.append(norm)
        if np.isnan(norm) or np.isinf(norm):
            new = params
        else:
            rate = eta * max_norm / max(norm, max_norm)
            new = {name: params[name] - rate * grads[name] for name in params}
        params = new
    return dict(params), norms


def train_flat(params, gradients, batches, eta, max_norm):
    names = sorted(params)
    params, norms = {name: params[name] + 0 for name in names}, np.zeros(len(batches))
    for t, batch in enumerate(batches):
        grads = gradients(params, batch)
        flat = np.concatenate([np.ravel(grads[name]) for name in names])
        norms[t] = np.linalg.norm(flat)
        if not np.isfinite(flat).all():
            continue
        shorten = 1.0 if norms[t] <= max_norm else max_norm / norms[t]
        params = {n: params[n] - eta * (shorten * grads[n]) for n in names}
    return params, norms.tolist()


def limit_by_position(norms, share):
    ordered = sorted(norms, reverse=True)
    allowed = math.floor(share * len(norms) + 1e-12)
    return ordered[min(allowed, len(norms) - 1)]


def limit_by_minimum(norms, share):
    return min(v for v in norms if sum(u > v for u in norms) <= share * len(norms))


def limit_from_above(norms, share):
    limit = max(norms)
    for v in sorted(set(norms), reverse=True):
        if np.mean([u > v for u in norms]) <= share + 1e-12:
            limit = v
    return limit


ALTERNATIVES = {
    "chain_gradient": [chain_by_products, chain_by_backpropagation, chain_expanded],
    "clip_values": [clip_values_numpy, clip_values_where, clip_values_entries],
    "global_norm": [
        global_norm_flat,
        global_norm_of_norms,
        global_norm_python,
        global_norm_float32,
    ],
    "clip_norm": [clip_norm_minimum, clip_norm_flat, clip_norm_copies],
    "cosine": [cosine_by_sums, cosine_of_directions, cosine_by_the_law],
    "descend": [descend_table, descend_infinite_limit, descend_recursive],
    "train": [train_copies, train_divide_by_the_larger, train_flat],
    "choose_limit": [limit_by_position, limit_by_minimum, limit_from_above],
}
