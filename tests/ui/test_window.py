"""The window: actions, files, clipboard, themes, settings, and messages that lose nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QPoint, QPointF, QSettings, QSize, Qt, QTimer
from PySide6.QtGui import (
    QColor,
    QKeySequence,
    QPaintEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from lenetpad.app import Program
from lenetpad.controllers.registry import PAGES
from lenetpad.ink.strokes import Ink, Sheet
from lenetpad.tools.synthetic_pen import SyntheticPen
from lenetpad.ui.draw import documents
from lenetpad.ui.widgets.colour import Scale
from lenetpad.ui.widgets.page import Page
from lenetpad.ui.widgets.theme import DARK, LIGHT, Theme, ThemeChoice
from lenetpad.ui.window import SMALLEST, Window
from lenetpad.values.failures import Failure, Place
from lenetpad.values.models import Choice, ModelReady
from lenetpad.values.reading import Reading
from tests.segmentations import line_of, segmented

INK = Ink.of([[[200, 200], [500, 800]], [[600, 300], [700, 400]]])


def show_model(program: Program, model: ModelReady) -> None:
    """Let the program have a network, as far as one can see."""
    program.draw.recognition.model_ready.emit(model)


def draw(program: Program, ink: Ink = INK) -> None:
    SyntheticPen(program.draw.page.canvas).write(ink)


def test_every_action_has_a_shortcut_and_a_tooltip_that_names_it(program: Program) -> None:
    taken: set[str] = set()
    for spec in program.window.action_specs:
        action = program.window.actions_by_name[spec.name]
        assert spec.shortcuts
        for shortcut in spec.shortcuts:
            assert shortcut not in taken
            taken.add(shortcut)
        native = QKeySequence(spec.shortcuts[0]).toString(QKeySequence.SequenceFormat.NativeText)
        assert native in action.toolTip()


def test_shortcuts_drive_the_canvas(qtbot: QtBot, program: Program) -> None:
    program.window.activateWindow()
    draw(program)
    qtbot.keyClick(program.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert len(program.draw.page.canvas.sheet.ink.strokes) == 1
    qtbot.keyClick(program.window, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert len(program.draw.page.canvas.sheet.ink.strokes) == 2
    qtbot.keyClick(program.window, Qt.Key.Key_Delete)
    assert not program.draw.page.canvas.sheet
    qtbot.keyClick(program.window, Qt.Key.Key_E)
    assert program.draw.page.canvas.erasing
    qtbot.keyClick(program.window, Qt.Key.Key_P)
    assert not program.draw.page.canvas.erasing


def test_actions_that_can_do_nothing_are_off(program: Program) -> None:
    actions = program.window.actions_by_name
    names = ("undo", "redo", "clear", "save", "copy")
    assert [actions[name].isEnabled() for name in names] == [False] * 5
    draw(program)
    assert [actions[name].isEnabled() for name in names] == [True, False, True, True, True]
    actions["undo"].trigger()
    assert actions["redo"].isEnabled()


def test_the_pens_points_are_told_while_it_writes(program: Program) -> None:
    told: list[Sheet] = []
    before = program.draw.serial
    program.draw.page.canvas.sheet_changed.connect(told.append)
    draw(program)
    assert len(told) > 2
    assert told[0].ink.point_count == 1
    assert told[-1] == program.draw.page.canvas.sheet
    assert program.draw.serial == before + len(told)  # each is to be read


def test_the_systems_theme_can_be_followed_again(window: Window, settings: QSettings) -> None:
    follow = window.actions_by_name["theme_system"]
    assert follow.isChecked()
    window.switch_theme()
    assert not follow.isChecked()
    follow.trigger()
    assert follow.isChecked()
    assert settings.value("theme") == "system"


def test_themes_switch_and_persist(qtbot: QtBot, window: Window, settings: QSettings) -> None:
    def shows(colour: str) -> bool:
        return window.grab().toImage().pixelColor(3, 400) == QColor(colour)

    window.set_theme(ThemeChoice.DARK)
    qtbot.waitUntil(lambda: shows(DARK.window))
    window.switch_theme()
    qtbot.waitUntil(lambda: shows(LIGHT.window))
    window.switch_theme()
    assert settings.value("theme") == "dark"


@pytest.mark.parametrize("width", [SMALLEST.width(), 1024, 1280, 1920])
def test_nothing_in_the_header_is_cut_at_any_width(
    qtbot: QtBot, program: Program, width: int
) -> None:
    header = program.window.header
    program.window.resize(width, 700)

    def cut() -> list[QWidget]:
        children = header.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)
        return [w for w in children if w.isVisible() and w.width() < w.minimumSizeHint().width()]

    for name in ("draw", "train", "draw"):
        program.window.open_page(name)
        qtbot.waitUntil(lambda: header.width() == width and not cut())
    program.window.show_choice(Choice(1, f"/somewhere/{'long' * 20}.safetensors", "cpu"))
    box = header.models  # is cut in its middle, and has a tooltip
    qtbot.waitUntil(lambda: not set(cut()) - {box})
    titles = [title.isVisible() for title in header.findChildren(QLabel)]
    # Between the smallest and the largest it depends on the font.
    assert titles == [width >= 1920] * 4 or width in (1024, 1280)
    assert header.page_tabs.width() == header.page_tabs.sizeHint().width()


@pytest.mark.parametrize("width", [SMALLEST.width(), 900, 1024, 1280])
def test_whose_hand_reads_is_seen_at_any_width(qtbot: QtBot, program: Program, width: int) -> None:
    header = program.window.header
    program.window.resize(width, 700)
    header.show_hands((("", "No hand"), ("/ann", "Ann"), ("…", "Hands…")), "/ann")

    def whole() -> bool:
        seen = header.hands.isVisible() and header.rect().contains(header.hands.geometry())
        return seen and header.hands.width() >= header.hands.sizeHint().width()

    qtbot.waitUntil(whole)


class Sheeted(Page):
    """A page that notes what becomes of it."""

    def __init__(self, name: str, happened: list[str]) -> None:
        super().__init__(LIGHT)
        self.name, self.happened = name, happened

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.happened.append(f"{self.name} {theme.name}")

    def paintEvent(self, event: QPaintEvent) -> None:
        self.happened.append(f"{self.name} painted")


def test_pages_follow_the_theme_in_turns_the_open_one_first(qtbot: QtBot, window: Window) -> None:
    happened: list[str] = []
    window.put_page("draw", Page(LIGHT))
    for name in ("train", "evaluate"):
        window.put_page(name, Sheeted(name, happened))
    window.open_page("evaluate")
    qtbot.waitUntil(lambda: "evaluate painted" in happened)
    happened.clear()
    turns = QTimer(window)
    turns.timeout.connect(lambda: happened.append("turn"))
    turns.start(0)
    window.set_theme(ThemeChoice.DARK)
    assert happened == []  # nothing waits for a page
    window.set_theme(ThemeChoice.LIGHT)  # thought better of it
    window.set_theme(ThemeChoice.DARK)
    qtbot.waitUntil(lambda: not window.restyling)
    turns.stop()
    done = [entry for entry in happened if entry != "turn"]
    assert done[0] == "evaluate dark"
    assert set(done[1:-1]) == {"evaluate painted"}
    assert done[-1] == "train dark"
    assert "turn" in happened[happened.index("evaluate dark") : happened.index("train dark")]
    assert window.updatesEnabled()


def test_a_page_that_fails_at_a_theme_leaves_a_window_that_paints(
    qtbot: QtBot, window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(theme: Theme) -> None:
        raise ValueError(theme.name)

    window.put_page("draw", page := Page(LIGHT))
    window.open_page("draw")
    monkeypatch.setattr(page, "set_theme", fail)
    with qtbot.captureExceptions() as caught:
        window.set_theme(ThemeChoice.DARK)
        assert not window.updatesEnabled()
        qtbot.waitUntil(lambda: not window.restyling)
    assert [str(error) for _, error, _ in caught] == ["dark"]
    assert window.updatesEnabled()


def test_a_page_that_comes_while_the_theme_changes_has_it(qtbot: QtBot, window: Window) -> None:
    window.set_theme(ThemeChoice.DARK)
    happened: list[str] = []
    window.put_page("train", page := Sheeted("train", happened))
    assert happened == ["train dark"]
    assert page.styleSheet() == window.header.styleSheet() != ""
    qtbot.waitUntil(lambda: not window.restyling)


@pytest.mark.parametrize("choice", [ThemeChoice.LIGHT, ThemeChoice.DARK])
def test_dialogs_are_styled_as_the_window_is(
    program: Program, monkeypatch: pytest.MonkeyPatch, choice: ThemeChoice, tmp_path: Path
) -> None:
    program.window.set_theme(choice)
    draw(program)
    seen: list[QColor] = []

    def execute(box: QMessageBox) -> int:
        box.show()
        button = next(one for one in box.buttons() if one.text() == "Replace")
        seen.append(button.grab().toImage().pixelColor(6, button.height() // 2))
        box.close()
        return 0

    (tmp_path / "there.ink.jsonl").touch()
    monkeypatch.setattr(QMessageBox, "exec", execute)
    kind = documents.save_filter().split(";;")[0]
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "there"), kind))
    program.draw.documents.save_document()
    assert (tmp_path / "there.ink.jsonl").read_bytes() == b""
    assert seen == [QColor((LIGHT if choice is ThemeChoice.LIGHT else DARK).panel)]


def test_settings_and_geometry_come_back(
    program: Program,
    make_program: Callable[..., Program],
    settings: QSettings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The offscreen screen is smaller than the window, so Qt's own fitting is left out here.
    restored: list[bytes] = []
    monkeypatch.setattr(
        Window, "restoreGeometry", lambda _, saved: restored.append(bytes(saved)) or True
    )
    saved = bytes(program.window.saveGeometry())
    program.window.set_theme(ThemeChoice.DARK)
    program.draw.page.scales.setCurrentIndex(2)
    program.draw.page.pen_widths.setCurrentIndex(4)
    program.window.close()
    again = make_program(settings=QSettings(settings.fileName(), QSettings.Format.IniFormat))
    assert restored == [saved]
    assert again.draw.page.maps.scale is Scale.MAP
    assert again.draw.page.canvas.pen_width == program.draw.page.canvas.pen_width == 64
    assert again.window.theme == DARK


@pytest.mark.parametrize("junk", ["purple", 7, -1.5, b"nonsense", ["a", "b"], {"k": 1}, None, ""])
def test_settings_that_make_no_sense_are_passed_over(
    program: Program, make_program: Callable[..., Program], settings: QSettings, junk: object
) -> None:
    for name in ("theme", "scale", "pen_width", "geometry", "folder", "model", "device"):
        settings.setValue(name, junk)
    settings.sync()
    again = make_program(settings=QSettings(settings.fileName(), QSettings.Format.IniFormat))
    assert again.draw.page.maps.scale is Scale.FIXED
    assert isinstance(again.window.preferences.choice.model, str)
    assert again.window.preferences.choice.model


def test_full_screen_and_back(qtbot: QtBot, window: Window) -> None:
    action = window.actions_by_name["fullscreen"]
    action.trigger()
    assert window.isFullScreen()
    qtbot.waitUntil(action.isChecked)
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not window.isFullScreen()
    qtbot.waitUntil(lambda: not action.isChecked())
    window.showFullScreen()  # as a window manager does
    qtbot.waitUntil(action.isChecked)


@pytest.mark.expected_log
def test_a_failure_is_a_banner_that_moves_and_covers_nothing(
    program: Program, model: Callable[..., ModelReady], reading: Callable[..., Reading]
) -> None:
    show_model(program, model())
    program.draw.page.show_reading(reading())
    before = program.draw.page.maps.geometry()
    program.draw.report(Failure(Place.RECOGNITION, "it broke in /a/very/long/path"))
    assert program.draw.page.banner.isVisible()
    assert program.draw.page.banner.text == "it broke in /a/very/long/path"
    assert program.draw.page.maps.geometry() == before
    for part in (
        program.draw.page.canvas,
        program.draw.page.maps,
        program.draw.page.probabilities,
    ):
        assert not part.geometry().intersects(program.draw.page.banner.geometry())
    # What was read before is not of the ink that failed.
    assert program.draw.page.maps.reading is None
    assert program.draw.page.verdict.verdict == ""


def test_a_banner_covers_no_digit_of_a_long_number(
    program: Program, model: Callable[..., ModelReady], reading: Callable[..., Reading]
) -> None:
    show_model(program, model())
    page = program.draw.page
    page.banner.note("A note that stays.")
    for text in ("12", "123456789012", "12"):
        page.show_reading(reading(segmentation=segmented(line_of(len(text)), text)))
        face = page.verdict._face
        assert face is not None
        assert page.banner.x() >= page.verdict.x() + face.right


def test_a_model_fills_the_devices_and_keeps_the_choice(
    program: Program, model: Callable[..., ModelReady]
) -> None:
    devices = (("auto", "Auto"), ("cpu", "CPU"), ("cuda:0", "A GPU (cuda:0)"))
    show_model(program, model(devices=devices, notice="fell back"))
    program.window.show_choice(Choice(2, "/somewhere/mine.pth", "cuda:0"))
    header = program.window.header
    assert header.models.currentText() == "mine.pth"
    assert header.devices.currentText() == "A GPU (cuda:0)"
    show_model(program, model(Choice(99, "lenet5-1998"), devices=devices))  # not of this choice
    assert header.devices.currentData() == "cuda:0"
    assert program.draw.page.banner.text == "fell back"


def test_choosing_tells_the_wish(qtbot: QtBot, window: Window) -> None:
    with qtbot.waitSignal(window.model_chosen) as told:
        window.header.models.activated.emit(2)
    assert told.args == ["lenet5-modern"]
    with qtbot.waitSignal(window.device_chosen) as told:
        window.header.devices.activated.emit(0)
    assert told.args == ["auto"]


def test_the_wheel_over_the_network_box_changes_nothing(qtbot: QtBot, window: Window) -> None:
    box = window.header.models
    centre = QPointF(box.rect().center())
    event = QWheelEvent(
        centre,
        box.mapToGlobal(centre),
        QPoint(0, 0),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    box.setFocus()
    with qtbot.assertNotEmitted(window.model_chosen):
        QApplication.sendEvent(box, event)
    assert box.currentIndex() == 0


def test_a_reading_is_painted_by_every_panel(
    qtbot: QtBot,
    program: Program,
    model: Callable[..., ModelReady],
    reading: Callable[..., Reading],
) -> None:
    show_model(program, model())
    with qtbot.waitSignal(program.draw.page.reading_painted) as told:
        program.draw.page.show_reading(reading(serial=3))
    assert told.args[0].serial == 3
    assert program.draw.page.verdict.verdict == "7"


@pytest.mark.parametrize("size", [(1024, 700), (1280, 800), (1920, 1080), (3840, 2160)])
def test_nothing_jumps_when_a_reading_arrives(
    qtbot: QtBot,
    program: Program,
    model: Callable[..., ModelReady],
    reading: Callable[..., Reading],
    size: tuple[int, int],
) -> None:
    program.window.resize(*size)
    qtbot.waitUntil(lambda: not program.window.restyling)  # texts grow with the window
    show_model(program, model())
    QApplication.processEvents()
    page = program.draw.page
    parts = (page.canvas, page.maps, page.probabilities, page.verdict, program.window.header)
    before = [part.geometry() for part in parts] + [dict(page.maps.placed)]
    program.draw.page.show_reading(reading())
    QApplication.processEvents()
    assert [part.geometry() for part in parts] + [dict(page.maps.placed)] == before
    assert page.canvas.width() == page.canvas.height()
    assert page.rect().contains(page.verdict.geometry())


def test_the_first_window_is_no_larger_than_the_screen(
    qtbot: QtBot, settings: QSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = SimpleNamespace(availableSize=lambda: QSize(1024, 700))
    monkeypatch.setattr(Window, "screen", lambda self: small)
    window = Window(settings, [row.spec for row in PAGES])
    qtbot.addWidget(window)
    assert (window.width(), window.height()) == (1024, 700)


@pytest.mark.parametrize("width", [SMALLEST.width(), 1280])
def test_a_runs_name_has_the_room_there_is_and_cuts_no_tab(
    qtbot: QtBot, program: Program, width: int
) -> None:
    window, header = program.window, program.window.header
    window.resize(width, 700)
    name = "2026-11-26 16.28.11 lenet5-modern"
    model = f"/somewhere/runs/{name}/weights.safetensors"
    window.show_choice(Choice(1, model, "cpu"), f"/somewhere/runs/{name}")
    assert header.models.currentText() == name
    assert header.models.toolTip() == f"{name}\n{model}"
    tabs, box = header.page_tabs, header.models
    qtbot.waitUntil(lambda: header.width() == width)
    qtbot.waitUntil(lambda: tabs.width() >= tabs.sizeHint().width())
    assert width < 1280 or box.width() >= box.minimumSizeHint().width()
    window.show_choice(Choice(2, "lenet5-1998", "cpu"))
    qtbot.waitUntil(lambda: tabs.width() >= tabs.sizeHint().width())
