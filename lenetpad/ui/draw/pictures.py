"""A layer as a picture: its maps below each other in one image, each painted into its cell."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter, QRegion

from lenetpad.ui.widgets.images import paint_parts


class Picture:
    """A layer's cells below each other in one image that shows pixels where they are, and what
    of it goes into which rectangle of the panel."""

    def __init__(
        self,
        pixels: NDArray[np.uint32],
        height: int,
        width: int,
        cells: Sequence[QRectF],
    ) -> None:
        self.height, self.width, self._pixels = height, width, pixels
        maps = pixels.size // (height * width)
        self.image = QImage(
            pixels.data, width, maps * height, 4 * width, QImage.Format.Format_RGB32
        )
        self._pieces = [
            (cell, self.image, QRectF(0, number * height, width, height))
            for number, cell in enumerate(cells)
        ]
        self.region = QRegion()  # all of its cells
        for cell in cells:
            self.region += cell.toAlignedRect()

    @property
    def content(self) -> bytes:
        """What it shows now, to be compared with what it shows later."""
        return self._pixels.tobytes()

    def paint(self, painter: QPainter, *, clipped: bool = False) -> None:
        """Paint every cell in its place. Where the painter is in a region of several rectangles,
        it is to be ``clipped`` to a cell at a time: Qt scales no image into such a region as it
        does into a rectangle."""
        if not clipped:
            paint_parts(painter, self._pieces)
            return
        for piece in self._pieces:
            painter.setClipRect(piece[0])
            painter.drawImage(*piece)
        painter.setClipping(False)
