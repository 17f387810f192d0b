"""One chart of the figure of curves in its place, and what paints its curves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPaintEngine, QPainter, QPen, QPolygonF

from lenetpad.ui.train.charts import Chart
from lenetpad.ui.widgets.chart import line
from lenetpad.ui.widgets.ticks import (
    linear_texts,
    linear_ticks,
    logarithmic_text,
    logarithmic_ticks,
)
from lenetpad.values.history import Array

ROOM: Final = (76.0, 26.0, 17.0)  # for a number across, up, and up on a logarithmic scale
PIECE: Final = 32  # points of a line that pixels are made of at once; a longer one takes longer
DOT: Final = 2.6  # radius
WIDTH: Final = 1.3  # of a curve
SOLID: Final = Qt.PenStyle.SolidLine
DOTTED: Final = Qt.PenStyle.DotLine
ROUND: Final = Qt.PenCapStyle.RoundCap
FLAT: Final = Qt.PenCapStyle.FlatCap

Range = tuple[float, float]
Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Curve:
    """Values (n,) at steps (n,), as its axis counts: logarithms on a logarithmic one."""

    colour: str
    style: Qt.PenStyle
    steps: Array
    values: Array

    @property
    def points(self) -> Points:
        """Steps and values, (n, 2)."""
        return np.column_stack([self.steps, self.values])


@dataclass(frozen=True, slots=True)
class Plot:
    """One chart in its place: ``area``, and the ranges of steps and values that lie in it."""

    chart: Chart
    curves: tuple[Curve, ...]
    logarithmic: bool
    area: QRectF
    steps: Range
    values: Range

    def place(self, step: float, value: float) -> QPointF:
        """Where a step and a value lie; a logarithm on a logarithmic scale."""
        across, up = self.places(np.array([[step, value]]))[0].tolist()
        return QPointF(across, up)

    def places(self, points: Points) -> Points:
        """Where points (n, 2) lie."""
        low = np.array([self.steps[0], self.values[0]])
        high = np.array([self.steps[1], self.values[1]])
        corner = np.array([self.area.left(), self.area.bottom()])
        size = np.array([self.area.width(), -self.area.height()])
        placed: Points = corner + (points - low) / (high - low) * size
        return placed

    @property
    def ticks(self) -> list[tuple[float, str]]:
        """Values of the axis upwards, each with its text."""
        low, high = self.values
        if self.logarithmic:
            places = logarithmic_ticks(low, high, self.area.height(), ROOM[2])
            return [(place, logarithmic_text(place)) for place in places]
        places = linear_ticks(low, high, max(2.0, self.area.height() / ROOM[1]))
        return list(zip(places, linear_texts(places), strict=True))

    @property
    def step_ticks(self) -> list[tuple[float, str]]:
        """Steps of the axis across, each with its text."""
        places = linear_ticks(*self.steps, max(2.0, self.area.width() / ROOM[0]))
        return list(zip(places, linear_texts(places), strict=True))


def clipped(points: Points, area: QRectF) -> list[Points]:
    """What of the line through points (n, 2) lies in an area, in pieces; it has a gap where a
    point is no number. (Y.-D. Liang and B. Barsky, "A new concept and method for line clipping",
    1984, for all segments at once.)"""
    starts, ways = points[:-1], np.diff(points, axis=0)
    low = np.array([area.left(), area.top()])
    high = np.array([area.right(), area.bottom()])
    with np.errstate(divide="ignore", invalid="ignore"):
        bounds = np.stack([(low - starts) / ways, (high - starts) / ways])
    # A segment along an axis is inside its bounds for its whole length, or nowhere.
    along = ways == 0
    outside = (starts < low) | (starts > high)
    bounds[0][along] = np.where(outside[along], np.inf, -np.inf)
    bounds[1][along] = np.inf
    enters = np.maximum(bounds.min(axis=0).max(axis=1), 0.0)
    leaves = np.minimum(bounds.max(axis=0).min(axis=1), 1.0)
    pieces: list[list[Points]] = []
    for number in np.flatnonzero(enters <= leaves):  # no number is in no order
        start, way = starts[number], ways[number]
        end = start + leaves[number] * way
        if pieces and enters[number] == 0 and np.array_equal(pieces[-1][-1], start):
            pieces[-1].append(end)
        else:
            pieces.append([start + enters[number] * way, end])
    return [np.array(piece) for piece in pieces]


def _holds(area: QRectF, x: float, y: float) -> bool:
    return area.left() <= x <= area.right() and area.top() <= y <= area.bottom()


def paint_curve(painter: QPainter, plot: Plot, curve: Curve) -> None:
    """Paint what of a curve lies in its chart."""
    painter.setPen(pen(curve.colour, curve.style))
    placed = plot.places(curve.points)
    engine = painter.paintEngine()
    whole = curve.style is DOTTED or engine is None or engine.type() is QPaintEngine.Type.SVG
    for piece in clipped(placed, plot.area):
        points = [QPointF(x, y) for x, y in piece.tolist()]
        length = len(points) if whole else PIECE
        for first in range(0, len(points) - 1, length):
            painter.drawPolyline(QPolygonF(points[first : first + length + 1]))
    if curve.style is DOTTED:
        inside = [QPointF(x, y) for x, y in placed.tolist() if _holds(plot.area, x, y)]
        paint_dots(painter, curve.colour, inside)


def pen(colour: str, style: Qt.PenStyle) -> QPen:
    """The pen of a curve, or of its sample in the legend."""
    made = line(QColor(colour), WIDTH)
    made.setStyle(style)
    made.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    made.setCapStyle(FLAT if style is DOTTED else ROUND)
    return made


def paint_dots(painter: QPainter, colour: str, places: Sequence[QPointF]) -> None:
    """Paint the values of an epoch each."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    for place in places:
        painter.drawEllipse(place, DOT, DOT)
    painter.setBrush(Qt.BrushStyle.NoBrush)
