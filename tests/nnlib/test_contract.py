"""The names, signatures and promises that lectures, assignments and graders rely on."""

import ast
import importlib
import inspect
import re
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import nnlib
from nnlib import layers as L
from nnlib import optim, schedules, train
from nnlib.neuron import neuron
from nnlib.testing import check_gradient

FOLDER = Path(nnlib.__file__).parent
SOURCES = [p for p in sorted(FOLDER.rglob("*.py")) if "viz" not in p.parts]

FUNCTIONS = {
    "activations": """
        step(s); sigmoid(s, slope=1.0); tanh(s); relu(s); leaky_relu(s, slope=0.01);
        scaled_sigmoid(s, low, high); softmax(s); log_softmax(s)""",
    "neuron": """
        perturb_weights(loss, theta, *, rng, mode='one', trials=100, scale=0.1, eta=0.1)
        """,
    "linear": "linear(x, W, b)",
    "losses": """
        one_hot(labels, classes, dtype=float64); mse(prediction, target);
        zero_one(prediction, labels, threshold=0.5); binary_cross_entropy(p, y);
        binary_cross_entropy_with_logits(logits, y); kl_divergence(target, prediction);
        softmax_cross_entropy(logits, labels);
        cross_entropy(p, y, base=2.718281828459045)""",
    "conv": """
        corr2d(x, kernel, stride=1, pad=0); conv2d(x, W, b, stride=1, pad=0);
        conv2d_naive(x, W, b, stride=1, pad=0);
        as_dense_matrix(W, shape, stride=1, pad=0);
        max_pool2d(x, kernel, stride=None, pad=0);
        avg_pool2d(x, kernel, stride=None, pad=0);
        output_shape(shape, kernel, stride=1, pad=0)""",
    "norm": """
        batch_norm(x, gamma, beta, running_mean, running_var, *, training, momentum=0.9,
        eps=1e-05)""",
    "dropout": "dropout(x, keep, *, rng, training, mode='inverted')",
    "init": """
        zeros(shape, dtype=float64); constant(shape, value, dtype=float64);
        uniform(shape, r, rng, dtype=float64); normal(shape, sigma, rng, dtype=float64);
        xavier_uniform(shape, rng, gain=1.0, dtype=float64);
        xavier_normal(shape, rng, gain=1.0, dtype=float64);
        he_uniform(shape, rng, dtype=float64); he_normal(shape, rng, dtype=float64);
        fans(shape)""",
    "clip": "clip_by_value(grads, lo, hi); clip_by_norm(grads, max_norm)",
    "regularizers": "l1(W, lam=1.0); l2(W, lam=1.0); elastic_net(W, beta, lam=1.0)",
    "schedules": """
        constant(eta); power(eta, p=-0.5); geometric(eta, q=0.95); inverse(eta, r);
        exponential(eta, lam); step(eta, r=0.5, t_u=10); warmup(schedule, steps);
        cosine(eta, total, eta_min=0.0)""",
    "optim": """
        GD(params, lr=0.01, weight_decay=0.0); SGD(params, lr=0.01, weight_decay=0.0);
        Momentum(params, lr=0.01, mu=0.9); Nesterov(params, lr=0.01, mu=0.9);
        Adagrad(params, lr=0.01, eps=1e-06);
        RMSProp(params, lr=0.01, rho=0.9, eps=1e-06);
        Adadelta(params, lr=1.0, rho=0.9, eps=1e-05);
        Adam(params, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-08);
        AdamW(params, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-08, weight_decay=0.01);
        Rprop(params, lr=0.01, grow=1.2, shrink=0.5, low=1e-06, high=50.0);
        Newton(params, hessian, lr=1.0, damping=0.0);
        DiagonalNewton(params, hessian, lr=1.0, damping=0.0)""",
    "autodiff": "Value(data, op='', parents=())",
    "layers": """
        Parameter(value, grad=None, *, decay=True); Layer(); Sequential(*layers);
        Linear(inputs, outputs, *, rng, init=he_normal); Residual(*body); Flatten();
        Conv2d(channels, filters, kernel, *, rng, stride=1, pad=0, init=he_normal);
        MaxPool2d(kernel=2, stride=None, pad=0);
        AvgPool2d(kernel=2, stride=None, pad=0);
        BatchNorm(features, *, momentum=0.9, eps=1e-05); ReLU(); Tanh(); Softmax();
        LeakyReLU(slope=0.01); Sigmoid(slope=1.0); ScaledSigmoid(low, high);
        Dropout(keep, *, rng, mode='inverted')""",
    "train": """
        fit(model, optimizer, x, y, *, epochs=10, batch_size=32, rng=None, shuffle=True,
        replace=False, loss=softmax_cross_entropy, metric=accuracy, validation=None,
        regularizer=None, clip=None, early_stopping=None, callbacks=(), progress=False);
        EarlyStopping(patience=5, monitor='val_loss', min_delta=0.0);
        evaluate(model, x, y, *, loss=softmax_cross_entropy, metric=accuracy,
        batch_size=256); gradient_variance(gradients, batch_size, *, replace=False)""",
    "data": """
        xor(); moons(n=200, *, rng, noise=0.1);
        spirals(n=300, classes=3, *, rng, noise=0.05);
        blobs(n=300, classes=3, *, rng, noise=0.5); tent_map(x, depth=1);
        digits(*, flat=False, dtype=float); digit_6x6(); load_idx(path);
        synthetic_digits(n=1000, size=28, *, rng=None, noise=0.05);
        minibatches(x, y, batch_size, *, rng=None, shuffle=True, replace=False,
        drop_last=False);
        split(x, y, fractions=(0.6, 0.2, 0.2), *, rng, stratify=True)""",
    "landscapes": """
        bowls(x, a=(1.0, 2.0)); narrow_bowl(x); double_well(x); saddle(x); cliff(x);
        bowls_gradient(x, a=(1.0, 2.0)); narrow_bowl_gradient(x); saddle_gradient(x);
        double_well_gradient(x); cliff_gradient(x)""",
    "testing": """
        assert_close(actual, expected, *, name='result', rtol=None, atol=None,
        sizes=None);
        check_gradient(forward, backward, *inputs, wrt=None, rng=None, rtol=1e-06);
        numerical_gradient(f, x, dout=1.0); Rubric(points); source_of(name)""",
}


