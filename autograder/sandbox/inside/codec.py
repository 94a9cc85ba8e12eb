"""Python values as JSON and raw buffers, and back, without pickle or code.

Both ends of a sandbox use this module. Values keep their exact base types: a subclass
of ``ndarray``, ``str``, ``int`` or ``float`` becomes the plain type, so that no method
of the sender's making travels with it. The writer asks the *base* type for a value's
content, never an override in a subclass.

In JSON a string, number, boolean or null stands for itself; everything else is a list
that begins with a tag. Subclasses add tags for what only one end knows: handles,
functions, modules (``write_other``, ``read_other``).
"""

from __future__ import annotations

import types
from collections.abc import Callable, Collection, Sequence
from typing import Any

import numpy as np

from ..wire import Buffer, Received, WireError
from . import arrays, checks, randomness
from .arrays import Unsendable

Json = Any

MAX_DEPTH = 64
# Elements of the packed lists in one message: each takes 32 bytes of memory.
MAX_PACKED = 4_000_000
_PACK_FROM = 32


class Writer:
    """Turns values into JSON, collecting raw data in ``buffers``."""

    def __init__(self) -> None:
        self.buffers: list[Buffer] = []
        self._depth = 0
        self._packed = 0

    def write(self, value: Any) -> Json:
        """Return the JSON form of ``value``."""
        kind = type(value)
        if kind is int:
            return value if -checks.SMALL <= value < checks.SMALL else ["I", hex(value)]
        if kind in (float, str, bool) or value is None:
            return value
        if self._depth >= MAX_DEPTH:
            raise Unsendable(f"a value is nested more than {MAX_DEPTH} levels deep")
        self._depth += 1
        try:
            reference = self.reference(value) if kind in MUTABLE_TYPES else None
            return self.write_content(value) if reference is None else reference
        finally:
            self._depth -= 1

    def write_content(self, value: Any) -> Json:
        """Return the JSON form of what ``value`` holds, never a reference to it."""
        writer = _WRITERS.get(type(value))
        if writer is not None:
            return writer(self, value)
        return self._write_unusual(value, type(value))

    def reference(self, value: Any) -> Json | None:
        """Return a reference to a value that the other end has, else None."""
        return None

    def write_other(self, value: Any) -> Json:
        """Write a value of a type that this module does not know."""
        raise Unsendable(
            f"a value of type {type(value).__name__} cannot be sent to the other "
            "process; send numbers, strings, arrays or containers of them"
        )

    def write_all(self, values: Sequence[Any]) -> list[Json]:
        """Return the JSON forms of several values."""
        return [self.write(value) for value in values]

    def add_buffer(self, data: Buffer) -> int:
        """Attach raw data and return its number."""
        self.buffers.append(data)
        return len(self.buffers) - 1

    def _write_unusual(self, value: Any, kind: type) -> Json:
        if issubclass(kind, np.ndarray):
            return self._write_array(np.array(value, subok=False, copy=None))
        if issubclass(kind, np.generic) and kind not in (np.object_, np.void):
            array = np.array(value)
            return ["n", arrays.dtype_name(array.dtype), array.tobytes().hex()]
        if issubclass(kind, np.dtype):
            return ["y", arrays.dtype_name(value)]
        if issubclass(kind, type) and value in checks.TYPE_NAMES:
            return ["Y", checks.TYPE_NAMES[value]]
        return self.write_other(value)

    def _write_array(self, array: np.ndarray) -> Json:
        if array.dtype.hasobject:
            if array.dtype.names:
                raise Unsendable("a structured array with object fields cannot be sent")
            return ["o", list(array.shape), self.write_all(list(array.flat))]
        if array.dtype.names:
            fields = [[name, self.write(array[name])] for name in array.dtype.names]
            return ["r", list(array.shape), fields]
        order = "C"
        data = array
        if array.flags.f_contiguous and not array.flags.c_contiguous:
            data, order = array.T, "F"
        name = arrays.dtype_name(array.dtype)
        index = self.add_buffer(arrays.raw_bytes(data))
        return ["a", name, list(array.shape), index, order]

    def _write_items(self, tag: str, items: Sequence[Any]) -> Json:
        if len(items) >= _PACK_FROM:
            kinds = set(map(type, items))
            if kinds == {float} or kinds == {int}:
                packed = self._pack(items, "<f8" if kinds == {float} else "<i8")
                if packed is not None:
                    return ["P", tag, *packed]
        return [tag, *self.write_all(items)]

    def _pack(self, items: Sequence[Any], dtype: str) -> tuple[str, int] | None:
        try:
            data = np.array(items, dtype)
        except OverflowError:
            return None
        self._packed += len(items)
        if self._packed > MAX_PACKED:
            raise Unsendable(f"lists of more than {MAX_PACKED} numbers; use an array")
        return dtype, self.add_buffer(data.view("u1").data)

    def _write_dict(self, value: dict) -> Json:
        _refuse_many_keys(value)
        flat = [part for item in dict.items(value) for part in item]
        return ["d", *self.write_all(flat)]

    def _write_set(self, tag: str, value: Collection) -> Json:
        _refuse_many_keys(value)
        return [tag, *self.write_all(list(value))]


