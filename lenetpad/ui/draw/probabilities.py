"""The class probabilities as bars, and that of "this is not a digit"."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QRegion
from PySide6.QtWidgets import QWidget

from lenetpad.ui.draw.panel import ReadingPanel, Spot
from lenetpad.ui.widgets.text import percent
from lenetpad.ui.widgets.theme import Theme
from lenetpad.ui.widgets.words import translate

ROWS: Final = 11
MARGIN: Final = 12.0
NO_DIGIT_ROW: Final = ROWS - 1
RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


#: A row's text, the length of its bar, and whether it is what is read; None without a reading.
Row = tuple[str, float, bool] | None


def not_a_digit() -> str:
    """The answer of a network that rejects the drawing."""
    return translate("Draw", "not a digit")


class ProbabilitiesPanel(ReadingPanel):
    """Ten bars, one a digit, and one for no digit where the network has a rubbish class."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.setAccessibleName(translate("Draw", "Probabilities"))
        self.setToolTip(
            translate(
                "Draw",
                "How probable each answer is for the network; all answers together have 100 %.",
            )
        )
        self._no_digit = Spot(self)
        self._no_digit.say(
            not_a_digit(),
            translate(
                "Draw",
                "How probable it is that the drawing shows no digit at all; a dash stands for a "
                "network that always answers with a digit.",
            ),
        )
        self._arrange()

    def redraw(self) -> None:
        super().redraw()
        self._arrange()

    def bar(self, row: int) -> QRectF:
        """The rectangle of a row's bar at probability 1; row 10 is no digit."""
        return self._bars[row]

    def _arrange(self) -> None:
        """Compute once what each reading's painting needs."""
        self._number_size = max(
            11.0 * self.theme.scale, min(self._row(0).height() * 0.4, self.width() * 0.085, 44.0)
        )
        self._number_font = self.sized_font(self._number_size)
        self._bars = [self._bar(row) for row in range(ROWS)]
        self._numbers = [self._row(row) for row in range(ROWS)]
        self._numbers[NO_DIGIT_ROW].setBottom(self._bars[NO_DIGIT_ROW].top())
        self._no_digit.setGeometry(self._row(NO_DIGIT_ROW).toAlignedRect())
        rows = [self._row(row).adjusted(-1, 0, 1, 1) for row in range(ROWS)]
        self._rows = [QRegion(row.toAlignedRect()) for row in rows]
        self._best, self._other = QColor(self.theme.accent), QColor(self.theme.dim)
        self._text = QColor(self.theme.text)

    def _row(self, row: int) -> QRectF:
        height = (self.height() - 2 * MARGIN) / ROWS
        return QRectF(MARGIN, MARGIN + row * height, self.width() - 2 * MARGIN, height)

    def _bar(self, row: int) -> QRectF:
        area = self._row(row)
        thickness = max(6.0, min(area.height() * 0.36, 36.0))
        if row == NO_DIGIT_ROW:
            return QRectF(area.left(), area.bottom() - thickness, area.width(), thickness)
        left, right = self._label_size(row) + 6, self._number_size * 4.4
        top = area.center().y() - thickness / 2
        return QRectF(area.left() + left, top, area.width() - left - right, thickness)

    def _label_size(self, row: int) -> float:
        """Height of a row's label in pixels."""
        height = self._row(row).height()
        if row == NO_DIGIT_ROW:
            return min(max(height * 0.3, 11.0 * self.theme.scale), 24.0 * self.theme.scale)
        return min(height * 0.62, 60.0)

    def paint_background(self, painter: QPainter) -> None:
        words = not_a_digit()
        for row, (area, bar) in enumerate(zip(self._numbers, self._bars, strict=True)):
            digit = row != NO_DIGIT_ROW
            painter.setFont(self.sized_font(self._label_size(row), bold=digit))
            painter.setPen(QColor(self.theme.text if digit else self.theme.dim))
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, str(row) if digit else words)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self.theme.zero))
            painter.drawRoundedRect(bar, 3, 3)

    def in_words(self) -> str:
        """The digits with their probabilities, the most probable first."""
        reading = self.reading
        if reading is None or reading.digit is None:
            return ""
        values = {str(digit): float(p) for digit, p in enumerate(reading.probabilities)}
        if reading.no_digit is not None:
            values[not_a_digit()] = reading.no_digit
        ranked = sorted(values.items(), key=lambda item: -item[1])
        return ", ".join(f"{name}: {percent(value)}" for name, value in ranked)

    def contents(self) -> tuple[Row, ...]:
        """Each row's text, length of its bar in pixels, and whether it is what is read."""
        reading = self.reading
        if reading is None or reading.digit is None:
            return (None,) * ROWS
        values: list[float | None] = [*reading.probabilities.tolist(), reading.no_digit]
        best = NO_DIGIT_ROW if reading.refused else reading.digit
        return tuple(
            (
                "—" if value is None else percent(value),
                round((value or 0.0) * bar.width(), 1),
                row == best,
            )
            for row, (value, bar) in enumerate(zip(values, self._bars, strict=True))
        )

    def areas(self) -> list[QRegion]:
        return self._rows

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = self.begin_painting(event.region())
        painter.setFont(self._number_font)
        stale = event.region()
        for number, row in enumerate(self._painting):
            if isinstance(row, tuple) and stale.intersects(self._rows[number]):
                self._paint_row(painter, number, *row)
        self.end_painting(painter)

    def _paint_row(
        self, painter: QPainter, number: int, text: str, length: float, best: bool
    ) -> None:
        if length >= 0.5:
            bar = QRectF(self._bars[number])
            bar.setWidth(length)
            painter.fillRect(bar, self._best if best else self._other)
        painter.setPen(self._text if best else self._other)
        painter.drawText(self._numbers[number], RIGHT, text)
