"""Optimizers, in order of increasing complexity. Lecture 9.

Each holds parameters (objects with ``value`` and ``grad``) and turns gradients g into
new values when ``step`` is called. ``lr``, the learning rate eta, is a number or a
schedule (`nnlib.schedules`), called with t = 1 first. ``state`` is a dict to print: the
number of steps t, the last eta, and per parameter the running quantities of the rule.

eps stands where the lectures have it: outside the root in Adagrad and Adam, inside in
RMSProp and Adadelta. For gradients as small as eps that makes a different algorithm.

This file: SGD to Nesterov. Then `_optim_adaptive`: one rate per coordinate, Adagrad to
AdamW. Then `_optim_other`: Rprop, and Newton's method, which needs second derivatives.
"""

from nnlib._optim_adaptive import Adadelta, Adagrad, Adam, AdamW, RMSProp, ewma_weights
from nnlib._optim_base import Array, Optimizer, Params, Rate
from nnlib._optim_other import DiagonalNewton, Newton, Rprop

__all__ = [
    "GD",
    "SGD",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "DiagonalNewton",
    "Momentum",
    "Nesterov",
    "Newton",
    "Optimizer",
    "RMSProp",
    "Rprop",
    "ewma_weights",
]


class SGD(Optimizer):
    """theta <- theta - eta g: gradient descent, whatever batch g comes from.

    With weight_decay w, weights (not biases) also shrink by the factor 1 - eta w in
    each step: the same as an L2 penalty lam sum W^2 with w = 2 lam. Lectures 9, 10.
    PyTorch: ``SGD``, whose weight decay shrinks biases too.
    """

    def __init__(
        self, params: Params, lr: Rate = 0.01, weight_decay: float = 0.0
    ) -> None:
        super().__init__(params, lr)
        self.weight_decay = self.number("weight_decay", weight_decay, at_least=0)

    def change(self, g: Array, eta: float, *slots: Array) -> Array:
        """Return eta g."""
        return eta * g


GD = SGD


class Momentum(Optimizer):
    """v <- mu v + eta g;  theta <- theta - v.

    v is a weighted sum of past steps, so a constant g moves by up to eta g / (1 - mu).
    Lecture 9. PyTorch: ``SGD(momentum=mu)`` keeps v without eta and multiplies by the
    present one: the same for constant eta only.
    """

    def __init__(self, params: Params, lr: Rate = 0.01, mu: float = 0.9) -> None:
        super().__init__(params, lr, v=0.0)
        self.mu = self.number("mu", mu, at_least=0, below=1)

    def change(self, g: Array, eta: float, *slots: Array) -> Array:
        """Return the new velocity v."""
        (v,) = slots
        v[...] = self.mu * v + eta * g
        return v


class Nesterov(Momentum):
    """v <- mu v + eta g;  theta <- theta - (mu v + eta g).

    Momentum that looks ahead: it steps with the velocity it will have next, if the
    gradient stays. Lecture 9. PyTorch: ``SGD(momentum=mu, nesterov=True)``, see
    `Momentum` for changing eta.
    """

    def change(self, g: Array, eta: float, *slots: Array) -> Array:
        """Return mu v + eta g with the new velocity v."""
        v = super().change(g, eta, *slots)
        return self.mu * v + eta * g
