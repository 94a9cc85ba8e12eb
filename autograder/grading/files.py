"""A submission as bytes for a worker, and the folder of its graded form."""

from __future__ import annotations

import base64
import fnmatch
import json
import os
import shutil
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

import nbformat
from nbformat import NotebookNode

from autograder.errors import CourseError

MAX_FILE_BYTES = 50_000_000
MAX_SUBMISSION_BYTES = 200_000_000


def pack(folder: Path, ignore: Sequence[str]) -> bytes:
    """All regular files below a folder as JSON; a link or a huge file becomes a note.

    The same files give the same bytes, whatever their dates and whoever wrote them.
    """
    files: dict[str, str] = {}
    refused: dict[str, str] = {}
    total = 0
    # The notebooks first: what else was handed in must not take their room.
    found = sorted(_walk(folder, ignore), key=lambda item: item[1].suffix != ".ipynb")
    for name, path in found:
        try:
            if path.is_symlink() or not path.is_file():
                refused[name] = "it is no regular file"
                continue
            size = path.stat().st_size
            if size > MAX_FILE_BYTES:
                refused[name] = f"it has {size / 1e6:.0f} MB, which is too much"
            elif total + size > MAX_SUBMISSION_BYTES:
                refused[name] = "the submission's other files are too much already"
            else:
                total += size
                files[name] = base64.b64encode(path.read_bytes()).decode("ascii")
        except OSError as error:
            raise _unreadable(error) from error
    return json.dumps({"files": files, "refused": refused}, sort_keys=True).encode()


def unpack(packed: bytes) -> tuple[dict[str, bytes], dict[str, str]]:
    """The files of a packed submission, and why others are missing."""
    content = json.loads(packed)
    files = {name: base64.b64decode(data) for name, data in content["files"].items()}
    return files, content["refused"]


def without_conflicts(
    files: Mapping[str, bytes], fixed: Collection[str]
) -> dict[str, bytes]:
    """The files that can lie beside the given ones.

    A student may hand in a folder where the course has a file, or the reverse: the
    course's own stays.
    """
    folders = {str(parent) for name in fixed for parent in PurePosixPath(name).parents}
    return {
        name: data
        for name, data in files.items()
        if name not in folders
        and not {name, *map(str, PurePosixPath(name).parents)} & set(fixed)
    }


def _walk(folder: Path, ignore: Sequence[str]) -> Iterator[tuple[str, Path]]:
    for parent, folders, names in os.walk(folder, onerror=_complain):
        folders[:] = sorted(n for n in folders if not _ignored(n, ignore))
        for name in sorted(names):
            if not _ignored(name, ignore):
                path = Path(parent, name)
                yield path.relative_to(folder).as_posix(), path


def _complain(error: OSError) -> None:
    raise _unreadable(error) from error


def _unreadable(error: OSError) -> CourseError:
    """Not the student's fault: nobody loses points for it."""
    return CourseError(
        f"{error.filename} can't be read ({error.strerror}); give yourself the right "
        "to read it"
    )


def _ignored(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatch.fnmatch(name, pattern) for pattern in patterns)


def write_graded(
    target: Path,
    notebooks: Mapping[str, NotebookNode],
    files: Mapping[str, bytes],
    permissions: int = 0o444,
) -> None:
    """Put the graded folder in its place in one step, as nbgrader lays it out."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".new-") as scratch:
            fresh = Path(scratch, target.name)
            fresh.mkdir()
            for name, content in files.items():
                path = fresh / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            for name, notebook in notebooks.items():
                nbformat.write(notebook, fresh / f"{name}.ipynb")
            for path in fresh.rglob("*"):
                if path.is_file():
                    path.chmod(permissions)
            old = Path(scratch, "old")
            if target.exists():
                target.rename(old)
            fresh.rename(target)
            if old.exists():
                shutil.rmtree(old)
    except OSError as error:
        raise CourseError(
            f"{target} can't be written: {error.strerror}; make room or give yourself "
            "the right to write there, then run the same command again: what is "
            "finished is not graded twice"
        ) from error
