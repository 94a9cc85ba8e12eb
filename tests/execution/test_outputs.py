"""Outputs become harmless and small, and results count for what they mean."""

import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbconvert.exporters import HTMLExporter
from nbformat.v4.nbbase import (
    new_code_cell,
    new_markdown_cell,
    new_notebook,
    new_output,
)
from nbgrader.utils import determine_grade

from autograder.execution.markdown import MarkdownCleaner, clean_markdown
from autograder.execution.outputs import (
    OutputLimits,
    limit_notebook,
    settle_score,
    tidy_outputs,
)
from autograder.execution.sanitize import clean_html
from autograder.execution.testcell import RUBRIC_MIME

LIMITS = OutputLimits()


def test_cell(*outputs, points=2.0):
    cell = new_code_cell("r.score()", outputs=list(outputs))
    cell.metadata.nbgrader = {"grade": True, "solution": False, "locked": True,
                              "points": points, "grade_id": "t",
                              "schema_version": 3}  # fmt: skip
    return cell


test_cell.__test__ = False


def result(text):
    return new_output("execute_result", data={"text/plain": text})


def stream(text, name="stdout"):
    return new_output("stream", name=name, text=text)


def error():
    return new_output("error", ename="E", evalue="", traceback=["E"])


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("1.5", 1.5), ("0", 0.0), ("2", 2.0), ("1e-3", 0.001),
        ("np.float64(1.5)", 1.5), ("np.float64(0.0)", 0.0), ("np.int64(1)", 1.0),
        ("np.float32(0.5)", 0.5), ("numpy.float64(1.0)", 1.0), ("float32(1.0)", 1.0),
        ("True", 2.0), ("False", 0.0), ("np.True_", 2.0), ("np.False_", 0.0),
        ("nan", 0.0), ("np.float64(nan)", 0.0), ("inf", 0.0), ("-inf", 0.0),
        ("1e999", 0.0), ("-1.0", 0.0), ("-0.0", 0.0), ("np.float64(-3.0)", 0.0),
        ("2.0000001", 2.0), ("300", 2.0), ("np.float64(2.0000000000000004)", 2.0),
        ("array(1.5)", 1.5), ("array([1.5])", 1.5), ("tensor(1.5)", 1.5),
        ("Decimal('1.5')", 1.5), ("Fraction(1, 2)", 0.5), ("Fraction(1, 0)", 2.0),
        ("'all tests passed'", 2.0), ("<Figure size 640x480>", 2.0), ("[1, 2]", 2.0),
    ],
)  # fmt: skip
def test_results_count_for_what_they_mean(text, points):
    cell = test_cell(result(text))
    settle_score(cell, 2.0)
    assert determine_grade(cell)[0] == pytest.approx(points, abs=1e-12)


def test_corrections_are_told_and_plain_numbers_are_left_alone():
    cell = test_cell(result("1.50"))
    assert settle_score(cell, 2.0) == []
    assert cell.outputs[0].data["text/plain"] == "1.50"
    assert settle_score(test_cell(result("False")), 2.0) == ["False was read as 0"]


@settings(derandomize=True, deadline=None)
@given(st.floats() | st.integers() | st.text(max_size=20))
def test_no_result_gives_more_than_all_points_or_stops_nbgrader(value):
    cell = test_cell(result(str(value)))
    settle_score(cell, 2.0)
    assert 0 <= determine_grade(cell)[0] <= 2


def test_an_error_outweighs_a_number():
    for outputs in ([result("2.0"), error()], [error(), result("2.0")]):
        cell = test_cell(*outputs)
        settle_score(cell, 2.0)
        assert determine_grade(cell)[0] == 0


def test_only_the_last_number_counts():
    cell = test_cell(result("2.0"), result("0.5"))
    settle_score(cell, 2.0)
    assert determine_grade(cell)[0] == 0.5


def test_warnings_cost_nothing_and_stay_readable():
    cell = test_cell(stream("RuntimeWarning: overflow", "stderr"))
    assert determine_grade(cell)[0] == 0, "this is what is mended"
    settle_score(cell, 2.0)
    assert determine_grade(cell)[0] == 2
    assert cell.outputs[0].text == "RuntimeWarning: overflow"


def test_a_result_without_text_is_no_number():
    cell = test_cell(new_output("execute_result", data={"image/png": "aGk="}))
    settle_score(cell, 2.0)
    assert determine_grade(cell)[0] == 2


