"""Values and gradients of the functions against PyTorch, conventions translated."""

import numpy as np
import pytest

from nnlib import activations, conv, init, losses, norm, regularizers
from nnlib.dropout import dropout, dropout_backward
from nnlib.linear import linear, linear_backward
from nnlib.neuron import neuron, neuron_backward

torch = pytest.importorskip("torch", reason="PyTorch is the oracle of these tests")
F = torch.nn.functional
RNG = np.random.default_rng(7)
SCORES = RNG.normal(scale=3, size=(6, 4))
LABELS = np.array([0, 3, 2, 2, 1, 0])
SOFT = activations.softmax(RNG.normal(size=(6, 4)))[0]


def compare(ours, backward, theirs, inputs, tolerance=1e-10):
    """Values of both functions, and their gradients for one random cotangent."""
    tensors = [torch.tensor(x, requires_grad=True) for x in inputs]
    expected = theirs(*tensors)
    out, cache = ours(*inputs)
    dout = np.random.default_rng(1).normal(size=np.shape(out))
    expected.backward(torch.tensor(dout, dtype=expected.dtype))
    gradients = backward(dout if np.ndim(out) else float(dout), cache)
    gradients = gradients if isinstance(gradients, tuple) else (gradients,)
    np.testing.assert_allclose(
        out, expected.detach().numpy(), rtol=tolerance, atol=tolerance
    )
    for gradient, tensor in zip(gradients, tensors, strict=True):
        np.testing.assert_allclose(
            gradient, tensor.grad.numpy(), rtol=tolerance, atol=tolerance
        )


@pytest.mark.parametrize("s", [SCORES, 1e4 * SCORES, SCORES.reshape(2, 3, 4)])
@pytest.mark.parametrize(
    ("ours", "backward", "theirs"),
    [
        (activations.sigmoid, activations.sigmoid_backward, torch.sigmoid),
        (
            lambda s: activations.sigmoid(s, slope=2.5),
            activations.sigmoid_backward,
            lambda s: torch.sigmoid(2.5 * s),
        ),
        (
            lambda s: activations.scaled_sigmoid(s, -2, 5),
            activations.scaled_sigmoid_backward,
            lambda s: 7 * torch.sigmoid(s) - 2,
        ),
        (activations.tanh, activations.tanh_backward, torch.tanh),
        (activations.relu, activations.relu_backward, torch.relu),
        (
            lambda s: activations.leaky_relu(s, 0.2),
            activations.leaky_relu_backward,
            lambda s: F.leaky_relu(s, 0.2),
        ),
        (
            activations.softmax,
            activations.softmax_backward,
            lambda s: torch.softmax(s, dim=-1),
        ),
        (
            activations.log_softmax,
            activations.log_softmax_backward,
            lambda s: torch.log_softmax(s, dim=-1),
        ),
    ],
)
def test_activations(ours, backward, theirs, s):
    compare(ours, backward, theirs, [s])


def test_gradients_at_the_kink_of_the_relus():
    zeros = np.zeros((2, 3))
    compare(activations.relu, activations.relu_backward, torch.relu, [zeros])
    compare(
        activations.leaky_relu, activations.leaky_relu_backward, F.leaky_relu, [zeros]
    )


def test_step():
    s = np.array([-1.0, 0.0, 2.0])
    expected = torch.heaviside(torch.tensor(s), torch.ones(3, dtype=torch.float64))
    np.testing.assert_array_equal(activations.step(s), expected.numpy())


def test_linear_with_the_transposed_weights():
    x, W, b = RNG.normal(size=(5, 3)), RNG.normal(size=(3, 4)), RNG.normal(size=4)
    compare(linear, linear_backward, lambda x, W, b: F.linear(x, W.T, b), [x, W, b])


def test_neuron():
    x, w, b = RNG.normal(size=(5, 3)), RNG.normal(size=3), np.array(0.4)
    compare(
        neuron, neuron_backward, lambda x, w, b: torch.sigmoid(x @ w + b), [x, w, b]
    )


