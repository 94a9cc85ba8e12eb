"""Test cells run in this process, beside a student's process."""

import sys
import threading
import time

import pytest
from IPython.core.interactiveshell import InteractiveShell

from autograder.execution.testcell import RUBRIC_MIME, TestCells
from autograder.execution.timelimit import TimeLimitReached, time_limit
from autograder.sandbox import Limits

STUDENT = """
    import numpy as np
    import os as helper
    size = 3
    def double(x): return 2 * x
    def quadruple(x): return double(double(x))
    def read(): return size
    def uses_numpy(): return int(np.sqrt(4))
    def fail(): raise ValueError("from the student")
    class Score:
        def __repr__(self): return "5.0"
"""


@pytest.fixture
def cells(tmp_path):
    tests = TestCells(Limits(output_bytes=5000, output_count=10), tmp_path)
    yield tests
    tests.close()


@pytest.fixture
def run(cells, student):
    link = student(STUDENT)
    count = 0

    def run(source, *, seconds=10.0, link=link):
        nonlocal count
        count += 1
        return cells.run(source, name=f"t{count}", link=link, seconds=seconds)

    run.link = link
    return run


def text(outcome):
    return "".join(o["text"] for o in outcome.outputs if o["output_type"] == "stream")


def result(outcome):
    assert outcome.status == "ok", outcome
    last = outcome.outputs[-1]
    assert last["output_type"] == "execute_result"
    return last["data"]["text/plain"]


def test_the_value_of_the_last_expression_is_the_result(run):
    assert result(run("x = 2\ndouble(x)")) == "4"
    assert result(run("x + 1")) == "3"
    assert run("double(1);").outputs == []
    assert run("None").outputs == []
    assert run("").outputs == []
    assert result(run("await __import__('asyncio').sleep(0, 7)")) == "7"


def test_names_come_from_the_test_then_python_then_the_student(run):
    assert result(run("np.ones(2).sum()")) == "np.float64(2.0)"
    assert result(run("def f(y):\n    return [double(y) for _ in range(2)]\nf(3)")) == (
        "[6, 6]"
    )
    assert result(run("class T:\n    value = double(4)\nT.value")) == "8"
    assert result(run("eval('double(5)') + globals()['double'](1)")) == "12"
    assert result(run("'double' in globals(), 'nothing' in globals()")) == (
        "(True, False)"
    )
    assert result(run("double = None\ndouble is None")) == "True"
    outcome = run("nothing")
    assert outcome.outputs[-1]["ename"] == "NameError"
    assert run("helper").outputs[-1]["ename"] == "RemoteError"


def test_a_students_name_can_be_deleted_and_comes_back(run):
    outcome = run(
        "original = double\n"
        "del double\n"
        "try:\n    quadruple(1)\n"
        "except NameError:\n    print('missed')\n"
        "finally:\n    double = original\n"
        "assert quadruple(1) == 4\n"
        "del double\n"
        "try:\n    double\n"
        "except NameError:\n    print('gone')\n"
    )
    assert outcome.status == "ok", outcome
    assert text(outcome) == "missed\ngone\n"
    assert result(run("quadruple(2), double(1)")) == "(8, 2)"
    assert run("del nothing").outputs[-1]["ename"] == "NameError"


def test_a_students_name_can_be_replaced_after_it_was_read(run):
    source = (
        "calls = []\n"
        "original = double\n"
        "def double(x):\n    calls.append(x)\n    return original(x)\n"
        "quadruple(3), calls"
    )
    assert result(run(source)) == "(12, [3, 6])"
    assert result(run("size\nsize = 9\nread()")) == "9"
    assert result(run("read()")) == "3"


def test_a_tests_own_variables_never_reach_the_student(cells, student):
    link = student(
        """
        expected = None
        def answer(): return expected
        def reference(): pass
        def cheat(x): return reference(x)
        """
    )
    source = (
        "expected = 12345\n"
        "def reference(x):\n    return x + 1\n"
        "got = answer()\n"
        "for expected in (1, 2):\n    assert answer() is None\n"
        "try:\n    print(cheat(1))\n"
        "except TypeError:\n    print('no oracle')\n"
        "got"
    )
    outcome = cells.run(source, name="t", link=link, seconds=10)
    assert outcome.status == "ok", outcome
    assert text(outcome) == "no oracle\n"
    assert outcome.outputs[-1]["output_type"] == "stream"


def test_what_is_printed_is_recorded_and_stderr_costs_nothing(run):
    outcome = run(
        "import sys, warnings\n"
        "print('a'); print('b', file=sys.stderr); warnings.warn('careful')\n"
        "1.5"
    )
    streams = [o for o in outcome.outputs if o["output_type"] == "stream"]
    assert len(streams) == 1
    assert streams[0]["name"] == "stdout"
    assert streams[0]["text"].startswith("a\nb\n")
    assert "careful" in streams[0]["text"]
    assert result(outcome) == "1.5"


def test_output_is_limited_but_result_and_error_are_kept(run):
    outcome = run("for _ in range(50):\n    print('x' * 1000)\n    display(1)\n0.5")
    assert len(text(outcome)) <= 5000
    assert len(outcome.outputs) <= 11
    assert result(outcome) == "0.5"
    outcome = run("print('x' * 10**6)\n1 / 0")
    assert outcome.outputs[-1]["ename"] == "ZeroDivisionError"


