"""The colour scale with its numbers, and a sentence on the unit that is pointed at."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter

from lenetpad.ui.draw.numerals import signed
from lenetpad.ui.widgets.colour import ZERO, Table
from lenetpad.ui.widgets.theme import Theme

BAR_WIDTH: Final = 150.0
BAR_HEIGHT: Final = 12.0
WORDS_ABOVE: Final = 3.0  # so far above its area a legend's words begin


class Kind(Enum):
    """Which part of which colour table a bar shows."""

    SIGNED = auto()  # negative, zero, positive
    POSITIVE = auto()  # zero to positive
    INK = auto()  # paper to ink


@dataclass(frozen=True, slots=True)
class Legend:
    """What the legend says: a bar, the numbers under it from left to right, and a sentence, with
    a hint on what to do where nothing is pointed at."""

    kind: Kind
    numbers: tuple[str, ...]
    sentence: str
    hint: str = ""


class LegendPainter:
    """Paints legends in the colours of a theme; the bars' images are made once."""

    def __init__(self, theme: Theme, values: Table, inks: Table) -> None:
        self._theme = theme
        self._bars = {
            Kind.SIGNED: _bar(values[1:]),
            Kind.POSITIVE: _bar(values[ZERO:]),
            Kind.INK: _bar(inks),
        }

    def paint(self, painter: QPainter, area: QRectF, legend: Legend, font: QFont) -> None:
        """Paint a legend into an area; the bar grows with the font."""
        scale = font.pixelSize() / 13
        bar = QRectF(area.left(), area.top(), BAR_WIDTH * scale, BAR_HEIGHT * scale)
        painter.drawImage(bar, self._bars[legend.kind])
        painter.setFont(font)
        painter.setPen(QColor(self._theme.dim))
        numbers = QRectF(bar.left(), bar.bottom() + 1, bar.width(), 18 * scale)
        sides = {
            2: (Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight),
            3: (
                Qt.AlignmentFlag.AlignLeft,
                Qt.AlignmentFlag.AlignHCenter,
                Qt.AlignmentFlag.AlignRight,
            ),
        }[len(legend.numbers)]
        for side, number in zip(sides, legend.numbers, strict=True):
            painter.drawText(numbers, side | Qt.AlignmentFlag.AlignVCenter, number)
        words = QRectF(bar.right() + 16 * scale, area.top() - WORDS_ABOVE, 0, area.height())
        words.setRight(area.right())
        painter.setPen(QColor(self._theme.dim if legend.hint else self._theme.text))
        flags = Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
        sentence = " · ".join(filter(None, (legend.sentence, legend.hint)))
        if painter.boundingRect(words, flags, sentence).height() > words.height():
            sentence = legend.sentence  # the hint gives way in a small window
        painter.drawText(words, flags, sentence)


def as_text(value: float) -> str:
    """A value with its sign, two decimals and at most four significant digits."""
    if not abs(value) < 99.995:
        return signed(value)
    return f"{value:+.2f}".replace("-", "−")


def _bar(colours: Table) -> QImage:
    row = np.ascontiguousarray(colours)[None]
    width = row.shape[1]
    return QImage(row.data, width, 1, 4 * width, QImage.Format.Format_RGB32).copy()
