"""A real Dask cluster on this machine: the same scores, whatever its workers suffer."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest
from distributed import Client

from autograder.errors import CourseError
from autograder.grading.cluster import DaskEngine, grade_with_same_versions
from autograder.grading.versions import versions

COPIES = 8
STARTED = "autograder.grading.worker"


def until(condition, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.05)


class Cluster:
    """A scheduler and its workers, each a process without a nanny."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
        self.processes: list[subprocess.Popen] = []
        self._start("scheduler", "--host", self.address, "--no-dashboard")
        until(self._answers)

    def _answers(self) -> bool:
        try:
            port = int(self.address.rpartition(":")[2])
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            return False
        return True

    def workers(self, *names: str) -> list[subprocess.Popen]:
        """Start workers and wait until the scheduler knows them."""
        started = [self._worker(name) for name in names]
        with Client(self.address, set_as_default=False) as client:
            until(lambda: set(names) <= self._known(client))
        return started

    @staticmethod
    def _known(client: Client) -> set[str]:
        known = client.scheduler_info()["workers"].values()
        return {about["name"] for about in known}

    def _worker(self, name: str) -> subprocess.Popen:
        words = ("--no-nanny", "--no-dashboard", "--nthreads", "1", "--name", name)
        return self._start("worker", self.address, *words)

    def close(self) -> None:
        for process in self.processes:
            process.kill()
        for process in self.processes:
            process.wait()

    def _start(self, kind: str, *words: str) -> subprocess.Popen:
        home = self.folder / f"{kind}{len(self.processes)}"  # nothing of the course
        home.mkdir()
        module = f"distributed.cli.dask_{kind}"
        process = subprocess.Popen(
            [sys.executable, "-m", module, *words],
            cwd=home,
            env={**os.environ, "DASK_TEMPORARY_DIRECTORY": str(home)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.processes.append(process)
        return process


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    made = Cluster(tmp_path_factory.mktemp("cluster"))
    yield made
    made.close()


@pytest.fixture
def graders_below(descendants):
    """The grading processes that a worker of the cluster has started."""
    return lambda process: {
        pid for pid, words in descendants(process.pid).items() if STARTED in words
    }


def finished(course: Path) -> int:
    return len(list((course / ".nncourse").rglob("*.z")))


def test_workers_that_die_or_hang_change_no_score(
    cluster, new_course, tmp_path, grade, rows_of, is_alive, graders_below
):
    local = new_course(tmp_path / "local", copies=COPIES)
    assert grade(local, "ps1").returncode == 0
    course = new_course(tmp_path / "far", "c.Grade.silent_seconds = 3\n", copies=COPIES)
    doomed, stuck, sound = cluster.workers("a", "b", "c")
    command = [sys.executable, "-m", "autograder.cli", "grade", "ps1"]
    run = subprocess.Popen(
        [*command, "--cluster", cluster.address, "--json", "out.json"],
        cwd=course,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        until(lambda: finished(course) >= 2 and graders_below(doomed))
        assert run.poll() is None
        orphans = graders_below(doomed)
        doomed.kill()
        until(lambda: graders_below(stuck))
        stuck.send_signal(signal.SIGSTOP)
        _, err = run.communicate(timeout=120)
        assert run.returncode == 0, err
        assert err == ""
        assert rows_of(course) == rows_of(local)
        outcomes = json.loads((course / "out.json").read_text())["outcomes"]
        assert len({o["student"] for o in outcomes}) == len(outcomes) == COPIES + 2
        assert not any(o["cached"] for o in outcomes)
        until(lambda: not any(map(is_alive, orphans)), 10)
        until(lambda: not graders_below(sound), 10)
    finally:
        for process in (run, doomed, stuck):
            process.kill()
            process.wait()


@pytest.fixture
def other_numpy(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let this machine, but not the workers, have a NumPy of long ago."""
    monkeypatch.setattr(
        "autograder.grading.versions.version",
        lambda name: "1.0" if name == "numpy" else version(name),
    )
    versions.cache_clear()
    yield
    versions.cache_clear()


def test_another_version_on_a_worker_is_refused(cluster, other_numpy):
    cluster.workers("d")
    with pytest.raises(CourseError, match=r"differs .*: numpy \S+ there, 1\.0 here;"):
        DaskEngine(cluster.address, 30)
    late = {**versions(), "numpy": "2.0"}
    with pytest.raises(RuntimeError, match=r"differs .*: numpy 1\.0 there, 2\.0 here"):
        grade_with_same_versions(late, b"", b"", 1)


def test_a_scheduler_without_workers_is_refused(tmp_path, new_course, grade):
    empty = Cluster(tmp_path)
    try:
        done = grade(new_course(tmp_path / "course"), "ps1", "--cluster", empty.address)
    finally:
        empty.close()
    assert done.returncode == 2
    assert "has no workers; start some with `dask worker" in done.stderr
    assert len(done.stderr.splitlines()) == 1
