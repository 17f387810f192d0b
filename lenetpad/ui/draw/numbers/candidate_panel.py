"""A candidate of a segmentation graph with picture, probabilities and score; or the paths."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from lenetpad.ui.draw.numbers import graph_words
from lenetpad.ui.draw.numbers.candidate_images import CandidateImages
from lenetpad.ui.widgets.colour import ink_table
from lenetpad.ui.widgets.theme import Theme, tabular
from lenetpad.ui.widgets.words import translate
from lenetpad.values.reading import DIGITS
from lenetpad.values.segmentation import Candidate, Segmentation

HEIGHT: Final = 84.0  # at the usual size
MARGIN: Final = 4.0
SPACE: Final = 16.0
TEXT: Final = 12.0
NO_DIGIT: Final = DIGITS  # the row of "no digit"


class CandidatePanel(QWidget):
    """Shows the paths where no candidate is chosen; its height is always the same."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._graph: Segmentation | None = None
        self._one: Candidate | None = None
        self._hint = ""
        self.setAccessibleName(translate("Draw", "Candidate"))
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Paint in another theme and size."""
        self.theme = theme
        self._inks = ink_table(theme)
        self._font = tabular(QFont(self.font()))
        self._font.setPixelSize(theme.px(TEXT))
        self._bold = QFont(self._font)
        self._bold.setBold(True)
        self.setFixedHeight(theme.px(HEIGHT))
        self.show_candidate(self._one)

    def show_graph(self, graph: Segmentation | None) -> None:
        """Show the paths of another graph."""
        self._graph = graph
        self.update()

    def show_candidate(self, one: Candidate | None) -> None:
        """Show another candidate, None for none."""
        self._one = one
        self._image = CandidateImages(() if one is None else (one,), self._inks)
        self.update()

    def say_room(self, *, maps_below: bool) -> None:
        """Say what can be done: the maps are seen below the graph, or in its place."""
        self._hint = translate(
            "Draw", "Point at a candidate, or use the arrow keys; Return keeps it"
        )
        if not maps_below:
            self._hint = translate(
                "Draw", "Point at a candidate, or use the arrow keys; Return shows its maps"
            )
        self.setToolTip(self._hint)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self._font)
        area = QRectF(self.rect()).adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        if self._one is not None:
            self._paint_candidate(painter, self._one, area)
        elif self._graph is not None:
            self._paint_paths(painter, self._graph, area)
        painter.end()

    def _paint_paths(self, painter: QPainter, graph: Segmentation, area: QRectF) -> None:
        """What is read, along which paths, and what can be done."""
        line = area.height() / 4
        rows = (
            (graph_words.kind_of(graph), self._bold, self.theme.text),
            (graph_words.best_path(graph), self._font, self.theme.text),
            (graph_words.second_path(graph), self._font, self.theme.text),
            (self._hint, self._font, self.theme.dim),
        )
        for number, (words, font, colour) in enumerate(rows):
            row = QRectF(area.left(), area.top() + number * line, area.width(), line)
            painter.setFont(font)
            painter.setPen(QColor(colour))
            room = Qt.TextElideMode.ElideRight, round(row.width())
            shown = painter.fontMetrics().elidedText(words, *room)
            painter.drawText(row, Qt.AlignmentFlag.AlignVCenter, shown)

    def _paint_candidate(self, painter: QPainter, one: Candidate, area: QRectF) -> None:
        picture = QRectF(area.topLeft(), area.topLeft()).adjusted(
            0, 0, area.height(), area.height()
        )
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(picture, self._image.image, self._image.part(0))
        painter.setPen(QPen(QColor(self.theme.line), 1))
        painter.drawRect(picture)
        metrics = painter.fontMetrics()
        wide = max(
            metrics.horizontalAdvance(f"{name}  −88.8") for name, _ in graph_words.parts(one)
        )
        facts = QRectF(area.right() - wide, area.top(), wide, area.height())
        left, right = picture.right() + SPACE, facts.left() - SPACE
        self._paint_facts(painter, one, facts)
        if right - left > 60:
            self._paint_bars(painter, one, QRectF(left, area.top(), right - left, area.height()))

    def _paint_facts(self, painter: QPainter, one: Candidate, area: QRectF) -> None:
        """Digit and probability, and the two parts of the score with their sum under a line."""
        line = area.height() / 4
        row = QRectF(area.left(), area.top(), area.width(), line)
        painter.setFont(self._bold)
        painter.setPen(QColor(self.theme.text))
        title = graph_words.title_of(one)
        painter.drawText(row, Qt.AlignmentFlag.AlignVCenter, title)
        parts = graph_words.parts(one)
        for number, (name, value) in enumerate(parts):
            row.translate(0, line)
            last = number == len(parts) - 1
            if last:
                painter.setPen(QPen(QColor(self.theme.edge), 1))
                painter.drawLine(row.topLeft(), row.topRight())
            painter.setFont(self._bold if last else self._font)
            painter.setPen(QColor(self.theme.text if last else self.theme.dim))
            painter.drawText(row, Qt.AlignmentFlag.AlignVCenter, name)
            painter.setPen(QColor(self.theme.text))
            right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
            painter.drawText(row, right, value)

    def _paint_bars(self, painter: QPainter, one: Candidate, area: QRectF) -> None:
        """A column for each digit, and one for "no digit" where the network knows it."""
        values = one.probabilities.tolist()
        if one.no_digit is not None:
            values.append(one.no_digit)
        text = painter.fontMetrics().height()
        step = min(area.width() / len(values), 34 * self.theme.scale)
        best = max(range(len(values)), key=values.__getitem__)
        for row, value in enumerate(values):
            column = QRectF(area.left() + row * step, area.top(), step, area.height() - text)
            back = column.adjusted(0.15 * step, 0, -0.15 * step, 0)
            painter.fillRect(back, QColor(self.theme.zero))
            back.setTop(back.bottom() - value * back.height())
            painter.fillRect(back, QColor(self.theme.accent if row == best else self.theme.dim))
            name = graph_words.NO_DIGIT if row == NO_DIGIT else str(row)
            painter.setFont(self._bold if row == best else self._font)
            painter.setPen(QColor(self.theme.text if row == best else self.theme.dim))
            below = QRectF(column.left(), column.bottom(), step, text)
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, name)
