"""A failed test is answered with the name of the mistake, or with none."""

from types import SimpleNamespace

import numpy as np
import pytest

from autograder.errors import CourseError
from autograder.feedback.diagnosis import Diagnostician, diagnostician
from autograder.feedback.misconceptions import read_catalogue

CATALOGUE = """
import numpy as np
from autograder.feedback.misconceptions import Catalogue

MISCONCEPTIONS = Catalogue()

@MISCONCEPTIONS.probes("square")
def inputs():
    return [(np.array([1.0, -2.0, 3.0]),), (0.5,)]

@MISCONCEPTIONS.wrong("square", "doubles", caught_by=["three"], hint="No square.")
def doubles(x):
    return 2 * x

@MISCONCEPTIONS.wrong("square", "in place", caught_by=["left alone"], hint="A copy?")
def in_place(x):
    if isinstance(x, np.ndarray):
        x *= x
        return x
    return x * x

@MISCONCEPTIONS.wrong("square", "stops", caught_by=["three", "left alone"], hint="?")
def stops(x):
    return np.sum(x, axis=3)
"""


def ask(solution, *failed, task="square"):
    def lookup(name):
        if solution is None:
            raise NameError(name)
        return solution

    checks = [
        {"name": n, "earned": float(n not in failed)} for n in ("three", "left alone")
    ]
    outcome = SimpleNamespace(rubric={"checks": checks})
    return diagnostician(CATALOGUE)(SimpleNamespace(id=f"test_{task}"), outcome, lookup)


def test_a_known_mistake_is_named_with_its_hint():
    found = ask(lambda x: x + x, "three")
    assert found == {
        "schema_version": 1,
        "task": "square",
        "name": "doubles",
        "hint": "No square.",
        "checks": ["three"],
    }


def test_a_changed_argument_is_part_of_what_a_function_does():
    def mine(values):
        try:
            values[:] = values**2
        except TypeError:
            return values**2
        return values

    assert ask(mine, "left alone")["name"] == "in place"


def test_a_failure_counts_by_its_built_in_type():
    def mine(x):
        raise ValueError("as numpy's own error, seen through the wire")

    assert ask(mine, "three", "left alone")["name"] == "stops"


@pytest.mark.parametrize(
    ("solution", "failed"),
    [
        (lambda x: 3 * x, ["three"]),  # wrong in another way
        (lambda x: x + x, ["three", "left alone"]),  # something else is wrong, too
        (lambda x: x + x, []),
        (None, ["three"]),
        (7, ["three"]),
    ],
)
def test_nothing_is_named_where_it_does_not_fit(solution, failed):
    assert ask(solution, *failed) is None


def test_tasks_without_a_catalogue_are_left_alone():
    assert ask(lambda x: x, "three", task="other") is None
    silent = SimpleNamespace(rubric=None)
    cell = SimpleNamespace(id="test_square")
    assert diagnostician(CATALOGUE)(cell, silent, lambda name: lambda x: x) is None


def test_two_mistakes_that_look_alike_have_no_name():
    twin = CATALOGUE + (
        '\nMISCONCEPTIONS.wrong("square", "adds", caught_by=["three"], hint="Adds.")'
        "(lambda x: x + x)\n"
    )
    made = Diagnostician(read_catalogue(twin))
    assert made.name("square", lambda x: 2 * x, ["three"]) is None


def test_mistakes_are_run_once_for_a_task():
    catalogue = read_catalogue(CATALOGUE)
    made = Diagnostician(catalogue)
    seen = []
    catalogue.behaviour = lambda task, solution: seen.append(solution) or [np.zeros(1)]
    made.name("square", abs, ["three"])
    made.name("square", abs, ["three"])
    assert len(seen) == 3 + 2


def test_a_catalogue_is_read_once_and_a_broken_one_says_so():
    assert diagnostician(CATALOGUE) is diagnostician(CATALOGUE)
    with pytest.raises(CourseError, match="defines no catalogue"):
        diagnostician("x = 1")
