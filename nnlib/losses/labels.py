"""Class labels: one-hot encoding and the 0/1 loss."""

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from nnlib._checks import (
    Array,
    require_labels,
    require_ndim,
    require_number,
    require_shape,
)


def one_hot(labels: ArrayLike, classes: int, dtype: DTypeLike = np.float64) -> Array:
    """Class numbers (N,) to rows (N, K) with a single 1 at the place of the class.

    Lecture 2.
    """
    n = np.asarray(labels).size
    checked = require_labels("labels in one_hot", labels, n, classes)
    rows = np.zeros((n, classes), dtype=dtype)
    rows[np.arange(n), checked] = 1
    return rows


def zero_one(prediction: ArrayLike, labels: ArrayLike, threshold: float = 0.5) -> float:
    """Share of wrong predictions; it has no useful derivative.

    `prediction` is one of three: scores or probabilities (N, K), of which the largest
    decides; floats (N,), where class 1 means at least `threshold` (1/2 for a
    probability; pass 0 for logits); or class numbers (N,). Lecture 2.
    """
    scores = np.asarray(prediction)
    threshold = require_number("threshold in zero_one", threshold)
    require_ndim("prediction in zero_one", scores, 1, 2, remedy="use (N,) or (N, K)")
    if scores.size == 0 or scores.shape[1:] == (1,):
        raise ValueError(
            f"prediction in zero_one has shape {scores.shape}, expected (N,) or (N, K) "
            "with N >= 1 and K >= 2; for one score a sample use [:, 0]"
        )
    if scores.ndim == 2:
        chosen = scores.argmax(axis=1)
    elif np.issubdtype(scores.dtype, np.floating):
        chosen = (scores >= threshold).astype(int)
    else:
        chosen = scores
    truth = np.asarray(labels)
    require_shape(
        "labels in zero_one", truth, chosen.shape, "one label for each sample"
    )
    return float(np.mean(chosen != truth))
