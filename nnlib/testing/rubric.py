"""The named, weighted checks of one test cell, and the score they add up to."""

import math
import numbers
from types import TracebackType
from typing import Any

from nnlib.testing.messages import explain, list_warnings
from nnlib.testing.quiet import quiet
from nnlib.testing.table import as_html, as_text, publish

MIME_TYPE = "application/vnd.nncourse.rubric+json"
SCHEMA_VERSION = 1


class Rubric:
    """Partial credit for one test cell::

        r = Rubric(points=4)
        with r.check("one row", weight=1, hint="A neuron is a dot product plus b."):
            assert_close(neuron([2.0, 3.0], [1.0, 1.0], -2.0), 3.0)
        r.score()

    All checks run, whatever happens in the others. The cell ends with `r.score()`,
    which shows a table and returns points x earned weight / total weight. A check
    with `hidden=True` stands between nbgrader's markers for hidden tests; its table row
    says no more than its name and whether it passed.
    """

    def __init__(self, points: float) -> None:
        self.points = _positive(points, "points of a Rubric")
        self.checks: list[Check] = []
        self._running: Check | None = None
        self._score: float | None = None

    def check(
        self, name: str, *, weight: float = 1.0, hint: str = "", hidden: bool = False
    ) -> "Check":
        """Return the context manager that runs one named check."""
        if not isinstance(name, str) or not name.strip():
            raise ValueError(f"a check needs a name, got {name!r}: say what it proves")
        if any(name == other.name for other in self.checks):
            raise ValueError(f"two checks are called {name!r}: rename one of them")
        if self._score is not None:
            raise RuntimeError(f"check {name!r} comes after score(): move it before")
        check = Check(
            self, name, _positive(weight, f"weight of {name!r}"), hint, hidden
        )
        self.checks.append(check)
        return check

    def score(self) -> float:
        """Show the table once and return the points, a float from 0 to `points`."""
        if self._score is None:
            self._score = self._compute()
            rows = [check.as_dict() for check in self.checks]
            record = {
                "schema_version": SCHEMA_VERSION,
                "points": self.points,
                "score": self._score,
                "checks": rows,
            }
            publish(
                {
                    "text/plain": as_text(self._score, self.points, rows),
                    "text/html": as_html(self._score, self.points, rows),
                    MIME_TYPE: record,
                }
            )
        return self._score

    def _compute(self) -> float:
        if not self.checks:
            raise ValueError("a Rubric without checks has no score: add r.check(...)")
        for check in self.checks:
            if check.passed is None:
                raise RuntimeError(
                    f"check {check.name!r} did not run: write `with r.check(...):`"
                )
        if all(check.passed for check in self.checks):
            return self.points  # exactly: rounding must not cost the last digit
        total = sum(check.weight for check in self.checks)
        earned = sum(check.weight for check in self.checks if check.passed)
        return min(self.points, self.points * earned / total)


class Check:
    """One named check: a context manager that turns an exception into a failure."""

    def __init__(
        self, rubric: Rubric, name: str, weight: float, hint: str, hidden: bool
    ) -> None:
        self.name, self.weight, self.hint, self.hidden = (
            name,
            weight,
            hint,
            bool(hidden),
        )
        self.passed: bool | None = None
        self.message = ""
        self._rubric = rubric

    def __enter__(self) -> None:
        running = self._rubric._running
        if running is not None:
            raise RuntimeError(
                f"check {self.name!r} stands inside check {running.name!r}: "
                "end that one first"
            )
        if self.passed is not None:
            raise RuntimeError(f"check {self.name!r} ran already: make a new one")
        self._rubric._running = self
        self._quiet = quiet(silent=self.hidden)
        self._warnings = self._quiet.__enter__()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        self._quiet.__exit__(None, None, None)
        self._rubric._running = None
        # A time limit or the stop button ends the whole cell, not this check alone.
        if isinstance(error, KeyboardInterrupt):
            return False
        self.passed = error is None
        self.message = (
            list_warnings(self._warnings) if error is None else explain(error)
        )
        return True

    def as_dict(self) -> dict[str, Any]:
        """Return the check as plain values for the table and the grader."""
        return {
            "name": self.name,
            "weight": self.weight,
            "earned": self.weight if self.passed else 0.0,
            "hidden": self.hidden,
            "message": self.message,
            "hint": self.hint,
        }


def _positive(value: Any, what: str) -> float:
    """Return a plain float, or refuse what nbgrader would misread."""
    real = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if not real or not 0 < float(value) < math.inf:
        raise ValueError(f"the {what} must be a positive number, got {value!r}")
    return float(value)
