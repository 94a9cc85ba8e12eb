"""Where submissions are graded: on this machine's cores or on a Dask cluster.

An engine is anything with ``concurrent.futures.Executor.submit``. What it runs gets
bytes and returns bytes; nothing of the course lies on a cluster's disks beforehand
except the installed package.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import (
    FIRST_COMPLETED,
    CancelledError,
    Executor,
    Future,
    ThreadPoolExecutor,
    wait,
)
from dataclasses import dataclass, field

from autograder.errors import CourseError
from autograder.grading.process import end_all_processes, grade_in_process
from autograder.grading.versions import differences, versions

ATTEMPTS = 3
CONNECT_SECONDS = 10


@dataclass(frozen=True)
class Failure:
    """Why a submission could not be graded, after several attempts."""

    reason: str


class LocalEngine:
    """Threads of this process, each with a grading process of its own."""

    def __init__(self, workers: int) -> None:
        self.slots = workers
        self.executor: Executor = ThreadPoolExecutor(workers, "grader")

    def elsewhere(self, lost: Future) -> Executor:
        """The executor for another attempt; a lost process was replaced already."""
        return self.executor

    def close(self) -> None:
        """End everything, also what is still running."""
        self.executor.shutdown(wait=False, cancel_futures=True)
        end_all_processes()
        self.executor.shutdown(wait=True)


class DaskEngine:
    """The workers of a Dask cluster that runs already."""

    def __init__(self, address: str) -> None:
        from distributed import Client

        try:
            self.client = Client(
                address, timeout=CONNECT_SECONDS, set_as_default=False, name="nncourse"
            )
        except (OSError, ValueError, TimeoutError) as error:
            raise CourseError(
                f"no Dask scheduler answers at {address} ({error}); start one with "
                "`dask scheduler`, or leave out --cluster to grade on this machine"
            ) from error
        threads = self.client.nthreads()
        if not threads:
            self.client.close()
            raise CourseError(
                f"the scheduler at {address} has no workers; start some with "
                f"`dask worker {address}`"
            )
        self._check_versions()
        self.slots = sum(threads.values())
        self.executor: Executor = self.client.get_executor(pure=False)
        self._keys: dict[int, str] = {}

    def _check_versions(self) -> None:
        here = versions()
        for worker, there in self.client.run(versions).items():
            different = differences(here, there)
            if different:
                self.client.close()
                raise CourseError(
                    f"worker {worker} differs from this machine: {different}; install "
                    "the same versions there, else scores could depend on the machine"
                )

    def elsewhere(self, lost: Future) -> Executor:
        """An executor that leaves out the workers that are busy now: one hangs."""
        busy = {worker for worker, keys in self.client.processing().items() if keys}
        free = [worker for worker in self.client.nthreads() if worker not in busy]
        if not free:
            return self.executor
        return self.client.get_executor(pure=False, workers=free)

    def close(self) -> None:
        """Leave the cluster; it runs on."""
        self.executor.shutdown(wait=False)
        self.client.close(timeout=CONNECT_SECONDS)


Engine = LocalEngine | DaskEngine


@dataclass
class _Attempt:
    name: str
    number: int
    deadline: float


@dataclass
class Queue:
    """Hands submissions to an engine, a few at a time, and tries again what is lost."""

    engine: Engine
    package: bytes
    seconds: float
    """How long one submission may take on a worker, all its notebooks together."""
    on_start: Callable[[str], None] = lambda name: None
    _running: dict[Future, _Attempt] = field(default_factory=dict)
    _done: set[str] = field(default_factory=set)

    def run(
        self, names: Mapping[str, Callable[[], bytes]]
    ) -> Iterator[tuple[str, bytes | Failure]]:
        """Yield every submission once, with its result or the reason for none."""
        waiting = deque(names)
        while waiting or self._running:
            # Twice the slots keeps workers busy while results are written here.
            while waiting and len(self._running) < 2 * self.engine.slots:
                name = waiting.popleft()
                self._submit(self.engine.executor, name, 1, names[name]())
                self.on_start(name)
            finished, _ = wait(self._running, timeout=0.5, return_when=FIRST_COMPLETED)
            for future in finished:
                attempt = self._running.pop(future)
                outcome = self._outcome(future, attempt, names)
                if outcome is not None and attempt.name not in self._done:
                    self._done.add(attempt.name)
                    yield attempt.name, outcome
            yield from self._give_up_on_the_late(names)

    def _submit(
        self, executor: Executor, name: str, number: int, submission: bytes
    ) -> None:
        future = executor.submit(
            grade_in_process, self.package, submission, self.seconds
        )
        # A submission may wait for one other before it is begun.
        deadline = time.monotonic() + 2 * self.seconds
        self._running[future] = _Attempt(name, number, deadline)

    def _outcome(
        self,
        future: Future,
        attempt: _Attempt,
        names: Mapping[str, Callable[[], bytes]],
    ) -> bytes | Failure | None:
        """The result, the reason for none, or None if another attempt was begun."""
        if attempt.name in self._done:
            return None
        try:
            return future.result()
        except (Exception, CancelledError) as error:
            return self._again(future, attempt, names, str(error) or repr(error))

    def _again(
        self,
        future: Future,
        attempt: _Attempt,
        names: Mapping[str, Callable[[], bytes]],
        reason: str,
    ) -> Failure | None:
        if attempt.number >= ATTEMPTS:
            return Failure(f"{reason} ({ATTEMPTS} attempts)")
        self._submit(
            self.engine.elsewhere(future),
            attempt.name,
            attempt.number + 1,
            names[attempt.name](),
        )
        return None

    def _give_up_on_the_late(
        self, names: Mapping[str, Callable[[], bytes]]
    ) -> Iterator[tuple[str, Failure]]:
        """A worker that hangs as a whole keeps no result: begin again elsewhere."""
        now = time.monotonic()
        for future, attempt in list(self._running.items()):
            if now < attempt.deadline:
                continue
            del self._running[future]
            reason = f"no result within {2 * self.seconds:.0f} s"
            failure = self._again(future, attempt, names, reason)
            future.cancel()
            if failure is not None and attempt.name not in self._done:
                self._done.add(attempt.name)
                yield attempt.name, failure
