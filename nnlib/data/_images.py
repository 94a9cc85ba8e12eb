"""Images that come with the library: scanned digits, and one digit as a number grid."""

from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

Array = NDArray[Any]


def digits(*, flat: bool = False, dtype: DTypeLike = float) -> tuple[Array, Array]:
    """Return 1,797 handwritten digits: x (N, 1, 8, 8) in [0, 1] and labels y (N,).

    flat=True gives rows x (N, 64). From the UCI Machine Learning Repository, CC BY 4.0;
    origin and licence: README.md in this folder. Lectures 2 to 10.
    """
    with files("nnlib.data").joinpath("digits.npz").open("rb") as file:
        stored = np.load(file, allow_pickle=False)
        pixels, labels = stored["pixels"], stored["labels"]
    x = (pixels / 16.0).astype(dtype)  # sixteen grey levels above white
    return x if flat else x.reshape(-1, 1, 8, 8), labels.astype(np.int64)


def digit_6x6() -> Array:
    """Return a handwritten two as (6, 6) grey values, 0 black, 1 white. Lecture 4."""
    return np.array(
        [
            [0.0, 0.0, 0.8, 0.9, 0.6, 0.0],
            [0.0, 0.9, 0.6, 0.0, 0.8, 0.0],
            [0.0, 0.0, 0.0, 0.0, 0.9, 0.0],
            [0.0, 0.0, 0.0, 0.9, 0.6, 0.0],
            [0.0, 0.0, 0.9, 0.0, 0.0, 0.0],
            [0.0, 0.8, 0.9, 0.9, 0.9, 0.9],
        ]
    )
