"""Arrays over received bytes, with every size and type checked before use."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np

from ..wire import Buffer, Received, WireError

# Elements and dimensions of an array, counting empty axes as one.
MAX_ELEMENTS = 1 << 28
MAX_FIELDS = 256
_DTYPE = re.compile(r"[<>|=]?[?biufcSUmM]\d{0,7}(\[\d{0,6}[A-Za-z]{1,2}\])?")
_LAST_CODE_POINT = 0x10FFFF


class Unsendable(TypeError):
    """A value cannot be sent to the other process."""


def dtype_name(dtype: Any) -> str:
    """Return the name under which a dtype travels; refuse what is not plain data."""
    name = np.dtype(dtype).str
    if not _DTYPE.fullmatch(name):
        raise Unsendable(f"an array of dtype {dtype} cannot be sent")
    return name


def checked_dtype(name: Any) -> np.dtype:
    """Return the dtype of a name that arrived."""
    if type(name) is not str or not _DTYPE.fullmatch(name):
        raise WireError("an array's dtype is not plain data")
    return np.dtype(name)


def raw_bytes(array: np.ndarray) -> Buffer:
    """Return the bytes of an array in C order, without a copy where that can be."""
    if array.nbytes == 0:
        return b""
    return np.ascontiguousarray(array).reshape(-1).view("u1").data


def array_over(
    data: Received, name: Any, shape: tuple[int, ...], order: Any = "C"
) -> np.ndarray:
    """Return a writeable array over ``data``, which must have exactly its size."""
    dtype = checked_dtype(name)
    if len(shape) > 32 or order not in ("C", "F"):
        raise WireError("an array has too many dimensions or an unknown order")
    if any(size < 0 for size in shape):
        raise WireError("an array has a negative dimension")
    # Empty axes count as one, or (0, 10**18) would be accepted and later looped over.
    if math.prod(max(size, 1) for size in shape) > MAX_ELEMENTS:
        raise WireError("an array is too large")
    if dtype.itemsize == 0:
        return np.zeros(shape, dtype) if math.prod(shape) < 4096 else _refuse_empty()
    if math.prod(shape) * dtype.itemsize != len(data):
        raise WireError("an array's bytes do not fit its shape and dtype")
    array = np.frombuffer(data, dtype).reshape(-1)
    _normalise(array)
    if order == "F":
        return array.reshape(shape[::-1]).T
    return array.reshape(shape)


def scalar(name: Any, digits: Any) -> Any:
    """Return a NumPy scalar from the hexadecimal form of its bytes."""
    if type(digits) is not str:
        raise WireError("a scalar's bytes are no text")
    return array_over(bytearray.fromhex(digits), name, ())[()]


def structured(shape: tuple[int, ...], columns: dict[Any, np.ndarray]) -> np.ndarray:
    """Return a structured array made of one array per field."""
    if not 0 < len(columns) <= MAX_FIELDS:
        raise WireError("a structured array has no or too many fields")
    fields = []
    for name, column in columns.items():
        if type(name) is not str or column.shape[: len(shape)] != shape:
            raise WireError("a structured array's field does not fit its shape")
        fields.append((name, column.dtype, column.shape[len(shape) :]))
    array = np.empty(shape, np.dtype(fields))
    for name, column in columns.items():
        array[name] = column
    return array


def _refuse_empty() -> np.ndarray:
    raise WireError("an array has very many elements of no size")


def _normalise(array: np.ndarray) -> None:
    """Make bytes that no array could have produced harmless, or refuse them."""
    if array.dtype.kind == "b":
        # NumPy takes for granted that a boolean is 0 or 1.
        raw = array.view("u1")
        np.not_equal(raw, 0, out=array)
    elif array.dtype.kind == "U":
        codes = array.view("u4" if array.dtype.isnative else ">u4")
        if codes.size and int(codes.max()) > _LAST_CODE_POINT:
            raise WireError("a text array holds what is no character")
