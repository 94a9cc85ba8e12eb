"""Convolution and pooling against loops, a dense matrix and central differences."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnlib import conv
from nnlib.conv import layer
from nnlib.testing import check_gradient

# (N, C, H, W), F, kernel, stride, pad
SHAPES = [
    ((2, 3, 5, 7), 4, (3, 3), 1, 1),
    ((3, 1, 6, 4), 2, (2, 3), (2, 1), (0, 2)),
    ((2, 2, 7, 5), 3, (1, 1), 1, 0),
    ((1, 2, 7, 9), 1, (3, 5), (3, 2), (1, 0)),
    ((2, 2, 5, 6), 3, (2, 2), 3, 2),
    ((2, 1, 4, 4), 2, (4, 4), 1, 0),
    ((2, 2, 6, 3), 2, (1, 3), (4, 1), (3, 1)),
]
# (N, C, H, W), kernel, stride, pad
POOLS = [
    ((2, 3, 6, 8), 2, None, 0),
    ((3, 1, 7, 5), (3, 2), (2, 1), (1, 0)),
    ((1, 2, 5, 7), 3, 1, 1),
    ((2, 2, 6, 7), (2, 3), (3, 2), (0, 1)),
]


def example(x_shape, filters, kernel, dtype=np.float64):
    rng = np.random.default_rng(sum(x_shape))
    x = rng.normal(size=x_shape)
    W = rng.normal(size=(filters, x_shape[1], *kernel))
    return [a.astype(dtype) for a in (x, W, rng.normal(size=filters))]


@pytest.fixture(params=[layer._BLOCK_BYTES, 1000], ids=["one block", "many blocks"])
def block_bytes(request, monkeypatch):
    """Real images need many blocks of columns; make small ones need them too."""
    monkeypatch.setattr(layer, "_BLOCK_BYTES", request.param)


@pytest.mark.usefixtures("block_bytes")
@pytest.mark.parametrize(("x_shape", "filters", "kernel", "stride", "pad"), SHAPES)
class TestConv2d:
    def test_output_agrees_with_loops(self, x_shape, filters, kernel, stride, pad):
        x, W, b = example(x_shape, filters, kernel)
        out, _ = conv.conv2d(x, W, b, stride, pad)
        np.testing.assert_allclose(
            out, conv.conv2d_naive(x, W, b, stride, pad), atol=1e-12
        )
        assert out.flags.c_contiguous

    def test_gradients_agree_with_central_differences(
        self, x_shape, filters, kernel, stride, pad
    ):
        forward = partial(conv.conv2d, stride=stride, pad=pad)
        check_gradient(
            forward, conv.conv2d_backward, *example(x_shape, filters, kernel)
        )

    def test_it_is_a_dense_layer_with_shared_weights(
        self, x_shape, filters, kernel, stride, pad
    ):
        x, W, b = example(x_shape, filters, kernel)
        matrix = conv.as_dense_matrix(W, x_shape[1:], stride, pad)
        out, _ = conv.conv2d(x, W, 0 * b, stride, pad)
        flat = x.reshape(len(x), -1) @ matrix
        np.testing.assert_allclose(flat, out.reshape(len(x), -1), atol=1e-12)
        np.testing.assert_array_equal(
            matrix, conv.as_dense_matrix(W, x_shape[2:], stride, pad)
        )

    def test_float32_stays_and_arguments_stay_as_they_are(
        self, x_shape, filters, kernel, stride, pad
    ):
        arguments = example(x_shape, filters, kernel, np.float32)
        before = [a.copy() for a in arguments]
        out, cache = conv.conv2d(*arguments, stride, pad)
        dout = np.ones_like(out)
        gradients = conv.conv2d_backward(dout, cache)
        again = conv.conv2d_backward(dout, cache)
        assert {a.dtype for a in (out, *gradients)} == {np.dtype(np.float32)}
        assert [g.shape for g in gradients] == [a.shape for a in arguments]
        np.testing.assert_array_equal(dout, 1)
        for a, old in zip((*arguments, *again), (*before, *gradients), strict=True):
            np.testing.assert_array_equal(a, old)


def test_views_of_other_arrays_give_the_same():
    x, W, b = example((4, 3, 6, 5), 2, (3, 3))
    seen = x.transpose(0, 1, 3, 2)[::2]
    np.testing.assert_array_equal(
        conv.conv2d(seen, W, b)[0], conv.conv2d(seen.copy(), W, b)[0]
    )


@settings(max_examples=25, deadline=None)
@given(st.floats(-3, 3), st.floats(-3, 3), st.integers(0, 100))
def test_convolution_is_linear_in_the_image_and_in_the_filter(a, c, seed):
    rng = np.random.default_rng(seed)
    x, z = rng.normal(size=(2, 2, 3, 5, 4))
    V, W = rng.normal(size=(2, 2, 3, 2, 3))
    zero = np.zeros(2)

    def f(images, filters):
        return conv.conv2d(images, filters, zero, stride=(1, 2), pad=1)[0]

    np.testing.assert_allclose(
        f(a * x + c * z, W), a * f(x, W) + c * f(z, W), atol=1e-9
    )
    np.testing.assert_allclose(
        f(x, a * W + c * V), a * f(x, W) + c * f(x, V), atol=1e-9
    )


@settings(max_examples=25, deadline=None)
@given(st.integers(-2, 2), st.integers(-2, 2), st.integers(0, 100))
def test_a_shifted_image_gives_the_shifted_output(down, right, seed):
    """Equivariance, exact as long as nothing reaches the border; no invariance."""
    rng = np.random.default_rng(seed)
    x = np.zeros((1, 2, 12, 13))
    x[:, :, 4:8, 4:9] = rng.normal(size=(1, 2, 4, 5))
    W, b = rng.normal(size=(3, 2, 3, 3)), rng.normal(size=3)
    out, _ = conv.conv2d(x, W, b, pad=1)
    moved, _ = conv.conv2d(np.roll(x, (down, right), (2, 3)), W, b, pad=1)
    np.testing.assert_allclose(moved, np.roll(out, (down, right), (2, 3)), atol=1e-12)
    if (down, right) != (0, 0):
        assert np.abs(moved - out).max() > 0.01


def test_corr2d_is_the_layer_with_one_channel_and_one_filter():
    rng = np.random.default_rng(0)
    x, kernel = rng.normal(size=(6, 9)), rng.normal(size=(2, 3))
    out, _ = conv.conv2d(
        x[None, None], kernel[None, None], np.zeros(1), stride=(2, 3), pad=(1, 0)
    )
    np.testing.assert_allclose(
        conv.corr2d(x, kernel, stride=(2, 3), pad=(1, 0)), out[0, 0]
    )


def test_convolution_agrees_with_the_sum_and_with_the_fourier_transform():
    rng = np.random.default_rng(1)
    f, g = rng.normal(size=(3, 3)), rng.normal(size=(4, 3))
    full = conv.convolve2d(g, f, pad=2)
    size = (6, 5)
    spectrum = np.fft.fft2(f, size) * np.fft.fft2(g, size)
    np.testing.assert_allclose(full, np.fft.ifft2(spectrum).real, atol=1e-12)
    direct = np.zeros(size)
    for a, b in np.ndindex(f.shape):
        for i, j in np.ndindex(g.shape):
            direct[a + i, b + j] += f[a, b] * g[i, j]
    np.testing.assert_allclose(full, direct, atol=1e-12)


def test_convolution_equals_correlation_for_kernels_symmetric_under_a_half_turn():
    x = np.random.default_rng(2).normal(size=(5, 5))
    symmetric = np.array([[1.0, 2, 3], [4, 5, 4], [3, 2, 1]])
    np.testing.assert_allclose(conv.convolve2d(x, symmetric), conv.corr2d(x, symmetric))
    other = np.arange(9.0).reshape(3, 3)
    assert not np.allclose(conv.convolve2d(x, other), conv.corr2d(x, other))


def test_a_dense_grid_layer_with_equal_local_weights_is_a_correlation():
    rng = np.random.default_rng(3)
    x, kernel = rng.normal(size=(4, 5)), rng.normal(size=(3, 3))
    W, u = np.zeros((4, 5, 4, 5)), np.full((4, 5), 0.7)
    for i, j, k, m in np.ndindex(W.shape):
        if abs(k - i) <= 1 and abs(m - j) <= 1:
            W[i, j, k, m] = kernel[k - i + 1, m - j + 1]
    np.testing.assert_allclose(
        conv.dense_grid_layer(x, W, u), 0.7 + conv.corr2d(x, kernel, pad=1)
    )


def test_the_dense_matrix_is_sparse_and_repeats_the_weights():
    W = np.random.default_rng(4).normal(size=(2, 1, 3, 3))
    matrix = conv.as_dense_matrix(W, (6, 6))
    assert matrix.shape == (36, 2 * 16)
    assert np.count_nonzero(matrix) == 9 * 2 * 16
    assert len(np.unique(matrix[matrix != 0])) == 18


def test_filters_stored_the_other_way_round():
    hwio = np.random.default_rng(5).normal(size=(3, 2, 4, 6))
    filters = conv.from_hwio(hwio)
    assert filters.shape == (6, 4, 3, 2)
    assert filters[5, 1, 2, 0] == hwio[2, 0, 1, 5]


@pytest.mark.parametrize("kernel", [1, 3, (5, 7)])
def test_same_padding_keeps_the_size(kernel):
    assert conv.output_shape((9, 28), kernel, 1, conv.same_padding(kernel)) == (9, 28)


@given(*[st.integers(1, 12)] * 2, st.integers(1, 4), st.integers(0, 3))
def test_output_shape_counts_the_places_of_the_window(n, k, stride, pad):
    places = [i for i in range(0, n + 2 * pad, stride) if i + k <= n + 2 * pad]
    if places:
        assert conv.output_shape(n, k, stride, pad) == (len(places),) * 2
    else:
        with pytest.raises(ValueError, match="pad more or use a smaller kernel"):
            conv.output_shape(n, k, stride, pad)


def test_pad2d_puts_rings_around_the_last_two_axes():
    x = np.ones((2, 3, 4, 5), dtype=np.float32)
    padded = conv.pad2d(x, (1, 2))
    assert padded.shape == (2, 3, 6, 9)
    assert padded.dtype == np.float32
    assert padded.sum() == x.sum()


def pooled_by_loops(reduce, x, kernel, stride, pad, value):
    kh, kw = (kernel, kernel) if isinstance(kernel, int) else kernel
    stride = (kh, kw) if stride is None else stride
    sh, sw = (stride, stride) if isinstance(stride, int) else stride
    ph, pw = (pad, pad) if isinstance(pad, int) else pad
    x = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)), constant_values=value)
    rows = (x.shape[2] - kh) // sh + 1
    columns = (x.shape[3] - kw) // sw + 1
    out = np.empty((*x.shape[:2], rows, columns))
    for n, c, i, j in np.ndindex(out.shape):
        out[n, c, i, j] = reduce(x[n, c, i * sh : i * sh + kh, j * sw : j * sw + kw])
    return out


@pytest.mark.parametrize(("x_shape", "kernel", "stride", "pad"), POOLS)
@pytest.mark.parametrize(
    ("forward", "backward", "reduce", "value"),
    [
        (conv.max_pool2d, conv.max_pool2d_backward, np.max, -np.inf),
        (conv.avg_pool2d, conv.avg_pool2d_backward, np.mean, 0),
    ],
)
class TestPooling:
    def test_output_and_gradient(
        self, forward, backward, reduce, value, x_shape, kernel, stride, pad
    ):
        x = np.random.default_rng(6).normal(size=x_shape) - 3
        np.testing.assert_allclose(
            forward(x, kernel, stride, pad)[0],
            pooled_by_loops(reduce, x, kernel, stride, pad, value),
        )
        pool = partial(forward, kernel=kernel, stride=stride, pad=pad)
        check_gradient(pool, backward, x)

    def test_float32_stays_and_arguments_stay_as_they_are(
        self, forward, backward, reduce, value, x_shape, kernel, stride, pad
    ):
        x = np.random.default_rng(7).normal(size=x_shape).astype(np.float32)
        before = x.copy()
        out, cache = forward(x, kernel, stride, pad)
        dx = backward(np.ones_like(out), cache)
        assert out.dtype == dx.dtype == np.float32
        np.testing.assert_array_equal(x, before)
        np.testing.assert_array_equal(dx, backward(np.ones_like(out), cache))
        assert not np.shares_memory(out, x)


def test_of_equal_entries_the_first_gets_the_gradient():
    x = np.zeros((1, 1, 2, 4))
    out, cache = conv.max_pool2d(x, 2)
    dx = conv.max_pool2d_backward(np.array([[[[3.0, 5.0]]]]), cache)
    np.testing.assert_array_equal(dx[0, 0], [[3, 0, 5, 0], [0, 0, 0, 0]])
    np.testing.assert_array_equal(out, 0)


def test_pooling_makes_the_answer_invariant_to_where_the_object_is():
    x = np.zeros((1, 1, 9, 9))
    x[0, 0, 2:5, 3:5] = np.arange(6).reshape(3, 2) + 1
    W = np.random.default_rng(8).normal(size=(2, 1, 2, 2))
    moved = np.roll(x, (2, 1), (2, 3))
    whole = [
        conv.max_pool2d(conv.conv2d(image, W, np.zeros(2))[0], 8)[0]
        for image in (x, moved)
    ]
    np.testing.assert_allclose(*whole)


X, FILTERS, BIAS = np.ones((2, 3, 5, 6)), np.ones((4, 3, 3, 3)), np.ones(4)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: conv.conv2d(X[0], FILTERS, BIAS),
            ValueError,
            "add the missing|images",
        ),
        (lambda: conv.conv2d(X[:, :2], FILTERS, BIAS), ValueError, r"\(N, 3, H, W\)"),
        (lambda: conv.conv2d(X, FILTERS[0], BIAS), ValueError, r"\(F, C, kh, kw\)"),
        (lambda: conv.conv2d(X, FILTERS, BIAS[:, None]), ValueError, r"\(4,\)"),
        (lambda: conv.conv2d(X, FILTERS, BIAS[:1]), ValueError, "b in conv2d"),
        (lambda: conv.conv2d(X.astype(int), FILTERS, BIAS), TypeError, "x in conv2d"),
        (lambda: conv.conv2d(X, FILTERS, BIAS, 0), ValueError, "stride in conv2d is 0"),
        (
            lambda: conv.conv2d(X, FILTERS, BIAS, 1.5),
            ValueError,
            "expected an int or a",
        ),
        (lambda: conv.conv2d(X, FILTERS, BIAS, (1, 2, 3)), ValueError, "pair of ints"),
        (lambda: conv.conv2d(X, FILTERS, BIAS, True), ValueError, "stride in conv2d"),
        (lambda: conv.conv2d(X, FILTERS, BIAS, 1, -1), ValueError, "at least 0"),
        (lambda: conv.conv2d(X[:, :, :2], FILTERS, BIAS), ValueError, "smaller kernel"),
        (
            lambda: conv.conv2d_backward(BIAS, conv.conv2d(X, FILTERS, BIAS)[1]),
            ValueError,
            r"expected the shape \(2, 4, 3, 4\)",
        ),
        (lambda: conv.conv2d_naive(X[0], FILTERS, BIAS), ValueError, "expected .N, 3"),
        (lambda: conv.conv2d_naive(X[:, :1], FILTERS, BIAS), ValueError, "N, 3, H, W"),
        (lambda: conv.conv2d_naive(X, FILTERS, BIAS[:1]), ValueError, "each filter"),
        (lambda: conv.corr2d(X, FILTERS), ValueError, "use conv2d"),
        (lambda: conv.corr2d(X[0, 0], FILTERS), ValueError, "one kernel"),
        (lambda: conv.pad2d(BIAS, 1), ValueError, "last two axes"),
        (lambda: conv.same_padding((3, 2)), ValueError, "use an odd kernel"),
        (lambda: conv.as_dense_matrix(FILTERS, X.shape), ValueError, "the batch"),
        (lambda: conv.as_dense_matrix(FILTERS, (2, 5, 6)), ValueError, r"\(3, H, W\)"),
        (lambda: conv.from_hwio(X[0]), ValueError, "kh, kw, C, F"),
        (
            lambda: conv.dense_grid_layer(X[0, 0], FILTERS, X[0, 0]),
            ValueError,
            "the axes of u, then those of x",
        ),
        (lambda: conv.max_pool2d(X[0], 2), ValueError, r"\(N, C, H, W\)"),
        (lambda: conv.max_pool2d(X, 0), ValueError, "kernel in max_pool2d is 0"),
        (lambda: conv.max_pool2d(X, 9), ValueError, "smaller kernel"),
        (lambda: conv.max_pool2d(X, 2, pad=2), ValueError, "half the kernel"),
        (lambda: conv.avg_pool2d(X.astype(int), 2), TypeError, "x in avg_pool2d"),
        (
            lambda: conv.avg_pool2d_backward(X, conv.avg_pool2d(X, 2)[1]),
            ValueError,
            r"expected the shape \(2, 3, 2, 3\)",
        ),
        (
            lambda: conv.max_pool2d_backward(X, conv.max_pool2d(X, 2)[1]),
            ValueError,
            "of the output",
        ),
    ],
)
def test_bad_input_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()
