"""LeNet-5's weights from elsewhere: which tensor is which layer's, by their shapes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from lenetpad.storage.decoding import InputError, named
from lenetpad.values.arrays import FloatArray

#: LeNet-5's weights are a quarter of a megabyte; a file far larger is something else.
LARGEST_FILE: Final = 64 * 1024 * 1024
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
#: Parts of names that betray batch normalisation.
BATCH_STATISTICS: Final = ("running_mean", "running_var", "num_batches_tracked")


class WeightsError(InputError):
    """A weights file that cannot be used; the message says why, layer by layer where it helps."""


@dataclass(frozen=True, slots=True)
class Found:
    """The tensors of a state dict under our own names, and what does not fit, a sentence each.

    The sentences that say most come first.
    """

    state: dict[str, FloatArray]
    faults: tuple[str, ...]


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


def identify(state: Mapping[str, NDArray[Any]]) -> Found:
    """Find LeNet-5's layers by the shapes of the plain tensors, whatever their names.

    The tensors found are float32 of our shapes, none where there are faults. A bias that is
    missing is zero. An output of ±1 without a bias are codes, "output.codes", with no bias.
    """
    normalising = dict.fromkeys(
        name.rpartition(".")[0] for name in state if name.endswith(BATCH_STATISTICS)
    )
    faults = _faults_of_batches(list(normalising))
    left = {n: tensor for n, tensor in state.items() if n.rpartition(".")[0] not in normalising}
    found: State = {}
    missing = []
    for layer, (shapes, biases) in LAYERS.items():
        name = next((n for n, tensor in left.items() if tuple(tensor.shape) in shapes), None)
        if name is None:
            missing.append(layer)
            continue
        weight = left.pop(name)
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
    for layer, maps in SUBSAMPLINGS.items():
        found |= _coefficients(layer, maps, left)
    for layer, (_, biases) in LAYERS.items():  # biases whose names tell nothing
        if f"{layer}.weight" in found and f"{layer}.bias" not in found:
            name = next((n for n, tensor in left.items() if tensor.shape == (biases,)), None)
            found[f"{layer}.bias"] = (
                np.zeros(biases, np.float32) if name is None else left.pop(name)
            )
            if layer == "output" and name is None and _are_codes(found["output.weight"]):
                found["output.codes"] = found.pop("output.weight")
                del found["output.bias"]
    if ("s2.weight" in found) != ("s4.weight" in found):
        faults.append("S2, S4: only one of them has coefficients and biases")
    faults += [
        f"{named(n)} ({shape_text(t.shape)}) is no part of LeNet-5" for n, t in left.items()
    ]
    if not faults:
        faults += _faults_of_values(state)
    known = {} if faults else {name: as_float32(array) for name, array in found.items()}
    return Found(known, tuple(faults))


def shape_text(shape: Shape) -> str:
    """A shape as sentences have it, such as 6×1×5×5."""
    return "×".join(str(side) for side in shape) or "a single number"


def _faults_of_batches(names: list[str]) -> list[str]:
    """A sentence on the first of these layers, all of which normalise batches."""
    if not names:
        return []
    more = f"; {len(names) - 1:,} more like that" if len(names) > 1 else ""
    return [f"{named(names[0])} normalises batches, which LeNet-5 does not{more}"]


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
    names = [name for name, tensor in left.items() if tensor.size == maps and maps in tensor.shape]
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