def spelled(function):
    """Return name and parameters without annotations."""
    signature = inspect.signature(function)
    bare = [
        p.replace(annotation=p.empty)
        if p.default is p.empty or not hasattr(p.default, "__name__")
        else p.replace(annotation=p.empty, default=Named(p.default.__name__))
        for p in signature.parameters.values()
    ]
    return str(inspect.Signature(bare))


class Named(str):
    __slots__ = ()
    __repr__ = str.__str__


def contract():
    for module, text in FUNCTIONS.items():
        for entry in " ".join(text.split()).split(";"):
            name, rest = entry.strip().split("(", 1)
            yield pytest.param(module, name, f"({rest}", id=f"{module}.{name}")


@pytest.mark.parametrize(("module", "name", "expected"), list(contract()))
def test_name_and_signature(module, name, expected):
    found = getattr(importlib.import_module(f"nnlib.{module}"), name)
    assert spelled(found) == expected


def test_other_names():
    for path in (
        *("neuron.neuron", "neuron.Perceptron.fit", "neuron.Perceptron.predict"),
        *("train.History", "landscapes.is_convex_set", "landscapes.jensen_gap"),
        *("autodiff.Value.backward", "testing.Rubric.check", "testing.Rubric.score"),
    ):
        target = nnlib
        for part in path.split("."):
            target = getattr(target, part)
    assert optim.GD is optim.SGD
    assert list(inspect.signature(neuron).parameters) == ["x", "w", "b", "f"]


def public_functions():
    """Every function, class and method of nnlib that a reader may call."""
    for path in SOURCES:
        parts = path.relative_to(FOLDER.parent).with_suffix("").parts
        module = importlib.import_module(".".join(parts).removesuffix(".__init__"))
        for name, value in vars(module).items():
            own = getattr(value, "__module__", None) == module.__name__
            if name.startswith("_") or not own or not callable(value):
                continue
            if inspect.isfunction(value):
                yield f"{module.__name__}.{name}", value
            elif inspect.isclass(value):
                for key, member in vars(value).items():
                    if inspect.isfunction(member) and not key.startswith("_"):
                        yield f"{module.__name__}.{name}.{key}", member


