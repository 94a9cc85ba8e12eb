"""The one style of all figures, and ``show``, which gives a figure its alt text.

Colours are those of Okabe and Ito, which stay apart for colour-blind readers; line
styles and markers change together with the colour, so that no reading depends on
colour alone. Sizes are chosen for a projector.
"""

from __future__ import annotations

import base64
import functools
import html
import io
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast

import numpy as np

from nnlib.viz.fallback import WHY, UndrawnFigure, can_draw, ready_picture

if TYPE_CHECKING:
    from matplotlib.colors import LinearSegmentedColormap
    from matplotlib.figure import Figure

P = ParamSpec("P")
R = TypeVar("R")

PALETTE = {
    "blue": "#0072B2",
    "vermillion": "#D55E00",
    "green": "#009E73",
    "purple": "#CC79A7",
    "orange": "#E69F00",
    "sky": "#56B4E9",
    "black": "#000000",
}
GREY = "#555555"
LINE_STYLES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1, 1, 1)), (0, (1, 1)))
MARKERS = ("o", "^", "s", "D", "v", "P", "X")
# Class 0 and class 1 of a two-class figure: colour and marker always go together.
CLASS_COLORS = (PALETTE["blue"], PALETTE["vermillion"])
CLASS_MARKERS = ("o", "^")

MANY_POINTS = 25
SHORTEST_ALT = 30
SCREEN_DPI = 96
IMAGE_DPI = 144  # one and a half image pixels for a screen pixel: sharp when enlarged


def settings() -> Any:
    """Matplotlib settings of the course."""
    from cycler import cycler

    cycle = (
        cycler(color=list(PALETTE.values()))
        + cycler(linestyle=list(LINE_STYLES))
        + cycler(marker=list(MARKERS))
    )
    return {
        "axes.prop_cycle": cycle,
        "axes.axisbelow": True,
        "axes.grid": True,
        "axes.labelsize": 13,
        "axes.spines.right": False,
        "axes.spines.top": False,
        "axes.titlesize": 14,
        "axes.titley": 1.0,  # no search for a place above ticks that are not there
        "figure.constrained_layout.use": True,
        "figure.facecolor": "white",
        "figure.figsize": (8.0, 4.2),
        "font.family": "DejaVu Sans",  # comes with matplotlib: the same everywhere
        "font.size": 13,
        "grid.alpha": 0.3,
        "image.cmap": "cividis",
        "legend.fontsize": 12,
        "legend.framealpha": 0.9,
        "lines.linewidth": 2.2,
        "lines.markersize": 7,
        "xtick.labelsize": 12,
        "ytick.labelsize": 12,
    }


def style() -> None:
    """Use the course's style for every figure made from now on.

    The figures of ``nnlib.viz`` have it anyway; this is for your own plots.
    """
    if not can_draw():
        return
    import matplotlib

    matplotlib.rcParams.update(settings())


def styled(draw: Callable[P, R]) -> Callable[P, R]:
    """Decorator: draw in the course's style whatever the current settings are.

    Where matplotlib is missing, the result is an ``UndrawnFigure``.
    """

    @functools.wraps(draw)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        if not can_draw():
            return cast(R, UndrawnFigure())
        import matplotlib

        with matplotlib.rc_context(settings()):
            return draw(*args, **kwargs)

    return wrapper


def class_colormap() -> LinearSegmentedColormap:
    """Light blue for class 0, over white, to light orange for class 1.

    Lighter than the points of the two classes, which must stand out on it.
    """
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list(
        "classes", ["#5AA5D2", "#FFFFFF", "#EE8E4A"]
    )


def new_figure(
    rows: int = 1, columns: int = 1, *, size: tuple[float, float] = (8.0, 4.2)
) -> tuple[Figure, Any]:
    """Figure of ``size`` inches with a grid of axes, unknown to pyplot.

    Pyplot keeps every figure it makes until somebody closes it, and notebooks show
    what it keeps; a figure made here is drawn where it is shown and nowhere else.
    """
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    # The default margin above cuts a title in mathematics by a pixel.
    layout = ConstrainedLayoutEngine(h_pad=0.08)
    figure = Figure(figsize=size, layout=layout)
    return figure, figure.subplots(rows, columns)


def check_alt(alt: str) -> str:
    """Return ``alt`` in one line, or say why it is no alternative text."""
    if not isinstance(alt, str):
        raise TypeError(f"alt must be a string, got {type(alt).__name__}")
    text = " ".join(alt.split())
    if len(text) < SHORTEST_ALT or " " not in text:
        raise ValueError(
            f"a figure needs alt text of at least {SHORTEST_ALT} characters, got "
            f"{text!r}; say what is drawn and what one should see in it"
        )
    return text


def thin_markers(figure: Figure) -> None:
    """On curves of many points keep a few markers, at even distances.

    Points that no line joins are data: they all stay.
    """
    for axes in figure.axes:
        for line in axes.lines:
            joined = line.get_linestyle() not in ("None", "none", " ", "")
            many = np.size(line.get_xdata()) > MANY_POINTS
            if joined and many and line.get_markevery() is None:
                line.set_markevery(0.15)


def png(figure: Figure, dpi: int = IMAGE_DPI) -> bytes:
    """The figure as the bytes of a PNG image."""
    thin_markers(figure)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=dpi)
    return buffer.getvalue()


def image_tag(image: bytes, alt: str, width: int | None = None) -> str:
    """An HTML image that carries its data and its alt text."""
    data = base64.b64encode(image).decode("ascii")
    size = "" if width is None else f'width="{width}" '
    return (
        f'<img alt="{html.escape(alt)}" {size}decoding="sync" '
        f'style="max-width: 100%; height: auto" src="data:image/png;base64,{data}">'
    )


def undrawn_bundle(alt: str) -> dict[str, str]:
    """What is displayed of a figure that could not be drawn."""
    picture = ready_picture(alt)
    if picture is None:
        said = f"<p>{WHY} It would show: {html.escape(alt)}</p>"
        return {"text/html": said, "text/plain": f"{WHY} It would show: {alt}"}
    note = f"{WHY} This is how the course draws it, whatever you changed."
    return {
        "text/html": f"{image_tag(picture, alt)}<p><em>{note}</em></p>",
        "text/plain": f"Figure: {alt}",
    }


def show(figure: Figure, *, alt: str = "") -> None:
    """Display ``figure`` with the alternative text ``alt`` and close it.

    The text says in words what one should see: it is read aloud by screen readers and
    shown where pictures are not. JupyterLab ignores the alt text of an image output,
    so the output carries an HTML image as well. Where matplotlib is missing, a ready
    picture or the text alone is shown.
    """
    text = check_alt(alt)
    from IPython.display import publish_display_data

    publish: Callable[..., None] = publish_display_data
    if isinstance(figure, UndrawnFigure):
        publish(undrawn_bundle(text))
        return
    image, width = png(figure), round(figure.get_figwidth() * SCREEN_DPI)
    publish(
        {
            "image/png": base64.b64encode(image).decode("ascii"),
            "text/html": image_tag(image, text, width),
            "text/plain": f"Figure: {text}",
        },
        metadata={"image/png": {"alt": text, "width": width}},
    )
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        pyplot.close(figure)