def test_displays_and_magics(run):
    outcome = run("display({'text/plain': 'hello'}, raw=True)\n2")
    assert outcome.outputs[0]["output_type"] == "display_data"
    assert outcome.outputs[0]["data"] == {"text/plain": "hello"}
    outcome = run("%timeit -n1 -r1 double(3)")
    assert "per loop" in text(outcome)
    outcome = run("%matplotlib inline\n%time double(2)")
    assert outcome.status == "ok", outcome
    assert run("%%capture\nassert double(2) == 4").outputs == []
    outcome = run("%%capture\nassert double(2) == 5")
    assert outcome.outputs[-1]["ename"] == "AssertionError"


def test_a_rubric_is_found(run):
    outcome = run(
        "from nnlib.testing import Rubric\n"
        "r = Rubric(points=4)\n"
        "with r.check('doubles', weight=3):\n    assert double(2) == 4\n"
        "with r.check('fails'):\n    fail()\n"
        "r.score()"
    )
    assert result(outcome) == "3.0"
    assert outcome.rubric["score"] == 3.0
    assert [c["name"] for c in outcome.rubric["checks"]] == ["doubles", "fails"]
    assert "from the student" in outcome.rubric["checks"][1]["message"]
    assert RUBRIC_MIME in outcome.outputs[0]["data"]


def test_a_students_object_cannot_pass_for_a_score(run):
    with pytest.raises(ValueError, match="could not convert"):
        float(result(run("Score()")))


def test_an_error_shows_the_test_and_the_student_but_not_the_machinery(run):
    outcome = run("x = 1\nfail()")
    assert outcome.status == "error"
    error = outcome.outputs[-1]
    assert (error["ename"], error["evalue"]) == ("ValueError", "from the student")
    shown = "\n".join(error["traceback"])
    assert "in fail" in shown
    assert "line 2, in <module>" in shown
    assert "link.py" not in shown
    assert "proxies.py" not in shown
    assert run("1 +").outputs[-1]["ename"] == "SyntaxError"
    assert run("raise SystemExit(1)").outputs[-1]["ename"] == "SystemExit"
    assert result(run("3")) == "3"


def test_a_test_cell_has_a_time_limit(run):
    started = time.monotonic()
    outcome = run(
        "while True:\n    try:\n        1\n    except Exception:\n        pass",
        seconds=0.3,
    )
    assert outcome.status == "timeout"
    assert outcome.outputs[-1]["output_type"] == "error"
    outcome = run("import time\ntime.sleep(60)", seconds=0.3)
    assert outcome.status == "timeout"
    assert time.monotonic() - started < 5
    assert result(run("double(1)")) == "2"


def test_the_time_limit_works_in_a_thread_and_leaves_other_timers_alone():
    caught = []

    def work():
        try:
            with time_limit(0.1):
                while True:
                    sum(range(100))
        except TimeLimitReached:
            caught.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(10)
    assert caught == [True]


def test_this_process_is_left_as_it_was(run):
    before = (sys.stdout, sys.stderr, InteractiveShell._instance, list(sys.path))
    main = sys.modules["__main__"]
    run("import sys\nsys.path.append('relative')\nprint(1)")
    run("fail()")
    now = (sys.stdout, sys.stderr, InteractiveShell._instance, list(sys.path))
    assert now == before
    assert sys.modules["__main__"] is main


def test_files_can_be_read_but_not_imported(run, tmp_path):
    (tmp_path / "data.txt").write_text("5")
    (tmp_path / "handed_in.py").write_text("raise SystemExit('imported!')")
    assert result(run("int(open('data.txt').read())")) == "5"
    assert run("import handed_in").outputs[-1]["ename"] == "ModuleNotFoundError"


def test_without_a_student_there_are_only_the_tests_names(run):
    outcome = run("double(1)", link=None)
    assert outcome.outputs[-1]["ename"] == "NameError"


IMPOSTORS = """
    asked = []
    class math:
        @staticmethod
        def isclose(a, b): asked.append(b); return True
    class np:
        @staticmethod
        def allclose(a, b): asked.append(b); return True
    def random(): return 4
    random.seed = lambda n: asked.append(n)
    class statistics: mean = 7
    def copy(x): return [x]
    class time: minutes = 3
    lists = [1, 2]
"""


def test_no_student_stands_in_for_a_module(cells, student):
    """Neither where a cell says the name nor in functions of earlier cells."""
    link = student(IMPOSTORS)

    def run(source):
        return cells.run(source, name="t", link=link, seconds=10.0)

    assert run("def close(a): return math.isclose(a, 5)").status == "ok"
    for source in ("close(4)", "math.isclose(4, 5)", "bool(np.allclose(4, 5))"):
        assert result(run(source)) == "False"
    assert result(run("eval('math.isclose(4, 5)')")) == "False"
    assert result(run("random.seed(0)\nrandom.randint(3, 3)")) == "3"
    assert result(run("class A:\n    b = math.isclose(4, 5)\nA.b")) == "False"
    assert result(run("asked")) == "[]"


def test_ordinary_words_may_be_the_students(cells, student):
    """They mean a module only where they are used as one."""
    link = student(IMPOSTORS)

    def run(source):
        return cells.run(source, name="t", link=link, seconds=10.0)

    assert result(run("random()")) == "4"
    assert result(run("copy(1)")) == "[1]"
    assert result(run("time.minutes")) == "3"
    assert result(run("copy.copy([2])")) == "[2]"
    assert result(run("copy(1)")) == "[1]"


def test_a_module_needs_no_import_of_the_student(run):
    assert result(run("math.floor(2.5)")) == "2"
    assert "NameError" in run("statistics").reason


def test_functions_can_be_kept_from_a_module(run):
    """A test may take a module away from the student's functions for one cell."""
    taken = "np.pi\nnp = None\nuses_numpy()"
    assert run(taken).reason == "AttributeError"
    assert result(run("uses_numpy()")) == "2"
