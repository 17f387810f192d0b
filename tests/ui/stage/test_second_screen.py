"""The stage on another screen: it shows what the first window shows, from the same readings."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from lenetpad.app import Program
from lenetpad.ink.files import Drawing
from lenetpad.ink.strokes import Ink, Sheet
from lenetpad.tools.synthetic_pen import SyntheticPen, pointer_events
from lenetpad.ui.draw.maps import Pointed
from lenetpad.ui.draw.maps_layout import CODES
from lenetpad.ui.draw.page import DrawPage
from lenetpad.ui.stage.second_window import SecondWindow
from lenetpad.ui.widgets.colour import Colouring, Scale
from lenetpad.ui.widgets.theme import ThemeChoice
from lenetpad.values.explanation import Unit
from lenetpad.values.models import ModelReady
from lenetpad.values.reading import Reading
from tests.conftest import a_model, a_reading

SIZE = QSize(1280, 720)


@pytest.fixture
def shown(
    qtbot: QtBot,
    program: Program,
    model: Callable[..., ModelReady],
    reading: Callable[..., Reading],
) -> DrawPage:
    """The Draw page with a network and a reading."""
    program.draw.recognition.model_ready.emit(model())
    program.draw.page.show_reading(reading())
    return program.draw.page


@pytest.fixture
def second(qtbot: QtBot, program: Program, shown: DrawPage) -> Iterator[SecondWindow]:
    """The second window, open."""
    program.window.actions_by_name["second_screen"].trigger()
    second = program.draw.staging.screen.second
    assert second is not None
    second.resize(SIZE)
    qtbot.waitUntil(lambda: second.size() == SIZE)
    yield second
    program.draw.staging.screen.close()


def grey(widget: QWidget) -> np.ndarray:
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    return rows[:, : image.width()].astype(int)


def test_it_shows_each_reading_and_colours_none_twice(
    qtbot: QtBot,
    shown: DrawPage,
    second: SecondWindow,
    reading: Callable[..., Reading],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    coloured: list[Colouring] = []
    colour = Colouring.colour
    monkeypatch.setattr(
        Colouring, "colour", lambda one, *rest: (coloured.append(one), colour(one, *rest))
    )
    shown.show_reading(reading(2, digit=4, seed=5))
    assert len(coloured) == 1
    qtbot.waitUntil(lambda: second.verdict.verdict == "4")
    for layer in ("input", "C1", "F6"):
        there, here = shown.maps.pictures[layer].image, second.maps.pictures[layer].image
        assert there.constBits().tobytes() == here.constBits().tobytes()
    shown.forget_reading()
    assert second.verdict.verdict == ""
    assert second.maps.reading is None


def test_pins_hovering_scale_and_what_is_shown_follow(
    qtbot: QtBot, program: Program, shown: DrawPage, second: SecondWindow
) -> None:
    shown.maps.point(Pointed("C1", 2, 5, 6))
    qtbot.waitUntil(lambda: second.maps.pointed == Pointed("C1", 2, 5, 6))
    shown.maps.point(Pointed(CODES, 3, 4, 5))
    qtbot.waitUntil(lambda: second.maps.pointed == Pointed(CODES, 3, 4, 5))
    shown.maps.point(None)
    shown.maps.pin(Unit("C5", 37))
    qtbot.waitUntil(lambda: second.maps.pins == (Unit("C5", 37),))
    shown.set_scale(Scale.MAP)
    program.window.actions_by_name["weighted_sums"].trigger()
    qtbot.waitUntil(lambda: second.maps.shown is shown.maps.shown)
    assert second.maps.scale is Scale.MAP
    shown.maps.show_alone("C5")
    qtbot.waitUntil(lambda: second.maps.alone == "C5")


def test_what_the_audience_is_to_guess_is_hidden_there_too(
    qtbot: QtBot, program: Program, shown: DrawPage, second: SecondWindow
) -> None:
    assert second.verdict.isVisible()
    program.window.actions_by_name["hide_verdict"].trigger()
    assert not shown.verdict.isVisible()
    assert not second.verdict.isVisible()
    assert second.maps.answer_hidden
    shown.maps.reveal(("input", "C1"))
    qtbot.waitUntil(lambda: not second.maps.is_revealed("F6"))
    program.window.actions_by_name["hide_verdict"].trigger()
    shown.maps.reveal(None)
    qtbot.waitUntil(lambda: second.verdict.isVisible() and second.maps.is_revealed("F6"))


def test_a_unit_is_pointed_at_wherever_its_layer_has_it(
    qtbot: QtBot, shown: DrawPage, second: SecondWindow
) -> None:
    second.resize(1900, 500)  # an arrangement in which C5 has other rows
    qtbot.waitUntil(lambda: second.width() == 1900)
    for number in (0, 37, 119):
        unit = Unit("C5", number)
        shown.maps.point(shown.maps.pointed_of(unit))
        qtbot.waitUntil(
            lambda unit=unit: (
                second.maps.pointed is not None
                and second.maps.unit_of(second.maps.pointed) == unit
            )
        )


def test_the_maps_here_may_change_their_size(
    qtbot: QtBot,
    program: Program,
    shown: DrawPage,
    second: SecondWindow,
    reading: Callable[..., Reading],
) -> None:
    program.window.resize(1000, 640)
    qtbot.waitUntil(lambda: second.maps.colouring is shown.maps.colouring)
    shown.show_reading(reading(3, seed=9))
    there, here = shown.maps.pictures["C3"].image, second.maps.pictures["C3"].image
    assert there.constBits().tobytes() == here.constBits().tobytes()


def test_strokes_appear_while_they_are_made(
    qtbot: QtBot, shown: DrawPage, second: SecondWindow, samples: list[Drawing]
) -> None:
    """Painted point by point, the mirror looks as if it had painted all of it at once."""
    pen, ink = SyntheticPen(shown.canvas), samples[3].ink
    events = list(pointer_events(ink))
    for number, event in enumerate(events):
        pen.send(event)
        shown.canvas._tell()
        if number == len(events) // 2:
            qtbot.waitUntil(lambda: len(second.canvas._looks.live) > 2)
            QApplication.processEvents()
            half = grey(second.canvas)
        if number % 7 == 0:
            QApplication.processEvents()
    whole = grey(second.canvas)
    dark = whole < 128
    assert 0 < (half < 128).sum() < dark.sum()
    second.canvas._take_all()
    assert (np.abs(grey(second.canvas) - whole) > 128).sum() == 0
    shown.canvas.undo()
    assert (grey(second.canvas) < 128).sum() < dark.sum()
    shown.canvas.clear()
    shown.canvas.set_sheet(Sheet(ink))
    assert abs((grey(second.canvas) < 128).sum() - dark.sum()) < 0.05 * dark.sum()


def test_theme_wide_canvas_inspector_and_views_follow(
    qtbot: QtBot, program: Program, shown: DrawPage, second: SecondWindow
) -> None:
    window = program.window
    window.set_theme(ThemeChoice.DARK)
    assert second.maps.theme.name == second.verdict.theme.name == "dark"
    assert second.maps.theme.scale == pytest.approx(0.022 * SIZE.height() / 11)
    shown.set_wide(wide=True)
    assert second.canvas.width() > 0.9 * SIZE.width()
    shown.set_wide(wide=False)
    shown.show_inspector(shown=True)
    assert second.inspector.isVisible()
    assert not second.inspector.geometry().intersects(second.maps.geometry())
    shown.show_inspector(shown=False)
    window.actions_by_name["segmentation_graph"].trigger()
    assert second.in_place.isVisible()
    assert not second.maps.isVisible()
    window.actions_by_name["segmentation_graph"].trigger()
    assert second.maps.isVisible()


@pytest.mark.parametrize("what", ["train", "segmentation_graph", "inspector", "maps"])
def test_nothing_is_painted_at_rest(
    qtbot: QtBot, program: Program, shown: DrawPage, second: SecondWindow, what: str
) -> None:
    if what == "train":
        program.window.open_page("train")
        qtbot.waitUntil(
            lambda: second.page.isVisible() and not second.page._pixmap.isNull(), timeout=60_000
        )
    elif what != "maps":
        program.window.actions_by_name[what].trigger()
    painted: list[QObject] = []

    class Counter(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint:
                painted.append(watched)
            return False

    def rests() -> bool:
        """Whether no timer runs that could have anything painted, and nothing is."""
        painted.clear()
        QApplication.processEvents()
        return not painted and not any(timer.isActive() for timer in second.findChildren(QTimer))

    counter = Counter()
    for part in (second, *second.findChildren(QWidget)):
        part.installEventFilter(counter)
    qtbot.waitUntil(rests)
    # What is painted there is shown here once.
    before = second.grab().toImage()
    there = program.window.page_stack if what == "train" else shown
    there.repaint()
    qtbot.waitUntil(rests)
    assert second.grab().toImage() == before


def test_another_page_is_shown_as_a_picture(
    qtbot: QtBot, program: Program, shown: DrawPage, second: SecondWindow
) -> None:
    window = program.window
    window.open_page("train")
    qtbot.waitUntil(lambda: "train" in window.page_widgets, timeout=60_000)
    qtbot.waitUntil(
        lambda: second.page.isVisible() and not second.page._pixmap.isNull(), timeout=60_000
    )
    second.page.take()
    there = window.page_stack.grab(second.page.seen).toImage()
    here = second.page._pixmap.toImage()
    small = here.scaled(there.size(), mode=Qt.TransformationMode.SmoothTransformation)
    differences = [
        abs(there.pixelColor(x, y).lightness() - small.pixelColor(x, y).lightness())
        for x in range(5, there.width(), 11)
        for y in range(5, there.height(), 11)
    ]
    assert sum(differences) / len(differences) < 6
    window.open_page("draw")
    assert second.maps.isVisible()
    assert not second.page.isVisible()


def test_a_layer_fills_it_while_the_laptop_keeps_its_canvas(
    qtbot: QtBot, program: Program, shown: DrawPage, second: SecondWindow
) -> None:
    for _ in range(2):
        program.window.actions_by_name["enlarge_c1"].trigger()
    assert second.maps.width() > 0.95 * second.width()
    assert shown.canvas.isVisible()
    second.activateWindow()
    qtbot.keyClick(second, Qt.Key.Key_Escape)
    assert second.canvas.isVisible()


def test_what_is_written_beside_a_layer_that_fills_it_is_there_afterwards(
    shown: DrawPage, second: SecondWindow, samples: list[Drawing]
) -> None:
    """Without a place there it is not painted: Qt would warn with each point."""
    shown.set_maps_alone(alone=True)
    QApplication.processEvents()
    for event in pointer_events(samples[4].ink):
        SyntheticPen(shown.canvas).send(event)
        shown.canvas._tell()
    shown.set_maps_alone(alone=False)
    QApplication.processEvents()
    seen = grey(second.canvas)
    second.canvas.hide()
    second.canvas.show()  # painted anew
    assert np.count_nonzero(seen < 128) > 100
    np.testing.assert_array_equal(seen, grey(second.canvas))


def test_keys_act_in_it_and_closing_it_is_seen(
    qtbot: QtBot, program: Program, shown: DrawPage, second: SecondWindow
) -> None:
    assert program.window.actions_by_name["enlarge_c3"] in second.actions()
    second.close()
    assert not program.window.actions_by_name["second_screen"].isChecked()
    assert program.draw.staging.screen.second is None


def test_it_goes_with_the_window(program: Program, shown: DrawPage, second: SecondWindow) -> None:
    program.window.close()
    assert not second.isVisible()


def test_on_one_screen_it_is_a_window(program: Program, second: SecondWindow) -> None:
    assert not second.isFullScreen()
    assert second.isVisible()
    application = QApplication.instance()
    assert isinstance(application, QGuiApplication)
    application.screenRemoved.emit(QGuiApplication.primaryScreen())
    QApplication.processEvents()
    assert second.isVisible()
    assert not second.isFullScreen()


TWO_SCREENS = """
import sys
from pathlib import Path
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from lenetpad.ui.stage.second_window import SecondWindow
from lenetpad.tools.driver import Driver
from lenetpad.tools.event_loop import wait_until

