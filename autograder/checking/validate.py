"""Makes nbgrader's Validate, button and command, refuse what grading refuses."""

from __future__ import annotations

from nbformat import NotebookNode
from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearOutput,
    Execute,
    NbGraderPreprocessor,
)
from nbgrader.validator import Validator

from autograder.checking.guard import guard_kernel


class GuardedExecute(Execute):
    """Runs a notebook as nbgrader does, with the imports that its assignment allows."""

    async def on_notebook_start(self, notebook: NotebookNode) -> None:
        """Guard the kernel; nbclient calls this when it has started."""
        kernel = notebook.metadata.get("kernelspec", {})
        if kernel.get("language", "python").lower() == "python":
            await guard_kernel(self, notebook)


def guard_validation() -> None:
    """Put `GuardedExecute` in the place of `Execute` in this process's Validator.

    The steps of the Validator are the one list of nbgrader's that is not an option, so
    that their default has to be replaced.
    """
    Validator._preprocessors_default = _steps


def _steps(validator: Validator) -> list[type[NbGraderPreprocessor]]:
    return [CheckCellMetadata, ClearOutput, GuardedExecute]
