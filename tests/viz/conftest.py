import base64
import io
import re
import time

import numpy as np
import pytest

# Seconds of processor time for one move of a slider: 0.15 on an idle machine, where the
# caches are not shared with other tests.
SLOWEST = 0.250


def every_value(control):
    """The ends, the start and a few places between them."""
    import ipywidgets

    if isinstance(control, ipywidgets.Dropdown):
        return list(control.options)
    if isinstance(control, ipywidgets.FloatLogSlider):
        return [*np.logspace(control.min, control.max, 5), control.value]
    values = [*np.linspace(control.min, control.max, 5), control.value]
    return [type(control.value)(value) for value in values]


def picture_of(explorer):
    """(width in pixels, alt text, PNG bytes) of what the explorer shows."""
    tag = explorer.picture.value
    data = re.search(r'base64,([^"]+)"', tag)[1]
    return (
        int(re.search(r'width="(\d+)"', tag)[1]),
        re.search(r'alt="([^"]*)"', tag)[1],
        base64.b64decode(data),
    )


@pytest.fixture
def picture():
    return picture_of


@pytest.fixture
def sweep():
    """Move every control over its range; every setting must draw and be described."""

    def move(explorer):
        from matplotlib.image import imread

        seen = set()
        for name, control in explorer.controls.items():
            for value in every_value(control):
                explorer.set(**{name: value})
                width, alt, data = picture_of(explorer)
                pixels = imread(io.BytesIO(data))
                assert pixels.shape[1] == width
                assert pixels.std() > 0.01, "the picture is blank"
                assert len(alt) >= 30
                seen.add(data)
            assert len(seen) > 1, f"nothing changes when {name} moves"
            explorer.reset()
        return len(seen)

    return move


@pytest.fixture
def is_quick():
    """The fastest of a few redraws must stay below the limit.

    Processor time and the fastest run: what else the machine does must not fail a test.
    """

    def check(explorer):
        times = []
        for _ in range(10):
            start = time.thread_time()
            explorer.redraw()
            times.append(time.thread_time() - start)
        assert min(times) < SLOWEST, f"{min(times):.3f} s for one move of a slider"

    return check


@pytest.fixture
def no_overlap():
    """Text of a figure stays inside it, and its axes have labels or no ticks."""

    def check(figure):
        from matplotlib.backends.backend_agg import FigureCanvasAgg

        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        width, height = canvas.get_width_height()
        for axes in figure.axes:
            for text in [axes.title, axes.xaxis.label, axes.yaxis.label]:
                if text.get_text():
                    box = text.get_window_extent()
                    assert box.x0 >= -1, text
                    assert box.x1 <= width + 1, text
                    assert box.y0 >= -1, text
                    assert box.y1 <= height + 1, text

    return check
