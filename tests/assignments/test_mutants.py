"""Tests notice small changes of the reference solutions; the record of it is true.

Changed tasks are tried whole, and of all others a random twentieth.
"""

import math
import random

import pytest

from autograder.feedback import mutation
from autograder.feedback.mutants import mutants

SAMPLE = 0.05


@pytest.fixture
def surveys(assignment):
    """The results of all tasks: kept ones, and new ones where a cell has changed."""
    kept = mutation.read_surveys(assignment.folder)
    rehearsal = assignment.rehearsal
    return {
        task: kept[task]
        if task in kept and kept[task].key == rehearsal.fingerprint(task)
        else mutation.survey(rehearsal, task)
        for task in mutation.tasks_with_mutants(rehearsal, assignment.folder)
    }


def test_mutants_lose_points(assignment, surveys):
    reasons = mutation.read_equivalents(assignment.folder)
    assert set(reasons) <= set(surveys)
    scores = {t: mutation.score(s, reasons.get(t, {})) for t, s in surveys.items()}
    killed = sum(score.killed for score in scores.values())
    survivors = [
        (t, change) for t, score in scores.items() for change in score.survivors
    ]
    print(
        f"{assignment.name}: {killed} of {killed + len(survivors)} mutants lose points"
    )
    assert killed >= mutation.REQUIRED * (killed + len(survivors)), survivors
    stale = {t: score.stale for t, score in scores.items() if score.stale}
    assert not stale, "listed as equivalent, but no survivors"


def test_the_record_is_true(assignment):
    seed = random.randrange(10**6)
    kept = mutation.read_surveys(assignment.folder)
    assert kept, f"run nncourse check-tests {assignment.name} and commit the result"
    for task, survey in kept.items():
        if survey.key != assignment.rehearsal.fingerprint(task):
            continue  # tried whole above
        found = mutants(assignment.rehearsal.source(task))
        assert len(found) == survey.mutants, task
        chosen = random.Random(seed).sample(found, math.ceil(SAMPLE * len(found)))
        expected = [m.change for m in chosen if m.change in survey.survivors]
        tried = mutation.try_mutants(assignment.rehearsal, task, chosen)
        assert tried == expected, f"{task}, seed {seed}"
