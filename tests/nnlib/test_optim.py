"""Optimizers: 100 steps beside PyTorch, rules of the lectures, errors."""

from types import SimpleNamespace

import numpy as np
import pytest

from nnlib import optim, schedules
from nnlib.layers import Parameter

TORCH_RULES = {
    "SGD": (lambda p: optim.SGD(p, lr=0.1), "SGD", {"lr": 0.1}),
    "SGD with decay": (
        lambda p: optim.SGD(p, lr=0.1, weight_decay=0.3),
        "SGD",
        {"lr": 0.1, "weight_decay": 0.3},
    ),
    "Momentum": (
        lambda p: optim.Momentum(p, lr=0.02, mu=0.8),
        "SGD",
        {"lr": 0.02, "momentum": 0.8},
    ),
    "Nesterov": (
        lambda p: optim.Nesterov(p, lr=0.02, mu=0.8),
        "SGD",
        {"lr": 0.02, "momentum": 0.8, "nesterov": True},
    ),
    "Adagrad": (
        lambda p: optim.Adagrad(p, lr=0.3, eps=1e-3),
        "Adagrad",
        {"lr": 0.3, "eps": 1e-3},
    ),
    # eps stands inside the root here and outside in PyTorch: equal only if negligible
    "RMSProp": (
        lambda p: optim.RMSProp(p, lr=0.05, rho=0.7, eps=1e-40),
        "RMSprop",
        {"lr": 0.05, "alpha": 0.7, "eps": 1e-20},
    ),
    "Adadelta": (
        lambda p: optim.Adadelta(p, lr=0.7, rho=0.8, eps=1e-3),
        "Adadelta",
        {"lr": 0.7, "rho": 0.8, "eps": 1e-3},
    ),
    "Adam": (
        lambda p: optim.Adam(p, lr=0.05, beta1=0.8, beta2=0.95, eps=1e-3),
        "Adam",
        {"lr": 0.05, "betas": (0.8, 0.95), "eps": 1e-3},
    ),
    "AdamW": (
        lambda p: optim.AdamW(p, lr=0.05, beta1=0.8, beta2=0.95, weight_decay=0.2),
        "AdamW",
        {"lr": 0.05, "betas": (0.8, 0.95), "weight_decay": 0.2},
    ),
    "Rprop": (
        lambda p: optim.Rprop(p, lr=0.02, grow=1.3, shrink=0.4, low=1e-4, high=0.5),
        "Rprop",
        {"lr": 0.02, "etas": (0.4, 1.3), "step_sizes": (1e-4, 0.5)},
    ),
}


def wavy_gradient(theta):
    """Gradient of sum theta^4 / 4 + cos(3 theta): many turns, changing signs."""
    return theta**3 - 3 * np.sin(3 * theta)


@pytest.mark.parametrize("rule", TORCH_RULES)
def test_hundred_steps_equal_pytorch(rule):
    torch = pytest.importorskip("torch", reason="PyTorch, the oracle, is absent")
    make, name, options = TORCH_RULES[rule]
    rng = np.random.default_rng(5)
    starts = [rng.normal(size=(4, 3)), rng.normal(size=7)]
    ours = [Parameter(s) for s in starts]
    theirs = [torch.nn.Parameter(torch.tensor(s)) for s in starts]
    our_optimizer = make(ours)
    their_optimizer = getattr(torch.optim, name)(theirs, **options)
    for _ in range(100):
        for p, q in zip(ours, theirs, strict=True):
            p.grad = wavy_gradient(p.value)
            q.grad = torch.tensor(wavy_gradient(q.detach().numpy()))
        our_optimizer.step()
        their_optimizer.step()
    for p, q, start in zip(ours, theirs, starts, strict=True):
        assert np.abs(p.value - start).max() > 0.1
        np.testing.assert_allclose(p.value, q.detach().numpy(), rtol=1e-10, atol=1e-12)


def test_rmsprop_has_eps_inside_the_root_and_adagrad_outside():
    g, eps = 1e-8, 1e-6
    for rule, expected in [
        (optim.RMSProp, g / np.sqrt(0.1 * g * g + eps)),
        (optim.Adagrad, g / (g + eps)),
    ]:
        p = Parameter(np.zeros(1), np.array([g]))
        rule([p], lr=1.0, eps=eps).step()
        np.testing.assert_allclose(-p.value, expected, rtol=1e-12)


