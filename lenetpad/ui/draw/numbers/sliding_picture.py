"""A network that slides over a line, painted: the line, its columns of F6 and of the output, and
how the answer is made of what they say."""

from __future__ import annotations

from typing import Final

import numpy as np
from PySide6.QtCore import QEvent, QLineF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QWidget

from lenetpad.ui.draw.numbers import sliding_words
from lenetpad.ui.draw.numbers.facts_panel import NO_DIGIT, image_of, ink_image
from lenetpad.ui.draw.numbers.sliding_layout import Group, SlidingLayout, groups, lay_out
from lenetpad.ui.widgets.colour import ink_table, value_index, value_table
from lenetpad.ui.widgets.focus import paint_focus
from lenetpad.ui.widgets.theme import Theme, tabular
from lenetpad.ui.widgets.words import translate
from lenetpad.values.arrays import FloatArray
from lenetpad.values.space_displacement import Fate, SlidingReading

TEXT: Final = 12.0
ANSWER: Final = 18.0
PAGE: Final = 8  # columns that Page Up and Page Down pass
STEPS: Final = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_PageUp: -PAGE,
    Qt.Key.Key_PageDown: PAGE,
    Qt.Key.Key_Home: -(1 << 20),
    Qt.Key.Key_End: 1 << 20,
}


