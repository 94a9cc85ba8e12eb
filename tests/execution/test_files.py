"""What lies beside a notebook: copies of links that lead out are not kept."""

import os

from autograder.execution.files import remove_links_out, submission_files


def folders(tmp_path):
    """A submission, nbgrader's copy of it, and what the course provides."""
    names = ("submitted", "graded", "source", "other")
    submitted, graded, source, other = (tmp_path / name for name in names)
    for folder in (submitted, graded, source, other):
        folder.mkdir()
    (other / "secret.txt").write_text("secret")
    (submitted / "own.txt").write_text("own")
    return submitted, graded, source, other / "secret.txt"


def copy_all(submitted, graded):
    for path in submitted.iterdir():
        (graded / path.name).write_bytes(path.read_bytes())


def test_copies_of_links_out_are_removed(tmp_path):
    submitted, graded, source, secret = folders(tmp_path)
    (submitted / "more.html").symlink_to(secret)
    (submitted / "up.txt").symlink_to("../other/secret.txt")
    (submitted / "twice.txt").symlink_to("up.txt")
    (submitted / "inside.txt").symlink_to("own.txt")
    copy_all(submitted, graded)
    (graded / "nn.ipynb").write_text("{}")
    remarks = remove_links_out(graded, submitted, source)
    assert sorted(os.listdir(graded)) == ["inside.txt", "nn.ipynb", "own.txt"]
    assert len(remarks) == 3
    assert "'more.html' is a link out of the submission: removed" in remarks[0]
    assert remove_links_out(graded, submitted, source) == []


def test_a_file_of_the_assignment_stays_whatever_the_student_linked(tmp_path):
    submitted, graded, source, secret = folders(tmp_path)
    (submitted / "data.csv").symlink_to(secret)
    (source / "data.csv").write_text("1,2")
    copy_all(submitted, graded)
    (graded / "data.csv").write_text("1,2")
    assert remove_links_out(graded, submitted, source) == []
    # Unless the course lets students' files take the place of its own.
    (graded / "data.csv").write_text("secret")
    assert len(remove_links_out(graded, submitted, source)) == 1


def test_what_is_left_reaches_the_sandbox(tmp_path):
    submitted, graded, _, secret = folders(tmp_path)
    (submitted / "link.txt").symlink_to(secret)
    copy_all(submitted, graded)
    files, remarks = submission_files(graded, submitted)
    assert files == {"own.txt": b"own"}
    assert len(remarks) == 1
