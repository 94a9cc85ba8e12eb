"""A small NumPy reference library for a course on neural networks.

One rule for every differentiable function ``f``: it comes as a pair ::

    out, cache = f(x, params...)
    dx, dparams... = f_backward(dout, cache)

`cache` holds what the backward pass needs; ``dout`` is the derivative of the cost
by `out` and has its shape; the gradients come in the order of the inputs, alone and
not in a tuple when there is only one. A loss returns ``loss, cache`` and its backward
pass the gradient of the prediction: ``f_backward(1.0, cache)``, the target is data.
Arguments are never changed and float32 stays float32.

What has no useful derivative, or is there to be looked at, returns its plain value:
`step`, `zero_one`, `one_hot`, `predict_class`, `corr2d`, `convolve2d`,
`conv2d_naive`, `output_shape`, the initialisers, statistics and other helpers.

Rows are samples: X (N, D), W (D, M), b (M,); images are (N, C, H, W), filters
(F, C, kh, kw). ``import nnlib`` loads nothing else; submodules load on first use.
"""

from importlib import import_module
from types import ModuleType

__version__ = "0.1.0"

_SUBMODULES = {
    *("activations", "autodiff", "clip", "conv", "data", "dropout", "init"),
    *("landscapes", "layers", "linear", "losses", "neuron", "norm", "optim"),
    *("regularizers", "schedules", "testing", "train", "viz"),
}


def __getattr__(name: str) -> ModuleType:
    if name in _SUBMODULES:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(_SUBMODULES | set(globals()))
