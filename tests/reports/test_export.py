"""Exports from a real gradebook: right marks, nobody dropped in silence."""

import csv

import pytest
from nbgrader.api import Gradebook

from autograder.errors import CourseError
from autograder.reports.export import CanvasExport, MoodleExport, TaskExport


@pytest.fixture
def gradebook(tmp_path):
    with Gradebook(f"sqlite:///{tmp_path}/gradebook.db") as book:
        book.add_assignment("a01")
        book.add_notebook("n", "a01")
        book.add_grade_cell("t", "n", "a01", max_score=5, cell_type="code")
        for student, score in (("s001", 4.0), ("s002", 2.5)):
            book.add_student(student)
            book.add_submission("a01", student)
            book.find_grade("t", "n", "a01", student).auto_score = score
        notebook = book.find_submission_notebook("n", "a01", "s001")
        notebook.late_submission_penalty = 1.0
        book.db.commit()
        yield book


def written(plugin, gradebook, tmp_path):
    plugin.to = str(tmp_path / "out.csv")
    plugin.export(gradebook)
    with open(plugin.to, encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_one_row_a_task(gradebook, tmp_path):
    rows = written(TaskExport(), gradebook, tmp_path)
    assert rows[1:] == [
        ["a01", "s001", "n", "t", "4.0", "5.0"],
        ["a01", "s002", "n", "t", "2.5", "5.0"],
    ]


def roster(tmp_path, columns, *students):
    path = tmp_path / "roster.csv"
    lines = [[s, *(f"{s}é{n}" for n in range(len(columns)))] for s in students]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["student_id", *columns], *lines])
    return str(path)


@pytest.mark.parametrize("kind", [CanvasExport, MoodleExport])
def test_a_platform_gets_its_columns_and_a_ta_the_rest(
    kind, gradebook, tmp_path, capsys
):
    file = roster(tmp_path, kind.columns, "s001", "s009")
    rows = written(kind(roster=file), gradebook, tmp_path)
    assert rows[0] == [*kind.columns, "a01"]
    assert rows[-1][0] == "s001é0" and rows[-1][-1] == "3.0"
    assert len(rows) == (3 if kind is CanvasExport else 2)
    if kind is CanvasExport:
        assert rows[1][0].strip() == "Points Possible" and rows[1][-1] == "5.0"
    told = capsys.readouterr().out
    assert "missing in the roster: s002" in told and "handed in: s009" in told


def test_names_are_made_safe_ids_are_left_and_columns_have_their_own_names(
    gradebook, tmp_path
):
    path = tmp_path / "roster.csv"
    path.write_text(
        f"student_id,{','.join(CanvasExport.columns)}\n"
        "s001,=HYPERLINK(1),-17,+4,@s001,Section 1\n",
        encoding="utf-8",
    )
    plugin = CanvasExport(roster=str(path), titles={"a01": "Neurons (47)"})
    rows = written(plugin, gradebook, tmp_path)
    assert rows[0][-1] == "Neurons (47)"
    assert rows[-1][:5] == ["'=HYPERLINK(1)", "-17", "+4", "@s001", "Section 1"]


def test_a_wrong_roster_is_told(gradebook, tmp_path):
    with pytest.raises(CourseError, match="expected a roster"):
        CanvasExport().export(gradebook)
    file = roster(tmp_path, ("ID",), "s001")
    with pytest.raises(CourseError, match="lacks Student, SIS User ID"):
        CanvasExport(roster=file).export(gradebook)
    file = roster(tmp_path, MoodleExport.columns, "s001", "s001")
    with pytest.raises(CourseError, match="there twice"):
        MoodleExport(roster=file).export(gradebook)
    with pytest.raises(CourseError, match="No such file or directory; name a CSV"):
        MoodleExport(roster=str(tmp_path / "nowhere.csv")).export(gradebook)
    (tmp_path / "latin.csv").write_bytes("student_id,né\n".encode("latin-1"))
    with pytest.raises(CourseError, match="isn't UTF-8"):
        MoodleExport(roster=str(tmp_path / "latin.csv")).export(gradebook)
