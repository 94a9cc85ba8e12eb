"""`nncourse grade`: a whole class, in parallel, into nbgrader's gradebook."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.errors import CourseError

if TYPE_CHECKING:
    from autograder.grading.course import Course
    from autograder.grading.engines import Engine
    from autograder.grading.run import ClassResult

SOME_FAILED = 1
JSON_VERSION = 1


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `nncourse grade`."""
    parser.epilog = (
        "Finished work is kept: run the same command again after an interruption. "
        "Exit code 0: all graded; 1: some could not be graded; 2: wrong use."
    )
    parser.add_argument("assignment", metavar="ASSIGNMENT")
    parser.add_argument(
        "--students", default="*", metavar="GLOB", help="only these (default: all)"
    )
    parser.add_argument(
        "--workers",
        type=int,
        default=os.cpu_count() or 1,
        metavar="N",
        help="submissions graded at a time (default: one a core)",
    )
    parser.add_argument(
        "--force", action="store_true", help="grade again what is graded already"
    )
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help="grade, write nothing into the course, show whose score would change",
    )
    parser.add_argument(
        "--from",
        dest="source",
        type=Path,
        metavar="FOLDER|ZIP",
        help="first take submissions from a download of Moodle or Canvas",
    )
    parser.add_argument(
        "--pattern",
        metavar="REGEX",
        help="names in the download, with groups (?P<student>…) and (?P<file>…)",
    )
    parser.add_argument(
        "--cluster", metavar="ADDRESS", help="grade on a Dask cluster, tcp://host:port"
    )
    parser.add_argument(
        "--sandbox",
        choices=("bwrap", "process"),
        help="'process' only limits what students' code uses and protects nothing",
    )
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="write all outcomes to a file"
    )
    parser.add_argument(
        "--course", type=Path, metavar="FOLDER", help="the course (default: here)"
    )


def run(args: argparse.Namespace) -> int:
    """Grade the class, print the table, and say by the exit code if all went well."""
    if args.workers < 1:
        raise CourseError(f"--workers {args.workers}: expected a number from 1 up")
    from autograder.fast_start import imports_for_good, skip_slow_imports
    from autograder.grading.process import start_early

    if not args.cluster:
        start_early(min(args.workers, os.cpu_count() or 1))
    skip_slow_imports()
    with imports_for_good():
        from autograder.grading.course import Course
        from autograder.grading.progress import print_summary, reporter
        from autograder.grading.run import ClassRun

    course = Course.open(args.course)
    if args.source is not None:
        _take_in(args, course)
        if args.dry_run:
            return 0
    work = ClassRun(
        course,
        args.assignment,
        args.students,
        force=args.force,
        dry_run=args.dry_run,
        sandbox=args.sandbox,
    )
    with reporter() as watcher:
        if args.sandbox == "process":
            watcher.warn("UNSAFE: students' code runs without a sandbox")
        result = work.grade(partial(_engine, args, course), watcher)
    for line in result.revisions:
        print(f"tests changed: {line}")
    if args.dry_run:
        _print_changes(result)
    else:
        print_summary(result.outcomes)
    if args.json is not None:
        _write_json(args, result)
    return SOME_FAILED if result.failed else 0


def _take_in(args: argparse.Namespace, course: Course) -> None:
    from autograder.grading.lms import preview, read_download, store_submissions

    found = read_download(args.source, args.pattern)
    print(preview(found))
    if not args.dry_run:
        store_submissions(found, course, args.assignment, force=args.force)


@contextmanager
def _engine(args: argparse.Namespace, course: Course) -> Iterator[Engine]:
    engine: Engine
    if args.cluster:
        from autograder.grading.cluster import DaskEngine

        engine = DaskEngine(args.cluster, course.silent_seconds)
    else:
        from autograder.grading.engines import LocalEngine

        engine = LocalEngine(args.workers)
    try:
        yield engine
    finally:
        engine.close()


def _print_changes(result: ClassResult) -> None:
    """Who would gain or lose how much, and in which cells."""
    by_student = {outcome.student: outcome for outcome in result.outcomes}
    for student, cells in sorted(result.changes.items()):
        known = {name: old for name, (old, _) in cells.items() if old is not None}
        if not known and all(old is None for old, _ in cells.values()):
            total = sum(new or 0.0 for _, new in cells.values())
            print(f"{student}: would get {total:g} (not graded before)")
            continue
        gain = sum((new or 0.0) - (old or 0.0) for old, new in cells.values())
        details = ", ".join(
            f"{name} {_points(old)} -> {_points(new)}"
            for name, (old, new) in cells.items()
        )
        why = "; ".join(by_student[student].reasons[:2])
        print(f"{student}: {gain:+g} ({details}){f': {why}' if why else ''}")
    same = len(result.outcomes) - len(result.changes)
    print(f"{len(result.changes)} would change, {same} stay; nothing was written")


def _points(score: float | None) -> str:
    return "-" if score is None else f"{score:g}"


def _write_json(args: argparse.Namespace, result: ClassResult) -> None:
    content = {
        "version": JSON_VERSION,
        "assignment": args.assignment,
        "revisions": result.revisions,
        "outcomes": [outcome.to_json() for outcome in result.outcomes],
        "changes": result.changes,
    }
    try:
        args.json.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise CourseError(
            f"--json {args.json} can't be written: {error.strerror}; name another file"
        ) from error
