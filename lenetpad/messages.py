"""What crosses a thread or a process: frozen values with read-only numpy arrays.

This is also all that the window knows of the network.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lenetpad.ink.strokes import Sheet

FloatArray = NDArray[np.float32]

#: The presets, the one to start with first.
PRESET_NAMES: Final = ("lenet5-1998", "lenet5-study", "lenet5-modern")
#: Each ships with two sets of weights: those for your hand under the preset's own name and, with
#: this ending, those that were trained on MNIST alone, as in the paper.
PAPER: Final = "-paper"
MODEL_NAMES: Final = tuple(name + ending for name in PRESET_NAMES for ending in ("", PAPER))
DEFAULT_MODEL: Final = PRESET_NAMES[0]
#: What a training can take its steps by, and what becomes of its learning rate.
OPTIMISERS: Final = ("adam", "adamw", "sgd")
SCHEDULES: Final = ("one-cycle", "cosine", "step", "constant", "1998")
#: Devices that are always there: what suits best, and the processor.
AUTO: Final = "auto"
CPU: Final = "cpu"


@dataclass(frozen=True, slots=True, eq=False)
class Request:
    """A sheet to read. ``serial`` grows with every submission; ``time`` is perf_counter's."""

    serial: int
    sheet: Sheet
    time: float


#: How a network from elsewhere may read: what its weights do not say. For each question, the
#: possible answers and what to call them.
MANNERS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "squashing": {
            "relu": "ReLU",
            "tanh": "tanh",
            "scaled-tanh": "1.7159·tanh(⅔a)",
            "sigmoid": "sigmoid",
        },
        "pooling": {
            "max": "maximum",
            "average": "average, after squashing",
            "average-first": "average, before squashing",
            "trained-average": "average·w+b, squashed",
            "trained-sum": "sum·w+b, squashed",
            "study": "average·w+b, squashed; C1, C3 and C5 are not",
        },
        "normalisation": {
            "unit": "paper 0, ink 1",
            "symmetric": "paper −1, ink 1",
            "mnist": "(x − 0.1307) / 0.3081",
            "paper": "paper −0.1, ink 1.175",
            "inverted": "paper 1.175, ink −0.1",
        },
        "padding": {
            "background": "paper around 28×28",
            "zero": "zeros around the normalised 28×28",
            "resized": "28×28 enlarged to 32×32",
        },
    }
)


@dataclass(frozen=True, slots=True)
class Manner:
    """How a network reads, in the words of ``MANNERS``; "" where that is not known."""

    squashing: str = ""
    pooling: str = ""
    normalisation: str = ""
    padding: str = ""

    @classmethod
    def of(cls, text: str) -> Manner:
        """The manner that ``text`` gave; what makes no sense is not known."""
        words = text.split()
        if len(words) != len(MANNERS):
            return cls()
        pairs = zip(MANNERS.items(), words, strict=True)
        return cls(**{name: word for (name, answers), word in pairs if word in answers})

    @property
    def text(self) -> str:
        """All of it in one line; "" where something is not known."""
        return " ".join(self.answers.values()) if self.complete else ""

    @property
    def answers(self) -> dict[str, str]:
        """The answer to each question of ``MANNERS``."""
        return {name: getattr(self, name) for name in MANNERS}

    @property
    def complete(self) -> bool:
        """Whether every question is answered."""
        return all(self.answers.values())

    def allows(self, other: Manner) -> bool:
        """Whether ``other`` agrees with whatever is known here."""
        theirs = other.answers
        return all(answer in ("", theirs[name]) for name, answer in self.answers.items())


#: Nothing is known of how a network reads.
UNKNOWN_MANNER: Final = Manner()


@dataclass(frozen=True, slots=True)
class Choice:
    """The network and the device that the user wants: a preset's name or a weights file.

    ``manner`` is what is known of how a file from elsewhere reads.
    """

    serial: int
    model: str
    device: str = AUTO
    manner: Manner = UNKNOWN_MANNER


#: A network that gets fewer of MNIST's digits right does not read them.
READS: Final = 0.5
#: What to tell of such a network. It may be opened all the same.
READS_NOTHING: Final = (
    "It reads fewer than half of MNIST's digits so: it reads otherwise, is not trained, or is for "
    "other images."
)


@dataclass(frozen=True, slots=True)
class ForeignQuestion:
    """A file of LeNet-5's weights was chosen that does not say how it reads.

    ``scores`` are the manners in which it can, the best guess first, each with the fraction of
    MNIST's digits that it reads right.
    """

    choice: Choice
    scores: tuple[tuple[Manner, float], ...]


def warning_of(accuracy: float) -> str:
    """What to tell of a network that gets this fraction of MNIST right; mostly nothing."""
    return READS_NOTHING if accuracy < READS else ""


