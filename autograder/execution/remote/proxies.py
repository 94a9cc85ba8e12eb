"""Stand-ins for a student's functions, classes and objects.

For every class of the student's process a local class is made, so that ``isinstance``,
``type(x) is C`` and ``except StudentError`` are answered here, by Python itself, and
the student's code is not asked. The same holds for ``==`` (identity) and ``hash``;
truth, ordering and conversion to numbers or arrays raise. Arithmetic and ``in`` are
sent only to objects of classes that the test cell names itself: ``f(x) - expected``
must not tell ``expected`` to whatever object a function returned.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NoReturn

from autograder.sandbox.inside.operations import (
    ARITHMETIC,
    OPERATIONS,
    READABLE_SPECIALS,
    TEXT,
)

if TYPE_CHECKING:
    from autograder.execution.remote.link import Link

# What IPython asks every displayed object for; a student's object shows as text.
_DISPLAY_PREFIXES = ("_repr_", "_ipython_")
_LARGEST_LENGTH = 10_000_000


def readable(name: str) -> bool:
    """Whether an attribute may be asked for."""
    if name.startswith("__") and name.endswith("__"):
        return name in READABLE_SPECIALS
    return not name.startswith(_DISPLAY_PREFIXES)


class RemoteClass(type):
    """The class of local classes that stand for a student's classes."""

    _class_link: Link
    _class_number: int

    @property
    def _remote_link(cls) -> Link:
        return cls._class_link

    @property
    def _remote_number(cls) -> int:
        return cls._class_number

    def __new__(
        mcls,
        name: str,
        bases: tuple[type, ...],
        namespace: dict[str, Any],
        *,
        made_by_link: bool = False,
    ) -> RemoteClass:
        """Refuse class statements that derive from a student's class."""
        if not made_by_link:
            raise TypeError(
                f"{name} cannot derive from a class of the student: its methods run in "
                "another process; wrap an object of the student's class instead"
            )
        return super().__new__(mcls, name, bases, namespace)

    def __init__(cls, name: str, bases: Any, namespace: Any, **options: Any):
        super().__init__(name, bases, namespace)

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        """Make an object of the class, in the student's process."""
        return cls._remote_link.operate(cls, "__call__", args, kwargs)

    def __getattr__(cls, name: str) -> Any:
        if not readable(name):
            raise AttributeError(f"class {cls.__name__} has no attribute {name!r} here")
        return cls._remote_link.get_attribute(cls, name)

    def __setattr__(cls, name: str, value: Any) -> None:
        cls._remote_link.set_attribute(cls, name, value)

    def __delattr__(cls, name: str) -> None:
        cls._remote_link.delete_attribute(cls, name)

    def __repr__(cls) -> str:
        return f"<the student's class {cls.__name__}>"

    @property
    def __doc__(cls) -> Any:  # type: ignore[override]
        return cls._remote_link.get_attribute(cls, "__doc__")

    @property
    def __signature__(cls) -> Any:
        return cls._remote_link.signature(cls)

    @property
    def __source__(cls) -> Any:
        """The source text of the class as submitted, or None."""
        return cls._remote_link.source(cls)


