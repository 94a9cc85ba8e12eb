"""The leak proof finds what is planted, and only that."""

import json

import nbformat
import pytest

from autograder.notebooks.documents import readable_text
from autograder.notebooks.leaks import course_secrets, find_leaks
from autograder.notebooks.release import student_version
from autograder.notebooks.render import dump, load, render
from autograder.notebooks.source import find_sources

SOLUTION = "return np.tanh(3.0 * shifted)"
HIDDEN = "secret_input = np.array([-0.375, 0.625])"
ANSWER = "Because the hyperbolic tangent of a large number is almost one."
MISCONCEPTION = "return math.tanh(3.0 * s + 0.000001)"


@pytest.fixture
def secrets(course):
    return course_secrets(course)


def test_all_four_kinds_are_secret_and_say_where_they_stand(secrets):
    origins = {secret.line: secret.origin for secret in secrets}
    assert origins[SOLUTION] == "solution in cell squash of a01_small"
    assert origins[HIDDEN] == "hidden tests in cell test_squash of a01_small"
    assert origins[ANSWER] == "solution in cell why of a01_small"
    assert origins[MISCONCEPTION] == "misconceptions of a01_small"


@pytest.mark.parametrize("line", [SOLUTION, HIDDEN, ANSWER, MISCONCEPTION])
@pytest.mark.parametrize(
    "disguise",
    [
        "    {}",
        "x = 1\n{}\ny = 2",
        "# {}",
        "prefix {} suffix",
    ],
)
def test_a_planted_leak_is_found(secrets, line, disguise):
    leaks = find_leaks(secrets, {"page": disguise.format(line)})
    assert line in [leak.secret.line for leak in leaks]
    assert str(leaks[0]).startswith("page: ")


def test_wrapped_text_is_found(secrets):
    assert find_leaks(secrets, {"page": ANSWER.replace(" of ", " of\n    ")})


def test_the_release_holds_no_secret_and_the_source_does(course, secrets):
    source = next(source for source in find_sources(course) if source.graded)
    notebook = render(load(source))
    release = dump(student_version(notebook))
    assert find_leaks(secrets, {"release": release}) == []
    assert len(find_leaks(secrets, {"source": dump(notebook)})) >= 4


def test_a_forgotten_preprocessor_is_found(course, secrets, monkeypatch):
    from nbgrader.preprocessors import ClearHiddenTests

    monkeypatch.setattr(
        ClearHiddenTests, "preprocess", lambda self, nb, resources: (nb, resources)
    )
    source = next(source for source in find_sources(course) if source.graded)
    release = dump(student_version(render(load(source))))
    leaks = find_leaks(secrets, {"release": release})
    assert {leak.secret.origin for leak in leaks} == {
        "hidden tests in cell test_squash of a01_small"
    }


@pytest.mark.parametrize("place", ["nnlib", "lecture", "assignment"])
def test_what_is_public_is_no_secret(course, place):
    if place == "nnlib":
        (course / "nnlib").mkdir()
        (course / "nnlib" / "x.py").write_text(f"def f(shifted):\n    {SOLUTION}\n")
    elif place == "lecture":
        lecture = course / "content" / "lectures" / "01_small.py"
        lecture.write_text(lecture.read_text() + f"\n# %%\n# {SOLUTION}\n")
    else:
        notebook = course / "content" / "assignments" / "a01_small" / "notebook.py"
        notebook.write_text(notebook.read_text() + f"\n# %%\n# {SOLUTION}\n")
    lines = [secret.line for secret in course_secrets(course)]
    assert SOLUTION not in lines
    assert HIDDEN in lines


def test_files_are_read_as_their_readers_see_them(tmp_path, secrets):
    page = tmp_path / "page.html"
    page.write_text(f"<pre><b>return</b> {SOLUTION.removeprefix('return ')}</pre>")
    index = tmp_path / "index.json"
    index.write_text(json.dumps({"text": f"x\n{HIDDEN}\n"}))
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x")])
    output = nbformat.v4.new_output("stream", text=f"{MISCONCEPTION}\n")
    notebook.cells[0].outputs = [output]
    book = tmp_path / "book.ipynb"
    nbformat.write(notebook, book)
    texts = {p.name: readable_text(p.name, p.read_bytes()) for p in (page, index, book)}
    found = {(leak.where, leak.secret.line) for leak in find_leaks(secrets, texts)}
    assert {
        ("page.html", SOLUTION),
        ("index.json", HIDDEN),
        ("book.ipynb", MISCONCEPTION),
    } <= found
