"""Run a notebook from top to bottom, as nbval will run it again."""

import asyncio
import tempfile
from pathlib import Path
from typing import Any

from nbclient import NotebookClient
from nbclient.exceptions import (
    CellExecutionError,
    CellTimeoutError,
    DeadKernelError,
)
from nbformat import NotebookNode

from autograder.notebooks.kernel import (
    kernel_environment,
    prepare_kernel,
    stop_kernel,
)

CELL_SECONDS = 300


class CellFailure(Exception):
    """A cell of a notebook raised, hung or killed its kernel."""

    def __init__(self, index: int, reason: str) -> None:
        super().__init__(reason)
        self.index = index
        self.reason = reason


async def execute(
    notebook: NotebookNode, folder: Path, *, allow_errors: bool = False
) -> NotebookNode:
    """Run all cells of a notebook in `folder` and return it with raw outputs.

    nbclient's stand-in for the output widget is switched off. It can stall for the
    whole time limit: it sends to the kernel while a reply is awaited. Without it, what
    a widget prints becomes plain output of its cell, which is also what nbval sees.
    """
    client = NotebookClient(
        notebook,
        timeout=CELL_SECONDS,
        kernel_name="python3",
        allow_errors=allow_errors,
        store_widget_state=False,
        record_timing=False,
        resources={"metadata": {"path": str(folder)}},
    )
    client.widget_registry = {}
    index = 0
    with tempfile.TemporaryDirectory() as profile:
        prepare_kernel(client, profile)
        await client.async_start_new_kernel(env=kernel_environment(profile))
        try:
            await client.async_start_new_kernel_client()
            for index, cell in enumerate(notebook.cells):
                # As nbval does it; otherwise a trailing `;` would make a difference.
                await client.async_execute_cell(cell, index, store_history=False)
        except CellExecutionError as error:
            reason = f"the cell raised {error.ename}: {error.evalue}"
            raise CellFailure(index, reason) from error
        except CellTimeoutError as error:
            reason = f"the cell ran for more than {CELL_SECONDS} seconds"
            raise CellFailure(index, reason) from error
        except DeadKernelError as error:
            raise CellFailure(index, "the kernel died in this cell") from error
        finally:
            await stop_kernel(client)
    return notebook


def execute_now(notebook: NotebookNode, folder: Path, **options: Any) -> NotebookNode:
    """Run one notebook and wait for it; for callers without an event loop."""
    return asyncio.run(execute(notebook, folder, **options))
