"""The one writer of nbgrader's gradebook: one transaction a submission.

It does in one transaction what nbgrader's Autograde, SaveAutoGrades and
AssignLatePenalties do in a dozen, on the same tables, so that formgrader, feedback and
export go on from there.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import nbgrader
from alembic.script import ScriptDirectory
from nbformat import NotebookNode
from nbgrader.api import (
    Assignment,
    BaseCell,
    Grade,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy import create_engine, inspect, select, text, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker
from traitlets.config import Config

from autograder.errors import CourseError
from autograder.grading.rows import record_scores, rows_of

LOCK_SECONDS = 30


@functools.cache
def current_schema() -> str | None:
    """The schema version of the installed nbgrader.

    ``nbgrader.api.get_alembic_version`` starts a process to learn it: a second.
    """
    scripts = Path(nbgrader.__file__).parent / "alembic"
    return ScriptDirectory(str(scripts)).get_current_head()


class Gradebook:
    """nbgrader's database, opened for reading and for whole-submission writes."""

    def __init__(self, db_url: str, config: Config | None = None) -> None:
        self.db_url = db_url
        self.config = config or Config()
        sqlite = db_url.startswith("sqlite")
        try:
            self.engine = create_engine(
                db_url, connect_args={"timeout": LOCK_SECONDS} if sqlite else {}
            )
            self._check_schema()
        except (SQLAlchemyError, ImportError) as error:
            raise CourseError(
                f"the gradebook {self._shown_url} can't be opened: "
                f"{_first_line(error)}; check c.CourseDirectory.db_url"
            ) from error
        self.sessions = sessionmaker(self.engine)

    @property
    def _shown_url(self) -> str:
        """The address without a password."""
        try:
            return make_url(self.db_url).render_as_string(hide_password=True)
        except SQLAlchemyError:
            return self.db_url

    def _check_schema(self) -> None:
        with self.engine.connect() as connection:
            tables = inspect(connection).get_table_names()
            if not tables:
                raise CourseError(
                    f"the gradebook {self._shown_url} is empty: run "
                    "`nbgrader generate_assignment` for the assignment first"
                )
            if "alembic_version" not in tables:
                raise CourseError(
                    f"{self._shown_url} is no gradebook of nbgrader; "
                    "check c.CourseDirectory.db_url"
                )
            version = connection.scalar(text("SELECT version_num FROM alembic_version"))
        if version != current_schema():
            raise CourseError(
                f"the gradebook has schema {version}, this nbgrader works with "
                f"{current_schema()}: back it up, then run `nbgrader db upgrade` "
                "(or install the nbgrader that wrote it, if that is newer)"
            )

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """All or nothing; what the database refuses becomes a sentence."""
        try:
            with self.sessions.begin() as session:
                yield session
        except DBAPIError as error:
            raise CourseError(
                f"the gradebook refused a write: {_first_line(error)}; "
                f"{_remedy(error)} Nothing was half-written; run the same command "
                "again afterwards"
            ) from error

    def assignment_names(self, session: Session) -> list[str]:
        """All assignments that the gradebook knows."""
        return list(session.scalars(select(Assignment.name).order_by(Assignment.name)))

    def auto_scores(self, assignment: str) -> dict[str, dict[str, float | None]]:
        """By student and "notebook/cell" what the autograder gave so far."""
        query = (
            select(
                SubmittedAssignment.student_id,
                Notebook.name,
                BaseCell.name,
                Grade.auto_score,
            )
            .join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
            .join(SubmittedNotebook)
            .join(Notebook, SubmittedNotebook.notebook_id == Notebook.id)
            .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
            .join(BaseCell, Grade.cell_id == BaseCell.id)
            .where(Assignment.name == assignment, BaseCell.type != "TaskCell")
        )
        scores: dict[str, dict[str, float | None]] = {}
        with self.transaction() as session:
            for student, notebook, cell, score in session.execute(query):
                scores.setdefault(student, {})[f"{notebook}/{cell}"] = score
        return scores

    def assignment(self, session: Session, name: str) -> Assignment:
        """The assignment as ``nbgrader generate_assignment`` recorded it."""
        found = session.scalar(select(Assignment).where(Assignment.name == name))
        if found is None or not found.notebooks:
            raise CourseError(
                f"assignment '{name}' is not in the gradebook: run "
                f"`nbgrader generate_assignment {name}` first"
            )
        return found

    def save(
        self,
        student: str,
        assignment: str,
        notebooks: Mapping[str, NotebookNode],
        timestamp: dt.datetime | None,
    ) -> None:
        """Record one graded submission; manual grades and comments stay.

        A notebook of the assignment that is missing in ``notebooks`` gets zero, as it
        does in nbgrader.
        """
        with self.transaction() as session:
            record = self.assignment(session, assignment)
            submission = _submission(session, student, record)
            if timestamp is not None:
                submission.timestamp = timestamp
            session.flush()
            for part in record.notebooks:
                rows = rows_of(session, submission.id, part.id)
                record_scores(session, rows, notebooks.get(part.name))
            self._apply_late_penalty(session, submission)

    def _apply_late_penalty(
        self, session: Session, submission: SubmittedAssignment
    ) -> None:
        mine = SubmittedNotebook.assignment_id == submission.id
        session.execute(
            update(SubmittedNotebook).where(mine).values(late_submission_penalty=None)
        )
        late = submission.total_seconds_late
        if late <= 0:
            return
        penalties = AssignLatePenalties(config=self.config)
        penalties.init_plugin()
        for record in session.scalars(select(SubmittedNotebook).where(mine)):
            penalty = penalties.plugin_inst.late_submission_penalty(
                submission.student_id, record.score, late
            )
            if penalty is not None:
                penalty = penalties._check_late_penalty(record, penalty)
            record.late_submission_penalty = penalty


def _submission(
    session: Session, student: str, assignment: Assignment
) -> SubmittedAssignment:
    """The student's submission, made where it is missing."""
    if session.get(Student, student) is None:
        session.add(Student(id=student))
        session.flush()
    found = session.scalar(
        select(SubmittedAssignment).where(
            SubmittedAssignment.assignment_id == assignment.id,
            SubmittedAssignment.student_id == student,
        )
    )
    if found is None:
        found = SubmittedAssignment(assignment_id=assignment.id, student_id=student)
        session.add(found)
        session.flush()
    return found


def _first_line(error: BaseException) -> str:
    """The message without the statement that SQLAlchemy adds."""
    cause = getattr(error, "orig", None) or error
    return str(cause).strip().split("\n")[0]


def _remedy(error: DBAPIError) -> str:
    """What a person can do about the commonest refusals."""
    message = str(error.orig).lower()
    if "locked" in message:
        return "another program holds it open: close it."
    if "readonly" in message or "read-only" in message or "permission" in message:
        return "it is read-only: give yourself the right to write."
    if "full" in message or "no space" in message:
        return "the disk is full: make room."
    return "check that the database server is up."
