"""A wall limit for code in this process."""

from __future__ import annotations

import ctypes
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

# After the limit the exception comes again and again, in case something caught it.
_REPEAT_SECONDS = 1.0


class TimeLimitReached(KeyboardInterrupt):
    """The time is over. Like the stop button, it passes ``except Exception``."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise ``TimeLimitReached`` in the block when ``seconds`` have passed."""
    if threading.current_thread() is threading.main_thread():
        with _signal_limit(seconds):
            yield
    else:
        with _thread_limit(seconds):
            yield


@contextmanager
def _signal_limit(seconds: float) -> Iterator[None]:
    running = True

    def stop(number: int, frame: FrameType | None) -> None:
        if running:
            raise TimeLimitReached(f"the time limit of {seconds:.3g} s was reached")

    handler = signal.signal(signal.SIGALRM, stop)
    started = time.monotonic()
    others = signal.setitimer(signal.ITIMER_REAL, seconds, _REPEAT_SECONDS)
    try:
        yield
    finally:
        running = False
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)
        if others[0]:
            # Somebody else's timer was running: let it go on.
            left = max(others[0] - (time.monotonic() - started), 0.001)
            signal.setitimer(signal.ITIMER_REAL, left, others[1])


@contextmanager
def _thread_limit(seconds: float) -> Iterator[None]:
    """The same in a thread, where no signal arrives."""
    thread = ctypes.c_ulong(threading.get_ident())
    over = threading.Event()
    lock = threading.Lock()

    def watch() -> None:
        wait = seconds
        while not over.wait(wait):
            with lock:
                if not over.is_set():
                    exception = ctypes.py_object(TimeLimitReached)
                    ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, exception)
            wait = _REPEAT_SECONDS

    threading.Thread(target=watch, daemon=True).start()
    try:
        yield
    finally:
        with lock:
            over.set()
