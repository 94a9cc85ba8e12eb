"""Worked numbers of the lectures: every one must come out of the library.

The number in front of each test is the lecture that shows it.
"""

import itertools

import numpy as np
import pytest

from nnlib import (
    activations,
    autodiff,
    conv,
    dropout,
    init,
    losses,
    neuron,
    norm,
    regularizers,
)
from nnlib.linear import linear, linear_backward
from nnlib.testing import numerical_gradient

Value = autodiff.Value


def value_and_slope(f, x):
    at = Value(x)
    out = f(at)
    out.backward()
    return out.data, at.grad


# 1. Neurons -------------------------------------------------------------------------

TOY_W, TOY_B = np.array([1.0, 1.0]), -2.0
CORNERS = np.array([[-5.0, -5], [-5, 5], [5, -5], [5, 5]])


def test_1_toy_neuron_scores_at_the_corners_of_the_square():
    scores, _ = linear(CORNERS, TOY_W[:, None], np.array([TOY_B]))
    np.testing.assert_array_equal(scores[:, 0], [-12, -2, -2, 8])


@pytest.mark.parametrize(
    ("slope", "expected"),
    [
        (10.0, [7.667648e-53, 2.061154e-09, 2.061154e-09, 1]),
        (1.0, [6.144175e-06, 0.1192029, 0.1192029, 0.9996646]),
        (0.1, [0.2314752, 0.4501660, 0.4501660, 0.6899745]),
    ],
)
def test_1_toy_neuron_outputs_for_three_slopes(slope, expected):
    scores = CORNERS @ TOY_W + TOY_B
    out, _ = activations.sigmoid(scores, slope)
    np.testing.assert_allclose(out, expected, rtol=2e-6)
    boundary = np.array([[3.0, -1.0], [0.0, 2.0]]) @ TOY_W + TOY_B
    np.testing.assert_allclose(activations.sigmoid(boundary, slope)[0], 0.5)


def test_1_toy_neuron_boundary():
    x1 = np.array([-5.0, 0.0, 5.0])
    np.testing.assert_allclose(neuron.decision_boundary(TOY_W, TOY_B, x1), 2 - x1)


def test_1_step_at_zero_and_just_below():
    np.testing.assert_array_equal(activations.step([0.0, -1e-9]), [1, 0])


def test_1_xor_by_three_threshold_neurons():
    inputs = np.array(list(itertools.product([0, 1], repeat=2)))
    np.testing.assert_array_equal(neuron.xor_network(inputs), [0, 1, 1, 0])


def test_1_tent_map_of_two_relus_doubles_its_pieces_with_each_layer():
    x = np.arange(2**12 + 1) / 2**12
    pieces = []
    for _ in range(6):
        x = 2 * activations.relu(x)[0] - 4 * activations.relu(x - 0.5)[0]
        direction = np.sign(np.diff(x))
        pieces.append(1 + np.count_nonzero(direction[1:] != direction[:-1]))
    assert pieces == [2, 4, 8, 16, 32, 64]


# 2. Outputs and losses --------------------------------------------------------------


@pytest.mark.parametrize(("p", "printed"), [(0.03, 3.51), (0.68, 0.39), (0.95, 0.05)])
def test_2_cross_entropy_of_three_classes_during_training(p, printed):
    prediction = np.array([[(1 - p) / 3, p, 2 * (1 - p) / 3]])
    by_label, _ = losses.cross_entropy(prediction, [1])
    by_row, _ = losses.cross_entropy(prediction, np.array([[0.0, 1.0, 0.0]]))
    assert by_label == by_row == -np.log(p)
    assert round(by_label, 2) == printed


def test_2_cross_entropy_of_a_good_prediction():
    assert round(losses.cross_entropy(np.array([0.8, 0.2]), 0)[0], 2) == 0.22


def test_2_cross_entropy_of_the_right_one_hot_vector_is_zero():
    assert losses.cross_entropy(np.array([[0.0, 1.0, 0.0]]), [1])[0] == 0


def test_2_softmax_of_one_three_two():
    p, _ = activations.softmax(np.array([1.0, 3.0, 2.0]))
    np.testing.assert_allclose(p, [0.09003057, 0.66524096, 0.24472847], atol=1e-8)


