"""Assignment 2: the numbers that its text promises, its gradients, and its figure."""

import matplotlib
import numpy as np
import pytest

from nnlib.testing import numerical_gradient

S_TOY, LABELS_TOY = np.array([[1.0, 3.0, 2.0], [0.0, 0.0, 0.0]]), np.array([1, 2])


@pytest.fixture
def a02(read):
    return read("a02")


@pytest.fixture
def reference(a02):
    return a02.rehearsal.reference()


def test_printed_numbers_of_the_statement(reference):
    P = np.round(reference["softmax"](S_TOY), 4)
    assert P.tolist() == [[0.09, 0.6652, 0.2447], [0.3333, 0.3333, 0.3333]]
    P, G = np.array([[0.5, 0.25, 0.25]]), np.array([[1.0, 0.0, -1.0]])
    dS = reference["softmax_backward"](G, P)
    assert dS.tolist() == [[0.375, -0.0625, -0.3125]]
    J = reference["cross_entropy"](S_TOY, LABELS_TOY)
    assert round(J, 4) == 0.7531
    assert pytest.approx(-(np.log(0.6652) + np.log(1 / 3)) / 2, abs=1e-4) == J
    s, y = np.array([2.0, -1.0, 0.0]), np.array([1.0, 0.0, 1.0])
    assert round(reference["binary_cross_entropy"](s, y), 4) == 0.3778
    dS = np.round(reference["cross_entropy_gradient"](S_TOY, LABELS_TOY), 4)
    assert dS.tolist() == [[0.045, -0.1674, 0.1224], [0.1667, 0.1667, -0.3333]]
    kl, one, other = reference["kl_divergence"], [0.9, 0.1], [0.8, 0.2]
    assert round(kl(np.array(one), np.array(other)), 4) == 0.0367
    assert round(kl(np.array(other), np.array(one)), 4) == 0.0444
    W, b = reference["fit_classifier"](
        np.array([[1, 2], [3, 0]]),
        np.array([0, 1]),
        2,
        lambda S, labels: (S - np.eye(2)[labels]) / 2,
        0.5,
        1,
    )
    assert W.tolist() == [[0.25, 0.75], [0.5, 0.0]] and b.tolist() == [0.25, 0.25]


def test_gradients_agree_with_small_changes(reference):
    rng = np.random.default_rng(0)
    S, labels = rng.normal(0, 2, (4, 5)), np.array([4, 0, 2, 2])
    G = rng.normal(0, 1, S.shape)
    want = numerical_gradient(reference["softmax"], S, G)
    got = reference["softmax_backward"](G, reference["softmax"](S))
    np.testing.assert_allclose(got, want, atol=1e-8)
    want = numerical_gradient(lambda S: reference["cross_entropy"](S, labels), S)
    got = reference["cross_entropy_gradient"](S, labels)
    np.testing.assert_allclose(got, want, atol=1e-8)


def test_losses_and_training_agree_with_pytorch(reference):
    torch = pytest.importorskip("torch")
    functional = torch.nn.functional
    rng = np.random.default_rng(1)
    X, labels = rng.normal(0, 1, (6, 3)), np.array([3, 1, 0, 2, 1, 3])
    S, y = X @ rng.normal(0, 1, (3, 4)), rng.uniform(0, 1, 6)
    want = functional.cross_entropy(torch.tensor(S), torch.tensor(labels)).item()
    assert reference["cross_entropy"](S, labels) == pytest.approx(want)
    scores = torch.tensor(S[:, 0])
    want = functional.binary_cross_entropy_with_logits(scores, torch.tensor(y)).item()
    assert reference["binary_cross_entropy"](S[:, 0], y) == pytest.approx(want)

    weights = [torch.zeros(shape, dtype=torch.double) for shape in ((3, 4), (4,))]
    for tensor in weights:
        tensor.requires_grad_()
    descent = torch.optim.SGD(weights, lr=0.3)
    for _ in range(5):
        descent.zero_grad()
        scores = torch.tensor(X) @ weights[0] + weights[1]
        functional.cross_entropy(scores, torch.tensor(labels)).backward()
        descent.step()
    gradient = reference["cross_entropy_gradient"]
    W, b = reference["fit_classifier"](X, labels, 4, gradient, 0.3, 5)
    np.testing.assert_allclose(W, weights[0].detach().numpy())
    np.testing.assert_allclose(b, weights[1].detach().numpy())


def test_answers_to_question_9():
    x1, x2 = np.meshgrid(np.linspace(-5, 5, 41), np.linspace(-5, 5, 41))
    s1, s2, s3 = x1 + x2 - 2, -x2 + 1, x1 - x2 / 2 + 10
    assert (s3 - s1).min() == 4.5 and (s3 - s2).min() == 1.5

    def scores(x1, x2):
        return [x1 + x2 - 2, -x2 + 1, x1 - x2 / 2 + 1]

    assert scores(0, 5) == [3, -4, -1.5]
    assert scores(-5, -5) == [-12, 6, -1.5]
    assert scores(5, 0) == [3, 1, 6]


def test_the_figure_shows_the_students_own_result(a02, reference, monkeypatch, capsys):
    matplotlib.use("Agg")
    shown = []
    monkeypatch.setattr("nnlib.viz.show", lambda figure, alt: shown.append(figure))
    (source,) = a02.rehearsal.plain_cells
    rng = np.random.default_rng(0)
    given = {
        "np": np,
        "X_CLOUDS": rng.normal(0, 1, (90, 2)),
        "LABELS_CLOUDS": np.repeat([0, 1, 2], 30),
    }

    def softmax(S):
        return np.tile([0.5, 0.25, 0.125], (len(S), 1))

    with matplotlib.rc_context():
        exec(source, {**given, **reference, "softmax": softmax})
    (figure,) = shown
    images = [ax.images[0].get_array() for ax in figure.axes[:3]]
    assert [set(image.ravel()) for image in images] == [{0.5}, {0.25}, {0.125}]

    def unfinished(S):
        raise NotImplementedError("Task 2.1: return the softmax of each row")

    with matplotlib.rc_context():
        exec(source, {**given, **reference, "softmax": unfinished})
    assert len(shown) == 1 and "What is missing: Task 2.1" in capsys.readouterr().out
