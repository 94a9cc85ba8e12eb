"""Sets the course up in this folder and opens it; needs only Python 3.11 or newer.

python start.py                              opens JupyterLab on the first lecture
python start.py check assignments/...ipynb   runs the visible checks of a notebook
python start.py doctor --quick               says what is missing
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

OLDEST = (3, 11)
FOLDER = Path(__file__).resolve().parent
ENVIRONMENT = FOLDER / ".venv"
PROGRAMS = ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin")
PYTHON = PROGRAMS / ("python.exe" if os.name == "nt" else "python")
# Says which packages the environment was made of.
STAMP = ENVIRONMENT / "installed.txt"


def main(arguments: list[str]) -> int:
    """Set up what is missing, then run a command of the course."""
    if sys.version_info < OLDEST:
        found = "{}.{}".format(*sys.version_info)
        return fail(
            f"this is Python {found}, the course needs 3.11 or newer: install it, "
            "then start again"
        )
    try:
        set_up()
    except OSError as error:
        return fail(
            f"can't write to {FOLDER} ({error.strerror}): move the folder to a place "
            "of your own with 2 GB of room, then start again"
        )
    except subprocess.CalledProcessError:
        return fail(
            "the set-up failed, see the lines above; is the network there, and 2 GB "
            "of room? Start again to go on"
        )
    return run(arguments or ["lab"])


def set_up() -> None:
    """Make the environment, unless it is there and of these packages."""
    wanted = fingerprint()
    if STAMP.is_file() and STAMP.read_text(encoding="utf-8") == wanted:
        return
    if not PYTHON.is_file():
        print("Making a Python environment in .venv ...", flush=True)
        subprocess.run([sys.executable, "-m", "venv", str(ENVIRONMENT)], check=True)
    print("Installing the course's packages, once; this takes a few minutes ...")
    sys.stdout.flush()
    pip = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check"]
    # The course's own package may change while its version stays.
    wheel = next(FOLDER.glob("nncourse-*.whl"))
    subprocess.run([*pip, "--requirement", "requirements.txt"], cwd=FOLDER, check=True)
    subprocess.run(
        [*pip, "--quiet", "--force-reinstall", "--no-deps", wheel.name],
        cwd=FOLDER,
        check=True,
    )
    STAMP.write_text(wanted, encoding="utf-8")


def fingerprint() -> str:
    """Return a text that changes when the packages of this folder do."""
    digest = hashlib.sha256()
    files = [FOLDER / "constraints.txt", FOLDER / "requirements.txt"]
    for path in files + sorted(FOLDER.glob("nncourse-*.whl")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def run(arguments: list[str]) -> int:
    """Run `nncourse` of the environment; paths are meant from where the user is."""
    place = FOLDER if arguments[0] == "lab" else None
    command = [str(PYTHON), "-m", "autograder.cli", *arguments]
    try:
        return subprocess.run(command, cwd=place).returncode
    except KeyboardInterrupt:
        return 130


def fail(text: str) -> int:
    """Say what went wrong."""
    print(f"start: {text}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
