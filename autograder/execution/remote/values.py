"""Reading and writing values at the trusted end."""

from __future__ import annotations

import keyword
import sys
import types
from collections.abc import Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import numpy as np

from autograder.execution.remote import errors, modules
from autograder.execution.remote.exports import is_exportable
from autograder.execution.remote.proxies import is_remote
from autograder.sandbox.inside.arrays import Unsendable
from autograder.sandbox.inside.codec import MUTABLE_TYPES, Json, Reader, Writer
from autograder.sandbox.inside.mirrors import is_frozen, write_mirrored
from autograder.sandbox.wire import Received, WireError

if TYPE_CHECKING:
    from autograder.execution.remote.link import Link

# Libraries whose functions both ends have: handed over by name, not called back.
_BY_NAME = ("numpy", "math", "cmath", "operator", "builtins")
_MAX_FIELDS = 256


class LinkWriter(Writer):
    """Writes values for the student's process.

    Args:
        link: the trusted end.
        tie: tie mutable values to their copies, so that changes come back.
    """

    def __init__(self, link: Link, *, tie: bool):
        super().__init__()
        self._link = link
        self._tie = tie

    def reference(self, value: Any) -> Json | None:
        """Refer to a value that the other end has, or send it and tie both."""
        mirrors = self._link.mirrors
        token = mirrors.token(value)
        if token is not None:
            return ["M", token]
        if not self._tie or type(value) not in MUTABLE_TYPES:
            return None
        token = self._link.new_token()
        json = ["M", token, write_mirrored(self, value), is_frozen(value)]
        mirrors.add(token, value, lasting=type(value) is np.ndarray)
        mirrors.agree(token)
        return json

    def write_other(self, value: Any) -> Json:
        """Write handles, functions, exceptions and objects of shared classes."""
        link = self._link
        if is_remote(value):
            if value._remote_link is not link:
                raise Unsendable("an object of another notebook cannot be passed here")
            return ["H", value._remote_number]
        name = link.shared.name_of(value)
        if name is not None:
            return ["v", name]
        if isinstance(value, BaseException):
            return ["e", errors.nearest_builtin(value)]
        named = _public_name(value)
        if named is not None:
            return ["q", *named]
        if is_exportable(value):
            label = getattr(value, "__name__", "function")
            return ["f", link.exports.add(value), str(label)]
        if link.shared.name_of(type(value)) is not None:
            return self._write_instance(value)
        return super().write_other(value)

    def _write_instance(self, value: Any) -> Json:
        """Send an object of a class that a shared cell defined, and tie it."""
        mirrors = self._link.mirrors
        token = mirrors.token(value)
        if token is not None:
            return ["M", token]
        name = self._link.shared.name_of(type(value))
        if not hasattr(value, "__dict__") or not self._tie:
            raise Unsendable(f"an object of {name} cannot be sent to the student here")
        token = self._link.new_token()
        json = ["i", token, name, write_mirrored(self, value)]
        mirrors.add(token, value, lasting=True)
        mirrors.agree(token)
        return json


def _public_name(value: Any) -> tuple[str, str] | None:
    """Return module and name of a library's function or class, if it is one."""
    if isinstance(value, types.ModuleType):
        return (value.__name__, "") if value.__name__ in modules.ALLOWED else None
    module = getattr(value, "__module__", None)
    if isinstance(value, np.ufunc):
        module = "numpy"
    name = getattr(value, "__name__", None)
    root = module.split(".")[0] if isinstance(module, str) else ""
    if root not in _BY_NAME or not isinstance(name, str):
        return None
    found = getattr(sys.modules.get(str(module)), name, None)
    return (str(module), name) if found is value else None


class LinkReader(Reader):
    """Reads values that came from the student's process."""

    def __init__(self, link: Link, buffers: Sequence[Received]):
        super().__init__(buffers)
        self._link = link
        self.handles = 0
        self.parts = 0

    def read(self, json: Json) -> Any:
        """Return the value, counting what it takes."""
        if type(json) in (str, list):
            self.parts += len(json)
        return super().read(json)

    def read_array(self, name: Json, shape: Json, index: Json, order: Json) -> Any:
        """Return an array, counting its memory."""
        array = super().read_array(name, shape, index, order)
        return self._link.allowance.watch(array)

    def take_allowance(self) -> None:
        """Count what was read besides arrays."""
        self._link.allowance.take_values(
            parts=self.parts, numbers=self.packed, copied=self.copied
        )

    def read_other(self, tag: str, parts: list[Json]) -> Any:
        """Read handles, classes, modules, exceptions and tied objects."""
        link = self._link
        if tag == "H":
            self.handles += 1
            return link.objects.object(*parts)
        if tag == "F":
            self.handles += 1
            return link.objects.function(*parts)
        if tag == "C":
            return link.classes.get(*parts)
        if tag == "M":
            return link.mirrors.get(*parts)
        if tag == "W":
            return self._read_tied(*parts)
        if tag == "f":
            return link.exports.original(*parts)
        if tag == "m":
            return modules.genuine(*parts)
        if tag == "X":
            return errors.exception_class(*parts)
        if tag == "e":
            name, args = parts
            return errors.build(name, errors.text_of(name), self.read(args))
        if tag == "T":
            return self._read_named_tuple(*parts)
        return super().read_other(tag, parts)

    def _read_tied(self, token: Json, json: Json) -> Any:
        value = self.read(json)
        if type(token) is not int or token >= 0 or type(value) is not np.ndarray:
            raise WireError("an array that belongs to an object is malformed")
        self._link.mirrors.add(token, value, lasting=True)
        self._link.mirrors.agree(token)
        return value

    def _read_named_tuple(self, name: Json, fields: Json, items: Json) -> Any:
        values = self.read_all(items)
        well_formed = (
            type(name) is str
            and type(fields) is list
            and len(fields) == len(values) <= _MAX_FIELDS
            and all(type(f) is str and f.isidentifier() for f in fields)
            and not any(keyword.iskeyword(f) or f.startswith("_") for f in fields)
        )
        if not well_formed:
            raise WireError("a named tuple is malformed")
        namespace: dict[str, Any] = {"__slots__": (), "_fields": tuple(fields)}
        for index, field in enumerate(fields):
            namespace[field] = property(itemgetter(index))
        return type(name[:200], (tuple,), namespace)(values)
