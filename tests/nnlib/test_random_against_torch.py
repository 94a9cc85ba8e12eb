"""Layers on shapes that nobody chose: random ones, odd ones, empty batches."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnlib import conv, norm
from nnlib.dropout import dropout
from nnlib.linear import linear, linear_backward
from nnlib.losses import softmax_cross_entropy, softmax_cross_entropy_backward

torch = pytest.importorskip("torch", reason="PyTorch is the oracle of these tests")
F = torch.nn.functional

size = st.integers(1, 5)
step = st.tuples(st.integers(1, 7), st.integers(1, 7))  # also larger than the kernel
border = st.tuples(st.integers(0, 4), st.integers(0, 4))
dtypes = st.sampled_from([np.float64, np.float32])
seeds = st.integers(0, 2**16)
quick = settings(deadline=None, max_examples=40, derandomize=True)


def agree(ours, backward, theirs, inputs):
    """Values, gradients for a random cotangent, shapes and dtypes."""
    dtype = inputs[0].dtype
    tolerance = 1e-9 if dtype == np.float64 else 1e-3
    tensors = [torch.tensor(x, requires_grad=True) for x in inputs]
    out, cache = ours(*inputs)
    expected = theirs(*tensors)
    dout = np.random.default_rng(0).normal(size=np.shape(out)).astype(dtype)
    grads = backward(dout if dout.ndim else 1.0, cache)
    grads = grads if isinstance(grads, tuple) else (grads,)
    wanted = torch.autograd.grad(
        expected, tensors, torch.tensor(dout if dout.ndim else dtype.type(1))
    )
    np.testing.assert_allclose(
        out, expected.detach().numpy(), rtol=tolerance, atol=tolerance
    )
    for grad, want, x in zip(grads, wanted, inputs, strict=True):
        assert grad.shape == x.shape and grad.dtype == dtype
        np.testing.assert_allclose(grad, want, rtol=tolerance, atol=tolerance)


def normal(seed, dtype, *shapes):
    rng = np.random.default_rng(seed)
    return [rng.normal(size=shape).astype(dtype) for shape in shapes]


@quick
@given(st.tuples(size, size, size), dtypes, seeds)
def test_linear(shape, dtype, seed):
    n, d, m = shape
    inputs = normal(seed, dtype, (n, d), (d, m), (m,))
    agree(linear, linear_backward, lambda x, W, b: x @ W + b, inputs)


@quick
@given(st.data(), dtypes, seeds)
def test_conv2d(data, dtype, seed):
    n, c, f, kh, kw = (data.draw(size) for _ in range(5))
    stride, pad = data.draw(step), data.draw(border)
    h = data.draw(st.integers(max(kh - 2 * pad[0], 1), 9))
    w = data.draw(st.integers(max(kw - 2 * pad[1], 1), 9))
    inputs = normal(seed, dtype, (n, c, h, w), (f, c, kh, kw), (f,))
    agree(
        lambda x, W, b: conv.conv2d(x, W, b, stride, pad),
        conv.conv2d_backward,
        lambda x, W, b: F.conv2d(x, W, b, stride, pad),
        inputs,
    )


@quick
@given(st.data(), dtypes, seeds)
def test_pooling(data, dtype, seed):
    kernel = (data.draw(size), data.draw(size))
    stride = data.draw(step)
    pad = tuple(data.draw(st.integers(0, k // 2)) for k in kernel)
    spatial = [
        data.draw(st.integers(max(k - 2 * p, 1), 9))
        for k, p in zip(kernel, pad, strict=True)
    ]
    inputs = normal(seed, dtype, (data.draw(size), data.draw(size), *spatial))
    for ours, backward, theirs in (
        (conv.max_pool2d, conv.max_pool2d_backward, F.max_pool2d),
        (conv.avg_pool2d, conv.avg_pool2d_backward, F.avg_pool2d),
    ):
        agree(
            lambda x, ours=ours: ours(x, kernel, stride, pad),
            backward,
            lambda x, theirs=theirs: theirs(x, kernel, stride, pad),
            inputs,
        )


@quick
@given(
    st.one_of(
        st.tuples(st.integers(2, 6), size),
        st.tuples(size, size, st.integers(2, 4), size),  # also N = 1
    ),
    st.sampled_from([0.0, 0.4, 1.0]),
    dtypes,
    seeds,
)
def test_batch_norm(shape, momentum, dtype, seed):
    features = (shape[1],)
    x, gamma, beta, mean, var = normal(seed, dtype, shape, *[features] * 4)
    var = np.abs(var) + dtype(0.1)
    for training in (True, False):
        agree(
            lambda x, gamma, beta, training=training: norm.batch_norm(
                x, gamma, beta, mean, var,
                training=training, momentum=momentum, eps=1e-3,
            ),
            norm.batch_norm_backward,
            lambda x, gamma, beta, training=training: F.batch_norm(
                x, torch.tensor(mean), torch.tensor(var), gamma, beta, training,
                momentum=1 - momentum, eps=1e-3,
            ),
            [x, gamma, beta],
        )  # fmt: skip


@quick
@given(size, size, st.sampled_from([1.0, 1e2, 1e4]), dtypes, seeds)
def test_softmax_cross_entropy(n, classes, scale, dtype, seed):
    (logits,) = normal(seed, dtype, (n, classes))
    labels = np.random.default_rng(seed).integers(classes, size=n)
    agree(
        lambda s: softmax_cross_entropy(s, labels),
        softmax_cross_entropy_backward,
        lambda s: F.cross_entropy(s, torch.tensor(labels)),
        [logits * dtype(scale)],
    )


def test_batches_without_samples():
    x, W, b = np.zeros((0, 2, 5, 6)), np.ones((3, 2, 2, 2)), np.ones(3)
    out, cache = conv.conv2d(x, W, b, stride=2, pad=1)
    assert out.shape == (0, 3, 3, 4)
    dx, dW, db = conv.conv2d_backward(np.zeros(out.shape), cache)
    assert dx.shape == x.shape and not dW.any() and not db.any()
    assert dW.shape == W.shape and db.shape == b.shape
    for pool in (conv.max_pool2d, conv.avg_pool2d):
        assert pool(x, 2)[0].shape == (0, 2, 2, 3)
    out, cache = linear(np.zeros((0, 2)), np.ones((2, 3)), b)
    assert out.shape == (0, 3)
    assert not linear_backward(out, cache)[1].any()


def test_constant_features_are_normalised_to_zero():
    ones = np.ones(3)
    x = np.full((4, 3), 7.0)
    out, cache = norm.batch_norm(x, ones, 2 * ones, 0 * ones, ones, training=True)
    np.testing.assert_array_equal(out, np.full((4, 3), 2.0))
    dx, _, _ = norm.batch_norm_backward(np.arange(12.0).reshape(4, 3), cache)
    assert np.all(np.isfinite(dx))


@pytest.mark.filterwarnings("ignore:overflow")
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16])
def test_dropout_at_both_ends(dtype):
    x = np.ones((6, 5), dtype)
    rng = np.random.default_rng(0)
    np.testing.assert_array_equal(dropout(x, 1, rng=rng, training=True)[0], x)
    # 1 / keep is beyond every float; no unit survives, and none becomes nan
    np.testing.assert_array_equal(dropout(x, 1e-310, rng=rng, training=True)[0], 0 * x)
