"""Whole notebooks in the real sandbox."""

import json
import re
import shutil
import time
from pathlib import Path

import nbgrader
import pytest

from autograder.execution.notebook import PlannedCell, execute_notebook
from autograder.sandbox import Limits, Policy, Sandbox

pytestmark = pytest.mark.skipif(
    shutil.which("bwrap") is None, reason="bubblewrap is not installed"
)
DEMO = Path(nbgrader.__file__).parent / "docs/source/user_guide"


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox(Policy()) as sandbox:
        yield sandbox


@pytest.fixture
def run(sandbox):
    def run(*cells, limits=None, **options):
        planned = [
            PlannedCell(index, f"c{index}", kind, source)
            for index, (kind, source) in enumerate(cells)
        ]
        limits = limits or Limits(cell_seconds=10)
        return execute_notebook(planned, sandbox, limits=limits, **options)

    return run


def statuses(result):
    return [result.outcomes[index].status for index in sorted(result.outcomes)]


def text(outcome):
    return "".join(o["text"] for o in outcome.outputs if o["output_type"] == "stream")


def ps1(path, *, with_solutions):
    """Plan the problem sheet of nbgrader's documentation, hidden parts as they are."""
    cells = []
    for index, cell in enumerate(json.loads((DEMO / path).read_text())["cells"]):
        if cell["cell_type"] != "code":
            continue
        flags = cell["metadata"].get("nbgrader", {})
        source = "".join(cell["source"])
        if not with_solutions:
            source = re.sub("### BEGIN SOLUTION.*?### END SOLUTION", "pass", source)
        test = flags.get("grade") and not flags.get("solution")
        name = flags.get("grade_id", f"cell-{index}")
        cells.append(PlannedCell(index, name, "test" if test else "student", source))
    return cells


def test_the_demonstration_course_with_its_solutions(sandbox):
    cells = ps1("source/ps1/problem1.ipynb", with_solutions=True)
    result = execute_notebook(cells, sandbox, limits=Limits())
    assert set(statuses(result)) == {"ok"}
    assert len(result.outcomes) == len(cells) == 9
    assert result.events == []
    assert not result.unsafe
    shown = [o.outputs for o in result.outcomes.values() if o.outputs]
    assert shown[0][0]["data"]["text/plain"].startswith("[1, 4, 9")


@pytest.mark.parametrize("student", ["bitdiddle", "hacker"])
def test_the_demonstration_course_with_its_students(sandbox, student):
    cells = ps1(f"submitted/{student}/ps1/problem1.ipynb", with_solutions=True)
    result = execute_notebook(cells, sandbox, limits=Limits())
    kinds = {cell.index: cell for cell in cells}
    failed = {
        kinds[index].id
        for index, outcome in result.outcomes.items()
        if kinds[index].kind == "test" and outcome.status != "ok"
    }
    assert failed == failures_in_one_process(cells)


def failures_in_one_process(cells):
    """Run everything in one namespace, as a kernel does."""
    namespace, failed = {}, set()
    for cell in cells:
        try:
            exec(cell.source, namespace)
        except Exception:
            if cell.kind == "test":
                failed.add(cell.id)
    return failed


def test_shared_cells_run_on_both_sides(run):
    result = run(
        ("shared", "import numpy as np\nbase = 10\ndef scale(x): return base * x"),
        ("student", "def f(x): return scale(x) + np.ones(2)"),
        ("test", "assert (f(2) == scale(2) + np.ones(2)).all()\nbase"),
    )
    assert statuses(result) == ["ok"] * 3
    assert result.outcomes[2].outputs[-1]["data"]["text/plain"] == "10"


def test_inside_cells_run_with_the_student_and_skipped_ones_not_at_all(run):
    result = run(
        ("student", "secret = 5"),
        ("inside", "assert secret == 5\nimport sys\nsecret"),
        ("skip", "raise ValueError"),
    )
    assert statuses(result) == ["ok", "ok"]
    assert result.outcomes[1].outputs[-1]["data"]["text/plain"] == "5"


