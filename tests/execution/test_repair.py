"""Whatever was done to a submitted notebook, the release's cells come back."""

import copy
import json

import nbformat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nbformat.v4.nbbase import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.nbgraderformat import MetadataValidator
from nbgrader.utils import compute_checksum

from autograder.execution.plan import plan_cells
from autograder.execution.reading import parse_submission
from autograder.execution.release import Markers, ReleasedCell, ReleasedNotebook
from autograder.execution.repair import repair_notebook, report_of, stand_in

STUB = "def relu(s):\n    raise NotImplementedError"
ANSWER = "def relu(s):\n    return max(s, 0)"
TEST = (
    "assert relu(1) == 1\n### BEGIN HIDDEN TESTS\nassert relu(-3) == 0\n"
    "### END HIDDEN TESTS"
)
VISIBLE_TEST = "assert relu(1) == 1"


def released(name, source, cell_type="code", *, points=None, tags=(), **flags):
    cell = ReleasedCell(
        name, cell_type, source, checksum=None, points=points, tags=tags, **flags
    )
    node = new_code_cell(source) if cell_type == "code" else new_markdown_cell(source)
    node.metadata.nbgrader = cell.metadata()
    checksum = compute_checksum(node)
    return ReleasedCell(**{**vars(cell), "checksum": checksum})


RELEASE = ReleasedNotebook(
    cells=(
        released("setup", "import numpy as np", locked=True),
        released("relu", STUB, locked=False, solution=True),
        released("test_relu", TEST, locked=True, grade=True, points=2.0),
        released("why", "Your answer here", "markdown", locked=False, grade=True,
                 solution=True, points=3.0),
        released("design", "# write code", locked=False, grade=True, solution=True,
                 points=4.0),
        released("test_last", "assert relu(0) == 0", locked=True, grade=True,
                 points=1.0, tags=("nncourse-inside",)),
    ),
    kernelspec={"name": "python3", "display_name": "Python 3", "language": "python"},
    allow=("nnlib.data",),
    plain_tags={"# Title": ()},
    markers=Markers(),
)  # fmt: skip
ACTIONS = ["delete", "copy", "move", "retype", "field", "id"]
NAMES = [cell.name for cell in RELEASE.cells]


@pytest.fixture
def submitted():
    """What an honest student hands in: the release with answers."""
    nb = new_notebook(metadata={"kernelspec": dict(RELEASE.kernelspec)})
    nb.cells.append(new_markdown_cell("# Title"))
    answers = {"relu": ANSWER, "why": "Because.", "design": "y = relu(2)",
               "test_relu": VISIBLE_TEST}  # fmt: skip
    for cell in RELEASE.cells:
        source = answers.get(cell.name, cell.source)
        code = cell.cell_type == "code"
        node = new_code_cell(source) if code else new_markdown_cell(source)
        node.metadata.nbgrader = cell.metadata()
        nb.cells.append(node)
    return nb


def cell(nb, name):
    found = [
        c for c in nb.cells if c.metadata.get("nbgrader", {}).get("grade_id") == name
    ]
    assert len(found) == 1, f"{name} is there {len(found)} times"
    return found[0]


def order(nb):
    return [c.metadata.nbgrader.grade_id for c in nb.cells if "nbgrader" in c.metadata]


def check_whole(nb):
    """Everything that has to hold for every repaired notebook."""
    nbformat.validate(nb)
    MetadataValidator().validate_nb(nb)
    for wanted in RELEASE.cells:
        if wanted.solution and not wanted.grade and wanted.name not in order(nb):
            continue
        mended = cell(nb, wanted.name)
        assert mended.cell_type == wanted.cell_type
        assert mended.metadata.nbgrader == wanted.metadata()
        if wanted.locked:
            assert mended.source == wanted.source
            assert compute_checksum(mended) == wanted.checksum
    kinds = {plan.id: plan.kind for plan in plan_cells(nb)}
    assert kinds["setup"] == "shared"
    assert kinds["test_relu"] == "test"
    assert kinds["test_last"] == "inside"
    assert nb.metadata.nncourse.allow == ["nnlib.data"]


