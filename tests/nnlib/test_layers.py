"""Layers: gradients, PyTorch and scikit-learn beside them, state, errors."""

import numpy as np
import pytest

from nnlib import layers as L
from nnlib.init import xavier_normal, zeros
from nnlib.losses import softmax_cross_entropy, softmax_cross_entropy_backward


def check_layer(layer, x, rng, tolerance=1e-6):
    """Central differences, random cotangent: of x and of every parameter."""
    dout = rng.normal(size=layer.forward(x).shape)
    layer.zero_grad()
    layer.forward(x)
    dx = layer.backward(dout)
    pairs = [(x, dx, "x")]
    pairs += [
        (p.value, p.grad, f"parameter {k}") for k, p in enumerate(layer.parameters())
    ]
    for array, gradient, name in pairs:
        numeric = np.zeros_like(array)
        for index in np.ndindex(array.shape):
            old = array[index]
            sides = []
            for h in (1e-5, -1e-5):
                array[index] = old + h
                sides.append(np.sum(dout * layer.forward(x)))
            array[index] = old
            numeric[index] = (sides[0] - sides[1]) / 2e-5
        scale = max(1.0, np.abs(numeric).max())
        np.testing.assert_allclose(
            gradient, numeric, rtol=tolerance, atol=tolerance * scale, err_msg=name
        )


def shaken(model, rng):
    """Move all parameters off their special start values (gamma = 1, b = 0)."""
    for p in model.parameters():
        p.value = p.value + 0.3 * rng.normal(size=p.value.shape)
    return model


CHECKED = {
    "Linear": (lambda r: L.Linear(4, 3, rng=r), (5, 4)),
    "Conv2d": (
        lambda r: L.Conv2d(2, 3, (3, 2), stride=(2, 1), pad=(1, 0), rng=r),
        (3, 2, 5, 4),
    ),
    "MaxPool2d": (lambda r: L.MaxPool2d((2, 3), stride=(2, 1)), (2, 3, 5, 4)),
    "AvgPool2d": (lambda r: L.AvgPool2d((2, 3), stride=(1, 2), pad=1), (2, 3, 5, 4)),
    "Flatten": (lambda r: L.Flatten(), (2, 3, 4, 5)),
    "BatchNorm": (lambda r: L.BatchNorm(4), (6, 4)),
    "BatchNorm images": (lambda r: L.BatchNorm(2), (3, 2, 4, 3)),
    "BatchNorm eval": (lambda r: L.BatchNorm(4).eval(), (6, 4)),
    "ReLU": (lambda r: L.ReLU(), (5, 4)),
    "LeakyReLU": (lambda r: L.LeakyReLU(0.2), (5, 4)),
    "Sigmoid": (lambda r: L.Sigmoid(3.0), (5, 4)),
    "ScaledSigmoid": (lambda r: L.ScaledSigmoid(-2, 5), (5, 4)),
    "Tanh": (lambda r: L.Tanh(), (5, 4)),
    "Softmax": (lambda r: L.Softmax(), (5, 4)),
    "Residual": (lambda r: L.Residual(L.Linear(4, 4, rng=r), L.Tanh()), (5, 4)),
    "mlp": (lambda r: L.mlp([4, 6, 5, 3], rng=r, activation=L.Tanh), (5, 4)),
    "mlp with batch norm": (lambda r: L.mlp([4, 6, 3], rng=r, batch_norm=True), (7, 4)),
    "Sequential": (
        lambda r: L.Sequential(
            L.Conv2d(1, 3, 3, pad=1, rng=r),
            L.BatchNorm(3),
            L.Residual(L.Conv2d(3, 3, 3, pad=1, rng=r), L.Tanh()),
            L.MaxPool2d(2),
            L.Flatten(),
            L.Linear(18, 4, rng=r),
        ),
        (3, 1, 6, 4),
    ),
}


