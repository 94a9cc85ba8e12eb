"""The folder that Sphinx reads: all pages, where the links between them lead.

Lectures, guides and the pages in `site/` keep their places; only the configuration and
the first page move to the top. Assignments come as students get them, and `nnlib` as
one page for each of its modules.
"""

import re
import shutil
from importlib.util import find_spec
from pathlib import Path

from autograder.errors import CourseError
from autograder.site import pages

PARTS = ("lectures", "docs", "site")
# The guide for TAs tells what answers are worth.
PRIVATE = ("assignments.md",)
TOP = ("conf.py", "index.md")
MADE = ("assignments", "api", "reference", "_static")
MATHJAX = "sphinx-mathjax-offline"


def gather(root: Path, source: Path) -> None:
    """Make `source` the folder that Sphinx builds the site of the course from."""
    for part in PARTS:
        _mirror(root / part, source / part)
    for name in TOP:
        shutil.move(source / "site" / name, source / name)
    for name in MADE:
        (source / name).mkdir(parents=True, exist_ok=True)
    _write_all(source / "assignments", pages.assignments(root))
    _write_all(source / "api", pages.api(root))
    _write_all(source / "reference", {"notation.md": pages.notation(root)})
    _copy_mathjax(source / "_static" / "mathjax.js")


def _mirror(part: Path, target: Path) -> None:
    """Make `target` a copy of the folder `part`: what is gone there goes here too."""
    for path in target.rglob("*"):
        here = part / path.relative_to(target)
        if path.is_file() and (not here.is_file() or path.name in PRIVATE):
            path.unlink()
    hidden = shutil.ignore_patterns(*PRIVATE)
    shutil.copytree(part, target, dirs_exist_ok=True, ignore=hidden)
    for path in target.glob("*.md"):
        text = path.read_text(encoding="utf-8")
        public = without_private_links(text)
        if public != text:
            path.write_text(public, encoding="utf-8")
            shutil.copystat(part / path.name, path)


def without_private_links(text: str) -> str:
    """The Markdown of a page; links to pages that stay private become plain text."""
    for name in PRIVATE:
        text = re.sub(
            rf"\[([^\]]*)\]\([^)\s]*{re.escape(name)}(?:#[^)]*)?\)",
            r"\1 (in the instructors' repository)",
            text,
        )
    return text


def _write_all(folder: Path, files: dict[str, str]) -> None:
    """Write files; one that says the same already keeps its date."""
    for path in folder.iterdir():
        if path.name not in files:
            path.unlink()
    for name, text in files.items():
        path = folder / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def _copy_mathjax(target: Path) -> None:
    """Put MathJax beside the pages, so that they need no network.

    The part that draws SVG is one file: it asks for no font.
    """
    package = find_spec(MATHJAX)
    if package is None or not package.submodule_search_locations:
        raise CourseError(
            f"{MATHJAX} is not installed: python -m pip install 'nncourse[site]'"
        )
    if not target.is_file():
        folder = Path(package.submodule_search_locations[0])
        shutil.copyfile(folder / "static" / "mathjax" / "tex-svg.js", target)
