"""Modules that a test cell takes when a student's name is bound to one."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Any

from autograder.execution.remote.errors import RemoteError

# Modules for computing and plotting. Those that reach files, processes or the
# interpreter are missing: a student could bind a function's name to one of them. So is
# the whole of nnlib, which here holds what the sandbox keeps from the student.
ALLOWED = frozenset(
    (
        *("math", "cmath", "random", "statistics", "fractions", "decimal", "numbers"),
        *("itertools", "functools", "collections", "operator", "string", "re"),
        *("copy", "time", "datetime", "dataclasses", "enum", "typing"),
        *("numpy", "numpy.linalg", "numpy.random", "numpy.fft", "numpy.testing"),
        *("numpy.ma", "numpy.polynomial", "numpy.typing"),
        *("matplotlib", "matplotlib.pyplot"),
        *("scipy", "scipy.linalg", "scipy.optimize", "scipy.stats", "scipy.special"),
        *("scipy.signal", "scipy.integrate", "scipy.interpolate", "scipy.sparse"),
        *("pandas", "sympy", "tqdm"),
        *("nnlib.data", "nnlib.testing", "nnlib.viz.style"),
    )
)


def genuine(name: Any) -> ModuleType:
    """Return this process's own module of a name that arrived."""
    if type(name) is not str or name not in ALLOWED:
        shown = name[:80] if type(name) is str else "?"
        raise RemoteError(
            f"the student's notebook has the module {shown!r} under this name, which "
            "a test cell does not take from it; import what the test needs in the test"
        )
    return importlib.import_module(name)
