"""States of NumPy's random generators as plain values, checked before use.

NumPy believes the state it is given: an index beyond the end of its table makes the
generator read foreign memory. So every field is checked here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np

from ..wire import WireError

Check = Callable[[Any], bool]

_PCG_KINDS = ("PCG64", "PCG64DXSM")
# The numbers of digits keep each field within its size.
_PCG_TEXT = re.compile(
    r"(PCG64|PCG64DXSM) ([0-9a-f]{1,32}) ([0-9a-f]{1,32}) ([01]) ([0-9a-f]{1,8})"
)


def state_of(rng: Any) -> dict[str, Any] | str:
    """Return the state of a ``Generator`` or ``RandomState``.

    That of the usual kind comes as one text: it goes with every message of a call that
    was given a generator, and a dict takes five times as long.
    """
    if type(rng) is np.random.RandomState:
        return dict(rng.get_state(legacy=False))
    state = rng.bit_generator.state
    if state["bit_generator"] not in _PCG_KINDS:
        return dict(state)
    inner = state["state"]
    return (
        f"{state['bit_generator']} {inner['state']:x} {inner['inc']:x} "
        f"{state['has_uint32']:x} {state['uinteger']:x}"
    )


def generator(state: Any) -> np.random.Generator:
    """Return a new ``Generator`` in the given state."""
    state = checked(state)
    bits = _BIT_GENERATORS[state["bit_generator"]](0)
    bits.state = state
    return np.random.Generator(bits)


def random_state(state: Any) -> np.random.RandomState:
    """Return a new ``RandomState`` in the given state."""
    rng = np.random.RandomState(0)
    set_state(rng, state)
    return rng


def set_state(rng: Any, state: Any) -> None:
    """Put an existing generator of the same kind into the given state."""
    state = checked(state)
    if type(rng) is np.random.RandomState:
        if state["bit_generator"] != "MT19937" or "gauss" not in state:
            raise WireError("a RandomState's state is incomplete")
        rng.set_state(state)
    elif state["bit_generator"] != type(rng.bit_generator).__name__:
        raise WireError("a generator's state is that of another kind of generator")
    else:
        rng.bit_generator.state = state


def checked(state: Any) -> dict[str, Any]:
    """Return ``state`` if NumPy can safely be given it, else raise ``WireError``."""
    if type(state) is str:
        return _from_text(state)
    name = state.get("bit_generator") if type(state) is dict else None
    if type(name) is not str or name not in _SCHEMAS:
        raise WireError("the state of a random generator is of no known kind")
    schema = dict(_SCHEMAS[name])
    if name == "MT19937" and "gauss" in state:
        schema |= {"has_gauss": _integer(1), "gauss": lambda x: type(x) is float}
    if not _fits(state, schema):
        raise WireError("the state of a random generator is malformed")
    return state


def _from_text(text: str) -> dict[str, Any]:
    found = _PCG_TEXT.fullmatch(text)
    if found is None:
        raise WireError("the state of a random generator is malformed")
    name, *numbers = found.groups()
    state, inc, has, uinteger = (int(number, 16) for number in numbers)
    return {
        "bit_generator": name,
        "state": {"state": state, "inc": inc},
        "has_uint32": has,
        "uinteger": uinteger,
    }


def _fits(value: Any, schema: dict[str, Any]) -> bool:
    if type(value) is not dict or value.keys() != schema.keys():
        return False
    return all(
        _fits(value[key], check) if isinstance(check, dict) else check(value[key])
        for key, check in schema.items()
    )


def _integer(largest: int) -> Check:
    return lambda value: type(value) is int and 0 <= value <= largest


def _words(count: int, dtype: str) -> Check:
    return lambda value: (
        type(value) is np.ndarray
        and value.dtype == np.dtype(dtype)
        and value.shape == (count,)
    )


_HALF = {"has_uint32": _integer(1), "uinteger": _integer(2**32 - 1)}
_PCG = {"state": _integer(2**128 - 1), "inc": _integer(2**128 - 1)}


def _named(name: str, **fields: Any) -> dict[str, Any]:
    return {"bit_generator": lambda value: value == name, **fields}


_SCHEMAS: dict[str, dict[str, Any]] = {
    "PCG64": _named("PCG64", state=_PCG, **_HALF),
    "PCG64DXSM": _named("PCG64DXSM", state=_PCG, **_HALF),
    "SFC64": _named("SFC64", state={"state": _words(4, "u8")}, **_HALF),
    "Philox": _named(
        "Philox",
        state={"counter": _words(4, "u8"), "key": _words(2, "u8")},
        buffer=_words(4, "u8"),
        buffer_pos=_integer(4),
        **_HALF,
    ),
    "MT19937": _named(
        "MT19937", state={"key": _words(624, "u4"), "pos": _integer(624)}
    ),
}
_BIT_GENERATORS: dict[str, Any] = {name: getattr(np.random, name) for name in _SCHEMAS}
