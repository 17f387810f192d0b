"""The sheet is on the disk at once, with its undo history, and comes back at the next start."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Signal, Slot

from lenetpad.controllers.failures import log_failure
from lenetpad.engine.sheet_writer import SheetWriter
from lenetpad.ink import kept_sheets
from lenetpad.ink.kept_sheets import Restored
from lenetpad.storage.decoding import one_line
from lenetpad.ui.draw.canvas import Canvas
from lenetpad.values.failures import Failure

log = logging.getLogger("lenetpad")

#: A journal of so many bytes is read before the window appears; a larger one beside it.
SMALL: Final = 64 << 10
#: How long the end of the program waits for the disk.
LAST_SECONDS: Final = 1.0


class SheetKeeper(QObject):
    """Keeps what lies on a canvas under a folder; without one it keeps nothing.

    ``warned`` carries a sentence on what is not kept or could not be read, ``noted`` one that is
    only good to know.
    """

    warned = Signal(str)
    noted = Signal(str)

    def __init__(self, canvas: Canvas, folder: Path | None) -> None:
        super().__init__(canvas)
        self._canvas, self._folder = canvas, folder
        self._sheet: kept_sheets.KeptSheet | None = None
        self._writer: SheetWriter | None = None
        self._restored = False  # else nothing may be written: it would replace what was kept

    def restore(self) -> None:
        """Put the sheet of the last time on the canvas, and keep what becomes of it."""
        if self._folder is None:
            return
        try:
            self._sheet = kept_sheets.claim(self._folder)
        except OSError as error:
            self._canvas.restore(kept_sheets.peek(self._folder).history)
            self._warn(
                f"What you write is not kept: {error.filename or self._folder} cannot be written "
                f"({error.strerror or error}). Make room there or let lenetpad write in it, and "
                "start it again. Saving elsewhere works."
            )
            return
        self._writer = SheetWriter(self._sheet)
        self._writer.restored.connect(self._put_back)
        self._writer.failed.connect(self._report)
        self._writer.kept_again.connect(self._note_kept)
        self._canvas.sheet_changed.connect(self._keep)
        self._canvas.history_changed.connect(self._keep)
        if self._sheet.size > SMALL:
            self._writer.read()
            return
        try:
            restored = self._sheet.read()
        except OSError as error:
            restored = Restored(notes=(f"The last sheet cannot be read: {error}",))
        self._writer.begin(restored.history)
        self._put_back(restored)

    @Slot(object)
    def _put_back(self, restored: Restored) -> None:
        self._restored = True
        self._canvas.restore(restored.history)
        self._keep()
        for note in restored.notes:
            self._warn(note)

    @Slot()
    def _keep(self) -> None:
        if self._restored and self._writer is not None:
            self._writer.put(self._canvas.history, self._canvas.live)

    @Slot(object)
    def _report(self, failure: Failure) -> None:
        log_failure(failure)
        self.warned.emit(failure.message)

    @Slot()
    def _note_kept(self) -> None:
        self.noted.emit("What you write is kept again.")

    def _warn(self, message: str) -> None:
        log.warning("%s", message)
        self.warned.emit(one_line(message))

    # The end

    def keep_now(self) -> bool:
        """Wait until all that lies on the canvas is on the disk; False where it is not."""
        if self._folder is None:
            return True
        self._canvas.finish()
        if self._writer is None or not self._restored:
            return not self._canvas.sheet
        self._keep()
        return self._writer.flush(LAST_SECONDS)

    def stop(self) -> None:
        """Have the thread stop."""
        if self._writer is not None:
            self._writer.stop()

    def wait(self, seconds: float) -> bool:
        """Wait for the thread, and let another window have the sheet; False where it hangs."""
        if self._writer is None or self._sheet is None:
            return True
        ended = self._writer.wait(seconds)
        history = self._canvas.history
        blank = self._restored and not (history.present or history.past or history.future)
        if ended:
            self._sheet.give_back(remove=blank)
        self._writer = None
        return ended
