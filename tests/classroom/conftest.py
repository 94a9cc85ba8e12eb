"""A copy of the real course with assignment 1, and what its students write."""

import contextlib
import shutil
import time
import urllib.request
from pathlib import Path

import nbformat
import pytest
from nbgrader.tests import run_nbgrader

from autograder.cli.sample_class import SampleClass
from autograder.feedback.misconceptions import Catalogue

ROOT = Path(__file__).parents[2]
ASSIGNMENT = "a01_neurons"
PARTS = (
    "nbgrader_config.py",
    "docs/hub",
    "lectures/00_start_here.ipynb",
    f"content/assignments/{ASSIGNMENT}",
    f"solutions/{ASSIGNMENT}",
)
SLOPE_IGNORED = (
    "def sigmoid(s, slope=1.0):\n"
    '    """Return the sigmoid of s with the given slope."""\n'
    "    return 1 / (1 + np.exp(-s))\n"
)


class Classroom:
    """The course's folder with the commands that an instructor runs in it."""

    def __init__(self, root):
        self.root = root

    def nbgrader(self, *words, retcode=0):
        """Run one of nbgrader's commands; return its log."""
        return nbgrader(self.root, *words, retcode=retcode)

    def work(self, released, *, mistake=False):
        """Fill in a released notebook: the reference solution, or one mistake in it."""
        source = self.root / "solutions" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
        notebook = nbformat.read(released, as_version=4)
        cells = SampleClass(source, released, Catalogue(), seed=1).fill(notebook)
        if mistake:
            cells["sigmoid"].source = SLOPE_IGNORED
        nbformat.write(notebook, released)


def nbgrader(folder, *words, retcode=0, stdout=False):
    """Run one of nbgrader's commands in a folder; return its log, or what it prints."""
    with contextlib.chdir(folder):
        return run_nbgrader(list(words), retcode=retcode, stdout=stdout)


def wait_for(address, process, log, seconds=90):
    """Wait until a server answers; show its log if it ends before."""
    for _ in range(seconds * 5):
        assert process.poll() is None, log.read_text()[-4000:]
        with contextlib.suppress(OSError):
            urllib.request.urlopen(address)
            return
        time.sleep(0.2)
    raise TimeoutError(f"{address} does not answer:\n{log.read_text()[-4000:]}")


@pytest.fixture(scope="module")
def classroom(tmp_path_factory):
    """The course with assignment 1, its exchange not made yet."""
    folder = tmp_path_factory.mktemp("classroom") / "nncourse"
    for part in PARTS:
        target = folder / part
        target.parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
        copy(ROOT / part, target)
    return Classroom(folder)


@pytest.fixture(scope="session")
def run_in():
    """Run one of nbgrader's commands in a folder."""
    return nbgrader


@pytest.fixture(scope="session")
def answers():
    """Wait until a server answers."""
    return wait_for
