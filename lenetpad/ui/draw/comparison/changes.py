"""The units that differ most between two readings, as a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from lenetpad.ui.draw.comparison import words
from lenetpad.ui.draw.legend import as_text
from lenetpad.ui.widgets.theme import Theme
from lenetpad.ui.widgets.words import marked, translate
from lenetpad.values.comparison import UnitChange
from lenetpad.values.explanation import Unit
from lenetpad.values.models import ModelReady

ROW: Final = 22.0  # pixels at the usual size
COLUMN: Final = 76.0
UNIT: Final = marked("Draw", "Differs most")
DIFFERENCE: Final = marked("Draw", "Difference")


class ChangesTable(QTableWidget):
    """``unit_chosen`` carries the unit of a row that is clicked, or chosen with Return."""

    unit_chosen = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__(0, 4)
        self._units: tuple[Unit, ...] = ()
        self.setAccessibleName(translate("Draw", "Units that differ most"))
        self.setToolTip(
            translate(
                "Draw",
                "The units that differ most, in parts of their layer's range, and of each map "
                "only one. Choose one to explain it.",
            )
        )
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        # Not as wide as its content: that would be measured with every movement of the pen.
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setHighlightSections(False)
        self.set_theme(theme)
        self.cellClicked.connect(self._choose)
        self.cellActivated.connect(self._choose)

    def set_theme(self, theme: Theme) -> None:
        """Rows of another theme's size."""
        for column in range(1, self.columnCount()):
            self.setColumnWidth(column, theme.px(COLUMN))
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setMinimumSectionSize(theme.px(ROW))
        self.verticalHeader().setDefaultSectionSize(theme.px(ROW))

    def name_sides(self, first: str, second: str) -> None:
        """Call the two readings so, in words that are marked for translators."""
        titles = UNIT, first, second, DIFFERENCE
        self.setHorizontalHeaderLabels([translate("Draw", title) for title in titles])

    def show_changes(self, changes: Sequence[UnitChange], model: ModelReady | None) -> None:
        """List other units."""
        self._units = tuple(change.unit for change in changes)
        if self.rowCount() != len(changes):
            self.setRowCount(len(changes))
        self.model().blockSignals(True)  # what is seen is painted once, not cell by cell
        for row, change in enumerate(changes):
            assert model is not None
            numbers = (change.first, change.second, change.difference)
            texts = (words.name_of(change.unit, model), *map(as_text, numbers))
            for column, text in enumerate(texts):
                self._write(row, column, text)
        self.model().blockSignals(False)
        self.viewport().update()

    def _write(self, row: int, column: int, text: str) -> None:
        item = self.item(row, column)
        if item is None:
            item = QTableWidgetItem()
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            if column:
                item.setTextAlignment(right)
            self.setItem(row, column, item)
        if item.text() != text:
            item.setText(text)

    @Slot(int, int)
    def _choose(self, row: int) -> None:
        if 0 <= row < len(self._units):
            self.unit_chosen.emit(self._units[row])
