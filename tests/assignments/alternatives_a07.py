"""Right solutions of assignment 7 in other words: each must get full points."""

import math

import numpy as np


def normalise_short(x, eps=1e-5):
    mean, var = x.mean(0), x.var(0)
    return (x - mean) * (var + eps) ** -0.5, mean, var


def normalise_second_moment(x, eps=1e-5):
    mean = np.sum(x, axis=0) / x.shape[0]
    centred = x - mean
    var = np.einsum("nd,nd->d", centred, centred) / x.shape[0]
    return centred / np.sqrt(var + eps), mean, var


def normalise_unit_by_unit(x, eps=1e-5):
    rows, units = x.shape
    xhat, means, variances = np.zeros(x.shape), [], []
    for d in range(units):
        mean = sum(x[n, d] for n in range(rows)) / rows
        var = sum((x[n, d] - mean) ** 2 for n in range(rows)) / rows
        xhat[:, d] = [(x[n, d] - mean) / math.sqrt(var + eps) for n in range(rows)]
        means.append(mean)
        variances.append(var)
    return xhat, means, variances


def normalise_float32(x, eps=1e-5):
    x = x.astype(np.float32)
    mean, var = x.mean(axis=0), x.var(axis=0)
    return (x - mean) / np.sqrt(var + np.float32(eps)), mean, var


def running_in_place(batches, momentum):
    units = batches[0].shape[1]
    mean, var = np.zeros(units), np.ones(units)
    for x in batches:
        mean += (1 - momentum) * (x.mean(axis=0) - mean)
        var += (1 - momentum) * (x.var(axis=0) - var)
    return mean, var


def running_by_shares(batches, momentum):
    last = len(batches) - 1
    shares = [(1 - momentum) * momentum ** (last - i) for i in range(len(batches))]
    mean = sum(s * x.mean(axis=0) for s, x in zip(shares, batches, strict=True))
    var = sum(s * x.var(axis=0) for s, x in zip(shares, batches, strict=True))
    return mean, momentum ** len(batches) + var


def running_recursive(batches, momentum):
    if not batches:
        return 0.0, 1.0
    mean, var = running_recursive(batches[:-1], momentum)
    x, m = batches[-1], momentum
    return m * mean + (1 - m) * np.average(x, axis=0), m * var + (1 - m) * x.std(0) ** 2


def predict_scale_and_shift(x, gamma, beta, mean, var, eps=1e-5):
    scale = gamma / np.sqrt(var + eps)
    return x * scale + (beta - mean * scale)


def predict_row_by_row(x, gamma, beta, mean, var, eps=1e-5):
    return [gamma * ((row - mean) / (var + eps) ** 0.5) + beta for row in x]


def predict_entry_by_entry(x, gamma, beta, mean, var, eps=1e-5):
    out = np.zeros_like(x)
    for n, d in np.ndindex(x.shape):
        out[n, d] = gamma[d] * (x[n, d] - mean[d]) / math.sqrt(var[d] + eps) + beta[d]
    return out


def backward_through_the_graph(dout, xhat, std, gamma):
    dgamma = np.einsum("nd,nd->d", dout, xhat)
    dbeta = dout.sum(axis=0)
    dxhat = dout * gamma
    dvar = np.sum(dxhat * xhat, axis=0) * -0.5 / std**2
    dc = dxhat / std + 2 * dvar * (xhat * std) / len(dout)
    return dc - dc.mean(axis=0), dgamma, dbeta


def backward_with_means(dout, xhat, std, gamma):
    def mean(a):
        return a.mean(axis=0, keepdims=True)

    dx = gamma / std * (dout - mean(dout) - xhat * mean(dout * xhat))
    return dx, len(dout) * mean(dout * xhat)[0], len(dout) * mean(dout)[0]


def backward_by_the_jacobian(dout, xhat, std, gamma):
    n, units = dout.shape
    dx = np.zeros_like(dout)
    for d in range(units):
        h = xhat[:, d]
        jacobian = (np.eye(n) - 1 / n - np.outer(h, h) / n) * gamma[d] / std[d]
        dx[:, d] = jacobian @ dout[:, d]
    return dx, (dout * xhat).sum(0), dout.sum(0)


def images_flattened(x, gamma, beta, eps=1e-5):
    channels = np.moveaxis(x, 1, -1).reshape(-1, x.shape[1])
    y = (channels - channels.mean(0)) / np.sqrt(channels.var(0) + eps) * gamma + beta
    n, _, h, w = x.shape
    return np.moveaxis(y.reshape(n, h, w, -1), -1, 1)


