"""Attacks on single parts that the class of attackers cannot show by its scores."""

import nbformat
import pytest

from autograder.execution.reading import parse_submission
from autograder.grading.files import pack, unpack, without_conflicts, write_graded


def test_a_folder_named_like_a_notebook_stops_nobody(tmp_path):
    """One student's odd folder must not end the run of all others."""
    submitted = tmp_path / "submitted"
    (submitted / "nn.ipynb").mkdir(parents=True)
    (submitted / "nn.ipynb" / "x.txt").write_text("x")
    files, _ = unpack(pack(submitted, []))
    files = without_conflicts(files, ["nn.ipynb"])
    target = tmp_path / "graded"
    write_graded(target, {"nn": nbformat.v4.new_notebook()}, files)
    assert (target / "nn.ipynb").is_file()


@pytest.mark.parametrize(
    "metadata", ['{"tags": 1}', '{"name": 3}', '{"collapsed": "x", "jupyter": []}']
)
def test_metadata_of_odd_types_are_no_reason_to_refuse(metadata):
    cell = f'{{"cell_type": "code", "source": "x = 1", "metadata": {metadata}}}'
    content = f'{{"nbformat": 4, "nbformat_minor": 5, "cells": [{cell}]}}'
    assert parse_submission(content.encode()).cells[0].source == "x = 1"