def test_2_softmax_of_a_thousand_does_not_overflow():
    p, _ = activations.softmax(np.array([1000.0, 0.0]))
    np.testing.assert_array_equal(p, [1, 0])


def test_2_output_restricted_to_the_interval_from_minus_two_to_five():
    out, _ = activations.scaled_sigmoid(np.array([-40.0, 0.0, 40.0]), -2, 5)
    np.testing.assert_allclose(out, [-2, 1.5, 5], atol=1e-9)


THREE_W = np.array([[1.0, 0.0, 1.0], [1.0, -1.0, -0.5]])


def square_grid(points=201):
    axis = np.linspace(-5, 5, points)
    return np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)


def test_2_three_class_toy_at_the_origin():
    b = np.array([-2.0, 1.0, 10.0])
    scores, _ = linear(np.zeros((1, 2)), THREE_W, b)
    np.testing.assert_array_equal(scores, [b])
    np.testing.assert_allclose(
        activations.softmax(scores)[0][0],
        [6.143416e-06, 1.233938e-04, 0.9998705],
        rtol=1e-6,
    )


def test_2_with_the_printed_bias_class_three_wins_everywhere():
    scores, _ = linear(square_grid(), THREE_W, np.array([-2.0, 1.0, 10.0]))
    classes = neuron.predict_class(activations.softmax(scores)[0])
    assert set(classes) == {2}
    margins = scores[:, 2:] - scores[:, :2]
    np.testing.assert_allclose(margins.min(axis=0), [4.5, 1.5])


def test_2_with_bias_one_there_are_three_regions():
    scores, _ = linear(square_grid(), THREE_W, np.array([-2.0, 1.0, 1.0]))
    classes = neuron.predict_class(activations.softmax(scores)[0])
    shares = np.bincount(classes, minlength=3) / len(classes)
    np.testing.assert_allclose(shares, [0.262791, 0.441449, 0.29576], atol=1e-6)
    np.testing.assert_allclose(shares, [0.26, 0.4425, 0.2975], atol=5e-3)


# 3. Backpropagation -----------------------------------------------------------------


def test_3_nested_function():
    for x in np.linspace(-2, 2, 9):
        value, slope = value_and_slope(lambda v: (3 * v) ** 2, x)
        assert np.isclose(value, 9 * x**2)
        assert np.isclose(slope, 18 * x)


def two_paths(x):
    return 2 * (x**2) ** 3 + (x**3) ** 2


@pytest.mark.parametrize(("x", "slope"), [(1.0, 18), (2.0, 576), (-0.5, -0.5625)])
def test_3_two_paths(x, slope):
    assert value_and_slope(two_paths, x) == (3 * x**6, slope)


def test_3_two_paths_share_eighteen_as_twelve_and_six():
    x = Value(1.0)
    z1, z2 = x**2, x**3
    (2 * z1**3 + z2**2).backward()
    dz1_dx, dz2_dx = z1.parents[0][1], z2.parents[0][1]
    assert (z1.grad * dz1_dx, z2.grad * dz2_dx) == (12, 6)


def test_3_the_misprinted_derivative_hides_at_one_and_shows_at_two():
    def printed(x):
        return 6 * x**4 * 2 * x + 2 * x**3 * 3 * x

    assert printed(1) == value_and_slope(two_paths, 1.0)[1]
    assert printed(2) == 480
    assert value_and_slope(two_paths, 2.0)[1] == 576


NETWORK = [0.5, 0.1, -0.4, 0.8, -0.2, 0.6, -0.7, 0.3, 0.9, -1.1]


def three_hidden_neurons(parameters, x1=0.7, x2=-1.3, target=1.0):
    xi, b0, b1, b2, w0, w1, w2, a0, a1, a2 = (
        p if isinstance(p, Value) else Value(p) for p in parameters
    )
    first = (xi * x2).sigmoid()
    second = (b0 + b1 * x1 + b2 * first).sigmoid()
    third = (w0 + w1 * x1 + w2 * first).sigmoid()
    out = (a0 + a1 * second + a2 * third).sigmoid()
    return (out - target) ** 2


