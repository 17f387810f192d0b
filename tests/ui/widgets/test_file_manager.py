"""A file is shown selected where the system can, and else its folder is opened."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from PySide6.QtGui import QDesktopServices
from pytestqt.qtbot import QtBot

from lenetpad.ui.widgets import file_manager
from lenetpad.ui.widgets.file_manager import SERVICE, show_command, show_file

FILE = Path("/home/anna/it's, here/a b.png").absolute()


@pytest.fixture
def owner(qapp: object) -> QObject:
    return QObject()


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The folders that were opened."""
    folders: list[str] = []
    monkeypatch.setattr(
        QDesktopServices, "openUrl", lambda url: folders.append(url.toLocalFile()) or True
    )
    return folders


@pytest.mark.parametrize("program", ["gdbus", "dbus-send"])
def test_a_file_manager_is_asked_by_the_program_that_is_there(
    monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: f"/bin/{name}" if name == program else None)
    command = show_command(FILE, "linux")
    assert command is not None
    assert command[0] == f"/bin/{program}"
    assert any(SERVICE in part for part in command)
    (address,) = [part for part in command if "file://" in part]
    # What separates or ends texts in the programs' arguments is no part of an address.
    assert address.strip("[']").removeprefix("array:string:") == FILE.as_uri()
    assert not {"'", ",", " "} & set(FILE.as_uri())


def test_each_system_has_its_way(monkeypatch: pytest.MonkeyPatch) -> None:
    assert show_command(FILE, "win32") == ["explorer", "/select,", str(FILE)]
    assert show_command(FILE, "darwin") == ["open", "-R", str(FILE)]
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert show_command(FILE, "linux") is None


@pytest.mark.parametrize(
    ("command", "folders"),
    [
        ([sys.executable, "-c", ""], []),
        ([sys.executable, "-c", "raise SystemExit(1)"], [str(FILE.parent)]),
        (["/no/such/program"], [str(FILE.parent)]),
        (None, [str(FILE.parent)]),
    ],
)
def test_where_that_fails_the_folder_is_opened(
    qtbot: QtBot,
    owner: QObject,
    opened: list[str],
    monkeypatch: pytest.MonkeyPatch,
    command: list[str] | None,
    folders: list[str],
) -> None:
    monkeypatch.setattr(file_manager, "show_command", lambda path: command)
    show_file(FILE, owner, pytest.fail)
    qtbot.waitUntil(lambda: opened == folders and not owner.children())


def test_it_is_told_where_no_folder_opens(owner: QObject, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_manager, "show_command", lambda path: None)
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: False)
    told: list[int] = []
    show_file(FILE, owner, lambda: told.append(1))
    assert told == [1]
