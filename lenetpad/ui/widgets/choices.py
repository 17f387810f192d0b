"""A combo box for a tool row: the wheel passes over it, and the keyboard stays with the canvas."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QStyle, QStyledItemDelegate, QStyleOptionComboBox, QWidget

from lenetpad.storage.decoding import escaped
from lenetpad.ui.widgets.tips import tip_of
from lenetpad.ui.widgets.words import marked, translate

OPEN_FILE: Final = marked("Window", "Open file…")
OPEN_FOLDER: Final = marked("Window", "Open folder…")


def is_text(value: object) -> bool:
    """False for a file's name that cannot be decoded: of a str, Qt leaves out what is no text."""
    return not isinstance(value, str) or value == value.encode(errors="ignore").decode()


class Choices(QComboBox):
    """Changes only when it is opened: scrolling over it by accident would switch the network."""

    def __init__(self, name: str, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setToolTip(tip)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setItemDelegate(QStyledItemDelegate(self))  # the only one that a style sheet reaches
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)

    def addItem(self, title: str, data: object = None) -> None:  # type: ignore[override]
        """Add an entry; a path as its data comes back as it was, also one that is no text."""
        super().addItem(title, data if is_text(data) else (data,))

    def itemData(self, index: int, role: int = Qt.ItemDataRole.UserRole) -> Any:
        """An entry's data."""
        data = super().itemData(index, role)
        return data[0] if isinstance(data, tuple) and not is_text(data[0]) else data

    def currentData(self, role: int = Qt.ItemDataRole.UserRole) -> Any:
        """The data of the entry that is chosen."""
        return self.itemData(self.currentIndex(), role)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def initStyleOption(self, option: QStyleOptionComboBox) -> None:
        """Cut the shown text in its middle where there is no room: style sheets clip it."""
        super().initStyleOption(option)
        option.currentText = option.fontMetrics.elidedText(
            option.currentText, Qt.TextElideMode.ElideMiddle, self._room(option)
        )

    def sizeHint(self) -> QSize:
        """Wide enough for all of the shown text: of large texts, Qt's own hint is some pixels too
        narrow where a style sheet says how wide the arrow is."""
        hint = super().sizeHint()
        if self.sizeAdjustPolicy() == QComboBox.SizeAdjustPolicy.AdjustToContents:
            option = QStyleOptionComboBox()
            super().initStyleOption(option)
            option.rect = QRect(option.rect.topLeft(), hint)
            wanted = option.fontMetrics.horizontalAdvance(option.currentText)
            hint.setWidth(hint.width() + max(0, wanted - self._room(option)))
        return hint

    def _room(self, option: QStyleOptionComboBox) -> int:
        """How wide the shown text may be, in pixels."""
        part = QStyle.SubControl.SC_ComboBoxEditField
        control = QStyle.ComplexControl.CC_ComboBox
        return self.style().subControlRect(control, option, part, self).width()

    def select(self, value: object) -> bool:
        """Show the entry with this data as chosen; False where there is none."""
        index = self.place_of(value)
        if index >= 0:
            self.setCurrentIndex(index)
        return index >= 0

    def place_of(self, value: object) -> int:
        """Where the first entry with this data is; -1 for nowhere."""
        return next((n for n in range(self.count()) if self.itemData(n) == value), -1)

    def offer(self, entries: Sequence[tuple[str, str]]) -> None:
        """List entries, each its data and a title. The chosen one stays so where it is still
        there; where nothing but titles change, an open list stays open."""
        if [self.itemData(place) for place in range(self.count())] == [d for d, _ in entries]:
            for place, (_, title) in enumerate(entries):
                if self.itemText(place) != title:
                    self.setItemText(place, title)
            return
        chosen = self.currentData()
        self.clear()
        for data, title in entries:
            self.addItem(title, data)
        self.select(chosen)


class FileChoices(Choices):
    """A list whose last entries open a file or, with ``folders``, a folder: ``file_wanted`` and
    ``folder_wanted`` are emitted when one of them is chosen."""

    file_wanted = Signal()
    folder_wanted = Signal()

    def __init__(
        self, name: str, tip: str, parent: QWidget | None = None, *, folders: bool = False
    ) -> None:
        super().__init__(name, tip, parent)
        self._openers = (OPEN_FILE, OPEN_FOLDER) if folders else (OPEN_FILE,)
        self._files: list[Path] = []
        self._chosen = 0
        self.activated.connect(self._note_choice)
        self.show_entries(())

    def show_entries(self, entries: Iterable[tuple[str, str]]) -> None:
        """List entries, each a title and its data, and the files that were opened; the one that
        was chosen stays so where it is still there, or another file of its folder and title: a
        run's weights."""
        before, title_before = self.currentData(), self.currentText()
        self.clear()
        for title, data in entries:
            self.addItem(title, data)
        for path in self._files:
            if self.place_of(str(path)) < 0:
                self._add(path)
        self._add_openers()
        place = self.place_of(before) if before is not None else 0
        if place < 0 and (same := self.findText(title_before)) >= 0:
            beside = Path(self.itemData(same) or "").parent == Path(before).parent
            place = same if beside and Path(before).is_absolute() else place
        self._chosen = max(place, 0)
        self.setCurrentIndex(self._chosen)

    def add_file(self, path: Path) -> None:
        """Add a file to the list and choose it."""
        if self.place_of(str(path)) < 0:
            self._files.append(path)
            for _ in self._openers:
                self.removeItem(self.count() - 1)
            self._add(path)
            self._add_openers()
        self.select(str(path))

    def select(self, value: object) -> bool:
        """Show the entry with this data as chosen; False where there is none."""
        found = super().select(value)
        if found:
            self._chosen = self.currentIndex()
        return found

    @property
    def file(self) -> Path | None:
        """The file that is chosen, None where the choice is no file that was opened here."""
        return next((p for p in self._files if str(p) == self.currentData()), None)

    def _add_openers(self) -> None:
        for title in self._openers:
            self.addItem(translate("Window", title), None)

    def _add(self, path: Path) -> None:
        self.addItem(escaped(path.name), str(path))
        self.setItemData(self.count() - 1, tip_of(escaped(str(path))), Qt.ItemDataRole.ToolTipRole)

    @Slot(int)
    def _note_choice(self, index: int) -> None:
        if self.itemData(index) is not None:
            self._chosen = index
            return
        opener = self._openers[index - self.count()]  # they are the last entries
        wanted = self.folder_wanted if opener == OPEN_FOLDER else self.file_wanted
        self.setCurrentIndex(self._chosen)  # until a file is chosen
        wanted.emit()
