"""Where the Python that students' code runs on lives, and what to cover in it."""

import importlib.util
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

# Present in every sandbox; the folder that holds one of them has to be visible.
REQUIRED_PACKAGES = ("numpy", "matplotlib", "IPython", "ipykernel", "matplotlib_inline")

# Parts of a Python installation. Only these are shown, for a prefix may also be
# somebody's project folder (`python -m venv .`).
_PREFIX_PARTS = ("bin", "lib", "lib64", "libexec", "share", "etc", "ssl", "pyvenv.cfg")

_COURSE_PACKAGES = ("nnlib", "autograder")
_COURSE_TRACES = ("*nncourse*",)  # metadata and path files that name the course's place


@dataclass(frozen=True)
class PythonEnvironment:
    """What of the file system a student's Python needs, and what it must not see."""

    executable: Path
    mounts: tuple[Path, ...]
    search: tuple[Path, ...]
    """Import directories that the interpreter does not add by itself."""
    covered: tuple[Path, ...]
    """Files and directories below the mounts that are to be covered."""


def python_environment(hide: Iterable[Path] = ()) -> PythonEnvironment:
    """Describe the running interpreter's environment.

    Args:
        hide: directories to cover as well where they lie below a mount.
    """
    system = (Path("/usr"),)
    mounts = set(system)
    for prefix in _prefixes():
        if not _below(prefix, system):
            mounts.update(part for part in _parts(prefix) if part.exists())
    mounts.update(p for p in _symlink_hops() if not _below(p, mounts))
    libraries = _package_directories()
    search = tuple(sorted(p for p in libraries if not _below(p, mounts)))
    mounts.update(search)
    covered = [*_course_traces(libraries | _import_directories(mounts)), *hide]
    checkout = Path(__file__).resolve().parents[2]
    if checkout not in libraries:
        covered.append(checkout)
    return PythonEnvironment(
        executable=Path(sys.executable),
        mounts=tuple(sorted(mounts)),
        search=search,
        covered=tuple(sorted({p for p in covered if _strictly_below(p, mounts)})),
    )


def _prefixes() -> set[Path]:
    names = {sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix}
    return {Path(n) for n in names} | {Path(n).resolve() for n in names}


def _parts(prefix: Path) -> list[Path]:
    return [prefix / name for name in _PREFIX_PARTS]


def _symlink_hops() -> list[Path]:
    """Directories that the links from the executable to the real one pass."""
    hops = []
    path = Path(sys.executable)
    while path.is_symlink():
        path = Path(os.path.normpath(path.parent / os.readlink(path)))
        hops.append(path.parent)
    return hops


def _package_directories() -> set[Path]:
    """Import directories that hold the packages every sandbox has."""
    found = set()
    for name in REQUIRED_PACKAGES:
        spec = importlib.util.find_spec(name)
        if spec is None or spec.origin is None:
            raise ModuleNotFoundError(
                f"the sandbox needs the package {name}, which is not installed; "
                'install the course with its extra: pip install "nncourse[grade]"'
            )
        found.add(Path(spec.origin).parent.parent)
    return found


def _import_directories(mounts: Iterable[Path]) -> set[Path]:
    candidates = {Path(p) for p in sys.path if p}
    candidates.update(Path(p).resolve() for p in sys.path if p)
    return {p for p in candidates if p.is_dir() and _below(p, mounts)}


def _course_traces(directories: Iterable[Path]) -> list[Path]:
    traces: list[Path] = []
    for directory in directories:
        for name in _COURSE_PACKAGES:
            traces += [directory / name, directory / f"{name}.py"]
        for pattern in _COURSE_TRACES:
            traces += directory.glob(pattern)
            traces += directory.glob(f"__pycache__/{pattern}")
    return [trace for trace in traces if trace.exists()]


def _below(path: Path, roots: Iterable[Path]) -> bool:
    return any(path.is_relative_to(root) for root in roots)


def _strictly_below(path: Path, roots: Iterable[Path]) -> bool:
    return any(path != root and path.is_relative_to(root) for root in roots)
