"""Wrong solutions of assignment 8, as students write them.

Each names all the checks that it fails. Tests prove that it fails these and no other,
and that the probes tell it from a right solution and from the other mistakes.
"""

import numpy as np

from autograder.feedback.misconceptions import Catalogue

MISCONCEPTIONS = Catalogue()
wrong, probes = MISCONCEPTIONS.wrong, MISCONCEPTIONS.probes


def lists():
    """Return gradients of two arrays, some entries large."""
    return [np.array([[3.0, -0.5], [0.25, -8.0]]), np.array([1.0, -2.0, 0.5])]


# Task 8.1 ---------------------------------------------------------------------------
@probes("chain_gradient")
def chain_gradient_inputs():
    return [(1.1, 5, 0.5), (-2.0, 3, 4.0), (0.9, 8, 0.2)]


@wrong(
    "chain_gradient",
    "the factor 2 is missing",
    caught_by=[
        "at w = 1",
        "two layers",
        "odd depth, negative weight",
        "small changes agree",
    ],
    hint="The derivative of a square is twice its base.",
)
def chain_without_two(w, depth, target):
    return (w**depth - target) * depth * w ** (depth - 1)


@wrong(
    "chain_gradient",
    "the inner derivative is missing",
    caught_by=[
        "at w = 1",
        "two layers",
        "odd depth, negative weight",
        "small changes agree",
    ],
    hint="w^n itself changes with w: chain rule.",
)
def chain_outer_only(w, depth, target):
    return 2 * (w**depth - target)


@wrong(
    "chain_gradient",
    "the depth does not come down",
    caught_by=[
        "at w = 1",
        "two layers",
        "odd depth, negative weight",
        "small changes agree",
    ],
    hint="The derivative of w^n is n w^(n-1).",
)
def chain_without_depth(w, depth, target):
    return 2 * (w**depth - target) * w ** (depth - 1)


@wrong(
    "chain_gradient",
    "the exponent stays n",
    caught_by=["two layers", "odd depth, negative weight", "small changes agree"],
    hint="The exponent goes down by 1.",
)
def chain_same_exponent(w, depth, target):
    return 2 * (w**depth - target) * depth * w**depth


@wrong(
    "chain_gradient",
    "the sign is turned round",
    caught_by=[
        "at w = 1",
        "two layers",
        "odd depth, negative weight",
        "small changes agree",
    ],
    hint="Prediction minus target, not target minus prediction.",
)
def chain_sign(w, depth, target):
    return 2 * (target - w**depth) * depth * w ** (depth - 1)


# Task 8.2 ---------------------------------------------------------------------------
@probes("clip_values")
def clip_values_uses():
    def use(lo, hi):
        def clip(function):
            grads = lists()
            return list(function(grads, lo, hi)), grads

        return clip

    return [use(-1.0, 2.0), use(-0.5, 4.0), use(-10.0, 10.0)]


@wrong(
    "clip_values",
    "large entries are thrown away",
    caught_by=["the example", "unequal limits, other shapes"],
    hint="Beyond the limit an entry becomes the limit, not 0.",
)
def clip_values_zero(grads, lo, hi):
    return [np.where((g < lo) | (g > hi), 0.0, g) for g in grads]


@wrong(
    "clip_values",
    "only the upper limit counts",
    caught_by=["the example", "unequal limits, other shapes"],
    hint="Very negative entries are as dangerous.",
)
def clip_values_upper(grads, lo, hi):
    return [np.minimum(g, hi) for g in grads]


@wrong(
    "clip_values",
    "limits -hi and hi",
    caught_by=["the example", "unequal limits, other shapes"],
    hint="The lower limit is an argument of its own.",
)
def clip_values_symmetric(grads, lo, hi):
    return [np.clip(g, -hi, hi) for g in grads]


@wrong(
    "clip_values",
    "minimum and maximum are exchanged",
    caught_by=[
        "the example",
        "a wide range changes nothing",
        "unequal limits, other shapes",
    ],
    hint="max(g, lo) lifts what is too small.",
)
def clip_values_exchanged(grads, lo, hi):
    return [np.maximum(np.minimum(g, lo), hi) for g in grads]


@wrong(
    "clip_values",
    "every array is scaled into the range",
    caught_by=["the example", "unequal limits, other shapes"],
    hint="Entries within the range stay as they are.",
)
def clip_values_scaled(grads, lo, hi):
    return [g * min(1.0, hi / np.max(np.abs(g))) for g in grads]