def test_every_public_function_has_hints_and_a_docstring():
    functions = dict(public_functions())
    assert len(functions) > 150
    for place, function in functions.items():
        signature = inspect.signature(function)
        assert signature.return_annotation is not signature.empty, place
        for name, parameter in signature.parameters.items():
            assert name == "self" or parameter.annotation is not parameter.empty, place
        assert function.__doc__, place


def test_docstrings_name_the_lecture():
    """That of the function or class, or of its module."""
    for module in FUNCTIONS.keys() - {"testing", "data"}:
        home = importlib.import_module(f"nnlib.{module}")
        for name in re.findall(r"(\w+)\(", FUNCTIONS[module]):
            text = f"{home.__doc__} {getattr(home, name).__doc__}"
            assert re.search(r"Lectures?:? \d", text), (module, name)


def test_differentiable_functions_name_the_lecture_themselves():
    for _, forward, _, _ in PAIRS:
        assert re.search(r"Lectures? \d", forward.__doc__), forward


def test_files_and_functions_are_short():
    """A student reads the library in an hour."""
    for path in SOURCES:
        text = path.read_text(encoding="utf-8")
        assert len(text.splitlines()) <= 225, path
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                body = node.body[1:] if ast.get_docstring(node) else node.body
                length = body[-1].end_lineno - body[0].lineno + 1 if body else 0
                assert length <= 25, (path, node.name)


RNG = np.random.default_rng(11)
LABELS = np.array([2, 0, 1, 2, 2])
SOFT = nnlib.activations.softmax(RNG.normal(size=(5, 3)))[0]
SCORES = RNG.normal(scale=2, size=(5, 3))
IMAGES = RNG.normal(size=(3, 2, 5, 6))
FILTERS, BIAS = RNG.normal(size=(4, 2, 3, 2)), RNG.normal(size=4)
VECTORS = (RNG.normal(size=3), RNG.normal(size=3), np.zeros(3), np.ones(3))


def pair(path, *args, grads=1, **options):
    """Name, forward with its options, backward; the first `grads` inputs get one."""
    module, name = path.rsplit(".", 1)
    home = importlib.import_module(f"nnlib.{module}")
    forward, backward = getattr(home, name), getattr(home, f"{name}_backward")
    return path, forward, backward, (args, grads, options)


PAIRS = [
    pair("activations.sigmoid", SCORES, slope=2.5),
    pair("activations.tanh", SCORES),
    pair("activations.relu", SCORES),
    pair("activations.leaky_relu", SCORES, slope=0.2),
    pair("activations.scaled_sigmoid", SCORES, low=-2, high=5),
    pair("activations.softmax", SCORES),
    pair("activations.log_softmax", SCORES),
    pair("linear.linear", SCORES, RNG.normal(size=(3, 4)), BIAS, grads=3),
    pair("neuron.neuron", SCORES, RNG.normal(size=3), np.array(0.3), grads=3),
    pair("losses.mse", SCORES, SOFT),
    pair("losses.half_sse", SCORES, SOFT),
    pair("losses.binary_cross_entropy", SOFT, SOFT[::-1].copy()),
    pair("losses.binary_cross_entropy_with_logits", SCORES, SOFT),
    pair("losses.softmax_cross_entropy", SCORES, LABELS),
    pair("losses.cross_entropy", SOFT, LABELS, base=2.0),
    pair("conv.conv2d", IMAGES, FILTERS, BIAS, grads=3, stride=(2, 1), pad=(1, 2)),
    pair("conv.max_pool2d", IMAGES, kernel=(2, 3), stride=2, pad=1),
    pair("conv.avg_pool2d", IMAGES, kernel=(2, 3), stride=2, pad=1),
    pair("norm.batch_norm", SCORES, *VECTORS, grads=3, training=True, momentum=0.7),
    pair("norm.batch_norm", SCORES, *VECTORS, grads=3, training=False),
    pair("dropout.dropout", SCORES, keep=0.7, rng=RNG, training=True),
    pair("dropout.dropout", SCORES, keep=0.7, rng=RNG, training=True, mode="vanilla"),
    pair("regularizers.l1", SCORES, lam=0.3),
    pair("regularizers.l2", SCORES, lam=0.3),
    pair("regularizers.elastic_net", SCORES, beta=0.4, lam=0.3),
]
NAMED_PAIRS = [pytest.param(*case, id=case[0]) for case in PAIRS]