@pytest.mark.parametrize("name", CHECKED)
def test_gradients(name):
    make, shape = CHECKED[name]
    rng = np.random.default_rng(3)
    model = shaken(make(rng), rng)
    check_layer(model, rng.normal(size=shape), rng)


@pytest.mark.parametrize("mode", ["inverted", "vanilla"])
def test_dropout_gives_the_gradient_of_the_mask_it_drew(mode):
    rng = np.random.default_rng(0)
    layer = L.Dropout(0.8, rng=rng, mode=mode)
    x, dout = rng.normal(size=(50, 4)), rng.normal(size=(50, 4))
    factors = layer.forward(x) / x
    np.testing.assert_allclose(layer.backward(dout), dout * factors, rtol=1e-12)
    assert 0.7 < np.mean(factors != 0) < 0.9
    scale = 0.8 if mode == "vanilla" else 1.0
    np.testing.assert_allclose(layer.eval().forward(x), scale * x)


def torch_twin(torch, model):
    """The same layers in PyTorch, with the same parameters."""
    nn, parts = torch.nn, []
    for layer in model.layers:
        match layer:
            case L.Linear():
                twin = nn.Linear(*layer.W.value.shape)
                values = [layer.W.value.T, layer.b.value]
            case L.Conv2d():
                filters, channels, *kernel = layer.W.value.shape
                twin = nn.Conv2d(channels, filters, kernel, layer.stride, layer.pad)
                values = [layer.W.value, layer.b.value]
            case L.BatchNorm():
                kind = nn.BatchNorm2d if len(parts) < 3 else nn.BatchNorm1d
                twin = kind(len(layer.gamma.value), momentum=1 - layer.momentum)
                values = [layer.gamma.value, layer.beta.value]
            case L.MaxPool2d():
                twin, values = nn.MaxPool2d(2), []
            case L.AvgPool2d():
                twin, values = nn.AvgPool2d((2, 1), padding=(1, 0)), []
            case L.LeakyReLU():
                twin, values = nn.LeakyReLU(0.2), []
            case _:
                twin, values = getattr(nn, type(layer).__name__)(), []
        twin = twin.double()
        with torch.no_grad():
            for theirs, value in zip(twin.parameters(), values, strict=True):
                theirs.copy_(torch.tensor(value))
        parts.append(twin)
    return nn.Sequential(*parts)


def test_every_layer_equals_pytorch():
    torch = pytest.importorskip("torch", reason="PyTorch, the oracle, is absent")
    rng = np.random.default_rng(1)
    model = L.Sequential(
        L.Conv2d(2, 3, (3, 2), stride=(1, 2), pad=(1, 1), rng=rng),
        L.BatchNorm(3, momentum=0.7),
        L.ReLU(),
        L.MaxPool2d(2),
        L.AvgPool2d((2, 1), pad=(1, 0)),
        L.LeakyReLU(0.2),
        L.Flatten(),
        L.Linear(18, 6, rng=rng),
        L.BatchNorm(6, momentum=0.8),
        L.Tanh(),
        L.Linear(6, 5, rng=rng),
        L.Sigmoid(),
        L.Linear(5, 4, rng=rng),
    )
    shaken(model, rng)
    twin = torch_twin(torch, model)
    x, y = rng.normal(size=(6, 2, 8, 9)), rng.integers(4, size=6)
    tx = torch.tensor(x, requires_grad=True)
    their_loss = torch.nn.functional.cross_entropy(twin(tx), torch.tensor(y))
    their_loss.backward()
    loss, cache = softmax_cross_entropy(model(x), y)
    dx = model.backward(softmax_cross_entropy_backward(1.0, cache))
    assert loss == pytest.approx(their_loss.item(), rel=1e-10)
    np.testing.assert_allclose(dx, tx.grad.numpy(), atol=1e-10)
    for p, q in zip(model.parameters(), twin.parameters(), strict=True):
        theirs = q.grad.numpy()
        theirs = theirs.T if theirs.ndim == 2 else theirs
        np.testing.assert_allclose(p.grad, theirs, atol=1e-10)
    np.testing.assert_allclose(model[1].running_mean, twin[1].running_mean.numpy())
    n = x.shape[0] * 8 * 5  # their running variance is the unbiased one
    ours = (model[1].running_var - 0.7) * n / (n - 1) + 0.7
    np.testing.assert_allclose(ours, twin[1].running_var.numpy(), rtol=1e-6)


