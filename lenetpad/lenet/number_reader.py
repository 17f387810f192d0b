"""Numbers of several digits, read through a segmentation graph (sections V and VI of the paper).

Heuristic over-segmentation proposes candidates (``ink/segmentation.py``), the network that reads
single digits says what each of them is, and Viterbi's algorithm finds the path through the graph
whose scores add up to most.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from lenetpad.ink.candidates import GEOMETRY, candidates_of
from lenetpad.ink.cuts import Cut, cuts_of
from lenetpad.ink.picture_pieces import picture_pieces
from lenetpad.ink.raster import Image, draw, pad
from lenetpad.ink.segmentation import (
    Part,
    Pieces,
    Spans,
    Values,
    box_around,
    boxes_of,
    kept_cuts,
    part_of,
    parts_of,
    pieces_of,
    reach_of,
)
from lenetpad.ink.strokes import Ink, Points, Sheet, Stroke
from lenetpad.lenet.config import LeNet5Config
from lenetpad.lenet.forward import forward, log_posteriors
from lenetpad.lenet.number_weights import (
    Digits,
    NumberWeights,
    acceptance_of,
    recognition_of,
    shipped,
)
from lenetpad.lenet.viterbi import Arc, best_paths
from lenetpad.values.arrays import FloatArray, Parameters
from lenetpad.values.segmentation import Box, Candidate, Kind, Path, Piece, Segmentation

#: What reads images (n, 28, 28): the posteriors of the digits (n, 10), or (n, 11) with "no digit".
Posteriors = Callable[[Image], FloatArray]


def posteriors_of(config: LeNet5Config, parameters: Parameters) -> Posteriors:
    """What a network makes of a batch of images, on the CPU in NumPy."""

    def read(images: Image) -> FloatArray:
        probabilities: FloatArray = np.exp(
            log_posteriors(config, forward(config, parameters, pad(images)))
        )
        return probabilities

    return read


#: Ink of more strokes is taken for one digit: it is no line of digits.
MOST_STROKES: Final = 100
#: Strokes that would be cut at more places in all are not cut.
MOST_CUTS: Final = 80
#: Points with which a candidate is drawn, at most, if it is not all of the ink.
MOST_POINTS: Final = 400
#: A gap so wide, in units of the line's height, is none within one digit that was badly written.
APART: Final = 0.15
#: Whether a candidate is all of the ink, and its parts of strokes: the stroke's number, and from
#: which point to which.
Key = tuple[bool | tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """A candidate's image (28, 28), and its posteriors (10,) or (11,)."""

    image: Image
    posteriors: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """Ink as a segmentation graph without scores: pieces, which of them are a candidate (n, 2),
    the candidates' geometry (n, len(GEOMETRY)), and what the network makes of them."""

    pieces: Pieces
    spans: Spans
    geometry: Values
    read: list[Read]

    @property
    def posteriors(self) -> FloatArray:
        """(n, 10), or (n, 11) with "no digit" last."""
        return np.stack([one.posteriors for one in self.read])

    @property
    def whole(self) -> int:
        """The place of the candidate that is all of it."""
        lengths = self.spans[:, 1] - self.spans[:, 0]
        return int(np.flatnonzero(lengths == len(self.pieces))[0])

    def scores(self, weights: NumberWeights) -> tuple[Values, Values]:
        """The two parts of the candidates' scores: of recognition, and of geometry."""
        said = recognition_of(self.posteriors, self.geometry) @ weights.recognition
        return said, self.geometry @ weights.geometry

    def digits(self, path: Path, scores: Values) -> Digits:
        """What decides whether a path of several digits is a number."""
        places = [*path.candidates, self.whole]
        boxes = boxes_of(self.pieces, self.spans[places]) / self.pieces.height
        return Digits(boxes, scores[places], self.posteriors[places], self.geometry[places])

    def best_paths(self, scores: Values, most: int) -> tuple[Path, ...]:
        """The best ways to read it, each with another text."""
        digits = self.posteriors[:, :10].argmax(axis=1).tolist()
        rows = zip(self.spans.tolist(), digits, scores.tolist(), strict=True)
        arcs = [Arc(first, end, str(digit), score) for (first, end), digit, score in rows]
        return best_paths(len(self.pieces), arcs, most)


