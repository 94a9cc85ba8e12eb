"""`nncourse export`: marks by task, or as a learning platform imports them."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `nncourse export`."""
    parser.add_argument("format", choices=("tasks", "canvas", "moodle"))
    parser.add_argument("assignments", nargs="*", metavar="ASSIGNMENT")
    parser.add_argument("--roster", default="", metavar="FILE")
    parser.add_argument("--to", default="", metavar="FILE")
    parser.add_argument(
        "--course", type=Path, metavar="FOLDER", help="the course (default: here)"
    )


def run(args: argparse.Namespace) -> int:
    """Write the marks."""
    from nbgrader.api import Gradebook

    from autograder.grading.assignment import check_name
    from autograder.grading.course import Course
    from autograder.grading.gradebook import Gradebook as Checked
    from autograder.reports.export import CanvasExport, MoodleExport, TaskExport

    course = Course.open(args.course)
    book = Checked(course.db_url, course.config)
    try:
        for name in args.assignments:
            check_name(course, book, name)
    finally:
        book.close()
    formats: dict[str, Any] = {
        "tasks": TaskExport,
        "canvas": CanvasExport,
        "moodle": MoodleExport,
    }
    plugin = formats[args.format](config=course.config)
    plugin.assignment = args.assignments
    plugin.to = args.to or f"{args.format}.csv"
    if args.roster:
        plugin.roster = args.roster
    with Gradebook(course.db_url) as gradebook:
        plugin.export(gradebook)
    print(f"marks: {plugin.to}")
    return 0
