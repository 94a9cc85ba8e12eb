"""The requests of the trusted end, each done by one function."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from . import describe
from .codec import Reader
from .operations import COPYING, OPERATIONS, READABLE_SPECIALS, TEXT

if TYPE_CHECKING:
    from .peer import Peer

# The requests: each takes the peer, the request's header and its reader.


def _name(peer: Peer, header: dict[str, Any], reader: Reader) -> Any:
    return peer.lookup(header["name"])


def _names(peer: Peer, header: dict[str, Any], reader: Reader) -> Any:
    return peer.names()


def _assign(peer: Peer, header: dict[str, Any], reader: Reader) -> None:
    peer.overwrite(header["name"], reader.read(header["value"]))


def _delete(peer: Peer, header: dict[str, Any], reader: Reader) -> None:
    peer.remove(header["name"])


def _restore(peer: Peer, header: dict[str, Any], reader: Reader) -> None:
    peer.restore()


def _getattr(peer: Peer, header: dict[str, Any], reader: Reader) -> Any:
    name = header["name"]
    if name.startswith("__") and name.endswith("__") and name not in READABLE_SPECIALS:
        raise AttributeError(f"{name} of a student's object cannot be read")
    return getattr(peer.handles[header["of"]], name)


def _setattr(peer: Peer, header: dict[str, Any], reader: Reader) -> None:
    setattr(peer.handles[header["of"]], header["name"], reader.read(header["value"]))


def _delattr(peer: Peer, header: dict[str, Any], reader: Reader) -> None:
    delattr(peer.handles[header["of"]], header["name"])


def _do(peer: Peer, header: dict[str, Any], reader: Reader) -> Any:
    name = header["name"]
    target = peer.handles[header["of"]]
    args = reader.read(header["args"])
    kwargs = reader.read(header["kwargs"])
    function = OPERATIONS.get(name) or COPYING.get(name) or TEXT[name]
    return function(target, *args, **kwargs)


def _next(peer: Peer, header: dict[str, Any], reader: Reader) -> Any:
    try:
        return (True, next(peer.handles[header["of"]]))
    except StopIteration as stop:
        return (False, stop.value)


def _describe(peer: Peer, header: dict[str, Any], reader: Reader) -> Any:
    thing = peer.handles[header["of"]]
    if header["what"] == "source":
        return describe.source_of(thing)
    return describe.parameters_of(thing)


Action = Callable[["Peer", dict[str, Any], Reader], Any]
ACTIONS: dict[str, Action] = {
    "name": _name,
    "names": _names,
    "assign": _assign,
    "delete": _delete,
    "restore": _restore,
    "getattr": _getattr,
    "setattr": _setattr,
    "delattr": _delattr,
    "do": _do,
    "next": _next,
    "describe": _describe,
}
