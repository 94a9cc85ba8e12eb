from functools import partial

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import Circle, FancyArrowPatch

from nnlib.testing import numerical_gradient
from nnlib.viz import backprop, graphs
from nnlib.viz.graph_examples import CHAIN, NETWORK, NEURON, TWO_PATHS
from nnlib.viz.graph_model import progress, run
from nnlib.viz.quiz import Quiz
from nnlib.viz.style import png

GRAPHS = pytest.mark.parametrize("graph", [CHAIN, TWO_PATHS, NEURON, NETWORK])


def texts(figure):
    return [text.get_text() for axes in figure.axes for text in axes.texts]


def arrows(axes):
    return [p for p in axes.get_children() if isinstance(p, FancyArrowPatch)]


def colored(axes, color):
    return [p for p in arrows(axes) if to_hex(p.get_edgecolor()) == color.lower()]


@GRAPHS
def test_gradients_of_inputs_are_those_of_central_differences(graph):
    trace = run(graph)

    def output(name, x):
        return run(graph, **{name: float(x)}).data[graph.output]

    for name, value in graph.inputs.items():
        expected = numerical_gradient(partial(output, name), value)
        assert trace.grad[name] == pytest.approx(float(expected), rel=1e-6, abs=1e-9)


@GRAPHS
def test_each_gradient_is_the_sum_over_the_children(graph):
    trace = run(graph)
    for node in graph.visited:
        shares = [
            trace.slope[node.name, child.name] * trace.grad[child.name]
            for child in graph.children(node.name)
        ]
        expected = sum(shares) if shares else 1.0
        assert trace.grad[node.name] == pytest.approx(expected)


def test_the_examples_have_the_numbers_of_the_lecture():
    assert run(CHAIN).grad["x"] == 18
    at_one, at_two = run(TWO_PATHS, x=1.0), run(TWO_PATHS, x=2.0)
    assert (at_one.grad["x"], at_two.grad["x"]) == (18, 576)
    assert at_one.slope["x", "z1"] * at_one.grad["z1"] == 12
    assert at_one.slope["x", "z2"] * at_one.grad["z2"] == 6
    trace = run(NETWORK)
    found = (trace.data["R"], trace.grad["beta1"], trace.grad["xi"])
    assert found == pytest.approx((0.196741, -0.034408, 0.023866), abs=1e-6)


def test_paths_from_each_unit_to_the_loss():
    assert NETWORK.paths("a1") == [("a1", "y", "R")]
    assert len(NETWORK.paths("a0")) == 2
    assert len(TWO_PATHS.paths("x")) == 2


@GRAPHS
def test_a_node_is_visited_after_its_parents_and_before_them_backward(graph):
    for step in range(graph.last_step + 1):
        state = progress(graph, step)
        for node in graph.nodes:
            if node.name in state.with_value and node.rule is not None:
                assert state.with_value >= set(node.parents)
            if node.name in state.with_grad:
                children = {child.name for child in graph.children(node.name)}
                assert state.with_grad >= children
                assert len(state.with_value) >= len(graph.computed)
    assert progress(graph, 0).current == ""
    last = progress(graph, graph.last_step)
    assert last.with_grad == {node.name for node in graph.visited}


def test_wrong_steps_and_inputs_are_refused():
    with pytest.raises(ValueError, match="step must be 0 to 7, got 8"):
        progress(TWO_PATHS, 8)
    with pytest.raises(ValueError, match="no input 'w'; it has x"):
        run(TWO_PATHS, w=1.0)


def test_values_and_gradients_appear_when_they_are_known(no_overlap):
    found = []
    for step in range(TWO_PATHS.last_step + 1):
        figure = graphs.two_paths(step)
        no_overlap(figure)
        shown = texts(figure)
        count = [sum(t.startswith(word) for t in shown) for word in ("value", "grad")]
        found.append(tuple(count))
    assert found == [(1, 0), (2, 0), (3, 0), (4, 0), (4, 1), (4, 2), (4, 3), (4, 4)]
    assert {"value 192", "grad 576", "$3x^2$ = 12"} <= set(texts(graphs.two_paths()))
    assert "$3x^2$" in texts(graphs.two_paths(0))


def test_arrows_show_the_direction_of_the_sweep():
    (axes,) = graphs.two_paths(3).axes
    forward = colored(axes, graphs.FORWARD)
    assert len(forward) == 2
    assert not colored(axes, graphs.BACKWARD)
    assert {p.get_linestyle() for p in forward} == {"-"}
    (axes,) = graphs.two_paths(7).axes
    back = colored(axes, graphs.BACKWARD)
    assert len(back) == 2
    assert {p.get_linestyle() for p in back} == {"--"}
    for arrow in back:
        (start_x, _), (end_x, _) = arrow._posA_posB
        assert end_x < start_x


def test_the_network_shows_weights_on_its_edges_with_their_gradients(no_overlap):
    figure = graphs.network()
    no_overlap(figure)
    shown = texts(figure)
    for weight in NETWORK.weights:
        assert any(text.startswith(weight.label) for text in shown), weight.name
    assert "$\\xi$ = 0.5\ngrad 0.024" in shown
    assert "$\\beta_1$ = -0.4\ngrad -0.034" in shown
    assert "$\\xi$ = 0.5" in texts(graphs.network(9))
    assert "$\\xi$ = 2" in texts(graphs.network(0, xi=2.0))


