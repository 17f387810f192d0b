"""What of an image speaks for a class and what against it, as a picture to lay over the input."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from lenetpad.ink.strokes import Sheet
from lenetpad.values.arrays import FloatArray, Parameters
from lenetpad.values.holding import Holds
from lenetpad.values.models import Choice

#: Who asks for occlusions and gradients: only one of both is shown.
SALIENCY: Final = "saliency"
#: Which score is explained: () that of the winning digit, (a,) that of class a, (a, b) how far a
#: is ahead of b. 10 is "no digit", in a network that has it.
Classes = tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Saliency:
    """What each pixel of the input layer does for a score.

    ``picture`` (32, 32) is positive where what is drawn there speaks for the class, or for the
    first of two, and negative where it speaks against it. ``score`` is that of the whole image,
    in the same unit: nats of log-odds, log p/(1-p), or log p_a/p_b of two classes. ``classes`` are
    one or two, the winning digit where none was asked for.
    """

    picture: FloatArray = field(repr=False)
    score: float
    classes: Classes

    def __post_init__(self) -> None:
        self.picture.flags.writeable = False


@dataclass(frozen=True, slots=True, eq=False)
class SaliencyRequest:
    """A sheet whose reading is to be explained.

    The network is that of ``choice``, with ``parameters`` in place of its file's where some are
    given, such as ``Reading.parameters``, and with some units held. ``serial`` grows with each.
    """

    serial: int
    choice: Choice
    sheet: Sheet
    classes: Classes = ()
    parameters: Parameters | None = field(default=None, repr=False)
    holds: Holds = ()


@dataclass(frozen=True, slots=True, eq=False)
class OcclusionRequest(SaliencyRequest):
    """A patch of ``size`` × ``size`` pixels of paper is laid over the image, at each ``step``-th
    place."""

    size: int = 4
    step: int = 2


@dataclass(frozen=True, slots=True, eq=False)
class GradientRequest(SaliencyRequest):
    """Gradient × input."""
