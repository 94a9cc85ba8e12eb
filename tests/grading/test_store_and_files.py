"""Results are kept whole; submissions become bytes and graded folders."""

import os
from pathlib import Path

import nbformat
import pytest

from autograder.errors import CourseError
from autograder.grading.files import (
    pack,
    unpack,
    without_conflicts,
    write_graded,
)
from autograder.grading.store import ResultStore, key_of


def test_keys_depend_on_every_part_and_its_borders():
    parts = [(b"ab", b"c"), (b"a", b"bc"), (b"abc",), (b"abc", b"")]
    assert len({key_of(*p) for p in parts}) == len(parts)


def test_results_come_back_and_damaged_ones_do_not(tmp_path):
    store = ResultStore(tmp_path)
    key = key_of(b"x")
    assert store.get(key) is None and not store.has(key)
    store.put(key, b"result" * 1000)
    assert store.has(key) and store.get(key) == b"result" * 1000
    (file,) = tmp_path.rglob("*.z")
    file.write_bytes(file.read_bytes()[:10])
    assert store.get(key) is None


def test_a_store_without_room_says_what_to_do(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(CourseError, match=r"No space left.*run the same command again"):
        ResultStore(tmp_path).put(key_of(b"x"), b"result")
    assert not [p for p in tmp_path.rglob("*") if p.is_file()]


def test_packing_depends_on_contents_only(tmp_path):
    for name in ("one", "two"):
        folder = tmp_path / name
        (folder / "data").mkdir(parents=True)
        (folder / "data" / "x.csv").write_text("1,2")
        (folder / "a01.ipynb").write_text("{}")
        (folder / "skipped.pyc").write_text(name)
    os.utime(tmp_path / "two" / "a01.ipynb", (1, 1))
    packed = pack(tmp_path / "one", ["*.pyc"])
    assert packed == pack(tmp_path / "two", ["*.pyc"])
    files, refused = unpack(packed)
    assert files == {"a01.ipynb": b"{}", "data/x.csv": b"1,2"}
    assert refused == {}


def test_links_and_huge_files_are_left_out_with_a_reason(tmp_path, monkeypatch):
    monkeypatch.setattr("autograder.grading.files.MAX_FILE_BYTES", 10)
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    folder = tmp_path / "s001"
    folder.mkdir()
    (folder / "link.txt").symlink_to(secret)
    (folder / "big.bin").write_bytes(b"x" * 11)
    os.mkfifo(folder / "pipe")
    files, refused = unpack(pack(folder, []))
    assert files == {}
    assert refused.keys() == {"link.txt", "big.bin", "pipe"}
    assert "too much" in refused["big.bin"]


def notebook(text: str) -> nbformat.NotebookNode:
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(text)])


def test_a_graded_folder_replaces_the_old_one_whole(tmp_path):
    target = tmp_path / "autograded" / "s001" / "a01"
    write_graded(target, {"a01": notebook("old")}, {"old.csv": b"1"})
    write_graded(target, {"a01": notebook("new")}, {"data/new.csv": b"2"})
    names = {p.relative_to(target).as_posix() for p in target.rglob("*") if p.is_file()}
    assert names == {"a01.ipynb", "data/new.csv"}
    assert nbformat.read(target / "a01.ipynb", 4).cells[0].source == "new"
    assert [p.name for p in target.parent.iterdir()] == ["a01"]


def test_a_failed_write_keeps_the_old_folder(tmp_path, monkeypatch):
    target = tmp_path / "s001" / "a01"
    write_graded(target, {"a01": notebook("old")}, {})

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(CourseError, match=r"No space left.*make room"):
        write_graded(target, {"a01": notebook("new")}, {"x.csv": b"1"})
    assert nbformat.read(target / "a01.ipynb", 4).cells[0].source == "old"


def test_big_files_do_not_take_the_notebooks_room(tmp_path, monkeypatch):
    monkeypatch.setattr("autograder.grading.files.MAX_FILE_BYTES", 50)
    monkeypatch.setattr("autograder.grading.files.MAX_SUBMISSION_BYTES", 60)
    for name, size in (("a.bin", 51), ("b.bin", 40), ("c.bin", 40), ("z.ipynb", 15)):
        (tmp_path / name).write_bytes(b"x" * size)
    files, refused = unpack(pack(tmp_path, []))
    assert files.keys() == {"z.ipynb", "b.bin"}
    assert refused.keys() == {"a.bin", "c.bin"}


def test_the_courses_own_files_win_over_folders_of_the_same_name():
    mine = {"nn.ipynb/x.txt": b"", "data": b"", "data2/y.csv": b"", "notes.txt": b""}
    kept = without_conflicts(mine, ["nn.ipynb", "data/x.csv", "data2/y.csv"])
    assert kept.keys() == {"notes.txt"}
