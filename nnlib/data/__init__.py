"""Small data sets that need no download, mini-batches and splits.

Points are rows, x (N, D); images are (N, 1, H, W) with values in [0, 1]; labels are
integers (N,). Randomness only comes from the generator that is passed in. Lectures:
all; mini-batches in 9, splits in 10.
"""

from nnlib.data._batches import minibatches, n_batches, split
from nnlib.data._idx import load_idx
from nnlib.data._images import digit_6x6, digits
from nnlib.data._strokes import synthetic_digits
from nnlib.data._toy import blobs, moons, spirals, square_grid, tent_map, xor

__all__ = [
    "blobs",
    "digit_6x6",
    "digits",
    "load_idx",
    "minibatches",
    "moons",
    "n_batches",
    "spirals",
    "split",
    "square_grid",
    "synthetic_digits",
    "tent_map",
    "xor",
]
