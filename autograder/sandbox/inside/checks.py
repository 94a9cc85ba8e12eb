"""Small values that arrived, checked one by one."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..wire import WireError

MAX_BIG_INT_DIGITS = 1 << 18
SMALL = 1 << 63
MAX_KEYS = 50_000
_MAX_EQUAL_HASHES = 64
_UNSHARED = (np.object_, np.void, np.bytes_)

# Types that are handed over by name, since both ends have the same ones.
SHARED_TYPES: dict[str, type] = {
    kind.__name__: kind
    for kind in (
        *(bool, int, float, complex, str, list, tuple, dict, set, frozenset, slice),
        *(object, type, type(None)),
        *(value for value in np.sctypeDict.values() if value not in _UNSHARED),
    )
}
TYPE_NAMES = {kind: name for name, kind in SHARED_TYPES.items()}


def shape_of(parts: Any) -> tuple[int, ...]:
    """Return a shape as a tuple."""
    if type(parts) is not list or not all(type(size) is int for size in parts):
        raise WireError("a shape is not a list of integers")
    return tuple(parts)


def refuse_collisions(keys: list[Any]) -> None:
    """Refuse keys chosen to collide, which make a table quadratic in time.

    Two bounds, since equal hashes are not the only way to fill a table badly.
    """
    if len(keys) > MAX_KEYS:
        raise WireError(f"a dict or set has more than {MAX_KEYS} keys")
    if len(keys) - len({hash(hash(key)) for key in keys}) > _MAX_EQUAL_HASHES:
        raise WireError("the keys of a dict or set collide")


def big_int(digits: Any) -> int:
    """Return an integer of more than 64 bits from its hexadecimal form."""
    if type(digits) is not str or len(digits) > MAX_BIG_INT_DIGITS:
        raise WireError("an integer is too large")
    return int(digits, 16)


def complex_of(real: Any, imag: Any) -> complex:
    """Return a complex number of two floats."""
    if type(real) is not float or type(imag) is not float:
        raise WireError("a complex number has parts that are no floats")
    return complex(real, imag)


def range_of(parts: list[Any]) -> range:
    """Return a range of ordinary size."""
    value = range(*parts)
    if max(abs(value.start), abs(value.stop)) >= SMALL:
        raise WireError("a range is too long")
    return value


def type_of(name: Any) -> type:
    """Return a type that both ends have, by its name."""
    if type(name) is not str or name not in SHARED_TYPES:
        raise WireError("a type is not one of those handed over by name")
    return SHARED_TYPES[name]
