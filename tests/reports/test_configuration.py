"""The repository's own nbgrader_config.py reaches nncourse's commands."""

from pathlib import Path

from nbgrader.preprocessors import AssignLatePenalties

from autograder.grading.course import Course
from autograder.reports.late import LateDays


def test_the_course_settings_are_read():
    course = Course.open(Path(__file__).parents[2])
    assert course.is_hardened
    assert course.db_url.endswith("course/gradebook.db")
    step = AssignLatePenalties(config=course.config)
    step.init_plugin()
    assert isinstance(step.plugin_inst, LateDays)
    assert step.plugin_inst.percent_per_day == 0
