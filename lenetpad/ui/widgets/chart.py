"""Charts painted by our own hand: axes, their numbers, and a sentence on what is pointed at."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from lenetpad.ui.widgets.colour import channels
from lenetpad.ui.widgets.theme import Theme, tabular
from lenetpad.ui.widgets.ticks import linear_ticks, round_step
from lenetpad.ui.widgets.words import translate
from lenetpad.values.evaluation import EvaluationResults

LETTERS: Final = "AB"
SMALLEST: Final = QSize(320, 260)
TICKS: Final = 5  # about as many numbers on an axis
CORNER: Final = 8.0
VCENTRE: Final = Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class Span:
    """What an axis shows: from ``low`` to ``high``, fractions written in per cent."""

    low: float
    high: float

    @property
    def ticks(self) -> list[float]:
        """Round values on the axis."""
        return linear_ticks(self.low, self.high, TICKS)

    def text(self, value: float) -> str:
        """A value with as many decimals as the ticks need."""
        step = 100 * round_step((self.high - self.low) / TICKS)
        decimals = max(0, -math.floor(math.log10(step) + 1e-9))
        return f"{100 * value:.{decimals}f} %"


class Chart(QWidget):
    """A plot with a heading, the names of its networks, a line for a sentence, and two axes.

    A subclass paints its marks over the axes, computes them in ``arrange``, and says in ``words``
    what lies under the pointer. One that is ``printed`` is part of a figure: it has no frame, its
    heading has two lines instead of the sentence, and its networks are called by their letters.
    """

    def __init__(
        self, theme: Theme, parent: QWidget | None = None, *, printed: bool = False
    ) -> None:
        super().__init__(parent)
        self.theme = theme
        self.printed = printed
        self.results: EvaluationResults | None = None
        self.names: tuple[str, ...] = ()
        self.x_span, self.y_span = Span(0, 1), Span(0, 1)
        self.plot = QRectF()
        self.sentence = ""
        self.setMouseTracking(True)
        self.setMinimumSize(QSize(1, 1) if printed else SMALLEST)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.heading)

    def set_theme(self, theme: Theme) -> None:
        """Paint in another theme's colours."""
        self.theme = theme
        self.update()

    def show_results(self, results: EvaluationResults, names: tuple[str, ...]) -> None:
        """Show other results; ``names`` are what to call the networks."""
        self.results, self.names, self.sentence = results, names, ""
        self.compute(results)
        self._lay_out()

    def rename(self, names: tuple[str, ...]) -> None:
        """Call the networks by other names."""
        self.names = names
        self.update()

    @property
    def heading(self) -> str:
        """What the plot shows."""
        return ""

    @property
    def x_title(self) -> str:
        """What the axis across shows."""
        return ""

    def compute(self, results: EvaluationResults) -> None:
        """Take from the results what is shown, and set the spans of the axes."""

    def arrange(self) -> None:
        """Compute where the marks lie, after another size or other results."""

    def paint_marks(self, painter: QPainter) -> None:
        """Paint the marks."""

    def words(self, at: QPointF) -> str:
        """A sentence on what lies at a point of the plot."""
        return ""

    def place(self, x: float, y: float) -> QPointF:
        """The point of the plot for two values."""
        across = (x - self.x_span.low) / (self.x_span.high - self.x_span.low)
        up = (y - self.y_span.low) / (self.y_span.high - self.y_span.low)
        return QPointF(
            self.plot.left() + across * self.plot.width(),
            self.plot.bottom() - up * self.plot.height(),
        )

    def colour(self, which: int) -> QColor:
        """The colour of the first or the second network."""
        return QColor((self.theme.accent, self.theme.positive[2])[which])

    @property
    def size_of_text(self) -> float:
        """Pixels; more in a larger chart, for the back row."""
        scale = self.theme.scale
        return max(12.0 * scale, min(self.height() / 34, self.width() / 44, 22.0 * scale))

    # Pointer

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        inside = self.results is not None and self.plot.contains(at)
        self._say(self.words(at) if inside else "")

    def leaveEvent(self, event: QEvent) -> None:
        self._say("")

    def _say(self, sentence: str) -> None:
        if sentence != self.sentence:
            self.sentence = sentence
            self.update()

    # Painting

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._lay_out()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(line(QColor(self.theme.line), 1.0))
        painter.setBrush(QColor(self.theme.panel))
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(frame, CORNER, CORNER)
        if self.results is not None:
            self._paint_contents(painter)

    def print_on(self, painter: QPainter, area: QRectF) -> None:
        """Paint it as a part of a figure; it has another size from then on."""
        self.resize(area.size().toSize())
        self._lay_out()  # a widget that is not shown learns of its size later
        painter.save()
        painter.translate(area.topLeft())
        self._paint_contents(painter)
        painter.restore()

    def _paint_contents(self, painter: QPainter) -> None:
        """Paint everything but the frame."""
        assert self.results is not None
        self._paint_words(painter)
        if self.results.digits.any():
            self.paint_axes(painter)
            self.paint_marks(painter)
        else:
            painter.setPen(QColor(self.theme.text))
            painter.setFont(sized(self.font(), self.size_of_text))
            words = translate("Window", "None of these images shows a digit")
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.plot, flags, words)

    def paint_axes(self, painter: QPainter) -> None:
        """Paint both axes with their grids and numbers, and the title of the one across."""
        painter.setFont(sized(self.font(), self.size_of_text))
        height = self.size_of_text * 1.6
        for value in self.y_span.ticks:
            y = self.place(self.x_span.low, value).y()
            self._paint_line(painter, QPointF(self.plot.left(), y), QPointF(self.plot.right(), y))
            area = QRectF(0, y - height / 2, self.plot.left() - 8, height)
            painter.drawText(area, Qt.AlignmentFlag.AlignRight | VCENTRE, self.y_span.text(value))
        self.paint_x_axis(painter, height)
        self.paint_x_title(painter)

    def paint_x_axis(self, painter: QPainter, height: float) -> None:
        """Paint the numbers of the axis across, in a row of a height, and a line up from each."""
        for value in self.x_span.ticks:
            x = self.place(value, self.y_span.low).x()
            self._paint_line(painter, QPointF(x, self.plot.top()), QPointF(x, self.plot.bottom()))
            area = QRectF(x - 60, self.plot.bottom() + 2, 120, height)
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, self.x_span.text(value))

    def paint_x_title(self, painter: QPainter) -> None:
        """Paint the title of the axis across, under its numbers."""
        painter.setPen(QColor(self.theme.dim))
        height = self.size_of_text * 1.6
        area = QRectF(self.plot.left(), self.plot.bottom() + height, self.plot.width(), height)
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, self.x_title)

    def _paint_line(self, painter: QPainter, start: QPointF, end: QPointF) -> None:
        """Paint a line of the grid; what is written next is dim."""
        painter.setPen(line(QColor(self.theme.line), 1.0))
        painter.drawLine(start, end)
        painter.setPen(QColor(self.theme.dim))

    def _paint_words(self, painter: QPainter) -> None:
        """Heading, names and sentence, one under the other."""
        size, height = self.size_of_text, self.size_of_text * 1.55
        area = QRectF(14, 8, self.width() - 28, height)
        bold, plain = sized(self.font(), size * 1.08, bold=True), sized(self.font(), size)
        painter.setFont(bold)
        painter.setPen(QColor(self.theme.text))
        if self.printed:
            area = QRectF(0, 0, self.width(), 2 * height)
            painter.drawText(area, VCENTRE | Qt.TextFlag.TextWordWrap, self.heading)
        else:
            painter.drawText(area, VCENTRE, elided(self.heading, bold, area.width()))
        painter.setFont(plain)
        share = area.width() / max(len(self.names), 1)
        for which, name in enumerate(self.names):
            part = QRectF(area.left() + which * share, area.bottom(), share - 12, height)
            painter.fillRect(
                QRectF(part.left(), part.center().y() - size / 3, size * 1.4, size / 1.5),
                self.colour(which),
            )
            part.setLeft(part.left() + size * 2)
            text = name if self.printed else f"{LETTERS[which]}: {name}"
            painter.drawText(part, VCENTRE, elided(text, plain, part.width()))
        painter.setPen(QColor(self.theme.dim))
        area.translate(0, 2 * height)
        painter.drawText(area, VCENTRE, elided(self.sentence, plain, area.width()))

    def _lay_out(self) -> None:
        size = self.size_of_text
        left = 14 + QFontMetricsF(sized(self.font(), size)).horizontalAdvance("100.00 %")
        top = 8 + 3.1 * size * 1.55 if not self.printed or self.names else 2.5 * size * 1.55
        self.plot = QRectF(left, top, self.width() - left - 2.3 * size, 0)
        self.plot.setBottom(self.height() - 3.4 * size)
        if self.results is not None:
            self.arrange()
        self.update()


