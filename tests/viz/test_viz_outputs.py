import numpy as np
import pytest

from nnlib.activations import softmax
from nnlib.viz import outputs, three_classes
from nnlib.viz.three_classes import TOY_W, cell_centres

B_ONE = np.array([-2.0, 1.0, 1.0])


def texts(axes):
    return [text.get_text() for text in axes.texts]


def heights(axes):
    return [bar.get_height() for bar in axes.patches]


def test_softmax_block_writes_scores_exponentials_and_probabilities(no_overlap):
    figure = outputs.softmax_block([1.0, 3.0, 2.0])
    no_overlap(figure)
    block, bars = figure.axes
    for text in ["$s_2=3$", "20.09", "$p_2=0.665$", "sum 30.19", "sum 1"]:
        assert text in texts(block)
    assert heights(bars) == pytest.approx([0.090031, 0.665241, 0.244728], abs=1e-6)
    assert (bars.get_xlabel(), bars.get_ylabel()) == (
        "class $k$",
        "probability $p_k$",
    )


@pytest.mark.parametrize("temperature", [0.1, 1.0, 10.0])
def test_temperature_bars_and_curves_agree(temperature, no_overlap):
    figure = outputs.temperature_bars(1.0, 3.0, 2.0, temperature)
    no_overlap(figure)
    bars, curves = figure.axes
    expected = softmax(np.array([1.0, 3.0, 2.0]) / temperature)[0]
    assert heights(bars) == pytest.approx(list(expected))
    for k in range(3):
        grid, p = curves.lines[k].get_data()
        at = np.argmin(np.abs(np.log(grid / temperature)))
        assert p[at] == pytest.approx(expected[k])
    assert curves.lines[3].get_xdata()[0] == temperature


def test_curves_differ_in_dashes_and_markers_and_bars_in_hatching():
    bars, curves = outputs.temperature_bars().axes
    looks = {(line.get_linestyle(), line.get_marker()) for line in curves.lines[:3]}
    assert len(looks) == 3
    assert len({bar.get_hatch() for bar in bars.patches}) == 3


def test_temperature_is_described_with_its_numbers():
    text = outputs.describe_temperature(1.0, 3.0, 2.0, 1.0)
    assert "0.090, 0.665, 0.245" in text
    assert "T = 1" in text


def test_temperature_explorer_over_all_slider_ranges(sweep, is_quick):
    explorer = outputs.explore_temperature()
    assert sweep(explorer) > 15
    is_quick(explorer)
    labels = [control.description for control in explorer.controls.values()]
    assert labels == ["score s1", "score s2", "score s3", "temperature T"]


def test_three_class_maps_hold_scores_and_probabilities(no_overlap):
    figure = three_classes.three_class_maps(TOY_W, B_ONE)
    no_overlap(figure)
    maps = [axes for axes in figure.axes if axes.images]
    values = np.array([axes.images[0].get_array() for axes in maps[:6]])
    scores, p = values[:3], values[3:]
    assert scores[:, 0, 0] == pytest.approx([-11.9, 5.95, -1.475])
    assert scores[:, 0, -1] == pytest.approx([-2.0, 5.95, 8.425])
    np.testing.assert_allclose(p.sum(axis=0), 1.0)
    np.testing.assert_array_equal(p.argmax(axis=0), scores.argmax(axis=0))
    assert {axes.images[0].get_clim() for axes in maps[3:6]} == {(0.0, 1.0)}
    titles = [axes.get_title() for axes in maps[:6]]
    assert titles == ["$s_1$", "$s_2$", "$s_3$", "P(1)", "P(2)", "P(3)"]
    assert maps[0].images[0].origin == "lower"


def test_with_b3_ten_the_map_has_one_region_and_with_one_it_has_three(no_overlap):
    figure = three_classes.class_regions(TOY_W, B_ONE, (10.0, 1.0))
    no_overlap(figure)
    ten, one = figure.axes
    assert texts(ten) == ["class 3"]
    assert texts(one) == ["class 1", "class 2", "class 3"]
    assert (ten.get_title(), one.get_title()) == ("$b_3 = 10$", "$b_3 = 1$")
    assert len(ten.collections) == 0, "no boundary without a second region"


