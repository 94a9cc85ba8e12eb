"""Lecture 9: descents, batches, memories and the race."""

import numpy as np
import pytest

from nnlib import optim, schedules
from nnlib.landscapes import descend, narrow_bowl, narrow_bowl_gradient
from nnlib.train import gradient_variance
from nnlib.viz import batches, deep_training, descent, memory, race
from nnlib.viz.explore import Player


def test_parabola_runs_multiply_by_one_minus_eta_times_the_curvature(no_overlap):
    figure = descent.parabola_runs((0.1, 1.05), steps=3)
    no_overlap(figure)
    for ax, eta in zip(figure.axes, (0.1, 1.05), strict=True):
        x = np.ravel(ax.lines[1].get_xdata())
        np.testing.assert_allclose(x, -((1 - 2 * eta) ** np.arange(4)))
        np.testing.assert_allclose(np.ravel(ax.lines[1].get_ydata()), x**2)


def test_paths_lie_on_contours_of_the_landscape(no_overlap):
    path = np.array([[-5.0, -2.0], [0.0, 0.0]])
    figure = descent.paths_on(narrow_bowl, {"a": path, "b": path[:1]})
    no_overlap(figure)
    assert [ax.get_title() for ax in figure.axes] == ["a", "b"]
    ax = figure.axes[0]
    np.testing.assert_array_equal(np.transpose(ax.lines[0].get_data()), path)
    contour = ax.collections[0]
    level, line = contour.levels[5], contour.get_paths()[5].vertices
    np.testing.assert_allclose(narrow_bowl(line), level, rtol=0.05)


def test_the_chord_of_a_convex_function_is_above_it(no_overlap):
    figure = descent.convex_or_not()
    no_overlap(figure)
    verdicts = []
    for ax in figure.axes[2:]:
        x, y = ax.lines[0].get_data()
        chord = np.interp(x, *ax.lines[1].get_data())
        inside = (x > -1.4) & (x < 1.2)
        verdicts.append(bool(np.all(chord[inside] >= y[inside])))
    assert verdicts == [True, False]
    for ax, inside in zip(figure.axes[:2], [True, False], strict=True):
        (a, b), shape = ax.lines[0].get_xydata(), ax.patches[0]
        middle = ax.transData.transform((a + b) / 2)
        assert shape.contains_point(middle) == inside


def test_gaps_of_jensen(no_overlap):
    figure = descent.jensen_gaps([0.0, 1.0, 2.0])
    no_overlap(figure)
    square, exponential, line = (ln.get_ydata() for ln in figure.axes[0].lines)
    np.testing.assert_allclose(square, [0, 1, 4])
    np.testing.assert_allclose(exponential, np.cosh([0, 1, 2]) - 1)
    np.testing.assert_allclose(line, 0, atol=1e-12)


def test_noise_finds_the_lower_valley_and_plain_descent_does_not(no_overlap):
    figure = descent.stationary_points()
    no_overlap(figure)
    left, right = figure.axes
    plain, noisy = left.lines[1].get_xdata(), left.lines[3].get_xdata()
    assert plain[-1] > 0.9
    assert np.min(noisy) < -0.9
    assert tuple(right.lines[0].get_xydata()[0]) == (0.0, 0.0)


def test_half_of_the_data_points_almost_the_same_way():
    gradients = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [1.0, 1.0]])
    (cosine,) = batches.half_cosines(gradients, [4])
    assert cosine == pytest.approx(1.0)
    (cosine,) = batches.half_cosines(gradients, [2])
    assert cosine == pytest.approx(0.5**0.5)


def test_measured_variance_agrees_with_theory():
    gradients = np.random.default_rng(0).normal(size=(50, 3))
    for size in (1, 5):
        theory = gradient_variance(gradients, size, replace=True).sum()
        measured = batches.measured_variance(gradients, size, draws=4000)
        assert measured == pytest.approx(theory, rel=0.1)


def test_figures_of_batches(no_overlap):
    no_overlap(batches.redundancy([2, 4], [0.5, 0.9]))
    figure = batches.variance_by_size([1, 2], [4.1, 1.9], [4.0, 2.0])
    no_overlap(figure)
    theory, measured = figure.axes[0].lines
    assert list(theory.get_ydata()) == [4.0, 2.0]
    assert list(measured.get_ydata()) == [4.1, 1.9]
    figure = batches.batch_strips([[3, 1, 2, 4], [1, 2, 3, 4]], size=2)
    (ax,) = figure.axes
    colors = [patch.get_facecolor() for patch in ax.patches]
    assert colors[0] == colors[1] != colors[2]
    assert [t.get_text() for t in ax.texts[:5]] == ["3", "1", "2", "4", "epoch 1"]


def test_loss_is_drawn_by_epochs_and_by_updates(no_overlap):
    runs = batches.losses_by_batch((200, 1797), epochs=2)
    assert runs[200].updates == [9, 18]
    assert runs[1797].updates == [1, 2]
    figure = batches.loss_by_work(runs)
    no_overlap(figure)
    by_epoch, by_update = figure.axes
    assert list(by_epoch.lines[0].get_xdata()) == [1, 2]
    assert list(by_update.lines[0].get_xdata()) == [9, 18]
    assert list(by_update.lines[0].get_ydata()) == runs[200].losses


