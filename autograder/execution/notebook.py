"""Executes one notebook: student cells in the sandbox, test cells in this process.

A submission's process can end at any time, by ``os._exit``, a crash or a limit. Then
the next cell gets a new one, in which the earlier cells run again, without the cell
that was at fault; what earlier test cells earned stays.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from autograder.execution.cells import CellOutcome, NotebookResult, PlannedCell
from autograder.execution.remote import Link
from autograder.execution.testcell import TestCells
from autograder.execution.timelimit import TimeLimitReached
from autograder.execution.tracebacks import simple_error
from autograder.sandbox import CellResult, Limits, Sandbox, Session, SessionDied

__all__ = ["CellOutcome", "NotebookResult", "PlannedCell", "execute_notebook"]

# A call may take this part of a test cell's time, so that after a function that does
# not end the other checks of the cell still run.
_CALL_SHARE = 1 / 3
_DIAGNOSIS_SECONDS = 10.0
# A notebook whose every cell kills its process is given up after so many restarts.
_MAX_RESTARTS = 30

Diagnose = Callable[[PlannedCell, CellOutcome, Callable[[str], Any]], Any]


def execute_notebook(
    cells: Sequence[PlannedCell],
    sandbox: Sandbox,
    *,
    files: Mapping[str, bytes] | None = None,
    limits: Limits,
    diagnose: Diagnose | None = None,
) -> NotebookResult:
    """Run a notebook's cells and return what each of them gave.

    Args:
        cells: the code cells in order.
        sandbox: where the student's code runs.
        files: the contents of the working directory, by relative path.
        limits: wall time and output of cells and of the notebook.
        diagnose: called after a test cell that lost points, while the student's code
            can still be called, with the cell, its outcome and a function that looks
            up a name of the student; its answer becomes the outcome's ``diagnosis``.
    """
    with tempfile.TemporaryDirectory(prefix="nncourse-") as directory:
        place = Path(directory).resolve()
        _write_files(place, files or {})
        run = _NotebookRun(sandbox, files or {}, limits, place, diagnose)
        try:
            return run.execute(cells)
        finally:
            run.close()


def _write_files(directory: Path, files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        relative = PurePosixPath(name)
        if relative.is_absolute() or ".." in relative.parts:
            raise ValueError(
                f"the file name {name!r} leads out of the notebook's folder"
            )
        path = directory / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


class _NotebookRun:
    """The state of one notebook's execution."""

    def __init__(
        self,
        sandbox: Sandbox,
        files: Mapping[str, bytes],
        limits: Limits,
        directory: Path,
        diagnose: Diagnose | None,
    ):
        self._sandbox = sandbox
        self._files = files
        self._limits = limits
        self._diagnose = diagnose
        self._tests = TestCells(limits, directory)
        self._result = NotebookResult(unsafe=sandbox.policy.unsafe)
        self._started = time.monotonic()
        self._session: Session | None = None
        self._link: Link | None = None
        self._to_repeat: list[PlannedCell] = []
        self._restarts = -1

    def execute(self, cells: Sequence[PlannedCell]) -> NotebookResult:
        """Run all cells."""
        actions = {
            "student": self._run_inside,
            "inside": self._run_inside,
            "shared": self._run_shared,
            "test": self._run_test,
        }
        if any(cell.kind != "skip" for cell in cells):
            # The start of the sandbox does not count.
            self._living_session()
            self._started = time.monotonic()
        for cell in cells:
            if cell.kind == "skip":
                continue
            if self._time_left() <= 0 or self._restarts >= _MAX_RESTARTS:
                outcome = self._give_up(cell)
            else:
                outcome = actions[cell.kind](cell)
            self._result.outcomes[cell.index] = outcome
        self._result.seconds = time.monotonic() - self._started
        return self._result

    def close(self) -> None:
        """End the student's process."""
        self._tests.close()
        if self._session is not None:
            self._session.close()

    def _run_inside(self, cell: PlannedCell) -> CellOutcome:
        result = self._run_in_session(cell)
        if result.status in ("ok", "error"):
            self._to_repeat.append(cell)
        else:
            self._note(f"cell {cell.id}: {result.reason or result.status}")
        outputs = list(result.outputs)
        if result.status not in ("ok", "error"):
            outputs.append(simple_error(_ERROR_NAMES[result.status], result.reason))
        return CellOutcome(outputs, result.status, result.reason, result.seconds)

    def _run_shared(self, cell: PlannedCell) -> CellOutcome:
        outcome = self._run_inside(cell)
        if self._time_left() > 0:
            ours = self._tests.run_shared(
                cell.source,
                name=cell.id,
                link=self._living_link(),
                seconds=self._cell(),
            )
            if ours.status != "ok":
                self._note(f"shared cell {cell.id} failed for the tests: {ours.reason}")
        return outcome

    def _run_test(self, cell: PlannedCell) -> CellOutcome:
        link = self._living_link()
        outcome = self._tests.run(
            cell.source, name=cell.id, link=link, seconds=self._cell()
        )
        if link is not None and link.gone:
            self._note(f"test cell {cell.id}: {link.gone}")
        elif link is not None and self._diagnose is not None and _lost(outcome, cell):
            outcome.diagnosis = self._ask(self._diagnose, cell, outcome, link)
        return outcome

    def _ask(
        self, diagnose: Diagnose, cell: PlannedCell, outcome: CellOutcome, link: Link
    ) -> Any:
        seconds = min(_DIAGNOSIS_SECONDS, max(self._time_left(), 0.1))
        try:
            return self._tests.ask(
                lambda: diagnose(cell, outcome, link.lookup), link, seconds
            )
        except (Exception, TimeLimitReached) as error:
            # A diagnosis is an extra: whatever goes wrong in it costs nobody a point.
            self._note(f"no diagnosis of {cell.id}: {type(error).__name__}: {error}")
            return None

    # The student's process

    def _run_in_session(self, cell: PlannedCell) -> CellResult:
        session = self._living_session()
        if session is None:
            return CellResult("died", reason="the process ended again and again")
        try:
            return session.run_cell(cell.source, cell_id=cell.id, timeout=self._cell())
        except SessionDied as error:
            return CellResult("memory" if error.memory else "died", reason=error.reason)

    def _living_link(self) -> Link | None:
        return self._link if self._living_session() is not None else None

    def _living_session(self) -> Session | None:
        """Return the session, a new one in the same state if it has ended."""
        while self._session is None or not self._session.alive:
            if self._restarts >= _MAX_RESTARTS or self._time_left() <= 0:
                return None
            self._restarts += 1
            self._session = session = self._sandbox.open(self._files)
            self._link = Link(
                session,
                call_seconds=self._limits.cell_seconds * _CALL_SHARE,
                shared=self._tests.namespace.shared,
            )
            self._repeat(session)
        return self._session

    def _repeat(self, session: Session) -> None:
        """Run the earlier cells again; one that ends the process now is left out."""
        for cell in list(self._to_repeat):
            if self._time_left() <= 0:
                return
            try:
                result = session.run_cell(
                    cell.source, cell_id=cell.id, timeout=self._cell()
                )
            except SessionDied:
                return
            if result.status not in ("ok", "error"):
                self._to_repeat.remove(cell)
                self._note(f"cell {cell.id}, run again: {result.reason}")
            if not session.alive:
                return

    # Time and messages

    def _time_left(self) -> float:
        return self._started + self._limits.notebook_seconds - time.monotonic()

    def _cell(self) -> float:
        """Return the seconds that the next cell may take."""
        return max(min(self._limits.cell_seconds, self._time_left()), 0.01)

    def _note(self, event: str) -> None:
        self._result.events.append(event)

    def _give_up(self, cell: PlannedCell) -> CellOutcome:
        if self._time_left() <= 0:
            reason = (
                f"the notebook used up its {self._limits.notebook_seconds:g} seconds "
                "before this cell"
            )
        else:
            reason = "the notebook's process ended again and again"
        if not any(o.status == "budget" for o in self._result.outcomes.values()):
            self._note(f"from cell {cell.id} on nothing was run: {reason}")
        return CellOutcome([simple_error("NotRun", reason)], "budget", reason)


_ERROR_NAMES = {
    "timeout": "TimeoutError",
    "died": "ProcessEnded",
    "memory": "MemoryError",
    "output": "OutputLimit",
}


def _lost(outcome: CellOutcome, cell: PlannedCell) -> bool:
    """Whether a test cell gave less than all its points."""
    if outcome.status != "ok":
        return True
    checks = (outcome.rubric or {}).get("checks", [])
    return any(check["earned"] < check["weight"] for check in checks)
