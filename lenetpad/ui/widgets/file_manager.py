"""The system's file manager, which shows a file in its folder."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QProcess, QUrl
from PySide6.QtGui import QDesktopServices

#: A file manager that is asked over D-Bus may have to be started first.
ANSWER_SECONDS: Final = 5
#: How file managers are asked over D-Bus: freedesktop.org, "File Manager DBus Interface".
SERVICE: Final = "org.freedesktop.FileManager1"
OBJECT: Final = "/org/freedesktop/FileManager1"
METHOD: Final = f"{SERVICE}.ShowItems"


def show_file(path: Path, parent: QObject, failed: Callable[[], object]) -> None:
    """Open a file's folder, with the file selected where the system can do that; ``failed`` is
    called where no folder opens. ``parent`` owns the process that asks."""

    def open_folder() -> None:
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent))):
            failed()

    command = show_command(path)
    if command is None:
        open_folder()
        return
    process = QProcess(parent)
    process.setStandardOutputFile(QProcess.nullDevice())
    process.setStandardErrorFile(QProcess.nullDevice())

    def finish(status: int) -> None:
        process.deleteLater()
        if status and sys.platform != "win32":  # Windows' Explorer ends with 1 in any case
            open_folder()

    def fail(error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            process.deleteLater()
            open_folder()

    process.finished.connect(finish)
    process.errorOccurred.connect(fail)
    process.start(command[0], command[1:])


def show_command(path: Path, system: str = sys.platform) -> list[str] | None:
    """The command that shows a file selected in its folder; None where the system has none."""
    if system == "win32":
        return ["explorer", "/select,", str(path)]
    if system == "darwin":
        return ["open", "-R", str(path)]
    address = path.as_uri()
    if program := shutil.which("gdbus"):
        call = [program, "call", "--session", "--timeout", str(ANSWER_SECONDS), "--dest", SERVICE]
        return [*call, "--object-path", OBJECT, "--method", METHOD, f"['{address}']", "''"]
    if program := shutil.which("dbus-send"):
        call = [program, "--session", "--print-reply", f"--reply-timeout={1000 * ANSWER_SECONDS}"]
        return [*call, f"--dest={SERVICE}", OBJECT, METHOD, f"array:string:{address}", "string:"]
    return None