def test_an_honest_notebook_is_completed_without_a_word(submitted):
    result = repair_notebook(submitted, RELEASE)
    check_whole(result.notebook)
    assert result.log == []
    assert order(result.notebook) == NAMES
    assert cell(result.notebook, "relu").source == ANSWER
    assert cell(result.notebook, "test_relu").source == TEST


def test_an_old_release_without_optional_flags_is_no_damage(submitted):
    for node in submitted.cells[1:]:
        data = node.metadata.nbgrader
        for flag in ("task", "grade", "solution", "locked", "cell_type"):
            if not data.get(flag):
                data.pop(flag, None)
    assert repair_notebook(submitted, RELEASE).log == []


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("test_relu", {"points": 300}, "points was 300, is 2.0"),
        ("test_relu", {"grade": False}, "grade was False, is True"),
        ("test_relu", {"solution": True}, "solution was True, is False"),
        ("design", {"solution": False}, "solution was False, is True"),
        ("design", {"grade": False}, "grade was False, is True"),
        ("why", {"points": 10.0}, "points was 10.0, is 3.0"),
        ("setup", {"locked": False}, "locked was False, is True"),
        ("relu", {"grade": True, "points": 50}, "grade was True, is False"),
        ("relu", {"schema_version": 99}, "version was 99, is 3"),
        ("relu", {"schema_version": 1}, "version was 1, is 3"),
        ("relu", {"schema_version": None}, "version was None, is 3"),
        ("test_relu", {"grade": "yes"}, "grade was yes, is True"),
        ("test_relu", {"points": "nan"}, "points was nan, is 2.0"),
        ("relu", {"task": True}, "task was True, is False"),
    ],
)
def test_edited_metadata_comes_back(submitted, name, change, said):
    cell(submitted, name).metadata.nbgrader.update(change)
    result = repair_notebook(submitted, RELEASE)
    check_whole(result.notebook)
    assert any(said in line for line in result.log), result.log


def test_an_edited_test_and_helper_come_back(submitted):
    cell(submitted, "test_relu").source = "pass"
    cell(submitted, "setup").source = "np = None"
    result = repair_notebook(submitted, RELEASE)
    check_whole(result.notebook)
    assert [line for line in result.log if "had been edited" in line] == [
        "locked cell 'setup' had been edited",
        "locked cell 'test_relu' had been edited",
    ]


@pytest.mark.parametrize("name", NAMES)
def test_every_deleted_cell_with_points_comes_back_at_its_place(submitted, name):
    submitted.cells.remove(cell(submitted, name))
    result = repair_notebook(submitted, RELEASE)
    check_whole(result.notebook)
    if name == "relu":  # the answer may live on elsewhere: no stub that hides it
        assert "relu" not in order(result.notebook)
    else:
        assert order(result.notebook) == NAMES
        assert result.log == [f"cell '{name}' was missing"]
    kinds = {plan.id: plan.kind for plan in plan_cells(result.notebook)}
    if name == "design":
        assert kinds["design"] == "skip"


def test_a_test_comes_back_after_the_answer_that_was_split_in_two(submitted):
    submitted.cells.remove(cell(submitted, "test_relu"))
    place = submitted.cells.index(cell(submitted, "relu")) + 1
    submitted.cells.insert(place, new_code_cell("relu = np.vectorize(relu)"))
    nb = repair_notebook(submitted, RELEASE).notebook
    sources = [c.source for c in nb.cells]
    assert sources.index(TEST) == sources.index("relu = np.vectorize(relu)") + 1


def test_all_cells_deleted(submitted):
    submitted.cells = []
    result = repair_notebook(submitted, RELEASE)
    check_whole(result.notebook)
    assert order(result.notebook) == [n for n in NAMES if n != "relu"]


