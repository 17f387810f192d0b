"""How an exported picture is to look: asked for, kept as text, and turned into sizes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from lenetpad.ui.preferences import Preferences
from lenetpad.ui.widgets.export_options import (
    SCREEN,
    TEXTS,
    WIDTHS,
    ExportDialog,
    ExportOptions,
)
from lenetpad.ui.widgets.theme import DARK, LIGHT


@pytest.fixture
def parent(qtbot: QtBot) -> Iterator[QWidget]:
    parent = QWidget()
    qtbot.addWidget(parent)
    yield parent
    for dialog in parent.findChildren(ExportDialog):
        dialog.close()


@pytest.mark.parametrize(
    "options",
    [ExportOptions(), ExportOptions(False, 85.0, 8.0), ExportOptions(True, 162.56, 12.0)],
)
def test_options_are_kept_as_text(options: ExportOptions, settings: QSettings) -> None:
    assert ExportOptions.of(str(options)) == options
    Preferences(settings).keep(export=str(options))
    assert Preferences(settings).export_options == options


@pytest.mark.parametrize(
    "text",
    [
        *("", "white", "white 170", "white 170 9 9", "white a 9", "white nan 9", "white 170 inf"),
        *("white 5 9", "white 99999999 9", "white 170 0", "white 170 -9", "white 1e3 9"),
    ],
)
def test_what_makes_no_sense_is_passed_over(text: str, tmp_path: Path) -> None:
    assert ExportOptions.of(text) == ExportOptions()
    settings = QSettings(str(tmp_path / "s.ini"), QSettings.Format.IniFormat)
    settings.setValue("export", text)
    assert Preferences(settings).export_options == ExportOptions()


def test_a_width_is_in_pixels_at_300_dots_per_inch() -> None:
    assert ExportOptions(width=25.4).pixels == 300
    assert ExportOptions(width=254.0, text=10.0).texts == pytest.approx(72)


def test_white_is_the_light_theme() -> None:
    assert ExportOptions(white=True).theme(DARK) is LIGHT
    assert ExportOptions(white=False).theme(DARK) is DARK


def test_the_dialog_begins_with_the_options_and_gives_what_is_chosen(parent: QWidget) -> None:
    options = ExportOptions(False, 85.0, 8.0)
    dialog = ExportDialog("Export", options, parent, pixels=False)
    assert dialog.options == options
    dialog.background.select("white")
    dialog.width_box.setValue(120)
    dialog.text_box.setValue(11)
    assert dialog.options == ExportOptions(True, 120.0, 11.0)


def test_a_picture_of_pixels_is_asked_for_in_pixels(parent: QWidget) -> None:
    dialog = ExportDialog("Export", ExportOptions(), parent, pixels=True)
    assert dialog.width_box.text() == "2008 px"
    dialog.width_box.setValue(1920)
    assert dialog.options.pixels == 1920
    assert dialog.words.text() == "Prints 162.6 mm wide, at 300 dots per inch."
    again = ExportDialog("Export", ExportOptions.of(str(dialog.options)), parent, pixels=True)
    assert again.width_box.value() == 1920
    dialog.background.select(SCREEN)
    assert not dialog.options.white


@pytest.mark.parametrize("pixels", [True, False])
def test_whatever_can_be_chosen_makes_sense(parent: QWidget, *, pixels: bool) -> None:
    dialog = ExportDialog("Export", ExportOptions(), parent, pixels=pixels)
    for value in (dialog.width_box.minimum(), dialog.width_box.maximum()):
        for text in TEXTS:
            dialog.width_box.setValue(value)
            dialog.text_box.setValue(round(text))
            assert ExportOptions.of(str(dialog.options)) == dialog.options
            assert WIDTHS[0] <= dialog.options.width <= WIDTHS[1]
