"""Explorer of lecture 9: two optimizers race downhill on a landscape."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from nnlib import landscapes, optim
from nnlib.viz.descent import draw_contours, look
from nnlib.viz.explore import Choice, Explorer, Player, Slider
from nnlib.viz.plane import Array
from nnlib.viz.style import new_figure, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STEPS = 60
FAR = 1e100  # where a diverging runner is stopped; its square is still a number


class Ground(NamedTuple):
    """A landscape of two variables, and the part of the plane that is shown."""

    f: Callable[[Array], Array]
    gradient: Callable[[Array], Array]
    xlim: tuple[float, float]
    ylim: tuple[float, float]
    lowest: float | None = None  # of f; None where f goes down for ever


GROUNDS: Mapping[str, Ground] = {
    "narrow bowl": Ground(
        landscapes.narrow_bowl, landscapes.narrow_bowl_gradient, (-6, 4), (-4, 4), 0.0
    ),
    "round bowl": Ground(
        landscapes.bowls, landscapes.bowls_gradient, (-6, 4), (-4, 4), 0.0
    ),
    "saddle": Ground(landscapes.saddle, landscapes.saddle_gradient, (-6, 4), (-4, 4)),
    "cliff": Ground(landscapes.cliff, landscapes.cliff_gradient, (-6, 2), (-4, 4)),
}
RUNNERS: Mapping[str, Callable[[Any, float], Any]] = {
    "SGD": lambda p, lr: optim.SGD(p, lr=lr),
    "Momentum": lambda p, lr: optim.Momentum(p, lr=lr, mu=0.8),
    "Nesterov": lambda p, lr: optim.Nesterov(p, lr=lr, mu=0.8),
    "Adagrad": lambda p, lr: optim.Adagrad(p, lr=lr),
    "RMSProp": lambda p, lr: optim.RMSProp(p, lr=lr),
    "Adadelta": lambda p, lr: optim.Adadelta(p, lr=lr, eps=1e-3),
    "Adam": lambda p, lr: optim.Adam(p, lr=lr),
    "Rprop": lambda p, lr: optim.Rprop(p, lr=lr),
}


def race_path(
    ground: str, runner: str, rate: float, x1: float, x2: float, steps: int = STEPS
) -> Array:
    """Path of one runner, (steps + 1, 2); it ends where numbers become too large."""
    place = GROUNDS[ground]

    def gradient(x: Array) -> Array:
        return place.gradient(np.clip(x, -FAR, FAR))

    with np.errstate(all="ignore"):
        path = landscapes.descend(
            gradient, [x1, x2], lambda p: RUNNERS[runner](p, rate), steps
        )
    return path


def heights_of(place: Ground, path: Array) -> Array:
    """Height at each step; its power of ten where the lowest height is 0.

    (A logarithmic axis would take longer to draw than a slider may.)
    """
    heights = place.f(np.clip(path, -FAR, FAR))
    if place.lowest is None:
        return np.clip(heights, -50, 50)
    return np.log10(np.clip(heights, 1e-9, 1e9))


@styled
def race(
    ground: str = "narrow bowl",
    first: str = "SGD",
    rate1: float = 0.4,
    second: str = "Momentum",
    rate2: float = 0.4,
    x1: float = -5.0,
    x2: float = -2.0,
    step: int = 20,
) -> Figure:
    """Both paths up to a step on contour lines, and the height of both by step."""
    figure, (left, right) = new_figure(1, 2, size=(11.0, 4.4))
    place = GROUNDS[ground]
    draw_contours(left, place.f, place.xlim, place.ylim, levels=9, points=41)
    whole = []
    for k, (runner, rate) in enumerate([(first, rate1), (second, rate2)]):
        path = race_path(ground, runner, rate, x1, x2)
        heights = heights_of(place, path)
        whole.append(heights)
        done = np.clip(path[: step + 1], -1e6, 1e6)
        left.plot(*done.T, lw=1.3, **(look(k) | {"markersize": 4}))
        left.plot(*done[-1], marker=look(k)["marker"], color=look(k)["color"], ms=13)
        label = f"{runner}, $\\eta = {rate:.2f}$"
        right.plot(heights[: step + 1], label=label, **look(k))
    left.plot(x1, x2, "s", color="black", markersize=9)
    left.set(title=ground, ylabel="$x_2$")
    low, high = np.min(whole), np.max(whole)  # fixed, so that playing moves no axis
    margin = 0.05 * (high - low) + 0.1
    right.set(xlabel="step", xlim=(0, STEPS), ylim=(low - margin, high + margin))
    for axes in (left, right):
        axes.locator_params(nbins=5)  # each tick costs time
    right.set(title="height $f$" if place.lowest is None else "power of ten of $f$")
    right.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return figure


def describe_race(
    ground: str,
    first: str,
    rate1: float,
    second: str,
    rate2: float,
    x1: float,
    x2: float,
    step: int,
) -> str:
    """Who is lower, and where both are."""
    parts = []
    for runner, rate in [(first, rate1), (second, rate2)]:
        path = race_path(ground, runner, rate, x1, x2)
        here = np.clip(path[min(step, len(path) - 1)], -FAR, FAR)
        height = float(GROUNDS[ground].f(here))
        parts.append(
            f"{runner} with rate {rate:.3g} at ({here[0]:.3g}, {here[1]:.3g}), height "
            f"{height:.3g}"
        )
    return f"{ground}, step {step}: {parts[0]}; {parts[1]}."


def explore_race() -> Explorer:
    """Controls for ground, runners, rates and start, and a button that plays."""
    names = list(RUNNERS)
    return Explorer(
        race,
        describe_race,
        {
            "ground": Choice("landscape", "narrow bowl", list(GROUNDS)),
            "first": Choice("first optimizer", "SGD", names),
            "rate1": Slider("its rate", 0.4, 0.004, 4.0, 0.05, logarithmic=True),
            "second": Choice("second optimizer", "Momentum", names),
            "rate2": Slider("its rate", 0.4, 0.004, 4.0, 0.05, logarithmic=True),
            "x1": Slider("start x1", -5.0, -5.5, 1.9, 0.1),
            "x2": Slider("start x2", -2.0, -3.0, 3.0, 0.1),
            "step": Player("step", 20, 0, STEPS, 1),
        },
    )
