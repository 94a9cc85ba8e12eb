"""Pooling: one number for each window, channel by channel."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nnlib._checks import (
    Array,
    IntPair,
    require_cotangent,
    require_float,
    require_ndim,
    require_pair,
)
from nnlib.conv.grid import Geometry


class MaxPoolCache(NamedTuple):
    """What the backward pass needs: which place of its window each maximum is at."""

    place: NDArray
    geometry: Geometry


def max_pool2d(
    x: ArrayLike, kernel: IntPair, stride: IntPair | None = None, pad: IntPair = 0
) -> tuple[Array, MaxPoolCache]:
    """Largest entry of each window of (N, C, H, W); stride defaults to the kernel.

    Padding never wins. Of equal entries the first, row by row, counts as the largest.
    Lecture 4.
    """
    x, geometry = _check("max_pool2d", x, kernel, stride, pad)
    windows = _windows(_pad(x, geometry, -np.inf), geometry)
    out = next(windows).copy()
    place = np.zeros(out.shape, dtype=np.intp)
    for index, entries in enumerate(windows, start=1):
        place[entries > out] = index
        np.maximum(out, entries, out=out)
    return out, MaxPoolCache(place, geometry)


def max_pool2d_backward(dout: ArrayLike, cache: MaxPoolCache) -> Array:
    """Gradient by x: each dout goes to the entry that was the largest."""
    place, geometry = cache
    dout = require_cotangent("dout in max_pool2d_backward", dout, place.shape)
    padded = np.zeros(_padded_shape(geometry), dtype=dout.dtype)
    for index, entries in enumerate(_windows(padded, geometry)):
        entries += dout * (place == index)
    return _unpad(padded, geometry)


def avg_pool2d(
    x: ArrayLike, kernel: IntPair, stride: IntPair | None = None, pad: IntPair = 0
) -> tuple[Array, Geometry]:
    """Mean of each window of (N, C, H, W); stride defaults to the kernel.

    Padding counts as zeros, as in PyTorch's default. Lecture 4.
    """
    x, geometry = _check("avg_pool2d", x, kernel, stride, pad)
    windows = _windows(_pad(x, geometry, 0), geometry)
    out = next(windows).copy()
    for entries in windows:
        out += entries
    out /= geometry.kernel[0] * geometry.kernel[1]
    return out, geometry


def avg_pool2d_backward(dout: ArrayLike, cache: Geometry) -> Array:
    """Gradient by x: each dout is shared out equally over its window."""
    shape = (*cache.x_shape[:2], *cache.out)
    dout = require_cotangent("dout in avg_pool2d_backward", dout, shape)
    share = dout / (cache.kernel[0] * cache.kernel[1])
    padded = np.zeros(_padded_shape(cache), dtype=dout.dtype)
    for entries in _windows(padded, cache):
        entries += share
    return _unpad(padded, cache)


def _check(
    function: str, x: ArrayLike, kernel: IntPair, stride: IntPair | None, pad: IntPair
) -> tuple[Array, Geometry]:
    x = require_float(f"x in {function}", x)
    require_ndim(f"x in {function}", x, 4, remedy="images are (N, C, H, W)")
    kernels = require_pair(f"kernel in {function}", kernel, at_least=1)
    pads = require_pair(f"pad in {function}", pad, at_least=0)
    if 2 * pads[0] > kernels[0] or 2 * pads[1] > kernels[1]:
        raise ValueError(
            f"pad in {function} is {pads}, expected at most half the kernel {kernels}, "
            "or whole windows lie outside the image; pad less"
        )
    strides = kernels
    if stride is not None:
        strides = require_pair(f"stride in {function}", stride, at_least=1)
    return x, Geometry(x.shape, kernels, strides, pads)


def _windows(padded: Array, geometry: Geometry) -> Iterator[Array]:
    """For each place (i, j) in the window a view: that entry of all windows."""
    (sh, sw), (rows, columns) = geometry.stride, geometry.out
    for i, j in np.ndindex(geometry.kernel):
        yield padded[:, :, i : i + sh * rows : sh, j : j + sw * columns : sw]


def _padded_shape(geometry: Geometry) -> tuple[int, int, int, int]:
    n, channels, height, width = geometry.x_shape
    return n, channels, height + 2 * geometry.pad[0], width + 2 * geometry.pad[1]


def _pad(x: Array, geometry: Geometry, value: float) -> Array:
    if geometry.pad == (0, 0):
        return x
    padded = np.full(_padded_shape(geometry), value, dtype=x.dtype)
    _unpad(padded, geometry)[...] = x
    return padded


def _unpad(padded: Array, geometry: Geometry) -> Array:
    """View of the image inside the padding."""
    (top, left), (_, _, height, width) = geometry.pad, geometry.x_shape
    return padded[:, :, top : top + height, left : left + width]
