"""`nncourse feedback`: the pages that students read, or texts for a platform."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.errors import CourseError

if TYPE_CHECKING:
    from autograder.feedback.page.exporter import MarkdownFeedbackExporter
    from autograder.grading.course import Course

SOME_FAILED = 1


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `nncourse feedback`."""
    parser.epilog = (
        "Writes what `nbgrader generate_feedback --force` writes; `nbgrader "
        "release_feedback` hands it out. Exit code 1 if a page could not be made."
    )
    parser.add_argument("assignment", metavar="ASSIGNMENT")
    parser.add_argument(
        "--students", default="*", metavar="GLOB", help="only these (default: all)"
    )
    parser.add_argument(
        "--markdown",
        action="store_true",
        help="write short texts, NAME.md beside the pages, to paste into a platform",
    )
    parser.add_argument(
        "--course", type=Path, metavar="FOLDER", help="the course (default: here)"
    )


def run(args: argparse.Namespace) -> int:
    """Write the feedback of all graded submissions."""
    from autograder.fast_start import skip_slow_imports

    skip_slow_imports()
    from autograder.grading.course import Course

    course = Course.open(args.course)
    notebooks = _graded(course, args.assignment, args.students)
    written = (
        _write_markdown(course, args.assignment, notebooks)
        if args.markdown
        else _write_pages(course, args.assignment, args.students)
    )
    folder = course.folder("feedback", "*", args.assignment)
    if not written:
        print(f"some feedback could not be made (see above); the rest is in {folder}")
        return SOME_FAILED
    print(f"feedback on {len(notebooks)} notebooks is in {folder}")
    return 0


def _graded(course: Course, assignment: str, students: str) -> list[tuple[str, Path]]:
    """The graded notebooks with their students, in order."""
    found = sorted(
        (submission.student, path)
        for submission in course.submissions(assignment, students)
        for path in course.folder("autograded", submission.student, assignment).glob(
            "*.ipynb"
        )
    )
    if not found:
        folder = course.folder("autograded", students, assignment)
        raise CourseError(
            f"nothing is graded: {folder} holds no notebook; run "
            f"`nncourse grade {assignment}` first"
        )
    return found


def _write_pages(course: Course, assignment: str, students: str) -> bool:
    from nbgrader.converters import GenerateFeedback, NbGraderException

    course.directory.assignment_id = assignment
    course.directory.student_id = students
    converter = GenerateFeedback(coursedir=course.directory, parent=course.app)
    converter.force = True
    try:
        converter.start()
    except NbGraderException as error:
        print(f"nbgrader: {error}")
        return False
    return True


def _write_markdown(
    course: Course, assignment: str, notebooks: list[tuple[str, Path]]
) -> bool:
    from tqdm import tqdm

    exporter = _exporter(course)
    for student, path in tqdm(
        notebooks, desc="feedback", unit=" notebooks", disable=None
    ):
        names = {
            "student": student,
            "assignment": assignment,
            "notebook": path.stem,
            "db_url": course.db_url,
        }
        text, _ = exporter.from_filename(str(path), resources={"nbgrader": names})
        folder = course.folder("feedback", student, assignment)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{path.stem}.md").write_text(str(text), encoding="utf-8")
        except OSError as error:
            raise CourseError(
                f"{folder} can't be written: {error.strerror}; make room or give "
                "yourself the right to write there, then run the same command again"
            ) from error
    return True


def _exporter(course: Course) -> MarkdownFeedbackExporter:
    """The exporter with the steps that the course has set for its feedback."""
    from traitlets.config import Config

    from autograder.feedback.page.exporter import MarkdownFeedbackExporter

    config = Config(course.config)
    config.Exporter.default_preprocessors = []
    exporter = MarkdownFeedbackExporter(config=config)  # type: ignore[no-untyped-call]
    for step in config.GenerateFeedback.preprocessors:
        exporter.register_preprocessor(step, enabled=True)  # type: ignore[no-untyped-call]
    return exporter