def test_prints_of_student_code_appear_in_the_test_cell(run):
    result = run(
        ("student", "def f(x):\n    print('got', x)\n    return x"),
        ("test", "print('before')\nf(1)\nprint('after')\nf(2)"),
    )
    assert text(result.outcomes[1]) == "before\ngot 1\nafter\ngot 2\n"


def test_what_student_code_prints_in_a_hidden_check_appears_nowhere(run):
    result = run(
        ("student", "def f(x):\n    print('called with', x)\n    return x"),
        (
            "test",
            "from nnlib.testing import Rubric\n"
            "r = Rubric(points=1)\n"
            "with r.check('visible'):\n    f(1)\n"
            "with r.check('hidden', hidden=True):\n    f('MARKER')\n"
            "r.score()",
        ),
    )
    assert "called with 1" in text(result.outcomes[1])
    assert "MARKER" not in str(result.outcomes[1].outputs)


@pytest.mark.parametrize(
    ("fatal", "status"),
    [
        ("import os; os._exit(3)", "died"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "died"),
        ("import ctypes; ctypes.string_at(0)", "died"),
    ],
)
def test_after_the_end_of_the_process_the_earlier_cells_run_again(run, fatal, status):
    result = run(
        ("student", "import os\nx = [1]\ndef f(): return len(x)"),
        ("test", "assert f() == 1"),
        ("student", "x.append(2)"),
        ("student", fatal),
        ("test", "assert f() == 2"),
        ("student", "x.append(3)"),
        ("test", "assert f() == 3"),
    )
    assert statuses(result) == ["ok", "ok", "ok", status, "ok", "ok", "ok"]
    assert result.outcomes[3].outputs[-1]["output_type"] == "error"
    assert any("c3" in event for event in result.events)


def test_a_call_that_ends_the_process_costs_only_its_test_cell(run):
    result = run(
        ("student", "import os\ndef leave(): os._exit(0)\ndef f(): return 1"),
        ("test", "assert f() == 1"),
        ("test", "leave()"),
        ("test", "try:\n    leave()\nexcept Exception:\n    f()"),
        ("test", "assert f() == 1"),
    )
    assert statuses(result) == ["ok", "ok", "error", "error", "ok"]
    assert result.outcomes[2].outputs[-1]["ename"] == "StudentGone"


@pytest.mark.parametrize("statement", ["raise SystemExit", "raise KeyboardInterrupt"])
def test_a_call_that_wants_to_stop_python_only_fails(run, statement):
    result = run(
        ("student", f"def f(): {statement}\ndef g(): return 1"),
        ("test", "f()"),
        ("test", "assert g() == 1"),
    )
    assert statuses(result) == ["ok", "error", "ok"]


def test_time_limits_of_cells_and_calls(run):
    limits = Limits(cell_seconds=1.5)
    result = run(
        ("student", "def forever():\n    while True: sum(range(9))\ny = 1"),
        ("student", "y = 2\nforever()"),
        ("student", "def g(): return y"),
        (
            "test",
            "try:\n    forever()\nexcept TimeoutError:\n    print('late')\ng()",
        ),
        ("test", "while True: pass"),
        ("test", "assert g() == 2"),
        limits=limits,
    )
    assert statuses(result) == ["ok", "timeout", "ok", "ok", "timeout", "ok"]
    assert text(result.outcomes[3]) == "late\n"
    assert result.outcomes[1].outputs[-1]["output_type"] == "error"


def test_a_callback_that_does_not_end_costs_only_its_cell(run):
    result = run(
        ("student", "def call(f): return f()\ndef g(): return 1"),
        ("test", "def forever():\n    while True: pass\ncall(forever)"),
        ("test", "assert g() == 1"),
        limits=Limits(cell_seconds=1),
    )
    assert statuses(result) == ["ok", "timeout", "ok"]


