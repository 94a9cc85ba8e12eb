"""Worked numbers of the lectures: optimizers, schedules, clipping, batches, variance.

Names such as G2-11 count the examples; the numbers were worked out apart from nnlib.
"""

import itertools

import numpy as np
import pytest

from nnlib import data, landscapes, optim, schedules, train
from nnlib import layers as L
from nnlib.clip import clip_by_norm, clip_by_value

START = [-5.0, -2.0]


def walk(rule, steps=20, gradient=landscapes.narrow_bowl_gradient):
    """Where a rule gets on 0.1 x1^2 + 2 x2^2 from [-5, -2]."""
    return landscapes.descend(gradient, START, rule, steps)[-1]


def test_G0_04_05_digit_as_a_number_grid():
    image = data.digit_6x6()
    assert image.size == 36
    facts = [image.min(), image.max(), image.sum(), np.count_nonzero(image)]
    np.testing.assert_allclose(facts, [0, 0.9, 12.3, 15])


def test_G0_06_07_14_to_16_parameter_counts():
    rng = np.random.default_rng(0)
    counted = [
        L.Linear(36, 36, rng=rng),
        L.Conv2d(1, 1, 3, rng=rng),
        L.Conv2d(4, 6, 3, rng=rng),
        L.Linear(50, 10, rng=rng),
    ]
    counts = [L.count_parameters(layer.parameters()) for layer in counted]
    assert counts == [1332, 10, 222, 510]
    assert [layer.W.value.size for layer in counted] == [1296, 9, 216, 500]
    cnn = L.Sequential(
        L.Conv2d(1, 4, 3, pad=1, rng=rng),
        L.Conv2d(4, 6, 3, stride=2, pad=1, rng=rng),
        L.Flatten(),
        L.Linear(54, 50, rng=rng),
        L.Linear(50, 10, rng=rng),
    )
    assert L.count_parameters(cnn.parameters()) == 3522
    assert cnn(np.zeros((1, 1, 6, 6))).shape == (1, 10)


def test_G0_12_13_stride_two_halves_a_padded_image_only():
    rng = np.random.default_rng(0)
    image = data.digit_6x6()[None, None]
    padded = L.Conv2d(1, 1, 3, stride=2, pad=1, rng=rng)(image)
    bare = L.Conv2d(1, 1, 3, stride=2, rng=rng)(image)
    assert padded.shape[2:] == (3, 3) and bare.shape[2:] == (2, 2)


def test_G0_17_18_batches_in_order():
    samples = np.arange(1, 21)
    batches = [x for x, _ in data.minibatches(samples, samples, 5, shuffle=False)]
    assert len(batches) == data.n_batches(20, 5) == 4
    ends = [[x[0], x[-1]] for x in batches]
    assert ends == [[1, 5], [6, 10], [11, 15], [16, 20]]


class DrawnOrders(np.random.Generator):
    """A generator whose permutations are those on the slides."""

    orders = (
        [7, 10, 3, 20, 16, 2, 1, 18, 19, 12, 6, 11, 17, 15, 5, 14, 4, 9, 13, 8],
        [19, 16, 18, 6, 9, 13, 1, 14, 20, 11, 3, 8, 7, 12, 4, 17, 5, 10, 2, 15],
    )

    def permutation(self, n):
        self.epochs = getattr(self, "epochs", 0) + 1
        return np.array(self.orders[self.epochs - 1]) - 1


def test_G0_19_to_21_two_shuffled_epochs():
    rng, samples = DrawnOrders(np.random.PCG64(0)), np.arange(1, 21)
    batches = [
        list(x)
        for _ in (1, 2)
        for x, _ in data.minibatches(samples, samples, 5, rng=rng)
    ]
    assert len(batches) == 8
    assert batches[0] == [7, 10, 3, 20, 16] and batches[3] == [14, 4, 9, 13, 8]
    assert batches[4] == [19, 16, 18, 6, 9] and batches[7] == [17, 5, 10, 2, 15]


def test_G1_08_iterations_per_epoch():
    assert data.n_batches(60_000, 100) == 600


@pytest.mark.parametrize("batch_size", [1, 2, 3])
def test_G1_13_to_15_variance_without_replacement(batch_size):
    """Over ALL batches, each equally likely: sigma^2 / B (N - B) / (N - 1)."""
    g = np.random.default_rng(0).normal(size=12)
    means = [np.mean(batch) for batch in itertools.combinations(g, batch_size)]
    np.testing.assert_allclose(
        train.gradient_variance(g, batch_size), np.var(means), atol=1e-12
    )