@pytest.mark.parametrize("activation", ["tanh", "relu", "logistic"])
@pytest.mark.parametrize("classes", [3, 4])
def test_gradients_equal_those_of_scikit_learn(activation, classes):
    network = pytest.importorskip("sklearn.neural_network", reason="needs scikit-learn")
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=(30, 5)), np.arange(30) % classes
    theirs = network.MLPClassifier((7, 6), activation=activation, alpha=0, max_iter=1)
    with pytest.warns(UserWarning):  # it has not converged: one iteration was asked for
        theirs.fit(x, y)
    kinds = {"tanh": L.Tanh, "relu": L.ReLU, "logistic": L.Sigmoid}
    widths = [5, 7, 6, classes]
    model = L.mlp(widths, rng=rng, activation=kinds[activation])
    values = [
        a for wb in zip(theirs.coefs_, theirs.intercepts_, strict=True) for a in wb
    ]
    model.set_state(values)
    activations = [x, *(np.empty((30, m)) for m in widths[1:])]
    deltas = [np.empty_like(a) for a in activations[1:]]
    coefs = [np.empty_like(w) for w in theirs.coefs_]
    biases = [np.empty_like(b) for b in theirs.intercepts_]
    labels = theirs._label_binarizer.transform(y)
    loss, dW, db = theirs._backprop(x, labels, None, activations, deltas, coefs, biases)
    ours, cache = softmax_cross_entropy(model(x), y)
    model.backward(softmax_cross_entropy_backward(1.0, cache))
    assert ours == pytest.approx(loss)
    expected = [a for pair in zip(dW, db, strict=True) for a in pair]
    for p, gradient in zip(model.parameters(), expected, strict=True):
        np.testing.assert_allclose(p.grad, gradient, atol=1e-12)


def test_backward_parameters_gives_the_same_parameter_gradients():
    rng = np.random.default_rng(4)
    for name in ("mlp", "Sequential", "Residual"):
        make, shape = CHECKED[name]
        model = make(rng)
        x = rng.normal(size=shape)
        dout = rng.normal(size=model(x).shape)
        model.backward(dout)
        whole = L.flatten_gradients(model.parameters())
        model.zero_grad()
        model(x)
        model.backward_parameters(dout)
        np.testing.assert_allclose(L.flatten_gradients(model.parameters()), whole)


def test_backward_adds_up_and_zero_grad_clears():
    rng = np.random.default_rng(0)
    layer, x = L.Linear(3, 2, rng=rng), rng.normal(size=(4, 3))
    dout = rng.normal(size=(4, 2))
    for _ in range(2):
        layer(x)
        layer.backward(dout)
    np.testing.assert_allclose(layer.W.grad, 2 * x.T @ dout)
    layer.zero_grad()
    assert not layer.W.grad.any()


def test_backward_needs_its_own_forward():
    rng = np.random.default_rng(0)
    layer = L.Linear(3, 2, rng=rng)
    with pytest.raises(RuntimeError, match=r"Linear\(3, 2\).*call forward\(x\) first"):
        layer.backward(np.ones((4, 2)))
    layer(np.ones((4, 3)))
    layer.backward(np.ones((4, 2)))
    with pytest.raises(RuntimeError, match="one forward for each backward"):
        layer.backward(np.ones((4, 2)))


