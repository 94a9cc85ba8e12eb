"""Wrong solutions of assignment 1, as students write them.

Each names all the checks that it fails. Tests prove that it fails these and no other,
and that the probes tell it from a right solution and from the other mistakes.
"""

import math

import numpy as np

from autograder.feedback.misconceptions import Catalogue

MISCONCEPTIONS = Catalogue()
wrong, probes = MISCONCEPTIONS.wrong, MISCONCEPTIONS.probes


# Task 1.1 ---------------------------------------------------------------------------
NEURON_ALL = [
    "the corners of the square",
    "the activation is applied to the whole sum",
    "three inputs with unequal weights",
    "one sample gives one entry",
]


@probes("neuron")
def neuron_inputs():
    X = np.array([[1.0, 2.0, -1.0], [0.5, -0.25, 4.0], [-3.0, 1.5, 2.0]])
    w = np.array([0.5, -2.0, 3.0])
    return [(X, w, 0.75, lambda s: s**3 + 1), (X[:1], w, -1.5, lambda s: 2 * s)]


@wrong(
    "neuron",
    "the bias is missing",
    caught_by=NEURON_ALL,
    hint="The sum has one more term than there are inputs.",
)
def neuron_without_bias(X, w, b, f):
    return f(X @ w)


@wrong(
    "neuron",
    "the bias is subtracted",
    caught_by=NEURON_ALL,
    hint="The threshold is -b, so b itself is added to the sum.",
)
def neuron_subtracts_bias(X, w, b, f):
    return f(X @ w - b)


@wrong(
    "neuron",
    "the activation is forgotten",
    caught_by=[NEURON_ALL[1], NEURON_ALL[3]],
    hint="The sum s is not yet the output: what is f for?",
)
def neuron_without_activation(X, w, b, f):
    return X @ w + b


@wrong(
    "neuron",
    "the bias is added after the activation",
    caught_by=[NEURON_ALL[1], NEURON_ALL[3]],
    hint="Which comes first in the formula: adding b, or applying f?",
)
def neuron_bias_outside(X, w, b, f):
    return f(X @ w) + b


@wrong(
    "neuron",
    "the sum runs over the samples instead of the inputs",
    caught_by=NEURON_ALL,
    hint="There must be one result per row of X: along which axis do you add?",
)
def neuron_wrong_axis(X, w, b, f):
    return f((X * w).sum(axis=0) + b)


@wrong(
    "neuron",
    "the bias is added once per input",
    caught_by=NEURON_ALL,
    hint="Add b after the sum over the inputs, not within it.",
)
def neuron_bias_for_each_input(X, w, b, f):
    return f((X * w + b).sum(axis=1))


@wrong(
    "neuron",
    "all weights are taken as 1",
    caught_by=NEURON_ALL[2:],
    hint="The example has weights of 1; other neurons have not. Where do you use w?",
)
def neuron_ignores_weights(X, w, b, f):
    return f(X.sum(axis=1) + b)


@wrong(
    "neuron",
    "a single sample loses its axis",
    caught_by=NEURON_ALL[3:],
    hint="With one row in X the result must still be an array with one entry.",
)
def neuron_squeezes(X, w, b, f):
    return np.squeeze(f(X @ w + b))


# Task 1.2 ---------------------------------------------------------------------------
STEP_ALL = [
    "silent below, active above",
    "a sum of zero is active",
    "the threshold is exactly zero",
    "any shape, and s is left alone",
]


@probes("step")
def step_inputs():
    return [(np.array([-3.0, -0.2, 0.0, 0.4, 2.0]),), (np.array([[-1.0], [5.0]]),)]


@wrong(
    "step",
    "a sum of exactly zero stays silent",
    caught_by=["a sum of zero is active"],
    hint="Compare the two lines of the definition: which one contains s = 0?",
)
def step_strict(s):
    return (s > 0).astype(float)


@wrong(
    "step",
    "the sign is returned",
    caught_by=STEP_ALL,
    hint="A silent neuron gives 0, not -1.",
)
def step_sign(s):
    return np.sign(s)


