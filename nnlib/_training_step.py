"""One update of a model: forward, loss, backward, penalty, clipping, step."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnlib._history import History
from nnlib._layer_base import Layer, Sequential
from nnlib.optim import Optimizer

Array = NDArray[Any]
Function = Callable[..., tuple[Any, Any]]
Loss = Function | tuple[Function, Callable[..., Array]]
Metric = Callable[[Array, Array], float]
Clip = Callable[[list[Array]], Any]


def with_backward(f: Loss) -> tuple[Function, Callable[..., Array]]:
    """Return (f, f_backward), looked up beside f unless a pair is given."""
    if isinstance(f, tuple):
        return f
    function = f.func if isinstance(f, partial) else f
    name = f"{getattr(function, '__name__', function)}_backward"
    backward = getattr(function, "__globals__", {}).get(name)
    if backward is None:
        raise TypeError(
            f"found no {name} beside {function!r}, expected a function with its "
            "backward pass; define it in the same place, or pass (f, f_backward)"
        )
    return f, backward


def classes(scores: Array) -> Array:
    """Turn scores into labels: the largest of (N, K), or score >= 0 if there is one."""
    if scores.ndim == 2 and scores.shape[1] > 1:
        return scores.argmax(axis=1)
    return (scores >= 0).astype(int)


def accuracy(scores: Array, y: Array) -> float:
    """Share of right labels; nan if y is not one integer a sample (regression)."""
    if y.dtype.kind not in "iu" or y.size != len(scores):
        return float("nan")
    return float(np.mean(classes(scores).reshape(y.shape) == y))


class TrainingStep:
    """What `nnlib.train.fit` does with each batch, and its sums over an epoch."""

    def __init__(
        self,
        model: Layer,
        optimizer: Optimizer,
        loss: Loss,
        metric: Metric,
        regularizer: Loss | None,
        clip: Clip | None,
    ) -> None:
        self.model, self.optimizer, self.metric = model, optimizer, metric
        self.loss, self.loss_backward = with_backward(loss)
        self.penalty = with_backward(regularizer) if regularizer else None
        self.clip = clip
        self.history = History()
        self.rows: list[tuple[float, ...]] = []  # size, loss, accuracy, penalty
        self.norms: list[list[float]] = []

    def __call__(self, x: Array, y: Array) -> None:
        """Change the parameters once, by the gradient over the batch (x, y)."""
        out = self.model.forward(x)
        value, cache = self.loss(out, y)
        if not np.isfinite(value):
            raise FloatingPointError(self.diagnosis(float(value), x, y))
        self.optimizer.zero_grad()
        self.model.backward_parameters(self.loss_backward(1.0, cache))
        penalty = self.add_penalty()
        params = self.optimizer.params
        self.norms.append([float(np.vdot(p.grad, p.grad)) for p in params])
        self.clip_gradients()
        self.optimizer.step()
        self.history.step_loss.append(float(value))
        self.rows.append((len(x), float(value), self.metric(out, y), penalty))

    def add_penalty(self) -> float:
        """Add the regulariser's gradient to the weights; return its value."""
        if self.penalty is None:
            return 0.0
        total = 0.0
        for p in self.optimizer.params:
            if getattr(p, "decay", True):
                value, cache = self.penalty[0](p.value)
                p.grad = p.grad + self.penalty[1](1.0, cache)
                total += float(value)
        return total

    def clip_gradients(self) -> None:
        """Replace all gradients by what the clip hook makes of them."""
        if self.clip is None:
            return
        clipped = self.clip([p.grad for p in self.optimizer.params])
        if isinstance(clipped, tuple):  # clip_by_norm also returns the norm before
            clipped = clipped[0]
        for p, grad in zip(self.optimizer.params, clipped, strict=True):
            p.grad = grad

    def finish_epoch(self, val_loss: float, val_accuracy: float) -> None:
        """Write the epoch's means into the history."""
        rows, squares = np.array(self.rows), np.array(self.norms)
        means = np.average(rows[:, 1:], axis=0, weights=rows[:, 0])
        history = self.history
        history.loss.append(float(means[0]))
        history.accuracy.append(float(means[1]))
        history.penalty.append(float(means[2]))
        history.val_loss.append(val_loss)
        history.val_accuracy.append(val_accuracy)
        history.grad_norm.append(float(np.mean(np.sqrt(squares.sum(axis=1)))))
        history.param_grad_norms.append(np.mean(np.sqrt(squares), axis=0))
        history.lr.append(float(self.optimizer.state["lr"]))
        self.rows, self.norms = [], []

    def diagnosis(self, value: float, x: Array, y: Array) -> str:
        """Say at which step and in which layer numbers stopped being finite."""
        t, eta = self.optimizer.state["t"], self.optimizer.state["lr"]
        start = f"loss is {value} at step {t + 1}; "
        for name, data in (("x", x), ("y", y)):
            if not np.all(np.isfinite(data)):
                return f"{start}the data {name} of this batch hold nan or infinity"
        rate = "" if eta is None else f" than {eta:g}"
        return (
            f"{start}{first_non_finite(self.model, x)}; use a smaller learning "
            f"rate{rate}, or clip the gradients with clip=partial(clip_by_norm, "
            "max_norm=1.0)"
        )


def chain(model: Layer) -> list[Layer]:
    """List the layers one after the other, without the Sequentials around them."""
    if not isinstance(model, Sequential):
        return [model]
    return [layer for part in model.layers for layer in chain(part)]


def first_non_finite(model: Layer, x: Array) -> str:
    """Name the first layer whose parameters or output hold nan or infinity."""
    layers, peaks = chain(model), []
    for k, layer in enumerate(layers):
        if not all(np.all(np.isfinite(p.value)) for p in layer.parameters()):
            return f"the first bad numbers are parameters of layer {k}, {layer!r}"
        x = layer.forward(x)
        if not np.all(np.isfinite(x)):
            return f"the first bad numbers are outputs of layer {k}, {layer!r}"
        peaks.append(float(np.max(np.abs(x))))
    k = int(np.argmax(peaks))
    return (
        f"the loss overflows, since outputs of layer {k}, {layers[k]!r}, reach "
        f"{peaks[k]:.1e}"
    )
