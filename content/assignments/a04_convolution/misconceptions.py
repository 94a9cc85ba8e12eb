"""Wrong solutions of assignment 4, as students write them.

Each names all the checks that it fails. Tests prove that it fails these and no other,
and that the probes tell it from a right solution and from the other mistakes.
"""

import numpy as np

from autograder.feedback.misconceptions import Catalogue

MISCONCEPTIONS = Catalogue()
wrong, probes = MISCONCEPTIONS.wrong, MISCONCEPTIONS.probes


# Task 4.1 ---------------------------------------------------------------------------
@probes("output_size")
def output_size_inputs():
    return [(6, 3), (7, 2, 3), (8, 5, 3, 2), (6, 3, 1, 1)]


@wrong(
    "output_size",
    "one place too few",
    caught_by=["stride 1", "with padding", "with a stride"],
    hint="A window of 3 on 3 pixels fits once: what does your formula say?",
)
def output_size_without_one(n, k, stride=1, pad=0):
    return (n + 2 * pad - k) // stride


@wrong(
    "output_size",
    "padding on one side only",
    caught_by=["with padding", "with a stride"],
    hint="There are pad zeros before the first pixel and pad zeros after the last.",
)
def output_size_pad_once(n, k, stride=1, pad=0):
    return (n + pad - k) // stride + 1


@wrong(
    "output_size",
    "no rounding down",
    caught_by=["with a stride"],
    hint="There is no half window: the division must give a whole number.",
)
def output_size_fraction(n, k, stride=1, pad=0):
    return (n + 2 * pad - k) / stride + 1


@wrong(
    "output_size",
    "rounded up",
    caught_by=["with a stride"],
    hint="A window that reaches over the edge does not count.",
)
def output_size_ceiling(n, k, stride=1, pad=0):
    return int(np.ceil((n + 2 * pad - k) / stride)) + 1


@wrong(
    "output_size",
    "the stride divides everything",
    caught_by=["with a stride"],
    hint="The first window is there whatever the stride is: add 1 after the division.",
)
def output_size_all_divided(n, k, stride=1, pad=0):
    return (n + 2 * pad - k + 1) // stride


# Task 4.2 ---------------------------------------------------------------------------
@probes("corr2d")
def corr2d_inputs():
    x = np.array([[1.0, -2.0, 0.5, 3.0], [0.25, 4.0, -1.0, 2.0], [2.0, 1.0, 0.0, -3.0]])
    tall = np.array([[1.0, -0.5], [2.0, 0.25], [-1.0, 3.0]])
    square = np.array([[1.0, -0.5], [2.0, 0.25]])
    return [(x, tall), (x, square, (2, 1), (0, 1)), (x[:, :3], square, (1, 2), (1, 0))]


def sliding(
    kernel_of=lambda kernel: kernel,
    *,
    padded_by=lambda ph, pw: ((ph, ph), (pw, pw)),
    exchange=False,
    lost=0,
    join=np.sum,
    mode="constant",
):
    """Return the right corr2d with one thing changed."""

    def corr2d(x, kernel, stride=(1, 1), pad=(0, 0)):
        kernel, (kh, kw) = kernel_of(kernel), kernel.shape
        sh, sw = stride[::-1] if exchange else stride
        padded = np.pad(x, padded_by(*pad), mode=mode)
        rows = (padded.shape[0] - kh - lost) // sh + 1
        columns = (padded.shape[1] - kw - lost) // sw + 1
        out = np.zeros((rows, columns))
        for i, j in np.ndindex(rows, columns):
            window = padded[i * sh : i * sh + kh, j * sw : j * sw + kw]
            out[i, j] = join(window * kernel)
        return out

    return corr2d


wrong(
    "corr2d",
    "the kernel is turned round",
    caught_by=[
        "the example of lecture 4",
        "with stride and padding",
        "nothing is square",
        "unequal strides and paddings",
    ],
    hint="Networks lay the kernel on the image as it is.",
)(sliding(lambda kernel: kernel[::-1, ::-1]))

