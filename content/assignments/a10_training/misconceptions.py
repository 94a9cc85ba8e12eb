"""Wrong solutions of assignment 10, as students write them.

Each names all the checks that it fails. Tests prove that it fails these and no other,
and that the probes tell it from a right solution and from the other mistakes.
"""

import numpy as np

from autograder.feedback.misconceptions import Catalogue

MISCONCEPTIONS = Catalogue()
wrong, probes = MISCONCEPTIONS.wrong, MISCONCEPTIONS.probes


def rng(seed=0):
    return np.random.default_rng(seed)


# Task 10.1 --------------------------------------------------------------------------
@probes("split")
def split_inputs():
    shares = (0.4, 0.3, 0.2, 0.1)
    return [
        (11, (0.7, 0.3), rng(1)),
        (23, shares, rng(2)),
        (12, (0.5, 0.25, 0.25), rng(3)),
    ]


@wrong(
    "split",
    "nothing is shuffled",
    caught_by=["shuffled, by rng"],
    hint="Files are often sorted: the last part would hold the last class only.",
)
def split_in_order(n_samples, shares, rng):
    sizes = [round(share * n_samples) for share in shares[:-1]]
    return np.split(np.arange(n_samples), np.cumsum(sizes))


@wrong(
    "split",
    "each part is drawn by itself",
    caught_by=[
        "every sample in one part",
        "other shares, and sizes that are no whole numbers",
    ],
    hint="A sample must not be in two parts: cut one order.",
)
def split_drawn(n_samples, shares, rng):
    sizes = [round(share * n_samples) for share in shares[:-1]]
    sizes.append(n_samples - sum(sizes))
    return [rng.permutation(n_samples)[:size] for size in sizes]


@wrong(
    "split",
    "the rest is forgotten",
    caught_by=["other shares, and sizes that are no whole numbers"],
    hint="The last part takes what is left.",
)
def split_without_rest(n_samples, shares, rng):
    order, parts, start = rng.permutation(n_samples), [], 0
    for share in shares:
        size = int(share * n_samples)
        parts.append(order[start : start + size])
        start += size
    return parts


@wrong(
    "split",
    "shares are taken of what is left",
    caught_by=[
        "three parts of ten samples",
        "other shares, and sizes that are no whole numbers",
    ],
    hint="Each share is one of all samples.",
)
def split_of_the_rest(n_samples, shares, rng):
    left, parts = rng.permutation(n_samples), []
    for share in shares[:-1]:
        size = round(share * len(left))
        parts.append(left[:size])
        left = left[size:]
    return [*parts, left]


@wrong(
    "split",
    "a generator of its own",
    caught_by=["shuffled, by rng"],
    hint="Draw from the rng that you get.",
)
def split_own_generator(n_samples, shares, rng):
    sizes = [round(share * n_samples) for share in shares[:-1]]
    order = np.random.default_rng(0).permutation(n_samples)
    return np.split(order, np.cumsum(sizes))


# Task 10.2 --------------------------------------------------------------------------
def as_it_is(x):
    return x


@probes("evaluate")
def evaluate_inputs():
    S, y = rng(4).normal(0, 3, (7, 3)), np.array([0, 1, 2, 0, 0, 1, 2])
    large = np.array([[1000.0, 990.0], [0.0, 5.0]])

    def count(evaluate):
        sizes = []

        def model(x):
            sizes.append(len(x))
            return 2.0 * np.array(x)

        return evaluate(model, S.copy(), y, 3), sizes

    return [(as_it_is, S, y, 3), (as_it_is, large, np.array([1, 1]), 2), count]


def log_softmax(S):
    shifted = S - S.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def in_batches(X, labels, size):
    for start in range(0, len(X), size):
        yield X[start : start + size], labels[start : start + size]


def evaluated(
    losses=lambda S, y: -log_softmax(S)[np.arange(len(y)), y],
    right=lambda S, y: S.argmax(axis=1) == y,
):
    """Return evaluate with another loss or another count."""

    def evaluate(model, X, labels, size):
        loss = hits = 0.0
        for x, y in in_batches(X, labels, size):
            S = np.asarray(model(x))
            loss += np.sum(losses(S, y))
            hits += np.sum(right(S, y))
        return loss / len(X), hits / len(X)

    return evaluate


