"""The feedback page: what it says, and that it needs nothing but itself."""

import re
from html.parser import HTMLParser

import pytest
from nbformat import from_dict
from nbformat.v4.nbbase import (
    new_code_cell,
    new_markdown_cell,
    new_notebook,
    new_output,
)

from autograder.feedback.page.exporter import FeedbackExporter, MarkdownFeedbackExporter
from autograder.feedback.page.formulas import mathml
from autograder.feedback.page.model import read_page
from autograder.feedback.page.outputs import output_html
from autograder.feedback.page.text import markdown

NAMES = {
    "assignment": "a01",
    "notebook": "a01",
    "student": "s001",
    "score": 2.5,
    "max_score": 7.0,
    "late_penalty": 0.0,
}
RECORD = {
    "checks": [
        {"name": "one row", "passed": True, "hidden": False, "message": "", "hint": ""},
        {"name": "large sums", "passed": False, "hidden": True, "message": "",
         "hint": "exp(1000) is <inf>."},
    ],
    "mistake": {"name": "no maximum is taken off", "hint": "Look at large sums."},
}  # fmt: skip


def graded(name, kind="code", **told):
    base = {"grade_id": name, "schema_version": 3, "task": False, "locked": False,
            "grade": True, "solution": False}  # fmt: skip
    make = new_code_cell if kind == "code" else new_markdown_cell
    cell = make("source of " + name)
    cell.metadata.nbgrader = from_dict({**base, **told})
    return cell


@pytest.fixture
def page():
    test = graded("test_softmax", score=2.5, points=4, locked=True)
    test.metadata.nncourse = from_dict({"feedback": RECORD})
    test.outputs = [new_output("stream", name="stdout", text="a table of checks")]
    answer = graded("why", "markdown", score=0.0, points=3, solution=True,
                    comment="See <b>lecture 2</b>\nagain.")  # fmt: skip
    nb = new_notebook(
        cells=[
            new_markdown_cell(
                "# A heading\n\n## Task 1.1: Softmax (4 points)\n\n$x^2$"
            ),
            graded("softmax", grade=False, solution=True),
            test,
            new_markdown_cell("## Question 1.2: Why? (3 points)"),
            answer,
        ]
    )
    nb.metadata.nncourse = {"report": {"repaired": ["cell 'x' was put back"]}}
    return read_page(nb, NAMES, {"why"})


def test_results_say_points_state_and_checks(page):
    softmax, why = page.results
    assert (softmax.title, softmax.state, softmax.passed) == (
        "Task 1.1: Softmax",
        "part",
        1,
    )
    assert (why.title, why.state) == ("Question 1.2: Why?", "waiting")
    assert [block.kind for block in page.blocks] == [
        "text", "answer", "test", "text", "answer"]  # fmt: skip


@pytest.mark.parametrize(
    ("score", "state"), [(0.0, "none"), (1.0, "part"), (4.0, "full"), (5.0, "full")]
)
def test_states(score, state):
    nb = new_notebook(cells=[graded("test_f", score=score, points=4, locked=True)])
    (result,) = read_page(nb, NAMES, set()).results
    assert result.state == state


def test_the_page_tells_and_escapes(page):
    html = FeedbackExporter().render(page)
    assert "no maximum is taken off" in html
    assert "exp(1000) is &lt;inf&gt;." in html
    assert "See &lt;b&gt;lecture 2&lt;/b&gt;" in html
    assert "cell &#39;x&#39; was put back" in html
    assert "1 answer waits for a person to grade it" in html
    assert "– of 3" in html
    assert "a table of checks" not in html
    assert 'href="#result-test_softmax"' in html
    assert 'id="result-test_softmax"' in html


class Addresses(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found, self.tags = [], set()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.found += [v for k, v in attrs if k in ("src", "href", "srcset", "action")]


def test_the_page_loads_nothing(page):
    parser = Addresses()
    html = FeedbackExporter().render(page)
    parser.feed(html)
    assert "script" not in parser.tags
    assert all(address.startswith(("#", "data:")) for address in parser.found)
    assert not re.search(r"@import|url\(", html)


def test_the_text_for_a_platform(page):
    text = MarkdownFeedbackExporter().render(page)
    assert "**2.5 of 7 points** for s001" in text
    assert "| Task 1.1: Softmax | 2.5 of 4 | some points |" in text
    assert "no maximum is taken off. Look at large sums." in text
    assert "- **large sums** (hidden) failed. Hint: exp(1000) is <inf>." in text
    assert "one row" not in text


def test_late_and_unreadable_are_told(page):
    nb = new_notebook()
    nb.metadata.nncourse = {"report": {"unreadable": "the file is not JSON"}}
    page = read_page(nb, {**NAMES, "late_penalty": 1.5}, set())
    for exporter in (FeedbackExporter(), MarkdownFeedbackExporter()):
        assert "1.5 points were taken off" in exporter.render(page)
        assert "the file is not JSON" in exporter.render(page)


def test_formulas_are_mathml():
    html = mathml(r"\frac{a}{b} < \sum_n x_n")
    assert html.startswith("<math") and "<mfrac>" in html and "&lt;" in html
    assert 'display="block"' in mathml("x", "block")


@pytest.mark.parametrize(
    "tex",
    [
        r"\text{<img src=x onerror=alert(1)>}",
        r"\href{javascript:alert(1)}{x}",
        r"\style{background: red}{x} \class{result}{x}",
        r"\text{&lt;script&gt;alert(1)&lt;/script&gt;}",
        r"x \lt script \gt",
    ],
)
def test_formulas_do_nothing(tex):
    parser = Addresses()
    parser.feed(mathml(tex))
    assert not parser.found
    assert not parser.tags & {"img", "script", "a"}
    assert "style=" not in mathml(tex) and "class=" not in mathml(tex)


@pytest.mark.parametrize(
    "tex", [r"\frac{", "{" * 500, "x" * 10_000, r"\unknown{x}", ""]
)
def test_what_is_no_formula_is_shown_as_it_is(tex):
    html = mathml(tex)
    assert html.startswith(("<math", "<code>"))


def test_text_has_formulas_and_headings_below_the_pages_own():
    html = markdown("# Title\n\n$a<b$ and\n\n$$x^2$$\n\n| a |\n|---|\n| 1 |", {})
    assert "<h2>Title</h2>" in html
    assert html.count("<math") == 2
    assert 'class="wide" tabindex="0"><table>' in html
    picture = markdown("![dot](attachment:dot.png)", {"dot.png": {"image/png": "QUJD"}})
    assert 'src="data:image/png;base64,QUJD" alt="dot"' in picture


def test_outputs():
    def shown(**data):
        return output_html(
            new_output(
                "display_data", data={k.replace("_", "/"): v for k, v in data.items()}
            )
        )

    assert "<b>x</b>" in shown(text_html="<b>x</b>", text_plain="x")
    assert "<em>x</em>" in shown(text_markdown="*x*")
    assert "<msup>" in shown(text_latex="$x^2$")
    assert 'alt="Figure: a &quot;line&quot;"' in shown(
        image_png="QUJD", text_plain='Figure: a "line"'
    )
    assert "1 &lt; 2" in shown(text_plain="1 < 2")
    assert output_html(new_output("stream", name="stdout", text=" \n")) == ""
    red = output_html(
        new_output("error", ename="E", evalue="", traceback=["\x1b[31mE\x1b[0m<"])
    )
    assert "ansi-red-fg" in red and "&lt;" in red