with Driver({"device": "cpu"}) as driver:
    driver.wait_for_reading()
    driver.act("second_screen")
    second = driver._draw.staging.screen.second
    one, two = QGuiApplication.screens()
    assert second.isFullScreen() and second.screen() is two, second.geometry()
    assert second.geometry() == two.geometry(), second.geometry()
    assert driver._window.screen() is one
    # The first window is dragged to the projector: they change places.
    for here, there in ((two, one), (one, two)):
        driver._window.windowHandle().setScreen(here)
        wait_until(lambda: second.screen() is there and second.isFullScreen())
        assert second.geometry() == there.geometry(), second.geometry()
    # It is unplugged: Qt has moved the window, and tells of it.
    screens = QGuiApplication.screens
    QGuiApplication.screens = staticmethod(lambda: [one])
    second.setScreen(one)
    QGuiApplication.instance().screenRemoved.emit(two)
    wait_until(lambda: not second.isFullScreen())
    assert one.geometry().contains(second.geometry()), second.geometry()
    assert second.isVisible()
    # And plugged in again.
    QGuiApplication.screens = screens
    QGuiApplication.instance().screenAdded.emit(two)
    wait_until(second.isFullScreen)
    assert second.geometry() == two.geometry(), second.geometry()
print("done")
"""


def test_it_fills_another_screen_comes_back_when_that_goes_and_returns_with_it(
    tmp_path: Path,
) -> None:
    screens = [
        {"name": name, "x": x, "y": 0, "width": w, "height": h, "logicalDpi": 96, "dpr": 1}
        for name, x, w, h in (("laptop", 0, 1280, 800), ("projector", 1280, 1920, 1080))
    ]
    layout = tmp_path / "screens.json"
    layout.write_text(json.dumps({"screens": screens}))
    done = subprocess.run(
        [sys.executable, "-c", TWO_SCREENS],
        env={
            **os.environ,
            "QT_QPA_PLATFORM": f"offscreen:configfile={layout}",
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.stdout.strip() == "done", done.stderr


def test_it_opens_before_there_is_a_network(qtbot: QtBot, program: Program) -> None:
    program.window.actions_by_name["second_screen"].trigger()
    second = program.draw.staging.screen.second
    assert second is not None
    qtbot.waitExposed(second)
    program.draw.page.canvas.set_sheet(Sheet(Ink.of([[[100, 100], [900, 900]]])))
    assert (grey(second.canvas) < 128).any()
    program.draw.recognition.model_ready.emit(a_model())
    program.draw.page.show_reading(a_reading(digit=5))
    assert second.verdict.verdict == "5"
    program.draw.staging.screen.close()
