"""LeNet-5's weights from elsewhere: which tensor is which layer's, and how the network reads.

A state dict says nothing of squashing, pooling, normalisation and padding. How well the network
reads MNIST's digits in each manner is what a guess is made from.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final, Literal

import torch
from torch import Tensor
from torch.nn import functional

from lenetpad.lenet import data
from lenetpad.lenet.network import FULL, LeNet5, LeNet5Config
from lenetpad.messages import MANNERS, UNKNOWN_MANNER, Manner

#: The name of a network whose manner is none of the presets'.
FOREIGN: Final = "lenet5-foreign"

State = dict[str, Tensor]
Shape = tuple[int, ...]
Subsampling = Literal["sum", "average", "max", "mean"]

#: The shapes in which a layer's weights come, ours last, and how many biases it has.
LAYERS: Final[dict[str, tuple[tuple[Shape, ...], int]]] = {
    "c1": (((6, 1, 5, 5),), 6),
    "c3": (((16, 6, 5, 5),), 16),
    "c5": (((120, 16, 5, 5), (120, 400)), 120),
    "f6": (((84, 120),), 84),
    "output": (((10, 84),), 10),
}
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

SQUASHED: Final = ("C1", "C3", "C5", "F6")
#: What each answer of ``MANNERS`` means for a configuration.
SQUASHING: Final = {
    "relu": "ReLU",
    "tanh": "tanh",
    "scaled-tanh": "scaled tanh",
    "sigmoid": "sigmoid",
}
POOLING: Final[dict[str, tuple[Subsampling, tuple[str, ...]]]] = {
    "max": ("max", SQUASHED),
    "average": ("mean", SQUASHED),
    "average-first": ("mean", ("S2", "S4", "C5", "F6")),
    "trained-average": ("average", ("C1", "S2", "C3", "S4", "C5", "F6")),
    "trained-sum": ("sum", ("C1", "S2", "C3", "S4", "C5", "F6")),
}
TRAINED: Final = ("trained-average", "trained-sum")
#: The input values of paper and ink.
NORMALISATION: Final = {
    "unit": (0.0, 1.0),
    "symmetric": (-1.0, 1.0),
    "mnist": (-0.1307 / 0.3081, (1 - 0.1307) / 0.3081),
    "paper": (-0.1, 1.175),
    "inverted": (1.175, -0.1),
}
PADDING: Final[dict[str, Literal["background", "zero", "resized"]]] = {
    "background": "background",
    "zero": "zero",
    "resized": "resized",
}

#: MNIST's training digits that every manner, and that the most promising ones, are scored on.
ROUGHLY, FINELY, PROMISING = 100, 500, 20
#: The border makes so small a difference that it takes more digits to tell.
FOR_THE_BORDER: Final = 2_000
#: Manners whose accuracies differ by less are told apart by their loss, which is finer.
NEAR: Final = 0.01
#: A network that reads fewer of MNIST's digits is not trained, or reads in another manner; that
#: other one must read clearly more, or lose no more than a part on its digits.
READS, CLEARLY, FAR_LESS = 0.5, 0.1, 0.7

Score = tuple[float, float]


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

    The tensors found are float32 of our shapes, none where there are faults; a bias that is
    missing is zero.
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
        found[f"{layer}.weight"] = left.pop(name).reshape(shapes[-1])
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
    if ("s2.weight" in found) != ("s4.weight" in found):
        faults.append("S2, S4: only one of them has coefficients and biases")
    faults += _few([f"{n} ({_shape(t)}) is no part of LeNet-5" for n, t in left.items()])
    if not faults:
        faults += _faults_of_values(state)
    state = {} if faults else {name: tensor.float() for name, tensor in found.items()}
    return Found(state, tuple(faults))


def configuration(manner: Manner) -> LeNet5Config:
    """The configuration of a network that reads in this manner, which must be complete."""
    subsampling, squashed = POOLING[manner.pooling]
    background, ink = NORMALISATION[manner.normalisation]
    return LeNet5Config(
        name=FOREIGN,
        squashing=SQUASHING[manner.squashing],
        squashed=squashed,
        subsampling=subsampling,
        table=FULL,
        output="linear",
        background=background,
        ink=ink,
        padding=PADDING[manner.padding],
    )


def manner_of(config: LeNet5Config) -> Manner | None:
    """The manner in which a network of this configuration reads; None where none is so."""
    plain = replace(config, name=FOREIGN, rubbish=None, temperature=1.0)
    return next((m for m in _manners(MANNERS["pooling"]) if configuration(m) == plain), None)


def built(state: State, config: LeNet5Config) -> LeNet5:
    """The network of a configuration with these weights, in evaluation mode."""
    with torch.random.fork_rng(devices=[]):
        network = LeNet5(config)
    network.load_state_dict(state)
    return network.eval()


def manners(state: State) -> list[Manner]:
    """The manners in which a network with these weights can read."""
    trained = "s2.weight" in state
    return _manners([name for name in POOLING if (name in TRAINED) == trained])


def guess(state: State, known: Manner = UNKNOWN_MANNER) -> tuple[tuple[Manner, float], ...]:
    """Every manner that agrees with ``known``, the likeliest first, with its accuracy.

    The accuracy is that on some of MNIST's training digits, the first few of them for manners
    that come nowhere near. Empty where the weights allow none. Takes about a second.

    Raises DataError where MNIST is not there.
    """
    possible = [manner for manner in manners(state) if known.allows(manner)]
    rough = _scores(state, possible, ROUGHLY)
    ahead = sorted(possible, key=lambda manner: _rank(rough[manner], 1.0))[:PROMISING]
    scores = rough | _scores(state, ahead, FINELY)
    best = max((scores[manner][0] for manner in ahead), default=0.0)
    chasing = [manner for manner in possible if manner not in ahead]
    ranked = [
        *sorted(ahead, key=lambda manner: _rank(scores[manner], best)),
        *sorted(chasing, key=lambda manner: -scores[manner][0]),
    ]
    return tuple((manner, scores[manner][0]) for manner in ranked)


def best_accuracy(state: State) -> float:
    """About how many of MNIST's digits a network with these weights reads in its best manner.

    Quicker than a guess, because the border does not decide on that.
    """
    inside = [manner for manner in manners(state) if manner.padding == "background"]
    return max(accuracy for accuracy, _ in _scores(state, inside, ROUGHLY).values())


def better_normalised(network: LeNet5) -> bool:
    """Whether a network of one of our configurations was made for other values of paper and ink.

    A network that was trained has by far the least loss with those that it was trained with.
    """
    losses = {
        (paper, ink): _score_with(network, FINELY, background=paper, ink=ink)[1]
        for paper, ink in NORMALISATION.values()
    }
    own = losses[network.config.background, network.config.ink]
    return min(losses.values()) < FAR_LESS * own


def better_padding(network: LeNet5) -> tuple[Literal["background", "zero"], float]:
    """The border with which a network reads MNIST's digits better, and its accuracy then.

    A tie, and a network that does not read them, go to the background.
    """
    scores: dict[Literal["background", "zero"], Score] = {
        padding: _score_with(network, FOR_THE_BORDER, padding=padding)
        for padding in ("background", "zero")
    }
    accuracy, loss = scores["zero"]
    if accuracy >= READS and loss < scores["background"][1]:
        return "zero", accuracy
    return "background", scores["background"][0]


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
    owner, dot, last = name.rpartition(".")
    for bias in {"weight": ("bias",), "w": ("b",), "W": ("b", "B")}.get(last, ()):
        if owner + dot + bias in left:
            return owner + dot + bias
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


def _coefficients(layer: str, maps: int, left: State) -> State:
    """A subsampling's coefficients and biases, if both are among what is left."""
    names = [
        name for name, tensor in left.items() if tensor.numel() == maps and maps in tensor.shape
    ]
    if len(names) not in (2, 3):  # a third, the first of them, is the convolution's bias
        return {}
    # Of two tensors of one shape, the bias is the one whose last word begins like it.
    weight, bias = sorted(
        names[-2:], key=lambda name: re.split("[._]", name)[-1].lower().startswith("b")
    )
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


