"""Lecture 10: watch a training, live or frame by frame."""

from __future__ import annotations

import functools
import html
from typing import TYPE_CHECKING, Any

import numpy as np

from nnlib.layers import Layer
from nnlib.train import History
from nnlib.viz.descent import look
from nnlib.viz.explore import Choice, Explorer, Player, load_ipywidgets
from nnlib.viz.fallback import WHY, UndrawnFigure
from nnlib.viz.generalization import HIGH, LOW
from nnlib.viz.plane import Array, draw_classes, draw_map, plane_grid
from nnlib.viz.style import SCREEN_DPI, image_tag, new_figure, png, styled
from nnlib.viz.training_runs import (
    Scores,
    fit_moons,
    moons_model,
    moons_scores,
    moons_sets,
    probability_map,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FRAMES, EPOCHS_A_FRAME = 30, 15
WIDTHS = (1, 4, 64)
GRID = plane_grid(LOW, HIGH, 41)


@functools.cache
def frames(width: int) -> tuple[list[Array], list[Scores]]:
    """Decision map and scores of a model of the moons every few epochs."""
    model = moons_model(width)
    maps, scores = [], []

    def look_at(trained: Layer, history: History) -> None:
        if len(history) % EPOCHS_A_FRAME == 1:
            maps.append(probability_map(model, GRID))
            scores.append(moons_scores(model))

    fit_moons(model, FRAMES * EPOCHS_A_FRAME, callbacks=[look_at])
    return maps, scores


@styled
def training_frame(width: int = 64, frame: int = 10) -> Figure:
    """The decision map at one moment, and both losses until then."""
    figure, (left, right) = new_figure(1, 2, size=(10.5, 4.3))
    maps, scores = frames(width)
    draw_map(left, maps[frame], LOW, HIGH)
    left.contour(maps[frame], [0.5], extent=(LOW, HIGH, LOW, HIGH), colors="black")
    draw_classes(left, *moons_sets()[0], size=35)
    left.set_title(f"after {frame * EPOCHS_A_FRAME + 1} epochs")
    epochs = EPOCHS_A_FRAME * np.arange(frame + 1) + 1
    for k, field in enumerate(("loss", "val_loss")):
        values = [getattr(score, field) for score in scores[: frame + 1]]
        name = ("training", "validation")[k]
        right.plot(epochs, values, label=name, **look(k))
    right.set(xlim=(0, FRAMES * EPOCHS_A_FRAME), ylim=(0, 1.2), xlabel="epoch")
    right.set_title("loss")
    right.legend(loc="upper right")
    return figure


def describe_frame(width: int, frame: int) -> str:
    """Losses and accuracies at one moment."""
    score = frames(width)[1][frame]
    return (
        f"{width} hidden units after {frame * EPOCHS_A_FRAME + 1} epochs: training "
        f"loss {score.loss:.2f}, validation loss {score.val_loss:.2f}, validation "
        f"accuracy {score.val_accuracy:.0%}."
    )


def explore_training() -> Explorer:
    """Controls for the width, and a button that plays the training."""
    return Explorer(
        training_frame,
        describe_frame,
        {
            "width": Choice("hidden units", 64, list(WIDTHS)),
            "frame": Player("moment", 10, 0, FRAMES - 1, 1),
        },
    )


@styled
def live_curves(history: History) -> Figure:
    """Losses and accuracies of the epochs so far."""
    figure, panels = new_figure(1, 2, size=(10.0, 3.6))
    epochs = np.arange(1, len(history) + 1)
    for ax, name in zip(panels, ("loss", "accuracy"), strict=True):
        ax.plot(epochs, getattr(history, name), label="training", **look(0))
        values = getattr(history, f"val_{name}")
        ax.plot(epochs, values, label="validation", **look(1))
        ax.set(title=name, xlabel="epoch")
    panels[0].legend()
    return figure


class LiveCurves:
    """A picture of the losses that grows while a model is trained.

    Show the object, then pass it to ``fit(..., callbacks=[curves])``. Drawing takes as
    long as a short epoch, so it draws `every` few epochs only.
    """

    def __init__(self, every: int = 5) -> None:
        self.every = every
        widgets = load_ipywidgets("nnlib.viz.training_watch.live_curves(history)")
        self.picture = widgets.HTML("<p>The curves appear here in training.</p>")

    def __call__(self, model: Any, history: History) -> None:
        """Draw the epochs so far."""
        if len(history) % self.every:
            return
        figure = live_curves(history)
        if isinstance(figure, UndrawnFigure):
            tag = f"<p>{WHY}</p>"
        else:
            width = round(figure.get_figwidth() * SCREEN_DPI)
            text = f"Losses and accuracies by epoch. {history.last()}"
            tag = image_tag(png(figure, SCREEN_DPI), text, width)
        self.picture.value = f"{tag}<p>{html.escape(history.last())}</p>"

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        bundle = self.picture._repr_mimebundle_(**kwargs)
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        return {**data, "text/plain": "Curves that follow a training"}
