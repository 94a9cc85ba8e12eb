"""`nncourse site`: the lectures and guides as a web site."""

import argparse
import shutil
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
    parser.add_argument(
        "--pyodide",
        metavar="SOURCE",
        help="add a lab that runs the notebooks in the browser; SOURCE is the folder, "
        "tarball or web address of a Pyodide 0.27 release, or `npm` for a small one, "
        "which cannot draw figures",
    )


def run(args: argparse.Namespace) -> int:
    """Build the site, only what changed again, and prove that it tells no secret."""
    for module in ("sphinx", "myst_nb", "sphinx-mathjax-offline"):
        import_module(module)  # a missing extra is reported before anything is done
    from autograder.notebooks.proof import refuse_secrets
    from autograder.site.cache import outputs_folder
    from autograder.site.gather import gather
    from autograder.site.lite.lab import FOLDER, PAGE, build_lab

    if args.pyodide:
        import_module("jupyterlite_core")
    root = find_root()
    source = root / "build" / "site-source"
    out = args.out or root / "build" / "site"
    print("gathering pages, assignments as students get them, and nnlib's docstrings")
    gather(root, source)
    cache = root / "build" / "site-cache"
    command = [sys.executable, "-m", "sphinx", "--fail-on-warning", "--keep-going"]
    command += ["-q", "-j", "2", "-d", str(cache / "pages")]
    command += ["-D", f"nb_execution_cache_path={outputs_folder(root, cache)}"]
    command += ["-A", f"lab={PAGE}"] if args.pyodide else []
    command += [str(source), str(out)]
    print("building the site; lectures that changed are run (a minute for all)")
    if subprocess.run(command, cwd=root).returncode != 0:
        raise CourseError("the site could not be built; the messages above say why")
    if args.pyodide:
        print("building the lab that runs in the browser (half a minute)")
        build_lab(root, source, out, args.pyodide)
    else:
        shutil.rmtree(out / FOLDER, ignore_errors=True)
    files = refuse_secrets(root, [out])
    print(f"{files} files of the site hold no solution, hidden test or misconception")
    print(f"the site is in {out}; look at it with: python -m http.server -d {out}")
    return 0
