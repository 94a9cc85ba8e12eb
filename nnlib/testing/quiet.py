"""Keep what a tested function writes from changing a score or telling a secret."""

import contextlib
import io
import logging
import sys
import warnings
from collections.abc import Iterator
from typing import Any


class _Nowhere(io.TextIOBase):
    """A text stream that forgets what it is given."""

    def writable(self) -> bool:
        return True

    def write(self, text: str, /) -> int:
        return len(text)


@contextlib.contextmanager
def quiet(*, silent: bool) -> Iterator[list[warnings.WarningMessage]]:
    """Keep stderr empty and collect warnings.

    nbgrader gives no points to a cell that wrote anything to stderr, a harmless warning
    included. So stderr goes to stdout; or nowhere, as stdout too, if `silent`: a
    student's own print must not show what a hidden check calls the function with.
    """
    stderr = sys.stderr
    sink = _Nowhere() if silent else sys.stdout
    with (
        contextlib.redirect_stdout(sink),
        contextlib.redirect_stderr(sink),
        _moved_log_handlers(stderr, sink),
        warnings.catch_warnings(record=True) as caught,
    ):
        # Once for each place: a warning in a long loop must not fill the memory.
        warnings.simplefilter("default")
        yield caught


@contextlib.contextmanager
def _moved_log_handlers(old: Any, new: Any) -> Iterator[None]:
    """Let log handlers that hold on to stderr write to another stream."""
    loggers = [logging.getLogger(name) for name in logging.root.manager.loggerDict]
    handlers = {
        handler
        for logger in [logging.root, *loggers]
        for handler in logger.handlers
        if isinstance(handler, logging.StreamHandler) and handler.stream is old
    }
    for handler in handlers:
        handler.setStream(new)
    try:
        yield
    finally:
        for handler in handlers:
            handler.setStream(old)
