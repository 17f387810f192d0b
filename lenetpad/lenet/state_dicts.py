"""State dicts in pickled files (.pth, .pt), as torch writes them, read without running code.

Nothing is unpickled: torch's own reader, though it runs no code, would make gigabytes of some
bytes of pickle. Its instructions are followed here, a limited number of them. What they would call
is only understood where it makes tensors, and of these become arrays what the state dict holds.
"""

from __future__ import annotations

import io
import math
import pickletools
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from lenetpad.lenet.identification import LARGEST_FILE, LAYERS, State, WeightsError
from lenetpad.lenet.leftovers import NESTS
from lenetpad.lenet.safetensors_file import (
    CONVERTED,
    ITEM_SIZES,
    LARGEST_TENSOR,
    numbers,
    shape_only,
)
from lenetpad.storage.decoding import contents, named

#: The pickle of a LeNet-5's checkpoint has some kilobytes and some thousand instructions.
LARGEST_PICKLE: Final = 4 << 20
MOST_INSTRUCTIONS: Final = 200_000
#: A name takes so much longer than other instructions; real pickles have each name once.
NAME: Final = 10
#: And its archive has some dozen files.
MOST_FILES: Final = 10_000
MOST_DIMENSIONS: Final = 8
#: A state dict has at least the weights of the five layers; what an optimiser keeps has fewer.
LAYERED: Final = len(LAYERS)
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
STORAGES: Final = {
    "DoubleStorage": "float64",
    "FloatStorage": "float32",
    "HalfStorage": "float16",
    "BFloat16Storage": "bfloat16",
    "LongStorage": "int64",
    "IntStorage": "int32",
    "ShortStorage": "int16",
    "CharStorage": "int8",
    "ByteStorage": "uint8",
    "UntypedStorage": "uint8",
    "BoolStorage": "bool",
    "ComplexFloatStorage": "complex64",
    "ComplexDoubleStorage": "complex128",
}
#: What the functions begin with that make tensors.
REBUILD: Final = "torch._utils._rebuild_"
#: What checkpoints may name besides.
KNOWN: Final = {
    "collections.OrderedDict",
    "collections.Counter",
    "torch.nn.parameter.Parameter",
    "torch._tensor._rebuild_from_type_v2",
    "torch.serialization._get_layout",
    "_codecs.encode",
    "builtins.bytearray",
    "builtins.complex",
    "builtins.set",
}
#: And the modules of torch's tensors, storages, types and sizes.
KNOWN_MODULES: Final = (
    "torch",
    "torch.storage",
    "torch.sparse",
    "torch.cuda",
    "torch.cuda.sparse",
)


@dataclass(frozen=True, slots=True)
class _Name:
    """Something that a pickle names, as module.name; it is never looked up."""

    text: str


@dataclass(frozen=True, slots=True)
class _Storage:
    """Where numbers lie: the key of their bytes, their type, and how many to leave out first."""

    key: str
    dtype: str
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class _Tensor:
    """A tensor as a pickle has it; sizes in numbers. One that is not plain has no ``storage``."""

    storage: _Storage | None
    offset: int = 0
    shape: tuple[int, ...] = ()
    strides: tuple[int, ...] = ()


@dataclass(slots=True)
class _Opaque:
    """A value of which nothing is kept."""


