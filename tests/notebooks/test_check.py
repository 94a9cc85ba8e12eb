"""`--check` finds every difference between notebooks and sources, running nothing."""

import json

import pytest

from autograder.notebooks.check import check_course

LECTURE = "lectures/01_small.ipynb"
SOLUTION = "solutions/a01_small/a01_small.ipynb"


def test_a_built_course_agrees(built_course):
    assert check_course(built_course) == []


def test_one_edited_character_is_found_in_its_cell(course_copy):
    path = course_copy / SOLUTION
    path.write_text(path.read_text().replace("3.0 * shifted", "4.0 * shifted"))
    assert check_course(course_copy) == [
        f"{SOLUTION}: cell squash (number 3): source differs"
    ]


def change_id(notebook):
    notebook["cells"][1]["id"] = "other"


def change_type(notebook):
    notebook["cells"][0]["cell_type"] = "raw"


def change_tag(notebook):
    notebook["cells"][2]["metadata"]["tags"] = []


def change_count(notebook):
    notebook["cells"][2]["execution_count"] = 9


def add_output(notebook):
    output = {"output_type": "stream", "name": "stdout", "text": "x"}
    notebook["cells"][1]["outputs"] = [output]


def drop_output(notebook):
    notebook["cells"][2]["outputs"] = []


def add_picture(notebook):
    notebook["cells"][5]["outputs"][0]["data"]["image/png"] = "iVBOR"


CHANGES = [
    (change_id, "cell c001 (number 2): id differs"),
    (change_type, "cell c000 (number 1): cell_type differs"),
    (change_tag, "cell c002 (number 3): metadata differs"),
    (change_count, "cell c002 (number 3): execution_count differs"),
    (add_output, "cell c001 (number 2): presence of outputs differs"),
    (drop_output, "cell c002 (number 3): presence of outputs differs"),
    (add_picture, "cell c005 (number 6): form of the outputs differs"),
    (lambda nb: nb["cells"].pop(), "5 cells, expected 6"),
    (lambda nb: nb["metadata"].pop("kernelspec"), "the notebook's metadata differs"),
]


@pytest.mark.parametrize(("change", "message"), CHANGES)
def test_every_kind_of_difference_is_named(course_copy, change, message):
    path = course_copy / LECTURE
    notebook = json.loads(path.read_text())
    change(notebook)
    path.write_text(json.dumps(notebook, indent=1, sort_keys=True) + "\n")
    assert f"{LECTURE}: {message}" in check_course(course_copy)


def test_stored_numbers_are_left_to_nbval(course_copy):
    path = course_copy / LECTURE
    path.write_text(path.read_text().replace("s = 3.000\\n", "s = 3.100\\n"))
    assert check_course(course_copy) == []


def test_another_layout_of_the_file_is_found(course_copy):
    path = course_copy / LECTURE
    path.write_text(json.dumps(json.loads(path.read_text()), indent=2))
    assert check_course(course_copy) == [
        f"{LECTURE}: written in another form than the builder's"
    ]


def test_missing_broken_and_stray_notebooks_are_found(course_copy):
    (course_copy / LECTURE).unlink()
    (course_copy / SOLUTION).write_text("{")
    stray = course_copy / "lectures" / "99_old.ipynb"
    stray.write_text("{}")
    lines = check_course(course_copy)
    assert lines[0] == f"{LECTURE}: missing, its source is content/lectures/01_small.py"
    assert lines[1].startswith(f"{SOLUTION}: not a notebook")
    assert lines[2] == "lectures/99_old.ipynb: has no source in content/: delete it"
    assert len(check_course(course_copy, ["01_small"])) == 1
