# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
r"""
# 10. Training and generalisation

Everything so far made the training cost small. What we want is a small error on data that
nobody has seen yet. This lecture puts the pieces together and measures honestly.

Time: about 70 minutes. You need: lectures 1 to 3, and one or two of
[dropout](06_dropout.ipynb), [batch normalisation](07_batch_norm.ipynb) and
[optimizers](09_optimizers.ipynb).
"""

# %% [markdown]
r"""
## You will be able to

- **write** the complete loop: split, mini-batches, fit, validate, choose, evaluate once;
- **tell** underfitting from overfitting by two curves, and choose a remedy;
- **use** early stopping and penalties, and read a regularisation path;
- **search** hyper-parameters without fooling yourself;
- **diagnose** a training that does not work.
"""

# %%
from functools import partial
from importlib import import_module, util

import numpy as np

from nnlib import data
from nnlib.layers import mlp
from nnlib.losses import softmax_cross_entropy, softmax_cross_entropy_backward
from nnlib.optim import Adam
from nnlib.regularizers import elastic_net, l1, l2
from nnlib.testing import Rubric, assert_close
from nnlib.train import EarlyStopping, evaluate, fit
from nnlib.viz import generalization, show, training_runs, training_watch

# %% [markdown]
r"""
## 10.1 Two goals

Supervised learning has three parts: **labelled data** $(x_n, y_n)$, $n = 1 \dots N$; a **model**
$\hat y = f_\theta(x)$, where the architecture fixes the [hypothesis class](../site/glossary.md#hypothesis-class) $\{f_\theta\}$; and an **algorithm** that picks $\theta$.
Training minimises the cost on the data, the **[empirical risk](../site/glossary.md#empirical-risk)**

$$J(\theta) = \frac1N \sum_{n=1}^N \ell\big(f_\theta(x_n), y_n\big), \qquad \hat\theta \approx
\operatorname*{arg\,min}_\theta J(\theta).$$

($\approx$: training returns its last weights, not a proven minimiser.) What counts is the
**[generalisation error](../site/glossary.md#generalisation-error)**, the expected loss on new data of
the same kind. So optimisation is not yet learning:

| symbol | shape | in code | argument of | meaning |
|---|---|---|---|---|
| $X$ | $(N, D)$ | `x` | `nnlib.data.split` | samples |
| $E$ | number | `epochs` | `nnlib.train.fit` | passes over the training data |
| $B$ | number | `batch_size` | `nnlib.train.fit` | samples in a mini-batch |
| $\ell$ | function | `loss` | `nnlib.train.fit` | loss of a sample |
| $\lambda$ | number | `lam` | `nnlib.regularizers.l2` | strength of a penalty |
| patience | number | `patience` | `nnlib.train.EarlyStopping` | epochs to wait for progress |
"""

# %%
show(
    generalization.two_risks(),
    alt="Two curves over one parameter. The true risk is a parabola, lowest at 1. The empirical "
    "risk of a sample waves around it and is lowest near 0.6, where the true risk is higher.",
)

# %% [markdown]
r"""
*What to see.* Of the two lowest points the optimizer finds the triangle. We want the
circle, but can only measure the dashed curve, and that only on the data we have.

## 10.2 Three parts of the data

The loss on data that the model was fitted to says little. So cut the data *before* anything else:

- **[training set](../site/glossary.md#training-set)**: gradients are computed from it;
- **[validation set](../site/glossary.md#validation-set)**: choices are made with it (width, rate, when to stop);
- **[test set](../site/glossary.md#test-set)**: looked at *once*, at the end, for the number that is reported.

`split` shuffles first and keeps the share of each class.
"""

# %% tags=["nbval-check-output"]
X, labels = data.digits(flat=True)
learn, validation, test = data.split(
    X, labels, (0.6, 0.2, 0.2), rng=np.random.default_rng(10)
)
for name, (_, y) in {"training": learn, "validation": validation, "test": test}.items():
    print(f"{name:10}: {len(y):4} digits, share of zeros {np.mean(y == 0):.3f}")

