"""Where one stroke may be two digits: the pen stayed down between them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lenetpad.ink.strokes import Points

#: Lengths are in units of the stroke's height. Where a stroke is cut, its two sides overlap by
#: this at most, seen from above. A side is a digit where it is at least so high; it may be the bar
#: of one where it is at least so long.
OVERLAP: Final = 0.25
LEAST_HEIGHT: Final = 0.4
LEAST_LENGTH: Final = 0.2
#: What is beside a bar's other strokes reaches over this part of it.
COVERED: Final = 0.5
#: A stroke narrower than this is one digit.
LEAST_WIDTH: Final = 0.55
#: What leaves a straight line by less than this is straight.
STRAIGHT: Final = 0.07
#: Cuts of one stroke, at most, for each of its heights that it is wide.
MOST_CUTS: Final = 2
MOST_CUTS_OF_ALL: Final = 12
#: Points along a stroke that are looked at, at most.
MOST_POINTS: Final = 512

Values = NDArray[np.float64]
#: The place where one side ends, and that where the other begins.
Way = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Cut:
    """A stroke's points before ``end`` show one digit, those from ``start`` on another.

    What lies between them is neither's: the pen's way from one to the other. ``overlap`` says how
    far the two reach over each other, seen from above, in units of the stroke's height. A side
    that is too low for a digit has its reach from left to right in ``bars``. Most digits end low
    and begin high: ``ends_high`` says how far the one before the cut ends above its lowest point,
    ``begins_low`` how far the other begins below its highest one, as parts of their heights. At a
    ``corner`` there is no way between the two.
    """

    end: int
    start: int
    overlap: float
    bars: tuple[tuple[float, float], ...] = ()
    ends_high: float = 0.0
    begins_low: float = 0.0
    corner: bool = False

    def covered(self, boxes: Iterable[Values]) -> bool:
        """Whether each bar belongs to one of other strokes' boxes: it is above, below or in it."""
        boxes = list(boxes)
        return all(
            any(min(box[2], high) - max(box[0], low) >= COVERED * (high - low) for box in boxes)
            for low, high in self.bars
        )


def cuts_of(xy: Points) -> tuple[Cut, ...]:
    """Where a stroke (n, 2) may be cut, in the order in which it was written; () for most."""
    places = np.arange(len(xy))
    if len(xy) > MOST_POINTS:
        places = np.linspace(0, len(xy) - 1, MOST_POINTS).astype(np.intp)
        xy = xy[places]
    width, height = (xy.max(axis=0) - xy.min(axis=0)).tolist()
    if len(xy) < 5 or height <= 0 or width < LEAST_WIDTH * height:
        return ()
    corners = _corners(xy, STRAIGHT * height)
    ways = [(end, start) for end, start in pairwise(corners) if xy[start, 0] > xy[end, 0]]
    ways += [(corner, corner) for corner in corners[1:-1]]
    return tuple(
        replace(way, end=int(places[way.end]) + 1, start=int(places[way.start]))
        for way in _best(_parting(xy, ways, height), width / height)
    )


def _corners(xy: Points, tolerance: float) -> list[int]:
    """Places of the points by which a stroke is drawn well enough with straight lines: the
    algorithm of Douglas and Peucker (1973)."""
    kept, open_runs = [0, len(xy) - 1], [(0, len(xy) - 1)]
    while open_runs:
        first, last = open_runs.pop()
        if last - first < 2:
            continue
        along = xy[last] - xy[first]
        inner = xy[first + 1 : last] - xy[first]
        length = float(np.hypot(*along))
        if length > 0:
            away = np.abs(inner[:, 0] * along[1] - inner[:, 1] * along[0]) / length
        else:
            away = np.hypot(inner[:, 0], inner[:, 1])
        worst = int(away.argmax())
        if away[worst] > tolerance:
            middle = first + 1 + worst
            kept.append(middle)
            open_runs += [(first, middle), (middle, last)]
    return sorted(kept)


def _parting(xy: Points, ways: list[Way], height: float) -> Iterator[Cut]:
    """The ways (end, start) that part a stroke in two sides, each a digit or the bar of one."""
    x, y = xy.T
    reach, back = np.maximum.accumulate(x), np.minimum.accumulate(x[::-1])[::-1]
    least, most = np.minimum.accumulate(x), np.maximum.accumulate(x[::-1])[::-1]
    before, after = _heights(xy), _heights(xy[::-1])[::-1]
    bottom, top = np.maximum.accumulate(y), np.minimum.accumulate(y[::-1])[::-1]
    for end, start in ways:
        overlap = float(reach[end] - back[start]) / height
        if overlap > OVERLAP:
            continue
        sides = ((before[end], least[end], reach[end]), (after[start], back[start], most[start]))
        bars = [(low, high) for side, low, high in sides if side < LEAST_HEIGHT * height]
        if all(high - low >= LEAST_LENGTH * height for low, high in bars):
            yield Cut(
                end,
                start,
                overlap,
                tuple((float(low), float(high)) for low, high in bars),
                float(bottom[end] - y[end]) / max(float(before[end]), 1e-9),
                float(y[start] - top[start]) / max(float(after[start]), 1e-9),
                start == end,
            )


def _heights(xy: Points) -> Values:
    """How high a line (n, 2) is up to each of its points."""
    y = xy[:, 1]
    return np.maximum.accumulate(y) - np.minimum.accumulate(y)


def _best(parting: Iterable[Cut], heights: float) -> list[Cut]:
    """Those that overlap least, in their order along the stroke, with ink left between them."""
    kept: list[Cut] = []
    for cut in sorted(parting, key=lambda cut: cut.overlap):
        if all(cut.start < other.end - 1 or other.start < cut.end - 1 for other in kept):
            kept.append(cut)
        if len(kept) >= min(MOST_CUTS * heights, MOST_CUTS_OF_ALL):
            break
    return sorted(kept, key=lambda cut: cut.end)
