"""Which part of the paper the canvas shows: a square, or a strip for a line of digits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF

from lenetpad.ink.sheets import UNITS, line_scale
from lenetpad.ink.strokes import Ink, Sheet

#: Paper that is kept free beside ink that would lie outside otherwise, in the strokes' unit.
FREE: Final = 60.0
#: A strip is at least so high, and as many times as high as the writing on it.
LEAST_STRIP: Final = 600.0
STRIP_SHARE: Final = 1.5
#: Writing that comes nearer to the right edge, as a share of the width, wants more room.
NEAR_EDGE: Final = 0.85
#: So does a picture's line that is so many times as long as high.
LONG_LINE: Final = 4.0


@dataclass(frozen=True, slots=True)
class Needed:
    """The part of the paper that is to be seen at least, from its left edge on."""

    top: float = 0.0
    width: float = UNITS
    height: float = UNITS

    @classmethod
    def for_ink(cls, ink: Ink, *, wide: bool) -> Needed:
        """What ink needs: the square, and more where it lies outside; in a strip what is around
        the line, so that it stays as large as can be."""
        if not ink:
            return cls()
        box = extent(ink)
        width = max(UNITS, box.right() + FREE if box.right() > UNITS else 0.0)
        if wide:
            height = max(LEAST_STRIP, STRIP_SHARE * box.height())
            return cls(max(0.0, box.center().y() - height / 2), width, height)
        return cls(0.0, width, max(UNITS, box.bottom() + FREE if box.bottom() > UNITS else 0.0))

    @classmethod
    def for_sheet(cls, sheet: Sheet, *, wide: bool) -> Needed:
        """The same for a sheet; of a picture the square or, in a strip, what is around a line."""
        if sheet.line is None or not wide:
            return cls.for_ink(sheet.ink, wide=wide)
        height = STRIP_SHARE * line_scale(sheet.line.shape) * len(sheet.line)
        return cls((UNITS - height) / 2, UNITS, height)

    def holds(self, ink: Ink) -> bool:
        """Whether all of the ink is in it."""
        if not ink:
            return True
        box = extent(ink)
        across = box.left() >= 0 and box.right() <= self.width
        return across and box.top() >= self.top and box.bottom() <= self.top + self.height


@dataclass(frozen=True, slots=True)
class Paper:
    """A part of the paper on a canvas, in the strokes' unit; ``scale`` is logical pixels a unit,
    ``top`` the paper at the upper edge. At the left one, the paper begins."""

    scale: float
    top: float
    width: float
    height: float

    @classmethod
    def on(cls, size: QSize | QSizeF, needed: Needed) -> Paper:
        """As large as a canvas has room for what is needed; beside that there is more paper."""
        width, height = max(float(size.width()), 1.0), max(float(size.height()), 1.0)
        across, down = width / needed.width, height / needed.height
        scale = min(across, down)
        return cls(
            scale,
            needed.top,
            needed.width if across <= down else width / scale,
            needed.height if down <= across else height / scale,
        )

    def units(self, at: QPointF) -> tuple[float, float]:
        """A place on the canvas in the strokes' unit."""
        return at.x() / self.scale, at.y() / self.scale + self.top

    def pixels(self, area: QRectF) -> QRectF:
        """An area of the paper in the canvas's logical pixels."""
        corner = QPointF(area.left(), area.top() - self.top) * self.scale
        return QRectF(corner, area.size() * self.scale)


def extent(ink: Ink) -> QRectF:
    """The box around all points; there is at least one."""
    points = np.concatenate([stroke.xy for stroke in ink.strokes])
    (left, top), (right, bottom) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
    return QRectF(QPointF(left, top), QPointF(right, bottom))
