"""Painting strokes on the canvas: smooth curves whose width follows the pen's pressure."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from lenetpad.ink.strokes import Points

#: The drawn width at no and at full pressure, as factors of the pen's width. The middle, 0.5, is
#: what a mouse reports: it draws the width itself.
LIGHTEST: Final = 0.45
HEAVIEST: Final = 1.55


def width_at(pressure: float, pen_width: float) -> float:
    """The drawn width for a pressure in [0, 1]."""
    return pen_width * (LIGHTEST + (HEAVIEST - LIGHTEST) * min(max(pressure, 0.0), 1.0))


def paint_joint(
    painter: QPainter, points: Points, number: int, colour: QColor, pen_width: float, scale: float
) -> QRectF:
    """Paint what point ``number`` fixes of the curve, and return where that is.

    The curve runs through the middles between neighbouring points and bends towards the points, so
    point n fixes the part from the middle of (n-2, n-1) to that of (n-1, n). Point 0 is a dot.
    """
    last = points[max(number - 2, 0) : number + 1].tolist()  # three points at the most
    width = width_at(last[-1][3], pen_width) * scale
    painter.setPen(_pen(colour, width))
    here, *earlier = (QPointF(x * scale, y * scale) for x, y, *_ in reversed(last))
    if number == 0:
        painter.drawPoint(here)
        return _around(QRectF(here, here), width)
    before = earlier[0]
    start = before if number == 1 else (earlier[1] + before) / 2
    path = QPainterPath(start)
    path.quadTo(before, (before + here) / 2)
    painter.drawPath(path)
    return _around(path.controlPointRect(), width)


def paint_tail(
    painter: QPainter, points: Points, colour: QColor, pen_width: float, scale: float
) -> QRectF:
    """Paint the straight end from the last middle to the last point, and return where it is."""
    if len(points) < 2:
        return QRectF()
    (x0, y0, *_), (x, y, _, pressure) = points[-2:].tolist()
    width = width_at(pressure, pen_width) * scale
    last = QPointF(x * scale, y * scale)
    middle = QPointF((x0 + x) / 2 * scale, (y0 + y) / 2 * scale)
    painter.setPen(_pen(colour, width))
    painter.drawLine(middle, last)
    return _around(QRectF(middle, last).normalized(), width)


def _pen(colour: QColor, width: float) -> QPen:
    return QPen(
        colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin
    )


def _around(rectangle: QRectF, width: float) -> QRectF:
    margin = width / 2 + 2
    return rectangle.adjusted(-margin, -margin, margin, margin)
