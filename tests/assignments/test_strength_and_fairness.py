"""Every assignment: right work gets everything, mistakes lose what they should."""

import re

import pytest


def scores(results):
    return {name: (result.score, result.points) for name, result in results.items()}


def lost(results):
    return {name: result.failed for name, result in results.items() if result.failed}


def test_there_is_an_assignment_to_test(read):
    assert read("a01").rehearsal.tests


@pytest.mark.parametrize("student_copy", [False, True])
def test_the_reference_gets_full_points(assignment, student_copy):
    results = assignment.rehearsal.run(student_copy=student_copy)
    assert not lost(results)
    assert all(score == points for score, points in scores(results).values())


@pytest.mark.parametrize("student_copy", [False, True])
def test_the_blank_release_gets_nothing(assignment, student_copy):
    results = assignment.rehearsal.run(blank=True, student_copy=student_copy)
    assert {score for score, _ in scores(results).values()} == {0.0}
    for result in results.values():
        for message in result.messages.values():
            assert message.startswith("not done yet"), message


def test_hidden_checks_are_gone_from_the_students_copy(assignment):
    whole = assignment.rehearsal.run()
    copy = assignment.rehearsal.run(student_copy=True)
    for name, result in copy.items():
        assert result.messages, name
        assert set(result.messages) < set(whole[name].messages), name


def test_a_stub_names_its_task(assignment):
    number = int(assignment.name[1:3])
    for task in assignment.rehearsal.tasks:
        text = assignment.rehearsal.source(task)
        stub = rf'raise NotImplementedError\("Task {number}\.\d+: [^"]+"\)'
        assert re.search(stub, text), f"{task} has no stub such as {stub}"


def test_a_mistake_fails_the_named_checks_and_no_other(assignment, mistake):
    results = assignment.rehearsal.run({mistake.task: mistake.solution})
    failed = lost(results)
    assert set(failed) == {f"test_{mistake.task}"}
    assert failed[f"test_{mistake.task}"] == mistake.caught_by


def test_a_mistake_is_recognised_and_no_other(assignment, mistake):
    recognised = assignment.catalogue.recognise(mistake.task, mistake.solution)
    assert [found.name for found in recognised] == [mistake.name]


def test_a_right_solution_resembles_no_mistake(assignment):
    reference = assignment.rehearsal.reference()
    for task in assignment.catalogue.tasks:
        assert not assignment.catalogue.recognise(task, reference[task])


def test_an_alternative_gets_full_points(assignment, task, alternative):
    results = assignment.rehearsal.run({task: alternative})
    messages = {name: result.messages for name, result in results.items()}
    assert not lost(results), messages[f"test_{task}"]


def test_every_task_has_mistakes_and_alternatives_enough(assignment):
    assert set(assignment.catalogue.tasks) == set(assignment.rehearsal.tasks)
    for task in assignment.rehearsal.tasks:
        assert f"test_{task}" in assignment.rehearsal.tests
        assert len(assignment.catalogue.of(task)) >= 4, task
        assert len(assignment.alternatives[task]) >= 3, task


def test_the_hints_of_a_task_differ(assignment):
    for task in assignment.catalogue.tasks:
        hints = [mistake.hint for mistake in assignment.catalogue.of(task)]
        assert len(set(hints)) == len(hints), task


def test_the_size_of_an_assignment(assignment):
    draft = "**Draft.**" in assignment.text  # made by `nncourse new`, not finished
    assert draft or 5 <= len(assignment.rehearsal.tests) <= 8
    automatic = sum(assignment.rehearsal.points.values())
    cells = re.findall(r'^# %%.*"points": ([\d.]+)', assignment.text, re.M)
    headings = re.findall(r"^## .*\(([\d.]+) points?\)$", assignment.text, re.M)
    assert draft or 20 <= sum(map(float, cells)) <= 30
    assert list(map(float, headings)) == list(map(float, cells))
    total = f"**Points:** {sum(map(float, cells)):g}, of which {automatic:g} are given"
    assert total in assignment.text