def test_3_three_hidden_neurons():
    parameters = [Value(p) for p in NETWORK]
    risk = three_hidden_neurons(parameters)
    risk.backward()
    shown = [risk.data, parameters[2].grad, parameters[0].grad]
    np.testing.assert_allclose(shown, [0.196741, -0.034408, 0.023866], atol=1e-6)
    expected = numerical_gradient(
        lambda p: three_hidden_neurons(p).data, np.array(NETWORK)
    )
    np.testing.assert_allclose([p.grad for p in parameters], expected, atol=1e-9)


def test_3_softmax_with_cross_entropy_has_the_difference_as_gradient():
    s, y = np.array([[0.2, -1.0, 0.5]]), np.array([[0.0, 0.0, 1.0]])
    loss, cache = losses.softmax_cross_entropy(s, [2])
    p, _ = activations.softmax(s)
    ds = losses.softmax_cross_entropy_backward(1.0, cache)
    assert np.isclose(loss, -np.log(p[0, 2]))
    np.testing.assert_allclose(ds, p - y)
    exact = numerical_gradient(lambda q: losses.softmax_cross_entropy(q, [2])[0], s)
    np.testing.assert_allclose(ds, exact, atol=1e-9)


def test_3_one_over_n_belongs_to_the_gradient_of_a_mean():
    rng = np.random.default_rng(0)
    x, W = rng.normal(size=(7, 3)), rng.normal(size=(3, 4))
    labels, b = rng.integers(0, 4, 7), np.zeros(4)

    def cost(weights):
        return losses.softmax_cross_entropy(linear(x, weights, b)[0], labels)[0]

    s, linear_cache = linear(x, W, b)
    _, cache = losses.softmax_cross_entropy(s, labels)
    ds = losses.softmax_cross_entropy_backward(1.0, cache)
    _, dW, db = linear_backward(ds, linear_cache)
    np.testing.assert_allclose(dW, numerical_gradient(cost, W), atol=1e-8)
    without = x.T @ (activations.softmax(s)[0] - losses.one_hot(labels, 4))
    np.testing.assert_allclose(without, 7 * dW)
    np.testing.assert_allclose(db, ds.sum(axis=0))


def test_3_delta_rule_is_minus_the_gradient_of_half_the_squared_error():
    rng = np.random.default_rng(1)
    W1, W2 = rng.normal(size=(3, 4)), rng.normal(size=(4, 2))
    x, t = rng.normal(size=(1, 3)), np.array([[0.0, 1.0]])
    h = activations.sigmoid(x @ W1)[0]
    z = activations.sigmoid(h @ W2)[0]
    delta_out = z * (1 - z) * (t - z)
    delta_hidden = h * (1 - h) * (delta_out @ W2.T)

    def error(first, second):
        hidden = activations.sigmoid(x @ first)[0]
        return losses.half_sse(activations.sigmoid(hidden @ second)[0], t)[0]

    dW1 = numerical_gradient(lambda W: error(W, W2), W1)
    dW2 = numerical_gradient(lambda W: error(W1, W), W2)
    np.testing.assert_allclose(x.T @ delta_hidden, -dW1, atol=1e-9)
    np.testing.assert_allclose(h.T @ delta_out, -dW2, atol=1e-9)


# 4. Convolution ---------------------------------------------------------------------

NINE, FOUR = np.arange(9).reshape(3, 3), np.arange(4).reshape(2, 2)
PADDED = [[0, 3, 8, 4], [9, 19, 25, 10], [21, 37, 43, 16], [6, 7, 8, 0]]


@pytest.mark.parametrize(
    ("stride", "pad", "expected"),
    [
        (1, 0, [[19, 25], [37, 43]]),
        (1, 1, PADDED),
        ((3, 2), 1, [[0, 8], [6, 8]]),
    ],
)
def test_4_cross_correlation(stride, pad, expected):
    np.testing.assert_array_equal(conv.corr2d(NINE, FOUR, stride, pad), expected)
    x, W = NINE[None, None].astype(float), FOUR[None, None].astype(float)
    out, _ = conv.conv2d(x, W, np.zeros(1), stride, pad)
    np.testing.assert_allclose(out[0, 0], expected)
    loops = conv.conv2d_naive(x, W, np.zeros(1), stride, pad)
    np.testing.assert_allclose(loops[0, 0], expected)


