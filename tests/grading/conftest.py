"""A small course: nbgrader's demonstration notebooks, graded by stock nbgrader."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import nbgrader
import pytest

GUIDE = Path(nbgrader.__file__).parent / "docs" / "source" / "user_guide"


def nbgrader_command(course: Path, *words: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "nbgrader", *words],
        cwd=course,
        check=True,
        capture_output=True,
        timeout=240,
    )


@pytest.fixture(scope="session")
def run_nbgrader() -> Callable[..., None]:
    """Run one of nbgrader's own commands in a course directory."""
    return nbgrader_command


@pytest.fixture(scope="session")
def stock_course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """ps1 of nbgrader's guide with its two students, autograded by stock nbgrader."""
    course = tmp_path_factory.mktemp("stock")
    shutil.copytree(GUIDE / "source" / "ps1", course / "source" / "ps1")
    shutil.copytree(GUIDE / "submitted", course / "submitted")
    (course / "nbgrader_config.py").write_text(
        'c = get_config()\nc.CourseDirectory.course_id = "stock"\n'
    )
    nbgrader_command(course, "generate_assignment", "ps1")
    shutil.copy(course / "gradebook.db", course / "ungraded.db")
    nbgrader_command(course, "autograde", "ps1")
    return course
