"""Checkpoints as files: what is looked at before torch reads one, and how it must look.

A checkpoint may be a stranger's, as its run's folder. ``read`` gives what it holds, of plain types
only; ``fitting`` compares that, part by part, with what a training of the same kind would keep.
"""

from __future__ import annotations

import math
import pickletools
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor

from lenetpad.storage.decoding import InputError, named, opened

#: A network with its optimiser's averages is under a megabyte. The rest is the order of an epoch's
#: images, 8 bytes each, of which there may be some million.
LARGEST: Final = 128 << 20
#: What describes the tensors is 5 KB.
LARGEST_PICKLE: Final = 1 << 20
#: All that the pickle of a checkpoint may name, and how torch writes it.
_NAMES: Final = frozenset(
    {
        "collections OrderedDict",
        "torch._utils _rebuild_tensor_v2",
        *("torch FloatStorage", "torch LongStorage", "torch ByteStorage"),
    }
)
_OPCODES: Final = frozenset(
    {
        *("PROTO", "STOP", "MARK", "GLOBAL", "REDUCE", "BUILD", "BINPERSID", "FRAME", "MEMOIZE"),
        *("BINPUT", "LONG_BINPUT", "BINGET", "LONG_BINGET", "NONE", "NEWTRUE", "NEWFALSE"),
        *("BININT", "BININT1", "BININT2", "LONG1", "BINFLOAT", "BINUNICODE", "SHORT_BINUNICODE"),
        *("EMPTY_TUPLE", "TUPLE", "TUPLE1", "TUPLE2", "TUPLE3", "EMPTY_LIST", "APPEND", "APPENDS"),
        *("EMPTY_DICT", "SETITEM", "SETITEMS"),
    }
)


class CheckpointError(InputError):
    """A checkpoint that cannot be used; the message says why."""


def read(path: Path) -> dict[str, Any]:
    """What a checkpoint holds; CheckpointError where it is damaged.

    Its tensors are views of the file: who keeps one copies it. Nothing is unpacked, and no code
    can run.
    """
    _check_archive(path)
    try:
        found = torch.load(path, map_location="cpu", weights_only=True, mmap=True)
    except Exception as error:  # whatever torch stumbles over
        raise CheckpointError(f"{path} is damaged ({named(error)})") from None
    if not isinstance(found, dict):
        raise CheckpointError(f"{path} is damaged: it holds no dictionary")
    return found


def _check_archive(path: Path) -> None:
    """CheckpointError where a file is no archive as torch writes them: stored as it is, and its
    pickle of nothing but tensors, numbers and texts."""
    with opened(path, LARGEST, CheckpointError) as file:
        try:
            with zipfile.ZipFile(file) as archive:
                entries = archive.infolist()
                names = [entry.filename for entry in entries]
                [pickled] = (one for one in entries if one.filename.endswith("/data.pkl"))
                packed = any(one.compress_type != zipfile.ZIP_STORED for one in entries)
                if packed or len(set(names)) < len(names) or pickled.file_size > LARGEST_PICKLE:
                    raise CheckpointError(f"{path} is damaged: it is packed in a strange way")
                content = archive.read(pickled)
            for opcode, argument, _ in pickletools.genops(content):
                strange = opcode.name == "GLOBAL" and argument not in _NAMES
                if strange or opcode.name not in _OPCODES:
                    what = named(argument if strange else opcode.name)
                    raise CheckpointError(f"{path} is damaged: it holds {what}")
        except CheckpointError:
            raise
        except Exception as error:  # zipfile and pickletools raise a dozen kinds
            raise CheckpointError(f"{path} is damaged ({named(error)})") from None


def part(found: Any, name: str) -> Any:
    """What a checkpoint, or a part of it, holds under a name; CheckpointError if it does not."""
    if not isinstance(found, Mapping) or name not in found:
        raise CheckpointError(f"its {name} is missing")
    return found[name]


def fitting(found: Any, like: Any, where: str) -> Any:
    """``found``, with its tensors copied, where it is of the form of ``like``.

    That is: dictionaries with the same keys, lists of the same length, tensors of the same shape
    and type, all numbers finite, and texts the same. Raises CheckpointError, which says where.
    """
    match like:
        case Tensor():
            return _fitting_tensor(found, like, where)
        case Mapping():
            if not isinstance(found, Mapping) or found.keys() != like.keys():
                raise CheckpointError(f"{where} has other parts than this training's")
            return {key: fitting(found[key], like[key], f"{where} {key}") for key in like}
        case list() | tuple():
            if not isinstance(found, list | tuple) or len(found) != len(like):
                raise CheckpointError(f"{where} has another length than this training's")
            pairs = zip(found, like, strict=True)
            return type(like)(fitting(one, other, where) for one, other in pairs)
        case float():
            return number(found, where)
        case _:
            if type(found) is not type(like) or found != like:
                raise CheckpointError(f"{where} is another than this training's")
            return found


def number(found: Any, where: str, least: float = -math.inf, most: float = math.inf) -> float:
    """A finite number from ``least`` to ``most``; CheckpointError where it is none."""
    if isinstance(found, bool) or not isinstance(found, int | float):
        raise CheckpointError(f"{where} is no number")
    if not (math.isfinite(found) and least <= found <= most):
        raise CheckpointError(f"{where} is out of range")
    return float(found)


def _fitting_tensor(found: Any, like: Tensor, where: str) -> Tensor:
    if not isinstance(found, Tensor) or found.layout != torch.strided:
        raise CheckpointError(f"{where} is no tensor")
    if found.shape != like.shape or found.dtype != like.dtype:
        raise CheckpointError(f"{where} has another shape or type than this training's")
    if found.is_floating_point() and not bool(found.isfinite().all()):
        raise CheckpointError(f"{where} holds what is no number")
    return found.detach().clone()
