"""Markers: exact ones are regions, near ones are refused, prose is left alone."""

import pytest

from autograder.notebooks.markers import Region, inside, resembles, scan

TYPOS = [
    "### BEGIN SOLUTON",
    "### BEGIN SOLUTIONS",
    "#BEGIN SOLUTION",
    "# BEGIN SOLUTION",
    "### BEGIN  SOLUTION",
    "###BEGIN SOLUTION",
    "### begin solution",
    "### Begin Solution",
    "### BEGINSOLUTION",
    "### BEGIN_SOLUTION",
    "### BEGN SOLUTION",
    "### BEIGN SOLUTION",
    "### BEGIN SOULTION",
    "### START SOLUTION",
    "### SOLUTION BEGIN",
    "### SOLUTION",
    "### BEGIN ANSWER",
    "### END SOLUTIN",
    "### EDN SOLUTION",
    "### END OF SOLUTION",
    "### BEGIN HIDDEN TEST",
    "### BEGIN HIDEN TESTS",
    "### BEGIN HIDDEN  TESTS",
    "### begin hidden tests",
    "### HIDDEN TESTS",
    "### BEGIN TESTS",
    "### END HIDDEN TEST",
    "### BEGIN MARK SCHEM",
    "### BEGIN MARKSCHEME",
    "    x = 1  ### BEGIN SOLUTION",
    "    x = 1  # BEGIN SOLUTON",
    "text = 'BEGIN HIDDEN TESTS'",
    "### BEGIN SOLUTION ###",
]

INNOCENT = [
    "x = begin + solution",
    "# solve for the weights",
    "# the solution of the linear system A x = b",
    "# start of the hidden layer",
    "# end of section",
    "# begin with zeros",
    "# hidden layer",
    "# the hidden tests use other inputs than these",
    "# test on one row",
    "# Mark the minimum",
    "# answer = 42",
    "",
    "# %matplotlib inline",
]


@pytest.mark.parametrize("line", TYPOS)
def test_a_typo_in_a_marker_is_refused_in_code(line):
    regions, faults = scan([line], code=True)
    assert not regions
    assert len(faults) == 1
    assert "looks like a marker" in faults[0][1]


@pytest.mark.parametrize("line", INNOCENT)
def test_ordinary_lines_are_left_alone(line):
    assert resembles(line, code=True) is None
    assert scan([line], code=True) == ([], [])


@pytest.mark.parametrize(
    "line", ["BEGIN SOLUTON", "Begin solution", "## BEGIN SOLUTION", "END SOLUTIONS"]
)
def test_a_typo_in_a_marker_is_refused_in_markdown(line):
    assert len(scan([line], code=False)[1]) == 1


@pytest.mark.parametrize(
    "line",
    [
        "The solution of this equation begins at zero and ends at one.",
        "## Solutions",
        "Hidden units",
        "## Hidden tests",
        "The end.",
    ],
)
def test_prose_is_left_alone(line):
    assert scan([line], code=False) == ([], [])


def test_regions_are_found_with_their_lines():
    lines = ["a", "  ### BEGIN SOLUTION", "  b", "  ### END SOLUTION", "c"]
    regions, faults = scan(lines, code=True)
    assert regions == [Region("SOLUTION", 1, 3)]
    assert not faults
    assert inside(lines, regions, "SOLUTION") == ["  b"]


@pytest.mark.parametrize(
    ("lines", "index", "text"),
    [
        (["### BEGIN SOLUTION", "a"], 0, "no `### END SOLUTION` follows"),
        (["a", "### END SOLUTION"], 1, "without a BEGIN"),
        (["### BEGIN SOLUTION", "### END SOLUTION"], 1, "nothing stands between"),
        (
            ["### BEGIN SOLUTION", "a", "### BEGIN SOLUTION", "b", "### END SOLUTION"],
            2,
            "stands inside a region",
        ),
        (
            ["### BEGIN SOLUTION", "a", "### END HIDDEN TESTS", "### END SOLUTION"],
            2,
            "without a BEGIN",
        ),
    ],
)
def test_markers_that_do_not_pair(lines, index, text):
    _, faults = scan(lines, code=True)
    assert faults[0][0] == index
    assert text in faults[0][1]
