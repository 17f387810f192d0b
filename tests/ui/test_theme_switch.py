"""The theme is switched while something is being painted."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from lenetpad.ui.window import Window


class Paintings(QObject):
    """Counts the paintings of a widget."""

    count = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.Paint
        return False


def test_what_asks_to_be_painted_in_the_midst_of_it_is_painted(
    qtbot: QtBot, window: Window
) -> None:
    """Qt drops the request, and would take none from then on."""
    paintings = Paintings()
    qtbot.waitExposed(window)
    QApplication.processEvents()
    window.header.installEventFilter(paintings)
    window.header.update()
    window.switch_theme()
    qtbot.waitUntil(lambda: not window.restyling)
    QApplication.processEvents()
    before = paintings.count
    window.header.update()
    qtbot.waitUntil(lambda: paintings.count > before)
