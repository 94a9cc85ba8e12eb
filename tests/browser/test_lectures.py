"""Every lecture in JupyterLab: run all without an error, move every slider."""

from pathlib import Path

import pytest

LECTURES = sorted((Path(__file__).parents[2] / "lectures").glob("[0-9][0-9]_*.ipynb"))
ERRORS = '.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.stderr"]'
EXPLORERS = ".jp-OutputArea-output:has(.noUi-handle)"
# The picture of an explorer, as the page sees it.
PICTURE = """explorer => explorer.querySelector('img').src"""


def run_all(page, address):
    """Open a notebook, run all its cells and wait until the last one is done."""
    page.goto(address)
    page.wait_for_selector('.jp-Toolbar-kernelName:has-text("Python 3")', timeout=60e3)
    page.wait_for_selector(r"text=/Python 3.*\| Idle/", timeout=60e3)
    page.click('.lm-MenuBar-item:has-text("Run")')
    page.click('li.lm-Menu-item[data-command="runmenu:run-all"]')
    page.wait_for_function(
        """() => {
            const cells = [...document.querySelectorAll('.jp-CodeCell')];
            const prompts = cells.map(cell =>
                cell.querySelector('.jp-InputPrompt').textContent.trim());
            return cells.length > 0 && prompts.every(text => /\\[\\d+\\]/.test(text));
        }""",
        timeout=240e3,
    )


@pytest.mark.timeout(400)
@pytest.mark.parametrize("lecture", LECTURES, ids=lambda path: path.stem)
def test_a_lecture_runs_and_its_sliders_move(lecture, lab, page, screenshots):
    run_all(page, f"{lab}/lab/tree/lectures/{lecture.name}?reset")
    failed = page.locator(ERRORS)
    # Exercises that are not done yet are told by their check, not by a traceback.
    texts = [text for text in failed.all_inner_texts() if "Traceback" in text]
    assert not texts
    assert page.locator(".jp-OutputArea-output img:not([alt])").count() == 0
    explorers = page.locator(EXPLORERS)
    expected = lecture.read_text(encoding="utf-8").count(".explore_")
    assert explorers.count() == expected
    for k in range(explorers.count()):
        explorer = explorers.nth(k)
        for n in range(explorer.locator(".noUi-handle").count()):
            move(page, explorer, explorer.locator(".noUi-handle").nth(n))
        explorer.screenshot(path=screenshots / f"{lecture.stem}_{k + 1}.png")
    page.screenshot(path=screenshots / f"{lecture.stem}.png")


def move(page, explorer, handle):
    """Press a key on a slider until the picture follows."""
    explorer.scroll_into_view_if_needed()
    before = explorer.evaluate(PICTURE)
    for key in ("ArrowRight", "ArrowLeft", "ArrowLeft", "PageUp", "PageDown"):
        handle.focus()
        page.keyboard.press(key)
        for _ in range(20):
            page.wait_for_timeout(100)
            if explorer.evaluate(PICTURE) != before:
                return
    label = explorer.locator(".widget-label").all_inner_texts()
    raise AssertionError(f"nothing changes when a slider of {label} moves")
