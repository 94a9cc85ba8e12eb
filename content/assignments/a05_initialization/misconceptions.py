"""Wrong solutions of assignment 5, as students write them.

Each names all the checks that it fails. Tests prove that it fails these and no other,
and that the probes tell it from a right solution and from the other mistakes.
"""

from itertools import pairwise

import numpy as np

from autograder.feedback.misconceptions import Catalogue

MISCONCEPTIONS = Catalogue()
wrong, probes = MISCONCEPTIONS.wrong, MISCONCEPTIONS.probes


def rng(seed=0):
    return np.random.default_rng(seed)


# Task 5.1 ---------------------------------------------------------------------------
@probes("uniform_start")
def uniform_start_inputs():
    return [(3, 2, 0.5, rng(1)), (2, 5, 2.0, rng(2)), (4, 4, 0.25, rng(3))]


@wrong(
    "uniform_start",
    "weights from 0 to 1",
    caught_by=["from -r to r, evenly"],
    hint="rng.random() lies between 0 and 1. Stretch it to a width of 2 r and shift it.",
)
def uniform_start_unit(n_in, n_out, r, rng):
    return rng.random((n_in, n_out)), np.zeros(n_out)


@wrong(
    "uniform_start",
    "weights from 0 to r",
    caught_by=["from -r to r, evenly"],
    hint="Half of the weights must be negative.",
)
def uniform_start_positive(n_in, n_out, r, rng):
    return rng.uniform(0, r, (n_in, n_out)), np.zeros(n_out)


@wrong(
    "uniform_start",
    "weights from a normal distribution",
    caught_by=["from -r to r, evenly"],
    hint="U(-r, r) has sharp ends and is flat between them.",
)
def uniform_start_normal(n_in, n_out, r, rng):
    return rng.normal(0, r, (n_in, n_out)), np.zeros(n_out)


@wrong(
    "uniform_start",
    "one row per unit",
    caught_by=["the shapes"],
    hint="X @ W must work: how many rows has W then?",
)
def uniform_start_transposed(n_in, n_out, r, rng):
    return rng.uniform(-r, r, (n_out, n_in)), np.zeros(n_out)


@wrong(
    "uniform_start",
    "random biases",
    caught_by=["the biases are 0"],
    hint="Different weights make units different; the biases may start at 0.",
)
def uniform_start_random_biases(n_in, n_out, r, rng):
    return rng.uniform(-r, r, (n_in, n_out)), rng.uniform(-r, r, n_out)


@wrong(
    "uniform_start",
    "one bias per input",
    caught_by=["the shapes"],
    hint="A bias belongs to a unit: its score is a sum plus its bias.",
)
def uniform_start_bias_per_input(n_in, n_out, r, rng):
    return rng.uniform(-r, r, (n_in, n_out)), np.zeros(n_in)


@wrong(
    "uniform_start",
    "one number for all weights",
    caught_by=["from -r to r, evenly", "each weight drawn by itself, from rng"],
    hint="Without a shape the generator draws a single number.",
)
def uniform_start_constant(n_in, n_out, r, rng):
    return np.full((n_in, n_out), rng.uniform(-r, r)), np.zeros(n_out)


@wrong(
    "uniform_start",
    "a generator of its own",
    caught_by=["each weight drawn by itself, from rng"],
    hint="Draw from the rng that you get: a new one with a fixed seed repeats itself.",
)
def uniform_start_own_generator(n_in, n_out, r, rng):
    own = np.random.default_rng(0)
    return own.uniform(-r, r, (n_in, n_out)), np.zeros(n_out)


# Task 5.2 ---------------------------------------------------------------------------
@probes("score_variance")
def score_variance_inputs():
    return [
        (np.array([[1.0, -2.0, 0.5], [3.0, 0.25, 2.0]]), 0.5),
        (np.full((4, 3), 0.5), 0.3),
        (rng(4).normal(1.0, 2.0, (5, 2)), 1.5),
    ]


