"""What answers may come from: the release, the instructor's solutions, the library."""

from __future__ import annotations

import ast
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import nbformat

import nnlib
from autograder.execution.release import load_release
from autograder.grading.course import Course
from autograder.reports.similarity import Sources

_NOT_COMPARED = "viz"


@dataclass(frozen=True)
class Origins:
    """Code by cell."""

    released: Sources = field(default_factory=dict)
    others: dict[str, Sources] = field(default_factory=dict)
    """The instructor's solutions, and each function of the library for each cell."""


def read_origins(course: Course, assignment: str) -> Origins:
    """Read what the answers of an assignment are compared with."""
    released: dict[str, str] = {}
    solutions: dict[str, str] = {}
    folder = course.folder("source", ".", assignment)
    for path in sorted(folder.glob("*.ipynb")):
        release = load_release(
            course.db_url, assignment, path.stem, path, course.config
        )
        released |= {f"{path.stem}/{cell.name}": cell.source for cell in release.cells}
        for cell in nbformat.read(path, as_version=4).cells:
            told = cell.metadata.get("nbgrader", {})
            if cell.cell_type == "code" and told.get("solution"):
                solutions[f"{path.stem}/{told.grade_id}"] = cell.source
    others: dict[str, Sources] = {"the instructor's solution": solutions}
    for name, text in library_functions():
        others[name] = dict.fromkeys(solutions, text)
    return Origins(released, others)


def library_functions() -> Iterator[tuple[str, str]]:
    """Yield each public function and class of the library with its code."""
    for module in pkgutil.walk_packages(nnlib.__path__, "nnlib."):
        if _NOT_COMPARED in module.name.split("."):
            continue
        spec = module.module_finder.find_spec(module.name, None)
        if spec is None or spec.origin is None:
            continue
        text = Path(spec.origin).read_text(encoding="utf-8")
        for node in ast.parse(text).body:
            if not isinstance(node, ast.FunctionDef | ast.ClassDef):
                continue
            if not node.name.startswith("_"):
                yield f"{module.name}.{node.name}", ast.unparse(node)
