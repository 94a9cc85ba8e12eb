"""A table of a model: every layer, the shape it gives, how much it learns."""

from typing import Any

import numpy as np

from nnlib._layer_base import Layer, Sequential, prediction_mode
from nnlib._parameter import count_parameters


def summary(model: Layer, input_shape: tuple[int, ...]) -> str:
    """Return a table of layers, output shapes and parameter counts.

    input_shape is the shape of one sample: (64,) or (1, 8, 8). A zero sample runs
    through the model as in prediction, so nothing in the model changes. Lecture 4.
    """
    layers = model.layers if isinstance(model, Sequential) else [model]
    params = model.parameters()
    x = np.zeros((1, *input_shape), dtype=params[0].value.dtype if params else float)
    rows = [("", "input", _shape(x), "")]
    with prediction_mode(model):
        for k, layer in enumerate(layers):
            x = layer.forward(x)
            count = count_parameters(layer.parameters())
            rows.append((str(k), repr(layer), _shape(x), f"{count:,}"))
    rows.append(("", "total", "", f"{count_parameters(params):,}"))
    return _table([("", "layer", "output shape", "parameters"), *rows])


def _shape(x: Any) -> str:
    return f"(N, {', '.join(map(str, x.shape[1:]))})"


def _table(rows: list[tuple[str, ...]]) -> str:
    widths = [max(len(row[k]) for row in rows) for k in range(4)]
    lines = [
        f"{a:>{widths[0]}}  {b:<{widths[1]}}  {c:<{widths[2]}}  {d:>{widths[3]}}"
        for a, b, c, d in rows
    ]
    rule = "-" * len(lines[0])
    return "\n".join([lines[0], rule, *lines[1:-1], rule, lines[-1]])
