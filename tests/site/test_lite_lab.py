"""The lab in the site, built without matplotlib, in a Chromium without a network."""

import re
import sys
from pathlib import Path

import nbformat
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from lite_parts import ROOT, Notebook

FIRST = "lectures/00_start_here.ipynb"
TRAINING = "lectures/01_neurons.ipynb"
ASSIGNMENT = "assignments/a01_neurons.ipynb"
CHECKED = "nbval-check-output"
# A kernel takes long to start: each notebook is opened once, by one worker.
pytestmark = pytest.mark.xdist_group("lab")


@pytest.fixture(scope="module")
def first(chromium, address):
    """Lecture 0, run from top to bottom."""
    notebook = Notebook(chromium, address, FIRST)
    notebook.run_all()
    return notebook


@pytest.fixture(scope="module")
def training(chromium, address):
    """Lecture 1, run from top to bottom."""
    notebook = Notebook(chromium, address, TRAINING)
    notebook.run_all()
    return notebook


@pytest.fixture(scope="module")
def assignment(chromium, address):
    """Assignment 1 as students get it, run from top to bottom."""
    notebook = Notebook(chromium, address, ASSIGNMENT)
    notebook.run_all()
    return notebook


def picture_words():
    """The alternative text of the last figure of lecture 0."""
    cells = nbformat.read(ROOT / FIRST, as_version=4).cells
    call = next(c.source for c in cells if c.source.startswith("show("))
    return "".join(re.findall(r'"([^"]*)"', call))


def assert_calm(notebook):
    """Nothing was asked elsewhere, nothing failed, no error was shown."""
    assert notebook.faults == []
    assert notebook.page.locator('[data-mime-type*="error"]').count() == 0


def test_nnlib_is_there_and_computes(first):
    text = first.page.inner_text(".jp-Notebook")
    assert re.search(r"nnlib +yes", text) and re.search(
        r"matplotlib +not in this", text
    )
    assert "score 0.500, output 0.622, slope 0.235" in text
    assert "2 of 2 points" in text
    assert_calm(first)


def test_a_slider_moves_the_numbers_below_it(first):
    caption = first.page.locator('p[aria-live="polite"]').first
    assert "boundary 1 x1 + 1 x2 - 2 = 0" in caption.inner_text()
    first.page.locator(".noUi-handle").first.focus()
    first.page.keyboard.press("ArrowRight")
    moved = 'p[aria-live="polite"]:has-text("boundary 1.1 x1 + 1 x2 - 2 = 0")'
    first.page.wait_for_selector(moved, timeout=10_000)
    assert_calm(first)


def test_a_figure_comes_as_the_ready_picture_of_the_course(first):
    image = first.page.locator(f'img[alt="{picture_words()}"]')
    assert image.evaluate("image => image.complete && image.naturalWidth > 300")
    assert "because matplotlib is missing" in first.page.inner_text(".jp-Notebook")


def test_a_network_trains_to_the_same_numbers_as_elsewhere(training):
    shown = training.page.inner_text(".jp-Notebook")
    cells = nbformat.read(ROOT / TRAINING, as_version=4).cells
    stored = [
        output.text.strip()
        for cell in cells
        if cell.cell_type == "code" and CHECKED in cell.metadata.get("tags", [])
        for output in cell.outputs
    ]
    assert any("8 hidden units: more than 95 % right: True" in text for text in stored)
    assert [text for text in stored if text not in shown] == []
    assert_calm(training)


def test_a_page_leads_to_itself_in_the_lab(chromium, address):
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{address}/{Path(FIRST).with_suffix('.html')}")
    link = page.get_by_role("link", name="Run this page")
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".jp-Notebook h1:has-text('Start here')")
    assert page.url.startswith(f"{address}/lite/lab/index.html")
    assert page.get_attribute("html", "lang") == "en"
    context.close()


def test_other_pages_have_no_such_link(site):
    text = (site / "index.html").read_text(encoding="utf-8")
    assert "Run this page" not in text


def test_a_check_fails_until_the_task_is_done(assignment):
    check = assignment.cell('"the corners of the square",')
    assert "0 of 2 points, 0 of 2 checks passed" in check.inner_text()
    task = assignment.cell("def neuron(X, w, b, f)")
    assignment.write_and_run(task, "def neuron(X, w, b, f): return f(X @ w + b)")
    assignment.page.keyboard.press("Shift+Enter")  # the check is the next cell
    passed = '.jp-CodeCell:has-text("2 of 2 points, 2 of 2 checks passed")'
    assignment.page.wait_for_selector(passed, timeout=10_000)
    assert_calm(assignment)


def test_a_figure_of_an_assignment_says_what_is_missing(assignment):
    text = assignment.page.inner_text(".jp-Notebook")
    assert "What is missing: No module named 'matplotlib'" in text


def test_only_what_students_get_is_in_the_lab(site):
    files = {
        p.relative_to(site / "lite" / "files") for p in site.glob("lite/files/*/*")
    }
    names = {path.as_posix() for path in files}
    assert {FIRST, ASSIGNMENT, "site/glossary.md"} <= names
    assert {path.split("/")[0] for path in names} == {"assignments", "lectures", "site"}
