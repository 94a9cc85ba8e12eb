"""Digits drawn by code: pen strokes, bent and shifted at random, then made pixels."""

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnlib._checks import require_number, require_rng

Array = NDArray[Any]
Point = tuple[float, float]

CHUNK = 64  # images drawn at a time, which bounds memory


def synthetic_digits(
    n: int = 1000,
    size: int = 28,
    *,
    rng: np.random.Generator | None = None,
    noise: float = 0.05,
) -> tuple[Array, Array]:
    """Draw n digits: x (n, 1, size, size) in [0, 1], labels y (n,) equally often.

    With a generator each image is turned, sheared, scaled and moved a little, drawn
    with a pen of random width, and gets pixel noise; the order is random. Without one
    the ten clean shapes repeat: 0, 1, … 9, 0, … Lectures 4, 10.
    """
    if n < 1 or size < 8:
        raise ValueError(
            f"synthetic_digits got n={n}, size={size}, expected n >= 1 and size >= 8"
        )
    require_number("noise in synthetic_digits", noise, at_least=0)
    y = np.arange(n) % 10
    maps = np.tile(np.eye(2, 3), (n, 1, 1))
    pen = np.full(n, 0.05)
    if rng is not None:
        y = require_rng("rng in synthetic_digits", rng).permutation(y)
        maps, pen = _random_maps(n, rng), rng.uniform(0.035, 0.07, size=n)
    x = np.empty((n, 1, size, size))
    for start in range(0, n, CHUNK):
        part = slice(start, start + CHUNK)
        x[part, 0] = _drawn(y[part], maps[part], pen[part], size)
    if rng is not None:
        x = np.clip(x + noise * rng.normal(size=x.shape), 0, 1)
    return x, y


def _random_maps(n: int, rng: np.random.Generator) -> Array:
    """Affine maps (n, 2, 3) around the centre: turn, shear, scale, shift."""
    angle, shear = rng.normal(scale=0.12, size=n), rng.normal(scale=0.15, size=n)
    width, height = rng.uniform(0.75, 1.05, size=(2, n))
    cos, sin = np.cos(angle), np.sin(angle)
    linear = [[width * cos, shear * cos - height * sin]]
    linear += [[width * sin, shear * sin + height * cos]]
    shift = rng.uniform(-0.07, 0.07, size=(2, n))
    return np.moveaxis(np.array([[*linear[k], shift[k]] for k in (0, 1)]), -1, 0)


def _drawn(y: Array, maps: Array, pen: Array, size: int) -> Array:
    """Images (n, size, size): dark where a pixel is nearer to a stroke than the pen."""
    segments = SEGMENTS[y] - 0.5  # (n, S, 2 ends, xy), around the centre
    segments = np.einsum("nij,nsej->nsei", maps[:, :, :2], segments)
    segments += maps[:, None, None, :, 2] + 0.5
    axis = (np.arange(size) + 0.5) / size
    pixels = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    nearest = np.full((len(y), size * size), np.inf)
    for k in range(segments.shape[1]):
        a, b = segments[:, k, 0], segments[:, k, 1]
        nearest = np.minimum(nearest, _squared_distance(pixels, a, b))
    edge = (pen[:, None] - np.sqrt(nearest)) * size + 0.5  # one pixel of soft edge
    return np.clip(edge, 0, 1).reshape(-1, size, size)


def _squared_distance(pixels: Array, a: Array, b: Array) -> Array:
    """Squared distance (n, P) of pixels (P, 2) to segments from a to b, both (n, 2)."""
    d = b - a
    to_pixel = pixels[None] - a[:, None]
    length = np.maximum(np.sum(d * d, axis=1), 1e-12)[:, None]
    along = np.clip(np.einsum("npj,nj->np", to_pixel, d) / length, 0, 1)
    return np.sum((to_pixel - along[..., None] * d[:, None]) ** 2, axis=-1)


def _arc(cx: float, cy: float, rx: float, ry: float, start: int, stop: int) -> list:
    """Points of an ellipse, angles in degrees, clockwise from the right."""
    angles = np.radians(np.linspace(start, stop, 9))
    return [(cx + rx * np.cos(t), cy + ry * np.sin(t)) for t in angles]


# Strokes in the unit square, x to the right and y downwards.
STROKES: list[list[list[Point]]] = [
    [_arc(0.5, 0.5, 0.2, 0.32, 0, 360)],
    [[(0.38, 0.3), (0.53, 0.18), (0.53, 0.82)]],
    [[*_arc(0.5, 0.36, 0.19, 0.18, 180, 400), (0.3, 0.82), (0.72, 0.82)]],
    [_arc(0.48, 0.34, 0.19, 0.16, 200, 450) + _arc(0.48, 0.66, 0.21, 0.16, 270, 520)],
    [[(0.62, 0.82), (0.62, 0.18), (0.28, 0.62), (0.74, 0.62)]],
    [[(0.7, 0.18), (0.35, 0.18), (0.33, 0.45), *_arc(0.48, 0.62, 0.2, 0.2, 230, 500)]],
    [
        [(0.62, 0.18), (0.4, 0.42)],
        [(0.4, 0.42), (0.32, 0.63)],
        _arc(0.5, 0.63, 0.18, 0.19, 0, 360),
    ],
    [[(0.28, 0.18), (0.72, 0.18), (0.45, 0.82)]],
    [_arc(0.5, 0.33, 0.16, 0.15, 0, 360), _arc(0.5, 0.65, 0.2, 0.17, 0, 360)],
    [_arc(0.5, 0.37, 0.18, 0.19, 0, 360), [(0.68, 0.37), (0.6, 0.82)]],
]


def _segments() -> Array:
    """All strokes as segments (10, S, 2, 2); short digits repeat their last segment."""
    rows = [[pair for line in lines for pair in pairwise(line)] for lines in STROKES]
    longest = max(len(row) for row in rows)
    return np.array([row + row[-1:] * (longest - len(row)) for row in rows])


SEGMENTS = _segments()
