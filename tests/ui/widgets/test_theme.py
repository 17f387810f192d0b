"""The style sheet, wherever the program lies."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from lenetpad.storage import resources
from lenetpad.ui.widgets import style_sheet
from lenetpad.ui.widgets import theme as module
from lenetpad.ui.widgets.icons import SIZES, themed
from lenetpad.ui.widgets.theme import DARK, LIGHT, Theme


@pytest.mark.parametrize("name", ["Zoë's programs", 'a "quoted" 李', "back\\slash", "a (b) #1; %"])
def test_it_is_read_whatever_the_programs_path(
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    qtlog: Any,
    name: str,
) -> None:
    folder = tmp_path / name
    shutil.copytree(resources.path("icons"), folder / "icons")
    monkeypatch.setattr(style_sheet.resources, "path", lambda file: folder / file)
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.show()
    for theme in (LIGHT, DARK):
        module.dress(widget, theme)
        QApplication.processEvents()
    assert [record.message for record in qtlog.records] == []


@pytest.mark.parametrize("theme", [LIGHT, DARK])
@pytest.mark.parametrize("size", SIZES)
def test_icons_have_the_themes_colours(qtbot: QtBot, theme: Theme, size: int) -> None:
    icon = themed("pen", theme)
    for mode, state, colour, strength in (
        (QIcon.Mode.Normal, QIcon.State.Off, theme.text, 1.0),
        (QIcon.Mode.Normal, QIcon.State.On, theme.on_accent, 1.0),
        (QIcon.Mode.Disabled, QIcon.State.Off, theme.dim, 0.5),
    ):
        image = icon.pixmap(QSize(size, size), mode, state).toImage()
        pixels = [image.pixelColor(x, y) for x in range(size) for y in range(size)]
        darkest = max(pixels, key=QColor.alphaF)
        assert darkest.alphaF() == pytest.approx(strength, abs=0.02)
        wanted = QColor(colour).getRgb()[:3]
        assert darkest.getRgb()[:3] == pytest.approx(wanted, abs=2)
        assert 0.05 < sum(pixel.alphaF() > 0 for pixel in pixels) / len(pixels) < 0.6