def locked(array, dtype):
    """A copy that cannot be written to; labels stay integers."""
    copy = np.array(array, dtype=dtype if array.dtype.kind == "f" else None)
    copy.flags.writeable = False
    return copy


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(("name", "forward", "backward", "case"), NAMED_PAIRS)
def test_out_cache_then_gradients_in_the_order_of_the_inputs(
    name, forward, backward, case, dtype
):
    """Read-only arguments prove that nothing is written into them."""
    args, grads, options = case
    given = [locked(array, dtype) for array in args]
    assert list(inspect.signature(backward).parameters) == ["dout", "cache"]
    out, cache = forward(*given, **options)
    if np.ndim(out):
        assert out.dtype == dtype
        dout = locked(np.ones(out.shape), dtype)
    else:
        assert type(out) is float  # a loss
        dout = 1.0
    answers = backward(dout, cache)
    assert isinstance(answers, tuple) == (grads > 1)
    answers = answers if isinstance(answers, tuple) else (answers,)
    assert [np.shape(g) for g in answers] == [np.shape(x) for x in given[:grads]]
    assert {g.dtype for g in answers} == {np.dtype(dtype)}
    again = backward(dout, cache)  # a backward pass does not use the cache up
    again = again if isinstance(again, tuple) else (again,)
    for first, second in zip(answers, again, strict=True):
        np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize(("name", "forward", "backward", "case"), NAMED_PAIRS)
def test_gradients_for_a_random_cotangent(name, forward, backward, case):
    args, grads, options = case
    rest = args[grads:]

    def f(*inputs):
        fresh = {"rng": np.random.default_rng(3)} if "rng" in options else {}
        return forward(*inputs, *rest, **{**options, **fresh})

    assert check_gradient(f, backward, *args[:grads]) < 1e-6


def test_the_target_comes_first_in_the_divergence_only():
    losses = nnlib.losses
    _, cache = losses.kl_divergence(SOFT[::-1].copy(), SOFT)
    other = SOFT[::-1].copy()
    check_gradient(
        lambda q: losses.kl_divergence(other, q), losses.kl_divergence_backward, SOFT
    )
    assert losses.kl_divergence_backward(1.0, cache).shape == SOFT.shape


def test_one_size_stands_for_rows_and_columns():
    conv = nnlib.conv
    for stride, pad in ((2, 1), (3, 0)):
        expected = conv.conv2d_naive(IMAGES, FILTERS, BIAS, (stride,) * 2, (pad,) * 2)
        assert expected.shape[2:] == conv.output_shape((5, 6), (3, 2), stride, pad)
        for out in (
            conv.conv2d(IMAGES, FILTERS, BIAS, stride, pad)[0],
            conv.conv2d(IMAGES, FILTERS, BIAS, stride=stride, pad=(pad, pad))[0],
        ):
            np.testing.assert_allclose(out, expected, atol=1e-12)
    for pool in (conv.max_pool2d, conv.avg_pool2d):
        np.testing.assert_array_equal(pool(IMAGES, 2)[0], pool(IMAGES, (2, 2), 2, 0)[0])


def test_running_averages_are_in_the_cache_and_the_layer_stores_them():
    x = SCORES * 3 + 1
    old_mean, old_var = np.array([1.0, 2, 3]), np.array([1.0, 2, 3])
    _, cache = nnlib.norm.batch_norm(
        x, *VECTORS[:2], old_mean, old_var, training=True, momentum=0.8
    )
    np.testing.assert_allclose(cache.running_mean, 0.8 * old_mean + 0.2 * x.mean(0))
    np.testing.assert_allclose(cache.running_var, 0.8 * old_var + 0.2 * x.var(0))
    layer = L.BatchNorm(3, momentum=0.8)
    layer.forward(x)
    np.testing.assert_allclose(layer.running_mean, 0.2 * x.mean(0))
    np.testing.assert_allclose(layer.running_var, 0.8 + 0.2 * x.var(0))
    layer.eval().forward(x)
    np.testing.assert_allclose(layer.running_mean, 0.2 * x.mean(0))