@dataclass(slots=True)
class _Pickles:
    """Follows the pickles of a file; together they have ``MOST_INSTRUCTIONS``.

    ``storages`` are those that were named, by their keys.
    """

    path: Path
    file: BinaryIO
    storages: dict[str, _Storage] = field(default_factory=dict)
    left: int = field(default_factory=lambda: MOST_INSTRUCTIONS)

    def next(self) -> Any:
        """The next pickle's value: dictionaries, lists, plain values, tensors; others opaque.

        Raises WeightsError for what could run code, and others for what is damaged.
        """
        stack: list[Any] = []
        below: list[list[Any]] = []
        memo: dict[int, Any] = {}
        for instruction, argument, _ in pickletools.genops(self.file):
            self._count(1)
            value: Any = argument
            match instruction.name:
                case "PROTO":
                    pass
                case "STOP":
                    return stack.pop()
                case "MARK":
                    below.append(stack)
                    stack = []
                case "NONE":
                    stack.append(None)
                case "NEWTRUE" | "NEWFALSE":
                    stack.append(instruction.name == "NEWTRUE")
                case "EMPTY_DICT":
                    stack.append({})
                case "EMPTY_LIST":
                    stack.append([])
                case "EMPTY_TUPLE":
                    stack.append(())
                case "EMPTY_SET":
                    stack.append(_Opaque())
                case "BININT" | "BININT1" | "BININT2" | "LONG1" | "BINFLOAT":
                    stack.append(value)
                case "BINUNICODE" | "SHORT_BINSTRING":
                    stack.append(value)
                case "TUPLE1" | "TUPLE2" | "TUPLE3":
                    size = int(instruction.name[-1])
                    stack[-size:] = [tuple(stack[-size:])]
                case "TUPLE":
                    items, stack = stack, below.pop()
                    stack.append(tuple(items))
                case "APPEND":
                    item = stack.pop()
                    _extend(stack[-1], [item])
                case "APPENDS":
                    items, stack = stack, below.pop()
                    _extend(stack[-1], items)
                case "SETITEM":
                    items = [(stack.pop(-2), stack.pop())]
                    _update(stack[-1], items)
                case "SETITEMS":
                    items, stack = stack, below.pop()
                    _update(stack[-1], zip(items[::2], items[1::2], strict=True))
                case "BINPUT" | "LONG_BINPUT":
                    memo[value] = stack[-1]
                case "BINGET" | "LONG_BINGET":
                    stack.append(memo[value])
                case "GLOBAL":
                    self._count(NAME)
                    stack.append(self._known(value))
                case "REDUCE" | "NEWOBJ":
                    arguments = stack.pop()
                    stack.append(self._made(stack.pop(), arguments))
                case "BUILD":  # attributes, of which none is kept
                    stack.pop()
                    if isinstance(stack[-1], _Tensor):
                        stack[-1] = _Tensor(None)
                case "BINPERSID":
                    stack.append(self._storage(*stack.pop()))
                case _:
                    raise self._refused()
        raise ValueError("no end")

    def _count(self, steps: int) -> None:
        self.left -= steps
        if self.left < 0:
            raise WeightsError(
                f"{self.path} is not LeNet-5: it holds far more than its weights; save the "
                "network's state_dict() alone"
            )

    def _refused(self) -> WeightsError:
        return WeightsError(
            f"{self.path} is refused: it is damaged, or holds more than plain tensors and could "
            "run code. Save the network's state_dict() instead."
        )

    def _known(self, text: str) -> _Name:
        """Something of which checkpoints are made, by the words of a pickle."""
        module, _, name = text.partition(" ")
        module = "builtins" if module == "__builtin__" else module
        full = f"{module}.{name}"
        if full in KNOWN or full.startswith(REBUILD) or module in KNOWN_MODULES:
            return _Name(full)
        raise self._refused()

    def _made(self, called: Any, arguments: Any) -> Any:
        """What a call would give."""
        if not isinstance(called, _Name) or not isinstance(arguments, tuple):
            raise self._refused()
        match called.text:
            case "collections.OrderedDict":
                made: dict[Any, Any] = {}
                for pairs in arguments:  # as older files have it
                    self._count(len(pairs))
                    _update(made, pairs)
                return made
            case "torch.Size":
                self._count(len(arguments[0]))
                return tuple(arguments[0])
            case "torch._utils._rebuild_tensor" | "torch._utils._rebuild_tensor_v2":
                return _tensor(arguments, None, arguments[6:7])
            case "torch._utils._rebuild_tensor_v3":
                return _tensor(arguments, arguments[6], arguments[7:8])
            case (
                "torch._utils._rebuild_parameter"
                | "torch._utils._rebuild_parameter_with_state"
                | "torch._utils._rebuild_device_tensor_from_cpu_tensor"
                | "torch.nn.parameter.Parameter"
            ):
                return arguments[0]
            case "torch._tensor._rebuild_from_type_v2":
                return self._made(arguments[0], arguments[2])
            case other if other.startswith(REBUILD):
                return _Tensor(None)
        return _Opaque()

    def _storage(self, kind: str, storage: _Name, key: Any, *others: Any) -> _Storage:
        """The storage that a pickle names: its location, its size, and perhaps a part of it."""
        if kind != "storage":
            raise self._refused()
        dtype = STORAGES[storage.text.rpartition(".")[2]]
        whole = self.storages.setdefault(str(key), _Storage(str(key), dtype))
        part = others[2] if len(others) > 2 else None
        return replace(whole, dtype=dtype, skipped=0 if part is None else part[1])