def sized(font: QFont, pixels: float, *, bold: bool = False) -> QFont:
    """A font at a height in pixels, with figures of one width."""
    font = tabular(QFont(font))
    font.setPixelSize(max(1, round(pixels)))
    font.setBold(bold)
    return font


def elided(text: str, font: QFont, width: float) -> str:
    """The text, or as much of it as fits and an ellipsis."""
    return QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, width)


def line(colour: QColor, width: float) -> QPen:
    """A pen for lines of a width."""
    pen = QPen(colour)
    pen.setWidthF(width)
    return pen


def shade(anchors: tuple[str, ...], share: float) -> QColor:
    """The colour at a share of the way from the first anchor to the last."""
    at = min(max(share, 0.0), 1.0) * (len(anchors) - 1)
    number = min(int(at), len(anchors) - 2)
    one, other = (channels(QColor(anchor)) for anchor in anchors[number : number + 2])
    rest = at - number
    mixed = [round(a + (b - a) * rest) for a, b in zip(one, other, strict=True)]
    return QColor(*mixed)


def legible(background: QColor) -> QColor:
    """Black or white, whichever is read more easily on a colour."""
    red, green, blue = (
        _linear(channel)
        for channel in (background.redF(), background.greenF(), background.blueF())
    )
    light = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return QColor("#10141a") if light > 0.2 else QColor("#ffffff")


def _linear(channel: float) -> float:
    """A channel of sRGB as light."""
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
