"""`nncourse demo`: a sample class, graded with the real thing, in build/demo."""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

from autograder.course import find_root
from autograder.errors import CourseError

SEED = 7
CONFIG = '''"""The course of the demonstration."""
from autograder.nbgrader import harden

c = get_config()
c.CourseDirectory.course_id = "demo"
c.CourseDirectory.source_directory = {source!r}
c.CourseDirectory.root = {root!r}
c.ClearSolutions.code_stub = {{"python": "# YOUR CODE HERE"}}
c.Execute.timeout = 5
c.SandboxedExecute.misconceptions = {catalogues!r}
harden(c)
'''


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `nncourse demo`."""
    parser.add_argument(
        "assignment", nargs="?", default="a01_neurons", help="(default: a01_neurons)"
    )
    parser.add_argument(
        "--size", type=int, default=24, metavar="N", help="students (default: 24)"
    )


def run(args: argparse.Namespace) -> int:
    """Make the class, grade it, say where to look next."""
    if args.size < 1:
        raise CourseError(f"--size {args.size}: expected a number from 1 up")
    root = find_root()
    instructor = root / "solutions" / args.assignment / f"{args.assignment}.ipynb"
    if not instructor.is_file():
        known = sorted(p.name for p in (root / "solutions").glob("a*"))
        raise CourseError(
            f"no assignment '{args.assignment}'; there are: {', '.join(known)}"
        )
    course = root / "build" / "demo"
    shutil.rmtree(course, ignore_errors=True)
    course.mkdir(parents=True)
    print(f"making a class of {args.size} students in {course}")
    _make_course(root, course, args)
    print("grading it with `nncourse grade`")
    _call(course, "autograder.cli", "grade", args.assignment, accept=(0, 1))
    print("making feedback with `nbgrader generate_feedback`")
    _call(course, "nbgrader", "generate_feedback", args.assignment, "--log-level=ERROR")
    print("writing the class report with `nncourse report`")
    report = course / "reports" / f"{args.assignment}.html"
    _call(course, "autograder.cli", "report", args.assignment)
    print(
        f"\nWhere to look next:\n"
        f"  graded notebooks   {course / 'autograded'}\n"
        f"  feedback pages     {course / 'feedback'}\n"
        f"  gradebook          {course / 'gradebook.db'} "
        "(nbgrader export, formgrader)\n"
        f"  class report       {report}"
    )
    return 0


def _make_course(root: Path, course: Path, args: argparse.Namespace) -> None:
    text = CONFIG.format(
        source=str(root / "solutions"),
        root=str(course),
        catalogues=str(
            root / "content" / "assignments" / "{assignment_id}" / "misconceptions.py"
        ),
    )
    (course / "nbgrader_config.py").write_text(text)
    name = args.assignment
    _call(course, "nbgrader", "generate_assignment", name, "--log-level=ERROR")
    from autograder.cli.sample_class import SampleClass
    from autograder.feedback.misconceptions import load_catalogue

    sample = SampleClass(
        root / "solutions" / name / f"{name}.ipynb",
        course / "release" / name / f"{name}.ipynb",
        load_catalogue(root / "content" / "assignments" / name),
        SEED,
    )
    made = sample.write(course / "submitted", name, args.size)
    for student, description in made.items():
        print(f"  {student}: {description}")


def _call(
    course: Path, module: str, *words: str, accept: tuple[int, ...] = (0,)
) -> None:
    """Run a command as a user would; its output is the demonstration."""
    done = subprocess.run([sys.executable, "-m", module, *words], cwd=course)
    if done.returncode not in accept:
        raise CourseError(
            f"`{module} {' '.join(words)}` ended with code {done.returncode}; "
            "its messages stand above"
        )
