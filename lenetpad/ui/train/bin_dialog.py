"""The bin: the runs that were deleted, to be restored or to go for ever."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QMessageBox,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from lenetpad.storage.runs import Run
from lenetpad.ui.train.runs_table import state_words

EMPTY: Final = "The bin is empty."
SIZE: Final = (520, 360)


class BinDialog(QDialog):
    """``restore_wanted`` carries the folders of runs in the bin that are to come back, and
    ``empty_wanted`` comes when all that is in it is to go, after the user was asked."""

    restore_wanted = Signal(object)
    empty_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Bin")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(*SIZE)
        self.list = QListWidget()
        self.list.setAccessibleName("Deleted runs")
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.words = QLabel(EMPTY)
        self.words.setWordWrap(True)
        self.restore = QPushButton("Restore")
        self.empty = QPushButton("Empty the bin …")
        close = QPushButton("Close")
        close.setDefault(True)
        row = QHBoxLayout()
        row.addWidget(self.restore)
        row.addWidget(self.empty)
        row.addStretch(1)
        row.addWidget(close)
        layout = QVBoxLayout(self)
        layout.addWidget(self.words)
        layout.addWidget(self.list, 1)
        layout.addLayout(row)
        self._count = 0
        self.list.itemSelectionChanged.connect(self._follow)
        self.restore.clicked.connect(self._restore)
        self.empty.clicked.connect(self._ask_to_empty)
        close.clicked.connect(self.accept)
        self._follow()

    def show_contents(self, runs: Sequence[Run], count: int) -> None:
        """List deleted runs; ``count`` are in the bin, those that cannot be read included."""
        self._count = count
        self.list.clear()
        for run in runs:
            item = QListWidgetItem(f"{run.name} · {state_words(run)}")
            item.setData(Qt.ItemDataRole.UserRole, run.folder)
            self.list.addItem(item)
        lost = count - len(runs)
        damaged = f", and {lost:,} that cannot be read" if lost else ""
        words = "1 deleted run" if len(runs) == 1 else f"{len(runs):,} deleted runs"
        self.words.setText(f"{words}{damaged}." if count else EMPTY)
        self._follow()

    @Slot()
    def _follow(self) -> None:
        self.restore.setEnabled(bool(self.list.selectedItems()))
        self.empty.setEnabled(self._count > 0)

    @Slot()
    def _restore(self) -> None:
        chosen = self.list.selectedItems()
        self.restore_wanted.emit(tuple(one.data(Qt.ItemDataRole.UserRole) for one in chosen))

    @Slot()
    def _ask_to_empty(self) -> None:
        what = "the deleted run" if self._count == 1 else f"all {self._count:,} deleted runs"
        box = QMessageBox(self)
        box.setIcon(QMessageBox.Icon.Warning)
        box.setWindowTitle("Empty the bin?")
        box.setText(f"Delete {what} for ever? This cannot be undone.")
        delete = box.addButton("Delete for ever", QMessageBox.ButtonRole.DestructiveRole)
        box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
        box.exec()
        if box.clickedButton() is delete:
            self.empty_wanted.emit()
