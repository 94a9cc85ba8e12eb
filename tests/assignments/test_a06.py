"""Assignment 6: its printed numbers, the library, gradients, its figure and answers."""

import matplotlib
import numpy as np
import pytest

from nnlib import dropout as library
from nnlib import regularizers
from nnlib.testing import numerical_gradient

H_TOY = np.array([[1.0, -2.0, 3.0], [0.5, 4.0, -1.0]])


@pytest.fixture
def a06(read):
    return read("a06")


@pytest.fixture
def reference(a06):
    return a06.rehearsal.reference()


def test_printed_numbers(reference):
    out, _ = reference["vanilla"](H_TOY[:1], 0.75, None, False)
    assert out.tolist() == [[0.75, -1.5, 2.25]]
    factor = np.array([[2.0, 0, 2], [0, 2, 2]])
    W = np.array([[1.0, 0], [2, 1], [-1, 3]])
    dh, dW = reference["dropout_layer_backward"](np.eye(2), H_TOY, factor, W)
    assert dh.tolist() == [[2, 0, -2], [0, 2, 6]]
    assert dW.tolist() == [[2, 0], [0, 8], [6, -2]]
    h = np.array([1.0, -2.0, 3.0])
    assert reference["average_output"](np.sum, h, 0.5) == np.sum(0.5 * h) == 1
    assert reference["average_output"](np.max, h, 0.5) == 1.75
    penalty, grads = reference["l2_penalty"](
        [np.array([[1.0, -2]]), np.array([[3.0]])], 0.5
    )
    assert penalty == 7 and [g.tolist() for g in grads] == [[[1, -2]], [[3]]]
    penalty, grad = reference["elastic_net"](np.array([[2.0, -1, 0]]), 0.5, 0.1)
    assert penalty == pytest.approx(0.55)
    np.testing.assert_allclose(grad, [[0.3, -0.2, 0]])
    params = {"W1": np.array([2.0, -4]), "b1": np.array([1.0])}
    new = reference["decay_step"](
        params, {"W1": np.ones(2), "b1": np.ones(1)}, 0.1, 0.5
    )
    np.testing.assert_allclose(new["W1"], [1.7, -3.7])
    np.testing.assert_allclose(new["b1"], [0.9])


def test_dropout_agrees_with_the_library(reference):
    for mode in ("inverted", "vanilla"):
        for training in (True, False):
            got = reference[mode](H_TOY, 0.7, np.random.default_rng(1), training)
            want = library.dropout(
                H_TOY, 0.7, rng=np.random.default_rng(1), training=training, mode=mode
            )
            for one, other in zip(got, want, strict=True):
                np.testing.assert_allclose(one, other)


def test_averages_and_penalties_agree_with_the_library(reference):
    h, w = np.array([2.0, -1.0, 0.5]), np.array([1.0, 2.0, -3.0])
    got = reference["average_output"](lambda v: float(np.tanh(v @ w)), h, 0.8)
    want = library.dropout_expectation(lambda rows: np.tanh(rows @ w), h, 0.8)
    assert got == pytest.approx(float(want))
    W = np.random.default_rng(2).normal(0, 1, (3, 4))
    value, cache = regularizers.elastic_net(W, 0.5, 0.3)
    penalty, grad = reference["elastic_net"](W, 0.5, 0.3)
    assert penalty == pytest.approx(value)
    np.testing.assert_allclose(grad, regularizers.elastic_net_backward(1.0, cache))
    value, cache = regularizers.l2(W, 0.3)
    penalty, (grad,) = reference["l2_penalty"]([W], 0.3)
    assert penalty == pytest.approx(value)
    np.testing.assert_allclose(grad, regularizers.l2_backward(1.0, cache))


def test_gradients_agree_with_small_changes(reference):
    rng = np.random.default_rng(3)
    h, W, dS = (rng.normal(0, 1, s) for s in ((5, 4), (4, 3), (5, 3)))
    factor = np.where(rng.random((5, 4)) < 0.8, 1.25, 0.0)
    dh, dW = reference["dropout_layer_backward"](dS, h, factor, W)
    want = numerical_gradient(lambda h: (h * factor) @ W, h, dS)
    np.testing.assert_allclose(dh, want, atol=1e-7)
    want = numerical_gradient(lambda W: (h * factor) @ W, W, dS)
    np.testing.assert_allclose(dW, want, atol=1e-7)


def test_the_decay_step_agrees_with_pytorch(reference):
    torch = pytest.importorskip("torch")
    W, g = np.array([[2.0, -4.0], [1.0, 0.5]]), np.array([[1.0, 0.5], [-2.0, 3.0]])
    tensor = torch.nn.Parameter(torch.tensor(W))
    tensor.grad = torch.tensor(g)
    torch.optim.SGD([tensor], lr=0.1, weight_decay=2 * 0.3).step()
    new = reference["decay_step"]({"W1": W}, {"W1": g}, 0.1, 0.3)
    np.testing.assert_allclose(new["W1"], tensor.detach().numpy())


def test_the_figure_shows_the_students_own_result(a06, reference, monkeypatch, capsys):
    matplotlib.use("Agg")
    shown = []
    monkeypatch.setattr("nnlib.viz.show", lambda figure, alt: shown.append(figure))
    (source,) = a06.rehearsal.plain_cells
    with matplotlib.rc_context():
        exec(source, {"np": np, **reference})
    left, right = shown[0].axes
    learned = {line.get_label(): line.get_ydata() for line in left.get_lines()}
    useless = slice(5, None)
    near_zero = {k: int(np.sum(abs(w[useless]) < 0.02)) for k, w in learned.items()}
    assert near_zero["L1"] >= 17 > 8 > near_zero["no penalty"]
    assert abs(learned["L2"][:5]).sum() < abs(learned["no penalty"][:5]).sum()
    lines = {line.get_label(): line.get_ydata() for line in right.get_lines()}
    exact, scaled = lines["all 64 masks"][0], lines["one scaled pass"][0]
    assert abs(lines["random masks"][-1] - exact) < 0.02 < scaled - exact

    def unfinished(*_):
        raise NotImplementedError("Task 6.5: return the average over all masks")

    with matplotlib.rc_context():
        exec(source, {"np": np, **reference, "average_output": unfinished})
    assert "What is missing: Task 6.5" in capsys.readouterr().out


def test_answers_to_the_questions(reference):
    h, keep = np.full((200_000, 1), 3.0), 0.3
    out, _ = reference["inverted"](h, keep, np.random.default_rng(4), True)
    assert out.mean() == pytest.approx(3, rel=0.02)
    assert out.var() == pytest.approx(9 * (1 - keep) / keep, rel=0.02)