@wrong(
    "score_variance",
    "the variance in place of the second moment",
    caught_by=[
        "the example",
        "outputs that are all 1/2",
        "more samples than inputs, and H is left alone",
    ],
    hint="Inputs that are all 1/2 do not vary, but their weighted sums do.",
)
def score_variance_centred(H, sigma):
    return H.shape[1] * sigma**2 * np.var(H)


@wrong(
    "score_variance",
    "sigma is not squared",
    caught_by=[
        "the example",
        "outputs that are all 1/2",
        "more samples than inputs, and H is left alone",
    ],
    hint="sigma is a standard deviation; the formula has a variance.",
)
def score_variance_sigma(H, sigma):
    return H.shape[1] * sigma * np.mean(H**2)


@wrong(
    "score_variance",
    "the number of samples in place of the inputs",
    caught_by=[
        "the example",
        "weights of spread 1",
        "outputs that are all 1/2",
        "more samples than inputs, and H is left alone",
    ],
    hint="A score sums over the inputs of one sample: which axis is that?",
)
def score_variance_samples(H, sigma):
    return H.shape[0] * sigma**2 * np.mean(H**2)


@wrong(
    "score_variance",
    "the square of the mean",
    caught_by=[
        "the example",
        "weights of spread 1",
        "more samples than inputs, and H is left alone",
    ],
    hint="First square each entry, then take the mean.",
)
def score_variance_square_of_mean(H, sigma):
    return H.shape[1] * sigma**2 * np.mean(H) ** 2


@wrong(
    "score_variance",
    "the number of inputs is forgotten",
    caught_by=[
        "the example",
        "weights of spread 1",
        "outputs that are all 1/2",
        "more samples than inputs, and H is left alone",
    ],
    hint="Each input adds its share to the variance of the sum.",
)
def score_variance_without_n(H, sigma):
    return sigma**2 * np.mean(H**2)


@wrong(
    "score_variance",
    "the sum of squares in place of their mean",
    caught_by=[
        "the example",
        "weights of spread 1",
        "outputs that are all 1/2",
        "more samples than inputs, and H is left alone",
    ],
    hint="With twice as many samples the variance of a score stays the same.",
)
def score_variance_sum(H, sigma):
    return H.shape[1] * sigma**2 * np.sum(H**2)


@wrong(
    "score_variance",
    "H is squared in place",
    caught_by=["more samples than inputs, and H is left alone"],
    hint="H *= H changes the caller's array: work on a new one.",
)
def score_variance_in_place(H, sigma):
    H *= H
    return H.shape[1] * sigma**2 * np.mean(H)


# Task 5.3 ---------------------------------------------------------------------------
@probes("xavier")
def xavier_inputs():
    return [(784, 100), (3, 12), (5, 5)]


def rule(variance):
    """Return Xavier's function with another variance of the weights."""

    def xavier(n_in, n_out):
        return np.sqrt(variance(n_in, n_out)), np.sqrt(3 * variance(n_in, n_out))

    return xavier


wrong(
    "xavier",
    "only the inputs count",
    caught_by=[
        "sigma for 784 inputs and 100 units",
        "r for 784 inputs and 100 units",
        "sigma for more units than inputs",
        "r for more units than inputs",
    ],
    hint="Xavier's rule is a balance: the gradient meets the units, not the inputs.",
)(rule(lambda n_in, n_out: 1 / n_in))

wrong(
    "xavier",
    "the sum in place of the mean",
    caught_by=[
        "sigma for 784 inputs and 100 units",
        "r for 784 inputs and 100 units",
        "sigma for more units than inputs",
        "r for more units than inputs",
    ],
    hint="n_avg lies between n_in and n_out.",
)(rule(lambda n_in, n_out: 1 / (n_in + n_out)))

