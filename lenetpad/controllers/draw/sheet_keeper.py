"""The sheet is on the disk at once, with its undo history, and comes back at the next start."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Signal, Slot

from lenetpad.controllers.failures import log_failure
from lenetpad.engine.sheet_writer import SheetWriter
from lenetpad.ink import journal, kept_sheets
from lenetpad.ink.kept_sheets import Restored
from lenetpad.ink.strokes import History
from lenetpad.storage import atomic as disk
from lenetpad.storage.decoding import one_line
from lenetpad.ui.draw.canvas import Canvas
from lenetpad.ui.widgets.words import translate
from lenetpad.values.failures import Failure

log = logging.getLogger("lenetpad")

#: A journal of so many bytes is read before the window appears; a larger one beside it.
SMALL: Final = 64 << 10
#: How long the end of the program waits for the disk.
LAST_SECONDS: Final = 1.0


class SheetKeeper(QObject):
    """Keeps what lies on a canvas under a folder; without one it keeps nothing.

    ``warned`` carries a sentence on what could not be read, ``not_kept`` one that holds until
    ``kept_again``; ``restored`` comes when what was kept lies on the canvas.
    """

    warned = Signal(str)
    not_kept = Signal(str)
    kept_again = Signal()
    restored = Signal()

    def __init__(self, canvas: Canvas, folder: Path | None) -> None:
        super().__init__(canvas)
        self._canvas, self._folder = canvas, folder
        self._sheet: kept_sheets.KeptSheet | None = None
        self._writer: SheetWriter | None = None
        self._reads = True  # until the journal is read nothing may be written over it
        self._shown = History()  # what lies there without being kept

    def restore(self) -> None:
        """Put the sheet of the last time on the canvas, and keep what becomes of it."""
        if self._folder is None:
            self.restored.emit()
            return
        try:
            self._sheet = kept_sheets.claim(self._folder)
        except OSError as error:
            self._canvas.restore(kept_sheets.peek(self._folder).history)
            self._keep_nothing(error.filename or self._folder, error.strerror or error)
            return
        self._writer = SheetWriter(self._sheet)
        self._writer.restored.connect(self._put_back)
        self._writer.failed.connect(self._report)
        self._writer.kept_again.connect(self.kept_again)
        self._canvas.sheet_changed.connect(self._keep)
        self._canvas.history_changed.connect(self._keep)
        if self._sheet.size > SMALL:
            self._writer.read()
            return
        try:
            restored = self._sheet.read()
        except OSError as error:
            self._keep_nothing(self._sheet.path, error)
            return
        self._writer.begin(restored)
        self._put_back(restored)

    def _keep_nothing(self, path: object, reason: object) -> None:
        text = translate(
            "Draw",
            "Your drawing is not kept for the next start: {path} cannot be written ({message}). "
            "Free some space or allow lenetpad to write there, then restart it. Saving elsewhere "
            "works.",
        )
        message = one_line(text.format(path=path, message=reason))
        log.warning("%s", message)
        self._shown = self._canvas.history
        self.restored.emit()
        self.not_kept.emit(message)

    @Slot(object)
    def _put_back(self, restored: Restored) -> None:
        self._canvas.restore(restored.history)
        self._reads = False
        self.restored.emit()
        self._keep()
        for note in restored.notes:
            log.warning("%s", note)
            self.warned.emit(note)

    @Slot()
    def _keep(self) -> None:
        if not self._reads and self._writer is not None:
            self._writer.put(self._canvas.history, self._canvas.live)

    @Slot(object)
    def _report(self, failure: Failure) -> None:
        log_failure(failure)
        self.not_kept.emit(failure.message)
        if self._reads:  # the journal cannot be read: what becomes of it is not written
            self.restored.emit()

    # The end

    def keep_now(self) -> bool:
        """Wait until all that lies on the canvas is on the disk; False where it is not."""
        if self._folder is None:
            return True
        self._canvas.finish()
        if self._writer is None or self._reads:
            return self._canvas.history.present == self._shown.present or self._keep_apart()
        self._keep()
        return self._writer.flush(LAST_SECONDS)

    def _keep_apart(self) -> bool:
        """Keep what was drawn before the last sheet could be read as a sheet of its own."""
        assert self._folder is not None
        try:
            other = kept_sheets.claim_new(self._folder)
            try:
                disk.replace(other.path, journal.written(self._canvas.history))
            finally:
                other.give_back()
        except OSError:
            return False
        self._shown = self._canvas.history
        return True

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
        blank = not (self._reads or history.present or history.past or history.future)
        if ended:
            self._sheet.give_back(remove=blank)
        self._writer = None
        return ended
