"""Images as files."""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QByteArray
from PySide6.QtGui import QImage


def png(image: QImage) -> bytes:
    """The image as a PNG file."""
    return encoded(image, "PNG")


def encoded(image: QImage, kind: str) -> bytes:
    """The image as a file of a kind, such as "PNG"; nothing where Qt cannot write that."""
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    image.save(buffer, kind)  # type: ignore[call-overload]
    return bytes(data.data())
