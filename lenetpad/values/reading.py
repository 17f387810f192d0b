"""A sheet that is to be read, and what a network makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from lenetpad.ink.strokes import Sheet
from lenetpad.values.arrays import FloatArray, Parameters

NO_PARAMETERS: Final[Parameters] = MappingProxyType({})


def _none() -> Parameters:
    return NO_PARAMETERS


@dataclass(frozen=True, slots=True, eq=False)
class Request:
    """A sheet to read. ``serial`` grows with every submission; ``time`` is perf_counter's."""

    serial: int
    sheet: Sheet
    time: float


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """Every layer's activations and the verdict for one image.

    ``taps`` maps input, C1, S2, C3, S4 to (maps, H, W), C5 to (120,), F6 to (84,) and output to
    (10,), after their activation; the weighted sums of a layer with one are there too, as "C1.a".
    ``probabilities`` (10,) and ``no_digit`` (None for a network without a rubbish class) add up
    to 1. ``distances`` (10,) are the RBF distances, None for a network without. For a blank
    image ``digit`` is None and the probabilities are zero. ``parameters`` are those it was read
    with, by their names in the state dict (see ``LayerSpec``).
    """

    taps: Mapping[str, FloatArray]
    probabilities: FloatArray
    no_digit: float | None
    distances: FloatArray | None
    digit: int | None
    serial: int = 0
    model_serial: int = 0
    submitted: float = 0.0
    network_seconds: float = 0.0
    parameters: Parameters = field(default_factory=_none, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "taps", MappingProxyType(dict(self.taps)))

    @property
    def probability(self) -> float:
        """Probability of the digit that is read; 0 for a blank image."""
        return 0.0 if self.digit is None else float(self.probabilities[self.digit])

    @property
    def refused(self) -> bool:
        """Whether "this is no digit" is more probable than every digit."""
        return self.no_digit is not None and self.no_digit > float(self.probabilities.max())