wrong(
    "corr2d",
    "the last row and column of places are missing",
    caught_by=[
        "the example of lecture 4",
        "with stride and padding",
        "nothing is square",
        "unequal strides and paddings",
    ],
    hint="The last window ends exactly at the edge: how many places are there?",
)(sliding(lost=1))

wrong(
    "corr2d",
    "zeros on one side only",
    caught_by=["with stride and padding", "unequal strides and paddings"],
    hint="pad counts the zeros on each side.",
)(sliding(padded_by=lambda ph, pw: ((ph, 0), (pw, 0))))

wrong(
    "corr2d",
    "the padding of rows and columns is exchanged",
    caught_by=["unequal strides and paddings"],
    hint="The first number of pad belongs to the rows: above and below.",
)(sliding(padded_by=lambda ph, pw: ((pw, pw), (ph, ph))))

wrong(
    "corr2d",
    "the strides of rows and columns are exchanged",
    caught_by=["with stride and padding", "unequal strides and paddings"],
    hint="The first number of stride moves the window down.",
)(sliding(exchange=True))

wrong(
    "corr2d",
    "the mean of the products in place of the sum",
    caught_by=[
        "the example of lecture 4",
        "with stride and padding",
        "nothing is square",
        "unequal strides and paddings",
    ],
    hint="The formula only adds.",
)(sliding(join=np.mean))

wrong(
    "corr2d",
    "the edge pixels are repeated in place of zeros",
    caught_by=["with stride and padding", "unequal strides and paddings"],
    hint="What stands in the rings around the image?",
)(sliding(mode="edge"))


@wrong(
    "corr2d",
    "the kernel is taken for square",
    caught_by=["nothing is square", "unequal strides and paddings"],
    hint="A kernel has two sizes.",
)
def corr2d_square_kernel(x, kernel, stride=(1, 1), pad=(0, 0)):
    (sh, sw), k = stride, len(kernel)
    padded = np.pad(x, ((pad[0], pad[0]), (pad[1], pad[1])))
    rows, columns = (
        (n - k) // s + 1 for n, s in zip(padded.shape, stride, strict=True)
    )
    out = np.zeros((rows, columns))
    for i, j in np.ndindex(rows, columns):
        out[i, j] = np.sum(
            padded[i * sh : i * sh + k, j * sw : j * sw + k] * kernel[:k, :k]
        )
    return out


# Task 4.3 ---------------------------------------------------------------------------
@probes("conv_forward")
def conv_forward_inputs():
    rng = np.random.default_rng(0)
    x, W = rng.normal(0, 1, (2, 2, 3, 4)), rng.normal(0, 1, (2, 2, 2, 2))
    return [(x, W, np.array([1.0, -2.0]))]


def layer(combine="ncab,fcab->nf", *, prepare=lambda W: W, scale=1.0, bias=None):
    """Return the right forward pass with one thing changed."""

    def conv_forward(x, W, b):
        kh, kw = W.shape[2:]
        rows, columns = x.shape[2] - kh + 1, x.shape[3] - kw + 1
        out = np.zeros((len(x), len(W), rows, columns))
        for i, j in np.ndindex(rows, columns):
            windows = x[:, :, i : i + kh, j : j + kw]
            sums = scale * np.einsum(combine, windows, prepare(W))
            out[:, :, i, j] = sums + (b if bias is None else bias(W, b))
        return out

    return conv_forward


wrong(
    "conv_forward",
    "the bias is missing",
    caught_by=[
        "two channels, one filter",
        "one channel, two filters",
        "all sizes differ",
    ],
    hint="Each filter has a bias.",
)(layer(bias=lambda W, b: 0.0))

wrong(
    "conv_forward",
    "the bias is added once per channel",
    caught_by=["two channels, one filter", "all sizes differ"],
    hint="Add the bias after the sum over the channels.",
)(layer(bias=lambda W, b: W.shape[1] * b))

