"""Test cells run in plain Python, on any solution, with and without hidden tests."""

import pytest

from autograder.feedback.rehearsal import Rehearsal

NOTEBOOK = '''\
# %% [markdown]
r"""
# A small assignment
"""

# %% nbgrader={"grade_id": "setup", "locked": true}
from nnlib.testing import Rubric, assert_close, source_of


# %% nbgrader={"grade_id": "double", "solution": true}
def double(x):
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION
    raise NotImplementedError("Task 1.1: double x")


# %%
print("a cell of the student", double(1))

# %% nbgrader={"grade_id": "test_double", "grade": true, "locked": true, "points": 3}
r = Rubric(points=3)
with r.check("one"):
    assert_close(double(1.0), 2.0)
### BEGIN HIDDEN TESTS
with r.check("three", hidden=True, weight=2):
    assert_close(double(3.0), 6.0)
### END HIDDEN TESTS
r.score()

# %% nbgrader={"grade_id": "triple", "solution": true}
### BEGIN SOLUTION
class Triple:
    def __call__(self, x):
        return 3 * x
### END SOLUTION


# %% nbgrader={"grade_id": "test_triple", "grade": true, "locked": true, "points": 1}
r = Rubric(points=1)
with r.check("five"):
    assert_close(Triple()(5.0), 15.0)
    assert "3 * x" in source_of("Triple")
r.score()
'''


@pytest.fixture
def rehearsal(tmp_path):
    (tmp_path / "notebook.py").write_text(NOTEBOOK)
    return Rehearsal(tmp_path)


def test_what_an_assignment_consists_of(rehearsal):
    assert rehearsal.tests == ["test_double", "test_triple"]
    assert rehearsal.points == {"test_double": 3.0, "test_triple": 1.0}
    assert rehearsal.tasks == ["double", "Triple"]
    assert rehearsal.plain_cells == ['print("a cell of the student", double(1))']
    assert rehearsal.source("Triple").startswith("### BEGIN SOLUTION\nclass Triple")
    assert set(rehearsal.reference()) == {"double", "Triple"}
    with pytest.raises(KeyError, match="no solution cell defines 'half'"):
        rehearsal.source("half")


def test_reference_and_blank(rehearsal, capsys):
    results = rehearsal.run()
    assert [result.score for result in results.values()] == [3.0, 1.0]
    blank = rehearsal.run(blank=True)
    assert [result.score for result in blank.values()] == [0.0, 0.0]
    assert "not done yet" in blank["test_double"].messages["three"]
    assert capsys.readouterr() == ("", "")


def test_a_replaced_solution_loses_what_it_fails(rehearsal):
    results = rehearsal.run({"double": lambda x: x + 1})
    assert results["test_double"].score == 1.0
    assert results["test_double"].failed == {"three"}
    assert results["test_triple"].score == 1.0


def test_the_students_copy_has_visible_checks_only(rehearsal):
    results = rehearsal.run({"double": lambda x: x + 1}, student_copy=True)
    assert results["test_double"].score == 3.0
    assert set(results["test_double"].messages) == {"one"}


def test_only_some_test_cells(rehearsal):
    assert set(rehearsal.run(only=["test_triple"])) == {"test_triple"}


def test_a_name_that_no_cell_defines_is_refused(rehearsal):
    with pytest.raises(ValueError, match=r"no solution cell defines \['half'\]"):
        rehearsal.run({"half": abs})
