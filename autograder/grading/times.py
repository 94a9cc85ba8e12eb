"""When each submission came in, as the hardened road of nbgrader decides it."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable

from autograder.execution.timestamps import TrustedTimes
from autograder.grading.course import Course, Submission


def submission_times(
    course: Course, warn: Callable[[str], None]
) -> Callable[[Submission], dt.datetime | None]:
    """A function that gives the time of a submission; doubts go to ``warn``."""
    times = TrustedTimes.in_place_of(course.directory, course.app)
    times.log = logging.Logger("times")
    times.log.addHandler(_Forward(warn))
    return lambda submission: times.get_existing_timestamp(str(submission.folder))


class _Forward(logging.Handler):
    def __init__(self, warn: Callable[[str], None]) -> None:
        super().__init__(logging.WARNING)
        self.warn = warn

    def emit(self, record: logging.LogRecord) -> None:
        self.warn(record.getMessage())
