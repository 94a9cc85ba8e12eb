"""Say in one line why a check failed, and in which line of the student's code."""

import os
import traceback
import warnings
from collections.abc import Sequence

_LONGEST = 600


def explain(error: BaseException) -> str:
    """Return type and text of an exception and the last line of student code in it."""
    text = _text(error)
    frames = traceback.extract_tb(error.__traceback__)
    if isinstance(error, AssertionError):
        if text:
            return _shorten(text)
        # A bare assert: its own line is the best explanation there is.
        line = frames[-1].line if frames else ""
        return _shorten(f"this does not hold: {line}" if line else "an assert failed")
    if isinstance(error, NotImplementedError):  # the stub: its line says nothing
        return _shorten(f"not done yet: {text}" if text else "not done yet")
    message = f"{type(error).__name__}: {text}" if text else type(error).__name__
    where = _student_line(error, frames)
    return _shorten(f"{_shorten(message)} (at {where})" if where else message)


def list_warnings(caught: Sequence[warnings.WarningMessage]) -> str:
    """Return a note on the warnings of a check that passed, or an empty string."""
    kinds = {f"{w.category.__name__}: {w.message}": None for w in caught}
    return _shorten("warned: " + "; ".join(kinds)) if kinds else ""


def _text(error: BaseException) -> str:
    try:
        return " ".join(str(error).split())
    except Exception:  # an exception class of the student may be broken itself
        return ""


def _student_line(
    error: BaseException, frames: Sequence[traceback.FrameSummary]
) -> str:
    """Return the last traceback line that stands in a notebook cell of the student.

    A cell is a "file" that does not exist on disk. The first frame is the check
    itself. A grader that ran the code elsewhere puts the line on the exception.
    """
    given = getattr(error, "__student_line__", None)
    if isinstance(given, str):
        return given
    test_cell = frames[0].filename if frames else ""
    for frame in reversed(frames[1:]):
        in_cell = frame.filename != test_cell and not os.path.isfile(frame.filename)
        if in_cell and frame.line:
            return f"line {frame.lineno} in {frame.name}: {frame.line}"
    return ""


def _shorten(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