@dataclass(slots=True)
class Facts:
    """What is known of a stroke: its number, its box, and the ways to cut it."""

    number: int
    xy: Points
    box: Values
    cuts: tuple[Cut, ...]
    _parts: dict[tuple[Cut, ...], list[Part]] = field(default_factory=dict)

    def parts(self, cuts: tuple[Cut, ...]) -> list[Part]:
        """The parts that it has with some of its cuts."""
        if cuts not in self._parts:
            self._parts[cuts] = parts_of(0, self.xy, cuts)
        return self._parts[cuts]


@dataclass(slots=True)
class Known:
    """What a reading found of strokes and candidates, which the next one does not find again."""

    strokes: dict[Stroke, Facts] = field(default_factory=dict)
    read: dict[Key, Read] = field(default_factory=dict)


class NumberReader:
    """Reads sheets with a network; what it has read of the sheet before it does not read again.

    Not for several threads. ``posteriors`` must always say the same of an image: when the network
    has learnt something, another reader is needed.
    """

    def __init__(self, posteriors: Posteriors, weights: NumberWeights | None = None) -> None:
        self._posteriors = posteriors
        self._weights = weights
        self._known = Known()
        self._next = 0
        #: The line of a picture that was read last, kept so that its id stays its own.
        self._line_before: tuple[int, int, FloatArray, Segmentation] | None = None

    def read(self, sheet: Sheet, paths: int = 2) -> Segmentation | None:
        """How a sheet's digits are read, in ``paths`` ways at most; None where it is blank.

        A picture of one digit, which is normalised as such, is taken for one digit.
        """
        if sheet.line is not None:
            return self._line(sheet.line, paths)
        if sheet.picture is not None:
            side = float(len(sheet.picture))
            found = self._one_digit(sheet.picture, (0.0, 0.0, side, side))
            return found if sheet.picture.any() else None
        if not sheet.ink:
            return None
        if len(sheet.ink.strokes) > MOST_STROKES:
            boxes = np.stack([box_around(stroke.xy) for stroke in sheet.ink.strokes])
            edges = np.concatenate([boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)])
            left, top, right, bottom = edges.tolist()
            return self._one_digit(draw(sheet.ink), (left, top, right, bottom))
        return self._segmentation(self.line(sheet.ink), paths)

    def _segmentation(self, line: Line, paths: int) -> Segmentation:
        """The graph with its scores, its best paths, and what it is taken for."""
        weights = self._weights or shipped(refusing=len(line.read[0].posteriors) > 10)
        said, measured = line.scores(weights)
        ways = line.best_paths(said + measured, paths)
        kind = kind_of(line, ways[0], said + measured, weights)
        if kind is Kind.DIGIT and len(ways[0].candidates) > 1:
            whole = Path((line.whole,), float(said[line.whole] + measured[line.whole]))
            ways = (whole, *(way for way in ways if way.candidates != whole.candidates))[:paths]
        return Segmentation(_pieces(line.pieces), _candidates(line, said, measured), ways, kind)

    def line(self, ink: Ink) -> Line:
        """The graph of ink that is not empty, before it is scored."""
        now = Known()
        pieces = pieces_of(self._parts(ink, now))
        spans, geometry = candidates_of(pieces)
        read = self._read(ink, pieces, spans, now)
        self._known = now
        return Line(pieces, spans, geometry, read)

    def _parts(self, ink: Ink, now: Known) -> list[Part]:
        """The parts of the ink's strokes, which are numbered."""
        for stroke in ink.strokes:
            if stroke not in now.strokes:
                now.strokes[stroke] = self._known.strokes.get(stroke) or self._new(stroke)
        facts = [now.strokes[stroke] for stroke in ink.strokes]
        cuts = kept_cuts([one.cuts for one in facts], [one.box for one in facts])
        if sum(map(len, cuts)) > MOST_CUTS:
            cuts = [()] * len(facts)
        return [
            replace(part, stroke=place)
            for place, one in enumerate(facts)
            for part in one.parts(cuts[place])
        ]

    def _new(self, stroke: Stroke) -> Facts:
        self._next += 1
        return Facts(self._next, stroke.xy, box_around(stroke.xy), cuts_of(stroke.xy))

    def _read(self, ink: Ink, pieces: Pieces, spans: Spans, now: Known) -> list[Read]:
        """Each candidate's image and posteriors; the network reads the new ones in one batch."""
        numbers = [now.strokes[stroke].number for stroke in ink.strokes]
        keys: list[Key] = []
        new: dict[Key, Image] = {}
        for first, end in spans.tolist():
            reach = reach_of(pieces, first, end)
            whole = end - first == len(pieces)  # which is drawn as a single digit is
            key = (whole, *((numbers[stroke], low, high) for stroke, low, high in reach))
            keys.append(key)
            if key in self._known.read:
                now.read[key] = self._known.read[key]
            else:
                new[key] = draw(part_of(ink, reach, None if whole else MOST_POINTS))
        if new:
            posteriors = self._posteriors(np.stack(list(new.values())))
            for (key, image), values in zip(new.items(), posteriors, strict=True):
                now.read[key] = Read(image, values)
        return [now.read[key] for key in keys]

    def _line(self, ink: FloatArray, paths: int) -> Segmentation | None:
        """How the digits of a line in a picture are read."""
        if self._line_before is not None and self._line_before[:2] == (id(ink), paths):
            return self._line_before[3]
        found = picture_pieces(ink)
        if found is None:
            return None
        spans, geometry = candidates_of(found.pieces)
        images = np.stack([found.image(first, end) for first, end in spans.tolist()])
        read = [Read(*pair) for pair in zip(images, self._posteriors(images), strict=True)]
        line = Line(found.pieces, spans, geometry, read)
        segmentation = _with_boxes(self._segmentation(line, paths), found.reach)
        self._line_before = id(ink), paths, ink, segmentation
        return segmentation

    def _one_digit(self, image: Image, box: Box) -> Segmentation:
        read = Read(image, self._posteriors(image[None])[0])
        one = _candidate((0, 1), box, read, 0.0, 0.0)
        return Segmentation((Piece(0, 0, 0, box),), (one,), (Path((0,), 0.0),), Kind.DIGIT)


