"""What students wrote cannot act on those who look at it."""

import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from nbconvert.exporters import HTMLExporter
from nbgrader.server_extensions.formgrader import handlers
from traitlets.config import Config

LIVE = {"script", "iframe", "object", "embed", "form", "base", "meta", "link", "style"}
ADDRESSES = ("href", "src", "data", "action", "srcdoc", "xlink:href", "formaction")


class Dangers(HTMLParser):
    """Everything in the body of a page that could run, load or send something."""

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.found = []
        self.feed(page[page.index("<body") :])
        self.close()

    def handle_starttag(self, tag, attrs):
        if tag in LIVE:
            self.found.append((tag, tuple(attrs)))
        for name, value in attrs:
            address = "".join((value or "").split()).lower()
            if name.startswith("on"):
                self.found.append((tag, name, value))
            elif name in ADDRESSES and address.startswith(
                ("javascript:", "vbscript:", "data:text", "data:application")
            ):
                self.found.append((tag, name, address[:60]))


def dangers(page):
    return set(map(str, Dangers(page).found))


def formgrader_page(run, student):
    """The page on which a TA grades by hand."""
    config = Config()
    config.HTMLExporter.template_name = "formgrade"
    config.HTMLExporter.extra_template_basedirs = [handlers.template_path]
    names = ("assignment_id", "notebook_id", "submission_id", "base_url", "student",
             "last_name", "first_name", "notebook_path")  # fmt: skip
    resources = {**dict.fromkeys(names, "x"), "index": 0, "total": 1}
    path = run.root / "autograded" / student / "ps1" / "nn.ipynb"
    return HTMLExporter(config=config).from_filename(str(path), resources=resources)[0]


@pytest.fixture(scope="module")
def feedback_pages(by_nbgrader, shown_students, tmp_path_factory):
    """The feedback pages of some students, made by nbgrader itself."""
    root = tmp_path_factory.mktemp("feedback") / "course"
    root.mkdir()
    for name in ("gradebook.db", "nbgrader_config.py"):
        (root / name).write_bytes((by_nbgrader.root / name).read_bytes())
    for student in shown_students:
        folder = by_nbgrader.root / "autograded" / student
        target = root / "autograded"
        target.mkdir(exist_ok=True)
        subprocess.run(["cp", "-a", str(folder), str(target)], check=True)
    words = [sys.executable, "-m", "nbgrader", "generate_feedback", "ps1"]
    done = subprocess.run(words, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return {
        student: Path(root, "feedback", student, "ps1", "nn.html").read_text()
        for student in shown_students
    }


def test_feedback_pages_hold_nothing_live(feedback_pages):
    usual = dangers(feedback_pages["aa_honest"])
    for student, page in feedback_pages.items():
        assert dangers(page) - usual == set(), student


def test_feedback_pages_hold_no_secret(feedback_pages, by_nbgrader):
    for student, page in feedback_pages.items():
        assert by_nbgrader.secrets.found_in(page) == [], student


def test_formgrader_shows_nothing_live(run, page_attackers):
    usual = dangers(formgrader_page(run, "aa_honest"))
    for student in page_attackers:
        assert dangers(formgrader_page(run, student)) - usual == set(), student


def test_attachments_without_a_picture_stop_no_page(run):
    assert "Why is the largest score" in formgrader_page(run, "metadata-attachments")


def test_the_search_for_dangers_finds_some():
    page = "<body><p onclick=x><a href=' java\nscript:x'><SCRIPT>1</SCRIPT>"
    assert len(dangers(page)) == 3