@wrong(
    "step",
    "an if looks at the whole array",
    caught_by=STEP_ALL,
    hint="An if cannot decide for many entries at once: choose entry by entry.",
)
def step_with_if(s):
    if s >= 0:
        return 1.0
    return 0.0


@wrong(
    "step",
    "the threshold is at 1/2",
    caught_by=STEP_ALL[1:3],
    hint="The step belongs to the sum s, whose threshold is 0.",
)
def step_at_half(s):
    return np.where(s >= 0.5, 1.0, 0.0)


@wrong(
    "step",
    "active entries keep their value",
    caught_by=STEP_ALL,
    hint="An active neuron gives 1, however large its sum is.",
)
def step_relu(s):
    return np.maximum(s, 0.0)


@wrong(
    "step",
    "the array that was passed in is overwritten",
    caught_by=["any shape, and s is left alone"],
    hint="s[...] = ... changes the caller's array; make a new one.",
)
def step_in_place(s):
    active = s >= 0
    s[active] = 1.0
    s[~active] = 0.0
    return s


# Task 1.3 ---------------------------------------------------------------------------
SIGMOID_ALL = ["slope 1", "slope 0.1", "another slope, a table of sums", "large sums"]


@probes("sigmoid")
def sigmoid_inputs():
    s = np.array([[-2.0, -0.4], [0.7, 1.9]])
    return [(s,), (s, 2.5), (np.array([-2000.0, 2000.0]), 1.5)]


@wrong(
    "sigmoid",
    "the slope is ignored",
    caught_by=SIGMOID_ALL[1:3],
    hint="Where does your formula use the slope?",
)
def sigmoid_without_slope(s, slope=1.0):
    return 1 / (1 + np.exp(-s))


@wrong(
    "sigmoid",
    "the slope multiplies the result",
    caught_by=SIGMOID_ALL[1:],
    hint="A sigmoid never exceeds 1, whatever its slope: the slope belongs inside.",
)
def sigmoid_slope_outside(s, slope=1.0):
    return slope / (1 + np.exp(-s))


@wrong(
    "sigmoid",
    "the minus sign in the exponent is missing",
    caught_by=SIGMOID_ALL,
    hint="Should a large sum give an output near 1 or near 0?",
)
def sigmoid_sign(s, slope=1.0):
    return 1 / (1 + np.exp(slope * s))


@wrong(
    "sigmoid",
    "large sums overflow to nan",
    caught_by=["large sums"],
    hint="exp(1000) is infinite, and infinity divided by infinity is nan.",
)
def sigmoid_overflows(s, slope=1.0):
    return np.exp(slope * s) / (1 + np.exp(slope * s))


@wrong(
    "sigmoid",
    "tanh instead of the sigmoid",
    caught_by=SIGMOID_ALL,
    hint="Your curve goes from -1 to 1; the sigmoid goes from 0 to 1.",
)
def sigmoid_is_tanh(s, slope=1.0):
    return np.tanh(0.5 * slope * s)


@wrong(
    "sigmoid",
    "the slope divides the sum",
    caught_by=SIGMOID_ALL[1:3],
    hint="A larger slope must make the transition sharper, not softer.",
)
def sigmoid_slope_divides(s, slope=1.0):
    return 1 / (1 + np.exp(-s / slope))


@wrong(
    "sigmoid",
    "a function for single numbers is used on an array",
    caught_by=SIGMOID_ALL,
    hint="math.exp takes one number; its namesake in NumPy takes arrays.",
)
def sigmoid_with_math(s, slope=1.0):
    return 1 / (1 + math.exp(-slope * s))


# Task 1.4 ---------------------------------------------------------------------------
CLASSIFY_ALL = [
    "the corners of the square",
    "a sample on the boundary is of class 1",
    "other weights, three inputs",
    "close to the boundary",
]


@probes("classify")
def classify_inputs():
    X = np.array([[1.0, 1.0], [1.25, 1.0], [0.75, 1.0], [2.0, 0.0], [3.0, 4.0]])
    w = np.array([1.0, 2.0])
    return [(X, w, -3.0), (X, -w, 1.0)]


