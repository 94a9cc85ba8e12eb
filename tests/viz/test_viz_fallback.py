"""Where matplotlib is missing, notebooks show ready pictures, words and numbers."""

import IPython.display
import numpy as np
import pytest

from nnlib.data import moons
from nnlib.layers import Linear, Sequential
from nnlib.optim import SGD
from nnlib.train import fit
from nnlib.viz import fallback, neurons, show, style, training_watch

ALT = 'A curve of "one" neuron that rises from 0 to 1 & stays there.'


@pytest.fixture(autouse=True)
def no_matplotlib(monkeypatch, tmp_path):
    """Pretend that it is missing, in a folder without pictures."""
    fallback.can_draw.cache_clear()
    monkeypatch.setattr(fallback, "find_spec", lambda name: None)
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    fallback.can_draw.cache_clear()


@pytest.fixture
def shown(monkeypatch):
    """What `show` publishes of a figure that it cannot draw."""
    published = []
    monkeypatch.setattr(IPython.display, "publish_display_data", published.append)

    def publish(figure):
        show(figure, alt=ALT)
        return published[-1]

    return publish


def test_a_figure_says_why_it_is_none():
    style()
    assert repr(neurons.neuron_map()) == fallback.WHY


def test_a_figure_is_told_in_words(shown):
    data = shown(neurons.neuron_map())
    assert fallback.WHY in data["text/html"]
    assert "of &quot;one&quot; neuron" in data["text/html"]
    assert data["text/plain"].endswith(ALT)


def test_a_ready_picture_takes_its_place(no_matplotlib, shown):
    folder = no_matplotlib / fallback.FOLDER
    folder.mkdir()
    (folder / fallback.picture_name(ALT)).write_bytes(b"PNG")
    data = shown(neurons.neuron_map())
    assert 'src="data:image/png;base64,UE5H"' in data["text/html"]
    assert "This is how the course draws it" in data["text/html"]


def test_sliders_move_the_sentence():
    explorer = neurons.explore_neuron()
    before = explorer.caption.value
    explorer.set(w1=2.0)
    assert "boundary 2 x1" in explorer.caption.value != before
    assert fallback.WHY in explorer.picture.value


def test_live_curves_tell_the_last_epoch():
    curves = training_watch.LiveCurves(every=1)
    rng = np.random.default_rng(1)
    X, labels = moons(20, rng=rng)
    model = Sequential(Linear(2, 2, rng=rng))
    fit(model, SGD(model.parameters(), lr=0.1), X, labels, callbacks=[curves], rng=rng)
    assert fallback.WHY in curves.picture.value
    assert "loss" in curves.picture.value
