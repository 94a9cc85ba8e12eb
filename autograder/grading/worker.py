"""What runs in a grading process: it reads frames and answers them.

The same steps as nbgrader's road through `harden`: read, mend, execute, settle. Only
the gradebook is not here; what it knows of the assignment came with the package.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import tempfile
from collections.abc import Sequence
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
from autograder.grading.files import unpack
from autograder.grading.package import Package
from autograder.grading.process import ANSWER, COMPLAINT, read_frame, send_frame


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
            _write(folder, files)
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
            apply_result(notebook, execute(notebook, self.settings, files))
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


def main() -> None:
    """Answer frames until the end of the input."""
    incoming, outgoing = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not come between the frames
    logging.disable(logging.WARNING)  # warnings are in the notebook's report
    grader: Grader | None = None
    while frame := read_frame(incoming):
        kind, body = frame
        try:
            if kind == b"P":
                grader = Grader(Package.from_bytes(body))
                continue
            if grader is None:
                raise RuntimeError("a submission came before its assignment")
            send_frame(outgoing, ANSWER, grader.grade(body))
        except Exception as error:
            send_frame(outgoing, COMPLAINT, f"{type(error).__name__}: {error}".encode())
