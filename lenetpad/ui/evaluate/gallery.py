"""Patterns with what was read, any number of them: one widget that paints those in sight."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QToolTip, QWidget

from lenetpad.ui.widgets.chart import LETTERS, line, sized
from lenetpad.ui.widgets.colour import ink_table
from lenetpad.ui.widgets.text import percent
from lenetpad.ui.widgets.theme import Theme
from lenetpad.ui.widgets.tips import tip_of
from lenetpad.ui.widgets.words import marked, translate
from lenetpad.values.evaluation import NO_DIGIT, EvaluationResults, Indices

WIDE: Final = 760  # from this width on, pictures and words are larger
PICTURES: Final = (56, 84)  # the side of a picture: whole multiples of 28
WORDS: Final = (12, 15)  # the height of the words under it
LINES: Final = 3
MARGIN: Final = 8
RIGHT: Final = "✓"
WRONG: Final = "✗"
CENTRE: Final = Qt.AlignmentFlag.AlignCenter
CHOOSING: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
NOTHING: Final = marked("Evaluate", "No such patterns")


@dataclass(frozen=True, slots=True)
class Sizes:
    """The side of a pattern's picture and the height of the words under it, in pixels."""

    picture: int
    words: int

    @property
    def cell(self) -> tuple[int, int]:
        """Width and height of a pattern with its words."""
        lines = round(LINES * 1.35 * self.words)
        return max(round(8.4 * self.words), self.picture), self.picture + lines + 2 * MARGIN


