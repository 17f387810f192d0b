"""How a network from elsewhere reads: what its state dict does not say.

How well it reads MNIST's digits in each manner is what a guess is made from.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from types import MappingProxyType
from typing import Any, Final, Literal

import torch
from torch import Tensor
from torch.nn import functional

from lenetpad.data import labelled as data
from lenetpad.lenet.config import FULL, TABLE_I, LeNet5Config
from lenetpad.training.network import LeNet5
from lenetpad.values.conventions import CONVENTIONS, READS, UNKNOWN_CONVENTIONS, Conventions

#: The name of a network whose manner is none of the presets'.
FOREIGN: Final = "lenet5-foreign"

State = Mapping[str, Tensor]
Subsampling = Literal["sum", "average", "max", "mean"]
#: What most state dicts are: C3 sees all of S2, and the output is linear.
PLAIN: Final[State] = MappingProxyType({})

ACTIVATED: Final = ("C1", "C3", "C5", "F6")
#: What each answer of ``MANNERS`` means for a configuration.
ACTIVATION: Final = {
    "relu": "ReLU",
    "tanh": "tanh",
    "scaled-tanh": "scaled tanh",
    "sigmoid": "sigmoid",
}
POOLING: Final[dict[str, tuple[Subsampling, tuple[str, ...]]]] = {
    "max": ("max", ACTIVATED),
    "average": ("mean", ACTIVATED),
    "average-first": ("mean", ("S2", "S4", "C5", "F6")),
    "trained-average": ("average", ("C1", "S2", "C3", "S4", "C5", "F6")),
    "trained-sum": ("sum", ("C1", "S2", "C3", "S4", "C5", "F6")),
    "study": ("average", ("S2", "S4", "F6")),
}
TRAINED: Final = ("trained-average", "trained-sum", "study")
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
#: Another manner than a network's own must read clearly more digits, or lose no more than a part
#: on them.
CLEARLY, FAR_LESS = 0.1, 0.7

#: Accuracy and mean loss.
Score = tuple[float, float]


def configuration(conventions: Conventions, state: State = PLAIN) -> LeNet5Config:
    """The configuration of a network that reads in this manner, which must be complete.

    The rest its ``state`` tells: C3 has the kernels of Table I alone or all of them, and the
    output compares F6 with codes or weighs it.
    """
    subsampling, activated = POOLING[conventions.pooling]
    background, ink = NORMALISATION[conventions.normalisation]
    kernels = state.get("c3.weight")
    return LeNet5Config(
        name=FOREIGN,
        activation=ACTIVATION[conventions.activation],
        activated=activated,
        subsampling=subsampling,
        table=TABLE_I if kernels is not None and kernels.dim() == 3 else FULL,
        output="RBF" if "output.codes" in state else "linear",
        background=background,
        ink=ink,
        padding=PADDING[conventions.padding],
    )


def conventions_of(config: LeNet5Config) -> Conventions | None:
    """The manner in which a network of this configuration reads; None where none is so."""
    plain = replace(
        config, name=FOREIGN, rubbish=None, temperature=1.0, table=FULL, output="linear"
    )
    return next(
        (m for m in _combinations(CONVENTIONS["pooling"]) if configuration(m) == plain), None
    )


def built(state: State, config: LeNet5Config) -> LeNet5:
    """The network of a configuration with these weights, in evaluation mode."""
    with torch.random.fork_rng(devices=[]):
        network = LeNet5(config)
    network.load_state_dict(state)
    return network.eval()


def possible(state: State) -> list[Conventions]:
    """The manners in which a network with these weights can read."""
    trained = "s2.weight" in state
    return _combinations([name for name in POOLING if (name in TRAINED) == trained])


def guess(
    state: State, known: Conventions = UNKNOWN_CONVENTIONS
) -> tuple[tuple[Conventions, float], ...]:
    """Every manner that agrees with ``known``, the likeliest first, with its accuracy.

    The accuracy is that on some of MNIST's training digits, the first few of them for manners
    that come nowhere near. Empty where the weights allow none. Takes about a second.

    Raises DataError where MNIST is not there.
    """
    allowed = [conventions for conventions in possible(state) if known.allows(conventions)]
    rough = _scores(state, allowed, ROUGHLY)
    ahead = sorted(allowed, key=lambda conventions: _rank(rough[conventions], 1.0))[:PROMISING]
    scores = rough | _scores(state, ahead, FINELY)
    best = max((scores[conventions][0] for conventions in ahead), default=0.0)
    chasing = [conventions for conventions in allowed if conventions not in ahead]
    ranked = [
        *sorted(ahead, key=lambda conventions: _rank(scores[conventions], best)),
        *sorted(chasing, key=lambda conventions: -scores[conventions][0]),
    ]
    return tuple((conventions, scores[conventions][0]) for conventions in ranked)


def best_accuracy(state: State) -> float:
    """About how many of MNIST's digits a network with these weights reads in its best manner.

    Quicker than a guess, because the border does not decide on that.
    """
    inside = [
        conventions for conventions in possible(state) if conventions.padding == "background"
    ]
    return max(accuracy for accuracy, _ in _scores(state, inside, ROUGHLY).values())


def accuracy_of(network: LeNet5) -> float:
    """About how many of MNIST's digits a network reads as it is."""
    return _score_with(network, FINELY)[0]


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


def _combinations(poolings: Iterable[str]) -> list[Conventions]:
    answers = {**CONVENTIONS, "pooling": tuple(poolings)}
    return [Conventions(*answer) for answer in itertools.product(*answers.values())]


def _scores(state: State, wanted: Iterable[Conventions], count: int) -> dict[Conventions, Score]:
    networks: dict[tuple[str, str], LeNet5] = {}
    scores = {}
    for conventions in wanted:
        config, parts = (
            configuration(conventions, state),
            (conventions.activation, conventions.pooling),
        )
        network = networks.get(parts) or networks.setdefault(parts, built(state, config))
        network.config = config  # the rest is looked up in each forward pass
        scores[conventions] = _score(network, count)
    return scores


def _score_with(network: LeNet5, count: int, **changes: Any) -> Score:
    """The score that a network would have with another configuration."""
    return _score(built(network.state_dict(), replace(network.config, **changes)), count)


def _score(network: LeNet5, count: int) -> Score:
    """Accuracy and mean loss on the first ``count`` training digits."""
    images, labels = _digits()
    images, labels = images[:count], labels[:count]
    with torch.inference_mode():
        scores = network.scores(network(images))
        loss = functional.cross_entropy(scores, labels).nan_to_num(nan=float("inf"))
        right = (scores.argmax(dim=1) == labels).float().mean()
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
