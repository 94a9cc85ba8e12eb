"""The result of a check as lines for a terminal."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterable, Iterator, Mapping

from autograder.checking.results import Check, Result, Task

_NARROW, _WIDE = 60, 100
_INDENT = 10


def as_lines(result: Result) -> list[str]:
    """Return the table of the named checks, and below it what else is to be known."""
    width = min(max(shutil.get_terminal_size().columns, _NARROW), _WIDE)
    return [line for block in _blocks(result, width) for line in block]


def _blocks(result: Result, width: int) -> Iterator[Iterable[str]]:
    assignment = result.assignment
    yield ["", str(assignment.path)]
    for task in result.tasks:
        yield _task(task, width)
    yield _listed("These cells did not run to their end:", result.troubles, width)
    names = dict.fromkeys(assignment.unanswered, "")
    yield _listed("Not answered yet:", names, width)
    repairs = dict.fromkeys(assignment.repairs, "")
    yield _listed("Grading would repair this, better do it yourself:", repairs, width)
    for remark in assignment.remarks:
        yield ["", *textwrap.wrap(f"Note: {remark}.", width)]
    yield ["", *textwrap.wrap(_verdict(result), width)]


def _task(task: Task, width: int) -> Iterator[str]:
    yield _row(task.name, f"{task.earned:.3g} of {task.points:.3g} points", width)
    if task.problem:
        yield from _remark(f"FAILED  {task.problem}", width, indent=2)
        return
    for check in task.checks:
        yield from _check(check, width)


def _check(check: Check, width: int) -> Iterator[str]:
    verdict = "passed" if check.passed else "FAILED"
    yield _row(f"  {verdict}  {check.name}", f"{check.points:.3g}", width)
    if check.message:
        yield from _remark(check.message, width)
    if check.hint and not check.passed:
        yield from _remark(f"Hint: {check.hint}", width)


def _row(left: str, right: str, width: int) -> str:
    room = width - len(right) - 2
    left = left if len(left) <= room else f"{left[: room - 1]}…"
    return f"{left:<{room}}  {right}"


def _remark(text: str, width: int, indent: int = _INDENT) -> list[str]:
    return textwrap.wrap(
        text, width, initial_indent=" " * indent, subsequent_indent=" " * _INDENT
    )


def _listed(title: str, lines: Mapping[str, str], width: int) -> Iterator[str]:
    if lines:
        yield ""
        yield title
    for name, why in lines.items():
        text = f"- {name}: {why}" if why else f"- {name}"
        yield from textwrap.wrap(
            text, width, initial_indent="  ", subsequent_indent="    "
        )


def _verdict(result: Result) -> str:
    checks = [check for task in result.tasks for check in task.checks]
    seconds = f"({result.seconds:.1f} s)"
    if result.passed:
        what = f"All {len(checks)} visible checks pass" if checks else "All tests pass"
        return f"{what}. Hidden ones follow in grading. {seconds}"
    failed = sum(not check.passed for check in checks)
    stopped = sum(bool(task.problem) for task in result.tasks)
    parts = [f"{failed} of {len(checks)} visible checks fail"] if failed else []
    if stopped:
        parts.append(f"{stopped} of {len(result.tasks)} test cells did not get through")
    return f"{', '.join(parts) or 'Something fails'}. {seconds}"
