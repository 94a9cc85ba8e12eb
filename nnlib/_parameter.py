"""Parameter: an array that learns, beside the gradient of the cost by it.

Also all parameters seen as one long vector theta, as the lectures write it.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nnlib._checks import require_float, require_shape

Array = NDArray[Any]


class Learnable(Protocol):
    """What optimizers ask of a parameter: any object with these two will do."""

    value: Array
    grad: Array


class Parameter:
    """A value and its gradient, both of one shape. Lecture 3.

    A backward pass adds to ``grad``; only an optimizer's ``step`` changes ``value``. It
    puts a new array there, so that an array noted down earlier stays as it was.
    ``decay=False`` (biases, batch norm) keeps a penalty on the weights away from it.
    """

    def __init__(
        self, value: ArrayLike, grad: ArrayLike | None = None, *, decay: bool = True
    ) -> None:
        self.value: Array = require_float("value of a Parameter", value)
        self._grad: Array | None = None
        self.decay = decay
        if grad is not None:
            self.grad = require_float("grad of a Parameter", grad)
            require_shape("grad of a Parameter", self.grad, self.value.shape)

    @property
    def grad(self) -> Array:
        """Gradient of the cost by the value; zeros are made when somebody looks."""
        if self._grad is None:
            self._grad = np.zeros(self.value.shape, self.value.dtype)
        return self._grad

    @grad.setter
    def grad(self, grad: Array) -> None:
        self._grad = grad

    def add_grad(self, grad: Array) -> None:
        """Add to the gradient; the first one after zero_grad needs no addition."""
        self._grad = grad if self._grad is None else self._grad + grad

    def zero_grad(self) -> None:
        """Set the gradient to 0, since backward passes add to it."""
        self._grad = None

    def __repr__(self) -> str:
        return f"Parameter(shape={self.value.shape}, dtype={self.value.dtype})"


def count_parameters(params: Iterable[Learnable]) -> int:
    """How many numbers can be learnt: the length of theta."""
    return sum(p.value.size for p in params)


def flatten_parameters(params: Iterable[Learnable]) -> Array:
    """Write theta = [W1, b1, W2, b2, ...] as one vector, row by row. Lecture 3."""
    return _joined([p.value for p in params])


def flatten_gradients(params: Iterable[Learnable]) -> Array:
    """Write all gradients as one vector, in the order of `flatten_parameters`."""
    return _joined([p.grad for p in params])


def unflatten_parameters(theta: Array, params: Sequence[Learnable]) -> None:
    """Put the numbers of the vector theta back into the parameters, in order."""
    for p, part in zip(params, split_vector(theta, params), strict=True):
        p.value = part.astype(p.value.dtype)


def split_vector(vector: Array, params: Sequence[Learnable]) -> list[Array]:
    """Cut a vector as long as theta into arrays of the parameters' shapes."""
    total = count_parameters(params)
    require_shape("vector of all parameters", vector, (total,))
    ends = np.cumsum([p.value.size for p in params])
    parts = np.split(vector, ends[:-1])
    return [part.reshape(p.value.shape) for part, p in zip(parts, params, strict=True)]


def _joined(arrays: list[Array]) -> Array:
    if not arrays:
        raise ValueError("got no parameters, expected at least one; pass a model's")
    return np.concatenate([a.reshape(-1) for a in arrays])
