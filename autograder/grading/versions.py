"""The versions that a score can depend on; all machines of a run share them."""

from __future__ import annotations

import functools
import platform
from importlib.metadata import PackageNotFoundError, version

PACKAGES = ("nncourse", "numpy", "matplotlib", "ipython", "nbgrader", "nbformat")


@functools.cache
def versions() -> dict[str, str]:
    """The version of Python and of every package that has a say in a result."""
    found = {"python": ".".join(platform.python_version_tuple()[:2])}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "missing"
    return found


def differences(here: dict[str, str], there: dict[str, str]) -> str:
    """What differs, in words; empty if nothing does."""
    return ", ".join(
        f"{name} {there.get(name, 'missing')} there, {mine} here"
        for name, mine in here.items()
        if there.get(name) != mine
    )