wrong(
    "xavier",
    "the mean is rounded down",
    caught_by=["sigma for more units than inputs", "r for more units than inputs"],
    hint="3 inputs and 12 units have a mean of 7.5.",
)(rule(lambda n_in, n_out: 1 / ((n_in + n_out) // 2)))

wrong(
    "xavier",
    "the geometric mean",
    caught_by=[
        "sigma for 784 inputs and 100 units",
        "r for 784 inputs and 100 units",
        "sigma for more units than inputs",
        "r for more units than inputs",
    ],
    hint="n_avg is half of the sum.",
)(rule(lambda n_in, n_out: 1 / np.sqrt(n_in * n_out)))


@wrong(
    "xavier",
    "variances in place of sigma and r",
    caught_by=[
        "sigma for 784 inputs and 100 units",
        "r for 784 inputs and 100 units",
        "sigma for more units than inputs",
        "r for more units than inputs",
    ],
    hint="sigma is a standard deviation, r a bound: both are roots.",
)
def xavier_without_roots(n_in, n_out):
    n_avg = (n_in + n_out) / 2
    return 1 / n_avg, 3 / n_avg


@wrong(
    "xavier",
    "r is sigma",
    caught_by=["r for 784 inputs and 100 units", "r for more units than inputs"],
    hint="U(-sigma, sigma) has a variance of sigma^2 / 3, three times too small.",
)
def xavier_r_is_sigma(n_in, n_out):
    sigma = np.sqrt(2 / (n_in + n_out))
    return sigma, sigma


@wrong(
    "xavier",
    "r is three sigma",
    caught_by=["r for 784 inputs and 100 units", "r for more units than inputs"],
    hint="r^2 / 3 = sigma^2: solve for r.",
)
def xavier_three_sigma(n_in, n_out):
    sigma = np.sqrt(2 / (n_in + n_out))
    return sigma, 3 * sigma


# Task 5.4 ---------------------------------------------------------------------------
@probes("he")
def he_inputs():
    return [((784, 100),), ((5, 40),), ((16, 8, 3, 1),), ((2, 3, 1, 4),)]


def he_by(inputs, gain=2):
    """Return He's function with another count of inputs, or another gain."""

    def he(shape):
        n_in = inputs(shape)
        return np.sqrt(gain / n_in), np.sqrt(3 * gain / n_in)

    return he


def right_inputs(shape):
    return shape[0] if len(shape) == 2 else np.prod(shape[1:])


wrong(
    "he",
    "the units in place of the inputs",
    caught_by=["a dense layer", "a dense layer with more units than inputs"],
    hint="A score of a dense layer sums over the first number of the shape.",
)(he_by(lambda shape: shape[1] if len(shape) == 2 else np.prod(shape[1:])))

wrong(
    "he",
    "the filters are taken for inputs",
    caught_by=["filters", "filters that are wider than high"],
    hint="The first number of a filter shape counts filters; none of them sees another.",
)(he_by(lambda shape: shape[0]))

wrong(
    "he",
    "only the channels count",
    caught_by=["filters", "filters that are wider than high"],
    hint="A filter sees a whole window in each channel.",
)(he_by(lambda shape: shape[0] if len(shape) == 2 else shape[1]))

wrong(
    "he",
    "the channels are forgotten",
    caught_by=["filters", "filters that are wider than high"],
    hint="A filter sees its window in all channels at once.",
)(he_by(lambda shape: shape[0] if len(shape) == 2 else shape[2] * shape[3]))

wrong(
    "he",
    "windows are taken for square",
    caught_by=["filters", "filters that are wider than high"],
    hint="A window may be wider than high: use both of its sizes.",
)(he_by(lambda shape: shape[0] if len(shape) == 2 else shape[1] * shape[2] ** 2))

wrong(
    "he",
    "Xavier's gain",
    caught_by=[
        "a dense layer",
        "filters",
        "a dense layer with more units than inputs",
        "filters that are wider than high",
    ],
    hint="ReLU halves the second moment: what makes up for it?",
)(he_by(right_inputs, gain=1))


@wrong(
    "he",
    "r without the factor 2",
    caught_by=[
        "a dense layer",
        "filters",
        "a dense layer with more units than inputs",
        "filters that are wider than high",
    ],
    hint="The variance of U(-r, r) is r^2 / 3: three times sigma^2 under the root.",
)
def he_small_r(shape):
    n_in = shape[0] if len(shape) == 2 else np.prod(shape[1:])
    return np.sqrt(2 / n_in), np.sqrt(3 / n_in)


# Task 5.5 ---------------------------------------------------------------------------
@probes("second_moments")
def second_moments_inputs():
    draw = rng(5).normal
    weights = [draw(0, 1, shape) for shape in ((3, 4), (4, 2))]
    X = draw(0.5, 1, (5, 3))
    return [
        (X, weights, lambda s: np.maximum(s, 0)),
        (X.copy(), [W.copy() for W in weights], np.cos),
        (X.copy(), [], np.tanh),
    ]


@wrong(
    "second_moments",
    "the inputs are left out",
    caught_by=[
        "the inputs come first",
        "two ReLU layers",
        "three layers of another activation",
        "no layer at all",
    ],
    hint="The list has one number more than there are layers.",
)
def second_moments_without_inputs(X, weights, f):
    moments = []
    for W in weights:
        X = f(X @ W)
        moments.append(np.mean(X**2))
    return moments


@wrong(
    "second_moments",
    "the scores in place of the outputs",
    caught_by=["two ReLU layers", "three layers of another activation"],
    hint="Which is squared: what goes into f, or what comes out?",
)
def second_moments_of_scores(X, weights, f):
    moments = [np.mean(X**2)]
    for W in weights:
        scores = X @ W
        moments.append(np.mean(scores**2))
        X = f(scores)
    return moments


@wrong(
    "second_moments",
    "variances in place of second moments",
    caught_by=[
        "the inputs come first",
        "two ReLU layers",
        "three layers of another activation",
        "no layer at all",
    ],
    hint="ReLU outputs have a mean above 0, which counts.",
)
def second_moments_variances(X, weights, f):
    moments = [np.var(X)]
    for W in weights:
        X = f(X @ W)
        moments.append(np.var(X))
    return moments


@wrong(
    "second_moments",
    "every layer gets the inputs of the network",
    caught_by=[
        "the inputs come first",
        "two ReLU layers",
        "three layers of another activation",
    ],
    hint="The outputs of one layer are the inputs of the next.",
)
def second_moments_all_from_X(X, weights, f):
    moments = [np.mean(X**2)]
    for W in weights:
        moments.append(np.mean(f(X @ W) ** 2))
    return moments


@wrong(
    "second_moments",
    "ReLU whatever f is",
    caught_by=["three layers of another activation"],
    hint="The activation is an argument: call it.",
)
def second_moments_relu(X, weights, f):
    moments = [np.mean(X**2)]
    for W in weights:
        X = np.maximum(X @ W, 0)
        moments.append(np.mean(X**2))
    return moments


@wrong(
    "second_moments",
    "only active units are averaged",
    caught_by=["two ReLU layers"],
    hint="Zeros are outputs, too: they make the mean smaller.",
)
def second_moments_active(X, weights, f):
    moments = [np.mean(X**2)]
    for W in weights:
        X = f(X @ W)
        moments.append(np.mean(X[X != 0] ** 2))
    return moments


@wrong(
    "second_moments",
    "sums in place of means",
    caught_by=[
        "the inputs come first",
        "two ReLU layers",
        "three layers of another activation",
        "no layer at all",
    ],
    hint="A wider layer must not have a larger moment only because it is wider.",
)
def second_moments_sums(X, weights, f):
    moments = [np.sum(X**2)]
    for W in weights:
        X = f(X @ W)
        moments.append(np.sum(X**2))
    return moments


# Task 5.6 ---------------------------------------------------------------------------
@probes("gradient_norms")
def gradient_norms_inputs():
    draw = rng(6).normal
    weights = [draw(0, 1, shape) for shape in ((2, 4), (4, 3), (3, 2))]
    scores = [draw(0, 1, (5, n)) for n in (4, 3, 2)]
    return [(draw(0, 1, (5, 2)), weights, scores, lambda s: 1 / (1 + s**2))]


def backwards(
    layers=lambda weights, scores: list(
        zip(weights[:0:-1], scores[-2::-1], strict=True)
    ),
    *,
    step=lambda delta, W, S, slope: (delta @ W.T) * slope(S),
    norm=lambda delta: np.sqrt(np.sum(delta**2)),
    last_first=False,
):
    """Return the right gradient_norms with one thing changed."""

    def gradient_norms(delta, weights, scores, slope):
        norms = [norm(delta)]
        for W, S in layers(weights, scores):
            delta = step(delta, W, S, slope)
            norms.append(norm(delta))
        return norms if last_first else norms[::-1]

    return gradient_norms


wrong(
    "gradient_norms",
    "the last layer comes first",
    caught_by=[
        "the last layer",
        "one step back",
        "three layers, several samples",
        "ten sigmoids in a row",
    ],
    hint="You walk back, but the list starts with layer 1.",
)(backwards(last_first=True))

wrong(
    "gradient_norms",
    "the slopes are forgotten",
    caught_by=[
        "one step back",
        "three layers, several samples",
        "ten sigmoids in a row",
    ],
    hint="Between two layers lies an activation: its slope is a factor.",
)(backwards(step=lambda delta, W, S, slope: delta @ W.T))

wrong(
    "gradient_norms",
    "the slope of the next layer",
    caught_by=["one step back", "three layers, several samples"],
    hint="Delta of layer l - 1 is the gradient by the scores of layer l - 1.",
)(
    backwards(
        layers=lambda weights, scores: list(
            zip(weights[:0:-1], scores[:0:-1], strict=True)
        ),
        step=lambda delta, W, S, slope: (delta * slope(S)) @ W.T,
    )
)

wrong(
    "gradient_norms",
    "the mean square in place of the norm",
    caught_by=[
        "the last layer",
        "one step back",
        "three layers, several samples",
        "ten sigmoids in a row",
    ],
    hint="The norm is the root of a sum.",
)(backwards(norm=lambda delta: np.mean(delta**2)))

wrong(
    "gradient_norms",
    "the norm without its root",
    caught_by=[
        "the last layer",
        "one step back",
        "three layers, several samples",
        "ten sigmoids in a row",
    ],
    hint="A vector (3, 4) has the length 5, not 25.",
)(backwards(norm=lambda delta: np.sum(delta**2)))

wrong(
    "gradient_norms",
    "the largest entry in place of the norm",
    caught_by=["the last layer", "one step back", "three layers, several samples"],
    hint="All entries count: the root of the sum of their squares.",
)(backwards(norm=lambda delta: np.max(np.abs(delta))))

wrong(
    "gradient_norms",
    "the slope is applied to the gradient",
    caught_by=["one step back", "three layers, several samples"],
    hint="slope is a function of the scores, which are given.",
)(backwards(step=lambda delta, W, S, slope: (delta @ W.T) * slope(delta @ W.T)))

wrong(
    "gradient_norms",
    "the sum of the entries in place of the norm",
    caught_by=["the last layer", "one step back", "three layers, several samples"],
    hint="Entries of opposite sign must not cancel: square them first.",
)(backwards(norm=lambda delta: np.abs(np.sum(delta))))


# Task 5.7 ---------------------------------------------------------------------------
@probes("count_units")
def count_units_inputs():
    kinds = np.array([[1.0, 2.0, 0.5, 3.0], [2.0, 1.0, 0.5, 3.0], [0.0, 1.0, 0.5, 2.0]])
    chosen = [[0, 0, 1], [0, 1, 0, 2, 1], [0, 0, 0, 0], [2, 1, 0]]
    tables = [kinds[rows] for rows in chosen]
    for place in range(4):
        table = kinds[[0, 0, 0]]
        table[1, place] += 0.5
        tables.append(table)
    near = kinds[[0, 0]]
    near[1] += 1e-12
    tables.append(near)
    layers = [(t[:, :2].T.copy(), t[:, 2].copy(), t[:, 3:].copy()) for t in tables]
    far = kinds[[0, 0]]
    far[1] += np.array([0.02, -0.02, 0.02, -0.02])
    loose = (far[:, :2].T.copy(), far[:, 2].copy(), far[:, 3:].copy(), 0.1)
    return [*layers, loose]


def described_by(describe, alike=lambda a, b, tol: np.max(np.abs(a - b)) <= tol):
    """Return count_units with another description of a unit, or comparison."""

    def count_units(W_in, b, W_out, tol=1e-9):
        different = []
        for unit in describe(W_in, b, W_out):
            if not any(alike(unit, other, tol) for other in different):
                different.append(unit)
        return len(different)

    return count_units


def whole(W_in, b, W_out):
    return np.column_stack([W_in.T, b, W_out])


wrong(
    "count_units",
    "only incoming weights are compared",
    caught_by=["units that differ in one number only"],
    hint="Units with equal incoming weights may still differ in bias or outgoing weights.",
)(described_by(lambda W_in, b, W_out: W_in.T))

wrong(
    "count_units",
    "outgoing weights do not count",
    caught_by=["units that differ in one number only"],
    hint="Units that hand their outputs on differently get different gradients.",
)(described_by(lambda W_in, b, W_out: np.column_stack([W_in.T, b])))

wrong(
    "count_units",
    "biases do not count",
    caught_by=["units that differ in one number only"],
    hint="A bias shifts the score of its unit.",
)(described_by(lambda W_in, b, W_out: np.column_stack([W_in.T, W_out])))

wrong(
    "count_units",
    "rows of W_in are taken for units",
    caught_by=[
        "units that are alike but not neighbours",
        "rounding does not count, and tol decides",
    ],
    hint="X @ W_in has one column per unit.",
)(described_by(lambda W_in, b, W_out: W_in))

wrong(
    "count_units",
    "numbers have to be exactly equal",
    caught_by=["rounding does not count, and tol decides"],
    hint="Rounding makes equal units differ in the last digit: use tol.",
)(described_by(whole, lambda a, b, tol: np.all(a == b)))

wrong(
    "count_units",
    "one equal number is enough",
    caught_by=[
        "units that are alike but not neighbours",
        "units that differ in one number only",
    ],
    hint="Alike means that none of the numbers differ.",
)(described_by(whole, lambda a, b, tol: np.min(np.abs(a - b)) <= tol))

wrong(
    "count_units",
    "differences that cancel",
    caught_by=[
        "units that are alike but not neighbours",
        "rounding does not count, and tol decides",
    ],
    hint="Look at absolute differences: +0.02 and -0.02 are two of them.",
)(described_by(whole, lambda a, b, tol: abs(np.sum(a - b)) <= tol))


@wrong(
    "count_units",
    "only neighbours are compared",
    caught_by=[
        "units that are alike but not neighbours",
        "units that differ in one number only",
    ],
    hint="Units that are alike may stand far from each other.",
)
def count_units_neighbours(W_in, b, W_out, tol=1e-9):
    units = np.column_stack([W_in.T, b, W_out])
    steps = np.max(np.abs(np.diff(units, axis=0)), axis=1)
    return 1 + int(np.sum(steps > tol))


# Task 5.8 ---------------------------------------------------------------------------
@probes("start_network")
def start_network_inputs():
    return [
        ([4, 3, 2], "tanh", rng(7)),
        ([5, 20, 4], "sigmoid", rng(8)),
        ([3, 6, 6], "relu", rng(9)),
    ]


def started(
    variance,
    draw=lambda rng, sigma, shape: rng.normal(0.0, sigma, shape),
    pairs=pairwise,
):
    """Return start_network with other variances, or another way to draw."""

    def start_network(widths, activation, rng):
        return [
            draw(rng, np.sqrt(variance(m, n)[activation]), (m, n))
            for m, n in pairs(widths)
        ]

    return start_network


def variances(m, n):
    return {"tanh": 2 / (m + n), "sigmoid": 32 / (m + n), "relu": 2 / m}


wrong(
    "start_network",
    "the variance where a standard deviation belongs",
    caught_by=[
        "ReLU: the spreads of the example",
        "tanh: more units than inputs, and back",
        "sigmoid: four times as large",
        "a normal distribution around 0",
    ],
    hint="rng.normal(0, sigma): sigma is the root of the variance.",
)(started(variances, lambda rng, sigma, shape: rng.normal(0.0, sigma**2, shape)))

wrong(
    "start_network",
    "a uniform distribution up to sigma",
    caught_by=[
        "ReLU: the spreads of the example",
        "tanh: more units than inputs, and back",
        "sigmoid: four times as large",
        "a normal distribution around 0",
    ],
    hint="The task asks for a normal distribution; U(-sigma, sigma) is narrower.",
)(started(variances, lambda rng, sigma, shape: rng.uniform(-sigma, sigma, shape)))

wrong(
    "start_network",
    "a uniform distribution with the right variance",
    caught_by=["a normal distribution around 0"],
    hint="The spread is right; what does a normal distribution have that yours has not?",
)(
    started(
        variances,
        lambda rng, sigma, shape: rng.uniform(-(3**0.5), 3**0.5, shape) * sigma,
    )
)

wrong(
    "start_network",
    "the sigmoid gets the weights of tanh",
    caught_by=["sigmoid: four times as large"],
    hint="The slope of the sigmoid is 1/4 where that of tanh is 1.",
)(started(lambda m, n: variances(m, n) | {"sigmoid": 2 / (m + n)}))

wrong(
    "start_network",
    "the sigmoid's variance is 4 times as large",
    caught_by=["sigmoid: four times as large"],
    hint="Weights 4 times as large have a variance 16 times as large.",
)(started(lambda m, n: variances(m, n) | {"sigmoid": 8 / (m + n)}))

wrong(
    "start_network",
    "Xavier's rule for ReLU, too",
    caught_by=["ReLU: the spreads of the example", "a normal distribution around 0"],
    hint="He's rule looks at the inputs only, and doubles the variance.",
)(started(lambda m, n: variances(m, n) | {"relu": 2 / (m + n)}))

wrong(
    "start_network",
    "the widths of the whole network in every layer",
    caught_by=[
        "ReLU: the spreads of the example",
        "tanh: more units than inputs, and back",
        "sigmoid: four times as large",
    ],
    hint="Each layer has its own n_in and n_out.",
)(started(lambda m, n: variances(50, 50)))

wrong(
    "start_network",
    "the units come first",
    caught_by=["one array of weights per layer"],
    hint="H @ W must work: the rows of W belong to the inputs.",
)(
    started(
        variances,
        lambda rng, sigma, shape: rng.normal(0.0, sigma, shape[::-1]),
    )
)


@wrong(
    "start_network",
    "a new generator in every layer",
    caught_by=[
        "tanh: more units than inputs, and back",
        "all chance comes from rng, and no layer repeats another",
    ],
    hint="A generator with a fixed seed repeats itself: draw from rng.",
)
def start_network_own_generator(widths, activation, rng):
    weights = []
    for m, n in pairwise(widths):
        variance = {"tanh": 2 / (m + n), "sigmoid": 32 / (m + n), "relu": 2 / m}
        own = np.random.default_rng(1)
        weights.append(own.normal(0.0, np.sqrt(variance[activation]), (m, n)))
    return weights
