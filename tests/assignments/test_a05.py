"""Assignment 5: its printed numbers, the library, its figure, table and answers."""

import matplotlib
import numpy as np
import pytest

from nnlib import init
from nnlib.testing import numerical_gradient


@pytest.fixture
def a05(read):
    return read("a05")


@pytest.fixture
def reference(a05):
    return a05.rehearsal.reference()


@pytest.fixture
def given(a05):
    """The names that the set-up cell of the notebook defines."""
    namespace: dict = {}
    start = a05.text.index("from itertools")
    exec(a05.text[start : a05.text.index("# %%", start)], namespace)
    return namespace


def test_printed_numbers(reference, given):
    W, b = reference["uniform_start"](3, 2, 0.5, np.random.default_rng(0))
    assert W.shape == (3, 2) and abs(W).max() <= 0.5 and b.tolist() == [0, 0]
    H = np.array([[1.0, 2.0, 0.0], [3.0, 0.0, 2.0]])
    assert np.mean(H**2) == 3 and reference["score_variance"](H, 0.5) == 2.25
    assert np.round(reference["xavier"](784, 100), 5).tolist() == [0.04757, 0.08239]
    assert np.round(reference["he"]((784, 100)), 5).tolist() == [0.05051, 0.08748]
    assert np.round(reference["he"]((16, 8, 3, 1)), 5).tolist() == [0.28868, 0.5]
    X, weights = given["X_TOY"], given["WEIGHTS_TOY"]
    moments = reference["second_moments"](X, weights, given["relu"])
    assert np.round(moments, 4).tolist() == [1.5, 0.8333, 5.0]
    assert given["relu"](X @ weights[0]).tolist() == [[1, 0, 0], [2, 0, 0]]
    scores = [np.array([[1.0, -1.0, 2.0]]), np.zeros((1, 2))]
    delta = np.array([[3.0, 4.0]])
    assert (delta @ weights[1].T).tolist() == [[2, 7, 12]]
    norms = reference["gradient_norms"](delta, weights, scores, given["relu_slope"])
    assert np.round(norms, 4).tolist() == [12.1655, 5.0]
    units = np.array([[1.0, 1, 2], [0, 0, 3]]), np.array([0.5, 0.5, 0])
    assert reference["count_units"](*units, np.array([[1.0], [1], [4]])) == 2
    network = reference["start_network"](
        [300, 100, 50], "relu", np.random.default_rng(1)
    )
    assert [W.shape for W in network] == [(300, 100), (100, 50)]
    assert np.sqrt([2 / 300, 2 / 100]).round(4).tolist() == [0.0816, 0.1414]


def test_rules_agree_with_the_library(reference):
    rng = np.random.default_rng(2)
    for shape in ((40, 90), (90, 40), (30, 8, 3, 2)):
        sigma, bound = reference["he"](shape)
        drawn = init.he_uniform(shape, rng=rng)
        assert abs(drawn).max() == pytest.approx(bound, rel=0.01)
        assert init.he_normal(shape, rng=rng).std() == pytest.approx(sigma, rel=0.08)
    sigma, bound = reference["xavier"](40, 90)
    assert abs(init.xavier_uniform((40, 90), rng=rng)).max() <= bound
    spread = init.xavier_normal((40, 90), rng=rng).std()
    assert spread == pytest.approx(sigma, rel=0.05)


def test_the_predicted_variance_is_that_of_many_draws(reference):
    rng = np.random.default_rng(3)
    H = rng.normal(1.0, 0.5, (50, 20))
    scores = H @ rng.normal(0, 0.3, (20, 4000))
    assert scores.var() == pytest.approx(reference["score_variance"](H, 0.3), rel=0.03)


def test_gradients_agree_with_small_changes(reference):
    rng = np.random.default_rng(4)
    weights = [rng.normal(0, 1, shape) for shape in ((2, 4), (4, 3), (3, 2))]
    X, scores = rng.normal(0, 1, (5, 2)), []
    H = X
    for W in weights:
        scores.append(H @ W)
        H = np.tanh(scores[-1])
    delta = rng.normal(0, 1, scores[-1].shape)

    def from_scores(layer):
        def last(S):
            for W in weights[layer + 1 :]:
                S = np.tanh(S) @ W
            return S

        return last

    want = [
        np.linalg.norm(numerical_gradient(from_scores(layer), S, delta))
        for layer, S in enumerate(scores)
    ]
    slope = lambda s: 1 - np.tanh(s) ** 2  # noqa: E731
    got = reference["gradient_norms"](delta, weights, scores, slope)
    np.testing.assert_allclose(got, want, rtol=1e-6)


def test_the_figure_shows_the_students_own_result(
    a05, reference, given, monkeypatch, capsys
):
    matplotlib.use("Agg")
    shown = []
    monkeypatch.setattr("nnlib.viz.show", lambda figure, alt: shown.append(figure))
    figure_source, table_source = a05.rehearsal.plain_cells

    with matplotlib.rc_context():
        exec(figure_source, {**given, **reference})
    left, right = shown[0].axes
    signal = {line.get_label(): line.get_ydata() for line in left.get_lines()}
    assert 0.3 < signal["He"][-1] < 3
    assert 0.02 < signal["Xavier"][-1] < 0.3
    assert signal["$U(\\pm 1/\\sqrt{n})$"][-1] < 5e-4
    gradient = {line.get_label(): line.get_ydata() for line in right.get_lines()}
    assert gradient["sigmoid, Xavier"][0] < 1e-3 * gradient["sigmoid, Xavier"][-1]
    assert gradient["ReLU, He"][0] > 0.2 * gradient["ReLU, He"][-1]

    exec(table_source, {**given, **reference})
    printed = capsys.readouterr().out
    for line in ("zero    : different units 1", "constant: different units 1"):
        assert line in printed
    assert "random  : different units 4" in printed

    def unfinished(*_):
        raise NotImplementedError("Task 5.1: return W and b")

    for source in (figure_source, table_source):
        with matplotlib.rc_context():
            exec(source, {**given, **reference, "uniform_start": unfinished})
        assert "What is missing: Task 5.1" in capsys.readouterr().out


def test_answers_to_the_questions(reference):
    rng = np.random.default_rng(5)
    weights = [rng.normal(0, 300**-0.5, (300, 300)) for _ in range(10)]
    X = rng.normal(0, 1, (200, 300))
    moments = reference["second_moments"](X, weights, lambda s: np.maximum(s, 0))
    assert moments[-1] / moments[0] == pytest.approx(2**-10, rel=0.5)
    assert np.log(60 / 90) == pytest.approx(-0.405, abs=1e-3)

    # (c) of question 5.10: which layers move in the first and in the second step.
    x, y = rng.normal(0, 1, (10, 2)), (np.arange(10) < 4).astype(float)[:, None]
    W1, b1, W2 = np.zeros((2, 3)), rng.normal(0, 1, 3), np.zeros((3, 1))
    for step in range(2):
        hidden = np.tanh(x @ W1 + b1)
        delta = (1 / (1 + np.exp(-(hidden @ W2))) - y) / 10
        back = (delta @ W2.T) * (1 - hidden**2)
        new = W2 - hidden.T @ delta, W1 - x.T @ back
        assert len(np.unique(new[0].round(12))) == 3
        assert np.any(new[1] != 0) == (step == 1)
        W2, W1 = new
