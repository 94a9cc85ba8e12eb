"""What grading would repair is told beforehand."""

import copy

import pytest

from autograder.checking.assignment import EDITED, MISSING, open_assignment

from .conftest import check


def delete(work):
    work.remove("test_step")


def delete_setup(work):
    work.remove("setup")


def edit(work):
    work.cell("test_step").source += "\nr.points"


def edit_setup(work):
    work.cell("setup").source += "\nX_BINARY += 1"


def retype(work):
    cell = work.cell("test_step")
    cell.cell_type = "markdown"
    del cell["outputs"], cell["execution_count"]


def duplicate(work):
    twin = copy.deepcopy(work.cell("neuron"))
    twin.id = "twin"
    place = work.notebook.cells.index(work.cell("neuron"))
    work.notebook.cells.insert(place, twin)


def fewer_points(work):
    work.cell("test_step").metadata.nbgrader.points = 200


def unlock(work):
    work.cell("setup").metadata.nbgrader.locked = False


def skip(work):
    work.cell("test_step").metadata.tags = ["skip-execution"]


def strip(work):
    del work.cell("test_step").metadata["nbgrader"]


def move(work):
    cell = work.cell("setup")
    work.remove("setup")
    work.notebook.cells.append(cell)


def add_cells(work):
    """Nothing of this is anybody's business."""
    work.add("step", "1 / 0")
    work.notebook.cells[-1].metadata.tags = ["mine"]
    work.notebook.metadata.widgets = {}
    work.cell("c019").metadata.tags = ["raises-exception"]


DAMAGE = {
    delete: ["cell 'test_step' was missing"],
    delete_setup: ["cell 'setup' was missing"],
    edit: ["locked cell 'test_step' had been edited"],
    edit_setup: ["locked cell 'setup' had been edited"],
    retype: ["cell 'test_step': type was markdown, is code again"],
    duplicate: ["cell 'neuron' was there 2 times"],
    fewer_points: ["cell 'test_step': points was 200, is 2.0 again"],
    unlock: ["cell 'setup': locked was False, is True again"],
    skip: ["cell 'test_step': removed tag skip-execution"],
    strip: ["cell 'test_step' had lost its nbgrader metadata"],
    move: ["locked cells had been moved; they are back in their order"],
    add_cells: [],
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_is_named(work, tmp_path, damage):
    damage(work)
    opened = open_assignment(work.save(tmp_path))
    assert opened.repairs == DAMAGE[damage]
    reasons = {delete: {"test_step": MISSING}, edit: {"test_step": EDITED}}
    assert opened.unsound == reasons.get(damage, {})
    assert opened.remarks == []


def test_another_name_of_the_file_is_named(work, tmp_path):
    path = work.save(tmp_path, "a01_neurons-Copy1")
    assert open_assignment(path).repairs == [
        "the file was called 'a01_neurons-Copy1.ipynb', is 'a01_neurons.ipynb' again"
    ]


def test_what_can_be_repaired_is_and_what_can_not_fails(work, tmp_path, capsys):
    """Moved and skipped cells run as in grading; an edited test proves nothing."""
    move(work)
    skip(work)
    work.cell("test_sigmoid").source = "r = 3.0\nr"
    work.remove("test_perturb")
    code, found = check(work.save(tmp_path), tmp_path)
    assert code == 1
    tasks = {task["name"]: task for task in found["tasks"]}
    assert tasks["test_step"]["passed"] and tasks["test_neuron"]["passed"]
    assert tasks["test_sigmoid"]["problem"] == EDITED
    assert tasks["test_perturb"]["problem"] == MISSING
    assert sum(task["passed"] for task in tasks.values()) == 6
    printed = capsys.readouterr().out
    assert "Grading would repair this, better do it yourself:" in printed
    assert "- cell 'test_perturb' was missing" in printed


def test_a_notebook_without_a_list_of_cells_is_checked_with_a_remark(work, tmp_path):
    for own in ({}, {"cells": 7}, {"cells": ["setup"]}, {"cells": ["a b c"]}):
        work.notebook.metadata.nncourse = own
        opened = open_assignment(work.save(tmp_path))
        assert opened.repairs == [] and len(opened.notebook.cells) == 34
        assert "does not list its cells" in opened.remarks[0]


def test_an_older_version_is_remarked_on(work, tmp_path):
    work.notebook.metadata.nncourse.version = "0.0.9"
    (remark,) = open_assignment(work.save(tmp_path)).remarks
    assert "is from version 0.0.9 of the course" in remark