wrong(
    "conv_forward",
    "the filters are turned round",
    caught_by=[
        "two channels, one filter",
        "one channel, two filters",
        "all sizes differ",
    ],
    hint="The layer computes a cross-correlation.",
)(layer(prepare=lambda W: W[:, :, ::-1, ::-1]))

wrong(
    "conv_forward",
    "the first kernel of a filter serves all channels",
    caught_by=["two channels, one filter", "all sizes differ"],
    hint="W[f, c]: each channel has its own kernel.",
)(layer(prepare=lambda W: np.repeat(W[:, :1], W.shape[1], axis=1)))

wrong(
    "conv_forward",
    "only the first channel is seen",
    caught_by=["two channels, one filter", "all sizes differ"],
    hint="The formula sums over c.",
)(layer(prepare=lambda W: W * (np.arange(W.shape[1]) == 0)[:, None, None]))


@wrong(
    "conv_forward",
    "the mean over the channels",
    caught_by=["two channels, one filter", "all sizes differ"],
    hint="The channels are added up, not averaged.",
)
def conv_forward_mean(x, W, b):
    return layer(scale=1 / x.shape[1])(x, W, b)


@wrong(
    "conv_forward",
    "the axes of images and filters are exchanged",
    caught_by=["one channel, two filters", "all sizes differ"],
    hint="The first axis of the result belongs to the images.",
)
def conv_forward_exchanged(x, W, b):
    return layer()(x, W, b).transpose(1, 0, 2, 3)


# Task 4.4 ---------------------------------------------------------------------------
@probes("conv_backward")
def conv_backward_inputs():
    rng = np.random.default_rng(1)
    x, W = rng.normal(0, 1, (2, 2, 3, 4)), rng.normal(0, 1, (3, 2, 2, 2))
    return [(rng.normal(0, 1, (2, 3, 2, 3)), x, W)]


def right_backward(dout, x, W, *, add=np.add, turned=False):
    """Return the right gradients, or those with one thing changed."""
    kh, kw = W.shape[2:]
    sent = W[:, :, ::-1, ::-1] if turned else W
    dx, dW = np.zeros(x.shape), np.zeros(W.shape)
    for i, j in np.ndindex(dout.shape[2:]):
        delta, place = dout[:, :, i, j], np.s_[:, :, i : i + kh, j : j + kw]
        dW += np.einsum("nf,ncab->fcab", delta, x[place])
        dx[place] = add(dx[place], np.einsum("nf,fcab->ncab", delta, sent))
    return dx, dW, dout.sum(axis=(0, 2, 3))


@wrong(
    "conv_backward",
    "windows overwrite each other in dx",
    caught_by=["the image of the example", "the images, random dout"],
    hint="A pixel lies in several windows and collects from all of them.",
)
def conv_backward_overwrites(dout, x, W):
    return right_backward(dout, x, W, add=lambda old, new: new)


@wrong(
    "conv_backward",
    "the filter is turned round on the way back",
    caught_by=["the image of the example", "the images, random dout"],
    hint="A weight sends back to the pixel that it multiplied on the way forward.",
)
def conv_backward_turned(dout, x, W):
    return right_backward(dout, x, W, turned=True)


@wrong(
    "conv_backward",
    "the gradients of the parameters are divided by N",
    caught_by=["the filters, random dout"],
    hint="dout knows about the mean already: the layer only sums.",
)
def conv_backward_mean(dout, x, W):
    dx, dW, db = right_backward(dout, x, W)
    return dx, dW / len(x), db / len(x)


@wrong(
    "conv_backward",
    "the bias gradient is a mean over the places",
    caught_by=["the filter of the example", "the filters, random dout"],
    hint="The bias acts on every output pixel: sum.",
)
def conv_backward_bias_mean(dout, x, W):
    dx, dW, _ = right_backward(dout, x, W)
    return dx, dW, dout.mean(axis=(2, 3)).sum(axis=0)