@wrong(
    "clip_values",
    "the old arrays are changed",
    caught_by=["the old gradients stay as they are"],
    hint="Writing into g changes the caller's gradients.",
)
def clip_values_in_place(grads, lo, hi):
    for g in grads:
        g[g > hi] = hi
        g[g < lo] = lo
    return grads


# Task 8.3 ---------------------------------------------------------------------------
@probes("global_norm")
def global_norm_inputs():
    return [(lists(),), ([np.array([2.0, -2.0, 1.0])],)]


@wrong(
    "global_norm",
    "the norms of the arrays are added",
    caught_by=["the example", "three arrays of several entries"],
    hint="Two legs of 3 and 4 make 5, not 7.",
)
def norm_sum_of_norms(grads):
    return sum(np.linalg.norm(g) for g in grads)


@wrong(
    "global_norm",
    "no root",
    caught_by=["the example", "one array", "three arrays of several entries"],
    hint="A length is the root of the sum of squares.",
)
def norm_squared(grads):
    return sum(np.sum(g**2) for g in grads)


@wrong(
    "global_norm",
    "the largest norm of an array",
    caught_by=["the example", "three arrays of several entries"],
    hint="All arrays count together.",
)
def norm_largest(grads):
    return max(np.linalg.norm(g) for g in grads)


@wrong(
    "global_norm",
    "absolute values in place of squares",
    caught_by=["the example", "one array", "three arrays of several entries"],
    hint="This norm has squares and a root.",
)
def norm_absolute(grads):
    return sum(np.sum(np.abs(g)) for g in grads)


@wrong(
    "global_norm",
    "means in place of sums",
    caught_by=["the example", "one array", "three arrays of several entries"],
    hint="A long gradient does not become shorter for having many entries.",
)
def norm_mean(grads):
    return np.sqrt(sum(np.mean(g**2) for g in grads))


# Task 8.4 ---------------------------------------------------------------------------
@probes("clip_norm")
def clip_norm_uses():
    def use(grads, max_norm):
        def clip(function):
            mine = [g.copy() for g in grads]
            clipped, norm = function(mine, max_norm)
            return list(clipped), norm, mine

        return clip

    small = [0.1 * g for g in lists()]
    zeros = [np.zeros(2), np.zeros((1, 2))]
    return [use(lists(), 2.5), use(small, 2.5), use(zeros, 1.0), use(lists(), 5.0)]


def norm_of(grads):
    return np.sqrt(sum(np.sum(g**2) for g in grads))


@wrong(
    "clip_norm",
    "each array by its own norm",
    caught_by=["too long", "one factor for all arrays"],
    hint="One factor for all, from the norm of all.",
)
def clip_norm_each(grads, max_norm):
    clipped = [
        g * (max_norm / norm_of([g])) if norm_of([g]) > max_norm else g for g in grads
    ]
    return clipped, norm_of(grads)


@wrong(
    "clip_norm",
    "short gradients are made longer",
    caught_by=["short enough"],
    hint="A limit is not a target: below it nothing happens.",
)
def clip_norm_always(grads, max_norm):
    norm = norm_of(grads)
    return [g * (max_norm / norm) for g in grads] if norm > 0 else list(grads), norm


@wrong(
    "clip_norm",
    "0 is divided by 0",
    caught_by=["all zeros"],
    hint="Gradients of 0 have the norm 0.",
)
def clip_norm_nan(grads, max_norm):
    norm = norm_of(grads)
    with np.errstate(all="ignore"):
        scale = np.minimum(1.0, max_norm / norm) if norm > 0 else np.float64(0) / norm
        return [g * scale for g in grads], norm


@wrong(
    "clip_norm",
    "the norm after clipping is returned",
    caught_by=["the norm before", "one factor for all arrays"],
    hint="What is worth watching is the norm that came.",
)
def clip_norm_after(grads, max_norm):
    norm = norm_of(grads)
    scale = max_norm / norm if norm > max_norm else 1.0
    clipped = [g * scale for g in grads]
    return clipped, norm_of(clipped)


@wrong(
    "clip_norm",
    "divided by the norm only",
    caught_by=["one factor for all arrays"],
    hint="The clipped gradient has the length max_norm, not 1.",
)
def clip_norm_unit(grads, max_norm):
    norm = norm_of(grads)
    return [g / norm for g in grads] if norm > max_norm else list(grads), norm


