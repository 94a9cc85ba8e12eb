"""What all optimizers share: parameters, learning rate, counter, state."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnlib._checks import require_float, require_number, require_shape
from nnlib._parameter import Learnable, Parameter

Array = NDArray[Any]
Rate = float | Callable[[Any], Any]

# Large arrays are updated piece by piece: what a rule computes on the way then stays in
# the processor's cache, where a full-sized temporary array would go through memory.
BLOCK_BYTES = 2**17


Params = Iterable[Learnable]


class Optimizer:
    """Base class: a rule only says what to subtract from each parameter.

    slots names the running quantities of the rule and the number they start from; each
    becomes a list of arrays in ``state``, one per parameter. weight_decay w first
    shrinks the weights (not the biases) by the factor 1 - eta w.
    """

    weight_decay = 0.0

    def __init__(self, params: Params, lr: Rate, **slots: float) -> None:
        self.params = list(params)
        name = type(self).__name__
        if not self.params:
            raise ValueError(
                f"{name} got no parameters, expected at least one; "
                "pass model.parameters()"
            )
        for k, p in enumerate(self.params):
            if not (hasattr(p, "value") and hasattr(p, "grad")):
                raise TypeError(
                    f"{name} got {type(p).__name__} as parameter {k}, expected an "
                    "object with value and grad; wrap the array in Parameter(...)"
                )
            require_float(f"parameter {k} of {name}", p.value)
        if not callable(lr):
            require_number(f"lr in {name}", lr, at_least=0)
        self.lr = lr
        self.slots = tuple(slots)
        self.state: dict[str, Any] = {"t": 0, "lr": None}
        for slot, start in slots.items():
            self.state[slot] = [
                np.full(p.value.shape, start, p.value.dtype) for p in self.params
            ]

    def step(self) -> None:
        """Change every parameter once, using the gradients that stand in ``grad``."""
        eta = self.advance()
        state = [self.state[name] for name in self.slots]
        for k, p in enumerate(self.params):
            value, grad = p.value, self.checked_gradient(k, p)
            if self.weight_decay and getattr(p, "decay", True):
                value = value * (1 - eta * self.weight_decay)
            slots = [arrays[k] for arrays in state]
            if value.nbytes <= BLOCK_BYTES:
                p.value = value - self.change(grad, eta, *slots)
            else:
                p.value = self.changed_in_blocks(value, grad, eta, slots)

    def changed_in_blocks(
        self, value: Array, grad: Array, eta: float, slots: list[Array]
    ) -> Array:
        """Return the new value of a large parameter; the rule works entry by entry."""
        new = np.empty(value.shape, value.dtype)
        out, old, g, *rows = (a.reshape(-1) for a in (new, value, grad, *slots))
        size = BLOCK_BYTES // value.itemsize
        for start in range(0, value.size, size):
            part = slice(start, start + size)
            change = self.change(g[part], eta, *(row[part] for row in rows))
            np.subtract(old[part], change, out=out[part])
        return new

    def change(self, g: Array, eta: float, *slots: Array) -> Array:
        """Return what to subtract for gradient g; update the slots on the way."""
        raise NotImplementedError(
            f"{type(self).__name__} expected a method change(g, eta, *slots)"
        )

    def advance(self) -> float:
        """Count the step and return its learning rate."""
        t = self.state["t"] + 1
        eta = self.lr(t) if callable(self.lr) else self.lr
        # a Python float, as a NumPy scalar of float64 would widen float32 parameters
        eta = require_number(f"learning rate at t = {t}", eta, at_least=0)
        self.state["t"], self.state["lr"] = t, eta
        return eta

    def zero_grad(self) -> None:
        """Set all gradients to 0, since backward passes add to them."""
        for p in self.params:
            if isinstance(p, Parameter):
                p.zero_grad()
            else:
                p.grad = np.zeros(p.value.shape, p.value.dtype)

    def checked_gradient(self, k: int, p: Learnable) -> Array:
        """Return the gradient; refuse one that does not fit: it would be broadcast.

        It comes in the dtype of the parameter, which float64 data must not widen.
        """
        grad = p.grad
        if getattr(grad, "shape", None) != p.value.shape:
            name = f"grad of parameter {k} in {type(self).__name__}.step"
            if grad is None:
                raise ValueError(f"{name} is None; call backward before step")
            require_shape(name, np.asarray(grad), p.value.shape)
        return grad.astype(p.value.dtype, copy=False)

    def number(
        self,
        name: str,
        value: float,
        *,
        at_least: float | None = None,
        above: float | None = None,
        below: float | None = None,
    ) -> float:
        """Check a constant of the rule and return it as a float."""
        place = f"{name} in {type(self).__name__}"
        value = require_number(place, value, at_least=at_least, above=above)
        if below is not None and value >= below:
            raise ValueError(
                f"{place} is {value}, expected a number below {below:g}; "
                "it is the part of the past that is kept"
            )
        return value
