"""The folded solution of every exercise passes the checks that follow its stub.

A student's way through a lecture is taken for each: the cells above the exercise are
run, without figures, then stub and check, then solution and check. The code of a
solution is the fenced `python` block inside its fold.
"""

import ast
import itertools
import re
from dataclasses import dataclass
from pathlib import Path

import jupytext
import pytest

LECTURES = Path(__file__).parents[2] / "content" / "lectures"
SOURCES = sorted(LECTURES.glob("[0-9][0-9]_*.py"))
EXERCISE = re.compile(r"^### Exercise (\d+\.\d+)", flags=re.M)
STUB = re.compile(r'raise NotImplementedError\("Exercise (\d+\.\d+):')
SOLUTION = re.compile(
    r"^### Exercise (?P<number>\d+\.\d+).*?<summary>Solution</summary>\s*?\n"
    r"(?P<fold>.*?)</details>",
    flags=re.M | re.S,
)
FENCE = re.compile(r"^```python\n(.*?)^```", flags=re.M | re.S)


@dataclass(frozen=True)
class Exercise:
    """What a lecture holds of one exercise; `None` and () where it is missing."""

    number: str
    before: tuple[str, ...]  # the code cells above its stub
    stub: str
    solution: str
    check: str | None  # the next code cell that makes a Rubric


def exercises(source):
    """All exercises of a lecture, in order."""
    cells = jupytext.reads(source, fmt="py:percent").cells
    prose = "\n\n".join(c.source for c in cells if c.cell_type == "markdown")
    folded = {
        match["number"]: "\n".join(FENCE.findall(match["fold"]))
        for match in SOLUTION.finditer(prose)
    }
    code = [cell.source for cell in cells if cell.cell_type == "code"]
    for index, stub in enumerate(code):
        if match := STUB.search(stub):
            rest = code[index + 1 :]
            checks = itertools.dropwhile(lambda text: "Rubric(" not in text, rest)
            yield Exercise(
                match[1],
                tuple(code[:index]),
                stub,
                folded.get(match[1], ""),
                next(checks, None),
            )


def defined(code):
    """Names of the functions and classes that a cell defines at its top level."""
    kinds = ast.FunctionDef | ast.ClassDef
    return {node.name for node in ast.parse(code).body if isinstance(node, kinds)}


def only_shows(code):
    """Whether a cell draws or asks and leaves nothing behind for later cells."""
    calls = [getattr(node, "value", None) for node in ast.parse(code).body]
    names = [ast.unparse(c.func) for c in calls if isinstance(c, ast.Call)]
    shows = [name for name in names if re.search(r"^show$|\b(explore_\w+|quiz)$", name)]
    return len(shows) == len(calls)


def complaints(source):
    """What keeps the solutions of a lecture from being run."""
    found = list(exercises(source))
    headings = EXERCISE.findall(source)
    if headings != [exercise.number for exercise in found]:
        yield f"exercises {headings}, stubs {[e.number for e in found]}"
    for exercise in found:
        if not exercise.solution:
            yield f"{exercise.number}: no fenced python block in the solution"
        elif not defined(exercise.stub) <= defined(exercise.solution):
            yield f"{exercise.number}: the solution must define all that the stub does"
        if exercise.check is None:
            yield f"{exercise.number}: no Rubric below the stub"


def score(rubric_cell, namespace):
    """Run a check; return (earned, possible) of its Rubric, named r."""
    exec(compile(rubric_cell, "<check>", "exec"), namespace)
    rubric = namespace["r"]
    return rubric.score(), rubric.points


def failures(source):
    """Exercises whose stub passes or whose solution fails, with the points."""
    namespace, done = {"__name__": "lecture"}, 0
    for exercise in exercises(source):
        for cell in itertools.filterfalse(only_shows, exercise.before[done:]):
            exec(compile(cell, "<lecture>", "exec"), namespace)
        done = len(exercise.before)
        for kind, cell in [("stub", exercise.stub), ("solution", exercise.solution)]:
            exec(compile(cell, f"<{kind}>", "exec"), namespace)
            earned, possible = score(exercise.check, namespace)
            if earned != (possible if kind == "solution" else 0):
                yield f"{exercise.number}: {kind} earns {earned} of {possible}"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_solutions_pass_and_stubs_fail(path):
    source = path.read_text(encoding="utf-8")
    assert not list(complaints(source))
    assert not list(failures(source))


SMALL = '''
# %% [markdown]
r"""
### Exercise 1.1 (1 minute)

Double it.

<details><summary>Solution</summary>

```python
def twice(x):
    return 2 * x
```
</details>
"""


# %%
from nnlib.testing import Rubric


# %%
def twice(x):
    raise NotImplementedError("Exercise 1.1: write twice")


# %%
r = Rubric(points=2)
with r.check("two", hint="Twice one is two."):
    assert twice(1) == 2
_ = r.score()
'''


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("show(figure(x), alt='y')\nshow(z)", True),
        ("neurons.explore_neuron()", True),
        ("losses.quiz()", True),
        ("show(x)\ny = 1", False),
        ("w += 1", False),
        ("values.append(1)", False),
    ],
)
def test_only_cells_that_leave_nothing_are_skipped(code, expected):
    assert only_shows(code) == expected


def test_a_good_exercise_has_no_complaint():
    assert not list(complaints(SMALL))
    assert not list(failures(SMALL))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("```python", "```text"),
        ("def twice(x):\n    return", "def doubled(x):\n    return"),
        ("### Exercise 1.1", "### Exercise 1.2"),
        ("Rubric(points", "dict(points"),
    ],
)
def test_an_exercise_that_cannot_be_run_is_seen(old, new):
    assert old in SMALL
    assert list(complaints(SMALL.replace(old, new)))


@pytest.mark.parametrize(
    ("old", "new"),
    [("return 2 * x", "return x"), ("assert twice(1) == 2", "twice")],
)
def test_a_wrong_solution_or_an_empty_check_is_seen(old, new):
    assert old in SMALL
    assert list(failures(SMALL.replace(old, new)))
