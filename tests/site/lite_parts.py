"""What the tests of the lab share: a notebook that is open in it."""

import functools
from pathlib import Path

ROOT = Path(__file__).parents[2]
KERNEL_SECONDS = 120


class Notebook:
    """A notebook that is open in the lab, and all that went wrong there."""

    def __init__(self, browser, address, path):
        self.faults = []
        context = browser.new_context(viewport={"width": 1300, "height": 1000})
        context.on("request", functools.partial(self._stays_here, address))
        context.on("requestfailed", lambda request: self.faults.append(request.url))
        self.page = context.new_page()
        self.page.on("response", self._succeeds)
        self.page.on("console", self._is_calm)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.goto(f"{address}/lite/lab/index.html?path={path}")
        idle = r"text=/Python.*\| Idle/"
        self.page.wait_for_selector(idle, timeout=KERNEL_SECONDS * 1000)

    def run_all(self):
        """Run every cell and wait for the last one."""
        page = self.page
        page.click('.lm-MenuBar-item:has-text("Run")')
        page.click('li.lm-Menu-item[data-command="runmenu:run-all"]')
        page.wait_for_function(
            "Array.from(document.querySelectorAll('.jp-CodeCell .jp-InputPrompt'))"
            ".every(prompt => /\\d/.test(prompt.textContent))",
            timeout=KERNEL_SECONDS * 1000,
        )

    def text(self):
        """All that the notebook shows."""
        return self.page.inner_text(".jp-Notebook")

    def write_and_run(self, cell, text):
        """Replace the text of a cell and run it."""
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(text)
        self.page.keyboard.press("Shift+Enter")

    def cell(self, text):
        """The code cell that contains a text."""
        return self.page.locator(".jp-CodeCell", has_text=text).first

    def _stays_here(self, address, request):
        if not request.url.startswith((address, "data:", "blob:")):
            self.faults.append(f"asked {request.url}")

    def _succeeds(self, response):
        if response.status >= 400:
            self.faults.append(f"{response.status} {response.url}")

    def _is_calm(self, message):
        if message.type == "error":
            self.faults.append(message.text)
