"""Signatures of a student's functions, from the description that arrives."""

from __future__ import annotations

import inspect
from typing import Any

_MAX_PARAMETERS = 1000


def signature_of(entries: Any) -> inspect.Signature | None:
    """Return a signature made of ``(name, kind, default, has default)`` entries."""
    if type(entries) is not list or len(entries) > _MAX_PARAMETERS:
        return None
    try:
        return inspect.Signature([_parameter(*entry) for entry in entries])
    except (TypeError, ValueError):
        return None


def _parameter(name: Any, kind: Any, default: Any, given: Any) -> inspect.Parameter:
    return inspect.Parameter(
        name,
        inspect._ParameterKind(kind),
        default=default if given is True else inspect.Parameter.empty,
    )
