"""The `nncourse` command.

Each subcommand is a module of this package with two functions: `configure(parser)`
adds its arguments, `run(args)` does the work and returns the exit code. It is listed
in `COMMANDS` and imported only when it is asked for, so that `nncourse --help` stays
fast and a missing extra troubles nobody else.
"""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from types import ModuleType

from autograder.errors import CourseError

COMMANDS = {
    "build": "write lectures/ and solutions/ from the sources in content/",
    "check": "run the visible checks of your own notebook",
    "check-tests": "show that the tests of an assignment are strong and fair",
    "demo": "grade a sample class in build/demo",
    "doctor": "check the installation, and for instructors the sandbox",
    "export": "write marks by task, or for Canvas or Moodle",
    "feedback": "write the pages that students read",
    "grade": "grade a class, in parallel, into the gradebook",
    "lab": "open the lectures in JupyterLab",
    "new": "write a new lecture or assignment from its template",
    "prove": "show that a file or folder tells no secret of the course",
    "release": "write the zip file that students get",
    "report": "write the class report of an assignment or of the course",
    "site": "build the course site",
}

FAILURE = 2
INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        name = _command_in(arguments)
        module = load_command(name) if name else None
        args = _parser(name, module).parse_args(arguments)
        return int(module.run(args)) if module else FAILURE
    except CourseError as error:
        return _complain(str(error))
    except ModuleNotFoundError as error:
        from autograder.cli.extras import explain_missing

        remedy = explain_missing(error)
        if remedy is None:
            raise
        return _complain(remedy)
    except KeyboardInterrupt:
        print("nncourse: interrupted", file=sys.stderr)
        return INTERRUPTED


def load_command(name: str) -> ModuleType:
    """Import the module of one subcommand."""
    return import_module(f"{__name__}.{name.replace('-', '_')}")


def _command_in(arguments: Sequence[str]) -> str | None:
    """Return the subcommand that the arguments ask for, if they name a known one."""
    first = next((word for word in arguments if not word.startswith("-")), None)
    return first if first in COMMANDS else None


def _parser(name: str | None, module: ModuleType | None) -> argparse.ArgumentParser:
    """Build the parser; only the subcommand that is asked for brings its arguments."""
    from nnlib import __version__

    parser = argparse.ArgumentParser(
        prog="nncourse",
        description="A course on neural networks: lectures, assignments, grading.",
        epilog="`nncourse COMMAND --help` explains one command.",
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for command, text in COMMANDS.items():
        sub = commands.add_parser(command, help=text, description=text)
        if module is not None and command == name:
            module.configure(sub)
    return parser


def _complain(text: str) -> int:
    for line in text.splitlines():
        print(f"nncourse: {line}", file=sys.stderr)
    return FAILURE
