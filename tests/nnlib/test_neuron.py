"""One neuron, the perceptron rule, learning by perturbation."""

from functools import partial

import numpy as np
import pytest

from nnlib import activations as act
from nnlib.neuron import (
    Perceptron,
    decision_boundary,
    neuron,
    neuron_backward,
    perturb_weights,
    predict_class,
    xor_network,
)
from nnlib.testing import check_gradient

CORNERS = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]])


def example(n, inputs):
    rng = np.random.default_rng(n)
    return rng.normal(size=(n, inputs)), rng.normal(size=inputs), np.float64(0.3)


@pytest.mark.parametrize("sizes", [(5, 3), (1, 4), (6, 1)])
@pytest.mark.parametrize(
    "f",
    [
        act.sigmoid,
        partial(act.sigmoid, slope=2.5),
        act.tanh,
        act.relu,
        partial(act.scaled_sigmoid, low=-2.0, high=5.0),
    ],
)
def test_gradients_agree_with_central_differences(sizes, f):
    check_gradient(partial(neuron, f=f), neuron_backward, *example(*sizes))


def test_a_neuron_is_one_column_of_a_linear_layer():
    x, w, b = example(5, 3)
    out, _ = neuron(x, w, b)
    np.testing.assert_allclose(out, act.sigmoid(x @ w + b)[0])
    assert out.shape == (5,)


def test_float32_stays_and_arguments_stay_as_they_are():
    x, w = np.ones((4, 3), np.float32), np.ones(3, np.float32)
    out, cache = neuron(x, w, 0.5)
    dx, dw, db = neuron_backward(np.ones_like(out), cache)
    assert {a.dtype for a in (out, dx, dw, db)} == {np.dtype(np.float32)}
    np.testing.assert_array_equal(x, 1)
    np.testing.assert_array_equal(w, 1)


def test_a_step_neuron_has_no_backward_pass():
    out, cache = neuron(CORNERS, np.array([1.0, 1.0]), -1.5, f=act.step)
    np.testing.assert_array_equal(out, [0, 0, 0, 1])
    with pytest.raises(ValueError, match="expected a differentiable"):
        neuron_backward(np.ones(4), cache)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: neuron(CORNERS[0], np.ones(2), 0.0), ValueError, r"use x\[None, :\]"),
        (lambda: neuron(CORNERS, np.ones(3), 0.0), ValueError, r"expected \(N, 3\)"),
        (
            lambda: neuron(CORNERS, np.ones((2, 1)), 0.0),
            ValueError,
            "w in neuron has 2",
        ),
        (lambda: neuron(CORNERS, np.ones(2), np.ones(4)), TypeError, "b in neuron"),
        (
            lambda: neuron(CORNERS.astype(int), np.ones(2), 0.0),
            TypeError,
            "x in neuron",
        ),
        (
            lambda: neuron_backward(
                np.ones((4, 1)), neuron(CORNERS, np.ones(2), 0.0)[1]
            ),
            ValueError,
            r"expected the shape \(4,\)",
        ),
        (lambda: predict_class(np.ones((1, 2, 3))), ValueError, "expected 1 or 2"),
        (lambda: predict_class(np.ones((3, 1))), ValueError, r"use \[:, 0\]"),
        (lambda: xor_network(np.ones((4, 3))), ValueError, r"expected \(N, 2\)"),
        (lambda: decision_boundary([1, 0], 2, 0.0), ValueError, "vertical"),
        (lambda: decision_boundary([1, 0, 1], 2, 0.0), ValueError, "only a plane"),
    ],
)
def test_bad_input_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_the_most_probable_class():
    p = np.array([[0.1, 0.7, 0.2], [0.5, 0.2, 0.3]])
    np.testing.assert_array_equal(predict_class(p), [1, 0])
    np.testing.assert_array_equal(predict_class(np.array([0.2, 0.5, 0.8])), [0, 1, 1])


def test_the_boundary_is_where_the_neuron_says_one_half():
    w, b = np.array([1.0, -2.0]), 0.7
    x1 = np.linspace(-3, 3, 7)
    points = np.stack([x1, decision_boundary(w, b, x1)], axis=1)
    np.testing.assert_allclose(neuron(points, w, b)[0], 0.5)


