"""safetensors files to arrays and back, with their metadata."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray
from safetensors.numpy import save

from lenetpad.storage.decoding import InputError, from_json, named
from lenetpad.values.arrays import FloatArray

#: The header of a LeNet-5 has some kilobytes.
LARGEST_HEADER: Final = 1 << 20
#: So many numbers are converted to types that NumPy has. LeNet-5 has 62,000: of tensors with more
#: the shapes are enough to refuse them.
LARGEST_TENSOR: Final = 1 << 20
#: The element types that a file may have, as NumPy calls them.
DTYPES: Final = {
    "F64": "f8",
    "F32": "f4",
    "F16": "f2",
    "I64": "i8",
    "I32": "i4",
    "I16": "i2",
    "I8": "i1",
    "U64": "u8",
    "U32": "u4",
    "U16": "u2",
    "U8": "u1",
    "BOOL": "?",
    "C64": "c8",
}

Size = Annotated[int, Meta(ge=0, le=1 << 48)]


class _Tensor(msgspec.Struct, frozen=True):
    """What a header says of a tensor: where its bytes lie behind the header, and their meaning."""

    dtype: str
    shape: Annotated[tuple[Size, ...], Meta(max_length=8)]
    data_offsets: tuple[Size, Size]


def read(
    content: bytes, name: str, error: type[InputError] = InputError
) -> tuple[dict[str, NDArray[Any]], dict[str, str]]:
    """The tensors of a file as read-only arrays, in the order of their names, and its metadata.

    bfloat16 and float8, which NumPy has not, come as float32; after ``LARGEST_TENSOR`` of such
    numbers, only the shapes of their tensors are right. The error names the file, and the tensor.
    """
    header, data = _header(content, name, error)
    whole = f"{name} is not a whole safetensors file"
    metadata = from_json(header.pop("__metadata__", b"{}"), dict[str, str], whole, error)
    tensors = {
        key: from_json(header[key], _Tensor, f"{whole}: its tensor {named(key)}", error)
        for key in sorted(header)
    }
    left, convertible, arrays = len(data), LARGEST_TENSOR, {}
    for key, tensor in tensors.items():
        begin, end = tensor.data_offsets
        left -= end - begin
        if not begin <= end <= len(data) or left < 0:
            raise error(f"{whole}: its tensor {named(key)} lies outside of it; copy it again")
        kind, count = tensor.dtype, math.prod(tensor.shape)
        if kind not in ITEM_SIZES:
            raise error(
                f"{name} cannot be read: the numbers of its tensor {named(key)} are of the type "
                f"{named(kind)}; save it in float32"
            )
        if end - begin != count * ITEM_SIZES[kind]:
            raise error(f"{whole}: its tensor {named(key)} is cut; copy it again")
        convertible -= count if kind in CONVERTED else 0
        arrays[key] = (
            shape_only(tensor.shape)
            if kind in CONVERTED and convertible < 0
            else numbers(kind, data[begin:end]).reshape(tensor.shape)
        )
    return arrays, metadata


def _header(
    content: bytes, name: str, error: type[InputError]
) -> tuple[dict[str, msgspec.Raw], memoryview]:
    """The parts of a file's header, each as JSON, and the bytes behind it."""
    length = int.from_bytes(content[:8], "little")
    if len(content) < 8 or length > len(content) - 8:
        raise error(f"{name} is not a whole safetensors file; copy or save it again")
    if length > LARGEST_HEADER:
        raise error(
            f"{name} is not LeNet-5: its header has {length / 1e6:.1f} MB, LeNet-5's has some "
            "kilobytes"
        )
    header = from_json(
        content[8 : 8 + length],
        dict[str, msgspec.Raw],
        f"{name} is not a whole safetensors file: its header",
        error,
    )
    return header, memoryview(content)[8 + length :]


def written(arrays: Mapping[str, FloatArray], metadata: Mapping[str, str]) -> bytes:
    """The bytes of a file with these tensors and this metadata."""
    whole = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    return save(whole, metadata=dict(metadata))


def numbers(kind: str, raw: bytes | memoryview, order: str = "<") -> NDArray[Any]:
    """Bytes as numbers of a type of ``ITEM_SIZES``, one after the other, least byte first.

    ``order`` ">" is for the most significant byte first.
    """
    if kind in CONVERTED:
        convert, size = CONVERTED[kind]
        return convert(np.frombuffer(raw, f"{order}u{size}"))
    return np.frombuffer(raw, f"{order}{DTYPES[kind]}")


def shape_only(shape: tuple[int, ...]) -> NDArray[Any]:
    """An array that stands for a tensor which is too large for a LeNet-5: it takes no memory."""
    return np.broadcast_to(np.float32(0), shape)


def _bf16(raw: NDArray[Any]) -> FloatArray:
    """bfloat16: the upper half of a float32."""
    return (raw.astype(np.uint32) << np.uint32(16)).view(np.float32)


def _e5m2(raw: NDArray[Any]) -> FloatArray:
    """float8 with five bits of exponent: the upper half of a float16."""
    halves = raw.astype(np.uint16) << np.uint16(8)
    return halves.view(np.float16).astype(np.float32)


def _e4m3(raw: NDArray[Any]) -> FloatArray:
    """float8 with four bits of exponent, of bias 7, and no infinity: all ones are no number."""
    exponent, mantissa = (raw >> 3 & 15).astype(np.int32), (raw & 7).astype(np.float32) / 8
    values = np.where(exponent > 0, np.ldexp(1 + mantissa, exponent - 7), np.ldexp(mantissa, -6))
    values = np.where(raw & 127 == 127, np.nan, values)
    return np.where(raw & 128, -values, values).astype(np.float32)


#: What makes float32 of the types that NumPy has not, and how many bytes each number takes.
CONVERTED: Final[Mapping[str, tuple[Callable[[NDArray[Any]], FloatArray], int]]] = {
    "BF16": (_bf16, 2),
    "F8_E4M3": (_e4m3, 1),
    "F8_E5M2": (_e5m2, 1),
}
#: The types that are known, and how many bytes each number takes.
ITEM_SIZES: Final[Mapping[str, int]] = {
    **{kind: np.dtype(name).itemsize for kind, name in DTYPES.items()},
    **{kind: size for kind, (_, size) in CONVERTED.items()},
}
