"""The style sheet, wherever the program lies."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from lenetpad import resources
from lenetpad.ui import theme as module
from lenetpad.ui.theme import DARK, LIGHT


@pytest.fixture
def application(qtbot: QtBot) -> Iterator[QApplication]:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    before = application.styleSheet()
    yield application
    application.setStyleSheet(before)


@pytest.mark.parametrize("name", ["Zoë's programs", 'a "quoted" 李', "back\\slash", "a (b) #1; %"])
def test_it_is_read_whatever_the_programs_path(
    application: QApplication,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    qtlog: Any,
    name: str,
) -> None:
    folder = tmp_path / name
    shutil.copytree(resources.path("icons"), folder / "icons")
    monkeypatch.setattr(module.resources, "path", lambda file: folder / file)
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.show()
    for theme in (LIGHT, DARK):
        module.apply(theme)
        application.processEvents()
    assert [record.message for record in qtlog.records] == []
