"""The class report in a browser: by keyboard, dark and light, accessible."""

import sys
from pathlib import Path

import pytest

from autograder.reports.page import render
from autograder.reports.records import Record, Task
from autograder.reports.summary import summarise

sys.path.insert(0, str(Path(__file__).parent))
from axe import violations

ANSWER = "def f(x):\n" + "\n".join(f"    x = x * {k} + f({k})" for k in range(9))


@pytest.fixture
def report(tmp_path):
    tasks = [Task("a01/test_f", 10.0), Task("a01/test_g", 2.0)]
    records = [
        Record(
            f"s{n:03}",
            submitted=True,
            graded=True,
            scores={"a01/test_f": float(score), "a01/test_g": float(n % 3)},
            manual=["a01/test_g"],
            links=["formgrader/submissions/x"],
            checks={("a01/test_f", "is odd"): score > 5},
            mistakes={("a01/test_f", "wrong sign", "What does minus do?")},
            sources={"a01/f": ANSWER if n < 3 else ""},
        )
        for n, score in enumerate((9, 10, 2, 0), 1)
    ]
    path = tmp_path / "report.html"
    both = [summarise(name, tasks, records) for name in ("a01", "a02")]
    path.write_text(render(both, "course"), encoding="utf-8")
    return path.as_uri()


def scores(page):
    return page.locator("#s1 tbody tr:visible td:nth-child(3)").all_inner_texts()


def test_tables_sort_and_filter_by_keyboard(page, report):
    page.goto(report)
    page.locator("#s1 th button", has_text="Score").focus()
    page.keyboard.press("Enter")
    assert scores(page) == ["1.00", "2.00", "10.00", "12.00"]
    page.keyboard.press("Enter")
    assert scores(page) == ["12.00", "10.00", "2.00", "1.00"]
    assert page.locator("#s1 th[aria-sort=descending]").inner_text() == "Score"
    page.locator("input[data-for=s1]").fill("s003")
    assert len(scores(page)) == 1
    assert page.complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_stands_in_the_way_of_anybody(page, report, scheme):
    page.emulate_media(color_scheme=scheme)
    page.goto(report)
    page.locator("details summary").first.click()
    assert violations(page) == []
    assert page.complaints == []


def test_the_check_notices_a_bad_page(page):
    page.set_content("<img src='data:,'><p>no language, no text for the picture</p>")
    assert any(line.startswith("image-alt") for line in violations(page))
