"""What the canvas shows of a number: each digit's ink in a colour, a line below it, a box around
the digit that the maps show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from lenetpad.ink.sheets import Box, on_canvas
from lenetpad.ink.strokes import Ink, Sheet, Stroke
from lenetpad.ui.draw.canvas_picture import NO_COLOURS, Colours
from lenetpad.ui.draw.paper import Paper
from lenetpad.ui.widgets.theme import Theme
from lenetpad.values.reading import Reading
from lenetpad.values.segmentation import Candidate, Segmentation

#: Between ink and the lines around it, beside half the pen's width, in pixels.
AROUND: Final = 5.0
LINE: Final = 2.0
CORNER: Final = 4.0
#: In a picture, where all digits have boxes.
FOCUSED_LINE: Final = 4.0


def digit_colour(theme: Theme, place: int) -> QColor:
    """The colour of a number's digit, from 0 at the left: neighbours are told apart, also by
    colour-blind people."""
    return QColor((theme.negative, theme.positive)[place % 2][2])


@dataclass(frozen=True, slots=True, eq=False)
class DigitMarks:
    """The marks of several digits on ink; ``focus`` is the place of the one that the maps show.
    ``read`` is whether they are a number: what is none keeps the ink's colour."""

    ink: Ink = field(default_factory=Ink)
    boxes: tuple[QRectF, ...] = ()  # in the strokes' unit
    #: Of each stroke: up to which point it belongs to which digit.
    runs: tuple[tuple[tuple[int, int], ...], ...] = ()
    focus: int = 0
    read: bool = False

    def __bool__(self) -> bool:
        return bool(self.boxes)

    @classmethod
    def of(cls, reading: Reading | None, sheet: Sheet) -> DigitMarks:
        """Those of a reading of this sheet, or of ink whose last stroke was still being made; none
        where it is not of several digits."""
        if reading is None or not sheet or not (digits := reading.several):
            return NO_MARKS
        found, ink, line = reading.segmentation, sheet.ink, sheet.line
        assert found is not None
        if line is None:
            boxes = tuple(_rectangle(digit.box) for digit in digits)
        else:
            boxes = tuple(_rectangle(on_canvas(digit.box, line.shape)) for digit in digits)
        runs = _runs(found, digits, len(ink.strokes))
        return cls(ink, boxes, runs, reading.focus, reading.number is not None)

    def colours(self, theme: Theme) -> Colours:
        """The strokes' colours, as the picture of the canvas wants them."""
        if not self.read:
            return NO_COLOURS
        return {
            id(stroke): tuple((end, digit_colour(theme, place)) for end, place in runs)
            for stroke, runs in zip(self.ink.strokes, self.runs, strict=False)
            if runs
        }

    def coloured_as(self, other: DigitMarks) -> bool:
        """Whether every stroke has the colours that it has there."""
        ours, theirs = self.ink.strokes, other.ink.strokes
        alike = self.read == other.read and self.runs == other.runs and len(ours) == len(theirs)
        return alike and all(a is b for a, b in zip(ours, theirs, strict=True))

    def at(self, place: tuple[float, float], reach: float) -> int | None:
        """The digit at a place in the strokes' unit, or within reach of it; the nearest middle
        where there are two."""
        x, y = place
        margins = (-reach, -reach, reach, reach)
        found = [n for n, box in enumerate(self.boxes) if _in(box.adjusted(*margins), x, y)]
        return min(found, key=lambda n: abs(self.boxes[n].center().x() - x), default=None)

    def inked(self, place: tuple[float, float], reach: float) -> int | None:
        """The digit on whose ink a place lies, within reach of its line; in a picture, that at
        the place."""
        if not self.ink:
            return self.at(place, 0.0)
        for stroke, runs in zip(self.ink.strokes, self.runs, strict=False):
            distances = _distances(stroke, place)
            nearest = int(distances.argmin())
            if distances[nearest] <= reach and runs:
                return next((digit for end, digit in runs if nearest < end), runs[-1][1])
        return None

    def paint(self, painter: QPainter, paper: Paper, theme: Theme, pen_width: float) -> None:
        """Paint the lines below the digits, and the box around the one in focus. A picture's ink
        keeps its colour: there each digit has a box, the one in focus a wider one."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        pen = pen_width if self.ink else 0.0  # in a picture, boxes hold all of the ink
        around = AROUND + pen * paper.scale / 2
        for place, box in enumerate(self.boxes):
            area = paper.pixels(box).adjusted(-around, -around, around, around)
            area = area.intersected(_all_of(paper))
            colour = digit_colour(theme, place) if self.read else QColor(theme.edge)
            focused = place == self.focus
            painter.setPen(QPen(colour, LINE if self.ink or not focused else FOCUSED_LINE))
            if focused or (self.read and not self.ink):
                painter.drawRoundedRect(area, CORNER, CORNER)
            else:
                inner = area.adjusted(around / 2, 0, -around / 2, 0)
                painter.drawLine(QLineF(inner.bottomLeft(), inner.bottomRight()))


NO_MARKS: Final = DigitMarks()


def _rectangle(box: Box) -> QRectF:
    left, top, right, bottom = box
    return QRectF(QPointF(left, top), QPointF(right, bottom))


def _in(area: QRectF, x: float, y: float) -> bool:
    return area.left() <= x <= area.right() and area.top() <= y <= area.bottom()


def _all_of(paper: Paper) -> QRectF:
    """What is seen of the paper, in pixels, less what a line at the edge takes."""
    whole = QRectF(0, 0, paper.width * paper.scale, paper.height * paper.scale)
    return whole.adjusted(LINE, LINE, -LINE, -LINE)


def _runs(
    found: Segmentation, digits: Sequence[Candidate], strokes: int
) -> tuple[tuple[tuple[int, int], ...], ...]:
    """Of each stroke, up to which point it belongs to which digit of the best path."""
    parts = [
        (piece.stroke, piece.end, place)
        for place, digit in enumerate(digits)
        for piece in found.pieces[digit.first : digit.end]
    ]
    of_stroke = {
        stroke: tuple((end, place) for _, end, place in group)
        for stroke, group in groupby(sorted(parts), key=lambda part: part[0])
    }
    return tuple(of_stroke.get(stroke, ()) for stroke in range(strokes))


def _distances(stroke: Stroke, place: tuple[float, float]) -> np.ndarray:
    """Of each point of a stroke, with the line to the next, from a place."""
    points = stroke.xy
    starts, steps = points, np.diff(points, axis=0, append=points[-1:])
    offset = np.asarray(place) - starts
    squared = np.maximum(np.square(steps).sum(axis=1), 1e-12)
    along = np.clip((offset * steps).sum(axis=1) / squared, 0.0, 1.0)
    nearest: np.ndarray = np.hypot(*(offset - along[:, None] * steps).T)
    return nearest