def test_variance_with_replacement():
    g = np.random.default_rng(0).normal(size=5)
    means = [np.mean(batch) for batch in itertools.product(g, repeat=3)]
    np.testing.assert_allclose(
        train.gradient_variance(g, 3, replace=True), np.var(means), atol=1e-12
    )


def test_G2_01_to_04_first_step_on_the_round_bowl():
    x = np.array(START)
    assert landscapes.bowls(x) == 33
    np.testing.assert_array_equal(landscapes.bowls_gradient(x), [-10, -8])
    for eta in (0.05, 0.1, 0.3, 0.6):
        after = walk(
            lambda p, eta=eta: optim.GD(p, lr=eta), 1, landscapes.bowls_gradient
        )
        np.testing.assert_allclose(after, [-5 + 10 * eta, -2 + 8 * eta])
        value = 33 - 164 * eta + 228 * eta**2
        np.testing.assert_allclose(landscapes.bowls(after), value)
    after = walk(lambda p: optim.GD(p, lr=0.1), 1, landscapes.bowls_gradient)
    np.testing.assert_allclose(after, [-4, -1.2])
    best = [33 - 164 * eta + 228 * eta**2 for eta in (41 / 114, 0.355, 0.365)]
    assert best[0] == min(best)


@pytest.mark.parametrize("x", [-3.0, 0.5, 7.0])
def test_G2_05_newton_on_half_a_square(x):
    p = L.Parameter(np.array([x]), np.array([x]))
    optim.Newton([p], lambda theta: np.eye(1)).step()
    np.testing.assert_allclose(p.value, 0, atol=1e-15)


@pytest.mark.parametrize("rule", [optim.Newton, optim.DiagonalNewton])
def test_G2_06_newton_on_the_round_bowl(rule):
    after = walk(
        lambda p: rule(p, landscapes.bowls_hessian), 1, landscapes.bowls_gradient
    )
    np.testing.assert_allclose(after, 0, atol=1e-15)


WALKS = {
    "G2-08": (lambda p: optim.GD(p, lr=0.4), [-9.434666e-01, -7.312317e-05], 1e-6),
    "G2-09": (lambda p: optim.GD(p, lr=0.6), [-3.878140e-01, -1.673365e03], 1e-3),
    "G2-11": (lambda p: optim.Momentum(p, lr=0.6, mu=0.5), [0.007188, 0.002553], 1e-6),
    "G2-12": (
        lambda p: optim.Momentum(p, lr=0.6, mu=0.25),
        [-0.126340, -0.186632],
        1e-6,
    ),
    "G2-15": (lambda p: optim.Adagrad(p, lr=0.4), [-2.382564, -0.158591], 1e-6),
    "G2-16": (lambda p: optim.Adagrad(p, lr=2.0), [-2.295355e-03, 0], 1e-8),
    "G2-18": (lambda p: optim.RMSProp(p, lr=0.4), [-1.059867e-02, 0], 1e-7),
    "G2-27": (lambda p: optim.Adam(p, lr=0.4), [0.996033, -0.212751], 1e-6),
    "G2-28": (lambda p: optim.Adadelta(p), [-4.782488, -1.787589], 1e-6),
}


@pytest.mark.parametrize("name", WALKS)
def test_twenty_steps_on_the_narrow_bowl(name):
    rule, end, tolerance = WALKS[name]
    np.testing.assert_allclose(walk(rule), end, rtol=0, atol=tolerance)


def test_G2_07_10_multipliers_and_the_largest_rate():
    one = walk(lambda p: optim.GD(p, lr=0.4), 1)
    np.testing.assert_allclose(one / START, [0.92, -0.6])
    for eta, shrinks in ((0.49, True), (0.51, False)):
        x2 = walk(lambda p, eta=eta: optim.GD(p, lr=eta))[1]
        assert (abs(x2) < 2) == shrinks


def test_G2_13_velocity_is_a_weighted_sum():
    rng = np.random.default_rng(1)
    gradients, rates = rng.normal(size=8), rng.uniform(0.1, 0.5, size=8)
    p = L.Parameter(np.zeros(1))
    optimizer = optim.Momentum([p], lr=lambda t: rates[t - 1], mu=0.7)
    for g in gradients:
        p.grad = np.array([g])
        optimizer.step()
    closed = np.sum(0.7 ** np.arange(7, -1, -1) * rates * gradients)
    np.testing.assert_allclose(optimizer.state["v"][0], closed)