@wrong(
    "clip_norm",
    "clipped by value",
    caught_by=["too long", "one factor for all arrays"],
    hint="The direction must stay: multiply, do not cut.",
)
def clip_norm_value(grads, max_norm):
    return [np.clip(g, -max_norm, max_norm) for g in grads], norm_of(grads)


@wrong(
    "clip_norm",
    "the old arrays are changed",
    caught_by=["one factor for all arrays"],
    hint="`g *= scale` changes the caller's gradients.",
)
def clip_norm_in_place(grads, max_norm):
    norm = norm_of(grads)
    if norm > max_norm:
        for g in grads:
            g *= max_norm / norm
    return grads, norm


# Task 8.5 ---------------------------------------------------------------------------
@probes("cosine")
def cosine_inputs():
    other = [np.array([[1.0, 2.0], [-1.0, 0.5]]), np.array([0.5, 1.0, -3.0])]
    return [(lists(), other), (lists(), [-0.5 * g for g in lists()])]


def flat(grads):
    return np.concatenate([np.ravel(g) for g in grads])


@wrong(
    "cosine",
    "the product is not divided by the norms",
    caught_by=[
        "the example",
        "a longer copy",
        "two random lists",
        "opposite directions",
    ],
    hint="A cosine lies between -1 and 1.",
)
def cosine_product(one, other):
    return flat(one) @ flat(other)


@wrong(
    "cosine",
    "divided by the squares of the norms",
    caught_by=[
        "the example",
        "a longer copy",
        "two random lists",
        "opposite directions",
    ],
    hint="One norm of each list, not its square.",
)
def cosine_squares(one, other):
    a, b = flat(one), flat(other)
    return a @ b / ((a @ a) * (b @ b))


@wrong(
    "cosine",
    "the mean of the cosines of the arrays",
    caught_by=["the example", "two random lists"],
    hint="There is one angle, between all entries of both.",
)
def cosine_mean(one, other):
    pairs = [(np.ravel(a), np.ravel(b)) for a, b in zip(one, other, strict=True)]
    with np.errstate(all="ignore"):
        each = [a @ b / np.sqrt((a @ a) * (b @ b)) for a, b in pairs]
    return np.mean(np.nan_to_num(each))


@wrong(
    "cosine",
    "the sign is lost",
    caught_by=["two random lists", "opposite directions"],
    hint="The opposite direction has the cosine -1.",
)
def cosine_absolute(one, other):
    a, b = flat(one), flat(other)
    return abs(a @ b) / np.sqrt((a @ a) * (b @ b))


@wrong(
    "cosine",
    "the angle in place of its cosine",
    caught_by=[
        "the example",
        "a longer copy",
        "two random lists",
        "opposite directions",
    ],
    hint="Same direction gives 1, not 0.",
)
def cosine_angle(one, other):
    a, b = flat(one), flat(other)
    return np.arccos(np.clip(a @ b / np.sqrt((a @ a) * (b @ b)), -1, 1))


# Task 8.6 ---------------------------------------------------------------------------
def slopes(v):
    return np.array([v[0], 16 * v[1]])


@probes("descend")
def descend_inputs():
    return [
        (slopes, np.array([2.0, -1.0]), 0.1, 3),
        (slopes, np.array([2.0, -1.0]), 0.1, 4, 4.0),
        (slopes, np.array([2.0, -1.0]), 0.5, 2, 1.0),
        (slopes, np.array([1.0, 2.0]), 0.2, 0, 1.0),
    ]


def descending(step=lambda v, g, eta: v - eta * g, clip=None, keep=lambda path: path):
    """Return descend with one thing changed."""

    def shorten(g, limit):
        norm = np.sqrt(np.sum(g**2))
        return g * (limit / norm) if norm > limit else g

    clip = clip or shorten

    def descend(gradient, theta, eta, steps, max_norm=None):
        path = [theta]
        for _ in range(steps):
            g = gradient(path[-1])
            if max_norm is not None:
                g = clip(g, max_norm)
            path.append(step(path[-1], g, eta))
        return np.array(keep(path))

    return descend


wrong(
    "descend",
    "uphill",
    caught_by=[
        "one step without a limit",
        "one step with a limit",
        "six steps without a limit",
        "six steps of which some are clipped",
    ],
    hint="Walk against the gradient.",
)(descending(step=lambda v, g, eta: v + eta * g))

wrong(
    "descend",
    "the limit is ignored",
    caught_by=["one step with a limit", "six steps of which some are clipped"],
    hint="What is max_norm for?",
)(descending(clip=lambda g, limit: g))