class SlidingPicture(QWidget):
    """``pointed`` is the column at which pointer or keyboard is; ``column_pointed`` comes when it
    is another, and ``moved`` carries the area to which the keyboard went. ``laid_out`` comes when
    the rows have other places."""

    column_pointed = Signal(object)
    moved = Signal(QRectF)
    laid_out = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.reading: SlidingReading | None = None
        self.layout_: SlidingLayout | None = None
        self.pointed: int | None = None
        self._groups: tuple[Group, ...] = ()
        self._room = QSize(1, 1)
        self._line = self._f6 = self._classes = QImage()
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(translate("Draw", "Space displacement network"))
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Paint in another theme and size."""
        self.theme = theme
        self._inks, self._values = ink_table(theme), value_table(theme)
        self._font = self._sized(TEXT)
        self._bold = self._sized(TEXT, bold=True)
        self._large = self._sized(ANSWER, bold=True)
        self._colour()
        self._arrange()

    def _sized(self, pixels: float, *, bold: bool = False) -> QFont:
        font = tabular(QFont(self.font()))
        font.setPixelSize(self.theme.px(pixels))
        font.setBold(bold)
        return font

    def set_room(self, room: QSize) -> None:
        """There is so much room: the rows take its height, or more where they need that."""
        if room != self._room:
            self._room = room
            self._arrange()

    def show_reading(self, reading: SlidingReading | None) -> None:
        """Show another line, None for a blank sheet."""
        self.reading = reading
        self._groups = () if reading is None else groups(reading)
        if reading is None or (self.pointed or 0) >= len(reading.starts):
            self.pointed = None
        self._colour()
        self._arrange()
        self._tell()

    def _colour(self) -> None:
        """Make the images of the line, of F6 and of the output."""
        if (reading := self.reading) is None:
            return
        self._line = ink_image(reading.line, self._inks)
        high = max(float(np.abs(reading.f6).max()), 1e-6)
        self._f6 = self._coloured(reading.f6, high)
        self._classes = self._coloured(reading.posteriors, 1.0)

    def _coloured(self, values: FloatArray, high: float) -> QImage:
        """Columns (n, units) in the colours of the maps, up to a value at the scale's end."""
        entries = value_index(values.T[None], np.array([high], np.float32))[0]
        return image_of(self._values.take(entries))

    def _arrange(self) -> None:
        self.layout_, size = None, self._room
        if self.reading is not None:
            width = self.reading.line.shape[1]
            laid = lay_out(width, self._room.height(), self.theme.scale)
            size = size.expandedTo(QSize(round(laid.width), round(laid.height)))
            self.layout_ = laid
        if size != self.size():
            self.resize(size)
        self.laid_out.emit()
        self.update()

    def _tell(self) -> None:
        words = translate("Draw", "Nothing is written")
        if self.reading is not None:
            words = sliding_words.in_words(self.reading)
            if self.pointed is not None:
                words = sliding_words.column_in_words(self.reading, self.pointed)
        if words != self.accessibleDescription():
            self.setAccessibleDescription(words)
        self.column_pointed.emit(self.pointed)
        self.update()

    # Pointing

    def point(self, column: int | None) -> None:
        """Point at a column, None at none."""
        if column != self.pointed:
            self.pointed = column
            self._tell()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        reading, laid = self.reading, self.layout_
        if reading is not None and laid is not None:
            x = event.position().x()
            within = laid.line.left() <= x <= laid.line.right()
            column = laid.column_at(x, reading.starts, reading.stride)
            self.point(column if within else None)

    def leaveEvent(self, event: QEvent) -> None:
        self.point(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows, Page Up and Page Down, Home and End go from column to column."""
        step = STEPS.get(Qt.Key(event.key()))
        reading, laid = self.reading, self.layout_
        others = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if step is None or others or reading is None or laid is None:
            super().keyPressEvent(event)
            return
        last = len(reading.starts) - 1
        here = (0 if step > 0 else last) if self.pointed is None else self.pointed + step
        column = min(max(here, 0), last)
        if abs(step) > PAGE:
            column = last if step > 0 else 0
        self.point(column)
        self.moved.emit(laid.window(reading.starts[column]))

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(self.theme.panel))
        if self.reading is None or self.layout_ is None:
            painter.setFont(self._font)
            painter.setPen(QColor(self.theme.dim))
            area = self.visibleRegion().boundingRect().adjusted(12, 0, -12, 0)
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            words = translate("Draw", "Write a number: the network slides over it.")
            painter.drawText(area, flags, words)
        else:
            self._paint_rows(painter, self.reading, self.layout_)
            self._paint_pointed(painter, self.reading, self.layout_)
        if self.hasFocus():
            paint_focus(painter, self.visibleRegion().boundingRect(), self.theme)
        painter.end()

    def _paint_rows(self, painter: QPainter, reading: SlidingReading, laid: SlidingLayout) -> None:
        starts, stride = reading.starts, reading.stride
        painter.drawImage(laid.line, self._line)
        painter.setPen(QPen(QColor(self.theme.line), 1))
        painter.drawRect(laid.line)
        for row, image in ((laid.f6, self._f6), (laid.classes, self._classes)):
            painter.drawImage(laid.columns(row, starts, stride), image)
        for group in self._groups:
            self._paint_said(painter, reading, laid, group)
        painter.setFont(self._large)
        painter.setPen(QPen(QColor(self.theme.accent), 2))
        for run in reading.runs:
            first = laid.column(laid.answer, starts[run.first], stride)
            span = first.united(laid.column(laid.answer, starts[run.end - 1], stride))
            painter.drawLine(span.topLeft(), span.topRight())
            kept = laid.column(laid.answer, starts[run.kept], stride)
            area = kept.adjusted(-40, 2, 40, 0)
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, str(run.digit))

    def _paint_said(
        self, painter: QPainter, reading: SlidingReading, laid: SlidingLayout, group: Group
    ) -> None:
        """What columns say: what is kept stands out, what is deleted is grey and struck through;
        one word stands for those beside each other that say the same."""
        starts, stride = reading.starts, reading.stride
        first = laid.column(laid.said, starts[group.first], stride)
        whole = first.united(laid.column(laid.said, starts[group.end - 1], stride))
        kept = group.fate is Fate.KEPT
        painter.setFont(self._bold if kept else self._font)
        colours = {Fate.KEPT: self.theme.accent, Fate.OVERRULED: self.theme.warning}
        painter.setPen(QColor(colours.get(group.fate, self.theme.dim)))
        text = NO_DIGIT if group.said is None else str(group.said)
        wide = painter.fontMetrics().horizontalAdvance(text)
        cells = [whole]
        if first.width() > wide:
            cells = [
                laid.column(laid.said, starts[column], stride)
                for column in range(group.first, group.end)
            ]
        for cell in cells:
            if cell.width() > wide or kept:
                area = cell.adjusted(-wide, 0, wide, 0)
                painter.drawText(area, Qt.AlignmentFlag.AlignCenter, text)
            if group.said is not None and not kept:
                middle = cell.center().y() + 1
                half = min(max(cell.width() / 2 - 1, 0.5), 0.8 * wide)
                x = cell.center().x()
                painter.drawLine(QLineF(x - half, middle, x + half, middle))

    def _paint_pointed(
        self, painter: QPainter, reading: SlidingReading, laid: SlidingLayout
    ) -> None:
        """Frame the window of the column that is pointed at, and the column."""
        if self.pointed is None:
            return
        start, stride = reading.starts[self.pointed], reading.stride
        column = laid.column(laid.f6, start, stride)
        column.setBottom(laid.said.bottom())
        for colour, width in ((self.theme.panel, 4), (self.theme.accent, 2)):
            painter.setPen(QPen(QColor(colour), width))
            painter.drawRect(laid.window(start))
            painter.drawRect(column.adjusted(-1, -1, 1, 1))
