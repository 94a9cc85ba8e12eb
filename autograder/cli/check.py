"""`nncourse check`: the visible checks of a student's own notebook."""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.errors import CourseError

if TYPE_CHECKING:
    from autograder.checking.assignment import Assignment
    from autograder.checking.results import Result

SOMETHING_FAILS = 1
JSON_VERSION = 1


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `nncourse check`."""
    parser.epilog = (
        "Nothing is written into the notebook or beside it. "
        "Exit code 0: all visible checks pass; 1: something fails; 2: wrong use."
    )
    parser.add_argument("notebooks", nargs="+", type=Path, metavar="NOTEBOOK")
    parser.add_argument(
        "--timeout",
        type=float,
        default=60.0,
        metavar="SECONDS",
        help="time limit of a cell (default: 60, as in grading)",
    )
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="write the results to a file"
    )


def run(args: argparse.Namespace) -> int:
    """Check the notebooks one by one, and say by the exit code if all pass."""
    if not args.timeout > 0:
        raise CourseError(f"--timeout {args.timeout:g}: expected a positive number")
    from autograder.fast_start import skip_slow_imports

    skip_slow_imports()
    from autograder.checking.assignment import open_assignment
    from autograder.checking.table import as_lines

    # All are read first: a wrong name is told before anything runs.
    assignments = [open_assignment(path) for path in args.notebooks]
    results = []
    for assignment in assignments:
        result = _check(assignment, args.timeout)
        print("\n".join(as_lines(result)), flush=True)
        results.append(result)
    if args.json is not None:
        _write_json(args.json, results)
    return 0 if all(result.passed for result in results) else SOMETHING_FAILS


def _check(assignment: Assignment, seconds: float) -> Result:
    from tqdm import tqdm

    from autograder.checking.results import read_results
    from autograder.checking.run import run_notebook

    began = time.monotonic()
    total = len(assignment.notebook.cells)
    # Where nobody watches (no terminal) there is no bar.
    with tqdm(total=total, unit=" cells", leave=False, disable=None) as bar:

        def watch(name: str) -> None:
            bar.set_description(f"{assignment.path.stem}: {name}", refresh=False)
            bar.update()

        folder = assignment.path.resolve().parent
        stops = run_notebook(assignment.notebook, folder, seconds, watch)
    return read_results(assignment, stops, time.monotonic() - began)


def _write_json(path: Path, results: list[Result]) -> None:
    content = {
        "version": JSON_VERSION,
        "passed": all(result.passed for result in results),
        "notebooks": [result.to_json() for result in results],
    }
    try:
        path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise CourseError(
            f"--json {path} can't be written: {error.strerror}; name another file"
        ) from error
