import numpy as np
import pytest

from nnlib.layers import Conv2d, Linear, ReLU, Sequential
from nnlib.viz import conv_networks
from nnlib.viz.quiz import Quiz


def shown(axes):
    return np.asarray(axes.images[0].get_array())


def test_image_row_shows_each_image_under_its_title(no_overlap):
    images = [np.full((1, 8, 8), 0.25), np.full((1, 8, 8), 0.75)]
    figure = conv_networks.image_row(images, ["first", "second"])
    no_overlap(figure)
    assert [axes.get_title() for axes in figure.axes] == ["first", "second"]
    for axes, image in zip(figure.axes, images, strict=True):
        np.testing.assert_array_equal(shown(axes), image[0])
        assert axes.images[0].get_clim() == (0, 1)


def test_shift_accuracy_draws_one_curve_a_network_and_the_guess(no_overlap):
    scores = {"dense": np.array([0.4, 0.9, 0.5]), "cnn": np.array([0.8, 0.9, 0.85])}
    figure = conv_networks.shift_accuracy([-1, 0, 1], scores)
    no_overlap(figure)
    axes = figure.axes[0]
    for line, (name, values) in zip(axes.lines, scores.items(), strict=False):
        assert line.get_label() == name
        np.testing.assert_array_equal(line.get_xydata(), np.c_[[-1, 0, 1], values])
    assert list(axes.lines[2].get_ydata()) == [0.1, 0.1]
    assert len({line.get_linestyle() for line in axes.lines}) == 3


def test_feature_maps_of_a_moved_image_are_moved(no_overlap):
    rng = np.random.default_rng(0)
    body = Sequential(Conv2d(1, 5, 3, pad=1, rng=rng), ReLU())
    image = np.zeros((8, 8))
    image[2:5, 2:5] = rng.uniform(size=(3, 3))
    figure = conv_networks.feature_maps(body, [image, np.roll(image, 1, axis=1)])
    no_overlap(figure)
    top, middle, bottom = (figure.axes[6 * k : 6 * k + 6] for k in range(3))
    np.testing.assert_array_equal(shown(top[1]), body[0].W.value[0, 0])
    np.testing.assert_array_equal(shown(middle[0]), image)
    for before, after in zip(middle[1:], bottom[1:], strict=True):
        assert before.images[0].get_clim() == after.images[0].get_clim()
        np.testing.assert_allclose(np.roll(shown(before), 1, axis=1), shown(after))


def test_feature_maps_need_a_convolution_first():
    model = Sequential(Linear(4, 2, rng=np.random.default_rng(0)))
    with pytest.raises(TypeError, match="expected a Conv2d layer"):
        conv_networks.feature_maps(model, [np.zeros((2, 2))])


def test_restored_images_are_labelled_with_their_error(no_overlap):
    clean = np.zeros((3, 4, 4))
    rows = {"noisy": clean + 0.5, "network": clean + 0.1}
    figure = conv_networks.restored_images(rows, clean)
    no_overlap(figure)
    assert len(figure.axes) == 9
    labels = [figure.axes[3 * k].get_ylabel() for k in range(3)]
    assert labels == ["clean", "noisy\nmse 0.250", "network\nmse 0.010"]
    np.testing.assert_array_equal(shown(figure.axes[4]), np.full((4, 4), 0.5))


def test_quiz_has_one_right_answer_a_question():
    quiz = conv_networks.quiz()
    assert isinstance(quiz, Quiz)
    assert len(quiz.questions) == 5
    for question in quiz.questions:
        assert 0 <= question.right < len(question.options)
        assert len(set(question.options)) == len(question.options)
        assert question.mark(question.right).startswith("Right")
