"""Which strokes an eraser touches, found in time for its next event whatever the ink's size."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from lenetpad.ink.strokes import Ink, Points

#: So many points share a bounding box.
BLOCK: Final = 64
#: So many blocks are measured at once.
MEASURED: Final = 64


class Eraser:
    """Takes strokes out of ink, from pen down to pen up."""

    def __init__(self, ink: Ink) -> None:
        self.ink = ink
        self._strokes = ink.strokes
        self._there = np.ones(len(ink.strokes), dtype=bool)
        if ink:
            self._index()

    def erase(self, start: tuple[float, float], end: tuple[float, float], reach: float) -> bool:
        """Take out the strokes whose line passes within ``reach`` of the way from start to end.

        False where there is none.
        """
        if not self.ink:
            return False
        way = np.array([start, end])
        near = (self._low <= way.max(axis=0) + reach) & (self._high >= way.min(axis=0) - reach)
        blocks = np.flatnonzero(near.all(axis=1) & self._there[self._stroke])
        count = int(self._there.sum())
        while len(blocks):
            some, blocks = blocks[:MEASURED], blocks[MEASURED:]
            touched = self._stroke[some[self._distances(some, way) <= reach]]
            if len(touched):
                self._there[touched] = False
                blocks = blocks[self._there[self._stroke[blocks]]]
        if int(self._there.sum()) == count:
            return False
        there = zip(self._strokes, self._there.tolist(), strict=True)
        self.ink = Ink(tuple(stroke for stroke, is_there in there if is_there))
        return True

    def _index(self) -> None:
        """Cut the strokes into blocks, each with its stroke's number and bounding box."""
        lengths = np.array([len(stroke.points) for stroke in self._strokes])
        self._xy = np.concatenate([stroke.xy for stroke in self._strokes])
        ends = np.cumsum(lengths)
        counts = -(-lengths // BLOCK)
        self._stroke = np.repeat(np.arange(len(lengths)), counts)
        nth = np.arange(len(self._stroke)) - (np.cumsum(counts) - counts)[self._stroke]
        self._first = (ends - lengths)[self._stroke] + nth * BLOCK
        # The line goes on to the first point of the next block.
        self._last = np.minimum(self._first + BLOCK, ends[self._stroke] - 1)
        low = np.minimum.reduceat(self._xy, self._first, axis=0)
        high = np.maximum.reduceat(self._xy, self._first, axis=0)
        self._low = np.minimum(low, self._xy[self._last])
        self._high = np.maximum(high, self._xy[self._last])

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
