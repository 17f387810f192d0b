"""Follows a pickle without running anything of it.

Nothing is unpickled: torch's own reader, though it runs no code, would make gigabytes of some
bytes of pickle. Its instructions are followed here, a limited number of them. What they would call
is understood where it makes tensors or arrays; everything else becomes a stand-in that only knows
what it would be, and no name is ever looked up.
"""

from __future__ import annotations

import math
import pickletools
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from lenetpad.lenet.identification import WeightsError
from lenetpad.storage.decoding import named

#: The pickle of a LeNet-5's checkpoint has some thousand instructions.
MOST_INSTRUCTIONS: Final = 200_000
#: A name takes so much longer than other instructions; real pickles have each name once.
NAME: Final = 10
#: And so many bytes that are copied take as long as one.
COPIED: Final = 64
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
#: The arrays that are kept, by NumPy's names of the types of their numbers.
ARRAY_TYPES: Final = frozenset(f"{kind}{size}" for kind in "fiu" for size in (1, 2, 4, 8)) - {
    "f1"
} | {"b1"}
MOST_DIMENSIONS: Final = 8
#: What nothing but an attack has in a checkpoint: modules, and functions of Python itself.
DANGEROUS: Final = frozenset(
    {
        *("os", "nt", "posix", "sys", "subprocess", "shutil", "socket", "pty", "ctypes", "runpy"),
        *("importlib", "webbrowser", "code", "commands", "pip", "asyncio", "multiprocessing"),
        *("torch.hub", "torch.utils.cpp_extension"),
    }
)
DANGEROUS_BUILTINS: Final = frozenset(
    f"builtins.{name}" for name in ("eval", "exec", "compile", "__import__", "open", "execfile")
) | {"io.open", "_io.open", "io.FileIO", "_io.FileIO", "io.open_code", "_io.open_code"}


@dataclass(frozen=True, slots=True)
class Name:
    """Something that a pickle names, as module.name; it is never looked up."""

    text: str


@dataclass(frozen=True, slots=True)
class Storage:
    """Where numbers lie: the key of their bytes, their type, and how many to leave out first."""

    key: str
    dtype: str
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class Tensor:
    """A tensor as a pickle has it; sizes in numbers. One that is not plain has no ``storage``."""

    storage: Storage | None
    offset: int = 0
    shape: tuple[int, ...] = ()
    strides: tuple[int, ...] = ()