Y = torch.tensor(SOFT)
LABEL_TENSOR = torch.tensor(LABELS)


@pytest.mark.parametrize(
    ("ours", "backward", "theirs", "prediction"),
    [
        (
            lambda p: losses.mse(p, SOFT),
            losses.mse_backward,
            lambda p: 4 * F.mse_loss(p, Y),  # theirs also averages over 4 outputs
            SCORES,
        ),
        (
            lambda p: losses.half_sse(p, SOFT),
            losses.half_sse_backward,
            lambda p: F.mse_loss(p, Y, reduction="sum") / 2,
            SCORES,
        ),
        (
            lambda p: losses.binary_cross_entropy(p, SOFT),
            losses.binary_cross_entropy_backward,
            lambda p: 4 * F.binary_cross_entropy(p, Y),
            activations.sigmoid(SCORES)[0],
        ),
        (
            lambda s: losses.binary_cross_entropy_with_logits(s, SOFT),
            losses.binary_cross_entropy_with_logits_backward,
            lambda s: 4 * F.binary_cross_entropy_with_logits(s, Y),
            1e3 * SCORES,
        ),
        (
            lambda s: losses.softmax_cross_entropy(s, LABELS),
            losses.softmax_cross_entropy_backward,
            lambda s: F.cross_entropy(s, LABEL_TENSOR),
            1e3 * SCORES,
        ),
        (
            lambda p: losses.cross_entropy(p, LABELS),
            losses.cross_entropy_backward,
            lambda p: F.nll_loss(p.log(), LABEL_TENSOR),
            activations.softmax(SCORES)[0],
        ),
        (
            lambda p: losses.cross_entropy(p, SOFT, base=2),
            losses.cross_entropy_backward,
            lambda p: -(Y * p.log2()).sum(dim=1).mean(),
            activations.softmax(SCORES)[0],
        ),
        (
            lambda p: losses.kl_divergence(SOFT, p),
            losses.kl_divergence_backward,
            lambda p: F.kl_div(p.log(), Y, reduction="batchmean"),
            activations.softmax(SCORES)[0],
        ),
    ],
)
def test_losses(ours, backward, theirs, prediction):
    compare(ours, backward, theirs, [prediction])


def test_one_hot():
    np.testing.assert_array_equal(
        losses.one_hot(LABELS, 5), F.one_hot(LABEL_TENSOR, 5).numpy()
    )


CONVOLUTIONS = [
    ((4, 3, 9, 7), 5, (3, 3), (1, 1), (1, 1)),
    ((3, 1, 8, 11), 4, (2, 5), (2, 3), (0, 2)),
    ((2, 6, 7, 7), 3, (1, 1), (2, 2), (0, 0)),
    ((2, 2, 10, 6), 3, (3, 2), (4, 1), (3, 1)),
]


@pytest.mark.parametrize(
    ("x_shape", "filters", "kernel", "stride", "pad"), CONVOLUTIONS
)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_conv2d(x_shape, filters, kernel, stride, pad, dtype):
    inputs = [
        RNG.normal(size=shape).astype(dtype)
        for shape in (x_shape, (filters, x_shape[1], *kernel), (filters,))
    ]
    compare(
        lambda x, W, b: conv.conv2d(x, W, b, stride, pad),
        conv.conv2d_backward,
        lambda x, W, b: F.conv2d(x, W, b, stride=stride, padding=pad),
        inputs,
        tolerance=1e-10 if dtype is np.float64 else 2e-4,
    )