def images_channel_by_channel(x, gamma, beta, eps=1e-5):
    out = np.empty(x.shape)
    for c in range(x.shape[1]):
        one = x[:, c]
        out[:, c] = gamma[c] * (one - one.mean()) / math.sqrt(one.var() + eps) + beta[c]
    return out


def images_reshaped_vectors(x, gamma, beta, eps=1e-5):
    shape = (1, -1, 1, 1)
    mean = x.mean(axis=(0, 2, 3)).reshape(shape)
    var = ((x - mean) ** 2).mean(axis=(0, 2, 3)).reshape(shape)
    scale = gamma.reshape(shape) / np.sqrt(var + eps)
    return scale * x + (beta.reshape(shape) - scale * mean)


def merge_diagonal(W, b, gamma, beta, mean, var, eps=1e-5):
    scale = np.diag(gamma / np.sqrt(var + eps))
    return W @ scale, (b - mean) @ scale + beta


def merge_by_probing(W, b, gamma, beta, mean, var, eps=1e-5):
    def both(X):
        return gamma * (X @ W + b - mean) / np.sqrt(var + eps) + beta

    offset = both(np.zeros((1, len(W))))[0]
    return both(np.eye(len(W))) - offset, offset


def merge_unit_by_unit(W, b, gamma, beta, mean, var, eps=1e-5):
    columns, biases = [], []
    for j in range(W.shape[1]):
        scale = gamma[j] / math.sqrt(var[j] + eps)
        columns.append(scale * W[:, j])
        biases.append(scale * b[j] - scale * mean[j] + beta[j])
    return np.array(columns).T, biases


class BatchNormInPlace:
    """Moves its arrays in place."""

    def __init__(self, units, momentum=0.9, eps=1e-5):
        self.keep, self.eps = momentum, eps
        self.gamma = np.ones((units,))
        self.beta = np.zeros((units,))
        self.mean = np.zeros((units,))
        self.var = np.ones((units,))

    def forward(self, x, training):
        if not training:
            return self._scale(x, self.mean, self.var)
        mean, var = x.mean(axis=0), x.var(axis=0)
        self.mean *= self.keep
        self.mean += (1 - self.keep) * mean
        self.var *= self.keep
        self.var += (1 - self.keep) * var
        return self._scale(x, mean, var)

    def _scale(self, x, mean, var):
        return self.gamma * ((x - mean) / np.sqrt(var + self.eps)) + self.beta


class BatchNormLists:
    """Keeps its averages with names of its own, and shows them as asked."""

    def __init__(self, units, momentum=0.9, eps=1e-5):
        self.settings = {"momentum": momentum, "eps": eps}
        self.gamma, self.beta = [1.0] * units, [0.0] * units
        self.state = [np.zeros(units), np.ones(units)]

    @property
    def mean(self):
        return self.state[0]

    @property
    def var(self):
        return self.state[1]

    def forward(self, x, training):
        used = [np.mean(x, 0), np.var(x, 0)] if training else self.state
        if training:
            m = self.settings["momentum"]
            self.state = [
                m * old + (1 - m) * new
                for old, new in zip(self.state, used, strict=True)
            ]
        xhat = (x - used[0]) / np.sqrt(used[1] + self.settings["eps"])
        return np.asarray(self.gamma) * xhat + np.asarray(self.beta)


class BatchNormFloat32:
    """Works in float32."""

    def __init__(self, units, momentum=0.9, eps=1e-5):
        self.momentum, self.eps = np.float32(momentum), np.float32(eps)
        self.gamma = self.var = np.ones(units, dtype=np.float32)
        self.beta = self.mean = np.zeros(units, dtype=np.float32)

    def forward(self, x, training):
        x = x.astype(np.float32)
        mean, var = self.mean, self.var
        if training:
            mean, var = x.mean(axis=0), x.var(axis=0)
            self.mean = self.momentum * self.mean + (1 - self.momentum) * mean
            self.var = self.momentum * self.var + (1 - self.momentum) * var
        return self.gamma * (x - mean) / np.sqrt(var + self.eps) + self.beta


ALTERNATIVES = {
    "normalise": [
        normalise_short,
        normalise_second_moment,
        normalise_unit_by_unit,
        normalise_float32,
    ],
    "running_averages": [running_in_place, running_by_shares, running_recursive],
    "predict": [predict_scale_and_shift, predict_row_by_row, predict_entry_by_entry],
    "backward": [
        backward_through_the_graph,
        backward_with_means,
        backward_by_the_jacobian,
    ],
    "normalise_images": [
        images_flattened,
        images_channel_by_channel,
        images_reshaped_vectors,
    ],
    "merge": [merge_diagonal, merge_by_probing, merge_unit_by_unit],
    "BatchNorm": [BatchNormInPlace, BatchNormLists, BatchNormFloat32],
}
