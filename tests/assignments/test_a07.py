"""Assignment 7: its printed numbers, the library, gradients, its figure and answers."""

import matplotlib
import numpy as np
import pytest

from nnlib.norm import batch_norm, batch_norm_backward
from nnlib.testing import numerical_gradient

X_TOY = np.array([[1.0, 10.0], [3.0, 10.0], [1.0, 14.0], [3.0, 14.0]])


@pytest.fixture
def a07(read):
    return read("a07")


@pytest.fixture
def reference(a07):
    return a07.rehearsal.reference()


def test_printed_numbers(reference):
    xhat, mean, var = reference["normalise"](X_TOY, eps=0.0)
    assert (mean.tolist(), var.tolist()) == ([2, 12], [1, 4])
    assert xhat.tolist() == [[-1, -1], [1, -1], [-1, 1], [1, 1]]
    mean, var = reference["running_averages"]([X_TOY], 0.9)
    np.testing.assert_allclose([mean, var], [[0.2, 1.2], [1.0, 1.3]])
    vectors = map(np.array, ([2.0, 1], [0.0, 3], [1.0, 1], [4.0, 9]))
    got = reference["predict"](np.array([[5.0, 1.0]]), *vectors, eps=0.0)
    assert got.tolist() == [[4, 3]]
    xhat, dout = np.array([[-1.0], [1], [-1], [1]]), np.array([[1.0], [2], [3], [6]])
    got = reference["backward"](dout, xhat, np.array([2.0]), np.array([4.0]))
    assert [g.ravel().tolist() for g in got] == [[-2, -4, 2, 4], [4], [12]]
    flat = np.stack([np.zeros((1, 2, 2)), np.full((1, 2, 2), 4.0)])
    got = reference["normalise_images"](flat, np.array([3.0]), np.array([1.0]), eps=0)
    assert (got[0].max(), got[1].min()) == (-2, 4)
    vectors = map(np.array, ([3.0, 1], [4.0, 1], [0.0, 5], [1.0, 1], [4.0, 1]))
    W, b = reference["merge"](np.array([[1.0, 2.0]]), *vectors, eps=0.0)
    assert (W.tolist(), b.tolist()) == ([[2, 2]], [4, 5])
    layer = reference["BatchNorm"](2, eps=0.0)
    assert layer.forward(X_TOY, True).tolist() == [[-1, -1], [1, -1], [-1, 1], [1, 1]]
    np.testing.assert_allclose(layer.mean, [0.2, 1.2])


@pytest.mark.parametrize("shape", [(7, 3), (4, 3, 2, 5)])
def test_forward_and_backward_agree_with_the_library(reference, shape):
    rng = np.random.default_rng(1)
    x, dout = rng.normal(1, 2, shape), rng.normal(0, 1, shape)
    gamma, beta = rng.normal(0, 1, (2, 3))
    state = np.zeros(3), np.ones(3)
    y, cache = batch_norm(x, gamma, beta, *state, training=True)
    if len(shape) == 4:
        np.testing.assert_allclose(reference["normalise_images"](x, gamma, beta), y)
        return
    layer = reference["BatchNorm"](3)
    layer.gamma, layer.beta = gamma, beta
    np.testing.assert_allclose(layer.forward(x, True), y)
    np.testing.assert_allclose(layer.mean, cache.running_mean)
    np.testing.assert_allclose(layer.var, cache.running_var)
    averages = reference["running_averages"]([x], 0.9)
    np.testing.assert_allclose(averages, (cache.running_mean, cache.running_var))
    want, _ = batch_norm(x, gamma, beta, *averages, training=False)
    np.testing.assert_allclose(layer.forward(x, False), want)
    np.testing.assert_allclose(reference["predict"](x, gamma, beta, *averages), want)
    got = reference["backward"](dout, cache.xhat, cache.std, gamma)
    for one, other in zip(got, batch_norm_backward(dout, cache), strict=True):
        np.testing.assert_allclose(one, other)


def test_gradients_agree_with_small_changes(reference):
    rng = np.random.default_rng(2)
    x, dout = rng.normal(0, 2, (5, 2)), rng.normal(0, 1, (5, 2))
    gamma, beta = rng.normal(0, 1, (2, 2))

    def forward(x, gamma, beta):
        return gamma * reference["normalise"](x)[0] + beta

    xhat, _, var = reference["normalise"](x)
    got = reference["backward"](dout, xhat, np.sqrt(var + 1e-5), gamma)
    want = (
        numerical_gradient(lambda x: forward(x, gamma, beta), x, dout),
        numerical_gradient(lambda g: forward(x, g, beta), gamma, dout),
        numerical_gradient(lambda b: forward(x, gamma, b), beta, dout),
    )
    for one, other in zip(got, want, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


def test_the_layer_agrees_with_pytorch(reference):
    torch = pytest.importorskip("torch")
    layer = reference["BatchNorm"](3, momentum=0.8)
    other = torch.nn.BatchNorm1d(3, momentum=0.2, dtype=torch.float64)
    rng = np.random.default_rng(3)
    for n in (4, 7):
        x = rng.normal(1, 2, (n, 3))
        want = other(torch.tensor(x)).detach().numpy()
        np.testing.assert_allclose(layer.forward(x, True), want, atol=1e-7)
        np.testing.assert_allclose(layer.mean, other.running_mean.numpy())


def test_the_figure_shows_the_students_own_result(a07, reference, monkeypatch, capsys):
    matplotlib.use("Agg")
    shown = []
    monkeypatch.setattr("nnlib.viz.show", lambda figure, alt: shown.append(figure))
    (source,) = a07.rehearsal.plain_cells
    with matplotlib.rc_context():
        exec(source, {"np": np, **reference})
    left, right = shown[0].axes
    spread = {line.get_label(): line.get_ydata() for line in left.get_lines()}
    assert spread["plain"][-1] < 1e-3 < 0.5 < min(spread["normalised"])
    means = {line.get_label(): np.array(line.get_ydata()) for line in right.get_lines()}
    assert np.std(means["momentum 0"]) > 3 * np.std(means["momentum 0.9"][50:])
    assert means["momentum 0.99"][-1] < 2.7

    def unfinished(*_):
        raise NotImplementedError("Task 7.1: return xhat, mean and var")

    with matplotlib.rc_context():
        exec(source, {"np": np, **reference, "normalise": unfinished})
    assert "What is missing: Task 7.1" in capsys.readouterr().out


def test_answers_to_the_questions(reference):
    rng = np.random.default_rng(4)
    x, dout = rng.normal(0, 1, (2, 3)), rng.normal(0, 1, (2, 3))
    xhat, _, var = reference["normalise"](x, eps=0.0)
    np.testing.assert_allclose(abs(xhat), 1)
    dx = reference["backward"](dout, xhat, np.sqrt(var), np.ones(3))[0]
    np.testing.assert_allclose(dx, 0, atol=1e-12)
    assert np.round(np.array([0.9, 0.99]) ** 60, 3).tolist() == [0.002, 0.547]
