"""The student's version of an assignment, made by nbgrader's own preprocessors."""

import copy
from collections.abc import Collection
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader.converters import GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import ClearHiddenTests, ClearMarkScheme, SaveCells
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

CONFIG_FILE = "nbgrader_config.py"


def student_version(notebook: NotebookNode, root: Path | None = None) -> NotebookNode:
    """Return what `nbgrader generate_assignment` hands out for a notebook.

    The same steps run in the same order with the course's configuration (that of
    `root`, if given); only the step that writes to the gradebook is left out.
    """
    return _convert(notebook, root, without=[SaveCells])


def untouched_submission(
    notebook: NotebookNode, root: Path | None = None
) -> NotebookNode:
    """Return what grading runs when a student hands in the assignment as it came.

    That is the student's version with the hidden tests, which grading puts back.
    """
    without = [SaveCells, ClearHiddenTests, ClearMarkScheme]
    return _convert(notebook, root, without=without)


def _convert(
    notebook: NotebookNode, root: Path | None, *, without: Collection[type]
) -> NotebookNode:
    config = _course_config(root)
    converter = GenerateAssignment(
        coursedir=CourseDirectory(config=config), config=config
    )
    exporter = NotebookExporter(config=converter.config)
    for step in converter.preprocessors:
        if step not in without:
            exporter.register_preprocessor(step, enabled=True)
    text, _ = exporter.from_notebook_node(copy.deepcopy(notebook))
    return nbformat.reads(text, as_version=nbformat.NO_CONVERT)


def _course_config(root: Path | None) -> Any:
    if root is None or not (root / CONFIG_FILE).is_file():
        return Config()
    return PyFileConfigLoader(CONFIG_FILE, path=str(root)).load_config()
