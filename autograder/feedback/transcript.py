"""A mistake of the catalogue as a student would have written it into a notebook."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autograder.feedback.misconceptions import VARIABLE, Catalogue, Misconception

# What a student's notebook may import by itself; numpy it has imported already.
_IMPORTABLE = ("numpy", "math", "itertools", "functools")


def transcript(catalogue: Catalogue, mistake: Misconception) -> str | None:
    """Return code that defines the task as the mistake has it, with all it needs.

    None if that cannot be told from the text of the catalogue: a lambda, a function
    made by another one, something that only the author's side can import.
    """
    tree = ast.parse(catalogue.text)
    places = {name: node for node in tree.body for name in _bound(node)}
    name = getattr(mistake.solution, "__qualname__", "")
    target = places.get(name)
    if not isinstance(target, ast.FunctionDef | ast.ClassDef):
        return None
    needed = _needed(target, places)
    if not all(map(_is_portable, needed)):
        return None
    target.name = mistake.task
    alias = f"{name} = {mistake.task}" if _mentions(needed, name) else ""
    lines = [ast.unparse(node) for node in tree.body if node in needed]
    return "\n\n\n".join([*lines, *filter(None, [alias])])


def _bound(node: ast.stmt) -> Iterator[str]:
    """Yield the names that a statement of the file gives a meaning."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Import | ast.ImportFrom):
        for alias in node.names:
            yield alias.asname or alias.name.partition(".")[0]
    elif isinstance(node, ast.Assign):
        for target in node.targets:
            yield from (n.id for n in ast.walk(target) if isinstance(n, ast.Name))


def _needed(target: ast.stmt, places: dict[str, ast.stmt]) -> set[ast.stmt]:
    """Return the statements that a definition uses, and those that these use."""
    needed: set[ast.stmt] = set()
    waiting = [target]
    while waiting:
        node = waiting.pop()
        if node in needed:
            continue
        needed.add(node)
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            decorators = node.decorator_list
            node.decorator_list = [d for d in decorators if not _enters(d, places)]
        names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
        waiting += [places[name] for name in names if name in places]
    return needed


def _enters(decorator: ast.expr, places: dict[str, ast.stmt]) -> bool:
    """Whether a decorator is one of the catalogue's, maybe by a shorter name."""
    names = {n.id for n in ast.walk(decorator) if isinstance(n, ast.Name)}
    return any(
        name == VARIABLE or (name in places and _mentions({places[name]}, VARIABLE))
        for name in names
    )


def _is_portable(node: ast.stmt) -> bool:
    if isinstance(node, ast.Import):
        return all(alias.name.split(".")[0] in _IMPORTABLE for alias in node.names)
    if isinstance(node, ast.ImportFrom):
        return (node.module or "").split(".")[0] in _IMPORTABLE
    return True


def _mentions(nodes: set[ast.stmt], name: str) -> bool:
    return any(
        isinstance(n, ast.Name) and n.id == name
        for node in nodes
        for n in ast.walk(node)
    )
