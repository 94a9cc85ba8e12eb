"""A real browser runs nothing of what students put into formgrader's pages."""

import shutil
from pathlib import Path

import pytest
from nbconvert.exporters import HTMLExporter
from nbformat.v4.nbbase import (
    new_code_cell,
    new_markdown_cell,
    new_notebook,
    new_output,
)

from autograder.execution.outputs import OutputLimits
from autograder.execution.results import settle_notebook

LINES = (Path(__file__).parents[1] / "hostile_html.txt").read_text(encoding="utf-8")
HOSTILE = [
    *LINES.splitlines(),
    "<img src=x onerror=alert(1)>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<details open ontoggle=alert(1)>",
    "<input autofocus onfocus=alert(1)>",
]


def notebook():
    cells = []
    for text in HOSTILE:
        data = {"text/html": text}
        cells += [
            new_markdown_cell(text),
            new_code_cell("1", outputs=[new_output("display_data", data=data)]),
        ]
    svg = "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'></svg>"
    for mime, value in {
        "image/svg+xml": svg,
        "application/javascript": "alert(1)",
        "image/png": '"><img src=x onerror=alert(1)>',
        "text/markdown": "<img src=x onerror=alert(1)>",
    }.items():
        output = new_output("display_data", data={mime: value})
        cells.append(new_code_cell("1", outputs=[output]))
    return new_notebook(cells=cells)


def page(nb):
    exporter = HTMLExporter(template_name="classic")
    html, _ = exporter.from_notebook_node(nb)
    return html


@pytest.fixture(scope="module")
def alerts(tmp_path_factory):
    """A function that opens a page and counts the scripts in it that ran."""
    sync_api = pytest.importorskip("playwright.sync_api")
    programs = map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))
    program = next(filter(None, programs), None)
    if program is None:
        pytest.skip("no Chromium on this machine")
    with sync_api.sync_playwright() as playwright:
        # As root Chromium starts only without its own sandbox; the pages are ours.
        browser = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox"]
        )

        def count(html):
            ran = []
            path = tmp_path_factory.mktemp("page") / "page.html"
            path.write_text(html, encoding="utf-8")
            context = browser.new_context(offline=True)
            tab = context.new_page()
            tab.expose_function("report", lambda text: ran.append(text))
            tab.add_init_script("window.alert = text => window.report(text)")
            tab.goto(path.as_uri(), wait_until="load")
            for link in tab.locator("body a[href]").all():
                if "javascript" in (link.get_attribute("href") or "").lower():
                    link.evaluate("link => link.click()")
            tab.wait_for_timeout(500)
            context.close()
            return len(ran)

        yield count
        browser.close()


def test_nothing_of_a_student_runs(alerts):
    nb = notebook()
    assert alerts(page(nb)) > 5, "the same page before it is made harmless"
    settle_notebook(nb, OutputLimits())
    assert alerts(page(nb)) == 0
