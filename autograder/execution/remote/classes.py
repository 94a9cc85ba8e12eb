"""Local classes made from the descriptions of a student's classes."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from autograder.execution.remote import errors
from autograder.execution.remote.proxies import (
    ALLOWED_SPECIALS,
    RemoteBehaviour,
    RemoteClass,
    RemoteGenerator,
    RemoteObject,
    operation,
)
from autograder.sandbox.wire import WireError

if TYPE_CHECKING:
    from autograder.execution.remote.link import Link

_MAX_CLASSES = 5000
_MAX_BASES = 32
_NAME_LIMIT = 200
_CLASS_NAME = re.compile(r"_*[A-Z][A-Za-z0-9]*[a-z][A-Za-z0-9]*")
# Exceptions of libraries that a test may name in an ``except``.
_LIBRARY_EXCEPTIONS: dict[tuple[str, str], type[Exception]] = {
    ("numpy.linalg", "LinAlgError"): np.linalg.LinAlgError,
    ("numpy.exceptions", "AxisError"): np.exceptions.AxisError,
}


class Classes:
    """The classes of one student's process by number.

    Args:
        link: where uses of the classes and their objects are sent.
        shared: gives the test's own class for the name of a class that a shared cell
            defined on both ends, else None.
    """

    def __init__(self, link: Link, shared: Callable[[str], type | None]):
        self._link = link
        self._shared = shared
        self._classes: dict[int, RemoteClass] = {}
        self.named: set[type] = set()
        """Classes with whose objects the running test cell may compute."""

    def get(self, number: Any) -> RemoteClass:
        """Return a class that was described before."""
        kind = self._classes.get(number) if type(number) is int else None
        if kind is None:
            raise WireError("an object's class was not described")
        return kind

    def note_name(self, name: str, value: Any) -> None:
        """Let the test compute with objects of a class that it names.

        Only the test's spelling tells that it means a class: a student can put one in
        the place of a function or of a matrix.
        """
        if type(value) is RemoteClass and _CLASS_NAME.fullmatch(name):
            self.named.add(value)

    def describe(self, entries: Any) -> None:
        """Make local classes of the descriptions in a message."""
        if type(entries) is not list:
            raise WireError("the descriptions of classes are malformed")
        for entry in entries:
            self._add(entry)

    def _add(self, entry: Any) -> None:
        if not self._well_formed(entry):
            raise WireError("the description of a class is malformed")
        parents: tuple[type, ...] = tuple(self.get(base) for base in entry["bases"])
        if entry.get("exception") is not None:
            parents = self._exception_parents(parents, entry)
            namespace: dict[str, Any] = {"__doc__": _DOC, "__str__": _message}
        else:
            parents = tuple(p for p in parents if issubclass(p, RemoteObject))
            root = RemoteGenerator if entry.get("enumerates") is True else RemoteObject
            parents = parents or (root,)
            namespace = {name: operation(name) for name in entry["specials"]}
            namespace |= {"__slots__": (), "__doc__": _DOC}
            known = entry.get("module") == "__main__"
            shared = self._shared(entry["name"]) if known else None
            if shared is not None:
                namespace["__class__"] = property(lambda self: shared)
        kind = self._make(entry["name"][:_NAME_LIMIT], parents, namespace)
        type.__setattr__(kind, "_class_link", self._link)
        type.__setattr__(kind, "_class_number", entry["id"])
        self._classes[entry["id"]] = kind

    def _well_formed(self, entry: Any) -> bool:
        if type(entry) is not dict or len(self._classes) >= _MAX_CLASSES:
            return False
        number, name, bases = (entry.get(key) for key in ("id", "name", "bases"))
        specials = entry.get("specials")
        return (
            type(number) is int
            and number > 0
            and number not in self._classes
            and type(name) is str
            and type(bases) is list
            and len(bases) <= _MAX_BASES
            and type(specials) is list
            and all(type(special) is str for special in specials)
            and ALLOWED_SPECIALS.issuperset(specials)
        )

    @staticmethod
    def _exception_parents(parents: tuple, entry: dict[str, Any]) -> tuple[type, ...]:
        remote = tuple(parent for parent in parents if issubclass(parent, Exception))
        if remote:
            return remote
        key = (errors.text_of(entry.get("module")), entry["name"])
        if key in _LIBRARY_EXCEPTIONS:
            return RemoteBehaviour, _LIBRARY_EXCEPTIONS[key]
        return RemoteBehaviour, errors.exception_class(entry["exception"])

    @staticmethod
    def _make(name: str, parents: tuple, namespace: dict[str, Any]) -> RemoteClass:
        try:
            return RemoteClass(name, parents, namespace, made_by_link=True)
        except TypeError:
            # The order of bases that were described contradicts itself.
            return RemoteClass(name, parents[:1], namespace, made_by_link=True)


def _message(self: Any) -> str:
    return str(vars(self).get("_remote_message", ""))


_DOC = property(lambda self: self._remote_link.get_attribute(self, "__doc__"))
