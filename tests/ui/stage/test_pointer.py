"""The pointer in front of a hall: what it paints, what it leaves alone, and when it is gone."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QCursor, QImage, QPaintEvent, QRegion
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from lenetpad.app import Program
from lenetpad.ui.draw.page import DrawPage
from lenetpad.ui.stage import pointer, pointer_watch
from lenetpad.ui.stage.pointer import PointerOverlay, Tool
from lenetpad.ui.stage.pointer_watch import PointerWatch
from lenetpad.values.models import ModelReady
from lenetpad.values.reading import Reading

KEYS = {
    Tool.LASER: (Qt.Key.Key_L, Qt.KeyboardModifier.NoModifier),
    Tool.SPOTLIGHT: (Qt.Key.Key_L, Qt.KeyboardModifier.ShiftModifier),
    Tool.LENS: (Qt.Key.Key_Z, Qt.KeyboardModifier.NoModifier),
}


@pytest.fixture
def shown(
    program: Program, model: Callable[..., ModelReady], reading: Callable[..., Reading]
) -> Iterator[DrawPage]:
    """The Draw page with a network and a reading."""
    program.draw.recognition.model_ready.emit(model())
    program.draw.page.show_reading(reading())
    program.window.activateWindow()
    QApplication.processEvents()
    before = QCursor.pos()
    yield program.draw.page
    QCursor.setPos(before)
    program.draw.staging.pointing.take(None)
    program.window.stage.show(on=False)
    assert QApplication.overrideCursor() is None


def press(qtbot: QtBot, program: Program, tool: Tool) -> PointerOverlay:
    qtbot.keyClick(program.window, *KEYS[tool])
    return program.draw.staging.pointing.overlay


def point(program: Program, page: DrawPage, at: QPointF) -> None:
    """Have the pointer at a place of the page."""
    QCursor.setPos(page.mapToGlobal(at.toPoint()))
    program.window.stage.pointer.look()


def colours(widget: QWidget) -> np.ndarray:
    """Red, green and blue, (height, width, 3)."""
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).astype(int)


def painted_by(overlay: PointerOverlay, page: DrawPage) -> np.ndarray:
    """Where the overlay changes what is seen (height, width), at this moment."""
    seen = colours(page)
    overlay.hide()
    without = colours(page)
    overlay.show()
    changed: np.ndarray = np.abs(seen - without).sum(axis=2) > 30
    return changed


def middle_of(page: DrawPage, layer: str) -> QPointF:
    return page.maps.placed[layer].area.center() + page.maps.pos()


@pytest.mark.parametrize("tool", list(Tool))
def test_a_key_takes_up_each_tool_in_place_of_another_and_puts_it_away(
    qtbot: QtBot, program: Program, shown: DrawPage, tool: Tool
) -> None:
    overlay = press(qtbot, program, Tool.LASER if tool is not Tool.LASER else Tool.LENS)
    press(qtbot, program, tool)
    on = [name for name in Tool if program.window.actions_by_name[name].isChecked()]
    assert on == [tool]
    assert overlay.tool is tool
    assert overlay.isVisible()
    press(qtbot, program, tool)
    assert not overlay.isVisible()


def test_the_laser_is_red_where_the_pointer_is_and_its_trail_fades_in_half_a_second(
    qtbot: QtBot, program: Program, shown: DrawPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr(pointer.time, "perf_counter", lambda: now[0])
    start = QPointF(100, 100)
    point(program, shown, start)  # the trail is to come from nowhere else
    overlay = press(qtbot, program, Tool.LASER)
    for step in range(10):
        now[0] += 0.02
        point(program, shown, start + QPointF(8 * step, 0))
    changed = painted_by(overlay, shown)
    assert changed[100, 172]
    assert changed[100, 104:168].all()  # the trail
    assert not changed[130:].any()
    tail = colours(shown)[100, 150]
    assert tail[0] > tail[1] + 40
    now[0] += 0.51
    overlay._fade()
    changed = painted_by(overlay, shown)
    assert changed[100, 172]
    assert not changed[100, 104:150].any()
    assert not overlay._fading.isActive()


def test_the_spotlight_dims_all_but_what_lies_around_the_pointer(
    qtbot: QtBot, program: Program, shown: DrawPage
) -> None:
    before = colours(shown)
    overlay = press(qtbot, program, Tool.SPOTLIGHT)
    at = middle_of(shown, "C3")
    point(program, shown, at)
    lit = colours(shown)
    x, y = int(at.x()), int(at.y())
    around = np.s_[y - 20 : y + 20, x - 20 : x + 20]
    assert (lit[around] == before[around]).all()
    assert lit[30, 30].sum() < 0.5 * before[30, 30].sum()
    overlay.point(None)
    assert (colours(shown) == before).all()


def test_the_spotlight_dims_what_lies_around_the_page_too(
    qtbot: QtBot, program: Program, shown: DrawPage
) -> None:
    around = (program.window.header, program.window.menuBar())
    point(program, shown, QPointF(3, 3))
    before = [colours(part).mean() for part in around]
    press(qtbot, program, Tool.SPOTLIGHT)
    point(program, shown, middle_of(shown, "C3"))
    assert all(
        colours(part).mean() < 0.6 * mean for part, mean in zip(around, before, strict=True)
    )
    press(qtbot, program, Tool.LASER)
    for part, mean in zip(around, before, strict=True):
        assert abs(colours(part).mean() - mean) < 3


def test_the_lens_shows_the_maps_three_times_as_large(
    qtbot: QtBot, program: Program, shown: DrawPage
) -> None:
    at = middle_of(shown, "S4")
    before = colours(shown)
    press(qtbot, program, Tool.LENS)
    point(program, shown, at)
    after = colours(shown)
    x, y = round(at.x()), round(at.y())
    same = 0
    places = [(dx, dy) for dx in range(-54, 55, 9) for dy in range(-54, 55, 9)]
    for dx, dy in places:
        near = before[y + dy // 3 - 1 : y + dy // 3 + 2, x + dx // 3 - 1 : x + dx // 3 + 2]
        same += (np.abs(near - after[y + dy, x + dx]).sum(axis=2) < 30).any()
    assert same > 0.9 * len(places)
    assert np.abs(after - before)[y - 60 : y + 60, x - 60 : x + 60].mean() > 20
    point(program, shown, QPointF(60, 60))  # over the canvas there is nothing to enlarge
    assert (colours(shown)[: y - 200] == before[: y - 200]).all()


class Painted(QObject):
    """Notes what of a widget is painted."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.regions: list[QRegion] = []
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent):
            self.regions.append(QRegion(event.region()))
        return False


