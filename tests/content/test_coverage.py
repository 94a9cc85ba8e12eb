"""Every row of the syllabus is taught: content/coverage.csv says where.

A line of that file names a row of content/syllabus.csv, a lecture, a section of it, and
words that stand in that section, so that a row cannot get lost unseen when a lecture is
rewritten. A row that is left out on purpose has a reason instead.
"""

import csv
import importlib
import re
import runpy
from pathlib import Path

import jupytext
import pytest

CONTENT = Path(__file__).parents[2] / "content"
SOURCES = sorted((CONTENT / "lectures").glob("[0-9][0-9]_*.py"))
COLUMNS = ["id", "lecture", "section", "says", "reason"]


def read_csv(name):
    with (CONTENT / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def squeezed(text):
    """The text without the targets of its links, in one line."""
    return " ".join(re.sub(r"\[([^\]]+)\]\([^)\s]+\)", r"\1", text).split())


def sections(source):
    """Text and code of each section of a lecture, by its heading."""
    cells = jupytext.reads(source, fmt="py:percent").cells
    everything = "\n".join(cell.source for cell in cells)
    pieces = re.split(r"^## (.+)$", everything, flags=re.M)[1:]
    return {
        title.strip(): squeezed(body)
        for title, body in zip(pieces[::2], pieces[1::2], strict=True)
    }


def faults(line, lectures):
    """What is wrong with one line, given the sections of the lectures by number."""
    where = f"{line['id']} in lecture {line['lecture']}"
    if bool(line["reason"]) == bool(line["section"] and line["says"]):
        yield f"{where}: give either a section with words of it, or a reason"
    elif line["section"]:
        body = lectures.get(line["lecture"], {}).get(line["section"])
        if body is None:
            yield f"{where}: no section {line['section']!r}"
        elif squeezed(line["says"]) not in body:
            yield f"{where}: {line['section']!r} does not say {line['says']!r}"


def missing(syllabus, coverage, lectures):
    """Pairs of row and lecture, for lectures that exist, without a line."""
    covered = {(line["id"], line["lecture"]) for line in coverage}
    for row in syllabus:
        for name in filter(None, row["lecture"].split(";")):
            number = name.removeprefix("L")
            if number in lectures and (row["id"], number) not in covered:
                yield row["id"], number


@pytest.fixture(scope="module")
def lectures():
    return {
        str(int(path.stem[:2])): sections(path.read_text(encoding="utf-8"))
        for path in SOURCES
    }


def test_the_lines_are_well_formed():
    coverage, known = read_csv("coverage.csv"), read_csv("syllabus.csv")
    assert list(coverage[0]) == COLUMNS
    assert all(None not in line and None not in line.values() for line in coverage)
    assert {line["id"] for line in coverage} <= {row["id"] for row in known}
    places = [(line["id"], line["lecture"], line["section"]) for line in coverage]
    assert len(places) == len(set(places))


def test_each_line_names_a_section_that_says_so(lectures):
    lines = read_csv("coverage.csv")
    found = [fault for line in lines for fault in faults(line, lectures)]
    assert not found


def test_each_row_is_taught_in_its_lectures(lectures):
    syllabus, coverage = read_csv("syllabus.csv"), read_csv("coverage.csv")
    assert not list(missing(syllabus, coverage, lectures))


BOOK = {"1": {"1.1 Start": "two words and more"}}
LINE = {
    "id": "S0-01",
    "lecture": "1",
    "section": "1.1 Start",
    "says": "words and",
    "reason": "",
}


def test_a_good_line_has_no_fault():
    assert not list(faults(LINE, BOOK))
    assert not list(faults(LINE | {"section": "", "says": "", "reason": "plan"}, BOOK))


@pytest.mark.parametrize(
    "change",
    [
        {"section": "1.2 Start"},
        {"says": "three words"},
        {"says": ""},
        {"lecture": "2"},
        {"section": "", "says": ""},
        {"reason": "a plan"},
    ],
)
def test_faults_of_a_line_are_seen(change):
    assert list(faults(LINE | change, BOOK))


def test_a_row_without_a_line_is_seen_only_for_lectures_that_exist():
    syllabus = [
        {"id": "S0-01", "lecture": "L1;L2"},
        {"id": "S0-02", "lecture": "L1"},
        {"id": "S0-03", "lecture": ""},
    ]
    assert list(missing(syllabus, [LINE], BOOK)) == [("S0-02", "1")]


def test_the_table_is_the_one_that_the_files_make():
    script = runpy.run_path(str(CONTENT / "coverage_table.py"))
    stored = script["TABLE"].read_text(encoding="utf-8")
    assert stored == script["table"](), "run python content/coverage_table.py"
    assert len(re.findall(r"^\| S\d-\d\d \|", stored, flags=re.M)) == 285


def test_what_implements_a_row_exists():
    for row in read_csv("syllabus.csv"):
        for name in filter(None, row["library"].split(";")):
            module, _, attribute = name.partition(".")
            if attribute:
                target = importlib.import_module(f"nnlib.{module}")
                assert hasattr(target, attribute), f"{row['id']}: no nnlib.{name}"


def test_every_row_of_an_assignment_has_its_task_or_a_reason():
    folders = {
        f"A{int(path.name[1:3])}": path
        for path in (CONTENT / "assignments").glob("a[0-9][0-9]_*")
    }
    lines = read_csv("assessment.csv")
    for line in lines:
        notebook = CONTENT / "assignments" / line["assignment"] / "notebook.py"
        assert bool(line["task"]) != bool(line["reason"]), line
        grade_id = f'"grade_id": "{line["task"]}"'
        assert line["reason"] or grade_id in notebook.read_text("utf-8"), line
    placed = {(line["id"], line["assignment"]) for line in lines}
    missing = [
        (row["id"], number)
        for row in read_csv("syllabus.csv")
        for number in filter(None, row["assignment"].split(";"))
        if number in folders and (row["id"], folders[number].name) not in placed
    ]
    assert not missing, "add lines to content/assessment.csv"


def test_rows_without_a_lecture_are_the_lists_of_books():
    without = [row for row in read_csv("syllabus.csv") if not row["lecture"]]
    assert [row["id"] for row in without] == ["S3-72"]
    assert all(row["library"] == "references" for row in without)
