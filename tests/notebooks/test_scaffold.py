"""`nncourse new` makes lectures and assignments that pass the tests as they stand."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.cli import main
from autograder.errors import CourseError
from autograder.notebooks.scaffold import new_assignment, new_lecture

ROOT = Path(__file__).parents[2]
# What the tests of a lecture and of an assignment look at.
NEEDED = (
    "autograder",
    "content",
    "docs",
    "lectures",
    "nnlib",
    "site",
    "solutions",
    "tests",
)
FILES = ("conftest.py", "nbgrader_config.py", "pyproject.toml")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the whole course."""
    for name in NEEDED:
        left_out = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, tmp_path / name, ignore=left_out)
    for name in FILES:
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def run(project: Path, *command: str) -> str:
    """Run a Python command in the copy, with the packages of the copy."""
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=project,
        env=os.environ | {"PYTHONPATH": str(project)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def both(project: Path) -> Path:
    """The copy with a new lecture and a new assignment."""
    said = run(project, "autograder.cli", "new", "lecture", "transformers")
    assert "new: content/lectures/11_transformers.py" in said
    title = ["--title", "What matters"]
    said = run(project, "autograder.cli", "new", "assignment", "attention", *title)
    assert "3 of 3" in said and "4 of 4" in said
    return project


def test_both_pass_their_tests_at_once(both):
    run(both, "autograder.cli", "build", "--check")
    start = (both / "content" / "lectures" / "00_start_here.py").read_text("utf-8")
    assert "| 11 | [Transformers](11_transformers.ipynb) |" in start
    assert "| `a11_attention` |" in start
    assert "## a11 What matters" in (both / "docs" / "assignments.md").read_text(
        "utf-8"
    )
    tests = ("tests/content", "tests/viz/test_viz_transformers.py", "tests/assignments")
    chosen = "11_transformers or viz_transformers or a11 or start_page or glossary_is"
    for place in ("content/lectures", "content/assignments", "nnlib", "tests"):
        run(both, "ruff", "check", "--no-cache", place)
        run(both, "ruff", "format", "--check", "--no-cache", place)
    said = run(both, "pytest", *tests, "-q", "-k", chosen, "-p", "no:cacheprovider")
    assert "passed" in said and "skipped" not in said


def test_a_finished_lecture_is_asked_for_its_length(project):
    new_lecture(project, "attention").write(project)
    path = project / "content" / "lectures" / "11_attention.py"
    path.write_text(path.read_text("utf-8").replace("**Draft.**", "Done."), "utf-8")
    with pytest.raises(AssertionError, match="expected 1200 to 2000"):
        test = "tests/content/test_lectures.py"
        run(project, "pytest", test, "-q", "-k", "11_attention and size")


def test_an_assignment_without_a_lecture_gets_a_row_that_a_lecture_completes(project):
    new_assignment(project, "attention").write(project)
    start = project / "content" / "lectures" / "00_start_here.py"
    assert "| 11 | - | - | `a11_attention` |" in start.read_text("utf-8")
    new_lecture(project, "focus", "How to focus").write(project)
    row = "| 11 | [How to focus](11_focus.ipynb) | the question that it answers |"
    assert f"{row} `a11_attention` |" in start.read_text("utf-8")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["lecture", "11_attention"], "such as attention"),
        (["lecture", "Self-Attention"], "such as self_attention"),
        (["assignment", "class"], "such as attention"),
        (["lecture", "linear"], "such as attention"),
        (["lecture", "x" * 31], "expected 3 to 30 small letters"),
        (["lecture", "dropout"], "number 6 is called dropout already"),
        (["lecture", "plane"], "nnlib/viz/plane.py exists already"),
        (["lecture", "attention", "--title", "a | b"], "can't be a title"),
        (["lecture", "attention", "--title", ""], "can't be a title"),
    ],
)
def test_a_bad_name_is_refused_in_one_line(
    words, message, project, capsys, monkeypatch
):
    monkeypatch.chdir(project)
    assert main(["new", *words]) == 2
    error = capsys.readouterr().err
    assert message in error and error.count("\n") == 1


@pytest.mark.parametrize("make", [new_lecture, new_assignment])
def test_nothing_is_half_written(make, project, monkeypatch):
    made = make(project, "attention")
    before = {p: p.is_file() and p.read_bytes() for p in project.rglob("*")}
    write = Path.write_text
    written = []

    def write_until_full(path, text, **options):
        if len(written) == 3:
            raise OSError(28, "No space left on device", str(path))
        written.append(path)
        return write(path, text, **options)

    monkeypatch.setattr(Path, "write_text", write_until_full)
    with pytest.raises(CourseError, match="nothing was made"):
        made.write(project)
    after = {p: p.is_file() and p.read_bytes() for p in project.rglob("*")}
    assert after == before
