"""nbgrader's own tests, from its wheel, on a hardened configuration.

Each of them starts several of nbgrader's commands; all of them take minutes. A part
that touches every step is run always, the rest with ``-m slow``.
"""

import os
import subprocess
import sys
from pathlib import Path

import nbgrader
import pytest

TESTS = Path(nbgrader.__file__).parent / "tests" / "apps"

CONFIG = """
from autograder.nbgrader import harden
c = get_config()
harden(c)
"""
# The API's tests build their configuration by hand and read no file.
PLUGIN = """
import pytest
from autograder.nbgrader import harden

@pytest.fixture(autouse=True)
def hardened(request):
    if "api" in request.fixturenames:
        harden(request.getfixturevalue("api").config)
"""

# Tests of behaviour that is mended here on purpose; docs/nbgrader-differences.md says
# which of its rows each of them is about.
EXCEPTIONS = {
    "test_grade_empty_timestamp": "an invalid timestamp.txt stops nobody's grading",
    "test_side_effects": "what code writes stays in the sandbox",
    "test_force_single_notebook": "compares files, in which now stands a run time",
    "test_update_newer_single_notebook": "compares files, in which stands a run time",
    "test_handle_failure": "a notebook of another assignment is mended, not refused",
    "test_handle_failure_single_notebook": "the same for a single notebook",
    "test_missing_files": "a submission without any notebook is graded with 0",
}
ALWAYS = [
    "test_nbgrader_autograde.py::TestNbGraderAutograde::test_grade",
    "test_nbgrader_autograde.py::TestNbGraderAutograde::test_grade_timestamp",
    "test_nbgrader_autograde.py::TestNbGraderAutograde::test_grade_overwrite_files",
    "test_nbgrader_autograde.py::TestNbGraderAutograde::test_hidden_tests_single_notebook",
    "test_nbgrader_generate_feedback.py::TestNbGraderFeedback::test_single_file",
    "test_api.py::TestNbGraderAPI::test_autograde",
    "test_api.py::TestNbGraderAPI::test_generate_feedback",
]
FILES = [
    "test_nbgrader_autograde.py",
    "test_nbgrader_generate_feedback.py",
    "test_nbgrader_formgrade.py",
    "test_api.py",
]


def run(tmp_path, names, *, deselect=()):
    (tmp_path / "nbgrader_config.py").write_text(CONFIG)
    (tmp_path / "hardened_plugin.py").write_text(PLUGIN)
    home = tmp_path / "home"
    home.mkdir()
    command = [sys.executable, "-m", "pytest", "-q", "-p", "hardened_plugin"]
    command += ["-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", str(tmp_path)]
    command += [str(TESTS / name) for name in names]
    if deselect:
        names = " or ".join(deselect)
        command += ["-k", f"not (TestNbGraderAutograde and ({names}))"]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env={
            **os.environ,
            "PATH": path,
            "HOME": str(home),
            "PYTHONPATH": str(tmp_path),
            "JUPYTER_CONFIG_PATH": str(tmp_path),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def test_a_part_that_touches_every_step_passes(tmp_path):
    code, log = run(tmp_path, ALWAYS)
    assert code == 0, log[-4000:]
    assert f"{len(ALWAYS)} passed" in log


@pytest.mark.slow
@pytest.mark.timeout(3000)
def test_all_but_the_listed_exceptions_pass(tmp_path):
    code, log = run(tmp_path, FILES, deselect=EXCEPTIONS)
    assert code == 0, log[-4000:]


@pytest.mark.slow
@pytest.mark.timeout(3000)
def test_the_exceptions_are_exceptions(tmp_path):
    """Whoever mends one of them takes it from the list."""
    names = [
        f"test_nbgrader_autograde.py::TestNbGraderAutograde::{name}"
        for name in EXCEPTIONS
    ]
    _, log = run(tmp_path, names)
    assert f"{len(names)} failed" in log, log[-4000:]
