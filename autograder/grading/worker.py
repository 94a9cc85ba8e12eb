"""What runs in a grading process: it reads frames and answers them.

The same steps as nbgrader's road through `harden`: read, mend, execute, settle. Only
the gradebook is not here; what it knows of the assignment came with the package.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import logging
import os
import select
import shutil
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from io import BufferedRWPair
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from autograder.execution.files import submission_files
from autograder.execution.intake import find_renamed
from autograder.execution.reading import Unreadable, read_submission
from autograder.execution.release import ReleasedNotebook
from autograder.execution.repair import repair_notebook, report_of, stand_in
from autograder.execution.results import apply_result, settle_notebook
from autograder.execution.settings import execute
from autograder.grading.files import unpack, without_conflicts
from autograder.grading.package import Package
from autograder.grading.process import (
    ANSWER,
    COMPLAINT,
    END_SECONDS,
    read_frame,
    send_frame,
)

IDLE_SECONDS = 600
"""On a cluster nobody else ends a process whose run was killed on another machine."""


class Grader:
    """Grades submissions of one assignment, one after another."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.settings = package.settings

    def grade(self, job: bytes) -> bytes:
        """The graded notebooks that a job asks for, as JSON by name."""
        names, packed = read_job(job)
        files, refused = unpack(packed)
        graded: dict[str, Any] = {}
        with tempfile.TemporaryDirectory(prefix="grading-") as scratch:
            folder = Path(scratch)
            _write(folder, without_conflicts(files, self.package.files))
            paths = self._notebook_files(folder)
            _write(folder, self.package.files)
            for name in names:
                release = self.package.notebooks[name]
                notebook = self._mended(name, release, paths.get(name), refused)
                graded[name] = self._executed(notebook, folder)
        return json.dumps(graded).encode()

    def _notebook_files(self, folder: Path) -> dict[str, Path]:
        wanted = {
            name: {cell.name for cell in release.cells}
            for name, release in self.package.notebooks.items()
        }
        found = {name: folder / f"{name}.ipynb" for name in wanted}
        present = {name: path for name, path in found.items() if path.is_file()}
        return {**find_renamed(folder, wanted), **present}

    def _mended(
        self,
        name: str,
        release: ReleasedNotebook,
        path: Path | None,
        refused: dict[str, str],
    ) -> NotebookNode:
        try:
            if path is None:
                raise Unreadable(_why_missing(f"{name}.ipynb", refused))
            notebook = repair_notebook(read_submission(path), release).notebook
        except Unreadable as error:
            return stand_in(release, str(error))
        except Exception as error:
            return stand_in(
                release, f"it is damaged in an unknown way ({type(error).__name__})"
            )
        if path.name != f"{name}.ipynb":
            report_of(notebook).repaired.insert(
                0, f"the notebook was called {path.name!r}"
            )
        return notebook

    def _executed(self, notebook: NotebookNode, folder: Path) -> NotebookNode:
        if not report_of(notebook).get("unreadable"):
            files, remarks = submission_files(folder)
            report_of(notebook).warnings.extend(remarks)
            catalogue = self.package.catalogue
            apply_result(notebook, execute(notebook, self.settings, files, catalogue))
        settle_notebook(notebook, self.settings.outputs)
        return notebook


def make_job(names: Sequence[str], packed: bytes) -> bytes:
    """A packed submission and the notebooks of it that are to be graded."""
    return json.dumps(list(names)).encode() + b"\n" + packed


def read_job(job: bytes) -> tuple[list[str], bytes]:
    """What `make_job` was given."""
    names, _, packed = job.partition(b"\n")
    return json.loads(names), packed


def _write(folder: Path, files: Any) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _why_missing(name: str, refused: dict[str, str]) -> str:
    return refused.get(name, "no notebook of this name was handed in")


def main(scratch: str) -> None:
    """Answer frames until the other side is gone or has been silent for long."""
    tempfile.tempdir = scratch
    # Registered first, so done last; who started this process may be gone by then.
    atexit.register(shutil.rmtree, scratch, ignore_errors=True)
    connection = socket.socket(fileno=os.dup(0))
    connection.settimeout(IDLE_SECONDS)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    watch = threading.Thread(target=_end_with, args=(connection, scratch), daemon=True)
    watch.start()
    logging.disable(logging.WARNING)  # warnings are in the notebook's report
    try:
        _answer(connection.makefile("rwb"))
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # it ends already


def _answer(stream: BufferedRWPair) -> None:
    grader: Grader | None = None
    with contextlib.suppress(OSError):
        while frame := read_frame(stream):
            kind, body = frame
            try:
                if kind == b"P":
                    grader = Grader(Package.from_bytes(body))
                    continue
                if grader is None:
                    raise RuntimeError("a submission came before its assignment")
                send_frame(stream, ANSWER, grader.grade(body))
            except Exception as error:
                complaint = f"{type(error).__name__}: {error}"
                send_frame(stream, COMPLAINT, complaint.encode())


def _end_with(connection: socket.socket, scratch: str) -> None:
    """End this process with the one that it works for, even amid a submission."""
    poll = select.poll()
    poll.register(connection, 0)  # a hang-up is always told
    poll.poll()
    for _ in range(2):  # test code may swallow the first
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(END_SECONDS / 2.5)
    shutil.rmtree(scratch, ignore_errors=True)
    os._exit(1)
