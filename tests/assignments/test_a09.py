"""Assignment 9: its printed numbers, the library, PyTorch, its figure and answers."""

import matplotlib
import numpy as np
import pytest

from nnlib import optim, schedules
from nnlib.layers import Parameter

SLOPES = [np.array([1.0, -20.0]), np.array([2.0, 5.0]), np.array([-4.0, 0.1])]


@pytest.fixture
def a09(read):
    return read("a09")


@pytest.fixture
def reference(a09):
    return a09.rehearsal.reference()


def follow(optimizer, slopes=SLOPES):
    theta, path = np.array([1.0, 2.0]), []
    for g in slopes:
        theta = optimizer.step(theta, g)
        path.append(theta)
    return np.array(path)


def test_printed_numbers(reference):
    sizes = [len(b) for b in reference["batches"](5, 2, 1, np.random.default_rng(0))]
    assert sizes == [2, 2, 1]
    assert reference["rate"]("inverse", 0.1, 15, 0.1) == pytest.approx(0.04)
    assert reference["rate"]("step", 0.1, 15, 10) == 0.05
    momentum = reference["Momentum"](0.5, mu=0.5)
    first = momentum.step(np.ones(1), np.full(1, 2.0))
    assert first == 0 and momentum.step(first, np.full(1, 2.0)) == -1.5
    got = reference["Adagrad"](0.5).step(np.ones(2), np.array([100, -0.01]))
    np.testing.assert_allclose(got, [0.5, 1.5], rtol=1e-5)
    got = reference["RMSProp"](1.0, rho=0.75).step(np.zeros(2), np.array([7.0, -0.1]))
    np.testing.assert_allclose(got, [-2, 2], rtol=1e-5)
    adadelta = reference["Adadelta"](rho=0.0, eps=3.0)
    steps = [float(-adadelta.step(np.zeros(1), np.ones(1))[0]) for _ in range(2)]
    assert np.round(steps, 4).tolist() == [0.8660, 0.9682]
    adam = reference["Adam"](0.4)
    theta = adam.step(np.zeros(1), np.full(1, 8.0))
    assert theta == pytest.approx(-0.4)
    assert round(float(adam.step(theta, np.full(1, -8.0))[0]), 4) == -0.3789
    got = reference["newton"](
        lambda v: np.array([2.0, 4.0]) * v,
        lambda v: np.diag([2.0, 4.0]),
        np.array([-5.0, -2.0]),
        1,
    )
    np.testing.assert_allclose(got, [0, 0])


@pytest.mark.parametrize(
    ("name", "settings", "theirs"),
    [
        ("Momentum", (0.1, 0.7), lambda p: optim.Momentum(p, lr=0.1, mu=0.7)),
        ("Adagrad", (0.3,), lambda p: optim.Adagrad(p, lr=0.3, eps=1e-8)),
        ("RMSProp", (0.3, 0.8), lambda p: optim.RMSProp(p, lr=0.3, rho=0.8, eps=1e-8)),
        ("Adadelta", (0.8, 1e-5), lambda p: optim.Adadelta(p, rho=0.8, eps=1e-5)),
        (
            "Adam",
            (0.3, 0.8, 0.9),
            lambda p: optim.Adam(p, lr=0.3, beta1=0.8, beta2=0.9),
        ),
    ],
)
def test_optimizers_agree_with_the_library(reference, name, settings, theirs):
    parameter = Parameter(np.array([1.0, 2.0]))
    optimizer, path = theirs([parameter]), []
    for g in SLOPES:
        parameter.grad = g.copy()
        optimizer.step()
        path.append(parameter.value.copy())
    np.testing.assert_allclose(follow(reference[name](*settings)), path, rtol=1e-9)