@wrong(
    "classify",
    "the classes are -1 and 1",
    caught_by=CLASSIFY_ALL,
    hint="The classes of this course are 0 and 1; np.sign also has a third value.",
)
def classify_sign(X, w, b):
    return np.sign(X @ w + b)


@wrong(
    "classify",
    "the sum is compared with 1/2",
    caught_by=[CLASSIFY_ALL[1], CLASSIFY_ALL[2], CLASSIFY_ALL[3]],
    hint="1/2 is the threshold of the probability. Which sum has probability 1/2?",
)
def classify_half(X, w, b):
    return (X @ w + b >= 0.5).astype(int)


@wrong(
    "classify",
    "the probability is compared with 0",
    caught_by=[CLASSIFY_ALL[0], CLASSIFY_ALL[2], CLASSIFY_ALL[3]],
    hint="A sigmoid is always above 0, so this makes every sample class 1.",
)
def classify_probability_above_zero(X, w, b):
    return (1 / (1 + np.exp(-(X @ w + b))) >= 0).astype(int)


@wrong(
    "classify",
    "samples on the boundary are of class 0",
    caught_by=["a sample on the boundary is of class 1"],
    hint="H(0) = 1: which comparison includes 0?",
)
def classify_strict(X, w, b):
    return (X @ w + b > 0).astype(int)


@wrong(
    "classify",
    "probabilities instead of classes",
    caught_by=CLASSIFY_ALL,
    hint="The answer for each sample is 0 or 1: compare the probability with 1/2.",
)
def classify_probability(X, w, b):
    return 1 / (1 + np.exp(-(X @ w + b)))


@wrong(
    "classify",
    "the bias is missing",
    caught_by=[CLASSIFY_ALL[0], CLASSIFY_ALL[2], CLASSIFY_ALL[3]],
    hint="Without b the boundary would always pass through the origin.",
)
def classify_without_bias(X, w, b):
    return (X @ w >= 0).astype(int)


# Task 1.5 ---------------------------------------------------------------------------
BOUNDARY_ALL = [
    "the line of the toy neuron",
    "unequal weights",
    "a negative second weight",
]


@probes("boundary")
def boundary_inputs():
    x1 = np.array([-2.0, 0.5, 3.0])
    return [(x1, np.array([2.0, 0.5]), 3.0), (x1, np.array([0.25, -4.0]), -0.75)]


@wrong(
    "boundary",
    "the bias has the wrong sign",
    caught_by=BOUNDARY_ALL,
    hint="All terms that you move to the other side change their sign, b as well.",
)
def boundary_bias_sign(x1, w, b):
    return (-w[0] * x1 + b) / w[1]


@wrong(
    "boundary",
    "the bias is not divided by the second weight",
    caught_by=BOUNDARY_ALL[1:],
    hint="Divide the whole equation by w[1], not one term of it.",
)
def boundary_bias_not_divided(x1, w, b):
    return -w[0] / w[1] * x1 - b


@wrong(
    "boundary",
    "the weights are exchanged",
    caught_by=BOUNDARY_ALL[1:],
    hint="You solve for x2: which weight stands beside it?",
)
def boundary_exchanged(x1, w, b):
    return -(w[1] * x1 + b) / w[0]


@wrong(
    "boundary",
    "the direction of w is drawn instead of the line",
    caught_by=BOUNDARY_ALL,
    hint="The line stands at right angles to w.",
)
def boundary_along_w(x1, w, b):
    return w[1] / w[0] * x1 - b / w[1]


@wrong(
    "boundary",
    "the division by the second weight is forgotten",
    caught_by=BOUNDARY_ALL[1:],
    hint="The second weight is 1 in the example only.",
)
def boundary_not_divided(x1, w, b):
    return -(w[0] * x1 + b)


@wrong(
    "boundary",
    "the second weight loses its sign",
    caught_by=["a negative second weight"],
    hint="Dividing by the size of w[1] is not the same as dividing by w[1].",
)
def boundary_absolute(x1, w, b):
    return -(w[0] * x1 + b) / abs(w[1])


