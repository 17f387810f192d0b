"""The geometry of candidates: what sizes, gaps and overlaps say of pieces taken together."""

from __future__ import annotations

import math
from collections.abc import Iterator
from statistics import median
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lenetpad.ink.segmentation import (
    MOST_PIECES,
    TALL,
    Pieces,
    Spans,
    Values,
    boxes_of,
    spans_of,
)
from lenetpad.ink.strokes import Points

Mask = NDArray[np.bool_]
Places = NDArray[np.intp]

#: Strokes of one digit, at most.
MOST_STROKES: Final = 5
#: Lengths are in units of the line's height. Several pieces are no digit where they are wider than
#: this, or have such a gap between them.
WIDEST: Final = 2.0
WIDEST_GAP: Final = 0.55
#: Between two pieces that are high enough for digits a gap so wide parts two digits.
DIGITS_GAP: Final = 0.25
#: The usual sizes of digits; what is beyond them counts.
LOW: Final = 0.75
HIGH: Final = 1.15
WIDE: Final = 0.8
#: What is beyond them counts up to this, and so does what leans. Widths count further: all of a
#: line together is no digit.
MOST: Final = 0.6
MOST_WIDE: Final = 3.0
#: Distances count up to this.
FAR: Final = 0.5
#: A 1 with a long flag is two straight legs that meet at its top. By which of these, in units of
#: its height, it is hardly one any more, and from which on it surely is one: how far down flag and
#: stem reach, how far the flag reaches to the left, how far the stem leans to the right, going
#: down, and how far its points are from the legs, on average.
FLAG_REACH: Final = (0.4, 0.6)
STEM_REACH: Final = (0.5, 0.65)
FLAG_WIDTH: Final = (0.2, 0.4)
STEM_LEAN: Final = (0.35, 0.2)
BENT_LEGS: Final = (0.22, 0.17)
#: Digits beside each other do not overlap by more than this; above each other they do.
OVERLAP: Final = 0.4
#: Pieces that are smaller than this, such as dots, do not count as strokes.
SPECK: Final = 0.2
#: Edges of digits in a line differ by this. The line rises or falls by this at most, and only
#: where there are so many high pieces can it be seen.
EDGES_DIFFER: Final = 0.08
MOST_SLOPE: Final = 0.25
SLOPE_PIECES: Final = 4
#: A piece counts as at least so wide where overlaps are shares.
SLIM: Final = 0.12

#: What is measured of a candidate. Overlaps are shares of the narrower one's width. "Before" and
#: "after" are the pieces beside it.
GEOMETRY: Final = (
    "one",  # of each candidate
    "low",  # by how much it is lower than most digits
    "high",
    "wide",
    "width",
    "backward",  # how far it leans to the left, going up, for each unit of height
    "flagged",  # how much it is like a 1 with a long flag, written in one stroke: from 0 to 1
    "inner gap",  # the widest gap between its pieces, seen from above
    "loose",  # the distance of the loosest of its strokes from the others
    "overlap before",
    "overlap after",
    "above or below before",  # what of the overlap is more than neighbours have
    "above or below after",
    "gap before",
    "gap after",
    "near before",
    "near after",
    "strokes",  # besides the first
    "cut",  # places at which a stroke was cut that goes on outside
    "poor cut",  # how far the two sides overlap there
    "corner cut",  # at how many of them there is no way of the pen between the two
    "cut ends high",  # how far above the lowest point of a side the pen leaves it
    "cut begins low",
    "bottom above",  # by how much more than digits in a line its lower edge is above the others'
    "bottom below",
    "top above",
    "top below",
)


def candidates_of(pieces: Pieces) -> tuple[Spans, Values]:
    """Which pieces may be one digit together, and their geometry (n, len(GEOMETRY)).

    Each piece alone is a candidate, and so is all of it. They are in the order of their first
    pieces, then of their last.
    """
    spans, count = spans_of(len(pieces)), len(pieces)
    if count == 1:
        return spans, _alone(pieces)
    lengths = spans[:, 1] - spans[:, 0]
    box = boxes_of(pieces, spans)
    (gap, torn), strokes = _gaps(pieces, spans), _strokes(pieces, spans)
    kept = (strokes <= MOST_STROKES) & (gap <= WIDEST_GAP) & ~torn
    kept &= box[:, 2] - box[:, 0] <= WIDEST * pieces.height
    kept |= (lengths == 1) | (lengths == count)
    return spans[kept], _geometry(pieces, spans[kept], box[kept], gap[kept], strokes[kept])


