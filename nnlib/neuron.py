"""One neuron, the perceptron rule, and learning without gradients.

Lecture: 01_neurons; learning by perturbation: 03_backpropagation.
"""

from collections.abc import Callable
from typing import Any, Literal, NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nnlib._checks import (
    Array,
    require_choice,
    require_cotangent,
    require_float,
    require_int,
    require_ndim,
    require_number,
    require_rng,
    require_shape,
)
from nnlib.activations import Activation, backward_of, sigmoid, step

Step = Callable[[ArrayLike], Array]


class NeuronCache(NamedTuple):
    """What the backward pass needs."""

    x: Array
    w: Array
    f_cache: Any
    f: Activation | Step


def neuron(
    x: ArrayLike, w: ArrayLike, b: float, f: Activation | Step = sigmoid
) -> tuple[Array, NeuronCache]:
    """Formal neuron: yhat = f(s), s = x w + b.

    x (N, D), w (D,), b a number give (N,); w is the normal of the boundary s = 0 and b
    shifts it. `f` is an element-wise function of `nnlib.activations`, or a partial of
    one with its options, as ``functools.partial(sigmoid, slope=10.0)``. With `step` it
    is the neuron of McCulloch and Pitts, which has no backward pass. Lecture 1.
    """
    x = require_float("x in neuron", x)
    w = require_float("w in neuron", w)
    require_ndim("w in neuron", w, 1, remedy="one neuron has one weight an input")
    remedy = "use x[None, :] for one sample" if x.ndim == 1 else ""
    require_shape("x in neuron", x, ("N", w.size), remedy)
    b = require_number("b in neuron", b)
    s = x @ w + b
    out, f_cache = (step(s), None) if f is step else f(s)
    return out, NeuronCache(x, w, f_cache, f)


def neuron_backward(dout: ArrayLike, cache: NeuronCache) -> tuple[Array, Array, Array]:
    """Gradients dx = ds w^T, dw = x^T ds, db = sum ds, where ds = dout f'(s)."""
    x, w, f_cache, f = cache
    dout = require_cotangent("dout in neuron_backward", dout, x.shape[:1])
    ds = backward_of(f)(dout, f_cache)
    return ds[:, None] * w, x.T @ ds, ds.sum()


def predict_class(yhat: ArrayLike) -> NDArray:
    """The most probable class: argmax of (N, K), or of (N,) 1 where P(1) >= 1/2.

    Lecture 2.
    """
    yhat = require_float("yhat in predict_class", yhat)
    require_ndim("yhat in predict_class", yhat, 1, 2, remedy="use (N,) or (N, K)")
    if yhat.shape[1:] == (1,):
        raise ValueError(
            f"yhat in predict_class has shape {yhat.shape}, expected (N,) or (N, K) "
            "with K >= 2; for one probability a sample use [:, 0]"
        )
    return yhat.argmax(axis=1) if yhat.ndim == 2 else (yhat >= 0.5).astype(int)


def xor_network(x: ArrayLike) -> Array:
    """XOR of inputs (N, 2) by three threshold neurons: (OR) AND (NAND). Lecture 1."""
    x = np.asarray(x)
    require_shape("x in xor_network", x, ("N", 2))
    either = step(x @ [1, 1] - 0.5)
    not_both = step(x @ [-1, -1] + 1.5)
    return step(either + not_both - 1.5)


def decision_boundary(w: ArrayLike, b: float, x1: ArrayLike) -> Array:
    """Height x2 of the line w1 x1 + w2 x2 + b = 0 above each x1. Lecture 1."""
    w = np.asarray(w, dtype=float)
    require_shape("w in decision_boundary", w, (2,), "only a plane has such a line")
    if w[1] == 0:
        raise ValueError(
            "w[1] in decision_boundary is 0, expected another number; the line is "
            "vertical, at x1 = -b / w[0]"
        )
    return -(b + w[0] * np.asarray(x1, dtype=float)) / w[1]


