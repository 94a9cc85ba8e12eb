"""Explorers: sliders above one picture that follows them.

An explorer is made of two functions with the same arguments: ``draw`` returns a figure
(called directly, it is the static twin of the explorer), ``describe`` returns one
sentence that says what the figure shows, used as alt text and as caption. The picture
is an HTML widget, not an output area: nothing flickers, no second figure appears, and
the alt text follows the sliders.
"""

from __future__ import annotations

import asyncio
import html
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nnlib.viz.fallback import WHY, UndrawnFigure
from nnlib.viz.style import SCREEN_DPI, check_alt, image_tag, thin_markers

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Slider:
    """A number between ``low`` and ``high``; integers if all four numbers are.

    A logarithmic slider takes ``low``, ``high`` and ``value`` as they are (not as
    exponents) and ``step`` in decades.
    """

    label: str
    value: float
    low: float
    high: float
    step: float
    unit: str = ""
    logarithmic: bool = False

    def widget(self, widgets: Any) -> Any:
        """The ipywidgets slider, labelled with its unit."""
        label = f"{self.label} ({self.unit})" if self.unit else self.label
        common = {"description": label, **_layout(widgets)}
        if self.logarithmic:
            from math import log10

            low, high = log10(self.low), log10(self.high)
            return widgets.FloatLogSlider(
                value=self.value, min=low, max=high, step=self.step, **common
            )
        numbers = (self.value, self.low, self.high, self.step)
        whole = all(isinstance(number, int) for number in numbers)
        kind = widgets.IntSlider if whole else widgets.FloatSlider
        return kind(
            value=self.value, min=self.low, max=self.high, step=self.step, **common
        )


@dataclass(frozen=True)
class Player(Slider):
    """A whole number that a play button counts up: an animation.

    interval: milliseconds from one step to the next.
    """

    interval: int = 300

    def play_button(self, widgets: Any, slider: Any) -> Any:
        """Play, pause and stop, which move the slider."""
        numbers = {"min": self.low, "max": self.high, "step": self.step}
        play = widgets.Play(value=self.value, interval=self.interval, **numbers)
        widgets.link((play, "value"), (slider, "value"))
        return play


@dataclass(frozen=True)
class Choice:
    """One of several named options."""

    label: str
    value: Any
    options: Sequence[Any]

    def widget(self, widgets: Any) -> Any:
        """The ipywidgets drop-down list."""
        return widgets.Dropdown(
            value=self.value,
            options=list(self.options),
            description=self.label,
            **_layout(widgets),
        )


def _layout(widgets: Any) -> dict[str, Any]:
    return {
        "style": {"description_width": "11em"},
        "layout": widgets.Layout(width="34em", max_width="100%"),
    }


def load_ipywidgets(static_twin: str) -> Any:
    """Import ipywidgets, or say how to get it and what to use instead."""
    try:
        import ipywidgets
    except ImportError:
        raise ImportError(
            "this explorer needs ipywidgets, which is not installed: run "
            f"pip install 'nncourse[lab]'; without it, look at {static_twin}"
        ) from None
    return ipywidgets


