"""Where there is no bubblewrap nothing is run, unless the course says so."""

import copy
import sys
from pathlib import Path

TWO_LINES = "from autograder.nbgrader import harden\nharden(c)\n"


def submission(course):
    nb = copy.deepcopy(course.released())
    nb.cells[2].source = "def relu(s):\n    return max(s, 0.0)"
    return nb


def test_without_bubblewrap_nothing_runs_and_the_remedy_is_named(foreign, tmp_path):
    course = foreign.copy(tmp_path / "course", TWO_LINES)
    course.submit("s001", submission(course))
    log = course.run_command(
        "autograde", "ps1", retcode=1, path=str(Path(sys.executable).parent)
    )
    assert "No sandbox, nothing is run: bubblewrap is not installed" in log
    assert "to mend it install the package bubblewrap" in log
    assert "c.SandboxedExecute.sandbox = 'process'" in log
    assert "Traceback" not in log
    assert not (course.root / "autograded").exists()
    assert course.scores() == {}


def test_a_course_may_choose_limits_only_and_is_told_every_time(foreign, tmp_path):
    config = f"{TWO_LINES}c.SandboxedExecute.sandbox = 'process'\n"
    course = foreign.copy(tmp_path / "course", config)
    course.submit("s001", submission(course))
    log = course.run("autograde", "ps1")
    assert "s001, nn ran UNSAFELY" in log
    assert course.graded("s001").metadata.nncourse.report.unsafe is True
    assert course.points("s001")["test_relu"] == 3.0


def test_nothing_is_executed_with_no_execute(foreign, tmp_path):
    course = foreign.copy(tmp_path / "course", TWO_LINES)
    nb = submission(course)
    nb.cells = [c for c in nb.cells if "assert" not in c.source]
    course.submit("s001", nb)
    log = course.run("autograde", "ps1", "--no-execute")
    assert "cell 'test_relu' was missing" in log
    assert course.points("s001")["test_relu"] == 0.0