RULES = [
    *(optim.GD, optim.SGD, optim.Momentum, optim.Nesterov, optim.Adagrad),
    *(optim.RMSProp, optim.Adadelta, optim.Adam, optim.AdamW),
    partial(optim.Newton, hessian=np.eye(6)),
    partial(optim.DiagonalNewton, hessian=np.ones(6)),
]


@pytest.mark.parametrize("rule", RULES, ids=lambda r: getattr(r, "func", r).__name__)
def test_optimizers(rule):
    """Any object with value and grad will do; a schedule is asked for t = 1 first."""
    asked = []

    def schedule(t):
        asked.append(t)
        return 0.1 / t

    p = SimpleNamespace(value=np.ones((2, 3)), grad=np.full((2, 3), 0.5))
    start, grad = p.value, p.grad
    optimizer = rule([p], lr=schedule)
    assert asked == []
    optimizer.step()
    assert asked == [1] and optimizer.state["t"] == 1
    assert optimizer.state["lr"] == 0.1 and "'t': 1" in str(optimizer.state)
    assert np.all(p.value < 1)
    np.testing.assert_array_equal(start, np.ones((2, 3)))
    np.testing.assert_array_equal(grad, np.full((2, 3), 0.5))
    optimizer.step()
    assert asked == [1, 2] and optimizer.state["lr"] == 0.05
    optimizer.zero_grad()
    np.testing.assert_array_equal(p.grad, np.zeros((2, 3)))


@pytest.mark.parametrize("shape", [(3,), (200, 200)])
@pytest.mark.parametrize("rule", [*RULES[:9], optim.Rprop])
def test_parameters_keep_their_dtype_whatever_the_gradient_has(rule, shape):
    p = L.Parameter(np.ones(shape, np.float32))
    p.grad = np.ones(shape)  # float64, as float64 data give it
    rule([p], lr=np.float64(0.1)).step()
    assert p.value.dtype == np.float32


def test_clipping_keeps_float32_whatever_the_limits_are():
    grads = [np.ones(3, np.float32)]
    one = np.float64(1.0)
    assert nnlib.clip.clip_by_norm(grads, one)[0][0].dtype == np.float32
    assert nnlib.clip.clip_by_value(grads, -one, one)[0].dtype == np.float32


CTRL_C = """
import numpy as np
from nnlib import data, layers, optim, train
rng = np.random.default_rng(0)
x, y = data.blobs(90, rng=rng)
model = layers.mlp([2, 4, 3], rng=rng)
def report(model, history):
    if len(history) == 2:
        print("ready", flush=True)
history = train.fit(
    model, optim.SGD(model.parameters()), x, y, epochs=10**9, rng=rng,
    callbacks=[report],
)
print(history.stopped, len(history) >= 2, np.isfinite(history.loss).all())
"""


def test_ctrl_c_returns_the_history():
    with subprocess.Popen(
        [sys.executable, "-c", CTRL_C], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout.readline() == "ready\n"
            process.send_signal(signal.SIGINT)
            rest, _ = process.communicate(timeout=60)
        finally:
            process.kill()  # it would train for ever
    assert rest == "interrupted True True\n" and process.returncode == 0


def test_an_early_stopping_object_can_serve_two_trainings():
    stopping = train.EarlyStopping(patience=2, monitor="loss")
    for _ in range(2):
        rng = np.random.default_rng(1)
        x, y = nnlib.data.blobs(60, rng=rng)
        model = L.mlp([2, 3], rng=rng)
        sgd = optim.SGD(model.parameters(), lr=lambda t: 0.01 * 2.0**t)
        options = {"epochs": 40, "batch_size": 60, "early_stopping": stopping}
        history = train.fit(model, sgd, x, y, rng=rng, **options)
        assert stopping.best == min(history.loss)
        assert len(history) == stopping.best_epoch + 2 < 40


def test_schedules_are_functions_of_t():
    assert float(schedules.step(1.0, 0.5, 10)(15)) == 0.5
    assert float(schedules.warmup(schedules.constant(0.2), 4)(1)) == pytest.approx(0.05)