@wrong(
    "evaluate",
    "the mean of the batches' means",
    caught_by=["a smaller last batch counts as it should"],
    hint="The last batch is smaller and must weigh less.",
)
def evaluate_mean_of_means(model, X, labels, size):
    losses, hits = [], []
    for x, y in in_batches(X, labels, size):
        S = np.asarray(model(x))
        losses.append(-log_softmax(S)[np.arange(len(y)), y].mean())
        hits.append(np.mean(S.argmax(axis=1) == y))
    return np.mean(losses), np.mean(hits)


@wrong(
    "evaluate",
    "all samples at once",
    caught_by=["the model sees batches"],
    hint="The model must not get more than `size` rows.",
)
def evaluate_at_once(model, X, labels, size):
    S = np.asarray(model(X))
    loss = -log_softmax(S)[np.arange(len(labels)), labels].mean()
    return loss, np.mean(S.argmax(axis=1) == labels)


@wrong(
    "evaluate",
    "the rest is left out",
    caught_by=["a smaller last batch counts as it should", "the model sees batches"],
    hint="The last batch may be smaller: it counts, too.",
)
def evaluate_without_rest(model, X, labels, size):
    full = max(len(X) // size, 1) * size
    X, labels = X[:full], labels[:full]
    loss = hits = 0.0
    for x, y in in_batches(X, labels, size):
        S = np.asarray(model(x))
        loss -= log_softmax(S)[np.arange(len(y)), y].sum()
        hits += np.sum(S.argmax(axis=1) == y)
    return loss / len(X), hits / len(X)


def overflowing(S, y):
    with np.errstate(all="ignore"):
        P = np.exp(S) / np.exp(S).sum(axis=1, keepdims=True)
        return -np.log(P[np.arange(len(y)), y])


wrong(
    "evaluate",
    "large scores overflow",
    caught_by=["the loss of the example", "large scores"],
    hint="Subtract the largest score of each row before exp.",
)(evaluated(losses=overflowing))

wrong(
    "evaluate",
    "the minus sign is missing",
    caught_by=[
        "the loss of the example",
        "a smaller last batch counts as it should",
        "large scores",
    ],
    hint="Logarithms of probabilities are negative; a loss is not.",
)(evaluated(losses=lambda S, y: log_softmax(S)[np.arange(len(y)), y]))

wrong(
    "evaluate",
    "the share of wrong answers",
    caught_by=[
        "the accuracy of the example",
        "a smaller last batch counts as it should",
        "large scores",
    ],
    hint="Accuracy counts the right ones.",
)(evaluated(right=lambda S, y: S.argmax(axis=1) != y))

wrong(
    "evaluate",
    "the loss of the answers in place of the labels",
    caught_by=["a smaller last batch counts as it should", "large scores"],
    hint="Which probability counts: the largest, or that of the true class?",
)(evaluated(losses=lambda S, y: -log_softmax(S).max(axis=1)))


# Task 10.3 --------------------------------------------------------------------------
@probes("penalised")
def penalised_inputs():
    weights = [np.array([[1.0, -2.0], [0.5, 0.0]]), np.array([3.0, -1.0])]
    return [
        (0.7, weights, 0.3, 0.1),
        (2.0, weights, 0.0, 1.0),
        (2.0, weights, 1.0, 0.0),
    ]


def priced(l1=lambda W: np.sum(np.abs(W)), l2=lambda W: np.sum(W**2)):
    """Return penalised with another price."""

    def penalised(loss, weights, lam1, lam2):
        return loss + sum(lam1 * l1(W) + lam2 * l2(W) for W in weights)

    return penalised


wrong(
    "penalised",
    "L1 without absolute values",
    caught_by=["L1", "three layers, both penalties"],
    hint="5 and -5 must not be free.",
)(priced(l1=np.sum))

wrong(
    "penalised",
    "half of L2",
    caught_by=["L2", "three layers, both penalties"],
    hint="Some books have a half; this task has none.",
)(priced(l2=lambda W: np.sum(W**2) / 2))

wrong(
    "penalised",
    "means in place of sums",
    caught_by=["L1", "L2", "three layers, both penalties"],
    hint="Every weight pays.",
)(priced(l1=lambda W: np.mean(np.abs(W)), l2=lambda W: np.mean(W**2)))

wrong(
    "penalised",
    "the norm in place of its square",
    caught_by=["L2", "three layers, both penalties"],
    hint="No root: L2 is the sum of squares.",
)(priced(l2=lambda W: np.sqrt(np.sum(W**2))))


@wrong(
    "penalised",
    "only the first array pays",
    caught_by=["three layers, both penalties"],
    hint="Sum over all arrays of the list.",
)
def penalised_first(loss, weights, lam1, lam2):
    W = weights[0]
    return loss + lam1 * np.sum(np.abs(W)) + lam2 * np.sum(W**2)


@wrong(
    "penalised",
    "the strengths are exchanged",
    caught_by=["L1", "L2", "three layers, both penalties"],
    hint="lam1 belongs to absolute values, lam2 to squares.",
)
def penalised_exchanged(loss, weights, lam1, lam2):
    return loss + sum(lam2 * np.sum(np.abs(W)) + lam1 * np.sum(W**2) for W in weights)


# Task 10.4 --------------------------------------------------------------------------
@probes("EarlyStopping")
def early_stopping_uses():
    def use(patience, losses, in_place=False):
        def watch(cls):
            stopper, given, w = cls(patience), [], np.zeros(2)
            for loss in losses:
                w = w if in_place else w.copy()
                w += 1.0
                given.append(bool(stopper.update(loss, {"w": w})))
            best = np.array(stopper.best_params["w"])
            return given, stopper.best_loss, stopper.best_epoch, best

        return watch

    return [
        use(2, [5.0, 4.0, 4.5, 4.2]),
        use(3, [5.0, 6.0, 6.0, 4.0, 4.4, 4.3, 3.9, 5.0, 5.0, 5.0]),
        use(1, [2.0, 2.0]),
        use(5, [3.0, 2.0, 2.5, 2.7], in_place=True),
        use(2, [1.0, 5.0, 4.0, 3.0]),
    ]


class RightStopping:
    """A right watcher, for wrong ones to change one thing of."""

    def __init__(self, patience):
        self.patience, self.epoch, self.waited = patience, 0, 0
        self.best_loss, self.best_epoch, self.best_params = np.inf, 0, None

    def is_better(self, loss):
        return loss < self.best_loss

    def keep(self, params):
        return {name: value.copy() for name, value in params.items()}

    def update(self, loss, params):
        self.epoch += 1
        self.waited += 1
        if self.is_better(loss):
            self.best_loss, self.best_epoch, self.waited = loss, self.epoch, 0
            self.best_params = self.keep(params)
        return self.waited >= self.patience


@wrong(
    "EarlyStopping",
    "the best parameters are not copied",
    caught_by=["the best parameters survive what comes later"],
    hint="Training goes on to change the very arrays that you keep.",
)
class StoppingWithoutCopies(RightStopping):
    def keep(self, params):
        return dict(params)


@wrong(
    "EarlyStopping",
    "an equal loss counts as progress",
    caught_by=["an equal loss is no progress"],
    hint="A plateau is no progress.",
)
class StoppingOrEqual(RightStopping):
    def is_better(self, loss):
        return loss <= self.best_loss


@wrong(
    "EarlyStopping",
    "the loss is compared with the epoch before",
    caught_by=["when to stop", "what was best"],
    hint="Compare with the best so far, not with the last.",
)
class StoppingByLast(RightStopping):
    last = np.inf

    def is_better(self, loss):
        better, self.last = loss < self.last, loss
        return better


@wrong(
    "EarlyStopping",
    "the waiting is never set back",
    caught_by=["waiting starts anew after progress"],
    hint="A new best loss starts the count anew.",
)
class StoppingTotal(RightStopping):
    bad = 0

    def update(self, loss, params):
        better = self.is_better(loss)
        super().update(loss, params)
        self.bad += not better
        return self.bad >= self.patience


@wrong(
    "EarlyStopping",
    "one epoch too late",
    caught_by=[
        "when to stop",
        "waiting starts anew after progress",
        "an equal loss is no progress",
    ],
    hint="After exactly `patience` epochs without progress the answer is True.",
)
class StoppingLate(RightStopping):
    def update(self, loss, params):
        super().update(loss, params)
        return self.waited > self.patience


@wrong(
    "EarlyStopping",
    "the last parameters are kept",
    caught_by=[
        "what was best",
        "waiting starts anew after progress",
        "the best parameters survive what comes later",
    ],
    hint="best_params belong to the best epoch.",
)
class StoppingLastParams(RightStopping):
    def update(self, loss, params):
        stop = super().update(loss, params)
        self.best_params = self.keep(params)
        return stop


@wrong(
    "EarlyStopping",
    "epochs are counted from 0",
    caught_by=[
        "what was best",
        "waiting starts anew after progress",
        "an equal loss is no progress",
    ],
    hint="The first call is epoch 1.",
)
class StoppingFromZero(RightStopping):
    def update(self, loss, params):
        better = self.is_better(loss)
        stop = super().update(loss, params)
        if better:
            self.best_epoch -= 1
        return stop


# Task 10.5 --------------------------------------------------------------------------
@probes("train_epoch")
def train_epoch_uses():
    def use(n_samples, size, seed):
        def watch(train_epoch):
            X, seen = np.arange(float(n_samples))[:, None], []

            def gradients(params, x, t):
                x, t = np.array(x), np.array(t)
                seen.append((x[:, 0], t, float(params["w"][0])))
                return {"w": np.array([x.sum() - t.sum()])}

            start = {"w": np.array([2.0])}
            new = train_epoch(start, gradients, X, 10 * X[:, 0], size, 0.1, rng(seed))
            return np.array(new["w"]), seen, start["w"]

        return watch

    return [use(5, 2, 1), use(9, 4, 2)]


def epoch_of(
    order_of=lambda n, rng: rng.permutation(n),
    starts=lambda n, size: range(0, n, size),
    sign=-1.0,
    fresh=True,
):
    """Return train_epoch with one thing changed."""

    def train_epoch(params, gradients, X, y, size, eta, rng):
        first, order = params, order_of(len(X), rng)
        for start in starts(len(X), size):
            batch = order[start : start + size]
            grads = gradients(params if fresh else first, X[batch], y[batch])
            params = {name: params[name] + sign * eta * grads[name] for name in params}
        return params

    return train_epoch


wrong(
    "train_epoch",
    "nothing is shuffled",
    caught_by=["shuffled by rng, anew in each call"],
    hint="In file order neighbours always meet: draw an order from rng.",
)(epoch_of(order_of=lambda n, rng: np.arange(n)))

wrong(
    "train_epoch",
    "the rest is left out",
    caught_by=["three steps", "each sample once"],
    hint="The last batch may be smaller: it counts, too.",
)(epoch_of(starts=lambda n, size: range(0, n - size + 1, size)))

wrong(
    "train_epoch",
    "uphill",
    caught_by=["three steps", "every step starts where the last one ended"],
    hint="Step against the gradient.",
)(epoch_of(sign=1.0))

wrong(
    "train_epoch",
    "all gradients at the start",
    caught_by=["every step starts where the last one ended"],
    hint="Each batch meets the parameters that the last one left.",
)(epoch_of(fresh=False))


@wrong(
    "train_epoch",
    "only one batch",
    caught_by=[
        "three steps",
        "each sample once",
        "every step starts where the last one ended",
    ],
    hint="An epoch passes over all samples.",
)
def train_epoch_one_batch(params, gradients, X, y, size, eta, rng):
    batch = rng.permutation(len(X))[:size]
    grads = gradients(params, X[batch], y[batch])
    return {name: params[name] - eta * grads[name] for name in params}


@wrong(
    "train_epoch",
    "samples and targets are shuffled apart",
    caught_by=["samples keep their targets"],
    hint="One order for both: else every sample gets a stranger's target.",
)
def train_epoch_apart(params, gradients, X, y, size, eta, rng):
    X, y = X[rng.permutation(len(X))], y[rng.permutation(len(y))]
    for start in range(0, len(X), size):
        grads = gradients(params, X[start : start + size], y[start : start + size])
        params = {name: params[name] - eta * grads[name] for name in params}
    return params


@wrong(
    "train_epoch",
    "the caller's parameters are changed",
    caught_by=["every step starts where the last one ended"],
    hint="`params[name] -= ...` changes the caller's array.",
)
def train_epoch_in_place(params, gradients, X, y, size, eta, rng):
    order = rng.permutation(len(X))
    for start in range(0, len(X), size):
        batch = order[start : start + size]
        grads = gradients(params, X[batch], y[batch])
        for name in params:
            params[name] -= eta * grads[name]
    return params


# Task 10.6 --------------------------------------------------------------------------
@probes("fit")
def fit_uses():
    def use(losses, epochs, patience, in_place=False):
        def watch(fit):
            def step(params):
                if in_place:
                    params["w"] += 1.0
                    return params
                return {"w": np.array(params["w"]) + 1.0}

            def validate(params):
                return losses[min(round(float(params["w"][0])), len(losses)) - 1]

            best, found = fit({"w": np.array([0.0])}, step, validate, epochs, patience)
            return np.array(best["w"]), list(found)

        return watch

    return [
        use([3.0, 2.0, 1.0], 3, 5),
        use([3.0, 1.0, 2.0, 4.0, 0.0], 5, 2),
        use([5.0, 6.0, 5.5, 4.0, 4.5, 4.2, 3.0, 3.5, 3.4, 3.2, 0.0], 11, 3),
        use([2.0, 2.0, 2.0], 3, 9),
        use([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 6, 2),
        use([3.0, 1.0, 2.0, 4.0, 5.0], 5, 2, in_place=True),
    ]


def fitted(
    better=lambda loss, losses: loss < min(losses, default=np.inf),
    keep=lambda params: {name: np.array(value) for name, value in params.items()},
    result=lambda best, params: best,
    enough=lambda waited, patience: waited >= patience,
    reset=True,
):
    """Return fit with one thing changed."""

    def fit(params, step, validate, epochs, patience):
        losses, best, waited = [], None, 0
        for _ in range(epochs):
            params = step(params)
            loss = validate(params)
            progress = better(loss, losses)
            losses.append(loss)
            if progress:
                best = keep(params)
            waited = 0 if progress and reset else waited + (not progress)
            if enough(waited, patience):
                break
        return result(best, params), losses

    return fit


wrong(
    "fit",
    "the last parameters are returned",
    caught_by=[
        "stop, and put the best back",
        "progress sets the waiting back",
        "equal losses, and an end without patience",
        "a step that works in place",
    ],
    hint="After waiting in vain, put the best back.",
)(fitted(result=lambda best, params: params))

wrong(
    "fit",
    "the best parameters are not copied",
    caught_by=["a step that works in place"],
    hint="A step in place changes what you keep.",
)(fitted(keep=lambda params: params))

wrong(
    "fit",
    "it never stops early",
    caught_by=[
        "stop, and put the best back",
        "progress sets the waiting back",
        "equal losses, and an end without patience",
        "a step that works in place",
    ],
    hint="What is patience for?",
)(fitted(enough=lambda waited, patience: False))

wrong(
    "fit",
    "one epoch too late",
    caught_by=[
        "stop, and put the best back",
        "progress sets the waiting back",
        "equal losses, and an end without patience",
        "a step that works in place",
    ],
    hint="`patience` epochs without progress are enough.",
)(fitted(enough=lambda waited, patience: waited > patience))

wrong(
    "fit",
    "the waiting is never set back",
    caught_by=["progress sets the waiting back"],
    hint="A new best loss starts the count anew.",
)(fitted(reset=False))

wrong(
    "fit",
    "compared with the epoch before",
    caught_by=["progress sets the waiting back"],
    hint="Compare with the best of all epochs.",
)(fitted(better=lambda loss, losses: not losses or loss < losses[-1]))

wrong(
    "fit",
    "the last of equal losses is the best",
    caught_by=["equal losses, and an end without patience"],
    hint="An equal loss is no progress.",
)(fitted(better=lambda loss, losses: loss <= min(losses, default=np.inf)))


# Task 10.7 --------------------------------------------------------------------------
@probes("train_network")
def train_network_uses():
    def use(train_network):
        X = rng(5).uniform(0, 1, (200, 64))
        labels = np.argmax(X[:, :10], axis=1)
        predict = train_network(X[:150], labels[:150], X[150:], labels[150:], rng(6))
        answers = np.asarray(predict(X))
        # Many things may be right here: how often, in coarse steps, and of which kind.
        right = np.mean(answers == labels) if answers.shape == labels.shape else -1.0
        return answers.shape, len(np.unique(answers)), round(4 * float(right))

    return [use]


def trained(
    spread=0.18,
    sign=-1.0,
    epochs=30,
    answer=lambda S: S.argmax(axis=1),
    data=lambda X, y, X_valid, y_valid: (X, y),
):
    """Return a training of a small network with one thing changed."""

    def train_network(X, labels, X_valid, labels_valid, rng):
        X, labels = data(X, labels, X_valid, labels_valid)
        W, b = rng.normal(0, 1, (64, 30)) * spread, np.zeros(30)
        V, c = rng.normal(0, 1, (30, 10)) * spread, np.zeros(10)
        for _ in range(epochs):
            order = rng.permutation(len(X))
            for start in range(0, len(X), 30):
                rows = order[start : start + 30]
                x, y = X[rows], labels[rows]
                H = np.tanh(x @ W + b)
                S = H @ V + c
                P = np.exp(S - S.max(axis=1, keepdims=True))
                P /= P.sum(axis=1, keepdims=True)
                P[np.arange(len(y)), y] -= 1
                dS = sign * 0.5 * P / len(y)
                dH = (dS @ V.T) * (1 - H**2)
                W, b = W + x.T @ dH, b + dH.sum(axis=0)
                V, c = V + H.T @ dS, c + dS.sum(axis=0)
        return lambda images: answer(np.tanh(images @ W + b) @ V + c)

    return train_network


wrong(
    "train_network",
    "all weights start at 0",
    caught_by=[
        "better than chance",
        "at least 88 % on the validation images",
        "at least 80 % on unseen images",
        "at least 90 % on unseen images",
        "at least 93 % on unseen images",
    ],
    hint="Equal units stay equal: nothing but the last bias can learn.",
)(trained(spread=0.0))

wrong(
    "train_network",
    "scores are returned in place of classes",
    caught_by=[
        "better than chance",
        "at least 88 % on the validation images",
        "at least 80 % on unseen images",
        "at least 90 % on unseen images",
        "at least 93 % on unseen images",
    ],
    hint="One number for each image: the place of the largest score.",
)(trained(answer=lambda S: S))

wrong(
    "train_network",
    "the smallest score wins",
    caught_by=[
        "better than chance",
        "at least 88 % on the validation images",
        "at least 80 % on unseen images",
        "at least 90 % on unseen images",
        "at least 93 % on unseen images",
    ],
    hint="The answer is the class of the largest score.",
)(trained(answer=lambda S: S.argmin(axis=1)))

wrong(
    "train_network",
    "the labels have slipped by one",
    caught_by=[
        "better than chance",
        "at least 88 % on the validation images",
        "at least 80 % on unseen images",
        "at least 90 % on unseen images",
        "at least 93 % on unseen images",
    ],
    hint="Print ten samples beside their labels.",
)(trained(data=lambda X, y, X_valid, y_valid: (X[:-1], y[1:]), epochs=60))
