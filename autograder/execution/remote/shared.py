"""Functions and classes that a shared cell defined on both ends."""

from __future__ import annotations

import types
from typing import Any


class Shared:
    """Knows under which name the student's end has the same function or class."""

    def __init__(self) -> None:
        self._names: dict[int, str] = {}
        self._things: dict[str, Any] = {}

    def add(self, name: str, thing: Any) -> None:
        """Note a function or class that a shared cell bound to ``name``."""
        if isinstance(thing, types.FunctionType | type):
            self._things[name] = thing
            self._names[id(thing)] = name

    def name_of(self, thing: Any) -> str | None:
        """Return the name of a shared function or class, else None."""
        return self._names.get(id(thing))

    def class_named(self, name: str) -> type | None:
        """Return the test's own class of a name, if a shared cell defined one."""
        thing = self._things.get(name)
        return thing if isinstance(thing, type) else None
