"""LeNet-5's weights from elsewhere: which tensor is which layer's, by their shapes."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from lenetpad.lenet.config import TABLE_I
from lenetpad.lenet.leftovers import (
    BATCH_STATISTICS,
    WORKED_IN,
    cleared,
    folded,
    folded_into_next,
    may_add,
    may_subsample,
)
from lenetpad.storage.decoding import InputError, named
from lenetpad.values.arrays import FloatArray
from lenetpad.values.conventions import UNKNOWN_CONVENTIONS, Conventions

#: LeNet-5's weights are a quarter of a megabyte; a file far larger is something else.
LARGEST_FILE: Final = 64 * 1024 * 1024
#: Numbers of modules have fewer digits.
MOST_DIGITS: Final = 10
#: A state dict: each tensor as an array by its name.
State = dict[str, NDArray[Any]]
Shape = tuple[int, ...]

#: The shapes in which a layer's weights come, and how many biases it has.
LAYERS: Final[dict[str, tuple[tuple[Shape, ...], int]]] = {
    "c1": (((6, 1, 5, 5),), 6),
    # All kernels, or those of Table I one by one.
    "c3": (((16, 6, 5, 5), (60, 5, 5), (60, 1, 5, 5)), 16),
    "c5": (((120, 16, 5, 5), (120, 400)), 120),
    "f6": (((84, 120), (84, 120, 1, 1)), 84),
    "output": (((10, 84), (10, 84, 1, 1)), 10),
}
KERNELS: Final = 60
#: A convolution over the whole of its maps is a full connection.
FULLY_CONNECTED: Final = ("c5", "f6", "output")
#: The maps of the layers whose subsampling may have a trained coefficient and bias a map.
SUBSAMPLINGS: Final = {"s2": 6, "s4": 16}
#: How many parameters a layer's weight, bias or coefficients may have.
SIZES: Final = frozenset(
    {math.prod(shape) for shapes, _ in LAYERS.values() for shape in shapes}
    | {biases for _, biases in LAYERS.values()}
)
NOWHERE: Final[Mapping[str, str]] = MappingProxyType({})
#: Where a batch normalisation can be, but for right behind its layer's weighted sums.
BEHIND_ACTIVATION, BEHIND_POOLING = "activation", "pooling"
#: Everywhere behind activation and pooling, as in what nothing tells of.
LATE: Final[Mapping[str, str]] = MappingProxyType(dict.fromkeys(LAYERS, BEHIND_POOLING))
BEFORE_POOLING: Final[Mapping[str, str]] = MappingProxyType(
    dict.fromkeys(LAYERS, BEHIND_ACTIVATION)
)


class WeightsError(InputError):
    """A weights file that cannot be used; the message says why, layer by layer where it helps."""


@dataclass(frozen=True, slots=True)
class Read:
    """What a file holds: its tensors by name, and what it says of the network.

    ``late`` says of layers whose batch normalisation is not right behind their weighted sums
    where it is; None where nothing tells. ``left_out`` are names of what is no part of it.
    """

    state: State
    conventions: Conventions = UNKNOWN_CONVENTIONS
    late: Mapping[str, str] | None = None
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """The tensors of a state dict under our own names, and what does not fit, a sentence each.

    The sentences that say most come first. ``left_out`` are names of what is no layer's, or was
    worked into one. ``doubts`` are sentences on what would be wrong if the network takes the
    largest of four values.
    """

    state: dict[str, FloatArray]
    faults: tuple[str, ...]
    left_out: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


def layers_of(state: State) -> Found:
    """A state dict without what lies beside its layers, and without what its names begin with."""
    found = cleared(state, SIZES)
    return Found(unprefixed(found.state), found.faults, found.left_out)


def has_layers(shapes: Iterable[Shape]) -> bool:
    """Whether tensors of these shapes can be a LeNet-5's."""
    there = set(shapes)
    return all(there & set(shapes) for shapes, _ in LAYERS.values())


