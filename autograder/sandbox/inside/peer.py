"""The student's end of remote objects: does what the trusted end asks for.

Everything here runs in the sandbox, beside student code that may tamper with it, so
nothing in this module protects anything; the trusted end believes none of it.
"""

from __future__ import annotations

import builtins
import types
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..wire import Channel, Received, WireClosed, WireError, WireTimeout
from . import describe, randomness
from .codec import Reader
from .mirrors import Mirrors
from .operations import special_names
from .peer_values import PeerReader, PeerWriter
from .requests import ACTIONS

_MISSING = object()


class RaisedOutside(Exception):
    """Stands for an exception class that the student's end does not have."""


class Peer:
    """Serves the requests about one session's namespace.

    Args:
        channel: the session's channel, between messages.
        namespace: the global variables of the student's notebook.
        before_reply: called before each reply is sent, to flush what was printed.
    """

    def __init__(
        self,
        channel: Channel,
        namespace: dict[str, Any],
        before_reply: Callable[[], None] = lambda: None,
    ):
        self.namespace = namespace
        self.mirrors = Mirrors(keep=True)
        self.handles: dict[int, Any] = {}
        self.numbers: dict[int, int] = {}
        self.classes: dict[type, int] = {}
        self.new_classes: list[dict[str, Any]] = []
        self.exported: dict[int, Callable[..., Any]] = {}
        self.exported_numbers: dict[int, int] = {}
        self._channel = channel
        self._before_reply = before_reply
        self._hidden = frozenset(namespace)
        self._overwritten: dict[str, Any] = {}
        self._depth = 0
        self._next_number = 1
        self._next_token = -1

    def serve(self, header: dict[str, Any], buffers: Sequence[Received]) -> None:
        """Do one request and send its reply."""
        self._depth += 1
        try:
            reply, data = self._answer(header, buffers)
            self._before_reply()
            try:
                self._channel.send(reply, data)
            except (WireClosed, WireTimeout):
                raise
            except WireError as error:  # More than a frame may hold; nothing was sent.
                problem = TypeError(f"the result is too large for a test: {error}")
                self._channel.send(self._bare_failure(problem))
        finally:
            self._depth -= 1
            if not self._depth:
                self.mirrors.end_call()

    def _answer(
        self, header: dict[str, Any], buffers: Sequence[Received]
    ) -> tuple[dict[str, Any], list[Any]]:
        try:
            reader = PeerReader(self, buffers)
            self._take_news(header, reader)
            action = ACTIONS[header["do"]]
            value = action(self, header, reader)
            share = bool(header.get("share"))
            return self._reply("reply", {"status": "ok"}, value, share=share)
        except BaseException as error:
            return self._failure(error)

    def _reply(
        self, op: str, fields: dict[str, Any], value: Any, *, share: bool = False
    ) -> tuple[dict[str, Any], list[Any]]:
        writer = PeerWriter(self, share=share)
        reply = {"op": op, **fields, "value": writer.write(value)}
        reply["changes"] = self.mirrors.changes(writer)
        reply["classes"], self.new_classes = self.new_classes, []
        return reply, writer.buffers

    def _failure(self, error: BaseException) -> tuple[dict[str, Any], list[Any]]:
        builtin = type(error).__module__ == "builtins"
        try:
            value = error.args if builtin else (error, error.args)
            fields = {"status": "error", "error": _details(error)}
            return self._reply("reply", fields, value)
        except Exception:
            return self._bare_failure(error), []

    def _bare_failure(self, error: BaseException) -> dict[str, Any]:
        """Return a reply that tells of an error and carries nothing else."""
        reply: dict[str, Any] = {"op": "reply", "status": "error", "value": None}
        reply |= {"error": _details(error), "changes": [], "classes": self.new_classes}
        self.new_classes = []
        return reply

    def _take_news(self, header: dict[str, Any], reader: Reader) -> None:
        for number in header.get("free", ()):
            self.numbers.pop(id(self.handles.pop(number, None)), None)
        for token in header.get("drop", ()):
            self.mirrors.drop(token)
        self.mirrors.apply(header.get("changes", []), reader)
        if "seed" in header:
            randomness.set_state(np.random.mtrand._rand, reader.read(header["seed"]))

    # Objects and classes

    def handle(self, value: Any) -> int:
        """Return the number under which the trusted end knows an object."""
        number = self.numbers.get(id(value))
        if number is None:
            number = self._next_number
            self._next_number += 1
            self.handles[number] = value
            self.numbers[id(value)] = number
        return number

    def class_number(self, kind: type) -> int:
        """Return a class's number, describing it first if it is new."""
        if kind not in self.classes:
            bases = [
                self.class_number(base)
                for base in kind.__bases__
                if base.__module__ != "builtins"
            ]
            self.classes[kind] = number = self.handle(kind)
            self.new_classes.append(
                {
                    "id": number,
                    "name": kind.__name__,
                    "module": str(kind.__module__),
                    "bases": bases,
                    "specials": special_names(kind),
                    "exception": describe.exception_base(kind),
                    "enumerates": issubclass(kind, types.GeneratorType),
                }
            )
        return self.classes[kind]

    def new_token(self) -> int:
        """Return a number for an array that begins its life at this end."""
        self._next_token -= 1
        return self._next_token

    # Calls of functions of the trusted end

    def import_function(self, number: int, name: str) -> Callable[..., Any]:
        """Return the function that calls the trusted end's function back."""
        if number not in self.exported:

            def call(*args: Any, **kwargs: Any) -> Any:
                return self._call_back(number, args, kwargs)

            call.__name__ = call.__qualname__ = name
            self.exported[number] = call
            self.exported_numbers[id(call)] = number
        return self.exported[number]

    def _call_back(self, number: int, args: Any, kwargs: dict[str, Any]) -> Any:
        if not self._depth:
            raise RuntimeError(
                "a test's function can be called only while the test calls your code"
            )
        fields = {"function": number}
        request, data = self._reply("callback", fields, [args, kwargs])
        self._channel.send(request, data)
        while True:
            header, buffers = self._channel.recv()
            if header.get("op") == "remote":
                self.serve(header, buffers)
                continue
            return self._take_answer(header, PeerReader(self, buffers))

    def _take_answer(self, header: dict[str, Any], reader: Reader) -> Any:
        self._take_news(header, reader)
        if header["status"] == "ok":
            return reader.read(header["value"])
        kind = getattr(builtins, header["name"], RaisedOutside)
        error: Any = kind("raised by a function that the test passed in")
        error._raised_outside = header["origin"]
        raise error

    # Names of the notebook

    def names(self) -> list[str]:
        """Return the names of the variables that the notebook's cells made."""
        return [name for name in list(self.namespace) if name not in self._hidden]

    def lookup(self, name: str) -> Any:
        """Return the value of a variable that a cell made."""
        if name in self._hidden or name not in self.namespace:
            raise NameError(f"name {name!r} is not defined")
        return self.namespace[name]

    def overwrite(self, name: str, value: Any) -> None:
        """Assign to a variable until ``restore``."""
        self._overwritten.setdefault(name, self.namespace.get(name, _MISSING))
        self.namespace[name] = value

    def remove(self, name: str) -> None:
        """Delete a variable until ``restore``."""
        self._overwritten.setdefault(name, self.namespace.get(name, _MISSING))
        self.namespace.pop(name, None)

    def restore(self) -> None:
        """Undo what ``overwrite`` and ``remove`` did."""
        for name, value in self._overwritten.items():
            if value is _MISSING:
                self.namespace.pop(name, None)
            else:
                self.namespace[name] = value
        self._overwritten.clear()


def _details(error: BaseException) -> dict[str, Any]:
    return {
        "base": describe.exception_base(type(error)),
        "name": type(error).__name__,
        "message": describe.message_of(error),
        "traceback": describe.traceback_of(error),
        "origin": getattr(error, "_raised_outside", None),
    }