# %%
show(
    generalization.split_bar(
        {
            "training": (len(learn[1]), "gradients"),
            "validation": (len(validation[1]), "choices"),
            "test": (len(test[1]), "one number, once"),
        }
    ),
    alt="A bar of all 1797 digits cut in three: 1078 for training, 360 for validation, 359 "
    "for the test.",
)

# %% [markdown]
r"""
## 10.3 The loop, written out

Build a model with initial weights, choose a loss, and for $E$ epochs go through the shuffled mini-batches.
This is all that `fit` does, but for its conveniences. Validation is the same computation without an update:
"""


# %% tags=["nbval-check-output"]
def train(model, optimizer, samples, epochs, rng):
    for _ in range(epochs):
        model.train()
        for x, y in data.minibatches(*samples, 32, rng=rng):
            _, cache = softmax_cross_entropy(model(x), y)
            optimizer.zero_grad()
            model.backward(softmax_cross_entropy_backward(1.0, cache))
            optimizer.step()
    model.eval()


model = mlp([64, 50, 10], rng=np.random.default_rng(1))
train(model, Adam(model.parameters(), lr=0.003), learn, 10, np.random.default_rng(2))
for name, part in {"training": learn, "validation": validation}.items():
    print(f"{name}: accuracy above 0.9", evaluate(model, *part)[1] > 0.9)

# %% tags=["nbval-check-output"]
again = mlp([64, 50, 10], rng=np.random.default_rng(1))
adam, rng = Adam(again.parameters(), lr=0.003), np.random.default_rng(2)
history = fit(again, adam, *learn, epochs=10, rng=rng, validation=validation)
same = [
    np.allclose(p.value, q.value)
    for p, q in zip(model.parameters(), again.parameters(), strict=True)
]
print("fit gives the same weights:", all(same))
print(
    "kept for every epoch:", len(history.loss), len(history.val_loss), len(history.lr)
)

# %% [markdown]
r"""
`fit` adds what one wants around this loop: a `History` of losses, accuracies, gradient norms and rates;
`validation` after each epoch; a `regularizer` and a `clip` between backward and step; early stopping; a progress bar;
`callbacks` that may look at the model. Ctrl-C ends it and returns what there is. If a loss becomes `nan`, it stops and says which layer
was the first to produce one.

### Exercise 10.1 (10 minutes)

Write `error_rate(model, x, y, size)`: the share of wrong answers, computed in batches of `size`
(large data do not fit at once). The last batch may be smaller.

<details><summary>Solution</summary>

```python
def error_rate(model, x, y, size):
    wrong = 0
    for start in range(0, len(x), size):
        answers = model(x[start : start + size]).argmax(axis=1)
        wrong += np.sum(answers != y[start : start + size])
    return wrong / len(x)
```

Averaging the error rates of the batches would weigh a small last batch too much.
</details>
"""


# %%
def error_rate(model, x, y, size):
    raise NotImplementedError("Exercise 10.1: write error_rate")


# %%
r = Rubric(points=3)
toy, marks = np.eye(3)[[0, 1, 2, 0, 1]], np.array([0, 1, 2, 2, 2])
with r.check("all at once", hint="Compare argmax with the labels."):
    assert_close(error_rate(lambda x: x, toy, marks, 10), 0.4)
with r.check("batches of one size", hint="Step through the rows."):
    assert_close(error_rate(lambda x: x, toy[:4], marks[:4], 2), 0.25)
with r.check("a smaller last batch", hint="Count mistakes; divide once, at the end."):
    assert_close(error_rate(lambda x: x, toy, marks, 3), 0.4)
_ = r.score()

# %% [markdown]
r"""
## 10.4 Too small, too large

The same 60 points of two overlapping moons, and networks with more and more hidden units:
"""

