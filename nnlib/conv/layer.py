"""The convolutional layer, fast in plain NumPy.

Three ideas, measured in docs/benchmarks.md. First, all windows become the columns of a
matrix, and the layer one matrix product. Second, these columns need no index
arithmetic: write the padded images one after the other in a single row of pixels. Then
what kernel entry (i, j) sees at ALL output places is that row shifted by i * width + j,
a slice. The shift also reads windows that reach over the edge of an image; these
columns are computed for nothing and left out at the end. Stride (sh, sw) uses sh * sw
such rows: one for the pixels in even rows and even columns, one for even and odd, and
so on; within each of them the stride is 1. Third, the matrix is made a block of columns
at a time, small enough to stay in the processor's cache; unless there is only one block
the backward pass makes them again rather than fetch them from memory. A last row of
ones in the matrix makes the bias one weight more.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from nnlib._checks import (
    Array,
    IntPair,
    require_cotangent,
    require_pair,
)
from nnlib.conv.grid import Geometry, require_images

_BLOCK_BYTES = 2**21


Blocks = list[tuple[slice, Array]]


class ConvCache(NamedTuple):
    """What the backward pass needs; kept: the columns, if they fit in one block."""

    pixels: Array
    W: Array
    geometry: Geometry
    kept: Blocks


def conv2d(
    x: ArrayLike,
    W: ArrayLike,
    b: ArrayLike,
    stride: IntPair = 1,
    pad: IntPair = 0,
) -> tuple[Array, ConvCache]:
    """Convolutional layer: each of F filters slides over all C channels.

    ``out[n,f,i,j] = b_f + sum_cab W[f,c,a,b] x[n,c, i sh + a, j sw + b]`` on the padded
    images. x (N, C, H, W), W (F, C, kh, kw), b (F,) give (N, F, Ho, Wo), see
    `output_shape`. PyTorch's ``conv2d`` agrees in everything. Lecture 4.
    """
    x, W, b = require_images("conv2d", x, W, b)
    geometry = Geometry(
        x.shape,
        W.shape[2:],
        require_pair("stride in conv2d", stride, at_least=1),
        require_pair("pad in conv2d", pad, at_least=0),
    )
    (rows, cols), n, filters = geometry.out, len(x), len(W)
    pixels, images = _lay_out(geometry, x.dtype)
    for phase, inside in _phases(geometry):
        images[inside] = x[phase].transpose(1, 0, 2, 3)
    s = np.empty((filters, geometry.length), dtype=np.result_type(x, W, b))
    weights, kept = np.column_stack([W.reshape(filters, -1), b]), Blocks()
    for block, columns in _column_blocks(pixels, geometry):
        np.matmul(weights, columns, out=s[:, block])
        kept = [(block, columns)] if columns.shape[1] == geometry.length else []
    maps = s.reshape(filters, n, *geometry.grid)[:, :, :rows, :cols]
    out = np.ascontiguousarray(maps.transpose(1, 0, 2, 3))
    return out, ConvCache(pixels, W, geometry, kept)


def conv2d_backward(dout: ArrayLike, cache: ConvCache) -> tuple[Array, Array, Array]:
    """Gradients (dx, dW, db).

    dW is the correlation of the input with dout, db the sum of dout over samples and
    places, and dx hands every dout back, times the filter, to the pixels it came from.
    """
    pixels, W, geometry, kept = cache
    (rows, cols), n, filters = geometry.out, geometry.x_shape[0], len(W)
    dout = require_cotangent("dout in conv2d_backward", dout, (n, filters, rows, cols))
    ds_images = np.zeros((filters, n, *geometry.grid), dtype=dout.dtype)
    ds_images[:, :, :rows, :cols] = dout.transpose(1, 0, 2, 3)
    ds = ds_images.reshape(filters, -1)
    W_columns = W.reshape(filters, -1).T
    dweights = np.zeros((len(W_columns) + 1, filters), np.result_type(dout, pixels))
    dpixels, dimages = _lay_out(geometry, np.result_type(dout, W))
    for block, columns in kept or _column_blocks(pixels, geometry):
        dweights += columns @ ds[:, block].T
        _add_columns(W_columns @ ds[:, block], dpixels, block, geometry)
    dx = np.empty(geometry.x_shape, dtype=dpixels.dtype)
    for phase, inside in _phases(geometry):
        dx[phase] = dimages[inside].transpose(1, 0, 2, 3)
    return dx, dweights[:-1].T.reshape(W.shape), dweights[-1]


def _lay_out(geometry: Geometry, dtype: np.dtype) -> tuple[Array, Array]:
    """Zeros for the rows of pixels, (sh, sw, C, length + tail), and a view as images.

    The tail lets the largest shift read past the last image.
    """
    (kh, kw), (sh, sw), grid = geometry.kernel, geometry.stride, geometry.grid
    n, channels, _, _ = geometry.x_shape
    tail = (kh - 1) // sh * grid[1] + (kw - 1) // sw
    pixels = np.zeros((sh, sw, channels, geometry.length + tail), dtype=dtype)
    images = pixels[..., : geometry.length].reshape(sh, sw, channels, n, *grid)
    return pixels, images


def _phases(geometry: Geometry) -> Iterator[tuple[tuple, tuple]]:
    """For each row of pixels: the part of x that belongs to it, and its place there."""
    for a, b in np.ndindex(geometry.stride):
        from_h, to_h = _pixels_of_phase(geometry, 0, a)
        from_w, to_w = _pixels_of_phase(geometry, 1, b)
        yield (..., from_h, from_w), (a, b, ..., to_h, to_w)


def _pixels_of_phase(geometry: Geometry, axis: int, phase: int) -> tuple[slice, slice]:
    """Pixels whose index in the padded image is `phase` modulo the stride."""
    stride, pad = geometry.stride[axis], geometry.pad[axis]
    first = (phase - pad) % stride
    count = len(range(first, geometry.x_shape[2 + axis], stride))
    start = (first + pad) // stride
    return slice(first, None, stride), slice(start, start + count)


def _seen_by(i: int, j: int, pixels: Array, block: slice, geometry: Geometry) -> Array:
    """View of the pixels that kernel entry (i, j) meets at a block of output places."""
    sh, sw = geometry.stride
    shift = i // sh * geometry.grid[1] + j // sw
    return pixels[i % sh, j % sw, :, shift + block.start : shift + block.stop]


def _column_blocks(pixels: Array, geometry: Geometry) -> Iterator[tuple[slice, Array]]:
    """Blocks of output places, their windows as columns (C kh kw + 1, places)."""
    channels, (kh, kw) = pixels.shape[2], geometry.kernel
    entries = channels * kh * kw
    size = max(_BLOCK_BYTES // (entries * pixels.itemsize), 1)
    for start in range(0, geometry.length, size):
        block = slice(start, min(start + size, geometry.length))
        columns = np.empty((entries + 1, block.stop - start), pixels.dtype)
        columns[-1] = 1  # what the bias is the weight of
        windows = columns[:-1].reshape(channels, kh, kw, -1)
        for i, j in np.ndindex(kh, kw):
            windows[:, i, j] = _seen_by(i, j, pixels, block, geometry)
        yield block, columns


def _add_columns(
    dcolumns: Array, dpixels: Array, block: slice, geometry: Geometry
) -> None:
    """Transpose of taking columns: every pixel gathers from all windows it is in."""
    kh, kw = geometry.kernel
    dcolumns = dcolumns.reshape(-1, kh, kw, block.stop - block.start)
    for i, j in np.ndindex(kh, kw):
        view = _seen_by(i, j, dpixels, block, geometry)
        view += dcolumns[:, i, j]
