"""The feedback page in a browser: offline, dark and light, wide and narrow."""

import sys
from pathlib import Path

import pytest
from nbformat import from_dict
from nbformat.v4.nbbase import (
    new_code_cell,
    new_markdown_cell,
    new_notebook,
    new_output,
)

from autograder.feedback.page.exporter import FeedbackExporter
from autograder.feedback.page.model import read_page

sys.path.insert(0, str(Path(__file__).parent))
from axe import violations

NAMES = {
    "assignment": "a02",
    "notebook": "a02",
    "student": "s001",
    "score": 2.5,
    "max_score": 7.0,
    "late_penalty": 0.5,
}
RECORD = {
    "checks": [
        {"name": "one row", "passed": True, "hidden": False, "message": "", "hint": ""},
        {"name": "large sums", "passed": False, "hidden": True, "message": "",
         "hint": "What is exp(1000)?"},
    ],
    "mistake": {"name": "no maximum is taken off", "hint": "Look at large sums."},
}  # fmt: skip
TEXT = (
    "# Assignment 2\n\n## Task 2.1: Softmax (4 points)\n\n$$p_k = \\frac{e^{s_k}}{Z}$$"
)
TABLE = (
    "\n\n| symbol | in code |\n|---|---|\n| $s$ | `a_rather_long_name_of_a_variable` |"
)


def cell(make, source, **told):
    made = make(source)
    base = {"schema_version": 3, "task": False, "locked": False, "grade": False,
            "solution": False}  # fmt: skip
    made.metadata.nbgrader = from_dict({**base, **told})
    return made


@pytest.fixture
def feedback(tmp_path):
    code = "def softmax(S):\n    # a comment\n    return np.exp(S) / 'text'.count(1)"
    answer = cell(
        new_code_cell, code, grade_id="softmax", solution=True, comment="Good."
    )
    answer.outputs = [
        new_output("stream", name="stdout", text="\x1b[31mred\x1b[0m and plain\n")
    ]
    test = cell(new_code_cell, "r.score()", grade_id="test_softmax", grade=True,
                locked=True, points=4, score=2.5)  # fmt: skip
    test.metadata.nncourse = from_dict({"feedback": RECORD})
    why = cell(new_markdown_cell, "Because.", grade_id="why", grade=True, solution=True,
               points=3, score=0)  # fmt: skip
    nb = new_notebook(cells=[new_markdown_cell(TEXT + TABLE), answer, test, why])
    nb.metadata.nncourse = {"report": {"repaired": ["a cell was put back"]}}
    path = tmp_path / "page.html"
    page = FeedbackExporter().render(read_page(nb, NAMES, {"why"}))
    path.write_text(page, encoding="utf-8")
    return path.as_uri()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1300])
def test_anybody_can_read_it(page, feedback, scheme, width, screenshots):
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(feedback)
    page.locator("summary").click()
    assert violations(page) == []
    assert page.complaints == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("math mfrac").count() == 1
    page.screenshot(path=screenshots / f"feedback_{scheme}_{width}.png", full_page=True)


def test_the_overview_leads_to_the_results(page, feedback):
    page.goto(feedback)
    page.get_by_role("link", name="Task 2.1: Softmax").first.click()
    assert page.locator("#result-test_softmax").is_visible()
    assert page.url.endswith("#result-test_softmax")
