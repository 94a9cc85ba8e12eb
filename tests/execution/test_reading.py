"""Files are read as notebooks if they can be; if not there is a sentence why."""

import json
import os

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat.v4.nbbase import new_code_cell, new_notebook

from autograder.execution.intake import find_renamed
from autograder.execution.reading import (
    Unreadable,
    parse_submission,
    read_submission,
)


def notebook_with(*grade_ids):
    nb = new_notebook()
    for name in grade_ids:
        cell = new_code_cell("x = 1")
        cell.metadata.nbgrader = {"grade_id": name}
        nb.cells.append(cell)
    return nb


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "not JSON"),
        (b"print('hello')", "not JSON"),
        (b'{"cells": [', "not JSON"),
        (b"[1, 2]", "holds a list"),
        (b'"text"', "holds a str"),
        (b"{}", "no list of cells"),
        (b'{"cells": 3}', "no list of cells"),
        (b'{"worksheets": [1]}', "damaged notebook of format 3"),
        (b"[" * 200_000, "too deeply"),
        (b'{"cells": ' + b"[" * 100_000, "too deeply"),
        (b'{"cells": [' + b"{}," * 3000 + b"{}]}", "3001 cells"),
        (b'{"n": ' + b"9" * 5000 + b"}", "not JSON"),
    ],
)
def test_what_is_no_notebook_says_why(content, reason):
    with pytest.raises(Unreadable, match=reason):
        parse_submission(content)


def test_a_huge_file_is_not_even_read(tmp_path):
    path = tmp_path / "big.ipynb"
    with path.open("wb") as file:
        file.truncate(100_000_000)
    with pytest.raises(Unreadable, match="100 MB, at most 50 MB"):
        read_submission(path)


def test_links_pipes_and_folders_are_not_followed(tmp_path):
    secret = tmp_path / "solution.ipynb"
    secret.write_text(nbformat.writes(notebook_with("relu")))
    folder = tmp_path / "s001"
    folder.mkdir()
    (folder / "link.ipynb").symlink_to(secret)
    os.mkfifo(folder / "pipe.ipynb")
    (folder / "folder.ipynb").mkdir()
    for name in ("link", "pipe", "folder"):
        with pytest.raises(Unreadable, match="not a regular file"):
            read_submission(folder / f"{name}.ipynb")
    with pytest.raises(Unreadable, match="cannot be opened"):
        read_submission(folder / "none.ipynb")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_usual_encodings_are_read(encoding):
    text = nbformat.writes(notebook_with("größe"))
    nb = parse_submission(text.encode(encoding))
    assert nb.cells[0].metadata.nbgrader.grade_id == "größe"


def test_damaged_cells_become_valid_ones():
    raw = {
        "cells": [
            {"cell_type": "code", "source": ["a\n", "b", 3], "execution_count": "<b>"},
            {"cell_type": "heading", "source": "Title", "id": "x y"},
            {"source": "1 + 1", "outputs": [{"output_type": "stream"}, 5]},
            {"cell_type": "code", "source": "\ud800", "metadata": [], "id": "same"},
            {"cell_type": "raw", "source": None, "id": "same", "attachments": []},
            "no cell",
        ],
        "nbformat": 4,
        "nbformat_minor": 99,
        "metadata": None,
    }
    nb = parse_submission(json.dumps(raw).encode())
    nbformat.validate(nb)
    assert [c.cell_type for c in nb.cells] == [
        "code",
        "markdown",
        "code",
        "code",
        "raw",
    ]
    assert nb.cells[0].source == "a\nb"
    assert nb.cells[0].execution_count is None
    nbformat.writes(nb).encode("utf-8")


def test_a_notebook_of_format_3_is_converted():
    cell = {
        "cell_type": "code",
        "input": ["x = 1"],
        "outputs": [],
        "language": "python",
    }
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": "old"},
           "worksheets": [{"cells": [cell], "metadata": {}}]}  # fmt: skip
    nb = parse_submission(json.dumps(old).encode())
    nbformat.validate(nb)
    assert nb.cells[0].source == "x = 1"