def test_M05_second_line_of_the_expansion():
    """It ends in mu^2 v_1; the slide prints mu v_2."""
    g, velocities = [0.5, -1.0, 2.0], []
    p = L.Parameter(np.zeros(1))
    optimizer = optim.Momentum([p], lr=0.3, mu=0.9)
    for value in g:
        p.grad = np.array([value])
        optimizer.step()
        velocities.append(float(optimizer.state["v"][0][0]))
    start = 0.3 * g[2] + 0.9 * 0.3 * g[1]
    assert velocities[2] == pytest.approx(start + 0.9**2 * velocities[0])
    assert velocities[2] != pytest.approx(start + 0.9 * velocities[1], abs=0.01)


def test_G2_14_constant_gradient():
    p = L.Parameter(np.zeros(1), np.ones(1))
    optimizer = optim.Momentum([p], lr=1.0, mu=0.9)
    for _ in range(20):
        optimizer.step()
    np.testing.assert_allclose(optimizer.state["v"][0], 8.784233, atol=1e-6)
    for _ in range(400):
        optimizer.step()
    np.testing.assert_allclose(optimizer.state["v"][0], 10)


FIRST_STEPS = {
    "G2-17": (lambda p: optim.Adagrad(p, lr=0.4), 0.4, 1e-6),
    "G2-19": (lambda p: optim.RMSProp(p, lr=0.4), 0.4 / np.sqrt(0.1), 1e-4),
    "G2-24": (lambda p: optim.Adadelta(p), 0.01, 1e-5),
    "G2-26": (lambda p: optim.Adam(p, lr=0.4), 0.4, 1e-7),
}


@pytest.mark.parametrize("name", FIRST_STEPS)
def test_first_steps_only_depend_on_the_sign(name):
    rule, length, tolerance = FIRST_STEPS[name]
    moved = walk(rule, 1) - START
    np.testing.assert_allclose(moved, [length, length], atol=tolerance)


@pytest.mark.parametrize(
    ("eps", "step"), [(1e-6, 0.0032), (1e-5, 0.0100), (1e-4, 0.0316)]
)
def test_eps_is_the_learning_rate_of_adadelta(eps, step):
    moved = walk(lambda p: optim.Adadelta(p, eps=eps), 1) - START
    np.testing.assert_allclose(moved, step, atol=5e-5)


WEIGHTS = {
    0.95: [0.05, 0.0475, 0.006764, 0.871488],
    0.9: [0.1, 0.09, 0.001642, 0.985219],
    0.8: [0.2, 0.16, 3.323070e-05, 0.9998671],
    0.7: [0.3, 0.21, 2.728631e-07, 0.9999994],
}


@pytest.mark.parametrize("rho", WEIGHTS)
def test_G2_20_to_23_weights_of_the_past(rho):
    w = optim.ewma_weights(rho, 40)
    np.testing.assert_allclose([w[0], w[1], w[39], w.sum()], WEIGHTS[rho], atol=1e-6)


def test_rmsprop_keeps_those_weights():
    p = L.Parameter(np.zeros(1))
    optimizer = optim.RMSProp([p], rho=0.8)
    gradients = np.random.default_rng(0).normal(size=6)
    for g in gradients:
        p.grad = np.array([g])
        optimizer.step()
    expected = optim.ewma_weights(0.8, 6)[::-1] @ gradients**2
    np.testing.assert_allclose(optimizer.state["s"][0], expected)


def test_G2_25_weights_before_bias_correction():
    for t, total in ((1, 0.1), (2, 0.19), (10, 0.651322)):
        assert optim.ewma_weights(0.9, t).sum() == pytest.approx(total, abs=1e-6)
    p = L.Parameter(np.zeros(1), np.full(1, 3.0))
    optimizer = optim.Adam([p])
    for t in (1, 2):  # a constant gradient: v = (1 - 0.9^t) g, so vhat = g
        optimizer.step()
        np.testing.assert_allclose(optimizer.state["v"][0], (1 - 0.9**t) * 3)


def test_M09_only_the_weights_sum_to_one_minus_beta_power():
    p = L.Parameter(np.zeros(1))
    optimizer = optim.Adam([p])
    for g in (1.0, -2.0, 4.0):
        p.grad = np.array([g])
        optimizer.step()
    np.testing.assert_allclose(optimizer.state["v"][0], 0.3010, atol=1e-4)