def _refuse_many_keys(value: Collection) -> None:
    if len(value) > checks.MAX_KEYS:
        raise Unsendable(f"a dict or set of more than {checks.MAX_KEYS} keys")


# Values whose changes may have to be carried over.
MUTABLE_TYPES = frozenset(
    (
        *(list, dict, set, bytearray),
        *(np.ndarray, np.random.Generator, np.random.RandomState),
    )
)

_WRITERS: dict[type, Callable[[Writer, Any], Json]] = {
    list: lambda w, v: w._write_items("l", v),
    tuple: lambda w, v: w._write_items("t", v),
    set: lambda w, v: w._write_set("s", v),
    frozenset: lambda w, v: w._write_set("z", v),
    dict: lambda w, v: w._write_dict(v),
    complex: lambda w, v: ["c", v.real, v.imag],
    bytes: lambda w, v: ["b", w.add_buffer(v)],
    bytearray: lambda w, v: ["B", w.add_buffer(bytes(v))],
    slice: lambda w, v: ["S", *w.write_all([v.start, v.stop, v.step])],
    range: lambda w, v: ["R", *w.write_all([v.start, v.stop, v.step])],
    types.EllipsisType: lambda w, v: ["E"],
    types.NotImplementedType: lambda w, v: ["N"],
    np.ndarray: lambda w, v: w._write_array(v),
    np.random.Generator: lambda w, v: ["g", w.write(randomness.state_of(v))],
    np.random.RandomState: lambda w, v: ["G", w.write(randomness.state_of(v))],
}


