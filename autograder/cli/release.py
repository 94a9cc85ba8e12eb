"""`nncourse release`: the zip file that students get."""

import argparse
import hashlib
from pathlib import Path

from autograder.course import find_root
from autograder.errors import CourseError

NAME = "neural-networks.zip"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `nncourse release`."""
    parser.add_argument(
        "assignments",
        nargs="*",
        metavar="ASSIGNMENT",
        help="what to hand out beside the lectures, as a01_neurons (default: all)",
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FILE.zip",
        help=f"the file to write (default: build/{NAME} in the course)",
    )


def run(args: argparse.Namespace) -> int:
    """Write the bundle, after the proof that it tells no secret."""
    from rich.console import Console

    from autograder.notebooks.bundle import write_bundle

    root = find_root()
    out = args.out or root / "build" / NAME
    if out.suffix != ".zip":
        raise CourseError(f"--out {out}: expected a name that ends with .zip")
    with Console(stderr=True).status("building the students' bundle") as status:

        def watch(count: int) -> None:
            status.update(f"looking for secrets: {count} files read")

        names = write_bundle(root, args.assignments, out, watch)
    content = out.read_bytes()
    assignments = [Path(name).stem for name in names if name.startswith("assignments/")]
    lectures = sum(name.startswith("lectures/") for name in names)
    print(f"{out}: {len(content) / 1e6:.1f} MB, {len(names)} files")
    print(f"  {lectures} lectures; assignments: {', '.join(assignments) or 'none'}")
    print("  no solution, hidden test, misconception or folder of yours is in it")
    print(f"  sha256 {hashlib.sha256(content).hexdigest()}")
    return 0
