"""Asks what a hand is to be called."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QLineEdit, QVBoxLayout, QWidget

from lenetpad.storage.hands import LONGEST_NAME
from lenetpad.ui.widgets.words import translate

WIDTH: Final = 340


class NameDialog(QDialog):
    """Begins with a proposal; when it is accepted, ``name`` is the answer."""

    def __init__(self, title: str, button: str, proposal: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(WIDTH)
        words = QLabel(translate("Draw", "Name of the hand: a person, a class, a family"))
        words.setWordWrap(True)
        self.line = QLineEdit(proposal)
        self.line.setMaxLength(LONGEST_NAME)
        self.line.setAccessibleName(words.text())
        self.line.selectAll()
        self.line.textChanged.connect(self._follow)
        words.setBuddy(self.line)
        kinds = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(kinds.Ok | kinds.Cancel)
        self.buttons.button(kinds.Ok).setText(button)
        self.buttons.button(kinds.Cancel).setText(translate("Draw", "Cancel"))
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        for part in (words, self.line, self.buttons):
            layout.addWidget(part)
        self._follow()

    @property
    def name(self) -> str:
        """The name as it is entered now."""
        return " ".join(self.line.text().split())

    @Slot()
    def _follow(self) -> None:
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(bool(self.name))
