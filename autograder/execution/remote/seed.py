"""Notices when a test seeds or uses NumPy's global random generator."""

from __future__ import annotations

import ctypes
import functools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

# 624 words of 32 bits and a position: NumPy's MT19937.
_STATE_BYTES = 625 * 4

_seedings = 0


@contextmanager
def watched_seeding() -> Iterator[None]:
    """Notice in the block that the generator was seeded, even with the same seed."""
    functions = {name: getattr(np.random, name) for name in ("seed", "set_state")}
    for name, function in functions.items():
        setattr(np.random, name, _counting(function))
    try:
        yield
    finally:
        for name, function in functions.items():
            setattr(np.random, name, function)


def _counting(function: Any) -> Any:
    @functools.wraps(function)
    def counted(*args: Any, **kwargs: Any) -> Any:
        global _seedings
        _seedings += 1
        return function(*args, **kwargs)

    return counted


class GlobalSeed:
    """The state of the global generator as it was when last asked for.

    A test that says ``np.random.seed(0)`` means the student's draws as well, so the
    state goes to the student's process, where that has its own global generator. It
    never comes back: a student could otherwise choose the test's random inputs.
    """

    def __init__(self) -> None:
        self._generator: Any = np.random.mtrand._rand
        address = self._generator._bit_generator.ctypes.state_address
        # Copying the state through NumPy takes longer than a whole remote call.
        self._memory = (ctypes.c_char * _STATE_BYTES).from_address(address)
        self._seen = bytes(self._memory), _seedings

    def changed(self) -> bool:
        """Whether the generator was seeded or used since the last time."""
        now = bytes(self._memory), _seedings
        changed = now != self._seen
        self._seen = now
        return changed

    def state(self) -> dict[str, Any]:
        """Return the state as plain values."""
        return dict(self._generator.get_state(legacy=False))