wrong(
    "descend",
    "clipped by value",
    caught_by=["one step with a limit", "six steps of which some are clipped"],
    hint="The step must keep its direction.",
)(descending(clip=lambda g, limit: np.clip(g, -limit, limit)))

wrong(
    "descend",
    "every step has the length of the limit",
    caught_by=["six steps of which some are clipped"],
    hint="Short gradients are left alone.",
)(descending(clip=lambda g, limit: g * (limit / np.sqrt(np.sum(g**2)))))

wrong(
    "descend",
    "the start is left out",
    caught_by=[
        "one step without a limit",
        "one step with a limit",
        "six steps without a limit",
        "six steps of which some are clipped",
        "no step at all",
    ],
    hint="steps + 1 positions: the first is theta.",
)(descending(keep=lambda path: path[1:]))

wrong(
    "descend",
    "only the last position",
    caught_by=[
        "one step without a limit",
        "one step with a limit",
        "six steps without a limit",
        "six steps of which some are clipped",
    ],
    hint="Keep all positions on the way.",
)(descending(keep=lambda path: path[-1:]))


@wrong(
    "descend",
    "the gradient of the start in every step",
    caught_by=["six steps without a limit", "six steps of which some are clipped"],
    hint="The gradient changes from place to place.",
)
def descend_first_gradient(gradient, theta, eta, steps, max_norm=None):
    g = gradient(theta)
    norm = np.sqrt(np.sum(g**2))
    if max_norm is not None and norm > max_norm:
        g = g * (max_norm / norm)
    return np.array([theta - k * eta * g for k in range(steps + 1)])


@wrong(
    "descend",
    "the step is clipped in place of the gradient",
    caught_by=["one step with a limit", "six steps of which some are clipped"],
    hint="First clip, then multiply by eta.",
)
def descend_step_clipped(gradient, theta, eta, steps, max_norm=None):
    path = [theta]
    for _ in range(steps):
        move = eta * gradient(path[-1])
        norm = np.sqrt(np.sum(move**2))
        if max_norm is not None and norm > max_norm:
            move = move * (max_norm / norm)
        path.append(path[-1] - move)
    return np.array(path)


# Task 8.7 ---------------------------------------------------------------------------
@probes("train")
def train_uses():
    def gradients(params, batch):
        return {"w": batch * params["w"], "b": np.array([batch])}

    def use(*batches):
        def train_it(train):
            params = {"w": np.array([1.0, -2.0]), "b": np.array([0.5])}
            new, norms = train(params, gradients, list(batches), 0.1, 4.0)
            return new["w"], new["b"], list(norms), params["w"], params["b"]

        return train_it

    return [use(0.5, 3.0), use(float("nan"), 1.0), use(float("inf"), 0.5, 6.0)]


def training(
    measure=norm_of,
    scale=lambda norm, limit: limit / norm if norm > limit else 1.0,
    skip=lambda norm: not np.isfinite(norm),
    told=lambda norm, limit: norm,
    fresh=True,
):
    """Return train with one thing changed."""

    def train(params, gradients, batches, eta, max_norm):
        start, params, norms = params, dict(params), []
        for batch in batches:
            grads = gradients(params if fresh else start, batch)
            norm = measure(list(grads.values()))
            norms.append(told(norm, max_norm))
            if not skip(norm):
                factor = eta * scale(norm, max_norm)
                params = {k: v - factor * grads[k] for k, v in params.items()}
        return params, norms

    return train


wrong(
    "train",
    "nothing is clipped",
    caught_by=[
        "a short and a long gradient",
        "a broken batch",
        "two parameters, gradients that depend on them",
    ],
    hint="Where does max_norm come in?",
)(training(scale=lambda norm, limit: 1.0))

wrong(
    "train",
    "broken batches are used",
    caught_by=["a broken batch", "infinite gradients, and none that is too long"],
    hint="One step along nan, and all parameters are nan.",
)(training(skip=lambda norm: False))

wrong(
    "train",
    "only nan is broken",
    caught_by=["infinite gradients, and none that is too long"],
    hint="inf times a small number is still inf.",
)(training(skip=np.isnan))

wrong(
    "train",
    "norms after clipping",
    caught_by=[
        "the norms",
        "two parameters, gradients that depend on them",
        "infinite gradients, and none that is too long",
    ],
    hint="Write the norm down before you clip.",
)(training(told=lambda norm, limit: min(norm, limit)))

