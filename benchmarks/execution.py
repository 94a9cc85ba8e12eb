"""How long a submission takes: nbgrader's own Execute against the sandboxed one.

Both execute the reference solution of an assignment, in turn, in this process; the
ratio of the medians counts, not the seconds. What the cells themselves compute is
timed in a bare interpreter: the rest is overhead.

    python benchmarks/execution.py [aNN ...]
"""

import contextlib
import copy
import io
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import nbformat
import numpy as np
from nbconvert.exporters.exporter import ResourcesDict
from nbgrader.preprocessors import Execute
from traitlets.config import Config

from autograder.execution.preprocessor import SandboxedExecute
from autograder.execution.remote import Link
from autograder.sandbox import Policy, Sandbox

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = 7
FIGURES = ("plt.", "viz.", "show(")
QUIET = ["--IPKernelApp.log_level=ERROR"]
CONFIG = Config({"Execute": {"timeout": 120, "extra_arguments": QUIET}})


def without_figures(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """The notebook without the cells that draw."""
    lean = copy.deepcopy(notebook)
    lean.cells = [
        cell
        for cell in lean.cells
        if cell.cell_type != "code" or not any(word in cell.source for word in FIGURES)
    ]
    return lean


def seconds(run: Callable[[], object]) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def compare(name: str, notebook: nbformat.NotebookNode) -> None:
    """Print the medians of both roads and their ratio."""
    with tempfile.TemporaryDirectory() as folder:

        def run(step: type) -> Callable[[], object]:
            resources = ResourcesDict(
                metadata=ResourcesDict(name=name, path=folder),
                nbgrader={"student": "s001", "notebook": name, "assignment": name},
            )
            return lambda: step(config=CONFIG).preprocess(
                copy.deepcopy(notebook), resources
            )

        stock, ours = run(Execute), run(SandboxedExecute)
        ours()  # starts the sandbox, once for a whole class
        pairs = [(seconds(stock), seconds(ours)) for _ in range(ROUNDS)]
    slow, fast = (statistics.median(times) for times in zip(*pairs, strict=True))
    overhead = fast - own_compute(notebook)
    print(
        f"{name:34} {slow:8.3f} s {fast:8.3f} s {slow / fast:8.1f} x {overhead:8.3f} s"
    )


def own_compute(notebook: nbformat.NotebookNode) -> float:
    """How long the code cells take by themselves, everything imported before."""
    cells = [
        compile(cell.source, "cell", "exec")
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]

    def run() -> None:
        namespace: dict[str, object] = {"__name__": "__main__"}
        with contextlib.redirect_stdout(io.StringIO()):
            for cell in cells:
                exec(cell, namespace)

    run()
    return seconds(run)


def remote_calls() -> None:
    """Print what a call into the sandbox costs, by the size of its argument."""
    print("\nremote call (argument and result)        median")
    with Sandbox(Policy()) as sandbox:
        session = sandbox.open()
        session.run_cell("def same(x): return x + 1", cell_id="def", timeout=10)
        names = Link(session, call_seconds=60)
        call = names.lookup("same")
        for label, value in (
            ("a number", 1.0),
            ("80 kB", np.zeros(10_000)),
            ("8 MB", np.zeros(1_000_000)),
        ):
            times = [seconds(lambda v=value: call(v)) for _ in range(30)]
            print(f"{label:34} {1000 * statistics.median(times):12.2f} ms")


def main() -> None:
    chosen = sys.argv[1:] or ["a"]
    paths = [
        p for word in chosen for p in sorted((ROOT / "solutions").glob(f"{word}*"))
    ]
    print(f"{'':34} {'stock':>10} {'here':>10} {'ratio':>10} {'overhead':>10}")
    for folder in paths:
        notebook = nbformat.read(folder / f"{folder.name}.ipynb", as_version=4)
        compare(folder.name, notebook)
        compare(f"{folder.name} without figures", without_figures(notebook))
    remote_calls()


if __name__ == "__main__":
    main()
