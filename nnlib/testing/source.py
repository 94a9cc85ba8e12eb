"""Find the text of the notebook cell in which something was defined."""

import ast
import inspect
import linecache
import os
import sys
from typing import Any


def source_of(name: Any) -> str:
    """Return the source of the cell that defines a function or class.

    The whole cell, so that a rule such as "no np.convolve" also sees helper functions
    beside it. Something defined in a file gives its own source only.

    Args:
        name: the function or class itself, or its name as the caller knows it.
    """
    label = name if isinstance(name, str) else getattr(name, "__name__", repr(name))
    target = _look_up(name) if isinstance(name, str) else name
    # A grader that keeps the student's code in another process hands over the text.
    given = getattr(target, "__source__", None)
    if isinstance(given, str):
        return given
    code = _code(inspect.unwrap(target) if callable(target) else target)
    if code is not None and os.path.isfile(code.co_filename):
        return inspect.getsource(target)
    # IPython keeps the text of each cell where tracebacks look for it.
    lines = linecache.getlines(code.co_filename) if code is not None else []
    text = "".join(lines) or _search_history(label)
    if not text:
        raise LookupError(
            f"no source found for {label}: define it with def or class in a code cell"
        )
    return text


def _look_up(name: str) -> Any:
    """Return what `name` means to the caller of source_of."""
    namespace = sys._getframe(2).f_globals
    try:
        # Not .get(): the grader's namespace finds a student's names on demand.
        return namespace[name]
    except KeyError:
        raise LookupError(
            f"{name} is not defined: run the cell that defines it"
        ) from None


def _code(target: Any) -> Any:
    """Return the code object of a function, or of a class's first own method."""
    if isinstance(target, type):
        members = (getattr(member, "fget", member) for member in vars(target).values())
        codes = (_code(getattr(m, "__func__", m)) for m in members if callable(m))
        return next((code for code in codes if code is not None), None)
    return getattr(target, "__code__", None)


def _search_history(name: str) -> str:
    """Return the last executed cell of this notebook that defines `name`, or ""."""
    main = sys.modules.get("__main__")
    for cell in reversed(getattr(main, "In", [])):
        try:
            body = ast.parse(cell).body
        except SyntaxError:  # magics and shell lines
            continue
        definitions = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
        if any(isinstance(node, definitions) and node.name == name for node in body):
            return cell
    return ""