def test_4_true_convolution_flips_the_kernel():
    np.testing.assert_array_equal(conv.convolve2d(NINE, FOUR), [[5, 11], [23, 29]])


def test_4_correlation_is_convolution_with_the_mirrored_kernel():
    rng = np.random.default_rng(2)
    x, V = rng.normal(size=(5, 5)), rng.normal(size=(3, 3))
    direct = np.zeros((5, 5))
    for i, j, a, b in itertools.product(range(5), range(5), (-1, 0, 1), (-1, 0, 1)):
        if 0 <= i + a < 5 and 0 <= j + b < 5:
            direct[i, j] += V[a + 1, b + 1] * x[i + a, j + b]
    np.testing.assert_allclose(conv.corr2d(x, V, pad=1), direct)
    np.testing.assert_allclose(conv.convolve2d(x, V[::-1, ::-1], pad=1), direct)


def test_4_output_sizes():
    assert conv.output_shape(3, 2) == (2, 2)
    assert conv.output_shape(3, 2, pad=1) == (4, 4)
    assert conv.output_shape(3, 2, stride=(3, 2), pad=1) == (2, 2)


def test_4_padding_in_total_that_keeps_the_size():
    for k, total in ((1, 0), (3, 2), (5, 4), (7, 6)):
        assert conv.same_padding(k) == (total / 2, total / 2)
        assert conv.output_shape(28, k, pad=conv.same_padding(k)) == (28, 28)
    with pytest.raises(ValueError, match="odd"):
        conv.same_padding(2)
    one_sided = np.pad(np.ones((28, 28)), ((0, 1), (0, 1)))
    assert conv.corr2d(one_sided, np.ones((2, 2))).shape == (28, 28)


def test_4_stride_two_halves_only_with_a_ring_of_zeros():
    assert conv.output_shape(6, 3, stride=2, pad=1) == (3, 3)
    assert conv.output_shape(6, 3, stride=2) == (2, 2)
    with_ring = [conv.output_shape(n, 3, 2, 1)[0] for n in (5, 6, 7, 8)]
    without = [conv.output_shape(n, 3, 2)[0] for n in (5, 6, 7, 8)]
    assert with_ring == [3, 3, 4, 4]
    assert without == [2, 2, 3, 3]


def test_4_weights_of_a_dense_and_of_a_convolutional_layer():
    filters = np.random.default_rng(3).normal(size=(1, 1, 3, 3))
    matrix = conv.as_dense_matrix(filters, (6, 6), pad=1)
    assert matrix.size == 36 * 36 == 1296
    assert matrix.size + 36 == 1332
    assert len(np.unique(matrix[matrix != 0])) == filters.size == 9
    every_displacement = np.ones((1, 1, 11, 11))
    assert every_displacement.size == 121
    assert (conv.as_dense_matrix(every_displacement, (6, 6), pad=5) != 0).all()


def test_4_parameters_of_filters_over_several_channels():
    W = conv.from_hwio(np.zeros((3, 3, 4, 6)))
    assert W.shape == (6, 4, 3, 3)
    assert W[0].size == 36
    assert W.size == 216
    assert W.size + len(W) == 222


def test_4_the_whole_network_on_a_six_by_six_image():
    rng = np.random.default_rng(4)
    layers = [
        (rng.normal(size=(4, 1, 3, 3)), np.zeros(4)),
        (rng.normal(size=(6, 4, 3, 3)), np.zeros(6)),
        (rng.normal(size=(54, 50)), np.zeros(50)),
        (rng.normal(size=(50, 10)), np.zeros(10)),
    ]
    h = rng.normal(size=(2, 1, 6, 6))
    h, _ = activations.relu(conv.conv2d(h, *layers[0], pad=1)[0])
    assert h.shape == (2, 4, 6, 6)
    h, _ = activations.relu(conv.conv2d(h, *layers[1], stride=2, pad=1)[0])
    assert h.shape == (2, 6, 3, 3)
    h, _ = activations.relu(linear(h.reshape(2, -1), *layers[2])[0])
    p, _ = activations.softmax(linear(h, *layers[3])[0])
    np.testing.assert_allclose(p.sum(axis=1), [1, 1])
    counts = [W.size + b.size for W, b in layers]
    assert counts == [40, 222, 2750, 510]
    assert sum(counts) == 3522


