import asyncio

import pytest

from nnlib.viz.explore import Choice, Explorer, Slider
from nnlib.viz.style import new_figure


class Recorder:
    """A drawing function that notes what it was asked to draw."""

    __name__ = "recorder"

    def __init__(self):
        self.asked = []

    def __call__(self, level, kind):
        self.asked.append((level, kind))
        if level > 8:
            raise ValueError(f"level {level} is <too> high")
        figure, axes = new_figure(size=(3, 2))
        axes.plot([0, 1], [0, level], "--" if kind == "dashed" else "-")
        return figure


def describe(level, kind):
    return f"A {kind} line that rises from zero to the level {level}."


@pytest.fixture
def explorer():
    recorder = Recorder()
    made = Explorer(
        recorder,
        describe,
        {
            "level": Slider("level", 2.0, 0.0, 10.0, 0.5, unit="V"),
            "kind": Choice("line", "plain", ("plain", "dashed")),
        },
    )
    made.recorder = recorder
    return made


def test_the_first_picture_is_drawn_at_once_with_alt_and_caption(explorer, picture):
    width, alt, data = picture(explorer)
    assert explorer.recorder.asked == [(2.0, "plain")]
    assert width == 288
    assert alt == describe(2.0, "plain")
    assert alt in explorer.caption.value
    assert data.startswith(b"\x89PNG")


def test_labels_carry_units(explorer):
    assert explorer.controls["level"].description == "level (V)"
    assert explorer.controls["kind"].description == "line"


def test_whole_numbers_make_whole_sliders():
    import ipywidgets

    assert isinstance(Slider("n", 1, 0, 9, 1).widget(ipywidgets), ipywidgets.IntSlider)
    control = Slider("rate", 0.1, 0.01, 1.0, 0.1, logarithmic=True).widget(ipywidgets)
    assert (control.min, control.max, control.value) == (-2, 0, 0.1)


def test_set_moves_several_controls_and_draws_once(explorer):
    explorer.set(level=4.0, kind="dashed")
    assert explorer.recorder.asked[1:] == [(4.0, "dashed")]
    assert explorer.values() == {"level": 4.0, "kind": "dashed"}


def test_an_unknown_control_is_named_with_those_that_exist(explorer):
    with pytest.raises(ValueError, match=r"no control is named 'speed'.*level, kind"):
        explorer.set(speed=1)


def test_the_reset_button_puts_everything_back(explorer):
    explorer.set(level=4.0, kind="dashed")
    explorer.reset_button.click()
    assert explorer.values() == {"level": 2.0, "kind": "plain"}
    assert explorer.recorder.asked[-1] == (2.0, "plain")


def test_changes_within_the_delay_share_one_drawing(explorer):
    async def drag():
        for level in (3.0, 4.0, 5.0, 6.0):
            explorer.controls["level"].value = level
        assert len(explorer.recorder.asked) == 1, "nothing is drawn while events come"
        await asyncio.sleep(0.1)

    asyncio.run(drag())
    assert explorer.recorder.asked[1:] == [(6.0, "plain")]


def test_a_long_drag_is_drawn_while_it_goes_on(explorer):
    async def drag():
        for level in (3.0, 4.0, 5.0):
            explorer.controls["level"].value = level
            await asyncio.sleep(0.2)

    asyncio.run(drag())
    assert [level for level, _ in explorer.recorder.asked] == [2.0, 3.0, 4.0, 5.0]


def test_a_failing_setting_is_told_under_the_picture(explorer):
    async def drag():
        explorer.controls["level"].value = 9.0
        await asyncio.sleep(0.1)
        failed = explorer.caption.value
        explorer.controls["level"].value = 3.0
        await asyncio.sleep(0.1)
        return failed

    failed = asyncio.run(drag())
    assert 'role="alert"' in failed
    assert "level 9.0 is &lt;too&gt; high" in failed
    assert describe(3.0, "plain") in explorer.caption.value


def test_errors_are_raised_when_code_draws(explorer):
    with pytest.raises(ValueError, match="is <too> high"):
        explorer.set(level=9.0)


def test_the_frame_of_the_axes_stays_where_it_is(explorer, picture):
    """Longer tick labels must not shift the picture while a slider moves."""
    places = list(explorer._places)
    explorer.set(level=7.5)
    assert [p.bounds for p in explorer._places] == [p.bounds for p in places]


def test_an_explorer_without_description_is_refused():
    with pytest.raises(ValueError, match="needs alt text"):
        Explorer(
            Recorder(),
            lambda level, kind: "short",
            {"level": Slider("l", 1, 0, 2, 1), "kind": Choice("k", "a", ("a",))},
        )


def test_it_shows_as_a_widget_and_as_text(explorer):
    bundle = explorer._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert bundle["text/plain"] == f"Explorer: {describe(2.0, 'plain')}"


def test_no_output_area_and_no_pyplot_figure(explorer):
    import ipywidgets
    from matplotlib import pyplot as plt

    kinds = {type(child) for child in explorer.widget.children}
    assert ipywidgets.Output not in kinds
    assert plt.get_fignums() == []