def unprefixed(state: State) -> State:
    """The state dict without what all its names begin with, such as "module.".

    Two words are left of each name.
    """
    words = [name.split(".") for name in state]
    if not words:
        return state
    most = max(0, min(map(len, words)) - 2)
    ends = zip(min(words)[:most], max(words), strict=False)  # what these share, all do
    cut = next((at for at, (one, other) in enumerate(ends) if one != other), most)
    names = [".".join(one[cut:]) for one in words]
    return dict(zip(names, state.values(), strict=True))


def identify(state: Mapping[str, NDArray[Any]], late: Mapping[str, str] = NOWHERE) -> Found:
    """Find LeNet-5's layers by the shapes of the plain tensors, whatever their names.

    The tensors found are float32 of our shapes, none where there are faults. A bias that is
    missing is zero. An output of ±1 without a bias are codes, "output.codes", with no bias.
    Batch normalisation with its statistics is worked into the layer before it, and where it is
    ``late`` into the next.
    """
    batches, left = _batches(state)
    faults: list[str] = []
    found: State = {}
    missing = []
    owners: dict[str, str] = {}
    for layer, (shapes, biases) in LAYERS.items():
        name = next((n for n, tensor in left.items() if tuple(tensor.shape) in shapes), None)
        if name is None:
            missing.append(layer)
            continue
        weight = left.pop(name)
        owners[layer] = name.rpartition(".")[0]
        if len(weight) == KERNELS:
            weight = weight.reshape(KERNELS, 5, 5)
        found[f"{layer}.weight"] = (
            weight.reshape(len(weight), -1) if layer in FULLY_CONNECTED else weight
        )
        bias = _bias_beside(name, left)
        if bias is not None and tuple(left[bias].shape) != (biases,):
            shape = shape_text(left.pop(bias).shape)
            faults.append(f"{_title(layer)}: expected {biases}, {named(bias)} is {shape}")
        elif bias is not None:
            found[f"{layer}.bias"] = left.pop(bias)
    faults += _faults_of_missing(missing, left)
    faults += _faults_of_normalising(left)
    for layer, maps in SUBSAMPLINGS.items():
        found |= _coefficients(layer, maps, left)
    for layer, (_, biases) in LAYERS.items():  # biases whose names tell nothing
        if f"{layer}.weight" in found and f"{layer}.bias" not in found:
            name = next((n for n, t in left.items() if t.shape == (biases,) and may_add(n)), None)
            found[f"{layer}.bias"] = (
                np.zeros(biases, np.float32) if name is None else left.pop(name)
            )
            if layer == "output" and name is None and _are_codes(found["output.weight"]):
                found["output.codes"] = found.pop("output.weight")
                del found["output.bias"]
    if ("s2.weight" in found) != ("s4.weight" in found):
        faults.append("S2, S4: only one of them has coefficients and biases")
    faults[:0] = _fold(batches, found, owners, late)
    faults += [
        f"{named(n)} ({shape_text(t.shape)}) is no part of LeNet-5" for n, t in left.items()
    ]
    if not faults:
        counters = BATCH_STATISTICS[2]
        faults += _faults_of_values({n: t for n, t in state.items() if not n.endswith(counters)})
    known = {} if faults else {name: as_float32(array) for name, array in found.items()}
    worked_in = tuple(f"{name}{WORKED_IN}" for name in batches)
    return Found(known, tuple(faults), worked_in)


def shape_text(shape: Shape) -> str:
    """A shape as sentences have it, such as 6×1×5×5."""
    return "×".join(str(side) for side in shape) or "a single number"


