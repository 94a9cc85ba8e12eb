"""Inline figures: ready before the fork, and laid out once instead of many times.

The inline backend crops figures to their contents. For that Matplotlib draws the figure
twice, as it does to lay one out, and meanwhile computes the same ticks and text boxes
dozens of times. Figures made of Matplotlib's own parts are drawn once here, with those
results kept for the duration of one rendering; the pixels are the same. All others go
the usual way.
"""

import functools
import io
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import matplotlib
import matplotlib.colorbar as colorbar_module
import matplotlib.image as image_module
import matplotlib.pyplot as plt
from IPython.core import pylabtools
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backend_bases import FigureCanvasBase, RendererBase
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine, PlaceHolderLayoutEngine
from matplotlib.text import Text

_stock_print_figure = pylabtools.print_figure
_stock_save: Callable[..., Any] = FigureCanvasBase.print_figure

# These are private to Matplotlib; where they are gone, figures go the usual way.
_KNOWN_MATPLOTLIB = all(
    hasattr(owner, name)
    for owner, name in (
        (Text, "_get_layout"),
        (Axis, "_update_ticks"),
        (RendererBase, "_draw_disabled"),
        (image_module, "_draw_list_compositing_images"),
    )
)
_COLORBAR_LOCATOR = getattr(colorbar_module, "_ColorbarAxesLocator", type(None))

# The fastest compression: a tenth larger, no pixel changed.
_PNG_OPTIONS = {"compress_level": 1}


def prepare_figures() -> None:
    """Load the inline backend and draw once what figures are made of.

    Fonts are looked up by their sizes, so a figure in the course's style comes too.
    """
    vars(pylabtools)["print_figure"] = print_figure
    vars_of_canvas: Any = FigureCanvasBase
    vars_of_canvas.print_figure = save_figure
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        print_figure(_warm_figure())
        style = sys.modules.get("nnlib.viz.style")
        if style is not None:
            with matplotlib.rc_context(style.settings()):
                _warm_figure().savefig(io.BytesIO(), format="png", dpi=style.IMAGE_DPI)
        plt.close("all")


def _warm_figure() -> Figure:
    figure, axes = plt.subplots()
    axes.plot([0, 1], label="warm $x^2$")
    axes.set(title="warm $x^2$", xlabel="warm $x^2$")
    axes.legend()
    figure.colorbar(axes.imshow([[0.0, 1.0]]))
    return figure


def print_figure(
    figure: Figure,
    fmt: str = "png",
    bbox_inches: Any = "tight",
    base64: bool = False,
    **options: Any,
) -> Any:
    """Render a figure for display; see `IPython.core.pylabtools.print_figure`."""
    usual = functools.partial(
        _stock_print_figure, figure, fmt=fmt, base64=base64, **options
    )
    fixed = _has_layout(figure, PlaceHolderLayoutEngine)
    if fmt != "png" or bbox_inches != "tight" or options:
        return usual(bbox_inches=bbox_inches)
    if not (fixed and _is_plain(figure)):
        return usual(bbox_inches=bbox_inches)
    with _remembered_layout():
        canvas: Any = figure.canvas
        renderer = canvas.get_renderer()
        padding = matplotlib.rcParams["savefig.pad_inches"]
        box = figure.get_tightbbox(renderer).padded(padding)
        return usual(bbox_inches=box, pil_kwargs=_PNG_OPTIONS)


def save_figure(canvas: Any, file: Any, *args: Any, **options: Any) -> Any:
    """Render a figure into a file; see `FigureCanvasBase.print_figure`."""
    figure = canvas.figure
    engines = PlaceHolderLayoutEngine, ConstrainedLayoutEngine
    if options.get("format") != "png" or not _has_layout(figure, *engines):
        return _stock_save(canvas, file, *args, **options)
    if not _is_plain(figure):
        return _stock_save(canvas, file, *args, **options)
    options = {"pil_kwargs": _PNG_OPTIONS, **options}
    cropped = options.get("bbox_inches") or matplotlib.rcParams["savefig.bbox"]
    with _remembered_layout(), nullcontext() if cropped else _layout_draws_nothing():
        return _stock_save(canvas, file, *args, **options)


def _has_layout(figure: Figure, *engines: type) -> bool:
    """Whether a figure's axes stay where they are, or one of these moves them."""
    engine = figure.get_layout_engine()
    return engine is None or type(engine) in engines


def _is_plain(figure: Figure) -> bool:
    """Whether one pass is known to give the same pixels as two."""
    if not _KNOWN_MATPLOTLIB or type(figure) is not Figure:
        return False
    if not hasattr(figure.canvas, "get_renderer"):
        return False
    if not figure.axes or figure.subfigs:
        return False
    locators = {type(axes.get_axes_locator()) for axes in figure.axes}
    if not locators <= {type(None), _COLORBAR_LOCATOR}:
        return False
    if any(type(axes) is not Axes for axes in figure.axes):
        return False
    return all(
        type(artist).__module__.startswith("matplotlib.") for artist in figure.findobj()
    )


@contextmanager
def _remembered_layout() -> Iterator[None]:
    """Let texts and axes remember their layout while nothing can change it."""
    text: Any = Text
    axis: Any = Axis
    originals = (text._get_layout, axis._update_ticks)
    text._get_layout = _remember(text._get_layout, _text_state)
    axis._update_ticks = _remember(axis._update_ticks, _axis_state)
    try:
        yield
    finally:
        text._get_layout, axis._update_ticks = originals


@contextmanager
def _layout_draws_nothing() -> Iterator[None]:
    """Leave out the drawing where Matplotlib draws only to lay a figure out."""
    renderer: Any = RendererBase
    module: Any = image_module
    disabled, draw_all = renderer._draw_disabled, module._draw_list_compositing_images

    @contextmanager
    def nothing_drawn(self: Any) -> Iterator[None]:
        module._draw_list_compositing_images = lambda *arguments: None
        try:
            with disabled(self):
                yield
        finally:
            module._draw_list_compositing_images = draw_all

    renderer._draw_disabled = nothing_drawn
    try:
        yield
    finally:
        renderer._draw_disabled = disabled


def _remember(
    method: Callable[..., Any], state: Callable[..., tuple[Any, ...]]
) -> Callable[..., Any]:
    known: dict[tuple[Any, ...], Any] = {}

    def remembering(self: Any, *arguments: Any) -> Any:
        key = (id(self), *map(id, arguments), *state(self))
        if key not in known:
            known[key] = method(self, *arguments)
        return known[key]

    return remembering


def _text_state(text: Any) -> tuple[Any, ...]:
    """What a text's layout depends on, besides itself and the renderer."""
    return (
        text.get_text(),
        text.get_rotation(),
        text.get_rotation_mode(),
        text.get_horizontalalignment(),
        text.get_verticalalignment(),
        text.get_fontsize(),
        text.get_figure(root=True).dpi,
        # Wrapping looks at the position.
        text.get_position() if text.get_wrap() else None,
    )


def _axis_state(axis: Axis) -> tuple[Any, ...]:
    """What an axis's ticks depend on while a figure is drawn."""
    box = axis.axes.bbox
    return (*axis.get_view_interval(), box.width, box.height)
