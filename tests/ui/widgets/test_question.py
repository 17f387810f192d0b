"""Questions: two verbs, of which Return and Esc mean the safe one."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from lenetpad.ui.widgets.question import confirmed


@pytest.mark.parametrize(
    ("key", "expected"), [(Qt.Key.Key_Return, False), (Qt.Key.Key_Escape, False), (None, True)]
)
def test_only_the_verb_itself_says_yes(qtbot: QtBot, key: Qt.Key | None, expected: bool) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    seen: list[tuple[str, str, list[str]]] = []

    def answer() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        seen.append((box.text(), box.informativeText(), [b.text() for b in box.buttons()]))
        assert box.iconPixmap().isNull()
        if key is None:
            next(button for button in box.buttons() if button.text() == "Replace").click()
        else:
            QTest.keyClick(box, key)

    QTimer.singleShot(0, answer)
    assert confirmed(parent, "Replace it?\nIt exists.", "Replace") is expected
    assert seen[0][:2] == ("Replace it?", "It exists.")
    assert set(seen[0][2]) == {"Replace", "Cancel"}
