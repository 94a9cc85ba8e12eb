"""`nncourse lab`: JupyterLab on the first lecture."""

import argparse
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from autograder.course import find_root
from autograder.errors import CourseError

START = "lectures/00_start_here.ipynb"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `nncourse lab`."""
    parser.add_argument("--port", type=int, help="a port (default: the first free one)")
    parser.add_argument(
        "--no-browser", action="store_true", help="print the address, open nothing"
    )


def run(args: argparse.Namespace) -> int:
    """Start JupyterLab in the course's folder and wait for its end."""
    root = find_root()
    if find_spec("jupyterlab") is None:
        raise CourseError(
            "JupyterLab is not installed: python -m pip install 'nncourse[lab]'"
        )
    if not (root / START).is_file():
        raise CourseError(f"{root / START} is missing: run `nncourse build` first")
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        f"--LabApp.default_url=/lab/tree/{START}",
        *([f"--ServerApp.port={args.port}"] if args.port else []),
        *(["--ServerApp.open_browser=False"] if args.no_browser else []),
    ]
    programs = str(Path(sys.executable).parent)
    path = f"{programs}{os.pathsep}{os.environ.get('PATH', '')}"
    return subprocess.run(
        command, cwd=root, env={**os.environ, "PATH": path}
    ).returncode