@pytest.mark.parametrize(
    ("kernel", "stride", "pad"),
    [((2, 2), None, (0, 0)), ((3, 2), (2, 3), (1, 1)), ((3, 3), (1, 1), (1, 0))],
)
@pytest.mark.parametrize(
    ("ours", "backward", "theirs"),
    [
        (conv.max_pool2d, conv.max_pool2d_backward, F.max_pool2d),
        (conv.avg_pool2d, conv.avg_pool2d_backward, F.avg_pool2d),
    ],
)
def test_pooling(ours, backward, theirs, kernel, stride, pad):
    ties = RNG.integers(0, 4, size=(3, 2, 9, 8)).astype(float)
    for x in (RNG.normal(size=(3, 2, 9, 8)) - 2, ties):
        compare(
            lambda x: ours(x, kernel, stride, pad),
            backward,
            lambda x: theirs(x, kernel, stride, pad),
            [x],
        )


@pytest.mark.parametrize("shape", [(6, 3), (4, 3, 5, 2)])
@pytest.mark.parametrize("training", [True, False])
def test_batch_norm(shape, training):
    x = RNG.normal(loc=3, scale=2, size=shape)
    gamma, beta, mean = RNG.normal(size=(3, shape[1]))
    var = RNG.uniform(0.5, 2, shape[1])
    their_mean, their_var = torch.tensor(mean), torch.tensor(var)

    def ours(x, gamma, beta):
        return norm.batch_norm(
            x, gamma, beta, mean, var, training=training, momentum=0.8, eps=1e-3
        )

    def theirs(x, gamma, beta):
        return F.batch_norm(
            x, their_mean, their_var, gamma, beta, training, momentum=0.2, eps=1e-3
        )

    compare(ours, norm.batch_norm_backward, theirs, [x, gamma, beta])
    _, cache = ours(x, gamma, beta)
    np.testing.assert_allclose(cache.running_mean, their_mean.numpy())
    n = x.size // shape[1]
    unbiased = n / (n - 1) if training else 1
    expected = 0.8 * var + unbiased * (cache.running_var - 0.8 * var)
    np.testing.assert_allclose(expected, their_var.numpy())


def test_dropout_with_the_same_mask():
    x, rng = RNG.normal(size=(5, 6)), np.random.default_rng
    mask = torch.tensor(rng(3).random(x.shape) < 0.7)

    def ours(x):
        return dropout(x, 0.7, rng=rng(3), training=True)

    compare(ours, dropout_backward, lambda x: x * mask / 0.7, [x])
    later = F.dropout(torch.tensor(x), p=0.3, training=False)
    np.testing.assert_array_equal(dropout(x, 0.7, rng=None, training=False)[0], later)


def test_penalties():
    W = RNG.normal(size=(4, 5))
    compare(
        lambda W: regularizers.l2(W, 0.3),
        regularizers.l2_backward,
        lambda W: 0.3 * (W**2).sum(),
        [W],
    )
    compare(
        lambda W: regularizers.l1(W, 0.3),
        regularizers.l1_backward,
        lambda W: 0.3 * W.abs().sum(),
        [W],
    )
    compare(
        lambda W: regularizers.elastic_net(W, 0.2, 0.3),
        regularizers.elastic_net_backward,
        lambda W: 0.3 * (0.2 * W**2 + W.abs()).sum(),
        [W],
    )


@pytest.mark.parametrize("shape", [(300, 200), (40, 30, 3, 5)])
@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (init.xavier_uniform, torch.nn.init.xavier_uniform_),
        (init.xavier_normal, torch.nn.init.xavier_normal_),
        (
            init.he_uniform,
            lambda t: torch.nn.init.kaiming_uniform_(t, nonlinearity="relu"),
        ),
        (
            init.he_normal,
            lambda t: torch.nn.init.kaiming_normal_(t, nonlinearity="relu"),
        ),
    ],
)
def test_initialisers_have_the_same_spread(ours, theirs, shape):
    """PyTorch's linear weights are transposed, its filters are not."""
    torch.manual_seed(0)
    expected = theirs(torch.empty(shape[::-1] if len(shape) == 2 else shape)).std()
    assert abs(ours(shape, np.random.default_rng(0)).std() / float(expected) - 1) < 0.02
