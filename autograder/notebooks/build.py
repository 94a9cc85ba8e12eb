"""Build the notebooks of a course: read, refuse, run what changed, write."""

import asyncio
import copy
import os
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.errors import CourseError
from autograder.notebooks.cache import OutputCache
from autograder.notebooks.execute import CellFailure, execute
from autograder.notebooks.outputs import Output, find_faults, reduce_outputs
from autograder.notebooks.render import dump, execution_counts, is_checked, load, render
from autograder.notebooks.source import (
    ParsedSource,
    Problem,
    Source,
    SourceError,
    select_sources,
)

WORKERS = 2
Report = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """A notebook to be written, and its outputs if they are known already."""

    parsed: ParsedSource
    notebook: NotebookNode
    key: str
    outputs: list[list[Output]] | None


def build_course(
    root: Path,
    names: Iterable[str] = (),
    *,
    force: bool = False,
    report: Report = lambda line: None,
) -> None:
    """Write the named notebooks, or all; `report` gets one line for each.

    All sources are read first, so that a mistake is told before anything runs. A
    notebook that fails does not keep the others from being written.
    """
    cache = OutputCache(root)
    plans = [
        _plan(parsed, cache, force) for parsed in load_all(select_sources(root, names))
    ]
    problems = asyncio.run(_build_all(root, plans, cache, report))
    if problems:
        raise SourceError(problems)


def load_all(sources: Sequence[Source]) -> list[ParsedSource]:
    """Read all sources; tell the problems of all of them at once."""
    loaded: list[ParsedSource] = []
    problems: list[Problem] = []
    for source in sources:
        try:
            loaded.append(load(source))
        except SourceError as error:
            problems += error.problems
    if problems:
        raise SourceError(problems)
    return loaded


def fill_outputs(notebook: NotebookNode, outputs: Sequence[Sequence[Output]]) -> None:
    """Put the outputs of the code cells, in their order, into the checked cells."""
    for index, number in execution_counts(notebook).items():
        cell = notebook.cells[index]
        if is_checked(cell):
            cell.execution_count = number
            reduced = reduce_outputs(outputs[number - 1], number)
            cell.outputs = nbformat.from_dict(reduced)


def _plan(parsed: ParsedSource, cache: OutputCache, force: bool) -> Plan:
    notebook = render(parsed)
    key = cache.key(notebook)
    return Plan(parsed, notebook, key, None if force else cache.get(key))


async def _build_all(
    root: Path, plans: Sequence[Plan], cache: OutputCache, report: Report
) -> list[Problem]:
    """Build with a few kernels at a time; return the problems of all notebooks."""
    turns = asyncio.Semaphore(WORKERS)
    finished = 0

    async def build(plan: Plan) -> list[Problem]:
        nonlocal finished
        async with turns:
            began = time.monotonic()
            problems = await _build_one(root, plan, cache)
            finished += 1
            done = "refused" if problems else "unchanged source"
            if plan.outputs is None and not problems:
                done = f"executed in {time.monotonic() - began:.1f} s"
            target = plan.parsed.source.target_label
            report(f"[{finished}/{len(plans)}] {target}: {done}")
            return problems

    found = await asyncio.gather(*(build(plan) for plan in plans))
    return [problem for problems in found for problem in problems]


async def _build_one(root: Path, plan: Plan, cache: OutputCache) -> list[Problem]:
    target = plan.parsed.source.target
    target.parent.mkdir(parents=True, exist_ok=True)
    outputs = plan.outputs
    if outputs is None:
        try:
            ran = await execute(copy.deepcopy(plan.notebook), target.parent)
        except CellFailure as failure:
            line = plan.parsed.cells[failure.index].text_line
            return [plan.parsed.problem(line, failure.reason)]
        problems = _refuse(root, plan.parsed, ran)
        if problems:
            return problems
        outputs = [
            reduce_outputs(ran.cells[index].outputs, number)
            if is_checked(ran.cells[index])
            else []
            for index, number in execution_counts(ran).items()
        ]
        cache.put(plan.key, outputs)
    fill_outputs(plan.notebook, outputs)
    _write(target, dump(plan.notebook))
    return []


def _refuse(root: Path, parsed: ParsedSource, ran: NotebookNode) -> list[Problem]:
    """Return what the checked cells show and must not."""
    return [
        parsed.problem(cell.text_line, text)
        for cell, node in zip(parsed.cells, ran.cells, strict=True)
        if is_checked(node)
        for text in find_faults(node.outputs, root)
    ]


def _write(target: Path, text: str) -> None:
    """Write a notebook whole or not at all, and only if it differs."""
    content = text.encode()
    if target.is_file() and target.read_bytes() == content:
        return
    partial = target.with_name(f".{target.name}.partial")
    try:
        partial.write_bytes(content)
        os.replace(partial, target)
    except OSError as error:
        raise CourseError(f"can't write {target}: {error.strerror}") from error
