"""Wrong solutions of assignment 6, as students write them.

Each names all the checks that it fails. Tests prove that it fails these and no other,
and that the probes tell it from a right solution and from the other mistakes.
"""

from itertools import product

import numpy as np

from autograder.feedback.misconceptions import Catalogue

MISCONCEPTIONS = Catalogue()
wrong, probes = MISCONCEPTIONS.wrong, MISCONCEPTIONS.probes


def rng(seed=0):
    return np.random.default_rng(seed)


# Task 6.1 ---------------------------------------------------------------------------
@probes("draw_mask")
def draw_mask_inputs():
    return [((3, 4), 0.8, rng(1)), ((5,), 0.3, rng(2)), ((2, 6), 1.0, rng(3))]


@wrong(
    "draw_mask",
    "keep is taken for the probability to drop",
    caught_by=["keep = 1 keeps all", "keep is the share of ones"],
    hint="With keep = 1 nothing may be dropped.",
)
def draw_mask_dropping(shape, keep, rng):
    return (rng.random(shape) > keep).astype(float)


@wrong(
    "draw_mask",
    "the mask is scaled already",
    caught_by=["ones and zeros of the right shape", "keep is the share of ones"],
    hint="A mask holds ones and zeros; scaling is a step of its own.",
)
def draw_mask_scaled(shape, keep, rng):
    return (rng.random(shape) < keep) / keep


@wrong(
    "draw_mask",
    "random numbers in place of ones and zeros",
    caught_by=[
        "ones and zeros of the right shape",
        "keep = 1 keeps all",
        "keep is the share of ones",
    ],
    hint="Compare each random number with keep.",
)
def draw_mask_numbers(shape, keep, rng):
    return rng.random(shape) * keep


@wrong(
    "draw_mask",
    "one mask for all samples",
    caught_by=["keep is the share of ones", "each entry by itself, from rng"],
    hint="Each sample meets another thinned network: draw a number for each entry.",
)
def draw_mask_shared(shape, keep, rng):
    return np.ones(shape) * (rng.random(shape[-1]) < keep)


@wrong(
    "draw_mask",
    "a fair coin whatever keep is",
    caught_by=["keep = 1 keeps all", "keep is the share of ones"],
    hint="Where does keep come in?",
)
def draw_mask_fair(shape, keep, rng):
    return rng.integers(0, 2, shape)


@wrong(
    "draw_mask",
    "a generator of its own",
    caught_by=["each entry by itself, from rng"],
    hint="Draw from the rng that you get: a fixed seed gives the same mask for ever.",
)
def draw_mask_own_generator(shape, keep, rng):
    return (np.random.default_rng(0).random(shape) < keep).astype(float)


# Tasks 6.2 and 6.3 ------------------------------------------------------------------
H = np.array([[1.0, -2.0, 3.0, 0.5], [2.0, 4.0, -1.0, 1.5], [-3.0, 0.25, 2.0, 1.0]])


@probes("inverted")
def inverted_inputs():
    return [
        (H.copy(), 0.8, rng(4), True),
        (H.copy(), 0.25, rng(5), True),
        (H.copy(), 0.6, None, False),
    ]


@probes("vanilla")
def vanilla_inputs():
    return inverted_inputs()


def dropout(trained, predicted):
    """Return dropout that multiplies by these functions of mask or shape, and keep."""

    def layer(h, keep, rng, training):
        if training:
            factor = trained((rng.random(h.shape) < keep).astype(float), keep)
        else:
            factor = predicted(np.ones(h.shape), keep)
        return h * factor, factor

    return layer


def as_it_is(mask, keep):
    return mask


wrong(
    "inverted",
    "divided by the probability to drop",
    caught_by=["keep is not one half"],
    hint="Try keep = 0.8: what is left of a sum of many units, on average?",
)(dropout(lambda z, q: z / (1 - q), as_it_is))

wrong(
    "inverted",
    "nothing is scaled",
    caught_by=["half of the units", "keep is not one half"],
    hint="In training fewer units speak, so each must speak louder.",
)(dropout(as_it_is, as_it_is))

wrong(
    "inverted",
    "multiplied by keep in place of divided",
    caught_by=["half of the units", "keep is not one half"],
    hint="Units that stay must become larger.",
)(dropout(lambda z, q: z * q, as_it_is))

