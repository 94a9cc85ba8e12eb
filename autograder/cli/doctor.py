"""`nncourse doctor`: is all here that grading needs, and does the sandbox hold?"""

import argparse
import platform
import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version

OLDEST_PYTHON = (3, 11)
PACKAGES = ("numpy", "matplotlib", "ipykernel", "nbgrader", "nbclient", "nbconvert")
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")

Row = tuple[str, bool | None, str, str]
"""Name, whether it is in order (None: missing, but optional), detail, remedy."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `nncourse doctor`."""
    parser.add_argument(
        "--quick", action="store_true", help="look at the installation only"
    )


def run(args: argparse.Namespace) -> int:
    """Print a table; return 1 if anything necessary is missing or broken."""
    failed = 0
    rows = _installation() if args.quick else _everything()
    for name, ok, detail, remedy in rows:
        mark = {True: "[ OK ]", False: "[FAIL]", None: "[ -- ]"}[ok]
        print(f"{mark} {name:<32} {detail}", flush=True)
        if ok is not True and remedy:
            print(f"       {'':<32} -> {remedy}", flush=True)
        failed += ok is False
    print(f"\n{failed} problem(s)." if failed else "\nAll is well.")
    return int(failed > 0)


def _everything() -> Iterator[Row]:
    yield from _installation()
    from autograder.sandbox.doctor import checks

    for check in checks():
        yield check.name, check.ok, check.detail, check.remedy


def _installation() -> Iterator[Row]:
    oldest = ".".join(map(str, OLDEST_PYTHON))
    recent = sys.version_info >= OLDEST_PYTHON
    yield "Python", recent, platform.python_version(), f"install {oldest} or newer"
    for package in PACKAGES:
        yield _package(package)
    bubblewrap = shutil.which("bwrap")
    remedy = "install the package bubblewrap (0.8 or newer)"
    yield "bubblewrap", bubblewrap is not None, bubblewrap or "missing", remedy
    chromium = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    remedy = "only the site's browser tests need it: install chromium"
    yield "chromium", True if chromium else None, chromium or "missing", remedy


def _package(name: str) -> Row:
    try:
        return name, True, version(name), ""
    except PackageNotFoundError:
        return name, False, "missing", "pip install 'nncourse[grade]'"
