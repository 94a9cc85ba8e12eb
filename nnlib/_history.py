"""What training leaves behind: the history of its numbers, and early stopping."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnlib._checks import require_choice, require_int, require_number
from nnlib._layer_base import Layer

Array = NDArray[Any]


@dataclass
class History:
    """Numbers of each epoch, as lists of equal length; nan where there is none.

    loss and accuracy: means over the batches as they were met, before their update.
    val_loss and val_accuracy: on the validation data after the epoch. penalty: what the
    regulariser added. grad_norm: mean norm of the whole gradient before clipping.
    param_grad_norms: the same per parameter, one array an epoch. lr: the last rate.
    step_loss: the loss of every single update. stopped: why training ended.
    """

    loss: list[float] = field(default_factory=list)
    accuracy: list[float] = field(default_factory=list)
    val_loss: list[float] = field(default_factory=list)
    val_accuracy: list[float] = field(default_factory=list)
    penalty: list[float] = field(default_factory=list)
    grad_norm: list[float] = field(default_factory=list)
    param_grad_norms: list[Array] = field(default_factory=list)
    lr: list[float] = field(default_factory=list)
    step_loss: list[float] = field(default_factory=list)
    stopped: str = "all epochs done"

    def __len__(self) -> int:
        return len(self.loss)

    def last(self) -> str:
        """Return the newest numbers as one line."""
        if not self.loss:
            return f"no epoch finished; {self.stopped}"
        names = ("loss", "accuracy", "val_loss", "val_accuracy")
        values = {name: getattr(self, name)[-1] for name in names}
        shown = [f"{k} {v:.3f}" for k, v in values.items() if not np.isnan(v)]
        return f"epoch {len(self)}: {', '.join(shown)}"


class EarlyStopping:
    """Stop after `patience` epochs without progress; the best weights are put back.

    monitor is a list of `History`: for a loss lower is better, for an accuracy higher.
    Progress smaller than min_delta does not count. One bad epoch is only noise, hence
    the patience. Lecture 10.
    """

    def __init__(
        self, patience: int = 5, monitor: str = "val_loss", min_delta: float = 0.0
    ) -> None:
        names = ("val_loss", "val_accuracy", "loss", "accuracy")
        self.monitor = require_choice("monitor in EarlyStopping", monitor, names)
        require_int("patience in EarlyStopping", patience, at_least=1)
        require_number("min_delta in EarlyStopping", min_delta, at_least=0)
        self.patience, self.min_delta = patience, min_delta
        self.best, self.best_epoch = np.inf, 0
        self.weights: list[Array] = []

    def update(self, history: History, model: Layer) -> bool:
        """Look at the newest epoch; return True when it is time to stop."""
        value = getattr(history, self.monitor)[-1]
        if np.isnan(value):
            raise ValueError(
                f"EarlyStopping got no {self.monitor}, expected a number each epoch; "
                "pass validation=(x, y) to fit, or watch another list of History"
            )
        sign = -1.0 if "accuracy" in self.monitor else 1.0
        first = len(history) == 1  # of a new training, should the object be used again
        if first or sign * value < sign * self.best - self.min_delta:
            self.best, self.best_epoch = value, len(history)
            self.weights = model.get_state()
        return len(history) - self.best_epoch >= self.patience

    def restore(self, model: Layer) -> None:
        """Put the best weights, and running averages, back into the model."""
        if self.weights:
            model.set_state(self.weights)
