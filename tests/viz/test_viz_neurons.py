import itertools

import numpy as np
import pytest

from nnlib import data
from nnlib.activations import sigmoid
from nnlib.viz import diagrams, hidden_layers, neurons
from nnlib.viz.quiz import Question, Quiz

W, B = np.array([1.0, 1.0]), -2.0


def lines(axes):
    return [np.array(line.get_data()) for line in axes.lines]


def texts(figure):
    return [text.get_text() for axes in figure.axes for text in axes.texts]


def test_activation_curves_draw_functions_and_derivatives(no_overlap):
    figure = neurons.activation_curves()
    no_overlap(figure)
    titles = [axes.get_title() for axes in figure.axes]
    assert titles == ["step", "sigmoid", "tanh", "ReLU"]
    for axes, expected in zip(
        figure.axes[1:], [(0.5, 0.25), (0.0, 1.0), (0.0, np.nan)], strict=True
    ):
        value, slope = lines(axes)[:2]
        middle = len(value[0]) // 2
        assert value[0][middle] == pytest.approx(0)
        found = (value[1][middle], slope[1][middle])
        assert found == pytest.approx(expected, nan_ok=True)


def test_slope_family_has_one_curve_a_slope(no_overlap):
    figure = neurons.slope_family((10.0, 1.0))
    no_overlap(figure)
    for (s, value), slope in zip(lines(figure.axes[0]), (10.0, 1.0), strict=True):
        np.testing.assert_allclose(value, sigmoid(s, slope=slope)[0])
    legend = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert legend == ["$a = 10$", "$a = 1$"]


def test_plane_geometry_draws_the_boundary_and_its_normal(no_overlap):
    figure = neurons.plane_geometry(W, B)
    no_overlap(figure)
    x1, x2 = lines(figure.axes[0])[0]
    np.testing.assert_allclose(x1 + x2, 2.0)
    assert texts(figure).count("$w$") == 2
    foot = lines(figure.axes[0])[1][:, 1]
    np.testing.assert_allclose(foot, [1.0, 1.0])


def test_slope_maps_share_one_scale_and_keep_the_boundary(no_overlap):
    figure = neurons.slope_maps(W, B)
    no_overlap(figure)
    score, *outputs = [axes for axes in figure.axes if axes.images]
    values = score.images[0].get_array()
    corners = values[0, 0], values[0, -1], values[-1, 0], values[-1, -1]
    assert corners == pytest.approx((-12, -2, -2, 8))
    assert {axes.images[0].get_clim() for axes in outputs} == {(0.0, 1.0)}
    lowest = [axes.images[0].get_array().min() for axes in outputs]
    assert lowest == pytest.approx([7.667648e-53, 6.144175e-06, 0.231475])
    for axes in outputs:
        x1, x2 = lines(axes)[0]
        np.testing.assert_allclose(x1 + x2, 2.0)


def test_neuron_map_orientation():
    """x1 grows to the right and x2 upwards."""
    axes = neurons.neuron_map(w1=1.0, w2=0.0, b=0.0, a=1.0).axes[0]
    values = axes.images[0].get_array()
    assert values[0, 0] < 0.5 < values[0, -1]
    assert axes.images[0].origin == "lower"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((1.0, 1.0, -2.0, 10.0), "1 x1 + 1 x2 - 2 = 0, at distance 1.41"),
        ((1.0, -1.0, 0.0, 1.0), "1 x1 - 1 x2 + 0 = 0, at distance 0.00"),
        ((0.0, 0.0, 1.0, 1.0), "both weights are 0"),
    ],
)
def test_the_neuron_is_described_with_its_numbers(values, expected):
    assert expected in neurons.describe_neuron_map(*values)


def test_neuron_explorer_over_all_slider_ranges(sweep, is_quick):
    explorer = neurons.explore_neuron()
    assert sweep(explorer) > 15
    is_quick(explorer)
    labels = [control.description for control in explorer.controls.values()]
    assert labels == ["weight w1", "weight w2", "bias b", "slope a"]


