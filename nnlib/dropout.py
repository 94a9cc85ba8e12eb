"""Dropout: switch units off at random while training.

`keep` is the probability to KEEP a unit; PyTorch's p = 1 - keep is the probability to
drop it. Lecture: 06_dropout.
"""

from collections.abc import Callable
from itertools import product
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from nnlib._checks import (
    Array,
    require_choice,
    require_cotangent,
    require_float,
    require_number,
    require_rng,
    require_shape,
)

_MOST_UNITS = 16


def dropout(
    x: ArrayLike,
    keep: float,
    *,
    rng: np.random.Generator | None,
    training: bool,
    mode: Literal["inverted", "vanilla"] = "inverted",
) -> tuple[Array, Array]:
    """Multiply each entry of x by its own random z: 1 with probability keep, else 0.

    ============  ==================  ===============
    mode          while training      afterwards
    ============  ==================  ===============
    ``inverted``  x (.) z / keep      x
    ``vanilla``   x (.) z             keep * x
    ============  ==================  ===============

    Both keep the expected output of a linear unit the same at both times. The cache is
    the factor that x was multiplied by. Without training, `rng` may be None. Lecture 6.
    """
    x = require_float("x in dropout", x)
    keep = require_number("keep in dropout", keep, above=0, at_most=1)
    require_choice("mode in dropout", mode, ("inverted", "vanilla"))
    if not training:
        factor = np.full((), keep if mode == "vanilla" else 1, dtype=x.dtype)
    else:
        kept = require_rng("rng in dropout", rng).random(x.shape) < keep
        scale = x.dtype.type(1 / keep if mode == "inverted" else 1)
        factor = np.where(kept, scale, x.dtype.type(0))  # 0 even if scale overflows
    return np.asarray(x * factor), np.broadcast_to(factor, x.shape)


def dropout_backward(dout: ArrayLike, cache: Array) -> Array:
    """Gradient by x: dout times the same factors, so a dropped unit gets none."""
    dout = require_cotangent("dout in dropout_backward", dout, cache.shape)
    return dout * cache


def dropout_expectation(
    f: Callable[[Array], ArrayLike], x: ArrayLike, keep: float
) -> Array:
    """Exact average of f(x (.) z) over all 2^n masks z of the n entries of x.

    ``sum_z p(z) f(x (.) z)`` with ``p(z) = keep^ones (1 - keep)^zeros``. `f` takes all
    masked inputs at once, (2^n, n), and returns one row or number for each. For a
    linear f the answer is f(keep * x); for any other f scaling is an approximation.
    Lecture 6.
    """
    x = require_float("x in dropout_expectation", x)
    keep = require_number("keep in dropout_expectation", keep, above=0, at_most=1)
    require_shape("x in dropout_expectation", x, ("n",), "pass one sample")
    if x.size > _MOST_UNITS:
        raise ValueError(
            f"x in dropout_expectation has {x.size} entries, expected at most "
            f"{_MOST_UNITS} (there are 2^n masks); average over random masks instead"
        )
    masks = np.array(list(product([0, 1], repeat=x.size)), dtype=x.dtype)
    ones = masks.sum(axis=1)
    probability = keep**ones * (1 - keep) ** (x.size - ones)
    outputs = np.asarray(f(masks * x))
    if outputs.shape[:1] != masks.shape[:1]:
        raise ValueError(
            f"f returned shape {outputs.shape}, expected one row for each of the "
            f"{len(masks)} masks; let f work on a whole batch"
        )
    return np.tensordot(probability, outputs, axes=1)