def test_long_text_keeps_its_ends():
    cell = new_code_cell(outputs=[stream("a" * 60_000_000 + "end")])
    tidy_outputs(cell, LIMITS, MarkdownCleaner(), trusted=False)
    text = cell.outputs[0].text
    assert len(text) < 101_000
    assert text.startswith("aaa")
    assert text.endswith("end")
    assert "59900003 characters left out" in text


def test_many_outputs_are_counted_not_kept():
    cell = new_code_cell(outputs=[stream("x") for _ in range(500)])
    tidy_outputs(cell, LIMITS, MarkdownCleaner(), trusted=False)
    assert len(cell.outputs) == 201
    assert "300 more outputs" in cell.outputs[-1].text


def test_what_decides_about_points_is_never_dropped():
    outputs = [*[stream("x" * 90_000) for _ in range(500)], result("1.0")]
    cell = test_cell(*outputs)
    tidy_outputs(cell, LIMITS, MarkdownCleaner(), trusted=True)
    settle_score(cell, 2.0)
    assert determine_grade(cell)[0] == 1.0


def test_a_notebook_full_of_pictures_is_thinned_out():
    picture = {"image/png": "A" * 3_000_000, "text/plain": "<Figure>"}
    cells = [
        new_code_cell(outputs=[new_output("display_data", data=dict(picture))])
        for _ in range(10)
    ]
    limit_notebook(new_notebook(cells=cells), LIMITS)
    kept = ["image/png" in cell.outputs[0].data for cell in cells]
    assert kept == [True] * 6 + [False] * 4
    assert cells[-1].outputs[0].data["text/plain"] == "<Figure>"


@pytest.mark.parametrize(
    ("mime", "value"),
    [
        ("application/javascript", "alert(1)"),
        ("text/html", "<script>alert(1)</script>" * 100_000),
        ("image/png", '"><script>alert(1)</script>'),
        ("image/png", "A" * 10_000_000),
        ("application/vnd.jupyter.widget-view+json", {"model_id": "x"}),
        ("application/pdf", "JVBERi0="),
        (RUBRIC_MIME, {"score": 99}),
    ],
)
def test_what_cannot_be_shown_safely_is_named_instead(mime, value):
    cell = new_code_cell(outputs=[new_output("display_data", data={mime: value})])
    tidy_outputs(cell, LIMITS, MarkdownCleaner(), trusted=False)
    assert cell.outputs[0].data == {"text/plain": f"[left out: {mime}]"}


def test_a_drawing_becomes_a_picture():
    svg = "<svg onload='alert(1)'><script>alert(1)</script></svg>"
    output = new_output("display_data", data={"image/svg+xml": svg})
    cell = new_code_cell(outputs=[output])
    tidy_outputs(cell, LIMITS, MarkdownCleaner(), trusted=False)
    assert set(cell.outputs[0].data) == {"text/html"}
    assert "alert" not in cell.outputs[0].data["text/html"]


def test_figures_and_tables_stay():
    table = (
        '<table border="1" class="dataframe"><tbody><tr><td>1</td></tr></tbody></table>'
    )
    data = {"image/png": "aGk=", "text/html": table, "text/latex": "$x^2$"}
    output = new_output("display_data", data=dict(data))
    output.metadata = {"image/png": {"width": 3, "height": '3 onload="x"'}, "x": 1}
    cell = new_code_cell(outputs=[output])
    tidy_outputs(cell, LIMITS, MarkdownCleaner(), trusted=False)
    assert cell.outputs[0].data == data
    assert cell.outputs[0].metadata == {"image/png": {"width": 3}}


HARMLESS = [
    "plain *text* with $a<b$ and `<script>` in code",
    "# Heading\n\n```python\nif a<b: print('<script>')\n```",
    "| a | b |\n|---|---|\n| 1 | <br> |",
    "<b>bold</b> and <div style='color: red'>red</div>",
    "[link](https://example.org/a?b=1&c=2) <https://example.org>",
    "<img src='https://example.org/x.png' width=300>",
    "![](figure.png)",
    "$$\\begin{align}a &< b \\\\ c &> d\\end{align}$$",
    "<details><summary>more</summary>text</details>",
    "1. one\n2. two\n   - three\n\n> quote ~~gone~~",
]


@pytest.mark.parametrize("source", HARMLESS)
def test_harmless_markdown_is_not_touched(source):
    assert clean_markdown(source) == source


HOSTILE = (
    (Path(__file__).parents[1] / "hostile_html.txt")
    .read_text(encoding="utf-8")
    .splitlines()
)


