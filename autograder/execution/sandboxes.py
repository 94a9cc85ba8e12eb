"""Keeps the sandboxes of this process warm from one notebook to the next."""

from __future__ import annotations

import atexit
import os

from autograder.sandbox import Policy, Sandbox

_KEPT = 2
"""An instructor's server may grade two assignments in turn; more would only wait."""

_open: dict[tuple[int, Policy], Sandbox] = {}


def shared_sandbox(policy: Policy) -> Sandbox:
    """Return this process's sandbox for the policy; it is started at its first use.

    nbgrader makes new preprocessors for every notebook, so they cannot keep it. A
    forked process gets sandboxes of its own: two of them cannot share one.
    """
    key = (os.getpid(), policy)
    if key not in _open:
        _close_all(keep=_KEPT - 1)
        _open[key] = Sandbox(policy)
    return _open[key]


def _close_all(keep: int = 0) -> None:
    mine = [key for key in _open if key[0] == os.getpid()]
    for key in mine[: max(len(mine) - keep, 0)]:
        _open.pop(key).close()


atexit.register(_close_all)
