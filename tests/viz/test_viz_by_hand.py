from types import SimpleNamespace

import numpy as np
import pytest

from nnlib.activations import softmax
from nnlib.losses import half_sse, one_hot, softmax_cross_entropy
from nnlib.testing import numerical_gradient
from nnlib.viz import by_hand


def forward(X, params):
    """Scores of a network without hidden layers."""
    ((W, b),) = params
    return [X], X @ W + b


def gradients(X, labels, params):
    _, S = forward(X, params)
    delta = (softmax(S)[0] - one_hot(labels, S.shape[1])) / len(X)
    return [(X.T @ delta, delta.sum(axis=0))]


def test_unpack_cuts_the_vector_in_the_order_of_the_layers():
    (W1, b1), (W2, b2) = by_hand.unpack(np.arange(1210.0))
    assert [a.shape for a in (W1, b1, W2, b2)] == [(64, 16), (16,), (16, 10), (10,)]
    firsts = [a.flat[0] for a in (W1, b1, W2, b2)]
    assert firsts == [0, 1024, 1040, 1200]
    with pytest.raises(ValueError, match="1210"):
        by_hand.unpack(np.zeros(1209))


def test_the_cost_of_few_digits_is_that_of_the_formula():
    X, labels, theta, cost = by_hand.few_digits(20)
    (W1, b1), (W2, b2) = by_hand.unpack(theta)
    scores = np.tanh(X @ W1 + b1) @ W2 + b2
    assert len(X) == len(labels) == 20
    assert cost(theta) == pytest.approx(softmax_cross_entropy(scores, labels)[0])
    assert cost(np.zeros(1210)) == pytest.approx(np.log(10))


def test_digits_are_split_without_a_digit_in_both_parts():
    (X_learn, y_learn), (X_test, y_test) = by_hand.split_digits()
    assert len(X_learn) == len(y_learn) > 2 * len(X_test)
    assert len(X_test) == len(y_test)


def test_sweep_adds_over_children_and_forgets_earlier_calls():
    # y = a b with b = 3 a, at a = 2: dy/da = b + 3 a = 12.
    a = SimpleNamespace(grad=5.0, parents=())
    b = SimpleNamespace(grad=5.0, parents=[(a, 3.0)])
    y = SimpleNamespace(grad=5.0, parents=[(a, 6.0), (b, 2.0)])
    backward = by_hand.sweep([a, b, y])
    for _ in range(2):
        backward(y)
        assert (a.grad, b.grad, y.grad) == (12.0, 2.0, 1.0)
    backward(b)
    assert (a.grad, b.grad, y.grad) == (3.0, 1.0, 0.0)


def test_gradients_of_the_library_are_those_of_central_differences():
    rng = np.random.default_rng(0)
    X, target = rng.normal(size=(4, 2)), rng.normal(size=(4, 3))
    (W1, b1), (W2, b2) = params = [
        (rng.normal(size=(2, 5)), rng.normal(size=5)),
        (rng.normal(size=(5, 3)), rng.normal(size=3)),
    ]

    def error(W1, b1, W2, b2):
        return half_sse(1 / (1 + np.exp(-(X @ W1 + b1))) @ W2 + b2, target)[0]

    expected = [
        numerical_gradient(lambda W: error(W, b1, W2, b2), W1),
        numerical_gradient(lambda b: error(W1, b, W2, b2), b1),
        numerical_gradient(lambda W: error(W1, b1, W, b2), W2),
        numerical_gradient(lambda b: error(W1, b1, W2, b), b2),
    ]
    found = by_hand.library_gradients(X, target, params)
    np.testing.assert_allclose(found, np.concatenate([g.ravel() for g in expected]))


def test_descent_steps_against_the_gradient_and_keeps_the_costs_before():
    rng = np.random.default_rng(1)
    X, labels = rng.normal(size=(6, 2)), rng.integers(3, size=6)
    W, b = start = rng.normal(size=(2, 3)), np.zeros(3)
    train = by_hand.descent(forward, gradients)
    ((W_new, b_new),), path = train(X, labels, [start], 1, eta=0.2)
    ((dW, db),) = gradients(X, labels, [start])
    np.testing.assert_allclose(W_new, W - 0.2 * dW)
    np.testing.assert_allclose(b_new, b - 0.2 * db)
    assert path == [softmax_cross_entropy(X @ W + b, labels)[0]]
    _, longer = train(X, labels, [start], 50)
    assert len(longer) == 50
    assert longer[-1] < longer[0]


def test_each_start_on_xor_is_another_network_trained_on_the_four_points():
    seen = []

    def train(X, labels, params, updates):
        seen.append((X.shape, sorted(labels), [W.shape for W, _ in params], updates))
        return params, [float(params[0][0][0, 0])]

    costs = by_hand.xor_costs(train, starts=3)
    assert list(costs) == ["start 0", "start 1", "start 2"]
    assert seen == [((4, 2), [0, 0, 1, 1], [(2, 2), (2, 2)], 1000)] * 3
    assert len({path[0] for path in costs.values()}) == 3
