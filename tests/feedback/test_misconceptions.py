"""The catalogue of mistakes: what authors write, how a mistake is recognised."""

import numpy as np
import pytest

from autograder.errors import CourseError
from autograder.feedback.misconceptions import Catalogue, load_catalogue
from autograder.feedback.sameness import Raised, outcome, same


@pytest.fixture
def catalogue():
    made = Catalogue()

    @made.probes("double")
    def inputs():
        return [(np.array([1.0, -3.0]),), (np.array([[0.5]]),)]

    @made.wrong("double", "squares", caught_by=["values"], hint="Twice, not squared.")
    def squares(x):
        return x * x

    @made.wrong("double", "fails", caught_by=["values"], hint="Try an array.")
    def fails(x):
        return 2 if x > 0 else -2

    @made.wrong("double", "in place", caught_by=["input kept"], hint="Copy x.")
    def in_place(x):
        x *= 2
        return x

    @made.wrong("other", "anything", caught_by=["values"], hint="No probes here.")
    def anything():
        return 1

    return made


def names(found):
    return [entry.name for entry in found]


def test_entries_keep_their_order_and_their_function(catalogue):
    assert names(catalogue) == ["squares", "fails", "in place", "anything"]
    assert len(catalogue) == 4 and catalogue.tasks == ["double", "other"]
    squares = catalogue.of("double")[0]
    assert squares.solution(np.float64(3)) == 9
    assert squares.caught_by == {"values"}


def test_a_mistake_in_other_words_is_recognised(catalogue):
    assert names(catalogue.recognise("double", lambda x: x**2)) == ["squares"]

    def noisy(x):
        print("squaring")
        return (np.abs(x) ** 2).tolist()

    assert names(catalogue.recognise("double", noisy)) == ["squares"]


def test_exceptions_and_changed_arguments_are_behaviour(catalogue):
    def other_failure(x):
        if x < 0:
            return -2.0
        return 2.0

    assert names(catalogue.recognise("double", other_failure)) == ["fails"]

    def also_in_place(x):
        x[...] = x + x
        return x

    assert names(catalogue.recognise("double", also_in_place)) == ["in place"]


def test_right_and_unknown_solutions_resemble_nothing(catalogue):
    assert not catalogue.recognise("double", lambda x: 2 * x)
    assert not catalogue.recognise("double", lambda x: 3 * x)


def test_without_probes_nothing_is_guessed(catalogue):
    assert not catalogue.recognise("other", lambda: 1)
    assert not catalogue.recognise("unknown", lambda: 1)


def test_a_class_is_probed_by_functions_that_use_it(catalogue):
    def counting(step):
        class Counter:
            def __init__(self):
                self.count = 0

            def up(self):
                self.count += step

        return Counter

    @catalogue.probes("Counter")
    def uses():
        def count_twice(Counter):
            counter = Counter()
            counter.up()
            counter.up()
            return counter.count

        return [count_twice]

    enter = catalogue.wrong("Counter", "twice", caught_by=["values"], hint="By 1.")
    enter(counting(2))
    assert names(catalogue.recognise("Counter", counting(2))) == ["twice"]
    assert not catalogue.recognise("Counter", counting(1))


def test_noise_of_a_solution_goes_nowhere(catalogue, capsys):
    import sys
    import warnings

    def noisy(x):
        print("a")
        print("b", file=sys.stderr)
        warnings.warn("c", stacklevel=1)

    catalogue.behaviour("double", noisy)
    assert capsys.readouterr() == ("", "")


def test_an_interrupt_passes(catalogue):
    def stop(x):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        catalogue.recognise("double", stop)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"caught_by": []}, "must be a list of check names"),
        ({"caught_by": "values"}, "must be a list of check names"),
        ({"hint": " "}, "has no hint"),
        ({"name": "squares"}, "two misconceptions of double are called"),
    ],
)
def test_slips_of_authors_are_refused(catalogue, changes, message):
    entry = {"name": "new", "caught_by": ["values"], "hint": "Think."} | changes
    with pytest.raises(ValueError, match=message):
        catalogue.wrong("double", entry.pop("name"), **entry)


def test_probes_are_given_once(catalogue):
    with pytest.raises(ValueError, match="given twice"):
        catalogue.probes("double")


def test_load_reads_the_file_beside_the_notebook(tmp_path):
    with pytest.raises(CourseError, match=r"misconceptions\.py is missing"):
        load_catalogue(tmp_path)
    path = tmp_path / "misconceptions.py"
    path.write_text("x = 1")
    with pytest.raises(CourseError, match="defines no catalogue"):
        load_catalogue(tmp_path)
    path.write_text(
        "from autograder.feedback.misconceptions import Catalogue\n"
        "MISCONCEPTIONS = Catalogue()\n"
        "@MISCONCEPTIONS.wrong('f', 'n', caught_by=['c'], hint='h')\n"
        "def g(): return 1\n"
    )
    assert names(load_catalogue(tmp_path)) == ["n"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, 1.0),
        (np.float32(0.1), 0.1000000015),
        ([1, 2], np.array([1.0, 2.0])),
        ((1, [2, 3]), [1, (2, 3)]),
        ({"a": 1.0}, {"a": np.array(1)}),
        (np.nan, np.nan),
        (None, None),
        ("a", "a"),
        (True, 1),
        (Raised("ValueError"), Raised("ValueError")),
    ],
)
def test_same(one, other):
    assert same(one, other) and same(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, 1.001),
        ([1, 2], [1, 2, 3]),
        (np.ones(3), np.ones((3, 1))),
        ({"a": 1}, {"b": 1}),
        (None, 0),
        ("1", 1),
        ((1, "a"), (1, "b")),
        (Raised("ValueError"), Raised("TypeError")),
        (Raised("ValueError"), "ValueError"),
        ([[1], [2, 3]], [[1], [2, 4]]),
    ],
)
def test_not_same(one, other):
    assert not same(one, other) and not same(other, one)


def test_outcome_keeps_result_and_arguments():
    x = np.array([1.0, 2.0])
    result, arguments = outcome(lambda a, n: a.sum() + n, (x, 2))
    assert result == 5.0 and same(arguments, [x])
    assert outcome(lambda: 1 / 0, ()) == Raised("ZeroDivisionError")
