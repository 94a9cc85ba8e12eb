"""The catalogue of wrong solutions that lies beside each assignment.

It serves twice: tests prove that each wrong solution loses the points it should, and
feedback compares a failing function with the catalogue to name the mistake.

A `misconceptions.py` holds one catalogue::

    MISCONCEPTIONS = Catalogue()

    @MISCONCEPTIONS.probes("cube")
    def cubes():
        return [(2.0,), (-3.0,)]

    @MISCONCEPTIONS.wrong(
        "cube",
        "the cube of a negative number is positive",
        caught_by=["negative"],
        hint="A product of three negative numbers is negative.",
    )
    def without_sign(x):
        return abs(x) ** 3
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from autograder.errors import CourseError
from autograder.feedback.sameness import outcome, same

F = TypeVar("F", bound=Callable[..., Any])
# Each probe is the tuple of arguments of one call, or, for a class, a function that
# uses it and returns plain values.
Probe = tuple[Any, ...] | Callable[[Any], Any]
Probes = Callable[[], Sequence[Probe]]
FILE_NAME, VARIABLE = "misconceptions.py", "MISCONCEPTIONS"


@dataclass(frozen=True)
class Misconception:
    """A wrong solution of a task, as students really write it.

    Attributes:
        task: the name that a student defines, as "sigmoid"; a function or a class.
        name: what the mistake is, in words that a student may read.
        caught_by: the names of all checks that it fails, and only those.
        hint: what to think about; it does not give the answer away.
        solution: the wrong function or class itself.
    """

    task: str
    name: str
    caught_by: frozenset[str]
    hint: str
    solution: Callable[..., Any]


class Catalogue:
    """The wrong solutions of one assignment, and inputs that tell them apart."""

    def __init__(self) -> None:
        self.text = ""  # of the file; `read_catalogue` fills it in
        self._entries: list[Misconception] = []
        self._probes: dict[str, Probes] = {}

    def __iter__(self) -> Any:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def tasks(self) -> list[str]:
        """The tasks that have wrong solutions, in the order of the file."""
        return list(dict.fromkeys(entry.task for entry in self._entries))

    def of(self, task: str) -> list[Misconception]:
        """Return the wrong solutions of one task."""
        return [entry for entry in self._entries if entry.task == task]

    def wrong(
        self, task: str, name: str, *, caught_by: Sequence[str], hint: str
    ) -> Callable[[F], F]:
        """Decorate a wrong solution to enter it in the catalogue."""
        if isinstance(caught_by, str) or not caught_by:
            raise ValueError(f"{name!r}: caught_by must be a list of check names")
        if not hint.strip():
            raise ValueError(f"{name!r} has no hint: say what to think about")
        if any(entry.name == name for entry in self.of(task)):
            raise ValueError(f"two misconceptions of {task} are called {name!r}")

        def enter(solution: F) -> F:
            found = Misconception(task, name, frozenset(caught_by), hint, solution)
            self._entries.append(found)
            return solution

        return enter

    def probes(self, task: str) -> Callable[[Probes], Probes]:
        """Decorate a function that makes fresh arguments for calls of a task.

        For a class it makes functions in their place: each gets the class, uses it, and
        returns what came out as plain values.
        """
        if task in self._probes:
            raise ValueError(f"the probes of {task} are given twice: drop one")

        def enter(make: Probes) -> Probes:
            self._probes[task] = make
            return make

        return enter

    def behaviour(self, task: str, solution: Callable[..., Any]) -> list[Any]:
        """Return what a solution does on each probe of its task."""
        make = self._probes.get(task)
        return [_use(solution, probe) for probe in make()] if make else []

    def recognise(self, task: str, solution: Callable[..., Any]) -> list[Misconception]:
        """Return the wrong solutions that do the same as `solution` on all probes."""
        seen = self.behaviour(task, solution)
        return [
            entry
            for entry in self.of(task)
            if seen and same(seen, self.behaviour(task, entry.solution))
        ]


def _use(solution: Callable[..., Any], probe: Probe) -> Any:
    if callable(probe):
        return outcome(probe, (solution,))
    return outcome(solution, probe)


def load_catalogue(assignment: Path) -> Catalogue:
    """Read `misconceptions.py` in the source folder of an assignment."""
    path = assignment / FILE_NAME
    if not path.is_file():
        raise CourseError(f"{path} is missing: every assignment has a catalogue")
    return read_catalogue(path.read_text(encoding="utf-8"), str(path))


def read_catalogue(text: str, name: str = FILE_NAME) -> Catalogue:
    """Run the text of a `misconceptions.py` and return its catalogue."""
    module = ModuleType("misconceptions")
    exec(compile(text, name, "exec"), vars(module))
    found = getattr(module, VARIABLE, None)
    if not isinstance(found, Catalogue):
        raise CourseError(
            f"{name} defines no catalogue: write {VARIABLE} = Catalogue()"
        )
    found.text = text
    return found
