"""The lab in the site, built without matplotlib, in a Chromium without a network."""

import re
import sys
from pathlib import Path

import nbformat

sys.path.insert(0, str(Path(__file__).parent))
from lite_parts import ROOT, Notebook

FIRST = "lectures/00_start_here.ipynb"
TRAINING = "lectures/01_neurons.ipynb"
ASSIGNMENT = "assignments/a01_neurons.ipynb"
CHECKED = "nbval-check-output"


def picture_words():
    """The alternative text of the last figure of lecture 0."""
    cells = nbformat.read(ROOT / FIRST, as_version=4).cells
    call = next(c.source for c in cells if c.source.startswith("show("))
    return "".join(re.findall(r'"([^"]*)"', call))


def assert_calm(notebook):
    """Nothing was asked elsewhere, nothing failed, no error was shown."""
    assert notebook.faults == []
    assert notebook.page.locator('[data-mime-type*="error"]').count() == 0


def test_lecture_0_computes_and_its_sliders_move(chromium, address):
    notebook = Notebook(chromium, address, FIRST)
    notebook.run_all()
    text = notebook.text()
    assert re.search(r"nnlib +yes", text)
    assert re.search(r"matplotlib +not in this", text)
    assert "score 0.500, output 0.622, slope 0.235" in text
    assert "2 of 2 points" in text

    assert "because matplotlib is missing" in text
    picture = notebook.page.locator(f'img[alt="{picture_words()}"]')
    assert picture.evaluate("image => image.complete && image.naturalWidth > 300")

    caption = notebook.page.locator('p[aria-live="polite"]').first
    assert "boundary 1 x1 + 1 x2 - 2 = 0" in caption.inner_text()
    notebook.page.locator(".noUi-handle").first.focus()
    notebook.page.keyboard.press("ArrowRight")
    moved = 'p[aria-live="polite"]:has-text("boundary 1.1 x1 + 1 x2 - 2 = 0")'
    notebook.page.wait_for_selector(moved, timeout=10_000)
    assert_calm(notebook)


def test_networks_train_to_the_same_numbers_as_elsewhere(chromium, address):
    notebook = Notebook(chromium, address, TRAINING)
    notebook.run_all()
    cells = nbformat.read(ROOT / TRAINING, as_version=4).cells
    stored = [
        output.text.strip()
        for cell in cells
        if cell.cell_type == "code" and CHECKED in cell.metadata.get("tags", [])
        for output in cell.outputs
    ]
    assert any("8 hidden units: more than 95 % right: True" in text for text in stored)
    shown = notebook.text()
    assert [text for text in stored if text not in shown] == []
    assert_calm(notebook)


def test_a_check_fails_until_the_task_is_done(chromium, address):
    notebook = Notebook(chromium, address, ASSIGNMENT)
    notebook.run_all()
    check = notebook.cell('"the corners of the square",')
    assert "0 of 2 points, 0 of 2 checks passed" in check.inner_text()
    assert "What is missing: No module named 'matplotlib'" in notebook.text()

    task = notebook.cell("def neuron(X, w, b, f)")
    notebook.write_and_run(task, "def neuron(X, w, b, f): return f(X @ w + b)")
    notebook.page.keyboard.press("Shift+Enter")  # the check is the next cell
    passed = '.jp-CodeCell:has-text("2 of 2 points, 2 of 2 checks passed")'
    notebook.page.wait_for_selector(passed, timeout=10_000)
    assert_calm(notebook)


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


def test_only_what_students_get_is_in_the_lab(site):
    files = {
        p.relative_to(site / "lite" / "files") for p in site.glob("lite/files/*/*")
    }
    names = {path.as_posix() for path in files}
    assert {FIRST, ASSIGNMENT, "site/glossary.md"} <= names
    assert {path.split("/")[0] for path in names} == {"assignments", "lectures", "site"}
