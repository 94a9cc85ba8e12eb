"""How much of a student's data the grader's process holds at most.

One message is limited by the wire. But a test may collect results, say of a generator
that never ends, and the memory would be the grader's.
"""

from __future__ import annotations

import weakref
from typing import Any

import numpy as np

from autograder.sandbox.wire import WireError

# Arrays that are alive at one time, and other values of one test cell, in bytes.
MAX_ARRAYS = 1 << 30
MAX_VALUES = 1 << 30
_COUNTED_FROM = 4096
_BYTES_PER_PART = 80
_BYTES_PER_NUMBER = 40


class Allowance:
    """Counts what arrives from one student's process."""

    def __init__(self) -> None:
        self._arrays = 0
        self._values = 0

    def begin_cell(self) -> None:
        """Give the next test cell its full allowance for values."""
        self._values = 0

    def watch(self, array: np.ndarray) -> np.ndarray:
        """Count an array's memory until neither it nor a view of it is left."""
        if array.nbytes >= _COUNTED_FROM:
            self._arrays += array.nbytes
            if self._arrays > MAX_ARRAYS:
                raise WireError("more arrays arrived than a test may hold at one time")
            memory: Any = array
            while memory.base is not None:
                memory = memory.base
                if not isinstance(memory, np.ndarray):
                    break
            weakref.finalize(memory, self._give_back, array.nbytes).atexit = False
        return array

    def take_values(self, *, parts: int, numbers: int, copied: int) -> None:
        """Count parts of the JSON, numbers of packed lists and copied bytes."""
        self._values += parts * _BYTES_PER_PART + numbers * _BYTES_PER_NUMBER + copied
        if self._values > MAX_VALUES:
            raise WireError("more data arrived than one test cell may take")

    def _give_back(self, size: int) -> None:
        self._arrays -= size
