"""The steps that `nnlib_vs_torch` times, each written for both libraries."""

import time
from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import torch
from torch import nn

from nnlib import data, layers, optim
from nnlib.conv import conv2d, conv2d_backward
from nnlib.losses import softmax_cross_entropy, softmax_cross_entropy_backward

Step = Callable[[], object]


class Case(NamedTuple):
    """One line of the table: both libraries' step, the target, the work in flops."""

    name: str
    ours: Step
    theirs: Step
    target: float
    flops: float


def all_cases() -> list[Case]:
    """Return the cases in the order of the table."""
    small, large = [64, 128, 64, 10], [784, 256, 128, 10]
    return [
        mlp_case(small, 64, "SGD", 0.5),
        mlp_case(small, 64, "Adam", 0.5),
        mlp_case(large, 128, "SGD", 1.0),
        mlp_case(large, 128, "Adam", 1.0),
        conv_case(64, 1, 28, 8, 3, 1, 1, 0.6),
        conv_case(64, 8, 28, 16, 3, 2, 1, 1.3),
        conv_case(32, 16, 32, 32, 3, 1, 1, 3.0),
        cnn_case(1.0),
    ]


def gemm_speed(n: int = 512) -> float:
    """Flops per second of a square float32 matrix product in NumPy."""
    a = np.ones((n, n), dtype=np.float32)
    a @ a
    start = time.perf_counter()
    for _ in range(5):
        a @ a
    return 5 * 2 * n**3 / (time.perf_counter() - start)


def mlp_case(widths: list[int], batch: int, rule: str, target: float) -> Case:
    """One training step of a multi-layer perceptron."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(batch, widths[0])).astype(np.float32)
    y = rng.integers(widths[-1], size=batch)
    model = layers.mlp(widths, rng=rng).astype(np.float32)
    optimizer = getattr(optim, rule)(model.parameters(), lr=1e-3)
    parts: list[nn.Module] = []
    for inputs, outputs in pairwise(widths):
        parts += [nn.Linear(inputs, outputs), nn.ReLU()]
    twin = nn.Sequential(*parts[:-1])
    their_optimizer = getattr(torch.optim, rule)(twin.parameters(), lr=1e-3)
    tx, ty = torch.tensor(x), torch.tensor(y)
    # forward, dW and dX are each 2 * batch * weights; the first layer needs no dX
    weights = [a * b for a, b in pairwise(widths)]
    flops = 2.0 * batch * (3 * sum(weights) - weights[0])
    name = f"MLP {'-'.join(map(str, widths))} B={batch} {rule}"
    return Case(
        name,
        lambda: our_step(model, optimizer, x, y),
        lambda: their_step(twin, their_optimizer, tx, ty),
        target,
        flops,
    )


def conv_case(
    n: int, c: int, size: int, f: int, k: int, stride: int, pad: int, target: float
) -> Case:
    """Forward and backward of one convolution, all three gradients."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(n, c, size, size)).astype(np.float32)
    W = rng.normal(size=(f, c, k, k)).astype(np.float32)
    b = np.zeros(f, dtype=np.float32)
    out, _ = conv2d(x, W, b, stride, pad)
    dout = rng.normal(size=out.shape).astype(np.float32)
    tx, tW, tb = (torch.tensor(a, requires_grad=True) for a in (x, W, b))
    tdout = torch.tensor(dout)

    def ours() -> None:
        _, cache = conv2d(x, W, b, stride, pad)
        conv2d_backward(dout, cache)

    def theirs() -> None:
        out = nn.functional.conv2d(tx, tW, tb, stride, pad)
        torch.autograd.grad(out, (tx, tW, tb), tdout)

    name = f"conv N={n} C={c} {size}x{size} F={f} k={k} s={stride}"
    return Case(name, ours, theirs, target, 3 * 2.0 * out.size * c * k * k)


def cnn_case(target: float) -> Case:
    """One epoch of a small CNN over the 8x8 digits, batches of 64."""
    rng = np.random.default_rng(0)
    x, y = data.digits(dtype=np.float32)
    model = layers.Sequential(
        layers.Conv2d(1, 8, 3, pad=1, rng=rng),
        layers.ReLU(),
        layers.Conv2d(8, 16, 3, stride=2, pad=1, rng=rng),
        layers.ReLU(),
        layers.Flatten(),
        layers.Linear(256, 64, rng=rng),
        layers.ReLU(),
        layers.Linear(64, 10, rng=rng),
    ).astype(np.float32)
    twin = nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(8, 16, 3, stride=2, padding=1),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(256, 64),
        nn.ReLU(),
        nn.Linear(64, 10),
    )
    optimizer = optim.Adam(model.parameters())
    their_optimizer = torch.optim.Adam(twin.parameters())
    tx, ty = torch.tensor(x), torch.tensor(y)

    def ours() -> None:
        for x_batch, y_batch in data.minibatches(x, y, 64, rng=rng):
            our_step(model, optimizer, x_batch, y_batch)

    def theirs() -> None:
        for rows in torch.randperm(len(tx)).split(64):
            their_step(twin, their_optimizer, tx[rows], ty[rows])

    return Case("CNN on 8x8 digits, epoch", ours, theirs, target, 0.0)


def our_step(
    model: layers.Layer, optimizer: optim.Optimizer, x: np.ndarray, y: np.ndarray
) -> None:
    _, cache = softmax_cross_entropy(model.forward(x), y)
    optimizer.zero_grad()
    model.backward_parameters(softmax_cross_entropy_backward(1.0, cache))
    optimizer.step()


def their_step(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    x: torch.Tensor,
    y: torch.Tensor,
) -> None:
    loss = nn.functional.cross_entropy(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
