"""No attack earns a point, learns a secret, harms anybody or leaves anything behind."""

import json
from pathlib import Path

# What attacks print when they got what they tried to get.
BOASTS = ("REACHED ", "CHANGED ", "LEFT-BEHIND")
GIGABYTE = 1 << 30
# A course of this size must not need more time than this, even on a busy machine.
LONGEST_SECONDS = 500


def own_outputs(run, student, attack):
    """What the attacker's process wrote: all but the errors and tables of tests."""
    cells = [] if has_no_score(run, attack) else run.graded(student).cells
    tests = attack.points
    for cell in cells:
        is_test = cell.metadata.get("nbgrader", {}).get("grade_id") in tests
        for output in cell.get("outputs", []):
            if not is_test or output.output_type == "stream":
                yield output


def test_the_catalogue_is_large(attacks):
    assert len(attacks) >= 200
    assert len({student.split("-")[0] for student in attacks}) == 12


def has_no_score(run, attack):
    """Whether the submission is one that nbgrader itself refuses."""
    return bool(attack.ungraded) and run.road == "nbgrader"


def test_points(run, attack, student):
    if has_no_score(run, attack):
        assert student not in run.points
        assert f"'ps1' for student '{student}'" in run.output
        return
    points = run.points[student]
    assert {name: points[name] for name in attack.points} == attack.points


def test_manual_answers_are_left_to_people(run, student):
    """No automatic point for an answer that only a person can judge."""
    points = run.points.get(student, {})
    assert not points.get("plot") and not points.get("why")


def test_no_secret_reaches_the_student(run, attack, student):
    outputs = list(own_outputs(run, student, attack))
    assert run.secrets.found_in(*map(json.dumps, outputs)) == []
    shown = " ".join(o.text for o in outputs if o.output_type == "stream")
    assert [boast for boast in BOASTS if boast in shown] == [], shown


def test_no_secret_lies_in_the_students_folder(run, attack, student):
    """Files of a graded submission are copied to the student with the feedback."""
    folder = run.root / "autograded" / student / "ps1"
    own = run.root / "submitted" / student / "ps1"
    for path in folder.rglob("*"):
        if path.suffix == ".ipynb" or not path.is_file():
            continue
        assert not path.is_symlink()
        if path.stat().st_size < 5_000_000:
            content = path.read_bytes().decode("latin-1")
            assert run.secrets.found_in(content) == [], path.relative_to(folder)
        assert (own / path.relative_to(folder)).exists()


def test_feedback_hides_what_tests_said(run, attack, student, feedback_of):
    page = {} if has_no_score(run, attack) else feedback_of(run, student)
    assert run.secrets.found_in(json.dumps(page)) == []


def test_honest_students_have_all_their_points(run, honest_students, full):
    for student in honest_students:
        points = run.points[student]
        assert {name: points[name] for name in full} == full
        report = run.graded(student).metadata.nncourse.report
        assert report.repaired == [] and report.events == [] and not report.unsafe


def test_nobody_is_left_out(run, attacks):
    handed_in = {path.name for path in (run.root / "submitted").iterdir()}
    refused = {s for s in attacks if has_no_score(run, attacks[s])}
    assert set(run.points) == handed_in - refused


def test_nothing_is_alive_and_nothing_is_left(run):
    assert run.report["living"] == {}
    assert run.leftovers == []
    for place in ("/tmp", "/var/tmp", "/dev/shm", Path.home(), "/run"):
        for name in ("deep/er", "x", "sitecustomize.py", "numpy.py", "d"):
            assert not Path(place, name).exists()


def test_the_grader_ends_well_and_stays_small(run, attacks):
    refused = run.road == "nbgrader" and any(a.ungraded for a in attacks.values())
    assert run.report["code"] == int(refused)  # an error is to be seen by the TA
    assert run.report["peak_bytes"] < 2 * GIGABYTE
    assert run.report["seconds"] < LONGEST_SECONDS


def test_only_scores_were_written_into_the_gradebook(run, class_folder, source_cells):
    assert run.other_scores == []
    assert source_cells(run.root) == source_cells(class_folder.root)


def test_the_courses_files_are_untouched(run):
    assert run.digests() == run.untouched


def test_both_roads_agree(by_nbgrader, by_nncourse, attacks):
    refused = {student for student, attack in attacks.items() if attack.ungraded}
    both = set(by_nbgrader.points) & set(by_nncourse.points) - refused
    assert len(both) > 100
    one, other = by_nbgrader.points, by_nncourse.points
    differ = {s: (one[s], other[s]) for s in both if one[s] != other[s]}
    # The limits are short here: on a busy machine an honest call may run into one.
    assert len(differ) <= 2, differ