def _batches(state: Mapping[str, NDArray[Any]]) -> tuple[dict[str, State], State]:
    """The tensors of each layer that normalises batches, and the rest."""
    ends = tuple(f".{statistic}" for statistic in BATCH_STATISTICS)
    batches: dict[str, State] = {n.rpartition(".")[0]: {} for n in state if n.endswith(ends)}
    left: State = {}
    for name, tensor in state.items():
        owner, _, key = name.rpartition(".")
        if owner in batches:
            batches[owner][key] = tensor
        else:
            left[name] = tensor
    return batches, left


def _fold(
    batches: Mapping[str, State], found: State, owners: Mapping[str, str], late: Mapping[str, str]
) -> list[str]:
    """Work batch normalisations into the layers as wide; a sentence on the first other.

    ``owners`` are the layers' own names, which may say that something lies between.
    """
    widths = {biases: layer for layer, (_, biases) in LAYERS.items()}
    faults = []
    for name, batch in batches.items():
        mean = batch.get(BATCH_STATISTICS[0], np.empty(0))
        layer = widths.pop(mean.size, "")
        keys = {*BATCH_STATISTICS[:2], *({"weight", "bias"} & batch.keys())}
        whole = keys <= batch.keys() and all(
            batch[key].shape == mean.shape and is_floating(batch[key]) for key in keys
        )
        weight, bias = found.get(f"{layer}.weight"), found.get(f"{layer}.bias")
        if not whole or weight is None or bias is None or not is_floating(weight):
            faults.append(f"{named(name)} normalises batches, which LeNet-5 does not")
            continue
        if layer in late:
            faults += _fold_late(batch, layer, name, found, late[layer])
            continue
        if not _may_follow(owners[layer], name):
            faults.append(
                f"{named(name)} does not normalise right behind {named(owners[layer])}, as it "
                "must to be worked into it"
            )
            continue
        each = [len(maps) for maps in TABLE_I] if len(weight) == KERNELS else [1] * len(weight)
        found[f"{layer}.weight"], found[f"{layer}.bias"] = folded(weight, bias, batch, each)
    more = f"; {len(faults) - 1:,} more like that" if len(faults) > 1 else ""
    return [faults[0] + more] if faults else []


def _fold_late(batch: State, layer: str, name: str, found: State, where: str) -> list[str]:
    """Work a batch normalisation behind an activation into the next layer, where that is exact.

    The largest of four values stays the largest where no factor is negative.
    """
    following = dict(itertools.pairwise(LAYERS)).get(layer, "")
    weight, bias = (found.get(f"{following}.{key}") for key in ("weight", "bias"))
    if weight is None or bias is None or not is_floating(weight) or "s2.weight" in found:
        return [f"{named(name)} normalises batches, which LeNet-5 does not"]
    scaled = batch.get("weight", np.ones(1))
    if where == BEHIND_ACTIVATION and layer in ("c1", "c3") and (scaled < 0).any():
        return [
            f"{named(name)} normalises batches with negative factors between an activation and "
            "its pooling, which cannot be worked into a layer"
        ]
    table = TABLE_I if len(weight) == KERNELS else None
    found[f"{following}.weight"], found[f"{following}.bias"] = folded_into_next(
        weight, bias, batch, table
    )
    return []


def _may_follow(layer: str, batch: str) -> bool:
    """Whether a normalisation may come right behind a layer, as far as their names tell.

    In one sequence of modules, which are numbered, nothing may lie between: it could be the
    activation, and a normalisation behind that cannot be told from others.
    """
    (of_layer, _, at), (of_batch, _, there) = layer.rpartition("."), batch.rpartition(".")
    if of_layer != of_batch or not (at.isdecimal() and there.isdecimal()):
        return True
    return len(at) < MOST_DIGITS and len(there) < MOST_DIGITS and int(there) == int(at) + 1


