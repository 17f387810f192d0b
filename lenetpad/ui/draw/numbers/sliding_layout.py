"""Where a line, the columns of a network that slides over it, and its answer are painted.

A pixel of the line has the same place across everywhere: each column stands below the middle of
its window of 32×32 pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from PySide6.QtCore import QRectF

from lenetpad.ink.raster import PADDED
from lenetpad.values.space_displacement import Fate, SlidingReading

UNITS: Final = 84  # of F6
CLASSES: Final = 11
MARGIN: Final = 4.0
GAP: Final = 5.0
TEXT_ROW: Final = 18.0  # of what each column says, at the usual size
ANSWER_ROW: Final = 24.0
CLASS_ROW: Final = (11.0, 22.0)  # the least and the largest height of a class, at the usual size
CLASS_SHARE: Final = 0.028  # of the height
PIXEL: Final = (1.1, 5.0)  # the least and the largest size of a pixel of the line
UNIT: Final = 0.55  # of a pixel: the height of a unit of F6


@dataclass(frozen=True, slots=True)
class SlidingLayout:
    """The rows from top to bottom, all as wide as the line, and the size of one of its pixels."""

    pixel: float
    line: QRectF
    f6: QRectF
    classes: QRectF
    said: QRectF
    answer: QRectF

    @property
    def width(self) -> float:
        """With the margins."""
        return self.line.right() + MARGIN

    @property
    def height(self) -> float:
        """With the margins."""
        return self.answer.bottom() + MARGIN

    def columns(self, row: QRectF, starts: Sequence[int], stride: int) -> QRectF:
        """The part of a row below the middles of all windows."""
        first, last = self.column(row, starts[0], stride), self.column(row, starts[-1], stride)
        return first.united(last)

    def column(self, row: QRectF, start: int, stride: int) -> QRectF:
        """The part of a row that belongs to the column whose window starts at this pixel."""
        middle = self.line.left() + (start + PADDED / 2) * self.pixel
        wide = stride * self.pixel
        return QRectF(middle - wide / 2, row.top(), wide, row.height())

    def window(self, start: int) -> QRectF:
        """The window that starts at this pixel of the line."""
        left = self.line.left() + start * self.pixel
        return QRectF(left, self.line.top(), PADDED * self.pixel, self.line.height())

    def class_row(self, number: int) -> QRectF:
        """The row of a class; 10 is "no digit"."""
        high = self.classes.height() / CLASSES
        return QRectF(
            self.classes.left(), self.classes.top() + number * high, self.classes.width(), high
        )

    def column_at(self, x: float, starts: Sequence[int], stride: int) -> int:
        """The column nearest to a place across."""
        start = (x - self.line.left()) / self.pixel - PADDED / 2
        return min(max(round((start - starts[0]) / stride), 0), len(starts) - 1)


def lay_out(pixels: int, height: float, scale: float = 1.0) -> SlidingLayout:
    """Lay out a line that is so many pixels wide in a height in pixels of the screen, or in a
    larger one where that is too little; ``scale`` is that of texts. How large everything is
    depends on nothing but the height and the scale."""
    least, most = (size * scale for size in CLASS_ROW)
    row = min(max(CLASS_SHARE * height, least), most)
    texts = (TEXT_ROW + ANSWER_ROW) * scale + 4 * GAP + 2 * MARGIN
    room = height - texts - CLASSES * row
    pixel = min(max(room / (PADDED + UNITS * UNIT), PIXEL[0] * scale), PIXEL[1] * scale)
    top, areas = MARGIN, []
    for high in (
        PADDED * pixel,
        UNITS * UNIT * pixel,
        CLASSES * row,
        TEXT_ROW * scale,
        ANSWER_ROW * scale,
    ):
        areas.append(QRectF(MARGIN, top, pixels * pixel, high))
        top += high + GAP
    return SlidingLayout(pixel, *areas)


@dataclass(frozen=True, slots=True)
class Group:
    """Columns ``first`` to ``end`` - 1 beside each other that say the same and share its fate."""

    first: int
    end: int
    said: int | None
    fate: Fate


def groups(reading: SlidingReading) -> tuple[Group, ...]:
    """What the columns say, with those together that say the same and have the same fate: there
    is room for one digit where there is none for one in each column."""
    found, at = [], 0
    for (said, fate), same in groupby(zip(reading.raw, reading.fates, strict=True)):
        count = len(tuple(same))
        found.append(Group(at, at + count, said, fate))
        at += count
    return tuple(found)
