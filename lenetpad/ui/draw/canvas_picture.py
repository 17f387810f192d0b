"""The canvas's picture: everything drawn so far, in device pixels, added to stroke by stroke."""

from __future__ import annotations

from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, QSize
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap

from lenetpad.ink.strokes import Points, Sheet
from lenetpad.ui.draw.strokes_painter import paint_joint, paint_stroke, paint_tail
from lenetpad.ui.widgets.colour import channels
from lenetpad.ui.widgets.theme import Theme

UNITS: Final = 1000.0  # the canvas's side in the unit of its strokes
SAVED_SIDE: Final = 1000  # pixels of the canvas's image for files and the clipboard


class CanvasPicture:
    """Keeps the drawn canvas, so that a pointer event paints only what it adds."""

    def __init__(self, theme: Theme) -> None:
        self.theme = theme
        self.pen_width = 0.0
        self._pixmap = QPixmap()
        self._valid = False

    def invalidate(self) -> None:
        """Have everything drawn anew the next time."""
        self._valid = False

    def pixmap(self, size: QSize, ratio: float, sheet: Sheet, live: Points) -> QPixmap:
        """The picture of a finished sheet and the points (n, 4) of the stroke being made."""
        if not self._valid or self._pixmap.devicePixelRatio() != ratio:
            self._valid = True
            self._pixmap = QPixmap(size * ratio)
            self._pixmap.setDevicePixelRatio(ratio)
            painter = QPainter(self._pixmap)
            paint_sheet(painter, size.width(), sheet, self._paper, self._ink, self.pen_width)
            for number in range(len(live)):
                paint_joint(painter, live, number, self._ink, self.pen_width, _scale(size))
            painter.end()
        return self._pixmap

    def add_point(self, size: QSize, live: Points) -> QRect:
        """Add what the newest of the points fixes; returns the part of the canvas to repaint."""
        scale = _scale(size)
        painter = self._painter()
        changed = paint_joint(painter, live, len(live) - 1, self._ink, self.pen_width, scale)
        painter.end()
        # The straight ends from before and now, which are painted over the picture.
        xs, ys, *_ = zip(*live[-3:].tolist(), strict=True)
        margin = 2 * self.pen_width
        low = QPointF((min(xs) - margin) * scale, (min(ys) - margin) * scale)
        high = QPointF((max(xs) + margin) * scale, (max(ys) + margin) * scale)
        return (changed | QRectF(low, high)).toAlignedRect()

    def add_tail(self, size: QSize, live: Points) -> None:
        """Add the straight end of a stroke that is finished."""
        painter = self._painter()
        paint_tail(painter, live, self._ink, self.pen_width, _scale(size))
        painter.end()

    def paint_tail(self, painter: QPainter, size: QSize, live: Points) -> None:
        """Paint the straight end of the stroke being made, which the next point replaces."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_tail(painter, live, self._ink, self.pen_width, _scale(size))

    @property
    def _ink(self) -> QColor:
        return QColor(self.theme.ink)

    @property
    def _paper(self) -> QColor:
        return QColor(self.theme.paper)

    def _painter(self) -> QPainter:
        painter = QPainter(self._pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        return painter


def saved_image(sheet: Sheet, pen_width: float) -> QImage:
    """The sheet as a picture, black ink on white paper in any theme."""
    image = QImage(SAVED_SIDE, SAVED_SIDE, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    paint_sheet(painter, SAVED_SIDE, sheet, QColor("white"), QColor("black"), pen_width)
    painter.end()
    return image


def paint_sheet(
    painter: QPainter, side: float, sheet: Sheet, paper: QColor, ink: QColor, pen_width: float
) -> None:
    """Paint a sheet's strokes or picture on paper of ``side`` painter's units."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillRect(QRectF(0, 0, side, side), paper)
    if sheet.picture is not None:
        painter.drawImage(QRectF(0, 0, side, side), picture_image(sheet, paper, ink))
    for stroke in sheet.ink.strokes:
        paint_stroke(painter, stroke, ink, pen_width, side / UNITS)


def picture_image(sheet: Sheet, paper: QColor, ink: QColor) -> QImage:
    """A sheet's picture, 28×28, between the colours of paper and ink."""
    assert sheet.picture is not None
    mixed = [
        np.rint(dark * sheet.picture + light * (1 - sheet.picture)).astype(np.uint8)
        for light, dark in zip(channels(paper), channels(ink), strict=True)
    ]
    pixels = np.ascontiguousarray(np.stack(mixed, axis=2))
    rows, columns = sheet.picture.shape
    image = QImage(pixels.data, columns, rows, 3 * columns, QImage.Format.Format_RGB888)
    return image.copy()  # the pixels' memory goes


def _scale(size: QSize) -> float:
    """Logical pixels a unit."""
    return max(size.width(), 1) / UNITS
