"""What an evaluation found, as a figure of one page: numbers, matrices, plots and patterns.

Its parts are those of the Evaluate page, painted in other places: it is made in the window's
thread, and no window shows them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QColor, QPainter

from lenetpad.ui.evaluate.confusion import ConfusionMatrix
from lenetpad.ui.evaluate.gallery import Gallery, sizes
from lenetpad.ui.evaluate.numbers import figures_of
from lenetpad.ui.evaluate.plots import CalibrationChart, DigitChart, RejectChart
from lenetpad.ui.evaluate.summary import WIDEST, columns, compared, values_of
from lenetpad.ui.evaluate.titles import data_and_images, title_of_data
from lenetpad.ui.evaluate.writers import accuracy_of
from lenetpad.ui.widgets.chart import LETTERS, Chart
from lenetpad.ui.widgets.figure import Part, font_of, width_of, write
from lenetpad.ui.widgets.theme import Theme
from lenetpad.ui.widgets.words import translate
from lenetpad.values.catalogue import FOLDER
from lenetpad.values.evaluation import EvaluationResults, Indices

MARGIN: Final = 16.0
ROW: Final = 19.0  # a line of text
GAP: Final = 22.0
TITLE: Final = 17.0  # the height of the title's letters
NARROWEST: Final = 700.0  # for six columns of numbers
CHART_SHAPE: Final = 0.8  # a chart's height by its width
PATTERN_ROWS: Final = 3
LETTER: Final = 26.0  # the column of the networks' letters

#: Paints something in an area.
Block = Callable[[QPainter, QRectF], None]


@dataclass(frozen=True, slots=True, eq=False)
class Patterns:
    """Which patterns to show: what kind they are, their indices, and whose answers."""

    kind: str
    indices: Indices
    which: int
    both: bool


class ResultsFigure:
    """``names`` are what to call the networks."""

    narrowest = NARROWEST

    def __init__(
        self,
        results: EvaluationResults,
        names: tuple[str, ...],
        patterns: Patterns,
        theme: Theme,
    ) -> None:
        self._results, self._names, self._patterns, self._theme = results, names, patterns, theme
        data = results.request.data
        # The name of a folder of the user's is nobody's business.
        folder = translate("Evaluate", "Folder of images")
        called = folder if data.key == FOLDER else title_of_data(data)
        self.title = data_and_images(called, results)
        self.background = QColor(theme.panel)
        self._text, self._dim = QColor(theme.text), QColor(theme.dim)
        self._titles = [title.replace("\n", " ") for title, _ in columns()]
        self._font, self._bold = font_of(), font_of(bold=True)
        self._letters = tuple(LETTERS[: len(names)]) if results.compares else ()
        self._besides = _besides(results)
        self._matrices = [ConfusionMatrix(theme) for _ in results.found]
        for matrix, predictions in zip(self._matrices, results.found, strict=True):
            matrix.show_evaluation(predictions.evaluation)
        self._charts: list[Chart] = [
            kind(theme, printed=True) for kind in (DigitChart, RejectChart, CalibrationChart)
        ]
        for chart in self._charts:
            chart.show_results(results, self._letters)
        self._gallery = Gallery(theme)
        shown = patterns.indices, patterns.which
        self._gallery.show_patterns(results, *shown, both=patterns.both)

    def height(self, width: float) -> float:
        """How high the page is at a width, in units."""
        area, _ = self._blocks(width)[-1]
        return area.bottom() + MARGIN

    def parts(self, width: float) -> Sequence[Part]:
        """What paints it, a block each."""
        return [_part(paint, area) for area, paint in self._blocks(width)]

    def _blocks(self, width: float) -> list[tuple[QRectF, Block]]:
        """What paints each block, and where it lies."""
        inner = width - 2 * MARGIN
        half = (inner - GAP) / 2
        right = MARGIN + half + GAP
        compares = self._results.compares
        head = QRectF(MARGIN, MARGIN, inner, self._head_height)
        top, high = head.bottom() + GAP, ROW + half
        blocks: list[tuple[QRectF, Block]] = [(head, self._paint_head)]
        for which in range(len(self._matrices)):
            area = QRectF(right if which else MARGIN, top, half, high)
            blocks.append((area, partial(self._paint_matrix, which=which)))
        digits, *others = self._charts
        if compares:
            top, high = top + high + GAP, half * CHART_SHAPE
            blocks.append((QRectF(MARGIN, top, inner, high), digits.print_on))
        else:
            blocks.append((QRectF(right, top, half, high), digits.print_on))
        top, high = top + high + GAP, half * CHART_SHAPE
        for left, chart in zip((MARGIN, right), others, strict=True):
            blocks.append((QRectF(left, top, half, high), chart.print_on))
        top += high + GAP
        rows = -(-self._shown(inner) // self._columns(inner))
        patterns = QRectF(MARGIN, top, inner, ROW + 4 + rows * sizes().cell[1])
        blocks.append((patterns, self._paint_patterns))
        return blocks

    # The numbers

    @property
    def _head_height(self) -> float:
        rows = 2.2 + len(self._names) * 2 + 1 + self._results.compares + len(self._besides)
        return rows * ROW

    def _paint_head(self, painter: QPainter, area: QRectF) -> None:
        """Title, the networks' names, and their numbers."""
        row = QRectF(area.left(), area.top(), area.width(), ROW)
        write(painter, row, self.title, font_of(TITLE, bold=True), self._text)
        row.translate(0, 1.6 * ROW)
        for which, name in enumerate(self._names):
            called = f"{LETTERS[which]}: {name}" if self._letters else name
            write(painter, row, called, self._bold, self._charts[0].colour(which))
            row.translate(0, ROW)
        row.translate(0, 0.4 * ROW)
        self._paint_row(painter, row, "", self._titles, self._dim)
        for which in range(len(self._names)):
            row.translate(0, ROW)
            letter = self._letters[which] if self._letters else ""
            self._paint_row(painter, row, letter, values_of(self._results, which), self._text)
        if self._results.compares:
            row.translate(0, ROW)
            write(painter, row, compared(self._results), self._font, self._dim)
        for words in self._besides:
            row.translate(0, ROW)
            write(painter, row, words, self._font, self._text)

    def _paint_row(
        self, painter: QPainter, row: QRectF, letter: str, texts: Sequence[str], colour: QColor
    ) -> None:
        write(painter, row, letter, self._bold, self._text)
        left = LETTER if self._letters else 0.0
        # The first column begins where the names do, the last one ends with the page; each is as
        # wide as its title, and they share the room that is left.
        widths = [width_of(max(title, WIDEST, key=len), self._font) for title in self._titles]
        gap = (row.width() - left - sum(widths)) / len(widths)
        left += row.left()
        for text, width in zip(texts, widths, strict=True):
            write(painter, QRectF(left, row.top(), width + gap, ROW), text, self._font, colour)
            left += width + gap

    # Matrices and patterns

    def _paint_matrix(self, painter: QPainter, area: QRectF, which: int) -> None:
        heading = QRectF(area.left(), area.top(), area.width(), ROW)
        if self._letters:
            title = translate("Evaluate", "Confusion matrix of {network}")
        else:
            title = translate("Evaluate", "Confusion matrix")
        title = title.format(network=LETTERS[which])
        write(painter, heading, title, self._bold, self._text)
        self._matrices[which].print_on(painter, area.adjusted(0, ROW + 4, 0, 0))

    def _columns(self, width: float) -> int:
        return max(1, int(width // sizes().cell[0]))

    def _shown(self, width: float) -> int:
        """How many patterns are shown."""
        return min(len(self._patterns.indices), PATTERN_ROWS * self._columns(width))

    def _paint_patterns(self, painter: QPainter, area: QRectF) -> None:
        row = QRectF(area.left(), area.top(), area.width(), ROW)
        shown = self._shown(area.width())
        write(painter, row, self._heading(shown), self._bold, self._text)
        wide, high = sizes().cell
        columns = self._columns(area.width())
        step = area.width() / columns
        for place in range(shown):
            down, across = divmod(place, columns)
            left = area.left() + across * step + (step - wide) / 2
            cell = QRect(round(left), round(area.top() + ROW + 4 + down * high), wide, high)
            self._gallery.paint_pattern(painter, place, cell, sizes())

    def _heading(self, shown: int) -> str:
        """Which patterns are shown, and how many of them."""
        there = len(self._patterns.indices)
        if shown < there:
            words = translate("Evaluate", "{kind}: first {shown} of {n} patterns")
        elif there == 0:
            words = translate("Evaluate", "{kind}: no patterns")
        elif there == 1:
            words = translate("Evaluate", "{kind}: 1 pattern")
        else:
            words = translate("Evaluate", "{kind}: {n} patterns")
        return words.format(kind=self._patterns.kind, shown=shown, n=f"{there:,}")


def _besides(results: EvaluationResults) -> list[str]:
    """A line for each network on numbers of several digits and on writers, if there are some."""
    numbers = [figures_of(one) for one in results.numbers.found] if results.numbers else []
    writers = [accuracy_of(one) for one in results.by_writer]
    if not results.compares:
        return [*numbers, *writers]
    return [f"{LETTERS[n]}: {one}" for some in (numbers, writers) for n, one in enumerate(some)]


def _part(paint: Block, area: QRectF) -> Part:
    return lambda painter: paint(painter, area)
