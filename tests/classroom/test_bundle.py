"""What the bundle holds, and when it is refused."""

import errno
import json
import zipfile
from pathlib import Path

import pytest

from autograder.cli import main
from autograder.errors import CourseError
from autograder.notebooks import bundle
from autograder.notebooks.proof import refuse_secrets
from autograder.notebooks.wheel import build_wheel

ROOT = Path(__file__).parents[2]
ONE = ["a01_neurons"]


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    path = tmp_path_factory.mktemp("bundle") / "bundle.zip"
    bundle.write_bundle(ROOT, ONE, path)
    return path


@pytest.fixture(scope="module")
def names(archive):
    with zipfile.ZipFile(archive) as opened:
        return {name.removeprefix("neural-networks/") for name in opened.namelist()}


def test_the_bundle_holds_what_a_student_needs(names):
    lectures = {f"lectures/{path.name}" for path in ROOT.glob("lectures/*.ipynb")}
    assert len(lectures) == 11 and lectures <= names
    assert "assignments/a01_neurons/a01_neurons.ipynb" in names
    scripts = {"start.py", "start.sh", "start.command", "start.bat"}
    assert scripts | {"README.md", "requirements.txt", "site/glossary.md"} <= names
    assert sum(name.endswith(".whl") for name in names) == 1


def test_only_the_named_assignments_are_handed_out(names, archive):
    assert sum(name.startswith("assignments/") for name in names) == 1
    with zipfile.ZipFile(archive) as opened:
        label = json.loads(opened.read("neural-networks/nncourse.json"))
        assert label["assignments"] == ONE
        modes = {i.filename: i.external_attr >> 16 for i in opened.infolist()}
    assert modes["neural-networks/start.sh"] & 0o111
    assert not modes["neural-networks/README.md"] & 0o111


def test_the_same_course_gives_the_same_bytes(archive, tmp_path):
    again = tmp_path / "again.zip"
    bundle.write_bundle(ROOT, ONE, again)
    assert again.read_bytes() == archive.read_bytes()


def test_wheel_and_source_archive_pass_the_proof_too(tmp_path):
    from hatchling.builders.sdist import SdistBuilder

    made = [build_wheel(ROOT, tmp_path)]
    made += map(Path, SdistBuilder(str(ROOT)).build(directory=str(tmp_path)))
    assert refuse_secrets(ROOT, made) > 400
    assert main(["prove", *map(str, made)]) == 0


def test_a_secret_is_refused_and_the_old_file_stays(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(bundle, "student_version", lambda notebook, root: notebook)
    out = tmp_path / "bundle.zip"
    out.write_bytes(b"the old one")
    assert main(["release", *ONE, "--out", str(out)]) == 2
    assert "must not be published" in capsys.readouterr().err
    assert out.read_bytes() == b"the old one"
    assert [path.name for path in tmp_path.iterdir()] == ["bundle.zip"]


def test_a_notebook_that_differs_from_its_source_is_refused(tmp_path, monkeypatch):
    difference = "solutions/a01_neurons/a01_neurons.ipynb: cell x differs"
    monkeypatch.setattr(bundle, "check_course", lambda root, names: [difference])
    with pytest.raises(CourseError, match="differs: run `nncourse build` first"):
        bundle.write_bundle(ROOT, ONE, tmp_path / "bundle.zip")
    assert not list(tmp_path.iterdir())


def test_a_full_disk_leaves_nothing_half_written(tmp_path, monkeypatch, capsys):
    def full(self, data):
        raise OSError(errno.ENOSPC, "No space left on device")

    out = tmp_path / "bundle.zip"
    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        assert main(["release", *ONE, "--out", str(out)]) == 2
    assert "No space left on device" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["a01_neuron"], "did you mean a01_neurons?"),
        (["01_neurons"], "is a lecture"),
        (["--out", "bundle.tar"], "ends with .zip"),
        (["a01_neurons", "--out", "/dev/null/x.zip"], "can't be written"),
    ],
)
def test_wrong_use_is_told_in_one_line(words, message, capsys):
    assert main(["release", *words]) == 2
    said = capsys.readouterr().err.strip()
    assert message in said.splitlines()[-1]
