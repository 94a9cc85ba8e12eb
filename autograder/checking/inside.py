"""Runs in the student's kernel: each cell gets the `nnlib` that it has in grading.

There, the student's cells see the modules that the assignment allows, and test cells
run in another process with the whole library and with names of their own. Here both
share a process. So there are two sets of `nnlib` modules, and `sys.modules` holds the
student's; an import that stands in a test cell, or in a module that one imported, gets
the whole library. A function of the student's that a test calls stays with its own.
"""

from __future__ import annotations

import builtins
import importlib
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec
from types import FrameType, ModuleType
from typing import Any

from autograder.sandbox.inside.imports import CourseGuard

_LIBRARY = "nnlib"
_COURSE = (_LIBRARY, "autograder")
_SHELLS_OWN = frozenset(("In", "Out", "exit", "quit", "get_ipython"))
_MISSING = object()


class KernelGuard(CourseGuard):
    """The sandbox's guard where the refused files do lie on the disk.

    Args:
        allow: the modules that the assignment names.
        modules: all modules of `nnlib` that the sandbox would show for it.
    """

    def __init__(self, allow: Sequence[str], modules: Collection[str]):
        super().__init__(allow)
        self.modules = frozenset(modules)
        self.open = False
        self._outside: dict[str, ModuleType] = {}

    def find_spec(
        self,
        name: str,
        path: Sequence[str] | None = None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        """Refuse what the sandbox refuses or does not have."""
        if self.open:
            return None
        super().find_spec(name, path, target)
        if _top(name) == _LIBRARY and name not in self.modules:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return None

    def _present(self, name: str) -> bool:
        return name in self.modules

    @contextmanager
    def whole_library(self) -> Iterator[None]:
        """Let imports in the block find the modules of the test cells."""
        if self.open:
            yield
            return
        student = _take_modules()
        sys.modules.update(self._outside)
        self.open = True
        try:
            yield
        finally:
            self.open = False
            self._outside = _take_modules()
            sys.modules.update(student)

    def knows(self, frame: FrameType) -> bool:
        """Whether a module that a test cell imported is running in a frame."""
        module = self._outside.get(frame.f_globals.get("__name__", ""))
        return module is not None and vars(module) is frame.f_globals


class Cells:
    """Tells test cells from the others, and keeps apart what they define.

    Args:
        shell: the kernel's IPython.
        tests: the texts of the test cells.
    """

    def __init__(self, shell: Any, tests: Collection[str]):
        self._shell = shell
        self._tests = frozenset(tests)
        self._files: set[str] = set()
        self._names: dict[str, Any] = {}
        self._before: dict[str, Any] | None = None

    def begin(self, info: Any) -> None:
        """Before a test cell: bring back what earlier test cells defined."""
        text = info.raw_cell
        if text not in self._tests:
            return
        count = self._shell.execution_count
        self._files.add(self._shell.compile.get_code_name(text, text, count))
        self._before = dict(self._shell.user_ns)
        self._shell.user_ns.update(self._names)

    def end(self, result: Any) -> None:
        """After a test cell: the student's names are again what they were."""
        if self._before is None:
            return
        before, self._before = self._before, None
        names = self._shell.user_ns
        for name in [name for name in names if not _is_shells_own(name)]:
            old = before.get(name, _MISSING)
            if names[name] is old:
                continue
            self._names[name] = names[name]
            if old is _MISSING:
                del names[name]
            else:
                names[name] = old

    def hold(self, frame: FrameType) -> bool:
        """Whether the code in a frame stands in a test cell."""
        return frame.f_code.co_filename in self._files


def install(allow: Sequence[str], modules: Sequence[str], tests: Sequence[str]) -> None:
    """Guard this kernel from now on."""
    from IPython import get_ipython

    guard = KernelGuard(allow, modules)
    shell = get_ipython()
    cells = Cells(shell, tests)

    def of_tests(frame: FrameType) -> bool:
        return cells.hold(frame) or guard.knows(frame)

    for name in [name for name in sys.modules if _top(name) in _COURSE]:
        del sys.modules[name]
    sys.meta_path.insert(0, guard)
    builtins.__import__ = _watched(builtins.__import__, guard, of_tests)
    importlib.import_module = _watched(importlib.import_module, guard, of_tests)
    shell.events.register("pre_run_cell", cells.begin)
    shell.events.register("post_run_cell", cells.end)


def _watched(
    load: Callable[..., Any],
    guard: KernelGuard,
    of_tests: Callable[[FrameType], bool],
) -> Callable[..., Any]:
    """Return a way to import that looks at who imports a module of the course."""

    def import_for(name: str, *rest: Any, **options: Any) -> Any:
        if _top(name) in _COURSE and of_tests(sys._getframe(1)):
            with guard.whole_library():
                return load(name, *rest, **options)
        return load(name, *rest, **options)

    return import_for


def _take_modules() -> dict[str, ModuleType]:
    """Remove the library from `sys.modules` and return what was there."""
    names = [name for name in sys.modules if _top(name) == _LIBRARY]
    return {name: sys.modules.pop(name) for name in names}


def _top(name: str) -> str:
    return name.partition(".")[0]


def _is_shells_own(name: str) -> bool:
    return name.startswith("_") or name in _SHELLS_OWN