def test_it_paints_no_more_than_what_changes(
    qtbot: QtBot, program: Program, shown: DrawPage
) -> None:
    overlay = press(qtbot, program, Tool.SPOTLIGHT)
    painted = Painted(overlay).regions
    point(program, shown, QPointF(200, 200))
    qtbot.waitUntil(lambda: bool(painted))
    qtbot.waitUntil(lambda: not program.window.restyling)
    QApplication.processEvents()
    painted.clear()
    point(program, shown, QPointF(230, 200))
    qtbot.waitUntil(lambda: bool(painted))
    radius = pointer.LIGHT * overlay.height() + pointer.EDGE + 2
    assert painted[0].boundingRect().width() <= 2 * radius + 32
    assert painted[0].boundingRect().height() <= 2 * radius + 2


def test_pen_and_mouse_go_through_it(qtbot: QtBot, program: Program, shown: DrawPage) -> None:
    overlay = press(qtbot, program, Tool.LASER)
    assert overlay.geometry() == shown.rect()
    assert shown.childAt(middle_of(shown, "S2").toPoint()) is shown.maps
    program.window.resize(1000, 700)
    qtbot.waitUntil(lambda: overlay.geometry() == shown.rect())


def test_on_the_second_screen_it_points_at_the_same_thing(
    qtbot: QtBot, program: Program, shown: DrawPage
) -> None:
    program.window.actions_by_name["second_screen"].trigger()
    second = program.draw.staging.screen.second
    assert second is not None
    second.resize(1500, 640)
    qtbot.waitUntil(lambda: second.width() == 1500)
    press(qtbot, program, Tool.LENS)
    for layer in ("input", "C1", "C5", "codes"):
        cell = shown.maps.placed[layer].cells[-1]
        at = cell.topLeft() + QPointF(0.3 * cell.width(), 0.6 * cell.height())
        unit = shown.maps.unit_at(at)
        assert unit is not None
        point(program, shown, at + shown.maps.pos())
        assert second.pointer.at is not None
        there = second.maps.unit_at(second.pointer.at - second.maps.pos())
        assert there is not None
        assert second.maps.unit_of(there) == shown.maps.unit_of(unit)
    half = QPointF(shown.canvas.geometry().center())
    point(program, shown, half)
    assert second.pointer.at is not None
    far = second.pointer.at - QPointF(second.canvas.geometry().center())
    assert far.manhattanLength() < 6
    point(program, shown, QPointF(shown.probabilities.geometry().center()))
    assert second.pointer.at is None
    program.draw.staging.screen.close()


def test_the_arrow_goes_when_it_rests_on_the_stage_and_comes_back(
    qtbot: QtBot, program: Program, shown: DrawPage
) -> None:
    watch = program.window.stage.pointer
    watch.resting.emit(True)
    assert QApplication.overrideCursor() is None  # not on the usual page
    program.window.stage.show(on=True)
    watch.at = shown.mapToGlobal(QPoint(50, 300))
    watch.resting.emit(True)
    assert QApplication.overrideCursor() is not None
    watch.resting.emit(False)
    assert QApplication.overrideCursor() is None
    watch.resting.emit(True)
    program.window.stage.show(on=False)
    assert QApplication.overrideCursor() is None


def test_a_watch_tells_of_places_and_of_rest(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    parent = QObject()
    watch, place = PointerWatch(parent), [QPoint(10, 10)]
    monkeypatch.setattr(QCursor, "pos", lambda: place[0])
    monkeypatch.setattr(pointer_watch, "REST_MS", 60)
    moved: list[QPoint] = []
    rests: list[bool] = []
    watch.moved.connect(moved.append)
    watch.resting.connect(rests.append)
    watch.want(parent, on=True, follow=True)
    place[0] = QPoint(11, 12)
    qtbot.waitUntil(lambda: moved == [QPoint(11, 12)])
    qtbot.waitUntil(lambda: rests == [True])
    place[0] = QPoint(20, 20)
    qtbot.waitUntil(lambda: rests == [True, False])
    watch.want(parent, on=False)
    assert not watch._timer.isActive()


def test_a_trail_does_not_cross_the_screen_where_the_dot_jumps(
    qtbot: QtBot, program: Program, shown: DrawPage
) -> None:
    overlay = press(qtbot, program, Tool.LASER)
    point(program, shown, QPointF(40, 40))
    point(program, shown, QPointF(900, 500))
    assert len(overlay._trail) == 1
    assert time.perf_counter() - overlay._trail[0][0] < 60
