"""Every mistake in a source is refused with its file, line and remedy."""

import pytest

import nnlib
from autograder.notebooks.render import load, render
from autograder.notebooks.source import SourceError

VISIBLE_CHECK = 'with r.check("zero at the shift", hint="Where is tanh zero?"):'

# (old text, new text, text of the line that the message must name, part of the message)
MISTAKES = {
    "unknown nbgrader field": (
        '"grade_id": "squash", "solution"',
        '"grade_id": "squash", "solutoin": true, "solution"',
        '"solutoin"',
        "unknown nbgrader field 'solutoin': did you mean solution?",
    ),
    "duplicate grade_id": ('"test_squash"', '"squash"', '"points": 4', "is used in"),
    "invalid grade_id": ('"squash"', '"squash it"', "squash it", "letters, digits"),
    "missing grade_id": (
        '{"grade_id": "squash", ',
        "{",
        '{"solution"',
        "grade_id is missing",
    ),
    "grade_id of a counter": ('"squash"', '"c001"', '"c001"', "is kept for"),
    "long grade_id": ('"squash"', '"' + "x" * 65 + '"', "xxx", "at most 64"),
    "flag that is no boolean": (
        '"solution": true}\ndef',
        '"solution": "yes"}\ndef',
        '"yes"',
        "must be true or false",
    ),
    "no flag": ('"setup", "locked": true', '"setup"', '"setup"', "without a flag"),
    "old schema": (
        '"setup", ',
        '"setup", "schema_version": 2, ',
        '"setup"',
        "schema_version must be 3",
    ),
    "points missing": (', "points": 4', "", '"test_squash"', "points are missing"),
    "points negative": ('"points": 4}', '"points": -4}', "-4}", "must be positive"),
    "points zero": ('"points": 4}', '"points": 0}', ": 0}", "must be positive"),
    "points as text": ('"points": 4}', '"points": "4"}', '"4"}', "must be a number"),
    "points on a cell without grade": (
        '"setup", ',
        '"setup", "points": 1, ',
        '"setup"',
        "points on a cell that is not graded",
    ),
    "locked solution": (
        '"solution": true}\ndef',
        '"solution": true, "locked": true}\ndef',
        '"squash"',
        "exclude each other",
    ),
    "unlocked test": ('"locked": true, "points": 4', '"points": 4', "4}", "be locked"),
    "graded Markdown without solution": (
        '"grade": true, "solution": true, "points": 2',
        '"grade": true, "points": 2',
        '"why"',
        "both grade and solution",
    ),
    "task with solution": (
        '"grade": true, "solution": true, "points": 2',
        '"task": true, "solution": true, "points": 2',
        '"why"',
        "a task cell is Markdown",
    ),
    "solution marker outside a solution cell": (
        '{"grade_id": "squash", "solution": true}',
        '{"grade_id": "squash", "locked": true}',
        "### BEGIN SOLUTION",
        'solution outside a solution cell: add "solution": true',
    ),
    "missing END marker": (
        "    ### END SOLUTION\n",
        "",
        "    ### BEGIN SOLUTION",
        "no `### END SOLUTION` follows",
    ),
    "nested markers": (
        "    return np.tanh",
        "    ### BEGIN SOLUTION\n    return np.tanh",
        "    ### BEGIN SOLUTION\n    return",
        "stands inside a region",
    ),
    "marker with a typo": (
        "    ### BEGIN SOLUTION",
        "    ### BEGIN SOLUTON",
        "BEGIN SOLUTON",
        "write `### BEGIN SOLUTION` alone on the line",
    ),
    "marker with a typo in Markdown": (
        "### BEGIN SOLUTION\nBecause",
        "### BEGIN SOLUTIONS\nBecause",
        "BEGIN SOLUTIONS",
        "looks like a marker",
    ),
    "hidden tests outside a test cell": (
        "from nnlib.testing",
        "### BEGIN HIDDEN TESTS\nx = 1\n### END HIDDEN TESTS\nfrom nnlib.testing",
        "### BEGIN HIDDEN TESTS\nx",
        "hidden tests outside a test cell",
    ),
    "mark scheme outside a task cell": (
        "Why does",
        "### BEGIN MARK SCHEME\ntwo points\n### END MARK SCHEME\nWhy does",
        "### BEGIN MARK",
        "mark scheme outside a task cell",
    ),
    "solution cell without markers": (
        "    ### BEGIN SOLUTION\n    shifted = np.asarray(s) - 0.125\n"
        "    return np.tanh(3.0 * shifted)\n    ### END SOLUTION",
        "    pass",
        "def squash",
        "would throw away the whole cell",
    ),
    "Rubric with other points": (
        "Rubric(points=4)",
        "Rubric(points=5)",
        "Rubric(points=5)",
        "the Rubric has 5 points but the cell has 4",
    ),
    "Rubric with computed points": (
        "Rubric(points=4)",
        "Rubric(points=2 + 2)",
        "Rubric(points=2",
        "must be a plain number",
    ),
    "test without Rubric": (
        "r = Rubric(points=4)",
        "r = object()",
        "r = object()",
        "a test cell needs one `r = Rubric(points=4)`, got 0",
    ),
    "test without score": ("r.score()", "print()", "print()", "must end with `r.score"),
    "only hidden checks": (
        VISIBLE_CHECK + "\n    assert_close(squash(0.125), 0.0)\n",
        "",
        "r = Rubric",
        "would have no check",
    ),
    "Rubric among the hidden tests": (
        "r = Rubric(points=4)\n" + VISIBLE_CHECK,
        "### BEGIN HIDDEN TESTS\nr = Rubric(points=4)\n### END HIDDEN TESTS\n"
        + VISIBLE_CHECK,
        "r = Rubric",
        "must not stand in hidden tests",
    ),
    "hidden check outside the markers": (
        "zero at the shift",
        'zero at the shift", hidden=True, hint="',
        "zero at the shift",
        "hidden=True that students would read",
    ),
    "open check between the markers": (
        "weight=3, hidden=True",
        "weight=3",
        "weight=3",
        "give it hidden=True",
    ),
    "computed hidden": ("hidden=True", "hidden=1 > 0", "1 > 0", "written out"),
    "release that is no Python": (
        "### BEGIN HIDDEN TESTS\n",
        "if True:\n    ### BEGIN HIDDEN TESTS\n    pass\n    ### END HIDDEN TESTS\n"
        "### BEGIN HIDDEN TESTS\n",
        "r = Rubric",
        "the student's copy of this cell is not valid Python",
    ),
    "broken Python": ("def squash(s):", "def squash(s:", "def squash", "not valid Py"),
    "AUTOTEST": ("import numpy", "### AUTOTEST x\nimport numpy", "AUTOTEST", "reword"),
    "nbval comment": (
        "import numpy",
        "# NBVAL_SKIP\nimport numpy",
        "# NBVAL_SKIP",
        "use cell tags",
    ),
    "unknown tag": (
        '# %% nbgrader={"grade_id": "setup"',
        '# %% tags=["nbval-check-outptu"] nbgrader={"grade_id": "setup"',
        "nbval-check-outptu",
        "did you mean nbval-check-output?",
    ),
    "tag of test cells": (
        '# %% nbgrader={"grade_id": "setup"',
        '# %% tags=["nncourse-inside"] nbgrader={"grade_id": "setup"',
        "nncourse-inside",
        "belongs to autograded test cells",
    ),
    "tag of code cells": (
        "# %% [markdown]\n",
        '# %% [markdown] tags=["nbval-check-output"]\n',
        "nbval-check-output",
        "belongs to code cells",
    ),
    "silent end of a checked cell": (
        '# %% nbgrader={"grade_id": "setup"',
        '# %% tags=["nbval-check-output"]\nx = 1;\n\n'
        '# %% nbgrader={"grade_id": "setup"',
        "x = 1;",
        "nbval does not honour a `;`",
    ),
    "title on the cell line": (
        "# %% [markdown]\n",
        "# %% A title [markdown]\n",
        "A title",
        "unexpected text on the cell line",
    ),
    "unknown cell field": (
        "# %% [markdown]\n",
        '# %% [markdown] colour="red"\n',
        "colour",
        "unknown cell field 'colour'",
    ),
    "metadata that is no JSON": (
        '"setup", "locked": true',
        '"setup", locked: true',
        "locked: true",
        "not valid key=JSON",
    ),
    "Markdown in a plain string": ('r"""\n# A', '"""\n# A', "# %% [mark", "raw string"),
    "raw cell": ("# %% [markdown]\n", "# %% [raw]\n", "# %% [raw]", "raw cells"),
    "unknown header field": (
        "#   nncourse:",
        "#   celltoolbar: x\n#   nncourse:",
        "# ---",
        "unknown header field 'celltoolbar'",
    ),
    "unknown course field": ("allow:", "alow:", "# ---", "may hold `allow` only"),
    "allow that is no module": ("[nnlib.testing]", "[os]", "# ---", "holds 'os'"),
    "header that is no YAML": ("allow: [", "allow: [[", "# ---", "not valid YAML"),
    "text before the first cell": (
        "# %% [markdown]\n",
        "import os\n\n# %% [markdown]\n",
        "import os",
        "text before the first cell",
    ),
    "cell line with a typo": (
        "# %% [markdown] nbgrader",
        "# %%[markdown] nbgrader",
        "# %%[markdown]",
        "not a cell line",
    ),
    "cell line inside a string": (
        "Write one function",
        "# %% no cell\n\nWrite one function",
        "# %% [markdown]",
        "one stands inside a string",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_refused_where_it_stands(name, write_source, assignment_text):
    old, new, place, message = MISTAKES[name]
    assert old in assignment_text
    text = assignment_text.replace(old, new, 1)
    line = text[: text.index(place)].count("\n") + 1
    with pytest.raises(SourceError) as caught:
        load(write_source(text))
    found = [(p.line, p.text) for p in caught.value.problems if message in p.text]
    assert [entry[0] for entry in found] == [line], str(caught.value)
    assert f"content/assignments/a01_small/notebook.py:{line}: " in str(caught.value)


def test_the_fixture_itself_is_accepted(write_source, assignment_text):
    assert len(load(write_source(assignment_text)).cells) == 5


def test_nbgrader_metadata_does_not_belong_into_a_lecture(
    write_source, assignment_text
):
    with pytest.raises(SourceError, match="lectures are not graded"):
        load(write_source(assignment_text, graded=False))


def test_a_source_that_is_not_utf8_is_refused(write_source):
    source = write_source("")
    source.path.write_bytes(b"# %%\nx = '\xff'\n")
    with pytest.raises(SourceError, match="not UTF-8"):
        load(source)


def test_all_mistakes_are_told_at_once(write_source, assignment_text):
    text = assignment_text.replace('"points": 4}', '"points": -4}')
    text = text.replace("### BEGIN HIDDEN TESTS", "### BEGIN HIDDEN TEST")
    with pytest.raises(SourceError) as caught:
        load(write_source(text))
    lines = [problem.line for problem in caught.value.problems]
    assert len(lines) >= 2
    assert lines == sorted(lines)


def test_magics_and_top_level_await_are_python(write_source):
    text = "# %%\n# %matplotlib inline\n%time x = 1\n!ls\nfiles = !ls\n"
    notebook = render(load(write_source(text)))
    assert notebook.cells[0].source.startswith("%matplotlib inline\n%time")


def test_a_task_cell_with_a_mark_scheme_is_accepted(write_source, assignment_text):
    text = assignment_text + (
        '\n# %% [markdown] nbgrader={"grade_id": "essay", "task": true, "points": 3}\n'
        'r"""\nWrite.\n\n### BEGIN MARK SCHEME\nOne point a page.\n'
        '### END MARK SCHEME\n"""\n'
    )
    assert render(load(write_source(text))).cells[-1].metadata.nbgrader.task is True


def test_metadata_is_filled_up_and_ids_are_stable(write_source, assignment_text):
    notebook = render(load(write_source(assignment_text)))
    assert [cell.id for cell in notebook.cells] == [
        "c000",
        "setup",
        "squash",
        "test_squash",
        "why",
    ]
    assert notebook.cells[2].metadata == {
        "nbgrader": {
            "grade": False,
            "grade_id": "squash",
            "locked": False,
            "schema_version": 3,
            "solution": True,
            "task": False,
        }
    }
    assert notebook.cells[3].metadata.tags == ["nbval-check-output"]
    assert notebook.metadata.nncourse == {
        "allow": ["nnlib.testing"],
        "name": "x",
        "version": nnlib.__version__,
        "cells": [
            "setup code locked",
            "squash code solution",
            "test_squash code grade locked 4",
            "why markdown grade solution 2",
        ],
    }
    assert "jupytext" not in notebook.metadata
    assert "version" not in notebook.metadata.language_info
    assert "\\" not in notebook.cells[0].source
