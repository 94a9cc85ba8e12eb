"""Right solutions of assignment 6 in other words: each must get full points."""

import math

import numpy as np


def draw_mask_binomial(shape, keep, rng):
    return rng.binomial(1, keep, shape)


def draw_mask_where(shape, keep, rng):
    return np.where(rng.uniform(0, 1, shape) >= keep, 0.0, 1.0)


def draw_mask_one_by_one(shape, keep, rng):
    mask = np.zeros(shape, dtype=np.float32)
    for place in np.ndindex(mask.shape):
        mask[place] = rng.random() < keep
    return mask


def draw_mask_choice(shape, keep, rng):
    return rng.choice([0, 1], size=shape, p=[1 - keep, keep])


def inverted_where(h, keep, rng, training):
    if training:
        factor = np.where(rng.random(h.shape) < keep, 1 / keep, 0.0)
    else:
        factor = np.ones(h.shape)
    return np.multiply(h, factor), factor


def inverted_from_the_other_end(h, keep, rng, training):
    if training is False:
        return h.copy(), 1 + 0 * h
    dropped = rng.random(h.shape) >= keep
    out, factor = h / keep, np.full_like(h, 1 / keep)
    out[dropped], factor[dropped] = 0, 0
    return out, factor


def inverted_float32(h, keep, rng, training):
    if not training:
        return h, np.ones(h.shape, dtype=np.float32)
    mask = rng.random(h.shape, dtype=np.float32) < np.float32(keep)
    factor = mask.astype(np.float32) / np.float32(keep)
    return h.astype(np.float32) * factor, factor


def inverted_binomial(h, keep, rng, training):
    z = rng.binomial(1, keep, h.shape) if training else np.ones(h.shape)
    factor = z / (keep if training else 1)
    return h * factor, factor


def vanilla_one_expression(h, keep, rng, training):
    factor = (rng.random(h.shape) < keep) * 1.0 if training else keep + 0 * h
    return factor * h, factor


def vanilla_row_by_row(h, keep, rng, training):
    factor = []
    for row in h:
        if training:
            factor.append([1.0 if rng.random() < keep else 0.0 for _ in row])
        else:
            factor.append([keep] * len(row))
    return [list(a * np.array(b)) for a, b in zip(h, factor, strict=True)], factor


def vanilla_integers(h, keep, rng, training):
    if not training:
        return keep * h, np.full(h.shape, keep)
    mask = rng.binomial(1, keep, size=h.shape)
    return np.where(mask == 1, h, 0), mask


def backward_einsum(dS, h, factor, W):
    dh = np.einsum("nm,dm,nd->nd", dS, W, factor)
    dW = np.einsum("nd,nd,nm->dm", h, factor, dS)
    return dh, dW


def backward_sample_by_sample(dS, h, factor, W):
    dh, dW = np.zeros_like(h), np.zeros_like(W)
    for n in range(len(h)):
        dh[n] = factor[n] * W.dot(dS[n])
        dW += np.outer(h[n] * factor[n], dS[n])
    return [dh, dW]


def backward_named_parts(dS, h, factor, W):
    after = factor * h
    by_after = np.matmul(dS, np.transpose(W))
    return np.multiply(factor, by_after), np.matmul(np.transpose(after), dS)


def average_recursive(f, h, keep):
    h = np.array(h, dtype=float)

    def walk(place):
        if place == len(h):
            return f(h.copy())
        value = h[place]
        stays = walk(place + 1)
        h[place] = 0.0
        goes = walk(place + 1)
        h[place] = value
        return keep * stays + (1 - keep) * goes

    return walk(0)


def average_bits(f, h, keep):
    n, total = len(h), 0.0
    for code in range(2**n):
        z = np.array([code >> i & 1 for i in range(n)])
        total += math.prod(keep if bit else 1 - keep for bit in z) * f(z * h)
    return total


def average_all_at_once(f, h, keep):
    masks = np.indices((2,) * len(h)).reshape(len(h), -1).T
    chances = np.where(masks == 1, keep, 1 - keep).prod(axis=1)
    return chances @ np.array([f(row) for row in masks * h])


def l2_loop(weights, lam):
    penalty, gradients = 0.0, []
    for W in weights:
        penalty += lam * np.linalg.norm(W) ** 2
        gradients.append(lam * W + lam * W)
    return penalty, gradients


def l2_flat(weights, lam):
    flat = np.concatenate([np.ravel(W) for W in weights])
    return lam * (flat @ flat), tuple(W * (2 * lam) for W in weights)


def l2_float32(weights, lam):
    small = [W.astype(np.float32) for W in weights]
    total = sum(float((W * W).sum()) for W in small)
    return lam * total, [np.float32(2 * lam) * W for W in small]


def elastic_two_parts(W, beta, lam):
    squares, bars = (W * W).sum(), np.abs(W).sum()
    return lam * beta * squares + lam * bars, 2 * lam * beta * W + lam * np.sign(W)


def elastic_entry_by_entry(W, beta, lam):
    penalty, gradient = 0.0, np.zeros_like(W)
    for place, w in np.ndenumerate(W):
        penalty += lam * (beta * w * w + abs(w))
        gradient[place] = lam * (2 * beta * w + (w > 0) - (w < 0))
    return penalty, gradient


def elastic_where(W, beta, lam):
    sign = np.where(W > 0, 1.0, np.where(W < 0, -1.0, 0.0))
    return lam * np.sum(W * (beta * W + sign)), lam * (2 * beta * W + sign)


def decay_step_comprehension(params, grads, eta, lam):
    return {
        name: params[name]
        - eta * (grads[name] + (2 * lam * params[name] if name[0] == "W" else 0.0))
        for name in grads
    }


def decay_step_copies(params, grads, eta, lam):
    new = {name: value.copy() for name, value in params.items()}
    for name in new:
        if name.startswith("W"):
            new[name] *= 1 - 2 * eta * lam
        new[name] -= eta * grads[name]
    return new


def decay_step_by_first_letter(params, grads, eta, lam):
    strength = {"W": lam, "b": 0.0}
    out = {}
    for key in params:
        step = grads[key] + 2 * strength[key[0]] * params[key]
        out[key] = params[key] - eta * step
    return out


ALTERNATIVES = {
    "draw_mask": [
        draw_mask_binomial,
        draw_mask_where,
        draw_mask_one_by_one,
        draw_mask_choice,
    ],
    "inverted": [
        inverted_where,
        inverted_from_the_other_end,
        inverted_float32,
        inverted_binomial,
    ],
    "vanilla": [vanilla_one_expression, vanilla_row_by_row, vanilla_integers],
    "dropout_layer_backward": [
        backward_einsum,
        backward_sample_by_sample,
        backward_named_parts,
    ],
    "average_output": [average_recursive, average_bits, average_all_at_once],
    "l2_penalty": [l2_loop, l2_flat, l2_float32],
    "elastic_net": [elastic_two_parts, elastic_entry_by_entry, elastic_where],
    "decay_step": [
        decay_step_comprehension,
        decay_step_copies,
        decay_step_by_first_letter,
    ],
}
