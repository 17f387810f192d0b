"""The sheet is on the disk a second after each step, and comes back at the next start."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QTimer, Slot

from lenetpad.ink import last_sheet
from lenetpad.ui.draw.canvas import Canvas

log = logging.getLogger("lenetpad")

#: How long after the last of several steps the sheet is written: the debounce.
KEEP_MS: Final = 1000


class SheetKeeper(QObject):
    """Keeps what lies on a canvas in a folder; without one it keeps nothing."""

    def __init__(self, canvas: Canvas, folder: Path | None) -> None:
        super().__init__(canvas)
        self._canvas, self._folder = canvas, folder
        self._debounce = QTimer(self)
        self._debounce.setSingleShot(True)
        self._debounce.setInterval(KEEP_MS)
        self._debounce.timeout.connect(self._write)
        canvas.history_changed.connect(self._debounce.start)

    def keep_now(self) -> None:
        """Write the sheet without waiting any longer."""
        self._debounce.stop()
        self._write()

    @Slot()
    def _write(self) -> None:
        if self._folder is None:
            return
        try:
            last_sheet.keep(self._canvas.sheet, self._folder)
        except (OSError, ValueError) as error:
            log.error("what lies on the canvas is not kept: %s", error)

    def restore(self) -> None:
        """Put the sheet of the last time on the canvas; a damaged one is passed over."""
        if self._folder is None:
            return
        try:
            sheet = last_sheet.kept(self._folder)
        except (OSError, ValueError) as error:
            log.warning("what lay on the canvas the last time is not restored: %s", error)
            return
        if sheet:
            self._canvas.restore(sheet)
