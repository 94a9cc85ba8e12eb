"""Runs a student's notebook in a kernel of its own, within the limits of grading."""

from __future__ import annotations

import asyncio
import logging
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import NoSuchKernel
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from autograder.checking.guard import guard_kernel
from autograder.checking.outputs import cell_name
from autograder.errors import CourseError
from autograder.execution.plan import cell_kind, is_test
from autograder.notebooks.kernel import (
    kernel_environment,
    prepare_kernel,
    stop_kernel,
)

CELL_SECONDS = 60.0
NOTEBOOK_SECONDS = 300.0
_STOP_SECONDS = 5.0
_OUTPUT_SECONDS = 10
_LATE = "it did not end in time: is there a loop without end?"
_INSTALL = "python -m pip install 'nncourse[lab]'"
_TIMEOUT = "CellTimeoutError"

Watch = Callable[[str], None]
"""Is told the name of each cell before it runs."""


class _NotStopped(Exception):
    """A cell went on after its interrupt."""


def run_notebook(
    notebook: NotebookNode,
    folder: Path,
    cell_seconds: float = CELL_SECONDS,
    watch: Watch = lambda name: None,
) -> dict[str, str]:
    """Run all cells in `folder`, where nothing is written, and keep their outputs.

    Returns:
        What kept cells from ending by themselves, by the name of the cell.
    """
    return asyncio.run(_Run(notebook, folder, cell_seconds, watch).run())


class _Run:
    def __init__(
        self, notebook: NotebookNode, folder: Path, cell_seconds: float, watch: Watch
    ) -> None:
        self.cells = notebook.cells
        self.cell_seconds = cell_seconds
        self.watch = watch
        self.stops: dict[str, str] = {}
        self.deadline = 0.0
        self.client = NotebookClient(
            notebook,
            kernel_name="python3",
            allow_errors=True,
            interrupt_on_timeout=True,
            iopub_timeout=_OUTPUT_SECONDS,
            raise_on_iopub_timeout=True,
            error_on_timeout={"ename": _TIMEOUT, "evalue": "", "traceback": []},
            timeout_func=lambda cell: self._seconds(),
            on_cell_executed=self._note,
            store_widget_state=False,
            record_timing=False,
            resources={"metadata": {"path": str(folder)}},
            log=_silent_log(),
        )
        self.notebook = notebook

    async def run(self) -> dict[str, str]:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
            prepare_kernel(self.client, profile)
            # A helper module beside the notebook must not leave a __pycache__ there.
            environment = {"PYTHONDONTWRITEBYTECODE": "1"}
            try:
                await self.client.async_start_new_kernel(
                    env=kernel_environment(profile) | environment
                )
            except (NoSuchKernel, FileNotFoundError) as error:
                raise CourseError(f"there is no Python kernel: {_INSTALL}") from error
            try:
                await self._run_cells()
            finally:
                await stop_kernel(self.client)
        return self.stops

    async def _run_cells(self) -> None:
        try:
            await self.client.async_start_new_kernel_client()
        except RuntimeError as error:
            text = f"the Python kernel does not start: {_INSTALL}"
            raise CourseError(text) from error
        await guard_kernel(self.client, self.notebook)
        self.deadline = time.monotonic() + NOTEBOOK_SECONDS
        reason = ""
        for index, cell in enumerate(self.cells):
            name = cell_name(cell, index)
            self.watch(name)
            if cell.cell_type != "code" or cell_kind(cell) == "skip":
                continue
            cell.outputs = []
            reason = reason or self._out_of_time()
            if reason:
                if is_test(cell):
                    self.stops[name] = f"not run: {reason}"
                continue
            try:
                await self._run_cell(cell, index, name)
            except DeadKernelError:
                _stop_if_interrupted()
                self.stops[name] = "Python itself ended while this cell was running"
                reason = f"Python ended in {name}"
            except _NotStopped:
                reason = f"{name} could not be stopped"

    async def _run_cell(self, cell: NotebookNode, index: int, name: str) -> None:
        try:
            await self.client.async_execute_cell(cell, index)
        except CellTimeoutError:
            self.stops.setdefault(name, _LATE)
        if name in self.stops:
            await self._make_sure_it_stopped()

    def _seconds(self) -> float:
        return min(self.cell_seconds, max(self.deadline - time.monotonic(), 0.1))

    def _out_of_time(self) -> str:
        over = time.monotonic() >= self.deadline
        return f"the notebook took more than {NOTEBOOK_SECONDS:g} s" if over else ""

    def _note(self, cell: NotebookNode, cell_index: int, execute_reply: Any) -> None:
        if execute_reply["content"].get("ename") == _TIMEOUT:
            self.stops[cell_name(cell, cell_index)] = (
                f"stopped after {self.cell_seconds:g} s: is there a loop without end?"
            )

    async def _make_sure_it_stopped(self) -> None:
        """Wait for an answer: code that catches the interrupt would block the rest."""
        kernel = self.client.kc
        assert kernel is not None
        answer = self.client.async_wait_for_reply(kernel.kernel_info())
        try:
            await asyncio.wait_for(answer, _STOP_SECONDS)
        except TimeoutError:
            raise _NotStopped from None


def _stop_if_interrupted() -> None:
    """Tell Ctrl-C, which cancels this task, from a death: nbclient mixes them up."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


def _silent_log() -> logging.Logger:
    """Return a logger for what is told to the student in other words."""
    log = logging.getLogger("nncourse.check")
    log.propagate = False
    log.addHandler(logging.NullHandler())
    return log
