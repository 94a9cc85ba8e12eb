"""The statistics of tasks against cases worked out by hand."""

import pytest

from autograder.reports.statistics import (
    correlation,
    cronbach_alpha,
    discriminations,
    histogram,
    mean,
)


def test_alpha_of_a_case_by_hand():
    """Variances 1 and 1, of the sums (2, 5, 5) 3: 2 (1 - 2/3)."""
    assert cronbach_alpha([[1, 1], [2, 3], [3, 2]]) == pytest.approx(2 / 3)


def test_discrimination_leaves_the_task_itself_out():
    """Task 1 is (0, 1, 2); the others add up to (2, 1, 3): r = 1 / 2."""
    rows = [[0, 2, 0], [1, 0, 1], [2, 3, 0]]
    assert discriminations(rows)[0] == pytest.approx(0.5)


@pytest.mark.parametrize("rows", [[], [[1, 2]], [[1, 2], [1, 2]], [[1], [2]]])
def test_alpha_is_not_told_where_it_means_nothing(rows):
    assert cronbach_alpha(rows) is None


def test_no_variation_no_correlation():
    assert correlation([1, 1, 1], [1, 2, 3]) is None
    assert correlation([1], [1]) is None
    assert mean([]) is None
    assert discriminations([]) == []


def test_the_edges_of_the_histogram():
    counts = histogram([0, 0.1, 0.3, 0.7, 1.0, 1.2, -0.1])
    assert counts == [2, 1, 0, 1, 0, 0, 0, 1, 0, 2]
