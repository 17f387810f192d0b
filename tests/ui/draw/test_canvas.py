"""The canvas: every pointer becomes strokes, every step can be undone, nothing has gaps."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QFocusEvent, QImage, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from lenetpad.ink import erasing
from lenetpad.ink.raster import draw
from lenetpad.ink.sheets import UNITS
from lenetpad.ink.strokes import History, Ink, Sheet, Stroke
from lenetpad.tools.synthetic_pen import Phase, Pointer, PointerEvent, SyntheticPen
from lenetpad.ui.draw.canvas import Canvas
from lenetpad.ui.widgets.theme import LIGHT
from lenetpad.ui.widgets.turns import at_once


@pytest.fixture
def canvas(qtbot: QtBot) -> Iterator[Canvas]:
    canvas = Canvas(LIGHT)
    qtbot.addWidget(canvas)
    canvas.resize(400, 400)
    canvas.show()
    yield canvas
    canvas.hide()


def at(x: float, y: float, phase: Phase = Phase.MOVE, pressure: float = 0.5) -> PointerEvent:
    return PointerEvent(0.0, phase, x, y, pressure)


def stroke(hand: SyntheticPen, *points: tuple[float, float], pressure: float = 0.5) -> None:
    for number, (x, y) in enumerate(points):
        hand.send(at(x, y, Phase.MOVE if number else Phase.DOWN, pressure))
    hand.send(at(*points[-1], Phase.UP, 0.0))


def darkness(image: QImage) -> np.ndarray:
    grey = image.convertToFormat(QImage.Format.Format_Grayscale8)
    pixels = np.frombuffer(grey.constBits(), np.uint8).reshape(grey.height(), grey.bytesPerLine())
    return 1 - pixels[:, : grey.width()] / 255


@pytest.mark.parametrize("pointer", [Pointer.MOUSE, Pointer.TOUCH, Pointer.PEN])
def test_every_pointer_draws(canvas: Canvas, pointer: Pointer) -> None:
    stroke(SyntheticPen(canvas, pointer), (0.25, 0.25), (0.5, 0.75))
    (drawn,) = canvas.sheet.ink.strokes
    assert drawn.xy.tolist() == [[250, 250], [500, 750]]


@pytest.mark.parametrize("pointer", [Pointer.MOUSE, Pointer.TOUCH, Pointer.PEN])
def test_every_event_is_told_at_once(
    canvas: Canvas, monkeypatch: pytest.MonkeyPatch, pointer: Pointer
) -> None:
    told: list[Sheet] = []
    canvas.sheet_changed.connect(told.append)
    hand = SyntheticPen(canvas, pointer)
    now = time.perf_counter()
    for number in range(5):
        monkeypatch.setattr(time, "perf_counter", lambda: now + 0.004 * number)  # noqa: B023
        hand.send(at(0.1 * number, 0.5, Phase.MOVE if number else Phase.DOWN))
        assert told[-1].ink.point_count == number + 1
    hand.send(at(0.4, 0.5, Phase.UP))
    assert canvas.sheet == told[-1]


def test_a_pen_that_is_faster_than_the_screen_loses_no_point(qtbot: QtBot, canvas: Canvas) -> None:
    told: list[Sheet] = []
    canvas.sheet_changed.connect(told.append)
    hand = SyntheticPen(canvas)
    for number in range(400):
        hand.send(at(number / 400, 0.5, Phase.MOVE if number else Phase.DOWN))
    qtbot.waitUntil(lambda: told[-1].ink.point_count == 400)  # without a further event
    assert len(told) < 200
    assert darkness(canvas.grab().toImage())[200, 20:380].min() > 0.9
    hand.send(at(1.0, 0.5, Phase.UP))
    (drawn,) = canvas.sheet.ink.strokes
    assert drawn.xy[:, 0].tolist() == pytest.approx(np.linspace(0, 1000, 400, endpoint=False))


@pytest.mark.parametrize("pointer", [Pointer.MOUSE, Pointer.PEN])
@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, 1e308, -1e308])
def test_a_broken_point_is_left_out_and_the_stroke_goes_on(
    canvas: Canvas, bad: float, pointer: Pointer
) -> None:
    stroke(SyntheticPen(canvas, pointer), (0.1, 0.1), (0.2, 0.1))
    hand = SyntheticPen(canvas, pointer)
    hand.send(at(bad, 0.5, Phase.DOWN))
    for event in (at(0.1, 0.5), at(0.2, bad), at(bad, bad), at(0.3, 0.5)):
        hand.send(event)
    if pointer is Pointer.PEN and not math.isfinite(bad):
        hand.send(at(0.4, 0.5, pressure=bad))
    hand.send(at(bad, 0.5, Phase.UP))
    assert canvas.sheet.ink.strokes[1].xy.tolist() == [[100, 500], [300, 500]]
    stroke(hand, (0.1, 0.9), (0.2, 0.9))
    assert len(canvas.sheet.ink.strokes) == 3
    canvas.undo()
    canvas.undo()
    assert len(canvas.sheet.ink.strokes) == 1
    canvas.grab()


def test_a_broken_point_erases_nothing(canvas: Canvas) -> None:
    stroke(SyntheticPen(canvas), (0.1, 0.1), (0.2, 0.1))
    hand = SyntheticPen(canvas, Pointer.ERASER)
    for phase in (Phase.DOWN, Phase.MOVE, Phase.UP):
        hand.send(at(math.nan, math.nan, phase))
    assert len(canvas.sheet.ink.strokes) == 1


def test_a_fast_swipe_erases_all_that_it_crosses(canvas: Canvas) -> None:
    pen, eraser = SyntheticPen(canvas), SyntheticPen(canvas, Pointer.ERASER)
    for number in range(20):
        x = 0.02 + 0.048 * number
        stroke(pen, (x, 0.3), (x, 0.7))
    stroke(eraser, (0.0, 0.5), (0.99, 0.5))
    assert not canvas.sheet


@pytest.mark.parametrize("pointer", [Pointer.ERASER, Pointer.MOUSE])
@pytest.mark.parametrize("events", [1, 4, 7, 30])
def test_a_swipe_erases_a_stroke_wherever_its_events_fall(
    canvas: Canvas, pointer: Pointer, events: int
) -> None:
    pen, eraser = SyntheticPen(canvas), SyntheticPen(canvas, pointer)
    for shift in range(20):
        canvas.set_erasing(False)
        stroke(pen, *((0.5, 0.1 + 0.02 * step) for step in range(41)))
        canvas.set_erasing(pointer is Pointer.MOUSE)
        start = 0.1 + 0.003 * shift
        stroke(eraser, *((start + 0.8 * step / events, 0.5) for step in range(events + 1)))
        assert not canvas.sheet


def test_a_tablet_that_is_unplugged_ends_its_stroke(canvas: Canvas) -> None:
    hand = SyntheticPen(canvas)
    hand.send(at(0.1, 0.1, Phase.DOWN))
    hand.send(at(0.2, 0.2))
    del hand  # and with it the device
    QApplication.processEvents()
    stroke(SyntheticPen(canvas, Pointer.MOUSE), (0.5, 0.5), (0.6, 0.6))
    assert [len(one.points) for one in canvas.sheet.ink.strokes] == [2, 2]


def test_points_that_were_seen_stay_as_they_are(canvas: Canvas) -> None:
    hand = SyntheticPen(canvas)
    hand.send(at(0.1, 0.1, Phase.DOWN))
    hand.send(at(0.2, 0.2))
    seen = canvas.live
    before = seen.copy()
    hand.send(at(0.3, 0.3, Phase.UP))
    stroke(hand, *((0.5, number / 20000) for number in range(10_000)))
    assert np.array_equal(seen, before)
    first, second = canvas.sheet.ink.strokes
    assert np.array_equal(first.points, before)
    assert len(second.points) == 10_000


def test_a_large_sheet_is_drawn_in_parts(qtbot: QtBot, canvas: Canvas) -> None:
    across = np.linspace(0, 1000, 5000)
    canvas.set_sheet(Sheet(Ink.of([np.stack([across, across], axis=1)])))
    sliced = canvas.grab().toImage()
    assert darkness(sliced)[380, 380] < 0.1  # that part comes later
    assert darkness(sliced)[3, 3] > 0.9
    qtbot.waitUntil(lambda: canvas._picture.complete)
    stroke(SyntheticPen(canvas), (0.9, 0.1), (0.9, 0.2))
    whole = darkness(canvas.grab().toImage())
    assert whole[20, 20] > 0.9
    assert whole[380, 380] > 0.9
    assert whole[60, 360] > 0.9


def test_times_go_on_from_the_drawings_first_point(canvas: Canvas) -> None:
    hand = SyntheticPen(canvas)
    stroke(hand, (0.1, 0.1), (0.2, 0.2))
    stroke(hand, (0.3, 0.3), (0.4, 0.4))
    times = np.concatenate([s.points[:, 2] for s in canvas.sheet.ink.strokes])
    assert 0 <= times[0] < 0.1
    assert (np.diff(times) > 0).all()


def test_pressure_widens_what_is_drawn_and_not_what_is_read(canvas: Canvas) -> None:
    line = ((0.5, 0.2), (0.5, 0.5), (0.5, 0.8))
    masses, images = [], []
    for pressure in (0.1, 1.0):
        canvas.clear()
        stroke(SyntheticPen(canvas), *line, pressure=pressure)
        masses.append(darkness(canvas.grab().toImage()).sum())
        images.append(draw(canvas.sheet.ink))
    assert masses[1] > 1.5 * masses[0]
    assert np.array_equal(*images)


def test_a_fast_stroke_has_no_gaps(canvas: Canvas) -> None:
    stroke(SyntheticPen(canvas), (0.1, 0.1), (0.9, 0.5), (0.1, 0.9))
    rows = darkness(canvas.grab().toImage()).max(axis=1)
    assert (rows[44:356] > 0.9).all()


def test_what_is_painted_live_is_what_is_painted_anew(canvas: Canvas) -> None:
    canvas.grab()
    hand = SyntheticPen(canvas)
    for number, angle in enumerate(np.linspace(0, 5, 40)):
        x, y = 0.5 + 0.3 * np.cos(angle), 0.5 + 0.3 * np.sin(angle)
        hand.send(at(x, y, Phase.MOVE if number else Phase.DOWN, 0.2 + angle / 8))
    hand.send(at(x, y, Phase.UP))
    live = darkness(canvas.grab().toImage())
    canvas.set_theme(LIGHT)  # has everything painted anew
    anew = darkness(canvas.grab().toImage())
    assert np.abs(live - anew).max() < 0.35  # edges that were blended once or twice
    assert np.abs(live - anew).mean() < 0.001


def test_undo_redo_and_clear(canvas: Canvas) -> None:
    hand = SyntheticPen(canvas, Pointer.MOUSE)
    stroke(hand, (0.1, 0.1), (0.2, 0.2))
    stroke(hand, (0.3, 0.3), (0.4, 0.4))
    two = canvas.sheet
    canvas.undo()
    assert len(canvas.sheet.ink.strokes) == 1
    canvas.redo()
    assert canvas.sheet == two
    canvas.clear()
    assert not canvas.sheet
    canvas.undo()
    assert canvas.sheet == two


def test_the_eraser_end_removes_the_stroke_it_touches_in_one_step(canvas: Canvas) -> None:
    hand = SyntheticPen(canvas)
    stroke(hand, (0.1, 0.1), (0.9, 0.1))
    stroke(hand, (0.1, 0.9), (0.9, 0.9))
    before = canvas.sheet
    stroke(SyntheticPen(canvas, Pointer.ERASER), (0.5, 0.5), (0.5, 0.9))
    assert canvas.sheet.ink == Ink(before.ink.strokes[:1])
    canvas.undo()
    assert canvas.sheet == before


def test_the_eraser_tool_erases_with_a_mouse(canvas: Canvas) -> None:
    stroke(SyntheticPen(canvas), (0.1, 0.1), (0.9, 0.1))
    canvas.set_erasing(True)
    stroke(SyntheticPen(canvas, Pointer.MOUSE), (0.5, 0.3), (0.5, 0.1))
    assert not canvas.sheet


def test_a_touch_of_the_eraser_reaches_all_of_many_strokes_in_one_step(
    canvas: Canvas, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasing, "STROKES_AN_EVENT", 1)
    hand = SyntheticPen(canvas)
    for way in ((0.4, 0.6), (0.6, 0.4), (0.45, 0.55)):
        stroke(hand, (way[0], 0.5), (way[1], 0.5))
    before = canvas.sheet
    told: list[Sheet] = []
    canvas.sheet_changed.connect(told.append)
    stroke(SyntheticPen(canvas, Pointer.ERASER), (0.5, 0.5))
    assert not canvas.sheet
    assert told[-1] == Sheet()
    canvas.undo()
    assert canvas.sheet == before


def test_ink_replaces_a_picture_in_one_step(canvas: Canvas) -> None:
    picture = np.zeros((28, 28), dtype=np.float32)
    picture[10:18, 14] = 1
    canvas.set_sheet(Sheet(picture=picture))
    assert darkness(canvas.grab().toImage())[200, 206] > 0.9
    stroke(SyntheticPen(canvas), (0.1, 0.1), (0.2, 0.1))
    assert canvas.sheet.picture is None
    assert darkness(canvas.grab().toImage())[200, 206] < 0.1
    canvas.undo()
    assert canvas.sheet.picture is not None


def test_mouse_events_that_the_system_makes_from_a_pen_are_dropped(canvas: Canvas) -> None:
    spot = QPointF(100, 100)
    event = QMouseEvent(
        QEvent.Type.MouseButtonPress,
        spot,
        spot,
        canvas.mapToGlobal(spot),
        Qt.MouseButton.LeftButton,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.MouseEventSource.MouseEventSynthesizedByQt,
    )
    QApplication.sendEvent(canvas, event)
    assert not canvas.sheet


def test_the_mouse_is_ignored_while_the_pen_is_down(canvas: Canvas) -> None:
    pen, mouse = SyntheticPen(canvas), SyntheticPen(canvas, Pointer.MOUSE)
    pen.send(at(0.1, 0.1, Phase.DOWN))
    mouse.send(at(0.9, 0.9, Phase.DOWN))
    mouse.send(at(0.9, 0.8))
    mouse.send(at(0.9, 0.8, Phase.UP))
    pen.send(at(0.2, 0.2))
    pen.send(at(0.2, 0.2, Phase.UP))
    (drawn,) = canvas.sheet.ink.strokes
    assert drawn.xy.max() == 200


@pytest.mark.parametrize("place", [(0.1, 0.1), (0.5, 0.6), (0.51, 0.61)])
def test_the_mouse_that_a_driver_sends_after_the_pen_adds_no_dot(
    canvas: Canvas, monkeypatch: pytest.MonkeyPatch, place: tuple[float, float]
) -> None:
    now = time.perf_counter()
    monkeypatch.setattr(time, "perf_counter", lambda: now)
    pen, mouse = SyntheticPen(canvas), SyntheticPen(canvas, Pointer.MOUSE)
    stroke(pen, (0.1, 0.1), (0.3, 0.3), (0.5, 0.6))
    pen.send(at(0.2, 0.2, pressure=0.0))  # above the paper
    for _ in range(2):  # the second press may be called a double click
        stroke(mouse, place, place)
    QTest.mouseDClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(200, 240))
    (drawn,) = canvas.sheet.ink.strokes
    assert len(drawn.points) == 3
    assert canvas.history.undone().present == Sheet()
    stroke(mouse, (0.8, 0.2), (0.9, 0.2))  # a hand, elsewhere
    assert len(canvas.sheet.ink.strokes) == 2
    monkeypatch.setattr(time, "perf_counter", lambda: now + 0.6)
    stroke(mouse, place, place)  # a hand, later
    assert len(canvas.sheet.ink.strokes) == 3


def test_the_mouse_that_a_driver_sends_before_the_pen_adds_no_dot(
    canvas: Canvas, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.perf_counter()
    monkeypatch.setattr(time, "perf_counter", lambda: now)
    pen, mouse = SyntheticPen(canvas), SyntheticPen(canvas, Pointer.MOUSE)
    mouse.send(at(0.1, 0.1, Phase.DOWN))
    pen.send(at(0.1, 0.1, Phase.DOWN, pressure=0.75))
    mouse.send(at(0.2, 0.2))
    pen.send(at(0.2, 0.2, pressure=0.75))
    mouse.send(at(0.2, 0.2, Phase.UP))
    pen.send(at(0.2, 0.2, Phase.UP, pressure=0.0))
    (drawn,) = canvas.sheet.ink.strokes
    assert drawn.points[:, 3].tolist() == [0.75, 0.75]


def test_a_mouse_that_is_drawing_elsewhere_goes_on(canvas: Canvas) -> None:
    pen, mouse = SyntheticPen(canvas), SyntheticPen(canvas, Pointer.MOUSE)
    mouse.send(at(0.9, 0.9, Phase.DOWN))
    pen.send(at(0.1, 0.1, Phase.DOWN))
    pen.send(at(0.1, 0.1, Phase.UP))
    mouse.send(at(0.8, 0.9))
    mouse.send(at(0.8, 0.9, Phase.UP))
    (drawn,) = canvas.sheet.ink.strokes
    assert drawn.xy.tolist() == [[900, 900], [800, 900]]


def test_a_palm_beside_the_pen_does_not_draw(canvas: Canvas) -> None:
    pen, palm = SyntheticPen(canvas), SyntheticPen(canvas, Pointer.TOUCH)
    palm.send(at(0.9, 0.9, Phase.DOWN))
    pen.send(at(0.1, 0.1, Phase.DOWN))  # the palm's mark goes
    palm.send(at(0.9, 0.8))
    pen.send(at(0.2, 0.2))
    pen.send(at(0.2, 0.2, Phase.UP))
    stroke(palm, (0.8, 0.8), (0.9, 0.8))  # shortly after the pen
    (drawn,) = canvas.sheet.ink.strokes
    assert drawn.xy.max() == 200


def test_a_press_whose_release_was_lost_does_not_block_the_next(canvas: Canvas) -> None:
    hand = SyntheticPen(canvas, Pointer.MOUSE)
    hand.send(at(0.1, 0.1, Phase.DOWN))
    stroke(hand, (0.5, 0.5), (0.6, 0.6))
    assert len(canvas.sheet.ink.strokes) == 2


@pytest.mark.parametrize("lost", [Pointer.PEN, Pointer.TOUCH, Pointer.MOUSE])
@pytest.mark.parametrize("other", [Pointer.PEN, Pointer.TOUCH, Pointer.MOUSE])
def test_a_release_that_was_lost_locks_no_other_pointer_out(
    canvas: Canvas, monkeypatch: pytest.MonkeyPatch, lost: Pointer, other: Pointer
) -> None:
    SyntheticPen(canvas, lost).send(at(0.1, 0.1, Phase.DOWN))
    later = time.perf_counter() + 2.5
    monkeypatch.setattr(time, "perf_counter", lambda: later)
    stroke(SyntheticPen(canvas, other), (0.5, 0.5), (0.6, 0.6))
    assert canvas.sheet.ink.strokes[-1].xy.tolist() == [[500, 500], [600, 600]]
    if (lost, other) != (Pointer.TOUCH, Pointer.PEN):  # that one was a palm
        assert len(canvas.sheet.ink.strokes) == 2


def test_losing_the_focus_ends_the_stroke(canvas: Canvas) -> None:
    SyntheticPen(canvas).send(at(0.1, 0.1, Phase.DOWN))
    QApplication.sendEvent(canvas, QFocusEvent(QEvent.Type.FocusOut))
    assert canvas.history.present.ink.point_count == 1
    SyntheticPen(canvas, Pointer.MOUSE).send(at(0.5, 0.5, Phase.DOWN))
    assert canvas.sheet.ink.point_count == 2


def test_the_eraser_leaves_a_picture_where_it_is(canvas: Canvas) -> None:
    picture = np.zeros((28, 28), dtype=np.float32)
    picture[10:18, 14] = 1
    canvas.set_sheet(Sheet(picture=picture))
    hand = SyntheticPen(canvas, Pointer.ERASER)
    hand.send(at(0.5, 0.5, Phase.DOWN))
    assert canvas.sheet.picture is not None
    hand.send(at(0.5, 0.5, Phase.UP))
    assert canvas.sheet.picture is not None


def test_the_image_holds_the_stroke_being_made(canvas: Canvas) -> None:
    hand = SyntheticPen(canvas)
    hand.send(at(0.2, 0.5, Phase.DOWN))
    hand.send(at(0.8, 0.5))
    assert at_once(canvas.image()).pixelColor(500, 500) == QColor("black")


def test_what_is_restored_is_no_step_to_undo(canvas: Canvas) -> None:
    sheet = Sheet(Ink.of([[[100, 100], [200, 200]]]))
    canvas.restore(History(sheet))
    canvas.undo()
    assert canvas.sheet == sheet


def test_what_was_drawn_before_the_sheet_comes_back_lies_on_top(canvas: Canvas) -> None:
    stroke(SyntheticPen(canvas), (0.1, 0.1), (0.2, 0.1))
    kept = History().doing(Sheet(Ink.of([[[500, 500], [600, 600]]])))
    canvas.restore(kept)
    assert [one.xy[0].tolist() for one in canvas.sheet.ink.strokes] == [[500, 500], [100, 100]]
    canvas.undo()
    assert canvas.sheet == kept.present
    canvas.undo()
    assert not canvas.sheet


def test_a_second_click_of_a_double_click_draws(canvas: Canvas) -> None:
    QTest.mouseDClick(canvas, Qt.MouseButton.LeftButton, pos=canvas.rect().center())
    assert len(canvas.sheet.ink.strokes) >= 1


def test_points_outside_stay_on_the_paper(canvas: Canvas) -> None:
    stroke(SyntheticPen(canvas, Pointer.MOUSE), (0.5, 0.5), (3.0, -2.0))
    (drawn,) = canvas.sheet.ink.strokes
    assert drawn.xy.min() >= 0
    assert drawn.xy.max() <= UNITS


def test_resizing_keeps_the_drawing(canvas: Canvas) -> None:
    stroke(SyntheticPen(canvas), (0.25, 0.25), (0.75, 0.75))
    before = canvas.sheet
    canvas.resize(800, 800)
    assert canvas.sheet == before
    dark = darkness(canvas.grab().toImage())
    assert dark[400, 400] > 0.9
    assert dark[100, 700] < 0.1


def test_the_image_is_black_on_white_in_any_theme(canvas: Canvas) -> None:
    stroke(SyntheticPen(canvas), (0.25, 0.5), (0.75, 0.5))
    image = at_once(canvas.image())
    assert image.pixelColor(5, 5) == QColor("white")
    assert image.pixelColor(500, 500) == QColor("black")


def test_a_single_tap_is_a_dot(canvas: Canvas) -> None:
    hand = SyntheticPen(canvas, Pointer.TOUCH)
    hand.send(at(0.5, 0.5, Phase.DOWN))
    hand.send(at(0.5, 0.5, Phase.UP))
    assert canvas.sheet.ink.point_count == 1
    assert darkness(canvas.grab().toImage())[200, 200] > 0.9


def test_long_strokes_grow_the_buffer(canvas: Canvas) -> None:
    hand = SyntheticPen(canvas)
    angles = np.linspace(0, 20, 1000)
    points: Any = [(0.5 + 0.4 * np.cos(a), 0.5 + 0.4 * np.sin(a)) for a in angles]
    stroke(hand, *points)
    (drawn,) = canvas.sheet.ink.strokes
    assert isinstance(drawn, Stroke)
    assert np.allclose(drawn.xy, np.array(points) * UNITS)


def test_a_picture_that_came_before_the_sheet_is_a_step_on_top(canvas: Canvas) -> None:
    picture = Sheet(picture=np.zeros((28, 28), np.float32))
    canvas.set_sheet(picture)
    kept = History().doing(Sheet(Ink.of([[[500, 500], [600, 600]]])))
    canvas.restore(kept)
    assert canvas.sheet == picture
    canvas.undo()
    assert canvas.sheet == kept.present


def test_a_stroke_goes_on_while_the_sheet_comes_back(canvas: Canvas) -> None:
    hand = SyntheticPen(canvas)
    hand.send(at(0.1, 0.1, Phase.DOWN))
    hand.send(at(0.2, 0.1))
    canvas.restore(History().doing(Sheet(Ink.of([[[500, 500], [600, 600]]]))))
    hand.send(at(0.3, 0.1))
    hand.send(at(0.3, 0.1, Phase.UP))
    assert [len(one.points) for one in canvas.sheet.ink.strokes] == [2, 3]
