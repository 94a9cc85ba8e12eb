"""Squared errors, for regression."""

from numpy.typing import ArrayLike

from nnlib._checks import Array
from nnlib.losses._pairs import require_batch, require_target


def mse(prediction: ArrayLike, target: ArrayLike) -> tuple[float, Array]:
    """Mean squared error: (1/N) sum_n ||yhat_n - y_n||^2.

    The squares of one sample's outputs are added and the mean is taken over samples.
    PyTorch's ``MSELoss`` averages over the outputs too, so for (N, K) ours is K times
    as large. The cache is yhat - y. Lecture 2.
    """
    prediction = require_batch("prediction in mse", prediction)
    error = prediction - require_target("target in mse", target, prediction)
    return float((error * error).sum()) / len(error), error


def mse_backward(dout: float, cache: Array) -> Array:
    """Gradient by the prediction: dout * (2/N) (yhat - y)."""
    return (2 * float(dout) / len(cache)) * cache


def half_sse(prediction: ArrayLike, target: ArrayLike) -> tuple[float, Array]:
    """Half the sum of squared errors: (1/2) sum_n ||yhat_n - y_n||^2.

    Not a mean: it grows with the batch. The 1/2 cancels the 2 of the derivative. The
    cache is yhat - y. Lecture 2.
    """
    prediction = require_batch("prediction in half_sse", prediction)
    error = prediction - require_target("target in half_sse", target, prediction)
    return float((error * error).sum()) / 2, error


def half_sse_backward(dout: float, cache: Array) -> Array:
    """Gradient by the prediction: dout * (yhat - y)."""
    return float(dout) * cache
