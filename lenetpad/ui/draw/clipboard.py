"""The canvas on the clipboard: a sheet for lenetpad, a picture for everything else."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import QByteArray, QMimeData
from PySide6.QtGui import QImage

from lenetpad.ink import journal
from lenetpad.ink.sheets import Source
from lenetpad.ink.strokes import History, InkError, Sheet
from lenetpad.ui.widgets.words import marked, translate

#: A sheet as a journal has it.
SHEET_TYPE: Final = "application/x-lenetpad-sheet"
NOTHING: Final = marked(
    "Draw", "There is nothing to paste. Copy a picture, an image file or ink first."
)


def of(sheet: Sheet, image: QImage) -> QMimeData:
    """The sheet for the clipboard."""
    mime = QMimeData()
    mime.setImageData(image)
    mime.setData(SHEET_TYPE, QByteArray(journal.written(History(sheet))))
    return mime


def files_in(mime: QMimeData) -> list[Path]:
    """The files on the clipboard or in a drop; none where there is a sheet."""
    if mime.hasFormat(SHEET_TYPE):
        return []
    return [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]


def source_in(mime: QMimeData) -> Source | QImage:
    """What else is on the clipboard or in a drop. Raises InkError where it is no sheet."""
    if mime.hasFormat(SHEET_TYPE):
        return Source(journal=bytes(mime.data(SHEET_TYPE).data()))
    if mime.hasImage():
        image = mime.imageData()
        if isinstance(image, QImage) and not image.isNull():
            return image
    if mime.hasText() and mime.text().lstrip().startswith("{"):
        return Source(text=mime.text())
    raise InkError(translate("Draw", NOTHING))
