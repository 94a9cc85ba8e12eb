"""Checks that the losses share."""

import numpy as np
from numpy.typing import ArrayLike

from nnlib._checks import Array, require_float, require_shape


def require_batch(name: str, prediction: ArrayLike) -> Array:
    """Return a float prediction whose first axis counts at least one sample."""
    prediction = require_float(name, prediction)
    if prediction.ndim == 0 or len(prediction) == 0:
        raise ValueError(
            f"{name} has shape {prediction.shape}, expected at least one sample on the "
            "first axis; pass (N,) or (N, K)"
        )
    return prediction


def require_target(name: str, target: ArrayLike, prediction: Array) -> Array:
    """Return a target of the prediction's shape, in the prediction's dtype."""
    values = np.asarray(target)
    remedy = "nothing is broadcast, so give target and prediction the same shape"
    require_shape(name, values, prediction.shape, remedy)
    return values.astype(prediction.dtype, copy=False)


def require_unit_interval(name: str, p: Array, remedy: str) -> None:
    """Refuse numbers outside [0, 1] by more than a finite difference would go.

    NaN passes and makes the loss NaN, which `nnlib.train.fit` explains.
    """
    if p.min() < -1e-3 or p.max() > 1 + 1e-3:
        raise ValueError(
            f"{name} goes from {p.min():.4g} to {p.max():.4g}, expected values between "
            f"0 and 1; {remedy}"
        )
