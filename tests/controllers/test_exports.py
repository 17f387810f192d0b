"""What was chosen for an export is kept in the settings, for every page and the next start."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from lenetpad.app import Program
from lenetpad.ui.widgets.export_options import ExportOptions


@pytest.mark.parametrize("name", ["train", "evaluate"])
def test_folder_and_options_are_kept(
    qtbot: QtBot,
    program: Program,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    window = program.window
    window.open_page(name)
    qtbot.waitUntil(lambda: name in window.page_widgets, timeout=60_000)
    exporter = window.page_widgets[name].exporter
    window.preferences.keep(folder=str(tmp_path), export="screen 85 8")
    asked: list[str] = []

    def answer(parent: object, title: str, proposal: str, kinds: str) -> tuple[str, str]:
        asked.append(proposal)
        return str(tmp_path / "other" / "a.csv"), kinds

    monkeypatch.setattr(QFileDialog, "getSaveFileName", answer)
    exporter.ask_for_path("Export", "t.csv", "CSV (*.csv)")
    assert asked == [str(tmp_path / "t.csv")]  # where a file was opened or saved last
    assert window.preferences.folder == str(tmp_path / "other")
    assert exporter.memory.export_options == ExportOptions(False, 85.0, 8.0)
    exporter.memory.keep(export=str(ExportOptions(True, 120.0, 10.0)))
    assert window.preferences.export_options == ExportOptions(True, 120.0, 10.0)
