"""Figures that are laid out once look exactly like Matplotlib's own."""

import io

import matplotlib.pyplot as plt
import numpy as np
import pytest
from IPython.core import pylabtools
from matplotlib.backend_bases import FigureCanvasBase
from PIL import Image

from autograder.sandbox.inside import figures

STOCK = figures._stock_print_figure


def lines(rng):
    _, axes = plt.subplots()
    axes.plot(rng.random(50), label="a")
    axes.set(title="title", xlabel="x", ylabel="two\nlines")
    axes.legend()


def images(rng):
    _, grid = plt.subplots(2, 5, figsize=(8, 3))
    for number, axes in enumerate(grid.flat):
        axes.imshow(rng.random((9, 9)), cmap="gray")
        axes.set_title(str(number))
        axes.axis("off")


def colorbar(rng):
    plt.imshow(rng.random((9, 9)))
    plt.colorbar()
    plt.title("$x^2$")


def logarithmic(rng):
    _, grid = plt.subplots(1, 2)
    grid[0].semilogy(rng.random(50))
    grid[1].loglog(rng.random(50) + 0.01)
    plt.suptitle("both")
    plt.tight_layout()


def scatter(rng):
    plt.scatter(*rng.random((2, 100)), c=rng.random(100))
    plt.axis("equal")
    plt.xticks(rotation=45)
    plt.grid()


def bars(rng):
    plt.bar(list("abc"), [1, 2, 3])
    plt.annotate("here", (1, 2), (0.5, 2.5), arrowprops={"arrowstyle": "->"})


def twins(rng):
    _, axes = plt.subplots()
    axes.plot(rng.random(9))
    axes.text(0.5, 0.5, "many words " * 10, wrap=True)
    axes.twinx().plot(10 * rng.random(9), "r")


def contours(rng):
    _, axes = plt.subplots()
    axes.contourf(rng.random((20, 20)))
    axes.set_aspect("equal")
    axes.margins(0.2)


def shared(rng):
    figure, grid = plt.subplots(2, 2, sharex=True)
    for axes in grid.flat:
        axes.plot(rng.random(5))
    grid[0, 0].set_aspect("equal", adjustable="datalim")
    figure.legend(["a"])


def numbers(rng):
    plt.plot(np.array([1, 2, 3]) * 1e8, [1.0, 1.0001, 1.0002])
    plt.xlim(1e8, 2.5e8)
    plt.minorticks_on()


def inset(rng):
    _, axes = plt.subplots()
    axes.plot(rng.random(5))
    axes.inset_axes([0.5, 0.5, 0.4, 0.4]).plot([1, 2])


def constrained(rng):
    _, grid = plt.subplots(2, 2, layout="constrained")
    grid[0, 0].plot([1, 2])


def polar(rng):
    plt.polar(np.arange(5), np.arange(5))


def three_dimensional(rng):
    axes = plt.figure().add_subplot(projection="3d")
    axes.plot_surface(*np.meshgrid(range(5), range(5)), rng.random((5, 5)))


ONE_PASS = [lines, images, colorbar, logarithmic, scatter, bars, twins, contours]
ONE_PASS += [shared, numbers, inset]
USUAL_WAY = [polar, three_dimensional]
EVERY = [*ONE_PASS, constrained, *USUAL_WAY]


@pytest.fixture
def render():
    def render_with(print_figure, draw):
        draw(np.random.default_rng(1))
        figure = plt.gcf()
        plain = figures._is_plain(figure)
        data = print_figure(figure, "png", bbox_inches="tight")
        plt.close("all")
        return np.asarray(Image.open(io.BytesIO(data))), plain

    with plt.rc_context({"figure.dpi": 60}):
        before = plt.get_backend()
        plt.switch_backend("agg")
        yield render_with
        plt.switch_backend(before)


@pytest.mark.parametrize("draw", EVERY)
def test_pixels_are_the_same(render, draw):
    ours, plain = render(figures.print_figure, draw)
    stock, _ = render(STOCK, draw)
    assert np.array_equal(ours, stock)
    assert plain == (draw not in USUAL_WAY)


@pytest.mark.parametrize("layout", [None, "constrained_layout.use", "autolayout"])
@pytest.mark.parametrize("draw", EVERY)
def test_pixels_of_a_saved_figure_are_the_same(draw, layout, monkeypatch):
    def save(print_figure):
        monkeypatch.setattr(FigureCanvasBase, "print_figure", print_figure)
        draw(np.random.default_rng(1))
        buffer = io.BytesIO()
        plt.savefig(buffer, format="png", dpi=70)
        plt.close("all")
        return np.asarray(Image.open(buffer))

    settings = {"figure.dpi": 60} | ({f"figure.{layout}": True} if layout else {})
    with plt.rc_context(settings):
        plt.switch_backend("agg")
        stock = save(figures._stock_save)
        calls = []

        def ours_seen(*arguments, **options):
            calls.append(options)
            return figures.save_figure(*arguments, **options)

        ours = save(ours_seen)
    assert calls[0]["format"] == "png"
    assert np.array_equal(ours, stock)


def test_second_rendering_sees_changes(render):
    def twice(rng):
        lines(rng)
        figures.print_figure(plt.gcf())
        plt.gca().set(title="another title", xlim=(0, 5))

    assert np.array_equal(
        render(figures.print_figure, twice)[0], render(STOCK, twice)[0]
    )


def test_other_formats_go_the_usual_way():
    lines(np.random.default_rng(0))
    figure = plt.gcf()
    assert figures.print_figure(figure, "svg").startswith("<?xml")
    plt.close("all")
    assert figures.print_figure(plt.figure()) is None
    plt.close("all")
    assert pylabtools.print_figure is STOCK
