"""The About dialog: what it says, the licences it lists, what it copies, and how it is left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QLabel, QWidget
from pytestqt.qtbot import QtBot

import lenetpad
from lenetpad.controllers.registry import PAGES
from lenetpad.storage import licences as parts
from lenetpad.storage.licences import Part
from lenetpad.ui.dialogs.about import AboutDialog
from lenetpad.ui.widgets.theme import ThemeChoice
from lenetpad.ui.window import Window
from lenetpad.values.models import Choice, ModelReady

MARKER = "jane-of-the-marker"


class APart(Part):
    """A part without files, and with a text."""

    @property
    def text(self) -> str:
        """Its own name."""
        return f"the text of {self.name}"


PARTS = [APart("lenetpad", "1", "MIT"), APart("Beta", "2.5", "BSD"), APart("alpha", "", "MPL-2.0")]


@pytest.fixture
def window(qtbot: QtBot, settings: QSettings) -> Iterator[Window]:
    window = Window(settings, [row.spec for row in PAGES])
    qtbot.addWidget(window)
    window.resize(1024, 700)
    window.show()
    yield window
    window.close()


@pytest.fixture
def collected(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Three parts in place of those that there are; an entry for each time they were collected."""
    times: list[int] = []

    def collect() -> list[Part]:
        times.append(len(times))
        return list(PARTS)

    monkeypatch.setattr(parts, "collect", collect)
    return times


def opened(window: Window) -> AboutDialog:
    window.actions_by_name["about"].trigger()
    assert window.about is not None
    return window.about


@pytest.fixture
def dialog(window: Window, collected: list[int]) -> AboutDialog:
    return opened(window)


def words(widget: QWidget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel))


def copied(dialog: AboutDialog) -> dict[str, str]:
    dialog.copying.click()
    text = QGuiApplication.clipboard().text()
    return dict(line.split(": ", 1) for line in text.splitlines())


def test_its_key_opens_it_once_and_escape_closes_it(qtbot: QtBot, window: Window) -> None:
    window.activateWindow()
    qtbot.keyClick(window, Qt.Key.Key_F1, Qt.KeyboardModifier.ShiftModifier)
    first = window.about
    assert first is not None
    assert first.isVisible()
    window.actions_by_name["about"].trigger()
    assert window.about is first
    qtbot.keyClick(first, Qt.Key.Key_Escape)
    assert window.about is None
    assert not [w for w in QApplication.topLevelWidgets() if w.isVisible() and w is not window]


def test_it_closes_with_its_button_and_with_the_window(window: Window) -> None:
    dialog = opened(window)
    dialog.closing.button(QDialogButtonBox.StandardButton.Close).click()
    assert window.about is None
    opened(window)
    window.close()
    assert window.about is None
    assert not [w for w in QApplication.topLevelWidgets() if w.isVisible()]


def test_it_says_what_the_program_is_and_runs_on(
    window: Window, model: Callable[..., ModelReady]
) -> None:
    window.show_model(model(device="A GPU", used="cuda:0"))
    text = words(opened(window))
    for part in (
        f"lenetpad {lenetpad.__version__}", f"Qt {qVersion()}", "A GPU, cuda:0", "lenet5-1998",
        *("LeCun", "Bottou", "Bengio", "Haffner", "1998", "MNIST", "MIT"),
    ):  # fmt: skip
        assert part in text


def test_before_a_network_reads_it_says_so(dialog: AboutDialog) -> None:
    assert dialog.facts["Network"] == dialog.facts["Device"] == "none yet"