def test_a_notebook_has_a_time_limit(run):
    limits = Limits(cell_seconds=10, notebook_seconds=1.0)
    result = run(
        ("student", "import time\ntime.sleep(20)"),
        ("student", "x = 1"),
        ("test", "x"),
        limits=limits,
    )
    assert statuses(result) == ["timeout", "budget", "budget"]
    assert result.outcomes[2].outputs[0]["output_type"] == "error"
    assert result.seconds < 6
    assert sum("nothing was run" in event for event in result.events) == 1


class SlowToStart:
    """A sandbox that is not ready when it is first needed."""

    def __init__(self, sandbox, seconds):
        self.policy, self._sandbox, self._seconds = sandbox.policy, sandbox, seconds

    def open(self, files):
        time.sleep(self._seconds)
        return self._sandbox.open(files)


def test_the_start_of_the_sandbox_is_not_the_notebooks_time(sandbox):
    slow = SlowToStart(sandbox, 1.0)
    limits = Limits(notebook_seconds=1.0, cell_seconds=1.0)
    cells = [PlannedCell(0, "c0", "student", "x = 2")]
    cells.append(PlannedCell(1, "c1", "test", "assert x == 2"))
    result = execute_notebook(cells, slow, limits=limits)
    assert statuses(result) == ["ok", "ok"]
    assert result.seconds < 1


def test_files_are_there_on_both_sides(run):
    result = run(
        ("student", "def read(): return open('data/x.txt').read()"),
        ("test", "assert read() == open('data/x.txt').read() == 'abc'"),
        files={"data/x.txt": b"abc"},
    )
    assert statuses(result) == ["ok", "ok"]
    with pytest.raises(ValueError, match="leads out"):
        run(("student", "1"), files={"../x": b""})


def test_the_diagnosis_can_call_the_students_code(run):
    asked = []

    def diagnose(cell, outcome, lookup):
        asked.append(cell.id)
        return {"f(2)": lookup("f")(2)}

    result = run(
        ("student", "def f(x): return x + 1"),
        ("test", "assert f(1) == 2"),
        ("test", "assert f(1) == 3"),
        diagnose=diagnose,
    )
    assert asked == ["c2"]
    assert result.outcomes[2].diagnosis == {"f(2)": 3}

    def broken(cell, outcome, lookup):
        raise SyntaxError("oh")

    result = run(
        ("student", "def f(x): return 1"), ("test", "assert 0"), diagnose=broken
    )
    assert result.outcomes[1].diagnosis is None
    assert any("no diagnosis" in event for event in result.events)


def test_a_rubric_with_real_student_objects(run):
    result = run(
        (
            "shared",
            "import numpy as np\nclass Parameter:\n"
            "    def __init__(self, value): self.value = value; self.grad = None",
        ),
        (
            "student",
            "class SGD:\n"
            "    def __init__(self, params, lr): self.params, self.lr = params, lr\n"
            "    def step(self):\n"
            "        for p in self.params: p.value -= self.lr * p.grad",
        ),
        (
            "test",
            "from nnlib.testing import Rubric, assert_close, source_of\n"
            "r = Rubric(points=2)\n"
            "p = Parameter(np.array([1.0, 2.0]))\n"
            "sgd = SGD([p], lr=lambda t=1: 0.5)\n"
            "with r.check('one step'):\n"
            "    sgd.lr = 0.5\n"
            "    p.grad = np.ones(2)\n"
            "    sgd.step()\n"
            "    assert_close(p.value, [0.5, 1.5])\n"
            "with r.check('no for loop'):\n"
            "    assert 'for p' not in source_of(SGD)\n"
            "r.score()",
        ),
    )
    assert statuses(result) == ["ok"] * 3
    assert result.outcomes[2].rubric["score"] == 1.0


def test_a_process_that_always_ends_is_given_up(run):
    result = run(
        ("student", "import os\ndef f(): os._exit(1)"), *[("test", "f()")] * 40
    )
    assert statuses(result)[0] == "ok"
    assert "ok" not in statuses(result)[1:]
    assert statuses(result)[-1] == "budget"
