"""Pages that are made, not written: assignments, nnlib's modules, the notation."""

import ast
import re
from pathlib import Path

import nbformat

from autograder.errors import CourseError
from autograder.notebooks.release import student_version

# The one form of the tables of symbols in the lectures.
NOTATION = re.compile(r"^\| symbol \| shape \|.*\n(?:\|.*\n?)+", flags=re.M)
NOTATION_INTRODUCTION = """\
# Notation

The symbols of the lectures and the names they have in the code. The same letter means
the same thing in every lecture; each table lists what its lecture adds or uses most.
"""


def assignments(root: Path) -> dict[str, str]:
    """The students' versions, by file name."""
    files = {}
    for path in sorted(root.glob("solutions/*/*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        files[path.name] = nbformat.writes(student_version(notebook, root)) + "\n"
    return files


def api(root: Path) -> dict[str, str]:
    """A page for each public module of nnlib, by file name."""
    files = {}
    for path in sorted((root / "nnlib").glob("*")):
        name = path.stem
        public = path.suffix == ".py" or (path / "__init__.py").is_file()
        if public and not name.startswith("_") and name not in ("viz", "__init__"):
            files[f"{name}.md"] = _module(name, path)
    return files


def notation(root: Path) -> str:
    """The tables of symbols of all lectures on one page."""
    parts = [NOTATION_INTRODUCTION]
    for path in sorted(root.glob("lectures/*.ipynb")):
        cells = nbformat.read(path, as_version=4).cells
        text = "\n\n".join(c.source for c in cells if c.cell_type == "markdown")
        table = NOTATION.search(text)
        if table:
            title = re.search(r"^# (.+)$", text, flags=re.M)
            heading = title[1] if title else path.stem
            link = f"Lecture: [{heading}](../lectures/{path.name})"
            parts.append(f"## {heading}\n\n{link}\n\n{table[0]}")
    return "\n".join(parts)


def _module(name: str, path: Path) -> str:
    """The page of a module: its docstring and everything in it that has one."""
    file = path / "__init__.py" if path.is_dir() else path
    docstring = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8")))
    if not docstring:
        raise CourseError(f"{file} has no docstring: say in a line what it is about")
    lines = [f"# nnlib.{name}", "", "```{eval-rst}", f".. automodule:: nnlib.{name}"]
    return "\n".join([*lines, "   :members:", "```", ""])