def test_noise_has_mean_zero():
    noisy, x = batches.noisy_gradient(1.0), np.array([1.0, -1.0])
    mean = np.mean([noisy(x) for _ in range(4000)], axis=0)
    np.testing.assert_allclose(mean, narrow_bowl_gradient(x), atol=0.08)


def test_weights_of_memories(no_overlap):
    figure = memory.memory_weights((0.5,), (0.9, 0.7))
    no_overlap(figure)
    left, right = figure.axes
    np.testing.assert_allclose(left.lines[0].get_ydata(), 0.5 ** np.arange(40))
    assert right.lines[0].get_ydata().sum() == pytest.approx(1 - 0.9**40)
    figure = memory.bias_of_averages((0.9,))
    no_overlap(figure)
    assert figure.axes[0].lines[0].get_ydata()[1] == pytest.approx(0.19)


def test_effective_rates_are_those_of_the_optimizers(no_overlap):
    start, eta = [-5.0, -2.0], 0.4
    for rule, rates, eps in (
        (optim.Adagrad, memory.adagrad_rates, 1e-12),
        (optim.RMSProp, memory.rmsprop_rates, 1e-6),
    ):
        path = descend(
            narrow_bowl_gradient, start, lambda p, r=rule, e=eps: r(p, lr=eta, eps=e), 6
        )
        slopes = narrow_bowl_gradient(path[:-1])
        np.testing.assert_allclose(
            rates(slopes, eta), -np.diff(path, axis=0) / slopes, rtol=1e-6
        )
    figure = memory.effective_rates({"one": np.ones((3, 2)), "two": np.ones((3, 2))})
    no_overlap(figure)
    assert [len(ax.lines) for ax in figure.axes] == [2, 2]


def test_decay_laws_and_losses_are_drawn(no_overlap):
    figure = memory.decay_laws({"step": schedules.step(0.1, 0.5, 10)}, steps=20)
    no_overlap(figure)
    values = figure.axes[0].lines[0].get_ydata()
    assert (values[8], values[9], values[19]) == (0.1, 0.05, 0.025)
    figure = memory.loss_curves({"a": [2.0, 1.0]})
    no_overlap(figure)
    assert list(figure.axes[0].lines[0].get_xdata()) == [1, 2]


@pytest.mark.parametrize("runner", list(race.RUNNERS))
def test_every_runner_goes_down_the_round_bowl(runner):
    path = race.race_path("round bowl", runner, 0.2, -5.0, -2.0)
    f = race.GROUNDS["round bowl"].f
    assert path.shape == (race.STEPS + 1, 2)
    assert f(path[-1]) < f(path[0])


def test_a_diverging_runner_stays_finite_in_the_picture(no_overlap):
    figure = race.race("narrow bowl", "SGD", 4.0, "Adam", 0.4, step=60)
    no_overlap(figure)
    for line in figure.axes[1].lines:
        assert np.all(np.isfinite(line.get_ydata()))


@pytest.mark.parametrize("runner", list(race.RUNNERS))
@pytest.mark.parametrize("ground", list(race.GROUNDS))
def test_heights_of_the_fastest_runners_are_numbers(ground, runner):
    path = race.race_path(ground, runner, 4.0, -5.0, 1.0)
    assert np.all(np.isfinite(race.heights_of(race.GROUNDS[ground], path)))


def test_on_the_saddle_a_diverging_runner_does_not_come_back_to_zero():
    path = race.race_path("saddle", "SGD", 2.0, -5.0, 1.0)
    heights = race.heights_of(race.GROUNDS["saddle"], path)
    assert np.all(np.abs(heights[20:]) == 50)


def test_race_shows_both_up_to_the_step():
    figure = race.race(step=7)
    left, right = figure.axes
    assert [len(line.get_ydata()) for line in right.lines] == [8, 8]
    path = race.race_path("narrow bowl", "SGD", 0.4, -5.0, -2.0)
    np.testing.assert_allclose(left.lines[0].get_xydata(), path[:8])
    text = race.describe_race("narrow bowl", "SGD", 0.4, "Adam", 0.4, -5.0, -2.0, 0)
    assert text.count("at (-5, -2), height 10.5") == 2


def test_axes_stay_while_the_race_is_played():
    frames = [race.race(step=step).axes[1] for step in (1, 30, 60)]
    assert len({frame.get_ylim() for frame in frames}) == 1
    low, high = frames[0].get_ylim()
    for line in frames[-1].lines:
        assert low < line.get_ydata().min() <= line.get_ydata().max() < high


def test_race_explorer_over_all_controls(sweep, is_quick):
    explorer = race.explore_race()
    assert sweep(explorer) > 20
    is_quick(explorer)


def test_the_play_button_moves_the_step():
    explorer = race.explore_race()
    (play,) = [w for w in explorer.widget.children if type(w).__name__ == "Play"]
    play.value = 31
    assert explorer.controls["step"].value == 31
    assert (play.min, play.max) == (0, race.STEPS)
    player = Player("n", 1, 0, 5, 1, interval=50)
    assert player.interval == 50


def test_optimizer_losses_fall():
    losses = deep_training.optimizer_losses(lambda p: optim.Adam(p, lr=0.001), epochs=2)
    assert losses[1] < losses[0]


@pytest.mark.parametrize("question", memory.QUESTIONS)
def test_quiz_questions_have_one_right_answer(question):
    verdicts = [question.mark(k) for k in range(len(question.options))]
    assert [v.startswith("Right.") for v in verdicts].count(True) == 1
    assert verdicts[question.right].startswith("Right.")
