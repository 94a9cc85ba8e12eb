import numpy as np
import pytest

from nnlib.conv import as_dense_matrix
from nnlib.layers import Conv2d, Flatten, Linear, ReLU, Sequential, Softmax
from nnlib.viz import conv_layers

NINE = np.arange(1.0, 10.0).reshape(1, 1, 3, 3)


def texts(axes):
    return [text.get_text() for text in axes.texts]


def full_cnn():
    rng = np.random.default_rng(0)
    return Sequential(
        Conv2d(1, 4, 3, pad=1, rng=rng),
        ReLU(),
        Conv2d(4, 6, 3, stride=2, pad=1, rng=rng),
        ReLU(),
        Flatten(),
        Linear(54, 50, rng=rng),
        ReLU(),
        Linear(50, 10, rng=rng),
        Softmax(),
    )


def test_dense_units_see_all_pixels_and_convolutional_ones_a_patch(no_overlap):
    figure = conv_layers.grid_connections()
    no_overlap(figure)
    dense, local = figure.axes
    assert len(dense.lines) == 2 * 36
    assert len(local.lines) == 2 * 9
    ends = np.array([line.get_xydata() for line in local.lines])
    for unit in (ends[:9], ends[9:]):
        offsets = unit[:, 0] - (unit[:, 1] - [conv_layers.GAP, 0])
        assert {tuple(o) for o in offsets.tolist()} == {
            (a, b) for a in (-1.0, 0.0, 1.0) for b in (-1.0, 0.0, 1.0)
        }
    looks = {(line.get_color(), line.get_linestyle()) for line in local.lines}
    assert len(looks) == 2
    assert len({style for _, style in looks}) == 2


def test_weights_of_the_three_layers_on_six_by_six():
    assert list(conv_layers.layer_weights(6).values()) == [1296, 121, 9]


def test_parameter_counts_as_bars_and_curves(no_overlap):
    figure = conv_layers.parameter_counts()
    no_overlap(figure)
    left, right = figure.axes
    assert [bar.get_height() for bar in left.patches] == [1296, 121, 9]
    assert texts(left) == ["1296", "121", "9"]
    assert len({bar.get_hatch() for bar in left.patches}) == 3
    last = [line.get_ydata()[-1] for line in right.lines]
    assert last == [256**4, 511**2, 9]
    assert len({line.get_linestyle() for line in right.lines}) == 3


def test_weight_matrices_count_what_is_free(no_overlap):
    dense = np.random.default_rng(0).normal(size=(36, 36))
    figure = conv_layers.weight_matrices(
        {
            "dense": dense,
            "convolution": as_dense_matrix(NINE, (6, 6), pad=1),
            "stride 2": as_dense_matrix(NINE, (6, 6), stride=2, pad=1),
        }
    )
    no_overlap(figure)
    titles = [axes.get_title() for axes in figure.axes]
    assert titles == [
        "dense\n1296 not zero, 1296 different",
        "convolution\n256 not zero, 9 different",
        "stride 2\n64 not zero, 9 different",
    ]
    shown = figure.axes[1].images[0].get_array()
    assert shown.mask.sum() == 1296 - 256
    pixels, outputs = np.nonzero(~shown.mask)
    assert np.abs(pixels - outputs).max() == 7, "nothing outside the bands"


def test_channels_block_counts_sheets_and_weights(no_overlap):
    figure = conv_layers.channels_block(channels=4, filters=6)
    no_overlap(figure)
    axes = figure.axes[0]
    sizes = [(p.get_height(), p.get_width()) for p in axes.patches]
    assert sizes.count((6, 6)) == 4
    assert sizes.count((3, 3)) == 4 + 4 + 6  # patches, filter, output channels
    assert "one filter\n3 x 3 x 4 = 36 weights" in texts(axes)


def test_pooling_forward_and_back(no_overlap):
    x = np.array([[1.0, 3, 2, 0], [4, 2, 0, 1], [5, 1, 7, 8], [0, 2, 6, 3]])
    dout = np.array([[1.0, 2.0], [-4.0, 3.0]])
    figure = conv_layers.pooling_example(x, dout)
    no_overlap(figure)
    shown = [np.asarray(axes.images[0].get_array()) for axes in figure.axes]
    np.testing.assert_array_equal(shown[1], [[4, 2], [5, 8]])
    np.testing.assert_array_equal(shown[2], [[2.5, 0.75], [2, 6]])
    assert np.count_nonzero(shown[4]) == 4
    assert shown[4][1, 0] == 1
    assert shown[4][0, 2] == 2
    assert shown[4][2, 0] == -4
    assert shown[4][2, 3] == 3
    np.testing.assert_array_equal(shown[5], np.kron(dout, np.full((2, 2), 0.25)))


def test_network_blocks_show_shapes_layers_and_counts(no_overlap):
    figure = conv_layers.network_blocks(full_cnn(), (1, 6, 6))
    no_overlap(figure)
    axes = figure.axes[0]
    assert axes.get_title() == "3,522 parameters"
    words = texts(axes)
    for size in ["1 x 6 x 6", "4 x 6 x 6", "6 x 3 x 3", "50", "10"]:
        assert size in words
    labels = [text for text in words if "parameters" in text]
    assert [
        int(t.split(" par")[0].split("\n")[-1].replace(",", "")) for t in labels
    ] == [
        40,
        222,
        2750,
        510,
    ]
    assert labels[1] == "Conv2d\n3 x 3, pad 1\nstride 2\n222 parameters\nReLU"
    assert labels[2].startswith("Flatten\nLinear")
    assert labels[3].endswith("Softmax")
    sheets = [p for p in axes.patches if p.get_width() == p.get_height()]
    assert len(sheets) == 1 + 4 + 6


@pytest.mark.parametrize("layers", [1, 3])
def test_network_blocks_of_other_networks(layers, no_overlap):
    rng = np.random.default_rng(0)
    model = Sequential(*(Linear(5, 5, rng=rng) for _ in range(layers)))
    figure = conv_layers.network_blocks(model, (5,))
    no_overlap(figure)
    assert texts(figure.axes[0]).count("5") == layers + 1
