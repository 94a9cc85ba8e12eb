"""Downloads of Moodle and Canvas become nbgrader's folders."""

import os
import zipfile
from pathlib import Path

import pytest

from autograder.errors import CourseError
from autograder.grading.course import Course
from autograder.grading.lms import preview, read_download, store_submissions


@pytest.fixture
def course(tmp_path: Path) -> Course:
    folder = tmp_path / "course"
    folder.mkdir()
    (folder / "nbgrader_config.py").write_text("c = get_config()\n")
    return Course.open(folder)


def make_zip(path: Path, names: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for place, (name, text) in enumerate(names.items()):
            info = zipfile.ZipInfo(name, date_time=(2026, 1, 1, 0, place, 0))
            archive.writestr(info, text)
    return path


MOODLE = {
    "First Last_1234567_assignsubmission_file/a01.ipynb": "one",
    "Other Name_2345678_assignsubmission_file_a01.ipynb": "two",
    "gradebook.csv": "x",
}
CANVAS = {
    "lastfirst_4711_98765_a01.ipynb": "early",
    "lastfirst_LATE_4711_98766_a01-1.ipynb": "late",
    "nameother_4712_98767_a01.ipynb": "two",
}


@pytest.mark.parametrize(
    ("names", "kind", "expected", "unmatched"),
    [
        (MOODLE, "Moodle", {"1234567": "one", "2345678": "two"}, 1),
        (CANVAS, "Canvas", {"4711": "late", "4712": "two"}, 0),
    ],
)
@pytest.mark.parametrize("unpacked", [False, True])
def test_downloads_are_recognised(
    tmp_path, course, names, kind, expected, unmatched, unpacked
):
    source = make_zip(tmp_path / "download.zip", names)
    if unpacked:
        folder = tmp_path / "download"
        zipfile.ZipFile(source).extractall(folder)
        for place, name in enumerate(names):
            os.utime(folder / name, (1e9 + place, 1e9 + place))
        source = folder
    download = read_download(source, None)
    assert download.kind == kind
    assert len(download.unmatched) == unmatched
    store_submissions(download, course, "a01")
    handed_in = course.submissions("a01")
    assert {
        s.student: (s.folder / "a01.ipynb").read_text() for s in handed_in
    } == expected


def test_the_preview_names_everybody_and_everything_left(tmp_path):
    text = preview(read_download(make_zip(tmp_path / "d.zip", MOODLE), None))
    assert "(Moodle): 2 students" in text
    assert "1234567: a01.ipynb" in text
    assert "not matched: 1 files\n  gradebook.csv" in text


def test_a_pattern_of_ones_own(tmp_path, course):
    source = make_zip(tmp_path / "d.zip", {"week1/s001/a01.ipynb": "x"})
    download = read_download(source, r"week\d/(?P<student>\w+)/(?P<file>.+)")
    assert download.files["s001"].keys() == {"a01.ipynb"}


@pytest.mark.parametrize(
    ("pattern", "message"),
    [("(", "no regular expression"), (r"(?P<student>\w+)", "expected 'student'")],
)
def test_bad_patterns(tmp_path, pattern, message):
    source = make_zip(tmp_path / "d.zip", MOODLE)
    with pytest.raises(CourseError, match=message):
        read_download(source, pattern)


def test_names_that_fit_nothing_are_shown(tmp_path):
    source = make_zip(tmp_path / "d.zip", {"report.pdf": "x"})
    with pytest.raises(
        CourseError, match=r"the first is 'report\.pdf'; give --pattern"
    ):
        read_download(source, None)


def test_files_that_are_no_zip(tmp_path):
    with pytest.raises(CourseError, match="no such file or folder"):
        read_download(tmp_path / "none.zip", None)
    (tmp_path / "text.zip").write_text("hello")
    with pytest.raises(CourseError, match="can't be read as a ZIP"):
        read_download(tmp_path / "text.zip", None)


def test_nothing_leaves_the_students_folder(tmp_path, course):
    names = {
        "First Last_1_assignsubmission_file/../../../../outside.ipynb": "x",
        "First Last_1_assignsubmission_file/inside.ipynb": "x",
    }
    source = make_zip(tmp_path / "d.zip", names)
    store_submissions(read_download(source, None), course, "a01")
    assert not list(tmp_path.rglob("outside.ipynb"))
    assert [p.name for p in course.root.rglob("*.ipynb")] == ["inside.ipynb"]
    hostile = make_zip(tmp_path / "e.zip", {"../a.ipynb": "x"})
    with pytest.raises(CourseError, match="no name"):
        read_download(hostile, r"(?P<student>[^/]+)/(?P<file>.+)")


def test_other_work_is_not_replaced_unasked(tmp_path, course):
    first = read_download(make_zip(tmp_path / "d.zip", MOODLE), None)
    store_submissions(first, course, "a01")
    store_submissions(first, course, "a01")  # the same again is no conflict
    changed = {**MOODLE, "First Last_1234567_assignsubmission_file/a01.ipynb": "new"}
    second = read_download(make_zip(tmp_path / "e.zip", changed), None)
    with pytest.raises(CourseError, match=r"1 students have another .*\(1234567\)"):
        store_submissions(second, course, "a01")
    one = course.folder("submitted", "1234567", "a01") / "a01.ipynb"
    assert one.read_text() == "one"
    store_submissions(second, course, "a01", force=True)
    assert one.read_text() == "new"
