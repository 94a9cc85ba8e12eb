"""Initial weights, and statistics that show what they do to signals and gradients.

A shape is (D, M) for `linear` or (F, C, kh, kw) for `conv2d`. Biases start at 0.
Lecture: 05_initialization.
"""

from collections.abc import Callable, Iterable
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import DTypeLike

from nnlib._checks import Array, require_choice, require_number, require_rng

Shape = tuple[int, ...]
Initialiser = Callable[..., Array]


def fans(shape: Shape) -> tuple[int, int]:
    """Connections into and out of one unit: (fan_in, fan_out).

    (D, M) gives D and M; (F, C, kh, kw) gives C kh kw and F kh kw. Lecture 5.
    """
    if min(shape, default=0) < 1:
        raise ValueError(f"shape is {shape}, expected lengths >= 1; give each axis one")
    if len(shape) == 2:
        return shape[0], shape[1]
    if len(shape) == 4:
        filters, channels, kh, kw = shape
        return channels * kh * kw, filters * kh * kw
    raise ValueError(
        f"shape is {shape}, expected (D, M) of a linear layer or (F, C, kh, kw) of "
        "filters; for a bias use zeros"
    )


def zeros(shape: Shape, dtype: DTypeLike = np.float64) -> Array:
    """All zeros: right for biases, useless for weights, whose units stay the same.

    Lecture 5.
    """
    return np.zeros(shape, dtype=dtype)


def constant(shape: Shape, value: float, dtype: DTypeLike = np.float64) -> Array:
    """Every entry equal to `value`: the units of a layer never become different.

    Lecture 5.
    """
    return np.full(shape, require_number("value in constant", value), dtype=dtype)


def uniform(
    shape: Shape, r: float, rng: np.random.Generator, dtype: DTypeLike = np.float64
) -> Array:
    """Entries from U(-r, r), of variance r^2 / 3. Lecture 5."""
    r = require_number("r in uniform", r, at_least=0)
    return require_rng("rng", rng).uniform(-r, r, size=shape).astype(dtype, copy=False)


def normal(
    shape: Shape, sigma: float, rng: np.random.Generator, dtype: DTypeLike = np.float64
) -> Array:
    """Entries from N(0, sigma^2). Lecture 5."""
    sigma = require_number("sigma in normal", sigma, at_least=0)
    return (
        require_rng("rng", rng).normal(0, sigma, size=shape).astype(dtype, copy=False)
    )


def fan_in_uniform(
    shape: Shape, rng: np.random.Generator, dtype: DTypeLike = np.float64
) -> Array:
    """U(-r, r) with r = 1/sqrt(fan_in): the spread falls by sqrt(3) in a linear layer.

    PyTorch's default for its linear layers. Lecture 5.
    """
    return uniform(shape, float(fans(shape)[0] ** -0.5), rng, dtype)


def xavier_uniform(
    shape: Shape,
    rng: np.random.Generator,
    gain: float = 1.0,
    dtype: DTypeLike = np.float64,
) -> Array:
    """U(-r, r) with r = gain sqrt(3 / fan_avg), fan_avg = (fan_in + fan_out) / 2.

    Lecture 5.
    """
    return uniform(shape, float(3**0.5 * _xavier_sigma(shape, gain)), rng, dtype)


def xavier_normal(
    shape: Shape,
    rng: np.random.Generator,
    gain: float = 1.0,
    dtype: DTypeLike = np.float64,
) -> Array:
    """N(0, sigma^2) with sigma = gain / sqrt(fan_avg): for tanh, of slope 1 at 0.

    Lecture 5.
    """
    return normal(shape, _xavier_sigma(shape, gain), rng, dtype)


def he_uniform(
    shape: Shape, rng: np.random.Generator, dtype: DTypeLike = np.float64
) -> Array:
    """U(-r, r) with r = sqrt(6 / fan_in), of the variance of `he_normal`. Lecture 5."""
    return uniform(shape, float((6 / fans(shape)[0]) ** 0.5), rng, dtype)


def he_normal(
    shape: Shape, rng: np.random.Generator, dtype: DTypeLike = np.float64
) -> Array:
    """N(0, sigma^2) with sigma^2 = 2 / fan_in: the 2 makes up for ReLU's zero half.

    Lecture 5.
    """
    return normal(shape, float((2 / fans(shape)[0]) ** 0.5), rng, dtype)


def for_activation(name: str) -> Initialiser:
    """Initialiser ``f(shape, rng)`` that suits the activation after the layer.

    Xavier for tanh, He for the ReLU family; for the sigmoid Xavier with gain 4, because
    its slope at 0 is 1/4. PyTorch would use gain 1 there, and the signal fades.
    Lecture 5.
    """
    choices: dict[str, Initialiser] = {
        "identity": xavier_normal,
        "tanh": xavier_normal,
        "sigmoid": partial(xavier_normal, gain=4.0),
        "relu": he_normal,
        "leaky_relu": he_normal,
    }
    return choices[require_choice("name in for_activation", name, list(choices))]


class ActivationStats(NamedTuple):
    """Spread of one layer's outputs."""

    mean: float
    std: float
    second_moment: float
    zero_fraction: float


def activation_stats(outputs: Iterable[Array]) -> list[ActivationStats]:
    """Mean, standard deviation, mean square and share of zeros, layer by layer.

    Lecture 5.
    """
    return [
        ActivationStats(
            float(np.mean(h)),
            float(np.std(h)),
            float(np.mean(np.square(h))),
            float(np.mean(h == 0)),
        )
        for h in outputs
    ]


def gradient_stats(gradients: Iterable[Array]) -> list[float]:
    """2-norm of each gradient; on a log axis over the layers it shows what vanishes.

    Lecture 5.
    """
    return [float(np.linalg.norm(np.ravel(g))) for g in gradients]


def _xavier_sigma(shape: Shape, gain: float) -> float:
    gain = require_number("gain", gain, above=0)
    return gain * float((sum(fans(shape)) / 2) ** -0.5)
