"""Optimizers with one learning rate per coordinate: Adagrad to AdamW. Lecture 9."""

import numpy as np

from nnlib._checks import require_number
from nnlib._optim_base import Array, Optimizer, Params, Rate


class Adagrad(Optimizer):
    """s <- s + g^2;  theta <- theta - eta / (sqrt(s) + eps) g.

    Coordinates that were steep so far get a smaller rate, for good. The first step is
    eta sign(g). Lecture 9. PyTorch: the same, with eps = 1e-10.
    """

    def __init__(self, params: Params, lr: Rate = 0.01, eps: float = 1e-6) -> None:
        super().__init__(params, lr, s=0.0)
        self.eps = self.number("eps", eps, above=0)

    def change(self, g: Array, eta: float, *slots: Array) -> Array:
        """Return eta g / (sqrt(s) + eps)."""
        (s,) = slots
        s[...] = s + g * g
        return eta * g / (np.sqrt(s) + self.eps)


class RMSProp(Optimizer):
    """s <- rho s + (1 - rho) g^2;  theta <- theta - eta / sqrt(s + eps) g.

    Adagrad that forgets: s is a moving average with weights (1 - rho) rho^k.
    Lecture 9. PyTorch: eps outside the root, and rho (there alpha) = 0.99.
    """

    def __init__(
        self, params: Params, lr: Rate = 0.01, rho: float = 0.9, eps: float = 1e-6
    ) -> None:
        super().__init__(params, lr, s=0.0)
        self.rho = self.number("rho", rho, at_least=0, below=1)
        self.eps = self.number("eps", eps, above=0)

    def change(self, g: Array, eta: float, *slots: Array) -> Array:
        """Return eta g / sqrt(s + eps)."""
        (s,) = slots
        s[...] = self.rho * s + (1 - self.rho) * g * g
        return eta * g / np.sqrt(s + self.eps)


class Adadelta(Optimizer):
    """Steps measured by past steps: no learning rate to choose, so lr = 1.

    s <- rho s + (1 - rho) g^2;  g' = sqrt((d + eps) / (s + eps)) g;
    theta <- theta - lr g';  d <- rho d + (1 - rho) g'^2.
    eps sets the first step, sqrt(eps / (1 - rho)), so it acts as a learning rate.
    Lecture 9. PyTorch: the same, with eps = 1e-6.
    """

    def __init__(
        self, params: Params, lr: Rate = 1.0, rho: float = 0.9, eps: float = 1e-5
    ) -> None:
        super().__init__(params, lr, s=0.0, d=0.0)
        self.rho = self.number("rho", rho, at_least=0, below=1)
        self.eps = self.number("eps", eps, above=0)

    def change(self, g: Array, eta: float, *slots: Array) -> Array:
        """Return lr g'."""
        s, d = slots
        s[...] = self.rho * s + (1 - self.rho) * g * g
        step = np.sqrt((d + self.eps) / (s + self.eps)) * g
        d[...] = self.rho * d + (1 - self.rho) * step * step
        return eta * step


class Adam(Optimizer):
    """Momentum and RMSProp together, both corrected for their start at 0.

    v <- beta1 v + (1 - beta1) g;  s <- beta2 s + (1 - beta2) g^2;
    vhat = v / (1 - beta1^t);  shat = s / (1 - beta2^t);
    theta <- theta - eta vhat / (sqrt(shat) + eps).
    The first step is eta sign(g). Lecture 9. PyTorch: the same.
    """

    def __init__(
        self,
        params: Params,
        lr: Rate = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-8,
    ) -> None:
        super().__init__(params, lr, v=0.0, s=0.0)
        self.beta1 = self.number("beta1", beta1, at_least=0, below=1)
        self.beta2 = self.number("beta2", beta2, at_least=0, below=1)
        self.eps = self.number("eps", eps, above=0)

    def change(self, g: Array, eta: float, *slots: Array) -> Array:
        """Return eta vhat / (sqrt(shat) + eps)."""
        (v, s), t = slots, self.state["t"]
        v[...] = self.beta1 * v + (1 - self.beta1) * g
        s[...] = self.beta2 * s + (1 - self.beta2) * g * g
        v_hat = v / (1 - self.beta1**t)
        s_hat = s / (1 - self.beta2**t)
        return eta * v_hat / (np.sqrt(s_hat) + self.eps)


class AdamW(Adam):
    """Adam, while the weights shrink by the factor 1 - eta weight_decay per step.

    Not the same as an L2 penalty under Adam, whose gradient would be rescaled like any
    other. Biases do not shrink. Lectures 9, 10. PyTorch: ``AdamW`` shrinks them too.
    """

    def __init__(
        self,
        params: Params,
        lr: Rate = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-8,
        weight_decay: float = 0.01,
    ) -> None:
        super().__init__(params, lr, beta1, beta2, eps)
        self.weight_decay = self.number("weight_decay", weight_decay, at_least=0)


def ewma_weights(rho: float, n: int = 40) -> Array:
    """Weights (1 - rho) rho^k, k = 0..n-1, of a moving average over the last n values.

    Their sum is 1 - rho^n: what bias correction divides by. Lecture 9.
    """
    require_number("rho in ewma_weights", rho, at_least=0, at_most=1)
    return (1 - rho) * rho ** np.arange(n)
