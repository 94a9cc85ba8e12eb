"""`nncourse lab` before it starts: one line for each thing that is wrong."""

import importlib.util
import json
import os
import shutil
import sys
from collections import namedtuple
from pathlib import Path

import pytest

from autograder.cli import lab, main

ROOT = Path(__file__).parents[1]
START = ROOT / "autograder" / "notebooks" / "bundle" / "files" / "start.py"
Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A folder with the first lecture, and the test in it."""
    place = tmp_path / "lectures"
    place.mkdir()
    shutil.copy(ROOT / "lectures" / "00_start_here.ipynb", place)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def said(capsys, *words):
    """Run the command, which must refuse; return its one line."""
    assert main(["lab", "--no-browser", *words]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    return line


def test_not_in_the_course(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert "is not in the course" in said(capsys)


def test_a_student_has_no_instructors_lab(course, capsys):
    assert "is not in a course" in said(capsys, "--instructor")


def test_a_folder_that_cannot_be_written_to(course, capsys, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert "can't be written to" in said(capsys)


def test_a_full_disk(course, capsys, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(9e9, 9e9, 1e6))
    assert "is full (1 MB left, 20 MB are needed)" in said(capsys)


def test_a_bundle_of_another_version(course, capsys):
    (course / "nncourse.json").write_text(json.dumps({"version": "0.0.1"}))
    line = said(capsys)
    assert "is of version 0.0.1" in line and "start.sh" in line


def test_a_missing_package(course, capsys, monkeypatch):
    monkeypatch.setattr(lab, "find_spec", lambda name: None)
    line = said(capsys)
    assert "jupyterlab is not installed" in line and "nncourse[lab]" in line


def test_a_port_that_is_none(course, capsys):
    assert "port 70000 is in use or not allowed" in said(capsys, "--port", "70000")


def test_students_get_a_profile_and_instructors_none(monkeypatch):
    monkeypatch.delenv("JUPYTER_CONFIG_PATH", raising=False)
    profile = Path(lab._environment(instructor=False)["JUPYTER_CONFIG_PATH"])
    config = json.loads((profile / "labconfig" / "page_config.json").read_text())
    assert config["disabledExtensions"]["@jupyter/nbgrader:formgrader"] is True
    assert "JUPYTER_CONFIG_PATH" not in lab._environment(instructor=True)


@pytest.fixture
def start(tmp_path):
    """The start script of a bundle, in a folder of its own."""
    shutil.copy(START, tmp_path)
    for name in ("constraints.txt", "requirements.txt", "nncourse-0.1.0-x.whl"):
        (tmp_path / name).write_text(name)
    spec = importlib.util.spec_from_file_location("start", tmp_path / "start.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_an_old_python_is_told(start, capsys, monkeypatch):
    monkeypatch.setattr(start, "OLDEST", (4, 0))
    assert start.main([]) == 2
    assert "the course needs 3.11 or newer" in capsys.readouterr().err


def test_a_failed_set_up_is_told_and_goes_on_later(start, capsys, tmp_path):
    start.PYTHON.parent.mkdir(parents=True)
    start.PYTHON.symlink_to(sys.executable)
    (tmp_path / "requirements.txt").write_text("./missing.whl\n")
    assert start.main([]) == 2
    assert "Start again to go on" in capsys.readouterr().err
    assert not start.STAMP.exists()


def test_a_folder_without_rights_is_told(start, capsys, monkeypatch):
    def refuse(*args, **options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(start.subprocess, "run", refuse)
    assert start.main([]) == 2
    assert "(Permission denied): move the folder" in capsys.readouterr().err


def test_new_packages_change_the_fingerprint(start, tmp_path):
    before = start.fingerprint()
    (tmp_path / "nncourse-0.1.0-x.whl").write_text("newer")
    assert start.fingerprint() != before
