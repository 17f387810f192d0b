"""The window: actions, files, clipboard, themes, settings, and messages that lose nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, QSettings, QSize, Qt, QTimer, QUrl
from PySide6.QtGui import (
    QColor,
    QDropEvent,
    QGuiApplication,
    QImage,
    QKeySequence,
    QPaintEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from lenetpad.ink.files import Drawing, is_ink, read_ink, write_ink
from lenetpad.ink.strokes import Ink, InkError, Sheet
from lenetpad.tools.synthetic_pen import SyntheticPen as Hand
from lenetpad.ui.actions import ACTIONS
from lenetpad.ui.draw import clipboard, documents
from lenetpad.ui.widgets.colour import Scale
from lenetpad.ui.widgets.page import Page
from lenetpad.ui.widgets.theme import DARK, LIGHT, Theme, ThemeChoice
from lenetpad.ui.window import SMALLEST, Window
from lenetpad.values.failures import Failure
from lenetpad.values.models import Choice, ModelReady
from lenetpad.values.reading import Reading

INK = Ink.of([[[200, 200], [500, 800]], [[600, 300], [700, 400]]])


@pytest.fixture
def window(qtbot: QtBot, settings: QSettings) -> Iterator[Window]:
    window = Window(settings)
    qtbot.addWidget(window)
    window.resize(1280, 800)
    window.show()
    yield window
    window.close()


def draw(window: Window, ink: Ink = INK) -> None:
    Hand(window.page.canvas).write(ink)


def test_every_action_has_a_shortcut_and_a_tooltip_that_names_it(window: Window) -> None:
    taken: set[str] = set()
    for spec in ACTIONS:
        action = window.actions_by_name[spec.name]
        assert spec.shortcuts
        for shortcut in spec.shortcuts:
            assert shortcut not in taken
            taken.add(shortcut)
        native = QKeySequence(spec.shortcuts[0]).toString(QKeySequence.SequenceFormat.NativeText)
        assert native in action.toolTip()


def test_shortcuts_drive_the_canvas(qtbot: QtBot, window: Window) -> None:
    window.activateWindow()
    draw(window)
    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert len(window.page.canvas.sheet.ink.strokes) == 1
    qtbot.keyClick(window, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert len(window.page.canvas.sheet.ink.strokes) == 2
    qtbot.keyClick(window, Qt.Key.Key_Delete)
    assert not window.page.canvas.sheet
    qtbot.keyClick(window, Qt.Key.Key_E)
    assert window.page.canvas.erasing
    qtbot.keyClick(window, Qt.Key.Key_P)
    assert not window.page.canvas.erasing


def test_actions_that_can_do_nothing_are_off(window: Window) -> None:
    actions = window.actions_by_name
    names = ("undo", "redo", "clear", "save", "copy")
    assert [actions[name].isEnabled() for name in names] == [False] * 5
    draw(window)
    assert [actions[name].isEnabled() for name in names] == [True, False, True, True, True]
    actions["undo"].trigger()
    assert actions["redo"].isEnabled()


def test_every_pointer_event_tells_the_sheet(window: Window) -> None:
    told: list[Sheet] = []
    window.sheet_changed.connect(told.append)
    draw(window)
    assert len(told) > 20
    assert told[-1] == window.page.canvas.sheet


def test_ink_is_saved_and_opened_again(window: Window, tmp_path: Path) -> None:
    draw(window)
    drawn = window.page.canvas.sheet
    window.save_path(tmp_path / "digit.jsonl")
    window.page.canvas.clear()
    window.open_path(tmp_path / "digit.jsonl")
    opened = window.page.canvas.sheet
    assert [len(s.points) for s in opened.ink.strokes] == [
        len(s.points) for s in drawn.ink.strokes
    ]
    for one, other in zip(opened.ink.strokes, drawn.ink.strokes, strict=True):
        assert np.allclose(one.xy, other.xy, atol=0.01)
    assert not window.banner.isVisible()


def test_a_file_of_many_drawings_says_which_is_shown(window: Window, tmp_path: Path) -> None:
    write_ink(tmp_path / "many.jsonl", [Drawing(INK), Drawing(Ink.of([[[5, 5]]]))])
    window.open_path(tmp_path / "many.jsonl")
    assert window.page.canvas.sheet.ink == INK
    assert window.banner.text == "many.jsonl holds several drawings; this is the first."


def test_the_systems_theme_can_be_followed_again(window: Window, settings: QSettings) -> None:
    follow = window.actions_by_name["theme_system"]
    assert follow.isChecked()
    window.switch_theme()
    assert not follow.isChecked()
    follow.trigger()
    assert follow.isChecked()
    assert settings.value("theme") == "system"


def test_a_picture_is_saved_and_opened_as_a_normalised_digit(
    window: Window, tmp_path: Path
) -> None:
    draw(window)
    window.save_path(tmp_path / "digit.png")
    window.open_path(tmp_path / "digit.png")
    picture = window.page.canvas.sheet.picture
    assert picture is not None
    assert picture.max() > 0.9


@pytest.mark.parametrize(
    ("name", "content"),
    [("bad.jsonl", b'{"strokes": 5}\n'), ("bad.png", b"no picture"), ("gone.png", None)],
)
def test_a_bad_file_is_explained_and_loses_nothing(
    window: Window, tmp_path: Path, name: str, content: bytes | None
) -> None:
    draw(window)
    before = window.page.canvas.sheet
    if content is not None:
        (tmp_path / name).write_bytes(content)
    window.open_path(tmp_path / name)
    assert window.banner.isVisible()
    assert name in window.banner.text
    assert "\n" not in window.banner.text
    assert window.page.canvas.sheet == before


def test_saving_where_one_may_not_is_explained(window: Window, tmp_path: Path) -> None:
    draw(window)
    for name in ("none/digit.jsonl", "none/digit.png"):
        window.banner.hide()
        window.save_path(tmp_path / name)
        assert window.banner.isVisible()
        assert "digit" in window.banner.text


def test_foreign_ink_is_scaled_to_the_canvas(window: Window, tmp_path: Path) -> None:
    write_ink(tmp_path / "tiny.jsonl", [Drawing(Ink.of([[[-1.0, -1.0], [1.0, 2.0]]]))])
    window.open_path(tmp_path / "tiny.jsonl")
    xy = window.page.canvas.sheet.ink.strokes[0].xy
    assert np.ptp(xy, axis=0).max() == pytest.approx(700)
    assert xy.mean(axis=0) == pytest.approx([500, 500])
    assert len(read_ink(tmp_path / "tiny.jsonl")) == 1


def test_copy_and_paste_bring_the_ink_back(window: Window) -> None:
    draw(window)
    window.copy()
    image = QGuiApplication.clipboard().image()
    assert not image.isNull()
    before = [s.xy.tolist() for s in window.page.canvas.sheet.ink.strokes]
    window.page.canvas.clear()
    window.paste()
    assert np.allclose(window.page.canvas.sheet.ink.strokes[0].xy, before[0], atol=0.01)


def test_a_picture_is_copied_and_pasted_unchanged(window: Window) -> None:
    picture = np.random.default_rng(1).random((28, 28)).astype(np.float32)
    window.page.canvas.set_sheet(Sheet(picture=picture))
    window.copy()
    window.page.canvas.clear()
    window.paste()
    assert np.array_equal(window.page.canvas.sheet.picture, picture)


def test_an_empty_list_of_files_is_nothing_to_paste(window: Window) -> None:
    mime = QMimeData()
    mime.setData("text/uri-list", b"")
    with pytest.raises(InkError, match="nothing to paste"):
        clipboard.sheet_in(mime)


def test_a_picture_from_elsewhere_is_pasted(window: Window) -> None:
    image = QImage(60, 60, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    for y in range(10, 50):
        for x in range(28, 33):
            image.setPixelColor(x, y, QColor("black"))
    QGuiApplication.clipboard().setImage(image)
    window.paste()
    assert window.page.canvas.sheet.picture is not None


def test_pasting_nothing_is_explained(window: Window) -> None:
    draw(window)
    before = window.page.canvas.sheet
    QGuiApplication.clipboard().setText("just words")
    window.paste()
    assert "nothing to paste" in window.banner.text
    assert window.page.canvas.sheet == before


def test_a_file_can_be_dropped(window: Window, tmp_path: Path) -> None:
    write_ink(tmp_path / "digit.jsonl", [Drawing(INK)])
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / "digit.jsonl"))])
    event = QDropEvent(
        QPointF(300, 300),
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    window.dropEvent(event)
    assert window.page.canvas.sheet.ink == INK


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
    qtbot: QtBot, window: Window, width: int
) -> None:
    header = window.header
    window.resize(width, 700)

    def cut() -> list[QWidget]:
        children = header.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)
        return [w for w in children if w.isVisible() and w.width() < w.minimumSizeHint().width()]

    for name in ("draw", "train", "draw"):
        window.open_page(name)
        qtbot.waitUntil(lambda: header.width() == width and not cut())
    window.show_choice(Choice(1, f"/somewhere/{'long' * 20}.safetensors", "cpu"))
    box = header.models  # is cut in its middle, and has a tooltip
    qtbot.waitUntil(lambda: not set(cut()) - {box})
    titles = [title.isVisible() for title in header._titles]
    assert titles == [width >= 1280] * 3 or width == 1024  # there it depends on the font
    assert header.pages.width() == header.pages.sizeHint().width()


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

    monkeypatch.setattr(window.page, "set_theme", fail)
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
    window: Window, monkeypatch: pytest.MonkeyPatch, choice: ThemeChoice, tmp_path: Path
) -> None:
    window.set_theme(choice)
    draw(window)
    seen: list[QColor] = []

    def question(parent: QWidget, *words: str) -> QMessageBox.StandardButton:
        box = QMessageBox(QMessageBox.Icon.Question, *words, parent=parent)
        button = box.addButton(QMessageBox.StandardButton.No)
        box.show()
        seen.append(button.grab().toImage().pixelColor(6, button.height() // 2))
        box.close()
        return QMessageBox.StandardButton.No

    (tmp_path / "there.ink.jsonl").touch()
    monkeypatch.setattr(QMessageBox, "question", question)
    kind = documents.SAVE_FILTER.split(";;")[0]
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "there"), kind))
    window.save_document()
    assert (tmp_path / "there.ink.jsonl").read_bytes() == b""
    assert seen == [QColor((LIGHT if choice is ThemeChoice.LIGHT else DARK).panel)]


def test_settings_and_geometry_come_back(
    qtbot: QtBot, window: Window, settings: QSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The offscreen screen is smaller than the window, so Qt's own fitting is left out here.
    restored: list[bytes] = []
    monkeypatch.setattr(
        Window, "restoreGeometry", lambda _, saved: restored.append(bytes(saved)) or True
    )
    saved = bytes(window.saveGeometry())
    window.set_theme(ThemeChoice.DARK)
    window.page.scales.setCurrentIndex(2)
    window.page.pen_widths.setCurrentIndex(4)
    window.close()
    again = Window(QSettings(settings.fileName(), QSettings.Format.IniFormat))
    qtbot.addWidget(again)
    assert restored == [saved]
    assert again.page.maps.scale is Scale.MAP
    assert again.page.canvas.pen_width == window.page.canvas.pen_width == 64
    assert again._theme is DARK


@pytest.mark.parametrize("junk", ["purple", 7, -1.5, b"nonsense", ["a", "b"], {"k": 1}, None, ""])
def test_settings_that_make_no_sense_are_passed_over(
    qtbot: QtBot, settings: QSettings, junk: object
) -> None:
    for name in ("theme", "scale", "pen_width", "geometry", "folder", "model", "device"):
        settings.setValue(name, junk)
    settings.sync()
    window = Window(QSettings(settings.fileName(), QSettings.Format.IniFormat))
    qtbot.addWidget(window)
    assert window.page.maps.scale is Scale.FIXED
    assert isinstance(window.preferences.choice.model, str)
    assert window.preferences.choice.model


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


def test_saving_asks_before_it_replaces_a_file_that_was_not_named(
    window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw(window)
    (tmp_path / "digit.7.ink.jsonl").write_text("precious", encoding="utf-8")
    typed, ink = str(tmp_path / "digit.7"), documents.SAVE_FILTER.split(";;")[0]
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (typed, ink))
    for answer, kept in (("No", True), ("Yes", False)):
        button = QMessageBox.StandardButton[answer]
        monkeypatch.setattr(QMessageBox, "question", lambda *_, button=button: button)
        window.save_document()
        content = (tmp_path / "digit.7.ink.jsonl").read_text(encoding="utf-8")
        assert (content == "precious") is kept
    assert window.preferences.folder == str(tmp_path)


@pytest.mark.parametrize(
    ("typed", "kind", "saved"),
    [
        ("seven", 0, "seven.ink.jsonl"),
        ("seven.ink", 0, "seven.ink.jsonl"),
        ("seven.ink.jsonl", 0, "seven.ink.jsonl"),
        ("seven.jsonl", 0, "seven.jsonl"),
        ("seven.jsonl.gz", 1, "seven.jsonl.gz"),
        ("seven", 1, "seven.png"),
        ("seven.jpg", 0, "seven.jpg"),
    ],
)
def test_a_name_gets_the_ending_of_its_kind(typed: str, kind: int, saved: str) -> None:
    chosen = documents.SAVE_FILTER.split(";;")[kind]
    assert documents.with_suffix(Path(typed), chosen) == Path(saved)


def test_saving_proposes_the_ending_that_the_desktop_knows(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    proposed: list[str] = []

    def ask(_: object, __: str, proposal: str, ___: str) -> tuple[str, str]:
        proposed.append(proposal)
        return "", ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", ask)
    window.save_document()
    assert proposed == ["drawing.ink.jsonl"]
    assert is_ink(Path(proposed[0]))


def test_a_failure_is_a_banner_that_moves_and_covers_nothing(
    window: Window, model: Callable[..., ModelReady], reading: Callable[..., Reading]
) -> None:
    window.show_model(model())
    window.show_reading(reading())
    before = window.page.maps.geometry()
    window.show_failure(Failure("recognition", "it broke in /a/very/long/path"))
    assert window.banner.isVisible()
    assert window.banner.text == "it broke in /a/very/long/path"
    assert window.page.maps.geometry() == before
    for part in (window.page.canvas, window.page.maps, window.page.probabilities):
        assert not part.geometry().intersects(window.banner.geometry())
    # What was read before is not of the ink that failed.
    assert window.page.maps.reading is None
    assert window.page.verdict.verdict == ""


def test_a_model_fills_the_devices_and_keeps_the_choice(
    window: Window, model: Callable[..., ModelReady]
) -> None:
    devices = (("auto", "Auto"), ("cpu", "CPU"), ("cuda:0", "A GPU (cuda:0)"))
    window.show_model(model(devices=devices, notice="fell back"))
    window.show_choice(Choice(2, "/somewhere/mine.pth", "cuda:0"))
    header = window.header
    assert header.models.currentText() == "mine.pth"
    assert header.devices.currentText() == "A GPU (cuda:0)"
    window.show_model(model(devices=devices))
    assert header.devices.currentData() == "cuda:0"
    assert window.banner.text == "fell back"


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
    window: Window,
    model: Callable[..., ModelReady],
    reading: Callable[..., Reading],
) -> None:
    window.show_model(model())
    with qtbot.waitSignal(window.page.reading_painted) as told:
        window.show_reading(reading(serial=3))
    assert told.args[0].serial == 3
    assert window.page.verdict.verdict == "7"


@pytest.mark.parametrize("size", [(1024, 700), (1280, 800), (1920, 1080), (3840, 2160)])
def test_nothing_jumps_when_a_reading_arrives(
    window: Window,
    model: Callable[..., ModelReady],
    reading: Callable[..., Reading],
    size: tuple[int, int],
) -> None:
    window.resize(*size)
    window.show_model(model())
    QApplication.processEvents()
    page = window.page
    parts = (page.canvas, page.maps, page.probabilities, page.verdict, window.header)
    before = [part.geometry() for part in parts] + [dict(page.maps.placed)]
    window.show_reading(reading())
    QApplication.processEvents()
    assert [part.geometry() for part in parts] + [dict(page.maps.placed)] == before
    assert page.canvas.width() == page.canvas.height()
    assert page.rect().contains(page.verdict.geometry())


def test_the_first_window_is_no_larger_than_the_screen(
    window: Window, settings: QSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = SimpleNamespace(availableSize=lambda: QSize(1024, 700))
    monkeypatch.setattr(Window, "screen", lambda self: small)
    settings.clear()
    window._restore()
    assert (window.width(), window.height()) == (1024, 700)
