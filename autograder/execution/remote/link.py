"""The trusted end of the connection to one student's process.

It drives: it sends one request at a time and reads the reply. While a request is under
way the other end may ask for one thing only, the call of a plain function that was
passed to it (``Callbacks``). There is no way to ask for an attribute, a module or any
other object of this process, and what breaks the protocol ends the session.
"""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Sequence
from typing import Any, NoReturn, Protocol

from autograder.execution.remote import errors
from autograder.execution.remote.allowance import Allowance
from autograder.execution.remote.callbacks import Callbacks
from autograder.execution.remote.classes import Classes
from autograder.execution.remote.errors import (
    RemoteError,
    RemoteTimeout,
    StudentGone,
    StudentTraceback,
)
from autograder.execution.remote.exports import Exports
from autograder.execution.remote.inspection import signature_of
from autograder.execution.remote.objects import Objects
from autograder.execution.remote.proxies import (
    RemoteBehaviour,
    RemoteClass,
    RemoteFunction,
)
from autograder.execution.remote.seed import GlobalSeed
from autograder.execution.remote.shared import Shared
from autograder.execution.remote.values import LinkReader, LinkWriter
from autograder.sandbox.errors import CallTimeout, SandboxError
from autograder.sandbox.inside.mirrors import Mirrors
from autograder.sandbox.wire import Buffer, Received, WireError

Header = dict[str, Any]
Message = tuple[Header, Sequence[Buffer]]
Serve = Callable[[Header, list[Received]], Message]


# Each message compares all tied arrays; beyond this number results are plain copies.
_MAX_TIED = 500


class SessionLike(Protocol):
    """What a link needs of a sandbox session."""

    on_output: Callable[[dict[str, Any]], None] | None

    def request(
        self,
        header: Header,
        buffers: Sequence[Buffer] = (),
        *,
        timeout: float,
        serve: Serve | None = None,
    ) -> tuple[Header, list[Received]]:
        """Send a request and return its reply."""

    def close(self) -> None:
        """End the session."""