# Task 1.6 ---------------------------------------------------------------------------
AND_MISTAKES = "AND: the mistakes of each epoch"
AND_RIGHT = "AND: every row is right at the end"
XOR_STOPS = "XOR: stops at max_epochs"
THREE_INPUTS = "three inputs"
INTEGERS = "integer inputs and a small learning rate"
STOPS_EARLY = "stops as soon as an epoch is free of mistakes"


@probes("fit_perceptron")
def fit_perceptron_inputs():
    X = np.array([[-2, 3], [-1, 1], [0, 2], [-1, -4], [-2, 1]])
    y = np.array([0, 1, 0, 1, 1])
    easy = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    return [
        *[(X + 0.0, y, 0.5, 12), (X, y, 0.25, 12), (easy, np.array([0, 0, 0, 1]))],
        *[(easy, np.array([0, 1, 1, 0]), 1.0, 5), (easy[1:] + 1, np.array([1, 1, 1]))],
    ]


def right_update(w, b, x_n, y_n, yhat, eta):
    return w + eta * (y_n - yhat) * x_n, b + eta * (y_n - yhat)


def training(update, active=lambda s: s >= 0, epochs=None):
    """Return the right loop around an update, which may be wrong."""

    def fit_perceptron(X, y, eta=1.0, max_epochs=100):
        w, b, mistakes = np.zeros(X.shape[1]), 0.0, []
        for _ in range(epochs or max_epochs):
            wrong_answers = 0
            for x_n, y_n in zip(X, y, strict=True):
                yhat = int(active(x_n @ w + b))
                w, b = update(w, b, x_n, y_n, yhat, eta)
                wrong_answers += int(yhat != y_n)
            mistakes.append(wrong_answers)
            if wrong_answers == 0:
                break
        return w, b, mistakes

    return fit_perceptron


@wrong(
    "fit_perceptron",
    "the weights move away from the label",
    caught_by=[AND_MISTAKES, AND_RIGHT, THREE_INPUTS, INTEGERS],
    hint="If the neuron says 0 and should say 1, must the sum grow or shrink?",
)
@training
def fit_perceptron_sign(w, b, x_n, y_n, yhat, eta):
    return w + eta * (yhat - y_n) * x_n, b + eta * (yhat - y_n)


@wrong(
    "fit_perceptron",
    "the bias is never trained",
    caught_by=[AND_MISTAKES, AND_RIGHT, THREE_INPUTS, INTEGERS],
    hint="The rule has two lines; the second changes b.",
)
@training
def fit_perceptron_no_bias(w, b, x_n, y_n, yhat, eta):
    return w + eta * (y_n - yhat) * x_n, b


@wrong(
    "fit_perceptron",
    "the learning rate does not reach the bias",
    caught_by=[INTEGERS],
    hint="The bias is a weight as well: its change has the factor eta, too.",
)
@training
def fit_perceptron_bias_rate(w, b, x_n, y_n, yhat, eta):
    return w + eta * (y_n - yhat) * x_n, b + (y_n - yhat)


wrong(
    "fit_perceptron",
    "the step is silent at zero",
    caught_by=[AND_MISTAKES, AND_RIGHT, THREE_INPUTS, INTEGERS, STOPS_EARLY],
    hint="The training starts with sums of 0, and H(0) = 1.",
)(training(right_update, active=lambda s: s > 0))


@wrong(
    "fit_perceptron",
    "every sample changes the weights, right or wrong",
    caught_by=[AND_MISTAKES, AND_RIGHT, THREE_INPUTS, INTEGERS],
    hint="A right answer changes nothing: the change contains the error y - yhat.",
)
@training
def fit_perceptron_hebb(w, b, x_n, y_n, yhat, eta):
    return w + eta * (2 * y_n - 1) * x_n, b + eta * (2 * y_n - 1)