class Explorer:
    """Controls, a reset button and one picture that follows them.

    Args:
        draw: returns the figure for the values of the controls.
        describe: returns the sentence that says what that figure shows.
        controls: ``Slider`` or ``Choice`` for each argument of the two functions.
        delay: seconds in which further changes are collected before drawing.
    """

    def __init__(
        self,
        draw: Callable[..., Figure],
        describe: Callable[..., str],
        controls: Mapping[str, Slider | Choice],
        *,
        delay: float = 0.03,
    ) -> None:
        widgets = load_ipywidgets(f"{draw.__module__}.{draw.__name__}(...)")
        self._draw, self._describe, self._delay = draw, describe, delay
        self._places: list[Any] = []  # of the axes, from the first drawing
        self._formulas: Any = None
        self._pending: asyncio.TimerHandle | None = None
        self._moving = False
        self.start = {name: control.value for name, control in controls.items()}
        self.controls = {name: c.widget(widgets) for name, c in controls.items()}
        self.picture = widgets.HTML()
        self.caption = widgets.HTML()
        self.reset_button = widgets.Button(
            description="Reset", icon="undo", tooltip="Put every control back"
        )
        self.reset_button.on_click(lambda button: self.reset())
        for control in self.controls.values():
            control.observe(lambda change: self._changed(), names="value")
        players = [
            control.play_button(widgets, self.controls[name])
            for name, control in controls.items()
            if isinstance(control, Player)
        ]
        rows = [*self.controls.values(), *players, self.reset_button]
        self.widget = widgets.VBox([*rows, self.picture, self.caption])
        self.redraw()

    def values(self) -> dict[str, Any]:
        """The present values of the controls."""
        return {name: control.value for name, control in self.controls.items()}

    def set(self, **values: Any) -> None:
        """Move controls by name and draw once."""
        for name in values:
            if name not in self.controls:
                names = ", ".join(self.controls)
                raise ValueError(f"no control is named {name!r}; there are {names}")
        self._moving = True
        try:
            for name, value in values.items():
                self.controls[name].value = value
        finally:
            self._moving = False
        self.redraw()

    def reset(self) -> None:
        """Put every control back to where it was at first."""
        self.set(**self.start)

    def redraw(self) -> None:
        """Draw the figure for the present values; errors are raised."""
        self._forget_pending()
        values = self.values()
        text = check_alt(self._describe(**values))
        figure = self._draw(**values)
        if isinstance(figure, UndrawnFigure):
            self.picture.value = f"<p>{WHY} The numbers follow the controls:</p>"
        else:
            image, width = self._png(figure)
            self.picture.value = image_tag(image, text, width)
        self.caption.value = f'<p aria-live="polite">{html.escape(text)}</p>'

    def _png(self, figure: Figure) -> tuple[bytes, int]:
        """PNG and width of the figure, its axes where they were in the first drawing.

        Laying out a figure takes as long as drawing it, and a picture whose frame
        jumps while a slider moves cannot be watched.
        """
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from PIL import Image  # matplotlib itself depends on it

        thin_markers(figure)
        figure.set_dpi(SCREEN_DPI)
        canvas = FigureCanvasAgg(figure)
        # Parsed formulas are cached by parser, and a new canvas brings a new one.
        renderer = canvas.get_renderer()
        self._formulas = renderer.mathtext_parser = (
            self._formulas or renderer.mathtext_parser
        )
        if len(self._places) == len(figure.axes):
            figure.set_layout_engine("none")
            for axes, place in zip(figure.axes, self._places, strict=True):
                axes.set_position(place)
        canvas.draw()
        self._places = [axes.get_position(original=True) for axes in figure.axes]
        buffer = io.BytesIO()
        image = Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3])
        image.save(buffer, format="png", compress_level=1)  # print_png draws again
        return buffer.getvalue(), image.width

    def _changed(self) -> None:
        """Draw soon: changes that arrive within the delay share one drawing."""
        if self._moving:  # ``set`` draws once, when every control is in place
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # no event loop, as in a plain script
            self.redraw()
            return
        if self._pending is None:
            self._pending = loop.call_later(self._delay, self._draw_scheduled)

    def _draw_scheduled(self) -> None:
        try:
            self.redraw()
        except Exception as error:  # nobody awaits a timer: say it under the picture
            message = html.escape(f"{type(error).__name__}: {error}")
            self.caption.value = (
                f'<p role="alert">This setting cannot be drawn. {message}</p>'
            )

    def _forget_pending(self) -> None:
        if self._pending is not None:
            self._pending.cancel()
            self._pending = None

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """The live widget; where nothing moves, what it shows and where it moves."""
        sentence = self._describe(**self.values())
        return still_bundle(
            self.widget,
            f"<p><strong>Explorer.</strong> {html.escape(sentence)} "
            "<em>It moves in JupyterLab; the next picture shows one setting.</em></p>",
            f"Explorer: {sentence}",
            **kwargs,
        )


def still_bundle(widget: Any, page: str, text: str, **kwargs: Any) -> dict[str, Any]:
    """The MIME bundle of a widget, with HTML and text for readers without a kernel.

    JupyterLab prefers the widget, the course site and GitHub show the HTML.
    """
    bundle = widget._repr_mimebundle_(**kwargs)
    data = bundle[0] if isinstance(bundle, tuple) else bundle
    return {
        **data,
        "text/html": f'<div class="nncourse-still">{page}</div>',
        "text/plain": text,
    }
