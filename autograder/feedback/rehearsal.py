"""Run the test cells of an assignment in plain Python, on any solutions.

Authors use it to prove that tests are fair and strong; a kernel would take a hundred
times as long. It reads the text source, so hidden tests are present.
"""

import ast
import contextlib
import io
import linecache
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from autograder.notebooks.markers import scan
from autograder.notebooks.source import Source, SourceCell, parse_source
from autograder.notebooks.validate import released
from nnlib.testing import Rubric


@dataclass(frozen=True)
class Result:
    """What one test cell gave: its score, and what became of each check."""

    score: float
    points: float
    messages: Mapping[str, str]
    failed: frozenset[str]


class Rehearsal:
    """The code cells of one assignment, ready to run as often as needed."""

    def __init__(self, assignment: Path) -> None:
        path = assignment / "notebook.py"
        source = Source(assignment, path, assignment / "unused.ipynb", graded=True)
        cells = parse_source(source).cells
        code = [cell for cell in cells if cell.node.cell_type == "code"]
        self._cells = [cell for cell in code if cell.nbgrader]
        self.plain_cells = [str(c.node.source) for c in code if not c.nbgrader]

    @property
    def tests(self) -> list[str]:
        """The grade_ids of the autograded test cells."""
        return [_id(cell) for cell in self._cells if cell.is_test]

    @property
    def tasks(self) -> list[str]:
        """The names that the solution cells define, in the order of the notebook."""
        solutions = [cell for cell in self._cells if cell.is_on("solution")]
        return [name for cell in solutions for name in _definitions(cell)]

    @property
    def points(self) -> dict[str, float]:
        """The points of each autograded test cell."""
        return {_id(c): float(c.nbgrader["points"]) for c in self._cells if c.is_test}

    def source(self, task: str) -> str:
        """Return the text of the solution cell that defines a task."""
        for cell in self._cells:
            if cell.is_on("solution") and task in _definitions(cell):
                return "\n".join(cell.lines)
        raise KeyError(f"no solution cell defines {task!r}")

    def reference(self) -> dict[str, Any]:
        """Return what the solution cells define, by name."""
        namespace = self._prepare(blank=False)
        return {name: namespace[name] for name in self.tasks}

    def define(self, task: str, text: str) -> Any:
        """Return what another text of its solution cell makes of a task."""
        namespace = self._prepare(blank=False)
        exec(_compile(text, f"other {task}"), namespace)
        return namespace[task]

    def fingerprint(self, task: str) -> str:
        """Return a hash of all that decides about the solutions of a task."""
        test = f"test_{task}"
        told = [
            "\n".join(cell.lines)
            for cell in self._cells
            if not cell.is_test or _id(cell) == test
            if not cell.is_on("solution") or task in _definitions(cell)
        ]
        return sha256("\0".join(told).encode()).hexdigest()[:16]

    def run(
        self,
        replaced: Mapping[str, Any] | None = None,
        *,
        blank: bool = False,
        student_copy: bool = False,
        only: Collection[str] | None = None,
    ) -> dict[str, Result]:
        """Run all test cells; return their results by grade_id.

        Args:
            replaced: solutions to put in the place of the author's, by name.
            blank: leave the stubs as a student receives them.
            student_copy: leave out the hidden tests, as in a student's copy.
            only: the test cells to run; all by default.
        """
        unknown = set(replaced or {}) - set(self.tasks)
        if unknown:
            raise ValueError(f"no solution cell defines {sorted(unknown)}")
        namespace = self._prepare(blank=blank)
        namespace.update(replaced or {})
        return {
            _id(cell): _run_test(cell, namespace, student_copy)
            for cell in self._cells
            if cell.is_test and (only is None or _id(cell) in only)
        }

    def _prepare(self, *, blank: bool) -> dict[str, Any]:
        """Run set-up and solution cells, and return the names that they define."""
        namespace: dict[str, Any] = {"__name__": "__main__"}
        for cell in self._cells:
            if not cell.is_test:
                lines = _released(cell) if blank else cell.lines
                # A stub outside of a function raises; grading goes on after it, too.
                with contextlib.suppress(NotImplementedError):
                    exec(_compile("\n".join(lines), _id(cell)), namespace)
        return namespace


def _id(cell: SourceCell) -> str:
    return str(cell.nbgrader["grade_id"])


def _released(cell: SourceCell) -> list[str]:
    """Return the lines of a cell as a student receives them."""
    return released(cell.lines, scan(cell.lines, code=True)[0])


def _definitions(cell: SourceCell) -> Iterator[str]:
    for node in ast.parse("\n".join(cell.lines)).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name


def _compile(text: str, name: str) -> Any:
    """Compile a cell, and keep its text where tracebacks and source_of look for it."""
    file = f"<cell {name}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    return compile(text, file, "exec")


def _run_test(
    cell: SourceCell, shared: Mapping[str, Any], student_copy: bool
) -> Result:
    lines = _released(cell) if student_copy else cell.lines
    namespace = dict(shared)
    with contextlib.redirect_stdout(io.StringIO()):
        exec(_compile("\n".join(lines), _id(cell)), namespace)
        # The builder has made sure that there is one.
        (rubric,) = (v for v in namespace.values() if isinstance(v, Rubric))
        score = rubric.score()
    return Result(
        score,
        rubric.points,
        {check.name: check.message for check in rubric.checks},
        frozenset(check.name for check in rubric.checks if not check.passed),
    )
