"""The IPython shell of a submission: a kernel's shell without a kernel."""

import asyncio
import builtins
import contextlib
import getpass
import os
import random
import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn

import numpy as np
from ipykernel.compiler import XCachingCompiler
from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core.error import StdinNotImplementedError, UsageError
from jupyter_client.session import Session
from traitlets.config import Config

_NO_INPUT = (
    "this notebook runs without anybody at the keyboard, so input() cannot be answered"
)

_OWN_FILES = str(Path(__file__).parent)

Publish = Callable[[str, dict[str, Any]], None]


class OutputSession(Session):
    """Stands where a kernel keeps its ZeroMQ session; hands messages to the outbox."""

    def __init__(self, **traits: Any):
        super().__init__(**traits)
        self._deliver: Publish | None = None

    def connect(self, publish: Publish) -> None:
        """Set where messages go."""
        self._deliver = publish

    def send(
        self,
        stream: Any,
        msg_or_type: Any,
        content: dict[str, Any] | None = None,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        """Publish one message; sockets, parents and identities do not matter here."""
        if isinstance(msg_or_type, dict):
            msg_or_type, content = msg_or_type["msg_type"], msg_or_type["content"]
        if self._deliver is not None:
            self._deliver(msg_or_type, content or {})


class _NoKernel:
    """What the shell and libraries ask of ``shell.kernel``."""

    eventloop = None
    shell: Any = None

    def get_parent(self, channel: str | None = None) -> dict[str, Any]:
        return {}


class StudentShell(ZMQInteractiveShell):
    """The shell that runs a submission's cells."""

    def _get_exc_info(self, exc_tuple: Any = None) -> Any:
        parent: Any = super()
        kind, value, trace = parent._get_exc_info(exc_tuple)
        return kind, value, _without_own_frames(trace)

    def enable_gui(self, gui: Any = None) -> None:
        """Accept what `%matplotlib inline` asks for; there are no windows."""
        if gui not in (None, "inline"):
            raise UsageError(f"no window system here, so no {gui!r} event loop")


def create_shell() -> Any:
    """Build the one shell of this process, not yet connected to any output."""
    config = Config()
    config.HistoryManager.enabled = False
    # Libraries (tqdm) recognise a notebook by this section.
    config.IPKernelApp = Config()
    shell: Any = StudentShell.instance(
        config=config,
        kernel=_NoKernel(),
        compiler_class=XCachingCompiler,
    )
    session = OutputSession(username="student")
    shell.displayhook.session = session
    shell.displayhook.pub_socket = None
    shell.display_pub.session = session
    shell.display_pub.pub_socket = None
    vars(builtins)["input"] = _no_input
    getpass.getpass = _no_input
    runtime = os.path.expanduser("~/.local/share/jupyter/runtime")
    sys.argv = ["ipykernel_launcher.py", "-f", f"{runtime}/kernel.json"]
    return shell


def _without_own_frames(trace: TracebackType | None) -> TracebackType | None:
    """Cut what this package did (raise an interrupt, say) from a traceback's end."""
    frames = []
    while trace is not None:
        frames.append(trace)
        trace = trace.tb_next
    while frames and frames[-1].tb_frame.f_code.co_filename.startswith(_OWN_FILES):
        frames.pop()
    kept = None
    for frame in reversed(frames):
        kept = TracebackType(kept, frame.tb_frame, frame.tb_lasti, frame.tb_lineno)
    return kept


def warm_up(shell: Any) -> None:
    """Format one traceback, which loads what formatting needs."""
    try:
        raise ValueError("warm-up")
    except ValueError:
        shell.InteractiveTB.structured_traceback(*sys.exc_info())
    shell.transform_cell("%time 1")


def _no_input(prompt: object = "", stream: object = None) -> NoReturn:
    raise StdinNotImplementedError(_NO_INPUT)


class CellRunner:
    """Runs cells in a forked process, one after the other."""

    def __init__(self, shell: Any, publish: Publish):
        self.shell = shell
        shell.displayhook.session.connect(publish)
        # An event loop's descriptors do not survive a fork: this one is the child's.
        self._loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self._loop)
        # All submissions are forks of one process, but must not share random numbers.
        random.seed()
        np.random.seed()  # noqa: NPY002

    @property
    def namespace(self) -> dict[str, Any]:
        """The names that the cells define."""
        return self.shell.user_ns

    def run(self, source: str, cell_id: str | None, *, store_history: bool) -> bool:
        """Run a cell as a kernel does; return whether it ended without an error."""
        shell = self.shell
        shell._last_traceback_during_displayhook = False
        preprocessing_error = None
        try:
            transformed = shell.transform_cell(source)
        except Exception:
            transformed = source
            preprocessing_error = sys.exc_info()
        coroutine = shell.run_cell_async(
            source,
            store_history=store_history,
            transformed_cell=transformed,
            preprocessing_exc_tuple=preprocessing_error,
            cell_id=cell_id,
        )
        result = self._complete(self._loop.create_task(coroutine))
        shell.events.trigger("post_execute")
        shell.events.trigger("post_run_cell", result)
        shell.payload_manager.clear_payload()
        shell.exit_now = False
        return bool(result.success) and not shell._last_traceback_during_displayhook

    def _complete(self, task: "asyncio.Task[Any]") -> Any:
        """Run the loop; an interrupt while it waits cancels the cell."""
        with contextlib.suppress(KeyboardInterrupt):
            return self._loop.run_until_complete(task)
        task.cancel()
        return self._loop.run_until_complete(task)