def first_line(error: BaseException) -> str:
    """What an error says, on one line; its kind where it says nothing."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def fallback_notice(device: str, error: Exception) -> str:
    """What to tell the user when a device failed and the CPU reads instead."""
    return f"{device} cannot be used, the CPU reads instead: {first_line(error)}"


@dataclass(frozen=True, slots=True)
class LayerView:
    """A layer as a panel shows it: its size and the fixed range of its values."""

    name: str
    maps: int
    height: int
    width: int
    low: float
    high: float

    @property
    def signed(self) -> bool:
        """Whether values lie on both sides of zero, so that zero deserves a colour of its own."""
        return self.low < 0 < self.high

    @property
    def flat(self) -> bool:
        """Whether its maps are single units, which are shown and scaled together."""
        return self.height == self.width == 1

    @property
    def size(self) -> str:
        """ "6@28×28", or the number of units where the maps are single units."""
        if self.flat:
            return str(self.maps)
        return f"{self.maps}@{self.height}×{self.width}"


@dataclass(frozen=True, slots=True, eq=False)
class ModelReady:
    """A network is loaded and reads from now on.

    ``choice`` is the wish that it answers and ``used`` torch's name of the device it runs on;
    ``device`` is that device's label. ``templates`` (10, 84) is what each class compares F6
    with: the fixed ±1 codes of the RBF output, or the output's weights; ``coded`` tells which.
    ``devices`` are all that can be chosen, each as its name for a Choice and a label.
    ``test_error`` is in per cent, on MNIST's test set, None where the weights do not say.
    ``notice`` is a sentence for the user where the wish could not be met, such as a device that
    failed.
    """

    choice: Choice
    model: str
    preset: str
    used: str
    device: str
    devices: tuple[tuple[str, str], ...]
    layers: tuple[LayerView, ...]
    templates: FloatArray
    coded: bool
    test_error: float | None
    notice: str = ""

    @property
    def serial(self) -> int:
        """The serial number of the choice; readings of this network carry it."""
        return self.choice.serial

    @property
    def fell_back(self) -> bool:
        """Whether the CPU had to stand in for the device that was chosen."""
        return self.used == CPU and self.choice.device not in (AUTO, CPU)

    def layer(self, name: str) -> LayerView:
        """The view of a layer; KeyError where the network has none of that name."""
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise KeyError(name)


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """Every layer's activations and the verdict for one image.

    ``taps`` maps input, C1, S2, C3, S4 to (maps, H, W), C5 to (120,), F6 to (84,) and output to
    (10,), after their squashing; a squashed layer's sums are there as "C1.a" and so on.
    ``probabilities`` (10,) and ``no_digit`` (None for a network without a rubbish class) add up
    to 1. ``distances`` (10,) are the RBF distances, None for a network without. For a blank
    image ``digit`` is None and the probabilities are zero.
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


@dataclass(frozen=True, slots=True)
class Failure:
    """A job that failed: where, what to tell the user, and the traceback for the log."""

    where: str
    message: str
    traceback: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a training is: counted steps, and the last epoch's validation where there was one.

    Losses are means over the images seen; errors are fractions in [0, 1]. ``losses`` are those of
    the single steps since the last report.
    """

    epoch: int
    epochs: int
    step: int
    steps: int
    loss: float
    learning_rate: float
    images_per_second: float
    validation_loss: float | None = None
    validation_error: float | None = None
    losses: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """How a network did on labelled images.

    ``confusion`` (10, 10) counts true digits (rows) against answers (columns); what is no digit is
    not in it. ``answers`` (n,) are the most probable digits and ``refused`` (n,) says where "no
    digit" was more probable still, both in the order of the images. ``calibration_error`` is the
    expected calibration error of the digits' probabilities, in [0, 1].
    """

    confusion: NDArray[np.int64]
    answers: NDArray[np.int64] = field(repr=False)
    refused: NDArray[np.bool_] = field(repr=False)
    calibration_error: float

    @property
    def n(self) -> int:
        """Number of images."""
        return len(self.answers)

    @property
    def digits(self) -> int:
        """Number of images that show a digit."""
        return int(self.confusion.sum())

    @property
    def error(self) -> float:
        """Fraction of the digits with a wrong answer; NaN without digits."""
        if self.digits == 0:
            return math.nan
        return 1.0 - float(np.trace(self.confusion)) / self.digits

    @property
    def per_class(self) -> NDArray[np.float64]:
        """Accuracy of each class, (10,); NaN for a class without images."""
        totals = self.confusion.sum(axis=1)
        right = np.diagonal(self.confusion).astype(np.float64)
        accuracy = np.full(10, np.nan)
        np.divide(right, totals, out=accuracy, where=totals > 0)
        return accuracy

    @property
    def macro_accuracy(self) -> float:
        """Mean of the accuracies of the classes that have images; NaN without digits."""
        return float(np.nanmean(self.per_class)) if self.digits else math.nan
