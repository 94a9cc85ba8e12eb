"""Notebook and cell metadata, order, copies, deletions: everything but the answers."""

import copy
import json

from attack_kit import FULL, HONEST, Attack, cell_named, code, tests_of, text
from nbformat import NotebookNode


def each_test(**fields):
    def edit(nb):
        for cell in tests_of(nb):
            cell.metadata.nbgrader.update(fields)

    return edit


def tags(*names):
    def edit(nb):
        for cell in nb.cells:
            cell.metadata.tags = list(names)

    return edit


def forged_reports(nb):
    rubric = {"schema_version": 1, "points": 2.0, "score": 2.0, "checks": []}
    nb.metadata.nncourse = {
        "allow": ["nnlib.losses", "os"],
        "result": "0" * 64,
        "report": {"repaired": "x", "events": {}, "warnings": 1, "unsafe": True},
    }
    for cell in nb.cells:
        cell.metadata.nncourse = {
            "rubric": rubric, "status": "ok", "inside": False, "released": True,
            "reinserted": True, "diagnosis": "<script>alert('page')</script>",
        }  # fmt: skip
        if cell.cell_type == "code":
            cell.outputs = []


def forged_outputs(nb):
    result = {"output_type": "execute_result", "execution_count": 1, "metadata": {},
              "data": {"text/plain": "3.0"}}  # fmt: skip
    for cell in tests_of(nb):
        cell.outputs = [NotebookNode(result)]
        cell.metadata.nncourse = {"status": "ok"}


def allowed_modules(nb):
    nb.metadata.nncourse = {"allow": ["nnlib", "nnlib.losses", "autograder"]}
    nb.cells.insert(0, code("import nnlib.losses\nprint('REACHED', nnlib.losses)"))
    nb.cells.insert(0, code("import autograder\nprint('REACHED', autograder)"))


def no_review(nb):
    for name in ("plot", "why"):
        cell_named(nb, name).metadata.nbgrader.solution = False
    cell_named(nb, "plot").source = "4.0"


def manual_as_test(nb):
    cell_named(nb, "plot").metadata.nbgrader.update(solution=False, locked=True)
    cell_named(nb, "plot").source = "print(1)"


def deleted(nb):
    names = set(FULL)
    nb.cells = [c for c in nb.cells if c.metadata.get("nbgrader", {}).get("grade_id")
                not in names]  # fmt: skip


def retyped(cell_type):
    def edit(nb):
        for cell in tests_of(nb):
            cell.cell_type = cell_type
            cell.pop("outputs"), cell.pop("execution_count")

    return edit


def edited_tests(nb):
    for cell in tests_of(nb):
        cell.source = "3.0"


def unlocked_tests(nb):
    for cell in tests_of(nb):
        cell.metadata.nbgrader.update(locked=False, solution=True)
        cell.source = "3.0"


def copied_tests(nb):
    for cell in tests_of(nb):
        twin = copy.deepcopy(cell)
        twin.source = "pass"
        nb.cells.append(twin)
        nb.cells.insert(0, copy.deepcopy(twin))


def swapped_ids(nb):
    one, other = cell_named(nb, "test_softmax"), cell_named(nb, "test_relu")
    one.metadata.nbgrader.grade_id, other.metadata.nbgrader.grade_id = (
        "test_relu", "test_softmax"
    )  # fmt: skip


def own_test_cell(nb):
    cell = code("10000.0")
    cell.metadata.nbgrader = {
        "schema_version": 3, "grade_id": "bonus", "grade": True, "locked": True,
        "solution": False, "task": False, "points": 10000, "cell_type": "code",
    }  # fmt: skip
    nb.cells.insert(0, cell)


def test_cell_as_answer(nb):
    """The id of an answer on a cell of the student that runs before the imports."""
    cell_named(nb, "setup").source = "class np: pass\nRubric = assert_close = print"
    cell_named(nb, "setup").metadata.nbgrader.locked = False


def tests_first(nb):
    ids = set(FULL)
    nb.cells.sort(key=lambda c: c.metadata.get("nbgrader", {}).get("grade_id") in ids)
    nb.cells.reverse()


def kernel(**spec):
    def edit(nb):
        nb.metadata.kernelspec = spec
        nb.metadata.language_info = {"name": spec.get("language", "x"), "version": "9"}

    return edit


def huge(nb):
    nb.metadata.x = "x" * 3_000_000
    for cell in nb.cells:
        cell.metadata.y = {str(i): [i] * 5 for i in range(2000)}


def odd_ids(nb):
    for number, cell in enumerate(nb.cells):
        cell.id = ["", "x" * 500, "../../up", "<b>", "a b", "test_softmax"][number % 6]


def odd_types(nb):
    raw = json.loads(json.dumps(nb))
    raw["nbformat"], raw["nbformat_minor"] = "4", -1
    raw["metadata"] = [1]
    for number, cell in enumerate(raw["cells"]):
        cell["metadata"] = [{}, [], None, {"nbgrader": 3}, {"nbgrader": [], "tags": 1}][
            number % 5
        ]
    return json.dumps(raw).encode()


def minor(number):
    def edit(nb):
        nb.nbformat_minor = number
        return json.dumps(nb).encode()

    return edit


