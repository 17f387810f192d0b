"""The canvas on the clipboard: ink for lenetpad, a picture for everything else."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
from PySide6.QtCore import QByteArray, QMimeData
from PySide6.QtGui import QImage

from lenetpad.ink.files import ink_from_text, ink_text, read_picture
from lenetpad.ink.strokes import InkError, Sheet
from lenetpad.ui.draw.documents import Found, fitted, read
from lenetpad.ui.widgets.images import png

PICTURE_TYPE: Final = "application/x-lenetpad-picture"
INK_TYPE: Final = "application/x-lenetpad-ink"
NOTHING: Final = "There is nothing to paste: copy a picture, an image file or ink first"


def of(sheet: Sheet, image: QImage) -> QMimeData:
    """The sheet for the clipboard."""
    mime = QMimeData()
    mime.setImageData(image)
    if sheet.picture is not None:
        mime.setData(PICTURE_TYPE, QByteArray(sheet.picture.tobytes()))
    if sheet.ink:
        mime.setData(INK_TYPE, QByteArray(ink_text(sheet.ink).encode()))
    return mime


def sheet_in(mime: QMimeData) -> Found:
    """The sheet on the clipboard or in a drop. Raises InkError, OSError where there is none."""
    if mime.hasFormat(INK_TYPE):
        text = bytes(mime.data(INK_TYPE).data()).decode()
        return Found(Sheet(fitted(ink_from_text(text))))
    if mime.hasFormat(PICTURE_TYPE):
        raw = np.frombuffer(mime.data(PICTURE_TYPE).data(), dtype=np.float32)
        return Found(Sheet(picture=raw.reshape(28, 28)))
    if mime.urls() and mime.urls()[0].isLocalFile():
        return read(Path(mime.urls()[0].toLocalFile()))
    if mime.hasImage():
        image = mime.imageData()
        if isinstance(image, QImage) and not image.isNull():
            return Found(Sheet(picture=read_picture(png(image))))
    if mime.hasText() and mime.text().lstrip().startswith("{"):
        return Found(Sheet(fitted(ink_from_text(mime.text()))))
    raise InkError(NOTHING)
