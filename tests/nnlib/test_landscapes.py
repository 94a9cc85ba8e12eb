"""Landscapes: gradients and Hessians by differences, the cliff, convexity."""

import math

import numpy as np
import pytest

from nnlib import landscapes as land
from nnlib import optim
from nnlib.clip import clip_by_norm
from nnlib.testing import numerical_gradient

NAMES = ["bowls", "narrow_bowl", "saddle", "double_well", "cliff"]
WITH_HESSIAN = NAMES[:-1]


def point(name, rng):
    size = 1 if name == "double_well" else 2
    return rng.uniform(0.96, 1.04, size=size)  # on the wall of the cliff too


@pytest.mark.parametrize("name", NAMES)
def test_gradients(name):
    f, gradient = getattr(land, name), getattr(land, f"{name}_gradient")
    rng = np.random.default_rng(0)
    for _ in range(5):
        x = point(name, rng)
        np.testing.assert_allclose(gradient(x), numerical_gradient(f, x), rtol=1e-6)


@pytest.mark.parametrize("name", WITH_HESSIAN)
def test_hessians(name):
    gradient, hessian = (getattr(land, f"{name}_{k}") for k in ("gradient", "hessian"))
    x = point(name, np.random.default_rng(1))
    columns = [
        numerical_gradient(lambda z, k=k: gradient(z)[k], x) for k in range(len(x))
    ]
    np.testing.assert_allclose(hessian(x), columns, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("name", NAMES)
def test_a_grid_gives_the_values_of_its_points(name):
    rng = np.random.default_rng(0)
    grid = rng.normal(size=(4, 3, 1 if name == "double_well" else 2))
    f, gradient = getattr(land, name), getattr(land, f"{name}_gradient")
    assert f(grid).shape == (4, 3) and gradient(grid).shape == grid.shape
    assert f(grid)[2, 1] == pytest.approx(float(f(grid[2, 1])))
    np.testing.assert_allclose(gradient(grid)[2, 1], gradient(grid[2, 1]))


def test_cliff_throws_plain_descent_far_away_and_clipping_keeps_it():
    start = [-0.1, 0.5]
    plain = land.descend(land.cliff_gradient, start, lambda p: optim.SGD(p, lr=0.5), 30)

    def clipped_gradient(x):
        return clip_by_norm(land.cliff_gradient(x), 1.0)[0]

    kept = land.descend(clipped_gradient, start, lambda p: optim.SGD(p, lr=0.5), 30)
    assert plain[:, 0].min() < -15
    assert kept[:, 0].min() > -0.6
    assert land.cliff(kept[-1]) < 0 < land.cliff(plain[-1])


def test_noise_can_leave_the_shallow_well():
    """Plain descent stays on the right; some noise finds the lower well on the left."""
    rng = np.random.default_rng(0)

    def noisy(x):
        return land.double_well_gradient(x) + rng.normal(scale=6.0, size=1)

    def rule(p):
        return optim.SGD(p, lr=0.05)

    plain = land.descend(land.double_well_gradient, [1.2], rule, 200)
    paths = [land.descend(noisy, [1.2], rule, 200) for _ in range(20)]
    assert plain[-1] > 0.9
    assert sum(path.min() < -0.9 for path in paths) >= 15


def test_descend_stops_at_the_tolerance():
    path = land.descend(
        land.bowls_gradient, [-5, -2], lambda p: optim.GD(p, lr=0.2), 500, tol=1e-3
    )
    assert np.linalg.norm(land.bowls_gradient(path[-1])) <= 1e-3
    assert len(path) < 40


def test_empirical_and_true_risk_have_different_minimisers():
    x = np.linspace(0, 2, 401)
    true, empirical = land.risks(x)
    assert x[true.argmin()] == pytest.approx(1.0)
    assert abs(x[empirical.argmin()] - 1.0) > 0.2


def in_disc(centre, radius=1.0):
    return lambda p: np.sum((p - centre) ** 2, axis=1) <= radius**2


def test_intersections_of_discs_are_convex_and_unions_are_not():
    rng = np.random.default_rng(0)
    samples = rng.uniform(-3, 3, size=(150, 2))
    left, right = in_disc([-0.5, 0]), in_disc([0.5, 0])
    assert land.is_convex_set(left, samples)
    assert land.is_convex_set(lambda p: left(p) & right(p), samples)
    far = in_disc([2, 0])
    assert not land.is_convex_set(lambda p: left(p) | far(p), samples)
    intervals = np.linspace(-1, 4, 60)[:, None]
    assert not land.is_convex_set(
        lambda p: (np.abs(np.abs(p - 1.5) - 1) <= 0.5)[:, 0], intervals
    )
    with pytest.raises(ValueError, match="draw more samples"):
        land.is_convex_set(in_disc([9, 9], 0.1), samples)


def test_convex_functions():
    samples = np.random.default_rng(0).uniform(-2, 2, size=(60, 2))
    assert land.is_convex_function(land.bowls, samples)
    assert land.is_convex_function(land.cliff, samples)
    assert not land.is_convex_function(land.saddle, samples)
    assert land.is_convex_function(lambda p: p @ [3.0, -1.0], samples)
    assert not land.is_convex_function(land.double_well, samples[:, :1])


def test_jensen_gap_of_a_square_is_the_variance():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(30, 1))
    gap = land.jensen_gap(lambda p: p[:, 0] ** 2, x)
    assert gap == pytest.approx(x.var())
    alpha = rng.dirichlet(np.ones(30))
    assert land.jensen_gap(lambda p: p[:, 0] ** 2, x, alpha) > 0
    assert land.jensen_gap(lambda p: 3 * p[:, 0] + 1, x, alpha) == pytest.approx(0)
    with pytest.raises(ValueError, match="divide it by its sum"):
        land.jensen_gap(lambda p: p[:, 0] ** 2, np.ones((2, 1)), [1, 1])


def test_project_ball():
    x = np.array([[3.0, 4.0], [0.3, 0.4]])
    np.testing.assert_allclose(land.project_ball(x), [[0.6, 0.8], [0.3, 0.4]])
    np.testing.assert_allclose(land.project_ball(x[0], 10.0), x[0])
    with pytest.raises(ValueError, match="radius in project_ball"):
        land.project_ball(x, 0)


def test_taylor_order_tells_right_from_wrong_gradients():
    rng = np.random.default_rng(0)

    def f(x):
        return np.sum(np.exp(x))

    right = land.taylor_order(f, np.exp, np.array([0.3, -0.4]), rng)
    wrong = land.taylor_order(f, lambda x: 1.1 * np.exp(x), np.array([0.3, -0.4]), rng)
    assert right == pytest.approx(2, abs=0.1) and wrong == pytest.approx(1, abs=0.2)
    assert land.taylor_order(np.sum, np.ones_like, np.ones(2), rng) == math.inf


def test_wrong_shapes():
    with pytest.raises(ValueError, match="2 coordinates on the last axis"):
        land.bowls(np.ones((2, 5)))
    with pytest.raises(ValueError, match=r"x\[..., None\] in 1-D"):
        land.double_well(1.0)
    with pytest.raises(ValueError, match=r"samples of shape \(N, d\)"):
        land.is_convex_function(np.sum, np.ones(3))
