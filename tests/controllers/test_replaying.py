"""The drawing as it was written: keys, the canvas, what is read, and the time line."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QSettings, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from lenetpad.app import Program
from lenetpad.controllers.draw import replaying as module
from lenetpad.controllers.draw.replaying import Replaying
from lenetpad.ink.files import Drawing
from lenetpad.ink.raster import draw, pad
from lenetpad.ink.replay import replay_of
from lenetpad.ink.strokes import Ink, Sheet, Stroke
from lenetpad.tools.synthetic_pen import SyntheticPen
from lenetpad.ui.draw.page import DrawPage
from lenetpad.ui.draw.time_line.panel import TimeLinePanel
from lenetpad.values.arrays import FloatArray
from lenetpad.values.reading import Reading
from tests.graphs import in_a_row

TIMEOUT = 60_000


class Desk:
    """A program that reads, with a drawing on its canvas."""

    def __init__(self, qtbot: QtBot, program: Program) -> None:
        self.qtbot, self.program = qtbot, program
        self.page: DrawPage = program.draw.page
        self.replaying: Replaying = program.draw.replaying

    @property
    def panel(self) -> TimeLinePanel:
        return self.page.time_line.panel

    def put(self, ink: Ink) -> None:
        self.page.canvas.set_sheet(Sheet(ink))
        self.read()

    def read(self) -> Reading:
        """The reading of what is shown now."""
        maps, draw = self.page.maps, self.program.draw
        self.qtbot.waitUntil(
            lambda: maps.reading is not None and maps.reading.serial == draw.serial,
            timeout=TIMEOUT,
        )
        assert maps.reading is not None
        return maps.reading

    def act(self, name: str) -> None:
        self.program.window.actions_by_name[name].trigger()
        QApplication.processEvents()

    def checked(self, name: str) -> bool:
        return self.program.window.actions_by_name[name].isChecked()

    def open(self) -> None:
        """Open the time line, and wait until all of it is there."""
        self.act("time_line")
        self.wait_for_line()

    def wait_for_line(self) -> None:
        self.qtbot.waitUntil(lambda: self.replaying.whole, timeout=TIMEOUT)

    def input(self) -> FloatArray:
        return self.read().taps["input"][0]

    def press(self, key: Qt.Key) -> None:
        QTest.keyClick(self.panel.plot, key)

    def picture(self) -> QImage:
        return self.page.canvas.grab().toImage()


@pytest.fixture
def desk(qtbot: QtBot, make_program: Callable[..., Program], samples: list[Drawing]) -> Desk:
    desk = Desk(qtbot, make_program())
    desk.read()
    desk.put(samples[4].ink)  # two strokes
    return desk


def image_of(ink: Ink) -> FloatArray:
    """What the network sees of ink, as it says it: from paper to ink in its own values."""
    return pad(draw(ink))


def sees(desk: Desk, ink: Ink) -> bool:
    values, image = desk.input(), image_of(ink)
    scaled = (values - values.min()) / max(float(np.ptp(values)), 1e-6)
    return bool(np.abs(scaled - image / image.max()).max() < 1e-4)


def test_a_drag_shows_and_reads_the_drawing_as_it_was(desk: Desk) -> None:
    desk.open()
    ink, history = desk.page.canvas.history.present.ink, desk.page.canvas.history
    replay, plot = replay_of(ink), desk.panel.plot
    middle = plot.rect().center()
    moment = plot.frame.moment(middle.x())
    QTest.mousePress(plot, Qt.MouseButton.LeftButton, pos=middle)
    desk.qtbot.waitUntil(lambda: plot.count == replay.count_at(moment))
    assert sees(desk, replay.at(moment))
    further = QPoint(plot.width() - 1, middle.y())
    QTest.mouseMove(plot, further)
    QTest.mouseRelease(plot, Qt.MouseButton.LeftButton, pos=further)
    assert desk.page.canvas.history is history  # nothing of it is a step of undo
    assert desk.page.canvas.sheet.ink is ink


def test_what_was_not_written_yet_is_faint(desk: Desk) -> None:
    whole = desk.picture()
    desk.act("time_line")
    desk.replaying.stay_at(20)
    canvas = desk.page.canvas
    moment, scale = desk.picture(), canvas.width() / 1000
    dark = canvas._picture.theme.name == "dark"
    points = np.concatenate([stroke.xy for stroke in canvas.sheet.ink.strokes])

    def level(picture: QImage, place: int) -> int:
        x, y = (points[place] * scale * picture.devicePixelRatio()).astype(int).tolist()
        value = picture.pixelColor(x, y).lightness()
        return 255 - value if dark else value

    assert abs(level(moment, 5) - level(whole, 5)) < 10  # written
    assert level(moment, -5) > level(whole, -5) + 80  # to be written
    assert level(moment, -5) < 245  # and yet seen
    desk.replaying.show_whole()
    assert desk.picture() == whole


def test_forwards_backwards_and_at_once_look_the_same(desk: Desk) -> None:
    desk.act("time_line")
    count = desk.replaying._replay.count if desk.replaying._replay else 0
    forwards = []
    for n in range(1, count, 7):
        desk.replaying.stay_at(n)
        forwards.append(desk.picture())
    for n, picture in reversed(list(zip(range(1, count, 7), forwards, strict=True))):
        desk.replaying.stay_at(n)
        other = desk.picture()
        bits = [np.frombuffer(one.constBits(), np.uint8).astype(int) for one in (picture, other)]
        assert np.abs(bits[0] - bits[1]).max() <= 90  # where two parts of a curve meet
        assert np.abs(bits[0] - bits[1]).mean() < 0.05


def test_keys_step_through_points_and_open_the_time_line(desk: Desk) -> None:
    count = desk.page.canvas.sheet.ink.point_count
    desk.page.canvas.setFocus()
    QTest.keyClick(desk.page.canvas, Qt.Key.Key_Comma)
    QTest.keyClick(desk.page.canvas, Qt.Key.Key_Comma)
    assert desk.page.time_line.shown
    assert desk.panel.plot.count == count - 2
    assert sees(desk, replay_of(desk.page.canvas.sheet.ink).partial(count - 2))
    QTest.keyClick(desk.page.canvas, Qt.Key.Key_Period)
    assert desk.panel.plot.count == count - 1


def test_keys_of_the_time_line(desk: Desk) -> None:
    desk.open()
    plot = desk.panel.plot
    count = plot.count
    assert plot.line is not None
    changes = [change.count for change in plot.line.changes]
    desk.press(Qt.Key.Key_Up)
    assert plot.count == changes[-1]
    desk.press(Qt.Key.Key_Left)
    assert plot.count == changes[-1] - 1
    desk.press(Qt.Key.Key_Down)
    assert plot.count == changes[-1]
    desk.press(Qt.Key.Key_Home)
    assert plot.count == 1
    desk.press(Qt.Key.Key_Left)
    assert plot.count == 1
    desk.press(Qt.Key.Key_End)
    desk.press(Qt.Key.Key_Right)
    assert plot.count == count


def test_a_click_beside_a_change_goes_to_it(desk: Desk) -> None:
    desk.open()
    plot = desk.panel.plot
    assert plot.line is not None
    last, run = plot.line.changes[-1], plot.runs[-1]
    where = QPoint(round(run.left) + 2, round(plot.frame.plot.center().y()))
    QTest.mouseClick(plot, Qt.MouseButton.LeftButton, pos=where)
    assert plot.count == last.count
    reading = desk.read()
    assert last.after == ("" if reading.refused else str(reading.digit))
    desk.replaying.stay_at(last.count - 1)
    reading = desk.read()
    assert last.before == ("" if reading.refused else str(reading.digit))


def test_it_plays_at_its_speed_and_ends(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.act("time_line")
    desk.panel.speeds.select(0.5)
    now = [100.0]
    monkeypatch.setattr(module, "time", SimpleNamespace(perf_counter=lambda: now[0]))
    replay, plot = desk.replaying._replay, desk.panel.plot
    assert replay is not None
    desk.act("replay")
    assert desk.checked("replay")
    assert plot.count == 1
    now[0] += 0.6
    desk.qtbot.waitUntil(lambda: plot.count == replay.count_at(0.3))
    desk.act("replay")  # a pause
    assert not desk.checked("replay")
    now[0] += 50
    desk.act("replay")
    now[0] += 0.2
    wanted = replay.count_at(replay.time_of(replay.count_at(0.3)) + 0.1)
    desk.qtbot.waitUntil(lambda: plot.count == wanted)
    now[0] += 60
    desk.qtbot.waitUntil(lambda: plot.count == replay.count)
    assert not desk.checked("replay")
    assert not desk.panel.playing
    assert sees(desk, replay.ink)


def test_escape_brings_the_whole_back_and_then_closes(desk: Desk) -> None:
    desk.act("time_line")
    desk.replaying.stay_at(9)
    assert sees(desk, desk.replaying.sheet.ink)
    assert desk.program.draw.label_read() is None  # it would be that of a part
    desk.page.escape()
    assert sees(desk, desk.page.canvas.sheet.ink)
    assert desk.program.draw.label_read() == 4
    assert desk.page.time_line.shown
    desk.page.escape()
    assert not desk.page.time_line.shown
    assert not desk.checked("time_line")


def test_writing_ends_a_replay_and_adds_to_the_whole(desk: Desk) -> None:
    desk.open()
    before = desk.page.canvas.history.present.ink
    desk.act("replay")
    desk.replaying.stay_at(9)
    pen = SyntheticPen(desk.page.canvas)
    pen.write(Ink.of([[[100, 100], [100, 160], [100, 220]]]))
    assert not desk.checked("replay")
    sheet = desk.page.canvas.sheet
    assert sheet.ink.strokes[:2] == before.strokes
    assert len(sheet.ink.strokes) == 3
    assert desk.read().sheet == sheet
    desk.qtbot.waitUntil(lambda: desk.panel.plot.count == sheet.ink.point_count)
    desk.wait_for_line()
    assert desk.panel.plot.line is not None
    assert desk.panel.plot.line.counts[-1] == sheet.ink.point_count


def test_undo_while_replaying_undoes_and_ends_it(desk: Desk, samples: list[Drawing]) -> None:
    desk.put(samples[7].ink)
    desk.act("time_line")
    desk.replaying.stay_at(9)
    desk.act("undo")
    assert desk.page.canvas.sheet == Sheet(samples[4].ink)
    assert sees(desk, samples[4].ink)
    assert not desk.replaying.shows_moment


def test_a_time_line_that_was_closed_before_it_came_comes_the_next_time(desk: Desk) -> None:
    desk.act("time_line")
    desk.act("time_line")
    assert not desk.page.time_line.shown
    assert not desk.replaying.whole
    desk.open()
    assert desk.panel.plot.line is not None


def test_even_times_are_said_and_a_picture_has_none(desk: Desk) -> None:
    desk.act("time_line")
    assert desk.panel.says.text() == ""
    desk.put(Ink.of([[[300, 200 + 20 * n] for n in range(30)]]))
    desk.qtbot.waitUntil(lambda: "Even times" in desk.panel.says.text())
    assert "no times of its own" in desk.panel.says.toolTip()
    desk.page.canvas.set_sheet(Sheet(picture=np.eye(28, dtype=np.float32)))
    desk.qtbot.waitUntil(lambda: "picture" in desk.panel._empty.text())
    assert desk.panel._empty.isVisible()
    assert not desk.program.window.actions_by_name["replay"].isEnabled()
    desk.act("clear")
    desk.qtbot.waitUntil(lambda: "Write a digit" in desk.panel._empty.text())


def test_pauses_are_short_or_not(desk: Desk) -> None:
    first, second = desk.page.canvas.sheet.ink.strokes
    late = second.points.copy()
    late[:, 2] += 30
    desk.put(Ink((first, Stroke(late))))
    desk.act("time_line")
    plot = desk.panel.plot
    desk.replaying.stay_at(len(first.points) + 3)
    assert plot.frame.duration < 3
    desk.panel.short_pauses.setChecked(False)
    assert plot.frame.duration > 30
    assert plot.count == len(first.points) + 3  # the same moment is shown


def test_speed_and_pauses_are_those_of_the_last_time(
    desk: Desk, make_program: Callable[..., Program]
) -> None:
    desk.act("time_line")
    assert (desk.panel.speed, desk.panel.short_pauses.isChecked()) == (1.0, True)
    desk.panel.speeds.select(0.5)
    desk.panel.short_pauses.setChecked(False)
    again = make_program().draw.page
    again.time_line.show(shown=True)
    panel = again.time_line.panel
    assert (panel.speed, panel.short_pauses.isChecked()) == (0.5, False)


@pytest.mark.parametrize("kept", ["7", "x", ""])
def test_a_speed_that_there_is_not_is_the_pens(
    make_program: Callable[..., Program], settings: QSettings, kept: str
) -> None:
    settings.setValue("replay_speed", kept)
    page = make_program().draw.page
    page.time_line.show(shown=True)
    assert page.time_line.panel.speed == 1.0


def test_the_time_line_follows_units_that_are_held(desk: Desk) -> None:
    desk.open()
    before = desk.panel.plot.line
    desk.page.maps.setFocus()
    for key in (Qt.Key.Key_5,):
        QTest.keyClick(desk.page.maps, key)  # S4 or C5, whatever comes fifth
    desk.act("switch_off")
    assert desk.program.draw.holding.holds
    desk.qtbot.waitUntil(lambda: desk.panel.plot.line is not before, timeout=TIMEOUT)
    line = desk.panel.plot.line
    assert line is not None
    assert before is not None
    assert line.counts[-1] == before.counts[-1]
    assert not np.array_equal(line.probabilities, before.probabilities)


def test_a_number_is_replayed_as_one(desk: Desk, samples: list[Drawing]) -> None:
    desk.put(in_a_row([samples[1].ink, samples[2].ink]))
    desk.open()
    line = desk.panel.plot.line
    assert line is not None
    assert line.answers[-1] == "12"
    desk.replaying.stay_at(samples[1].ink.point_count)
    assert desk.read().digit == 1
    assert not desk.read().several


def test_what_is_shown_is_said_in_words(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lenetpad.ui.draw.time_line.plot.QAccessible.isActive", lambda: True)
    desk.open()
    desk.replaying.stay_at(desk.panel.plot.count - 1)
    said = desk.panel.plot.accessibleDescription()
    count = desk.page.canvas.sheet.ink.point_count
    assert f"point {count - 1} of {count}" in said
    assert ": 4, 4 " in said


def test_a_time_line_that_is_opened_while_a_network_comes_is_of_that_network(desk: Desk) -> None:
    """What was read before is of parameters of another shape."""
    networks, action = desk.program.draw.networks, desk.program.window.actions_by_name["time_line"]
    networks.model_ready.connect(action.trigger)
    desk.program.window.model_chosen.emit("lenet5-modern")
    desk.wait_for_line()
    line = desk.panel.plot.line
    assert line is not None
    np.testing.assert_allclose(line.probabilities[-1][:10], desk.read().probabilities, atol=1e-4)
