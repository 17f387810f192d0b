"""The arrays of an .npz file: their headers first, and memory only for those that are wanted."""

from __future__ import annotations

import io
import math
import struct
import sys
import warnings
import zipfile
from collections.abc import Iterator, KeysView
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

import numpy as np
from numpy.typing import NDArray

from lenetpad.storage.decoding import BLOCK, InputError, filled, opened
from lenetpad.storage.metered import MeteredFile

#: Bytes of an array: EMNIST's digits, the largest such set, take 188 MB.
LARGEST: Final = 256 << 20
#: Bytes of a file; EMNIST's digits, all of them, take 220 MB.
LARGEST_FILE: Final = 1 << 30
#: Bytes of the archive's directory, which grows to many times as much in memory.
LARGEST_DIRECTORY: Final = 1 << 20
#: Bytes of an array's header; numpy's own limit.
LARGEST_HEADER: Final = 10_000
MAGIC: Final = b"\x93NUMPY"


@dataclass(frozen=True, slots=True)
class Header:
    """What an array of the archive is: where it lies, its type, its shape, and its order."""

    info: zipfile.ZipInfo
    start: int
    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    fortran: bool


class Npz:
    """An open .npz file. What is wrong with it raises ValueError, or whatever zipfile raises."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._members: dict[str, list[zipfile.ZipInfo]] = {}
        for info in archive.infolist():
            self._members.setdefault(info.filename.removesuffix(".npy"), []).append(info)

    @property
    def names(self) -> KeysView[str]:
        """The names of the arrays, in the file's order."""
        return self._members.keys()

    def header(self, name: str, any_numbers: bool = False, objects: bool = False) -> Header:
        """What the array of a name is, which takes no memory. Of ``any_numbers``, which ``blocks``
        reads, there may be as many as there may be bytes. ``objects`` may only be looked at."""
        members = self._members.get(name, [])
        if len(members) != 1:
            raise ValueError(f'"{name}" is there {len(members)} times')
        (info,) = members
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ValueError(f'"{name}" is compressed in another way than by deflate')
        with self._archive.open(info) as stream:
            start, dtype, shape, fortran = _header(cast(BinaryIO, stream))
        if objects and dtype.hasobject:
            return Header(info, start, dtype, shape, fortran)
        if any(side < 0 for side in shape) or dtype.hasobject:
            raise ValueError(f'"{name}" is no array of numbers')
        largest = LARGEST * (min(dtype.itemsize, 8) if any_numbers and not fortran else 1)
        # A shape with a nought in it needs no bytes, and may be beyond what numpy takes.
        if math.prod(max(side, 1) for side in shape) * dtype.itemsize > largest:
            raise ValueError(f'"{name}" takes more than {largest >> 20} MB; split it')
        if info.file_size != start + math.prod(shape) * dtype.itemsize:
            raise ValueError(f'"{name}" is damaged')
        return Header(info, start, dtype, shape, fortran)

    def array(self, header: Header) -> NDArray[Any]:
        """The array that a header tells of."""
        if header.dtype.hasobject:
            raise ValueError("it is no array of numbers")
        values = np.empty(header.info.file_size - header.start, np.uint8)
        with self._archive.open(header.info) as stream:
            stream.read(header.start)
            if filled(values, cast(BinaryIO, stream)) < len(values):
                raise ValueError("it is cut off")
        return values.view(header.dtype).reshape(
            header.shape, order="F" if header.fortran else "C"
        )

    def blocks(self, header: Header) -> Iterator[NDArray[Any]]:
        """The array's values in order, some at a time; all at once where columns come first."""
        if header.fortran:
            yield self.array(header)
            return
        left = header.info.file_size - header.start
        with self._archive.open(header.info) as stream:
            stream.read(header.start)
            while left:
                values = np.empty(min(left, BLOCK * header.dtype.itemsize), np.uint8)
                if filled(values, cast(BinaryIO, stream)) < len(values):
                    raise ValueError("it is cut off")
                left -= len(values)
                yield values.view(header.dtype)


@contextmanager
def opened_npz(path: Path, error: type[InputError], largest: int = LARGEST_FILE) -> Iterator[Npz]:
    """Open an .npz file. Raises the error, or whatever zipfile raises for what is none."""
    with opened(path, largest, error) as file:
        metered = MeteredFile(file, error(f"{path} holds far too many arrays"))
        # Its end, twice as far as a comment may go, and the directory itself.
        metered.limit(20, 4 * 0xFFFF + LARGEST_DIRECTORY)
        with zipfile.ZipFile(cast(BinaryIO, metered)) as archive:
            metered.limit(sys.maxsize, sys.maxsize)
            yield Npz(archive)


def _header(stream: BinaryIO) -> tuple[int, np.dtype[Any], tuple[int, ...], bool]:
    """The length of an array's header, and what it says."""
    start = stream.read(len(MAGIC) + 2)
    version = start[len(MAGIC) :]
    if not start.startswith(MAGIC) or version not in (b"\1\0", b"\2\0"):
        raise ValueError("it holds what is no array of numbers")
    width, read = (
        (2, np.lib.format.read_array_header_1_0)
        if version == b"\1\0"
        else (4, np.lib.format.read_array_header_2_0)
    )
    length = stream.read(width)
    (size,) = struct.unpack("<H" if width == 2 else "<I", length)
    if size > LARGEST_HEADER:
        raise ValueError("an array's header is too long")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of headers that Python 2 wrote, and of its parser's
        shape, fortran, dtype = read(io.BytesIO(length + stream.read(size)))
    return len(start) + width + size, dtype, shape, fortran
