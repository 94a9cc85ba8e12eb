"""Opens a student's notebook: what of it is checked, and what grading would repair."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from autograder.checking.guard import allowed_modules, is_python
from autograder.checking.handed_out import HandedOut
from autograder.errors import CourseError
from autograder.execution.plan import is_test
from autograder.execution.reading import Unreadable, read_submission
from autograder.execution.repair import repair_notebook
from nnlib import __version__

EXPECTED = "expected an assignment of the course, such as a01_neurons.ipynb"
MISSING = "this cell is missing: take it from the assignment as it was handed out"
EDITED = "this cell was edited: take it from the assignment as it was handed out"


@dataclass(frozen=True)
class Assignment:
    """A student's notebook as grading would mend it, ready to run."""

    path: Path
    notebook: NotebookNode
    repairs: list[str] = field(default_factory=list)
    """What grading would put right."""
    remarks: list[str] = field(default_factory=list)
    """Why a check may say less than usual."""
    unsound: dict[str, str] = field(default_factory=dict)
    """Test cells whose result here says nothing, and why."""
    unanswered: list[str] = field(default_factory=list)
    """Written answers that are as they were handed out."""


def open_assignment(path: Path) -> Assignment:
    """Read a notebook, or say in one line why it can't be checked."""
    submitted = _read(path)
    own = submitted.metadata.get("nncourse", {})
    handed_out = HandedOut.read(own.get("cells"), submitted)
    if handed_out is None:
        if not any(is_test(cell) for cell in submitted.cells):
            raise CourseError(f"{path} has no checks to run; {EXPECTED}")
        remark = (
            "the notebook does not list its cells: it is not of this course or of an "
            "older version, and what is missing in it can't be told"
        )
        return Assignment(path, submitted, remarks=[remark])
    remarks = _compare_versions(path, str(own.get("version", "")))
    release = handed_out.release(allowed_modules(submitted))
    repaired = repair_notebook(copy.deepcopy(submitted), release)
    edited = [f"locked cell '{name}' had been edited" for name in handed_out.edited]
    tests = {cell.name for cell in release.cells if cell.is_test}
    unsound = dict.fromkeys(handed_out.edited, EDITED)
    unsound |= dict.fromkeys(handed_out.missing, MISSING)
    return Assignment(
        path,
        repaired.notebook,
        [*_renamed(path, own.get("name")), *repaired.log, *edited],
        remarks,
        {name: why for name, why in unsound.items() if name in tests},
        handed_out.unanswered,
    )


def _read(path: Path) -> NotebookNode:
    if path.is_dir():
        raise CourseError(f"{path} is a folder; {EXPECTED}")
    try:
        notebook = read_submission(path)
    except Unreadable as error:
        raise CourseError(f"{path}: {error}; {EXPECTED}") from error
    if not is_python(notebook):
        language = notebook.metadata.kernelspec.language
        raise CourseError(f"{path} is written in {language}; {EXPECTED}")
    return notebook


def _renamed(path: Path, name: Any) -> list[str]:
    if not isinstance(name, str) or name == path.stem:
        return []
    return [f"the file was called {path.name!r}, is {f'{name}.ipynb'!r} again"]


def _compare_versions(path: Path, made_for: str) -> list[str]:
    """Refuse a notebook from a newer version; remark on one from an older version."""
    made, installed = _numbers(made_for), _numbers(__version__)
    if made > installed:
        raise CourseError(
            f"{path} is from version {made_for} of the course, installed is "
            f"{__version__}: install the .whl file that came with the notebook"
        )
    if made < installed:
        return [
            f"the notebook is from version {made_for or 'unknown'} of the course, "
            f"installed is {__version__}: if a check looks wrong, get the new notebook"
        ]
    return []


def _numbers(version: str) -> list[int]:
    parts = version.split(".")
    return [int(part) for part in parts] if all(map(str.isdecimal, parts)) else []
