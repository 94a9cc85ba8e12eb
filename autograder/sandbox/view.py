"""The part of nnlib, and the sandbox's own code, that is shown inside."""

import importlib.util
import re
from collections.abc import Iterable
from pathlib import Path

from autograder.sandbox.errors import PolicyError

# Of some packages only a part may be allowed; everything else comes whole.
_PARTIAL_PACKAGES = {"nnlib.viz": ("__init__.py", "style.py", "fallback.py")}

_PACKAGE = "nnlib"
_PRIVATE_IMPORT = re.compile(rf"(?:from|import) {_PACKAGE}\.(_\w+)")

KERNEL_PACKAGE = "coursekernel"


def nnlib_view(allow: Iterable[str]) -> dict[str, bytes]:
    """Return the files of nnlib that an assignment may see.

    Keys are paths relative to an import directory, e.g. ``nnlib/data/__init__.py``.
    """
    allow = tuple(allow)
    if not allow:
        return {}
    root = _package_root()
    chosen = {root / "__init__.py"}
    for name in allow:
        chosen.update(_files_of(name, root))
    chosen |= _private_modules_of(chosen, root)
    return {
        str(path.relative_to(root.parent)): path.read_bytes() for path in sorted(chosen)
    }


def _package_root() -> Path:
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise PolicyError("nnlib is not installed; reinstall the course")
    return Path(spec.origin).parent


def _files_of(name: str, root: Path) -> set[Path]:
    package, *parts = name.split(".")
    place = root.joinpath(*parts)
    if package != _PACKAGE or not parts or not all(p.isidentifier() for p in parts):
        raise PolicyError(
            f"{name!r} is not a module of nnlib; "
            "write e.g. 'nnlib.data' in the notebook's nncourse.allow"
        )
    parents = {
        root.joinpath(*parts[:depth], file)
        for depth in range(1, len(parts))
        for file in _needed_of(".".join([package, *parts[:depth]]))
    }
    if place.with_suffix(".py").is_file():
        return parents | {place.with_suffix(".py")}
    if not (place / "__init__.py").is_file():
        raise PolicyError(f"{name} is allowed by the assignment but does not exist")
    if name in _PARTIAL_PACKAGES:
        return parents | {place / file for file in _needed_of(name)}
    return parents | {
        path
        for path in place.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def _needed_of(package: str) -> tuple[str, ...]:
    """Return the files without which a package can't be imported at all."""
    return _PARTIAL_PACKAGES.get(package, ("__init__.py",))


def _private_modules_of(files: set[Path], root: Path) -> set[Path]:
    """Return the private modules of nnlib that the files import, and theirs in turn.

    Others, such as the steps of the optimizers, may hold what a task asks for.
    """
    found: set[Path] = set()
    waiting = [path for path in files if path.suffix == ".py"]
    while waiting:
        text = waiting.pop().read_text(encoding="utf-8")
        for name in _PRIVATE_IMPORT.findall(text):
            path = root / f"{name}.py"
            if path.is_file() and path not in found:
                found.add(path)
                waiting.append(path)
    return found


def kernel_files() -> dict[str, bytes]:
    """Return the code that runs inside, as a package with a neutral name."""
    here = Path(__file__).parent
    files = {f"{KERNEL_PACKAGE}/__init__.py": b""}
    for path in (here / "wire.py", *sorted((here / "inside").glob("*.py"))):
        files[f"{KERNEL_PACKAGE}/{path.relative_to(here)}"] = path.read_bytes()
    return files