@wrong(
    "fit_perceptron",
    "the weights change only at the end of an epoch",
    caught_by=[AND_MISTAKES, THREE_INPUTS, INTEGERS],
    hint="After a mistake, the next sample must already meet the new weights.",
)
def fit_perceptron_batch(X, y, eta=1.0, max_epochs=100):
    w, b, mistakes = np.zeros(X.shape[1]), 0.0, []
    for _ in range(max_epochs):
        error = y - (X @ w + b >= 0)
        w, b = w + eta * error @ X, b + eta * error.sum()
        mistakes.append(int(np.abs(error).sum()))
        if mistakes[-1] == 0:
            break
    return w, b, mistakes


@wrong(
    "fit_perceptron",
    "the training never stops early",
    caught_by=[AND_MISTAKES, THREE_INPUTS, INTEGERS, STOPS_EARLY],
    hint="After an epoch without mistakes nothing can change any more.",
)
def fit_perceptron_never_stops(X, y, eta=1.0, max_epochs=100):
    w, b, mistakes = np.zeros(X.shape[1]), 0.0, []
    for _ in range(max_epochs):
        yhats = []
        for x_n, y_n in zip(X, y, strict=True):
            yhats.append(int(x_n @ w + b >= 0))
            w = w + eta * (y_n - yhats[-1]) * x_n
            b = b + eta * (y_n - yhats[-1])
        mistakes.append(int(np.sum(y != yhats)))
    return w, b, mistakes


@wrong(
    "fit_perceptron",
    "the last epoch is missing from the list",
    caught_by=[AND_MISTAKES, THREE_INPUTS, INTEGERS, STOPS_EARLY],
    hint="Append the number of mistakes before you decide whether to stop.",
)
def fit_perceptron_drops_zero(X, y, eta=1.0, max_epochs=100):
    w, b, mistakes = np.zeros(X.shape[1]), 0.0, []
    for _ in range(max_epochs):
        wrong_answers = 0
        for x_n, y_n in zip(X, y, strict=True):
            error = y_n - int(x_n @ w + b >= 0)
            w, b = w + eta * error * x_n, b + eta * error
            wrong_answers += abs(error)
        if wrong_answers == 0:
            break
        mistakes.append(int(wrong_answers))
    return w, b, mistakes


wrong(
    "fit_perceptron",
    "the training stops after one epoch",
    caught_by=[AND_MISTAKES, AND_RIGHT, XOR_STOPS, THREE_INPUTS, INTEGERS],
    hint="Look at the indentation of return: is it inside the loop over epochs?",
)(training(right_update, epochs=1))


@wrong(
    "fit_perceptron",
    "the weights take the integer type of the inputs",
    caught_by=[INTEGERS],
    hint="zeros_like copies the type too: integers cannot hold a quarter.",
)
def fit_perceptron_integer_weights(X, y, eta=1.0, max_epochs=100):
    w, b, mistakes = np.zeros_like(X[0]), 0.0, []
    for _ in range(max_epochs):
        wrong_answers = 0
        for x_n, y_n in zip(X, y, strict=True):
            error = y_n - int(x_n @ w + b >= 0)
            w += eta * error * x_n
            b += eta * error
            wrong_answers += abs(error)
        mistakes.append(int(wrong_answers))
        if wrong_answers == 0:
            break
    return w, b, mistakes


# Task 1.7 ---------------------------------------------------------------------------
SHAPES = "the shapes"
FOUR_INPUTS = "the four inputs"
MARGIN = "a margin for inputs that are off by 0.1"


@probes("xor_weights")
def xor_weights_inputs():
    return [()]


@wrong(
    "xor_weights",
    "the output neuron ignores AND",
    caught_by=[FOUR_INPUTS, MARGIN],
    hint="Your network computes OR: what must happen if both inputs are active?",
)
def xor_weights_or():
    return np.ones((2, 2)), np.array([-0.5, -1.5]), np.array([1.0, 0.0]), -0.5