def test_texts_of_a_graph_do_not_cover_circles_or_each_other():
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    for figure in (graphs.two_paths(), graphs.neuron(), graphs.network()):
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        boxes = [text.get_window_extent() for text in figure.axes[0].texts]
        frame = figure.bbox
        for i, box in enumerate(boxes):
            assert frame.x0 <= box.x0
            assert box.x1 <= frame.x1
            assert not any(box.overlaps(other) for other in boxes[:i]), texts(figure)[i]


def test_chain_and_neuron_are_complete(no_overlap):
    for figure, graph in [(graphs.chain(), CHAIN), (graphs.neuron(), NEURON)]:
        no_overlap(figure)
        (axes,) = figure.axes
        circles = [p for p in axes.get_children() if isinstance(p, Circle)]
        assert len(circles) == len(graph.nodes)
        assert len(arrows(axes)) == sum(len(node.parents) for node in graph.nodes)


def test_network_paths_make_the_edges_of_all_paths_bold(no_overlap):
    figure = graphs.network_paths("beta1", "xi")
    no_overlap(figure)
    upper, lower = figure.axes
    assert [len(colored(axes, graphs.FORWARD)) for axes in (upper, lower)] == [3, 6]
    assert upper.get_title() == "$\\beta_1$: paths to the loss: 1"
    assert lower.get_title() == "$\\xi$: paths to the loss: 2"


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        (0, "only the inputs are known"),
        (3, "step 3 of 7, forward: y = 192"),
        (4, "dy/dy = 1"),
        (7, "dy/dx = (4)(96) + (12)(16) = 576"),
    ],
)
def test_each_step_is_described_with_its_numbers(step, expected):
    assert expected in graphs.describe_two_paths(step, 2.0)


@pytest.mark.parametrize(
    ("explore", "values"),
    [
        (graphs.explore_two_paths, {"step": 7, "x": 1.0}),
        (graphs.explore_network, {"step": 10, "xi": -1.0}),
    ],
)
def test_explorers_over_all_slider_ranges(explore, values, sweep, is_quick):
    explorer = explore()
    assert sweep(explorer) > 6
    explorer.set(**values)
    is_quick(explorer)
    assert "backward" in explorer.caption.value


def test_two_paths_explorer_finds_the_shares_at_one():
    explorer = graphs.explore_two_paths()
    explorer.set(step=7, x=1.0)
    assert "(2)(6) + (3)(2) = 18" in explorer.caption.value


def test_slope_picture_draws_the_tangent(no_overlap):
    figure = backprop.slope_picture(w=1.0)
    no_overlap(figure)
    (axes,) = figure.axes
    curve, tangent, point = (line.get_data() for line in axes.lines)
    np.testing.assert_allclose(curve[1], np.square(curve[0]))
    slope = np.diff(tangent[1]) / np.diff(tangent[0])
    assert slope == pytest.approx(2.0)
    assert (point[0][0], point[1][0]) == (1.0, 1.0)


@pytest.mark.parametrize("layers", [1, 3])
def test_layer_stack_has_a_delta_a_layer(layers):
    figure = backprop.layer_stack(layers)
    assert png(figure)
    shown = texts(figure)
    deltas = [t for t in shown if t.startswith("$\\Delta")]
    assert len(deltas) == layers
    assert "$dW^{(1)} = X^\\top \\Delta^{(1)}$" in shown
    forward = [t for t in figure.axes[0].texts if getattr(t, "arrow_patch", None)]
    assert len(forward) == (2 * layers + 1) + 2 * layers


def test_learning_race_compares_at_equal_numbers_of_forward_passes(no_overlap):
    def bowl(theta):
        return float(np.sum(theta**2))

    theta = np.linspace(-1, 1, 20)
    path = [bowl(theta * 0.9**k) for k in range(200)]
    figure = backprop.learning_race(
        bowl, theta, path, [(2 * theta[:12], 2 * theta[12:])]
    )
    no_overlap(figure)
    race, angle, price = figure.axes
    backprop_line, one, every = (line.get_data() for line in race.lines)
    assert list(backprop_line[0][:3]) == [0, 3, 6]
    for passes, costs in (one, every):
        assert passes[-1] <= backprop_line[0][-1]
        assert costs[0] == pytest.approx(bowl(theta))
        assert costs[-1] < costs[0]
    cosine = angle.lines[0].get_ydata()
    assert cosine[-1] > 0.95 > cosine[0]
    differences, sweep_back = (line.get_data() for line in price.lines)
    np.testing.assert_allclose(differences[1], 2 * differences[0])
    assert set(sweep_back[1]) == {3}


def test_training_curves_have_one_curve_a_name(no_overlap):
    panels = {"one": {"a": [2.0, 1.0]}, "two": {f"s{k}": [k + 1.0] for k in range(6)}}
    figure = backprop.training_curves(panels)
    no_overlap(figure)
    assert [axes.get_title() for axes in figure.axes] == ["one", "two"]
    assert [len(axes.lines) for axes in figure.axes] == [1, 6]
    assert list(figure.axes[0].lines[0].get_ydata()) == [2.0, 1.0]
    assert figure.axes[1].get_yscale() == "log"


def test_quiz_has_one_right_answer_with_a_reason():
    quiz = backprop.quiz()
    assert isinstance(quiz, Quiz)
    for question in quiz.questions:
        verdicts = [question.mark(i) for i in range(len(question.options))]
        assert sum(verdict.startswith("Right") for verdict in verdicts) == 1
        assert question.why in verdicts[question.right]