DECAYS = {
    "G2-29": (schedules.power(1.0, -1), (1, 4, 100), [1, 0.25, 0.01]),
    "G2-30": (schedules.power(1.0, -0.5), (1, 4, 100), [1, 0.5, 0.1]),
    "G2-31": (
        schedules.geometric(1.0, 0.95),
        (0, 1, 10, 100),
        [1, 0.95, 0.598737, 0.005921],
    ),
    "G4-12": (
        schedules.exponential(0.1, 0.1),
        (0, 9, 10, 15, 20, 50),
        [0.1, 0.040657, 0.036788, 0.022313, 0.013534, 0.000674],
    ),
    "G4-13": (
        schedules.step(0.1, 0.5, 10),
        (0, 9, 10, 15, 20, 50),
        [0.1, 0.1, 0.05, 0.05, 0.025, 0.003125],
    ),
    "G4-14": (  # what the slide prints, without the floor, is exponential decay
        schedules.exponential(0.1, np.log(2) / 10),
        (0, 9, 10, 15, 20, 50),
        [0.1, 0.053589, 0.05, 0.035355, 0.025, 0.003125],
    ),
    "G4-15": (
        schedules.inverse(0.1, 0.1),
        (0, 9, 10, 15, 20, 50),
        [0.1, 0.052632, 0.05, 0.04, 0.033333, 0.016667],
    ),
}


@pytest.mark.parametrize("name", DECAYS)
def test_decay_laws(name):
    schedule, times, rates = DECAYS[name]
    np.testing.assert_allclose([schedule(t) for t in times], rates, atol=1e-6)


def test_G3_07_both_clippings():
    g = np.array([3.0, -4.0])
    np.testing.assert_array_equal(clip_by_value(g, -1, 1), [1, -1])
    clipped, before = clip_by_norm(g, 1.0)
    np.testing.assert_allclose(clipped, [0.6, -0.8])
    assert before == 5


def test_G4_17_updates_per_epoch():
    assert [data.n_batches(1000, b) for b in (1000, 1, 50)] == [1, 1000, 20]


def test_M34_eps_matters_for_tiny_gradients():
    """g = 1e-8, eps = 1e-6: a step of 9.9e-3 outside the root, of 1e-5 inside."""
    p = L.Parameter(np.zeros(1), np.full(1, 1e-8))
    optim.Adagrad([p], lr=1.0, eps=1e-6).step()
    np.testing.assert_allclose(-p.value, 9.9e-3, rtol=1e-2)
    q = L.Parameter(np.zeros(1), np.full(1, 1e-8))
    optim.RMSProp([q], lr=1.0, rho=0.0, eps=1e-6).step()
    np.testing.assert_allclose(-q.value, 1e-5, rtol=1e-2)


def test_M39_rprop_moves_against_the_mean_of_mini_batches():
    """Nine gradients .1 and one -.9 sum to 0: SGD stays, sign steps drift by -.08."""
    moved = {}
    for name, make in {
        "SGD": lambda p: optim.SGD(p, lr=0.01),
        "signs": lambda p: optim.Rprop(p, lr=0.01, grow=1.0 + 1e-12, shrink=1 - 1e-12),
    }.items():
        p = L.Parameter(np.zeros(1))
        optimizer = make([p])
        for g in [0.1] * 9:
            p.grad = np.array([g])
            optimizer.step()
        optimizer.state.get("g", [np.zeros(1)])[0][:] = 0  # no memory of the sign
        p.grad = np.array([-0.9])
        optimizer.step()
        moved[name] = float(p.value[0])
    assert moved["SGD"] == pytest.approx(0, abs=1e-12)
    assert moved["signs"] == pytest.approx(-0.08, abs=1e-9)


def test_M63_convergence_up_to_two_over_the_curvature():
    for eta, end in ((0.49, 0), (0.51, np.inf)):
        p = L.Parameter(np.array([1.0]))
        optimizer = optim.GD([p], lr=eta)
        for _ in range(2000):
            p.grad = 4 * p.value  # curvature 4
            optimizer.step()
        size = abs(float(p.value[0]))
        assert size < 1e-12 if end == 0 else size > 1e12


def test_M28_the_start_of_the_path_is_theta_zero():
    path = landscapes.descend(
        landscapes.bowls_gradient, START, lambda p: optim.GD(p, lr=0.1), 3
    )
    assert path.shape == (4, 2)
    np.testing.assert_array_equal(path[0], START)