def test_train_and_eval_reach_inner_layers():
    rng = np.random.default_rng(0)
    model = L.Sequential(L.Residual(L.BatchNorm(3), L.Dropout(0.5, rng=rng)))
    assert all(not part.training for part in model.eval().walk())
    assert all(part.training for part in model.train().walk())


def test_batch_norm_predicts_one_sample_with_running_averages():
    rng = np.random.default_rng(0)
    layer = L.BatchNorm(2, momentum=0.0)
    x = rng.normal(3.0, 2.0, size=(500, 2))
    trained = layer(x)
    np.testing.assert_allclose(layer.eval()(x[:1]), trained[:1], atol=1e-10)


def test_state_goes_and_comes_back_with_running_averages():
    rng = np.random.default_rng(0)
    model = L.mlp([3, 4, 2], rng=rng, batch_norm=True)
    x = rng.normal(size=(8, 3))
    model(x)
    before, state = model.eval()(x), model.get_state()
    model.train()(x + 5)
    shaken(model, rng)
    assert not np.allclose(model.eval()(x), before)
    model.set_state(state)
    np.testing.assert_array_equal(model(x), before)
    state[0][:] = 0  # what was put back is a copy
    np.testing.assert_array_equal(model(x), before)
    with pytest.raises(ValueError, match="same architecture"):
        model.set_state(state[:-1])


def test_flatten_and_unflatten():
    rng = np.random.default_rng(0)
    model = L.mlp([3, 4, 2], rng=rng)
    params = model.parameters()
    theta = L.flatten_parameters(params)
    assert theta.size == L.count_parameters(params) == 3 * 4 + 4 + 4 * 2 + 2
    np.testing.assert_array_equal(theta[:12], model[0].W.value.ravel())
    L.unflatten_parameters(2 * theta, params)
    np.testing.assert_array_equal(L.flatten_parameters(params), 2 * theta)
    with pytest.raises(ValueError, match="vector of all parameters has shape"):
        L.unflatten_parameters(theta[:-1], params)


def test_summary_of_the_network_of_the_lecture():
    """Shapes and counts 40, 222, 2750, 510 of the 6x6 digit network; total 3522."""
    rng = np.random.default_rng(0)
    model = L.Sequential(
        L.Conv2d(1, 4, 3, pad=1, rng=rng),
        L.ReLU(),
        L.Conv2d(4, 6, 3, stride=2, pad=1, rng=rng),
        L.ReLU(),
        L.Flatten(),
        L.Linear(54, 50, rng=rng),
        L.ReLU(),
        L.Linear(50, 10, rng=rng),
    )
    text = L.summary(model, (1, 6, 6))
    lines = text.splitlines()
    assert "(N, 4, 6, 6)" in lines[3] and lines[3].endswith(" 40")
    assert "(N, 6, 3, 3)" in lines[5] and lines[5].endswith(" 222")
    assert lines[8].endswith("2,750") and lines[10].endswith("510")
    assert lines[-1].endswith("3,522")


def test_summary_changes_nothing():
    rng = np.random.default_rng(0)
    model = L.mlp([3, 4, 2], rng=rng, batch_norm=True).train()
    x, dout = rng.normal(size=(5, 3)), rng.normal(size=(5, 2))
    model(x)
    state = model.get_state()
    L.summary(model, (3,))
    assert all(part.training for part in model.walk())
    for a, b in zip(model.get_state(), state, strict=True):
        np.testing.assert_array_equal(a, b)
    model.backward(dout)  # the cache of the training pass is still there


def test_float32_stays_float32():
    rng = np.random.default_rng(0)
    make, shape = CHECKED["Sequential"]
    model = make(rng).astype(np.float32)
    x = rng.normal(size=shape).astype(np.float32)
    out = model(x)
    assert out.dtype == np.float32
    assert model.backward(np.ones_like(out)).dtype == np.float32
    assert all(p.grad.dtype == np.float32 for p in model.parameters())
    assert model[1].running_var.dtype == np.float32


