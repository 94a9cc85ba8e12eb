"""Assignment 8: its printed numbers, the library, its figure and answers."""

import matplotlib
import numpy as np
import pytest

from nnlib import clip

GRADS_TOY = [np.array([[3.0, -0.5], [0.0, -8.0]]), np.array([1.0, -2.0])]


@pytest.fixture
def a08(read):
    return read("a08")


@pytest.fixture
def reference(a08):
    return a08.rehearsal.reference()


def test_printed_numbers(reference):
    chain = reference["chain_gradient"]
    assert chain(1.0, 50, 0.5) == 50
    assert round(chain(0.9, 50, 0.5), 2) == -0.28
    assert 1e6 < chain(1.1, 50, 0.5) < 2e6
    W, b = reference["clip_values"](GRADS_TOY, -1, 2)
    assert (W.tolist(), b.tolist()) == ([[2, -0.5], [0, -1]], [1, -1])
    five = [np.array([[3.0, 0.0]]), np.array([4.0])]
    assert reference["global_norm"](five) == 5
    (one, two), norm = reference["clip_norm"](five, 1.0)
    assert norm == 5
    np.testing.assert_allclose(one, [[0.6, 0]])
    np.testing.assert_allclose(two, [0.8])
    unit = [np.array([[1.0, 0.0]]), np.array([0.0])]
    assert reference["cosine"](five, unit) == pytest.approx(0.6)
    start = np.array([3.0, 4.0])
    path = reference["descend"](lambda v: 2 * v, start, 0.5, 1)
    assert path.tolist() == [[3, 4], [0, 0]]
    path = reference["descend"](lambda v: 2 * v, start, 0.5, 1, 1)
    np.testing.assert_allclose(path[-1], [2.7, 3.6])
    seen = []

    def gradients(params, batch):
        seen.append(float(params["w"][0]))
        return {"w": np.array([batch])}

    batches = [2.0, 8.0, float("nan")]
    params, norms = reference["train"]({"w": np.ones(1)}, gradients, batches, 0.1, 4.0)
    np.testing.assert_allclose(seen, [1.0, 0.8, 0.4])
    np.testing.assert_allclose(params["w"], [0.4])
    np.testing.assert_array_equal(norms, batches)
    choose = reference["choose_limit"]
    assert (choose([1, 5, 2, 100], 0.25), choose([1, 5, 2, 100], 0)) == (5, 100)


def test_clipping_agrees_with_the_library_and_pytorch(reference):
    torch = pytest.importorskip("torch")
    got, norm = reference["clip_norm"](GRADS_TOY, 2.0)
    want, before = clip.clip_by_norm(GRADS_TOY, 2.0)
    assert norm == pytest.approx(before)
    parameters = [torch.nn.Parameter(torch.tensor(g)) for g in GRADS_TOY]
    for p, g in zip(parameters, GRADS_TOY, strict=True):
        p.grad = torch.tensor(g)
    torch.nn.utils.clip_grad_norm_(parameters, 2.0)
    for one, other, p in zip(got, want, parameters, strict=True):
        np.testing.assert_allclose(one, other)
        np.testing.assert_allclose(one, p.grad.numpy(), rtol=1e-6)
    for one, other in zip(
        reference["clip_values"](GRADS_TOY, -1.0, 0.5),
        clip.clip_by_value(GRADS_TOY, -1.0, 0.5),
        strict=True,
    ):
        np.testing.assert_allclose(one, other)


def test_the_figure_shows_the_students_own_result(a08, reference, monkeypatch, capsys):
    matplotlib.use("Agg")
    shown = []
    monkeypatch.setattr("nnlib.viz.show", lambda figure, alt: shown.append(figure))
    (source,) = a08.rehearsal.plain_cells
    with matplotlib.rc_context():
        exec(source, {"np": np, **reference})
    left, right = shown[0].axes
    path = {line.get_label(): line.get_ydata() for line in left.get_lines()}
    assert abs(path["limit 2"][-1] - 0.5 ** (1 / 50)) < 0.01
    assert not -1.2 < path["no limit"][1] < 1.2
    loss = {line.get_label(): line.get_ydata() for line in right.get_lines()}
    assert loss["limit 5"][-1] < 0.5 * loss["limit 5"][0]
    assert min(loss["no limit"][39:]) > 2 * max(loss["limit 5"][39:])

    def unfinished(*_):
        raise NotImplementedError("Task 8.1: return the gradient of the chain")

    with matplotlib.rc_context():
        exec(source, {"np": np, **reference, "chain_gradient": unfinished})
    assert "What is missing: Task 8.1" in capsys.readouterr().out


def test_answers_to_the_questions(reference):
    g = [np.array([100.0, 1.0])]
    turned = reference["cosine"](g, reference["clip_values"](g, -1, 1))
    assert round(turned, 3) == 0.714
    assert round(np.degrees(np.arccos(turned)), 1) == 44.4
    clipped = [
        reference["clip_norm"]([np.array([x])], 1.0)[0][0] for x in (10.0, -4, -4)
    ]
    assert np.mean(clipped) == pytest.approx(-1 / 3)
