import numpy as np
import pytest

from nnlib.layers import BatchNorm, Linear
from nnlib.viz import batch_norm as figures
from nnlib.viz import norm_training
from nnlib.viz.deep_signals import constant_start
from nnlib.viz.style import PALETTE


def test_histograms_of_the_three_stages_count_every_sample(no_overlap):
    x = np.random.default_rng(1).normal(3, [1.0, 5.0], size=(500, 2))
    figure = figures.before_and_after(x, np.array([2.0, 0.5]), np.array([0.0, 9.0]))
    no_overlap(figure)
    assert len(figure.axes) == 3
    for ax in figure.axes:
        for steps in ax.patches:
            assert steps.get_data().values.sum() == 500


def means_and_spreads(ax):
    """Of each feature, from the counts of its histogram."""
    for steps in ax.patches:
        counts, edges, _ = steps.get_data()
        middle = (edges[1:] + edges[:-1]) / 2
        mean = np.average(middle, weights=counts)
        yield mean, np.sqrt(np.average((middle - mean) ** 2, weights=counts))


def test_normalised_histograms_have_mean_0_and_the_last_ones_shift_and_scale():
    x = np.random.default_rng(1).normal(3, [1.0, 5.0], size=(500, 2))
    figure = figures.before_and_after(x, np.array([2.0, 0.5]), np.array([0.0, 9.0]))
    _, normalised, scaled = (list(means_and_spreads(ax)) for ax in figure.axes)
    np.testing.assert_allclose(normalised, [(0, 1), (0, 1)], atol=0.1)
    np.testing.assert_allclose(scaled, [(0, 2), (9, 0.5)], atol=0.1)


def test_running_averages_follow_the_recurrence():
    path = figures.running_averages(momentum=0.8, batch=4, steps=2)
    assert tuple(path[0]) == (0.0, 1.0)
    rng = np.random.default_rng(7)
    mean, var = 0.0, 1.0
    for step in (1, 2):
        x = rng.normal(figures.TRUE_MEAN, figures.TRUE_VAR**0.5, size=4)
        mean, var = 0.8 * mean + 0.2 * x.mean(), 0.8 * var + 0.2 * x.var()
        np.testing.assert_allclose(path[step], [mean, var])


def test_running_averages_of_small_batches_find_a_variance_that_is_too_low():
    late = figures.running_averages(0.0, 2, steps=4000)[1:]
    mean, var = late.mean(axis=0)
    assert mean == pytest.approx(figures.TRUE_MEAN, abs=0.1)
    assert var == pytest.approx(figures.TRUE_VAR / 2, abs=0.15)


def test_averages_are_drawn_with_the_truth_and_the_biased_variance(no_overlap):
    figure = figures.averages_by_step(0.9, 4)
    no_overlap(figure)
    mean, variance = figure.axes
    path = figures.running_averages(0.9, 4)
    np.testing.assert_array_equal(mean.lines[0].get_ydata(), path[:, 0])
    np.testing.assert_array_equal(variance.lines[0].get_ydata(), path[:, 1])
    assert [line.get_ydata()[0] for line in variance.lines[1:]] == [4.0, 3.0]
    assert len({line.get_linestyle() for line in variance.lines}) == 3
    text = figures.describe_averages(0.9, 4)
    assert f"{path[-1, 0]:.2f}" in text
    assert f"{path[-1, 1]:.2f}" in text


def test_explorer_over_all_controls(sweep, is_quick):
    explorer = figures.explore_averages()
    assert sweep(explorer) > 8
    is_quick(explorer)


def test_one_column_and_one_channel_of_every_image_are_shaded(no_overlap):
    figure = figures.channel_cubes(samples=4, channels=3)
    no_overlap(figure)
    table, images = figure.axes

    def shaded(axes):
        from matplotlib.colors import to_rgba

        orange = to_rgba(PALETTE["orange"])
        return [p for p in axes.patches if p.get_facecolor() == orange]

    assert (len(table.patches), len(shaded(table))) == (12, 4)
    assert len({patch.get_x() for patch in shaded(table)}) == 1
    assert (len(images.patches), len(shaded(images))) == (4 * 3 * 9, 4 * 9)
    assert [t.get_text() for t in images.texts] == [f"image {n}" for n in (1, 2, 3, 4)]