wrong(
    "train",
    "every step has the same length",
    caught_by=[
        "a short and a long gradient",
        "a broken batch",
        "two parameters, gradients that depend on them",
        "infinite gradients, and none that is too long",
    ],
    hint="Only what is longer than the limit is shortened.",
)(training(scale=lambda norm, limit: limit / norm))

wrong(
    "train",
    "the gradients of the first parameters in every step",
    caught_by=["two parameters, gradients that depend on them"],
    hint="Each batch meets the parameters that the batch before has left.",
)(training(fresh=False))

wrong(
    "train",
    "the norm of the first array only",
    caught_by=["two parameters, gradients that depend on them"],
    hint="One norm for all parameters.",
)(training(measure=lambda grads: norm_of(grads[:1])))


@wrong(
    "train",
    "the given parameters are changed",
    caught_by=["the given parameters stay as they are"],
    hint="Make new arrays: the caller still needs the old ones.",
)
def train_in_place(params, gradients, batches, eta, max_norm):
    norms = []
    for batch in batches:
        grads = gradients(params, batch)
        norms.append(norm_of(grads.values()))
        if np.isfinite(norms[-1]):
            scale = max_norm / norms[-1] if norms[-1] > max_norm else 1.0
            for name in params:
                params[name] -= eta * scale * grads[name]
    return params, norms


@wrong(
    "train",
    "a broken batch has no norm",
    caught_by=["a broken batch", "infinite gradients, and none that is too long"],
    hint="One norm for each batch, whatever it is.",
)
def train_norm_left_out(params, gradients, batches, eta, max_norm):
    params, norms = dict(params), []
    for batch in batches:
        grads = gradients(params, batch)
        norm = norm_of(grads.values())
        if not np.isfinite(norm):
            continue
        norms.append(norm)
        scale = max_norm / norm if norm > max_norm else 1.0
        params = {k: v - eta * scale * grads[k] for k, v in params.items()}
    return params, norms


# Task 8.8 ---------------------------------------------------------------------------
@probes("choose_limit")
def choose_limit_inputs():
    one, two = [3.0, 1.0, 4.0, 9.0, 5.0], [2.0, 7.0, 2.0, 7.0, 7.0, 1.0]
    shares = (0.0, 0.1, 0.25, 0.4, 0.5, 0.9, 1.0)
    return [(list(norms), share) for norms in (one, two) for share in shares]


@wrong(
    "choose_limit",
    "share is the part that lies below",
    caught_by=[
        "one of four may be larger",
        "none may be larger",
        "shares that fall between two counts",
        "equal norms, and all may be larger",
    ],
    hint="share = 0 means that none may be larger.",
)
def limit_below(norms, share):
    norms = np.sort(norms)
    return next(v for v in norms if np.sum(norms > v) <= (1 - share) * len(norms))


@wrong(
    "choose_limit",
    "the largest norm times share",
    caught_by=[
        "one of four may be larger",
        "shares that fall between two counts",
        "equal norms, and all may be larger",
    ],
    hint="Count norms; their size does not matter.",
)
def limit_of_largest(norms, share):
    return max(norms) * (1 - share)


@wrong(
    "choose_limit",
    "a quantile between two norms",
    caught_by=[
        "one of four may be larger",
        "shares that fall between two counts",
        "equal norms, and all may be larger",
    ],
    hint="The limit is one of the recorded norms.",
)
def limit_quantile(norms, share):
    return np.quantile(norms, 1 - share)


@wrong(
    "choose_limit",
    "less than share in place of at most",
    caught_by=["one of four may be larger", "equal norms, and all may be larger"],
    hint="Exactly a share of larger ones is allowed.",
)
def limit_strict(norms, share):
    norms = np.sort(norms)
    good = [v for v in norms if np.sum(norms > v) < share * len(norms)]
    return good[0] if good else norms[-1]


@wrong(
    "choose_limit",
    "equal norms count as larger",
    caught_by=["equal norms, and all may be larger"],
    hint="A norm that equals the limit is not clipped.",
)
def limit_or_equal(norms, share):
    norms = np.sort(norms)
    good = [v for v in norms if np.sum(norms >= v) - 1 <= share * len(norms)]
    return good[0]


@wrong(
    "choose_limit",
    "the norms are not sorted",
    caught_by=[
        "shares that fall between two counts",
        "equal norms, and all may be larger",
    ],
    hint="The smallest that will do, not the first in the record.",
)
def limit_unsorted(norms, share):
    norms = np.array(norms)
    return next(v for v in norms if np.sum(norms > v) <= share * len(norms))
