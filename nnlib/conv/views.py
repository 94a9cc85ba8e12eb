"""A convolutional layer as loops and as one matrix; filters in another order."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nnlib._checks import Array, IntPair, require_float, require_ndim, require_pair
from nnlib.conv.grid import output_shape, pad2d, require_images
from nnlib.conv.layer import conv2d


def conv2d_naive(
    x: ArrayLike,
    W: ArrayLike,
    b: ArrayLike,
    stride: IntPair = 1,
    pad: IntPair = 0,
) -> Array:
    """Output of `conv2d`, one number after the other: the formula as loops, slow.

    Lecture 4.
    """
    x, W, b = require_images("conv2d_naive", x, W, b)
    (filters, _, kh, kw), (sh, sw) = W.shape, require_pair("stride", stride, at_least=1)
    shape = (len(x), filters, *output_shape(x.shape[2:], (kh, kw), stride, pad))
    padded = pad2d(x, pad)
    out = np.empty(shape, dtype=np.result_type(x, W, b))
    for n, f, i, j in np.ndindex(shape):
        window = padded[n, :, i * sh : i * sh + kh, j * sw : j * sw + kw]
        out[n, f, i, j] = b[f] + (window * W[f]).sum()
    return out


def as_dense_matrix(
    W: ArrayLike, shape: Sequence[int], stride: IntPair = 1, pad: IntPair = 0
) -> Array:
    """The layer's filters as the weights of a dense layer on flattened images.

    `shape` is that of one image, (C, H, W) or just (H, W). The result has one row a
    pixel and one column an output, so that ``x.reshape(N, -1) @ matrix`` is the
    flattened output without bias. Most entries are zero (sparse interactions) and the
    others repeat (parameter sharing). Lecture 4.
    """
    W = require_float("W in as_dense_matrix", W)
    require_ndim("W in as_dense_matrix", W, 4, remedy="filters are (F, C, kh, kw)")
    filters, channels = W.shape[:2]
    size = tuple(shape) if len(shape) == 3 else (channels, *shape)
    if len(size) != 3 or size[0] != channels:
        raise ValueError(
            f"shape in as_dense_matrix is {tuple(shape)}, expected ({channels}, H, W) "
            "or (H, W); leave out the batch"
        )
    pixels = int(np.prod(size))
    units = np.eye(pixels, dtype=W.dtype).reshape(pixels, *size)
    out, _ = conv2d(units, W, np.zeros(filters, dtype=W.dtype), stride, pad)
    return out.reshape(pixels, -1)


def from_hwio(W: ArrayLike) -> NDArray:
    """Filters stored (rows, columns, channels in, channels out) as (F, C, kh, kw).

    Lecture 4.
    """
    W = np.asarray(W)
    require_ndim("W in from_hwio", W, 4, remedy="its axes are (kh, kw, C, F)")
    return W.transpose(3, 2, 0, 1).copy()
