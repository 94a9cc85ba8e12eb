"""The files that a notebook finds beside it in the sandbox."""

from __future__ import annotations

import filecmp
from pathlib import Path

MAX_FILES = 1000
MAX_BYTES = 100_000_000

_NOT_DATA = ("timestamp.txt", "submission_secret.txt")


def submission_files(
    folder: Path, submitted: Path | None = None
) -> tuple[dict[str, bytes], list[str]]:
    """Return the files of a graded submission by relative path, and remarks.

    nbgrader copies what the student handed in and what the assignment provides into
    `folder`; it follows links. A file that the student handed in as a link to somewhere
    outside of the submission may hold anybody's secrets and is left out.
    """
    files: dict[str, bytes] = {}
    remarks: list[str] = []
    room = MAX_BYTES
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.suffix == ".ipynb" or name in _NOT_DATA or not path.is_file():
            continue
        if path.is_symlink() or (submitted and _leads_out(submitted, name)):
            remarks.append(f"file {name!r} is a link out of the submission: left out")
            continue
        size = path.stat().st_size
        if len(files) >= MAX_FILES or size > room:
            remarks.append(
                f"file {name!r} is more than a submission may have: left out"
            )
            continue
        files[name] = path.read_bytes()
        room -= size
    return files, remarks[:50]


def remove_links_out(folder: Path, submitted: Path, provided: Path) -> list[str]:
    """Delete what nbgrader copied for links that lead out of a submission.

    `folder` is the graded submission; what lies in it may come back to the student
    with the feedback. Files that the assignment provides were copied last and stay.
    """
    remarks = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        # nbgrader copies no notebooks, so these are the graded ones.
        if path.suffix == ".ipynb" or not path.is_file():
            continue
        if _leads_out(submitted, name) and not _same(path, provided / name):
            path.unlink()
            remarks.append(f"file {name!r} is a link out of the submission: removed")
    return remarks[:50]


def _same(path: Path, other: Path) -> bool:
    return other.is_file() and filecmp.cmp(path, other, shallow=False)


def _leads_out(submitted: Path, name: str) -> bool:
    original = submitted / name
    return original.is_symlink() and not original.resolve().is_relative_to(
        submitted.resolve()
    )
