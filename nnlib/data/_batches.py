"""Cutting data: mini-batches of an epoch, and training, validation and test parts."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nnlib._checks import require_int, require_rng

Array = NDArray[Any]
Pair = tuple[Array, Array]


def minibatches(
    x: ArrayLike,
    y: ArrayLike,
    batch_size: int,
    *,
    rng: np.random.Generator | None = None,
    shuffle: bool = True,
    replace: bool = False,
    drop_last: bool = False,
) -> Iterator[Pair]:
    """Yield (x, y) in batches, once through all samples: one epoch. Lecture 9.

    Samples are shuffled first and cut afterwards, so call it anew for each epoch.
    If batch_size does not divide N the last batch is smaller, or left out with
    drop_last. replace=True draws every sample independently instead.
    """
    x, y = _same_length("minibatches", x, y)
    require_int("batch_size", batch_size, at_least=1)
    if replace and not shuffle:
        raise ValueError(
            "minibatches got replace=True with shuffle=False, expected at most one; "
            "drawing with replacement is random by nature"
        )
    if shuffle:
        rng = require_rng("rng in minibatches", rng)
    return _batches(x, y, batch_size, rng if shuffle else None, replace, drop_last)


def _batches(
    x: Array,
    y: Array,
    size: int,
    rng: np.random.Generator | None,
    replace: bool,
    drop_last: bool,
) -> Iterator[Pair]:
    n = len(x)
    order = None
    if rng is not None:
        order = rng.integers(n, size=n) if replace else rng.permutation(n)
    stop = n - n % size if drop_last else n
    for start in range(0, stop, size):
        part = slice(start, min(start + size, n))
        rows = part if order is None else order[part]
        yield x[rows], y[rows]


def n_batches(n: int, batch_size: int, *, drop_last: bool = False) -> int:
    """Iterations in one epoch: n / batch_size, rounded up. Lecture 9."""
    require_int("batch_size", batch_size, at_least=1)
    return n // batch_size if drop_last else -(-n // batch_size)


def split(
    x: ArrayLike,
    y: ArrayLike,
    fractions: Sequence[float] = (0.6, 0.2, 0.2),
    *,
    rng: np.random.Generator,
    stratify: bool = True,
) -> tuple[Pair, ...]:
    """Shuffle and cut into ((x, y), …): by default training, validation and test.

    stratify keeps the share of every class (integer y) equal in all parts, as far as
    whole numbers allow; turn it off for regression. Lecture 10.
    """
    x, y = _same_length("split", x, y)
    require_rng("rng in split", rng)
    shares = np.asarray(fractions, dtype=float)
    if np.any(shares <= 0) or not np.isclose(shares.sum(), 1):
        raise ValueError(
            f"fractions in split are {fractions}, expected positive numbers with sum 1"
        )
    order = rng.permutation(len(x))
    if stratify:
        order = order[_interleaved(y[order])]
    ends = np.round(np.cumsum(shares)[:-1] * len(x)).astype(int)
    parts = [rng.permutation(rows) for rows in np.split(order, ends)]
    if any(len(rows) == 0 for rows in parts):
        raise ValueError(
            f"split of {len(x)} samples by {fractions} leaves a part empty, expected "
            "at least one sample in each; use more samples or larger fractions"
        )
    return tuple((x[rows], y[rows]) for rows in parts)


def _interleaved(y: Array) -> Array:
    """Order in which every class is spread evenly, so that any cut is fair."""
    if y.ndim != 1 or not np.issubdtype(y.dtype, np.integer):
        raise TypeError(
            f"y in split has dtype {y.dtype} and shape {y.shape}, expected integer "
            "labels (N,); pass stratify=False for other targets"
        )
    place = np.empty(len(y))
    for label in np.unique(y):
        members = np.flatnonzero(y == label)
        place[members] = (np.arange(len(members)) + 0.5) / len(members)
    return np.argsort(place, kind="stable")


def _same_length(name: str, x: ArrayLike, y: ArrayLike) -> Pair:
    x, y = np.asarray(x), np.asarray(y)
    if x.ndim == 0 or y.ndim == 0 or len(x) != len(y) or len(x) == 0:
        raise ValueError(
            f"{name} got x of shape {x.shape} and y of shape {y.shape}, expected the "
            "same number of samples, at least one, on the first axis"
        )
    return x, y