wrong(
    "inverted",
    "prediction is scaled, too",
    caught_by=["prediction leaves all as it is"],
    hint="Inverted dropout has paid in training already.",
)(dropout(lambda z, q: z / q, lambda one, q: one * q))

wrong(
    "inverted",
    "the vanilla form",
    caught_by=[
        "half of the units",
        "prediction leaves all as it is",
        "keep is not one half",
    ],
    hint="Here training is scaled and prediction is not.",
)(dropout(as_it_is, lambda one, q: one * q))


@wrong(
    "inverted",
    "dropout in prediction, too",
    caught_by=["prediction leaves all as it is"],
    hint="Two predictions for the same input must agree.",
)
def inverted_always(h, keep, rng, training):
    rng = rng or np.random.default_rng(0)
    factor = (rng.random(h.shape) < keep) / keep
    return h * factor, factor


@wrong(
    "inverted",
    "units stay with probability 1 - keep",
    caught_by=["keep is not one half"],
    hint="rng.random() < keep happens with probability keep.",
)
def inverted_dropping(h, keep, rng, training):
    if not training:
        return h, np.ones(h.shape)
    factor = (rng.random(h.shape) > keep) / keep
    return h * factor, factor


@wrong(
    "inverted",
    "one mask for all samples",
    caught_by=["keep is not one half", "a mask for each sample, and for each call"],
    hint="The mask has the shape of h, not of one row.",
)
def inverted_shared(h, keep, rng, training):
    if not training:
        return h, np.ones(h.shape)
    factor = np.ones(h.shape) * (rng.random(h.shape[1]) < keep) / keep
    return h * factor, factor


@wrong(
    "inverted",
    "h is changed in place",
    caught_by=[
        "half of the units",
        "keep is not one half",
        "a mask for each sample, and for each call",
    ],
    hint="`h *= factor` changes the caller's array.",
)
def inverted_in_place(h, keep, rng, training):
    factor = (rng.random(h.shape) < keep) / keep if training else np.ones(h.shape)
    h *= factor
    return h, factor


@wrong(
    "inverted",
    "the mask is returned in place of the factor",
    caught_by=["half of the units", "keep is not one half"],
    hint="The backward pass multiplies by what h was multiplied by.",
)
def inverted_mask_returned(h, keep, rng, training):
    mask = (rng.random(h.shape) < keep).astype(float) if training else np.ones(h.shape)
    return (h * mask / keep if training else h), mask


wrong(
    "vanilla",
    "prediction is multiplied by the probability to drop",
    caught_by=[
        "prediction with keep = 0.75",
        "prediction agrees with training on average",
    ],
    hint="A unit that was there in 3 of 4 cases counts for 3/4.",
)(dropout(as_it_is, lambda one, q: one * (1 - q)))

wrong(
    "vanilla",
    "prediction is divided by keep",
    caught_by=[
        "prediction with keep = 0.75",
        "prediction agrees with training on average",
    ],
    hint="In prediction more units speak than in training: make each quieter.",
)(dropout(as_it_is, lambda one, q: one / q))

wrong(
    "vanilla",
    "prediction is not scaled",
    caught_by=[
        "prediction with keep = 0.75",
        "prediction agrees with training on average",
    ],
    hint="Compare the mean over many trainings with the prediction.",
)(dropout(as_it_is, as_it_is))

wrong(
    "vanilla",
    "the inverted form",
    caught_by=[
        "training drops and does not scale",
        "prediction with keep = 0.75",
        "training with other shares",
    ],
    hint="Here training is left alone and prediction pays.",
)(dropout(lambda z, q: z / q, as_it_is))

wrong(
    "vanilla",
    "scaled in training and in prediction",
    caught_by=[
        "training drops and does not scale",
        "training with other shares",
        "prediction agrees with training on average",
    ],
    hint="One of the two is enough.",
)(dropout(lambda z, q: z / q, lambda one, q: one * q))

wrong(
    "vanilla",
    "units stay with probability 1 - keep",
    caught_by=[
        "training with other shares",
        "prediction agrees with training on average",
    ],
    hint="keep is the probability to stay.",
)(dropout(lambda z, q: 1 - z, lambda one, q: one * q))


