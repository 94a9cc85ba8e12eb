"""The folder that Sphinx reads: all pages, where the links between them lead.

Lectures, guides and the pages in `site/` keep their places; only the configuration and
the first page move to the top. Assignments come as students get them, and `nnlib` as
one page for each of its modules.
"""

import ast
import shutil
from pathlib import Path

import nbformat

from autograder.errors import CourseError
from autograder.notebooks.release import student_version

PARTS = ("lectures", "docs", "site")
# The guide for TAs tells what answers are worth.
PRIVATE = ("assignments.md",)
TOP = ("conf.py", "index.md")
MADE = ("assignments", "api", "_static")


def gather(root: Path, source: Path) -> None:
    """Make `source` the folder that Sphinx builds the site of the course from."""
    for part in PARTS:
        _mirror(root / part, source / part)
    for name in TOP:
        shutil.move(source / "site" / name, source / name)
    for name in MADE:
        (source / name).mkdir(parents=True, exist_ok=True)
    _write_all(source / "assignments", _assignments(root))
    _write_all(source / "api", _api_pages(root))
    _copy_mathjax(source / "_static" / "mathjax")


def _mirror(part: Path, target: Path) -> None:
    """Make `target` a copy of the folder `part`: what is gone there goes here too."""
    kept = {path.name for path in part.iterdir()} - set(PRIVATE)
    if target.is_dir():
        for path in target.iterdir():
            if path.name not in kept and path.is_file():
                path.unlink()
    hidden = shutil.ignore_patterns(*PRIVATE)
    shutil.copytree(part, target, dirs_exist_ok=True, ignore=hidden)


def _write_all(folder: Path, files: dict[str, str]) -> None:
    """Write files; one that says the same already keeps its date."""
    for path in folder.iterdir():
        if path.name not in files:
            path.unlink()
    for name, text in files.items():
        path = folder / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def _assignments(root: Path) -> dict[str, str]:
    """The students' versions, by file name."""
    files = {}
    for path in sorted(root.glob("solutions/*/*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        files[path.name] = nbformat.writes(student_version(notebook, root)) + "\n"
    return files


def _api_pages(root: Path) -> dict[str, str]:
    """A page for each public module of nnlib, in the order of the library."""
    files = {}
    for path in sorted((root / "nnlib").glob("*")):
        name = path.stem
        public = path.suffix == ".py" or (path / "__init__.py").is_file()
        if public and not name.startswith("_") and name not in ("viz", "__init__"):
            files[f"{name}.md"] = _api_page(name, path)
    return files


def _api_page(name: str, path: Path) -> str:
    """The page of a module: its docstring and everything in it that has one."""
    file = path / "__init__.py" if path.is_dir() else path
    docstring = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8")))
    if not docstring:
        raise CourseError(f"{file} has no docstring: say in a line what it is about")
    lines = [f"# nnlib.{name}", "", "```{eval-rst}", f".. automodule:: nnlib.{name}"]
    return "\n".join([*lines, "   :members:", "```", ""])


def _copy_mathjax(target: Path) -> None:
    """Put MathJax beside the pages, so that they need no network."""
    from jupyter_server_mathjax.app import STATIC_ASSETS_PATH

    if not target.is_dir():
        shutil.copytree(STATIC_ASSETS_PATH, target)