# 5. Initialisation ------------------------------------------------------------------


def test_5_uniform_with_one_over_root_n_has_a_third_of_the_variance():
    W = init.fan_in_uniform((784, 2000), np.random.default_rng(0))
    assert np.abs(W).max() <= 1 / np.sqrt(784)
    assert abs(3 * 784 * W.var() - 1) < 0.01


def test_5_xavier_and_he_limits():
    rng = np.random.default_rng(1)
    xavier = init.xavier_uniform((784, 100), rng)
    assert 0.0823 < np.abs(xavier).max() <= 0.082385 + 1e-6
    assert abs(init.xavier_normal((784, 100), rng).var() - 0.002262) < 5e-5
    he = init.he_uniform((784, 100), rng)
    assert 0.0874 < np.abs(he).max() <= 0.087482 + 1e-6
    assert abs(init.he_normal((784, 100), rng).var() - 0.002551) < 5e-5


def test_5_largest_slopes_and_their_powers():
    s = np.linspace(-5, 5, 101)
    sigmoid_slope = activations.derivative(activations.sigmoid, s).max()
    assert np.isclose(sigmoid_slope, 0.25)
    assert np.isclose(activations.derivative(activations.tanh, s).max(), 1)
    np.testing.assert_allclose(
        sigmoid_slope ** np.array([5, 10]), [9.765625e-04, 9.536743e-07], rtol=1e-6
    )


# 6. Dropout -------------------------------------------------------------------------


@pytest.mark.parametrize("keep", [0.5, 0.8])
def test_6_two_inputs_averaged_over_four_masks(keep):
    w, x = np.array([0.3, -1.7]), np.array([2.0, 0.6])
    exact = dropout.dropout_expectation(lambda masked: masked @ w, x, keep)
    assert np.isclose(exact / (w @ x), keep)
    later, _ = dropout.dropout(x, keep, rng=None, training=False, mode="vanilla")
    assert np.isclose(exact, later @ w)


# 7. Batch normalisation -------------------------------------------------------------

BATCH = np.array([[1.0, 10.0], [3.0, 30.0], [5.0, 20.0], [7.0, 40.0]])


def test_7_moments_and_running_averages_of_a_small_batch():
    ones, zeros = np.ones(2), np.zeros(2)
    out, cache = norm.batch_norm(BATCH, ones, zeros, zeros, ones, training=True)
    mean, var = np.array([4.0, 25.0]), np.array([5.0, 125.0])
    np.testing.assert_allclose(out, (BATCH - mean) / np.sqrt(var + 1e-5))
    np.testing.assert_allclose(cache.running_mean, [0.4, 2.5])
    np.testing.assert_allclose(cache.running_var, [1.4, 13.4])


def test_7_images_have_one_mean_and_variance_a_channel():
    x = np.random.default_rng(5).normal(size=(2, 3, 4, 5))
    ones, zeros = np.ones(3), np.zeros(3)
    out, cache = norm.batch_norm(x, ones, zeros, zeros, ones, training=True)
    mean = x.mean(axis=(0, 2, 3), keepdims=True)
    var = x.var(axis=(0, 2, 3), keepdims=True)
    assert mean.shape == (1, 3, 1, 1)
    np.testing.assert_allclose(out, (x - mean) / np.sqrt(var + 1e-5))
    np.testing.assert_allclose(cache.running_mean, 0.1 * mean.ravel())


# 10. Regularisation -----------------------------------------------------------------


def test_10_penalties_of_a_small_matrix():
    W = np.array([[1.0, -2.0], [0.5, 0.0]])
    assert regularizers.l2(W)[0] == 5.25
    assert regularizers.l1(W)[0] == 3.5
    assert np.isclose(regularizers.elastic_net(W, beta=0.1)[0], 4.025)
