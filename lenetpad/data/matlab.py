"""MATLAB's .mat files of version 5, in which EMNIST and old copies of MNIST come.

Arrays of numbers, also in structures, by names such as "dataset.train.images"; everything else in
such a file is stepped over. Of what is compressed no more is unpacked than the limit.
"""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from lenetpad.data import forms
from lenetpad.storage.decoding import contents
from lenetpad.storage.mnist import DataError
from lenetpad.storage.npz import LARGEST

SUFFIX: Final = ".mat"
#: Bytes of the text at the beginning, with version and byte order at its end.
HEADER: Final = 128
HDF5_MAGIC: Final = b"\x89HDF"
#: Bytes of a file, and of one array in it with what it says of itself.
LARGEST_FILE: Final = LARGEST + (1 << 20)
#: Structures in structures, and elements in all of them.
DEEPEST: Final = 8
MOST_ELEMENTS: Final = 10_000
#: The types of data elements; the two below hold others.
TYPES: Final = {
    1: "i1",
    2: "u1",
    3: "i2",
    4: "u2",
    5: "i4",
    6: "u4",
    7: "f4",
    9: "f8",
    12: "i8",
    13: "u8",
}
MATRIX, COMPRESSED = 14, 15
#: Classes of arrays: structures, and those of numbers.
STRUCTURE: Final = 2
NUMBERS: Final = range(6, 16)
COMPLEX: Final = 0x800

Arrays = dict[str, NDArray[Any]]


class _DamageError(ValueError):
    """What is wrong with a file, without its name."""


def read_matlab(path: Path) -> list[tuple[NDArray[np.uint8], NDArray[np.int64], str]]:
    """The images (n, H, W) and labels (n,) of a .mat file, and what each pair is for.

    Raises DataError, which names it, for a file without.
    """
    content = contents(path, LARGEST_FILE, DataError)
    arrays = _arrays(content, path)
    pairs = forms.pairs(arrays, path)
    if not pairs:
        raise DataError(
            f'{path} holds no arrays called "images" and "labels", or "data" and "label"; name '
            "them so"
        )
    return [
        (*_of_pair(arrays[pair.images], arrays[pair.labels], path, pair), pair.part)
        for pair in pairs
    ]


def _arrays(content: bytes, path: Path) -> Arrays:
    if content.startswith((HDF5_MAGIC, b"MATLAB 7.3")):
        raise DataError(f"{path} is of MATLAB's version 7.3; save it with -v7, or as .npz or .csv")
    order = {b"IM": "<", b"MI": ">"}.get(content[HEADER - 2 : HEADER])
    if order is None:
        raise DataError(f"{path} is no .mat file of MATLAB's version 5; save it with -v7")
    try:
        return _Reader(order).arrays(memoryview(content)[HEADER:])
    except (_DamageError, struct.error, zlib.error, ValueError, TypeError) as fault:
        raise DataError(f"{path} is damaged ({fault}); copy it again") from None


class _Reader:
    """Goes through the elements of a file in one byte order."""

    def __init__(self, order: str) -> None:
        self._order, self._left = order, MOST_ELEMENTS

    def arrays(self, content: memoryview) -> Arrays:
        """The arrays of numbers by their names."""
        found: Arrays = {}
        for kind, data in self._elements(content):
            if kind == COMPRESSED:
                unpacker = zlib.decompressobj()
                data = memoryview(unpacker.decompress(data, LARGEST_FILE))
                if unpacker.unconsumed_tail:
                    raise _DamageError(f"an array takes more than {LARGEST >> 20} MB")
                ((kind, data),) = self._elements(data)
            if kind == MATRIX:
                self._take(data, "", found, DEEPEST)
        return found

    def _elements(self, content: memoryview) -> Iterator[tuple[int, memoryview]]:
        """The type and the data of each element that lies here."""
        at = 0
        while at + 8 <= len(content):
            self._left -= 1
            if self._left < 0:
                raise _DamageError(f"over {MOST_ELEMENTS:,} elements")
            kind, size = struct.unpack_from(f"{self._order}II", content, at)
            start = at + 8
            if kind >> 16:  # a small one: type, size and data in eight bytes
                kind, size, start = kind & 0xFFFF, kind >> 16, at + 4
                if size > 4:
                    raise _DamageError("an element is larger than its place")
            if start + size > len(content):
                raise _DamageError("it is cut off")
            yield kind, content[start : start + size]
            end = start + size
            at = end if kind == COMPRESSED else end + -end % 8

    def _take(self, content: memoryview, name: str, found: Arrays, depth: int) -> None:
        """Put an array, or those of a structure, under its name, or under that of its field."""
        elements = self._elements(content)
        flags = self._numbers(*next(elements, (0, content[:0])))
        shape = tuple(int(side) for side in self._numbers(*next(elements, (0, content[:0]))))
        own = bytes(next(elements, (0, content[:0]))[1]).decode("latin-1")
        name = name or own
        if not len(flags) or depth == 0 or any(side < 0 for side in shape):
            raise _DamageError("an array does not say what it is")
        kind = int(flags[0]) & 0xFF
        if kind == STRUCTURE and math.prod(shape) == 1:
            self._take_fields(elements, name, found, depth)
        elif kind in NUMBERS and not int(flags[0]) & COMPLEX:
            values = self._numbers(*next(elements, (0, content[:0])))
            if len(values) != math.prod(shape):
                raise _DamageError(f'"{name}" has not as many values as its shape says')
            found[name] = values.reshape(shape, order="F")

    def _take_fields(
        self, elements: Iterator[tuple[int, memoryview]], name: str, found: Arrays, depth: int
    ) -> None:
        nothing = (0, memoryview(b""))
        (length,) = self._numbers(*next(elements, nothing))
        names = bytes(next(elements, nothing)[1])
        if length < 1:
            raise _DamageError("a structure does not say what it is")
        fields = [names[at : at + length] for at in range(0, len(names), int(length))]
        for field, (kind, data) in zip(fields, elements, strict=False):
            if kind == MATRIX and len(data):
                plain = field.partition(b"\0")[0].decode("latin-1")
                self._take(data, f"{name}.{plain}", found, depth - 1)

    def _numbers(self, kind: int, data: memoryview) -> NDArray[Any]:
        if kind not in TYPES:
            raise _DamageError("an element is of a kind that there is not")
        return np.frombuffer(data, self._order + TYPES[kind])


def _of_pair(
    images: NDArray[Any], labels: NDArray[Any], path: Path, pair: forms.Pair
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Images and labels, each image a row; MATLAB may have them in columns, or in layers."""
    if labels.ndim == 2 and labels.shape[0] == forms.DIGITS and labels.shape[1] > forms.DIGITS:
        labels = labels.T
    count = labels.size if 1 in labels.shape else labels.shape[0]
    if images.shape[0] != count and images.shape[-1] == count:
        images = np.moveaxis(images, -1, 0) if images.ndim > 2 else images.T
    what = f'{path} cannot be used: "{pair.images}"'
    shape = forms.checked_shape(images.shape, images.dtype, labels.shape, what)
    digits = forms.digits_of(labels, f'{path} cannot be used: "{pair.labels}"')
    return forms.grey(forms.as_bytes(lambda: [images], images.shape, what), shape), digits
