import numpy as np
import pytest

from nnlib.train import History
from nnlib.viz import dropout_training, masks, penalties


def crosses(axes):
    """Pairs of lines that cross a unit out."""
    return len([line for line in axes.lines if len(line.get_xdata()) == 2]) // 2


def test_dropped_units_are_crossed_out_and_lose_their_arrows(no_overlap):
    ones = [np.ones(2), np.ones(3), np.ones(1)]
    thin = [np.ones(2), np.array([1, 0, 0]), np.ones(1)]
    figure = masks.thinned_networks([2, 3, 1], [ones, thin], ["whole", "thin"])
    no_overlap(figure)
    whole, thinned = figure.axes
    assert [ax.get_title() for ax in figure.axes] == ["whole", "thin"]
    assert (crosses(whole), crosses(thinned)) == (0, 2)
    arrows = [len([t for t in ax.texts if t.get_text() == ""]) for ax in figure.axes]
    units = 6
    assert arrows == [2 * 3 + 3 + units, 2 + 1 + units]


def test_all_masks_are_there_once_and_the_whole_network_is_first():
    found = masks.all_masks(3)
    assert found.shape == (8, 3)
    assert len({tuple(mask) for mask in found}) == 8
    assert found[0].all() and not found[-1].any()


@pytest.mark.parametrize("output", list(masks.OUTPUTS))
def test_the_exact_average_is_the_weighted_sum_over_masks(output):
    values, probability = masks.outputs_over_masks(0.7, 2.0, output)
    assert probability.sum() == pytest.approx(1)
    exact, scaled = masks.averages(0.7, 2.0, output)
    assert exact == pytest.approx(values @ probability)
    assert (abs(exact - scaled) < 1e-12) == (output == "linear")


def test_mask_average_draws_the_distribution_and_both_answers(no_overlap):
    figure = masks.mask_average(0.5, 1.0, "ReLU")
    no_overlap(figure)
    left, right = figure.axes
    assert left.patches[0].get_data().values.sum() == pytest.approx(1)
    exact, scaled = masks.averages(0.5, 1.0, "ReLU")
    assert [line.get_xdata()[0] for line in left.lines] == [exact, scaled]
    assert right.lines[0].get_ydata()[-1] == pytest.approx(exact, abs=0.15)
    text = masks.describe_average(0.5, 1.0, "ReLU")
    assert f"{exact:.4f}" in text and f"{scaled:.4f}" in text


def test_explorer_over_all_controls(sweep, is_quick):
    explorer = masks.explore_average()
    assert sweep(explorer) > 10
    is_quick(explorer)


def test_accuracy_curves_show_training_and_test(no_overlap):
    history = History()
    history.accuracy, history.val_accuracy = [0.5, 0.7], [0.6, 0.5]
    figure = masks.accuracy_curves({"a": history, "b": history})
    no_overlap(figure)
    left, right = figure.axes
    assert list(left.lines[0].get_ydata()) == [0.5, 0.7]
    assert list(right.lines[1].get_ydata()) == [0.6, 0.5]
    assert [t.get_text() for t in right.get_legend().get_texts()] == ["a", "b"]


def test_fragility_has_a_line_for_each_network(no_overlap):
    shares = np.array([0.0, 0.5])
    curves = {"a": np.array([0.9, 0.3]), "b": np.array([0.9, 0.8])}
    figure = masks.fragility(shares, curves)
    no_overlap(figure)
    (ax,) = figure.axes
    for line, values in zip(ax.lines, curves.values(), strict=True):
        np.testing.assert_array_equal(line.get_ydata(), values)
    assert ax.lines[0].get_linestyle() != ax.lines[1].get_linestyle()


def test_a_fifth_of_the_labels_is_wrong_and_no_test_label():
    digits = dropout_training.noisy_digits()
    assert len(digits.X) == 300
    assert 0.15 < digits.wrong.mean() < 0.25
    assert len(digits.test[0]) == 539


def test_a_network_has_dropout_behind_each_hidden_layer():
    kinds = [
        type(layer).__name__
        for layer in dropout_training.network([4, 5, 6, 2], 0.5).layers
    ]
    assert kinds == ["Linear", "ReLU", "Dropout"] * 2 + ["Linear"]
    plain = [
        type(layer).__name__
        for layer in dropout_training.network([4, 5, 2], 1.0).layers
    ]
    assert plain == ["Linear", "ReLU", "Linear"]


def test_removing_no_unit_changes_nothing():
    model = dropout_training.network([64, 20, 10], 1.0)
    (whole,) = dropout_training.accuracy_without_units(model, np.array([0.0]))
    assert whole == pytest.approx(dropout_training.clean_accuracy(model))


def test_balls_have_the_values_of_the_penalties(no_overlap):
    figure = penalties.penalty_balls()
    no_overlap(figure)
    assert [ax.get_title()[:2] for ax in figure.axes] == ["L2", "L1", "el"]
    on_axis = {"L2": 1.0, "L1": 1.0, "el": (np.sqrt(3) - 1)}
    for ax in figure.axes:
        path = ax.collections[0].get_paths()[1]
        assert path.vertices[:, 0].max() == pytest.approx(
            on_axis[ax.get_title()[:2]], abs=0.02
        )


def test_weight_histograms_count_every_weight_and_those_near_zero(no_overlap):
    W = np.array([0.0, 0.0, 0.3, 5.0])
    figure = penalties.weight_histograms({"some": W})
    no_overlap(figure)
    (ax,) = figure.axes
    assert sum(patch.get_height() for patch in ax.patches) == 4
    assert ax.get_title() == "some: 50% near 0"


@pytest.mark.parametrize("question", masks.QUESTIONS)
def test_quiz_questions_have_one_right_answer(question):
    verdicts = [question.mark(k) for k in range(len(question.options))]
    assert [v.startswith("Right.") for v in verdicts].count(True) == 1
    assert verdicts[question.right].startswith("Right.")