def test_momentum_differs_from_pytorch_when_eta_changes():
    """v carries old rates with it: v_2 = mu eta_1 g_1 + eta_2 g_2."""
    p = Parameter(np.zeros(1), np.ones(1))
    optimizer = optim.Momentum([p], lr=schedules.power(1.0, -1), mu=0.5)
    optimizer.step()
    optimizer.step()
    np.testing.assert_allclose(optimizer.state["v"][0], 0.5 * 1 + 0.5)


def test_gd_is_sgd():
    assert optim.GD is optim.SGD


def test_weight_decay_leaves_biases_alone():
    for rule in (optim.SGD, optim.AdamW):
        weight = Parameter(np.ones(2))
        bias = Parameter(np.ones(2), decay=False)
        rule([weight, bias], lr=0.1, weight_decay=0.5).step()
        np.testing.assert_allclose(weight.value, 1 - 0.1 * 0.5)
        np.testing.assert_array_equal(bias.value, 1)


def test_l2_under_adam_is_not_weight_decay():
    first = {}
    for name, make in {
        "decay": lambda p: optim.AdamW(p, lr=0.01, weight_decay=0.2),
        "penalty": lambda p: optim.Adam(p, lr=0.01),
    }.items():
        p = Parameter(np.array([1.0, -10.0]), np.array([1.0, -1.0]))
        if name == "penalty":
            p.grad = p.grad + 0.2 * p.value
        make([p]).step()
        first[name] = p.value
    np.testing.assert_allclose(first["penalty"], [0.99, -9.99], atol=1e-6)
    np.testing.assert_allclose(first["decay"], [0.988, -9.97], atol=1e-6)


def test_newton_takes_a_matrix_a_function_and_several_parameters():
    H = np.array([[3.0, 1.0, 0.0], [1.0, 2.0, 0.5], [0.0, 0.5, 1.0]])
    for hessian in (H, lambda theta: H):
        one, two = Parameter(np.array([1.0, -2.0])), Parameter(np.array([[4.0]]))
        gradient = H @ np.array([1.0, -2.0, 4.0])
        one.grad, two.grad = gradient[:2], gradient[2:].reshape(1, 1)
        optim.Newton([one, two], hessian).step()
        np.testing.assert_allclose(one.value, 0, atol=1e-12)
        np.testing.assert_allclose(two.value, 0, atol=1e-12)


def test_newton_goes_to_a_saddle_and_the_diagonal_rule_leaves_it():
    for rule, expected in [(optim.Newton, [0, 0]), (optim.DiagonalNewton, [0, 2])]:
        p = Parameter(np.array([1.0, 1.0]), np.array([2.0, -2.0]))
        rule([p], lambda theta: np.diag([2.0, -2.0])).step()
        np.testing.assert_allclose(p.value, expected)


def test_diagonal_newton_takes_only_the_diagonal():
    p = Parameter(np.array([3.0, 4.0]), np.array([6.0, 16.0]))
    optim.DiagonalNewton([p], np.array([2.0, 4.0]), lr=0.5).step()
    np.testing.assert_allclose(p.value, [1.5, 2.0])


@pytest.mark.parametrize("rule", [optim.Newton, optim.DiagonalNewton])
def test_singular_curvature_suggests_damping(rule):
    p = Parameter(np.ones(2), np.ones(2))
    flat = np.diag([1.0, 0.0])
    with pytest.raises(ValueError, match="damping"):
        rule([p], flat).step()
    rule([p], flat, damping=1.0).step()
    np.testing.assert_allclose(p.value, [0.5, 0.0])


def test_schedule_is_called_with_one_first():
    times = []
    p = Parameter(np.zeros(1), np.ones(1))
    optimizer = optim.SGD([p], lr=lambda t: times.append(t) or 0.5)
    optimizer.step()
    optimizer.step()
    assert times == [1, 2]
    assert optimizer.state["t"] == 2 and optimizer.state["lr"] == 0.5


@pytest.mark.parametrize("rule", TORCH_RULES)
def test_dtype_stays_and_old_arrays_stay(rule):
    start = np.ones(3, dtype=np.float32)
    p = Parameter(start, np.full(3, 0.5, dtype=np.float32))
    optimizer = TORCH_RULES[rule][0]([p])
    if rule != "Rprop":
        optimizer.lr = schedules.cosine(0.1, 10)  # returns NumPy float64 scalars
    optimizer.step()
    optimizer.step()
    assert p.value.dtype == np.float32
    np.testing.assert_array_equal(start, 1)
    arrays = [a for v in optimizer.state.values() if isinstance(v, list) for a in v]
    assert all(a.dtype == np.float32 for a in arrays)


