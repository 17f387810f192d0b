"""The theme is switched while something is being painted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QEvent, QObject, QSettings
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from lenetpad.app import Program
from lenetpad.ink.strokes import Ink, Sheet
from lenetpad.ui.theme_switch import ThemeSwitch
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


def test_a_theme_that_changes_just_after_the_network_lets_the_window_be_painted(
    qtbot: QtBot, make_program: Callable[..., Program], fake_reader: type[Any]
) -> None:
    """Qt forgets a painting that it was asked for when updates are turned off before it comes,
    and with it all that are asked for later."""
    program = make_program(lambda choice: fake_reader())
    page, networks = program.draw.page, program.draw.networks
    with qtbot.waitSignal(page.reading_painted):
        pass
    for _ in range(3):
        with qtbot.waitSignal(networks.model_ready):
            program.window.model_chosen.emit("lenet5-study")
        program.window.switch_theme()
        with qtbot.waitSignal(page.reading_painted):
            program.draw.submit(Sheet(Ink.of([[[0, 0], [10, 10]]])))
        qtbot.waitUntil(lambda: not program.window.restyling)


def test_a_kept_zoom_is_that_of_the_header_and_the_menus_from_the_start(
    make_program: Callable[..., Program], settings: QSettings
) -> None:
    """Qt tells no widget of another font before the event loop runs."""
    settings.setValue("zoom", 1.75)
    window = make_program().window
    size = QApplication.font().pointSizeF()
    assert size > 1.5 * QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).pointSizeF()
    for widget in (window, window.header.models, window.header.page_tabs, window.menuBar()):
        assert widget.font().pointSizeF() == size


def test_a_window_that_goes_in_the_midst_of_it_ends_it(
    qtbot: QtBot, make_program: Callable[..., Program], fake_reader: type[Any]
) -> None:
    window = QWidget()
    pages = make_program(lambda choice: fake_reader()).window
    steps = ThemeSwitch(window, pages.preferences, pages)._follow_theme()
    next(steps)
    delete(window)
    steps.close()  # as Python does when it is forgotten
