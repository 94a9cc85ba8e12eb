"""`nncourse prove`: may this file or folder be published?"""

import argparse
from pathlib import Path

from autograder.course import find_root


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `nncourse prove`."""
    parser.add_argument(
        "places",
        nargs="+",
        type=Path,
        metavar="PLACE",
        help="a file, an archive or a folder, as dist/nncourse-0.1.0.tar.gz",
    )


def run(args: argparse.Namespace) -> int:
    """Refuse what holds a secret of the course."""
    from autograder.notebooks.proof import refuse_secrets

    count = refuse_secrets(find_root(), args.places)
    print(
        f"{count} files hold no solution, hidden test, misconception or folder of yours"
    )
    return 0
