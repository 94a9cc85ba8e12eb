"""What a cell writes: to sys.stdout and sys.stderr, and to descriptors 1 and 2."""

import codecs
import fcntl
import io
import os
import selectors
import termios
import threading
import time
from collections.abc import Callable

from .outbox import Outbox

_SETTLE_SECONDS = 0.2
_SETTLE_WRITE_SECONDS = 0.005
_POLL_SECONDS = 0.0002
_NO_BYTES = bytes(4)
_DESCRIPTORS = {"stdout": 1, "stderr": 2}


class StudentStream(io.TextIOBase):
    """sys.stdout or sys.stderr of a session; has what a kernel's stream has."""

    encoding = "UTF-8"
    errors = "strict"

    def __init__(self, name: str, outbox: Outbox, settle: Callable[[], None]):
        self.name = name
        self._outbox = outbox
        self._settle = settle
        self._forked = False
        os.register_at_fork(after_in_child=self._note_fork)

    def _note_fork(self) -> None:
        self._forked = True

    def write(self, text: str) -> int:
        """Take text; in a forked process, hand it on through the descriptor."""
        if not isinstance(text, str):
            message = f"write() argument must be str, not {type(text)}"
            raise TypeError(message)
        if self._forked:
            _write_all(_DESCRIPTORS[self.name], text.encode("utf-8", "replace"))
            return len(text)
        self._settle()
        self._outbox.stream(self.name, text)
        return len(text)

    def flush(self) -> None:
        """Do nothing; what was written is on its way in the right order."""

    def fileno(self) -> int:
        """Return the descriptor whose output arrives in the same place."""
        return _DESCRIPTORS[self.name]

    def isatty(self) -> bool:
        """Return False."""
        return False

    def writable(self) -> bool:
        """Return True."""
        return True


def _write_all(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


class DescriptorCapture:
    """Reads what other than Python's streams writes to descriptors 1 and 2."""

    def __init__(self, outbox: Outbox):
        self._outbox = outbox
        self._reading = threading.Lock()
        self._readers: dict[int, tuple[str, codecs.IncrementalDecoder]] = {}

    def start(self) -> None:
        """Replace the descriptors by pipes and start to read them."""
        selector = selectors.DefaultSelector()
        for name, descriptor in _DESCRIPTORS.items():
            reader, writer = os.pipe()
            os.dup2(writer, descriptor)
            os.close(writer)
            decoder = codecs.getincrementaldecoder("utf-8")("replace")
            self._readers[reader] = (name, decoder)
            selector.register(reader, selectors.EVENT_READ)
        threading.Thread(
            target=self._read, args=(selector,), name="Thread-output", daemon=True
        ).start()

    def _read(self, selector: selectors.BaseSelector) -> None:
        while selector.get_map():
            for key, _ in selector.select():
                with self._reading:
                    data = os.read(key.fd, 1 << 16)
                    if not data:
                        selector.unregister(key.fd)
                        continue
                    name, decoder = self._readers[key.fd]
                    self._outbox.stream(name, decoder.decode(data))

    def _waiting(self) -> bool:
        for reader in self._readers:
            if fcntl.ioctl(reader, termios.FIONREAD, _NO_BYTES) != _NO_BYTES:
                return True
        return False

    def settle_before_write(self) -> None:
        """Let earlier output of the descriptors come first, without waiting long."""
        if self._waiting():
            self._settle(_SETTLE_WRITE_SECONDS)

    def settle(self) -> None:
        """Wait until all that was written so far has been read."""
        self._settle(_SETTLE_SECONDS)

    def _settle(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while self._waiting() and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)
        with self._reading:
            pass
