"""A small nbgrader course with secrets in it, and what grading made of it."""

import copy
import hashlib
import os
import random
import secrets
import subprocess
import sys
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import jupytext
import nbformat
from attack_kit import HONEST, cell_named
from nbformat import NotebookNode
from nbgrader.api import Gradebook

HERE = Path(__file__).parent
VICTIM = "ab_victim"
CONFIG = """
c = get_config()
c.CourseDirectory.course_id = "attacks"
c.Execute.timeout = {seconds}
c.SandboxedExecute.notebook_timeout = {notebook_seconds}
c.SandboxedExecute.memory_limit = 512
c.SandboxedExecute.process_limit = 32
c.SandboxedExecute.sandbox = "{sandbox}"
# {secret}
from autograder.nbgrader import harden
harden(c)
"""
FLAGS = {"schema_version": 3, "grade": False, "solution": False, "locked": False}


@dataclass(frozen=True)
class Secrets:
    """What no attacker may get to see; new for each run."""

    texts: dict[str, str]
    """Words planted in tests, source, gradebook, others' work, environment, files."""
    numbers: dict[str, float]
    """Expected values of hidden tests, exact in binary."""

    @classmethod
    def draw(cls) -> "Secrets":
        kinds = ("hidden", "rubric", "solution", "book", "other", "config",
                 "environment", "temporary", "course")  # fmt: skip
        texts = {kind: f"SENTINEL-{kind}-{secrets.token_hex(6)}" for kind in kinds}
        dice = random.SystemRandom()
        inputs = [dice.randrange(100, 999) + 0.25, dice.randrange(100, 999) + 0.5]
        goal = dice.randrange(10_000, 99_999) + 0.0625
        truth = sum(x * x for x in inputs)
        return cls(texts, {"expected": truth, "goal": goal, "inputs": inputs})

    def filled_in(self, source: str) -> str:
        """Return a cell of the course with the secrets in their places."""
        for name, value in {**self.texts, **self.numbers}.items():
            source = source.replace(f"@{name}@", str(value))
        return source

    def found_in(self, *texts: str) -> list[str]:
        """Return which secrets stand in some texts."""
        numbers = {k: repr(self.numbers[k]) for k in ("expected", "goal")}
        return [
            f"{kind}: {secret}"
            for kind, secret in {**self.texts, **numbers}.items()
            if any(secret in text for text in texts)
        ]


@dataclass
class Run:
    """A course whose submissions were graded, and what the command left behind."""

    root: Path
    secrets: Secrets
    temporary: Path
    road: str = ""
    output: str = ""
    report: dict = field(default_factory=dict)
    leftovers: list[str] = field(default_factory=list)
    untouched: dict[str, str] = field(default_factory=dict)
    """Digests of the folders that grading must not change, from before."""
    _graded: dict[str, NotebookNode] = field(default_factory=dict)

    def digests(self) -> dict[str, str]:
        """Return digests of the folders that grading must not change."""
        names = ("source", "release", "submitted")
        return {name: folder_digest(self.root / name) for name in names}

    @cached_property
    def points(self) -> dict[str, dict[str, float | None]]:
        """Automatic points by student and test."""
        rows: dict[str, dict[str, float | None]] = {}
        with Gradebook(f"sqlite:///{self.root / 'gradebook.db'}") as book:
            for submission in book.assignment_submissions("ps1"):
                grades = rows.setdefault(submission.student.id, {})
                for notebook in submission.notebooks:
                    grades |= {g.name: g.auto_score for g in notebook.grades}
        return rows

    @cached_property
    def other_scores(self) -> list[tuple]:
        """Everything in the gradebook by which points could be made up."""
        with Gradebook(f"sqlite:///{self.root / 'gradebook.db'}") as book:
            return [
                (submission.student.id, grade.name, grade.extra_credit,
                 grade.manual_score)
                for submission in book.assignment_submissions("ps1")
                for notebook in submission.notebooks
                for grade in notebook.grades
                if grade.extra_credit or grade.manual_score
            ]  # fmt: skip

    def graded(self, student: str) -> NotebookNode:
        """Return the graded notebook, as formgrader shows it."""
        if student not in self._graded:
            path = self.root / "autograded" / student / "ps1" / "nn.ipynb"
            self._graded[student] = nbformat.read(path, as_version=4)
        return copy.deepcopy(self._graded[student])


def folder_digest(folder: Path) -> str:
    """Return a digest of all regular files below a folder."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            digest.update(f"{path.relative_to(folder)}\0".encode())
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def make_course(root: Path, sealed: Secrets) -> NotebookNode:
    """Write the course and generate its assignment; return the released notebook."""
    text = (HERE / "course" / "nn.percent").read_text(encoding="utf-8")
    notebook = jupytext.reads(text, fmt="py:percent")
    notebook.metadata.pop("jupytext", None)
    for cell in notebook.cells:
        cell.source = sealed.filled_in(cell.source)
        data = cell.metadata.get("nbgrader")
        if data:
            data.update({**FLAGS, "cell_type": cell.cell_type, **data})
            cell.id = data["grade_id"]
    source = root / "source" / "ps1"
    source.mkdir(parents=True)
    nbformat.write(notebook, source / "nn.ipynb")
    write_config(root, sealed)
    command(root, [sys.executable, "-m", "nbgrader", "generate_assignment", "ps1"])
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as book:
        book.add_student(VICTIM, last_name=sealed.texts["book"])
    return nbformat.read(root / "release" / "ps1" / "nn.ipynb", as_version=4)


def write_config(
    root: Path,
    sealed: Secrets,
    sandbox: str = "bwrap",
    seconds: int = 2,
    notebook_seconds: int = 10,
) -> None:
    """Write the course's configuration."""
    text = CONFIG.format(
        sandbox=sandbox,
        seconds=seconds,
        notebook_seconds=notebook_seconds,
        secret=sealed.texts["config"],
    )
    (root / "nbgrader_config.py").write_text(text)


def hand_in(root: Path, student: str, notebook: bytes, name: str = "nn.ipynb") -> Path:
    """Put a notebook into the folder of a student."""
    folder = root / "submitted" / student / "ps1"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(notebook)
    return folder


def honest_work(released: NotebookNode, remark: str = "") -> bytes:
    """Return a submission with all the right answers."""
    notebook = copy.deepcopy(released)
    for name, source in HONEST.items():
        cell_named(notebook, name).source = source
    cell_named(notebook, "why").source += remark
    return nbformat.v4.writes_json(notebook).encode()


def command(
    root: Path, words: list[str], **variables: str
) -> subprocess.CompletedProcess:
    """Run a command in a course; it has to end well."""
    done = subprocess.run(
        words,
        cwd=root,
        env={**os.environ, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-5000:]
    return done
