"""Writes an explanation from top to bottom: lines, grids of numbers, bars, curves.

One ``Strip`` is made for each painting.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF

from lenetpad.ui.draw.inspector.faces import SMALL_SIZE, WRAPPED, Face, Style
from lenetpad.ui.draw.inspector.inspected import Place
from lenetpad.ui.draw.numerals import signed
from lenetpad.values.arrays import DoubleArray
from lenetpad.values.explanation import Curve, Unit

GAP: Final = 8.0
DOT: Final = 4.5  # of the point on a curve

SIGN_GAP: Final = 13.0  # between grids, where the sign of the arithmetic stands
#: Less of the width is too little for words beside a value.
LEAST_SHARE: Final = 0.4

#: The sign before it, a heading, values (rows, columns), the value with the strongest colour, and
#: whether they are the same from one reading to the next.
Grid = tuple[str, str, DoubleArray, float, bool]


class Strip:
    """``y`` is where the next part begins. ``grids`` are those that were written, each with its
    rectangle, shape and term, and ``rows`` lines that stand for a term or a unit: for whoever
    points at them."""

    def __init__(self, style: Style, width: float, painter: QPainter, top: float = 0.0) -> None:
        self.style, self.width, self.painter = style, width, painter
        self.y = top
        self.grids: list[tuple[QRectF, tuple[int, int], int]] = []
        self.rows: list[tuple[QRectF, int | Unit]] = []
        self._line = style.line
        self._face: Face | None = None  # whose font the painter has
        seen = painter.clipBoundingRect() if painter.hasClipping() else None
        self._seen = None if seen is None else (seen.top(), seen.bottom())

    def _is_seen(self, top: float, bottom: float) -> bool:
        """Whether any of it is in sight: what is scrolled away is not painted."""
        return self._seen is None or (bottom >= self._seen[0] and top <= self._seen[1])

    # Text

    def gap(self, size: float = GAP) -> None:
        """Leave room."""
        self.y += size * self.style.theme.scale

    def title(self, text: str, right: str = "") -> None:
        """A heading, with a value at the right."""
        self._write(text, self.style.bold, self.style.text, right)

    def line(self, text: str, right: str = "", *, dim: bool = False, moves: bool = False) -> None:
        """A line, with a value at the right; what is too long goes on in the next. What ``moves``
        is another with each reading, and no picture of it is kept."""
        colour = self.style.dim if dim else self.style.text
        self._write(text, self.style.usual, colour, right, moves=moves)

    def paragraph(self, text: str) -> None:
        """Words that wrap."""
        self._write(text, self.style.usual, self.style.dim, "")

    def one_line(self, *texts: str, dim: bool = False) -> None:
        """The first of the texts that fits, in one line, the last one in tiny letters where none
        does: what follows stays where it is."""
        style = self.style
        fitting = (
            (text, face)
            for text in texts
            for face in (style.usual, style.small)
            if face.width(text) <= self.width
        )
        text, face = next(fitting, (texts[-1], style.tiny))
        if self._is_seen(self.y, self.y + self._line):
            self._use(face, style.dim if dim else style.text)
            face.left(self.painter, 0, self.y + self._line / 2, text)
        self.y += self._line

    def _write(
        self, text: str, face: Face, colour: QColor, right: str, *, moves: bool = False
    ) -> None:
        taken = face.width(right) + GAP if right else 0.0
        room = self.width - taken
        below = room < LEAST_SHARE * self.width and face.width(text) > room
        if below:
            room = self.width
        height = face.height(text, room)
        if not self._is_seen(self.y, self.y + height + self._line):
            self.y += height + (self._line if right and below else 0.0)
            return
        if height <= self._line and moves:
            self._use(face, colour)
            face.left(self.painter, 0, self.y + self._line / 2, text)
        elif height <= self._line:
            face.paint(self.painter, 0, self.y + self._line / 2, text, colour)
        else:
            self._use(face, colour)
            self.painter.drawText(QRectF(0, self.y, room, height), int(WRAPPED), text)
        if right:
            self._use(face, colour)
            height += self._line if below else 0.0
            face.right(self.painter, self.width, self.y + height - self._line / 2, right)
        self.y += height

    def _use(self, face: Face, colour: QColor) -> None:
        if face is not self._face:
            self.painter.setFont(face.font)
            self._face = face
        self.painter.setPen(colour)

    def mark_row(self, what: int | Unit) -> None:
        """The next line stands for a term, or for a unit."""
        self.rows.append((QRectF(0, self.y, self.width, self._line), what))

    def columns(
        self,
        heads: Sequence[str],
        rows: Sequence[Sequence[str]],
        widest: Sequence[str],
        chosen: int | None,
    ) -> None:
        """A small table: the first column to the left, numbers to the right; a row is chosen.
        ``widest`` has the widest number of each column: where there is no room for all of them,
        the table goes on below with the rest, and nothing moves as numbers change."""
        face, gap = self.style.small, GAP / 2 * self.style.theme.scale
        first = max(face.width(row[0]) for row in (heads, *rows)) + gap
        widths = [face.width(text) + gap for text in widest]
        groups: list[list[int]] = [[]]
        for place, width in enumerate(widths):
            taken = first + sum(widths[other] for other in groups[-1])
            if groups[-1] and taken + width > self.width:
                groups.append([])
            groups[-1].append(place)
        for group in groups:
            spare = self.width - first - sum(widths[place] for place in group)
            each = max(0.0, spare / len(group))
            for index, row in enumerate((heads, *rows), start=-1):
                middle = self.y + self._line / 2
                if index == chosen:
                    area = QRectF(-2, self.y, self.width + 4, self._line)
                    self.painter.fillRect(area, self.style.faint)
                self._use(face, self.style.dim if index < 0 else self.style.text)
                face.left(self.painter, 0, middle, row[0])
                right = first
                for place in group:
                    right += widths[place] + each
                    face.right(self.painter, right, middle, row[place + 1])
                self.y += self._line

    # Grids

    def pictures(self, term: int, grids: Sequence[Grid], followed: Place | None) -> None:
        """Pictures without numbers side by side, as large as there is room."""
        side = min(self._side(grids), self._line)
        self._row(term, grids, QSizeF(side, side), followed)

    def grid_row(self, term: int, grids: Sequence[Grid], followed: Place | None) -> None:
        """Grids with their headings side by side, or below each other where numbers need it."""
        style, side = self.style, self._side(grids)
        below = self.width / grids[0][2].shape[1]
        # Numbers need room; where there is none for them at all, the colours stand for them.
        beside = side >= style.easy.needed or style.writing(below) is None
        width = min(side if beside else below, 1.3 * style.easy.needed)
        cell = QSizeF(width, width if style.writing(width) is None else self._line)
        if beside:
            self._row(term, grids, cell, followed)
            return
        face = self.style.small
        for grid in grids:
            sign, heading = grid[:2]
            words = f"{sign} {heading}" if sign else heading
            face.paint(self.painter, 0, self.y + self._line / 2, words, self.style.dim)
            self._grid(term, grid, 0.0, cell, followed)

    def _side(self, grids: Sequence[Grid]) -> float:
        """Of a cell, where the grids fill the width side by side."""
        gaps = (len(grids) - 1) * SIGN_GAP * self.style.theme.scale
        columns: int = grids[0][2].shape[1]
        return (self.width - gaps) / len(grids) / columns

    def _row(self, term: int, grids: Sequence[Grid], cell: QSizeF, followed: Place | None) -> None:
        """Grids side by side, with the signs between them."""
        style, top = self.style, self.y
        gap = SIGN_GAP * style.theme.scale
        rows, columns = grids[0][2].shape
        width = cell.width() * columns
        lefts = [place * (width + gap) for place in range(len(grids))]
        places = self._places([grid[1] for grid in grids], lefts, style.small)
        face = style.small if places else style.tiny
        places = places or self._places([grid[1] for grid in grids], lefts, face) or lefts
        for grid, left, place in zip(grids, lefts, places, strict=True):
            self.y = top
            face.paint(self.painter, place, top + self._line / 2, grid[1], style.dim)
            middle = top + self._line + cell.height() * rows / 2
            sign = left - gap / 2 - style.small.width(grid[0]) / 2
            style.small.paint(self.painter, sign, middle, grid[0], style.text)
            self._grid(term, grid, left, cell, followed)

    def _places(self, headings: Sequence[str], lefts: Sequence[float], face: Face) -> list[float]:
        """Where headings begin, the last no further than the width allows; none where they would
        run into each other."""
        widths = [face.width(heading) for heading in headings]
        places = [*lefts[:-1], max(0.0, min(lefts[-1], self.width - widths[-1]))]
        ends = [place + width for place, width in zip(places, widths, strict=True)]
        fit = all(end + 2 <= place for end, place in zip(ends[:-1], places[1:], strict=True))
        return places if fit else []

    def _grid(
        self, term: int, grid: Grid, left: float, cell: QSizeF, followed: Place | None
    ) -> None:
        """A grid below the line of its heading."""
        _, _, values, end, stands = grid
        rows, columns = values.shape
        width, height = cell.width(), cell.height()
        area = QRectF(left, self.y + self._line, width * columns, height * rows)
        self.grids.append((area, (rows, columns), term))
        if not self._is_seen(self.y, area.bottom()):
            self.y = area.bottom() + 3
            return
        if stands:  # such as a kernel, as long as nobody trains it
            size = QSizeF(area.width() + 1, area.height() + 1)
            key = (values.tobytes(), values.shape, end)
            place = QPointF(round(area.left()), round(area.top()))
            area.moveTopLeft(place)
            self.style.standing(
                self.painter,
                place,
                size,
                key,
                lambda once: self._cells(once, QRectF(QPointF(0, 0), area.size()), values, end),
            )
        else:
            self._cells(self.painter, area, values, end)
        if followed is not None and followed.term == term:
            row, column = divmod(followed.cell, columns)
            self._frame(QRectF(left + column * width, area.top() + row * height, width, height))
        self.y = area.bottom() + 3

    def _cells(self, painter: QPainter, area: QRectF, values: DoubleArray, end: float) -> None:
        """Values (rows, columns) as colours, with their numbers where these have room."""
        style, (rows, columns) = self.style, values.shape
        index = style.index(values, end)
        pixels = np.ascontiguousarray(style.values.take(index))
        image = QImage(pixels.data, columns, rows, 4 * columns, QImage.Format.Format_RGB32)
        painter.drawImage(area, image)
        painter.setPen(style.edge)
        painter.drawRect(area)
        width, height = area.width() / columns, area.height() / rows
        way = style.writing(width)
        if way is None:
            return
        ratio = painter.device().devicePixelRatio()
        hundredths = np.rint(values * 100).tolist()
        for row, (numbers, entries) in enumerate(zip(hundredths, index.tolist(), strict=True)):
            top = round(area.top() + (row + 0.5) * height - way.face.line / 2)
            for column, (value, entry) in enumerate(zip(numbers, entries, strict=True)):
                middle = area.left() + (column + 0.5) * width
                if style.for_file:
                    place = QPointF(middle, area.top() + (row + 0.5) * height)
                    style.write_number(painter, way, place, value, style.bright[entry])
                    continue
                figure = style.figure(way, value, style.bright[entry], ratio)
                painter.drawPixmap(round(middle - figure.width() / ratio / 2), top, figure)

    def _frame(self, area: QRectF) -> None:
        """Mark a cell, on whatever colour lies below."""
        for colour, width in ((self.style.panel, 4), (self.style.accent, 2)):
            self.painter.setPen(QPen(colour, width))
            self.painter.drawRect(area)

    # Bars

    def bar(self, name: str, value: float, longest: float) -> None:
        """A named bar: to the right what adds, to the left what takes away."""
        if not self._is_seen(self.y, self.y + self._line):
            self.y += self._line
            return
        face, numbers = self.style.usual, signed(value)
        if face.width(name) + face.width("+0.000") + GAP > self.width:
            face = self.style.small
        middle = self.y + self._line / 2
        face.paint(self.painter, 0, middle, name, self.style.text)
        self._use(face, self.style.text)
        face.right(self.painter, self.width, middle, numbers)
        start = face.width(name) + GAP
        room = max(0.0, self.width - start - face.width("+0.000") - GAP)
        length = room * (0.0 if longest <= 0 else min(abs(value) / longest, 1.0))
        left = start if value >= 0 else start + room - length
        colour = self.style.positive if value >= 0 else self.style.negative
        self.painter.fillRect(
            QRectF(left, self.y + 0.25 * self._line, length, self._line / 2), colour
        )
        self.y += self._line

    # The activation

    def curve(self, curve: Curve, x: float, y: float) -> None:
        """The activation function, with the point where the unit is."""
        size = QSizeF(self.width, 5 * self._line)
        if not self._is_seen(self.y, self.y + size.height()):
            self.y += size.height()
            return
        area = QRectF(DOT, DOT, size.width() - 2 * DOT, size.height() - 2 * DOT)
        low, high = float(curve.y.min()), float(curve.y.max())
        start, end = float(curve.x[0]), float(curve.x[-1])
        scale = area.height() / max(high - low, 1e-9)

        def at(px: float, py: float) -> QPointF:
            across = min(max((px - start) / (end - start), 0.0), 1.0)
            return QPointF(
                area.left() + across * area.width(),
                area.bottom() - (min(max(py, low), high) - low) * scale,
            )

        def paint(painter: QPainter) -> None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QColor(self.style.theme.line))
            painter.drawLine(at(start, 0.0), at(end, 0.0))
            painter.drawLine(at(0.0, low), at(0.0, high))
            painter.setPen(QPen(self.style.dim, 1.5))
            points = zip(curve.x.tolist(), curve.y.tolist(), strict=True)
            painter.drawPolyline(QPolygonF([at(*point) for point in points]))

        top = QPointF(0, self.y)
        self.style.standing(self.painter, top, size, curve, paint)
        point = at(x, y) + top
        self.painter.setPen(QPen(self.style.accent, 1, Qt.PenStyle.DashLine))
        self.painter.drawLine(point, QPointF(point.x(), at(0, 0).y() + self.y))
        self.painter.drawLine(point, QPointF(at(0, 0).x(), point.y()))
        self.painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.painter.setPen(Qt.PenStyle.NoPen)
        self.painter.setBrush(self.style.accent)
        self.painter.drawEllipse(point, DOT, DOT)
        self.painter.setBrush(Qt.BrushStyle.NoBrush)
        self.painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        self.y += size.height()

    # Table I

    def table(self, sources: tuple[tuple[int, ...], ...], chosen: int) -> None:
        """Which maps of the layer before feed each map, as the paper's Table I prints it, with
        the chosen map's column marked."""
        columns, rows = len(sources), 1 + max(max(source) for source in sources)
        cell = min(self.width / (columns + 1), self._line)
        size = QSizeF(self.width, cell * (rows + 1) + 2)

        def paint(painter: QPainter) -> None:
            theme = self.style.theme
            size = min(SMALL_SIZE * theme.scale, 0.66 * cell)
            face = Face(painter.font(), max(size, theme.smallest))
            written = size >= theme.smallest  # or else only the marks say it
            painter.setFont(face.font)
            mark = QRectF((chosen + 1) * cell, 0.5, cell, cell * (rows + 1))
            painter.fillRect(mark, self.style.faint)
            for column, fed in enumerate(sources):
                painter.setPen(self.style.text if column == chosen else self.style.dim)
                middle = (column + 1.5) * cell
                if written or column == chosen:
                    face.centre(painter, middle, cell / 2, str(column))
                for row in fed:
                    if written:
                        face.centre(painter, middle, (row + 1.5) * cell, "X")
                    else:
                        dot = QPointF(middle, (row + 1.5) * cell)
                        painter.drawEllipse(dot, 0.2 * cell, 0.2 * cell)
            painter.setPen(self.style.dim)
            for row in range(rows) if written else ():
                face.centre(painter, cell / 2, (row + 1.5) * cell, str(row))
            painter.setPen(QPen(self.style.accent, 1.5))
            painter.drawRect(mark)

        if self._is_seen(self.y, self.y + size.height()):
            key = (sources, chosen)
            self.style.standing(self.painter, QPointF(0, self.y), size, key, paint)
        self.y += size.height() + 2
