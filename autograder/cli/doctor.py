"""`nncourse doctor`: is all here, and does the sandbox hold?"""

import argparse
import os
import platform
import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from autograder.course import find_lectures, find_root
from autograder.errors import CourseError

OLDEST_PYTHON = (3, 11)
# For reading lectures and working on assignments.
PACKAGES = ("numpy", "matplotlib", "ipywidgets", "ipykernel", "jupyterlab", "nbgrader")
GRADING_PACKAGES = ("nbclient", "nbconvert", "jupytext", "rich", "sqlalchemy")
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
KERNEL = ("share", "jupyter", "kernels", "nncourse", "kernel.json")
ENOUGH_BYTES = 200_000_000

Row = tuple[str, bool | None, str, str]
"""Name, whether it is in order (None: missing, but optional), detail, remedy."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `nncourse doctor`."""
    parser.description = (
        "Check what a student needs; in an instructor's course also what grading "
        "needs, and whether the sandbox holds."
    )
    parser.add_argument(
        "--quick", action="store_true", help="look at the installation only"
    )


def run(args: argparse.Namespace) -> int:
    """Print a table; return 1 if anything necessary is missing or broken."""
    failed = 0
    for name, ok, detail, remedy in _rows(quick=args.quick, grading=_is_instructor()):
        mark = {True: "[ OK ]", False: "[FAIL]", None: "[ -- ]"}[ok]
        print(f"{mark} {name:<32} {detail}", flush=True)
        if ok is not True and remedy:
            print(f"       {'':<32} -> {remedy}", flush=True)
        failed += ok is False
    print(f"\n{failed} problem(s)." if failed else "\nAll is well.")
    return int(failed > 0)


def _is_instructor() -> bool:
    try:
        find_root()
    except CourseError:
        return False
    return True


def _rows(*, quick: bool, grading: bool) -> Iterator[Row]:
    yield from _for_students()
    if not grading:
        return
    yield from _for_grading()
    if not quick:
        from autograder.sandbox.doctor import checks

        for check in checks():
            yield check.name, check.ok, check.detail, check.remedy


def _for_students() -> Iterator[Row]:
    oldest = ".".join(map(str, OLDEST_PYTHON))
    recent = sys.version_info >= OLDEST_PYTHON
    yield "Python", recent, platform.python_version(), f"install {oldest} or newer"
    for package in PACKAGES:
        yield _package(package, "lab")
    kernel = Path(sys.prefix, *KERNEL)
    remedy = "install the course's wheel again, with pip's option --force-reinstall"
    found = kernel.is_file()
    yield "Jupyter's start files", found, "there" if found else "missing", remedy
    yield from _folder()


def _folder() -> Iterator[Row]:
    try:
        folder = find_lectures()
    except CourseError as error:
        yield "the course's folder", None, "not here", str(error)
        return
    writable = os.access(folder, os.W_OK)
    detail = str(folder) if writable else f"{folder} can't be written to"
    yield "the course's folder", writable, detail, "copy it to a place of your own"
    free = shutil.disk_usage(folder).free
    yield "room on the disk", free > ENOUGH_BYTES, f"{free / 1e6:,.0f} MB", "make room"


def _for_grading() -> Iterator[Row]:
    for package in GRADING_PACKAGES:
        yield _package(package, "grade")
    bubblewrap = shutil.which("bwrap")
    remedy = "install the package bubblewrap (0.8 or newer)"
    yield "bubblewrap", bubblewrap is not None, bubblewrap or "missing", remedy
    chromium = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    remedy = "only the browser tests need it: install chromium"
    yield "chromium", True if chromium else None, chromium or "missing", remedy


def _package(name: str, extra: str) -> Row:
    try:
        return name, True, version(name), ""
    except PackageNotFoundError:
        remedy = f"python -m pip install 'nncourse[{extra}]'"
        return name, False, "missing", remedy
