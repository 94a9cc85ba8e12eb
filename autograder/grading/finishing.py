"""The last steps of nbgrader's pipeline that need no sandbox and no gradebook.

An instructor may have put steps of their own into the list
``c.Autograde.autograde_preprocessors``; they run here as in ``nbgrader autograde``.
"""

from __future__ import annotations

from typing import Any

from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from traitlets.config import Config
from traitlets.utils.importstring import import_item

DONE_ELSEWHERE = {
    "SandboxedExecute",  # by the worker
    "SettleOutputs",
    "SaveAutoGrades",  # by the writer of the gradebook
    "AssignLatePenalties",
    "CheckCellMetadata",  # the worker wrote the metadata itself, from the release
}


def finishing_steps(config: Config) -> list[Any]:
    """The configured steps that are left to do, ready to be called."""
    names = config.Autograde.get("autograde_preprocessors", [])
    classes = [import_item(name) if isinstance(name, str) else name for name in names]
    return [
        step(config=config) for step in classes if step.__name__ not in DONE_ELSEWHERE
    ]


def finish(
    notebook: NotebookNode, steps: list[Any], names: dict[str, str]
) -> NotebookNode:
    """Run the steps on one notebook."""
    resources = ResourcesDict(nbgrader=names, metadata=ResourcesDict())
    for step in steps:
        notebook, resources = step(notebook, resources)
    return notebook
