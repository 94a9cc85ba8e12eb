"""Find the text sources of the notebooks and split them into numbered cells."""

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jupytext
from nbformat import NotebookNode

from autograder.errors import CourseError

CELL_START = re.compile(r"^\s*#\s*%%+(\s|$)")
CELL_START_TYPO = re.compile(r"^\s*#\s*%%?\s*\[")


@dataclass(frozen=True)
class Problem:
    """A mistake in a source: where it is and how to mend it."""

    path: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}"


class SourceError(CourseError):
    """A source is refused; the text has one line per problem."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


@dataclass(frozen=True)
class Source:
    """One text source and the notebook that is made of it."""

    root: Path
    path: Path
    target: Path
    graded: bool

    @property
    def name(self) -> str:
        """The name used on the command line, as 01_neurons or a01_neurons."""
        return self.target.stem

    @property
    def label(self) -> str:
        """The path of the source as messages show it."""
        return self.path.relative_to(self.root).as_posix()

    @property
    def target_label(self) -> str:
        """The path of the notebook as messages show it."""
        return self.target.relative_to(self.root).as_posix()


@dataclass(frozen=True)
class SourceCell:
    """A cell, the line of its marker and the line where its text begins (from 1)."""

    node: NotebookNode
    line: int
    text_line: int

    @property
    def lines(self) -> list[str]:
        """The text of the cell, line by line."""
        return str(self.node.source).split("\n")

    @property
    def nbgrader(self) -> Any:
        """The nbgrader metadata as the author wrote it, {} if there is none."""
        return self.node.metadata.get("nbgrader", {})

    def is_on(self, flag: str) -> bool:
        """Tell whether an nbgrader flag such as `grade` is set."""
        return isinstance(self.nbgrader, dict) and self.nbgrader.get(flag) is True

    @property
    def is_test(self) -> bool:
        """True for an autograded test: a graded code cell that is not an answer."""
        return (
            self.node.cell_type == "code"
            and self.is_on("grade")
            and not self.is_on("solution")
        )


@dataclass(frozen=True)
class ParsedSource:
    """The cells and the notebook metadata of one source."""

    source: Source
    cells: list[SourceCell]
    metadata: dict[str, Any] = field(default_factory=dict)

    def problem(self, line: int, text: str) -> Problem:
        """Make a problem of this source."""
        return Problem(self.source.label, line, text)


def find_sources(root: Path) -> list[Source]:
    """Return all sources of a course: lectures first, then assignments."""
    lectures = sorted((root / "content" / "lectures").glob("*.py"))
    notebooks = sorted((root / "content" / "assignments").glob("*/notebook.py"))
    found = [
        Source(root, path, root / "lectures" / f"{path.stem}.ipynb", graded=False)
        for path in lectures
    ]
    for path in notebooks:
        name = path.parent.name
        target = root / "solutions" / name / f"{name}.ipynb"
        found.append(Source(root, path, target, graded=True))
    return found


def select_sources(root: Path, names: Iterable[str]) -> list[Source]:
    """Return the named sources, or all; paths of sources or notebooks do as well."""
    sources = find_sources(root)
    if not sources:
        raise CourseError(
            f"no sources in {root / 'content'}: expected lectures/*.py or "
            "assignments/*/notebook.py"
        )
    chosen: dict[str, Source] = {}
    for name in names:
        source = _lookup(name, sources)
        chosen[source.name] = source
    return list(chosen.values()) or sources


def _lookup(name: str, sources: Sequence[Source]) -> Source:
    path = Path(name).resolve()
    for source in sources:
        if name == source.name or path in (source.path, source.path.parent):
            return source
        if path in (source.target, source.target.parent) and source.graded:
            return source
        if path == source.target:
            return source
    known = [source.name for source in sources]
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
    raise CourseError(f"no lecture or assignment is called {name!r}: {hint}")


def parse_source(source: Source) -> ParsedSource:
    """Read a source; refuse what jupytext would silently misread."""
    try:
        text = source.path.read_text(encoding="utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise SourceError(
            [Problem(source.label, 1, f"not UTF-8 text ({error.reason}): save it so")]
        ) from error
    lines = text.split("\n")
    starts = _cell_starts(source, lines)
    try:
        notebook = jupytext.reads(text, fmt="py:percent")
    except Exception as error:  # jupytext passes on whatever YAML raises
        first = str(error).split("\n")[0]
        raise SourceError(
            [Problem(source.label, 1, f"the header block is not valid YAML: {first}")]
        ) from error
    if len(notebook.cells) != len(starts):
        raise SourceError(
            [
                Problem(
                    source.label,
                    starts[0] + 1,
                    f"{len(starts)} lines begin with `# %%` but {len(notebook.cells)} "
                    "cells came out: one stands inside a string; rewrite that line",
                )
            ]
        )
    ends = [*starts[1:], len(lines)]
    cells = [
        SourceCell(node, start + 1, _text_line(node, lines, start, end))
        for node, start, end in zip(notebook.cells, starts, ends, strict=True)
    ]
    metadata = {k: v for k, v in notebook.metadata.items() if k != "jupytext"}
    return ParsedSource(source, cells, metadata)


def _cell_starts(source: Source, lines: Sequence[str]) -> list[int]:
    """Return the indices of the cell lines; refuse text in front of the first."""
    begin = _end_of_header(lines)
    starts = [i for i in range(begin, len(lines)) if CELL_START.match(lines[i])]
    problems = [
        Problem(source.label, i + 1, "not a cell line: write `# %% [markdown]`")
        for i in range(begin, len(lines))
        if CELL_START_TYPO.match(lines[i]) and i not in starts
    ]
    first = starts[0] if starts else len(lines)
    stray = next((i for i in range(begin, first) if lines[i].strip()), None)
    if stray is not None or not starts:
        where = 0 if stray is None else stray
        text = "text before the first cell: put a line `# %%` or `# %% [markdown]` here"
        problems.append(Problem(source.label, where + 1, text))
    if problems:
        raise SourceError(problems)
    return starts


def _end_of_header(lines: Sequence[str]) -> int:
    """Return the index of the first line after the `# ---` block, 0 without one."""
    if lines[0].strip() != "# ---":
        return 0
    for index in range(1, len(lines)):
        if lines[index].strip() == "# ---":
            return index + 1
    return 0


def _text_line(node: NotebookNode, lines: Sequence[str], start: int, end: int) -> int:
    """Return the number of the line where the text of a cell begins."""
    first = str(node.source).split("\n")[0]
    for index in range(start + 1, end):
        if first and lines[index].removeprefix('r"""').startswith(first):
            return index + 1
    return next((i + 1 for i in range(start + 1, end) if lines[i].strip()), start + 1)
