"""Asking what a network makes of one candidate of a number, or of a line that it slides over."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from lenetpad.ink.strokes import Sheet
from lenetpad.values.arrays import FloatArray, Parameters
from lenetpad.values.holding import Holds
from lenetpad.values.models import Choice

#: Who asks for readings of candidates, and the name of the job.
CANDIDATE: Final = "candidate"
#: And of readings of lines.
SLIDING: Final = "sliding"


@dataclass(frozen=True, slots=True, eq=False)
class CandidateRequest:
    """A candidate's image (28, 28) that is to be read.

    The network is that of ``choice``, with ``parameters`` in place of its file's where some are
    given, such as ``Reading.parameters``, and with some units held. ``serial`` grows with each.
    """

    serial: int
    choice: Choice
    image: FloatArray
    parameters: Parameters | None = field(default=None, repr=False)
    holds: Holds = ()


@dataclass(frozen=True, slots=True, eq=False)
class SlidingRequest:
    """A sheet over which a network is to slide, with a column every ``stride`` pixels.

    The network is that of ``choice``, with ``parameters`` in place of its file's where some are
    given. ``serial`` grows with each.
    """

    serial: int
    choice: Choice
    sheet: Sheet
    stride: int
    parameters: Parameters | None = field(default=None, repr=False)
