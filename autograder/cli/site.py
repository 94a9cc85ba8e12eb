"""`nncourse site`: the lectures and guides as a web site."""

import argparse
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

from autograder.course import find_root
from autograder.errors import CourseError

PARTS = ("lectures", "docs", "site")
TOP = ("conf.py", "index.md")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `nncourse site`."""
    parser.add_argument(
        "--out", type=Path, help="where the site is written (default: build/site)"
    )


def run(args: argparse.Namespace) -> int:
    """Build the site; only what changed is run again."""
    import_module("sphinx")  # a missing extra is reported before anything is done
    root = find_root()
    source = root / "build" / "site-source"
    out = args.out or root / "build" / "site"
    _gather(root, source)
    cache = root / "build" / "site-cache"
    command = [sys.executable, "-m", "sphinx", "--fail-on-warning", "--keep-going"]
    command += ["-q", "-j", "2", "-d", str(cache), str(source), str(out)]
    if subprocess.run(command, cwd=root).returncode != 0:
        raise CourseError("the site could not be built; the messages above say why")
    print(f"the site is in {out}; look at it with: python -m http.server -d {out}")
    return 0


def _gather(root: Path, source: Path) -> None:
    """Copy what the site is made of, in the folders where links between pages lead.

    Only its configuration and its first page move, from `site` to the top.
    """
    for part in PARTS:
        _mirror(root / part, source / part)
    for name in TOP:
        shutil.move(source / "site" / name, source / name)


def _mirror(part: Path, target: Path) -> None:
    """Make `target` a copy of the folder `part`: what is gone there goes here too."""
    kept = {path.name for path in part.iterdir()}
    if target.is_dir():
        for path in target.iterdir():
            if path.name not in kept and path.is_file():
                path.unlink()
    shutil.copytree(part, target, dirs_exist_ok=True)
