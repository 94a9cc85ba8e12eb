"""A process of its own for each worker, so that nothing a submission does hurts a run.

The same on every engine: a thread of this machine or of a cluster's worker keeps one
such process, hands it submissions one by one and replaces it when it dies or hangs.
"""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import weakref
from collections import deque
from io import BufferedRWPair

START = """
import sys
from autograder.fast_start import imports_for_good, skip_slow_imports
skip_slow_imports()
with imports_for_good():
    from autograder.grading.worker import main
main(sys.argv[1])
"""
ANSWER, COMPLAINT = b"A", b"C"
END_SECONDS = 5
"""How long a process that was told to end may tidy up before it is killed."""
_HEADER = 9
_MAX_FRAME = 1 << 30

_of_this_thread = threading.local()
_all: weakref.WeakSet[GraderProcess] = weakref.WeakSet()
_ready: deque[GraderProcess] = deque()


class WorkerLost(Exception):
    """The process that graded a submission died or had to be killed."""


def send_frame(stream: BufferedRWPair, kind: bytes, body: bytes) -> None:
    """Write one message: a kind of one byte, a length of eight, the body."""
    stream.write(kind + len(body).to_bytes(8, "big") + body)
    stream.flush()


def read_frame(stream: BufferedRWPair) -> tuple[bytes, bytes] | None:
    """Read one message, or None at the end of the stream."""
    header = stream.read(_HEADER)
    if len(header) < _HEADER:
        return None
    length = int.from_bytes(header[1:], "big")
    if length > _MAX_FRAME:
        return None
    body = stream.read(length)
    return (header[:1], body) if len(body) == length else None


class GraderProcess:
    """One worker process; it is told the assignment before the first submission."""

    def __init__(self) -> None:
        self.package = b""
        self._socket, theirs = socket.socketpair()
        scratch = tempfile.mkdtemp(prefix="nncourse-grader-")
        with theirs:
            self.process = subprocess.Popen(
                # -P: nothing is imported from the folder where the run was started.
                [sys.executable, "-P", "-c", START, scratch],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C is for the run, which ends its workers
            )
        self._end = weakref.finalize(self, _stop, self.process, self._socket, scratch)
        self._stream = self._socket.makefile("rwb")
        _all.add(self)

    def grade(self, package: bytes, submission: bytes, seconds: float) -> bytes:
        """Grade one submission; raises `WorkerLost` after the given time."""
        try:
            self._socket.settimeout(seconds)
            if package != self.package:
                self.package = package
                send_frame(self._stream, b"P", package)
            send_frame(self._stream, b"S", submission)
            frame = read_frame(self._stream)
        except TimeoutError as error:
            raise WorkerLost(f"the worker gave no sign for {seconds:.0f} s") from error
        except (OSError, ValueError) as error:  # ValueError: it was closed meanwhile
            raise WorkerLost(f"the worker is gone ({error})") from error
        if frame is None:
            raise WorkerLost("the worker ended in the middle of its work")
        kind, body = frame
        if kind == COMPLAINT:
            raise RuntimeError(body.decode(errors="replace"))
        return body

    def hang_up(self) -> None:
        """Tell the process to end, whatever it is doing, and do not wait for it."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """End the process and everything below it."""
        self._end()


def grade_in_process(package: bytes, submission: bytes, seconds: float) -> bytes:
    """Grade in this thread's own process; what every engine runs."""
    worker: GraderProcess | None = getattr(_of_this_thread, "worker", None)
    if worker is None or worker.process.poll() is not None:
        worker = _of_this_thread.worker = _ready.pop() if _ready else GraderProcess()
    try:
        return worker.grade(package, submission, seconds)
    except WorkerLost:
        worker.close()
        _of_this_thread.worker = None
        raise


def start_early(count: int) -> None:
    """Start processes that will be needed soon: importing takes them a second."""
    _ready.extend(GraderProcess() for _ in range(count))


def end_processes(package: bytes | None = None) -> None:
    """End this program's grading processes, or only those of one assignment."""
    mine = [w for w in list(_all) if package is None or w.package == package]
    for worker in mine:
        worker.hang_up()
    for worker in mine:
        worker.close()


def _stop(process: subprocess.Popen, connection: socket.socket, scratch: str) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    try:
        process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    connection.close()
    shutil.rmtree(scratch, ignore_errors=True)
