"""The students' bundle: all that a student needs, in one zip file.

It holds the lectures, assignments without answers, the course's package as a wheel, and
scripts that set everything up. The same course gives the same bytes.
"""

import io
import json
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

import nbformat

from autograder.errors import CourseError
from autograder.notebooks.check import check_course
from autograder.notebooks.proof import refuse_secrets
from autograder.notebooks.release import student_version
from autograder.notebooks.render import dump
from autograder.notebooks.source import Source, find_sources, select_sources
from autograder.notebooks.wheel import build_wheel
from nnlib import __version__

FOLDER = "neural-networks"
LABEL = "nncourse.json"
FILES = Path(__file__).parent / "files"
# What lectures link to, and what the licence asks to hand on.
PAGES = ("site/glossary.md", "site/references.md", "LICENSE", "LICENSE-CONTENT")
REQUIREMENTS = "--constraint constraints.txt\n./{wheel}[lab]\n"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the oldest date that a zip can hold
_EXECUTABLE = (".sh", ".command")


def write_bundle(
    root: Path,
    names: Iterable[str],
    out: Path,
    watch: Callable[[int], None] = lambda _: None,
) -> list[str]:
    """Write the bundle and return the names of its files.

    Args:
        root: the course.
        names: assignments to hand out (none: all of them).
        out: the zip file; it is only written if the proof holds.
        watch: called with the number of files that the proof has read.

    Raises:
        CourseError: a notebook differs from its source, or something secret was found.
    """
    assignments = _assignments(root, names)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        _refuse_stale(root, assignments)
        files = bundle_files(root, assignments)
        with tempfile.TemporaryDirectory(dir=out.parent) as folder:
            draft = Path(folder, out.name)
            draft.write_bytes(_zipped(files))
            refuse_secrets(root, [draft], watch)
            os.replace(draft, out)
    except OSError as error:
        raise CourseError(
            f"{out} can't be written ({error.strerror}), and nothing was: "
            "make room or name another place with --out"
        ) from error
    return sorted(files)


def bundle_files(root: Path, assignments: Iterable[Source]) -> dict[str, bytes]:
    """Return the contents of the bundle by their paths in it."""
    with tempfile.TemporaryDirectory() as folder:
        wheel = build_wheel(root, Path(folder))
        package = wheel.read_bytes()
    assignments = list(assignments)
    label = {"version": __version__, "assignments": [s.name for s in assignments]}
    files = {path.name: path.read_bytes() for path in FILES.iterdir() if path.is_file()}
    files |= {
        "README.md": (root / "docs" / "student.md").read_bytes(),
        "constraints.txt": (root / "constraints.txt").read_bytes(),
        "requirements.txt": REQUIREMENTS.format(wheel=wheel.name).encode(),
        LABEL: (json.dumps(label, indent=1) + "\n").encode(),
        wheel.name: package,
    }
    files |= {name: (root / name).read_bytes() for name in PAGES}
    for source in find_sources(root):
        if not source.graded:
            files[source.target_label] = source.target.read_bytes()
    for source in assignments:
        notebook = nbformat.read(source.target, as_version=nbformat.NO_CONVERT)
        text = dump(student_version(notebook, root))
        files[f"assignments/{source.name}/{source.name}.ipynb"] = text.encode()
    return files


def _assignments(root: Path, names: Iterable[str]) -> list[Source]:
    chosen = select_sources(root, names)
    names = list(names)
    lectures = [source.name for source in chosen if not source.graded]
    if names and lectures:
        raise CourseError(
            f"{lectures[0]} is a lecture: all lectures are in every bundle; "
            "name assignments only"
        )
    return [source for source in chosen if source.graded]


def _refuse_stale(root: Path, assignments: Iterable[Source]) -> None:
    lectures = (source for source in find_sources(root) if not source.graded)
    names = [source.name for source in (*lectures, *assignments)]
    problems = check_course(root, names)
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise CourseError(f"{problems[0]}{more}: run `nncourse build` first")


def _zipped(files: dict[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            info = zipfile.ZipInfo(f"{FOLDER}/{name}", _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3  # Unix, so that the permissions count
            mode = 0o755 if name.endswith(_EXECUTABLE) else 0o644
            info.external_attr = (0o100000 | mode) << 16
            archive.writestr(info, content)
    return data.getvalue()
