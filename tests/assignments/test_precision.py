"""How often a diagnosis is right: on the catalogue, on right work and on mutants.

A mutant is named rightly if it does the same as the named mistake in every call that
the test cells make; these calls are no probes of the catalogue.
"""

import copy
import functools
import math
import random
from collections import Counter

import pytest

from autograder.feedback import mutation
from autograder.feedback.diagnosis import Diagnostician
from autograder.feedback.mutants import mutants
from autograder.feedback.sameness import outcome, same

SAMPLE = 0.05
UNNAMED, RIGHT, WRONG = 1, 2, 3


@pytest.fixture(scope="module")
def diagnosticians():
    return functools.cache(lambda assignment: Diagnostician(assignment.catalogue))


def failed_checks(assignment, task, solution):
    test = f"test_{task}"
    return assignment.rehearsal.run({task: solution}, only=[test])[test].failed


def test_mistakes_are_named_and_right_work_is_not(assignment, diagnosticians):
    made = diagnosticians(assignment)
    named = Counter()
    for mistake in assignment.catalogue:
        failed = failed_checks(assignment, mistake.task, mistake.solution)
        found = made.name(mistake.task, mistake.solution, failed)
        named[
            "none" if found is None else "right" if found is mistake else "wrong"
        ] += 1
    # Right work fails no check and is never asked about; it would get no name, either.
    accused = [
        solution.__name__
        for task, solutions in assignment.alternatives.items()
        for solution in solutions
        for mistake in assignment.catalogue.of(task)
        if made.name(task, solution, mistake.caught_by)
    ]
    right, total = named["right"], len(assignment.catalogue)
    print(
        f"{assignment.name}: {right} of {total} mistakes named right, "
        f"{named['wrong']} wrong; right solutions named: {len(accused)}"
    )
    assert right >= 0.9 * total
    assert named["wrong"] <= 0.02 * total
    assert not accused


def judged(assignment, made, task, solution):
    """Say whether a mutant gets a name, and whether it deserves it."""
    failed = failed_checks(assignment, task, solution)
    found = made.name(task, solution, failed) if failed else None
    if found is None:
        return UNNAMED
    if isinstance(solution, type):
        return RIGHT  # the same checks fail: of objects no more can be compared
    calls = []

    @functools.wraps(solution)
    def recorded(*args, **kwargs):
        calls.append((copy.deepcopy(args), copy.deepcopy(kwargs)))
        return solution(*args, **kwargs)

    failed_checks(assignment, task, recorded)
    return RIGHT if all(agree(solution, found.solution, *c) for c in calls) else WRONG


def agree(one, other, args, kwargs):
    results = [
        outcome(functools.partial(f, **copy.deepcopy(kwargs)), copy.deepcopy(args))
        for f in (one, other)
    ]
    return same(*results)


def count_names(assignment, made, share, seed):
    named = Counter()
    tasks = mutation.tasks_with_mutants(assignment.rehearsal, assignment.folder)
    for task in tasks:
        found = mutants(assignment.rehearsal.source(task))
        chosen = random.Random(seed).sample(found, math.ceil(share * len(found)))
        judge = functools.partial(judged, assignment, made, task)
        codes = mutation.run_mutants(assignment.rehearsal, task, chosen, judge)
        named.update(codes)
    print(
        f"{assignment.name}: of {named.total()} mutants {named[RIGHT]} named right, "
        f"{named[WRONG]} wrong (seed {seed})"
    )
    return named


def test_mutants_get_no_wrong_name(assignment, diagnosticians):
    seed = random.randrange(10**6)
    named = count_names(assignment, diagnosticians(assignment), SAMPLE, seed)
    assert named[WRONG] <= max(2, 0.02 * named.total())


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_all_mutants_get_no_wrong_name(assignment, diagnosticians):
    named = count_names(assignment, diagnosticians(assignment), 1, 0)
    assert named[WRONG] <= 0.02 * named.total()