def page_of(*cells):
    """The page that nbconvert makes of cells, as formgrader and feedback do."""
    exporter = HTMLExporter(template_name="classic")
    html, _ = exporter.from_notebook_node(new_notebook(cells=list(cells)))
    return html.split("<body", 1)[1]


def acts(html):
    """Whether a sanitizer would have to take anything that acts out of the page."""
    lowered = html.lower()
    tags = ("<script", "<iframe", "<svg", "<form", "<input", "<style", "<object",
            "<embed", "<meta", "<base", "<link", "<math", "<x ", "\\href{java",
            "\\style")  # fmt: skip
    if any(tag in lowered for tag in tags):
        return True
    inside_tags = " ".join(re.findall(r"<[a-z][^>]*", lowered))
    return bool(re.search(r"\son\w+\s*=|javascript:|java&#|fixed", inside_tags))


@pytest.mark.parametrize("source", HOSTILE)
def test_hostile_markdown_acts_in_no_page(source):
    cleaned = clean_markdown(source)
    assert not acts(page_of(new_markdown_cell(cleaned)))
    assert clean_markdown(cleaned) == cleaned


@pytest.mark.parametrize("html", HOSTILE)
def test_hostile_html_output_acts_in_no_page(html):
    cleaned = clean_html(html)
    assert not acts(cleaned)
    assert clean_html(cleaned) == cleaned


def test_a_picture_that_is_not_there_does_not_stop_the_page():
    source = clean_markdown("![plot](attachment:gone.png)")
    assert "gone.png" in page_of(new_markdown_cell(source))


def test_an_endless_answer_is_cut():
    cleaned = clean_markdown("<b" * 1_000_000)
    assert len(cleaned) < 51_000
    assert "characters left out" in cleaned
    assert clean_markdown(cleaned) == cleaned


SLOW = ("<p ", "<!--", "_*", "[x](", "\\\\[", "\\\\(", "\\begin{a}", "![", "*a_",
        "```\r")  # fmt: skip


@pytest.mark.parametrize("piece", SLOW)
@pytest.mark.parametrize("size", [9_990, 45_000])
def test_no_markdown_takes_long(piece, size):
    """Ten times the time that a whole cell may need on a quiet machine."""
    source = piece * (size // len(piece))
    started = time.process_time()
    cleaned = clean_markdown(source)
    page = page_of(new_markdown_cell(cleaned))
    assert time.process_time() - started < 5
    assert not acts(page)
    assert clean_markdown(cleaned) == cleaned


def test_long_markdown_is_shown_as_it_was_written():
    source = "**bold** <b>text</b>\n````\n" * 500
    cleaned = clean_markdown(source)
    assert cleaned == f"`````\n{source}\n`````"
    page = page_of(new_markdown_cell(cleaned))
    assert "<strong>" not in page
    assert page.count("**bold** &lt;b&gt;text&lt;/b&gt;") == 500


def test_of_very_many_long_texts_the_last_are_left_out():
    markdown = MarkdownCleaner()
    texts = [markdown.clean("long\n" * 9_000) for _ in range(30)]
    assert sum(map(len, texts)) < 510_000
    assert "... 45000 characters left out" in texts[-1]
    again = MarkdownCleaner()
    assert [again.clean(text) for text in texts] == texts


def test_a_block_that_ends_early_is_no_block():
    for inner in ("```\n<script>x</script>", "a\r```\r<script>x</script>"):
        cleaned = clean_markdown(f"```\n{inner}\n```")
        assert not acts(page_of(new_markdown_cell(cleaned)))


def test_the_texts_of_a_notebook_share_a_budget():
    long = "# Title\n" + "word " * 1900
    markdown = MarkdownCleaner()
    texts = [markdown.clean(long) for _ in range(30)]
    assert [text == long for text in texts] == [True] * 10 + [False] * 20
    assert markdown.clean(texts[-1]) == texts[-1]
    again = MarkdownCleaner()
    assert [again.clean(text) for text in texts] == texts


def test_texts_that_are_refused_use_up_the_budget_as_well():
    markdown = MarkdownCleaner()
    hostile = "<script>x</script>\n" + "word " * 1900
    for _ in range(11):
        markdown.clean(hostile)
    assert markdown.room < 10_000


def test_displayed_markdown_is_limited_like_cells():
    cell = test_cell(new_output("display_data", data={"text/markdown": "<b" * 20_000}))
    tidy_outputs(cell, LIMITS, MarkdownCleaner(), trusted=False)
    assert cell.outputs[0].data["text/markdown"].startswith("```\n<b<b")
