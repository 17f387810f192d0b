"""A sheet that is to be read, and what a network makes of it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

import numpy as np

from lenetpad.ink.strokes import Sheet
from lenetpad.values.arrays import FloatArray, Parameters
from lenetpad.values.holding import Holds
from lenetpad.values.models import ModelReady
from lenetpad.values.segmentation import Candidate, Kind, Segmentation

NO_PARAMETERS: Final[Parameters] = MappingProxyType({})
DIGITS: Final = 10
#: Ten float32 probabilities add up to 1 within this, also those of a GPU.
SUM_SLACK: Final = 1e-2
#: Of weights of which some are no numbers, or so large that sums with them are none.
NO_NUMBERS: Final = (
    "The network gives no numbers any more, so nothing is read. Choose another network; one that "
    "is being trained needs a smaller learning rate."
)


def _none() -> Parameters:
    return NO_PARAMETERS


@dataclass(frozen=True, slots=True, eq=False)
class Request:
    """A sheet to read, with the units ``holds`` held.

    ``serial`` grows with every submission; ``time`` is perf_counter's. ``focus`` is the place of
    the digit of a number that the layers are to show, from 0 at the left; None for the one that
    was written last.
    """

    serial: int
    sheet: Sheet
    time: float
    holds: Holds = ()
    focus: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """Every layer's activations and the verdict for one image.

    ``taps`` maps input, C1, S2, C3, S4 to (maps, H, W), C5 to (120,), F6 to (84,) and output to
    (10,), after their activation; the weighted sums of a layer with one are there too, as "C1.a".
    ``probabilities`` (10,) and ``no_digit`` (None for a network without a rubbish class) add up
    to 1. ``distances`` (10,) are the RBF distances, None for a network without. For a blank
    image ``digit`` is None and the probabilities are zero. ``parameters`` are those it was read
    with, by their names in the state dict (see ``LayerSpec``). ``holds`` were in force: the held
    units have their values in the taps, and the weighted sums are those of the network.

    Where the sheet holds several digits, ``segmentation`` says how they were read, and all else is
    of one of them, the candidate at place ``focus`` of the best path. ``sheet`` is what was read,
    whose strokes the pieces are parts of; None where an image alone was.
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
    holds: Holds = ()
    segmentation: Segmentation | None = None
    focus: int = 0
    sheet: Sheet | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "taps", MappingProxyType(dict(self.taps)))

    def sums(self, layer: str) -> FloatArray:
        """The weighted sums of a layer; its values where it has no activation."""
        return self.taps.get(f"{layer}.a", self.taps[layer])

    @property
    def probability(self) -> float:
        """Probability of the digit that is read; 0 for a blank image."""
        return 0.0 if self.digit is None else float(self.probabilities[self.digit])

    @property
    def refused(self) -> bool:
        """Whether "this is no digit" is more probable than every digit."""
        return self.no_digit is not None and self.no_digit > max(self.probabilities.tolist())

    @property
    def several(self) -> tuple[Candidate, ...]:
        """What the sheet's best path reads, where that is several things; () otherwise."""
        return self.segmentation.several if self.segmentation is not None else ()

    @property
    def number(self) -> Segmentation | None:
        """How several digits were read; None where the sheet holds one digit, or no number."""
        found = self.segmentation
        return found if found is not None and found.kind is Kind.NUMBER else None


class ReadingError(ValueError):
    """A reading that cannot be shown; the message says why, and what to do."""


def checked(reading: Reading, model: ModelReady) -> Reading:
    """A reading as it comes from the network that ``model`` describes, if it can be shown.

    Raises ReadingError where a tap that a panel shows is missing or has another shape or type than
    its layer, where a value is no number, or where the probabilities are none.
    """
    if not isinstance(reading, Reading):
        raise ReadingError(f"the network gave {type(reading).__name__} in place of a reading")
    with np.errstate(all="ignore"):
        for name, shape in _shapes(model):
            if name not in reading.taps:
                raise ReadingError(f"the network gave no values of {name}; choose another network")
            _check(name, reading.taps[name], shape)
        _check("the probabilities", reading.probabilities, (DIGITS,))
        if reading.distances is not None:
            _check("the distances", reading.distances, (DIGITS,))
        _check_digit(reading)
    return reading


def _shapes(model: ModelReady) -> Iterator[tuple[str, tuple[int, ...]]]:
    """The taps that panels show, with their shapes."""
    for layer in model.layers:
        flat = (layer.maps,) if layer.flat else (layer.maps, layer.height, layer.width)
        yield layer.name, flat


def _check(name: str, values: object, shape: tuple[int, ...]) -> None:
    if not isinstance(values, np.ndarray):
        raise ReadingError(f"{name}: the network gave no array; choose another network")
    if values.shape != shape or values.dtype != np.float32:
        found, wanted = f"{values.dtype} {values.shape}", f"float32 {shape}"
        sentence = f"{name}: the network gave {found}, not {wanted}; choose another network"
        raise ReadingError(sentence)
    # The sum of finite values is finite, unless they are so large that they say nothing either.
    if not math.isfinite(np.add.reduce(values, axis=None)):
        raise ReadingError(NO_NUMBERS)


def _check_digit(reading: Reading) -> None:
    """A digit is the most probable one of probabilities; for a blank image all of them are 0."""
    no_digit = 0.0 if reading.no_digit is None else reading.no_digit
    if not math.isfinite(no_digit):
        raise ReadingError(NO_NUMBERS)
    values, digit = reading.probabilities, reading.digit
    total = float(values.sum()) + no_digit
    if float(values.min()) < 0 or no_digit < 0 or abs(total - (digit is not None)) > SUM_SLACK:
        raise ReadingError("the network gave no probabilities; choose another network")
    if digit is not None and (not 0 <= digit < DIGITS or values[digit] != values.max()):
        raise ReadingError(f"the network read {digit}, which it gave no reason for")