def test_graph_has_the_seven_nodes_and_eight_arrows(no_overlap):
    figure = figures.norm_graph()
    no_overlap(figure)
    (ax,) = figure.axes
    texts = [text.get_text() for text in ax.texts]
    names = ["$x$", r"$\mu$", "$c$", "$v$", "$s$", r"$\hat{x}$", "$y$"]
    assert [text for text in texts if text in names] == names
    starts = [t.xyann for t in ax.texts if getattr(t, "arrow_patch", None)]
    assert len(starts) == 8
    places = {text.get_text(): text.get_position() for text in ax.texts}
    assert starts.count(places["$x$"]) == starts.count(places["$c$"]) == 2


def test_comparison_has_a_line_for_each_network(no_overlap):
    curves = {"a": [0.1, 0.9], "b": [0.5, 0.6]}
    figure = figures.comparison([0.01, 1.0], curves, "learning rate", "title")
    no_overlap(figure)
    (ax,) = figure.axes
    assert ax.get_xscale() == "log"
    for line, values in zip(ax.lines, curves.values(), strict=True):
        np.testing.assert_array_equal(line.get_ydata(), values)
    assert ax.lines[0].get_marker() != ax.lines[1].get_marker()


def test_both_networks_start_from_the_same_weights():
    plain, norm = (
        norm_training.deep_network(batch_norm=choice) for choice in (False, True)
    )
    for a, b in zip(
        [layer.W.value for layer in plain.layers if isinstance(layer, Linear)],
        [layer.W.value for layer in norm.layers if isinstance(layer, Linear)],
        strict=True,
    ):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("norm", [False, True])
def test_the_two_networks_differ_in_the_normalisation_only(norm):
    start = constant_start(0.5)
    model = norm_training.deep_network(batch_norm=norm, start=start)
    matrices = [layer.W.value for layer in model.layers if isinstance(layer, Linear)]
    assert [W.shape for W in matrices] == [(64, 50), *[(50, 50)] * 5, (50, 10)]
    assert all(np.all(W == 0.5) for W in matrices)
    norms = [layer for layer in model.layers if isinstance(layer, BatchNorm)]
    assert len(norms) == 6 * norm


def test_accuracy_is_that_of_a_short_training_and_0_where_it_diverges():
    assert norm_training.accuracy_after(1, batch_norm=True, lr=0.1) > 0.5
    assert norm_training.accuracy_after(1, batch_norm=False, lr=10.0) == 0.0


def test_accuracies_come_for_both_networks_and_each_setting(monkeypatch):
    def settings(epochs, *, batch_norm, lr, batch_size=32):
        return (epochs, batch_norm, lr, batch_size)

    monkeypatch.setattr(norm_training, "accuracy_after", settings)
    plain, norm = norm_training.accuracies_by_rate([0.1, 1.0]).values()
    assert plain == [(4, False, 0.1, 32), (4, False, 1.0, 32)]
    assert norm == [(4, True, 0.1, 32), (4, True, 1.0, 32)]
    plain, norm = norm_training.accuracies_by_batch([2, 8]).values()
    assert plain == [(2, False, 0.05, 2), (2, False, 0.05, 8)]
    assert norm == [(2, True, 0.05, 2), (2, True, 0.05, 8)]


@pytest.mark.parametrize("question", figures.QUESTIONS)
def test_quiz_questions_have_one_right_answer(question):
    verdicts = [question.mark(k) for k in range(len(question.options))]
    assert [v.startswith("Right.") for v in verdicts].count(True) == 1
    assert verdicts[question.right].startswith("Right.")
