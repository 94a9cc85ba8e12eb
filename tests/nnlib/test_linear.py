"""The linear layer."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnlib.linear import linear, linear_backward
from nnlib.testing import check_gradient


def example(n, inputs, outputs, dtype=np.float64):
    rng = np.random.default_rng(n)
    shapes = [(n, inputs), (inputs, outputs), (outputs,)]
    return [rng.normal(size=shape).astype(dtype) for shape in shapes]


@pytest.mark.parametrize("sizes", [(4, 3, 5), (1, 6, 2), (7, 1, 1)])
def test_gradients_agree_with_central_differences(sizes):
    check_gradient(linear, linear_backward, *example(*sizes))


def test_each_neuron_is_one_column_of_the_weights():
    x, W, b = example(4, 3, 2)
    out, _ = linear(x, W, b)
    for n in range(4):
        for m in range(2):
            assert np.isclose(out[n, m], sum(x[n] * W[:, m]) + b[m])


@given(st.floats(-3, 3), st.floats(-3, 3))
def test_without_bias_it_is_linear_in_x(a, c):
    (x, W, b), (z, _, _) = example(4, 3, 2), example(4, 3, 2)
    b = np.zeros_like(b)
    np.testing.assert_allclose(
        linear(a * x + c * z, W, b)[0],
        a * linear(x, W, b)[0] + c * linear(z, W, b)[0],
        atol=1e-12,
    )


def test_float32_stays_float32_and_arguments_stay_as_they_are():
    arguments = example(4, 3, 2, np.float32)
    before = [a.copy() for a in arguments]
    out, cache = linear(*arguments)
    dout = np.ones_like(out)
    gradients = linear_backward(dout, cache)
    assert out.dtype == np.float32
    assert all(g.dtype == np.float32 for g in gradients)
    assert [g.shape for g in gradients] == [a.shape for a in arguments]
    for a, old in zip(arguments, before, strict=True):
        np.testing.assert_array_equal(a, old)


@pytest.mark.parametrize(
    ("x", "W", "b", "error", "message"),
    [
        (np.ones((4, 3)), np.ones((3, 2)), np.ones((4, 1)), ValueError, r"b in linear"),
        (np.ones((4, 3)), np.ones((3, 2)), np.ones((1, 2)), ValueError, r"drop the"),
        (np.ones((4, 3)), np.ones((3, 2)), np.ones(3), ValueError, r"expected \(2,\)"),
        (np.ones((4, 3)), np.ones((3, 2)), np.float64(1), ValueError, r"b in linear"),
        (np.ones((4, 3)), np.ones((2, 3)), np.ones(3), ValueError, r"expected \(N, 2"),
        (np.ones(3), np.ones((3, 2)), np.ones(2), ValueError, r"use x\[None, :\]"),
        (np.ones((2, 4, 3)), np.ones((3, 2)), np.ones(2), ValueError, r"\(2, 4, 3\)"),
        (
            np.ones((4, 3)),
            np.ones(3),
            np.ones(1),
            ValueError,
            r"W in linear has 1 axes",
        ),
        (np.ones((4, 3), int), np.ones((3, 2)), np.ones(2), TypeError, r"x in linear"),
        (np.ones((4, 3)), np.ones((3, 2), int), np.ones(2), TypeError, r"W in linear"),
        (np.ones((4, 3)), np.ones((3, 2)), np.ones(2, int), TypeError, r"b in linear"),
    ],
)
def test_nothing_is_broadcast_silently(x, W, b, error, message):
    with pytest.raises(error, match=message):
        linear(x, W, b)


def test_a_cotangent_of_another_shape_is_refused():
    _, cache = linear(*example(4, 3, 2))
    with pytest.raises(ValueError, match=r"dout in linear_backward has shape \(4, 1\)"):
        linear_backward(np.ones((4, 1)), cache)
