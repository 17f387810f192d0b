"""Which network reads: what ships, what the user chooses, and what the window has to know."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
from typing import Final

from lenetpad.values.arrays import FloatArray
from lenetpad.values.conventions import UNKNOWN_CONVENTIONS, Conventions
from lenetpad.values.devices import AUTO, CPU, Devices
from lenetpad.values.layers import LayerSpec

#: The network presets, the one to start with first.
PRESET_NAMES: Final = ("lenet5-1998", "lenet5-study", "lenet5-modern")
#: Each ships with two sets of weights: those for handwriting under the preset's own name and, with
#: this ending, those that were trained on MNIST alone, as in the paper.
PAPER: Final = "-paper"
MODEL_NAMES: Final = tuple(name + ending for name in PRESET_NAMES for ending in ("", PAPER))
#: And the first one once more, trained for lines, over which it slides. It reads single digits
#: less well, so it is not among those that the window offers for the pad.
LINE_MODEL: Final = "lenet5-1998-lines"
SHIPPED_NAMES: Final = (*MODEL_NAMES, LINE_MODEL)
DEFAULT_MODEL: Final = PRESET_NAMES[0]


#: Endings of weights files; another ending could be a name.
WEIGHTS_ENDINGS: Final = (".safetensors", ".pth", ".pt")
#: And those of files that are read, but not written.
READ_ENDINGS: Final = (
    *(
        *WEIGHTS_ENDINGS,
        ".ckpt",
        ".bin",
        ".pkl",
        ".tar",
        ".npz",
        ".onnx",
        ".h5",
        ".hdf5",
        ".keras",
    ),
)


def name_for_a_report(model: str) -> str:
    """A network as a report may name it: shipped weights by their name, a file by its ending."""
    if model in SHIPPED_NAMES:
        return model
    ending = PurePath(model).suffix.lower()
    return f"own file ({ending})" if ending in READ_ENDINGS else "own file"


@dataclass(frozen=True, slots=True)
class Choice:
    """The network and the device that the user wants: a shipped name or a weights file.

    ``conventions`` are what is known of how a file from elsewhere reads.
    """

    serial: int
    model: str
    device: str = AUTO
    conventions: Conventions = UNKNOWN_CONVENTIONS


@dataclass(frozen=True, slots=True)
class ConventionsQuestion:
    """A file of LeNet-5's weights was chosen that does not say how it reads.

    ``scores`` are the conventions that it can have, the best guess first, each with the fraction
    of MNIST's digits that it reads right with them.
    """

    choice: Choice
    scores: tuple[tuple[Conventions, float], ...]


@dataclass(frozen=True, slots=True)
class LayerView:
    """A layer as a panel shows it: its size and the fixed range of its values.

    Weighted sums beyond ``sum_end`` lie where its activation is about flat; where it has none, or
    one without a bound, it is the end of the values; 0 where nothing is known.
    """

    name: str
    maps: int
    height: int
    width: int
    low: float
    high: float
    sum_end: float = 0.0

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


@dataclass(frozen=True, slots=True)
class InputValues:
    """What the input layer makes of darkness: 0 becomes ``background``, 1 becomes ``ink``.

    ``padding`` is what lies around the middle 28×28: "background", "zero" for zeros instead of it,
    or "resized" where there is nothing, the middle being enlarged.
    """

    background: float = 0.0
    ink: float = 1.0
    padding: str = "background"


@dataclass(frozen=True, slots=True)
class Scoring:
    """How ten outputs become probabilities.

    A class's score is its logit or, with a ``distance_scale``, minus its distance times that; the
    score of "no digit" is -``rubbish``, None where it does not compete. ``temperature`` divides
    all of them.
    """

    distance_scale: float | None = None
    rubbish: float | None = None
    temperature: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class ModelReady:
    """A network is loaded and reads from now on.

    ``choice`` is the one that it answers and ``used`` the name of the device it runs on;
    ``device`` is that device's label. ``templates`` (10, 84) is what each class compares F6
    with: the fixed ±1 codes of the RBF output, or the output's weights; ``coded`` tells which.
    ``devices`` are those that are known where it runs; there may be others.
    ``test_error`` is in per cent, on MNIST's test set, None where the weights do not say.
    ``notice`` is a sentence for the user where the choice could not be met, such as a device that
    failed. ``specs`` say of each layer, the input first, how its units are computed. ``step`` is
    the step of their training after which the weights were written; None for its end.
    ``input_values`` and ``scoring`` say how an image goes in and how probabilities come out.
    """

    choice: Choice
    model: str
    preset: str
    used: str
    device: str
    devices: Devices
    layers: tuple[LayerView, ...]
    templates: FloatArray
    coded: bool
    test_error: float | None
    notice: str = ""
    specs: tuple[LayerSpec, ...] = ()
    step: int | None = None
    input_values: InputValues = InputValues()
    scoring: Scoring = Scoring()

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