# %% tags=["nbval-check-output"]
models = training_runs.by_capacity((1, 2, 4, 8, 16, 64))
for width in (1, 4, 64):
    score = models[width][1]
    fits, general = score.loss < 0.05, score.val_loss < 0.42
    print(
        f"{width:2} units: knows the training data {fits}, does well on others {general}"
    )

# %%
points = training_runs.moons_sets()[0]
show(
    generalization.capacity_maps({w: models[w][0] for w in (1, 4, 64)}, *points),
    alt="Decision maps of three networks on the same points. One unit draws a straight line "
    "and misses several points. Four draw a gentle curve. Sixty-four wind around single "
    "points, with islands and fingers.",
)
show(
    generalization.scores_by({w: s for w, (_, s) in models.items()}, "hidden units"),
    alt="Loss and accuracy by the number of hidden units. Training loss only falls. Validation "
    "loss falls until four units and then doubles.",
)

# %% [markdown]
r"""
*What to see.* With one unit both losses are high: **[underfitting](../site/glossary.md#underfitting)**. With 64 the training loss vanishes and
the validation loss rises: **[overfitting](../site/glossary.md#overfitting)**. Best on new data is the model in between. (How many hidden
units does one need? There is no universal number. Validate.)

Overfitting takes time, too. Play the training of the large network:
"""

# %%
training_watch.explore_training()

# %%
show(
    training_watch.training_frame(width=64, frame=10),
    alt="The explorer with 64 units after 151 epochs. A finger of one class reaches into the "
    "other. The training loss falls steadily, the validation loss was lowest near epoch 60 "
    "and rises again.",
)

# %% [markdown]
r"""
*What to see.* The boundary is smooth at first, then grows a finger for every odd point. With 1 or 4 units that does
not happen, however long you train.

## 10.5 Early stopping

So stop at the right moment. "When the validation loss rises" is too impatient: one rise is noise. Wait
for some epochs (the **[patience](../site/glossary.md#patience)**), and then put the *best weights back*. The 300 carelessly labelled digits of lecture 6:
"""

# %% tags=["nbval-check-output"]
stopping = EarlyStopping(patience=10, monitor="val_loss")
stopped, short = training_runs.careless_run(stopping=stopping)
to_the_end, full = training_runs.careless_run()
held_out = training_runs.careless_sets()[2]
print(
    "stopped early:",
    len(short) < 60,
    "- weights of the best epoch:",
    len(short) - stopping.best_epoch,
    "epochs back",
)
gain = evaluate(stopped, *held_out)[1] - evaluate(to_the_end, *held_out)[1]
print("test accuracy is more than 5 points better:", gain > 0.05)

# %%
show(
    generalization.early_stop(full, stopping.best_epoch),
    alt="Losses by epoch on carelessly labelled digits. Training loss falls to 0. Validation "
    "loss is lowest before epoch 20, marked by a dotted line, and then doubles.",
)

# %% [markdown]
r"""
> **Think!** Early stopping looks at the validation data after each epoch. Is the validation loss of the
> kept weights an honest estimate for new data?

<details><summary>Answer</summary>

No, it is a little too good: among many noisy values the lowest was chosen. That is why the test
set exists. With large validation sets the difference is small.
</details>

## 10.6 A price on weights: the path

Lecture 6 added a penalty, $J(\theta) + \lambda R(W)$, where $R$ says which weights we think likely beforehand: L2 $\sum W_{kl}^2$,
L1 $\sum \lvert W_{kl}\rvert$, or the elastic net $\sum(\beta W_{kl}^2 + \lvert W_{kl}\rvert)$; dropout serves the same
end without being a penalty. For plain gradient descent L2 is weight decay by the factor $1 - 2\eta\lambda$ a step; for Adam it is not. How large should $\lambda$ be?
Walk along the **regularisation path**:
"""

