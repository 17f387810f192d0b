"""safetensors files to arrays and back, with their metadata."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, deserialize, safe_open
from safetensors.numpy import save

from lenetpad.values.arrays import FloatArray

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


def read(path: Path) -> tuple[dict[str, NDArray[Any]], dict[str, str]]:
    """The tensors of a file as arrays, by name, and its metadata.

    bfloat16 and float8, which NumPy has not, come as float32. Raises SafetensorError, OSError or
    ValueError for what is not a whole file, or holds numbers of a type that is not known.
    """
    with safe_open(path, framework="numpy") as file:
        names, metadata = sorted(file.keys()), file.metadata() or {}
    arrays = {name: _array(tensor) for name, tensor in _tensors(path.read_bytes())}
    return {name: arrays[name] for name in names}, metadata


def written(arrays: Mapping[str, FloatArray], metadata: Mapping[str, str]) -> bytes:
    """The bytes of a file with these tensors and this metadata."""
    whole = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    return save(whole, metadata=dict(metadata))


def _e5m2(raw: NDArray[np.uint8]) -> FloatArray:
    """float8 with five bits of exponent: the upper half of a float16."""
    halves = raw.astype(np.uint16) << np.uint16(8)
    return halves.view(np.float16).astype(np.float32)


def _e4m3(raw: NDArray[np.uint8]) -> FloatArray:
    """float8 with four bits of exponent, of bias 7, and no infinity: all ones are no number."""
    exponent, mantissa = (raw >> 3 & 15).astype(np.int32), (raw & 7).astype(np.float32) / 8
    values = np.where(exponent > 0, np.ldexp(1 + mantissa, exponent - 7), np.ldexp(mantissa, -6))
    values = np.where(raw & 127 == 127, np.nan, values)
    return np.where(raw & 128, -values, values).astype(np.float32)


#: What makes float32 of the types of one byte.
FLOAT8: Final[Mapping[str, Callable[[NDArray[np.uint8]], FloatArray]]] = {
    "F8_E4M3": _e4m3,
    "F8_E5M2": _e5m2,
}


def _tensors(raw: bytes) -> list[tuple[str, dict[str, Any]]]:
    found: list[tuple[str, dict[str, Any]]] = deserialize(raw)  # type: ignore[no-untyped-call]
    return found


def _array(tensor: Mapping[str, Any]) -> NDArray[Any]:
    raw, kind, shape = tensor["data"], str(tensor["dtype"]), tensor["shape"]
    if kind == "BF16":  # the upper half of a float32
        halves = np.frombuffer(raw, dtype="<u2").astype(np.uint32) << np.uint32(16)
        return halves.view(np.float32).reshape(shape)
    if kind in FLOAT8:
        return FLOAT8[kind](np.frombuffer(raw, dtype=np.uint8)).reshape(shape)
    if kind not in DTYPES:
        raise SafetensorError(f"numbers of the type {kind} are not known")
    return np.frombuffer(raw, dtype=f"<{DTYPES[kind]}").reshape(shape)
