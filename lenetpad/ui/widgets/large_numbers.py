"""Numbers in letters so large that Qt keeps none of them: it would trace each one anew."""

from __future__ import annotations

import math
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPixmap

#: Letters up to this height, in pixels, are kept by Qt.
KEPT: Final = 64


class LargeNumbers:
    """Paints numbers of which each figure is traced once and kept as a picture."""

    def __init__(self) -> None:
        self._figures: dict[tuple[object, ...], tuple[QPixmap, float]] = {}

    def forget(self) -> None:
        """Keep nothing of before: fonts or colours are others now."""
        self._figures.clear()

    def paint(
        self,
        painter: QPainter,
        area: QRectF,
        text: str,
        font: QFont,
        colour: QColor,
        *,
        anew: bool = False,
    ) -> float:
        """Paint a text at the left of an area, in the middle of its height; returns how wide it
        is, in pixels. It is traced ``anew`` for a file, where its letters are to stay letters."""
        metrics, ratio = QFontMetricsF(font), painter.device().devicePixelRatioF()
        if anew or font.pixelSize() * ratio <= KEPT or any(map(str.isalpha, text)):
            painter.setFont(font)
            painter.setPen(colour)
            flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
            painter.drawText(area, flags, text)
            return metrics.horizontalAdvance(text)
        look = font.key(), colour.rgba(), ratio
        margin, left = _margin(metrics), area.left()
        top = area.top() + (area.height() - metrics.height()) / 2
        for figure in text:
            if (key := (figure, *look)) not in self._figures:
                self._figures[key] = _traced(figure, metrics, font, colour, ratio)
            picture, advance = self._figures[key]
            painter.drawPixmap(QPointF(left - margin, top), picture)
            left += advance
        return left - area.left()


def _traced(
    figure: str, metrics: QFontMetricsF, font: QFont, colour: QColor, ratio: float
) -> tuple[QPixmap, float]:
    """The picture of a figure between two margins, and how far behind it the next one begins."""
    advance, margin = metrics.horizontalAdvance(figure), _margin(metrics)
    width, height = advance + 2 * margin, metrics.height()
    picture = QPixmap(math.ceil(width * ratio), math.ceil(height * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(font)
    painter.setPen(colour)
    painter.drawText(QPointF(margin, metrics.ascent()), figure)
    painter.end()
    return picture, advance


def _margin(metrics: QFontMetricsF) -> float:
    """What a figure may reach beyond its own width."""
    return math.ceil(metrics.height() / 8)
