"""What was found, to look at: the confusion matrix beside patterns and plots."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QTabWidget, QVBoxLayout, QWidget

from lenetpad.ui.evaluate.confusion import Cell, ConfusionMatrix
from lenetpad.ui.evaluate.gallery import Gallery
from lenetpad.ui.evaluate.numbers import NumbersView
from lenetpad.ui.evaluate.plots import CalibrationChart, DigitChart, RejectChart
from lenetpad.ui.evaluate.results_figure import Patterns
from lenetpad.ui.evaluate.writers import WritersView
from lenetpad.ui.widgets.chart import LETTERS, Chart
from lenetpad.ui.widgets.choices import Choices
from lenetpad.ui.widgets.elided import ElidedLabel
from lenetpad.ui.widgets.theme import Theme
from lenetpad.ui.widgets.words import counted, marked, translate
from lenetpad.values.catalogue import FOLDER
from lenetpad.values.evaluation import NO_DIGIT, EvaluationResults, Indices

#: Each plot with the title and the tip of its tab.
CHARTS: Final[tuple[tuple[str, str, type[Chart]], ...]] = (
    (
        marked("Evaluate", "Digits"),
        marked("Evaluate", "The error of each digit."),
        DigitChart,
    ),
    (
        marked("Evaluate", "Error vs rejection"),
        marked(
            "Evaluate",
            "How the error falls when the least probable answers are rejected instead of given.",
        ),
        RejectChart,
    ),
    (
        marked("Evaluate", "Calibration"),
        marked(
            "Evaluate",
            "Whether answers with a probability of 90 % are right 90 % of the time, and so on for "
            "every probability.",
        ),
        CalibrationChart,
    ),
)
KINDS_WIDTH: Final = 216  # for its longest entry, so that the words beside it stand still
SHRINKS: Final = Choices.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
DIFFER: Final = "differ"
CELL: Final = "cell"


@dataclass(frozen=True, slots=True)
class Kind:
    """Patterns of a network that can be asked for, and what to call them where there is one
    network, and where there are two."""

    title: str
    title_of_one: str
    patterns: Callable[[EvaluationResults, int], Indices]


KINDS: Final = {
    "wrong": Kind(
        marked("Evaluate", "Read wrong"),
        marked("Evaluate", "Read wrong by {network}"),
        EvaluationResults.wrong,
    ),
    "refused": Kind(
        marked("Evaluate", "Rejected"),
        marked("Evaluate", "Rejected by {network}"),
        EvaluationResults.refused,
    ),
    "taken": Kind(
        marked("Evaluate", "Not a digit, accepted"),
        marked("Evaluate", "Not a digit, accepted by {network}"),
        EvaluationResults.taken_for_digits,
    ),
}


class ResultViews(QWidget):
    """The matrix stays in sight; a click on one of its cells shows the cell's patterns."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.results: EvaluationResults | None = None
        self._shown = 0, False  # whose answers stand under the patterns, and whether those of both
        self.matrix = ConfusionMatrix(theme)
        self.whose = Choices(
            translate("Evaluate", "Network"),
            translate("Evaluate", "The network whose confusion matrix is shown."),
        )
        self.kinds = Choices(
            translate("Evaluate", "Patterns"),
            translate(
                "Evaluate",
                "Which images are shown: those read wrong or rejected, or those of a cell of the "
                "confusion matrix.",
            ),
        )
        self.whose.setSizeAdjustPolicy(SHRINKS)
        self.whose.setMinimumContentsLength(8)
        self.whose.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.count = ElidedLabel()
        self.gallery = Gallery(theme)
        self.numbers = NumbersView(theme)
        self.writers = WritersView(theme)
        self.charts = tuple(chart(theme) for _, _, chart in CHARTS)
        self.tabs = QTabWidget()
        self._build()
        self.set_theme(theme)
        self.whose.currentIndexChanged.connect(self._show_matrix)
        self.kinds.currentIndexChanged.connect(self._show_patterns)
        self.matrix.cell_chosen.connect(self._show_cell)

    def set_theme(self, theme: Theme) -> None:
        """Draw everything in another theme."""
        self.kinds.setFixedWidth(theme.px(KINDS_WIDTH))
        self.matrix.set_theme(theme)
        self.gallery.set_theme(theme)
        self.numbers.set_theme(theme)
        self.writers.set_theme(theme)
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
        self._show_numbers(results)
        self._show_writers(results)
        # All tabs have room, but for both of these in a small window.
        self.tabs.setUsesScrollButtons(results.numbers is not None and bool(results.by_writer))
        self._show_matrix()
        self._show_patterns()

    def _show_numbers(self, results: EvaluationResults) -> None:
        """Show the tab of the numbers where there are some, and have it in front at first."""
        place = self.tabs.indexOf(self.numbers)
        self.numbers.show_results(results)
        self.tabs.setTabVisible(place, results.numbers is not None)
        if results.numbers is not None:
            self.tabs.setCurrentIndex(place)

    def _show_writers(self, results: EvaluationResults) -> None:
        """Show the tab of the writers where they are known, and have it in front at first where a
        folder with a file of each was chosen."""
        place = self.tabs.indexOf(self.writers)
        self.writers.show_results(results)
        self.tabs.setTabVisible(place, bool(results.by_writer))
        if results.by_writer and results.request.data.key == FOLDER:
            self.tabs.setCurrentIndex(place)

    def rename(self, names: tuple[str, ...]) -> None:
        """Call the networks by other names."""
        for which, name in enumerate(names):
            self.whose.setItemText(which, f"{LETTERS[which]}: {name}")
        for chart in self.charts:
            chart.rename(names)

    def _list_kinds(self, results: EvaluationResults) -> None:
        """List those kinds of patterns that can be there."""
        if results.compares:
            self.kinds.addItem(translate("Evaluate", "A and B differ"), (DIFFER, 0))
        for key, kind in KINDS.items():
            for which, predictions in enumerate(results.found):
                if key == "refused" and predictions.no_digit is None:
                    continue
                if key == "taken" and not (results.labels == NO_DIGIT).any():
                    continue
                title = kind.title_of_one if results.compares else kind.title
                words = translate("Evaluate", title).format(network=LETTERS[which])
                self.kinds.addItem(words, (key, which))

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
        indices = results.differing() if both else KINDS[kind].patterns(results, which)
        self._show_gallery(indices, which, both=both)

    @Slot(object)
    def _show_cell(self, cell: Cell) -> None:
        """Show the patterns of a cell of the matrix."""
        assert self.results is not None
        which = self.whose.currentIndex()
        if self.results.compares:
            words = translate("Evaluate", "{truth} read as {answer} by {network}")
        else:
            words = translate("Evaluate", "{truth} read as {answer}")
        title = words.format(truth=cell.truth, answer=cell.answer, network=LETTERS[which])
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
        if len(indices) == 0:
            self.count.setText("")  # the gallery says it
            return
        words = counted(
            len(indices),
            translate("Evaluate", "1 pattern: click to open it"),
            translate("Evaluate", "{n} patterns: click to open"),
        )
        self.count.setText(words)

    def _build(self) -> None:
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.addTab(self._patterns(), translate("Evaluate", "Patterns"))
        tip = translate(
            "Evaluate",
            "The images of the chosen kind: click one to open it on the Draw page.",
        )
        self.tabs.setTabToolTip(0, tip)
        for number, (title, tip, _) in enumerate(CHARTS):
            self.tabs.addTab(self.charts[number], translate("Evaluate", title))
            self.tabs.setTabToolTip(number + 1, translate("Evaluate", tip))
        self._add_hidden(
            self.numbers,
            translate("Evaluate", "Numbers"),
            translate(
                "Evaluate",
                "Numbers of several digits: how many are read right, and which are not.",
            ),
        )
        self._add_hidden(
            self.writers,
            translate("Evaluate", "Writers"),
            translate("Evaluate", "How each writer is read: who is misread, and which digits."),
        )
        heading = QLabel(translate("Evaluate", "Confusion matrix"))
        heading.setToolTip(
            translate(
                "Evaluate",
                "How many images of each true digit (row) got each answer (column): mistakes are "
                "the cells off the diagonal.",
            )
        )
        left = QVBoxLayout()
        left.addLayout(_row(heading, self.whose))
        left.addWidget(self.matrix, 1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addLayout(left, 4)
        layout.addWidget(self.tabs, 5)

    def _add_hidden(self, view: QWidget, title: str, tip: str) -> None:
        """A tab that is there only where there is something in it."""
        place = self.tabs.addTab(view, title)
        self.tabs.setTabToolTip(place, tip)
        self.tabs.setTabVisible(place, False)

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
