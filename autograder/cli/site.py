"""`nncourse site`: the lectures and guides as a web site."""

import argparse
import subprocess
import sys
from importlib import import_module
from pathlib import Path

from autograder.course import find_root
from autograder.errors import CourseError


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `nncourse site`."""
    parser.add_argument(
        "--out", type=Path, help="where the site is written (default: build/site)"
    )


def run(args: argparse.Namespace) -> int:
    """Build the site, only what changed again, and prove that it tells no secret."""
    for module in ("sphinx", "myst_nb", "jupyter_server_mathjax"):
        import_module(module)  # a missing extra is reported before anything is done
    from autograder.site.gather import gather
    from autograder.site.proof import refuse_secrets

    root = find_root()
    source = root / "build" / "site-source"
    out = args.out or root / "build" / "site"
    print("gathering pages, assignments as students get them, and nnlib's docstrings")
    gather(root, source)
    cache = root / "build" / "site-cache"
    command = [sys.executable, "-m", "sphinx", "--fail-on-warning", "--keep-going"]
    command += ["-q", "-j", "2", "-d", str(cache), str(source), str(out)]
    print("building the site; notebooks that changed are run (a minute for ten)")
    if subprocess.run(command, cwd=root).returncode != 0:
        raise CourseError("the site could not be built; the messages above say why")
    files = refuse_secrets(root, out)
    print(f"{files} files of the site hold no solution, hidden test or misconception")
    print(f"the site is in {out}; look at it with: python -m http.server -d {out}")
    return 0
