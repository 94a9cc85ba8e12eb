"""Late days: a penalty by days, with grace, a cap and extensions."""

from __future__ import annotations

import csv
import math
from pathlib import Path

from nbgrader.plugins import BasePlugin
from traitlets import Float, Unicode

from autograder.errors import CourseError

DAY = 86400
COLUMNS = ["student_id", "extension_days"]


class LateDays(BasePlugin):
    """nbgrader's plugin for late work; every begun day costs a share of the score."""

    grace_minutes = Float(
        10.0, min=0.0, help="How late costs nothing; later, all of the time counts."
    ).tag(config=True)
    percent_per_day = Float(
        10.0, min=0.0, max=100.0, help="Of the score, for every begun day."
    ).tag(config=True)
    cap_percent = Float(
        100.0, min=0.0, max=100.0, help="The most that lateness can cost."
    ).tag(config=True)
    extensions = Unicode(
        "", help="A CSV file with the columns student_id and extension_days."
    ).tag(config=True)

    def late_submission_penalty(
        self, student_id: str, score: float, total_seconds_late: float
    ) -> float | None:
        """Return the points to take off; None for no penalty."""
        extension = read_extensions(self.extensions).get(student_id, 0.0)
        late = total_seconds_late - extension * DAY
        if late <= self.grace_minutes * 60:
            return None
        percent = min(self.cap_percent, self.percent_per_day * math.ceil(late / DAY))
        return score * percent / 100


def read_extensions(file: str) -> dict[str, float]:
    """Read extensions in days by student; several rows of a student add up."""
    if not file:
        return {}
    days: dict[str, float] = {}
    try:
        with Path(file).open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines)
            if not set(COLUMNS) <= set(reader.fieldnames or ()):
                raise CourseError(
                    f"{file} has the columns {', '.join(reader.fieldnames or ())}; "
                    f"expected {' and '.join(COLUMNS)}"
                )
            for row in reader:
                student = (row["student_id"] or "").strip()
                number = _days(row["extension_days"], f"{file}:{reader.line_num}")
                days[student] = days.get(student, 0.0) + number
    except (OSError, UnicodeDecodeError) as error:
        raise CourseError(
            f"the extensions {file} can't be read: {error}; "
            "check c.LateDays.extensions and save the file as UTF-8"
        ) from error
    return days


def _days(text: str | None, place: str) -> float:
    try:
        number = float(text or "")
    except ValueError:
        number = math.nan
    if not (math.isfinite(number) and number >= 0):
        raise CourseError(
            f"{place}: extension_days is {text!r}; expected a number from 0 up"
        )
    return number
