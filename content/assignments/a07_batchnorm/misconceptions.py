"""Wrong solutions of assignment 7, as students write them.

Each names all the checks that it fails. Tests prove that it fails these and no other,
and that the probes tell it from a right solution and from the other mistakes.
"""

import numpy as np

from autograder.feedback.misconceptions import Catalogue

MISCONCEPTIONS = Catalogue()
wrong, probes = MISCONCEPTIONS.wrong, MISCONCEPTIONS.probes


def rng(seed=0):
    return np.random.default_rng(seed)


# Task 7.1 ---------------------------------------------------------------------------
@probes("normalise")
def normalise_inputs():
    return [
        (rng(1).normal(2, 3, (3, 5)),),
        (np.array([[2.0, 1.0], [3.0, 1.0]]), 0.75),
        (rng(2).normal(0, 1, (6, 2)), 0.1),
    ]


def normalised(
    mean=lambda x: x.mean(axis=0),
    var=lambda x: x.var(axis=0),
    root=lambda var, eps: np.sqrt(var + eps),
):
    """Return the right function with one thing changed."""

    def normalise(x, eps=1e-5):
        return (x - mean(x)) / root(var(x), eps), mean(x), var(x)

    return normalise


wrong(
    "normalise",
    "statistics of the samples in place of the units",
    caught_by=[
        "means and variances",
        "the normalised batch",
        "more units than samples",
        "eps under the root",
    ],
    hint="A mean for each unit: which axis counts the samples?",
)(
    normalised(
        lambda x: x.mean(axis=1, keepdims=True), lambda x: x.var(axis=1, keepdims=True)
    )
)

wrong(
    "normalise",
    "one mean and variance for the whole batch",
    caught_by=[
        "means and variances",
        "the normalised batch",
        "more units than samples",
        "eps under the root",
    ],
    hint="Each unit stands for itself.",
)(normalised(lambda x: x.mean(), lambda x: x.var()))

wrong(
    "normalise",
    "the variance divides by N - 1",
    caught_by=[
        "means and variances",
        "the normalised batch",
        "more units than samples",
        "eps under the root",
    ],
    hint="The batch is not a sample of itself: 1/N.",
)(normalised(var=lambda x: x.var(axis=0, ddof=1)))

wrong(
    "normalise",
    "eps beside the root",
    caught_by=["eps under the root"],
    hint="Add eps to the variance, then take the root.",
)(normalised(root=lambda var, eps: np.sqrt(var) + eps))

wrong(
    "normalise",
    "eps is forgotten",
    caught_by=["eps under the root"],
    hint="A unit that is constant has variance 0: what is 0/0?",
)(normalised(root=lambda var, eps: np.sqrt(var)))

wrong(
    "normalise",
    "divided by the variance",
    caught_by=["the normalised batch", "more units than samples"],
    hint="The spread is the root of the variance.",
)(normalised(root=lambda var, eps: var + eps))


@wrong(
    "normalise",
    "the standard deviation is returned",
    caught_by=["means and variances", "more units than samples", "eps under the root"],
    hint="The third result is the variance, without eps and without a root.",
)
def normalise_std_returned(x, eps=1e-5):
    mean, var = x.mean(axis=0), x.var(axis=0)
    return (x - mean) / np.sqrt(var + eps), mean, np.sqrt(var + eps)


@wrong(
    "normalise",
    "x is changed in place",
    caught_by=["more units than samples"],
    hint="`x -= mean` changes the caller's array.",
)
def normalise_in_place(x, eps=1e-5):
    mean, var = x.mean(axis=0), x.var(axis=0)
    x -= mean
    return x / np.sqrt(var + eps), mean, var


# Task 7.2 ---------------------------------------------------------------------------
@probes("running_averages")
def running_averages_inputs():
    draw = rng(3).normal
    return [
        ([draw(3, 2, (n, 2)) for n in (4, 2, 5)], 0.7),
        ([draw(-1, 1, (3, 3))], 0.9),
        ([draw(0, 1, (4, 1)), draw(5, 2, (4, 1))], 0.25),
    ]