@wrong(
    "vanilla",
    "training and prediction are exchanged",
    caught_by=[
        "training drops and does not scale",
        "prediction with keep = 0.75",
        "training with other shares",
        "prediction agrees with training on average",
    ],
    hint="Dice belong to training only.",
)
def vanilla_exchanged(h, keep, rng, training):
    rng = rng or np.random.default_rng(0)
    factor = (
        np.full(h.shape, keep)
        if training
        else (rng.random(h.shape) < keep).astype(float)
    )
    return h * factor, factor


@wrong(
    "vanilla",
    "the factor of prediction is not returned",
    caught_by=["prediction with keep = 0.75"],
    hint="In prediction the outputs were multiplied as well: by what?",
)
def vanilla_without_factor(h, keep, rng, training):
    if training:
        factor = (rng.random(h.shape) < keep).astype(float)
        return h * factor, factor
    return h * keep, np.ones(h.shape)


# Task 6.4 ---------------------------------------------------------------------------
@probes("dropout_layer_backward")
def dropout_layer_backward_inputs():
    draw = rng(6).normal
    factor = np.array([[1.25, 0.0, 1.25], [0.0, 1.25, 1.25], [1.25, 1.25, 0.0]])
    cases = []
    for units in (2, 3):
        dS, W = draw(0, 1, (3, units)), draw(0, 1, (3, units))
        cases.append((dS, draw(0, 1, (3, 3)), factor.copy(), W))
    return cases


@wrong(
    "dropout_layer_backward",
    "the factor is missing in the gradient by h",
    caught_by=[
        "the gradient by h",
        "by h, with keep = 0.8 and a random gradient from above",
    ],
    hint="A unit that was dropped does not matter: its gradient is 0.",
)
def backward_without_factor_h(dS, h, factor, W):
    return dS @ W.T, (h * factor).T @ dS


@wrong(
    "dropout_layer_backward",
    "the factor is missing in the gradient by W",
    caught_by=[
        "the gradient by W",
        "by W, with keep = 0.8 and a random gradient from above",
    ],
    hint="W is multiplied by the outputs after dropout.",
)
def backward_without_factor_W(dS, h, factor, W):
    return (dS @ W.T) * factor, h.T @ dS


@wrong(
    "dropout_layer_backward",
    "a mask without its scale on the way back",
    caught_by=[
        "the gradient by h",
        "by h, with keep = 0.8 and a random gradient from above",
    ],
    hint="The forward pass multiplied by 1.25, not by 1.",
)
def backward_mask_only(dS, h, factor, W):
    mask = (factor > 0).astype(float)
    return (dS @ W.T) * mask, (h * factor).T @ dS


@wrong(
    "dropout_layer_backward",
    "divided by the factor",
    caught_by=[
        "the gradient by h",
        "by h, with keep = 0.8 and a random gradient from above",
    ],
    hint="Backward, the gradient is multiplied by the same number as h was.",
)
def backward_divided(dS, h, factor, W):
    safe = np.where(factor == 0, 1.0, factor)
    return (dS @ W.T) / safe * (factor > 0), (h * factor).T @ dS


@wrong(
    "dropout_layer_backward",
    "the gradients come in another order",
    caught_by=[
        "the gradient by h",
        "the gradient by W",
        "by h, with keep = 0.8 and a random gradient from above",
        "by W, with keep = 0.8 and a random gradient from above",
    ],
    hint="First the gradient by h, then that by W.",
)
def backward_exchanged(dS, h, factor, W):
    return (h * factor).T @ dS, (dS @ W.T) * factor


@wrong(
    "dropout_layer_backward",
    "divided by the number of samples",
    caught_by=[
        "the gradient by W",
        "by W, with keep = 0.8 and a random gradient from above",
    ],
    hint="The 1/N stands in the loss, whose gradient dS already is.",
)
def backward_mean(dS, h, factor, W):
    return (dS @ W.T) * factor, (h * factor).T @ dS / len(h)


@wrong(
    "dropout_layer_backward",
    "the factor is applied twice",
    caught_by=[
        "the gradient by h",
        "the gradient by W",
        "by h, with keep = 0.8 and a random gradient from above",
        "by W, with keep = 0.8 and a random gradient from above",
    ],
    hint="h was multiplied once.",
)
def backward_twice(dS, h, factor, W):
    return (dS @ W.T) * factor * factor, (h * factor * factor).T @ dS


