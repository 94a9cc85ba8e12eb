"""What a test cell catches when a student's code fails."""

from __future__ import annotations

import builtins
from typing import Any

_TEXT_LIMIT = 40_000
# A StopIteration out of an ordinary call would silently end a loop of the test.
_NEVER = (StopIteration, StopAsyncIteration)


class RemoteError(RuntimeError):
    """Student code failed in a way that has no ordinary exception to stand for it."""


class RemoteTimeout(RemoteError, TimeoutError):
    """A call of student code took too long and was interrupted."""


class StudentGone(RemoteError):
    """The student's process ended during this test cell."""


class StudentTraceback(Exception):
    """The student's traceback, shown as the cause of the exception in the test."""

    def __init__(self, text: str):
        super().__init__(text)
        self.text = text

    def __str__(self) -> str:
        return f"in the student's code\n\n{self.text.rstrip()}"


def exception_class(name: Any) -> type[Exception]:
    """Return the built-in exception of a name, if a test may be hit by it."""
    kind = getattr(builtins, name, None) if type(name) is str else None
    if isinstance(kind, type) and issubclass(kind, Exception):
        return RuntimeError if issubclass(kind, _NEVER) else kind
    return RemoteError


def text_of(value: Any) -> str:
    """Return text that arrived, within a limit; anything else gives ''."""
    return value[:_TEXT_LIMIT] if type(value) is str else ""


def build(name: Any, message: str, args: Any) -> Exception:
    """Return an exception of the named built-in class."""
    kind = exception_class(name)
    if kind is RemoteError or type(args) is not tuple:
        label = f"{text_of(name)[:100]}: " if kind is RemoteError else ""
        return _with_message(kind, label + message)
    try:
        return kind(*args)
    except Exception:
        return _with_message(kind, message)


def _with_message(kind: type[Exception], message: str) -> Exception:
    try:
        return kind(message)
    except TypeError:  # UnicodeDecodeError and its like want other arguments.
        return RemoteError(f"{kind.__name__}: {message}")


def nearest_builtin(error: BaseException) -> str:
    """Return the name of the built-in exception nearest to an exception's class."""
    for kind in type(error).__mro__:
        if kind.__module__ == "builtins":
            return kind.__name__
    raise AssertionError("every exception derives from a built-in one")
