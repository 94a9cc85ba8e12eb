"""Proof that what is published tells no solution, no hidden test, no misconception.

Bundle, wheel, source archive and web site pass the same proof before they are written
or shown.
"""

import re
from collections.abc import Callable, Iterable
from pathlib import Path

from autograder.errors import CourseError
from autograder.notebooks.documents import Document, documents
from autograder.notebooks.leaks import Searcher, course_secrets
from autograder.notebooks.markers import PHRASES

# Folders and files of the instructor, whatever they hold.
PRIVATE_NAMES = re.compile(
    r"(^|[/!])(solutions/|content/(assignments|lectures)/|submitted/|autograded/"
    r"|gradebook\.db|assignments\.md$|assignments\.html$)"
)
# Any program holds a line like `return made`; only long lines prove something there.
OWN_PROGRAM = re.compile(r"(^|[/!])autograder/[\w/]+\.py$")

# Pyodide and the packages beside it are published already, by others.
OF_OTHERS = re.compile(r"(^|/)static/pyodide/(?!nncourse-)")


def refuse_secrets(
    root: Path, places: Iterable[Path], watch: Callable[[int], None] = lambda _: None
) -> int:
    """Raise if a place holds a secret of the course; return how many files it has.

    Args:
        root: the course.
        places: files, archives and folders that are to be published.
        watch: called with the number of files read so far.
    """
    searcher = Searcher(course_secrets(root))
    paths = _instructor_paths(root)
    count = 0
    for place in places:
        if not place.exists():
            raise CourseError(f"{place} is not there: name a file or folder to examine")
        for document in documents(place):
            fault = _fault(document, searcher, paths)
            if fault:
                raise CourseError(f"{place.name} must not be published: {fault}")
            count += 1
            watch(count)
    return count


def _fault(document: Document, searcher: Searcher, paths: list[str]) -> str:
    """Return what a document should not tell, or ''."""
    if PRIVATE_NAMES.search(document.name):
        return f"{document.name} is the instructor's"
    if OF_OTHERS.search(document.name):
        return ""
    for path in paths:
        if path in document.text:
            return f"{document.name} names the instructor's folder {path}"
    if document.name.endswith(".ipynb"):
        for phrase in PHRASES:
            if phrase in document.text:
                return f"{document.name} holds the marker {phrase}"
    leaks = searcher.leaks_in(document.name, f"{document.name}\n{document.text}")
    if OWN_PROGRAM.search(document.name):
        leaks = [leak for leak in leaks if leak.secret.unmistakable]
    more = f" (and {len(leaks) - 1} more)" if len(leaks) > 1 else ""
    return f"{leaks[0]}{more}" if leaks else ""


def _instructor_paths(root: Path) -> list[str]:
    """Return folders of this machine that tell who the instructor is.

    A name of one part, as /root, says nothing, and may stand in any text.
    """
    folders = {str(folder) for folder in (root.resolve(), Path.home().resolve())}
    return sorted(folder for folder in folders if len(Path(folder).parts) > 2)
