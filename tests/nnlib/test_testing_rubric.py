"""The Rubric's score is what stock nbgrader gives, and its table tells no secret."""

import json
import linecache
import logging
import math
import subprocess
import sys
import warnings

import nbclient
import nbformat
import pytest
from nbgrader.utils import determine_grade

from nnlib.testing import MIME_TYPE, SCHEMA_VERSION, Rubric, rubric, table

SETUP = """
import logging, sys, warnings
import numpy as np
from nnlib.testing import Rubric, assert_close
logging.basicConfig()
"""

CELLS = {
    "all passed": ("with r.check('a'): pass\nwith r.check('b', weight=3): pass", 4.0),
    "one of two": ("with r.check('a'): pass\nwith r.check('b', weight=3): 1/0", 1.0),
    "none": ("with r.check('a'): raise NotImplementedError('Task 1')", 0.0),
    "thirds": (
        "for i in range(3):\n    with r.check(str(i)): assert i < 2",
        4.0 * 2 / 3,
    ),
    "stderr": (
        "with r.check('a'):\n    print('debug', file=sys.stderr)\n"
        "    logging.warning('log')\n    warnings.warn('careful')\n"
        "    np.exp(np.array([1e4]))",
        4.0,
    ),
    "hidden noise": (
        "with r.check('a', hidden=True):\n    print('SECRET')\n"
        "    print('SECRET', file=sys.stderr)\n    assert 0, 'SECRET'\n"
        "with r.check('b'): pass",
        2.0,
    ),
    "sys.exit": ("with r.check('a'): sys.exit()\nwith r.check('b'): pass", 2.0),
    "undefined": ("with r.check('a'): nowhere(1)\nwith r.check('b'): pass", 2.0),
    "interrupt": ("with r.check('a'): raise KeyboardInterrupt", 0.0),
    "outside": ("nowhere(1)", 0.0),
    "seven tenths": (
        "for i in range(10):\n    with r.check(str(i), weight=0.1): assert i",
        3.6,
    ),
}


@pytest.fixture(scope="module")
def executed():
    """Run each cell in one real kernel, as stock nbgrader does."""
    nb = nbformat.v4.new_notebook()
    nb.cells.append(nbformat.v4.new_code_cell(SETUP))
    for name, (body, _) in CELLS.items():
        source = f"r = Rubric(points=4)\n{body}\nr.score()"
        cell = nbformat.v4.new_code_cell(source)
        cell.metadata["nbgrader"] = {
            "grade": True,
            "solution": False,
            "locked": True,
            "points": 4,
            "grade_id": name,
            "schema_version": 3,
            "task": False,
        }
        nb.cells.append(cell)
    nbclient.NotebookClient(nb, timeout=60, allow_errors=True).execute()
    return dict(zip(CELLS, nb.cells[1:], strict=True))


def outputs(cell, kind):
    return [output for output in cell.outputs if output.output_type == kind]


@pytest.mark.parametrize("name", CELLS)
def test_nbgrader_gives_the_score(executed, name):
    score, maximum = determine_grade(executed[name])
    assert maximum == 4.0
    assert score == pytest.approx(CELLS[name][1], abs=1e-12)


@pytest.mark.parametrize(
    "name", [name for name in CELLS if name not in ("interrupt", "outside")]
)
def test_one_display_with_table_and_record_then_a_plain_number(executed, name):
    (shown,) = outputs(executed[name], "display_data")
    (result,) = outputs(executed[name], "execute_result")
    record = shown.data[MIME_TYPE]
    assert set(shown.data) == {"text/plain", "text/html", MIME_TYPE}
    assert record["schema_version"] == SCHEMA_VERSION == 1
    assert float(result.data["text/plain"]) == record["score"]
    assert repr(record["score"]) == result.data["text/plain"]
    for check in record["checks"]:
        assert list(check) == ["name", "weight", "earned", "hidden", "message", "hint"]
        assert check["earned"] in (0.0, check["weight"])


