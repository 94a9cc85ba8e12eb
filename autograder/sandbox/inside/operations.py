"""The special methods that a remote object may have, and what each one does.

Comparison, truth, hashing and conversion to a number are missing on purpose: a test
must never ask a student's object whether it is right.
"""

from __future__ import annotations

import copy
import operator
from collections.abc import Callable
from typing import Any

_BINARY = (
    *("add", "sub", "mul", "matmul", "truediv", "floordiv", "mod", "pow"),
    *("lshift", "rshift", "and", "or", "xor"),
)
_UNARY = ("neg", "pos", "abs", "invert", "round")
_OPERATOR_NAMES = {"and": "and_", "or": "or_"}


def _reflected(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda value, other: function(other, value)


def _enter(value: Any) -> Any:
    return type(value).__enter__(value)


def _exit(value: Any, *details: Any) -> Any:
    return type(value).__exit__(value, *details)


OPERATIONS: dict[str, Callable[..., Any]] = {
    "__call__": lambda value, *args, **kwargs: value(*args, **kwargs),
    "__len__": len,
    "__iter__": iter,
    "__reversed__": reversed,
    "__getitem__": operator.getitem,
    "__setitem__": operator.setitem,
    "__delitem__": operator.delitem,
    "__contains__": operator.contains,
    "__enter__": _enter,
    "__exit__": _exit,
    "__neg__": operator.neg,
    "__pos__": operator.pos,
    "__abs__": abs,
    "__invert__": operator.invert,
    "__round__": round,
    "__divmod__": divmod,
    "__rdivmod__": _reflected(divmod),
}
for _name in _BINARY:
    _function = getattr(operator, _OPERATOR_NAMES.get(_name, _name))
    OPERATIONS[f"__{_name}__"] = _function
    OPERATIONS[f"__r{_name}__"] = _reflected(_function)
    OPERATIONS[f"__i{_name}__"] = getattr(operator, f"i{_name}")

# What makes new values of old ones, and so could be told a value of the test.
ARITHMETIC = frozenset(
    (
        *(f"__{kind}{name}__" for name in _BINARY for kind in ("", "r", "i")),
        *(f"__{name}__" for name in (*_UNARY, "divmod", "rdivmod")),
    )
)

# Done by the peer for any object, whatever its class defines.
COPYING: dict[str, Callable[[Any], Any]] = {
    "__copy__": copy.copy,
    "__deepcopy__": copy.deepcopy,
}
TEXT: dict[str, Callable[[Any], str]] = {"__repr__": repr, "__str__": str}

# Attributes with special names that a test may read of a student's object.
READABLE_SPECIALS = frozenset(
    (
        *("__doc__", "__name__", "__qualname__", "__module__", "__dict__"),
        *("__annotations__", "__defaults__", "__kwdefaults__", "__wrapped__"),
        *("__self__", "__func__", "__cause__", "__context__", "__notes__"),
        *("__dataclass_fields__", "__match_args__", "__slots__", "__members__"),
    )
)


def special_names(kind: type) -> list[str]:
    """Return which of the operations a class has, without running its code."""
    bases = type.__dict__["__mro__"].__get__(kind)
    found: dict[str, Any] = {}
    for base in reversed([b for b in bases if b is not object]):
        found.update(type.__dict__["__dict__"].__get__(base))
    wanted = (*OPERATIONS, "__next__")
    names = [name for name in wanted if found.get(name) is not None]
    return names + [name for name in TEXT if name in found]
