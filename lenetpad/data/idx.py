"""IDX files, in which MNIST and its kin come: big-endian arrays of a given type and shape."""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from lenetpad.ink.files import GZIP_MAGIC
from lenetpad.ink.opening import opened
from lenetpad.storage.mnist import DataError

#: What the third byte says of an element.
TYPES: Final = {8: "u1", 9: "i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}
#: Larger than any such set of digits; EMNIST's takes 188 MB.
LARGEST: Final = 1 << 30


def read_idx(path: Path) -> NDArray[Any]:
    """The array in an IDX file, which may be compressed by gzip.

    Raises DataError for a file that is not one or is cut off, InkError where it cannot be opened.
    """
    try:
        with opened(path) as file:
            packed = file.read(len(GZIP_MAGIC)) == GZIP_MAGIC
            file.seek(0)
            raw = gzip.GzipFile(fileobj=file).read(LARGEST) if packed else file.read()
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(
            f"{path} is damaged ({' '.join(str(error).split())}); copy it again"
        ) from None
    kind = TYPES.get(raw[2]) if len(raw) >= 4 and raw[:2] == b"\0\0" else None
    start = 4 + 4 * raw[3] if kind else 0
    if kind is None or len(raw) < start:
        raise DataError(f"{path} is no IDX file, as MNIST's train-images-idx3-ubyte is one")
    shape = struct.unpack(f">{raw[3]}I", raw[4:start])
    expected = math.prod(shape) * np.dtype(kind).itemsize
    if len(raw) - start != expected:
        raise DataError(
            f"{path} is damaged: its shape {shape} needs {expected} bytes of values, not "
            f"{len(raw) - start}; copy it again"
        )
    return np.frombuffer(raw, kind, offset=start).reshape(shape)