# %% tags=["nbval-check-output"]
W = np.array([[1.0, -2.0], [0.5, 0.0]])
print("L2", l2(W)[0], "L1", l1(W)[0], "elastic net", round(elastic_net(W, 0.1)[0], 3))
path = training_runs.penalty_path((0.0, 0.001, 0.003, 0.01, 0.02, 0.03))
best = min(path, key=lambda lam: path[lam].val_loss)
print("best lambda is neither the smallest nor the largest:", 0 < best < 0.03)

# %%
show(
    generalization.penalty_path(path),
    alt="Losses and norm of the weights by the strength of an L2 penalty. Training loss rises "
    "throughout. Validation loss falls from 1.05 to 0.65 at 0.01 and rises again. The norm "
    "of the weights falls from 26 to below 5.",
)

# %% [markdown]
r"""
*What to see.* The right-hand end underfits, the left-hand end overfits. $\lambda$ is a
hyper-parameter, and validation data choose it.

## 10.7 More data

The best remedy for overfitting, if they can be had. The same network, from 20 to 1078 digits:
"""

# %% tags=["nbval-check-output"]
by_samples = training_runs.by_samples((20, 50, 100, 200, 500, 1078))
few, many = by_samples[20], by_samples[1078]
print(
    "gap of the losses below a fifth:",
    many.val_loss - many.loss < (few.val_loss - few.loss) / 5,
)

# %%
show(
    generalization.scores_by(by_samples, "training samples"),
    alt="Loss and accuracy by the number of training digits. The curves of training and "
    "validation come from far apart and meet: validation accuracy rises from 0.72 to 0.97.",
)

# %% [markdown]
r"""
*What to see.* With few digits the model knows all of them and little else. More data make the training loss
*larger* and the validation loss smaller. If both curves have met and are still too
high, more data do not help: then the model is too small.

Batch size belongs here as well: small batches add noise, which keeps away from sharp
minima and often generalises a little better; large ones need a larger rate.

## 10.8 Searching without fooling yourself

Rates, widths, strengths: draw them at random (on a logarithmic scale), train each briefly, compare on
*validation* data, and only then look at the test data, once, with the one that won. Why once? Here
are 50 "models" that toss coins, on 100 test samples:
"""

# %% tags=["nbval-check-output"]
coins = np.random.default_rng(1).random((2000, 50, 100)) < 0.5
print(
    f"best of 50 coin tossers, on average: {coins.mean(axis=2).max(axis=1).mean():.2f}"
)
trials = training_runs.random_search(10)
winner = max(trials, key=lambda trial: trial.accuracy)
print("winner above 0.9 on validation data:", winner.accuracy > 0.9)
print("and on test data:", evaluate(winner.model, *test)[1] > 0.9)

# %%
show(
    generalization.search_results(
        [trial[:3] for trial in trials], (winner.lr, winner.width)
    ),
    alt="Ten random settings of rate and width, on log axes, with their validation accuracy as "
    "colour and number, from 0.24 to 0.97. The best is ringed: 128 units with a rate of 0.005.",
)

# %% [markdown]
r"""
*What to see.* Coins reach 61 % if you choose the best of 50 by the test data. Ten settings on 360 digits are
less extreme, but it is the same effect. And the rate decides far more than the width: search it
first.

### Exercise 10.2 (10 minutes)

Write `choose(trials)`: from a list of (name, validation accuracy, test accuracy) return the pair of name and test
accuracy that may be reported.

<details><summary>Solution</summary>

```python
def choose(trials):
    name, _, test = max(trials, key=lambda trial: trial[1])
    return name, test
```

The test accuracy takes no part in the choice, even where it tempts.
</details>
"""


# %%
def choose(trials):
    raise NotImplementedError("Exercise 10.2: write choose")


# %%
r = Rubric(points=2)
with r.check("by validation", hint="Choose by the second entry, report the third."):
    assert choose([("a", 0.9, 0.8), ("b", 0.8, 0.95)]) == ("a", 0.8)
