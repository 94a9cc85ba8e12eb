"""Frames on a socket: a JSON header and raw buffers, within hard limits.

Both ends of a sandbox use this module, so it needs NumPy and nothing else. What
arrives is untrusted: every length is checked before memory is reserved for it, and
whatever is malformed raises ``WireError``. After any error the channel is finished,
for nothing that follows on the socket could be told from what was left over.

A frame is ``magic, version, header length, number of buffers``, the buffers' lengths,
the header (a JSON object in ASCII) and the buffers.
"""

from __future__ import annotations

import json
import socket
import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Buffer = bytes | bytearray | memoryview
Received = bytearray | memoryview

_PREFIX = struct.Struct("<2sBxII")
_MAGIC = b"nn"
_VERSION = 1
_READ_AHEAD = 1 << 16
_JOIN_BELOW = 1 << 16
_VECTORS_AT_ONCE = 512
_LARGE = 1 << 20
# 64-bit integers have at most 20 characters; longer ones travel as a codec value.
_INTEGER_CHARACTERS = 20


class WireError(Exception):
    """What arrived breaks the protocol or its limits."""


class WireClosed(WireError):
    """The other end is gone."""


class WireTimeout(WireError):
    """The deadline passed before the frame was complete."""


@dataclass(frozen=True)
class WireLimits:
    """What one frame may hold at most."""

    header_bytes: int = 8 << 20
    frame_bytes: int = 256 << 20
    buffers: int = 4096


