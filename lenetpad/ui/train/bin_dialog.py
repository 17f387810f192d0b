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
from lenetpad.ui.train.runs_model import state_words
from lenetpad.ui.widgets.words import counted, translate

SIZE: Final = (520, 360)


class BinDialog(QDialog):
    """``restore_wanted`` carries the folders of runs in the bin that are to come back, and
    ``empty_wanted`` comes when all that is in it is to go, after the user was asked."""

    restore_wanted = Signal(object)
    empty_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(translate("Train", "Bin"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(*SIZE)
        self.list = QListWidget()
        self.list.setAccessibleName(translate("Train", "Deleted runs"))
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.words = QLabel(translate("Train", "The bin is empty."))
        self.words.setWordWrap(True)
        self.restore = QPushButton(translate("Train", "Restore"))
        self.empty = QPushButton(translate("Train", "Empty bin…"))
        close = QPushButton(translate("Train", "Close"))
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
        self.words.setText(_count_words(len(runs), count - len(runs)))
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
        box = QMessageBox(self)
        box.setIcon(QMessageBox.Icon.NoIcon)
        box.setWindowTitle(translate("Train", "Empty the bin?"))
        box.setText(
            counted(
                self._count,
                translate("Train", "Delete 1 run permanently? This cannot be undone."),
                translate("Train", "Delete {n} runs permanently? This cannot be undone."),
            )
        )
        title = translate("Train", "Delete permanently")
        delete = box.addButton(title, QMessageBox.ButtonRole.DestructiveRole)
        box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
        box.exec()
        deletes = box.clickedButton() is delete
        box.deleteLater()
        if deletes:
            self.empty_wanted.emit()


def _count_words(runs: int, damaged: int) -> str:
    """How many runs are in the bin, and how many that cannot be read."""
    deleted = counted(
        runs, translate("Train", "1 deleted run."), translate("Train", "{n} deleted runs.")
    )
    unreadable = counted(
        damaged,
        translate("Train", "1 run cannot be read."),
        translate("Train", "{n} runs cannot be read."),
    )
    said = [deleted] * (runs > 0) + [unreadable] * (damaged > 0)
    return " ".join(said) or translate("Train", "The bin is empty.")
