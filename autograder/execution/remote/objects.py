"""The stand-ins for objects of a student's process, by number."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any

from autograder.execution.remote import errors
from autograder.execution.remote.proxies import RemoteFunction
from autograder.sandbox.wire import WireError

if TYPE_CHECKING:
    from autograder.execution.remote.link import Link

_NAME_LIMIT = 200


class Objects:
    """Gives the same stand-in for a number as long as the test holds it."""

    def __init__(self, link: Link):
        self._link = link
        self._known: dict[int, weakref.ref] = {}
        self._freed: set[int] = set()

    def object(self, number: Any, class_number: Any) -> Any:
        """Return the stand-in of an object."""
        return self._stand_in(number, self._link.classes.get(class_number))

    def function(self, number: Any, name: Any) -> Any:
        """Return the stand-in of a function."""
        proxy = self._stand_in(number, RemoteFunction)
        if type(proxy) is RemoteFunction and not hasattr(proxy, "_remote_bound"):
            object.__setattr__(proxy, "__name__", errors.text_of(name)[:_NAME_LIMIT])
            object.__setattr__(proxy, "_remote_bound", False)
        return proxy

    def take_freed(self) -> list[int]:
        """Return the numbers that the test holds no longer."""
        freed, self._freed = self._freed, set()
        return list(freed)

    def _stand_in(self, number: Any, kind: type) -> Any:
        if type(number) is not int or number <= 0:
            raise WireError("an object's number is malformed")
        known = self._known.get(number)
        proxy: Any = known() if known is not None else None
        if proxy is None:
            proxy = kind.__new__(kind)  # type: ignore[call-overload]
            object.__setattr__(proxy, "_remote_link", self._link)
            object.__setattr__(proxy, "_remote_number", number)
            self._known[number] = weakref.ref(proxy, lambda _: self._free(number))
        self._freed.discard(number)
        return proxy

    def _free(self, number: int) -> None:
        self._known.pop(number, None)
        self._freed.add(number)
