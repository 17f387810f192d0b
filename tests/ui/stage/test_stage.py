"""The stage: what fills the screen, how large its texts are, and the keys that change it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QFont
from pytestqt.qtbot import QtBot

from lenetpad.app import Program
from lenetpad.ui.draw.maps_layout import CODES
from lenetpad.ui.draw.page import DrawPage
from lenetpad.ui.draw.panel import ReadingPanel
from lenetpad.ui.window import Window
from lenetpad.values.models import ModelReady
from lenetpad.values.reading import Reading

SIZES = [(1024, 768), (1280, 720), (1920, 1080), (3840, 2160)]


@pytest.fixture
def shown(
    qtbot: QtBot,
    program: Program,
    model: Callable[..., ModelReady],
    reading: Callable[..., Reading],
) -> Iterator[DrawPage]:
    """The Draw page of a window with a network and a reading."""
    program.draw.recognition.model_ready.emit(model())
    program.draw.page.show_reading(reading())
    program.window.activateWindow()
    yield program.draw.page
    program.window.stage.show(on=False)


def press(qtbot: QtBot, window: Window, key: Qt.Key, alt: bool = False) -> None:
    modifier = Qt.KeyboardModifier.AltModifier if alt else Qt.KeyboardModifier.NoModifier
    qtbot.keyClick(window, key, modifier)


def as_large_as(qtbot: QtBot, window: Window, size: tuple[int, int]) -> None:
    """Have the stage as large as on a screen of this size: the one of tests has another."""
    window.setWindowState(Qt.WindowState.WindowNoState)
    window.resize(*size)
    window._themes.fit()
    qtbot.waitUntil(lambda: not window.restyling and window.size() == QSize(*size))


def test_f5_leaves_canvas_maps_and_verdict_alone_and_escape_brings_all_back(
    qtbot: QtBot, program: Program, shown: DrawPage
) -> None:
    window = program.window
    qtbot.waitUntil(lambda: not window.restyling)
    before = [part.geometry() for part in (shown.canvas, shown.maps, shown.verdict)]
    state, scale = window.windowState(), window.theme.scale
    press(qtbot, window, Qt.Key.Key_F5)
    assert window.isFullScreen()
    as_large_as(qtbot, window, (1280, 720))
    parts = (shown.canvas, shown.maps, shown.verdict)
    assert all(part.isVisible() for part in parts)
    assert not window.header.isVisible()
    assert not window.menuBar().isVisible()
    assert not shown.probabilities.isVisible()
    covered = sum(part.width() * part.height() for part in parts)
    assert covered > 0.9 * window.width() * window.height()
    press(qtbot, window, Qt.Key.Key_Escape)
    assert window.windowState() == state
    window.resize(1280, 800)
    qtbot.waitUntil(lambda: window.theme.scale == scale and not window.restyling)
    qtbot.waitUntil(
        lambda: [part.geometry() for part in (shown.canvas, shown.maps, shown.verdict)] == before
    )
    assert window.header.isVisible()
    assert window.menuBar().isVisible()
    assert shown.probabilities.isVisible()


def test_what_is_to_be_guessed_stays_hidden_on_the_stage(
    qtbot: QtBot, program: Program, shown: DrawPage
) -> None:
    window, hide = program.window, program.window.actions_by_name["hide_verdict"]
    hide.trigger()
    press(qtbot, window, Qt.Key.Key_F5)
    press(qtbot, window, Qt.Key.Key_M, alt=True)
    press(qtbot, window, Qt.Key.Key_Escape)
    assert shown.canvas.isVisible()
    assert not shown.verdict.isVisible()
    hide.trigger()
    assert shown.verdict.isVisible()
    assert not shown.probabilities.isVisible()
    hide.trigger()
    press(qtbot, window, Qt.Key.Key_F5)
    assert not (shown.verdict.isVisible())
    assert not (shown.probabilities.isVisible())
    hide.trigger()
    assert shown.verdict.isVisible()
    assert shown.probabilities.isVisible()


def test_f5_leaves_the_stage_too_and_full_screen_stays_as_it_was(
    qtbot: QtBot, program: Program, shown: DrawPage
) -> None:
    window = program.window
    press(qtbot, window, Qt.Key.Key_F11)
    press(qtbot, window, Qt.Key.Key_F5)
    assert window.actions_by_name["stage"].isChecked()
    press(qtbot, window, Qt.Key.Key_F5)
    assert not window.stage.active
    assert window.isFullScreen()
    press(qtbot, window, Qt.Key.Key_Escape)
    assert not window.isFullScreen()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("wide", [False, True])
def test_the_smallest_text_is_2_2_percent_of_the_height(
    qtbot: QtBot,
    program: Program,
    shown: DrawPage,
    monkeypatch: pytest.MonkeyPatch,
    size: tuple[int, int],
    wide: bool,
) -> None:
    window = program.window
    sizes: list[int] = []
    sized = ReadingPanel.sized_font

    def noted(panel: ReadingPanel, pixels: float, *, bold: bool = False) -> QFont:
        font = sized(panel, pixels, bold=bold)
        if panel.isVisible():
            sizes.append(font.pixelSize())
        return font

    shown.set_wide(wide=wide)
    window.stage.show(on=True)
    as_large_as(qtbot, window, size)
    monkeypatch.setattr(ReadingPanel, "sized_font", noted)
    for panel in shown.panels:
        panel.redraw()
        panel.grab()
    assert min(sizes) >= int(0.022 * size[1])
    for one in (shown.canvas, shown.maps, shown.verdict):
        assert shown.rect().contains(one.geometry())
        assert min(one.width(), one.height()) >= 0.14 * size[1]
    assert not shown.canvas.geometry().intersects(shown.maps.geometry())
    assert not shown.verdict.geometry().intersects(shown.maps.geometry())


@pytest.mark.parametrize(
    ("key", "layer"), [("0", "input"), ("1", "C1"), ("4", "S4"), ("6", "F6"), ("7", CODES)]
)
def test_a_key_enlarges_each_layer_then_fills_the_stage_then_goes_back(
    qtbot: QtBot, program: Program, shown: DrawPage, key: str, layer: str
) -> None:
    window, number = program.window, Qt.Key(ord(key))
    press(qtbot, window, number, alt=True)
    assert shown.maps.alone == layer
    press(qtbot, window, number, alt=True)  # without a stage there is no more
    assert shown.maps.alone == ""
    press(qtbot, window, Qt.Key.Key_F5)
    press(qtbot, window, number, alt=True)
    assert (shown.maps.alone, shown.canvas.isVisible()) == (layer, True)
    press(qtbot, window, number, alt=True)
    assert (shown.maps.alone, shown.canvas.isVisible()) == (layer, False)
    assert shown.maps.width() > 0.95 * window.width()
    press(qtbot, window, number, alt=True)
    assert (shown.maps.alone, shown.canvas.isVisible()) == ("", True)


def test_escape_goes_back_step_by_step(qtbot: QtBot, program: Program, shown: DrawPage) -> None:
    window = program.window
    press(qtbot, window, Qt.Key.Key_F5)
    for _ in range(2):
        press(qtbot, window, Qt.Key.Key_3, alt=True)
    found: list[Any] = []
    for _ in range(3):
        press(qtbot, window, Qt.Key.Key_Escape)
        found.append((shown.maps_alone, shown.maps.alone, window.stage.active))
    assert found == [(False, "C3", True), (False, "", True), (False, "", False)]


def test_the_header_is_a_key_away_and_comes_to_the_pointer(
    qtbot: QtBot, program: Program, shown: DrawPage
) -> None:
    window = program.window
    action = window.actions_by_name["stage_header"]
    assert not action.isEnabled()
    press(qtbot, window, Qt.Key.Key_F5)
    as_large_as(qtbot, window, (1280, 720))
    place = shown.canvas.mapTo(window, QPoint())
    press(qtbot, window, Qt.Key.Key_F6)
    assert window.header.isVisible()
    assert shown.canvas.mapTo(window, QPoint()) == place  # it lies over the page
    press(qtbot, window, Qt.Key.Key_F6)
    assert not window.header.isVisible()
    central = window.centralWidget()
    window.stage.pointer.moved.emit(central.mapToGlobal(QPoint(300, 0)))
    assert window.header.isVisible()
    assert action.isChecked()
    window.stage.pointer.moved.emit(central.mapToGlobal(QPoint(300, window.header.height())))
    assert window.header.isVisible()
    window.stage.pointer.moved.emit(central.mapToGlobal(QPoint(300, central.height() // 2)))
    assert not window.header.isVisible()


def test_the_inspector_has_a_place_on_the_stage_and_the_tray_comes_back_after_it(
    qtbot: QtBot, program: Program, shown: DrawPage
) -> None:
    shown.show_tray(shown=True)
    program.window.stage.show(on=True)
    assert not shown.tray_shown
    shown.show_inspector(shown=True)
    assert shown.inspector.isVisible()
    assert not shown.inspector.geometry().intersects(shown.maps.geometry())
    program.window.stage.show(on=False)
    assert shown.tray_shown
    assert shown.inspector_shown


def test_the_stage_opens_the_draw_page(qtbot: QtBot, program: Program, shown: DrawPage) -> None:
    program.window.open_page("train")
    program.window.actions_by_name["stage"].trigger()
    assert program.window.open_page_name == "draw"


def test_a_window_that_is_closed_on_the_stage_opens_as_it_was_before(
    qtbot: QtBot, program: Program, shown: DrawPage, make_program: Callable[..., Program]
) -> None:
    program.window.stage.show(on=True)
    program.window.close()
    again = make_program()
    assert not again.window.isFullScreen()
    assert again.window.header.isVisible()


def test_a_message_is_seen_while_the_maps_are_alone(
    qtbot: QtBot, program: Program, shown: DrawPage
) -> None:
    window = program.window
    window.stage.show(on=True)
    as_large_as(qtbot, window, (1280, 720))
    window.actions_by_name["maps_alone"].trigger()
    shown.banner.warn("something that went wrong")
    assert shown.banner.isVisible()
    assert shown.rect().contains(shown.banner.geometry())
    assert shown.banner.width() > 300
