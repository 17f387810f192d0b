"""The canvas's documents: opened, saved, copied, pasted and let fall on the window."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMessageBox

from lenetpad.ui import actions
from lenetpad.ui.draw import clipboard, documents
from lenetpad.ui.draw.page import DrawPage
from lenetpad.ui.window import Window


class Documents(QObject):
    """Puts files and the clipboard on the canvas and back; the page's banner says what fails."""

    def __init__(self, window: Window, page: DrawPage) -> None:
        super().__init__(page)
        self._window, self._page = window, page
        slots = {
            "open": self.open_document,
            "save": self.save_document,
            "copy": self.copy,
            "paste": self.paste,
        }
        actions.connect(window.actions_by_name, slots)
        window.data_dropped.connect(self._put_from)

    @Slot()
    def open_document(self) -> None:
        """Ask for an ink file or a picture and put it on the canvas."""
        if path := self._window.ask_for_file("Open", documents.OPEN_FILTER):
            self.open_path(path)

    def open_path(self, path: Path) -> None:
        """Put an ink file's first drawing or a picture on the canvas; say why where it fails."""
        self._put(lambda: documents.read(path))

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
        canvas = self._page.canvas
        try:
            documents.write(path, canvas.sheet, canvas.image())
        except (OSError, ValueError) as error:
            self._page.banner.warn(str(error))

    def _may_replace(self, path: Path) -> bool:
        question = f"{path.name} already exists.\nDo you want to replace it?"
        answer = QMessageBox.question(self._window.dialog_parent, "Save", question)
        return answer == QMessageBox.StandardButton.Yes

    @Slot()
    def copy(self) -> None:
        """Copy the canvas, as ink and as a picture."""
        canvas = self._page.canvas
        QGuiApplication.clipboard().setMimeData(clipboard.of(canvas.sheet, canvas.image()))

    @Slot()
    def paste(self) -> None:
        """Put the clipboard's ink or picture on the canvas; say why where it fails."""
        self._put_from(QGuiApplication.clipboard().mimeData())

    @Slot(object)
    def _put_from(self, mime: QMimeData) -> None:
        self._put(lambda: clipboard.sheet_in(mime))

    def _put(self, read: documents.Reader) -> None:
        banner = self._page.banner
        try:
            found = read()
        except (OSError, ValueError) as error:
            banner.warn(str(error))
            return
        banner.hide()
        self._page.canvas.set_sheet(found.sheet)
        if found.note:
            banner.note(found.note)
