"""Makes nbgrader's Validate, button and command, refuse what grading refuses."""

from __future__ import annotations

import textwrap
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearOutput,
    Execute,
    NbGraderPreprocessor,
)
from nbgrader.validator import Validator

from autograder.checking.guard import guard_kernel, is_python
from autograder.checking.outputs import cell_name, error_in, rubric_in
from autograder.execution.plan import is_test

_WIDTH = Validator.width.default_value - 2 * len(Validator.indent.default_value)


class GuardedExecute(Execute):
    """Runs a notebook as nbgrader does, with the imports that its assignment allows.

    Of a test cell that fails, Validate shows its checks with their hints, and which
    cells before it ended with an error: nbgrader's own words are "Partial credit".
    """

    async def on_notebook_start(self, notebook: NotebookNode) -> None:
        """Guard the kernel; nbclient calls this when it has started."""
        self._errors: list[str] = []
        if is_python(notebook):
            await guard_kernel(self, notebook)

    def on_cell_executed(self, **options: Any) -> None:
        """Explain a failure in the form that the Validator shows."""
        super().on_cell_executed(**options)
        cell = options["cell"]
        error = error_in(cell)
        if error and not is_test(cell):
            name = cell_name(cell, options["cell_index"])
            self._errors.append(f"{name} ended with {error}")
        checks, table = rubric_in(cell)
        if is_test(cell) and not all(check["earned"] for check in checks):
            told = _fold([*table.splitlines(), *self._errors])
            cell.outputs.append(new_output("error", ename="Checks", traceback=told))


def _fold(lines: list[str]) -> list[str]:
    """Fold long lines: the Validator would cut them off."""
    folded = []
    for line in lines:
        indent = " " * (len(line) - len(line.lstrip()) + 2)
        folded += textwrap.wrap(line, _WIDTH, subsequent_indent=indent)
    return folded


def guard_validation() -> None:
    """Put `GuardedExecute` in the place of `Execute` in this process's Validator.

    The steps of the Validator are the one list of nbgrader's that is not an option, so
    that their default has to be replaced.
    """
    Validator._preprocessors_default = _steps


def _steps(validator: Validator) -> list[type[NbGraderPreprocessor]]:
    return [CheckCellMetadata, ClearOutput, GuardedExecute]
