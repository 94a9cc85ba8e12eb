"""The folder that Sphinx reads: all pages where the links between them lead."""

import re
from pathlib import Path

import pytest

from autograder.cli import site

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def course(tmp_path):
    """A small course with one page of each kind."""
    pages = {
        "site/conf.py": "project = 'x'\n",
        "site/index.md": "# Course\n",
        "site/glossary.md": "# Glossary\n\n[one](../lectures/01_one.ipynb)\n",
        "lectures/01_one.ipynb": "{}",
        "docs/guide.md": "# Guide\n",
    }
    for name, text in pages.items():
        path = tmp_path / "course" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path / "course"


def gathered(course):
    """Names of the files in the folder that Sphinx would read."""
    source = course.parent / "source"
    site._gather(course, source)
    return {p.relative_to(source).as_posix() for p in source.rglob("*") if p.is_file()}


PAGES = {
    "conf.py",
    "index.md",
    "site/glossary.md",
    "lectures/01_one.ipynb",
    "docs/guide.md",
}


def test_pages_keep_their_places_and_the_first_page_is_on_top(course):
    assert gathered(course) == PAGES


def test_a_page_that_is_gone_is_gone_from_the_site_too(course):
    gathered(course)
    (course / "docs" / "guide.md").unlink()
    (course / "site" / "new.md").write_text("# New\n", encoding="utf-8")
    assert gathered(course) == PAGES - {"docs/guide.md"} | {"site/new.md"}


def test_the_first_page_lists_every_page_of_the_site():
    index = (ROOT / "site" / "index.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^site/([\w-]+)$", index, flags=re.M))
    assert listed == {p.stem for p in (ROOT / "site").glob("*.md")} - {"index"}
