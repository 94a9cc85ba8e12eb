"""Which mutants of the author's solutions the tests of an assignment let pass.

`mutants.json` beside a notebook keeps the result of each task with the fingerprint of
its cells, so that only what changed is tried again. A mutant that does what the
solution does stands in `equivalent_mutants.toml`, with the reason::

    [[equivalent]]
    task = "softmax"
    change = "e = np.exp(z - z.max(1))  =>  e = np.exp(z + z.max(1))"
    reason = "..."

A task that is judged by what it reaches, not by how, has no mutants: a network that is
trained a little differently and reaches the bar is right. It stands there, too::

    [[judged_by_result]]
    task = "train_network"
    reason = "..."
"""

import json
import math
import os
import resource
import time
import tomllib
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.errors import CourseError
from autograder.feedback.mutants import Mutant, mutants
from autograder.feedback.rehearsal import Rehearsal

RESULTS, EQUIVALENTS = "mutants.json", "equivalent_mutants.toml"
VERSION = 1
MEMORY = 4 * 2**30
REQUIRED = 0.95


@dataclass(frozen=True)
class Survey:
    """What became of the mutants of one task.

    Attributes:
        key: the fingerprint of the cells that were tried.
        mutants: how many there are.
        survivors: the changes that earn full points all the same.
    """

    key: str
    mutants: int
    survivors: tuple[str, ...]


@dataclass(frozen=True)
class Score:
    """How many of the mutants that matter the tests notice.

    Attributes:
        killed: mutants that lose points.
        survivors: mutants that do not, and should.
        equivalent: mutants that need not, as the author says.
        stale: entries of the author's list that are no survivors.
    """

    killed: int
    survivors: tuple[str, ...]
    equivalent: int
    stale: tuple[str, ...]

    @property
    def share(self) -> float:
        """The share of killed ones among those that are not equivalent."""
        return self.killed / max(self.killed + len(self.survivors), 1)


NO_MUTANTS = Score(0, (), 0, ())


def survey(
    rehearsal: Rehearsal, task: str, report: Callable[[], None] = lambda: None
) -> Survey:
    """Try every mutant of a task; `report` is called after each."""
    found = mutants(rehearsal.source(task))
    survivors = try_mutants(rehearsal, task, found, report)
    return Survey(rehearsal.fingerprint(task), len(found), tuple(survivors))


def try_mutants(
    rehearsal: Rehearsal,
    task: str,
    found: Sequence[Mutant],
    report: Callable[[], None] = lambda: None,
) -> list[str]:
    """Return the changes of those mutants that earn full points."""

    def judge(solution: Any) -> int:
        (result,) = rehearsal.run({task: solution}, only=[f"test_{task}"]).values()
        return int(bool(result.failed))

    codes = run_mutants(rehearsal, task, found, judge, report)
    return [m.change for m, code in zip(found, codes, strict=True) if code == 0]


def run_mutants(
    rehearsal: Rehearsal,
    task: str,
    found: Sequence[Mutant],
    judge: Callable[[Any], int],
    report: Callable[[], None] = lambda: None,
) -> list[int]:
    """Return what `judge` says of the solution of each mutant, a number from 0 to 127.

    Each runs in a process of its own: it may loop for ever or ask for all memory. What
    ends early, or not at all, is judged as 1.
    """
    began = time.process_time()
    rehearsal.run(only=[f"test_{task}"])
    seconds = 2 + math.ceil(5 * (time.process_time() - began))
    running: deque[int] = deque()
    codes: list[int] = []

    def collect() -> None:
        code = os.waitstatus_to_exitcode(os.waitpid(running.popleft(), 0)[1])
        codes.append(code if code >= 0 else 1)
        report()

    for mutant in found:
        if len(running) == (os.cpu_count() or 1):
            collect()
        running.append(_start(rehearsal, task, mutant.text, judge, seconds))
    while running:
        collect()
    return codes


def _start(
    rehearsal: Rehearsal,
    task: str,
    text: str,
    judge: Callable[[Any], int],
    seconds: int,
) -> int:
    """Begin a process that ends with the code that `judge` gives."""
    process = os.fork()
    if process:
        return process
    code = 1
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        code = judge(rehearsal.define(task, text))
    finally:
        os._exit(code)


def read_surveys(folder: Path) -> dict[str, Survey]:
    """Return the kept results of an assignment, by task."""
    path = folder / RESULTS
    if not path.is_file():
        return {}
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        if kept["version"] != VERSION:
            return {}
        return {
            task: Survey(entry["key"], entry["mutants"], tuple(entry["survivors"]))
            for task, entry in kept["tasks"].items()
        }
    except (ValueError, KeyError, TypeError) as error:
        raise CourseError(
            f"{path} cannot be read ({error}): delete it and run `nncourse check-tests`"
        ) from None


def write_surveys(folder: Path, surveys: dict[str, Survey]) -> None:
    """Keep the results of an assignment."""
    tasks: dict[str, Any] = {
        task: {"key": s.key, "mutants": s.mutants, "survivors": list(s.survivors)}
        for task, s in surveys.items()
    }
    text = json.dumps(
        {"version": VERSION, "tasks": tasks}, indent=1, ensure_ascii=False
    )
    (folder / RESULTS).write_text(text + "\n", encoding="utf-8")


def read_equivalents(folder: Path) -> dict[str, dict[str, str]]:
    """Return the reasons why mutants may live, by task and change."""
    reasons: dict[str, dict[str, str]] = {}
    for entry in _entries(folder, "equivalent", ("task", "change", "reason")):
        reasons.setdefault(entry["task"], {})[entry["change"]] = entry["reason"]
    return reasons


def tasks_with_mutants(rehearsal: Rehearsal, folder: Path) -> list[str]:
    """Return the tasks that are not judged by their result alone."""
    entries = _entries(folder, "judged_by_result", ("task", "reason"))
    judged = {entry["task"] for entry in entries}
    return [task for task in rehearsal.tasks if task not in judged]


def _entries(folder: Path, kind: str, keys: Sequence[str]) -> list[dict[str, str]]:
    """Return the tables of one kind in the author's list."""
    path = folder / EQUIVALENTS
    if not path.is_file():
        return []
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8")).get(kind, [])
        return [{key: entry[key] for key in keys} for entry in entries]
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise CourseError(
            f"{path}: expected [[{kind}]] with {', '.join(keys[:-1])} and {keys[-1]} "
            f"({error})"
        ) from None


def score(survey: Survey, reasons: dict[str, str]) -> Score:
    """Compare what survived with what the author lists as equivalent."""
    survived = set(survey.survivors)
    return Score(
        killed=survey.mutants - len(survived),
        survivors=tuple(c for c in survey.survivors if c not in reasons),
        equivalent=len(survived & set(reasons)),
        stale=tuple(change for change in reasons if change not in survived),
    )
