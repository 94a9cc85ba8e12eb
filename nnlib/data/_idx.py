"""Reader of the IDX format, in which MNIST and its relatives are published."""

import gzip
import math
import zlib
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

# The third byte of a file names the type of its numbers, all big-endian.
TYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}


def load_idx(path: str | PathLike[str]) -> NDArray[Any]:
    """Read an IDX file, plain or gzipped: images (N, H, W) or labels (N,).

    Layout: two zero bytes, type, number of axes, the length of each axis (big-endian,
    32 bits), then the data. Pixels stay integers: divide by 255.0 for training.
    """
    path = Path(path)
    raw = _read(path)
    if len(raw) < 4 or raw[:2] != b"\0\0" or raw[2] not in TYPES or raw[3] == 0:
        raise ValueError(
            f"{path.name} is no IDX file: it starts with {raw[:4]!r}, expected two "
            "zero bytes, a type and a number of axes; download the file again"
        )
    dtype, axes = np.dtype(TYPES[raw[2]]), raw[3]
    start = 4 + 4 * axes
    if len(raw) < start:
        raise ValueError(
            f"{path.name} is truncated in its header: {len(raw)} bytes, expected "
            f"{start} for {axes} axes; download the file again"
        )
    shape = tuple(int(n) for n in np.frombuffer(raw, ">u4", axes, 4))
    expected = start + math.prod(shape) * dtype.itemsize
    if len(raw) != expected:
        fault = "is truncated" if len(raw) < expected else "has too many bytes"
        raise ValueError(
            f"{path.name} {fault}: {len(raw)} bytes, expected {expected} for shape "
            f"{shape} of {dtype.name}; download the file again"
        )
    data = np.frombuffer(raw, dtype, offset=start).reshape(shape)
    return data.astype(dtype.newbyteorder("="))


def _read(path: Path) -> bytes:
    raw = path.read_bytes()
    if raw[:2] != b"\x1f\x8b":
        return raw
    try:
        return gzip.decompress(raw)
    except (EOFError, OSError, zlib.error) as error:
        raise ValueError(
            f"{path.name} is a damaged gzip file ({error}), expected a complete one; "
            "download the file again"
        ) from None