class Channel:
    """Sends and receives frames on one connected stream socket."""

    def __init__(self, sock: socket.socket, limits: WireLimits | None = None):
        self.sock = sock
        self.limits = limits or WireLimits()
        self._ahead = memoryview(bytearray(_READ_AHEAD))
        self._start = self._end = 0
        self._mid_frame = False
        self._broken = ""

    def fileno(self) -> int:
        """Return the socket's descriptor, for ``select``."""
        return self.sock.fileno()

    @property
    def buffered(self) -> bool:
        """Whether bytes were read ahead, so that ``select`` would not see them."""
        return self._end > self._start

    def close(self) -> None:
        """Close the socket."""
        self._broken = self._broken or "the channel was closed"
        self.sock.close()

    def send(
        self,
        header: dict[str, Any],
        buffers: Sequence[Buffer] = (),
        deadline: float | None = None,
    ) -> None:
        """Send one frame; ``deadline`` is a ``time.monotonic()`` value.

        A frame over the limits raises ``WireError`` before anything is sent, and the
        channel stays usable.
        """
        self._check_usable()
        encoded = _ENCODER.encode(header).encode("ascii")
        views = [memoryview(buffer).cast("B") for buffer in buffers]
        lengths = [view.nbytes for view in views]
        self._check_sizes(len(encoded), lengths)
        prefix = _PREFIX.pack(_MAGIC, _VERSION, len(encoded), len(lengths))
        prefix += struct.pack(f"<{len(lengths)}Q", *lengths)
        try:
            self._send_all([prefix, encoded, *views], sum(lengths), deadline)
        except BaseException as error:
            self._broken = f"sending a frame was cut short ({type(error).__name__})"
            raise

    def recv(
        self, deadline: float | None = None
    ) -> tuple[dict[str, Any], list[Received]]:
        """Receive one frame as ``(header, buffers)``."""
        self._check_usable()
        try:
            return self._recv_frame(deadline)
        except BaseException as error:
            waiting = not (self._mid_frame or self.buffered)
            if not (waiting and isinstance(error, WireTimeout)):
                self._broken = self._broken or f"an earlier frame failed: {error}"
            raise

    def _recv_frame(
        self, deadline: float | None
    ) -> tuple[dict[str, Any], list[Received]]:
        self._fill(_PREFIX.size, deadline)
        prefix = self._read(_PREFIX.size, deadline)
        self._mid_frame = True
        magic, version, header_length, count = _PREFIX.unpack(prefix)
        if magic != _MAGIC or version != _VERSION:
            raise self._fault("a frame does not begin with this protocol's version")
        if count > self.limits.buffers:
            raise self._fault(f"a frame announces {count} buffers")
        lengths = struct.unpack(f"<{count}Q", self._read(8 * count, deadline))
        try:
            self._check_sizes(header_length, lengths)
        except WireError as error:
            raise self._fault(str(error)) from None
        header = self._parse(self._read(header_length, deadline))
        buffers = [self._read(length, deadline) for length in lengths]
        self._mid_frame = False
        return header, buffers

    def _fault(self, message: str) -> WireError:
        self._broken = message
        return WireError(message)

    def _check_usable(self) -> None:
        if self._broken:
            raise WireClosed(f"the channel cannot be used any more: {self._broken}")

    def _check_sizes(self, header_length: int, lengths: Sequence[int]) -> None:
        limits = self.limits
        if header_length > limits.header_bytes:
            raise WireError(
                f"a header of {header_length} bytes exceeds {limits.header_bytes}"
            )
        if len(lengths) > limits.buffers:
            raise WireError(f"{len(lengths)} buffers exceed {limits.buffers}")
        if sum(lengths) > limits.frame_bytes:
            raise WireError(
                f"buffers of {sum(lengths)} bytes exceed {limits.frame_bytes}"
            )

    def _parse(self, encoded: Received) -> dict[str, Any]:
        try:
            header = _DECODER.decode(str(encoded, "ascii"))
        except (ValueError, RecursionError, MemoryError) as error:
            reason = f"a header is not acceptable JSON ({type(error).__name__})"
            raise self._fault(reason) from None
        if type(header) is not dict:
            raise self._fault("a header is not a JSON object")
        return header

    def _fill(self, count: int, deadline: float | None) -> None:
        """Read ahead until ``count`` bytes are there, keeping them when time is up.

        A timeout before the first byte of a frame leaves the channel usable.
        """
        if self._start == self._end:
            self._start = self._end = 0
        while self._end - self._start < count:
            if len(self._ahead) - self._start < count:
                self._ahead[: self._end - self._start] = self._ahead[
                    self._start : self._end
                ]
                self._start, self._end = 0, self._end - self._start
            self._end += self._recv_into(self._ahead[self._end :], deadline)

    def _read(self, count: int, deadline: float | None) -> Received:
        data = _reserve(count)
        view = memoryview(data)
        taken = min(count, self._end - self._start)
        view[:taken] = self._ahead[self._start : self._start + taken]
        self._start += taken
        if 0 < count - taken < _READ_AHEAD // 2:
            self._fill(count - taken, deadline)
            rest = count - taken
            view[taken:] = self._ahead[self._start : self._start + rest]
            self._start += rest
            return data
        while taken < count:
            taken += self._recv_into(view[taken:], deadline)
        return data

    def _recv_into(self, view: memoryview, deadline: float | None) -> int:
        self._set_timeout(deadline)
        try:
            received = self.sock.recv_into(view)
        except TimeoutError:
            raise WireTimeout("no complete frame arrived in time") from None
        except OSError as error:
            raise WireClosed(f"the connection failed: {error}") from None
        if not received:
            raise WireClosed("the other end closed the connection")
        return received

    def _send_all(
        self, parts: list[Buffer], buffered: int, deadline: float | None
    ) -> None:
        try:
            if buffered <= _JOIN_BELOW:
                self._set_timeout(deadline)
                # sendall's timeout covers the whole transfer, not each piece of it.
                self.sock.sendall(b"".join(parts))
                return
            pending = [memoryview(part) for part in parts if len(part)]
            while pending:
                self._set_timeout(deadline)
                sent = self.sock.sendmsg(pending[:_VECTORS_AT_ONCE])
                while pending and sent >= pending[0].nbytes:
                    sent -= pending.pop(0).nbytes
                if sent:
                    pending[0] = pending[0][sent:]
        except TimeoutError:
            raise WireTimeout("the other end did not read in time") from None
        except OSError as error:
            raise WireClosed(f"the connection failed: {error}") from None

    def _set_timeout(self, deadline: float | None) -> None:
        if deadline is None:
            if self.sock.gettimeout() is not None:
                self.sock.settimeout(None)
            return
        remaining = deadline - time.monotonic()
        if remaining <= 0:
            raise WireTimeout("the deadline has passed")
        self.sock.settimeout(remaining)


def _reserve(count: int) -> Received:
    """Return writeable memory; NumPy's comes in large pages, which are found faster."""
    if count < _LARGE:
        return bytearray(count)
    return np.empty(count, np.uint8).data


def _short_integer(digits: str) -> int:
    if len(digits) > _INTEGER_CHARACTERS:
        raise ValueError("an integer in a header is too long")
    return int(digits)


_DECODER = json.JSONDecoder(parse_int=_short_integer)
_ENCODER = json.JSONEncoder(separators=(",", ":"))
