"""One image, one filter: sliding windows, padding, output sizes."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nnlib._checks import (
    Array,
    IntPair,
    require_float,
    require_ndim,
    require_pair,
    require_shape,
)


def require_images(
    function: str, x: ArrayLike, W: ArrayLike, b: ArrayLike
) -> tuple[Array, Array, Array]:
    """Return images, filters and bias as arrays whose shapes fit together."""
    x = require_float(f"x in {function}", x)
    W = require_float(f"W in {function}", W)
    b = require_float(f"b in {function}", b)
    require_ndim(f"W in {function}", W, 4, remedy="filters are (F, C, kh, kw)")
    images = ("N", W.shape[1], "H", "W")
    require_shape(f"x in {function}", x, images, "images are (N, C, H, W)")
    filters = W.shape[:1]
    require_shape(f"b in {function}", b, filters, "b has one number for each filter")
    return x, W, b


def output_shape(
    shape: IntPair, kernel: IntPair, stride: IntPair = 1, pad: IntPair = 0
) -> tuple[int, int]:
    """Rows and columns that come out: floor((n + 2 pad - k) / stride) + 1 each.

    Lecture 4.
    """
    sizes = require_pair("shape in output_shape", shape, at_least=1)
    kernels = require_pair("kernel", kernel, at_least=1)
    strides = require_pair("stride", stride, at_least=1)
    pads = require_pair("pad", pad, at_least=0)
    padded = (sizes[0] + 2 * pads[0], sizes[1] + 2 * pads[1])
    if kernels[0] > padded[0] or kernels[1] > padded[1]:
        raise ValueError(
            f"kernel is {kernels[0]} x {kernels[1]}, expected at most the padded image "
            f"of {padded[0]} x {padded[1]}; pad more or use a smaller kernel"
        )
    return (
        (padded[0] - kernels[0]) // strides[0] + 1,
        (padded[1] - kernels[1]) // strides[1] + 1,
    )


class Geometry(NamedTuple):
    """Sizes of a convolution or pooling, as (rows, columns) pairs but the first."""

    x_shape: tuple[int, int, int, int]
    kernel: tuple[int, int]
    stride: tuple[int, int]
    pad: tuple[int, int]

    @property
    def out(self) -> tuple[int, int]:
        """Rows and columns of the output."""
        return output_shape(self.x_shape[2:], self.kernel, self.stride, self.pad)

    @property
    def grid(self) -> tuple[int, int]:
        """Rows and columns that each of the strided pixel rows has of an image."""
        sizes = zip(self.x_shape[2:], self.pad, self.stride, strict=True)
        rows, columns = (-(-(n + 2 * p) // s) for n, p, s in sizes)
        return rows, columns

    @property
    def length(self) -> int:
        """Places in one row of pixels: all images of the batch."""
        return self.x_shape[0] * self.grid[0] * self.grid[1]


def same_padding(kernel: IntPair) -> tuple[int, int]:
    """Zeros on each side that keep the size at stride 1: (k - 1) / 2, k odd.

    Lecture 4.
    """
    rows, columns = require_pair("kernel in same_padding", kernel, at_least=1)
    if rows % 2 == 0 or columns % 2 == 0:
        raise ValueError(
            f"kernel is {rows} x {columns}, expected odd numbers: k - 1 zeros in total "
            "are the same on both sides only for odd k; use an odd kernel"
        )
    return (rows - 1) // 2, (columns - 1) // 2


def pad2d(x: ArrayLike, pad: IntPair) -> NDArray:
    """Add `pad` rings of zeros around the last two axes. Lecture 4."""
    x = np.asarray(x)
    rows, columns = require_pair("pad in pad2d", pad, at_least=0)
    if x.ndim < 2:
        raise ValueError(
            f"x in pad2d has shape {x.shape}, expected rows and columns as the last "
            "two axes; reshape it"
        )
    widths = [(0, 0)] * (x.ndim - 2) + [(rows, rows), (columns, columns)]
    return np.pad(x, widths)


def corr2d(
    x: ArrayLike, kernel: ArrayLike, stride: IntPair = 1, pad: IntPair = 0
) -> NDArray:
    """Cross-correlation of one image (H, W) with one kernel (kh, kw).

    ``out[i, j] = sum_ab kernel[a, b] x[i sh + a, j sw + b]`` on the padded image: a
    window moves over it, at each place the products are added. This is the formula
    written down; `conv2d` is the fast layer. Lecture 4.
    """
    x, kernel = np.asarray(x), np.asarray(kernel)
    require_ndim("x in corr2d", x, 2, remedy="use conv2d for channels and batches")
    require_ndim("kernel in corr2d", kernel, 2, remedy="pass one kernel (kh, kw)")
    kh, kw = kernel.shape
    sh, sw = require_pair("stride", stride, at_least=1)
    rows, columns = output_shape(x.shape, kernel.shape, stride, pad)
    padded = pad2d(x, pad)
    out = np.empty((rows, columns), dtype=np.result_type(x, kernel))
    for i in range(rows):
        for j in range(columns):
            window = padded[i * sh : i * sh + kh, j * sw : j * sw + kw]
            out[i, j] = (window * kernel).sum()
    return out


def convolve2d(x: ArrayLike, kernel: ArrayLike, pad: IntPair = 0) -> NDArray:
    """Convolution in the sense of mathematics: the kernel turned by a half turn.

    ``sum_ab kernel[a, b] x[i - a, j - b]``, wherever the kernel fits in the image.
    It equals `corr2d` if and only if the kernel is symmetric under a half turn.
    Lecture 4.
    """
    return corr2d(x, np.asarray(kernel)[::-1, ::-1], pad=pad)


def dense_grid_layer(x: ArrayLike, W: ArrayLike, u: ArrayLike) -> NDArray:
    """Every output pixel sees every input pixel: h_ij = u_ij + sum_kl W_ijkl x_kl.

    x (H, W), W (I, J, H, W), u (I, J). Equal weights for equal displacements and zeros
    far away turn it into `corr2d`. Lecture 4.
    """
    x = require_float("x in dense_grid_layer", x)
    W = require_float("W in dense_grid_layer", W)
    u = require_float("u in dense_grid_layer", u)
    if x.ndim != 2 or W.shape != u.shape + x.shape or u.ndim != 2:
        raise ValueError(
            f"dense_grid_layer got W {W.shape}, u {u.shape}, x {x.shape}, expected "
            "W (I, J, H, W), u (I, J), x (H, W); give W the axes of u, then those of x"
        )
    return u + np.tensordot(W, x, axes=2)
