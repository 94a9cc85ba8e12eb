"""Batch normalisation, for (N, D) and for images (N, C, H, W).

Lecture: 07_batch_norm.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from nnlib._checks import (
    Array,
    require_cotangent,
    require_float,
    require_ndim,
    require_number,
    require_shape,
)


class BatchNormCache(NamedTuple):
    """What the backward pass needs, and the new running averages."""

    xhat: Array
    gamma: Array
    std: Array
    training: bool
    running_mean: Array
    running_var: Array


def batch_norm(
    x: ArrayLike,
    gamma: ArrayLike,
    beta: ArrayLike,
    running_mean: ArrayLike,
    running_var: ArrayLike,
    *,
    training: bool,
    momentum: float = 0.9,
    eps: float = 1e-5,
) -> tuple[Array, BatchNormCache]:
    """Normalise each feature, then scale and shift: y = gamma xhat + beta.

    ``xhat = (x - mean) / sqrt(var + eps)``. While training, mean and (biased, 1/N)
    variance are those of the batch: for each of D features over N, or for each of C
    channels over N, H and W. Afterwards they are the running averages. gamma, beta and
    the averages have shape (D,) or (C,); averages start at 0 and 1.

    Training moves the averages, ``new = momentum * old + (1 - momentum) * batch``; the
    arguments stay as they are, the new ones are in ``cache.running_mean`` and
    ``cache.running_var``. PyTorch's momentum is 1 - momentum, and its running variance
    is the unbiased one. Lecture 7.
    """
    x = require_float("x in batch_norm", x)
    require_ndim("x in batch_norm", x, 2, 4, remedy="use (N, D) or (N, C, H, W)")
    gamma, beta, mean, var = _check_vectors(
        x.shape[1],
        gamma=gamma,
        beta=beta,
        running_mean=running_mean,
        running_var=running_var,
    )
    momentum = require_number("momentum", momentum, at_least=0, at_most=1)
    eps = require_number("eps in batch_norm", eps, above=0)
    new_mean, new_var = mean, var
    if training:
        mean, var = _batch_moments(x)
        new_mean = momentum * new_mean + (1 - momentum) * mean
        new_var = momentum * new_var + (1 - momentum) * var
    std = np.sqrt(var + eps)
    xhat = (x - _spread(mean, x)) / _spread(std, x)
    out = _spread(gamma, x) * xhat + _spread(beta, x)
    return out, BatchNormCache(xhat, gamma, std, training, new_mean, new_var)


def batch_norm_backward(
    dout: ArrayLike, cache: BatchNormCache
) -> tuple[Array, Array, Array]:
    """Gradients dx, dgamma = sum dout xhat, dbeta = sum dout.

    Training: ``dx = gamma / std (dout - mean(dout) - xhat mean(dout xhat))``, since
    every sample also moved the mean and the variance. Afterwards the averages are
    constants and ``dx = gamma / std dout``.
    """
    xhat = cache.xhat
    dout = require_cotangent("dout in batch_norm_backward", dout, xhat.shape)
    axes = _sample_axes(xhat)
    dbeta = dout.sum(axis=axes)
    dgamma = (dout * xhat).sum(axis=axes)
    scale = _spread(cache.gamma / cache.std, xhat)
    if not cache.training:
        return scale * dout, dgamma, dbeta
    n = xhat.size // xhat.shape[1]
    centred = dout - _spread(dbeta / n, xhat) - xhat * _spread(dgamma / n, xhat)
    return scale * centred, dgamma, dbeta


def _sample_axes(x: Array) -> tuple[int, ...]:
    return (0,) if x.ndim == 2 else (0, 2, 3)


def _spread(v: Array, x: Array) -> Array:
    """View (D,) or (C,) so that it multiplies x feature by feature."""
    return v if x.ndim == 2 else v[:, None, None]


def _batch_moments(x: Array) -> tuple[Array, Array]:
    if x.size // max(x.shape[1], 1) < 2:
        raise ValueError(
            f"x in batch_norm has shape {x.shape}, expected at least 2 values for each "
            "feature while training; use a larger batch, or training=False"
        )
    return x.mean(axis=_sample_axes(x)), x.var(axis=_sample_axes(x))


def _check_vectors(features: int, **vectors: ArrayLike) -> list[Array]:
    checked = []
    for name, vector in vectors.items():
        array = require_float(f"{name} in batch_norm", vector)
        remedy = "it has one number for each feature or channel (axis 1 of x)"
        require_shape(f"{name} in batch_norm", array, (features,), remedy)
        checked.append(array)
    if np.any(checked[-1] < 0):
        raise ValueError(
            f"running_var in batch_norm goes down to {checked[-1].min():g}, expected "
            "variances of at least 0; start it at ones and let batch_norm update it"
        )
    return checked
