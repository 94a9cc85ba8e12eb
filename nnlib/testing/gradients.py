"""Check a hand-written backward pass against central differences (lecture 3)."""

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from nnlib.testing.guesses import Closeness, guess_shape, guess_values

# The step that balances the error of the formula (h^2) and of rounding (1/h).
_STEP = np.finfo(np.float64).eps ** (1 / 3)


def numerical_gradient(
    f: Callable[[np.ndarray], ArrayLike], x: ArrayLike, dout: ArrayLike = 1.0
) -> np.ndarray:
    """Return the gradient of sum(dout * f(x)) with respect to x.

    d/dx_i = sum(dout * (f(x + h e_i) - f(x - h e_i))) / 2h, in float64.

    Args:
        f: a function of one array; it may return a number or an array.
        x: where to differentiate; it is not changed, any shape.
        dout: the cotangent, of the shape of f(x); 1 for a function with one output.
    """
    at = np.array(x, dtype=np.float64)
    gradient = np.zeros_like(at)
    for i in np.ndindex(at.shape):
        h = _STEP * max(1.0, abs(float(at[i])))
        ahead, behind = at.copy(), at.copy()
        ahead[i] += h
        behind[i] -= h
        # Rounding makes the step that was really taken differ a little from 2h.
        width = ahead[i] - behind[i]
        # f gets its own copies: if it changes its argument, the step must survive.
        change = np.asarray(f(ahead), np.float64) - np.asarray(f(behind), np.float64)
        gradient[i] = np.sum(np.asarray(dout) * change) / width
    return gradient


def check_gradient(
    forward: Callable[..., tuple[Any, Any]],
    backward: Callable[[Any, Any], Any],
    *inputs: Any,
    wrt: Sequence[int] | None = None,
    rng: np.random.Generator | None = None,
    rtol: float = 1e-6,
) -> float:
    """Compare `backward` with central differences; return the largest relative error.

    `out, cache = forward(*inputs)` and `grads = backward(dout, cache)`, one gradient
    for each input in `wrt`, in their order. The cotangent dout is random: with ones,
    wrong gradients of softmax and batch norm look right, since their outputs have a
    fixed sum.

    Args:
        forward: returns (out, cache); it must give the same result at each call.
        backward: returns one gradient, or a tuple of them.
        inputs: the arguments of `forward`; float arrays are used as float64.
        wrt: positions of the inputs to check; by default all float inputs.
        rng: draws the cotangent; a fixed generator by default.
        rtol: the relative error that is still right.

    Raises:
        AssertionError: names the argument and the index that is wrong.
    """
    values = [_as_float64(value) for value in inputs]
    checked = _checked_positions(values, wrt)
    out, cache = _call_forward(forward, values)
    rng = np.random.default_rng(0) if rng is None else rng
    # Entries away from zero, of both signs, so that each output counts.
    dout = rng.uniform(0.5, 1.5, np.shape(out)) * rng.choice([-1.0, 1.0], np.shape(out))
    before = dout.copy()
    grads = backward(dout if dout.ndim else float(dout), cache)
    if not np.array_equal(dout, before):
        raise AssertionError("backward changed its argument dout: work on a copy")
    grads = grads if isinstance(grads, tuple | list) else (grads,)
    if len(grads) != len(checked):
        raise AssertionError(
            f"backward returned {len(grads)} gradients, expected {len(checked)}: one "
            "for each differentiable input, in the order of the inputs"
        )
    names = _names(forward, len(values))
    return max(
        _compare(forward, values, i, dout, grad, names[i], rtol)
        for i, grad in zip(checked, grads, strict=True)
    )


def _as_float64(value: Any) -> Any:
    array = np.asarray(value)
    return array.astype(np.float64) if array.dtype.kind == "f" else value


def _checked_positions(values: list[Any], wrt: Sequence[int] | None) -> list[int]:
    if wrt is not None:
        return list(wrt)
    checked = [i for i, value in enumerate(values) if np.asarray(value).dtype == float]
    if not checked:
        raise ValueError("check_gradient got no float input: pass float arrays")
    return checked


