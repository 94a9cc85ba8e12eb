"""The training loop, and what looks at a model: evaluation, prediction, gradients.

One update is `_training_step.TrainingStep`; `_history` keeps the numbers. Lecture 10.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnlib._checks import require_int
from nnlib._gradients import batch_gradient, gradient_variance, sample_gradients
from nnlib._history import EarlyStopping, History
from nnlib._layer_base import Layer, prediction_mode
from nnlib._training_step import (
    Clip,
    Loss,
    Metric,
    TrainingStep,
    accuracy,
    classes,
    with_backward,
)
from nnlib.data import minibatches, n_batches
from nnlib.losses import softmax_cross_entropy
from nnlib.optim import Optimizer

Array = NDArray[Any]

__all__ = [
    "EarlyStopping",
    "History",
    "accuracy",
    "batch_gradient",
    "evaluate",
    "fit",
    "gradient_variance",
    "predict",
    "sample_gradients",
]


def fit(
    model: Layer,
    optimizer: Optimizer,
    x: Array,
    y: Array,
    *,
    epochs: int = 10,
    batch_size: int = 32,
    rng: np.random.Generator | None = None,
    shuffle: bool = True,
    replace: bool = False,
    loss: Loss = softmax_cross_entropy,
    metric: Metric = accuracy,
    validation: tuple[Array, Array] | None = None,
    regularizer: Loss | None = None,
    clip: Clip | None = None,
    early_stopping: EarlyStopping | None = None,
    callbacks: Iterable[Callable[[Layer, History], Any]] = (),
    progress: bool = False,
) -> History:
    """Train by mini-batches, reshuffled each epoch by rng, and return the `History`.

    - loss: a function (prediction, target) -> (loss, cache) that has its ``_backward``
      beside it, or both as a pair. metric: (prediction, target) -> number, or nan.
    - regularizer: W -> (penalty, cache) with its ``_backward``, for weights only, such
      as ``partial(l2, lam=1e-3)``. clip: gradients -> clipped ones, after the penalty,
      such as ``partial(clip_by_norm, max_norm=1.0)``.
    - early_stopping: an `EarlyStopping`. callbacks: called with (model, history) after
      each epoch. progress: a bar, then one printed line.

    Ctrl-C ends training and returns the history so far. Afterwards the model is in
    evaluation mode. ``batch_size=len(x)`` is full-batch gradient descent,
    ``batch_size=1`` one sample a step, ``shuffle=False`` a fixed order.
    Lectures 9, 10.
    """
    require_int("epochs in fit", epochs, at_least=1)
    step = TrainingStep(model, optimizer, loss, metric, regularizer, clip)
    history = step.history
    cut = partial(minibatches, rng=rng, shuffle=shuffle, replace=replace)
    with _progress(progress, epochs * n_batches(len(x), batch_size), history) as tick:
        try:
            for _ in range(epochs):
                model.train()
                for x_batch, y_batch in cut(x, y, batch_size):
                    step(x_batch, y_batch)
                    tick()
                step.finish_epoch(*_validated(model, validation, loss, metric))
                for callback in callbacks:
                    callback(model, history)
                if early_stopping and early_stopping.update(history, model):
                    history.stopped = "no more progress"
                    break
        except KeyboardInterrupt:
            history.stopped = "interrupted"
    if early_stopping and len(history):
        early_stopping.restore(model)
    model.eval()
    return history


def evaluate(
    model: Layer,
    x: Array,
    y: Array,
    *,
    loss: Loss = softmax_cross_entropy,
    metric: Metric = accuracy,
    batch_size: int = 256,
) -> tuple[float, float]:
    """Return mean loss and accuracy over (x, y), in evaluation mode. Lecture 10.

    The model's own mode and caches stay as they are.
    """
    forward, _ = with_backward(loss)
    rows = []
    with prediction_mode(model):
        for x_batch, y_batch in minibatches(x, y, batch_size, shuffle=False):
            out = model.forward(x_batch)
            value = float(forward(out, y_batch)[0])
            rows.append((len(x_batch), value, metric(out, y_batch)))
    sizes, losses, scores = np.array(rows).T
    return (
        float(np.average(losses, weights=sizes)),
        float(np.average(scores, weights=sizes)),
    )


def predict(model: Layer, x: Array) -> Array:
    """Return the more probable class of each sample, in evaluation mode. Lecture 2.

    The largest of K scores, or, for a single score (a logit), 1 where it is >= 0.
    """
    with prediction_mode(model):
        return classes(model.forward(x))


def _validated(
    model: Layer, data: tuple[Array, Array] | None, loss: Loss, metric: Metric
) -> tuple[float, float]:
    if data is None:
        return float("nan"), float("nan")
    return evaluate(model, *data, loss=loss, metric=metric)


@contextmanager
def _progress(
    wanted: bool, total: int, history: History
) -> Iterator[Callable[[], object]]:
    """Give a function to call after each update; it moves the bar, if one is wanted."""
    if not wanted:
        yield lambda: None
        return
    try:
        from tqdm.auto import tqdm
    except ImportError:
        raise ImportError(
            "progress=True needs tqdm, which is not installed; "
            "pip install 'nncourse[lab]', or leave progress out"
        ) from None
    with tqdm(total=total, unit="step", leave=False) as bar:

        def tick() -> None:
            losses = {"loss": f"{history.step_loss[-1]:.3f}"}
            if len(history) and not np.isnan(history.val_loss[-1]):
                losses["val_loss"] = f"{history.val_loss[-1]:.3f}"
            bar.set_postfix(losses, refresh=False)
            bar.update()

        yield tick
    print(f"{history.last()} ({history.stopped})")
