"""Classical statistics of tasks; None where a number would mean nothing."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

SMALL_CLASS = 30
"""With fewer students a reliability is too uncertain to act on."""

_TINY = 1e-12


def mean(values: Sequence[float]) -> float | None:
    """Return the mean; None of nothing."""
    return math.fsum(values) / len(values) if values else None


def correlation(a: Sequence[float], b: Sequence[float]) -> float | None:
    """Pearson's correlation; None where one of the two does not vary."""
    if len(a) < 2:
        return None
    x, y = np.asarray(a, float), np.asarray(b, float)
    x, y = x - x.mean(), y - y.mean()
    size = float(np.sqrt((x @ x) * (y @ y)))
    return float(x @ y) / size if size > _TINY else None


def discriminations(scores: Sequence[Sequence[float]]) -> list[float | None]:
    """Correlate each task with the sum of the *other* tasks; rows are students.

    With the whole sum a task would be compared with itself in part.
    """
    if not scores:
        return []
    table = np.asarray(scores, float)
    total = table.sum(axis=1)
    return [
        correlation(table[:, j].tolist(), (total - table[:, j]).tolist())
        for j in range(table.shape[1])
    ]


def cronbach_alpha(scores: Sequence[Sequence[float]]) -> float | None:
    """Return how consistently the tasks measure one thing; rows are students."""
    if len(scores) < 2 or len(scores[0]) < 2:
        return None
    table = np.asarray(scores, float)
    tasks = table.shape[1]
    whole = float(table.sum(axis=1).var(ddof=1))
    if whole <= _TINY:
        return None
    parts = float(table.var(axis=0, ddof=1).sum())
    return tasks / (tasks - 1) * (1 - parts / whole)


def histogram(fractions: Sequence[float], bins: int = 10) -> list[int]:
    """Count fractions of the full score; extra credit goes into the last bin."""
    counts = [0] * bins
    for fraction in fractions:
        counts[min(max(int(fraction * bins + _TINY), 0), bins - 1)] += 1
    return counts