class RemoteBehaviour:
    """What all stand-ins for objects have in common."""

    __slots__ = ()
    __array_ufunc__ = None

    _remote_link: Link
    _remote_number: int

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_remote_") or not readable(name):
            kind = type(self).__name__
            raise AttributeError(f"the student's {kind} has no attribute {name!r} here")
        return self._remote_link.get_attribute(self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("__"):  # Python's own, such as an exception's __notes__.
            object.__setattr__(self, name, value)
        else:
            self._remote_link.set_attribute(self, name, value)

    def __delattr__(self, name: str) -> None:
        self._remote_link.delete_attribute(self, name)

    def __bool__(self) -> NoReturn:
        raise TypeError(
            f"the student's {type(self).__name__} object has no truth value in a test; "
            "test one of its values, or compare with None"
        )

    def __array__(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError(
            f"expected an array, but the student's code gave a {type(self).__name__} "
            "object; convert one of its attributes"
        )

    def __copy__(self) -> Any:
        return self._remote_link.operate(self, "__copy__", (), {})

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        return self._remote_link.operate(self, "__deepcopy__", (), {})

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        raise TypeError("an object in the student's process cannot be pickled")


class RemoteObject(RemoteBehaviour):
    """Stands for an object of the student's process."""

    __slots__ = ("__weakref__", "_remote_link", "_remote_number")

    def __repr__(self) -> str:
        return f"<the student's {type(self).__name__} object>"


class RemoteFunction(RemoteObject):
    """Stands for a function, method or other plain callable."""

    __slots__ = ("__name__", "_remote_bound")

    __name__: str
    _remote_bound: bool

    @property  # type: ignore[misc]
    def __class__(self) -> type:
        return types.FunctionType

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function in the student's process."""
        return self._remote_link.operate(self, "__call__", args, kwargs)

    def __repr__(self) -> str:
        return f"<the student's function {self.__name__}>"

    def __bool__(self) -> bool:  # type: ignore[override]
        return True

    @property
    def __doc__(self) -> Any:  # type: ignore[override]
        return self._remote_link.get_attribute(self, "__doc__")

    @property
    def __signature__(self) -> Any:
        return self._remote_link.signature(self)

    @property
    def __source__(self) -> Any:
        """The source text of the function as submitted, or None."""
        return self._remote_link.source(self)


class RemoteGenerator(RemoteObject):
    """Stands for a generator."""

    __slots__ = ()

    @property  # type: ignore[misc]
    def __class__(self) -> type:
        return types.GeneratorType

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        return self._remote_link.advance(self)


def is_remote(value: Any) -> bool:
    """Whether a value stands for something in a student's process."""
    return issubclass(type(value), (RemoteBehaviour, RemoteClass))


def operation(name: str) -> Any:
    """Return the special method that sends ``name`` to the student's process."""
    if name == "__next__":
        return _next
    if name in TEXT:
        return lambda self: _text(self, name)

    if name in ARITHMETIC:
        return _arithmetic(name)

    def special(self: Any, *args: Any, **kwargs: Any) -> Any:
        if name == "__contains__":
            _require_named_class(self)
        result = self._remote_link.operate(self, name, args, kwargs)
        return _CHECKS[name](result) if name in _CHECKS else result

    special.__name__ = name
    return _exit if name == "__exit__" else special


def _arithmetic(name: str) -> Any:
    def special(self: Any, *args: Any, **kwargs: Any) -> Any:
        _require_named_class(self)
        link = self._remote_link
        result = link.operate(self, name, args, kwargs)
        if type(type(result)) is not RemoteClass:
            raise TypeError(
                f"{name} of the student's {type(self).__name__} gave a "
                f"{type(result).__name__}, but a test takes only another of the "
                "student's objects from an operator; ask a method or an attribute for "
                "plain values"
            )
        link.classes.named.add(type(result))
        return result

    special.__name__ = name
    return special


def _require_named_class(proxy: Any) -> None:
    """Raise unless the test cell names the object's class or one of its bases."""
    if proxy._remote_link.classes.named.isdisjoint(type(proxy).__mro__):
        kind = type(proxy).__name__
        raise TypeError(
            "expected a number, an array or a container, but the student's code gave a "
            f"{kind} object; a test computes only with objects of a class that the "
            f"same cell names, so for those mention {kind} in the cell"
        )


def _next(self: Any) -> Any:
    return self._remote_link.advance(self)


def _text(proxy: Any, name: str) -> str:
    text = proxy._remote_link.operate(proxy, name, (), {})
    return text if type(text) is str else RemoteObject.__repr__(proxy)


def _exit(self: Any, kind: Any, error: Any, frames: Any) -> bool:
    """Leave a student's context, which never swallows an exception.

    Otherwise a failed assertion in a ``with`` block of the test would count as passed.
    The student's code learns that there was an exception, not which one.
    """
    details: tuple = (None, None, None)
    if error is not None:
        details = (RuntimeError, RuntimeError("the test left the with block"), None)
    self._remote_link.operate(self, "__exit__", details, {})
    return False


def _length(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= _LARGEST_LENGTH:
        raise TypeError("the student's __len__ did not give a usable length")
    return value


_CHECKS: dict[str, Callable[[Any], Any]] = {
    "__len__": _length,
    "__contains__": lambda value: value is True,
}
ALLOWED_SPECIALS = frozenset((*OPERATIONS, *TEXT, "__next__"))
