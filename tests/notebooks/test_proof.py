"""What is published passes one proof, whatever it is packed in."""

import io
import json
import tarfile
import zipfile

import nbformat
import pytest

from autograder.errors import CourseError
from autograder.notebooks.documents import documents
from autograder.notebooks.proof import refuse_secrets

SOLUTION = "return np.tanh(3.0 * shifted)"  # of the small course
HARMLESS = "Read the lecture first, then the assignment."


def zipped(member, text, *, comment=b"", remark=b""):
    """A zip archive with one member, as bytes."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        info = zipfile.ZipInfo(member)
        info.comment = remark
        archive.writestr(info, text)
        archive.comment = comment
    return data.getvalue()


def tarred(member, text):
    """A compressed tar archive with one member, as bytes."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as archive:
        info = tarfile.TarInfo(member)
        info.size = len(text.encode())
        archive.addfile(info, io.BytesIO(text.encode()))
    return data.getvalue()


def notebook(*, source="x", metadata=None, output=""):
    """A notebook with one cell, as bytes."""
    cell = nbformat.v4.new_code_cell(source, metadata=metadata or {})
    if output:
        cell.outputs = [nbformat.v4.new_output("stream", text=output)]
    return nbformat.writes(nbformat.v4.new_notebook(cells=[cell])).encode()


PLACES = {
    "a text": ("a.txt", lambda text: text.encode()),
    "a comment of a page": ("a.html", lambda text: f"<!-- {text} -->".encode()),
    "coloured code": (
        "a.html",
        lambda text: text.replace(" ", "</b> <b>").encode(),
    ),
    "an index": ("index.js", lambda text: json.dumps(f"x\n{text}\n").encode()),
    "a cell": ("a.ipynb", lambda text: notebook(source=text)),
    "an output": ("a.ipynb", lambda text: notebook(output=text)),
    "metadata": ("a.ipynb", lambda text: notebook(metadata={"note": [text]})),
    "a member": ("a.zip", lambda text: zipped("b.txt", text)),
    "the name of a member": ("a.zip", lambda text: zipped(f"{text}.txt", "")),
    "a zip's comment": ("a.zip", lambda text: zipped("b", "", comment=text.encode())),
    "a member's comment": ("a.zip", lambda text: zipped("b", "", remark=text.encode())),
    "a wheel in a zip": (
        "a.zip",
        lambda text: zipped("b-1-py3-none-any.whl", zipped("b/c.py", text)),
    ),
    "a source archive": ("a.tar.gz", lambda text: tarred("a/b.py", text)),
    "the name of a file": ("{}.txt", lambda text: b""),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_secret_is_found_in(place, course, tmp_path):
    name, make = PLACES[place]
    for text in (SOLUTION, HARMLESS):
        folder = tmp_path / text[:4]
        folder.mkdir()
        path = folder / name.format(text)
        path.write_bytes(make(text))
        for published in (folder, path):
            if text == HARMLESS:
                assert refuse_secrets(course, [published]) >= 1
            else:
                with pytest.raises(CourseError, match="must not be published"):
                    refuse_secrets(course, [published])


@pytest.mark.parametrize(
    "name",
    [
        "solutions/a01/a01.ipynb",
        "x/content/assignments/a01/notebook.py",
        "submitted/s001/a01/a01.txt",
        "gradebook.db",
        "docs/assignments.md",
    ],
)
def test_the_instructors_files_are_found_by_their_names(name, course, tmp_path):
    path = tmp_path / "bundle" / name
    path.parent.mkdir(parents=True)
    path.write_bytes(b"\0 not even text")
    with pytest.raises(CourseError, match="is the instructor's"):
        refuse_secrets(course, [tmp_path / "bundle"])


def test_the_place_of_the_course_is_found(course, tmp_path):
    text = notebook(output=f"File {course}/nnlib/x.py, line 3")
    (tmp_path / "a.ipynb").write_bytes(text)
    with pytest.raises(CourseError, match=r"a\.ipynb names the instructor's folder"):
        refuse_secrets(course, [tmp_path / "a.ipynb"])


def test_a_marker_is_found(course, tmp_path):
    (tmp_path / "a.ipynb").write_bytes(notebook(source="### BEGIN HIDDEN TESTS"))
    with pytest.raises(CourseError, match="holds the marker BEGIN HIDDEN TESTS"):
        refuse_secrets(course, [tmp_path / "a.ipynb"])


def test_what_is_not_there_is_no_proof(course, tmp_path):
    with pytest.raises(CourseError, match="nowhere is not there"):
        refuse_secrets(course, [tmp_path / "nowhere"])


def test_damaged_archives_count_as_files(tmp_path):
    (tmp_path / "a.zip").write_bytes(b"not a zip")
    (tmp_path / "b.tar.gz").write_bytes(b"not a tar")
    (tmp_path / "c.png").write_bytes(b"\x89PNG\0\0")
    names = [document.name for document in documents(tmp_path)]
    assert names == ["a.zip", "b.tar.gz", "c.png"]
