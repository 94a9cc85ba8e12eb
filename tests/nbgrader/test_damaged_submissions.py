"""One run over a class in which nearly everybody handed in something damaged."""

import copy
import json

import nbformat
import pytest
from nbformat.v4.nbbase import new_code_cell, new_markdown_cell
from nbgrader.server_extensions.formgrader import handlers

TWO_LINES = "from autograder.nbgrader import harden\nharden(c)\n"
HIDDEN = "31337.5"
FULL = {"test_relu": 3.0, "test_part": 2.0, "why": None, "plot": None}
NOTHING = {"test_relu": 0.0, "test_part": 0.0, "why": 0.0, "plot": 0.0}
HTML = "<img src=x onerror=alert(1)>"


def by_id(nb, name):
    cells = {c.metadata.get("nbgrader", {}).get("grade_id"): c for c in nb.cells}
    return cells[name]


def answered(released):
    nb = copy.deepcopy(released)
    by_id(nb, "relu").source = "def relu(s):\n    return max(s, 0.0)"
    by_id(nb, "why").source = f"Because. {HTML}"
    by_id(nb, "plot").source = "print(relu(3.0))"
    return nb


def wrong(released):
    nb = answered(released)
    by_id(nb, "relu").source = "def relu(s):\n    return s"
    return nb


def with_warning(nb):
    by_id(nb, "relu").source = (
        "import sys, warnings\ndef relu(s):\n    warnings.warn('careful')\n"
        "    print('debug', file=sys.stderr)\n    return max(s, 0.0)"
    )


def without_tests(nb):
    nb.cells = [c for c in nb.cells if not c.metadata.get("nbgrader", {}).get("grade")]


def all_copied(nb):
    nb.cells += copy.deepcopy(nb.cells)


def reversed_order(nb):
    nb.cells.reverse()


def version(number):
    def change(nb):
        for cell in nb.cells:
            if "nbgrader" in cell.metadata:
                cell.metadata.nbgrader.schema_version = number

    return change


def no_kernel(nb):
    nb.metadata.clear()


def skipping_tests(nb):
    for cell in nb.cells:
        cell.metadata.tags = ["skip-execution", "raises-exception", "nncourse-inside"]


def no_manual_review(nb):
    for name in ("why", "plot"):
        by_id(nb, name).metadata.nbgrader.update(solution=False, locked=False)


def more_points(nb):
    by_id(nb, "test_relu").metadata.nbgrader.points = 300


def easy_test(nb):
    by_id(nb, "test_relu").source = "pass"
    by_id(nb, "test_part").source = "2.0"


def text_test(nb):
    for name in ("test_relu", "test_part"):
        cell = by_id(nb, name)
        cell.cell_type = "markdown"
        del cell["outputs"], cell["execution_count"]


def odd_metadata(nb):
    nb.metadata.nncourse = {"allow": ["nnlib.conv"], "report": {"unreadable": 3}}
    for cell in nb.cells:
        cell.metadata.nncourse = ["x"]
        cell.metadata.nbgrader = {"grade_id": 7, "grade": "x", "schema_version": "y"}


REPAIRED = {
    "copied": (all_copied, "was there 2 times"),
    "reversed": (reversed_order, "back in their order"),
    "version99": (version(99), "version was 99"),
    "version1": (version(1), "version was 1"),
    "noversion": (version(None), "version was None"),
    "nokernel": (no_kernel, "named no kernel"),
    "skipping": (skipping_tests, "removed tag skip-execution"),
    "noreview": (no_manual_review, "solution was False, is True"),
    "rich": (more_points, "points was 300, is 3.0"),
    "easy": (easy_test, "'test_relu' had been edited"),
    "texttest": (text_test, "type was markdown, is code"),
    "warning": (with_warning, ""),
}
UNREADABLE = {
    "empty": b"",
    "binary": bytes(range(256)) * 100,
    "halffile": b'{"cells": [{"cell_type": "code", ',
    "list": b"[]",
    "deep": b"[" * 300_000,
}


