"""An nbgrader course directory as its own configuration describes it."""

from __future__ import annotations

import difflib
import logging
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from traitlets.config import Config

from autograder.errors import CourseError


@dataclass(frozen=True)
class Submission:
    """What one student handed in for one assignment."""

    student: str
    assignment: str
    folder: Path


class Course:
    """The folders, the gradebook and the settings of one nbgrader course."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.config: Config = app.config
        self.directory = app.coursedir
        self.root = Path(app.coursedir.root)

    @classmethod
    def open(cls, root: Path | None = None) -> Course:
        """Read ``nbgrader_config.py`` of the folder as nbgrader's commands do."""
        folder = (root or Path.cwd()).resolve()
        if not (folder / "nbgrader_config.py").is_file():
            raise CourseError(
                f"{folder} is no nbgrader course: expected nbgrader_config.py there; "
                "change to the course's folder or name it with --course"
            )
        from nbgrader.apps.baseapp import NbGrader

        class CourseApp(NbGrader):
            """Loads the configuration and runs nothing."""

            name = "nncourse"

        logger = logging.getLogger("traitlets")
        usual = logger.level
        logger.setLevel(logging.ERROR)
        try:
            app = CourseApp(log_level=logging.ERROR)
            app.load_cwd_config = False
            app.initialize([], root=str(folder))
        finally:
            logger.setLevel(usual)
        return cls(app)

    @property
    def course_id(self) -> str:
        """The course's name in the gradebook."""
        return str(self.directory.course_id) or "default_course"

    @property
    def db_url(self) -> str:
        """Where the gradebook is, as SQLAlchemy writes it."""
        return str(self.directory.db_url)

    @property
    def is_hardened(self) -> bool:
        """Whether ``harden(c)`` was called in the configuration."""
        names = map(str, self.config.Autograde.get("autograde_preprocessors", []))
        return any("autograder" in name for name in names)

    @property
    def results_folder(self) -> Path:
        """Where finished results are kept, so that no work is done twice."""
        configured = self.config.Grade.get("results_directory", ".nncourse/results")
        return self.root / configured

    @property
    def silent_seconds(self) -> float:
        """After how long without a sign of life a cluster's worker is left out."""
        return float(self.config.Grade.get("silent_seconds", 30))

    def folder(self, step: str, student: str, assignment: str) -> Path:
        """The folder of a step ("submitted", "autograded", …) as configured."""
        directory = getattr(self.directory, f"{step}_directory")
        return Path(self.directory.format_path(directory, student, assignment))

    def submissions(self, assignment: str, students: str = "*") -> list[Submission]:
        """All submissions of an assignment whose student matches the glob."""
        found = sorted(self._matches(assignment, students), key=lambda s: s.student)
        seen: dict[str, Submission] = {}
        for submission in found:
            twin = seen.setdefault(_one_spelling(submission.student), submission)
            if twin is not submission:
                raise CourseError(
                    f"two folders for one student: {twin.folder} and "
                    f"{submission.folder}; keep one of them"
                )
        return found

    def _matches(self, assignment: str, students: str) -> Iterator[Submission]:
        directory = self.directory
        pattern = self.folder("submitted", students, assignment)
        expression = re.compile(
            directory.format_path(
                directory.submitted_directory,
                "(?P<student>.*)",
                assignment,
                escape=True,
            )
            + "$"
        )
        excluded = {
            name.strip()
            for name in str(getattr(directory, "student_id_exclude", "")).split(",")
        }
        anchor = Path(pattern.anchor)
        for folder in anchor.glob(str(pattern.relative_to(anchor))):
            match = expression.match(str(folder))
            if match is None or not folder.is_dir():
                continue
            student = match["student"]
            if student not in excluded:
                yield Submission(student, assignment, folder)

    def similar_assignments(self, assignment: str, known: Sequence[str]) -> str | None:
        """The name that a mistyped assignment probably meant."""
        source = self.folder("source", ".", assignment).parent
        folders = [p.name for p in source.iterdir()] if source.is_dir() else []
        close = difflib.get_close_matches(assignment, [*known, *folders], 1, 0.5)
        return close[0] if close else None


def _one_spelling(student: str) -> str:
    """The same text for names that a person would take for the same student."""
    return unicodedata.normalize("NFC", student).casefold().strip()