def running(
    step=lambda old, new, m: m * old + (1 - m) * new,
    spread=lambda x: x.var(axis=0),
    start=1.0,
):
    """Return the right function with one thing changed."""

    def running_averages(batches, momentum):
        mean = np.zeros(batches[0].shape[1])
        var = np.full(batches[0].shape[1], start)
        for x in batches:
            mean = step(mean, x.mean(axis=0), momentum)
            var = step(var, spread(x), momentum)
        return mean, var

    return running_averages


wrong(
    "running_averages",
    "momentum is the share of the new value",
    caught_by=[
        "one batch",
        "batches of different sizes, another momentum",
        "momentum 0 and 1",
    ],
    hint="Here momentum says how much of the old average stays, 0.9; PyTorch has 0.1.",
)(running(lambda old, new, m: (1 - m) * old + m * new))

wrong(
    "running_averages",
    "the variance starts at 0",
    caught_by=[
        "one batch",
        "two equal batches",
        "batches of different sizes, another momentum",
        "momentum 0 and 1",
    ],
    hint="Before the first batch the variance is 1.",
)(running(start=0.0))

wrong(
    "running_averages",
    "standard deviations are averaged",
    caught_by=[
        "one batch",
        "two equal batches",
        "batches of different sizes, another momentum",
        "momentum 0 and 1",
    ],
    hint="The average is one of variances.",
)(running(spread=lambda x: x.std(axis=0)))

wrong(
    "running_averages",
    "the variance divides by N - 1",
    caught_by=[
        "one batch",
        "two equal batches",
        "batches of different sizes, another momentum",
        "momentum 0 and 1",
    ],
    hint="PyTorch does so; here the running variance is that of the batch, with 1/N.",
)(running(spread=lambda x: x.var(axis=0, ddof=1)))

wrong(
    "running_averages",
    "the batch counts in full",
    caught_by=[
        "one batch",
        "two equal batches",
        "batches of different sizes, another momentum",
        "momentum 0 and 1",
    ],
    hint="The two shares sum to 1.",
)(running(lambda old, new, m: m * old + new))


@wrong(
    "running_averages",
    "only the last batch counts",
    caught_by=["two equal batches", "batches of different sizes, another momentum"],
    hint="Each batch goes on from the average of those before.",
)
def running_last(batches, momentum):
    x = batches[-1]
    return (1 - momentum) * x.mean(axis=0), momentum + (1 - momentum) * x.var(axis=0)


@wrong(
    "running_averages",
    "the plain mean over all batches",
    caught_by=[
        "one batch",
        "two equal batches",
        "batches of different sizes, another momentum",
        "momentum 0 and 1",
    ],
    hint="Later batches count more: apply the rule batch by batch.",
)
def running_plain(batches, momentum):
    means = [x.mean(axis=0) for x in batches]
    variances = [x.var(axis=0) for x in batches]
    return np.mean(means, axis=0), np.mean(variances, axis=0)


# Task 7.3 ---------------------------------------------------------------------------
@probes("predict")
def predict_inputs():
    draw = rng(4).normal
    vectors = [draw(0, 2, 3) for _ in range(3)]
    var = np.array([0.5, 2.0, 3.0])
    return [
        (draw(0, 1, (5, 3)), *vectors, var),
        (draw(0, 1, (2, 3)), *vectors, var, 0.5),
    ]


@wrong(
    "predict",
    "the batch's own statistics",
    caught_by=[
        "one sample",
        "two samples",
        "answers do not depend on the other samples",
        "eps under the root",
    ],
    hint="In prediction one sample may come alone: use the averages.",
)
def predict_from_batch(x, gamma, beta, mean, var, eps=1e-5):
    return gamma * (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps) + beta


@wrong(
    "predict",
    "divided by the variance",
    caught_by=[
        "one sample",
        "two samples",
        "answers do not depend on the other samples",
        "eps under the root",
    ],
    hint="The root of the variance is the spread.",
)
def predict_variance(x, gamma, beta, mean, var, eps=1e-5):
    return gamma * (x - mean) / (var + eps) + beta


