"""Activation functions, element by element, and softmax over the last axis.

Each returns ``out, cache``; `step` has no useful derivative and returns its value.
Lecture: 01_neurons (softmax: 02_softmax_losses).
"""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from nnlib._checks import Array, require_cotangent, require_float, require_number


class SigmoidCache(NamedTuple):
    """What the backward pass of a sigmoid needs."""

    out: Array
    slope: float


def step(s: ArrayLike) -> Array:
    """Heaviside step H(s): 1 where s >= 0, else 0, so H(0) = 1.

    Its derivative is 0 wherever it exists, which is why nothing learns through it.
    Lecture 1.
    """
    s = np.asarray(s)
    dtype = s.dtype if np.issubdtype(s.dtype, np.floating) else np.float64
    return np.asarray(s >= 0, dtype=dtype)


def sigmoid(s: ArrayLike, slope: float = 1.0) -> tuple[Array, SigmoidCache]:
    """Logistic function 1 / (1 + exp(-slope s)) with values in (0, 1).

    It only ever takes exp of a negative number and so cannot overflow. PyTorch has
    no slope. Lecture 1.
    """
    s = require_float("s in sigmoid", s)
    slope = require_number("slope in sigmoid", slope, above=0)
    e = np.exp(-np.abs(s * slope))
    out = np.where(s >= 0, 1, e) / (1 + e)
    return out, SigmoidCache(out, slope)


def sigmoid_backward(dout: ArrayLike, cache: SigmoidCache) -> Array:
    """Gradient by s: dout * slope * out (1 - out), at most slope / 4."""
    out, slope = cache
    dout = require_cotangent("dout in sigmoid_backward", dout, out.shape)
    return dout * slope * out * (1 - out)


class ScaledSigmoidCache(NamedTuple):
    """What the backward pass of a scaled sigmoid needs."""

    out: Array
    width: float


def scaled_sigmoid(
    s: ArrayLike, low: float, high: float
) -> tuple[Array, ScaledSigmoidCache]:
    """Sigmoid stretched to (low, high): low + (high - low) sigmoid(s).

    An output layer for targets that are known to lie between two bounds. Lecture 2.
    """
    low = require_number("low in scaled_sigmoid", low)
    high = require_number("high in scaled_sigmoid", high, above=low)
    out, cache = sigmoid(s)
    return low + (high - low) * out, ScaledSigmoidCache(cache.out, high - low)


def scaled_sigmoid_backward(dout: ArrayLike, cache: ScaledSigmoidCache) -> Array:
    """Gradient by s: dout * (high - low) * sigma (1 - sigma)."""
    out, width = cache
    dout = require_cotangent("dout in scaled_sigmoid_backward", dout, out.shape)
    return dout * width * out * (1 - out)


def tanh(s: ArrayLike) -> tuple[Array, Array]:
    """Hyperbolic tangent in (-1, 1), slope 1 at 0; the cache is `out`. Lecture 1."""
    out = np.tanh(require_float("s in tanh", s))
    return out, out


def tanh_backward(dout: ArrayLike, cache: Array) -> Array:
    """Gradient by s: dout * (1 - out^2)."""
    dout = require_cotangent("dout in tanh_backward", dout, cache.shape)
    return dout * (1 - cache * cache)


def relu(s: ArrayLike) -> tuple[Array, Array]:
    """Rectified linear unit max(0, s); the cache is `out`. Lecture 1."""
    s = require_float("s in relu", s)
    out = np.maximum(s, s.dtype.type(0))
    return out, out


def relu_backward(dout: ArrayLike, cache: Array) -> Array:
    """Gradient by s: dout where s > 0, else 0; at the kink s = 0 it is 0."""
    dout = require_cotangent("dout in relu_backward", dout, cache.shape)
    return dout * (cache > 0)


class LeakyReluCache(NamedTuple):
    """What the backward pass of a leaky ReLU needs."""

    s: Array
    slope: float


