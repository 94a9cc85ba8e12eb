"""The test's own functions that student code may call, and for how long."""

from __future__ import annotations

import functools
import types
from collections.abc import Callable
from typing import Any

from autograder.execution.remote.errors import RemoteError
from autograder.sandbox.wire import WireError

_WRAPPED = (types.MethodType, types.BuiltinMethodType, functools.partial)


class Exports:
    """Functions by number. Nothing else of this process can be reached."""

    def __init__(self) -> None:
        self._functions: dict[int, types.FunctionType] = {}
        self._originals: dict[int, Any] = {}
        self._numbers: dict[int, int] = {}
        self._next = 1
        self.fresh: list[int] = []

    def add(self, function: Callable[..., Any]) -> int:
        """Export a function (again) and return its number."""
        number = self._numbers.get(id(function))
        if number is None:
            number = self._next
            self._next += 1
            self._functions[number] = _plain_function(function)
            self._originals[number] = function
            self._numbers[id(function)] = number
            self.fresh.append(number)
        return number

    def get(self, number: Any) -> types.FunctionType:
        """Return the function to call for a number that arrived."""
        function = self._functions.get(number) if type(number) is int else None
        if type(function) is not types.FunctionType:
            raise LookupError(
                "this function belonged to an earlier call or test cell; "
                "it can no longer be called"
            )
        return function

    def original(self, number: Any) -> Any:
        """Return what was exported, when the student's code hands it back."""
        if type(number) is not int or not 0 < number < self._next:
            raise WireError("a function came back that was never exported")
        if number not in self._originals:
            raise RemoteError(
                "the student's code gave back a function of an earlier test cell; "
                "make test cells independent of each other"
            )
        return self._originals[number]

    def withdraw(self, numbers: list[int]) -> None:
        """Stop serving these functions."""
        for number in numbers:
            self._functions.pop(number, None)
            original = self._originals.pop(number, None)
            self._numbers.pop(id(original), None)

    def withdraw_all(self) -> None:
        """Stop serving any function."""
        self.withdraw(list(self._functions))
        self.fresh.clear()


def is_exportable(value: Any) -> bool:
    """Whether a value is a function, method or partial that can be called back."""
    kind = type(value)
    if kind is types.BuiltinMethodType:
        return not isinstance(value.__self__, types.ModuleType | None)
    return kind is types.FunctionType or issubclass(kind, _WRAPPED)


def _plain_function(function: Callable[..., Any]) -> types.FunctionType:
    if type(function) is types.FunctionType:
        return function

    def call(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    assert isinstance(call, types.FunctionType)
    return call
