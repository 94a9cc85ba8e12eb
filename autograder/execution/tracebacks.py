"""Tracebacks of test cells, without the frames of the machinery."""

from __future__ import annotations

import os
import traceback
from typing import Any

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_TEXT_LIMIT = 100_000
_CHAIN_LIMIT = 20


def error_output(error: BaseException) -> dict[str, Any]:
    """Return the ``error`` output for an exception that left a test cell."""
    return {
        "output_type": "error",
        "ename": type(error).__name__,
        "evalue": _text(error),
        "traceback": _lines(error),
    }


def simple_error(name: str, message: str) -> dict[str, Any]:
    """Return an ``error`` output that is no exception's."""
    return {
        "output_type": "error",
        "ename": name,
        "evalue": message,
        "traceback": [f"{name}: {message}"],
    }


def _text(error: BaseException) -> str:
    try:
        return str(error)[:_TEXT_LIMIT]
    except Exception:
        return "(its message cannot be shown)"


def _lines(error: BaseException) -> list[str]:
    try:
        found = traceback.TracebackException.from_exception(error, compact=True)
        link: traceback.TracebackException | None = found
        for _ in range(_CHAIN_LIMIT):
            if link is None:
                break
            link.stack = traceback.StackSummary.from_list(
                [frame for frame in link.stack if not _is_machinery(frame.filename)]
            )
            link = link.__cause__ or link.__context__
        text = "".join(found.format())
    except Exception:
        text = f"{type(error).__name__}: {_text(error)}"
    if len(text) > _TEXT_LIMIT:
        text = text[: _TEXT_LIMIT // 2] + "\n[...]\n" + text[-_TEXT_LIMIT // 2 :]
    return text.rstrip().split("\n")


def _is_machinery(filename: str) -> bool:
    return filename.startswith(_PACKAGE)