def leaky_relu(s: ArrayLike, slope: float = 0.01) -> tuple[Array, LeakyReluCache]:
    """ReLU with a small slope below zero: s if s > 0, else slope * s. Lecture 1."""
    s = require_float("s in leaky_relu", s)
    slope = require_number("slope in leaky_relu", slope, at_least=0, at_most=1)
    return np.where(s > 0, s, slope * s), LeakyReluCache(s, slope)


def leaky_relu_backward(dout: ArrayLike, cache: LeakyReluCache) -> Array:
    """Gradient by s: dout where s > 0, else slope * dout (also at s = 0)."""
    dout = require_cotangent("dout in leaky_relu_backward", dout, cache.s.shape)
    return np.where(cache.s > 0, dout, cache.slope * dout)


def softmax(s: ArrayLike) -> tuple[Array, Array]:
    """Scores (..., K) to probabilities: exp(s_k) / sum_j exp(s_j); cache is `out`.

    Not element-wise: each probability depends on every score of its row. Adding a
    constant to a row changes nothing, so the maximum is subtracted first. Lecture 2.
    """
    shifted = _shift_by_maximum("s in softmax", s)
    e = np.exp(shifted)
    out = e / e.sum(axis=-1, keepdims=True)
    return out, out


def softmax_backward(dout: ArrayLike, cache: Array) -> Array:
    """Gradient by s: p (.) (dout - sum_k dout_k p_k), row by row."""
    dout = require_cotangent("dout in softmax_backward", dout, cache.shape)
    return cache * (dout - (dout * cache).sum(axis=-1, keepdims=True))


def log_softmax(s: ArrayLike) -> tuple[Array, Array]:
    """Logarithm of softmax, s_k - log sum_j exp(s_j), exact even where p is 0.

    The cache holds the logarithms themselves. Lecture 2.
    """
    shifted = _shift_by_maximum("s in log_softmax", s)
    out = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return out, out


def log_softmax_backward(dout: ArrayLike, cache: Array) -> Array:
    """Gradient by s: dout - p sum_k dout_k, row by row."""
    dout = require_cotangent("dout in log_softmax_backward", dout, cache.shape)
    return dout - np.exp(cache) * dout.sum(axis=-1, keepdims=True)


def _shift_by_maximum(name: str, s: ArrayLike) -> Array:
    s = require_float(name, s)
    if s.ndim == 0 or s.shape[-1] == 0:
        raise ValueError(
            f"{name} has shape {s.shape}, expected scores (..., K) with K >= 1; "
            "put the classes on the last axis"
        )
    return s - s.max(axis=-1, keepdims=True)


Activation = Callable[..., tuple[Array, Any]]
_ELEMENTWISE: dict[Callable[..., Any], Callable[[ArrayLike, Any], Array]] = {
    sigmoid: sigmoid_backward,
    scaled_sigmoid: scaled_sigmoid_backward,
    tanh: tanh_backward,
    relu: relu_backward,
    leaky_relu: leaky_relu_backward,
}


def backward_of(f: Callable[..., Any]) -> Callable[[ArrayLike, Any], Array]:
    """Backward pass of an element-wise activation, or of a partial of one."""
    plain = f.func if isinstance(f, partial) else f
    if plain not in _ELEMENTWISE:
        known = ", ".join(g.__name__ for g in _ELEMENTWISE)
        raise ValueError(
            f"f is {f!r}, expected a differentiable element-wise activation "
            f"({known}); set its options with functools.partial"
        )
    return _ELEMENTWISE[plain]


def derivative(f: Activation, s: ArrayLike) -> Array:
    """Slope f'(s) at every entry, the gradient of their sum. Lecture 3."""
    out, cache = f(s)
    return backward_of(f)(np.ones_like(out), cache)


def saturation_fraction(f: Activation, s: ArrayLike, flat: float = 0.05) -> float:
    """Share of the entries of s where f is flat: abs(f'(s)) < flat. Lecture 5."""
    return float(np.mean(np.abs(derivative(f, s)) < flat))
