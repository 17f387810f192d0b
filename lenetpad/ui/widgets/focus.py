"""How what is painted shows that the keyboard is there."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from lenetpad.ui.widgets.theme import Theme

WIDTH: Final = 2.0  # pixels


def paint_focus(painter: QPainter, area: QRect | QRectF, theme: Theme, corner: float = 0) -> None:
    """A frame of the accent colour just within an area, with round corners of a radius."""
    inset = WIDTH / 2
    painter.setPen(QPen(QColor(theme.accent), WIDTH))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    frame = QRectF(area).adjusted(inset, inset, -inset, -inset)
    painter.drawRoundedRect(frame, corner, corner)
