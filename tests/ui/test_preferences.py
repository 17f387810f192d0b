"""Settings: typed, kept key by key, and a sentence where they cannot be kept."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from PySide6.QtCore import QSettings
from pytestqt.qtbot import QtBot

from lenetpad.controllers.registry import PAGES
from lenetpad.ui.preferences import Preferences
from lenetpad.ui.window import Window

OTHER = """
import sys
from PySide6.QtCore import QSettings
from lenetpad.ui.preferences import Preferences
preferences = Preferences(QSettings(sys.argv[1], QSettings.Format.IniFormat))
print(preferences.pen_width, flush=True)  # it has read the file
sys.stdin.readline()
preferences.keep(scale="layer")
"""


def settings_in(path: Path) -> QSettings:
    return QSettings(str(path), QSettings.Format.IniFormat)


def test_two_windows_keep_what_each_of_them_has_changed(tmp_path: Path) -> None:
    path = tmp_path / "settings.ini"
    mine = Preferences(settings_in(path))
    mine.keep(pen_width=14.0, theme="light", scale="fixed")
    other = subprocess.Popen(
        [sys.executable, "-c", OTHER, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert other.stdout is not None
    assert other.stdout.readline() == "14.0\n"
    mine.keep(pen_width=64.0, theme="dark")
    other.communicate("now\n", timeout=60)
    now = settings_in(path)
    now.sync()
    assert (now.value("pen_width"), now.value("theme"), now.value("scale")) == (
        "64",
        "dark",
        "layer",
    )


def test_settings_that_cannot_be_written_are_said_once(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "folder").write_text("a file, where a folder should be", encoding="utf-8")
    path = tmp_path / "folder" / "settings.ini"
    window = Window(settings_in(path), [row.spec for row in PAGES])
    qtbot.addWidget(window)
    said: list[str] = []
    window.preferences.failed.connect(said.append)
    window.preferences.keep(pen_width=14.0)
    window.preferences.keep(pen_width=22.0)
    (sentence,) = said
    assert str(path) in sentence
    assert window.preferences.pen_width == 22.0  # for as long as the program runs
