"""All hands: which there are, and what can be done with them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from lenetpad.storage.hands import Hand
from lenetpad.ui.draw.hand.changes_dialog import PRIVATE
from lenetpad.ui.widgets.theme import Theme
from lenetpad.ui.widgets.tips import tip_of
from lenetpad.ui.widgets.words import counted, marked, translate

SIZE: Final = QSize(620, 420)  # pixels at the usual size
MARGIN: Final = 24
NONE: Final = marked(
    "Draw",
    "No hand is taught yet. Where the verdict is wrong, press “It is a …” beside it, or write "
    "each digit once: the network learns how you write.",
)
#: What is done with the chosen hand: its name, its button's text, and whether it needs drawings.
DEEDS: Final = (
    ("use", marked("Draw", "Read by it"), True),
    ("write", marked("Draw", "Write each digit once"), False),
    ("drawings", marked("Draw", "Show drawings"), True),
    ("changes", marked("Draw", "What changed…"), True),
    ("rename", marked("Draw", "Rename…"), False),
    ("import", marked("Draw", "Import ink…"), False),
    ("export_ink", marked("Draw", "Export ink…"), True),
    ("export_weights", marked("Draw", "Export weights…"), True),
    ("delete", marked("Draw", "Delete…"), False),
)


class HandsDialog(QDialog):
    """``wanted`` carries what is to be done, one of ``DEEDS`` or "new", and the folder of the
    chosen hand, None for a new one."""

    wanted = Signal(str, object)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(translate("Draw", "Hands"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._hands: tuple[Hand, ...] = ()
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.list = QListWidget()
        self.list.setObjectName("hands")
        self.list.setAccessibleName(translate("Draw", "Hands"))
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)  # what follows a name is seen
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.currentRowChanged.connect(self._follow)
        self.new = QPushButton(translate("Draw", "New…"))
        self.new.setAutoDefault(False)
        self.new.clicked.connect(lambda: self.wanted.emit("new", None))
        self.buttons: dict[str, QPushButton] = {}
        column = QVBoxLayout()
        column.addWidget(self.new)
        for name, text, _ in DEEDS:
            self.buttons[name] = self._button(name, translate("Draw", text))
            column.addWidget(self.buttons[name])
        column.addStretch(1)
        close = QPushButton(translate("Draw", "Close"))
        close.setDefault(True)
        close.clicked.connect(self.accept)
        column.addWidget(close)
        private = QLabel(translate("Draw", PRIVATE))
        private.setWordWrap(True)
        left = QVBoxLayout()
        left.addWidget(self.words)
        left.addWidget(self.list, 1)
        left.addWidget(private)
        layout = QHBoxLayout(self)
        layout.addLayout(left, 1)
        layout.addLayout(column)
        room = parent.window().size() - QSize(2 * MARGIN, 2 * MARGIN)
        self.resize((SIZE * theme.scale).boundedTo(room))
        self._follow()

    def _button(self, name: str, text: str) -> QPushButton:
        button = QPushButton(text)
        button.setAutoDefault(False)
        button.clicked.connect(lambda: self._want(name))
        return button

    def show_hands(self, hands: Sequence[Hand], on: Path | None, chosen: Path | None) -> None:
        """List hands, and which one is on; the chosen one stays chosen where it is still there,
        or else ``chosen`` is."""
        before = self.chosen
        wanted = before.folder if before is not None else chosen
        self._hands = tuple(hands)
        self.list.clear()
        for hand in hands:
            item = QListWidgetItem(_line(hand, on=hand.folder == on))
            item.setToolTip(tip_of(hand.name))
            self.list.addItem(item)
        rows = [row for row, hand in enumerate(hands) if hand.folder == wanted]
        self.list.setCurrentRow(rows[0] if rows else 0)
        self.words.setText("" if hands else translate("Draw", NONE))
        self.words.setVisible(not hands)
        self._follow()

    @property
    def chosen(self) -> Hand | None:
        """The hand that is chosen."""
        row = self.list.currentRow()
        return self._hands[row] if 0 <= row < len(self._hands) else None

    @Slot()
    def _follow(self) -> None:
        chosen = self.chosen
        for name, _, filled in DEEDS:
            there = chosen is not None and (chosen.drawings > 0 or not filled)
            self.buttons[name].setEnabled(there)

    def _want(self, name: str) -> None:
        if (chosen := self.chosen) is not None:
            self.wanted.emit(name, chosen.folder)


def _line(hand: Hand, *, on: bool) -> str:
    """A hand in one line: its name, its drawings, and whether it is on."""
    parts = [
        hand.name,
        counted(hand.drawings, translate("Draw", "1 drawing"), translate("Draw", "{n} drawings")),
    ]
    if on:
        parts.append(translate("Draw", "on"))
    return " · ".join(parts)
