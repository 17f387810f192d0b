"""LeNet-5's weights from elsewhere: which tensor is which layer's, by their shapes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import torch
from torch import Tensor

State = dict[str, Tensor]
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
#: A large network of another kind gives no more sentences of one kind.
MOST_FAULTS: Final = 5
#: A state dict has at least the weights of the five layers; what an optimiser keeps has fewer.
LAYERED: Final = len(LAYERS)
#: Names under which checkpoints keep their network's state dict, the likeliest first.
NESTS: Final = ("state_dict", "model_state_dict", "model", "network", "net", "weights", "params")


@dataclass(frozen=True, slots=True)
class Found:
    """The tensors of a state dict under our own names, and what does not fit, a sentence each."""

    state: State
    faults: tuple[str, ...]


def state_in(content: Any, deep: int = 2) -> State | None:
    """The state dict that a checkpoint is or holds, ``deep`` levels down at most; else None.

    Beside its tensors there may be other things, such as an epoch.
    """
    if not isinstance(content, Mapping):
        return None
    own = {str(key): value for key, value in content.items() if isinstance(value, Tensor)}
    if len(own) >= LAYERED:
        return own
    deeper = content.items() if deep else ()
    held = {str(key): state_in(value, deep - 1) for key, value in deeper}
    states = {key: state for key, state in held.items() if state and len(state) >= LAYERED}
    if len(states) > 1 and not states.keys() & set(NESTS):
        return None
    likely = [states[name] for name in NESTS if name in states] or [*states.values(), own]
    return likely[0] or None


def unprefixed(state: State) -> State:
    """The state dict without what all its names begin with, such as "module."."""
    names = list(state)
    while len(starts := {name.partition(".")[0] for name in names}) == 1 and all(
        "." in name.partition(".")[2] for name in names
    ):
        names = [name.removeprefix(f"{next(iter(starts))}.") for name in names]
    return dict(zip(names, state.values(), strict=True))


def identify(state: Mapping[str, Tensor]) -> Found:
    """Find LeNet-5's layers by the shapes of the plain tensors, whatever their names.

    The tensors found are float32 of our shapes, none where there are faults. A bias that is
    missing is zero. An output of ±1 without a bias are codes, "output.codes", with no bias.
    """
    normalising = dict.fromkeys(
        name.rpartition(".")[0] for name in state if name.endswith(BATCH_STATISTICS)
    )
    faults = _few([f"{name} normalises batches, which LeNet-5 does not" for name in normalising])
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
        found[f"{layer}.weight"] = weight.flatten(1) if layer in FULLY_CONNECTED else weight
        bias = _bias_beside(name, left)
        if bias is not None and tuple(left[bias].shape) != (biases,):
            shape = _shape(left.pop(bias))
            faults.append(f"{_title(layer)}: expected {biases}, {bias} is {shape}")
        elif bias is not None:
            found[f"{layer}.bias"] = left.pop(bias)
    faults += _faults_of_missing(missing, left)
    for layer, maps in SUBSAMPLINGS.items():
        found |= _coefficients(layer, maps, left)
    for layer, (_, biases) in LAYERS.items():  # biases whose names tell nothing
        if f"{layer}.weight" in found and f"{layer}.bias" not in found:
            name = next((n for n, tensor in left.items() if tensor.shape == (biases,)), None)
            found[f"{layer}.bias"] = torch.zeros(biases) if name is None else left.pop(name)
            if layer == "output" and name is None and _are_codes(found["output.weight"]):
                found["output.codes"] = found.pop("output.weight")
                del found["output.bias"]
    if ("s2.weight" in found) != ("s4.weight" in found):
        faults.append("S2, S4: only one of them has coefficients and biases")
    faults += _few([f"{n} ({_shape(t)}) is no part of LeNet-5" for n, t in left.items()])
    if not faults:
        faults += _faults_of_values(state)
    state = {} if faults else {name: tensor.float() for name, tensor in found.items()}
    return Found(state, tuple(faults))


def _shape(tensor: Tensor) -> str:
    return "×".join(str(side) for side in tensor.shape) or "a single number"


def _few(faults: list[str]) -> list[str]:
    """The faults, the last of very many counted only."""
    if len(faults) <= MOST_FAULTS:
        return faults
    return [*faults[:MOST_FAULTS], f"{len(faults) - MOST_FAULTS} more like that"]


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
        name = next((n for n, tensor in left.items() if tensor.dim() in sides), None)
        if name is None:
            faults.append(f"{_title(layer)}: expected {expected}, nothing is there")
            continue
        faults.append(f"{_title(layer)}: expected {expected}, {name} is {_shape(left.pop(name))}")
        if (bias := _bias_beside(name, left)) is not None:
            del left[bias]
    return faults


def _are_codes(weight: Tensor) -> bool:
    """Whether an output's weights are codes that F6 is compared with, as in the paper: all ±1."""
    return weight.is_floating_point() and bool((weight.float().abs() == 1).all())


def _coefficients(layer: str, maps: int, left: State) -> State:
    """A subsampling's coefficients and biases, if both are among what is left."""
    names = [
        name for name, tensor in left.items() if tensor.numel() == maps and maps in tensor.shape
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


def _faults_of_values(state: Mapping[str, Tensor]) -> list[str]:
    faults = []
    for name, tensor in state.items():
        if not tensor.is_floating_point():
            faults.append(f"{name} should hold floating-point numbers, holds {tensor.dtype}")
        elif not bool(torch.isfinite(tensor.float()).all()):
            faults.append(f"{name} holds NaN or infinite values")
    return faults