def _faults_of_normalising(left: State) -> list[str]:
    """A sentence on layers that seem to normalise without statistics; they leave ``left``."""
    widths = {biases for _, biases in LAYERS.values()}
    owners: dict[str, list[str]] = {}
    for name, tensor in left.items():
        if tensor.size in widths and not may_subsample(name, tensor.shape):
            owner = re.sub(r"[._][^._]*$", "", name)
            owners.setdefault(owner, []).append(name)
    pairs = {owner: names for owner, names in owners.items() if len(names) > 1}
    for names in pairs.values():
        for name in names:
            del left[name]
    if not pairs:
        return []
    words = ", ".join(map(named, pairs))
    return [
        f"{words} may normalise (as GroupNorm, or BatchNorm without statistics), which LeNet-5 "
        "does not; call trained subsampling s2 and s4"
    ]


def _title(layer: str) -> str:
    return layer if layer == "output" else layer.upper()


def _bias_beside(name: str, left: State) -> str | None:
    """The name of the bias that belongs to a weight of this name."""
    for word in reversed(list(re.finditer(r"(?<![^._])(weight|w|W)(?![^._])", name))):
        for bias in {"weight": ("bias",), "w": ("b",), "W": ("b", "B")}[word[0]]:
            beside = name[: word.start()] + bias + name[word.end() :]
            if beside in left:
                return beside
    return None


def _faults_of_missing(missing: list[str], left: State) -> list[str]:
    """A sentence for each layer that was not found; what is there in its place leaves ``left``."""
    faults = []
    for layer in missing:
        shapes, _ = LAYERS[layer]
        sides = {len(shape) for shape in shapes}
        expected = " or ".join("×".join(map(str, shape)) for shape in shapes)
        name = next((n for n, tensor in left.items() if tensor.ndim in sides), None)
        if name is None:
            faults.append(f"{_title(layer)}: expected {expected}, nothing is there")
            continue
        shape = shape_text(left.pop(name).shape)
        faults.append(f"{_title(layer)}: expected {expected}, {named(name)} is {shape}")
        if (bias := _bias_beside(name, left)) is not None:
            del left[bias]
    return faults


def _are_codes(weight: NDArray[Any]) -> bool:
    """Whether an output's weights are codes that F6 is compared with, as in the paper: all ±1."""
    return is_floating(weight) and bool((np.abs(weight.astype(np.float32)) == 1).all())


def _coefficients(layer: str, maps: int, left: State) -> State:
    """A subsampling's coefficients and biases, if both are among what is left."""
    names = [
        name
        for name, tensor in left.items()
        if tensor.size == maps and maps in tensor.shape and may_subsample(name, tensor.shape)
    ]
    if len(names) not in (2, 3):  # a third, the first of them, is the convolution's bias
        return {}
    # Of two tensors of one shape, the bias is the one that has a word like it, and the other not.
    one, other = (set(re.split("[._]", name.lower())) for name in names[-2:])
    biased = any(word.startswith("b") for word in one - other)
    bias, weight = names[-2:] if biased else reversed(names[-2:])
    return {
        f"{layer}.weight": left.pop(weight).reshape(maps),
        f"{layer}.bias": left.pop(bias).reshape(maps),
    }


def _faults_of_values(state: Mapping[str, NDArray[Any]]) -> list[str]:
    return [
        f"{named(name)} {fault}"
        for name, array in state.items()
        if (fault := fault_of_values(array))
    ]


def fault_of_values(array: NDArray[Any]) -> str:
    """Why an array cannot be a layer's parameters; "" for finite floating-point numbers."""
    if not is_floating(array):
        return f"should hold floating-point numbers, holds torch.{array.dtype}"
    return "" if np.isfinite(as_float32(array)).all() else "holds NaN or infinite values"


def is_floating(array: NDArray[Any]) -> bool:
    """Whether an array holds real floating-point numbers."""
    return array.dtype.kind == "f"


def as_float32(array: NDArray[Any]) -> FloatArray:
    """A copy in single precision; what is too large for it becomes infinite."""
    with np.errstate(over="ignore"):
        return np.array(array, dtype=np.float32, order="C")
