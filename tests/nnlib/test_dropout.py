"""Dropout and its exact expectation."""

import numpy as np
import pytest

from nnlib.activations import sigmoid
from nnlib.dropout import dropout, dropout_backward, dropout_expectation
from nnlib.testing import check_gradient


def generator():
    return np.random.default_rng(11)


@pytest.mark.parametrize("shape", [(4, 5), (2, 3, 4, 5)])
@pytest.mark.parametrize("mode", ["inverted", "vanilla"])
@pytest.mark.parametrize("training", [True, False])
def test_gradient_agrees_with_central_differences(shape, mode, training):
    def forward(x):
        return dropout(x, 0.7, rng=generator(), training=training, mode=mode)

    check_gradient(
        forward, dropout_backward, np.random.default_rng(0).normal(size=shape)
    )


@pytest.mark.parametrize(("mode", "kept"), [("inverted", 1 / 0.8), ("vanilla", 1)])
def test_kept_units_are_scaled_and_their_share_is_keep(mode, kept):
    x = np.ones((200, 200))
    out, _ = dropout(x, 0.8, rng=generator(), training=True, mode=mode)
    assert set(np.unique(out)) == {0, kept}
    assert abs((out > 0).mean() - 0.8) < 0.01


@pytest.mark.parametrize(("mode", "factor"), [("inverted", 1), ("vanilla", 0.8)])
def test_without_training_nothing_is_random(mode, factor):
    x = np.random.default_rng(0).normal(size=(3, 4))
    out, cache = dropout(x, 0.8, rng=None, training=False, mode=mode)
    np.testing.assert_allclose(out, factor * x)
    assert not np.shares_memory(out, x)
    np.testing.assert_allclose(dropout_backward(np.ones((3, 4)), cache), factor)


@pytest.mark.parametrize("mode", ["inverted", "vanilla"])
def test_training_and_prediction_agree_on_average(mode):
    x = np.array([[2.0, -1.0, 0.5]])
    rng = generator()
    draws = [dropout(x, 0.3, rng=rng, training=True, mode=mode)[0] for _ in range(4000)]
    later, _ = dropout(x, 0.3, rng=None, training=False, mode=mode)
    np.testing.assert_allclose(np.mean(draws, axis=0), later, atol=0.15)


def test_the_same_generator_state_gives_the_same_mask():
    x = np.ones((5, 6))
    first, _ = dropout(x, 0.5, rng=generator(), training=True)
    second, _ = dropout(x, 0.5, rng=generator(), training=True)
    np.testing.assert_array_equal(first, second)
    rng = generator()
    dropout(x, 0.5, rng=rng, training=True)
    third, _ = dropout(x, 0.5, rng=rng, training=True)
    assert (third != first).any()


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("mode", ["inverted", "vanilla"])
def test_float32_stays_and_x_stays_as_it_is(training, mode):
    x = np.ones((4, 5), dtype=np.float32)
    out, cache = dropout(x, 0.7, rng=generator(), training=training, mode=mode)
    assert out.dtype == np.float32
    assert dropout_backward(np.ones_like(out), cache).dtype == np.float32
    np.testing.assert_array_equal(x, 1)


def test_keep_one_changes_nothing():
    x = np.random.default_rng(0).normal(size=(3, 4))
    np.testing.assert_array_equal(dropout(x, 1, rng=generator(), training=True)[0], x)


def test_the_expectation_of_a_linear_unit_is_its_value_at_keep_times_x():
    rng = np.random.default_rng(1)
    x, w = rng.normal(size=6), rng.normal(size=6)
    exact = dropout_expectation(lambda masked: masked @ w, x, 0.8)
    assert np.isclose(exact, 0.8 * w @ x)
    assert not np.isclose(exact, 0.2 * w @ x)


def test_the_expectation_after_a_sigmoid_differs_from_scaling():
    x, w = np.array([2.0, -1.0, 3.0]), np.array([1.0, 2.0, 0.5])
    exact = dropout_expectation(lambda masked: sigmoid(masked @ w)[0], x, 0.5)
    assert round(float(exact), 4) == 0.6229
    assert round(float(sigmoid(0.5 * w @ x)[0]), 4) == 0.6792


def test_the_expectation_agrees_with_many_random_masks():
    rng = np.random.default_rng(2)
    x, W = rng.normal(size=4), rng.normal(size=(4, 2))
    exact = dropout_expectation(lambda masked: np.tanh(masked @ W), x, 0.3)
    batch = np.broadcast_to(x, (20000, 4))
    masked, _ = dropout(batch, 0.3, rng=rng, training=True, mode="vanilla")
    np.testing.assert_allclose(exact, np.tanh(masked @ W).mean(axis=0), atol=0.02)


@pytest.mark.parametrize(
    ("x", "options", "error", "message"),
    [
        (np.ones(3), {"keep": 0}, ValueError, "keep in dropout is 0.* above 0"),
        (np.ones(3), {"keep": 1.2}, ValueError, "at most 1"),
        (np.ones(3), {"keep": np.nan}, ValueError, "finite"),
        (np.ones(3), {"rng": None}, TypeError, r"np\.random\.default_rng\(seed\)"),
        (np.ones(3), {"rng": 7}, TypeError, "rng in dropout is int"),
        (np.ones(3), {"mode": "scaled"}, ValueError, "'inverted', 'vanilla'"),
        (np.ones(3, int), {}, TypeError, "x in dropout has dtype int64"),
    ],
)
def test_bad_input_is_refused(x, options, error, message):
    arguments = {"keep": 0.5, "rng": generator(), "training": True, **options}
    with pytest.raises(error, match=message):
        dropout(x, **arguments)


@pytest.mark.parametrize(
    ("f", "x", "message"),
    [
        (np.sum, np.ones(3), "let f work on a whole batch"),
        (np.sum, np.ones(30), "average over random masks"),
        (np.sum, np.ones((2, 3)), "pass one sample"),
    ],
)
def test_bad_input_of_the_expectation_is_refused(f, x, message):
    with pytest.raises(ValueError, match=message):
        dropout_expectation(f, x, 0.5)


def test_a_cotangent_of_another_shape_is_refused():
    for training in (True, False):
        _, cache = dropout(np.ones((3, 4)), 0.5, rng=generator(), training=training)
        with pytest.raises(ValueError, match=r"expected the shape \(3, 4\)"):
            dropout_backward(np.ones((3, 1)), cache)
