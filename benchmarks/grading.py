"""A class graded by stock `nbgrader autograde` and by `nncourse grade`, side by side.

    python benchmarks/grading.py [--quick] [--students N] [--many N]

First the same submissions of an assignment by both, with and without its figures, and
those of the heaviest assignment; the scores have to be equal. Then many submissions:
rate, memory, and a run that is killed half-way. Wall time depends on what else the
machine does, so processor time stands beside it.
"""

import argparse
import contextlib
import copy
import io
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import nbformat

from autograder.cli.sample_class import RECIPES, SampleClass
from autograder.feedback.misconceptions import load_catalogue

ROOT = Path(__file__).resolve().parents[1]
ASSIGNMENT = "a01_neurons"
HEAVIEST = "a10_training"
SEED = 7
FIGURES = ("plt.", "viz.", "show(")
# Stock nbgrader gives no or another score to what times out, crashes or is damaged.
SAME_SCORE = {
    "right",
    "one mistake",
    "three mistakes",
    "nothing done",
    "half finished",
    "a function raises",
    "right, with noise on stderr",
}
SCORES = """
    select s.student_id, c.name, g.auto_score, g.needs_manual_grade
    from grade g join base_cell c on g.cell_id = c.id
    join submitted_notebook m on g.notebook_id = m.id
    join submitted_assignment s on m.assignment_id = s.id order by 1, 2
"""
CONFIG = """
c = get_config()
c.CourseDirectory.course_id = "benchmark"
c.ClearSolutions.code_stub = {{"python": "# YOUR CODE HERE"}}
c.Execute.timeout = 120
{harden}
"""
HARDEN = "from autograder.nbgrader import harden\nharden(c)"
PR_SET_CHILD_SUBREAPER = 36


@dataclass
class Cost:
    """What a command took, all its descendants included."""

    wall: float
    cpu: float
    peak_mib: float
    """The largest amount of memory of the command's first process."""
    code: int


def adopt_orphans() -> None:
    """Let the processes that outlive their parents count as ours."""
    import ctypes

    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def measure(course: Path, *command: str) -> Cost:
    """Run a command in a course and wait for everything that it started."""
    before, begun = os.times(), time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", *command],
        cwd=course,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        # nbgrader starts alembic by its name.
        env={
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        },
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - begun
    reap()
    after = os.times()
    cpu = (
        after.children_user
        + after.children_system
        - before.children_user
        - before.children_system
    )
    # The usage of a process that was waited for covers its children's time, but the
    # memory is the largest of any one of them, so the first process tells its own.
    return Cost(wall, cpu, usage.ru_maxrss / 1024, process.returncode)


def reap() -> None:
    """Wait for adopted processes."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                time.sleep(0.05)
        except ChildProcessError:
            return


class Material:
    """An assignment from which classes are made."""

    def __init__(self, folder: Path, assignment: str, *, figures: bool) -> None:
        self.folder = folder
        self.assignment = assignment
        notebook = nbformat.read(
            ROOT / "solutions" / assignment / f"{assignment}.ipynb", as_version=4
        )
        if not figures:
            notebook.cells = [cell for cell in notebook.cells if not _draws(cell)]
        source = folder / "source" / self.assignment
        source.mkdir(parents=True)
        nbformat.write(notebook, source / f"{self.assignment}.ipynb")

    def course(self, name: str, *, harden: bool) -> Path:
        """A course with the assignment generated and nothing handed in."""
        course = self.folder / name
        shutil.copytree(self.folder / "source", course / "source")
        text = CONFIG.format(harden=HARDEN if harden else "")
        (course / "nbgrader_config.py").write_text(text)
        words = ("generate_assignment", self.assignment, "--log-level=ERROR")
        if measure(course, "nbgrader", *words).code:
            raise SystemExit(f"nbgrader can't generate {self.assignment} in {course}")
        return course

    def hand_in(self, course: Path, size: int) -> None:
        """Put submissions of a class into a course; the same every time."""
        sample = SampleClass(
            course / "source" / self.assignment / f"{self.assignment}.ipynb",
            course / "release" / self.assignment / f"{self.assignment}.ipynb",
            load_catalogue(ROOT / "content" / "assignments" / self.assignment),
            SEED,
        )
        RECIPES[:] = [recipe for recipe in RECIPES if recipe[0] in SAME_SCORE]
        sample.write(course / "submitted", self.assignment, size)


def _draws(cell: nbformat.NotebookNode) -> bool:
    named = "nbgrader" in cell.metadata
    return not named and any(word in cell.source for word in FIGURES)


def scores(course: Path) -> list[tuple]:
    """All automatic scores in a course's gradebook."""
    with sqlite3.connect(course / "gradebook.db") as book:
        return book.execute(SCORES).fetchall()


