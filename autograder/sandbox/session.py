"""A session: one submission's process, driven from outside."""

import contextlib
import os
import select
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, Literal

from autograder.sandbox.collector import Collector, Displays, Output, OutputRefused
from autograder.sandbox.errors import CallTimeout, SessionDied
from autograder.sandbox.policy import Limits
from autograder.sandbox.wire import (
    Buffer,
    Channel,
    Received,
    WireClosed,
    WireError,
    WireTimeout,
)
from autograder.sandbox.zygote import Ending, Fork

Status = Literal["ok", "error", "timeout", "died", "memory", "output"]
Header = dict[str, Any]
Serve = Callable[[Header, list[Received]], tuple[Header, Sequence[Buffer]]]

_FILE_SECONDS = 30.0


@dataclass
class CellResult:
    """What became of a cell.

    ``timeout`` with a living session means that the interrupt was enough. The outputs
    are the very objects that later display updates change.
    """

    status: Status
    outputs: list[Output] = field(default_factory=list)
    reason: str = ""
    seconds: float = 0.0


class _Late(Exception):
    """The time for a request is over."""


class _Gone(Exception):
    """The process ended or broke the protocol."""

    def __init__(self, ending: Ending, *, output: bool = False):
        super().__init__(ending.reason)
        self.ending = ending
        self.output = output


