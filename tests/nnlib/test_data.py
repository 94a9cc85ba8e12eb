"""Data sets, mini-batches, splits, the IDX reader."""

import gzip
import struct
from importlib.resources import files

import numpy as np
import pytest

from nnlib import data


def test_digits_are_those_of_scikit_learn():
    datasets = pytest.importorskip("sklearn.datasets", reason="needs scikit-learn")
    x, y = data.digits()
    theirs = datasets.load_digits()
    assert x.shape == (1797, 1, 8, 8) and x.dtype == float
    np.testing.assert_array_equal(x[:, 0] * 16, theirs.images)
    np.testing.assert_array_equal(y, theirs.target)
    flat, _ = data.digits(flat=True, dtype=np.float32)
    assert flat.shape == (1797, 64) and flat.dtype == np.float32
    np.testing.assert_array_equal(flat, x.reshape(1797, 64))


def test_digits_file_is_small_and_says_where_it_is_from():
    folder = files("nnlib.data")
    assert len(folder.joinpath("digits.npz").read_bytes()) < 200_000
    text = folder.joinpath("README.md").read_text()
    assert "CC BY 4.0" in text and "10.24432/C50P49" in text


def test_xor():
    x, y = data.xor()
    np.testing.assert_array_equal(y, x[:, 0].astype(int) ^ x[:, 1].astype(int))


@pytest.mark.parametrize("make", [data.moons, data.spirals, data.blobs])
def test_points_come_from_the_generator_alone(make):
    x, y = make(90, rng=np.random.default_rng(1))
    again, _ = make(90, rng=np.random.default_rng(1))
    other, _ = make(90, rng=np.random.default_rng(2))
    np.testing.assert_array_equal(x, again)
    assert not np.allclose(x, other)
    assert x.shape == (90, 2) and y.shape == (90,)
    counts = np.bincount(y)
    assert counts.max() - counts.min() <= 1
    with pytest.raises(TypeError, match="default_rng"):
        make(90, rng=None)


def test_shapes_without_noise():
    rng = np.random.default_rng(0)
    x, y = data.moons(50, rng=rng, noise=0)
    np.testing.assert_allclose(np.linalg.norm(x[y == 0], axis=1), 1)
    np.testing.assert_allclose(np.linalg.norm(x[y == 1] - [1, 0.5], axis=1), 1)
    x, y = data.blobs(40, classes=4, rng=rng, noise=0)
    np.testing.assert_allclose(x[y == 1], [[0, 2]] * 10, atol=1e-12)
    x, _ = data.spirals(60, classes=2, rng=rng, noise=0)
    assert np.linalg.norm(x, axis=1).max() <= 1
    with pytest.raises(ValueError, match="n >= classes"):
        data.blobs(2, classes=3, rng=rng)


def test_tent_map_doubles_its_pieces_with_each_layer():
    x = np.linspace(0, 1, 2**7 + 1)
    for depth in range(1, 7):
        slopes = np.sign(np.diff(data.tent_map(x, depth)))
        assert 1 + np.count_nonzero(np.diff(slopes)) == 2**depth
    np.testing.assert_allclose(data.tent_map([0.25, 0.5, 1.0]), [0.5, 1.0, 0.0])
    np.testing.assert_allclose(data.tent_map(x, 0), x)


def test_square_grid():
    grid = data.square_grid(points=11)
    assert grid.shape == (121, 2)
    np.testing.assert_allclose(grid[[0, 1, 11]], [[-5, -5], [-4, -5], [-5, -4]])


def test_digit_6x6_is_a_fresh_array():
    data.digit_6x6()[:] = 0
    assert data.digit_6x6().sum() == pytest.approx(12.3)


def test_synthetic_digits():
    clean, labels = data.synthetic_digits(20, size=16)
    np.testing.assert_array_equal(labels, np.arange(20) % 10)
    np.testing.assert_array_equal(clean[:10], clean[10:])
    assert data.synthetic_digits(size=28)[0].shape == (1000, 1, 28, 28)
    distinct = {image.tobytes() for image in clean[:10]}
    assert len(distinct) == 10 and clean.min() == 0 and clean.max() == 1
    x, y = data.synthetic_digits(300, 20, rng=np.random.default_rng(0))
    again, _ = data.synthetic_digits(300, 20, rng=np.random.default_rng(0))
    np.testing.assert_array_equal(x, again)
    assert x.shape == (300, 1, 20, 20) and x.min() >= 0 and x.max() <= 1
    np.testing.assert_array_equal(np.bincount(y), 30)
    assert len(np.unique(x[y == 3], axis=0)) == 30
    with pytest.raises(ValueError, match="size >= 8"):
        data.synthetic_digits(10, size=4)


def test_synthetic_digits_can_be_told_apart():
    """Nearest mean of the class: well above chance, so the drawings are digits."""
    x, y = data.synthetic_digits(600, 16, rng=np.random.default_rng(0))
    rows = x.reshape(600, -1)
    means = np.array([rows[:400][y[:400] == d].mean(axis=0) for d in range(10)])
    distance = np.linalg.norm(rows[400:, None] - means, axis=2)
    assert np.mean(distance.argmin(axis=1) == y[400:]) > 0.7