class Perceptron:
    """Threshold neuron with Rosenblatt's rule, for labels 0 and 1.

    After each sample: ``w += eta (y - yhat) x``, ``b += eta (y - yhat)``, with
    yhat = H(x w + b) and H(0) = 1. On separable data the rule makes finitely many
    mistakes and `fit` stops; on other data it would go on for ever, so it ends after
    `max_epochs`. From zero weights eta only scales w and b and changes no decision.

    Attributes after `fit`: `w`, `b`, `mistakes` (one count an epoch) and `converged`.
    Lecture 1.
    """

    def __init__(self, eta: float = 1.0, max_epochs: int = 100) -> None:
        self.eta = require_number("eta in Perceptron", eta, above=0)
        self.max_epochs = require_int(
            "max_epochs in Perceptron", max_epochs, at_least=1
        )
        self.w: Array = np.zeros(0)
        self.b = 0.0
        self.mistakes: list[int] = []

    @property
    def converged(self) -> bool:
        """Whether the last epoch of `fit` made no mistake."""
        return bool(self.mistakes) and self.mistakes[-1] == 0

    def __repr__(self) -> str:
        if not self.mistakes:
            return "Perceptron(not fitted)"
        end = "separated the data" if self.converged else "did not separate the data"
        return (
            f"Perceptron({end}: {self.mistakes[-1]} mistakes in the last of "
            f"{len(self.mistakes)} epochs)"
        )

    def fit(
        self, x: ArrayLike, y: ArrayLike, *, rng: np.random.Generator | None = None
    ) -> Self:
        """Train from zero weights on x (N, D), y (N,); `rng` shuffles each epoch."""
        x = np.asarray(x, dtype=float)
        y = np.asarray(y)
        require_ndim("x in Perceptron.fit", x, 2, remedy="use x[:, None] for one input")
        require_shape("y in Perceptron.fit", y, (len(x),), "one label for each sample")
        if not np.isin(y, (0, 1)).all():
            raise ValueError(
                f"y in Perceptron.fit holds {np.unique(y)}, expected only 0 and 1; "
                "encode one class as 0 and the other as 1"
            )
        self.w, self.b, self.mistakes = np.zeros(x.shape[1]), 0.0, []
        while len(self.mistakes) < self.max_epochs and not self.converged:
            order = range(len(x)) if rng is None else rng.permutation(len(x))
            self.mistakes.append(sum(self._learn(x[n], float(y[n])) for n in order))
        return self

    def predict(self, x: ArrayLike) -> NDArray:
        """Classes 0 or 1 of x (N, D)."""
        if not self.mistakes:
            raise RuntimeError(
                "predict was called on an untrained Perceptron, expected fit before; "
                "call fit(x, y) first"
            )
        x = np.asarray(x, dtype=float)
        require_shape("x in Perceptron.predict", x, ("N", self.w.size))
        return step(x @ self.w + self.b).astype(int)

    def _learn(self, x: Array, y: float) -> bool:
        error = y - float(step(x @ self.w + self.b))
        self.w = self.w + self.eta * error * x
        self.b += self.eta * error
        return error != 0


class Perturbation(NamedTuple):
    """Result of `perturb_weights`: weights, their loss, price, gradient estimate."""

    theta: Array
    loss: float
    forward_passes: int
    gradient: Array | None


def perturb_weights(
    loss: Callable[[Array], float],
    theta: ArrayLike,
    *,
    rng: np.random.Generator,
    mode: Literal["one", "all"] = "one",
    trials: int = 100,
    scale: float = 0.1,
    eta: float = 0.1,
) -> Perturbation:
    """Learn by trying small random changes of the weights, without derivatives.

    ``mode="one"``: change one weight by N(0, scale^2) and keep that if the loss falls;
    each trial costs one forward pass. ``mode="all"``: change all weights at once and
    correlate: ``g = mean(change * rise of the loss) / scale^2`` estimates the gradient,
    then one step ``theta - eta g``. Averaging out the other weights takes very many
    trials; a backward pass gives the exact g for the price of about two forward passes.
    Lecture 3.
    """
    theta = require_float("theta in perturb_weights", theta).copy()
    require_choice("mode in perturb_weights", mode, ("one", "all"))
    require_rng("rng in perturb_weights", rng)
    scale = require_number("scale in perturb_weights", scale, above=0)
    trials = require_int("trials in perturb_weights", trials, at_least=1)
    best = float(loss(theta))
    if mode == "all":
        changes = rng.normal(0, scale, size=(trials, *theta.shape))
        rises = np.array([float(loss(theta + change)) - best for change in changes])
        gradient = np.tensordot(rises, changes, axes=1) / (trials * scale**2)
        theta = theta - (eta * gradient).astype(theta.dtype)
        return Perturbation(theta, float(loss(theta)), trials + 2, gradient)
    for _ in range(trials):
        candidate = theta.copy()
        candidate.flat[rng.integers(theta.size)] += rng.normal(0, scale)
        value = float(loss(candidate))
        if value < best:
            theta, best = candidate, value
    return Perturbation(theta, best, trials + 1, None)
