"""MATLAB's files of version 5, written by its specification and not by the code that is tested."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

#: The class of an array and the type of its values, by numpy's names.
KINDS: Final = {
    "float64": (6, 9),
    "float32": (7, 7),
    "int8": (8, 1),
    "uint8": (9, 2),
    "int16": (10, 3),
    "uint16": (11, 4),
    "int32": (12, 5),
    "uint32": (13, 6),
}


@dataclass(frozen=True, slots=True)
class Structure:
    """A structure's fields."""

    fields: Mapping[str, Any]


def structure(fields: Mapping[str, Any]) -> Structure:
    """A structure of one by one."""
    return Structure(fields)


def mat(arrays: Mapping[str, Any], packed: bool = False, order: str = "<") -> bytes:
    """A file of these arrays and structures."""
    sign = b"IM" if order == "<" else b"MI"
    header = b"MATLAB 5.0 MAT-file".ljust(124) + struct.pack(f"{order}H", 0x0100) + sign
    parts = [_matrix(name, array, order) for name, array in arrays.items()]
    if packed:
        parts = [_tag(15, zlib.compress(part), order, padded=False) for part in parts]
    return header + b"".join(parts)


def _tag(kind: int, data: bytes, order: str, padded: bool = True) -> bytes:
    if 0 < len(data) <= 4:  # a small one
        return struct.pack(f"{order}I", len(data) << 16 | kind) + data.ljust(4, b"\0")
    rest = -len(data) % 8 if padded else 0
    return struct.pack(f"{order}II", kind, len(data)) + data + bytes(rest)


def _matrix(name: str, array: NDArray[Any] | Structure, order: str) -> bytes:
    if isinstance(array, Structure):
        names = b"".join(field.encode().ljust(32, b"\0") for field in array.fields)
        fields = [_matrix("", value, order) for value in array.fields.values()]
        number = _tag(5, struct.pack(f"{order}i", 32), order)
        return _whole(2, (1, 1), name, number + _tag(1, names, order) + b"".join(fields), order)
    kind, values = KINDS[array.dtype.name]
    data = array.astype(array.dtype.newbyteorder(order)).tobytes("F")
    return _whole(kind, np.atleast_2d(array).shape, name, _tag(values, data, order), order)


def _whole(kind: int, shape: tuple[int, ...], name: str, rest: bytes, order: str) -> bytes:
    flags = _tag(6, struct.pack(f"{order}II", kind, 0), order)
    sides = _tag(5, struct.pack(f"{order}{len(shape)}i", *shape), order)
    return _tag(14, flags + sides + _tag(1, name.encode(), order) + rest, order)
