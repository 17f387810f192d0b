"""The canvas on the clipboard: a sheet for lenetpad, a picture for everything else."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final
from urllib.parse import unquote_to_bytes

from PySide6.QtCore import QByteArray, QMimeData, QUrl
from PySide6.QtGui import QImage

from lenetpad.ink import journal
from lenetpad.ink.sheets import Source
from lenetpad.ink.strokes import History, InkError, Sheet
from lenetpad.ui.widgets.words import marked, translate

#: A sheet as a journal has it.
SHEET_TYPE: Final = "application/x-lenetpad-sheet"
#: What stands for a byte that is no text.
REPLACED: Final = "\ufffd"
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
    return [_path_of(url) for url in mime.urls() if url.isLocalFile()]


def _path_of(url: QUrl) -> Path:
    """The file of a URL, also where its name is no text: Qt would put other signs in it."""
    path = url.toLocalFile()
    if REPLACED in path and os.name == "posix":
        encoded = url.path(QUrl.ComponentFormattingOption.FullyEncoded)
        path = os.fsdecode(unquote_to_bytes(encoded))
    return Path(path)


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
