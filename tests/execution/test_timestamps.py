"""Submission times come from better evidence where timestamp.txt cannot be right."""

import datetime as dt
import os
from types import SimpleNamespace

import pytest
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config, LoggingConfigurable

from autograder.execution.timestamps import TrustedTimes

SENT = "2026-03-02 11:00:00.000000 UTC"
FORGED = "2026-02-01 08:00:00.000000 UTC"
WRITTEN = dt.datetime(2026, 3, 2, 11, 30)


@pytest.fixture
def course(tmp_path):
    config = Config()
    config.CourseDirectory.root = str(tmp_path / "course")
    config.CourseDirectory.course_id = "nn"
    config.Exchange.root = str(tmp_path / "exchange")
    converter = LoggingConfigurable(config=config)
    times = TrustedTimes.in_place_of(CourseDirectory(parent=converter), converter)
    folder = tmp_path / "course" / "submitted" / "s001" / "a01"
    folder.mkdir(parents=True)
    notebook = folder / "a01.ipynb"
    notebook.write_text("{}")
    moment = WRITTEN.replace(tzinfo=dt.UTC).timestamp()

    def write(text):
        (folder / "timestamp.txt").write_text(text)
        for path in folder.iterdir():
            os.utime(path, (moment, moment))

    def send(name):
        (tmp_path / "exchange" / "nn" / "inbound" / name).mkdir(parents=True)

    return SimpleNamespace(
        write=write,
        send=send,
        submitted=lambda: times.get_existing_timestamp(str(folder)),
        graded=lambda: times.get_existing_timestamp(
            str(folder).replace("submitted", "autograded")
        ),
        folder=folder,
    )


def at(hour, day=2, month=3):
    return dt.datetime(2026, month, day, hour)


def test_a_plausible_time_is_taken_as_it_is(course, caplog):
    course.write(SENT)
    assert course.submitted() == at(11)
    course.send(f"s001+a01+{SENT}+abc")
    assert course.submitted() == at(11)
    assert not caplog.records


def test_without_a_file_nothing_is_claimed(course):
    assert course.submitted() is None


@pytest.mark.parametrize(
    "text", ["tomorrow-ish", "", "0x10", "9999-12-31 00:00:00 UTC", "1" * 10_000, "\0"]
)
def test_an_impossible_time_gives_way_to_the_files(course, text, caplog):
    course.write(text)
    assert course.submitted() == WRITTEN
    assert "cannot be right" in caplog.text


def test_a_back_dated_file_gives_way_to_the_exchange(course, caplog):
    course.send(f"s001+a01+{SENT}+abc")
    course.send(f"s002+a01+{FORGED}+abc")
    course.write(FORGED)
    assert course.submitted() == at(11)
    assert "the exchange" in caplog.text


def test_a_deleted_file_gives_way_to_the_exchange(course):
    course.send(f"s001+a01+{SENT}")
    assert course.submitted() == at(11)


def test_a_graded_copy_has_the_time_of_what_it_was_made_from(course):
    course.send(f"s001+a01+{SENT}+abc")
    course.write(FORGED)
    copy = course.folder.parents[2] / "autograded" / "s001" / "a01"
    copy.mkdir(parents=True)
    (copy / "timestamp.txt").write_text(FORGED)
    assert course.graded() == course.submitted() == at(11)
    (copy / "timestamp.txt").write_text("2026-01-01 08:00:00 UTC")
    assert course.graded() == at(8, day=1, month=1)
    (copy / "timestamp.txt").write_text("never")
    assert course.graded() == dt.datetime.min
