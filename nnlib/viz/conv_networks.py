"""Figures and quiz of lecture 4, third part: networks that were trained on images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from nnlib.layers import Conv2d, Sequential
from nnlib.viz.plane import Array
from nnlib.viz.quiz import Question, Quiz
from nnlib.viz.style import GREY, LINE_STYLES, MARKERS, new_figure, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

QUESTIONS = (
    Question(
        "A 3 x 3 filter with stride 2 and one ring of zeros meets a 7 x 7 image. How "
        "large is the output?",
        ("3 x 3", "4 x 4", "3.5 x 3.5", "5 x 5"),
        1,
        "(7 + 2 - 3) / 2 + 1 = 4. With these settings the size is n / 2, rounded up.",
    ),
    Question(
        "How many parameters has a layer of 16 filters of 3 x 3 on 8 input channels?",
        ("144", "160", "1152", "1168"),
        3,
        "Each filter spans all channels: 3 x 3 x 8 = 72 weights and 1 bias, times 16.",
    ),
    Question(
        "The input of a convolutional layer is shifted by one pixel. Away from the "
        "borders the output ...",
        ("is the same", "is shifted by one pixel", "is zero", "can be anything"),
        1,
        "That is equivariance. An output that stays the same would be invariance.",
    ),
    Question(
        "When do convolution and cross-correlation agree for every image?",
        (
            "always",
            "if the filter is square",
            "if the filter is the same after a half turn",
            "if the image is symmetric",
        ),
        2,
        "Convolution turns the filter by a half turn before it slides.",
    ),
    Question(
        "What does max pooling do with the gradient of one output?",
        (
            "shares it equally over the window",
            "gives all of it to the largest input of the window",
            "sets it to zero",
            "multiplies it by the maximum",
        ),
        1,
        "A small change of any other input of the window changes nothing.",
    ),
)


@styled
def image_row(images: Sequence[Array], titles: Sequence[str]) -> Figure:
    """Images side by side, ink dark, each under its title."""
    figure, axes = new_figure(1, len(images), size=(3.4 * len(images), 3.6))
    for ax, image, title in zip(axes, images, titles, strict=True):
        ax.imshow(np.squeeze(image), cmap="gray_r", vmin=0, vmax=1)
        ax.set_title(title)
        _frame(ax)
    return figure


def _frame(axes: Any) -> None:
    """No ticks; a thin line around the image, whose paper is as white as the page."""
    axes.set(xticks=[], yticks=[])
    axes.grid(False)
    axes.spines[:].set(visible=True, color=GREY, lw=0.8)


@styled
def shift_accuracy(shifts: Sequence[int], scores: Mapping[str, Array]) -> Figure:
    """Accuracy on shifted test images, one curve a network."""
    figure, ax = new_figure(size=(8.5, 4.2))
    for k, (name, values) in enumerate(scores.items()):
        ax.plot(shifts, values, linestyle=LINE_STYLES[k], marker=MARKERS[k], label=name)
    ax.axhline(0.1, color=GREY, linestyle=":", lw=1.5, marker="none")
    ax.text(0, 0.115, "guessing", color=GREY, ha="center", fontsize=12)
    ax.set(xlabel="shift to the right (pixels)", ylabel="accuracy on test digits")
    ax.set(xticks=list(shifts), ylim=(0, 1.03), title="no network saw a shifted digit")
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 0.2))
    return figure


@styled
def feature_maps(body: Sequential, images: Sequence[Array]) -> Figure:
    """Filters of the first layer, and the maps that ``body`` makes of each image.

    ``body`` holds the first layers of a network; images are (H, W).
    """
    first = body[0]
    if not isinstance(first, Conv2d):
        raise TypeError(f"body starts with {first!r}, expected a Conv2d layer")
    filters = first.W.value[:, 0]
    maps = body(np.stack(images)[:, None].astype(filters.dtype))
    count = len(filters)
    figure, axes = new_figure(len(images) + 1, count + 1, size=(12.5, 4.8))
    for ax in axes.ravel():
        _frame(ax)
    reach, highest = float(np.abs(filters).max()), float(maps.max())
    axes[0, 0].axis("off")
    axes[0, 0].text(0.5, 0.5, "filters", ha="center", va="center", fontsize=14)
    for k in range(count):
        axes[0, k + 1].imshow(filters[k], cmap="RdBu_r", vmin=-reach, vmax=reach)
        axes[0, k + 1].set_title(f"{k + 1}")
    for row, image, channels in zip(axes[1:], images, maps, strict=True):
        row[0].imshow(image, cmap="gray_r", vmin=0, vmax=1)
        for ax, channel in zip(row[1:], channels, strict=True):
            ax.imshow(channel, vmin=0, vmax=highest)
    return figure


@styled
def restored_images(rows: Mapping[str, Array], clean: Array) -> Figure:
    """Rows of images (N, H, W) with their mean squared distance to the clean ones."""
    count = len(clean)
    named = {"clean": clean, **rows}
    figure, axes = new_figure(len(named), count, size=(11.0, 1.75 * len(named)))
    for row, (name, images) in zip(axes, named.items(), strict=True):
        for ax, image in zip(row, images, strict=True):
            ax.imshow(image, cmap="gray_r", vmin=0, vmax=1)
            _frame(ax)
        error = float(np.mean((images - clean) ** 2))
        label = name if images is clean else f"{name}\nmse {error:.3f}"
        row[0].set_ylabel(label, rotation=0, ha="right", va="center", labelpad=12)
    return figure


def quiz() -> Quiz:
    """The questions at the end of lecture 4."""
    return Quiz(QUESTIONS)
