"""The canvas's documents: opened, saved, copied, pasted and let fall on the window."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QMimeData, QObject, QTimer, Slot
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog, QMessageBox

from lenetpad.controllers.failures import log_failure
from lenetpad.engine.background_jobs import BackgroundJobs
from lenetpad.engine.documents import SHEET, Refused, sheet_job, sheet_question
from lenetpad.engine.jobs import Jobs
from lenetpad.ink.files import is_ink
from lenetpad.ink.sheets import Found, Source
from lenetpad.ink.strokes import InkError, Sheet
from lenetpad.ui import actions
from lenetpad.ui.draw import clipboard, documents
from lenetpad.ui.draw.page import DrawPage
from lenetpad.ui.widgets.images import png
from lenetpad.ui.widgets.turns import Steps, Turns, at_once
from lenetpad.ui.widgets.writer import Writer
from lenetpad.ui.window import Window
from lenetpad.values.jobs import Answer, JobFailure

#: What is read within this time needs no word.
PATIENCE_MS: Final = 300


class Documents(QObject):
    """Puts files and the clipboard on the canvas and back; the page's banner says what fails.

    Files are read, painted and written in the background: the pen never waits for them.
    """

    def __init__(self, window: Window, page: DrawPage, jobs: Callable[[], BackgroundJobs]) -> None:
        super().__init__(page)
        self._window, self._page, self._jobs = window, page, jobs
        self._reading: Jobs | None = None  # the first file starts it
        self._serial = 0
        self._source: Source | None = None  # what is being read
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(PATIENCE_MS)
        self._patience.timeout.connect(self._show_reading)
        self._painting = Turns(self)
        self._writer = Writer(self)
        self._writer.failed.connect(page.banner.warn)
        slots = {
            "open": self.open_document,
            "save": self.save_document,
            "copy": self.copy,
            "paste": self.paste,
        }
        actions.connect(window.actions_by_name, slots)
        window.data_dropped.connect(self._put_from)

    # Reading

    @Slot()
    def open_document(self) -> None:
        """Ask for an ink file or a picture and put it on the canvas."""
        if path := self._window.ask_for_file("Open", documents.OPEN_FILTER):
            self.open_path(path)

    def open_path(self, path: Path) -> None:
        """Put an ink file's first drawing or a picture on the canvas; say why where it fails."""
        self._read(Source(path))

    @Slot()
    def paste(self) -> None:
        """Put the clipboard's ink or picture on the canvas; say why where it fails."""
        self._put_from(QGuiApplication.clipboard().mimeData())

    @Slot(object)
    def _put_from(self, mime: QMimeData) -> None:
        try:
            found = clipboard.source_in(mime)
        except InkError as error:
            self._page.banner.warn(str(error))
            return
        if isinstance(found, QImage):  # to pack a large one takes a second
            self._source = Source()
            self._jobs().run("clipboard", partial(png, found), self._read_picture)
        else:
            self._read(found)

    @Slot(object)
    def _read_picture(self, content: bytes) -> None:
        self._read(Source(picture=content))

    @property
    def reading(self) -> bool:
        """Whether something is being read."""
        return self._source is not None

    def _read(self, source: Source) -> None:
        """Have a source read; what is still being read is given up for it."""
        if self._reading is None:
            self._reading = Jobs({SHEET: sheet_job}, "documents")
            self._reading.answered.connect(self._take)
            self._reading.failed.connect(self._explain)
        self._serial += 1
        self._source = source
        self._patience.start()
        self._reading.ask(sheet_question(self._serial, source))

    @Slot()
    def _show_reading(self) -> None:
        assert self._source is not None
        self._page.banner.offer(f"Reading {self._source.name} …", "Cancel", self.cancel)

    @Slot()
    def cancel(self) -> None:
        """Give up what is being read; the canvas stays as it is."""
        if self._reading is not None:
            self._reading.cancel(SHEET)
        self._end_reading()

    def _end_reading(self) -> None:
        self._source = None
        self._patience.stop()
        self._page.banner.hide()

    @Slot(object)
    def _take(self, answer: Answer) -> None:
        self._end_reading()
        if isinstance(answer.result, Refused):
            self._page.banner.warn(answer.result.message)
        else:
            self._put(answer.result)

    @Slot(object)
    def _explain(self, message: JobFailure) -> None:
        self._end_reading()
        log_failure(message.failure)
        self._page.banner.warn(message.failure.message)

    def _put(self, found: Found) -> None:
        self._page.banner.hide()
        self._page.canvas.set_sheet(found.sheet)
        if found.note:
            self._page.banner.note(found.note)

    # Writing

    @Slot()
    def save_document(self) -> None:
        """Ask for a file and save the drawing as ink or as a picture."""
        preferences = self._window.preferences
        proposal = str(Path(preferences.folder) / f"drawing{documents.INK_SUFFIX}")
        name, kind = QFileDialog.getSaveFileName(
            self._window.dialog_parent, "Save", proposal, documents.SAVE_FILTER
        )
        if not name:
            return
        path = documents.with_suffix(Path(name), kind)
        preferences.keep(folder=str(path.parent))
        # The dialog has asked about the name as it was typed, without the suffix.
        if path == Path(name) or not path.exists() or self._may_replace(path):
            self.save_path(path)

    def save_path(self, path: Path) -> None:
        """Save the drawing as ink or as a picture, as the file's name says."""
        sheet = self._page.canvas.sheet
        if not is_ink(path):
            self._with_image(partial(self._save_image, path))
        elif sheet.ink:
            self._write(path, partial(documents.ink_file, path, sheet))
        else:
            self._page.banner.warn(documents.NO_INK)

    def _save_image(self, path: Path, sheet: Sheet, image: QImage) -> None:
        self._write(path, partial(documents.picture_file, path, image))

    def _write(self, path: Path, make: Callable[[], bytes]) -> None:
        self._writer.write(Path(os.path.realpath(path)), make)  # what a link points to, not it

    def _may_replace(self, path: Path) -> bool:
        question = f"{path.name} already exists.\nDo you want to replace it?"
        answer = QMessageBox.question(self._window.dialog_parent, "Save", question)
        return answer == QMessageBox.StandardButton.Yes

    @Slot()
    def copy(self) -> None:
        """Copy the canvas, as ink and as a picture."""
        self._with_image(self._copy_image)

    def _copy_image(self, sheet: Sheet, image: QImage) -> None:
        QGuiApplication.clipboard().setMimeData(clipboard.of(sheet, image))

    def _with_image(self, use: documents.Use) -> None:
        """Hand the sheet and its picture on: at once, or when a large one is painted."""
        steps = self._painted(use)
        if documents.is_small(self._page.canvas.sheet):
            at_once(steps)
        else:
            self._painting.start(steps)

    def _painted(self, use: documents.Use) -> Steps[None]:
        sheet = self._page.canvas.sheet
        image = yield from self._page.canvas.image()
        use(sheet, image)

    # The end

    def stop(self) -> None:
        """Give up what is being read or painted."""
        self._patience.stop()
        self._painting.stop()
        if self._reading is not None:
            self._reading.stop()

    def wait(self, seconds: float) -> bool:
        """Wait until what was saved is on the disk, and for what was being read; False where it
        takes longer."""
        saved = self._writer.close(seconds)
        return (self._reading is None or self._reading.wait(seconds)) and saved