def compare(folder: Path, assignment: str, size: int, *, figures: bool) -> None:
    """Print what both roads take for the same class."""
    material = Material(folder, assignment, figures=figures)
    label = f"{assignment}{'' if figures else ' without figures'}, {size} students"
    ours = material.course("ours", harden=True)
    stock = material.course("stock", harden=False)
    material.hand_in(ours, size)
    shutil.copytree(ours / "submitted", stock / "submitted")
    fast = measure(ours, "autograder.cli", "grade", assignment)
    slow = measure(stock, "nbgrader", "autograde", assignment, "--log-level=ERROR")
    if fast.code or slow.code:
        raise SystemExit(f"{label}: exit codes {fast.code} and {slow.code}, expected 0")
    if scores(ours) != scores(stock):
        different = set(scores(ours)) ^ set(scores(stock))
        raise SystemExit(f"{label}: the scores differ: {sorted(different)[:4]}")
    own = own_compute(sorted(ours.glob("autograded/*/*/*.ipynb")))
    print(
        f"{label}: nbgrader {slow.wall:.1f} s (processor {slow.cpu:.1f} s), nncourse "
        f"{fast.wall:.1f} s ({fast.cpu:.1f} s): {slow.wall / fast.wall:.1f} x "
        f"({slow.cpu / fast.cpu:.1f} x less work); the cells alone {own:.1f} s, so "
        f"{slow.cpu - own:.1f} and {fast.cpu - own:.1f} s of overhead; "
        f"{len(scores(ours))} scores equal",
        flush=True,
    )


def own_compute(notebooks: list[Path]) -> float:
    """Processor time of the notebooks' cells, tests included, everything imported.

    Each notebook runs in a bare fork of this process.
    """
    import matplotlib.pyplot  # noqa: F401

    import nnlib.testing
    import nnlib.viz  # noqa: F401

    before = os.times()
    for path in notebooks:
        child = os.fork()
        if child == 0:
            nowhere = io.StringIO()
            with (
                contextlib.redirect_stdout(nowhere),
                contextlib.redirect_stderr(nowhere),
            ):
                _run_cells(path)
            os._exit(0)
        os.waitpid(child, 0)
    after = os.times()
    return (
        after.children_user
        + after.children_system
        - before.children_user
        - before.children_system
    )


def _run_cells(path: Path) -> None:
    namespace: dict[str, object] = {"__name__": "__main__"}
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code":
            with contextlib.suppress(Exception):
                exec(compile(cell.source, path.name, "exec"), namespace)


def synthetic(folder: Path, size: int) -> Path:
    """A course of so many different, small submissions."""
    material = Material(folder, ASSIGNMENT, figures=False)
    course = material.course("many", harden=True)
    material.hand_in(course, 1)
    first = course / "submitted" / "s001"
    notebook = nbformat.read(
        first / ASSIGNMENT / f"{ASSIGNMENT}.ipynb", as_version=nbformat.NO_CONVERT
    )
    for number in range(2, size + 1):
        own = copy.deepcopy(notebook)
        own.cells.append(nbformat.v4.new_markdown_cell(f"Notes of number {number}."))
        target = course / "submitted" / f"s{number:04d}" / ASSIGNMENT
        target.mkdir(parents=True)
        nbformat.write(own, target / f"{ASSIGNMENT}.ipynb")
    return course


def kill_half_way(course: Path, size: int) -> int:
    """Start a run, kill it when half of its results are kept; return how many are."""
    run = subprocess.Popen(
        [sys.executable, "-m", "autograder.cli", "grade", ASSIGNMENT],
        cwd=course,
        stdout=subprocess.DEVNULL,
    )
    while kept(course) < size // 2:
        if run.poll() is not None:
            raise SystemExit("the run was over before it was killed")
        time.sleep(0.2)
    run.send_signal(signal.SIGKILL)
    run.wait()
    reap()
    return kept(course)


def kept(course: Path) -> int:
    """How many results are kept."""
    return sum(1 for _ in (course / ".nncourse").rglob("*.z"))


def many(folder: Path, size: int) -> None:
    """Print rate, memory and resumption for many submissions."""
    few = synthetic(folder / "few", size // 10)
    small = measure(few, "autograder.cli", "grade", ASSIGNMENT)
    course = synthetic(folder / "all", size)
    big = measure(course, "autograder.cli", "grade", ASSIGNMENT)
    rate = (size - size // 10) / (big.wall - small.wall)
    print(
        f"{size} submissions: {big.wall:.0f} s (processor {big.cpu:.0f} s), "
        f"{rate:.1f}/s; memory of a process at most {small.peak_mib:.0f} MiB for "
        f"{size // 10}, {big.peak_mib:.0f} MiB for {size}: "
        f"{big.peak_mib / small.peak_mib:.2f} x",
        flush=True,
    )
    expected = scores(course)
    interrupted = synthetic(folder / "killed", size)
    done = kill_half_way(interrupted, size)
    rest = measure(interrupted, "autograder.cli", "grade", ASSIGNMENT)
    if scores(interrupted) != expected or kept(interrupted) != size:
        raise SystemExit("the resumed run differs from the whole one")
    again = measure(interrupted, "autograder.cli", "grade", ASSIGNMENT)
    print(
        f"killed after {done}, run again: {rest.wall:.0f} s for the other "
        f"{size - done}, the same gradebook; once more, nothing to do: "
        f"{again.wall:.1f} s",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Speed of grading a class")
    parser.add_argument("--quick", action="store_true", help="small numbers")
    parser.add_argument("--students", type=int, help="students to compare (40)")
    parser.add_argument(
        "--many", type=int, help="submissions of the long run (1000); 0 leaves it out"
    )
    args = parser.parse_args()
    students = args.students or (6 if args.quick else 40)
    size = (40 if args.quick else 1000) if args.many is None else args.many
    adopt_orphans()
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory(prefix="grading-benchmark-") as name:
        folder = Path(name)
        compare(folder / "figures", ASSIGNMENT, students, figures=True)
        compare(folder / "lean", ASSIGNMENT, students, figures=False)
        compare(folder / "heaviest", HEAVIEST, students, figures=True)
        if size:
            many(folder / "many", size)


if __name__ == "__main__":
    main()
