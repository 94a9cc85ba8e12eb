"""Building a course: deterministic, incremental, and clear about what fails."""

import json
import shutil

import pytest

from autograder.errors import CourseError
from autograder.notebooks import build, cache
from autograder.notebooks.build import build_course
from autograder.notebooks.source import SourceError, select_sources

LECTURE = "lectures/01_small.ipynb"
SOLUTION = "solutions/a01_small/a01_small.ipynb"


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture
def no_execution(monkeypatch):
    """Let every attempt to run a notebook fail."""

    async def refuse(notebook, folder):
        raise AssertionError(f"executed a notebook in {folder}")

    monkeypatch.setattr(build, "execute", refuse)


def test_only_checked_cells_have_outputs_and_only_text(built_course):
    checked = 0
    for name in (LECTURE, SOLUTION):
        for cell in read(built_course / name)["cells"]:
            tagged = "nbval-check-output" in cell["metadata"].get("tags", [])
            assert bool(cell.get("outputs")) == tagged
            for output in cell.get("outputs", []):
                checked += 1
                assert set(output.get("data", {"text/plain": ""})) == {"text/plain"}
            if cell["cell_type"] == "code":
                assert (cell["execution_count"] is not None) == tagged
    assert checked == 4


def test_printed_numbers_are_stored(built_course):
    cells = read(built_course / LECTURE)["cells"]
    assert cells[2]["outputs"][0]["text"] == ["s = 3.000\n"]
    assert cells[2]["execution_count"] == 2
    assert cells[5]["outputs"][0]["data"]["text/plain"] == ["array([0.   , 0.762])"]


def test_two_builds_are_identical_to_the_byte(built_course, course):
    build_course(course)
    for name in (LECTURE, SOLUTION):
        assert (course / name).read_bytes() == (built_course / name).read_bytes()


def test_an_unchanged_source_is_not_executed_again(course_copy, no_execution):
    before = {name: (course_copy / name).read_bytes() for name in (LECTURE, SOLUTION)}
    shutil.rmtree(course_copy / "lectures")
    lines = []
    build_course(course_copy, report=lines.append)
    assert {name: (course_copy / name).read_bytes() for name in before} == before
    assert lines == [
        f"[1/2] {LECTURE}: unchanged source",
        f"[2/2] {SOLUTION}: unchanged source",
    ]


def test_new_prose_alone_is_written_without_execution(course_copy, no_execution):
    source = course_copy / "content" / "lectures" / "01_small.py"
    source.write_text(source.read_text().replace("adds up", "sums up"))
    build_course(course_copy)
    assert "sums up" in (course_copy / LECTURE).read_text()


@pytest.mark.parametrize(
    "change",
    ["code", "force", "nnlib"],
)
def test_what_changed_is_executed(course_copy, no_execution, monkeypatch, change):
    if change == "code":
        source = course_copy / "content" / "lectures" / "01_small.py"
        source.write_text(source.read_text().replace("- 2.0", "- 1.0"))
    elif change == "nnlib":
        monkeypatch.setattr(cache, "_fingerprint", lambda: "another library")
    with pytest.raises(AssertionError, match="executed a notebook"):
        build_course(course_copy, ["01_small"], force=change == "force")


def test_the_fingerprint_covers_the_library(tmp_path, monkeypatch):
    package = tmp_path / "nnlib"
    package.mkdir()
    (package / "__init__.py").write_text("x = 1\n")
    spec = type("Spec", (), {"submodule_search_locations": [str(package)]})()
    monkeypatch.setattr(cache, "find_spec", lambda name: spec)
    first = cache.OutputCache(tmp_path)._surroundings
    assert cache.OutputCache(tmp_path)._surroundings == first
    (package / "__init__.py").write_text("x = 2\n")
    assert cache.OutputCache(tmp_path)._surroundings != first


def test_a_broken_cache_file_is_not_trusted(course_copy):
    for path in (course_copy / "build" / "cache" / "notebooks").iterdir():
        path.write_text('[[{"output_type"')
    lines = []
    build_course(course_copy, ["01_small"], report=lines.append)
    assert "executed in" in lines[0]


def test_failures_name_file_and_line_and_spare_the_others(course):
    source = course / "content" / "lectures" / "01_small.py"
    text = source.read_text().replace("- 2.0", "- 2.0 / 0")
    source.write_text(text)
    lines = []
    with pytest.raises(SourceError) as caught:
        build_course(course, report=lines.append)
    line = text[: text.index("s = np.array")].count("\n") + 1
    assert str(caught.value) == (
        f"content/lectures/01_small.py:{line}: "
        "the cell raised ZeroDivisionError: float division by zero"
    )
    assert f"{LECTURE}: refused" in " ".join(lines)
    assert not (course / LECTURE).exists()
    assert (course / SOLUTION).exists()


def test_too_many_decimals_are_refused_with_their_line(course):
    source = course / "content" / "lectures" / "01_small.py"
    text = source.read_text().replace("{s:.3f}", "{s:.4f}")
    source.write_text(text)
    line = text[: text.index("s = np.array")].count("\n") + 1
    with pytest.raises(SourceError, match=rf"01_small\.py:{line}: 3\.0000 is shown"):
        build_course(course, ["01_small"])
    assert not (course / LECTURE).exists()


def test_nothing_runs_if_any_source_has_a_mistake(course, no_execution):
    source = course / "content" / "assignments" / "a01_small" / "notebook.py"
    source.write_text(source.read_text().replace("END SOLUTION", "END SOLUTON", 1))
    with pytest.raises(SourceError, match="looks like a marker"):
        build_course(course)


@pytest.mark.parametrize(
    "name",
    [
        "a01_small",
        "content/assignments/a01_small",
        "content/assignments/a01_small/notebook.py",
        "solutions/a01_small/a01_small.ipynb",
        "solutions/a01_small",
    ],
)
def test_a_notebook_is_known_by_name_and_by_path(course, monkeypatch, name):
    monkeypatch.chdir(course)
    assert [source.name for source in select_sources(course, [name])] == ["a01_small"]


def test_unknown_names_and_empty_courses_are_refused(course, tmp_path):
    with pytest.raises(CourseError, match="did you mean 01_small"):
        select_sources(course, ["01_smal"])
    with pytest.raises(CourseError, match="there are 01_small, a01_small"):
        select_sources(course, ["zzz"])
    with pytest.raises(CourseError, match="no sources"):
        select_sources(tmp_path / "elsewhere", [])