def test_own_layers_need_two_methods():
    class Square(L.Layer):
        def compute(self, x):
            return x * x, x

        def gradients(self, dout, cache):
            return 2 * cache * dout

    rng = np.random.default_rng(0)
    check_layer(
        L.Sequential(Square(), L.Linear(3, 2, rng=rng)), rng.normal(size=(4, 3)), rng
    )
    with pytest.raises(NotImplementedError, match="method compute"):
        L.Layer()(np.ones(2))


def test_other_initialisers():
    rng = np.random.default_rng(0)
    layer = L.Linear(300, 200, rng=rng, init=xavier_normal)
    assert np.std(layer.W.value) == pytest.approx((1 / 250) ** 0.5, rel=0.02)
    assert not L.Linear(
        3, 2, rng=rng, init=lambda shape, rng: zeros(shape)
    ).W.value.any()
    conv = L.Conv2d(8, 50, 5, rng=rng)
    assert np.std(conv.W.value) == pytest.approx((2 / 200) ** 0.5, rel=0.03)


def test_biases_and_batch_norm_are_kept_from_penalties():
    model = L.mlp([3, 4, 2], rng=np.random.default_rng(0), batch_norm=True)
    assert [p.decay for p in model.parameters()] == [True, *[False] * 3, True, False]


def test_errors_name_the_layer():
    rng = np.random.default_rng(0)
    model = L.Sequential(L.Linear(3, 4, rng=rng), L.Linear(5, 2, rng=rng))
    with pytest.raises(ValueError, match=r"x in linear has shape \(6, 4\)") as caught:
        model(np.ones((6, 3)))
    assert caught.value.__notes__ == ["in layer 1 of Sequential: Linear(5, 2)"]


def test_other_errors():
    rng = np.random.default_rng(0)
    layer = L.Linear(3, 3, rng=rng)
    with pytest.raises(ValueError, match="same layer object twice"):
        L.Sequential(layer, L.Residual(layer))
    with pytest.raises(TypeError, match="expected a layer object"):
        L.Sequential(layer, np.tanh)
    with pytest.raises(ValueError, match="let the body keep the shape"):
        L.Residual(L.Linear(3, 2, rng=rng))(np.ones((4, 3)))
    with pytest.raises(ValueError, match="keep in Dropout is 0"):
        L.Dropout(0.0, rng=rng)
    with pytest.raises(TypeError, match="rng in Dropout is int"):
        L.Dropout(0.5, rng=3)
    with pytest.raises(ValueError, match="mode in Dropout is 'sum', expected one of"):
        L.Dropout(0.5, rng=rng, mode="sum")
    with pytest.raises(ValueError, match=r"kernel in Conv2d is \(3, 2, 1\)"):
        L.Conv2d(1, 2, (3, 2, 1), rng=rng)
    assert repr(L.Conv2d(1, 2, np.int64(3), rng=rng)).startswith("Conv2d(1, 2, kern")
    with pytest.raises(ValueError, match="at least input and output width"):
        L.mlp([3], rng=rng)
    with pytest.raises(TypeError, match="float dtype"):
        L.Parameter(np.arange(3))
    with pytest.raises(ValueError, match="grad of a Parameter has shape"):
        L.Parameter(np.ones(3), np.ones((3, 1)))
    with pytest.raises(TypeError, match=r"numpy.random.Generator|default_rng"):
        L.Linear(3, 2, rng=0)


def test_a_gradient_nobody_computed_is_zero_and_can_be_written_to():
    p = L.Parameter(np.ones((2, 3), dtype=np.float32))
    assert p.grad.shape == (2, 3) and p.grad.dtype == np.float32 and not p.grad.any()
    p.grad[0] = 5
    p.add_grad(np.ones((2, 3), dtype=np.float32))
    np.testing.assert_array_equal(p.grad[:, 0], [6, 1])
    p.zero_grad()
    assert not p.grad.any()
