"""What a person watches while a class is graded, and the table at the end."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Protocol

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from autograder.grading.outcome import COULD_NOT_GRADE, Outcome

REASON_WIDTH = 60
LINES_WITHOUT_TERMINAL = 20


class Reporter(Protocol):
    """Told of what happens in a run."""

    def __enter__(self) -> Reporter: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    def begin(self, total: int, cached: int) -> None:
        """So many submissions, so many of them graded by an earlier run."""

    def started(self, student: str) -> None:
        """A submission went to a worker."""

    def finished(self, outcome: Outcome) -> None:
        """A submission is graded and written."""

    def warn(self, text: str) -> None:
        """Something that a TA should know."""


class _Rate(ProgressColumn):
    """Submissions per second."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text(f"{speed:.1f}/s" if speed else "", style="progress.data.speed")


class RichReporter:
    """A bar with the time that is left, the students in work, warnings above it."""

    def __init__(self, console: Console) -> None:
        self.progress = Progress(
            TextColumn("grading"),
            BarColumn(),
            MofNCompleteColumn(),
            _Rate(),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[students]}", style="dim"),
            console=console,
        )
        self.running: list[str] = []
        self.task = self.progress.add_task("", total=None, students="")

    def __enter__(self) -> RichReporter:
        self.progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.progress.stop()

    def begin(self, total: int, cached: int) -> None:
        """Set the length of the bar."""
        self.progress.update(self.task, total=total)
        if cached:
            self.progress.print(f"{cached} of {total} were graded by an earlier run")

    def started(self, student: str) -> None:
        """Show the student among those in work."""
        self.running.append(student)
        self._show_running()

    def finished(self, outcome: Outcome) -> None:
        """Move the bar."""
        if outcome.student in self.running:
            self.running.remove(outcome.student)
        self._show_running()
        self.progress.advance(self.task)

    def warn(self, text: str) -> None:
        """Print above the bar."""
        self.progress.print(f"[yellow]warning:[/] {escape(text)}")

    def _show_running(self) -> None:
        shown = " ".join(self.running[:3])
        self.progress.update(self.task, students=escape(shown))


class PlainReporter:
    """A line now and then, for logs."""

    def __init__(self) -> None:
        self.total = self.done = 0
        self.since = time.monotonic()

    def __enter__(self) -> PlainReporter:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def begin(self, total: int, cached: int) -> None:
        """Say how much there is to do."""
        self.total = total
        earlier = f", {cached} of them graded by an earlier run" if cached else ""
        print(f"grading {total} submissions{earlier}", flush=True)

    def started(self, student: str) -> None:
        """Say nothing: the end of the work is told."""

    def finished(self, outcome: Outcome) -> None:
        """Print about twenty lines a run."""
        self.done += 1
        every = max(1, self.total // LINES_WITHOUT_TERMINAL)
        if self.done % every == 0 or self.done == self.total:
            seconds = max(time.monotonic() - self.since, 1e-9)
            rate = self.done / seconds
            left = (self.total - self.done) / rate
            print(
                f"{self.done}/{self.total} graded, {rate:.1f}/s, {left:.0f} s left",
                flush=True,
            )

    def warn(self, text: str) -> None:
        """Print a line."""
        print(f"warning: {text}", flush=True)


def reporter() -> Reporter:
    """The reporter that fits where the output goes."""
    if sys.stdout.isatty():
        return RichReporter(Console())
    return PlainReporter()


def summary_table(outcomes: Sequence[Outcome]) -> Table:
    """One row a student: score, cells to grade by hand, why points are missing."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("student", no_wrap=True)
    table.add_column("score", justify="right", no_wrap=True)
    table.add_column("by hand", justify="right", no_wrap=True)
    table.add_column("why points are missing", overflow="fold")
    table.add_column("remarks", overflow="fold")
    for outcome in outcomes:
        table.add_row(
            escape(outcome.student),
            "-" if outcome.failed else _of(outcome.score, outcome.max_score),
            str(outcome.needs_manual or ""),
            escape(_reason(outcome)),
            escape(", ".join(remarks(outcome))),
        )
    return table


def remarks(outcome: Outcome) -> list[str]:
    """What a TA should know of a submission besides its score."""
    notes = {
        COULD_NOT_GRADE: outcome.failed,
        f"repaired ({len(outcome.repaired)})": outcome.repaired,
        f"timed out ({outcome.timed_out})": outcome.timed_out,
        f"crashed ({outcome.crashed})": outcome.crashed,
        "UNSAFE: no sandbox": outcome.unsafe,
    }
    return [text for text, said in notes.items() if said]


def _of(score: float, maximum: float) -> str:
    return f"{round(score, 2):g}/{maximum:g}"


def _reason(outcome: Outcome) -> str:
    if not outcome.reasons:
        return ""
    first, more = outcome.reasons[0], len(outcome.reasons) - 1
    if len(first) > REASON_WIDTH:
        first = f"{first[: REASON_WIDTH - 1]}…"
    return f"{first} (+{more} more)" if more else first


def print_summary(outcomes: Sequence[Outcome]) -> None:
    """Print the table and a line of counts."""
    width = None if sys.stdout.isatty() else 120
    console = Console(width=width)
    console.print(summary_table(outcomes))
    graded = [o for o in outcomes if not o.failed]
    mean = sum(o.score for o in graded) / len(graded) if graded else 0.0
    console.print(
        f"\n{len(graded)} graded, mean {mean:.1f}; "
        f"{sum(bool(o.needs_manual) for o in graded)} need manual grading, "
        f"{sum(bool(o.repaired) for o in graded)} repaired, "
        f"{len(outcomes) - len(graded)} {COULD_NOT_GRADE}"
    )