# Task 6.5 ---------------------------------------------------------------------------
@probes("average_output")
def average_output_inputs():
    return [
        (np.max, np.array([1.0, -2.0, 3.0]), 0.5),
        (lambda v: float(np.tanh(np.sum(v))), np.array([2.0, -1.0, 0.5]), 0.8),
        (lambda v: float(v[0] * v[1] + 1), np.array([3.0, 4.0]), 0.3),
    ]


def averaged(probability, masks=lambda n: product([0, 1], repeat=n), scale=1.0):
    """Return the average with other probabilities, or over other masks."""

    def average_output(f, h, keep):
        total = 0.0
        for mask in masks(len(h)):
            z = np.array(mask)
            total += probability(int(z.sum()), len(h), keep) * f(h * z * scale)
        return total

    return average_output


def right_probability(ones, n, keep):
    return keep**ones * (1 - keep) ** (n - ones)


wrong(
    "average_output",
    "all masks are equally likely",
    caught_by=[
        "keep is not one half",
        "a sigmoid behind four units",
        "one unit, and keep = 1",
    ],
    hint="With keep = 0.9 masks of many ones come up more often.",
)(averaged(lambda ones, n, keep: 1 / 2**n))

wrong(
    "average_output",
    "keep and 1 - keep are exchanged",
    caught_by=[
        "keep is not one half",
        "a sigmoid behind four units",
        "one unit, and keep = 1",
    ],
    hint="A one has probability keep.",
)(averaged(lambda ones, n, keep: right_probability(n - ones, n, keep)))

wrong(
    "average_output",
    "the zeros have no probability",
    caught_by=[
        "a linear output",
        "the maximum",
        "keep is not one half",
        "a sigmoid behind four units",
        "one unit, and keep = 1",
    ],
    hint="The probabilities of all masks must sum to 1: add them up.",
)(averaged(lambda ones, n, keep: keep**ones))

wrong(
    "average_output",
    "the empty mask is left out",
    caught_by=["a sigmoid behind four units", "one unit, and keep = 1"],
    hint="All units may be dropped at once.",
)(averaged(right_probability, lambda n: list(product([0, 1], repeat=n))[1:]))

wrong(
    "average_output",
    "the sum over the masks without probabilities",
    caught_by=[
        "a linear output",
        "the maximum",
        "keep is not one half",
        "a sigmoid behind four units",
        "one unit, and keep = 1",
    ],
    hint="An average weighs each value by its probability.",
)(averaged(lambda ones, n, keep: 1.0))


@wrong(
    "average_output",
    "one scaled pass",
    caught_by=["the maximum", "keep is not one half", "a sigmoid behind four units"],
    hint="That is equal for linear outputs only: ask f for every mask.",
)
def average_output_scaled(f, h, keep):
    return f(keep * h)


@wrong(
    "average_output",
    "the inputs are divided by keep",
    caught_by=[
        "a linear output",
        "the maximum",
        "keep is not one half",
        "a sigmoid behind four units",
        "one unit, and keep = 1",
    ],
    hint="The formula has f(h * z), without a scale.",
)
def average_output_inverted(f, h, keep):
    total = 0.0
    for mask in product([0, 1], repeat=len(h)):
        ones = sum(mask)
        p = keep**ones * (1 - keep) ** (len(h) - ones)
        total += p * f(h * np.array(mask) / keep)
    return total


# Task 6.6 ---------------------------------------------------------------------------
@probes("l2_penalty")
def l2_penalty_inputs():
    return [
        ([np.array([[1.0, -2.0], [0.5, 3.0]]), np.array([[4.0, -1.0]])], 0.3),
        ([np.array([2.0, -1.0, 0.5])], 1.5),
    ]


@wrong(
    "l2_penalty",
    "the factor 2 is missing in the gradient",
    caught_by=["the gradients of the example", "the gradients of three layers"],
    hint="The derivative of w^2 is 2 w.",
)
def l2_without_two(weights, lam):
    return lam * sum(np.sum(W**2) for W in weights), [lam * W for W in weights]


@wrong(
    "l2_penalty",
    "half of the penalty",
    caught_by=["the penalty of the example", "the penalty of three layers"],
    hint="Some books write lam/2; this task does not.",
)
def l2_half(weights, lam):
    penalty = lam / 2 * sum(np.sum(W**2) for W in weights)
    return penalty, [2 * lam * W for W in weights]


