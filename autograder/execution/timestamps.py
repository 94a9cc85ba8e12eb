"""When a submission came in, from better evidence than the student's own word.

``timestamp.txt`` lies in the submission; a student can edit, empty or delete it. The
exchange keeps the time in the name of the folder that it was submitted to, and the file
system knows when the files were written. Where the file says nothing that can be true,
that evidence counts, and a warning names both.
"""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import Exchange
from nbgrader.utils import parse_utc

_AHEAD = dt.timedelta(days=1)  # a clock may be set to any time zone


class TrustedTimes(CourseDirectory):
    """A course directory that checks the submission times which it is asked for."""

    exchange: Path | None = None

    @classmethod
    def in_place_of(cls, directory: CourseDirectory, converter: Any) -> TrustedTimes:
        """Return the same directory with checked times, for one run of a converter."""
        values = {
            name: getattr(directory, name)
            for name in directory.trait_names(config=True)
            if name in directory.trait_values()
        }
        times = cls(parent=converter, **values)
        times.exchange = _inbound(directory, converter)
        return times

    def get_existing_timestamp(self, dest_path: str) -> dt.datetime | None:
        """Return the time of a submission in UTC, as nbgrader keeps it."""
        folder = Path(dest_path)
        owner = self._owner(folder)
        if owner is not None:
            return self._judge(folder, *owner)
        # A graded copy. It was made from the same text, so the same time is meant.
        source = self._submitted_as(folder)
        if source is not None and _text(source) == _text(folder):
            return self.get_existing_timestamp(str(source))
        claimed = _parsed(_text(folder))
        return claimed if claimed or _text(folder) is None else dt.datetime.min

    def _judge(self, folder: Path, student: str, assignment: str) -> dt.datetime | None:
        text = _text(folder)
        claimed = _parsed(text)
        known = self._exchange_times(student, assignment)
        possible = claimed is not None and claimed < _now() + _AHEAD
        if possible and (not known or claimed in known):
            return claimed
        if known:
            evidence, origin = max(known), "the exchange"
        elif text is None:
            return None  # handed in by other ways than the exchange: nothing is claimed
        else:
            evidence, origin = _newest_file(folder), "the time of the files"
        self.log.warning(
            "Submission of '%s' for '%s': timestamp.txt says %r, which cannot be "
            "right; %s (UTC) from %s counts",
            *(student, assignment, (text or "nothing")[:60], evidence, origin),
        )
        return evidence

    def _owner(self, folder: Path) -> tuple[str, str] | None:
        pattern = self.format_path(
            self.submitted_directory,
            "(?P<student>[^/]+)",
            "(?P<assignment>[^/]+)",
            escape=True,
        )
        found = re.fullmatch(pattern, str(folder))
        return (found["student"], found["assignment"]) if found else None

    def _submitted_as(self, folder: Path) -> Path | None:
        pattern = self.format_path(
            self.autograded_directory,
            "(?P<student>[^/]+)",
            "(?P<assignment>[^/]+)",
            escape=True,
        )
        found = re.fullmatch(pattern, str(folder))
        if not found:
            return None
        return Path(
            self.format_path(
                self.submitted_directory, found["student"], found["assignment"]
            )
        )

    def _exchange_times(self, student: str, assignment: str) -> set[dt.datetime]:
        if self.exchange is None or not self.exchange.is_dir():
            return set()
        prefix = f"{student}+{assignment}+"
        times = (
            _parsed(entry.name.removeprefix(prefix).split("+")[0])
            for entry in self.exchange.iterdir()
            if entry.name.startswith(prefix)
        )
        return {time for time in times if time is not None}


def _inbound(directory: CourseDirectory, converter: Any) -> Path | None:
    """Return where the exchange keeps what students handed in."""
    if not directory.course_id:
        return None
    root = Exchange(coursedir=directory, parent=converter).root
    return Path(root, directory.course_id, "inbound")


def _text(folder: Path) -> str | None:
    try:
        with (folder / "timestamp.txt").open("rb") as file:
            return file.read(200).decode("utf-8", "replace").strip()
    except OSError:
        return None


def _parsed(text: str | None) -> dt.datetime | None:
    try:
        return parse_utc(text) if text else None
    except (ValueError, OverflowError, TypeError):
        return None


def _newest_file(folder: Path) -> dt.datetime:
    times = [p.stat().st_mtime for p in folder.rglob("*") if p.is_file()]
    newest = min(max(times, default=0.0), _now().replace(tzinfo=dt.UTC).timestamp())
    return dt.datetime.fromtimestamp(newest, dt.UTC).replace(tzinfo=None)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)
