"""SIGINT reaches the code of a cell and nothing else."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class _Shield:
    """Holds interrupts back; a class, for streams enter it with every write."""

    def __init__(self, interrupts: "Interrupts"):
        self._interrupts = interrupts
        self._main = threading.main_thread().ident

    def __enter__(self) -> None:
        if threading.get_ident() == self._main:
            self._interrupts.shields += 1

    def __exit__(self, *exception: object) -> None:
        if threading.get_ident() == self._main:
            self._interrupts.shields -= 1
            if self._interrupts.pending and not self._interrupts.shields:
                self._interrupts.raise_pending()


class Interrupts:
    """Decides when SIGINT becomes KeyboardInterrupt.

    Only while a cell or a call runs (`allowed`), and not within ``with shield``, where
    an exception would leave half a message on the wire: there it waits for the end.
    """

    def __init__(self) -> None:
        self._running = False
        self.shields = 0
        self.pending = False
        self.shield = _Shield(self)

    def install(self) -> None:
        """Take over SIGINT (again: student code may have changed it)."""
        signal.signal(signal.SIGINT, self._handle)
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if not self._running:
            return
        if self.shields:
            self.pending = True
            return
        raise KeyboardInterrupt

    def raise_pending(self) -> None:
        """Raise the interrupt that came within a shield."""
        self.pending = False
        if self._running:
            raise KeyboardInterrupt

    @contextmanager
    def allowed(self) -> Iterator[None]:
        """Run code that may be interrupted; the exception may leave the block."""
        # A late signal for the previous cell must not hit this one.
        while signal.sigtimedwait({signal.SIGINT}, 0):
            pass
        self.install()
        self.pending = False
        self._running = True
        try:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
            yield
        finally:
            self._running = False
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
