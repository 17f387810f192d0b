"""TensorBoard beside the window: its server on all runs, and the browser."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Final

from PySide6.QtCore import QProcess, QUrl
from PySide6.QtGui import QDesktopServices

from lenetpad.storage.resources import how_to_get
from lenetpad.ui.widgets.words import translate

PORT: Final = 6006
#: A killed server is gone within this time.
KILL_MS: Final = 200


class TensorBoard:
    """Owns at most one server."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._server: QProcess | None = None

    def open(self) -> str:
        """Start it where it is not running and open the browser, or say how to get it."""
        program = shutil.which("tensorboard", path=str(Path(sys.executable).parent))
        program = program or shutil.which("tensorboard")
        if program is None:
            usual = "pip install tensorboard, then tensorboard --logdir of that folder"
            way = how_to_get("TensorBoard", usual)
            words = translate(
                "Train", "TensorBoard is not installed. To see the runs in {root}, {way}."
            )
            return words.format(root=self._root, way=way)
        if self._server is None or self._server.state() == QProcess.ProcessState.NotRunning:
            self._server = QProcess()
            self._server.setStandardOutputFile(QProcess.nullDevice())
            self._server.setStandardErrorFile(QProcess.nullDevice())
            self._server.start(program, ["--logdir", str(self._root), "--port", str(PORT)])
        QDesktopServices.openUrl(QUrl(f"http://localhost:{PORT}"))
        return ""

    def close(self) -> None:
        """End the server."""
        if self._server is not None:
            self._server.kill()
            self._server.waitForFinished(KILL_MS)