class Gallery(QAbstractScrollArea):
    """``chosen`` carries the index of the pattern that was clicked or entered, as an int.

    Under each pattern stand its truth and the answer, with the probabilities of both; where two
    networks are compared, each one's answer.
    """

    chosen = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._results: EvaluationResults | None = None
        self.which = 0  # the network whose answers are shown, of both the first
        self._both = False
        self.indices: Indices = np.empty(0, dtype=np.intp)
        self.current = 0  # a place in ``indices``
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self.setAccessibleName(translate("Evaluate", "Patterns"))
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Paint in another theme's colours."""
        self._theme = theme
        self._colours = [int(colour) for colour in ink_table(theme)]
        self.viewport().update()

    def show_patterns(
        self, results: EvaluationResults, indices: Indices, which: int = 0, *, both: bool = False
    ) -> None:
        """Show these patterns with a network's answers, or those of both."""
        self._results, self.which, self._both = results, which, both
        self.indices, self.current = indices, 0
        self._set_range()
        self.verticalScrollBar().setValue(0)
        self._describe()
        self.viewport().update()

    def area(self, place: int) -> QRect:
        """Where a pattern and its words are painted in the viewport."""
        width, height = self._cell()
        row, column = divmod(place, self._columns())
        left = self._left() + column * width
        return QRect(left, MARGIN + row * height - self.verticalScrollBar().value(), width, height)

    def place_at(self, at: QPoint) -> int | None:
        """Which pattern lies under a point of the viewport; None beside them."""
        width, height = self._cell()
        column = (at.x() - self._left()) // width
        row = (at.y() - MARGIN + self.verticalScrollBar().value()) // height
        place = row * self._columns() + column
        inside = 0 <= column < self._columns() and row >= 0
        return place if inside and place < len(self.indices) else None

    def captions(self, index: int) -> tuple[str, str, str]:
        """The three lines under a pattern."""
        assert self._results is not None
        label = int(self._results.labels[index])
        truth = translate("Evaluate", "not a digit") if label == NO_DIGIT else str(label)
        if self._both:
            return (truth, self._answer(0, index), self._answer(1, index))
        predictions = self._results.found[self.which]
        answer = int(predictions.evaluation.answers[index])
        probabilities = predictions.probabilities[index]
        first = f"{answer}  {percent(float(probabilities[answer]))}"
        if predictions.evaluation.refused[index]:
            return (f"{truth} → {answer}", first, translate("Evaluate", "rejected"))
        if label in (answer, NO_DIGIT):
            return (f"{truth} → {answer}", first, "")
        return (f"{truth} → {answer}", first, f"{truth}  {percent(float(probabilities[label]))}")

    def sentence(self, index: int) -> str:
        """All that is known of a pattern."""
        assert self._results is not None
        label = int(self._results.labels[index])
        if label == NO_DIGIT:
            words = translate("Evaluate", "Pattern {index}: not a digit")
        else:
            words = translate("Evaluate", "Pattern {index}: digit {digit}")
        lines = [words.format(index=f"{index:,}", digit=label)]
        for which, predictions in enumerate(self._results.found):
            order = np.argsort(-predictions.probabilities[index])[:3].tolist()
            best = ", ".join(
                f"{digit} {percent(float(predictions.probabilities[index, digit]))}"
                for digit in order
            )
            name = f"{LETTERS[which]}: " if self._results.compares else ""
            if (none := predictions.no_digit) is not None:
                words = translate("Evaluate", "{digits}; not a digit {share}")
                best = words.format(digits=best, share=percent(float(none[index])))
            lines.append(f"{name}{best}")
        return "\n".join(lines)

    def _answer(self, which: int, index: int) -> str:
        assert self._results is not None
        predictions = self._results.found[which]
        answer = int(predictions.evaluation.answers[index])
        mark = RIGHT if answer == self._results.labels[index] else WRONG
        probability = percent(float(predictions.probabilities[index, answer]))
        return f"{LETTERS[which]} {mark} {answer}  {probability}"

    # Pointer and keyboard

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        place = self.place_at(event.position().toPoint())
        if place is not None and event.button() is Qt.MouseButton.LeftButton:
            self._move_to(place)
            self._choose_current()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        over = self.place_at(event.position().toPoint()) is not None
        shape = Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor
        self.viewport().setCursor(shape)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row, page = self._columns(), self._columns() * max(1, self._rows_in_sight())
        moves = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -row,
            Qt.Key.Key_Down: row,
            Qt.Key.Key_PageUp: -page,
            Qt.Key.Key_PageDown: page,
            Qt.Key.Key_Home: -len(self.indices),
            Qt.Key.Key_End: len(self.indices),
        }
        key = Qt.Key(event.key())
        if key in CHOOSING:
            self._choose_current()
        elif key in moves:
            self._move_to(min(max(self.current + moves[key], 0), len(self.indices) - 1))
        else:
            super().keyPressEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            place = self.place_at(event.pos())
            words = "" if place is None else self.sentence(int(self.indices[place]))
            QToolTip.showText(event.globalPos(), tip_of(words), self.viewport())
            return True
        return super().viewportEvent(event)

    def _choose_current(self) -> None:
        if len(self.indices):
            self.chosen.emit(int(self.indices[self.current]))

    def _move_to(self, place: int) -> None:
        """Make a pattern the current one, and have it in sight."""
        if not len(self.indices):
            return
        self.current = place
        area, bar = self.area(place), self.verticalScrollBar()
        if area.top() < 0:
            bar.setValue(bar.value() + area.top() - MARGIN)
        elif area.bottom() > self.viewport().height():
            bar.setValue(bar.value() + area.bottom() - self.viewport().height() + MARGIN)
        self._describe()
        self.viewport().update()

    def _describe(self) -> None:
        some = len(self.indices) > 0
        index = int(self.indices[self.current]) if some else 0
        words = self.sentence(index) if some else translate("Evaluate", NOTHING)
        self.setAccessibleDescription(words)

    # Places

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._set_range()

    @property
    def _sizes(self) -> Sizes:
        scale = self._theme.scale
        return sizes(large=self.viewport().width() >= WIDE * scale, scale=scale)

    def _cell(self) -> tuple[int, int]:
        return self._sizes.cell

    def _columns(self) -> int:
        return max(1, (self.viewport().width() - 2 * MARGIN) // self._cell()[0])

    def _left(self) -> int:
        """Where the first column begins: the columns lie in the middle."""
        return (self.viewport().width() - self._columns() * self._cell()[0]) // 2

    def _rows_in_sight(self) -> int:
        return self.viewport().height() // self._cell()[1]

    def _set_range(self) -> None:
        rows = -(-len(self.indices) // self._columns())
        height = rows * self._cell()[1] + 2 * MARGIN
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, height - self.viewport().height()))
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(self._cell()[1] // 3)

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.fillRect(self.viewport().rect(), QColor(self._theme.panel))
        if self._results is None:
            return
        if not len(self.indices):
            painter.setPen(QColor(self._theme.dim))
            painter.setFont(sized(self.font(), self._sizes.words * 1.2))
            painter.drawText(self.viewport().rect(), CENTRE, translate("Evaluate", NOTHING))
            return
        height, columns = self._cell()[1], self._columns()
        top = self.verticalScrollBar().value() - MARGIN
        first = max(0, top // height) * columns
        last = ((top + self.viewport().height()) // height + 1) * columns
        for place in range(first, min(last, len(self.indices))):
            area = self.area(place)
            self.paint_pattern(painter, place, area, self._sizes)
            if self.hasFocus() and place == self.current:
                painter.setPen(line(QColor(self._theme.accent), 2.0))
                painter.drawRoundedRect(area.adjusted(2, 2, -2, -2), 4, 4)

    def paint_pattern(self, painter: QPainter, place: int, area: QRect, how: Sizes) -> None:
        """Paint a pattern and its words in an area as large as a cell."""
        index = int(self.indices[place])
        side, words = how.picture, how.words
        picture = QRect(area.center().x() - side // 2, area.top() + MARGIN, side, side)
        painter.drawImage(picture, self._picture(index))
        painter.setPen(QColor(self._theme.line))
        painter.drawRect(picture.adjusted(-1, -1, 0, 0))
        top, height = float(picture.bottom() + 3), 1.35 * words
        for number, caption in enumerate(self.captions(index)):
            strong = number == 0
            painter.setFont(sized(self.font(), words, bold=strong))
            painter.setPen(QColor(self._theme.text if strong or self._both else self._theme.dim))
            row = QRectF(area.left(), top + number * height, area.width(), height)
            painter.drawText(row, CENTRE, caption)

    def _picture(self, index: int) -> QImage:
        assert self._results is not None
        pixels = np.ascontiguousarray(self._results.images[index])
        rows, columns = pixels.shape
        image = QImage(pixels.data, columns, rows, columns, QImage.Format.Format_Indexed8)
        image.setColorTable(self._colours)
        return image.copy()  # the pixels' memory goes


def sizes(*, large: bool = False, scale: float = 1.0) -> Sizes:
    """The sizes of patterns where there is much or little room, at a size of texts."""
    return Sizes(PICTURES[large] * max(1, round(scale)), round(WORDS[large] * scale))
