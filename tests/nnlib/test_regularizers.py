"""Penalties on weights."""

from functools import partial

import numpy as np
import pytest

from nnlib import regularizers as reg
from nnlib.testing import check_gradient

CASES = [
    (reg.l2, reg.l2_backward),
    (partial(reg.l2, lam=0.3), reg.l2_backward),
    (partial(reg.l1, lam=0.7), reg.l1_backward),
    (partial(reg.elastic_net, beta=0.1, lam=2.0), reg.elastic_net_backward),
]


@pytest.mark.parametrize("shape", [(4, 3), (2, 3, 2, 5), (6,)])
@pytest.mark.parametrize(("forward", "backward"), CASES)
def test_gradient_agrees_with_central_differences(forward, backward, shape):
    check_gradient(forward, backward, np.random.default_rng(0).normal(size=shape))


@pytest.mark.parametrize(("forward", "backward"), CASES)
def test_float32_stays_and_weights_stay_as_they_are(forward, backward):
    W = np.linspace(-1, 1, 6, dtype=np.float32).reshape(2, 3)
    before = W.copy()
    penalty, cache = forward(W)
    assert type(penalty) is float
    assert backward(np.float64(2), cache).dtype == np.float32
    np.testing.assert_array_equal(W, before)


def test_elastic_net_is_the_sum_of_both():
    W = np.random.default_rng(1).normal(size=(3, 4))
    total = reg.elastic_net(W, beta=0.4, lam=0.5)[0]
    assert np.isclose(total, reg.l2(W, 0.2)[0] + reg.l1(W, 0.5)[0])


def test_negative_weights_cost_as_much_as_positive_ones():
    assert reg.l1(np.array([[5.0, -5.0]]))[0] == 10


def test_a_zero_weight_stays_where_it_is():
    _, cache = reg.l1(np.array([0.0, 2.0]))
    np.testing.assert_array_equal(reg.l1_backward(1.0, cache), [0, 1])


def test_l2_is_weight_decay_for_plain_gradient_descent():
    w, g, lam, eta = np.array([1.0, -10.0]), np.array([0.5, 0.5]), 0.1, 0.01
    penalised = w - eta * (g + reg.l2_backward(1.0, reg.l2(w, lam)[1]))
    np.testing.assert_allclose(penalised, (1 - 2 * eta * lam) * w - eta * g)


@pytest.mark.parametrize("f", [reg.l1, reg.l2, partial(reg.elastic_net, beta=0.5)])
def test_bad_input_is_refused(f):
    with pytest.raises(TypeError, match="float dtype"):
        f(np.ones((2, 2), int))
    with pytest.raises(ValueError, match=r"lam in .* is -1"):
        f(np.ones((2, 2)), lam=-1)


def test_a_negative_mixing_weight_is_refused():
    with pytest.raises(ValueError, match=r"beta in elastic_net is -0\.5"):
        reg.elastic_net(np.ones(2), beta=-0.5)
