"""Tests that changed after submissions exist: what changed, and the gradebook in step.

``nbgrader generate_assignment`` refuses to add or remove cells once there are
submissions. Here the instructor version is compared with the gradebook's cells, and the
difference is applied in one transaction, with a grade row for every submission.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.api import (
    Comment,
    Grade,
    GradeCell,
    Notebook,
    SolutionCell,
    SourceCell,
    SubmittedAssignment,
    TaskCell,
)
from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearOutput,
    ClearSolutions,
    ComputeChecksums,
    IncludeHeaderFooter,
    LockCells,
)
from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from traitlets.config import Config

from autograder.errors import CourseError
from autograder.grading.rows import rows_of

PREPARATION = (
    IncludeHeaderFooter,
    LockCells,
    ClearSolutions,
    ClearOutput,
    CheckCellMetadata,
    ComputeChecksums,
)


@dataclass(frozen=True)
class Cell:
    """What the gradebook keeps of a cell that nbgrader knows by its id."""

    source: str
    cell_type: str
    locked: bool
    checksum: str
    points: float | None
    solution: bool
    task: bool
    tags: tuple[str, ...] = ()


@dataclass
class Revision:
    """How the instructor version of one notebook differs from the gradebook."""

    notebook: str
    cells: dict[str, Cell]
    added: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    reweighted: dict[str, tuple[float, float]] = field(default_factory=dict)
    changed: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.reweighted or self.changed)

    def lines(self) -> list[str]:
        """The differences, a line each."""
        return [
            *(f"{self.notebook}: cell {name} is new" for name in self.added),
            *(f"{self.notebook}: cell {name} is gone" for name in self.removed),
            *(
                f"{self.notebook}: cell {name} is worth {new:g} instead of {old:g}"
                for name, (old, new) in self.reweighted.items()
            ),
            *(f"{self.notebook}: cell {name} has changed" for name in self.changed),
        ]


def instructor_cells(path: Path, config: Config) -> dict[str, Cell]:
    """The cells of an instructor version as ``generate_assignment`` records them."""
    notebook = nbformat.read(path, as_version=4)
    if any("AUTOTEST" in cell.source for cell in notebook.cells):
        raise CourseError(
            f"{path.name} has AUTOTEST lines, which only `nbgrader "
            "generate_assignment` can expand; run it before the first submission"
        )
    resources: dict[str, Any] = {"nbgrader": {"notebook": path.stem}}
    for preprocessor in PREPARATION:
        notebook, resources = preprocessor(config=config).preprocess(
            notebook, resources
        )
    return {
        cell.metadata.nbgrader.grade_id: _cell(cell)
        for cell in notebook.cells
        if _is_recorded(cell)
    }


def _is_recorded(cell: NotebookNode) -> bool:
    tests = (utils.is_grade, utils.is_solution, utils.is_locked, utils.is_task)
    return any(test(cell) for test in tests)


def _cell(cell: NotebookNode) -> Cell:
    marked = utils.is_grade(cell) or utils.is_task(cell)
    return Cell(
        source=cell.source,
        cell_type=cell.cell_type,
        locked=utils.is_locked(cell),
        checksum=cell.metadata.nbgrader.get("checksum", ""),
        points=float(cell.metadata.nbgrader["points"]) if marked else None,
        solution=utils.is_solution(cell),
        task=utils.is_task(cell),
        tags=tuple(cell.metadata.get("tags", [])),
    )


def compare(notebook: Notebook, cells: dict[str, Cell]) -> Revision:
    """What would change in the gradebook if the instructor version were recorded."""
    recorded = {cell.name: cell for cell in notebook.source_cells}
    worth = {
        cell.name: cell.max_score
        for cell in (*notebook.grade_cells, *notebook.task_cells)
    }
    revision = Revision(notebook.name, cells)
    revision.added = [name for name in cells if name not in recorded]
    revision.removed = [name for name in recorded if name not in cells]
    for name, cell in cells.items():
        if name not in recorded:
            continue
        if cell.points is not None and worth.get(name) != cell.points:
            revision.reweighted[name] = (worth.get(name, 0.0), cell.points)
        if recorded[name].checksum != cell.checksum and name not in revision.reweighted:
            revision.changed.append(name)
    return revision


def apply(session: Session, notebook: Notebook, revision: Revision) -> None:
    """Bring the gradebook's cells in step; every submission gets the rows it needs."""
    _forget(session, notebook, revision.removed)
    for name, cell in revision.cells.items():
        _record_source(session, notebook, name, cell)
        _record_role(session, notebook, name, cell)
    session.flush()
    session.expire_all()
    for submission in session.scalars(
        select(SubmittedAssignment.id).where(
            SubmittedAssignment.assignment_id == notebook.assignment_id
        )
    ):
        rows_of(session, submission, notebook.id)


def _forget(session: Session, notebook: Notebook, names: Iterable[str]) -> None:
    for name in names:
        for table in (GradeCell, TaskCell, SolutionCell):
            for cell in session.scalars(
                select(table).where(
                    table.notebook_id == notebook.id, table.name == name
                )
            ):
                session.execute(delete(Grade).where(Grade.cell_id == cell.id))
                session.execute(delete(Comment).where(Comment.cell_id == cell.id))
                session.delete(cell)
        session.execute(
            delete(SourceCell).where(
                SourceCell.notebook_id == notebook.id, SourceCell.name == name
            )
        )


def _record_source(session: Session, notebook: Notebook, name: str, cell: Cell) -> None:
    record = session.scalar(
        select(SourceCell).where(
            SourceCell.notebook_id == notebook.id, SourceCell.name == name
        )
    )
    if record is None:
        record = SourceCell(notebook_id=notebook.id, name=name)
        session.add(record)
    record.source = cell.source
    record.cell_type = cell.cell_type
    record.locked = cell.locked
    record.checksum = cell.checksum


def _record_role(session: Session, notebook: Notebook, name: str, cell: Cell) -> None:
    """The rows that make a cell graded, answered or a task; a changed role is new."""
    wanted: dict[type, dict[str, Any]] = {}
    if cell.task:
        wanted[TaskCell] = {"max_score": cell.points, "cell_type": cell.cell_type}
    elif cell.points is not None:
        wanted[GradeCell] = {"max_score": cell.points, "cell_type": cell.cell_type}
    if cell.solution and not cell.task:
        wanted[SolutionCell] = {}
    for table in (GradeCell, TaskCell, SolutionCell):
        record = session.scalar(
            select(table).where(table.notebook_id == notebook.id, table.name == name)
        )
        if table not in wanted:
            if record is not None:
                session.execute(delete(Grade).where(Grade.cell_id == record.id))
                session.execute(delete(Comment).where(Comment.cell_id == record.id))
                session.delete(record)
            continue
        if record is None:
            record = table(notebook_id=notebook.id, name=name)
            session.add(record)
        for key, value in wanted[table].items():
            setattr(record, key, value)
