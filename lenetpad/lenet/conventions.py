"""What each convention of a network from elsewhere means for its configuration."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from types import MappingProxyType
from typing import Final, Literal

from lenetpad.lenet.config import CONNECTED, FULL, TABLE_I, LeNet5Config
from lenetpad.values.arrays import Parameters
from lenetpad.values.conventions import CONVENTIONS, Conventions

#: The name of a network whose conventions are none of the presets'.
FOREIGN: Final = "lenet5-foreign"

Subsampling = Literal["sum", "average", "max", "mean"]
Padding = Literal["background", "zero", "resized"]
#: What most state dicts are: C3 sees all of S2, and the output is linear.
PLAIN: Final[Parameters] = MappingProxyType({})

#: The layers with weights have an activation, as most implementations have it.
WEIGHTED: Final = ("C1", "C3", "C5", "F6")
#: What each answer of ``CONVENTIONS`` means for a configuration.
ACTIVATION: Final = {
    "relu": "ReLU",
    "tanh": "tanh",
    "scaled-tanh": "scaled tanh",
    "sigmoid": "sigmoid",
}
#: The layers without an activation, by the end of an answer, or its beginning.
WITHOUT: Final = {"-none": CONNECTED, "-not-c5": ("C5",), "-not-f6": ("F6",)}
CONVOLVED: Final = ("C1", "S2", "C3", "S4")
#: The subsampling, and the layers whose sums go through the activation.
POOLING: Final[dict[str, tuple[Subsampling, tuple[str, ...]]]] = {
    "max": ("max", WEIGHTED),
    "average": ("mean", WEIGHTED),
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
    "bytes": (0.0, 255.0),
    "inverted": (1.175, -0.1),
}
PADDING: Final[dict[str, Padding]] = {
    "background": "background",
    "zero": "zero",
    "resized": "resized",
}


def configuration(conventions: Conventions, state: Parameters = PLAIN) -> LeNet5Config:
    """The configuration of a network with these conventions, which must be complete.

    The rest its ``state`` tells: C3 has the kernels of Table I alone or all of them, and the
    output compares F6 with codes or weighs it.
    """
    subsampling, activated = POOLING[conventions.pooling]
    activation, connected, without = _activations(conventions.activation)
    background, ink = NORMALISATION[conventions.normalisation]
    kernels = state.get("c3.weight")
    return LeNet5Config(
        name=FOREIGN,
        activation=activation,
        connected=connected,
        activated=tuple(layer for layer in activated if layer not in without),
        subsampling=subsampling,
        table=TABLE_I if kernels is not None and kernels.ndim == 3 else FULL,
        output="RBF" if "output.codes" in state else "linear",
        background=background,
        ink=ink,
        padding=PADDING[conventions.padding],
    )


def _activations(answer: str) -> tuple[str, str, tuple[str, ...]]:
    """The activation, that of full connections where it is another, and the layers without one."""
    if answer in ACTIVATION:
        return ACTIVATION[answer], "", ()
    if answer == "none":
        return ACTIVATION["relu"], "", (*CONVOLVED, *CONNECTED)
    if answer.startswith("none-"):
        return ACTIVATION[answer.removeprefix("none-")], "", CONVOLVED
    for end, without in WITHOUT.items():
        if answer.endswith(end):
            return ACTIVATION[answer.removesuffix(end)], "", without
    first, _, second = answer.partition("-")
    return ACTIVATION[first], ACTIVATION[second], ()


def conventions_of(config: LeNet5Config) -> Conventions | None:
    """The conventions that a network of this configuration has; None where none are so."""
    plain = replace(
        config, name=FOREIGN, rubbish=None, temperature=1.0, table=FULL, output="linear"
    )
    return _by_configuration().get(plain)


@cache
def _by_configuration() -> dict[LeNet5Config, Conventions]:
    """The conventions by what they mean; of those that mean the same, the first."""
    found: dict[LeNet5Config, Conventions] = {}
    for one in _combinations(CONVENTIONS["pooling"]):
        found.setdefault(configuration(one), one)
    return found


def possible(state: Parameters) -> list[Conventions]:
    """The conventions that a network with these weights can have."""
    trained = "s2.weight" in state
    return _combinations([name for name in POOLING if (name in TRAINED) == trained])


def _combinations(poolings: Iterable[str]) -> list[Conventions]:
    answers = {**CONVENTIONS, "pooling": tuple(poolings)}
    return [Conventions(*answer) for answer in itertools.product(*answers.values())]
