"""Modules that a test cell takes when a student's name is bound to one, or should be.

A test that says ``math.isclose`` although only an unlocked cell imported ``math`` means
the module, whatever the student put in its place.
"""

from __future__ import annotations

import ast
import importlib
from collections.abc import Mapping
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

_ALIASES = {
    "np": "numpy",
    "npr": "numpy.random",
    "npt": "numpy.testing",
    "la": "numpy.linalg",
    "plt": "matplotlib.pyplot",
    "mpl": "matplotlib",
    "pd": "pandas",
}
WELL_KNOWN: Mapping[str, str] = {
    **{name: name for name in ALLOWED if "." not in name},
    **_ALIASES,
}
# Names that mean nothing but the module. The others, such as `time` or `statistics`,
# may well be something of the student's; how the test uses them decides.
UNMISTAKABLE = frozenset(
    (
        *("np", "numpy", "npt", "plt", "mpl", "matplotlib", "pd", "pandas"),
        *("math", "cmath", "scipy", "sympy", "itertools", "functools", "dataclasses"),
    )
)


def modules_meant(tree: ast.AST) -> dict[str, bool]:
    """Tell of each ambiguous well-known name in a cell whether it means the module.

    It does not if the cell uses it otherwise than by attributes that the module has.
    """
    attributes: dict[str, set[str]] = {}
    loads: dict[str, int] = {}
    dotted: dict[str, int] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            loads[node.id] = loads.get(node.id, 0) + 1
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            dotted[node.value.id] = dotted.get(node.value.id, 0) + 1
            attributes.setdefault(node.value.id, set()).add(node.attr)
    return {
        name: count == dotted.get(name) and _has(name, attributes[name])
        for name, count in loads.items()
        if name in WELL_KNOWN and name not in UNMISTAKABLE
    }


def _has(name: str, attributes: set[str]) -> bool:
    try:
        module = well_known(name)
    except ImportError:
        return False
    return all(hasattr(module, attribute) for attribute in attributes)


def well_known(name: str) -> ModuleType:
    """Return this process's own module of a well-known name or alias."""
    return importlib.import_module(WELL_KNOWN[name])


def genuine(name: Any) -> ModuleType:
    """Return this process's own module of a name that arrived."""
    if type(name) is not str or name not in ALLOWED:
        shown = name[:80] if type(name) is str else "?"
        raise RemoteError(
            f"the student's notebook has the module {shown!r} under this name, which "
            "a test cell does not take from it; import what the test needs in the test"
        )
    return importlib.import_module(name)
