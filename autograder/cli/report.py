"""`nncourse report`: what the class did, as one page for the teaching team."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.errors import CourseError

if TYPE_CHECKING:
    from autograder.grading.course import Course


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `nncourse report`."""
    parser.add_argument("assignment", nargs="?", metavar="ASSIGNMENT")
    parser.add_argument(
        "--all", action="store_true", help="all assignments that were handed in"
    )
    parser.add_argument(
        "--json", action="store_true", help="write the numbers instead of the page"
    )
    parser.add_argument(
        "--to", type=Path, metavar="FILE", help="(default: reports/ in the course)"
    )
    parser.add_argument(
        "--course", type=Path, metavar="FOLDER", help="the course (default: here)"
    )


def run(args: argparse.Namespace) -> int:
    """Write the report and print where it is."""
    if bool(args.assignment) == args.all:
        raise CourseError("expected either the name of an ASSIGNMENT or --all")
    from autograder.grading.assignment import check_name
    from autograder.grading.course import Course
    from autograder.grading.gradebook import Gradebook
    from autograder.reports.origins import read_origins
    from autograder.reports.page import render
    from autograder.reports.records import read_records
    from autograder.reports.summary import SCHEMA_VERSION, summarise

    course = Course.open(args.course)
    book = Gradebook(course.db_url, course.config)
    try:
        if args.all:
            with book.transaction() as session:
                names = book.assignment_names(session)
        else:
            check_name(course, book, args.assignment)
            names = [args.assignment]
        reports = [
            summarise(n, *read_records(course, book, n), read_origins(course, n))
            for n in names
        ]
    finally:
        book.close()
    if args.all:
        reports = [report for report in reports if report["submitted"]]
        if not reports:
            raise CourseError(
                "nothing was graded in this course yet: run `nncourse grade ASSIGNMENT`"
            )
    ending = "json" if args.json else "html"
    name = "course" if args.all else args.assignment
    path = args.to or _folder(course) / f"{name}.{ending}"
    if args.json:
        content = {"schema": SCHEMA_VERSION, "assignments": reports}
        text = json.dumps(content, ensure_ascii=False, indent=1)
    else:
        text = render(reports, course.course_id)
    _write(path, text)
    print(f"report: {path}")
    return 0


def _folder(course: Course) -> Path:
    """Return the configured folder, ``c.Report.directory``."""
    return course.root / str(course.config.Report.get("directory", "reports"))


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CourseError(
            f"{path} can't be written: {error.strerror}; name another file with --to"
        ) from error