class Reader:
    """Turns JSON and buffers that arrived back into values, believing nothing."""

    def __init__(self, buffers: Sequence[Received]) -> None:
        self._buffers = buffers
        self._depth = 0
        self.packed = 0
        self.copied = 0

    def read(self, json: Json) -> Any:
        """Return the value; anything malformed raises ``WireError``."""
        kind = type(json)
        if kind in (int, float, str, bool) or json is None:
            return json
        if kind is not list or not json or type(json[0]) is not str:
            raise WireError("a value has no known form")
        if self._depth >= MAX_DEPTH:
            raise WireError("a value is nested too deeply")
        self._depth += 1
        try:
            reader = _READERS.get(json[0])
            if reader is None:
                return self.read_other(json[0], json[1:])
            return reader(self, json[1:])
        except (TypeError, ValueError, OverflowError, AttributeError) as error:
            raise WireError(
                f"a value of kind {json[0][:8]!r} is bad: {error}"
            ) from None
        finally:
            self._depth -= 1

    def read_other(self, tag: str, parts: list[Json]) -> Any:
        """Read a tag that this module does not know."""
        raise WireError(f"a value has the unknown kind {tag[:8]!r}")

    def read_all(self, parts: Sequence[Json]) -> list[Any]:
        """Return the values of several JSON forms."""
        return [self.read(part) for part in parts]

    def buffer(self, index: Json) -> Received:
        """Return a buffer by number."""
        if type(index) is not int or not 0 <= index < len(self._buffers):
            raise WireError("a value refers to a buffer that is not there")
        return self._buffers[index]

    def _copied_buffer(self, index: Json) -> Received:
        data = self.buffer(index)
        self.copied += len(data)
        return data

    def read_array(self, name: Json, shape: Json, index: Json, order: Json) -> Any:
        """Return an array over a received buffer, without copying it."""
        array = arrays.array_over(
            self.buffer(index), name, checks.shape_of(shape), order
        )
        return array

    def _read_packed(self, tag: Json, dtype: Json, index: Json) -> Any:
        if tag not in ("l", "t") or dtype not in ("<f8", "<i8"):
            raise WireError("a packed list has an unknown kind")
        data = np.frombuffer(self.buffer(index), dtype)
        self.packed += len(data)
        if self.packed > MAX_PACKED:
            raise WireError(f"lists of more than {MAX_PACKED} numbers")
        items = data.tolist()
        return items if tag == "l" else tuple(items)

    def _read_dict(self, parts: list[Json]) -> dict:
        items = self.read_all(parts)
        keys = items[::2]
        if len(items) % 2:
            raise WireError("a dict has a key without a value")
        checks.refuse_collisions(keys)
        return dict(zip(keys, items[1::2], strict=True))

    def _read_set(self, parts: list[Json], kind: type) -> Any:
        items = self.read_all(parts)
        checks.refuse_collisions(items)
        return kind(items)

    def _read_objects(self, shape: Json, parts: Json) -> Any:
        array = np.empty(checks.shape_of(shape), dtype=object)
        if type(parts) is not list or array.size != len(parts):
            raise WireError("an array of objects has another size than its shape")
        for position, part in enumerate(parts):
            array.flat[position] = self.read(part)
        return array

    def _read_fields(self, shape: Json, fields: Json) -> Any:
        columns = {name: self.read(part) for name, part in fields}
        if not all(type(part) is np.ndarray for part in columns.values()):
            raise WireError("a structured array has a field that is no array")
        array = arrays.structured(checks.shape_of(shape), columns)
        self.copied += array.nbytes
        return array


_READERS: dict[str, Callable[[Reader, list[Json]], Any]] = {
    "l": lambda r, p: r.read_all(p),
    "t": lambda r, p: tuple(r.read_all(p)),
    "s": lambda r, p: r._read_set(p, set),
    "z": lambda r, p: r._read_set(p, frozenset),
    "d": lambda r, p: r._read_dict(p),
    "P": lambda r, p: r._read_packed(*p),
    "I": lambda r, p: checks.big_int(*p),
    "c": lambda r, p: checks.complex_of(*p),
    "b": lambda r, p: bytes(r._copied_buffer(*p)),
    "B": lambda r, p: bytearray(r._copied_buffer(*p)),
    "S": lambda r, p: slice(*r.read_all(p)),
    "R": lambda r, p: checks.range_of(r.read_all(p)),
    "E": lambda r, p: ...,
    "N": lambda r, p: NotImplemented,
    "n": lambda r, p: arrays.scalar(*p),
    "a": lambda r, p: r.read_array(*p),
    "o": lambda r, p: r._read_objects(*p),
    "r": lambda r, p: r._read_fields(*p),
    "y": lambda r, p: arrays.checked_dtype(*p),
    "Y": lambda r, p: checks.type_of(*p),
    "g": lambda r, p: randomness.generator(r.read(*p)),
    "G": lambda r, p: randomness.random_state(r.read(*p)),
}