def reader_of(config: LeNet5Config, parameters: Parameters) -> NumberReader:
    """What reads sheets with a network, on the CPU in NumPy."""
    return NumberReader(posteriors_of(config, parameters), number_weights_of(config))


def number_weights_of(config: LeNet5Config) -> NumberWeights:
    """The weights of segmentation graphs for a network."""
    return shipped(refusing=config.rubbish is not None, preset=config.name)


def _with_boxes(found: Segmentation, reach: float) -> Segmentation:
    """The same with boxes that hold what lies so far beyond the middles of the strokes."""

    def around(box: Box) -> Box:
        left, top, right, bottom = box
        return left - reach, top - reach, right + reach, bottom + reach

    return replace(
        found,
        pieces=tuple(replace(one, box=around(one.box)) for one in found.pieces),
        candidates=tuple(replace(one, box=around(one.box)) for one in found.candidates),
    )


def kind_of(line: Line, best: Path, scores: Values, weights: NumberWeights) -> Kind:
    """What the best path is. What is no number may still be one digit, badly written, if the
    network does not say that it is none, and nothing lies apart."""
    if len(best.candidates) == 1:
        return Kind.DIGIT
    if float(weights.acceptance @ acceptance_of(line.digits(best, scores))) > 0:
        return Kind.NUMBER
    posteriors = line.read[line.whole].posteriors
    refused = len(posteriors) > 10 and posteriors[10] > posteriors[:10].max()
    gap = line.geometry[line.whole, GEOMETRY.index("inner gap")]
    return Kind.NO_NUMBER if refused or gap > APART else Kind.DIGIT


def _candidates(line: Line, said: Values, measured: Values) -> tuple[Candidate, ...]:
    boxes = map(tuple, boxes_of(line.pieces, line.spans).tolist())
    rows = zip(
        line.spans.tolist(), boxes, line.read, said.tolist(), measured.tolist(), strict=True
    )
    return tuple(_candidate(*row) for row in rows)


def _candidate(
    span: Sequence[int], box: Box, read: Read, recognition: float, geometry: float
) -> Candidate:
    first, end = span
    posteriors = read.posteriors
    no_digit = float(posteriors[10]) if len(posteriors) > 10 else None
    return Candidate(first, end, box, read.image, posteriors[:10], no_digit, recognition, geometry)


def _pieces(pieces: Pieces) -> tuple[Piece, ...]:
    return tuple(
        Piece(part.stroke, part.start, part.end, box)
        for part, box in zip(pieces.parts, map(tuple, pieces.boxes.tolist()), strict=True)
    )
