"""Lecture 10: risks, splits, capacity, stopping, paths, searches, symptoms."""

import numpy as np
import pytest

from nnlib.landscapes import risks
from nnlib.train import History
from nnlib.viz import generalization, training_runs, training_watch
from nnlib.viz.training_runs import Path, Scores

HISTORY = History(
    loss=[2.0, 1.0], accuracy=[0.3, 0.6], val_loss=[2.1, 1.5], val_accuracy=[0.2, 0.5]
)
SCORES = {1: Scores(0.3, 0.9, 0.4, 0.8), 10: Scores(0.1, 1.0, 0.6, 0.7)}


def test_the_two_risks_have_different_minima(no_overlap):
    figure = generalization.two_risks()
    no_overlap(figure)
    true, lowest_true, empirical, lowest = figure.axes[0].lines
    x = true.get_xdata()
    np.testing.assert_allclose(true.get_ydata(), risks(x)[0])
    np.testing.assert_allclose(empirical.get_ydata(), risks(x)[1])
    assert lowest_true.get_xdata()[0] == pytest.approx(1, abs=0.02)
    assert abs(lowest.get_xdata()[0] - 1) > 0.2


def test_split_bar_is_cut_by_size(no_overlap):
    figure = generalization.split_bar({"a": (60, "x"), "b": (40, "y")})
    no_overlap(figure)
    (ax,) = figure.axes
    widths = [patch.get_width() for patch in ax.patches]
    assert widths == pytest.approx([0.6, 0.4], abs=0.01)
    assert [t.get_text() for t in ax.texts] == ["a: 60", "x", "b: 40", "y"]


def test_more_units_fit_better():
    results = training_runs.by_capacity((1, 16))
    (_, one), (_, many) = results.values()
    assert many.loss < 0.1 < one.loss
    for model, scores in results.values():
        assert scores == training_runs.moons_scores(model)


def test_capacity_maps_show_probabilities(no_overlap):
    models = {width: training_runs.moons_model(width) for width in (1, 3)}
    figure = generalization.capacity_maps(models, *training_runs.moons_sets()[0])
    no_overlap(figure)
    titles = [ax.get_title() for ax in figure.axes]
    assert titles == ["1 hidden unit", "3 hidden units"]
    values = figure.axes[0].images[0].get_array()
    assert 0 <= values.min() < values.max() <= 1
    points = np.zeros((2, 3, 2))
    assert training_runs.probability_map(models[1], points).shape == (2, 3)


def test_scores_are_drawn_for_training_and_validation(no_overlap):
    figure = generalization.scores_by(SCORES, "n")
    no_overlap(figure)
    loss, accuracy = figure.axes
    assert [list(line.get_ydata()) for line in loss.lines] == [[0.3, 0.1], [0.4, 0.6]]
    assert list(accuracy.lines[1].get_ydata()) == [0.8, 0.7]


def test_the_epoch_whose_weights_are_kept_is_marked(no_overlap):
    figure = generalization.early_stop(HISTORY, best=1)
    no_overlap(figure)
    lines = figure.axes[0].lines
    assert list(lines[1].get_ydata()) == [2.1, 1.5]
    assert lines[2].get_xdata()[0] == 1


def test_the_careless_sets_share_no_digit():
    learn, validation, test = training_runs.careless_sets()
    assert [len(part[1]) for part in (learn, validation, test)] == [300, 270, 269]


def test_penalty_path_shrinks_weights_and_raises_training_loss(no_overlap):
    path = training_runs.penalty_path((0.0, 0.02))
    none, strong = path.values()
    assert strong.norm < none.norm / 2
    assert strong.loss > none.loss
    figure = generalization.penalty_path({0.0: Path(1, 2, 3), 0.1: Path(4, 5, 6)})
    no_overlap(figure)
    left, right = figure.axes
    assert [list(line.get_ydata()) for line in left.lines] == [[1, 4], [2, 5]]
    assert list(right.lines[0].get_ydata()) == [3, 6]
    assert [t.get_text() for t in right.get_xticklabels()] == ["0", "0.1"]


def test_few_digits_are_learnt_by_heart():
    few = training_runs.by_samples((20,))[20]
    assert few.accuracy == 1.0
    assert few.val_accuracy < 0.85


def test_search_is_reproducible_and_drawn(no_overlap):
    trials = training_runs.random_search(2, seed=3)
    again = training_runs.random_search(2, seed=3)
    assert [trial[:3] for trial in trials] == [trial[:3] for trial in again]
    best = max(trials, key=lambda trial: trial.accuracy)
    figure = generalization.search_results(
        [trial[:3] for trial in trials], (best.lr, best.width)
    )
    no_overlap(figure)
    ax = figure.axes[0]
    assert len(ax.texts) == 2
    assert ax.lines[0].get_xdata()[0] == best.lr


def test_each_symptom_shows_itself(no_overlap):
    with pytest.raises(ValueError, match="no symptom"):
        training_runs.symptom("bad luck")
    runs = {name: training_runs.symptom(name) for name in training_runs.SYMPTOMS}
    small, large, under, over, shuffled, zero = runs.values()
    assert small.loss[-1] > 0.8 * small.loss[0]
    assert max(large.val_loss) > 1.5
    assert under.loss[-1] > 0.8 and under.val_loss[-1] - under.loss[-1] < 0.2
    assert over.val_loss[-1] > over.loss[-1] + 0.5
    assert shuffled.val_loss[-1] > 2.2
    np.testing.assert_allclose(zero.val_loss, np.log(10), atol=0.02)
    figure = generalization.symptom_curves(runs)
    no_overlap(figure)
    assert [ax.get_title() for ax in figure.axes] == list(training_runs.SYMPTOMS)


def test_frames_follow_one_training():
    maps, scores = training_watch.frames(4)
    assert len(maps) == len(scores) == training_watch.FRAMES
    assert scores[-1].loss < scores[0].loss
    figure = training_watch.training_frame(4, 3)
    left, right = figure.axes
    np.testing.assert_array_equal(left.images[0].get_array(), maps[3])
    assert list(right.lines[0].get_ydata()) == [s.loss for s in scores[:4]]
    assert f"{scores[3].val_loss:.2f}" in training_watch.describe_frame(4, 3)


def test_training_explorer_over_all_controls(sweep, is_quick):
    explorer = training_watch.explore_training()
    assert sweep(explorer) > 6
    is_quick(explorer)


def test_live_curves_grow_every_few_epochs(no_overlap):
    figure = training_watch.live_curves(HISTORY)
    no_overlap(figure)
    assert list(figure.axes[1].lines[1].get_ydata()) == [0.2, 0.5]
    curves = training_watch.LiveCurves(every=2)
    waiting = curves.picture.value
    curves(None, History(loss=[1.0]))
    assert curves.picture.value == waiting
    curves(None, HISTORY)
    assert 'alt="Losses and accuracies by epoch. epoch 2: loss 1.000' in (
        curves.picture.value
    )
    bundle = curves._repr_mimebundle_()
    assert bundle["text/plain"] == "Curves that follow a training"


def test_the_capstone_has_everything():
    model = training_runs.capstone(np.random.default_rng(0))
    kinds = [type(layer).__name__ for layer in model.layers]
    assert kinds == ["Linear", "BatchNorm", "ReLU", "Dropout"] * 2 + ["Linear"]


@pytest.mark.parametrize("question", generalization.QUESTIONS)
def test_quiz_questions_have_one_right_answer(question):
    verdicts = [question.mark(k) for k in range(len(question.options))]
    assert [v.startswith("Right.") for v in verdicts].count(True) == 1
    assert verdicts[question.right].startswith("Right.")