@pytest.fixture(scope="module")
def graded(foreign, tmp_path_factory):
    course = foreign.copy(tmp_path_factory.mktemp("class") / "course", TWO_LINES)
    released = course.released()
    for name in ("a_honest", "z_honest"):
        course.submit(name, answered(released))
    course.submit("wrong", wrong(released))
    for name, (damage, _) in REPAIRED.items():
        for student, base in ((name, answered), (f"{name}_wrong", wrong)):
            nb = base(released)
            if name == "warning" and base is wrong:
                continue
            damage(nb)
            course.submit(student, nbformat.v4.writes_json(nb).encode())
    nb = answered(released)
    without_tests(nb)
    course.submit("deleted", nb)
    nb = answered(released)
    odd_metadata(nb)
    course.submit("odd", json.dumps(nb).encode())
    for name, content in UNREADABLE.items():
        course.submit(name, content)
    with course.submit("huge", b"{").open("ab") as file:
        file.truncate(100_000_000)
    course.submit("renamed", answered(released), "nn (1) final.ipynb")
    course.submit("nothing", b"see my e-mail", "readme.txt")
    (course.submit("link", b"x", "readme.txt").parent / "nn.ipynb").symlink_to(
        course.root / "source" / "ps1" / "nn.ipynb"
    )
    nb = answered(released)
    nb.cells += [
        new_code_cell(
            "from IPython.display import HTML, Javascript, display\n"
            "alert = 'al' + 'ert'\n"
            f"display(HTML('{HTML}<script>' + alert + '(2)</script>'), "
            "Javascript(alert + '(3)'))"
        ),
        new_markdown_cell("<script>alert(4)</script> ![](attachment:none.png)"),
    ]
    course.submit("html", nb)
    course.submit("late", answered(released))
    course.submit("late", b"when I felt like it", "timestamp.txt")
    course.log = course.run("autograde", "ps1")
    course.run("generate_feedback", "ps1")
    return course


def test_honest_students_have_all_their_points(graded):
    for name in ("a_honest", "z_honest"):
        assert graded.points(name) == FULL
        assert graded.graded(name).metadata.nncourse.report.repaired == []


@pytest.mark.parametrize("name", REPAIRED)
def test_what_was_damaged_is_graded_like_the_honest_work(graded, name):
    expected = REPAIRED[name][1]
    assert graded.points(name) == FULL
    report = graded.graded(name).metadata.nncourse.report
    assert expected in "\n".join(report.repaired)
    assert not expected or expected in graded.log


@pytest.mark.parametrize("name", [name for name in REPAIRED if name != "warning"])
def test_no_damage_earns_a_point(graded, name):
    points = graded.points(f"{name}_wrong")
    assert points == graded.points("wrong")
    assert points == {"test_relu": 0.0, "test_part": 1.0, "why": None, "plot": None}


def test_deleted_cells_are_tested_and_need_no_manual_grade_for_ever(graded):
    assert graded.points("deleted") == {
        "test_relu": 3.0, "test_part": 2.0, "why": 0.0, "plot": 0.0
    }  # fmt: skip


def test_metadata_of_odd_types_stops_nobody(graded):
    # The tests are known by their text. The answers are not: somebody has to look.
    assert graded.points("odd") == FULL


@pytest.mark.parametrize("name", [*UNREADABLE, "huge", "nothing", "link"])
def test_what_cannot_be_read_gives_nothing_and_a_reason(graded, name):
    assert graded.points(name) == NOTHING
    reason = graded.graded(name).metadata.nncourse.report.unreadable
    assert reason
    assert f"No points for {name}, nn: {reason}" in graded.log
    assert "could not be graded" in graded.feedback(name)


def test_a_renamed_notebook_counts(graded):
    assert graded.points("renamed") == FULL
    assert graded.graded("renamed").metadata.nncourse.report.repaired == [
        "the notebook was called 'nn (1) final.ipynb'"
    ]


def test_an_impossible_timestamp_is_replaced_with_a_warning(graded):
    assert "timestamp.txt says 'when I felt like it'" in graded.log
    assert graded.points("late") == FULL


def test_feedback_shows_no_hidden_test_and_no_live_html(graded):
    students = {key[0] for key in graded.scores()}
    assert len(students) > 30
    for student in students:
        page = graded.feedback(student)
        assert HIDDEN not in page, student
        assert "HIDDEN TESTS" not in page
        body = page.split("<body", 1)[1]
        assert "<img src=x" not in body
        assert "alert(2)" not in body
        assert "<script>alert" not in body


def test_formgrader_shows_the_hidden_tests_to_tas_and_no_live_html(graded):
    from nbconvert.exporters import HTMLExporter
    from traitlets.config import Config

    config = Config()
    config.HTMLExporter.template_name = "formgrade"
    config.HTMLExporter.extra_template_basedirs = [handlers.template_path]
    resources = dict.fromkeys(
        ["assignment_id", "notebook_id", "submission_id", "base_url", "student",
         "last_name", "first_name", "notebook_path"], "x"
    )  # fmt: skip
    path = graded.root / "autograded" / "html" / "ps1" / "nn.ipynb"
    page, _ = HTMLExporter(config=config).from_filename(
        str(path), resources={**resources, "index": 0, "total": 1}
    )
    assert HIDDEN in page
    assert "<img src=x onerror" not in page
    assert "alert(2)" not in page
    assert "alert(3)" not in page
    assert "<script>alert(4)" not in page


def test_a_second_run_has_nothing_to_do(graded):
    log = graded.run("autograde", "ps1")
    assert "Sanitizing" not in log
    assert "Skipping existing assignment" in log
