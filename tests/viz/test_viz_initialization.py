import numpy as np
import pytest

from nnlib import init
from nnlib.activations import relu, sigmoid, tanh
from nnlib.layers import Tanh, mlp
from nnlib.viz import deep_signals, initialization, ridges, starts
from nnlib.viz.style import new_figure


def generator(seed=0):
    return np.random.default_rng(seed)


def labels_of(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


def test_propagate_agrees_with_the_formulas_of_one_layer_and_the_next():
    widths, samples = [3, 4, 2], 5
    outputs, deltas = deep_signals.propagate(
        tanh, init.xavier_normal, widths, generator(3), samples
    )
    rng = generator(3)
    X = rng.normal(size=(samples, 3))
    W1, W2 = (init.xavier_normal(shape, rng) for shape in [(3, 4), (4, 2)])
    dH = rng.normal(size=(samples, 2)) / samples
    H1 = np.tanh(X @ W1)
    H2 = np.tanh(H1 @ W2)
    delta2 = dH * (1 - H2**2)
    for got, expected in zip(outputs, [X, H1, H2], strict=True):
        np.testing.assert_allclose(got, expected)
    np.testing.assert_allclose(deltas[1], delta2)
    np.testing.assert_allclose(deltas[0], (delta2 @ W2.T) * (1 - H1**2))


@pytest.mark.parametrize(
    ("f", "gain", "low", "high"),
    [
        (tanh, 1.0, 0.2, 0.3),
        (sigmoid, 1.0, 1e-6, 3e-6),
        (sigmoid, 4.0, 0.005, 0.02),
    ],
)
def test_ratio_of_gradients_in_the_lecture(f, gain, low, high):
    def start(shape, rng):
        return init.xavier_normal(shape, rng, gain=gain)

    _, deltas = deep_signals.propagate(f, start, [50] * 11, generator())
    norms = init.gradient_stats(deltas)
    assert low < norms[0] / norms[-1] < high


def test_every_named_start_is_what_its_name_says():
    drawn = {
        name: start((40, 50), generator(1))
        for name, start in deep_signals.STARTS.items()
    }
    spreads = {name: float(W.std()) for name, W in drawn.items()}
    assert not drawn["zero"].any()
    assert np.all(drawn["constant 0.02"] == 0.02)
    assert spreads["too small, N(0, 0.05²)"] == pytest.approx(0.05, rel=0.05)
    assert spreads["too large, N(0, 0.5²)"] == pytest.approx(0.5, rel=0.05)
    assert spreads["U(±1/√fan_in)"] == pytest.approx((1 / 120) ** 0.5, rel=0.05)
    assert spreads["Xavier"] == pytest.approx((1 / 45) ** 0.5, rel=0.05)
    assert spreads["He"] == pytest.approx((2 / 40) ** 0.5, rel=0.05)


def test_ridge_counts_and_gathers_what_lies_beyond_the_edges():
    edges = np.array([0.0, 1.0, 2.0, 3.0])
    values = np.array([0.5, 1.5, 1.6, -7.0, 9.0, 9.0, 9.0, 2.5])
    np.testing.assert_allclose(ridges.ridge_shape(values, edges), [0.5, 0.5, 1.0])
    np.testing.assert_allclose(ridges.ridge_shape(np.empty(0), edges), 0.0)


@pytest.mark.parametrize("filled", [True, False])
def test_ridges_stand_on_their_layer_and_an_empty_layer_stays_empty(filled):
    _, axes = new_figure()
    layers = [np.array([0.5]), np.empty(0), np.array([1.5])]
    edges = np.array([0.0, 1.0, 2.0])
    ridges.draw_ridges(axes, layers, edges, "black", filled=filled)
    first, third = (path.vertices for path in axes.collections[0].get_paths())
    assert (first[:, 1].min(), first[:, 1].max()) == (1 - ridges.TALLEST, 1.0)
    assert (third[:, 1].min(), third[:, 1].max()) == (3 - ridges.TALLEST, 3.0)
    peak = third[third[:, 1] < 2.9, 0]
    assert (peak.min(), peak.max()) == (1.0, 2.0)
    assert axes.get_ylim()[0] > axes.get_ylim()[1], "layer 1 is at the top"
    assert list(axes.get_yticks()) == [1, 2, 3]


def shaded_scores(axes):
    """Scores inside the shaded regions, the two ends of the axis left out."""
    paths = axes.collections[0].get_paths()
    scores = np.concatenate([path.vertices[:, 0] for path in paths])
    return scores[np.abs(scores) < 5.9]


def test_saturation_curves_show_slopes_and_shade_flat_scores(no_overlap):
    figure = initialization.saturation_curves()
    no_overlap(figure)
    assert [ax.get_title() for ax in figure.axes] == ["tanh", "sigmoid", "ReLU"]
    at_zero = [[line.get_ydata()[120] for line in ax.lines] for ax in figure.axes]
    np.testing.assert_allclose(at_zero, [[0.0, 1.0], [0.5, 0.25], [0.0, 0.0]])
    for ax in figure.axes:
        assert ax.lines[0].get_linestyle() != ax.lines[1].get_linestyle()
    # Slope 0.05: tanh s = sqrt(0.95); sigmoid (1 - sigmoid) = 0.05.
    edges = [np.arctanh(0.95**0.5), np.log((1 + 0.8**0.5) / (1 - 0.8**0.5))]
    for ax, edge in zip(figure.axes, edges, strict=False):
        shaded = shaded_scores(ax)
        assert shaded[shaded > 0].min() == pytest.approx(edge, abs=0.06)
        assert shaded[shaded < 0].max() == pytest.approx(-edge, abs=0.06)
    assert shaded_scores(figure.axes[2]).max() == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize(("first", "dotted"), [(1, None), (0, 1.0)])
def test_layer_lines_are_logarithmic_and_numbered(first, dotted, no_overlap):
    curves = {"a": [1.0, 10.0, 100.0], "b": [3.0, 2.0, 1.0]}
    figure = initialization.layer_lines(curves, "size", first=first, dotted=dotted)
    no_overlap(figure)
    (ax,) = figure.axes
    assert ax.get_yscale() == "log"
    assert list(ax.get_xticks()) == [first, first + 1, first + 2]
    assert len(ax.lines) == 2 + (dotted is not None)
    for line, values in zip(ax.lines, curves.values(), strict=False):
        assert list(line.get_ydata()) == values
    assert labels_of(ax) == ["a", "b"]
    assert ax.get_ylabel() == "size"


def test_symmetry_draws_maps_and_one_path_a_unit(no_overlap):
    X = np.array([[0.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    y = np.array([[0], [1], [1]])
    zero = mlp(
        [2, 3, 1], rng=generator(), activation=Tanh, init=deep_signals.STARTS["zero"]
    )
    other = mlp([2, 3, 1], rng=generator(), activation=Tanh)
    still = [np.zeros((2, 3))] * 2
    moving = [np.zeros((2, 3)), np.array([[1.0, 2.0, 3.0], [0.0, 1.0, -1.0]])]
    runs = {"zero": (zero, still), "random": (other, moving)}
    figure = initialization.symmetry(runs, X, y)
    no_overlap(figure)
    maps, below = figure.axes[:2], figure.axes[2:]
    assert [ax.get_title() for ax in maps] == ["zero", "random"]
    np.testing.assert_allclose(maps[0].images[0].get_array(), 0.5)
    assert np.ptp(maps[1].images[0].get_array()) > 0.05
    ends = below[1].lines[1::2]
    assert [line.get_xdata()[0] for line in ends] == [1.0, 2.0, 3.0]
    assert len({line.get_marker() for line in ends}) == 3
    sizes = [line.get_markersize() for line in below[0].lines[1::2]]
    assert sizes == sorted(sizes, reverse=True), "equal units stay visible"
    assert below[0].get_xlim() == below[1].get_xlim() == pytest.approx((-3.3, 3.3))


def test_densities_hold_start_and_end_of_every_layer(no_overlap):
    rng = generator()
    wide, narrow = (
        [rng.normal(0, sigma, 500) for _ in range(4)] for sigma in (0.5, 0.1)
    )
    runs = {"A": (wide, narrow), "B": (narrow, wide)}
    figure = initialization.layer_densities(runs, "64 → 10")
    no_overlap(figure)
    assert figure.get_suptitle() == "64 → 10"
    for ax, (before, after) in zip(figure.axes, runs.values(), strict=True):
        filled, outline = ax.collections
        for collection, layers in [(filled, before), (outline, after)]:
            assert len(collection.get_paths()) == len(layers)
    assert labels_of(figure.axes[1]) == ["at the start", "after training"]
    assert [ax.get_title() for ax in figure.axes] == ["A", "B"]


def test_training_curves_give_a_start_the_same_look_in_all_panels(no_overlap):
    losses = {
        "Tanh": {"U": [2.0, 1.0], "He": [1.0, 0.5]},
        "ReLU": {"He": [0.9, 0.4]},
    }
    figure = initialization.training_curves(losses, 2.3)
    no_overlap(figure)
    left, right = figure.axes
    assert list(left.lines[1].get_ydata()) == [1.0, 0.5]
    assert list(right.lines[0].get_xdata()) == [1, 2]
    for look in ("get_color", "get_linestyle", "get_marker"):
        assert getattr(left.lines[1], look)() == getattr(right.lines[0], look)()
        assert getattr(left.lines[0], look)() != getattr(left.lines[1], look)()
    assert right.lines[-1].get_ydata()[0] == 2.3
    assert [t.get_text() for t in figure.legends[0].get_texts()] == ["U", "He"]


def test_typical_size_is_the_root_of_the_mean_square():
    layers = [np.array([[3.0, 4.0], [0.0, 0.0]]), np.zeros((2, 3))]
    np.testing.assert_allclose(starts.rms(layers), [2.5, 0.0])


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "ReLU"])
def test_start_histograms_draw_sizes_of_outputs_and_gradients(activation, no_overlap):
    figure = starts.start_histograms(activation, "He", 5, 0.5)
    no_overlap(figure)
    left, right = figure.axes
    signals = starts.start_signals(activation, "He", 5, 0.5)
    for line, layers in zip(
        right.lines, (signals.outputs[1:], signals.deltas), strict=True
    ):
        sizes = [np.sqrt(np.mean(a**2)) for a in layers]
        np.testing.assert_allclose(line.get_xdata(), np.log10(sizes))
        assert list(line.get_ydata()) == [1, 2, 3, 4, 5]
    assert len(left.collections[0].get_paths()) == 5
    assert activation in left.get_title()


def test_histograms_of_relu_leave_zeros_out():
    left, _ = starts.start_histograms("ReLU", "He", 2, 1.0).axes
    shape = left.collections[0].get_paths()[0].vertices
    tallest = shape[np.isclose(shape[:, 1], 1 - ridges.TALLEST), 0]
    assert 0 < np.mean(tallest) < 1.5
    assert "zeros left out" in left.get_title()


def test_the_factor_scales_the_weights_of_a_relu_network_by_its_power():
    once = starts.start_signals("ReLU", "He", 4, 1.0)
    twice = starts.start_signals("ReLU", "He", 4, 2.0)
    np.testing.assert_allclose(twice.outputs[-1], 16 * once.outputs[-1])
    np.testing.assert_allclose(twice.deltas[0], 8 * once.deltas[0])


def test_zero_start_says_that_gradients_are_zero():
    _, right = starts.start_histograms("tanh", "zero", 6, 1.0).axes
    assert [text.get_text() for text in right.texts] == ["gradients are 0"] * 5
    text = starts.describe_start("tanh", "zero", 6, 1.0)
    assert "typical output 0 in layer 1" in text
    assert "All units of a layer are equal" in text


def test_units_are_called_equal_for_a_constant_start_only():
    equal = [
        "are equal" in starts.describe_start("sigmoid", start, 4, 1.0)
        for start in deep_signals.STARTS
    ]
    assert equal == [True, True] + [False] * (len(deep_signals.STARTS) - 2)


def test_explorer_over_all_controls(sweep, is_quick):
    explorer = starts.explore_starts()
    assert sweep(explorer) > 15
    explorer.set(layers=12)
    is_quick(explorer)
    labels = [control.description for control in explorer.controls.values()]
    assert labels == ["activation", "start", "layers", "factor on weights"]


def test_sigmoid_with_xavier_is_described_by_its_vanishing_gradient():
    text = starts.describe_start("sigmoid", "Xavier", 8, 1.0)
    _, deltas = starts.start_signals("sigmoid", "Xavier", 8, 1.0)
    sizes = starts.rms(deltas)
    assert f"{sizes[0]:.2g} in layer 1." in text
    assert sizes[0] < 1e-4 * sizes[-1]


@pytest.mark.parametrize("question", initialization.QUESTIONS)
def test_quiz_questions_have_one_right_answer(question):
    verdicts = [question.mark(k) for k in range(len(question.options))]
    assert [v.startswith("Right.") for v in verdicts].count(True) == 1
    assert verdicts[question.right].startswith("Right.")


def test_he_question_matches_the_library():
    variance = float(init.he_normal((400, 100), generator()).var())
    assert variance == pytest.approx(2 / 400, rel=0.05)


def test_relu_second_moment_needs_fan_in_when_widths_differ():
    def printed(shape, rng):
        return init.normal(shape, (2 / shape[1]) ** 0.5, rng)

    widths = (1024, 512, 256, 128, 64, 32)
    last = []
    for start in (init.he_normal, printed):
        outputs, _ = deep_signals.propagate(relu, start, widths, generator(3), 500)
        last.append(init.activation_stats(outputs)[-1].second_moment)
    assert last == pytest.approx([0.7, 22.2], rel=0.01)
