"""Where the outputs of executed lectures are kept between two builds."""

import hashlib
import shutil
from pathlib import Path


def outputs_folder(root: Path, cache: Path) -> Path:
    """The folder for outputs; a new one after every change of nnlib.

    MyST-NB runs a notebook again when its code has changed, and cannot know that the
    library behind it draws another figure now.
    """
    digest = hashlib.sha256()
    for path in sorted((root / "nnlib").rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(path.relative_to(root).as_posix().encode() + b"\0")
            digest.update(path.read_bytes())
    folder = cache / "outputs" / digest.hexdigest()[:16]
    if folder.parent.is_dir():
        for old in folder.parent.iterdir():
            if old != folder:
                shutil.rmtree(old)
    folder.mkdir(parents=True, exist_ok=True)
    return folder
