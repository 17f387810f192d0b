"""Asks what a drawing shows: digits, a text for anything else, or nothing is said."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QLabel,
    QStyledItemDelegate,
    QVBoxLayout,
    QWidget,
)

from lenetpad.ink.files import DIGITS, LONGEST_TEXT, NO_DIGIT, Label, label_from
from lenetpad.ui.draw.probabilities import not_a_digit
from lenetpad.ui.draw.tray_model import words_of
from lenetpad.ui.widgets.words import marked, translate

HINT: Final = marked(
    "Draw",
    "Enter a digit, a number such as 147 or, for anything else, a text such as “not a digit” or "
    "“A”. Training and evaluation skip drawings without a label.",
)
WIDTH: Final = 380


class LabelDialog(QDialog):
    """Begins with a proposal; when it is accepted, ``label`` is the answer."""

    def __init__(
        self, title: str, question: str, button: str, proposal: Label, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(WIDTH)
        self.box = QComboBox()
        self.box.setItemDelegate(QStyledItemDelegate(self.box))  # as a style sheet needs it
        self.box.setEditable(True)
        self.box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.box.addItems([*DIGITS, not_a_digit()])
        self.box.setMaxVisibleItems(self.box.count())
        self.box.setAccessibleName(translate("Draw", "Label"))
        self.box.setEditText("" if proposal is None else words_of(proposal))
        line = self.box.lineEdit()
        assert line is not None
        line.setMaxLength(LONGEST_TEXT)
        line.setPlaceholderText(words_of(None))
        line.selectAll()
        words = QLabel(question)
        words.setTextFormat(Qt.TextFormat.PlainText)
        words.setWordWrap(True)
        words.setBuddy(self.box)
        hint = QLabel(translate("Draw", HINT))
        hint.setWordWrap(True)
        kinds = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(kinds.Ok | kinds.Cancel)
        self.buttons.button(kinds.Ok).setText(button)
        self.buttons.button(kinds.Cancel).setText(translate("Draw", "Cancel"))
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setSpacing(10)
        for part in (words, self.box, hint, self.buttons):
            layout.addWidget(part)
        self.box.setFocus()

    @property
    def label(self) -> Label:
        """The label as it is entered now."""
        label = label_from(self.box.currentText())
        return NO_DIGIT if label == not_a_digit() else label