class Link:
    """One session's objects as seen from the test cells.

    Args:
        session: the sandbox session to send requests to.
        call_seconds: wall time of one call.
        shared: functions and classes that both ends define.
    """

    def __init__(
        self, session: SessionLike, *, call_seconds: float, shared: Shared | None = None
    ):
        self.shared = shared or Shared()
        self.mirrors = Mirrors(keep=False)
        self.exports = Exports()
        self.allowance = Allowance()
        self.callbacks = Callbacks(self)
        self.objects = Objects(self)
        self.classes = Classes(self, self.shared.class_named)
        self.call_seconds = call_seconds
        self.deadline: float | None = None
        self.gone = ""
        self._session = session
        self.nesting = 0
        self._next_token = 0
        self._seed = GlobalSeed()

    # What test cells do with names

    def show_output(self, show: Callable[[dict[str, Any]], None] | None) -> None:
        """Hand to ``show`` what student code prints and displays during calls."""
        self._session.on_output = show

    def names(self) -> set[str]:
        """Return the names that the student's notebook has bound."""
        names = self._request("names", {})
        if type(names) is not list or not all(type(name) is str for name in names):
            self._break_off("sent a malformed list of names")
        return set(names)

    def lookup(self, name: str) -> Any:
        """Return what a name is bound to; raises ``NameError`` as Python would."""
        value = self._request("name", {"name": name}, share=True)
        self.classes.note_name(name, value)
        return value

    def assign(self, name: str, value: Any) -> None:
        """Bind a name in the student's notebook until ``restore``."""
        self._request("assign", {"name": name}, value=value)

    def delete(self, name: str) -> None:
        """Unbind a name in the student's notebook until ``restore``."""
        self._request("delete", {"name": name})

    def end_cell(self, *, restore: bool) -> None:
        """Withdraw the test cell's functions and undo its assignments."""
        self.exports.withdraw_all()
        self.allowance.begin_cell()
        self.callbacks.forget()
        self.classes.named.clear()
        if restore and not self.gone:
            self._request("restore", {})

    # What stand-ins do

    def operate(self, proxy: Any, name: str, args: Any, kwargs: Any) -> Any:
        """Call an object or do another of the operations on it."""
        fields = {"of": proxy._remote_number, "name": name}
        fresh = len(self.exports.fresh)
        plain = type(proxy) is RemoteFunction and not proxy._remote_bound
        share = not plain and not issubclass(type(proxy), RemoteClass)
        try:
            value, kept = self._exchange("do", fields, share, args=args, kwargs=kwargs)
        except BaseException:
            if not self.nesting:
                self._withdraw_since(fresh)
            raise
        if plain and not kept and not self.nesting:
            # The call is over and left nothing behind that could need them.
            self._withdraw_since(fresh)
        return value

    def _withdraw_since(self, count: int) -> None:
        self.exports.withdraw(self.exports.fresh[count:])
        del self.exports.fresh[count:]

    def get_attribute(self, proxy: Any, name: str) -> Any:
        """Read an attribute."""
        fields = {"of": proxy._remote_number, "name": name}
        value = self._request("getattr", fields, share=True)
        if type(value) is RemoteFunction and not isinstance(proxy, RemoteClass):
            object.__setattr__(value, "_remote_bound", True)
        return value

    def set_attribute(self, proxy: Any, name: str, value: Any) -> None:
        """Write an attribute."""
        fields = {"of": proxy._remote_number, "name": name}
        self._request("setattr", fields, value=value)

    def delete_attribute(self, proxy: Any, name: str) -> None:
        """Delete an attribute."""
        self._request("delattr", {"of": proxy._remote_number, "name": name})

    def advance(self, proxy: Any) -> Any:
        """Return an iterator's next item."""
        answer = self._request("next", {"of": proxy._remote_number})
        if type(answer) is not tuple or len(answer) != 2:
            self._break_off("sent a malformed item")
        if answer[0] is not True:
            raise StopIteration(answer[1])
        return answer[1]

    def source(self, proxy: Any) -> str | None:
        """Return the source text of a function or class."""
        fields = {"of": proxy._remote_number, "what": "source"}
        source = self._request("describe", fields)
        return source if type(source) is str else None

    def signature(self, proxy: Any) -> inspect.Signature | None:
        """Return the parameters of a function or class."""
        fields = {"of": proxy._remote_number, "what": "parameters"}
        entries = self._request("describe", fields)
        return signature_of(entries)

    def new_token(self) -> int:
        """Return a number for an object to be tied to its copy."""
        self._next_token += 1
        return self._next_token

    # Messages

    def _request(
        self, action: str, fields: Header, share: bool = False, **values: Any
    ) -> Any:
        return self._exchange(action, fields, share, **values)[0]

    def _exchange(
        self, action: str, fields: Header, share: bool, **values: Any
    ) -> tuple[Any, bool]:
        """Send a request; return its value and whether it holds handles."""
        if self.gone:
            raise StudentGone(self.gone)
        writer = LinkWriter(self, tie=True)
        share = share and len(self.mirrors) < _MAX_TIED
        header: Header = {"op": "remote", "do": action, "share": share, **fields}
        for key, value in values.items():
            plain = key == "kwargs"
            header[key] = writer.write_content(value) if plain else writer.write(value)
        held = self.mirrors.hold()
        self.add_news(header, writer)
        self.nesting += 1
        try:
            reply, buffers = self._send(header, writer.buffers)
            value, handles = self._read_reply(reply, buffers)
        finally:
            self.nesting -= 1
            if not self.nesting:
                self.mirrors.end_call()
            del held
        return value, handles

    def _send(
        self, header: Header, buffers: Sequence[Buffer]
    ) -> tuple[Header, list[Received]]:
        timeout = self._time_left()
        try:
            return self._session.request(
                header, buffers, timeout=timeout, serve=self.callbacks.serve
            )
        except CallTimeout as error:
            if self.nesting > 1:
                # Which of the nested calls was interrupted cannot be known.
                self._break_off("took too long in nested calls")
            raise RemoteTimeout(
                f"the student's code took longer than {timeout:.3g} seconds "
                "and was interrupted"
            ) from error
        except SandboxError as error:
            self.gone = f"the student's process ended: {error}"
            raise StudentGone(self.gone) from error
        except WireError as error:
            self._break_off(f"broke the protocol ({error})")
        except BaseException:
            # A reply may still be on its way, so nothing can follow on this session.
            self.gone = self.gone or "the session was broken off"
            self._session.close()
            raise

    def _break_off(self, reason: str) -> NoReturn:
        """End a session whose other end does not keep to the protocol."""
        self.gone = f"the student's process was ended: it {reason}"
        self._session.close()
        raise StudentGone(self.gone)

    def _time_left(self) -> float:
        if self.deadline is None:
            return self.call_seconds
        left = self.deadline - time.monotonic()
        return max(min(self.call_seconds, left), 0.001)

    def add_news(self, header: Header, writer: LinkWriter) -> None:
        """Add to a message what changed here since the last one."""
        header["changes"] = self.mirrors.changes(writer)
        header["free"] = self.objects.take_freed()
        header["drop"], self.mirrors.dropped = self.mirrors.dropped, []
        if self._seed.changed():
            header["seed"] = writer.write_content(self._seed.state())

    def _read_reply(self, reply: Header, buffers: list[Received]) -> tuple[Any, bool]:
        try:
            reader = LinkReader(self, buffers)
            self.take_news(reply, reader)
            value = reader.read(reply.get("value"))
            reader.take_allowance()
            status = reply.get("status")
        except (RemoteError, ImportError):
            raise
        except Exception as error:
            self._break_off(f"broke the protocol ({error})")
        if status == "ok":
            return value, reader.handles > 0
        raise self._error(reply.get("error"), value)

    def take_news(self, message: Header, reader: LinkReader) -> None:
        """Take from a message what changed at the other end since the last one."""
        self.classes.describe(message.get("classes"))
        self.mirrors.apply(message.get("changes"), reader)

    def _error(self, details: Any, value: Any) -> BaseException:
        """Return the exception to raise for a call that failed."""
        if type(details) is not dict:
            self._break_off("sent a malformed error")
        own = self.callbacks.raised(details.get("origin"))
        if own is not None:
            return own
        message = errors.text_of(details.get("message"))
        if type(value) is tuple and len(value) == 2 and is_remote_exception(value[0]):
            error: Exception = value[0]
            object.__setattr__(error, "_remote_message", message)
            args = value[1] if type(value[1]) is tuple else (message,)
            object.__setattr__(error, "args", args)
        elif details.get("base") == details.get("name"):
            error = errors.build(details.get("base"), message, value)
        else:
            name = errors.text_of(details.get("name"))
            error = errors.build(details.get("base"), f"{name}: {message}", None)
        frames = errors.text_of(details.get("traceback"))
        error.__cause__ = StudentTraceback(frames)
        return error


def is_remote_exception(value: Any) -> bool:
    """Whether a value stands for an exception of a student's class."""
    kind = type(value)
    return issubclass(kind, RemoteBehaviour) and issubclass(kind, Exception)
