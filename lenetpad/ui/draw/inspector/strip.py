"""Writes an explanation from top to bottom: lines, grids of numbers, bars, curves.

One ``Strip`` is made for each painting. Without a painter it only measures.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPen, QPolygonF

from lenetpad.ui.draw.inspector.numbers import number, signed
from lenetpad.ui.widgets.colour import Index, Table, value_index
from lenetpad.ui.widgets.theme import Theme
from lenetpad.values.arrays import DoubleArray
from lenetpad.values.explanation import Curve, Unit

LINE: Final = 1.45  # of a line of text, in heights of its font
GAP: Final = 8.0
LEFT: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
CENTRE: Final = Qt.AlignmentFlag.AlignCenter
#: The widest number of a grid.
WIDEST: Final = "−0.00"


@dataclass(frozen=True, slots=True)
class Style:
    """What a strip is written with: the theme, its colours of values, and the two fonts."""

    theme: Theme
    values: Table
    font: QFont
    bold: QFont
    small: QFont


@dataclass(frozen=True, slots=True)
class Place:
    """A cell of a grid: of which term, and which of its products, counted along the rows."""

    term: int
    cell: int


class Strip:
    """``y`` is where the next part begins. ``grids`` are those that were written, each with its
    rectangle, shape and term, and ``rows`` lines that stand for a term or a unit: for whoever
    points at them."""

    def __init__(
        self, style: Style, width: float, painter: QPainter | None, top: float = 0.0
    ) -> None:
        self.style, self.width, self.painter = style, width, painter
        self.y = top
        self.grids: list[tuple[QRectF, tuple[int, int], int]] = []
        self.rows: list[tuple[QRectF, int | Unit]] = []  # lines that stand for a term or a unit
        self._metrics = QFontMetricsF(style.font)
        self._line = LINE * self._metrics.height() / 1.2
        theme = style.theme
        self._text, self._dim = QColor(theme.text), QColor(theme.dim)
        self._accent, self._edge = QColor(theme.accent), QColor(theme.edge)

    # Text

    def gap(self, size: float = GAP) -> None:
        """Leave room."""
        self.y += size * self.style.theme.scale

    def title(self, text: str, right: str = "") -> None:
        """A heading, with a value at the right."""
        self._write(text, self.style.bold, self._text, right)

    def line(self, text: str, right: str = "", *, dim: bool = False) -> None:
        """A line, with a value at the right; what is too long goes on in the next."""
        self._write(text, self.style.font, self._dim if dim else self._text, right)

    def paragraph(self, text: str) -> None:
        """Words that wrap."""
        self._write(text, self.style.font, self._dim, "")

    def _write(self, text: str, font: QFont, colour: QColor, right: str) -> None:
        metrics = QFontMetricsF(font)
        taken = metrics.horizontalAdvance(right) + (GAP if right else 0)
        flags = int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft)
        room = QRectF(0, self.y, max(20.0, self.width - taken), 10_000)
        needed = metrics.boundingRect(room, flags, text).height() if text else self._line
        height = max(needed, self._line)
        if self.painter is not None:
            self.painter.setFont(font)
            self.painter.setPen(colour)
            area = QRectF(0, self.y, self.width - taken, height)
            self.painter.drawText(area, flags | int(Qt.AlignmentFlag.AlignVCenter), text)
            if right:
                last = QRectF(0, self.y + height - self._line, self.width, self._line)
                self.painter.drawText(last, RIGHT, right)
        self.y += height

    def mark_row(self, term: int) -> None:
        """The next line stands for a term."""
        self.rows.append((QRectF(0, self.y, self.width, self._line), term))

    def mark_source(self, unit: Unit) -> None:
        """The next line stands for a unit."""
        self.rows.append((QRectF(0, self.y, self.width, self._line), unit))

    def columns(
        self, heads: Sequence[str], rows: Sequence[Sequence[str]], chosen: int | None
    ) -> None:
        """A small table: the first column to the left, numbers to the right; a row is chosen."""
        metrics = QFontMetricsF(self.style.small)
        first = max(metrics.horizontalAdvance(row[0]) for row in (heads, *rows)) + GAP
        width = (self.width - first) / (len(heads) - 1)
        for number_, row in enumerate((heads, *rows)):
            if self.painter is not None:
                area = QRectF(0, self.y, self.width, self._line)
                if number_ - 1 == chosen and number_ > 0:
                    self.painter.fillRect(area, QColor(self.style.theme.zero))
                self.painter.setFont(self.style.small)
                self.painter.setPen(self._dim if number_ == 0 else self._text)
                self.painter.drawText(area, LEFT, row[0])
                for place, text in enumerate(row[1:]):
                    right = QRectF(first + place * width, self.y, width, self._line)
                    self.painter.drawText(right, RIGHT, text)
            self.y += self._line

    # Grids

    def pictures(
        self,
        term: int,
        arrays: Sequence[tuple[str, DoubleArray, float]],
        followed: Place | None,
    ) -> None:
        """Pictures without numbers side by side, as large as there is room."""
        columns = arrays[0][1].shape[1]
        gap = GAP * self.style.theme.scale
        side = (self.width - (len(arrays) - 1) * gap) / len(arrays) / columns
        top, cell = self.y, QRectF(0, 0, min(side, self._line), min(side, self._line))
        for place, (heading, values, end) in enumerate(arrays):
            self.y = top
            cell.moveLeft(place * (cell.width() * columns + gap))
            self._grid(term, heading, values, end, cell, followed)

    def grid_row(
        self,
        term: int,
        arrays: Sequence[tuple[str, DoubleArray, float]],
        followed: Place | None,
    ) -> None:
        """Grids with their headings side by side, or below each other where numbers need it: each
        is a heading, values (rows, columns), and the value with the strongest colour."""
        columns = arrays[0][1].shape[1]
        needed = QFontMetricsF(self.style.small).horizontalAdvance(WIDEST) + 2
        gap = GAP * self.style.theme.scale
        count = len(arrays)
        side = (self.width - (count - 1) * gap) / count / columns
        # Numbers need room; where there is none for them at all, the colours stand for them.
        beside = side >= needed or self.width / columns < needed
        cell = min(side if beside else self.width / columns, 1.3 * needed)
        height = cell if cell < needed else self._line
        top = self.y
        for place, (heading, values, end) in enumerate(arrays):
            left = place * (cell * columns + gap) if beside else 0.0
            if beside:
                self.y = top
            self._grid(term, heading, values, end, QRectF(left, 0, cell, height), followed)

    def _grid(
        self,
        term: int,
        heading: str,
        values: DoubleArray,
        end: float,
        cell: QRectF,
        followed: Place | None,
    ) -> None:
        rows, columns = values.shape
        area = QRectF(
            cell.left(), self.y + self._line, cell.width() * columns, cell.height() * rows
        )
        self.grids.append((area, (rows, columns), term))
        self.y = area.bottom() + 3
        if self.painter is None:
            return
        self.painter.setFont(self.style.small)
        self.painter.setPen(self._dim)
        above = QRectF(area.left(), area.top() - self._line, area.width(), self._line)
        self.painter.drawText(above, LEFT, heading)
        self.picture(area, values, end)
        if cell.width() >= QFontMetricsF(self.style.small).horizontalAdvance(WIDEST) + 2:
            self._numbers(area, values, end)
        if followed is not None and followed.term == term:
            row, column = divmod(followed.cell, columns)
            self.frame(
                QRectF(
                    area.left() + column * cell.width(),
                    area.top() + row * cell.height(),
                    cell.width(),
                    cell.height(),
                )
            )

    def _numbers(self, area: QRectF, values: DoubleArray, end: float) -> None:
        """Write each value into its cell, in the colour that is read on the cell's."""
        assert self.painter is not None
        rows, columns = values.shape
        width, height = area.width() / columns, area.height() / rows
        theme = self.style.theme
        light, dark = QColor("#ffffff"), QColor("#10141a")
        inks = [dark if bright else light for bright in _bright(self.style.values)]
        indices = _index(values, end)
        self.painter.setFont(self.style.small)
        for row in range(rows):
            for column in range(columns):
                self.painter.setPen(inks[int(indices[row, column])])
                self.painter.drawText(
                    QRectF(area.left() + column * width, area.top() + row * height, width, height),
                    CENTRE,
                    short(float(values[row, column])),
                )
        self.painter.setPen(QColor(theme.text))

    def picture(self, area: QRectF, values: DoubleArray, end: float) -> None:
        """Values (rows, columns) as colours."""
        assert self.painter is not None
        index = _index(values, end)
        pixels = np.ascontiguousarray(self.style.values.take(index))
        rows, columns = pixels.shape
        image = QImage(pixels.data, columns, rows, 4 * columns, QImage.Format.Format_RGB32)
        self.painter.drawImage(area, image)
        self.painter.setPen(QPen(self._edge, 1))
        self.painter.setBrush(Qt.BrushStyle.NoBrush)
        self.painter.drawRect(area)

    def frame(self, area: QRectF) -> None:
        """Mark a cell, on whatever colour lies below."""
        assert self.painter is not None
        self.painter.setBrush(Qt.BrushStyle.NoBrush)
        self.painter.setPen(QPen(QColor(self.style.theme.panel), 4))
        self.painter.drawRect(area)
        self.painter.setPen(QPen(self._accent, 2))
        self.painter.drawRect(area)

    # Bars

    def bar(self, name: str, value: float, longest: float, right: str = "") -> None:
        """A named bar from a middle line: to the right what adds, to the left what takes away."""
        numbers = right or signed(value)
        taken = self._metrics.horizontalAdvance(numbers) + GAP
        named = min(self._metrics.horizontalAdvance(name) + GAP, 0.5 * self.width)
        room = QRectF(named, self.y, max(10.0, self.width - named - taken), self._line)
        if self.painter is not None:
            self.painter.setFont(self.style.font)
            self.painter.setPen(self._text)
            self.painter.drawText(QRectF(0, self.y, named, self._line), LEFT, name)
            self.painter.drawText(QRectF(0, self.y, self.width, self._line), RIGHT, numbers)
            part = 0.0 if longest <= 0 else min(abs(value) / longest, 1.0)
            theme = self.style.theme
            colour = QColor(theme.positive[2] if value >= 0 else theme.negative[2])
            length = part * room.width()
            left = room.left() if value >= 0 else room.right() - length
            height = 0.5 * self._line
            self.painter.fillRect(
                QRectF(left, room.center().y() - height / 2, length, height), colour
            )
        self.y += self._line

    # The activation

    def curve(self, curve: Curve, x: float, y: float) -> None:
        """The activation function, with the point where the unit is."""
        height = 5 * self._line
        area = QRectF(0, self.y + 4, self.width, height - 8)
        self.y += height
        if self.painter is None:
            return
        low, high = float(curve.y.min()), float(curve.y.max())
        spread = max(high - low, 1e-9)
        start, end = float(curve.x[0]), float(curve.x[-1])

        def at(px: float, py: float) -> QPointF:
            across = min(max((px - start) / (end - start), 0.0), 1.0)
            return QPointF(
                area.left() + across * area.width(),
                area.bottom() - (py - low) / spread * area.height(),
            )

        with self._smooth():
            self.painter.setPen(QPen(QColor(self.style.theme.line), 1))
            self.painter.drawLine(at(start, 0.0), at(end, 0.0))
            self.painter.drawLine(at(0.0, low), at(0.0, high))
            self.painter.setPen(QPen(self._dim, 1.5))
            points = [at(float(px), float(py)) for px, py in zip(curve.x, curve.y, strict=True)]
            self.painter.drawPolyline(QPolygonF(points))
            point = at(x, y)
            self.painter.setPen(QPen(self._accent, 1, Qt.PenStyle.DashLine))
            self.painter.drawLine(point, QPointF(point.x(), at(0, 0).y()))
            self.painter.drawLine(point, QPointF(at(0, 0).x(), point.y()))
            self.painter.setPen(Qt.PenStyle.NoPen)
            self.painter.setBrush(self._accent)
            self.painter.drawEllipse(point, 4.5, 4.5)

    # Table I

    def table(self, sources: Sequence[Sequence[int]], chosen: int) -> None:
        """Which maps of the layer before feed each map, as the paper's Table I prints it, with
        the chosen map's column marked."""
        columns, rows = len(sources), 1 + max(max(source) for source in sources)
        cell = min(self.width / (columns + 1), self._line)
        top = self.y
        self.y += cell * (rows + 1) + 4
        if self.painter is None:
            return
        self.painter.setFont(self.style.small)
        tiny = QFont(self.style.small)
        tiny.setPixelSize(max(6, round(0.62 * cell)))
        self.painter.setFont(tiny)
        mark = QRectF((chosen + 1) * cell, top, cell, cell * (rows + 1))
        self.painter.fillRect(mark, QColor(self.style.theme.zero))
        for column in range(columns):
            self.painter.setPen(self._accent if column == chosen else self._dim)
            head = QRectF((column + 1) * cell, top, cell, cell)
            self.painter.drawText(head, CENTRE, str(column))
            for row in sources[column]:
                self.painter.drawText(head.translated(0, (row + 1) * cell), CENTRE, "X")
        self.painter.setPen(self._dim)
        for row in range(rows):
            self.painter.drawText(QRectF(0, top + (row + 1) * cell, cell, cell), CENTRE, str(row))
        self.painter.setPen(QPen(self._accent, 1.5))
        self.painter.setBrush(Qt.BrushStyle.NoBrush)
        self.painter.drawRect(mark)

    @contextmanager
    def _smooth(self) -> Iterator[None]:
        assert self.painter is not None
        self.painter.save()
        self.painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        yield
        self.painter.restore()


def short(value: float) -> str:
    """A value for a cell: two decimals, or as many as four characters have room for."""
    size = abs(value)
    if size >= 99.5:
        return number(round(value))
    text = f"{size:.1f}" if size >= 9.95 else f"{size:.2f}"
    return f"−{text}" if value < 0 and float(text) else text


def _index(values: DoubleArray, end: float) -> Index:
    """Entries of the table of values (rows, columns), with ``end`` the strongest colour's."""
    ends = np.array([max(end, 1e-9)], np.float32)
    found: Index = value_index(values[None].astype(np.float32), ends)[0]
    return found


def _bright(table: Table) -> list[bool]:
    """Whether dark ink is read better than light ink on each colour of a table (WCAG)."""
    channels = np.stack([(table >> shift) & 0xFF for shift in (16, 8, 0)], axis=1) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    luminance = linear @ np.array([0.2126, 0.7152, 0.0722])
    return [bool(value) for value in luminance > 0.179]