@wrong(
    "l2_penalty",
    "means in place of sums",
    caught_by=["the penalty of the example", "the penalty of three layers"],
    hint="A large layer costs more than a small one.",
)
def l2_means(weights, lam):
    penalty = lam * sum(np.mean(W**2) for W in weights)
    return penalty, [2 * lam * W for W in weights]


@wrong(
    "l2_penalty",
    "the root of the sum of squares",
    caught_by=["the penalty of the example", "the penalty of three layers"],
    hint="The penalty is the squared norm: no root.",
)
def l2_norm(weights, lam):
    penalty = lam * np.sqrt(sum(np.sum(W**2) for W in weights))
    return penalty, [2 * lam * W for W in weights]


@wrong(
    "l2_penalty",
    "only the first layer pays",
    caught_by=["the penalty of the example", "the penalty of three layers"],
    hint="Sum over all arrays of the list.",
)
def l2_first(weights, lam):
    return lam * np.sum(weights[0] ** 2), [2 * lam * W for W in weights]


@wrong(
    "l2_penalty",
    "lam is missing in the gradient",
    caught_by=["the gradients of the example", "the gradients of three layers"],
    hint="A price twice as high pulls twice as hard.",
)
def l2_gradient_without_lam(weights, lam):
    return lam * sum(np.sum(W**2) for W in weights), [2 * W for W in weights]


# Task 6.7 ---------------------------------------------------------------------------
@probes("elastic_net")
def elastic_net_inputs():
    return [
        (np.array([[2.0, -1.0, 0.0], [0.5, 3.0, -2.0]]), 0.5, 0.1),
        (np.array([5.0, -5.0, 0.25]), 0.0, 2.0),
        (np.array([-1.0, 2.0]), 1.5, 0.4),
    ]


@wrong(
    "elastic_net",
    "weights without absolute value",
    caught_by=[
        "the penalty of the example",
        "L1 alone",
        "filters, and W is left alone",
    ],
    hint="A sum in which 5 and -5 cancel is no price.",
)
def elastic_without_bars(W, beta, lam):
    return lam * np.sum(beta * W**2 + W), lam * (2 * beta * W + np.sign(W))


@wrong(
    "elastic_net",
    "the slope of the absolute value is 1 everywhere",
    caught_by=[
        "the gradient of the example",
        "L1 alone",
        "filters, and W is left alone",
    ],
    hint="Left of 0 the absolute value falls.",
)
def elastic_slope_one(W, beta, lam):
    return lam * np.sum(beta * W**2 + np.abs(W)), lam * (2 * beta * W + 1)


@wrong(
    "elastic_net",
    "beta belongs to both terms",
    caught_by=[
        "the penalty of the example",
        "the gradient of the example",
        "L1 alone",
        "filters, and W is left alone",
    ],
    hint="For beta = 0 L1 must be left.",
)
def elastic_beta_everywhere(W, beta, lam):
    penalty = lam * beta * np.sum(W**2 + np.abs(W))
    return penalty, lam * beta * (2 * W + np.sign(W))


@wrong(
    "elastic_net",
    "shares beta and 1 - beta",
    caught_by=[
        "the penalty of the example",
        "the gradient of the example",
        "filters, and W is left alone",
    ],
    hint="Some libraries mix so; in this task the absolute value has the weight 1.",
)
def elastic_mixed(W, beta, lam):
    penalty = lam * np.sum(beta * W**2 + (1 - beta) * np.abs(W))
    return penalty, lam * (2 * beta * W + (1 - beta) * np.sign(W))


@wrong(
    "elastic_net",
    "the factor 2 is missing in the gradient",
    caught_by=["the gradient of the example", "filters, and W is left alone"],
    hint="The derivative of beta w^2 is 2 beta w.",
)
def elastic_without_two(W, beta, lam):
    return lam * np.sum(beta * W**2 + np.abs(W)), lam * (beta * W + np.sign(W))


