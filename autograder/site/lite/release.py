"""Where Pyodide, the Python of the browser, comes from."""

import json
import shutil
import tarfile
import urllib.request
from collections.abc import Callable, Iterable
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.error import URLError

from autograder.errors import CourseError
from autograder.site.lite.wheels import normalized

Read = Callable[[str], bytes]

LOCK = "pyodide-lock.json"
# The one whose kernel and NumPy the lab is made for.
SERIES = "0.27."


def open_release(source: str, cache: Path) -> Read:
    """Return the function that reads a file of the release at `source` by its name.

    source: a folder, the tarball of a release (or its web address), or the web address
    of a folder. What is downloaded or unpacked is kept in `cache`.
    """
    if not source.startswith(("http://", "https://")):
        return _open_local(Path(source), cache)
    if not source.endswith(".tar.bz2"):
        base = source.rstrip("/")
        place = cache / "web" / base.partition("://")[2]
        return lambda name: download(f"{base}/{name}", place / name).read_bytes()
    tarball = cache / PurePosixPath(source).name
    return _open_local(download(source, tarball), cache)


def read_lock(read: Read, source: str) -> dict[str, Any]:
    """Return the list of packages of a release, if the lab can be built from it."""
    lock = json.loads(read(LOCK))
    version = lock["info"]["version"]
    if not version.startswith(SERIES):
        raise CourseError(
            f"{source} is Pyodide {version}, the lab needs {SERIES}x: take the "
            f"release {SERIES}7"
        )
    return lock


def closure(packages: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """The packages of these names and all that they depend on."""
    found: dict[str, Any] = {}
    waiting = [normalized(name) for name in names]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = packages[name]
            waiting += map(normalized, packages[name]["depends"])
    return dict(sorted(found.items()))


def download(address: str, target: Path) -> Path:
    """Fetch a file, unless it is there already."""
    if not target.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f"{target.name}.part")
        try:
            with urllib.request.urlopen(address) as answer, part.open("wb") as file:
                shutil.copyfileobj(answer, file)
        except (URLError, OSError) as error:
            raise CourseError(f"{address} can't be downloaded: {error}") from None
        part.rename(target)
    return target


def _open_local(place: Path, cache: Path) -> Read:
    folder = _unpack(place, cache) if place.is_file() else place
    # In the tarballs all files lie in a folder `pyodide`.
    for candidate in (folder, folder / "pyodide"):
        if (candidate / LOCK).is_file():
            return lambda name: _read_local(candidate / name)
    raise CourseError(
        f"{place} is no release of Pyodide, {LOCK} is missing: give the folder, the "
        "tarball (.tar.bz2) or the web address of a release"
    )


def _read_local(path: Path) -> bytes:
    if not path.is_file():
        raise CourseError(
            f"{path} is missing: take the full release of Pyodide, not its core"
        )
    return path.read_bytes()


def _unpack(tarball: Path, cache: Path) -> Path:
    """Unpack a tarball once; another one of the same name has another size."""
    folder = cache / f"{tarball.name}-{tarball.stat().st_size}"
    if not folder.is_dir():
        part = folder.with_name(f"{folder.name}.part")
        shutil.rmtree(part, ignore_errors=True)
        try:
            with tarfile.open(tarball) as archive:
                archive.extractall(part, filter="data")
        except tarfile.TarError as error:
            raise CourseError(f"{tarball} can't be unpacked: {error}") from None
        part.rename(folder)
    return folder
