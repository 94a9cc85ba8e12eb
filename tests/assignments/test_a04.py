"""Assignment 4: the numbers that its text promises, its gradients, and its figure."""

import matplotlib
import numpy as np
import pytest

from nnlib.data import digit_6x6
from nnlib.testing import numerical_gradient

X_TOY, KERNEL_TOY = np.arange(9.0).reshape(3, 3), np.array([[0.0, 1.0], [2.0, 3.0]])


@pytest.fixture
def a04(read):
    return read("a04")


@pytest.fixture
def reference(a04):
    return a04.rehearsal.reference()


def test_printed_numbers_of_one_window(reference):
    size = reference["output_size"]
    assert (size(6, 3), size(6, 3, pad=1), size(6, 3, stride=2, pad=1)) == (4, 6, 3)
    corr2d = reference["corr2d"]
    assert corr2d(X_TOY, KERNEL_TOY).tolist() == [[19, 25], [37, 43]]
    out = corr2d(X_TOY, KERNEL_TOY, stride=(3, 2), pad=(1, 1))
    assert out.tolist() == [[0, 8], [6, 8]]
    M = reference["as_matrix"](KERNEL_TOY, 3, 3)
    assert M.shape == (9, 4)
    assert M[:, 0].tolist() == [0, 1, 0, 2, 3, 0, 0, 0, 0]
    assert M[:, -1].tolist() == [0, 0, 0, 0, 0, 1, 0, 2, 3]
    assert (X_TOY.ravel() @ M).tolist() == [19, 25, 37, 43]


def test_printed_numbers_of_layers(reference):
    x = np.stack([X_TOY, X_TOY + 1])[None]
    W = np.stack([KERNEL_TOY, KERNEL_TOY + 1])[None]
    out = reference["conv_forward"](x, W, np.array([0.5]))
    assert out.tolist() == [[[[56.5, 72.5], [104.5, 120.5]]]]
    ones = np.ones((1, 1, 2, 2))
    dx, dW, db = reference["conv_backward"](
        ones, X_TOY[None, None], KERNEL_TOY[None, None]
    )
    assert dx.tolist() == [[[[0, 1, 1], [2, 6, 4], [2, 5, 3]]]]
    assert dW.tolist() == [[[[8, 12], [20, 24]]]] and db.tolist() == [4]
    x = np.array([[[[1.0, 2.0, 5.0, 3.0], [4.0, 0.0, 1.0, 1.0]]]])
    assert reference["max_pool"](x, 2).tolist() == [[[[4, 5]]]]
    dx = reference["max_pool_backward"](np.array([[[[10.0, 20.0]]]]), x, 2)
    assert dx.tolist() == [[[[0, 0, 20, 0], [10, 0, 0, 0]]]]
    count = reference["count_parameters"]
    assert count([("conv", 4, 6, 3, 3)]) == 222 and count([("dense", 50, 10)]) == 510


def test_gradients_agree_with_small_changes(reference):
    rng = np.random.default_rng(4)
    x, W, b = (rng.normal(0, 1, s) for s in ((2, 2, 4, 5), (3, 2, 2, 3), (3,)))
    forward = reference["conv_forward"]
    dout = rng.normal(0, 1, forward(x, W, b).shape)
    got = reference["conv_backward"](dout, x, W)
    want = (
        numerical_gradient(lambda x: forward(x, W, b), x, dout),
        numerical_gradient(lambda W: forward(x, W, b), W, dout),
        numerical_gradient(lambda b: forward(x, W, b), b, dout),
    )
    for one, other in zip(got, want, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-7)
    x = rng.permutation(72).reshape(2, 1, 6, 6) / 20
    pool, dout = reference["max_pool"], rng.normal(0, 1, (2, 1, 2, 2))
    want = numerical_gradient(lambda x: pool(x, 3), x, dout)
    got = reference["max_pool_backward"](dout, x, 3)
    np.testing.assert_allclose(got, want, atol=1e-6)


def test_layers_agree_with_pytorch(reference):
    torch = pytest.importorskip("torch")
    functional = torch.nn.functional
    rng = np.random.default_rng(5)
    x, W, b = (rng.normal(0, 1, s) for s in ((2, 3, 6, 4), (4, 3, 3, 2), (4,)))
    tensors = [torch.tensor(a, requires_grad=True) for a in (x, W, b)]
    out = functional.conv2d(*tensors)
    got = reference["conv_forward"](x, W, b)
    np.testing.assert_allclose(got, out.detach().numpy())
    dout = rng.normal(0, 1, got.shape)
    out.backward(torch.tensor(dout))
    for grad, tensor in zip(
        reference["conv_backward"](dout, x, W), tensors, strict=True
    ):
        np.testing.assert_allclose(grad, tensor.grad.numpy(), atol=1e-12)
    want = functional.max_pool2d(torch.tensor(x), 2).numpy()
    np.testing.assert_array_equal(reference["max_pool"](x, 2), want)
    for stride, pad in (((2, 1), (1, 0)), ((1, 3), (0, 2))):
        image, kernel = torch.tensor(x[:1, :1]), torch.tensor(W[:1, :1])
        want = functional.conv2d(image, kernel, stride=stride, padding=pad)[0, 0]
        got = reference["corr2d"](x[0, 0], W[0, 0], stride, pad)
        np.testing.assert_allclose(got, want.numpy(), atol=1e-12)


def test_numbers_of_the_answers(reference):
    M = reference["as_matrix"](np.arange(1.0, 10.0).reshape(3, 3), 28, 28)
    assert M.size == 529984 and np.count_nonzero(M) == 6084
    corr2d, image = reference["corr2d"], np.random.default_rng(6).normal(0, 1, (5, 6))
    same = np.array([[1, 2, 3], [4, 5, 4], [3, 2, 1]])
    other = np.array([[0, 0, 0], [-1, 0, 1], [0, 0, 0]])
    np.testing.assert_allclose(corr2d(image, same), corr2d(image, same[::-1, ::-1]))
    np.testing.assert_allclose(corr2d(image, other), -corr2d(image, other[::-1, ::-1]))


def test_the_figure_shows_the_students_own_result(a04, reference, monkeypatch, capsys):
    matplotlib.use("Agg")
    shown = []
    monkeypatch.setattr("nnlib.viz.show", lambda figure, alt: shown.append(figure))
    (source,) = a04.rehearsal.plain_cells
    given = {"np": np, "TWO": digit_6x6()}

    def constant(x, kernel, stride=(1, 1), pad=(0, 0)):
        assert pad == (1, 1)
        return np.full((6, 6), kernel[1, 2])

    with matplotlib.rc_context():
        exec(source, {**given, "corr2d": constant})
    (figure,) = shown
    images = [ax.images[0].get_array() for ax in figure.axes[:4]]
    np.testing.assert_array_equal(images[0], given["TWO"])
    assert [image[0, 0] for image in images[1:]] == pytest.approx([1 / 9, 0, 1 / 3])

    def unfinished(x, kernel, stride=(1, 1), pad=(0, 0)):
        raise NotImplementedError("Task 4.2: return the cross-correlation")

    with matplotlib.rc_context():
        exec(source, {**given, "corr2d": unfinished})
    assert len(shown) == 1 and "What is missing: Task 4.2" in capsys.readouterr().out


def test_the_digit_is_that_of_the_lecture(a04):
    namespace: dict = {}
    start = a04.text.index("TWO = np.array(")
    exec(a04.text[start : a04.text.index("# %%", start)], {"np": np}, namespace)
    np.testing.assert_array_equal(namespace["TWO"], digit_6x6())
