"""New lectures and assignments from the templates in `content/templates/`.

A template is a whole small lecture or assignment that passes the tests as it stands.
It is called a draft in its text; as long as it is, the tests ask for no length.
"""

import keyword
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import CourseError
from autograder.notebooks.markers import PHRASES, marker

START = Path("content/lectures/00_start_here.py")
GUIDE = Path("docs/assignments.md")
NAME = re.compile(r"[a-z][a-z0-9_]{2,29}")
# What the cells of the template call something else.
TAKEN = ("crossing", "linear", "rise", "show")
ROW = re.compile(r"^\| (\d+) \| (.*) \| (.*) \| (.*) \|$", flags=re.M)
NOTHING = "-"


@dataclass(frozen=True)
class Scaffold:
    """What is about to be written: the names to build, and the text of each file."""

    names: tuple[str, ...]
    created: Mapping[Path, str]
    changed: Mapping[Path, str]

    def write(self, root: Path) -> list[Path]:
        """Write all files, or none; return their paths below the root."""
        texts = {**self.created, **self.changed}
        partials: dict[Path, Path] = {}
        folders: list[Path] = []
        try:
            for path, text in texts.items():
                target = root / path
                folders += [f for f in target.parents if not f.exists()]
                target.parent.mkdir(parents=True, exist_ok=True)
                partial = target.with_name(f".{target.name}.partial")
                partials[partial] = target
                partial.write_text(text, encoding="utf-8")
            for partial, target in partials.items():
                os.replace(partial, target)
        except OSError as error:
            for partial in partials:
                partial.unlink(missing_ok=True)
            for folder in folders:  # the deepest first
                folder.rmdir()
            raise CourseError(
                f"{error.filename} can't be written ({error.strerror}): nothing was "
                "made; make room or get permission, and try again"
            ) from error
        return list(texts)


def new_lecture(root: Path, name: str, title: str | None = None) -> Scaffold:
    """Return a lecture with its figures and their test, under the next number."""
    _refuse_bad_name(name, _lectures(root))
    number = max(_lectures(root), default=0) + 1
    stem, words = f"{number:02}_{name}", _title(name, title)
    created = {
        Path("content/lectures", f"{stem}.py"): "lecture",
        Path("nnlib/viz", f"{name}.py"): "figures",
        Path("tests/viz", f"test_viz_{name}.py"): "figures_test",
    }
    row = {1: f"[{words}]({stem}.ipynb)", 2: "the question that it answers"}
    changed = {START: _with_row(_read(root, START), number, row)}
    texts = _fill(root, created, number, name, words)
    return Scaffold((START.stem, stem), texts, changed)


def new_assignment(root: Path, name: str, title: str | None = None) -> Scaffold:
    """Return an assignment, its mistakes and other solutions, under the next number."""
    taken = _assignments(root)
    _refuse_bad_name(name, taken)
    number = max(taken, default=0) + 1
    folder, words = f"a{number:02}_{name}", _title(name, title)
    place = Path("content/assignments", folder)
    created = {
        place / "notebook.py": "assignment",
        place / "misconceptions.py": "misconceptions",
        Path("tests/assignments", f"alternatives_a{number:02}.py"): "alternatives",
    }
    guide = _read(root, GUIDE) + (
        f"\n## a{number:02} {words}\n\n**Goals.** Rows of the syllabus, in words. "
        "**Time:** 2 to 4 hours. **Points:** 3 automatic, 2 by hand.\n\n"
        "| frequent mistake | what to say |\n|---|---|\n"
        '| the sum for the mean | "By what do you divide?" |\n\n'
        f'**By hand.** {number}.2 (2 points): "never" 1, a reason that holds 1.\n'
    )
    changed = {
        START: _with_row(_read(root, START), number, {3: f"`{folder}`"}),
        GUIDE: guide,
    }
    texts = _fill(root, created, number, name, words)
    return Scaffold((START.stem, folder), texts, changed)


def _fill(
    root: Path, files: Mapping[Path, str], number: int, name: str, title: str
) -> dict[Path, str]:
    """Return the text of each file, made of its template."""
    values = {
        "NUMBER": str(number),
        "NAME": name,
        "TITLE": title,
        "IMPORTS": ", ".join(sorted((name, "show"))),
        **{phrase: marker(phrase) for phrase in PHRASES},
    }
    filled = {}
    for path, template in files.items():
        if (root / path).exists():
            raise CourseError(f"{path} exists already: choose another name")
        text = _read(root, Path("content/templates", f"{template}.percent"))
        for word, value in values.items():
            text = text.replace(f"@{word}@", value)
        filled[path] = text
    return filled


def _with_row(text: str, number: int, cells: Mapping[int, str]) -> str:
    """Return the start page with some cells of one row of its map filled in."""
    rows = {int(row[1]): row for row in ROW.finditer(text)}
    if not rows:
        raise CourseError(
            f"{START} holds no map of lectures: expected rows | no. | lecture | "
            "question it answers | assignment |"
        )
    row = rows.get(number)
    old = row.groups()[1:] if row else (NOTHING,) * 3
    new = [cells.get(place, cell) for place, cell in enumerate(old, start=1)]
    line = f"| {number} | {' | '.join(new)} |"
    if row:
        return text[: row.start()] + line + text[row.end() :]
    end = rows[max(rows)].end()
    return f"{text[:end]}\n{line}{text[end:]}"


def _refuse_bad_name(name: str, taken: Mapping[int, str]) -> None:
    if not _is_name(name):
        near = re.sub(r"\W+|^[\d_]+", "_", name.lower()).strip("_")
        raise CourseError(
            f"{name!r} can't be a name: expected 3 to 30 small letters, digits and _, "
            "without a number in front, which is given, such as "
            f"{near if _is_name(near) else 'attention'}"
        )
    for number, other in taken.items():
        if name == other:
            raise CourseError(
                f"number {number} is called {name} already: choose another name"
            )


def _is_name(text: str) -> bool:
    known = keyword.iskeyword(text) or text in TAKEN
    return NAME.fullmatch(text) is not None and not known


def _title(name: str, title: str | None) -> str:
    given = name.replace("_", " ").capitalize() if title is None else title
    words = " ".join(given.split())
    if not words or set(words) & set('|[]"\\'):
        raise CourseError(
            f"{title!r} can't be a title: expected words without | [ ] \" and \\"
        )
    return words


def _lectures(root: Path) -> dict[int, str]:
    paths = (root / "content" / "lectures").glob("[0-9][0-9]_*.py")
    return {int(path.stem[:2]): path.stem[3:] for path in paths}


def _assignments(root: Path) -> dict[int, str]:
    folders = (root / "content" / "assignments").glob("a[0-9][0-9]_*")
    return {int(folder.name[1:3]): folder.name[4:] for folder in folders}


def _read(root: Path, path: Path) -> str:
    try:
        return (root / path).read_text(encoding="utf-8")
    except OSError as error:
        raise CourseError(
            f"{path} can't be read ({error.strerror}): it belongs to the course; "
            "`git checkout` brings it back"
        ) from error
