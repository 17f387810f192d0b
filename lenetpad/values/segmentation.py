"""Several digits beside each other: the segmentation graph of a sheet, and the paths through it.

As in section V of LeCun et al. 1998: pieces of ink, in order from left to right, are grouped into
candidates; a candidate is an arc of a graph from the cut before its first piece to the cut after
its last one, and a path from the first cut to the last is a way to read the whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from lenetpad.values.arrays import FloatArray

Box = tuple[float, float, float, float]


class Kind(Enum):
    """What a sheet is taken for."""

    DIGIT = auto()  # one digit, or what one network's verdict alone says of it
    NUMBER = auto()  # several digits
    NO_NUMBER = auto()  # several things, which are no number


@dataclass(frozen=True, slots=True)
class Piece:
    """What is never parted further: points ``start`` to ``end`` - 1 of a stroke, or a part of a
    picture (``stroke`` is its number, and there are no points). ``box`` is left, top, right and
    bottom, in the units of the ink, or in pixels of the picture."""

    stroke: int
    start: int
    end: int
    box: Box


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """Pieces ``first`` to ``end`` - 1 taken together, and what the network reads in them.

    ``image`` is (28, 28), float32, ink 1; ``probabilities`` (10,) and ``no_digit`` are those of
    its posteriors. ``recognition`` and ``geometry`` are the two parts of the score that Viterbi's
    algorithm adds up: what the network says, and what sizes and distances do.
    """

    first: int
    end: int
    box: Box
    image: FloatArray
    probabilities: FloatArray
    no_digit: float | None
    recognition: float
    geometry: float

    @property
    def digit(self) -> int:
        """The most probable digit."""
        return int(self.probabilities.argmax())

    @property
    def probability(self) -> float:
        """Of the most probable digit."""
        return float(self.probabilities.max())

    @property
    def refused(self) -> bool:
        """Whether "this is no digit" is more probable than every digit."""
        return self.no_digit is not None and self.no_digit > self.probability

    @property
    def score(self) -> float:
        """The arc's weight: the larger, the better."""
        return self.recognition + self.geometry


@dataclass(frozen=True, slots=True)
class Path:
    """A way through the graph: places of candidates, from left to right, and their scores' sum."""

    candidates: tuple[int, ...]
    score: float


@dataclass(frozen=True, slots=True, eq=False)
class Segmentation:
    """The segmentation graph of a sheet with its best paths, the best one first.

    There are ``len(pieces) + 1`` cuts, numbered from 0. ``paths`` are at most as many as were
    asked for, and read differently from each other; there is at least one.
    """

    pieces: tuple[Piece, ...]
    candidates: tuple[Candidate, ...]
    paths: tuple[Path, ...]
    kind: Kind

    @property
    def digits(self) -> tuple[Candidate, ...]:
        """The candidates of the best path, from left to right."""
        return self.along(self.paths[0])

    @property
    def text(self) -> str:
        """What the best path reads."""
        return self.text_of(self.paths[0])

    @property
    def answer(self) -> str:
        """What is read; "" for what is no number and no digit."""
        if self.kind is Kind.NO_NUMBER or (self.kind is Kind.DIGIT and self.digits[0].refused):
            return ""
        return self.text

    @property
    def several(self) -> tuple[Candidate, ...]:
        """What the best path reads, where that is several things; () otherwise."""
        one = self.kind is Kind.DIGIT or len(self.paths[0].candidates) < 2
        return () if one else self.digits

    @property
    def whole(self) -> Candidate | None:
        """All of it taken together, if that is a candidate."""
        count = len(self.pieces)
        return next((one for one in self.candidates if one.end - one.first == count), None)

    @property
    def written_last(self) -> int:
        """The place in the best path of what was written last."""
        ends = [
            max((piece.stroke, piece.end) for piece in self.pieces[digit.first : digit.end])
            for digit in self.digits
        ]
        return max(range(len(ends)), key=ends.__getitem__)

    def along(self, path: Path) -> tuple[Candidate, ...]:
        """The candidates of a path, from left to right."""
        return tuple(self.candidates[place] for place in path.candidates)

    def text_of(self, path: Path) -> str:
        """What a path reads."""
        return "".join(str(one.digit) for one in self.along(path))
