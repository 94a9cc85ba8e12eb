"""The Python of the lab: a Pyodide cut to what the course needs, and the course."""

import json
import shutil
import sys
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from autograder.errors import CourseError
from autograder.notebooks.wheel import build_wheel
from autograder.site.lite.npm import small_release
from autograder.site.lite.release import LOCK, closure, open_release, read_lock
from autograder.site.lite.wheels import (
    fetch_wheels,
    lock_entry,
    normalized,
)

NPM = "npm"
RUNTIME = ("pyodide.js", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip")
NEEDED = ("ipython", "jedi", "micropip", "numpy", "sqlite3", "ssl", "tqdm")
# What no release has: name, and what it depends on.
WIDGETS = {"comm": (), "ipywidgets": ("comm", "ipython", "traitlets")}
KERNEL = {
    "ipykernel": (),
    "piplite": ("micropip",),
    "pyodide_kernel": ("comm", "ipykernel", "ipython", "jedi"),
}
# Loaded when a kernel starts, all at once; the course follows when it is imported.
AT_START = (*KERNEL, "comm", "ipython", "jedi", "micropip", "sqlite3", "ssl")
KERNEL_EXTENSION = "@jupyterlite/pyodide-kernel-extension"


class Own(NamedTuple):
    """A wheel that no release has, and what it depends on."""

    wheel: Path
    depends: tuple[str, ...]


def write_pyodide(root: Path, source: str, folder: Path) -> bool:
    """Write runtime, packages and their list into `folder`; say if it can draw.

    source: where Pyodide is (see `open_release`), or "npm" for the small release,
    which has no matplotlib.
    """
    cache = root / "build" / "cache" / "pyodide"
    place = str(small_release(cache)) if source == NPM else source
    read = open_release(place, cache)
    lock = read_lock(read, place)
    plots = ["matplotlib"] if "matplotlib" in lock["packages"] else []
    packages = closure(lock["packages"], [*NEEDED, *plots])
    folder.mkdir(parents=True)
    for name in (*RUNTIME, *(entry["file_name"] for entry in packages.values())):
        (folder / name).write_bytes(read(name))
    for name, own in _own_wheels(root, cache).items():
        shutil.copy(own.wheel, folder)
        packages[normalized(name)] = lock_entry(own.wheel, own.depends)
    course = packages["nncourse"]
    course["imports"] = ["nnlib", "autograder"]
    course["depends"] += plots
    text = json.dumps({**lock, "packages": packages}, indent=1)
    (folder / LOCK).write_text(text, encoding="utf-8")
    return bool(plots)


def kernel_extension() -> Path:
    """The folder of JupyterLite's kernel in this Python's environment."""
    folder = Path(sys.prefix, "share", "jupyter", "labextensions", KERNEL_EXTENSION)
    if not folder.is_dir():
        raise CourseError(
            f"{folder} is missing: python -m pip install 'nncourse[site]'"
        )
    return folder


def _own_wheels(root: Path, cache: Path) -> dict[str, Own]:
    widgets = fetch_wheels([f"{n}=={version(n)}" for n in WIDGETS], cache / "wheels")
    kernel = kernel_extension() / "static" / "pypi"
    course = build_wheel(root, cache / "course")
    return {
        **{name: Own(widgets[name], needs) for name, needs in WIDGETS.items()},
        **{n: Own(next(kernel.glob(f"{n}-*.whl")), d) for n, d in KERNEL.items()},
        "nncourse": Own(course, ("ipywidgets", "numpy", "tqdm")),
    }