def test_nothing_reaches_stderr_but_a_visible_check_may_print(executed):
    streams = outputs(executed["stderr"], "stream")
    assert {stream.name for stream in streams} == {"stdout"}
    text = "".join(stream.text for stream in streams)
    assert "debug" in text and "log" in text
    (shown,) = outputs(executed["stderr"], "display_data")
    (check,) = shown.data[MIME_TYPE]["checks"]
    assert "UserWarning: careful" in check["message"]
    assert "RuntimeWarning: overflow" in check["message"]


def test_only_the_record_knows_the_message_of_a_hidden_check(executed):
    cell = executed["hidden noise"]
    (shown,) = outputs(cell, "display_data")
    assert not outputs(cell, "stream")
    assert "SECRET" not in shown.data["text/plain"] + shown.data["text/html"]
    assert shown.data[MIME_TYPE]["checks"][0]["message"] == "SECRET"


def finish(r):
    """Score outside a notebook and return the record with the two tables."""
    bundles = []
    original = rubric.publish
    rubric.publish = bundles.append
    try:
        score = r.score()
    finally:
        rubric.publish = original
    (bundle,) = bundles
    return score, bundle


def test_interrupt_passes_through():
    r = Rubric(points=1)
    with pytest.raises(KeyboardInterrupt), r.check("a"):
        raise KeyboardInterrupt


def test_later_checks_run_after_any_other_exception():
    r = Rubric(points=3)
    ran = []
    for i, error in enumerate([ValueError(), SystemExit(), GeneratorExit()]):
        with r.check(f"{i}"):
            ran.append(i)
            raise error
    assert ran == [0, 1, 2]
    assert finish(r)[0] == 0.0


def test_score_is_a_float_and_shown_once(capsys):
    r = Rubric(points=5)
    with r.check("a"):
        pass
    assert type(r.score()) is float and r.score() == 5.0
    assert capsys.readouterr().out.count("5 of 5 points") == 1


@pytest.mark.parametrize("points", [1, 3, 0.1, 7.7])
def test_full_work_gets_exactly_the_points(points):
    r = Rubric(points=points)
    for i in range(7):
        with r.check(str(i), weight=0.1):
            pass
    assert finish(r)[0] == points


@pytest.mark.parametrize("points", [0, -1, math.nan, math.inf, True, "4", None])
def test_points_that_nbgrader_would_misread_are_refused(points):
    with pytest.raises(ValueError, match="points of a Rubric must be a positive"):
        Rubric(points=points)


@pytest.mark.parametrize("weight", [0, -1, math.nan, math.inf, True, "1"])
def test_weights_that_are_no_positive_number_are_refused(weight):
    with pytest.raises(ValueError, match="weight of 'a' must be a positive number"):
        Rubric(points=1).check("a", weight=weight)


def test_misuse_by_an_author_is_refused():
    with pytest.raises(ValueError, match="without checks"):
        Rubric(points=1).score()
    r = Rubric(points=1)
    with r.check("a"):
        pass
    with pytest.raises(ValueError, match="two checks are called 'a'"):
        r.check("a")
    for name in ("", "  ", 3):
        with pytest.raises(ValueError, match="a check needs a name"):
            r.check(name)
    again = r.checks[0]
    with pytest.raises(RuntimeError, match="ran already"):
        again.__enter__()
    r.check("b")
    with pytest.raises(RuntimeError, match="'b' did not run"):
        r.score()
    with r.checks[1]:
        pass
    finish(r)
    with pytest.raises(RuntimeError, match="comes after score"):
        r.check("c")


def test_a_check_inside_a_check_fails_the_outer_one():
    r = Rubric(points=1)
    with r.check("outer"), r.check("inner"):
        pass
    assert "stands inside" in r.checks[0].message


def message_of(function):
    r = Rubric(points=1)
    with r.check("a"):
        function()
    return r.checks[0].message


def test_messages_are_short_and_say_the_type():
    assert message_of(lambda: {}["k"]) == "KeyError: 'k'"

    def no_text():
        raise RuntimeError

    def long_text():
        raise ValueError("x" * 10_000)

    def lines():
        raise AssertionError("first\n   second")

    def stub():
        raise NotImplementedError("Task 1.2: return the step")

    def empty_stub():
        raise NotImplementedError

    assert message_of(no_text) == "RuntimeError"
    assert message_of(stub) == "not done yet: Task 1.2: return the step"
    assert message_of(empty_stub) == "not done yet"
    assert len(message_of(long_text)) <= 600
    assert message_of(lines) == "first second"


