"""Plugins for `nbgrader export`: marks by task, for Canvas and for Moodle.

Rows of marks and rows of the roster that have no partner are listed, never dropped
in silence.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from nbgrader.plugins import ExportPlugin
from traitlets import Dict, Unicode

from autograder.errors import CourseError

Row = list[Any]


class TaskExport(ExportPlugin):
    """One row a student, assignment and graded cell."""

    def export(self, gradebook: Any) -> None:
        """Write the file; the default is tasks.csv."""
        rows: list[Row] = [
            ["assignment", "student_id", "notebook", "task", "score", "max_score"]
        ]
        for assignment in _chosen(gradebook.assignments, self.assignment):
            for submission in _submissions(assignment, self.student):
                for notebook in submission.notebooks:
                    for grade in notebook.grades:
                        place = (assignment.name, submission.student.id, notebook.name)
                        rows.append([*place, grade.name, grade.score, grade.max_score])
        _write(self.to or "tasks.csv", rows)


class _Platform(ExportPlugin):
    """One row a student, one column an assignment; ids come from a roster."""

    roster = Unicode("", help="A CSV file with student_id and these columns.").tag(
        config=True
    )
    titles = Dict(
        help="The platform's own name of a column by assignment. Canvas makes a new "
        "column for a name that it does not know; its own end in an id: 'Neurons (47)'."
    ).tag(config=True)
    columns: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    """Those of the columns that people chose; the others are ids."""
    file = ""

    def export(self, gradebook: Any) -> None:
        """Write the file, and list what has no partner."""
        roster = read_roster(self.roster, self.columns)
        chosen = _chosen(gradebook.assignments, self.assignment)
        marks: dict[str, dict[str, float]] = {}
        for assignment in chosen:
            for submission in _submissions(assignment, self.student):
                own = marks.setdefault(str(submission.student.id), {})
                own[assignment.name] = submission.score - sum(
                    notebook.late_submission_penalty or 0.0
                    for notebook in submission.notebooks
                )
        names = [assignment.name for assignment in chosen]
        titles = [self.titles.get(name, name) for name in names]
        rows = [[*self.columns, *titles], *self.extra(chosen)]
        for student in sorted(roster.keys() & marks.keys()):
            scores = [marks[student].get(name, "") for name in names]
            ids = roster[student]
            known = [_safe(ids[c]) if c in self.names else ids[c] for c in self.columns]
            rows.append([*known, *scores])
        _write(self.to or self.file, rows)
        for student in sorted(marks.keys() - roster.keys()):
            print(f"not exported, missing in the roster: {student}")
        if not self.student:
            for student in sorted(roster.keys() - marks.keys()):
                print(f"in the roster, but nothing handed in: {student}")

    def extra(self, assignments: list[Any]) -> list[Row]:
        """Return rows that stand between the head and the students."""
        return []


class CanvasExport(_Platform):
    """A gradebook file as Canvas imports it."""

    columns = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
    names = ("Student", "Section")
    file = "canvas.csv"

    def extra(self, assignments: list[Any]) -> list[Row]:
        """Return the row of possible points."""
        blank = [""] * (len(self.columns) - 1)
        return [["    Points Possible", *blank, *(a.max_score for a in assignments)]]


class MoodleExport(_Platform):
    """A file for Moodle's import of grades, which asks which column is which."""

    columns = ("First name", "Last name", "ID number", "Email address")
    names = ("First name", "Last name")
    file = "moodle.csv"


def read_roster(file: str, columns: Iterable[str]) -> dict[str, dict[str, str]]:
    """Read a roster by student_id."""
    wanted = ["student_id", *columns]
    if not file:
        raise CourseError(f"expected a roster: a CSV file with {', '.join(wanted)}")
    found: dict[str, dict[str, str]] = {}
    try:
        with Path(file).open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines)
            missing = [c for c in wanted if c not in (reader.fieldnames or ())]
            if missing:
                raise CourseError(
                    f"the roster {file} lacks {', '.join(missing)}; add the columns"
                )
            for row in reader:
                student = (row["student_id"] or "").strip()
                if student in found:
                    raise CourseError(
                        f"{file}: student {student!r} is there twice; keep one row"
                    )
                found[student] = {c: row[c] or "" for c in columns}
    except OSError as error:
        raise CourseError(
            f"the roster {file} can't be read: {error.strerror}; name a CSV file"
        ) from error
    except UnicodeDecodeError as error:
        raise CourseError(f"the roster {file} isn't UTF-8; save it as UTF-8") from error
    return found


def _chosen(assignments: Iterable[Any], names: Iterable[str]) -> list[Any]:
    wanted = set(map(str, names))
    return [a for a in assignments if not wanted or a.name in wanted]


def _submissions(assignment: Any, students: Iterable[str]) -> list[Any]:
    wanted = set(map(str, students))
    found = [s for s in assignment.submissions if not wanted or s.student.id in wanted]
    return sorted(found, key=lambda s: str(s.student.id))


def _write(file: str, rows: Iterable[Row]) -> None:
    try:
        with Path(file).open("w", encoding="utf-8", newline="") as target:
            csv.writer(target).writerows(rows)
    except OSError as error:
        raise CourseError(f"{file} can't be written: {error.strerror}") from error


def _safe(name: str) -> str:
    """Keep a spreadsheet from taking a name for a formula."""
    return f"'{name}" if name[:1] in ("=", "+", "-", "@") else name
