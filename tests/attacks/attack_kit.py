"""The vocabulary of the catalogues: what an attack is and what it changes."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4.nbbase import new_code_cell, new_markdown_cell

NOTHING = {
    "test_softmax": 0.0,
    "test_relu": 0.0,
    "test_momentum": 0.0,
    "test_energy": 0.0,
    "test_minimise": 0.0,
}
FULL = {
    "test_softmax": 3.0,
    "test_relu": 2.0,
    "test_momentum": 2.0,
    "test_energy": 1.0,
    "test_minimise": 1.0,
}
HONEST = {
    "softmax": "def softmax(s):\n"
    "    e = np.exp(s - s.max(axis=1, keepdims=True))\n"
    "    return e / e.sum(axis=1, keepdims=True)",
    "relu": "def relu(s):\n    return max(s, 0.0)",
    "momentum": "class Momentum:\n"
    "    def __init__(self, lr, beta):\n"
    "        self.lr, self.beta, self.velocity = lr, beta, 0.0\n"
    "    def step(self, w, dw):\n"
    "        self.velocity = self.beta * self.velocity + dw\n"
    "        return w - self.lr * self.velocity",
    "energy": "def energy(x):\n    return float(np.sum(x**2))",
    "minimise": "def minimise(f, start):\n"
    "    left, middle, right = f(start - 1.0), f(start), f(start + 1.0)\n"
    "    return start + (left - right) / (2 * (left - 2 * middle + right))",
    "plot": "print(relu(3.0))",
    "why": "The exponential would overflow.",
}

# Source that attacks may begin with: prints every secret that some bytes contain.
HUNT = """
import re
def hunt(data, where=""):
    if isinstance(data, str):
        data = data.encode("utf-8", "replace")
    for secret in sorted(set(re.findall(rb"SENTINEL-[a-z]+-[0-9a-f]{12}", data)))[:20]:
        print("found", secret.decode(), where)
def hunt_files(*places, most=3000):
    import os
    for place in places:
        for folder, _, names in os.walk(place):
            for name in names:
                most -= 1
                try:
                    with open(os.path.join(folder, name), "rb") as file:
                        hunt(file.read(5_000_000), folder + "/" + name)
                except OSError:
                    pass
                if most < 0:
                    return
"""

# Finds the socket that leads to the grader; gives `channel.send(header, buffers)`.
CHANNEL = """
import gc
channel = next(o for o in gc.get_objects() if type(o).__name__ == "SessionChannel")
def reply(value, **more):
    return {"op": "reply", "status": "ok", "value": value, "changes": [],
            "classes": [], "free": [], "drop": [], **more}
"""

Edit = Callable[[NotebookNode], Any]
File = bytes | Callable[[Path], Any]


@dataclass(frozen=True)
class Attack:
    """One hostile or unlucky submission.

    Without anything else it is the notebook as it was handed out. `answers` replace
    answer cells, `first` and `last` become cells at the two ends, `edit` changes the
    notebook, `content` is the whole file instead.
    """

    name: str
    tries: str
    first: str = ""
    last: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    honest: bool = False
    """Whether the other answers are right ones instead of blank."""
    edit: Edit | None = None
    content: bytes | None = None
    files: Mapping[str, File] = field(default_factory=dict)
    notebook: str = "nn.ipynb"
    earns: Mapping[str, float] = field(default_factory=dict)
    """Automatic points by test; those left out are 0, or all for an honest one."""
    ungraded: str = ""
    """Why this student has no score on nbgrader's own road, but an error for the TA."""

    @property
    def points(self) -> dict[str, float]:
        """The expected automatic points of all tests."""
        return {**(FULL if self.honest else NOTHING), **self.earns}

    def file(self, released: NotebookNode) -> bytes:
        """Return the bytes that are handed in."""
        if self.content is not None:
            return self.content
        notebook = copy.deepcopy(released)
        answers = {**(HONEST if self.honest else {}), **self.answers}
        for name, source in answers.items():
            cell_named(notebook, name).source = dedent(source).strip("\n")
        if self.first:
            notebook.cells.insert(0, code(self.first))
        if self.last:
            notebook.cells.append(code(self.last))
        if self.edit is not None:
            changed = self.edit(notebook)
            if isinstance(changed, bytes):
                return changed
        return nbformat.v4.writes_json(notebook).encode("utf-8", "surrogatepass")


def code(source: str) -> NotebookNode:
    """Return a code cell of the student's own."""
    return new_code_cell(dedent(source).strip("\n"))


def text(source: str, **fields: Any) -> NotebookNode:
    """Return a Markdown cell of the student's own."""
    return new_markdown_cell(source, **fields)


def cell_named(notebook: NotebookNode, name: str) -> NotebookNode:
    """Return the cell with a grade id."""
    cells = {c.metadata.get("nbgrader", {}).get("grade_id"): c for c in notebook.cells}
    return cells[name]


def everywhere(body: str) -> dict[str, str]:
    """Answers that all run the same code when they are called."""
    body = "\n".join(f"    {line}" for line in body.strip().splitlines())
    return {
        "softmax": f"def softmax(s):\n{body}",
        "relu": f"def relu(s):\n{body}",
        "momentum": f"def Momentum(lr, beta):\n{body}",
        "energy": f"def energy(x):\n{body}",
        "minimise": f"def minimise(f, start):\n{body}",
    }


def tests_of(notebook: NotebookNode) -> list[NotebookNode]:
    """Return the cells that the autograder scores."""
    return [cell_named(notebook, name) for name in FULL]