def test_metadata_keep_what_repair_looks_at_and_nothing_of_a_wrong_type():
    odd = {"tags": 1, "name": 3, "jupyter": [], "collapsed": "x", "format": {},
           "nbgrader": {"grade_id": "a\ud800", "points": [1], "grade": True},
           "scrolled": True}  # fmt: skip
    raw = {
        "cells": [
            {"cell_type": kind, "source": "", "metadata": odd}
            for kind in ("code", "markdown", "raw")
        ],
        "metadata": {"kernelspec": {"name": 3}, "title": 1, "authors": {},
                     "orig_nbformat": "x", "language_info": []},
    }  # fmt: skip
    nb = parse_submission(json.dumps(raw).encode())
    nbformat.writes(nb).encode("utf-8")
    assert nb.metadata == {}
    for cell in nb.cells:
        assert cell.metadata == {
            "scrolled": True,
            "nbgrader": {"grade_id": "a\ufffd", "grade": True},
        }


def test_tags_and_the_kernel_stay():
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    cell = {"cell_type": "code", "source": "", "metadata": {"tags": ["a", "a", 1, "b"]}}
    raw = {"cells": [cell], "metadata": {"kernelspec": kernel}}
    nb = parse_submission(json.dumps(raw).encode())
    assert nb.cells[0].metadata.tags == ["a", "b"]
    assert nb.metadata.kernelspec == kernel


def test_outputs_of_made_up_types_are_dropped():
    """The format defines more names than those of outputs."""
    outputs = [{"output_type": name} for name in ("misc", "mimebundle", "cell", 3, [])]
    raw = {"cells": [{"cell_type": "code", "source": "", "outputs": outputs}]}
    assert parse_submission(json.dumps(raw).encode()).cells[0].outputs == []


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["cells", "metadata", "source", "cell_type", "outputs", "data", "id",
                 "output_type", "text", "attachments", "nbformat", "worksheets",
                 "tags", "name", "jupyter", "collapsed", "nbgrader", "kernelspec",
                 "language_info", "authors", "title"]
            ),
            inner | st.sampled_from(["code", "markdown", "stream", "display_data"]),
            max_size=6,
        )
    ),
    max_leaves=30,
)  # fmt: skip


@settings(max_examples=60, deadline=None, derandomize=True)
@given(cells=st.lists(json_values, max_size=5), rest=json_values)
def test_any_json_is_read_or_refused(cells, rest):
    data = {"metadata": rest, "cells": cells}
    nb = parse_submission(json.dumps(data).encode())
    nbformat.validate(nb)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(content):
    with pytest.raises(Unreadable):
        parse_submission(content)


@pytest.mark.parametrize(
    "name",
    ["nn (1).ipynb", "NN.ipynb", "nn-Copy1.ipynb", "nn.ipynb.txt", "sub/nn.ipynb",
     "s001_final.ipynb", "nn.json"],
)  # fmt: skip
def test_a_renamed_notebook_is_found(tmp_path, name):
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(nbformat.writes(notebook_with("relu", "softmax")))
    (tmp_path / "scratch.ipynb").write_text(nbformat.writes(notebook_with()))
    wanted = {"nn": {"relu", "softmax", "why"}, "other": {"conv"}}
    assert find_renamed(tmp_path, wanted) == {"nn": path}


def test_names_that_are_right_are_left_alone(tmp_path):
    for name in ("nn", "nn-Copy1"):
        (tmp_path / f"{name}.ipynb").write_text(nbformat.writes(notebook_with("relu")))
    assert find_renamed(tmp_path, {"nn": {"relu"}}) == {}


def test_of_two_candidates_the_fuller_one_is_meant(tmp_path):
    (tmp_path / "a.ipynb").write_text(nbformat.writes(notebook_with("relu", "why")))
    (tmp_path / "b.ipynb").write_text(nbformat.writes(notebook_with("relu")))
    found = find_renamed(tmp_path, {"nn": {"relu", "why"}})
    assert found == {"nn": tmp_path / "a.ipynb"}
