"""`nncourse build`: the notebooks from their text sources."""

import argparse
import sys

from autograder.course import find_root


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `nncourse build`."""
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help="a lecture or assignment, as 01_neurons or a01_neurons (default: all)",
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="write and run nothing; exit 1 if a notebook differs from its source",
    )
    parser.add_argument(
        "--force", action="store_true", help="run the notebooks even if unchanged"
    )


def run(args: argparse.Namespace) -> int:
    """Build the notebooks, or compare them with their sources."""
    root = find_root()
    if args.check:
        from autograder.notebooks.check import check_course

        problems = check_course(root, args.names)
        for problem in problems:
            print(problem, file=sys.stderr)
        if problems:
            print("run `nncourse build` and commit the result", file=sys.stderr)
        else:
            print("the notebooks agree with their sources")
        return 1 if problems else 0

    from autograder.notebooks.build import build_course

    build_course(root, args.names, force=args.force, report=print)
    return 0
