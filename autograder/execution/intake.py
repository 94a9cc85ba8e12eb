"""Finds the notebook that a student meant where its file has another name."""

from __future__ import annotations

from collections.abc import Mapping, Set
from pathlib import Path

from autograder.execution.reading import Unreadable, read_submission

_ENDINGS = (".ipynb", ".ipynb.txt", ".ipynb.json", ".json")


def find_renamed(folder: Path, wanted: Mapping[str, Set[str]]) -> dict[str, Path]:
    """Return the files that stand for the notebooks which a submission lacks.

    `wanted` has the grade ids of every notebook of the assignment. A file is taken for
    the notebook whose ids it shares most; of several files the one with most of them,
    and of equals the newest.
    """
    missing = {
        name: ids
        for name, ids in wanted.items()
        if not (folder / f"{name}.ipynb").exists() and ids
    }
    best: dict[str, tuple[int, float, Path]] = {}
    for path in _candidates(folder, wanted) if missing else []:
        ids = _grade_ids(path)
        shared, name = max((len(ids & wanted[name]), name) for name in wanted)
        if not shared or name not in missing:
            continue
        rating = (shared, path.stat().st_mtime, path)
        best[name] = max(best.get(name, rating), rating)
    return {name: path for name, (_, _, path) in best.items()}


def _candidates(folder: Path, wanted: Mapping[str, Set[str]]) -> list[Path]:
    taken = {folder / f"{name}.ipynb" for name in wanted}
    return [
        path
        for path in sorted(folder.rglob("*"))
        if path.name.lower().endswith(_ENDINGS)
        and path not in taken
        and ".ipynb_checkpoints" not in path.parts
    ][:50]


def _grade_ids(path: Path) -> set[str]:
    try:
        notebook = read_submission(path)
    except Unreadable:
        return set()
    blocks = (cell.metadata.get("nbgrader") for cell in notebook.cells)
    names = (block.get("grade_id") for block in blocks if isinstance(block, dict))
    return {name for name in names if isinstance(name, str)}
