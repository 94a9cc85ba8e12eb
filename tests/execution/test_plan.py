"""Where each cell of a notebook runs."""

import pytest
from nbformat.v4.nbbase import new_code_cell, new_markdown_cell, new_notebook

from autograder.execution.cells import CellOutcome, NotebookResult
from autograder.execution.plan import plan_cells
from autograder.execution.results import apply_result
from autograder.execution.testcell import RUBRIC_MIME


def code(source="x = 1", *, tags=(), reinserted=False, **data):
    cell = new_code_cell(source)
    if data:
        flags = {"grade": False, "solution": False, "locked": False}
        cell.metadata.nbgrader = {**flags, "grade_id": "c", "schema_version": 3, **data}
    if tags:
        cell.metadata.tags = list(tags)
    if reinserted:
        cell.metadata.nncourse = {"reinserted": True}
    return cell


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        (code(), "student"),
        (code(solution=True), "student"),
        (code(locked=True), "shared"),
        (code(grade=True, locked=True, points=2), "test"),
        (code(grade=True, points=2), "test"),
        (code(grade=True, solution=True, points=2), "student"),
        (code(grade=True, points=2, tags=["nncourse-inside"]), "inside"),
        (code(tags=["nncourse-inside"]), "student"),
        (code(tags=["skip-execution"]), "skip"),
        (code("  \n"), "skip"),
        (code(grade=True, solution=True, points=2, reinserted=True), "skip"),
        (code(grade=True, points=2, reinserted=True), "test"),
        (code(locked=True, reinserted=True), "shared"),
    ],
)
def test_kinds(cell, kind):
    (plan,) = plan_cells(new_notebook(cells=[cell]))
    assert plan.kind == kind


def test_only_code_is_planned_with_its_place_name_and_points():
    cells = [new_markdown_cell("# T"), code("a"), code("b", grade=True, points=1.5)]
    plans = plan_cells(new_notebook(cells=cells))
    assert [(p.index, p.source, p.points) for p in plans] == [
        (1, "a", None),
        (2, "b", 1.5),
    ]
    assert plans[0].id == cells[1].id
    assert plans[1].id == "c"


def test_outcomes_are_written_into_the_cells_and_the_report():
    rubric = {"schema_version": 1, "points": 2, "score": 1, "checks": []}
    shown = {
        "output_type": "display_data",
        "data": {RUBRIC_MIME: rubric, "text/plain": "table"},
        "metadata": {},
    }
    test = code(grade=True, points=2)
    inside = code(grade=True, points=2, tags=["nncourse-inside"])
    nb = new_notebook(cells=[code(), code(), test, inside])
    result = NotebookResult(
        outcomes={
            0: CellOutcome([], "ok"),
            1: CellOutcome([], "died", "os._exit ended the process"),
            2: CellOutcome([shown], "ok", rubric=rubric),
            3: CellOutcome([dict(shown, data=dict(shown["data"]))], "ok"),
        },
        events=["cell c: restarted"],
        unsafe=True,
        seconds=1.23456,
    )
    apply_result(nb, result)
    assert [cell.execution_count for cell in nb.cells] == [1, 2, 3, 4]
    assert nb.cells[1].outputs[0].evalue == "os._exit ended the process"
    assert nb.cells[2].metadata.nncourse.rubric == rubric
    assert nb.cells[2].metadata.nncourse.inside is False
    assert nb.cells[3].metadata.nncourse.inside is True
    assert RUBRIC_MIME not in nb.cells[3].outputs[0].data, (
        "a student could have made it up"
    )
    report = nb.metadata.nncourse.report
    assert (report.unsafe, report.seconds) == (True, 1.235)
    assert report.events == ["cell c: restarted"]
