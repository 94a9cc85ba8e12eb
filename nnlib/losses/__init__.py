"""Losses: (prediction, target) to one number, the mean over the samples.

Each returns ``loss, cache`` with a plain float; ``f_backward(dout, cache)`` returns the
gradient by the prediction (targets are data), where `dout` is a number, normally 1.0.
The factor 1/N of the mean enters here and nowhere else. Probabilities are called p,
logits (scores before the sigmoid or softmax) are safer to train on.

Lecture: 02_softmax_losses.
"""

from nnlib.losses.from_logits import (
    binary_cross_entropy_with_logits,
    binary_cross_entropy_with_logits_backward,
    softmax_cross_entropy,
    softmax_cross_entropy_backward,
)
from nnlib.losses.from_probabilities import (
    binary_cross_entropy,
    binary_cross_entropy_backward,
    cross_entropy,
    cross_entropy_backward,
    kl_divergence,
    kl_divergence_backward,
)
from nnlib.losses.labels import one_hot, zero_one
from nnlib.losses.squared import half_sse, half_sse_backward, mse, mse_backward

__all__ = [
    "binary_cross_entropy",
    "binary_cross_entropy_backward",
    "binary_cross_entropy_with_logits",
    "binary_cross_entropy_with_logits_backward",
    "cross_entropy",
    "cross_entropy_backward",
    "half_sse",
    "half_sse_backward",
    "kl_divergence",
    "kl_divergence_backward",
    "mse",
    "mse_backward",
    "one_hot",
    "softmax_cross_entropy",
    "softmax_cross_entropy_backward",
    "zero_one",
]