def _geometry(pieces: Pieces, spans: Spans, box: Values, gap: Values, strokes: Values) -> Values:
    """What GEOMETRY names of each span, whose box, widest gap and strokes are given."""
    width, height = ((box[:, 2:] - box[:, :2]) / pieces.height).T
    near = _nearness(pieces)
    columns = (
        np.ones(len(spans)),
        np.maximum(LOW - height, 0.0),
        np.clip(height - HIGH, 0.0, MOST),
        np.clip(width - WIDE, 0.0, MOST_WIDE),
        np.minimum(width, 1.0),
        np.clip(_lean(pieces, spans), 0.0, MOST),
        _flagged(pieces, spans),
        np.minimum(gap, MOST),
        _looseness(near, spans),
        *_beside(pieces, box, spans[:, 0] - 1, spans[:, 1]),
        *_touching(near, spans),
        strokes - 1.0,
        *_cuts_through(pieces, spans),
        *_edges(pieces, box),
    )
    return np.stack(columns, axis=1)


def _alone(pieces: Pieces) -> Values:
    """The same of one piece that is all there is, which has neither neighbours nor gaps: the pen
    makes it point by point, and each time it is measured anew."""
    left, top, right, bottom = pieces.boxes[0].tolist()
    width, height = (right - left) / pieces.height, (bottom - top) / pieces.height
    x, y = pieces.samples[0].T / pieces.height
    down = y - y.mean()
    lean = float(down @ x) / max(float(down @ down), 1e-3)
    known = {
        "one": 1.0,
        "low": max(LOW - height, 0.0),
        "high": min(max(height - HIGH, 0.0), MOST),
        "wide": min(max(width - WIDE, 0.0), MOST_WIDE),
        "width": min(width, 1.0),
        "backward": min(max(lean, 0.0), MOST),
        "flagged": flagged(pieces.samples[0]),
        "gap before": FAR,
        "gap after": FAR,
    }
    return np.array([[known.get(name, 0.0) for name in GEOMETRY]])


def _members(spans: Spans, most: int) -> tuple[Places, Mask]:
    """The pieces (n, most) of each span, and which of them are in it: the first ``most``."""
    members = spans[:, :1] + np.arange(most)
    inside = members < spans[:, 1:]
    return np.minimum(members, spans[:, 1:] - 1), inside


def _gaps(pieces: Pieces, spans: Spans) -> tuple[Values, Mask]:
    """The widest gap between the pieces of each span, seen from above; and whether there are two
    digits for sure: a gap with something high on both of its sides. Where a stroke was cut
    between two of them there is none: it is whole again."""
    members, inside = _members(spans, int((spans[:, 1] - spans[:, 0]).max()))
    left = np.where(inside, pieces.boxes[members, 0], np.inf)
    right = np.where(inside, pieces.boxes[members, 2], -np.inf)
    high = np.where(inside, (pieces.boxes[:, 3] - pieces.boxes[:, 1])[members], 0.0)
    for place, other in _cut_places(pieces):
        joined = (spans[:, 0] <= min(place, other)) & (max(place, other) < spans[:, 1])
        at = place - spans[joined, 0]
        right[joined, at] = np.maximum(right[joined, at], pieces.boxes[other, 0])
    order = left.argsort(axis=1)
    left, right, high = (np.take_along_axis(values, order, 1) for values in (left, right, high))
    reach = np.maximum.accumulate(right, 1)[:, :-1]
    gaps = np.where(np.isfinite(left[:, 1:]), left[:, 1:] - reach, 0.0) / pieces.height
    before = np.maximum.accumulate(high, 1)[:, :-1]
    after = np.maximum.accumulate(high[:, ::-1], 1)[:, ::-1][:, 1:]
    lower = np.minimum(before, after) / pieces.height
    widest: Values = np.maximum(gaps.max(axis=1, initial=0.0), 0.0)
    torn: Mask = np.any((gaps > DIGITS_GAP) & (lower > LOW), axis=1)
    return widest, torn


