"""Small nbgrader courses that know nothing of this one, but for two lines of config."""

import contextlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import nbgrader
import pytest
from nbformat.v4.nbbase import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.api import Gradebook
from nbgrader.tests import run_nbgrader

TWO_LINES = "from autograder.nbgrader import harden\nharden(c)\n"
SECRET = "assert relu(-31337.5) == 0.0"


# nbgrader calls `alembic` by its name.
os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"


class CourseFolder:
    """A course directory and what nbgrader's commands make of it."""

    def __init__(self, root):
        self.root = Path(root)

    def run(self, *command, retcode=0):
        """Run an nbgrader command in this process; return its log."""
        with contextlib.chdir(self.root):
            return run_nbgrader(list(command), retcode=retcode)

    def run_command(self, *command, retcode=0, path=None):
        """Run `nbgrader ...` as a TA would, with only `path` on PATH if given."""
        done = subprocess.run(
            [sys.executable, "-m", "nbgrader", *command],
            cwd=self.root,
            env={**os.environ, "PATH": path or os.environ["PATH"]},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == retcode, done.stdout[-6000:]
        return done.stdout

    def copy(self, to, config=""):
        """Copy the course, with more lines in its configuration."""
        shutil.copytree(self.root, to)
        with (to / "nbgrader_config.py").open("a") as file:
            file.write(config)
        return CourseFolder(to)

    def submit(self, student, notebook, name="nn.ipynb", assignment="ps1"):
        """Hand in a notebook, or any bytes, under a name."""
        path = self.root / "submitted" / student / assignment / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(notebook, bytes):
            path.write_bytes(notebook)
        else:
            path.write_text(nbformat.writes(notebook), encoding="utf-8")
        return path

    def released(self):
        """The released notebook, as a student fetches it."""
        return nbformat.read(self.root / "release" / "ps1" / "nn.ipynb", as_version=4)

    def graded(self, student, name="nn"):
        """The graded notebook of a student."""
        path = self.root / "autograded" / student / "ps1" / f"{name}.ipynb"
        return nbformat.read(path, as_version=4)

    def feedback(self, student, name="nn"):
        """The feedback page of a student."""
        path = self.root / "feedback" / student / "ps1" / f"{name}.html"
        return path.read_text(encoding="utf-8")

    def scores(self):
        """Everything that the gradebook keeps of scores, cell by cell."""
        with Gradebook(f"sqlite:///{self.root / 'gradebook.db'}") as gradebook:
            return {
                (submission.student.id, notebook.name, grade.name): (
                    grade.auto_score,
                    grade.manual_score,
                    grade.max_score,
                    grade.needs_manual_grade,
                )
                for submission in gradebook.assignment_submissions("ps1")
                for notebook in submission.notebooks
                for grade in notebook.grades
            }

    def points(self, student):
        """The automatic scores of a student by cell."""
        return {
            key[2]: row[0] for key, row in self.scores().items() if key[0] == student
        }


def _cell(source, *, markdown=False, **data):
    cell = (new_markdown_cell if markdown else new_code_cell)(source)
    flags = {"grade": False, "solution": False, "locked": False, "task": False}
    cell.metadata.nbgrader = {"schema_version": 3, **flags, **data}
    return cell


def source_notebook():
    """A notebook with a helper, a hidden test, partial credit and manual answers."""
    nb = new_notebook()
    nb.metadata.kernelspec = {
        "name": "python3", "display_name": "Python 3", "language": "python"
    }  # fmt: skip
    nb.cells = [
        new_markdown_cell("# Problem set 1"),
        _cell("import numpy as np", grade_id="setup", locked=True),
        _cell(
            "def relu(s):\n    ### BEGIN SOLUTION\n    return max(s, 0.0)\n"
            "    ### END SOLUTION",
            grade_id="relu",
            solution=True,
        ),
        _cell(
            f"assert relu(2.0) == 2.0\n### BEGIN HIDDEN TESTS\n{SECRET}\n"
            "### END HIDDEN TESTS",
            grade_id="test_relu",
            grade=True,
            locked=True,
            points=3,
        ),
        _cell(
            "passed = [relu(s) == max(s, 0.0) for s in (-1.0, 1.0)]\n"
            "np.mean(passed) * 2",
            grade_id="test_part",
            grade=True,
            locked=True,
            points=2,
        ),
        _cell("The answer", markdown=True, grade_id="why", grade=True, solution=True,
              points=1),
        _cell("# plot", grade_id="plot", grade=True, solution=True, points=4),
    ]  # fmt: skip
    return nb


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory):
    """nbgrader's own demonstration course with its two students, not graded yet."""
    guide = Path(nbgrader.__file__).parent / "docs" / "source" / "user_guide"
    root = tmp_path_factory.mktemp("demonstration") / "course"
    for folder in ("source/ps1", "submitted"):
        shutil.copytree(guide / folder, root / folder)
    shutil.copy(guide / "source" / "header.ipynb", root / "source")
    (root / "nbgrader_config.py").write_text(
        'c = get_config()\nc.CourseDirectory.course_id = "demo"\n'
    )
    course = CourseFolder(root)
    course.run("generate_assignment", "ps1")
    return course


@pytest.fixture(scope="session")
def foreign(tmp_path_factory):
    """A course of one notebook, released, without submissions."""
    root = tmp_path_factory.mktemp("foreign") / "course"
    folder = root / "source" / "ps1"
    folder.mkdir(parents=True)
    (folder / "nn.ipynb").write_text(nbformat.writes(source_notebook()))
    (folder / "data.csv").write_text("1,2\n")
    (root / "nbgrader_config.py").write_text(
        'c = get_config()\nc.CourseDirectory.course_id = "nn"\n'
        f'c.Exchange.root = "{root.parent / "exchange"}"\n'
    )
    course = CourseFolder(root)
    course.run("generate_assignment", "ps1")
    return course
