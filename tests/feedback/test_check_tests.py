"""`nncourse check-tests` on a small course: what it prints, keeps and refuses."""

import pytest

from autograder.cli import main

NOTEBOOK = '''\
# %% [markdown]
r"""
# A small assignment
"""

# %% nbgrader={"grade_id": "setup", "locked": true}
from nnlib.testing import Rubric, assert_close


# %% nbgrader={"grade_id": "double", "solution": true}
def double(x):
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION
    raise NotImplementedError("Task 1.1: double x")


# %% nbgrader={"grade_id": "test_double", "grade": true, "locked": true, "points": 3}
r = Rubric(points=3)
with r.check("a number"):
    assert_close(double(2.0), 4.0)
r.score()
'''
CATALOGUE = """\
from autograder.feedback.misconceptions import Catalogue

MISCONCEPTIONS = Catalogue()


@MISCONCEPTIONS.wrong("double", "half", caught_by=["a number"], hint="Which way?")
def half(x):
    return x / 2


@MISCONCEPTIONS.wrong("double", "square", caught_by=["a number"], hint="Twice.")
def square(x):
    return x**2
"""
ALTERNATIVES = """\
def by_adding(x):
    return x + x


def tripled(x):
    return 3 * x


ALTERNATIVES = {"double": [by_adding, tripled]}
"""


@pytest.fixture
def course(tmp_path, monkeypatch):
    folder = tmp_path / "content" / "assignments" / "a01_small"
    tests = tmp_path / "tests" / "assignments"
    for path in folder, tests, tmp_path / "content" / "lectures":
        path.mkdir(parents=True)
    (folder / "notebook.py").write_text(NOTEBOOK)
    (folder / "misconceptions.py").write_text(CATALOGUE)
    (tests / "alternatives_a01.py").write_text(ALTERNATIVES)
    (tmp_path / "pyproject.toml").write_text("")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_all_that_is_weak_or_unfair_is_named(course, capsys):
    assert main(["check-tests"]) == 1
    out = capsys.readouterr().out
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert "double 3 of 3 0 1 of 2 1 of 2 6 of 8" in lines
    assert "double: right, but loses points: tripled (a number)" in lines
    assert (
        "double: other checks fail than those named in caught_by: square (none)"
        in lines
    )
    assert "double: survives: return 2 * x => return 2 + x" in lines
    assert "double: survives: return 2 * x => return 2 ** x" in lines


def test_results_are_kept_and_better_tests_pass(course, capsys):
    main(["check-tests", "a01"])
    folder = course / "content" / "assignments" / "a01_small"
    kept = (folder / "mutants.json").read_text()
    main(["check-tests", "a01_small"])
    assert (folder / "mutants.json").read_text() == kept
    (folder / "notebook.py").write_text(NOTEBOOK.replace("(2.0), 4.0", "(3.0), 6.0"))
    alternatives = ALTERNATIVES.replace(", tripled", "")
    (course / "tests/assignments/alternatives_a01.py").write_text(alternatives)
    capsys.readouterr()
    assert main(["check-tests", "a01"]) == 0
    assert "100.0% of 8 mutants lose points" in capsys.readouterr().out


def test_a_wrong_name_is_refused(course, capsys):
    assert main(["check-tests", "a02"]) == 2
    error = capsys.readouterr().err
    assert "no assignment is called 'a02': there are a01_small" in error


def test_equivalents_of_an_unknown_task_are_refused(course, capsys):
    folder = course / "content" / "assignments" / "a01_small"
    (folder / "equivalent_mutants.toml").write_text(
        '[[equivalent]]\ntask = "triple"\nchange = "a  =>  b"\nreason = "same"\n'
    )
    assert main(["check-tests"]) == 2
    assert "names triple: the tasks are double" in capsys.readouterr().err
