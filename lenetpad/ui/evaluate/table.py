"""A table of rows that is only read: any number of them, sorted by a click on a column's title."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from lenetpad.ui.widgets.theme import Theme
from lenetpad.ui.widgets.tips import tip_of

ROW: Final = 24.0  # pixels at the usual size
GAP: Final = 20.0  # beside a column's widest text
WIDEST_NAME: Final = 168.0
NARROWEST_NAME: Final = 72.0
RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
LEFT: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
Index = QModelIndex | QPersistentModelIndex
#: What an index has as its parent in a table: nothing.
NOWHERE: Final = QModelIndex()

R = TypeVar("R")


@dataclass(frozen=True)  # without slots, which do not go with Column[R](…)
class Column(Generic[R]):
    """A column's title, what it says of a row, what it is sorted by, what its title means, and
    whether it holds numbers; texts are cut where there is no room."""

    title: str
    text: Callable[[R], str]
    key: Callable[[R], Any]
    tip: str = ""
    numbers: bool = True


class RowsModel(QAbstractTableModel, Generic[R]):
    """Rows of any kind, and columns that say something of each."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[R] = []
        self._given: list[R] = []  # in the order in which they came
        self.columns: tuple[Column[R], ...] = ()

    def show_rows(self, columns: Sequence[Column[R]], rows: Sequence[R]) -> None:
        """Have other rows and columns."""
        self.beginResetModel()
        self.columns, self.rows, self._given = tuple(columns), list(rows), list(rows)
        self.endResetModel()

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        column = self.columns[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.text(self.rows[index.row()])
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip_of(column.text(self.rows[index.row()]))
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if column.numbers else LEFT
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal or section >= len(self.columns):
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.tip
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if column.numbers else LEFT
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column, rows that are alike there in the order in which they were given; by no
        column (-1), in that order. What is selected stays so."""
        self.layoutAboutToBeChanged.emit()
        kept = self.persistentIndexList()
        selected = [self.rows[index.row()] for index in kept]
        self.rows = list(self._given)
        if 0 <= column < len(self.columns):
            backwards = order is Qt.SortOrder.DescendingOrder
            self.rows.sort(key=self.columns[column].key, reverse=backwards)
        places = {id(row): place for place, row in enumerate(self.rows)}
        moved = [
            self.index(places[id(row)], index.column())
            for row, index in zip(selected, kept, strict=True)
        ]
        self.changePersistentIndexList(kept, moved)
        self.layoutChanged.emit()


class RowsTable(QTableView, Generic[R]):
    """``row_chosen`` carries the row that is selected, by pointer or keys."""

    row_chosen = Signal(object)

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: RowsModel[R] = RowsModel()
        self._theme = theme
        self.setModel(self.rows)
        self.setAccessibleName(name)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setSortingEnabled(True)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSortIndicatorClearable(True)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.selectionModel().currentRowChanged.connect(self._follow)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Rows and columns of another theme's size."""
        self._theme = theme
        self.verticalHeader().setMinimumSectionSize(theme.px(ROW))
        self.verticalHeader().setDefaultSectionSize(theme.px(ROW))
        self._fit_columns()

    def show_rows(self, columns: Sequence[Column[R]], rows: Sequence[R]) -> None:
        """List other rows, in this order until the user asks for another."""
        self.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.rows.show_rows(columns, rows)
        self._fit_columns()

    @property
    def chosen(self) -> R | None:
        """The row that is selected; None without any."""
        row = self.currentIndex().row()
        return self.rows.rows[row] if 0 <= row < len(self.rows.rows) else None

    def _follow(self, now: QModelIndex, _: QModelIndex) -> None:
        if now.isValid():
            self.row_chosen.emit(self.rows.rows[now.row()])

    def _fit_columns(self) -> None:
        """As wide as titles and texts in sight; a last column of texts has the rest."""
        metrics, px = self.horizontalHeader().fontMetrics(), self._theme.px
        for place, column in enumerate(self.rows.columns):
            title = max(metrics.horizontalAdvance(line) for line in column.title.split("\n"))
            wide = max(self.sizeHintForColumn(place), title + px(GAP))
            if not column.numbers:
                wide = min(max(wide, px(NARROWEST_NAME)), px(WIDEST_NAME))
            self.setColumnWidth(place, wide)
        texts = bool(self.rows.columns) and not self.rows.columns[-1].numbers
        self.horizontalHeader().setStretchLastSection(texts)