class Session:
    """Runs cells and requests in one submission's process.

    Made by ``Sandbox.open``. One request at a time; not for use by several threads.
    """

    def __init__(self, fork: Fork, limits: Limits, end: Callable[[bool], Ending]):
        self._channel = Channel(fork.sock)
        self._pidfd = fork.pidfd
        self._limits = limits
        self._end = end
        self._ending: Ending | None = None
        self._owner = os.getpid()
        self._displays = Displays()
        self._poll = select.poll()
        self._poll.register(fork.sock, select.POLLIN)
        self._poll.register(fork.pidfd, select.POLLIN)
        self.on_output: Callable[[Output], None] | None = None
        """Called with each output that appears during a request."""
        self.stray_outputs: list[Output] = []
        """The first outputs of requests, where no ``on_output`` is set."""
        self.refused_files: dict[str, str] = {}
        """Files that could not be written, each with the reason."""

    @property
    def alive(self) -> bool:
        """Whether the process lives and can be asked."""
        return self._ending is None

    @property
    def reason(self) -> str:
        """Why the session is not alive any more."""
        return self._ending.reason if self._ending else ""

    def close(self) -> None:
        """End the process and everything that it started."""
        self._finish()

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def put_files(self, files: Mapping[str, bytes]) -> None:
        """Write files into the notebook's directory.

        What does not fit is left out and noted in ``refused_files``.
        """
        for name, data in files.items():
            path = PurePosixPath(name)
            if path.is_absolute() or ".." in path.parts or not path.parts:
                raise ValueError(
                    f"file name {name!r} leads out of the notebook's directory; "
                    "use a relative path without '..'"
                )
            if len(data) > self._limits.file_bytes:
                self.refused_files[name] = f"{len(data)} bytes are too many"
                continue
            header = {"op": "file", "path": name}
            reply, _ = self.request(header, [data], timeout=_FILE_SECONDS)
            if reply.get("op") != "done":
                self.refused_files[name] = str(reply.get("reason", ""))

    def run_cell(
        self,
        source: str,
        *,
        cell_id: str,
        timeout: float,
        on_output: Callable[[Output], None] | None = None,
    ) -> CellResult:
        """Run a code cell and return its outputs and how it ended; never raises for
        anything that the cell does.
        """
        self._require_alive()
        collector = Collector(self._limits, self._displays, on_output)
        header: Header = {"op": "cell", "id": cell_id, "source": source}
        header["store_history"] = True
        started = time.monotonic()
        status, reason = self._run(header, collector, started + timeout, timeout)
        seconds = time.monotonic() - started
        return CellResult(status, collector.outputs, reason, seconds)

    def _run(
        self, header: Header, collector: Collector, deadline: float, timeout: float
    ) -> tuple[Status, str]:
        late = f"it ran longer than {timeout:g} s"
        try:
            try:
                self._send(header, (), deadline)
                reply, _ = self._await(deadline, collector, None)
            except _Late:
                self._interrupt()
                self._await(self._grace(), collector, None)
                return "timeout", f"{late} and was interrupted"
        except _Late:
            self._finish()
            return "timeout", f"{late}, ignored the interrupt and was ended"
        except _Gone as gone:
            if gone.output:
                return "output", gone.ending.reason
            return ("memory" if gone.ending.memory else "died"), gone.ending.reason
        cut = "output was cut at the limit" if reply.get("cut") else ""
        return ("ok" if reply.get("status") == "ok" else "error"), cut

    def request(
        self,
        header: Header,
        buffers: Sequence[Buffer] = (),
        *,
        timeout: float,
        serve: Serve | None = None,
    ) -> tuple[Header, list[Received]]:
        """Send one request and return the reply.

        Args:
            header: the request, with its ``op``.
            buffers: its raw data.
            timeout: seconds that the inside may take (time in ``serve`` not counted).
            serve: answers nested callbacks from the inside.

        Raises:
            SessionDied: the process is gone.
            CallTimeout: the call was interrupted; the session lives.
        """
        self._require_alive()
        collector = Collector(self._limits, self._displays, self.on_output)
        deadline = time.monotonic() + timeout
        late = f"it ran longer than {timeout:g} s"
        try:
            try:
                self._send(header, buffers, deadline)
                return self._await(deadline, collector, serve)
            except _Late:
                self._interrupt()
                self._await(self._grace(), collector, serve)
                raise CallTimeout(f"{late} and was interrupted") from None
        except _Late:
            self._finish()
            raise SessionDied(f"{late}, ignored the interrupt and was ended") from None
        except _Gone as gone:
            ending = gone.ending
            raise SessionDied(ending.reason, memory=ending.memory) from None
        finally:
            if self.on_output is None:
                left = self._limits.output_count - len(self.stray_outputs)
                self.stray_outputs += collector.outputs[: max(0, left)]

    def _await(
        self, deadline: float, collector: Collector, serve: Serve | None
    ) -> tuple[Header, list[Received]]:
        """Take messages until the reply comes."""
        while True:
            header, buffers = self._receive(deadline)
            op = header.get("op")
            if op == "output":
                try:
                    collector.take(header)
                except OutputRefused as error:
                    raise self._broken(f"it sent {error}", output=True) from None
            elif op == "callback":
                if serve is None:
                    raise self._broken("it called back although nothing was exported")
                started = time.monotonic()
                answer, data = serve(header, buffers)
                deadline += time.monotonic() - started
                self._send(answer, data, deadline)
            else:
                return header, buffers

    def _receive(self, deadline: float) -> tuple[Header, list[Received]]:
        try:
            if not self._channel.buffered:
                remaining = max(0.0, deadline - time.monotonic())
                ready = [fd for fd, _ in self._poll.poll(remaining * 1000)]
                if not ready:
                    raise _Late
                if self._channel.fileno() not in ready:
                    # Its forked children may hold the socket open: no end of file.
                    raise self._gone()
            return self._channel.recv(deadline)
        except WireTimeout:
            raise _Late from None
        except WireClosed:
            raise self._gone() from None
        except WireError as error:
            raise self._broken(f"it broke the protocol: {error}") from None

    def _send(self, header: Header, buffers: Sequence[Buffer], deadline: float) -> None:
        try:
            self._channel.send(header, buffers, deadline)
        except WireTimeout:
            raise _Late from None
        except WireClosed:
            raise self._gone() from None

    def _interrupt(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._pidfd, signal.SIGINT)

    def _grace(self) -> float:
        return time.monotonic() + self._limits.grace_seconds

    def _gone(self) -> _Gone:
        return _Gone(self._finish(ended=True))

    def _broken(self, reason: str, *, output: bool = False) -> _Gone:
        ending = self._finish(reason)
        return _Gone(ending, output=output)

    def _finish(self, reason: str = "", *, ended: bool = False) -> Ending:
        if self._ending is None and os.getpid() != self._owner:
            self._ending = Ending(True, "it belongs to the process that opened it")
        if self._ending is None:
            self._channel.close()
            ending = self._end(ended)
            if reason:
                ending = Ending(ending.clean, reason)
            self._ending = ending
            with contextlib.suppress(OSError):
                signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
            os.close(self._pidfd)
        return self._ending

    def _require_alive(self) -> None:
        if self._ending is not None:
            raise SessionDied(self._ending.reason, memory=self._ending.memory)
