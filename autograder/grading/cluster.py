"""The workers of a Dask cluster that runs already as an engine for grading."""

from __future__ import annotations

import contextlib
import logging
import time
import uuid
from concurrent.futures import CancelledError, Future
from functools import partial
from typing import Any

from autograder.errors import CourseError
from autograder.grading.process import end_processes, grade_in_process
from autograder.grading.versions import differences, versions

CONNECT_SECONDS = 10
LOOK_SECONDS = 1
ABANDONED_SECONDS = 300
"""A cluster may shrink to nothing for a while, but not for so long."""

Task = tuple[Any, frozenset[str]]
"""A task of the cluster and the workers that may do it; none means all."""


class DaskEngine:
    """Grades on the cluster whose scheduler has this address.

    Workers send a sign of life about every second; one that sends none for
    ``silent_seconds`` hangs, and what it had in hand is begun again elsewhere.
    """

    def __init__(self, address: str, silent_seconds: float) -> None:
        from distributed import Client

        _keep_quiet("distributed", "tornado")
        self.address = address
        self.silent_seconds = silent_seconds
        try:
            self.client = Client(
                address, timeout=CONNECT_SECONDS, set_as_default=False, name="nncourse"
            )
        except (OSError, ValueError, TimeoutError) as error:
            raise CourseError(
                f"no Dask scheduler answers at {address} ({error}); start one with "
                "`dask scheduler`, or leave out --cluster to grade on this machine"
            ) from error
        self._package = b""
        self._tasks: dict[Future, Task] = {}
        self._signs: dict[str, tuple[float, float]] = {}
        self._threads: dict[str, int] = {}
        self._looked = self._last_answer = time.monotonic()
        try:
            self._look()
            self._check()
        except CourseError:
            self.client.close(timeout=CONNECT_SECONDS)
            raise

    @property
    def slots(self) -> int:
        """The threads of all workers that give signs of life."""
        return sum(self._threads[worker] for worker in self._alive()) or 1

    def submit(self, package: bytes, submission: bytes, seconds: float) -> Future:
        """Send one submission to the cluster, but to none that hangs."""
        self._package = package
        alive = self._alive()
        some = frozenset(alive) if len(alive) < len(self._threads) else frozenset()
        task = self.client.submit(
            grade_with_same_versions,
            *(versions(), package, submission, seconds),
            key=f"nncourse-{uuid.uuid4()}",
            workers=sorted(some) or None,
        )
        future: Future = Future()
        self._tasks[future] = task, some
        task.add_done_callback(partial(self._pass_on, future))
        return future

    def _pass_on(self, future: Future, task: Any) -> None:
        """Give a result on; Dask's own executor drops one whose worker just died."""
        try:
            result = task.result(timeout=self.silent_seconds)
        except (Exception, CancelledError) as error:
            future.set_exception(error)
        else:
            future.set_result(result)
        self._tasks.pop(future, None)

    def lost(self) -> set[Future]:
        """The submissions in the hands of workers that hang or are gone."""
        if time.monotonic() < self._looked + LOOK_SECONDS:
            return set()
        self._look()
        alive = set(self._alive())
        silent = [worker for worker in self._threads if worker not in alive]
        held: set[str] = set()
        if silent:
            held = {
                str(key)
                for keys in self._ask(self.client.processing, silent).values()
                for key in keys
            }
        lost = {
            future: task
            for future, (task, workers) in list(self._tasks.items())
            if task.key in held or (workers and not workers & alive)
        }
        self._ask(self.client.cancel, list(lost.values()))
        return set(lost)

    def close(self) -> None:
        """Leave the cluster; it runs on, without our processes."""
        with contextlib.suppress(Exception):  # it may be the cluster that failed
            self.client.cancel([task for task, _ in list(self._tasks.values())])
            self.client.run(
                end_processes,
                self._package,
                workers=self._alive(),
                on_error="ignore",
                callback_timeout=CONNECT_SECONDS,
            )
        self.client.close(timeout=CONNECT_SECONDS)

    def _look(self) -> None:
        """Note which workers there are and which of them gave a new sign of life."""
        information = self._ask(lambda: self.client.scheduler_info()["workers"])
        now = self._looked = time.monotonic()
        self._threads = {name: about["nthreads"] for name, about in information.items()}
        signs = {}
        for name, about in information.items():
            sign, since = self._signs.get(name, (None, now))
            # The clocks of two machines differ: what counts is that it changes.
            new = about["last_seen"] != sign
            signs[name] = about["last_seen"], now if new else since
        self._signs = signs
        if self._alive():
            self._last_answer = now
        elif now - self._last_answer > ABANDONED_SECONDS:
            raise CourseError(
                f"no worker of the cluster at {self.address} has answered for "
                f"{ABANDONED_SECONDS} s; start some and run the same command again: "
                "what is finished is not graded twice"
            )

    def _alive(self) -> list[str]:
        now = time.monotonic()
        return [
            name
            for name, (_, since) in self._signs.items()
            if now - since < self.silent_seconds
        ]

    def _ask(self, question: Any, *words: Any) -> Any:
        """Ask the scheduler something; it may be gone."""
        try:
            return question(*words)
        except (OSError, TimeoutError, RuntimeError, KeyError) as error:
            raise CourseError(
                f"the Dask scheduler at {self.address} is gone; start it and run the "
                "same command again: what is finished is not graded twice"
            ) from error

    def _check(self) -> None:
        """Refuse a cluster that could give other scores than this machine."""
        if not self._threads:
            raise CourseError(
                f"the scheduler at {self.address} has no workers; start some with "
                f"`dask worker {self.address}`"
            )
        try:
            found = self.client.run(versions, callback_timeout=CONNECT_SECONDS)
        except TimeoutError as error:
            raise CourseError(
                f"not all workers at {self.address} answer within {CONNECT_SECONDS} s; "
                "stop those that hang"
            ) from error
        except Exception as error:
            raise CourseError(
                f"a worker at {self.address} can't run the grader ({error}); install "
                'the course there with pip install "nncourse[cluster]"'
            ) from error
        for worker, there in found.items():
            if different := differences(versions(), there):
                raise CourseError(
                    f"worker {worker} differs from this machine: {different}; install "
                    "the same versions there, else scores could depend on the machine"
                )


def _keep_quiet(*packages: str) -> None:
    """Silence their logs: what matters to a TA is told by the engine itself."""
    for name in list(logging.root.manager.loggerDict):
        if name.partition(".")[0] in packages:
            logging.getLogger(name).setLevel(logging.CRITICAL)


def grade_with_same_versions(
    expected: dict[str, str], package: bytes, submission: bytes, seconds: float
) -> bytes:
    """What a worker runs; one that joined late has not been checked before."""
    different = differences(expected, versions())
    if different:
        raise RuntimeError(f"a worker differs from the grading machine: {different}")
    return grade_in_process(package, submission, seconds)
