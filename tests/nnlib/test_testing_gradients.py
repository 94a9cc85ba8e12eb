"""Right backward passes pass; eleven wrong ones, as people write them, are caught."""

import numpy as np
import pytest

from nnlib.testing import check_gradient, numerical_gradient

rng = np.random.default_rng(5)
X, W, B = rng.normal(size=(4, 3)), rng.normal(size=(3, 2)), rng.normal(size=2)
GAMMA, BETA = rng.normal(size=3), rng.normal(size=3)
LABELS = np.array([0, 2, 1, 1])


def linear(x, W, b):
    return x @ W + b, (x, W)


def linear_backward(dout, cache):
    x, W = cache
    return dout @ W.T, x.T @ dout, dout.sum(axis=0)


def softmax(s):
    e = np.exp(s - s.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    return p, p


def softmax_backward(dout, p):
    return p * (dout - (dout * p).sum(axis=1, keepdims=True))


def normalise(x, gamma, beta):
    scale = 1 / np.sqrt(x.var(axis=0) + 1e-5)
    xhat = (x - x.mean(axis=0)) * scale
    return gamma * xhat + beta, (xhat, scale, gamma)


def normalise_backward(dout, cache):
    xhat, scale, gamma = cache
    d = dout * gamma
    dx = scale * (d - d.mean(axis=0) - xhat * (d * xhat).mean(axis=0))
    return dx, (dout * xhat).sum(axis=0), dout.sum(axis=0)


def cross_entropy(s, labels):
    p, _ = softmax(s)
    rows = np.arange(len(labels))
    return -np.log(p[rows, labels]).mean(), (p, labels)


def cross_entropy_backward(dout, cache):
    p, labels = cache
    ds = p.copy()
    ds[np.arange(len(labels)), labels] -= 1
    return dout * ds / len(labels)


def sigmoid(s):
    h = 1 / (1 + np.exp(-s))
    return h, h


RIGHT = {
    "linear": (linear, linear_backward, (X, W, B)),
    "softmax": (softmax, softmax_backward, (X,)),
    "normalise": (normalise, normalise_backward, (X, GAMMA, BETA)),
    "cross_entropy": (cross_entropy, cross_entropy_backward, (X, LABELS)),
    "sigmoid": (sigmoid, lambda dout, h: dout * h * (1 - h), (X,)),
    "square": (lambda x: (x**2, x), lambda dout, x: 2 * x * dout, (1.5,)),
}

WRONG = {
    "dx without transpose of W": (
        *(linear, lambda d, c: (d @ np.ones_like(c[1]).T, c[0].T @ d, d.sum(0))),
        *((X, W, B), "gradient of x "),
    ),
    "db as a mean": (
        *(linear, lambda d, c: (d @ c[1].T, c[0].T @ d, d.mean(0))),
        *((X, W, B), "gradient of b "),
    ),
    "dW with a forgotten sample": (
        *(linear, lambda d, c: (d @ c[1].T, c[0][1:].T @ d[1:], d.sum(0))),
        *((X, W, B), "gradient of W "),
    ),
    "db not summed": (
        *(linear, lambda d, c: (d @ c[1].T, c[0].T @ d, d)),
        *((X, W, B), r"gradient of b has shape \(4, 2\), expected \(2,\)"),
    ),
    "gradients in another order": (
        *(linear, lambda d, c: (c[0].T @ d, d @ c[1].T, d.sum(0))),
        *((X, W, B), "gradient of x has shape"),
    ),
    "softmax without its coupling": (
        *(softmax, lambda d, p: d * p * (1 - p), (X,), "gradient of s "),
    ),
    "softmax whose rows sum to zero by force": (
        *(softmax, lambda d, p: p * (d - d.mean(axis=1, keepdims=True))),
        *((X,), "gradient of s "),
    ),
    "statistics taken as constants": (
        *(normalise, lambda d, c: (d * c[2] * c[1], (d * c[0]).sum(0), d.sum(0))),
        *((X, GAMMA, BETA), "gradient of x "),
    ),
    "gamma forgotten": (
        normalise,
        lambda d, c: (
            c[1] * (d - d.mean(0) - c[0] * (d * c[0]).mean(0)),
            *((d * c[0]).sum(0), d.sum(0)),
        ),
        *((X, GAMMA, BETA), "gradient of x "),
    ),
    "loss without 1/N": (
        *(cross_entropy, lambda d, c: cross_entropy_backward(d, c) * 4),
        *((X, LABELS), "gradient of s "),
    ),
    "dout of a loss ignored": (
        *(cross_entropy, lambda d, c: cross_entropy_backward(1.0, c)),
        *((X, LABELS), "gradient of s "),
    ),
    "slope of the sigmoid at s, not at h": (
        *(sigmoid, lambda d, h: d * (1 - h), (X,), "gradient of s "),
    ),
}


@pytest.mark.parametrize("name", RIGHT)
def test_right_backward_passes(name):
    forward, backward, inputs = RIGHT[name]
    assert check_gradient(forward, backward, *inputs) < 1e-6


@pytest.mark.parametrize("name", WRONG)
def test_wrong_backward_is_caught_and_its_argument_named(name):
    forward, backward, inputs, message = WRONG[name]
    with pytest.raises(AssertionError, match=message):
        check_gradient(forward, backward, *inputs)


def test_there_are_at_least_eleven_wrong_ones():
    assert len(WRONG) >= 11


def test_a_cotangent_of_ones_would_miss_what_is_caught_here():
    # The reason for the random cotangent: softmax rows sum to 1, so that with ones
    # both the right gradient and a constant 0 agree with central differences.
    ones = np.ones_like(X)
    np.testing.assert_allclose(softmax_backward(ones, softmax(X)[1]), 0, atol=1e-15)
    with pytest.raises(AssertionError):
        check_gradient(softmax, lambda d, p: 0 * d, X)


def gradient_of_x(change):
    def backward(dout, cache):
        dx, *rest = linear_backward(dout, cache)
        return change(dx), *rest

    return backward


@pytest.mark.parametrize(
    ("change", "guess"),
    [
        (np.negative, "The sign is flipped"),
        (lambda dx: dx / 4, "differs by a factor 0.25 = 1/the length of axis 0"),
        (lambda dx: dx - 2.0, "Every entry is off by -2"),
        (
            lambda dx: dx - dx.mean(axis=0),
            "All entries along axis 0 are off by the same amount: a term is missing",
        ),
        (lambda dx: dx - dx.mean(axis=1, keepdims=True), "All entries along axis 1"),
        (lambda dx: dx.T, r"has shape \(3, 4\).*It looks transposed"),
        (lambda dx: dx.sum(axis=0), "It is the sum over axis 0 of the right result"),
    ],
)
def test_the_message_says_what_the_mistake_looks_like(change, guess):
    with pytest.raises(AssertionError, match=f"gradient of x .*{guess}"):
        check_gradient(linear, gradient_of_x(change), X, W, B)


def test_no_guess_where_nothing_fits():
    with pytest.raises(AssertionError, match=r"entries differ\)$"):
        check_gradient(linear, gradient_of_x(lambda dx: dx**2), X, W, B)


def test_message_names_the_index():
    def one_wrong_entry(dout, cache):
        dx, dW, db = linear_backward(dout, cache)
        dW[2, 1] += 1e-3
        return dx, dW, db

    with pytest.raises(AssertionError, match=r"gradient of W .* worst at \[2, 1\]"):
        check_gradient(linear, one_wrong_entry, X, W, B)


def test_float32_inputs_are_checked_in_float64():
    seen = []

    def forward(x):
        seen.append(x.dtype)
        return x**3, x

    check_gradient(forward, lambda d, x: 3 * x**2 * d, X.astype(np.float32))
    assert set(seen) == {np.dtype(np.float64)}


def test_wrt_selects_arguments():
    def difference(yhat, y):
        return ((yhat - y) ** 2).mean(), yhat - y

    def backward(dout, cache):
        return dout * 2 * cache / cache.size

    with pytest.raises(AssertionError, match="returned 1 gradients, expected 2"):
        check_gradient(difference, backward, X, X + 1)
    check_gradient(difference, backward, X, X + 1, wrt=[0])


def test_impure_functions_are_refused():
    def changes_input(x):
        x *= 2
        return x, None

    with pytest.raises(AssertionError, match="forward changed its argument x"):
        check_gradient(changes_input, lambda d, _: 2 * d, X)

    def changes_dout(dout, cache):
        dout *= cache
        return dout

    with pytest.raises(AssertionError, match="backward changed its argument dout"):
        check_gradient(lambda x: (x**2 / 2, x), changes_dout, X)
    draws = np.random.default_rng(0)
    with pytest.raises(AssertionError, match="different results for equal inputs"):
        check_gradient(lambda x: (x * draws.normal(), x), lambda d, x: d, X)


def test_wrong_kinds_of_results_are_explained():
    with pytest.raises(AssertionError, match="returned ndarray, expected a pair"):
        check_gradient(lambda x: x, lambda d, c: d, X)
    with pytest.raises(AssertionError, match="gradient of x is of type NoneType"):
        check_gradient(lambda x: (x, x), lambda d, c: None, X)
    with pytest.raises(AssertionError, match="wrong: worst"):
        check_gradient(lambda x: (x, x), lambda d, c: d * np.nan, X)
    with pytest.raises(ValueError, match="no float input"):
        check_gradient(lambda x: (x, x), lambda d, c: d, LABELS)


def test_arguments_without_a_signature_are_counted():
    with pytest.raises(AssertionError, match="gradient of argument 1 is wrong"):
        check_gradient(
            lambda *a: (a[0] * a[1], a), lambda d, a: (d * a[1], d * a[1]), X, X + 1
        )


def test_numerical_gradient_of_a_number_and_of_an_array():
    x = X.copy()
    got = numerical_gradient(lambda v: (v**3).sum(), x)
    np.testing.assert_allclose(got, 3 * X**2, rtol=1e-8)
    np.testing.assert_array_equal(x, X)
    dout = rng.normal(size=(4, 2))
    got = numerical_gradient(lambda v: v @ W, X, dout)
    np.testing.assert_allclose(got, dout @ W.T, rtol=1e-7)
    assert numerical_gradient(np.sin, 0.3) == pytest.approx(np.cos(0.3), rel=1e-9)


def test_numerical_gradient_survives_a_function_that_changes_its_argument():
    def careless(v):
        v *= 2
        return v.sum()

    np.testing.assert_allclose(numerical_gradient(careless, X), 2, rtol=1e-8)


def test_numerical_gradient_at_large_and_integer_points():
    np.testing.assert_allclose(
        numerical_gradient(lambda v: v**2, 1000), 2000, rtol=1e-9
    )
