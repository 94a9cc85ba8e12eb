"""Mutants: what is changed, who survives, and what is kept of it."""

import json
from textwrap import dedent

import pytest

from autograder.errors import CourseError
from autograder.feedback import mutation
from autograder.feedback.mutants import mutants
from autograder.feedback.rehearsal import Rehearsal

CELL = dedent(
    '''\
    def halve(x, floor=0.0):
        """Half of x, 1 at most."""
        ### BEGIN SOLUTION
        total = x.copy()
        total[total > 1] = 1
        return np.maximum(
            total / 2, floor, dtype=float
        )
        ### END SOLUTION
        raise NotImplementedError("Task 1.1: halve 2 + 2")'''
)

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
    factor = 2
    while True:
        break
    return factor * x
    ### END SOLUTION
    raise NotImplementedError("Task 1.1: double x")


# %% nbgrader={"grade_id": "test_double", "grade": true, "locked": true, "points": 3}
r = Rubric(points=3)
with r.check("two"):
    assert_close(double(2.0), 4.0)
r.score()
'''


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "notebook.py").write_text(NOTEBOOK)
    return tmp_path


@pytest.fixture
def rehearsal(folder):
    return Rehearsal(folder)


def test_constants_operators_statements_keywords_and_copies_are_changed():
    changes = [mutant.change for mutant in mutants(CELL)]
    assert {
        "total = x.copy()  =>  total = (x)",
        "total = x.copy()  =>  pass",
        "total[total > 1] = 1  =>  total[total >= 1] = 1",
        "total[total > 1] = 1  =>  total[total > 1] = 2",
        "total[total > 1] = 1  =>  pass",
        "total / 2, floor, dtype=float  =>  total * 2, floor, dtype=float",
        "return np.maximum( total / 2, floor, dtype=float )"
        "  =>  return np.maximum(total / 2, floor)",
    } <= set(changes)
    assert len(changes) == len(set(changes))


def test_only_what_students_write_is_changed():
    stub = 'raise NotImplementedError("Task 1.1: halve 2 + 2")'
    for mutant in mutants(CELL):
        assert 'floor=0.0):\n    """Half of x, 1 at most."""\n' in mutant.text
        assert mutant.text.endswith(stub)
        assert mutant.text != CELL


def test_survivors_are_found_and_endless_loops_end(rehearsal):
    reports = []
    survey = mutation.survey(rehearsal, "double", lambda: reports.append(1))
    # The check is weak: for x = 2 doubling, squaring and adding 2 are the same.
    assert {
        "return factor * x  =>  return factor + x",
        "return factor * x  =>  return factor ** x",
        "while True:  =>  while False:",
    } <= set(survey.survivors)
    assert "return factor * x  =>  return factor - x" not in survey.survivors
    changes = [mutant.change for mutant in mutants(rehearsal.source("double"))]
    assert survey.mutants == len(changes) == len(reports)
    endless = "break  =>  continue"
    assert endless in changes and endless not in survey.survivors


def test_results_are_kept_until_a_cell_changes(rehearsal, folder):
    key = rehearsal.fingerprint("double")
    kept = {"double": mutation.Survey(key, 9, ("a  =>  b",))}
    mutation.write_surveys(folder, kept)
    assert mutation.read_surveys(folder) == kept
    for old, new in ("factor = 2", "factor = 3"), ("(2.0), 4", "(3.0), 6"):
        (folder / "notebook.py").write_text(NOTEBOOK.replace(old, new))
        assert Rehearsal(folder).fingerprint("double") != key
    heading = NOTEBOOK.replace("# A small", "# A tiny")
    (folder / "notebook.py").write_text(heading)
    assert Rehearsal(folder).fingerprint("double") == key


def test_results_of_another_version_are_not_used(folder):
    (folder / mutation.RESULTS).write_text(json.dumps({"version": 0, "tasks": {}}))
    assert mutation.read_surveys(folder) == {}


def test_broken_files_are_named(folder):
    (folder / mutation.RESULTS).write_text("{")
    with pytest.raises(CourseError, match="delete it and run"):
        mutation.read_surveys(folder)
    (folder / mutation.EQUIVALENTS).write_text("[[equivalent]]\ntask = 'double'\n")
    with pytest.raises(CourseError, match="task, change and reason"):
        mutation.read_equivalents(folder)


def test_a_task_that_is_judged_by_its_result_has_no_mutants(folder, rehearsal):
    assert "double" in mutation.tasks_with_mutants(rehearsal, folder)
    (folder / mutation.EQUIVALENTS).write_text(
        '[[judged_by_result]]\ntask = "double"\nreason = "only the speed counts"\n'
    )
    assert "double" not in mutation.tasks_with_mutants(rehearsal, folder)
    assert mutation.read_equivalents(folder) == {}
    (folder / mutation.EQUIVALENTS).write_text('[[judged_by_result]]\ntask = "a"\n')
    with pytest.raises(CourseError, match="task and reason"):
        mutation.tasks_with_mutants(rehearsal, folder)


def test_the_score_counts_equivalents_apart(folder):
    (folder / mutation.EQUIVALENTS).write_text(
        '[[equivalent]]\ntask = "double"\nchange = "a  =>  b"\nreason = "same"\n'
        '[[equivalent]]\ntask = "double"\nchange = "e  =>  f"\nreason = "same"\n'
    )
    reasons = mutation.read_equivalents(folder)["double"]
    score = mutation.score(
        mutation.Survey("key", 10, ("a  =>  b", "c  =>  d")), reasons
    )
    assert score == mutation.Score(8, ("c  =>  d",), 1, ("e  =>  f",))
    assert score.share == pytest.approx(8 / 9)
