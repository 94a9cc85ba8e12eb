"""Batch normalisation."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnlib.norm import batch_norm, batch_norm_backward
from nnlib.testing import check_gradient

SHAPES = [(6, 3), (2, 5), (3, 2, 4, 5), (1, 3, 2, 3)]


def example(shape, dtype=np.float64):
    rng = np.random.default_rng(shape[0])
    x = 3 + 2 * rng.normal(size=shape)
    features = shape[1]
    vectors = rng.normal(size=(3, features))
    variance = rng.uniform(0.5, 2, size=features)
    return [a.astype(dtype) for a in (x, *vectors, variance)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("eps", [1e-5, 0.1])
def test_gradients_agree_with_central_differences(shape, training, eps):
    x, gamma, beta, mean, var = example(shape)

    def forward(x, gamma, beta):
        return batch_norm(x, gamma, beta, mean, var, training=training, eps=eps)

    check_gradient(forward, batch_norm_backward, x, gamma, beta)


def test_the_closed_form_agrees_with_the_graph_walked_step_by_step():
    x, gamma, beta, mean, var = example((7, 4))
    eps = 0.01
    out, cache = batch_norm(x, gamma, beta, mean, var, training=True, eps=eps)
    dout = np.random.default_rng(0).normal(size=out.shape)
    n = len(x)
    centred = x - x.mean(axis=0)
    std = np.sqrt((centred**2).mean(axis=0) + eps)
    dxhat = dout * gamma
    dcentred = dxhat / std
    dstd = -(dxhat * centred / std**2).sum(axis=0)
    dvar = dstd / (2 * std)
    dcentred += 2 * centred * dvar / n
    dx = dcentred - dcentred.sum(axis=0) / n
    np.testing.assert_allclose(batch_norm_backward(dout, cache)[0], dx)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 1000), st.sampled_from(SHAPES), st.floats(0.1, 50))
def test_the_output_has_the_mean_beta_and_the_spread_gamma(seed, shape, scale):
    rng = np.random.default_rng(seed)
    x = scale * (rng.normal(size=shape) + 5)
    gamma, beta = rng.uniform(0.5, 2, shape[1]), rng.normal(size=shape[1])
    start = np.zeros(shape[1]), np.ones(shape[1])
    out, _ = batch_norm(x, gamma, beta, *start, training=True, eps=1e-12)
    axes = (0,) if len(shape) == 2 else (0, 2, 3)
    np.testing.assert_allclose(out.mean(axis=axes), beta, atol=1e-8)
    np.testing.assert_allclose(out.std(axis=axes), gamma, rtol=1e-5)


def test_the_gradient_does_not_see_shift_and_scale_of_the_batch():
    x, gamma, beta, mean, var = example((6, 3))
    forward = partial(batch_norm, training=True, eps=1e-12)
    out, cache = forward(x, gamma, beta, mean, var)
    dx, _, _ = batch_norm_backward(np.random.default_rng(1).normal(size=(6, 3)), cache)
    np.testing.assert_allclose(dx.sum(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose((dx * x).sum(axis=0), 0, atol=1e-9)
    moved, _ = forward(7 * x - 2, gamma, beta, mean, var)
    np.testing.assert_allclose(moved, out, atol=1e-9)


@pytest.mark.parametrize("shape", [(8, 3), (2, 3, 4, 5)])
def test_running_averages_keep_the_share_momentum_of_the_old(shape):
    x, gamma, beta, mean, var = example(shape)
    _, cache = batch_norm(x, gamma, beta, mean, var, training=True, momentum=0.7)
    axes = (0,) if len(shape) == 2 else (0, 2, 3)
    np.testing.assert_allclose(cache.running_mean, 0.7 * mean + 0.3 * x.mean(axis=axes))
    np.testing.assert_allclose(cache.running_var, 0.7 * var + 0.3 * x.var(axis=axes))


def test_afterwards_only_the_averages_count_and_one_sample_is_enough():
    x, gamma, beta, mean, var = example((5, 3))
    out, cache = batch_norm(x, gamma, beta, mean, var, training=False, eps=0.1)
    np.testing.assert_allclose(out, gamma * (x - mean) / np.sqrt(var + 0.1) + beta)
    alone, _ = batch_norm(x[:1], gamma, beta, mean, var, training=False, eps=0.1)
    np.testing.assert_array_equal(alone, out[:1])
    np.testing.assert_array_equal(cache.running_mean, mean)
    np.testing.assert_array_equal(cache.running_var, var)


@pytest.mark.parametrize("training", [True, False])
def test_float32_stays_and_arguments_stay_as_they_are(training):
    arguments = example((4, 3, 2, 5), np.float32)
    before = [a.copy() for a in arguments]
    out, cache = batch_norm(*arguments, training=training)
    gradients = batch_norm_backward(np.ones_like(out), cache)
    arrays = (out, cache.running_mean, cache.running_var, *gradients)
    assert {a.dtype for a in arrays} == {np.dtype(np.float32)}
    for a, old in zip(arguments, before, strict=True):
        np.testing.assert_array_equal(a, old)


def test_a_constant_feature_gives_beta_and_no_infinity():
    x, gamma, beta, mean, var = example((6, 3))
    out, cache = batch_norm(np.full_like(x, 4.0), gamma, beta, mean, var, training=True)
    np.testing.assert_allclose(out, np.broadcast_to(beta, (6, 3)))
    assert np.isfinite(batch_norm_backward(np.ones((6, 3)), cache)[0]).all()


ONES = np.ones(3)


@pytest.mark.parametrize(
    ("arguments", "options", "error", "message"),
    [
        ((np.ones(3), ONES, ONES, ONES, ONES), {}, ValueError, "expected 2 or 4"),
        ((np.ones((2, 3, 4)), ONES, ONES, ONES, ONES), {}, ValueError, "N, C, H, W"),
        ((np.ones((4, 3)), ONES[:1], ONES, ONES, ONES), {}, ValueError, "gamma in"),
        ((np.ones((4, 3)), ONES, np.ones((4, 3)), ONES, ONES), {}, ValueError, "beta"),
        ((np.ones((4, 3)), ONES, ONES, ONES[None], ONES), {}, ValueError, "running_m"),
        ((np.ones((4, 3)), ONES, ONES, ONES, -ONES), {}, ValueError, "down to -1"),
        ((np.ones((4, 3), int), ONES, ONES, ONES, ONES), {}, TypeError, "x in batch"),
        ((np.ones((1, 3)), ONES, ONES, ONES, ONES), {}, ValueError, "training=False"),
        ((np.ones((4, 3)), *[ONES] * 4), {"eps": 0}, ValueError, "eps .* above 0"),
        ((np.ones((4, 3)), *[ONES] * 4), {"momentum": 1.1}, ValueError, "at most 1"),
    ],
)
def test_bad_input_is_refused(arguments, options, error, message):
    with pytest.raises(error, match=message):
        batch_norm(*arguments, training=True, **options)


def test_a_cotangent_of_another_shape_is_refused():
    _, cache = batch_norm(np.eye(3), ONES, ONES, ONES, ONES, training=True)
    with pytest.raises(ValueError, match="dout in batch_norm_backward"):
        batch_norm_backward(np.ones((3, 1)), cache)