with r.check("any order", hint="Look at all trials."):
    assert choose([("a", 0.1, 0.9), ("b", 0.7, 0.6), ("c", 0.5, 0.7)]) == ("b", 0.6)
_ = r.score()

# %% [markdown]
r"""
## 10.9 What is wrong with my training?

Look at both losses, by epoch. Six trainings, each with one fault:
"""

# %% tags=["nbval-check-output"]
symptoms = {name: training_runs.symptom(name) for name in training_runs.SYMPTOMS}
for name in ("rate too small", "underfitting", "overfitting", "labels shuffled"):
    run = symptoms[name]
    falls, gap = run.loss[-1] < 0.8 * run.loss[0], run.val_loss[-1] > run.loss[-1] + 0.3
    print(f"{name:15}: training loss falls {falls}, gap {gap}")

# %%
show(
    generalization.symptom_curves(symptoms),
    alt="Six panels of training and validation loss. Rate too small: both hardly move. Rate too "
    "large: they jump about or stay high. Underfitting: both settle high, together. "
    "Overfitting: training falls, validation turns upwards. Shuffled labels: training falls, "
    "validation stays above chance. Start at 0: flat lines at 2.3.",
)

# %% [markdown]
r"""
| symptom | likely cause | try |
|---|---|---|
| loss at $\ln K$ from the start, flat | zero start, dead units, rate far too small | He's start; look at gradient norms (lecture 5) |
| both fall very slowly | rate too small | ten times more |
| jumps, `inf`, `nan` | rate too large, a broken sample | ten times less; clipping (lecture 8) |
| both high, together | underfitting | larger model, longer, less regularisation |
| gap that grows | overfitting | more data, early stopping, dropout, penalty (10.5 to 10.7, lecture 6) |
| training perfect, validation at chance | labels and samples do not belong together | print ten of them |
| validation better than training | dropout is on in training only; or leaked test data | compare both in evaluation mode; check the split |

Before any long run: can the model learn *ten* samples by heart? If not, there is a mistake in the code.

> **Think!** What should the loss of a ten-class network be before the first step?

<details><summary>Answer</summary>

About $\ln 10 = 2.3$, since it knows nothing. Much more means that the output layer starts too large;
much less, that labels leak into the inputs.
</details>

## 10.10 Put together: everything on

He's start, batch normalisation, dropout, Adam, weight penalty, early stopping, a progress bar, and
curves that grow while you wait.
"""

# %%
curves = training_watch.LiveCurves()
curves

# %%
rng = np.random.default_rng(10)
final = training_runs.capstone(rng)
run = fit(
    final,
    Adam(final.parameters(), lr=0.003),
    *learn,
    epochs=40,
    rng=rng,
    validation=validation,
    regularizer=partial(l2, lam=1e-4),
    early_stopping=EarlyStopping(patience=8),
    callbacks=[curves],
    progress=True,
)

# %% tags=["nbval-check-output"]
loss, accuracy = evaluate(final, *test)
print("test accuracy above 0.96, looked at once:", accuracy > 0.96)
wrong = final(test[0]).argmax(axis=1) != test[1]
print("fewer than 15 of", len(wrong), "test digits wrong:", wrong.sum() < 15)

# %%
show(
    training_watch.live_curves(run),
    alt="Loss and accuracy of the final run by epoch, training and validation. Both losses fall "
    "quickly; under dropout the training loss stays above the validation loss. Accuracy "
    "reaches about 0.97.",
)