@wrong(
    "elastic_net",
    "a weight of 0 is pushed",
    caught_by=["the gradient of the example"],
    hint="sign(0) is 0: np.where(W > 0, 1, -1) has no such case.",
)
def elastic_sign_of_zero(W, beta, lam):
    sign = np.where(W > 0, 1.0, -1.0)
    return lam * np.sum(beta * W**2 + np.abs(W)), lam * (2 * beta * W + sign)


@wrong(
    "elastic_net",
    "lam multiplies the absolute values only",
    caught_by=[
        "the penalty of the example",
        "the gradient of the example",
        "filters, and W is left alone",
    ],
    hint="lam is the strength of the whole penalty.",
)
def elastic_lam_once(W, beta, lam):
    penalty = np.sum(beta * W**2 + lam * np.abs(W))
    return penalty, 2 * beta * W + lam * np.sign(W)


# Task 6.8 ---------------------------------------------------------------------------
@probes("decay_step")
def decay_step_uses():
    def use(decay_step):
        params = {
            "W1": np.array([[2.0, -4.0]]),
            "b1": np.array([1.0, 3.0]),
            "W2": np.array([[5.0]]),
        }
        grads = {
            "W1": np.array([[1.0, 0.5]]),
            "b1": np.array([-1.0, 2.0]),
            "W2": np.array([[0.25]]),
        }
        new = decay_step(params, grads, 0.25, 0.1)
        return [new[name] for name in params], list(params.values())

    return [use]


def stepping(weight, bias=lambda b, g, eta, lam: b - eta * g):
    """Return decay_step with other steps of a weight or a bias."""

    def decay_step(params, grads, eta, lam):
        return {
            name: (weight if name[0] == "W" else bias)(value, grads[name], eta, lam)
            for name, value in params.items()
        }

    return decay_step


def right_step(W, g, eta, lam):
    return W - eta * (g + 2 * lam * W)


wrong(
    "decay_step",
    "biases shrink, too",
    caught_by=["biases", "two layers, another rate and strength"],
    hint="A bias sets the level of a unit; it carries no penalty.",
)(stepping(right_step, right_step))

wrong(
    "decay_step",
    "the factor 2 is missing",
    caught_by=["weights", "two layers, another rate and strength"],
    hint="The gradient of lam W^2 is 2 lam W.",
)(stepping(lambda W, g, eta, lam: W - eta * (g + lam * W)))

wrong(
    "decay_step",
    "the rate is missing in the decay",
    caught_by=["weights", "two layers, another rate and strength"],
    hint="The penalty is a part of the cost: its gradient is multiplied by eta, too.",
)(stepping(lambda W, g, eta, lam: (1 - 2 * lam) * W - eta * g))

wrong(
    "decay_step",
    "weights grow",
    caught_by=["weights", "two layers, another rate and strength"],
    hint="A price on weights makes them smaller.",
)(stepping(lambda W, g, eta, lam: (1 + 2 * eta * lam) * W - eta * g))

wrong(
    "decay_step",
    "shrunk after the step",
    caught_by=["weights", "two layers, another rate and strength"],
    hint="Only the old weight is multiplied by 1 - 2 eta lam, not the step.",
)(stepping(lambda W, g, eta, lam: (1 - 2 * eta * lam) * (W - eta * g)))

wrong(
    "decay_step",
    "uphill",
    caught_by=[
        "weights",
        "biases",
        "two layers, another rate and strength",
        "no penalty",
    ],
    hint="Walk against the gradient.",
)(
    stepping(
        lambda W, g, eta, lam: (1 - 2 * eta * lam) * W + eta * g,
        lambda b, g, eta, lam: b + eta * g,
    )
)


@wrong(
    "decay_step",
    "the old parameters are changed",
    caught_by=["the old parameters stay as they are", "no penalty"],
    hint="`value -= ...` and `params[name] = ...` change what the caller has.",
)
def decay_step_in_place(params, grads, eta, lam):
    for name in params:
        if name.startswith("W"):
            params[name] *= 1 - 2 * eta * lam
        params[name] -= eta * grads[name]
    return params


@wrong(
    "decay_step",
    "only the first layer is penalised",
    caught_by=["two layers, another rate and strength"],
    hint="All names that begin with W are weights.",
)
def decay_step_first_layer(params, grads, eta, lam):
    new = {}
    for name, value in params.items():
        decay = 2 * lam * value if name == "W1" else 0
        new[name] = value - eta * (grads[name] + decay)
    return new
