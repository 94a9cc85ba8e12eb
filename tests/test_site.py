"""The folder that Sphinx reads, and the proof that a site tells no secret."""

import re
import tomllib
from importlib import import_module
from pathlib import Path

import nbformat
import pytest

from autograder.errors import CourseError
from autograder.notebooks.leaks import course_secrets
from autograder.notebooks.proof import refuse_secrets
from autograder.site.cache import outputs_folder
from autograder.site.gather import gather

ROOT = Path(__file__).resolve().parents[1]


TABLE = "| symbol | shape | meaning |\n|---|---|---|\n| $X$ | $(N, D)$ | inputs |\n"
LECTURE = nbformat.writes(
    nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_markdown_cell(f"# 1. One\n\n{TABLE}\nMore words.")]
    )
)


@pytest.fixture
def course(tmp_path):
    """A small course with one page of each kind."""
    pages = {
        "site/conf.py": "project = 'x'\n",
        "site/index.md": "# Course\n",
        "site/glossary.md": "# Glossary\n\n[one](../lectures/01_one.ipynb)\n",
        "lectures/01_one.ipynb": LECTURE,
        "docs/guide.md": "# Guide\n",
        "docs/assignments.md": "# What answers are worth\n",
        "nnlib/norm.py": '"""Normalise."""\n',
        "nnlib/_checks.py": '"""Check."""\n',
    }
    for name, text in pages.items():
        path = tmp_path / "course" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path / "course"


def gathered(course):
    """Names of the files in the folder that Sphinx would read."""
    source = course.parent / "source"
    gather(course, source)
    files = (p.relative_to(source) for p in source.rglob("*") if p.is_file())
    return {path.as_posix() for path in files if path.parts[0] != "_static"}


PAGES = {
    "conf.py",
    "index.md",
    "site/glossary.md",
    "lectures/01_one.ipynb",
    "docs/guide.md",
    "api/norm.md",
    "reference/notation.md",
}


def test_pages_keep_their_places_and_the_first_page_is_on_top(course):
    assert gathered(course) == PAGES


def test_a_page_that_is_gone_is_gone_from_the_site_too(course):
    gathered(course)
    (course / "docs" / "guide.md").unlink()
    (course / "site" / "new.md").write_text("# New\n", encoding="utf-8")
    assert gathered(course) == PAGES - {"docs/guide.md"} | {"site/new.md"}


def test_formulas_need_no_network(course):
    gathered(course)
    assert (course.parent / "source/_static/mathjax.js").stat().st_size > 1_000_000
    config = (ROOT / "site" / "conf.py").read_text(encoding="utf-8")
    assert '"mathjax.js"' in config and "https://" not in config


def test_the_tables_of_symbols_come_together_on_one_page(course):
    gathered(course)
    page = (course.parent / "source/reference/notation.md").read_text(encoding="utf-8")
    assert "## 1. One" in page and TABLE in page and "More words" not in page


def test_a_link_to_a_private_page_becomes_text(course):
    text = "See [the guide](assignments.md#a01) and [this](guide.md)."
    (course / "docs" / "guide.md").write_text(text, encoding="utf-8")
    gathered(course)
    page = (course.parent / "source/docs/guide.md").read_text(encoding="utf-8")
    assert "See the guide (in" in page and "[this](guide.md)" in page
    assert "assignments.md" not in page


def test_outputs_are_kept_until_nnlib_changes(course, tmp_path):
    first = outputs_folder(course, tmp_path)
    assert outputs_folder(course, tmp_path) == first
    (course / "nnlib" / "norm.py").write_text('"""Other."""\n', encoding="utf-8")
    assert outputs_folder(course, tmp_path) != first and not first.exists()


def test_every_formula_belongs_to_something_public():
    text = (ROOT / "site" / "formulas.toml").read_text(encoding="utf-8")
    for module, formulas in tomllib.loads(text).items():
        library = import_module(f"nnlib.{module}")
        unknown = [name for name in formulas if not getattr(library, name, None)]
        assert unknown == [], f"nnlib.{module} has no such names"


def test_a_page_of_nnlib_without_a_docstring_is_refused(course):
    (course / "nnlib" / "norm.py").write_text("x = 1\n", encoding="utf-8")
    with pytest.raises(CourseError, match="has no docstring"):
        gathered(course)


def test_assignments_come_as_students_get_them(tmp_path):
    gather(ROOT, tmp_path)
    for folder in sorted((ROOT / "content" / "assignments").glob("a*")):
        path = tmp_path / "assignments" / f"{folder.name}.ipynb"
        text = "\n".join(c.source for c in nbformat.read(path, as_version=4).cells)
        assert "### BEGIN" not in text and "NotImplementedError" in text
    assert refuse_secrets(ROOT, [tmp_path]) > 20


@pytest.mark.parametrize("name", ["index.html", "searchindex.js", "_sources/a.md"])
def test_a_page_that_tells_a_secret_is_refused(name, tmp_path):
    secret = max(course_secrets(ROOT), key=lambda secret: len(secret.line)).line
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"# Hello\n\n{secret.strip()}\n", encoding="utf-8")
    with pytest.raises(CourseError, match="must not be published"):
        refuse_secrets(ROOT, [tmp_path])


def test_the_first_page_lists_every_page_of_the_site():
    index = (ROOT / "site" / "index.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^site/([\w-]+)$", index, flags=re.M))
    assert listed == {p.stem for p in (ROOT / "site").glob("*.md")} - {"index"}
