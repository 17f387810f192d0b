"""What a space displacement network reads in a line of digits (section VII of LeCun et al. 1998).

The network is put at every few pixels of a line that is 32 pixels high. What it says at each
place is a column, and a transducer makes one answer of the columns: it takes out blanks and
repetitions, and what too little speaks for.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final

from lenetpad.values.arrays import FloatArray

#: Pixels between two columns that can be chosen, the network's own first.
STRIDES: Final = (4, 2, 1)
#: The place of "blank", the class of what is no digit, among a column's posteriors.
BLANK: Final = 10


class Fate(Enum):
    """What becomes of what the network says in a column."""

    KEPT = auto()  # a digit of the answer
    REPEATED = auto()  # the digit of the column beside it, again
    BLANK = auto()  # no digit
    OVERRULED = auto()  # a digit, or a blank, where the answer has another or none


@dataclass(frozen=True, slots=True)
class Run:
    """Columns ``first`` to ``end`` - 1 that the answer takes for one ``digit``, of which it keeps
    column ``kept``, the surest."""

    digit: int
    first: int
    end: int
    kept: int


@dataclass(frozen=True, slots=True, eq=False)
class SlidingReading:
    """A network slid over a line.

    ``line`` is (32, W), float32 in [0, 1], ink 1. Column k is the network's answer to the window
    of 32×32 whose left edge is ``starts[k]``, and these lie ``stride`` pixels apart: ``f6`` is
    (n, 84), ``posteriors`` (n, 11) with those of "blank" last, 0 for a network without that class.
    A window without any ink is blank. ``runs`` are the digits of the answer, from left to right.
    """

    line: FloatArray = field(repr=False)
    stride: int
    starts: tuple[int, ...]
    f6: FloatArray = field(repr=False)
    posteriors: FloatArray = field(repr=False)
    runs: tuple[Run, ...]

    def __post_init__(self) -> None:
        for array in (self.line, self.f6, self.posteriors):
            array.flags.writeable = False

    @property
    def raw(self) -> tuple[int | None, ...]:
        """What the network says in each column: a digit, or None for "blank"."""
        labels = self.posteriors.argmax(axis=1).tolist()
        return tuple(None if label == BLANK else label for label in labels)

    @property
    def answer(self) -> str:
        """The number that is read."""
        return "".join(str(run.digit) for run in self.runs)

    @property
    def path(self) -> tuple[int | None, ...]:
        """What the answer takes each column for: a digit, or None for "blank"."""
        labels: list[int | None] = [None] * len(self.starts)
        for run in self.runs:
            labels[run.first : run.end] = [run.digit] * (run.end - run.first)
        return tuple(labels)

    @property
    def fates(self) -> tuple[Fate, ...]:
        """What becomes of each column on the way to the answer."""
        kept = {run.kept for run in self.runs}
        return tuple(
            Fate.KEPT
            if column in kept
            else Fate.OVERRULED
            if said != taken
            else Fate.BLANK
            if said is None
            else Fate.REPEATED
            for column, (said, taken) in enumerate(zip(self.raw, self.path, strict=True))
        )
