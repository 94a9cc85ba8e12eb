"""Figures and quiz of lecture 10: training and generalisation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from nnlib.landscapes import risks
from nnlib.layers import Sequential
from nnlib.train import History
from nnlib.viz.descent import look
from nnlib.viz.plane import Array, draw_classes, draw_map, plane_grid
from nnlib.viz.quiz import Question, Quiz
from nnlib.viz.style import GREY, PALETTE, new_figure, styled
from nnlib.viz.training_runs import Path, Scores, probability_map

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LOW, HIGH = -2.5, 3.5  # of the plane of the moons


@styled
def two_risks() -> Figure:
    """The risk that counts, the one that is minimised, and where each is lowest."""
    figure, ax = new_figure(size=(8.5, 4.0))
    x = np.linspace(-0.8, 2.8, 361)
    curves = {"true risk": risks(x)[0], "empirical risk": risks(x)[1]}
    for k, (name, values) in enumerate(curves.items()):
        ax.plot(x, values, label=name, **(look(k) | {"marker": ""}))
        lowest = np.argmin(values)
        ax.plot(
            x[lowest], values[lowest], markersize=12, **(look(k) | {"linestyle": ""})
        )
    ax.set(xlabel=r"a parameter $\theta$", ylabel="risk")
    ax.legend()
    return figure


@styled
def split_bar(parts: Mapping[str, tuple[int, str]]) -> Figure:
    """A bar of all samples, cut in named parts with a note each."""
    from matplotlib.patches import Rectangle

    figure, ax = new_figure(size=(11.0, 2.2))
    total, start = sum(size for size, _ in parts.values()), 0.0
    for k, (name, (size, note)) in enumerate(parts.items()):
        width = size / total
        color = (PALETTE["sky"], PALETTE["orange"], PALETTE["purple"])[k % 3]
        ax.add_patch(
            Rectangle((start, 0), width - 0.004, 1, facecolor=color, alpha=0.6)
        )
        ax.text(start + width / 2, 0.62, f"{name}: {size}", ha="center", va="center")
        ax.text(start + width / 2, 0.28, note, ha="center", va="center", fontsize=11)
        start += width
    ax.set(xlim=(0, 1), ylim=(-0.05, 1.05))
    ax.axis("off")
    return figure


@styled
def capacity_maps(models: Mapping[int, Sequential], X: Array, y: Array) -> Figure:
    """Decision maps of models with more and more hidden units."""
    figure, panels = new_figure(1, len(models), size=(4.3 * len(models), 4.1))
    grid = plane_grid(LOW, HIGH)
    for ax, (width, model) in zip(np.ravel(panels), models.items(), strict=True):
        values = probability_map(model, grid)
        draw_map(ax, values, LOW, HIGH)
        ax.contour(values, [0.5], extent=(LOW, HIGH, LOW, HIGH), colors="black")
        draw_classes(ax, X, y, size=40)
        ax.set_title(f"{width} hidden unit" + ("s" if width > 1 else ""))
    return figure


@styled
def scores_by(scores: Mapping[int, Scores], label: str) -> Figure:
    """Training and validation loss and accuracy over a quantity on a log axis."""
    figure, panels = new_figure(1, 2, size=(11.0, 3.9))
    x = list(scores)
    for ax, names, title in [
        (panels[0], ("loss", "val_loss"), "loss"),
        (panels[1], ("accuracy", "val_accuracy"), "accuracy"),
    ]:
        for k, (field, name) in enumerate(
            zip(names, ("training", "validation"), strict=True)
        ):
            values = [getattr(score, field) for score in scores.values()]
            ax.plot(x, values, label=name, **look(k))
        ax.set(title=title, xlabel=label, xscale="log")
    panels[0].legend()
    return figure


@styled
def early_stop(history: History, best: int) -> Figure:
    """Losses by epoch, with the epoch whose weights are kept."""
    figure, ax = new_figure(size=(8.5, 4.0))
    epochs = np.arange(1, len(history) + 1)
    ax.plot(epochs, history.loss, label="training", **look(0))
    ax.plot(epochs, history.val_loss, label="validation", **look(1))
    ax.axvline(best, color=GREY, linestyle=":", marker="", label="weights kept")
    ax.set(xlabel="epoch", ylabel="loss")
    ax.legend()
    return figure


@styled
def penalty_path(path: Mapping[float, Path]) -> Figure:
    """Losses, and the norm of all weights, by the strength of an L2 penalty."""
    figure, (left, right) = new_figure(1, 2, size=(11.5, 3.9))
    names = [f"{lam:g}" for lam in path]
    places = np.arange(len(path))
    for k, field in enumerate(("loss", "val_loss")):
        values = [getattr(point, field) for point in path.values()]
        left.plot(places, values, label=("training", "validation")[k], **look(k))
    right.plot(places, [point.norm for point in path.values()], **look(2))
    for ax in (left, right):
        ax.set_xticks(places, names)
        ax.set_xlabel(r"$\lambda$")
    left.set(title="loss, without the penalty")
    right.set(title="norm of all weights")
    left.legend()
    return figure


@styled
def search_results(
    settings: Sequence[tuple[float, int, float]], best: tuple[float, int]
) -> Figure:
    """Rate, width and validation accuracy of every trial; the chosen one is ringed."""
    figure, ax = new_figure(size=(8.5, 4.2))
    rates, widths, accuracies = map(np.array, zip(*settings, strict=True))
    drawn = ax.scatter(
        rates, widths, c=accuracies, s=160, vmin=0, vmax=1, edgecolor="black", zorder=3
    )
    for rate, width, accuracy in settings:
        place = {"xytext": (12, -4), "textcoords": "offset points"}
        ax.annotate(f"{accuracy:.2f}", (rate, width), fontsize=11, **place)
    ax.plot(*best, "o", mfc="none", mec=PALETTE["vermillion"], mew=3, ms=24, zorder=2)
    ax.set(title="ten settings, and the one chosen" if len(settings) == 10 else "")
    ax.set(xscale="log", yscale="log", xlabel="learning rate", ylabel="hidden units")
    ax.minorticks_off()
    ax.set_yticks([4, 16, 64, 128], ["4", "16", "64", "128"])
    figure.colorbar(drawn, label="validation accuracy")
    return figure


@styled
def symptom_curves(histories: Mapping[str, History]) -> Figure:
    """Training and validation loss by epoch, one panel a symptom."""
    figure, panels = new_figure(2, 3, size=(12.5, 6.2))
    for ax, (name, history) in zip(np.ravel(panels), histories.items(), strict=True):
        epochs = np.arange(1, len(history) + 1)
        ax.plot(epochs, history.loss, label="training", **look(0))
        ax.plot(epochs, history.val_loss, label="validation", **look(1))
        ax.set(title=name, xlabel="epoch", ylim=(0, 5))
    panels[0, 0].set_ylabel("loss")
    panels[1, 0].set_ylabel("loss")
    panels[0, 0].legend(loc="upper right")
    return figure


QUESTIONS = (
    Question(
        "Five settings were compared on the test data. The best has 97 %. What is "
        "wrong with reporting 97 %?",
        ("nothing", "it is too high on average", "it is too low on average"),
        1,
        "The best of several noisy numbers is lucky as well. Choose on validation data "
        "and look at the test data once.",
    ),
    Question(
        "Training loss 0.01, validation loss 1.2. What is it?",
        ("underfitting", "overfitting", "a learning rate that is too small"),
        1,
        "The model knows its training data by heart.",
    ),
    Question(
        "Training and validation loss are both high and equal. What helps?",
        ("more data", "dropout", "a larger model, or longer training"),
        2,
        "The model underfits: it does not even describe its training data.",
    ),
    Question(
        "Early stopping with patience 10 stops after epoch 42. Whose weights are kept?",
        ("those of epoch 42", "those of epoch 32", "the average"),
        1,
        "Ten epochs passed without a better validation loss; the best was epoch 32.",
    ),
    Question(
        "Labels are shuffled, yet the training accuracy reaches 100 %. What does it "
        "show?",
        (
            "that the code is right",
            "that the model can learn by heart, and nothing about new data",
            "that the labels do not matter",
        ),
        1,
        "With enough parameters anything can be learnt by heart.",
    ),
)


def quiz() -> Quiz:
    """The questions at the end of lecture 10."""
    return Quiz(QUESTIONS)