@wrong(
    "predict",
    "beta is scaled, too",
    caught_by=["answers do not depend on the other samples", "eps under the root"],
    hint="First scale, then shift.",
)
def predict_beta_scaled(x, gamma, beta, mean, var, eps=1e-5):
    return gamma * ((x - mean) / np.sqrt(var + eps) + beta)


@wrong(
    "predict",
    "gamma and beta are forgotten",
    caught_by=[
        "one sample",
        "two samples",
        "answers do not depend on the other samples",
        "eps under the root",
    ],
    hint="What the layer learnt counts in prediction, too.",
)
def predict_without_scale(x, gamma, beta, mean, var, eps=1e-5):
    return (x - mean) / np.sqrt(var + eps)


@wrong(
    "predict",
    "eps beside the root",
    caught_by=["eps under the root"],
    hint="Add eps to the variance, then take the root.",
)
def predict_eps_outside(x, gamma, beta, mean, var, eps=1e-5):
    return gamma * (x - mean) / (np.sqrt(var) + eps) + beta


@wrong(
    "predict",
    "the mean is not subtracted",
    caught_by=[
        "one sample",
        "two samples",
        "answers do not depend on the other samples",
        "eps under the root",
    ],
    hint="Centre first.",
)
def predict_without_mean(x, gamma, beta, mean, var, eps=1e-5):
    return gamma * x / np.sqrt(var + eps) + beta


# Task 7.4 ---------------------------------------------------------------------------
@probes("backward")
def backward_inputs():
    x, dout = rng(5).normal(1, 2, (6, 3)), rng(6).normal(0, 1, (6, 3))
    std = np.sqrt(x.var(axis=0) + 1e-5)
    return [(dout, (x - x.mean(axis=0)) / std, std, np.array([0.5, -2.0, 1.5]))]


def went_back(dx):
    """Return the right function with another dx."""

    def backward(dout, xhat, std, gamma):
        dgamma, dbeta = np.sum(dout * xhat, axis=0), np.sum(dout, axis=0)
        return dx(dout, xhat, std, gamma, dgamma, dbeta), dgamma, dbeta

    return backward


wrong(
    "backward",
    "mean and variance taken for constants",
    caught_by=[
        "dx of the example",
        "dx against small changes, with a random gradient from above",
        "shifting or scaling the batch changes nothing",
    ],
    hint="Each sample also moves the mean and the variance: two terms are missing.",
)(went_back(lambda dout, xhat, std, gamma, dg, db: gamma / std * dout))

wrong(
    "backward",
    "the path through the variance is missing",
    caught_by=[
        "dx of the example",
        "dx against small changes, with a random gradient from above",
        "shifting or scaling the batch changes nothing",
    ],
    hint="The spread of the batch depends on each sample, too.",
)(
    went_back(
        lambda dout, xhat, std, gamma, dg, db: gamma / std * (dout - db / len(dout))
    )
)

wrong(
    "backward",
    "the path through the mean is missing",
    caught_by=[
        "dx of the example",
        "dx against small changes, with a random gradient from above",
        "shifting or scaling the batch changes nothing",
    ],
    hint="The mean of the batch depends on each sample, too.",
)(
    went_back(
        lambda dout, xhat, std, gamma, dg, db: (
            gamma / std * (dout - xhat * dg / len(dout))
        )
    )
)

wrong(
    "backward",
    "sums in place of means",
    caught_by=[
        "dx of the example",
        "dx against small changes, with a random gradient from above",
        "shifting or scaling the batch changes nothing",
    ],
    hint="The angle brackets are means over the samples.",
)(
    went_back(
        lambda dout, xhat, std, gamma, dg, db: gamma / std * (dout - db - xhat * dg)
    )
)

wrong(
    "backward",
    "gamma is forgotten",
    caught_by=[
        "dx of the example",
        "dx against small changes, with a random gradient from above",
    ],
    hint="The gradient passes the scale on its way back.",
)(
    went_back(
        lambda dout, xhat, std, gamma, dg, db: (
            (dout - db / len(dout) - xhat * dg / len(dout)) / std
        )
    )
)

