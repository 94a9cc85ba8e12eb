"""The global variables of the test cells, which reach on into the student's notebook.

A name means, in this order: what the test cells and shared cells defined, a built-in,
a well-known module if the test uses it as one, what the student's notebook defined.
Assigning and deleting is local, except for a name that the same cell took from the
student before: then the student's functions are to see the change (``del squares`` to
find out whether a function uses it). Never otherwise: a student who defines
``expected = None`` must not be given the value that a test assigns to its own variable
of that name. All such changes are undone after the cell.
"""

from __future__ import annotations

import ast
import builtins
import types
from collections.abc import Iterable, Mapping
from typing import Any

from autograder.execution.remote import Link, modules
from autograder.execution.remote.shared import Shared
from autograder.sandbox.inside.arrays import Unsendable


class TestNamespace(dict):
    """Global variables for ``exec``; see the module's text."""

    __test__ = False  # Its name is no invitation to pytest.

    def __init__(self, **names: Any):
        super().__init__(names, __name__="__main__", __builtins__=builtins)
        self.shared = Shared()
        self._link: Link | None = None
        self._taken: set[str] = set()
        self._changed: set[str] = set()
        self._deleted: set[str] = set()
        self._bound_beforehand: set[str] = set()
        self._modules = dict.fromkeys(modules.UNMISTAKABLE, True)

    def begin_cell(
        self,
        link: Link | None,
        names_in_classes: Iterable[str],
        modules_meant: Mapping[str, bool] = types.MappingProxyType({}),
    ) -> None:
        """Let names reach the student's notebook, for one cell.

        Args:
            link: the student's end.
            names_in_classes: names that class bodies of the cell read directly.
            modules_meant: which ambiguous names mean modules. What is said of a name
                holds for later cells too, which may call functions of this one.
        """
        self._link = link
        self._modules.update(modules_meant)
        for name in names_in_classes:
            # Class bodies look only at the plain dict, not at __missing__.
            if not dict.__contains__(self, name) and not hasattr(builtins, name):
                try:
                    value = self[name]
                except KeyError:
                    continue
                dict.__setitem__(self, name, value)
                self._bound_beforehand.add(name)
        self._taken.clear()

    def end_cell(self) -> None:
        """Undo what the cell did to the student's names."""
        for name in self._changed | self._bound_beforehand:
            self.pop(name, None)
        changed = bool(self._changed | self._deleted)
        for names in (self._taken, self._changed, self._deleted):
            names.clear()
        self._bound_beforehand.clear()
        link, self._link = self._link, None
        if link is not None:
            link.end_cell(restore=changed)

    def share(self, before: dict[str, Any]) -> None:
        """Note what a shared cell defined since the snapshot ``before``."""
        for name, value in self.items():
            if before.get(name) is not value and _is_own_definition(value):
                self.shared.add(name, value)

    def __missing__(self, name: str) -> Any:
        if hasattr(builtins, name):
            return getattr(builtins, name)
        if self._link is None or name in self._deleted or name.startswith("__"):
            raise KeyError(name)
        try:
            value = self._module(name) or self._link.lookup(name)
        except NameError:
            raise KeyError(name) from None
        self._taken.add(name)
        return value

    def __setitem__(self, name: str, value: Any) -> None:
        super().__setitem__(name, value)
        if self._link is None or name not in self._taken:
            return
        try:
            self._link.assign(name, value)
        except Unsendable:
            return  # Such a value can only be meant for the test itself.
        self._changed.add(name)
        self._deleted.discard(name)

    def __delitem__(self, name: str) -> None:
        local = dict.__contains__(self, name) and name not in self._bound_beforehand
        if local and name not in self._changed:
            super().__delitem__(name)
            return
        if self._link is None or name in self._deleted or not self._students(name):
            raise KeyError(name)
        self.pop(name, None)
        self._link.delete(name)
        self._taken.add(name)
        self._deleted.add(name)

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or (
            isinstance(name, str) and name not in self._deleted and self._students(name)
        )

    def get(self, name: str, default: Any = None) -> Any:
        """Return a variable's value, the student's included."""
        try:
            return self[name]
        except KeyError:
            return default

    def _module(self, name: str) -> types.ModuleType | None:
        """Return the module that the test means by a name, whatever the student's."""
        return modules.well_known(name) if self._modules.get(name) else None

    def _students(self, name: str) -> bool:
        return self._link is not None and name in self._link.names()


def _is_own_definition(value: Any) -> bool:
    kinds = types.FunctionType | type
    return isinstance(value, kinds) and value.__module__ == "__main__"


def names_in_class_bodies(tree: ast.AST) -> set[str]:
    """Return the names that class bodies of a cell read directly."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            for statement in node.body:
                names |= _names_read_directly(statement)
    return names


def _names_read_directly(node: ast.AST) -> set[str]:
    """Return the names that a statement reads outside of functions within it."""
    if isinstance(node, ast.Name):
        return {node.id} if isinstance(node.ctx, ast.Load) else set()
    parts: list[ast.AST] = list(ast.iter_child_nodes(node))
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        defaults = [part for part in node.args.kw_defaults if part is not None]
        parts = [*node.decorator_list, *node.args.defaults, *defaults]
    elif isinstance(node, ast.Lambda):
        parts = list(node.args.defaults)
    return set().union(*(_names_read_directly(part) for part in parts), set())
