"""What each convention of a network from elsewhere means for its configuration."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import replace
from types import MappingProxyType
from typing import Final, Literal

from lenetpad.lenet.config import FULL, TABLE_I, LeNet5Config
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
    background, ink = NORMALISATION[conventions.normalisation]
    kernels = state.get("c3.weight")
    return LeNet5Config(
        name=FOREIGN,
        activation=ACTIVATION[conventions.activation],
        activated=activated,
        subsampling=subsampling,
        table=TABLE_I if kernels is not None and kernels.ndim == 3 else FULL,
        output="RBF" if "output.codes" in state else "linear",
        background=background,
        ink=ink,
        padding=PADDING[conventions.padding],
    )


def conventions_of(config: LeNet5Config) -> Conventions | None:
    """The conventions that a network of this configuration has; None where none are so."""
    plain = replace(
        config, name=FOREIGN, rubbish=None, temperature=1.0, table=FULL, output="linear"
    )
    every = _combinations(CONVENTIONS["pooling"])
    return next((one for one in every if configuration(one) == plain), None)


def possible(state: Parameters) -> list[Conventions]:
    """The conventions that a network with these weights can have."""
    trained = "s2.weight" in state
    return _combinations([name for name in POOLING if (name in TRAINED) == trained])


def _combinations(poolings: Iterable[str]) -> list[Conventions]:
    answers = {**CONVENTIONS, "pooling": tuple(poolings)}
    return [Conventions(*answer) for answer in itertools.product(*answers.values())]
