"""nbgrader's notebook exporter, made to take every submission as it comes.

nbgrader builds its exporter once a run, after it has listed the submissions and before
it converts the first one. That makes the exporter's construction the place for what has
to be known or refused before any submission is touched.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping
from glob import glob
from pathlib import Path
from typing import Any, cast

from nbconvert.exporters import NotebookExporter
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbformat.v4 import nbbase
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters.autograde import Autograde
from nbgrader.converters.base import NbGraderException
from traitlets import Integer

from autograder.execution.intake import find_renamed
from autograder.execution.preprocessor import SandboxedExecute
from autograder.execution.reading import MAX_BYTES, Unreadable, read_submission
from autograder.execution.timestamps import TrustedTimes
from autograder.sandbox import probe


class TolerantExporter(NotebookExporter):
    """Reads damaged, renamed and missing notebooks instead of stopping at them."""

    max_notebook_bytes = Integer(
        MAX_BYTES,
        min=1,
        help="Size of the largest notebook file that is read, in bytes.",
    ).tag(config=True)

    def __init__(self, config: Any = None, **kwargs: Any) -> None:
        super().__init__(config=config, **kwargs)  # type: ignore[no-untyped-call]
        self._stand_ins: dict[str, Path | None] = {}
        if isinstance(self.parent, Autograde):
            self._prepare(self.parent)

    def from_filename(
        self, filename: str, resources: Any = None, **kwargs: Any
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Convert a file; one that is no notebook becomes an empty one and a reason."""
        path = self._stand_ins.get(filename, Path(filename))
        resources = resources if resources is not None else ResourcesDict()
        named = Path(filename)
        resources["metadata"] = ResourcesDict(
            name=named.stem, path=str(named.parent), modified_date=_modified(path)
        )
        notes = resources.setdefault("nncourse", {})
        if path is not None and path != named:
            notes["renamed"] = path.name
        try:
            if path is None:
                raise Unreadable("no notebook of this name was handed in")
            notebook = read_submission(path, self.max_notebook_bytes)
        except Unreadable as error:
            notes["unreadable"] = str(error)
            notebook = nbbase.new_notebook()
        converted = self.from_notebook_node(notebook, resources=resources, **kwargs)  # type: ignore[no-untyped-call]
        return cast("tuple[NotebookNode, dict[str, Any]]", converted)

    def _prepare(self, converter: Autograde) -> None:
        steps = converter.autograde_preprocessors
        ours = any(_is_sandboxed(step) for step in steps)
        execute = SandboxedExecute(parent=self)
        if ours and execute.enabled and execute.sandbox == "bwrap":
            available = probe()
            if not available.usable:
                message = (
                    f"No sandbox, nothing is run: {available.reason}; to mend it "
                    f"{available.remedy} (c.SandboxedExecute.sandbox = 'process' runs "
                    "students' code with limits only, which protects nothing)"
                )
                self.log.error(message)
                raise NbGraderException(message)
        converter.coursedir = TrustedTimes.in_place_of(converter.coursedir, converter)
        if converter.coursedir.notebook_id == "*":
            self._find_notebooks(converter)

    def _find_notebooks(self, converter: Autograde) -> None:
        """Give every listed submission the notebooks that its assignment has."""
        directory = converter.coursedir
        wanted = _grade_ids(directory.db_url, directory.assignment_id)
        pattern = directory.format_path(
            directory.submitted_directory, directory.student_id, directory.assignment_id
        )
        for name in glob(pattern) if wanted else []:
            if Path(name).is_dir():
                self._complete(converter.assignments.setdefault(name, []), name, wanted)

    def _complete(
        self, found: list[str], folder: str, wanted: Mapping[str, set[str]]
    ) -> None:
        renamed = find_renamed(Path(folder), wanted)
        missing: dict[str, Path | None] = {**renamed}
        if not renamed and not any(Path(name).stem in wanted for name in found):
            # Without any file of the assignment nbgrader passes the student over.
            missing = dict.fromkeys(wanted)
        for name, path in missing.items():
            virtual = os.path.join(folder, f"{name}.ipynb")
            self._stand_ins[virtual] = path
            found.append(virtual)


def _is_sandboxed(step: Any) -> bool:
    if isinstance(step, str):
        return step.endswith(SandboxedExecute.__name__)
    return isinstance(step, type) and issubclass(step, SandboxedExecute)


def _grade_ids(db_url: str, assignment: str) -> dict[str, set[str]]:
    """Return the grade ids of each notebook of an assignment; none if it is unknown."""
    with Gradebook(db_url) as gradebook:
        try:
            notebooks = gradebook.find_assignment(assignment).notebooks
        except MissingEntry:
            return {}  # nbgrader itself says what to do then
        return {
            notebook.name: {cell.name for cell in notebook.source_cells}
            for notebook in notebooks
        }


def _modified(path: Path | None) -> str:
    """Return the day of the file's last change as nbconvert writes it."""
    if path is None or not path.exists():
        return ""
    time = dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC)
    return f"{time:%B} {time.day}, {time.year}"