@wrong(
    "xor_weights",
    "rows of W1 are taken for neurons",
    caught_by=[FOUR_INPUTS, MARGIN],
    hint="Column j of W1 holds the weights of hidden neuron j.",
)
def xor_weights_transposed():
    W1 = np.array([[1.0, -1.0], [1.0, 1.0]])  # meant: "1 but not 2" and OR
    return W1, np.array([-0.5, -0.5]), np.array([1.0, -1.0]), -0.5


@wrong(
    "xor_weights",
    "thresholds without a margin",
    caught_by=[MARGIN],
    hint="A sum of exactly 0 flips as soon as an input is a little smaller.",
)
def xor_weights_no_margin():
    return np.ones((2, 2)), np.array([-1.0, -2.0]), np.array([1.0, -1.0]), -1.0


@wrong(
    "xor_weights",
    "the output neuron has no bias",
    caught_by=[FOUR_INPUTS, MARGIN],
    hint="H(0) = 1: without a bias the output neuron is active when nobody speaks.",
)
def xor_weights_no_output_bias():
    return np.ones((2, 2)), np.array([-0.5, -1.5]), np.array([1.0, -1.0]), 0.0


@wrong(
    "xor_weights",
    "biases with the sign of a threshold",
    caught_by=[FOUR_INPUTS, MARGIN],
    hint="The threshold is -b: a neuron that waits for 1.5 has the bias -1.5.",
)
def xor_weights_bias_sign():
    return np.ones((2, 2)), np.array([0.5, 1.5]), np.array([1.0, -1.0]), 0.5


@wrong(
    "xor_weights",
    "arrays where the task asks for vectors and a number",
    caught_by=[SHAPES],
    hint="w2 has shape (2,) and b2 is a number; matrices of one column are not.",
)
def xor_weights_columns():
    b2 = np.array([-0.5])
    return np.ones((2, 2)), np.array([-0.5, -1.5]), np.array([1.0, -1.0]), b2


# Task 1.8 ---------------------------------------------------------------------------
COSTS = "the costs belong to the weights and never rise"
ONE_QUESTION = "one question per trial"
ONE_WEIGHT = "one weight at a time"
EVERY_WEIGHT = "every weight, in both directions, by the right amount"
ALL_CHANCE = "all chance comes from rng"
LEARNS = "learns"


@probes("perturb")
def perturb_inputs():
    asked = []

    def bowl(w):
        # Each question raises the cost a little, so that needless ones show.
        asked.append(w)
        return float(2 * w[0] ** 2 + np.sum(w[1:] ** 2)) + 0.01 * len(asked)

    start = np.array([1.0, -2.0, 1.5])
    seeds = [np.random.default_rng(seed) for seed in (7, 8)]
    return [
        (start.copy(), bowl, seeds[0], 40),
        (start.copy(), bowl, seeds[1], 3, 0.5),
        (start.copy(), lambda w: 1.0, np.random.default_rng(9), 3),
    ]


def one_weight(candidate, rng, scale):
    candidate[rng.integers(len(candidate))] += rng.normal(0.0, scale)


def searching(change, better=lambda new, costs: new < costs[-1], seed=None):
    """Return the right loop around a change or a comparison, which may be wrong."""

    def perturb(w, cost, rng, trials, scale=0.1):
        rng = rng if seed is None else np.random.default_rng(seed)
        best = w.copy()
        costs = [cost(best)]
        for _ in range(trials):
            candidate = best.copy()
            change(candidate, rng, scale)
            candidate_cost = cost(candidate)
            if better(candidate_cost, costs):
                best = candidate
                costs.append(candidate_cost)
            else:
                costs.append(costs[-1])
        return best, costs

    return perturb


@wrong(
    "perturb",
    "all weights change at once",
    caught_by=[ONE_WEIGHT, EVERY_WEIGHT],
    hint="Choose one entry; the others stay as they are.",
)
@searching
def perturb_all(candidate, rng, scale):
    candidate += rng.normal(0.0, scale, candidate.shape)


wrong(
    "perturb",
    "every change is kept",
    caught_by=[COSTS, EVERY_WEIGHT, LEARNS],
    hint="What happens in your code when the cost has risen?",
)(searching(one_weight, lambda new, costs: True))


