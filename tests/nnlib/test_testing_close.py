"""assert_close accepts what is right in any form and explains what is not."""

import re

import numpy as np
import pytest

from nnlib.testing import assert_close

A = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.5]])


def complaint(actual, expected, **options):
    with pytest.raises(AssertionError) as caught:
        assert_close(actual, expected, **options)
    message = str(caught.value)
    assert "\n" not in message
    return message


@pytest.mark.parametrize(
    "actual",
    [A, A.tolist(), A.astype(np.float32), A + 1e-10, np.asfortranarray(A), A[:]],
)
def test_right_values_pass_in_any_container_and_float_type(actual):
    assert_close(actual, A)


@pytest.mark.parametrize("actual", [3, 3.0, np.float32(3), np.array(3.0), True + 2])
def test_right_scalars_pass(actual):
    assert_close(actual, 3.0)


def test_booleans_integers_complex_and_special_values_compare_by_value():
    assert_close(np.array([True, False]), [1, 0])
    assert_close(np.array([1 + 2j]), [1 + 2j])
    assert_close([np.inf, -np.inf, np.nan], [np.inf, -np.inf, np.nan])
    assert_close(np.zeros((0, 3)), np.ones((0, 3)))
    complaint([np.inf], [-np.inf])
    complaint([1 + 2j], [1 - 2j])


def test_tolerance_follows_the_coarser_type_and_can_be_set():
    assert_close(np.float32(1 / 3), 1 / 3)
    complaint(1 / 3 + 1e-5, 1 / 3)
    assert_close(np.float16(1 / 3), 1 / 3)
    complaint(np.float32(1.001), 1.0)
    assert_close(1.1, 1.0, rtol=0.2)
    assert_close(1e-3, 0.0, atol=1e-2)
    complaint(1.0 + 1e-6, 1.0)


def test_message_names_shape_dtype_count_first_and_worst():
    wrong = A.copy()
    wrong[0, 1] += 0.5
    wrong[1, 2] -= 3
    message = complaint(wrong, A, name="dW")
    assert message.startswith("dW (shape (2, 3), dtype float64) has 2 of 6 entries")
    assert "first [0, 1] is 2.5, expected 2" in message
    assert "worst [1, 2] is 3.5, expected 6.5" in message


def test_message_for_a_scalar_is_short():
    assert complaint(2.75, 3.0, name="s") == "s is 2.75, expected 3."


def test_an_infinite_entry_is_the_worst():
    message = complaint([0.0, np.inf, 1e9], [1.0, 2.0, 3.0])
    assert "worst [1] is inf" in message


@pytest.mark.parametrize(
    ("actual", "expected", "guess"),
    [
        (A.T, A, "looks transposed"),
        (np.array([[1.0, 2], [3, 4]]), [[1, 3], [2, 4]], "looks transposed"),
        (-A, A, "sign is flipped"),
        (A * 7, A, "factor 7"),
        (A / 2, A, "factor 0.5 = 1/the length of axis 0"),
        (A + 0.25, A, "off by 0.25"),
        (1 - A, A, "1 minus the right value"),
        (np.array([1.0, 2, 3]), [1.0, 2, 4], "expected 4."),
        (np.array([3.0, 1, 2]), [2.0, 1, 3], "looks reversed"),
        (np.array([3.0, 1, 2]), [1.0, 2, 3], "in another order"),
        (A.ravel(), A, "only the shape differs"),
        (A, A.sum(axis=1), "Its sum over axis 1 would be right"),
        (A, A.mean(axis=0), "Its mean over axis 0 would be right"),
        (A.sum(axis=0), A, "is the sum over axis 0 of the right"),
        (np.zeros((4, 4)), np.zeros((4,)) + 1, "Arrays of shape (4, 1) and (4,)"),
        ([np.nan, 1.0], [0.0, 1.0], "NaN entries: 1"),
        (0.5, 1.0, "factor 0.5 = 1/2"),
    ],
)
def test_guesses(actual, expected, guess):
    assert guess in complaint(actual, expected)


def test_a_factor_is_named_after_a_known_size():
    assert "factor 32 = N" in complaint(A * 32, A, sizes={"N": 32})
    assert "factor 0.03125 = 1/N" in complaint(A / 32, A, sizes={"N": 32})
    assert "= N" in complaint(96.0, 3.0, sizes={"N": 32})


def test_no_factor_is_guessed_from_two_single_numbers():
    assert "factor" not in complaint(2.2, 3.1)


@pytest.mark.parametrize(
    ("actual", "words"),
    [
        (None, "is None"),
        ("3", "of type str"),
        ([[1, 2], [3]], "of type list"),
        ({"a": 1}, "of type dict"),
        (lambda: 3, "of type function"),
        ((np.ones(2), np.ones(3)), "of type tuple"),
    ],
)
def test_what_is_no_number_fails_with_its_type(actual, words):
    assert words in complaint(actual, 3.0)


def test_a_wrong_expected_value_is_the_authors_error():
    with pytest.raises(TypeError, match="the expected result is None"):
        assert_close(1.0, None)


def test_nothing_is_broadcast():
    assert "has shape (3, 1), expected (3,)" in complaint(np.ones((3, 1)), np.ones(3))
    assert "has shape (1,), expected ()" in complaint([1.0], 1.0)
    assert re.search(r"shape \(\), expected \(3,\)", complaint(1.0, np.ones(3)))


def test_arguments_are_not_changed():
    actual, expected = A + 1, A.copy()
    kept = actual.copy()
    complaint(actual, expected)
    np.testing.assert_array_equal(actual, kept)
    np.testing.assert_array_equal(expected, A)
