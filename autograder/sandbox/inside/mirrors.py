"""Objects that exist on both ends, and the changes to carry from one to the other.

An array that a test passes to a student's function is one object for the test, so its
copy in the other process is tied to it by a number. With every message each end sends
the contents that changed since the last one. Arrays (and objects of classes that both
ends define) stay tied as long as the trusted end keeps them; lists, dicts, sets and
random generators for the call they were passed to.
"""

from __future__ import annotations

import weakref
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..wire import WireError
from . import randomness
from .arrays import raw_bytes
from .codec import MUTABLE_TYPES, Json, Reader, Writer

_COPIED_BYTES = 1 << 14


@dataclass
class Mirror:
    """One tied object: how to reach it, and what it held when both ends agreed."""

    target: Callable[[], Any]
    lasting: bool
    agreed: Any = None


class Mirrors:
    """The tied objects of one end.

    Args:
        keep: hold the objects (the student's end), or only watch them (the trusted
            end, whose objects' lives decide).
    """

    def __init__(self, *, keep: bool):
        self._keep = keep
        self._mirrors: dict[int, Mirror] = {}
        self._tokens: dict[int, int] = {}
        self.dropped: list[int] = []

    def __len__(self) -> int:
        return len(self._mirrors)

    def add(self, token: int, value: Any, *, lasting: bool) -> None:
        """Tie ``value`` to the number ``token``; ``agree`` must follow."""
        if token in self._mirrors:
            raise WireError("an object's number is used twice")
        if self._keep or not lasting:
            self._mirrors[token] = Mirror(lambda: value, lasting)
        else:
            identity = id(value)
            reference = weakref.ref(value, lambda _: self._forget(token, identity))
            self._mirrors[token] = Mirror(reference, lasting)
        self._tokens[id(value)] = token

    def token(self, value: Any) -> int | None:
        """Return the number of an object, or None if it is not tied."""
        return self._tokens.get(id(value))

    def get(self, token: Json) -> Any:
        """Return the object of a number."""
        mirror = self._mirrors.get(token) if type(token) is int else None
        value = mirror.target() if mirror else None
        if value is None:
            raise WireError("a message refers to an object that is not known")
        return value

    def agree(self, token: int) -> None:
        """Note that both ends have the same content now."""
        mirror = self._mirrors[token]
        mirror.agreed = self._content(mirror.target())

    def drop(self, token: Json) -> None:
        """Untie an object."""
        if type(token) is int and token in self._mirrors:
            value = self._mirrors.pop(token).target()
            self._tokens.pop(id(value), None)

    def end_call(self) -> None:
        """Untie what was tied for one call only."""
        for token in [t for t, m in self._mirrors.items() if not m.lasting]:
            self.drop(token)

    def hold(self) -> list[Any]:
        """Return all tied objects, so that none dies while a message is under way."""
        return [mirror.target() for mirror in self._mirrors.values()]

    def changes(self, writer: Writer) -> list[Json]:
        """Write the contents that differ from what the other end has."""
        changed = []
        for token, mirror in list(self._mirrors.items()):
            value = mirror.target()
            if value is None or is_frozen(value):
                continue
            content = self._content(value)
            if content != mirror.agreed:
                mirror.agreed = content
                changed.append([token, write_mirrored(writer, value)])
        return changed

    def apply(self, changes: Json, reader: Reader) -> None:
        """Take over contents that changed at the other end."""
        if type(changes) is not list or len(changes) > len(self._mirrors):
            raise WireError("a message's list of changes is malformed")
        for change in changes:
            if type(change) is not list or len(change) != 2:
                raise WireError("a change is malformed")
            token, json = change
            target = self.get(token)
            replace_content(target, reader.read(json))
            self.agree(token)

    def _content(self, value: Any) -> Any:
        if type(value) is np.ndarray and not value.dtype.hasobject:
            return _fingerprint(value)
        probe = _Probe(self)
        json = write_mirrored(probe, value)
        return json, [bytes(buffer) for buffer in probe.buffers]

    def _forget(self, token: int, identity: int) -> None:
        if self._mirrors.pop(token, None) is not None:
            self._tokens.pop(identity, None)
            self.dropped.append(token)


class _Probe(Writer):
    """Writes contents for comparison only: strangers appear as their identity."""

    def __init__(self, mirrors: Mirrors):
        super().__init__()
        self._mirrors = mirrors

    def reference(self, value: Any) -> Json | None:
        token = self._mirrors.token(value)
        return None if token is None else ["M", token]

    def write_other(self, value: Any) -> Json:
        return ["?", id(value)]


def _fingerprint(array: np.ndarray) -> Any:
    """Return a small array's bytes, a large one's checksum.

    A copy of a large array costs more than a call, for the memory has to be found. Two
    contents with equal checksums would only mean that a change is not carried over.
    """
    if array.nbytes <= _COPIED_BYTES:
        return array.tobytes()
    data = raw_bytes(array)
    return array.shape, zlib.crc32(data)


def is_frozen(value: Any) -> bool:
    """Whether an object is an array that must not be written to."""
    return type(value) is np.ndarray and not value.flags.writeable


def write_mirrored(writer: Writer, value: Any) -> Json:
    """Write the content of a tied object: a built-in one's, else its attributes."""
    if type(value) in MUTABLE_TYPES or issubclass(type(value), (list, dict)):
        return writer.write_content(value)
    return writer.write_content(dict(vars(value)))


def replace_content(target: Any, value: Any) -> None:
    """Give ``target`` the content of ``value``, which is of the same kind."""
    kind = type(target)
    if kind is np.ndarray:
        _replace_elements(target, value)
    elif kind in (np.random.Generator, np.random.RandomState):
        _same_kind(kind, value)
        randomness.set_state(target, randomness.state_of(value))
    elif issubclass(kind, (list, bytearray)):
        _same_kind(bytearray if kind is bytearray else list, value)
        target[:] = value
    elif issubclass(kind, (dict, set)):
        _same_kind(set if kind is set else dict, value)
        target.clear()
        target.update(value)
    else:
        _replace_attributes(target, value)


def _same_kind(kind: type, value: Any) -> None:
    if type(value) is not kind:
        raise WireError(f"a {kind.__name__} was replaced by something else")


def _replace_elements(target: np.ndarray, value: Any) -> None:
    _same_kind(np.ndarray, value)
    if value.size != target.size or value.dtype != target.dtype:
        raise WireError("an array's size or dtype was changed in place")
    if is_frozen(target):
        raise WireError("a read-only array was written to")
    # A shape that was set in place is not carried over, only the elements.
    np.copyto(target, value.reshape(target.shape))


def _replace_attributes(target: Any, value: Any) -> None:
    _same_kind(dict, value)
    for name in value:
        if type(name) is not str or name.startswith("__"):
            raise WireError("an object was given an attribute with a special name")
    vars(target).clear()
    vars(target).update(value)