wrong(
    "backward",
    "multiplied by the spread",
    caught_by=[
        "dx of the example",
        "dx against small changes, with a random gradient from above",
    ],
    hint="Forward divides by std, so backward does.",
)(
    went_back(
        lambda dout, xhat, std, gamma, dg, db: (
            gamma * std * (dout - db / len(dout) - xhat * dg / len(dout))
        )
    )
)


@wrong(
    "backward",
    "gamma and beta get means",
    caught_by=["gamma and beta", "gamma and beta of several units"],
    hint="Sum the contributions of all samples.",
)
def backward_means(dout, xhat, std, gamma):
    dgamma, dbeta = np.mean(dout * xhat, axis=0), np.mean(dout, axis=0)
    return gamma / std * (dout - dbeta - xhat * dgamma), dgamma, dbeta


@wrong(
    "backward",
    "gamma and beta are exchanged",
    caught_by=["gamma and beta", "gamma and beta of several units"],
    hint="The order is dx, dgamma, dbeta; gamma multiplies xhat.",
)
def backward_exchanged(dout, xhat, std, gamma):
    dgamma, dbeta = np.sum(dout * xhat, axis=0), np.sum(dout, axis=0)
    n = len(dout)
    return gamma / std * (dout - dbeta / n - xhat * dgamma / n), dbeta, dgamma


# Task 7.5 ---------------------------------------------------------------------------
@probes("normalise_images")
def normalise_images_inputs():
    draw = rng(7).normal
    return [
        (draw(3, 2, (4, 2, 3, 2)), np.array([0.5, -2.0]), np.array([1.0, 3.0])),
        (draw(0, 1, (2, 2, 1, 2)), np.array([1.0, 10.0]), np.array([0.0, 100.0]), 0.75),
    ]


def images(axes, vectors=lambda v: v[:, None, None]):
    """Return normalise_images over other axes."""

    def normalise_images(x, gamma, beta, eps=1e-5):
        mean = x.mean(axis=axes, keepdims=True)
        var = x.var(axis=axes, keepdims=True)
        return vectors(gamma) * (x - mean) / np.sqrt(var + eps) + vectors(beta)

    return normalise_images


wrong(
    "normalise_images",
    "each pixel has its own statistics",
    caught_by=[
        "two channels",
        "every size is different",
        "as many channels as columns, and eps",
    ],
    hint="All pixels of a channel are made by one filter: average over them, too.",
)(images((0,)))

wrong(
    "normalise_images",
    "each image is normalised by itself",
    caught_by=["two flat images", "every size is different"],
    hint="The mean runs over the samples as well.",
)(images((2, 3)))

wrong(
    "normalise_images",
    "the mean runs over the channels",
    caught_by=[
        "two flat images",
        "two channels",
        "every size is different",
        "as many channels as columns, and eps",
    ],
    hint="Per channel means: the channel axis stays.",
)(images((1,)))

wrong(
    "normalise_images",
    "one mean for everything",
    caught_by=["two channels", "every size is different"],
    hint="Channels are different features.",
)(images((0, 1, 2, 3)))


@wrong(
    "normalise_images",
    "gamma and beta meet the columns",
    caught_by=[
        "two channels",
        "every size is different",
        "as many channels as columns, and eps",
    ],
    hint="An array of shape (C,) lines up with the last axis. Which axis is meant?",
)
def images_last_axis(x, gamma, beta, eps=1e-5):
    mean = x.mean(axis=(0, 2, 3), keepdims=True)
    var = x.var(axis=(0, 2, 3), keepdims=True)
    return gamma * (x - mean) / np.sqrt(var + eps) + beta


@wrong(
    "normalise_images",
    "eps beside the root",
    caught_by=["as many channels as columns, and eps"],
    hint="Add eps to the variance, then take the root.",
)
def images_eps_outside(x, gamma, beta, eps=1e-5):
    mean = x.mean(axis=(0, 2, 3), keepdims=True)
    std = x.std(axis=(0, 2, 3), keepdims=True)
    return gamma[:, None, None] * (x - mean) / (std + eps) + beta[:, None, None]


