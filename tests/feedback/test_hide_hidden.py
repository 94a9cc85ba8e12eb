"""Feedback names what failed and never shows how it was tested."""

import datetime as dt

import nbformat
import pytest
from nbformat.v4.nbbase import (
    new_code_cell,
    new_markdown_cell,
    new_notebook,
    new_output,
)
from traitlets import TraitError
from traitlets.config import Config

from autograder.feedback.hide_hidden import HideHiddenTests

TEST = """r = Rubric(points=4)
with r.check("one row"):
    assert_close(relu(1), 1)
### BEGIN HIDDEN TESTS
with r.check("negative input", hidden=True, hint="What is the maximum of s and 0?"):
    assert_close(relu(-31337), 424242)
### END HIDDEN TESTS
r.score()"""
RUBRIC = {
    "schema_version": 1,
    "points": 4.0,
    "score": 2.0,
    "checks": [
        {"name": "one row", "weight": 1.0, "earned": 0.0, "hidden": False,
         "message": "expected 1, got <b>7</b>", "hint": "Look at the sign."},
        {"name": "negative input", "weight": 1.0, "earned": 0.0, "hidden": True,
         "message": "expected 424242, got -31337", "hint": "Maximum of s and 0?"},
        {"name": "large input", "weight": 2.0, "earned": 2.0, "hidden": True,
         "message": "", "hint": "never shown"},
    ],
}  # fmt: skip
TRACEBACK = ["--> 6 assert_close(relu(-31337), 424242)", "AssertionError: 424242"]


def graded(source=TEST, *, outputs=(), rubric=None):
    cell = new_code_cell(source, outputs=list(outputs))
    cell.metadata.nbgrader = {"grade": True, "solution": False, "locked": True,
                              "points": 4.0, "grade_id": "t",
                              "schema_version": 3}  # fmt: skip
    if rubric:
        cell.metadata.nncourse = {"rubric": nbformat.from_dict(rubric)}
    return cell


def feedback(*cells, config=None):
    step = HideHiddenTests(config=config)
    nb, _ = step(
        new_notebook(cells=list(cells)),
        {"nbgrader": {"assignment": "a01", "student": "s001", "notebook": "a01"}},
    )
    return nb


def failed():
    return new_output("error", ename="AssertionError", evalue="424242",
                      traceback=list(TRACEBACK))  # fmt: skip


def test_names_and_hints_are_shown_and_hidden_tests_are_not():
    nb = feedback(graded(outputs=[failed()], rubric=RUBRIC))
    page = str(nb)
    assert "424242" not in page
    assert "31337" not in page
    assert "HIDDEN TESTS" not in page
    table = nb.cells[0].outputs[0].data
    assert "negative input (hidden)" in table["text/plain"]
    assert "Hint: Maximum of s and 0?" in table["text/html"]
    assert "expected 1, got &lt;b&gt;7&lt;/b&gt;" in table["text/html"]
    assert "never shown" not in str(table)
    assert "r.score()" in nb.cells[0].source


def test_plain_assertions_tell_only_that_they_failed():
    nb = feedback(graded(outputs=[failed()]))
    assert "424242" not in str(nb.cells[0].outputs)
    assert nb.cells[0].outputs[0].data["text/plain"] == (
        "This test did not pass (AssertionError). Some of its checks are hidden."
    )
    assert "passed" in str(feedback(graded()).cells[0].outputs)
    part = new_output("execute_result", data={"text/plain": "2.5"})
    assert "gave 2.5 points" in str(feedback(graded(outputs=[part])).cells[0].outputs)


def test_prints_of_a_test_with_hidden_parts_are_hidden_too():
    leak = new_output("stream", text="relu(-31337) must be 424242")
    assert "424242" not in str(feedback(graded(outputs=[leak])).cells[0].outputs)


def test_other_cells_cannot_quote_hidden_lines():
    quote = "assert_close(relu(-31337), 424242)"
    student = new_code_cell(
        "print(1)",
        outputs=[
            new_output("stream", text=f"found: {quote}"),
            new_output("error", ename="E", evalue=quote, traceback=[quote]),
            new_output("display_data", data={"text/html": f"<b>{quote}</b>"}),
        ],
    )
    assert "424242" not in str(feedback(student, graded(outputs=[failed()])))


def test_a_visible_test_is_shown_as_it_is():
    cell = graded("assert relu(1) == 1", outputs=[failed()])
    nb = feedback(cell)
    assert nb.cells[0].source == "assert relu(1) == 1"
    assert nb.cells[0].outputs[0].traceback == TRACEBACK


def test_a_region_without_an_end_hides_the_rest():
    source = "x = 1\n### BEGIN HIDDEN TESTS\nassert secret_marker()"
    assert "secret_marker" not in str(feedback(graded(source)))


def test_the_course_may_use_other_markers():
    config = Config()
    config.ClearHiddenTests.begin_test_delimeter = "VERSTECKT"
    config.ClearHiddenTests.end_test_delimeter = "SICHTBAR"
    source = "x = 1\n# VERSTECKT\nassert secret_marker()\n# SICHTBAR\ny = 2"
    nb = feedback(graded(source), config=config)
    assert "secret_marker" not in str(nb)
    assert "y = 2" in nb.cells[0].source


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("", False),
        ("2001-01-01", True),
        ("2001-01-01 12:00 UTC", True),
        ({"a01": "2001-01-01"}, True),
        ({"a02": "2001-01-01"}, False),
        ({"*": "2001-01-01"}, True),
        ({"*": "2001-01-01", "a01": ""}, False),
        (f"{dt.date.today().year + 2}-01-01", False),
    ],
)
def test_hidden_tests_are_shown_from_a_date_on(value, shown):
    config = Config()
    config.HideHiddenTests.reveal_hidden_after = value
    page = str(feedback(graded(outputs=[failed()]), config=config))
    assert ("424242" in page) == shown


def test_a_date_that_is_none_is_refused_at_once():
    config = Config()
    config.HideHiddenTests.reveal_hidden_after = "after the exam"
    with pytest.raises(TraitError, match="after the exam"):
        HideHiddenTests(config=config)


def test_students_html_is_made_harmless():
    script = "<script>alert(1)</script>"
    output = new_output("display_data", data={"text/html": f"<b>x</b>{script}"})
    nb = feedback(new_markdown_cell(script), new_code_cell("1", outputs=[output]))
    assert nb.cells[0].source == "&lt;script>alert(1)&lt;/script>"
    assert nb.cells[1].outputs[0].data["text/html"] == "<b>x</b>"
