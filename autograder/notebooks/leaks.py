"""The leak proof: no secret line of an assignment in what students can read.

Secret are the solutions, the answer keys, the hidden tests and the misconceptions. A
line that students may read anyway (in nnlib, in a lecture, or in the open part of an
assignment) is no secret. Blanks don't count, so that indentation, line wrapping and
syntax colouring hide nothing.
"""

import copy
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from autograder.notebooks.markers import TOPICS, Region, inside, scan
from autograder.notebooks.render import dump, load, render
from autograder.notebooks.source import find_sources

SHORTEST = 8  # without blanks; shorter lines, as `else:`, tell nothing
UNMISTAKABLE = 16  # from this length on a line is recognised within another one


@dataclass(frozen=True)
class Secret:
    """A line that no student may see, and where it stands."""

    line: str
    origin: str

    @property
    def unmistakable(self) -> bool:
        """Whether the line is long enough to be recognised within another one."""
        return len(_squeeze(self.line)) >= UNMISTAKABLE


@dataclass(frozen=True)
class Leak:
    """A secret line found in a text that students can read."""

    secret: Secret
    where: str

    def __str__(self) -> str:
        return f"{self.where}: {self.secret.line!r} is secret ({self.secret.origin})"


class Searcher:
    """Looks for secret lines in texts.

    A text is read once, however many secrets there are: their first letters are looked
    up at each of its places.
    """

    def __init__(self, secrets: Iterable[Secret]) -> None:
        self._short: dict[str, list[Secret]] = {}
        self._long: dict[str, list[tuple[str, Secret]]] = {}
        for secret in secrets:
            key = _squeeze(secret.line)
            if len(key) < UNMISTAKABLE:
                self._short.setdefault(key, []).append(secret)
            else:
                self._long.setdefault(key[:UNMISTAKABLE], []).append((key, secret))

    def leaks_in(self, where: str, text: str) -> list[Leak]:
        """Return every secret line that stands in a text."""
        found: dict[Secret, None] = {}
        for line in {_squeeze(line) for line in text.split("\n")}:
            found.update(dict.fromkeys(self._short.get(line, ())))
        whole = _squeeze(text)
        for place in range(len(whole) - UNMISTAKABLE + 1):
            for key, secret in self._long.get(whole[place : place + UNMISTAKABLE], ()):
                if whole.startswith(key, place):
                    found[secret] = None
        return [Leak(secret, where) for secret in found]


def find_leaks(secrets: Iterable[Secret], texts: Mapping[str, str]) -> list[Leak]:
    """Return every secret line that stands in one of the texts, given by name."""
    searcher = Searcher(secrets)
    return [leak for name in texts for leak in searcher.leaks_in(name, texts[name])]


def course_secrets(root: Path) -> list[Secret]:
    """Return the secret lines of all assignments, without those that are public."""
    found: list[Secret] = []
    public = [
        path.read_text(encoding="utf-8")
        for path in sorted((root / "nnlib").rglob("*.py"))
    ]
    for source in find_sources(root):
        if not source.graded:
            public.append(source.path.read_text(encoding="utf-8"))
            continue
        notebook = render(load(source))
        found += notebook_secrets(source.name, notebook)
        public += [public_text(notebook), _skeleton(notebook)]
        misconceptions = source.path.with_name("misconceptions.py")
        if misconceptions.is_file():
            text = misconceptions.read_text(encoding="utf-8")
            found += misconception_secrets(source.name, text)
    known = Searcher(found).leaks_in("what is public", "\n".join(public))
    open_lines = {leak.secret for leak in known}
    return [secret for secret in found if secret not in open_lines]


def notebook_secrets(name: str, notebook: NotebookNode) -> Iterator[Secret]:
    """Yield the lines between the markers of an instructor's notebook."""
    for cell in notebook.cells:
        lines, regions = _regions(cell)
        for topic in TOPICS:
            origin = f"{topic.lower()} in cell {cell.id} of {name}"
            yield from _secrets(inside(lines, regions, topic), origin)


def misconception_secrets(name: str, text: str) -> Iterator[Secret]:
    """Yield the lines of a misconceptions.py, except those that all of them have."""
    common = re.compile(r"\s*(from|import|MISCONCEPTIONS =)\s")
    lines = [line for line in text.split("\n") if not common.match(line)]
    yield from _secrets(lines, f"misconceptions of {name}")


def public_text(notebook: NotebookNode) -> str:
    """Return what stands outside all markers in an instructor's notebook."""
    kept: list[str] = []
    for cell in notebook.cells:
        lines, regions = _regions(cell)
        kept += [
            line
            for index, line in enumerate(lines)
            if not any(r.first <= index <= r.last for r in regions)
        ]
    return "\n".join(kept)


def _skeleton(notebook: NotebookNode) -> str:
    """Return the file of a notebook without its texts: ids and metadata are public."""
    bare = copy.deepcopy(notebook)
    for cell in bare.cells:
        cell.source = ""
    return dump(bare)


def _regions(cell: NotebookNode) -> tuple[list[str], list[Region]]:
    lines = cell.source.split("\n")
    regions, _ = scan(lines, code=cell.cell_type == "code")
    return lines, regions


def _secrets(lines: Iterable[str], origin: str) -> Iterator[Secret]:
    for line in lines:
        if len(_squeeze(line)) >= SHORTEST and re.search(r"\w\W*\w", line):
            yield Secret(line.strip(), origin)


def _squeeze(text: str) -> str:
    return re.sub(r"\s+", "", text)