@wrong(
    "conv_backward",
    "only the first image counts for the parameters",
    caught_by=["the filters, random dout"],
    hint="The sums run over n as well.",
)
def conv_backward_first_image(dout, x, W):
    dx, _, _ = right_backward(dout, x, W)
    return dx, *right_backward(dout[:1], x[:1], W)[1:]


@wrong(
    "conv_backward",
    "dW is turned round",
    caught_by=["the filter of the example", "the filters, random dout"],
    hint="Entry (a, b) of dW belongs to the pixels x[i + a, j + b].",
)
def conv_backward_dw_turned(dout, x, W):
    dx, dW, db = right_backward(dout, x, W)
    return dx, dW[:, :, ::-1, ::-1], db


@wrong(
    "conv_backward",
    "the gradients come in another order",
    caught_by=[
        "the filter of the example",
        "the image of the example",
        "the filters, random dout",
        "the images, random dout",
    ],
    hint="The order is that of the inputs: x, W, b.",
)
def conv_backward_order(dout, x, W):
    dx, dW, db = right_backward(dout, x, W)
    return dW, db, dx


# Task 4.5 ---------------------------------------------------------------------------
@probes("max_pool")
def max_pool_inputs():
    rng = np.random.default_rng(2)
    return [
        (rng.normal(0, 1, (2, 2, 4, 6)), 2),
        (-1 - rng.uniform(0, 1, (1, 3, 3, 6)), 3),
    ]


