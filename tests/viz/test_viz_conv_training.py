import numpy as np
import pytest

from nnlib.conv import as_dense_matrix
from nnlib.layers import Conv2d, Sequential, count_parameters
from nnlib.viz import conv_training


@pytest.fixture(scope="module")
def digits():
    return conv_training.digit_sets()


def test_digits_are_split_once_and_have_32_bits(digits):
    (X, y), (X_test, y_test) = digits
    assert X.shape[1:] == X_test.shape[1:] == (1, 8, 8)
    assert X.dtype == np.float32
    assert (len(X), len(X_test)) == (len(y), len(y_test))
    assert len(X) / (len(X) + len(X_test)) == pytest.approx(0.7, abs=0.01)


@pytest.mark.parametrize("columns", [-2, 0, 1])
def test_shifted_ink_does_not_wrap_round(columns):
    images = np.arange(1.0, 33.0).reshape(2, 1, 4, 4)
    moved = conv_training.shifted(images, columns)
    for column in range(4):
        source = column - columns
        expected = images[..., source] if 0 <= source < 4 else np.zeros((2, 1, 4))
        np.testing.assert_array_equal(moved[..., column], expected)


def test_networks_have_the_sizes_of_the_lecture():
    rng = np.random.default_rng(0)
    models = conv_training.dense_net(rng), conv_training.flat_cnn(rng)
    assert [count_parameters(m.parameters()) for m in models] == [6010, 5622]


def test_first_look_is_hurt_by_a_shift_and_not_by_shuffling(digits):
    look = conv_training.first_look(*digits)
    as_is, moved, shuffled = look.accuracies
    assert min(as_is, shuffled) > 0.94 > 0.65 > moved
    first = digits[1][0][0]
    np.testing.assert_array_equal(look.images[0], first)
    np.testing.assert_array_equal(look.images[1][0, :, 1:], first[0, :, :-1])
    assert not np.array_equal(look.images[2], first)
    np.testing.assert_array_equal(np.sort(look.images[2], None), np.sort(first, None))
    assert look.titles[1] == f"moved by one pixel\n{moved:.0%} right"
    scores = conv_training.accuracy_when_moved(look.dense, digits[1], (0, 1))
    assert scores == [as_is, moved]


def test_training_changes_the_model_and_keeps_32_bits(digits):
    rng = np.random.default_rng(0)
    model = conv_training.flat_cnn(rng)
    before = model.parameters()[0].value.copy()
    assert conv_training.train(model, digits[0], 1, rng) is model
    after = model.parameters()[0].value
    assert after.dtype == np.float32
    assert not np.allclose(after, before)


def test_restoring_learns_from_noisy_to_clean():
    rng = np.random.default_rng(1)
    clean, noisy = conv_training.noisy_digits(rng)
    assert clean.shape == noisy.shape == (500, 1, 16, 16)
    assert (noisy - clean).std() == pytest.approx(0.4, rel=0.02)
    model = Sequential(Conv2d(1, 1, kernel=3, pad=1, rng=rng))
    conv_training.learn_to_restore(model, noisy[:400], clean[:400], rng)
    error = np.mean((model(noisy[400:]) - clean[400:]) ** 2)
    assert error < 0.5 * np.mean((noisy[400:] - clean[400:]) ** 2)


def test_matrix_examples_are_layers_of_six_by_six_images():
    matrices = conv_training.matrix_examples()
    shapes = {name: matrix.shape for name, matrix in matrices.items()}
    assert shapes == {
        "dense": (36, 36),
        "convolution": (36, 36),
        "stride 2": (36, 9),
    }
    nine = np.arange(1.0, 10.0).reshape(1, 1, 3, 3)
    np.testing.assert_array_equal(
        matrices["convolution"], as_dense_matrix(nine, (6, 6), pad=1)
    )
    assert np.count_nonzero(matrices["dense"]) == 1296