def test_a_bare_assert_shows_its_line():
    # Compiled here, since pytest rewrites the asserts of its own files.
    cell = 'with r.check("a"):\n    assert 1 + 1 == 3\n'
    linecache.cache["<test>"] = (len(cell), None, cell.splitlines(True), "<test>")
    r = Rubric(points=1)
    exec(compile(cell, "<test>", "exec"), {"r": r})
    assert r.checks[0].message == "this does not hold: assert 1 + 1 == 3"


def test_a_broken_exception_class_breaks_nothing():
    class Broken(Exception):
        def __str__(self):
            raise RuntimeError("no text")

    def fail():
        raise Broken

    assert message_of(fail) == "Broken"


def test_message_shows_the_last_line_of_the_students_cell():
    cell = "def f(x):\n    return g(x)\n\ndef g(x):\n    return 1 / x\n"
    linecache.cache["<cell 7>"] = (len(cell), None, cell.splitlines(True), "<cell 7>")
    namespace = {}
    exec(compile(cell, "<cell 7>", "exec"), namespace)
    message = message_of(lambda: namespace["f"](0))
    assert message == (
        "ZeroDivisionError: division by zero (at line 5 in g: return 1 / x)"
    )


def test_a_grader_may_supply_the_students_line():
    def fail():
        error = TypeError("bad")
        error.__student_line__ = "line 2 in f: return None + 1"
        raise error

    assert message_of(fail) == "TypeError: bad (at line 2 in f: return None + 1)"


def test_html_is_escaped_and_readable_without_colour():
    r = Rubric(points=2)
    with r.check("a < b & c", hint="<script>"):
        raise ValueError("<img onerror=1>")
    with r.check("fine", hint="unseen"):
        pass
    _, bundle = finish(r)
    html = bundle["text/html"]
    assert "<script>" not in html and "<img" not in html
    assert "a &lt; b &amp; c" in html
    assert html.count('scope="col"') == 4 and html.count('scope="row"') == 2
    assert "<caption>1 of 2 points, 1 of 2 checks passed</caption>" in html
    assert ">FAILED<" in html and ">passed<" in html
    assert "unseen" not in html


def test_text_table():
    r = Rubric(points=2)
    with r.check("shape", weight=2, hint="Look at b."):
        raise ValueError("bad")
    with r.check("values", hidden=True, hint="not shown"):
        raise ValueError("secret")
    text = finish(r)[1]["text/plain"]
    assert text.splitlines() == [
        "0 of 2 points, 0 of 2 checks passed",
        "  FAILED  shape (weight 2)",
        "          ValueError: bad",
        "          Hint: Look at b.",
        "  FAILED  values (weight 1, hidden)",
    ]


def test_record_is_json():
    r = Rubric(points=2)
    with r.check("a"):
        pass
    record = finish(r)[1][MIME_TYPE]
    assert json.loads(json.dumps(record)) == record


def test_streams_handlers_and_filters_are_restored():
    handler = logging.StreamHandler(sys.stderr)
    logging.getLogger("a.student").addHandler(handler)
    before = (sys.stdout, sys.stderr, list(warnings.filters))
    r = Rubric(points=1)
    with r.check("a"):
        assert handler.stream is sys.stdout
        raise ValueError
    with r.check("b", hidden=True):
        assert sys.stdout is not before[0]
    assert r.checks[1].passed
    assert (sys.stdout, sys.stderr, list(warnings.filters)) == before
    assert handler.stream is sys.stderr
    logging.getLogger("a.student").removeHandler(handler)


def test_publish_prints_where_there_is_no_notebook(capsys):
    table.publish({"text/plain": "2 of 2"})
    assert capsys.readouterr().out == "2 of 2\n"


def test_nnlib_testing_needs_numpy_alone():
    script = (
        "import sys, nnlib.testing\n"
        "allowed = set(sys.stdlib_module_names) | {'numpy', 'nnlib'}\n"
        "allowed |= {'cython_runtime'}  # NumPy's own\n"
        "extra = {m.partition('.')[0] for m in sys.modules} - allowed\n"
        "print(sorted(m for m in extra if not m.startswith('_')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
