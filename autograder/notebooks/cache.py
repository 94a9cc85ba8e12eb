"""Remember the outputs of notebooks, so that only what changed is executed again."""

import hashlib
import json
import platform
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from autograder.notebooks.outputs import Output
from autograder.notebooks.render import is_checked

# Packages whose version can change what a notebook prints.
PACKAGES = ("numpy", "matplotlib", "ipython", "ipykernel", "ipywidgets", "tqdm")


class OutputCache:
    """Outputs in `build/cache/notebooks`, one file for each content."""

    def __init__(self, root: Path) -> None:
        self.folder = root / "build" / "cache" / "notebooks"
        self._surroundings = _fingerprint()

    def key(self, notebook: NotebookNode) -> str:
        """Return the hash of all that decides about the outputs of a notebook."""
        code = [
            [cell.source, is_checked(cell), cell.metadata.get("tags", [])]
            for cell in notebook.cells
            if cell.cell_type == "code"
        ]
        return _digest([self._surroundings, json.dumps(code)])

    def get(self, key: str) -> list[list[Output]] | None:
        """Return the stored outputs of the code cells, in their order, if there are."""
        try:
            text = (self.folder / f"{key}.json").read_text(encoding="utf-8")
            stored: Any = json.loads(text)
        except (OSError, ValueError):
            return None  # never stored, or cut short by an interrupted build
        return stored

    def put(self, key: str, outputs: list[list[Output]]) -> None:
        """Store the outputs of the code cells of a notebook."""
        self.folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(outputs, ensure_ascii=False)
        (self.folder / f"{key}.json").write_text(text, encoding="utf-8")


def _fingerprint() -> str:
    """Hash what every notebook depends on: nnlib, the versions, the way to run."""
    here = Path(__file__).parent
    files = [here / name for name in ("execute.py", "kernel.py", "outputs.py")]
    spec = find_spec("nnlib")
    for place in (spec.submodule_search_locations or []) if spec else []:
        files += sorted(
            path
            for path in Path(place).rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        )
    parts = [platform.python_version(), *(_version(name) for name in PACKAGES)]
    parts += [hashlib.sha256(path.read_bytes()).hexdigest() for path in files]
    return _digest(parts)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
