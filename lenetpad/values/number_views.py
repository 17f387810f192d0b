"""Asking what a network makes of one candidate of a number, of a line that it slides over, or of
all lines of a picture."""

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
#: And of what stands in all lines of a picture.
LINES: Final = "lines"


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


@dataclass(frozen=True, slots=True, eq=False)
class LinesRequest:
    """Sheets of a picture's lines that are to be read: the answer is what is read in each, ""
    where it is no number and no digit.

    The network is that of ``choice``, with ``parameters`` in place of its file's where some are
    given. ``serial`` grows with each.
    """

    serial: int
    choice: Choice
    sheets: tuple[Sheet, ...]
    parameters: Parameters | None = field(default=None, repr=False)
