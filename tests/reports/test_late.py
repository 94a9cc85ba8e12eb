"""What lateness costs, at its edges."""

import pytest

from autograder.errors import CourseError
from autograder.reports.late import DAY, LateDays

RULES = {"grace_minutes": 15, "percent_per_day": 20, "cap_percent": 50}


@pytest.mark.parametrize(
    ("seconds", "penalty"),
    [
        (0, None),
        (15 * 60, None),
        (15 * 60 + 1, 4.0),
        (DAY, 4.0),
        (DAY + 1, 8.0),
        (9 * DAY, 10.0),
    ],
)
def test_days_grace_and_cap(seconds, penalty):
    plugin = LateDays(**RULES)
    assert plugin.late_submission_penalty("s001", 20.0, seconds) == penalty


def test_an_extension_counts_for_its_student_alone(tmp_path):
    file = tmp_path / "extensions.csv"
    file.write_text("student_id,extension_days\ns001,1\ns001,0.5\n", "utf-8-sig")
    plugin = LateDays(extensions=str(file), **RULES)
    assert plugin.late_submission_penalty("s001", 20.0, 1.5 * DAY) is None
    assert plugin.late_submission_penalty("s001", 20.0, 2 * DAY) == 4.0
    assert plugin.late_submission_penalty("s002", 20.0, 1.5 * DAY) == 8.0


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("student,days\ns001,1\n", "expected student_id and extension_days"),
        ("student_id,extension_days\ns001,two\n", ":2: extension_days is 'two'"),
        ("student_id,extension_days\ns001,-1\n", "from 0 up"),
        ("student_id,extension_days\ns001,nan\n", "from 0 up"),
    ],
)
def test_a_wrong_file_is_told(tmp_path, text, told):
    file = tmp_path / "extensions.csv"
    file.write_text(text)
    with pytest.raises(CourseError, match=told):
        LateDays(extensions=str(file)).late_submission_penalty("s001", 1.0, DAY)


def test_a_missing_file_is_told():
    with pytest.raises(CourseError, match=r"c\.LateDays\.extensions"):
        LateDays(extensions="nowhere.csv").late_submission_penalty("s001", 1.0, DAY)
