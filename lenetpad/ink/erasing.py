"""Which strokes an eraser touches, found in time for its next event whatever the ink's size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lenetpad.ink.strokes import Ink, Points, Stroke

#: So many points share a bounding box.
BLOCK: Final = 64
#: So many blocks are measured at once.
MEASURED: Final = 64
#: An event of the eraser's looks at so many points, or strokes, that it has not yet looked at.
POINTS_AN_EVENT: Final = 200_000
STROKES_AN_EVENT: Final = 2_000


class Eraser:
    """Takes strokes out of ink, from pen down to pen up.

    Large ink is looked at in parts, one with each event. What lies in a part that comes later and
    on the way so far goes then; ``finish`` looks at the rest.
    """

    def __init__(self, ink: Ink, reach: float) -> None:
        self.ink = ink
        self._reach = reach
        self._strokes = ink.strokes
        self._there = np.ones(len(ink.strokes), dtype=bool)
        self._parts: list[_Part] = []
        self._seen = 0  # so many strokes are in the parts
        self._ways: list[Points] = []  # until all of them are

    def erase(self, start: tuple[float, float], end: tuple[float, float]) -> bool:
        """Take out the strokes whose line passes within reach of the way from start to end.

        False where there is none.
        """
        way = np.array([start, end])
        count = int(self._there.sum())
        for part in self._parts:
            part.erase(way, self._reach)
        if self._seen < len(self._strokes):
            self._ways.append(way)
            self._look_on()
        return self._taken(count)

    def finish(self) -> bool:
        """Take out what the way touched in parts not yet looked at; False where it is none."""
        count = int(self._there.sum())
        while self._seen < len(self._strokes):
            self._look_on()
        return self._taken(count)

    def _taken(self, before: int) -> bool:
        """Whether fewer strokes are there than before; then the ink is without them."""
        if int(self._there.sum()) == before:
            return False
        there = zip(self._strokes, self._there.tolist(), strict=True)
        self.ink = Ink(tuple(stroke for stroke, is_there in there if is_there))
        return True

    def _look_on(self) -> None:
        """Make the next part, and erase what lies on the way so far."""
        points, start = 0, self._seen
        some = self._strokes[start : start + STROKES_AN_EVENT]
        lengths = []
        for stroke in some:
            lengths.append(len(stroke.points))
            points += lengths[-1]
            if points >= POINTS_AN_EVENT:
                break
        self._seen += len(lengths)
        part = _Part(some[: len(lengths)], lengths, self._there[start : self._seen])
        for way in self._ways:
            part.erase(way, self._reach)
        self._parts.append(part)


class _Part:
    """Some of the strokes, cut into blocks, each with its stroke's number and bounding box.

    ``there`` (strokes,) is written to: which of them are left.
    """

    def __init__(
        self, strokes: Sequence[Stroke], lengths: Sequence[int], there: NDArray[np.bool_]
    ) -> None:
        self._there = there
        points = np.array(lengths)
        self._xy = np.concatenate([stroke.xy for stroke in strokes])
        ends = np.cumsum(points)
        counts = -(-points // BLOCK)
        self._stroke = np.repeat(np.arange(len(points)), counts)
        nth = np.arange(len(self._stroke)) - (np.cumsum(counts) - counts)[self._stroke]
        self._first = (ends - points)[self._stroke] + nth * BLOCK
        # The line goes on to the first point of the next block.
        self._last = np.minimum(self._first + BLOCK, ends[self._stroke] - 1)
        low = np.minimum.reduceat(self._xy, self._first, axis=0)
        high = np.maximum.reduceat(self._xy, self._first, axis=0)
        self._low = np.minimum(low, self._xy[self._last])
        self._high = np.maximum(high, self._xy[self._last])

    def erase(self, way: Points, reach: float) -> None:
        """Take out the strokes whose line passes within ``reach`` of the way (2, 2)."""
        near = (self._low <= way.max(axis=0) + reach) & (self._high >= way.min(axis=0) - reach)
        blocks = np.flatnonzero(near.all(axis=1) & self._there[self._stroke])
        while len(blocks):
            some, blocks = blocks[:MEASURED], blocks[MEASURED:]
            touched = self._stroke[some[self._distances(some, way) <= reach]]
            if len(touched):
                self._there[touched] = False
                blocks = blocks[self._there[self._stroke[blocks]]]

    def _distances(self, blocks: NDArray[np.intp], way: Points) -> Points:
        """The shortest distance (n,) from each block's line to the way."""
        first, last = self._first[blocks, None], self._last[blocks, None]
        places = np.minimum(first + np.arange(BLOCK), last)
        here, there = self._xy[places], self._xy[np.minimum(places + 1, last)]
        start, end = way
        squared = np.minimum.reduce(
            [
                _squared(here, start, end),
                _squared(there, start, end),
                _squared(start, here, there),
                _squared(end, here, there),
                np.where(_cross(here, there, start, end), 0.0, np.inf),
            ]
        )
        distances: Points = np.sqrt(squared.min(axis=1))
        return distances


def _squared(point: Points, start: Points, end: Points) -> Points:
    """Squared distance from points to the lines from start to end, each (..., 2)."""
    step, to_point = end - start, point - start
    length = np.maximum((step * step).sum(axis=-1), 1e-300)
    along = np.clip((to_point * step).sum(axis=-1) / length, 0.0, 1.0)
    gap = to_point - along[..., None] * step
    squared: Points = (gap * gap).sum(axis=-1)
    return squared


def _cross(a: Points, b: Points, c: Points, d: Points) -> NDArray[np.bool_]:
    """Whether the lines from a to b and from c to d cross."""
    sides = [_side(a, b, c) * _side(a, b, d), _side(c, d, a) * _side(c, d, b)]
    crossing: NDArray[np.bool_] = (sides[0] < 0) & (sides[1] < 0)
    return crossing


def _side(a: Points, b: Points, c: Points) -> Points:
    """On which side of the line from a to b the point c lies: the sign."""
    side: Points = (b[..., 0] - a[..., 0]) * (c[..., 1] - a[..., 1]) - (b[..., 1] - a[..., 1]) * (
        c[..., 0] - a[..., 0]
    )
    return side
