"""The canvas's documents: opened, saved, copied, pasted and let fall on the window."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QCoreApplication, QEvent, QMimeData, QObject, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog

from lenetpad.controllers.draw.tray import Tray
from lenetpad.controllers.failures import log_failure
from lenetpad.engine.background_jobs import BackgroundJobs
from lenetpad.engine.documents import SHEET, Refused, sheet_job, sheet_question
from lenetpad.engine.jobs import Jobs
from lenetpad.ink.files import Label, is_ink
from lenetpad.ink.sheets import Found, Source
from lenetpad.ink.strokes import InkError, Sheet
from lenetpad.ui import actions
from lenetpad.ui.draw import clipboard, documents
from lenetpad.ui.draw.page import DrawPage
from lenetpad.ui.widgets import question
from lenetpad.ui.widgets.files import is_weights
from lenetpad.ui.widgets.images import png
from lenetpad.ui.widgets.turns import Steps, Turns, at_once
from lenetpad.ui.widgets.words import translate
from lenetpad.ui.widgets.writer import Writer
from lenetpad.ui.window import Window
from lenetpad.values.jobs import Answer, JobFailure

#: What is read within this time needs no word.
PATIENCE_MS: Final = 300


def packed(image: QImage) -> bytes:
    """An image as a PNG file; nothing where there is not the memory for it."""
    try:
        return png(image)
    except MemoryError:
        return b""


def _left_out_words(opened: Sequence[Path], count: int) -> str:
    """What to say of files that came with those that were opened; nothing of none."""
    if not count:
        return ""
    if opened:
        words = translate(
            "Draw", "Opened only {names}, one file at a time. Files left out: {count}."
        )
    else:
        words = translate("Draw", "Only one file is opened at a time. Files left out: {count}.")
    return words.format(names=", ".join(path.name for path in opened), count=f"{count:,}")


def _nothing_read() -> Label:
    return None


class Documents(QObject):
    """Puts files and the clipboard on the canvas and back; the page's banner says what fails.

    Files are read, painted and written in the background: the pen never waits for them.
    ``label_read`` gives the label that is read now; ``tray`` shows the drawings of an ink file.
    ``coming`` comes before one takes the canvas, ``opened`` carries the Found whose sheet has come
    there, and what was said of it.
    """

    coming = Signal()
    opened = Signal(object, str)

    def __init__(
        self,
        window: Window,
        page: DrawPage,
        jobs: Callable[[], BackgroundJobs],
        label_read: Callable[[], Label] = _nothing_read,
    ) -> None:
        super().__init__(page)
        self._window, self._page, self._jobs = window, page, jobs
        self._label_read = label_read
        self._reading: Jobs | None = None  # the first file starts it
        self._given_up: list[Jobs] = []  # which may hang in a file
        self._serial = 0
        self._may_put = False  # the sheet of the last time comes first
        self._waiting: Found | None = None  # for it
        self._said = ""  # the banner's words that are ours
        #: What is to be said of other files that came with it, where it is opened and where not.
        self._left_out = ("", "")
        self._source: Source | None = None  # what is being read
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(PATIENCE_MS)
        self._patience.timeout.connect(self._show_reading)
        self._painting = Turns(self)
        self._to_paint: deque[Steps[None]] = deque()  # pictures to save or to copy
        self._copied: QMimeData | None = None
        self._writer = Writer(self)
        self._writer.written.connect(page.say_written)
        self._writer.failed.connect(page.banner.warn)
        self.tray = Tray(window, page, self._writer, label_read)
        self.tray.source_wanted.connect(self._read)
        slots = {
            "open": self.open_document,
            "save": self.save_document,
            "copy": self.copy,
            "paste": self.paste,
        }
        actions.connect(window.actions_by_name, slots)
        window.data_dropped.connect(self._drop)

    # Reading

    @Slot()
    def open_document(self) -> None:
        """Ask for an ink file, a picture or weights, and open it."""
        if path := self._window.ask_for_file(translate("Draw", "Open"), documents.open_filter()):
            self.open_path(path)

    def open_path(self, path: Path) -> None:
        """Put an ink file's first drawing, and all of them in the tray, or a picture on the
        canvas, or read with weights; say why where it fails."""
        self.open_paths([path])

    def open_paths(self, paths: Sequence[Path]) -> None:
        """The same for the first of several files, and for the first weights among them; say that
        others were left out."""
        weights = [path for path in paths if is_weights(path)]
        others = [path for path in paths if not is_weights(path)]
        first, left = others[:1], len(paths) - bool(others) - bool(weights)
        self._left_out = (
            _left_out_words([*first, *weights[:1]], left),
            _left_out_words(weights[:1], left),
        )
        if weights:
            self._window.weights_opened.emit(str(weights[0]))
        if others:
            self._read(Source(others[0]))
        elif self._left_out[0]:
            self.note(self._left_out[0])

    @Slot()
    def paste(self) -> None:
        """Put the clipboard's ink or picture on the canvas; say why where it fails."""
        # None where nothing was ever copied.
        self._put_from(QGuiApplication.clipboard().mimeData() or QMimeData())

    @Slot(object)
    def _drop(self, mime: QMimeData) -> None:
        """Take what was let fall on the window, and show what becomes of it."""
        self._window.open_page("draw")
        self._put_from(mime)

    def _put_from(self, mime: QMimeData) -> None:
        if paths := clipboard.files_in(mime):
            self.open_paths(paths)
            return
        try:
            found = clipboard.source_in(mime)
        except InkError as error:
            self._warn(str(error))
            return
        if isinstance(found, QImage):  # to pack a large one takes a second
            self._expect(Source())
            then = partial(self._read_picture, self._serial)
            self._jobs().run("clipboard", partial(packed, found), then)
        else:
            self._read(found)

    def _read_picture(self, serial: int, content: bytes) -> None:
        if serial != self._serial:  # cancelled, or another was wanted
            return
        if content:
            self._read(Source(picture=content))
        else:
            self._end_reading()
            text = translate(
                "Draw", "The picture on the clipboard is too large. Save it as a file."
            )
            self._warn(text)

    @property
    def reading(self) -> bool:
        """Whether something is being read."""
        return self._source is not None

    def _read(self, source: Source) -> None:
        """Have a source read; what is still being read is given up for it."""
        self._expect(source)
        if self._reading is None:
            self._reading = Jobs({SHEET: sheet_job}, "documents")
            self._reading.answered.connect(self._take)
            self._reading.failed.connect(self._explain)
        self._reading.ask(sheet_question(self._serial, source))

    def _expect(self, source: Source) -> None:
        """Give up what is being read, and say what is, if it takes long."""
        if self._source is not None:
            self._give_up()
        self._serial += 1
        self._source = source
        self._patience.start()

    @Slot()
    def _show_reading(self) -> None:
        assert self._source is not None
        self._said = translate("Draw", "Reading {name}…").format(name=self._source.name)
        self._page.banner.offer(self._said, translate("Draw", "Cancel"), self.cancel)

    @Slot()
    def cancel(self) -> None:
        """Give up what is being read; the canvas stays as it is."""
        self._left_out = ("", "")
        self._give_up()
        self._end_reading()

    def _give_up(self) -> None:
        """Leave the thread, which may hang in a file on a disk that has gone, to itself."""
        self._serial += 1
        self._given_up = [jobs for jobs in self._given_up if not jobs.wait(0)]
        if self._reading is not None:
            self._reading.stop()
            self._given_up.append(self._reading)
            self._reading = None

    def _end_reading(self) -> None:
        self._source = None
        self._patience.stop()
        self._hide_own()

    def _hide_own(self) -> None:
        """Take away what the banner says of an earlier document, and nothing else."""
        self._page.banner.take_back(self._said)
        self._said = ""

    def _warn(self, message: str) -> None:
        self._said = message
        self._page.banner.warn(message)

    @Slot(object)
    def _take(self, answer: Answer) -> None:
        self._end_reading()
        if isinstance(answer.result, Refused):
            self._warn(self._with_left_out(answer.result.message, opened=False))
        else:
            self._put(answer.result)

    @Slot(object)
    def _explain(self, message: JobFailure) -> None:
        self._end_reading()
        log_failure(message.failure)
        self._warn(self._with_left_out(message.failure.message, opened=False))

    @Slot()
    def begin(self) -> None:
        """The sheet of the last time lies on the canvas: now others may be put there."""
        self._may_put = True
        if self._waiting is not None:
            self._put(self._waiting)
            self._waiting = None

    def _put(self, found: Found) -> None:
        if not self._may_put:
            self._waiting = found
            return
        self._hide_own()
        self.coming.emit()
        self._page.canvas.set_sheet(found.sheet)
        if found.contents is not None:
            self.tray.show(found.contents)
        if note := self._with_left_out(found.note):
            self.note(note)
        self.opened.emit(found, note)

    def _with_left_out(self, message: str, *, opened: bool = True) -> str:
        """What is said of a document, and, once, of the files that came with it."""
        (where_opened, where_not), self._left_out = self._left_out, ("", "")
        return " ".join(filter(None, (message, where_opened if opened else where_not)))

    def note(
        self, message: str, label: str = "", action: Callable[[], object] | None = None
    ) -> None:
        """Say what is good to know of what was opened, until something else is."""
        self._said = message
        self._page.banner.note(message, label, action)

    # Writing

    @Slot()
    def save_document(self) -> None:
        """Ask for a file and save the drawing as ink or as a picture."""
        preferences = self._window.preferences
        proposal = str(Path(preferences.folder) / f"drawing{documents.INK_SUFFIX}")
        name, kind = QFileDialog.getSaveFileName(
            self._window.dialog_parent,
            translate("Draw", "Save"),
            proposal,
            documents.save_filter(),
        )
        if not name:
            return
        path = documents.with_suffix(Path(name), kind)
        preferences.keep(folder=str(path.parent))
        # The dialog has asked about the name as it was typed, without the suffix.
        if path == Path(name) or not path.exists() or self._may_replace(path):
            self._save_or_ask(path)

    def _save_or_ask(self, path: Path) -> None:
        """Save the drawing; of ink, the label is asked for first."""
        sheet = self._page.canvas.sheet
        if is_ink(path) and sheet.ink:
            save = partial(self._save_ink, path, sheet)
            self.tray.question.of_saved(path, self._label_read(), save)
        else:
            self.save_path(path)

    def save_path(self, path: Path) -> None:
        """Save the drawing as ink, without a label, or as a picture, as the file's name says."""
        sheet = self._page.canvas.sheet
        if not is_ink(path):
            self._with_image(partial(self._save_image, path))
        elif sheet.ink:
            self._save_ink(path, sheet, None)
        else:
            self._page.banner.warn(translate("Draw", documents.NO_INK))

    def _save_ink(self, path: Path, sheet: Sheet, label: Label) -> None:
        self._write(path, partial(documents.ink_file, path, sheet, label))

    def _save_image(self, path: Path, sheet: Sheet, image: QImage) -> None:
        self._write(path, partial(documents.picture_file, path, image))

    def _write(self, path: Path, make: Callable[[], bytes]) -> None:
        self._writer.write(Path(os.path.realpath(path)), make)  # what a link points to, not it

    def _may_replace(self, path: Path) -> bool:
        text = translate("Draw", "Replace {name}?\nIt already exists.").format(name=path.name)
        return question.confirmed(self._window.dialog_parent, text, translate("Draw", "Replace"))

    @Slot()
    def copy(self) -> None:
        """Copy the canvas, as ink and as a picture."""
        self._with_image(self._copy_image)

    def _copy_image(self, sheet: Sheet, image: QImage) -> None:
        self._copied = clipboard.of(sheet, image)
        QGuiApplication.clipboard().setMimeData(self._copied)

    def _with_image(self, use: documents.Use) -> None:
        """Hand the sheet and its picture on: at once, or when a large one is painted."""
        sheet = self._page.canvas.sheet
        steps = self._painted(sheet, self._page.canvas.image(), use)
        if documents.is_small(sheet):
            at_once(steps)
            return
        self._to_paint.append(steps)
        if not self._painting.active:
            self._painting.start(self._paint_all())

    def _painted(self, sheet: Sheet, image: Steps[QImage], use: documents.Use) -> Steps[None]:
        use(sheet, (yield from image))

    def _paint_all(self) -> Steps[None]:
        while self._to_paint:
            yield from self._to_paint[0]
            self._to_paint.popleft()

    def saved(self, seconds: float) -> bool:
        """Whether all that was to be saved is on the disk, or is so within this time."""
        end = time.monotonic() + seconds
        while self._writer.wait(max(0.0, end - time.monotonic())):
            # What the thread has said of one change begins the next.
            QCoreApplication.sendPostedEvents(self.tray, QEvent.Type.MetaCall.value)
            if not self.tray.busy:
                return not self._to_paint
            if time.monotonic() > end:
                break
        return False

    # The end

    def stop(self) -> None:
        """Give up what is being read, painted or asked."""
        self._leave_clipboard()
        self.tray.question.close()
        self._patience.stop()
        self._painting.stop()
        for jobs in self._all_reading():
            jobs.stop()

    def _leave_clipboard(self) -> None:
        """Take back what was copied where it is in this process alone, as without a display: Qt
        would destroy it when Python has ended, and crash."""
        board = QGuiApplication.clipboard()
        if (
            self._copied is not None
            and not board.ownsClipboard()
            and board.mimeData() is self._copied
        ):
            board.clear()

    def _all_reading(self) -> list[Jobs]:
        return self._given_up + ([] if self._reading is None else [self._reading])

    def wait(self, seconds: float) -> bool:
        """Wait until what was saved is on the disk, and for what was being read; False where it
        takes longer."""
        saved = self._writer.close(seconds)
        ended = [jobs.wait(seconds) for jobs in self._all_reading()]
        return saved and all(ended)
