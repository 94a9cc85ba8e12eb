import numpy as np
import pytest

from nnlib.clip import clip_by_norm
from nnlib.testing import numerical_gradient
from nnlib.viz import clipping, clipping_training


def test_cosine_of_known_angles():
    a, b = np.array([1.0, 0.0]), np.array([3.0, 3.0])
    assert clipping.cosine(a, b) == pytest.approx(0.5**0.5)
    assert clipping.cosine(a, -a) == pytest.approx(-1)
    assert clipping.cosine(a, 0 * a) == 1.0


def test_power_cost_draws_the_cost_and_its_slope(no_overlap):
    figure = clipping.power_cost(7)
    no_overlap(figure)
    cost, slope = (ax.lines[0] for ax in figure.axes)
    w, values = cost.get_data()
    np.testing.assert_allclose(values, (w**7 - 0.5) ** 2)
    k = 100
    numeric = numerical_gradient(lambda w: np.sum((w**7 - 0.5) ** 2), w[k : k + 1])
    assert slope.get_ydata()[k] == pytest.approx(abs(numeric[0]))


def test_cliff_paths_have_a_panel_each(no_overlap):
    paths = {"a": np.array([[0.0, 1.0], [0.5, 0.5]]), "b": np.zeros((3, 2))}
    figure = clipping.cliff_paths(paths)
    no_overlap(figure)
    assert [ax.get_title() for ax in figure.axes] == ["a", "b"]
    drawn = figure.axes[0].lines[0]
    np.testing.assert_array_equal(np.transpose(drawn.get_data()), paths["a"])


@pytest.mark.parametrize("g", [(3.0, 0.5), (-2.0, 2.0), (0.1, 0.2), (0.0, 0.0)])
def test_arrows_end_where_clipping_ends(g, no_overlap):
    figure = clipping.clipped_arrows(*g, limit=1.0)
    no_overlap(figure)
    value, norm = (ax.lines[3].get_data() for ax in figure.axes)
    np.testing.assert_allclose(np.ravel(value), np.clip(g, -1, 1))
    np.testing.assert_allclose(np.ravel(norm), clip_by_norm(np.array(g), 1.0)[0])
    assert "turned by 0°" in figure.axes[1].get_title()


def test_turning_is_said_in_degrees():
    title = clipping.clipped_arrows(4.0, 0.0, 1.0).axes[0].get_title()
    assert title == "by value: turned by 0°"
    title = clipping.clipped_arrows(4.0, 1.0, 1.0).axes[0].get_title()
    assert title == f"by value: turned by {45 - np.degrees(np.arctan(0.25)):.0f}°"
    text = clipping.describe_arrows(3.0, -4.0, 1.0)
    assert "norm 5.00" in text
    assert "(1.00, -1.00), turned by 8 degrees" in text
    assert "(0.60, -0.80), not turned" in text


def test_explorer_over_all_controls(sweep, is_quick):
    explorer = clipping.explore_clipping()
    assert sweep(explorer) > 10
    is_quick(explorer)


def test_clipping_by_value_always_descends_and_mostly_turns():
    for entries in (2, 100):
        cosines = clipping.random_cosines(entries, draws=200)
        assert cosines.min() > 0
        assert cosines.mean() < 0.95


def test_histograms_count_every_draw(no_overlap):
    figure = clipping.cosine_histograms((2, 5))
    no_overlap(figure)
    (ax,) = figure.axes
    assert [patch.get_data().values.sum() for patch in ax.patches] == [1000, 1000]


def test_norms_and_losses_are_drawn_by_step_with_the_limit(no_overlap):
    runs = {"a": np.array([1.0, 10.0]), "b": np.array([2.0, 3.0])}
    figure = clipping.norms_and_losses(runs, runs, limit=5.0)
    no_overlap(figure)
    left, right = figure.axes
    assert list(left.lines[1].get_ydata()) == [2.0, 3.0]
    assert left.lines[-1].get_ydata()[0] == 5.0
    assert left.get_yscale() == right.get_yscale() == "log"


def test_five_digits_are_broken():
    X, labels = clipping_training.broken_digits()
    assert np.sum(X.max(axis=1) > 10) == 5
    assert len(X) == len(labels)


def test_norms_are_those_before_clipping():
    run = clipping_training.train(clipping_training.by_norm(1e-9), epochs=1)
    again = clipping_training.train(clipping_training.by_value(1e-9), epochs=1)
    assert len(run.norms) == len(run.losses)
    assert run.norms.min() > 0.5
    np.testing.assert_allclose(run.norms, again.norms, rtol=1e-4)


@pytest.mark.parametrize("question", clipping.QUESTIONS)
def test_quiz_questions_have_one_right_answer(question):
    verdicts = [question.mark(k) for k in range(len(question.options))]
    assert [v.startswith("Right.") for v in verdicts].count(True) == 1
    assert verdicts[question.right].startswith("Right.")
