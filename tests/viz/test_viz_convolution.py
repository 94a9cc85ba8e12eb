import numpy as np
import pytest

from nnlib.conv import convolve2d, corr2d, output_shape
from nnlib.data import digit_6x6
from nnlib.viz import convolution
from nnlib.viz.convolution import FILTERS, OUTPUT_AT

SMALL, KERNEL = np.arange(9.0).reshape(3, 3), np.arange(4.0).reshape(2, 2)


def texts(axes):
    return [text.get_text() for text in axes.texts]


def values(axes, image=0):
    return np.asarray(axes.images[image].get_array())


def frames(axes):
    """(left, top, columns, rows) of each frame that is not filled, in cells."""
    return [
        (p.get_x() + 0.5, p.get_y() + 0.5, p.get_width(), p.get_height())
        for p in axes.patches
        if not p.get_fill()
    ]


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (0.8, "0.8"),
        (-0.0, "0"),
        (1e-17, "0"),
        (-1e-9, "0"),
        (43.0, "43"),
        (1 / 9, "0.11"),
    ],
)
def test_numbers_are_short_and_zero_has_no_sign(value, name):
    assert convolution.number(value) == name


def test_pixels_are_shown_beside_their_names(no_overlap):
    figure = convolution.pixels_and_names(digit_6x6())
    no_overlap(figure)
    left, right = figure.axes
    np.testing.assert_array_equal(values(left), digit_6x6())
    assert texts(left)[:6] == ["0", "0", "0.8", "0.9", "0.6", "0"]
    assert texts(right)[0] == "$x_{1,1}$"
    assert texts(right)[7] == "$x_{2,2}$"
    assert texts(right)[-1] == "$x_{6,6}$"
    assert len(texts(right)) == 36


def test_window_steps_spell_out_every_sum(no_overlap):
    figure = convolution.window_steps(SMALL, KERNEL)
    no_overlap(figure)
    titles = [axes.get_title() for axes in figure.axes]
    assert titles[1] == "0·0+1·1+3·2+4·3\n= 19"
    assert [title[-2:] for title in titles[1:5]] == ["19", "25", "37", "43"]
    places = [frames(axes)[0] for axes in figure.axes[1:5]]
    assert places == [(0, 0, 2, 2), (1, 0, 2, 2), (0, 1, 2, 2), (1, 1, 2, 2)]
    np.testing.assert_array_equal(values(figure.axes[-1]), [[19, 25], [37, 43]])


def test_window_positions_show_padding_centres_and_output(no_overlap):
    figure = convolution.window_positions(
        SMALL, KERNEL, {"plain": (1, 0), "padded": (1, 1), "strided": ((3, 2), 1)}
    )
    no_overlap(figure)
    tops, bottoms = figure.axes[:3], figure.axes[3:]
    assert [values(axes).shape for axes in tops] == [(3, 3), (5, 5), (5, 5)]
    assert [len(axes.lines[0].get_xdata()) for axes in tops] == [4, 16, 4]
    np.testing.assert_array_equal(values(bottoms[1])[0], [0, 3, 8, 4])
    np.testing.assert_array_equal(values(bottoms[2]), [[0, 8], [6, 8]])
    # The second window stands two columns to the right, and none was moved down yet.
    assert frames(tops[2]) == [(0, 0, 2, 2), (2, 0, 2, 2)]
    np.testing.assert_array_equal(tops[2].lines[0].get_ydata(), [0.5, 0.5, 3.5, 3.5])


def test_filter_responses_are_the_maps_of_the_filters(no_overlap):
    figure = convolution.filter_responses(digit_6x6(), FILTERS)
    no_overlap(figure)
    top, bottom = figure.axes[:5], figure.axes[5:]
    for k, (name, kernel) in enumerate(FILTERS.items(), start=1):
        assert top[k].get_title() == name
        np.testing.assert_array_equal(values(top[k]), kernel)
        expected = corr2d(digit_6x6(), kernel, pad=1)
        np.testing.assert_allclose(values(bottom[k]), expected)
        low, high = bottom[k].images[0].get_clim()
        assert low == -high
        assert np.abs(expected).max() <= high


def test_copy_copies_and_edges_do_not_answer_to_flat_images():
    image = digit_6x6()
    np.testing.assert_array_equal(corr2d(image, FILTERS["copy"], pad=1), image)
    flat = np.full((6, 6), 0.7)
    for name in ("vertical edges", "horizontal edges"):
        np.testing.assert_allclose(corr2d(flat, FILTERS[name]), 0, atol=1e-15)
        assert convolution.largest_response(FILTERS[name]) == 3
        # Convolution would turn the filter and swap the signs of the edges.
        turned = convolve2d(image, FILTERS[name])
        np.testing.assert_allclose(turned, -corr2d(image, FILTERS[name]))
    np.testing.assert_allclose(corr2d(flat, FILTERS["blur"]), 0.7)


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("pad", [0, 1, 2])
def test_sliding_window_frames_the_window_of_its_cell(stride, pad, no_overlap):
    rows, columns = output_shape((6, 6), 3, stride, pad)
    window = rows * columns - 1
    figure = convolution.sliding_window("blur", stride, pad, window)
    no_overlap(figure)
    axes = figure.axes[0]
    image, kernel, out = (values(axes, k) for k in range(3))
    i, j = divmod(window - 1, columns)
    outer, inner = frames(axes)
    assert outer == (j * stride - pad, i * stride - pad, 3, 3)
    assert inner == (OUTPUT_AT[1] + j, OUTPUT_AT[0] + i, 1, 1)
    padded = np.pad(image, pad)
    seen = padded[i * stride : i * stride + 3, j * stride : j * stride + 3]
    assert out[i, j] == pytest.approx((seen * kernel).sum())
    assert len(axes.lines[0].get_xdata()) == rows * columns


def test_windows_beyond_the_last_are_the_last():
    text = convolution.describe_sliding_window("copy", 3, 0, 64)
    assert "output 2 x 2. Window 4 of 4" in text
    assert text == convolution.describe_sliding_window("copy", 3, 0, 4)


def test_description_tells_sizes_and_the_sum():
    text = convolution.describe_sliding_window("vertical edges", 1, 1, 1)
    assert "stride 1 and padding 1: output 6 x 6" in text
    assert "Window 1 of 36 gives 0.90 in row 1, column 1" in text


def test_explorer_over_all_slider_ranges(sweep, is_quick):
    explorer = convolution.explore_sliding_window()
    # 4 filters, 2 more strides and paddings each, the last window: 9 pictures.
    assert sweep(explorer) == 4 + 2 + 2 + 1
    is_quick(explorer)
    labels = [control.description for control in explorer.controls.values()]
    assert labels == ["filter", "stride (pixels)", "padding (rings)", "window"]


def test_largest_picture_of_the_explorer_is_quick_too(is_quick):
    explorer = convolution.explore_sliding_window()
    explorer.set(filter_name="blur", pad=2, window=64)
    is_quick(explorer)
