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

#: So many points are painted as one curve where their widths differ by less than so many pixels.
TOGETHER: Final = 16
ALIKE: Final = 0.25


def width_at(pressure: float, pen_width: float) -> float:
    """The drawn width for a pressure in [0, 1]."""
    return pen_width * (LIGHTEST + (HEAVIEST - LIGHTEST) * min(max(pressure, 0.0), 1.0))


def paint_joints(
    painter: QPainter,
    points: Points,
    first: int,
    last: int,
    colour: QColor,
    pen_width: float,
    scale: float,
) -> QRectF:
    """Paint what the points from ``first`` to before ``last`` fix of the curve, and return where
    that is; ``scale`` turns their units into the painter's.

    The curve runs through the middles between neighbouring points and bends towards the points, so
    point n fixes the part from the middle of (n-2, n-1) to that of (n-1, n). Point 0 is a dot.
    """
    if first >= last:
        return QRectF()
    rows = (points[max(first - 2, 0) : last] * (scale, scale, 1.0, 1.0)).tolist()
    rows = [rows[0]] * (2 - min(first, 2)) + rows  # before the dot there is only the dot
    widths = [width_at(pressure, pen_width) * scale for *_, pressure in rows[2:]]
    at = 0
    while at < len(widths):
        end = at + 1
        while end < min(len(widths), at + TOGETHER) and abs(widths[end] - widths[at]) < ALIKE:
            end += 1
        _paint_curve(painter, rows[at : end + 2], colour, widths[at])
        at = end
    xs, ys, *_ = zip(*rows, strict=True)
    low, high = QPointF(min(xs), min(ys)), QPointF(max(xs), max(ys))
    return _around(QRectF(low, high), max(widths))


def _paint_curve(painter: QPainter, rows: list[list[float]], colour: QColor, width: float) -> None:
    """Paint the part of the curve that the rows from the third on fix, in the painter's units."""
    painter.setPen(_pen(colour, width))
    (x0, y0, *_), (x, y, *_), *later = rows
    if x0 == x and y0 == y and all(row[:2] == [x, y] for row in later):
        painter.drawPoint(QPointF(x, y))
        return
    path = QPainterPath(QPointF((x0 + x) / 2, (y0 + y) / 2))
    for next_x, next_y, *_ in later:
        path.quadTo(x, y, (x + next_x) / 2, (y + next_y) / 2)
        x, y = next_x, next_y
    painter.drawPath(path)


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
