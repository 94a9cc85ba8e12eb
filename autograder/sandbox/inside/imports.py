"""Which modules of the course a submission can import."""

import importlib
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

_PACKAGE = "nnlib"
_REFUSED_PACKAGE = "autograder"


class CourseGuard:
    """A finder that goes first and refuses what the assignment does not allow.

    The refused files are not there in the first place; this only explains it. That is
    why taking the finder away gains nothing.
    """

    def __init__(self, allow: Sequence[str]):
        self._allow = tuple(allow)

    def find_spec(
        self,
        name: str,
        path: Sequence[str] | None = None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        """Raise if the module is refused, else leave it to the other finders."""
        top = name.partition(".")[0]
        if top == _REFUSED_PACKAGE:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        if top == _PACKAGE and not self._visible(name):
            # Without `name=`, for else `from nnlib import x` hides the sentence.
            raise ModuleNotFoundError(self._sentence(name))
        return None

    def _visible(self, name: str) -> bool:
        if not self._allow:
            return False
        if name == _PACKAGE or name.startswith(f"{_PACKAGE}._"):
            return True
        named = any(
            allowed == name or allowed.startswith(f"{name}.") for allowed in self._allow
        )
        return named or self._present(name)

    def _present(self, name: str) -> bool:
        """Whether a module is there: below an allowed package, or needed by one."""
        parent = sys.modules.get(name.rpartition(".")[0])
        places = getattr(parent, "__path__", [])
        module = name.rpartition(".")[2]
        return PathFinder.find_spec(module, list(places)) is not None

    def _sentence(self, name: str) -> str:
        allowed = ", ".join(self._allow) or "no module of nnlib"
        return f"{name} is not available in this assignment; allowed: {allowed}"


def set_search_path(course: str, search: Sequence[str]) -> None:
    """Order the import path: library, course, packages, and last the student's files.

    The working directory comes last, so that a file ``numpy.py`` in it shadows nothing.
    """
    packages = [p for p in sys.path if p.endswith(("site-packages", "dist-packages"))]
    library = [
        p for p in sys.path if p not in packages and p.startswith(sys.base_prefix)
    ]
    extra = [p for p in search if p not in packages]
    sys.path[:] = [*library, course, *packages, *extra, ""]


def guard_course(allow: Sequence[str]) -> None:
    """Put the guard before all other finders."""
    sys.meta_path.insert(0, CourseGuard(allow))


def preload(modules: Sequence[str]) -> None:
    """Import modules once for all submissions.

    One that fails now fails again where a submission imports it, and says why there.
    """
    for name in modules:
        with suppress(Exception, SystemExit):
            importlib.import_module(name)
