import base64
import builtins
import io
import re

import matplotlib
import numpy as np
import pytest

from nnlib import viz
from nnlib.viz import style as style_function
from nnlib.viz.style import (
    CLASS_COLORS,
    LINE_STYLES,
    MARKERS,
    PALETTE,
    class_colormap,
    new_figure,
    settings,
    styled,
    thin_markers,
)

ALT = "A straight line that rises from the lower left to the upper right."


@pytest.fixture
def shown(monkeypatch):
    """What `show` publishes, as a list of (data, metadata)."""
    import IPython.display

    published = []
    monkeypatch.setattr(
        IPython.display,
        "publish_display_data",
        lambda data, metadata=None: published.append((data, metadata)),
    )
    return published


def line_figure():
    figure, axes = new_figure()
    axes.plot([0, 1], [0, 1])
    return figure


def test_style_is_a_function_even_after_its_module_was_imported():
    assert viz.style is style_function
    assert callable(viz.style)


def test_lecture_files_load_on_first_use_and_typos_are_named():
    assert viz.neurons.__name__ == "nnlib.viz.neurons"
    with pytest.raises(AttributeError, match="no 'neuronz'"):
        _ = viz.neuronz


def test_importing_viz_imports_neither_matplotlib_nor_ipywidgets():
    import subprocess
    import sys

    code = (
        "import sys, nnlib.viz, nnlib.viz.explore\n"
        "assert not {'matplotlib', 'ipywidgets', 'IPython'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_show_stores_the_picture_with_its_alt_text(shown):
    viz.show(line_figure(), alt=ALT)
    [(data, metadata)] = shown
    assert metadata["image/png"]["alt"] == ALT
    assert data["text/plain"] == f"Figure: {ALT}"
    image = base64.b64decode(data["image/png"])
    assert image.startswith(b"\x89PNG")
    assert f'alt="{ALT}"' in data["text/html"]
    assert data["image/png"] in data["text/html"]


def test_show_sets_the_width_so_that_sharp_images_do_not_grow(shown):
    from matplotlib.image import imread

    viz.show(line_figure(), alt=ALT)
    [(data, metadata)] = shown
    pixels = imread(io.BytesIO(base64.b64decode(data["image/png"])))
    assert metadata["image/png"]["width"] == 768
    assert pixels.shape[1] == 1152
    assert 'width="768"' in data["text/html"]


@pytest.mark.parametrize("alt", ["", "a plot", "x" * 80, "   \n  "])
def test_show_refuses_a_figure_without_alt_text(shown, alt):
    with pytest.raises(ValueError, match="needs alt text of at least 30 characters"):
        viz.show(line_figure(), alt=alt)
    with pytest.raises(ValueError, match="got ''"):
        viz.show(line_figure())
    assert shown == []


def test_show_refuses_alt_that_is_no_text(shown):
    with pytest.raises(TypeError, match="alt must be a string, got int"):
        viz.show(line_figure(), alt=3)


def test_alt_is_one_line_and_cannot_leave_its_attribute(shown):
    viz.show(
        line_figure(), alt='Left "a" & right <b>,\n   both of them are straight lines'
    )
    [(data, metadata)] = shown
    text = 'Left "a" & right <b>, both of them are straight lines'
    assert metadata["image/png"]["alt"] == text
    assert "<b>" not in data["text/html"]
    assert data["text/html"].count("<") == 1


def test_show_closes_a_pyplot_figure(shown):
    from matplotlib import pyplot as plt

    plt.switch_backend("agg")
    figure, _ = plt.subplots()
    viz.show(figure, alt=ALT)
    assert not plt.fignum_exists(figure.number)


def test_colours_line_styles_and_markers_change_together():
    cycle = list(settings()["axes.prop_cycle"])
    assert len(cycle) == len(PALETTE) == len(LINE_STYLES) == len(MARKERS)
    for key in ("color", "linestyle", "marker"):
        assert len({str(entry[key]) for entry in cycle}) == len(cycle)


def luminance(color):
    from matplotlib.colors import to_rgb

    rgb = np.array(to_rgb(color))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def deuteranope(color):
    """How somebody without green receptors sees a colour (Vienot et al., 1999)."""
    from matplotlib.colors import to_rgb

    r, g, b = np.array(to_rgb(color)) ** 2.2
    return np.array(
        [0.29275 * r + 0.70725 * g, 0.29275 * r + 0.70725 * g, b - 0.02234 * (r - g)]
    )


def test_the_two_classes_differ_without_red_green_vision():
    first, second = map(deuteranope, CLASS_COLORS)
    assert np.abs(first - second).max() > 0.3


def test_points_stand_out_on_the_map_of_their_class():
    for color, place in zip(CLASS_COLORS, (0.0, 1.0), strict=True):
        ground, point = luminance(class_colormap()(place)), luminance(color)
        assert (ground + 0.05) / (point + 0.05) > 1.5


def test_style_changes_the_settings_of_own_plots():
    with matplotlib.rc_context():
        viz.style()
        assert matplotlib.rcParams["font.size"] >= 12
        assert matplotlib.rcParams["lines.linewidth"] >= 2


def test_styled_functions_leave_the_settings_alone():
    before = matplotlib.rcParams["font.size"]

    @styled
    def size():
        return matplotlib.rcParams["font.size"]

    assert size() == settings()["font.size"]
    assert matplotlib.rcParams["font.size"] == before


def test_thin_markers_keeps_all_data_points_and_thins_curves():
    figure, axes = new_figure()
    many = np.linspace(0, 1, 200)
    [curve] = axes.plot(many, many, marker="o")
    [points] = axes.plot(many, many, "o")
    [few] = axes.plot([0, 1, 2], [0, 1, 2], marker="o")
    thin_markers(figure)
    assert curve.get_markevery() == 0.15
    assert points.get_markevery() is None
    assert few.get_markevery() is None


def test_new_figures_are_unknown_to_pyplot():
    from matplotlib import pyplot as plt

    before = plt.get_fignums()
    line_figure()
    assert plt.get_fignums() == before


def test_fonts_come_with_matplotlib():
    from matplotlib import font_manager

    found = font_manager.findfont(settings()["font.family"], fallback_to_default=False)
    assert re.search(r"matplotlib.mpl-data.fonts", found)


def test_explorers_say_what_to_install(monkeypatch):
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name == "ipywidgets":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ImportError, match=r"nncourse\[lab\].*neurons.neuron_map"):
        viz.neurons.explore_neuron()
