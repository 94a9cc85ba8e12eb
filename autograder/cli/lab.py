"""`nncourse lab`: JupyterLab on the first lecture."""

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from autograder.course import START, find_lectures, find_root
from autograder.errors import CourseError
from nnlib import __version__

FIRST_PORT = 8888
PORTS_TRIED = 50
# A notebook with figures, saved twice, and Jupyter's own files.
LEAST_FREE_BYTES = 20_000_000
STUDENT_PROFILE = ("share", "jupyter", "nncourse", "student")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `nncourse lab`."""
    parser.add_argument(
        "--instructor",
        action="store_true",
        help="with nbgrader's formgrader and the tools that make assignments",
    )
    parser.add_argument("--port", type=int, help="a port (default: the first free one)")
    parser.add_argument(
        "--no-browser", action="store_true", help="print the address, open nothing"
    )


def run(args: argparse.Namespace) -> int:
    """Start JupyterLab in the course's folder and wait for its end."""
    for package in ("jupyterlab", "nbgrader", "ipykernel"):
        if find_spec(package) is None:
            raise CourseError(
                f"{package} is not installed in the Python that runs this "
                f"({sys.executable}): python -m pip install 'nncourse[lab]'"
            )
    root = find_root() if args.instructor else find_lectures()
    _check_folder(root)
    _check_version(root)
    _refuse_a_second_server(root)
    port = _free_port() if args.port is None else args.port
    if not _is_free(port):
        raise CourseError(
            f"port {port} is in use or not allowed: leave --port out, and a free one "
            "is chosen, or name another one"
        )
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        f"--LabApp.default_url=/lab/tree/{START}",
        f"--ServerApp.root_dir={root}",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        *(["--ServerApp.open_browser=False"] if args.no_browser else []),
        # Root may only be meant where there is no other user, as in a container.
        *(["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []),
    ]
    environment = _environment(instructor=args.instructor)
    return subprocess.run(command, cwd=root, env=environment).returncode


def _check_folder(root: Path) -> None:
    if not (root / START).is_file():
        raise CourseError(f"{root / START} is missing: run `nncourse build` first")
    if not os.access(root, os.W_OK):
        raise CourseError(
            f"{root} can't be written to, so that no notebook could be saved: "
            "copy the folder to a place of your own and start there"
        )
    free = shutil.disk_usage(root).free
    if free < LEAST_FREE_BYTES:
        raise CourseError(
            f"the disk of {root} is full ({free / 1e6:.0f} MB left, "
            f"{LEAST_FREE_BYTES / 1e6:.0f} MB are needed): make room first"
        )


def _check_version(root: Path) -> None:
    """Refuse a bundle that was made for another version of the package."""
    label = root / "nncourse.json"
    if label.is_file():
        made_for = json.loads(label.read_text(encoding="utf-8"))["version"]
        if made_for != __version__:
            raise CourseError(
                f"the folder {root} is of version {made_for}, the installed package "
                f"is {__version__}: start it with its own start.sh or start.bat, "
                "which installs what belongs to it"
            )


def _refuse_a_second_server(root: Path) -> None:
    from jupyter_server.serverapp import list_running_servers

    for server in list_running_servers():
        if Path(server["root_dir"]).resolve() == root:
            token = f"?token={server['token']}" if server["token"] else ""
            raise CourseError(
                f"JupyterLab already runs for {root}: open {server['url']}lab{token}, "
                f"or stop it first: jupyter lab stop {server['port']}"
            )


def _free_port() -> int:
    for port in range(FIRST_PORT, FIRST_PORT + PORTS_TRIED):
        if _is_free(port):
            return port
    raise CourseError(
        f"all ports from {FIRST_PORT} to {FIRST_PORT + PORTS_TRIED - 1} are in use: "
        "name a free one with --port"
    )


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        if os.name == "posix":  # elsewhere this option lets two servers share a port
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError):
            return False
    return True


def _environment(*, instructor: bool) -> dict[str, str]:
    """Return the server's environment: this Python's programs, the user's profile."""
    programs = str(Path(sys.executable).parent)
    path = f"{programs}{os.pathsep}{os.environ.get('PATH', '')}"
    environment = {**os.environ, "PATH": path}
    if not instructor:
        places = [str(Path(sys.prefix, *STUDENT_PROFILE))]
        places += filter(None, [os.environ.get("JUPYTER_CONFIG_PATH")])
        environment["JUPYTER_CONFIG_PATH"] = os.pathsep.join(places)
    return environment
