"""Submissions from a download of Moodle or Canvas, into nbgrader's folders."""

from __future__ import annotations

import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from autograder.errors import CourseError
from autograder.grading.course import Course
from autograder.grading.files import MAX_FILE_BYTES

PATTERNS = {
    # "First Last_1234567_assignsubmission_file/a01_neurons.ipynb", or all in one name
    "Moodle": r"(?P<name>[^/]+?)_(?P<student>\d+)_assignsubmission_file_?/?"
    r"(?P<file>.+)",
    # "lastfirst_LATE_4711_98765_a01_neurons.ipynb", with "-1" after a resubmission
    "Canvas": r"(?P<name>[^_/]+)_(?:LATE_)?(?P<student>\d+)_\d+_"
    r"(?P<file>[^/]+?)(?:-\d+)?(?P<ending>\.\w+)",
}
MAX_DOWNLOAD_BYTES = 20_000_000_000
SHOWN = 20


@dataclass
class Download:
    """What a download holds, and of whom."""

    source: Path
    kind: str
    files: dict[str, dict[str, tuple[str, float]]] = field(default_factory=dict)
    """By student and file name: where it lies in the download, and its date."""
    unmatched: list[str] = field(default_factory=list)


def read_download(source: Path, pattern: str | None) -> Download:
    """Match the names in a folder or ZIP; the pattern decides who handed in what."""
    entries = dict(_entries(source))
    if not entries:
        raise CourseError(f"{source} holds no files; name the folder or ZIP of the LMS")
    download = _best_match(source, entries, pattern)
    if not download.files:
        shown = next(iter(entries))
        raise CourseError(
            f"no name in {source} fits ({download.kind}); the first is {shown!r}; "
            "give --pattern with the groups (?P<student>…) and (?P<file>…)"
        )
    return download


def _best_match(
    source: Path, entries: dict[str, float], pattern: str | None
) -> Download:
    if pattern is None:
        tried = [_match(source, entries, k, p) for k, p in PATTERNS.items()]
        return min(tried, key=lambda download: len(download.unmatched))
    try:
        groups = re.compile(pattern).groupindex
    except re.error as error:
        raise CourseError(
            f"--pattern is no regular expression: {error}; example: "
            r"'(?P<student>\w+)/(?P<file>.+)'"
        ) from error
    if not {"student", "file"} <= set(groups):
        raise CourseError(
            f"--pattern has the groups {sorted(groups)}: expected 'student' and "
            r"'file'; example: '(?P<student>\w+)/(?P<file>.+)'"
        )
    return _match(source, entries, "--pattern", pattern)


def _match(
    source: Path, entries: dict[str, float], kind: str, pattern: str
) -> Download:
    download = Download(source, kind)
    expression = re.compile(pattern)
    for entry, date in sorted(entries.items()):
        found = expression.fullmatch(entry)
        student = found["student"].strip() if found else ""
        if found is None or not _is_plain(student):
            download.unmatched.append(entry)
            continue
        name = found["file"] + (found.groupdict().get("ending") or "")
        files = download.files.setdefault(student, {})
        if name not in files or files[name][1] < date:  # the last attempt counts
            files[name] = (entry, date)
    return download


def preview(download: Download) -> str:
    """Who was matched and what was not, for a person to check."""
    students = sorted(download.files)
    lines = [f"{download.source} ({download.kind}): {len(students)} students"]
    for student in students[:SHOWN]:
        lines.append(f"  {student}: {', '.join(sorted(download.files[student]))}")
    if len(students) > SHOWN:
        lines.append(f"  … and {len(students) - SHOWN} more")
    lines.append(f"not matched: {len(download.unmatched)} files")
    lines += [f"  {entry}" for entry in download.unmatched[:SHOWN]]
    if len(download.unmatched) > SHOWN:
        lines.append(f"  … and {len(download.unmatched) - SHOWN} more")
    return "\n".join(lines)


def store_submissions(
    download: Download, course: Course, assignment: str, *, force: bool = False
) -> None:
    """Put every student's files where nbgrader expects them; each folder whole."""
    folders = {
        student: course.folder("submitted", student, assignment)
        for student in download.files
    }
    with tempfile.TemporaryDirectory(prefix="download-") as scratch:
        for student, files in download.files.items():
            _copy(download.source, files, Path(scratch, student))
        kept = [
            student
            for student, folder in folders.items()
            if folder.exists() and not _same(folder, Path(scratch, student))
        ]
        if kept and not force:
            raise CourseError(
                f"{len(kept)} students have another submission already "
                f"({', '.join(sorted(kept)[:5])}); --force replaces it"
            )
        for student, folder in folders.items():
            if folder.exists():
                shutil.rmtree(folder)
            shutil.copytree(Path(scratch, student), folder)


def _entries(source: Path) -> Iterator[tuple[str, float]]:
    """Names and dates of the files in a folder or ZIP."""
    if source.is_dir():
        for path in source.rglob("*"):
            if path.is_file() and not path.is_symlink():
                yield path.relative_to(source).as_posix(), path.stat().st_mtime
        return
    with _open_zip(source) as archive:
        infos = [info for info in archive.infolist() if not info.is_dir()]
        if sum(info.file_size for info in infos) > MAX_DOWNLOAD_BYTES:
            raise CourseError(f"{source} unpacks to over 20 GB: is it the right file?")
        for info in infos:
            date = float("".join(f"{part:02d}" for part in info.date_time))
            yield info.filename, date


def _open_zip(source: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(source)
    except FileNotFoundError as error:
        raise CourseError(
            f"--from {source}: no such file or folder; check the name"
        ) from error
    except (zipfile.BadZipFile, OSError) as error:
        raise CourseError(
            f"--from {source} can't be read as a ZIP ({error}); download it again, or "
            "unpack it and name the folder"
        ) from error


def _copy(source: Path, files: dict[str, tuple[str, float]], target: Path) -> None:
    for name, (entry, _) in files.items():
        if not _is_inside(name):
            continue
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copy2(source / entry, path)
            continue
        with _open_zip(source) as archive, archive.open(entry) as file:
            # One byte more than is graded, so that the grader can say it is too big.
            path.write_bytes(file.read(MAX_FILE_BYTES + 1))


def _same(one: Path, other: Path) -> bool:
    """Whether two folders hold the same files, a timestamp aside."""
    contents = (
        {
            path.relative_to(folder): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file() and path.name != "timestamp.txt"
        }
        for folder in (one, other)
    )
    first, second = contents
    return first == second


def _is_plain(student: str) -> bool:
    """Whether a name can be a folder: it comes from a stranger's ZIP."""
    return (
        bool(student)
        and student not in (".", "..")
        and not re.search(r"[/\\\0+]", student)
    )


def _is_inside(name: str) -> bool:
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return bool(parts) and ".." not in parts and not name.startswith(("/", "\\"))