def squares(x, size):
    n, c, rows, columns = x.shape
    return x.reshape(n, c, rows // size, size, columns // size, size)


@wrong(
    "max_pool",
    "the mean in place of the maximum",
    caught_by=["one channel", "negative pixels, another size, all axes differ"],
    hint="Which pixel of a square survives?",
)
def max_pool_mean(x, size):
    return squares(x, size).mean(axis=(3, 5))


@wrong(
    "max_pool",
    "the search starts at 0",
    caught_by=["negative pixels, another size, all axes differ"],
    hint="All pixels of a square may be negative.",
)
def max_pool_from_zero(x, size):
    return np.maximum(squares(x, size).max(axis=(3, 5)), 0)


@wrong(
    "max_pool",
    "the maximum runs over the channels, too",
    caught_by=["negative pixels, another size, all axes differ"],
    hint="Each channel is pooled by itself.",
)
def max_pool_over_channels(x, size):
    return squares(x, size).max(axis=(1, 3, 5), keepdims=True)[:, :, :, 0, :, 0]


@wrong(
    "max_pool",
    "the windows overlap",
    caught_by=["one channel", "negative pixels, another size, all axes differ"],
    hint="The next square begins where the last one ends.",
)
def max_pool_stride_1(x, size):
    shape = (*x.shape[:2], x.shape[2] - size + 1, x.shape[3] - size + 1)
    out = np.zeros(shape)
    for i, j in np.ndindex(shape[2:]):
        out[:, :, i, j] = x[:, :, i : i + size, j : j + size].max(axis=(2, 3))
    return out


@wrong(
    "max_pool",
    "every size is taken as 2",
    caught_by=["negative pixels, another size, all axes differ"],
    hint="Where do you use size?",
)
def max_pool_size_2(x, size):
    return squares(x, 2).max(axis=(3, 5))


@wrong(
    "max_pool",
    "only the corner of each square is kept",
    caught_by=["one channel", "negative pixels, another size, all axes differ"],
    hint="Skipping pixels is a stride; pooling looks at all of them.",
)
def max_pool_subsamples(x, size):
    return x[:, :, ::size, ::size]


# Task 4.6 ---------------------------------------------------------------------------
@probes("max_pool_backward")
def max_pool_backward_inputs():
    rng = np.random.default_rng(3)
    return [(rng.normal(0, 1, (2, 2, 2, 3)), rng.normal(0, 1, (2, 2, 4, 6)), 2)]


def spread(values, size):
    return np.repeat(np.repeat(values, size, axis=2), size, axis=3)


def is_largest(x, size):
    return x == spread(squares(x, size).max(axis=(3, 5)), size)


@wrong(
    "max_pool_backward",
    "every pixel of a square gets the gradient",
    caught_by=["one channel", "random dout, all axes differ"],
    hint="A pixel that lost changes nothing if it grows a little.",
)
def max_pool_backward_all(dout, x, size):
    return spread(dout, size)


@wrong(
    "max_pool_backward",
    "the gradient is shared out",
    caught_by=["one channel", "random dout, all axes differ"],
    hint="Sharing belongs to the mean; here one pixel decides.",
)
def max_pool_backward_shared(dout, x, size):
    return spread(dout, size) / size**2


@wrong(
    "max_pool_backward",
    "the largest pixels get 1",
    caught_by=["one channel", "random dout, all axes differ"],
    hint="Multiply by what comes back: the chain rule.",
)
def max_pool_backward_ones(dout, x, size):
    return is_largest(x, size).astype(float)


@wrong(
    "max_pool_backward",
    "the gradient is multiplied by the pixel",
    caught_by=["one channel", "random dout, all axes differ"],
    hint="The slope of the maximum by its largest pixel is 1.",
)
def max_pool_backward_times_x(dout, x, size):
    return spread(dout, size) * is_largest(x, size) * x


@wrong(
    "max_pool_backward",
    "the gradient goes to the first pixel of each square",
    caught_by=["one channel", "random dout, all axes differ"],
    hint="Where in its square was the largest pixel?",
)
def max_pool_backward_corner(dout, x, size):
    dx = np.zeros(x.shape)
    dx[:, :, ::size, ::size] = dout
    return dx


@wrong(
    "max_pool_backward",
    "only the largest pixel of each channel gets a gradient",
    caught_by=["one channel", "random dout, all axes differ"],
    hint="Each square has its own largest pixel.",
)
def max_pool_backward_whole_channel(dout, x, size):
    return spread(dout, size) * (x == x.max(axis=(2, 3), keepdims=True))


# Task 4.7 ---------------------------------------------------------------------------
@probes("count_parameters")
def count_parameters_inputs():
    layers = [("conv", 3, 8, 5, 2), ("pool", 2), ("dense", 7, 4)]
    return [(layers,), (layers[:1],), (layers[2:],)]


def counting(conv, dense):
    def count_parameters(layers):
        total = 0
        for kind, *sizes in layers:
            if kind == "conv":
                total += conv(*sizes)
            elif kind == "dense":
                total += dense(*sizes)
        return total

    return count_parameters


def right_conv(C, F, kh, kw):
    return F * (C * kh * kw + 1)


def right_dense(inputs, outputs):
    return outputs * (inputs + 1)


wrong(
    "count_parameters",
    "biases are not counted",
    caught_by=[
        "a convolutional layer",
        "a dense layer",
        "other convolutional layers",
        "a whole network",
    ],
    hint="Biases are learnt, too.",
)(counting(lambda C, F, kh, kw: F * C * kh * kw, lambda i, o: i * o))

wrong(
    "count_parameters",
    "one bias per input channel",
    caught_by=[
        "a convolutional layer",
        "other convolutional layers",
        "a whole network",
    ],
    hint="The bias belongs to the filter.",
)(counting(lambda C, F, kh, kw: F * C * kh * kw + C, right_dense))

wrong(
    "count_parameters",
    "one bias per kernel",
    caught_by=[
        "a convolutional layer",
        "other convolutional layers",
        "a whole network",
    ],
    hint="A filter has a kernel per channel, but just one bias.",
)(counting(lambda C, F, kh, kw: F * C * (kh * kw + 1), right_dense))

wrong(
    "count_parameters",
    "a filter sees one channel only",
    caught_by=[
        "a convolutional layer",
        "other convolutional layers",
        "a whole network",
    ],
    hint="A filter spans all input channels.",
)(counting(lambda C, F, kh, kw: F * (kh * kw + 1), right_dense))

wrong(
    "count_parameters",
    "one bias per input of a dense layer",
    caught_by=["a dense layer", "a whole network"],
    hint="In a dense layer each output has a bias.",
)(counting(right_conv, lambda i, o: i * (o + 1)))

wrong(
    "count_parameters",
    "kernels are taken for square",
    caught_by=["other convolutional layers"],
    hint="A kernel has two sizes, and they may differ.",
)(counting(lambda C, F, kh, kw: F * (C * kh**2 + 1), right_dense))


@wrong(
    "count_parameters",
    "only the last layer is counted",
    caught_by=["a whole network"],
    hint="Add to the total; do not replace it.",
)
def count_parameters_last(layers):
    total = 0
    for kind, *sizes in layers:
        if kind != "pool":
            total = (right_conv if kind == "conv" else right_dense)(*sizes)
    return total


# Task 4.8 ---------------------------------------------------------------------------
@probes("as_matrix")
def as_matrix_inputs():
    return [
        (np.array([[1.0, -2.0], [0.5, 3.0], [4.0, 0.25]]), 4, 5),
        (np.array([[1.0, -2.0], [0.5, 3.0]]), 3, 3),
    ]


def right_matrix(kernel, H, W):
    (kh, kw), rows, columns = kernel.shape, H - len(kernel) + 1, W - len(kernel[0]) + 1
    M = np.zeros((H, W, rows, columns))
    for i, j in np.ndindex(rows, columns):
        M[i : i + kh, j : j + kw, i, j] = kernel
    return M.reshape(H * W, -1)


@wrong(
    "as_matrix",
    "rows and columns of the matrix are exchanged",
    caught_by=["its shape", "first and last column", "nothing is square"],
    hint="x stands on the left, so each input pixel has a row.",
)
def as_matrix_transposed(kernel, H, W):
    return right_matrix(kernel, H, W).T


@wrong(
    "as_matrix",
    "the kernel is turned round",
    caught_by=["first and last column", "nothing is square"],
    hint="The matrix must do what corr2d does.",
)
def as_matrix_turned(kernel, H, W):
    return right_matrix(kernel[::-1, ::-1], H, W)


@wrong(
    "as_matrix",
    "the kernel fills consecutive pixels",
    caught_by=["first and last column", "nothing is square"],
    hint="The second row of the kernel lies on the next row of the image, W pixels on.",
)
def as_matrix_consecutive(kernel, H, W):
    rows, columns = H - kernel.shape[0] + 1, W - kernel.shape[1] + 1
    M = np.zeros((H * W, rows * columns))
    for place in range(rows * columns):
        start = place // columns * W + place % columns
        M[start : start + kernel.size, place] = kernel.ravel()[: H * W - start]
    return M


@wrong(
    "as_matrix",
    "the rows of the image are as long as those of the output",
    caught_by=["first and last column", "nothing is square"],
    hint="Pixel (k, l) stands in row k W + l, with the width of the image.",
)
def as_matrix_width_of_output(kernel, H, W):
    rows, columns = H - kernel.shape[0] + 1, W - kernel.shape[1] + 1
    M = np.zeros((H * W, rows * columns))
    for i, j in np.ndindex(rows, columns):
        for a, b in np.ndindex(kernel.shape):
            M[(i + a) * columns + j + b, i * columns + j] = kernel[a, b]
    return M


@wrong(
    "as_matrix",
    "the number of output rows is used for the columns",
    caught_by=["nothing is square"],
    hint="The outputs are counted row by row: i times the number of columns, plus j.",
)
def as_matrix_order_of_outputs(kernel, H, W):
    rows, columns = H - kernel.shape[0] + 1, W - kernel.shape[1] + 1
    M = right_matrix(kernel, H, W).reshape(H * W, rows, columns)
    return M.transpose(0, 2, 1).reshape(H * W, -1)


@wrong(
    "as_matrix",
    "the places of height and width are exchanged",
    caught_by=["nothing is square"],
    hint="H counts rows, W counts columns.",
)
def as_matrix_sizes_exchanged(kernel, H, W):
    return right_matrix(kernel, W, H)
