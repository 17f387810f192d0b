"""The space displacement network in the place of the maps."""

from __future__ import annotations

from typing import Final, Self

from PySide6.QtCore import QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from lenetpad.ui.draw.numbers import sliding_words
from lenetpad.ui.draw.numbers.line_scroll import LineScroll
from lenetpad.ui.draw.numbers.line_view import LineView
from lenetpad.ui.draw.numbers.sliding_picture import SlidingPicture
from lenetpad.ui.widgets.choices import Choices
from lenetpad.ui.widgets.flow import FlowRow
from lenetpad.ui.widgets.theme import Theme, tabular
from lenetpad.ui.widgets.words import translate
from lenetpad.values.reading import Reading
from lenetpad.values.space_displacement import STRIDES, SlidingReading

TITLES_WIDTH: Final = 56.0
TEXT: Final = 12.0
#: The data of the two entries of the box of weights.
THAT_READ: Final = "read"
OF_LINES: Final = "lines"


class RowTitles(QWidget):
    """What stands beside the rows of a picture, and stays where they are scrolled along."""

    def __init__(self, picture: SlidingPicture, theme: Theme) -> None:
        super().__init__()
        self._picture = picture
        self._top = 0
        picture.laid_out.connect(self.update)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Paint in another theme and size."""
        self.theme = theme
        self.setFixedWidth(theme.px(TITLES_WIDTH))
        self.update()

    @Slot(int)
    def scroll_to(self, top: int) -> None:
        """The picture is scrolled down so far."""
        self._top = top
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        laid = self._picture.layout_
        if laid is None:
            return
        painter = QPainter(self)
        painter.translate(0, -self._top)
        classes = [laid.class_row(number) for number in range(11)]
        rows = (laid.line, laid.f6, *classes, laid.said, laid.answer)
        font = tabular(QFont(self.font()))
        painter.setPen(QColor(self.theme.dim))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for row, words in zip(rows, sliding_words.row_titles(), strict=True):
            font.setPixelSize(max(1, round(min(self.theme.px(TEXT), row.height()))))
            painter.setFont(font)
            area = QRectF(0, row.top(), self.width() - 4, row.height())
            shown = painter.fontMetrics().elidedText(
                words, Qt.TextElideMode.ElideRight, round(area.width())
            )
            painter.drawText(area, right, shown)
        painter.end()


class SlidingView(LineView):
    """``changed`` comes where another line is to be computed: another stride, or other weights."""

    low = 480
    changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        title, facts = translate("Draw", "Space displacement network"), translate("Draw", "Column")
        super().__init__(title, facts, theme, parent)
        self.strides = Choices(
            translate("Draw", "Stride"),
            translate("Draw", "Pixels from one column to the next; the network's own is 4"),
        )
        for stride in STRIDES:
            self.strides.addItem(translate("Draw", "Stride {n}").format(n=stride), stride)
        self.weights = Choices(
            translate("Draw", "Weights that slide"),
            translate("Draw", "Those that read, or those that were trained among neighbours"),
        )
        self.picture = SlidingPicture(theme)
        self.scrolled = LineScroll(self.picture)
        self.titles = RowTitles(self.picture, theme)
        self._controls = FlowRow()
        for box in (self.weights, self.strides):
            self._controls.flow.addWidget(box)
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(self.titles)
        row.addWidget(self.scrolled, 1)
        self.put_together((self._controls,), row)
        self.scrolled.resized.connect(self._fit)
        self.scrolled.verticalScrollBar().valueChanged.connect(self.titles.scroll_to)
        self.picture.column_pointed.connect(self._show_facts)
        self.picture.moved.connect(self._follow)
        self.strides.currentIndexChanged.connect(self.changed)
        self.weights.currentIndexChanged.connect(self.changed)

    @property
    def focus_widget(self) -> QWidget:
        return self.picture

    @property
    def stride(self) -> int:
        """Pixels from column to column."""
        return int(self.strides.currentData())

    @property
    def slides_lines(self) -> bool:
        """Whether the weights that were trained for lines slide, and not those that read."""
        return bool(self.weights.currentData() == OF_LINES)

    def offer_weights(self, reads: str, lines: str) -> None:
        """Offer the network that reads, by its title, and the one that was trained for lines,
        which is chosen first; "" where there is none."""
        first = self.weights.count() == 0
        entries = [(THAT_READ, reads)]
        if lines:
            entries.append((OF_LINES, lines))
        self.weights.offer(entries)
        if first and lines:
            self.weights.select(OF_LINES)

    def show_sliding(self, reading: SlidingReading | None) -> None:
        """Show another line, None for a blank sheet."""
        wider = reading is not None and (
            self.picture.reading is None
            or reading.line.shape[1] > self.picture.reading.line.shape[1]
        )
        self.picture.show_reading(reading)
        if reading is None:
            self.facts.show_lines()
            return
        self.facts.show_lines(
            sliding_words.answer_line(reading),
            sliding_words.deleted_line(reading),
            sliding_words.hint(),
        )
        if wider:
            bar = self.scrolled.horizontalScrollBar()
            bar.setValue(bar.maximum())

    def only_show(self) -> None:
        super().only_show()
        self._controls.hide()

    def show_as(self, other: Self) -> None:
        there, here = other.picture, self.picture
        if there.reading is not here.reading:
            self.show_sliding(there.reading)
        if there.pointed != here.pointed:
            here.point(there.pointed)
        self.scrolled.scroll_as(other.scrolled)
        if here.pointed is not None and here.reading is not None and here.layout_ is not None:
            self._follow(here.layout_.window(here.reading.starts[here.pointed]))
        super().show_as(other)

    def show_failure(self, message: str) -> None:
        """Say why there is no line."""
        self.picture.show_reading(None)
        self.facts.show_lines(message)

    def show_reading(self, reading: Reading) -> None:
        super().show_reading(reading)
        if reading.digit is None:
            self.show_sliding(None)

    def forget_reading(self) -> None:
        super().forget_reading()
        self.show_sliding(None)

    @Slot(object)
    def _show_facts(self, column: int | None) -> None:
        reading = self.picture.reading
        if reading is None or column is None:
            self.facts.show_facts(None)
        else:
            self.facts.show_facts(sliding_words.facts_of(reading, column))

    @Slot(QRectF)
    def _follow(self, window: QRectF) -> None:
        self.scrolled.reveal_across(window.left(), window.right())

    @Slot()
    def _fit(self) -> None:
        self.picture.set_room(self.scrolled.room)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        for part in (self.picture, self.titles):
            part.set_theme(theme)

    def escape(self) -> bool:
        had = self.picture.pointed is not None
        self.picture.point(None)
        return had