@pytest.mark.parametrize("name", NAMES)
def test_a_copied_cell_counts_once(submitted, name):
    twin = copy.deepcopy(cell(submitted, name))
    submitted.cells.append(twin)
    result = repair_notebook(submitted, RELEASE)
    check_whole(result.notebook)
    assert f"cell '{name}' was there 2 times" in result.log
    assert len(result.notebook.cells) == len(NAMES) + 2, "nothing is thrown away"


def test_of_copies_the_one_that_was_worked_on_is_the_answer(submitted):
    original = cell(submitted, "relu")
    stub = copy.deepcopy(original)
    stub.source = STUB
    submitted.cells.insert(3, stub)
    nb = repair_notebook(submitted, RELEASE).notebook
    assert cell(nb, "relu").source == ANSWER


@pytest.mark.parametrize("kind", ["markdown", "raw", "code"])
@pytest.mark.parametrize("name", NAMES)
def test_a_retyped_cell_gets_its_type_back(submitted, name, kind):
    node = cell(submitted, name)
    before = node.cell_type
    node.cell_type = kind
    result = repair_notebook(parse_submission(json.dumps(submitted).encode()), RELEASE)
    check_whole(result.notebook)
    assert any("type was" in line for line in result.log) == (kind != before)
    if name == "relu":
        assert cell(result.notebook, "relu").source == ANSWER


@pytest.mark.parametrize("tag", ["skip-execution", "raises-exception"])
def test_tags_with_an_effect_are_removed_and_named(submitted, tag):
    cell(submitted, "test_relu").metadata.tags = [tag]
    result = repair_notebook(submitted, RELEASE)
    check_whole(result.notebook)
    assert result.log == [f"cell 'test_relu': removed tag {tag}"]


def test_only_the_author_decides_where_a_test_runs(submitted):
    cell(submitted, "test_relu").metadata.tags = ["nncourse-inside"]
    cell(submitted, "test_last").metadata.pop("tags", None)
    nb = repair_notebook(submitted, RELEASE).notebook
    kinds = {plan.id: plan.kind for plan in plan_cells(nb)}
    assert kinds["test_relu"] == "test"
    assert kinds["test_last"] == "inside"


def test_a_students_allow_list_and_report_have_no_effect(submitted):
    submitted.metadata.nncourse = {"allow": ["nnlib.conv"], "report": {"unsafe": False}}
    submitted.metadata.widgets = {"application/vnd.jupyter.widget-state+json": {}}
    for node in submitted.cells:
        node.metadata.nncourse = {"released": True, "rubric": {"score": 9}}
    nb = repair_notebook(submitted, RELEASE).notebook
    assert nb.metadata.nncourse.allow == ["nnlib.data"]
    assert "widgets" not in nb.metadata
    assert "nncourse" not in cell(nb, "relu").metadata
    assert "rubric" not in str(nb)


def test_a_test_moved_before_its_answer_moves_back(submitted):
    test = cell(submitted, "test_relu")
    submitted.cells.remove(test)
    submitted.cells.insert(0, test)
    result = repair_notebook(submitted, RELEASE)
    check_whole(result.notebook)
    assert order(result.notebook) == NAMES
    assert result.log == ["locked cells had been moved; they are back in their order"]


def test_a_helper_moved_to_the_end_moves_back(submitted):
    helper = cell(submitted, "setup")
    submitted.cells.remove(helper)
    submitted.cells.append(helper)
    nb = repair_notebook(submitted, RELEASE).notebook
    assert order(nb) == NAMES


def test_answers_stay_where_the_student_put_them(submitted):
    answer = cell(submitted, "design")
    submitted.cells.remove(answer)
    submitted.cells.insert(2, answer)
    result = repair_notebook(submitted, RELEASE)
    check_whole(result.notebook)
    assert result.log == []
    assert order(result.notebook)[:2] == ["setup", "design"]


def test_cells_that_lost_their_metadata_are_recognised(submitted):
    for node, name in zip(submitted.cells[1:], NAMES, strict=True):
        node.metadata = nbformat.from_dict({})
        if name in ("relu", "why", "design"):
            node.id = name  # the released cell id is the grade id
    result = repair_notebook(submitted, RELEASE)
    check_whole(result.notebook)
    assert order(result.notebook) == NAMES
    assert cell(result.notebook, "relu").source == ANSWER