def test_the_diagnostics_tell_nothing_personal(
    window: Window, model: Callable[..., ModelReady], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HOME", "USER", "LOGNAME"):
        monkeypatch.setenv(name, f"/home/{MARKER}")
    choice = Choice(1, f"/home/{MARKER}/{MARKER}.safetensors", "cpu")
    window.show_model(model(choice, model=f"{MARKER}.safetensors", notice=f"at {MARKER}"))
    window.set_theme(ThemeChoice.DARK)
    dialog = opened(window)
    facts = copied(dialog)
    assert facts["Network"] == "own file (.safetensors)"
    assert facts["Device"] == "CPU"
    assert facts["Theme"] == "dark, dark"
    assert facts["Qt platform"] == QGuiApplication.platformName()
    screen = QGuiApplication.primaryScreen()
    size, scale = screen.size(), screen.devicePixelRatio()
    assert facts["Screens"] == f"{size.width()}×{size.height()} at scale {scale:g}"
    assert MARKER not in QGuiApplication.clipboard().text()
    assert MARKER not in words(dialog)
    assert dialog.copying.text() == "Copied"


def test_the_parts_are_collected_when_they_are_first_looked_at(
    dialog: AboutDialog, collected: list[int]
) -> None:
    assert collected == []
    for tab in (1, 0, 1):
        dialog.tabs.setCurrentIndex(tab)
    assert collected == [0]


def test_the_selected_parts_text_is_shown(qtbot: QtBot, dialog: AboutDialog) -> None:
    dialog.tabs.setCurrentIndex(1)
    licences = dialog.licences
    shown = [[licences.found.index(row, column).data() for column in range(3)] for row in range(3)]
    assert shown == [[part.name, part.version, part.licence] for part in PARTS]
    assert licences.text.toPlainText() == "the text of lenetpad"
    licences.view.setFocus()
    qtbot.keyClick(licences.view, Qt.Key.Key_Down)
    assert licences.selected is PARTS[1]
    assert licences.text.toPlainText() == "the text of Beta"
    assert licences.text.isReadOnly()


@pytest.mark.parametrize(
    ("typed", "names"), [("BETA", ["Beta"]), ("mpl", ["alpha"]), ("zeta", []), ("2.5", ["Beta"])]
)
def test_parts_are_found_by_name_version_and_licence(
    qtbot: QtBot, dialog: AboutDialog, typed: str, names: list[str]
) -> None:
    dialog.activateWindow()
    qtbot.keyClick(dialog, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    licences = dialog.licences
    assert dialog.tabs.currentWidget() is licences
    assert dialog.focusWidget() is licences.search
    qtbot.keyClicks(licences.search, typed)
    found = licences.found
    assert [found.index(row, 0).data() for row in range(found.rowCount())] == names
    assert licences.text.toPlainText() == (f"the text of {names[0]}" if names else "")
    qtbot.keyClick(licences.search, Qt.Key.Key_Return)
    assert dialog.isVisible()
    assert dialog.copying.text() != "Copied"
    licences.search.clear()
    assert found.rowCount() == 3


def test_a_licence_without_a_name_is_in_its_text_or_not_stated(
    window: Window, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    named = [Part("lib", texts=(tmp_path / "lib.txt",)), Part("other")]
    monkeypatch.setattr(parts, "collect", lambda: named)
    dialog = opened(window)
    dialog.tabs.setCurrentIndex(1)
    shown = [dialog.licences.found.index(row, 2).data() for row in range(2)]
    assert shown == ["see the text", "not stated"]


def test_return_presses_the_button_that_has_the_keyboard(
    qtbot: QtBot, window: Window, dialog: AboutDialog
) -> None:
    close = dialog.closing.button(QDialogButtonBox.StandardButton.Close)
    assert dialog.focusWidget() is close
    qtbot.keyClick(close, Qt.Key.Key_Return)
    assert window.about is None


def test_the_real_parts_can_all_be_shown(window: Window) -> None:
    dialog = opened(window)
    dialog.tabs.setCurrentIndex(1)
    view, rows = dialog.licences.view, dialog.licences.found.rowCount()
    assert rows > 10
    for row in range(rows):
        view.selectRow(row)
        assert dialog.licences.text.toPlainText().strip()


@pytest.mark.parametrize("size", [(860, 560), (1024, 700), (1920, 1080)])
def test_it_fits_into_its_window(
    window: Window, collected: list[int], size: tuple[int, int]
) -> None:
    window.resize(*size)
    dialog = opened(window)
    assert dialog.width() < size[0]
    assert dialog.height() < size[1]
    for tab in range(2):
        dialog.tabs.setCurrentIndex(tab)
        QApplication.processEvents()
        for part in (dialog.copying, dialog.closing, dialog.tabs):
            assert dialog.rect().contains(part.geometry())


@pytest.mark.parametrize("theme", [ThemeChoice.LIGHT, ThemeChoice.DARK])
def test_it_follows_the_theme(window: Window, collected: list[int], theme: ThemeChoice) -> None:
    window.set_theme(theme)
    dialog = opened(window)
    for tab in range(2):
        dialog.tabs.setCurrentIndex(tab)
        image = dialog.grab().toImage()
        for x, y in ((2, 2), (image.width() // 2, image.height() - 90)):
            assert (image.pixelColor(x, y).lightness() < 60) == (theme is ThemeChoice.DARK)