def _strokes(pieces: Pieces, spans: Spans) -> Values:
    """Of how many strokes each span's pieces are."""
    last: dict[int, int] = {}
    earlier = np.full(len(pieces), -1)
    for place, stroke in enumerate(pieces.strokes.tolist()):
        earlier[place] = last.get(stroke, -1)
        last[stroke] = place
    members, inside = _members(spans, int((spans[:, 1] - spans[:, 0]).max()))
    sizes = (pieces.boxes[:, 2:] - pieces.boxes[:, :2]).max(axis=1)
    inside &= (earlier[members] < spans[:, :1]) & (sizes >= SPECK * pieces.height)[members]
    count: Values = np.maximum(inside.sum(axis=1), 1).astype(np.float64)
    return count


def _nearness(pieces: Pieces) -> Values:
    """The distance (n, n) between pieces that may be in one candidate; FAR, at most."""
    count = len(pieces)
    near = np.full((count, count), FAR)
    x, y = np.moveaxis(pieces.samples.astype(np.float32), 2, 0) / np.float32(pieces.height)
    for apart in range(1, min(count, MOST_PIECES + 1)):
        dx = x[:-apart, :, None] - x[apart:, None, :]
        dy = y[:-apart, :, None] - y[apart:, None, :]
        dx *= dx
        dy *= dy
        dx += dy
        rows = np.arange(count - apart)
        least = np.minimum(np.sqrt(dx.min(axis=(1, 2))), FAR)
        near[rows, rows + apart] = near[rows + apart, rows] = least
    near[pieces.strokes[:, None] == pieces.strokes] = 0.0
    return near


def _lean(pieces: Pieces, spans: Spans) -> Values:
    """How far each span's points go to the right for each unit that they go down, on average."""
    x, y = np.moveaxis(pieces.samples / pieces.height, 2, 0)
    terms = np.stack([np.ones_like(x), x, y, x * y, y * y]).sum(axis=2)
    sums = np.concatenate([np.zeros((5, 1)), np.cumsum(terms, axis=1)], axis=1)
    count, of_x, of_y, of_xy, of_yy = sums[:, spans[:, 1]] - sums[:, spans[:, 0]]
    lean: Values = (of_xy - of_x * of_y / count) / np.maximum(of_yy - of_y * of_y / count, 1e-3)
    return lean


def _flagged(pieces: Pieces, spans: Spans) -> Values:
    """How much each span is like a 1 with a long flag; 0 where it is of several strokes."""
    found = np.zeros(len(spans))
    for place, (first, end) in enumerate(spans.tolist()):
        parts = pieces.parts[first:end]
        if all(part.stroke == parts[0].stroke for part in parts):
            in_order = [part.samples for part in sorted(parts, key=lambda part: part.start)]
            found[place] = flagged(np.concatenate(in_order) if end - first > 1 else in_order[0])
    return found


def flagged(xy: Points) -> float:
    """How much a line (n, 2) is like a 1 with a long flag, in whichever direction it was written:
    from 0, not at all, to 1. Networks take one whose flag is as long as its stem for no digit."""
    top = int(xy[:, 1].argmin())
    height = float(xy[:, 1].max() - xy[top, 1])
    if height <= 0 or top in (0, len(xy) - 1):
        return 0.0
    (left, down), (right, stem) = sorted(
        ((xy[end] - xy[top]) / height).tolist() for end in (0, -1)
    )
    ends = min(
        _between(down, FLAG_REACH),
        _between(stem, STEM_REACH),
        _between(-left, FLAG_WIDTH),
        _between(right, STEM_LEAN),
    )
    if ends == 0.0:  # as with most, and legs take longer to be looked at
        return 0.0
    away = [_off_line((xy[leg] - xy[top]) / height) for leg in (slice(top + 1), slice(top, None))]
    bent = math.sqrt(float(np.square(np.concatenate(away)).mean()))
    return min(ends, _between(bent, BENT_LEGS))


def _off_line(leg: Points) -> Values:
    """How far points are from the straight line between the first one and the last one."""
    across, down = leg[-1] - leg[0]
    x, y = (leg - leg[0]).T
    away: Values = (x * down - y * across) / max(math.hypot(across, down), 1e-9)
    return away


def _between(value: float, ends: tuple[float, float]) -> float:
    """How far a value is on the way from one end, 0, to the other one, 1, or beyond."""
    low, high = ends
    return min(max((value - low) / (high - low), 0.0), 1.0)


def _looseness(near: Values, spans: Spans) -> Values:
    """How far the loosest of each span's pieces is from all others of them."""
    members, inside = _members(spans, MOST_PIECES)
    apart = near[members[:, :, None], members[:, None, :]]  # (n, m, m)
    apart[:, np.eye(MOST_PIECES, dtype=bool)] = np.inf
    apart[~np.broadcast_to(inside[:, None, :], apart.shape)] = np.inf
    loosest = apart.min(axis=2)
    loosest[~inside | np.isinf(loosest)] = 0.0
    found: Values = loosest.max(axis=1)
    return found


