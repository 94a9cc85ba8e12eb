"""Where submissions are graded, and the queue that keeps an engine busy.

An engine takes work and gives a ``concurrent.futures.Future`` for it: threads of this
machine, or the workers of a Dask cluster (`autograder.grading.cluster`). What it runs
gets bytes and returns bytes; nothing of the course lies on a cluster's disks beforehand
except the installed package.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import (
    FIRST_COMPLETED,
    CancelledError,
    Future,
    ThreadPoolExecutor,
    wait,
)
from dataclasses import dataclass, field
from typing import Protocol

from autograder.grading.process import end_processes, grade_in_process

ATTEMPTS = 3
_LOOK_SECONDS = 0.5


@dataclass(frozen=True)
class Failure:
    """Why a submission could not be graded, after several attempts."""

    reason: str


class Engine(Protocol):
    """Grades submissions at a distance."""

    @property
    def slots(self) -> int:
        """How many submissions it grades at a time; may change during a run."""

    def submit(self, package: bytes, submission: bytes, seconds: float) -> Future:
        """Begin with one submission."""

    def lost(self) -> set[Future]:
        """What is given up, because the worker that has it in hand is gone or hangs."""

    def close(self) -> None:
        """End everything, also what is still running."""


class LocalEngine:
    """Threads of this process, each with a grading process of its own."""

    def __init__(self, workers: int) -> None:
        self.slots = workers
        self.executor = ThreadPoolExecutor(workers, "grader")
        self._running: set[Future] = set()

    def submit(self, package: bytes, submission: bytes, seconds: float) -> Future:
        """Begin with one submission, or put it in line."""
        future = self.executor.submit(grade_in_process, package, submission, seconds)
        self._running.add(future)
        future.add_done_callback(self._running.discard)
        return future

    def lost(self) -> set[Future]:
        """Nothing: a thread sees for itself when its process dies or hangs."""
        return set()

    def close(self) -> None:
        """End everything, also what is still running."""
        self.executor.shutdown(wait=False, cancel_futures=True)
        end_processes()
        while wait(set(self._running), timeout=0.1).not_done:
            end_processes()  # a thread had been about to start one


@dataclass
class Queue:
    """Hands submissions to an engine, a few at a time, and tries again what is lost."""

    engine: Engine
    package: bytes
    seconds: float
    """How long one submission may take on a worker, all its notebooks together."""
    on_start: Callable[[str], None] = lambda name: None
    _running: dict[Future, tuple[str, int]] = field(default_factory=dict)
    """What the engine has in hand: the submission and the number of the attempt."""

    def run(
        self, names: Mapping[str, Callable[[], bytes]]
    ) -> Iterator[tuple[str, bytes | Failure]]:
        """Yield every submission once, with its result or the reason for none."""
        waiting = deque((name, 1) for name in names)
        while waiting or self._running:
            # Twice the slots keeps workers busy while results are written here.
            while waiting and len(self._running) < 2 * self.engine.slots:
                name, attempt = waiting.popleft()
                future = self.engine.submit(self.package, names[name](), self.seconds)
                self._running[future] = name, attempt
                if attempt == 1:
                    self.on_start(name)
            for name, attempt, outcome in self._finished():
                if isinstance(outcome, Failure) and attempt < ATTEMPTS:
                    waiting.appendleft((name, attempt + 1))
                else:
                    yield name, outcome

    def _finished(self) -> Iterator[tuple[str, int, bytes | Failure]]:
        """What has come to an end, well or not; waits a moment for it."""
        done, _ = wait(
            self._running, timeout=_LOOK_SECONDS, return_when=FIRST_COMPLETED
        )
        for future in done:
            yield *self._running.pop(future), _outcome(future)
        for future in self.engine.lost() & self._running.keys():
            reason = "the worker that had it in hand gives no sign of life"
            yield *self._running.pop(future), Failure(reason)


def _outcome(future: Future) -> bytes | Failure:
    try:
        return future.result()
    except (Exception, CancelledError) as error:
        return Failure(str(error) or repr(error))
