"""What the trusted end is told about classes, functions and errors."""

from __future__ import annotations

import inspect
import linecache
import os
import traceback
import types
from types import TracebackType
from typing import Any

_TEXT_LIMIT = 20_000
_SOURCE_LIMIT = 200_000
_HERE = os.path.dirname(os.path.abspath(__file__))


def exception_base(kind: type) -> str | None:
    """Return the name of the built-in exception that a class derives from."""
    if issubclass(kind, BaseException):
        for base in kind.__mro__:
            if base.__module__ == "builtins":
                return base.__name__
    return None


def shortened(text: str, limit: int = _TEXT_LIMIT) -> str:
    """Return ``text`` with its middle left out if it is very long."""
    if len(text) <= limit:
        return text
    return text[: limit // 2] + "\n[...]\n" + text[-limit // 2 :]


def message_of(error: BaseException) -> str:
    """Return an exception's message, whatever its class does to prevent it."""
    try:
        return shortened(str.__str__(str(error)))
    except (Exception, SystemExit, GeneratorExit):
        return "(its message cannot be shown)"


def traceback_of(error: BaseException) -> str:
    """Return the traceback of student code, without the frames of this package."""
    try:
        lines = traceback.format_exception(
            type(error), error, _first_foreign(error.__traceback__), limit=-30
        )
        return shortened("".join(lines))
    except (Exception, SystemExit, GeneratorExit):
        return f"{type(error).__name__} (its traceback cannot be shown)"


def _first_foreign(frame: TracebackType | None) -> TracebackType | None:
    while frame and frame.tb_frame.f_code.co_filename.startswith(_HERE):
        frame = frame.tb_next
    return frame


def parameters_of(function: Any) -> list[list[Any]] | None:
    """Return ``[name, kind, default's text or None]`` for each parameter."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return None
    return [
        [
            parameter.name,
            int(parameter.kind),
            None if parameter.default is parameter.empty else parameter.default,
            parameter.default is not parameter.empty,
        ]
        for parameter in signature.parameters.values()
    ]


def source_of(thing: Any) -> str | None:
    """Return the text of the cell that defines a function or class, else None."""
    thing = inspect.unwrap(thing)
    for code in _codes(thing):
        if os.path.isfile(code.co_filename):
            return shortened(inspect.getsource(thing), _SOURCE_LIMIT)
        lines = linecache.getlines(code.co_filename)
        if lines:
            return shortened("".join(lines), _SOURCE_LIMIT)
    return None


def _codes(thing: Any) -> list[types.CodeType]:
    """Return the code of a function, or of a class's methods."""
    if isinstance(thing, type):
        members = [getattr(member, "fget", member) for member in vars(thing).values()]
        functions = [getattr(member, "__func__", member) for member in members]
    else:
        functions = [getattr(thing, "__func__", thing)]
    codes = [getattr(function, "__code__", None) for function in functions]
    return [code for code in codes if isinstance(code, types.CodeType)]