def test_boundaries_lie_where_two_scores_are_equal():
    axes = three_classes.class_regions(TOY_W, B_ONE, (1.0,)).axes[0]
    assert len(axes.collections) == 2
    for contour in axes.collections:
        points = np.concatenate([path.vertices for path in contour.get_paths()])
        scores = np.sort(points @ TOY_W + B_ONE, axis=1)
        # Near the meeting point of the three the contour cuts a corner.
        assert np.median(scores[:, 2] - scores[:, 1]) < 1e-9
        assert np.max(scores[:, 2] - scores[:, 1]) < 0.2


@pytest.mark.parametrize(
    ("b3", "expected"), [(10.0, (0, 0, 1)), (1.0, (0.26, 0.4425, 0.2975))]
)
def test_shares_of_the_square_are_exact(b3, expected):
    _, right = three_classes.three_class_map(-2.0, 1.0, b3).axes
    assert heights(right) == pytest.approx(expected)


def test_margins_of_the_proof_hold_at_the_corners_of_the_square():
    corners = np.array([[x1, x2] for x1 in (-5.0, 5.0) for x2 in (-5.0, 5.0)])
    scores = corners @ TOY_W + np.array([-2.0, 1.0, 10.0])
    assert min(scores[:, 2] - scores[:, 0]) == 4.5
    assert min(scores[:, 2] - scores[:, 1]) == 1.5


@pytest.mark.parametrize(
    ("b3", "wins"),
    [(8.6, (0, 3)), (8.4, (1, 3)), (-3.4, (2, 1)), (-3.6, (2, 0))],
)
def test_bounds_of_b3_in_the_answer_of_the_lecture(b3, wins):
    """Class 3 owns the square above 8.5 and is gone below -3.5."""
    square = three_classes.plane_grid(-5.0, 5.0, 201)
    winner = (square @ TOY_W + np.array([-2.0, 1.0, b3])).argmax(axis=-1)
    others, third = wins
    assert np.any(winner != 2) == bool(others)
    assert np.any(winner == 2) == bool(third)


def test_small_regions_carry_their_number_only():
    left, right = three_classes.three_class_map(-2.0, 1.0, -2.0).axes
    assert texts(left) == ["class 1", "class 2", "3"]
    assert heights(right)[2] == pytest.approx(0.04, abs=1e-3)


def test_cells_have_their_centres_inside_the_square():
    grid = cell_centres(10)
    assert (grid.min(), grid.max()) == pytest.approx((-4.5, 4.5))


def test_three_classes_are_described_with_their_shares():
    text = three_classes.describe_three_classes(-2.0, 1.0, 10.0)
    assert "0 %, 0 %, 100 %" in text
    assert "1 of 3 classes" in text


def test_three_class_explorer_over_all_slider_ranges(sweep, is_quick):
    explorer = three_classes.explore_three_classes()
    assert sweep(explorer) > 12
    is_quick(explorer)
    explorer.set(b3=10.0)
    assert "1 of 3 classes occur" in explorer.caption.value


def test_class_templates_show_the_columns_on_one_scale(no_overlap):
    W = np.arange(40.0).reshape(4, 10)
    figure = outputs.class_templates(W, 2)
    no_overlap(figure)
    maps = [axes for axes in figure.axes if axes.images][:10]
    np.testing.assert_array_equal(maps[3].images[0].get_array(), W[:, 3].reshape(2, 2))
    assert {axes.images[0].get_clim() for axes in maps} == {(-39.0, 39.0)}
    assert maps[9].get_title() == "class 9"


def test_predicted_digits_are_the_least_sure_and_the_surest(no_overlap):
    p = np.array([[0.2, 0.8], [0.6, 0.4], [0.3, 0.7], [0.1, 0.9]])
    X = np.arange(16.0).reshape(4, 4)
    figure = outputs.predicted_digits(X, np.array([1, 1, 0, 1]), p, doubtful=2)
    no_overlap(figure)
    chosen, labels = [1, 2, 3], [1, 0, 1]
    assert [ax.get_title() for ax in figure.axes[:3]] == [
        f"true class {label}" for label in labels
    ]
    for axes, sample in zip(figure.axes[:3], chosen, strict=True):
        np.testing.assert_array_equal(
            axes.images[0].get_array(), X[sample].reshape(2, 2)
        )
    for axes, sample, label in zip(figure.axes[3:], chosen, labels, strict=True):
        assert heights(axes) == [*p[sample], p[sample, label]]
        assert [bar.get_hatch() for bar in axes.patches] == [None, None, "//"]
        assert axes.get_ylim() == (0, 1)