def test_any_object_with_value_and_grad_will_do():
    p = SimpleNamespace(value=np.ones(2), grad=np.ones(2))
    optimizer = optim.AdamW([p], lr=0.1)
    optimizer.step()
    optimizer.zero_grad()
    np.testing.assert_allclose(p.value, 1 - 0.1 - 0.001, atol=1e-6)
    np.testing.assert_array_equal(p.grad, 0)


def test_state_prints():
    p = Parameter(np.zeros(2), np.ones(2))
    optimizer = optim.Adam([p], lr=0.1)
    optimizer.step()
    text = str(optimizer.state)
    assert "'t': 1" in text and "'v': [array(" in text and "'s'" in text


def test_ewma_weights_sum():
    np.testing.assert_allclose(optim.ewma_weights(0.9, 5).sum(), 1 - 0.9**5)


BAD = {
    "negative rate": (lambda p: optim.SGD(p, lr=-0.1), ValueError, "lr in SGD is -0.1"),
    "rate nan": (lambda p: optim.Adam(p, lr=np.nan), ValueError, "finite"),
    "rate text": (lambda p: optim.SGD(p, lr="big"), TypeError, "expected a number"),
    "no parameters": (lambda p: optim.SGD([]), ValueError, "model.parameters"),
    "bare array": (lambda p: optim.SGD([np.ones(2)]), TypeError, "Parameter"),
    "mu of 1": (lambda p: optim.Momentum(p, mu=1.0), ValueError, "below 1"),
    "eps of 0": (lambda p: optim.RMSProp(p, eps=0), ValueError, "eps in RMSProp"),
    "beta2 of 1": (lambda p: optim.Adam(p, beta2=1), ValueError, "beta2 in Adam"),
    "schedule for Rprop": (
        lambda p: optim.Rprop(p, lr=schedules.constant(1)),
        TypeError,
        "first step length",
    ),
    "integers": (
        lambda p: optim.SGD([SimpleNamespace(value=np.arange(2), grad=None)]),
        TypeError,
        "float dtype",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_arguments(case):
    make, kind, text = BAD[case]
    with pytest.raises(kind, match=text):
        make([Parameter(np.ones(2))])


def test_step_refuses_gradients_that_would_be_broadcast():
    p = Parameter(np.ones((2, 3)))
    optimizer = optim.SGD([p])
    p.grad = np.ones(3)
    with pytest.raises(ValueError, match=r"grad of parameter 0 in SGD.step"):
        optimizer.step()
    bare = SimpleNamespace(value=np.ones(2), grad=None)
    with pytest.raises(ValueError, match="call backward"):
        optim.SGD([bare]).step()


def test_a_schedule_that_turns_negative_is_refused_at_its_step():
    p = Parameter(np.ones(1), np.ones(1))
    optimizer = optim.SGD([p], lr=lambda t: 2.0 - t)
    optimizer.step()
    optimizer.step()
    with pytest.raises(ValueError, match="learning rate at t = 3"):
        optimizer.step()


def test_newton_checks_the_hessian():
    p = Parameter(np.ones(2), np.ones(2))
    with pytest.raises(ValueError, match="hessian has shape"):
        optim.Newton([p], np.eye(3)).step()
    with pytest.raises(ValueError, match=r"hessian has shape .2, 3., expected .2, 2."):
        optim.DiagonalNewton([p], np.ones((2, 3))).step()
    for rule in (optim.Newton, optim.DiagonalNewton):
        with pytest.raises(ValueError, match="hessian at step 1 holds nan or infinity"):
            rule([p], lambda theta: np.diag([1.0, np.nan])).step()
    with pytest.raises(ValueError, match=r"singular, .* use damping > 0"):
        optim.Newton([p], np.array([[1.0, 2.0], [2.0, 4.0]])).step()
    np.testing.assert_array_equal(p.value, np.ones(2))


@pytest.mark.parametrize("rule", TORCH_RULES)
def test_large_arrays_in_blocks_are_updated_as_small_ones(rule):
    """Blocks of 128 kB: 40,000 numbers take three; memory may be in another order."""
    rng = np.random.default_rng(0)
    start = rng.normal(size=(400, 100))
    large = Parameter(start)
    turned = Parameter(np.asfortranarray(start))
    rows = [Parameter(row) for row in start]
    optimizers = [TORCH_RULES[rule][0](p) for p in ([large], [turned], rows)]
    for _ in range(4):
        for p in (large, turned, *rows):
            p.grad = np.asarray(wavy_gradient(p.value), order="F")
        for optimizer in optimizers:
            optimizer.step()
    np.testing.assert_array_equal(large.value, turned.value)
    np.testing.assert_allclose(large.value, [p.value for p in rows], rtol=1e-12)