def _beside(pieces: Pieces, box: Values, before: Places, after: Places) -> list[Values]:
    """Overlaps of each box (n, 4) with the piece before and the one after it, what of them is more
    than OVERLAP, and the gaps to these pieces."""
    shares, gaps = [], []
    for place in (before, after):
        there = (place >= 0) & (place < len(pieces))
        other = pieces.boxes[np.where(there, place, 0)]
        overlap = np.minimum(other[:, 2], box[:, 2]) - np.maximum(other[:, 0], box[:, 0])
        narrower = np.minimum(other[:, 2] - other[:, 0], box[:, 2] - box[:, 0])
        share = np.maximum(overlap, 0.0) / np.maximum(narrower, SLIM * pieces.height)
        shares.append(np.where(there, np.minimum(share, 1.0), 0.0))
        gaps.append(np.where(there, np.clip(-overlap / pieces.height, 0.0, FAR), FAR))
    return [*shares, *(np.maximum(share - OVERLAP, 0.0) for share in shares), *gaps]


def _touching(near: Values, spans: Spans) -> list[Values]:
    """How near each span comes to the piece before and to the one after it: FAR where it touches
    it, 0 where it is far or there is none."""
    members, inside = _members(spans, MOST_PIECES)
    found = []
    for place in (spans[:, 0] - 1, spans[:, 1]):
        there = (place >= 0) & (place < len(near))
        apart = np.where(inside, near[members, np.where(there, place, 0)[:, None]], FAR)
        found.append(np.where(there, FAR - apart.min(axis=1), 0.0))
    return found


def _cut_places(pieces: Pieces) -> Iterator[tuple[int, int]]:
    """Of each cut, the piece before it and the one after it, as the stroke was written."""
    begun = {(part.stroke, part.start): place for place, part in enumerate(pieces.parts)}
    for place, part in enumerate(pieces.parts):
        if part.cut is not None:
            yield place, begun[part.stroke, part.cut.start]


def _cuts_through(pieces: Pieces, spans: Spans) -> list[Values]:
    """At how many places a stroke was cut of which each span has one side only, how far the two
    sides overlap there, and what else ``Cut`` says of them."""
    count, overlap, corner, high, low = (np.zeros(len(spans)) for _ in range(5))
    for place, other in _cut_places(pieces):
        cut = pieces.parts[place].cut
        assert cut is not None
        one, two = ((spans[:, 0] <= at) & (at < spans[:, 1]) for at in (place, other))
        parted = one != two
        count += parted
        overlap += parted * max(cut.overlap, 0.0)
        corner += parted * cut.corner
        high += (parted & one) * cut.ends_high
        low += (parted & two) * cut.begins_low
    return [count, overlap, corner, high, low]


def _edges(pieces: Pieces, box: Values) -> list[Values]:
    """How far the lower and the upper edge of each box (n, 4) are above and below those of most
    high pieces, on a line that may rise or fall."""
    left, top, right, bottom = pieces.boxes.T
    heights = bottom - top
    high = heights >= TALL * min(pieces.height, float(heights.max()))
    middle = (left + right)[high] / 2
    slope = _slope(middle, (top + bottom)[high] / 2, pieces.height)
    found = []
    for edge, of_pieces in ((3, bottom), (1, top)):
        usual = median((of_pieces[high] - slope * middle).tolist())
        usual = usual + slope * (box[:, 0] + box[:, 2]) / 2
        away = (box[:, edge] - usual) / pieces.height
        found += [np.clip(sign * away - EDGES_DIFFER, 0.0, MOST) for sign in (-1, 1)]
    return found


def _slope(x: Values, y: Values, height: float) -> float:
    """How far a line through points falls for each unit to the right: the median over their
    pairs (Theil, 1950), 0 for few."""
    if len(x) < SLOPE_PIECES:
        return 0.0
    one, other = np.triu_indices(len(x), 1)
    along = x[other] - x[one]
    far = along > height / 2
    if not far.any():
        return 0.0
    slope = float(median(((y[other] - y[one])[far] / along[far]).tolist()))
    return min(max(slope, -MOST_SLOPE), MOST_SLOPE)
