"""Assignment 10: its printed numbers, the library, the capstone, its figure."""

import matplotlib
import numpy as np
import pytest

from nnlib import regularizers, train
from nnlib.losses import softmax_cross_entropy


@pytest.fixture
def a10(read):
    return read("a10")


@pytest.fixture
def reference(a10):
    return a10.rehearsal.reference()


@pytest.fixture
def given(a10):
    """The names that the set-up cell of the notebook defines."""
    namespace: dict = {}
    start = a10.text.index("import numpy as np")
    exec(a10.text[start : a10.text.index("# %%", start)], namespace)
    return namespace


def test_printed_numbers(reference):
    sizes = [
        len(p) for p in reference["split"](10, (0.6, 0.2, 0.2), np.random.default_rng())
    ]
    assert sizes == [6, 2, 2]
    scores, labels = np.array([[0.0, 0], [0, 0], [1000, 0]]), np.array([0, 1, 0])
    loss, accuracy = reference["evaluate"](lambda x: x, scores, labels, 2)
    assert round(loss, 4) == 0.4621 and accuracy == pytest.approx(2 / 3)
    W = [np.array([[1.0, -2.0], [0.5, 0.0]])]
    assert reference["penalised"](2.0, W, 1, 0) == 5.5
    assert reference["penalised"](2.0, W, 0, 1) == 7.25
    stopper = reference["EarlyStopping"](2)
    given = [stopper.update(loss, {"w": np.ones(1)}) for loss in (5, 4, 4.5, 4.2)]
    assert given == [False, False, False, True] and stopper.best_epoch == 2
    new = reference["train_epoch"](
        {"w": np.array([1.0])},
        lambda params, x, t: {"w": np.array([1.0])},
        *(np.zeros((5, 1)), np.zeros(5), 2, 0.1, np.random.default_rng(0)),
    )
    np.testing.assert_allclose(new["w"], [0.7])
    script = [3.0, 1.0, 2.0, 4.0, 0.0]
    best, losses = reference["fit"](
        {"w": np.array([0.0])},
        lambda p: {"w": p["w"] + 1},
        lambda p: script[int(p["w"][0]) - 1],
        *(5, 2),
    )
    assert (best["w"].tolist(), losses) == ([2], [3, 1, 2, 4])


def test_parts_agree_with_the_library(reference):
    rng = np.random.default_rng(1)
    S, y = rng.normal(0, 3, (11, 4)), rng.integers(4, size=11)
    loss, accuracy = reference["evaluate"](lambda x: x, S, y, 4)
    assert loss == pytest.approx(softmax_cross_entropy(S, y)[0])
    assert accuracy == np.mean(S.argmax(axis=1) == y)
    W = rng.normal(0, 1, (3, 2))
    want = 0.5 + regularizers.l1(W, 0.3)[0] + regularizers.l2(W, 0.1)[0]
    assert reference["penalised"](0.5, [W], 0.3, 0.1) == pytest.approx(want)


def test_early_stopping_agrees_with_the_library(reference):
    losses = [5.0, 6.0, 6.0, 4.0, 4.4, 4.3, 3.9, 5.0, 5.0, 5.0]
    stopper, theirs = reference["EarlyStopping"](3), train.EarlyStopping(patience=3)
    assert theirs.patience == stopper.patience
    given = [stopper.update(loss, {"w": np.ones(1)}) for loss in losses]
    assert given.index(True) + 1 == len(losses)
    assert stopper.best_epoch == 7


@pytest.mark.parametrize("seed", range(4))
def test_the_reference_network_is_well_above_the_bar(reference, given, seed):
    parts = [given[k] for k in ("X_TRAIN", "Y_TRAIN", "X_VALID", "Y_VALID")]
    predict = reference["train_network"](*parts, np.random.default_rng(seed))
    unseen = given["X_DIGITS"][1200:], given["Y_DIGITS"][1200:]
    assert np.mean(predict(unseen[0]) == unseen[1]) > 0.945


def test_the_parts_share_no_image(given):
    images = given["X_DIGITS"]
    assert len(given["X_TRAIN"]) == 900 and len(given["X_VALID"]) == 300
    assert len(images) - 1200 == 597
    assert len(np.unique(images, axis=0)) == len(images)


def test_the_figure_shows_the_students_own_result(
    a10, reference, given, monkeypatch, capsys
):
    matplotlib.use("Agg")
    shown = []
    monkeypatch.setattr("nnlib.viz.show", lambda figure, alt: shown.append(figure))
    (source,) = a10.rehearsal.plain_cells
    with matplotlib.rc_context():
        exec(source, {**given, **reference})
    *pictures, curves = shown[0].axes
    assert all(len(ax.images) == 1 for ax in pictures)
    lines = {line.get_label(): line.get_ydata() for line in curves.get_lines()}
    validation = lines["validation"]
    assert len(validation) < 60
    assert len(validation) - 1 - np.argmin(validation) == 8
    assert lines["training"][-1] < lines["training"][np.argmin(validation)]
    assert "of 300 validation images are wrong" in capsys.readouterr().out

    def unfinished(*_):
        raise NotImplementedError("Task 10.6: return the best parameters")

    with matplotlib.rc_context():
        exec(source, {**given, **reference, "fit": unfinished})
    assert "What is missing: Task 10.6" in capsys.readouterr().out
