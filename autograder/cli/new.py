"""`nncourse new`: a lecture or an assignment from its template."""

import argparse

from autograder.course import find_root


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `nncourse new`."""
    parser.epilog = (
        "What is made is small, whole and a draft: it passes the tests as it stands. "
        "Change it piece by piece, then remove the word Draft from its first cell; "
        "from then on the tests ask for its full size, too."
    )
    parser.add_argument("kind", choices=("lecture", "assignment"))
    parser.add_argument(
        "name",
        metavar="NAME",
        help="a word for files, as attention; the next free number is put in front",
    )
    parser.add_argument("--title", help="the title (default: the name as words)")


def run(args: argparse.Namespace) -> int:
    """Write the sources, build their notebooks, and say what to do next."""
    from autograder.cli import check_tests
    from autograder.notebooks import scaffold
    from autograder.notebooks.build import build_course

    if args.kind == "assignment":
        check_tests.need_tools()
    root = find_root()
    make = {"lecture": scaffold.new_lecture, "assignment": scaffold.new_assignment}
    made = make[args.kind](root, args.name, args.title)
    for path in made.write(root):
        print(f"{'changed' if path in made.changed else 'new'}: {path}")
    build_course(root, made.names, report=print)
    code = 0
    if args.kind == "assignment":
        code = check_tests.run(argparse.Namespace(names=made.names[1:], again=False))
    print(
        f"next: open {next(iter(made.created))}; docs/authoring.md says what goes where"
    )
    return code
