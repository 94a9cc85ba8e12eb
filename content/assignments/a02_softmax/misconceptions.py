"""Wrong solutions of assignment 2, as students write them.

Each names all the checks that it fails. Tests prove that it fails these and no other,
and that the probes tell it from a right solution and from the other mistakes.
"""

import numpy as np

from autograder.feedback.misconceptions import Catalogue

MISCONCEPTIONS = Catalogue()
wrong, probes = MISCONCEPTIONS.wrong, MISCONCEPTIONS.probes


def right_softmax(S):
    e = np.exp(S - S.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


# Task 2.1 ---------------------------------------------------------------------------
@probes("softmax")
def softmax_inputs():
    S = np.array([[1.0, -2.0, 0.5], [0.3, 2.0, -1.0]])
    # The rows of the square one have different sums, so axes are told apart.
    square = np.array([[1.0, 2.0], [-0.5, 0.25]])
    return [(S,), (square,), (np.array([[900.0, 901.0], [0.0, 1.0], [-900.0, 0.0]]),)]


@wrong(
    "softmax",
    "large scores overflow to nan",
    caught_by=["large scores of either sign"],
    hint="exp(1000) is infinite. What may you subtract from a row without changing P?",
)
def softmax_overflows(S):
    e = np.exp(S)
    return e / e.sum(axis=1, keepdims=True)


@wrong(
    "softmax",
    "the sum runs over the samples",
    caught_by=[
        "one row of scores",
        "each row by itself",
        "large scores of either sign",
        "more samples than classes, and S is left alone",
    ],
    hint="The probabilities of one sample sum to 1: along which axis are its classes?",
)
def softmax_axis_0(S):
    e = np.exp(S - S.max(axis=0))
    return e / e.sum(axis=0)


@wrong(
    "softmax",
    "the sum runs over the whole array",
    caught_by=[
        "each row by itself",
        "large scores of either sign",
        "more samples than classes, and S is left alone",
    ],
    hint="A sum without an axis mixes all samples; each row needs its own.",
)
def softmax_whole_array(S):
    e = np.exp(S - S.max(axis=1, keepdims=True))
    return e / e.sum()


@wrong(
    "softmax",
    "one maximum for all rows",
    caught_by=["large scores of either sign"],
    hint="A row far below the largest score of all rows becomes 0 / 0: subtract each "
    "row's own maximum.",
)
def softmax_global_maximum(S):
    e = np.exp(S - S.max())
    return e / e.sum(axis=1, keepdims=True)


@wrong(
    "softmax",
    "the row sums lose their axis",
    caught_by=[
        "each row by itself",
        "large scores of either sign",
        "more samples than classes, and S is left alone",
    ],
    hint="Sums of shape (N,) do not stand beside the rows of (N, K): keep the axis.",
)
def softmax_without_keepdims(S):
    e = np.exp(S - S.max(axis=1, keepdims=True))
    return e / e.sum(axis=1)


@wrong(
    "softmax",
    "the scores are divided by their sum",
    caught_by=[
        "one row of scores",
        "each row by itself",
        "large scores of either sign",
        "more samples than classes, and S is left alone",
    ],
    hint="Scores may be negative; what makes them positive first?",
)
def softmax_without_exponential(S):
    return S / S.sum(axis=1, keepdims=True)


@wrong(
    "softmax",
    "the scores that were passed in are changed",
    caught_by=["more samples than classes, and S is left alone"],
    hint="S -= ... changes the caller's array; make a new one.",
)
def softmax_in_place(S):
    S -= S.max(axis=1, keepdims=True)
    e = np.exp(S)
    return e / e.sum(axis=1, keepdims=True)


@wrong(
    "softmax",
    "a sigmoid for each score",
    caught_by=[
        "one row of scores",
        "each row by itself",
        "large scores of either sign",
        "more samples than classes, and S is left alone",
    ],
    hint="The probabilities of the classes exclude each other: they must sum to 1.",
)
def softmax_sigmoid(S):
    return 0.5 * (1 + np.tanh(0.5 * S))


# Task 2.2 ---------------------------------------------------------------------------
@probes("softmax_backward")
def softmax_backward_inputs():
    P = np.array([[0.5, 0.2, 0.3], [0.1, 0.6, 0.3]])
    G = np.array([[1.0, -2.0, 0.5], [0.25, 3.0, -1.0]])
    square = np.array([[0.3, 0.7], [0.9, 0.1]])
    return [(G, P), (np.array([[1.0, -2.0], [0.5, 3.0]]), square)]


@wrong(
    "softmax_backward",
    "only the diagonal of the Jacobian",
    caught_by=[
        "one row",
        "each row by itself",
        "against small changes of the scores, random G",
    ],
    hint="P (1 - P) is the derivative of one probability by its own score. The other "
    "scores of the row change it, too.",
)
def softmax_backward_diagonal(G, P):
    return G * P * (1 - P)


@wrong(
    "softmax_backward",
    "the sum runs over the samples",
    caught_by=[
        "one row",
        "each row by itself",
        "against small changes of the scores, random G",
    ],
    hint="Samples do not influence each other: sum over the classes.",
)
def softmax_backward_axis_0(G, P):
    return P * (G - (G * P).sum(axis=0))


@wrong(
    "softmax_backward",
    "the sum runs over the whole array",
    caught_by=["each row by itself", "against small changes of the scores, random G"],
    hint="Each row needs its own sum.",
)
def softmax_backward_whole_array(G, P):
    return P * (G - np.sum(G * P))


@wrong(
    "softmax_backward",
    "the sum forgets the probabilities",
    caught_by=[
        "one row",
        "each row by itself",
        "against small changes of the scores, random G",
    ],
    hint="The sum in the formula has two factors.",
)
def softmax_backward_sum_of_g(G, P):
    return P * (G - G.sum(axis=1, keepdims=True))


@wrong(
    "softmax_backward",
    "the mean in place of the sum",
    caught_by=[
        "one row",
        "each row by itself",
        "against small changes of the scores, random G",
    ],
    hint="The formula sums over the classes; nothing is divided by K.",
)
def softmax_backward_mean(G, P):
    return P * (G - (G * P).mean(axis=1, keepdims=True))


@wrong(
    "softmax_backward",
    "the second term has the wrong sign",
    caught_by=[
        "one row",
        "each row by itself",
        "against small changes of the scores, random G",
    ],
    hint="With G = 1 everywhere the gradient must vanish.",
)
def softmax_backward_sign(G, P):
    return P * (G + (G * P).sum(axis=1, keepdims=True))


@wrong(
    "softmax_backward",
    "the outer factor is missing",
    caught_by=[
        "one row",
        "each row by itself",
        "against small changes of the scores, random G",
    ],
    hint="The whole bracket is multiplied by the probability of the class.",
)
def softmax_backward_without_factor(G, P):
    return G - (G * P).sum(axis=1, keepdims=True)


# Task 2.3 ---------------------------------------------------------------------------
@probes("cross_entropy")
def cross_entropy_inputs():
    S = np.array([[1.0, -2.0, 0.5], [0.3, 2.0, -1.0]])
    return [(S, np.array([2, 0])), (np.array([[900.0, 1.0]]), np.array([1]))]


@wrong(
    "cross_entropy",
    "the sum in place of the mean",
    caught_by=["the mean of two samples", "other labels, four classes", "large scores"],
    hint="With twice as many samples the loss should not double.",
)
def cross_entropy_sum(S, labels):
    shifted = S - S.max(axis=1, keepdims=True)
    picked = shifted[np.arange(len(S)), labels]
    return np.sum(np.log(np.exp(shifted).sum(axis=1)) - picked)


@wrong(
    "cross_entropy",
    "the mean over all entries",
    caught_by=[
        "one sample",
        "the mean of two samples",
        "other labels, four classes",
        "large scores",
    ],
    hint="There is one loss per sample: divide by N, not by N times K.",
)
def cross_entropy_mean_of_entries(S, labels):
    shifted = S - S.max(axis=1, keepdims=True)
    logs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -np.mean(np.eye(S.shape[1])[labels] * logs)


@wrong(
    "cross_entropy",
    "the minus sign is missing",
    caught_by=[
        "one sample",
        "the mean of two samples",
        "other labels, four classes",
        "large scores",
    ],
    hint="Logarithms of probabilities are negative; a loss is not.",
)
def cross_entropy_sign(S, labels):
    shifted = S - S.max(axis=1, keepdims=True)
    logs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return np.mean(logs[np.arange(len(S)), labels])


@wrong(
    "cross_entropy",
    "the logarithm of a probability that became 0",
    caught_by=["large scores"],
    hint="First softmax, then log: what if softmax gives exactly 0?",
)
def cross_entropy_log_of_softmax(S, labels):
    return -np.mean(np.log(right_softmax(S)[np.arange(len(S)), labels]))


@wrong(
    "cross_entropy",
    "a small number is added inside the logarithm",
    caught_by=["large scores"],
    hint="log(P + 1e-12) never exceeds 28 in size, but the true loss can.",
)
def cross_entropy_epsilon(S, labels):
    picked = right_softmax(S)[np.arange(len(S)), labels]
    return -np.mean(np.log(picked + 1e-12))


@wrong(
    "cross_entropy",
    "all rows meet all labels",
    caught_by=["the mean of two samples", "other labels, four classes", "large scores"],
    hint="S[:, labels] takes whole columns. You want entry labels[n] of row n.",
)
def cross_entropy_columns(S, labels):
    shifted = S - S.max(axis=1, keepdims=True)
    logs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -np.mean(logs[:, labels])


@wrong(
    "cross_entropy",
    "the most likely class in place of the true one",
    caught_by=["other labels, four classes", "large scores"],
    hint="Where does your function use the labels?",
)
def cross_entropy_of_prediction(S, labels):
    return np.mean(-np.log(right_softmax(S).max(axis=1)))


@wrong(
    "cross_entropy",
    "the logarithm to base 2",
    caught_by=[
        "one sample",
        "the mean of two samples",
        "other labels, four classes",
        "large scores",
    ],
    hint="log means the natural logarithm in this course.",
)
def cross_entropy_base_2(S, labels):
    shifted = S - S.max(axis=1, keepdims=True)
    logs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -np.mean(logs[np.arange(len(S)), labels]) / np.log(2)


# Task 2.4 ---------------------------------------------------------------------------
@probes("binary_cross_entropy")
def binary_cross_entropy_inputs():
    s, y = np.array([1.5, -0.5, 2.0, -3.0]), np.array([0.0, 1.0, 1.0, 0.25])
    return [(s, y), (s[:2], y[:2]), (np.array([900.0, -900.0]), np.array([0.0, 1.0]))]


@wrong(
    "binary_cross_entropy",
    "the logarithm of a probability that became 0",
    caught_by=["large scores"],
    hint="sigmoid(1000) is exactly 1 for a computer, so log(1 - p) is infinite.",
)
def binary_cross_entropy_naive(s, y):
    p = 1 / (1 + np.exp(-s))
    return np.mean(-y * np.log(p) - (1 - y) * np.log(1 - p))


@wrong(
    "binary_cross_entropy",
    "only samples of class 1 count",
    caught_by=[
        "three samples",
        "wrong answers",
        "labels between 0 and 1",
        "large scores",
    ],
    hint="A sample of class 0 with a large probability of class 1 must cost, too.",
)
def binary_cross_entropy_one_term(s, y):
    return np.mean(y * np.logaddexp(0, -s))


@wrong(
    "binary_cross_entropy",
    "the sum in place of the mean",
    caught_by=[
        "three samples",
        "wrong answers",
        "labels between 0 and 1",
        "large scores",
    ],
    hint="J is the mean over the samples.",
)
def binary_cross_entropy_sum(s, y):
    return np.sum(np.logaddexp(0, s) - s * y)


@wrong(
    "binary_cross_entropy",
    "the absolute value in the exponent is missing",
    caught_by=[
        "three samples",
        "wrong answers",
        "labels between 0 and 1",
        "large scores",
    ],
    hint="Compare the last term of the formula at s and at -s.",
)
def binary_cross_entropy_without_abs(s, y):
    return np.mean(np.maximum(s, 0) - s * y + np.log1p(np.exp(-s)))


@wrong(
    "binary_cross_entropy",
    "the two labels are exchanged",
    caught_by=[
        "three samples",
        "wrong answers",
        "labels between 0 and 1",
        "large scores",
    ],
    hint="A large score means class 1: it must be cheap if y = 1.",
)
def binary_cross_entropy_exchanged(s, y):
    return np.mean(np.logaddexp(0, s) - s * (1 - y))


@wrong(
    "binary_cross_entropy",
    "labels between 0 and 1 are rounded",
    caught_by=["labels between 0 and 1"],
    hint="With a label of 0.7 both terms count, with weights 0.7 and 0.3.",
)
def binary_cross_entropy_hard(s, y):
    return np.mean(np.where(y >= 0.5, np.logaddexp(0, -s), np.logaddexp(0, s)))


@wrong(
    "binary_cross_entropy",
    "the scores are taken for probabilities",
    caught_by=[
        "three samples",
        "wrong answers",
        "labels between 0 and 1",
        "large scores",
    ],
    hint="s is the score before the sigmoid; its logarithm may not exist.",
)
def binary_cross_entropy_of_scores(s, y):
    return np.mean(-y * np.log(s) - (1 - y) * np.log(1 - s))


# Task 2.5 ---------------------------------------------------------------------------
@probes("cross_entropy_gradient")
def cross_entropy_gradient_inputs():
    S = np.array([[1.0, -2.0, 0.5], [0.3, 2.0, -1.0]])
    return [
        (S, np.array([2, 0])),
        (np.array([[900.0, 1.0], [0.0, 1.0]]), np.array([1, 0])),
    ]


def one_hot(S, labels):
    return np.eye(S.shape[1])[labels]


@wrong(
    "cross_entropy_gradient",
    "the 1/N is forgotten",
    caught_by=["two samples", "more samples than classes", "large scores"],
    hint="J is the mean over the samples, so each sample counts 1/N.",
)
def cross_entropy_gradient_without_n(S, labels):
    return right_softmax(S) - one_hot(S, labels)


@wrong(
    "cross_entropy_gradient",
    "divided by the number of classes",
    caught_by=["one sample", "two samples", "more samples than classes"],
    hint="The mean runs over the samples: which axis of S is that?",
)
def cross_entropy_gradient_over_k(S, labels):
    return (right_softmax(S) - one_hot(S, labels)) / S.shape[1]


@wrong(
    "cross_entropy_gradient",
    "the sign is turned round",
    caught_by=[
        "one sample",
        "two samples",
        "more samples than classes",
        "large scores",
    ],
    hint="Descent subtracts the gradient: the score of the true class must then grow.",
)
def cross_entropy_gradient_sign(S, labels):
    return (one_hot(S, labels) - right_softmax(S)) / len(S)


@wrong(
    "cross_entropy_gradient",
    "scores in place of probabilities",
    caught_by=[
        "one sample",
        "two samples",
        "more samples than classes",
        "large scores",
    ],
    hint="The formula says P - Y: what makes P from S?",
)
def cross_entropy_gradient_of_scores(S, labels):
    return (S - one_hot(S, labels)) / len(S)


@wrong(
    "cross_entropy_gradient",
    "1 is subtracted from whole columns",
    caught_by=["two samples", "more samples than classes", "large scores"],
    hint="P[:, labels] takes columns. Only the entry of the true class of each row "
    "loses 1.",
)
def cross_entropy_gradient_columns(S, labels):
    dS = right_softmax(S)
    dS[:, labels] -= 1
    return dS / len(S)


@wrong(
    "cross_entropy_gradient",
    "the derivative of softmax is applied on top",
    caught_by=[
        "one sample",
        "two samples",
        "more samples than classes",
        "large scores",
    ],
    hint="P - Y is the derivative of both together; nothing is left to multiply.",
)
def cross_entropy_gradient_twice(S, labels):
    P = right_softmax(S)
    return P * (1 - P) * (P - one_hot(S, labels)) / len(S)


@wrong(
    "cross_entropy_gradient",
    "large scores overflow to nan",
    caught_by=["large scores"],
    hint="The softmax inside needs the shift by the maximum, too.",
)
def cross_entropy_gradient_overflows(S, labels):
    e = np.exp(S)
    return (e / e.sum(axis=1, keepdims=True) - one_hot(S, labels)) / len(S)


# Task 2.6 ---------------------------------------------------------------------------
@probes("kl_divergence")
def kl_divergence_inputs():
    one, other = np.array([0.5, 0.3, 0.2]), np.array([0.2, 0.2, 0.6])
    return [
        *[(one, other), (np.array([0.0, 1.0]), np.array([0.4, 0.6]))],
        *[(np.array([0.5, 0.5]), np.array([0.0, 1.0]))],
        *[(np.array([0.5, 0.0, 0.5]), np.array([0.3, 0.0, 0.7]))],
    ]


@wrong(
    "kl_divergence",
    "target and prediction are exchanged",
    caught_by=[
        "two pairs of distributions",
        "a target that is one-hot",
        "four classes",
        "a prediction with zeros",
    ],
    hint="The divergence is not symmetric. Which distribution weighs the terms?",
)
def kl_divergence_exchanged(target, prediction):
    used = prediction > 0
    y, yhat = prediction[used], target[used]
    return np.sum(y * (np.log(y) - np.log(yhat)))


@wrong(
    "kl_divergence",
    "0 log 0 gives nan",
    caught_by=["a target that is one-hot", "a prediction with zeros"],
    hint="NumPy makes nan of 0 times infinity, but the term counts as 0.",
)
def kl_divergence_nan(target, prediction):
    return np.sum(target * np.log(target / prediction))


@wrong(
    "kl_divergence",
    "the cross-entropy in place of the divergence",
    caught_by=["two pairs of distributions", "four classes", "a prediction with zeros"],
    hint="KL(y || y) must be 0: which term of your formula is missing?",
)
def kl_divergence_cross_entropy(target, prediction):
    used = target > 0
    return -np.sum(target[used] * np.log(prediction[used]))


@wrong(
    "kl_divergence",
    "the mean over the classes",
    caught_by=[
        "two pairs of distributions",
        "a target that is one-hot",
        "four classes",
        "a prediction with zeros",
    ],
    hint="The weights y already sum to 1: nothing is divided by K.",
)
def kl_divergence_mean(target, prediction):
    used = target > 0
    y, yhat = target[used], prediction[used]
    return np.sum(y * (np.log(y) - np.log(yhat))) / len(target)


@wrong(
    "kl_divergence",
    "the fraction is turned round",
    caught_by=[
        "two pairs of distributions",
        "a target that is one-hot",
        "four classes",
        "a prediction with zeros",
    ],
    hint="A divergence is never negative: which of the two stands on top?",
)
def kl_divergence_negative(target, prediction):
    used = target > 0
    y, yhat = target[used], prediction[used]
    return np.sum(y * (np.log(yhat) - np.log(y)))


@wrong(
    "kl_divergence",
    "small numbers hide the infinite case",
    caught_by=["a prediction with zeros"],
    hint="If the prediction excludes what can happen, the divergence is infinite, not "
    "just large.",
)
def kl_divergence_epsilon(target, prediction):
    return np.sum(target * np.log((target + 1e-15) / (prediction + 1e-15)))


@wrong(
    "kl_divergence",
    "terms with a prediction of 0 are left out",
    caught_by=["a prediction with zeros"],
    hint="Leave out what the target excludes, not what the prediction excludes.",
)
def kl_divergence_skips(target, prediction):
    used = (target > 0) & (prediction > 0)
    y, yhat = target[used], prediction[used]
    return np.sum(y * (np.log(y) - np.log(yhat)))


# Task 2.7 ---------------------------------------------------------------------------
@probes("fit_classifier")
def fit_classifier_inputs():
    X = np.array([[1.0, -2.0], [0.5, 3.0], [-1.5, 0.25]])
    labels = np.array([2, 0, 1])

    def gradient(S, labels):
        return (S - np.eye(S.shape[1])[labels]) / len(S)

    return [(X, labels, 3, gradient, 0.3, 3), (X[:2], labels[:2], 3, gradient, 0.1, 1)]


def training(step):
    """Return the right loop around a step, which may be wrong."""

    def fit_classifier(X, labels, K, gradient, eta, steps):
        W, b = np.zeros((X.shape[1], K)), np.zeros(K)
        for _ in range(steps):
            W, b = step(W, b, X, gradient(X @ W + b, labels), eta)
        return W, b

    return fit_classifier


@wrong(
    "fit_classifier",
    "uphill in place of downhill",
    caught_by=[
        "one step",
        "several steps, three inputs, four classes",
        "separates three clouds",
    ],
    hint="The gradient points where the loss grows.",
)
@training
def fit_classifier_uphill(W, b, X, delta, eta):
    return W + eta * X.T @ delta, b + eta * delta.sum(axis=0)


@wrong(
    "fit_classifier",
    "the bias is never trained",
    caught_by=["one step", "several steps, three inputs, four classes"],
    hint="The bias has a gradient, too.",
)
@training
def fit_classifier_without_bias(W, b, X, delta, eta):
    return W - eta * X.T @ delta, b


@wrong(
    "fit_classifier",
    "divided by N once more",
    caught_by=["one step", "several steps, three inputs, four classes"],
    hint="The gradient that you get contains the 1/N already.",
)
@training
def fit_classifier_n_twice(W, b, X, delta, eta):
    return W - eta * X.T @ delta / len(X), b - eta * delta.sum(axis=0) / len(X)


@wrong(
    "fit_classifier",
    "the mean for the bias, the sum for the weights",
    caught_by=["one step", "several steps, three inputs, four classes"],
    hint="Both gradients sum over the samples; the mean is in Delta already.",
)
@training
def fit_classifier_bias_mean(W, b, X, delta, eta):
    return W - eta * X.T @ delta, b - eta * delta.mean(axis=0)


@wrong(
    "fit_classifier",
    "the bias sums over the classes and the samples",
    caught_by=["one step", "several steps, three inputs, four classes"],
    hint="b has one entry per class: which axis must stay?",
)
@training
def fit_classifier_bias_sum_of_all(W, b, X, delta, eta):
    return W - eta * X.T @ delta, b - eta * delta.sum()


@wrong(
    "fit_classifier",
    "the gradient by W is transposed wrongly",
    caught_by=[
        "one step",
        "several steps, three inputs, four classes",
        "separates three clouds",
    ],
    hint="W has shape (D, K), so its gradient has: which product of X and Delta is it?",
)
@training
def fit_classifier_transposed(W, b, X, delta, eta):
    return W - eta * delta.T @ X, b - eta * delta.sum(axis=0)


@wrong(
    "fit_classifier",
    "the bias is left out of the scores",
    caught_by=["several steps, three inputs, four classes"],
    hint="The gradient must be asked for the scores that the classifier really gives.",
)
def fit_classifier_scores_without_bias(X, labels, K, gradient, eta, steps):
    W, b = np.zeros((X.shape[1], K)), np.zeros(K)
    for _ in range(steps):
        delta = gradient(X @ W, labels)
        W, b = W - eta * X.T @ delta, b - eta * delta.sum(axis=0)
    return W, b


@wrong(
    "fit_classifier",
    "the gradient is asked for again after W has changed",
    caught_by=[
        "one step",
        "one question per step",
        "several steps, three inputs, four classes",
    ],
    hint="Both gradients belong to the same point: ask once, then change W and b.",
)
def fit_classifier_asks_twice(X, labels, K, gradient, eta, steps):
    W, b = np.zeros((X.shape[1], K)), np.zeros(K)
    for _ in range(steps):
        W = W - eta * X.T @ gradient(X @ W + b, labels)
        b = b - eta * gradient(X @ W + b, labels).sum(axis=0)
    return W, b
