"""The rows that a submitted notebook has in the gradebook, and what goes into them.

Plain rows instead of nbgrader's mapped objects: a class has thousands, and reading one
through its relations takes several queries.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.api import BaseCell, Comment, Grade, SubmittedNotebook
from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

GRADED = ("GradeCell", "TaskCell")
ANSWERED = ("SolutionCell", "TaskCell")


@dataclass(frozen=True)
class Rows:
    """One submitted notebook: a grade a graded cell, a comment an answered one."""

    grades: list[Row[Any]]
    comments: list[Row[Any]]


def rows_of(session: Session, submission: str, notebook: str) -> Rows:
    """The rows of a notebook in a submission (both by id), made where missing."""
    own = (
        SubmittedNotebook.assignment_id == submission,
        SubmittedNotebook.notebook_id == notebook,
    )
    record = session.scalar(select(SubmittedNotebook.id).where(*own))
    if record is None:
        new = SubmittedNotebook(assignment_id=submission, notebook_id=notebook)
        session.add(new)
        session.flush()
        record = new.id
    cells = session.execute(
        select(BaseCell.id, BaseCell.type).where(BaseCell.notebook_id == notebook)
    ).all()
    for table, kinds in ((Grade, GRADED), (Comment, ANSWERED)):
        known = session.scalars(
            select(table.cell_id).where(table.notebook_id == record)
        ).all()
        wanted = {cell.id for cell in cells if cell.type in kinds}
        missing = sorted(wanted.difference(known))
        if missing:
            new_rows = [{"cell_id": cell, "notebook_id": record} for cell in missing]
            session.execute(insert(table), new_rows)
    return Rows(
        grades=_named(session, record, Grade, Grade.manual_score),
        comments=_named(session, record, Comment),
    )


def _named(
    session: Session, record: str, table: type[Any], *columns: Any
) -> list[Row[Any]]:
    query = select(table.id, BaseCell.name, *columns)
    query = query.join(BaseCell, table.cell_id == BaseCell.id)
    return list(session.execute(query.where(table.notebook_id == record)))


def record_scores(session: Session, rows: Rows, notebook: NotebookNode | None) -> None:
    """Write scores and "No response." as SaveAutoGrades does.

    A notebook that was not handed in is worth nothing and needs no reading.
    """
    cells = {
        cell.metadata.nbgrader.grade_id: cell
        for cell in (notebook.cells if notebook is not None else ())
        if cell.metadata.get("nbgrader", {}).get("grade_id")
    }
    grades = [
        {"id": row.id, **_scored(row, cells.get(row.name))}
        for row in rows.grades
        # A task that was handed in is graded by a person alone.
        if row.name not in cells or utils.is_grade(cells[row.name])
    ]
    if grades:
        session.execute(update(Grade), grades)
    if notebook is not None and rows.comments:
        comments = [
            {"id": row.id, "auto_comment": _comment(cells.get(row.name))}
            for row in rows.comments
        ]
        session.execute(update(Comment), comments)


def _scored(row: Row[Any], cell: NotebookNode | None) -> dict[str, Any]:
    if cell is None:
        return {"auto_score": 0, "needs_manual_grade": False}
    score, _ = utils.determine_grade(cell)
    by_hand = row.manual_score is not None or score is None
    return {"auto_score": score, "needs_manual_grade": by_hand}


def _comment(cell: NotebookNode | None) -> str | None:
    if cell is None or utils.is_task(cell):
        return None
    untouched = cell.metadata.nbgrader.get("checksum") == utils.compute_checksum(cell)
    return "No response." if untouched else None
