"""What is known of one image that a network has read; or, where none is chosen, some lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from lenetpad.ui.widgets.colour import Table, ink_table
from lenetpad.ui.widgets.theme import Theme, tabular
from lenetpad.ui.widgets.tips import tip_of
from lenetpad.values.arrays import FloatArray
from lenetpad.values.reading import DIGITS

HEIGHT: Final = 84.0  # at the usual size
LOW_HEIGHT: Final = 24.0
MARGIN: Final = 4.0
SPACE: Final = 16.0
TEXT: Final = 12.0
LINES: Final = 4
NO_DIGIT: Final = "–"  # under the bar of the class that is no digit
LEAST_BARS: Final = 130.0  # at the usual size: narrower ones are left out


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """An image in [0, 1], ink 1; the probabilities of the digits, and of "no digit" where the
    network knows it; a title, and ``rows`` of names with values, of which the last is parted from
    the others where they are ``summed`` in it."""

    image: FloatArray
    probabilities: tuple[float, ...]
    title: str
    rows: tuple[tuple[str, str], ...]
    summed: bool = False


class FactsPanel(QWidget):
    """Its height is the same whatever it shows: that of a picture or, where it is ``low``, of one
    line of text. ``lines`` stand there while there are no facts: the first
    one is bold, and the last, which says what can be done, grey."""

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lines: tuple[str, ...] = ()
        self._facts: Facts | None = None
        self._low = False
        self._image = QImage()
        self.setAccessibleName(name)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Paint in another theme and size."""
        self.theme = theme
        self._inks = ink_table(theme)
        self._font = tabular(QFont(self.font()))
        self._font.setPixelSize(theme.px(TEXT))
        self._bold = QFont(self._font)
        self._bold.setBold(True)
        self._fit()
        self.show_facts(self._facts)

    def set_low(self, *, low: bool) -> None:
        """Say all in one line of text, or not."""
        if low != self._low:
            self._low = low
            self._fit()

    def _fit(self) -> None:
        self.setFixedHeight(self.theme.px(LOW_HEIGHT if self._low else HEIGHT))

    def show_lines(self, *lines: str) -> None:
        """What stands there while there are no facts, at most four lines."""
        if lines != self.lines:
            self.lines = lines
            self.setToolTip(tip_of("\n".join(lines)))
            self.update()

    def show_facts(self, facts: Facts | None) -> None:
        """Show other facts, None for none."""
        self._facts = facts
        if facts is not None:
            self._image = ink_image(facts.image, self._inks)
        self.update()

    def show_as(self, other: FactsPanel) -> None:
        """Show what another panel shows."""
        self.show_lines(*other.lines)
        if other._facts is not self._facts:
            self.show_facts(other._facts)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        area = QRectF(self.rect()).adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        if self._low:
            self._paint_line(painter, self._in_one_line, QRectF(self.rect()), bold=True)
        elif self._facts is None:
            self._paint_lines(painter, area)
        else:
            self._paint_facts(painter, self._facts, area)
        painter.end()

    @property
    def _in_one_line(self) -> str:
        if self._facts is None:
            return " · ".join(self.lines[:2])
        rows = (f"{name} {value}" for name, value in self._facts.rows)
        return " · ".join((self._facts.title, *rows))

    def _paint_lines(self, painter: QPainter, area: QRectF) -> None:
        height = area.height() / LINES
        for number, words in enumerate(self.lines):
            row = QRectF(area.left(), area.top() + number * height, area.width(), height)
            last = 0 < number == len(self.lines) - 1
            self._paint_line(painter, words, row, bold=number == 0, dim=last)

    def _paint_line(
        self, painter: QPainter, words: str, row: QRectF, *, bold: bool, dim: bool = False
    ) -> None:
        painter.setFont(self._bold if bold else self._font)
        painter.setPen(QColor(self.theme.dim if dim else self.theme.text))
        room = Qt.TextElideMode.ElideRight, round(row.width())
        shown = painter.fontMetrics().elidedText(words, *room)
        painter.drawText(row, Qt.AlignmentFlag.AlignVCenter, shown)

    def _paint_facts(self, painter: QPainter, facts: Facts, area: QRectF) -> None:
        picture = QRectF(area.left(), area.top(), area.height(), area.height())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(picture, self._image)
        painter.setPen(QPen(QColor(self.theme.line), 1))
        painter.drawRect(picture)
        painter.setFont(self._font)
        width = painter.fontMetrics().horizontalAdvance
        widths = [width(f"{name}  {value}") for name, value in facts.rows]
        wide = max(*widths, width(facts.title) * 1.2, 120 * self.theme.scale)
        column = QRectF(area.right() - wide, area.top(), wide, area.height())
        left, right = picture.right() + SPACE, column.left() - SPACE
        self._paint_rows(painter, facts, column)
        if right - left > LEAST_BARS * self.theme.scale:
            bars = QRectF(left, area.top(), right - left, area.height())
            self._paint_bars(painter, facts.probabilities, bars)

    def _paint_rows(self, painter: QPainter, facts: Facts, area: QRectF) -> None:
        height = area.height() / LINES
        row = QRectF(area.left(), area.top(), area.width(), height)
        painter.setFont(self._bold)
        painter.setPen(QColor(self.theme.text))
        painter.drawText(row, Qt.AlignmentFlag.AlignVCenter, facts.title)
        for number, (name, value) in enumerate(facts.rows, start=1):
            row.translate(0, height)
            total = facts.summed and number == len(facts.rows)
            if total:
                painter.setPen(QPen(QColor(self.theme.edge), 1))
                painter.drawLine(row.topLeft(), row.topRight())
            painter.setFont(self._bold if total else self._font)
            painter.setPen(QColor(self.theme.text if total else self.theme.dim))
            painter.drawText(row, Qt.AlignmentFlag.AlignVCenter, name)
            painter.setPen(QColor(self.theme.text))
            right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
            painter.drawText(row, right, value)

    def _paint_bars(self, painter: QPainter, values: tuple[float, ...], area: QRectF) -> None:
        """A column for each digit, and one for "no digit" where there is its probability."""
        text = painter.fontMetrics().height()
        step = min(area.width() / len(values), 34 * self.theme.scale)
        best = max(range(len(values)), key=values.__getitem__)
        for row, value in enumerate(values):
            column = QRectF(area.left() + row * step, area.top(), step, area.height() - text)
            bar = column.adjusted(0.15 * step, 0, -0.15 * step, 0)
            painter.fillRect(bar, QColor(self.theme.zero))
            bar.setTop(bar.bottom() - value * bar.height())
            painter.fillRect(bar, QColor(self.theme.accent if row == best else self.theme.dim))
            painter.setFont(self._bold if row == best else self._font)
            painter.setPen(QColor(self.theme.text if row == best else self.theme.dim))
            below = QRectF(column.left(), column.bottom(), step, text)
            name = str(row) if row < DIGITS else NO_DIGIT
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, name)


def ink_image(values: FloatArray, inks: Table) -> QImage:
    """Values (H, W) in [0, 1] in the colours of ink."""
    entries = (values * 255 + 0.5).astype(np.intp)
    return image_of(inks.take(entries, mode="clip"))


def image_of(colours: Table) -> QImage:
    """Colours (H, W) as an image of its own."""
    pixels = np.ascontiguousarray(colours)
    rows, columns = pixels.shape
    form = QImage.Format.Format_RGB32
    return QImage(pixels.data, columns, rows, 4 * columns, form).copy()