def test_minibatches_go_through_all_samples_once():
    x, y = np.arange(22)[:, None], np.arange(22) * 10
    batches = list(data.minibatches(x, y, 5, rng=np.random.default_rng(0)))
    assert [len(xb) for xb, _ in batches] == [5, 5, 5, 5, 2]
    rows = np.concatenate([xb[:, 0] for xb, _ in batches])
    assert sorted(rows) == list(range(22)) and list(rows) != list(range(22))
    assert all(np.array_equal(xb[:, 0] * 10, yb) for xb, yb in batches)
    dropped = list(data.minibatches(x, y, 5, shuffle=False, drop_last=True))
    assert [xb[0, 0] for xb, _ in dropped] == [0, 5, 10, 15]


def test_minibatches_mix_samples_not_batches():
    """With sorted labels, shuffling whole batches would keep every batch pure."""
    y = np.repeat(np.arange(4), 25)
    rng = np.random.default_rng(0)
    pure = [len(set(yb)) == 1 for _, yb in data.minibatches(y, y, 5, rng=rng)]
    assert np.mean(pure) < 0.2
    distinct = {
        tuple(xb.ravel())
        for _ in range(5)
        for xb, _ in data.minibatches(np.arange(12), np.arange(12), 4, rng=rng)
    }
    assert len(distinct) == 15


def test_minibatches_with_replacement():
    rng = np.random.default_rng(0)
    x = np.arange(100)
    rows = np.concatenate(
        [xb for xb, _ in data.minibatches(x, x, 10, rng=rng, replace=True)]
    )
    assert len(rows) == 100 and 50 < len(set(rows)) < 80


def test_n_batches():
    assert data.n_batches(60_000, 100) == 600
    assert data.n_batches(22, 5) == 5
    assert data.n_batches(22, 5, drop_last=True) == 4
    assert [data.n_batches(1000, b) for b in (1000, 1, 50)] == [1, 1000, 20]


def test_split_is_stratified():
    rng = np.random.default_rng(0)
    y = rng.permutation(np.repeat([0, 1, 2], [600, 300, 100]))
    x = np.arange(1000)
    parts = data.split(x, y, (0.5, 0.3, 0.2), rng=rng)
    assert [len(px) for px, _ in parts] == [500, 300, 200]
    assert sorted(np.concatenate([px for px, _ in parts])) == list(range(1000))
    for px, py in parts:
        np.testing.assert_array_equal(y[px], py)
        share = np.bincount(py) / len(py)
        np.testing.assert_allclose(share, [0.6, 0.3, 0.1], atol=0.01)
        assert len(np.unique(np.diff(px))) > 2  # in random order


def test_split_of_regression_targets():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(10, 2)), rng.normal(size=10)
    (train_x, _), (test_x, _) = data.split(x, y, (0.8, 0.2), rng=rng, stratify=False)
    assert len(train_x) == 8 and len(test_x) == 2
    with pytest.raises(TypeError, match="stratify=False"):
        data.split(x, y, rng=rng)


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        (lambda x: next(data.minibatches(x, x, 2)), TypeError, "default_rng"),
        (lambda x: data.minibatches(x, x[1:], 2), ValueError, "same number of samples"),
        (lambda x: data.minibatches(x, x, 0, shuffle=False), ValueError, "batch_size"),
        (lambda x: data.minibatches(x, x, 2.0, shuffle=False), ValueError, "an int"),
        (
            lambda x: data.minibatches(x, x, 2, shuffle=False, replace=True),
            ValueError,
            "random by nature",
        ),
        (
            lambda x: data.split(x, x, (0.5, 0.6), rng=np.random.default_rng(0)),
            ValueError,
            "sum 1",
        ),
        (
            lambda x: data.split(x, x, (0.99, 0.01), rng=np.random.default_rng(0)),
            ValueError,
            "leaves a part empty",
        ),
    ],
)
def test_bad_cuts(call, kind, text):
    with pytest.raises(kind, match=text):
        call(np.arange(6))


def idx_bytes(array, code):
    head = struct.pack(">BBBB", 0, 0, code, array.ndim)
    return head + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


@pytest.mark.parametrize(
    ("dtype", "code"),
    [(">u1", 8), (">i1", 9), (">i2", 11), (">i4", 12), (">f4", 13), (">f8", 14)],
)
def test_load_idx_reads_all_types(tmp_path, dtype, code):
    array = np.arange(24).reshape(2, 3, 4).astype(dtype)
    plain, packed = tmp_path / "images", tmp_path / "images.gz"
    plain.write_bytes(idx_bytes(array, code))
    packed.write_bytes(gzip.compress(idx_bytes(array, code), mtime=0))
    for path in (plain, str(packed)):
        out = data.load_idx(path)
        np.testing.assert_array_equal(out, array)
        assert out.dtype.isnative and out.flags.writeable


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"<html>not found</html>", "bad.idx is no IDX file"),
        (b"", "no IDX file"),
        (b"\0\0\x07\x01" + bytes(8), "no IDX file"),
        (b"\0\0\x08\x03" + bytes(6), "truncated in its header"),
        (idx_bytes(np.zeros((3, 4), np.uint8), 8)[:-1], "is truncated: 23 bytes"),
        (idx_bytes(np.zeros((3, 4), np.uint8), 8) + b"\0", "has too many bytes"),
        (
            gzip.compress(idx_bytes(np.zeros(50, np.uint8), 8), mtime=0)[:-9],
            "damaged gzip",
        ),
        (b"\x1f\x8b\x08garbage", "damaged gzip"),
    ],
)
def test_load_idx_refuses_damaged_files(tmp_path, content, text):
    path = tmp_path / "bad.idx"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=text):
        data.load_idx(path)
