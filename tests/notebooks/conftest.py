"""Small courses for the tests of the builder."""

import shutil
from pathlib import Path

import pytest

from autograder.notebooks.source import Source

FIXTURES = Path(__file__).parent / "fixtures"
LECTURE = (FIXTURES / "lecture.percent").read_text(encoding="utf-8")
ASSIGNMENT = (FIXTURES / "assignment.percent").read_text(encoding="utf-8")
MISCONCEPTIONS = '''"""Wrong answers."""


def squash_without_shift(s):
    return math.tanh(3.0 * s + 0.000001)
'''


def make_course(root: Path) -> Path:
    """Write a course with one lecture and one assignment, sources only."""
    assignment = root / "content" / "assignments" / "a01_small"
    assignment.mkdir(parents=True)
    (root / "content" / "lectures").mkdir()
    (root / "content" / "lectures" / "01_small.py").write_text(LECTURE)
    (assignment / "notebook.py").write_text(ASSIGNMENT)
    (assignment / "misconceptions.py").write_text(MISCONCEPTIONS)
    (root / "nbgrader_config.py").write_text(
        "c = get_config()\n"
        "c.CourseDirectory.source_directory = 'solutions'\n"
        "c.CourseDirectory.release_directory = 'course/release'\n"
    )
    project = Path(__file__).resolve().parents[2]
    shutil.copy(project / "conftest.py", root / "conftest.py")
    return root


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course whose notebooks are not built."""
    return make_course(tmp_path / "course")


@pytest.fixture
def assignment_text() -> str:
    """The source of the small assignment."""
    return ASSIGNMENT


@pytest.fixture
def lecture_text() -> str:
    """The source of the small lecture."""
    return LECTURE


@pytest.fixture
def write_source(tmp_path: Path):
    """Return a function that writes a text as the source of an assignment."""

    def write(text: str, *, graded: bool = True) -> Source:
        folder = tmp_path / "content" / "assignments" / "a01_small"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "notebook.py"
        path.write_text(text, encoding="utf-8")
        return Source(tmp_path, path, tmp_path / "solutions" / "x.ipynb", graded)

    return write


@pytest.fixture(scope="module")
def built_course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course with its notebooks built; tests that change it copy it first."""
    from autograder.notebooks.build import build_course

    root = make_course(tmp_path_factory.mktemp("built") / "course")
    build_course(root)
    return root


@pytest.fixture
def course_copy(built_course: Path, tmp_path: Path) -> Path:
    """A built course that a test may spoil."""
    return Path(shutil.copytree(built_course, tmp_path / "copy"))
