"""What a test cell prints and displays, as outputs in notebook format."""

from __future__ import annotations

import io
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from autograder.execution.remote import is_remote

Output = dict[str, Any]

# Standard streams, the shell and the working directory belong to the whole process.
PROCESS_LOCK = threading.RLock()


class Recorder:
    """Collects outputs, within limits on their size and number."""

    def __init__(self, *, size: int, count: int):
        self.outputs: list[Output] = []
        self._size = size
        self._count = count
        self._pieces: list[str] = []

    def write(self, text: str) -> None:
        """Add text of a stream.

        Standard error is recorded as standard output: nbgrader takes any output on
        standard error for a failed test, and a warning is none.
        """
        text = text[: self._size]
        self._size -= len(text)
        if not text:
            return
        if not self._pieces:
            if len(self.outputs) >= self._count:
                return
            self.outputs.append({"output_type": "stream", "name": "stdout", "text": ""})
        self._pieces.append(text)

    def settle(self) -> None:
        """End the running stream output."""
        if self._pieces:
            self.outputs[-1]["text"] = "".join(self._pieces)
            self._pieces.clear()

    def add(self, output: Output) -> None:
        """Add a display, a result or an error; a result and an error always fit."""
        self.settle()
        kept = output["output_type"] in ("execute_result", "error")
        size = _size_of(output)
        if kept or (len(self.outputs) < self._count and size <= self._size):
            self._size -= 0 if kept else size
            self.outputs.append(output)


def _size_of(value: Any) -> int:
    if isinstance(value, dict):
        return sum(map(_size_of, value.values()))
    return len(value) if isinstance(value, str | bytes | list) else 8


class _Stream(io.TextIOBase):
    """Standard output or error while a test cell runs."""

    def __init__(self, recorder: Recorder):
        self._recorder = recorder

    def write(self, text: str) -> int:
        """Record text."""
        self._recorder.write(text)
        return len(text)

    def writable(self) -> bool:
        """Return True."""
        return True


class _Publisher(DisplayPublisher):
    """Takes what ``display`` shows."""

    recorder: Recorder | None = None

    def publish(  # type: ignore[override]
        self, data: Any, metadata: Any = None, **options: Any
    ) -> None:
        """Record a display; an update of an earlier one counts as a new one."""
        if self.recorder is not None:
            output = {"output_type": "display_data", "data": dict(data)}
            self.recorder.add({**output, "metadata": dict(metadata or {})})

    def clear_output(self, wait: bool = False) -> None:
        """Forget what was shown."""
        if self.recorder is not None:
            self.recorder.settle()
            self.recorder.outputs.clear()


class _ResultHook(DisplayHook):
    """Takes the value of the last expression where a magic runs a piece of code."""

    def __call__(self, result: Any = None) -> None:
        """Record a result."""
        if result is not None:
            test_shell().record_result(result)


class TestShell(InteractiveShell):
    """Runs magics and formats displays for test cells; not the process's own shell."""

    __test__ = False

    @property
    def recorder(self) -> Recorder | None:
        """Where displays go at the moment."""
        return getattr(self.display_pub, "recorder", None)

    @recorder.setter
    def recorder(self, recorder: Recorder | None) -> None:
        self.display_pub.recorder = recorder  # type: ignore[attr-defined]

    def record_result(self, value: Any) -> None:
        """Record the value of an expression as the cell's result."""
        recorder = self.recorder
        if recorder is None or self.display_formatter is None:
            return
        if is_remote(value):
            # What the student's object says about itself must not pass for a score.
            data, metadata = {"text/plain": f"the student's {value!r}"}, {}
        else:
            data, metadata = self.display_formatter.format(value)
        output = {"output_type": "execute_result", "execution_count": None}
        recorder.add({**output, "data": data, "metadata": metadata})

    @property
    def user_global_ns(self) -> dict[str, Any]:
        """Magics run code in the test cells' namespace."""
        return self.user_ns

    def run_cell(self, *args: Any, **options: Any) -> Any:
        """Run code for a magic such as ``%%capture``; its errors are the cell's."""
        result = super().run_cell(*args, **options)  # type: ignore[no-untyped-call]
        result.raise_error()
        return result

    def enable_gui(self, gui: Any = None) -> None:
        """Do nothing: there is no window here."""


_shell: TestShell | None = None


def test_shell() -> TestShell:
    """Return this process's shell for test cells."""
    global _shell
    if _shell is None:
        config = Config()
        config.HistoryManager.enabled = False
        main, hook = sys.modules["__main__"], sys.excepthook
        _shell = TestShell(  # type: ignore[no-untyped-call]
            config=config,
            display_pub_class=_Publisher,
            displayhook_class=_ResultHook,
            user_module=sys.modules[__name__],
            user_ns={},
        )
        sys.modules["__main__"], sys.excepthook = main, hook
    return _shell


test_shell.__test__ = False  # type: ignore[attr-defined]


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: Any = None,
    line: str | None = None,
) -> None:
    sys.stderr.write(warnings.formatwarning(message, category, filename, lineno, line))


@contextmanager
def recording(recorder: Recorder) -> Iterator[TestShell]:
    """Send to ``recorder`` what is printed and displayed in the block."""
    with PROCESS_LOCK, warnings.catch_warnings():
        shell = test_shell()
        warnings.showwarning = _show_warning
        streams, instance = (sys.stdout, sys.stderr), InteractiveShell._instance
        sys.stdout, sys.stderr = _Stream(recorder), _Stream(recorder)
        InteractiveShell._instance = shell  # type: ignore[assignment]
        shell.recorder = recorder
        try:
            yield shell
        finally:
            shell.recorder = None
            InteractiveShell._instance = instance
            sys.stdout, sys.stderr = streams
            recorder.settle()
