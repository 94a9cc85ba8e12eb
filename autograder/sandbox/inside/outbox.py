"""Outputs on their way out: collected, limited, sent."""

import json
import os
import threading
import time
from collections.abc import Sequence
from typing import Any

from ..wire import Buffer, Channel, Received, WireError
from .interrupts import Interrupts

_FLUSH_CHARACTERS = 1 << 16
_FLUSH_SECONDS = 0.1
_CUT_CHARACTERS = 10_000


class SessionChannel(Channel):
    """A channel for use beside student code: from its threads, despite interrupts."""

    def __init__(self, sock: Any, interrupts: Interrupts):
        super().__init__(sock)
        self._interrupts = interrupts
        self._sending = threading.Lock()
        self._owner = os.getpid()

    def send(
        self,
        header: dict[str, Any],
        buffers: Sequence[Buffer] = (),
        deadline: float | None = None,
    ) -> None:
        """Send a frame, whole, from the session's own process only."""
        if os.getpid() != self._owner:
            raise WireError("a forked process cannot use its parent's channel")
        with self._interrupts.shield, self._sending:
            super().send(header, buffers, deadline)

    def recv(
        self, deadline: float | None = None
    ) -> tuple[dict[str, Any], list[Received]]:
        """Receive a frame, whole."""
        with self._interrupts.shield:
            return super().recv(deadline)


class Outbox:
    """Takes a cell's outputs, keeps within its limits and sends them in order.

    Text of streams is gathered and sent in pieces. What exceeds the limits is dropped
    and replaced by one sentence, so that a chatty cell costs nothing but its output.
    """

    def __init__(
        self, channel: Channel, limits: dict[str, Any], interrupts: Interrupts
    ):
        self._channel = channel
        self._limits = limits
        self._interrupts = interrupts
        self._lock = threading.RLock()
        self._owner = os.getpid()
        self._name = "stdout"
        self._pieces: list[str] = []
        self._gathered = 0
        self._flushed = time.monotonic()
        self._begin()

    def _begin(self) -> None:
        self._text_left = self._limits["output_bytes"]
        self._images_left = self._limits["image_bytes"]
        self._count_left = self._limits["output_count"]
        self._last_stream = ""
        self.cut = False

    def begin_cell(self) -> None:
        """Give the next cell its full allowance."""
        with self._interrupts.shield, self._lock:
            self._begin()

    def stream(self, name: str, text: str) -> None:
        """Add text to stdout or stderr."""
        if not text or (self.cut and not self._text_left):
            return
        with self._interrupts.shield, self._lock:
            if name != self._last_stream:
                if not self._take_one():
                    return
                self._last_stream = name
            kept = text[: self._text_left]
            self._text_left -= len(kept)
            self._gather(name, kept)
            if len(kept) < len(text):
                self._note_cut()

    def _gather(self, name: str, text: str) -> None:
        if name != self._name:
            self._flush()
            self._name = name
        self._pieces.append(text)
        self._gathered += len(text)
        late = time.monotonic() - self._flushed > _FLUSH_SECONDS
        if late or self._gathered > _FLUSH_CHARACTERS:
            self._flush()

    def publish(self, kind: str, content: dict[str, Any]) -> None:
        """Send one message of a kernel (display_data, error, clear_output, ...)."""
        if os.getpid() != self._owner:
            return  # As a kernel does: only the process that it started may display.
        with self._interrupts.shield, self._lock:
            self._last_stream = ""
            self._flush()
            if kind == "clear_output":
                self._begin()
                self._send({"kind": kind, "wait": bool(content.get("wait"))})
            elif kind == "error":
                self._send({"kind": "output", "output": self._error(content)})
            elif kind == "update_display_data" or self._take_one():
                self._send(self._display(kind, content))

    def flush(self) -> None:
        """Send the text gathered so far."""
        with self._interrupts.shield, self._lock:
            self._flush()

    def _flush(self) -> None:
        self._flushed = time.monotonic()
        if not self._pieces:
            return
        text = "".join(self._pieces)
        self._pieces.clear()
        self._gathered = 0
        output = {"output_type": "stream", "name": self._name, "text": text}
        self._send({"kind": "output", "output": output})

    def _send(self, message: dict[str, Any]) -> None:
        self._channel.send({"op": "output", **message})

    def _take_one(self) -> bool:
        if self._count_left:
            self._count_left -= 1
            return True
        self._note_cut()
        return False

    def _note_cut(self) -> None:
        if self.cut:
            return
        self.cut = True
        text = (
            f"\n[This cell's further output is left out: the limits are "
            f"{self._limits['output_count']} outputs and "
            f"{self._limits['output_bytes']} characters.]\n"
        )
        self._flush()
        output = {"output_type": "stream", "name": "stderr", "text": text}
        self._send({"kind": "output", "output": output})

    def _display(self, kind: str, content: dict[str, Any]) -> dict[str, Any]:
        data = self._within_limits(content["data"])
        output: dict[str, Any] = {"output_type": kind, "data": data}
        output["metadata"] = content.get("metadata") or {}
        if kind == "execute_result":
            output["execution_count"] = content.get("execution_count")
        message = {"kind": "output", "output": output}
        if kind == "update_display_data":
            output["output_type"] = "display_data"
            message["kind"] = kind
        display_id = (content.get("transient") or {}).get("display_id")
        if isinstance(display_id, str):
            message["display_id"] = display_id
        return message

    def _within_limits(self, data: dict[str, Any]) -> dict[str, Any]:
        """Take the size of a display off the allowance, or replace the display."""
        text = images = 0
        for mime, value in data.items():
            size = len(value) if isinstance(value, str) else len(json.dumps(value))
            if mime.startswith("image/") and mime != "image/svg+xml":
                images += size
            else:
                text += size
        if text > self._text_left or images > self._images_left:
            self._note_cut()
            size = text + images
            return {"text/plain": f"[output of {size} characters left out]"}
        self._text_left -= text
        self._images_left -= images
        return data

    def _error(self, content: dict[str, Any]) -> dict[str, Any]:
        """An error is always shown; only its text is cut."""
        left = self._limits["output_bytes"]
        lines = []
        for line in content["traceback"]:
            lines.append(str(line)[:left])
            left -= len(lines[-1])
        return {
            "output_type": "error",
            "ename": str(content["ename"])[:_CUT_CHARACTERS],
            "evalue": str(content["evalue"])[:_CUT_CHARACTERS],
            "traceback": lines,
        }
