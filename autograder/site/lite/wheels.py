"""Wheels for the lab: from PyPI, or packed from files."""

import hashlib
import re
import subprocess
import sys
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from autograder.errors import CourseError

# Of Pyodide 0.27: what pip shall look for instead of wheels for this computer.
TARGET = ("--python-version=3.12", "--implementation=py", "--abi=none")
EPOCH = (2020, 1, 1, 0, 0, 0)


def normalized(name: str) -> str:
    """The one spelling of a package's name."""
    return re.sub(r"[-_.]+", "-", name).lower()


def fetch_wheels(requirements: Sequence[str], folder: Path) -> dict[str, Path]:
    """Return pure Python wheels of `name==version` from PyPI, by package name."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {
        normalized(name): version
        for name, version in (text.split("==") for text in requirements)
    }
    missing = [
        f"{name}=={version}"
        for name, version in wanted.items()
        if _find(folder, name, version) is None
    ]
    if missing:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--disable-pip-version-check", "--only-binary=:all:", *TARGET]
        run([*command, f"--dest={folder}", *missing], "PyPI's packages for the lab")
    found = {name: _find(folder, name, version) for name, version in wanted.items()}
    return {name: path for name, path in found.items() if path}


def pack_wheel(path: Path, files: Mapping[str, bytes], tag: str) -> Path:
    """Write files as a wheel; `path` says name and version."""
    name, version = path.name.split("-")[:2]
    info = f"{name}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    wheel = f"Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: {tag}\n"
    contents = {
        f"{info}/METADATA": metadata.encode(),
        **files,  # may bring better metadata
        f"{info}/WHEEL": wheel.encode(),
    }
    record = "".join(f"{name},,\n" for name in [*contents, f"{info}/RECORD"])
    contents[f"{info}/RECORD"] = record.encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry, data in contents.items():
            file = zipfile.ZipInfo(entry, EPOCH)
            file.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(file, data)
    return path


def lock_entry(
    wheel: Path, depends: Sequence[str] = (), imports: Sequence[str] | None = None
) -> dict[str, Any]:
    """What Pyodide's list of packages says about a wheel."""
    name, version = wheel.name.split("-")[:2]
    return {
        "name": name,
        "version": version,
        "file_name": wheel.name,
        "install_dir": "site",
        "package_type": "package",
        "sha256": hashlib.sha256(wheel.read_bytes()).hexdigest(),
        "imports": [name.replace("-", "_")] if imports is None else list(imports),
        "depends": list(depends),
        "unvendored_tests": False,
    }


def run(command: Sequence[str], what: str, cwd: Path | None = None) -> None:
    """Run a program; if it fails, what it said last is the reason."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
    if done.returncode != 0:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()
        reason = said[-1] if said else f"exit code {done.returncode}"
        raise CourseError(f"{what} could not be had: {reason}")


def _find(folder: Path, name: str, version: str) -> Path | None:
    for path in folder.glob("*-none-any.whl"):
        parts = path.name.split("-")
        if normalized(parts[0]) == name and parts[1] == version:
            return path
    return None
