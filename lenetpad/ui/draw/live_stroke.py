"""The points of the stroke that is being made."""

from __future__ import annotations

from typing import Final

import numpy as np

from lenetpad.ink.strokes import Points

#: Points that there is room for at first: their memory is never written to a second time.
ROOM: Final = 4096


class LiveStroke:
    """Takes point after point; what it has given away stays as it is."""

    def __init__(self) -> None:
        # Holds the stroke being made, behind those that were made before.
        self._buffer = np.empty((ROOM, 4))
        self._start = self._count = 0

    def __len__(self) -> int:
        return self._count

    @property
    def points(self) -> Points:
        """The points (n, 4) so far."""
        return self._buffer[self._start : self._start + self._count]

    def add(self, x: float, y: float, t: float, pressure: float) -> None:
        """Add a point."""
        if self._start + self._count == len(self._buffer):
            points = self.points
            self._buffer = np.empty((max(ROOM, 2 * len(points)), 4))
            self._buffer[: len(points)] = points
            self._start = 0
        self._buffer[self._start + self._count] = (x, y, t, pressure)
        self._count += 1

    def forget(self) -> None:
        """Begin anew."""
        self._start += self._count  # others have seen these points
        self._count = 0
