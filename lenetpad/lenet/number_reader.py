"""Numbers of several digits, read through a segmentation graph (sections V and VI of the paper).

Heuristic over-segmentation proposes candidates (``ink/segmentation.py``), the network that reads
single digits says what each of them is, and Viterbi's algorithm finds the path through the graph
whose scores add up to most.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from lenetpad.ink.candidates import candidates_of
from lenetpad.ink.picture_pieces import picture_pieces
from lenetpad.ink.raster import Image, draw, pad
from lenetpad.ink.segmentation import (
    Part,
    Pieces,
    Spans,
    Values,
    boxes_of,
    part_of,
    parts_of,
    pieces_of,
    reach_of,
)
from lenetpad.ink.strokes import Ink, Sheet, Stroke
from lenetpad.lenet.config import LeNet5Config
from lenetpad.lenet.forward import forward, log_posteriors
from lenetpad.lenet.number_weights import NumberWeights, recognition_of, shipped
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


#: A candidate's parts of strokes: the stroke's number, and from which point to which.
Key = tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """A candidate's image (28, 28), and its posteriors (10,) or (11,)."""

    image: Image
    posteriors: FloatArray


@dataclass(slots=True)
class Known:
    """What a reading found of strokes and candidates, which the next one does not find again."""

    strokes: dict[Stroke, tuple[int, list[Part]]] = field(default_factory=dict)
    read: dict[Key, Read] = field(default_factory=dict)


class NumberReader:
    """Reads sheets with a network; what it has read of the sheet before it does not read again.

    Not for several threads. ``posteriors`` must always say the same of an image: when the network
    has learnt something, another reader is needed.
    """

    def __init__(self, posteriors: Posteriors, weights: NumberWeights | None = None) -> None:
        self._posteriors = posteriors
        self._weights = weights or shipped()
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
            return self._picture(sheet.picture) if sheet.picture.any() else None
        if not sheet.ink:
            return None
        now = Known()
        pieces = pieces_of(
            [
                replace(part, stroke=place)
                for place, stroke in enumerate(sheet.ink.strokes)
                for part in self._parts(stroke, now)
            ]
        )
        spans, geometry = candidates_of(pieces)
        read = self._read(sheet.ink, pieces, spans, now)
        self._known = now
        found = _scored(pieces, spans, geometry, read, self._weights)
        return _segmentation(pieces, found, paths)

    def _parts(self, stroke: Stroke, now: Known) -> list[Part]:
        """The parts of a stroke, which is numbered."""
        if stroke not in now.strokes:
            known = self._known.strokes.get(stroke)
            if known is None:
                known, self._next = (self._next, parts_of(0, stroke)), self._next + 1
            now.strokes[stroke] = known
        return now.strokes[stroke][1]

    def _read(self, ink: Ink, pieces: Pieces, spans: Spans, now: Known) -> list[Read]:
        """Each candidate's image and posteriors; the network reads the new ones in one batch."""
        numbers = [now.strokes[stroke][0] for stroke in ink.strokes]
        reaches = [reach_of(pieces, first, end) for first, end in spans.tolist()]
        keys = [tuple((numbers[s], low, high) for s, low, high in reach) for reach in reaches]
        new = {}
        for key, reach in zip(keys, reaches, strict=True):
            known = self._known.read.get(key)
            if known is not None:
                now.read[key] = known
            else:
                new[key] = draw(part_of(ink, reach))
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
        posteriors = self._posteriors(images)
        read = [Read(*pair) for pair in zip(images, posteriors, strict=True)]
        candidates = _scored(found.pieces, spans, geometry, read, self._weights)
        segmentation = _with_boxes(_segmentation(found.pieces, candidates, paths), found.reach)
        self._line_before = id(ink), paths, ink, segmentation
        return segmentation

    def _picture(self, image: Image) -> Segmentation:
        height, width = image.shape
        box = (0.0, 0.0, float(width), float(height))
        one = _candidate((0, 1), box, Read(image, self._posteriors(image[None])[0]), 0.0, 0.0)
        return Segmentation((Piece(0, 0, 0, box),), (one,), (Path((0,), 0.0),), Kind.DIGIT)


def _segmentation(pieces: Pieces, found: tuple[Candidate, ...], paths: int) -> Segmentation:
    """The segmentation graph with its best paths."""
    best = _paths(len(pieces), found, paths)
    kind = kind_of([found[place] for place in best[0].candidates])
    return Segmentation(_pieces(pieces), found, best, kind)


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


def kind_of(digits: Sequence[Candidate]) -> Kind:
    """What the candidates of the best path are together."""
    if len(digits) == 1:
        return Kind.DIGIT
    return Kind.NO_NUMBER if any(digit.refused for digit in digits) else Kind.NUMBER


def _scored(
    pieces: Pieces, spans: Spans, geometry: Values, read: Sequence[Read], weights: NumberWeights
) -> tuple[Candidate, ...]:
    posteriors = np.stack([one.posteriors for one in read])
    said = recognition_of(posteriors, geometry) @ np.array(weights.recognition)
    measured = geometry @ np.array(weights.geometry)
    boxes = map(tuple, boxes_of(pieces, spans).tolist())
    rows = zip(spans.tolist(), boxes, read, said.tolist(), measured.tolist(), strict=True)
    return tuple(_candidate(*row) for row in rows)


def _candidate(
    span: Sequence[int], box: Box, read: Read, recognition: float, geometry: float
) -> Candidate:
    first, end = span
    posteriors = read.posteriors
    no_digit = float(posteriors[10]) if len(posteriors) > 10 else None
    return Candidate(first, end, box, read.image, posteriors[:10], no_digit, recognition, geometry)


def _paths(cuts: int, candidates: Sequence[Candidate], most: int) -> tuple[Path, ...]:
    arcs = [Arc(one.first, one.end, str(one.digit), one.score) for one in candidates]
    return best_paths(cuts, arcs, most)


def _pieces(pieces: Pieces) -> tuple[Piece, ...]:
    return tuple(
        Piece(part.stroke, part.start, part.end, box)
        for part, box in zip(pieces.parts, map(tuple, pieces.boxes.tolist()), strict=True)
    )
