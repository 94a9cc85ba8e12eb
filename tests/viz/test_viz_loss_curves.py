import numpy as np
import pytest

from nnlib.losses import softmax_cross_entropy
from nnlib.viz import loss_curves
from nnlib.viz.quiz import Quiz


def curve(axes, label):
    """Data of the line with this label."""
    (line,) = [line for line in axes.lines if line.get_label() == label]
    return np.array(line.get_data())


def legend(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


def test_training_stages_show_bars_losses_and_points(no_overlap):
    figure = loss_curves.training_stages((0.03, 0.68, 0.95))
    no_overlap(figure)
    *stages, curve_axes = figure.axes
    titles = [axes.get_title() for axes in stages]
    assert titles == [
        f"stage {i}: loss {v}" for i, v in [(1, 3.51), (2, 0.39), (3, 0.05)]
    ]
    for axes, p in zip(stages, (0.03, 0.68, 0.95), strict=True):
        target, output = np.array([b.get_height() for b in axes.patches]).reshape(2, 3)
        np.testing.assert_array_equal(target, [0, 1, 0])
        assert output.sum() == pytest.approx(1)
        assert output[1] == p
    points = [line.get_data() for line in curve_axes.lines[1:]]
    losses = [float(np.ravel(y)[0]) for _, y in points]
    assert losses == pytest.approx([3.506558, 0.385662, 0.051293], abs=1e-6)


def test_the_true_class_can_be_another():
    first = loss_curves.training_stages((0.5,), true_class=3).axes[0]
    assert [bar.get_height() for bar in first.patches[:3]] == [0, 0, 1]


def test_binary_branches_are_mirror_images(no_overlap):
    figure = loss_curves.binary_branches()
    no_overlap(figure)
    one, zero = (np.array(line.get_data()) for line in figure.axes[0].lines)
    np.testing.assert_allclose(one[1], zero[1][::-1])
    assert one[1][np.argmin(abs(one[0] - 0.5))] == pytest.approx(np.log(2))
    assert legend(figure.axes[0]) == ["$y=1$: $-\\ln\\,p$", "$y=0$: $-\\ln(1-p)$"]


def test_losses_by_score_and_their_slopes_belong_together(no_overlap):
    figure = loss_curves.losses_by_score()
    no_overlap(figure)
    left, right = figure.axes
    assert legend(left) == ["0/1", "squared", "cross-entropy"]
    for name in ("squared", "cross-entropy"):
        s, loss = curve(left, name)
        _, slope = curve(right, name)
        np.testing.assert_allclose(np.gradient(loss, s)[1:-1], slope[1:-1], atol=1e-3)
    s, loss = curve(left, "cross-entropy")
    expected = softmax_cross_entropy(np.array([[0.0, s[7]]]), np.array([1]))[0]
    assert loss[7] == pytest.approx(expected)
    assert np.nanmax(abs(curve(right, "0/1")[1])) == 0


def test_base_two_bounds_the_error_and_base_e_does_not(no_overlap):
    figure = loss_curves.losses_by_probability()
    no_overlap(figure)
    (axes,) = figure.axes
    p, natural = curve(axes, r"$-\ln\,p$")
    _, bits = curve(axes, r"$-\log_2 p$")
    wrong = (p < 0.5).astype(float)
    assert np.all(bits >= wrong)
    assert np.any(natural < wrong)
    marked = [
        float(line.get_ydata()[0]) for line in axes.lines if len(line.get_xdata()) == 1
    ]
    assert marked == pytest.approx([0.916, 1.322], abs=1e-3)


def test_both_divergences_vanish_at_the_target_only(no_overlap):
    y = np.array([0.9, 0.1])
    figure = loss_curves.kl_both_ways(y, np.array([0.8, 0.2]))
    no_overlap(figure)
    bars, axes = figure.axes
    assert [bar.get_height() for bar in bars.patches] == [0.9, 0.1, 0.8, 0.2]
    for line in axes.lines[:2]:
        q, divergence = np.array(line.get_data())
        assert q[np.argmin(divergence)] == pytest.approx(0.9, abs=0.01)
        assert np.all(divergence[abs(q - 0.9) > 0.02] > 0)
    forward, backward = (line.get_ydata() for line in axes.lines[:2])
    at = np.argmin(abs(q - 0.8))
    assert (forward[at], backward[at]) == pytest.approx((0.037, 0.044), abs=3e-3)
    assert forward[0] > 4 > 2.4 > backward[0]


def test_scaled_sigmoid_runs_between_its_bounds(no_overlap):
    figure = loss_curves.scaled_sigmoid_curve(-2.0, 5.0)
    no_overlap(figure)
    (axes,) = figure.axes
    _, value = np.array(axes.lines[0].get_data())
    assert -2 < value.min() < -1.99
    assert 4.99 < value.max() < 5
    assert "(0, 1.5)" in [text.get_text() for text in axes.texts]


def test_noisy_line_comes_with_the_line_of_least_squares():
    x, y, fit = loss_curves.noisy_line()
    assert len(x) == 14
    slope = np.diff(fit) / np.diff(x)
    np.testing.assert_allclose(slope, slope[0])
    # Residuals of least squares are orthogonal to the constant and to x.
    np.testing.assert_allclose([(y - fit).sum(), (y - fit) @ x], 0.0, atol=1e-12)
    assert np.abs(y - fit).max() > 0.5


def test_residuals_lie_on_the_parabola(no_overlap):
    x = np.array([1.0, 0.0, 2.0])
    y, fit = np.array([1.0, 1.0, 4.0]), np.array([2.0, 1.0, 3.0])
    figure = loss_curves.regression_residuals(x, y, fit)
    no_overlap(figure)
    left, right = figure.axes
    np.testing.assert_array_equal(left.lines[0].get_xdata(), [0, 1, 2])
    ends = [segment[:, 1].tolist() for segment in left.collections[0].get_segments()]
    assert ends == [[1, 2], [1, 1], [4, 3]]
    error, cost = right.lines[1].get_data()
    np.testing.assert_array_equal(error, [1, 0, -1])
    np.testing.assert_array_equal(cost, [1, 0, 1])


def test_every_question_has_one_right_answer_with_its_reason():
    quiz = loss_curves.quiz()
    assert isinstance(quiz, Quiz)
    for question in quiz.questions:
        marks = [question.mark(i) for i in range(len(question.options))]
        assert [mark.startswith("Right.") for mark in marks].count(True) == 1
        assert question.why in marks[question.right]


@pytest.mark.parametrize(
    ("number", "value"), [(3, -np.log2(0.25)), (4, round(np.log(10), 1))]
)
def test_numbers_in_the_quiz_are_right(number, value):
    question = loss_curves.QUESTIONS[number]
    assert question.options[question.right].endswith(f"{value:g}")