# %% [markdown]
r"""
*What to see.* Validation is *better* than training: dropout disturbs the latter only.

## 10.11 The same in PyTorch

You now know what a framework does. Its names and conventions:

| here | PyTorch | difference |
|---|---|---|
| `Linear(D, M)`, `W` of shape $(D, M)$ | `nn.Linear(D, M)` | `weight` is $W^\top$ |
| `softmax_cross_entropy(scores, labels)` | `nn.CrossEntropyLoss()` | none: scores, not probabilities |
| `mse` | `nn.MSELoss()` | averages over outputs, too |
| `Dropout(keep)` | `nn.Dropout(p)` | `p = 1 - keep` |
| `BatchNorm(momentum=0.9)` | `nn.BatchNorm1d(momentum=0.1)` | share of the new value; running variance with $1/(N-1)$ |
| `Momentum(mu)` | `optim.SGD(momentum=mu)` | rate outside the sum |
| `l2(W, lam)` | `weight_decay=2 * lam` | factor 2, biases included |
| `model.train()`, `model.eval()` | the same | none |
| `model.backward(dout)` | `loss.backward()` | the graph is recorded by itself |

If PyTorch is installed, the next cell checks the first lines; otherwise it says so.
"""

# %%
if util.find_spec("torch") is None:
    print("PyTorch is not installed: the table has to be believed")
else:
    torch = import_module("torch")
    layer = torch.nn.Linear(64, 10).double()
    X, y = (torch.tensor(part[:5]) for part in learn)
    scores = layer(X).detach().numpy()
    W, b = layer.weight.detach().numpy().T, layer.bias.detach().numpy()
    print("linear:", np.allclose(learn[0][:5] @ W + b, scores))
    theirs = torch.nn.CrossEntropyLoss()(layer(X), y).item()
    print("loss:", np.isclose(softmax_cross_entropy(scores, learn[1][:5])[0], theirs))

# %% [markdown]
r"""
## Common mistakes

| mistake | symptom |
|---|---|
| choosing by the test data | reported numbers that nobody can repeat |
| scaling with statistics of *all* data before the split | validation a little too good |
| no `eval()` in validation | validation noisy, results change from run to run |
| stopping at the first rise | stops far too early |
| last weights instead of the best | the patience is paid for and thrown away |
| comparing models after equal epochs, with one rate for all | the winner is whoever likes that rate |
| one random seed | a difference that is noise |

## Summary

- Training minimises the empirical risk; we want the generalisation error. Split first; fit, choose and
  report on three different parts.
- Both losses high: underfitting. A growing gap: overfitting. Capacity, time, penalties, dropout and data move you between the two.
- Early stopping waits, then puts the best weights back. $\lambda$ is chosen by validation data.
- Search at random on log scales, the rate first; the test data are looked at once.
- Most faults show in two curves: learn to read them.

## Quiz
"""

# %%
generalization.quiz()

# %% [markdown]
r"""
## Assignment and reading

Now do the assignment of this lecture, **a10**: you write the whole loop yourself. That is the end of the course;
what comes next is your own data.

- I. Goodfellow, Y. Bengio, A. Courville (2016), *Deep Learning*, MIT Press, sections 6.2, 6.3 and
  chapters 7, 11.
- C. M. Bishop (2006), *Pattern Recognition and Machine Learning*, Springer, chapter 5.
- T. Hastie, R. Tibshirani, J. Friedman (2009), *The Elements of Statistical Learning*, Springer, chapters 7, 10,
  [doi:10.1007/978-0-387-84858-7](https://doi.org/10.1007/978-0-387-84858-7).
- L. Prechelt (1998), Early stopping, but when?, in *Neural Networks: Tricks of the Trade*,
  [doi:10.1007/3-540-49430-8_3](https://doi.org/10.1007/3-540-49430-8_3).
- J. Bergstra, Y. Bengio (2012), Random search for hyper-parameter optimization, *Journal of
  Machine Learning Research* 13, 281-305.
- C. Zhang, S. Bengio, M. Hardt, B. Recht, O. Vinyals (2017), Understanding deep learning requires
  rethinking generalization, [arXiv:1611.03530](https://arxiv.org/abs/1611.03530).
"""