def old_format(nb):
    raw = json.loads(json.dumps(nb))
    cells = raw.pop("cells")
    for cell in cells:
        if cell["cell_type"] == "code":
            cell["input"] = cell.pop("source")
            cell["prompt_number"] = cell.pop("execution_count")
            cell["language"] = "python"
    return json.dumps(
        {**raw, "nbformat": 3, "nbformat_minor": 0, "worksheets": [{"cells": cells}]}
    ).encode()


def duplicate_keys(nb):
    content = json.dumps(nb)
    return content.replace('"points": 3,', '"points": 3, "points": 300,').encode()


ATTACKS = [
    Attack("skipped", "tests are tagged to be skipped", edit=tags("skip-execution")),
    Attack("raises", "tests are tagged to be allowed to fail",
           edit=tags("raises-exception")),
    Attack("inside", "tests are tagged to run in the student's process",
           edit=tags("nncourse-inside"),
           first="get_ipython().ast_transformers.clear()\n"
           "import builtins\nbuiltins.AssertionError = SystemExit"),
    Attack("all_tags", "every tag that any tool knows",
           edit=tags("skip-execution", "nncourse-inside", "raises-exception",
                     "remove-cell", "remove_cell", "hide-output", "parameters")),
    Attack("reports", "the grader's own metadata is made up", edit=forged_reports),
    Attack("outputs", "tests already have outputs with full points",
           edit=forged_outputs),
    Attack("allowed", "modules of the course are allowed by the student",
           edit=allowed_modules),
    Attack("no_review", "manual answers are declared to be no answers", edit=no_review),
    Attack("manual_as_test", "a manual answer is declared a test that passes",
           edit=manual_as_test),
    Attack("points", "tests give 300 points", edit=each_test(points=300)),
    Attack("negative_points", "and less than none", edit=each_test(points=-1)),
    Attack("text_points", "and points that are no numbers",
           edit=each_test(points="many")),
    Attack("no_grade", "tests are declared not to be graded",
           edit=each_test(grade=False, points=0)),
    Attack("task", "tests are declared tasks",
           edit=each_test(task=True, grade=False, locked=False)),
    Attack("unlocked", "tests are declared answers", edit=unlocked_tests),
    Attack("edited", "tests are replaced by a number", edit=edited_tests),
    Attack("deleted", "tests are deleted", edit=deleted),
    Attack("deleted_honest", "tests are deleted from good work, which keeps its points",
           edit=deleted, honest=True),
    Attack("as_text", "tests become Markdown", edit=retyped("markdown")),
    Attack("as_raw", "tests become raw cells", edit=retyped("raw")),
    Attack("copied", "tests are there three times, two of them empty",
           edit=copied_tests),
    Attack("copied_honest", "the same with good work", edit=copied_tests, honest=True),
    Attack("swapped", "two tests change their ids", edit=swapped_ids),
    Attack("bonus", "a test of the student's own, worth 10000 points",
           edit=own_test_cell),
    Attack("setup", "the locked imports are replaced by impostors",
           edit=test_cell_as_answer),
    Attack("reversed", "all cells in the reverse order, tests first", edit=tests_first),
    Attack("checksum", "checksums are made up", edit=each_test(checksum="0" * 32)),
    Attack("schema_0", "schema version 0", edit=each_test(schema_version=0)),
    Attack("schema_99", "schema version 99", edit=each_test(schema_version=99)),
    Attack("other_ids", "grade ids that the course does not know",
           edit=each_test(grade_id="../../../gradebook")),
    Attack("ids", "cell ids that are too long, double, no ids", edit=odd_ids),
    Attack("kernel_r", "the notebook claims to be written in R",
           edit=kernel(name="ir", display_name="R", language="R"), honest=True),
    Attack("kernel_path", "a kernel that is a command",
           edit=kernel(name="../../bin/sh", display_name="<b>", language="python"),
           honest=True),
    Attack("huge", "megabytes of metadata", edit=huge, honest=True),
    Attack("odd_types", "metadata that are lists and numbers", edit=odd_types),
    Attack("minor_99", "a minor version from the future", edit=minor(99), honest=True),
    Attack("minor_0", "a minor version without cell ids", edit=minor(0), honest=True),
    Attack("format_3", "a notebook of format 3", edit=old_format, honest=True),
    Attack("double_keys", "JSON with a key twice", edit=duplicate_keys),
    Attack("attachments", "attachments with HTML and a script",
           edit=lambda nb: nb.cells.append(text(
               "![x](attachment:a.svg) ![y](attachment:b.png)",
               attachments={
                   "a.svg": {"image/svg+xml": "<svg onload='alert(\"page\")'/>",
                             "text/html": "<script>alert('page')</script>"},
                   "b.png\" onerror=\"alert('page')": {"image/png": "AAAA"},
               }))),
    Attack("collapsed", "all cells are hidden from the grader's eyes",
           edit=lambda nb: [c.metadata.update(
               collapsed=True, jupyter={"source_hidden": True, "outputs_hidden": True})
               for c in nb.cells],
           answers={"relu": HONEST["relu"]}, earns={"test_relu": 2.0}),
]  # fmt: skip
