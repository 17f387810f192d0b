"""IDX files, in which MNIST and its kin come: big-endian arrays of a given type and shape."""

from __future__ import annotations

import math
import os
import struct
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from lenetpad.storage.decoding import BLOCK, filled, opened, too_large, unpacking
from lenetpad.storage.mnist import DataError
from lenetpad.storage.npz import LARGEST

#: What the third byte says of an element.
TYPES: Final = {8: "u1", 9: "i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}
#: Images have three.
MOST_DIMENSIONS: Final = 4


def read_idx(path: Path) -> NDArray[Any]:
    """The array in an IDX file, which may be compressed by gzip.

    Memory is taken when the header has said for what. Raises DataError for a file that cannot be
    opened, is not one, is cut off or holds more than ``LARGEST`` bytes.
    """
    with (
        opened(path, LARGEST + BLOCK, DataError) as file,
        unpacking(file, path, DataError) as stream,
    ):
        kind, shape = _header(stream, path)
        size = math.prod(shape) * kind.itemsize
        if stream is file:
            _check(path, shape, size, os.fstat(file.fileno()).st_size - file.tell())
        # A shape with a nought in it needs no bytes, and may be beyond what numpy takes.
        if math.prod(max(side, 1) for side in shape) * kind.itemsize > LARGEST:
            raise DataError(too_large(path, LARGEST))
        values = np.empty(size, np.uint8)
        found = filled(values, stream)
        _check(path, shape, size, "more" if stream.read(1) else found)
    return values.view(kind).reshape(shape)


def _header(stream: BinaryIO, path: Path) -> tuple[np.dtype[Any], tuple[int, ...]]:
    """What the values are, and their shape."""
    start = stream.read(4)
    kind = TYPES.get(start[2]) if len(start) == 4 and start[:2] == b"\0\0" else None
    sides = stream.read(4 * start[3]) if kind and start[3] <= MOST_DIMENSIONS else b""
    if kind is None or len(sides) < 4 * start[3]:
        raise DataError(f"{path} is no IDX file, as MNIST's train-images-idx3-ubyte is one")
    return np.dtype(kind), struct.unpack(f">{start[3]}I", sides)


def _check(path: Path, shape: tuple[int, ...], size: int, found: int | str) -> None:
    if found != size:
        raise DataError(
            f"{path} is damaged: its shape {shape} needs {size} bytes of values, not {found}; "
            "copy it again"
        )