def test_a_neuron_without_weights_can_be_drawn():
    figure = neurons.neuron_map(w1=0.0, w2=0.0, b=1.0, a=1.0)
    assert np.ptp(figure.axes[0].images[0].get_array()) == 0


def test_perceptron_progress_draws_lines_points_and_mistakes(no_overlap):
    X, y = data.xor()
    mistakes = {"one": [2, 1, 0], "two": [3, 3, 4]}
    figure = neurons.perceptron_progress(X, y, [(W, 0.0), (W, -0.5)], mistakes)
    no_overlap(figure)
    left, right = figure.axes
    styles = [line.get_linestyle() for line in left.lines]
    assert styles == [":", "-"]
    assert sum(len(points.get_offsets()) for points in left.collections) == 4
    for (epoch, count), expected in zip(lines(right), mistakes.values(), strict=True):
        assert list(epoch) == [1, 2, 3]
        assert list(count) == expected
    assert (right.get_xlabel(), right.get_ylabel()) == ("epoch", "mistakes")


def test_no_line_of_the_xor_figure_separates_the_classes():
    axes = hidden_layers.xor_failing_lines().axes[0]
    assert len(axes.lines) == 3
    X, y = data.xor()
    for line in axes.lines:
        (x1, y1), (x2, y2) = np.array(line.get_data()).T
        side = (x2 - x1) * (X[:, 1] - y1) - (y2 - y1) * (X[:, 0] - x1) > 0
        assert not np.array_equal(side, y)
        assert not np.array_equal(~side, y)


def test_xor_maps_show_or_nand_and_their_meeting(no_overlap):
    figure = hidden_layers.xor_maps()
    no_overlap(figure)
    first, second, space, last = figure.axes
    corners = {(0, 0): (15, 15), (0, 1): (45, 15), (1, 0): (15, 45), (1, 1): (45, 45)}
    for (x1, x2), place in corners.items():
        h1, h2, out = (
            axes.images[0].get_array()[place] > 0.5 for axes in (first, second, last)
        )
        assert h1 == (x1 or x2)
        assert h2 == (not (x1 and x2))
        assert out == (x1 != x2)
    assert set(texts(figure)) == {"(0,0)", "(0,1), (1,0)", "(1,1)"}
    assert space.get_xlabel() == "$h_1$"


def test_xor_explorer_over_all_slider_ranges(sweep, is_quick):
    explorer = hidden_layers.explore_xor()
    assert sweep(explorer) > 10
    is_quick(explorer)
    assert "4 of 4 points right" in explorer.caption.value
    explorer.set(b_or=-1.5)
    assert "2 of 4 points right" in explorer.caption.value


@pytest.mark.parametrize("depth", [1, 5])
def test_tent_maps_double_their_pieces(depth, no_overlap):
    figure = hidden_layers.tent_maps(depth)
    no_overlap(figure)
    assert len(figure.axes) == depth
    for layers, axes in enumerate(figure.axes, start=1):
        _, value = lines(axes)[0]
        rising = np.diff(value) > 0
        assert 1 + np.count_nonzero(rising[1:] != rising[:-1]) == 2**layers
        assert f"{2**layers} pieces" in axes.get_title()


def test_width_fits_show_target_fit_and_error(no_overlap):
    x = np.linspace(0, 1, 20)
    figure = hidden_layers.width_fits(x, x**2, {2: x, 5: x**2}, {2: 0.25, 5: 0.0})
    no_overlap(figure)
    assert [a.get_title() for a in figure.axes] == [
        "2 hidden units\nmse 0.250",
        "5 hidden units\nmse 0.000",
    ]
    target, fit = lines(figure.axes[0])
    np.testing.assert_allclose(target[1], x**2)
    np.testing.assert_allclose(fit[1], x)