def _manners(poolings: Iterable[str]) -> list[Manner]:
    answers = {**MANNERS, "pooling": tuple(poolings)}
    return [Manner(*answer) for answer in itertools.product(*answers.values())]


def _scores(state: State, wanted: Iterable[Manner], count: int) -> dict[Manner, Score]:
    networks: dict[tuple[str, str], LeNet5] = {}
    scores = {}
    for manner in wanted:
        config, parts = configuration(manner), (manner.squashing, manner.pooling)
        network = networks.get(parts) or networks.setdefault(parts, built(state, config))
        network.config = config  # the rest is looked up in each forward pass
        scores[manner] = _score(network, count)
    return scores


def _score_with(network: LeNet5, count: int, **changes: Any) -> Score:
    """The score that a network would have with another configuration."""
    return _score(built(network.state_dict(), replace(network.config, **changes)), count)


def _score(network: LeNet5, count: int) -> Score:
    """Accuracy and mean loss on the first ``count`` training digits."""
    images, labels = _digits()
    images, labels = images[:count], labels[:count]
    with torch.inference_mode():
        output = network(images)
        loss = functional.cross_entropy(output, labels).nan_to_num(nan=float("inf"))
        right = (output.argmax(dim=1) == labels).float().mean()
    return float(right), float(loss)


def _rank(score: Score, best: float) -> tuple[float, float]:
    """Sorts accuracies downwards; all that are near the best count as equal, up to their loss."""
    accuracy, loss = score
    return (-min(accuracy, best - NEAR), loss)


@cache
def _digits() -> tuple[Tensor, Tensor]:
    """The first of MNIST's training images, (n, 1, 32, 32) in [0, 1], and their labels."""
    train, _ = data.mnist()
    images = train.images[:FOR_THE_BORDER, None].float() / 255
    return functional.pad(images, (2, 2, 2, 2)), train.labels[:FOR_THE_BORDER]
