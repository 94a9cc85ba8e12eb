"""Schedules: beside PyTorch's, their limits, errors."""

import numpy as np
import pytest

from nnlib import schedules

TORCH_SCHEDULES = {
    "constant": (schedules.constant(0.3), "ConstantLR", {"factor": 1.0}),
    "geometric": (schedules.geometric(0.3, 0.9), "ExponentialLR", {"gamma": 0.9}),
    "exponential": (
        schedules.exponential(0.3, 0.2),
        "ExponentialLR",
        {"gamma": np.exp(-0.2)},
    ),
    "step": (schedules.step(0.3, 0.5, 7), "StepLR", {"step_size": 7, "gamma": 0.5}),
    "cosine": (
        schedules.cosine(0.3, 25, 0.02),
        "CosineAnnealingLR",
        {"T_max": 25, "eta_min": 0.02},
    ),
    "warmup": (
        schedules.warmup(schedules.constant(0.3), 10),
        "LinearLR",
        {"start_factor": 1e-9, "total_iters": 10},
    ),
    "inverse": (
        schedules.inverse(0.3, 0.2),
        "LambdaLR",
        {"lr_lambda": lambda t: 1 / (1 + 0.2 * t)},
    ),
    "power": (
        lambda t: schedules.power(0.3, -0.5)(t + 1),
        "LambdaLR",
        {"lr_lambda": lambda t: (t + 1) ** -0.5},
    ),
}


@pytest.mark.parametrize("name", TORCH_SCHEDULES)
def test_equals_pytorch(name):
    torch = pytest.importorskip("torch", reason="PyTorch, the oracle, is absent")
    ours, theirs, options = TORCH_SCHEDULES[name]
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.3)
    scheduler = getattr(torch.optim.lr_scheduler, theirs)(optimizer, **options)
    for t in range(25):
        np.testing.assert_allclose(
            ours(t), optimizer.param_groups[0]["lr"], rtol=1e-9, atol=1e-9
        )
        optimizer.step()
        scheduler.step()


@pytest.mark.parametrize("name", TORCH_SCHEDULES)
def test_an_array_of_times_gives_the_curve(name):
    schedule = TORCH_SCHEDULES[name][0]
    times = np.arange(1, 9)
    np.testing.assert_allclose(schedule(times), [schedule(int(t)) for t in times])
    assert schedule(times).shape == times.shape


def test_step_has_a_floor():
    staircase = schedules.step(0.1, 0.5, 10)
    np.testing.assert_allclose([staircase(t) for t in (9, 10, 15)], [0.1, 0.05, 0.05])


def test_cosine_stays_down_after_its_end():
    assert schedules.cosine(1.0, 10, 0.1)(25) == pytest.approx(0.1)


def test_warmup_multiplies_the_schedule_at_the_same_time():
    warm = schedules.warmup(schedules.inverse(0.3, 0.2), 4)
    assert warm(2) == pytest.approx(0.5 * 0.3 / 1.4)
    assert warm(8) == pytest.approx(0.3 / 2.6)


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: schedules.constant(-1), "eta in constant is -1"),
        (lambda: schedules.geometric(1.0, 0.0), "q in geometric"),
        (lambda: schedules.inverse(np.inf, 0.1), "finite"),
        (lambda: schedules.step(1.0, 0.5, 0), "t_u in step"),
        (lambda: schedules.cosine(0.1, 10, 0.2), "eta_min in cosine"),
        (lambda: schedules.power(1.0)(0), "count updates from 1"),
    ],
)
def test_errors(make, text):
    with pytest.raises(ValueError, match=text):
        make()


def test_warmup_of_a_number_says_how():
    with pytest.raises(TypeError, match=r"warmup\(constant\(0.1\), steps\)"):
        schedules.warmup(0.1, 5)
