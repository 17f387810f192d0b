"""What stands over the layers of each reading: its title, its verdict and its probabilities."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter

from lenetpad.ui.draw.comparison import words
from lenetpad.ui.widgets.theme import Theme
from lenetpad.ui.widgets.words import translate
from lenetpad.values.comparison import Side
from lenetpad.values.reading import DIGITS, Reading

#: An ordinary font and a bold one.
Fonts = tuple[QFont, QFont]
LINE: Final = 0.23  # of the head's height, that a line of text takes
WIDEST: Final = 26.0  # pixels of a bar at the usual size
LEADING: Final = 1.25  # of a font's size, that a line takes at the least
DIGIT_LEADING: Final = 1.15
SMALLEST: Final = 9  # pixels of a font


def paint_digits(painter: QPainter, area: QRectF, theme: Theme, fonts: Fonts) -> None:
    """The digits below the bars of a head: they stand still. A head that is too low has none."""
    fonts = _fitting(area, fonts)
    below = _below_lines(area, fonts)
    if below.height() < DIGIT_LEADING * fonts[0].pixelSize():
        return
    painter.setFont(fonts[0])
    painter.setPen(QColor(theme.dim))
    flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom
    for digit, column in enumerate(_columns(below, theme)):
        painter.drawText(column, flags, str(digit))


def paint_head(painter: QPainter, area: QRectF, theme: Theme, fonts: Fonts, side: Side) -> None:
    """Title, verdict and the probability of each digit. Of titles that are too long the end is
    seen: networks begin alike; of verdicts the beginning."""
    fonts = _fitting(area, fonts)
    bars = _paint_lines(painter, area, theme, fonts, side.title, words.verdict_of(side.reading))
    reading = side.reading
    best = None if reading.digit is None or reading.refused else reading.digit
    for digit, column in enumerate(_columns(bars, theme)):
        if (bar := _bar_area(column, fonts[0])).height() <= 0:
            break
        painter.fillRect(bar, QColor(theme.zero))
        bar.setTop(bar.bottom() - float(reading.probabilities[digit]) * bar.height())
        painter.fillRect(bar, QColor(theme.accent if digit == best else theme.dim))


def paint_difference_bars(
    painter: QPainter, area: QRectF, theme: Theme, fonts: Fonts, first: Reading, second: Reading
) -> None:
    """By how much each digit has become more probable, upwards, or less, downwards."""
    same = words.verdict_of(first).split(" · ")[0] == words.verdict_of(second).split(" · ")[0]
    said = translate("Draw", "same verdict") if same else translate("Draw", "verdicts differ")
    fonts = _fitting(area, fonts)
    bars = _paint_lines(painter, area, theme, fonts, translate("Draw", "Difference"), said)
    changes = second.probabilities - first.probabilities
    for digit, column in enumerate(_columns(bars, theme)):
        if (bar := _bar_area(column, fonts[0])).height() <= 0:
            break
        painter.fillRect(bar, QColor(theme.zero))
        middle, change = bar.center().y(), float(changes[digit])
        reach = abs(change) * bar.height() / 2
        bar.setTop(middle - reach if change > 0 else middle)
        bar.setHeight(reach)
        painter.fillRect(bar, QColor((theme.positive if change > 0 else theme.negative)[-1]))


def _paint_lines(
    painter: QPainter, area: QRectF, theme: Theme, fonts: Fonts, title: str, said: str
) -> QRectF:
    """Two lines of text; returns what is left below them."""
    line = QRectF(area.left(), area.top(), area.width(), _line(area, fonts))
    left, right = Qt.TextElideMode.ElideLeft, Qt.TextElideMode.ElideRight
    lines = ((title, fonts[0], theme.dim, left), (said, fonts[1], theme.text, right))
    for text, font, colour, end in lines:
        painter.setFont(font)
        painter.setPen(QColor(colour))
        shown = painter.fontMetrics().elidedText(text, end, round(line.width()))
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, shown)
        line.translate(0, line.height())
    return _below_lines(area, fonts)


def _fitting(area: QRectF, fonts: Fonts) -> Fonts:
    """The fonts, smaller where two lines of them are higher than the head."""
    size = max(SMALLEST, int(area.height() / 2 / LEADING))
    if size >= fonts[0].pixelSize():
        return fonts
    ordinary, bold = QFont(fonts[0]), QFont(fonts[1])
    for font in (ordinary, bold):
        font.setPixelSize(size)
    return ordinary, bold


def _line(area: QRectF, fonts: Fonts) -> float:
    """The height of a line of text: lines never lie over each other."""
    return max(LINE * area.height(), LEADING * fonts[0].pixelSize())


def _below_lines(area: QRectF, fonts: Fonts) -> QRectF:
    return area.adjusted(0, 2 * _line(area, fonts), 0, -2)


def _columns(area: QRectF, theme: Theme) -> list[QRectF]:
    step = min(area.width() / DIGITS, WIDEST * theme.scale)
    return [
        QRectF(area.left() + digit * step, area.top(), step, area.height())
        for digit in range(DIGITS)
    ]


def _bar_area(column: QRectF, font: QFont) -> QRectF:
    """The bar of a column, above its digit."""
    side = 0.12 * column.width()
    return column.adjusted(side, 0, -side, -DIGIT_LEADING * font.pixelSize())
