import numpy as np
import pytest

from nnlib import init
from nnlib.layers import ReLU, Sigmoid, Tanh
from nnlib.viz import deep_training
from nnlib.viz.deep_signals import constant_start, normal_start


def test_digit_sets_share_no_picture():
    (X, y), (X_test, y_test) = deep_training.digit_sets()
    assert len(X) == len(y)
    assert len(X_test) == len(y_test)
    assert len(X) / (len(X) + len(X_test)) == pytest.approx(0.7, abs=0.01)
    again = deep_training.digit_sets()
    np.testing.assert_array_equal(again[0][0], X)


def test_digit_network_has_the_widths_and_the_start_asked_for():
    model = deep_training.digit_network(Tanh, constant_start(0.5), layers=2, units=7)
    matrices = [p.value for p in model.parameters()[::2]]
    assert [W.shape for W in matrices] == [(64, 7), (7, 7), (7, 10)]
    assert all(np.all(W == 0.5) for W in matrices)


def test_digit_losses_fall_from_a_good_start():
    model = deep_training.digit_network(Tanh, init.xavier_normal, layers=1)
    before = model.parameters()[0].value.copy()
    losses = deep_training.digit_losses(model, epochs=2)
    assert len(losses) == 2
    assert losses[1] < losses[0] < np.log(10)
    assert np.any(model.parameters()[0].value != before)


@pytest.mark.parametrize(
    ("sigma", "expected"),
    [(0.05, "learned nothing"), (0.2, "learned"), (0.8, "diverged")],
)
def test_outcome_of_a_network_depends_on_its_start(sigma, expected):
    model = deep_training.digit_network(ReLU, normal_start(sigma), layers=6)
    assert deep_training.outcome(model) == expected


def test_outputs_are_those_of_the_layers_of_one_type():
    model = deep_training.digit_network(Tanh, init.xavier_normal, layers=2, units=6)
    W1, b1, W2, b2 = (p.value for p in model.parameters()[:4])
    first, second = deep_training.outputs_of(model, Tanh)
    X = deep_training.digit_sets()[0][0]
    np.testing.assert_allclose(first, np.tanh(X @ W1 + b1))
    np.testing.assert_allclose(second, np.tanh(first @ W2 + b2))


def test_weights_far_from_the_loss_stay_with_sigmoids_only():
    start = normal_start(20**-0.5)
    stay = deep_training.weight_changes(Sigmoid, start)
    move = deep_training.weight_changes(Tanh, start)
    assert len(stay) == len(move) == 10
    assert stay[0] < 1e-4 < 0.1 < stay[-1]
    assert min(move) > 0.3


def test_moons_are_ninety_against_sixty():
    X, y = deep_training.uneven_moons()
    assert (X.shape, y.shape) == ((150, 2), (150, 1))
    assert list(np.bincount(y[:, 0].astype(int))) == [90, 60]


def test_a_run_from_zero_learns_the_log_odds_and_nothing_else():
    model, path = deep_training.moons_run(Tanh, constant_start(0.0))
    *others, bias = model.parameters()
    assert len(path) == 600
    assert not np.any(path)
    assert not any(p.value.any() for p in others)
    assert bias.value[0] == pytest.approx(np.log(60 / 90), abs=1e-3)
    assert deep_training.moons_accuracy(model) == pytest.approx(0.6)


def test_a_random_start_separates_the_moons_and_is_the_first_of_its_path():
    model, path = deep_training.moons_run(Tanh, init.xavier_normal)
    first = init.xavier_normal((2, 4), np.random.default_rng(5))
    np.testing.assert_array_equal(path[0], first)
    assert np.any(path[-1] != path[0])
    assert deep_training.moons_accuracy(model) > 0.95
