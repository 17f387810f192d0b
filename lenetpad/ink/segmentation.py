"""Ink over-segmented, as in section V of the paper: pieces, and which of them may be one digit.

Pieces are strokes, and parts of strokes that may show two digits, ordered by the middles of their
boxes: in what order they were written makes no difference. Pieces that lie beside each other are a
candidate for a digit; what is impossible by its size or its gaps is left out. What network reads
the candidates, and which of them are digits, is no matter of this module.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lenetpad.ink.cuts import Cut
from lenetpad.ink.strokes import Ink, Points, Stroke

Values = NDArray[np.float64]
#: Candidates (n, 2): the first piece, and one after the last.
Spans = NDArray[np.intp]
#: A stroke's place, and from which of its points to which.
Reach = tuple[int, int, int]

#: Pieces of one candidate, at most.
MOST_PIECES: Final = 8
#: Points along a piece, between which distances are measured.
SAMPLES: Final = 24
#: A stroke at least so high, compared with the highest one, says how high the line is.
TALL: Final = 0.65
#: Of so many strokes one may be much higher than all other digits, such as the 1 of 0001: then the
#: second highest counts, and of twice as many the third …, where it is at least this part of it.
MANY: Final = 4
MUCH_HIGHER: Final = 0.25


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Points ``start`` to ``end`` - 1 of a stroke, which are never parted further, with their box
    and points at even distances along them; and the cut after them, where the stroke goes on."""

    stroke: int
    start: int
    end: int
    box: Values
    samples: Points  # (SAMPLES, 2)
    cut: Cut | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """The parts of ink from left to right, at least one."""

    parts: tuple[Part, ...]
    boxes: Values  # (n, 4): left, top, right, bottom
    samples: Values  # (n, SAMPLES, 2)
    strokes: Spans  # (n,)
    height: float

    def __len__(self) -> int:
        return len(self.parts)


def pieces_of(parts: Sequence[Part]) -> Pieces:
    """Parts of ink, at least one, in their order from left to right."""
    boxes = np.stack([part.box for part in parts])
    # The middle decides. Where two are the same the boxes do, never the order of writing.
    order = np.lexsort((*boxes.T[::-1], boxes[:, 0] + boxes[:, 2]))
    parts, boxes = [parts[place] for place in order.tolist()], boxes[order]
    strokes = np.array([part.stroke for part in parts], dtype=np.intp)
    return Pieces(
        tuple(parts),
        boxes,
        np.stack([part.samples for part in parts]),
        strokes,
        line_height(_whole(boxes, strokes)),
    )


def _whole(boxes: Values, strokes: Spans) -> Values:
    """The boxes (m, 4) of strokes, of those of their parts (n, 4)."""
    order = np.argsort(strokes, kind="stable")
    starts = np.flatnonzero(np.diff(strokes[order], prepend=-1))
    corners = np.minimum.reduceat(boxes[order, :2], starts, axis=0)
    others = np.maximum.reduceat(boxes[order, 2:], starts, axis=0)
    return np.concatenate([corners, others], axis=1)


def kept_cuts(cuts: Sequence[Sequence[Cut]], boxes: list[Values]) -> list[tuple[Cut, ...]]:
    """Of the cuts of each stroke those at which no bar is left that belongs to no other stroke."""
    return [
        tuple(
            cut
            for cut in of_stroke
            if not cut.bars or cut.covered(boxes[:place] + boxes[place + 1 :])
        )
        for place, of_stroke in enumerate(cuts)
    ]


def parts_of(place: int, xy: Points, cuts: Sequence[Cut]) -> list[Part]:
    """The parts that a stroke (n, 2) is cut into: for most, one."""
    starts, ends = [0, *(cut.start for cut in cuts)], [*(cut.end for cut in cuts), len(xy)]
    return [
        Part(place, start, end, box_around(xy[start:end]), sampled(xy[start:end]), cut)
        for start, end, cut in zip(starts, ends, [*cuts, None], strict=True)
    ]


def box_around(xy: Points) -> Values:
    """Left, top, right and bottom of points (n, 2)."""
    return np.concatenate([xy.min(axis=0), xy.max(axis=0)])


def sampled(xy: Points) -> Points:
    """``SAMPLES`` points at even distances along a line (n, 2)."""
    steps = np.hypot(xy[1:, 0] - xy[:-1, 0], xy[1:, 1] - xy[:-1, 1])
    along = np.zeros(len(xy))
    np.cumsum(steps, out=along[1:])
    at = np.linspace(0.0, along[-1], SAMPLES)
    points: Points = np.empty((SAMPLES, 2))
    points[:, 0] = np.interp(at, along, xy[:, 0])
    points[:, 1] = np.interp(at, along, xy[:, 1])
    return points


def line_height(boxes: Values) -> float:
    """How high a digit is about: the median of the strokes' boxes (n, 4) that are not low."""
    heights = boxes[:, 3] - boxes[:, 1]
    highest = float(heights.max())
    if highest <= 0:
        return max(float((boxes[:, 2] - boxes[:, 0]).max()), 1e-6)
    if len(heights) >= MANY:
        place = 1 + len(heights) // MANY
        lower = float(np.partition(heights, -place)[-place])
        highest = lower if lower >= MUCH_HIGHER * highest else highest
    # Not NumPy's median, whose first call imports numpy.ma, in the middle of the first stroke.
    return float(median(heights[heights >= TALL * highest].tolist()))


def spans_of(count: int) -> Spans:
    """All that ``count`` pieces might be taken together as: at most MOST_PIECES, or all of them.
    They are in the order of their first pieces, then of their last."""
    lengths = np.arange(1, min(count, MOST_PIECES) + 1)
    first, length = np.repeat(np.arange(count), len(lengths)), np.tile(lengths, count)
    spans = np.stack([first, first + length], axis=1)[first + length <= count]
    if count > MOST_PIECES:
        spans = np.insert(spans, MOST_PIECES, [0, count], axis=0)
    return spans


def boxes_of(pieces: Pieces, spans: Spans) -> Values:
    """The box (n, 4) around each span's pieces."""
    members = spans[:, :1] + np.arange(int((spans[:, 1] - spans[:, 0]).max()))
    boxes = pieces.boxes[np.minimum(members, spans[:, 1:] - 1)]
    return np.concatenate([boxes[..., :2].min(axis=1), boxes[..., 2:].max(axis=1)], axis=1)


def reach_of(pieces: Pieces, first: int, end: int) -> tuple[Reach, ...]:
    """Which points of which strokes pieces ``first`` to ``end`` - 1 are, in the order of writing.
    A stroke that was cut between two of them is whole there."""
    reaches: dict[int, tuple[int, int]] = {}
    for part in pieces.parts[first:end]:
        low, high = reaches.get(part.stroke, (part.start, part.end))
        reaches[part.stroke] = min(low, part.start), max(high, part.end)
    return tuple((stroke, *reaches[stroke]) for stroke in sorted(reaches))


def part_of(ink: Ink, reaches: Sequence[Reach], most: int | None = None) -> Ink:
    """These points of an ink's strokes; where they are more than ``most``, every second one, or
    every third … and the last of each stroke."""
    count = sum(high - low for _, low, high in reaches)
    step = 1 if most is None else max(-(-count // most), 1)
    strokes = []
    for at, low, high in reaches:
        points = ink.strokes[at].points[low:high]
        if step > 1:
            points = np.concatenate([points[:-1:step], points[-1:]])
        strokes.append(Stroke.over(points))
    return Ink(tuple(strokes))
