"""Clipping: PyTorch beside, the direction, odd numbers."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nnlib.clip import clip_by_norm, clip_by_value, global_norm

GRADIENTS = st.lists(
    arrays(float, (2, 3), elements=st.floats(-1e6, 1e6, allow_subnormal=False)),
    min_size=1,
    max_size=3,
)


@settings(derandomize=True)
@given(GRADIENTS, st.floats(1e-3, 1e3))
def test_clip_by_norm_keeps_the_direction(grads, max_norm):
    clipped, before = clip_by_norm(grads, max_norm)
    flat = np.concatenate([g.ravel() for g in grads])
    out = np.concatenate([g.ravel() for g in clipped])
    assert before == pytest.approx(np.linalg.norm(flat), rel=1e-12)
    assert np.linalg.norm(out) == pytest.approx(min(before, max_norm), rel=1e-9)
    np.testing.assert_allclose(out * before, flat * np.linalg.norm(out), 1e-9, 1e-300)


@settings(derandomize=True)
@given(GRADIENTS, st.floats(0.1, 10))
def test_clip_by_value_still_descends(grads, limit):
    for g, clipped in zip(grads, clip_by_value(grads, -limit, limit), strict=True):
        assert np.abs(clipped).max() <= limit
        assert np.sum(g * clipped) >= 0


def test_value_clipping_turns_the_gradient():
    g = np.array([3.0, 0.1])
    clipped = clip_by_value(g, -1, 1)
    cosine = g @ clipped / np.linalg.norm(g) / np.linalg.norm(clipped)
    assert cosine == pytest.approx(0.9978, abs=1e-4)


def test_equal_to_pytorch():
    torch = pytest.importorskip("torch", reason="PyTorch, the oracle, is absent")
    rng = np.random.default_rng(0)
    grads = [rng.normal(size=(4, 5)), rng.normal(size=5)]
    theirs = [torch.zeros(g.shape, dtype=float, requires_grad=True) for g in grads]
    for q, g in zip(theirs, grads, strict=True):
        q.grad = torch.tensor(g)
    total = torch.nn.utils.clip_grad_norm_(theirs, 0.7)
    clipped, norm = clip_by_norm(grads, 0.7)
    assert norm == pytest.approx(float(total))
    for q, c in zip(theirs, clipped, strict=True):
        np.testing.assert_allclose(c, q.grad.numpy(), rtol=1e-5)  # their 1e-6


def test_arguments_stay_and_small_gradients_too():
    grads = [np.array([3.0, -4.0])]
    clipped, norm = clip_by_norm(grads, 1.0)
    np.testing.assert_array_equal(grads[0], [3, -4])
    assert norm == 5
    same, _ = clip_by_norm([np.array([0.3, 0.4])], 1.0)
    np.testing.assert_array_equal(same[0], [0.3, 0.4])
    assert clip_by_norm(np.zeros(3), 1.0)[1] == 0
    assert clipped[0].dtype == float


def test_huge_float32_gradients_do_not_overflow():
    g = np.full(4, 1e30, dtype=np.float32)
    clipped, norm = clip_by_norm(g, 1.0)
    assert norm == pytest.approx(2e30, rel=1e-6)
    np.testing.assert_allclose(clipped, 0.5, rtol=1e-6)
    assert clipped.dtype == np.float32


def test_global_norm_of_odd_numbers():
    assert global_norm([np.array([np.inf, 1.0])]) == math.inf
    assert math.isnan(global_norm([np.array([1.0]), np.array([np.nan])]))


def test_errors():
    with pytest.raises(
        ValueError, match=r"hi in clip_by_value is -1, expected .* above 1"
    ):
        clip_by_value(np.ones(2), 1, -1)
    with pytest.raises(ValueError, match="max_norm in clip_by_norm is 0"):
        clip_by_norm(np.ones(2), 0)
    with pytest.raises(TypeError, match="gradient 1 to clip has dtype int64"):
        clip_by_norm([np.ones(2), np.arange(2)], 1.0)
    with pytest.raises(ValueError, match="smaller learning rate"):
        clip_by_norm(np.array([np.nan]), 1.0)
