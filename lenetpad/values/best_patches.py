"""What a unit looks for: the images of a data set that excite it most, and those that do least."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from lenetpad.values.arrays import FloatArray, Parameters
from lenetpad.values.evaluation import MNIST_TEST, DataChoice
from lenetpad.values.explanation import Unit
from lenetpad.values.models import Choice

#: The job that finds them, and who asks for it.
BEST_PATCHES: Final = "best patches"
#: How many images are found of each kind.
SHOWN_PATCHES: Final = 9
OF_MNIST: Final = DataChoice(MNIST_TEST)


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """An image, and what a unit sees of it.

    ``index`` is the image's in its data set, ``label`` a digit, or 10 for what shows none.
    ``value`` is the unit's, after its activation; ``weighted_sum`` is that before it, which says
    more where the activation saturates. The unit is the one at ``row`` and ``column`` of its map.
    ``input`` (32, 32) is the input layer, of which the unit sees ``height`` × ``width`` units from
    ``top`` and ``left`` on.
    """

    index: int
    label: int
    value: float
    weighted_sum: float
    row: int
    column: int
    top: int
    left: int
    height: int
    width: int
    input: FloatArray = field(repr=False)

    def __post_init__(self) -> None:
        self.input.flags.writeable = False


@dataclass(frozen=True, slots=True, eq=False)
class BestPatches:
    """Of ``images`` images those that excite a unit ``most``, the best first, and those that do
    ``least``, the worst first; nine of each, or all where there are fewer.

    With ``anywhere`` each image counts as where in it the unit's map is excited most. ``notice``
    says what of a file of the user's was left out.
    """

    unit: Unit
    anywhere: bool
    images: int
    most: tuple[Patch, ...]
    least: tuple[Patch, ...]
    notice: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class BestPatchesRequest:
    """Find them for a unit of the network of ``choice``.

    ``parameters`` stand in place of its file's where some are given, such as
    ``Reading.parameters``; a run's snapshot is a choice of that file. ``serial`` grows with each.
    """

    serial: int
    choice: Choice
    unit: Unit
    anywhere: bool = False
    parameters: Parameters | None = field(default=None, repr=False)
    data: DataChoice = OF_MNIST