@pytest.mark.parametrize("name", ["why", "design"])
def test_an_answer_that_may_be_elsewhere_is_left_to_a_human(submitted, name):
    answer = cell(submitted, name)
    answer.metadata = nbformat.from_dict({})
    nb = repair_notebook(submitted, RELEASE).notebook
    mended = cell(nb, name)
    assert compute_checksum(mended) != mended.metadata.nbgrader.checksum
    submitted.cells.remove(answer)
    mended = cell(repair_notebook(submitted, RELEASE).notebook, name)
    assert compute_checksum(mended) == mended.metadata.nbgrader.checksum, "no response"


def test_foreign_nbgrader_cells_become_plain(submitted):
    node = new_code_cell("1/0")
    node.metadata.nbgrader = {"grade_id": "bonus", "grade": True, "points": 100,
                              "solution": False, "locked": True,
                              "schema_version": 3}  # fmt: skip
    submitted.cells.append(node)
    result = repair_notebook(submitted, RELEASE)
    check_whole(result.notebook)
    assert result.notebook.cells[-1].source == "1/0"
    assert result.log == ["cell 'bonus' is not of this notebook: plain"]


def test_attachments_keep_pictures_only(submitted):
    node = cell(submitted, "why")
    node.attachments = {
        "a.png": {"image/png": "aGk=", "text/html": "<script>"},
        "b.svg": {"image/svg+xml": "<svg onload='x'/>"},
        "c.png": {"image/png": '"><script>'},
    }
    nb = repair_notebook(submitted, RELEASE).notebook
    assert cell(nb, "why").attachments == {"a.png": {"image/png": "aGk="}}


def test_a_missing_kernelspec_is_replaced(submitted):
    submitted.metadata = nbformat.from_dict({})
    result = repair_notebook(submitted, RELEASE)
    assert result.notebook.metadata.kernelspec.name == "python3"
    assert result.log == ["the notebook named no kernel"]


def test_the_stand_in_holds_the_release_and_the_reason():
    nb = stand_in(RELEASE, "the file is empty")
    check_whole(nb)
    assert report_of(nb).unreadable == "the file is empty"
    assert "the file is empty" in nb.cells[0].source


@settings(
    max_examples=60,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_any_mixture_of_damage_is_repaired(submitted, data):
    """Deleting, copying, moving, retyping and relabelling in any order."""
    nb = copy.deepcopy(submitted)
    junk = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5))
    for _ in range(data.draw(st.integers(1, 8))):
        if not nb.cells:
            break
        at = data.draw(st.integers(0, len(nb.cells) - 1))
        to = data.draw(st.integers(0, len(nb.cells)))
        action = data.draw(st.sampled_from(ACTIONS))
        node = nb.cells[at]
        if action == "delete":
            del nb.cells[at]
        elif action == "copy":
            nb.cells.insert(to, copy.deepcopy(node))
        elif action == "move":
            nb.cells.insert(to, nb.cells.pop(at))
        elif action == "retype":
            node.cell_type = data.draw(st.sampled_from(["code", "markdown", "raw"]))
        elif action == "field" and isinstance(node.metadata.get("nbgrader"), dict):
            keys = ["grade", "solution", "locked", "points", "schema_version"]
            node.metadata.nbgrader[data.draw(st.sampled_from(keys))] = data.draw(junk)
        elif action == "id":
            node.metadata.nbgrader = data.draw(st.one_of(junk, st.just({})))
    result = repair_notebook(parse_submission(json.dumps(nb).encode()), RELEASE)
    check_whole(result.notebook)
    places = {name: at for at, name in enumerate(order(result.notebook))}
    assert places["test_relu"] < places["test_last"]
    assert places["setup"] < places["test_relu"]
    assert places.get("relu", -1) < places["test_relu"]