# Task 7.6 ---------------------------------------------------------------------------
@probes("merge")
def merge_inputs():
    draw = rng(8).normal
    vectors = [draw(0, 2, 3) for _ in range(4)]
    var = np.array([0.5, 2.0, 3.0])
    return [
        (draw(0, 1, (4, 3)), *vectors, var),
        (draw(0, 1, (3, 3)), *vectors, var, 0.25),
    ]


def merged(weights=None, bias=None, root=lambda var, eps: np.sqrt(var + eps)):
    """Return the right function with other weights or another bias."""
    weights = weights or (lambda W, scale: W * scale)
    bias = bias or (lambda b, mean, scale, beta: (b - mean) * scale + beta)

    def merge(W, b, gamma, beta, mean, var, eps=1e-5):
        scale = gamma / root(var, eps)
        return weights(W, scale), bias(b, mean, scale, beta)

    return merge


wrong(
    "merge",
    "the bias of the layer is forgotten",
    caught_by=["the bias", "one layer gives what two gave"],
    hint="b is there before the normalisation: follow it.",
)(merged(bias=lambda b, mean, scale, beta: beta - mean * scale))

wrong(
    "merge",
    "the bias is not scaled",
    caught_by=["the bias", "one layer gives what two gave"],
    hint="b is a part of the score, which is divided and multiplied as a whole.",
)(merged(bias=lambda b, mean, scale, beta: b - mean * scale + beta))

wrong(
    "merge",
    "the mean is added",
    caught_by=["the bias", "one layer gives what two gave"],
    hint="Centring subtracts.",
)(merged(bias=lambda b, mean, scale, beta: (b + mean) * scale + beta))

wrong(
    "merge",
    "beta is scaled",
    caught_by=["one layer gives what two gave"],
    hint="beta is added at the very end.",
)(merged(bias=lambda b, mean, scale, beta: (b - mean + beta) * scale))

wrong(
    "merge",
    "the scale goes to the rows of W",
    caught_by=[
        "the weights",
        "one layer gives what two gave",
        "as many inputs as units, and nothing is changed",
    ],
    hint="A unit is a column of W.",
)(merged(weights=lambda W, scale: W * scale[:, None]))

wrong(
    "merge",
    "divided by the variance",
    caught_by=[
        "the weights",
        "the bias",
        "one layer gives what two gave",
        "as many inputs as units, and nothing is changed",
    ],
    hint="The spread is the root of the variance plus eps.",
)(merged(root=lambda var, eps: var + eps))

wrong(
    "merge",
    "eps is forgotten",
    caught_by=["one layer gives what two gave"],
    hint="The merged layer must agree with the two, eps included.",
)(merged(root=lambda var, eps: np.sqrt(var)))


# Task 7.7 ---------------------------------------------------------------------------
def describe(layer):
    return [np.array(getattr(layer, name)) for name in ("gamma", "beta", "mean", "var")]


X = np.array([[1.0, 10.0], [3.0, 10.0], [1.0, 14.0], [3.0, 16.0]])


@probes("BatchNorm")
def batch_norm_uses():
    def new(cls):
        return describe(cls(3))

    def train(cls):
        layer = cls(2, momentum=0.7, eps=0.5)
        outputs = [layer.forward(X.copy(), True), layer.forward(2 * X[:2], True)]
        return outputs, describe(layer)

    def learn_and_predict(cls):
        layer, other = cls(2), cls(2)
        layer.gamma, layer.beta = np.array([2.0, -1.0]), np.array([0.5, 1.0])
        x = X.copy()
        outputs = [layer.forward(x, True), layer.forward(X[:3], False)]
        outputs.append(layer.forward(X[:1], False))
        return outputs, describe(layer), describe(other), x

    return [new, train, learn_and_predict]


class Right:
    """A right layer, for wrong ones to change one thing of."""

    def __init__(self, units, momentum=0.9, eps=1e-5):
        self.momentum, self.eps = momentum, eps
        self.gamma, self.beta = np.ones(units), np.zeros(units)
        self.mean, self.var = np.zeros(units), np.ones(units)

    def remember(self, mean, var):
        self.mean = self.momentum * self.mean + (1 - self.momentum) * mean
        self.var = self.momentum * self.var + (1 - self.momentum) * var

    def forward(self, x, training):
        mean, var = self.mean, self.var
        if training:
            mean, var = np.mean(x, axis=0), np.var(x, axis=0)
            self.remember(mean, var)
        return self.gamma * (x - mean) / np.sqrt(var + self.eps) + self.beta


