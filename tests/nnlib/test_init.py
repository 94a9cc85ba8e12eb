"""Initialisers: moments, fans, and what they do to deep networks."""

from itertools import pairwise

import numpy as np
import pytest

from nnlib import activations as act
from nnlib import init
from nnlib.linear import linear, linear_backward

SHAPES = [(784, 100), (100, 784), (16, 8, 5, 3)]


def generator():
    return np.random.default_rng(5)


def test_fans_of_layers_and_filters():
    assert init.fans((784, 100)) == (784, 100)
    assert init.fans((16, 8, 5, 3)) == (120, 240)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    ("initialiser", "variance"),
    [
        (init.xavier_normal, lambda i, o: 2 / (i + o)),
        (init.xavier_uniform, lambda i, o: 2 / (i + o)),
        (init.he_normal, lambda i, o: 2 / i),
        (init.he_uniform, lambda i, o: 2 / i),
        (init.fan_in_uniform, lambda i, o: 1 / (3 * i)),
    ],
)
def test_mean_and_variance(shape, initialiser, variance):
    W = initialiser(shape, generator())
    expected = variance(*init.fans(shape))
    assert W.shape == shape
    assert abs(W.var() / expected - 1) < 0.07
    assert abs(W.mean()) < 0.1 * np.sqrt(expected)
    if initialiser in (init.xavier_uniform, init.he_uniform, init.fan_in_uniform):
        r = np.sqrt(3 * expected)
        assert 0.95 * r < np.abs(W).max() <= r
    else:
        assert np.abs(W).max() > 3 * np.sqrt(expected)


@pytest.mark.parametrize("initialiser", [init.xavier_uniform, init.xavier_normal])
def test_gain_multiplies_the_spread(initialiser):
    np.testing.assert_allclose(
        initialiser((30, 20), generator(), gain=4.0),
        4 * initialiser((30, 20), generator()),
    )


def test_plain_initialisers():
    np.testing.assert_array_equal(init.zeros((3,)), 0)
    np.testing.assert_array_equal(init.constant((2, 2), 0.3), 0.3)
    W = init.uniform((200, 100), 0.5, generator())
    assert 0.49 < W.max() <= 0.5
    assert abs(W.var() / (0.25 / 3) - 1) < 0.05
    assert abs(init.normal((200, 100), 0.2, generator()).std() / 0.2 - 1) < 0.05


@pytest.mark.parametrize(
    "make",
    [
        lambda **o: init.zeros((3, 2), **o),
        lambda **o: init.constant((3, 2), 1.0, **o),
        lambda **o: init.uniform((3, 2), 1.0, generator(), **o),
        lambda **o: init.normal((3, 2), 1.0, generator(), **o),
        *[
            lambda f=f, **o: f((3, 2), generator(), **o)
            for f in (
                init.fan_in_uniform,
                init.xavier_uniform,
                init.xavier_normal,
                init.he_uniform,
                init.he_normal,
            )
        ],
    ],
)
def test_the_dtype_can_be_chosen_and_the_generator_decides(make):
    assert make().dtype == np.float64
    assert make(dtype=np.float32).dtype == np.float32
    np.testing.assert_array_equal(make(), make())


def deep_network(f, initialiser, widths, samples=200):
    """Outputs and gradients by the scores of every layer, first layer first."""
    rng = generator()
    h = rng.normal(size=(samples, widths[0]))
    outputs, caches = [h], []
    for shape in pairwise(widths):
        s, linear_cache = linear(h, initialiser(shape, rng), np.zeros(shape[1]))
        h, f_cache = f(s)
        outputs.append(h)
        caches.append((linear_cache, f_cache))
    dh = rng.normal(size=h.shape) / samples
    gradients = []
    for linear_cache, f_cache in reversed(caches):
        ds = act.backward_of(f)(dh, f_cache)
        gradients.insert(0, ds)
        dh, _, _ = linear_backward(ds, linear_cache)
    return init.activation_stats(outputs), init.gradient_stats(gradients)


def test_he_keeps_the_second_moment_with_unequal_widths_and_fan_out_does_not():
    widths = (1024, 512, 256, 128, 64, 32)
    stats, _ = deep_network(act.relu, init.he_normal, widths)
    assert 0.5 < stats[-1].second_moment / stats[1].second_moment < 2
    assert 0.4 < stats[-1].zero_fraction < 0.6

    def fan_out(shape, rng):
        return init.normal(shape, np.sqrt(2 / shape[1]), rng)

    stats, _ = deep_network(act.relu, fan_out, widths)
    assert stats[-1].second_moment / stats[1].second_moment > 8


def test_gradients_vanish_in_sigmoid_networks_and_gain_four_helps():
    widths = (50,) * 11

    def ratio(f, initialiser):
        _, norms = deep_network(f, initialiser, widths)
        return norms[0] / norms[-1]

    plain = ratio(act.sigmoid, init.xavier_normal)
    assert plain < 1e-4
    assert ratio(act.sigmoid, init.for_activation("sigmoid")) > 50 * plain
    assert ratio(act.tanh, init.for_activation("tanh")) > 0.05


def test_the_spread_shrinks_layer_by_layer_with_fan_in_uniform():
    rng = generator()
    outputs = [rng.normal(size=(200, 300))]
    for _ in range(4):
        outputs.append(outputs[-1] @ init.fan_in_uniform((300, 300), rng))
    spread = [stats.std for stats in init.activation_stats(outputs)]
    for before, after in pairwise(spread):
        assert np.isclose(before / after, np.sqrt(3), rtol=0.06)


def test_statistics_by_hand():
    (stats,) = init.activation_stats([np.array([[0.0, 3.0], [0.0, 1.0]])])
    assert stats == (1.0, np.sqrt(1.5), 2.5, 0.5)
    assert init.gradient_stats([np.array([[3.0, 4.0]]), np.zeros(2)]) == [5.0, 0.0]


def test_which_initialiser_for_which_activation():
    assert init.for_activation("relu") is init.he_normal
    assert init.for_activation("leaky_relu") is init.he_normal
    assert init.for_activation("tanh") is init.xavier_normal


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: init.fans((3,)), ValueError, "for a bias use zeros"),
        (lambda: init.he_normal((0, 3), generator()), ValueError, "lengths >= 1"),
        (lambda: init.he_normal((2, 3, 4), generator()), ValueError, r"F, C, kh, kw"),
        (lambda: init.he_normal((2, 3), 7), TypeError, "default_rng"),
        (lambda: init.uniform((2, 3), -1, generator()), ValueError, "r in uniform"),
        (lambda: init.normal((2, 3), -1, generator()), ValueError, "sigma in normal"),
        (lambda: init.constant((2,), "a"), TypeError, "value in constant"),
        (
            lambda: init.xavier_normal((2, 3), generator(), gain=0),
            ValueError,
            "gain is 0",
        ),
        (lambda: init.for_activation("gelu"), ValueError, "'leaky_relu'"),
    ],
)
def test_bad_input_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()
