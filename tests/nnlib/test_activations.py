"""Activations: gradients, large inputs, dtypes, bad input."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nnlib import activations as act
from nnlib.testing import check_gradient

PAIRS = [
    (act.sigmoid, act.sigmoid_backward),
    (partial(act.sigmoid, slope=3.5), act.sigmoid_backward),
    (partial(act.scaled_sigmoid, low=-2.0, high=5.0), act.scaled_sigmoid_backward),
    (act.tanh, act.tanh_backward),
    (act.relu, act.relu_backward),
    (act.leaky_relu, act.leaky_relu_backward),
    (partial(act.leaky_relu, slope=0.3), act.leaky_relu_backward),
    (act.softmax, act.softmax_backward),
    (act.log_softmax, act.log_softmax_backward),
]
FORWARD = [forward for forward, _ in PAIRS]
SCORES = arrays(np.float64, (3, 4), elements=st.floats(-50, 50))


@pytest.mark.parametrize("shape", [(5, 3), (1, 7), (2, 3, 4), (6,)])
@pytest.mark.parametrize(("forward", "backward"), PAIRS)
def test_gradient_agrees_with_central_differences(forward, backward, shape):
    s = np.random.default_rng(1).normal(scale=2, size=shape)
    check_gradient(forward, backward, s)


@pytest.mark.parametrize(("forward", "backward"), PAIRS)
def test_float32_stays_float32_and_arguments_stay_as_they_are(forward, backward):
    s = np.linspace(-3, 3, 12, dtype=np.float32).reshape(3, 4)
    before = s.copy()
    out, cache = forward(s)
    dout = np.ones_like(out)
    assert out.dtype == np.float32
    assert backward(dout, cache).dtype == np.float32
    np.testing.assert_array_equal(s, before)
    np.testing.assert_array_equal(dout, np.ones_like(out))


@pytest.mark.parametrize(("forward", "backward"), PAIRS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_huge_scores_give_finite_numbers_without_warnings(forward, backward, dtype):
    s = np.array([[1e4, -1e4, 0.0], [-1e4, -1e4, 1e4]], dtype=dtype)
    with np.errstate(all="raise", under="ignore"):
        out, cache = forward(s)
        ds = backward(np.ones_like(out), cache)
    assert np.isfinite(out).all()
    assert np.isfinite(ds).all()


def test_step_is_one_at_zero_and_keeps_the_dtype():
    out = act.step(np.array([-2.0, -1e-9, 0.0, 3.0], dtype=np.float32))
    np.testing.assert_array_equal(out, [0, 0, 1, 1])
    assert out.dtype == np.float32
    assert act.step(np.array([-1, 0])).dtype == np.float64


def test_a_steep_sigmoid_becomes_the_step():
    s = np.array([-1.0, -0.1, 0.1, 2.0])
    np.testing.assert_allclose(act.sigmoid(s, slope=1e4)[0], act.step(s), atol=1e-12)


def test_sigmoid_keeps_precision_far_out_on_the_left():
    out, _ = act.sigmoid(np.array([-120.0]))
    np.testing.assert_allclose(out, np.exp(-120.0), rtol=1e-12)


def test_scaled_sigmoid_reaches_both_limits():
    out, _ = act.scaled_sigmoid(np.array([-1e4, 0.0, 1e4]), -2, 5)
    np.testing.assert_allclose(out, [-2, 1.5, 5])


def test_slopes_at_the_kink_are_those_of_the_left_side():
    zero = np.zeros(1)
    assert act.derivative(act.relu, zero) == 0
    assert act.derivative(partial(act.leaky_relu, slope=0.2), zero) == 0.2


@given(SCORES, st.floats(-1e4, 1e4))
def test_softmax_does_not_change_when_a_row_is_shifted(s, shift):
    np.testing.assert_allclose(
        act.softmax(s + shift)[0], act.softmax(s)[0], rtol=1e-6, atol=1e-9
    )


@given(SCORES)
def test_softmax_rows_are_distributions_in_the_order_of_the_scores(s):
    p, _ = act.softmax(s)
    np.testing.assert_allclose(p.sum(axis=1), 1)
    order = np.argsort(s, axis=1)
    assert (np.diff(np.take_along_axis(p, order, axis=1), axis=1) >= 0).all()


@given(SCORES)
def test_log_softmax_is_the_logarithm_of_softmax(s):
    np.testing.assert_allclose(np.exp(act.log_softmax(s)[0]), act.softmax(s)[0])


@given(arrays(np.float64, 5, elements=st.floats(-30, 30)))
def test_softmax_of_two_scores_is_the_sigmoid_of_their_difference(s):
    pairs = np.stack([s, np.zeros_like(s)], axis=1)
    np.testing.assert_allclose(act.softmax(pairs)[0][:, 0], act.sigmoid(s)[0])


def test_softmax_is_not_element_wise():
    p = act.softmax(np.array([1.0, 2.0, 3.0]))[0]
    q = act.softmax(np.array([1.0, 2.0, 4.0]))[0]
    assert round(float(p[0]), 4) == 0.09
    assert round(float(q[0]), 4) == 0.042


def test_softmax_gradient_of_the_sum_of_outputs_vanishes():
    p, cache = act.softmax(np.random.default_rng(0).normal(size=(3, 5)))
    np.testing.assert_allclose(
        act.softmax_backward(np.ones_like(p), cache), 0, atol=1e-15
    )


def test_derivative_is_the_slope_of_the_curve():
    s = np.linspace(-4, 4, 17) + 0.01
    h = 1e-6
    for f in (act.sigmoid, act.tanh, act.relu, partial(act.sigmoid, slope=5.0)):
        slope = (f(s + h)[0] - f(s - h)[0]) / (2 * h)
        np.testing.assert_allclose(act.derivative(f, s), slope, atol=1e-8)


def test_saturation_fraction_counts_flat_places():
    s = np.array([-9.0, 0.0, 0.5, 9.0])
    assert act.saturation_fraction(act.sigmoid, s) == 0.5
    assert act.saturation_fraction(act.relu, s) == 0.5
    assert act.saturation_fraction(act.tanh, s, flat=0.9) == 0.75


@pytest.mark.parametrize("forward", FORWARD)
@pytest.mark.parametrize("dtype", [int, bool, complex])
def test_other_dtypes_than_float_are_refused_with_a_remedy(forward, dtype):
    with pytest.raises(TypeError, match=r"dtype .*expected a float dtype; convert"):
        forward(np.ones((2, 2), dtype=dtype))


@pytest.mark.parametrize(("forward", "backward"), PAIRS)
def test_a_cotangent_of_another_shape_is_refused(forward, backward):
    _, cache = forward(np.ones((4, 3)))
    for wrong in (np.ones((4, 1)), np.ones(3), 1.0):
        with pytest.raises(ValueError, match=r"expected the shape \(4, 3\) of the out"):
            backward(wrong, cache)


@pytest.mark.parametrize("f", [act.softmax, act.log_softmax])
@pytest.mark.parametrize("s", [1.0, np.ones((2, 0))])
def test_softmax_without_classes_is_refused(f, s):
    with pytest.raises(ValueError, match="put the classes on the last axis"):
        f(s)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda s: act.sigmoid(s, 0.0), ValueError, "slope in sigmoid is 0.0"),
        (lambda s: act.sigmoid(s, np.inf), ValueError, "expected a finite number"),
        (lambda s: act.sigmoid(s, "1"), TypeError, "expected a number"),
        (lambda s: act.leaky_relu(s, -0.1), ValueError, "at least 0 and at most 1"),
        (lambda s: act.scaled_sigmoid(s, 5, -2), ValueError, "high .* above 5"),
        (lambda s: act.derivative(act.softmax, s), ValueError, "element-wise"),
        (lambda s: act.backward_of(act.step), ValueError, "differentiable"),
    ],
)
def test_bad_options_are_refused(call, error, message):
    with pytest.raises(error, match=message):
        call(np.ones((2, 2)))