class TestPerceptron:
    def test_it_stops_on_separable_data_whatever_eta(self):
        y = [0, 0, 0, 1]
        coarse = Perceptron().fit(CORNERS, y)
        fine = Perceptron(eta=1 / 128).fit(CORNERS, y)
        assert coarse.converged
        assert coarse.mistakes == fine.mistakes == [2, 3, 3, 2, 1, 0]
        np.testing.assert_array_equal(coarse.predict(CORNERS), y)
        np.testing.assert_allclose(coarse.w, 128 * fine.w)
        assert "separated the data: 0 mistakes" in repr(coarse)

    def test_it_reports_that_xor_did_not_converge(self):
        model = Perceptron(max_epochs=30).fit(CORNERS, [0, 1, 1, 0])
        assert not model.converged
        assert len(model.mistakes) == 30
        assert min(model.mistakes) > 0
        assert "did not separate the data" in repr(model)

    def test_on_xor_the_weights_repeat(self):
        weights = [
            Perceptron(max_epochs=epochs).fit(CORNERS, [0, 1, 1, 0])
            for epochs in (2, 3, 4)
        ]
        for later in weights[1:]:
            np.testing.assert_array_equal(weights[0].w, later.w)
            assert weights[0].b == later.b

    def test_it_separates_clouds_with_a_gap_in_any_order(self):
        rng = np.random.default_rng(0)
        x = rng.normal(size=(200, 3))
        s = x @ [1, -2, 0.5] + 0.3
        x, y = x[np.abs(s) > 0.3], (s[np.abs(s) > 0.3] > 0).astype(int)
        before = x.copy()
        for order in (None, np.random.default_rng(1)):
            model = Perceptron(max_epochs=1000).fit(x, y, rng=order)
            assert model.converged
            np.testing.assert_array_equal(model.predict(x), y)
        np.testing.assert_array_equal(x, before)

    def test_fit_starts_from_the_beginning_each_time(self):
        model = Perceptron().fit(CORNERS, [0, 0, 0, 1])
        first = model.w.copy()
        np.testing.assert_array_equal(model.fit(CORNERS, [0, 0, 0, 1]).w, first)

    @pytest.mark.parametrize(
        ("call", "error", "message"),
        [
            (lambda: Perceptron(eta=0), ValueError, "eta in Perceptron is 0"),
            (lambda: Perceptron(max_epochs=0), ValueError, "at least 1"),
            (lambda: Perceptron().predict(CORNERS), RuntimeError, "call fit"),
            (
                lambda: Perceptron().fit(CORNERS, [0, 1, 2, 0]),
                ValueError,
                "only 0 and 1",
            ),
            (lambda: Perceptron().fit(CORNERS, [0, 1]), ValueError, r"expected \(4,\)"),
            (lambda: Perceptron().fit([1, 2], [0, 1]), ValueError, r"x\[:, None\]"),
            (
                lambda: Perceptron().fit(CORNERS, [0, 0, 0, 1]).predict(CORNERS[0]),
                ValueError,
                r"expected \(N, 2\)",
            ),
        ],
    )
    def test_bad_input_is_refused(self, call, error, message):
        with pytest.raises(error, match=message):
            call()

    def test_before_fit_it_says_so(self):
        assert repr(Perceptron()) == "Perceptron(not fitted)"
        assert not Perceptron().converged


MINIMUM = np.array([1.0, -2.0, 3.0])


def bowl(theta):
    return float(((theta - MINIMUM) ** 2).sum())


class TestPerturbation:
    def test_one_weight_at_a_time_only_keeps_what_helps(self):
        theta = np.zeros(3)
        calls = []

        def loss(at):
            calls.append(at.copy())
            return bowl(at)

        rng = np.random.default_rng(0)
        result = perturb_weights(loss, theta, rng=rng, trials=50)
        assert result.forward_passes == len(calls) == 51
        assert result.loss == bowl(result.theta) == min(map(bowl, calls))
        assert result.loss < bowl(theta)
        assert result.gradient is None
        np.testing.assert_array_equal(theta, 0)
        kept = calls[0]
        for at in calls[1:]:
            assert np.count_nonzero(at != kept) <= 1
            kept = at if bowl(at) < bowl(kept) else kept

    def test_enough_trials_reach_the_minimum(self):
        rng = np.random.default_rng(1)
        result = perturb_weights(bowl, np.zeros(3), rng=rng, trials=2000, scale=0.3)
        assert result.loss < 1e-2

    def test_all_weights_at_once_estimate_the_gradient(self):
        rng = np.random.default_rng(2)
        theta = np.array([0.5, 0.0, -1.0])
        exact = 2 * (theta - MINIMUM)
        result = perturb_weights(
            bowl, theta, rng=rng, mode="all", trials=20000, scale=0.01, eta=0.1
        )
        assert result.forward_passes == 20002
        np.testing.assert_allclose(result.gradient, exact, rtol=0.1, atol=0.3)
        np.testing.assert_allclose(result.theta, theta - 0.1 * result.gradient)
        assert result.loss == bowl(result.theta)

    def test_few_trials_estimate_it_badly(self):
        def error(trials):
            rng = np.random.default_rng(3)
            result = perturb_weights(
                bowl, np.zeros(3), rng=rng, mode="all", trials=trials, scale=0.01
            )
            return np.linalg.norm(result.gradient - 2 * (0 - MINIMUM))

        assert error(10) > 5 * error(10000)

    @pytest.mark.parametrize("mode", ["one", "all"])
    def test_shape_and_dtype_are_kept(self, mode):
        theta = np.zeros((2, 3), dtype=np.float32)
        result = perturb_weights(
            lambda at: float((at**2).sum()),
            theta,
            rng=np.random.default_rng(0),
            mode=mode,
        )
        assert result.theta.shape == (2, 3)
        assert result.theta.dtype == np.float32

    @pytest.mark.parametrize(
        ("options", "error", "message"),
        [
            ({"mode": "some"}, ValueError, "'one', 'all'"),
            ({"trials": 0}, ValueError, "at least 1"),
            ({"scale": 0}, ValueError, "above 0"),
            ({"rng": 3}, TypeError, "default_rng"),
            ({"theta": np.zeros(3, int)}, TypeError, "theta in perturb_weights"),
        ],
    )
    def test_bad_input_is_refused(self, options, error, message):
        arguments = {"theta": np.zeros(3), "rng": np.random.default_rng(0), **options}
        with pytest.raises(error, match=message):
            perturb_weights(bowl, **arguments)
