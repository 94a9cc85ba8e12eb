"""Reading and writing values at the student's end."""

from __future__ import annotations

import builtins
import importlib
import types
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..wire import Received, WireError
from . import describe
from .codec import Json, Reader, Writer
from .mirrors import write_mirrored

if TYPE_CHECKING:
    from .peer import Peer

_FUNCTIONS = (
    types.FunctionType,
    types.BuiltinFunctionType,
    types.MethodType,
    types.MethodWrapperType,
    np.ufunc,
)


class PeerWriter(Writer):
    """Writes values for the trusted end; objects become handles."""

    def __init__(self, peer: Peer, *, share: bool):
        super().__init__()
        self._peer = peer
        self._share = share

    def reference(self, value: Any) -> Json | None:
        """Refer to what the trusted end has; tie arrays of the student's objects."""
        mirrors = self._peer.mirrors
        token = mirrors.token(value)
        if token is not None:
            return ["M", token]
        if not self._share or type(value) is not np.ndarray:
            return None
        token = self._peer.new_token()
        mirrors.add(token, value, lasting=True)
        json = ["W", token, write_mirrored(self, value)]
        mirrors.agree(token)
        return json

    def write_other(self, value: Any) -> Json:
        """Write a handle, a class, a module or one of the trusted end's objects."""
        peer = self._peer
        token = peer.mirrors.token(value)
        if token is not None:
            return ["M", token]
        kind = type(value)
        if kind is types.ModuleType:
            return ["m", value.__name__]
        if issubclass(kind, type):
            base = describe.exception_base(value)
            if base == value.__name__ and value.__module__ == "builtins":
                return ["X", base]
            return ["C", peer.class_number(value)]
        if issubclass(kind, (str, int, float, complex, bytes)):
            return self.write(_plain(value))
        if issubclass(kind, (list, tuple, dict, set, frozenset)):
            return self._write_container(value, kind)
        if issubclass(kind, BaseException) and kind.__module__ == "builtins":
            return ["e", kind.__name__, self.write(value.args)]
        if id(value) in peer.exported_numbers:
            return ["f", peer.exported_numbers[id(value)]]
        if issubclass(kind, _FUNCTIONS):
            return [
                "F",
                peer.handle(value),
                str(getattr(value, "__name__", "function")),
            ]
        return ["H", peer.handle(value), peer.class_number(kind)]

    def _write_container(self, value: Any, kind: type) -> Json:
        fields = getattr(kind, "_fields", None)
        if issubclass(kind, tuple) and isinstance(fields, tuple):
            return ["T", kind.__name__, list(fields), self.write_all(tuple(value))]
        if kind.__module__ == "__main__":
            return ["H", self._peer.handle(value), self._peer.class_number(kind)]
        for base in (list, tuple, dict, set, frozenset):
            if issubclass(kind, base):
                content = dict.items(value) if base is dict else base.__iter__(value)
                return self.write(base(content))
        raise AssertionError(kind)


def _plain(value: Any) -> Any:
    """Return the plain value under an instance of a subclass."""
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return int.__int__(value)
    if isinstance(value, float):
        return float.__float__(value)
    if isinstance(value, complex):
        return complex.__complex__(value)
    return bytes.__getitem__(value, slice(None))


class PeerReader(Reader):
    """Reads values from the trusted end."""

    def __init__(self, peer: Peer, buffers: Sequence[Received]):
        super().__init__(buffers)
        self._peer = peer

    def read_other(self, tag: str, parts: list[Json]) -> Any:
        """Read handles, tied objects, functions and things known by name."""
        peer = self._peer
        if tag == "H":
            return peer.handles[parts[0]]
        if tag == "M":
            return self._read_mirror(*parts)
        if tag == "i":
            return self._read_instance(*parts)
        if tag == "f":
            return peer.import_function(*parts)
        if tag == "v":
            return peer.namespace[parts[0]]
        if tag == "X":
            return getattr(builtins, parts[0])
        if tag == "e":
            return getattr(builtins, parts[0])()
        if tag == "q":
            return _by_name(*parts)
        return super().read_other(tag, parts)

    def _read_mirror(self, token: int, json: Json = None, frozen: bool = False) -> Any:
        mirrors = self._peer.mirrors
        if json is None:
            return mirrors.get(token)
        value = self.read(json)
        if frozen:
            value.flags.writeable = False
        mirrors.add(token, value, lasting=type(value) is np.ndarray)
        mirrors.agree(token)
        return value

    def _read_instance(self, token: int, name: str, json: Json) -> Any:
        kind = self._peer.namespace.get(name)
        if not isinstance(kind, type):
            raise WireError(f"the class {name} is gone from the notebook")
        value: Any = object.__new__(kind)
        vars(value).update(self.read(json))
        self._peer.mirrors.add(token, value, lasting=True)
        self._peer.mirrors.agree(token)
        return value


def _by_name(module: str, path: str) -> Any:
    thing: Any = importlib.import_module(module)
    for name in path.split(".") if path else ():
        thing = getattr(thing, name)
    return thing
