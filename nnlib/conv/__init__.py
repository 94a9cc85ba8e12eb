"""Convolutional layers and pooling on images (N, C, H, W).

What networks call a convolution is a cross-correlation: the filter is not flipped.
`pad` counts zeros on EACH side; `stride`, `pad` and pooling's `kernel` are an int or a
(rows, columns) pair. The plain-value functions at the top of the list (`corr2d` and its
neighbours) are for small examples; `conv2d` and the poolings are the layers.

Lecture: 04_convolution.
"""

from nnlib.conv.grid import (
    convolve2d,
    corr2d,
    dense_grid_layer,
    output_shape,
    pad2d,
    same_padding,
)
from nnlib.conv.layer import conv2d, conv2d_backward
from nnlib.conv.pool import (
    avg_pool2d,
    avg_pool2d_backward,
    max_pool2d,
    max_pool2d_backward,
)
from nnlib.conv.views import as_dense_matrix, conv2d_naive, from_hwio

__all__ = [
    "as_dense_matrix",
    "avg_pool2d",
    "avg_pool2d_backward",
    "conv2d",
    "conv2d_backward",
    "conv2d_naive",
    "convolve2d",
    "corr2d",
    "dense_grid_layer",
    "from_hwio",
    "max_pool2d",
    "max_pool2d_backward",
    "output_shape",
    "pad2d",
    "same_padding",
]
