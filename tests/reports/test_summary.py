"""The report of small classes whose numbers can be worked out by hand."""

import json

import pytest

from autograder.reports.page import render
from autograder.reports.records import Record, Task
from autograder.reports.summary import summarise

TASKS = [Task("a01/test_f", 2.0), Task("a01/test_g", 4.0)]


def made(student: str, f: float, g: float, **more) -> Record:
    scores = {"a01/test_f": f, "a01/test_g": g}
    return Record(student, submitted=True, graded=True, scores=scores, **more)


def test_numbers_of_a_small_class():
    mistake = ("a01/test_f", "the sign is wrong", "What does minus do?")
    check, other = ("a01/test_f", "is odd"), ("a01/test_f", "keeps its shape")
    records = [
        made("s001", 2, 4, checks={check: True, other: True}, penalty=1.5),
        made("s002", 0, 2, checks={check: False, other: True}, mistakes={mistake}),
        made("s003", 1, 0, blank={"a01/test_g"}, late_seconds=60.0, repaired=1),
        Record("s004", "Zoë Ångström"),
    ]
    report = summarise("a01", TASKS, records)
    assert (report["known"], report["submitted"], report["points"]) == (4, 3, 6)
    assert report["mean"] == pytest.approx((4.5 + 2 + 1) / 3)
    assert report["histogram"] == [0, 1, 0, 1, 0, 0, 0, 1, 0, 0]
    f, g = report["tasks"]
    assert (f["mean"], f["difficulty"], g["difficulty"]) == (1, 0.5, 0.5)
    assert f["discrimination"] == pytest.approx(0.5)
    assert (f["blank"], g["blank"]) == (0, pytest.approx(1 / 3))
    # Variances 1 and 4, of the sums (6, 2, 1) 7: 2 (1 - 5/7).
    assert report["reliability"]["alpha"] == pytest.approx(4 / 7)
    assert report["reliability"]["small_class"]
    assert [m["students"] for m in report["mistakes"]] == [1]
    assert [c["remark"] for c in report["checks"]] == ["", "everybody passes"]
    flags = [student["flags"] for student in report["students"]]
    assert flags == [[], [], ["repaired", "late"], ["nothing handed in"]]
    assert json.loads(json.dumps(report)) == report
    assert "Zoë Ångström" in render([report], "course")


@pytest.mark.parametrize(
    "records",
    [
        [],
        [Record("s001")],
        [made("s001", 1, 1)],
        [made("s001", 1, 1), made("s002", 1, 1)],
    ],
    ids=["empty", "nobody handed in", "one", "all equal"],
)
def test_where_a_number_means_nothing_there_is_none(records):
    report = summarise("a01", TASKS, records)
    assert report["reliability"]["alpha"] is None
    assert {task["discrimination"] for task in report["tasks"]} == {None}
    assert "can't be told" in render([report], "course")


def test_an_assignment_without_points():
    report = summarise("a01", [Task("a01/t", 0.0)], [Record("s001", submitted=True)])
    assert report["tasks"][0]["difficulty"] is None
    assert "–" in render([report], "course")


def test_names_can_not_become_markup():
    record = made("s001", 1, 1, name="<script>alert(1)</script>")
    page = render([summarise("a01", TASKS, [record])], "course")
    assert "<script>alert" not in page


@pytest.mark.timeout(20)
def test_two_thousand_students_fit_into_the_time_of_a_coffee():
    mistake = ("a01/test_f", "the sign is wrong", "What does minus do?")
    records = [
        made(
            f"s{n:04d}",
            n % 3,
            n % 5,
            checks={("a01/test_f", f"check {k}"): n % (k + 2) > 0 for k in range(30)},
            mistakes={mistake} if n % 7 == 0 else set(),
            sources={"a01/f": "\n".join(f"x = x * {n % (k + 2)}" for k in range(20))},
        )
        for n in range(2000)
    ]
    report = summarise("a01", TASKS, records)
    assert report["submitted"] == 2000 and report["mistakes"][0]["students"] == 286
    assert "s1999" in render([report], "course")
