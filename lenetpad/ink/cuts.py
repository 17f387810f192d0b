"""Where one stroke may be two digits: the pen stayed down between them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from lenetpad.ink.strokes import Points

#: Lengths are in units of the stroke's height. Where a stroke is cut, its two sides overlap by
#: this at most, seen from above, and are each at least so high.
OVERLAP: Final = 0.25
LEAST_HEIGHT: Final = 0.4
#: A stroke narrower than this is one digit.
LEAST_WIDTH: Final = 0.55
#: What leaves a straight line by less than this is straight.
STRAIGHT: Final = 0.07
#: Cuts of one stroke, at most, for each of its heights that it is wide.
MOST_CUTS: Final = 2
#: Points along a stroke that are looked at, at most.
MOST_POINTS: Final = 512

#: The place where one side ends, and that where the other begins.
Way = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Cut:
    """A stroke's points before ``end`` show one digit, those from ``start`` on another.

    What lies between them is neither's: the pen's way from one to the other. ``overlap`` says how
    far the two reach over each other, seen from above, in units of the stroke's height.
    """

    end: int
    start: int
    overlap: float


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
        Cut(int(places[end]) + 1, int(places[start]), overlap)
        for end, start, overlap in _best(_parting(xy, ways, height), width / height)
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


def _parting(xy: Points, ways: list[Way], height: float) -> Iterator[tuple[int, int, float]]:
    """The ways (end, start) that part a stroke in two sides that may be digits, with overlaps."""
    x, y = xy[:, 0], xy[:, 1]
    reach, back = np.maximum.accumulate(x), np.minimum.accumulate(x[::-1])[::-1]
    before = np.maximum.accumulate(y) - np.minimum.accumulate(y)
    after = (np.maximum.accumulate(y[::-1]) - np.minimum.accumulate(y[::-1]))[::-1]
    for end, start in ways:
        overlap = float(reach[end] - back[start]) / height
        if overlap <= OVERLAP and min(before[end], after[start]) >= LEAST_HEIGHT * height:
            yield end, start, overlap


def _best(
    parting: Iterable[tuple[int, int, float]], heights: float
) -> list[tuple[int, int, float]]:
    """Those that overlap least, in their order along the stroke, with ink left between them."""
    kept: list[tuple[int, int, float]] = []
    for way in sorted(parting, key=lambda way: way[2]):
        if all(way[1] < other[0] - 1 or other[1] < way[0] - 1 for other in kept):
            kept.append(way)
        if len(kept) >= MOST_CUTS * heights:
            break
    return sorted(kept)