@wrong(
    "BatchNorm",
    "the averages never move",
    caught_by=[
        "training normalises and remembers",
        "two batches, another momentum",
        "prediction uses the averages and leaves them alone",
    ],
    hint="In training the layer has a second duty besides its output.",
)
class NeverMoves(Right):
    def remember(self, mean, var):
        pass


@wrong(
    "BatchNorm",
    "momentum is the share of the new value",
    caught_by=[
        "training normalises and remembers",
        "two batches, another momentum",
        "prediction uses the averages and leaves them alone",
    ],
    hint="Momentum 0.9 keeps nine tenths of the old average.",
)
class NewShare(Right):
    def remember(self, mean, var):
        self.mean = (1 - self.momentum) * self.mean + self.momentum * mean
        self.var = (1 - self.momentum) * self.var + self.momentum * var


@wrong(
    "BatchNorm",
    "the last batch is remembered, not an average",
    caught_by=[
        "training normalises and remembers",
        "two batches, another momentum",
        "prediction uses the averages and leaves them alone",
    ],
    hint="The averages go on from where they are.",
)
class LastBatch(Right):
    def remember(self, mean, var):
        self.mean, self.var = mean, var


@wrong(
    "BatchNorm",
    "training normalises with the averages",
    caught_by=[
        "training normalises and remembers",
        "gamma and beta count in both modes, and eps",
    ],
    hint="In training the statistics of the batch make the output.",
)
class AveragesInTraining(Right):
    def forward(self, x, training):
        if training:
            self.remember(np.mean(x, axis=0), np.var(x, axis=0))
        return self.gamma * (x - self.mean) / np.sqrt(self.var + self.eps) + self.beta


@wrong(
    "BatchNorm",
    "prediction normalises with the batch",
    caught_by=[
        "prediction uses the averages and leaves them alone",
        "gamma and beta count in both modes, and eps",
    ],
    hint="A single sample has no spread: prediction uses the averages.",
)
class BatchInPrediction(Right):
    def forward(self, x, training):
        mean, var = np.mean(x, axis=0), np.var(x, axis=0)
        if training:
            self.remember(mean, var)
        return self.gamma * (x - mean) / np.sqrt(var + self.eps) + self.beta


@wrong(
    "BatchNorm",
    "prediction moves the averages",
    caught_by=["prediction uses the averages and leaves them alone"],
    hint="Predicting must not change the layer.",
)
class PredictionMoves(Right):
    def forward(self, x, training):
        mean, var = (
            (np.mean(x, axis=0), np.var(x, axis=0))
            if training
            else (self.mean, self.var)
        )
        self.remember(np.mean(x, axis=0), np.var(x, axis=0))
        return self.gamma * (x - mean) / np.sqrt(var + self.eps) + self.beta


@wrong(
    "BatchNorm",
    "gamma and beta are forgotten in prediction",
    caught_by=["gamma and beta count in both modes, and eps"],
    hint="What was learnt counts in both modes.",
)
class NoScaleInPrediction(Right):
    def forward(self, x, training):
        if training:
            return super().forward(x, training)
        return (x - self.mean) / np.sqrt(self.var + self.eps)


@wrong(
    "BatchNorm",
    "all layers share their averages",
    caught_by=["two layers share nothing"],
    hint="What belongs to the class belongs to every layer.",
)
class Shared(Right):
    def __init__(self, units, momentum=0.9, eps=1e-5):
        self.momentum, self.eps = momentum, eps
        self.gamma, self.beta = np.ones(units), np.zeros(units)
        type(self).mean, type(self).var = np.zeros(units), np.ones(units)

    def remember(self, mean, var):
        kept = type(self)
        kept.mean = self.momentum * kept.mean + (1 - self.momentum) * mean
        kept.var = self.momentum * kept.var + (1 - self.momentum) * var
