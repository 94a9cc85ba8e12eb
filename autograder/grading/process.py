"""A process of its own for each worker, so that nothing a submission does hurts a run.

The same on every engine: a thread of this machine or of a cluster's worker keeps one
such process, hands it submissions one by one and replaces it when it dies or hangs.
"""

from __future__ import annotations

import contextlib
import select
import subprocess
import sys
import threading
import time
import weakref
from typing import IO

START = """
from autograder.fast_start import skip_slow_imports
skip_slow_imports()
from autograder.grading.worker import main
main()
"""
ANSWER, COMPLAINT = b"A", b"C"
_HEADER = 9
_MAX_FRAME = 1 << 30

_of_this_thread = threading.local()
_all: weakref.WeakSet[GraderProcess] = weakref.WeakSet()


class WorkerLost(Exception):
    """The process that graded a submission died or had to be killed."""


def send_frame(stream: IO[bytes], kind: bytes, body: bytes) -> None:
    """Write one message: a kind of one byte, a length of eight, the body."""
    stream.write(kind + len(body).to_bytes(8, "big") + body)
    stream.flush()


def read_frame(stream: IO[bytes]) -> tuple[bytes, bytes] | None:
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
    """One worker process and the assignment that it grades."""

    def __init__(self, package: bytes) -> None:
        self.package = package
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-c", START],  # -P: nothing from the working folder
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is for the run, which ends its workers
        )
        self._end = weakref.finalize(self, _stop, self.process)
        self._to, self._from = _pipes(self.process)
        _all.add(self)
        send_frame(self._to, b"P", package)

    def grade(self, submission: bytes, seconds: float) -> bytes:
        """Grade one submission; raises `WorkerLost` after the given time."""
        try:
            send_frame(self._to, b"S", submission)
            if not self._answers_within(seconds):
                raise WorkerLost(f"the worker gave no sign for {seconds:.0f} s")
            frame = read_frame(self._from)
        except OSError as error:
            raise WorkerLost(f"the worker is gone: {error.strerror}") from error
        if frame is None:
            code = self.process.poll()
            raise WorkerLost(f"the worker ended with code {code}")
        kind, body = frame
        if kind == COMPLAINT:
            raise RuntimeError(body.decode(errors="replace"))
        return body

    def close(self) -> None:
        """End the process and everything below it."""
        self._end()

    def _answers_within(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            ready, _, _ = select.select([self._from], [], [], min(left, 1.0))
            if ready:
                return True
            if self.process.poll() is not None:
                return True  # the end of the stream is an answer too
        return False


def grade_in_process(package: bytes, submission: bytes, seconds: float) -> bytes:
    """Grade in this thread's own process; what every engine runs."""
    worker: GraderProcess | None = getattr(_of_this_thread, "worker", None)
    if worker is None or worker.package != package:
        if worker is not None:
            worker.close()
        worker = _of_this_thread.worker = GraderProcess(package)
    try:
        return worker.grade(submission, seconds)
    except WorkerLost:
        worker.close()
        _of_this_thread.worker = None
        raise


def end_all_processes() -> None:
    """End every grading process of this program, whatever it is doing."""
    for worker in list(_all):
        worker.close()


def _pipes(process: subprocess.Popen) -> tuple[IO[bytes], IO[bytes]]:
    assert process.stdin is not None and process.stdout is not None
    return process.stdin, process.stdout


def _stop(process: subprocess.Popen) -> None:
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with contextlib.suppress(BrokenPipeError):
                stream.close()