def test_decision_maps_draw_each_model_and_all_points(no_overlap):
    X, y = data.moons(40, rng=np.random.default_rng(0))
    models = {
        "rising": lambda x: sigmoid(x[:, 0])[0],
        "constant": lambda x: np.full(len(x), 0.4),
    }
    figure = hidden_layers.decision_maps(X, y, models)
    no_overlap(figure)
    assert [axes.get_title() for axes in figure.axes[:2]] == list(models)
    values = figure.axes[0].images[0].get_array()
    assert np.all(np.diff(values, axis=1) > 0)
    assert np.allclose(figure.axes[1].images[0].get_array(), 0.4)


def test_feature_maps_have_one_panel_a_unit(no_overlap):
    X, y = data.moons(40, rng=np.random.default_rng(0))
    figure = hidden_layers.feature_maps(X, y, lambda x: x @ np.ones((2, 5)))
    no_overlap(figure)
    assert [axes.get_title() for axes in figure.axes] == [
        f"$h_{{{k}}}$" for k in range(1, 6)
    ]
    assert len({axes.images[0].get_clim() for axes in figure.axes}) == 1


def test_digit_samples_show_images_under_their_labels():
    images, labels = data.digits()
    figure = hidden_layers.digit_samples(images[:3], labels[:3])
    assert [axes.get_title() for axes in figure.axes] == [str(n) for n in labels[:3]]
    np.testing.assert_array_equal(figure.axes[1].images[0].get_array(), images[1, 0])


def circles(figure):
    from matplotlib.patches import Circle

    return [p for p in figure.axes[0].patches if isinstance(p, Circle)]


@pytest.mark.parametrize(("widths", "constants"), [((4, 3, 2), 2), ((3, 4, 4, 1), 3)])
def test_network_diagram_has_every_unit_and_every_weight(widths, constants, no_overlap):
    figure = diagrams.network_diagram(widths)
    no_overlap(figure)
    assert len(circles(figure)) == sum(widths) + constants
    weights = sum((a + 1) * b for a, b in itertools.pairwise(widths))
    arrows = [text for text in figure.axes[0].texts if text.get_text() == ""]
    assert len(arrows) == weights
    assert texts(figure).count("1") == constants


def test_network_diagram_without_constants_and_with_a_box():
    figure = diagrams.network_diagram((2, 2, 1), constants=False, box=True)
    assert len(circles(figure)) == 5
    assert any("theta" in text for text in texts(figure))


@pytest.mark.parametrize("widths", [(3,), (2, 0, 1)])
def test_network_diagram_says_which_widths_it_takes(widths):
    with pytest.raises(ValueError, match="two or more positive numbers"):
        diagrams.network_diagram(widths)


def test_neuron_diagram_names_all_parts():
    shown = " ".join(texts(diagrams.neuron_diagram()))
    for part in ("x_1", "w_2", "$b$", "sum", "$f$", r"\hat{y}", "dendrites", "axon"):
        assert part in shown


def test_quiz_marks_in_place_and_hides_the_answers():
    quiz = neurons.quiz()
    for question, answer, verdict in zip(
        quiz.questions, quiz.answers, quiz.verdicts, strict=True
    ):
        wrong = (question.right + 1) % len(question.options)
        answer.value = wrong
        assert "Not this one" in verdict.value
        assert question.why not in verdict.value
        answer.value = question.right
        assert "Right." in verdict.value
    text = quiz._repr_mimebundle_()["text/plain"]
    for question in quiz.questions:
        assert question.text in text
        assert question.why not in text


def test_the_answers_of_the_quiz_are_right():
    distance, _, _, count, _ = neurons.QUESTIONS
    w, b = np.array([3.0, 4.0]), -10.0
    assert float(distance.options[distance.right]) == -b / np.linalg.norm(w)
    assert int(count.options[count.right]) == (4 + 1) * 3 + (3 + 1) * 2


def test_questions_refuse_options_that_do_not_exist():
    question = Question("Is it?", ("yes", "no"), right=0, why="Because it is.")
    with pytest.raises(ValueError, match="0 to 1, got 2"):
        question.mark(2)
    assert len(Quiz([question]).answers) == 1
