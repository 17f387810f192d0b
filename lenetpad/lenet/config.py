"""LeNet-5 as data: what distinguishes one from another, and the three presets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

#: Table I of the 1998 paper: the S2 maps that feed each of the sixteen C3 maps.
TABLE_I: Final = (
    *((0, 1, 2), (1, 2, 3), (2, 3, 4), (3, 4, 5), (0, 4, 5), (0, 1, 5)),
    *((0, 1, 2, 3), (1, 2, 3, 4), (2, 3, 4, 5), (0, 3, 4, 5), (0, 1, 4, 5), (0, 1, 2, 5)),
    *((0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5)),
    (0, 1, 2, 3, 4, 5),
)
FULL: Final = tuple(tuple(range(6)) for _ in range(16))

#: The layers of full connections that have an activation.
CONNECTED: Final = ("C5", "F6")


@dataclass(frozen=True, slots=True)
class LeNet5Config:
    """What distinguishes one LeNet-5 from another.

    ``activated`` names the layers whose weighted sums go through ``activation``, the paper's
    squashing function. ``background`` and ``ink`` are the input values of paper and ink.
    ``connected`` is that of C5 and F6 where it is another.
    ``padding`` is what lies around the middle 28×28 of the input: the image's own border, zeros
    instead of it, or nothing, the middle being enlarged.
    ``distance_scale`` multiplies the RBF distances of equation 9. ``rubbish`` is its j: "no digit"
    competes with the classes as one whose score is always -j; None leaves it out. All scores are
    divided by ``temperature``: 1 in training, afterwards what makes the probabilities true
    (C. Guo et al., "On calibration of modern neural networks", 2017).
    """

    name: str
    activation: str
    activated: tuple[str, ...]
    subsampling: Literal["sum", "average", "max", "mean"]
    table: tuple[tuple[int, ...], ...]
    output: Literal["RBF", "linear"]
    background: float
    ink: float
    distance_scale: float = 0.1
    rubbish: float | None = None
    temperature: float = 1.0
    padding: Literal["background", "zero", "resized"] = "background"
    connected: str = ""

    def function(self, layer: str) -> str:
        """The activation that a layer's weighted sums go through; "" for none."""
        if layer not in self.activated:
            return ""
        return self.connected if self.connected and layer in CONNECTED else self.activation


PRESETS: Final = {
    config.name: config
    for config in (
        LeNet5Config(
            name="lenet5-1998",
            activation="scaled tanh",
            activated=("C1", "S2", "C3", "S4", "C5", "F6"),
            subsampling="sum",
            table=TABLE_I,
            output="RBF",
            background=-0.1,
            ink=1.175,
            rubbish=10.0,
        ),
        LeNet5Config(
            name="lenet5-study",
            activation="sigmoid",
            activated=("S2", "S4", "F6"),
            subsampling="average",
            table=TABLE_I,
            output="linear",
            background=-0.1,
            ink=1.175,
        ),
        LeNet5Config(
            name="lenet5-modern",
            activation="ReLU",
            activated=("C1", "C3", "C5", "F6"),
            subsampling="max",
            table=FULL,
            output="linear",
            background=-1.0,
            ink=1.0,
        ),
    )
}
