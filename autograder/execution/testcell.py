"""Runs test cells in this process, with the student's names within reach."""

from __future__ import annotations

import ast
import asyncio
import functools
import inspect
import linecache
import os
import sys
import time
import types
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from IPython.core.inputtransformer2 import TransformerManager
from IPython.display import display

from autograder.execution.capture import PROCESS_LOCK, Recorder, recording
from autograder.execution.cells import CellOutcome
from autograder.execution.namespace import TestNamespace, names_in_class_bodies
from autograder.execution.remote import Link
from autograder.execution.remote.modules import modules_meant
from autograder.execution.remote.seed import watched_seeding
from autograder.execution.timelimit import TimeLimitReached, time_limit
from autograder.execution.tracebacks import error_output
from autograder.sandbox import Limits

RUBRIC_MIME = "application/vnd.nncourse.rubric+json"


@dataclass(frozen=True)
class CompiledCell:
    """A test cell, ready to run on any number of submissions."""

    filename: str
    text: str
    names_in_class_bodies: frozenset[str]
    modules_meant: Mapping[str, bool]
    body: types.CodeType
    last: types.CodeType | None
    is_silent: bool


@functools.lru_cache(maxsize=1024)
def compile_cell(source: str, filename: str) -> CompiledCell:
    """Compile a cell as IPython does; a class meets the same tests again and again."""
    text = TransformerManager().transform_cell(source)
    tree = ast.parse(text, filename)
    names = frozenset(names_in_class_bodies(tree))
    meant = modules_meant(tree)
    final, last = tree.body[-1] if tree.body else None, None
    if isinstance(final, ast.Expr):
        tree.body.pop()
        last = _compile(ast.Expression(final.value), filename, "eval")
    body = _compile(tree, filename, "exec")
    silent = source.rstrip().endswith(";")
    return CompiledCell(filename, text, names, meant, body, last, silent)


def _compile(tree: Any, filename: str, mode: str) -> types.CodeType:
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    return compile(tree, filename, mode, flags=flags, dont_inherit=True)


class TestCells:
    """The test side of one notebook: one namespace for all its test cells.

    Args:
        limits: wall time and output of a cell.
        directory: where test cells run, with the assignment's files.
    """

    __test__ = False

    def __init__(self, limits: Limits, directory: Path | None = None):
        self.limits = limits
        self.directory = directory
        self.namespace = TestNamespace(display=display)
        self._files: list[str] = []

    def run(
        self, source: str, *, name: str, link: Link | None, seconds: float
    ) -> CellOutcome:
        """Run a test cell and return its outputs and how it ended."""
        recorder = self._recorder()
        started = time.monotonic()
        status, reason = "ok", ""
        with self._surroundings(recorder, link):
            try:
                with time_limit(seconds):
                    self._execute(source, name, link, started + seconds)
            except TimeLimitReached as error:
                status, reason = "timeout", str(error)
                recorder.add(error_output(TimeoutError(reason)))
            except (Exception, KeyboardInterrupt, SystemExit, GeneratorExit) as error:
                status, reason = "error", type(error).__name__
                recorder.add(error_output(error))
            self._clean_up()
        outcome = CellOutcome(recorder.outputs, status, reason)
        outcome.seconds = time.monotonic() - started
        outcome.rubric = find_rubric(recorder.outputs)
        return outcome

    def run_shared(
        self, source: str, *, name: str, link: Link | None, seconds: float
    ) -> CellOutcome:
        """Run a cell that the student's side ran as well; note what it defines."""
        before = dict(self.namespace)
        outcome = self.run(source, name=name, link=link, seconds=seconds)
        self.namespace.share(before)
        return outcome

    def ask(self, question: Callable[[], Any], link: Link, seconds: float) -> Any:
        """Call a function that uses the student's code, as a test cell would."""
        recorder = self._recorder()
        with self._surroundings(recorder, link), time_limit(seconds):
            link.deadline = time.monotonic() + seconds
            try:
                return question()
            finally:
                link.end_cell(restore=False)

    def close(self) -> None:
        """Forget the cells' source texts."""
        for name in self._files:
            linecache.cache.pop(name, None)

    def _recorder(self) -> Recorder:
        limits = self.limits
        return Recorder(size=limits.output_bytes, count=limits.output_count)

    @contextmanager
    def _surroundings(self, recorder: Recorder, link: Link | None) -> Iterator[None]:
        with PROCESS_LOCK, _working_directory(self.directory):  # noqa: SIM117
            with watched_seeding(), recording(recorder) as shell:
                namespace, shell.user_ns = shell.user_ns, self.namespace
                self.namespace["get_ipython"] = lambda: shell
                if link is not None:
                    link.show_output(_show)
                try:
                    yield
                finally:
                    shell.user_ns = namespace
                    if link is not None:
                        link.show_output(None)

    def _execute(
        self, source: str, name: str, link: Link | None, deadline: float
    ) -> None:
        if link is not None:
            link.deadline = deadline
        cell = compile_cell(source, f"<test cell {name}>")
        lines = cell.text.splitlines(keepends=True)
        linecache.cache[cell.filename] = (len(cell.text), None, lines, cell.filename)
        self._files.append(cell.filename)
        self.namespace.begin_cell(link, cell.names_in_class_bodies, cell.modules_meant)
        try:
            self._evaluate(cell.body)
            if cell.last is not None:
                value = self._evaluate(cell.last)
                if value is not None and not cell.is_silent:
                    self.namespace["get_ipython"]().record_result(value)
        finally:
            self.namespace.end_cell()

    def _evaluate(self, code: types.CodeType) -> Any:
        value = eval(code, self.namespace)
        if code.co_flags & inspect.CO_COROUTINE:
            return asyncio.run(value)
        return value

    @staticmethod
    def _clean_up() -> None:
        pyplot = sys.modules.get("matplotlib.pyplot")
        if pyplot is not None:
            pyplot.close("all")


def find_rubric(outputs: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Return the record that a Rubric displayed, if there is one."""
    for output in reversed(outputs):
        record = output.get("data", {}).get(RUBRIC_MIME)
        if isinstance(record, dict):
            return record
    return None


def _show(output: dict[str, Any]) -> None:
    """Let what the student's code prints appear where the test's own prints do.

    Within a hidden check of a Rubric that is nowhere.
    """
    if output.get("output_type") == "stream":
        sys.stdout.write(output["text"])


@contextmanager
def _working_directory(directory: Path | None) -> Iterator[None]:
    """Work in a directory, from which nothing can be imported.

    It holds files that students handed in; a submitted ``numpy.py`` must not be found.
    """
    path, here = list(sys.path), os.getcwd()
    sys.path[:] = [entry for entry in path if os.path.isabs(entry)]
    if directory is not None:
        os.chdir(directory)
    try:
        yield
    finally:
        sys.path[:] = path
        with suppress(FileNotFoundError):
            os.chdir(here)
