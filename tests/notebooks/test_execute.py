"""Running a notebook as nbval will: same view of widgets, errors with their cell."""

import os
import sys
from pathlib import Path

import nbformat
import pytest

from autograder.notebooks.execute import CellFailure, execute_now


def notebook_of(*sources):
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    return nbformat.v4.new_notebook(cells=cells)


def test_what_a_widget_prints_is_output_of_its_cell(tmp_path):
    ran = execute_now(
        notebook_of(
            "import ipywidgets\nout = ipywidgets.Output()\nwith out:\n    print('in')",
            "import os\nprint(os.environ['PATH'].split(os.pathsep)[0], os.getcwd())",
        ),
        tmp_path,
    )
    assert ran.cells[0].outputs[0].text == "in\n"
    programs = str(Path(sys.executable).parent)
    assert ran.cells[1].outputs[0].text.split() == [programs, str(tmp_path)]
    assert "widgets" not in ran.metadata
    assert os.environ["PATH"].split(os.pathsep)[0]


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("raise ValueError('no')", "the cell raised ValueError: no"),
        ("import os; os._exit(3)", "the kernel died in this cell"),
    ],
)
def test_a_failure_knows_its_cell(tmp_path, source, reason):
    with pytest.raises(CellFailure, match=reason) as caught:
        execute_now(notebook_of("x = 1", source), tmp_path)
    assert caught.value.index == 1
