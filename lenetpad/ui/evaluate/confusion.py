"""The confusion matrix: truth down, answers across, a cell to click at each crossing."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from lenetpad.ui.evaluate.titles import images_of
from lenetpad.ui.widgets.chart import legible, line, shade, sized
from lenetpad.ui.widgets.theme import Theme
from lenetpad.ui.widgets.words import translate
from lenetpad.values.evaluation import Evaluation

SIDE: Final = 12  # ten digits between their names and their totals
TITLE: Final = 0.55  # of a cell, for the words beside the matrix
SMALLEST: Final = 360  # its side at least, at the usual size of texts
CENTRE: Final = Qt.AlignmentFlag.AlignCenter
MOVES: Final = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}
CHOOSING: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


class Cell(NamedTuple):
    """A crossing of a true digit and an answer."""

    truth: int
    answer: int


class ConfusionMatrix(QWidget):
    """``cell_chosen`` carries the Cell that was clicked, or entered with the keyboard.

    Right answers are shades of one colour, by their share of the row; wrong ones of another, by
    their number against the largest of them. Blue against orange is told apart by colour-blind
    people, and each cell has its number.
    """

    cell_chosen = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._evaluation: Evaluation | None = None
        self._colours: dict[Cell, QColor] = {}
        self.current = Cell(0, 0)
        self.chosen: Cell | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self._keep_legible()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(translate("Evaluate", "Confusion matrix"))

    def set_theme(self, theme: Theme) -> None:
        """Paint in another theme's colours."""
        self._theme = theme
        self._keep_legible()
        self._shade()

    def _keep_legible(self) -> None:
        """Be large enough for what is written in the cells, which grows with the texts."""
        self.setMinimumSize(self._theme.px(SMALLEST), self._theme.px(SMALLEST))

    def show_evaluation(self, evaluation: Evaluation) -> None:
        """Show another network's answers; no cell is chosen."""
        self._evaluation, self.chosen = evaluation, None
        self._shade()
        self._move_to(self.current)

    def choose(self, cell: Cell | None) -> None:
        """Mark a cell as the one whose images are shown."""
        self.chosen = cell
        self.update()

    def count(self, cell: Cell) -> int:
        """How many images are in a cell."""
        return 0 if self._evaluation is None else int(self._evaluation.confusion[cell])

    def sentence(self, cell: Cell) -> str:
        """A cell in words."""
        if cell.truth == cell.answer:
            words = translate("Evaluate", "{truth} read as {answer}: {images}, right")
        else:
            words = translate("Evaluate", "{truth} read as {answer}: {images}, wrong")
        images = images_of(self.count(cell))
        return words.format(truth=cell.truth, answer=cell.answer, images=images)

    def rectangle(self, row: int, column: int) -> QRectF:
        """Where a cell is painted; row and column 10 are the totals."""
        step, left, top = self._grid()
        return QRectF(left + (column + 1) * step, top + (row + 1) * step, step, step)

    def cell_at(self, at: QPoint) -> Cell | None:
        """The cell under a point, None beside the cells."""
        step, left, top = self._grid()
        column, row = int((at.x() - left) // step) - 1, int((at.y() - top) // step) - 1
        return Cell(row, column) if 0 <= row < 10 and 0 <= column < 10 else None

    # Pointer and keyboard

    def mousePressEvent(self, event: QMouseEvent) -> None:
        cell = self.cell_at(event.position().toPoint())
        if cell is not None and event.button() is Qt.MouseButton.LeftButton:
            self._move_to(cell)
            self._choose_current()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        over = self.cell_at(event.position().toPoint()) is not None
        clicks = over and self._evaluation is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor if clicks else Qt.CursorShape.ArrowCursor)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in CHOOSING:
            self._choose_current()
        elif key in MOVES:
            down, right = MOVES[key]
            truth, answer = self.current.truth + down, self.current.answer + right
            self._move_to(Cell(min(max(truth, 0), 9), min(max(answer, 0), 9)))
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            cell = self.cell_at(event.pos())
            words = (
                self.sentence(cell) if cell is not None and self._evaluation is not None else ""
            )
            QToolTip.showText(event.globalPos(), words, self)
            return True
        return super().event(event)

    def _move_to(self, cell: Cell) -> None:
        self.current = cell
        self.setAccessibleDescription(self.sentence(cell))
        self.update()

    def _choose_current(self) -> None:
        if self._evaluation is not None:
            self.chosen = self.current
            self.update()
            self.cell_chosen.emit(self.current)

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_contents(painter)
        self._paint_marks(painter)

    def print_on(self, painter: QPainter, area: QRectF) -> None:
        """Paint it as a part of a figure; it has another size from then on."""
        self.setMinimumSize(1, 1)
        self.resize(area.size().toSize())
        painter.save()
        painter.translate(area.topLeft())
        self._paint_contents(painter)
        painter.restore()

    def _paint_contents(self, painter: QPainter) -> None:
        """Paint everything but what is chosen and where the keyboard is."""
        step, _, _ = self._grid()
        self._paint_names(painter, step)
        if self._evaluation is not None:
            self._paint_cells(painter, self._evaluation, step)
            self._paint_totals(painter, self._evaluation, step)

    def _paint_names(self, painter: QPainter, step: float) -> None:
        _, left, top = self._grid()
        painter.setFont(sized(self.font(), step * 0.42, bold=True))
        painter.setPen(QColor(self._theme.text))
        for digit in range(10):
            painter.drawText(self.rectangle(digit, -1), CENTRE, str(digit))
            painter.drawText(self.rectangle(-1, digit), CENTRE, str(digit))
        painter.setFont(self._title_font(step))
        painter.setPen(QColor(self._theme.dim))
        title = step * TITLE
        answers, truths = translate("Evaluate", "answer"), translate("Evaluate", "true digit")
        painter.drawText(QRectF(left + step, top - title, 10 * step, title), CENTRE, answers)
        painter.save()
        painter.translate(left - title, top + 11 * step)
        painter.rotate(-90)
        painter.drawText(QRectF(0, 0, 10 * step, title), CENTRE, truths)
        painter.restore()
        total = translate("Evaluate", "total")
        painter.setFont(self._narrowed(total, painter.font(), step))
        painter.drawText(self.rectangle(-1, 10), CENTRE, total)
        painter.drawText(self.rectangle(10, -1), CENTRE, total)

    def _paint_cells(self, painter: QPainter, evaluation: Evaluation, step: float) -> None:
        painter.setFont(self._fitted(int(evaluation.confusion.max()), step))
        for cell, colour in self._colours.items():
            area = self.rectangle(cell.truth, cell.answer).adjusted(0.5, 0.5, -0.5, -0.5)
            painter.fillRect(area, colour)
            if count := int(evaluation.confusion[cell]):
                painter.setPen(legible(colour))
                painter.drawText(area, CENTRE, str(count))

    def _paint_totals(self, painter: QPainter, evaluation: Evaluation, step: float) -> None:
        painter.setPen(QColor(self._theme.dim))
        confusion = evaluation.confusion
        rows, columns = confusion.sum(axis=1).tolist(), confusion.sum(axis=0).tolist()
        painter.setFont(self._fitted(max(rows + columns), step))
        for digit in range(10):
            painter.drawText(self.rectangle(digit, 10), CENTRE, str(rows[digit]))
            painter.drawText(self.rectangle(10, digit), CENTRE, str(columns[digit]))
        painter.setFont(self._fitted(evaluation.digits, step))
        painter.drawText(self.rectangle(10, 10), CENTRE, str(evaluation.digits))

    @property
    def smallest_text(self) -> float:
        """The height of the smallest text that it paints, in pixels."""
        step, _, _ = self._grid()
        total = self._narrowed(translate("Evaluate", "total"), self._title_font(step), step)
        count = 0 if self._evaluation is None else self._evaluation.digits
        return float(min(total.pixelSize(), self._fitted(count, step).pixelSize()))

    def _title_font(self, step: float) -> QFont:
        return sized(self.font(), max(11.0, step * 0.32))

    def _fitted(self, count: int, step: float) -> QFont:
        """A font in which numbers up to this one fit into their cells."""
        return sized(self.font(), min(step * 0.36, step * 1.5 / len(str(count))))

    @staticmethod
    def _narrowed(text: str, font: QFont, step: float) -> QFont:
        """The font, or a smaller one in which a text fits into a cell."""
        width = QFontMetricsF(font).horizontalAdvance(text)
        return font if width <= step else sized(font, font.pixelSize() * step / width)

    def _paint_marks(self, painter: QPainter) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self.chosen is not None:
            painter.setPen(line(QColor(self._theme.text), 2.0))
            painter.drawRect(self.rectangle(*self.chosen).adjusted(1, 1, -1, -1))
        if self.hasFocus():
            painter.setPen(line(QColor(self._theme.accent), 2.0))
            painter.drawRect(self.rectangle(*self.current).adjusted(1, 1, -1, -1))

    def _grid(self) -> tuple[float, float, float]:
        """The side of a cell, and the left and top of the names' row and column."""
        step = min(self.width(), self.height()) / (SIDE + TITLE)
        step = float(max(1, int(step)))
        left = max(0.0, (self.width() - (SIDE + TITLE) * step) / 2) + TITLE * step
        return step, round(left), round(TITLE * step)

    def _shade(self) -> None:
        """Compute each cell's colour."""
        if self._evaluation is None:
            return
        confusion = self._evaluation.confusion
        errors = confusion - np.diag(np.diagonal(confusion))
        shares = confusion / np.maximum(confusion.sum(axis=1, keepdims=True), 1)
        heights = np.sqrt(errors / max(int(errors.max()), 1))  # one mistake is still seen
        for truth in range(10):
            for answer in range(10):
                right = truth == answer
                share = shares[truth, answer] ** 2 if right else heights[truth, answer]
                anchors = self._theme.negative if right else self._theme.positive
                anchors = (self._theme.zero, *anchors[:3])
                self._colours[Cell(truth, answer)] = shade(anchors, float(share))
        self.update()
