"""Two renderers of SVG, independent of each other, and pixels of images."""

from __future__ import annotations

import io

import numpy as np
import PIL.Image
import resvg_py
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

Pixels = NDArray[np.uint8]


def by_qt(content: bytes, width: int, height: int, below: str = "white") -> Pixels:
    """What Qt makes of it (height, width, 3), over a colour."""
    image = QImage(width, height, QImage.Format.Format_RGB888)
    image.fill(QColor(below))
    renderer = QSvgRenderer(content)
    assert renderer.isValid()
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    renderer.render(painter, QRectF(0, 0, width, height))
    painter.end()
    return pixels_of(image)


def by_resvg(content: bytes, width: int, height: int) -> Pixels:
    """What resvg makes of it."""
    text = content.decode()
    drawn = resvg_py.svg_to_bytes(svg_string=text, width=width, height=height, dpi=96)
    with PIL.Image.open(io.BytesIO(bytes(drawn))) as image:
        # It keeps the shape, and so may leave out a row or a column.
        assert abs(image.width - width) <= 2
        assert abs(image.height - height) <= 2
        return np.asarray(image.convert("RGB").resize((width, height)))


def pixels_of(image: QImage) -> Pixels:
    """Red, green and blue, (height, width, 3)."""
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()