@wrong(
    "perturb",
    "a rejected change is not taken back",
    caught_by=[COSTS, EVERY_WEIGHT, LEARNS],
    hint="candidate = best gives the same array a second name: changing one changes "
    "both.",
)
def perturb_aliased(w, cost, rng, trials, scale=0.1):
    best = w.copy()
    costs = [cost(best)]
    for _ in range(trials):
        candidate = best
        candidate[rng.integers(len(w))] += rng.normal(0.0, scale)
        costs.append(min(cost(candidate), costs[-1]))
    return best, costs


@wrong(
    "perturb",
    "changes go upwards only",
    caught_by=[EVERY_WEIGHT, LEARNS],
    hint="A weight may have to become smaller: what does rng.random() never give?",
)
@searching
def perturb_upwards(candidate, rng, scale):
    candidate[rng.integers(len(candidate))] += scale * rng.random()


@wrong(
    "perturb",
    "the list holds the costs that were tried",
    caught_by=[COSTS, LEARNS],
    hint="After a rejected trial the cost of your weights is still the old one.",
)
def perturb_lists_tried(w, cost, rng, trials, scale=0.1):
    best, best_cost = w.copy(), cost(w)
    costs = [best_cost]
    for _ in range(trials):
        candidate = best.copy()
        candidate[rng.integers(len(w))] += rng.normal(0.0, scale)
        costs.append(cost(candidate))
        if costs[-1] < best_cost:
            best, best_cost = candidate, costs[-1]
    return best, costs


wrong(
    "perturb",
    "each trial is compared with the first cost",
    caught_by=[COSTS, LEARNS],
    hint="Better than what? Better than the weights you have now.",
)(searching(one_weight, lambda new, costs: new < costs[0]))


@wrong(
    "perturb",
    "only the first weight is ever changed",
    caught_by=[EVERY_WEIGHT, LEARNS],
    hint="Each weight must have its turn: draw the index at random.",
)
@searching
def perturb_first_only(candidate, rng, scale):
    candidate[0] += rng.normal(0.0, scale)


@wrong(
    "perturb",
    "the cost of the current weights is asked for again in each trial",
    caught_by=[ONE_QUESTION],
    hint="You know the cost of the weights you have: it is the last in the list.",
)
def perturb_asks_twice(w, cost, rng, trials, scale=0.1):
    best = w.copy()
    costs = [cost(best)]
    for _ in range(trials):
        candidate = best.copy()
        candidate[rng.integers(len(w))] += rng.normal(0.0, scale)
        candidate_cost = cost(candidate)
        if candidate_cost < cost(best):
            best = candidate
            costs.append(candidate_cost)
        else:
            costs.append(costs[-1])
    return best, costs


@wrong(
    "perturb",
    "the size of the changes is fixed",
    caught_by=[EVERY_WEIGHT],
    hint="Where does your code use scale?",
)
@searching
def perturb_ignores_scale(candidate, rng, scale):
    candidate[rng.integers(len(candidate))] += rng.normal(0.0, 0.1)


wrong(
    "perturb",
    "a generator of its own is used",
    caught_by=[ALL_CHANCE],
    hint="Whoever calls the function decides about chance: use the rng you are given.",
)(searching(one_weight, seed=42))


wrong(
    "perturb",
    "changes that make no difference are kept",
    caught_by=[EVERY_WEIGHT],
    hint="Keep a change only if the cost is lower; equal is not lower.",
)(searching(one_weight, lambda new, costs: new <= costs[-1]))


@wrong(
    "perturb",
    "the array that was passed in is changed",
    caught_by=[LEARNS],
    hint="Work on a copy of w: the caller still needs the old weights.",
)
def perturb_in_place(w, cost, rng, trials, scale=0.1):
    costs = [cost(w)]
    for _ in range(trials):
        i = rng.integers(len(w))
        old = w[i]
        w[i] += rng.normal(0.0, scale)
        candidate_cost = cost(w)
        if candidate_cost >= costs[-1]:
            w[i] = old
        costs.append(min(candidate_cost, costs[-1]))
    return w, costs
