"""Losses: gradients, conventions, extreme inputs, bad input."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nnlib import losses
from nnlib.activations import sigmoid, softmax, softmax_backward
from nnlib.testing import check_gradient

RNG = np.random.default_rng(3)
LABELS = np.array([2, 0, 1, 2, 3])
SOFT = softmax(RNG.normal(size=(5, 4)))[0]
P = softmax(RNG.normal(size=(5, 4)))[0]
BINARY = np.array([1.0, 0.0, 0.3, 1.0, 0.0])
LOGITS = RNG.normal(scale=3, size=(5, 4))

CASES = {
    "mse": (losses.mse, losses.mse_backward, LOGITS, SOFT),
    "mse (N,)": (losses.mse, losses.mse_backward, LOGITS[:, 0], BINARY),
    "half_sse": (losses.half_sse, losses.half_sse_backward, LOGITS, SOFT),
    "binary_cross_entropy": (
        losses.binary_cross_entropy,
        losses.binary_cross_entropy_backward,
        P[:, 0],
        BINARY,
    ),
    "binary_cross_entropy (N, K)": (
        losses.binary_cross_entropy,
        losses.binary_cross_entropy_backward,
        P,
        SOFT,
    ),
    "binary_cross_entropy_with_logits": (
        losses.binary_cross_entropy_with_logits,
        losses.binary_cross_entropy_with_logits_backward,
        LOGITS[:, 0],
        BINARY,
    ),
    "binary_cross_entropy_with_logits (N, K)": (
        losses.binary_cross_entropy_with_logits,
        losses.binary_cross_entropy_with_logits_backward,
        LOGITS,
        SOFT,
    ),
    "softmax_cross_entropy": (
        losses.softmax_cross_entropy,
        losses.softmax_cross_entropy_backward,
        LOGITS,
        LABELS,
    ),
    "cross_entropy, labels": (
        losses.cross_entropy,
        losses.cross_entropy_backward,
        P,
        LABELS,
    ),
    "cross_entropy, distributions, base 2": (
        lambda p, y: losses.cross_entropy(p, y, base=2),
        losses.cross_entropy_backward,
        P,
        SOFT,
    ),
    "cross_entropy, one distribution": (
        losses.cross_entropy,
        losses.cross_entropy_backward,
        P[0],
        SOFT[0],
    ),
    "kl_divergence": (
        lambda prediction, target: losses.kl_divergence(target, prediction),
        losses.kl_divergence_backward,
        P,
        SOFT,
    ),
}


@pytest.mark.parametrize("rows", [5, 1])
@pytest.mark.parametrize("case", CASES)
def test_gradient_agrees_with_central_differences(case, rows):
    forward, backward, prediction, target = CASES[case]
    if "one distribution" not in case:
        prediction, target = prediction[:rows], target[:rows]
    check_gradient(forward, backward, prediction, target, wrt=[0])


@pytest.mark.parametrize("case", CASES)
def test_float32_stays_float32_and_arguments_stay_as_they_are(case):
    forward, backward, prediction, target = CASES[case]
    prediction, before = prediction.astype(np.float32), target.copy()
    copy = prediction.copy()
    loss, cache = forward(prediction, target)
    assert type(loss) is float
    assert backward(np.float64(1.0), cache).dtype == np.float32
    np.testing.assert_array_equal(prediction, copy)
    np.testing.assert_array_equal(target, before)


@pytest.mark.parametrize("case", CASES)
def test_the_gradient_scales_with_dout_and_can_be_asked_for_twice(case):
    forward, backward, prediction, target = CASES[case]
    _, cache = forward(prediction, target)
    once = backward(1.0, cache)
    np.testing.assert_allclose(backward(-2.5, cache), -2.5 * once)
    np.testing.assert_array_equal(backward(1.0, cache), once)


@pytest.mark.parametrize("case", [c for c in CASES if "one dist" not in c])
def test_the_mean_is_over_samples(case):
    """Twice the same batch: the mean stays, the sum of half_sse doubles."""
    forward, _, prediction, target = CASES[case]
    twice = forward(np.concatenate([prediction] * 2), np.concatenate([target] * 2))[0]
    factor = 2 if case == "half_sse" else 1
    assert np.isclose(twice, factor * forward(prediction, target)[0])


def test_squared_losses_by_hand():
    prediction, target = (
        np.array([[1.0, 2.0], [3.0, 5.0]]),
        np.array([[0.0, 4], [3, 4]]),
    )
    assert losses.mse(prediction, target)[0] == (1 + 4 + 0 + 1) / 2
    assert losses.half_sse(prediction, target)[0] == (1 + 4 + 0 + 1) / 2
    assert losses.mse(prediction[:1], target[:1])[0] == 5
    assert losses.half_sse(prediction[:1], target[:1])[0] == 2.5


def test_one_hot_rows():
    rows = losses.one_hot(np.array([2, 0]), 4, dtype=np.float32)
    np.testing.assert_array_equal(rows, [[0, 0, 1, 0], [1, 0, 0, 0]])
    assert rows.dtype == np.float32


def test_zero_one_loss_of_scores_probabilities_and_labels():
    scores = np.array([[1.0, 3.0, 2.0], [9.0, 0.0, 0.0]])
    assert losses.zero_one(scores, [1, 0]) == 0
    assert losses.zero_one(scores, [1, 2]) == 0.5
    assert losses.zero_one(np.array([0.2, 0.5, 0.9]), [0, 1, 0]) == 1 / 3
    assert losses.zero_one(np.array([-0.1, 0.1]), [0, 1], threshold=0) == 0
    assert losses.zero_one(np.array([3, 1]), [3, 2]) == 0.5


def test_threshold_zero_on_a_probability_calls_everything_class_one():
    p = sigmoid(np.random.default_rng(0).normal(size=1000))[0]
    zeros = np.zeros(1000, dtype=int)
    assert losses.zero_one(p, zeros, threshold=0) == 1
    assert 0.4 < losses.zero_one(p, zeros) < 0.6


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_huge_logits_give_the_exact_loss_without_warnings(dtype):
    s = np.array([[1e4, -1e4, 0.0], [-1e4, 1e4, 0.0]], dtype=dtype)
    y = np.array([1.0, 0.0], dtype=dtype)
    with np.errstate(all="raise", under="ignore"):
        loss, cache = losses.softmax_cross_entropy(s, np.array([0, 0]))
        ds = losses.softmax_cross_entropy_backward(1.0, cache)
        binary, cache = losses.binary_cross_entropy_with_logits(s[:, 0] * [-1, 1], y)
        dz = losses.binary_cross_entropy_with_logits_backward(1.0, cache)
    assert loss == 1e4
    np.testing.assert_array_equal(ds, [[0, 0, 0], [-0.5, 0.5, 0]])
    assert binary == 5e3
    np.testing.assert_array_equal(dz, [-0.5, 0])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_probabilities_of_exactly_zero_give_finite_losses_and_gradients(dtype):
    p = np.array([[0.0, 1.0], [1.0, 0.0]], dtype=dtype)
    with np.errstate(all="raise"):
        loss, cache = losses.cross_entropy(p, [0, 0])
        gradient = losses.cross_entropy_backward(1.0, cache)
        binary, cache = losses.binary_cross_entropy(p[0], np.array([1.0, 0.0]))
        slopes = losses.binary_cross_entropy_backward(1.0, cache)
    assert 40 < loss < 400
    assert 80 < binary < 800
    assert np.isfinite(gradient).all()
    assert np.isfinite(slopes).all()


@given(arrays(np.float64, (4, 3), elements=st.floats(-20, 20)), st.floats(-1e3, 1e3))
def test_softmax_cross_entropy_does_not_change_when_rows_are_shifted(s, shift):
    labels = np.array([0, 2, 1, 1])
    assert np.isclose(
        losses.softmax_cross_entropy(s + shift, labels)[0],
        losses.softmax_cross_entropy(s, labels)[0],
        atol=1e-9,
    )


def test_the_fused_losses_agree_with_their_parts():
    p, p_cache = softmax(LOGITS)
    parts, cache = losses.cross_entropy(p, LABELS)
    fused, fused_cache = losses.softmax_cross_entropy(LOGITS, LABELS)
    assert np.isclose(parts, fused)
    np.testing.assert_allclose(
        softmax_backward(losses.cross_entropy_backward(1.0, cache), p_cache),
        losses.softmax_cross_entropy_backward(1.0, fused_cache),
    )
    z = LOGITS[:, 0]
    assert np.isclose(
        losses.binary_cross_entropy(sigmoid(z)[0], BINARY)[0],
        losses.binary_cross_entropy_with_logits(z, BINARY)[0],
    )


def test_cross_entropy_is_divergence_plus_entropy():
    y, q = np.array([0.9, 0.1]), np.array([0.8, 0.2])
    entropy = losses.cross_entropy(y, y)[0]
    assert round(losses.cross_entropy(q, y)[0], 4) == 0.3618
    assert round(losses.kl_divergence(y, q)[0], 4) == 0.0367
    assert round(entropy, 4) == 0.3251
    assert np.isclose(
        losses.cross_entropy(P, SOFT)[0],
        losses.kl_divergence(SOFT, P)[0] + losses.cross_entropy(SOFT, SOFT)[0],
    )


@given(arrays(np.float64, (3, 4), elements=st.floats(-10, 10)))
def test_divergence_is_never_negative_and_zero_for_equal_distributions(s):
    q = softmax(s)[0]
    assert losses.kl_divergence(SOFT[:3], q)[0] >= -1e-12
    assert abs(losses.kl_divergence(q, q)[0]) < 1e-12


def test_divergence_is_asymmetric_and_may_be_infinite():
    y, q = np.array([1.0, 0.0]), np.array([0.8, 0.2])
    assert np.isclose(losses.kl_divergence(y, q)[0], -np.log(0.8))
    value, cache = losses.kl_divergence(q, y)
    assert value == np.inf
    assert losses.kl_divergence_backward(1.0, cache)[1] == -np.inf


def test_only_the_base_two_loss_bounds_the_zero_one_loss():
    p = np.array([[0.4, 0.6]])
    assert losses.zero_one(p, [0]) == 1
    assert losses.cross_entropy(p, [0])[0] < 1
    assert round(losses.cross_entropy(p, [0], base=2)[0], 3) == 1.322


def test_integer_targets_and_one_hot_targets_mean_the_same():
    assert np.isclose(
        losses.cross_entropy(P, LABELS)[0],
        losses.cross_entropy(P, losses.one_hot(LABELS, 4).astype(int))[0],
    )
    assert losses.cross_entropy(P[0], 2)[0] == -np.log(P[0, 2])
    ints = np.array([1, 0, 0, 1, 0])
    assert np.isclose(
        losses.binary_cross_entropy(P[:, 0], ints)[0],
        losses.binary_cross_entropy(P[:, 0], ints.astype(float))[0],
    )


COLUMN = np.ones((5, 1))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: losses.mse(LOGITS, COLUMN), ValueError, "nothing is broadcast"),
        (lambda: losses.mse(LOGITS[:, 0], COLUMN), ValueError, r"shape \(5, 1\)"),
        (lambda: losses.mse(np.ones(3, int), np.ones(3)), TypeError, "float dtype"),
        (lambda: losses.mse(np.ones(0), np.ones(0)), ValueError, "at least one sample"),
        (lambda: losses.half_sse(LOGITS, COLUMN), ValueError, "target in half_sse"),
        (
            lambda: losses.binary_cross_entropy(P[:, 0], COLUMN),
            ValueError,
            "y in binary_cross_entropy",
        ),
        (
            lambda: losses.binary_cross_entropy(LOGITS[:, 0], BINARY),
            ValueError,
            "for scores use the loss that takes logits",
        ),
        (
            lambda: losses.binary_cross_entropy(P[:, 0], BINARY + 1),
            ValueError,
            "encode classes as 0 and 1",
        ),
        (
            lambda: losses.binary_cross_entropy_with_logits(LOGITS, COLUMN),
            ValueError,
            "expected .5, 4.",
        ),
        (
            lambda: losses.binary_cross_entropy_with_logits(LOGITS[:, 0], BINARY * -1),
            ValueError,
            "y in binary_cross_entropy_with_logits goes from -1",
        ),
        (
            lambda: losses.softmax_cross_entropy(LOGITS, LABELS[:, None]),
            ValueError,
            "one class number for each sample",
        ),
        (
            lambda: losses.softmax_cross_entropy(LOGITS, LABELS[:3]),
            ValueError,
            r"expected \(5,\)",
        ),
        (
            lambda: losses.softmax_cross_entropy(LOGITS, LABELS + 1),
            ValueError,
            "count classes from 0",
        ),
        (
            lambda: losses.softmax_cross_entropy(LOGITS, LABELS - 1),
            ValueError,
            "goes from -1",
        ),
        (
            lambda: losses.softmax_cross_entropy(LOGITS, LABELS.astype(float)),
            TypeError,
            "integer class labels",
        ),
        (
            lambda: losses.softmax_cross_entropy(LOGITS[0], LABELS[:1]),
            ValueError,
            "expected 2",
        ),
        (lambda: losses.cross_entropy(LOGITS, LABELS), ValueError, "takes logits"),
        (lambda: losses.cross_entropy(P, LABELS + 4), ValueError, "from 0 to 3"),
        (lambda: losses.cross_entropy(P, 2 * SOFT), ValueError, "normalise the rows"),
        (lambda: losses.cross_entropy(P, LABELS, base=1), ValueError, "above 1"),
        (lambda: losses.kl_divergence(SOFT[0], P), ValueError, "target in kl"),
        (lambda: losses.kl_divergence(SOFT, LOGITS), ValueError, "apply softmax"),
        (lambda: losses.kl_divergence(SOFT - 1, P), ValueError, "least entry -"),
        (lambda: losses.one_hot(LABELS, 3), ValueError, "class numbers from 0 to 2"),
        (lambda: losses.one_hot(BINARY, 2), TypeError, "convert it with .astype"),
        (lambda: losses.one_hot(LABELS[:, None], 4), ValueError, r"expected \(5,\)"),
        (lambda: losses.zero_one(P, COLUMN), ValueError, "one label for each sample"),
        (lambda: losses.zero_one(P[None], LABELS), ValueError, "expected 1 or 2"),
        (lambda: losses.zero_one(P[:, :1], LABELS), ValueError, r"use \[:, 0\]"),
        (lambda: losses.zero_one(P[:0, 0], LABELS[:0]), ValueError, "N >= 1"),
    ],
)
def test_bad_input_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()
