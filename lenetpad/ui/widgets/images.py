"""Images as files."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QBuffer, QByteArray, QRectF
from PySide6.QtGui import QImage, QPaintEngine, QPainter


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


#: A part of an image, in its pixels, and the area of the painter that it is to fill.
Part = tuple[QRectF, QImage, QRectF]


def paint_part(painter: QPainter, area: QRectF, image: QImage, part: QRectF) -> None:
    """Paint a part of an image into an area."""
    paint_parts(painter, [(area, image, part)])


def paint_parts(painter: QPainter, parts: Sequence[Part]) -> None:
    """Paint parts of images into their areas. Into an SVG file Qt would squeeze all of an image:
    it is given the part alone."""
    if painter.paintEngine().type() is QPaintEngine.Type.SVG:
        for area, image, part in parts:
            painter.drawImage(area, image.copy(part.toRect()))
    else:
        for piece in parts:
            painter.drawImage(*piece)
