"""Assignment 1: the numbers that its text promises, and what its tests rely on."""

import matplotlib
import numpy as np
import pytest

X_BINARY = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
CORNERS = np.array([[-5.0, -5.0], [-5.0, 5.0], [5.0, -5.0], [5.0, 5.0]])
W_TOY, B_TOY = np.array([1.0, 1.0]), -2.0


@pytest.fixture
def a01(read):
    return read("a01")


@pytest.fixture
def reference(a01):
    return a01.rehearsal.reference()


def test_printed_numbers_of_the_statement(reference):
    s = reference["neuron"](CORNERS, W_TOY, B_TOY, lambda s: s)
    assert str(s) == "[-12.  -2.  -2.   8.]"
    assert str(reference["step"](np.array([-2.0, 0.0, 3.0]))) == "[0. 1. 1.]"
    expected = {
        10: [0.0, 0.0, 0.0, 1.0],
        1: [0.0, 0.1192, 0.1192, 0.9997],
        0.1: [0.2315, 0.4502, 0.4502, 0.69],
    }
    for slope, values in expected.items():
        assert np.round(reference["sigmoid"](s, slope), 4).tolist() == values
    assert str(reference["classify"](CORNERS, W_TOY, B_TOY)) == "[0 0 0 1]"
    line = reference["boundary"](np.array([-5.0, 0.0, 5.0]), W_TOY, B_TOY)
    assert line.tolist() == [7.0, 2.0, -3.0]
    _, _, mistakes = reference["fit_perceptron"](X_BINARY, np.array([0, 0, 0, 1]))
    assert mistakes == [2, 3, 3, 2, 1, 0]
    costs = reference["perturb"](
        np.array([1.0, -2.0]), lambda w: np.sum(w**2), np.random.default_rng(0), 3
    )[1]
    assert costs[0] == 5.0 and len(costs) == 4


def test_answer_to_question_10_on_xor(reference):
    y = np.array([0, 1, 1, 0])
    fit = reference["fit_perceptron"]
    runs = {n: fit(X_BINARY, y, max_epochs=n) for n in range(2, 9)}
    for w, b, _ in runs.values():
        assert (w.tolist(), b) == ([-1.0, 0.0], 0.0)
    small = fit(X_BINARY, y, eta=1 / 128, max_epochs=8)
    assert small[2] == runs[8][2]
    np.testing.assert_array_equal(128 * small[0], runs[8][0])


def test_no_sum_of_the_perceptron_checks_depends_on_rounding(a01):
    """Every sum in training is exact, so another order of adding changes nothing."""
    reference = a01.rehearsal.reference()["fit_perceptron"]
    seen = []

    def recording(X, y, eta=1.0, max_epochs=100):
        seen.append((X, eta))
        return reference(X, y, eta, max_epochs)

    a01.rehearsal.run({"fit_perceptron": recording})
    assert len(seen) >= 6
    for X, eta in seen:
        # Multiples of 1/16 far below 2^40: float32 holds all their sums and products.
        assert np.array_equal(X * 16, np.round(X * 16)) and eta * 16 == round(eta * 16)


def test_random_checks_pass_for_any_luck_of_the_draw(a01):
    """The reference passes whatever the generator gives: 60 other streams."""
    reference = a01.rehearsal.reference()["perturb"]
    for offset in range(60):

        def elsewhere(w, cost, rng, trials, scale=0.1, offset=offset):
            other = np.random.default_rng([offset, int(rng.integers(2**31))])
            return reference(w, cost, other, trials, scale)

        result = a01.rehearsal.run({"perturb": elsewhere}, only=["test_perturb"])
        assert not result["test_perturb"].failed, result["test_perturb"].messages


@pytest.fixture
def figure_cell(a01, monkeypatch):
    """Return a function that runs the figure's cell and returns what it showed."""
    matplotlib.use("Agg")
    shown = []
    monkeypatch.setattr(
        "nnlib.viz.show", lambda figure, alt: shown.append((figure, alt))
    )
    (source,) = a01.rehearsal.plain_cells

    def run(solutions):
        with matplotlib.rc_context():
            exec(source, {"np": np, "W_TOY": W_TOY, "B_TOY": B_TOY, **solutions})
        return shown

    return run


def test_the_figure_shows_the_students_own_result(figure_cell, reference):
    def boundary(x1, w, b):
        return x1 / 2

    ((figure, alt),) = figure_cell({**reference, "boundary": boundary})
    axes = figure.axes[:3]
    assert [ax.get_title() for ax in axes] == ["slope 10", "slope 1", "slope 0.1"]
    for ax in axes:
        (line,) = ax.get_lines()
        np.testing.assert_array_equal(line.get_ydata(), line.get_xdata() / 2)
    assert "x1 + x2 = 2" in alt


def test_the_figure_waits_for_unfinished_tasks(figure_cell, reference, capsys):
    def boundary(x1, w, b):
        raise NotImplementedError("Task 1.5: return the height of the line at x1")

    assert figure_cell({**reference, "boundary": boundary}) == []
    assert "What is missing: Task 1.5" in capsys.readouterr().out
