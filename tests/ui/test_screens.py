"""Screens that are gone, come, go, and change their scale: the window is seen and drawn whole."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, QRect, QSettings
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from lenetpad.app import Program
from lenetpad.controllers.registry import PAGES
from lenetpad.ui.window import EDGE, Window

FAR = [(50_000, 50_000), (-50_000, 100), (200, -50_000), (-1200, 100)]


def room() -> QRect:
    screen = QGuiApplication.primaryScreen()
    assert screen is not None
    return screen.availableGeometry()


def reachable(window: QWidget) -> bool:
    """Whether a hand can take the window's upper edge."""
    frame = window.frameGeometry()
    edge = QRect(frame.left(), frame.top(), frame.width(), 1)
    return room().intersected(edge).width() >= EDGE


@pytest.mark.parametrize("place", FAR)
def test_a_place_on_a_screen_that_is_gone_is_not_taken(
    qtbot: QtBot, settings: QSettings, window: Window, place: tuple[int, int]
) -> None:
    window.move(*place)
    settings.setValue("geometry", window.saveGeometry())
    again = Window(settings, [row.spec for row in PAGES])
    qtbot.addWidget(again)
    again.show()
    assert reachable(again)
    again.close()


def test_a_place_that_is_seen_is_kept(qtbot: QtBot, settings: QSettings, window: Window) -> None:
    window.resize(window.minimumSize())
    window.move(-20, 15)
    settings.setValue("geometry", window.saveGeometry())
    again = Window(settings, [row.spec for row in PAGES])
    qtbot.addWidget(again)
    again.move(window.pos())
    again._stay_on_screen()
    assert again.pos() == QPoint(-20, 15)
    again.close()


@pytest.mark.parametrize("place", FAR)
def test_a_window_whose_screen_is_unplugged_comes_back(
    qtbot: QtBot, window: Window, place: tuple[int, int]
) -> None:
    application = QApplication.instance()
    assert isinstance(application, QGuiApplication)
    window.move(*place)
    application.screenRemoved.emit(QGuiApplication.primaryScreen())
    qtbot.waitUntil(lambda: reachable(window))


def test_without_any_screen_nothing_happens(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QGuiApplication, "primaryScreen", lambda: None)
    window.move(50_000, 50_000)
    window._stay_on_screen()
    assert window.pos() == QPoint(50_000, 50_000)


def test_damaged_geometry_is_passed_over(qtbot: QtBot, settings: QSettings) -> None:
    from PySide6.QtCore import QByteArray

    settings.setValue("geometry", QByteArray(b"\x01\xd9\xd0\xcb" + b"\xff" * 60))
    window = Window(settings, [row.spec for row in PAGES])
    qtbot.addWidget(window)
    window.show()
    assert reachable(window)
    window.close()


def test_another_scale_reaches_every_part(
    qtbot: QtBot, make_program: Callable[..., Program], fake_reader: type[Any], tmp_path: Path
) -> None:
    program = make_program(lambda choice: fake_reader(), folder=tmp_path)
    for name in ("train", "evaluate", "draw"):
        program.window.open_page(name)
        qtbot.waitUntil(lambda name=name: name in program.window.page_widgets, timeout=60_000)
    for kind in (QEvent.Type.DevicePixelRatioChange, QEvent.Type.ScreenChangeInternal):
        for widget in (program.window, *program.window.findChildren(QWidget)):
            if kind is QEvent.Type.DevicePixelRatioChange:
                QApplication.sendEvent(widget, QEvent(kind))
        assert not program.window.grab().isNull()


def test_what_is_drawn_once_is_drawn_anew_for_another_scale(
    qtbot: QtBot, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    panels = program.draw.page.panels

    def scales() -> set[float]:
        drawn = [panel._background for panel in panels]
        return {0.0 if one is None else one.devicePixelRatio() for one in drawn}

    qtbot.waitUntil(lambda: scales() == {1.0})
    for scale in (1.5, 2.0, 1.0):
        for panel in panels:
            monkeypatch.setattr(panel, "devicePixelRatioF", lambda scale=scale: scale)
            panel.update()
        qtbot.waitUntil(lambda scale=scale: scales() == {scale})
