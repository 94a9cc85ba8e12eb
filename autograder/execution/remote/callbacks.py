"""The one thing that student code may ask of the test: to call a passed function."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from autograder.execution.remote import errors
from autograder.execution.remote.errors import RemoteError
from autograder.execution.remote.values import LinkReader, LinkWriter
from autograder.sandbox.wire import Buffer, Received, WireError

if TYPE_CHECKING:
    from autograder.execution.remote.link import Link

Header = dict[str, Any]
_MAX_NESTING = 40


class Callbacks:
    """Answers the calls that arrive while a request is under way."""

    def __init__(self, link: Link):
        self._link = link
        self._raised: list[BaseException] = []

    def forget(self) -> None:
        """Forget what the test cell's functions raised."""
        self._raised.clear()

    def raised(self, index: Any) -> BaseException | None:
        """Return the test's own exception that came back through student code."""
        if type(index) is int and 0 <= index < len(self._raised):
            return self._raised[index]
        return None

    def serve(
        self, header: Header, buffers: list[Received]
    ) -> tuple[Header, Sequence[Buffer]]:
        """Call the function that a message names; refuse everything else."""
        link = self._link
        if header.get("op") != "callback" or not link.nesting:
            raise WireError("asked for something other than a call")
        try:
            args, kwargs = self._arguments(header, buffers)
        except RemoteError as error:
            return self._refusal(error)
        try:
            if link.nesting > _MAX_NESTING:
                raise RecursionError("calls between test and student nest too deeply")
            function = link.exports.get(header.get("function"))
            writer = LinkWriter(link, tie=False)
            answer: Header = {"op": "answer", "status": "ok"}
            # Held until the message is complete: a stand-in that is let go of would
            # be freed by the very message that hands it over.
            result = function(*args, **kwargs)
            answer["value"] = writer.write(result)
        except Exception as error:
            if link.gone:
                raise
            return self._refusal(error)
        link.add_news(answer, writer)
        return answer, writer.buffers

    def _arguments(
        self, header: Header, buffers: list[Received]
    ) -> tuple[tuple, dict[str, Any]]:
        link = self._link
        try:
            reader = LinkReader(link, buffers)
            link.take_news(header, reader)
            args, kwargs = reader.read(header.get("value"))
            reader.take_allowance()
        except RemoteError:
            raise
        except Exception as error:
            raise WireError(f"sent a malformed call ({error})") from error
        if type(args) is not tuple or type(kwargs) is not dict:
            raise WireError("sent a call with malformed arguments")
        if not all(type(name) is str for name in kwargs):
            raise WireError("sent a call with malformed keywords")
        return args, kwargs

    def _refusal(self, error: Exception) -> tuple[Header, Sequence[Buffer]]:
        """Tell the student's end that a call failed, not what the test had to say."""
        self._raised.append(error)
        writer = LinkWriter(self._link, tie=False)
        answer: Header = {"op": "answer", "status": "error"}
        answer["name"] = errors.nearest_builtin(error)
        answer["origin"] = len(self._raised) - 1
        self._link.add_news(answer, writer)
        return answer, writer.buffers
