"""Learning-rate schedules: functions of the time t that return the learning rate.

``optimizer = SGD(params, lr=inverse(0.1, r=0.01))`` calls the schedule with t = 1
before the first update, t = 2 before the second, and so on. To count epochs instead,
call the schedule yourself and set ``optimizer.lr``. Every schedule also takes an array
of times, which draws the curve. Lecture 9.

PyTorch counts from 0 and multiplies the last rate; the laws are the same, t is shifted.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from nnlib._checks import require_number

Schedule = Callable[[Any], Any]


def constant(eta: float) -> Schedule:
    """eta_t = eta. Lecture 9."""
    _positive("constant", eta=eta)
    return lambda t: eta + 0.0 * np.asarray(t)


def power(eta: float, p: float = -0.5) -> Schedule:
    """eta_t = eta t^p for t >= 1; p is usually -1 or -1/2. Lecture 9."""
    _positive("power", eta=eta)

    def rate(t: Any) -> Any:
        if np.any(np.asarray(t) < 1):
            raise ValueError(
                f"power expected t >= 1, got {t}; t ** {p} has no value at 0: "
                "count updates from 1"
            )
        return eta * np.asarray(t, dtype=float) ** p

    return rate


def geometric(eta: float, q: float = 0.95) -> Schedule:
    """eta_t = eta q^t. Lecture 9. PyTorch: ``ExponentialLR(gamma=q)``."""
    _positive("geometric", eta=eta, q=q)
    return lambda t: eta * q ** np.asarray(t, dtype=float)


def inverse(eta: float, r: float) -> Schedule:
    """eta_t = eta / (1 + r t). Lecture 9."""
    _positive("inverse", eta=eta, r=r)
    return lambda t: eta / (1 + r * np.asarray(t))


def exponential(eta: float, lam: float) -> Schedule:
    """eta_t = eta exp(-lam t). Lecture 9. ``geometric`` with q = exp(-lam)."""
    _positive("exponential", eta=eta, lam=lam)
    return lambda t: eta * np.exp(-lam * np.asarray(t))


def step(eta: float, r: float = 0.5, t_u: float = 10) -> Schedule:
    """eta_t = eta r^floor(t / t_u): a staircase with steps of length t_u. Lecture 9.

    Without the floor it would be smooth exponential decay with lam = -ln(r) / t_u.
    PyTorch: ``StepLR(step_size=t_u, gamma=r)``.
    """
    _positive("step", eta=eta, r=r, t_u=t_u)
    return lambda t: eta * r ** np.floor(np.asarray(t) / t_u)


def cosine(eta: float, total: float, eta_min: float = 0.0) -> Schedule:
    """Half a cosine from eta at t = 0 down to eta_min at t = total, then constant.

    eta_t = eta_min + (eta - eta_min) (1 + cos(pi t / total)) / 2. Lecture 9.
    PyTorch: ``CosineAnnealingLR``, which rises again after ``total``.
    """
    _positive("cosine", eta=eta, total=total)
    require_number("eta_min in cosine", eta_min, at_least=0, at_most=eta)

    def rate(t: Any) -> Any:
        part = np.clip(np.asarray(t) / total, 0.0, 1.0)
        return eta_min + (eta - eta_min) * (1 + np.cos(np.pi * part)) / 2

    return rate


def warmup(schedule: Schedule, steps: int) -> Schedule:
    """Scale a schedule up from 0 in a straight line: eta_t = min(1, t / steps) eta'_t.

    eta'_t is the given schedule at the same t. Early gradients, and the averages that
    Adam takes of them, are the least reliable, so the first steps are kept short.
    Lecture 9. PyTorch: ``LinearLR`` chained with another schedule.
    """
    if not callable(schedule):
        raise TypeError(
            f"warmup expected a schedule, got {schedule!r}; for a fixed rate use "
            f"warmup(constant({schedule!r}), steps)"
        )
    _positive("warmup", steps=steps)
    return lambda t: np.minimum(1.0, np.asarray(t) / steps) * schedule(t)


def _positive(name: str, **values: float) -> None:
    for key, value in values.items():
        require_number(f"{key} in {name}", value, above=0)