def read(path: Path) -> State:
    """The state dict of a pickled file as arrays, by name.

    Nothing that could run code is unpickled. Raises WeightsError for everything else than plain
    tensors, and for what is damaged or too large. Needs no torch.
    """
    content = contents(path, LARGEST_FILE, WeightsError)
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
Bytes = Callable[[_Storage], bytes | memoryview]


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
    if f"{folder}constants.pkl" in files:
        raise ValueError("a whole program, of torch.jit")

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
    held = _Pickles(path, io.BytesIO(unpacked(index))).next()
    kept: dict[str, bytes] = {}

    def storage(wanted: _Storage) -> bytes:
        if wanted.key not in kept:
            kept[wanted.key] = unpacked(f"{folder}data/{wanted.key}")
        return kept[wanted.key]

    return held, storage, order


def _legacy(path: Path, content: bytes) -> tuple[Any, Bytes, str]:
    """The same of a file that torch wrote before 1.6: pickles, and the storages behind them."""
    pickles = _Pickles(path, io.BytesIO(content[:LARGEST_PICKLE]))
    if (pickles.next(), pickles.next()) != (LEGACY_MAGIC, LEGACY_VERSION):
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


def _state(path: Path, held: Any, storage: Bytes, order: str) -> State:
    """The arrays of the state dict that a file holds."""
    found = state_in(held)
    if found is None:
        raise WeightsError(
            f"{path} holds no state dict, names with one tensor each: save the network's "
            "state_dict()"
        )
    arrays, convertible = {}, LARGEST_TENSOR
    for name, tensor in found.items():
        if tensor.storage is None:
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
    return arrays


def _array(tensor: _Tensor, raw: bytes | memoryview, kind: str, order: str) -> NDArray[Any]:
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


def _check_room(tensor: _Tensor, stored: int) -> None:
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


def _tensor(arguments: tuple[Any, ...], dtype: _Name | None, metadata: tuple[Any, ...]) -> _Tensor:
    """A tensor by the arguments of the functions that make it; ``metadata`` may conjugate it."""
    storage, offset, shape, strides = arguments[:4]
    if not isinstance(storage, _Storage) or any(metadata):
        return _Tensor(None)
    if dtype is not None:
        storage = replace(storage, dtype=dtype.text.rpartition(".")[2])
    return _Tensor(storage, offset, shape, strides)


def _item_size(dtype: str) -> int:
    return 16 if dtype == "complex128" else ITEM_SIZES[KINDS[dtype]]


def _extend(held: Any, items: list[Any]) -> None:
    if isinstance(held, list):
        held.extend(items)


def _update(held: Any, items: Iterable[tuple[Any, Any]]) -> None:
    """Put what has a name into a dictionary; of other keys nothing is kept."""
    if isinstance(held, dict):
        held |= {
            key: value
            for key, value in items
            if isinstance(key, str) or (isinstance(key, int) and abs(key) < 1 << 31)
        }


def state_in(content: Any) -> dict[str, _Tensor] | None:
    """The state dict that a checkpoint is or holds, two levels down at most; else None.

    Beside its tensors there may be other things, such as an epoch.
    """
    return _state_in(content, 2, {})


def _state_in(
    content: Any, deep: int, seen: dict[tuple[int, int], dict[str, _Tensor] | None]
) -> dict[str, _Tensor] | None:
    """The same, ``deep`` levels down; what was ``seen`` at a level is not looked at again."""
    if not isinstance(content, dict):
        return None
    at = (id(content), deep)
    if at in seen:
        return seen[at]
    seen[at] = None
    own = {str(key): value for key, value in content.items() if isinstance(value, _Tensor)}
    if len(own) >= LAYERED:
        seen[at] = own
        return own
    deeper = content.items() if deep else ()
    held = {str(key): _state_in(value, deep - 1, seen) for key, value in deeper}
    states = {key: state for key, state in held.items() if state and len(state) >= LAYERED}
    if len(states) > 1 and not states.keys() & set(NESTS):
        return None
    likely = [states[name] for name in NESTS if name in states] or [*states.values(), own]
    seen[at] = likely[0] or None
    return seen[at]