@dataclass(slots=True)
class Stand:
    """Stands for an object, and does nothing: its class by name, its attributes or items."""

    kind: str
    parts: dict[Any, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Type:
    """A type of NumPy's numbers, least byte first unless its ``order`` is ">"."""

    text: str
    order: str = "<"


@dataclass(slots=True)
class Array:
    """An array of NumPy's; None as long as nothing is known of its numbers, or they are others."""

    numbers: NDArray[Any] | None = None


@dataclass(slots=True)
class Pickles:
    """Follows the pickles of a file; together they have ``MOST_INSTRUCTIONS``.

    ``storages`` are those that were named, by their keys.
    """

    path: Path
    file: BinaryIO
    storages: dict[str, Storage] = field(default_factory=dict)
    left: int = field(default_factory=lambda: MOST_INSTRUCTIONS)

    def next(self) -> Any:
        """The next pickle's value: dictionaries, lists, plain values, tensors, arrays, stand-ins.

        Raises WeightsError for what only an attack has, and others for what is damaged.
        """
        stack: list[Any] = []
        below: list[list[Any]] = []
        memo: dict[int, Any] = {}
        for instruction, argument, _ in pickletools.genops(self.file):
            self._count(1)
            value: Any = argument
            match instruction.name:
                case "PROTO" | "FRAME":
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
                    stack.append(Stand("builtins.set"))
                case "ADDITEMS":
                    stack = below.pop()
                case "FROZENSET" | "POP_MARK":
                    stack = below.pop()
                    if instruction.name == "FROZENSET":
                        stack.append(Stand("builtins.frozenset"))
                case "POP":
                    stack.pop()
                case "DUP":
                    stack.append(stack[-1])
                case "BININT" | "BININT1" | "BININT2" | "LONG1" | "LONG4" | "BINFLOAT":
                    stack.append(value)
                case "BINUNICODE" | "SHORT_BINUNICODE" | "BINUNICODE8" | "SHORT_BINSTRING":
                    stack.append(value)
                case "BINBYTES" | "SHORT_BINBYTES" | "BINBYTES8" | "BYTEARRAY8" | "BINSTRING":
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
                case "MEMOIZE":
                    memo[len(memo)] = stack[-1]
                case "BINGET" | "LONG_BINGET":
                    stack.append(memo[value])
                case "GLOBAL":
                    self._count(NAME)
                    stack.append(self._known(value))
                case "STACK_GLOBAL":
                    self._count(NAME)
                    name = stack.pop()
                    stack.append(self._known(f"{stack.pop()} {name}"))
                case "NEWOBJ_EX":
                    stack.pop()
                    arguments = stack.pop()
                    stack.append(self._made(stack.pop(), arguments))
                case "REDUCE" | "NEWOBJ":
                    arguments = stack.pop()
                    stack.append(self._made(stack.pop(), arguments))
                case "BUILD":
                    attributes = stack.pop()
                    self._count(len(attributes) if isinstance(attributes, dict) else 1)
                    stack[-1] = _built(stack[-1], attributes)
                case "BINPERSID":
                    stack.append(self._storage(*stack.pop()))
                case _:
                    raise self._damaged()
        raise ValueError("no end")

    def _count(self, steps: int) -> None:
        self.left -= steps
        if self.left < 0:
            raise WeightsError(
                f"{self.path} is not LeNet-5: it holds far more than its weights; save the "
                "network's state_dict() alone"
            )

    def _damaged(self) -> WeightsError:
        return WeightsError(f"{self.path} is damaged: its pickle makes no sense; save it again")

    def _known(self, text: str) -> Name:
        """A name of what a pickle would call or make."""
        module, _, name = text.partition(" ")
        module = "builtins" if module == "__builtin__" else module
        full = f"{module}.{name}"
        parents = {module, module.partition(".")[0], ".".join(module.split(".")[:2])}
        if parents & DANGEROUS or full in DANGEROUS_BUILTINS:
            raise WeightsError(
                f"{self.path} is refused: {named(full)} in it could run code; nothing "
                "was run. Save the network's state_dict() instead."
            )
        return Name(full)

    def _made(self, called: Any, arguments: Any) -> Any:
        """What a call would give."""
        if isinstance(called, Stand | Type | Array):
            return Stand("")  # something that was made, called
        if not isinstance(called, Name) or not isinstance(arguments, tuple):
            raise self._damaged()
        match called.text:
            case "collections.OrderedDict":
                made: dict[Any, Any] = {}
                for pairs in arguments:  # as older files have it
                    self._count(len(pairs))
                    _update(made, pairs)
                return made
            case "collections.defaultdict" | "builtins.dict":
                return {}
            case "copyreg._reconstructor" | "copy_reg._reconstructor":
                return Stand(arguments[0].text)
            case "_codecs.encode":
                self._count(len(arguments[0]) // COPIED)
                return arguments[0].encode("latin-1")
            case "numpy.dtype":
                return Type(arguments[0])
            case text if text.startswith("numpy.") and text.endswith("._reconstruct"):
                return Array()
            case text if text.startswith("numpy.") and text.endswith("._frombuffer"):
                raw, kind, shape, order = arguments
                return _array(raw, kind, shape, order == "F")
            case "torch.Size":
                if not isinstance(arguments[0], tuple | list):
                    raise self._damaged()
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
                return Tensor(None)
        return Stand(called.text)

    def _storage(self, kind: str, storage: Name, key: Any, *others: Any) -> Storage:
        """The storage that a pickle names: its location, its size, and perhaps a part of it."""
        if kind != "storage":
            raise self._damaged()
        dtype = STORAGES[storage.text.rpartition(".")[2]]
        whole = self.storages.setdefault(str(key), Storage(str(key), dtype))
        part = others[2] if len(others) > 2 else None
        return replace(whole, dtype=dtype, skipped=0 if part is None else part[1])


def _tensor(arguments: tuple[Any, ...], dtype: Name | None, metadata: tuple[Any, ...]) -> Tensor:
    """A tensor by the arguments of the functions that make it; ``metadata`` may conjugate it."""
    storage, offset, shape, strides = arguments[:4]
    if not isinstance(storage, Storage) or any(metadata):
        return Tensor(None)
    if dtype is not None:
        storage = replace(storage, dtype=dtype.text.rpartition(".")[2])
    return Tensor(storage, offset, shape, strides)


def _extend(held: Any, items: list[Any]) -> None:
    if isinstance(held, list):
        held.extend(items)


def _update(held: Any, items: Iterable[tuple[Any, Any]]) -> None:
    """Put what has a name into a dictionary; of other keys nothing is kept."""
    held = held.parts if isinstance(held, Stand) else held
    if isinstance(held, dict):
        held |= {
            key: value
            for key, value in items
            if isinstance(key, str) or (isinstance(key, int) and abs(key) < 1 << 31)
        }


def _built(made: Any, attributes: Any) -> Any:
    """What was made, with its attributes as far as they are kept."""
    match made:
        case Tensor():
            return Tensor(None)
        case Array() if isinstance(attributes, tuple) and len(attributes) == 5:
            _, shape, kind, by_columns, raw = attributes
            made.numbers = _array(raw, kind, shape, bool(by_columns)).numbers
        case Type() if isinstance(attributes, tuple) and len(attributes) > 1:
            made.order = ">" if attributes[1] == ">" else "<"
        case Stand():
            if isinstance(attributes, dict):
                made.parts |= attributes
    return made


def _array(raw: Any, kind: Any, shape: Any, by_columns: bool) -> Array:
    """An array of numbers that lie in the pickle; of other kinds none is kept."""
    if not isinstance(kind, Type) or not isinstance(raw, bytes | bytearray):
        return Array()
    if kind.text not in ARRAY_TYPES or not isinstance(shape, tuple):
        return Array()
    stored = np.frombuffer(raw, kind.order + kind.text)
    if not all(type(side) is int and side >= 0 for side in shape) or len(shape) > MOST_DIMENSIONS:
        raise ValueError("no sizes")
    if math.prod(shape) != len(stored):
        raise ValueError("of another size")
    return Array(stored.reshape(shape, order="F" if by_columns else "C"))
