"""What every layer is, and the two ways to join layers: in a row, around a body."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

from numpy.typing import DTypeLike, NDArray

from nnlib._parameter import Parameter

Array = NDArray[Any]


class Layer:
    """A function with parameters, which remembers what its backward pass needs.

    A new kind of layer defines ``compute(x) -> (out, cache)`` and
    ``gradients(dout, cache) -> dx``; the latter adds to the ``grad`` of its parameters.
    Parameters and inner layers are found by themselves among the attributes.
    """

    buffers: tuple[str, ...] = ()  # arrays that are kept but not learnt
    training = True
    _cache: Any = None

    def forward(self, x: Array) -> Array:
        """Compute the output and keep the cache."""
        out, self._cache = self.compute(x)
        return out

    def backward(self, dout: Array) -> Array:
        """Turn dcost/dout into dcost/dx, adding to the parameters' gradients."""
        return self.gradients(dout, self.take_cache())

    def backward_parameters(self, dout: Array) -> None:
        """As backward, without dcost/dx: for a first layer, whose x is the data."""
        self.backward(dout)

    def take_cache(self) -> Any:
        """Return what forward kept, once."""
        if self._cache is None:
            raise RuntimeError(
                f"{self!r} got backward without a forward pass before it, expected one "
                "forward for each backward; call forward(x) first"
            )
        cache, self._cache = self._cache, None
        return cache

    def compute(self, x: Array) -> tuple[Array, Any]:
        """Return (out, cache)."""
        raise NotImplementedError(f"{type(self).__name__} expected a method compute(x)")

    def gradients(self, dout: Array, cache: Any) -> Array:
        """Return dx and add to the parameters' gradients."""
        raise NotImplementedError(
            f"{type(self).__name__} expected a method gradients(dout, cache)"
        )

    def __call__(self, x: Array) -> Array:
        return self.forward(x)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.details()})"

    def details(self) -> str:
        """Return what ``repr`` shows between the brackets."""
        return ""

    def children(self) -> list["Layer"]:
        """Return the layers directly inside this one."""
        parts = vars(self).values()
        flat = (p for v in parts for p in (v if isinstance(v, list) else [v]))
        return [p for p in flat if isinstance(p, Layer)]

    def walk(self) -> Iterator["Layer"]:
        """Yield this layer and all layers inside it."""
        yield self
        for child in self.children():
            yield from child.walk()

    def parameters(self) -> list[Parameter]:
        """Return all parameters, those of inner layers too, in order."""
        values = (v for layer in self.walk() for v in vars(layer).values())
        return [v for v in values if isinstance(v, Parameter)]

    def train(self) -> Self:
        """Switch to training behaviour (dropout drops, batch norm uses the batch)."""
        for layer in self.walk():
            layer.training = True
        return self

    def eval(self) -> Self:
        """Switch to the behaviour for predictions."""
        for layer in self.walk():
            layer.training = False
        return self

    def zero_grad(self) -> None:
        """Set all gradients to 0."""
        for p in self.parameters():
            p.zero_grad()

    def astype(self, dtype: DTypeLike) -> Self:
        """Convert parameters and buffers; do it before an optimizer sees them."""
        for p in self.parameters():
            p.value, p.grad = p.value.astype(dtype), p.grad.astype(dtype)
        for layer, name in self._buffers():
            setattr(layer, name, getattr(layer, name).astype(dtype))
        return self

    def get_state(self) -> list[Array]:
        """Return copies of all parameters and buffers, to go back to with set_state."""
        state = [p.value.copy() for p in self.parameters()]
        return state + [getattr(layer, name).copy() for layer, name in self._buffers()]

    def set_state(self, state: list[Array]) -> None:
        """Put back what get_state returned."""
        params, buffers = self.parameters(), self._buffers()
        old = [p.value for p in params] + [getattr(owner, n) for owner, n in buffers]
        if [a.shape for a in state] != [a.shape for a in old]:
            raise ValueError(
                f"set_state got {len(state)} arrays, expected {len(old)} of the shapes "
                "of this model; use what get_state of the same architecture returned"
            )
        for p, array in zip(params, state, strict=False):
            p.value = array.copy()
        for (layer, name), array in zip(buffers, state[len(params) :], strict=True):
            setattr(layer, name, array.copy())

    def _buffers(self) -> list[tuple["Layer", str]]:
        return [(layer, name) for layer in self.walk() for name in layer.buffers]


@contextmanager
def prediction_mode(model: Layer) -> Iterator[Layer]:
    """Let the model predict within the block; modes and caches come back after it."""
    before = [(part, part.training, part._cache) for part in model.walk()]
    try:
        yield model.eval()
    finally:
        for part, training, cache in before:
            part.training, part._cache = training, cache


class Sequential(Layer):
    """Layers one after the other: out = f_L(… f_2(f_1(x))). Lectures 1, 3."""

    def __init__(self, *layers: Layer) -> None:
        self.layers = list(layers)
        for k, layer in enumerate(layers):
            if not isinstance(layer, Layer):
                raise TypeError(
                    f"Sequential got {layer!r} at position {k}, expected a layer object"
                    " such as Linear(…) or ReLU()"
                )
        inner = [part for layer in layers for part in layer.walk()]
        if len({id(part) for part in inner}) < len(inner):
            raise ValueError(
                "Sequential got the same layer object twice, expected one for each "
                "place, since a layer remembers one forward pass; make a second one"
            )

    def forward(self, x: Array) -> Array:
        """Pass x through all layers in order."""
        for k, layer in enumerate(self.layers):
            try:
                x = layer.forward(x)
            except (ValueError, TypeError) as error:
                error.add_note(f"in layer {k} of Sequential: {layer!r}")
                raise
        return x

    def backward(self, dout: Array) -> Array:
        """Pass the gradient through all layers in reverse order."""
        for layer in reversed(self.layers):
            dout = layer.backward(dout)
        return dout

    def backward_parameters(self, dout: Array) -> None:
        """As backward, but the first layer leaves out the gradient of the data."""
        for layer in reversed(self.layers[1:]):
            dout = layer.backward(dout)
        if self.layers:
            self.layers[0].backward_parameters(dout)

    def __getitem__(self, k: int) -> Layer:
        return self.layers[k]

    def __len__(self) -> int:
        return len(self.layers)

    def __repr__(self) -> str:
        return f"Sequential({', '.join(map(repr, self.layers))})"


class Residual(Layer):
    """out = x + body(x): the gradient also has a road around the body. Lecture 5."""

    def __init__(self, *body: Layer) -> None:
        self.body = body[0] if len(body) == 1 else Sequential(*body)

    def forward(self, x: Array) -> Array:
        """Return x + body(x)."""
        out = self.body.forward(x)
        if out.shape != x.shape:
            raise ValueError(
                f"Residual got shape {out.shape} out of its body, expected {x.shape}, "
                "the shape of x, to add them; let the body keep the shape"
            )
        return x + out

    def backward(self, dout: Array) -> Array:
        """Return dout + the body's gradient."""
        return dout + self.body.backward(dout)

    def details(self) -> str:
        """Return the body."""
        return repr(self.body)
