"""A question that is answered by one of two verbs."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from lenetpad.ui.widgets.words import translate


def confirmed(parent: QWidget, question: str, yes: str, no: str = "") -> bool:
    """Ask, and return whether the button ``yes`` was pressed; ``no``, or else "Cancel", is what
    Return and Esc mean.

    The first line of the question is what is asked; what follows explains it.
    """
    first, _, rest = question.partition("\n")
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.NoIcon)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setWindowTitle("lenetpad")
    box.setText(first)
    box.setInformativeText(rest)
    accepting = box.addButton(yes, QMessageBox.ButtonRole.AcceptRole)
    rejecting = box.addButton(
        no or translate("Window", "Cancel"), QMessageBox.ButtonRole.RejectRole
    )
    box.setDefaultButton(rejecting)
    box.setEscapeButton(rejecting)
    box.exec()
    pressed = box.clickedButton() is accepting
    box.deleteLater()
    return pressed