@pytest.mark.parametrize(
    ("name", "settings", "theirs", "options"),
    [
        ("Adagrad", (0.3, 1e-8), "Adagrad", {"lr": 0.3, "eps": 1e-8}),
        ("Adadelta", (0.8, 1e-5), "Adadelta", {"lr": 1.0, "rho": 0.8, "eps": 1e-5}),
        ("Adam", (0.3,), "Adam", {"lr": 0.3}),
        ("Momentum", (0.1, 0.7), "SGD", {"lr": 0.1, "momentum": 0.7}),
    ],
)
def test_optimizers_agree_with_pytorch(reference, name, settings, theirs, options):
    torch = pytest.importorskip("torch")
    tensor = torch.nn.Parameter(torch.tensor([1.0, 2.0], dtype=torch.float64))
    optimizer, path = getattr(torch.optim, theirs)([tensor], **options), []
    for g in SLOPES:
        tensor.grad = torch.tensor(g)
        optimizer.step()
        path.append(tensor.detach().numpy().copy())
    np.testing.assert_allclose(follow(reference[name](*settings)), path, rtol=1e-6)


def test_laws_agree_with_the_library(reference):
    rate = reference["rate"]
    for t in (1, 7, 20):
        assert rate("power", 0.1, t, -0.5) == pytest.approx(
            schedules.power(0.1, -0.5)(t)
        )
        assert rate("inverse", 0.1, t, 0.2) == pytest.approx(
            schedules.inverse(0.1, 0.2)(t)
        )
        law = schedules.exponential(0.1, 0.2)
        assert rate("exponential", 0.1, t, 0.2) == pytest.approx(law(t))
        assert rate("step", 0.1, t, 7) == pytest.approx(schedules.step(0.1, 0.5, 7)(t))


def test_the_figure_shows_the_students_own_result(a09, reference, monkeypatch, capsys):
    matplotlib.use("Agg")
    shown = []
    monkeypatch.setattr("nnlib.viz.show", lambda figure, alt: shown.append(figure))
    (source,) = a09.rehearsal.plain_cells
    namespace: dict = {}
    start = a09.text.index("START = np.array")
    exec(a09.text[start : a09.text.index("# %%", start)], {"np": np}, namespace)
    with matplotlib.rc_context():
        exec(source, {"np": np, **namespace, **reference})
    left, right = shown[0].axes
    paths = {line.get_label(): line.get_xydata() for line in left.get_lines()}
    np.testing.assert_allclose(paths["plain, 0.4"][1], [-4.6, 1.2])
    cost = {line.get_label(): line.get_ydata() for line in right.get_lines()}
    assert cost["momentum"][-1] < cost["plain, 0.4"][-1] < cost["Adagrad"][-1]
    assert cost["Adagrad"][-1] < cost["Adadelta"][-1] < cost["Adadelta"][0]

    def unfinished(*_, **__):
        raise NotImplementedError("Task 9.7: return the new parameters")

    with matplotlib.rc_context():
        exec(source, {"np": np, **namespace, **reference, "Adam": unfinished})
    assert "What is missing: Task 9.7" in capsys.readouterr().out


def test_answers_to_the_questions(reference):
    class Uncorrected:
        def step(self, g):
            return 0.1 * g / np.sqrt(0.001 * g**2)

    assert round(Uncorrected().step(8.0), 2) == 3.16
    for eta, grows in ((0.19, False), (0.21, True)):
        theta = np.ones(1)
        for _ in range(50):
            theta = reference["Momentum"](eta, mu=0.0).step(theta, 10 * theta)
        assert (abs(theta[0]) > 1) == grows  # L = 10, so the bound is 0.2

    def valley(theta):
        return np.array([0.2, 4.0]) * theta

    ends = {}
    for eta in (0.4, 2.0):
        optimizer, theta = reference["Adagrad"](eta), np.array([-5.0, -2.0])
        for _ in range(20):
            theta = optimizer.step(theta, valley(theta))
        ends[eta] = np.linalg.norm(theta)
    assert ends[2.0] < 0.2 < 2 < ends[0.4]
