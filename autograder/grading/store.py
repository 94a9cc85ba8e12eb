"""Results by what they depend on: a run that was killed goes on where it stopped."""

from __future__ import annotations

import hashlib
import os
import tempfile
import zlib
from pathlib import Path

from autograder.errors import CourseError


def key_of(*parts: bytes) -> str:
    """The name of a result: a hash of everything that it depends on.

    >>> key_of(b"ab", b"c") == key_of(b"a", b"bc")
    False
    """
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()


class ResultStore:
    """A folder of finished results; each file is written whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def has(self, key: str) -> bool:
        """Whether a whole result of this name was kept."""
        return self.get(key) is not None

    def get(self, key: str) -> bytes | None:
        """The result, or None if it is not there or was damaged."""
        try:
            return zlib.decompress(self._path(key).read_bytes())
        except (OSError, zlib.error):
            return None

    def put(self, key: str, result: bytes) -> None:
        """Keep a result."""
        path = self._path(key)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(zlib.compress(result, 1))
                os.replace(name, path)
            except BaseException:
                os.unlink(name)
                raise
        except OSError as error:
            raise CourseError(
                f"a result can't be kept in {self.folder}: {error.strerror}; "
                "make room or give yourself the right to write there, then run the "
                "same command again: what is finished is not graded twice"
            ) from error

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}.z"
