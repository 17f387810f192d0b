"""State dicts in pickled files (.pth, .pt, .ckpt), read without running code.

Other kinds but safetensors come here too, and are told apart by how they begin.

What the pickle holds says ``pickles``; of the tensors become arrays what the state dict holds.
Archives of TorchScript are read in the same way: their tensors, not their code.
"""

from __future__ import annotations

import io
import math
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from lenetpad.lenet import array_archives, keras_files, onnx_graphs
from lenetpad.lenet.formats import check
from lenetpad.lenet.identification import (
    LARGEST_FILE,
    LAYERS,
    Read,
    State,
    WeightsError,
    has_layers,
)
from lenetpad.lenet.leftovers import NESTS
from lenetpad.lenet.pickles import MOST_DIMENSIONS, Array, Pickles, Stand, Storage, Tensor
from lenetpad.lenet.safetensors_file import (
    CONVERTED,
    ITEM_SIZES,
    LARGEST_TENSOR,
    numbers,
    shape_only,
)
from lenetpad.storage.decoding import contents, named

#: The pickle of a LeNet-5's checkpoint has some kilobytes.
LARGEST_PICKLE: Final = 4 << 20
#: And its archive has some dozen files.
MOST_FILES: Final = 10_000
#: A state dict has at least the weights of the five layers; what an optimiser keeps has fewer.
LAYERED: Final = len(LAYERS)
#: State dicts are looked for so many levels down.
DEEP: Final = 2
#: What the state of an optimiser of torch's has.
OPTIMISER: Final = frozenset(("state", "param_groups"))
#: So many networks are named.
MOST_NAMES: Final = 6
#: What a file begins with that torch wrote before 1.6, and the version of its format.
LEGACY_MAGIC, LEGACY_VERSION = 0x1950A86A20F9469CFC6C, 1001
ZIP_MAGIC: Final = b"PK\x03\x04"
#: The element types, by torch's names of types and of their storages.
KINDS: Final = {
    "float64": "F64",
    "float32": "F32",
    "float16": "F16",
    "bfloat16": "BF16",
    "float8_e4m3fn": "F8_E4M3",
    "float8_e5m2": "F8_E5M2",
    "int64": "I64",
    "int32": "I32",
    "int16": "I16",
    "int8": "I8",
    "uint64": "U64",
    "uint32": "U32",
    "uint16": "U16",
    "uint8": "U8",
    "bool": "BOOL",
    "complex64": "C64",
}


def read(path: Path) -> Read:
    """What a file of any other kind than safetensors holds, with its tensors as arrays.

    Nothing of the file is run. Raises WeightsError for what is damaged, too large, or holds no
    state dict or several that nothing tells apart. Needs no torch.
    """
    content = contents(path, LARGEST_FILE, WeightsError)
    if array_archives.is_archive(content):
        return Read(array_archives.read(path))
    if onnx_graphs.is_graph(content):
        return Read(onnx_graphs.read(content, path))
    if keras_files.is_keras(content):
        return keras_files.read(content, path)
    check(content, path)
    try:
        if content.startswith(ZIP_MAGIC):
            return _state(path, *_archived(path, content))
        return _state(path, *_legacy(path, content))
    except WeightsError:
        raise
    except Exception:  # damaged bytes can trip a decoder up anywhere, other formats too
        raise WeightsError(
            f"{path} is not a whole weights file: save a state dict as .pth or .safetensors"
        ) from None


#: Gives the bytes of a storage, the most significant byte of each number first where ">".
Bytes = Callable[[Storage], bytes | memoryview]


def _archived(path: Path, content: bytes) -> tuple[Any, Bytes, str]:
    """What a zip archive's pickle holds, the bytes of its storages, and their order."""
    if content.count(b"PK\x01\x02") > MOST_FILES:  # each file has such an entry
        raise WeightsError(f"{path} is not LeNet-5: it is an archive of far too many files")
    archive = zipfile.ZipFile(io.BytesIO(content))
    files = {entry.filename: entry for entry in archive.infolist()}
    size = sum(entry.file_size for entry in archive.infolist())
    if size > LARGEST_FILE:
        raise WeightsError(f"{path} is not LeNet-5: it unpacks to {size / 1e6:.0f} MB")
    [index] = [name for name in files if name.endswith("/data.pkl") and name.count("/") == 1]
    folder = index.removesuffix("data.pkl")

    def unpacked(name: str) -> bytes:
        entry = files[name]
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ValueError("packed in another way than torch's")
        try:
            with archive.open(entry) as file:
                return file.read(entry.file_size)  # and no more, whatever it unpacks to
        except Exception:  # a damaged one can trip zipfile and its decompressors up anywhere
            raise WeightsError(
                f"{path} is damaged, in {named(name)}; copy or save it again"
            ) from None

    if files[index].file_size > LARGEST_PICKLE:
        raise WeightsError(
            f"{path} is not LeNet-5: it holds far more than its weights; save the network's "
            "state_dict() alone"
        )
    ordered = f"{folder}byteorder"
    order = ">" if ordered in files and unpacked(ordered) == b"big" else "<"
    held = Pickles(path, io.BytesIO(unpacked(index))).next()
    kept: dict[str, bytes] = {}

    def storage(wanted: Storage) -> bytes:
        if wanted.key not in kept:
            kept[wanted.key] = unpacked(f"{folder}data/{wanted.key}")
        return kept[wanted.key]

    return held, storage, order


