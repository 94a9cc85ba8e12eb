import numpy as np
import pytest

from nnlib.viz import batch_norm, norm_training
from nnlib.viz.deep_signals import normal_start


def test_stages_are_the_data_normalised_and_scaled(no_overlap):
    x = np.random.default_rng(0).normal([4, -2], [3, 1], size=(500, 2))
    figure = batch_norm.before_and_after(x, np.array([2.0, 0.5]), np.array([1.0, 5.0]))
    no_overlap(figure)
    for ax, mean, spread in zip(
        figure.axes,
        [x.mean(0), [0, 0], [1, 5]],
        [x.std(0), [1, 1], [2, 0.5]],
        strict=True,
    ):
        for k, patch in enumerate(ax.patches):
            counts, edges, _ = patch.get_data()
            middle = (edges[1:] + edges[:-1]) / 2
            assert counts.sum() == 500
            average = counts @ middle / 500
            assert average == pytest.approx(mean[k], abs=0.3)
            var = counts @ (middle - average) ** 2 / 500
            assert var**0.5 == pytest.approx(spread[k], rel=0.15)
    looks = {patch.get_linestyle() for patch in figure.axes[0].patches}
    assert len(looks) == 2


def test_running_averages_follow_the_recurrence():
    path = batch_norm.running_averages(momentum=0.8, batch=4, steps=2)
    assert tuple(path[0]) == (0.0, 1.0)
    rng = np.random.default_rng(7)
    mean, var = 0.0, 1.0
    for step in (1, 2):
        x = rng.normal(batch_norm.TRUE_MEAN, batch_norm.TRUE_VAR**0.5, size=4)
        mean, var = 0.8 * mean + 0.2 * x.mean(), 0.8 * var + 0.2 * x.var()
        np.testing.assert_allclose(path[step], [mean, var])


def test_small_batches_settle_too_low():
    late = batch_norm.running_averages(0.99, 2, steps=3000)[1500:, 1]
    assert late.mean() == pytest.approx(batch_norm.TRUE_VAR / 2, rel=0.1)


def test_averages_are_drawn_with_the_truth(no_overlap):
    figure = batch_norm.averages_by_step(0.5, 4)
    no_overlap(figure)
    path = batch_norm.running_averages(0.5, 4)
    for k, ax in enumerate(figure.axes):
        np.testing.assert_array_equal(ax.lines[0].get_ydata(), path[:, k])
    truths = [ax.lines[1].get_ydata()[0] for ax in figure.axes]
    assert truths == [batch_norm.TRUE_MEAN, batch_norm.TRUE_VAR]
    assert figure.axes[1].lines[2].get_ydata()[0] == 3.0
    assert f"{path[-1, 0]:.2f}" in batch_norm.describe_averages(0.5, 4)


def test_explorer_over_all_controls(sweep, is_quick):
    explorer = batch_norm.explore_averages()
    assert sweep(explorer) > 8
    is_quick(explorer)


def test_cubes_shade_one_feature_and_one_channel(no_overlap):
    figure = batch_norm.channel_cubes(samples=2, channels=3)
    no_overlap(figure)
    shaded = [
        sum(patch.get_facecolor()[:3] != (1.0, 1.0, 1.0) for patch in ax.patches)
        for ax in figure.axes
    ]
    assert shaded == [4, 2 * 9]
    assert len(figure.axes[1].patches) == 2 * 3 * 9


def test_graph_has_two_arrows_from_x_and_from_c(no_overlap):
    figure = batch_norm.norm_graph()
    no_overlap(figure)
    (ax,) = figure.axes
    starts = [t.xyann for t in ax.texts if getattr(t, "arrow_patch", None) is not None]
    assert starts.count((0.0, 2.6)) == 2
    assert starts.count((4.0, 2.6)) == 2
    assert len(starts) == 8


def test_comparison_has_a_line_a_network(no_overlap):
    figure = batch_norm.comparison(
        [1, 10], {"a": [0.1, 0.2], "b": [0.3, 0.4]}, "n", "t"
    )
    no_overlap(figure)
    (ax,) = figure.axes
    assert ax.get_xscale() == "log"
    assert [list(line.get_ydata()) for line in ax.lines] == [[0.1, 0.2], [0.3, 0.4]]


def test_networks_differ_in_their_normalisation_only():
    plain = norm_training.deep_network(batch_norm=False, start=normal_start(0.1))
    norm = norm_training.deep_network(batch_norm=True, start=normal_start(0.1))
    assert len(norm.layers) == len(plain.layers) + 6
    np.testing.assert_array_equal(plain.layers[0].W.value, norm.layers[0].W.value)


def test_a_diverging_training_has_accuracy_zero():
    assert norm_training.accuracy_after(1, batch_norm=False, lr=100.0) == 0.0


@pytest.mark.parametrize("question", batch_norm.QUESTIONS)
def test_quiz_questions_have_one_right_answer(question):
    verdicts = [question.mark(k) for k in range(len(question.options))]
    assert [v.startswith("Right.") for v in verdicts].count(True) == 1
    assert verdicts[question.right].startswith("Right.")
