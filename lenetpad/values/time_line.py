"""What a network made of a drawing while it was written."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import numpy as np

from lenetpad.ink.strokes import Ink
from lenetpad.values.arrays import FloatArray, Parameters
from lenetpad.values.holding import Holds
from lenetpad.values.models import Choice
from lenetpad.values.reading import DIGITS, Reading
from lenetpad.values.segmentation import Kind

#: Who asks for time lines, and the name of the job.
TIME_LINE: Final = "time line"
#: The place of "not a digit" among the classes.
NO_DIGIT: Final = DIGITS
CLASSES: Final = DIGITS + 1


@dataclass(frozen=True, slots=True, eq=False)
class TimeLineRequest:
    """Ink that is to be read as it was at some of the moments at which it was written.

    The network is that of ``choice``, with ``parameters`` in place of its file's where some are
    given, such as ``Reading.parameters``, and with some units held. ``serial`` grows with each.
    """

    serial: int
    choice: Choice
    ink: Ink
    parameters: Parameters | None = field(default=None, repr=False)
    holds: Holds = ()


@dataclass(frozen=True, slots=True)
class Change:
    """From ``count`` points on the answer is ``after``, before ``before``; "" is "not a digit"."""

    count: int
    before: str
    after: str


@dataclass(frozen=True, eq=False)
class TimeLine:
    """``probabilities`` (n, 11) and ``answers`` (n) of a drawing when it had ``counts`` points,
    which ascend. The last column is "not a digit", 0 for a network without; of a number, the
    probabilities are those of the digit that was written last, as the maps show it."""

    counts: tuple[int, ...]
    probabilities: FloatArray = field(repr=False)
    answers: tuple[str, ...] = field(repr=False)

    def __post_init__(self) -> None:
        self.probabilities.flags.writeable = False

    @cached_property
    def leaders(self) -> tuple[int, ...]:
        """The classes that were the most probable one at a time, those that were so at most of
        the moments first."""
        led = np.bincount(self.probabilities.argmax(axis=1), minlength=CLASSES)
        ranked = sorted(range(CLASSES), key=lambda one: -int(led[one]))
        return tuple(one for one in ranked if led[one])

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """Where the answer became another."""
        neighbours = zip(self.counts[1:], self.answers, self.answers[1:], strict=False)
        return tuple(Change(*one) for one in neighbours if one[1] != one[2])

    def place_of(self, count: int) -> int:
        """Where in the time line a drawing of so many points is, or the last moment before."""
        return max(0, int(np.searchsorted(self.counts, count, side="right")) - 1)


def answer_of(reading: Reading) -> str:
    """What a reading says in the window: a digit, a number, or "" for neither."""
    found = reading.segmentation
    if found is not None and found.kind is not Kind.DIGIT:
        return found.text if found.kind is Kind.NUMBER else ""
    return "" if reading.refused or reading.digit is None else str(reading.digit)
