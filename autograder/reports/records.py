"""What grading kept of each student: gradebook rows and the graded notebooks."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from sqlalchemy import select
from sqlalchemy.orm import Session

from autograder.grading.course import Course
from autograder.grading.gradebook import Gradebook


@dataclass
class Task:
    """One graded cell of an assignment."""

    name: str
    points: float


@dataclass
class Record:
    """What the report knows of one student's submission."""

    student: str
    name: str = ""
    submitted: bool = False
    scores: dict[str, float] = field(default_factory=dict)
    manual: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    """Paths in formgrader, one a notebook with a cell that waits for a person."""
    blank: set[str] = field(default_factory=set)
    checks: dict[tuple[str, str], bool] = field(default_factory=dict)
    mistakes: set[tuple[str, str, str]] = field(default_factory=set)
    """Task, name and hint of each misconception that was recognised."""
    penalty: float = 0.0
    late_seconds: float = 0.0
    seconds: float = 0.0
    repaired: int = 0
    timed_out: int = 0
    crashed: int = 0
    unsafe: bool = False
    unreadable: bool = False
    graded: bool = False
    """Whether its graded notebook was there to be read."""
    sources: dict[str, str] = field(default_factory=dict)
    """The student's code by cell."""

    @property
    def score(self) -> float:
        """The sum after the penalty, as nbgrader's."""
        return max(0.0, sum(self.scores.values()) - self.penalty)


def read_records(
    course: Course, book: Gradebook, assignment: str
) -> tuple[list[Task], list[Record]]:
    """Read tasks in the notebook's order and a record for each known student."""
    with book.transaction() as session:
        record_id, tasks = _tasks(book.assignment(session, assignment))
        records = _students(session)
        _add_submissions(session, record_id, records)
        blanks = _add_scores(session, record_id, records)
    for record in records.values():
        if record.submitted:
            folder = course.folder("autograded", record.student, assignment)
            for path in sorted(folder.glob("*.ipynb")):
                _add_notebook(record, path, blanks.get(record.student, set()))
    return tasks, list(records.values())


def _tasks(assignment: Assignment) -> tuple[str, list[Task]]:
    tasks = []
    for notebook in assignment.notebooks:
        order = {cell.name: n for n, cell in enumerate(notebook.source_cells)}
        cells = [*notebook.grade_cells, *notebook.task_cells]
        cells.sort(key=lambda cell: order.get(cell.name, len(order)))
        tasks += [Task(f"{notebook.name}/{c.name}", float(c.max_score)) for c in cells]
    return str(assignment.id), tasks


def _students(session: Session) -> dict[str, Record]:
    columns = (Student.id, Student.first_name, Student.last_name)
    return {
        row.id: Record(
            row.id, " ".join(filter(None, (row.first_name, row.last_name))).strip()
        )
        for row in session.execute(select(*columns).order_by(Student.id))
    }


def _add_submissions(
    session: Session, assignment: str, records: Mapping[str, Record]
) -> None:
    own = select(SubmittedAssignment).where(
        SubmittedAssignment.assignment_id == assignment
    )
    for submission in session.scalars(own):
        record = records[submission.student_id]
        record.submitted = True
        record.late_seconds = float(submission.total_seconds_late)


def _add_scores(
    session: Session, assignment: str, records: Mapping[str, Record]
) -> dict[str, set[str]]:
    """Add scores and penalties; return what each student left as it was released."""
    notebooks = (
        select(
            SubmittedNotebook.id,
            SubmittedNotebook.late_submission_penalty,
            SubmittedAssignment.student_id,
            Notebook.name,
        )
        .join(
            SubmittedAssignment,
            SubmittedNotebook.assignment_id == SubmittedAssignment.id,
        )
        .join(Notebook, SubmittedNotebook.notebook_id == Notebook.id)
        .where(SubmittedAssignment.assignment_id == assignment)
    )
    known = {row.id: row for row in session.execute(notebooks)}
    for row in known.values():
        records[row.student_id].penalty += row.late_submission_penalty or 0.0
    for row in _of_cells(session, Grade, assignment, *_GRADE_COLUMNS):
        notebook = known[row.notebook_id]
        record, task = records[notebook.student_id], f"{notebook.name}/{row.name}"
        score = row.auto_score if row.manual_score is None else row.manual_score
        record.scores[task] = (score or 0.0) + (row.extra_credit or 0.0)
        if row.needs_manual_grade:
            record.manual.append(task)
            link = f"formgrader/submissions/{row.notebook_id}"
            if link not in record.links:
                record.links.append(link)
    blanks: dict[str, set[str]] = {}
    for row in _of_cells(session, Comment, assignment, Comment.auto_comment):
        if row.auto_comment:
            notebook = known[row.notebook_id]
            name = f"{notebook.name}/{row.name}"
            blanks.setdefault(notebook.student_id, set()).add(name)
    return blanks


_GRADE_COLUMNS = (
    Grade.auto_score,
    Grade.manual_score,
    Grade.extra_credit,
    Grade.needs_manual_grade,
)


def _of_cells(
    session: Session, table: type[Any], assignment: str, *columns: Any
) -> Iterator[Any]:
    query = (
        select(table.notebook_id, BaseCell.name, *columns)
        .join(BaseCell, table.cell_id == BaseCell.id)
        .join(Notebook, BaseCell.notebook_id == Notebook.id)
        .where(Notebook.assignment_id == assignment)
    )
    return iter(session.execute(query).all())


def _add_notebook(record: Record, path: Path, blanks: set[str]) -> None:
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        report = notebook["metadata"].get("nncourse", {}).get("report", {})
        cells = notebook["cells"]
    except (OSError, ValueError, KeyError):
        return
    record.graded = True
    record.seconds += float(report.get("seconds", 0.0))
    record.repaired += len(report.get("repaired", []))
    record.unsafe |= bool(report.get("unsafe"))
    record.unreadable |= bool(report.get("unreadable"))
    answer = ""
    for cell in cells:
        told = cell["metadata"].get("nncourse", {})
        marks = cell["metadata"].get("nbgrader", {})
        record.timed_out += told.get("status") in ("timeout", "budget")
        record.crashed += told.get("status") in ("died", "memory")
        name = f"{path.stem}/{marks.get('grade_id', '')}"
        if marks.get("solution"):
            answer = name
            if cell["cell_type"] == "code":
                record.sources[name] = "".join(cell["source"])
        if marks.get("grade") and answer in blanks:
            record.blank.add(name)
        if marks.get("grade") and not marks.get("solution"):
            _add_checks(record, name, told)


def _add_checks(record: Record, task: str, told: Mapping[str, Any]) -> None:
    """Read the grader's own notes; outputs could be a student's forgery."""
    for check in (told.get("rubric") or {}).get("checks", []):
        record.checks[task, check["name"]] = check["earned"] > 0
    diagnosis = told.get("diagnosis")
    if diagnosis:
        record.mistakes.add((task, diagnosis["name"], diagnosis.get("hint", "")))
