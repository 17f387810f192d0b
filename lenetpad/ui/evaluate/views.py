"""What was found, to look at: the confusion matrix beside patterns and plots."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QTabWidget, QVBoxLayout, QWidget

from lenetpad.ui.evaluate.confusion import Cell, ConfusionMatrix
from lenetpad.ui.evaluate.gallery import Gallery
from lenetpad.ui.evaluate.plots import CalibrationChart, DigitChart, RejectChart
from lenetpad.ui.evaluate.results_figure import Patterns
from lenetpad.ui.widgets.chart import LETTERS, Chart
from lenetpad.ui.widgets.choices import Choices
from lenetpad.ui.widgets.elided import ElidedLabel
from lenetpad.ui.widgets.theme import Theme
from lenetpad.values.evaluation import NO_DIGIT, EvaluationResults, Indices

CHARTS: Final[tuple[tuple[str, type[Chart]], ...]] = (
    ("Digits", DigitChart),
    ("Error and refusal", RejectChart),
    ("Calibration", CalibrationChart),
)
KINDS_WIDTH: Final = 216  # for its longest entry, so that the words beside it stand still
SHRINKS: Final = Choices.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
DIFFER: Final = "differ"
CELL: Final = "cell"
#: Which patterns of a network can be asked for, and what to call them.
KINDS: Final[dict[str, tuple[str, Callable[[EvaluationResults, int], Indices]]]] = {
    "wrong": ("Read wrong", EvaluationResults.wrong),
    "refused": ("Refused", EvaluationResults.refused),
    "taken": ("No digit, taken for one", EvaluationResults.taken_for_digits),
}


class ResultViews(QWidget):
    """The matrix stays in sight; a click on one of its cells shows the cell's patterns."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.results: EvaluationResults | None = None
        self._shown = 0, False  # whose answers stand under the patterns, and whether those of both
        self.matrix = ConfusionMatrix(theme)
        self.whose = Choices("Whose answers", "Whose confusion matrix is shown")
        self.kinds = Choices("Patterns", "Which patterns are shown")
        self.kinds.setFixedWidth(KINDS_WIDTH)
        self.whose.setSizeAdjustPolicy(SHRINKS)
        self.whose.setMinimumContentsLength(8)
        self.whose.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.count = ElidedLabel()
        self.gallery = Gallery(theme)
        self.charts = tuple(chart(theme) for _, chart in CHARTS)
        self.tabs = QTabWidget()
        self._build()
        self.whose.currentIndexChanged.connect(self._show_matrix)
        self.kinds.currentIndexChanged.connect(self._show_patterns)
        self.matrix.cell_chosen.connect(self._show_cell)

    def set_theme(self, theme: Theme) -> None:
        """Draw everything in another theme."""
        self.matrix.set_theme(theme)
        self.gallery.set_theme(theme)
        for chart in self.charts:
            chart.set_theme(theme)

    def show_results(self, results: EvaluationResults, names: tuple[str, ...]) -> None:
        """Show other results; ``names`` are what to call the networks."""
        self.results = results
        for box in (self.whose, self.kinds):
            box.blockSignals(True)  # until both are filled
            box.clear()
        for which, name in enumerate(names):
            self.whose.addItem(f"{LETTERS[which]}: {name}", which)
        self.whose.setEnabled(results.compares)
        self._list_kinds(results)
        for box in (self.whose, self.kinds):
            box.blockSignals(False)
        for chart in self.charts:
            chart.show_results(results, names)
        self._show_matrix()
        self._show_patterns()

    def rename(self, names: tuple[str, ...]) -> None:
        """Call the networks by other names."""
        for which, name in enumerate(names):
            self.whose.setItemText(which, f"{LETTERS[which]}: {name}")
        for chart in self.charts:
            chart.rename(names)

    def _list_kinds(self, results: EvaluationResults) -> None:
        """List those kinds of patterns that can be there."""
        if results.compares:
            self.kinds.addItem("A and B differ", (DIFFER, 0))
        for kind, (title, _) in KINDS.items():
            for which, predictions in enumerate(results.found):
                if kind == "refused" and predictions.no_digit is None:
                    continue
                if kind == "taken" and not (results.labels == NO_DIGIT).any():
                    continue
                whose = f" by {LETTERS[which]}" if results.compares else ""
                self.kinds.addItem(title + whose, (kind, which))

    @Slot()
    def _show_matrix(self) -> None:
        """Show the chosen network's confusion matrix."""
        if self.results is not None:
            which = self.whose.currentIndex()
            self.matrix.show_evaluation(self.results.found[which].evaluation)

    @Slot()
    def _show_patterns(self) -> None:
        """Show the patterns of the chosen kind."""
        kind, which = self.kinds.currentData()
        results = self.results
        if results is None or kind == CELL:
            return
        self.matrix.choose(None)
        both = kind == DIFFER
        indices = results.differing() if both else KINDS[kind][1](results, which)
        self._show_gallery(indices, which, both=both)

    @Slot(object)
    def _show_cell(self, cell: Cell) -> None:
        """Show the patterns of a cell of the matrix."""
        assert self.results is not None
        which = self.whose.currentIndex()
        whose = f" by {LETTERS[which]}" if self.results.compares else ""
        title = f"{cell.truth} read as {cell.answer}{whose}"
        self.kinds.blockSignals(True)
        last = self.kinds.count() - 1
        if self.kinds.itemData(last)[0] == CELL:
            self.kinds.removeItem(last)
        self.kinds.addItem(title, (CELL, which))
        self.kinds.setCurrentIndex(self.kinds.count() - 1)
        self.kinds.blockSignals(False)
        self.tabs.setCurrentIndex(0)
        self._show_gallery(self.results.cell(which, *cell), which)

    @property
    def patterns(self) -> Patterns:
        """Which patterns are shown now."""
        which, both = self._shown
        return Patterns(self.kinds.currentText(), self.gallery.indices, which, both)

    def _show_gallery(self, indices: Indices, which: int, *, both: bool = False) -> None:
        assert self.results is not None
        self._shown = which, both
        self.gallery.show_patterns(self.results, indices, which, both=both)
        patterns = "1 pattern" if len(indices) == 1 else f"{len(indices):,} patterns"
        self.count.setText(f"{patterns}; click one to put it on the canvas")

    def _build(self) -> None:
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.addTab(self._patterns(), "Patterns")
        for (title, _), chart in zip(CHARTS, self.charts, strict=True):
            self.tabs.addTab(chart, title)
        left = QVBoxLayout()
        left.addLayout(_row(QLabel("Confusion matrix"), self.whose))
        left.addWidget(self.matrix, 1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addLayout(left, 4)
        layout.addWidget(self.tabs, 5)

    def _patterns(self) -> QWidget:
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 6, 0, 0)
        layout.addLayout(_row(self.kinds, self.count))
        layout.addWidget(self.gallery, 1)
        return page


def _row(*widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(8)
    for widget in widgets:
        row.addWidget(widget)
    row.setStretch(len(widgets) - 1, 1)
    return row