def _legacy(path: Path, content: bytes) -> tuple[Any, Bytes, str]:
    """The same of a file that torch wrote before 1.6: pickles, and the storages behind them."""
    pickles = Pickles(path, io.BytesIO(content[:LARGEST_PICKLE]))
    first = pickles.next()
    if isinstance(first, dict | list | tuple | Stand):  # a pickle of arrays, without torch
        return first, _none, "<"
    if (first, pickles.next()) != (LEGACY_MAGIC, LEGACY_VERSION):
        raise ValueError("no file of torch's")
    system = pickles.next()
    held, keys = pickles.next(), pickles.next()
    order = "<" if system.get("little_endian", True) else ">"
    kept: dict[str, memoryview] = {}
    begin = pickles.file.tell()
    for key in map(str, keys):
        count = int.from_bytes(content[begin : begin + 8], "little" if order == "<" else "big")
        end = begin + 8 + count * _item_size(pickles.storages[key].dtype)
        if end > len(content):
            raise ValueError("cut off")
        kept[key] = memoryview(content)[begin + 8 : end]
        begin = end
    return held, lambda wanted: kept[wanted.key], order


def _none(wanted: Storage) -> bytes:
    raise ValueError("no storages")


def _state(path: Path, held: Any, storage: Bytes, order: str) -> Read:
    """The arrays of the state dict that a file holds, and the names of optimisers' states."""
    found = _chosen(path, held)
    arrays: State = {}
    convertible = LARGEST_TENSOR
    for name, tensor in found.items():
        if isinstance(tensor, Array) and tensor.numbers is not None:
            arrays[name] = tensor.numbers
            continue
        if isinstance(tensor, Array) or tensor.storage is None:
            raise WeightsError(f"{path} is not LeNet-5: {named(name)} is not a plain tensor")
        dtype = tensor.storage.dtype
        if dtype not in KINDS:
            raise WeightsError(
                f"{path} is not LeNet-5: {named(name)} should hold floating-point numbers, "
                f"holds torch.{dtype}"
            )
        kind, raw = KINDS[dtype], storage(tensor.storage)
        convertible -= math.prod(tensor.shape) if kind in CONVERTED else 0
        _check_room(tensor, len(raw) // ITEM_SIZES[kind])
        arrays[name] = (
            shape_only(tensor.shape)
            if kind in CONVERTED and convertible < 0
            else _array(tensor, raw, kind, order)
        )
    return Read(arrays, left_out=tuple(filter(None, _optimisers(held))))


def _array(tensor: Tensor, raw: bytes | memoryview, kind: str, order: str) -> NDArray[Any]:
    """The numbers of a tensor, in float32 of the floating types that NumPy lacks."""
    assert tensor.storage is not None
    size = ITEM_SIZES[kind]
    stored = (
        np.frombuffer(raw, f"{order}u{size}")
        if kind in CONVERTED
        else numbers(kind, raw[: len(raw) // size * size], order)
    )
    begin = stored[tensor.storage.skipped + tensor.offset :]
    strides = tuple(size * stride for stride in tensor.strides)
    array = as_strided(begin, tensor.shape, strides, writeable=False)
    return CONVERTED[kind][0](array) if kind in CONVERTED else array


def _check_room(tensor: Tensor, stored: int) -> None:
    """Raise ValueError where a tensor reaches beyond the ``stored`` numbers of its storage."""
    assert tensor.storage is not None
    sizes = (tensor.storage.skipped, tensor.offset, *tensor.shape, *tensor.strides)
    if not all(type(size) is int and 0 <= size < 1 << 48 for size in sizes):
        raise ValueError("no sizes")
    if len(tensor.shape) != len(tensor.strides) or len(tensor.shape) > MOST_DIMENSIONS:
        raise ValueError("too many dimensions")
    if math.prod(tensor.shape) >= 1 << 60:
        raise ValueError("too large for any memory")
    pairs = zip(tensor.shape, tensor.strides, strict=True)
    last = sum((side - 1) * stride for side, stride in pairs)
    if 0 not in tensor.shape and tensor.storage.skipped + tensor.offset + last >= stored:
        raise ValueError("beyond its storage")


def _item_size(dtype: str) -> int:
    return 16 if dtype == "complex128" else ITEM_SIZES[KINDS[dtype]]


#: What the names of a layer's tensors end with.
PARAMETERS: Final = ("weight", "bias")
#: The tensors of a state dict, by their names.
Tensors = dict[str, Tensor | Array]


def _chosen(path: Path, held: Any) -> Tensors:
    """The state dict of a LeNet-5 that a file holds; WeightsError says why there is none."""
    if isinstance(held, Stand) and held.kind.startswith("__torch__."):  # TorchScript
        return _of_modules(held)
    found = dict(_state_dicts(path, held))
    whole = {where: one for where, one in found.items() if len(one) >= LAYERED}
    fitting = [where for where, one in whole.items() if _has_layers(one)] or list(whole)
    likely = sorted(
        (where for where in fitting if where.rpartition(".")[2] in NESTS),
        key=lambda where: (where.count("."), NESTS.index(where.rpartition(".")[2])),
    )
    if len(fitting) == 1 or likely or "" in fitting:
        return whole[fitting[0] if "" in fitting else (likely or fitting)[0]]
    if fitting:
        names = ", ".join(named(where) for where in fitting[:MOST_NAMES])
        first = named(fitting[0])
        raise WeightsError(
            f"{path} holds several state dicts ({names}): save one of them alone, such as "
            f"torch.save(torch.load(FILE)[{first!r}], OTHER_FILE)"
        )
    if module := _module_in(held):
        raise WeightsError(
            f"{path} is a whole pickled model of the class {named(module.kind)}, code and all: "
            "save its state_dict() instead"
        )
    if found:
        return next(iter(found.values()))
    raise WeightsError(
        f"{path} holds no state dict, names with one tensor each: save the network's state_dict()"
    )


def _state_dicts(path: Path, held: Any) -> Iterator[tuple[str, Tensors]]:
    """The dictionaries of tensors in what a file holds, by the way there, the outermost first.

    Raises WeightsError where one has something else in the place of a layer's tensor.
    """
    seen: set[int] = set()
    level = [("", held)]
    for _ in range(DEEP + 1):
        deeper: list[tuple[str, Any]] = []
        for where, one in level:
            if id(one) in seen or not isinstance(one, dict | list | tuple | Stand):
                continue
            seen.add(id(one))
            items = _items(one)
            tensors = {str(k): t for k, t in items if isinstance(t, Tensor | Array)}
            if tensors and isinstance(one, dict):
                for key, item in items:
                    if isinstance(item, Stand) and str(key).endswith(PARAMETERS):
                        raise WeightsError(
                            f"{path}: {named(str(key))} is no tensor; save the network's "
                            "state_dict() again"
                        )
                yield where, tensors
            if len(tensors) < LAYERED or not _has_layers(tensors):
                deeper += [(f"{where}.{key}" if where else str(key), item) for key, item in items]
        level = deeper


def _optimisers(held: Any) -> list[str]:
    """Where the states of torch's optimisers lie in what a file holds."""
    found, seen = [], set[int]()
    level = [("", held)]
    for _ in range(DEEP + 1):
        deeper: list[tuple[str, Any]] = []
        for where, one in level:
            if id(one) in seen or not _holds(one):
                continue
            seen.add(id(one))
            if isinstance(one, dict) and one.keys() >= OPTIMISER:
                found.append(where)
            else:
                deeper += [(f"{where}.{key}" if where else str(key), i) for key, i in _items(one)]
        level = deeper
    return found


def _items(held: dict[Any, Any] | list[Any] | tuple[Any, ...] | Stand) -> list[tuple[Any, Any]]:
    """What something holds, by name or place."""
    if isinstance(held, dict):
        return list(held.items())
    return list(held.parts.items() if isinstance(held, Stand) else enumerate(held))


def _has_layers(tensors: Tensors) -> bool:
    return has_layers(
        tuple(t.shape) if isinstance(t, Tensor) else (() if t.numbers is None else t.numbers.shape)
        for t in tensors.values()
    )


def _module_in(held: Any) -> Stand | None:
    """The first module of torch's in what a file holds, which is a network with its code."""
    inside = [held, *(item for _, item in _items(held))] if _holds(held) else []
    found = (one for one in inside if isinstance(one, Stand) and "_modules" in one.parts)
    return next(found, None)


def _holds(held: Any) -> bool:
    return isinstance(held, dict | list | tuple | Stand)


def _of_modules(module: Stand) -> Tensors:
    """The tensors of a module of TorchScript and of those in it, by their names."""
    found: Tensors = {}
    seen: set[int] = set()
    left = [("", module)]
    while left:
        where, one = left.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        for name, part in one.parts.items():
            if isinstance(part, Tensor):
                found[f"{where}{name}"] = part
        inner = [(f"{where}{n}.", p) for n, p in one.parts.items() if isinstance(p, Stand)]
        left += reversed(inner)
    return found
