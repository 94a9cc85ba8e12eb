"""Proof that a built site tells no solution, no hidden test and no misconception."""

from pathlib import Path

from autograder.errors import CourseError
from autograder.notebooks.leaks import course_secrets, find_leaks, readable_text

READABLE = (".html", ".ipynb", ".js", ".json", ".txt", ".md", ".inv", ".css")
NOT_OURS = "_static/mathjax/"


def refuse_secrets(root: Path, site: Path) -> int:
    """Raise if a page holds a secret of the course; return the number of files read."""
    names = (
        path.relative_to(site).as_posix()
        for path in sorted(site.rglob("*"))
        if path.is_file() and path.suffix in READABLE
    )
    texts = {
        name: readable_text(site / name)
        for name in names
        if not name.startswith(NOT_OURS)
    }
    leaks = find_leaks(course_secrets(root), texts)
    if leaks:
        more = f" (and {len(leaks) - 1} more)" if len(leaks) > 1 else ""
        raise CourseError(f"the site must not be published: {leaks[0]}{more}")
    return len(texts)
