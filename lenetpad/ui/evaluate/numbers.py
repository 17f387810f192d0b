"""Numbers of several digits that were read wrong, with the figures of all of them."""

from __future__ import annotations

from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from lenetpad.ink.strokes import Ink
from lenetpad.ui.evaluate.gallery import CENTRE, MARGIN, RIGHT, WRONG, Gallery, Sizes
from lenetpad.ui.widgets.chart import LETTERS, sized
from lenetpad.ui.widgets.theme import Theme
from lenetpad.ui.widgets.words import counted, translate
from lenetpad.values.evaluation import EvaluationResults
from lenetpad.values.number_evaluation import NumberEvaluation, NumberResults

#: A picture's width as a multiple of its height: of most numbers.
SHAPE: Final = 2.5
STROKE: Final = 1.6  # pixels at the usual size
INSIDE: Final = 5  # pixels of paper around the ink


class NumberGallery(Gallery):
    """As the patterns' gallery; ``indices`` are places of the numbers that were read wrong."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        self.numbers: NumberResults | None = None
        self._paths: dict[int, QPainterPath] = {}
        super().__init__(theme, parent)
        self.setAccessibleName(translate("Evaluate", "Misread numbers"))

    def show_numbers(self, results: EvaluationResults) -> None:
        """Show the numbers of results that have some."""
        self.numbers, self._paths = results.numbers, {}
        wrong = () if results.numbers is None else results.numbers.wrong()
        self.show_patterns(results, np.array(wrong, dtype=np.intp))

    def captions(self, index: int) -> tuple[str, str, str]:
        """The lines under a number: its truth and what was read, by each network."""
        assert self.numbers is not None
        truth = self.numbers.found[0].labels[index]
        if len(self.numbers.found) == 1:
            return f"{truth} → {_read(self.numbers.found[0], index)}", "", ""
        first, second = (
            f"{LETTERS[which]} {RIGHT if found.texts[index] == truth else WRONG} "
            f"{_read(found, index)}"
            for which, found in enumerate(self.numbers.found)
        )
        return truth, first, second

    def sentence(self, index: int) -> str:
        """All that is known of a number."""
        assert self.numbers is not None
        lines = [
            translate("Evaluate", "Number {index}: {number}").format(
                index=f"{index:,}", number=self.numbers.found[0].labels[index]
            )
        ]
        for which, found in enumerate(self.numbers.found):
            name = f"{LETTERS[which]}: " if len(self.numbers.found) > 1 else ""
            if found.refused[index]:
                words = translate("Evaluate", "not a number, perhaps {read}")
            else:
                words = translate("Evaluate", "read as {read}")
            lines.append(name + words.format(read=found.texts[index] or "–"))
        return "\n".join(lines)

    def _cell(self) -> tuple[int, int]:
        how = self._sizes
        lines = 1 if self.numbers is None or len(self.numbers.found) == 1 else 3
        height = how.picture + round(lines * 1.35 * how.words) + 2 * MARGIN
        return round(SHAPE * how.picture) + 2 * MARGIN, height

    def paint_pattern(self, painter: QPainter, place: int, area: QRect, how: Sizes) -> None:
        """Paint a number's ink and its words in an area as large as a cell."""
        index = int(self.indices[place])
        picture = QRectF(
            area.left() + MARGIN, area.top() + MARGIN, area.width() - 2 * MARGIN, how.picture
        )
        painter.setPen(QColor(self._theme.line))
        painter.setBrush(QColor(self._theme.paper))
        painter.drawRect(picture)
        self._paint_ink(painter, index, picture.adjusted(INSIDE, INSIDE, -INSIDE, -INSIDE))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        top, height = picture.bottom() + 3, 1.35 * how.words
        for number, caption in enumerate(self.captions(index)):
            painter.setFont(sized(self.font(), how.words, bold=number == 0))
            painter.setPen(QColor(self._theme.text))
            row = QRectF(area.left() + MARGIN, top + number * height, picture.width(), height)
            text = painter.fontMetrics().elidedText(
                caption, Qt.TextElideMode.ElideMiddle, int(row.width())
            )
            painter.drawText(row, CENTRE, text)

    def _paint_ink(self, painter: QPainter, index: int, area: QRectF) -> None:
        if index not in self._paths:
            assert self.numbers is not None
            self._paths[index] = path_of(self.numbers.inks[index])
        path = self._paths[index]
        box = path.boundingRect()
        scale = min(area.width() / max(box.width(), 1e-6), area.height() / max(box.height(), 1e-6))
        pen = QPen(QColor(self._theme.ink), STROKE * self._theme.scale / scale)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(area.center())
        painter.scale(scale, scale)
        painter.translate(-box.center())
        painter.strokePath(path, pen)
        painter.restore()


class NumbersView(QWidget):
    """The figures of each network over the gallery of misread numbers."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.figures = QLabel()
        self.figures.setWordWrap(True)
        self.count = QLabel()
        self.gallery = NumberGallery(theme)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 6, 0, 0)
        layout.addWidget(self.figures)
        layout.addWidget(self.count)
        layout.addWidget(self.gallery, 1)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Draw everything in another theme."""
        self.count.setStyleSheet(f"color: {theme.dim};")
        self.gallery.set_theme(theme)

    def show_results(self, results: EvaluationResults) -> None:
        """Show the numbers of results; nothing where there are none."""
        found = () if results.numbers is None else results.numbers.found
        lines = [
            f"{LETTERS[which]}: {figures_of(one)}" if len(found) > 1 else figures_of(one)
            for which, one in enumerate(found)
        ]
        self.figures.setText("\n".join(lines))
        self.gallery.show_numbers(results)
        words = counted(
            len(self.gallery.indices),
            translate("Evaluate", "1 number read wrong: click to open it"),
            translate("Evaluate", "{n} numbers read wrong: click to open"),
        )
        self.count.setText(words if len(self.gallery.indices) else "")


def figures_of(found: NumberEvaluation) -> str:
    """How a network reads numbers, in a sentence."""
    numbers = counted(
        found.n, translate("Evaluate", "1 number"), translate("Evaluate", "{n} numbers")
    )
    words = translate(
        "Evaluate",
        "{numbers}: {right} right, length right {length}, digit error {error}",
    )
    shares = (found.accuracy, found.length_accuracy, found.digit_error)
    right, length, error = (f"{100 * share:.2f} %" for share in shares)
    return words.format(numbers=numbers, right=right, length=length, error=error)


def path_of(ink: Ink) -> QPainterPath:
    """Ink as lines through its points; a dot as a line of no length."""
    path = QPainterPath()
    for stroke in ink.strokes:
        first, *others = [QPointF(x, y) for x, y in stroke.xy.tolist()]
        path.moveTo(first)
        for point in others or [first]:
            path.lineTo(point)
    return path


def _read(found: NumberEvaluation, index: int) -> str:
    """What was read; doubted where it was taken for no number."""
    text = found.texts[index] or "–"
    return f"({text})" if found.refused[index] else text