def _copies(values: list[Any]) -> list[Any]:
    return [v.copy() if isinstance(v, np.ndarray) else v for v in values]


def _call_forward(
    forward: Callable[..., tuple[Any, Any]], values: list[Any]
) -> tuple[Any, Any]:
    """Run `forward` on copies; insist on (out, cache), purity and repeatability."""
    given = _copies(values)
    result = forward(*given)
    if not isinstance(result, tuple) or len(result) != 2:
        raise AssertionError(
            f"forward returned {type(result).__name__}, expected a pair (out, cache)"
        )
    for name, old, new in zip(_names(forward, len(values)), values, given, strict=True):
        if isinstance(old, np.ndarray) and not np.array_equal(old, new, equal_nan=True):
            raise AssertionError(f"forward changed its argument {name}: work on a copy")
    again = forward(*_copies(values))[0]
    if not np.array_equal(result[0], again, equal_nan=True):
        raise AssertionError(
            "forward gives different results for equal inputs: draw its random "
            "numbers from a generator that is seeded anew at each call"
        )
    return result


def _names(function: Callable[..., Any], count: int) -> list[str]:
    """Return the names of the first `count` parameters, or their positions."""
    positions = [f"argument {i}" for i in range(count)]
    try:
        parameters = list(inspect.signature(function).parameters.values())[:count]
    except (TypeError, ValueError):
        return positions
    named = [p.name for p in parameters if p.kind is not p.VAR_POSITIONAL]
    return named if len(named) == count else positions


def _compare(
    forward: Callable[..., tuple[Any, Any]],
    values: list[Any],
    position: int,
    dout: np.ndarray,
    grad: Any,
    name: str,
    rtol: float,
) -> float:
    """Check one gradient and return its largest relative error."""
    want = numerical_gradient(
        lambda x: forward(
            *_copies(values[:position]), x, *_copies(values[position + 1 :])
        )[0],
        values[position],
        dout,
    )
    got = _gradient_array(grad, want, name)
    if want.size == 0:
        return 0.0
    # Entries far below the largest one drown in the rounding of the difference.
    scale = np.maximum(abs(want), 1e-3 * abs(want).max() + 1e-4)
    error = np.nan_to_num(abs(got - want) / scale, nan=np.inf)
    worst = np.unravel_index(int(error.argmax()), error.shape)
    if error[worst] > rtol:
        index = ", ".join(str(int(i)) for i in worst)
        raise AssertionError(
            f"the gradient of {name} is wrong: worst at [{index}] with "
            f"{got[worst]:.8g}, central differences give {want[worst]:.8g} (relative "
            f"error {error[worst]:.2g}, allowed {rtol:g}; "
            f"{int((error > rtol).sum())} of {error.size} entries differ)"
            + _guess(got, want)
        )
    return float(error[worst])


def _guess(got: np.ndarray, want: np.ndarray) -> str:
    """Return a sentence on what a wrong gradient looks like, or nothing."""
    # Central differences round small entries: no guess may depend on those.
    largest = float(abs(want).max()) if want.size else 0.0
    close = Closeness(rtol=1e-5, atol=1e-5 * largest + 1e-9)
    same_shape = got.shape == want.shape
    guess = (guess_values if same_shape else guess_shape)(got, want, close)
    return f". {guess}" if guess else ""


def _gradient_array(grad: Any, want: np.ndarray, name: str) -> np.ndarray:
    """Return what `backward` gave for an input as an array of the input's shape."""
    got = np.asarray(grad)
    if got.dtype.kind not in "iuf":
        kind = type(grad).__name__
        raise AssertionError(
            f"the gradient of {name} is of type {kind}, expected floats"
        )
    if got.shape != want.shape:
        raise AssertionError(
            f"the gradient of {name} has shape {got.shape}, expected {want.shape}: "
            f"the shape of {name}" + _guess(got, want)
        )
    return got
