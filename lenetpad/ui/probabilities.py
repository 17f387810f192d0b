"""The class probabilities as bars, and that of "this is no digit"."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent

from lenetpad.ui.panel import ReadingPanel

ROWS: Final = 11
MARGIN: Final = 12.0
NO_DIGIT: Final = "no digit"


class ProbabilitiesPanel(ReadingPanel):
    """Ten bars, one a digit, and one for no digit where the network has a rubbish class."""

    def paint_background(self, painter: QPainter) -> None:
        for row in range(ROWS):
            area = self._row(row)
            likely = row < ROWS - 1
            height = min(area.height() * 0.62, 30.0) if likely else min(area.height() * 0.5, 14.0)
            painter.setFont(self.sized_font(height, bold=likely))
            painter.setPen(QColor(self.theme.text if likely else self.theme.dim))
            label = str(row) if likely else NO_DIGIT
            if likely:
                painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, label)
            else:
                area.setBottom(self._bar(row).top())
                painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, label)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self.theme.zero))
            painter.drawRoundedRect(self._bar(row), 3, 3)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = self.begin_painting()
        reading = self.reading
        if reading is not None and reading.digit is not None:
            values = [float(p) for p in reading.probabilities]
            refused = reading.no_digit if reading.no_digit is not None else -1.0
            painter.setFont(self.sized_font(self._number_size()))
            for row, value in enumerate([*values, refused]):
                best = row == (ROWS - 1 if reading.refused else reading.digit)
                self._paint_value(painter, row, value, best=best)
        self.end_painting(painter)

    def _paint_value(self, painter: QPainter, row: int, value: float, *, best: bool) -> None:
        track = self._bar(row)
        if track.width() * value >= 0.5:
            bar = QRectF(track)
            bar.setWidth(track.width() * value)
            colour = self.theme.accent if best else self.theme.dim
            painter.fillRect(bar, QColor(colour))
        text = "—" if value < 0 else percent(value)
        painter.setPen(QColor(self.theme.text if best else self.theme.dim))
        area = self._row(row)
        if row == ROWS - 1:
            area.setBottom(track.top())
        painter.drawText(area, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)

    def _number_size(self) -> float:
        """Height of the numbers in pixels: as high as rows and width allow."""
        return max(11.0, min(self._row(0).height() * 0.4, self.width() * 0.085, 24.0))

    def _row(self, row: int) -> QRectF:
        height = (self.height() - 2 * MARGIN) / ROWS
        return QRectF(MARGIN, MARGIN + row * height, self.width() - 2 * MARGIN, height)

    def _bar(self, row: int) -> QRectF:
        area = self._row(row)
        thickness = max(6.0, min(area.height() * 0.42, 18.0))
        if row == ROWS - 1:
            return QRectF(area.left(), area.bottom() - thickness, area.width(), thickness)
        left = min(area.height() * 0.62, 30.0) + 6
        right = self._number_size() * 4.4
        centre = area.center().y()
        return QRectF(
            area.left() + left, centre - thickness / 2, area.width() - left - right, thickness
        )


def percent(fraction: float) -> str:
    """A probability in per cent with one decimal, never rounded up to certainty."""
    return f"{min(100 * fraction, 99.9) if fraction < 1 else 100:.1f} %"
